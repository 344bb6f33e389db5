"""The map pages of a report, drawn as SVG without a browser: frame, ground, outlines, markers, scale, credit."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from parks import crs
from parks.output import drawings, figures, maps, markers
from parks.output.content import Picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from parks.output.shading import Shade
    from parks.policy import Policy
    from parks.words import Translate

WIDE, HIGH = 1000.0, 740.0
"""Size of a map page [px]."""
PANEL = 400.0
"""Width of what stands beside the map: legend, enlarged part [px]."""
CROWD, MOST, LISTED = 12, 200, 22
"""Markers in one zone from which it is drawn enlarged; markers numbered at most;
names written beside the map at most."""
STROKES = {
    "district": ("#8796A5", 1.2),
    "river": ("#7FB2D6", 2.4),
    "expressway": ("#C9C2B4", 1.4),
    "metro": ("#D5DAE0", 1.0),
    "road": ("#E3E1DA", 0.8),
}
"""Kind of ground → colour and width of its lines."""
SEA, LAND = "#F1F5F8", "#FFFFFF"
ROUND = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Frame:
    """A part of the page that shows a part of the world.

    Parameters
    ----------
    box
        Left, top, right, bottom on the page [px].
    bounds
        West, south, east, north [°, EPSG:4326].
    """

    box: tuple[float, float, float, float]
    bounds: tuple[float, float, float, float]

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels for one degree of longitude and of latitude: equal lengths at the middle latitude."""
        west, south, east, north = self.bounds
        shrink = math.cos(math.radians((south + north) / 2))
        left, top, right, bottom = self.box
        per = min((right - left) / ((east - west) * shrink), (bottom - top) / (north - south))
        return per * shrink, per

    def at(self, places: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return lon, lat as x, y on the page, the middle of the bounds in the middle of the box."""
        west, south, east, north = self.bounds
        left, top, right, bottom = self.box
        across, down = self.scale
        x = (left + right) / 2 + (places[:, 0] - (west + east) / 2) * across
        y = (top + bottom) / 2 - (places[:, 1] - (south + north) / 2) * down
        return np.column_stack([x, y])

    def path(self, shape: BaseGeometry) -> str:
        """Return a shape as the ``d`` of an SVG path, cut off at the box; empty where none of it lies inside."""
        left, top, right, bottom = self.box
        moved = shapely.transform(shape, self.at)
        cut = shapely.clip_by_rect(shapely.simplify(moved, 0.4), left, top, right, bottom)
        drawn = []
        for part in shapely.get_parts(cut):
            rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
            for ring in rings:
                points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shapely.get_coordinates(ring))
                drawn.append(f"M{points}{'Z' if part.geom_type == 'Polygon' else ''}" if points else "")
        return "".join(drawn)

    def metres(self) -> float:
        """Return how many metres one pixel is, along the middle latitude on the ellipsoid."""
        west, south, east, north = self.bounds
        middle = (south + north) / 2
        return float(crs.distance_m([west], [middle], [east], [middle])[0]) / ((east - west) * self.scale[0])


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked on a map: a place, a number of the key, a colour.

    Parameters
    ----------
    places
        Points (EPSG:4326), None where the place is not known: those are not drawn.
    colours
        One a place.
    names
        One a place, written beside the map while they have room there; empty for none.
    """

    places: Sequence[BaseGeometry | None]
    colours: Sequence[str]
    names: Sequence[str] = ()

    def known(self) -> list[int]:
        """Return the rows that have a place."""
        return [row for row, place in enumerate(self.places) if place is not None and not place.is_empty]


def ground(path: Path) -> gpd.GeoDataFrame:
    """Return the base map: ``kind name_zh name_en`` and lines and areas in EPSG:4326.

    Raises
    ------
    InvalidData
        When the file cannot be read.
    """
    held: dict[str, list[dict[str, Any]]] = {
        lang: json.loads(maps.context_layer(path, lang))["features"] for lang in ("zh", "en")
    }
    rows = [feature["properties"] for feature in held["zh"]]
    return gpd.GeoDataFrame(
        {
            "kind": [row["kind"] for row in rows],
            **{f"name_{lang}": [feature["properties"]["name"] for feature in held[lang]] for lang in held},
        },
        geometry=[shapely.from_geojson(json.dumps(feature["geometry"])) for feature in held["zh"]],
        crs="EPSG:4326",
    )


def page(
    title: str,
    base: gpd.GeoDataFrame,
    rules: Policy,
    *,
    fills: Mapping[str, str],
    marks: Marks,
    legend: Sequence[Shade],
    lang: str,
    t: Translate,
) -> Picture:
    """Return a map page.

    Parameters
    ----------
    title
        What it shows.
    base
        Rows of `ground`.
    rules
        The policy: zones with their outlines.
    fills
        Zone → the colour of its area; zones without one are only outlined.
    marks
        What is marked; numbered from 1 in the order of the rows.
    legend
        What the colours mean.
    lang, t
        The reader's language.
    """
    zones = rules.zones[rules.zones.geometry.notna()]
    whole = Frame((4, 4, WIDE - PANEL - 16, HIGH - 4), _bounds(base, zones))
    close = _crowded(zones, marks)
    body = [_drawn(whole, base, zones, fills)]
    y = drawings.SIZE * 2.0
    body.append(drawings.text(WIDE - PANEL, y, title, font_size=15, font_weight="bold"))
    told, y = _legend(legend, y + 22)
    body += [told, _scale_bar(whole, t), _north(whole)]
    inside: set[int] = set()
    if close is not None:
        name, outline = close
        frame = Frame((WIDE - PANEL, y + 22, WIDE - 4, HIGH - 4), _grown(outline.bounds))
        inside = _within(frame, marks)
        body += [
            drawings.text(WIDE - PANEL, y + 12, t("Enlarged: {zone}", zone=str(name[lang])), font_weight="bold"),
            _drawn(frame, base, zones, fills),
            _marked(frame, marks, sorted(inside)),
            _edge(whole, frame),
            _scale_bar(frame, t),
        ]
    elif len(marks.names) <= LISTED:
        body.append(_named(marks, y + 28))
    body.append(_marked(whole, marks, [row for row in marks.known() if row not in inside]))
    spots = whole.at(np.array([shapely.get_coordinates(marks.places[row])[0] for row in sorted(inside)]).reshape(-1, 2))
    body += [markers.dot(x, y, 2.4, marks.colours[row]) for (x, y), row in zip(spots, sorted(inside), strict=True)]
    latitude = f"{(whole.bounds[1] + whole.bounds[3]) / 2:.2f}"
    notes = (
        t(
            "Coordinates: EPSG:4326 (WGS 84); lengths are true at latitude {latitude}° N. North is up.",
            latitude=latitude,
        ),
        t("Outlines, context and the places derived from them: {credit}. Not legal boundaries.", credit=maps.CREDIT),
        t("Map approval number (审图号): ____________ (needed before the map is published)."),
    )
    return Picture(title, drawings.element("".join(body), WIDE, HIGH, title), WIDE, HIGH, notes)


def _bounds(base: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """Return what the whole map shows: the district, else all zones, with a margin."""
    district = base.loc[base["kind"] == "district"]
    shown = district if len(district) else zones
    bounds = shown.total_bounds if len(shown) else np.array([121.0, 31.0, 122.0, 32.0])
    return _grown(tuple(float(edge) for edge in bounds))


def _grown(bounds: Any) -> tuple[float, float, float, float]:  # noqa: ANN401 - four numbers
    west, south, east, north = bounds
    across, up = max(east - west, 1e-3) * 0.03, max(north - south, 1e-3) * 0.03
    return west - across, south - up, east + across, north + up


def _crowded(zones: gpd.GeoDataFrame, marks: Marks) -> tuple[dict[str, str], BaseGeometry] | None:
    """Return the names and the outline of the zone with the most marks, when those are too many for the whole map."""
    places = np.array([marks.places[row] for row in marks.known()], dtype=object)
    counts = [
        int(shapely.contains_xy(zone, shapely.get_x(places), shapely.get_y(places)).sum()) for zone in zones.geometry
    ]
    if not counts or max(counts) < CROWD:
        return None
    row = zones.iloc[int(np.argmax(counts))]
    names = {"zh": row["name_zh"], "en": row["name_zh"] if figures.missing(row["name_en"]) else row["name_en"]}
    return names, row.geometry


def _within(frame: Frame, marks: Marks) -> set[int]:
    west, south, east, north = frame.bounds
    return {row for row in marks.known() if shapely.box(west, south, east, north).contains(marks.places[row])}


def _drawn(frame: Frame, base: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, fills: Mapping[str, str]) -> str:
    """Return sea, land, lines and zones of a frame."""
    left, top, right, bottom = frame.box
    parts = [drawings.box(left, top, right - left, bottom - top, SEA)]
    for kind, colour in (("district", LAND), ("road", ""), ("metro", ""), ("expressway", ""), ("river", "")):
        stroke, width = STROKES[kind]
        shapes = base.geometry[base["kind"] == kind]
        parts += [_path(frame.path(shape), colour or "none", stroke, width) for shape in shapes]
    order: list[int] = np.argsort(-shapely.area(zones.geometry.array), kind="stable").tolist()
    for row in order:
        fill = fills.get(str(zones["zone_id"].iloc[row]), "none")
        parts.append(_path(frame.path(zones.geometry.iloc[row]), fill, "#4A5560", 1.3, opacity=0.55))
    parts.append(
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" fill="none" '
        'stroke="#8796A5"/>'
    )
    return "".join(parts)


def _path(d: str, fill: str, stroke: str, width: float, opacity: float = 1.0) -> str:
    if not d:
        return ""
    return (
        f'<path d="{d}" fill="{fill}" fill-opacity="{opacity:g}" fill-rule="evenodd" stroke="{stroke}" '
        f'stroke-width="{width:g}" stroke-linejoin="round"/>'
    )


def _marked(frame: Frame, marks: Marks, rows: Sequence[int]) -> str:
    """Return the markers of some rows; too many to be numbered are dots."""
    if not rows:
        return ""
    places = frame.at(np.array([shapely.get_coordinates(marks.places[row])[0] for row in rows]))
    colours = [marks.colours[row] for row in rows]
    if len(rows) > MOST:
        return "".join(markers.dot(x, y, 3, colour) for (x, y), colour in zip(places, colours, strict=True))
    return markers.drawn(places, markers.apart(places, frame.box), [row + 1 for row in rows], colours)


def _edge(whole: Frame, part: Frame) -> str:
    west, south, east, north = part.bounds
    (left, bottom), (right, top) = whole.at(np.array([[west, south], [east, north]]))
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" fill="none" '
        'stroke="#1F2A36" stroke-dasharray="5 3"/>'
    )


def _legend(shades: Sequence[Shade], y: float) -> tuple[str, float]:
    left, half = WIDE - PANEL, PANEL / 2
    parts = []
    for number, shade in enumerate(shades):
        x, down = left + (number % 2) * half, y + (number // 2) * 19
        parts.append(drawings.box(x, down - 10, 14, 12, shade.colour) + drawings.text(x + 20, down, shade.label))
    return "".join(parts), y + -(-len(shades) // 2) * 19


def _named(marks: Marks, y: float) -> str:
    """Return the names of what is marked, each behind its number; those without a place stand paler."""
    known, parts = set(marks.known()), []
    for row, name in enumerate(marks.names):
        at = (WIDE - PANEL + markers.RADIUS, y + row * 25)
        ink = drawings.INK if row in known else drawings.QUIET
        parts.append(markers.drawn(np.array([at]), np.array([at]), [row + 1], [marks.colours[row]]))
        parts.append(drawings.text(at[0] + 18, at[1] + 4, drawings.shortened(name, 52), fill=ink))
    return "".join(parts)


def _scale_bar(frame: Frame, t: Translate) -> str:
    """Return a bar of a round length, about a quarter of the frame."""
    left, _, right, bottom = frame.box
    per = frame.metres()
    most = (right - left) / 4 * per
    power = 10 ** math.floor(math.log10(most))
    length = max(step * power for step in ROUND if step * power <= most)
    wide, y = length / per, bottom - 12
    said = t("{length} km", length=f"{length / 1000:g}")
    backing = (
        f'<rect x="{left + 6:.1f}" y="{y - 20:.1f}" width="{wide + 60:.1f}" height="28" fill="#FFFFFF" '
        'fill-opacity="0.8"/>'
    )
    ticks = "".join(drawings.line(left + 12 + x, y - 4, left + 12 + x, y + 2, drawings.INK) for x in (0, wide))
    bar = drawings.line(left + 12, y, left + 12 + wide, y, drawings.INK, 2)
    return backing + bar + ticks + drawings.text(left + 18 + wide, y + 4, said, font_size=11)


def _north(frame: Frame) -> str:
    _, top, right, _ = frame.box
    x, y = right - 24, top + 14
    arrow = f'<path d="M{x:.1f},{y:.1f} l8,24 l-8,-6 l-8,6 Z" fill="{drawings.INK}"/>'
    return arrow + drawings.text(x, y + 38, "N", text_anchor="middle", font_weight="bold")


def point(shape: BaseGeometry | None) -> BaseGeometry | None:
    """Return a point of a shape; None where there is none."""
    if shape is None or shape.is_empty:
        return None
    return shape if shape.geom_type == "Point" else shape.representative_point()
