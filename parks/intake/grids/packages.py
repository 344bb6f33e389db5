"""The zipped workbooks: what must be looked at in their parts before the fast reader sees them, and mended for it."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from typing import Any, NamedTuple
from xml.parsers import expat

from parks.intake.grids import biff, safety

Merged = tuple[tuple[int, int, int, int], ...]
"""First row, first column, last row, last column, from 0, inclusive."""
Told = tuple[str, dict[str, Any]]
LINKS = "xl/externallinks/"
DIMENSION = re.compile(rb'<(?:\w+:)?dimension\s+ref="[^":]*:?\$?([A-Za-z]{1,3})\$?(\d{1,7})"')
"""Last corner of what a sheet says that it holds, formatted blanks among it."""
FILLED = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>(?!</c>)')
"""A cell with something in it."""
UNCOMPUTED = re.compile(rb"(?:</f>|<f[^>]*/>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
"""A formula whose value was never written down."""
PLACEHOLDERS = b'fullCalcOnLoad="1"'
"""A program asks that formulas be computed on opening: what it wrote as their values, mostly 0, holds their place."""
FAILED = re.compile(rb"""(<(?:\w+:)?c\s[^>]*?)\bt=(["'])e\2""")
ODS_FAILED = re.compile(rb'\soffice:string-value="[^"]*"(?=[^>]*\scalcext:value-type="error")')
"""An .ods says in this attribute that a failed formula is an empty text; without it the text shown is read."""
RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Checked(NamedTuple):
    """A workbook that may be read.

    Parameters
    ----------
    data
        The workbook, with failed formulas as the texts that a spreadsheet shows.
    told
        What the user should know: kind and fields of each sentence.
    merged
        Merged cells by the sheet's name where the fast reader does not tell them.
    """

    data: bytes
    told: tuple[Told, ...]
    merged: dict[str, Merged]


def checked(data: bytes, kind: str) -> Checked:
    """Look through the parts of a workbook.

    Parameters
    ----------
    data
        The whole file; `safety.kind` has found its list of parts harmless.
    kind
        ``xlsx``, ``xlsb`` or ``ods``.

    Raises
    ------
    Refused
        `safety.ENTITIES`, `safety.GIANT`, `safety.PASSWORD` or `safety.DAMAGED`.
    """
    merged: dict[str, Merged] = {}
    mended: dict[str, bytes] = {}
    told: list[Told] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        sheets = _sheets(archive) if kind == "xlsx" else {}
        for low, name in names.items():
            if low.endswith((".xml", ".rels", ".bin")):
                part = archive.read(name)
                _refuse(low, part)
                if low == "content.xml":
                    merged |= _spans(part)
                new, said = _mended(low, part, sheets.get(name, name if "/worksheets/" in low else ""))
                told += said
                mended |= {} if new is part else {name: new}
        if mended:
            data = _repacked(archive, mended)
        if "xl/workbook.xml" not in names or PLACEHOLDERS not in archive.read(names["xl/workbook.xml"]):
            told = [each for each in told if each[0] != "formulas"]
    if any(name.startswith(LINKS) for name in names):
        told.append(("links", {}))
    if any(name.endswith(("vbaproject.bin", "connections.xml")) for name in names):
        told.append(("macros", {}))
    return Checked(data, tuple(told), merged)


def _refuse(low: str, part: bytes) -> None:
    """Refuse a part that is locked, or declares names for texts: no spreadsheet does, bombs do."""
    if low.endswith(".bin"):
        return
    if part[:2] in {b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"}:  # UTF-16, in which nothing below would be found
        raise safety.Refused(safety.DAMAGED)
    if b"<!" in part and (b"<!DOCTYPE" in part or b"<!ENTITY" in part):
        raise safety.Refused(safety.ENTITIES)
    if low == "meta-inf/manifest.xml" and b"encryption-data" in part:
        raise safety.Refused(safety.PASSWORD)


def _mended(low: str, part: bytes, name: str) -> tuple[bytes, list[Told]]:
    """Return a part, with failed formulas as texts, and what is to be told; `name` is empty unless it is a sheet."""
    if low == "content.xml":
        new = ODS_FAILED.sub(b"", part)
        return (part if new == part else new), []
    if not name or low.endswith(".rels"):
        return part, []
    return _binary(part) if low.endswith(".bin") else _sheet(part, name)


def _binary(part: bytes) -> tuple[bytes, list[Told]]:
    new, merged = biff.with_texts(part)
    return (part if new == part else new), [("merged_unseen", {})] if merged else []


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return part → name of each sheet of an .xlsx. Their declarations were looked at, or are looked at next."""
    try:
        book, relations = archive.read("xl/workbook.xml"), archive.read("xl/_rels/workbook.xml.rels")
    except KeyError:
        return {}
    _refuse("", book)
    _refuse("", relations)
    try:
        targets = {each.get("Id"): each.get("Target", "") for each in ET.fromstring(relations)}  # noqa: S314 - without entities
        named = [each for each in ET.fromstring(book).iter() if each.tag.endswith("}sheet")]  # noqa: S314
    except ET.ParseError as fault:
        raise safety.Refused(safety.DAMAGED) from fault
    return {"xl/" + targets.get(each.get(RELATIONS), "").removeprefix("/xl/"): each.get("name", "") for each in named}


def _sheet(part: bytes, name: str) -> tuple[bytes, list[Told]]:
    """Check one sheet of an .xlsx; give it back with failed formulas as texts, and what is to be told."""
    dimension = DIMENSION.search(part, 0, 10_000)
    if dimension and _column(dimension[1]) * int(dimension[2]) > safety.CELLS:
        _refuse_giant(part, name)
    told: list[Told] = []
    if b"<f" in part:
        count = len(UNCOMPUTED.findall(part))
        told.append(("formulas_empty", {"sheet": name, "count": count}) if count else ("formulas", {"sheet": name}))
    failed = b't="e"' in part or b"t='e'" in part
    return (FAILED.sub(rb'\1t="str"', part) if failed else part), told


def _refuse_giant(part: bytes, name: str) -> None:
    """Refuse a sheet whose filled cells lie too far apart; formats without values do not count."""
    row = column = 0
    for letters, digits in FILLED.findall(part):
        column, row = max(column, _column(letters)), max(row, int(digits))
    if row * column > safety.CELLS:
        raise safety.Refused(safety.GIANT, sheet=name, cell=safety.cell(row, column))


def _column(letters: bytes) -> int:
    """Return the number of a column from 1, whose name has these letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _repacked(archive: zipfile.ZipFile, mended: dict[str, bytes]) -> bytes:
    """Return the workbook with some parts replaced, none packed."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as copy:
        for name in dict.fromkeys(archive.namelist()):
            copy.writestr(name, mended[name] if name in mended else archive.read(name))
    return target.getvalue()


def _spans(part: bytes) -> dict[str, Merged]:
    """Return the merged cells of an .ods by the sheet's name; refuse a sheet that repeats its cells too often."""
    grid = _Grid()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = grid.start, grid.end
    try:
        parser.Parse(part, True)  # noqa: FBT003 - the last piece
    except expat.ExpatError as fault:
        raise safety.Refused(safety.DAMAGED) from fault
    return {sheet: tuple(spans) for sheet, spans in grid.found.items()}


class _Grid:
    """Where in an .ods the parser is: cells and rows may be said to repeat."""

    def __init__(self) -> None:
        """Begin before the first table."""
        self.found: dict[str, list[tuple[int, int, int, int]]] = {}
        self.name, self.row, self.column, self.last = "", 0, 0, 0
        self.repeated = 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Note a table, a row or a cell."""

        def number(key: str) -> int:
            said = attributes.get(f"table:number-{key}", "1")
            return int(said) if said.isascii() and said.isdigit() else 1

        if tag == "table:table":
            self.name, self.row, self.last = attributes.get("table:name", ""), 0, 0
        elif tag == "table:table-row":
            self.column, self.repeated = 0, number("rows-repeated")
        elif tag in {"table:table-cell", "table:covered-table-cell"}:
            down, right = number("rows-spanned"), number("columns-spanned")
            if down * right > 1:
                span = (self.row, self.column, self.row + down - 1, self.column + right - 1)
                self.found.setdefault(self.name, []).append(span)
            self.column += number("columns-repeated")
            if "office:value-type" in attributes:
                self._refuse_giant()

    def _refuse_giant(self) -> None:
        self.last = max(self.last, self.column)
        if (self.row + self.repeated) * self.last > safety.CELLS:
            cell = safety.cell(self.row + self.repeated, self.last)
            raise safety.Refused(safety.GIANT, sheet=self.name, cell=cell)

    def end(self, tag: str) -> None:
        """Leave a row."""
        if tag == "table:table-row":
            self.row += self.repeated
