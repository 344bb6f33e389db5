"""What keeps a need out of the plan, and what would let it in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from parks import schema
from parks.matching import criteria, fit, remedies, sayings, verbs

if TYPE_CHECKING:
    import pandas as pd

    from parks.matching.allocation import Case
    from parks.matching.criteria import Reading
    from parks.matching.sayings import Desk

TIMING = frozenset({"free", "term", "wanted_to", "area_min"})
"""Rules that a place misses because somebody is in it."""


def unplaced(at: Desk, row: int) -> str:
    """Return in one sentence why the plan does not place a need."""
    columns, t = at.posed.problem.columns, at.t
    runs = int((columns.need == row).sum())
    if runs:
        return t("Free places that would serve it: {count}; in the best plan found they go to others.", count=runs)
    return t("No free place keeps every hard rule for it.")


def blocked(at: Desk, row: int, space: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the hard rules that units miss, counted over all units, then who holds the best place that is taken."""
    desk, t = at.posed.pairs.desk, at.t
    read, found = fit.readings(at.posed.pairs.needs[row], desk), []
    for one in read:
        misses = int((one.hard & (one.verdict == verbs.UNFIT)).sum())
        unknown = int((one.hard & (one.verdict == verbs.UNKNOWN)).sum())
        if misses or unknown:
            sentence = t(
                "{rule}: {misses} of {units} units miss it, {unknown} are unknown.",
                rule=at.names[one.rule_id].rstrip(".。"),
                misses=misses,
                units=len(desk.offers.frame),
                unknown=unknown,
            )
            found.append(_block(one.rule_id, None, misses, unknown, [], sentence))
    found.sort(key=lambda block: (-block["units"], block["rule_id"]))
    return found + _holder(at, row, read, space)


def barred(at: Desk, row: int, unit: int, case: Case, space: pd.DataFrame) -> str:
    """Return why a need cannot be on a unit in this plan: the first rule that it fails, who holds it, or what else."""
    desk, t = case.pairs.desk, at.t
    read = fit.readings(case.pairs.needs[row], desk)
    name = str(desk.offers.frame["unit_id"].iloc[unit])
    holder = space.set_index("unit_id")["tenant_id"].get(name)
    if not verbs.empty(holder) and not np.isfinite(desk.offers.available[unit]):
        return t("It is held by {company} without an end.", company=sayings.companies(at.park, [str(holder)], t))
    for kind in (verbs.UNFIT, verbs.UNKNOWN):
        for one in read:
            if one.hard[unit] and one.verdict[unit] == kind and (one.applies is None or one.applies[unit]):
                said = sayings.reason(at.park, one, unit, None, t)
                return t("{rule}: {sentence}", rule=at.names[one.rule_id].rstrip(".。"), sentence=said)
    here = (np.arange(case.problem.units) == unit).astype(np.float64)
    if (case.problem.columns.sums(here) > 0)[case.problem.columns.need == row].any():
        return t("Pins, bans or quotas keep it from there.")
    return t("No unbroken free space around it has the area asked for and is free for the term.")


def _block(
    rule_id: str | None, tenant_id: str | None, units: int, unknown: int, unit_ids: list[str], sentence: str
) -> dict[str, Any]:
    return {
        "rule_id": rule_id,
        "tenant_id": tenant_id,
        "units": units,
        "unknown": unknown,
        "unit_ids": unit_ids,
        "sentence": sentence,
    }


def _holder(at: Desk, row: int, read: list[Reading], space: pd.DataFrame) -> list[dict[str, Any]]:
    """Return who has the best place: in the plan when a free one would serve, else by a lease."""
    columns, t, frame = at.posed.problem.columns, at.t, at.posed.pairs.desk.offers.frame
    own = np.flatnonzero(columns.need == row)
    if own.size:
        best = own[np.lexsort((-columns.value[own], -columns.score[own].round(9)))[0]]
        numbers = columns.units(int(best))
        units = [str(unit) for unit in frame["unit_id"].iloc[numbers]]
        takers = at.plan.assignments.loc[at.plan.assignments["unit_id"].isin(units), "tenant_id"].drop_duplicates()
        who = [str(taker) for taker in takers]
        sentence = t(
            "Its best free place, {place}, goes to {company} in the plan.",
            place=sayings.where(at, numbers),
            company=sayings.companies(at.park, who, t),
        )
        return [_block(None, name, len(units), 0, units, sentence) for name in who[:1]]
    verdict, score = fit.combined(read, at.posed.pairs.desk, without=TIMING)
    holder = frame["unit_id"].map(space.set_index("unit_id")["tenant_id"])
    taken = np.flatnonzero((verdict == verbs.FITS) & holder.notna().to_numpy(dtype=bool))
    if not taken.size:
        return []
    best = int(taken[np.argmax(score[taken].round(9))])
    unit, name = str(frame["unit_id"].iloc[best]), str(holder.iloc[best])
    until = frame["available_on"].iloc[best]
    day = t("an open day") if verbs.empty(until) else criteria.shown(until, "")
    sentence = t(
        "The place that would suit it best, {place}, is held by {company} until {day}.",
        place=sayings.where(at, np.array([best])),
        company=sayings.companies(at.park, [name], t),
        day=day,
    )
    return [_block(None, name, 1, 0, [unit], sentence)]


def fix(at: Desk, row: int) -> dict[str, Any] | None:
    """Return the smallest change of one limit that would place a need, said in words; None when none does."""
    remedy, t = remedies.cheapest(at.posed, row, at.chosen), at.t
    if remedy is None:
        return None
    frame = at.posed.pairs.desk.offers.frame.iloc[remedy.units]
    unit = schema.columns("needs")[remedy.column].unit
    asked = sayings.worded(criteria.shown(remedy.asked, unit), t)
    where = sayings.where(at, remedy.units)
    if remedy.offered is None:
        sentence = t(
            "It could go to {place} at once, without moving anybody, if it dropped the limit “{rule}” ({asked}).",
            place=where,
            rule=at.names[remedy.rule_id],
            asked=asked,
        )
    else:
        sentence = t(
            "It could go to {place}, without moving anybody, if the limit “{rule}” were {offered} instead of {asked}.",
            place=where,
            rule=at.names[remedy.rule_id],
            offered=sayings.worded(criteria.shown(remedy.offered, unit), t),
            asked=asked,
        )
    return {
        "rule_id": remedy.rule_id,
        "column": remedy.column,
        "asked": criteria.shown(remedy.asked, unit),
        "offered": None if remedy.offered is None else criteria.shown(remedy.offered, unit),
        "unit_ids": [str(name) for name in frame["unit_id"]],
        "sentence": sentence,
    }
