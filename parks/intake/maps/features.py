"""Reads GeoJSON (RFC 7946, and the older form with a member ``crs``) into plain columns and shapes."""

from __future__ import annotations

import json
from itertools import starmap
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from parks.intake.maps import rings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.intake.maps.rings import Shape

Json = Any
"""Whatever stands in a file."""
SINGLE = ("Point", "LineString", "Polygon")
SHAPES = (*SINGLE, "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection")
DEEPEST = 20
"""Collections inside collections: more is no map but an attack on the reader."""


class Table(NamedTuple):
    """The features of one layer.

    Parameters
    ----------
    name
        What the file calls it; empty when it does not.
    fields
        Names of the attributes.
    rows
        One a feature, one cell a field: text, number, yes/no or None.
    shapes
        One a feature; None where there is none.
    crs
        What the file says about its system, None when it says nothing.
    told
        Kinds of what the reader should know.
    """

    name: str
    fields: list[str]
    rows: list[list[Any]]
    shapes: list[Any]
    crs: str | None
    told: list[str]


@np.errstate(all="ignore")  # places that are no numbers are told later
def read(data: bytes) -> Table:
    """Return the features of a GeoJSON file.

    Raises
    ------
    ValueError
        When it is no JSON, or JSON but no GeoJSON.
    """
    text, told = decoded(data)
    try:
        root = json.loads(text)
    except RecursionError as fault:
        raise ValueError from fault
    features = _features(root)
    properties = [_members(feature.get("properties")) for feature in features]
    ids = [feature.get("id") for feature in features]
    fields = list(dict.fromkeys(key for one in properties for key in one))
    rows = [[_cell(one.get(field)) for field in fields] for one in properties]
    if any(one is not None for one in ids) and "id" not in fields:
        fields = ["id", *fields]
        rows = [[_cell(one), *row] for one, row in zip(ids, rows, strict=True)]
    name = root.get("name")
    shapes = [_shape(feature.get("geometry"), 0) for feature in features]
    return Table(name if isinstance(name, str) else "", fields, rows, shapes, _system(root), told)


def decoded(data: bytes) -> tuple[str, list[str]]:
    """Return a text in UTF-8, UTF-16 or GB18030, with ``encoding`` told where it is not the first.

    Raises
    ------
    ValueError
        When it is in none of them.
    """
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16"), ["encoding"]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return data.decode("gb18030"), ["encoding"]


def _members(given: Json) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}


def _features(root: Json) -> list[dict[str, Any]]:
    kind = _members(root).get("type")
    if kind == "FeatureCollection" and isinstance(root.get("features"), list):
        return [_members(feature) for feature in root["features"]]
    if kind == "Feature":
        return [root]
    if kind in SHAPES:
        return [{"geometry": root}]
    raise ValueError(kind)


def _system(root: dict[str, Any]) -> str | None:
    if "crs" not in root:
        return "EPSG:4326"
    name = _members(_members(root["crs"]).get("properties")).get("name")
    return name if isinstance(name, str) else None


def _cell(value: Json) -> Json:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _shape(given: Json, depth: int) -> Shape:
    """Return one shape; None where the file has none or one that cannot be understood."""
    one = _members(given)
    kind, places = one.get("type"), one.get("coordinates")
    try:
        if kind == "GeometryCollection" and depth < DEEPEST:
            return rings.gathered(_shape(part, depth + 1) for part in one["geometries"])
        if kind in SINGLE:
            return _simple(kind, places)
        if kind in SHAPES:
            return rings.gathered(_simple(str(kind).removeprefix("Multi"), part) for part in _listed(places))
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, shapely.errors.ShapelyError):
        return None
    return None


def _listed(places: Json) -> list[Any]:
    if not isinstance(places, list):
        raise TypeError
    return places


def _simple(kind: str, places: Json) -> Shape:
    if kind == "Point":
        return shapely.Point(plane([places])[0]) if _listed(places) else shapely.Point()
    if kind == "LineString":
        return shapely.LineString(plane(places))
    return rings.polygon([plane(ring) for ring in _listed(places)])


def plane(places: Json) -> NDArray[np.float64]:
    """Return places as an array of x and y, with heights where any is not 0."""
    found = np.array(list(starmap(_place, _listed(places))), dtype=float).reshape(-1, 3)
    return found if found[:, 2].any() else found[:, :2]


def _place(x: float, y: float, z: float = 0.0, *_: float) -> tuple[float, float, float]:
    if {type(x), type(y), type(z)} - {int, float}:
        raise TypeError
    return float(x), float(y), float(z)
