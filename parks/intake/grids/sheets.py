"""Reads workbooks and text files into grids of cells as they stand, without any meaning."""

from __future__ import annotations

import contextlib
import gc
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parks import spreadsheets
from parks.intake.grids import airlock, safety, texts
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from parks.intake.grids.packages import Merged
    from parks.intake.values.parsed import Raw
    from parks.words import Translate


@dataclass(frozen=True, slots=True)
class Sheet:
    """One grid of cells.

    Parameters
    ----------
    name
        Its name in the workbook; of a text file the name without its end.
    hidden
        Whether the workbook hides it.
    rows
        Cells by line from the first column on, as the file types them. Text files give texts. An empty cell is None;
        a failed formula is the text shown, such as ``#REF!``. Lines of a text file may differ in length.
    merged
        First row, first column, last row, last column of merged cells in `rows`, from 0, inclusive.
        They may reach beyond the last row.
    first
        Line in the file of `rows[0]`, from 1.
    """

    name: str
    hidden: bool
    rows: list[list[Raw]]
    merged: Merged = ()
    first: int = 1


@dataclass(frozen=True, slots=True)
class Book:
    """A file with its grids.

    Parameters
    ----------
    file
        Its name without the folder.
    kind
        ``xlsx``, ``xlsb``, ``xls``, ``ods`` or ``csv``, by its content.
    encoding, separator
        How a text file was read; None for workbooks.
    digest
        SHA-256 of the file, in hex.
    sheets
        In the order of the workbook, without charts, dialogs and macro sheets.
    issues
        What the user should know: formulas without values, links that were not followed, odd quotation marks.
    """

    file: str
    kind: str
    encoding: str | None
    separator: str | None
    digest: str
    sheets: tuple[Sheet, ...]
    issues: tuple[Issue, ...] = ()


def read(path: Path, t: Translate) -> Book:
    """Return the cells of a workbook or a text file.

    Parameters
    ----------
    path
        The file. Its content says what it is, not its name.
    t
        Says the sentences.

    Raises
    ------
    InvalidData
        When it cannot or must not be read: no table, empty, damaged, locked, too large, built to do harm.
    """
    file = path.name
    try:
        size = path.stat().st_size
        if size > safety.FILE_BYTES:
            message = t("The file is too large: {size} MB, at most {most} MB.", size=size // 10**6, most=_most())
            raise safety.refusal(file, "giant", message, t("Bring it in several files."))
        data = path.read_bytes()
    except OSError as fault:
        message = t("The file cannot be opened.")
        mend = t("Check whether it is still there, and close it in other programs.")
        raise safety.refusal(file, "unreadable", message, mend) from fault
    kind = safety.kind(data, file, t)
    with unwatched():
        return _text(data, path, t) if kind == "text" else _workbook(data, kind, file, t)


def _most() -> int:
    return safety.FILE_BYTES // 10**6


@contextlib.contextmanager
def unwatched() -> Iterator[None]:
    """Keep the search for circles away while millions of cells are made: they make none, and it doubles the time."""
    watched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if watched:
            gc.enable()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _text(data: bytes, path: Path, t: Translate) -> Book:
    found = texts.read(data, path.name, t)
    if not any(any(row) for row in found.rows):
        raise _empty(path.name, t)
    # What we wrote ourselves has an apostrophe in front of what a spreadsheet would run.
    rows = [[cell and spreadsheets.unguarded(cell) for cell in row] for row in found.rows]
    sheet = Sheet(path.stem, hidden=False, rows=rows, first=found.first)  # type: ignore[arg-type]
    return Book(path.name, "csv", found.encoding, found.separator, _digest(data), (sheet,), found.issues)


def _workbook(data: bytes, kind: str, file: str, t: Translate) -> Book:
    sheets: list[Sheet] = []
    issues: list[Issue] = []
    try:
        for said, piece in airlock.messages(data, kind):
            if said == "told":
                issues.append(_told(piece[0], piece[1], file, t))
            elif said == "sheet":
                name, hidden, merged = piece
                sheets.append(Sheet(name, hidden=hidden, rows=[], merged=merged))
            else:
                sheets[-1].rows.extend(piece)
    except safety.Refused as refused:
        raise safety.said(refused, file, t) from refused
    if not any(any(cell is not None for cell in row) for sheet in sheets for row in sheet.rows):
        raise _empty(file, t)
    return Book(file, kind, None, None, _digest(data), tuple(sheets), tuple(issues))


def _empty(file: str, t: Translate) -> Exception:
    return safety.refusal(file, "empty", t("There is nothing in the file."), t("Bring the file that holds the rows."))


def _told(kind: str, fields: dict[str, Any], file: str, t: Translate) -> Issue:
    if kind == "formulas_empty":
        message = t(
            "{count} formulas of the sheet “{sheet}” have no value: a program wrote them and nobody computed them.",
            **fields,
        )
        mend = t("Open it in Excel or WPS, save it, and bring that file.")
        return Issue(file, "", "", "", kind, message, mend)
    if kind == "formulas":
        message = t(
            "The formulas of the sheet “{sheet}” were never computed; their values may be mere placeholders.", **fields
        )
        mend = t("Open it in Excel or WPS, save it, and bring that file.")
        return Issue(file, "", "", "", kind, message, mend)
    if kind == "merged_unseen":
        message = t("The workbook has merged cells; in an .xlsb only the first line of each is read.")
        return Issue(file, "", "", "", kind, message, t("Save it as .xlsx and bring that file."))
    if kind == "links":
        message = t("The workbook refers to other files. They are not opened; the values saved last are read.")
        return Issue(file, "", "", "", kind, message, t("Check whether those values are still right."))
    message = t("The workbook holds macros or connections. They are not run; the values saved last are read.")
    return Issue(file, "", "", "", kind, message, t("Check whether those values are still right."))
