"""Which lines of a grid hold the headings of its columns, and how those read when several lines are joined."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from parks.intake.values import measures, signs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parks.intake.grids.packages import Merged
    from parks.intake.values.parsed import Raw

    Known = Callable[[str], bool]
    Grid = list[list[str]]

SCAN = 100
"""Lines from the top in which the headings are looked for."""
DEEPEST = 3
"""Most lines of headings, those of units and numbers not counted."""
LEAST = 2
"""Fewest known headings by which a line is taken for the headings."""
GROUPS = 3
"""Fewest headings of groups in a text file, where no merged cells say that they are such."""
TURNED = 3
"""Fewest known headings one below the other by which a sheet is taken for a turned one."""
NUMBERED = 5
"""Fewest columns from which a line 1, 2, 3 … counts them; a shorter one may be a row of data."""
VALUE = re.compile(
    r"[-+(¥]?\d[\d.,/\-:年月日\s]*[a-z²%年月日元万亿平方米亩公顷层楼栋幢号室套个户家人天)/]{0,6}", re.IGNORECASE
)
"""A text that reads as a figure, a day or a count rather than as a heading."""
COUNTS = frozenset("%‰个套户家人间层栋幢年月日天份项元次件台") | {"万元", "亿元"}
"""Units of things that no column of ours is measured in; the others are in `data/schema/measures.csv`."""
JOINED = re.compile(r"(?<=[a-z0-9,;])[ \t]*\n[ \t]*(?=[a-z0-9(])", re.IGNORECASE)
"""A line break inside a heading that parts two words. One between Chinese signs parts nothing."""
VALUED = "\0"
"""Stands in a grid of texts for a cell that holds a number, a day or yes/no."""


@dataclass(frozen=True, slots=True)
class Head:
    """The headings of a table.

    Parameters
    ----------
    top, bottom
        First and last line of them in the grid, from 0, lines of units and of column numbers among them.
    headings
        One a column of the grid, from its first; empty where a column has none.
    """

    top: int
    bottom: int
    headings: tuple[str, ...]


def locate(rows: Sequence[Sequence[Raw]], merged: Merged, known: Known) -> Head | None:
    """Return where the headings are; None when there are none.

    The first lines that are mostly known headings are taken; without any such, the first line of texts above lines
    with values. Lines above and below it join it when merged cells, or gaps that the next line
    fills, say that they belong together.

    Parameters
    ----------
    rows
        The cells by line.
    merged
        First row, first column, last row, last column of merged cells, from 0.
    known
        Says whether a text is a heading of ours.
    """
    grid = _texts(rows[: SCAN + DEEPEST])
    _fill(grid, merged)
    best = _best(grid, known)
    if best is None:
        return None
    top = bottom = best
    while bottom - top + 1 < DEEPEST and _is_child(grid, bottom, merged, known):
        bottom += 1
    while top > 0 and bottom - top + 1 < DEEPEST and _is_parent(grid, top, merged, known):
        top -= 1
    headings = _joined(grid, top, bottom, merged, known)
    units = _units(grid, bottom + 1)
    if units:
        headings = [_with_unit(heading, unit) for heading, unit in zip(headings, units, strict=True)]
        bottom += 1
    return Head(top, bottom + _is_numbers(rows, bottom + 1), tuple(headings))


def is_turned(rows: Sequence[Sequence[Raw]], known: Known) -> bool:
    """Return whether the headings stand one below the other: each column of the grid is a row of the table."""
    grid = _texts(rows[:SCAN])
    if any(_is_line(row, known) for row in grid):
        return False
    columns = ([row[place] for row in grid] for place in range(min(len(grid[0]), DEEPEST) if grid else 0))
    across = max((_count(row, known) for row in grid), default=0)
    return across < LEAST and any(_count(column, known) >= TURNED for column in columns)


def is_head(row: Sequence[Raw], known: Known) -> bool:
    """Return whether a line consists of headings, most of them known."""
    return all(isinstance(cell, str) for cell in row if cell is not None) and _is_line(
        [tidy(cell) for cell in row if cell is not None], known
    )


def tidy(cell: Raw) -> str:
    """Return a heading as one line of text: breaks between words become spaces, others vanish."""
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)
    if "\n" in cell or "\r" in cell:
        cell = re.sub(r"\s*\n\s*", "", JOINED.sub(" ", cell.replace("\r\n", "\n").replace("\r", "\n")))
    return signs.clean(cell)


def _texts(rows: Sequence[Sequence[Raw]]) -> Grid:
    """Return the texts of a grid, all lines of one length."""
    width = max(map(len, rows), default=0)
    grid = [[tidy(cell) if cell is None or isinstance(cell, str) else VALUED for cell in row] for row in rows]
    return [row + [""] * (width - len(row)) for row in grid]


def _fill(grid: Grid, merged: Merged) -> None:
    """Repeat what stands in a merged cell all over it."""
    for top, left, bottom, right in merged:
        if top >= len(grid) or left >= len(grid[0]):
            continue
        for row in grid[top : bottom + 1]:
            row[left : right + 1] = [grid[top][left]] * len(row[left : right + 1])


def _is_value(text: str) -> bool:
    return text == VALUED or VALUE.fullmatch(signs.plain(text)) is not None


def _names(row: Sequence[str]) -> set[str]:
    """Return the texts of a line that may be headings."""
    return {text for text in row if text and not _is_value(text)}


def _count(row: Sequence[str], known: Known) -> int:
    return sum(map(known, _names(row)))


def _best(grid: Grid, known: Known) -> int | None:
    """Return the line that names the most columns, of the first lines that are mostly known headings."""
    first = next((at for at, row in enumerate(grid[:SCAN]) if _is_line(row, known)), None)
    if first is None:
        return _contrast(grid)
    counts = [_count(row, known) for row in grid[first : first + DEEPEST]]
    return first + counts.index(max(counts))


def _is_line(row: Sequence[str], known: Known) -> bool:
    """Return whether a line consists of headings, most of them known; one is enough where there is only one column."""
    if any(map(_is_value, row)):
        return False
    return _is_parallel(row, known) or (len(row) == 1 and _count(row, known) == 1)


def _contrast(grid: Grid) -> int | None:
    """Return the first line of several texts that fills as much as the lines below it and stands above values."""
    for at, row in enumerate(grid[:SCAN]):
        filled = _filled(row)
        below = [_filled(other) for other in grid[at + 1 : at + 20] if _filled(other)]
        enough = len(filled) >= max(LEAST, max(map(len, below), default=0) // 2)
        if not enough or len(_names(filled)) < len(filled) or any(map(_is_label, filled)):
            continue
        if not below or any(_is_value(text) for other in below for text in other) or len(filled) == len(row):
            return at
    return None


def _filled(row: Sequence[str]) -> list[str]:
    return [text for text in row if text]


def _spans(merged: Merged, at: int, *, down: bool) -> bool:
    """Return whether a merged cell reaches from line `at` into the next (`down`), or over several of its columns."""
    if down:
        return any(top <= at < bottom for top, _, bottom, _ in merged)
    return any(top <= at <= bottom and right > left for top, left, bottom, right in merged)


def _is_child(grid: Grid, at: int, merged: Merged, known: Known) -> bool:
    """Return whether the line below `at` goes on with its headings."""
    if at + 1 >= len(grid) or _units(grid, at + 1):
        return False
    row, below = grid[at], grid[at + 1]
    names = _names(below)
    if not names or any(_is_value(text) for text in below if text):
        return False
    if merged and _spans(merged, at, down=True) and row != below:
        return True
    found = sum(map(known, names))
    gaps = any(text and not over for text, over in zip(below, row, strict=True))
    rests = any(over and not text for text, over in zip(below, row, strict=True))
    nested = found >= 1 and ((gaps and rests) or _spans(merged, at, down=False))
    return nested or _is_parallel(below, known)


def _is_parallel(row: Sequence[str], known: Known) -> bool:
    """Return whether a line is a full line of headings by itself, as the second language of a bilingual table is."""
    names = _names(row)
    return len(names) >= LEAST and sum(map(known, names)) * 2 >= len(names)


def _is_parent(grid: Grid, at: int, merged: Merged, known: Known) -> bool:
    """Return whether the line above `at` groups its headings, or says them in another language. A title is one text."""
    above, row = grid[at - 1], grid[at]
    names = _names(above)
    if len(names) < LEAST or any(_is_value(text) or _is_label(text) for text in above if text):
        return False
    if _spans(merged, at - 1, down=False) or _spans(merged, at - 1, down=True):
        return True
    alone = any(over and not text for text, over in zip(row, above, strict=True))
    gaps = any(text and not over for text, over in zip(row, above, strict=True))
    return (gaps and (alone or len(names) >= GROUPS)) or _is_parallel(above, known)


def _is_label(text: str) -> bool:
    """Return whether a text is one of those that stand above a table, such as 填报单位：张江集团."""
    return ":" in signs.plain(text)


def _joined(grid: Grid, top: int, bottom: int, merged: Merged, known: Known) -> list[str]:
    lines = [list(row) for row in grid[top : bottom + 1]]
    if not any(first <= bottom and last >= top and right > left for first, left, last, right in merged):
        for upper, lower in pairwise(lines):
            _reach_right(upper, lower)
    kept = [lines[0]]
    for line in lines[1:]:
        if _is_parallel(line, known) and _is_full(kept[-1], line):
            kept[-1] = [
                first if first and (known(first) or not known(second)) else second
                for first, second in zip(kept[-1], line, strict=True)
            ]
        else:
            kept.append(line)
    return ["/".join(dict.fromkeys(filter(None, parts))) for parts in zip(*kept, strict=True)]


def _is_full(first: list[str], second: list[str]) -> bool:
    """Return whether each of two lines has its own text in most columns, and the first no groups."""
    both = sum(bool(a and b and a != b) for a, b in zip(first, second, strict=True))
    return both * 3 >= len(_filled(first)) * 2 and not any(a and a == b for a, b in pairwise(first))


def _reach_right(upper: list[str], lower: list[str]) -> None:
    """Let a heading of a group reach over the columns on its right, as far as the line below goes on."""
    group = ""
    for place, (text, below) in enumerate(zip(upper, lower, strict=True)):
        if text:
            group = text if below else ""
        elif below and group:
            upper[place] = group
        else:
            group = ""


def _units(grid: Grid, at: int) -> list[str]:
    """Return the units that a line holds and nothing else, one a column; none when it is another line."""
    if at >= len(grid):
        return []
    units = [_unit(text) for text in grid[at]]
    if any(text and not unit for text, unit in zip(grid[at], units, strict=True)):
        return []
    found = [unit.strip("-") for unit in units]
    return found if any(found) else []


def _unit(text: str) -> str:
    """Return `text` without brackets when it is a unit, a stroke when it says none, else nothing."""
    bare = re.sub(r"^单位\s*[:：]", "", text.strip("()（）[]【】 ")).strip()
    plain = signs.plain(bare)
    if plain in {"-", "/", "单位", "计量单位", "unit", "Unit"}:
        return "-"
    is_unit = plain in COUNTS or (plain and not plain[0].isdigit() and measures.named(plain))
    return bare if is_unit else ""


def _is_numbers(rows: Sequence[Sequence[Raw]], at: int) -> bool:
    """Return whether a line only counts the columns from 1 on."""
    found = (
        [signs.plain(tidy(cell)).strip("()").removesuffix(".0") for cell in rows[at] if cell is not None]
        if at < len(rows)
        else []
    )
    return len(found) >= NUMBERED and found == [str(number) for number in range(1, len(found) + 1)]


def _with_unit(heading: str, unit: str) -> str:
    if not unit or not heading or f"({signs.plain(unit)})" in signs.plain(heading):
        return heading
    return f"{heading}({unit})"
