"""How shapes are mended: each way takes them as they stand now and returns them mended, or nothing where it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from parks import crs
from parks.intake.maps import rings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from parks.intake.maps.rings import Shape

OPEN_SHARE = 0.5
"""A line is taken for a ring that lacks its last side when its ends lie nearer than this share of its length:
a square that lacks a side is open by a third."""
REPEATED_DEG = 1e-8
"""Places nearer than this [°, about 1 mm] are one place: no survey tells them apart."""
NOTHING_DEG2 = 1e-12
"""What encloses no more than this [square degrees, about 0.01 m²] encloses nothing."""
SLIVER_M, SLIM_M, SLIM = 0.1, 1.0, 0.05
"""A sliver is on average narrower than 0.1 m; or narrower than 1 m, with less than 0.05 of the area of the circle
that has its perimeter: 1 m × 64 m. No building and no parcel is."""
SEAM_M = 1e-5
"""What fills a gap reaches this far into its neighbours, so that no hair is left between them."""
HAIR_M = 0.001
"""Half the width of what is no gap [m]."""
TOUCH_M = 0.01
"""What lies nearer to a shape than this touches it."""
MITRE = 5.0
"""Corners stay sharp down to 23° when a shape is widened and narrowed again."""
GRID_M, GRID_DEG = 1e-6, 1e-11
"""Where shapes lie so close that two cannot be laid over each other exactly, their places are rounded to this."""


def overlaid(solve: Callable[..., Shape], first: Shape, second: Shape, grid: float) -> Shape:
    """Return what `solve` (a union, difference or intersection) makes of two polygons, or of two arrays of them.

    None where even rounded places leave it open what lies on which side.
    """
    try:
        return solve(first, second)
    except shapely.errors.GEOSException:
        if isinstance(first, np.ndarray):
            return np.array([overlaid(solve, one, other, grid) for one, other in zip(first, second, strict=True)])
    try:
        return solve(*(polygonal(shapely.make_valid(one)) for one in (first, second)), grid_size=grid)
    except shapely.errors.GEOSException:
        return None


class Plane(NamedTuple):
    """A plane in metres about an origin in degrees (EPSG:4326): true to 1e-5 over the district."""

    lon: float
    lat: float

    def metres(self, shapes: Shape) -> Shape:
        """Return shapes in metres east and north of the origin."""
        return shapely.transform(shapes, lambda at: np.column_stack(crs.to_local(self.lon, self.lat, *at.T)))

    def outlines(self, shapes: Shape) -> Shape:
        """Return polygons in metres, valid: moving a hair's breadth can make one cross itself."""
        flat = np.atleast_1d(self.metres(shapes))
        for at in np.flatnonzero(~shapely.is_valid(flat)):
            flat[at] = polygonal(shapely.make_valid(flat[at])) or shapely.Polygon()
        return flat if isinstance(shapes, np.ndarray) else flat[0]

    def degrees(self, shapes: Shape) -> Shape:
        """Return shapes in degrees."""
        return shapely.transform(shapes, lambda at: np.column_stack(crs.local(self.lon, self.lat, *at.T)))


def plane(shapes: Shape) -> Plane:
    """Return the plane about the middle of shapes in degrees."""
    west, south, east, north = shapely.total_bounds(shapes)
    return Plane((west + east) / 2, (south + north) / 2)


def polygonal(shape: Shape) -> Shape:
    """Return the polygons of a shape as one, without lines and points; None when there are none with an area."""
    parts = [] if shape is None else parts_of(shape)[0]
    kept = [part for part in parts if part.geom_type == "Polygon" and part.area > NOTHING_DEG2]
    return rings.gathered(kept) if kept else None


def parts_of(shape: Shape) -> tuple[list[Any], list[Any]]:
    """Return the polygons with the points, and the lines, of a shape, however nested."""
    parts = np.array([shape], dtype=object)
    while np.any(shapely.get_type_id(parts) >= shapely.GeometryType.MULTIPOINT):
        parts = shapely.get_parts(parts)
    lines = shapely.get_dimensions(parts) == 1
    return list(parts[~lines]), list(parts[lines])


def closable(line: Shape) -> bool:
    """Return whether a line is a ring, or one that lacks its last side."""
    places = np.unique(shapely.get_coordinates(line), axis=0)
    return len(places) >= rings.CORNERS - 1 and opening(line) <= OPEN_SHARE * line.length


def opening(line: Shape) -> float:
    """Return how far the ends of a line lie apart, in its own unit."""
    places = shapely.get_coordinates(line)
    return float(np.hypot(*(places[-1] - places[0])))


def closed(shape: Shape) -> Shape:
    """Return the outlines that the lines and polygons of a shape make, valid; None when one of its lines is no ring."""
    others, lines = parts_of(shape)
    if not all(map(closable, lines)):
        return None
    made = [shapely.make_valid(shapely.Polygon(line.coords)) for line in lines]
    areas = list(filter(None, map(polygonal, [*others, *made])))
    if not areas:
        return None
    # Rings inside rings are holes: what lies in an even number of them is outside.
    whole = areas[0]
    for area in areas[1:]:
        whole = shapely.symmetric_difference(shapely.make_valid(whole), shapely.make_valid(area))
    return polygonal(shapely.make_valid(whole))


def valid(shape: Shape) -> Shape:
    """Return a shape that does not cross itself, with all its area (a bow-tie keeps both wings); None without area.

    Parts that lie on each other are one: the area they share is kept once.
    """
    if shape.geom_type == "Polygon":
        return polygonal(shapely.make_valid(shape))
    parts = [shapely.make_valid(part) for part in parts_of(shape)[0]]
    return polygonal(shapely.union_all(parts))


