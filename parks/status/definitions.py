"""Definitions: from when a lease counts as let, and which area is summed; chosen once, said with every figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from parks.status import areas, dates

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd
    from numpy.typing import NDArray

    from parks.policy import Policy
    from parks.snapshot import Snapshot

COUNTS = ("begun", "signed", "moved_in")
"""When a lease counts as let; the first is what holds unless another is chosen."""
BASES = ("lettable", "gross")
"""Which area is summed; the first is what holds unless another is chosen."""
AREA = {"lettable": "lettable_m2", "gross": "gfa_m2"}
"""Base → the column of the units that it sums."""
DAY = {"signed": "signed_on", "moved_in": "moved_in_on"}
"""Definition → the column of the leases that it asks for."""
LET, RESERVED, FITTING_OUT = (areas.STATES.index(state) for state in ("let", "reserved", "fitting_out"))
COMPANIES = (LET, RESERVED, FITTING_OUT)
"""States in which a company holds space by a contract, or will."""


def counted(
    leases: pd.DataFrame, state: NDArray[np.int64], counts: str, day: dt.date
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return from when each lease holds its unit, and in which state it shows on `day`.

    Parameters
    ----------
    leases
        ``valid_from signed_on moved_in_on``; empty is unknown.
    state
        State of each by the ledger (see `occupancy.states`).
    counts
        One of `COUNTS`.
    day
        The day asked about.

    Returns
    -------
    tuple of arrays
        Day numbers and places in `areas.STATES`.

    Raises
    ------
    KeyError
        When there is no such definition.

    Notes
    -----
    A lease of a company that is signed on `day` and not yet begun holds its unit: as ``let`` under ``signed``, else as
    ``reserved``. Under ``signed`` one that has begun is let, unless its day of signing is still to come: then it is
    reserved. Under ``moved_in`` one that has begun is fitting out until its company moves in, then let. Where the day
    is not known the state of the ledger stands, except that what has begun as ``let`` or ``fitting_out`` is signed.
    """
    if counts not in COUNTS:
        raise KeyError(counts)
    today, begins = dates.number(day), dates.numbers(leases["valid_from"], dates.ALWAYS)
    signed = dates.numbers(leases["signed_on"], dates.NEVER)
    moved = dates.numbers(leases["moved_in_on"], dates.NEVER)
    company, begun = np.isin(state, COMPANIES), begins <= today
    early = company & ~begun & (signed <= today)
    shown = np.where(early, LET if counts == "signed" else RESERVED, state)
    if counts == "signed":
        told = signed != dates.NEVER
        shown = np.where(company & begun & (np.where(told, signed <= today, state != RESERVED)), LET, shown)
        shown = np.where(company & begun & told & (signed > today), RESERVED, shown)
    elif counts == "moved_in":
        inside = begun & np.isin(state, (LET, FITTING_OUT)) & (moved != dates.NEVER)
        shown = np.where(inside, np.where(moved <= today, LET, FITTING_OUT), shown)
    return np.where(early, signed, begins), shown


def undated(park: Snapshot, counts: str) -> pd.DataFrame:
    """Return the leases of companies that lack the day by which they are counted; none when that is the first day.

    Returns
    -------
    DataFrame
        ``lease_id unit_id tenant_id state valid_from valid_to standing``, of those let or fitting out, sorted by id.
    """
    leases, column = park.leases, DAY.get(counts, "")
    ours = leases["state"].isin(["let", "fitting_out"])
    lacking = leases[column].isna() & ours if column else ours & False
    kept = ["lease_id", "unit_id", "tenant_id", "state", "valid_from", "valid_to", "standing"]
    return leases.loc[lacking, kept].reset_index(drop=True)


def area(units: pd.DataFrame, base: str) -> pd.Series[float]:
    """Return the area of each unit on a base [m²], NA where it is not known; KeyError when there is no such base."""
    return units[AREA[base]]


def words(rules: Policy, counts: str, base: str) -> pd.DataFrame:
    """Return the two definitions chosen, with their names and notes: a row for `counts`, then one for `base`."""
    return rules.definitions.set_index("definition_id").loc[[counts, base]].reset_index()
