"""Zones, sectors, rules and targets in force on a day, read strictly from `data/policy/`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry import shape

from parks import reader, schema
from parks.issues import InvalidData, Issue

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from parks.words import Translate

TABLES = {"fit": "zone_fit"}
"""Field of `Policy` → file, where the two differ."""
LISTS = {"zones": "zone_id", "sectors": "sector_code", "targets": "target_id"}
"""Field of `Policy` that codes of the tables refer to → its key."""
ZONE_FIT, SOFT_CONFLICT, REQUIREMENT, CHAIN = "zone_fit", "soft_conflict", "requirement", "chain"
"""What counts in the score beside the rules: zone policy, all soft conflicts, all requirements, who is near."""
SPACE = frozenset({"available_on", "free_until", "state"})
"""What vacancy by unit offers beside the tables."""
OUTLINES = "zones.geojson"
WGS84 = "EPSG:4326"
TOLD = ("building", "floor", "neighbouring", "distance")
"""Scopes of conflicts that our columns tell."""
NEIGHBOURHOOD = 0.25
"""Degrees around the outlines (about 25 km) in which a place of the district must lie."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy in force on a day. Columns and their meaning: `data/policy/columns.csv`; empty cells are NA.

    Every row has ``source``, ``source_date`` and ``standing``. `zones` is a GeoDataFrame in EPSG:4326; a zone without
    an outline has None. `targets` and `tasks` carry the names of their responsible units as ``units_zh``,
    ``units_en``. `bases` are the area bases of the counting rules, `definitions` say when a lease counts as
    let and which area is summed.
    """

    documents: pd.DataFrame
    zones: gpd.GeoDataFrame
    sectors: pd.DataFrame
    fit: pd.DataFrame
    requirements: pd.DataFrame
    conflicts: pd.DataFrame
    rules: pd.DataFrame
    targets: pd.DataFrame
    tasks: pd.DataFrame
    counting: pd.DataFrame
    bases: pd.DataFrame
    definitions: pd.DataFrame
    assumptions: pd.DataFrame
    market: pd.DataFrame
    programme: pd.DataFrame
    stages: pd.DataFrame
    bureaus: pd.DataFrame
    limits: pd.DataFrame


def load(folder: Path = schema.DATA, day: dt.date | None = None, t: Translate = reader.ENGLISH) -> Policy:
    """Return the policy in `folder`/policy with the outlines of `folder`/geo.

    Parameters
    ----------
    folder
        Holds ``policy`` and ``geo``.
    day
        Rows with ``valid_from`` and ``valid_to`` (exclusive) are kept when in force on it; without a day, those that
        have no end.
    t
        Says the sentences of the issues.

    Raises
    ------
    InvalidData
        With every fault of every file, each with file and line.
    """
    columns, issues = reader.specification(folder / "policy" / "columns.csv", t)
    for table in (
        sorted({TABLES.get(field, field) for field in Policy.__slots__} ^ columns.keys()) if not issues else ()
    ):
        message = t("It must list the table {table}, and no table that is not read.", table=table)
        issues.append(
            Issue("columns.csv", "", "file", table, "schema", message, t("Restore columns.csv from the release."))
        )
    if issues:
        raise InvalidData(issues)
    sheets = {table: reader.sheet(folder / "policy" / f"{table}.csv", wanted, t) for table, wanted in columns.items()}
    codes = _codes(sheets)
    for sheet in sheets.values():
        issues += sheet.issues + reader.faults(sheet, codes, t)
    issues += _rule_faults(sheets["rules"], t)
    issues += _conflict_faults(sheets["conflicts"], t)
    outlines = _outlines(folder / "geo" / OUTLINES, codes["zones"], issues, t)
    if issues:
        raise InvalidData(issues)
    frames: dict[str, Any] = {field: _in_force(sheets[TABLES.get(field, field)], day) for field in Policy.__slots__}
    for table in ("targets", "tasks"):
        frames[table] = _named_units(frames[table], frames["bureaus"])
    frames["zones"] = gpd.GeoDataFrame(
        frames["zones"], geometry=gpd.GeoSeries(frames["zones"]["zone_id"].map(outlines).astype(object), crs=WGS84)
    )
    return Policy(**frames)


def zone_fit(rules: Policy, sector_code: str, stage: str | None) -> pd.DataFrame:
    """Return how a sector fits each zone at a stage.

    Parameters
    ----------
    rules
        The policy.
    sector_code
        A sector of level 2; of any other code the fit is unknown in every zone.
    stage
        The stage; None or NA where it is not known.

    Returns
    -------
    DataFrame
        One row a zone: zone_id, level (NA unknown), basis, clause (its words), reason, document_id, standing.
        Outside the stages that a row speaks of, its basis is ``inferred``: no paper speaks of what it leaves out.
    """
    rows = rules.zones[["zone_id"]].merge(rules.fit[rules.fit["sector_code"] == sector_code], on="zone_id", how="left")
    same = rows["fit_level"] == rows["outside_scope_fit"]
    if pd.isna(stage):
        level = rows["fit_level"].where(same)
        inside = same
    else:
        inside = (";" + rows["stages"] + ";").str.contains(f";{stage};", regex=False)
        level = rows["fit_level"].where(inside.fillna(value=False), rows["outside_scope_fit"])
    within = inside.fillna(value=True).astype(bool)
    result = rows.assign(level=level, clause=rows["clause_zh"])
    result["basis"] = rows["basis"].where(within, "inferred")
    result["standing"] = rows["standing"].where(within, "inferred")
    return pd.DataFrame(result[["zone_id", "level", "basis", "clause", "reason", "document_id", "standing"]])


def requirements_for(rules: Policy, sector_code: str, stage: str) -> pd.DataFrame:
    """Return the requirements of a sector at a stage: its own before those for every sector, in order of id."""
    frame = rules.requirements
    mine = frame[frame["sector_code"].isin([sector_code, "ALL"]) & frame["stage"].isin([stage, "ALL"])]
    return mine.sort_values("sector_code", key=lambda codes: codes == "ALL", kind="stable").reset_index(drop=True)


def criteria(rules: Policy) -> set[str]:
    """Return what the score is made of: the rules by their ids, and what stands beside them."""
    return {*rules.rules["rule_id"], ZONE_FIT, SOFT_CONFLICT, REQUIREMENT, CHAIN}


def hard_rules(rules: Policy) -> set[str]:
    """Return what may forbid a place: hard rules and hard conflicts by their ids, and the zone policy."""
    rows = ((rules.rules, "rule_id"), (rules.conflicts, "conflict_id"))
    return {ZONE_FIT}.union(*(frame.loc[frame["hardness"] == "hard", name] for frame, name in rows))


def bounds(rules: Policy) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north [°, EPSG:4326] of the district's neighbourhood; None without any outline."""
    known = rules.zones.geometry.dropna()
    if known.empty:
        return None
    west, south, east, north = (float(edge) for edge in known.total_bounds)
    return west - NEIGHBOURHOOD, south - NEIGHBOURHOOD, east + NEIGHBOURHOOD, north + NEIGHBOURHOOD


