"""What is seen of the store: the record or a scenario over it, as of a day, as known after a change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

import sqlalchemy as sa

from parks import schema, snapshot
from parks.issues import InvalidData, Issue
from parks.store import rows, tables

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Hashable, Iterable

    import pandas as pd

    from parks.store.rows import Row
    from parks.words import Translate

Held = TypeVar("Held")
PORTION = 2_000
"""Rows turned over at once."""


@dataclass(frozen=True, slots=True)
class View:
    """Whose rows are seen, and up to which change.

    Parameters
    ----------
    scenario
        Name of the scenario; empty for the record.
    known
        Last change of the scenario's own rows that is seen.
    base
        Last change of the record that is seen; for the record itself the same as `known`.
    """

    scenario: str
    known: int
    base: int


def last(connection: sa.Connection) -> int:
    """Return the number of the last change, 0 in an empty store."""
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(tables.change.c.id), 0))).scalar_one())


def believed(table: sa.Table, known: int, *, scanned: bool = False) -> sa.ColumnElement[bool]:
    """Return the condition that a row of `table` stood after the change `known`."""
    begun = tables.Scanned(table.c.tx_from) if scanned else table.c.tx_from
    return sa.and_(begun <= known, sa.or_(table.c.tx_to.is_(None), table.c.tx_to > known))


def of(connection: sa.Connection, scenario: str, known: int, t: Translate) -> View:
    """Return the view of `scenario` (empty for the record) after the change `known`.

    Raises
    ------
    InvalidData
        When there was no such scenario then.
    """
    if not scenario:
        return View("", known, known)
    held = tables.scenario
    found = sa.select(held.c.base).where(held.c.name == scenario, believed(held, known))
    base = connection.execute(found).scalar_one_or_none()
    if base is None:
        message = t("There is no scenario called {name}.", name=scenario)
        mend = t("Choose one of the scenarios on the list, or make it first.")
        raise InvalidData([Issue("scenarios", scenario, "name", scenario, "unknown", message, mend)])
    return View(scenario, known, base)


def seen(name: str, view: View, *, scanned: bool = False) -> list[sa.Select[Any]]:
    """Return the selects whose rows together are all that `view` sees of the table `name`, at any day."""
    table = tables.DATA[name]
    shown = [table.c[column] for column in tables.stored(name)]
    record = sa.select(*shown).where(table.c.scenario == "", believed(table, view.base, scanned=scanned))
    if not view.scenario:
        return [record]
    own = sa.select(*shown).where(
        table.c.scenario == view.scenario, tables.overlaid(table), believed(table, view.known)
    )
    return [record.where(~sa.exists(_takings(name, view, table.c[schema.key(name)]))), own]


def _takings(name: str, view: View, key: sa.Column[Any] | None = None) -> sa.Select[Any]:
    taken = tables.taken
    found = sa.select(taken.c.key).where(
        taken.c.scenario == view.scenario, taken.c.table_name == name, believed(taken, view.known)
    )
    return found if key is None else found.where(taken.c.key == key)


def takes(connection: sa.Connection, name: str, view: View, keys: Iterable[str] | None = None) -> set[str]:
    """Return the keys of the table `name` that the scenario of `view` has taken over, among `keys` if given."""
    if keys is None:
        return set(connection.execute(_takings(name, view)).scalars())
    found = (_takings(name, view).where(tables.taken.c.key.in_(part)) for part in rows.portions(sorted(keys)))
    return {key for select in found for key in connection.execute(select).scalars()}


def fetch(connection: sa.Connection, selects: Iterable[sa.Select[Any]]) -> list[Row]:
    """Return the rows of `selects` as the driver's own tuples: SQLAlchemy's rows cost several times as much."""
    return [row for select in selects for row in connection.execute(select).cursor.fetchall()]


def columns(connection: sa.Connection, selects: Iterable[sa.Select[Any]], width: int) -> list[list[Any]]:
    """Return the `width` columns of `selects`, turned over in portions that are still in the processor's cache."""
    found: list[list[Any]] = [[] for _ in range(width)]
    for select in selects:
        cursor = connection.execute(select).cursor
        while part := cursor.fetchmany(PORTION):
            for column, cells in zip(found, zip(*part, strict=True), strict=True):
                column.extend(cells)
    return found


