"""Length and area of a line drawn on the map: geodesic, the same functions that areas of record come from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import shapely
from starlette.responses import JSONResponse
from starlette.routing import Route

from parks import crs, outlines
from parks.output import bases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

MOST: Final = 1000
"""Points of a line that are taken."""
CORNERS: Final = 3


def measured(points: Sequence[tuple[float, float]], datum: str = "wgs84") -> dict[str, float | None]:
    """Return ``length_m`` of a line and ``area_m2`` of the ring that it closes, both geodesic.

    Parameters
    ----------
    points
        Longitude and latitude [°] as the map has them.
    datum
        What the map stands on; the points are brought back from it.

    Returns
    -------
    dict
        None is unknown: an area of fewer than three points, or of a ring that crosses itself.
    """
    lon, lat = crs.unshift([lon for lon, _ in points], [lat for _, lat in points], datum)
    places = list(zip(lon, lat, strict=True))
    made: dict[str, float | None] = {"length_m": 0.0, "area_m2": None}
    if len(places) > 1:
        made["length_m"] = float(crs.length_m(gpd.GeoSeries([shapely.LineString(places)], crs=crs.WGS84)).iloc[0])
    if len(places) >= CORNERS:
        made["area_m2"] = outlines.area_m2(shapely.Polygon(places))
    return made


def read(said: str) -> list[tuple[float, float]] | None:
    """Return points written as ``lon,lat;lon,lat``; None when they are no places on the earth, or too many."""
    try:
        points = [(float(lon), float(lat)) for lon, lat in (part.split(",") for part in said.split(";") if part)]
    except ValueError:
        return None
    on_earth = all(math.isfinite(lon) and abs(lon) <= 180 and abs(lat) < 90 for lon, lat in points)  # noqa: PLR2004
    return points if on_earth and len(points) <= MOST else None


def routes() -> list[Route]:
    """Return the route that measures, with and without a base path before it."""
    return [Route(f"{base}/parks/measure", _answer) for base in ("", "/{base:path}")]


def _answer(request: Request) -> JSONResponse:
    points, datum = read(request.query_params.get("points", "")), request.query_params.get("datum", "wgs84")
    if points is None or datum not in bases.DATUMS:
        return JSONResponse({"fault": "Give points as lon,lat;lon,lat and a datum that maps are drawn on."}, 400)
    return JSONResponse(measured(points, datum))
