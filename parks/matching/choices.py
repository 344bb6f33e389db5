"""The allocation as numbers: what may be chosen together, and plans made by simple rules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from parks.matching.patterns import Columns
    from parks.matching.splits import Rest, Unread
    from parks.matching.vicinity import Lists

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

Clash = tuple[str, int, int, int]
"""Scope, place, and the two needs that may not be in it (the first) and in it or beside it (the second)."""
SLACK = 1e-6
"""Rounding that a limit is forgiven, relative to 1 m² and its size."""
CHUNK = 4_096
"""Columns looked at together when a plan is filled, at first; then more and more."""


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """A quota as a sum over the chosen columns that may be so much at most; at least is the same with signs turned.

    Parameters
    ----------
    weight
        Area [m²] that each column adds to the sum; below 0 where it takes away from it.
    most
        What the sum may be [m²].
    price
        Cost of each m² above; inf when no plan may be above.
    unit, lost, among
        What the weights come from: by unit, what a placement of the needs `among` adds, and what any takes away.
    """

    weight: Floats
    most: float
    price: float
    unit: Floats
    lost: Floats
    among: NDArray[np.bool_]

    def by_unit(self, need: int) -> Floats:
        """Return what a placement of a need adds to the sum on each unit [m²]."""
        added: Floats = self.unit * self.among[need] - self.lost
        return added

    @property
    def hard(self) -> bool:
        """Return whether no plan may be above."""
        return bool(np.isinf(self.price))

    def over(self, chosen: Ints) -> float:
        """Return how much [m²] a selection of columns is above."""
        return max(0.0, float(self.weight[chosen].sum()) - self.most)


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
        Scope (``building``, ``floor``, ``neighbouring``, …) → code of each unit, growing with the unit's number.
    apart
        Scope → which pairs of needs may not be in places of it that are beside each other.
    must
        Needs that every plan places.
    limits
        The quotas.
    rests
        Placements that are not among the columns because they are too many.
    beside
        Scope → the places beside each of its places, the same both ways; of a scope that is not there, itself alone.
    price
        Sums of prices of the units, before each unit and of all, that are good for these; empty when none are known.
    """

    columns: Columns
    needs: int
    units: int
    place: Mapping[str, Ints]
    apart: Mapping[str, NDArray[np.bool_]]
    must: frozenset[int] = frozenset()
    limits: tuple[Limit, ...] = ()
    rests: tuple[Rest | Unread, ...] = ()
    beside: Mapping[str, Lists] = field(default_factory=dict)
    price: Floats = field(default_factory=lambda: np.zeros(0))

    def around(self, scope: str, units: Ints) -> NDArray[np.bool_]:
        """Return which units lie in a place beside those of some units."""
        code = self.place[scope]
        places = np.unique(code[units])
        if scope in self.beside:
            places, _ = self.beside[scope].of(places)
        near = np.zeros(int(code.max()) + 1, dtype=np.bool_)
        near[places[places < len(near)]] = True
        return near[code]

    def value(self, chosen: Ints) -> float:
        """Return the value of a selection of columns, less the price of what it has above its quotas."""
        cost = sum(limit.price * limit.over(chosen) for limit in self.limits if not limit.hard)
        return float(self.columns.value[chosen].sum()) - cost

    def keeps(self, chosen: Ints) -> bool:
        """Return whether a selection places every need that it must, and keeps every quota that it must."""
        met = self.must <= set(self.columns.need[chosen].tolist())
        return met and all(limit.over(chosen) <= SLACK * (1 + abs(limit.most)) for limit in self.limits if limit.hard)

    def only(self, rows: Ints) -> Problem:
        """Return the problem of some of the columns, sorted."""
        if len(rows) == len(self.columns):
            return self
        limits = tuple(replace(limit, weight=limit.weight[rows]) for limit in self.limits)
        return replace(self, columns=self.columns.only(rows), limits=limits)


