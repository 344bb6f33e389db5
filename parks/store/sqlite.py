"""The embedded engine: one SQLite file, its guards, its refusals in words."""

from __future__ import annotations

import errno
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import event

from parks.issues import InvalidData, Issue
from parks.store import tables

if TYPE_CHECKING:
    from pathlib import Path

    from parks.words import Translate

PATIENCE = 20.0
"""How long a writer waits for the one before it [s]."""
Error = sqlite3.Error
MAGIC = b"SQLite format 3\x00"


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


def guards() -> dict[str, str]:
    """Return trigger name → statement that makes it.

    ``booking`` refuses two firm occupations of one unit whose days overlap, within the record, within a scenario,
    and between a scenario and what it sees of the record. The others keep rows as they were written:
    a row can be ended once, nothing else in it can change, and none is deleted.
    """
    made = {"leases_booking": _booking()}
    for table in tables.METADATA.tables.values():
        fixed = ", ".join(f'"{column.name}"' for column in table.columns if column.name != "tx_to")
        kept = f"SELECT RAISE(ABORT, 'rows of {table.name} are never changed or deleted')"
        made[f"{table.name}_stays"] = f"BEFORE DELETE ON {table.name} BEGIN {kept}; END"
        made[f"{table.name}_fixed"] = f"BEFORE UPDATE OF {fixed} ON {table.name} BEGIN {kept}; END"
        if "tx_to" in table.columns:
            again = "WHEN OLD.tx_to IS NOT NULL OR NEW.tx_to IS NULL"
            made[f"{table.name}_ends_once"] = f"BEFORE UPDATE OF tx_to ON {table.name} {again} BEGIN {kept}; END"
    return {f"guard_{name}": f"CREATE TRIGGER guard_{name} {body}" for name, body in made.items()}


def _booking() -> str:
    firm = ", ".join(f"'{state}'" for state in tables.FIRM)
    overlap = (
        f"held.unit_id = NEW.unit_id AND held.state IN ({firm})"
        " AND held.valid_from < NEW.valid_to AND held.valid_to > NEW.valid_from"
    )
    return f"""BEFORE INSERT ON leases WHEN NEW.tx_to IS NULL AND NEW.state IN ({firm}) BEGIN
SELECT RAISE(ABORT, 'double booking') WHERE EXISTS (
  SELECT 1 FROM leases AS held INDEXED BY leases_unit
  WHERE {overlap} AND held.scenario = NEW.scenario AND held.tx_to IS NULL
) OR NEW.scenario <> '' AND EXISTS (
  SELECT 1 FROM leases AS held INDEXED BY leases_unit
  JOIN scenario ON scenario.name = NEW.scenario AND scenario.tx_to IS NULL
  WHERE {overlap} AND held.scenario = '' AND held.tx_from <= scenario.base
    AND (held.tx_to IS NULL OR held.tx_to > scenario.base)
    AND NOT EXISTS (SELECT 1 FROM taken WHERE taken.scenario = NEW.scenario AND taken.table_name = 'leases'
      AND taken.key = held.lease_id AND taken.tx_to IS NULL)
);
END"""  # noqa: S608 - every word comes from our own schema


def indexes() -> set[str]:
    """Return the names of the unique indexes that keep a key from standing twice."""
    return {index.name or "" for table in tables.METADATA.tables.values() for index in table.indexes if index.unique}


def make(connection: sa.Connection) -> None:
    """Make the tables and their guards in an empty file, as one act."""
    tables.METADATA.create_all(connection)
    for statement in guards().values():
        connection.exec_driver_sql(statement)
    mark = {"format": tables.FORMAT, "columns": tables.fingerprint()}
    connection.execute(sa.insert(tables.about).values(mark))


def found(connection: sa.Connection) -> dict[str, str]:
    """Return name → statement of all that the file holds."""
    rows = connection.exec_driver_sql("SELECT name, coalesce(sql, '') FROM sqlite_master")
    return {str(name): str(statement) for name, statement in rows}


def missing(held: dict[str, str]) -> list[str]:
    """Return the guards that are not in force among what the file holds."""
    gone = [name for name, statement in guards().items() if held.get(name) != statement]
    return sorted([*gone, *(indexes() - held.keys())])


def is_foreign(path: Path) -> bool:
    """Return whether there is a file at `path` that is no SQLite file (an empty file is none yet)."""
    with path.open("rb") as file:
        start = file.read(len(MAGIC))
    return start not in (b"", MAGIC)


def refusal(error: BaseException, path: Path, t: Translate) -> InvalidData | None:
    """Return the refusal that says `error` in words, None when it is a fault of ours and not of the place.

    Parameters
    ----------
    error
        What the driver or the system raised.
    path
        The store's file.
    t
        Says a sentence in the reader's language.
    """
    text = str(error)
    nothing = t("Nothing was changed.")
    cases = {
        "double booking": (
            t("The unit is already firmly held in that period."),
            t("Look at the newest state of the unit and choose another unit or period."),
        ),
        "database is locked": (
            f"{t('Somebody else is writing to the store and has not finished.')} {nothing}",
            t("Try again in a moment."),
        ),
        "disk is full": (
            f"{t('The disk is full.')} {nothing}",
            t("Make room on the disk that holds the store, then try again."),
        ),
        "readonly database": (
            f"{t('The store cannot be written.')} {nothing}",
            t("Give your account the right to write to the file and its folder, or choose another place."),
        ),
        "unable to open": (
            t("The store cannot be opened or made there."),
            t("Give your account the right to write to the file and its folder, or choose another place."),
        ),
        "not a database": (t("The file is no Parks store."), t("Choose another file; this one was left as it is.")),
        "malformed": (t("The store's file is damaged."), t("Put back the last backup.")),
        "disk I/O error": (t("The disk does not answer."), t("Check the disk, then open the store again.")),
    }
    marks = [mark for mark in cases if mark in text]
    if isinstance(error, OSError):
        marks = ["disk is full" if error.errno == errno.ENOSPC else "unable to open"]
    if not marks:
        return None
    return InvalidData([Issue("store", "", "", str(path), marks[0].replace(" ", "_"), *cases[marks[0]])])


def backup(path: Path, target: Path) -> None:
    """Copy the whole store to `target` while others work: complete, or not there at all.

    Copying the file itself would lose what still stands in the write-ahead log.
    """
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(part)) as copy:
        live.backup(copy)
    part.replace(target)
