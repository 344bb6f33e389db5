"""Locked scenarios: who locked one when, and how it is opened again. Nothing is written into it until then."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa

from parks.issues import InvalidData, Issue
from parks.store import tables

if TYPE_CHECKING:
    from parks.store.writing import Writing


def refuse(writing: Writing, name: str, *, approved: bool = True) -> None:
    """Refuse to change the scenario `name` while it is locked; the record is never locked.

    Parameters
    ----------
    writing
        The act under way.
    name
        The scenario; empty is the record.
    approved
        Whether one that was approved is refused too.

    Raises
    ------
    InvalidData
        With who locked or approved it when, and what to do.
    """
    held, change = tables.scenario, tables.change
    found = (
        sa.select(held.c.approved, change.c.who, change.c.recorded_at)
        .join(change, change.c.id == held.c.tx_from)  # a locked row is never written again but to open or approve it
        .where(held.c.name == name, held.c.tx_to.is_(None), held.c.locked)
    )
    row = writing.connection.execute(found).one_or_none() if name else None
    if row is None:
        return
    t, day = writing.t, row.recorded_at.replace(tzinfo=dt.UTC).astimezone().date().isoformat()
    if row.approved is not None:
        if not approved:
            return
        message = t(
            "{who} approved scenario {name} on {day}: it stays as it was approved.", who=row.who, name=name, day=day
        )
        mend = t("Copy it and go on in the copy.")
        raise refused(name, "approved", message, mend)
    message = t("{who} locked scenario {name} on {day}.", who=row.who, name=name, day=day)
    mend = t("Open it again with “Unlock” (parks scenario unlock), or copy it and go on in the copy.")
    raise refused(name, "locked", message, mend)


def refused(name: str, kind: str, message: str, mend: str) -> InvalidData:
    """Return the refusal of an act on the scenario `name`."""
    return InvalidData([Issue("scenarios", name, "name", name, kind, message, mend)])
