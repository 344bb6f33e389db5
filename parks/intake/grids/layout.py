"""Where in a grid the data is: each line is a row of the table, or is recognised as something else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from parks.intake.grids import columns, heads, lines, merges, sheets, totals
from parks.intake.grids.lines import Aside, Record
from parks.intake.grids.sums import Ledger
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parks.intake.grids.heads import Head
    from parks.intake.grids.sheets import Sheet
    from parks.intake.values.parsed import Raw
    from parks.words import Translate

    Known = Callable[[str], bool]

SAMPLE = 50
"""Rows by which it is told what a plain row looks like."""
WIDE = 4
"""Fewest columns from which a line with one filled cell is no row where it stands apart."""
APART = frozenset(["blank", "total", "subtotal", "note"])
"""Lines after which a single text at the end of a table is a note."""


@dataclass(frozen=True, slots=True)
class Body:
    """The table in a grid. The lines of the grid are `records` and `asides`, each line once.

    Parameters
    ----------
    headings
        One a column, several lines of headings joined by “/”; empty for a column that has cells but no heading.
    records
        The rows, in the order of their lines.
    asides
        All other lines, those of the headings among them, in their order.
    issues
        Totals that are not the sum of their lines, columns without heading, doubtful merged cells, second tables …
    """

    headings: tuple[str, ...]
    records: tuple[Record, ...]
    asides: tuple[Aside, ...]
    issues: tuple[Issue, ...]


def find(sheet: Sheet, known: Known, t: Translate) -> Body:
    """Return the table in a grid.

    Parameters
    ----------
    sheet
        The grid.
    known
        Says whether a text is a heading of ours; without any known one the headings are told by their looks.
    t
        Says the sentences.
    """
    with sheets.unwatched():
        return _find(sheet, known, t)


def _find(sheet: Sheet, known: Known, t: Translate) -> Body:
    merged = merges.sound(sheet)
    if heads.is_turned(sheet.rows, known):
        message = t("The headings stand one below the other: each row of this table is a column.")
        return _unread(sheet, "turned", message, t("Turn it round: copy it and paste it transposed."))
    head = heads.locate(sheet.rows, merged, known)
    if head is None:
        message = t("No line of this sheet looks like the headings of a table.")
        return _unread(sheet, "no_headings", message, t("Write the headings into one line above the rows."))
    width, beside = columns.beside(sheet, head, known, t)
    headings = head.headings[:width]
    rows, doubtful = merges.filled(sheet, merged, head.bottom, headings, t)
    bands = frozenset((top, left) for top, left, _, right in merged if right > left)
    reading = _Reading(sheet, rows, head, headings, known, bands)
    reading.read(t)
    ledger = reading.settle()
    places, unheaded = columns.kept(headings, ledger.rows, sheet.name, t)
    issues = [
        *beside,
        *unheaded,
        *columns.above(sheet, head, t),
        *columns.unit_above(sheet, head, t),
        *doubtful,
        *reading.issues,
        *columns.ragged(sheet, head, [record.line - sheet.first for record in ledger.rows], t),
        *ledger.reconciled(headings, sheet.name, t),
    ]
    if not ledger.rows:
        message = t("There are no rows under the headings.")
        issues.append(Issue(sheet.name, "", "", "", "no_rows", message, t("Bring the file that holds the rows.")))
    records, asides = tuple(ledger.rows), tuple(reading.asides)
    if len(places) < width:
        records = tuple(row._replace(cells=tuple(row.cells[place] for place in places)) for row in records)
        asides = tuple(
            line._replace(cells=tuple(line.cells[place] for place in places)) if line.kind in totals.KINDS else line
            for line in asides
        )
    return Body(tuple(headings[place] for place in places), records, asides, tuple(issues))


def _unread(sheet: Sheet, kind: str, message: str, mend: str) -> Body:
    asides = tuple(
        lines.aside(line, "blank" if lines.is_blank(row) else "unread", row)
        for line, row in enumerate(sheet.rows, sheet.first)
    )
    return Body((), (), asides, (Issue(sheet.name, "", "", "", kind, message, mend),))


@dataclass(slots=True)
class _Reading:
    """The lines of a grid while they are sorted.

    `bands` are the places of cells that are merged over several columns, `again` the lines down to the headings as
    they may come again, `tail` is where the lines begin that end the grid and are hardly rows, `grouped` whether lines
    numbered in Chinese open groups of rows.
    """

    sheet: Sheet
    rows: Sequence[Sequence[Raw]]
    head: Head
    headings: tuple[str, ...]
    known: Known
    bands: frozenset[tuple[int, int]]
    again: frozenset[tuple[str, ...]] = frozenset()
    tail: int = 0
    grouped: bool = False
    records: list[Record] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    unlabelled: list[Record] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def read(self, t: Translate) -> None:
        """Sort the lines."""
        rows, head, first = self.rows, self.head, self.sheet.first
        begin, above = head.bottom + 1, rows[: head.bottom + 1]
        for at, row in enumerate(above):
            kind = "blank" if lines.is_blank(row) else "heading" if at >= head.top else "title"
            self.asides.append(lines.aside(at + first, kind, row))
        self.again = frozenset(lines.spelled(row) for row in above) - {()}
        self.tail = _tail(rows, begin)
        sample = rows[begin : begin + SAMPLE]
        self.grouped = sum(map(totals.is_group, sample)) * 2 < len(sample)  # else 一 and 二 are data
        is_odd = lines.oddness(sample, above, len(self.headings))
        pick, append = self._picker(), self.records.append
        for at in range(begin, len(rows)):
            row = rows[at]
            if not is_odd(row):
                append(Record(at + first, pick(row)))
            elif row.count(None) == len(row):
                self.asides.append(Aside(at + first, "blank", "", ()))
            elif not self._sort(at, pick(row), t):
                break

    def _sort(self, at: int, cells: tuple[Raw, ...], t: Translate) -> bool:
        """Sort a line that is not plain; say whether the table goes on."""
        row, line = self.rows[at], at + self.sheet.first
        kind = self._kind(at, cells)
        if kind == "other":
            self._stop(at, t)
            return False
        if kind == "record":
            self.records.append(Record(line, self._above(line, cells, t)))
        elif kind == "figures":
            self.unlabelled.append(Record(line, cells))
        else:
            self.asides.append(lines.aside(line, kind, cells if kind in totals.KINDS else row))
        return True

    def _kind(self, at: int, cells: tuple[Raw, ...]) -> str:
        """Return the kind of an aside, or ``record``, ``figures`` (perhaps a total), ``other`` (another table)."""
        row = self.rows[at]
        if lines.is_blank(cells):
            return "blank" if lines.is_blank(row) else "unread"
        if lines.spelled(row) in self.again:
            return "repeated"
        lead = cells[: lines.LEAD] if cells[0] is not None else cells
        named = totals.label(lead) or ("note" if lines.is_note(cells) else "")
        if named or heads.is_head(row, self.known):
            return named or "other"
        filled = [place for place, cell in enumerate(cells) if cell is not None]
        if self.grouped and totals.is_group(cells):
            return "subtotal" if totals.figures(cells) else "title"
        if filled[0] > 0 and all(totals.figure(cells[place]) for place in filled):
            return "figures"
        alone = len(filled) == 1 and len(self.headings) >= WIDE
        return self._single(at, row) if alone else "record"

    def _single(self, at: int, row: Sequence[Raw]) -> str:
        """Return what a line with one filled cell is: a title over several columns or over headings, a note, a row."""
        place = next(place for place, cell in enumerate(row) if cell is not None)
        below = (self.rows[further] for further in range(at + 1, len(self.rows)))
        following = next((other for other in below if not lines.is_blank(other)), ())
        if (at, place) in self.bands or self._is_head(following):
            return "title"
        before = self.asides[-1]
        apart = before.line == at + self.sheet.first - 1 and before.kind in APART
        return "note" if apart and at >= self.tail else "record"

    def _is_head(self, row: Sequence[Raw]) -> bool:
        return lines.spelled(row) in self.again or heads.is_head(row, self.known)

    def _above(self, line: int, cells: tuple[Raw, ...], t: Translate) -> tuple[Raw, ...]:
        """Return the cells with the value above for each ditto mark."""
        dittos = [place for place, cell in enumerate(cells) if isinstance(cell, str) and cell.strip() in lines.DITTO]
        if not dittos:
            return cells
        found = list(cells)
        for place in dittos:
            found[place] = self.records[-1].cells[place] if self.records else None
            if not self.records:
                message = t("The cell says “as above”, but there is no row above.")
                at = (self.sheet.name, str(line), self.headings[place], str(cells[place]))
                self.issues.append(Issue(*at, "ditto", message, t("Write the value itself.")))
        return tuple(found)

    def _stop(self, at: int, t: Translate) -> None:
        """Leave the rest of the sheet: it is another table."""
        for line, row in enumerate(self.rows[at:], at + self.sheet.first):
            self.asides.append(lines.aside(line, "blank" if lines.is_blank(row) else "unread", row))
        message = t("Another table begins in this line. It and what follows are not read.")
        mend = t("Put it into a sheet or a file of its own.")
        text = " ".join(lines.spelled(self.rows[at]))
        self.issues.append(Issue(self.sheet.name, str(at + self.sheet.first), "", text, "second_table", message, mend))

    def _picker(self) -> Callable[[Sequence[Raw]], tuple[Raw, ...]]:
        """Return what takes a row's cells under the headings."""
        width = len(self.headings)
        blank = (None,) * width
        return lambda row: tuple(row) if len(row) == width else (*row[:width], *blank[len(row) :])

    def settle(self) -> Ledger:
        """Decide what the lines of figures without any text are, and put every line into its order."""
        ledger = Ledger(self.records, self.asides)
        if not self.unlabelled:
            return ledger
        last = self.records[-1].line if self.records else 0
        rows = [*self.records]
        for row in self.unlabelled:
            if ledger.is_sum(row):
                self.asides.append(lines.aside(row.line, "total" if row.line > last else "subtotal", row.cells))
            else:
                rows.append(row)
        for each in (rows, self.asides):
            each.sort(key=lambda line: line.line)
        return Ledger(rows, self.asides)


def _tail(rows: Sequence[Sequence[Raw]], begin: int) -> int:
    """Return where the lines begin that end a grid: those with at most one filled cell, and notes."""
    at = len(rows)
    while at > begin and (len(rows[at - 1]) - rows[at - 1].count(None) <= 1 or lines.is_note(rows[at - 1])):
        at -= 1
    return at
