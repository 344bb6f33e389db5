"""The tables and columns we speak, read from `data/schema/`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from parks.issues import InvalidData, Issue

if TYPE_CHECKING:
    from parks.words import Translate

DATA = Path(__file__).resolve().parent.parent / "data"
FOLDER = DATA / "schema"
TABLES = (
    "parks",
    "buildings",
    "floors",
    "units",
    "tenants",
    "needs",
    "leases",
    "projects",
    "milestones",
    "published_figures",
    "waivers",
    "pins",
    "quotas",
    "weights",
    "target_splits",
    "facilities",
    "requests",
    "localisations",
    "outlines",
)
"""Every table, parents before children."""
DECISIONS = frozenset({"waivers", "pins", "quotas", "weights", "target_splits"})
"""Tables of what planners decide; the others say what is there."""
ON_SCREEN = DECISIONS | {"outlines"}
"""Tables whose rows are written on the screen: writing them there is an act that can be undone."""
STANDINGS = ("stated", "reported", "inferred", "illustrative")
"""How far a row is known, best first."""
UNITS_ZH = {
    "CNY/m²/day": "元/m²/天",
    "months": "月",
    "storeys": "层",
    "storey": "层",
    "level": "级",
    "grade": "级",
}
"""Units that Chinese writes otherwise."""
HEADER = ["column", "type", "unit", "required", "en", "zh", "headings", "values", "description"]
TYPES = frozenset({"key", "text", "int", "number", "bool", "date", "choice", "point", "polygon"})
DTYPES = {"int": "Int64", "number": "Float64", "bool": "boolean", "date": "datetime64[s]"}
"""Column type → pandas dtype; every other type is ``string``. Each has room for the unknown (NA, NaT)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one table.

    Parameters
    ----------
    name
        Name in frames, files and the store.
    type
        ``key text int number bool date choice point polygon code``.
    refers_to
        For ``code``: the table or policy list whose keys it holds; else empty.
    unit
        Unit of the values (CRS for a geometry); empty when it has none.
    required
        Whether an empty cell is a fault. Elsewhere an empty cell means unknown.
    en, zh
        Heading in each language.
    headings
        Other headings under which users bring it.
    values
        For ``choice``: the values allowed.
    description
        What it means.
    """

    name: str
    type: str
    refers_to: str
    unit: str
    required: bool
    en: str
    zh: str
    headings: tuple[str, ...]
    values: tuple[str, ...]
    description: str

    def heading(self, lang: str) -> str:
        """Return the heading in `lang` with its unit, as tables and files show it."""
        if self.is_geometry or not self.unit:
            return self.zh if lang == "zh" else self.en
        return f"{self.zh}（{UNITS_ZH.get(self.unit, self.unit)}）" if lang == "zh" else f"{self.en} ({self.unit})"

    @property
    def is_geometry(self) -> bool:
        """Whether it holds a geometry (EPSG:4326)."""
        return self.type in {"point", "polygon"}


@cache
def columns(table: str) -> dict[str, Column]:
    """Return the columns of `table` by name, in the order of the schema.

    Raises
    ------
    KeyError
        When there is no such table.
    InvalidData
        When the schema file itself is wrong.
    """
    if table not in TABLES:
        raise KeyError(table)
    path = FOLDER / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != HEADER:
            raise InvalidData([_fault(path, 1, "", f"The heading row must be {','.join(HEADER)}.")])
        read = [_column(path, line, row) for line, row in enumerate(reader, start=2)]
    return {column.name: column for column in read}


def key(table: str) -> str:
    """Return the name of the key column of `table`."""
    return next(column.name for column in columns(table).values() if column.type == "key")


def title(table: str, t: Translate) -> str:
    """Return how a table is called: one of `TABLES`, or a list of the policy that codes refer to."""
    return {
        "parks": t("Parks"),
        "buildings": t("Buildings"),
        "floors": t("Floors"),
        "units": t("Lettable units"),
        "tenants": t("Companies"),
        "needs": t("Needs"),
        "leases": t("Leases and holds"),
        "projects": t("Projects"),
        "milestones": t("Milestones"),
        "published_figures": t("Published figures"),
        "waivers": t("Waivers"),
        "pins": t("Pins and bans"),
        "quotas": t("Quotas"),
        "weights": t("Weights"),
        "target_splits": t("Splits of targets"),
        "facilities": t("Supporting facilities"),
        "requests": t("Requests of companies"),
        "localisations": t("Foreign and localised"),
        "outlines": t("Outlines"),
        "zones": t("Zones"),
        "sectors": t("Sectors"),
        "targets": t("Targets"),
    }[table]


def geometry(table: str) -> str | None:
    """Return the name of the geometry column of `table`, or None when it has none."""
    return next((column.name for column in columns(table).values() if column.is_geometry), None)


def typed(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with exactly the columns of `table` in their dtypes, sorted by key.

    Parameters
    ----------
    table
        One of `TABLES`.
    frame
        Any columns of the table in any order; those that are missing become unknown, others are dropped.

    Returns
    -------
    DataFrame
        A GeoDataFrame in EPSG:4326 when the table has a geometry; index 0 … n−1.

    Raises
    ------
    ValueError, TypeError
        When a value does not fit its type: values from users are checked before they come here.
    """
    return cast(table, frame).sort_values(key(table), kind="stable").reset_index(drop=True)


def cast(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return what `typed` does with the rows in their order and with their index."""
    known = columns(table)
    cells = {
        name: pd.Series(frame.get(name), index=frame.index, dtype=DTYPES.get(column.type, "string"))
        for name, column in known.items()
        if not column.is_geometry
    }
    result = pd.DataFrame(cells, index=frame.index)
    place = geometry(table)
    if place is not None:
        shapes = frame[place] if place in frame else pd.Series(None, index=frame.index, dtype="object")
        result = gpd.GeoDataFrame(result, geometry=gpd.GeoSeries(shapes, index=frame.index, crs="EPSG:4326"))
    return result


def _column(path: Path, line: int, row: dict[str, str]) -> Column:
    kind, _, refers_to = row["type"].partition(":")
    if kind != "code" and kind not in TYPES:
        raise InvalidData([_fault(path, line, row["type"], "No such column type.")])
    return Column(
        name=row["column"],
        type=kind,
        refers_to=refers_to,
        unit=row["unit"],
        required=row["required"] == "yes",
        en=row["en"],
        zh=row["zh"],
        headings=tuple(part for part in row["headings"].split("|") if part),
        values=tuple(part for part in row["values"].split("|") if part),
        description=row["description"],
    )


def _fault(path: Path, line: int, value: str, message: str) -> Issue:
    mend = "Mend the schema file or restore it from the release."
    return Issue(path.name, str(line), "type" if value else "", value, "schema", message, mend)
