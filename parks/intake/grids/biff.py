"""The binary workbooks: their failed formulas, which the fast reader takes for empty cells, links and macros."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from parks.intake.grids import safety

if TYPE_CHECKING:
    from collections.abc import Iterator

ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""Codes of failed formulas ([MS-XLS] 2.5.10 BErr)."""
LAST = 0xFFFFFFFA
"""Numbers of sectors from here on say that a chain ends or a place is free ([MS-CFB] 2.1)."""
EOF, FORMULA, FILEPASS, BOUNDSHEET, SUPBOOK, BOOLERR, BOF = 0x0A, 0x06, 0x2F, 0x85, 0x01AE, 0x0205, 0x0809
"""Records of a stream ([MS-XLS] 2.3.1)."""
CELL_ERROR, CELL_TEXT, FORMULA_ERROR, MERGED = 3, 6, 11, 176
"""Records of a part ([MS-XLSB] 2.4): BrtCellError, BrtCellSt, BrtFmlaError, BrtMergeCell."""

Marks = dict[int, dict[int, str]]
"""Row → column, both from 0 → what a spreadsheet shows in place of a value."""


class Old(NamedTuple):
    """What an .xls holds besides its values.

    Parameters
    ----------
    marks
        Sheets in their order: where a formula failed, and what is shown there.
    links
        Whether it refers to other files.
    macros
        Whether it holds macros.
    """

    marks: tuple[Marks, ...]
    links: bool
    macros: bool


def old(data: bytes) -> Old:
    """Return what an .xls holds besides its values.

    Raises
    ------
    Refused
        ``damaged`` when its container or its records break off; ``password`` when it is locked.
    """
    try:
        streams = _streams(data)
        book = streams.get("Workbook") or streams["Book"]
        starts, links = _globals(book)
        macros = "_VBA_PROJECT" in streams
        return Old(tuple(_errors(book, start) for start in starts), links, macros)
    except (struct.error, KeyError, IndexError, UnicodeDecodeError) as fault:
        raise safety.Refused(safety.DAMAGED) from fault


def with_texts(part: bytes) -> tuple[bytes, bool]:
    """Return a sheet of an .xlsb with each failed formula as the text shown there, and whether it has merged cells."""
    found, merged = bytearray(), False
    kept = at = 0
    while at < len(part):
        start = at
        kind, at = _varint(part, at, 2)
        size, at = _varint(part, at, 4)
        merged = merged or kind == MERGED
        if kind in {CELL_ERROR, FORMULA_ERROR} and at + 9 <= len(part):
            text = ERRORS.get(part[at + 8], "#VALUE!")
            body = part[at : at + 8] + struct.pack("<I", len(text)) + text.encode("utf-16-le")
            found += part[kept:start] + bytes((CELL_TEXT, len(body))) + body
            kept = at + size
        at += size
    return bytes(found) + part[kept:], merged


def _varint(part: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number of at most so many bytes, seven bits in each, and where it ends."""
    number = 0
    for place, byte in enumerate(part[at : at + most]):
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:  # noqa: PLR2004 - the high bit says that more follows
            return number, at + place + 1
    return number, at + most


def _records(book: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Return kind, start and size of each record of the substream at `at`, those of the charts inside left out."""
    head, depth = struct.Struct("<HH"), 0
    while at + 4 <= len(book):
        kind, size = head.unpack_from(book, at)
        at += 4
        if kind == BOF:
            depth += 1
        elif kind == EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, at, size
        at += size


def _globals(book: bytes) -> tuple[list[int], bool]:
    """Return where the sheets begin, and whether other files are referred to."""
    starts, links = [], False
    for kind, at, size in _records(book, 0):
        if kind == FILEPASS:
            raise safety.Refused(safety.PASSWORD)
        if kind == BOUNDSHEET:
            starts.append(struct.unpack_from("<I", book, at)[0])
        elif kind == SUPBOOK and size > 4:  # noqa: PLR2004 - the workbook's own entry has four bytes
            links = True
    return starts, links


def _errors(book: bytes, start: int) -> Marks:
    found: Marks = {}
    for kind, at, size in _records(book, start):
        cell = book[at : at + size]
        if kind == BOOLERR and cell[7:8] == b"\x01":
            code = cell[6]
        elif kind == FORMULA and cell[12:14] == b"\xff\xff" and cell[6] == 2:  # noqa: PLR2004 - FormulaValue: an error
            code = cell[8]
        else:
            continue
        row, column = struct.unpack_from("<HH", cell)
        found.setdefault(row, {})[column] = ERRORS.get(code, "#VALUE!")
    return found


def _streams(data: bytes) -> dict[str, bytes]:
    """Return the streams of a compound file by name. Those of macros and drawings come as empty bytes."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    directory, _, least, mini_fat, _, more = struct.unpack_from("<6I", data, 48)
    if size not in {512, 4096}:
        raise safety.Refused(safety.DAMAGED)

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    fat_sectors = [number for number in struct.unpack_from("<109I", data, 76) if number < LAST]
    for _ in range(len(data) // size):
        if more >= LAST:
            break
        *further, more = struct.unpack(f"<{size // 4}I", sector(more))
        fat_sectors += [number for number in further if number < LAST]
    fat = [number for at in fat_sectors for number in struct.unpack(f"<{size // 4}I", sector(at))]

    def chained(start: int) -> bytes:
        return b"".join(sector(number) for number in _chain(start, fat))

    entries = [_entry(part) for part in _cut(chained(directory), 128)]
    smalls = _cut(chained(entries[0][1]), 64) if entries else []
    small_chain = [number for part in _cut(chained(mini_fat), 4) for number in struct.unpack("<I", part)]
    found: dict[str, bytes] = {}
    for name, start, length in entries:
        found[name] = b""
        if name in {"Workbook", "Book"}:
            whole = (
                chained(start) if length >= least else b"".join(smalls[number] for number in _chain(start, small_chain))
            )
            found[name] = whole[:length]
    return found


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data) - size + 1, size)]


def _entry(part: bytes) -> tuple[str, int, int]:
    """Return name, first sector and length of an entry of the directory."""
    named = struct.unpack_from("<H", part, 64)[0]
    start, length = struct.unpack_from("<II", part, 116)
    return part[: max(0, min(named, 64) - 2)].decode("utf-16-le", errors="replace"), start, length


def _chain(start: int, links: list[int]) -> Iterator[int]:
    """Return the numbers of a chain; one that runs in a circle is damaged."""
    left = len(links)
    while start < LAST:
        if left == 0:
            raise safety.Refused(safety.DAMAGED)
        left -= 1
        yield start
        start = links[start]