def rows_of(
    connection: sa.Connection, view: View, name: str, keys: Iterable[str], by: str | None = None
) -> dict[str, list[Row]]:
    """Return key → its rows that `view` sees, at any day, in order of time.

    Parameters
    ----------
    connection, view
        Where, and as whom, we look.
    name
        The table.
    keys
        Values looked for.
    by
        Column that holds them; None is the key.
    """
    table, key = tables.DATA[name], schema.key(name)
    asked = [
        select.where(table.c[by or key].in_(part))
        for part in rows.portions(sorted(set(keys)))
        for select in seen(name, view)
    ]
    names = tables.stored(name)
    at, since = names.index(key), names.index("valid_from")
    found: dict[str, list[Row]] = {}
    for row in sorted(fetch(connection, asked), key=lambda row: (row[at], row[since])):
        found.setdefault(row[at], []).append(row)
    return found


def frame(connection: sa.Connection, view: View, name: str, day: dt.date) -> pd.DataFrame:
    """Return the table `name` as `view` sees it on `day`; leases also hold what begins later."""
    table = tables.DATA[name]
    selects = [select.where(tables.Scanned(table.c.valid_to) > day) for select in seen(name, view, scanned=True)]
    if name not in tables.DATED:
        selects = [select.where(tables.Scanned(table.c.valid_from) <= day) for select in selects]
    names = list(schema.columns(name))
    shown = [select.with_only_columns(*(table.c[column] for column in names)) for select in selects]
    return rows.decode(name, columns(connection, shown, len(names)))


@dataclass(frozen=True)
class Cache:
    """The snapshots and frames last read, shared by all sessions of the process.

    Parameters
    ----------
    size
        Most of them kept. Snapshots share their frames.
    """

    size: int = 64
    _held: OrderedDict[Hashable, object] = field(default_factory=OrderedDict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def get(self, key: Hashable, make: Callable[[], Held]) -> Held:
        """Return what is held under `key`, made once however many sessions ask at the same time."""
        with self._lock:
            if key not in self._held:
                self._held[key] = make()
            self._held.move_to_end(key)
            while len(self._held) > self.size:
                self._held.popitem(last=False)
            return cast("Held", self._held[key])


def shot(
    connection: sa.Connection, view: View, day: dt.date, cache: Cache, known_on: dt.date | None
) -> snapshot.Snapshot:
    """Return the snapshot of `view` on `day`: the same one again until something changes."""

    def made() -> snapshot.Snapshot:
        # As `snapshot.of`, whose typing each frame went through once, when it was read.
        held: dict[str, Any] = {name: _frame(connection, view, name, day, cache) for name in schema.TABLES}
        scenario = view.scenario or None
        return snapshot.Snapshot(day=day, scenario=scenario, known_on=known_on, version=view.known, **held)

    return cache.get((view, day, known_on), made)


def _frame(connection: sa.Connection, view: View, name: str, day: dt.date, cache: Cache) -> pd.DataFrame:
    """Return a table from `cache`, read anew only when a change touched it or a row in it turned."""
    return cache.get(_mark(connection, view, name, day), lambda: frame(connection, view, name, day))


def _mark(connection: sa.Connection, view: View, name: str, day: dt.date) -> Hashable:
    """Return what the frame depends on: the last change that touched the table, the last day on which rows turn."""
    table = tables.DATA[name]
    bounds = [table.c.valid_to] if name in tables.DATED else [table.c.valid_to, table.c.valid_from]
    turned = [_greatest(connection, column, day) for column in bounds]
    if view.scenario and connection.execute(sa.exists(_takings(name, view)).select()).scalar_one():
        return name, view, *turned
    touched = [_greatest(connection, column, view.base) for column in (table.c.tx_from, table.c.tx_to)]
    return name, *touched, *turned


def _greatest(connection: sa.Connection, column: sa.Column[Any], limit: int | dt.date) -> Hashable:
    found: Hashable = connection.execute(sa.select(sa.func.max(column)).where(column <= limit)).scalar_one()
    return found
