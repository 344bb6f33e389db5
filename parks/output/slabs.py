"""Outlines of buildings: on the plane about a park, cut in proportion, and laid on the map again at a height."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from parks import crs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    Shapes = NDArray[Any]
    Place = tuple[float, float]

STATIONS: Final = 65
"""Places along an outline between which its area is taken as growing evenly: exact for a rectangle."""
DECIMALS: Final = 6
"""Of a degree: 0.1 m, finer than any outline of ours is known."""


def plane(outlines: gpd.GeoSeries) -> tuple[Place, Shapes]:
    """Return the middle of some outlines [°, EPSG:4326], and the outlines in metres east and north of it."""
    west, south, east, north = outlines.total_bounds
    origin = ((west + east) / 2, (south + north) / 2)
    shapes = shapely.make_valid(shapely.force_2d(outlines.to_numpy()))
    there: Shapes = shapely.transform(shapes, lambda at: np.column_stack(crs.to_local(*origin, at[:, 0], at[:, 1])))
    return origin, there


def cut(outline: shapely.Geometry, floors: Sequence[Sequence[float]]) -> list[list[shapely.Geometry]]:
    """Return an outline cut across its longer side, once for each floor.

    Parameters
    ----------
    outline
        In metres.
    floors
        Of each floor the shares of its parts, together 1: each part has that share of the outline's area.
    """
    if all(len(shares) == 1 for shares in floors):
        return [[outline]] * len(floors)
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(outline))
    sides = np.diff(box[:3], axis=0)
    along = sides[int(np.argmax(np.hypot(*sides.T)))]
    # One end for each direction, so that equal buildings are cut from the same end.
    along = along / np.hypot(*along) * (1 if (along[0], along[1]) > (0, 0) else -1)
    across = np.array([-along[1], along[0]])
    places = shapely.get_coordinates(outline)
    first, last = (places @ along).min(), (places @ along).max()
    low, high = (places @ across).min() - 1, (places @ across).max() + 1

    def strips(begin: NDArray[np.float64], end: NDArray[np.float64]) -> Shapes:
        corners = [(begin, low), (end, low), (end, high), (begin, high)]
        rings = [
            np.multiply.outer(at, along) + np.multiply.outer(np.broadcast_to(up, at.shape), across)
            for at, up in corners
        ]
        made: Shapes = np.asarray(shapely.intersection(outline, shapely.polygons(np.stack(rings, axis=1))))
        return made

    stations = np.linspace(first, last, STATIONS)
    grown = np.concatenate([[0.0], np.cumsum(shapely.area(strips(stations[:-1], stations[1:])))])
    made = []
    for shares in floors:
        bounds = np.interp(np.concatenate([[0.0], np.cumsum(shares)]) * grown[-1], grown, stations)
        made.append(list(strips(bounds[:-1], bounds[1:])) if len(shares) > 1 else [outline])
    return made


def laid(origin: Place, shapes: Sequence[shapely.Geometry], feet: ArrayLike) -> list[tuple[int, list[Any]]]:
    """Return shapes of the plane about `origin` as polygons at a height.

    Returns
    -------
    list
        The position of each in `shapes`, and its ring of longitude, latitude [°, WGS 84] and height of its foot [m],
        or its rings where it has holes. A shape of several parts comes several times; lines and points do not.
    """
    parts, owner = shapely.get_parts(np.asarray(shapes, dtype=object), return_index=True)
    kept = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
    parts, owner = parts[kept], owner[kept]
    rings, part = shapely.get_rings(parts, return_index=True)
    places, ring = shapely.get_coordinates(rings, return_index=True)
    lon, lat = crs.local(np.full(len(places), origin[0]), np.full(len(places), origin[1]), *places.T)
    foot = np.round(np.asarray(feet, dtype=float), 2)[owner][part][ring]
    points = np.column_stack([np.round(lon, DECIMALS), np.round(lat, DECIMALS), foot]).tolist()
    ends = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(rings))]).tolist()
    polygons: list[list[Any]] = [[] for _ in parts]
    for at, (begin, end) in zip(part.tolist(), pairwise(ends), strict=True):
        polygons[at].append(points[begin : end - 1])
    return [(at, sides[0] if len(sides) == 1 else sides) for at, sides in zip(owner.tolist(), polygons, strict=True)]
