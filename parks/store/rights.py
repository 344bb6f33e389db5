"""Rights: who may take a scenario into the record. Names are what people say of themselves, until there is a login."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import sqlalchemy as sa

from parks.issues import InvalidData, Issue
from parks.store import tables
from parks.store.writing import Act

if TYPE_CHECKING:
    from parks.store.writing import Writing

APPROVE = "approve"
"""To take a scenario into the record; and, once somebody holds it, to give it and take it away."""
RIGHTS = (APPROVE,)


def frame(connection: sa.Connection) -> pd.DataFrame:
    """Return the rights in force: who, may, since (UTC), by whom given. While nobody holds one, everybody does."""
    held, change = tables.right, tables.change
    found = (
        sa.select(held.c.who, held.c.may, change.c.recorded_at, change.c.who.label("by"))
        .join(change, change.c.id == held.c.tx_from)
        .where(held.c.tx_to.is_(None))
        .order_by(held.c.may, held.c.who)
    )
    names = {"who": "string", "may": "string", "since": "datetime64[us]", "by": "string"}
    read = pd.DataFrame(connection.execute(found).fetchall(), columns=list(names)).astype(names)
    read["since"] = read["since"].dt.tz_localize("UTC")
    return read


def holders(connection: sa.Connection, may: str = APPROVE) -> list[str]:
    """Return who holds the right `may`; nobody means everybody."""
    held = tables.right
    found = sa.select(held.c.who).where(held.c.may == may, held.c.tx_to.is_(None)).order_by(held.c.who)
    return list(connection.execute(found).scalars())


def refuse(writing: Writing, who: str, may: str = APPROVE) -> None:
    """Refuse `who` where others hold the right `may` and they do not.

    Raises
    ------
    InvalidData
        With the names of those who hold it.
    """
    named = holders(writing.connection, may)
    if named and who not in named:
        t = writing.t
        message = t("{who} may not approve scenarios, nor say who may: {names} may.", who=who, names=", ".join(named))
        raise _refused(who, message, t("Ask one of them to do it, or to give you the right."), "right")


def grant(writing: Writing, who: str, may: str, by: str) -> int:
    """Give `who` the right `may`; return the number of the change.

    Raises
    ------
    InvalidData
        When `by` may not, there is no such right, nobody is named, or they hold it already.
    """
    t = writing.t
    _allowed(writing, may, by)
    if not who.strip():
        raise _refused(who, t("Nobody is named."), t("Say who gets the right."), "missing")
    if who in holders(writing.connection, may):
        raise _refused(who, t("{who} holds this right already.", who=who), t("Nothing is needed."), "doubled")
    change = writing.record(Act(by, "grant_right", who), 0)
    writing.connection.execute(sa.insert(tables.right).values(who=who, may=may, tx_from=change))
    return change


def revoke(writing: Writing, who: str, may: str, by: str) -> int:
    """Take the right `may` from `who`; with the last holder it is everybody's again. Return the number of the change.

    Raises
    ------
    InvalidData
        When `by` may not, there is no such right, or `who` does not hold it.
    """
    t, held = writing.t, tables.right
    _allowed(writing, may, by)
    if who not in holders(writing.connection, may):
        message = t("{who} does not hold this right.", who=who)
        raise _refused(who, message, t("Choose one of those who hold it."), "unknown")
    change = writing.record(Act(by, "revoke_right", who), 0)
    ended = sa.update(held).where(held.c.who == who, held.c.may == may, held.c.tx_to.is_(None))
    writing.connection.execute(ended.values(tx_to=change))
    return change


def _allowed(writing: Writing, may: str, by: str) -> None:
    if may not in RIGHTS:
        t = writing.t
        mend = t("Use one of: {rights}.", rights=", ".join(RIGHTS))
        raise _refused(may, t("There is no such right."), mend, "unknown")
    refuse(writing, by, may)


def _refused(who: str, message: str, mend: str, kind: str) -> InvalidData:
    return InvalidData([Issue("rights", who, "who", who, kind, message, mend)])
