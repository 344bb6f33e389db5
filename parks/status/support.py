"""Supporting functions: homes to rent, stops, platforms and contract capacity, and how far they are from the space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from parks import crs
from parks.status import rows, standings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import geopandas as gpd
    from numpy.typing import NDArray

    from parks.policy import Policy
    from parks.snapshot import Snapshot

    Floats = NDArray[np.float64]

KINDS = ("transit_stop", "rental_housing", "platform", "cdmo")
"""Kinds of supporting facilities."""


def nearest(park: Snapshot, rules: Policy) -> pd.DataFrame:
    """Return for each building and kind the nearest facility in use on the snapshot's day.

    Parameters
    ----------
    park
        The snapshot. A building without a footprint stands where its park does; a facility counts from `opened_on`, or
        when that day is not known.
    rules
        The policy: the assumptions ``support.<kind>.reach_m``.

    Returns
    -------
    DataFrame
        ``building_id kind facility_id name_zh name_en distance_m reach_m within standing reach_standing``, sorted by
        building, in the order of `KINDS`. `distance_m` is geodesic, from the middle of the building as the crow flies
        [m]; NA where the building has no place or there is no such facility with a place. `within`: whether it is in
        reach; NA likewise. `standing` is the facility's, `reach_standing` that of the assumption. Of equally near ones
        the first by id.
    """
    at, reach = _places(park), reaches(rules)
    used = in_use(park)
    parts = [_nearest(park, used[used["kind"] == kind].reset_index(drop=True), at, kind, reach[kind]) for kind in KINDS]
    found = pd.concat(parts, ignore_index=True)
    told = rows.find(rules.assumptions["name"], "support." + found["kind"] + ".reach_m")
    found = found.assign(reach_standing=rows.take(rules.assumptions["standing"], told))
    order = np.argsort(np.tile(np.arange(len(park.buildings)), len(KINDS)), kind="stable")
    return found.iloc[order].reset_index(drop=True)


def reaches(rules: Policy) -> dict[str, float]:
    """Return how far each kind of facility serves [m]; KeyError when the policy lacks one."""
    values = rules.assumptions.set_index("name")["value"]
    return {kind: float(values.loc[f"support.{kind}.reach_m"]) for kind in KINDS}


def coverage(space: pd.DataFrame, near: pd.DataFrame, counted_in: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return how much of the lettable area of each zone lies in reach of each kind of facility.

    Parameters
    ----------
    space
        Rows of `vacancy.by_unit`.
    near
        As `nearest` gives it.
    counted_in
        Zone → zone that totals count it in, as in `vacancy.by`.

    Returns
    -------
    DataFrame
        ``zone_id kind reach_m known_m2 covered_m2 share unknown_units standing``, sorted by zone, in the order of
        `KINDS`. `known_m2` is the area [m²] of units of known area whose building has a known distance; `covered_m2`
        and `share` of it are covered, NA when it is 0; `unknown_units` are the others. `standing` is the worst among
        the units, their nearest facilities and the assumed reach.
    """
    zone = rows.counted(space["zone_id"], counted_in)
    parts = []
    for kind in KINDS:
        own = near[near["kind"] == kind]
        at = rows.find(own["building_id"], space["building_id"])
        within = rows.take(own["within"], at).astype("boolean")
        known = (within.notna() & space["lettable_m2"].notna()).to_numpy(dtype=bool)
        area = space["lettable_m2"].to_numpy(dtype=float, na_value=0.0) * known
        inside = area * within.fillna(value=False).to_numpy(dtype=bool)
        part = pd.DataFrame({"zone_id": zone, "known_m2": area, "covered_m2": inside, "unknown_units": ~known})
        groups = part.groupby("zone_id", dropna=False, sort=True)
        sums, group = groups.sum().reset_index(), groups.ngroup().to_numpy().astype(np.int64)
        sums["standing"] = standings.worst(_ranks(space, own, at), group, len(sums))
        reach = float(own["reach_m"].iloc[0]) if len(own) else np.nan
        parts.append(sums.assign(kind=kind, reach_m=reach))
    found = pd.concat(parts, ignore_index=True).sort_values("zone_id", kind="stable", ignore_index=True)
    found["share"] = (found["covered_m2"] / found["known_m2"].where(found["known_m2"] > 0)).astype("Float64")
    found["covered_m2"] = found["covered_m2"].where(found["known_m2"] > 0).astype("Float64")
    found["kind"], found["unknown_units"] = found["kind"].astype("string"), found["unknown_units"].astype("Int64")
    return found[["zone_id", "kind", "reach_m", "known_m2", "covered_m2", "share", "unknown_units", "standing"]]


