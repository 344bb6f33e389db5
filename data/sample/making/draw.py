"""The seed, the data day, and the marks that every made-up row carries."""

from __future__ import annotations

import datetime as dt
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

SEED = 20261031
DAY = dt.date(2026, 10, 31)
"""The data day: every made-up row says what was so on this day."""
MARKS = {"source": f"Parks sample generator, seed {SEED}", "source_date": DAY.isoformat(), "standing": "illustrative"}
Row = dict[str, Any]
"""One row of a table; None is unknown. A name that starts with an underscore stays inside the generator."""


def stream(name: str) -> np.random.Generator:
    """Return the random numbers of one purpose; a change in one purpose leaves the others as they were."""
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])


def pick(rng: np.random.Generator, values: Sequence[Any], weights: Sequence[float] | None = None) -> Any:  # noqa: ANN401 - returns what it was given
    """Return one of `values`, by weight when weights are given."""
    if weights is None:
        return values[int(rng.integers(len(values)))]
    edges = np.cumsum(np.asarray(weights, dtype=float))
    return values[int(np.searchsorted(edges, rng.random() * edges[-1], side="right"))]


def between(rng: np.random.Generator, low: float, high: float, step: float) -> float:
    """Return a number from `low` to `high` in multiples of `step`."""
    return round(round((low + rng.random() * (high - low)) / step) * step, 4)


def chance(rng: np.random.Generator, share: float) -> bool:
    """Return true in `share` of the cases."""
    return bool(rng.random() < share)


def days(start: dt.date, count: float) -> dt.date:
    """Return the day `count` days after `start`."""
    return start + dt.timedelta(days=int(count))


def months(start: dt.date, count: int) -> dt.date:
    """Return the same day `count` months later, kept within the 28th."""
    index = start.year * 12 + start.month - 1 + count
    return dt.date(index // 12, index % 12 + 1, min(start.day, 28))


def term_day(day: dt.date) -> dt.date:
    """Return the next first or sixteenth of a month on or after `day`, as leases begin."""
    if day.day == 1:
        return day
    return day.replace(day=16) if day.day <= 16 else months(day.replace(day=1), 1)  # noqa: PLR2004 - mid-month


def blank(rows: list[Row], column: str, share: float) -> None:
    """Make `column` unknown in `share` of the rows: real ledgers have gaps, and the sample must show them."""
    rng = stream(f"blank {column} {len(rows)}")
    for row in rows:
        if chance(rng, share):
            row[column] = None
