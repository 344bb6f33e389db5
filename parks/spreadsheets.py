"""Workbooks and text files that run nothing: what is text stays text in every spreadsheet that we write."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FILE_DAY = dt.date(2000, 1, 1)
"""Day written into a workbook whose own day is not given, so that the same cells give the same bytes."""
LONGEST = 32_767
"""Most that one cell of a workbook can hold [UTF-16 units]."""
ROWS, COLUMNS = 1_048_576, 16_384
"""Most lines and columns of a sheet."""
RUNS = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
"""A text that a spreadsheet may take for a formula when it opens a text file (OWASP, CSV injection)."""
HARMLESS = re.compile(
    r"[+-]?(?:(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?%?|-+", re.ASCII | re.IGNORECASE
)
"""Plain numbers and strokes: they begin like one and are none."""
NO_SIGN = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""Halves of a sign, and what XML forbids: a workbook with them cannot be opened."""
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f]")
"""Control signs, which a note cannot hold."""


def guarded(text: str) -> str:
    """Return `text` for a text file, with an apostrophe in front when a spreadsheet would run it as a formula.

    Plain numbers (-1.5) and strokes (--) stay as they are. A text that already has an apostrophe before such a sign
    gets another, so that `unguarded` gives each text back as it was.
    """
    return f"'{text}" if _is_run(text) else text


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given."""
    return text[1:] if text[:1] == "'" and _is_run(text[1:]) else text


def is_too_long(text: str) -> bool:
    """Return whether one cell of a workbook cannot hold a text whole."""
    return len(text) > LONGEST // 2 and len(text.encode("utf-16-le", "replace")) > 2 * LONGEST


def width(text: str) -> int:
    """Return about how wide a text is shown [half-width signs]; its longest line counts."""
    return max(sum(1 if sign.isascii() else 2 for sign in line) for line in text.split("\n"))


def workbook(path: Path, day: dt.date = FILE_DAY) -> xlsxwriter.Workbook:
    """Return a new workbook that takes no text for a formula or a link; whoever asks for it closes it.

    Parameters
    ----------
    path
        File to write.
    day
        Day written as the file's date, so that the same cells give the same bytes.
    """
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"created": dt.datetime.combine(day, dt.time())})
    return book


def put(page: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    """Write a text into a cell as that text; what is longer than `LONGEST` is cut off, an empty one is no cell.

    Parameters
    ----------
    page
        The sheet.
    row, column
        The cell, from 0.
    text
        Whatever was imported. Signs that no workbook can hold become �.
    style
        The cell's format.
    """
    sound = NO_SIGN.sub("�", text)
    if not sound:
        page.write_blank(row, column, None, style)
    elif sound.startswith("<r>") and sound.endswith("</r>"):
        page.write_rich_string(row, column, "<", style, sound[1:LONGEST], style)  # alone it would be taken for markup
    else:
        page.write_string(row, column, sound, style)


def note(page: Worksheet, row: int, column: int, text: str, *, lines: int) -> None:
    """Write a note that shows when the pointer is on the cell.

    Parameters
    ----------
    page
        The sheet.
    row, column
        The cell, from 0.
    text
        What it says.
    lines
        Height of its box.
    """
    sound = UNSEEN.sub("�", NO_SIGN.sub("�", text))
    page.write_comment(row, column, sound[: LONGEST // 2], {"width": 300, "height": 20 * lines + 10, "font_size": 9})


def _is_run(text: str) -> bool:
    return RUNS.match(text) is not None and HARMLESS.fullmatch(text) is None
