"""Writes the tables as CSV: columns of the schema, UTF-8, unix line ends, an empty cell for the unknown."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING

from parks import schema

if TYPE_CHECKING:
    from making import draw


def text(table: str, rows: list[draw.Row]) -> str:
    """Return `rows` as the text of a CSV file, sorted by key."""
    columns = list(schema.columns(table))
    key = schema.key(table)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in sorted(rows, key=lambda row: str(row[key])))
    return buffer.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return str(value)
