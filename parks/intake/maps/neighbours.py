"""Finds what is wrong between shapes: the same twice, one on another, narrow gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from parks.intake.maps import mends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Places = NDArray[np.int64]

OVERLAP_M2 = 0.1
"""Least area that is told as an overlap [m²]: walls drawn twice differ by a millimetre along 100 m."""
GAP_M = 0.1
"""Widest gap that is told [m]: the joint between two buildings is wider, and real."""
GAP_M2 = 0.01
"""Least area that is told as a gap [m²]."""
ALIKE = 0.98
"""Share of the area of both together from which two shapes are one drawn twice."""
WITHIN = 0.98
"""Share of the smaller shape from which it lies in the other: a tower on its podium, or a wrong level of detail."""
DIGITS = 8
"""Digits of a degree (1 mm) to which shapes are compared."""
PAIRS = 200_000
"""Most pairs that are looked at: more means that a layer lies on itself many times, and a list of them helps nobody."""
CHUNK = 50
"""Shapes whose neighbours are looked up at once."""


class Pair(NamedTuple):
    """Two shapes with something between them.

    Parameters
    ----------
    kind
        ``duplicate``, ``alike``, ``within``, ``overlap`` or ``gap``.
    kept, changed
        Their positions; the second is what a mend changes or leaves out.
    area_m2
        What both cover, or what lies between them.
    """

    kind: str
    kept: int
    changed: int
    area_m2: float


class Pairs(NamedTuple):
    """What is wrong between shapes, and whether there are more pairs than were looked at."""

    found: list[Pair]
    more: bool


def pairs(shapes: NDArray[Any], width_m: float = GAP_M) -> Pairs:
    """Return what is wrong between polygons, in the order of their positions.

    Parameters
    ----------
    shapes
        EPSG:4326, each valid; None and empty ones have no neighbours.
    width_m
        Widest gap that is told [m]; 0 tells none.
    """
    usable = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    if not usable.size:
        return Pairs([], more=False)
    found = list(_twice(shapes, usable))
    single = np.setdiff1d(usable, [pair.changed for pair in found])
    flat = mends.plane(shapes[single]).outlines(shapes[single])
    near, more = _near(flat, width_m)
    over = list(_overlaps(flat, single, near))
    told = {(min(pair[1:3]), max(pair[1:3])) for pair in over}
    found += over
    found += _gaps(flat, single, near, width_m, told) if width_m else []
    return Pairs(sorted(found, key=lambda pair: (pair.kind, min(pair[1:3]), max(pair[1:3]))), more)


def _twice(shapes: NDArray[Any], usable: Places) -> Iterator[Pair]:
    """Find shapes that are the same, whatever corner they begin at."""
    rounded = shapely.normalize(shapely.transform(shapes[usable], lambda at: np.round(at, DIGITS)))
    first: dict[bytes, int] = {}
    for place, code in zip(usable.tolist(), shapely.to_wkb(rounded), strict=True):
        kept = first.setdefault(code, place)
        if kept != place:
            yield Pair("duplicate", kept, place, 0.0)


def _near(flat: NDArray[Any], width_m: float) -> tuple[Places, bool]:
    """Return the pairs that lie nearer than a width, each once, and whether there are more than are looked at."""
    tree = shapely.STRtree(flat)
    found: list[Places] = []
    count = 0
    for start in range(0, len(flat), CHUNK):
        left, right = tree.query(flat[start : start + CHUNK], predicate="dwithin", distance=width_m)
        once = left + start < right
        found.append(np.column_stack([left[once] + start, right[once]]))
        count += int(once.sum())
        if count > PAIRS:
            break
    near = np.vstack(found)
    return near[np.lexsort(near.T[::-1])][:PAIRS], count > PAIRS


def _overlaps(flat: NDArray[Any], single: Places, near: Places) -> Iterator[Pair]:
    left, right = near.T
    areas = shapely.area(flat)
    shared: NDArray[np.float64] = np.asarray(
        shapely.area(mends.overlaid(shapely.intersection, flat[left], flat[right], mends.GRID_M))
    )
    together = areas[left] + areas[right] - shared
    for at in np.flatnonzero(shared >= OVERLAP_M2):
        first, second, area = int(left[at]), int(right[at]), float(shared[at])
        kept, changed = (second, first) if areas[first] < areas[second] else (first, second)
        if area >= ALIKE * together[at]:
            kind, kept, changed = "alike", first, second
        else:
            kind = "within" if area >= WITHIN * areas[changed] else "overlap"
        yield Pair(kind, int(single[kept]), int(single[changed]), area)


def _gaps(
    flat: NDArray[Any], single: Places, near: Places, width_m: float, over: set[tuple[int, int]]
) -> Iterator[Pair]:
    """Find narrow gaps between shapes that are not already told (`over`) to lie on each other."""
    # An edge that another shape neither meets nor leaves free: only there can a gap be.
    open_edges = ~shapely.is_empty(shapely.coverage_invalid_edges(flat, width_m))
    areas = shapely.area(flat)
    for first, second in near[open_edges[near].all(axis=1)].tolist():
        if (int(single[first]), int(single[second])) in over:
            continue
        strip = mends.between(flat[first], flat[second], width_m)
        area = 0.0 if strip is None else float(strip.area)
        if area >= GAP_M2:
            kept, changed = (first, second) if areas[first] < areas[second] else (second, first)
            yield Pair("gap", int(single[kept]), int(single[changed]), area)
