"""Lines that sum up other lines: what they are called, and the figures in them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from parks.intake.values import signs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parks.intake.values.parsed import Raw

LABEL = re.compile(r"(?P<of>.{0,30}?)(?P<word>小计|分计|合计|总计|共计|累计)(?:[(:].{0,40}|[0-9].{0,20})?")
"""A label of a total in Chinese, its blanks taken out: 合计, A栋小计, 总计(㎡), 共计：12套."""
PARTS = ("小计", "分计")
"""Words for the sum of a part."""
ENGLISH = re.compile(
    r"(?:grand |overall )?totals?(?: ?[(:].{0,40})?|sum:?"
    r"|(?P<part>sub-?totals?\b.{0,40}|.{1,30} (?:sub-?)?total)",
    re.IGNORECASE,
)
ADDITIVE = re.compile(
    r"面积|数量|[户套间人家]数|总数|金额|投资|产值|税|容量|功率|㎡|m2|m²|亩|公顷|area|count|number|amount|total|kva|kw",
    re.IGNORECASE,
)
"""Headings of what is summed. Others may also have a mean or a count in the line of the total."""
RATES = re.compile(r"率|单价|租金|均|/|每|高|荷|rate|price|rent|average|height|load", re.IGNORECASE)
"""Headings of what is never summed, though a unit of area may stand in it: 元/㎡/天."""
FIGURE = re.compile(
    r"(?P<minus>[-(]?)(?P<digits>\d+(?:,\d{3})*(?:\.(?P<decimals>\d*))?)\)?\s*(?P<unit>%|[^\W\d_]{0,8}[23]?(?:/[^\W\d_]{1,8}2?){0,2})"
)
ORDINAL = re.compile(r"(?P<open>\(?)[一二三四五六七八九十]{1,3}(?:[).、:].{0,30})?")
"""How groups of rows are numbered in Chinese: 一, 二、新建, (三)核心区. A floor (一层) is none."""
OPENING = ("一", "(一)")
"""Styles of totals that stand above what they sum up."""
KINDS = ("total", "subtotal")


class Figure(NamedTuple):
    """A number as written, with the digits behind its point and the unit behind it."""

    value: float
    decimals: int
    unit: str


def label(cells: Sequence[Raw]) -> str | None:
    """Return ``total`` or ``subtotal`` when one of `cells` says that its line is one, else None.

    In Chinese any cell may say so; “Total” is also a company and must come first.
    """
    texts = [signs.plain(cell) for cell in cells if isinstance(cell, str)]
    for place, text in enumerate(filter(None, texts)):
        found = LABEL.fullmatch(text.replace(" ", ""))
        if found:
            return "subtotal" if found["of"] or found["word"] in PARTS else "total"
        found = ENGLISH.fullmatch(text) if place == 0 else None
        if found:
            return "subtotal" if found["part"] else "total"
    return None


def is_group(cells: Sequence[Raw]) -> bool:
    """Return whether a line opens a group of rows: its first text is a number in Chinese, as those of rows are not."""
    text = next((cell for cell in cells if cell is not None), None)
    return isinstance(text, str) and ORDINAL.fullmatch(signs.plain(text).replace(" ", "")) is not None


def style(cells: Sequence[Raw]) -> str:
    """Return the level of a total by the word in its label, or by how its group is numbered; empty without either.

    Totals of one style follow each other: 小计 of floors, 合计 of buildings, 总计 of all.
    """
    for cell in cells:
        text = signs.plain(cell).replace(" ", "") if isinstance(cell, str) else ""
        found = LABEL.fullmatch(text)
        if found:
            return found["word"]
        if ENGLISH.fullmatch(text):
            return "sub" if "sub" in text.casefold() else "total"
    text = next((signs.plain(cell) for cell in cells if isinstance(cell, str)), "")
    return ("(一)" if text[0] == "(" else "一") if ORDINAL.fullmatch(text.replace(" ", "")) else ""


def is_additive(heading: str) -> bool:
    """Return whether the figures under a heading make sense as a sum: areas and counts do, rents and heights do not."""
    return ADDITIVE.search(heading) is not None and RATES.search(heading) is None


def figure(cell: Raw) -> Figure | None:
    """Return the number in a cell; None when there is none. 1,234.5㎡ is 1234.5 with one decimal in ㎡."""
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return Figure(float(cell), len(f"{cell:.10g}".partition(".")[2]), "") if math.isfinite(cell) else None
    found = FIGURE.fullmatch(signs.plain(cell)) if isinstance(cell, str) else None
    if found is None:
        return None
    value = float(found["digits"].replace(",", ""))
    return Figure(-value if found["minus"] else value, len(found["decimals"] or ""), found["unit"].strip())


def figures(cells: Sequence[Raw]) -> dict[int, Figure]:
    """Return the figures in a line by their place."""
    return {place: found for place, cell in enumerate(cells) if (found := figure(cell))}
