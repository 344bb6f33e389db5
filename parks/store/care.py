"""Care of a whole store: a backup while others work, putting it back, looking for all that is wrong."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from parks.issues import InvalidData, Issue
from parks.store import commits, contents, engines, opening, refusals, soundness, sqlite, tables, views
from parks.store.writing import Act

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parks.store.engines import Place
    from parks.store.rows import Row
    from parks.words import Translate

PORTION = 5_000
"""Rows copied at once."""
REMAINS = ("-wal", "-journal")
"""Ends of names that SQLite would take for parts of a file of the same name."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Parameters
    ----------
    rows
        Rows of data that were put back, the past among them.
    change
        Number under which the history tells it; None where the place was empty and is now what the backup was.
    before
        Backup of what was replaced; None where the place was empty.
    """

    rows: int
    change: int | None
    before: Path | None


def check(place: Place, t: Translate) -> list[Issue]:
    """Return what is wrong with a whole store, its past and every scenario; nothing is changed.

    What makes it unsafe comes first: a fault of the database, a missing guard, a past that cannot have been. Where
    there is none, what its rows name that is not there, and geometries that are none.
    """
    try:
        with opening.said(place, t), place.engine.begin() as connection:
            return soundness.faults(connection, t) or contents.findings(connection, t)
    except InvalidData as refused:
        return list(refused.issues)


def examined(url: str, t: Translate) -> list[Issue]:
    """Return what is wrong with the store at `url` (see `check`), also where it has lost its guards and does not open.

    Raises
    ------
    InvalidData
        When there is no store of this version.
    """
    place = opening.opened(url, t, create=False, guarded=False)
    try:
        return check(place, t)
    finally:
        place.engine.dispose()


def backup(place: Place, path: str | Path, t: Translate) -> Path:
    """Copy the whole store, from either engine, into a new file while others work; return its path.

    Raises
    ------
    InvalidData
        When the file is there already or cannot be written. Then nothing is left of it.
    """
    target = Path(path)
    copy = opening.file(target.expanduser().absolute())
    with opening.said(place, t), opening.said(copy, t), _fresh(copy, t) as part:
        if place.path is not None:
            sqlite.backup(place.path, part)
        else:
            try:
                with place.engine.begin() as connection:
                    _written(connection, part)
            except sa.exc.IntegrityError as fault:
                message = t("The store is broken: its rows do not go together, and no backup of it can be written.")
                mend = t("Let this one be, and put the last backup back into an empty place.")
                raise opening.refused(place, "unsound", message, mend) from fault
    return target


@contextmanager
def _fresh(copy: Place, t: Translate) -> Iterator[Path]:
    """Lend the path of a file that becomes the new file `copy` once all of it is written; else nothing is left."""
    path = Path(copy.address)
    if any(path.with_name(path.name + end).exists() for end in ("", *REMAINS)):
        mend = t("Choose another name; nothing is ever overwritten.")
        raise opening.refused(copy, "exists", t("The file, or what is left of one, is there already."), mend)
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.part")  # nobody else's, even for the same name
    try:
        yield part
        part.rename(path)
    finally:
        for end in ("", *REMAINS):
            part.with_name(part.name + end).unlink(missing_ok=True)


def _written(connection: sa.Connection, path: Path) -> None:
    """Write all that `connection` sees, one state of a store, into a new store in the file `path`."""
    made = opening.file(path)
    try:
        with made.engine.execution_options(writes=True).begin() as target:
            opening.make(made.kind, target)
            made.kind.suspend(target)
            _copied(connection, target)
            made.kind.resume(target)
            mark = connection.execute(sa.select(tables.about.c.mark)).scalar_one()
            target.execute(sa.update(tables.about).values(mark=mark))
    finally:
        made.engine.dispose()


def _copied(source: sa.Connection, target: sa.Connection) -> int:
    """Write every row of `source` into the empty tables of `target`; return how many rows of data they were."""
    kind = engines.kind(target.dialect.name)
    count = 0
    for table in _kept():
        names = [column.name for column in table.columns]
        stamps = [at for at, column in enumerate(table.columns) if isinstance(column.type, sa.DateTime)]
        for part in _portions(source, table, names):
            kind.insert(target, table, names, [_stamped(row, stamps) for row in part] if stamps else part)
            count += len(part) if table.name in tables.DATA else 0
    return count


def _portions(source: sa.Connection, table: sa.Table, names: list[str]) -> Iterator[list[Row]]:
    """Yield all rows of a table in the order in which they were written, so many at once that they fit anywhere."""
    (number,) = table.primary_key.columns
    asked = sa.select(*tables.shown(table, names)).order_by(number).limit(PORTION)
    part = views.fetch(source, [asked])
    while part:
        yield part
        part = views.fetch(source, [asked.where(number > part[-1][names.index(number.name)])])


def _stamped(row: Row, stamps: list[int]) -> Row:
    """Return a row whose moments are text, as a file keeps them and a server reads them too."""
    cells = list(row)
    for at in stamps:
        if isinstance(cells[at], dt.datetime):
            cells[at] = cells[at].isoformat(sep=" ", timespec="microseconds")
    return tuple(cells)


def _kept() -> list[sa.Table]:
    """Return the tables whose rows make up a store, each after those that it refers to."""
    return [table for table in tables.METADATA.sorted_tables if tables.kept(table)]


def restore(url: str, path: str | Path, t: Translate, *, by: str, now: dt.datetime, replace: bool = False) -> Restored:
    """Put a backup back, all of it or nothing, while others work.

    Parameters
    ----------
    url
        Where: a place without a store, an empty store, or with `replace` any store of this version.
    path
        A file that `backup` wrote.
    t
        Says refusals.
    by, now
        Who does it and when, with its zone; the history tells it where something is replaced.
    replace
        Whether a store that holds something is replaced. First a backup of it is written beside `path`.

    Raises
    ------
    InvalidData
        When the backup is none, is not sound or of another version, or when the store holds something.
    """
    copy = opening.file(Path(path).expanduser().absolute())
    there = opening.found(url, t).path
    if there is not None and there.resolve() == Path(copy.address).resolve():
        message, mend = t("The backup is the store itself."), t("Name the file that “parks backup” wrote.")
        raise opening.refused(copy, "same", message, mend)
    try:
        with opening.said(copy, t), _sound(copy, t) as source:
            place = opening.opened(url, t, create=True, guarded=not replace)
            try:
                with opening.said(place, t), commits.act(place, t) as target:
                    before = _spared(target, place, copy, t, now if replace else None)
                    last = _last(target)
                    rows = _replaced(source, target, place, t)
                    act = Act(by, "restore", Path(path).name, source=Path(path).name)
                    return Restored(rows, None if before is None else _told(target, act, rows, last, now), before)
            finally:
                place.engine.dispose()
    finally:
        copy.engine.dispose()


@contextmanager
def _sound(copy: Place, t: Translate) -> Iterator[sa.Connection]:
    """Lend one state of the sound store of this version in the file `copy`, which is left as it is."""
    path = Path(copy.address)
    if not path.is_file():
        raise opening.refused(copy, "missing", t("There is no such backup."), t("Check the path."))
    if sqlite.is_foreign(path):
        raise refusals.said(copy.address, "not_a_store", t)
    with copy.engine.begin() as connection:
        theirs = opening.refuse_newer(opening.written(connection), copy, t)
        if theirs != tables.REVISION or opening.columns(connection) != tables.fingerprint():
            message = t("The backup was written by an older Parks, or with other tables or columns.")
            mend = t("Take it up first: parks migrate --store {file}", file=path)
            raise opening.refused(copy, "older", message, mend)
        found = soundness.faults(connection, t)
        if found:
            message, mend = t("The backup is not sound and was not put back."), t("Put back an older one.")
            raise InvalidData([Issue("store", "", "", copy.address, "unsound", message, mend), *found])
        yield connection


def _spared(target: sa.Connection, place: Place, copy: Place, t: Translate, now: dt.datetime | None) -> Path | None:
    """Return the backup of what `place` holds, written beside `copy`; None when it holds nothing."""
    if not views.last(target):
        return None
    if now is None:
        message = t("The store holds something already.")
        mend = t("Restore into an empty place, or say --replace: what it holds is then backed up and replaced.")
        raise opening.refused(place, "not_empty", message, mend)
    return backup(place, beside(Path(copy.address), "before", now), t)


def beside(path: Path, mark: str, now: dt.datetime) -> Path:
    """Return a name that is free, beside `path` and like it, with a mark and the time."""
    stem = f"{path.stem}.{mark}-{now:%Y%m%d-%H%M%S}"
    names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    free = (path.with_name(name + path.suffix) for name in names)
    return next(one for one in free if not one.exists())


def _replaced(source: sa.Connection, target: sa.Connection, place: Place, t: Translate) -> int:
    """Let `target` hold what `source` does and nothing else; return how many rows of data that is."""
    kind = place.kind
    whole = not kind.missing(target)
    if whole:
        kind.suspend(target)
    else:  # it lost some: a store to mend
        kind.unguard(target)
    for table in reversed(_kept()):
        target.execute(sa.delete(table))
    if not whole:  # on no rows: there is nothing that stands against them
        for index in _unique():
            index.drop(target, checkfirst=True)
            index.create(target)
        kind.guard(target)
        kind.suspend(target)
    count = _copied(source, target)
    kind.resume(target)
    target.execute(sa.update(tables.about).values(mark=uuid.uuid4().hex))
    gone = kind.missing(target)
    if gone:
        raise opening.unguarded(place, gone, t)
    return count


def _unique() -> list[sa.Index]:
    return [index for table in _kept() for index in table.indexes if index.unique]


def _last(connection: sa.Connection) -> tuple[int, dt.datetime]:
    """Return the number of the last change and when it was recorded."""
    change = tables.change
    asked = sa.select(sa.func.max(change.c.id), sa.func.max(change.c.recorded_at))
    number, recorded_at = connection.execute(asked).one()
    return number or 0, recorded_at or dt.datetime.min  # noqa: DTZ901 - kept without its zone, which is UTC


def _told(target: sa.Connection, act: Act, rows: int, before: tuple[int, dt.datetime], now: dt.datetime) -> int:
    """Write a restore into the history that it brought; return its number.

    That is above all numbers of both histories: whoever kept something by number never finds another thing under it.
    """
    brought = _last(target)
    number = max(before[0], brought[0]) + 1
    moment = max(now.astimezone(dt.UTC).replace(tzinfo=None), before[1], brought[1])
    told = {name: getattr(act, name) for name in Act.__slots__}
    target.execute(sa.insert(tables.change).values(id=number, recorded_at=moment, rows=rows, **told))
    return number
