"""Every need on every place that serves it, with its value: the columns of the allocation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from parks.matching import choices, criteria, patterns, solver, splits, verbs, zoning
from parks.matching.patterns import Columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.matching.criteria import Need
    from parks.matching.fit import Pairs
    from parks.matching.patterns import Stock
    from parks.matching.solver import Clock
    from parks.matching.splits import Parts, Rest, Unread

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

BASE = 1.0
"""Worth of a placed m² before its score (assumption ``allocation.base``)."""
LEFTOVER = 0.25
"""Cost of a m² left over (assumption ``allocation.leftover``)."""
BLOCK = 100
"""Needs whose columns are put together as they are read: millions of small arrays would not give their room back."""
SPLIT = 0.1
"""Cost of a placed m² for each further building (assumption ``allocation.split``)."""


NONE = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Worth:
    """What counts in the value of a placement, per m²: `BASE`, `LEFTOVER` and `SPLIT`, or what the policy assumes."""

    base: float
    leftover: float
    split: float


def worth(policy: Any) -> Worth:  # noqa: ANN401 - the Policy
    """Return what the policy counts in the value."""
    usual = {"base": BASE, "leftover": LEFTOVER, "split": SPLIT}
    return Worth(**{name: zoning.assumption(policy, f"allocation.{name}", amount) for name, amount in usual.items()})


def columns(pairs: Pairs, clock: Clock | None = None) -> tuple[Columns, tuple[Rest | Unread, ...], Floats]:
    """Return every need on every place that serves it, what had to be left out of it, and the prices that told that.

    A run serves when each of its units fits (no hard rule missed or unknown), its area lies within the least and the
    most of the need, and the whole run is free when the lease begins and until it ends. A need that may be split takes
    several runs as well (`splits.several`); of too many those that the prices of the units favour, which are returned
    (empty when there are not too many). Columns worth nothing are left out, and so are the needs that are left when
    the clock's watcher stops it.
    """
    timer = clock or solver.Clock(np.inf, None, None)
    stock, amounts = patterns.stock(pairs.desk.offers, pairs.needs), worth(pairs.desk.policy)
    found: list[Columns] = []
    rests: list[Rest] = []
    places, read = splits.places(stock.runs, pairs.desk.offers), len(pairs.needs)
    for row, need in enumerate(pairs.needs):
        timer.pulse()
        if timer.stopped:
            read = row
            break
        own = parts(pairs, row, stock)
        whole = np.flatnonzero(own.area >= float(need["area_min_m2"]) * (1 - verbs.SLACK))
        found.append(_columns(row, need, own, whole[:, None], amounts))
        if criteria.buildings(need) > 1:
            sets, rest = splits.several(need, row, own, _gain(need, own, amounts), places)
            found.append(_columns(row, need, own, sets, amounts))
            rests += [rest] if rest is not None else []
        if row % BLOCK == BLOCK - 1:
            found[row // BLOCK :] = [patterns.joined(found[row // BLOCK :])]
    price = _prices(found, tuple(rests), len(pairs.needs), len(pairs.desk.offers.area), timer) if rests else NONE
    for rest in rests:
        timer.pulse()
        need, own = pairs.needs[rest.need], parts(pairs, rest.need, stock)
        found.append(_columns(rest.need, need, own, splits.picked(need, own, rest, price), amounts))
    unread = [_unread(row, need, amounts) for row, need in enumerate(pairs.needs) if row >= read]
    return patterns.joined(found), (*rests, *unread), price


def _gain(need: Need, own: Parts, amounts: Worth) -> Floats:
    """Return the value of each part in a set of two; in a larger one it is no more."""
    return own.area * priority(need) * (amounts.base + own.score - amounts.split) - amounts.leftover * own.waste


def _prices(found: list[Columns], rests: tuple[Rest, ...], needs: int, units: int, clock: Clock) -> Floats:
    """Return the sums of the prices of the units before each unit, and of all, that columns and what is left make."""
    problem = choices.Problem(patterns.joined(found), needs, units, {}, {}, rests=rests)
    return solver.relax(problem, np.zeros(0, dtype=np.int64), clock).known.units


def _unread(row: int, need: Need, amounts: Worth) -> Unread:
    """Return what a need that was not read could be worth at most."""
    most = float(need["area_max_m2"]) * (1 + verbs.SLACK)
    return splits.Unread(row, most * priority(need) * (amounts.base + 1))


def parts(pairs: Pairs, row: int, stock: Stock) -> Parts:
    """Return the runs that a need (by its number) could take whole or, if it may be split, as one of several."""
    need, offers, every = pairs.needs[row], pairs.desk.offers, stock.runs
    verdict, value = pairs.of(row)
    misses = np.append(0, np.cumsum(verdict != verbs.FITS))
    least, most = criteria.least_part(need) * (1 - verbs.SLACK), float(need["area_max_m2"]) * (1 + verbs.SLACK)
    at = stock.sized(least, most)
    at = at[misses[every.last[at] + 1] == misses[every.first[at]]]
    start = np.maximum(every.available[at], max(offers.day, criteria.day_of(need["wanted_from"], offers.day)))
    keep = start <= criteria.day_of(need["wanted_to"], np.inf)
    keep &= criteria.ending(need, start) <= every.until[at]
    at, start = at[keep], start[keep]
    first, last, area = every.first[at], every.last[at], every.area[at]
    summed = np.append(0, np.cumsum(value * np.nan_to_num(offers.area)))
    score = np.clip((summed[last + 1] - summed[first]) / area, 0, 1)
    return splits.Parts(
        run=at,
        first=first,
        last=last,
        area=area,
        start=start,
        until=every.until[at],
        score=score,
        waste=stock.waste[at],
        building=offers.building[first],
        park=offers.park[first],
    )


def _columns(row: int, need: Need, own: Parts, sets: Ints, amounts: Worth) -> Columns:
    """Return the columns of one need on sets of its parts: sets × runs, −1 where there is no further one."""
    here, area = sets >= 0, own.total(own.area, sets)
    start = np.where(here, own.start[sets], -np.inf).max(axis=1, initial=-np.inf)
    made = Columns(
        need=np.full(len(sets), row),
        first=np.where(here, own.first[sets], 0),
        last=np.where(here, own.last[sets], -1),
        area=area,
        start=start,
        end=criteria.ending(need, start),
        score=np.clip(own.total(own.score * own.area, sets) / area, 0, 1),
        value=-amounts.leftover * own.total(own.waste, sets),
    )
    gain = sum(split_up(need, made, amounts))
    return patterns.joined([replace(made, value=made.value + gain).only(made.value + gain > 0)])


def split_up(need: Need, own: Columns, amounts: Worth) -> tuple[Floats, Floats, Floats]:
    """Return parts of the value of columns of a need: the base, the fit, and the cost (≤ 0) of several buildings.

    The base is area × priority × base, the fit area × priority × score; what is missing to the value is the cost of
    what is left over.
    """
    weight = own.area * priority(need)
    further = (own.last >= 0).sum(axis=1) - 1
    return weight * amounts.base, weight * own.score, -amounts.split * weight * further


def priority(need: Need) -> float:
    """Return the weight of a need; an empty cell means 1."""
    return 1.0 if verbs.empty(need["priority"]) else float(need["priority"])
