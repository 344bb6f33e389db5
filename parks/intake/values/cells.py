"""One cell of a ledger as one value of a schema column, or the reason why not."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from parks.intake.values import choices, periods, quantities, signs
from parks.intake.values.parsed import EMPTY, Parsed, refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parks.intake.values.parsed import Raw, Said
    from parks.schema import Column
    from parks.words import Translate

FIGURES = ("int", "number")
CHOICES = ("bool", "choice")
NAMES = ("name", "name_zh", "name_en")
"""Text that a spreadsheet may have turned into a day unasked, as it does with keys: unit 3-1 becomes 1 March."""
EXACT = 10**15
"""A spreadsheet keeps 15 digits: a longer code that it holds as a number has lost its end."""
WORDS = ("key", "code", "text")
PLAIN = re.compile("[A-Za-z]{0,8}[0-9][0-9A-Za-z-]*")
"""What most codes look like: no mark for a value that is missing has a digit."""
SHORTENED = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]{2,}")
"""A long code that a spreadsheet wrote into a text file as a power of ten."""
STACKED = re.compile(r"[0-9][^\S\n]*\n\s*[0-9]")
"""Two figures in one cell, one below the other: joined by a blank they would look like one."""


def parse(raw: Raw, column: Column, unit: str | None, t: Translate) -> Parsed:
    """Return what one cell says in a column.

    An empty cell and one of strokes only (``-``, ``—``, ``/``) say nothing: None. 待定, 不详, 暂无, N/A are unknown:
    None too, with a note in the columns where an empty cell says something else (an open end, at once). 无 is no in
    a yes-or-no column; 0 for what a place can be without (`quantities.ABSENT`); in other figures a fault, for 0 is
    not unknown; nothing at all in text and codes. Keys and codes are half-width text and never figures: the number
    1.0 is 1, the text 001 stays, a day or 1.5 is a fault. Text is trimmed, its line breaks become spaces.
    Figures: `quantities.parse`. Days: `periods.parse`. Words for choices: `choices.parse`. A geometry never comes from
    a cell: its coordinate system would be a guess.

    Parameters
    ----------
    raw
        The cell, as the file holds it.
    column
        The column of the schema that its heading was matched to.
    unit
        What the heading says: code of a unit, or `periods.LAST_DAY`; None when it says nothing.
    t
        Says the sentences.

    Returns
    -------
    Parsed
        Never raises: whatever cannot be taken comes with its issue.
    """
    if isinstance(raw, str):
        return _written(raw, column, unit, t)
    if raw is None:
        return EMPTY
    if isinstance(raw, bool):
        return _truth(raw, column, t)
    if isinstance(raw, int | float):
        return _number(raw, column, unit, t)
    return _day(raw, column, unit, t)


def parse_all(
    raws: Sequence[Raw], column: Column, unit: str | None, t: Translate
) -> tuple[list[Any], dict[int, Said], dict[int, Said]]:
    """Return what the cells of a whole column say; equal cells are read once.

    Parameters
    ----------
    raws, column, unit, t
        As in `parse`.

    Returns
    -------
    list
        The value of each cell, None where it has none.
    dict
        Position → kind, message and mend of each cell that cannot be taken.
    dict
        The same for cells that are taken with a note.
    """
    known: dict[tuple[type, Raw], Parsed] = {}
    values: list[Any] = []
    issues: dict[int, Said] = {}
    notes: dict[int, Said] = {}
    for position, raw in enumerate(raws):
        mark = (raw.__class__, raw)
        read = known.get(mark)
        if read is None:
            read = known[mark] = parse(raw, column, unit, t)
        value, issue, note = read
        values.append(value)
        if issue is not None:
            issues[position] = issue
        elif note is not None:
            notes[position] = note
    return values, issues, notes


def _written(raw: str, column: Column, unit: str | None, t: Translate) -> Parsed:
    """Return what a cell with text says."""
    if column.type in WORDS and PLAIN.fullmatch(raw):
        return Parsed(raw)  # the same as below, only sooner
    if signs.forbidden(raw):
        message = t("The cell holds control signs, which are no text.")
        return refused("control_signs", message, t("Write the cell anew."))
    return _text(raw, column, unit, t)


def _text(raw: str, column: Column, unit: str | None, t: Translate) -> Parsed:
    """Return what the text of a cell says."""
    text = signs.plain(raw)
    if not text:
        return EMPTY
    if column.type in CHOICES:
        return _choice(text, column, t)
    mark = signs.mark(text)
    if mark is not None:
        return _marked(mark, column, t)
    if column.type == "date":
        return periods.parse(text, column, unit, t)
    return _figure(raw, text, column, unit, t) if column.type in FIGURES else _word(raw, text, column, t)


def _figure(raw: str, text: str, column: Column, unit: str | None, t: Translate) -> Parsed:
    """Return a figure written as text."""
    if STACKED.search(raw):
        return refused("range", t("The cell holds two figures."), t("Give one number in each cell."))
    return quantities.parse(text, column, unit, t)


def _choice(text: str, column: Column, t: Translate) -> Parsed:
    """Return the choice that a word means; 无 may be one, and so may 不详."""
    found = choices.parse(text, column)
    mark = signs.mark(text) if found is None else None
    if mark is not None and mark != "none":
        return _marked(mark, column, t)
    return found or choices.unknown(column, t)


def _word(raw: str, text: str, column: Column, t: Translate) -> Parsed:
    """Return text, a key or a code."""
    if column.is_geometry:
        return _geometry(t)
    if column.type == "text":
        return Parsed(text if raw.isascii() else signs.clean(raw))
    if "+" in text and SHORTENED.fullmatch(text):
        return _lost(t)
    return Parsed(text if raw.isascii() else signs.half(raw))


def _truth(raw: bool, column: Column, t: Translate) -> Parsed:  # noqa: FBT001 - a cell
    """Return what a truth value of the file says."""
    if column.type == "bool":
        return Parsed(raw)
    if column.type == "text" and column.name not in NAMES:
        return Parsed(str(raw).upper())
    message = t("The spreadsheet holds a truth value here, {value}.", value=str(raw).upper())
    return refused("truth_value", message, _anew(t))


def _number(raw: float, column: Column, unit: str | None, t: Translate) -> Parsed:
    """Return what a number of the file says."""
    if column.type in FIGURES:
        return quantities.parse(raw, column, unit, t)
    if column.type == "date":
        return periods.parse(raw, column, unit, t)
    if column.type in CHOICES:
        return Parsed(bool(raw)) if column.type == "bool" and raw in (0, 1) else choices.unknown(column, t)
    return _geometry(t) if column.is_geometry else _code(raw, column, t)


def _code(raw: float, column: Column, t: Translate) -> Parsed:
    """Return a number as the text that it stands for."""
    if not abs(raw) < EXACT:  # nor is NaN
        return _lost(t)
    if raw == int(raw):
        return Parsed(str(int(raw)))
    if column.type == "text":
        return Parsed(f"{raw:.15g}")
    return refused("not_a_code", t("A code is text or a whole number, not a fraction."), _anew(t))


def _day(raw: dt.date | dt.time, column: Column, unit: str | None, t: Translate) -> Parsed:
    """Return what a day or a time of the file says."""
    if column.type == "date" and isinstance(raw, dt.date):
        return periods.parse(raw, column, unit, t)
    if column.type in CHOICES:
        return choices.unknown(column, t)
    if column.is_geometry:
        return _geometry(t)
    shown = raw.isoformat().removesuffix("T00:00:00").replace("T", " ")
    if column.type == "text" and column.name not in NAMES:
        return Parsed(shown)
    message = t("The spreadsheet holds a day or a time here, {value}.", value=shown)
    return refused("turned_into_date", message, _anew(t))


def _marked(mark: str, column: Column, t: Translate) -> Parsed:
    """Return what a cell says that holds no value but a word in its place."""
    if mark == "broken":
        message = t("A formula of the spreadsheet failed here.")
        return refused("broken_formula", message, t("Mend the formula, or write its value."))
    if mark == "none" and column.type in FIGURES:
        return quantities.none(column, t)
    if mark == "none" and column.type == "date":
        return periods.none(column, t)
    if mark == "unknown":
        return Parsed(None, None, _assumed(column, t))
    return EMPTY


def _assumed(column: Column, t: Translate) -> Said | None:
    """Return the note for an unknown in a column where an empty cell says more than that."""
    said = {
        "valid_to": t("The end is not known; it is taken as open."),
        "wanted_from": t("The first day is not known; it is taken as “at once”."),
        "wanted_to": t("The last day is not known; it is taken as “no limit”."),
        "term_months": t("The term is not known; it is taken as open."),
    }.get(column.name)
    return ("assumed", said, t("Fill it in when it is known.")) if said else None


def _geometry(t: Translate) -> Parsed:
    message = t("A place is not taken from a ledger: its coordinate system is not said.")
    return refused("geometry", message, t("Bring it as a layer."))


def _lost(t: Translate) -> Parsed:
    return refused("digits_lost", t("The spreadsheet has cut this code off after 15 digits."), _anew(t))


def _anew(t: Translate) -> str:
    return t("Format the cell as text and write it anew.")
