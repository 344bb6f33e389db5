"""What one cell was read as: its value, or why it has none."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

Raw = str | float | int | bool | dt.date | dt.datetime | dt.time | None
"""What a spreadsheet or a text file holds in one cell."""
Said = tuple[str, str, str]
"""Kind (stable), message, mend."""


class Parsed(NamedTuple):
    """A cell as read.

    Parameters
    ----------
    value
        Python value as `schema.typed` takes it; None is unknown.
    issue
        Kind, message and mend when the cell cannot be taken; its value is None then.
    note
        Kind, message and mend when the cell is taken though it says less than a value: no fault, but to be shown.
    """

    value: Any
    issue: Said | None = None
    note: Said | None = None


EMPTY = Parsed(None)


def refused(kind: str, message: str, mend: str) -> Parsed:
    """Return a cell that cannot be taken."""
    return Parsed(None, (kind, message, mend))
