"""The chapter of map pages: the layout by role, vacancy by park, the projects; each with the table that is its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks.output import atlas, chapters, figures, shading
from parks.output.content import Block, Chapter, Column
from parks.status import progress, vacancy

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from parks.output.chapters import Material

    Places = list[BaseGeometry | None]

INK = {"done": "#0072B2", "under_way": "#3F93CF", "planned": "#8796A5"}
"""Part of a programme → colour of its markers."""
UNKNOWN = 5
"""Class of an unknown vacancy in `shading.legend`."""


def chapter(made: Material) -> Chapter:
    """Return the map pages."""
    title = made.t("Maps")
    return Chapter(title, title, (layout(made), vacant(made), projects(made)))


def layout(made: Material) -> Block:
    """Return the zones by their role in the layout, numbered, with the parks as a count."""
    t, zones = made.t, made.rules.zones
    names, parks = made.names(zones, "zone_id"), made.park.parks["zone_id"].value_counts()
    roles = dict(zip(shading.ROLES, shading.legend("role", t), strict=True))
    colours = [roles[role].colour if role in roles else shading.UNKNOWN for role in zones["role"]]
    marks = atlas.Marks(
        [atlas.point(shape) for shape in zones.geometry], colours, [names[code] for code in zones["zone_id"]]
    )
    rows = [
        (
            number,
            names[row["zone_id"]],
            roles[row["role"]].label if row["role"] in roles else t("unknown"),
            names.get(str(row["counted_in"]), row["counted_in"]),
            int(parks.get(row["zone_id"], 0)),
            row.get("uncertainty_m", pd.NA),
            figures.standing(row["standing"], t),
        )
        for number, row in enumerate(zones.drop(columns="geometry").to_dict("records"), start=1)
    ]
    columns = (
        Column(t("No."), "general"),
        Column(t("Zone")),
        Column(t("Role in the layout")),
        Column(t("Counted in")),
        Column(t("Parks"), "count"),
        Column(t("Outline uncertain by (m)"), "count"),
        Column(t("Standing")),
    )
    fills = dict(zip(zones["zone_id"], colours, strict=True))
    return _page(made, t("The layout: zones by role"), (columns, rows), marks, fills, tuple(roles.values()))


def vacant(made: Material) -> Block:
    """Return zones and parks by vacancy; the parks are numbered."""
    t, park = made.t, made.park
    shades, zones = shading.legend("vacancy", t), made.names(made.rules.zones, "zone_id")
    classes = shading.classes(park, made.space, rules=made.rules, by="vacancy", lang=made.lang).parks["shade"]
    sums = vacancy.by(made.space, "park").set_index("park_id")
    frame = park.parks
    names = made.names(pd.DataFrame(frame), "park_id")
    colours = [shades[classes[code]].colour for code in frame["park_id"]]
    told = ("lettable_m2", "vacant_m2", "vacancy", "unknown_units")
    rows = [
        (
            number,
            names[row["park_id"]],
            zones.get(str(row["zone_id"]), t("unknown")),
            *(sums[name].get(row["park_id"], pd.NA) for name in told),
            figures.standing(sums["standing"].get(row["park_id"], pd.NA), t),
        )
        for number, row in enumerate(frame.drop(columns="geometry").to_dict("records"), start=1)
    ]
    columns = (
        Column(t("No."), "general"),
        Column(t("Park")),
        Column(t("Zone")),
        Column(t("Lettable (m²)"), "area"),
        Column(t("Vacant (m²)"), "area"),
        Column(t("Vacancy"), "share"),
        Column(t("Unknown units"), "count"),
        Column(t("Standing")),
    )
    marks = atlas.Marks([atlas.point(shape) for shape in frame.geometry], colours)
    return _page(made, t("Vacancy by zone and park"), (columns, rows), marks, _zone_fills(made), shades)


def projects(made: Material) -> Block:
    """Return the projects by progress: at their building, else at their park, else within their zone."""
    t, found = made.t, made.projects.drop(columns=["zone_id"])
    found = found.merge(made.park.projects.drop(columns=["standing"]), on="project_id", how="left")
    found = found.merge(made.park.projects[["project_id", "standing"]], on="project_id", how="left")
    found = found.sort_values("project_id", ignore_index=True)
    said = dict(zip(progress.PARTS, (t("Done"), t("Under way"), t("Planned")), strict=True))
    zones = made.names(made.rules.zones, "zone_id")
    rows = [
        (
            number,
            chapters.named(row, made.lang),
            figures.kind(row["kind"], t),
            zones.get(str(row["zone_id"]), t("unknown")),
            said[progress.PARTS[int(row["part"])]],
            row["area_m2"],
            figures.standing(row["standing"], t),
        )
        for number, row in enumerate(found.to_dict("records"), start=1)
    ]
    columns = (
        Column(t("No."), "general"),
        Column(t("Project")),
        Column(t("Programme")),
        Column(t("Zone")),
        Column(t("Progress")),
        Column(t("Area (m²)"), "area"),
        Column(t("Standing")),
    )
    colours = [INK[progress.PARTS[int(part)]] for part in found["part"]]
    legend = tuple(shading.Shade(said[part], INK[part]) for part in progress.PARTS)
    marks = atlas.Marks(_sites(made, found), colours)
    return _page(made, t("Projects by progress"), (columns, rows), marks, {}, legend)


def _page(
    made: Material,
    title: str,
    key: tuple[tuple[Column, ...], list[tuple[Any, ...]]],
    marks: atlas.Marks,
    fills: dict[str, str],
    legend: tuple[shading.Shade, ...],
) -> Block:
    """Return a map with its key, and how many of its rows have no place on it."""
    t = made.t
    drawn = atlas.page(title, made.base, made.rules, fills=fills, marks=marks, legend=legend, lang=made.lang, t=t)
    off = len(key[1]) - len(marks.known())
    notes = (t("Without a place on the map: {count}", count=off),) if off else ()
    return Block(title, *key, notes=notes, picture=drawn, most=chapters.LISTED)


def _zone_fills(made: Material) -> dict[str, str]:
    """Return zone → the colour of its class of vacancy."""
    shades, sums = shading.legend("vacancy", made.t), vacancy.by(made.space, "zone", made.counted_in)
    share = sums["vacancy"].to_numpy(dtype=float, na_value=np.nan)
    found = np.where(np.isnan(share), UNKNOWN, np.searchsorted(shading.EDGES, share, side="left"))
    own = {str(zone): shades[at].colour for zone, at in zip(sums["zone_id"], found, strict=True)}
    counted = made.counted_in
    return {zone: own[counted[zone]] for zone in made.rules.zones["zone_id"] if counted[zone] in own}


def _sites(made: Material, found: pd.DataFrame) -> Places:
    """Return where each project is: a place that is only a zone's stands for it within that zone."""
    park, rules = made.park, made.rules
    layers = (("building_id", park.buildings), ("park_id", park.parks), ("zone_id", rules.zones))
    held = {key: dict(zip(frame[key], map(atlas.point, frame.geometry), strict=True)) for key, frame in layers}
    return [
        next((held[key][row[key]] for key, _ in layers if held[key].get(row[key]) is not None), None)
        for row in found.to_dict("records")
    ]
