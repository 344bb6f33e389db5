"""Needs that may lie in several buildings of one park: sets of runs, no more of them than it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from parks.matching import criteria, verbs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.matching.criteria import Need
    from parks.matching.offers import Offers
    from parks.matching.patterns import Runs

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

WHOLE = 6_000
"""Sets of a need up to which all of them are taken."""
MOST = 2_000
"""Sets taken of one need at once; of more, those of most profit at the prices given."""
ROOM = 200_000
"""Sets looked at in one step of a need at most."""
ALIKE = 20
"""Sets kept of the same buildings at most, where not all are."""
NONE = np.zeros((0, 2), dtype=np.int64)
HALVINGS = 24
"""Steps in which the price of a m² is found that makes a bound tight."""


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Runs that could be the whole or a part of the place of one need.

    Parameters
    ----------
    run
        Their numbers among all runs.
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

    run: Ints
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
class Places:
    """Where all runs lie, for all needs together.

    Parameters
    ----------
    first, last
        Numbers of the first and last unit.
    area
        Lettable area [m²].
    building, park
        Codes; park −1 when it is not known.
    """

    first: NDArray[np.int32]
    last: NDArray[np.int32]
    area: Floats
    building: NDArray[np.int32]
    park: NDArray[np.int32]


def places(runs: Runs, offers: Offers) -> Places:
    """Return where all runs lie."""
    whole = [part.astype(np.int32) for part in (runs.first, runs.last, offers.building, offers.park)]
    return Places(whole[0], whole[1], runs.area, whole[2][runs.first], whole[3][runs.first])


class Peak(NamedTuple):
    """What placements of a need that are not among the columns bring at most at some prices, and by what.

    Parameters
    ----------
    need
        Number of the need.
    worth
        At most so much [weighted m²], less the prices.
    load, value
        Share of each unit, and value, of what is worth so much.
    """

    need: int
    worth: float
    load: Floats
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """Sets of parts that are not all among the columns, as far as a bound of their worth asks.

    Parameters
    ----------
    need
        Number of the need.
    places
        Where all runs lie.
    run
        Numbers of the runs that the sets are made of, sorted by park and building.
    value
        Worth [weighted m²] of each in a set, at most.
    count
        How many parts a set has at most.
    least_m2, most_m2
        Area of a set.
    """

    need: int
    places: Places
    run: NDArray[np.int32]
    value: NDArray[np.float32]
    count: int
    least_m2: float
    most_m2: float

    def leading(self, price: Floats) -> Peak:
        """Return what a set is worth at most less its price, and what makes it so.

        Parameters
        ----------
        price
            Sums of the prices of the units before each unit, and of all; below 0 where quotas ask for the need.

        Notes
        -----
        Where no set has just the area that bounds them all, one with less and one with more have a share in it.
        """
        profit = self.profit(price)
        found, where, low, high = self._bounds(profit)
        park, area = int(np.argmax(found)), self.places.area
        rows = np.flatnonzero(self.places.park[self.run] == park)
        sets = [self._taken(profit, rows, edge[park]) for edge in (low, high)]
        more, less = (float(area[self.run[one]].sum()) for one in sets)
        aim = float(self._limit(where)[park])
        part = min(max((aim - less) / (more - less), 0.0), 1.0) if more > less else 0.0
        share = np.repeat([part, 1 - part], [len(one) for one in sets])
        rows = np.concatenate(sets)
        run, load = self.run[rows], np.zeros(len(price))
        np.add.at(load, self.places.first[run], share)
        np.add.at(load, self.places.last[run] + 1, -share)
        value = float((share * self.value[rows]).sum())
        worth = max(0.0, float(found[park]))
        return Peak(self.need, worth, np.cumsum(load[:-1]), value)

    def _taken(self, profit: Floats, rows: Ints, price: float) -> Ints:
        """Return the best part of each of the best buildings of a park, less the price of their area."""
        order = rows[np.argsort(-(profit - price * self.places.area[self.run])[rows], kind="stable")]
        _, first = np.unique(self.places.building[self.run[order]], return_index=True)
        top = order[np.sort(first)[: self.count]]
        return top[(profit - price * self.places.area[self.run])[top] > 0]

    def profit(self, price: Floats) -> Floats:
        """Return the worth of each part less the prices of its units."""
        return self.value - (price[self.places.last[self.run] + 1] - price[self.places.first[self.run]])

    def reach(self, profit: Floats) -> Floats:
        """Return for each part what a set that holds it brings at most."""
        price = self._bounds(profit)[1]
        park, house = self.places.park[self.run], self._houses()
        less, home = profit - price[park] * self.places.area[self.run], park[house]
        top = np.maximum.reduceat(less, house)
        rank, gain = ranks(-top, home), np.maximum(top, 0)
        sums = [np.bincount(home, gain * (rank < most), len(price))[home] for most in (self.count - 1, self.count)]
        others = np.where(rank < self.count - 1, sums[1] - gain, sums[0]) + (price * self._limit(price))[home]
        return less + np.repeat(others, np.diff(np.append(house, len(less))))

    def _houses(self) -> Ints:
        """Return where the parts of each building begin."""
        return np.flatnonzero(np.diff(self.places.building[self.run], prepend=-1))

    def _limit(self, price: Floats) -> Floats:
        """Return the area that bounds a set where a m² has a price: the most, or the least when it is below 0."""
        return np.where(price > 0, self.most_m2 * (1 + verbs.SLACK), self.least_m2 * (1 - verbs.SLACK))

    def _bounds(self, profit: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return for each park what the parts of a set in it bring at most, and at what price of a m² that was told.

        Behind them two prices close to it: at the first the parts have too much area, at the second not.

        Notes
        -----
        For any price of a m², the best parts of as many buildings as a set may have, each less the price of its area,
        and the price of the most area (of the least, when the price is below 0) bound every set from above. The price
        is halved to where their area is neither too little nor too much.
        """
        every, park, house = self.places.area[self.run], self.places.park[self.run], self._houses()
        home, sizes, count = park[house], np.diff(np.append(house, len(park))), int(park.max(initial=-1)) + 1
        high = np.zeros(count)
        np.maximum.at(high, park, np.abs(profit) / every)
        low, found, where, price = -2 * high - 1, np.full(count, np.inf), np.zeros(count), np.zeros(count)
        found[np.bincount(home, minlength=count) == 0] = -np.inf
        for _ in range(HALVINGS):
            less = profit - price[park] * every
            top = np.maximum.reduceat(less, house)
            at = np.flatnonzero(less == np.repeat(top, sizes))
            at = at[np.diff(np.searchsorted(house, at, side="right"), prepend=-1) != 0]
            taken = (top > 0) & (ranks(-top, home) < self.count)
            area = np.bincount(home[taken], every[at[taken]], count)
            bound = np.bincount(home[taken], top[taken], count) + price * self._limit(price)
            where, found = np.where(bound < found, price, where), np.minimum(found, bound)
            much, well = area > self._limit(price), (price == 0) & (area >= self.least_m2) & (area <= self.most_m2)
            much = np.where(price == 0, area > self.most_m2, much)
            low, high = np.where(much | well, price, low), np.where(much & ~well, high, price)
            price = (low + high) / 2
        return found, where, low, high


