"""The two engines behind one set of functions: an embedded file, or a PostgreSQL server for a team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence
    from pathlib import Path

    from parks.issues import InvalidData
    from parks.store.rows import Row
    from parks.words import Translate


class Kind(Protocol):
    """What the room of an engine (`sqlite`, `postgresql`) can do."""

    @property
    def FAULTS(self) -> tuple[type[Exception], ...]:  # noqa: N802 - a constant of the room
        """What its driver raises by itself, past SQLAlchemy."""

    @property
    def PORTION(self) -> int:  # noqa: N802 - a constant of the room
        """How many rows of a table that is read whole are asked for at once."""

    def find(self, place: Place, t: Translate, *, create: bool) -> None:
        """Refuse a place that cannot hold a store, before anything is opened."""

    def settle(self, engine: sa.Engine) -> None:
        """Set up what the engine remembers, once the store proved to be ours."""

    def is_empty(self, connection: sa.Connection) -> bool:
        """Return whether nothing is there yet, so that a store can be made."""

    def guard(self, connection: sa.Connection) -> None:
        """Put every guard in force."""

    def unguard(self, connection: sa.Connection) -> None:
        """Take every guard away, as a migration must before it moves rows."""

    def dress(self, connection: sa.Connection, given: Iterable[str] = ()) -> None:
        """Lay beside the tables what other programs look at, where the engine can; twice is as good as once."""

    def undress(self, connection: sa.Connection) -> list[str]:
        """Take away what `dress` laid, as a migration must that changes its columns; return what `dress` then asks."""

    def suspend(self, connection: sa.Connection) -> None:
        """Let the guards of rows rest until `resume`, as a restore must while it replaces rows; readers go on."""

    def resume(self, connection: sa.Connection) -> None:
        """Put the guards of rows in force again, and let the numbers of new rows go on after the highest."""

    def missing(self, connection: sa.Connection) -> list[str]:
        """Return the guards that are not in force as we wrote them."""

    def faults(self, connection: sa.Connection) -> list[str]:
        """Return what the engine itself finds wrong with what it keeps, in its own words."""

    def insert(self, connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> None:
        """Write plain rows, the columns `names` of each, by the fastest way the driver has."""

    def packed(self, column: sa.Column[Any]) -> sa.ColumnElement[Any] | None:
        """Return all cells of a column in one value (see `packing.apart`), None where they come one by one."""

    def exact(self, column: sa.Column[Any]) -> sa.ColumnElement[bool] | None:
        """Return the condition that a known cell stays what it is when it is packed, None where all do."""

    def portions(
        self,
        connection: sa.Connection,
        question: Callable[[sa.ColumnElement[bool]], sa.Select[Any]],
        number: sa.Column[int],
        lows: Sequence[int],
        size: int,
    ) -> Generator[tuple[int, Row]]:
        """Ask the same of the rows numbered from each of `lows` on, `size` of them; give each with its answer.

        Whoever stops early must close it; what `question` returns later may not be asked any more.
        """

    def refusal(self, error: BaseException, place: Place, t: Translate) -> InvalidData | None:
        """Return the refusal that says `error` in words, None when it is a fault of ours and not of the place."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is.

    Parameters
    ----------
    address
        How it is said to people and kept in caches: path of the file, or URL without its password.
    kind
        The room of its engine.
    engine
        The database.
    path
        The file; None on a server.
    """

    address: str
    kind: Kind
    engine: sa.Engine
    path: Path | None = None

    @property
    def faults(self) -> tuple[type[Exception], ...]:
        """What is raised when the place cannot do what it is asked to."""
        return (sa.exc.DBAPIError, *self.kind.FAULTS, OSError)


def kind(name: str) -> Kind:
    """Return the room of the engine called `name`: ``sqlite`` or ``postgresql``."""
    if name == "postgresql":
        from parks.store import postgresql  # only a team pays for the driver

        return postgresql
    from parks.store import sqlite

    return sqlite
