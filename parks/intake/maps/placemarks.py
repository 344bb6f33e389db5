"""Reads KML into plain columns and shapes: the placemarks of each folder are one layer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import numpy as np
import shapely

from parks.intake.maps import features, rings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.intake.maps.rings import Shape

NAMED = ("name", "description", "address", "phoneNumber")
"""What KML itself says of a placemark."""
DEEPEST = 200
"""Elements inside elements: more is no map but an attack on the reader."""
SHAPES = frozenset(["Point", "LineString", "LinearRing", "Polygon", "MultiGeometry"])
HOLDERS = frozenset(["Document", "Folder"])
COMMA = re.compile(r"\s*,\s*")


class Entities(ValueError):  # noqa: N818 - named for what the file does
    """A KML that declares its own names for texts, as no map does but an attack may."""


@np.errstate(all="ignore")  # places that are no numbers are told later
def read(data: bytes) -> list[features.Table]:
    """Return the layers of a KML file, in the order of their first placemark.

    A file in another encoding than it says is read as `features.decoded` does.

    Raises
    ------
    Entities
        When it declares entities.
    ValueError
        When it is no KML.
    """
    told: list[str] = []
    try:
        reading = _parsed(data)
    except ValueError:
        text, told = features.decoded(data)
        if not told:
            raise
        reading = _parsed(text.encode(), "utf-8")
    if reading.linked:
        told.append("links")
    return [_table(name, placemarks, told) for name, placemarks in reading.layers.values()]


def _parsed(data: bytes, encoding: str | None = None) -> _Reading:
    reading = _Reading()
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.CharacterDataHandler, parser.EntityDeclHandler = reading.text, reading.entity
    try:
        parser.Parse(data, True)  # noqa: FBT003 - the last piece
    except (expat.ExpatError, LookupError) as fault:
        raise ValueError(str(fault)) from fault
    if not reading.kml:
        raise ValueError("kml")  # noqa: EM101 - never shown
    return reading


def _table(name: str, placemarks: list[tuple[dict[str, str], Any]], told: list[str]) -> features.Table:
    said = {key for attributes, _ in placemarks for key in attributes}
    others = dict.fromkeys(key for attributes, _ in placemarks for key in attributes if key not in NAMED)
    fields = [key for key in NAMED if key in said] + list(others)
    rows = [[attributes.get(field) for field in fields] for attributes, _ in placemarks]
    return features.Table(name, fields, rows, [shape for _, shape in placemarks], "EPSG:4326", told)


class _Reading:
    """Where in a KML the parser is, and what it has found."""

    def __init__(self) -> None:
        """Begin before the root."""
        self.kml = self.linked = False
        self.layers: dict[int, tuple[str, list[tuple[dict[str, str], Any]]]] = {}
        self.path: list[str] = []
        self.texts: list[str] = []
        self.holders: list[list[Any]] = [[0, ""]]
        self.count = 0
        self.attributes: dict[str, str] | None = None
        self.shapes: list[list[Any]] = []
        self.key = ""

    def entity(self, *_: object) -> None:
        """Refuse a declaration."""
        raise Entities

    def start(self, tag: str, given: dict[str, str]) -> None:
        """Note an element."""
        tag = tag.rpartition(":")[2]
        self.path.append(tag)
        if len(self.path) > DEEPEST:
            raise ValueError(len(self.path))
        self.texts = []
        self.kml = self.kml or tag == "kml"
        if tag in HOLDERS:
            self.count += 1
            self.holders.append([self.count, ""])
        elif tag == "Placemark":
            self.attributes, self.shapes = {}, [[]]
        elif tag in {"Data", "SimpleData"}:
            self.key = given.get("name", "")
        elif tag in SHAPES:
            self.shapes.append([])
        self.linked = self.linked or tag == "NetworkLink"

    def text(self, text: str) -> None:
        """Note a text."""
        self.texts.append(text)

    def end(self, tag: str) -> None:
        """Leave an element."""
        tag = tag.rpartition(":")[2]
        self.path.pop()
        above = self.path[-1] if self.path else ""
        said = "".join(self.texts).strip()
        self.texts = []
        if tag == "name" and above in HOLDERS:
            self.holders[-1][1] = said
        elif tag in HOLDERS:
            self.holders.pop()
        elif self.attributes is not None:
            self._inside(tag, above, said, self.attributes)

    def _inside(self, tag: str, above: str, said: str, attributes: dict[str, str]) -> None:
        if tag == "Placemark":
            key, name = self.holders[-1]
            found = self.layers.setdefault(key, (name, []))[1]
            parts = [part for part in self.shapes[0] if part is not None]
            found.append((attributes, rings.gathered(parts) if parts else None))
            self.attributes = None
        elif tag in NAMED and above == "Placemark" and said:
            attributes[tag] = said
        elif (tag == "SimpleData" or (tag == "value" and above == "Data")) and self.key and said:
            attributes[self.key] = said
        elif tag == "coordinates" and len(self.shapes) > 1:
            self.shapes[-1].append(_places(said))
        elif tag in SHAPES and len(self.shapes) > 1:
            parts = self.shapes.pop()
            self.shapes[-1].append(
                parts[0] if tag == "LinearRing" and above != "Placemark" and parts else _shape(tag, parts)
            )


def _places(said: str) -> NDArray[np.float64] | None:
    try:
        return features.plane([[float(part) for part in place.split(",")] for place in COMMA.sub(",", said).split()])
    except (ValueError, TypeError):
        return None


def _shape(tag: str, parts: list[Any]) -> Shape:
    if any(part is None for part in parts):
        return None
    try:
        if tag == "MultiGeometry":
            each = [rings.polygon([part]) if isinstance(part, np.ndarray) else part for part in parts]
            return rings.gathered(each) if each else None
        if tag == "Point":
            return shapely.Point(parts[0][0]) if parts and len(parts[0]) else shapely.Point()
        if tag == "LineString":
            return shapely.LineString(parts[0]) if parts else shapely.LineString()
        return rings.polygon(parts)
    except (ValueError, TypeError, IndexError, shapely.errors.ShapelyError):
        return None
