"""The floor stack 租控表 of a building: each unit a block on its floor, coloured by state or by when its lease ends."""

from __future__ import annotations

import copy
import functools
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from parks import words
from parks.output import charts, contrast, figures, marks
from parks.status import rollover

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from parks.words import Translate

MARKS = {"fits": "✓", "unfit": "✕", "unknown": "?"}
FLOOR_HEIGHT = 34
"""Height of one floor on the screen [px]."""
LEGEND = 64
"""Height of the legend above it [px]."""
COLOURS = ("state", "expiry")
"""What the colour of a block may tell; the first is what it tells unless another is chosen."""
EXPIRY_COLOURS = {
    "12": "#8C2D04",
    "24": "#D94801",
    "36": "#FD8D3C",
    "later": "#FDD0A2",
    "open": "#5E4FA2",
    "vacant": "#FFFFFF",
    "other": "#C9D3DC",
    "unknown": "#4A4A4A",
}
"""When the lease of a unit ends → colour: one hue, the darker the sooner, and others for what has no end."""
EDGES = {"state": "#FFFFFF", "expiry": "#8A96A3"}
"""What the colour tells → colour of the edges between blocks: of the expiry vacant space is white."""
BLOCKS = "blocks"
"""Name of the rows of a chart of the stack."""
CHOSEN = "#111111"
"""Edge of what is chosen."""
UNKNOWN_WIDTH = 0.15
"""Width of a unit of unknown area, as a share of its floor's known area: seen, but in no sum."""


def chart(rows: pd.DataFrame, lang: str, by: str = "state", day: dt.date | None = None) -> dict[str, Any]:
    """Return the stack as Vega-Lite; a click chooses a unit or lets it go (selection ``units``, field ``unit_id``).

    Parameters
    ----------
    rows
        `vacancy.stack(space, park, building_id)`; with ``verdict`` each unit shows whether it fits the chosen company.
    lang
        ``zh`` or ``en``.
    by
        What the colour tells: ``state``, or ``expiry`` (when the lease ends; needs the day).
    day
        The snapshot's day.
    """
    t = words.translator(lang)
    by = "state" if day is None else by
    names, colours = named(by, t), coloured(by)
    blocks = _blocks(marks.records(rows), lang)
    if by == "expiry" and day is not None:
        blocks = _ending(blocks, ending(rows, day), names, t)
    present = [code for code in names if any(block["code"] == code for block in blocks)]
    floors = list(dict.fromkeys(block["floor"] for block in blocks))
    spec = copy.deepcopy(_without_units(lang))
    for layer in spec["layer"]:
        layer["encoding"]["y"]["sort"] = floors
    shades = {"domain": [names[code] for code in present], "range": [colours[code] for code in present]}
    spec["layer"][0]["encoding"]["color"]["scale"] = shades
    return spec | {"datasets": {BLOCKS: blocks}, "height": FLOOR_HEIGHT * len(floors) + LEGEND}


@functools.cache
def _without_units(lang: str) -> dict[str, Any]:
    """Return what is the same in every stack: drawn and checked once, since it takes longer than all the rest."""
    t = words.translator(lang)
    chosen = alt.selection_point(name="units", fields=["unit_id"], toggle="true", empty=False)
    floors = alt.Y("floor:N", title=t("Floor"))
    base = alt.Chart(alt.NamedData(BLOCKS))
    bars = (
        base.mark_bar(height=FLOOR_HEIGHT - 6, cornerRadius=2)
        .encode(
            x=alt.X("begin:Q", title=t("Share of the floor"), axis=None, scale=alt.Scale(domain=[0, 1])),
            x2="end:Q",
            y=floors,
            color=alt.Color("shade:N", title=None, legend=alt.Legend(orient="top", columns=4, symbolStrokeWidth=0)),
            stroke=alt.condition(chosen, alt.value(contrast.THEME), alt.value(contrast.SEAM)),
            strokeWidth=alt.condition(chosen, alt.value(3), alt.value(1)),
            tooltip=[
                alt.Tooltip("unit_id:N", title=t("Unit")),
                alt.Tooltip("state:N", title=t("State")),
                alt.Tooltip("area:N", title=t("Area")),
                alt.Tooltip("who:N", title=t("Company")),
                alt.Tooltip("until:N", title=t("Until")),
            ],
        )
        .add_params(chosen)
    )
    text = base.mark_text(fontSize=11, fontWeight="bold").encode(
        x="middle:Q", y=floors, text="label:N", color=alt.Color("ink:N", scale=None)
    )
    said = t("Floor stack: one block a unit, floor by floor")
    drawn = alt.LayerChart(layer=[bars, text]).properties(description=said, width="container")
    axes = drawn.configure_axis(labelColor=contrast.THEME, titleColor=contrast.THEME)
    spec: dict[str, Any] = axes.configure_legend(labelColor=contrast.THEME).to_dict()
    del spec["config"]["view"]  # sizes that the library adds; the page gives them
    return spec


