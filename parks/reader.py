"""Strict reading of the policy tables: every fault with its file and line, none repaired in silence."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from parks import words
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

ENGLISH = words.translator("en")
HEADER = ("file", "column", "type", "required", "values", "description")
DATED = ("valid_from", "valid_to")
"""Columns that every table may have: first day in force, day after the last."""
BOOLS = {"yes": True, "no": False}
TYPES = frozenset(
    {"key", "text", "number", "int", "bool", "date", "choice", "choices", "code", "codes"}
    | {"need_column", "offer_column", "project_column"}
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one policy table.

    Parameters
    ----------
    name
        Its heading in the file.
    type
        One of `TYPES`. The plurals are lists parted by semicolons.
    refers_to
        Table whose keys a ``key``, ``code`` or ``codes`` column holds; empty when it holds none.
    also
        A value that is allowed beside those keys, such as ``ALL``; empty when there is none.
    required
        Whether an empty cell is a fault. Elsewhere an empty cell means unknown or none.
    choices
        For ``choice`` and ``choices``: the values allowed.
    """

    name: str
    type: str
    refers_to: str
    also: str
    required: bool
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One policy table as read: text cells by line, with its columns and the faults of its form.

    Parameters
    ----------
    file
        Name of the file.
    columns
        Columns by name: those of the table that the file has, in the order of the specification.
    cells
        Text cells, stripped; an empty cell is NA. The index is the line in the file, counted from 1.
    issues
        Faults of the form: unreadable file, headings, rows of another length.
    """

    file: str
    columns: dict[str, Column]
    cells: pd.DataFrame
    issues: list[Issue]


def specification(path: Path, t: words.Translate = ENGLISH) -> tuple[dict[str, dict[str, Column]], list[Issue]]:
    """Return table → columns as `data/policy/columns.csv` lists them, and its faults."""
    sheet = _sheet(path, {name: Column(name, "text", "", "", name in HEADER[:4], ()) for name in HEADER}, t)
    found: dict[str, dict[str, Column]] = {}
    issues = [*sheet.issues]
    if not issues:
        issues += _missing(sheet, t)
    for line, row in sheet.cells.fillna("").iterrows() if not issues else ():
        kind, _, reference = row["type"].partition(":")
        refers_to, _, also = reference.partition("+")
        if kind not in TYPES:
            message = t("There is no such column type.")
            issues.append(_issue(sheet, line, "type", row["type"], "schema", message, _mend_spec(t)))
        if row["column"] in found.setdefault(row["file"], {}):
            issues.append(_issue(sheet, line, "column", row["column"], "doubled", _doubled(t), _mend_spec(t)))
        values = tuple(row["values"].split("|")) if row["values"] else ()
        column = Column(row["column"], kind, refers_to, also, row["required"] == "yes", values)
        found[row["file"]][row["column"]] = column
    return found, issues


def sheet(path: Path, columns: dict[str, Column], t: words.Translate = ENGLISH) -> Sheet:
    """Return the table in the file `path`; `columns` are those it must have, the days of force are free."""
    return _sheet(path, columns | {name: Column(name, "date", "", "", required=False, choices=()) for name in DATED}, t)


def faults(sheet: Sheet, codes: Mapping[str, set[str]], t: words.Translate = ENGLISH) -> list[Issue]:
    """Return every fault in the cells of `sheet`.

    Parameters
    ----------
    sheet
        As `sheet` returned it.
    codes
        Table → its keys; also ``need_column``, ``offer_column`` and ``project_column`` → the columns allowed.
    t
        Says the sentences.
    """
    issues = _missing(sheet, t)
    for column in sheet.columns.values():
        issues += _bad_cells(sheet, column, codes, t)
    return issues + _doubled_keys(sheet, t) + _crossed(sheet, "value_min", "value_max", t) + _crossed(sheet, *DATED, t)


def typed(sheet: Sheet) -> pd.DataFrame:
    """Return the cells of a faultless sheet in their dtypes, with every column of the table; index = line."""
    return pd.DataFrame({name: _cast(sheet.cells[name], column.type) for name, column in sheet.columns.items()})


def _sheet(path: Path, columns: dict[str, Column], t: words.Translate) -> Sheet:
    empty = Sheet(path.name, {}, pd.DataFrame(dtype="string"), [])
    try:
        rows = list(_lines(path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = t("The file cannot be read: {reason}.", reason=_reason(error))
        mend = t("Restore it from the release, saved as CSV in UTF-8.")
        empty.issues.append(Issue(path.name, "", "", "", "unreadable", message, mend))
        return empty
    header = [name.strip() for name in rows[0][1]] if rows else []
    issues = [*_headings(path.name, header, columns, t)]
    good = [(line, [cell.strip() or None for cell in cells]) for line, cells in rows[1:] if len(cells) == len(header)]
    for line, cells in rows[1:]:
        if len(cells) != len(header):
            message = t(
                "The row has {found} cells, the heading row has {wanted}.", found=len(cells), wanted=len(header)
            )
            mend = t("Quote cells that hold a comma, and fill up or shorten the row.")
            issues.append(Issue(path.name, str(line), "", "", "length", message, mend))
    frame = pd.DataFrame([cells for _, cells in good], index=[line for line, _ in good], columns=header, dtype="string")
    frame = frame.loc[:, ~frame.columns.duplicated()]
    present = {name: column for name, column in columns.items() if name in frame}
    return Sheet(path.name, present, frame, issues)


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        line = 1
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1


def _reason(error: Exception) -> str:
    return (error.strerror or "") if isinstance(error, OSError) else str(error)


def _headings(file: str, header: list[str], columns: Mapping[str, Column], t: words.Translate) -> Iterator[Issue]:
    for name in dict.fromkeys(name for name in header if header.count(name) > 1):
        yield Issue(file, "1", name, "", "doubled", _doubled(t), t("Keep one of the two."))
    for name in dict.fromkeys(name for name in header if name not in columns):
        message = t("There is no such column.")
        yield Issue(file, "1", name, "", "unknown_column", message, t("Remove it or mend its heading."))
    for name in columns:
        if name not in header and name not in DATED:
            yield Issue(file, "1", name, "", "missing_column", t("The column is missing."), t("Add it."))


def _missing(sheet: Sheet, t: words.Translate) -> list[Issue]:
    message, mend = t("The cell is empty but must be filled."), t("Fill it in.")
    return [
        _issue(sheet, line, name, "", "missing", message, mend)
        for name, column in sheet.columns.items()
        if column.required
        for line in sheet.cells.index[sheet.cells[name].isna()]
    ]


def _bad_cells(sheet: Sheet, column: Column, codes: Mapping[str, set[str]], t: words.Translate) -> Iterator[Issue]:
    cells = sheet.cells[column.name].dropna()
    if column.type in {"number", "int"}:
        found = pd.to_numeric(cells, errors="coerce")
        finite = found.notna() & (found.abs() != float("inf"))
        good = finite & (found == found.round()) if column.type == "int" else finite
        message = t("This is not a whole number.") if column.type == "int" else t("This is not a number.")
        yield from _cell_issues(sheet, column, cells[~good], "number", message, t("Write digits only, without units."))
    elif column.type == "bool":
        bad = cells[~cells.isin(list(BOOLS))]
        yield from _cell_issues(sheet, column, bad, "bool", t("This is neither yes nor no."), t("Write yes or no."))
    elif column.type == "date":
        bad = cells[pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce").isna()]
        yield from _cell_issues(sheet, column, bad, "date", t("This is not a day."), t("Write it as 2025-07-17."))
    else:
        yield from _bad_codes(sheet, column, cells, codes, t)


def _bad_codes(
    sheet: Sheet, column: Column, cells: pd.Series[str], codes: Mapping[str, set[str]], t: words.Translate
) -> Iterator[Issue]:
    allowed = _allowed(column, codes)
    if allowed is None:
        return
    parts = cells.str.split(";").explode() if column.type in {"choices", "codes"} else cells
    mend = t("Use one of: {values}.", values=", ".join(sorted(allowed)[:12]) + (" …" if len(allowed) > 12 else ""))  # noqa: PLR2004 - what a line holds
    bad = parts[~parts.isin(list(allowed))]
    yield from _cell_issues(sheet, column, bad, "unknown_code", t("This code is not known."), mend)


def _allowed(column: Column, codes: Mapping[str, set[str]]) -> set[str] | None:
    if column.choices:
        return set(column.choices)
    if column.refers_to:
        known = codes.get(column.refers_to)  # nothing known: its own file is at fault and says so
        return known | ({column.also} if column.also else set()) if known else None
    return codes.get(column.type)


def _doubled_keys(sheet: Sheet, t: words.Translate) -> list[Issue]:
    keys = [name for name, column in sheet.columns.items() if column.type == "key"]
    if not keys:
        return []
    days = [name for name in DATED if name in sheet.columns]
    frame = sheet.cells[keys + days].dropna(subset=keys).reindex(columns=[*keys, *DATED]).astype("string")
    frame = frame.fillna({"valid_from": "0000", "valid_to": "9999"}).sort_values([*keys, "valid_from"], kind="stable")
    before = frame.groupby(keys)["valid_to"].shift()
    bad = frame.index[(before > frame["valid_from"]).fillna(value=False)]
    message, mend = (
        _doubled(t),
        t("Remove the row, give it another key, or part the days on which the two are in force."),
    )
    return [
        _issue(sheet, line, keys[0], " ".join(frame.loc[line, keys]), "doubled", message, mend) for line in sorted(bad)
    ]


def _crossed(sheet: Sheet, low: str, high: str, t: words.Translate) -> list[Issue]:
    if low not in sheet.columns or high not in sheet.columns:
        return []
    if sheet.columns[low].type == "date":
        least, most = (pd.to_datetime(sheet.cells[name], format="%Y-%m-%d", errors="coerce") for name in (low, high))
        bad = least >= most
    else:
        least, most = (pd.to_numeric(sheet.cells[name], errors="coerce") for name in (low, high))
        bad = least > most
    message = t("{high} must lie above {low}.", high=high, low=low)
    rows = sheet.cells.index[bad.fillna(value=False).astype(bool)]
    return [
        _issue(sheet, line, high, sheet.cells.loc[line, high], "order", message, t("Mend one of the two."))
        for line in rows
    ]


def _cast(cells: pd.Series[str], kind: str) -> pd.Series:
    if kind == "bool":
        return cells.map(BOOLS).astype("boolean")
    if kind == "date":
        return pd.to_datetime(cells, format="%Y-%m-%d").astype("datetime64[s]")
    if kind == "int":
        return pd.to_numeric(cells).astype("Int64")
    return pd.to_numeric(cells).astype("Float64") if kind == "number" else cells.astype("string")


def _cell_issues(
    sheet: Sheet, column: Column, bad: pd.Series[str], kind: str, message: str, mend: str
) -> Iterable[Issue]:
    return (_issue(sheet, line, column.name, value, kind, message, mend) for line, value in bad.items())


def _issue(sheet: Sheet, line: object, column: str, value: str, kind: str, message: str, mend: str) -> Issue:
    return Issue(sheet.file, str(line), column, value, kind, message, mend)


def _doubled(t: words.Translate) -> str:
    return t("This stands here twice.")


def _mend_spec(t: words.Translate) -> str:
    return t("Restore columns.csv from the release.")
