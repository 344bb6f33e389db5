"""The checks: every kind of fault in one table, every kind of finding across the tables, each with its mend."""

import dataclasses
import datetime as dt
import json
import shutil

import geopandas as gpd
import pandas as pd
import pytest
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box, mapping

from parks import checks, policy, schema, snapshot, words
from parks.checks import ages

DAY = dt.date(2026, 11, 22)
BIRTH = {"source": "a test", "standing": "illustrative"}
KNOWN = {
    "parks": {"P1"},
    "zones": {"Z-ZJ"},
    "units": {"U1"},
    "tenants": {"T1"},
    "buildings": {"B1"},
    "sectors": {"CGT", "CGT-CART"},
    "rules": {"floor_load"},
    "criteria": {"zone_fit"},
}
ZONE = box(121.55, 31.10, 121.66, 31.22)
INSIDE, AWAY = box(121.600, 31.150, 121.601, 31.151), box(121.700, 31.150, 121.701, 31.151)
ROWS = {
    "parks": {
        "park_id": "P1",
        "name_zh": "园区",
        "zone_id": "Z-ZJ",
        "inside_layout": True,
        "placement": "surveyed",
        "geometry": Point(121.6, 31.15),
    },
    "buildings": {
        "building_id": "B1",
        "park_id": "P1",
        "name_zh": "一号楼",
        "status": "built",
        "completed_on": "2020-01-01",
        "gfa_m2": 2000.0,
        "geometry": INSIDE,
    },
    "floors": {"floor_id": "F1", "building_id": "B1", "level": 1, "gfa_m2": 1000.0},
    "units": {"unit_id": "U1", "building_id": "B1", "floor_id": "F1", "lettable_m2": 600.0, "gfa_m2": 800.0},
    "tenants": {"tenant_id": "T1", "name_zh": "企业", "kind": "tenant", "sector_code": "CGT-CART"},
    "needs": {"need_id": "N1", "tenant_id": "T1", "stage": "research", "area_min_m2": 100.0, "area_max_m2": 200.0},
    "leases": {
        "lease_id": "L1",
        "unit_id": "U1",
        "tenant_id": "T1",
        "state": "let",
        "valid_from": "2025-01-01",
        "valid_to": "2027-01-01",
    },
    "projects": {"project_id": "J1", "name_zh": "项目", "kind": "new_build", "zone_id": "Z-ZJ", "park_id": "P1"},
    "milestones": {"milestone_id": "M1", "project_id": "J1", "event": "started", "actual_on": "2025-01-01"},
    "waivers": {
        "waiver_id": "W1",
        "tenant_id": "T1",
        "unit_id": "U1",
        "rule": "floor_load",
        "reason": "Slab is being strengthened.",
        "by": "Wang",
        "day": "2026-01-01",
    },
    "pins": {"pin_id": "K1", "need_id": "N1", "unit_id": "U1", "sense": "pin"},
    "quotas": {"quota_id": "Q1", "zone_id": "Z-ZJ", "sectors": "CGT;CGT-CART", "sense": "at_least", "share": 0.3},
    "weights": {"criterion": "zone_fit", "weight": 2.0},
    "target_splits": {"split_id": "S1", "target_id": "PT10", "zone_id": "Z-ZJ", "share": 0.4},
    "facilities": {"facility_id": "F1", "kind": "cdmo", "name_zh": "平台", "capacity": 200.0, "capacity_unit": "升"},
    "requests": {
        "request_id": "R1",
        "tenant_id": "T1",
        "subject": "增容",
        "found_on": "2025-03-01",
        "solved_on": "2025-03-01",
        "answered_on": "2025-03-01",
    },
    "localisations": {
        "localisation_id": "W1",
        "kind": "imported_product",
        "name_zh": "制剂",
        "progress": "done",
        "done_on": "2025-03-01",
    },
    "outlines": {
        "outline_id": "D1",
        "kind": "parcel",
        "name_zh": "甲地块",
        "geometry": box(121.6, 31.2, 121.61, 31.21),
    },
}


def table(name, *changes):
    """Return a table whose rows are the good row with each of `changes`."""
    return pd.DataFrame([ROWS[name] | BIRTH | change for change in changes or ({},)])


def kinds(found):
    return [(issue.row, issue.column, issue.kind) for issue in found]


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    shutil.copytree(schema.DATA / "policy", folder / "policy")
    (folder / "geo").mkdir()
    feature = {"type": "Feature", "properties": {"zone_id": "Z-ZJ"}, "geometry": mapping(ZONE)}
    (folder / "geo" / "zones.geojson").write_text(json.dumps({"features": [feature]}), encoding="utf-8")
    return policy.load(folder)


