"""The embedded engine: one SQLite file, its guards, its refusals in words."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.sqlite import dialect

from parks.store import packing, refusals, tables, views

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence
    from pathlib import Path

    from parks.issues import InvalidData
    from parks.store.engines import Place
    from parks.store.rows import Row
    from parks.words import Translate

PATIENCE = 20.0
"""How long a writer waits for the one before it [s]."""
TOGETHER = 100
"""Rows of one statement: SQLite keeps a journal of every statement that a guard may stop, dearer than a row."""
PORTION = 50_000
"""Rows asked for at once: of fewer, the statements would take their part."""
DECIMALS = 4
"""Decimals of a number that SQLite says exactly as text."""
FAULTS: tuple[type[Exception], ...] = (sqlite3.Error,)
MAGIC = b"SQLite format 3\x00"
REFUSED = {
    "double booking": "double_booking",
    "database is locked": "locked",
    "disk is full": "full",
    "readonly database": "readonly",
    "unable to open": "unreachable",
    "not a database": "not_a_store",
    "malformed": "damaged",
    "disk I/O error": "disk",
}
"""Part of what SQLite says → the refusal."""


def engine(path: Path) -> sa.Engine:
    """Return the engine on the file at `path`. Nothing but Python's own sqlite3 may ever open that file.

    A second SQLite library in the process (GDAL's, for one) drops this one's file locks when it closes.
    """
    made = sa.create_engine(sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": PATIENCE})
    event.listen(made, "connect", _prepare)
    event.listen(made, "begin", _begin)
    return made


def _prepare(connection: sqlite3.Connection, record: object) -> None:
    del record
    connection.isolation_level = None  # we say BEGIN ourselves; the driver would begin too late
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: sa.Connection) -> None:
    # A writer takes the lock at once: a reader that turns writer half-way is refused by SQLite.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def find(place: Place, t: Translate, *, create: bool) -> None:
    """Refuse a file that cannot hold a store, before anything is opened; make its folder."""
    path = cast("Path", place.path)
    if not path.exists() or not path.stat().st_size:
        if not create:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
    elif is_foreign(path):
        raise refusals.said(place.address, "not_a_store", t)
    elif not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def settle(engine: sa.Engine) -> None:
    """Let readers and a writer work at once (WAL). The file remembers it, so it is said only to a store of ours."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        end = time.monotonic() + PATIENCE
        while cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                cursor.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:  # SQLite does not wait here by itself
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)
    finally:
        raw.close()


def is_empty(connection: sa.Connection) -> bool:
    """Return whether the file holds nothing yet."""
    return not _found(connection)


def guards() -> dict[str, str]:
    """Return trigger name → statement that makes it.

    ``booking`` refuses two firm occupations of one unit whose days overlap, within the record, within a scenario,
    and between a scenario and what it sees of the record; ``base`` the last when a scenario is laid over another
    state of the record. The others keep rows as they were written: a row can be ended once, nothing else in it can
    change, none is deleted, and none takes another's place.
    """
    made = {"leases_booking": _booking(), "scenario_base": _base()}
    for table in filter(tables.kept, tables.METADATA.tables.values()):
        fixed = ", ".join(f'"{column.name}"' for column in table.columns if column.name != "tx_to")
        kept = f"SELECT RAISE(ABORT, 'rows of {table.name} are never changed or deleted')"
        made[f"{table.name}_stays"] = f"BEFORE DELETE ON {table.name} BEGIN {kept}; END"
        made[f"{table.name}_fixed"] = f"BEFORE UPDATE OF {fixed} ON {table.name} BEGIN {kept}; END"
        made[f"{table.name}_adds"] = f"BEFORE INSERT ON {table.name} WHEN {_replaces(table)} BEGIN {kept}; END"
        if "tx_to" in table.columns:
            again = "WHEN OLD.tx_to IS NOT NULL OR NEW.tx_to IS NULL"
            made[f"{table.name}_ends_once"] = f"BEFORE UPDATE OF tx_to ON {table.name} {again} BEGIN {kept}; END"
    return {f"guard_{name}": f"CREATE TRIGGER guard_{name} {body}" for name, body in made.items()}


