"""Copies of real floors as space that is not there yet: which floors, from which quarter on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks.matching import offers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from parks.snapshot import Snapshot

MARK = " + "
"""Between the id of what is copied and the quarter."""
HELD = ("tenant_id", "lease_id", "sector_code", "until", "free_until")
"""Cells of the space that say who holds a unit, and until when: empty in a copy."""
TEMPLATES = ["zone_id", "kind", "building_id", "floor_ids", "area_m2"]


def programme(rules: Any, day: dt.date, most: int) -> list[str]:  # noqa: ANN401 - the Policy
    """Return the quarters of the policy's dated targets that are not over on a day, at most so many of them."""
    dated = rules.targets.dropna(subset=["starts_on", "due_on"])
    if dated.empty:
        return []
    first = max(pd.Timestamp(day), dated["starts_on"].min())
    every = pd.period_range(first, dated["due_on"].max(), freq="Q")
    return [f"{quarter.year}-Q{quarter.quarter}" for quarter in every[:most]]


def templates(park: Snapshot, space: pd.DataFrame, size_m2: float) -> pd.DataFrame:
    """Return what is copied for each zone and use of a building: the floors whose area is nearest to a size.

    One floor, or whole neighbouring floors of one building, each with units of known area only; of equals the fewest
    floors, then by id. Whether they are let or built does not matter: only what they are.

    Parameters
    ----------
    park
        The snapshot.
    space
        `vacancy.by_unit(park)`.
    size_m2
        Lettable area [m²] to come near to.

    Returns
    -------
    DataFrame
        zone_id kind building_id floor_ids (tuple) area_m2, sorted by zone and kind.
    """
    by_floor = space.groupby(["zone_id", "building_id", "floor_id"], as_index=False).agg(
        level=("level", "first"), area=("lettable_m2", "sum"), known=("lettable_m2", "count"), units=("unit_id", "size")
    )
    use = by_floor["building_id"].map(park.buildings.set_index("building_id")["use_type"])
    floors = by_floor.assign(kind=use)[(by_floor["known"] == by_floor["units"]) & (by_floor["area"] > 0)]
    rows = [
        (*place, *min(_stacks(group.sort_values(["building_id", "level", "floor_id"]), size_m2))[2:])
        for place, group in floors.groupby(["zone_id", "kind"])
    ]
    return pd.DataFrame(rows, columns=TEMPLATES)


def _stacks(floors: pd.DataFrame, size_m2: float) -> Iterator[tuple[float, int, str, tuple[str, ...], float]]:
    """Return each run of neighbouring floors up to the size: how far from it, how many more than one, where, area."""
    building, names = floors["building_id"].tolist(), floors["floor_id"].tolist()
    storey, area = offers.storeys(offers.numbers(floors["level"])), floors["area"].to_numpy(dtype=np.float64)
    for first in range(len(floors)):
        total = 0.0
        for last in range(first, len(floors)):
            joins = building[last] == building[first] and storey[last] == storey[first] + last - first
            if last > first and (not joins or total >= size_m2):
                break
            total += float(area[last])
            run = tuple(names[first : last + 1])
            yield round(abs(total - size_m2), 6), last - first, building[first], run, total


def added(
    park: Snapshot, space: pd.DataFrame, chosen: pd.DataFrame, quarters: Sequence[str]
) -> tuple[Snapshot, pd.DataFrame, dict[tuple[int, int], str]]:
    """Return snapshot and space with a copy of every template for every quarter, and the copies' buildings.

    A copy stands in a building of its own, so that it adjoins nothing. The building's other floors are copied without
    units, so that it is as high. It has no outline: where it would stand is not known, so no distance forbids it, nor
    anything near it. Nobody is in it; it is free from the first day of its quarter, at the earliest on the
    day after the snapshot's: like all that is not there today it leaves nothing over.

    Parameters
    ----------
    park, space
        Snapshot, and `vacancy.by_unit` of it.
    chosen
        `templates`.
    quarters
        Such as ``2027-Q1``.
    """
    earliest = pd.Timestamp(park.day) + pd.Timedelta(days=1)
    begins = [max(earliest, pd.Period(quarter, freq="Q").start_time) for quarter in quarters]
    when = pd.DataFrame({"quarter": list(quarters), "free_on": begins})
    when = when.astype({"quarter": "string", "free_on": "datetime64[s]"})
    within = list(chosen["building_id"])
    floors = [floor for floors in chosen["floor_ids"] for floor in floors]
    buildings = _with(park.buildings, park.buildings["building_id"].isin(within), when, "building_id")
    buildings.loc[~buildings["building_id"].isin(park.buildings["building_id"]), "geometry"] = None
    wider = replace(
        park,
        buildings=buildings,
        floors=_with(park.floors, park.floors["building_id"].isin(within), when, "floor_id", "building_id"),
        units=_with(park.units, park.units["floor_id"].isin(floors), when, "unit_id", "floor_id", "building_id"),
    )
    free = _marked(space[space["floor_id"].isin(floors)], when, "unit_id", "floor_id", "building_id")
    free = free.assign(state="vacant", available_on=free["free_on"])
    for name in HELD:
        free[name] = pd.NA
    free = free.reindex(columns=space.columns).astype(space.dtypes.to_dict())
    copied = {
        (row, column): f"{building}{MARK}{quarter}"
        for row, building in enumerate(chosen["building_id"])
        for column, quarter in enumerate(quarters)
    }
    return wider, pd.concat([space, free], ignore_index=True), copied


def _with(table: Any, here: Any, when: pd.DataFrame, *ids: str) -> Any:  # noqa: ANN401 - a table or a layer
    """Return a table with the rows `here` once more for each quarter, sorted by its key, the first of `ids`."""
    more = _marked(table[here], when, *ids)[table.columns]
    return pd.concat([table, more], ignore_index=True).sort_values(ids[0], ignore_index=True)


def _marked(rows: Any, when: pd.DataFrame, *ids: str) -> Any:  # noqa: ANN401 - rows of a table or a layer
    every = rows.merge(when, how="cross")
    return every.assign(**{name: every[name] + MARK + every["quarter"] for name in ids})
