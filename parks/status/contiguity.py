"""Contiguous free space over neighbouring floors of one building."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks.status import rows, standings

if TYPE_CHECKING:
    from numpy.typing import NDArray


def over_floors(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the space that runs on neighbouring floors of one building make together, greatest first.

    Parameters
    ----------
    runs
        Rows of `vacancy.contiguous`, or of its columns ``building_id park_id zone_id level unit_ids units area_m2
        unknown_units standing``.

    Returns
    -------
    DataFrame
        ``building_id park_id zone_id level_from level_to floors unit_ids units area_m2 unknown_units standing
        largest``, each stack as high as it goes. `area_m2` [m²] is the sum of what is known, NA when nothing is;
        `largest` marks the greatest known area of its building (the first of equals).

    Notes
    -----
    Floors are neighbours when they lie in one building and their levels follow; 1 follows −1, since 0 is not used.
    Each floor gives **one** run, that of the greatest known area: two runs apart on one floor are not contiguous, even
    where both touch the floor above. Stairs and lifts join the floors of a building, so that runs need not lie above
    each other. A run of unknown level, or of an unknown building, stands alone.
    """
    chosen = _one_a_floor(runs)
    follows = next_up(chosen["building_id"], chosen["level"])
    stack = np.cumsum(~follows) - 1
    first = np.flatnonzero(~follows)
    last = np.append(first[1:], len(chosen))[: len(first)] - 1
    area = chosen["area_m2"].to_numpy(dtype=float, na_value=np.nan)
    known = np.bincount(stack[~np.isnan(area)], minlength=len(first))
    ids = chosen["unit_ids"].to_numpy(dtype=object)
    found = pd.DataFrame({name: rows.take(chosen[name], first) for name in ("building_id", "park_id", "zone_id")})
    found = found.assign(
        level_from=rows.take(chosen["level"], first),
        level_to=rows.take(chosen["level"], last),
        floors=rows.whole((last - first + 1).astype(np.int64)),
        unit_ids=pd.Series([sum(ids[a : b + 1], ()) for a, b in zip(first, last, strict=True)], dtype=object),
        units=_summed(chosen["units"], stack, len(first)),
        area_m2=rows.area(np.bincount(stack, np.nan_to_num(area), minlength=len(first)).astype(np.float64), known == 0),
        unknown_units=_summed(chosen["unknown_units"], stack, len(first)),
        standing=standings.worst(standings.ranks(chosen["standing"]), stack, len(first)),
    )
    found = found.sort_values("area_m2", ascending=False, kind="stable", ignore_index=True)
    ranked = found["area_m2"].notna() & found["building_id"].notna()
    return found.assign(largest=ranked & ~found.duplicated("building_id"))


def next_up(building: pd.Series[Any], level: pd.Series[Any]) -> NDArray[np.bool_]:
    """Return whether each floor lies next above the one before it, in the same building; unknown ones do not."""
    same = building.eq(building.shift()) & _storeys(level).diff().eq(1)
    return same.fillna(value=False).to_numpy(dtype=bool)


def _storeys(level: pd.Series[Any]) -> pd.Series[Any]:
    """Return levels so that each follows the one below it: −1 becomes 0, 1 stays; NA stays NA."""
    return level.where(level > 0, level + 1).where(level.notna())


def _one_a_floor(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the run of the greatest known area of each level, sorted by building and level; others stand alone."""
    placed = runs["level"].notna() & runs["building_id"].notna()
    ranked = runs[placed].sort_values("area_m2", ascending=False, kind="stable")
    best = ranked.drop_duplicates(["building_id", "level"]).sort_values(["building_id", "level"], kind="stable")
    return pd.concat([best, runs[~placed]], ignore_index=True)


def _summed(counts: pd.Series[int], group: NDArray[np.int64], groups: int) -> pd.Series[int]:
    values = counts.to_numpy(dtype=np.int64)
    return rows.whole(np.bincount(group, values, minlength=groups).astype(np.int64))
