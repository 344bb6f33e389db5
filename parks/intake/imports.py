"""A file on its way into the record: opened, its layers placed, all its tables weighed against what is known."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from parks import schema, words
from parks.intake import changes, ledgers, parts
from parks.intake.grids import sheets
from parks.intake.maps import layers, outlines
from parks.intake.values import periods

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from parks.intake.changes import Outcome, Terms
    from parks.intake.maps.layers import Layer
    from parks.intake.maps.outlines import Flaw
    from parks.intake.parts import Part
    from parks.intake.rulings import Clashes
    from parks.issues import Issue
    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.words import Translate

BLOCKING = frozenset({"empty", "ring", "self_crossing", "wrong_kind"})
"""Kinds of flaws with which a shape cannot be kept; others may stay as they are."""

CERTIFIED = "ground_m2"
"""Column of the area that an outline measures too."""
DAY = re.compile(
    r"(?<!\d)20\d\d(?:[-_.年](?:1[0-2]|0?[1-9])(?:[-_.月](?:3[01]|[12]\d|0?[1-9])(?!\d))?|[01]\d[0-3]\d|年?第?[1-4一二三四]季度|Q[1-4])"
)
"""A day, month or quarter in the name of a file."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as opened.

    Parameters
    ----------
    file, digest
        Its name, and the SHA-256 of its content in hex.
    parts
        The tables of a workbook or a text file, those with rows first as the file has them.
    layers
        Those of a map file; they must be placed (`placed`) before they are tables.
    issues
        What the user should know of the file as a whole.
    """

    file: str
    digest: str
    parts: tuple[Part, ...]
    layers: tuple[Layer, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Placement:
    """What a person says about where a layer lies, and which mends of its shapes they accept.

    Parameters
    ----------
    crs, datum, swapped, overruled
        As in `placing.placed`.
    accepted
        Ids of flaws, or ``all``.
    """

    crs: str | int | None = None
    datum: str | None = None
    swapped: bool = False
    overruled: bool = False
    accepted: Collection[str] | Literal["all"] = frozenset()


@dataclass(frozen=True, slots=True)
class Judged:
    """A layer where it lies, before anything is mended.

    Parameters
    ----------
    shapes
        Line → shape (EPSG:4326).
    doubts
        What contradicts the district or the file.
    flaws
        What is wrong with the shapes.
    """

    shapes: gpd.GeoSeries
    doubts: tuple[Issue, ...]
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """What is done with a part of a file.

    Parameters
    ----------
    part
        A sheet, or a layer that was placed.
    table
        One of `schema.TABLES`.
    meant
        Heading → our column, as a person has said it.
    """

    part: Part
    table: str
    meant: Mapping[str, str] = field(default_factory=dict)


def opened(path: Path, t: Translate, *, name: str | None = None) -> Brought:
    """Return what is in a file of any kind that we read; `name` is what the user calls it.

    Raises
    ------
    InvalidData
        When it cannot or must not be read.
    """
    if layers.is_layer(path):
        found = layers.read(path, t, name=name)
        return Brought(name or found.file, found.digest, (), found.layers, found.issues)
    book = sheets.read(path, t)
    return Brought(name or book.file, book.digest, parts.of_book(book, t), (), book.issues)


def placed(layer: Layer, table: str, said: Placement, t: Translate) -> tuple[Part, tuple[Flaw, ...]]:
    """Return a layer as a table with its shapes where they lie and mended as accepted, and all their flaws.

    Raises
    ------
    InvalidData
        As `judged`.
    """
    found = judged(layer, table, said, t)
    return mended(layer, found, said.accepted), found.flaws


def judged(layer: Layer, table: str, said: Placement, t: Translate) -> Judged:
    """Return the shapes of a layer where they lie, what contradicts that, and their flaws; nothing is mended yet.

    Raises
    ------
    InvalidData
        When the system or the datum is unsaid or contradictory; each issue tells what would fit.
    """
    shapes, doubts = layers.placed(
        layer, t, crs=said.crs, datum=said.datum, swapped=said.swapped, overruled=said.overruled
    )
    place = schema.columns(table)[schema.geometry(table) or ""]
    kind: Literal["point", "polygon"] = "point" if place.type == "point" else "polygon"
    return Judged(shapes, doubts, outlines.flaws(shapes, kind, t, table=table))


def mended(layer: Layer, given: Judged, accepted: Collection[str] | Literal["all"]) -> Part:
    """Return a judged layer as a table, its shapes mended by the flaws `accepted` (ids, or ``all``)."""
    found = given.flaws
    made = outlines.mended(given.shapes, found, accepted)
    left = set(made.skipped) | {flaw.id for flaw in found if not flaw.can_be_mended}
    left |= set() if accepted == "all" else {flaw.id for flaw in found} - set(accepted)
    still = [flaw for flaw in found if flaw.id in left]
    dropped = set(made.dropped)
    faults = [flaw.issue for flaw in still if flaw.kind in BLOCKING]
    faults += [flaw.issue for flaw in found if flaw.id not in left and dropped & set(flaw.dropped)]
    open_flaws = tuple(flaw.issue for flaw in still if flaw.kind not in BLOCKING)
    broken = {int(fault.row) for fault in faults} | dropped
    kept = made.shapes[~made.shapes.index.isin(broken)]
    part = parts.of_layer(layer, kept, (*given.doubts, *open_flaws))
    return replace(part, faults=tuple(faults))


def day_of(name: str) -> dt.date | None:
    """Return the last day of the day, month or quarter that the name of a file gives; None when it gives none."""
    said = DAY.search(name)
    column = schema.columns("buildings")["completed_on"]
    return periods.parse(said[0].replace("_", "-"), column, None, words.translator("en")).value if said else None


def weigh(
    orders: Sequence[Order],
    park: Snapshot,
    rules: Policy,
    terms: Terms,
    t: Translate,
    *,
    clashes: Clashes | None = None,
    progress: Callable[[float, str], object] | None = None,
) -> tuple[Outcome, ...]:
    """Return what every part of a file would do to the record, parents before children.

    Parameters
    ----------
    orders
        What is done with each part.
    park
        The record, with the leases of all days.
    rules, terms, t, clashes
        As in `changes.weigh`.
    progress
        Told how far it is (0 to 1), and which table is next.
    """
    found: list[Outcome] = []
    tell = progress or _unheard
    ordered = sorted(orders, key=lambda one: schema.TABLES.index(one.table))
    for number, order in enumerate(ordered):
        tell(number / len(orders), order.table)
        ledger = ledgers.read(order.part, order.table, t, order.meant)
        more = order.table in {other.table for other in ordered[number + 1 :]}
        said = replace(terms, complete=terms.complete and not more)
        tell((number + 0.4) / len(orders), order.table)
        outcome = changes.weigh(ledger, park, rules, said, t, clashes, found)
        tell((number + 0.9) / len(orders), order.table)
        if order.part.shapes is not None and CERTIFIED in outcome.rows:
            outcome = replace(outcome, advice=(*outcome.advice, *areas(outcome, t)[1]))
        park = changes.after(park, outcome)
        found.append(outcome)
    return tuple(found)


def _unheard(_share: float, _table: str) -> None:
    """Tell nobody how far it is."""


def areas(outcome: Outcome, t: Translate) -> tuple[pd.DataFrame, tuple[Issue, ...]]:
    """Return the certified ground area of the rows of a layer beside what their outlines measure (`outlines.areas`)."""
    rows, table = outcome.rows, outcome.ledger.table
    heading = outcome.ledger.heading(CERTIFIED)
    return outlines.areas(rows[schema.geometry(table)], rows[CERTIFIED], t, table, heading)


def counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return how many lines were read, and what became of them, over all parts."""
    each = [outcome.counts for outcome in outcomes]

    def total(*names: str) -> int:
        return sum(one[name] for one in each for name in names)

    return {
        "read": total("lines"),
        "written": total("new", "changed"),
        "unchanged": total("unchanged"),
        "rejected": total("rejected"),
        "not_data": total("not_data"),
    }
