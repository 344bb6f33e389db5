"""The bundled sample: what is real, what is made up, and that the two never mix."""

import datetime as dt
import itertools
import re
import shutil
import subprocess
import sys
from functools import cache

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from parks import schema, snapshot
from parks.intake import sample
from parks.issues import InvalidData

DAY = pd.Timestamp("2026-10-31")
MADE_UP = ("buildings", "floors", "units", "needs", "leases", "projects", "milestones")
GENERATOR = "Parks sample generator, seed 20261031"
STATES = {"let", "reserved", "intended", "fitting_out", "locked", "renovation"}
EVENTS = ("approved", "started", "topped_out", "completed", "recognised", "handed_over", "first_let")
OUTLINE = {
    "Z-CORE-W": "core_west",
    "Z-CORE-E": "core_east",
    "Z-ZJ": "science_city_2017",
    "Z-CELL": "intl_medical_park",
    "Z-WGQ": "waigaoqiao_region",
    "Z-EXPO": "expo_area",
    "Z-LG": "laogang_town",
    "Z-JQ": "jinqiao_ftz",
}


@cache
def tables() -> dict[str, pd.DataFrame]:
    return sample.read()


def with_zone(name: str) -> pd.DataFrame:
    zones = tables()["parks"][["park_id", "zone_id"]]
    if name == "units":
        parks = tables()["buildings"][["building_id", "park_id"]]
        return tables()["units"].merge(parks, on="building_id").merge(zones, on="park_id")
    return tables()[name].merge(zones, on="park_id")


def firm() -> pd.DataFrame:
    leases = tables()["leases"]
    return leases[leases["state"] != "intended"]


def in_force(leases: pd.DataFrame) -> pd.DataFrame:
    return leases[(leases["valid_from"] <= DAY) & (leases["valid_to"].isna() | (leases["valid_to"] > DAY))]


def test_it_is_as_large_as_the_demo_needs():
    sizes = {name: len(frame) for name, frame in tables().items()}
    real = tables()["parks"].query("standing != 'illustrative'")
    assert len(real) >= 60
    assert sizes["buildings"] >= 360
    assert tables()["buildings"]["park_id"].nunique() >= 40
    assert sizes["units"] >= 3200
    assert sizes["tenants"] >= 250 + 92
    assert (tables()["tenants"]["kind"] == "applicant").sum() == 110
    assert sizes["needs"] == 130
    assert tables()["projects"]["kind"].value_counts().to_dict() == {"new_build": 36, "renewal": 34}
    assert sum(path.stat().st_size for path in sample.FOLDER.rglob("*.csv")) < 3_000_000


def test_tables_are_typed_and_make_a_snapshot():
    park = snapshot.of(dt.date(2026, 10, 31), tables())
    assert park.buildings.crs == "EPSG:4326"
    assert park.units["lettable_m2"].dtype == "Float64"
    assert park.buildings["bonded"].dtype == "boolean"
    assert park.leases["valid_from"].dtype.kind == "M"
    assert list(tables()) == list(schema.TABLES)


def test_the_parks_that_must_be_there():
    parks = tables()["parks"].set_index("park_id")
    assert parks.loc["P035", "zone_id"] == "Z-CELL"
    assert parks.loc["P067", "zone_id"] == "Z-LGB"
    assert not parks.loc["P067", "inside_layout"]
    assert set(parks.loc[~parks["inside_layout"]].index) == {f"P0{n}" for n in range(67, 74)}
    assert {"P074", "P075"}.isdisjoint(parks.index)
    assert (parks["placement"] == "schematic").all()
    assert list(parks.index[parks.geometry.isna()]) == ["P068"]


@pytest.mark.parametrize("table", schema.TABLES)
def test_keys_are_single_required_cells_filled_and_choices_known(table):
    frame = tables()[table]
    assert frame[schema.key(table)].is_unique
    for name, column in schema.columns(table).items():
        choices = column.values  # noqa: PD011 - the choices of a schema column
        if column.required:
            assert frame[name].notna().all(), name
        if choices:
            assert set(frame[name].dropna()) <= set(choices), name
        if column.refers_to in schema.TABLES:
            known = set(tables()[column.refers_to][schema.key(column.refers_to)])
            assert set(frame[name].dropna()) <= known, name
        if column.type in {"int", "number"} and column.unit.startswith("m²"):
            assert frame[name].dropna().ge(0).all(), name


