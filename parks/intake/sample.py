"""Reads the bundled sample into typed tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import shapely

from parks import schema, words
from parks.issues import InvalidData, Issue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FOLDER = schema.DATA / "sample"
BOOLS = {"true": True, "false": False}


def read(folder: Path = FOLDER, *, lang: str = "en") -> dict[str, pd.DataFrame]:
    """Return every table of the sample, parents before children, as `schema.typed` makes them.

    Parameters
    ----------
    folder
        Where the CSV files lie, one a table, with WKT geometries in EPSG:4326. An empty cell means unknown.
    lang
        Language of the faults, ``zh`` or ``en``.

    Raises
    ------
    InvalidData
        When a table is missing or cannot be read; carries the faults of all tables at once.
    """
    tables: dict[str, pd.DataFrame] = {}
    issues: list[Issue] = []
    for table in schema.TABLES:
        try:
            tables[table] = _table(table, folder / f"{table}.csv")
        except FileNotFoundError:
            issues.append(_missing(table, folder, lang))
        except (ValueError, OSError, shapely.errors.ShapelyError) as fault:
            issues.append(_broken(table, fault, lang))
    if issues:
        raise InvalidData(issues)
    return tables


def notice(lang: str) -> str:
    """Return the sentence that every screen and file says while it shows the sample."""
    t = words.translator(lang)
    return t(
        "Sample data: zones, policy and published figures are real; buildings, units, leases, projects and the "
        "companies whose names say so are made up."
    )


def _table(table: str, path: Path) -> pd.DataFrame:
    raw = pd.read_csv(path, dtype="string", keep_default_na=False, na_values=[""], encoding="utf-8")
    known = schema.columns(table)
    if list(raw.columns) != list(known):
        message = f"columns are {', '.join(raw.columns)}"
        raise ValueError(message)
    return schema.typed(table, pd.DataFrame({name: _cells(raw[name], column) for name, column in known.items()}))


def load(add: Callable[..., object], *, by: str, lang: str = "en") -> Iterator[tuple[str, int]]:
    """Put the bundled sample where `add` writes (a store's), table by table; give each table and its rows when done.

    Raises
    ------
    InvalidData
        As `read`; then nothing is written.
    """
    for table, frame in read(lang=lang).items():
        add(table, frame, source="data/sample", by=by, reason="demo")
        yield table, len(frame)


def _cells(cells: pd.Series, column: schema.Column) -> pd.Series:
    if column.is_geometry:
        texts = [None if text is pd.NA else text for text in cells]
        return pd.Series(shapely.from_wkt(texts), index=cells.index, dtype="object")
    if column.type == "bool":
        strange = set(cells.dropna()) - BOOLS.keys()
        if strange:
            message = f"{column.name}: {min(strange)}"
            raise ValueError(message)
        return cells.map(BOOLS)
    if column.type in {"int", "number"}:
        return pd.to_numeric(cells)
    if column.type == "date":
        return pd.to_datetime(cells, format="%Y-%m-%d")
    return cells


def _missing(table: str, folder: Path, lang: str) -> Issue:
    t = words.translator(lang)
    message = t("The sample lacks the table “{table}” in {folder}.", table=table, folder=folder)
    return Issue(f"{table}.csv", "", "", "", "missing", message, _mend(lang))


def _broken(table: str, fault: Exception, lang: str) -> Issue:
    t = words.translator(lang)
    message = t("The table “{table}” of the sample cannot be read.", table=table)
    return Issue(f"{table}.csv", "", "", str(fault), "unreadable", message, _mend(lang))


def _mend(lang: str) -> str:
    t = words.translator(lang)
    return t("Make the sample anew with “python data/sample/generate.py”, or restore data/sample from the release.")
