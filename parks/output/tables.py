"""Tables as files: CSV, XLSX, GeoPackage, GeoJSON, Parquet, each with its note on where the data come from."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
import shapely.geometry
from pyarrow import parquet  # type: ignore[import-untyped]  # it ships no types

from parks import schema, spreadsheets, words
from parks.issues import InvalidData, Issue
from parks.output import content, figures, sheets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from parks.words import Translate


def notice(frame: pd.DataFrame, t: Translate) -> str:
    """Return the sentence that a table with illustrative rows must carry, empty when it has none."""
    if "standing" not in frame or not frame["standing"].astype("string").eq("illustrative").any():
        return ""
    return t("Illustrative data: made up for demonstration, not a record of real premises or companies.")


def csv(frame: pd.DataFrame) -> bytes:
    """Return `frame` as CSV in UTF-8 with a byte-order mark.

    Texts that a spreadsheet would run as a formula get an apostrophe in front (`spreadsheets.guarded`), headings too;
    numbers and days stay as they are. Geometries are WKT (EPSG:4326), unknown cells are empty.
    """
    flat = _flat(frame)
    for name in flat.columns:
        if pd.api.types.is_bool_dtype(flat[name]) or not pd.api.types.is_numeric_dtype(flat[name]):
            flat[name] = pd.Series([_guarded(value) for value in flat[name]], index=flat.index, dtype="object")
    flat.columns = pd.Index([spreadsheets.guarded(str(name)) for name in flat.columns])
    text: str = flat.to_csv(index=False, lineterminator="\r\n")
    return b"\xef\xbb\xbf" + text.encode()


def write(
    path: Path | str,
    frame: pd.DataFrame | Mapping[str, pd.DataFrame],
    *,
    table: str | None = None,
    lang: str | None = None,
    day: dt.date | None = None,
) -> Path:
    """Write `frame` to `path` in the format of its ending: ``csv xlsx gpkg geojson parquet``.

    The column names are kept as headings. The file appears whole or not at all: it is made beside its place and
    moved there. A GeoPackage is always such a new file, never one that something else has open.

    Parameters
    ----------
    path
        Where to write; a file that is there is replaced.
    frame
        The table; a GeoDataFrame is in EPSG:4326. For a GeoPackage also layer name → table.
    table
        Its name in `schema.TABLES`: the workbook explains its columns. Also the name of the layer.
    lang
        Language of the notes; None is English.
    day
        The day that the table shows, said in the notes.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    InvalidData
        When the ending is none of ours, or the table cannot be written so.
    """
    target = Path(path)
    writers: dict[str, Callable[[Path, Any, _Notes], None]] = {
        ".csv": _csv,
        ".xlsx": _xlsx,
        ".gpkg": _gpkg,
        ".geojson": _geojson,
        ".parquet": _parquet,
    }
    ending = target.suffix.lower()
    notes = _Notes(table, lang or "en", day)
    t = notes.t
    if ending not in writers:
        issue = Issue(
            table=table or target.name,
            row="",
            column="",
            value=target.suffix,
            kind="format",
            message=t("The file's ending says no format that can be written."),
            mend=t("Use one of {endings}.", endings=" ".join(writers)),
        )
        raise InvalidData([issue])
    whole(target, lambda part: writers[ending](part, frame, notes))
    return target


def whole(target: Path, make: Callable[[Path], object]) -> None:
    """Make a file beside `target` and move it there when it is whole; nothing is left behind when it fails.

    Parameters
    ----------
    target
        Where the file shall stand; its folder is made when it is missing.
    make
        Writes the file at the path it is given (same ending as `target`).
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".parks-", dir=target.parent) as folder:
        part = Path(folder) / target.name
        make(part)
        part.replace(target)


class _Notes:
    """What a file says about its table."""

    def __init__(self, table: str | None, lang: str, day: dt.date | None) -> None:
        self.table, self.lang, self.day = table, lang, day
        self.t = words.translator(lang)

    def lines(self, frame: pd.DataFrame) -> list[str]:
        t, said = self.t, [notice(frame, self.t)]
        if self.day is not None:
            said.append(t("As it stood on {day}.", day=figures.day(self.day, self.lang)))
        if isinstance(frame, gpd.GeoDataFrame):
            said.append(t("Coordinates: EPSG:4326. Outlines contain information from OpenStreetMap, ODbL 1.0."))
        return [line for line in said if line]

    def said(self, frame: pd.DataFrame) -> str:
        return " ".join(self.lines(frame))