# one table


@pytest.mark.parametrize("name", ROWS)
def test_a_good_row_has_no_fault(name):
    assert checks.check(name, table(name), {}) == []


@pytest.mark.parametrize(
    ("name", "change", "column", "kind"),
    [
        ("parks", {"name_zh": ""}, "name_zh", "missing"),
        ("parks", {"name_zh": "  "}, "name_zh", "missing"),
        ("parks", {"name_zh": None}, "name_zh", "missing"),
        ("parks", {"zone_id": "Z-NO"}, "zone_id", "unknown_reference"),
        ("parks", {"inside_layout": "perhaps"}, "inside_layout", "bool"),
        ("parks", {"placement": "guessed"}, "placement", "choice"),
        ("parks", {"geometry": INSIDE}, "geometry", "geometry"),
        ("parks", {"geometry": "121.6 31.15"}, "geometry", "geometry"),
        ("parks", {"geometry": Point()}, "geometry", "geometry"),
        ("parks", {"geometry": Point(31.15, 121.6)}, "geometry", "outside"),
        ("buildings", {"geometry": Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])}, "geometry", "geometry"),
        ("buildings", {"completed_on": "2025.1"}, "completed_on", "date"),
        ("buildings", {"completed_on": "2025"}, "completed_on", "date"),
        ("buildings", {"completed_on": "2025-02-30"}, "completed_on", "date"),
        ("buildings", {"above_ground_m2": 3000}, "above_ground_m2", "area"),
        ("buildings", {"floors_above": 4.5}, "floors_above", "number"),
        ("buildings", {"gfa_m2": "2000 m²"}, "gfa_m2", "number"),
        ("buildings", {"gfa_m2": float("inf")}, "gfa_m2", "number"),
        ("buildings", {"gfa_m2": -1}, "gfa_m2", "negative"),
        ("floors", {"level": 0}, "level", "level"),
        ("units", {"lettable_m2": 900}, "lettable_m2", "area"),
        ("needs", {"area_max_m2": 50}, "area_max_m2", "order"),
        ("needs", {"wanted_from": "2027-01-01", "wanted_to": "2026-01-01"}, "wanted_to", "order"),
        ("leases", {"valid_to": "2025-01-01"}, "valid_to", "order"),
        ("leases", {"tenant_id": None}, "tenant_id", "missing"),
        ("leases", {"unit_id": "U9"}, "unit_id", "unknown_reference"),
        ("leases", {"state": "vacant"}, "state", "choice"),
        ("waivers", {"reason": "  "}, "reason", "missing"),
        ("waivers", {"by": None}, "by", "missing"),
        ("waivers", {"unit_id": None}, "unit_id", "place"),
        ("waivers", {"unit_id": " "}, "unit_id", "place"),
        ("waivers", {"building_id": "B1"}, "unit_id", "place"),
        ("waivers", {"rule": "free"}, "rule", "never"),
        ("waivers", {"rule": "term"}, "rule", "never"),
        ("waivers", {"rule": "wanted_from"}, "rule", "unknown_reference"),
        ("waivers", {"tenant_id": "T9"}, "tenant_id", "unknown_reference"),
        ("pins", {"unit_id": None}, "unit_id", "place"),
        ("pins", {"unit_id": None, "sense": "ban"}, "unit_id", "place"),
        ("pins", {"need_id": None}, "need_id", "who"),
        ("pins", {"sense": "perhaps"}, "sense", "choice"),
        ("facilities", {"capacity_unit": " "}, "capacity_unit", "missing"),
        ("facilities", {"capacity": -1}, "capacity", "negative"),
        ("facilities", {"kind": "shop"}, "kind", "choice"),
        ("requests", {"solved_on": "2025-02-28"}, "solved_on", "order"),
        ("requests", {"solved_on": None, "answered_on": "2025-02-28"}, "answered_on", "order"),
        ("localisations", {"progress": "under_way"}, "done_on", "order"),
        ("localisations", {"progress": "listed"}, "done_on", "order"),
        ("outlines", {"name_zh": " "}, "name_zh", "missing"),
        ("outlines", {"kind": "zone"}, "zone_id", "missing"),
        ("outlines", {"kind": "park"}, "park_id", "missing"),
        ("outlines", {"kind": "city"}, "kind", "choice"),
        ("outlines", {"uncertainty_m": -1}, "uncertainty_m", "negative"),
        ("outlines", {"geometry": Point(121.6, 31.2)}, "geometry", "geometry"),
        ("quotas", {"share": None}, "share", "amount"),
        ("quotas", {"area_m2": 500}, "share", "amount"),
        ("quotas", {"share": 30}, "share", "share"),
        ("quotas", {"share": -0.1}, "share", "negative"),
        ("quotas", {"price": 0}, "price", "price"),
        ("quotas", {"price": -1}, "price", "negative"),
        ("quotas", {"sectors": "CGT;NO-NE"}, "sectors", "unknown_reference"),
        ("quotas", {"sectors": "CGT; CGT-CART"}, "sectors", "unknown_reference"),
        ("weights", {"weight": -1}, "weight", "negative"),
        ("weights", {"weight": None}, "weight", "missing"),
        ("weights", {"criterion": "beauty"}, "criterion", "unknown_reference"),
    ],
)
def test_one_fault_is_one_issue_with_row_column_and_mend(name, change, column, kind):
    found = checks.check(name, table(name, change), KNOWN)
    key = (ROWS[name] | change)[schema.key(name)]
    assert kinds(found) == [(key, column, kind)]
    assert found[0].table == name
    assert found[0].message.endswith(".")
    assert found[0].mend.endswith(".")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("floors", {"level": -1}),
        ("leases", {"tenant_id": None, "state": "renovation"}),
        ("leases", {"valid_to": None}),
        ("units", {"lettable_m2": None}),
        ("parks", {"geometry": None}),
        ("buildings", {"geometry": None, "completed_on": dt.date(2020, 1, 1)}),
        ("units", {"dual_power": "是", "bsl": "2"}),
        ("waivers", {"unit_id": None, "building_id": "B1", "rule": "any where the policy is not at hand"}),
        ("pins", {"need_id": None, "sense": "ban", "unit_id": None, "building_id": "B1"}),
        ("pins", {"need_id": None, "tenant_id": "T1"}),
        ("quotas", {"share": None, "area_m2": 0, "price": 0.5}),
        ("quotas", {"share": 1, "sectors": "NO-NE"}),
        ("weights", {"criterion": "beauty", "weight": 0}),
    ],
)
def test_what_is_unknown_or_allowed_is_no_fault(name, change):
    assert checks.check(name, table(name, change), {}) == []