def test_policy_codes_are_known():
    for table, column, file in (("parks", "zone_id", "zones"), ("tenants", "sector_code", "sectors")):
        policy = pd.read_csv(schema.DATA / "policy" / f"{file}.csv", dtype=str)
        assert set(tables()[table][column].dropna()) <= set(policy[column]), column
    assert set(tables()["projects"]["counts_to"].dropna()) == {"PT10", "PT11"}


def test_every_made_up_row_says_so():
    for table in MADE_UP:
        assert (tables()[table]["standing"] == "illustrative").all(), table
    for frame in tables().values():
        made = frame[frame["standing"] == "illustrative"]
        assert (made["source"] == GENERATOR).all()
        assert (made["source_date"] == "2026-10-31").all()
    tenants = tables()["tenants"].query("standing == 'illustrative'")
    assert tenants["name_zh"].str.startswith("示例·").all()
    assert tenants["name_en"].str.startswith("Sample ").all()
    assert tenants["name_zh"].is_unique
    parks = tables()["parks"].query("standing == 'illustrative'")
    assert parks["name_zh"].str.startswith("示例园区").all()
    assert tables()["buildings"]["name_zh"].str.contains("示例楼").all()
    assert tables()["projects"]["name_zh"].str.startswith("示例").all()


def test_real_rows_carry_their_source():
    for table in ("parks", "tenants", "published_figures"):
        real = tables()[table].query("standing != 'illustrative'")
        assert set(real["standing"]) <= {"reported", "stated", "inferred"}
        assert real["source"].str.len().gt(3).all()
        assert real["source_date"].notna().all()
        links = real["source"].str.extract(r"(https?://\S+)")[0].dropna()
        assert links.str.contains(r"\.gov\.cn").all(), "only official addresses are linked"
    assert tables()["published_figures"]["publisher"].notna().all()


def test_nothing_is_invented_about_real_companies():
    real = tables()["tenants"].query("standing == 'reported'")
    assert len(real) == 92
    for table in ("leases", "needs"):
        assert set(tables()[table]["tenant_id"].dropna()).isdisjoint(real["tenant_id"])
    names = {name for name in [*real["name_zh"], *real["name_en"].dropna()] if len(name) > 3}
    made = tables()["tenants"].query("standing == 'illustrative'")
    for name in made["name_zh"]:
        stem = re.sub(r"示例·| \d+$", "", name)
        assert not any(stem in other or other in stem for other in names), name


def test_published_figures_stand_as_published():
    figures = tables()["published_figures"]

    def value(park: str, metric: str, **more: str) -> list[float]:
        rows = figures[(figures["park_id"] == park) & (figures["metric"] == metric)]
        for column, wanted in more.items():
            rows = rows[rows[column] == wanted]
        return rows["value"].tolist()

    assert value("P006", "floor area") == [300_000]
    assert value("P003", "floor area") == [145_500]
    assert value("P041", "floor area above ground") == [27_290]
    assert value("P041", "floor area below ground") == [14_858]
    assert value("P036", "floor area") == [160_000]
    assert value("P036", "floor area (another source)") == [120_000]
    assert value("P024", "land area", unit="亩") == [39.6]
    assert value("P014", "rent", period="2023-09") == [5.61]
    assert value("P059", "occupancy") == [84]
    assert value("P050", "lettable portfolio", period="2021-06-30") == [1_239_300]
    market = figures[figures["park_id"].isna() & (figures["publisher"] == "JLL") & (figures["period"] == "2025 Q3")]
    assert 26.1 in market["value"].tolist()
    assert (figures["standing"] != "illustrative").all()
    assert value("P013", "floor area") == [], "its page is not to be trusted"


def test_footprints_are_valid_and_do_not_overlap():
    shapes = tables()["buildings"].geometry
    assert shapes.is_valid.all()
    assert shapes.notna().all()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (left == right).all()
    wide = shapes.to_crs(shapes.estimate_utm_crs()).minimum_rotated_rectangle()
    sides = wide.apply(lambda box: max(shapely.Point(a).distance(shapely.Point(b)) for a, b in pairs(box)))
    assert sides.between(30, 120).all()


def pairs(box: shapely.Polygon) -> list[tuple]:
    corners = list(box.exterior.coords)
    return list(itertools.pairwise(corners))


def outlines() -> dict[str, shapely.Geometry]:
    corners = pd.read_csv(schema.DATA / "geo" / "corners.csv").sort_values(["outline_id", "corner"])
    return {name: shapely.Polygon(rows[["lon", "lat"]].to_numpy()) for name, rows in corners.groupby("outline_id")}


