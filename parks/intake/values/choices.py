"""The words that offices use for our choices, and for yes and no."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from parks import reader, schema
from parks.intake.values import signs
from parks.intake.values.parsed import Parsed, refused
from parks.issues import InvalidData, Issue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parks.schema import Column
    from parks.words import Translate

PATH = schema.FOLDER / "choices.csv"
COLUMNS = {
    name: reader.Column(name, "key" if name in {"column", "value"} else "text", "", "", required, ())
    for name, required in {"column": True, "value": True, "en": True, "zh": True, "synonyms": False}.items()
}
YES_NO = "bool"
"""Under this name the file lists the words for yes and no, which every yes-or-no column shares."""
IDLE = re.compile(r"[\s_\-/·.()\[\]“”\"']+")
"""Signs that make no difference between words."""


class Choice(NamedTuple):
    """One value of the choices of a column, with its words."""

    value: str
    en: str
    zh: str
    synonyms: tuple[str, ...]


@cache
def choices() -> dict[str, tuple[Choice, ...]]:
    """Return every choice by the name of its column, from `data/schema/choices.csv`.

    A column of one name has the same words in every table; which values a table allows, its schema says.

    Raises
    ------
    InvalidData
        When that file is at fault, or one word stands for two values that one table allows.
    """
    sheet = reader.sheet(PATH, COLUMNS)
    issues = [*sheet.issues, *reader.faults(sheet, {})]
    found: dict[str, tuple[Choice, ...]] = {}
    for _, row in sheet.cells.astype(object).where(sheet.cells.notna(), "").iterrows() if not issues else ():
        synonyms = tuple(part for part in row["synonyms"].split("|") if part)
        found[row["column"]] = (*found.get(row["column"], ()), Choice(row["value"], row["en"], row["zh"], synonyms))
    for name, values in _lists():
        said = [word for choice in found.get(name, ()) if choice.value in values for word in _words(choice)]
        issues += [_twice(name, word) for word in sorted({word for word in said if said.count(word) > 1})]
    if issues:
        raise InvalidData(issues)
    return found


def parse(raw: object, column: Column) -> Parsed | None:
    """Return the value of a ``choice`` or ``bool`` column that a word means; None when it means none of them.

    Parameters
    ----------
    raw
        Plain text (`signs.plain`), or for yes and no also a number or a truth value of the file: only 1 and 0 count.
    column
        The column.
    """
    if column.type == "bool":
        word = f"{raw:g}" if isinstance(raw, float) else str(raw)
        said = _meanings(YES_NO, ("true", "false")).get(_bare(word))
        return None if said is None else Parsed(said == "true")
    value = _meanings(column.name, column.values).get(_bare(str(raw)))
    return None if value is None else Parsed(value)


def unknown(column: Column, t: Translate) -> Parsed:
    """Return the refusal of a word that is none of the choices."""
    if column.type == "bool":
        return refused("not_yes_or_no", t("This is neither yes nor no."), t("Write yes or no."))
    names = {choice.value: choice.zh for choice in choices().get(column.name, ())}
    values = ", ".join(f"{value} ({names[value]})" if value in names else value for value in column.values)
    return refused("unknown_choice", t("This is not one of the choices."), t("Use one of: {values}.", values=values))


@cache
def _meanings(name: str, values: tuple[str, ...]) -> dict[str, str]:
    """Return word → value, for the values that a table allows."""
    said = {
        word: choice.value for choice in choices().get(name, ()) if choice.value in values for word in _words(choice)
    }
    return {_bare(value): value for value in values} | said


def _words(choice: Choice) -> set[str]:
    return {_bare(word) for word in (choice.value, choice.en, choice.zh, *choice.synonyms)}


def _bare(word: str) -> str:
    """Return a word as it is compared: half-width, lower case, without idle signs."""
    plain = signs.plain(word).casefold()
    return IDLE.sub("", plain) or plain


def _lists() -> Sequence[tuple[str, tuple[str, ...]]]:
    """Return every column of choices with the values that a table allows it."""
    columns = (column for table in schema.TABLES for column in schema.columns(table).values())
    return [(YES_NO, ("true", "false")), *dict.fromkeys((one.name, one.values) for one in columns if one.values)]


def _twice(column: str, word: str) -> Issue:
    message, mend = "This word stands for two values.", "Restore it from the release."
    return Issue(PATH.name, "", column, word, "doubled", message, mend)
