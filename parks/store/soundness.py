"""Whether a store is safe to work on: its engine, its guards, and whether all that it recorded can have been."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import sqlalchemy as sa

from parks import schema
from parks.issues import Issue
from parks.store import engines, overlaps, tables, views

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from parks.words import Translate

EVER = int(np.iinfo("int32").max)
"""Stands for the change that ended a row, where none has."""
ONCE = {
    "scenario": ["name"],
    "taken": ["scenario", "table_name", "key"],
    "right_given": ["who", "may"],
    "heading": ["source", "table_name", "heading"],
}
"""Table of the history → the columns that stand once at a time. Rows of data are told by their key in a scenario."""
MORE = {"scenario": ["base"], "leases": ["unit_id", "state"]}
"""Table → further columns that are looked at."""


class Rows(NamedTuple):
    """Every row ever written into one table, in columns.

    Parameters
    ----------
    name
        The table.
    cells
        Column → its cells. ``tx_to`` is `EVER` where no change has ended the row; days are numbers in their order.
    """

    name: str
    cells: dict[str, NDArray[Any]]

    def where(self, mask: NDArray[np.bool_]) -> Rows:
        """Return the rows where the mask is true."""
        return Rows(self.name, {name: cells[mask] for name, cells in self.cells.items()})

    def called(self, at: int) -> str:
        """Return the key of the row at a place."""
        own = ONCE.get(self.name) or [schema.key(self.name)]
        return " ".join(str(self.cells[column][at]) for column in own)

    def issue(self, at: int, column: str, kind: str, message: str, mend: str) -> Issue:
        """Return what is wrong with a cell of the row at a place."""
        return Issue(self.name, self.called(at), column, str(self.cells[column][at]), kind, message, mend)


def faults(connection: sa.Connection, t: Translate) -> list[Issue]:
    """Return what makes a store unsafe to work on. Nothing that people do through Parks brings any of it about."""
    kind = engines.kind(connection.dialect.name)
    message = t("The database finds a fault in what it keeps.")
    torn = [Issue("store", "", "", said, "damaged", message, _mend(t)) for said in kind.faults(connection)]
    if torn:
        return torn  # nothing else that is read from it could be relied on
    message = t("A guard that keeps the data safe is not in force.")
    mend = t("“parks migrate” puts them back if the data are still sound; if not, put back the last backup.")
    gone = [Issue("store", "", "", name, "unguarded", message, mend) for name in kind.missing(connection)]
    return [*gone, *past(connection, t)]


def past(connection: sa.Connection, t: Translate) -> list[Issue]:
    """Return where what was recorded cannot have been, at any time and in any scenario."""
    changes = _columns(connection, tables.change, ["id", "recorded_at", "undoes"])
    found = list(_changes(changes, t))
    held: dict[str, Rows] = {}
    for name in [*ONCE, *tables.DATA]:
        rows = _rows(connection, name)
        found += _times(rows, changes["id"], t)
        found += _doubled(rows, t)
        if name in {"scenario", "taken", "leases"}:
            held[name] = rows
    leases = held["leases"]
    firm = leases.where(pd.Series(leases.cells["state"]).isin(tables.FIRM).to_numpy())
    last = int(max(changes["id"], default=0))
    return [
        *found,
        *_bases(held["scenario"], last, t),
        *_booked(firm, t),
        *_seen(firm, held["scenario"], held["taken"], t),
    ]


def _mend(t: Translate) -> str:
    return t("Do not work on this store; put back the last backup.")


def _columns(connection: sa.Connection, table: sa.Table, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return columns of all rows ever written, in the order in which they were."""
    (number,) = table.primary_key.columns
    read = views.columns(connection, [sa.select(*tables.shown(table, names)).order_by(number)], len(names))
    return {name: np.array(cells, dtype=object) for name, cells in zip(names, read, strict=True)}


def _rows(connection: sa.Connection, name: str) -> Rows:
    own = ONCE.get(name) or [schema.key(name), "scenario", "valid_from", "valid_to"]
    names = [*own, *MORE.get(name, []), "tx_from", "tx_to"]
    cells = _columns(connection, tables.METADATA.tables[name], names)
    cells["tx_from"] = cells["tx_from"].astype("int64")
    cells["tx_to"] = np.array([EVER if change is None else change for change in cells["tx_to"]], dtype="int64")
    if name in tables.DATA:
        cells["valid_from"], cells["valid_to"] = overlaps.ordered(cells["valid_from"], cells["valid_to"])
    return Rows(name, cells)


def _changes(cells: dict[str, NDArray[Any]], t: Translate) -> Iterator[Issue]:
    """Changes that were recorded out of their order, or take back what was not there yet."""
    message = t("The change was recorded before the one that comes before it.")
    moments = cells["recorded_at"]
    for at in np.flatnonzero(moments[1:] < moments[:-1]) + 1:
        yield Issue("change", str(cells["id"][at]), "recorded_at", str(moments[at]), "history", message, _mend(t))
    message = t("The change takes back one that does not come before it.")
    for number, undone in zip(cells["id"], cells["undoes"], strict=True):
        if undone is not None and not undone < number:
            yield Issue("change", str(number), "undoes", str(undone), "history", message, _mend(t))


