"""Windows: the spans of adjoining free units of a floor, or of whole floors that follow, that could answer a need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks.status import contiguity, dates, rows, standings, vacancy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.snapshot import Snapshot

SUMMED = ("lettable_m2", "power_kva", "cleanroom_m2")
"""What several units have together."""
LEAST = ("floor_load_kn_m2", "floor_height_m", "clear_height_m", "freight_lift_t", "bsl", "fire_class")
"""Of what several units have, the least serves."""
EACH = ("dual_power", "process_drain", "exhaust_shaft", "radiation_ok", "bonded")
"""What every unit must have."""
FIRE = ("戊", "丁", "丙", "乙", "甲")
"""Fire classes, the least hazardous first: a building serves its own class and those before it."""
ASKED = (*SUMMED, *LEAST, *EACH, "rent")
"""All that a need asks for and that may not be known; beside each stands ``<name>_unknown``, of how many units."""
MOST = 40
"""Units, or floors, of one window at most."""


def elements(park: Snapshot, space: pd.DataFrame) -> pd.DataFrame:
    """Return the units that are free now or on a known day, with all that a need asks for.

    Returns
    -------
    DataFrame
        ``unit_ids units building_id park_id zone_id level_from level_to chain available free_until`` and the columns of
        `ASKED` (`fire_class` by its place in `FIRE`), each with ``<name>_unknown``; days are day numbers; sorted so
        that units that adjoin stand one after another, with one `chain`. NA is unknown. `space` is of the lettable
        area.
    """
    free = space[space["available_on"].notna()].reset_index(drop=True)
    unit = rows.find(park.units["unit_id"], free["unit_id"])
    floor = rows.find(park.floors["floor_id"], free["floor_id"])
    building = rows.find(park.buildings["building_id"], free["building_id"])
    made = free[["unit_id", "floor_id", "building_id", "park_id", "zone_id", "level", "lettable_m2", "standing"]].copy()
    for name in ("power_kva", "cleanroom_m2", "freight_lift_t", "bsl", *EACH[:-1], "position"):
        made[name] = rows.take(park.units[name], unit)
    for name in ("floor_load_kn_m2", "floor_height_m", "clear_height_m"):
        made[name] = rows.take(park.floors[name], floor)
    fire = rows.at(rows.places(FIRE, park.buildings["fire_class"]), building, -1)
    made["fire_class"] = pd.Series(pd.arrays.IntegerArray(fire, fire < 0))
    made["bonded"] = rows.take(park.buildings["bonded"], building)
    made["rent"] = rows.take(park.units["asking_rent_cny_m2_day"], unit)
    made["available"] = dates.numbers(free["available_on"], dates.NEVER)
    made["free_until"] = dates.numbers(free["free_until"], dates.NEVER)
    made = made.sort_values(["floor_id", "position", "unit_id"], kind="stable", ignore_index=True)
    return made.assign(
        unit_ids=pd.Series([(one,) for one in made["unit_id"].to_numpy(dtype=object)], dtype=object),
        units=1,
        level_from=made["level"],
        level_to=made["level"],
        chain=np.cumsum(~vacancy.adjoins(made)) - 1,
        **{f"{name}_unknown": made[name].isna().astype(int) for name in ASKED},
    )


def floors(found: pd.DataFrame) -> pd.DataFrame:
    """Return one element a floor: its greatest run of adjoining units, chained to those of the floors next to it.

    `found` are rows of `elements`. The rule is that of `contiguity.over_floors`.
    """
    lasting = found[found["level_from"].notna() & found["building_id"].notna()].reset_index(drop=True)
    if lasting.empty:
        return lasting
    start = np.flatnonzero(rows.firsts(lasting["chain"].to_numpy()))
    whole = joined(lasting, start, np.diff(np.append(start, len(lasting))))
    ranked = whole.sort_values("lettable_m2", ascending=False, kind="stable")
    best = ranked.drop_duplicates(["building_id", "level_from"])
    best = best.sort_values(["building_id", "level_from"], kind="stable", ignore_index=True)
    return best.assign(chain=np.cumsum(~contiguity.next_up(best["building_id"], best["level_from"])) - 1)


def spans(found: pd.DataFrame, least_m2: float) -> pd.DataFrame:
    """Return every window: from each element on as many as follow, up to the first whose area is enough.

    Parameters
    ----------
    found
        Rows of `elements` or `floors`.
    least_m2
        Area that is enough [m²]; 0 when none is asked for: each element by itself.
    """
    chain, area = found["chain"].to_numpy(), found["lettable_m2"].to_numpy(dtype=float, na_value=0.0)
    start = np.arange(len(found))
    reached, parts = np.zeros(len(found)), []
    for length in range(1, MOST + 1):
        last = start + length - 1
        inside = (last < len(found)) & (chain[start] == chain[np.minimum(last, len(found) - 1)])
        start = start[inside & (reached[start] < least_m2 if length > 1 else inside)]
        if not len(start):
            break
        reached[start] += area[start + length - 1]
        parts.append(joined(found, start, np.full(len(start), length)))
    return pd.concat(parts, ignore_index=True) if parts else found


def joined(found: pd.DataFrame, start: NDArray[np.int64], length: NDArray[np.int64]) -> pd.DataFrame:
    """Return the elements of each window as one: areas added up, the least of what serves, the last day of all."""
    window = np.repeat(np.arange(len(start)), length)
    row = np.repeat(start - np.cumsum(length) + length, length) + np.arange(length.sum())
    parts = found.take(row).reset_index(drop=True)
    groups = parts.groupby(window, sort=True)
    first = ("building_id", "park_id", "zone_id", "level_from", "chain")
    made: dict[str, Any] = {name: found[name].take(start).reset_index(drop=True) for name in first}
    made["level_to"] = found["level_to"].take(start + length - 1).reset_index(drop=True)
    ids = parts["unit_ids"].to_numpy(dtype=object)
    ends = np.cumsum(length)
    made["unit_ids"] = pd.Series(
        [sum(ids[end - count : end], ()) for end, count in zip(ends, length, strict=True)], dtype=object
    )
    made["units"] = groups["units"].sum()
    made |= {name: groups[name].sum(min_count=1) for name in SUMMED}
    made |= {name: groups[name].min() for name in (*LEAST, "free_until")}
    made |= {name: groups[name].max() for name in ("rent", "available")}
    made |= {name: parts[name].fillna(value=True).astype(bool).groupby(window).all() for name in EACH}
    made |= {f"{name}_unknown": groups[f"{name}_unknown"].sum() for name in ASKED}
    made["standing"] = standings.worst(standings.ranks(parts["standing"]), window, len(start))
    return pd.DataFrame(made)
