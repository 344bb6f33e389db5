"""Opening a store: finding the place, making a new one, refusing what is not safe to use."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from parks.issues import InvalidData, Issue
from parks.store import engines, refusals, sqlite, tables
from parks.store.engines import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parks.words import Translate


def opened(url: str, t: Translate, *, create: bool, guarded: bool = True) -> Place:
    """Return the place of the sound store at `url` (see `parks.store.open`).

    Parameters
    ----------
    url
        File or database.
    t
        Says refusals.
    create
        Whether to make it when there is none.
    guarded
        Whether one that has lost its guards is refused. Only who looks for faults, or mends them, opens it without.
    """
    place = found(url, t)
    try:
        with said(place, t):
            place.kind.find(place, t, create=create)
            _fill(place, t, create=create)
            with place.engine.begin() as connection:
                sound(connection, place, t, guarded=guarded)
            place.kind.settle(place.engine)
    except BaseException:
        place.engine.dispose()
        raise
    return place


def found(url: str, t: Translate) -> Place:
    """Return the place that `url` names; nothing is opened yet."""
    scheme, mark, rest = url.partition("://")
    if not mark or (scheme == "sqlite" and rest.startswith("/") and rest not in ("/", "/:memory:")):
        return file(Path(rest[1:] if mark else url).expanduser().absolute())
    if scheme not in ("postgresql", "postgres"):
        raise refusals.said(scheme + mark, "engine", t)
    from parks.store import postgresql  # only a team pays for the driver

    try:
        full = sa.make_url(f"postgresql://{rest}")
        return Place(postgresql.address(full), engines.kind("postgresql"), postgresql.engine(full))
    except (sa.exc.ArgumentError, ValueError) as fault:
        raise refusals.said(scheme + mark, "engine", t) from fault


def file(path: Path) -> Place:
    """Return the place of the file at `path`; nothing is opened yet."""
    return Place(str(path), engines.kind("sqlite"), sqlite.engine(path), path)


@contextmanager
def said(place: Place, t: Translate) -> Iterator[None]:
    """Say in words what the place refuses; let our own faults through as they are."""
    try:
        yield
    except place.faults as error:
        refusal = place.kind.refusal(error, place, t)
        if refusal is None:
            raise
        raise refusal from error


def _fill(place: Place, t: Translate, *, create: bool) -> None:
    """Make a store where there is nothing; refuse it unless `create`."""
    if place.path is None or place.path.exists():
        with place.engine.begin() as connection:
            empty = place.kind.is_empty(connection)
    else:
        empty = True
    if empty and not create:
        raise refusals.said(place.address, "missing", t)
    if empty:
        with place.engine.execution_options(writes=True, makes=True).begin() as connection:
            if place.kind.is_empty(connection):  # nobody made it while we waited
                make(place.kind, connection)


def make(kind: engines.Kind, connection: sa.Connection) -> None:
    """Make the tables and their guards in an empty place, as one act."""
    tables.BESIDE.create_all(connection)
    tables.METADATA.create_all(connection)
    kind.guard(connection)
    kind.dress(connection)
    connection.execute(sa.insert(tables.revision).values(version_num=tables.REVISION))
    connection.execute(sa.insert(tables.about).values(mark=uuid.uuid4().hex, columns=tables.fingerprint()))


def written(connection: sa.Connection) -> str | None:
    """Return the revision of the store, None when there is none of ours."""
    look = sa.inspect(connection)
    if not (look.has_table(tables.about.name) and look.has_table(tables.change.name)):
        return None
    if not look.has_table(tables.revision.name):
        return "0001"  # the first release had no mark of the migrations
    said = connection.execute(sa.select(tables.revision.c.version_num)).scalars().all()
    return said[0] if len(said) == 1 and said[0].isdecimal() else None


def refuse_newer(theirs: str | None, place: Place, t: Translate) -> str:
    """Return the revision `theirs`; refuse what is no store, or one that a newer Parks wrote."""
    if theirs is None:
        raise refusals.said(place.address, "not_a_store", t)
    if int(theirs) > int(tables.REVISION):
        message = t(
            "The store was written by a newer Parks (format {theirs}, ours is {ours}).",
            theirs=int(theirs),
            ours=int(tables.REVISION),
        )
        raise refused(place, "newer", message, t("Install that version; the store was left as it is."))
    return theirs


def sound(connection: sa.Connection, place: Place, t: Translate, *, guarded: bool = True) -> None:
    """Refuse what is no store of ours, of this version and with all its guards."""
    theirs = refuse_newer(written(connection), place, t)
    if theirs != tables.REVISION or columns(connection) != tables.fingerprint():
        raise refusals.said(place.address, "older", t)
    gone = place.kind.missing(connection) if guarded else []
    if gone:
        raise unguarded(place, gone, t)


def columns(connection: sa.Connection) -> str | None:
    """Return the fingerprint of the columns for which the store was written."""
    return connection.execute(sa.select(tables.about.c.columns)).scalar()


def same(connection: sa.Connection, place: Place, t: Translate) -> None:
    """Refuse to write into a store that somebody took up to another version since it was opened."""
    held = sa.select(tables.revision.c.version_num, sa.select(tables.about.c.columns).scalar_subquery())
    theirs, columns = connection.execute(held).one()
    if theirs != tables.REVISION:
        refuse_newer(theirs, place, t)
    if theirs != tables.REVISION or columns != tables.fingerprint():
        raise refusals.said(place.address, "older", t)


def unguarded(place: Place, names: list[str], t: Translate) -> InvalidData:
    """Return the refusal of a store that has lost the guards `names`."""
    message = t("The store has lost guards that keep its data safe: {names}.", names=", ".join(names))
    mend = t("“parks migrate” puts them back if the data are still sound; if not, put back the last backup.")
    return refused(place, "unguarded", message, mend)


def refused(place: Place, kind: str, message: str, mend: str) -> InvalidData:
    """Return the refusal of a place."""
    return InvalidData([Issue("store", "", "", place.address, kind, message, mend)])
