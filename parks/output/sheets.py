"""Blocks of cells as a workbook: widths, formats, frozen heads, print set-up, native charts."""

from __future__ import annotations

import datetime as dt
import io
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from parks import spreadsheets
from parks.output import figures, prints

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

    from parks.output.content import Block, Chapter, Graph, Picture

FORMATS = {
    "area": "#,##0",
    "number": "#,##0.##",
    "count": "#,##0",
    "share": "0.0%",
    "rent": "0.00",
    "day": "yyyy-mm-dd",
    "general": "General",
    "text": "@",
}
"""Kind of column → number format. Areas are m², shares 0–1."""
FONTS = {"zh": "Microsoft YaHei", "en": "Calibri"}
"""Names only: the reader's machine brings the font."""
WIDEST, NARROWEST = 46, 9
HEADING = 14
"""A heading wider than this is broken into lines."""
CHART_ROWS = 17
LINE = 15
"""Height of a line [points]."""
POINTS = 0.75
"""Points in a pixel."""
A4, A3 = 9, 8
"""Codes of the papers."""
PRINTED, WIDER = (523.0, 749.0), 2**0.5
"""What an upright A4 holds between its margins [points], and how much wider A3 is."""
SMALL, SMALLEST = 0.5, 0.4
"""How small a map with its key may be printed on A4, and at all."""
INK, HEAD, BAND, QUIET, WARNING, MARK = "#1F2A36", "#DCE6F0", "#F5F8FB", "#6B7785", "#FFF3CD", "#D55E00"


def write(
    path: Path,
    sheets: Iterable[Chapter],
    *,
    lang: str,
    notice: str,
    day: dt.date,
    told: Mapping[str, str] | None = None,
) -> None:
    """Write `sheets` as an XLSX workbook; the same sheets give the same bytes.

    Parameters
    ----------
    path
        File to write.
    sheets
        What it holds, in order.
    lang
        ``zh`` or ``en``: the font and the word for unknown.
    notice
        Line on every sheet, on the screen and in print; empty for none.
    day
        Day written as the file's date, so that two runs agree.
    told
        What the file says of itself: ``title author keywords``.
    """
    book = spreadsheets.workbook(path, day)
    book.set_properties({"created": dt.datetime.combine(day, dt.time()), **(told or {})})
    styles, listed = _Styles(book, lang), list(sheets)
    maps = [block.picture for sheet in listed for block in sheet.blocks if block.picture is not None]
    drawn = dict(zip(map(id, maps), prints.pictures(maps), strict=True))
    for sheet in listed:
        _Page(book, styles, sheet, notice, drawn).draw()
    book.close()


class _Styles:
    """The workbook's cell formats, each made once."""

    def __init__(self, book: Workbook, lang: str) -> None:
        self.lang = lang
        self._book = book
        self._made: dict[tuple[Any, ...], Format] = {}

    def get(self, **wanted: object) -> Format:
        key = tuple(sorted(wanted.items()))
        if key not in self._made:
            base = {"font_name": FONTS[self.lang], "font_size": 10, "font_color": INK, "valign": "top"}
            self._made[key] = self._book.add_format(base | wanted)
        return self._made[key]


