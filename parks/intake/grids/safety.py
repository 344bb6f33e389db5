"""What a file is by its content, and whether it may be opened at all: told before any memory is spent on it."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING

from parks.issues import InvalidData, Issue

if TYPE_CHECKING:
    from parks.words import Translate

FILE_BYTES = 256_000_000
"""Largest file that is opened [bytes]: a hundred times the ledger of a district."""
UNPACKED_BYTES = 1_000_000_000
"""Most that the parts of one workbook may unpack to [bytes]. 100,000 rows of twenty columns are 66 million."""
RATIO = 200
"""Most that a part may grow when unpacked. Ledgers grow 7 to 20 times, a bomb of zeros 1,000 times."""
SMALL_BYTES = 10_000_000
"""Parts up to this size [bytes] may grow as they like: they do no harm, and a short sheet of blanks packs well."""
PARTS = 10_000
"""Most parts in one workbook: a sheet is one, a picture is one."""
CELLS = 10_000_000
"""Most cells between the first and the last filled one of a sheet, empty ones among them: each takes memory."""

DAMAGED, PASSWORD, GIANT, ENTITIES, EXHAUSTED = "damaged", "password", "giant", "entities", "exhausted"
"""Why a workbook is refused."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLD = re.compile(rb"\x09[\x00\x02\x04\x08][\x04\x06\x08\x10]\x00")
"""A workbook of Excel 2 to 4, or a bare stream of later ones: it opens with its first record instead of a container."""
MARKUP = re.compile(
    rb"\s*(?:<(?:!doctype|!--|\?xml|html|head|body|table|style|meta|kml|gml)|mime-version:)", re.IGNORECASE
)
JSON = re.compile(rb'\s*[\[{]\s*["{\[]')
FOREIGN = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x1f\x8b": "gzip",
    b"SQLite format 3": "GeoPackage",
    b"\x00\x00\x27\x0a": "shapefile",
    b"AC10": "DWG",
    b"PAR1": "Parquet",
    b"MZ": "program",
    b"\x7fELF": "program",
}
"""First bytes of what people drop here by mistake → what it is called."""
LAYERS = ("GeoPackage", "shapefile", "KML", "GeoJSON", "DWG")
"""Files that hold shapes: they belong to the layers, not to the tables."""
PACKED = (".zip", ".rar", ".7z", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".txt")
"""Ends of names that make an archive a parcel of files instead of one workbook."""


class Refused(Exception):  # noqa: N818 - what is decided, where no sentence can be said yet
    """A workbook that may not be used, found where the reader's language is not known; see `said`.

    Parameters
    ----------
    kind
        `GIANT`, `DAMAGED`, `PASSWORD`, `ENTITIES` or `EXHAUSTED`.
    fields
        What its sentence names: for ``giant`` the ``sheet`` and its farthest ``cell``.
    """

    def __init__(self, kind: str, **fields: str) -> None:
        """Keep the kind and the fields."""
        self.kind, self.fields = kind, fields
        super().__init__(kind)


def said(refused: Refused, file: str, t: Translate) -> InvalidData:
    """Return a refusal in the reader's language."""
    if refused.kind == GIANT:
        return too_many_cells(file, t, **refused.fields)
    if refused.kind == PASSWORD:
        return password(file, t)
    if refused.kind == ENTITIES:
        message = t("The workbook declares its own names for texts, as no spreadsheet does but an attack may.")
        return refusal(file, ENTITIES, message, t("Do not use this file; ask where it comes from."))
    if refused.kind == EXHAUSTED:
        message = t("Reading the workbook takes more memory or time than any table needs.")
        mend = t("Open it in Excel or WPS and copy the table alone into a new workbook.")
        return refusal(file, GIANT, message, mend)
    return damaged(file, t)


def cell(row: int, column: int) -> str:
    """Return the name of a cell as spreadsheets have it, row and column counted from 1: (3, 28) is AB3."""
    return f"{letters(column)}{row}"


def letters(column: int) -> str:
    """Return the name of a column as spreadsheets have it, counted from 1: 28 is AB."""
    found = ""
    while column:
        column, place = divmod(column - 1, 26)
        found = chr(ord("A") + place) + found
    return found


def refusal(file: str, kind: str, message: str, mend: str) -> InvalidData:
    """Return the fault that says why a whole file cannot be used. `file` is its name without the folder."""
    return InvalidData([Issue(file, "", "", "", kind, message, mend)])


def kind(data: bytes, file: str, t: Translate) -> str:
    """Return what the bytes are: ``xlsx``, ``xlsb``, ``xls``, ``ods`` or ``text``, whatever the file is called.

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
        When it is no table that we read, holds nothing, asks for a password, or is built to do harm.
    """
    if not data.strip(b"\x00 \t\r\n\x1a\xef\xbb\xbf\xff\xfe"):
        raise refusal(file, "empty", t("The file is empty."), t("Bring the file that holds the rows."))
    if data.startswith(ZIP):
        return _packed(data, file, t)
    if data.startswith(OLE):
        return _compound(data, file, t)
    if OLD.match(data):
        message = t("This workbook was written by an Excel older than 97.")
        raise refusal(file, "old", message, _save_as(t))
    for sign, name in FOREIGN.items():
        if data.startswith(sign):
            raise _foreign(file, name, t)
    if MARKUP.match(data.removeprefix(b"\xef\xbb\xbf")):
        if b"<kml" in data[:1000]:
            raise _foreign(file, "KML", t)
        message = t("This is a web page under the name of a table, as some older systems write it.")
        raise refusal(file, "markup", message, _save_as(t))
    if JSON.match(data.removeprefix(b"\xef\xbb\xbf")):
        raise _foreign(file, "GeoJSON", t)
    return "text"


