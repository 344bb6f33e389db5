"""Days as whole numbers, and the quarters they lie in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

NEVER: int = np.iinfo(np.int64).max
"""Number of a day that does not come: an open end, an event not reached, a day not known."""
ALWAYS: int = np.iinfo(np.int64).min
"""Number of a day before every other: a beginning that is not known."""
DAYS_PER_MONTH = 365.2425 / 12
"""Mean length of a month in the Gregorian calendar."""


def number(day: dt.date) -> int:
    """Return the day as the days since 1970-01-01."""
    return int(np.datetime64(day, "D").astype(np.int64))


def numbers(days: pd.Series[pd.Timestamp], unknown: int) -> NDArray[np.int64]:
    """Return each day as the days since 1970-01-01, `unknown` where the cell is empty."""
    found = days.to_numpy(dtype="datetime64[D]").astype(np.int64)
    return np.where(days.isna().to_numpy(), unknown, found)


def days(found: NDArray[np.int64]) -> pd.Series[pd.Timestamp]:
    """Return the days of numbers; NaT for `NEVER` and `ALWAYS`."""
    known = (found != NEVER) & (found != ALWAYS)
    values = np.where(known, found, 0).astype("datetime64[D]").astype("datetime64[s]")
    return pd.Series(values).where(pd.Series(known))


def quarter_index(days: pd.Series[pd.Timestamp]) -> pd.Series[int]:
    """Return the quarter of each day as quarters since the year 0, NA where the day is not known."""
    return (days.dt.year * 4 + days.dt.quarter - 1).astype("Int64")


def quarter_end(index: int) -> int:
    """Return the number of the last day of a quarter (see `quarter_index`)."""
    year, place = divmod(index + 1, 4)
    return int(np.datetime64(f"{year:04d}-{place * 3 + 1:02d}-01", "D").astype(np.int64)) - 1


def quarter_names(index: pd.Series[int]) -> pd.Series[str]:
    """Return quarters (see `quarter_index`) as text such as ``2026-Q1``, NA where not known."""
    year, place = (index // 4).astype("string"), (index % 4 + 1).astype("string")
    return year + "-Q" + place


def quarters(days: pd.Series[pd.Timestamp]) -> pd.Series[str]:
    """Return the quarter of each day as text such as ``2026-Q1``, NA where the day is not known."""
    return quarter_names(quarter_index(days))
