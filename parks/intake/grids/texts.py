"""Tables in text files: which encoding, which separator, and the cells as they stand."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from parks.intake.grids import safety
from parks.issues import Issue

if TYPE_CHECKING:
    from parks.issues import InvalidData
    from parks.words import Translate

MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
"""Byte-order marks → encoding; the longer ones first, since one begins with another."""
SEPARATORS = ",;\t，|"
"""What parts the cells of a line, in the order of preference where two part them alike."""
SAMPLE = 200
"""Lines on which the separator is chosen."""
LOOK = 100_000
"""Characters that are looked through before all are read: fewer than `csv` allows in one cell."""
BROKEN = 0.1
"""Share of bad signs up to which a file counts as damaged UTF-8. GB18030 read as UTF-8 is bad nearly everywhere."""
FEW = 10
"""Signs beyond ASCII below which that share says nothing."""
STRAY = 5
"""Control signs that any text may hold, however short: each is told where its cell is read."""
STRANGE = 0.01
"""Share of control signs from which a file is no text."""
DECLARED = re.compile(rf"sep=([{SEPARATORS}])\r?\n", re.IGNORECASE)
"""First line by which Excel is told the separator. It is no line of the table."""
CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")


class Text(NamedTuple):
    """The cells of a text file.

    Parameters
    ----------
    rows
        Cells by line as the file has them: lines may differ in length, an empty cell is None.
    first
        Line of `rows[0]`, from 1. A line is what a spreadsheet shows as one: a cell may hold line breaks.
    encoding, separator
        How the file was read.
    issues
        What was doubtful in reading it.
    """

    rows: list[list[str | None]]
    first: int
    encoding: str
    separator: str
    issues: tuple[Issue, ...]


def read(data: bytes, file: str, t: Translate) -> Text:
    """Return the cells of a text file.

    Parameters
    ----------
    data
        The whole file.
    file
        Its name, said in the refusals.
    t
        Says the sentences.

    Raises
    ------
    InvalidData
        When the encoding cannot be told, a quotation mark is never closed, or there are too many cells.
    """
    text, encoding = _decoded(data, file, t)
    text = text.rstrip("\x1a")  # end of file in the days of DOS
    declared = DECLARED.match(text)
    if declared:
        text = text[declared.end() :]
    separator = declared.group(1) if declared else _separator(text)
    if text.count(separator) + text.count("\n") + text.count("\r") > safety.CELLS:
        raise safety.too_many_cells(file, t)
    first = 2 if declared else 1
    rows, issues = _rows(text, separator, first, file, t)
    return Text(rows, first, encoding, separator, issues)


def _decoded(data: bytes, file: str, t: Translate) -> tuple[str, str]:
    """Return the text and its encoding: by its mark, then strict UTF-8, then GB18030 over the whole file."""
    marked = next((name for mark, name in MARKS.items() if data.startswith(mark)), None)
    for name in (marked,) if marked else (*_wide(data), "utf-8", "gb18030"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError as fault:
            if name.startswith("utf-8"):
                _refuse_damaged(data, fault.start, file, t)
            continue
        if len(CONTROL.findall(text, 0, LOOK)) > max(STRAY, STRANGE * min(len(text), LOOK)):
            break
        return text, name
    message = t("This is no text that can be read: its encoding is none of UTF-8, UTF-16 and GB18030.")
    mend = t("Open it in Excel or WPS and save it as an Excel workbook (.xlsx).")
    raise safety.refusal(file, "encoding", message, mend)


def _wide(data: bytes) -> tuple[str, ...]:
    """Return UTF-16 where the mark is missing but every second byte of the ASCII signs is 0."""
    look = data[:LOOK]
    low, high = look[::2].count(0), look[1::2].count(0)
    if max(low, high) * 10 < len(look) or min(low, high) * 20 > max(low, high):
        return ()
    return ("utf-16-le",) if high > low else ("utf-16-be",)


def _refuse_damaged(data: bytes, at: int, file: str, t: Translate) -> None:
    """Refuse UTF-8 with a few bad bytes: read as GB18030 it would pass, every sign another one."""
    text = data.decode("utf-8", errors="replace")
    bad, foreign = text.count("�"), sum(not sign.isascii() for sign in text[: LOOK * 10])
    if foreign < FEW or bad > BROKEN * foreign:
        return
    line = data.count(b"\n", 0, at) + 1
    message = t("Line {line} holds a byte that is no UTF-8, as the rest of the file is.", line=line)
    mend = t("Open it in Excel or WPS, mend the sign there, and save it anew.")
    raise safety.refusal(file, "encoding", message, mend)


def _separator(text: str) -> str:
    """Return the separator that parts the most lines alike; of those that do equally well, into the most cells."""

    def score(separator: str) -> tuple[float, int]:
        lines = csv.reader(io.StringIO(text[:LOOK], newline=""), delimiter=separator)
        widths = [len(line) for line in islice(lines, SAMPLE) if any(line)]
        parted = Counter(width for width in widths if width > 1)
        if not parted:
            return 0.0, 0
        width, count = max(parted.items(), key=lambda item: (item[1], item[0]))
        return count / len(widths), width

    return max(SEPARATORS, key=score)


def _rows(
    text: str, separator: str, first: int, file: str, t: Translate
) -> tuple[list[list[str | None]], tuple[Issue, ...]]:
    """Return the cells; quotation marks that open or close amid a cell are told, one that never closes refuses."""
    rows: list[list[str | None]] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        rows.extend([cell or None for cell in cells] for cells in reader)  # what came before a fault stays
    except csv.Error:
        return _lenient(text, separator, file, first + len(rows), t)
    return rows, ()


def _lenient(
    text: str, separator: str, file: str, line: int, t: Translate
) -> tuple[list[list[str | None]], tuple[Issue, ...]]:
    """Return the cells of a file whose quotation marks are odd, as long as no line can have been swallowed by one."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[list[str | None]] = []
    try:
        rows.extend([cell or None for cell in cells] for cells in reader)
    except csv.Error as fault:
        raise _unclosed(file, line, t) from fault
    if reader.line_num != len(rows):
        raise _unclosed(file, line, t)
    message = t("A quotation mark closes before the end of its cell.")
    mend = t("Check whether the line was read as you meant it; double the marks inside a cell.")
    return rows, (Issue(file, str(line), "", "", "quotes", message, mend),)


def _unclosed(file: str, line: int, t: Translate) -> InvalidData:
    message = t("A quotation mark opens in line {line} and never closes.", line=line)
    mend = t("Close it, or double the marks that stand inside a cell.")
    return safety.refusal(file, "quotes", message, mend)
