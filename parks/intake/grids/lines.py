"""What a line of a grid is: a row of the table, or one of the other things that people write into tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from parks.intake.grids import heads
from parks.intake.values import signs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parks.intake.values.parsed import Raw

DITTO = frozenset(["同上", "同 上", "同前", "〃", "″", '"', "”", "“", "〞", "''", "ditto", "Ditto", "do."])
"""What stands for the value above."""
LEAD = 4
"""Columns from the left in which a label of a total is looked for; where the first is empty, in all."""
INITIALS = frozenset(" \t\n\r\u3000*※备注说填制审复经统联日单数资来截以负编TtSsGgOoNnRrPp【(（一二三四五六七八九十")
"""First signs of notes, of groups, of labels in English, and of texts that must be trimmed first."""
NOTE = re.compile(
    r"(?:注|备注|说明|填表说明|填报说明|数据来源|资料来源|来源|数据截[至止]|截[至止]|统计口径|单位|日期|联系人|联系电话"
    r"|notes?|remarks?|sources?|prepared by|as of)\s*\d{0,2}\s*[:.、].*",
    re.IGNORECASE | re.DOTALL,
)
"""A note below or amid a table, with its colon."""
SIGNED = re.compile(
    r"[(【]?(?:(?:制表|制单|填表|填报|编制|审核|复核|经办|统计)(?:负责)?(?:[人员]|日期|时间|单位)?\s*:"
    r"|(?:制表|填表|填报|编制|审核|复核|经办|统计|单位)(?:负责)?人|填表日期|制表日期|以下空白|以下无正文).*",
    re.DOTALL,
)
"""Who made the table, and when: no row of any table begins like that."""
FOOTNOTE = re.compile(r"[*※].*|[(【]?注\b.*", re.DOTALL)
"""A note without a colon; only where it stands alone, since companies are called *ST."""
FEW = 2
"""Cells that a line with a note may have filled, the label and what it says."""
DIGIT = re.compile(r"\d")


class Record(NamedTuple):
    """One row of the table.

    Parameters
    ----------
    line
        Line in the file, from 1.
    cells
        One a heading: merged cells are repeated downwards, ditto marks are the value above.
    """

    line: int
    cells: tuple[Raw, ...]


class Aside(NamedTuple):
    """One line that is no row of the table.

    Parameters
    ----------
    line
        Line in the file, from 1.
    kind
        ``blank``, ``title``, ``heading``, ``repeated`` (headings or titles again), ``subtotal``, ``total``, ``note``,
        or ``unread`` (the sheet, or another table in it, is not read; an issue says why).
    text
        Its filled cells, one after the other.
    cells
        All its cells, as the file has them; of totals one a heading.
    """

    line: int
    kind: str
    text: str
    cells: tuple[Raw, ...]


def aside(line: int, kind: str, cells: Sequence[Raw]) -> Aside:
    """Return a line that is no row, with its text."""
    return Aside(line, kind, " ".join(spelled(cells)), tuple(cells))


def is_blank(cells: Sequence[Raw]) -> bool:
    """Return whether nothing stands in a line, blanks left out."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def spelled(cells: Sequence[Raw]) -> tuple[str, ...]:
    """Return the filled cells of a line as they are compared with another."""
    return tuple(text for cell in cells if (text := heads.tidy(cell)))


def is_note(cells: Sequence[Raw]) -> bool:
    """Return whether a line is a note, a source, or says who made the table and when."""
    texts = [signs.plain(text) for text in spelled(cells)]
    if not texts:
        return False
    if SIGNED.match(texts[0]) or (len(texts) == 1 and FOOTNOTE.match(texts[0])):
        return True
    return NOTE.match(texts[0]) is not None and (len(texts) <= FEW or all(":" in text for text in texts))


def oddness(
    sample: Sequence[Sequence[Raw]], above: Sequence[Sequence[Raw]], width: int
) -> Callable[[Sequence[Raw]], bool]:
    """Return what tells in a moment whether a line must be looked at closely; most need not be.

    A plain row fills the first column that most rows fill and the one that rows fill best, has neither ditto mark nor
    the beginning of a heading, of a total or of a note, and has no word where the rows have figures.

    Parameters
    ----------
    sample
        The first lines below the headings.
    above
        The lines down to the headings: they may come again.
    width
        Number of columns.
    """
    firsts = (next((cell for cell in row if cell is not None), None) for row in above)
    marks = DITTO | {text for cell in firsts if cell is not None for text in (cell, heads.tidy(cell))}
    columns = [[row[place] if place < len(row) else None for row in sample] for place in range(width)]
    filled = [sum(cell is not None for cell in column) for column in columns]
    anchor = filled.index(max(filled[:LEAD]))
    first = next((place for place in range(anchor) if filled[place] * 2 >= len(sample)), anchor)
    figured = (
        place
        for place, column in enumerate(columns)
        if place != anchor and filled[place] * 2 > len(sample) and all(map(_is_figured, column))
    )
    witness = next(figured, -1)
    lead, far = slice(LEAD), max(anchor, witness)

    def is_odd(row: Sequence[Raw]) -> bool:
        if len(row) <= far or (cell := row[anchor]) is None or row[first] is None or not marks.isdisjoint(row):
            return True
        if cell.__class__ is str and (cell[0] in INITIALS or cell[-1] in "lL"):  # the end of “Building 1 total”
            return True
        for cell in row[lead]:
            if cell.__class__ is str and "计" in cell:
                return True
        cell = row[witness] if witness >= 0 else None
        if cell is None:
            return row.count(None) >= len(row) - 1
        return not _is_figured(cell)

    return is_odd


def _is_figured(cell: Raw) -> bool:
    """Return whether a cell is empty, no text, or a text with digits."""
    return not isinstance(cell, str) or cell[0] in "0123456789" or DIGIT.search(cell) is not None
