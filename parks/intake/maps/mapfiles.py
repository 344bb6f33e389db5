"""What a map file is by its content, and the parts that belong together in it: told before GDAL sees any of them."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from parks.intake.grids import safety
from parks.issues import InvalidData, Issue

if TYPE_CHECKING:
    from parks.words import Translate

SQLITE = b"SQLite format 3\x00"
GEOPACKAGES = (b"GPKG", b"GP10", b"GP11")
"""What a GeoPackage writes at 68 of its head (OGC 12-128, application id). Any other database is none of ours."""
SHAPEFILE = b"\x00\x00\x27\x0a"
DRAWING = re.compile(rb"(?:\s*999[ \t]*\r?\n[^\n]*\n)*\s*0[ \t]*\r?\n[ \t]*SECTION\s")
"""First lines of a DXF, after its remarks."""
BINARY_DRAWING = b"AutoCAD Binary DXF"
PLAIN = re.compile(rb"\s*\{")
WORDS = (b'"coordinates"', b'"FeatureCollection"', b'"Feature"', b'"geometries"')
"""One of them stands in every GeoJSON."""
HEAD = 65_536
"""Bytes by which a file is told; its last ones are looked at as well."""
SIBLINGS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
"""What belongs to a shapefile and is read. Indexes (.sbn, .qix …) and descriptions (.xml) say nothing more."""
SILENT = (
    *SIBLINGS,
    ".sbn",
    ".sbx",
    ".qix",
    ".qpj",
    ".xml",
    ".fbn",
    ".fbx",
    ".ain",
    ".aih",
    ".ixs",
    ".mxs",
    ".atx",
    ".cst",
)
"""Ends of names in an archive that need no word."""
PICTURES = (".png", ".jpg", ".jpeg", ".gif")
"""What a KMZ brings along for its signs."""
UTF8_NAMES = 0x800
"""Flag of an archive's part whose name is in UTF-8; the other names come from Chinese systems in GBK."""


class Source(NamedTuple):
    """One map file, alone or in an archive.

    Parameters
    ----------
    kind
        ``shp``, ``gpkg``, ``geojson``, ``kml`` or ``dxf``.
    name
        Its name without the end.
    parts
        End of the name → bytes: of a shapefile its siblings, of the others one.
    """

    kind: str
    name: str
    parts: dict[str, bytes]


class Opened(NamedTuple):
    """A file with its map files.

    Parameters
    ----------
    kind
        Kind of its first map file; ``kmz`` for a packed KML.
    digest
        SHA-256 of the file, in hex.
    sources
        At least one.
    issues
        What in an archive is not read.
    """

    kind: str
    digest: str
    sources: tuple[Source, ...]
    issues: tuple[Issue, ...]


def is_layer(path: Path) -> bool:
    """Return whether a file holds shapes, by its content; drawings that we cannot open are among them.

    An archive does when one of its files has the name of a map file. A file that cannot be opened does not.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
            file.seek(-min(HEAD, path.stat().st_size), 2)
            tail = file.read()
        if head.startswith(safety.ZIP):
            with zipfile.ZipFile(path) as archive:
                return any(_end(name) in {".shp", ".kml", ".gpkg", ".geojson", ".dxf"} for name in archive.namelist())
    except (OSError, zipfile.BadZipFile, ValueError, RuntimeError):
        return False
    return _kind(head, tail) is not None or head.startswith((BINARY_DRAWING, b"AC10"))


def opened(path: Path, file: str, t: Translate) -> Opened:
    """Return the map files in a file. Nothing of an archive is written anywhere.

    Parameters
    ----------
    path
        The file; a bare .shp brings its siblings from the same folder.
    file
        Its name, said in the refusals.
    t
        Says the sentences.

    Raises
    ------
    InvalidData
        When it is no map file, or one that must not be read.
    """
    data = _bytes(path, file, t)
    digest = hashlib.sha256(data).hexdigest()
    stem = Path(file).stem
    if data.startswith(safety.ZIP):
        return _archive(data, digest, file, t)
    kind = _required(data, file, t)
    if kind == "shp":
        parts = _siblings(path, file, t)
        digest = _digest(parts) if len(parts) > 1 else digest
        return Opened(kind, digest, (Source(kind, stem, parts),), ())
    issues = _unsaved(path, file, t) if kind == "gpkg" else ()
    return Opened(kind, digest, (Source(kind, stem, {f".{kind}": data}),), issues)


def _bytes(path: Path, file: str, t: Translate) -> bytes:
    try:
        size = path.stat().st_size
        if size > safety.FILE_BYTES:
            most = safety.FILE_BYTES // 10**6
            message = t("The file is too large: {size} MB, at most {most} MB.", size=size // 10**6, most=most)
            raise safety.refusal(file, "giant", message, t("Bring it in several files."))
        return path.read_bytes()
    except OSError as fault:
        message = t("The file cannot be opened.")
        mend = t("Check whether it is still there, and close it in other programs.")
        raise safety.refusal(file, "unreadable", message, mend) from fault


def _digest(parts: dict[str, bytes]) -> str:
    """Return one digest over a shapefile's files, so that a changed table is another layer."""
    whole = hashlib.sha256()
    for end in sorted(parts):
        whole.update(end.encode() + hashlib.sha256(parts[end]).digest())
    return whole.hexdigest()


