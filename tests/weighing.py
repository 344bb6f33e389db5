"""A small park, and ledgers of a few lines that are weighed against it: what the tests of the import's core share."""

import datetime as dt

import geopandas as gpd
import pandas as pd
import shapely

from parks import policy, snapshot, words
from parks.intake import changes, ledgers, parts
from parks.intake.grids.lines import Aside, Record

T = words.translator("en")
RULES = policy.load()
DAY = dt.date(2026, 6, 30)
TERMS = changes.Terms("六月台账.xlsx", "2026-06-30")
SAID = {"source": "old.xlsx", "source_date": "2026-01-31", "standing": "stated"}
SQUARE = shapely.box(121.600, 31.200, 121.601, 31.201)


def frame(columns, *rows):
    """Return rows under the named columns, with their source; columns of days as such."""
    made = pd.DataFrame(list(rows), columns=columns.split()).assign(**SAID)
    for name in made.columns.intersection(["valid_from", "valid_to", "planned_on", "actual_on"]):
        made[name] = pd.to_datetime(made[name])
    return made


def park(**changed):
    """Return the small park, with some of its tables replaced.

    甲园 has 一号楼 and 二号楼, 乙园 another 一号楼; 甲's 一号楼 has the floors 1, 3 and −1 and the units 101 and 102.
    """
    buildings = frame(
        "building_id park_id name_zh name_en status",
        ("B1", "P1", "一号楼", "Building One", "built"),
        ("B2", "P2", "一号楼", None, "built"),
        ("B3", "P1", "二号楼", None, "built"),
    )
    tables = {
        "parks": frame(
            "park_id name_zh name_en zone_id inside_layout placement",
            ("P1", "甲园", "Park One", "Z-ZJ", True, "schematic"),
            ("P2", "乙园", None, "Z-LG", True, "schematic"),
        ),
        "buildings": gpd.GeoDataFrame(buildings, geometry=gpd.GeoSeries([SQUARE, None, None], crs="EPSG:4326")),
        "floors": frame(
            "floor_id building_id level gfa_m2",
            ("F1", "B1", 1, 500.0),
            ("F3", "B1", 3, 500.0),
            ("FB", "B1", -1, 500.0),
            ("G1", "B2", 1, None),
        ),
        "units": frame(
            "unit_id building_id floor_id name lettable_m2 gfa_m2",
            ("U1", "B1", "F1", "101", 100.0, 130.0),
            ("U2", "B1", "F1", "102", 80.0, None),
            ("U3", "B2", "G1", "101", 300.0, None),
        ),
        "tenants": frame(
            "tenant_id name_zh name_en kind park_id",
            ("T1", "甲生物", "Alpha Bio", "tenant", "P1"),
            ("T2", "乙药业", None, "tenant", "P1"),
        ),
        "leases": frame(
            "lease_id unit_id tenant_id state valid_from valid_to",
            ("L0", "U2", "T2", "let", "2020-01-01", "2021-01-01"),
            ("L1", "U1", "T1", "let", "2024-01-01", "2028-01-01"),
        ),
        "projects": frame("project_id name_zh kind zone_id", ("J1", "新建一", "new_build", "Z-ZJ")),
        "milestones": frame(
            "milestone_id project_id event planned_on actual_on",
            ("M1", "J1", "started", "2025-01-01", "2025-01-01"),
            ("M2", "J1", "completed", "2027-01-01", None),
        ),
        "published_figures": frame(
            "figure_id park_id subject metric period value",
            ("N1", "P1", "甲园", "空置率", "2025年", 12.0),
            ("N2", None, "市场", "空置率", "2025年", 20.0),
        ),
    }
    return snapshot.of(DAY, tables | changed)


def part(headings, *rows, name="台账", faults=(), shapes=None):
    """Return rows under headings that are set apart by blanks and stand in line 1, in a layer in no line."""
    named = tuple(headings.split())
    first = 2 if shapes is None else 1
    records = tuple(Record(line, tuple(row)) for line, row in enumerate(rows, first))
    asides = (Aside(1, "heading", headings, named),) if shapes is None else ()
    placed = None if shapes is None else gpd.GeoSeries(shapes, index=range(1, len(shapes) + 1), crs="EPSG:4326")
    return parts.Part(name, False, named, records, asides, (), placed, tuple(faults))


def read(table, *lines, meant=None, **more):
    """Return a ledger of a few lines as understood."""
    return ledgers.read(part(*lines, **more), table, T, meant)


def weigh(table, *lines, park=None, terms=TERMS, clashes=None, beside=(), **more):
    """Return what a ledger of a few lines would do."""
    record = globals()["park"]() if park is None else park
    return changes.weigh(read(table, *lines, **more), record, RULES, terms, T, clashes, beside)


def told(issues):
    """Return row, column, value and kind of issues."""
    return [(issue.row, issue.column, issue.value, issue.kind) for issue in issues]


def differences(outcome):
    """Return key, column, before and after of what changes, without where it comes from."""
    rows = outcome.changed[~outcome.changed["column"].isin(changes.TOLD)]
    return rows[["key", "column", "before", "after"]].to_numpy().tolist()
