"""Rows between frames and the store: plain tuples one way, typed columns the other."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]
import shapely

from parks import schema
from parks.store import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Row = tuple[Any, ...]
"""One row as the driver keeps it: text, numbers, ISO days, 0/1, WKB; None is unknown."""
Cell = str | float | bool | dt.date | pd.Timestamp | None
"""What one cell of a frame may hold here; NA and NaT are unknown."""
TEXT = pa.large_string()
ARROW = {
    "int": pa.int64(),
    "number": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "point": pa.large_binary(),
    "polygon": pa.large_binary(),
}
"""Column type of the schema → type between store and frame; every other one is text."""
PANDAS = {
    TEXT: pd.StringDtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
"""Type between store and frame → dtype (`schema.DTYPES`)."""
OPEN = tables.OPEN.isoformat()
ALWAYS = tables.ALWAYS.isoformat()


def encode(table: str, frame: pd.DataFrame) -> list[Row]:
    """Return the rows of `frame`, sorted by key, each with the schema's columns.

    Parameters
    ----------
    table
        One of `schema.TABLES`.
    frame
        Any columns of the table (see `schema.typed`); a geometry is EPSG:4326. An open `valid_to` becomes `OPEN`.
    """
    typed = schema.typed(table, frame)
    return list(zip(*(_plain(typed[name], column) for name, column in schema.columns(table).items()), strict=True))


def _plain(values: pd.Series[Any], column: schema.Column) -> list[Any]:
    if column.is_geometry:
        wkb = shapely.to_wkb(np.asarray(values, dtype=object))
        return list(wkb)
    if column.type == "date":
        days = np.datetime_as_string(values.to_numpy(), unit="D").astype(object)
        open_end = OPEN if column.name == "valid_to" else None
        days[values.isna().to_numpy()] = open_end
        return list(days)
    if column.type == "bool":
        return [None if value is None else int(value) for value in _objects(values)]
    return list(_objects(values))


def _objects(values: pd.Series[Any]) -> list[Any]:
    plain: list[Any] = values.array.to_numpy(object, na_value=None).tolist()
    return plain


def arrow(table: str) -> pa.Schema:
    """Return the columns of a stored row of `table` (`tables.stored`) and their types between store and frame."""
    known = schema.columns(table)
    return pa.schema(
        (name, ARROW.get(known[name].type if name in known else "date", TEXT)) for name in tables.stored(table)
    )


def gathered(table: str, columns: Sequence[Sequence[Any]]) -> pa.Table:
    """Return the columns `tables.stored`, as the driver gave them, with the types of `arrow`."""
    types = arrow(table)
    return pa.table([typed(cells, field.type) for cells, field in zip(columns, types, strict=True)], schema=types)


def typed(cells: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return cells as the driver gave them as one column; None is unknown."""
    asked = kind if pa.types.is_floating(kind) or kind == TEXT else None  # whatever is said need not be found out
    return pa.array(cells, asked).cast(kind)


def decode(table: str, read: pa.Table) -> pd.DataFrame:
    """Return the typed frame (as `schema.typed` would) of columns with the types of `arrow`, in their order."""
    place, columns = schema.geometry(table), schema.columns(table).values()
    cells = {column.name: _day(read[column.name]) if column.type == "date" else read[column.name] for column in columns}
    shapes = cells.pop(place) if place else None
    frame: pd.DataFrame = pa.table(cells).to_pandas(types_mapper=PANDAS.get)
    if shapes is not None:
        frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapely.from_wkb(objects(shapes)), crs="EPSG:4326"))
    return frame


def _day(days: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return days as moments, as frames hold them; the open end is none."""
    return pc.if_else(pc.equal(days, tables.OPEN), None, days).cast(pa.timestamp("s"))


def objects(cells: pa.ChunkedArray) -> NDArray[np.object_]:
    """Return text or WKB cell by cell, None where it is unknown."""
    return np.array(cells.to_pylist(), dtype=object) if len(cells) else np.empty(0, dtype=object)


def iso(value: Cell) -> str | None:
    """Return a day (text, date or Timestamp) as ISO text, None when it is unknown."""
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date().isoformat()


def portions(values: Sequence[Any], size: int = 500) -> list[Sequence[Any]]:
    """Return `values` in portions that fit into one statement."""
    return [values[start : start + size] for start in range(0, len(values), size)]


def plain_day(text: str | None) -> dt.date | None:
    """Return the day that `text` gives as YYYY-MM-DD, None when it gives none (a month, a year, words)."""
    try:
        return dt.date.fromisoformat(text) if text and len(text) == len(OPEN) else None
    except ValueError:
        return None


def is_unknown(value: Cell) -> bool:
    """Return whether a cell of a frame is empty."""
    return value is None or bool(pd.isna(value))
