"""The report as a Word document, written into a template that a bureau can restyle."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from parks import words
from parks.output import content, drawings, figures, prints
from parks.output.markup import breakable, escape, sound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from docx.document import Document
    from docx.text.paragraph import Paragraph

    from parks.output.content import Block, Picture, Report

TEMPLATE: Final = "report.docx"
PLACE = re.compile(r"{{\s*(\w+)\s*}}")
STAMP = (1980, 1, 1, 0, 0, 0)
"""Time of the parts in the file: the data date stands in its properties."""
EMU_PER_TWIP, EMU_PER_CM = 635, 360_000
HIGHEST, SHARE, SMALL = 14.5, 0.86, 0.34
"""Height of a picture [cm], and share of the page's width that it takes, at most; in a chapter of one page."""
TIGHT = '<w:spacing w:before="{before}" w:after="{after}" w:line="216" w:lineRule="auto"/>'
"""Lines of a chapter of one page: 0.9 of their usual height, whatever the template's letters."""
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}


def docx_bytes(report: Report, mark: str, *, templates: Path = prints.TEMPLATES) -> bytes:
    """Return the report as DOCX; the same report gives the same bytes.

    Parameters
    ----------
    report
        What it says.
    mark
        What the file carries (`seals.mark`).
    templates
        Folder of the template: its paragraphs ``{{ district }} {{ title }} {{ facts }} {{ notice }} {{ contents }}
        {{ chapters }} {{ body }} {{ footer }}`` are filled, its styles dress what is filled in.
    """
    book, t = docx.Document(str(templates / TEMPLATE)), words.translator(report.lang)
    section = book.sections[0]
    width = int(section.page_width - section.left_margin - section.right_margin)  # type: ignore[operator]  # a template has a page
    told = {
        "district": report.district,
        "title": report.title,
        "notice": report.notice,
        "contents": t("Contents"),
        "footer": t("Data date: {day}", day=figures.day(report.day, report.lang)),
    }
    _fill(book, told)
    parts = {
        "facts": [_facts(report, width // EMU_PER_TWIP)],
        "chapters": _chapters(report),
        "body": _body(book, report, width, t, templates),
    }
    for paragraph in list(book.paragraphs):
        found = PLACE.search(paragraph.text)
        if found and found[1] in parts:
            for made in _elements(parts[found[1]]):
                paragraph._p.addprevious(made)  # noqa: SLF001 - the library has no other way to put XML there
            paragraph._p.getparent().remove(paragraph._p)  # noqa: SLF001 - the library has no other way
    _properties(book, report, mark)
    held = io.BytesIO()
    book.save(held)
    return _steady(held.getvalue())


def _elements(made: Iterable[str]) -> list[Any]:
    """Return XML as elements of a document."""
    return list(parse_xml(f"<w:body {nsdecls('w', 'wp', 'a', 'pic', 'r')}>{''.join(made)}</w:body>"))


def _fill(book: Document, told: Mapping[str, str]) -> None:
    """Put the texts into their places, whatever pieces a word processor has cut those into; an empty one goes."""
    section = book.sections[0]
    for paragraph in [*book.paragraphs, *section.header.paragraphs, *section.footer.paragraphs]:
        found = set(PLACE.findall(paragraph.text)) & told.keys()
        if not found:
            continue
        _joined(paragraph)
        for run in paragraph.runs:
            if PLACE.search(run.text):  # a run without a place may hold a field, which setting its text would take away
                run.text = PLACE.sub(lambda match: sound(told.get(match[1], match[0])), run.text)
        if not paragraph.text.strip(" ·"):
            paragraph._p.getparent().remove(paragraph._p)  # noqa: SLF001 - the library has no other way


def _joined(paragraph: Paragraph) -> None:
    """Gather each place that stands in several runs into the first of them."""
    for place in PLACE.finditer(paragraph.text):
        first, at = None, 0
        for run in paragraph.runs:
            begin, at = at, at + len(run.text)
            if first is None and at > place.start():
                first = run
            elif first is not None and run.text and begin < place.end():
                first.text, run.text = first.text + run.text, ""


def _facts(report: Report, width: int) -> str:
    shares = [width // 4, width - width // 4]
    rows = [[label, value] for label, value in report.facts]
    return _table(rows, shares, ["ParksFact", "ParksFact"], look="0000", heads=0)


def _chapters(report: Report) -> list[str]:
    """Return the list of chapters, each a link to its heading, inside a field that a word processor can renew."""
    lines = []
    for number, chapter in enumerate(report.chapters):
        run = f'<w:hyperlink w:anchor="chapter{number}"><w:r><w:t>{escape(chapter.title)}</w:t></w:r></w:hyperlink>'
        before = _field("begin", ' TOC \\o "1-1" \\h \\u ') + _field("separate") if number == 0 else ""
        after = _field("end") if number == len(report.chapters) - 1 else ""
        lines.append(_paragraph(before + run + after, "TOC1"))
    return lines


def _field(kind: str, code: str = "") -> str:
    more = f'<w:r><w:instrText xml:space="preserve">{escape(code)}</w:instrText></w:r>' if code else ""
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>{more}'


def _body(book: Document, report: Report, width: int, t: words.Translate, templates: Path) -> Iterator[str]:
    drawn = [_drawn(block, t) for chapter in report.chapters for block in chapter.blocks]
    found = iter(prints.pictures([picture for some in drawn for picture in some], templates=templates))
    told = iter(drawn)
    number = 0
    for place, chapter in enumerate(report.chapters):
        mark = f'<w:bookmarkStart w:id="{place}" w:name="chapter{place}"/>', f'<w:bookmarkEnd w:id="{place}"/>'
        yield _paragraph(mark[0] + _run(chapter.title) + mark[1], "Heading1")
        yield from (_said(line, "ParksLine") for line in chapter.lines)
        for block in chapter.blocks:
            shown = [(picture, next(found)) for picture in next(told)]
            room = width * (SMALL if chapter.one_page else SHARE)
            made = [_picture(book, *one, number + at, room) for at, one in enumerate(shown, start=1)]
            number += len(made)
            written = _block(block, made, width // EMU_PER_TWIP, t)
            yield from (map(_tight, written) if chapter.one_page else written)


def _tight(made: str) -> str:
    """Return paragraphs and tables with less space between lines and before headings; a picture would lose its top."""
    close, head = TIGHT.format(before=0, after=0), TIGHT.format(before=140, after=40)
    made = re.sub(r'(<w:pStyle w:val="Parks(?:Cell|Number|Note)"/>)', rf"\1{close}", made)
    return made.replace('<w:pStyle w:val="Heading2"/>', f'<w:pStyle w:val="Heading2"/>{head}')


def _drawn(block: Block, t: words.Translate) -> list[Picture]:
    """Return what is drawn for a block: its map, then its chart."""
    rows = content.on_paper(block)
    chart = [drawings.chart(block, block.graph, rows, t)] if block.graph is not None and rows else []
    return [*([block.picture] if block.picture else []), *chart]


def _block(block: Block, drawn: list[str], width: int, t: words.Translate) -> Iterator[str]:
    if block.title:
        yield _said(block.title, "Heading2")
    if block.picture is not None:
        yield drawn[0]
        yield from (_said(note, "ParksNote") for note in block.picture.notes)
    if block.columns:
        shares = prints.widths(block, t)
        kinds = [column.kind for column in block.columns]
        styles = ["ParksCell" if kind == "text" else "ParksNumber" for kind in kinds]
        lines = [[column.heading for column in block.columns], *_texts(content.on_paper(block), kinds, t)]
        lines += _texts([block.total] if block.total is not None else [], kinds, t)
        look = "0060" if block.total is not None else "0020"
        yield _table(lines, [int(width * share / sum(shares)) for share in shares], styles, look=look, heads=1)
    yield from (_said(note, "ParksNote") for note in prints.notes(block, t))
    yield from drawn[1 if block.picture else 0 :]


def _texts(rows: Iterable[Sequence[Any]], kinds: Sequence[str], t: words.Translate) -> list[list[str]]:
    return [[figures.cell(cell, kind, t) for cell, kind in zip(row, kinds, strict=True)] for row in rows]


def _table(
    lines: Sequence[Sequence[str]], widths: Sequence[int], styles: Sequence[str], *, look: str, heads: int
) -> str:
    grid = "".join(f'<w:gridCol w:w="{wide}"/>' for wide in widths)
    sizes = [f'<w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/></w:tcPr>' for wide in widths]
    first = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"
    rows = "".join(
        f"<w:tr>{first if number < heads else '<w:trPr><w:cantSplit/></w:trPr>'}"
        + "".join(
            f"<w:tc>{size}{_said(said, style)}</w:tc>" for said, size, style in zip(line, sizes, styles, strict=True)
        )
        + "</w:tr>"
        for number, line in enumerate(lines)
    )
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="ParksTable"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblLook w:val="{look}"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>'
    )


def _said(text: str, style: str) -> str:
    return _paragraph(_run(text), style)


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(breakable(sound(text)))}</w:t></w:r>'


def _paragraph(inside: str, style: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{inside}</w:p>'


def _picture(book: Document, drawn: Picture, png: bytes, number: int, room: float) -> str:
    """Return a paragraph with a drawing in it, as wide as there is room [EMU] and as high as it may be."""
    relation, _ = book.part.get_or_add_image(io.BytesIO(png))
    wide = min(room, HIGHEST * EMU_PER_CM * drawn.width / drawn.height)
    size = f'cx="{int(wide)}" cy="{int(wide * drawn.height / drawn.width)}"'
    told = f'id="{number}" name="{number}" descr="{escape(drawn.title)}"'
    inside = (
        f"<w:r><w:drawing><wp:inline><wp:extent {size}/><wp:docPr {told}/>"
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f"<pic:nvPicPr><pic:cNvPr {told}/><pic:cNvPicPr/></pic:nvPicPr>"
        f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
    return _paragraph(inside, "ParksPicture")


def _properties(book: Document, report: Report, mark: str) -> None:
    held, day = book.core_properties, dt.datetime.combine(report.day, dt.time())
    held.title, held.author, held.last_modified_by = report.title, report.district, "Parks"
    held.created = held.modified = day
    held.keywords, held.language, held.revision = mark, LANGUAGES[report.lang], 1


def _steady(packed: bytes) -> bytes:
    """Return an office file without the times at which its parts were packed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name in given.namelist():
            entry = zipfile.ZipInfo(name, STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, given.read(name))
    return made.getvalue()
