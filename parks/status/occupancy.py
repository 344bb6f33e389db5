"""Who holds each unit on a day, and from when it is free."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parks.status import dates, rows

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

PRECEDENCE = ("renovation", "locked", "let", "fitting_out", "reserved", "unknown", "intended")
"""Which state shows when several rows hold a unit on one day, strongest first."""


def holding(leases: pd.DataFrame, unit: NDArray[np.int64], units: int, day: dt.date) -> NDArray[np.int64]:
    """Return for each unit the row of `leases` that holds it on `day`, −1 when none does.

    Parameters
    ----------
    leases
        Leases sorted by key. A lease is in force from `valid_from` to the day before `valid_to`; one without a
        known beginning may be in force at any time before its end.
    unit
        Position of each lease's unit, −1 when the unit is not known.
    units
        How many units there are.
    day
        The day asked about.

    Notes
    -----
    Several rows on one unit: the order of `PRECEDENCE` decides, then the lease's id.
    """
    begins = dates.numbers(leases["valid_from"], dates.ALWAYS)
    ends = dates.numbers(leases["valid_to"], dates.NEVER)
    today = dates.number(day)
    force = np.flatnonzero((unit >= 0) & (begins <= today) & (today < ends))
    rank = rows.places(PRECEDENCE, state_of(leases))[force]
    order = force[np.lexsort((force, rank, unit[force]))]
    first = rows.firsts(unit[order])
    holder = np.full(units, -1, dtype=np.int64)
    holder[unit[order[first]]] = order[first]
    return holder


def state_of(leases: pd.DataFrame) -> pd.Series[str]:
    """Return the state of each lease; ``unknown`` when its state or its beginning is not given."""
    return leases["state"].where(leases["valid_from"].notna()).fillna("unknown")


def free(
    leases: pd.DataFrame, unit: NDArray[np.int64], earliest: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each unit the first free day, and the day on which the next firm lease begins.

    Parameters
    ----------
    leases
        Leases, those that begin later among them. All but ``intended`` are firm.
    unit
        Position of each lease's unit, −1 when the unit is not known.
    earliest
        For each unit the first day that counts (day number); `dates.NEVER` when it is not known.

    Returns
    -------
    tuple of arrays
        Day numbers; `dates.NEVER` for "not free as far as known" and for "no firm lease follows".

    Notes
    -----
    One sweep over all leases sorted by unit and beginning. `reach` is the end of everything that began before:
    where a lease begins after it, there is a gap, and the first gap is where the unit is free.
    """
    begins, ends = dates.numbers(leases["valid_from"], dates.ALWAYS), dates.numbers(leases["valid_to"], dates.NEVER)
    firm = np.flatnonzero((unit >= 0) & (state_of(leases) != "intended").to_numpy(dtype=bool) & (begins < ends))
    order = firm[np.lexsort((begins[firm], unit[firm]))]
    of, begin = unit[order], begins[order]
    end = np.maximum(ends[order], earliest[of])
    reach = pd.Series(end).groupby(of, sort=False).cummax().to_numpy(dtype=np.int64)
    before = np.where(rows.firsts(of), earliest[of], np.roll(reach, 1))
    available = earliest.copy()
    np.maximum.at(available, of, end)
    until = np.full(len(earliest), dates.NEVER, dtype=np.int64)
    gaps = np.flatnonzero(begin > before)[::-1]  # written backwards, so that the first gap of a unit stays
    available[of[gaps]], until[of[gaps]] = before[gaps], begin[gaps]
    return available, until
