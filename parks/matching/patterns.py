"""The columns of the allocation: every need on every unbroken run of units that serves it, with its value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from parks.matching import criteria, verbs, zoning

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.matching.criteria import Need
    from parks.matching.fit import Pairs
    from parks.matching.offers import Offers

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

BASE = 1.0
"""Worth of a placed m² before its score (assumption ``allocation.base``)."""
LEFTOVER = 0.25
"""Cost of a m² left over (assumption ``allocation.leftover``)."""


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
class Columns:
    """One need on one run, a row each, sorted by need, first and last unit.

    Parameters
    ----------
    need
        Number of the need.
    first, last, area
        As in `Runs`.
    start, end
        Day numbers of the lease; `end` inf when open.
    score
        Mean score of the units by area, 0–1.
    base, fit, leftover
        Parts of the value: area × priority × base, area × priority × score, and the cost of what is left over (≤ 0).
    value
        Their sum, above 0.
    """

    need: Ints
    first: Ints
    last: Ints
    area: Floats
    start: Floats
    end: Floats
    score: Floats
    base: Floats
    fit: Floats
    leftover: Floats
    value: Floats

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.need)

    def only(self, rows: Any) -> Columns:  # noqa: ANN401 - anything that indexes an array
        """Return some of them."""
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__slots__})


def usable(offers: Offers) -> NDArray[np.bool_]:
    """Return which units could ever be placed: they come free on a known day and their area is known."""
    return np.isfinite(offers.available) & (offers.area > 0)


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


def columns(pairs: Pairs) -> Columns:
    """Return every need on every run that serves it.

    A run serves when each of its units fits (no hard rule missed or unknown), its area lies within the least and the
    most of the need, and the whole run is free when the lease begins and until it ends. Columns worth nothing are left
    out.
    """
    offers = pairs.desk.offers
    most = max((float(need["area_max_m2"]) for need in pairs.needs), default=0.0)
    least = min((float(need["area_min_m2"]) for need in pairs.needs), default=0.0)
    every, policy = runs(offers, most), pairs.desk.policy
    waste = leftovers(offers, every, least)
    base = zoning.assumption(policy, "allocation.base", BASE)
    lost = zoning.assumption(policy, "allocation.leftover", LEFTOVER)
    parts = [_serving(pairs, row, every, waste, (base, lost)) for row in range(len(pairs.needs))]
    if not parts:
        parts = [tuple(np.zeros(0) for _ in Columns.__slots__)]
    arrays = [np.concatenate(part) for part in zip(*parts, strict=True)]
    return Columns(*(array.astype(np.int64) for array in arrays[:3]), *arrays[3:])  # type: ignore[arg-type] # by name order


def _serving(pairs: Pairs, row: int, every: Runs, waste: Floats, weights: tuple[float, float]) -> tuple[Any, ...]:
    need, offers, score = pairs.needs[row], pairs.desk.offers, pairs.score[row]
    misses = np.append(0, np.cumsum(pairs.verdict[row] != verbs.FITS))
    least, most = float(need["area_min_m2"]) * (1 - verbs.SLACK), float(need["area_max_m2"]) * (1 + verbs.SLACK)
    good = (misses[every.last + 1] == misses[every.first]) & (every.area >= least) & (every.area <= most)
    at = np.flatnonzero(good)
    earliest = max(offers.day, criteria.day_of(need["wanted_from"], offers.day))
    start = np.maximum(every.available[at], earliest)
    end = criteria.ending(need, start)
    keep = (start <= criteria.day_of(need["wanted_to"], np.inf)) & (end <= every.until[at])
    at, start, end = at[keep], start[keep], end[keep]
    first, last, area = every.first[at], every.last[at], every.area[at]
    summed = np.append(0, np.cumsum(score * np.nan_to_num(offers.area)))
    mean = np.clip((summed[last + 1] - summed[first]) / area, 0, 1)
    urgency = priority(need)
    base, fit, lost = area * urgency * weights[0], area * urgency * mean, -weights[1] * waste[at]
    value = base + fit + lost
    worth = value > 0
    arrays = (np.full(len(at), row), first, last, area, start, end, mean, base, fit, lost, value)
    return tuple(array[worth] for array in arrays)


def priority(need: Need) -> float:
    """Return the weight of a need; an empty cell means 1."""
    return 1.0 if verbs.empty(need["priority"]) else float(need["priority"])


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
