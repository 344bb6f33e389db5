"""One act under way: what the history will tell of it, and the transaction that writes all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from parks.issues import InvalidData, Issue
from parks.store import tables, views

if TYPE_CHECKING:
    import datetime as dt

    from parks.words import Translate

NUL = "\x00"
"""A sign that PostgreSQL does not keep, and that no text needs."""
LEASED = ("place", "allocate", "move", "release")
"""What a planner does to leases."""
ACTS = (*LEASED, "remove", "rebase_scenario", "approve_scenario")
"""What the planner who did it takes back by `undo`; rows of `schema.ON_SCREEN` that they have added too."""


def said(what: str, t: Translate) -> str:
    """Return how the history says the code of an act; a code that is none of ours as it is."""
    names = {
        "add": t("Rows written"),
        "import": t("File imported"),
        "place": t("Placed"),
        "allocate": t("Plan accepted"),
        "move": t("Moved"),
        "release": t("Released"),
        "remove": t("Rows removed"),
        "undo": t("Undone"),
        "redo": t("Done again"),
        "take_back": t("Taken back"),
        "create_scenario": t("Scenario made"),
        "copy_scenario": t("Scenario copied"),
        "describe_scenario": t("Note changed"),
        "lock_scenario": t("Scenario locked"),
        "unlock_scenario": t("Scenario opened"),
        "rebase_scenario": t("Scenario brought up to the record"),
        "approve_scenario": t("Scenario approved into the record"),
        "drop_scenario": t("Scenario dropped"),
        "grant_right": t("Right given"),
        "revoke_right": t("Right taken"),
        "restore": t("Restored from a backup"),
    }
    return names.get(what, what)


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody is about to do, as the history tells it.

    Parameters
    ----------
    who
        Who does it.
    what
        Short code: one of those that `said` knows.
    subject
        On what: table, tenants and units, or scenario.
    reason, source
        Why, and from which document.
    scenario
        Where; empty is the record.
    data_day
        Day of the data that it brings.
    undoes
        The change that it takes back.
    """

    who: str
    what: str
    subject: str = ""
    reason: str = ""
    source: str = ""
    scenario: str = ""
    data_day: dt.date | None = None
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Writing:
    """One act under way: all of it is written, or nothing.

    Parameters
    ----------
    connection
        The transaction; it holds the store's only write lock.
    t
        Says a sentence in the language of whoever acts.
    now
        When it is recorded [UTC].
    seen
        Version that the act was decided on; None does not ask what was done since.
    """

    connection: sa.Connection
    t: Translate
    now: dt.datetime
    seen: int | None = None

    def view(self, scenario: str) -> views.View:
        """Return what is seen of `scenario` now."""
        return views.of(self.connection, scenario, views.last(self.connection), self.t)

    def record(self, act: Act, rows: int) -> int:
        """Write `act`, which changes `rows` rows, into the history; return its number.

        Raises
        ------
        InvalidData
            When a text of it holds a sign that not every engine keeps.
        """
        change, t = tables.change, self.t
        for name in Act.__slots__:
            text = getattr(act, name)
            if isinstance(text, str) and NUL in text:
                message = t("The text holds a sign that cannot be seen or kept (NUL).")
                shown = text.replace(NUL, "␀")
                raise InvalidData([Issue("history", "", name, shown, "sign", message, t("Type the text anew."))])
        newest = self.connection.execute(sa.select(sa.func.max(change.c.recorded_at))).scalar_one()
        made = sa.insert(change).values(
            id=views.last(self.connection) + 1,
            recorded_at=max(self.now, newest or self.now),  # a clock set back does not turn the history round
            rows=rows,
            **{name: getattr(act, name) for name in Act.__slots__},
        )
        return int(self.connection.execute(made.returning(change.c.id)).scalar_one())
