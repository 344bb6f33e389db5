"""How far a figure is known: the worst standing among the rows it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parks import schema
from parks.status import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_ROW = -1
"""Rank of a row that does not exist (no lease holds the unit): it says nothing about the standing."""
UNKNOWN = len(schema.STANDINGS)
"""Rank of a row whose standing is not given: worse than any that is."""


def ranks(standing: pd.Series[str]) -> NDArray[np.int64]:
    """Return 0 (best, ``stated``) … 3 (``illustrative``), `UNKNOWN` where the cell is empty."""
    place = rows.places(schema.STANDINGS, standing)
    return np.where(place < 0, UNKNOWN, place)


def names(rank: NDArray[np.int64]) -> pd.Series[str]:
    """Return the standings of `rank`; NA for `UNKNOWN` and for `NO_ROW`."""
    place = np.where((rank < 0) | (rank >= UNKNOWN), -1, rank)
    return pd.Series(pd.array(schema.STANDINGS, dtype="string").take(place, allow_fill=True))


def worst(rank: NDArray[np.int64], group: NDArray[np.int64], groups: int) -> pd.Series[str]:
    """Return the worst standing of each group.

    Parameters
    ----------
    rank
        Rank of each row (see `ranks`).
    group
        Group of each row, 0 … `groups` − 1.
    groups
        How many groups there are. A group without rows has standing NA.
    """
    found = np.full(groups, NO_ROW, dtype=np.int64)
    np.maximum.at(found, group, rank)
    return names(found)