class Taken:
    """Columns taken one after another, and what they leave of the others."""

    def __init__(self, problem: Problem, columns: Iterable[int] = ()) -> None:
        """Begin with columns that go together."""
        self.problem = problem
        self.columns: list[int] = []
        self.held = np.zeros(problem.units, dtype=np.int32)
        self.met = np.zeros(problem.needs, dtype=np.bool_)
        self.sharp = np.logical_or.reduce(
            [np.zeros(problem.needs, np.bool_), *(m.any(1) for m in problem.apart.values())]
        )
        for column in columns:
            self.take(int(column))

    def take(self, column: int) -> None:
        """Take one more column, which the others leave."""
        columns = self.problem.columns
        self.columns.append(column)
        self.met[columns.need[column]] = True
        for first, last in zip(columns.first[column], columns.last[column], strict=True):
            self.held[first : last + 1] = 1

    def leaves(self, rows: Ints) -> NDArray[np.bool_]:
        """Return which of some columns are of other needs, on other units, and not kept away by a conflict."""
        columns = self.problem.columns
        total = np.append(0, np.cumsum(self.held))
        free: NDArray[np.bool_] = ~self.met[columns.need[rows]] & (columns.between(total, rows) == 0)
        taken = np.array(self.columns, dtype=np.int64)
        left = np.flatnonzero(free)
        free[left] = ~barred(self.problem, taken[self.sharp[columns.need[taken]]], rows[left])
        return free


def clear(problem: Problem, column: int, rows: Ints) -> NDArray[np.bool_]:
    """Return which of some columns are of another need than one of all, on other units, kept away by no conflict."""
    columns = problem.columns
    free: NDArray[np.bool_] = (columns.need[rows] != columns.need[column]) & ~barred(problem, np.array([column]), rows)
    for first, last in zip(columns.first[column], columns.last[column], strict=True):
        free &= ((columns.last[rows] < first) | (columns.first[rows] > last)).all(axis=1)
    return free


def barred(problem: Problem, taken: Ints, rows: Ints) -> NDArray[np.bool_]:
    """Return which of some columns a conflict keeps from one of those that are taken."""
    columns, found = problem.columns, np.zeros(len(rows), dtype=np.bool_)
    needs, own = np.unique(columns.need[rows], return_inverse=True)
    for scope, matrix in problem.apart.items():
        against = matrix[np.ix_(columns.need[taken], needs)]
        # needs of one kind are against the same columns: told once for all of them
        kinds, kind = np.unique(np.packbits(against, axis=0).T, axis=0, return_inverse=True)
        for number in np.flatnonzero(kinds.any(axis=1)):
            hit = np.flatnonzero(kind == number)
            units = np.concatenate([columns.units(int(column)) for column in taken[against[:, hit[0]]]])
            total = np.append(0, np.cumsum(problem.around(scope, units)))
            at = np.flatnonzero(np.isin(own, hit))
            found[at] |= columns.between(total, rows[at]) > 0
    return found


def shut(problem: Problem, alive: NDArray[np.bool_], column: int) -> None:
    """Take a column: strike those of its need, those that overlap it, and those that a conflict keeps from it."""
    rows = np.flatnonzero(alive)
    alive[rows] = clear(problem, column, rows)


def _gain(problem: Problem, taken: list[int], rows: Ints) -> Floats:
    """Return what each of some columns would add to the value of others; -inf where it breaks a hard quota."""
    gain = problem.columns.value[rows]
    for limit in problem.limits:
        room = limit.most - float(limit.weight[taken].sum())
        more = np.maximum(limit.weight[rows] - room, 0.0) - max(-room, 0.0)
        gain = np.where(more > SLACK, -np.inf, gain) if limit.hard else gain - limit.price * more
    return gain


