"""Which places count as one for a conflict: one floor, one building, next door, or nearer than a distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from parks import crs
from parks.matching import offers as offering

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.matching.offers import Offers
    from parks.snapshot import Snapshot

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Pairs = tuple[Ints, Ints]


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """The places beside each place, one list after another: that of place p stands from start[p] up to start[p + 1]."""

    start: Ints
    places: Ints

    def of(self, places: Ints) -> Pairs:
        """Return the places beside some, and for each of them the position in `places` of the one it is beside."""
        count = self.start[places + 1] - self.start[places]
        whose = np.repeat(np.arange(len(places)), count)
        step = np.arange(len(whose)) - np.repeat(np.cumsum(count) - count, count)
        return self.places[self.start[places][whose] + step], whose


@dataclass(frozen=True, slots=True, eq=False)
class Vicinity:
    """One scope of conflicts: where each unit lies, and which places are beside which.

    Parameters
    ----------
    code
        Place of each unit, growing with its number.
    beside
        Places surely beside each place; itself is in its list where two uses in one place clash.
    perhaps
        Places that may be beside each place: a position or level is not known.
    lost
        Places that may be beside any other: where they lie is not known.
    """

    code: Ints
    beside: Lists
    perhaps: Lists
    lost: Bools

    def until(self, units: Ints, ends: Floats, surely: Bools) -> tuple[Floats, Floats]:
        """Return for each unit the last end among what is beside it: surely, and perhaps; −inf when nothing is.

        Parameters
        ----------
        units, ends
            Units that are held, and until when.
        surely
            Whether it is sure that their holder counts; of the others it is not known.
        """
        sure = self._latest(self.code[units[surely]], ends[surely])
        open_ = self._latest(self.code[units[~surely]], ends[~surely])
        return self.reached(sure, open_)

    def reached(self, sure: Floats, open_: Floats) -> tuple[Floats, Floats]:
        """Return what `until` does, from the last end in each place of what counts surely, and perhaps."""
        every = np.maximum(sure, open_)
        near, far = self._over(self.beside, sure), self._over(self.beside, open_)
        far = np.maximum(far, self._over(self.perhaps, every))
        if self.lost.any():
            anywhere = _elsewhere(every, np.ones_like(self.lost))
            far = np.maximum(far, np.where(self.lost, anywhere, _elsewhere(every, self.lost)))
        return near[self.code], far[self.code]

    def holders(self, places: Ints) -> Pairs:
        """Return which units the holders of some places may count for: positions in `places`, and units, in pairs.

        A unit whose own place is not known has none: any might count.
        """
        near, far = self.beside.of(places), self.perhaps.of(places)
        astray = np.flatnonzero(self.lost[places])
        known = np.flatnonzero(~self.lost)
        at = np.concatenate([near[0], far[0], np.tile(known, len(astray))])
        whose = np.concatenate([near[1], far[1], np.repeat(astray, len(known))])
        row, unit = matched(at, self.code)
        return whose[row], unit

    def _latest(self, places: Ints, ends: Floats) -> Floats:
        latest = np.full(len(self.lost), -np.inf)
        np.maximum.at(latest, places, ends)
        return latest

    def _over(self, lists: Lists, latest: Floats) -> Floats:
        """Return for each place the latest in its list; the lists are the same both ways."""
        held = np.flatnonzero(latest > -np.inf)
        at, whose = lists.of(held)
        found = np.full(len(latest), -np.inf)
        np.maximum.at(found, at, latest[held][whose])
        return found


def _elsewhere(latest: Floats, among: Bools) -> Floats:
    """Return for each place the latest in any other place of some."""
    counted = np.where(among, latest, -np.inf)
    best = int(np.argmax(counted))
    found = np.full(len(counted), counted[best])
    counted[best] = -np.inf
    found[best] = counted.max()
    return found


def same(code: Ints) -> Vicinity:
    """Return the scope in which a place is beside itself alone: one floor or one building."""
    count = int(code.max(initial=-1)) + 1
    every = np.arange(count)
    return Vicinity(code, listed((every, every), count), listed((every[:0], every[:0]), count), np.zeros(count, bool))


def next_door(offers: Offers) -> Vicinity:
    """Return the scope of neighbours: adjoining units of a floor, and all units of the floors just above and below.

    Adjoining are following positions. A unit without a position may adjoin any on its floor; one on a floor without
    a level may be above or below any of its building that is not on that floor.
    """
    count = len(offers.frame)
    position, level = (offering.numbers(offers.frame[name]) for name in ("position", "level"))
    along = _following(offers.floor, position)
    upward = _following(offers.building, offering.storeys(level))
    beside = _both(np.hstack([along, upward]), count)
    row, other = matched(offers.floor[np.isnan(position)], offers.floor)
    aside = np.array([np.flatnonzero(np.isnan(position))[row], other])
    row, other = matched(offers.building[np.isnan(level)], offers.building)
    over = np.array([np.flatnonzero(np.isnan(level))[row], other])
    over = over[:, offers.floor[over[0]] != offers.floor[over[1]]]
    perhaps = _both(np.hstack([aside[:, aside[0] != aside[1]], over]), count)
    return Vicinity(np.arange(count), listed(beside, count), listed(perhaps, count), np.zeros(count, bool))


def _following(group: Ints, place: Floats) -> Ints:
    """Return the pairs of units of one group whose known places follow each other."""
    known = np.flatnonzero(~np.isnan(place))
    least, most = place[known].min(initial=0), place[known].max(initial=0)
    key = group[known] * int(most - least + 2) + (place[known] - least).astype(np.int64)
    row, other = matched(key + 1, key)
    pairs: Ints = known[np.array([row, other])]
    return pairs


def _both(pairs: Ints, count: int) -> Pairs:
    """Return pairs both ways, each once."""
    found = np.unique(np.concatenate([pairs[0] * count + pairs[1], pairs[1] * count + pairs[0]]))
    return found // max(count, 1), found % max(count, 1)


def matched(wanted: Ints, keys: Ints) -> Pairs:
    """Return the positions in `wanted` and in `keys` of all pairs that are equal."""
    order = np.argsort(keys, kind="stable")
    low, high = (np.searchsorted(keys[order], wanted, side) for side in ("left", "right"))
    row = np.repeat(np.arange(len(wanted)), high - low)
    step = np.arange(len(row)) - np.repeat(np.cumsum(high - low) - (high - low), high - low)
    return row, order[low[row] + step]


def listed(pairs: Pairs, count: int) -> Lists:
    """Return pairs of places as lists, one a place."""
    order = np.lexsort((pairs[1], pairs[0]))
    return Lists(np.append(0, np.cumsum(np.bincount(pairs[0], minlength=count))), pairs[1][order])


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The buildings: first those with units, by their code, then the others by id; and which of them are near.

    Parameters
    ----------
    ids
        Their ids.
    frame
        Their rows; cells are NA where the building is not on record.
    one, two, apart
        Pairs both ways, and their distance [m].
    lost
        Whether a building has no outline and no point.
    """

    ids: pd.Index[str]
    frame: pd.DataFrame
    one: Ints
    two: Ints
    apart: Floats
    lost: Bools


