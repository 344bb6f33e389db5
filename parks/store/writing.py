"""One act under way: what the history will tell of it, and the transaction that writes all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from parks.store import tables, views

if TYPE_CHECKING:
    import datetime as dt

    from parks.words import Translate


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody is about to do, as the history tells it.

    Parameters
    ----------
    who
        Who does it.
    what
        Short code: one of `history.ACTS`, ``add``, ``undo``, ``redo``, or ``create_``, ``copy_``, ``drop_scenario``.
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
    """

    connection: sa.Connection
    t: Translate
    now: dt.datetime

    def view(self, scenario: str) -> views.View:
        """Return what is seen of `scenario` now."""
        return views.of(self.connection, scenario, views.last(self.connection), self.t)

    def record(self, act: Act, rows: int) -> int:
        """Write `act`, which changes `rows` rows, into the history; return its number."""
        change = tables.change
        newest = self.connection.execute(sa.select(sa.func.max(change.c.recorded_at))).scalar_one()
        made = sa.insert(change).values(
            id=views.last(self.connection) + 1,
            recorded_at=max(self.now, newest or self.now),  # a clock set back does not turn the history round
            rows=rows,
            **{name: getattr(act, name) for name in Act.__slots__},
        )
        return int(self.connection.execute(made.returning(change.c.id)).scalar_one())