def _csv(path: Path, frame: pd.DataFrame, _notes: _Notes) -> None:
    path.write_bytes(csv(frame))


def _xlsx(path: Path, frame: pd.DataFrame, notes: _Notes) -> None:
    t = notes.t
    flat = _flat(frame)
    columns = tuple(content.Column(str(name), _kind(flat[name])) for name in flat.columns)
    rows = [
        ["" if figures.missing(value) else value for value in row] for row in flat.itertuples(index=False, name=None)
    ]
    held = content.Chapter(notes.table or t("Table"), "", (content.Block("", columns, rows),), bare=True)
    known = schema.columns(notes.table) if notes.table else {}
    meaning = [
        (name, known[name].heading(notes.lang), t(known[name].description)) for name in flat.columns if name in known
    ]
    heads = (content.Column(t("Column")), content.Column(t("Heading")), content.Column(t("Meaning")))
    about = content.Chapter(
        t("Notes"), t("Notes"), (content.Block("", heads, meaning),), lines=tuple(notes.lines(frame))
    )
    sheets.write(path, [held, about], lang=notes.lang, notice=notice(frame, t), day=notes.day or spreadsheets.FILE_DAY)


def _gpkg(path: Path, frame: pd.DataFrame | Mapping[str, pd.DataFrame], notes: _Notes) -> None:
    layers = {notes.table or path.stem: frame} if isinstance(frame, pd.DataFrame) else dict(frame)
    for name, layer in layers.items():
        said = {"DESCRIPTION": notes.said(layer) or name}
        ready = _plain(layer)
        pyogrio.write_dataframe(ready, path, driver="GPKG", layer=name, append=path.exists(), layer_options=said)


def _geojson(path: Path, frame: pd.DataFrame, notes: _Notes) -> None:
    place = frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else None
    shapes = [None] * len(frame) if place is None else list(frame[place])
    rows = _plain(pd.DataFrame(frame).drop(columns=[place] if place else [])).to_dict("records")
    features = [
        {
            "type": "Feature",
            "geometry": None if shape is None else shapely.geometry.mapping(shapely.orient_polygons(shape)),
            "properties": {str(name): _value(value) for name, value in row.items()},
        }
        for row, shape in zip(rows, shapes, strict=True)
    ]
    held = {"type": "FeatureCollection", "description": notes.said(frame), "features": features}
    path.write_text(json.dumps(held, ensure_ascii=False, indent=1), encoding="utf-8")


def _parquet(path: Path, frame: pd.DataFrame, notes: _Notes) -> None:
    frame.to_parquet(path, index=False)
    held = parquet.read_table(path)
    told = (held.schema.metadata or {}) | {b"description": notes.said(frame).encode()}
    parquet.write_table(held.replace_schema_metadata(told), path)


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a plain copy: geometries as WKT, times as days, lists as one text."""
    flat = pd.DataFrame(frame).copy()
    for name in flat.columns:
        if isinstance(frame[name], gpd.GeoSeries):
            flat[name] = frame[name].to_wkt().astype("string")
        elif pd.api.types.is_datetime64_any_dtype(flat[name]):
            flat[name] = flat[name].dt.date.astype("object")
        elif flat[name].dtype == object:
            flat[name] = flat[name].map(_joined).astype("object")
    return flat


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with lists as one text: a GeoPackage has no lists."""
    ready = frame.copy()
    for name in ready.columns:
        if ready[name].dtype == object:
            ready[name] = ready[name].map(_joined).astype("object")
    return ready


def _joined(value: object) -> object:
    return " ".join(str(part) for part in value) if isinstance(value, list | tuple) else value


def _guarded(value: object) -> object:
    if isinstance(value, str):
        return spreadsheets.guarded(value)
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    return None if figures.missing(value) else value


def _value(value: object) -> object:
    """Return a cell as JSON knows it: None for unknown, a day as ISO text."""
    if figures.missing(value):
        return None
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    return value.item() if isinstance(value, np.generic) else value


def _kind(column: pd.Series[Any]) -> str:
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        return "day" if any(isinstance(value, dt.date) for value in column) else "text"
    return "general"
