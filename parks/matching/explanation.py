"""Why a tenant goes where it goes, where else it could go and at what loss, or what keeps it out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from parks.checks import decisions
from parks.matching import allocation, choices, fit, obstacles, releases, sayings, solver, swaps, verbs
from parks.matching import pins as pinning
from parks.matching import wishes as wishing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from parks.matching.allocation import Case, Plan
    from parks.matching.criteria import Need
    from parks.matching.swaps import Swap
    from parks.matching.wishes import Wishes
    from parks.snapshot import Snapshot
    from parks.words import Translate

    Ints = NDArray[np.int64]

ALTERNATIVES = 5
SAME = 0.005
"""Difference of two values of a rule that is not worth a sentence."""


class Told(NamedTuple):
    """What one rule says of one unit for one need.

    Parameters
    ----------
    rule
        Its name.
    verdict
        ``fits unfit unknown waived``.
    sentence
        Need, offer and source.
    barring
        Id of the rule where it is a hard one that forbids the place and could be waived, or is; else empty.
    """

    rule: str
    verdict: str
    sentence: str
    barring: str


def explain(  # noqa: PLR0913 - each is said by name
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    plan: Plan,
    tenant_id: str,
    t: Translate,
    *,
    budget: float = 0.6,
    given: Case | None = None,
    wishes: Mapping[str, pd.DataFrame] | None = None,
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
    wishes
        ``pins``, ``bans``, ``quotas`` that the plan was asked to keep; those that are left out are the snapshot's.

    Returns
    -------
    dict
        tenant_id; placed; why (sentences); alternatives (need_id unit_ids building_id zone_id score loss loss_kind
        sentence, least loss first); blocked_by (rule_id tenant_id units unknown unit_ids sentence); cheapest_fix
        (rule_id column asked offered unit_ids sentence) or None; lock (kind name unit_ids loss sentence) or None: the
        ban, the locked space or the other company's pin without which it would have a place.
        `loss_kind`: ``exact`` by a solution that was proved, ``at_most`` by one that was not, ``at_least`` by the
        reduced cost alone when the time was over.

    Raises
    ------
    KeyError
        When there is no such tenant.
    ValueError
        When the plan is not of this snapshot and policy.
    """
    case, asked = given or allocation.case(park, rules, space), wishing.of(park, **(wishes or {}))
    at, rows = _desk(park, rules, plan, tenant_id, t, case, asked)
    said: dict[str, Any] = {"tenant_id": tenant_id, "placed": tenant_id in plan.placed}
    said |= {"why": [], "alternatives": [], "blocked_by": [], "cheapest_fix": None, "lock": None}
    if not rows:
        return said | {"why": [t("It has no open need: it is placed by a lease, or has asked for nothing.")]}
    clock = solver.Clock(budget, None, None)
    relaxed = _relaxed(at, case, clock)
    for row in rows:
        column = next((int(number) for number in at.chosen if at.posed.problem.columns.need[number] == row), None)
        others = _alternatives(at, row, column, relaxed, clock)
        said["alternatives"] += [_alternative(at, row, other) for other in others]
        if column is None:
            said["why"].append(obstacles.unplaced(at, row))
            said["blocked_by"] += obstacles.blocked(at, row, space)
            said["cheapest_fix"] = said["cheapest_fix"] or obstacles.fix(at, row)
            said["lock"] = said["lock"] or releases.lock(at, row, case, asked, clock)
        else:
            said["why"] += _why(at, row, column, others)
    return said


def why_not(  # noqa: PLR0913 - each is said by name
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    plan: Plan,
    tenant_id: str,
    unit_id: str,
    t: Translate,
    *,
    budget: float = 0.6,
    given: Case | None = None,
    wishes: Mapping[str, pd.DataFrame] | None = None,
) -> dict[str, Any]:
    """Return why a plan does not put a tenant on a certain unit, and what it would cost to put it there.

    Parameters
    ----------
    park, rules, space, plan, tenant_id, t, budget, given, wishes
        As in `explain`.
    unit_id
        The unit; the place may hold more units beside it.

    Returns
    -------
    dict
        tenant_id; unit_id; need_id, unit_ids (the place that it would take), loss and loss_kind as in `explain`, None
        where it cannot be there; why (sentences: the first hard rule that the unit fails, or who holds it, or what
        would change in the plan).

    Raises
    ------
    KeyError
        When there is no such tenant or unit.
    ValueError
        When the plan is not of this snapshot and policy.
    """
    case, asked = given or allocation.case(park, rules, space), wishing.of(park, **(wishes or {}))
    at, rows = _desk(park, rules, plan, tenant_id, t, case, asked)
    unit = int(pd.Index(case.pairs.desk.offers.frame["unit_id"]).get_indexer(pd.Index([unit_id]))[0])
    if unit < 0:
        raise KeyError(unit_id)
    said: dict[str, Any] = {"tenant_id": tenant_id, "unit_id": unit_id, "need_id": None, "unit_ids": None}
    said |= {"loss": None, "loss_kind": None, "why": []}
    if not rows:
        return said | {"why": [t("It has no open need: it is placed by a lease, or has asked for nothing.")]}
    clock = solver.Clock(budget, None, None)
    relaxed = _relaxed(at, case, clock)
    columns, here = at.posed.problem.columns, np.arange(at.posed.problem.units) == unit
    inside = columns.sums(here.astype(np.float64)) > 0
    for row in rows:
        own = np.flatnonzero(inside & (columns.need == row))
        if np.isin(own, at.chosen).any():
            return said | {"loss": 0.0, "loss_kind": "exact", "why": [t("The plan puts it there.")]}
        best = own[np.lexsort((own, -relaxed.reduced[own].round(6)))][:1]
        swap = swaps.forced(at, int(best[0]), relaxed, clock.left()) if best.size else None
        if swap is None:
            said["why"].append(obstacles.barred(at, row, unit, case, space))
            continue
        told = _alternative(at, row, swap)
        place = {name: told[name] for name in ("need_id", "unit_ids", "loss", "loss_kind")}
        return said | place | {"why": [told["sentence"], *swaps.moves(at, swap)]}
    return said


