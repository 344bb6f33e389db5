"""Who goes where: the plan for all open needs at once, with its value and a proved upper bound."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks import demand
from parks.matching import choices, conflicts, criteria, fit, neighbourhoods, placements, solver
from parks.matching import offers as offering
from parks.matching import pins as pinning
from parks.matching import quotas as quoting
from parks.matching import wishes as wishing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from parks.matching.choices import Problem
    from parks.matching.criteria import Need
    from parks.matching.fit import Pairs
    from parks.matching.patterns import Columns
    from parks.matching.prices import Prices
    from parks.matching.refusals import Refusal
    from parks.matching.solver import Progress
    from parks.matching.wishes import Wishes
    from parks.snapshot import Snapshot

    Ints = NDArray[np.int64]

ASSIGNMENTS = {
    "tenant_id": "string",
    "need_id": "string",
    "unit_id": "string",
    "valid_from": "datetime64[s]",
    "valid_to": "datetime64[s]",
    "area_m2": "Float64",
}
OPTIMUM = "patterns of adjoining units, priced against the linear relaxation; exact search over the best (HiGHS)"
NONE = np.zeros(0, dtype=np.int64)
FIRST_COME = "first come, first served: needs by the day wanted, each on its best-scored free run"


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """What a plan leaves for the next one of the same case.

    Parameters
    ----------
    columns
        The columns of the case.
    used, chosen
        Numbers of those that the relaxation had, and of those that the plan takes.
    known
        Prices that made the bound, when they are of the same case.
    """

    columns: Columns
    used: Ints
    chosen: Ints
    known: Prices | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Who goes where, what it is worth, and how far from the best it can be.

    Parameters
    ----------
    value
        Worth of the plan (docs/matching.md).
    bound
        No plan is worth more.
    gap
        (bound − value) ÷ bound; 0 when both are 0; ÷ −value when priced quotas leave a bound of 0 or less.
    seconds
        Time taken.
    proved
        Whether the gap is 0 but for rounding: the plan is the best there is.
    placed, unplaced
        Companies all of whose open needs are placed, and the other companies with an open need; sorted.
    assignments
        tenant_id need_id unit_id valid_from valid_to (NaT open) area_m2, one row a unit.
    parts
        ``area_m2`` placed, and the parts of the value: ``base``, ``fit``, ``leftover``, ``split``.
    method
        How it was found.
    columns
        How many placements (need on run) it was chosen from.
    pinned
        Needs whose pin is kept; sorted.
    refused
        Pins, bans and quotas that cannot be kept, and why.
    quotas
        How each quota is kept (`quotas.report`).
    trail
        What makes the next plan of the same case quick.
    """

    value: float
    bound: float
    gap: float
    seconds: float
    proved: bool
    placed: list[str]
    unplaced: list[str]
    assignments: pd.DataFrame
    parts: dict[str, float] = field(default_factory=dict)
    method: str = OPTIMUM
    columns: int = 0
    pinned: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    quotas: pd.DataFrame = field(default_factory=lambda: quoting.report([], NONE, forced=None, shadow=np.zeros(0)))
    trail: Trail | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """The open needs, what fits them, and the problem that they pose.

    Parameters
    ----------
    pairs
        Verdicts and scores; holds needs and offers.
    problem
        The same as numbers.
    """

    pairs: Pairs
    problem: Problem


def case(
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    need_ids: Iterable[str] | None = None,
    *,
    weights: Mapping[str, float] | None = None,
    waivers: pd.DataFrame | None = None,
    clock: solver.Clock | None = None,
) -> Case:
    """Return the problem that the open needs pose (or those of `need_ids`); reuse it to explain a plan quickly.

    `weights` and `waivers` are as in `fit.assess`. The watcher of the clock is told meanwhile; when it stops, needs
    that were not read yet get no place, and the bound tells what they could be worth at most.
    """
    needs = demand.open_needs(park) if need_ids is None else list(need_ids)
    return pose(fit.pairs(park, rules, space, needs, weights=weights, waivers=waivers), clock)


