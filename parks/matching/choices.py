"""The allocation as numbers: what may be chosen together, and plans made by simple rules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from parks.matching.patterns import Columns
    from parks.matching.splits import Rest
    from parks.matching.vicinity import Lists

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

Clash = tuple[str, int, int, int]
"""Scope, place, and the two needs that may not be in it (the first) and in it or beside it (the second)."""
SLACK = 1e-6
"""Rounding that a limit is forgiven, relative to 1 m² and its size."""


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
    """

    weight: Floats
    most: float
    price: float

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
    """

    columns: Columns
    needs: int
    units: int
    place: Mapping[str, Ints]
    apart: Mapping[str, NDArray[np.bool_]]
    must: frozenset[int] = frozenset()
    limits: tuple[Limit, ...] = ()
    rests: tuple[Rest, ...] = ()
    beside: Mapping[str, Lists] = field(default_factory=dict)

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
        """Return the problem of some of the columns."""
        limits = tuple(replace(limit, weight=limit.weight[rows]) for limit in self.limits)
        return replace(self, columns=self.columns.only(rows), limits=limits)


def shut(problem: Problem, alive: NDArray[np.bool_], column: int) -> None:
    """Take a column: strike those of its need, those that overlap it, and those that a conflict keeps from it."""
    columns = problem.columns
    need = int(columns.need[column])
    alive &= (columns.need != need) & columns.clear(column)
    for scope, matrix in problem.apart.items():
        if matrix[need].any():
            touches = columns.sums(problem.around(scope, columns.units(column)).astype(np.float64)) > 0
            alive &= ~(matrix[need][columns.need] & touches)


def _gain(problem: Problem, taken: list[int]) -> Floats:
    """Return what each column would add to the value when these are taken; -inf where it breaks a hard quota."""
    gain = problem.columns.value
    for limit in problem.limits:
        room = limit.most - float(limit.weight[taken].sum())
        more = np.maximum(limit.weight - room, 0.0) - max(-room, 0.0)
        gain = np.where(more > SLACK, -np.inf, gain) if limit.hard else gain - limit.price * more
    return gain


def filled(problem: Problem, taken: Iterable[int]) -> Ints:
    """Return a plan that begins with columns that go together and adds the one worth most again and again."""
    kept, alive = [int(column) for column in taken], np.ones(len(problem.columns), dtype=np.bool_)
    for column in kept:
        shut(problem, alive, column)
    order = np.argsort(-problem.columns.value, kind="stable")
    while (order := order[alive[order]]).size:
        if not problem.limits:
            best = order[0]
        else:
            gain = _gain(problem, kept)[order]
            best = order[int(np.argmax(gain))]
            if gain.max() <= 0:
                break
        kept.append(int(best))
        shut(problem, alive, kept[-1])
    return np.array(sorted(kept), dtype=np.int64)


def greedy(problem: Problem) -> Ints:
    """Return a plan that takes the column worth most again and again; of equals the first."""
    return filled(problem, ())


def in_turn(problem: Problem, turns: list[int], taken: Iterable[int] = ()) -> Ints:
    """Return the plan of needs that come one by one and take their best-scored column, of equals the dearest.

    It begins with the columns `taken`, which go together. No need takes what breaks a hard quota.
    """
    columns, kept = problem.columns, [int(column) for column in taken]
    alive = np.ones(len(columns), dtype=np.bool_)
    for column in kept:
        shut(problem, alive, column)
    for need in turns:
        own = np.flatnonzero(alive & (columns.need == need))
        if problem.limits:
            own = own[np.isfinite(_gain(problem, kept)[own])]
        if own.size:
            best = own[np.lexsort((-columns.value[own], -columns.score[own].round(9)))[0]]
            kept.append(int(best))
            shut(problem, alive, kept[-1])
    return np.array(sorted(kept), dtype=np.int64)


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
    alive, kept = np.ones(len(problem.columns), dtype=np.bool_), []
    later = ~np.isin(problem.columns.need[chosen], list(problem.must))
    for column in chosen[np.lexsort((-problem.columns.value[chosen], later))]:
        if alive[column]:
            kept.append(int(column))
            shut(problem, alive, kept[-1])
    return kept


def mended(problem: Problem, chosen: Ints) -> Ints:
    """Return a selection without the clashing columns that are worth less, filled up greedily."""
    return filled(problem, together(problem, chosen))
