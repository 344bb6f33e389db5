"""What can be asked of a store: snapshots, scenarios, the history, the rows as they are kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd
import sqlalchemy as sa

from parks.store import audit, care, history, intakes, merging, rights, scenarios, shots, tables, views
from parks.store.handle import Handle
from parks.store.writing import Writing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from parks.issues import Issue
    from parks.snapshot import Snapshot


@dataclass(frozen=True)
class Reader(Handle):
    """What can be asked of a store; nothing here writes."""

    @property
    def version(self) -> int:
        """Number of the last change, 0 when there is none: a cache key for all that is computed from the store."""
        with self.reading() as connection:
            return views.last(connection)

    def is_empty(self) -> bool:
        """Return whether the record holds no row now."""
        with self.reading() as connection:
            return not any(
                connection.execute(
                    sa.exists().where(table.c.scenario == "", table.c.tx_to.is_(None)).select()
                ).scalar_one()
                for table in tables.DATA.values()
            )

    def data_day(self) -> dt.date | None:
        """Return the newest day from which the record has data, None when no source gives a plain day."""
        with self.reading() as connection:
            return history.data_day(connection)

    def as_of(self, day: dt.date, scenario: str | None = None, known_on: dt.date | None = None) -> Snapshot:
        """Return every table as it stood on `day`; the same frames again while nothing touched them.

        Parameters
        ----------
        day
            The day it shows.
        scenario
            The scenario laid over the record as that was at the scenario's base; None is the record.
        known_on
            Show what was known at the end of that day (of this machine's clock); None is now.

        Raises
        ------
        InvalidData
            When there is, or was, no such scenario.
        """
        with self.reading() as connection:
            known = views.last(connection) if known_on is None else history.known(connection, known_on)
            view = views.of(connection, scenario or "", known, self.t)
            return shots.shot(connection, view, day, self.cache, known_on)

    def whole(self, day: dt.date, scenario: str | None = None, known_on: dt.date | None = None) -> Snapshot:
        """Return what stands on `day`, with the leases of all days: what a file is weighed against."""
        shown = self.as_of(day, scenario, known_on)
        return replace(shown, leases=self.as_of(tables.ALWAYS, scenario, known_on).leases)

    def refused(self, leases: pd.DataFrame, scenario: str | None = None) -> tuple[Issue, ...]:
        """Return why leases (whole rows) could not be written: who holds their units on those days."""
        with self.reading() as connection:
            return intakes.refused(Writing(connection, self.t, self.clock()), leases, scenario or "")

    def receipts(self, digest: str | None = None) -> pd.DataFrame:
        """Return what imports have brought, the newest first; only of the file with a `digest` (SHA-256) if given."""
        with self.reading() as connection:
            return intakes.receipts(connection, digest)

    def remembered(self, family: str, table: str) -> dict[str, str]:
        """Return heading → our column, as confirmed for the files of a source before."""
        with self.reading() as connection:
            return intakes.remembered(connection, family, table)

    def written(self, change: int | None) -> int:
        """Return how many rows a change wrote or ended; 0 for None, what `add` returns when nothing is new."""
        with self.reading() as connection:
            found = sa.select(tables.change.c.rows).where(tables.change.c.id == change)
            return connection.execute(found).scalar_one_or_none() or 0

    def undoable(self, *, by: str, scenario: str | None = None) -> int | None:
        """Return the change that `undo` would take back, None when there is none."""
        with self.reading() as connection:
            return history.undoable(connection, by, scenario or "")

    def redoable(self, *, by: str, scenario: str | None = None) -> int | None:
        """Return the change that `redo` would take back, None when there is none."""
        with self.reading() as connection:
            return history.redoable(connection, by, scenario or "")

    def scenarios(self) -> pd.DataFrame:
        """Return the scenarios in force: name, note, created_at (UTC), by, base, placements, … (`scenarios.frame`)."""
        with self.reading() as connection:
            return scenarios.frame(connection)

    def differences(self, scenario: str) -> pd.DataFrame:
        """Return what a scenario changes in the record as it was at its base (see `merging.differences`)."""
        with self.reading() as connection:
            return merging.differences(connection, views.of(connection, scenario, views.last(connection), self.t))

    def conflicts(self, scenario: str, choices: Mapping[str, str] | None = None) -> pd.DataFrame:
        """Return where a scenario and what the record has done since its base cannot both be, one row a conflict.

        `choices`, as in `rebase`, leave out what they decide and add what they bring about. See `conflicts.frame`.
        """
        with self.reading() as connection:
            view = views.of(connection, scenario, views.last(connection), self.t)
            return merging.frame(connection, view, choices)

    def rights(self) -> pd.DataFrame:
        """Return who may do what not everybody may: who, may, since (UTC), by. While it is empty, everybody may."""
        with self.reading() as connection:
            return rights.frame(connection)

    def changes(
        self, limit: int | None = 200, scenario: str | None = None, *, everywhere: bool = False
    ) -> pd.DataFrame:
        """Return the newest changes (None: all) of a scenario, of the record, or `everywhere`: see `audit.changes`."""
        with self.reading() as connection:
            return audit.changes(connection, audit.Asked(limit, scenario=None if everywhere else scenario or ""))

    def audit(self, asked: audit.Asked | None = None) -> pd.DataFrame:
        """Return the changes that answer `asked`, newest first, each with what stood before and after in words."""
        with self.reading() as connection:
            return audit.frame(connection, asked or audit.Asked(), self.t)

    def entries(self, changes: Sequence[int]) -> pd.DataFrame:
        """Return every row that the changes wrote or ended, with what stood before and after (`audit.entries`)."""
        with self.reading() as connection:
            return audit.entries(connection, changes)

    def between(self, since: int, until: int, scenario: str | None = None) -> pd.DataFrame:
        """Return which change last touched each row between two beliefs: table, key, change_id, who, recorded_at."""
        with self.reading() as connection:
            return audit.between(connection, since, until, scenario or "")

    def export_rows(self, table: str) -> pd.DataFrame:
        """Return every row of `table` ever recorded, as kept: scenario, tx_from, tx_to name the changes."""
        held = tables.DATA[table]
        names = [column.name for column in held.columns]
        with self.reading() as connection:
            found = views.fetch(connection, [sa.select(*tables.shown(held, names)).order_by(held.c.row_id)])
        return pd.DataFrame(found, columns=names, dtype="object")

    def backup(self, path: str | Path) -> Path:
        """Copy the whole store to a new file while others work; return its path.

        Raises
        ------
        InvalidData
            When the file is there already, or cannot be written.
        """
        return care.backup(self.home, path, self.t)