def _filled(problem: Problem, state: Taken, order: Ints, least: float) -> Ints:
    """Return a plan that takes columns in an order while they are left and add more than `least`."""
    begin, size = 0, CHUNK
    while begin < len(order):
        rows = order[begin : begin + size]
        rows = rows[state.leaves(rows)]
        while rows.size:
            if problem.limits:
                rows = rows[_gain(problem, state.columns, rows) > least]
            if rows.size:
                state.take(int(rows[0]))
                rows = rows[clear(problem, state.columns[-1], rows)]
        begin, size = begin + size, min(size * 2, CHUNK * 16)
    return np.array(sorted(state.columns), dtype=np.int64)


def filled(problem: Problem, taken: Iterable[int]) -> Ints:
    """Return a plan that begins with columns that go together and adds those worth most first, of equals the first.

    What a column is worth with quotas is told when the first columns are taken; it is left out when it adds nothing.
    """
    state, every = Taken(problem, taken), np.arange(len(problem.columns))
    worth = _gain(problem, state.columns, every) if problem.limits else problem.columns.value
    return _filled(problem, state, np.argsort(-worth, kind="stable"), 0.0)


def greedy(problem: Problem) -> Ints:
    """Return a plan that takes the column worth most again and again; of equals the first."""
    return filled(problem, ())


def by_score(problem: Problem) -> Ints:
    """Return a plan that takes the column of the best score again and again, of equals the larger, then the first."""
    columns = problem.columns
    order = np.lexsort((-columns.area, -columns.score.round(6)))
    return _filled(problem, Taken(problem), order, -np.inf)


def in_turn(problem: Problem, turns: list[int], taken: Iterable[int] = ()) -> Ints:
    """Return the plan of needs that come one by one and take their best-scored column, of equals the dearest.

    It begins with the columns `taken`, which go together. No need takes what breaks a hard quota.
    """
    columns, state = problem.columns, Taken(problem, taken)
    for need in turns:
        own = columns.of(need)
        own = own[state.leaves(own)]
        if problem.limits:
            own = own[np.isfinite(_gain(problem, state.columns, own))]
        if own.size:
            state.take(int(own[np.lexsort((-columns.value[own], -columns.score[own].round(9)))[0]]))
    return np.array(sorted(state.columns), dtype=np.int64)


def clashes(problem: Problem, chosen: Ints) -> list[Clash]:
    """Return every conflict that a selection breaks: scope, place and the two needs."""
    columns, found = problem.columns, []
    for scope, matrix in problem.apart.items():
        need, code = columns.need[chosen], problem.place[scope]
        for one, two in zip(*np.nonzero(np.triu(matrix[np.ix_(need, need)])), strict=True):
            own = columns.units(int(chosen[one]))
            hit = own[problem.around(scope, columns.units(int(chosen[two])))[own]]
            found += [(scope, int(place), int(need[one]), int(need[two])) for place in np.unique(code[hit])]
    return found


def together(problem: Problem, chosen: Ints) -> list[int]:
    """Return what goes together of a selection: first come those that must be, then those worth more."""
    columns = problem.columns
    need = columns.need[chosen]
    doubtful = np.bincount(need, minlength=problem.needs) > 1
    doubtful[[one for *_, first, second in clashes(problem, chosen) for one in (first, second)]] = True
    held = np.zeros(problem.units + 1, dtype=np.int64)  # how many begin at each unit, less those that end before it
    for first, last in zip(columns.first[chosen].T, columns.last[chosen].T, strict=True):
        np.add.at(held, first, 1)
        np.add.at(held, last + 1, -1)
    shared = columns.between(np.append(0, np.cumsum(np.cumsum(held)[:-1] > 1)), chosen) > 0
    open_ = shared | doubtful[need]
    state = Taken(problem, chosen[~open_])
    later = ~np.isin(need, list(problem.must))
    order = np.lexsort((-columns.value[chosen], later))
    for column in chosen[order[open_[order]]]:
        if state.leaves(np.array([column]))[0]:
            state.take(int(column))
    return state.columns


def mended(problem: Problem, chosen: Ints) -> Ints:
    """Return a selection without the clashing columns that are worth less, filled up greedily."""
    return filled(problem, together(problem, chosen))
