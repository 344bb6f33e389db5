"""Reads users' map files into layers: shapes as the file has them, attributes as rows, and what it says about them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from parks import crs
from parks.intake.grids import lines, safety
from parks.intake.maps import drawings, encodings, mapfiles, placing, remarks, rings, sluice
from parks.issues import InvalidData, Issue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from parks.intake.maps.features import Json
    from parks.intake.maps.mapfiles import Source
    from parks.intake.maps.sluice import Found
    from parks.intake.values.parsed import Raw
    from parks.words import Translate

is_layer = mapfiles.is_layer
systems = placing.candidates
placed = placing.placed
BYTEWISE = frozenset(["shp", "dxf"])
"""Kinds whose texts come as bytes."""
OURS = (".prj", ".cpg")
"""Files of a shapefile that we read ourselves: a damaged one costs its word, not the layer."""
PLANE = 1_000.0
"""Coordinates beyond this are metres and no degrees, swapped or not."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Shapes with their attributes, as the file has them.

    Parameters
    ----------
    file, digest
        Name of the file, and the SHA-256 of its content.
    name
        Name of the layer, another for each layer of a file.
    headings
        Attributes as the file names them. Of a drawing `drawings.FIELDS`.
    records
        One a feature: its number in the file from 1, and one cell a heading; None when empty.
    shapes
        By line. Coordinates as in the file, plane; its CRS where the file says one that we read.
        A ring that is not closed is a line. None where there is no shape, or none that can be read.
    said
        EPSG code that the file says, one of `crs.CODES`; None when it says none.
    claims
        A system that the file names and we do not read; mostly empty.
    issues
        What the user should know.
    """

    file: str
    digest: str
    name: str
    headings: tuple[str, ...]
    records: tuple[lines.Record, ...]
    shapes: gpd.GeoSeries
    said: int | None
    claims: str = ""
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """A map file with its layers.

    Parameters
    ----------
    file
        Its name without the folder.
    kind
        ``shp``, ``gpkg``, ``geojson``, ``kml``, ``kmz`` or ``dxf``, by its content; of an archive its first layer's.
    digest
        SHA-256 in hex; of a bare shapefile over the files that belong to it.
    layers
        Those with features, in the order of the file.
    issues
        What of the file is not read.
    """

    file: str
    kind: str
    digest: str
    layers: tuple[Layer, ...]
    issues: tuple[Issue, ...] = ()


def read(path: Path, t: Translate, *, name: str | None = None) -> Book:
    """Return the layers of a map file. Nothing is changed, guessed or placed yet.

    Parameters
    ----------
    path
        A shapefile (.shp beside its siblings, or zipped), GeoPackage, GeoJSON, KML, KMZ or DXF. Its content says
        what it is, not its name.
    t
        Says the sentences.
    name
        What the user calls the file; its own name when not given.

    Raises
    ------
    InvalidData
        When it cannot or must not be read: no map file, empty, damaged, locked, too large, built to do harm.
    """
    file = name or path.name
    opened = mapfiles.opened(path, file, t)
    found: list[Layer] = []
    issues = list(opened.issues)
    for source in opened.sources:
        for one in _from(source, file, t):
            if one.told == ["table"]:
                issues.append(_unread(file, one.name, t("This table has no shapes; it is not read as a layer."), t))
            elif not one.codes:
                issues.append(_unread(file, one.name or source.name, t("This layer holds no features."), t))
            else:
                found.append(_layer(one, source, file, opened.digest, t))
    if not any(len(layer.records) for layer in found):
        raise _nothing(file, found, issues, t)
    return Book(file, opened.kind, opened.digest, _told_apart(found), tuple(issues))


def _from(source: Source, file: str, t: Translate) -> list[Found]:
    parts = {end: data for end, data in source.parts.items() if end not in OURS}
    try:
        found = list(sluice.layers(source.kind, parts))
    except safety.Refused as refused:
        raise _refusal(refused.kind, file, t) from refused
    said = source.parts.get(".prj", b"").decode("latin-1").strip()
    return [one._replace(crs=said or None) for one in found] if source.kind == "shp" else found


def _refusal(kind: str, file: str, t: Translate) -> InvalidData:
    if kind == safety.ENTITIES:
        message = t("The file declares its own names for texts, as no map does but an attack may.")
        return safety.refusal(file, kind, message, t("Do not use this file; ask where it comes from."))
    if kind == safety.GIANT:
        message = t("There are more than {most} features in the file.", most=f"{sluice.FEATURES:,}")
        return safety.refusal(file, kind, message, t("Bring it in several files."))
    if kind == safety.EXHAUSTED:
        message = t("Reading the file takes more memory or time than any layer of a district needs.")
        return safety.refusal(file, safety.GIANT, message, t("Bring it in several files."))
    return mapfiles.damaged(file, t)


def _unread(file: str, layer: str, message: str, t: Translate) -> Issue:
    return Issue(file, "", "", layer, "unread", message, t("Nothing needs to be done where it is not needed."))


def _nothing(file: str, found: Sequence[Layer], issues: Sequence[Issue], t: Translate) -> InvalidData:
    """Return the refusal of a file without features, with what was told of its layers."""
    told = [*issues, *(issue for layer in found for issue in layer.issues)]
    message = t("There are no features with shapes in the file.")
    mend = t("Bring the file that holds the shapes.")
    return InvalidData([Issue(file, "", "", "", "empty", message, mend), *told])


def _told_apart(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return the layers with a number behind a name that came before."""
    seen: Counter[str] = Counter()
    apart = []
    for layer in layers:
        seen[layer.name] += 1
        count = seen[layer.name]
        apart.append(layer if count == 1 else replace(layer, name=f"{layer.name} ({count})"))
    return tuple(apart)


