"""The record itself: the sample, findings, scenarios, backups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from parks import checks
from parks.intake import sample
from parks.issues import Issue
from parks.verbs import printing
from parks.verbs.session import ACTOR

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
    for table, count in sample.load(held.add, by=ACTOR, lang=session.lang):
        printing.say(t("{table}: {count} rows", table=table, count=count))
    printing.say(t("The sample is loaded. It is illustrative: no record of real premises or companies."))
    return 0


def check(session: Session) -> int:
    """Print every finding over the whole store; 1 when there is any."""
    park = session.park(session.store())
    found = checks.check_all(park, session.rules())
    columns = [*Issue.__dataclass_fields__]
    session.out(pd.DataFrame([issue.as_dict() for issue in found], columns=columns))
    t = session.t
    printing.say(t("{count} findings", count=len(found)) if found else t("Nothing to mend."))
    return 1 if found else 0


def scenario(session: Session) -> int:
    """Print the scenarios in force."""
    session.out(session.store().scenarios())
    return 0


def backup(session: Session) -> int:
    """Copy the whole store into a new file."""
    target = session.store().backup(session.options.file)
    printing.say(session.t("The store was copied to {path}.", path=target))
    return 0
