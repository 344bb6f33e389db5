"""Rows of one table found by the keys of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


def find(keys: pd.Series[Any], wanted: pd.Series[Any]) -> NDArray[np.int64]:
    """Return the row of each wanted key among `keys`, −1 when it is not there or NA.

    Raises
    ------
    ValueError
        When a key is NA or there twice.

    Notes
    -----
    Numbering the values in the order in which they first appear gives every key its own row. That stays inside the
    array's own store of strings, where an index would first make an object of each.
    """
    codes: NDArray[np.int64] = pd.factorize(pd.concat([keys, wanted], ignore_index=True))[0].astype(np.int64)
    if not np.array_equal(codes[: len(keys)], np.arange(len(keys))):
        message = f"{keys.name} is no key: it is empty somewhere, or there twice"
        raise ValueError(message)
    found = codes[len(keys) :]
    return np.where(found < len(keys), found, -1)


def places(values: Sequence[str], column: pd.Series[str]) -> NDArray[np.int64]:
    """Return the place of each cell of `column` among the few `values`, −1 when it is none of them or NA."""
    codes, kinds = pd.factorize(column)
    place = pd.Index(list(values), dtype="object").get_indexer(pd.Index(kinds, dtype="object"))
    return np.append(place, -1)[codes].astype(np.int64)


def take(column: pd.Series[Any], at: NDArray[np.int64]) -> pd.Series[Any]:
    """Return the cells of `column` at the rows `at`, NA where one is −1."""
    return pd.Series(column.array.take(at, allow_fill=True))


def at(values: NDArray[np.int64], row: NDArray[np.int64], otherwise: int) -> NDArray[np.int64]:
    """Return the numbers `values` at the rows `row`, `otherwise` where one is −1."""
    return np.append(values, otherwise)[row]


def firsts(codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return where a new group begins in sorted `codes`."""
    changed: NDArray[np.bool_] = np.ones(len(codes), dtype=np.bool_)
    changed[1:] = codes[1:] != codes[:-1]
    return changed


def counted(zones: pd.Series[str], counted_in: Mapping[str, str] | pd.Series[str] | None) -> pd.Series[str]:
    """Return the zone that totals count each zone in; itself when `counted_in` does not name it."""
    if counted_in is None:
        return zones
    return zones.map(dict(counted_in)).astype("string").fillna(zones)


def area(values: NDArray[np.float64], unknown: NDArray[np.bool_]) -> pd.Series[float]:
    """Return areas [m²], NA where `unknown`."""
    return pd.Series(pd.arrays.FloatingArray(values, unknown | np.isnan(values)))


def whole(values: NDArray[np.int64]) -> pd.Series[int]:
    """Return counts as whole numbers with room for NA."""
    return pd.Series(pd.array(values, dtype="Int64"))
