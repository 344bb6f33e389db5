"""What each unit offers: its own, its floor's and its building's cells, from when to when, beside whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from parks.snapshot import Snapshot

FIRM = frozenset({"let", "reserved", "fitting_out", "locked", "renovation"})
"""States of a lease that hold a unit; ``intended`` does not."""
HELD = frozenset({"let", "reserved", "fitting_out", "locked"})
"""States of a unit that, without an end, keep it for good. Works or a building site without an end are unknown."""
PER_M2 = frozenset({"power_kva", "cleanroom_m2"})
"""Cells that grow with the space: need and offer are compared per m² of the least area and of the unit."""
PROVENANCE = frozenset({"source", "source_date", "standing", "geometry"})


@dataclass(frozen=True, slots=True, eq=False)
class Offers:
    """The units, numbered building by building, floor by floor, position by position.

    Parameters
    ----------
    frame
        One row a unit in that order with the cells of unit, floor and building. Index 0 … n−1.
    available
        Day number (days since 1970-01-01) from which a unit is free; NaN unknown, inf held without an end.
    until
        Day number of the next firm lease; inf when none follows.
    area
        Lettable area [m²]; NaN unknown.
    building, floor, park, zone
        Codes of building, floor (numbered in the same order), park and zone (−1 unknown).
    adjoins
        Whether the unit adjoins the one before it: same floor, following position.
    floor_first
        Number of the first unit of each floor, and n at the end.
    stacked
        Whether a floor is the next one above the floor before it in the same building.
    day
        Day number of the snapshot.
    zones
        Zone ids, by code.
    windows
        The window of the need read last, by when it wants space: each of its rules asks for it.
    """

    frame: pd.DataFrame
    available: NDArray[np.float64]
    until: NDArray[np.float64]
    area: NDArray[np.float64]
    building: NDArray[np.int64]
    floor: NDArray[np.int64]
    park: NDArray[np.int64]
    zone: NDArray[np.int64]
    adjoins: NDArray[np.bool_]
    floor_first: NDArray[np.int64]
    stacked: NDArray[np.bool_]
    day: float
    zones: tuple[str, ...]
    windows: dict[tuple[Any, ...], Any] = field(default_factory=dict, init=False)  # altered offers have others


def day_number(day: dt.date) -> float:
    """Return the days since 1970-01-01."""
    return float(np.datetime64(day, "D").astype(np.int64))


def day_numbers(days: pd.Series[Any], unknown: float) -> NDArray[np.float64]:
    """Return each day as days since 1970-01-01, `unknown` where the cell is empty."""
    numbers = days.to_numpy(dtype="datetime64[D]").astype(np.int64).astype(np.float64)
    numbers[days.isna().to_numpy()] = unknown
    return numbers


def days(numbers: NDArray[np.float64]) -> pd.Series[pd.Timestamp]:
    """Return the days of `numbers`; NaT where they are not finite."""
    known = np.isfinite(numbers)
    values = np.where(known, numbers, 0).astype(np.int64).astype("datetime64[D]").astype("datetime64[s]")
    return pd.Series(values).where(pd.Series(known))


def later(numbers: NDArray[np.float64], months: int) -> NDArray[np.float64]:
    """Return the day `months` later, the last of the month when it has no such day; not finite stays so."""
    known = np.isfinite(numbers)
    if not known.any():
        return numbers
    whole = np.where(known, numbers, numbers[known][0]).astype(np.int64)
    begin = whole.min()  # far fewer days than units: each day is reckoned once
    day = np.arange(begin, whole.max() + 1).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    last = (month + months + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    moved = np.minimum((month + months).astype("datetime64[D]") + (day - month.astype("datetime64[D]")), last)
    return np.where(known, moved.astype(np.int64)[whole - begin], numbers)


def numbers(column: pd.Series[Any]) -> NDArray[np.float64]:
    """Return a column of numbers or of yes/no as floats, NaN where the cell is empty."""
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def storeys(level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return levels as numbers that follow one another: there is no floor 0."""
    return np.where(level < 0, level + 1, level)


