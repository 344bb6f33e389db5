"""Unbroken runs of units, and the columns of the allocation: needs on runs, each with its value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from parks.matching import verbs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.matching.criteria import Need
    from parks.matching.offers import Offers

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Unbroken runs of units: a row of adjoining units on one floor, or whole neighbouring floors of one building.

    Parameters
    ----------
    first, last
        Numbers of the first and last unit.
    area
        Lettable area [m²].
    available, until
        Day numbers between which the whole run is free.
    """

    first: Ints
    last: Ints
    area: Floats
    available: Floats
    until: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Stock:
    """All runs that any need could take.

    Parameters
    ----------
    runs
        Sorted by first and last unit.
    waste
        Area [m²] that becomes useless beside each.
    order, size
        Their numbers by area, and these areas.
    """

    runs: Runs
    waste: Floats
    order: Ints
    size: Floats

    def sized(self, least_m2: float, most_m2: float) -> Ints:
        """Return the numbers of the runs of a size, sorted."""
        begin, end = np.searchsorted(self.size, least_m2), np.searchsorted(self.size, most_m2, side="right")
        return np.sort(self.order[begin:end])


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """One need on one place, a row each, sorted by need: a run, or runs in several buildings.

    There may be millions: numbers are 32 bits wide but for area and value.

    Parameters
    ----------
    need
        Number of the need.
    first, last
        Columns × runs: numbers of the first and last unit of each run; 0 and −1 where there is no further run.
    area
        Lettable area [m²] of all runs.
    start, end
        Day numbers of the lease; `end` inf when open.
    score
        Mean score of the units by area, 0–1.
    value
        What `placements.split_up` tells the parts of, above 0.
    """

    need: Ints
    first: Ints
    last: Ints
    area: Floats
    start: Floats
    end: Floats
    score: Floats
    value: Floats

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.need)

    def only(self, rows: Any) -> Columns:  # noqa: ANN401 - anything that indexes an array
        """Return some of them."""
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__slots__})

    def of(self, need: int) -> Ints:
        """Return the columns of a need."""
        return np.arange(*np.searchsorted(self.need, [need, need + 1]))

    def sums(self, amount: NDArray[Any]) -> Floats:
        """Return the sum over the units of each column of an amount that each unit has."""
        total = np.append(0, np.cumsum(amount))
        return self.between(total)

    def between(self, total: NDArray[Any], rows: Any = slice(None)) -> Floats:  # noqa: ANN401 - anything that indexes an array
        """Return the sums over the units of columns, of an amount summed before each unit, and of all."""
        sums: Floats = np.zeros(len(self.need[rows]), dtype=total.dtype)
        for first, last in zip(self.first.T, self.last.T, strict=True):  # a run at a time: less room
            sums += total[last[rows] + 1] - total[first[rows]]
        return sums

    def units(self, column: int) -> Ints:
        """Return the numbers of the units of one column, sorted."""
        runs = zip(self.first[column], self.last[column], strict=True)
        units: Ints = np.sort(np.concatenate([np.arange(first, last + 1) for first, last in runs]))
        return units

    def on(self, need: int, units: Ints) -> Ints:
        """Return the columns of a need on exactly these units; none when one of them is not known (below 0)."""
        inside = np.zeros(int(max(units.max(initial=0), self.last.max(initial=0))) + 1)
        inside[units] = 1
        rows = self.of(need if units.min(initial=0) >= 0 else -1)
        own = self.only(rows)
        same: NDArray[np.bool_] = (own.sums(inside) == len(units)) & (own.sums(np.ones(len(inside))) == len(units))
        found: Ints = rows[same]
        return found

    def spots(self, code: Ints, rows: Any = slice(None)) -> tuple[Ints, Ints]:  # noqa: ANN401 - anything that indexes
        """Return, columns × runs, the first and last code of where each run lies; 0 and −1 where there is none.

        Parameters
        ----------
        code
            Code of each unit, growing with its number.
        rows
            Some of the columns.
        """
        first, last = self.first[rows], self.last[rows]
        return np.where(last < 0, 0, code[first]), np.where(last < 0, -1, code[last])