def _replaces(table: sa.Table) -> str:
    """Return the condition that a new row has the place of an old one, which INSERT OR REPLACE would delete unsaid."""
    rules = (rule for rule in table.constraints if isinstance(rule, sa.PrimaryKeyConstraint | sa.UniqueConstraint))
    # Both are sets: said in one order, so that every process says the same guard.
    unique = sorted((index for index in table.indexes if index.unique), key=lambda index: str(index.name))
    current = "tx_to IS NULL AND NEW.tx_to IS NULL"
    alike = sorted(f"{table.name} WHERE {_same(rule.columns)}" for rule in rules)
    alike += [f"{table.name} INDEXED BY {index.name} WHERE {_same(index.columns)} AND {current}" for index in unique]
    return " OR ".join(f"EXISTS (SELECT 1 FROM {said})" for said in alike)  # noqa: S608 - our own words


def _same(columns: Iterable[sa.ColumnClause[object]]) -> str:
    return " AND ".join(f'"{column.name}" = NEW."{column.name}"' for column in columns)


def _booking() -> str:
    days = "held.valid_from < NEW.valid_to AND held.valid_to > NEW.valid_from"
    overlap = f"held.unit_id = NEW.unit_id AND {days} AND {tables.firm('held')}"
    return f"""BEFORE INSERT ON leases WHEN NEW.tx_to IS NULL AND {tables.firm("NEW")} BEGIN
SELECT RAISE(ABORT, 'double booking') WHERE EXISTS (
  SELECT 1 FROM leases AS held INDEXED BY leases_unit
  WHERE {overlap} AND held.scenario = NEW.scenario AND held.tx_to IS NULL
) OR NEW.scenario <> '' AND EXISTS (
  SELECT 1 FROM leases AS held INDEXED BY leases_unit
  JOIN scenario ON scenario.name = NEW.scenario AND scenario.tx_to IS NULL
  WHERE {overlap} AND {tables.record_seen("held", "scenario.base", "NEW.scenario")}
);
END"""  # noqa: S608 - every word comes from our own schema


def _base() -> str:
    return f"""BEFORE INSERT ON scenario WHEN NEW.tx_to IS NULL BEGIN
SELECT RAISE(ABORT, 'double booking') WHERE EXISTS (
  SELECT 1 FROM leases AS own INDEXED BY leases_overlay
  JOIN leases AS held INDEXED BY leases_unit ON held.unit_id = own.unit_id
    AND held.valid_from < own.valid_to AND held.valid_to > own.valid_from
  WHERE own.scenario = NEW.name AND own.scenario <> '' AND own.tx_to IS NULL AND {tables.firm("own")}
    AND {tables.firm("held")} AND {tables.record_seen("held", "NEW.base", "NEW.name")}
);
END"""  # noqa: S608 - every word comes from our own schema


def indexes() -> dict[str, str]:
    """Return the unique indexes that keep a key from standing twice: name → statement that makes it."""
    unique = [index for table in tables.METADATA.tables.values() for index in table.indexes if index.unique]
    return {str(index.name): str(sa.schema.CreateIndex(index).compile(dialect=dialect())) for index in unique}


def guard(connection: sa.Connection) -> None:
    """Put every guard in force."""
    for statement in guards().values():
        connection.exec_driver_sql(statement)


def unguard(connection: sa.Connection) -> None:
    """Take every guard away, those of older stores too."""
    for name in [name for name in _found(connection) if name.startswith("guard_")]:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')


def dress(connection: sa.Connection, given: Iterable[str] = ()) -> None:
    """Do nothing: no other program may open the live file."""


def undress(connection: sa.Connection) -> list[str]:
    """Take nothing away."""
    del connection
    return []


def suspend(connection: sa.Connection) -> None:
    """Let the guards of rows rest until `resume`."""
    unguard(connection)