@dataclass(frozen=True, slots=True)
class Unread:
    """Placements of a need that nobody has looked for: only its size tells what they are worth at most.

    Parameters
    ----------
    need
        Number of the need.
    value
        Worth at most [weighted m²].
    """

    need: int
    value: float

    def leading(self, price: Floats) -> Peak:
        """Return what a placement is worth at most, as `Rest.leading`: on no unit that is known."""
        worth = self.value + float(np.maximum(-np.diff(price), 0).sum())
        return Peak(self.need, worth, np.zeros(len(price) - 1), self.value)


def ranks(worst: Floats, group: NDArray[Any]) -> Ints:
    """Return the place of each row within its group, from 0, the least first."""
    order = np.lexsort((worst, group))
    begins = np.flatnonzero(np.diff(group[order], prepend=-1))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(begins, np.diff(np.append(begins, len(order))))
    return rank


def several(need: Need, row: int, own: Parts, worth: Floats, every: Places) -> tuple[Ints, Rest | None]:
    """Return the sets of two or more parts that serve a need; none, and what bounds them, where there are too many.

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
    every
        Where all runs lie.

    Returns
    -------
    tuple
        Sets × parts (−1 where there is no further one), or a `Rest`.
    """
    small, count = _small(need, own), criteria.buildings(need)
    few = own.only(small)
    sets, whole = _sets(need, few, count) if _pairs(few)[1].sum() <= ROOM else (NONE, False)
    if whole and len(sets) <= WHOLE:
        return _numbers(small, sets), None
    value = np.nextafter(worth[small].astype(np.float32), np.float32(np.inf))  # rounded up: it bounds
    size = float(need["area_min_m2"]), float(need["area_max_m2"])
    return NONE, Rest(row, every, few.run.astype(np.int32), value, count, *size)


