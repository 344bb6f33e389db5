"""A table's whole past in memory: what of it stood on a day, and the same with other rows laid over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]

from parks import schema
from parks.store import rows, tables

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Days = NDArray[np.datetime64]


SHORT = 1_000
"""Rows up to which a frame weighs nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Every row of a table that somebody sees at any day. Many share it: nothing in it is ever changed.

    Parameters
    ----------
    name
        The table.
    frame
        Its rows, typed (`schema.typed`), sorted by key, then time.
    begins, ends
        First day of each row, and the day after its last.
    turns
        Every day on which a row begins or ends, ascending.
    since
        Rows that end by this day are not among them; None when none is left out.
    """

    name: str
    frame: pd.DataFrame
    begins: Days
    ends: Days
    turns: Days
    since: dt.date | None = None

    @property
    def weight(self) -> int:
        """How much memory it takes [bytes], shapes apart."""
        return weight(self.frame) + self.begins.nbytes + self.ends.nbytes

    def reaches(self, day: dt.date) -> bool:
        """Return whether it tells what stood on `day`."""
        return self.since is None or day >= self.since

    def turn(self, day: dt.date) -> int:
        """Return how often rows have turned by `day`: between two turns the same ones stand."""
        return int(np.searchsorted(self.turns, np.datetime64(day), side="right"))

    def on(self, day: dt.date) -> pd.DataFrame:
        """Return what stands on `day`, all of it uncopied; leases also what begins later (see `Snapshot`)."""
        today = np.datetime64(day)
        stands = self.ends > today
        if self.name not in tables.DATED:
            stands &= self.begins <= today
        return self.frame if stands.all() else self.frame[stands].reset_index(drop=True)

    def laid(self, keys: Iterable[str], own: Past) -> Past:
        """Return the same with the rows `own` in place of all that stands of `keys` and of theirs."""
        key = schema.key(self.name)
        here = self.frame[key]
        new = own.frame[key].to_numpy(dtype=object)
        kept = np.flatnonzero(~here.isin([*keys, *new]).to_numpy(dtype=bool))
        places = np.searchsorted(here.to_numpy(dtype=object)[kept], new)
        order = np.insert(kept, places, len(here) + np.arange(len(own.frame)))
        joined = pd.concat([self.frame, own.frame], ignore_index=True)
        return _made(
            self.name,
            joined.take(order).reset_index(drop=True),
            np.concatenate([self.begins, own.begins])[order],
            np.concatenate([self.ends, own.ends])[order],
            self.since,
        )


def of(name: str, read: pa.Table, since: dt.date | None = None) -> Past:
    """Return the past of the table `name` from its stored rows in any order (see `rows.arrow`), after `since`."""
    key = schema.key(name)
    read = read.combine_chunks()
    keys = read[key]
    if not pc.all(pc.less(keys[:-1], keys[1:]), min_count=0).as_py():
        read = read.sort_by([(key, "ascending"), ("valid_from", "ascending")])
    begins, ends = (read[bound].to_numpy() for bound in ("valid_from", "valid_to"))
    return _made(name, rows.decode(name, read), begins, ends, since)


def weight(frame: pd.DataFrame) -> int:
    """Return how much memory a frame takes [bytes], shapes apart; 0 for a short one, whose weight does not matter."""
    return int(frame.memory_usage(index=False).sum()) if len(frame) > SHORT else 0


def _made(name: str, frame: pd.DataFrame, begins: Days, ends: Days, since: dt.date | None) -> Past:
    bounds = [ends] if name in tables.DATED else [begins, ends]
    turns = np.sort(pd.unique(np.concatenate(bounds)))
    return Past(name, frame, begins, ends, turns, since)