def _blocks(rows: marks.Rows, lang: str) -> marks.Rows:
    """Return one block a unit with its place on the floor (0–1) and what it says."""
    t, names = words.translator(lang), charts.state_names(words.translator(lang))
    floors: dict[Any, marks.Rows] = {}
    for row in rows:
        floors.setdefault(row["level"], []).append(row)
    blocks = []
    for level, units in floors.items():
        at = 0.0
        for unit, width in zip(units, widths([unit["lettable_m2"] for unit in units]), strict=True):
            begin, at = at, at + width
            company = unit["tenant_zh"] if lang == "zh" else unit["tenant_en"] or unit["tenant_zh"]
            blocks.append(
                {
                    "unit_id": unit["unit_id"],
                    "floor": t("unknown") if level is None else storey(level),
                    "begin": begin,
                    "end": at,
                    "middle": (begin + at) / 2,
                    "code": unit["state"],
                    "state": names[unit["state"]],
                    "shade": names[unit["state"]],
                    "area": figures.area(unit["lettable_m2"], lang),
                    "who": company or "–",
                    "until": "–" if unit["until"] is None else f"{unit['until']:%Y-%m-%d}",
                    "label": _label(unit, lang),
                    "ink": contrast.ink(charts.STATE_COLOURS[unit["state"]]),
                }
            )
    return blocks


def storey(level: int) -> str:
    """Return what a floor is called: 1 is the ground floor, −1 the first basement."""
    return f"{level}F" if level > 0 else f"B{-level}"


def widths(areas: Sequence[float | None]) -> list[float]:
    """Return the share of a floor that each of its units is drawn with; together 1.

    Parameters
    ----------
    areas
        Lettable area of each [m²]; None is unknown.
    """
    known = sum(area or 0 for area in areas) or 1.0
    drawn = [area or UNKNOWN_WIDTH * known for area in areas]
    return [width / sum(drawn) for width in drawn]


def named(by: str, t: Translate) -> dict[str, str]:
    """Return the name of each colour, in the order of the legend: of `by`, one of `COLOURS`."""
    return expiry_names(t) if by == "expiry" else charts.state_names(t)


def coloured(by: str) -> dict[str, str]:
    """Return the colour of each code: of `by`, one of `COLOURS`."""
    return EXPIRY_COLOURS if by == "expiry" else charts.STATE_COLOURS


def expiry_names(t: Translate) -> dict[str, str]:
    """Return the name of each colour of `EXPIRY_COLOURS`, in the order of the legend."""
    bands = {str(month): t("within {months} months", months=month) for month in rollover.MONTHS}
    apart = {"open": t("no end on record"), "vacant": t("Vacant"), "other": t("Not let"), "unknown": t("Unknown")}
    return bands | {"later": t("later")} | apart


def ending(rows: pd.DataFrame, day: dt.date) -> list[str]:
    """Return of each unit of a stack its place in `EXPIRY_COLOURS`."""
    bands = rollover.bands(rows.assign(as_of=pd.Timestamp(day)))
    others = rows["state"].where(rows["state"].isin(["vacant", "unknown"]), "other")
    return [str(code) for code in bands.fillna(others)]


def _ending(blocks: marks.Rows, codes: list[str], names: dict[str, str], t: Translate) -> marks.Rows:
    """Return the blocks coloured by when their leases end."""
    made = []
    for block, code in zip(blocks, codes, strict=True):
        label = t("open") if code == "open" else "?" if code == "unknown" else block["until"] if code in BANDS else ""
        ink = contrast.ink(EXPIRY_COLOURS[code])
        made.append(block | {"code": code, "shade": names[code], "label": label, "ink": ink})
    return made


BANDS = frozenset(rollover.band_names()) - {rollover.OPEN}
"""Bands of leases that end on a known day."""


def _label(unit: dict[str, Any], lang: str) -> str:
    """Return what stands in a block: whether it fits, and its area."""
    mark = MARKS.get(str(unit.get("verdict")), "")
    area = "?" if unit["lettable_m2"] is None else figures.number(unit["lettable_m2"], lang)
    return f"{mark} {area}".strip()