def test_a_change_as_published_may_be_negative():
    row = {"figure_id": "M1", "subject": "园区", "metric": "空置率变动", "value": -1.6, **BIRTH}
    assert checks.check("published_figures", pd.DataFrame([row]), {}) == []


def test_the_second_row_of_a_key_is_named():
    found = checks.check("units", table("units", {}, {}, {"unit_id": ""}, {"unit_id": ""}), {})
    assert kinds(found) == [("2", "unit_id", "missing"), ("3", "unit_id", "missing"), ("U1", "unit_id", "doubled")]


def test_a_row_is_named_by_the_users_line_where_it_is_known():
    frame = table("units", {"gfa_m2": "much"})
    frame.index = pd.Index([7], name="row")
    assert kinds(checks.check("units", frame, {})) == [("7", "gfa_m2", "number")]


def test_missing_columns_are_named_once():
    found = checks.check("leases", table("leases").drop(columns=["state", "tenant_id", "lease_id"]), {})
    assert kinds(found) == [("", "lease_id", "missing_column"), ("", "state", "missing_column")]
    found = checks.check("leases", table("leases").drop(columns="tenant_id"), {})
    assert [(issue.column, issue.value, issue.kind) for issue in found] == [("tenant_id", "", "missing")]


def test_every_fault_comes_at_once():
    bad = {"level": 0, "gfa_m2": -5, "floor_height_m": "high", "building_id": "B9", "standing": "sure"}
    assert len(checks.check("floors", table("floors", bad), KNOWN)) == 5


def test_places_are_held_against_the_bounds():
    near = (121.0, 30.0, 122.0, 32.0)
    assert checks.check("parks", table("parks"), {}, bounds=near) == []
    far = checks.check("parks", table("parks", {"geometry": Point(116.4, 39.9)}), {}, bounds=near)
    assert kinds(far) == [("P1", "geometry", "outside")]


@pytest.mark.parametrize("name", schema.TABLES)
def test_an_empty_table_has_no_fault(name):
    assert checks.check(name, schema.typed(name, pd.DataFrame()), {}) == []


def test_an_unknown_table_is_a_programmers_fault():
    with pytest.raises(KeyError):
        checks.check("tenancies", pd.DataFrame(), {})


def test_issues_are_said_in_chinese():
    found = checks.check("floors", table("floors", {"level": 0}), {}, t=words.translator("zh"))
    assert (found[0].message, found[0].mend) == ("没有0层。", "首层为1，地下一层为−1。")


