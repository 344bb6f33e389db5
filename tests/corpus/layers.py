"""Writes the kinds of map files that users bring, and such that only an attack or an accident makes."""

from __future__ import annotations

import datetime as dt
import json
import struct
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Ring = Sequence[tuple[float, float]]

PRJ = {
    4550: 'PROJCS["CGCS2000_3_Degree_GK_CM_123E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",123.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]',
    2437: 'PROJCS["Beijing_1954_3_Degree_GK_CM_120E",GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954",'
    'SPHEROID["Krasovsky_1940",6378245.0,298.3]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]',
}
"""Code → .prj as desktop programs write it, without the code."""


def square(x: float, y: float, side: float = 10.0, height: float | None = None) -> list[tuple[float, float]]:
    """Return the closed ring of a rectangle from its lower left corner."""
    top = y + (side if height is None else height)
    return [(x, y), (x, top), (x + side, top), (x + side, y), (x, y)]


def shapefile(
    rings: Sequence[Ring],
    fields: Mapping[str, Sequence[str | float | dt.date]] | None = None,
    *,
    encoding: str = "utf-8",
    prj: int | None = None,
    heights: float | None = None,
) -> dict[str, bytes]:
    """Return a shapefile of polygons: end of the name → bytes. Field names are cut at ten bytes, texts at twenty."""
    records, offsets, at = [], [], 50
    kind = 5 if heights is None else 15
    for number, ring in enumerate(rings, 1):
        places = np.array(ring, dtype="<f8").reshape(-1, 2)
        box = (*places.min(axis=0), *places.max(axis=0)) if len(places) else (0.0,) * 4
        body = struct.pack("<i4d3i", kind, *box, 1, len(places), 0) + places.tobytes()
        if heights is not None:
            body += struct.pack(f"<2d{len(places)}d", heights, heights, *[heights] * len(places))
        body = body if len(places) else struct.pack("<i", 0)
        records.append(struct.pack(">2i", number, len(body) // 2) + body)
        offsets.append(struct.pack(">2i", at, len(body) // 2))
        at += len(body) // 2 + 4
    parts = {".shp": _head(b"".join(records), kind, rings), ".shx": _head(b"".join(offsets), kind, rings)}
    if fields is not None:
        parts[".dbf"] = _table(fields, encoding)
    if prj is not None:
        parts[".prj"] = PRJ[prj].encode()
    return parts


def _head(body: bytes, kind: int, rings: Sequence[Ring]) -> bytes:
    places = np.array([place for ring in rings for place in ring], dtype=float).reshape(-1, 2)
    box = (*places.min(axis=0), *places.max(axis=0)) if len(places) else (0.0,) * 4
    start = struct.pack(">i20xi", 9994, (100 + len(body)) // 2) + struct.pack("<2i8d", 1000, kind, *box, 0, 0, 0, 0)
    return start + body


def _table(fields: Mapping[str, Sequence[str | float | dt.date]], encoding: str) -> bytes:
    count = len(next(iter(fields.values()), ()))
    width = 20
    head = struct.pack("<4B", 3, 125, 1, 1) + struct.pack(
        "<I2H20x", count, 33 + 32 * len(fields), 1 + width * len(fields)
    )
    for name, cells in fields.items():
        kind = b"C" if isinstance(cells[0], str) else b"D" if isinstance(cells[0], dt.date) else b"N"
        head += name.encode(encoding)[:10].ljust(11, b"\0") + kind + bytes(4) + bytes((width, 0)) + bytes(14)
    rows = b""
    for row in range(count):
        rows += b" "
        for cells in fields.values():
            cell = cells[row]
            if isinstance(cell, dt.date):
                text = cell.strftime("%Y%m%d").encode()
            else:
                text = cell.encode(encoding) if isinstance(cell, str) else str(cell).rjust(width).encode()
            rows += text[:width].ljust(width)
    return head + b"\r" + rows + b"\x1a"


def geojson(shapes: Sequence[object], *, crs: str | None = None, **columns: Sequence[object]) -> bytes:
    """Return a FeatureCollection; a shape is a ring of a polygon, a GeoJSON geometry, or None."""
    features = []
    for place, shape in enumerate(shapes):
        geometry = {"type": "Polygon", "coordinates": [shape]} if isinstance(shape, list) else shape
        properties = {name: cells[place] for name, cells in columns.items()}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    said = {} if crs is None else {"crs": {"type": "name", "properties": {"name": crs}}}
    return json.dumps({"type": "FeatureCollection", **said, "features": features}, ensure_ascii=False).encode()


def kml(inside: str, *, head: str = "", encoding: str = "UTF-8") -> bytes:
    """Return a KML with this inside its document."""
    start = f'<?xml version="1.0" encoding="{encoding}"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2">'
    return f"{start}<Document>{inside}</Document></kml>".encode(encoding)


def placemark(name: str, shape: str, more: str = "") -> str:
    """Return a placemark."""
    return f"<Placemark><name>{name}</name>{more}{shape}</Placemark>"


def outline(ring: Ring) -> str:
    """Return the polygon of a KML."""
    places = " ".join(f"{x},{y},0" for x, y in ring)
    edge = f"<LinearRing><coordinates>{places}</coordinates></LinearRing>"
    return f"<Polygon><outerBoundaryIs>{edge}</outerBoundaryIs></Polygon>"


def dxf(*entities: str, version: str = "AC1015", encoding: str = "gbk") -> bytes:
    """Return a drawing with these entities; before 2007 (AC1021) its texts are in a Chinese code page."""
    head = _pairs((0, "SECTION"), (2, "HEADER"), (9, "$ACADVER"), (1, version), (9, "$DWGCODEPAGE"), (3, "ANSI_936"))
    head += _pairs((0, "ENDSEC"), (0, "SECTION"), (2, "ENTITIES"))
    return (head + "".join(entities) + _pairs((0, "ENDSEC"), (0, "EOF"))).encode(encoding)


def polyline(places: Ring, *, layer: str = "0", closed: bool = False) -> str:
    """Return a line of a drawing."""
    start = [(0, "LWPOLYLINE"), (8, layer), (100, "AcDbPolyline"), (90, len(places)), (70, int(closed))]
    return _pairs(*start, *(pair for x, y in places for pair in ((10, x), (20, y))))


def text(said: str, x: float, y: float, *, layer: str = "0") -> str:
    """Return a text of a drawing."""
    return _pairs((0, "TEXT"), (8, layer), (10, x), (20, y), (40, 1.0), (1, said))


def _pairs(*pairs: tuple[int, object]) -> str:
    return "".join(f"{code:3}\n{value}\n" for code, value in pairs)