def test_parks_and_buildings_stand_inside_their_zone():
    drawn = outlines()
    buildings = gpd.GeoDataFrame(with_zone("buildings"))
    for zone, outline in OUTLINE.items():
        parks = tables()["parks"].query("zone_id == @zone")
        assert parks.within(drawn[outline]).all(), zone
        assert buildings[buildings["zone_id"] == zone].within(drawn[outline]).all(), zone
    bonded = buildings[buildings["bonded"]]
    assert set(bonded["zone_id"]) == {"Z-WGQ"}
    assert bonded.within(drawn["waigaoqiao_ftz"]).all()
    assert not buildings[~buildings["bonded"]].intersects(drawn["waigaoqiao_ftz"]).any()
    city = buildings[buildings["zone_id"].isin(["Z-ZJ", "Z-CELL"])]
    assert not city.intersects(drawn["core_west"].union(drawn["core_east"])).any()


def test_parks_do_not_stand_on_each_other():
    points = tables()["parks"].dropna(subset=["geometry"]).geometry
    left, right = shapely.STRtree(points).query(points, predicate="dwithin", distance=0.001)
    assert (left == right).all()


def test_portfolios_and_plan_areas_hold_no_buildings():
    parks = tables()["parks"]
    empty = parks[parks["record_type"].isin(["portfolio", "plan_area"])]
    assert set(empty["park_id"]).isdisjoint(tables()["buildings"]["park_id"])


def test_buildings_are_plausible():
    buildings = tables()["buildings"]
    assert buildings["floors_above"].between(3, 12).all()
    assert buildings["completed_on"].min() >= pd.Timestamp("2004-12-31")
    assert buildings["completed_on"].max() <= pd.Timestamp("2028-12-31")
    under_way = buildings[buildings["status"] == "under_construction"]
    assert len(under_way) == 30
    assert (under_way["completed_on"].dropna() > DAY).all()
    assert (buildings.loc[buildings["status"] == "built", "completed_on"].dropna() <= DAY).all()
    for column in ("completed_on", "fire_class", "gfa_m2", "far_area_m2"):
        assert 0.01 < buildings[column].isna().mean() < 0.1, column
    ratio = buildings["far_area_m2"] / buildings["above_ground_m2"]
    assert ratio.nunique() > 100
    hazardous = with_zone("buildings").query("fire_class == '甲'")
    assert set(hazardous["zone_id"]) == {"Z-LG"}


def test_floors_hold_their_units():
    floors, units = tables()["floors"], tables()["units"]
    level = units.merge(floors, on=["floor_id", "building_id"], suffixes=("", "_floor"), how="left")
    assert level["level"].notna().all()
    assert (level["level"] > 0).all()
    counts = units.groupby("floor_id")["position"].agg(["count", "max"])
    assert counts["count"].between(1, 4).all()
    assert (counts["count"] == counts["max"]).all()
    assert (units.groupby("floor_id")["gfa_m2"].sum() - floors.set_index("floor_id")["gfa_m2"]).dropna().abs().max() < 1
    share = (units["lettable_m2"] / units["gfa_m2"]).dropna()
    assert share.between(0.799, 0.881).all()
    assert share.std() > 0.01
    assert 0 < units["lettable_m2"].isna().sum() < 60
    for column in ("power_kva", "dual_power", "freight_lift_t", "bsl"):
        assert 0.01 < units[column].isna().mean() < 0.06, column


def test_no_unit_is_firmly_held_twice():
    leases = firm().sort_values(["unit_id", "valid_from"])
    ends = leases["valid_to"].fillna(pd.Timestamp("9999-12-31"))
    assert (leases["valid_from"] < ends).all()
    same = leases["unit_id"].eq(leases["unit_id"].shift())
    assert (leases["valid_from"] >= ends.shift())[same].all()


def test_leases_tell_of_every_state_past_and_to_come():
    leases = tables()["leases"]
    assert set(leases["state"]) == STATES
    assert set(range(2026, 2033)) <= set(leases["valid_to"].dropna().dt.year)
    assert leases["valid_to"].max() < pd.Timestamp("2033-01-01")
    assert leases["valid_to"].isna().any()
    assert (leases["valid_from"] > DAY).sum() > 100
    assert (leases["valid_to"] <= DAY).sum() > 100
    nobody = leases["state"].isin(["locked", "renovation"])
    assert leases.loc[nobody, "tenant_id"].isna().all()
    assert leases.loc[~nobody, "tenant_id"].notna().all()
    assert leases["rent_cny_m2_day"].dropna().between(2.5, 6.5).all()
    assert leases.groupby("tenant_id")["unit_id"].nunique().max() > 5


