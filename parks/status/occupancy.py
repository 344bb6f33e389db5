"""Who holds each unit on a day, and from when it is free."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from parks.status import areas, dates, rows

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd
    from numpy.typing import NDArray

PRECEDENCE = ("renovation", "locked", "let", "fitting_out", "reserved", "unknown", "intended")
"""Which state shows when several rows hold a unit on one day, strongest first."""
RANK = np.array([PRECEDENCE.index(state) + 1 if state in PRECEDENCE else 0 for state in areas.STATES])
"""The same by place in `areas.STATES`; 0 is no state of a lease."""
FAR, SPAN = 1 << 22, 1 << 23
"""A day number after every calendar day, and how far apart units lie when they and days are put into one number."""
INTENDED, UNKNOWN = areas.STATES.index("intended"), areas.STATES.index("unknown")


def states(leases: pd.DataFrame) -> NDArray[np.int64]:
    """Return the place of each lease's state in `areas.STATES`; ``unknown`` when it or the beginning is not given."""
    place = rows.places(areas.STATES, leases["state"])
    return np.where((place < 0) | leases["valid_from"].isna().to_numpy(), UNKNOWN, place)


def holding(
    leases: pd.DataFrame,
    begins: NDArray[np.int64],
    state: NDArray[np.int64],
    unit: NDArray[np.int64],
    units: int,
    day: dt.date,
) -> NDArray[np.int64]:
    """Return for each unit the row of `leases` that holds it on `day`, −1 when none does.

    Parameters
    ----------
    leases
        Leases sorted by key. A lease is in force to the day before `valid_to`.
    begins
        Day number from which each holds its unit (see `definitions.counted`); one without a known beginning may be
        in force at any time before its end.
    state
        State in which each shows.
    unit
        Position of each lease's unit, −1 when the unit is not known.
    units
        How many units there are.
    day
        The day asked about.

    Notes
    -----
    Several rows on one unit: the order of `PRECEDENCE` decides, then that a lease has begun, then its id.
    """
    ends = dates.numbers(leases["valid_to"], dates.NEVER)
    today = dates.number(day)
    force = np.flatnonzero((unit >= 0) & (begins <= today) & (today < ends))
    early = dates.numbers(leases["valid_from"], dates.ALWAYS)[force] > today
    strength = 2 * RANK[state[force]] + early
    order = force[np.argsort(unit[force] * (2 * len(PRECEDENCE) + 2) + strength, kind="stable")]
    first = order[rows.firsts(unit[order])]
    holder = np.full(units, -1, dtype=np.int64)
    holder[unit[first]] = first
    return holder


def free(
    leases: pd.DataFrame, state: NDArray[np.int64], unit: NDArray[np.int64], earliest: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each unit the first free day, and the day on which the next firm lease begins.

    Parameters
    ----------
    leases
        Leases, those that begin later among them. All but ``intended`` are firm.
    state
        State of each (see `states`).
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
    where a lease begins after it, there is a gap, and the first gap is where the unit is free. Unit and day make one
    number, in which neither sorting nor the running maximum crosses from one unit to the next.
    """
    begins, ends = dates.numbers(leases["valid_from"], dates.ALWAYS), dates.numbers(leases["valid_to"], dates.NEVER)
    firm = np.flatnonzero((unit >= 0) & (state != INTENDED) & (begins < ends))
    order = firm[np.argsort(unit[firm] * SPAN + np.clip(begins[firm], -SPAN // 8, FAR))]
    of, begin = unit[order], begins[order]
    end = np.maximum(ends[order], earliest[of])
    reach = np.maximum.accumulate(of * SPAN + np.minimum(end, FAR)) - of * SPAN
    before = np.where(rows.firsts(of), earliest[of], np.roll(reach, 1))
    available = earliest.copy()
    np.maximum.at(available, of, end)
    until = np.full(len(earliest), dates.NEVER, dtype=np.int64)
    gaps = np.flatnonzero(begin > before)[::-1]  # written backwards, so that the first gap of a unit stays
    available[of[gaps]], until[of[gaps]] = before[gaps], begin[gaps]
    return available, until
