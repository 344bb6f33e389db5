"""How old a row's source is, and which rows are older than the limit of their table."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from parks.policy import Policy

DATE = re.compile(
    r"(?<!\d)((?:19|20)\d{2})(?:\s*[-/.年]\s*(1[0-2]|0?[1-9])(?:\s*[-/.月]\s*(3[01]|[12]\d|0?[1-9]))?)?(?!\d)"
)
"""A year, a month or a day as sources give them: 2025, 2025-03, 2025年3月31日."""
RUN_TOGETHER = re.compile(r"(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)")
"""A day as 20250331."""


def last_day(text: str) -> dt.date | None:
    """Return the last day that a source date can mean, None when it gives none.

    Of several dates the latest counts: a row is old only if all that is said of it is old. ``2025`` ends with the year,
    ``about 2023-09`` with the month; ``undated`` is unknown.
    """
    return max((_end(*found.groups()) for found in DATE.finditer(RUN_TOGETHER.sub(r"\1-\2-\3", text))), default=None)


def last_days(dates: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    """Return the last day of each source date, NaT where it gives none."""
    known = {text: last_day(text) for text in dates.dropna().unique()}
    return pd.to_datetime(dates.map(known).astype(object)).astype("datetime64[s]")


def limit(table: str, rules: Policy) -> int | None:
    """Return the months after which figures of `table` count as old; None when the policy sets no limit."""
    rows = rules.limits[(rules.limits["kind"] == "stale") & (rules.limits["table"] == table)]
    return None if rows.empty else int(rows["value"].iloc[0])


def stale(table: str, frame: pd.DataFrame, rules: Policy, day: dt.date) -> pd.Series[bool]:
    """Return which rows rest on a source that is older than the limit of their table.

    Parameters
    ----------
    table
        One of `schema.TABLES`.
    frame
        Its rows, with ``source_date`` and ``standing``. Made-up rows (``illustrative``) do not age, and a source
        without a date has no age.
    rules
        Holds the limits (``data/policy/limits.csv``).
    day
        The day on which they are looked at.
    """
    months = limit(table, rules)
    if months is None:
        return pd.Series(data=False, index=frame.index)
    last = last_days(frame["source_date"])
    made_up = (frame["standing"] == "illustrative").fillna(value=False).astype(bool)
    return (last < pd.Timestamp(day) - pd.DateOffset(months=months)) & ~made_up


def _end(year: str, month: str | None, day: str | None) -> dt.date:
    number = int(month or 12)
    longest = calendar.monthrange(int(year), number)[1]
    return dt.date(int(year), number, min(int(day or longest), longest))