def of(park: Snapshot, space: pd.DataFrame) -> Offers:
    """Return what the units of `space` offer.

    Parameters
    ----------
    park
        The snapshot that `space` was made from.
    space
        `vacancy.by_unit(park)`: unit_id floor_id building_id zone_id level state lettable_m2 available_on
        (NaT is unknown, or never where the state holds it) and free_until (NaT: no firm lease follows).
    """
    frame = _joined(park, space)
    known = frame["available_on"].notna().to_numpy()
    held = frame["state"].isin(HELD).to_numpy()
    available = np.where(known, day_numbers(frame["available_on"], 0.0), np.where(held, np.inf, np.nan))
    building, _ = pd.factorize(frame["building_id"])
    floor, _ = pd.factorize(frame["floor_id"])
    zone, zones = pd.factorize(frame["zone_id"])
    position, level = numbers(frame["position"]), numbers(frame["level"])
    adjoins = np.zeros(len(frame), dtype=np.bool_)
    adjoins[1:] = (floor[1:] == floor[:-1]) & (position[1:] == position[:-1] + 1)
    first = np.flatnonzero(np.diff(floor, prepend=-1))
    storey = storeys(level)[first]
    stacked = np.zeros(len(first), dtype=np.bool_)
    stacked[1:] = (building[first][1:] == building[first][:-1]) & (storey[1:] == storey[:-1] + 1)
    return Offers(
        frame=frame,
        available=available,
        until=day_numbers(frame["free_until"], np.inf),
        area=numbers(frame["lettable_m2"]),
        building=building,
        floor=floor,
        park=pd.factorize(frame["park_id"])[0],
        zone=zone,
        adjoins=adjoins,
        floor_first=np.append(first, len(frame)),
        stacked=stacked,
        day=day_number(park.day),
        zones=tuple(str(zone_id) for zone_id in zones),
    )


def _joined(park: Snapshot, space: pd.DataFrame) -> pd.DataFrame:
    frame = space.reset_index(drop=True)
    for table, key in ((park.units, "unit_id"), (park.floors, "floor_id"), (park.buildings, "building_id")):
        new = [name for name in table.columns if name == key or not (name in frame or name in PROVENANCE)]
        frame = frame.merge(pd.DataFrame(table[new]), on=key, how="left", validate="many_to_one")
    if "free_until" not in frame:
        frame["free_until"] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[s]")
    frame["ground_floor"] = frame["level"] == 1
    order = ["building_id", "level", "floor_id", "position", "unit_id"]
    return frame.sort_values(order, kind="stable").reset_index(drop=True)


def occupants(park: Snapshot, offers: Offers) -> pd.DataFrame:
    """Return the companies that hold units on or after the day by a firm lease.

    Returns
    -------
    DataFrame
        tenant_id, sector_code, stage, unit (number in `offers`), until (day number, inf when open),
        approved (fire class of the building, NA unknown).
    """
    leases = park.leases
    ends = day_numbers(leases["valid_to"], np.inf)
    unit = pd.Index(offers.frame["unit_id"]).get_indexer(pd.Index(leases["unit_id"]))
    firm = (leases["state"].isin(FIRM) & leases["tenant_id"].notna()).to_numpy(dtype=bool)
    keep = np.flatnonzero(firm & (ends > offers.day) & (unit >= 0))
    who = pd.DataFrame({"tenant_id": leases["tenant_id"].to_numpy()[keep]})
    who = who.merge(park.tenants[["tenant_id", "sector_code", "stage"]], on="tenant_id", how="left")
    at = unit[keep]
    approved = offers.frame["fire_class"].to_numpy(dtype=object)[at]
    return who.assign(unit=at, until=ends[keep], approved=approved)
