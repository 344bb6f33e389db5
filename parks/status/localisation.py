"""Foreign-invested projects and imported products made here, against what the notice asks of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parks.status import rows, standings

if TYPE_CHECKING:
    from parks.policy import Policy
    from parks.snapshot import Snapshot

STEPS = ("listed", "agreed", "under_way", "done")
"""How far a project or product has come."""


def items(park: Snapshot) -> pd.DataFrame:
    """Return the items with their `progress` as it stood on the snapshot's day: what was done later was under way."""
    every = park.localisations
    later = (every["done_on"] > pd.Timestamp(park.day)).fillna(value=False)
    return every.assign(progress=every["progress"].mask(later, "under_way"))


def by_target(park: Snapshot, rules: Policy) -> pd.DataFrame:
    """Return, of every target that items count to, how many there are at each step.

    Parameters
    ----------
    park
        The snapshot: its `items`, done from `done_on`.
    rules
        The policy: ``targets``.

    Returns
    -------
    DataFrame
        ``target_id items listed agreed under_way done value_min standing document_id``, sorted. `value_min` is what the
        target asks for. Items that count to no target are in no row (`uncounted`). An item that is done without a day
        counts as done.
    """
    every = items(park)
    target = rows.find(rules.targets["target_id"], every["counts_to"])
    step = rows.places(STEPS, every["progress"])
    at = np.flatnonzero(target >= 0)
    known = np.unique(target[at])
    group = np.searchsorted(known, target[at])
    counts = np.bincount(group * len(STEPS) + step[at], minlength=len(known) * len(STEPS)).reshape(-1, len(STEPS))
    ranks = standings.ranks(every["standing"])[at]
    found = pd.DataFrame(
        {
            "target_id": rows.take(rules.targets["target_id"], known),
            "items": rows.whole(counts.sum(axis=1)),
            **{name: rows.whole(counts[:, place]) for place, name in enumerate(STEPS)},
            "value_min": rows.take(rules.targets["value_min"], known),
            "standing": standings.worst(ranks, group, len(known)),
            "document_id": rows.take(rules.targets["document_id"], known),
        }
    )
    return found.sort_values("target_id", kind="stable", ignore_index=True)


def uncounted(park: Snapshot) -> int:
    """Return how many items count to no target."""
    return int(park.localisations["counts_to"].isna().sum())
