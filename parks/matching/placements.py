"""Every need on every place that serves it, with its value: the columns of the allocation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from parks.matching import criteria, patterns, splits, verbs, zoning
from parks.matching.patterns import Columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.matching.criteria import Need
    from parks.matching.fit import Pairs
    from parks.matching.patterns import Runs
    from parks.matching.splits import Parts, Rest

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

BASE = 1.0
"""Worth of a placed m² before its score (assumption ``allocation.base``)."""
LEFTOVER = 0.25
"""Cost of a m² left over (assumption ``allocation.leftover``)."""
SPLIT = 0.1
"""Cost of a placed m² for each further building (assumption ``allocation.split``)."""


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


def columns(pairs: Pairs) -> tuple[Columns, tuple[Rest, ...]]:
    """Return every need on every place that serves it, and what had to be left out of it.

    A run serves when each of its units fits (no hard rule missed or unknown), its area lies within the least and the
    most of the need, and the whole run is free when the lease begins and until it ends. A need that may be split takes
    several runs as well (`splits.several`). Columns worth nothing are left out.
    """
    offers, amounts = pairs.desk.offers, worth(pairs.desk.policy)
    most = max((float(need["area_max_m2"]) for need in pairs.needs), default=0.0)
    least = min((float(need["area_min_m2"]) for need in pairs.needs), default=0.0)
    every = patterns.runs(offers, most)
    waste = patterns.leftovers(offers, every, least)
    found, rests = [], []
    for row, need in enumerate(pairs.needs):
        own = parts(pairs, row, every, waste)
        alone = np.flatnonzero(own.area >= float(need["area_min_m2"]) * (1 - verbs.SLACK))
        found.append(_columns(row, need, own, alone[:, None], amounts))
        if criteria.buildings(need) > 1:
            gain = priority(need) * (amounts.base + own.score - amounts.split)
            sets, rest = splits.several(need, row, own, own.area * gain - amounts.leftover * own.waste)
            found.append(_columns(row, need, own, sets, amounts))
            rests += rest
    return joined(found), tuple(rests)


def parts(pairs: Pairs, row: int, every: Runs, waste: Floats) -> Parts:
    """Return the runs that a need could take whole or, if it may be split, as one of several.

    Parameters
    ----------
    pairs, row
        The needs, and the number of this one.
    every, waste
        All runs, and what each leaves over.
    """
    need, offers = pairs.needs[row], pairs.desk.offers
    misses = np.append(0, np.cumsum(pairs.verdict[row] != verbs.FITS))
    most = float(need["area_max_m2"]) * (1 + verbs.SLACK)
    good = (misses[every.last + 1] == misses[every.first]) & (every.area <= most)
    at = np.flatnonzero(good & (every.area >= criteria.least_part(need) * (1 - verbs.SLACK)))
    start = np.maximum(every.available[at], max(offers.day, criteria.day_of(need["wanted_from"], offers.day)))
    keep = start <= criteria.day_of(need["wanted_to"], np.inf)
    keep &= criteria.ending(need, start) <= every.until[at]
    at, start = at[keep], start[keep]
    first, last, area = every.first[at], every.last[at], every.area[at]
    summed = np.append(0, np.cumsum(pairs.score[row] * np.nan_to_num(offers.area)))
    score = np.clip((summed[last + 1] - summed[first]) / area, 0, 1)
    return splits.Parts(
        first=first,
        last=last,
        area=area,
        start=start,
        until=every.until[at],
        score=score,
        waste=waste[at],
        building=offers.building[first],
        park=offers.park[first],
    )


def _columns(row: int, need: Need, own: Parts, sets: Ints, amounts: Worth) -> Columns:
    """Return the columns of one need on sets of its parts: sets × runs, −1 where there is no further one."""
    here, area = sets >= 0, own.total(own.area, sets)
    urgency = priority(need)
    mean = np.clip(own.total(own.score * own.area, sets) / area, 0, 1)
    start = np.where(here, own.start[sets], -np.inf).max(axis=1, initial=-np.inf)
    base, fit = area * urgency * amounts.base, area * urgency * mean
    lost, further = -amounts.leftover * own.total(own.waste, sets), here.sum(axis=1) - 1
    split = -amounts.split * area * urgency * further
    value = base + fit + lost + split
    made = Columns(
        need=np.full(len(sets), row),
        first=np.where(here, own.first[sets], 0),
        last=np.where(here, own.last[sets], -1),
        area=area,
        start=start,
        end=criteria.ending(need, start),
        score=mean,
        base=base,
        fit=fit,
        leftover=lost,
        split=split,
        value=value,
    )
    return made.only(value > 0)


def joined(found: list[Columns]) -> Columns:
    """Return columns one after another, with room for as many runs as the one that has most."""
    width = max((part.first.shape[1] for part in found), default=1)
    none = np.zeros(0)
    whole = np.zeros((0, width), dtype=np.int64)
    empty = Columns(none.astype(np.int64), whole, whole, *[none] * (len(Columns.__slots__) - 3))
    every: dict[str, Any] = {name: [getattr(part, name) for part in [empty, *found]] for name in Columns.__slots__}
    for name, absent in (("first", 0), ("last", -1)):
        room = [((0, 0), (0, width - part.shape[1])) for part in every[name]]
        every[name] = [np.pad(part, more, constant_values=absent) for part, more in zip(every[name], room, strict=True)]
    return Columns(**{name: np.concatenate(arrays) for name, arrays in every.items()})


def priority(need: Need) -> float:
    """Return the weight of a need; an empty cell means 1."""
    return 1.0 if verbs.empty(need["priority"]) else float(need["priority"])
