"""A handle on one open store: where it is, its language and clock, and what lends connections to it."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from parks import words
from parks.store import commits, opening, refusals, views
from parks.store.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    import sqlalchemy as sa

    from parks.store.engines import Place
    from parks.words import Translate


@dataclass(frozen=True)
class Handle:
    """One open store; safe to share between threads.

    Parameters
    ----------
    home
        Where it is, and its engine.
    t
        Says refusals in the reader's language.
    clock
        Tells the present moment, with its zone.
    cache
        Frames last read.
    """

    home: Place
    t: Translate
    clock: Callable[[], dt.datetime]
    cache: views.Cache = field(default_factory=views.Cache)

    @property
    def address(self) -> str:
        """How the store is named to people and in caches: path of the file, or URL without its password."""
        return self.home.address

    @property
    def engine(self) -> sa.Engine:
        """The database."""
        return self.home.engine

    def speaking(self, lang: str) -> Self:
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

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Lend a connection that sees one state of the store, whoever writes meanwhile."""
        self._look()
        with opening.said(self.home, self.t), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, seen: int | None = None) -> Iterator[Writing]:
        """Begin one act, the only one at a time: all of it is written at the end, or nothing.

        Parameters
        ----------
        seen
            Version of the snapshot that the act was decided on; None does not ask what was done since.
        """
        self._look()
        with opening.said(self.home, self.t), commits.act(self.home, self.t) as connection:
            opening.same(connection, self.home, self.t)
            if seen is not None:
                commits.refuse_replaced(connection, seen, self.t)
            now = self.clock().astimezone(dt.UTC).replace(tzinfo=None)
            yield Writing(connection, self.t, now, seen)

    def _look(self) -> None:
        """Refuse a file that is gone: what was open of it can still be written, and nobody would find it again."""
        if self.home.path is not None and not self.home.path.exists():
            self.engine.dispose()  # when the file is back, it is opened anew
            raise refusals.said(self.address, "gone", self.t)
