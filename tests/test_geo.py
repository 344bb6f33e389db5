"""The bundled geodata: built from its tables, true to its uncertainty, fit for RFC 7946."""

import csv
import importlib.util
import json
import re
import shutil
from functools import cache
from itertools import combinations, pairwise

import geopandas as gpd
import pyproj
import pytest
import shapely

from parks import crs, schema

GEO = schema.DATA / "geo"
TABLES = ("outlines", "corners", "context", "context_vertices", "places", "definitions")
BUILT = ("zones", "outlines", "context", "places")
ZONES = {
    "Z-CORE-W": "core_west",
    "Z-CORE-E": "core_east",
    "Z-ZJ": "science_city_2017",
    "Z-WGQ": "waigaoqiao_region",
    "Z-EXPO": "expo_area",
    "Z-LG": "laogang_town",
    "Z-JQ": "jinqiao_ftz",
}
PUDONG = shapely.box(121.43, 30.84, 122.0, 31.40)

spec = importlib.util.spec_from_file_location("geo_build", GEO / "build.py")
build = importlib.util.module_from_spec(spec)
spec.loader.exec_module(build)


@cache
def table(name):
    with (GEO / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def collection(name):
    return json.loads((GEO / f"{name}.geojson").read_text(encoding="utf-8"))


@cache
def outlines():
    frame = gpd.GeoDataFrame.from_features(collection("outlines")["features"], crs=4326)
    return frame.set_index("outline_id")


def positions(geometry):
    """Yield every position of a GeoJSON geometry."""
    stack = [geometry["coordinates"]]
    while stack:
        one = stack.pop()
        if isinstance(one[0], list):
            stack += one
        else:
            yield one


def copy(tmp_path):
    folder = tmp_path / "geo"
    shutil.copytree(GEO, folder)
    return folder


def test_the_files_are_built_from_the_tables():
    assert build.main(["--check"]) == 0


def test_check_tells_a_changed_table_and_a_missing_file(tmp_path, capsys):
    folder = copy(tmp_path)
    corners = folder / "corners.csv"
    corners.write_text(corners.read_text(encoding="utf-8").replace("121.5723,31.2029", "121.5724,31.2029"), "utf-8")
    (folder / "places.geojson").unlink()
    assert build.main(["--check", "--folder", str(folder)]) == 1
    said = capsys.readouterr().err
    assert [name for name in BUILT if f"{name}.geojson" in said] == ["zones", "outlines", "places"]
    assert not (folder / "places.geojson").exists()
    assert build.main(["--folder", str(folder)]) == 0
    assert build.main(["--check", "--folder", str(folder)]) == 0


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("corners.csv", "core_west,2,121.5723,31.2029", "core_west,2,121.5523,31.2029", "must lie inside"),
        ("corners.csv", "core_east,7,121.5982,31.1761", "core_east,7,121.5882,31.1761", "may not overlap"),
        ("corners.csv", "yaogu_phase1,2,121.5870,31.2175", "yaogu_phase1,2,121.5900,31.2000", "crosses itself"),
        ("corners.csv", "laogang_town,17,121.9356", "laogang_town,17,122.9356", "leaves Pudong"),
        ("outlines.csv", ",part,waigaoqiao_region,", ",piece,waigaoqiao_region,", "unknown role"),
    ],
)
def test_tables_that_break_the_design_are_refused(tmp_path, file, old, new, said):
    folder = copy(tmp_path)
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SystemExit, match=said):
        build.main(["--folder", str(folder)])


@pytest.mark.parametrize("name", [row["outline_id"] for row in table("outlines") if row["official_area_km2"]])
def test_area_agrees_with_the_official_one_within_the_uncertainty(name):
    row = outlines().loc[name]
    area, perimeter = pyproj.Geod(ellps="WGS84").geometry_area_perimeter(row.geometry)
    assert abs(area - row.official_area_km2 * 1e6) <= perimeter * row.uncertainty_m
    assert row.area_km2 == pytest.approx(area / 1e6, abs=0.0005)


def test_core_halves_share_a_line_and_lie_inside_the_science_city():
    west, east, city = (outlines().geometry[name] for name in ("core_west", "core_east", "science_city_2017"))
    assert west.intersection(east).area == 0
    assert west.touches(east)
    assert city.covers(west)
    assert city.covers(east)


def test_zones_of_the_plan_overlap_only_where_one_holds_the_other():
    zones = gpd.GeoDataFrame.from_features(collection("zones")["features"], crs=4326).set_index("zone_id")
    assert dict(zones["outline_id"]) == ZONES
    for one, other in combinations(zones.index, 2):
        nested = {one, other} in ({"Z-CORE-W", "Z-ZJ"}, {"Z-CORE-E", "Z-ZJ"})
        assert (zones.geometry[one].intersection(zones.geometry[other]).area > 0) == nested


def test_parts_lie_inside_what_holds_them_within_their_uncertainty():
    flat = crs.from_wgs84(outlines(), crs=4550)
    inside = flat[flat["inside"].notna()]
    assert len(inside) == 8
    for row in inside.itertuples():
        holder = flat.loc[row.inside]
        assert holder.geometry.buffer(row.uncertainty_m + holder.uncertainty_m).covers(row.geometry), row.Index


