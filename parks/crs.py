"""Coordinates, datums, lengths and areas: the only room that reprojects."""

from __future__ import annotations

from functools import cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from parks import words
from parks.issues import InvalidData, Issue

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from parks.words import Translate

    Numbers = NDArray[np.float64]
    System = str | int | pyproj.CRS
    Pair = tuple[Numbers, Numbers]
    Places = NDArray[np.int64]

WGS84 = "EPSG:4326"
DEGREES, MERCATOR = 4326, 3857
CODES = (DEGREES, 4490, *range(4526, 4531), *range(4547, 4552), 32651, MERCATOR)
"""EPSG codes we read and write: WGS 84 and CGCS2000 in degrees, the CGCS2000 3-degree Gauss-Krüger zones of
114°E … 126°E with and without zone number, UTM 51N, Web Mercator."""
DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
"""What coordinates can be said to stand on. CGCS2000 (GB 22021-2008) is taken as equal to WGS 84: within 1 m."""
SHIFTED = {"gcj02": (DEGREES, MERCATOR), "bd09": (DEGREES,)}
"""Datums moved on purpose → systems in which they occur. BD-09's own Mercator is another than EPSG:3857."""
UNSAID = (DEGREES, MERCATOR)
"""Systems under whose name shifted coordinates often travel: here the datum must be said."""
MAINLAND = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north [°] within which GCJ-02 and BD-09 are defined."""
GEOD = pyproj.Geod(ellps="WGS84")
KRASOVSKY_M, KRASOVSKY_E2 = 6_378_245.0, 0.006_693_421_622_965_943
"""Ellipsoid inside the GCJ-02 formula: semi-major axis and squared eccentricity."""
LEAST_DEGREE_M, FARTHEST_DEG = 110_500.0, 89.0
"""Less than a degree of latitude measures anywhere, so that no neighbour is missed; and how far from the equator."""
HALF_WORLD_M = 20_037_508.342_789_244
"""Half the width of the world in Web Mercator: pi times the semi-major axis of WGS 84."""
CLOSE_DEG = 1e-13
"""The inverse of a shift stops at this step: about 1e-8 m."""


def area_m2(shapes: gpd.GeoSeries, *, lang: str = "en") -> pd.Series[Any]:
    """Return the geodesic area [m²] of each shape on the WGS 84 ellipsoid (Karney 2013, Algorithms for geodesics).

    Parameters
    ----------
    shapes
        EPSG:4326, edges taken as geodesics. Holes are left out; points and lines have no area (0);
        NA where the shape is missing or crosses itself.
    lang
        Language of a refusal.

    Raises
    ------
    InvalidData
        When the layer has no CRS or another one.
    """
    _require_wgs84(shapes, lang)
    values = shapes.to_numpy()
    parts, owner = _parts(values)
    rings, part = shapely.get_rings(parts, return_index=True)
    lon, lat = shapely.get_coordinates(rings).T.copy()
    ends = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(rings))])
    areas = [abs(GEOD.polygon_area_perimeter(lon[a:b], lat[a:b])[0]) for a, b in pairwise(ends)]
    outer = np.diff(part, prepend=-1) > 0
    total = np.bincount(owner[part], np.where(outer, areas, np.negative(areas)), len(values))
    unknown = shapely.is_missing(values) | ~shapely.is_valid(values)
    return _series(total, unknown, shapes.index, "area_m2")


def length_m(shapes: gpd.GeoSeries, *, lang: str = "en") -> pd.Series[Any]:
    """Return the geodesic length [m] of each line, or the perimeter of each polygon with its holes.

    Takes and refuses what `area_m2` does. A point has no length (0); NA where the shape is missing.
    """
    _require_wgs84(shapes, lang)
    values = shapes.to_numpy()
    parts, owner = _parts(values)
    lines = np.where(shapely.get_dimensions(parts) == 1, parts, shapely.boundary(parts))
    lines, index = shapely.get_parts(lines, return_index=True)
    owner = owner[index]
    places, line = shapely.get_coordinates(lines, return_index=True)
    along = line[1:] == line[:-1]
    start, end = places[:-1][along], places[1:][along]
    steps = distance_m(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    total = np.bincount(owner[line[1:][along]], steps, len(values))
    return _series(total, shapely.is_missing(values), shapes.index, "length_m")


def distance_m(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> Numbers:
    """Return the geodesic distance [m] between places in degrees (WGS 84); NaN where a coordinate is unknown."""
    return _geodesic(GEOD.inv, lon1, lat1, lon2, lat2)[2]


def near(shapes: gpd.GeoSeries, reach_m: float, *, lang: str = "en") -> tuple[Places, Places, Numbers]:
    """Return the pairs of shapes that lie nearer to each other than a reach.

    Parameters
    ----------
    shapes
        EPSG:4326: outlines, lines or points; one that is missing or empty is in no pair.
    reach_m
        The reach [m], a few km at most.
    lang
        Language of a refusal.

    Returns
    -------
    tuple of arrays
        Positions of one and the other shape, each pair both ways, and their geodesic distance [m]: 0 where they touch.
        Sorted by position. It is measured in the plane about the first of the two (see `local`).

    Raises
    ------
    InvalidData
        When the layer has no CRS or another one.
    """
    _require_wgs84(shapes, lang)
    values = shapes.to_numpy()
    at = np.flatnonzero(~(shapely.is_missing(values) | shapely.is_empty(values)))
    west, south, east, north = shapely.bounds(values[at]).T
    high = reach_m / LEAST_DEGREE_M
    wide = high / np.cos(np.radians(np.minimum(np.maximum(np.abs(south), np.abs(north)) + high, FARTHEST_DEG)))
    boxes = shapely.box(west - wide, south - high, east + wide, north + high)
    one, two = shapely.STRtree(values[at]).query(boxes)
    one, two = one[one < two], two[one < two]
    middle = shapely.centroid(values[at])[one]
    apart = shapely.distance(*(_in_plane(values[at][side], middle) for side in (one, two)))
    pair = np.array([at[one], at[two]])[:, apart < reach_m]
    first, second = np.hstack([pair, pair[::-1]])
    order = np.lexsort((second, first))
    return first[order], second[order], np.tile(apart[apart < reach_m], 2)[order]


def local(lon: ArrayLike, lat: ArrayLike, east_m: ArrayLike, north_m: ArrayLike) -> Pair:
    """Return longitude and latitude of places given in metres east and north of an origin.

    The plane is azimuthal equidistant about the origin `lon`, `lat` [°, WGS 84]: distances from it are true,
    and within 1 km of it every length is true to 1e-8.
    """
    east, north = np.asarray(east_m, dtype=float), np.asarray(north_m, dtype=float)
    lon2, lat2, _ = _geodesic(GEOD.fwd, lon, lat, np.degrees(np.arctan2(east, north)), np.hypot(east, north))
    return lon2, lat2


def to_local(origin_lon: ArrayLike, origin_lat: ArrayLike, lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return metres east and north of an origin for places in degrees: the inverse of `local`."""
    azimuth, _, distance = _geodesic(GEOD.inv, origin_lon, origin_lat, lon, lat)
    return distance * np.sin(np.radians(azimuth)), distance * np.cos(np.radians(azimuth))


