"""Charts drawn as SVG by our own few lines: no browser, the same bytes each time, text that can be searched."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parks.output import figures
from parks.output.content import Picture
from parks.output.markup import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parks.output.content import Block, Graph
    from parks.words import Translate

FONTS = "Noto Sans SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, sans-serif"
PLAIN, HEAVY = "'wght' 400", "'wght' 700"
"""Weights of a variable font: a drawing is set without a style sheet that knows them."""
INK, QUIET, LINES, MARK = "#1F2A36", "#5D6D7E", "#E3E8EE", "#D55E00"
WIDE = 960
"""Width of a chart [px]."""
SIZE, HALF = 12, 6.3
"""Height of a letter, width of a half-width one [px]."""
BAR, GAP, HIGH = 18, 8, 200
"""Height of a bar and of what is between two; height of standing bars [px]."""
LABEL = 30
"""Longest label of a bar [half-width letters]; the table beside it has the whole name."""
TICKS = 5


@dataclass(frozen=True, slots=True)
class _Scale:
    """An axis of values: what stands where."""

    top: float
    step: float
    length: float

    def at(self, value: float) -> float:
        return value / self.top * self.length

    def ticks(self) -> list[float]:
        return [number * self.step for number in range(round(self.top / self.step) + 1)]


def chart(block: Block, graph: Graph, rows: Sequence[Sequence[Any]], t: Translate) -> Picture:
    """Return the chart over `rows` of a block.

    An unknown value draws nothing; the label at the end of its bar then says that something is unknown.
    """
    draw = _standing if graph.kind == "column" else _lying
    body, height = draw(block, graph, rows, t)
    return Picture(graph.title, element(body, WIDE, height, graph.title), WIDE, height)


def element(body: str, width: float, height: float, title: str) -> str:
    """Return an ``svg`` element that holds `body` and says to readers that do not see it what it shows."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" font-family="{FONTS}" font-size="{SIZE}" fill="{INK}" '
        f'font-variation-settings="{PLAIN}">'
        f"<title>{escape(title)}</title>{body}</svg>"
    )


def text(x: float, y: float, said: object, **style: object) -> str:
    """Return a text at a place; underscores in the names of `style` stand for strokes."""
    if style.get("font_weight") == "bold":
        style["font_variation_settings"] = HEAVY
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
    return f'<text x="{x:.1f}" y="{y:.1f}"{more}>{escape(said)}</text>'


def box(x: float, y: float, width: float, height: float, colour: str) -> str:
    """Return a filled rectangle."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def line(x1: float, y1: float, x2: float, y2: float, colour: str = LINES, width: float = 1) -> str:
    """Return a stroke."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width:g}"/>'


def shortened(said: str, most: int) -> str:
    """Return a text that is `most` half-width letters wide at most, with … where it is cut."""
    if figures.width(said) <= most:
        return said
    while figures.width(said) > most - 1:
        said = said[:-1]
    return said.rstrip() + "…"


def key(entries: Sequence[tuple[str, str]], width: float, y: float) -> tuple[str, float]:
    """Return a legend of (name, colour) in lines of `width`, beginning at `y`; and where it ends."""
    drawn, x = [], 0.0
    for name, colour in entries:
        need = 24 + figures.width(name) * HALF
        if x and x + need > width:
            x, y = 0.0, y + 18
        drawn.append(box(x, y - 10, 11, 11, colour) + text(x + 16, y, name))
        x += need + 14
    return "".join(drawn), y + 14


def _scale(top: float, length: float) -> _Scale:
    """Return an axis of round steps that holds `top`."""
    rough = max(top, 1.0) / TICKS
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return _Scale(step * math.ceil(max(top, 1.0) / step), step, length)


def _value(cell: Any) -> float:  # noqa: ANN401 - a cell of a column of numbers
    return 0.0 if isinstance(cell, str) or figures.missing(cell) else float(cell)


def _total(row: Sequence[Any], graph: Graph, t: Translate) -> str:
    """Return what stands at the end of a bar."""
    cells = [row[index] for index in graph.series]
    known = [_value(cell) for cell in cells if not figures.missing(cell)]
    said = format(sum(known), ",.0f") if known else ""
    return " + ".join(filter(None, [said, t("unknown") if len(known) < len(cells) else ""]))


def _reach(rows: Sequence[Sequence[Any]], graph: Graph) -> float:
    """Return the longest bar."""
    sums = [(sum if graph.stacked else max)(_value(row[index]) for index in graph.series) for row in rows]
    marks = [_value(row[graph.mark]) for row in rows] if graph.mark is not None else []
    return max([*sums, *marks], default=0.0)


