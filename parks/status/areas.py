"""Areas of units added up by state: what is known is summed, what is not known is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parks.status import rows, standings

if TYPE_CHECKING:
    from numpy.typing import NDArray

STATES = (
    "let",
    "vacant",
    "reserved",
    "intended",
    "fitting_out",
    "locked",
    "renovation",
    "not_built",
    "unknown",
)
"""Every state of a unit. A unit is in exactly one."""
LETTABLE = 6
"""How many of `STATES`, from the first, are lettable: the building stands and the unit is not under renovation."""


def sums(space: pd.DataFrame, group: NDArray[np.int64], groups: int) -> pd.DataFrame:
    """Return the areas by state of each group of units.

    Parameters
    ----------
    space
        ``state lettable_m2 standing``, one row a unit.
    group
        Group of each row, 0 … `groups` − 1.
    groups
        How many groups there are.

    Returns
    -------
    DataFrame
        ``lettable_m2 <state>_m2 … vacancy units unknown_units standing``, one row a group.
    """
    state = rows.places(STATES, space["state"])
    area = space["lettable_m2"].to_numpy(dtype=float, na_value=np.nan)
    measured, cell = ~np.isnan(area), group * len(STATES) + state
    shape, cells = (groups, len(STATES)), groups * len(STATES)
    total = np.bincount(cell[measured], weights=area[measured], minlength=cells).reshape(shape).astype(np.float64)
    known = np.bincount(cell[measured], minlength=cells).reshape(shape)
    units = np.bincount(cell, minlength=cells).reshape(shape)
    unsure = ~measured | (state == STATES.index("unknown"))
    stock, stock_known = units[:, :LETTABLE].sum(axis=1), known[:, :LETTABLE].sum(axis=1)
    found = {"lettable_m2": rows.area(total[:, :LETTABLE].sum(axis=1), (stock > 0) & (stock_known == 0))}
    for place, name in enumerate(STATES):
        found[f"{name}_m2"] = rows.area(total[:, place], (units[:, place] > 0) & (known[:, place] == 0))
    lettable = found["lettable_m2"]
    return pd.DataFrame(found).assign(
        vacancy=found["vacant_m2"] / lettable.where(lettable > 0),
        units=rows.whole(units.sum(axis=1)),
        unknown_units=rows.whole(np.bincount(group[unsure], minlength=groups)),
        standing=standings.worst(standings.ranks(space["standing"]), group, groups),
    )
