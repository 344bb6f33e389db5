"""Who goes where: the plan for all open needs at once, with its value and a proved upper bound."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks import demand
from parks.matching import choices, conflicts, criteria, fit, patterns, solver
from parks.matching import offers as offering

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from parks.matching.choices import Problem
    from parks.matching.criteria import Need
    from parks.matching.fit import Pairs
    from parks.matching.solver import Progress
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
FIRST_COME = "first come, first served: needs by the day wanted, each on its best-scored free run"


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
        (bound − value) ÷ bound; 0 when both are 0.
    seconds
        Time taken.
    proved
        Whether the gap is 0 but for rounding: the plan is the best there is.
    placed, unplaced
        Companies all of whose open needs are placed, and the other companies with an open need; sorted.
    assignments
        tenant_id need_id unit_id valid_from valid_to (NaT open) area_m2, one row a unit.
    parts
        ``area_m2`` placed, and the parts of the value: ``base``, ``fit``, ``leftover``.
    method
        How it was found.
    columns
        How many placements (need on run) it was chosen from.
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


def case(park: Snapshot, rules: Any, space: pd.DataFrame, need_ids: Iterable[str] | None = None) -> Case:  # noqa: ANN401 - the Policy
    """Return the problem that the open needs pose (or those of `need_ids`); reuse it to explain a plan quickly."""
    pairs = fit.pairs(park, rules, space, demand.open_needs(park) if need_ids is None else list(need_ids))
    offers = pairs.desk.offers
    problem = choices.Problem(
        columns=patterns.columns(pairs),
        needs=len(pairs.needs),
        units=len(offers.frame),
        place={"building": offers.building, "floor": offers.floor},
        apart=conflicts.apart(pairs.needs, pairs.desk.there),
    )
    return Case(pairs, problem)


def allocate(
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    *,
    budget: float = 10.0,
    steps: int | None = None,
    seed: int = 1,
    progress: Progress | None = None,
    given: Case | None = None,
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
    """
    clock = solver.Clock(budget, steps, progress)
    posed = given or case(park, rules, space)
    chosen, bound = best(posed.problem, _turns(posed.pairs.needs), clock, seed)
    return _plan(posed, chosen, bound, clock.seconds(), OPTIMUM)


def best(problem: Problem, turns: list[int], clock: solver.Clock, seed: int) -> tuple[Ints, float]:
    """Return the best columns found, and the bound: never less than first come first served or greedy."""
    starts = [choices.in_turn(problem, turns), choices.greedy(problem)]
    start = max(starts, key=problem.value)
    relaxed = solver.relax(problem, start, clock)
    return solver.search(problem, relaxed, start, clock, seed)


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
    chosen = choices.in_turn(posed.problem, _turns(posed.pairs.needs))
    relaxed = solver.relax(posed.problem, chosen, clock)
    return _plan(posed, chosen, relaxed.bound, clock.seconds(), FIRST_COME)


def _turns(needs: list[Need]) -> list[int]:
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
    gap = (top - value) / top if top > 0 else 0.0
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
            "base": float(picked.base.sum()),
            "fit": float(picked.fit.sum()),
            "leftover": float(picked.leftover.sum()),
        },
        method=method,
        columns=len(problem.columns),
    )


def _assignments(posed: Case, picked: patterns.Columns) -> pd.DataFrame:
    offers, needs = posed.pairs.desk.offers, posed.pairs.needs
    length = picked.last - picked.first + 1
    row = np.repeat(np.arange(len(picked)), length)
    unit = picked.first[row] + np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
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


def after(problem: Problem, column: int) -> tuple[Problem, Ints]:
    """Return the problem that is left when a column is taken, and its columns' numbers in `problem`."""
    alive = np.ones(len(problem.columns), dtype=np.bool_)
    choices.shut(problem, alive, column)
    rows = np.flatnonzero(alive)
    return replace(problem, columns=problem.columns.only(rows)), rows
