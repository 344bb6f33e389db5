"""The allocation as numbers: what may be chosen together, and plans made by simple rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from parks.matching.patterns import Columns

    Ints = NDArray[np.int64]

Clash = tuple[str, int, int, int]
"""Scope, place, and the two needs that may not both be in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What is to be decided.

    Parameters
    ----------
    columns
        Needs on runs.
    needs, units
        How many there are.
    place
        Scope (``building``, ``floor``) → code of each unit, growing with the unit's number.
    apart
        Scope → which pairs of needs may not share a place of it.
    """

    columns: Columns
    needs: int
    units: int
    place: Mapping[str, Ints]
    apart: Mapping[str, NDArray[np.bool_]]

    def value(self, chosen: Ints) -> float:
        """Return the value of a selection of columns."""
        return float(self.columns.value[chosen].sum())


def shut(problem: Problem, alive: NDArray[np.bool_], column: int) -> None:
    """Take a column: strike those of its need, those that overlap it, and those that a conflict keeps from it."""
    columns = problem.columns
    need, first, last = (int(array[column]) for array in (columns.need, columns.first, columns.last))
    alive &= (columns.need != need) & ((columns.last < first) | (columns.first > last))
    for scope, matrix in problem.apart.items():
        if matrix[need].any():
            code = problem.place[scope]
            touches = (code[columns.last] >= code[first]) & (code[columns.first] <= code[last])
            alive &= ~(matrix[need][columns.need] & touches)


def greedy(problem: Problem, alive: NDArray[np.bool_] | None = None) -> Ints:
    """Return a plan that takes the column worth most again and again, of those `alive`; of equals the first."""
    value, taken = problem.columns.value, []
    alive = np.ones(len(value), dtype=np.bool_) if alive is None else alive.copy()
    order = np.argsort(-value, kind="stable")
    while (open_ := order[alive[order]]).size:
        taken.append(int(open_[0]))
        shut(problem, alive, taken[-1])
        order = open_
    return np.array(sorted(taken), dtype=np.int64)


def in_turn(problem: Problem, turns: list[int]) -> Ints:
    """Return the plan of needs that come one by one and take their best-scored column, of equals the dearest."""
    columns, taken = problem.columns, []
    alive = np.ones(len(columns), dtype=np.bool_)
    for need in turns:
        own = np.flatnonzero(alive & (columns.need == need))
        if own.size:
            best = own[np.lexsort((-columns.value[own], -columns.score[own].round(9)))[0]]
            taken.append(int(best))
            shut(problem, alive, taken[-1])
    return np.array(sorted(taken), dtype=np.int64)


def clashes(problem: Problem, chosen: Ints) -> list[Clash]:
    """Return every conflict that a selection breaks: scope, place and the two needs."""
    columns, found = problem.columns, []
    for scope, matrix in problem.apart.items():
        code = problem.place[scope]
        low, high, need = code[columns.first[chosen]], code[columns.last[chosen]], columns.need[chosen]
        for one, two in zip(*np.nonzero(np.triu(matrix[np.ix_(need, need)])), strict=True):
            shared = range(max(low[one], low[two]), min(high[one], high[two]) + 1)
            found += [(scope, int(place), int(need[one]), int(need[two])) for place in shared]
    return found


def mended(problem: Problem, chosen: Ints) -> Ints:
    """Return a selection without the clashing columns that are worth less, filled up greedily."""
    alive, kept = np.ones(len(problem.columns), dtype=np.bool_), []
    for column in chosen[np.argsort(-problem.columns.value[chosen], kind="stable")]:
        if alive[column]:
            kept.append(int(column))
            shut(problem, alive, kept[-1])
    return np.sort(np.concatenate([np.array(kept, dtype=np.int64), greedy(problem, alive)]))
