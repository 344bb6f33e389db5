"""Demand: which needs wait for space on the snapshot's day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from parks.snapshot import Snapshot

PLACED = ("let", "reserved", "fitting_out")
"""States of the leases by which a company firmly holds space: they answer an applicant's needs."""


def waiting(park: Snapshot) -> NDArray[np.bool_]:
    """Return for each row of the needs whether it is open: not served, and not of a company that was lost."""
    lost = _companies(park, "pipeline", "lost")
    found: NDArray[np.bool_] = ~served(park) & ~lost
    return found


def served(park: Snapshot) -> NDArray[np.bool_]:
    """Return for each row of the needs whether its company holds the space that it asks for.

    An applicant does with a firm lease, now or later; a company that is here already with a reserved one.
    """
    asks, applicant = park.needs["tenant_id"], _companies(park, "kind", "applicant")
    found: NDArray[np.bool_] = np.where(
        applicant, asks.isin(_holders(park, PLACED)), asks.isin(_holders(park, ("reserved",)))
    )
    return found


def open_needs(park: Snapshot) -> list[str]:
    """Return the needs that wait for space, by id."""
    return sorted(str(need) for need in park.needs.loc[waiting(park), "need_id"])


def _companies(park: Snapshot, column: str, said: str) -> NDArray[np.bool_]:
    """Return for each row of the needs whether its company has a certain value in a column."""
    values = park.needs["tenant_id"].map(park.tenants.set_index("tenant_id")[column])
    return (values == said).to_numpy(dtype=bool, na_value=False)


def _holders(park: Snapshot, states: Sequence[str]) -> set[str]:
    """Return the companies with a lease in one of `states` that has not ended."""
    leases = park.leases
    running = ~(leases["valid_to"] <= pd.Timestamp(park.day)).fillna(value=False).to_numpy(dtype=bool)
    return set(leases.loc[running & leases["state"].isin(states).to_numpy(dtype=bool), "tenant_id"].dropna())
