"""The made-up rows that templates show as examples, and the words of our choices in one language."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from parks import reader, schema
from parks.intake.values import choices
from parks.issues import InvalidData

if TYPE_CHECKING:
    from parks.schema import Column

PATH = schema.FOLDER / "examples.csv"
COLUMNS = {
    name: reader.Column(name, "key" if name in {"table", "column"} else "text", "", "", required, ())
    for name, required in {"table": True, "column": True, "en": False, "zh": False}.items()
}
ROWS = 2
"""Examples of each table."""


def of(table: str, lang: str) -> dict[str, tuple[str, ...]]:
    """Return what the columns of a table hold in its example rows, from `data/schema/examples.csv`.

    Parameters
    ----------
    table
        One of `schema.TABLES`.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    dict
        Column → one text a row, as a user writes it in `lang`; an empty one is left empty, since it is not known.

    Raises
    ------
    InvalidData
        When that file is at fault.
    """
    known = schema.columns(table)
    found = {name: said[lang] for (of_table, name), said in _read().items() if of_table == table}
    return {name: tuple(_said(value, known[name], lang) for value in values) for name, values in found.items()}


def options(column: Column, lang: str) -> dict[str, str]:
    """Return value → word in `lang` for what a ``choice`` or ``bool`` column may hold; nothing for other columns."""
    if column.type == "bool":
        return {one.value: one.zh if lang == "zh" else one.en for one in choices.choices()[choices.YES_NO]}
    said = {one.value: one.zh if lang == "zh" else one.en for one in choices.choices().get(column.name, ())}
    return {value: said.get(value, value) for value in column.values}


def _said(value: str, column: Column, lang: str) -> str:
    return options(column, lang).get(value, value)


@cache
def _read() -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    """Return table and column → language → values. What has no Chinese of its own is the same in both."""
    sheet = reader.sheet(PATH, COLUMNS)
    issues = [*sheet.issues, *reader.faults(sheet, {})]
    if issues:
        raise InvalidData(issues)
    cells = sheet.cells.astype(object).where(sheet.cells.notna(), "")
    return {
        (row["table"], row["column"]): {lang: tuple((row[lang] or row["en"]).split("|")) for lang in ("en", "zh")}
        for row in cells.to_dict("records")
    }
