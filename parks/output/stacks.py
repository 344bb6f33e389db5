"""The floor stack 租控表 of a building: each unit a block on its floor, as wide as its area, coloured by state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from parks import words
from parks.output import charts, figures, marks

if TYPE_CHECKING:
    import pandas as pd

MARKS = {"fits": "✓", "unfit": "✕", "unknown": "?"}
FLOOR_HEIGHT = 34
"""Height of one floor on the screen [px]."""
LEGEND = 64
"""Height of the legend above it [px]."""
UNKNOWN_WIDTH = 0.15
"""Width of a unit of unknown area, as a share of its floor's known area: seen, but in no sum."""


def chart(rows: pd.DataFrame, lang: str) -> alt.LayerChart:
    """Return the stack; a click chooses a unit or lets it go (selection ``units``, field ``unit_id``).

    Parameters
    ----------
    rows
        `vacancy.stack(space, park, building_id)`; with ``verdict`` each unit shows whether it fits the chosen company.
    lang
        ``zh`` or ``en``.
    """
    t = words.translator(lang)
    names = charts.state_names(t)
    blocks = _blocks(marks.records(rows), lang)
    present = [code for code in names if any(block["code"] == code for block in blocks)]
    chosen = alt.selection_point(name="units", fields=["unit_id"], toggle="true", empty=False)
    floors = alt.Y("floor:N", title=t("Floor"), sort=list(dict.fromkeys(block["floor"] for block in blocks)))
    scale = alt.Scale(domain=[names[code] for code in present], range=[charts.STATE_COLOURS[code] for code in present])
    base = marks.over(blocks)
    bars = (
        base.mark_bar(height=FLOOR_HEIGHT - 6, cornerRadius=2)
        .encode(
            x=alt.X("begin:Q", title=t("Share of the floor"), axis=None),
            x2="end:Q",
            y=floors,
            color=alt.Color("state:N", title=None, scale=scale, legend=alt.Legend(orient="top", columns=4)),
            stroke=alt.condition(chosen, alt.value("#111111"), alt.value("#ffffff")),
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
    height = FLOOR_HEIGHT * len({block["floor"] for block in blocks})
    stack: alt.LayerChart = alt.LayerChart(layer=[bars, text]).properties(height=height + LEGEND, width="container")
    return stack


def _blocks(rows: marks.Rows, lang: str) -> marks.Rows:
    """Return one block a unit with its place on the floor (0–1) and what it says."""
    t, names = words.translator(lang), charts.state_names(words.translator(lang))
    floors: dict[Any, marks.Rows] = {}
    for row in rows:
        floors.setdefault(row["level"], []).append(row)
    blocks = []
    for level, units in floors.items():
        known = sum(unit["lettable_m2"] or 0 for unit in units) or 1.0
        widths = [(unit["lettable_m2"] or UNKNOWN_WIDTH * known) for unit in units]
        at = 0.0
        for unit, width in zip(units, widths, strict=True):
            begin, at = at, at + width / sum(widths)
            company = unit["tenant_zh"] if lang == "zh" else unit["tenant_en"] or unit["tenant_zh"]
            blocks.append(
                {
                    "unit_id": unit["unit_id"],
                    "floor": t("unknown") if level is None else f"{level}F" if level > 0 else f"B{-level}",
                    "begin": begin,
                    "end": at,
                    "middle": (begin + at) / 2,
                    "code": unit["state"],
                    "state": names[unit["state"]],
                    "area": figures.area(unit["lettable_m2"], lang),
                    "who": company or "–",
                    "until": "–" if unit["until"] is None else f"{unit['until']:%Y-%m-%d}",
                    "label": _label(unit, lang),
                    "ink": "#1c2730"
                    if unit["state"] in {"intended", "not_built", "fitting_out", "renovation"}
                    else "#ffffff",
                }
            )
    return blocks


def _label(unit: dict[str, Any], lang: str) -> str:
    """Return what stands in a block: whether it fits, and its area."""
    mark = MARKS.get(str(unit.get("verdict")), "")
    area = "?" if unit["lettable_m2"] is None else figures.number(unit["lettable_m2"], lang)
    return f"{mark} {area}".strip()
