"""The tables inside a file: each sheet of a workbook, or each layer of a map file, with its rows found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parks import schema
from parks.intake import headings, rejects, templates
from parks.intake.grids import layout

if TYPE_CHECKING:
    import geopandas as gpd

    from parks.intake.grids.lines import Aside, Record
    from parks.intake.grids.sheets import Book
    from parks.intake.maps.layers import Layer
    from parks.issues import Issue
    from parks.words import Translate

SURE = 0.35
"""From this likeness of headings on (`headings.table_of`) a table is taken for one of ours without asking."""
AHEAD = 1.15
"""By this factor it must be more like that table than like the next."""
DAYS = re.compile(
    r"\.(?:xlsx?|xlsb|ods|csv|txt|zip|geojson|json|gpkg|kml|kmz|dxf|shp)$"
    r"|[0-9０-９]+|[年月日号季度]|[上下]半|第|[-_.、，,()（）\s]",
    re.IGNORECASE,
)
"""What changes in the name of a source from month to month."""


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a file.

    Parameters
    ----------
    name
        Sheet or layer.
    hidden
        Whether the workbook hides it.
    headings
        One a cell of the rows.
    records
        The rows, each with its line in the file.
    asides
        Every other line: headings, titles, totals, notes, blanks.
    issues
        What is wrong or doubtful with it as a whole, and totals that are not the sum of their lines.
    shapes
        Line → shape (EPSG:4326), of a layer that was placed; None for sheets.
    faults
        Why rows of a layer cannot be taken, whatever their attributes say.
    """

    name: str
    hidden: bool
    headings: tuple[str, ...]
    records: tuple[Record, ...]
    asides: tuple[Aside, ...]
    issues: tuple[Issue, ...]
    shapes: gpd.GeoSeries | None = None
    faults: tuple[Issue, ...] = ()

    @property
    def lines(self) -> int:
        """How many lines it has, of all kinds."""
        return len(self.records) + len(self.asides)


def of_book(book: Book, t: Translate) -> tuple[Part, ...]:
    """Return the tables of a workbook or a text file; sheets that explain a template of ours are left out."""
    found = []
    for sheet in book.sheets:
        if templates.is_explanation(sheet.name):
            continue
        body = layout.find(sheet, _is_heading, t)
        found.append(Part(sheet.name, sheet.hidden, body.headings, body.records, body.asides, body.issues))
    return tuple(found)


def of_layer(layer: Layer, shapes: gpd.GeoSeries, issues: tuple[Issue, ...] = ()) -> Part:
    """Return a layer as a table: its features are the rows, `shapes` where they lie (line → shape, EPSG:4326)."""
    return Part(layer.name, hidden=False, headings=layer.headings, records=layer.records, asides=(),
                issues=(*layer.issues, *issues), shapes=shapes)  # fmt: skip


def table_of(part: Part) -> str | None:
    """Return the table that a part surely is by its headings; None when it may be another, or none of ours."""
    scores = headings.table_of([said for said in part.headings if not rejects.is_ours(said)])
    if part.shapes is not None:
        scores = [(table, score) for table, score in scores if schema.geometry(table)]
    if not scores or scores[0][1] < SURE:
        return None
    return scores[0][0] if len(scores) == 1 or scores[0][1] >= AHEAD * scores[1][1] else None


def family(source: str) -> str:
    """Return a source without what changes from month to month: 张江房源台账2025年3月.xlsx is 张江房源台账."""
    return DAYS.sub("", source).casefold() or source


def _is_heading(text: str) -> bool:
    return rejects.is_ours(text) or any(headings.is_known(text, table) for table in schema.TABLES)
