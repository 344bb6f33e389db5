"""Vacancy: the state of every unit on the snapshot's day, and its sums by zone, park, building, floor and sector."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parks.status import areas, dates, definitions, occupancy, rows, standings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from parks.policy import Policy
    from parks.snapshot import Snapshot

STATES = areas.STATES
"""Every state of a unit. A unit is in exactly one."""
VACANT, NOT_BUILT, UNKNOWN = (STATES.index(state) for state in ("vacant", "not_built", "unknown"))
BUILT = -1
"""In place of a building's state: it stands, so that what holds a unit decides."""
ABOVE = {
    "zone": (),
    "park": ("zone_id",),
    "building": ("park_id", "zone_id"),
    "floor": ("level", "building_id", "park_id", "zone_id"),
    "unit": ("level", "floor_id", "building_id", "park_id", "zone_id"),
    "sector": (),
}
"""The levels that sums are made by, and what each lies in."""


def by_unit(park: Snapshot, counts: str = "begun", base: str = "lettable") -> pd.DataFrame:
    """Return one row a unit: what state it is in on the snapshot's day, who holds it and when it is free.

    Parameters
    ----------
    park
        The snapshot. Leases that have ended may be among its own: they change nothing.
    counts
        When a lease counts as let, one of `definitions.COUNTS`. It decides `state`, who holds the unit and `until`;
        when a unit is free is the same under each.
    base
        The area that stands in `lettable_m2`, one of `definitions.BASES`.

    Returns
    -------
    DataFrame
        ``unit_id floor_id building_id park_id zone_id level state lettable_m2 tenant_id lease_id sector_code until
        available_on standing`` and ``free_until area_standing as_of``, sorted by unit.

        - `lettable_m2`: area of the unit on the base asked for [m²], NA when it is not known;
        - `state`: one of `STATES`; ``unknown`` when it is not known whether the building stands or what holds the unit;
        - `sector_code`: sector of the holder, NA when nobody holds it;
        - `until`: day after the last of the firm lease that holds it, NaT when open or not held firmly;
        - `available_on`: first day, not before the snapshot's day and the completion, on which no firm lease is in
          force; NaT when there is none or the completion is not known;
        - `free_until`: beginning of the next firm lease after that, NaT when none follows;
        - `standing`: the worst among unit, building and lease; `area_standing`: the unit's own;
        - `as_of`: the snapshot's day.
    """
    units, leases = park.units, park.leases
    building = rows.find(park.buildings["building_id"], units["building_id"])
    campus = rows.at(rows.find(park.parks["park_id"], park.buildings["park_id"]), building, -1)
    unit_of_lease = rows.find(units["unit_id"], leases["unit_id"])
    lease_state = occupancy.states(leases)
    begins, shown = definitions.counted(leases, lease_state, counts, park.day)
    held = occupancy.holding(leases, begins, shown, unit_of_lease, len(units), park.day)
    shell, held_as = _shells(park), rows.at(shown, held, VACANT)
    of = rows.at(shell, building, UNKNOWN)
    earliest = rows.at(_earliest(park, shell), building, dates.NEVER)
    available, free_until = occupancy.free(leases, lease_state, unit_of_lease, earliest)
    tenant = rows.take(leases["tenant_id"], held)
    return pd.DataFrame(
        {
            "unit_id": units["unit_id"],
            "floor_id": units["floor_id"],
            "building_id": units["building_id"],
            "park_id": rows.take(park.buildings["park_id"], building),
            "zone_id": rows.take(park.parks["zone_id"], campus),
            "level": rows.take(park.floors["level"], rows.find(park.floors["floor_id"], units["floor_id"])),
            "state": _names(np.where(of == BUILT, held_as, of)),
            "lettable_m2": definitions.area(units, base).rename("lettable_m2"),
            "tenant_id": tenant,
            "lease_id": rows.take(leases["lease_id"], held),
            "sector_code": rows.take(park.tenants["sector_code"], rows.find(park.tenants["tenant_id"], tenant)),
            "until": rows.take(leases["valid_to"], np.where(held_as == occupancy.INTENDED, -1, held)),
            "available_on": dates.days(available),
            "standing": standings.names(_ranks(park, building, held)),
            "free_until": dates.days(free_until),
            "area_standing": units["standing"],
            "as_of": pd.Series(pd.Timestamp(park.day), index=units.index, dtype="datetime64[s]"),
        }
    )


