"""Charts of how the space stands: Vega-Lite with the data inside, in colours that every eye can tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import shapely
import shapely.geometry

from parks import words
from parks.output import contrast, figures, marks

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.words import Translate

STATE_COLOURS = {
    "let": "#0072B2",
    "fitting_out": "#56B4E9",
    "reserved": "#009E73",
    "intended": "#F0E442",
    "locked": "#4A4A4A",
    "vacant": "#D55E00",
    "renovation": "#E69F00",
    "not_built": "#D5D8DC",
    "unknown": "#A678B4",
}
"""State of space → colour, in the order of stacking: the hues of Okabe and Ito (2008), and greys."""
PROGRESS_COLOURS = {"done": "#0072B2", "under_way": "#56B4E9", "planned": "#C9D3DC"}
"""Part of a programme → colour."""
GROWTH_COLOURS = {"pilot": "#56B4E9", "production": "#0072B2"}
"""Stage that the growth path leads to → colour."""
ROLE_COLOURS = {"bearing": "#0072B2", "linked": "#009E73", "core": "#D55E00", "outside": "#B8C2CC"}
"""Role of a zone → colour, in the order of drawing: the core lies inside a bearing area."""
FIT_COLOURS = {"core": "#0072B2", "supported": "#8CC5EA", "neutral": "#EDEFF2", "unsuitable": "#E69F00"}
"""Level of fit of a sector in a zone → colour."""
TARGET_COLOUR = "#D55E00"


def state_names(t: Translate) -> dict[str, str]:
    """Return the name of every state of space, in the order of stacking."""
    return {code: figures.state(code, t) for code in STATE_COLOURS}


def programme(done: pd.DataFrame, lang: str, *, forecast: pd.DataFrame | None = None) -> alt.LayerChart:
    """Return one bar a programme: done, under way and planned, against the target.

    Parameters
    ----------
    done
        `progress.by_target`: one row a target. Areas [m²]; an unknown area draws nothing, and the projects
        whose area is unknown are counted beside the bar.
    lang
        ``zh`` or ``en``.
    forecast
        `forecast.by_target`: draws the line from the 10th to the 90th percentile.
    """
    t = words.translator(lang)
    parts = {"done": t("Done"), "under_way": t("Under way"), "planned": t("Planned")}
    rows = [row | {"name": figures.kind(row["kind"], t)} for row in marks.records(done)]
    targets: marks.Rows = [
        {"name": row["name"], "value": marks.scaled(row["target_m2"]), "shown": figures.area(row["target_m2"], lang)}
        for row in rows
        if row["target_m2"] is not None
    ]
    unknown: marks.Rows = [
        {
            "name": row["name"],
            # beyond the target, lest the text stands across its line
            "value": max(marks.scaled(row["target_m2"]), sum(marks.scaled(row[f"{part}_m2"]) for part in parts)),
            "label": t("+ {count} of unknown area", count=row["unknown_projects"]),
        }
        for row in rows
        if row["unknown_projects"]
    ]
    tick = marks.over(targets).mark_tick(color=TARGET_COLOUR, thickness=3, size=46)
    tips = [alt.Tooltip("name:N", title=t("Programme")), alt.Tooltip("shown:N", title=t("Target"))]
    layers = [
        marks.stacked(rows, parts, PROGRESS_COLOURS, lang, t("Programme")),
        tick.encode(x="value:Q", y=alt.Y("name:N", sort=None), tooltip=tips),
        marks.labels(unknown, dx=8),
    ]
    title, note = t("The two programmes"), t("The red line is the target.")
    if forecast is not None:
        layers.extend(_whiskers(rows, marks.records(forecast), t, lang))
        note = t("Red: the target; black: 8 forecast runs in 10")
    return marks.dressed(title, *layers, height=60 + 75 * len(rows), note=note)


def curve(quarters: pd.DataFrame, lang: str, *, target_m2: float | None = None) -> alt.LayerChart:
    """Return the S-curves: what each programme has reached by each quarter, and what its plan says.

    Parameters
    ----------
    quarters
        `progress.curve`: one row a target and quarter: ``kind quarter done_total_m2`` (NA after the snapshot's day)
        ``plan_total_m2 unknown_projects``, areas [m²] added up.
    lang
        ``zh`` or ``en``.
    target_m2
        Draws a level line [m²].
    """
    t = words.translator(lang)
    lines = {"done_total_m2": t("Reached"), "plan_total_m2": t("As planned")}
    points: marks.Rows = [
        {
            "quarter": row["quarter"],
            "name": figures.kind(row["kind"], t),
            "line": name,
            "value": marks.scaled(row[column]),
            "shown": figures.area(row[column], lang),
        }
        for row in marks.records(quarters)
        for column, name in lines.items()
        if row[column] is not None
    ]
    names = [figures.kind(kind, t) for kind in ("new_build", "renewal")]
    dash = alt.Scale(domain=list(lines.values()), range=[[1, 0], [5, 4]])
    drawn = (
        marks.over(points)
        .mark_line(point=True, interpolate="monotone")
        .encode(
            x=alt.X("quarter:O", title=t("Quarter"), axis=alt.Axis(labelAngle=-40)),
            y=alt.Y("value:Q", title=marks.unit(t)),
            color=alt.Color("name:N", title=None, scale=alt.Scale(domain=names, range=["#0072B2", "#D55E00"])),
            strokeDash=alt.StrokeDash("line:N", title=None, scale=dash),
            tooltip=[
                alt.Tooltip("name:N", title=t("Programme")),
                alt.Tooltip("line:N", title=t("State")),
                alt.Tooltip("quarter:N", title=t("Quarter")),
                alt.Tooltip("shown:N", title=t("Area (m²)")),
            ],
        )
    )
    levels: marks.Rows = [] if target_m2 is None else [{"value": marks.scaled(target_m2)}]
    rule = marks.over(levels).mark_rule(color=contrast.THEME, strokeWidth=1.5, strokeDash=[2, 2]).encode(y="value:Q")
    unknown = int(quarters.drop_duplicates("target_id")["unknown_projects"].sum())
    note = t("{count} projects of unknown area or day are in no quarter", count=unknown)
    return marks.dressed(t("Area reached by quarter, added up"), rule, drawn, height=280, note=note)


def vacancy(
    rows: pd.DataFrame, lang: str, *, names: Mapping[str, str] | None = None, title: str | None = None
) -> alt.LayerChart:
    """Return the space of each place or sector, one bar each, stacked by state.

    Parameters
    ----------
    rows
        `vacancy.by(space, level)`: the id (or the name in its place) first, then the areas by state [m²],
        ``vacancy`` and ``unknown_units``.
    lang
        ``zh`` or ``en``.
    names
        Id → name shown; what has no name is shown as it stands.
    title
        Title; None says what the bars are.
    """
    t = words.translator(lang)
    key, said = str(rows.columns[0]), names or {}
    states = {code: name for code, name in state_names(t).items() if f"{code}_m2" in rows}
    shown: marks.Rows = [
        row | {"name": t("unknown") if row[key] is None else said.get(str(row[key]), str(row[key]))}
        for row in marks.records(rows)
    ]
    ends: marks.Rows = [
        {
            "name": row["name"],
            "value": sum(marks.scaled(row[f"{code}_m2"]) for code in states),
            "label": _told(row["vacancy"], row["unknown_units"], lang),
        }
        for row in shown
    ]
    bars = marks.stacked(shown, states, STATE_COLOURS, lang, _level(key, t))
    heading = title or t("Space by state: {level}", level=_level(key, t))
    return marks.dressed(heading, bars, marks.labels(ends), height=max(90, 34 * len(shown)))


def growth(expected: pd.DataFrame, lang: str) -> alt.LayerChart:
    """Return the area that companies on the growth path are expected to ask for, by year and stage.

    Parameters
    ----------
    expected
        `growth.expected`: ``year``, ``stage``, ``asked_m2`` [m²].
    lang
        ``zh`` or ``en``.
    """
    t = words.translator(lang)
    bars: marks.Rows = [
        {
            "year": str(row["year"]),
            "part": figures.stage(row["stage"], t),
            "value": marks.scaled(row["asked_m2"]),
            "shown": figures.area(row["asked_m2"], lang),
        }
        for row in marks.records(expected)
    ]
    names = [figures.stage(code, t) for code in GROWTH_COLOURS]
    drawn = marks.columns(bars, "year", t("Year"), t, angle=0).encode(
        color=alt.Color("part:N", title=None, scale=alt.Scale(domain=names, range=list(GROWTH_COLOURS.values())))
    )
    return marks.dressed(t("Expected demand on the growth path, by year"), drawn, height=240)


def supply(coming: pd.DataFrame, lang: str) -> alt.LayerChart:
    """Return the area to come by quarter: new buildings and what is under renovation.

    Parameters
    ----------
    coming
        `pipeline.supply`: ``quarter``, ``state``, ``lettable_m2`` [m²], ``units``, ``unknown_units``; units without a
        date or an area are counted in the note, never drawn as nothing.
    lang
        ``zh`` or ``en``.
    """
    t = words.translator(lang)
    known = coming[coming["quarter"].notna() & coming["lettable_m2"].notna()]
    bars: marks.Rows = [
        {
            "quarter": row["quarter"],
            "part": figures.state(row["state"], t),
            "value": marks.scaled(row["lettable_m2"]),
            "shown": figures.area(row["lettable_m2"], lang),
            "units": row["units"],
        }
        for row in marks.records(known.groupby(["quarter", "state"], as_index=False)[["lettable_m2", "units"]].sum())
    ]
    lost = coming["units"].where(coming["quarter"].isna(), coming["unknown_units"]).sum()
    note = t("{count} units without a date or an area are not drawn", count=int(lost))
    names = [figures.state(code, t) for code in ("renovation", "not_built")]
    drawn = marks.columns(bars, "quarter", t("Quarter"), t).encode(
        color=alt.Color(
            "part:N", title=None, scale=alt.Scale(domain=names, range=[STATE_COLOURS["renovation"], "#56B4E9"])
        )
    )
    return marks.dressed(t("Space to come, by quarter"), drawn, height=240, note=note)


def zone_fit(frame: pd.DataFrame, lang: str) -> alt.LayerChart:
    """Return zone × sector as a table of colours; a ring marks what a paper says in words.

    Parameters
    ----------
    frame
        `Policy.fit`, with names in place of codes: ``zone_id``, ``sector_code``, ``fit_level``, ``basis``.
    lang
        ``zh`` or ``en``.
    """
    t = words.translator(lang)
    levels = {
        "core": t("Core"),
        "supported": t("Supported"),
        "neutral": t("Neutral"),
        "unsuitable": t("Unsuitable"),
    }
    rows: marks.Rows = [
        {
            "zone": row["zone_id"],
            "sector": row["sector_code"],
            "fit": levels.get(row["fit_level"], t("unknown")),
            "basis": t("inferred") if row["basis"] == "inferred" else t("stated in a paper"),
            "stated": row["basis"] != "inferred",
        }
        for row in marks.records(frame[["zone_id", "sector_code", "fit_level", "basis"]])
    ]
    scale = alt.Scale(domain=list(levels.values()), range=list(FIT_COLOURS.values()))
    place = {
        "x": alt.X(
            "zone:N",
            title=t("Zone"),
            sort=None,
            axis=alt.Axis(labelAngle=-30, orient="top", labelLimit=140, labelOverlap=False),
        ),
        "y": alt.Y("sector:N", title=None, sort=None, axis=alt.Axis(labelLimit=240, labelOverlap=False)),
    }
    tips = [
        alt.Tooltip("zone:N", title=t("Zone")),
        alt.Tooltip("sector:N", title=t("Sector")),
        alt.Tooltip("fit:N", title=t("Fit")),
        alt.Tooltip("basis:N", title=t("Basis")),
    ]
    cells = marks.over(rows).mark_rect(stroke=contrast.SEAM)
    rings = marks.over([row for row in rows if row["stated"]]).mark_point(shape="circle", size=40, color="#1F2A36")
    return marks.dressed(
        t("Sectors in zones"),
        cells.encode(
            **place,
            color=alt.Color("fit:N", title=None, scale=scale, sort=None, legend=alt.Legend(symbolStrokeWidth=0)),
            tooltip=tips,
        ),
        rings.encode(**place, tooltip=tips),
        height=16 * len({row["sector"] for row in rows}) + 40,
    )


def failed(counts: pd.Series[int], lang: str) -> alt.LayerChart:
    """Return how many places fail each rule: `counts` has the rule's name as its index."""
    t = words.translator(lang)
    rows: marks.Rows = [{"rule": str(rule), "units": int(count)} for rule, count in counts.items()]
    bars = marks.over(rows).mark_bar(color=STATE_COLOURS["vacant"])
    drawn = bars.encode(
        x=alt.X("units:Q", title=t("Units"), axis=alt.Axis(tickMinStep=1)),
        y=alt.Y("rule:N", title=None, sort=None, axis=alt.Axis(labelLimit=260)),
        tooltip=[alt.Tooltip("rule:N", title=t("Rule")), alt.Tooltip("units:Q", title=t("Units"))],
    )
    return marks.dressed(t("Rules that are not met"), drawn, height=max(60, 24 * len(rows)))


def layout(rules: Policy, park: Snapshot, lang: str) -> alt.LayerChart:
    """Return the layout in small: the zones by their role, the parks as points.

    Parameters
    ----------
    rules
        The policy: ``zones`` in EPSG:4326; a zone without an outline is not drawn.
    park
        The snapshot: ``parks`` in EPSG:4326.
    lang
        ``zh`` or ``en``.
    """
    t = words.translator(lang)
    roles = {
        "bearing": t("Bearing area"),
        "linked": t("Linked area"),
        "core": t("Innovation core"),
        "outside": t("Outside the layout"),
    }
    zones = rules.zones[rules.zones.geometry.notna()]
    order = zones["role"].map({role: place for place, role in enumerate(ROLE_COLOURS)})
    drawn = zones.assign(order=order).sort_values(["order", "zone_id"])
    shapes: marks.Rows = [
        {
            "type": "Feature",
            # the drawing library takes a ring that runs the other way for the rest of the globe
            "geometry": shapely.geometry.mapping(shapely.orient_polygons(shape, exterior_cw=True)),
            "properties": {"zone": str(name), "role": roles[str(role)]},
        }
        for shape, name, role in zip(drawn.geometry, drawn[f"name_{lang}"], drawn["role"], strict=True)
    ]
    places = park.parks[park.parks.geometry.notna()]
    names = figures.names(places, lang)
    points: marks.Rows = [
        {"x": float(x), "y": float(y), "park": str(name)}
        for x, y, name in zip(places.geometry.x, places.geometry.y, names, strict=True)
    ]
    scale = alt.Scale(domain=[roles[role] for role in ROLE_COLOURS], range=list(ROLE_COLOURS.values()))
    tips = [alt.Tooltip("properties.zone:N", title=t("Zone")), alt.Tooltip("properties.role:N", title=t("Role"))]
    colour = alt.Color("properties.role:N", title=None, scale=scale, legend=alt.Legend(columns=2, symbolStrokeWidth=0))
    areas = marks.over(shapes).mark_geoshape(stroke=contrast.THEME, strokeWidth=0.7, fillOpacity=0.75)
    dots = marks.over(points).mark_circle(size=14, color=contrast.THEME, opacity=0.8)
    return marks.dressed(
        t("The 1+1+X layout"),
        areas.encode(color=colour, tooltip=tips).project("mercator"),
        dots.encode(longitude="x:Q", latitude="y:Q", tooltip=[alt.Tooltip("park:N", title=t("Park"))]),
        height=330,
    )


def _whiskers(rows: marks.Rows, forecast: marks.Rows, t: Translate, lang: str) -> list[alt.Chart]:
    names = {row["target_id"]: row["name"] for row in rows}
    values: marks.Rows = [
        {
            "name": names[row["target_id"]],
            "low": marks.scaled(row["p10_m2"]),
            "high": marks.scaled(row["p90_m2"]),
            "shown": t(
                "{low} to {high}; target reached with probability {share}",
                low=figures.area(row["p10_m2"], lang),
                high=figures.area(row["p90_m2"], lang),
                share=figures.share(row["probability"], lang, 0),
            ),
        }
        for row in forecast
        if row["target_id"] in names and row["p10_m2"] is not None and row["p90_m2"] is not None
    ]
    tip = alt.Tooltip("shown:N", title=t("Forecast by the target's day"))
    place = {"x": alt.X("low:Q"), "x2": alt.X2("high:Q"), "y": alt.Y("name:N", sort=None)}
    # black with a white edge: it lies over bars and over the page, which may be dark
    strokes = (("#FFFFFF", 4), ("#000000", 2))
    lines = [marks.over(values).mark_rule(color=colour, strokeWidth=wide) for colour, wide in strokes]
    return [line.encode(**place, tooltip=[tip]) for line in lines]


def _told(share: object, unknown_units: object, lang: str) -> str:
    """Return what stands beside a bar: the share vacant, and how many units are unknown."""
    t = words.translator(lang)
    vacant = t("{share} vacant", share=figures.share(share, lang))
    return t("{vacant}; {count} unknown", vacant=vacant, count=unknown_units) if unknown_units else vacant


def _level(key: str, t: Translate) -> str:
    names = {
        "zone_id": t("Zone"),
        "park_id": t("Park"),
        "building_id": t("Building"),
        "floor_id": t("Floor"),
        "unit_id": t("Unit of space"),
        "sector_code": t("Sector"),
    }
    return names.get(key, key)
