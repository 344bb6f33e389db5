"""Totals reconciled: which rows each covers, and whether its figures are their sums."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

from parks.intake.grids import totals
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from parks.intake.grids.lines import Aside, Record
    from parks.intake.grids.totals import Figure
    from parks.words import Translate

GROUPS = 3
"""Columns from the left by whose values rows are summed up: a subtotal for each building."""
REACH = 2000
"""Most rows of such a group."""
FEWEST = 2
"""Fewest rows that a line without a label must sum up to be taken for a total."""


class Column:
    """The running sums of one column over the rows."""

    def __init__(self, rows: Sequence[Record], place: int) -> None:
        """Read the figures of the column at `place`."""
        cells = [row.cells[place] for row in rows]
        self.figures = [totals.figure(cell) for cell in cells]
        unread = (found is None and cell is not None for found, cell in zip(self.figures, cells, strict=True))
        self.sums = list(accumulate((found.value if found else 0.0 for found in self.figures), initial=0.0))
        self.unread = list(accumulate(unread, initial=0))
        # A text shows what is left after rounding; a number of a spreadsheet is whole, however it is shown.
        shown = [
            found.decimals for found, cell in zip(self.figures, cells, strict=True) if found and isinstance(cell, str)
        ]
        self.rounding = 0.5 * 10.0 ** -max(shown) if shown else 0.0

    def sum(self, cover: range) -> float:
        """Return the sum over the rows of `cover`."""
        return self.sums[cover.stop] - self.sums[cover.start]

    def agrees(self, said: Figure, cover: range) -> bool:
        """Return whether a total is right up to rounding: its own, and that of the rows, which mostly cancels out."""
        rounding = 0.5 * 10.0**-said.decimals + self.rounding * math.sqrt(len(cover))
        return abs(said.value - self.sum(cover)) <= rounding + 1e-9 * abs(said.value)

    def claims(self, said: Figure, cover: range, *, additive: bool) -> bool:
        """Return whether a figure in the line of a total claims to be the sum: not a count of rows, nor a mean."""
        found = [each for each in self.figures[cover.start : cover.stop] if each]
        if not found or any(each.unit != said.unit for each in found if each.unit and said.unit):
            return False
        values = [each.value for each in found]
        is_mean = len(values) > 1 and min(values) <= said.value <= max(values)
        return additive or not (is_mean or said.value in {len(cover), len(set(values))})


class Ledger:
    """The rows and totals of a table, and what is needed to compare them quickly."""

    def __init__(self, rows: Sequence[Record], asides: Sequence[Aside]) -> None:
        """Keep `rows` and the totals of `asides`, both in the order of their lines."""
        self.rows = rows
        self.totals = [aside for aside in asides if aside.kind in totals.KINDS]
        self._columns: dict[int, Column] = {}
        self._places: dict[str, list[int]] = {"": []}
        for aside in asides:
            # The opening of a group bounds what others sum up, even where it has no figures itself.
            if aside.kind in totals.KINDS or (aside.kind == "title" and totals.is_group(aside.cells)):
                for style in {"", totals.style(aside.cells)}:
                    self._places.setdefault(style, []).append(self._place(aside))

    def _place(self, line: Record | Aside) -> int:
        return bisect_left(self.rows, line.line, key=lambda row: row.line)

    def column(self, place: int) -> Column:
        """Return the sums of the column at `place`."""
        if place not in self._columns:
            self._columns[place] = Column(self.rows, place)
        return self._columns[place]

    def covers(self, line: Record | Aside) -> tuple[list[range], list[range]]:
        """Return the stretches of rows above a total, and those below it, that it may cover; the likeliest first.

        They reach to the next total, to the next of its style, over the rows with one value in a column, or over all.
        """
        at, end = self._place(line), len(self.rows)
        style = totals.style(line.cells)
        above, below = [], []
        for places in (self._places[""], self._places.get(style, [])):
            before, after = bisect_left(places, at), bisect_right(places, at)
            above.append(range(places[before - 1] if before else 0, at))
            below.append(range(at, places[after] if after < len(places) else end))
        nearest = [above[0], *(self._groups(above[0]) if style else ())]
        is_part = totals.label(line.cells) != "total"
        upwards = [*nearest, above[1], range(at)] if is_part else [above[1], range(at), *nearest]
        return [cover for cover in upwards if cover], [cover for cover in (*below, range(at, end)) if cover]

    def _groups(self, above: range) -> Iterator[range]:
        """Return, for each of the first columns, the lowest of the rows `above` that have one value there."""
        for place in range(min(GROUPS, len(self.rows[above.start].cells)) if above else 0):
            value = self.rows[above.stop - 1].cells[place]
            others = (at for at in reversed(above[-REACH:]) if self.rows[at].cells[place] != value)
            first = next(others, None)
            if first is not None:
                yield range(first + 1, above.stop)

    def _right(self, figures: Mapping[int, Figure], cover: range) -> int:
        """Return how many figures are the sums of the rows of `cover`."""
        return sum(self.column(place).agrees(said, cover) for place, said in figures.items())

    def is_sum(self, row: Record) -> bool:
        """Return whether a line without a label is a total: each of its figures is the sum of the same lines."""
        figures = totals.figures(row.cells)
        above, below = self.covers(row)
        return bool(figures) and any(
            self._right(figures, cover) == len(figures) and any(self.column(place).sum(cover) for place in figures)
            for cover in (*above, *below)
            if len(cover) >= FEWEST
        )

    def reconciled(self, headings: Sequence[str], table: str, t: Translate) -> Iterator[Issue]:
        """Return an issue for each figure of a total that is not the sum of the lines it covers.

        The stretch of lines under which most of a total's figures are right is taken for the one it covers; where
        none is better, the likeliest one on the side on which others of its style have theirs.

        Parameters
        ----------
        headings
            One a cell.
        table
            Named in the issues.
        t
            Says the sentences.
        """
        found = [(total, totals.figures(total.cells), *self.covers(total)) for total in self.totals]
        sides: Counter[str] = Counter()
        for total, figures, *both in found:
            up, down = (max((self._right(figures, cover) for cover in side), default=0) for side in both)
            sides[totals.style(total.cells)] += up - down
        for total, figures, above, below in found:
            style = totals.style(total.cells)
            is_below = sides[style] < 0 or (sides[style] == 0 and style in totals.OPENING)
            covers = [*below, *above] if is_below else [*above, *below]
            if not figures or not covers:
                continue
            right = [self._right(figures, cover) for cover in covers]
            yield from self._compared(total, covers[right.index(max(right))], headings, table, t)

    def _compared(
        self, total: Aside, cover: range, headings: Sequence[str], table: str, t: Translate
    ) -> Iterator[Issue]:
        for place, said in totals.figures(total.cells).items():
            column, additive = self.column(place), totals.is_additive(headings[place])
            if not column.agrees(said, cover) and column.claims(said, cover, additive=additive):
                value = str(total.cells[place])
                sentences = self._sentences(value, column, cover, t)
                yield Issue(table, str(total.line), headings[place], value, "total", *sentences)

    def _sentences(self, said: str, column: Column, cover: range, t: Translate) -> tuple[str, str]:
        fields = {"first": self.rows[cover.start].line, "last": self.rows[cover.stop - 1].line}
        found, unread = f"{column.sum(cover):,.10g}", column.unread[cover.stop] - column.unread[cover.start]
        message = t("The total is {said}, but lines {first} to {last} give {found}.", said=said, found=found, **fields)
        if unread:
            message = t(
                "The total is {said}; lines {first} to {last} give {found}, with {count} cells that are no numbers.",
                said=said,
                found=found,
                count=unread,
                **fields,
            )
        return message, t("Look for a line that is missing, doubled or wrong, or mend the total.")
