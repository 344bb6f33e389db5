"""Writes the kinds of files that no library at hand writes: .xls, .xlsb, .ods, and archives that lie."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SECTOR = 512
END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
CODES = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}
DAY = "day"
"""Marks a number of a workbook that is shown as a day: `(DAY, 45674)`."""


def compound(streams: Mapping[str, bytes]) -> bytes:
    """Return a compound file ([MS-CFB]) with these streams, none of them in the mini stream."""
    names = ["Root Entry", *streams]
    bodies = [body.ljust(4096, b"\0") for body in streams.values()]
    sizes = [-(-len(body) // SECTOR) for body in bodies]
    directory = -(-len(names) * 128 // SECTOR)
    tables = 1
    while tables * 128 < tables + directory + sum(sizes):
        tables += 1
    links = [TABLE] * tables
    starts = [END]
    for count in (directory, *sizes):
        starts.append(len(links))
        links += [*range(len(links) + 1, len(links) + count), END]
    used = len(links)
    links += [FREE] * (tables * 128 - used)
    entries = b"".join(
        _entry(name, 5 if place == 0 else 2, END if place == 0 else starts[place + 1], body, place, len(names))
        for place, (name, body) in enumerate(zip(names, [b"", *bodies], strict=True))
    )
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    more = len(links) if tables > 109 else END
    head += struct.pack("<9I", 0, tables, tables, 0, 4096, END, 0, more, tables > 109)
    head += struct.pack("<109I", *range(min(tables, 109)), *[FREE] * (109 - tables))
    further = struct.pack(f"<{max(tables - 109, 0)}I", *range(109, tables)).ljust(508, b"\xff") + struct.pack("<I", END)
    table = struct.pack(f"<{len(links)}I", *links)
    whole = head + table + entries.ljust(directory * SECTOR, b"\0")
    whole += b"".join(body.ljust(size * SECTOR, b"\0") for body, size in zip(bodies, sizes, strict=True))
    return whole + b"\xff" * (SECTOR * (len(links) - used)) + further if tables > 109 else whole


def _entry(name: str, kind: int, start: int, body: bytes, place: int, count: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    child = 1 if place == 0 and count > 1 else FREE
    right = place + 1 if 0 < place < count - 1 else FREE
    entry = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, FREE, right, child)
    return entry + bytes(36) + struct.pack("<IQ", start, len(body))


def xls(
    sheets: Mapping[str, Sequence[Sequence[object]]],
    *,
    merged: Sequence[tuple[int, int, int, int]] = (),
    hidden: Sequence[str] = (),
    locked: bool = False,
    links: bool = False,
) -> bytes:
    """Return an .xls (BIFF8) of texts, numbers, days, yes/no and failed formulas such as ``#N/A``."""
    bodies = [_biff_sheet(rows, merged) for rows in sheets.values()]
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    start += _record(0x2F, b"\1\0\1\0") if locked else b""
    start += _record(0x42, struct.pack("<H", 1200))
    start += b"".join(_record(0xE0, struct.pack("<HH", 0, form) + bytes(16)) for form in (0, 14))
    start += _record(0x01AE, struct.pack("<HH", 1, 9) + b"\1C:\\b.xls") if links else b""
    names = [name.encode("utf-16-le") for name in sheets]
    place = len(start) + sum(4 + 8 + len(name) for name in names) + 4
    for name, text, body in zip(sheets, names, bodies, strict=True):
        start += _record(0x85, struct.pack("<IBBBB", place, name in hidden, 0, len(text) // 2, 1) + text)
        place += len(body)
    return compound({"Workbook": start + _record(0x0A, b"") + b"".join(bodies)})


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _biff_sheet(rows: Sequence[Sequence[object]], merged: Sequence[tuple[int, int, int, int]]) -> bytes:
    width = max(map(len, rows), default=0)
    found = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    found += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            found += _biff_cell(row, column, cell)
    if merged:
        areas = b"".join(struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in merged)
        found += _record(0xE5, struct.pack("<H", len(merged)) + areas)
    return found + _record(0x0A, b"")


def _biff_cell(row: int, column: int, cell: object) -> bytes:
    at = struct.pack("<HHH", row, column, isinstance(cell, tuple))
    if cell is None:
        return b""
    if isinstance(cell, bool):
        return _record(0x0205, at + bytes((cell, 0)))
    if isinstance(cell, str) and cell in CODES:
        if CODES[cell] % 2:
            return _record(0x0205, at + bytes((CODES[cell], 1)))
        return _record(0x06, at + bytes((2, 0, CODES[cell], 0, 0, 0, 255, 255)) + bytes(10))
    if isinstance(cell, str):
        text = cell.encode("utf-16-le")
        return _record(0x0204, at + struct.pack("<HB", len(text) // 2, 1) + text)
    number = cell[1] if isinstance(cell, tuple) else cell
    return _record(0x0203, at + struct.pack("<d", number))


def xlsb(rows: Sequence[Sequence[object]], *, merged: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    """Return an .xlsb with one sheet of texts, numbers and failed formulas."""
    size = struct.pack("<4I", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    body = _part(0x81) + _part(0x94, size) + _part(0x91)
    for row, cells in enumerate(rows):
        body += _part(0, struct.pack("<IIHBBB", row, 0, 300, 0, 0, 0) + bytes(12))
        for column, cell in enumerate(cells):
            at = struct.pack("<II", column, 0)
            if isinstance(cell, str) and cell in CODES:
                body += _part(3, at + bytes((CODES[cell],)))
            elif isinstance(cell, str):
                text = cell.encode("utf-16-le")
                body += _part(6, at + struct.pack("<I", len(text) // 2) + text)
            elif cell is not None:
                body += _part(5, at + struct.pack("<d", cell))
    body += _part(0x92)
    for top, left, bottom, right in merged:
        body += _part(0xB0, struct.pack("<4I", top, bottom, left, right))
    body += _part(0x82)
    name, relation = ("\u53f0\u8d26".encode("utf-16-le"), "rId1".encode("utf-16-le"))
    sheet = struct.pack("<III", 0, 1, len(relation) // 2) + relation + struct.pack("<I", len(name) // 2) + name
    book = _part(0x83) + _part(0x8F) + _part(0x9C, sheet) + _part(0x90) + _part(0x84)
    return archive(
        {
            "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": relations("xl/workbook.bin", kind="officeDocument"),
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": relations("worksheets/sheet1.bin"),
            "xl/worksheets/sheet1.bin": body,
        }
    )


def _part(kind: int, body: bytes = b"") -> bytes:
    number = bytes((kind,)) if kind < 0x80 else bytes((kind, 1))
    size, length = len(body), b""
    while size > 0x7F:
        length, size = length + bytes((size & 0x7F | 0x80,)), size >> 7
    return number + length + bytes((size,)) + body


def relations(*targets: str, kind: str = "worksheet") -> bytes:
    """Return the list of relations of a workbook's part."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    each = "".join(
        f'<Relationship Id="rId{number}" Type="{office}/{kind}" Target="{target}"/>'
        for number, target in enumerate(targets, 1)
    )
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<?xml version="1.0"?><Relationships xmlns="{package}">{each}</Relationships>'.encode()


def xlsx(sheet: str, *, extra: Mapping[str, bytes] | None = None, head: str = "") -> bytes:
    """Return an .xlsx whose only sheet has this XML inside; `head` stands before its root, `extra` are more parts."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    named = '<sheets><sheet name="台账" sheetId="1" r:id="rId1"/></sheets>'
    whole = f'<?xml version="1.0"?>{head}<worksheet xmlns="{main}">{sheet}</worksheet>'
    return archive(
        {
            "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": relations("xl/workbook.xml", kind="officeDocument"),
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}">{named}</workbook>'.encode(),
            "xl/_rels/workbook.xml.rels": relations("worksheets/sheet1.xml"),
            "xl/worksheets/sheet1.xml": whole.encode(),
            **(extra or {}),
        }
    )


def ods(rows: str) -> bytes:
    """Return an .ods with one table, its rows given in XML."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    listed = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    calc = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} {calc}><office:body>'
        f'<office:spreadsheet><table:table table:name="台账">{rows}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    return archive(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": listed.encode(),
            "content.xml": content.encode(),
        }
    )


def archive(parts: Mapping[str, bytes]) -> bytes:
    """Return a ZIP of these parts, with the same bytes each time."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in parts.items():
            made.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
    return target.getvalue()
