"""What a report holds, whatever its format: cover, chapters, tables, charts, pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a block: its heading and a kind of `figures.KINDS`."""

    heading: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Graph:
    """A chart over the rows of its block.

    Parameters
    ----------
    title
        What it shows.
    category
        Index of the column that names the bars.
    series
        Index of each column drawn → its colour.
    kind
        ``bar`` lies, ``column`` stands.
    axis
        What the values are, with the unit.
    mark
        Index of a column shown as a mark across standing bars (a target); None for none.
    stacked
        Whether the series of a row are stacked, or stand beside each other.
    """

    title: str
    category: int
    series: Mapping[int, str]
    kind: str = "bar"
    axis: str = ""
    mark: int | None = None
    stacked: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing of its own, as the map pages are.

    Parameters
    ----------
    title
        What it shows.
    svg
        The drawing, one ``svg`` element.
    width, height
        Its size [px].
    notes
        Lines below it.
    """

    title: str
    svg: str
    width: float
    height: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One table of a chapter.

    Parameters
    ----------
    title
        What the table is; empty for none.
    columns
        Its columns.
    rows
        Its rows; None, NA, NaT are shown as unknown, an empty text as an empty cell.
    total
        The last row, set apart; written as values, so that every viewer shows it.
    notes
        Lines below it.
    graph
        A chart below it.
    most
        Rows shown on paper (DOCX, PDF); None for all. The workbook and the web page hold all.
    picture
        A drawing above it, whose key the table is.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]]
    total: Sequence[Any] | None = None
    notes: tuple[str, ...] = ()
    graph: Graph | None = None
    most: int | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter; in a workbook one sheet.

    Parameters
    ----------
    name
        Its tab: 31 signs at most.
    title
        Its title, also in print.
    blocks
        Its tables, one below the other.
    lines
        Lines under the title.
    bare
        Whether the headings stand in the first row, for machines that read the file back.
    one_page
        Whether a sheet is printed on one page; else as many as it needs, each as wide as all columns.
    code
        Its code in `reports.CHAPTERS`; empty for what is no chapter of the report.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]
    lines: tuple[str, ...] = ()
    bare: bool = False
    one_page: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The report in one language: from it every format is drawn.

    Parameters
    ----------
    lang
        ``zh`` or ``en``.
    title
        Its title.
    district
        What it is about: the district as the policy names it.
    facts
        What the cover says: label and value.
    notice
        Line on every page when some of the data are made up; empty for none.
    chapters
        Its chapters in order.
    day
        The data date; also the date of the files.
    seal
        Hash of the inputs (`seals.of`).
    """

    lang: str
    title: str
    district: str
    facts: tuple[tuple[str, str], ...]
    notice: str
    chapters: tuple[Chapter, ...]
    day: dt.date
    seal: str


def sheets_of(chapter: Chapter) -> tuple[Chapter, ...]:
    """Return a chapter as the sheets of a workbook: each map on one of its own, the others together on one."""
    maps = [block for block in chapter.blocks if block.picture is not None]
    if not maps:
        return (chapter,)
    rest = tuple(block for block in chapter.blocks if block.picture is None)
    own = [
        replace(chapter, name=f"{chapter.name} {number}", title=block.title, blocks=(replace(block, title=""),))
        for number, block in enumerate(maps, start=1)
    ]
    return (*([replace(chapter, blocks=rest)] if rest else []), *own)


def on_paper(block: Block) -> Sequence[Sequence[Any]]:
    """Return the rows that a printed page shows."""
    return block.rows if block.most is None else block.rows[: block.most]