def by(space: pd.DataFrame, level: str, counted_in: Mapping[str, str] | pd.Series[str] | None = None) -> pd.DataFrame:
    """Return the area in each state by zone, park, building, floor, unit, or the holder's sector.

    Parameters
    ----------
    space
        Rows of `by_unit`, all of them or a choice.
    level
        ``zone park building floor unit sector``.
    counted_in
        Zone → zone that totals count it in (`Policy.zones`); zones that it does not name count in themselves.

    Returns
    -------
    DataFrame
        The level's id; ``lettable_m2``, the area of each state ``<state>_m2``; ``vacancy``, ``units``,
        ``unknown_units``, ``standing``; then what the level lies in. Sorted by id; the row without an id (nobody
        holds the space, or its place is not known) comes last, so that every level has the same totals.

        Areas [m²] are sums of what is known. One is NA when there are units in that state and the area of none is
        known, and 0 only when there are none. `unknown_units` counts units of unknown area or state.
        `vacancy` is the vacant share of `lettable_m2`; NA when that is 0 or NA.
    """
    space = space.assign(zone_id=rows.counted(space["zone_id"], counted_in))
    column = "sector_code" if level == "sector" else f"{level}_id"
    codes, ids = pd.factorize(space[column], sort=True)
    groups = len(ids) + int((codes < 0).any())
    group = np.where(codes < 0, len(ids), codes)
    first = np.full(groups, -1, dtype=np.int64)
    first[group[::-1]] = np.arange(len(space))[::-1]
    first[len(ids) :] = -1
    sums = areas.sums(space, group, groups)
    sums.insert(0, column, rows.take(space[column], first))
    return sums.assign(**{name: rows.take(space[name], first) for name in ABOVE[level]})


def total(space: pd.DataFrame) -> pd.DataFrame:
    """Return one row: the sums of `by` over all units of `space`, without an id."""
    return areas.sums(space, np.zeros(len(space), dtype=np.int64), 1)


def outside(space: pd.DataFrame, rules: Policy) -> pd.DataFrame:
    """Return the units of `space` in zones that lie outside the layout of the plan."""
    beyond = rules.zones.loc[rules.zones["role"] == "outside", "zone_id"]
    return space[space["zone_id"].isin(beyond)]


def contiguous(space: pd.DataFrame, park: Snapshot) -> pd.DataFrame:
    """Return the runs of vacant units that adjoin on one floor, largest first.

    Parameters
    ----------
    space
        Rows of `by_unit`, all of them or a choice.
    park
        The snapshot, for the units' positions: units with following `position` on one floor adjoin. Where floor or
        position is not known, or two vacant units claim one position, a unit stands alone.

    Returns
    -------
    DataFrame
        ``floor_id building_id park_id zone_id level first_unit_id last_unit_id unit_ids units area_m2 unknown_units
        standing largest``. `area_m2` is the sum of what is known, NA when nothing is; `unit_ids` a tuple;
        `largest` marks the greatest known area of its floor (the first of equals).
    """
    vacant = space[space["state"] == "vacant"].reset_index(drop=True)
    vacant["position"] = rows.take(park.units["position"], rows.find(park.units["unit_id"], vacant["unit_id"]))
    vacant = vacant.sort_values(["floor_id", "position", "unit_id"], kind="stable", ignore_index=True)
    run = np.cumsum(~adjoins(vacant)) - 1
    first = np.flatnonzero(~adjoins(vacant))
    last = np.append(first[1:], len(vacant))[: len(first)] - 1
    ids = vacant["unit_id"].to_numpy(dtype=object)
    sums = areas.sums(vacant, run, len(first))
    place = ("floor_id", "building_id", "park_id", "zone_id", "level")
    found = pd.DataFrame({name: rows.take(vacant[name], first) for name in place}).assign(
        first_unit_id=rows.take(vacant["unit_id"], first),
        last_unit_id=rows.take(vacant["unit_id"], last),
        unit_ids=pd.Series([tuple(ids[a : b + 1]) for a, b in zip(first, last, strict=True)], dtype=object),
        units=sums["units"],
        area_m2=sums["vacant_m2"],
        unknown_units=sums["unknown_units"],
        standing=sums["standing"],
    )
    found = found.sort_values("area_m2", ascending=False, kind="stable", ignore_index=True)
    ranked = found["area_m2"].notna() & found["floor_id"].notna()
    return found.assign(largest=ranked & ~found.duplicated("floor_id"))