def capacity(park: Snapshot, counted_in: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return what the facilities in use offer, by zone, kind and what their capacity counts.

    Returns
    -------
    DataFrame
        ``zone_id kind capacity_unit facilities capacity unknown_facilities standing``, sorted. `capacity` is the sum of
        what is known, NA when nothing is; `unknown_facilities` counts those of unknown capacity.
    """
    used = in_use(park)
    used = used.assign(
        zone_id=rows.counted(used["zone_id"], counted_in), unknown_facilities=used["capacity"].isna().astype("Int64")
    )
    groups = used.groupby(["zone_id", "kind", "capacity_unit"], dropna=False, sort=True)
    found = groups.agg(facilities=("kind", "size"), unknown_facilities=("unknown_facilities", "sum")).astype("Int64")
    found.insert(1, "capacity", groups["capacity"].sum(min_count=1))
    group = groups.ngroup().to_numpy().astype(np.int64)
    worst = standings.worst(standings.ranks(used["standing"]), group, len(found))
    told: pd.DataFrame = found.reset_index().assign(standing=worst)
    return told


def in_use(park: Snapshot) -> gpd.GeoDataFrame:
    """Return the facilities in use on the snapshot's day, or of which it is not known since when they are."""
    later = (park.facilities["opened_on"] > pd.Timestamp(park.day)).fillna(value=False)
    used: gpd.GeoDataFrame = park.facilities[~later].reset_index(drop=True)
    return used


def _ranks(space: pd.DataFrame, near: pd.DataFrame, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the worst rank among each unit, the facility nearest to it and the reach assumed (rows `at` of `near`)."""
    there = np.where(near["facility_id"].isna(), standings.NO_ROW, standings.ranks(near["standing"]))
    beside = np.maximum(there, standings.ranks(near["reach_standing"]))
    return np.maximum(standings.ranks(space["standing"]), rows.at(beside, at, standings.NO_ROW))


def _places(park: Snapshot) -> tuple[Floats, Floats]:
    """Return longitude and latitude [°] of the middle of each building, else of its park; NaN where unknown."""
    own = shapely.centroid(park.buildings.geometry.to_numpy())
    campus = rows.find(park.parks["park_id"], park.buildings["park_id"])
    points = rows.take(park.parks.geometry, campus).to_numpy()
    where = np.where(shapely.is_missing(own), points, own)
    return shapely.get_x(where), shapely.get_y(where)


def _nearest(park: Snapshot, used: pd.DataFrame, at: tuple[Floats, Floats], kind: str, reach: float) -> pd.DataFrame:
    """Return the rows of `nearest` for one kind."""
    points = used["geometry"].to_numpy()
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    count = len(park.buildings)
    best, far = np.full(count, -1), np.full(count, np.inf)
    for number, (x, y) in enumerate(zip(lon, lat, strict=True)):
        away = crs.distance_m(*at, np.full(count, x), np.full(count, y))
        nearer = away < far
        best, far = np.where(nearer, number, best), np.where(nearer, away, far)
    known = best >= 0
    told: dict[str, Any] = {name: rows.take(used[name], best) for name in ("facility_id", "name_zh", "name_en")}
    distance = pd.Series(far, dtype="Float64").where(known)
    return pd.DataFrame(
        {
            "building_id": park.buildings["building_id"],
            "kind": pd.Series(kind, index=range(count), dtype="string"),
            **told,
            "distance_m": distance,
            "reach_m": reach,
            "within": distance <= reach,
            "standing": rows.take(used["standing"], best),
        }
    )