def shift(lon: ArrayLike, lat: ArrayLike, datum: str) -> Pair:
    """Return WGS 84 degrees moved to GCJ-02 or BD-09; unmoved for the other datums.

    GCJ-02 is the shift that GB 20263-2006 asks of published maps; its formula is not published and is the one
    publicly reconstructed. BD-09 is the further shift of one map provider, from its public formula.
    """
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    if datum not in SHIFTED:
        return x, y
    moved = _gcj02(x, y)
    return _bd09(*moved) if datum == "bd09" else moved


def moved(shapes: gpd.GeoSeries, datum: str) -> gpd.GeoSeries:
    """Return shapes in degrees moved onto a datum, to be drawn over a base map that stands on it; never to be stored.

    Parameters
    ----------
    shapes
        EPSG:4326. What is returned says so too, though after a shift it is only what the base map calls degrees.
    datum
        One of `DATUMS`.
    """
    if datum not in SHIFTED:
        return shapes
    return gpd.GeoSeries(_moved(shapes.to_numpy(), partial(shift, datum=datum)), index=shapes.index, crs=WGS84)


def unshift(lon: ArrayLike, lat: ArrayLike, datum: str) -> Pair:
    """Return GCJ-02 or BD-09 degrees brought back to WGS 84, by iterating on `shift` until nothing moves."""
    x, y = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    guess_x, guess_y = x, y
    for _ in range(30 if datum in SHIFTED else 0):
        found_x, found_y = shift(guess_x, guess_y, datum)
        step_x, step_y = x - found_x, y - found_y
        guess_x, guess_y = guess_x + step_x, guess_y + step_y
        if not np.any(np.maximum(np.abs(step_x), np.abs(step_y)) > CLOSE_DEG):
            break
    return guess_x, guess_y


