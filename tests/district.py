"""A district small enough to add up by hand: two parks, five units, four projects, one company with a hostile name."""

import datetime as dt
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import shapely

from parks import snapshot
from parks.status import milestones, support

DAY = dt.date(2026, 6, 30)
HOSTILE = '=HYPERLINK("http://example.invalid")'
MARKUP = "<img src=x onerror=alert(1)>"
MOVES = ("moving", "factor")
SAID = {"source": "hand", "source_date": "2026-06-30"}


def frame(columns: str, *rows: tuple, standing: str = "stated") -> pd.DataFrame:
    """Return the rows under the named columns, each with a source and a standing."""
    made = pd.DataFrame(list(rows), columns=columns.split()).assign(**SAID)
    return made if "standing" in made else made.assign(standing=standing)


def days(table: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Return the table with the named columns as days."""
    return table.assign(**{name: pd.to_datetime(table[name]) for name in names})


def tables(standing: str = "stated") -> dict[str, pd.DataFrame]:
    """Return every table; the units have the standing given."""
    parks = frame(
        "park_id name_zh name_en zone_id record_type inside_layout placement",
        ("P1", "甲园", "Park One", "Z-A", "campus", True, "schematic"),
        ("P2", "乙园", None, "Z-OUT", "campus", False, "schematic"),
    )
    places = gpd.GeoSeries([shapely.Point(121.6, 31.2), None], crs="EPSG:4326")
    buildings = frame(
        "building_id park_id name_zh name_en status completed_on",
        ("B1", "P1", "1号楼", "Building 1", "built", "2020-01-01"),
        ("B2", "P2", "2号楼", None, "planned", None),
    )
    return {
        "parks": gpd.GeoDataFrame(parks, geometry=places),
        "buildings": days(buildings, "completed_on"),
        "floors": frame("floor_id building_id level", ("F1", "B1", 1), ("F2", "B2", 1)),
        "units": frame(
            "unit_id building_id floor_id position lettable_m2",
            ("U1", "B1", "F1", 1, 1000.0),
            ("U2", "B1", "F1", 2, 500.0),
            ("U3", "B1", "F1", 3, 250.5),
            ("U4", "B1", "F1", 4, None),
            ("U5", "B2", "F2", 1, 2000.0),
            standing=standing,
        ),
        "tenants": frame(
            "tenant_id name_zh name_en kind sector_code stage",
            ("T1", HOSTILE, MARKUP, "tenant", "S1", "research"),
            ("T2", "意向甲", "Applicant", "applicant", "S2", "pilot"),
        ),
        "needs": days(
            frame(
                "need_id tenant_id stage area_min_m2 area_max_m2 wanted_from wanted_to",
                ("N1", "T2", "pilot", 400.0, 600.0, "2026-09-01", None),
            ),
            "wanted_from",
            "wanted_to",
        ),
        "leases": days(
            frame(
                "lease_id unit_id tenant_id state valid_from valid_to",
                ("L1", "U1", "T1", "let", "2024-01-01", "2027-01-01"),
                ("L2", "U3", "T1", "fitting_out", "2026-06-01", None),
            ),
            "valid_from",
            "valid_to",
        ),
        "projects": frame(
            "project_id name_zh name_en kind zone_id developer gfa_m2 counts_to",
            ("J1", "新建一", "New One", "new_build", "Z-A", "开发甲", 3000.0, "PT10"),
            ("J2", "新建二", None, "new_build", "Z-A", None, 2000.0, "PT10"),
            ("J3", "新建三", "New Three", "new_build", "Z-OUT", None, None, "PT10"),
            ("J4", "更新一", "Renewal One", "renewal", "Z-A", None, 4000.0, "PT11"),
        ),
        "milestones": days(
            frame(
                "milestone_id project_id event planned_on actual_on",
                ("M1", "J1", "completed", "2026-01-01", "2026-02-01"),
                ("M2", "J2", "started", "2026-01-01", "2026-03-01"),
                ("M3", "J2", "completed", "2027-06-30", None),
                ("M4", "J3", "started", "2026-05-01", None),
                ("M5", "J4", "completed", "2027-03-31", None),
            ),
            "planned_on",
            "actual_on",
        ),
        "requests": days(
            frame(
                "request_id tenant_id unit_id building_id subject found_on solved_on answered_on owner",
                ("R1", "T1", "U1", "B1", "增容", "2026-05-01", None, None, "专员"),
                ("R2", "T1", None, "B1", "排风", "2026-06-01", "2026-06-11", None, "专员"),
                ("R3", "T2", None, None, "选址", "2026-04-01", "2026-04-21", "2026-04-22", None),
            ),
            "found_on",
            "solved_on",
            "answered_on",
        ),
        "localisations": days(
            frame(
                "localisation_id kind name_zh name_en tenant_id zone_id way progress done_on counts_to",
                ("I1", "imported_product", "产品甲", "Product", "T2", "Z-A", "委托生产", "done", "2026-07-01", "PT13"),
                ("I2", "imported_product", "产品乙", None, None, None, None, "done", "2026-03-01", "PT13"),
                ("I3", "foreign_project", "项目丙", "Works", None, "Z-A", None, "agreed", None, None),
            ),
            "done_on",
        ),
        "facilities": days(
            gpd.GeoDataFrame(
                frame(
                    "facility_id kind name_zh name_en zone_id park_id capacity capacity_unit opened_on",
                    ("F1", "transit_stop", "甲站", "Stop", "Z-A", None, None, None, None),
                    ("F2", "rental_housing", "公寓", None, "Z-A", "P1", 300.0, "套", "2020-01-01"),
                    ("F3", "cdmo", "基地", "Works", None, None, 200.0, "升", "2027-01-01"),
                ),
                geometry=gpd.GeoSeries(
                    [shapely.Point(121.6, 31.201), shapely.Point(121.7, 31.3), None], crs="EPSG:4326"
                ),
            ),
            "opened_on",
        ),
        "published_figures": frame(
            "figure_id park_id subject metric value text unit basis period publisher",
            ("F1", "P1", "甲园", "vacancy", 26.1, None, "%", "lettable", "2025 Q3", "Agency"),
            ("F2", None, "市场", "status", None, "operating", None, None, None, None),
            standing="reported",
        ),
    }


def park(standing: str = "stated", **changed: pd.DataFrame) -> snapshot.Snapshot:
    """Return the district on `DAY`, with some of its tables replaced."""
    return snapshot.of(DAY, tables(standing) | changed)


def rules() -> SimpleNamespace:
    """Return a policy of two targets, three zones and two sectors; nothing slips and nothing drops out."""
    names = [f"delay.{event}.{part}_months" for event in milestones.EVENTS for part in ("mean", "sd")]
    names += [*(f"dropout.{event}" for event in milestones.EVENTS), "delay.common_share", "delay.carried_share"]
    names += ["delay.forward_most_months", "delay.record_least", "dropout.record_least"]
    path = {"growth.incubation": (0.2, 2.0), "growth.pilot": (0.1, 3.0)}
    grown = [
        (f"{stage}.{name}", value, "x") for stage, both in path.items() for name, value in zip(MOVES, both, strict=True)
    ]
    reach = [(f"support.{kind}.reach_m", 800.0, "m") for kind in support.KINDS]
    assumed = frame(
        "name value unit", *((name, 0.0, "months") for name in names), *grown, *reach, standing="illustrative"
    )
    square = shapely.box(121.5, 31.1, 121.7, 31.3)
    zones = frame(
        "zone_id name_zh name_en role counted_in",
        ("Z-A", "核心区", "Core", "core", "Z-A"),
        ("Z-B", "承载区", "Bearing", "bearing", "Z-B"),
        ("Z-OUT", "外区", "Beyond", "outside", "Z-OUT"),
    )
    targets = frame(
        "target_id phrase_zh name_en value_min unit starts_on due_on project_kind document_id clause",
        ("PT10", "新建", "New", 10_000.0, "m2", "2025-01-01", "2027-12-31", "new_build", "A", "任务4"),
        ("PT11", "更新", "Renewal", 8_000.0, "m2", "2025-01-01", "2027-12-31", "renewal", "A", "任务4"),
        ("PT13", "本地生产", "Made here", 100.0, "个", None, None, None, "A", "任务9"),
        ("PT14", "产值", None, 35.0, "%", None, None, None, "A", None),
    )
    said = {"note_zh": "说明", "note_en": "Note"}
    return SimpleNamespace(
        documents=frame(
            "document_id number title_zh title_en publisher issued_on",
            ("A", "1号", "文件甲", "Paper", "区", "2025-07-17"),
        ),
        zones=gpd.GeoDataFrame(zones, geometry=gpd.GeoSeries([square, square, None], crs="EPSG:4326")),
        sectors=frame("sector_code name_zh name_en", ("S1", "赛道一", "Sector One"), ("S2", "赛道二", "Sector Two")),
        targets=days(targets, "starts_on", "due_on").assign(value_max=pd.NA).convert_dtypes(),
        counting=frame("rule_id event name_zh name_en", ("completed", "completed", "竣工", "Completed")).assign(**said),
        bases=frame("basis project_column name_zh name_en", ("gross", "gfa_m2", "建筑面积", "Gross")).assign(**said),
        assumptions=assumed.assign(label_zh=assumed["name"], label_en=assumed["name"]).convert_dtypes(),
    )