def _codes(sheets: Mapping[str, reader.Sheet]) -> dict[str, set[str]]:
    """Return the keys of every table with one key column, and the columns that rules and requirements may name."""
    codes = {
        "need_column": set(schema.columns("needs")),
        "project_column": set(schema.columns("projects")),
        "offer_column": set().union(*(_offered(table) for table in ("units", "floors", "buildings", "space"))),
    }
    for table, sheet in sheets.items():
        keys = [name for name, column in sheet.columns.items() if column.type == "key"]
        codes[table] = set(sheet.cells[keys[0]].dropna()) if keys else set()
    return codes


def _offered(table: str) -> set[str]:
    return set(SPACE) if table == "space" else set(schema.columns(table))


def _rule_faults(sheet: reader.Sheet, t: Translate) -> Iterator[Issue]:
    if not {"offer_table", "offer_column"} <= sheet.columns.keys():
        return
    for line, row in sheet.cells.fillna("").iterrows():
        known = {"units", "floors", "buildings", "space"}
        if row["offer_table"] in known and row["offer_column"] not in _offered(row["offer_table"]):
            message = t("The table {table} has no such column.", table=row["offer_table"])
            mend = t("Name a column of that table, or the table that has it.")
            yield Issue(sheet.file, str(line), "offer_column", row["offer_column"], "unknown_code", message, mend)


