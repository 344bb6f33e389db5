"""Charts of the vacancy desk: rollover by place, supply against demand, absorption by quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from parks import words
from parks.output import contrast, figures, marks, stacks
from parks.status import rollover as rolling

if TYPE_CHECKING:
    import pandas as pd

SUPPLY = {"vacant": "#D55E00", "ending": "#E69F00", "coming": "#56B4E9"}
"""Part of the supply → colour."""
DEMAND = contrast.THEME
GAINED, LOST, NET = "#0072B2", "#D55E00", contrast.THEME


def rollover(rows: pd.DataFrame, lang: str) -> alt.LayerChart:
    """Return the let area of each place, one bar each, stacked by when its leases end.

    Parameters
    ----------
    rows
        `rollover.by` with the name of the place first: ``end_<band>_m2`` [m²]; an unknown area draws nothing.
    lang
        ``zh`` or ``en``.
    """
    t = words.translator(lang)
    bands = rolling.band_names()
    names = {f"end_{band}": stacks.expiry_names(t)[band] for band in bands}
    colours = {f"end_{band}": stacks.EXPIRY_COLOURS[band] for band in bands}
    key = str(rows.columns[0])
    shown = [row | {"name": t("unknown") if row[key] is None else str(row[key])} for row in marks.records(rows)]
    bars = marks.stacked(shown, names, colours, lang, t("Place"))
    note = t("{count} leases of unknown area are not drawn", count=int(rows["unknown_leases"].sum()))
    return marks.dressed(t("Let area by when its lease ends"), bars, height=max(120, 40 * len(shown)), note=note)


def quarters(rows: pd.DataFrame, lang: str) -> alt.LayerChart:
    """Return the let area by the quarter in which its lease ends.

    Parameters
    ----------
    rows
        `rollover.by_quarter`: ``quarter`` (NA: without an end, counted in the note), ``area_m2`` [m²], ``leases``,
        ``unknown_leases``.
    lang
        ``zh`` or ``en``.
    """
    t = words.translator(lang)
    dated = rows[rows["quarter"].notna()]
    bars: marks.Rows = [
        {
            "quarter": row["quarter"],
            "value": marks.scaled(row["area_m2"]),
            "shown": figures.area(row["area_m2"], lang),
            "units": row["leases"],
        }
        for row in marks.records(dated)
    ]
    note = t(
        "Not drawn: {count} without an end, {unknown} of unknown area",
        count=int(rows["leases"].sum() - dated["leases"].sum()),
        unknown=int(dated["unknown_leases"].sum()),
    )
    drawn = marks.columns(bars, "quarter", t("Quarter"), t, colour=SUPPLY["ending"])
    return marks.dressed(t("Let area by when it ends, by quarter"), drawn, height=240, note=note)


def balance(rows: pd.DataFrame, lang: str) -> alt.LayerChart:
    """Return by quarter what is vacant, ends and comes, added up, against the demand counted on, added up.

    Parameters
    ----------
    rows
        `rollover.balance`: areas [m²] by quarter.
    lang
        ``zh`` or ``en``.
    """
    t = words.translator(lang)
    parts = {"vacant": t("Vacant now"), "ending": t("Leases that end"), "coming": t("New and renewed space")}
    summed = rows.assign(**{f"{part}_m2": rows[f"{part}_m2"].cumsum() for part in parts})
    bars: marks.Rows = [
        {
            "quarter": row["quarter"],
            "part": name,
            "order": order,
            "value": marks.scaled(row[f"{part}_m2"]),
            "shown": figures.area(row[f"{part}_m2"], lang),
        }
        for row in marks.records(summed)
        for order, (part, name) in enumerate(parts.items())
    ]
    line: marks.Rows = [
        {
            "quarter": row["quarter"],
            "line": t("Demand counted on"),
            "value": marks.scaled(row["demand_total_m2"]),
            "shown": figures.area(row["demand_total_m2"], lang),
        }
        for row in marks.records(rows)
    ]
    scale = alt.Scale(domain=list(parts.values()), range=list(SUPPLY.values()))
    drawn = marks.columns(bars, "quarter", t("Quarter"), t).encode(
        color=alt.Color("part:N", title=None, scale=scale, sort=None), order=alt.Order("order:Q")
    )
    tips = [alt.Tooltip("quarter:N", title=t("Quarter")), alt.Tooltip("shown:N", title=t("Demand counted on"))]
    asked = (
        marks.over(line)
        .mark_line(point=_dots(DEMAND), strokeWidth=2.5)
        .encode(x="quarter:O", y="value:Q", color=_named(t("Demand counted on"), DEMAND), tooltip=tips)
    )
    title = t("Space that can be had against demand, added up by quarter")
    note = t("A lease that ends may be renewed: this is the most space there can be.")
    made: alt.LayerChart = marks.dressed(title, drawn, asked, height=260, note=note).resolve_scale(color="independent")
    return made


def absorption(rows: pd.DataFrame, lang: str) -> alt.LayerChart:
    """Return by quarter the area newly let, the area given up, and the net of both.

    Parameters
    ----------
    rows
        `absorption.together`: ``quarter new_m2 ended_m2 net_m2`` [m²].
    lang
        ``zh`` or ``en``.
    """
    t = words.translator(lang)
    parts = {"new_m2": (t("Newly let"), 1), "ended_m2": (t("Space given up"), -1)}
    bars: marks.Rows = [
        {
            "quarter": row["quarter"],
            "part": name,
            "value": sign * marks.scaled(row[column]),
            "shown": figures.area(row[column], lang),
        }
        for row in marks.records(rows)
        for column, (name, sign) in parts.items()
    ]
    net: marks.Rows = [
        {
            "quarter": row["quarter"],
            "value": marks.scaled(row["net_m2"]),
            "line": t("Net absorption"),
            "shown": figures.area(row["net_m2"], lang),
        }
        for row in marks.records(rows)
    ]
    scale = alt.Scale(domain=[name for name, _ in parts.values()], range=[GAINED, LOST])
    drawn = marks.columns(bars, "quarter", t("Quarter"), t).encode(
        color=alt.Color("part:N", title=None, scale=scale, sort=None)
    )
    tips = [alt.Tooltip("quarter:N", title=t("Quarter")), alt.Tooltip("shown:N", title=t("Net absorption"))]
    line = (
        marks.over(net)
        .mark_line(point=_dots(NET))
        .encode(x="quarter:O", y="value:Q", color=_named(t("Net absorption"), NET), tooltip=tips)
    )
    chart = marks.dressed(t("Net absorption by quarter"), drawn, line, height=240)
    made: alt.LayerChart = chart.resolve_scale(color="independent")
    return made


def _dots(colour: str) -> alt.OverlayMarkDef:
    """Return the points of a line that stands out over bars of any colour."""
    return alt.OverlayMarkDef(filled=True, fill=contrast.SEAM, stroke=colour, strokeWidth=1.5, size=36)


def _named(line: str, colour: str) -> alt.Color:
    """Return the channel by which a line has its name in the legend, drawn there as a line."""
    legend = alt.Legend(symbolType="stroke", symbolSize=300, symbolStrokeWidth=2.5)
    return alt.Color("line:N", title=None, scale=alt.Scale(domain=[line], range=[colour]), legend=legend)
