"""Makes outlines of a DXF drawing: closed lines and hatches are shapes, the texts in them are their names."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from parks.intake.maps import rings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from parks.intake.maps.rings import Shape
    from parks.intake.values.parsed import Raw

CLOSING = 0.01
"""A line whose ends lie nearer than this share of its length is meant to be closed: it is kept, and told."""
FIELDS = ("Layer", "Text", "EntityHandle")
"""What is kept of each outline: its layer in the drawing, the texts inside it, its handle."""


class Outlines(NamedTuple):
    """The outlines of a drawing.

    Parameters
    ----------
    numbers
        Numbers of the entities that they are made of, from 1.
    rows
        Cells of `FIELDS`, one an outline.
    shapes
        Polygons, and lines that are closed but for a little.
    open_lines, others
        Layer of the drawing → entities left out: lines that enclose nothing; points and texts outside the outlines.
    """

    numbers: tuple[int, ...]
    rows: tuple[tuple[Raw, ...], ...]
    shapes: NDArray[Any]
    open_lines: Counter[str]
    others: Counter[str]


def outlines(fields: Sequence[str], rows: Sequence[Sequence[Raw]], shapes: NDArray[Any]) -> Outlines:
    """Return the outlines among the entities of a drawing.

    Parameters
    ----------
    fields, rows
        The attributes as GDAL names them, and their cells by entity.
    shapes
        Plane shapes in the drawing's own units; None where an entity has none.
    """
    place = {field: number for number, field in enumerate(fields)}

    def said(row: Sequence[Raw], field: str) -> str:
        return str(row[place[field]] or "") if field in place else ""

    found: list[tuple[int, Any]] = []
    texts: list[tuple[Any, str, str]] = []
    open_lines: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for number, (row, shape) in enumerate(zip(rows, shapes, strict=True), 1):
        outline = _outline(shape)
        layer, text = said(row, "Layer"), said(row, "Text").strip()
        if outline is not None:
            found.append((number, outline))
        elif shape is not None and shape.geom_type == "Point" and text:
            texts.append((shape, text, layer))
        elif shape is not None and shapely.get_dimensions(shape) == 1:
            open_lines[layer] += 1
        else:
            others[layer] += 1
    kept = np.array([*(shape for _, shape in found), None], dtype=object)[:-1]
    names = _names(kept, texts, others)
    numbers = tuple(number for number, _ in found)
    cells = tuple(
        (said(rows[number - 1], "Layer") or None, name or None, said(rows[number - 1], "EntityHandle") or None)
        for number, name in zip(numbers, names, strict=True)
    )
    return Outlines(numbers, cells, kept, open_lines, others)


def _outline(shape: Shape) -> Shape:
    """Return the polygons of an entity, or its line when that is nearly closed; None when it is no outline."""
    if shape is None or shape.is_empty:
        return None
    parts = [_part(part) for part in _simple(shape)]
    kept = [part for part in parts if part is not None]
    return rings.gathered(kept) if kept else None


def _simple(shape: Shape) -> list[Any]:
    if hasattr(shape, "geoms"):
        return [part for one in shape.geoms for part in _simple(one)]
    return [shape]


def _part(part: Shape) -> Shape:
    if part.geom_type == "Polygon":
        return part
    if part.geom_type != "LineString" or len(part.coords) < rings.CORNERS - 1:
        return None
    places = shapely.get_coordinates(part)
    apart = float(np.hypot(*(places[-1] - places[0])))
    if not apart and len(places) >= rings.CORNERS:
        return shapely.Polygon(places)
    return part if 0 < apart < CLOSING * part.length else None


def _names(shapes: NDArray[Any], texts: Sequence[tuple[Any, str, str]], others: Counter[str]) -> list[str]:
    """Return for each outline the texts in it from top to bottom; those in none are counted with the others."""
    areas = shapely.area(shapes)
    tree = shapely.STRtree(shapes)
    inside: dict[int, list[tuple[float, float, str]]] = {}
    for point, text, layer in texts:
        around = tree.query(point, predicate="intersects") if len(shapes) else np.array([], dtype=int)
        if not len(around):
            others[layer] += 1
            continue
        smallest = int(around[np.argmin(areas[around])])
        inside.setdefault(smallest, []).append((-point.y, point.x, text))
    return [" ".join(text for *_, text in sorted(inside.get(number, []))) for number in range(len(shapes))]