class _Page:
    """One sheet while it is drawn; `line` is the next free row, `extra` what rows are higher than one line [points]."""

    def __init__(
        self, book: Workbook, styles: _Styles, sheet: Chapter, notice: str, drawn: Mapping[int, bytes]
    ) -> None:
        self.book, self.styles, self.sheet, self.notice, self.drawn = book, styles, sheet, notice, drawn
        self.page = book.add_worksheet(sheet.name)
        self.line = 0
        self.extra = 0.0
        self.widths: list[int] = []
        self.across = max((len(block.columns) for block in sheet.blocks), default=1)

    def draw(self) -> None:
        self._set_up()
        if not self.sheet.bare:
            self._opening()
        heads = [self._block(block) for block in self.sheet.blocks]
        if self.drawn.keys() & {id(block.picture) for block in self.sheet.blocks}:
            self._upright()
            return
        single = len(heads) == 1
        self.page.freeze_panes(heads[0] + 1 if single else 1, 1 if single else 0)
        self.page.repeat_rows(heads[0] if single else 0)

    def _upright(self) -> None:
        """Print a map with its key on one upright page of A4, or of A3; a key too long for that goes on."""
        wide = sum((7 * wide + 5) * POINTS for wide in self.widths)
        tall = self.line * LINE + self.extra
        across, down = PRINTED
        share = min(across / wide, down / tall)
        self.page.set_portrait()
        self.page.set_paper(A4 if share >= SMALL else A3)
        self.page.fit_to_pages(1, 1 if share * WIDER >= SMALLEST else 0)
        self.page.freeze_panes(1, 0)
        self.page.repeat_rows(0)

    def _opening(self) -> None:
        self._text(self.sheet.title, bold=True, font_size=15)
        if self.notice:
            self._text(self.notice, bold=True, bg_color=WARNING, fill=True)
        for line in self.sheet.lines:
            self._text(line, font_color=QUIET)

    def _set_up(self) -> None:
        self.page.set_landscape()
        self.page.set_paper(A4)
        self.page.fit_to_pages(1, 1 if self.sheet.one_page else 0)
        self.page.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.6)
        self.page.set_header(f"&L{plain(self.sheet.title)}&R{plain(self.notice)}")
        self.page.set_footer("&L&A&R&P / &N")
        self.page.hide_gridlines(2)
        self.widths = [self._width(index) for index in range(self.across)]
        for index, wide in enumerate(self.widths):
            self.page.set_column(index, index, wide)

    def _width(self, index: int) -> int:
        widest = NARROWEST
        for block in self.sheet.blocks:
            if index < len(block.columns):
                cells = [row[index] for row in [*block.rows, *([block.total] if block.total else [])]]
                texts = [_shown(cell, block.columns[index].kind) for cell in cells]
                heading = min(figures.width(block.columns[index].heading), HEADING)
                widest = max(widest, *(wide + 3 for wide in [heading, *map(figures.width, texts)]))
        return min(widest, WIDEST)

    def _text(self, text: str, *, fill: bool = False, **style: object) -> None:
        if style.get("font_size"):
            self.page.set_row(self.line, LINE * 1.6)
            self.extra += LINE * 0.6
        spreadsheets.put(self.page, self.line, 0, text, self.styles.get(**style))
        for index in range(1, self.across if fill else 0):
            self.page.write_blank(self.line, index, None, self.styles.get(**style))
        self.line += 1

    def _block(self, block: Block) -> int:
        self.line += 0 if self.sheet.bare else 1
        if block.title:
            self._text(block.title, bold=True, font_size=12)
        if block.picture is not None:
            self._picture(block.picture)
        head = self.line
        for index, column in enumerate(block.columns):
            align = "left" if column.kind == "text" else "right"
            style = self.styles.get(bold=True, bg_color=HEAD, text_wrap=True, bottom=1, align=align, indent=1)
            spreadsheets.put(self.page, head, index, column.heading, style)
        self._height([column.heading for column in block.columns])
        self.line += 1
        for number, row in enumerate(block.rows):
            self._row(block, row, bg_color=BAND if number % 2 else "#FFFFFF")
        last = self.line - 1
        if block.total is not None:
            self._row(block, block.total, bold=True, top=1, bg_color="#FFFFFF")
        for note in block.notes:
            self._text(note, font_color=QUIET, italic=True)
        if block.graph is not None and last > head:
            self._graph(block.graph, head, last)
        return head

    def _picture(self, picture: Picture) -> None:
        for note in picture.notes:
            self._text(note, font_color=QUIET, italic=True)
        held = io.BytesIO(self.drawn[id(picture)])
        size = {"x_scale": 1 / prints.SCALE, "y_scale": 1 / prints.SCALE}
        told = {"image_data": held, "object_position": 2, "description": picture.title} | size
        self.page.insert_image(self.line + 1, 0, "map.png", told)
        self.line += math.ceil(picture.height / 20) + 2

    def _row(self, block: Block, row: Sequence[Any], **style: object) -> None:
        for index, (column, cell) in enumerate(zip(block.columns, row, strict=True)):
            self._cell(index, column.kind, cell, style)
        self._height([cell if isinstance(cell, str) else "" for cell in row])
        self.line += 1

    def _height(self, texts: Sequence[str]) -> None:
        """Make the row high enough for its texts: not every viewer does so itself."""
        lines = (
            math.ceil(figures.width(text) / max(wide - 2, 1)) for text, wide in zip(texts, self.widths, strict=False)
        )
        high = LINE * max(1, *lines)
        self.page.set_row(self.line, high)
        self.extra += high - LINE

    def _cell(self, index: int, kind: str, cell: object, style: dict[str, Any]) -> None:
        if figures.missing(cell):
            word = figures.number(None, self.styles.lang)
            align = "left" if kind == "text" else "right"
            shown = self.styles.get(**style, italic=True, align=align, indent=1)
            spreadsheets.put(self.page, self.line, index, word, shown)
        elif isinstance(cell, bool | np.bool_):
            self.page.write_boolean(self.line, index, bool(cell), self.styles.get(**style, align="left"))
        elif cell == "":
            self.page.write_blank(self.line, index, None, self.styles.get(**style))
        elif isinstance(cell, str):
            wrap = self.styles.get(**style, num_format="@", text_wrap=True, align="left", indent=1)
            spreadsheets.put(self.page, self.line, index, cell, wrap)
        elif isinstance(cell, dt.date):
            shown = self.styles.get(**style, num_format=FORMATS["day"], align="right", indent=1)
            self.page.write_datetime(self.line, index, cell, shown)
        else:
            shown = self.styles.get(**style, num_format=FORMATS[kind], align="right", indent=1)
            self.page.write_number(self.line, index, float(cell), shown)  # type: ignore[arg-type]  # a number, as its kind says

    def _graph(self, graph: Graph, head: int, last: int) -> None:
        font = {"name": FONTS[self.styles.lang], "size": 9, "color": INK}
        chart = self.book.add_chart({"type": graph.kind} | ({"subtype": "stacked"} if graph.stacked else {}))
        for index, colour in graph.series.items():
            chart.add_series(self._series(graph, index, head, last) | {"fill": {"color": colour}, "gap": 60})
        if graph.mark is not None:
            targets = self.book.add_chart({"type": "line"})
            sign = {"type": "long_dash", "size": 20, "fill": {"color": MARK}, "border": {"color": MARK}}
            targets.add_series(self._series(graph, graph.mark, head, last) | {"line": {"none": True}, "marker": sign})
            chart.combine(targets)
        lying = graph.kind == "bar"
        values = {
            "name": graph.axis,
            "num_format": "#,##0",
            "num_font": font,
            "name_font": font,
            "major_gridlines": {"visible": True, "line": {"color": "#E3E8EE"}},
        }
        names = {"num_font": font, "reverse": lying}
        chart.set_title({"name": graph.title, "name_font": font | {"size": 11}, "overlay": False})
        chart.set_x_axis(values if lying else names)
        chart.set_y_axis(names if lying else values)
        chart.set_legend({"position": "bottom", "font": font})
        chart.set_size({"width": 900, "height": 20 * (CHART_ROWS - 1)})
        self.page.insert_chart(self.line + 1, 0, chart, {"object_position": 2})
        self.line += CHART_ROWS + 1

    def _series(self, graph: Graph, index: int, head: int, last: int) -> dict[str, object]:
        return {
            "name": [self.sheet.name, head, index],
            "categories": [self.sheet.name, head + 1, graph.category, last, graph.category],
            "values": [self.sheet.name, head + 1, index, last, index],
        }


def _shown(cell: object, kind: str) -> str:
    if figures.missing(cell) or isinstance(cell, dt.date):
        return "0000-00-00"
    if isinstance(cell, str | bool | np.bool_):
        return str(cell)
    return format(cell, ",.2f" if kind == "number" else ",.0f")


def plain(text: str) -> str:
    """Return text for a page header, where & begins a command and 255 signs are the limit."""
    return text.replace("&", "&&")[:110]