def _times(rows: Rows, changes: NDArray[Any], t: Translate) -> Iterator[Issue]:
    """Rows that no change wrote or ended, or that ended before they were written."""
    begun, ended = rows.cells["tx_from"], rows.cells["tx_to"]
    known = changes.astype("int64")
    message = t("The history knows no such change.")
    for column, strange in (
        ("tx_from", ~np.isin(begun, known)),
        ("tx_to", ~np.isin(ended, known) & (ended != EVER)),
    ):
        for at in np.flatnonzero(strange):
            yield rows.issue(int(at), column, "history", message, _mend(t))
    message = t("The row was ended before it was written.")
    for at in np.flatnonzero(ended <= begun):
        yield rows.issue(int(at), "tx_to", "history", message, _mend(t))


def _doubled(rows: Rows, t: Translate) -> Iterator[Issue]:
    """Keys that stood twice for the same days at the same time."""
    cells = rows.cells
    own = ONCE.get(rows.name) or [schema.key(rows.name), "scenario"]
    turned = rows.name in tables.DATA and rows.name not in tables.DATED  # elsewhere a key stands once at any day
    size = len(cells["tx_from"])
    days = (cells["valid_from"], cells["valid_to"]) if turned else (np.zeros(size, int), np.ones(size, int))
    group = overlaps.coded(*(cells[name] for name in own))
    message = t("The key stands twice for the same day.")
    for at, _ in zip(*overlaps.pairs(group, *days, cells["tx_from"], cells["tx_to"]), strict=True):
        yield rows.issue(int(at), own[0], "doubled", message, _mend(t))


def _bases(scenarios: Rows, last: int, t: Translate) -> Iterator[Issue]:
    """Scenarios laid over a state of the record that has not come yet."""
    message = t("The scenario is laid over a change that is not there.")
    for at in np.flatnonzero(scenarios.cells["base"].astype("int64") > last):
        yield scenarios.issue(int(at), "base", "history", message, _mend(t))


def _booked(firm: Rows, t: Translate) -> Iterator[Issue]:
    """Units that two firm leases of the record, or of one scenario, held for the same day at the same time."""
    cells = firm.cells
    group = overlaps.coded(cells["scenario"], cells["unit_id"])
    days = cells["valid_from"], cells["valid_to"]
    for at, other in zip(*overlaps.pairs(group, *days, cells["tx_from"], cells["tx_to"]), strict=True):
        message = t("Lease {lease} firmly held the unit for the same day.", lease=firm.called(int(other)))
        yield firm.issue(int(at), "unit_id", "double_booking", message, _mend(t))


def _seen(firm: Rows, scenarios: Rows, taken: Rows, t: Translate) -> Iterator[Issue]:
    """Units that a firm lease of a scenario held for the same day as one of the record that the scenario saw."""
    every = pd.DataFrame(firm.cells).reset_index(names="at")
    own, record = every[every["scenario"] != ""], every[every["scenario"] == ""]
    pairs = own.merge(record, on="unit_id", suffixes=("", "_seen"))
    pairs = pairs[(pairs["valid_from"] < pairs["valid_to_seen"]) & (pairs["valid_from_seen"] < pairs["valid_to"])]
    laid = pd.DataFrame(scenarios.cells).rename(columns={"name": "scenario", "tx_from": "laid", "tx_to": "left"})
    pairs = pairs.merge(laid, on="scenario")
    pairs["start"], pairs["end"] = pairs[["tx_from", "laid"]].max(axis=1), pairs[["tx_to", "left"]].min(axis=1)
    seen = (pairs["tx_from_seen"] <= pairs["base"]) & (pairs["base"] < pairs["tx_to_seen"])
    masks: dict[tuple[str, str], list[tuple[int, int]]] = {}
    names = ("table_name", "scenario", "key", "tx_from", "tx_to")
    for table, name, key, begun, ended in zip(*(taken.cells[column] for column in names), strict=True):
        if table == "leases":
            masks.setdefault((name, key), []).append((begun, ended))
    for at, scenario, other, start, end in pairs.loc[
        seen, ["at", "scenario", "lease_id_seen", "start", "end"]
    ].itertuples(index=False, name=None):
        if not _covered(masks.get((scenario, other), []), start, end):
            message = t(
                "Lease {lease} of the record, which the scenario sees, firmly held the unit for the same day.",
                lease=other,
            )
            yield firm.issue(at, "unit_id", "double_booking", message, _mend(t))


def _covered(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Return whether `spans` together leave nothing out between `start` and `end`."""
    for first, last in sorted(spans):
        if first <= start:
            start = max(start, last)
    return start >= end
