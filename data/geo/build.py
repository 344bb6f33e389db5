"""Builds the GeoJSON files of this folder from its tables: `python data/geo/build.py`, or `--check` to compare only."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from parks import crs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Row = dict[str, str]
    Point = tuple[float, float]
    Feature = dict[str, Any]

FOLDER = Path(__file__).resolve().parent
CREDIT = "© OpenStreetMap contributors, ODbL 1.0; generalised, not legal boundaries"
NUMBERS = {"official_area_km2", "uncertainty_m"}
PLACE = ("place_id", "kind", "name_zh", "name_en", "state")
ZONE_ORDER = ("core", "bearing", "linked")
ROLES = {*ZONE_ORDER, "part"}
PUDONG = (121.43, 30.84, 122.0, 31.40)
"""West, south, east, north [°] that hold every outline."""


def rows(folder: Path, table: str) -> list[Row]:
    """Return the rows of a table of ours."""
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def points(table: Iterable[Row], *keys: str) -> dict[tuple[str, ...], list[Point]]:
    """Return key → places in the order of the table (EPSG:4326)."""
    found: dict[tuple[str, ...], list[Point]] = {}
    for row in table:
        found.setdefault(tuple(row[key] for key in keys), []).append((float(row["lon"]), float(row["lat"])))
    return found


def ring(corners: list[Point]) -> list[Point]:
    """Return the closed ring through `corners`, counterclockwise (RFC 7946, 3.1.6)."""
    closed = corners if corners[0] == corners[-1] else [*corners, corners[0]]
    turn = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(closed))
    return closed if turn > 0 else closed[::-1]


def properties(row: Row, columns: Iterable[str]) -> dict[str, Any]:
    """Return the properties of a feature: numbers as numbers, empty cells as null."""
    cells = {column: row[column] or None for column in columns}
    return {name: float(cell) if name in NUMBERS and cell else cell for name, cell in cells.items()}


def feature(key: str, cells: dict[str, Any], kind: str, coordinates: Any) -> Feature:  # noqa: ANN401 - nested lists
    """Return one GeoJSON feature."""
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "id": key, "properties": cells, "geometry": geometry}


def outlines(folder: Path) -> list[Feature]:
    """Return every outline, as yet without its area."""
    corners = points(rows(folder, "corners"), "outline_id")
    return [
        feature(row["outline_id"], properties(row, row), "Polygon", [ring(corners[row["outline_id"],])])
        for row in rows(folder, "outlines")
    ]


def measured(every: list[Feature]) -> list[Feature]:
    """Return the outlines with their geodesic area."""
    shapes = [shapely.Polygon(one["geometry"]["coordinates"][0]) for one in every]
    areas = crs.area_m2(gpd.GeoSeries(shapes, crs=crs.WGS84)) / 1e6
    pairs = zip(every, areas, strict=True)
    return [one | {"properties": one["properties"] | {"area_km2": round(float(area), 3)}} for one, area in pairs]


def zones(every: list[Feature]) -> list[Feature]:
    """Return the outlines that stand for zones of the plan, core first, under their zone ids."""
    own = [one for one in every if one["properties"]["zone_id"]]
    own.sort(key=lambda one: (ZONE_ORDER.index(one["properties"]["role"]), one["properties"]["zone_id"]))
    return [one | {"id": one["properties"]["zone_id"]} for one in own]


def context(folder: Path) -> list[Feature]:
    """Return the lines of the base map, and the district as a polygon."""
    parts: dict[str, list[list[Point]]] = {}
    for (line_id, _), places in points(rows(folder, "context_vertices"), "line_id", "part").items():
        parts.setdefault(line_id, []).append(places)
    features = []
    for row in rows(folder, "context"):
        lines = parts[row["line_id"]]
        kind, shape = ("MultiLineString", lines) if len(lines) > 1 else ("LineString", lines[0])
        if row["kind"] == "district":
            kind, shape = "Polygon", [ring(lines[0])]
        features.append(feature(row["line_id"], properties(row, row), kind, shape))
    return features


def places(folder: Path) -> list[Feature]:
    """Return the stations and crossings."""
    table = rows(folder, "places")
    return [
        feature(row["place_id"], properties(row, PLACE), "Point", (float(row["lon"]), float(row["lat"])))
        for row in table
    ]


def faults(every: list[Feature]) -> Iterator[str]:
    """Yield what the design forbids: crossed rings, places outside Pudong, unknown roles, zones that overlap."""
    shapes = {one["id"]: shapely.Polygon(one["geometry"]["coordinates"][0]) for one in every}
    cells = {one["id"]: one["properties"] for one in every}
    for name, shape in shapes.items():
        if not shape.is_valid or not shapely.box(*PUDONG).covers(shape):
            yield f"{name}: the outline crosses itself or leaves Pudong"
        if cells[name]["role"] not in ROLES:
            yield f"{name}: unknown role {cells[name]['role']}"
        if cells[name]["role"] == "core" and not shapes[cells[name]["inside"]].covers(shape):
            yield f"{name}: a core zone must lie inside {cells[name]['inside']}"
    for one, other in combinations([name for name in shapes if cells[name]["zone_id"]], 2):
        nested = cells[one]["inside"] == other or cells[other]["inside"] == one
        if not nested and shapes[one].intersection(shapes[other]).area > 0:
            yield f"{one} and {other}: zones of the plan may not overlap"


def text(name: str, features: list[Feature]) -> str:
    """Return the file: one feature a line, the same bytes for the same tables."""
    shapes = [shapely.from_geojson(json.dumps(one["geometry"])) for one in features]
    head = {"type": "FeatureCollection", "name": name, "attribution": CREDIT}
    head["bbox"] = [float(edge) for edge in shapely.total_bounds(shapes)]  # type: ignore[assignment]  # a list is meant
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in features)
    return json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n' + lines + "\n]}\n"


def files(folder: Path) -> dict[str, str]:
    """Return file name → text of everything built.

    Raises
    ------
    SystemExit
        When the tables break the design, with every fault.
    """
    every = outlines(folder)
    wrong = list(faults(every))
    if wrong:
        raise SystemExit("\n".join(wrong))
    every = measured(every)
    built = {"zones": zones(every), "outlines": every, "context": context(folder), "places": places(folder)}
    return {f"{name}.geojson": text(name, features) for name, features in built.items()}


def main(arguments: list[str] | None = None) -> int:
    """Build the files, or say which of them differ from the tables (exit 1)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is not up to date")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder of the tables and the files")
    given = parser.parse_args(arguments)
    built = files(given.folder)
    if not given.check:
        for name, wanted in built.items():
            (given.folder / name).write_text(wanted, encoding="utf-8", newline="\n")
        return 0
    stale = [name for name, wanted in built.items() if not _stands(given.folder / name, wanted)]
    for name in stale:
        print(f"{name} differs from the tables: run python data/geo/build.py", file=sys.stderr)
    return 1 if stale else 0


def _stands(path: Path, wanted: str) -> bool:
    return path.is_file() and path.read_bytes() == wanted.encode()


if __name__ == "__main__":
    sys.exit(main())