def picked(need: Need, own: Parts, rest: Rest, price: Floats) -> Ints:
    """Return the sets of most profit at some prices, of a need that has too many; as `several`.

    Parameters
    ----------
    need, own, rest
        The need, its parts, and what `several` returned for it.
    price
        Sums of the prices of the units before each unit, and of all.
    """
    small, profit = _small(need, own), rest.profit(price)
    few, count = own.only(small), criteria.buildings(need)
    likely = _likely(rest.reach(profit), few.park, count)
    sets = _numbers(likely, _sets(need, few.only(likely), count)[0])
    return _numbers(small, sets[_most(few, sets, few.total(profit, sets))])


def _small(need: Need, own: Parts) -> Ints:
    """Return the parts that do not serve alone, by park, building and first unit."""
    small = np.flatnonzero((own.area < float(need["area_min_m2"]) * (1 - verbs.SLACK)) & (own.park >= 0))
    return small[np.lexsort((own.first[small], own.building[small], own.park[small]))]


def _numbers(rows: Ints, sets: Ints) -> Ints:
    """Return sets of some rows as sets of all."""
    return np.where(sets >= 0, np.append(rows, -1)[sets], -1)


def _sets(need: Need, few: Parts, count: int) -> tuple[Ints, bool]:
    """Return all sets of two or more parts, at most so many, that serve a need; and whether there was room for all."""
    least = float(need["area_min_m2"]) * (1 - verbs.SLACK)
    sets, whole, found = np.arange(len(few.area))[:, None], True, [NONE]
    for _ in range(count - 1):
        sets, fully = _grown(need, few, sets)
        area, whole = few.total(few.area, sets), whole and fully
        found.append(sets[(area >= least) & (area - few.area[sets].min(axis=1, initial=np.inf) < least)])
        sets = sets[area < least]
    return padded(found), whole


def _likely(reach: Floats, park: Ints, count: int) -> Ints:
    """Return the parts that could be in the best sets, as many as there is room for the sets of."""
    order = np.argsort(-reach, kind="stable")
    within = ranks(-reach, park)[order].astype(np.float64)  # how many of its park come before each
    grown = np.cumsum(within ** (count - 1) / math.factorial(count - 1))
    return np.sort(order[: max(count, int(np.searchsorted(grown, ROOM)))])


def padded(found: list[Ints]) -> Ints:
    """Return sets of parts as one array, −1 where a set has fewer parts than another."""
    wide = max(part.shape[1] for part in found)
    return np.concatenate([np.pad(part, ((0, 0), (0, wide - part.shape[1])), constant_values=-1) for part in found])


def _pairs(few: Parts) -> tuple[Ints, Ints]:
    """Return for each part the first one of a later building of its park, and how many there are from there on."""
    place = few.park * (few.building.max(initial=0) + 1) + few.building
    begin = np.searchsorted(place, place, side="right")
    return begin, np.searchsorted(few.park, few.park, side="right") - begin


def _grown(need: Need, few: Parts, sets: Ints) -> tuple[Ints, bool]:
    """Return the sets with one more part of a later building of their park, and whether these are all of them."""
    begin, steps = (amount[sets[:, -1]] for amount in _pairs(few))
    fit = np.cumsum(steps) <= ROOM
    sets, steps, begin = sets[fit], steps[fit], begin[fit]
    row = np.repeat(np.arange(len(sets)), steps)
    part = np.arange(len(row)) - np.repeat(np.cumsum(steps) - steps, steps) + begin[row]
    grown = np.column_stack([sets[row], part])
    start = few.start[grown].max(axis=1, initial=-np.inf)
    good = few.total(few.area, grown) <= float(need["area_max_m2"]) * (1 + verbs.SLACK)
    good &= criteria.ending(need, start) <= few.until[grown].min(axis=1, initial=np.inf)
    return grown[good], bool(fit.all())


def _most(few: Parts, sets: Ints, profit: Floats) -> Ints:
    """Return the rows of the sets of most profit: not too many of the same buildings, nor of all."""
    building = np.where(sets >= 0, np.append(few.building, -1)[sets], -1)
    same = np.unique(building, axis=0, return_inverse=True)[1]
    rows = np.flatnonzero(ranks(-profit, same) < ALIKE)
    return np.sort(rows[np.argsort(-profit[rows], kind="stable")][:MOST])