def _desk(
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    plan: Plan,
    tenant_id: str,
    t: Translate,
    case: Case,
    asked: Wishes,
) -> tuple[sayings.Desk, list[int]]:
    """Return what the sentences are made from, and the numbers of the open needs of a tenant.

    The problem holds the plan's pins, bans and quotas but for the tenant's own pins; a quota that the plan does not
    keep allows what the plan has.
    """
    if not (park.tenants["tenant_id"] == tenant_id).any():
        raise KeyError(tenant_id)
    rows = [row for row, need in enumerate(case.pairs.needs) if need["tenant_id"] == tenant_id]
    for row in rows:
        own = pinning.of_need(case.pairs, asked.pins, str(case.pairs.needs[row]["need_id"]))
        asked = asked._replace(pins=asked.pins[~own])
    limited = allocation.limited(case, asked)
    chosen = allocation.chosen(case, plan)
    loose = [
        replace(limit, most=max(limit.most, limit.most + limit.over(chosen) + choices.SLACK)) if limit.hard else limit
        for limit in limited.problem.limits
    ]
    columns = np.union1d(limited.locks.allowed, chosen)
    must = limited.locks.kept & set(case.problem.columns.need[chosen].tolist())
    problem = replace(limited.problem, limits=tuple(loose), must=must).only(columns)
    names = fit.rule_names(rules, sayings.language(t))
    return sayings.Desk(park, replace(case, problem=problem), plan, np.searchsorted(columns, chosen), names, t), rows


def place(
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    tenant_id: str,
    unit_id: str,
    t: Translate,
    *,
    waivers: pd.DataFrame | None = None,
) -> list[Told]:
    """Return why one unit serves a tenant or not, rule by rule.

    Misses of hard rules first, then what was waived (`waivers` as in `fit.assess`, None takes the snapshot's; the
    sentence says by whom, when and why), then unknowns, then the rest; a company with several needs has a row for each.

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
                bars = read.hard[at] and verdict != "fits" and read.rule_id not in decisions.NEVER
                rows.append((order, Told(names[read.rule_id], verdict, sentence, read.rule_id if bars else "")))
    return [row for _, row in sorted(rows, key=lambda row: row[0])]


def _relaxed(at: sayings.Desk, case: Case, clock: solver.Clock) -> solver.Relaxation:
    """Return the relaxation of the problem: at the prices of the plan where it left them."""
    trail, problem = at.plan.trail, at.posed.problem
    if trail is None or trail.known is None or trail.columns is not case.problem.columns:
        return solver.relax(problem, at.chosen, clock)
    return solver.at_prices(problem, trail.known, at.chosen)


def _alternatives(
    at: sayings.Desk, row: int, column: int | None, relaxed: solver.Relaxation, clock: solver.Clock
) -> list[Swap]:
    """Return the next best places of a need, one a building while there are enough, with their loss to the plan."""
    problem, columns = at.posed.problem, at.posed.problem.columns
    own = np.flatnonzero(columns.need == row)
    own = own[own != (-1 if column is None else column)]
    own = own[np.lexsort((-columns.score[own], -relaxed.reduced[own].round(6)))]
    building = problem.place["building"][columns.first[own, 0]]
    again = pd.Series(building).duplicated().to_numpy()
    picked = np.concatenate([own[~again], own[again]])[:ALTERNATIVES]
    parts = zip(range(len(picked), 0, -1), picked, strict=True)
    found = [swaps.forced(at, int(other), relaxed, clock.left() / left) for left, other in parts]
    return sorted((one for one in found if one is not None), key=lambda one: (round(one.loss, 6), one.column))


def _alternative(at: sayings.Desk, row: int, one: Swap) -> dict[str, Any]:
    """Return a place and what it would cost, for a reader."""
    columns, t = at.posed.problem.columns, at.t
    units = columns.units(one.column)
    where, score = sayings.where(at, units), f"{columns.score[one.column]:.2f}"
    loss, same = f"{abs(one.loss):,.0f}", solver.PROOF * (1 + abs(at.plan.value))
    if one.loss < -same:
        sentence = t(
            "{place}: score {score}; the whole plan would be worth {loss} more.", place=where, score=score, loss=loss
        )
    elif one.kind != "at_least" and one.loss <= same:
        sentence = t("{place}: score {score}; the whole plan would be worth no less.", place=where, score=score)
    elif one.kind == "exact":
        sentence = t(
            "{place}: score {score}; the whole plan would be worth {loss} less.", place=where, score=score, loss=loss
        )
    elif one.kind == "at_most":
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
        "score": float(columns.score[one.column]),
        "loss": float(one.loss),
        "loss_kind": one.kind,
        "sentence": sentence,
    }


def _why(at: sayings.Desk, row: int, column: int, others: list[Swap]) -> list[str]:
    columns, t = at.posed.problem.columns, at.t
    units = columns.units(column)
    begin, need = str(np.datetime64(int(columns.start[column]), "D")), at.posed.pairs.needs[row]
    spared = _waived(at, need, units)
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
    if need["need_id"] in at.plan.pinned:
        said.append(t("It is pinned there."))
    if not others:
        return [*said, t("No other free place keeps every hard rule.")]
    other = others[0].column
    there = columns.units(other)
    name = sayings.where(at, there)
    differences = _differences(at, need, units, there)
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
    return [*said, _alternative(at, row, others[0])["sentence"]]


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
