"""The store: dated rows with their source, never overwritten, on one file or on a server."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from parks import words
from parks.store import acts, entries, history, intakes, merging, opening, removal, rights, scenarios, tables
from parks.store.reading import Reader
from parks.store.writing import Act

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


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
        Path of a file, or ``sqlite:///`` and the path; or ``postgresql://user:password@host/database``.
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
    return Store(opening.opened(str(url), t, create=create), t, clock)


@dataclass(frozen=True)
class Store(Reader):
    """What can be asked of a store and done in it; safe to share between threads."""

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
        seen: int | None = None,
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
        seen
            As in `place`.
        progress
            Told how many of how many rows are written.

        Raises
        ------
        InvalidData
            With every row that cannot be kept. Then nothing is written.
        """
        act = Act(by, "add", table, reason, source, scenario or "", data_day)
        with self.writing(seen) as writing:
            return entries.add(writing, table, frame, act, (valid_from or tables.ALWAYS).isoformat(), progress)

    def take_in(  # noqa: PLR0913 - each is said by name
        self,
        parts: Sequence[intakes.Intake],
        file: intakes.File,
        *,
        source: str,
        by: str,
        reason: str = "",
        since: dt.date | None = None,
        scenario: str | None = None,
        data_day: dt.date | None = None,
        seen: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> int | None:
        """Write the tables of a file as one change; return its number, or None when nothing is new.

        Parameters
        ----------
        parts, file
            What was brought (see `intakes`).
        source, by, reason
            Document, person, why.
        since
            Day from which what the file changes or ends is so; None is always. What is new has always been so.
        scenario, data_day, seen, progress
            As in `add`.

        Raises
        ------
        InvalidData
            With every row that cannot be kept. Then nothing is written.
        """
        act = Act(by, "import", file.name, reason, source, scenario or "", data_day)
        with self.writing(seen) as writing:
            day = (since or tables.ALWAYS).isoformat()
            return intakes.take_in(writing, parts, file, act, day, progress)

    def remove(
        self,
        table: str,
        keys: Sequence[str],
        *,
        by: str,
        reason: str,
        scenario: str | None = None,
        seen: int | None = None,
    ) -> int:
        """Take rows out again, at every day, as one change; return its number.

        What was known of them stays known (`as_of` with ``known_on``). A lease that was so until a day is released.

        Parameters
        ----------
        table, keys
            One of `schema.TABLES`, and the keys of its rows.
        by, reason, scenario, seen
            As in `place`.

        Raises
        ------
        InvalidData
            With every key that is not known, and every one that other rows name. Then nothing is written.
        """
        with self.writing(seen) as writing:
            return removal.remove(writing, table, keys, Act(by, "remove", table, reason, acts.SOURCE, scenario or ""))

    def place(  # noqa: PLR0913 - each is said by name
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
        seen: int | None = None,
    ) -> int:
        """Give units to a tenant (None for space locked or under renovation); return the number of the change.

        Parameters
        ----------
        unit_ids, tenant_id, valid_from, valid_to, state
            What is let to whom, from when to the day before when (None is open), and how firmly.
        reason, by, scenario
            Why, who, where (None is the record).
        seen
            `Snapshot.version` of what the planner looked at. What anybody has done since to the same units, company
            or leases is refused with an issue of kind ``changed`` that tells it; with the newer version it goes
            through. None does not ask.

        Raises
        ------
        InvalidData
            When a unit is held: by whom, until when, what to do. Then nothing is written.
        """
        units = list(dict.fromkeys(unit_ids))
        row = {"tenant_id": tenant_id, "valid_from": valid_from, "valid_to": valid_to, "state": state}
        wanted = pd.DataFrame([row | {"unit_id": unit} for unit in units], dtype="object")
        with self.writing(seen) as writing:
            return acts.place(writing, wanted, Act(by, "place", "", reason, acts.SOURCE, scenario or ""))

    def place_all(
        self,
        assignments: pd.DataFrame,
        *,
        reason: str,
        by: str,
        scenario: str | None = None,
        state: str = "reserved",
        seen: int | None = None,
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
        seen
            As in `place`.
        """
        told = (
            assignments["state"] if "state" in assignments else pd.Series(None, index=assignments.index, dtype="string")
        )
        wanted = assignments.assign(state=told.fillna(state))
        with self.writing(seen) as writing:
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
        seen: int | None = None,
    ) -> int:
        """Move leases (a list of ids, or one tenant's id) to other units from `on`; return the number of the change."""
        with self.writing(seen) as writing:
            return acts.move(writing, leases, unit_ids, on, Act(by, "move", "", reason, acts.SOURCE, scenario or ""))

    def release(
        self,
        lease_ids: Sequence[str],
        *,
        on: dt.date,
        reason: str,
        by: str,
        scenario: str | None = None,
        seen: int | None = None,
    ) -> int:
        """End leases on `on`, the day after the last; take away what has not begun. Return the number of the change."""
        with self.writing(seen) as writing:
            return acts.release(writing, lease_ids, on, Act(by, "release", "", reason, acts.SOURCE, scenario or ""))

    def undo(self, *, by: str, scenario: str | None = None) -> int:
        """Take back the last act of `by`, unless somebody built on it; return the number of the change that does it."""
        with self.writing() as writing:
            return history.undo(writing, by, scenario or "")

    def redo(self, *, by: str, scenario: str | None = None) -> int:
        """Do again what `by` last took back; return the number of the change that does it."""
        with self.writing() as writing:
            return history.redo(writing, by, scenario or "")

    def take_back(self, change: int, *, by: str, reason: str = "") -> int:
        """Put back what stood before a change, whoever did it, unless somebody built on it; return the new change."""
        with self.writing() as writing:
            return history.take_back(writing, change, by, reason)

    def create_scenario(self, name: str, *, by: str, note: str = "") -> int:
        """Make a scenario over the record as it stands now; return the number of the change."""
        with self.writing() as writing:
            return scenarios.create(writing, scenarios.told(by, "create_scenario", name), note=note)

    def copy_scenario(self, name: str, new: str, *, by: str, note: str = "") -> int:
        """Make the scenario `new` as a copy of `name`; return the number of the change."""
        with self.writing() as writing:
            return scenarios.copy(writing, scenarios.told(by, "copy_scenario", new, f"{name} → {new}"), name, note=note)

    def describe_scenario(self, name: str, note: str, *, by: str) -> int:
        """Give a scenario another note; return the number of the change."""
        with self.writing() as writing:
            return scenarios.describe(writing, scenarios.told(by, "describe_scenario", name), note)

    def lock_scenario(self, name: str, *, by: str, locked: bool = True) -> int:
        """Make a scenario read-only, or open it again; return the number of the change."""
        with self.writing() as writing:
            what = "lock_scenario" if locked else "unlock_scenario"
            return scenarios.lock(writing, scenarios.told(by, what, name), locked=locked)

    def drop_scenario(self, name: str, *, by: str, seen: int | None = None) -> int:
        """End a scenario that is not locked; return the number of the change. `seen` as in `place`, of the scenario."""
        with self.writing(seen) as writing:
            return scenarios.drop(writing, scenarios.told(by, "drop_scenario", name))

    def rebase(
        self, scenario: str, *, by: str, choices: Mapping[str, str] | None = None, seen: int | None = None
    ) -> int:
        """Lay a scenario over the record as it is now; return the number of the change.

        Parameters
        ----------
        scenario, by
            Which, who.
        choices
            Conflict (its id in `conflicts`) → ``mine`` or ``theirs``. Nothing is forced.
        seen
            As in `place`: of the scenario, and of the record's rows about which a choice was made.

        Raises
        ------
        InvalidData
            With every conflict that has no choice yet. Then nothing is written.
        """
        with self.writing(seen) as writing:
            return merging.rebase(writing, scenarios.told(by, "rebase_scenario", scenario), choices or {})

    def approve(self, scenario: str, *, by: str, reason: str, seen: int | None = None) -> int:
        """Write what a scenario changes into the record, as one change, and lock it; return the number of the change.

        `seen` as in `place`, of the scenario: what the record has done since is no matter, or a conflict.

        Raises
        ------
        InvalidData
            When `by` may not approve, or with every conflict with the record: rebase the scenario first.
        """
        with self.writing(seen) as writing:
            return merging.approve(
                writing, Act(by, "approve_scenario", scenario, reason, f"scenario {scenario}"), scenario
            )

    def grant(self, who: str, *, by: str, may: str = "approve") -> int:
        """Give a right; return the number of the change."""
        with self.writing() as writing:
            return rights.grant(writing, who, may, by)

    def revoke(self, who: str, *, by: str, may: str = "approve") -> int:
        """Take a right away; return the number of the change."""
        with self.writing() as writing:
            return rights.revoke(writing, who, may, by)