def _kind(head: bytes, tail: bytes = b"") -> str | None:
    """Return the kind of a map file; None when it is none that we read."""
    if head.startswith(SQLITE):
        return "gpkg" if head[68:72] in GEOPACKAGES else None
    if head.startswith(SHAPEFILE):
        return "shp"
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        plain, tail = (part.replace(b"\x00", b"") for part in (head[2:], tail))
    if safety.MARKUP.match(plain):
        return "kml" if re.search(rb"<(?:\w+:)?kml[\s>]", plain) else None
    if DRAWING.match(plain):
        return "dxf"
    return "geojson" if PLAIN.match(plain) and any(word in plain or word in tail for word in WORDS) else None


def _required(data: bytes, file: str, t: Translate) -> str:
    """Return the kind of a single file, or refuse it with what it is."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise safety.refusal(file, "empty", t("The file is empty."), t("Bring the file that holds the shapes."))
    kind = _kind(data[:HEAD], data[-HEAD:])
    if kind is not None:
        return kind
    if data.startswith((b"AC10", BINARY_DRAWING)):
        message = t("This drawing is saved in a form that only CAD programs read.")
        raise safety.refusal(
            file, "not_a_layer", message, t("Save it as DXF (text) in the CAD program, and bring that.")
        )
    if data.startswith(SQLITE):
        message = t("This is a database, but no GeoPackage.")
        raise safety.refusal(file, "not_a_layer", message, _wanted(t))
    raise safety.refusal(file, "not_a_layer", t("There are no shapes in a form that we read."), _wanted(t))


def _wanted(t: Translate) -> str:
    return t("Bring the layer as shapefile (zipped), GeoPackage, GeoJSON, KML or DXF.")


def _siblings(path: Path, file: str, t: Translate) -> dict[str, bytes]:
    """Return a shapefile's own files beside it, whatever case their names are written in."""
    found: dict[str, bytes] = {}
    try:
        beside = sorted(path.parent.iterdir())
    except OSError:
        beside = [path]
    for other in beside:
        end = other.suffix.lower()
        if other.stem == path.stem and end in SIBLINGS and other.is_file():
            found[end] = _bytes(other, file, t)
    return {**found, ".shp": _bytes(path, file, t)}


def _unsaved(path: Path, file: str, t: Translate) -> tuple[Issue, ...]:
    """Tell of changes that a program still keeps beside a GeoPackage."""
    journal = path.with_name(path.name + "-wal")
    if not journal.is_file() or not journal.stat().st_size:
        return ()
    message = t("Another program has this GeoPackage open; what it changed last is not in the file yet.")
    return (Issue(file, "", "", "", "unsaved", message, t("Close the layer there, and bring the file again.")),)


