"""What it would mean to put a need somewhere else: what the whole plan loses, and who would have to move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parks.matching import allocation, choices, pins, sayings, solver

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.matching.choices import Problem
    from parks.matching.sayings import Desk
    from parks.matching.solver import Relaxation

    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Swap:
    """A plan in which one need takes a certain column.

    Parameters
    ----------
    column
        The column.
    loss
        What the plan is worth less than the one in hand; below 0 when it is worth more.
    kind
        How sure that is: ``exact``, ``at_most``, ``at_least``.
    chosen
        Numbers of all columns of the new plan; None when there was no time to make it.
    """

    column: int
    loss: float
    kind: str
    chosen: Ints | None


def forced(at: Desk, column: int, relaxed: Relaxation | None, seconds: float) -> Swap | None:
    """Return the best plan with a column in it; None when none keeps the pins and quotas of the others.

    Parameters
    ----------
    at
        The plan, and the problem that it solves.
    column
        Number of the column.
    relaxed
        Relaxation of the problem, when it is at hand.
    seconds
        To solve; without any, only the reduced cost is told when there is a relaxation.
    """
    problem = at.posed.problem
    if relaxed is not None and seconds <= 0:
        loss = max(0.0, problem.value(at.chosen) - relaxed.bound - float(relaxed.reduced[column]))
        return Swap(column, loss, "at_least", None)
    rest, numbers = allocation.after(problem, column)
    start = _start(rest, np.flatnonzero(np.isin(numbers, at.chosen)))
    if start is None:
        return None
    clock = solver.Clock(seconds, None, None)
    again = solver.relax(rest, start, clock) if relaxed is None else solver.at_prices(rest, relaxed.known, start)
    chosen, bound = solver.search(rest, again, start, clock, 1)
    every = np.append(numbers[chosen], column)
    proved = bound - rest.value(chosen) <= solver.PROOF * (1 + abs(bound))
    loss = problem.value(at.chosen) - problem.value(every)
    return Swap(column, loss, "exact" if proved else "at_most", np.sort(every))


def _start(rest: Problem, kept: Ints) -> Ints | None:
    """Return a plan that keeps what it must, beginning with the columns `kept`; None when none is found."""
    start = choices.mended(rest, kept)
    if rest.keeps(start):
        return start
    witness = pins.together(rest, {need: np.flatnonzero(rest.columns.need == need) for need in rest.must})
    if witness is None:
        return None
    start = choices.filled(rest, witness.values())
    return start if rest.keeps(start) else None


def moves(at: Desk, swap: Swap) -> list[str]:
    """Return in sentences what becomes of the other needs: who moves where, who loses its place, who comes in."""
    columns, t = at.posed.problem.columns, at.t
    if swap.chosen is None:
        return []
    before, behind = ({int(columns.need[one]): int(one) for one in rows} for rows in (at.chosen, swap.chosen))
    own, said = int(columns.need[swap.column]), []
    for need in sorted((before.keys() | behind.keys()) - {own}):
        old, new = before.get(need), behind.get(need)
        if old == new:
            continue
        company = sayings.companies(at.park, [at.posed.pairs.needs[need]["tenant_id"]], t)
        place = "" if new is None else sayings.where(at, columns.units(new))
        if new is None:
            said.append(t("{company} would lose its place.", company=company))
        elif old is None:
            said.append(t("{company} would come in, at {place}.", company=company, place=place))
        else:
            said.append(t("{company} would move to {place}.", company=company, place=place))
    return said
