"""The rows of many keys: each looked up, or the whole table read through, whichever is quicker."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import sqlalchemy as sa

from parks import schema
from parks.store import tables, views

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from parks.store.rows import Row

SCANNED = 4
"""Rows that are read through in the time in which one is looked up."""


def rows_of(
    connection: sa.Connection, view: views.View, name: str, wanted: Collection[str], by: str | None = None
) -> dict[str, list[Row]]:
    """Return key → its rows that `view` sees, at any day, in order of time; see `stream`."""
    at = tables.stored(name).index(schema.key(name))
    found: dict[str, list[Row]] = {}
    for row in stream(connection, view, name, wanted, by):
        found.setdefault(row[at], []).append(row)
    return in_order(name, found)


def stream(
    connection: sa.Connection, view: views.View, name: str, wanted: Collection[str], by: str | None = None
) -> Iterator[Row]:
    """Yield rows with the columns `tables.stored` that `view` sees, at any day, in no order.

    Parameters
    ----------
    connection, view
        Where, and as whom, we look.
    name
        The table.
    wanted, by
        Values looked for, without doubles, and the column that holds them; None is the key.
    """
    table = tables.DATA[name]
    size = connection.execute(sa.select(sa.func.max(table.c.row_id))).scalar_one() or 0
    if len(wanted) * SCANNED < size:
        yield from chain.from_iterable(views.rows_of(connection, view, name, wanted, by).values())
        return
    at, among = tables.stored(name).index(by or schema.key(name)), set(wanted)
    for select in views.seen(name, view, scanned=True) if size else ():
        cursor = connection.execute(select).cursor
        while part := cursor.fetchmany(views.PORTION):
            yield from (row for row in part if row[at] in among)


def in_order(name: str, found: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Return key → rows with the rows of each key in order of time."""
    since = tables.stored(name).index("valid_from")
    for periods in found.values():
        if len(periods) > 1:
            periods.sort(key=lambda row: str(row[since]))
    return found
