"""Writing rows: what stood is ended, what stands is new; the same content twice changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from parks import schema
from parks.issues import InvalidData, Issue
from parks.store import occupancy, rows, tables, views

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    import pandas as pd

    from parks.store.rows import Row
    from parks.store.writing import Act, Writing
    from parks.words import Translate

PORTION = 10_000
"""Rows between two calls of `progress`."""


def put(
    writing: Writing,
    view: views.View,
    change: int,
    name: str,
    keys: Sequence[str],
    new: Sequence[Row],
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Let `new` be all that `view` holds of `keys` from now on.

    Parameters
    ----------
    writing, change
        The act under way and its number.
    view
        As whom: the record, or a scenario, which takes the keys over from the record.
    name
        The table.
    keys
        Keys written; one without a row in `new` is gone.
    new
        Rows with the columns `tables.stored`.
    progress
        Told how many of how many rows are written.

    Raises
    ------
    InvalidData
        When a unit would be firmly held twice.
    """
    if name == "leases":
        occupancy.refuse(writing, view, keys, new)
    if view.scenario:
        _take_over(writing, view, change, name, keys)
    connection, table = writing.connection, tables.DATA[name]
    current = sa.and_(table.c.scenario == view.scenario, table.c.tx_to.is_(None))
    for part in rows.portions(keys):
        old = table.c[schema.key(name)].in_(part)
        connection.execute(sa.update(table).where(current, old).values(tx_to=change))
    names = [*tables.stored(name), "scenario", "tx_from"]
    statement = _insert(connection, table, names)
    for number, part in enumerate(rows.portions(new, PORTION)):
        connection.exec_driver_sql(statement, [(*row, view.scenario, change) for row in part])
        if progress is not None:
            progress(number * PORTION + len(part), len(new))


def _insert(connection: sa.Connection, table: sa.Table, names: list[str]) -> str:
    """Return the insert of the driver: a million rows pass it as plain tuples."""
    made = sa.insert(table).values({name: sa.bindparam(name) for name in names}).compile(connection.engine)
    placed = list(getattr(made, "positiontup", None) or names)
    if placed != names:
        message = f"the driver asks for another order of columns: {placed}"
        raise AssertionError(message)
    return str(made)


def _take_over(writing: Writing, view: views.View, change: int, name: str, keys: Sequence[str]) -> None:
    fresh = sorted(set(keys) - views.takes(writing.connection, name, view, keys))
    made = [{"scenario": view.scenario, "table_name": name, "key": key, "tx_from": change} for key in fresh]
    if made:
        writing.connection.execute(sa.insert(tables.taken), made)


def add(
    writing: Writing,
    name: str,
    frame: pd.DataFrame,
    act: Act,
    valid_from: str,
    progress: Callable[[int, int], None] | None,
) -> int | None:
    """Write the rows of `frame` by key as one change; return its number, None when nothing is new.

    Parameters
    ----------
    writing
        The act under way.
    name
        The table.
    frame
        Columns of the table; rows without a source get the act's.
    act
        Who, from which source, why, in which scenario.
    valid_from
        ISO day from which the rows are so, where the table has no days of its own.
    progress
        Told how many of how many rows are written.
    """
    view = writing.view(act.scenario)
    given = rows.encode(name, frame)
    faults = _faults(name, given, writing.t)
    if faults:
        raise InvalidData(faults)
    at = list(schema.columns(name)).index(schema.key(name))
    held = views.rows_of(writing.connection, view, name, (row[at] for row in given))
    keys: list[str] = []
    new: list[Row] = []
    for row in given:
        old = held.get(row[at], [])
        stands = _turned(name, _sourced(name, row, old, act.source), old, valid_from)
        if stands != old:
            keys.append(row[at])
            new += stands
    if not keys:
        return None
    change = writing.record(replace(act, data_day=act.data_day or _data_day(name, given)), len(keys))
    put(writing, view, change, name, keys, new, progress)
    return change


def _sourced(name: str, row: Row, old: list[Row], source: str) -> Row:
    """Return `row` with a source: a row that brings none and says what is known keeps the source of what is known."""
    at = list(schema.columns(name)).index("source")
    if row[at] is not None:
        return row
    kept = (*row[:at], old[-1][at], *row[at + 1 :]) if old else row
    same = bool(old) and kept == old[-1][: len(row)]
    return kept if same else (*row[:at], source, *row[at + 1 :])


def _turned(name: str, row: Row, old: list[Row], day: str) -> list[Row]:
    """Return the rows of a key when `row` is so from `day` on and `old` before."""
    if name in tables.DATED:
        return [row]
    before = [(*past[:-1], min(past[-1], day)) for past in old if past[-2] < day]
    if before and before[-1][-1] == day and before[-1][:-2] == row:
        return [*before[:-1], (*before[-1][:-1], rows.OPEN)]
    return [*before, (*row, day, rows.OPEN)]


def _data_day(name: str, given: list[Row]) -> dt.date | None:
    """Return the newest source date that is a plain day, None when there is none."""
    at = list(schema.columns(name)).index("source_date")
    return max((day for row in given if (day := rows.plain_day(row[at])) is not None), default=None)


def _faults(name: str, given: list[Row], t: Translate) -> list[Issue]:
    """Return every row that cannot be kept: a required cell is empty, a key stands twice, an end before its start."""
    columns = list(schema.columns(name).values())
    names = [column.name for column in columns]
    at = names.index(schema.key(name))
    found: list[Issue] = []
    seen: set[Any] = set()
    needed = [(place, column) for place, column in enumerate(columns) if column.required and column.name != "source"]
    bounds = (names.index("valid_from"), names.index("valid_to")) if name in tables.DATED else None
    for row in given:
        key = str(row[at] or "")
        for place, column in needed:
            if row[place] is None:
                message = t("A required cell is empty.")
                found.append(Issue(name, key, column.name, "", "missing", message, t("Fill in the cell.")))
        if row[at] in seen:
            message = t("The key stands twice.")
            found.append(Issue(name, key, names[at], key, "doubled", message, t("Keep one row of each key.")))
        seen.add(row[at])
        if bounds and row[bounds[0]] is not None and not row[bounds[0]] < row[bounds[1]]:
            message = t("The end is not after the start.")
            mend = t("Give the day after the last, or leave it empty when it is open.")
            found.append(Issue(name, key, "valid_to", row[bounds[1]], "period", message, mend))
    return found
