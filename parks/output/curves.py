"""Curves of the programme over time: what is done against the plan with the range ahead, and milestones by project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from parks import words
from parks.output import contrast, figures, marks

if TYPE_CHECKING:
    import pandas as pd

COLOURS = {"done": "#0072B2", "plan": "#6B7785", "ahead": "#D55E00"}
EVENT_COLOURS = {
    "approved": "#999999",
    "started": "#E69F00",
    "topped_out": "#F0E442",
    "completed": "#0072B2",
    "handed_over": "#009E73",
    "recognised": "#CC79A7",
    "first_let": "#56B4E9",
}
"""Milestone → colour: the hues of Okabe and Ito (2008)."""
ROW = 24
"""Height of one project [px]."""


def fan(quarters: pd.DataFrame, ahead: pd.DataFrame, lang: str, *, target_m2: float | None = None) -> alt.LayerChart:
    """Return the S-curve of one programme: planned, done, and the range in which the forecast sees it.

    Parameters
    ----------
    quarters
        `progress.curve` of one target: ``quarter plan_total_m2 done_total_m2 unknown_projects kind`` [m²].
    ahead
        `forecast.by_quarter` of the same target: ``quarter p10_m2 p50_m2 p90_m2`` [m²].
    lang
        ``zh`` or ``en``.
    target_m2
        Draws a level line [m²].
    """
    t = words.translator(lang)
    names = {"plan": t("As planned"), "done": t("Reached"), "ahead": t("Forecast, middle")}
    points: marks.Rows = []
    for frame, column, line in (
        (quarters, "plan_total_m2", "plan"),
        (quarters, "done_total_m2", "done"),
        (ahead, "p50_m2", "ahead"),
    ):
        points += [
            {
                "quarter": row["quarter"],
                "line": names[line],
                "value": marks.scaled(row[column]),
                "shown": figures.area(row[column], lang),
            }
            for row in marks.records(frame)
            if row[column] is not None
        ]
    band: marks.Rows = [
        {
            "quarter": row["quarter"],
            "low": marks.scaled(row["p10_m2"]),
            "high": marks.scaled(row["p90_m2"]),
            "shown": t(
                "{low} to {high}", low=figures.area(row["p10_m2"], lang), high=figures.area(row["p90_m2"], lang)
            ),
        }
        for row in marks.records(ahead)
    ]
    scale = alt.Scale(domain=list(names.values()), range=[COLOURS[line] for line in names])
    dash = alt.Scale(domain=list(names.values()), range=[[5, 4], [1, 0], [2, 2]])
    quarter = alt.X("quarter:O", title=None, axis=alt.Axis(labelAngle=-60))
    area = marks.over(band).mark_area(color=COLOURS["ahead"], opacity=0.18, interpolate="monotone")
    drawn = (
        marks.over(points)
        .mark_line(point=True, interpolate="monotone")
        .encode(
            x=quarter,
            y=alt.Y("value:Q", title=marks.unit(t)),
            color=alt.Color("line:N", title=None, scale=scale, legend=alt.Legend(symbolType="stroke", symbolSize=300)),
            strokeDash=alt.StrokeDash("line:N", title=None, scale=dash),
            tooltip=[
                alt.Tooltip("line:N", title=t("State")),
                alt.Tooltip("quarter:N", title=t("Quarter")),
                alt.Tooltip("shown:N", title=t("Area (m²)")),
            ],
        )
    )
    tips = [alt.Tooltip("quarter:N", title=t("Quarter")), alt.Tooltip("shown:N", title=t("Eight runs in ten"))]
    shade = area.encode(x=quarter, y="low:Q", y2="high:Q", tooltip=tips)
    levels: marks.Rows = [] if target_m2 is None else [{"value": marks.scaled(target_m2)}]
    rule = marks.over(levels).mark_rule(color=contrast.THEME, strokeWidth=1.5).encode(y="value:Q")
    kind = figures.kind(next(iter(quarters["kind"]), None), t)
    unknown = int(quarters["unknown_projects"].max()) if len(quarters) else 0
    note = t("Shaded: 8 runs in 10; {count} projects in no quarter", count=unknown)
    return marks.dressed(kind, shade, rule, drawn, height=250, note=note)


def timeline(steps: pd.DataFrame, lang: str, *, today: str) -> alt.LayerChart:
    """Return the milestones of projects, one line a project: planned days hollow and above, days reached filled.

    Parameters
    ----------
    steps
        `milestones.timeline` with the project's ``name`` beside it: ``name event planned_on reached_on days_late``;
        a milestone with neither day draws nothing.
    lang
        ``zh`` or ``en``.
    today
        The snapshot's day, as 2026-10-31: a line is drawn there.
    """
    t = words.translator(lang)
    names = {event: figures.event(event, t) for event in EVENT_COLOURS}
    ways = [t("Planned"), t("Reached")]
    points = _points(steps, names, ways, lang)
    days: dict[tuple[str, str], list[str]] = {}
    for point in points:
        days.setdefault((point["name"], point["way"]), []).append(point["day"])
    bars: marks.Rows = [
        {"name": name, "way": way, "first": min(found), "last": max(found)} for (name, way), found in days.items()
    ]
    lane = alt.YOffset("way:N", scale=alt.Scale(domain=ways))
    line = alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=230))
    shade = alt.Scale(domain=ways, range=["#C9D3DC", "#7E93A6"])
    rods = (
        marks.over(bars)
        .mark_bar(height=4)
        .encode(
            x=alt.X("first:T", title=None, axis=alt.Axis(format="%Y-%m", labelOverlap=True)),
            x2="last:T",
            y=line,
            yOffset=lane,
            color=alt.Color("way:N", title=None, scale=shade),
        )
    )
    scale = alt.Scale(domain=list(names.values()), range=list(EVENT_COLOURS.values()))
    dots = (
        marks.over(points)
        .mark_point(size=44, filled=True, opacity=1, stroke=contrast.SEAM, strokeWidth=0.5)
        .encode(
            x="day:T",
            y=line,
            yOffset=lane,
            fill=alt.Fill("event:N", title=None, scale=scale, legend=alt.Legend(columns=4, symbolStrokeWidth=0)),
            shape=alt.Shape("way:N", legend=None, scale=alt.Scale(domain=ways, range=["diamond", "circle"])),
            tooltip=[
                alt.Tooltip("name:N", title=t("Project")),
                alt.Tooltip("event:N", title=t("Milestone")),
                alt.Tooltip("way:N", title=t("State")),
                alt.Tooltip("day:N", title=t("Day")),
                alt.Tooltip("late:N", title=t("Days late")),
            ],
        )
    )
    now = marks.over([{"day": today}]).mark_rule(color=COLOURS["ahead"], strokeDash=[3, 3]).encode(x="day:T")
    chart = marks.dressed(
        t("Milestones, planned against reached"),
        rods,
        now,
        dots,
        height=ROW * len({row["name"] for row in points}),
        note=t("Above as planned, below as reached; the dashed line is the day shown."),
    )
    made: alt.LayerChart = chart.resolve_scale(color="independent", fill="independent", shape="shared")
    return made


def _points(steps: pd.DataFrame, names: dict[str, str], ways: list[str], lang: str) -> marks.Rows:
    """Return a row for each day of a milestone: as planned (the first of `ways`), and as reached."""
    return [
        {
            "name": row["name"],
            "event": names.get(row["event"], ""),
            "way": way,
            "day": f"{row[column]:%Y-%m-%d}",
            "late": "" if row["days_late"] is None else figures.number(row["days_late"], lang),
        }
        for row in marks.records(steps)
        for column, way in zip(("planned_on", "reached_on"), ways, strict=True)
        if row[column] is not None
    ]