cells = st.one_of(st.none(), st.text(max_size=6), st.integers(), st.floats(), st.booleans(), st.dates())


@settings(max_examples=thorough.cases(25), deadline=None)  # the first call of a table reads its schema
@given(st.sampled_from(schema.TABLES), st.data())
def test_no_cell_breaks_the_checks(name, data):
    frame = pd.DataFrame([{column: data.draw(cells) for column in schema.columns(name)}], dtype=object)
    lists = (*schema.TABLES, "zones", "sectors", "targets", "rules", "criteria")
    found = checks.check(name, frame, {table: {"A"} for table in lists})
    assert all(issue.table == name and issue.message and issue.mend for issue in found)


# all tables


def park(**tables):
    """Return a snapshot of good rows in which the tables given replace theirs."""
    frames = {name: table(name) for name in ROWS} | tables
    for name, frame in frames.items():
        for column in schema.columns(name).values():
            if column.type == "date" and column.name in frame:
                frame[column.name] = pd.to_datetime(frame[column.name])
    return snapshot.of(DAY, frames)


def test_good_tables_have_no_findings(rules):
    assert checks.check_all(park(), rules) == []
    assert checks.check_all(snapshot.of(DAY, {}), rules) == []


def test_each_table_is_checked_against_the_others_and_the_policy(rules):
    found = checks.check_all(
        park(
            tenants=table("tenants", {"sector_code": "NO-NE"}),
            leases=table("leases", {"unit_id": "U9"}),
            projects=table("projects", {"counts_to": "PT99"}),
        ),
        rules,
    )
    assert [(issue.table, issue.column, issue.kind) for issue in found] == [
        ("tenants", "sector_code", "unknown_reference"),
        ("leases", "unit_id", "unknown_reference"),
        ("projects", "counts_to", "unknown_reference"),
    ]


def test_what_planners_decide_is_checked_against_the_policy(rules):
    clashes = rules.conflicts.set_index("hardness")["conflict_id"]
    hard, soft = clashes["hard"].iloc[0], clashes["soft"].iloc[0]
    names = ["floor_load", "zone_fit", hard, "wanted_from", soft, "soft_conflict", "free"]
    waivers = table("waivers", *({"waiver_id": f"W{n}", "rule": name} for n, name in enumerate(names)))
    weights = table("weights", *({"criterion": name} for name in ("rent", "soft_conflict", "requirement", hard)))
    found = checks.check_all(park(waivers=waivers, weights=weights), rules)
    assert kinds(found) == [
        ("W6", "rule", "never"),
        *((f"W{n}", "rule", "unknown_reference") for n in (3, 4, 5)),
        (hard, "criterion", "unknown_reference"),
    ]


def outlines(*rows):
    """Return outlines, each with these changes; each of a key of its own."""
    return table("outlines", *({"outline_id": f"D{number}"} | row for number, row in enumerate(rows, 1)))


def test_a_zone_and_a_park_have_one_outline(rules):
    zone, core = {"kind": "zone", "zone_id": "Z-EXPO"}, {"kind": "zone", "zone_id": "Z-CORE-W"}
    own = {"kind": "park", "park_id": "P1"}
    drawn = outlines(zone, core, zone, own, own, {"park_id": "P1"}, {"park_id": "P1"})
    found = [issue for issue in checks.check_all(park(outlines=drawn), rules) if issue.kind != "shared"]
    assert kinds(found) == [("D3", "zone_id", "doubled"), ("D5", "park_id", "doubled")]


def test_parcels_that_share_ground_are_worth_a_look(rules):
    east, touching = box(121.605, 31.2, 121.62, 31.21), box(121.62, 31.2, 121.63, 31.21)
    bow = Polygon([(121.6, 31.2), (121.63, 31.21), (121.63, 31.2), (121.6, 31.21)])
    drawn = outlines({}, {"geometry": east}, {"geometry": touching}, {"geometry": None}, {"geometry": bow})
    said = [issue for issue in checks.check_all(park(outlines=drawn), rules) if issue.kind == "shared"]
    assert kinds(said) == [("D2", "geometry", "shared")]
    assert said[0].message == "It shares 528,306 m² of ground with 甲地块."


def test_a_park_is_held_against_the_outline_of_its_zone_on_record(rules):
    surveyed = table("parks", {"placement": "surveyed", "geometry": Point(121.6, 31.2)})
    zone = surveyed["zone_id"].iloc[0]
    around, away = box(121.59, 31.19, 121.61, 31.21), box(121.7, 31.1, 121.71, 31.11)
    for shape, told in ((around, []), (away, [("P1", "geometry", "zone")])):
        drawn = outlines({"kind": "zone", "zone_id": zone, "geometry": shape})
        found = checks.check_all(park(parks=surveyed, outlines=drawn), rules)
        assert [one for one in kinds(found) if one[0] == "P1"] == told


