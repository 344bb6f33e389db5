"""Writes workbooks and text files as offices write them, and as people spoil them."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import xlsxwriter
from openpyxl.styles import Font

try:
    from corpus import crafts
except ImportError:  # run as a script
    import crafts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Rows = Sequence[Sequence[object]]

HEAD = ["房源编号", "楼栋编号", "可租面积(㎡)", "租金", "状态"]
A = ["U1", "B1", 100, 3.5, "已租"]
B = ["U2", "B1", 200, 3.6, "空置"]
C = ["U3", "B2", 300, 3.7, "已租"]
ROWS = [A, B, C]
TABLE = [HEAD, *ROWS]


def xlsx(rows: Rows, *, merged: Sequence[str] = (), hidden: Rows = ()) -> bytes:
    """Return a workbook as offices write it, with merged cells and a hidden sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "台账"
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    if hidden:
        other = book.create_sheet("旧数据")
        other.sheet_state = "hidden"
        for row in hidden:
            other.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """Return the bytes of a workbook."""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def failed() -> bytes:
    """Return a workbook whose formulas failed, as Excel saves them."""
    cells = '<c r="A1" t="inlineStr"><is><t>房源编号</t></is></c><c r="B1" t="inlineStr"><is><t>可租面积</t></is></c>'
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>U{row}</t></is></c>'
        f'<c r="B{row}" t="e"><f>VLOOKUP(A{row},x,2)</f><v>{error}</v></c></row>'
        for row, error in ((2, "#N/A"), (3, "#REF!"), (4, "#DIV/0!"))
    )
    return crafts.xlsx(f'<sheetData><row r="1">{cells}</row>{rows}</sheetData>')


def program(rows: Rows) -> bytes:
    """Return a workbook of xlsxwriter: shared strings, serial days, a native yes/no."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("台账")
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return target.getvalue()


def cells(found: Mapping[str, object]) -> str:
    """Return the inside of a sheet of an .xlsx with these cells, each in a row of its own; it says no size."""
    each = (
        f'<row><c r="{place}" t="{"str" if isinstance(cell, str) else "n"}"><v>{cell}</v></c></row>'
        for place, cell in found.items()
    )
    return f"<sheetData>{''.join(each)}</sheetData>"


def far(cell: str) -> bytes:
    """Return a table of three rows and one sign far away from it."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx(TABLE)))
    book.active[cell] = "x"
    return saved(book)


def formatted(cell: str) -> bytes:
    """Return a table of three rows and a coloured empty cell far away from it."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx(TABLE)))
    book.active[cell].font = Font(bold=True)
    return saved(book)


def bomb() -> bytes:
    """Return an .xlsx of a few kilobytes that unpacks to 50 MB."""
    return crafts.xlsx("<sheetData>" + " " * 50_000_000 + "</sheetData>")


def lying() -> bytes:
    """Return an .xlsx whose list of parts says that its sheet has ten bytes."""
    body = bytearray(xlsx(TABLE))
    at = body.rindex(b"xl/worksheets/sheet1.xml") - 46
    body[at + 24 : at + 28] = (10).to_bytes(4, "little")
    return bytes(body)


def laughing() -> bytes:
    """Return an .xlsx with a billion laughs: nine names for texts, each ten times the one before."""
    names = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
    head = f'<!DOCTYPE lolz [<!ENTITY l0 "lol">{names}]>'
    return crafts.xlsx('<sheetData><row r="1"><c r="A1" t="str"><v>&l9;</v></c></row></sheetData>', head=head)


def linked() -> bytes:
    """Return an .xlsx with a link to another workbook, a DDE link and macros, as parts beside its table."""
    source = zipfile.ZipFile(io.BytesIO(xlsx(TABLE)))
    parts = {name: source.read(name) for name in source.namelist()}
    parts["xl/externalLinks/externalLink1.xml"] = (
        b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    )
    parts["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0"
    return crafts.archive(parts)


def csv(rows: Rows, separator: str = ",", end: str = "\n") -> str:
    """Return a text file without quotation marks."""
    return "".join(separator.join("" if cell is None else str(cell) for cell in row) + end for row in rows)


def group(row: str, cells: str) -> str:
    """Return one row of an .ods."""
    return f"<table:table-row {row}>{cells}</table:table-row>"


def ods_cells(*texts: str) -> str:
    """Return text cells of an .ods."""
    return "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in texts
    )
