"""The chapters of the report on space that can be had: leases that end, and vacant units that adjoin."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pandas as pd

from parks.output import chapters, figures, stacks
from parks.output.content import Block, Chapter, Column, Graph
from parks.status import rollover, vacancy

if TYPE_CHECKING:
    from parks.output.chapters import Material


def endings(made: Material) -> pd.DataFrame:
    """Return the let area of each zone by when its lease ends: `rollover.by`, as on the page on vacant space."""
    return rollover.by(made.space, "zone", counted_in=made.counted_in)


def band_names(made: Material) -> dict[str, str]:
    """Return the name of each band of `rollover.by`: each let unit is in one."""
    t, edges = made.t, rollover.MONTHS
    first = {str(edges[0]): t("Ends within {months} months", months=edges[0])}
    for before, month in itertools.pairwise(edges):
        first[str(month)] = t("Ends after {first} to {last} months", first=before, last=month)
    return first | {rollover.LATER: t("Ends later"), rollover.OPEN: t("Without a known end")}


def chapter(made: Material) -> Chapter:
    """Return the let area by zone and by when its lease ends; what has no known end stands apart."""
    t, found, bands = made.t, endings(made), band_names(made)
    zones = made.names(made.rules.zones, "zone_id")
    told = ("let_m2", *(f"end_{band}_m2" for band in bands), "leases", "unknown_leases", "open_leases")
    rows = [
        (
            t("unknown") if figures.missing(row["zone_id"]) else zones.get(str(row["zone_id"]), row["zone_id"]),
            *(row[name] for name in told),
            figures.standing(row["standing"], t),
        )
        for row in found.to_dict("records")
    ]
    columns = (
        Column(t("Zone")),
        Column(t("Let (m²)"), "area"),
        *(Column(t("{state} (m²)", state=name), "area") for name in bands.values()),
        Column(t("Leases"), "count"),
        Column(t("Of these, units of unknown area"), "count"),
        Column(t("Leases without a known end"), "count"),
        Column(t("Standing")),
    )
    total = (t("Total"), *(_sum(rows, place) for place in range(1, len(columns) - 1)), "")
    notes = (
        t("From the data date. Each let unit is in one of the horizons: they add up to the let area."),
        t("A lease that ends counts even when another follows it. One without a known end is counted apart."),
    )
    colours = {place: stacks.EXPIRY_COLOURS[band] for place, band in enumerate(bands, start=2)}
    graph = Graph(t("Let area by when its lease ends"), 0, colours, axis=t("Area (m²)"))
    block = Block("", columns, rows, total=total, notes=notes, graph=graph)
    return Chapter(t("Rollover"), t("Rollover: leases that end"), (block,))


def contiguous(made: Material) -> Chapter:
    """Return the runs of vacant units that adjoin on one floor, largest first."""
    t = made.t
    names = {
        "zone": made.names(made.rules.zones, "zone_id"),
        "park": made.names(pd.DataFrame(made.park.parks), "park_id"),
        "building": made.names(pd.DataFrame(made.park.buildings), "building_id"),
    }
    rows = [
        (
            *(
                t("unknown")
                if figures.missing(row[f"{up}_id"])
                else names[up].get(str(row[f"{up}_id"]), row[f"{up}_id"])
                for up in ("zone", "park", "building")
            ),
            row["level"],
            row["first_unit_id"],
            row["last_unit_id"],
            row["units"],
            row["area_m2"],
            row["unknown_units"],
            figures.standing(row["standing"], t),
        )
        for row in vacancy.contiguous(made.space, made.park).to_dict("records")
    ]
    columns = (
        Column(t("Zone")),
        Column(t("Park")),
        Column(t("Building")),
        Column(t("Level"), "general"),
        Column(t("First unit")),
        Column(t("Last unit")),
        Column(t("Units"), "count"),
        Column(t("Contiguous (m²)"), "area"),
        Column(t("Unknown units"), "count"),
        Column(t("Standing")),
    )
    total = (t("Total"), *[""] * 5, *(_sum(rows, place) for place in (6, 7, 8)), "")
    note = t(
        "Vacant units with following positions on one floor, as one space. A unit without a position stands alone."
    )
    block = Block("", columns, rows, total=total, notes=(note,), most=chapters.LISTED)
    return Chapter(t("Contiguous space"), t("Contiguous vacant space"), (block,))


def _sum(rows: list[tuple[Any, ...]], place: int) -> Any:  # noqa: ANN401 - a number, or NA
    """Return the sum of what is known in a column; NA when nothing is."""
    known = [row[place] for row in rows if not figures.missing(row[place])]
    return sum(known) if known or not rows else pd.NA
