"""Outlines of made-up parcels: the ground round the buildings of one project, where nobody else stands on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from making import draw

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

MARGIN_DEG = 0.0001
"""Ground left round the buildings: about 10 m."""


def outlines(projects: list[draw.Row], buildings: list[draw.Row]) -> list[draw.Row]:
    """Return one parcel for each new-build project that names one, if no other building and no parcel lies in it."""
    stands = {row["building_id"]: shapely.from_wkt(row["geometry"]) for row in buildings if row["geometry"]}
    taken: list[BaseGeometry] = []
    rows = []
    for project in projects:
        own = {row["building_id"] for row in project.get("_buildings", ()) if row["building_id"] in stands}
        if project["kind"] != "new_build" or not project.get("parcel") or not own:
            continue
        around = shapely.minimum_rotated_rectangle(shapely.union_all([stands[name] for name in sorted(own)]))
        ground = shapely.orient_polygons(shapely.buffer(around, MARGIN_DEG, join_style="mitre"))
        others = [shape for name, shape in stands.items() if name not in own]
        if shapely.intersects(ground, [*others, *taken]).any():
            continue
        taken.append(ground)
        rows.append(
            {"outline_id": f"D{project['project_id'][1:]}", "kind": "parcel", "name_zh": project["parcel"]}
            | {"name_en": project["parcel"].replace("示例地块", "Sample parcel")}
            | {name: project[name] for name in ("zone_id", "park_id")}
            | {"geometry": shapely.to_wkt(ground, rounding_precision=7)}
            | draw.MARKS
        )
    return rows
