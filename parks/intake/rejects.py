"""Rows that could not be imported, as a file of the user's own: their columns, and beside them what to mend.

Mended, that file is imported like any other; the columns that were added are known by their headings and not read.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from parks import spreadsheets, words
from parks.intake.grids import safety
from parks.intake.values import signs
from parks.issues import InvalidData, Issue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from parks.intake.grids.lines import Record
    from parks.intake.values.parsed import Raw
    from parks.words import Translate

COLUMNS = {
    "line": {"en": "Line (import)", "zh": "行号（导入）"},
    "problem": {"en": "Problem (import)", "zh": "问题（导入）"},
    "mend": {"en": "How to mend (import)", "zh": "修改方法（导入）"},
}
"""What is added → its heading by language. They are fixed: files that were written once must be known again."""
WIDTHS = {"line": 9, "problem": 44, "mend": 44}
WIDEST, NARROWEST = 40, 10
LINE = 15
"""Height of a line [points]."""
MARCH_1900 = dt.date(1900, 3, 1)
"""Spreadsheets take 1900 for a leap year: a day before this one is written as text."""
INK, HEAD, ADDED, FAULT = "#1F2A36", "#DCE6F0", "#F3F4F6", "#FFD6CC"
FORMATS = {
    "text": "@",
    "number": "General",
    "day": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm:ss",
    "clock": "hh:mm:ss",
}


class Rejects(NamedTuple):
    """The rows of a table that were not imported.

    Parameters
    ----------
    headings
        The user's own, one a column; empty where a column has none. Some may be the same.
    rows
        The rows, their cells one a heading, as the file had them.
    issues
        What is wrong with them: ``row`` is the line of a row as text, ``column`` the user's heading, or the letters
        of the column; empty when the whole row is meant. Those of other rows are not told.
    """

    headings: tuple[str, ...]
    rows: Sequence[Record]
    issues: Sequence[Issue]


def is_ours(heading: str) -> bool:
    """Return whether a heading is one of those that `write` adds: such a column is not read."""
    return _bare(heading) in {_bare(name) for names in COLUMNS.values() for name in names.values()}


def write(path: Path, rejects: Rejects, lang: str) -> None:
    """Write the rejected rows as XLSX or CSV (UTF-8 with a byte-order mark), by the ending of `path`.

    Cells keep their values: texts are texts, numbers numbers, days days. In a workbook those at fault are coloured
    and have a note. In CSV a text that a spreadsheet would run has an apostrophe in front (`spreadsheets.guarded`).
    Columns that an earlier reject file added are written anew, not once more.

    Parameters
    ----------
    path
        File to write; one that is there is replaced.
    rejects
        The rows.
    lang
        ``zh`` or ``en``, of the headings that are added; the issues are said already.

    Raises
    ------
    InvalidData
        When the ending is another, or a workbook cannot hold the cells.
    """
    t = words.translator(lang)
    table = _Table(rejects, lang)
    if path.suffix.lower() == ".csv":
        path.write_bytes(_csv(table))
    elif path.suffix.lower() == ".xlsx":
        faults = list(_too_much(path.name, table, t))
        if faults:
            raise InvalidData(faults)
        with spreadsheets.workbook(path) as book:
            _Page(book, table, t).draw()
    else:
        message = t("The file's ending says no format that can be written.")
        mend = t("Use one of {endings}.", endings=".xlsx .csv")
        raise InvalidData([Issue(path.name, "", "", path.suffix, "format", message, mend)])


class _Table:
    """The cells of the file: the user's columns, then ours.

    `marks` are the faulty cells: row in `rows` and place in a row → what is wrong.
    """

    def __init__(self, rejects: Rejects, lang: str) -> None:
        own = [place for place, heading in enumerate(rejects.headings) if not is_ours(heading)]
        self.headings = [rejects.headings[place] for place in own]
        self.heads = [*self.headings, *(names[lang] for names in COLUMNS.values())]
        self.rows: list[tuple[Raw, ...]] = []
        self.marks: dict[tuple[int, int], list[Issue]] = defaultdict(list)
        letters = {safety.letters(place + 1): at for at, place in enumerate(own)}
        of_line: dict[str, list[Issue]] = defaultdict(list)
        for issue in rejects.issues:
            of_line[issue.row].append(issue)
        colon = "：" if lang == "zh" else ": "
        for at, record in enumerate(rejects.rows):
            found = of_line.get(str(record.line), [])
            cells = tuple(record.cells[place] for place in own)
            problems = [f"{issue.column}{colon}{issue.message}" if issue.column else issue.message for issue in found]
            self.rows.append((*cells, record.line, _numbered(problems), _numbered([issue.mend for issue in found])))
            for issue in found:
                for place in self._places(issue, cells, letters):
                    self.marks[at, place].append(issue)

    def _places(self, issue: Issue, cells: Sequence[Raw], letters: Mapping[str, int]) -> list[int]:
        """Return where the cell of an issue is; of columns with one heading those that hold its value, else all."""
        same = [at for at, heading in enumerate(self.headings) if issue.column and heading == issue.column]
        held = [at for at in same if issue.value in (text(cells[at]), str(cells[at]))]
        return held or same or [letters[name] for name in [issue.column] if name in letters]


class _Page:
    """The sheet while it is drawn."""

    def __init__(self, book: Workbook, table: _Table, t: Translate) -> None:
        self.book, self.table, self.t = book, table, t
        self.page: Worksheet = book.add_worksheet(t("Rejected rows"))
        self.made: dict[tuple[str, str], Format] = {}

    def draw(self) -> None:
        page, heads, own = self.page, self.table.heads, len(self.table.headings)
        for place, heading in enumerate(heads):
            page.set_column(place, place, self._width(place))
            spreadsheets.put(page, 0, place, heading, self._style("text", HEAD if place < own else ADDED, bold=True))
        said = self.t("Mend the coloured cells, then import this file. The last columns are not read.")
        spreadsheets.note(page, 0, own + 1, said, lines=3)
        for at, row in enumerate(self.table.rows):
            for place, cell in enumerate(row):
                faults = self.table.marks.get((at, place), [])
                colour = FAULT if faults else "" if place < own else ADDED
                self._cell(at + 1, place, cell, colour)
                if faults:
                    told = _numbered([f"{issue.message} {issue.mend}" for issue in faults])
                    spreadsheets.note(page, at + 1, place, told, lines=2 + spreadsheets.width(told) // 20)
            page.set_row(at + 1, LINE * max(_lines(str(cell), WIDTHS["mend"]) for cell in row[own:]))
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, len(self.table.rows), len(heads) - 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)

    def _width(self, place: int) -> int:
        own = len(self.table.headings)
        if place >= own:
            return list(WIDTHS.values())[place - own]
        cells = [self.table.heads[place], *(text(row[place]) for row in self.table.rows)]
        return min(max(NARROWEST, *(spreadsheets.width(cell) + 2 for cell in cells)), WIDEST)

    def _cell(self, row: int, place: int, cell: Raw, colour: str) -> None:
        kind = _kind(cell)
        style = self._style(kind, colour)
        if cell is None:
            self.page.write_blank(row, place, None, style)
        elif isinstance(cell, bool):
            self.page.write_boolean(row, place, cell, style)
        elif kind == "number":
            self.page.write_number(row, place, cell, style)
        elif kind == "text":
            spreadsheets.put(self.page, row, place, text(cell), style)
        else:
            self.page.write_datetime(row, place, cell, style)

    def _style(self, kind: str, colour: str, *, bold: bool = False) -> Format:
        if (kind, colour) not in self.made:
            wanted = {"num_format": FORMATS[kind], "font_size": 10, "font_color": INK, "valign": "top", "bold": bold}
            wanted |= {"bg_color": colour} if colour else {}
            self.made[kind, colour] = self.book.add_format(wanted | {"text_wrap": colour == ADDED})
        return self.made[kind, colour]


def text(cell: Raw) -> str:
    """Return a cell as a text file has it: days as ISO, truth values as spreadsheets say them, nothing as nothing."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        return f"{cell:.15g}"
    return cell.isoformat(sep=" ") if isinstance(cell, dt.datetime) else cell.isoformat()