def _lying(block: Block, graph: Graph, rows: Sequence[Sequence[Any]], t: Translate) -> tuple[str, float]:
    names = [figures.cell(row[graph.category], "text", t) for row in rows]
    left = min(max((figures.width(name) for name in names), default=4), LABEL) * HALF + 10
    scale = _scale(_reach(rows, graph), WIDE - left - 120)
    legend, top = key([(block.columns[index].heading, colour) for index, colour in graph.series.items()], WIDE, 38)
    thick = BAR if graph.stacked else max(6, BAR // max(len(graph.series), 1)) * len(graph.series)
    height = top + len(rows) * (thick + GAP)
    parts = [text(0, 14, graph.title, font_size=14, font_weight="bold"), legend]
    for tick in scale.ticks():
        x = left + scale.at(tick)
        parts.append(line(x, top, x, height))
        parts.append(text(x, height + 15, f"{tick:,.0f}", text_anchor="middle", fill=QUIET, font_size=11))
    for number, (row, name) in enumerate(zip(rows, names, strict=True)):
        y = top + number * (thick + GAP) + GAP / 2
        parts.append(text(left - 6, y + thick / 2 + 4, shortened(name, LABEL), text_anchor="end"))
        parts += _bar(row, graph, scale, left, y, thick)
        longest = _reach([row], graph)
        if graph.stacked:
            parts.append(text(left + scale.at(longest) + 6, y + thick / 2 + 4, _total(row, graph, t), fill=QUIET))
    parts.append(text(left + scale.length, height + 32, graph.axis, text_anchor="end", fill=QUIET, font_size=11))
    return "".join(parts), height + 40


def _bar(row: Sequence[Any], graph: Graph, scale: _Scale, left: float, y: float, thick: float) -> list[str]:
    """Return the lying bar or bars of one row."""
    drawn, at, slim = [], 0.0, thick / len(graph.series)
    for number, (index, colour) in enumerate(graph.series.items()):
        value = _value(row[index])
        if graph.stacked:
            drawn.append(box(left + scale.at(at), y, scale.at(value), thick, colour) if value else "")
            at += value
        else:
            drawn.append(box(left, y + number * slim, scale.at(value), slim - 1, colour) if value else "")
    return drawn


def _standing(block: Block, graph: Graph, rows: Sequence[Sequence[Any]], t: Translate) -> tuple[str, float]:
    scale = _scale(_reach(rows, graph), HIGH)
    left, entries = 90.0, [(block.columns[index].heading, colour) for index, colour in graph.series.items()]
    if graph.mark is not None:
        entries.append((block.columns[graph.mark].heading, MARK))
    legend, top = key(entries, WIDE, 38)
    foot, room = top + 14 + HIGH, (WIDE - left - 20) / max(len(rows), 1)
    parts = [text(0, 14, graph.title, font_size=14, font_weight="bold"), legend]
    for tick in scale.ticks():
        y = foot - scale.at(tick)
        parts.append(line(left, y, WIDE, y))
        parts.append(text(left - 6, y + 4, f"{tick:,.0f}", text_anchor="end", fill=QUIET, font_size=11))
    wide = min(room * 0.6, 120.0)
    fits = max(int(room / HALF) - 1, 4)
    for number, row in enumerate(rows):
        middle, at = left + (number + 0.5) * room, 0.0
        for index, colour in graph.series.items():
            value = _value(row[index])
            y = foot - scale.at(at + value)
            parts.append(box(middle - wide / 2, y, wide, scale.at(value), colour) if value else "")
            at += value
        if graph.mark is not None and not figures.missing(row[graph.mark]):
            y = foot - scale.at(_value(row[graph.mark]))
            parts.append(line(middle - wide * 0.75, y, middle + wide * 0.75, y, MARK, 3))
        name = figures.cell(row[graph.category], "text", t)
        parts.append(text(middle, foot + 17, shortened(name, fits), text_anchor="middle"))
        if room > figures.width(_total(row, graph, t)) * HALF:
            halo = {"stroke": "#FFFFFF", "stroke_width": 3, "paint_order": "stroke"}
            parts.append(
                text(middle, foot - scale.at(at) - 5, _total(row, graph, t), text_anchor="middle", fill=QUIET, **halo)
            )
    parts.append(text(left, top + 6, graph.axis, fill=QUIET, font_size=11))
    return "".join(parts), foot + 28
