"""What a table must satisfy by itself, and what the tables must satisfy together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from parks import policy, schema, words
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from parks.policy import Policy
    from parks.schema import Column
    from parks.snapshot import Snapshot
    from parks.words import Translate

    Known = Mapping[str, set[str]]
    Bounds = tuple[float, float, float, float]
    Mask = pd.Series[bool] | NDArray[np.bool_]

ENGLISH = words.translator("en")
WORLD = (-180.0, -90.0, 180.0, 90.0)
FIRM = ("let", "reserved", "fitting_out", "locked", "renovation")
"""States of a lease that keep everybody else out."""
HELD = ("let", "reserved", "intended", "fitting_out")
"""States of a lease that only a company can hold."""
YES_NO = ("true", "false", "yes", "no", "1", "0", "是", "否")
SIGNED = frozenset({("floors", "level"), ("published_figures", "value")})
"""Numbers that may lie below 0: basements, and changes as published."""
SHAPES = {"point": ("Point",), "polygon": ("Polygon", "MultiPolygon")}
STEPS = ("approved", "started", "topped_out", "completed", "handed_over")
"""Milestones in their order. Recognition has no place in it: the rules do not say when it comes."""
ROUNDING = 1.001
"""Sums of areas may exceed the whole by this factor: each part is rounded."""
LISTS = ("portfolio", "plan_area")
"""Records that hold no buildings of their own."""


def check(
    table: str,
    frame: pd.DataFrame,
    known: Known,
    *,
    bounds: Bounds | None = None,
    t: Translate = ENGLISH,
) -> list[Issue]:
    """Return every fault of one table's rows.

    Parameters
    ----------
    table
        One of `schema.TABLES`.
    frame
        Raw or typed cells under our column names. A missing column counts as empty. Geometries in EPSG:4326.
        An index named ``row`` holds the user's line numbers; otherwise a row is named by its key.
    known
        Table or policy list (``zones``, ``sectors``, ``targets``) → its keys. What is not given is not checked.
    bounds
        West, south, east, north [°] in which every place must lie (see `policy.bounds`); None is the whole world.
    t
        Says the sentences.
    """
    return [issue for part in _parts(table, frame, known, bounds or WORLD, t) for issue in part]


def check_all(park: Snapshot, rules: Policy, t: Translate = ENGLISH) -> list[Issue]:
    """Return every finding in the tables of a day, each by itself and all together.

    Parameters
    ----------
    park
        The tables.
    rules
        The policy in force.
    t
        Says the sentences.
    """
    known = {name: set(park.table(name)[schema.key(name)]) for name in schema.TABLES}
    known |= {
        "zones": set(rules.zones["zone_id"]),
        "sectors": set(rules.sectors["sector_code"]),
        "targets": set(rules.targets["target_id"]),
    }
    bounds = policy.bounds(rules)
    found = [issue for name in schema.TABLES for issue in check(name, park.table(name), known, bounds=bounds, t=t)]
    together = (_homes, _floors, _areas, _overlaps, _zones, _outside, _milestones, _completions)
    return found + [issue for test in together for issue in test(park, rules, t)]


def _parts(table: str, frame: pd.DataFrame, known: Known, bounds: Bounds, t: Translate) -> Iterator[Iterable[Issue]]:
    columns = schema.columns(table)
    for name, column in columns.items():
        if name in frame:
            filled = _filled(frame[name])
            if column.required:
                message, mend = t("The cell is empty but must be filled."), t("Fill it in.")
                yield _issues(table, frame, ~filled, name, "missing", message, mend)
            yield _column(table, frame.loc[filled], column, known, bounds, t)
        elif column.required:
            yield [Issue(table, "", name, "", "missing_column", t("The column is missing."), t("Add it."))]
    key = schema.key(table)
    if key in frame:
        doubled = frame[key].duplicated(keep="first") & _filled(frame[key])
        mend = t("Remove the row or give it another key.")
        yield _issues(table, frame, doubled, key, "doubled", t("This key stands in the table twice."), mend)
    yield _rows(table, frame, t)


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
        yield from _issues(table, frame, bad, column.name, "bool", message, mend)
    elif column.type == "date":
        message, mend = t("This is not a day."), t("Write it as 2025-07-17.")
        yield from _issues(table, frame, _days(cells).isna(), column.name, "date", message, mend)
    elif column.type == "choice":
        mend = t("Use one of: {values}.", values=", ".join(column.values))
        bad = ~cells.isin(column.values)
        yield from _issues(table, frame, bad, column.name, "choice", t("This is not one of the choices."), mend)
    elif column.refers_to in known:
        message = t("There is no such row in {table}.", table=column.refers_to)
        mend = t("Mend the code, or bring that row first.")
        bad = ~cells.isin(known[column.refers_to])
        yield from _issues(table, frame, bad, column.name, "unknown_reference", message, mend)


def _number(table: str, frame: pd.DataFrame, column: Column, t: Translate) -> Iterator[Issue]:
    found = _numbers(frame[column.name])
    mend = t("Write digits only, without units.")
    bad = found.isna() | (found.abs() == np.inf)
    yield from _issues(table, frame, bad, column.name, "number", t("This is not a number."), mend)
    if column.type == "int":
        part = ~bad & (found % 1 != 0)
        yield from _issues(table, frame, part, column.name, "number", t("This is not a whole number."), mend)
    if (table, column.name) not in SIGNED:
        message, mend = t("This number is below 0."), t("Mend it, or leave the cell empty when it is unknown.")
        yield from _issues(table, frame, ~bad & (found < 0), column.name, "negative", message, mend)


def _geometry(table: str, frame: pd.DataFrame, column: Column, bounds: Bounds, t: Translate) -> Iterator[Issue]:
    shapes = frame[column.name].to_numpy(dtype=object)
    kinds = np.array([getattr(shape, "geom_type", "") for shape in shapes], dtype=object)
    wrong = ~np.isin(kinds, SHAPES[column.type])
    drawn = shapes.copy()
    drawn[wrong] = None
    broken = ~wrong & ~shapely.is_valid(drawn) | shapely.is_empty(drawn)
    west, south, east, north = shapely.bounds(drawn).T if len(drawn) else np.empty((4, 0))
    away = (west < bounds[0]) | (south < bounds[1]) | (east > bounds[2]) | (north > bounds[3])
    message, mend = t("This is not the kind of shape wanted."), t("Draw points for parks, areas for buildings.")
    yield from _issues(table, frame, wrong, column.name, "geometry", message, mend)
    message, mend = t("The shape is empty or crosses itself."), t("Draw its outline again without crossing.")
    yield from _issues(table, frame, broken, column.name, "geometry", message, mend)
    message, mend = t("The place lies far outside the district."), t("Check coordinate system, datum and axis order.")
    yield from _issues(table, frame, away, column.name, "outside", message, mend)


def _rows(table: str, frame: pd.DataFrame, t: Translate) -> Iterator[Issue]:
    """Faults between the cells of one row."""
    empty = pd.Series(pd.NA, index=frame.index, dtype="object")
    cell = {name: frame.get(name, empty) for name in schema.columns(table)}
    if table == "leases":
        begin, end = _days(cell["valid_from"]), _days(cell["valid_to"])
        message, mend = t("The lease ends before it begins."), t("Mend one of the two days; the end is the day after.")
        yield from _issues(table, frame, end <= begin, "valid_to", "order", message, mend)
        nobody = cell["state"].isin(HELD) & ~_filled(cell["tenant_id"])
        message, mend = t("The lease names no company."), t("Name the company, or use locked or renovation.")
        yield from _issues(table, frame, nobody, "tenant_id", "missing", message, mend)
    elif table == "floors":
        message, mend = t("There is no floor 0."), t("The ground floor is 1, the first basement −1.")
        yield from _issues(table, frame, _numbers(cell["level"]) == 0, "level", "level", message, mend)
    elif table == "needs":
        less = _numbers(cell["area_max_m2"]) < _numbers(cell["area_min_m2"])
        message, mend = t("The most area is below the least."), t("Mend one of the two.")
        yield from _issues(table, frame, less, "area_max_m2", "order", message, mend)
        early = _days(cell["wanted_to"]) < _days(cell["wanted_from"])
        message = t("The last day lies before the first.")
        yield from _issues(table, frame, early, "wanted_to", "order", message, mend)
    elif table == "units":
        more = _numbers(cell["lettable_m2"]) > _numbers(cell["gfa_m2"])
        message, mend = t("The lettable area exceeds the gross area."), t("Mend one of the two.")
        yield from _issues(table, frame, more, "lettable_m2", "area", message, mend)
    elif table == "buildings":
        more = _numbers(cell["above_ground_m2"]) > _numbers(cell["gfa_m2"])
        message, mend = t("The area above ground exceeds the gross area."), t("Mend one of the two.")
        yield from _issues(table, frame, more, "above_ground_m2", "area", message, mend)


def _homes(park: Snapshot, _: Policy, t: Translate) -> Iterable[Issue]:
    """Buildings in a record that is only a list of others."""
    kind = _found(park.buildings["park_id"], park.parks.set_index("park_id")["record_type"])
    message = t("The record of its park is a portfolio or a plan area and holds no buildings of its own.")
    mend = t("Name the campus in which the building stands.")
    return _issues("buildings", park.buildings, kind.isin(LISTS), "park_id", "park", message, mend)


def _floors(park: Snapshot, _: Policy, t: Translate) -> Iterable[Issue]:
    """Units on a floor of another building."""
    building = _found(park.units["floor_id"], park.floors.set_index("floor_id")["building_id"])
    message = t("The floor belongs to another building.")
    mend = t("Mend the floor or the building of the unit.")
    return _issues("units", park.units, building != park.units["building_id"], "floor_id", "floor", message, mend)


def _areas(park: Snapshot, _: Policy, t: Translate) -> Iterator[Issue]:
    """Parts that are larger than the whole."""
    mend = t("Mend the area of the whole or of its parts.")
    for part, column, whole, key, message in (
        (park.units, "lettable_m2", "floors", "floor_id", t("Its units have more lettable area than the floor has.")),
        (park.units, "gfa_m2", "floors", "floor_id", t("Its units have more gross area than the floor has.")),
        (park.floors, "gfa_m2", "buildings", "building_id", t("Its floors have more area than the building has.")),
    ):
        frame = park.table(whole)
        total = _found(frame[key], part.groupby(key)[column].sum(min_count=1))
        yield from _issues(whole, frame, total > frame["gfa_m2"] * ROUNDING, "gfa_m2", "area", message, mend)


def _overlaps(park: Snapshot, _: Policy, t: Translate) -> Iterable[Issue]:
    """Firm leases of one unit that overlap; the later one is named."""
    firm = park.leases[park.leases["state"].isin(FIRM) & park.leases["valid_from"].notna()]
    firm = firm.sort_values(["unit_id", "valid_from", "lease_id"], kind="stable")
    end = firm["valid_to"].fillna(pd.Timestamp("9999-12-31"))
    before = end.groupby(firm["unit_id"]).cummax().groupby(firm["unit_id"]).shift()
    message = t("Another firm lease holds the unit on the same days.")
    mend = t("End one of the two, or mend its days.")
    return _issues("leases", firm, before > firm["valid_from"], "unit_id", "overlap", message, mend)


def _zones(park: Snapshot, rules: Policy, t: Translate) -> Iterator[Issue]:
    """Projects and parks that are counted in another zone than they should be."""
    zone = _found(park.projects["park_id"], park.parks.set_index("park_id")["zone_id"])
    message = t("The project is counted in another zone than its park.")
    mend = t("Mend the zone of the project or of the park.")
    yield from _issues("projects", park.projects, zone != park.projects["zone_id"], "zone_id", "zone", message, mend)
    outside = _found(park.parks["zone_id"], rules.zones.set_index("zone_id")["role"]) == "outside"
    wrong = outside == park.parks["inside_layout"]
    message = t("Whether the park is inside the layout does not agree with its zone.")
    mend = t("Mend the zone, or whether it is inside.")
    yield from _issues("parks", park.parks, wrong, "inside_layout", "zone", message, mend)


def _outside(park: Snapshot, rules: Policy, t: Translate) -> Iterator[Issue]:
    """Surveyed parks and their buildings that lie outside the outline of their zone."""
    surveyed = park.parks[park.parks["placement"] == "surveyed"].set_index("park_id")["zone_id"]
    outlines = rules.zones.set_index("zone_id").geometry
    message = t("It lies outside the outline of its zone.")
    mend = t("Check the place and the zone; the outlines are generalised.")
    for table, frame in (("parks", park.parks), ("buildings", park.buildings)):
        outline = gpd.GeoSeries(_found(_found(frame["park_id"], surveyed), outlines), crs=frame.crs)
        away = frame.geometry.disjoint(outline, align=False) & frame.geometry.notna() & outline.notna()
        yield from _issues(table, frame, away, "geometry", "zone", message, mend)


def _milestones(park: Snapshot, _: Policy, t: Translate) -> Iterator[Issue]:
    """Milestones that stand twice, in the future, or before one that comes earlier."""
    frame = park.milestones
    doubled = frame.duplicated(["project_id", "event"])
    message, mend = t("The project has this milestone twice."), t("Remove one of the two.")
    yield from _issues("milestones", frame, doubled, "event", "doubled", message, mend)
    message, mend = t("It was reached on a day that is still to come."), t("Enter that day as planned.")
    late = frame["actual_on"] > pd.Timestamp(park.day)
    yield from _issues("milestones", frame, late, "actual_on", "future", message, mend)
    message = t("It lies before a milestone that comes earlier.")
    mend = t("Mend one of the two days.")
    for column in ("planned_on", "actual_on"):
        rows = frame[frame["event"].isin(STEPS) & frame[column].notna() & ~doubled]
        step = rows["event"].map({event: number for number, event in enumerate(STEPS)})
        rows = rows.assign(step=step).sort_values(["project_id", "step"], kind="stable")
        before = rows.groupby("project_id")[column].cummax().groupby(rows["project_id"]).shift()
        yield from _issues("milestones", rows, before > rows[column], column, "order", message, mend)


def _completions(park: Snapshot, _: Policy, t: Translate) -> Iterator[Issue]:
    """New buildings that stand before the project that makes them is complete."""
    frame = park.buildings
    message, mend = t("It is marked as built, but its completion is still to come."), t("Mend the status or the day.")
    early = (frame["status"] == "built") & (frame["completed_on"] > pd.Timestamp(park.day))
    yield from _issues("buildings", frame, early, "status", "future", message, mend)
    made = park.projects[(park.projects["kind"] == "new_build") & park.projects["building_id"].notna()]
    done = park.milestones[park.milestones["event"] == "completed"].drop_duplicates("project_id")
    made = made[["project_id", "building_id"]].merge(done[["project_id", "planned_on", "actual_on"]], on="project_id")
    made = made.drop_duplicates("building_id").set_index("building_id")
    actual, planned = (_found(frame["building_id"], made[name]) for name in ("actual_on", "planned_on"))
    stands = frame["completed_on"].le(pd.Timestamp(park.day)) | (frame["status"] == "built").fillna(value=False)
    awaited = frame["building_id"].isin(made.index) & actual.isna() & (planned > pd.Timestamp(park.day)) & stands
    message = t("It stands before the project that makes it is complete.")
    mend = t("Mend the day of the building or the milestone of the project.")
    wrong = awaited | (frame["completed_on"] < actual)
    yield from _issues("buildings", frame, wrong, "completed_on", "order", message, mend)


def _issues(
    table: str, frame: pd.DataFrame, mask: Mask, column: str, kind: str, message: str, mend: str
) -> Iterator[Issue]:
    """One issue a row where the mask is true; an unknown comparison is no fault."""
    rows = frame.loc[pd.Series(mask, dtype="boolean").fillna(value=False).to_numpy(dtype=bool)]
    key, names = schema.key(table), pd.Series(rows.index, index=rows.index, dtype=object)
    if key in rows and frame.index.name != "row":
        names = rows[key].astype(object).where(_filled(rows[key]), names)
    cells = rows[column] if column in rows else pd.Series("", index=rows.index)
    for name, cell in zip(names, cells, strict=True):
        value = "" if pd.isna(cell) else str(cell).removesuffix(" 00:00:00")[:80]
        yield Issue(table, str(name), column, value, kind, message, mend)


def _found(keys: pd.Series[Any], values: pd.Series[Any]) -> pd.Series[Any]:
    """Return the value of each key, unknown where the key is; `map` would lose the dtype of an empty table."""
    return pd.Series(values.reindex(keys).array, index=keys.index)


def _filled(cells: pd.Series[Any]) -> pd.Series[bool]:
    known = cells.notna()
    if not (pd.api.types.is_object_dtype(cells.dtype) or pd.api.types.is_string_dtype(cells.dtype)):
        return known
    return known & (cells.astype("string").str.strip() != "").fillna(value=False).astype(bool)


def _numbers(cells: pd.Series[Any]) -> pd.Series[float]:
    typed = pd.api.types.is_numeric_dtype(cells.dtype)
    return (cells if typed else pd.to_numeric(cells.astype("string"), errors="coerce")).astype("Float64")


def _days(cells: pd.Series[Any]) -> pd.Series[pd.Timestamp]:
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return cells
    text = cells.astype("string")
    return pd.to_datetime(text.where(text.str.match(r"\d{4}-\d{2}-\d{2}")), format="ISO8601", errors="coerce")
