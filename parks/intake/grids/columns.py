"""Which columns of a grid belong to the table, and what is doubtful about them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parks.intake.grids import heads, lines, safety, totals
from parks.intake.values import measures, signs
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from parks.intake.grids.heads import Head
    from parks.intake.grids.lines import Record
    from parks.intake.grids.sheets import Sheet
    from parks.words import Translate

    Known = Callable[[str], bool]

MANY = 20
"""Lines of another length that are told one by one; more are told together."""
HABIT = 0.05
"""Share of short lines from which they are a writer's habit to leave out what is empty at the end."""
FEW = 2
"""Filled cells of a title; a line with more of them, figures among them, may be a row."""
ALIKE = 2
"""Fewest headings that must come again for a second table beside the first."""
ABOVE = re.compile(r"单位\s*:\s*([^\s,;、)]+)")
"""A unit said once above the table, for all its figures."""


def beside(sheet: Sheet, head: Head, known: Known, t: Translate) -> tuple[int, list[Issue]]:
    """Return how many columns of the grid the table may have, and an issue when another table begins there."""
    width = _width(sheet, head)
    end = _second(head.headings[:width], known)
    if end == width:
        return end, []
    name = safety.letters(end + 1)
    message = t("A second table stands beside the first, from column {column} on. Only the first is read.", column=name)
    mend = t("Put it below the first, or into a sheet of its own.")
    return end, [Issue(sheet.name, str(head.bottom + sheet.first), name, head.headings[end], "beside", message, mend)]


def kept(headings: Sequence[str], records: Sequence[Record], table: str, t: Translate) -> tuple[list[int], list[Issue]]:
    """Return the columns that have a heading or filled cells, and an issue for each without a heading.

    Parameters
    ----------
    headings
        One a column of the grid, from its first.
    records
        The rows, their cells one a heading.
    table
        Named in the issues.
    t
        Says the sentences.
    """
    places, issues = [], []
    for place, heading in enumerate(headings):
        filled = [] if heading else [row.line for row in records if not lines.is_blank(row.cells[place : place + 1])]
        if heading or filled:
            places.append(place)
        if filled:
            name = safety.letters(place + 1)
            message = t("Column {column} has no heading, but {count} filled cells.", column=name, count=len(filled))
            mend = t("Give it a heading, or empty it.")
            issues.append(Issue(table, str(filled[0]), name, "", "no_heading", message, mend))
    return places, issues


def _width(sheet: Sheet, head: Head) -> int:
    """Return how many cells the lines of the headings have; those of a text file may have more or fewer below."""
    return max(len(row) for row in sheet.rows[head.top : head.bottom + 1])


def _second(headings: Sequence[str], known: Known) -> int:
    """Return where the headings begin anew, as they do in tables that stand side by side; their number if nowhere."""
    first = next((place for place, heading in enumerate(headings) if heading), 0)
    for place in range(first + ALIKE, len(headings)):
        if headings[place] == headings[first] and known(headings[place]):
            left, right = set(headings[first:place]) - {""}, [heading for heading in headings[place:] if heading]
            if len(right) >= ALIKE and sum(heading in left for heading in right) * 2 > len(right):
                return place
    return len(headings)


def ragged(sheet: Sheet, head: Head, records: Sequence[int], t: Translate) -> Iterator[Issue]:
    """Return an issue for lines that have more or fewer cells than there are headings: their cells may have shifted.

    Parameters
    ----------
    sheet
        The grid. Only text files have lines of different lengths.
    head
        Its headings.
    records
        Lines in the grid that hold rows, from 0.
    t
        Says the sentences.
    """
    wanted = _width(sheet, head)
    if len({len(row) for row in sheet.rows}) == 1:
        return
    long = [at for at in records if not lines.is_blank(sheet.rows[at][wanted:])]
    short = [at for at in records if len(sheet.rows[at]) < wanted]
    for found in (long, short if len(short) <= HABIT * len(records) + 1 else []):
        for at in found if len(found) <= MANY else found[:1]:
            yield _ragged(sheet, at, wanted, len(found), t)


def _ragged(sheet: Sheet, at: int, wanted: int, count: int, t: Translate) -> Issue:
    row = sheet.rows[at]
    message = t("The line has {cells} cells, but there are {headings} headings.", cells=len(row), headings=wanted)
    if count > MANY:
        message = t("{message} So it is in {count} lines.", message=message, count=count)
    mend = t("Look for a separator or a line break inside a cell; put quotation marks around that cell.")
    value = " ".join(lines.spelled(row[wanted:]))
    return Issue(sheet.name, str(at + sheet.first), "", value, "ragged", message, mend)


def above(sheet: Sheet, head: Head, t: Translate) -> Iterator[Issue]:
    """Return an issue when lines above the headings look like rows: they are not read."""
    looks = [
        at
        for at, row in enumerate(sheet.rows[: head.top])
        if len(lines.spelled(row)) > FEW and any(map(totals.figure, row))
    ]
    if len(looks) > 1:
        message = t("{count} lines above the headings look like rows. They are not read.", count=len(looks))
        mend = t("Put them into a sheet of their own, with their headings.")
        yield Issue(sheet.name, str(looks[0] + sheet.first), "", "", "above", message, mend)


def unit_above(sheet: Sheet, head: Head, t: Translate) -> Iterator[Issue]:
    """Return an issue when a title says the unit of all figures: no single heading says it, so none is converted."""
    for at, row in enumerate(sheet.rows[: head.top]):
        for text in lines.spelled(row):
            found = ABOVE.search(signs.plain(text))
            code = measures.named(found[1]) if found else None
            if found and code and code != "m2":
                message = t("The line above the headings says the unit {unit} for the whole table.", unit=found[1])
                mend = t("Write it into the headings of the columns it is meant for.")
                yield Issue(sheet.name, str(at + sheet.first), "", heads.tidy(text), "unit_above", message, mend)