def stack(space: pd.DataFrame, park: Snapshot, building_id: str) -> pd.DataFrame:
    """Return the units of one building from the top floor down, each floor from its first position on.

    Returns
    -------
    DataFrame
        ``level floor_id position unit_id name state lettable_m2 tenant_id tenant_zh tenant_en sector_code until
        available_on standing``. Empty when the building has no units. Units on an unknown floor come last.
    """
    units = space[space["building_id"] == building_id].reset_index(drop=True)
    own = park.units[park.units["building_id"] == building_id].reset_index(drop=True)
    tenant, unit = rows.find(park.tenants["tenant_id"], units["tenant_id"]), rows.find(own["unit_id"], units["unit_id"])
    units = units.assign(
        position=rows.take(own["position"], unit),
        name=rows.take(own["name"], unit),
        tenant_zh=rows.take(park.tenants["name_zh"], tenant),
        tenant_en=rows.take(park.tenants["name_en"], tenant),
    )
    units = units.sort_values(["position", "unit_id"], kind="stable")
    units = units.sort_values("level", ascending=False, kind="stable", ignore_index=True)
    kept = ["level", "floor_id", "position", "unit_id", "name", "state", "lettable_m2", "tenant_id"]
    return units[[*kept, "tenant_zh", "tenant_en", "sector_code", "until", "available_on", "standing"]]


def adjoins(vacant: pd.DataFrame) -> NDArray[np.bool_]:
    """Return whether each unit adjoins the one before it; rows are sorted by floor and position."""
    floor = vacant["floor_id"].eq(vacant["floor_id"].shift()).fillna(value=False)
    following = vacant["position"].diff().eq(1).fillna(value=False)
    doubled = vacant.duplicated(["floor_id", "position"], keep=False)
    alone = doubled | doubled.shift(fill_value=False)
    return (floor & following & ~alone).to_numpy(dtype=bool)


def _shells(park: Snapshot) -> NDArray[np.int64]:
    """Return of each building `BUILT` or the state of all its units: the completion date decides, if there is one."""
    completed = park.buildings["completed_on"]
    said = rows.places(("built", "under_construction", "planned"), park.buildings["status"])
    dated = np.where(completed > pd.Timestamp(park.day), NOT_BUILT, BUILT)
    return np.where(completed.isna(), np.array([BUILT, NOT_BUILT, NOT_BUILT, UNKNOWN])[said], dated)


def _names(state: NDArray[np.int64]) -> pd.Series[str]:
    return pd.Series(pd.array(STATES, dtype="string").take(state))


def _earliest(park: Snapshot, shell: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first day number from which units of each building can be had, `dates.NEVER` when not known."""
    when_built = np.where(shell == BUILT, dates.ALWAYS, dates.NEVER)
    completed = park.buildings["completed_on"]
    known = np.where(completed.isna(), when_built, dates.numbers(completed, dates.NEVER))
    return np.maximum(known, dates.number(park.day))


def _ranks(park: Snapshot, building: NDArray[np.int64], held: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the worst standing among each unit, its building and the lease that holds it."""
    unit = standings.ranks(park.units["standing"])
    shell = rows.at(standings.ranks(park.buildings["standing"]), building, standings.UNKNOWN)
    lease = rows.at(standings.ranks(park.leases["standing"]), held, standings.NO_ROW)
    return np.maximum(np.maximum(unit, shell), lease)
