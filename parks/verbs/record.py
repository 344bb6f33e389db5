"""The store as a whole: the sample, findings, backups, putting one back, taking it up to this version."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from parks import checks
from parks.intake import sample
from parks.issues import Issue
from parks.store import care
from parks.verbs import printing

if TYPE_CHECKING:
    from parks.verbs.session import Session


def demo(session: Session) -> int:
    """Load the bundled sample into an empty store; a store that holds rows is left as it is."""
    t = session.t
    held = session.store(create=True)
    if not held.is_empty():
        if session.options.if_empty:
            return 0
        message = t("The store holds rows already, and the sample never goes on top of them.")
        mend = t("Choose another file with --store, or move this one away first.")
        raise session.refuse(message, mend, option="--store", value=session.url)
    for table, count in sample.load(held.add, by=session.who, lang=session.lang):
        printing.say(t("{table}: {count} rows", table=table, count=count))
    printing.say(t("The sample is loaded. It is illustrative: no record of real premises or companies."))
    return 0


def check(session: Session) -> int:
    """Print every finding over the whole store, its past, and its rows on the day; 1 when one is more than advice."""
    t = session.t
    found = care.examined(session.url, t)
    if not any(issue.table == "store" for issue in found):  # else it does not open
        with session.store() as held:
            found += checks.check_all(session.park(held), session.rules())
    # What both look at is told once.
    once = {(issue.table, issue.row, issue.column, issue.kind): issue for issue in reversed(found)}
    found = list(reversed(once.values()))
    columns = [*Issue.__dataclass_fields__]
    session.out(pd.DataFrame([issue.as_dict() for issue in found], columns=columns))
    printing.say(t("{count} findings", count=len(found)) if found else t("Nothing to mend."))
    return 1 if any(issue.kind not in checks.ADVICE for issue in found) else 0


def backup(session: Session) -> int:
    """Copy the whole store into a new file."""
    with session.store() as held:
        target = held.backup(session.options.file)
    printing.say(session.t("The store was copied to {path}.", path=target))
    return 0


def restore(session: Session) -> int:
    """Put a backup back, into an empty place or in place of what stands there."""
    t, options = session.t, session.options
    now = dt.datetime.now(tz=dt.UTC)
    done = care.restore(session.url, options.file, t, by=session.who, now=now, replace=options.replace)
    _told(session, dataclasses.asdict(done))
    printing.say(t("{count} rows were put back, with all their past.", count=done.rows))
    if done.before is not None:
        printing.say(t("What the store held before was copied to {path}.", path=done.before))
    return 0


def migrate(session: Session) -> int:
    """Take an older store up to this version."""
    from parks.store import migration  # only this verb pays for Alembic

    t = session.t
    done = migration.migrate(session.url, t, now=dt.datetime.now(tz=dt.UTC), backed_up=session.options.backed_up)
    _told(session, dataclasses.asdict(done))
    if done.nothing:
        printing.say(t("There is nothing to do: the store is of this version."))
        return 0
    printing.say(t("The store was taken up from version {before} to {now}.", before=done.before, now=done.now))
    for names, message in (
        (done.gained, t("New: {names}.", names=", ".join(done.gained))),
        (done.guards, t("Guards put back: {names}.", names=", ".join(done.guards))),
    ):
        if names:
            printing.say(message)
    if done.backup is not None:
        printing.say(t("What the store held before was copied to {path}.", path=done.backup))
    return 0


def _told(session: Session, done: dict[str, Any]) -> None:
    """Print what was done as an object, where programs read it."""
    if session.form != "table":
        printing.fields(
            {name: str(cell) if isinstance(cell, Path) else cell for name, cell in done.items()},
            session.form,
            session.t,
        )
