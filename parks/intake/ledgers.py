"""One table of a file understood: whose column each heading is, and what each cell says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks import schema
from parks.intake import headings, rejects
from parks.intake.grids import safety, sheets
from parks.intake.values import cells, signs
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from parks.intake.headings import Match
    from parks.intake.parts import Part
    from parks.intake.values.parsed import Raw, Said
    from parks.words import Translate


@dataclass(frozen=True, slots=True)
class Ledger:
    """A table as understood.

    Parameters
    ----------
    table
        One of `schema.TABLES`.
    part
        As the file has it.
    matches
        One a heading.
    frame
        Line → our columns as far as the file has them; the index is called ``row``. None says nothing.
    silent
        Column → whether each row says nothing there. An empty cell leaves what is known; 待定 says that it is unknown.
    issues
        Cells that cannot be taken; their rows are rejected. ``row`` is the line, ``column`` the user's heading.
    notes
        What is taken with a reservation, and columns that are not read.
    """

    table: str
    part: Part
    matches: tuple[Match, ...]
    frame: pd.DataFrame
    silent: dict[str, NDArray[np.bool_]]
    issues: tuple[Issue, ...]
    notes: tuple[Issue, ...]

    def heading(self, column: str) -> str:
        """Return the user's heading of a column of ours, its own name where they have none."""
        return next((match.heading for match in self.matches if match.column == column), column)

    def named(self, column: str) -> str:
        """Return the user's heading of a column of ours, ours in both languages where they have none."""
        ours = schema.columns(self.table)[column]
        said = self.heading(column)
        return f"{ours.zh} / {ours.en}" if said == column else said


def read(part: Part, table: str, t: Translate, meant: Mapping[str, str] | None = None) -> Ledger:
    """Return what a part of a file says as rows of `table`.

    Parameters
    ----------
    part
        The rows as they stand.
    table
        One of `schema.TABLES`.
    t
        Says the sentences.
    meant
        Heading → our column ("" for none of ours), as a person has said it now or for this source before.
    """
    ours = {said: "" for said in part.headings if rejects.is_ours(said)}
    matches = headings.match(part.headings, table, {**(meant or {}), **ours})
    known = schema.columns(table)
    lines = pd.Index([record.line for record in part.records], name="row", dtype="int64")
    columns: dict[str, Any] = {}
    silent: dict[str, NDArray[np.bool_]] = {}
    issues = list(part.faults)
    notes = list(_unread(part, matches, table, t))
    with sheets.unwatched():
        for match in matches:
            if match.column is None:
                continue
            raws = [record.cells[match.position] for record in part.records]
            values, wrong, noted = cells.parse_all(raws, known[match.column], match.unit, t)
            columns[match.column] = pd.Series(values, index=lines, dtype="object")
            silent[match.column] = _silent(raws, values, wrong)
            issues += _told(table, match.heading, lines, raws, wrong)
            notes += _told(table, match.heading, lines, raws, noted)
    place = schema.geometry(table)
    if place is not None and part.shapes is not None:
        columns[place] = part.shapes.reindex(lines).astype("object")
        silent[place] = columns[place].isna().to_numpy()
    for told in (issues, notes):
        told.sort(key=lambda issue: int(issue.row or 0))
    return Ledger(table, part, matches, pd.DataFrame(columns, index=lines), silent, tuple(issues), tuple(notes))


def _silent(raws: Sequence[Raw], values: Sequence[Any], wrong: Collection[int]) -> NDArray[np.bool_]:
    """Return which cells leave what is known: the empty ones, and those that cannot be taken.

    待定, 长期 and 无 have no value either, but they say so: what was known is so no more.
    """
    pairs = enumerate(zip(raws, values, strict=True))
    return np.fromiter(
        (value is None and (at in wrong or _is_empty(raw)) for at, (raw, value) in pairs), bool, len(raws)
    )


def _is_empty(raw: Raw) -> bool:
    """Return whether nothing is said in a cell: it is empty, or has strokes alone."""
    text = signs.plain(raw) if isinstance(raw, str) else ""
    return not text or signs.mark(text) == "dash"


def _told(
    table: str, heading: str, lines: pd.Index[Any], raws: Sequence[Raw], said: Mapping[int, Said]
) -> Iterator[Issue]:
    for position, (kind, message, mend) in said.items():
        yield Issue(table, str(lines[position]), heading, str(raws[position])[:80], kind, message, mend)


def _unread(part: Part, matches: tuple[Match, ...], table: str, t: Translate) -> Iterator[Issue]:
    """Tell the columns with cells that are none of ours, or not surely."""
    for match in matches:
        if match.column is not None or match.certainty == "remembered" or not part.records:
            continue
        filled = sum(record.cells[match.position] is not None for record in part.records)
        if not filled:
            continue
        name = match.heading or safety.letters(match.position + 1)
        message = t("The column “{heading}” is not read: {count} filled cells.", heading=name, count=filled)
        mend = t("Say which column of ours it is, or leave it.")
        if match.candidates:
            proposed = schema.columns(table)[match.candidates[0]]
            mend = t(
                "Say which column of ours it is, perhaps “{column}”, or leave it.",
                column=f"{proposed.zh} / {proposed.en}",
            )
        yield Issue(table, "", match.heading, "", "heading_unread", message, mend)
