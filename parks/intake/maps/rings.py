"""Shapes as a file has them: a ring that is not closed stays a line, so that nothing is lost and nothing is guessed."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

Shape = Any
"""One shape, or none: shapely has a type for each kind of them, and none that says what all can."""
CORNERS = 4
"""Fewest places of a ring, the first repeated at the end."""
POINT, LINE, POLYGON = 1, 2, 3
"""Numbers of the simple shapes in well-known binary; 4 to 7 are their collections."""
DEEPEST = 20
"""Collections inside collections: more is no map but an attack on the reader."""


def polygon(rings: Sequence[NDArray[Any]]) -> Shape:
    """Return the polygon with these rings, the outer one first; lines where one of them is no ring.

    Parameters
    ----------
    rings
        Places of each ring, x and y. Those with fewer than two places are left out.
    """
    rings = [ring for ring in rings if len(ring) > 1]
    if not rings:
        return shapely.Polygon()
    if all(len(ring) >= CORNERS and np.array_equal(ring[0][:2], ring[-1][:2]) for ring in rings):
        return shapely.Polygon(rings[0], rings[1:])
    lines = [shapely.LineString(ring) for ring in rings]
    return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)


def gathered(parts: Iterable[Any]) -> Shape:
    """Return several shapes as one: a collection of their kind where they are of one, else a mixed one."""
    given = [part for part in parts if part is not None]
    kinds = {part.geom_type for part in given}
    if len(given) == 1:
        return given[0]
    if kinds == {"Polygon"}:
        return shapely.MultiPolygon(given)
    if kinds == {"LineString"}:
        return shapely.MultiLineString(given)
    if kinds == {"Point"}:
        return shapely.MultiPoint(given)
    return shapely.GeometryCollection(given)


@np.errstate(all="ignore")  # places that are no numbers are told later
def read(codes: Sequence[bytes | None]) -> tuple[NDArray[Any], bool]:
    """Return the plane shapes that well-known binary says, and whether any had a height other than 0.

    None where it says none or cannot be understood.
    """
    shapes = shapely.from_wkb(np.array([*codes, None], dtype=object), on_invalid="ignore")[:-1]
    for place in np.flatnonzero(shapely.is_missing(shapes)).tolist():
        code = codes[place]
        shapes[place] = None if code is None else _loose(code)
    heights = shapely.get_coordinates(shapes, include_z=True)[:, 2]
    raised = bool(np.any(np.nan_to_num(heights) != 0))
    return shapely.force_2d(shapes), raised


def _loose(code: bytes) -> Shape:
    """Return a shape whose rings may be open."""
    try:
        return _shape(code, 0, 0)[0]
    except (struct.error, ValueError, IndexError, shapely.errors.ShapelyError):
        return None


def _shape(code: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > DEEPEST:
        raise ValueError(depth)
    order = "<" if code[at] else ">"
    (kind,) = struct.unpack_from(f"{order}I", code, at + 1)
    plain = kind & 0x0FFFFFFF
    width = 2 + bool(kind & 0x80000000 or plain // 1000 in {1, 3}) + bool(kind & 0x40000000 or plain // 1000 in {2, 3})
    kind = plain % 1000
    at += 5
    if kind == POINT:
        places, at = _places(code, at, 1, width, order)
        return shapely.Point(places[0]), at
    (count,) = struct.unpack_from(f"{order}I", code, at)
    at += 4
    if kind == LINE:
        places, at = _places(code, at, count, width, order)
        return shapely.LineString(places), at
    parts: list[Any] = []
    for _ in range(count):
        if kind == POLYGON:
            (size,) = struct.unpack_from(f"{order}I", code, at)
            part, at = _places(code, at + 4, size, width, order)
        else:
            part, at = _shape(code, at, depth + 1)
        parts.append(part)
    return (polygon(parts) if kind == POLYGON else gathered(parts)), at


def _places(code: bytes, at: int, count: int, width: int, order: str) -> tuple[NDArray[Any], int]:
    end = at + 8 * width * count
    if end > len(code):
        raise ValueError(count)
    return np.frombuffer(code[at:end], dtype=f"{order}f8").reshape(count, width)[:, :2].astype(float), end
