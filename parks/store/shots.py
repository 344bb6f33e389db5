"""Snapshots of a view: tables are read once, then only what changed in them, and cut to a day in memory."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from parks import schema, snapshot
from parks.store import past, rows, tables, views, whole

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import pandas as pd

    from parks.store.past import Past
    from parks.store.rows import Row
    from parks.store.views import Cache, View

EAGER = 500_000
"""Rows up to which all of a dated table is read at once; of a longer one first what stands on the day or later."""
SHARE = 8
"""A table is read anew when more than one in so many of its rows changed."""


class Key(NamedTuple):
    """What a table depends on, as somebody sees it at any day.

    Parameters
    ----------
    store
        The store's own mark: after a restore the same numbers of changes may mean other rows.
    name
        The table.
    touched
        The last change that touched the record's rows of it, up to what is seen.
    scenario
        Whose own rows are laid over them; empty when there are none.
    own
        The last change that touched these.
    """

    store: str
    name: str
    touched: int
    scenario: str = ""
    own: int = 0


def shot(
    connection: sa.Connection, view: View, day: dt.date, held: Cache, known_on: dt.date | None
) -> snapshot.Snapshot:
    """Return the snapshot of `view` on `day`: the same one, of the same frames, until something touches them."""
    store = connection.execute(sa.select(tables.about.c.mark)).scalar_one()

    def made() -> snapshot.Snapshot:
        # As `snapshot.of`, whose typing each frame went through once, when it was read.
        keys = held.get((store, view), lambda: _keys(connection, store, view))
        frames: dict[str, Any] = {name: _frame(connection, key, view, day, held) for name, key in keys.items()}
        scenario = view.scenario or None
        return snapshot.Snapshot(day=day, scenario=scenario, known_on=known_on, version=view.known, **frames)

    return held.get((store, view, day, known_on), made)


def _keys(connection: sa.Connection, store: str, view: View) -> dict[str, Key]:
    """Return table → what it depends on for `view`."""
    found = connection.execute(_touched(), {"base": view.base}).one()
    touched = (max(pair) for pair in zip(found[::2], found[1::2], strict=True))
    keys = {name: Key(store, name, number) for name, number in zip(tables.DATA, touched, strict=True)}
    for name, own in _own(connection, view).items():
        keys[name] = keys[name]._replace(scenario=view.scenario, own=own)
    return keys


@cache
def _touched() -> sa.Select[Any]:
    """Return the question which changes up to ``base`` last wrote and last ended a row of the record, by table."""
    base = sa.bindparam("base", type_=sa.Integer)
    return sa.select(
        *(
            sa.select(sa.func.coalesce(sa.func.max(column), 0))
            .where(table.c.scenario == "", column <= base)
            .scalar_subquery()
            for table in tables.DATA.values()
            for column in (table.c.tx_from, table.c.tx_to)
        )
    )


def _own(connection: sa.Connection, view: View) -> dict[str, int]:
    """Return the tables in which the scenario of `view` stands for itself → the last change that touched its part."""
    found: dict[str, int] = {}
    if view.scenario:
        taken = tables.taken
        here = sa.func.count(sa.case((views.believed(taken, view.known), 1))) > 0
        taking = sa.select(taken.c.table_name, *_last(taken, view)).group_by(taken.c.table_name).having(here)
        for name, *numbers in connection.execute(taking.where(taken.c.scenario == view.scenario)):
            table = tables.DATA[name]
            wrote = sa.select(*_last(table, view)).where(table.c.scenario == view.scenario, tables.overlaid(table))
            found[name] = max(filter(None, [*numbers, *connection.execute(wrote).one()]))
    return found


def _last(table: sa.Table, view: View) -> list[sa.ColumnElement[int]]:
    """Return the last changes seen by `view` that wrote and that ended a row, None when there is none."""
    return [sa.func.max(sa.case((column <= view.known, column))) for column in (table.c.tx_from, table.c.tx_to)]


def _frame(connection: sa.Connection, key: Key, view: View, day: dt.date, held: Cache) -> pd.DataFrame:
    """Return a table on `day`: the same frame from one day on which rows turn to the next."""
    found = _past(connection, key, view, day, held)

    def weight(frame: pd.DataFrame) -> int:
        return 0 if frame is found.frame else past.weight(frame)

    return held.get((key, found.since, found.turn(day)), lambda: found.on(day), weight)


def _past(connection: sa.Connection, key: Key, view: View, day: dt.date, held: Cache) -> Past:
    """Return a table at any day, `day` at least."""

    def made() -> Past:
        return _overlaid(connection, key, view, day, held) if key.scenario else _record(connection, key, day, held)

    def weight(found: Past) -> int:
        return found.weight

    found = held.get(key, made, weight)
    return found if found.reaches(day) else held.put(key, made(), weight)


def _overlaid(connection: sa.Connection, key: Key, view: View, day: dt.date, held: Cache) -> Past:
    """Return a table of the record at the scenario's base, the scenario's own rows laid over it."""
    base = _past(connection, Key(key.store, key.name, key.touched), view, day, held)
    own = views.fetch(connection, views.seen(key.name, view)[1:])
    return base.laid(views.takes(connection, key.name, view), _gathered(key.name, own))


def _record(connection: sa.Connection, key: Key, day: dt.date, held: Cache) -> Past:
    """Return a table of the record: what was read before with the changes since, or else all of it."""
    read = [(at, found) for at, found in held.all() if isinstance(at, Key) and at[:2] == key[:2] and not at.scenario]
    near = [(at, found) for at, found in read if found.reaches(day)]
    if near:
        at, found = min(near, key=lambda one: abs(one[0].touched - key.touched))
        followed = _followed(connection, found, at.touched, key.touched)
        if followed is not None:
            return followed
    long = key.name in tables.DATED and views.size(connection, key.name) > EAGER
    since = day if long and not read else None  # who looks back once will do so again
    return past.of(key.name, whole.read(connection, key.name, key.touched, since), since)


def _followed(connection: sa.Connection, known: Past, since: int, until: int) -> Past | None:
    """Return what is known after one change as it is after another, earlier or later; None when too much differs."""
    table = tables.DATA[known.name]
    key = table.c[schema.key(known.name)]
    low, high = sorted((since, until))
    touched = [
        sa.select(key).where(table.c.scenario == "", column > low, column <= high)
        for column in (table.c.tx_from, table.c.tx_to)
    ]
    most = len(known.frame) // SHARE
    keys = connection.execute(sa.union(*touched).limit(most + 1)).scalars().all()
    if len(keys) > most:
        return None
    found = views.rows_of(connection, views.View("", until, until), known.name, keys)
    return known.laid(keys, _gathered(known.name, [row for same in found.values() for row in same]))


def _gathered(name: str, found: Sequence[Row]) -> Past:
    """Return a few rows as the past of a table."""
    columns = list(zip(*found, strict=True)) or [() for _ in tables.stored(name)]
    return past.of(name, rows.gathered(name, columns))
