"""The chapters of the report on space that can be had: leases that end, and vacant units that adjoin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from parks.output import chapters, figures
from parks.output.content import Block, Chapter, Column, Graph
from parks.status import vacancy

if TYPE_CHECKING:
    from parks.output.chapters import Material

MONTHS = (12, 24, 36)
COLOURS = ("#D55E00", "#E69F00", "#56B4E9")
"""Of the bars, the nearest end first."""


def expiries(made: Material) -> pd.DataFrame:
    """Return `vacancy.expiries` of the report, one row a zone and horizon."""
    return vacancy.expiries(made.space, MONTHS, made.counted_in)


def endless(made: Material) -> pd.DataFrame:
    """Return the let space whose lease has no known end, by zone, as `vacancy.by` gives it."""
    let = made.space[(made.space["state"] == "let") & made.space["until"].isna()].reset_index(drop=True)
    return vacancy.by(let, "zone", made.counted_in)


def chapter(made: Material) -> Chapter:
    """Return the leases that end within 12, 24 and 36 months, and those without a known end, by zone."""
    t = made.t
    zones, found, open_ = made.names(made.rules.zones, "zone_id"), expiries(made), endless(made)
    ends = {(_code(row["zone_id"]), row["months"]): row for row in found.to_dict("records")}
    no_end = {_code(row["zone_id"]): row for row in open_.to_dict("records")}
    rows = []
    for zone in dict.fromkeys(map(_code, found["zone_id"])):
        held = [ends[zone, months] for months in MONTHS]
        rest: dict[Any, Any] = no_end.get(zone, {"let_m2": 0.0, "units": 0})
        rows.append(
            (
                zones.get(zone, zone) or t("unknown"),
                *(row["area_m2"] for row in held),
                *(row["leases"] for row in held),
                held[-1]["unknown_leases"],
                rest["let_m2"],
                rest["units"],
                figures.standing(held[-1]["standing"], t) if held[-1]["leases"] else "",
            )
        )
    areas = tuple(Column(t("Ends within {months} months (m²)", months=months), "area") for months in MONTHS)
    counts = tuple(Column(t("Leases, {months} months", months=months), "count") for months in MONTHS)
    columns = (
        Column(t("Zone")),
        *areas,
        *counts,
        Column(t("Of these, units of unknown area"), "count"),
        Column(t("Without a known end (m²)"), "area"),
        Column(t("Leases without a known end"), "count"),
        Column(t("Standing")),
    )
    total = (t("Total"), *(_sum(rows, place) for place in range(1, len(columns) - 1)), "")
    notes = (
        t("From the data date. Each horizon holds the nearer ones: they are not to be added."),
        t("A lease that ends counts even when another follows it. One without a known end is counted apart."),
    )
    graph = Graph(
        t("Leases that end, by zone"),
        0,
        dict(enumerate(COLOURS, start=1)),
        axis=t("Area (m²)"),
        stacked=False,
    )
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


def _code(zone: Any) -> str:  # noqa: ANN401 - a cell of a frame
    return "" if figures.missing(zone) else str(zone)


def _sum(rows: list[tuple[Any, ...]], place: int) -> Any:  # noqa: ANN401 - a number, or NA
    """Return the sum of what is known in a column; NA when nothing is."""
    known = [row[place] for row in rows if not figures.missing(row[place])]
    return sum(known) if known or not rows else pd.NA