def joined(found: list[Columns]) -> Columns:
    """Return columns one after another, sorted by need, with room for as many runs as the one that has most."""
    width, count = max((part.first.shape[1] for part in found), default=1), sum(len(part) for part in found)
    arrays: dict[str, NDArray[Any]] = {
        "first": np.zeros((count, width), dtype=np.int32),
        "last": np.full((count, width), -1, dtype=np.int32),
        "need": np.zeros(count, dtype=np.int32),
        "area": np.zeros(count),
        "value": np.zeros(count),
    }
    for name in Columns.__slots__:
        array, begin = arrays.setdefault(name, np.zeros(count, dtype=np.float32)), 0
        for part in found:
            rows = getattr(part, name)
            where = (slice(begin, begin + len(rows)), *(slice(size) for size in rows.shape[1:]))
            array[where] = rows
            begin += len(rows)
    if (np.diff(arrays["need"]) < 0).any():
        order = np.argsort(arrays["need"], kind="stable")
        arrays = {name: arrays.pop(name)[order] for name in Columns.__slots__}  # one after another: less room
    return Columns(**arrays)


def usable(offers: Offers) -> NDArray[np.bool_]:
    """Return which units could ever be placed: they come free on a known day and their area is known."""
    return np.isfinite(offers.available) & (offers.area > 0)


def stock(offers: Offers, needs: list[Need]) -> Stock:
    """Return all runs that any of some needs could take."""
    every = runs(offers, max((float(need["area_max_m2"]) for need in needs), default=0.0))
    waste = leftovers(offers, every, min((float(need["area_min_m2"]) for need in needs), default=0.0))
    order = np.argsort(every.area, kind="stable")
    return Stock(every, waste, order, every.area[order])


def runs(offers: Offers, most_m2: float) -> Runs:
    """Return all runs of usable units up to `most_m2`, sorted by first and last unit."""
    good = usable(offers)
    units = np.flatnonzero(good)
    rows = _grown(units, units, offers.adjoins & good, offers.area, offers.available, offers.until, most_m2)
    edges = offers.floor_first
    if len(edges) > 1:
        whole = np.logical_and.reduceat(good, edges[:-1])
        sums = [np.add.reduceat(np.nan_to_num(offers.area), edges[:-1])]
        sums += [np.maximum.reduceat(offers.available, edges[:-1]), np.minimum.reduceat(offers.until, edges[:-1])]
        floors = np.flatnonzero(whole)
        stacks = _grown(floors, floors, offers.stacked & whole, sums[0], sums[1], sums[2], most_m2)
        units_of = replace(stacks, first=edges[stacks.first], last=edges[stacks.last + 1] - 1)
        rows = _joined(rows, units_of)
    return rows


def _grown(
    first: Ints, last: Ints, joins: NDArray[np.bool_], area: Floats, available: Floats, until: Floats, most: float
) -> Runs:
    """Return the runs that begin as single places and grow place by place while the next one joins."""
    total, begin, end = area[first], available[first], until[first]
    parts = []
    while True:
        keep = total <= most * (1 + verbs.SLACK)
        first, last, total, begin, end = first[keep], last[keep], total[keep], begin[keep], end[keep]
        parts.append((first, last, total, begin, end))
        more = np.append(joins[1:], False)[last]
        if not more.any():
            break
        first, last, total, begin, end = first[more], last[more] + 1, total[more], begin[more], end[more]
        total, begin, end = total + area[last], np.maximum(begin, available[last]), np.minimum(end, until[last])
    return Runs(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _joined(one: Runs, two: Runs) -> Runs:
    """Return both, each run once, sorted."""
    both = [np.concatenate([getattr(one, name), getattr(two, name)]) for name in Runs.__slots__]
    order = np.lexsort((both[1], both[0]))
    first, last = both[0][order], both[1][order]
    new = np.append(True, (np.diff(first) != 0) | (np.diff(last) != 0))[: len(order)]
    return Runs(*(array[order][new] for array in both))


def leftovers(offers: Offers, every: Runs, least_m2: float) -> Floats:
    """Return the area [m²] beside each run that becomes useless: free today, in a row, under the least anybody asks."""
    free = usable(offers) & (offers.available <= offers.day)
    area = np.where(free, np.nan_to_num(offers.area), 0)
    joins = offers.adjoins.copy()
    joins[1:] &= free[1:] & free[:-1]
    running = _running(area, joins)
    row = np.cumsum(~joins) - 1
    onward = np.bincount(row, weights=area)[row] - running + area if len(area) else area
    before, after = np.zeros(len(area)), np.zeros(len(area))
    before[1:] = running[:-1] * offers.adjoins[1:]
    after[:-1] = onward[1:] * offers.adjoins[1:]
    left, right = before[every.first], after[every.last]
    return np.where(left < least_m2, left, 0) + np.where(right < least_m2, right, 0)


def _running(area: Floats, joins: NDArray[np.bool_]) -> Floats:
    """Return the sum of the areas up to each place since the last one that does not join the one before."""
    total = np.cumsum(area)
    begin = np.maximum.accumulate(np.where(joins, 0, np.arange(len(area))))
    return total - (total - area)[begin]