def to_wgs84(
    frame: gpd.GeoDataFrame,
    *,
    crs: System | None = None,
    datum: str | None = None,
    table: str = "layer",
    lang: str = "en",
    t: Translate | None = None,
) -> gpd.GeoDataFrame:
    """Return a user's layer in EPSG:4326; heights are dropped.

    Parameters
    ----------
    frame
        The layer as read, in any of `CODES`.
    crs
        What the user says about a layer that does not say it itself (``EPSG:4550``, ``4550`` …).
    datum
        One of `DATUMS`. Must be said for EPSG:4326 and 3857, which shifted coordinates often claim.
    table, lang, t
        Name of the layer in the issues, and their language, or what says their sentences.

    Raises
    ------
    InvalidData
        When the CRS or the datum is unsaid, unknown or contradictory, or a place off the Earth or off its datum.
    """
    t = t or words.translator(lang)
    code = _source(frame.crs, crs, table, t)
    _require_datum(code, datum, table, t)
    shapes = _moved(frame.geometry.to_numpy(), _transformer(code, DEGREES).transform)
    _require_inside(shapes, (-180, -90, 180, 90), table, t("A place of this shape falls off the Earth."), t)
    if datum in SHIFTED:
        _require_mainland(shapes, table, t)
        shapes = _moved(shapes, partial(unshift, datum=datum))
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=WGS84))


def from_wgs84(
    frame: gpd.GeoDataFrame, *, crs: System, datum: str = "wgs84", table: str = "layer", lang: str = "en"
) -> gpd.GeoDataFrame:
    """Return a layer of ours (EPSG:4326) in another system; heights are dropped.

    GCJ-02 and BD-09 have no registered CRS: a layer moved there has none, and comes back only with its datum said.

    Parameters
    ----------
    frame
        A layer in EPSG:4326.
    crs, datum
        What to write: one of `CODES`, one of `DATUMS`.
    table, lang
        As in `to_wgs84`, which refuses the same.
    """
    t = words.translator(lang)
    _require_wgs84(frame, lang)
    code = _source(None, crs, table, t)
    _require_datum(code, datum, table, t)
    shapes = frame.geometry.to_numpy()
    if datum in SHIFTED:
        _require_mainland(shapes, table, t)
        shapes = _moved(shapes, partial(shift, datum=datum))
    shapes = _moved(shapes, _transformer(DEGREES, code).transform)
    written = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=f"EPSG:{code}"))
    return written.set_crs(None, allow_override=True) if datum in SHIFTED else written