def _conflict_faults(sheet: reader.Sheet, t: Translate) -> Iterator[Issue]:
    """A conflict that the machine may apply must say of whom, else it would forbid every pair, and where."""
    kinds = ("sectors", "stages", "fire", "bsl", "radiation")
    where = ("machine", "scope", "distance_m", "place")
    if not {*where, "any_b", *(f"{kind}_{use}" for kind in kinds for use in "ab")} <= sheet.columns.keys():
        return
    first = sheet.cells[[f"{kind}_a" for kind in kinds]].notna().any(axis="columns")
    second = sheet.cells[[f"{kind}_b" for kind in kinds]].notna().any(axis="columns") | (sheet.cells["any_b"] == "yes")
    machine = (sheet.cells["machine"] == "yes").fillna(value=False)
    for line in sheet.cells.index[machine & ~(first & second.fillna(value=False))]:
        message = t("The conflict is for the machine but does not say which uses it means.")
        mend = t("Fill in a condition for the first and the second use, or write no under machine.")
        yield Issue(sheet.file, str(line), "machine", "yes", "missing", message, mend)
    for line, row in sheet.cells.loc[machine, list(where)].fillna("").iterrows():
        far, column = row["scope"] == "distance", ""
        if row["scope"] not in TOLD:
            column, message = "scope", t("No column tells whether a conflict of this scope is met.")
        elif far and not row["distance_m"]:
            column, message = "distance_m", t("The conflict is of a distance but does not say which.")
        elif far and row["place"] == "basement":
            column, message = "place", t("A basement is not told by distance.")
        if column:
            mend = t("Mend the cell, or write no under machine.")
            yield Issue(sheet.file, str(line), column, row[column], "scope", message, mend)


def _in_force(sheet: reader.Sheet, day: dt.date | None) -> pd.DataFrame:
    frame = reader.typed(sheet)
    keep = pd.Series(data=True, index=frame.index)
    if "valid_from" in frame and day is not None:
        keep &= frame["valid_from"].isna() | (frame["valid_from"] <= pd.Timestamp(day))
    if "valid_to" in frame:
        keep &= frame["valid_to"].isna() | (day is not None and frame["valid_to"] > pd.Timestamp(day))
    return frame[keep].reset_index(drop=True)


def _named_units(frame: pd.DataFrame, bureaus: pd.DataFrame) -> pd.DataFrame:
    names = bureaus.set_index("bureau_id")
    joined = {
        lang: frame["units"].map(
            lambda cell, lang=lang, sign=sign: sign.join(names.loc[cell.split(";"), f"name_{lang}"]), na_action="ignore"
        )
        for lang, sign in (("zh", "、"), ("en", "; "))
    }
    return frame.assign(units_zh=joined["zh"].astype("string"), units_en=joined["en"].astype("string"))


def _outlines(path: Path, zones: set[str], issues: list[Issue], t: Translate) -> dict[str, Any]:
    """Return zone → outline, adding what is wrong with the file to `issues`."""
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        found = [(feature["properties"].get("zone_id"), shape(feature["geometry"])) for feature in features]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError) as error:
        message = t("The file cannot be read: {reason}.", reason=f"{type(error).__name__} {error}")
        mend = t("Restore it from the release, or make it again.")
        issues.append(Issue(path.name, "", "", "", "unreadable", message, mend))
        return {}
    outlines: dict[str, Any] = {}
    for number, (zone_id, outline) in enumerate(found, start=1):
        for kind, message in _outline_faults(zone_id, outline, zones, outlines, t):
            mend = t("Mend the feature with this number, or make the file again.")
            issues.append(Issue(path.name, str(number), "zone_id", str(zone_id or ""), kind, message, mend))
        if zone_id is not None:
            outlines[zone_id] = outline
    return outlines


def _outline_faults(
    zone_id: str | None, outline: BaseGeometry, zones: set[str], before: Mapping[str, Any], t: Translate
) -> Iterator[tuple[str, str]]:
    if zone_id is not None and zone_id not in zones:
        yield "unknown_code", t("This code is not known.")
    if zone_id in before:
        yield "doubled", t("This stands here twice.")
    if outline.is_empty or not outline.is_valid:
        yield "geometry", t("The outline is empty or crosses itself.")