def pose(pairs: Pairs, clock: solver.Clock | None = None) -> Case:
    """Return the problem that needs pose on units that they were read against; the clock is as in `case`."""
    offers, near = pairs.desk.offers, pairs.desk.there.near
    apart = conflicts.apart(pairs.needs, pairs.desk.there)
    columns, rests, price = placements.columns(pairs, clock)
    problem = choices.Problem(
        columns=columns,
        needs=len(pairs.needs),
        units=len(offers.frame),
        place={"building": offers.building} | {scope: near[scope].code for scope in apart},
        apart=apart,
        rests=rests,
        beside={scope: near[scope].beside for scope in apart},
        price=price,
    )
    return Case(pairs, problem)


@dataclass(frozen=True, slots=True, eq=False)
class Limited:
    """A case with what a planner asks of the plan.

    Parameters
    ----------
    problem
        The problem with pins and quotas; its columns are those of the case.
    locks
        What pins and bans leave of the columns.
    quotas
        The quotas, as read.
    refused
        What cannot be kept.
    """

    problem: Problem
    locks: pinning.Locks
    quotas: list[quoting.Quota]
    refused: list[Refusal]


def limited(posed: Case, asked: Wishes) -> Limited:
    """Return a case with the pins, bans and quotas of a planner."""
    locks = pinning.read(posed.pairs, posed.problem, asked.pins, asked.bans)
    read, refused = quoting.read(posed.pairs, posed.problem.columns, asked.quotas)
    problem = replace(posed.problem, must=locks.kept, limits=tuple(quota.limit for quota in read))
    return Limited(problem, locks, read, [*locks.refused, *refused])


