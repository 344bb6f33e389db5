"""The view of the map as one printed page: the browser sends picture and words, our process sets them and forgets."""

from __future__ import annotations

import base64
import binascii
import json
import re
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import typst
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from parks import words
from parks.output import fonts, markup, prints

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from parks.words import Translate

TEMPLATE: Final = "view.typ"
MOST_BYTES: Final = 24 * 2**20
"""Bytes of a request that are taken."""
MOST_PIXELS: Final = 16_000_000
"""Pixels of a picture that are taken: A4 at 400 dots per inch."""
MOST_LINES: Final = {"facts": 6, "rows": 40, "credits": 8}
LONGEST: Final = 200
"""Lines of a list, and letters of a line, that are taken: so much has room on one page."""
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
CHANNELS: Final = {2: 3, 6: 4}
"""Kind of a PNG's colours → numbers a pixel: with and without transparency."""
FILTERS: Final = 5
"""Ways in which a PNG writes a row."""
FILLS: Final = ("plain", "hatched", "outlined")
COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
KEPT_NOWHERE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Refused(ValueError):  # noqa: N818 - what was sent is refused
    """What a browser sent is no view of a map; the text says in a sentence why."""


@dataclass(frozen=True, slots=True)
class View:
    """A view of the map: a picture and the words round it, all of them plain text.

    Parameters
    ----------
    lang
        ``zh`` or ``en``.
    png, width, height
        The picture and its size [pixels].
    title, facts
        What the map is; day, scenario and whatever else stands beneath the title.
    legend, rows, note
        What the colours tell; for each class its label, count, colour and one of `FILLS`; what the counts count.
    scale, share
        What the bar of the scale says, and its length as a share of the width of the picture.
    credits
        Whose the data are: attribution, map approval number, datum.
    """

    lang: str
    png: bytes
    width: int
    height: int
    title: str
    facts: tuple[str, ...]
    legend: str
    rows: tuple[tuple[str, str, str, str], ...]
    note: str
    scale: str
    share: float
    credits: tuple[str, ...]


def pdf(view: View, *, templates: Path = prints.TEMPLATES) -> bytes:
    """Return a view as one page A4, upright or lying as the picture is; its words can be searched and copied."""
    sides = f'width="{view.width}" height="{view.height}"'
    held = base64.b64encode(view.png).decode()
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {sides}><image {sides} href="data:image/png;base64,{held}"/></svg>'
    )
    said = {
        "lang": view.lang,
        "wide": view.width >= view.height,
        "ratio": view.width / view.height,
        "title": view.title,
        "facts": view.facts,
        "legend": view.legend,
        "rows": view.rows,
        "note": view.note,
        "scale": view.scale,
        "share": view.share,
        "credits": view.credits,
    }
    inputs = {"said": json.dumps(said, ensure_ascii=False), "drawn": drawn}
    try:
        return _set(inputs, templates, prints.STANDARD)
    except typst.TypstError:  # the rules of archives allow no sign that the font does not have
        return _set(inputs, templates, [])


def _set(inputs: dict[str, str], templates: Path, standard: Any) -> bytes:  # noqa: ANN401 - Typst's own names
    compiler = typst.Compiler(
        root=str(templates), font_paths=[str(folder) for folder in fonts.folders(templates)], ignore_system_fonts=True
    )
    source = (templates / TEMPLATE).read_bytes()
    made = compiler.compile(
        source, format="pdf", sys_inputs=inputs, pdf_standards=standard, pdf_tags=False, timestamp=0
    )
    return b"".join(made) if isinstance(made, list) else made or b""


def read(body: bytes, t: Translate) -> View:
    """Return the view that a browser sent as JSON; nothing in it is evaluated.

    Raises
    ------
    Refused
        When it is no view of a map.
    """
    try:
        said = json.loads(body)
        png = base64.b64decode(said["picture"], validate=True)
        rows = tuple(_row(row, t) for row in _few("rows", said["legend"], t))
        share, lang = float(said["scale"]["share"]), said["lang"]
        facts, credits_ = (tuple(_line(line, t) for line in _few(name, said, t)) for name in ("facts", "credits"))
        texts = [_line(text, t) for text in (said["title"], *(said["legend"][name] for name in ("title", "note")))]
        scale = _line(said["scale"]["label"], t)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error) as fault:
        if isinstance(fault, Refused):
            raise
        raise Refused(t("This is no view of the map: a part is missing or is of another kind.")) from fault
    if lang not in words.LANGUAGES or not 0 <= share <= 1:
        raise Refused(t("This is no view of the map: a part is missing or is of another kind."))
    width, height = _size(png, t)
    title, legend, note = texts
    return View(lang, png, width, height, title, facts, legend, rows, note, scale, share, credits_)


