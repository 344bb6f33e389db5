"""Confirming an act: all of it or nothing, also when the connection is lost at the very end."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from parks.issues import InvalidData, Issue
from parks.store import refusals, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parks.store.engines import Place
    from parks.words import Translate

PATIENCE = 10.0
"""How long we try to reach a server again to find out what it confirmed [s]."""
PAUSE = 0.2
"""Between two tries [s]."""


@contextmanager
def act(place: Place, t: Translate) -> Iterator[sa.Connection]:
    """Lend the connection of one act, the only one at a time; confirm it at the end, or take all of it back.

    Raises
    ------
    InvalidData
        When the connection was lost as the act was confirmed, and it was not, or nobody can say.
    """
    newest: sa.Row[Any] | None = None
    try:
        with place.engine.execution_options(writes=True).begin() as connection:
            yield connection
            newest = connection.execute(_change().order_by(tables.change.c.id.desc()).limit(1)).one_or_none()
    except sa.exc.DBAPIError as error:
        if newest is None or not error.connection_invalidated:
            raise
        if not _is_kept(place, newest, t):
            raise refusals.said(place.address, "lost", t) from error


def _change() -> sa.Select[Any]:
    return sa.select(*tables.change.c)


def _is_kept(place: Place, change: sa.Row[Any], t: Translate) -> bool:
    """Return whether the server holds `change`, and with it the act whose confirmation we did not hear."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            # As a writer, so that we wait for an act that the server has not ended yet.
            with place.engine.execution_options(writes=True).begin() as connection:
                found = connection.execute(_change().where(tables.change.c.id == change.id)).one_or_none()
        except place.faults as error:
            if time.monotonic() > until:
                raise refusals.said(place.address, "unsure", t) from error
            time.sleep(PAUSE)
        else:
            return found == change


def refuse_replaced(connection: sa.Connection, seen: int, t: Translate) -> None:
    """Refuse an act that was decided on what a restore has replaced since the version `seen`.

    What else was done since is told by row; a restore may have changed any of them.
    """
    change = tables.change
    found = sa.select(change).where(change.c.what == "restore", change.c.id > seen).order_by(change.c.id.desc())
    row = connection.execute(found.limit(1)).one_or_none()
    if row is not None:
        message = t(
            "{who} has put the store back from the backup {name} since you looked.", who=row.who, name=row.subject
        )
        mend = t("Look at the newest state and decide again.")
        raise InvalidData([Issue("store", "", "", row.subject, "changed", message, mend)])