def resume(connection: sa.Connection) -> None:
    """Put the guards of rows in force again; the file numbers its rows by itself."""
    guard(connection)


def faults(connection: sa.Connection) -> list[str]:
    """Return what SQLite itself finds wrong with the file: torn pages, broken rules, rows that refer to nothing."""
    torn = [str(line) for line in connection.exec_driver_sql("PRAGMA integrity_check").scalars() if line != "ok"]
    loose = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return torn + [f"{table} {row} → {parent}" for table, row, parent, _ in loose]


def _found(connection: sa.Connection) -> dict[str, str]:
    """Return name → statement of all that the file holds."""
    rows = connection.exec_driver_sql("SELECT name, coalesce(sql, '') FROM sqlite_master")
    return {str(name): str(statement) for name, statement in rows}


def missing(connection: sa.Connection) -> list[str]:
    """Return the guards that are not in force as we wrote them."""
    held = _found(connection)
    return sorted(name for name, statement in (guards() | indexes()).items() if held.get(name) != statement)


def is_foreign(path: Path) -> bool:
    """Return whether there is a file at `path` that is no SQLite file (an empty file is none yet)."""
    with path.open("rb") as file:
        start = file.read(len(MAGIC))
    return start not in (b"", MAGIC)


def insert(connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Write plain rows, the columns `names` of each."""
    columns = ", ".join(f'"{name}"' for name in names)
    placed = f"({', '.join('?' for _ in names)})"
    whole = len(rows) - len(rows) % TOGETHER
    for size, part in ((TOGETHER, rows[:whole]), (1, rows[whole:])):
        if part:
            statement = f'INSERT INTO "{table.name}" ({columns}) VALUES {", ".join([placed] * size)}'  # noqa: S608
            cells = [tuple(chain.from_iterable(part[at : at + size])) for at in range(0, len(part), size)]
            connection.exec_driver_sql(statement, cells)


def packed(column: sa.Column[Any]) -> sa.ColumnElement[Any] | None:
    """Return all cells of a column as one text; shapes come one by one."""
    if isinstance(column.type, tables.Geometry):
        return None
    if isinstance(column.type, sa.Double):  # its own text has 15 digits, one or two short of some numbers
        return packing.texts(column, _scaled(column).concat(sa.literal_column(f"'e-{DECIMALS}'")))
    return packing.texts(column, column if isinstance(column.type, sa.Text) else tables.AsText(column))


def exact(column: sa.Column[Any]) -> sa.ColumnElement[bool] | None:
    """Return the condition that the text of a number is read as the same number."""
    if not isinstance(column.type, sa.Double):
        return None
    return _scaled(column).op("/")(sa.literal_column(f"1e{DECIMALS}")) == column


def _scaled(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    return sa.cast(column * sa.literal_column(f"1e{DECIMALS}") + sa.literal_column("0.5"), sa.Integer)


def portions(
    connection: sa.Connection,
    question: Callable[[sa.ColumnElement[bool]], sa.Select[Any]],
    number: sa.Column[int],
    lows: Sequence[int],
    size: int,
) -> Generator[tuple[int, Row]]:
    """Ask the same of each portion of rows, one after another."""
    for low in lows:
        yield low, views.fetch(connection, [question(number.between(low, low + size - 1))])[0]


def refusal(error: BaseException, place: Place, t: Translate) -> InvalidData | None:
    """Return the refusal that says `error` in words, None when it is a fault of ours and not of the place."""
    if isinstance(error, OSError):
        kind = "full" if error.errno == errno.ENOSPC else "unreachable"
    else:
        kind = next((refused for mark, refused in REFUSED.items() if mark in str(error)), "")
    return refusals.said(place.address, kind, t) if kind else None


def backup(path: Path, target: Path) -> None:
    """Copy the whole file to the new file `target` while others work.

    Copying the file as such would lose what still stands in the write-ahead log.
    """
    live = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=PATIENCE)  # a lost file is not made anew
    with closing(live), closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, which can be read where nothing can be written
