"""Outlines on record, laid over those of the policy, and a line that was drawn made one of them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from parks import crs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from parks.policy import Policy
    from parks.snapshot import Snapshot

CORNERS: Final = 3
DECIMALS: Final = 7
"""Decimals of a drawn corner in degrees: about 1 cm."""
MEETS_DEG: Final = 3e-6
"""A corner as near to one of another outline as this (about 0.3 m) is the same corner."""
TOLD: Final = ("uncertainty_m", "source", "source_date", "standing")
"""What an outline on record says in place of the policy's own."""


def laid(rules: Policy, park: Snapshot) -> Policy:
    """Return the policy with the outlines of zones that are on record in place of the published ones.

    A zone keeps its name, role and definition; its outline, how sure it is, and where it comes from are those on
    record. Without any, the policy itself is returned.

    Parameters
    ----------
    rules
        The policy; `zones` in EPSG:4326.
    park
        The snapshot. Of two outlines of one zone the first by id holds; `checks` tells the other.
    """
    own = of("zone", park)
    own = own[own["zone_id"].isin(rules.zones["zone_id"])]
    if own.empty:
        return rules
    zones, held = rules.zones.copy(), own.set_index("zone_id")
    at = zones["zone_id"].isin(held.index).to_numpy()
    drawn = held.loc[zones.loc[at, "zone_id"]]
    shapes = zones.geometry.to_numpy(copy=True)
    shapes[at] = drawn.geometry.to_numpy()
    zones = zones.set_geometry(gpd.GeoSeries(shapes, index=zones.index, crs=crs.WGS84))
    for name in TOLD:
        zones.loc[at, name] = drawn[name].astype(zones[name].dtype).to_numpy()
    return dataclasses.replace(rules, zones=zones)


def of(kind: str, park: Snapshot) -> gpd.GeoDataFrame:
    """Return the outlines of zones, parks or parcels that are drawn, one of each zone and park."""
    frame = park.outlines[(park.outlines["kind"] == kind) & park.outlines.geometry.notna()]
    return frame if kind == "parcel" else frame.drop_duplicates(f"{kind}_id")


def drawn(ring: Sequence[tuple[float, float]], others: gpd.GeoSeries) -> BaseGeometry | None:
    """Return the area that a ring of corners bounds; None where it has none or crosses itself.

    Parameters
    ----------
    ring
        Longitude and latitude [°, EPSG:4326]; closed or not.
    others
        Outlines whose corners are taken over exactly where a corner was set on them, so that a common side is one.
    """
    places = np.round(np.asarray(ring, dtype=float).reshape(-1, 2), DECIMALS)
    corners = [place for number, place in enumerate(places) if number == 0 or (place != places[number - 1]).any()]
    if len(corners) < CORNERS:
        return None
    around = shapely.get_coordinates(others.to_numpy())
    if len(around):
        away, which = _nearest(np.array(corners), around)
        corners = [around[to] if far <= MEETS_DEG else at for at, far, to in zip(corners, away, which, strict=True)]
    made = shapely.Polygon(corners)
    return shapely.orient_polygons(made) if made.is_valid and made.area else None


def area_m2(shape: BaseGeometry) -> float | None:
    """Return the geodesic area [m²]; None where the shape crosses itself."""
    found = crs.area_m2(gpd.GeoSeries([shape], crs=crs.WGS84)).iloc[0]
    return None if pd.isna(found) else float(found)


def ring(shape: BaseGeometry | None) -> list[tuple[float, float]] | None:
    """Return the corners of an outline that can be drawn on; None where it has several parts or holes, or is not."""
    if not isinstance(shape, shapely.Polygon) or shape.interiors:
        return None
    return [(lon, lat) for lon, lat in shapely.get_coordinates(shape.exterior)[:-1].tolist()]


def _nearest(places: np.ndarray, around: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each place how far [°] the nearest of other places is, and which it is."""
    tree = shapely.STRtree(np.asarray(shapely.points(around)))
    (_, which), away = tree.query_nearest(shapely.points(places), all_matches=False, return_distance=True)
    return away, which