def ground(park: Snapshot, offers: Offers, reach_m: float) -> Ground:
    """Return the buildings with the pairs nearer than `reach_m`: outlines where they are known, else points."""
    used = pd.Index(offers.frame["building_id"].unique())
    ids = used.append(pd.Index(park.buildings["building_id"]).difference(used))
    frame = park.buildings.set_index("building_id").reindex(ids)
    shapes = frame.geometry.to_numpy()
    one, two, apart = crs.near(frame.geometry, reach_m)
    return Ground(ids, frame, one, two, apart, shapely.is_missing(shapes) | shapely.is_empty(shapes))


def within(offers: Offers, land: Ground, distance_m: float, *, one_building: bool) -> Vicinity:
    """Return the scope of buildings nearer to each other than a distance [m].

    Parameters
    ----------
    offers, land
        The units, and their buildings with all pairs that are as near.
    distance_m
        The distance.
    one_building
        Whether two uses in one building count as well: their distance is 0.
    """
    close, count = land.apart < distance_m, len(land.ids)
    itself = np.arange(count if one_building else 0)
    pairs = np.concatenate([land.one[close], itself]), np.concatenate([land.two[close], itself])
    return Vicinity(offers.building, listed(pairs, count), listed((itself[:0], itself[:0]), count), land.lost)