def mercator(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return WGS 84 degrees as Web Mercator [m], which is for drawing alone: at Pudong its areas are 37 % too large."""
    east, north = _transformer(DEGREES, MERCATOR).transform(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    return east, north


def epsg(crs: System) -> int | None:
    """Return which of `CODES` a CRS is, whatever its name and axis order; None when it is none of them."""
    try:
        given = pyproj.CRS.from_user_input(f"EPSG:{crs}" if str(crs).isdecimal() else crs)
    except pyproj.exceptions.CRSError:
        return None
    said = given.to_epsg()
    alike = (code for code in CODES if given.equals(pyproj.CRS.from_epsg(code), ignore_axis_order=True))
    return said if said in CODES else next(alike, None)


def title(crs: System) -> str:
    """Return the name of a CRS; empty when it is none, or only the plane of a drawing."""
    try:
        given = pyproj.CRS.from_user_input(f"EPSG:{crs}" if str(crs).isdecimal() else crs)
    except pyproj.exceptions.CRSError:
        return ""
    return "" if given.is_engineering else given.name


def degrees(x: ArrayLike, y: ArrayLike, code: int, datum: str) -> Pair:
    """Return places of one of `CODES` on a datum as WGS 84 degrees; infinite or NaN where they lie off the system.

    Refuses nothing, so that it can be tried which system coordinates may be of; `to_wgs84` is what reads a layer.
    """
    lon, lat = _transformer(code, DEGREES).transform(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    west, south, east, north = MAINLAND
    off = ~((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    if datum not in SHIFTED:
        return lon, lat
    lon, lat = unshift(np.where(off, np.nan, lon), np.where(off, np.nan, lat), datum)
    return lon, lat


@cache
def _transformer(source: int, target: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def _moved(shapes: NDArray[Any], solve: Callable[..., Any]) -> NDArray[Any]:
    """Return copies of `shapes` with every place put through `solve` at once."""
    moved: NDArray[Any] = shapely.transform(shapes, lambda places: np.column_stack(solve(places[:, 0], places[:, 1])))
    return moved


def _in_plane(shapes: NDArray[Any], middle: NDArray[Any]) -> NDArray[Any]:
    """Return copies of `shapes` in metres east and north, each about its own point of `middle`."""
    places, owner = shapely.get_coordinates(shapes, return_index=True)
    east, north = to_local(shapely.get_x(middle)[owner], shapely.get_y(middle)[owner], places[:, 0], places[:, 1])
    moved: NDArray[Any] = shapely.set_coordinates(shapely.force_2d(shapes), np.column_stack([east, north]))
    return moved


def _parts(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the single shapes inside `values`, however nested, and the position each belongs to."""
    owner = np.flatnonzero(~shapely.is_missing(values))
    parts = values[owner]
    while np.any(shapely.get_type_id(parts) >= shapely.GeometryType.MULTIPOINT):
        parts, index = shapely.get_parts(parts, return_index=True)
        owner = owner[index]
    return parts, owner


def _series(total: NDArray[Any], unknown: NDArray[np.bool_], index: pd.Index[Any], name: str) -> pd.Series[Any]:
    return pd.Series(pd.arrays.FloatingArray(total.astype(float), unknown), index=index, name=name)


def _geodesic(solve: Callable[..., Any], *given: ArrayLike) -> tuple[Numbers, Numbers, Numbers]:
    """Return the three answers of `solve` on coordinates broadcast together, in their shape."""
    arrays = np.broadcast_arrays(*(np.asarray(one, dtype=float) for one in given))
    shape = arrays[0].shape
    first, second, third = solve(*(array.ravel() for array in arrays))
    return first.reshape(shape), second.reshape(shape), third.reshape(shape)


def _gcj02(lon: Numbers, lat: Numbers) -> Pair:
    x, y, root, turn = lon - 105.0, lat - 35.0, np.sqrt(np.abs(lon - 105.0)), np.pi
    ripple = 20 * np.sin(6 * turn * x) + 20 * np.sin(2 * turn * x)
    north_waves = ripple + _waves(y, 20, 40, 160, 320)
    east_waves = ripple + _waves(x, 20, 40, 150, 300)
    north_m = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * root + north_waves * 2 / 3
    east_m = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * root + east_waves * 2 / 3
    w = 1 - KRASOVSKY_E2 * np.sin(np.radians(lat)) ** 2
    meridian_m = KRASOVSKY_M * (1 - KRASOVSKY_E2) / w**1.5
    parallel_m = KRASOVSKY_M / np.sqrt(w) * np.cos(np.radians(lat))
    return lon + np.degrees(east_m / parallel_m), lat + np.degrees(north_m / meridian_m)


def _waves(v: Numbers, *heights: float) -> Numbers:
    """Return the sum of four waves with periods of 2, 6, 24 and 60 degrees [m]."""
    return sum((height * np.sin(np.pi * v / part) for height, part in zip(heights, (1, 3, 12, 30), strict=True)), 0 * v)


def _bd09(lon: Numbers, lat: Numbers) -> Pair:
    turn = np.pi * 3000 / 180
    reach = np.hypot(lon, lat) + 0.00002 * np.sin(lat * turn)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * turn)
    return reach * np.cos(angle) + 0.0065, reach * np.sin(angle) + 0.006


