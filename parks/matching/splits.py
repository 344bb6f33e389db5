"""Needs that may lie in several buildings of one park: sets of runs, no more of them than it takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from parks.matching import criteria, verbs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.matching.criteria import Need

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

MOST = 20_000
"""Sets kept of one need; of more, those of most area a park."""
ROOM = 2_000_000
"""Sets looked at in one step of a need at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Runs that could be the whole or a part of the place of one need.

    Parameters
    ----------
    first, last
        Numbers of the first and last unit.
    area
        Lettable area [m²].
    start, until
        Day numbers: first possible day of the lease, and the next firm lease.
    score
        Mean score of the units by area, 0–1.
    waste
        Area [m²] that becomes useless beside the run.
    building, park
        Codes; park −1 when it is not known.
    """

    first: Ints
    last: Ints
    area: Floats
    start: Floats
    until: Floats
    score: Floats
    waste: Floats
    building: Ints
    park: Ints

    def only(self, rows: Ints) -> Parts:
        """Return some of them."""
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__slots__})

    def total(self, amount: Floats, sets: Ints) -> Floats:
        """Return the sum of an amount of each part over sets of parts (−1: no further part)."""
        total: Floats = np.where(sets >= 0, np.append(amount, 0)[sets], 0.0).sum(axis=1)
        return total


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """Sets of parts that are not all among the columns, as far as a bound of their worth asks.

    Parameters
    ----------
    need
        Number of the need.
    parts
        The parts that they are made of.
    value
        Worth [weighted m²] of each part in a set, at most.
    count
        How many parts a set has at most.
    most_m2
        Area of a set at most.
    """

    need: int
    parts: Parts
    value: Floats
    count: int
    most_m2: float

    def best(self, price: Floats, rate: float) -> float:
        """Return what a set is worth at most less its price.

        Parameters
        ----------
        price
            Sums of the prices of the units before each unit, and of all.
        rate
            What quotas could add a m².

        Notes
        -----
        The best parts of as many buildings of one park as a set may have, their areas left aside; and the most area at
        the best profit a m². Neither is ever too low, so the lesser is taken.
        """
        own = self.parts
        profit = self.value + rate * own.area - (price[own.last + 1] - price[own.first])
        dense = self.most_m2 * (1 + verbs.SLACK) * max(0.0, float((profit / own.area).max()))
        order = np.lexsort((-profit, own.building))
        top = order[np.diff(own.building[order], prepend=-1) != 0]
        rank = ranks(-profit[top], own.park[top])
        count = int(own.park.max()) + 1
        sums = np.bincount(own.park[top], np.where(rank < self.count, np.maximum(profit[top], 0), 0), count)
        return min(dense, float(sums.max()))


def ranks(worst: Floats, group: Ints) -> Ints:
    """Return the place of each row within its group, from 0, the least first."""
    order = np.lexsort((worst, group))
    begins = np.flatnonzero(np.diff(group[order], prepend=-1))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(begins, np.diff(np.append(begins, len(order))))
    return rank


def several(need: Need, row: int, own: Parts, worth: Floats) -> tuple[Ints, list[Rest]]:
    """Return the sets of two or more parts that serve a need, and what had to be left out.

    The parts lie in different buildings of one park and are free together; without any one of them the area would be
    less than the least.

    Parameters
    ----------
    need, row
        The need, and its number.
    own
        Its parts.
    worth
        Value of each part in a set of two; in a larger one it is no more.

    Returns
    -------
    tuple
        Sets × parts (−1 where there is no further one), and a `Rest` when there were too many.
    """
    least = float(need["area_min_m2"]) * (1 - verbs.SLACK)
    small = np.flatnonzero((own.area < least) & (own.park >= 0))
    small = small[np.lexsort((own.first[small], own.building[small], own.park[small]))]
    few = own.only(small)
    sets, whole, found = np.arange(len(few.area))[:, None], True, []
    for _ in range(criteria.buildings(need) - 1):
        sets, fully = _grown(need, few, sets)
        area, whole = few.total(few.area, sets), whole and fully
        found.append(sets[(area >= least) & (area - few.area[sets].min(axis=1, initial=np.inf) < least)])
        sets = sets[area < least]
    every = padded(found)
    kept = every[_most(few, every)]
    numbers = np.where(kept >= 0, np.append(small, -1)[kept], -1)
    if whole and len(kept) == len(every):
        return numbers, []
    return numbers, [Rest(row, few, worth[small], criteria.buildings(need), float(need["area_max_m2"]))]


def padded(found: list[Ints]) -> Ints:
    """Return sets of parts as one array, −1 where a set has fewer parts than another."""
    wide = max(part.shape[1] for part in found)
    return np.concatenate([np.pad(part, ((0, 0), (0, wide - part.shape[1])), constant_values=-1) for part in found])


def _grown(need: Need, few: Parts, sets: Ints) -> tuple[Ints, bool]:
    """Return the sets with one more part of a later building of their park, and whether these are all of them."""
    tail = sets[:, -1]
    place = few.park * (few.building.max(initial=0) + 1) + few.building
    begin = np.searchsorted(place, place[tail], side="right")
    count = np.searchsorted(few.park, few.park[tail], side="right") - begin
    order = np.argsort(-few.total(few.area, sets), kind="stable")
    order = order[np.cumsum(count[order]) <= ROOM]
    row = np.repeat(order, count[order])
    steps = count[order]
    part = np.arange(len(row)) - np.repeat(np.cumsum(steps) - steps, steps) + begin[row]
    grown = np.column_stack([sets[row], part])
    start = few.start[grown].max(axis=1, initial=-np.inf)
    good = few.total(few.area, grown) <= float(need["area_max_m2"]) * (1 + verbs.SLACK)
    good &= criteria.ending(need, start) <= few.until[grown].min(axis=1, initial=np.inf)
    return grown[good], len(order) == len(sets)


def _most(few: Parts, sets: Ints) -> Ints:
    """Return the rows of the sets that are kept: all, or those of most area of each park."""
    if len(sets) <= MOST:
        return np.arange(len(sets))
    park = few.park[sets[:, 0]]
    each = max(1, MOST // len(np.unique(park)))
    return np.flatnonzero(ranks(-few.total(few.area, sets), park) < each)