def _archive(data: bytes, digest: str, file: str, t: Translate) -> Opened:
    """Return the map files of an archive, after its list of parts was found harmless."""
    # Counted before the list is read: the list itself may be the bomb.
    if data.count(b"PK\x01\x02") > safety.PARTS:
        raise _bomb(file, t)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = {_name(part): part for part in archive.infolist() if not part.is_dir()}
            _check(listed, file, t)
            sources, others = _gathered(archive, {name: part for name, part in listed.items() if not _is_shadow(name)})
    except InvalidData:
        raise
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, OSError, EOFError) as fault:
        raise damaged(file, t) from fault
    if not sources:
        message = t("There is no map layer in the archive.")
        raise safety.refusal(file, "not_a_layer", message, _wanted(t))
    message, mend = t("This file of the archive is not read."), t("Bring it by itself where it is needed.")
    kind = "kmz" if sources[0].kind == "kml" else sources[0].kind
    issues = [Issue(file, "", "", name, "unread", message, mend) for name in others]
    return Opened(kind, digest, tuple(sources), tuple(issues))


def _name(part: zipfile.ZipInfo) -> str:
    name = part.filename
    if not part.flag_bits & UTF8_NAMES and not name.isascii():
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            return name.replace("\\", "/")
    return name.replace("\\", "/")


def _is_shadow(name: str) -> bool:
    """Return whether a part is what a Mac adds beside each file."""
    place = PurePosixPath(name)
    return "__MACOSX" in place.parts or place.name.startswith("._") or place.name in {".DS_Store", "Thumbs.db"}


def _end(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _check(listed: dict[str, zipfile.ZipInfo], file: str, t: Translate) -> None:
    for name, part in listed.items():
        if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
            message = t("A part of the archive names a place outside it: {name}.", name=name)
            mend = t("Do not use this file; ask where it comes from.")
            raise safety.refusal(file, "unsafe_path", message, mend)
        if part.flag_bits & 1:
            message = t("The archive is protected by a password.")
            raise safety.refusal(file, safety.PASSWORD, message, t("Unpack it, and pack it again without a password."))
        if part.file_size > max(safety.SMALL_BYTES, safety.RATIO * part.compress_size):
            raise _bomb(file, t)
    if sum(part.file_size for part in listed.values()) > safety.UNPACKED_BYTES:
        raise _bomb(file, t)


def _bomb(file: str, t: Translate) -> InvalidData:
    message = t("The archive would unpack to far more than a map layer needs.")
    return safety.refusal(file, "bomb", message, t("Pack the files of the layer alone, and bring that archive."))


def damaged(file: str, t: Translate) -> InvalidData:
    """Return the refusal of a map file that breaks off or contradicts itself."""
    message = t("The map file is damaged and cannot be read.")
    return safety.refusal(file, safety.DAMAGED, message, t("Open it in a GIS, save it anew, and bring that file."))


def _gathered(archive: zipfile.ZipFile, listed: dict[str, zipfile.ZipInfo]) -> tuple[list[Source], list[str]]:
    """Return the map files among the parts, and the names of the parts that are none."""
    sources: list[Source] = []
    others: list[str] = []
    places = {name.casefold(): name for name in listed}
    for name, part in listed.items():
        end, stem = _end(name), name[: -len(_end(name)) or None]
        if end == ".shp":
            beside = {one: places[(stem + one).casefold()] for one in SIBLINGS if (stem + one).casefold() in places}
            parts = {one: archive.read(listed[other]) for one, other in beside.items()}
            if _kind(parts[".shp"][:HEAD]) == "shp":
                sources.append(Source("shp", stem, parts))
                continue
        elif end not in {*SILENT, *PICTURES}:
            data = archive.read(part)
            kind = _kind(data[:HEAD], data[-HEAD:])
            if kind not in {None, "shp"}:
                sources.append(Source(kind, stem, {f".{kind}": data}))
                continue
        if end not in {*SILENT[1:], *PICTURES}:
            others.append(name)
    return _named(sources), others


def _named(sources: list[Source]) -> list[Source]:
    """Return the sources with the shortest names that tell them apart: without their folders where that is enough."""
    short = [PurePosixPath(source.name).name for source in sources]
    if len(set(short)) < len(short):
        return sources
    return [source._replace(name=name) for source, name in zip(sources, short, strict=True)]