def on_the_market() -> pd.DataFrame:
    """Return the completed units that are not under renovation, with what firmly holds them on the data day."""
    held = in_force(firm()).set_index("unit_id")["state"]
    units = with_zone("units").merge(tables()["buildings"][["building_id", "completed_on", "status"]], on="building_id")
    done = (units["completed_on"] <= DAY) | (units["completed_on"].isna() & (units["status"] == "built"))
    units = units.assign(state=units["unit_id"].map(held))[done]
    return units[(units["state"] != "renovation").fillna(value=True)]


def test_vacancy_differs_by_zone():
    units = on_the_market()
    let = units[units["state"].notna()].groupby("zone_id")["lettable_m2"].sum()
    share = let / units.groupby("zone_id")["lettable_m2"].sum()
    assert share.between(0.715, 0.805).all()
    assert share.max() - share.min() > 0.04


def test_demand_is_a_little_more_than_what_stands_vacant():
    units, needs = on_the_market(), tables()["needs"]
    intended = in_force(tables()["leases"].query("state == 'intended'"))["unit_id"]
    vacant = units[units["state"].isna() & ~units["unit_id"].isin(intended)]["lettable_m2"].sum()
    assert 1.05 < needs["area_min_m2"].sum() / vacant < 1.3
    assert (needs["area_min_m2"] < needs["area_max_m2"]).all()
    assert needs["area_min_m2"].between(500, 12_000).all()
    window = needs.dropna(subset=["wanted_from", "wanted_to"])
    assert (window["wanted_from"] < window["wanted_to"]).all()
    assert (needs["fire_class"] == "甲").any()
    assert needs["bonded"].any()
    assert needs["radiation_ok"].any()
    assert needs["ground_floor"].any()
    applicants = tables()["tenants"].query("kind == 'applicant'")["tenant_id"]
    assert set(applicants) <= set(needs["tenant_id"])
    assert needs["tenant_id"].is_unique


def in_play() -> pd.DataFrame:
    """Return the projects without those given up, and without the wholes of which phases are on record."""
    projects = tables()["projects"]
    return projects[projects["dropped_on"].isna() & ~projects["project_id"].isin(projects["phase_of"].dropna())]


def reached(event: str) -> set[str]:
    milestones = tables()["milestones"]
    done = milestones[(milestones["event"] == event) & milestones["actual_on"].notna()]
    return set(done["project_id"])


@pytest.mark.parametrize(("target", "total", "done"), [("PT10", 1_120_000, 450_000), ("PT11", 960_000, 380_000)])
def test_programmes_come_near_their_targets_but_not_to_them(target, total, done):
    projects = in_play()
    projects = projects[projects["counts_to"] == target]
    gfa = projects.set_index("project_id")["gfa_m2"]
    assert gfa.sum() == pytest.approx(total, rel=0.04)
    assert gfa.sum() != 1_000_000
    assert gfa[gfa.index.isin(reached("completed"))].sum() == pytest.approx(done, rel=0.04)
    assert gfa.isna().sum() == 2
    under_way = reached("started") - reached("completed")
    assert gfa[gfa.index.isin(under_way)].sum() == pytest.approx(400_000, rel=0.15)
    both = projects.dropna(subset=["gfa_m2", "far_area_m2"])
    assert (both["gfa_m2"] != both["far_area_m2"]).mean() > 0.9
    assert projects["far_area_m2"].isna().any()


def test_phases_projects_given_up_space_taken_out_and_evidence_are_there():
    projects, milestones = tables()["projects"], tables()["milestones"]
    assert set(projects["phase_of"].dropna()) == {"J801", "J802"}
    assert projects["dropped_on"].notna().sum() == 3
    renewals = projects["kind"] == "renewal"
    assert projects.loc[~renewals, "taken_out_m2"].isna().all()
    assert (projects["taken_out_m2"] < projects["gfa_m2"]).sum() > 20
    assert (projects["above_ground_m2"].fillna(0) <= projects["gfa_m2"].fillna(1e9)).all()
    assert 0 < milestones["evidence"].isna().mean() < 1
    assert (milestones["event"] == "first_let").sum() == 65


def test_projects_outside_the_layout_count_to_no_target():
    projects = tables()["projects"]
    assert set(projects[projects["counts_to"].isna()]["zone_id"]) == {"Z-LGB"}
    assert (projects.merge(tables()["parks"], on="park_id").eval("zone_id_x == zone_id_y")).all()