def test_a_unit_on_the_floor_of_another_building(rules):
    found = checks.check_all(
        park(
            buildings=table("buildings", {}, {"building_id": "B2"}),
            units=table("units", {"building_id": "B2"}),
        ),
        rules,
    )
    assert kinds(found) == [("U1", "floor_id", "floor")]


def test_parts_larger_than_the_whole(rules):
    units = table("units", {}, {"unit_id": "U2"}, {"unit_id": "U3", "lettable_m2": None, "gfa_m2": None})
    found = checks.check_all(park(units=units, floors=table("floors", {}, {"floor_id": "F2", "gfa_m2": 1500.0})), rules)
    assert [(issue.table, *kinds([issue])[0], issue.value) for issue in found] == [
        ("floors", "F1", "gfa_m2", "area", "1000.0"),
        ("floors", "F1", "gfa_m2", "area", "1000.0"),
        ("buildings", "B1", "gfa_m2", "area", "2000.0"),
    ]
    assert found[0].message != found[1].message


def test_an_unknown_whole_is_no_finding(rules):
    assert checks.check_all(park(floors=table("floors", {"gfa_m2": None})), rules) == []


@pytest.mark.parametrize(
    ("second", "overlaps"),
    [
        ({"valid_from": "2026-12-31"}, True),
        ({"valid_from": "2027-01-01"}, False),
        ({"valid_from": "2026-06-01", "state": "intended"}, False),
        ({"valid_from": "2026-06-01", "state": "renovation", "tenant_id": None}, True),
        ({"valid_from": "2026-06-01", "unit_id": "U2"}, False),
        ({"valid_from": "2024-01-01", "valid_to": None}, True),
    ],
)
def test_overlapping_firm_leases(rules, second, overlaps):
    units = table("units", {"gfa_m2": None}, {"unit_id": "U2", "lettable_m2": 100, "gfa_m2": None})
    leases = table("leases", {}, {"lease_id": "L2", "valid_to": "2028-01-01"} | second)
    found = checks.check_all(park(units=units, leases=leases), rules)
    late = "L1" if second["valid_from"] < "2025" else "L2"
    assert kinds(found) == ([(late, "unit_id", "overlap")] if overlaps else [])


def test_a_short_lease_inside_a_long_one_does_not_hide_the_next(rules):
    leases = table(
        "leases",
        {"valid_to": "2030-01-01"},
        {"lease_id": "L2", "valid_from": "2026-01-01", "valid_to": "2026-02-01"},
        {"lease_id": "L3", "valid_from": "2027-01-01", "valid_to": "2028-01-01"},
    )
    assert [row for row, _, _ in kinds(checks.check_all(park(leases=leases), rules))] == ["L2", "L3"]


def test_projects_and_parks_agree_with_their_zones(rules):
    found = checks.check_all(
        park(
            projects=table("projects", {"zone_id": "Z-LG"}, {"project_id": "J2", "park_id": None}),
            parks=table(
                "parks",
                {},
                {"park_id": "P2", "zone_id": "Z-LGB"},
                {"park_id": "P3", "zone_id": "Z-LGB", "inside_layout": False},
            ),
        ),
        rules,
    )
    assert kinds(found) == [("J1", "zone_id", "zone"), ("P2", "inside_layout", "zone")]


def test_a_wish_to_be_near_a_company_that_is_not_on_record(rules):
    wishes = [
        {"need_id": f"N{number}", "near": near} for number, near in enumerate(("T1", "T1; T9", None, " ;T1", "T8"))
    ]
    found = checks.together(park(needs=table("needs", *wishes)), rules)
    assert [(issue.row, issue.column, issue.kind) for issue in found] == [
        ("N1", "near", "unknown_reference"),
        ("N4", "near", "unknown_reference"),
    ]


@pytest.mark.parametrize(
    ("placement", "zone", "found"),
    [
        ("surveyed", "Z-ZJ", [("P1", "geometry", "zone"), ("B1", "geometry", "zone")]),
        ("schematic", "Z-ZJ", []),
        ("surveyed", "Z-LG", []),
    ],
)
def test_places_outside_their_zone(rules, placement, zone, found):
    parks = table("parks", {"placement": placement, "zone_id": zone, "geometry": Point(121.7, 31.15)})
    buildings = table("buildings", {"geometry": AWAY}, {"building_id": "B2", "geometry": None})
    projects = table("projects", {"zone_id": zone})
    assert kinds(checks.check_all(park(parks=parks, buildings=buildings, projects=projects), rules)) == found


