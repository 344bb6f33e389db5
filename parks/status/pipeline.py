"""Space to come: what is not built yet or under renovation, by zone and expected quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from parks.status import dates, rows, standings, vacancy

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from parks.snapshot import Snapshot

COMING = ("not_built", "renovation")
"""The states of a unit that will be lettable later."""


def supply(park: Snapshot, counted_in: Mapping[str, str] | pd.Series[str] | None = None) -> pd.DataFrame:
    """Return the space to come, by zone, expected quarter and kind.

    Parameters
    ----------
    park
        The snapshot.
    counted_in
        Zone → zone that totals count it in, as in `vacancy.by`.

    Returns
    -------
    DataFrame
        ``zone_id quarter state lettable_m2 units unknown_units standing``, sorted by zone and quarter.

        - `quarter`: ``2026-Q4``: completion of the building, or end of the renovation; NA when that day is not
          known, which makes a row of its own and comes last in its zone;
        - `state`: ``not_built`` or ``renovation``;
        - `lettable_m2`: sum of the known areas [m²], NA when none is known; `unknown_units` counts the others.
    """
    space = vacancy.by_unit(park)
    space = space[space["state"].isin(COMING)].reset_index(drop=True)
    building = rows.find(park.buildings["building_id"], space["building_id"])
    completed = rows.take(park.buildings["completed_on"], building)
    due = completed.where(space["state"] == "not_built", space["until"])
    space = space.assign(
        zone_id=rows.counted(space["zone_id"], counted_in),
        quarter=dates.quarters(due),
        unknown=space["lettable_m2"].isna().astype("Int64"),
    )
    groups = space.groupby(["zone_id", "quarter", "state"], dropna=False, sort=True)
    found = groups.agg(units=("unit_id", "size"), unknown_units=("unknown", "sum")).astype("Int64")
    found.insert(0, "lettable_m2", groups["lettable_m2"].sum(min_count=1))
    worst = standings.worst(standings.ranks(space["standing"]), groups.ngroup().to_numpy().astype(np.int64), len(found))
    return found.reset_index().assign(standing=worst)
