"""A made-up district of any size: buildings on a grid, three units each, seeded."""

import datetime as dt
import json
import tempfile
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from parks import snapshot
from parks.output import maps
from parks.status import vacancy

DAY = dt.date(2026, 10, 31)
MIDDLE = [31.2, 121.6]
STEP = 0.0012
"""Degrees from building to building, about 120 m."""
UNITS = 3
SOURCE = {"source": "benchmark", "standing": "illustrative"}
CONTEXT = Path(tempfile.gettempdir()) / "parks-benchmark-context.geojson"
CONTEXT.write_text(json.dumps({"type": "FeatureCollection", "features": []}), encoding="utf-8")
RULES = SimpleNamespace(
    zones=gpd.GeoDataFrame(
        {
            "zone_id": pd.Series(["Z"], dtype="string"),
            "name_zh": pd.Series(["区"], dtype="string"),
            "role": pd.Series(["core"], dtype="string"),
            "uncertainty_m": pd.array([60], dtype="Int64"),
        },
        geometry=gpd.GeoSeries([shapely.box(121.58, 31.185, 121.62, 31.215)], crs="EPSG:4326"),
    )
)


@cache
def park(count: int) -> snapshot.Snapshot:
    """Return `count` buildings in one park."""
    side = int(np.ceil(np.sqrt(count)))
    row, column = np.divmod(np.arange(count), side)
    west = MIDDLE[1] + (column - side / 2) * STEP
    south = MIDDLE[0] + (row - side / 2) * STEP
    chance = np.random.default_rng(1)
    wide, high = STEP * chance.uniform(0.4, 0.8, (2, count))
    names = [f"B{number:06d}" for number in range(count)]
    # An L, as many footprints are: six corners.
    corners = np.array([(0, 0), (1, 0), (1, 0.5), (0.5, 0.5), (0.5, 1), (0, 1), (0, 0)])
    rings = np.stack([west, south], axis=1)[:, None] + corners * np.stack([wide, high], axis=1)[:, None]
    units = [f"{name}-{number}" for name in names for number in range(UNITS)]
    let = [name for name, free in zip(units, chance.random(len(units)) < 0.3, strict=True) if not free]
    return snapshot.of(
        DAY,
        {
            "parks": pd.DataFrame(
                [
                    {"park_id": "P", "name_zh": "园", "zone_id": "Z", "placement": "schematic", "inside_layout": True}
                    | SOURCE
                ]
            ).assign(geometry=[shapely.Point(MIDDLE[::-1])]),
            "buildings": pd.DataFrame(
                {"building_id": names, "park_id": "P", "name_zh": names, "status": "built"} | SOURCE
            ).assign(geometry=list(shapely.polygons(rings))),
            "units": pd.DataFrame(
                {
                    "unit_id": units,
                    "building_id": np.repeat(names, UNITS),
                    "floor_id": units,
                    "lettable_m2": chance.uniform(200, 2000, len(units)).round(),
                }
                | SOURCE
            ),
            "leases": pd.DataFrame(
                {"lease_id": let, "unit_id": let, "state": "let", "valid_from": pd.Timestamp("2024-01-01")} | SOURCE
            ),
        },
    )


@cache
def space(count: int) -> pd.DataFrame:
    """Return the state of their units."""
    return vacancy.by_unit(park(count))


@cache
def layer(count: int) -> gpd.GeoDataFrame:
    """Return the same layer as a plain page would have it: colour and line in each row."""
    chosen = maps.classes(park(count), space(count), rules=RULES, by="vacancy", lang="zh")
    frame = park(count).buildings
    return gpd.GeoDataFrame(
        {
            "id": frame["building_id"].astype(object),
            "name": frame["name_zh"].astype(object),
            "colour": [chosen.shades[shade].colour for shade in chosen.buildings["shade"]],
            "line": [f"{share:.1%} vacant" for share in chosen.buildings["share"]],
        },
        geometry=frame.geometry,
    )