def thinned(shape: Shape) -> Shape:
    """Return a shape without repeated places; None where they are all of it."""
    try:
        return shapely.remove_repeated_points(shape, REPEATED_DEG)
    except shapely.errors.GEOSException:  # a ring of a millimetre
        return None


def repeated(shapes: NDArray[Any]) -> NDArray[np.int64]:
    """Return how many places of each polygon repeat the one before."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    circles, part = shapely.get_rings(parts, return_index=True)
    places, circle = shapely.get_coordinates(circles, return_index=True)
    close = (np.hypot(*np.diff(places, axis=0).T) <= REPEATED_DEG) & (np.diff(circle) == 0)
    return np.bincount(owner[part[circle[1:][close]]], minlength=len(shapes))


def slivers(shapes: Shape) -> Shape:
    """Return which polygons in metres are slivers."""
    area, around = shapely.area(shapes), shapely.length(shapes)
    with np.errstate(divide="ignore", invalid="ignore"):
        width, round_share = 2 * area / around, 4 * np.pi * area / around**2
    return (width < SLIVER_M) | ((width < SLIM_M) & (round_share < SLIM))


def without_slivers(shape: Shape) -> Shape:
    """Return a shape in degrees without those of its parts that are slivers; None when all are."""
    parts = np.array(parts_of(shape)[0], dtype=object)
    kept = parts[~slivers(plane(parts).metres(parts))]
    return rings.gathered(kept) if len(kept) else None


def point(shape: Shape) -> Shape:
    """Return a point in a polygon, or the only one of several; None where only a person can say the place."""
    if is_outline(shape):
        return shape.representative_point()
    parts, lines = parts_of(shape)
    return parts[0] if len(parts) == 1 and not lines and parts[0].geom_type == "Point" else None


def shorn(smaller: Shape, larger: Shape) -> Shape:
    """Return the smaller of two overlapping shapes without what both cover; None when nothing is left of it."""
    left = polygonal(overlaid(shapely.difference, smaller, larger, GRID_DEG))
    return None if left is None else without_slivers(left)


def between(first: Shape, second: Shape, width_m: float) -> Shape:
    """Return the strip narrower than `width_m` between two shapes in metres; None when there is none."""
    both = overlaid(shapely.union, first, second, GRID_M)
    shut = _grown(_grown(both, width_m / 2), -width_m / 2)
    strip = overlaid(shapely.difference, shut, both, GRID_M)
    # Corners that are not quite right leave hairs along the sides: what is narrower than two of these goes.
    strip = _grown(_grown(strip, -HAIR_M), HAIR_M)
    parts = [] if strip is None else parts_of(strip)[0]
    near = [part for part in parts if part.distance(first) < TOUCH_M and part.distance(second) < TOUCH_M]
    return rings.gathered(near) if near else None


def _grown(shape: Shape, by_m: float) -> Shape:
    with np.errstate(all="ignore"):  # the library divides by the length of sides that have none
        return shapely.buffer(shape, by_m, join_style="mitre", mitre_limit=MITRE)


def filled(first: Shape, second: Shape, width_m: float) -> Shape:
    """Return the first of two shapes in degrees, grown over the gap to the second; None when there is no gap."""
    flat = plane([first, second])
    strip = between(flat.outlines(first), flat.outlines(second), width_m)
    if strip is None:
        return None
    seam = flat.degrees(_grown(strip, SEAM_M))
    whole = overlaid(shapely.union, first, seam, GRID_DEG)
    grown = polygonal(overlaid(shapely.difference, whole, second, GRID_DEG))
    return None if grown is None else thinned(grown)


OUTLINED = frozenset(["self_crossing", "doubled_point", "sliver", "overlap", "gap"])
"""Kinds whose mend begins with polygons."""
Mend = tuple[dict[int, Any], tuple[int, ...]]
"""Line → mended shape, and the lines that are left out."""


def mend(kind: str, lines: tuple[int, ...], now: Mapping[int, Any], width_m: float) -> Mend | None:
    """Return a flaw's mend on shapes as they stand now; None where it does not apply.

    Parameters
    ----------
    kind
        Kind of the flaw.
    lines
        Its lines, the one that is changed or left out last.
    now
        Shapes by line, EPSG:4326.
    width_m
        Widest gap that is filled [m].
    """
    if kind == "duplicate":
        return {}, lines[1:]
    shape = now[lines[-1]]
    if kind in OUTLINED and not all(is_outline(now[line]) for line in lines):
        return None
    if kind == "sliver":
        left = without_slivers(shape)
        return ({}, lines) if left is None else ({lines[-1]: left}, ())
    if kind in {"overlap", "gap"}:
        other = now[lines[0]]
        if not (shape.is_valid and other.is_valid):
            return None
        made = shorn(shape, other) if kind == "overlap" else filled(shape, other, width_m)
    else:
        made = ALONE[kind](shape) if kind in ALONE else None
    if made is None or made.is_empty or (shape.is_valid and not made.is_valid):
        return None
    return {lines[-1]: made}, ()


def is_outline(shape: Shape) -> bool:
    """Return whether a shape is a polygon or several."""
    return shape is not None and shape.geom_type in {"Polygon", "MultiPolygon"}


def _turned(shape: Shape) -> Shape:
    """Return an outline made a point, or something else made an outline."""
    return point(shape) if is_outline(shape) or shape.geom_type == "MultiPoint" else closed(shape)


ALONE: dict[str, Callable[[Any], Any]] = {
    "ring": closed,
    "wrong_kind": _turned,
    "self_crossing": valid,
    "doubled_point": thinned,
}
"""Mends of one shape."""
STEPS = ("ring", "wrong_kind", "doubled_point", "self_crossing", "sliver", "duplicate", "overlap", "gap")
"""The order in which mends are made, whatever order they are accepted in."""