def _require_wgs84(shapes: gpd.GeoSeries | gpd.GeoDataFrame, lang: str) -> None:
    t = words.translator(lang)
    if shapes.crs is None:
        raise InvalidData([_unsaid("layer", t)])
    if epsg(shapes.crs) != DEGREES:
        message = t("Lengths and areas are taken in EPSG:4326 only.")
        raise InvalidData([_issue("layer", "crs", shapes.crs, "wrong_crs", message, t("Reproject the layer first."))])


def _source(said: System | None, given: System | None, table: str, t: Translate) -> int:
    """Return the code of the system that a layer (`said`) or its user (`given`) names."""
    if said is None and given is None:
        raise InvalidData([_unsaid(table, t)])
    codes = {epsg(crs) for crs in (said, given) if crs is not None}
    code = codes.pop()
    if codes:
        message = t("The layer names {layer}, you name {user}.", layer=_named(said), user=_named(given))
        mend = t("Find out which of the two is right.")
        raise InvalidData([_issue(table, "crs", _named(given), "crs_clash", message, mend)])
    if code is None:
        message = t("This coordinate system is not one that we read.")
        mend = t("Save the layer in one of: {codes}.", codes=", ".join(f"EPSG:{known}" for known in CODES))
        raise InvalidData([_issue(table, "crs", _named(given if said is None else said), "unknown_crs", message, mend)])
    return code


def _require_datum(code: int, datum: str | None, table: str, t: Translate) -> None:
    if datum is None and code in UNSAID:
        message = t("It is not said whether the coordinates are WGS 84, GCJ-02 or BD-09.")
        mend = t("Ask whoever made the layer, then name the datum: {datums}.", datums=", ".join(DATUMS))
        raise InvalidData([_issue(table, "datum", "", "datum_unsaid", message, mend)])
    if datum is not None and datum not in DATUMS:
        mend = t("Name one of: {datums}.", datums=", ".join(DATUMS))
        raise InvalidData([_issue(table, "datum", datum, "unknown_datum", t("This datum is not known."), mend)])
    if datum in SHIFTED and code not in SHIFTED[datum]:
        message = t("Coordinates of {datum} do not occur in EPSG:{code}.", datum=datum, code=code)
        mend = t("Find out which of the two is right.")
        raise InvalidData([_issue(table, "datum", datum, "datum_clash", message, mend)])


def _require_mainland(shapes: NDArray[Any], table: str, t: Translate) -> None:
    _require_inside(shapes, MAINLAND, table, t("This shape lies where GCJ-02 and BD-09 are not defined."), t)


def _require_inside(
    shapes: NDArray[Any], box: tuple[float, float, float, float], table: str, message: str, t: Translate
) -> None:
    """Refuse shapes with a vertex outside `box`, each by its row, or all in one issue when none is inside."""
    west, south, east, north = box
    places, row = shapely.get_coordinates(shapes, return_index=True)
    inside = np.all((places >= (west, south)) & (places <= (east, north)), axis=1)
    rows = np.unique(row[~inside])
    if rows.size:
        mend = t("Check the coordinate system and the datum of the layer.")
        named = [""] if rows.size == np.unique(row).size else [str(number + 1) for number in rows]
        raise InvalidData([Issue(table, name, "geometry", "", "out_of_range", message, mend) for name in named])


def _unsaid(table: str, t: Translate) -> Issue:
    message = t("The layer does not say its coordinate system.")
    mend = t("Bring its .prj file, or name the system, such as EPSG:4550.")
    return _issue(table, "crs", "", "crs_unsaid", message, mend)


def _named(crs: System | None) -> str:
    code = None if crs is None else epsg(crs)
    return f"EPSG:{code}" if code else str(getattr(crs, "name", crs))


def _issue(table: str, column: str, value: object, kind: str, message: str, mend: str) -> Issue:
    return Issue(table, "", column, str(value), kind, message, mend)
