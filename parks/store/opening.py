"""Opening a store: finding the file, making a new one, refusing what is not safe to use."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from parks.issues import InvalidData, Issue
from parks.store import sqlite, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parks.words import Translate


def opened(url: str, t: Translate, *, create: bool) -> tuple[Path, sa.Engine]:
    """Return the file and the engine of the store at `url` (see `parks.store.open`)."""
    path = _path(url, t)
    with said(path, t):
        if not path.exists() or not path.stat().st_size:
            if not create:
                raise refused(path, "missing", t("There is no store there."), t("Check the path, or load data first."))
            path.parent.mkdir(parents=True, exist_ok=True)
        elif sqlite.is_foreign(path):
            mend = t("Choose another file; this one was left as it is.")
            raise refused(path, "not_a_database", t("The file is no Parks store."), mend)
        elif not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        engine = sqlite.engine(path)
        try:
            _check(engine, path, t)
            sqlite.settle(engine)
        except BaseException:
            engine.dispose()
            raise
    return path, engine


@contextmanager
def said(path: Path, t: Translate) -> Iterator[None]:
    """Say in words what the place refuses; let our own faults through as they are."""
    try:
        yield
    except (sa.exc.DBAPIError, sqlite.Error, OSError) as error:
        refusal = sqlite.refusal(error, path, t)
        if refusal is None:
            raise
        raise refusal from error


def _path(url: str, t: Translate) -> Path:
    scheme, mark, rest = url.partition("://")
    if not mark:
        return Path(url).expanduser().absolute()
    if scheme != "sqlite" or not rest.startswith("/") or rest in ("/", "/:memory:"):
        message = t("Stores are kept in a file only.")
        raise refused(Path(scheme), "engine", message, t("Give a path, or sqlite:/// and a path."))
    return Path(rest[1:]).expanduser().absolute()


def _check(engine: sa.Engine, path: Path, t: Translate) -> None:
    """Refuse a file that is not a store of ours with all its guards; fill an empty one."""
    with engine.begin() as connection:
        empty = not sqlite.found(connection)
    if empty:
        with engine.execution_options(writes=True).begin() as connection:
            if not sqlite.found(connection):  # nobody made it while we waited
                sqlite.make(connection)
    with engine.begin() as connection:
        _sound(connection, path, t)


def _sound(connection: sa.Connection, path: Path, t: Translate) -> None:
    held = sqlite.found(connection)
    if tables.about.name not in held or tables.change.name not in held:
        mend = t("Choose another file; this one was left as it is.")
        raise refused(path, "not_a_database", t("The file is no Parks store."), mend)
    written, columns = connection.execute(sa.select(tables.about)).one()
    if written > tables.FORMAT:
        message = t(
            "The store was written by a newer Parks (format {theirs}, ours is {ours}).",
            theirs=written,
            ours=tables.FORMAT,
        )
        raise refused(path, "newer", message, t("Install that version; the store was left as it is."))
    if written < tables.FORMAT or columns != tables.fingerprint():
        message = t("The store was written by another Parks, with other tables or columns.")
        raise refused(
            path,
            "older",
            message,
            t("Open it with that version, or load the data into a new store; it was left as it is."),
        )
    gone = sqlite.missing(held)
    if gone:
        message = t("The store has lost guards that keep its data safe: {names}.", names=", ".join(gone))
        raise refused(path, "unguarded", message, t("Put back the last backup; do not work on this file."))


def refused(path: Path, kind: str, message: str, mend: str) -> InvalidData:
    """Return the refusal of the file at `path`."""
    return InvalidData([Issue("store", "", "", str(path), kind, message, mend)])
