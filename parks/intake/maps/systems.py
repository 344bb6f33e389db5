"""Which coordinate systems and datums would put a layer's coordinates in the district."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from parks import crs, schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from parks.words import Translate

    Box = tuple[float, float, float, float]

NEAR_M = 25_000.0
"""A layer may lie this far outside the district [m], about its width. A wrong zone moves it ten times as far."""
SAMPLE = 2_000
"""Most places by which a layer is tried; its outermost ones are among them."""
MOST = 0.9
"""Share of the places that a distance holds for: a few stray ones say nothing about the system."""
CONTEXT, DISTRICT = "context.geojson", "district-pudong"


class Candidate(NamedTuple):
    """A system in which coordinates would fall on the district or near it.

    Parameters
    ----------
    code
        EPSG code, one of `crs.CODES`.
    datum
        One of `crs.DATUMS`.
    swapped
        Whether the axes must be swapped first.
    bounds
        West, south, east, north [°, WGS 84] where the shapes would lie.
    distance_m
        How far outside the district's bounds nine tenths of the places stay at most [m]; 0 inside.
    """

    code: int
    datum: str
    swapped: bool
    bounds: Box
    distance_m: float

    def said(self, t: Translate) -> str:
        """Return the candidate in a few words."""
        if self.swapped:
            return t("{system} ({datum}), axes swapped", system=f"EPSG:{self.code}", datum=self.datum)
        return t("{system} ({datum})", system=f"EPSG:{self.code}", datum=self.datum)


@cache
def outline() -> BaseGeometry:
    """Return Pudong's outline [EPSG:4326], a line."""
    layer = json.loads((schema.DATA / "geo" / CONTEXT).read_text(encoding="utf-8"))
    (found,) = (one for one in layer["features"] if one["properties"]["line_id"] == DISTRICT)
    drawn: BaseGeometry = shapely.from_geojson(json.dumps(found["geometry"]))
    return drawn


@cache
def district() -> Box:
    """Return the bounds of Pudong's outline: west, south, east, north [°, WGS 84]."""
    west, south, east, north = shapely.bounds(outline()).tolist()
    return west, south, east, north


def datums(code: int) -> tuple[str, ...]:
    """Return the datums that coordinates under this code can stand on, the code's own first."""
    own = "wgs84" if code in {crs.DEGREES, crs.MERCATOR, 32651} else "cgcs2000"
    return (own, *(datum for datum, codes in crs.SHIFTED.items() if code in codes))


def fitting(shapes: gpd.GeoSeries, bounds: Box | None = None, said: int | None = None) -> tuple[Candidate, ...]:
    """Return what the coordinates could be: every system and datum that puts them within `NEAR_M` of the district.

    WGS 84, GCJ-02 and BD-09 cannot be told apart by coordinates, nor UTM from the Gauss-Krüger zone on its meridian:
    all of them are returned, and a map must show them.

    Parameters
    ----------
    shapes
        Coordinates as in the file.
    bounds
        West, south, east, north [°, WGS 84] of the district; Pudong's when not given.
    said
        The system that the file names: first where it fits as well as another.

    Returns
    -------
    tuple
        The nearest first; empty when nothing fits, or there are no coordinates.
    """
    places = sample(shapes)
    box = bounds or district()
    found = []
    for swapped in (False, True) if len(places) else ():
        x, y = places.T[::-1] if swapped else places.T
        for code in crs.CODES:
            for datum in datums(code):
                one = _tried(x, y, code, datum, box)
                if one is not None:
                    found.append(one._replace(swapped=swapped))
    order = {each: place for place, each in enumerate((code, datum) for code in crs.CODES for datum in datums(code))}
    return tuple(
        sorted(
            found,
            key=lambda one: (round(one.distance_m), one.swapped, one.code != said, order[one.code, one.datum]),
        )
    )


def distances_m(
    lon: Sequence[float] | NDArray[np.float64], lat: Sequence[float] | NDArray[np.float64], box: Box
) -> NDArray[np.float64]:
    """Return how far places [°, WGS 84] lie outside a box in degrees [m]; 0 inside."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    west, south, east, north = box
    return crs.distance_m(x, y, np.clip(x, west, east), np.clip(y, south, north))


def sample(shapes: gpd.GeoSeries) -> NDArray[np.float64]:
    """Return places of the shapes, evenly taken and the outermost among them; those without numbers are left out."""
    places = shapely.get_coordinates(shapes.to_numpy())
    places = places[np.isfinite(places).all(axis=1)]
    if not len(places):
        return places
    outermost = [*places.argmin(axis=0), *places.argmax(axis=0)]
    taken = np.unique(np.r_[np.linspace(0, len(places) - 1, min(SAMPLE, len(places))).astype(int), outermost])
    found: NDArray[np.float64] = places[taken]
    return found


def _tried(x: NDArray[np.float64], y: NDArray[np.float64], code: int, datum: str, box: Box) -> Candidate | None:
    lon, lat = crs.degrees(x, y, code, datum)
    known = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)  # noqa: PLR2004 - degrees
    if known.mean() < MOST:
        return None
    away = distances_m(lon[known], lat[known], box)
    distance = float(np.quantile(away, MOST))
    if distance > NEAR_M:
        return None
    bounds = (lon[known].min(), lat[known].min(), lon[known].max(), lat[known].max())
    west, south, east, north = map(float, bounds)
    return Candidate(code, datum, swapped=False, bounds=(west, south, east, north), distance_m=distance)
