"""Which rows of a group stood at the same time for the same days: pairs among millions, in arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]


def pairs(group: Numbers, first: Numbers, last: Numbers, begun: Numbers, ended: Numbers) -> tuple[Numbers, Numbers]:
    """Return the places of rows, and for each that of an earlier one (by days) with which it shares a time.

    Parameters
    ----------
    group
        What may hold only one row at a time (unit, key), as numbers.
    first, last
        Days for which the row is so; the last is exclusive. Any numbers in the order of the days.
    begun, ended
        Changes that wrote and ended the row.
    """
    order = np.lexsort((first, group))
    group, first, last, begun, ended = (column[order] for column in (group, first, last, begun, ended))
    at = np.arange(len(order))
    partner = np.full(len(order), -1)
    step = 1
    while at.size:  # each turn compares rows with those `step` places on, as long as any of them begin in time
        at = at[at + step < len(order)]
        other = at + step
        near = (group[other] == group[at]) & (first[other] < last[at])
        at, other = at[near], other[near]
        both = (begun[at] < ended[other]) & (begun[other] < ended[at])
        partner[other[both]] = at[both]
        step += 1
    found = np.flatnonzero(partner >= 0)
    return order[found], order[partner[found]]


def coded(*columns: NDArray[Any]) -> Numbers:
    """Return a number for each row, the same where all of `columns` are."""
    code = np.zeros(len(columns[0]), dtype="int64")
    for column in columns:
        codes, known = pd.factorize(column)
        code = code * max(len(known), 1) + codes
    return code


def ordered(*columns: NDArray[Any]) -> list[Numbers]:
    """Return columns of ISO days as numbers in the order of the days, the same day the same number in all."""
    codes = pd.factorize(np.concatenate(columns), sort=True)[0].astype("int64")
    return np.split(codes, len(columns))
