"""Rows between frames and the store: plain tuples one way, typed columns the other."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from parks import schema
from parks.store import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = tuple[Any, ...]
"""One row as the driver keeps it: text, numbers, ISO days, 0/1, WKB; None is unknown."""
Cell = str | float | bool | dt.date | pd.Timestamp | None
"""What one cell of a frame may hold here; NA and NaT are unknown."""
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


def decode(table: str, columns: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Return the typed frame (as `schema.typed` would) of the schema's columns as the driver gave them."""
    known = schema.columns(table)
    read = {name: _typed(cells, known[name]) for name, cells in zip(known, columns, strict=True)}
    key, place = schema.key(table), schema.geometry(table)
    frame = pd.DataFrame({name: cells for name, cells in read.items() if name != place})
    if place is not None:
        frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(read[place], crs="EPSG:4326"))
    ordered = columns[list(known).index(key)]
    if all(one < next_one for one, next_one in pairwise(ordered)):
        return frame
    return frame.sort_values(key, kind="stable").reset_index(drop=True)


def _typed(values: Sequence[Any], column: schema.Column) -> Any:  # noqa: ANN401 - pandas has no one name for its arrays
    if column.is_geometry:
        return shapely.from_wkb(np.array(values, dtype=object))
    if column.type == "number":
        numbers = np.array(values, dtype="float64")  # None becomes NaN; the store keeps no NaN of its own
        return pd.arrays.FloatingArray(numbers, np.isnan(numbers))
    if column.type == "date":
        return days(values)
    dtype: Any = schema.DTYPES.get(column.type, "string")
    return pd.array(values, dtype=dtype)


def days(values: Sequence[str | None]) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    """Return ISO days as an array of days; None and the open end become NaT. Few days are many rows' day."""
    read = {value: np.datetime64(None if value == OPEN else value, "s") for value in set(values)}
    return np.fromiter((read[value] for value in values), dtype="datetime64[s]", count=len(values))


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