def _kind(cell: Raw) -> str:
    """Return one of `FORMATS`: as what a workbook can hold a cell."""
    if isinstance(cell, int | float):
        return "number" if math.isfinite(cell) else "text"
    if isinstance(cell, dt.time):
        return "clock"
    if isinstance(cell, dt.datetime):
        return "moment" if cell.date() >= MARCH_1900 else "text"
    return "day" if isinstance(cell, dt.date) and cell >= MARCH_1900 else "text"


def _csv(table: _Table) -> bytes:
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\r\n")
    for row in (table.heads, *table.rows):
        writer.writerow([spreadsheets.guarded(cell) if isinstance(cell, str) else text(cell) for cell in row])
    return b"\xef\xbb\xbf" + made.getvalue().encode("utf-8", "replace")


def _too_much(file: str, table: _Table, t: Translate) -> Iterator[Issue]:
    """Return an issue for what a workbook cannot hold: it would be lost."""
    mend = t("Write the rejected rows as .csv.")
    if len(table.rows) >= spreadsheets.ROWS or len(table.heads) > spreadsheets.COLUMNS:
        message = t("A workbook cannot hold so many rows or columns.")
        yield Issue(file, "", "", "", "giant", message, mend)
    for row in table.rows:
        for heading, cell in zip(table.heads, row, strict=True):
            if isinstance(cell, str) and spreadsheets.is_too_long(cell):
                message = t("A workbook cannot hold so long a text in one cell.")
                yield Issue(file, str(row[-len(COLUMNS)]), heading, cell[:WIDEST], "giant", message, mend)


def _numbered(sentences: Sequence[str]) -> str:
    """Return several sentences as lines with their numbers, one as it is."""
    if len(sentences) == 1:
        return sentences[0]
    return "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(sentences, 1))


def _lines(said: str, wide: int) -> int:
    return sum(1 + spreadsheets.width(line) // wide for line in said.split("\n"))


def _bare(heading: str) -> str:
    return signs.plain(heading).casefold().replace(" ", "")