def test_a_portfolio_holds_no_buildings(rules):
    found = checks.check_all(park(parks=table("parks", {"record_type": "portfolio"})), rules)
    assert kinds(found) == [("B1", "park_id", "park")]


def test_milestones_in_order_once_and_not_in_the_future(rules):
    milestones = table(
        "milestones",
        {"planned_on": "2025-03-01"},
        {"milestone_id": "M2", "event": "approved", "actual_on": "2025-02-01", "planned_on": "2025-02-01"},
        {"milestone_id": "M3", "event": "recognised", "actual_on": "2024-01-01"},
        {"milestone_id": "M4", "event": "completed", "actual_on": "2027-01-01"},
        {"milestone_id": "M5", "event": "started", "actual_on": "2025-01-01"},
        {"milestone_id": "M6", "event": "handed_over", "actual_on": None, "planned_on": "2025-01-01"},
    )
    assert kinds(checks.check_all(park(milestones=milestones), rules)) == [
        ("M5", "event", "doubled"),
        ("M4", "actual_on", "future"),
        ("M6", "planned_on", "order"),
        ("M1", "actual_on", "order"),
    ]


@pytest.mark.parametrize(
    ("building", "milestone", "kind", "found"),
    [
        ({}, {"actual_on": "2021-01-01"}, "new_build", [("B1", "completed_on", "order")]),
        ({}, {"actual_on": "2019-12-01"}, "new_build", []),
        ({}, {"actual_on": "2021-01-01"}, "renewal", []),
        ({}, {"actual_on": None, "planned_on": "2027-01-01"}, "new_build", [("B1", "completed_on", "order")]),
        (
            {"completed_on": None, "status": "built"},
            {"actual_on": None, "planned_on": "2027-01-01"},
            "new_build",
            [("B1", "completed_on", "order")],
        ),
        (
            {"completed_on": "2027-01-01", "status": "under_construction"},
            {"actual_on": None, "planned_on": "2027-01-01"},
            "new_build",
            [],
        ),
        ({"completed_on": "2027-01-01"}, {"actual_on": "2019-01-01"}, "new_build", [("B1", "status", "future")]),
        ({"completed_on": None}, {"actual_on": None, "planned_on": None}, "new_build", []),
    ],
)
def test_buildings_and_the_projects_that_make_them(rules, building, milestone, kind, found):
    tables = park(
        buildings=table("buildings", building),
        projects=table("projects", {"building_id": "B1", "kind": kind}),
        milestones=table("milestones", {"event": "completed"} | milestone),
    )
    assert kinds(checks.check_all(tables, rules)) == found


def test_the_frames_are_not_changed(rules):
    tables = park()
    before = {name: tables.table(name).copy() for name in schema.TABLES}
    checks.check_all(tables, rules)
    for name, frame in before.items():
        assert isinstance(frame, gpd.GeoDataFrame) == (schema.geometry(name) is not None)
        pd.testing.assert_frame_equal(pd.DataFrame(tables.table(name)), pd.DataFrame(frame))


def test_a_doubled_key_breaks_no_check_across_the_tables(rules):
    doubled = park(parks=table("parks", {}, {}), units=table("units", {}, {}), buildings=table("buildings", {}, {}))
    found = {(issue.table, issue.kind) for issue in checks.check_all(doubled, rules)}
    assert {("parks", "doubled"), ("units", "doubled"), ("buildings", "doubled")} <= found


def test_units_larger_than_their_building_where_no_floor_tells(rules):
    units = table("units", {"lettable_m2": 2500, "gfa_m2": 2600})
    found = checks.together(park(units=units, floors=table("floors", {"gfa_m2": None})), rules)
    assert [(issue.table, *kinds([issue])[0]) for issue in found] == [("buildings", "B1", "gfa_m2", "area")] * 2
    assert "lettable" in found[0].message
    assert "gross" in found[1].message


@pytest.mark.parametrize(
    ("area", "lease", "told"),
    [
        (0, {}, True),
        (0, {"state": "intended"}, False),
        (0, {"state": "renovation", "tenant_id": None}, False),
        (None, {}, False),
        (1, {}, False),
    ],
)
def test_more_is_let_than_can_be_let_where_a_unit_has_no_lettable_area(rules, area, lease, told):
    found = checks.together(park(units=table("units", {"lettable_m2": area}), leases=table("leases", lease)), rules)
    assert kinds(found) == ([("L1", "unit_id", "area")] if told else [])