@pytest.mark.parametrize("name", BUILT)
def test_geojson_is_as_rfc_7946_has_it(name):
    found = collection(name)
    assert found["type"] == "FeatureCollection"
    assert "crs" not in found
    assert "OpenStreetMap contributors" in found["attribution"]
    ids = [one["id"] for one in found["features"]]
    assert len(ids) == len(set(ids))
    every = [place for one in found["features"] for place in positions(one["geometry"])]
    lons, lats = zip(*every, strict=True)
    assert found["bbox"] == [min(lons), min(lats), max(lons), max(lats)]
    assert all(value == round(value, 5) for place in every for value in place)
    for one in found["features"]:
        shape = shapely.geometry.shape(one["geometry"])
        assert shape.is_valid
        assert not shape.is_empty
        if one["geometry"]["type"] == "Polygon":
            ring = one["geometry"]["coordinates"][0]
            assert ring[0] == ring[-1]
            assert shape.exterior.is_ccw, "the outer ring goes counterclockwise"
            assert all(start != end for start, end in pairwise(ring))


@pytest.mark.parametrize("name", ["zones", "outlines", "places"])
def test_everything_lies_in_pudong(name):
    assert PUDONG.covers(shapely.box(*collection(name)["bbox"]))


@pytest.mark.parametrize("name", TABLES)
def test_every_row_is_whole(name):
    free = {"zone_id", "inside", "official_area_km2", "source_url", "line", "state", "comparator", "area_km2"}
    free |= {"precision_km2", "text_zh", "outline_ids", "note"}
    for row in table(name):
        assert None not in row
        assert all(value for column, value in row.items() if column not in free), row


@pytest.mark.parametrize("name", ["outlines", "context", "places", "definitions"])
def test_every_row_says_where_it_comes_from_and_how_far_it_is_known(name):
    for row in table(name):
        assert re.fullmatch(r"undated|\d{4}(-\d{2}){0,2}", row["source_date"]), row
        assert row["standing"] in {"stated", "reported", "inferred"}
        assert re.match(r"$|https://([a-z]+\.)*gov\.cn/", row.get("source_url", "")), "official pages only"
        if name == "definitions":
            assert bool(row["area_km2"]) == bool(row["precision_km2"]) == (row["kind"] == "area")
            assert bool(row["text_zh"]) == (row["kind"] == "boundary")
        else:
            assert float(row["uncertainty_m"]) > 0


def test_tables_speak_of_the_same_things():
    known = {row["outline_id"] for row in table("outlines")}
    assert {row["outline_id"] for row in table("corners")} == known
    assert {row["inside"] for row in table("outlines")} - {""} <= known
    assert {one for row in table("definitions") for one in row["outline_ids"].split(";")} - {""} <= known
    assert {row["line_id"] for row in table("context_vertices")} == {row["line_id"] for row in table("context")}
    for name, keys in (("corners", ["outline_id"]), ("context_vertices", ["line_id", "part"])):
        column = "corner" if name == "corners" else "vertex"
        counted = {}
        for row in table(name):
            group = tuple(row[key] for key in keys)
            counted[group] = counted.get(group, 0) + 1
            assert int(row[column]) == counted[group]


def test_published_areas_are_among_the_definitions():
    said = {(one, row["area_km2"]) for row in table("definitions") for one in row["outline_ids"].split(";")}
    for row in table("outlines"):
        if row["official_area_km2"] and row["outline_id"] != "expo_area":
            assert any(
                one == row["outline_id"] and area and round(float(area), 3) == float(row["official_area_km2"])
                for one, area in said
            ), row["outline_id"]


def test_zones_agree_with_the_policy():
    with (schema.DATA / "policy" / "zones.csv").open(encoding="utf-8", newline="") as file:
        plan = {row["zone_id"]: row for row in csv.DictReader(file)}
    for zone_id, name in ZONES.items():
        row = outlines().loc[name]
        assert plan[zone_id]["outline_id"] == name
        assert plan[zone_id]["role"] == row.role
        assert float(plan[zone_id]["uncertainty_m"]) == row.uncertainty_m
        assert plan[zone_id]["official_area_km2"] in {"", f"{row.official_area_km2:g}"}


def test_stations_and_crossings_lie_on_the_lines_within_the_stated_uncertainty():
    frame = gpd.GeoDataFrame.from_features(collection("context")["features"], crs=4326)
    flat = crs.from_wgs84(frame, crs=4550)
    places = crs.from_wgs84(gpd.GeoDataFrame.from_features(collection("places")["features"], crs=4326), crs=4550)
    metro = shapely.union_all(flat.geometry[flat["kind"] == "metro"])
    roads = shapely.union_all(flat.geometry[flat["kind"].isin(["metro", "expressway", "road"])])
    stations = places[(places["kind"] == "station") & (places["state"] == "open")]
    assert len(stations) == 121
    assert stations.distance(metro).quantile(0.95) <= 60
    assert places[places["kind"] == "crossing"].distance(roads).max() <= 15


def test_names_stand_in_both_languages():
    for name in ("outlines", "context", "places"):
        for row in table(name):
            assert re.search(r"[\u4e00-\u9fff]|[ST]\d站", row["name_zh"])
            assert not re.search(r"[\u4e00-\u9fff]", row["name_en"])


def test_credit_and_licence_stand_beside_the_data():
    for name in ("LICENSE", "README.md"):
        text = (GEO / name).read_text(encoding="utf-8")
        assert "© OpenStreetMap contributors" in text
        assert "ODbL" in text
    assert "not legal boundaries" in (GEO / "README.md").read_text(encoding="utf-8")
