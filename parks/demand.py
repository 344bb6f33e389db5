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
"""States of the leases that answer an applicant's needs."""


def waiting(park: Snapshot) -> NDArray[np.bool_]:
    """Return for each row of the needs whether it is open.

    An applicant's are open until it holds space by a firm lease, now or later; a company's that is here already are
    open until it holds a reserved one. Those of a company that was lost are not.
    """
    companies = park.tenants.set_index("tenant_id")
    asks = park.needs["tenant_id"]
    applicant, lost = (
        (asks.map(companies[name]) == said).to_numpy(dtype=bool, na_value=False)
        for name, said in (("kind", "applicant"), ("pipeline", "lost"))
    )
    served = np.where(applicant, asks.isin(_holders(park, PLACED)), asks.isin(_holders(park, ("reserved",))))
    found: NDArray[np.bool_] = ~served & ~lost
    return found


def open_needs(park: Snapshot) -> list[str]:
    """Return the needs that wait for space, by id."""
    return sorted(str(need) for need in park.needs.loc[waiting(park), "need_id"])


def _holders(park: Snapshot, states: Sequence[str]) -> set[str]:
    """Return the companies with a lease in one of `states` that has not ended."""
    leases = park.leases
    running = ~(leases["valid_to"] <= pd.Timestamp(park.day)).fillna(value=False).to_numpy(dtype=bool)
    return set(leases.loc[running & leases["state"].isin(states).to_numpy(dtype=bool), "tenant_id"].dropna())
