"""Two parks, three buildings, four units; the names of one park and one building are full of markup."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import shapely

from parks import snapshot
from parks.status import vacancy

CONTEXT = Path(__file__).parent / "context.geojson"
EVIL = "<img src=x onerror=window.hacked=1>"
SOURCE = {"source": "test", "standing": "illustrative"}

PARKS = [
    {
        "park_id": "west",
        "name_zh": "西园",
        "name_en": "West",
        "zone_id": "Z-W",
        "geometry": shapely.Point(121.55, 31.2),
    },
    {"park_id": "evil", "name_zh": EVIL, "name_en": EVIL, "zone_id": "Z-E", "geometry": shapely.Point(121.65, 31.2)},
    {"park_id": "bare", "name_zh": "空园", "zone_id": "Z-X", "geometry": shapely.Point(121.60, 31.24)},
]
BUILDINGS = [
    {
        "building_id": "W1",
        "park_id": "west",
        "name_zh": "西一楼",
        "geometry": shapely.box(121.548, 31.198, 121.55, 31.1995),
    },
    {
        "building_id": "W2",
        "park_id": "west",
        "name_zh": "西二楼",
        "geometry": shapely.box(121.551, 31.198, 121.553, 31.1995),
    },
    {
        "building_id": "E1",
        "park_id": "evil",
        "name_zh": EVIL,
        "geometry": shapely.box(121.648, 31.198, 121.65, 31.1995),
    },
    {"building_id": "E2", "park_id": "evil", "name_zh": "未定"},
]
UNITS = [
    {"unit_id": "W1-1", "building_id": "W1", "floor_id": "W1-F1", "lettable_m2": 1000.0},
    {"unit_id": "W1-2", "building_id": "W1", "floor_id": "W1-F1", "lettable_m2": 3000.0},
    {"unit_id": "W2-1", "building_id": "W2", "floor_id": "W2-F1", "lettable_m2": 500.0},
    {"unit_id": "E1-1", "building_id": "E1", "floor_id": "E1-F1", "lettable_m2": None},
]
LEASES = [
    {
        "lease_id": "L1",
        "unit_id": "W1-2",
        "tenant_id": "T1",
        "state": "let",
        "valid_from": "2024-01-01",
        "valid_to": "2026-06-01",
    },
    {"lease_id": "L2", "unit_id": "W2-1", "tenant_id": "T1", "state": "let", "valid_from": "2024-01-01"},
]
ZONES = [
    {"zone_id": "Z-W", "role": "core", "name_zh": "西区", "name_en": "West zone", "uncertainty_m": 500},
    {"zone_id": "Z-E", "role": "bearing", "name_zh": "东区", "name_en": EVIL, "uncertainty_m": 60},
    {"zone_id": "Z-X", "role": "outside", "name_zh": "外", "name_en": "Outside", "uncertainty_m": pd.NA},
]
TENANTS = [{"tenant_id": "T9", "name_zh": EVIL, "name_en": EVIL, "kind": "applicant"}]
NEEDS = [{"need_id": "N9", "tenant_id": "T9", "stage": "pilot", "area_min_m2": 900.0}]
OUTLINES = [shapely.box(121.53, 31.18, 121.57, 31.22), shapely.box(121.63, 31.18, 121.67, 31.22), None]


def table(rows, **same):
    frame = pd.DataFrame([same | row for row in rows])
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in frame if name.startswith("valid_")})


PARK = snapshot.of(
    dt.date(2026, 1, 15),
    {
        "parks": table(PARKS, record_type="campus", inside_layout=True, placement="schematic", **SOURCE),
        "buildings": table(BUILDINGS, status="built", **SOURCE),
        "floors": table(
            [{"floor_id": f"{name}-F1", "building_id": name, "level": 1} for name in ("W1", "W2", "E1")], **SOURCE
        ),
        "units": table(UNITS, **SOURCE),
        "leases": table(LEASES, **SOURCE),
        "tenants": table(TENANTS, **SOURCE),
        "needs": table(NEEDS, **SOURCE),
    },
)
RULES = SimpleNamespace(
    zones=gpd.GeoDataFrame(pd.DataFrame(ZONES).convert_dtypes(), geometry=gpd.GeoSeries(OUTLINES, crs="EPSG:4326"))
)
SPACE = vacancy.by_unit(PARK)
