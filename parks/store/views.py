"""What is seen of the store: the record or a scenario over it, as of a day, as known after a change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

import sqlalchemy as sa

from parks import schema
from parks.issues import InvalidData, Issue
from parks.store import rows, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

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


def size(connection: sa.Connection, name: str) -> int:
    """Return how many rows of the table `name` were ever recorded, at most."""
    return int(connection.execute(sa.select(sa.func.max(tables.DATA[name].c.row_id))).scalar_one() or 0)


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
    shown = tables.shown(table, tables.stored(name))
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


@dataclass(frozen=True)
class Cache:
    """What was last read and shown, shared by all sessions of the process; what was not used for longest goes first.

    Parameters
    ----------
    size
        Most things kept.
    room
        How much memory they may take [bytes], as far as they say.
    least
        So many are kept however large they are: what one snapshot is made of.
    """

    size: int = 96
    room: int = 1 << 30
    least: int = 32
    _held: OrderedDict[Hashable, tuple[object, int]] = field(default_factory=OrderedDict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def get(self, key: Hashable, make: Callable[[], Held], weigh: Callable[[Held], int] = lambda _: 0) -> Held:
        """Return what is held under `key`, made once however many sessions ask at the same time."""
        with self._lock:
            if key not in self._held:
                return self.put(key, make(), weigh)
            self._held.move_to_end(key)
            return cast("Held", self._held[key][0])

    def put(self, key: Hashable, made: Held, weigh: Callable[[Held], int] = lambda _: 0) -> Held:
        """Hold `made` under `key` from now on, and return it."""
        with self._lock:
            self._held.pop(key, None)
            self._held[key] = (made, weigh(made))
            while len(self._held) > self.size or (len(self._held) > self.least and self.weight > self.room):
                self._held.popitem(last=False)
            return made

    @property
    def weight(self) -> int:
        """How much memory is taken [bytes]."""
        return sum(weight for _, weight in self._held.values())

    def all(self) -> list[tuple[Hashable, Any]]:
        """Return all that is held, what was not used for longest first."""
        with self._lock:
            return [(key, made) for key, (made, _) in self._held.items()]
