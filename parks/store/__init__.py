"""The store: dated rows with their source, never overwritten, on one file."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pandas as pd
import sqlalchemy as sa

from parks import words
from parks.store import acts, entries, history, opening, scenarios, sqlite, tables, views
from parks.store.writing import Act, Writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType

    from parks.snapshot import Snapshot
    from parks.words import Translate

__all__ = ["Store", "open"]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def open(  # noqa: A001 - read as store.open
    url: str | Path,
    *,
    create: bool = True,
    lang: str = "en",
    clock: Callable[[], dt.datetime] = _now,
) -> Store:
    """Return the store at `url`, made when there is none.

    Parameters
    ----------
    url
        Path of the file, or ``sqlite:///`` and the path.
    create
        Whether to make it when there is none.
    lang
        Language of refusals: ``zh`` or ``en``.
    clock
        Tells the present moment, with its zone.

    Raises
    ------
    InvalidData
        When it cannot be used: no store, of another version, without its guards, not to be written there.
    """
    t = words.translator(lang)
    path, engine = opening.opened(str(url), t, create=create)
    return Store(path, engine, t, clock)


@dataclass(frozen=True)
class Store:
    """A thin handle on one open store; safe to share between threads.

    Parameters
    ----------
    path
        The file.
    engine
        The database.
    t
        Says refusals in the reader's language.
    clock
        Tells the present moment, with its zone.
    cache
        Frames last read.
    """

    path: Path
    engine: sa.Engine
    t: Translate
    clock: Callable[[], dt.datetime]
    cache: views.Cache = field(default_factory=views.Cache)

    def speaking(self, lang: str) -> Store:
        """Return the same store, whose refusals are said in `lang`."""
        return replace(self, t=words.translator(lang))

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the file."""
        self.close()

    @property
    def version(self) -> int:
        """Number of the last change, 0 when there is none: a cache key for all that is computed from the store."""
        with self._reading() as connection:
            return views.last(connection)

    def is_empty(self) -> bool:
        """Return whether the record holds no row now."""
        with self._reading() as connection:
            return not any(
                connection.execute(
                    sa.exists().where(table.c.scenario == "", table.c.tx_to.is_(None)).select()
                ).scalar_one()
                for table in tables.DATA.values()
            )

    def data_day(self) -> dt.date | None:
        """Return the newest day from which the record has data, None when no source gives a plain day."""
        with self._reading() as connection:
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
        with self._reading() as connection:
            known = views.last(connection) if known_on is None else history.known(connection, known_on)
            view = views.of(connection, scenario or "", known, self.t)
            return views.shot(connection, view, day, self.cache, known_on)

    def add(  # noqa: PLR0913 - each is said by name
        self,
        table: str,
        frame: pd.DataFrame,
        *,
        source: str,
        by: str,
        reason: str = "",
        valid_from: dt.date | None = None,
        scenario: str | None = None,
        data_day: dt.date | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> int | None:
        """Write rows by key as one change: the same are left, others end what stood. Return its number, or None.

        Parameters
        ----------
        table
            One of `schema.TABLES`.
        frame
            Any columns of it; those missing are unknown. Rows without a source get `source`.
        source, by, reason
            Document, person, why.
        valid_from
            Day from which the rows are so (not for leases, which say it); None is always.
        scenario
            Where; None is the record.
        data_day
            Day of the data; None is the newest plain `source_date`.
        progress
            Told how many of how many rows are written.

        Raises
        ------
        InvalidData
            With every row that cannot be kept. Then nothing is written.
        """
        act = Act(by, "add", table, reason, source, scenario or "", data_day)
        with self._writing() as writing:
            return entries.add(writing, table, frame, act, (valid_from or tables.ALWAYS).isoformat(), progress)

    def written(self, change: int | None) -> int:
        """Return how many rows a change wrote or ended; 0 for None, what `add` returns when nothing is new."""
        with self._reading() as connection:
            found = sa.select(tables.change.c.rows).where(tables.change.c.id == change)
            return connection.execute(found).scalar_one_or_none() or 0

    def place(
        self,
        unit_ids: Sequence[str],
        tenant_id: str | None,
        *,
        valid_from: dt.date,
        valid_to: dt.date | None = None,
        state: str = "reserved",
        reason: str,
        by: str,
        scenario: str | None = None,
    ) -> int:
        """Give units to a tenant (None for space locked or under renovation); return the number of the change.

        Raises
        ------
        InvalidData
            When a unit is held: by whom, until when, what to do. Then nothing is written.
        """
        units = list(dict.fromkeys(unit_ids))
        row = {"tenant_id": tenant_id, "valid_from": valid_from, "valid_to": valid_to, "state": state}
        wanted = pd.DataFrame([row | {"unit_id": unit} for unit in units], dtype="object")
        with self._writing() as writing:
            return acts.place(writing, wanted, Act(by, "place", "", reason, acts.SOURCE, scenario or ""))

    def place_all(
        self, assignments: pd.DataFrame, *, reason: str, by: str, scenario: str | None = None, state: str = "reserved"
    ) -> int:
        """Write a whole allocation as one change: all of it or nothing; return its number.

        Parameters
        ----------
        assignments
            unit_id, tenant_id, valid_from; valid_to, state, reason where they are known.
        reason, by, scenario
            Why, who, where (None is the record).
        state
            State of rows that bring none.
        """
        told = (
            assignments["state"] if "state" in assignments else pd.Series(None, index=assignments.index, dtype="string")
        )
        wanted = assignments.assign(state=told.fillna(state))
        with self._writing() as writing:
            return acts.place(writing, wanted, Act(by, "allocate", "", reason, acts.SOURCE, scenario or ""))

    def move(
        self,
        leases: str | Sequence[str],
        unit_ids: Sequence[str],
        *,
        on: dt.date,
        reason: str,
        by: str,
        scenario: str | None = None,
    ) -> int:
        """Move leases (a list of ids, or one tenant's id) to other units from `on`; return the number of the change."""
        with self._writing() as writing:
            return acts.move(writing, leases, unit_ids, on, Act(by, "move", "", reason, acts.SOURCE, scenario or ""))

    def release(
        self, lease_ids: Sequence[str], *, on: dt.date, reason: str, by: str, scenario: str | None = None
    ) -> int:
        """End leases on `on`, the day after the last; take away what has not begun. Return the number of the change."""
        with self._writing() as writing:
            return acts.release(writing, lease_ids, on, Act(by, "release", "", reason, acts.SOURCE, scenario or ""))

    def undo(self, *, by: str, scenario: str | None = None) -> int:
        """Take back the last act of `by`, unless somebody built on it; return the number of the change that does it."""
        with self._writing() as writing:
            return history.undo(writing, by, scenario or "")

    def redo(self, *, by: str, scenario: str | None = None) -> int:
        """Do again what `by` last took back; return the number of the change that does it."""
        with self._writing() as writing:
            return history.redo(writing, by, scenario or "")

    def undoable(self, *, by: str, scenario: str | None = None) -> int | None:
        """Return the change that `undo` would take back, None when there is none."""
        with self._reading() as connection:
            return history.undoable(connection, by, scenario or "")

    def redoable(self, *, by: str, scenario: str | None = None) -> int | None:
        """Return the change that `redo` would take back, None when there is none."""
        with self._reading() as connection:
            return history.redoable(connection, by, scenario or "")

    def scenarios(self) -> pd.DataFrame:
        """Return the scenarios in force: name, note, created_at (UTC), by, base, placements."""
        with self._reading() as connection:
            return scenarios.frame(connection)

    def create_scenario(self, name: str, *, by: str, note: str = "") -> int:
        """Make a scenario over the record as it stands now; return the number of the change."""
        with self._writing() as writing:
            return scenarios.create(writing, scenarios.told(by, "create_scenario", name), note=note)

    def copy_scenario(self, name: str, new: str, *, by: str, note: str = "") -> int:
        """Make the scenario `new` as a copy of `name`; return the number of the change."""
        with self._writing() as writing:
            return scenarios.copy(writing, scenarios.told(by, "copy_scenario", new, f"{name} → {new}"), name, note=note)

    def drop_scenario(self, name: str, *, by: str) -> int:
        """End a scenario; return the number of the change."""
        with self._writing() as writing:
            return scenarios.drop(writing, scenarios.told(by, "drop_scenario", name))

    def changes(self, limit: int = 200, scenario: str | None = None, *, everywhere: bool = False) -> pd.DataFrame:
        """Return the newest changes, newest first: the columns of `tables.change`, and whether each is `undone` now.

        Parameters
        ----------
        limit
            Most rows.
        scenario
            Of this scenario; None is the record.
        everywhere
            Of the record and all scenarios instead.
        """
        with self._reading() as connection:
            return history.frame(connection, limit, None if everywhere else scenario or "")

    def export_rows(self, table: str) -> pd.DataFrame:
        """Return every row of `table` ever recorded, as kept: scenario, tx_from, tx_to name the changes."""
        held = tables.DATA[table]
        names = [column.name for column in held.columns]
        with self._reading() as connection:
            found = views.fetch(connection, [sa.select(held).order_by(held.c.row_id)])
        return pd.DataFrame(found, columns=names, dtype="object")

    def backup(self, path: str | Path) -> Path:
        """Copy the whole store to a new file while others work; return its path.

        Raises
        ------
        InvalidData
            When the file is there already, or cannot be written.
        """
        target = Path(path)
        with opening.said(target, self.t):
            if target.exists():
                mend = self.t("Choose another name; nothing is ever overwritten.")
                raise opening.refused(target, "exists", self.t("The file is there already."), mend)
            sqlite.backup(self.path, target)
        return target

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with opening.said(self.path, self.t), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Writing]:
        with opening.said(self.path, self.t), self.engine.execution_options(writes=True).begin() as connection:
            now = self.clock().astimezone(dt.UTC).replace(tzinfo=None)
            yield Writing(connection, self.t, now)
