"""The report as one HTML file: no script, no request, ready to be printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from parks import words
from parks.output import drawings, figures, markup, prints

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from parks.output.content import Block, Report

TEMPLATE, STYLE = "report.html", "report.css"
TAGS = {"zh": "zh-CN", "en": "en"}


def page(report: Report, mark: str = "", *, templates: Path = prints.TEMPLATES) -> str:
    """Return the report as HTML; whatever was imported is text in it, never markup.

    Parameters
    ----------
    report
        What it says.
    mark
        What the file carries (`seals.mark`).
    templates
        Folder of the template and its style.
    """
    t = words.translator(report.lang)
    house = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates), autoescape=True, undefined=jinja2.StrictUndefined
    )
    said: str = house.get_template(TEMPLATE).render(
        report=report,
        tag=TAGS[report.lang],
        mark=mark,
        style=Markup((templates / STYLE).read_text(encoding="utf-8")),  # noqa: S704 - our own file
        contents=t("Contents"),
        footer=t("Data date: {day}", day=figures.day(report.day, report.lang)),
        chapters=[
            {
                "id": chapter.code or f"chapter-{number}",
                "title": chapter.title,
                "lines": chapter.lines,
                "parts": [_part(block, t) for block in chapter.blocks],
            }
            for number, chapter in enumerate(report.chapters, start=1)
        ],
    )
    return markup.NO_MARKUP.sub("�", said)


def _part(block: Block, t: words.Translate) -> dict[str, Any]:
    chart = None
    if block.graph is not None and block.rows:
        chart = drawings.chart(block, block.graph, block.rows, t)
    return {
        "title": block.title,
        "table": Markup("".join(_table(block, t))) if block.columns else "",  # noqa: S704 - every cell is escaped
        "notes": (*(() if block.rows or not block.columns else (t("None."),)), *block.notes),
        "above": block.picture.notes if block.picture else (),
        "chart": Markup(chart.svg) if chart else "",  # noqa: S704 - drawn by us, every text escaped
        "map": Markup(block.picture.svg) if block.picture else "",  # noqa: S704 - likewise
    }


def _table(block: Block, t: words.Translate) -> Iterator[str]:
    kinds = [column.kind for column in block.columns]
    heads = (_cell("th", kind, column.heading) for kind, column in zip(kinds, block.columns, strict=True))
    yield f"<thead><tr>{''.join(heads)}</tr></thead><tbody>"
    for row in block.rows:
        yield f"<tr>{_cells(row, kinds, t)}</tr>"
    yield "</tbody>"
    if block.total is not None:
        yield f"<tfoot><tr>{_cells(block.total, kinds, t)}</tr></tfoot>"


def _cells(row: Sequence[object], kinds: Sequence[str], t: words.Translate) -> str:
    return "".join(
        _cell("td", kind, figures.cell(cell, kind, t), unknown=figures.missing(cell))
        for cell, kind in zip(row, kinds, strict=True)
    )


def _cell(tag: str, kind: str, said: str, *, unknown: bool = False) -> str:
    names = " ".join(filter(None, ["" if kind == "text" else "n", "u" if unknown else ""]))
    dress = f' class="{names}"' if names else ""
    return f"<{tag}{dress}>{markup.escape(said)}</{tag}>"
