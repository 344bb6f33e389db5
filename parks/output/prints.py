"""The report as PDF, set by Typst from a template that a bureau can restyle; and pictures of pages and drawings."""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import typst

from parks import schema, words
from parks.output import content, drawings, figures, fonts, markup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from parks.output.content import Block, Chapter, Picture, Report

TEMPLATES: Final = schema.DATA / "reports"
TEMPLATE: Final = "report.typ"
WIDEST, NARROWEST, LONGEST = 70, 5, 16
"""Bounds of a column [half-width letters]: longer texts and words are broken."""
ACROSS, PADDING = 185.0, 2.0
"""What a page holds beside each other, and the empty space of a column [half-width letters]."""
WORD = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+")
SAMPLE = 400
"""Rows looked at for the widths of the columns."""
SCALE = 2.0
"""Pixels of a picture for one of its drawing."""
STANDARD: Final = "a-2u"
"""PDF/A, for archives: text that can be searched, all fonts inside; no tags: they make it seven times as large."""


def pdf(report: Report, mark: str, *, templates: Path = TEMPLATES) -> bytes:
    """Return the report as PDF/A; the same report gives the same bytes.

    Parameters
    ----------
    report
        What it says.
    mark
        What the file carries (`seals.mark`).
    templates
        Folder of the template and of fonts of its own.
    """
    made = _compiled(report, mark, templates, format="pdf", pdf_standards=STANDARD, pdf_tags=False)
    return b"".join(made)


def pages(report: Report, mark: str = "", *, templates: Path = TEMPLATES, ppi: float = 96) -> list[bytes]:
    """Return the pages of the PDF as PNG pictures."""
    return _compiled(report, mark, templates, format="png", ppi=ppi)


def pictures(drawn: Sequence[Picture], *, templates: Path = TEMPLATES) -> list[bytes]:
    """Return drawings as PNG pictures: what takes no SVG takes these."""
    if not drawn:
        return []
    source = "#let drawn = json(bytes(sys.inputs.drawn))\n" + "\n".join(
        f"#page(width: {one.width}pt, height: {one.height}pt, margin: 0pt, fill: white, "
        f'image(bytes(drawn.at({number})), format: "svg", width: 100%))'
        for number, one in enumerate(drawn)
    )
    held = json.dumps([one.svg for one in drawn], ensure_ascii=False)
    found = _compiler(templates).compile(source.encode(), format="png", ppi=72 * SCALE, sys_inputs={"drawn": held})
    return found if isinstance(found, list) else [found or b""]


def widths(block: Block, t: words.Translate) -> list[float]:
    """Return the shares of the width of a page that the columns of a block take [half-width letters].

    Each gets what its words and numbers need unbroken; what is left goes to longer texts. Where even that is too much
    the words of the headings are broken.
    """
    rows = [*content.on_paper(block)[:SAMPLE], *([block.total] if block.total else [])]
    found = [_share([row[index] for row in rows], column, t) for index, column in enumerate(block.columns)]
    least, most = (np.array(part, dtype=float) + PADDING for part in zip(*found, strict=True))
    if most.sum() <= ACROSS:
        return [float(wide) for wide in most]
    room = max(ACROSS - least.sum(), 0.0) / max((most - least).sum(), 1.0)
    return [float(wide) for wide in (least + (most - least) * min(room, 1.0)).round(2)]


def _share(cells: Sequence[object], column: content.Column, t: words.Translate) -> tuple[int, int]:
    """Return the least and the best width of a column."""
    texts = [figures.cell(cell, column.kind, t) for cell in cells]
    longest = max((figures.width(text) for text in texts), default=0)
    heading = max((min(figures.width(word), LONGEST) for word in _words(column.heading)), default=0)
    if column.kind != "text":
        wide = max(heading + 1, longest + 1, NARROWEST)
        return wide, wide
    word = max((min(figures.width(word), LONGEST) for text in texts for word in _words(text)), default=0)
    least = max(heading, word, min(longest, NARROWEST))
    return least, max(least, min(longest, WIDEST))


def _words(text: str) -> list[str]:
    """Return the pieces of a text between which a line may be broken: Chinese may be broken anywhere."""
    return WORD.findall(text)


def _compiled(report: Report, mark: str, templates: Path, **wanted: Any) -> list[bytes]:  # noqa: ANN401 - Typst's options
    day = dt.datetime.combine(report.day, dt.time(), tzinfo=dt.UTC)
    held = json.dumps(_told(report, mark), ensure_ascii=False)
    source = (templates / TEMPLATE).read_bytes()
    found = _compiler(templates).compile(source, sys_inputs={"report": held}, timestamp=day, **wanted)
    return found if isinstance(found, list) else [found or b""]


def _compiler(templates: Path) -> typst.Compiler:
    return typst.Compiler(
        root=str(templates), font_paths=[str(folder) for folder in fonts.folders(templates)], ignore_system_fonts=True
    )


def _told(report: Report, mark: str) -> dict[str, Any]:
    """Return what the template reads: texts alone, so that nothing in them can be markup."""
    t = words.translator(report.lang)
    return {
        "lang": report.lang,
        "title": report.title,
        "district": report.district,
        "facts": [[markup.sound(label), markup.breakable(markup.sound(value))] for label, value in report.facts],
        "notice": report.notice,
        "contents": t("Contents"),
        "footer": t("Data date: {day}", day=figures.day(report.day, report.lang)),
        "mark": mark,
        "date": [report.day.year, report.day.month, report.day.day],
        "chapters": [_chapter(chapter, t) for chapter in report.chapters],
    }


def _chapter(chapter: Chapter, t: words.Translate) -> dict[str, Any]:
    return {
        "title": chapter.title,
        "one_page": chapter.one_page,
        "lines": [_text(line) for line in chapter.lines],
        "parts": [_part(block, t) for block in chapter.blocks],
    }


def _part(block: Block, t: words.Translate) -> dict[str, Any]:
    rows = content.on_paper(block)
    kinds = [column.kind for column in block.columns]
    chart = None
    if block.graph is not None and rows:
        chart = drawings.chart(block, block.graph, rows, t)
    return {
        "title": _text(block.title),
        "widths": widths(block, t),
        "numbers": [kind != "text" for kind in kinds],
        "head": [_text(column.heading) for column in block.columns],
        "rows": [_row(row, kinds, t) for row in rows],
        "total": [] if block.total is None else _row(block.total, kinds, t),
        "above": list(map(_text, block.picture.notes)) if block.picture else [],
        "notes": [_text(note) for note in notes(block, t)],
        "chart": _drawing(chart),
        "map": _drawing(block.picture),
    }


def notes(block: Block, t: words.Translate) -> tuple[str, ...]:
    """Return the lines below a printed table; where it is cut, it says how many rows there are."""
    if not block.rows and block.columns:
        return (t("None."), *block.notes)
    shown = len(content.on_paper(block))
    if shown == len(block.rows):
        return block.notes
    cut = t("{shown} of {all} rows; the workbook and the web page hold all.", shown=shown, all=len(block.rows))
    return (cut, *block.notes)


def _row(row: Sequence[Any], kinds: Sequence[str], t: Callable[..., str]) -> list[str]:
    return [_text(figures.cell(cell, kind, t)) for cell, kind in zip(row, kinds, strict=True)]


def _drawing(drawn: Picture | None) -> dict[str, Any] | None:
    if drawn is None:
        return None
    return {"svg": drawn.svg, "title": drawn.title, "tall": drawn.height > drawn.width * 0.6}


def _text(said: str) -> str:
    return markup.breakable(markup.sound(unicodedata.normalize("NFC", said)))
