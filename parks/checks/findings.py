"""Rows that satisfy a condition become issues; cells as the checks compare them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from parks import schema
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    Mask = pd.Series[bool] | NDArray[np.bool_]


def issues(
    table: str, frame: pd.DataFrame, mask: Mask, column: str, kind: str, message: str, mend: str
) -> Iterator[Issue]:
    """One issue a row where the mask is true; an unknown comparison is no fault."""
    rows = frame.loc[pd.Series(mask, dtype="boolean").fillna(value=False).to_numpy(dtype=bool)]
    key, names = schema.key(table), pd.Series(rows.index, index=rows.index, dtype=object)
    if key in rows and frame.index.name != "row":
        names = rows[key].astype(object).where(filled(rows[key]), names)
    cells = rows[column] if column in rows else pd.Series("", index=rows.index)
    for name, cell in zip(names, cells, strict=True):
        value = "" if pd.isna(cell) else str(cell).removesuffix(" 00:00:00")[:80]
        yield Issue(table, str(name), column, value, kind, message, mend)


def found(keys: pd.Series[Any], values: pd.Series[Any]) -> pd.Series[Any]:
    """Return the value of each key, unknown where the key is; of a doubled key the first.

    `map` would lose the dtype of an empty table.
    """
    return pd.Series(values[~values.index.duplicated()].reindex(keys).array, index=keys.index)


def filled(cells: pd.Series[Any]) -> pd.Series[bool]:
    """Return where a cell holds something; blanks alone are nothing."""
    known = cells.notna()
    if not (pd.api.types.is_object_dtype(cells.dtype) or pd.api.types.is_string_dtype(cells.dtype)):
        return known
    return known & (cells.astype("string").str.strip() != "").fillna(value=False).astype(bool)


def numbers(cells: pd.Series[Any]) -> pd.Series[float]:
    """Return the cells as numbers, NA where they are none."""
    typed = pd.api.types.is_numeric_dtype(cells.dtype)
    return (cells if typed else pd.to_numeric(cells.astype("string"), errors="coerce")).astype("Float64")


def days(cells: pd.Series[Any]) -> pd.Series[pd.Timestamp]:
    """Return the cells as days, NaT where they are none."""
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return cells
    text = cells.astype("string")
    return pd.to_datetime(text.where(text.str.match(r"\d{4}-\d{2}-\d{2}")), format="ISO8601", errors="coerce")
