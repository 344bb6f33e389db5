"""Rows before and after: what is new, gone or changed, cell by cell, as values and as short texts."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import shapely

from parks import schema
from parks.store import rows, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from parks.store.rows import Row
    from parks.words import Translate

BESIDE = {"scenario": ("name", "note", "base", "locked", "approved"), "right_given": ("who", "may")}
"""Tables that are no part of the data but have rows of their own → their columns, the key first."""
ORDER = {name: at for at, name in enumerate([*schema.TABLES, *BESIDE])}
COLUMNS = ("table", "key", "valid_from", "kind", "before", "after")
TOLD = ("source", "source_date", "standing")
"""Columns that say where a row comes from, not what is so: left out where it is said shortly."""
NOTHING = "–"
WIDEST = 160
"""Signs of one side of a row that is said shortly."""
SHORT = 48
"""Signs of a geometry that are shown."""


class Line(NamedTuple):
    """One row, or one period of a row, that differs.

    Parameters
    ----------
    table, key
        Which row.
    valid_from
        ISO day from which the period is so; None where a key has one row only (leases).
    kind
        ``new``, ``gone`` or ``changed``.
    before, after
        Column → what it said: text, number, yes/no, ISO day, short WKT (EPSG:4326); None is unknown, for `valid_to`
        still so. Of a changed row only the columns that differ; of a new or gone one those that are filled and
        not told by `key` and `valid_from`, on one side.
    """

    table: str
    key: str
    valid_from: str | None
    kind: str
    before: dict[str, Any]
    after: dict[str, Any]


def lines(name: str, before: Mapping[str, Sequence[Row]], after: Mapping[str, Sequence[Row]]) -> list[Line]:
    """Return what differs between two states of the table `name`, sorted by key and time.

    Parameters
    ----------
    name
        One of `schema.TABLES`, or of `BESIDE`.
    before, after
        Key → its rows with the columns `tables.stored` (those of `BESIDE`); a key without rows may be missing.
        Periods that begin on the same day are compared.
    """
    found = []
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) == after.get(key):
            continue
        old, new = (_periods(name, side.get(key, ())) for side in (before, after))
        for since in sorted(old.keys() | new.keys()):
            one, other = old.get(since), new.get(since)
            if one != other:
                found.append(_line(name, key, since, one, other))
    return found


def frame(found: Iterable[Line]) -> pd.DataFrame:
    """Return lines of any tables as a frame: `COLUMNS`, `before` and `after` as in `Line`.

    Sorted in the order of the schema, by key and time.
    """
    ordered = sorted(found, key=lambda line: (ORDER[line.table], line.key, line.valid_from or ""))
    read = pd.DataFrame(ordered, columns=list(COLUMNS), dtype="object")
    return read.astype(dict.fromkeys(COLUMNS[:4], "string"))


def text(cells: Mapping[str, Any]) -> str:
    """Return one side of a line as ``column: value; column: value``."""
    return "; ".join(f"{name}: {value(cell)}" for name, cell in cells.items())


def brief(line: Line, t: Translate) -> tuple[str, str]:
    """Return a line as two short texts, before and after, each with the key; `NOTHING` where there is no row."""
    since = f" ({line.valid_from})" if line.valid_from not in (None, rows.ALWAYS) else ""
    sides = []
    for cells in (line.before, line.after):
        said = _lease(cells, t) if line.table == "leases" and line.kind != "changed" and cells else _cells(cells)
        sides.append(_cut(f"{line.key}{since}: {said}", WIDEST) if cells else NOTHING)
    return sides[0], sides[1]


def value(cell: Any) -> str:  # noqa: ANN401 - a cell is text, a number or yes/no
    """Return a cell as text; `NOTHING` when it is unknown or says nothing."""
    if cell is None or cell == "":
        return NOTHING
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


def columns(name: str) -> list[str]:
    """Return the columns of a row of `name`, the table's own key among them."""
    return list(BESIDE.get(name) or tables.stored(name))


def _periods(name: str, held: Sequence[Row]) -> dict[str, Row]:
    """Return the rows of a key by what tells them apart: first day, or right; there is only one of the others."""
    names = columns(name)
    mark = "may" if name == "right_given" else "valid_from"
    if name in tables.DATED or mark not in names:
        return {"": held[0]} if held else {}
    at = names.index(mark)
    return {str(row[at]): row for row in held}


def _line(name: str, key: str, since: str, old: Row | None, new: Row | None) -> Line:
    names = columns(name)
    dated = since if "valid_from" in names and name not in tables.DATED else None
    if old is not None and new is not None:
        wanted = [at for at, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
        before, after = ({names[at]: _plain(name, names[at], row[at]) for at in wanted} for row in (old, new))
        return Line(name, key, dated, "changed", before, after)
    kind = "new" if old is None else "gone"
    return Line(name, key, dated, kind, _filled(name, old), _filled(name, new))


def _filled(name: str, row: Row | None) -> dict[str, Any]:
    """Return the cells of a row that say something; the line itself tells the key and the first day of a period."""
    if row is None:
        return {}
    told = {BESIDE[name][0]} if name in BESIDE else {schema.key(name)}
    if name not in tables.DATED:
        told.add("valid_from")
    cells = ((column, _plain(name, column, cell)) for column, cell in zip(columns(name), row, strict=True))
    return {column: cell for column, cell in cells if cell is not None and column not in told}


def _plain(name: str, column: str, cell: Any) -> Any:  # noqa: ANN401 - cells of any type
    """Return a cell as people know it, the same from every engine."""
    if cell is None or (column == "valid_to" and cell == rows.OPEN):
        return None
    if isinstance(cell, bytes):
        return _shape(cell)
    known = {} if name in BESIDE else schema.columns(name)
    if column == "locked" or (column in known and known[column].type == "bool"):
        return bool(cell)
    return cell


def _shape(wkb: bytes) -> str:
    """Return a geometry as WKT; one too long to show is cut, and gets a mark by which two of them can be told apart."""
    said = str(shapely.to_wkt(shapely.from_wkb(wkb), rounding_precision=-1))
    if len(said) <= SHORT:
        return said
    return f"{said[:SHORT]}… #{hashlib.sha256(wkb).hexdigest()[:6]}"


def _cells(cells: Mapping[str, Any]) -> str:
    shown = {name: cell for name, cell in cells.items() if name not in TOLD} or cells
    return ", ".join(f"{name} {value(cell)}" for name, cell in shown.items())


def _lease(cells: Mapping[str, Any], t: Translate) -> str:
    """Return a whole lease in a few words."""
    unit, tenant, state = (cells.get(name) for name in ("unit_id", "tenant_id", "state"))
    who = t("tenant {tenant}", tenant=tenant) if tenant else t("nobody (closed space)")
    period = f"{cells.get('valid_from')} → {cells.get('valid_to') or ''}".rstrip()
    return ", ".join([t("unit {unit}", unit=unit), who, str(state), period])


def _cut(said: str, width: int) -> str:
    return said if len(said) <= width else f"{said[: width - 1]}…"