def too_many_cells(file: str, t: Translate, *, sheet: str = "", cell: str = "") -> InvalidData:
    """Return the refusal of a giant: its `sheet` and its farthest `cell` are named where they are known."""
    message = t("The table is too large: over {cells} cells.", cells=f"{CELLS:,}")
    mend = t("Bring it in several files.")
    if cell:
        message = t(
            "The sheet “{sheet}” reaches to the cell {cell}: over {cells} cells, most of them empty.",
            sheet=sheet,
            cell=cell,
            cells=f"{CELLS:,}",
        )
        mend = t("Delete what stands far from the table, or bring it in several files.")
    return refusal(file, GIANT, message, mend)


def damaged(file: str, t: Translate) -> InvalidData:
    """Return the refusal of a file that breaks off or contradicts itself."""
    message = t("The file is damaged and cannot be read.")
    return refusal(file, DAMAGED, message, t("Open it in Excel or WPS, save it anew, and bring that file."))


def password(file: str, t: Translate) -> InvalidData:
    """Return the refusal of a locked workbook."""
    message = t("The workbook is protected by a password.")
    return refusal(file, PASSWORD, message, t("Open it, remove the password, save it, and bring that file."))


def _save_as(t: Translate) -> str:
    return t("Open it in Excel or WPS and save it as an Excel workbook (.xlsx).")


def _foreign(file: str, name: str, t: Translate) -> InvalidData:
    message = t("This is no table but a file of the kind {name}.", name=name)
    if name in LAYERS:
        return refusal(file, "not_a_table", message, t("Bring it as a map layer."))
    return refusal(file, "not_a_table", message, t("Bring the rows as .xlsx, .xls, .ods or .csv."))


def _compound(data: bytes, file: str, t: Translate) -> str:
    """Tell an old workbook from the other things that come in the same container."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        raise password(file, t)
    if holds("Workbook") or holds("Book"):
        return "xls"
    raise _foreign(file, "Word" if holds("WordDocument") else "OLE", t)


def _packed(data: bytes, file: str, t: Translate) -> str:
    """Look through the list of an archive's parts; nothing is unpacked but one short line of text."""
    # Counted before the list is read: the list itself may be the bomb.
    if data.count(b"PK\x01\x02") > PARTS:
        raise _bomb(file, t)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            says = _mimetype(archive)
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, OSError, EOFError) as fault:
        raise damaged(file, t) from fault
    _check_parts(parts, file, t)
    names = {part.filename.lower() for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise password(file, t)
    if "content.xml" in names and "opendocument" in says:
        return _document(says, file, t)
    return _office(names, file, t)


def _mimetype(archive: zipfile.ZipFile) -> str:
    """Return what an OpenDocument file says it is; empty when the archive is none. Only a short line is unpacked."""
    part = archive.NameToInfo.get("mimetype")
    if part is None or part.flag_bits & 1:
        return ""
    with archive.open(part) as said:
        return said.read(100).decode("ascii", errors="replace")


def _check_parts(parts: list[zipfile.ZipInfo], file: str, t: Translate) -> None:
    for part in parts:
        name = part.filename.replace("\\", "/")
        if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
            message = t("A part of the archive names a place outside it: {name}.", name=name)
            mend = t("Do not use this file; ask where it comes from.")
            raise refusal(file, "unsafe_path", message, mend)
        if part.file_size > max(SMALL_BYTES, RATIO * part.compress_size):
            raise _bomb(file, t)
    if sum(part.file_size for part in parts) > UNPACKED_BYTES:
        raise _bomb(file, t)


def _bomb(file: str, t: Translate) -> InvalidData:
    message = t("The file would unpack to far more than a table needs.")
    mend = t("Open it in Excel or WPS and copy the table alone into a new workbook.")
    return refusal(file, "bomb", message, mend)


def _document(says: str, file: str, t: Translate) -> str:
    if "opendocument.spreadsheet" in says:
        return "ods"
    raise _foreign(file, "OpenDocument", t)


def _office(names: set[str], file: str, t: Translate) -> str:
    if any(name.endswith("workbook.bin") for name in names):
        return "xlsb"
    if any(name.endswith("workbook.xml") for name in names):
        return "xlsx"
    for end, name in (("word/document.xml", "Word"), ("ppt/presentation.xml", "PowerPoint"), (".kml", "KML")):
        if any(other.endswith(end) for other in names):
            raise _foreign(file, name, t)
    if any(name.endswith(".shp") for name in names):
        raise _foreign(file, "shapefile", t)
    if any(name.endswith(PACKED) for name in names):
        message = t("This is an archive with other files in it.")
        raise refusal(file, "nested", message, t("Unpack it and bring its files one by one."))
    raise _foreign(file, "ZIP", t)