def test_milestones_follow_their_order():
    milestones = tables()["milestones"]
    order = EVENTS
    milestones = milestones.assign(step=milestones["event"].map(order.index)).sort_values(["project_id", "step"])
    same = milestones["project_id"].eq(milestones["project_id"].shift())
    assert (milestones["actual_on"].dropna() <= DAY).all()
    for column in ("planned_on", "actual_on"):
        days = milestones[column]
        later = days - days.shift()
        assert (later[same].dropna() > pd.Timedelta(0)).all(), column
    waits = milestones["actual_on"].isna() & (milestones["event"] == "completed") & (milestones["planned_on"] <= DAY)
    assert waits.any(), "some are late"


def test_what_is_renewed_now_is_empty():
    held = in_force(firm()).set_index("unit_id")["state"]
    under_way = reached("started") - reached("completed")
    projects = tables()["projects"].query("kind == 'renewal'")
    one = projects[projects["project_id"].isin(under_way)]["building_id"].dropna()
    units = tables()["units"]
    assert (held == "renovation").sum() > 100
    assert (units[units["building_id"].isin(one)]["unit_id"].map(held) == "renovation").all()
    whole = (
        units.assign(state=units["unit_id"].map(held).eq("renovation").fillna(value=False))
        .groupby("building_id")["state"]
        .nunique()
    )
    assert (whole == 1).all(), "a building is under renovation as a whole"


def generate(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, str(sample.FOLDER / "generate.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_generator_makes_the_same_bytes(tmp_path):
    assert generate("--folder", str(tmp_path)).returncode == 0
    for table in schema.TABLES:
        assert (tmp_path / f"{table}.csv").read_bytes() == (sample.FOLDER / f"{table}.csv").read_bytes(), table
    (tmp_path / "units.csv").write_text("changed", encoding="utf-8")
    (tmp_path / "leases.csv").unlink()
    answer = generate("--check", "--folder", str(tmp_path))
    assert answer.returncode == 1
    assert re.findall(r"^(\w+)\.csv differs", answer.stdout, re.MULTILINE) == ["units", "leases"]
    assert not (tmp_path / "leases.csv").exists()


def test_readme_says_what_is_there():
    text = (sample.FOLDER / "README.md").read_text(encoding="utf-8")
    buildings, units = with_zone("buildings"), with_zone("units")
    rows = re.findall(r"^\| (Z-[\w-]+) \| ([\d,| ]+) \|$", text, re.MULTILINE)
    assert len(rows) == 9
    for zone, cells in rows:
        here, rooms = buildings.query("zone_id == @zone"), units.query("zone_id == @zone")
        parks = (tables()["parks"]["zone_id"] == zone).sum()
        gross, lettable = here["gfa_m2"], rooms["lettable_m2"]
        counted = [parks, len(here), len(rooms), round(gross.sum()), gross.isna().sum()]
        said = [int(cell.replace(",", "")) for cell in cells.split("|")]
        assert said == [*counted, round(lettable.sum()), lettable.isna().sum()], zone
    programmes = in_play().groupby("counts_to")["gfa_m2"].sum()
    assert all(f"{total:,.0f} m²" in text for total in programmes)
    assert f"{tables()['needs']['area_min_m2'].sum():,.0f} m²" in text
    assert GENERATOR in text


def test_missing_and_broken_tables_are_all_named_at_once(tmp_path):
    folder = tmp_path / "sample"
    shutil.copytree(sample.FOLDER, folder)
    (folder / "parks.csv").unlink()
    (folder / "floors.csv").write_text("floor,level\n", encoding="utf-8")
    spoil(folder / "leases.csv", ",let,2", ",let,x2")
    spoil(folder / "buildings.csv", "POLYGON", "POLIGON")
    spoil(folder / "units.csv", "true", "perhaps")
    (folder / "needs.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidData) as fault:
        sample.read(folder)
    found = {issue.table: issue.kind for issue in fault.value.issues}
    assert found.pop("parks.csv") == "missing"
    assert set(found) == {"floors.csv", "leases.csv", "buildings.csv", "units.csv", "needs.csv"}
    assert set(found.values()) == {"unreadable"}
    assert "generate.py" in fault.value.issues[0].mend


def spoil(path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


def test_faults_and_notice_are_said_in_both_languages(tmp_path):
    with pytest.raises(InvalidData) as fault:
        sample.read(tmp_path, lang="zh")
    assert len(fault.value.issues) == len(schema.TABLES)
    assert "示例数据缺少表" in fault.value.issues[0].message
    assert "made up" in sample.notice("en")
    assert "虚构" in sample.notice("zh")
