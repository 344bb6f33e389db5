"""Rows that cannot be kept: a cell is empty or no engine keeps it, a key stands twice, an end is before its start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parks import checks, schema
from parks.issues import Issue
from parks.store import rows, tables
from parks.store.writing import NUL

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from parks.store.rows import Row
    from parks.words import Translate

GREATEST = 2**31 - 1
"""Greatest whole number that every engine keeps."""


def found(name: str, typed: pd.DataFrame, t: Translate) -> list[Issue]:
    """Return every fault in `typed`, a frame of the table `name` (see `schema.typed`), row by row.

    What planners decide is written by them and not brought by a ledger that was looked through: a row that means
    nothing is refused here.
    """
    if not _is_suspicious(name, typed):
        said = typed.assign(source=typed["source"].fillna(name))  # who brings none gets the act's
        return checks.check(name, said, {}, t=t) if name in schema.DECISIONS else []
    given = rows.encode(name, typed)
    columns = schema.columns(name)
    at = list(columns).index(schema.key(name))
    issues: list[Issue] = []
    seen: set[Any] = set()
    for row in given:
        key = str(row[at] or "")
        for column, cell in zip(columns.values(), row, strict=True):
            issues += _cell(name, key, column, cell, t)
        if row[at] in seen:
            message = t("The key stands twice.")
            issues.append(Issue(name, key, schema.key(name), key, "doubled", message, t("Keep one row of each key.")))
        seen.add(row[at])
        if name in tables.DATED and not _is_period(*_bounds(name, row)):
            message = t("The end is not after the start.")
            mend = t("Give the day after the last, or leave it empty when it is open.")
            issues.append(Issue(name, key, "valid_to", _bounds(name, row)[1], "period", message, mend))
    return issues


def _is_suspicious(name: str, typed: pd.DataFrame) -> bool:
    """Return whether any row may be at fault: column by column, which is quick, since nearly always none is."""
    for column in schema.columns(name).values():
        cells = typed[column.name]
        if _is_needed(column) and cells.isna().any():
            return True
        if column.type == "key" and not cells.is_unique:
            return True
        if column.type == "int" and not cells.dropna().between(-GREATEST, GREATEST).all():
            return True
        if cells.dtype == "string" and cells.str.contains(NUL, regex=False).any():
            return True
    return name in tables.DATED and bool((typed["valid_to"] <= typed["valid_from"]).any())


def _is_needed(column: schema.Column) -> bool:
    return column.required and column.name != "source"


def _fits(number: int | None) -> bool:
    return number is None or abs(number) <= GREATEST


def _bounds(name: str, row: Row) -> tuple[Any, Any]:
    names = list(schema.columns(name))
    return row[names.index("valid_from")], row[names.index("valid_to")]


def _is_period(start: str | None, end: str) -> bool:
    return start is None or start < end


def _cell(name: str, key: str, column: schema.Column, cell: Any, t: Translate) -> Iterator[Issue]:  # noqa: ANN401 - any type
    """Yield what is wrong with one cell."""
    if cell is None and _is_needed(column):
        yield Issue(name, key, column.name, "", "missing", t("A required cell is empty."), t("Fill in the cell."))
    elif isinstance(cell, str) and NUL in cell:
        message = t("The text holds a sign that cannot be seen or kept (NUL).")
        yield Issue(name, key, column.name, cell.replace(NUL, "␀"), "sign", message, t("Type the text anew."))
    elif column.type == "int" and not _fits(cell):
        message = t("The number is too great to be kept.")
        yield Issue(name, key, column.name, str(cell), "range", message, t("Check the number and its unit."))