def _few(name: str, said: Any, t: Translate) -> list[Any]:  # noqa: ANN401 - whatever was sent
    lines = said[name]
    if not isinstance(lines, list):
        raise TypeError
    if len(lines) > MOST_LINES[name]:
        raise Refused(t("A list of this view is longer than {most} lines.", most=MOST_LINES[name]))
    return lines


def _line(text: Any, t: Translate) -> str:  # noqa: ANN401 - whatever was sent
    if not isinstance(text, str):
        raise TypeError
    if len(text) > LONGEST:
        raise Refused(t("A line of this view is longer than {most} letters.", most=LONGEST))
    return markup.sound(text)


def _row(row: Any, t: Translate) -> tuple[str, str, str, str]:  # noqa: ANN401 - whatever was sent
    label, count = (_line(row[name], t) for name in ("label", "count"))
    if row["fill"] not in FILLS or not COLOUR.fullmatch(row["colour"]):
        raise TypeError
    return label, count, row["colour"], row["fill"]


def _size(png: bytes, t: Translate) -> tuple[int, int]:
    """Return width and height of a whole PNG of eight bits a colour, as browsers make it.

    What typesets the page leaves out a picture that is broken and says nothing: so it is read through before.
    """
    no_picture = Refused(t("The picture of this view is broken, or no PNG as browsers make it."))
    if not png.startswith(SIGNATURE):
        raise no_picture
    try:
        chunks = _chunks(png)
        width, height, *form = struct.unpack(">IIBBBBB", chunks[0][1])
    except (struct.error, IndexError, ValueError):
        raise no_picture from None
    depth, kind, *rest = form
    names = [name for name, _ in chunks]
    if names[0] != b"IHDR" or names[-1] != b"IEND" or depth != 8 or kind not in CHANNELS or any(rest):  # noqa: PLR2004 - bits
        raise no_picture
    if not 0 < width * height <= MOST_PIXELS:
        raise Refused(t("The picture of this view has more than {most} million pixels.", most=MOST_PIXELS // 10**6))
    row = width * CHANNELS[kind] + 1
    unpacking = zlib.decompressobj()
    try:
        held = unpacking.decompress(b"".join(part for name, part in chunks if name == b"IDAT"), row * height)
    except zlib.error:
        raise no_picture from None
    if len(held) != row * height or max(held[::row]) >= FILTERS:
        raise no_picture
    return width, height


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """Return name and content of each part of a PNG; ValueError where one is cut or damaged."""
    at, found = len(SIGNATURE), []
    while at < len(png):
        (long,) = struct.unpack_from(">I", png, at)
        name, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + long]
        (check,) = struct.unpack_from(">I", png, at + 8 + long)
        if zlib.crc32(name + content) != check:
            raise ValueError
        found.append((name, content))
        at += 12 + long
    return found


def routes() -> list[Route]:
    """Return the route that prints a view, with and without a base path before it."""
    return [Route(f"{base}/parks/print", _answer, methods=["POST"]) for base in ("", "/{base:path}")]


async def _answer(request: Request) -> Response:
    """Answer a view with its page. A page of another host cannot ask: JSON needs a leave that is not given."""
    lang = request.query_params.get("lang", "")
    t = words.translator(lang if lang in words.LANGUAGES else "en")
    if request.headers.get("Content-Type", "").partition(";")[0].strip() != "application/json":
        return _refusal(t("A view of the map is sent as JSON."), 415)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return _refusal(
                t("This view is larger than {most} MB: make the window smaller.", most=MOST_BYTES >> 20), 413
            )
    try:
        made = await run_in_threadpool(lambda: pdf(read(bytes(body), t)))
    except Refused as fault:
        return _refusal(str(fault), 400)
    return Response(made, headers=KEPT_NOWHERE, media_type="application/pdf")


def _refusal(why: str, status: int) -> JSONResponse:
    return JSONResponse({"fault": why}, status, headers=KEPT_NOWHERE)