def _layer(found: Found, source: Source, file: str, digest: str, t: Translate) -> Layer:
    name = found.name if source.kind in {"gpkg", "kml"} and found.name else source.name
    issues: list[Issue] = []
    headings, rows = _table(found, source, name, issues, t)
    shapes, raised = rings.read(found.codes)
    shapes, bad = _finite(shapes)
    issues += [remarks.not_finite(name, place + 1, t) for place in bad]
    numbers: Sequence[int] = range(1, len(shapes) + 1)
    if source.kind == "dxf":
        outlines = drawings.outlines(headings, rows, shapes)
        headings, rows, shapes, numbers = drawings.FIELDS, outlines.rows, outlines.shapes, outlines.numbers
        issues += remarks.drawing(name, outlines, t)
    if source.kind == "shp":
        issues += remarks.shapefile(name, source, t)
    issues += [remarks.heights(name, t)] if raised else []
    said, claims = _system(found, source, shapes)
    if said is None and not claims and found.crs:
        issues.append(remarks.not_degrees(name, t) if source.kind == "geojson" else remarks.no_system(name, t))
    issues += remarks.reader(name, found.told, t)
    series = gpd.GeoSeries(
        gpd.array.from_shapely(shapes, crs=f"EPSG:{said}" if said else None), index=pd.Index(numbers, name="line")
    )
    records = tuple(lines.Record(number, row) for number, row in zip(numbers, rows, strict=True))
    return Layer(file, digest, name, tuple(headings), records, series, said, claims, tuple(issues))


def _finite(shapes: NDArray[Any]) -> tuple[NDArray[Any], list[int]]:
    """Return the shapes without those of whose places one is no number, and where those stood."""
    places, row = shapely.get_coordinates(shapes, return_index=True)
    bad = np.unique(row[~np.isfinite(places).all(axis=1)])
    shapes = shapes.copy()
    shapes[bad] = None
    return shapes, bad.tolist()


def _system(found: Found, source: Source, shapes: NDArray[Any]) -> tuple[int | None, str]:
    """Return the code that the file says, and the name of a system that it says and we do not read."""
    if not found.crs:
        return None, ""
    said = crs.epsg(found.crs)
    if said is None:
        return None, crs.title(found.crs)
    if source.kind == "geojson" and said == crs.DEGREES and np.abs(shapely.total_bounds(shapes)).max() > PLANE:
        return None, ""
    return said, ""


def _table(
    found: Found, source: Source, name: str, issues: list[Issue], t: Translate
) -> tuple[Sequence[str], Sequence[tuple[Raw, ...]]]:
    """Return the headings and the rows of a layer, its texts decoded."""
    fields, columns = found.fields, found.columns
    if source.kind in BYTEWISE:
        texts = {cell for column in columns for cell in column if isinstance(cell, str)}
        said = source.parts.get(".cpg", b"")[:40].decode("ascii", "replace").strip()
        decoded = encodings.decoded([*fields, *sorted(texts)], said)
        if source.kind == "shp":
            issues += remarks.decoding(name, decoded, fields, said, t)
        fields = [decoded.texts[field] for field in fields]
        columns = [[decoded.texts[c] if isinstance(c, str) else c for c in column] for column in columns]
    cells = [[_cell(cell, day) for cell in column] for column, day in zip(columns, found.days, strict=True)]
    return fields, list(zip(*cells, strict=True)) if cells else [() for _ in found.codes]


def _cell(value: Json, day: str) -> Raw:
    if not isinstance(value, str):
        return value  # type: ignore[no-any-return]
    try:
        if day:
            return dt.date.fromisoformat(value) if day == "date" else dt.datetime.fromisoformat(value)
    except ValueError:
        return value
    return value if value.strip() else None
