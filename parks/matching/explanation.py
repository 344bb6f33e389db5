"""Why a tenant goes where it goes, where else it could go and at what loss, or what keeps it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks.matching import allocation, choices, fit, obstacles, sayings, solver, verbs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.matching.allocation import Case, Plan
    from parks.matching.criteria import Need
    from parks.snapshot import Snapshot
    from parks.words import Translate

    Ints = NDArray[np.int64]

ALTERNATIVES = 5
SAME = 0.005
"""Difference of two values of a rule that is not worth a sentence."""


def explain(
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    plan: Plan,
    tenant_id: str,
    t: Translate,
    *,
    budget: float = 0.6,
    given: Case | None = None,
) -> dict[str, Any]:
    """Return why the plan treats a tenant as it does.

    Parameters
    ----------
    park, rules, space
        What the plan was made from.
    plan
        Plan of `allocation`.
    tenant_id
        The company.
    t
        Says the sentences in the reader's language.
    budget
        Seconds for solving the whole plan anew with each alternative pinned.
    given
        What `allocation.case` returned, when it is at hand.

    Returns
    -------
    dict
        tenant_id; placed; why (sentences); alternatives (need_id unit_ids building_id zone_id score loss loss_kind
        sentence, least loss first); blocked_by (rule_id tenant_id units unknown unit_ids sentence); cheapest_fix
        (rule_id column asked offered unit_ids sentence) or None.
        `loss_kind`: ``exact`` by a solution that was proved, ``at_most`` by one that was not, ``at_least`` by the
        reduced cost alone when the time was over.

    Raises
    ------
    KeyError
        When there is no such tenant.
    ValueError
        When the plan is not of this snapshot and policy.
    """
    if not (park.tenants["tenant_id"] == tenant_id).any():
        raise KeyError(tenant_id)
    posed = given or allocation.case(park, rules, space)
    at = sayings.Desk(park, posed, plan, _chosen(posed, plan), fit.rule_names(rules, sayings.language(t)), t)
    rows = [row for row, need in enumerate(posed.pairs.needs) if need["tenant_id"] == tenant_id]
    said: dict[str, Any] = {"tenant_id": tenant_id, "placed": tenant_id in plan.placed}
    said |= {"why": [], "alternatives": [], "blocked_by": [], "cheapest_fix": None}
    if not rows:
        return said | {"why": [t("It has no open need: it is placed by a lease, or has asked for nothing.")]}
    clock = solver.Clock(budget, None, None)
    trail = plan.trail if plan.trail is not None and plan.trail.columns is posed.problem.columns else None
    if trail is None:
        relaxed = solver.relax(posed.problem, at.chosen, clock)
    else:
        relaxed = solver.at_prices(posed.problem, trail.known, trail.used)
    for row in rows:
        column = next((int(number) for number in at.chosen if posed.problem.columns.need[number] == row), None)
        others = _alternatives(at, row, column, relaxed, clock)
        said["alternatives"] += [other["shown"] for other in others]
        if column is None:
            said["why"].append(obstacles.unplaced(at, row))
            said["blocked_by"] += obstacles.blocked(at, row, space)
            said["cheapest_fix"] = said["cheapest_fix"] or obstacles.fix(at, row)
        else:
            said["why"] += _why(at, row, column, others)
    return said


def place(
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    tenant_id: str,
    unit_id: str,
    t: Translate,
    *,
    waivers: pd.DataFrame | None = None,
) -> list[tuple[str, str, str]]:
    """Return why one unit serves a tenant or not: name of the rule, verdict, sentence with need, offer and source.

    Misses of hard rules first, then what was waived (`waivers` as in `fit.assess`; the sentence says by whom, when and
    why), then unknowns, then the rest; a company with several needs has a row for each.

    Raises
    ------
    KeyError
        When there is no such tenant or unit.
    """
    if not (park.tenants["tenant_id"] == tenant_id).any():
        raise KeyError(tenant_id)
    desk, names = fit.desk(park, rules, space, waivers=waivers), fit.rule_names(rules, sayings.language(t))
    at = pd.Index(desk.offers.frame["unit_id"]).get_indexer(pd.Index([unit_id]))[0]
    if at < 0:
        raise KeyError(unit_id)
    asked = park.needs.loc[park.needs["tenant_id"] == tenant_id, "need_id"]
    known = {conflict.conflict_id: conflict for conflict in desk.there.conflicts}
    rows = []
    for need in fit.needs_of(park, rules, asked):
        for read in fit.readings(need, desk):
            if read.applies is None or read.applies[at]:
                verdict = verbs.VERDICTS[read.verdict[at]]
                order = {"unfit": 0 if read.hard[at] else 3, "waived": 1, "unknown": 2, "fits": 4}[verdict]
                sentence = sayings.reason(park, read, int(at), known.get(read.rule_id), t)
                rows.append((order, (names[read.rule_id], verdict, sentence)))
    return [row for _, row in sorted(rows, key=lambda row: row[0])]


def _chosen(posed: Case, plan: Plan) -> Ints:
    columns, frame = posed.problem.columns, plan.assignments
    need = {str(need["need_id"]): row for row, need in enumerate(posed.pairs.needs)}
    number = pd.Index(posed.pairs.desk.offers.frame["unit_id"]).get_indexer(pd.Index(frame["unit_id"]))
    found = []
    for need_id, rows in pd.Series(number).groupby(frame["need_id"].to_numpy(dtype=object)):
        same = columns.on(need.get(str(need_id), -1), rows.to_numpy())
        if not same.size:
            message = f"the plan is of other data: need {need_id} cannot take its units"
            raise ValueError(message)
        found.append(int(same[0]))
    return np.array(sorted(found), dtype=np.int64)


def _alternatives(
    at: sayings.Desk, row: int, column: int | None, relaxed: solver.Relaxation, clock: solver.Clock
) -> list[dict[str, Any]]:
    """Return the next best runs of a need, one a building while there are enough, with their loss to the whole plan."""
    problem, columns = at.posed.problem, at.posed.problem.columns
    own = np.flatnonzero(columns.need == row)
    own = own[own != (-1 if column is None else column)]
    own = own[np.lexsort((-columns.score[own], -relaxed.reduced[own].round(6)))]
    building = problem.place["building"][columns.first[own, 0]]
    again = pd.Series(building).duplicated().to_numpy()
    picked = np.concatenate([own[~again], own[again]])[:ALTERNATIVES]
    found: list[dict[str, Any]] = []
    for left, other in zip(range(len(picked), 0, -1), picked, strict=True):
        loss, kind = _loss(at, int(other), relaxed, clock.left() / left)
        found.append({"column": int(other), "loss": loss, "kind": kind})
    found.sort(key=lambda one: (round(one["loss"], 6), one["column"]))
    return [one | {"shown": _alternative(at, row, one)} for one in found]


def _loss(at: sayings.Desk, column: int, relaxed: solver.Relaxation, seconds: float) -> tuple[float, str]:
    """Return what the whole plan loses with a column pinned, and how sure that is."""
    own = float(at.posed.problem.columns.value[column])
    if seconds <= 0:
        return max(0.0, at.plan.value - relaxed.bound - float(relaxed.reduced[column])), "at_least"
    rest, numbers = allocation.after(at.posed.problem, column)
    kept = np.flatnonzero(np.isin(numbers, at.chosen))
    clock = solver.Clock(seconds, None, None)
    again = solver.at_prices(rest, relaxed.known, kept)
    chosen, bound = solver.search(rest, again, choices.mended(rest, kept), clock, 1)
    value = rest.value(chosen)
    proved = bound - value <= solver.PROOF * (1 + abs(bound))
    return at.plan.value - own - value, "exact" if proved else "at_most"


def _alternative(at: sayings.Desk, row: int, one: dict[str, Any]) -> dict[str, Any]:
    columns, t = at.posed.problem.columns, at.t
    units = columns.units(one["column"])
    where, score = sayings.where(at, units), f"{columns.score[one['column']]:.2f}"
    loss = f"{max(0.0, one['loss']):,.0f}"
    if one["kind"] != "at_least" and one["loss"] <= solver.PROOF * (1 + at.plan.value):
        sentence = t("{place}: score {score}; the whole plan would be worth no less.", place=where, score=score)
    elif one["kind"] == "exact":
        sentence = t(
            "{place}: score {score}; the whole plan would be worth {loss} less.", place=where, score=score, loss=loss
        )
    elif one["kind"] == "at_most":
        sentence = t(
            "{place}: score {score}; the whole plan would be worth at most {loss} less.",
            place=where,
            score=score,
            loss=loss,
        )
    else:
        sentence = t(
            "{place}: score {score}; the whole plan would be worth at least {loss} less.",
            place=where,
            score=score,
            loss=loss,
        )
    frame = at.posed.pairs.desk.offers.frame.iloc[units]
    return {
        "need_id": at.posed.pairs.needs[row]["need_id"],
        "unit_ids": [str(unit) for unit in frame["unit_id"]],
        "building_id": str(frame["building_id"].iloc[0]),
        "zone_id": None if verbs.empty(frame["zone_id"].iloc[0]) else str(frame["zone_id"].iloc[0]),
        "score": float(columns.score[one["column"]]),
        "loss": float(one["loss"]),
        "loss_kind": one["kind"],
        "sentence": sentence,
    }


def _why(at: sayings.Desk, row: int, column: int, others: list[dict[str, Any]]) -> list[str]:
    columns, t = at.posed.problem.columns, at.t
    units = columns.units(column)
    begin = str(np.datetime64(int(columns.start[column]), "D"))
    spared = _waived(at, at.posed.pairs.needs[row], units)
    cells = {
        "place": sayings.where(at, units),
        "area": f"{columns.area[column]:,.0f}",
        "day": begin,
        "score": f"{columns.score[column]:.2f}",
    }
    if spared:
        said = [t("It goes to {place}: {area} m² from {day}, score {score} of 1; by a waiver of hard rules.", **cells)]
    else:
        said = [t("It goes to {place}: {area} m² from {day}, score {score} of 1; every hard rule is kept.", **cells)]
    said += spared
    if not others:
        return [*said, t("No other free place keeps every hard rule.")]
    other = others[0]["column"]
    there = columns.units(other)
    name = sayings.where(at, there)
    differences = _differences(at, at.posed.pairs.needs[row], units, there)
    for gain, rule, here, away in differences:
        said.append(
            t(
                "{rule}: worth {here} of 1 here and {away} at the next best place, {place}.",
                rule=rule,
                here=f"{here:.2f}",
                away=f"{away:.2f}",
                place=name,
            )
            if gain > 0
            else t(
                "{rule}: worth only {here} of 1 here, {away} at the next best place, {place}.",
                rule=rule,
                here=f"{here:.2f}",
                away=f"{away:.2f}",
                place=name,
            )
        )
    if abs(columns.score[column] - columns.score[other]) <= SAME and not differences:
        said.append(t("The next best place, {place}, is worth the same by every rule.", place=name))
    return [*said, others[0]["shown"]["sentence"]]


def _waived(at: sayings.Desk, need: Need, units: Ints) -> list[str]:
    """Return a sentence for every waiver that a place needs, with its reason."""
    made = [
        (at.names[read.rule_id].rstrip(".。"), (read.waived or {}).get(unit))
        for read in fit.readings(need, at.posed.pairs.desk)
        for unit in units.tolist()
    ]
    said = [
        at.t("{rule}: {sentence}", rule=rule, sentence=sayings.waived(waiver, at.t))
        for rule, waiver in made
        if waiver is not None
    ]
    return list(dict.fromkeys(said))


def _differences(at: sayings.Desk, need: Need, here: Ints, there: Ints) -> list[tuple[float, str, float, float]]:
    """Return the rules that tell two places apart: weighted gain, name and both values; the biggest difference first.

    Rules that do not speak of both places (a requirement for the ground floor alone) are left out.
    """
    desk, found = at.posed.pairs.desk, []
    for read in fit.readings(need, desk):
        values: NDArray[np.float64] = np.where(np.isnan(read.value), desk.unknown, read.value).astype(np.float64)
        one, two = (float(np.average(values[units], weights=desk.offers.area[units])) for units in (here, there))
        both = read.applies is None or all(read.applies[units].all() for units in (here, there))
        if both and read.weight and abs(one - two) > SAME:
            found.append((read.weight * (one - two), at.names[read.rule_id], one, two))
    return sorted(found, key=lambda row: (-abs(row[0]), row[1]))
