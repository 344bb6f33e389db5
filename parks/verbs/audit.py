"""The audit: who changed what, when and why, row by row if asked; and taking a change back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parks.output import tables
from parks.store import audit as records
from parks.verbs import files, printing
from parks.verbs.session import RECORD

if TYPE_CHECKING:
    import pandas as pd

    from parks.verbs.session import Session

SHOWN = ["change_id", "recorded_at", "who", "what", "subject", "before", "after", "reason", "scenario", "undone"]
"""Columns of an entry that fit on a screen; JSON, CSV and files have them all."""


def audit(session: Session) -> int:
    """Print the changes that are asked for, newest first, or every row that they changed; or write them to a file."""
    options, t = session.options, session.t
    path = files.free(session) if options.output else None
    with session.store() as held:
        found = held.audit(_asked(session))
        if options.rows:
            found = held.entries(found["change_id"].tolist())
    found = _timed(found)
    if path is None:
        short = session.form == "table" and not options.rows
        session.out(found[SHOWN] if short else found)
    else:
        tables.write(path, found, lang=session.lang)
        printing.say(t("Written: {path}", path=path))
    return 0


def take_back(session: Session) -> int:
    """Put back what stood before a change."""
    number, t = session.options.change, session.t
    with session.store() as held:
        made = held.take_back(number, by=session.who, reason=session.options.reason)
    printing.say(t("Change {change} was taken back as change {made}.", change=number, made=made))
    return 0


def _asked(session: Session) -> records.Asked:
    options = session.options
    return records.Asked(
        limit=options.limit,
        who=options.who,
        what=options.what,
        scenario="" if options.scenario == RECORD else options.scenario,
        since=options.since,
        until=options.until,
        text=options.text,
    )


def _timed(found: pd.DataFrame) -> pd.DataFrame:
    """Return the changes with the moment of each as text: tables and files keep no more than the day of a moment."""
    return found.assign(recorded_at=found["recorded_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ").astype("string"))