def allocate(  # noqa: PLR0913 - each is a word of the planner
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    *,
    budget: float = 10.0,
    steps: int | None = None,
    seed: int = 1,
    progress: Progress | None = None,
    given: Case | None = None,
    pins: pd.DataFrame | None = None,
    bans: pd.DataFrame | None = None,
    quotas: pd.DataFrame | None = None,
    before: Plan | None = None,
) -> Plan:
    """Return the best plan found for all open needs.

    Parameters
    ----------
    park, rules
        Snapshot and Policy.
    space
        `vacancy.by_unit(park)`.
    budget
        Seconds. A plan proved before that is the same on every machine.
    steps
        Nodes of each exact search instead of seconds: the same input gives the same plan on every machine.
    seed
        Of the exact search.
    progress
        Called with value and bound as they change; returning True stops the search and keeps the best so far.
    given
        What `case` returned, when it is at hand.
    pins, bans
        Where needs must go, and must not (`pins.read`); None: as the snapshot has them. What cannot be is refused,
        never dropped in silence.
    quotas
        Area of zones for sectors (`quotas.read`); None: those of the snapshot. Those without a price give way to pins
        and to what is there by no more than they must.
    before
        Another plan of the same case (`given`), to begin with.
    """
    clock = solver.Clock(budget, steps, progress)
    posed = given or case(park, rules, space, clock=clock)
    asked = limited(posed, wishing.of(park, pins, bans, quotas))
    trail = before.trail if before is not None else None
    trail = trail if trail is not None and trail.columns is posed.problem.columns else None
    found = best(asked.problem, asked.locks, turns(posed.pairs.needs), clock, seed, trail)
    plan = _plan(replace(posed, problem=asked.problem), found.chosen, found.bound, clock.seconds(), OPTIMUM)
    return replace(
        plan,
        columns=len(asked.locks.allowed),
        pinned=sorted(str(posed.pairs.needs[row]["need_id"]) for row in asked.locks.kept),
        refused=asked.refused,
        quotas=quoting.report(asked.quotas, found.chosen, forced=found.forced, shadow=found.known.quotas),
        trail=Trail(posed.problem.columns, found.used, found.chosen, found.known),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What the search gives.

    Parameters
    ----------
    chosen, used
        Numbers of the columns of the plan, and of those that the relaxation had.
    bound
        No plan that keeps what it must is worth more.
    forced
        Whether what is missing in quotas without a price is proved to be the least; None when it is not.
    known
        Prices that made the bound.
    """

    chosen: Ints
    used: Ints
    bound: float
    forced: bool | None
    known: Prices


def best(
    asked: Problem, locks: pinning.Locks, order: list[int], clock: solver.Clock, seed: int, trail: Trail | None
) -> Found:
    """Return the best columns found, and the bound.

    They are never worth less than first come first served or greedy; with a trail, than what it leaves of its plan.
    """
    rows = locks.allowed
    problem, witness = asked.only(rows), np.searchsorted(rows, locks.witness)
    starts: list[Ints] = []
    begin = known = None
    if trail is not None:
        known = trail.known
        begin, last = (np.searchsorted(rows, part[np.isin(part, rows)]) for part in (trail.used, trail.chosen))
        new = witness[~np.isin(problem.columns.need[witness], problem.columns.need[last])]
        free = last[~np.isin(problem.columns.need[last], problem.columns.need[witness])]
        starts = [choices.mended(problem, np.append(last, new)), choices.mended(problem, np.append(witness, free))]
    if not any(problem.keeps(start) for start in starts):
        starts += [choices.in_turn(problem, order, witness), choices.filled(problem, witness)]
    problem, start, forced = _possible(problem, starts, clock, seed)
    relaxed = solver.relax(problem, start, clock, begin, known)
    start = neighbourhoods.improved(problem, relaxed, start, clock, seed)
    chosen, bound = solver.search(problem, relaxed, start, clock, seed)
    return Found(rows[chosen], rows[relaxed.used], bound, forced, relaxed.known)


def _possible(
    problem: Problem, starts: list[Ints], clock: solver.Clock, seed: int
) -> tuple[Problem, Ints, bool | None]:
    """Return the problem with its hard quotas loosened by no more than they must, a plan that keeps it, and the proof.

    Only when none of the plans to begin with keeps the quotas is it asked how much of them must be missing.
    """
    good = [start for start in starts if problem.keeps(start)]
    if good:
        return problem, max(good, key=problem.value), True
    zeros = np.zeros(len(problem.columns))
    hard = tuple(replace(limit, price=1.0) for limit in problem.limits if limit.hard)
    short = replace(problem, columns=replace(problem.columns, value=zeros), limits=hard)
    part = solver.Clock(clock.left() / 3, clock.steps, None)
    start = max((start for start in starts if short.keeps(start)), key=short.value)
    chosen, bound = solver.search(short, solver.relax(short, start, part), start, part, seed)
    proved = bound - short.value(chosen) <= solver.PROOF * (1 + abs(bound))
    loose = tuple(
        replace(limit, most=limit.most + limit.over(chosen) + choices.SLACK) if limit.hard else limit
        for limit in problem.limits
    )
    loosened = replace(problem, limits=loose)
    starts = [choices.filled(loosened, chosen), *(start for start in starts if loosened.keeps(start))]
    return loosened, max(starts, key=loosened.value), True if proved else None


def first_come(
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    *,
    given: Case | None = None,
) -> Plan:
    """Return the plan of needs that come by the day wanted, then id, each taking its best-scored free run.

    Its bound is that of the relaxation, so its gap tells what deciding one by one costs at most.
    """
    clock = solver.Clock(np.inf, None, None)
    posed = given or case(park, rules, space)
    chosen = choices.in_turn(posed.problem, turns(posed.pairs.needs))
    relaxed = solver.relax(posed.problem, chosen, clock)
    return _plan(posed, chosen, relaxed.bound, clock.seconds(), FIRST_COME)


def turns(needs: list[Need]) -> list[int]:
    """Return the numbers of the needs by the day wanted, then id."""
    came = [(criteria.day_of(need["wanted_from"], -np.inf), need["need_id"], row) for row, need in enumerate(needs)]
    return [row for _, _, row in sorted(came)]


def _plan(posed: Case, chosen: Ints, bound: float, seconds: float, method: str) -> Plan:
    problem, needs = posed.problem, posed.pairs.needs
    picked, value = problem.columns.only(chosen), problem.value(chosen)
    met = {needs[row]["need_id"] for row in picked.need}
    waiting = {need["tenant_id"] for need in needs if need["need_id"] not in met}
    if value > bound + solver.PROOF * (1 + abs(bound)):
        message = f"the plan is worth {value}, more than the bound {bound}: one of them is wrong"
        raise ArithmeticError(message)
    top = max(bound, value)  # equal but for rounding
    gap = gap_of(value, top)
    return Plan(
        value=value,
        bound=top,
        gap=gap,
        seconds=seconds,
        proved=gap <= solver.PROOF,
        placed=sorted({need["tenant_id"] for need in needs} - waiting),
        unplaced=sorted(waiting),
        assignments=_assignments(posed, picked),
        parts={
            "area_m2": float(picked.area.sum()),
            **_parts(posed, picked),
        },
        method=method,
        columns=len(problem.columns),
    )


def gap_of(value: float, bound: float) -> float:
    """Return how far below its bound a value is, relative (`Plan`)."""
    scale = bound if bound > 0 else -value  # priced quotas may cost more than the plan is worth
    return (bound - value) / scale if scale > 0 else 0.0


def _parts(posed: Case, picked: Columns) -> dict[str, float]:
    """Return the parts of the value of columns."""
    amounts, total = placements.worth(posed.pairs.desk.policy), np.zeros(3)
    for row, need in enumerate(picked.need):
        own = picked.only(slice(row, row + 1))
        total += np.array(placements.split_up(posed.pairs.needs[need], own, amounts)).sum(axis=1)
    base, fit_, split = (float(part) for part in total)
    return {"base": base, "fit": fit_, "leftover": float(picked.value.sum()) - base - fit_ - split, "split": split}


def _assignments(posed: Case, picked: Columns) -> pd.DataFrame:
    offers, needs = posed.pairs.desk.offers, posed.pairs.needs
    units = [picked.units(row) for row in range(len(picked))]
    row = np.repeat(np.arange(len(picked)), [len(one) for one in units])
    unit = np.concatenate([NONE, *units])
    frame = pd.DataFrame(
        {
            "tenant_id": [needs[need]["tenant_id"] for need in picked.need[row]],
            "need_id": [needs[need]["need_id"] for need in picked.need[row]],
            "unit_id": offers.frame["unit_id"].to_numpy(dtype=object)[unit],
            "valid_from": offering.days(picked.start[row]),
            "valid_to": offering.days(picked.end[row]),
            "area_m2": offers.area[unit],
        }
    )
    return frame.astype(ASSIGNMENTS).sort_values(["need_id", "unit_id"]).reset_index(drop=True)


def chosen(posed: Case, plan: Plan) -> Ints:
    """Return the numbers of the columns that a plan takes.

    Raises
    ------
    ValueError
        When the plan is not of this case.
    """
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


def after(problem: Problem, column: int) -> tuple[Problem, Ints]:
    """Return the problem that is left when a column is taken, and its columns' numbers in `problem`."""
    alive = np.ones(len(problem.columns), dtype=np.bool_)
    choices.shut(problem, alive, column)
    rows = np.flatnonzero(alive)
    limits = tuple(replace(limit, most=limit.most - float(limit.weight[column])) for limit in problem.limits)
    need = int(problem.columns.need[column])
    rests = tuple(rest for rest in problem.rests if rest.need != need)
    return replace(problem, must=problem.must - {need}, limits=limits, rests=rests).only(rows), rows
