"""Merged cells below the headings: what stands in one is meant for each of its lines, but for sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parks.intake.grids import totals
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parks.intake.grids.packages import Merged
    from parks.intake.grids.sheets import Sheet
    from parks.intake.values.parsed import Raw
    from parks.words import Translate

    Rows = list[list[Raw]]


def sound(sheet: Sheet) -> Merged:
    """Return the merged cells that lie in the grid; none when they overlap, as no spreadsheet writes them."""
    height, width = len(sheet.rows), max(map(len, sheet.rows), default=0)
    found = tuple(
        (top, left, min(bottom, height - 1), min(right, width - 1))
        for top, left, bottom, right in sheet.merged
        if top < height and left < width and bottom >= top and right >= left
    )
    area = sum((bottom - top + 1) * (right - left + 1) for top, left, bottom, right in found)
    return found if area <= height * width else ()


def filled(sheet: Sheet, merged: Merged, below: int, headings: Sequence[str], t: Translate) -> tuple[Rows, list[Issue]]:
    """Return the rows with merged cells repeated downwards, and what is doubtful about that.

    A figure that is summed (an area) is not repeated: it may be meant for each line or for all of them together.
    What reaches over several columns stays in the first.

    Parameters
    ----------
    sheet
        The grid.
    merged
        As `sound` returns them.
    below
        Last line of the headings in the grid, from 0.
    headings
        One a column of the grid.
    t
        Says the sentences.
    """
    rows, issues = sheet.rows, []
    for top, left, bottom, _ in merged:
        value = rows[top][left] if left < len(rows[top]) else None
        if top <= below or bottom == top or value is None or left >= len(headings):
            continue
        if totals.is_additive(headings[left]) and totals.figure(value) is not None:
            issues += _doubtful(sheet, top, bottom, headings[left], value, t)
            continue
        if rows is sheet.rows:
            rows = list(rows)
        for at in range(top + 1, bottom + 1):
            rows[at] = [*rows[at], *[None] * (left + 1 - len(rows[at]))]
            rows[at][left] = value
    return rows, issues


def _doubtful(sheet: Sheet, top: int, bottom: int, heading: str, value: Raw, t: Translate) -> list[Issue]:
    first, last = top + sheet.first, bottom + sheet.first
    message = t(
        "{value} stands in a cell merged over lines {first} to {last}: it may be meant for each, or for all together.",
        value=value,
        first=first,
        last=last,
    )
    mend = t("Unmerge the cells and write each line's own figure.")
    return [
        Issue(sheet.name, str(line), heading, str(value), "merged_figure", message, mend)
        for line in range(first, last + 1)
    ]
