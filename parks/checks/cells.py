"""What a table must satisfy by itself: its cells, its keys, and the cells of one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from parks import schema
from parks.checks import decisions, findings, outlined, projects, services
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from parks.schema import Column
    from parks.words import Translate

    Known = Mapping[str, set[str]]
    Bounds = tuple[float, float, float, float]

HELD = ("let", "reserved", "intended", "fitting_out")
"""States of a lease that only a company can hold."""
YES_NO = ("true", "false", "yes", "no", "1", "0", "是", "否")
SIGNED = frozenset({("floors", "level"), ("published_figures", "value")})
"""Numbers that may lie below 0: basements, and changes as published."""
ROWS = services.ROWS | {"projects": projects.rows, "outlines": outlined.rows}
"""Table → what finds the faults of its rows, for tables that have a file of their own."""
SHAPES = {"point": ("Point",), "polygon": ("Polygon", "MultiPolygon")}


def parts(table: str, frame: pd.DataFrame, known: Known, bounds: Bounds, t: Translate) -> Iterator[Iterable[Issue]]:
    """Faults of one table's rows, column by column; arguments as in `checks.check`."""
    columns = schema.columns(table)
    for name, column in columns.items():
        if name in frame:
            filled = findings.filled(frame[name])
            if column.required:
                message, mend = t("The cell is empty but must be filled."), t("Fill it in.")
                yield findings.issues(table, frame, ~filled, name, "missing", message, mend)
            yield _column(table, frame.loc[filled], column, known, bounds, t)
        elif column.required:
            yield [Issue(table, "", name, "", "missing_column", t("The column is missing."), t("Add it."))]
    key = schema.key(table)
    if key in frame:
        doubled = frame[key].duplicated(keep="first") & findings.filled(frame[key])
        mend = t("Remove the row or give it another key.")
        yield findings.issues(table, frame, doubled, key, "doubled", t("This key stands in the table twice."), mend)
    yield _rows(table, frame, known, t)


def _column(
    table: str, frame: pd.DataFrame, column: Column, known: Known, bounds: Bounds, t: Translate
) -> Iterator[Issue]:
    """Faults of the filled cells of one column."""
    if column.is_geometry:
        yield from _geometry(table, frame, column, bounds, t)
        return
    cells = frame[column.name]
    if column.type in {"number", "int"}:
        yield from _number(table, frame, column, t)
    elif column.type == "bool":
        bad = ~cells.astype("string").str.strip().str.lower().isin(YES_NO)
        message, mend = t("This is neither yes nor no."), t("Write yes or no.")
        yield from findings.issues(table, frame, bad, column.name, "bool", message, mend)
    elif column.type == "date":
        message, mend = t("This is not a day."), t("Write it as 2025-07-17.")
        yield from findings.issues(table, frame, findings.days(cells).isna(), column.name, "date", message, mend)
    elif column.type == "choice":
        mend = t("Use one of: {values}.", values=", ".join(column.values))
        bad = ~cells.isin(column.values)
        yield from findings.issues(table, frame, bad, column.name, "choice", t("This is not one of the choices."), mend)
    elif column.refers_to in known:
        message = t("There is no such row in “{table}”.", table=schema.title(column.refers_to, t))
        mend = t("Mend the code, or bring that row first.")
        # A large set: `isin` would first turn all of it into an array.
        keys = known[column.refers_to]
        strange = np.array([cell not in keys for cell in cells.to_numpy(dtype=object)], dtype=bool)
        yield from findings.issues(table, frame, strange, column.name, "unknown_reference", message, mend)


def _number(table: str, frame: pd.DataFrame, column: Column, t: Translate) -> Iterator[Issue]:
    found = findings.numbers(frame[column.name])
    mend = t("Write digits only, without units.")
    bad = found.isna() | (found.abs() == np.inf)
    yield from findings.issues(table, frame, bad, column.name, "number", t("This is not a number."), mend)
    if column.type == "int":
        part = ~bad & (found % 1 != 0)
        yield from findings.issues(table, frame, part, column.name, "number", t("This is not a whole number."), mend)
    if (table, column.name) not in SIGNED:
        message, mend = t("This number is below 0."), t("Mend it, or leave the cell empty when it is unknown.")
        yield from findings.issues(table, frame, ~bad & (found < 0), column.name, "negative", message, mend)