def test_checks_together_are_the_part_of_all_that_spans_tables(rules):
    tables = park(
        buildings=table("buildings", {"park_id": "P9"}),
        leases=table("leases", {}, {"lease_id": "L2", "valid_from": "2026-01-01"}),
    )
    assert kinds(checks.together(tables, rules)) == [("L2", "unit_id", "overlap")]
    assert kinds(checks.check_all(tables, rules)) == [
        ("B1", "park_id", "unknown_reference"),
        ("L2", "unit_id", "overlap"),
    ]


# advice


def advice(rules, **tables):
    """Return the advice on a day, and prove that it is told as such."""
    found = checks.together(park(**tables), rules)
    assert {issue.kind for issue in found} <= checks.ADVICE
    return found


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("上海君实生物医药科技股份有限公司", "上海君实生物医药科技 有限公司", "legal form"),
        ("君实生物（上海）有限公司", "君实生物", "place"),
        ("上海君实生物医药科技股份有限公司", "君实生物", "shorter form"),
        ("百济神州", "百济神洲", "One character"),
    ],
)
def test_one_company_under_two_spellings_is_proposed(rules, first, second, said):
    tenants = table("tenants", {"name_zh": first}, {"tenant_id": "T2", "name_zh": second})
    (issue,) = advice(rules, tenants=tenants)
    assert (issue.table, issue.row, issue.column, issue.value, issue.kind) == (
        *("tenants", "T2", "name_zh", second),
        "alike",
    )
    assert f"T1 {first}" in issue.message
    assert said in issue.message
    assert issue.mend == "If both are one company, use one tenant_id; else leave both."


def test_an_english_name_that_is_alike_is_shown(rules):
    tenants = table(
        "tenants",
        {"name_zh": "药明康德", "name_en": "WuXi AppTec"},
        {"tenant_id": "T2", "name_zh": "康德新药", "name_en": "Wuxi AppTec Co., Ltd."},
        {"tenant_id": None, "name_zh": "药明康德"},
        {"tenant_id": "T4", "name_zh": None, "name_en": "WuXi Biologics"},
    )
    (issue,) = advice(rules, tenants=tenants)
    assert (issue.row, issue.column, issue.value) == ("T2", "name_en", "Wuxi AppTec Co., Ltd.")
    assert "T1 WuXi AppTec" in issue.message


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025", "2025-12-31"),
        ("2025-03", "2025-03-31"),
        ("2024-02-31", "2024-02-29"),
        ("2025-03-15", "2025-03-15"),
        ("20250315", "2025-03-15"),
        ("2025年3月", "2025-03-31"),
        ("2025/3/5", "2025-03-05"),
        ("about 2023-09", "2023-09-30"),
        ("2021-01-18; 2023-12", "2023-12-31"),
        ("2019-2023", "2023-12-31"),
        ("03-19 (year inferred 2026)", "2026-12-31"),
        ("undated", None),
        ("12025", None),
    ],
)
def test_a_source_date_counts_by_its_last_day(text, day):
    assert ages.last_day(text) == (dt.date.fromisoformat(day) if day else None)


@given(st.text(max_size=30))
def test_no_source_date_breaks_the_reading(text):
    assert ages.last_day(text) is None or ages.last_day(text).year >= 1900


def real(name, *changes):
    return table(name, *({"standing": "stated"} | change for change in changes))


def test_rows_of_an_old_source_are_marked(rules):
    leases = real(
        "leases",
        {"source_date": "2025-11-21"},
        {"lease_id": "L2", "source_date": "2025-11-22"},
        {"lease_id": "L3", "source_date": "2025"},
        {"lease_id": "L4", "source_date": "undated"},
        {"lease_id": "L5", "source_date": None},
        {"lease_id": "L6", "source_date": "2001", "standing": "illustrative"},
    )
    assert ages.stale("leases", leases, rules, DAY).tolist() == [True, False, False, False, False, False]
    units = table("units", *({"unit_id": f"U{n}"} for n in range(1, 7)))
    leases["unit_id"] = units["unit_id"]
    (issue,) = advice(rules, units=units.assign(lettable_m2=1.0, gfa_m2=1.0), leases=leases)
    assert (issue.table, *kinds([issue])[0], issue.value) == ("leases", "L1", "source_date", "stale", "2025-11-21")
    assert "12 months" in issue.message


