"""Parks: the published ones with our inferred zone and schematic point, and four made-up ones, said to be so."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from making import draw

if TYPE_CHECKING:
    from pathlib import Path

MADE_UP = {
    "P901": ("示例园区·老港一号", "Sample Park Laogang 1", "老港"),
    "P902": ("示例园区·老港二号", "Sample Park Laogang 2", "老港"),
    "P903": ("示例园区·世博", "Sample Park Expo", "世博"),
    "P904": ("示例园区·金桥", "Sample Park Jinqiao", "金桥"),
}
"""Where the public record names an area but no park that could hold buildings."""


def read(path: Path) -> list[draw.Row]:
    """Return the rows of a CSV file; empty cells become None."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(file)]


def parks(published: list[draw.Row], places: list[draw.Row]) -> list[draw.Row]:
    """Return the rows of the table parks, in the order of the places."""
    known = {row["park_id"]: row for row in published}
    return [_park(known.get(place["park_id"]), place) for place in places]


def _park(row: draw.Row | None, place: draw.Row) -> draw.Row:
    point = f"POINT ({place['lon']} {place['lat']})" if place["lon"] else None
    ours = {"park_id": place["park_id"], "zone_id": place["zone_id"], "placement": "schematic", "geometry": point}
    if row is None:
        name_zh, name_en, sub_area = MADE_UP[place["park_id"]]
        made = {"name_zh": name_zh, "name_en": name_en, "sub_area": sub_area, "record_type": "campus"}
        return {**made, "inside_layout": True, **ours, **draw.MARKS}
    inferred = "; zone inferred by Parks" if place["zone_basis"] == "inferred" else ""
    return {**row, **ours, "inside_layout": row["inside_layout"] == "true", "source": row["source"] + inferred}
