"""Holds: units reserved or intended for a company until a day, with the days left, and those that have lapsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parks import demand
from parks.status import rows

if TYPE_CHECKING:
    from parks.snapshot import Snapshot

STATES = ("reserved", "intended")
"""States of a lease row that is a hold: reserved is firm, an intention is not."""
LOOKED_BACK = 90
"""Days for which a lapsed hold is still told."""
KEPT = ["lease_id", "unit_id", "tenant_id", "state", "valid_from", "valid_to", "reason", "standing"]


def current(park: Snapshot) -> pd.DataFrame:
    """Return the holds that have not ended on the snapshot's day, the first to end first.

    Returns
    -------
    DataFrame
        ``lease_ids unit_id building_id tenant_id state valid_from valid_to days_left lettable_m2 reason standing``.

        A hold that was prolonged is one row: rows of one unit, company and state that follow each other without a gap;
        `lease_ids` names them all, the last one last. `days_left` counts from the day to the first on which it no
        longer holds, NA without an end: such a hold never lapses by itself and comes last.
    """
    today = pd.Timestamp(park.day)
    joined = _joined(park.leases[park.leases["state"].isin(STATES)])
    running = joined[~(joined["valid_to"] <= today).fillna(value=False)].reset_index(drop=True)
    left = (running["valid_to"] - today).dt.days.astype("Int64")
    placed = _placed(running.assign(days_left=left), park)
    placed = placed.sort_values(["valid_to", "unit_id"], kind="stable", ignore_index=True)
    order = ["lease_ids", "unit_id", "building_id", "tenant_id", "state", "valid_from", "valid_to", "days_left"]
    return placed[[*order, "lettable_m2", "reason", "standing"]]


def lapsed(park: Snapshot, space: pd.DataFrame, days: int = LOOKED_BACK) -> pd.DataFrame:
    """Return the holds that ended within so many days before the snapshot's day, the last to end first.

    Parameters
    ----------
    park
        The snapshot with the leases of **all** days.
    space
        `vacancy.by_unit` of it: what the unit is now.
    days
        How far to look back.

    Returns
    -------
    DataFrame
        ``lease_ids unit_id building_id tenant_id state valid_from valid_to became taken lettable_m2 reason standing``:
        `became` is the state of the unit now, `taken` whether the same company holds it firmly now.
    """
    today = pd.Timestamp(park.day)
    joined = _joined(park.leases[park.leases["state"].isin(STATES)])
    over = (joined["valid_to"] <= today) & (joined["valid_to"] > today - pd.Timedelta(days=days))
    ended = joined[over.fillna(value=False)].reset_index(drop=True)
    unit = rows.find(space["unit_id"], ended["unit_id"])
    holder = rows.take(space["tenant_id"], unit)
    became = rows.take(space["state"], unit)
    taken = holder.eq(ended["tenant_id"]).fillna(value=False) & became.isin(demand.PLACED)
    placed = _placed(ended.assign(became=became, taken=taken), park)
    placed = placed.sort_values(["valid_to", "unit_id"], ascending=[False, True], kind="stable", ignore_index=True)
    order = ["lease_ids", "unit_id", "building_id", "tenant_id", "state", "valid_from", "valid_to", "became", "taken"]
    return placed[[*order, "lettable_m2", "reason", "standing"]]


def _joined(holds: pd.DataFrame) -> pd.DataFrame:
    """Return one row a hold: what follows without a gap for the same company in the same state is one."""
    same = ["unit_id", "tenant_id", "state"]
    ordered = holds[KEPT].sort_values([*same, "valid_from", "lease_id"], kind="stable", ignore_index=True)
    alike = pd.Series(data=True, index=ordered.index)
    for name in same:
        alike &= ordered[name].eq(ordered[name].shift()).fillna(value=False)
    follows = alike & ordered["valid_from"].eq(ordered["valid_to"].shift()).fillna(value=False)
    first = np.flatnonzero(~follows.to_numpy())
    last = np.append(first[1:], len(ordered))[: len(first)] - 1
    ids = ordered["lease_id"].to_numpy(dtype=object)
    found = pd.DataFrame({name: rows.take(ordered[name], first) for name in [*same, "valid_from"]})
    return found.assign(
        valid_to=rows.take(ordered["valid_to"], last),
        reason=rows.take(ordered["reason"], last),
        standing=rows.take(ordered["standing"], last),
        lease_ids=pd.Series([tuple(ids[a : b + 1]) for a, b in zip(first, last, strict=True)], dtype=object),
    )


def _placed(holds: pd.DataFrame, park: Snapshot) -> pd.DataFrame:
    unit = rows.find(park.units["unit_id"], holds["unit_id"])
    return holds.assign(
        building_id=rows.take(park.units["building_id"], unit), lettable_m2=rows.take(park.units["lettable_m2"], unit)
    )