def _geometry(table: str, frame: pd.DataFrame, column: Column, bounds: Bounds, t: Translate) -> Iterator[Issue]:
    shapes = frame[column.name].to_numpy(dtype=object)
    kinds = np.array([getattr(shape, "geom_type", "") for shape in shapes], dtype=object)
    wrong = ~np.isin(kinds, SHAPES[column.type])
    drawn = shapes.copy()
    drawn[wrong] = None
    broken = ~wrong & ~shapely.is_valid(drawn) | shapely.is_empty(drawn)
    west, south, east, north = shapely.bounds(drawn).T if len(drawn) else np.empty((4, 0))
    away = (west < bounds[0]) | (south < bounds[1]) | (east > bounds[2]) | (north > bounds[3])
    message, mend = (
        t("This is not the kind of shape wanted."),
        t("Draw points for parks and facilities, areas for buildings and outlines."),
    )
    yield from findings.issues(table, frame, wrong, column.name, "geometry", message, mend)
    message, mend = t("The shape is empty or crosses itself."), t("Draw its outline again without crossing.")
    yield from findings.issues(table, frame, broken, column.name, "geometry", message, mend)
    message, mend = t("The place lies far outside the district."), t("Check coordinate system, datum and axis order.")
    yield from findings.issues(table, frame, away, column.name, "outside", message, mend)


def _rows(table: str, frame: pd.DataFrame, known: Known, t: Translate) -> Iterator[Issue]:
    """Faults between the cells of one row."""
    empty = pd.Series(pd.NA, index=frame.index, dtype="object")
    cell = {name: frame.get(name, empty) for name in schema.columns(table)}
    if table == "leases":
        begin, end = findings.days(cell["valid_from"]), findings.days(cell["valid_to"])
        message, mend = t("The lease ends before it begins."), t("Mend one of the two days; the end is the day after.")
        yield from findings.issues(table, frame, end <= begin, "valid_to", "order", message, mend)
        nobody = cell["state"].isin(HELD) & ~findings.filled(cell["tenant_id"])
        message, mend = t("The lease names no company."), t("Name the company, or use locked or renovation.")
        yield from findings.issues(table, frame, nobody, "tenant_id", "missing", message, mend)
    elif table == "floors":
        message, mend = t("There is no floor 0."), t("The ground floor is 1, the first basement −1.")
        yield from findings.issues(table, frame, findings.numbers(cell["level"]) == 0, "level", "level", message, mend)
    elif table == "needs":
        less = findings.numbers(cell["area_max_m2"]) < findings.numbers(cell["area_min_m2"])
        message, mend = t("The most area is below the least."), t("Mend one of the two.")
        yield from findings.issues(table, frame, less, "area_max_m2", "order", message, mend)
        early = findings.days(cell["wanted_to"]) < findings.days(cell["wanted_from"])
        message = t("The last day lies before the first.")
        yield from findings.issues(table, frame, early, "wanted_to", "order", message, mend)
    elif table == "units":
        more = findings.numbers(cell["lettable_m2"]) > findings.numbers(cell["gfa_m2"])
        message, mend = t("The lettable area exceeds the gross area."), t("Mend one of the two.")
        yield from findings.issues(table, frame, more, "lettable_m2", "area", message, mend)
    elif table == "buildings":
        more = findings.numbers(cell["above_ground_m2"]) > findings.numbers(cell["gfa_m2"])
        message, mend = t("The area above ground exceeds the gross area."), t("Mend one of the two.")
        yield from findings.issues(table, frame, more, "above_ground_m2", "area", message, mend)
    elif table in ROWS:
        yield from ROWS[table](frame, cell, t)
    elif table in schema.DECISIONS:
        yield from decisions.faults(table, frame, cell, known, t)
