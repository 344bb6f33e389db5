"""Taking an older store up to the layout and the columns of this Parks, all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from parks.issues import InvalidData, Issue
from parks.store import care, gains, opening, refusals, soundness, tables

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from parks.store.engines import Place
    from parks.words import Translate


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a migration did.

    Parameters
    ----------
    before, now
        Revision of the layout.
    gained
        Tables and columns (``table.column``) that the schema has gained since.
    guards
        Guards that were missing or others, and are in force again.
    backup
        Copy of the store as it was; None where there was nothing to do, or the server's own tools made one.
    nothing
        Whether there was nothing to do.
    """

    before: str
    now: str
    gained: list[str]
    guards: list[str]
    backup: Path | None
    nothing: bool = False


def migrate(url: str, t: Translate, *, now: dt.datetime, backed_up: bool = False) -> Migrated:
    """Take the store at `url` up: its layout, what `data/schema/` has gained, its guards.

    Parameters
    ----------
    url
        File or database.
    t
        Says refusals.
    now
        The present moment; names the backup.
    backed_up
        Whether whoever asks has made a backup with the server's own tools; of a file we make one ourselves.

    Raises
    ------
    InvalidData
        When there is no store or a newer one, or when it cannot be taken up. Then it is as it was.
    """
    place = opening.found(url, t)
    try:
        with opening.said(place, t):
            place.kind.find(place, t, create=False)
            before, todo = _looked_at(place, t)
            if todo and place.path is None and not backed_up:
                message = t("A migration of a database begins with a backup by the server's own tools (pg_dump).")
                mend = t("Make one, then say so with --backed-up; nothing was changed.")
                raise opening.refused(place, "backup", message, mend)
            with place.engine.execution_options(writes=True).begin() as connection:
                if not todo:
                    place.kind.dress(connection)  # the server may have learnt to show them since
                    return Migrated(before, before, [], [], None, nothing=True)
                done = _migrated(connection, place, t, now)
            place.kind.settle(place.engine)
        return done
    finally:
        place.engine.dispose()


def _looked_at(place: Place, t: Translate) -> tuple[str, bool]:
    """Return the revision of the store and whether there is anything to do; refuse what is none, or a newer one."""
    if place.path is not None and not place.path.exists():
        raise refusals.said(place.address, "missing", t)
    with place.engine.begin() as connection:
        if place.kind.is_empty(connection):
            raise refusals.said(place.address, "missing", t)
        theirs = opening.refuse_newer(opening.written(connection), place, t)
        older = theirs != tables.REVISION or opening.columns(connection) != tables.fingerprint()
        return theirs, older or bool(place.kind.missing(connection))


def _migrated(connection: sa.Connection, place: Place, t: Translate, now: dt.datetime) -> Migrated:
    """Take the store up within the one transaction of `connection`."""
    kind = place.kind
    before = opening.refuse_newer(opening.written(connection), place, t)  # somebody may have done it while we waited
    lost = kind.missing(connection) if before == tables.REVISION else []
    copy = None
    if place.path is not None:
        copy = care.backup(place, care.beside(place.path, before, now), t)
    given = kind.undress(connection)
    kind.unguard(connection)
    _upgraded(connection)
    gained = gains.take_up(connection, t)
    found = soundness.past(connection, t)
    if found:
        message = t("The store is not sound and was left as it was.")
        mend = t("Put back the last backup.")
        raise InvalidData([Issue("store", "", "", place.address, "unsound", message, mend), *found])
    gains.index(connection)
    kind.guard(connection)
    kind.dress(connection, given)
    connection.execute(sa.update(tables.about).values(columns=tables.fingerprint()))
    gone = kind.missing(connection)
    if gone:
        raise opening.unguarded(place, gone, t)
    return Migrated(before, tables.REVISION, gained, lost, copy)


def _upgraded(connection: sa.Connection) -> None:
    """Run the revisions that the store lacks."""
    config = Config()
    config.set_main_option("script_location", "parks.store:migrations")
    config.attributes["connection"] = connection
    if not sa.inspect(connection).has_table(tables.revision.name):
        command.stamp(config, "0001")  # the first release had no mark of the migrations
    command.upgrade(config, "head")
