"""Causes: the cells in which two snapshots differ, and which of them stand behind a thing that moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from geopandas.array import GeometryArray
from pandas.arrays import DatetimeArray

from parks import schema
from parks.status import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas.api.extensions import ExtensionArray

    from parks.snapshot import Snapshot

CELLS = ("key", "kind", "column", "before", "after")
"""The columns of `differing`."""
COLUMNS = ("thing_table", "thing_key", "table", "key", "kind", "column", "before", "after")
"""The columns of `of`."""
_LEASES_OF_COMPANY = ("leases", "tenant_id", "lease_id")
BEHIND = {
    "units": {
        "units": [("units", "unit_id", "unit_id")],
        "leases": [("leases", "unit_id", "lease_id")],
        "floors": [("units", "unit_id", "floor_id")],
        "buildings": [("units", "unit_id", "building_id")],
        "parks": [("units", "unit_id", "building_id"), ("buildings", "building_id", "park_id")],
    },
    "projects": {
        "projects": [("projects", "project_id", "project_id")],
        "milestones": [("milestones", "project_id", "milestone_id")],
    },
    "needs": {
        "needs": [("needs", "need_id", "need_id")],
        "tenants": [("needs", "need_id", "tenant_id")],
        "leases": [("needs", "need_id", "tenant_id"), _LEASES_OF_COMPANY],
    },
    "tenants": {
        "tenants": [("tenants", "tenant_id", "tenant_id")],
        "needs": [("needs", "tenant_id", "need_id")],
        "leases": [_LEASES_OF_COMPANY],
    },
}
"""Table of the thing → table of the rows behind it → the way there: (table, column of what we have, of what we get)."""


def of(before: Snapshot, after: Snapshot, things: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that differ in the rows behind `things`.

    Parameters
    ----------
    before, after
        The two snapshots.
    things
        ``table key``: units, projects, needs or companies (`BEHIND`); a thing may be there several times.

    Returns
    -------
    DataFrame
        ``thing_table thing_key table``, then the columns of `differing`; sorted by thing, table and key, the
        columns in the order of the schema. A row belongs to a thing when it stands behind it in either snapshot; one
        that stands behind several things is there for each. An edit of such a row is listed whether or not
        the figure reads that column: its source or its standing, say.
    """
    links = [pd.DataFrame(columns=list(COLUMNS[:4]), dtype="string")]
    for thing, group in things.groupby("table"):
        for table, way in BEHIND[str(thing)].items():
            found = [_linked(park, group["key"], way) for park in (before, after)]
            links.append(pd.concat(found).assign(thing_table=thing, table=table))
    behind = pd.concat(links).astype("string").drop_duplicates()
    cells = [pd.DataFrame(columns=["table", *CELLS], dtype="string")]
    for name, group in behind.groupby("table"):
        old, new = (_rows(park, str(name), group["key"]) for park in (before, after))
        cells.append(differing(old, new, schema.key(str(name))).assign(table=name))
    lines = behind.merge(pd.concat(cells).astype({"table": "string"}), on=["table", "key"])
    return lines.sort_values(["thing_table", "thing_key", "table", "key"], kind="stable", ignore_index=True)[[*COLUMNS]]


def differing(before: pd.DataFrame, after: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return one line for each cell in which two frames differ.

    Parameters
    ----------
    before, after
        Frames of the same columns, one row a key. Geometries, in one CRS, are equal when every vertex is.
    key
        The key column (`schema.key` of a table).

    Returns
    -------
    DataFrame
        ``key kind column before after``.

        - `kind`: ``changed``; ``new`` or ``gone`` for a row that only one of the frames has, which makes one line
          with an empty `column`;
        - `before`, `after`: what the cell said: text, number, yes/no, day (`datetime.date`), geometry as WKT; NA
          when it was unknown, or when the row is new or gone.

        Two unknown cells do not differ, an unknown and a known one do. Columns are in the order of the frames.
    """
    at = rows.find(before[key], after[key])
    shared = np.flatnonzero(at >= 0)
    stays = np.zeros(len(before), dtype=np.bool_)
    stays[at[shared]] = True
    parts = [_lines("new", after[key].array[at < 0]), _lines("gone", before[key].array[~stays])]
    for name in before.columns.drop(key):
        old, new = before[name].array.take(at[shared]), after[name].array.take(shared)
        cells = np.flatnonzero(_differ(old, new))
        if len(cells):
            keys = after[key].array.take(shared[cells])
            parts.append(_lines("changed", keys, name, _plain(old[cells]), _plain(new[cells])))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    text, said = dict(zip(CELLS[:3], columns, strict=False)), dict(zip(CELLS[3:], columns[3:], strict=True))
    return pd.DataFrame(text, dtype="string").assign(**said)


def _lines(
    kind: str, keys: ExtensionArray, column: str = "", before: object = pd.NA, after: object = pd.NA
) -> list[NDArray[np.object_]]:
    """Return the columns of `differing` for these keys."""
    found = np.empty((len(CELLS), len(keys)), dtype=np.object_)
    for place, cell in enumerate((keys, kind, column, before, after)):
        found[place] = cell
    return list(found)


def _differ(old: ExtensionArray, new: ExtensionArray) -> NDArray[np.bool_]:
    """Return where two arrays are not the same: both known and apart, or one of them unknown."""
    unknown = [np.asarray(cells.isna(), dtype=bool) for cells in (old, new)]
    if isinstance(old, GeometryArray):
        same = shapely.equals_identical(np.asarray(old), np.asarray(new))
    else:
        equal: Any = old == new
        same = np.asarray(pd.array(equal).fillna(value=False), dtype=bool)
    found: NDArray[np.bool_] = ~same & ~(unknown[0] & unknown[1])
    return found


def _plain(cells: ExtensionArray) -> NDArray[np.object_]:
    """Return the cells as what can be said in text: days, WKT, or as they are; NA where unknown."""
    found = np.empty(len(cells), dtype=np.object_)
    if isinstance(cells, GeometryArray):
        found[:] = shapely.to_wkt(cells, rounding_precision=-1)
    else:
        found[:] = cells.date if isinstance(cells, DatetimeArray) else cells
    found[np.asarray(cells.isna(), dtype=bool)] = pd.NA
    return found


def _linked(park: Snapshot, wanted: pd.Series[str], way: list[tuple[str, str, str]]) -> pd.DataFrame:
    """Return ``thing_key key``: what each thing wanted leads to on the way; what is not known leads nowhere."""
    (table, have, get), *further = way
    step = park.table(table)
    step = step[step[have].isin(wanted)]
    links = pd.concat([step[have], step[get]], axis=1, keys=["thing_key", "key"]).dropna()
    for table, have, get in further:
        step = park.table(table)[[have, get]].set_axis(["key", "got"], axis=1)
        step = step[step["key"].isin(links["key"])].dropna()
        links = links.merge(step, on="key")[["thing_key", "got"]].set_axis(["thing_key", "key"], axis=1)
    return links


def _rows(park: Snapshot, table: str, keys: pd.Series[str]) -> pd.DataFrame:
    frame = park.table(table)
    return frame[frame[schema.key(table)].isin(keys)].reset_index(drop=True)