def test_old_rows_of_one_source_are_told_together_and_many_sources_once(rules):
    def units(count, source):
        return real(
            "units",
            *(
                {"unit_id": f"U{n}", "source": source(n), "source_date": f"{2001 + n}", "lettable_m2": 1, "gfa_m2": 1}
                for n in range(count)
            ),
        )

    leases = table("leases", {"unit_id": "U0"})
    few = advice(rules, units=units(4, lambda n: ["ledger", "map"][n // 3]), leases=leases)
    assert [(issue.row, issue.value) for issue in few] == [("", "ledger"), ("U3", "2004")]
    assert few[0].message == "3 rows rest on sources older than 24 months; the oldest is of 2001-12-31."
    (unsaid,) = advice(rules, units=units(2, lambda _: None), leases=leases)
    assert (unsaid.row, unsaid.value) == ("", "")
    (many,) = advice(rules, units=units(11, str), leases=leases)
    assert (many.row, many.value, many.message[:7]) == ("", "", "11 rows")


def test_a_limit_that_the_policy_does_not_set_is_off(rules):
    off = dataclasses.replace(rules, limits=rules.limits.head(0))
    figures = published({"value": 1.0})
    assert len(advice(rules, units=real("units", {"source_date": "2001"}), **figures)) == 2
    assert advice(off, units=real("units", {"source_date": "2001"}), **figures) == []


def published(*changes, **tables):
    row = {"figure_id": "F1", "park_id": "P1", "subject": "园区", "metric": "Floor area", "value": 9000.0, "unit": "m²"}
    said = {"source": "年报", "standing": "reported"}
    figures = pd.DataFrame([row | said | change for change in changes or ({},)])
    return {"published_figures": figures, "buildings": real("buildings", {})} | tables


def test_a_published_total_that_differs_from_the_sum_of_rows_is_told(rules):
    two = real("buildings", {"gfa_m2": 2000}, {"building_id": "B2", "gfa_m2": 3000, "status": "planned"})
    figures = published({"source_date": "2026-03"}, buildings=two)
    (issue,) = advice(rules, **figures)
    assert (issue.table, *kinds([issue])[0], issue.value) == (
        *("published_figures", "F1", "value", "published"),
        "9000.0",
    )
    assert issue.message == "Published are 9,000 m² (年报, 2026-03); the rows of P1 add up to 5,000 m²."


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"value": 2100.0}, False),
        ({"value": 2110.0}, True),
        ({"value": 1900.0}, True),
        ({"value": 0.2, "unit": "万平方米"}, False),
        ({"value": 0.3, "unit": "万平方米", "metric": "总建筑面积 "}, True),
        ({"unit": "亩"}, False),
        ({"unit": None}, False),
        ({"value": None}, False),
        ({"metric": "land area"}, False),
        ({"park_id": None}, False),
        ({"standing": "illustrative"}, False),
        ({"source": "年报, 2026", "source_date": "2026"}, True),
    ],
)
def test_only_totals_in_square_metres_beyond_the_tolerance_are_told(rules, change, told):
    found = advice(rules, **published(change))
    assert kinds(found) == ([("F1", "value", "published")] if told else [])
    assert not found or "2026, 2026" not in found[0].message


@pytest.mark.parametrize(
    "buildings",
    [
        [{"standing": "illustrative"}],
        [{}, {"building_id": "B2", "gfa_m2": None}],
        [{}, {"building_id": "B2", "standing": "illustrative"}],
    ],
)
def test_a_made_up_or_incomplete_inventory_is_not_held_against_a_publication(rules, buildings):
    assert advice(rules, **published(buildings=real("buildings", *buildings))) == []


def test_the_newest_published_total_of_a_park_counts(rules):
    newest = {"figure_id": "F3", "value": 2000.0, "source_date": "2026-01"}
    older = ({"figure_id": "F1", "source_date": "2025"}, {"figure_id": "F2"})
    assert advice(rules, **published(*older, newest)) == []
    assert [issue.row for issue in advice(rules, **published(*older, newest | {"value": 1.0}))] == ["F3"]


def test_published_lettable_totals_are_held_against_the_units(rules):
    figure = {"metric": "可租面积", "value": 1000.0}
    units = real("units", {})
    assert [issue.row for issue in advice(rules, **published(figure, units=units))] == ["F1"]
    assert advice(rules, **published(figure | {"value": 600.0}, units=units)) == []
    bare = real("buildings", {}, {"building_id": "B2"})
    assert advice(rules, **published(figure, units=units, buildings=bare)) == []


def test_advice_is_said_in_chinese(rules):
    found = checks.together(park(**published()), rules, words.translator("zh"))
    assert found[0].message == "公开数据为9,000 m²（年报），而P1各条记录合计为2,000 m²。"
