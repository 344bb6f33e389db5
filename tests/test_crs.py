"""Coordinates: areas and lengths against PROJ, every system against its written parameters, shifts there and back."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st

from parks import crs, words
from parks.issues import InvalidData

GEOD = pyproj.Geod(ellps="WGS84")
BOX = shapely.box(121.50, 31.10, 121.60, 31.20)
HOLE = shapely.box(121.52, 31.12, 121.53, 31.13)
FAR = shapely.box(121.70, 31.10, 121.71, 31.11)
LINE = shapely.LineString([(121.5, 31.1), (121.6, 31.1), (121.6, 31.2)])
lons = st.floats(121.3, 122.1)
lats = st.floats(30.8, 31.5)


def layer(*shapes, system=4326):
    return gpd.GeoDataFrame({"name": [f"n{number}" for number, _ in enumerate(shapes)]}, geometry=[*shapes], crs=system)


def refused(call, *arguments, **named):
    with pytest.raises(InvalidData) as caught:
        call(*arguments, **named)
    return caught.value.issues


def test_area_is_that_of_proj_with_holes_parts_and_nesting():
    shapes = gpd.GeoSeries(
        [
            BOX,
            BOX - HOLE,
            shapely.reverse(BOX - HOLE),
            shapely.MultiPolygon([BOX - HOLE, FAR]),
            shapely.GeometryCollection([shapely.MultiPolygon([BOX, FAR]), LINE]),
        ],
        index=["a", "b", "c", "d", "e"],
        crs=4326,
    )
    box, hole, far = (abs(GEOD.geometry_area_perimeter(shape)[0]) for shape in (BOX, HOLE, FAR))
    area = crs.area_m2(shapes)
    assert area.to_list() == pytest.approx([box, box - hole, box - hole, box - hole + far, box + far], rel=1e-12)
    assert area.name == "area_m2"
    assert area.dtype == "Float64"
    assert list(area.index) == list("abcde")


def test_area_of_nothing_is_nothing_and_of_the_unknown_unknown():
    bow_tie = shapely.Polygon([(121, 31), (121.1, 31.1), (121.1, 31), (121, 31.1)])
    area = crs.area_m2(gpd.GeoSeries([None, shapely.Point(121, 31), LINE, shapely.Polygon(), bow_tie], crs=4326))
    assert area.isna().to_list() == [True, False, False, False, True]
    assert (area.dropna() == 0).all()
    assert crs.area_m2(gpd.GeoSeries([], crs=4326)).empty
    assert crs.area_m2(gpd.GeoSeries([None], crs=4326)).isna().all()


def test_length_is_that_of_proj():
    multi = shapely.MultiLineString([LINE, shapely.LineString([(121.7, 31.1), (121.8, 31.1)])])
    shapes = gpd.GeoSeries([LINE, multi, BOX - HOLE, shapely.Point(121, 31), None, shapely.LineString()], crs=4326)
    length = crs.length_m(shapes)
    expected = [
        GEOD.geometry_length(LINE),
        GEOD.geometry_length(multi),
        GEOD.geometry_length(BOX.exterior) + GEOD.geometry_length(HOLE.exterior),
    ]
    assert length.to_list()[:3] == pytest.approx(expected, rel=1e-12)
    assert length.to_list()[3] == 0
    assert length.isna().to_list() == [False] * 4 + [True, False]


@pytest.mark.parametrize("measure", [crs.area_m2, crs.length_m])
def test_a_layer_without_a_crs_or_with_another_is_refused_in_both_languages(measure):
    (issue,) = refused(measure, gpd.GeoSeries([BOX]))
    assert (issue.kind, issue.column) == ("crs_unsaid", "crs")
    (issue,) = refused(measure, gpd.GeoSeries([BOX], crs=3857))
    assert issue.kind == "wrong_crs"
    (issue,) = refused(measure, gpd.GeoSeries([BOX], crs=4490), lang="zh")
    assert issue.message == words.catalogue("zh")["Lengths and areas are taken in EPSG:4326 only."]


def test_distance_is_that_of_proj_broadcast_with_the_unknown():
    there = pd.Series([121.6, None], dtype="Float64")
    found = crs.distance_m(121.5, 31.1, there, [31.1, 31.1])
    assert found[0] == pytest.approx(GEOD.inv(121.5, 31.1, 121.6, 31.1)[2], rel=1e-12)
    assert np.isnan(found[1])
    assert crs.distance_m(121.5, 31.1, 121.5, 31.1) == 0


@settings(deadline=None)
@given(lons, lats, st.floats(-2000, 2000), st.floats(-2000, 2000))
def test_local_metres_come_back(lon, lat, east, north):
    found = crs.to_local(lon, lat, *crs.local(lon, lat, east, north))
    assert found[0] == pytest.approx(east, abs=1e-6)
    assert found[1] == pytest.approx(north, abs=1e-6)


def test_a_footprint_laid_out_in_metres_has_its_area():
    corners = crs.local(121.6, 31.2, [-50, 50, 50, -50], [-20, -20, 20, 20])
    area = crs.area_m2(gpd.GeoSeries([shapely.Polygon(np.column_stack(corners))], crs=4326))
    assert area.iloc[0] == pytest.approx(4000, abs=1e-4)


def gauss_krueger(code):
    """Return the written parameters of a CGCS2000 3-degree zone: meridian, and easting with or without zone."""
    zone = code - 4526 + 38 if code < 4540 else code - 4547 + 38
    ahead = zone * 1_000_000 if code < 4540 else 0
    return f"+proj=tmerc +lat_0=0 +lon_0={zone * 3} +k=1 +x_0={ahead + 500_000} +y_0=0 +ellps=GRS80 +units=m"


def test_near_shapes_are_paired_with_their_distance():
    def at(east, north):
        return crs.local(121.6, 31.2, np.array(east, dtype=float), np.array(north, dtype=float))

    def square(east, north):
        return shapely.Polygon(
            np.column_stack(at([east, east + 10, east + 10, east], [north, north, north + 10, north + 10]))
        )

    shapes = [square(0, 0), None, square(22, 0), shapely.Point(*at(5, 9)), shapely.Polygon(), square(18, 300)]
    layer = gpd.GeoSeries(shapes, crs=crs.WGS84)
    one, two, apart = crs.near(layer, 17.5)
    assert list(zip(one.tolist(), two.tolist(), strict=True)) == [(0, 2), (0, 3), (2, 0), (2, 3), (3, 0), (3, 2)]
    assert apart == pytest.approx([12, 0, 12, 17, 0, 17], abs=1e-6)
    assert len(crs.near(layer, 12.001)[0]) == 4
    assert len(crs.near(layer, 11.999)[0]) == 2
    one, two, apart = crs.near(layer, 5_000.0)
    lon, lat = (shapely.get_coordinates([shapes[3], shapely.Point(*at(18, 300))])[:, axis] for axis in (0, 1))
    far = float(crs.distance_m(lon[0], lat[0], lon[1], lat[1]))
    assert apart[(one == 3) & (two == 5)].tolist() == pytest.approx([far], abs=1e-5)
    assert [len(part) for part in crs.near(layer[:0], 10.0)] == [0, 0, 0]


@settings(max_examples=thorough.cases(20), deadline=None)
@given(st.lists(st.tuples(st.floats(-300, 300), st.floats(-300, 300)), min_size=2, max_size=8), st.floats(-80, 80))
def test_no_near_place_is_missed_at_any_latitude(places, lat):
    lon, north = crs.local(121.6, lat, *np.array(places).T)
    one, two, _ = crs.near(gpd.GeoSeries(shapely.points(lon, north), crs=crs.WGS84), 200.0)
    apart = crs.distance_m(lon[:, None], north[:, None], lon, north)
    apart[np.abs(apart - 200) < 1e-3] = np.nan  # at the edge either answer is right
    found = set(zip(one.tolist(), two.tolist(), strict=True))
    for pair in np.ndindex(*apart.shape):
        if pair[0] != pair[1] and not np.isnan(apart[pair]):
            assert (pair in found) == (apart[pair] < 200)


@pytest.mark.parametrize("code", [*range(4526, 4531), *range(4547, 4552)])
def test_gauss_krueger_zones_are_as_written(code):
    meridian = (code - 4526 + 38) * 3 if code < 4540 else (code - 4547 + 38) * 3
    place = (meridian + 0.4, 31.2)
    x, y = pyproj.Proj(gauss_krueger(code))(*place)
    back = crs.to_wgs84(layer(shapely.Point(x, y), system=code))
    assert back.crs == "EPSG:4326"
    point = back.geometry.iloc[0]
    assert crs.distance_m(point.x, point.y, *place) < 0.01
    there = crs.from_wgs84(back, crs=code).geometry.iloc[0]
    assert (there.x, there.y) == pytest.approx((x, y), abs=0.01)


@pytest.mark.parametrize("code", crs.CODES)
def test_every_system_agrees_with_proj_and_comes_back(code):
    ours = layer(BOX, LINE, shapely.Point(121.6, 31.2), None)
    there = crs.from_wgs84(ours, crs=f"EPSG:{code}")
    assert there.crs == pyproj.CRS.from_epsg(code)
    solve = pyproj.Transformer.from_crs(4326, code, always_xy=True).transform
    assert shapely.get_coordinates(there.geometry) == pytest.approx(
        np.column_stack(solve(*shapely.get_coordinates(ours.geometry).T)), abs=0.01
    )
    back = crs.to_wgs84(there, datum="wgs84")
    gaps = crs.distance_m(*shapely.get_coordinates(ours.geometry).T, *shapely.get_coordinates(back.geometry).T)
    assert gaps.max() < 1e-3
    assert back.geometry.iloc[3] is None
    assert back["name"].to_list() == ours["name"].to_list()


def test_the_geometry_column_keeps_its_name():
    there = crs.from_wgs84(layer(BOX).rename_geometry("outline"), crs=4550)
    assert there.geometry.name == crs.to_wgs84(there).geometry.name == "outline"
    assert list(there.columns) == ["name", "outline"]


def test_axis_order_is_longitude_first_and_the_layer_given_is_left_alone():
    given_layer = layer(shapely.Point(351_000, 3_455_000), system=4550)
    point = crs.to_wgs84(given_layer).geometry.iloc[0]
    assert (point.x, point.y) == pytest.approx((121.44, 31.21), abs=0.02)
    assert given_layer.geometry.iloc[0].x == 351_000
    assert given_layer.crs.to_epsg() == 4550


@pytest.mark.parametrize(
    ("place", "moved"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_gcj02_is_the_public_formula(place, moved):
    assert crs.shift(*place, "gcj02") == pytest.approx(moved, abs=1e-12)


def test_shifts_at_pudong_are_as_large_as_measured():
    lon, lat = np.meshgrid(np.linspace(121.45, 121.95, 11), np.linspace(30.9, 31.38, 11))
    east, north = crs.to_local(lon, lat, *crs.shift(lon, lat, "gcj02"))
    assert 380 < east.min() < east.max() < 450
    assert -275 < north.min() < north.max() < -195
    east, north = crs.to_local(lon, lat, *crs.shift(lon, lat, "bd09"))
    assert 990 < east.min() < east.max() < 1080
    assert 350 < north.min() < north.max() < 510


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@settings(max_examples=thorough.cases(300), deadline=None)
@given(lon=lons, lat=lats)
def test_shifts_come_back_to_a_micrometre_at_pudong(datum, lon, lat):
    back = crs.unshift(*crs.shift(lon, lat, datum), datum)
    assert crs.distance_m(lon, lat, *back) < 1e-6


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@settings(deadline=None)
@given(lon=st.floats(73, 135), lat=st.floats(4, 54))
def test_shifts_come_back_to_a_micrometre_anywhere(datum, lon, lat):
    back = crs.unshift(*crs.shift(lon, lat, datum), datum)
    assert crs.distance_m(lon, lat, *back) < 1e-6


def test_other_datums_are_not_moved():
    assert crs.shift(121.5, 31.2, "wgs84") == (121.5, 31.2)
    assert crs.unshift(121.5, 31.2, "cgcs2000") == (121.5, 31.2)


@pytest.mark.parametrize(("datum", "code"), [("gcj02", 4326), ("gcj02", 3857), ("bd09", 4326)])
def test_a_shifted_layer_comes_back_only_with_its_system_and_datum_said(datum, code):
    ours = layer(BOX, None)
    moved = crs.from_wgs84(ours, crs=code, datum=datum)
    assert moved.crs is None, "a shifted layer must not pass for an unshifted one"
    assert refused(crs.to_wgs84, moved)[0].kind == "crs_unsaid"
    back = crs.to_wgs84(moved, crs=code, datum=datum)
    gaps = crs.distance_m(
        *shapely.get_coordinates(ours.geometry).T,
        *shapely.get_coordinates(back.geometry).T,
    )
    assert gaps.max() < 1e-6
    assert back.geometry.iloc[1] is None


@pytest.mark.parametrize("said", ["EPSG:4550", "4550", 4550, pyproj.CRS.from_epsg(4550)])
def test_the_user_may_say_what_the_layer_does_not(said):
    x, y = pyproj.Proj(gauss_krueger(4550))(121.6, 31.2)
    point = crs.to_wgs84(layer(shapely.Point(x, y), system=None), crs=said).geometry.iloc[0]
    assert crs.distance_m(point.x, point.y, 121.6, 31.2) < 0.01


@pytest.mark.parametrize("code", crs.CODES)
def test_a_system_is_known_by_its_prj_file(code):
    registered = pyproj.CRS.from_epsg(code)
    assert crs.epsg(registered) == code
    assert crs.epsg(pyproj.CRS.from_wkt(registered.to_wkt("WKT1_ESRI"))) == code


def test_a_system_is_known_under_another_name():
    registered = pyproj.CRS.from_epsg(4550).to_json_dict()
    registered.pop("id")
    assert crs.epsg(pyproj.CRS.from_json_dict(registered | {"name": "Pudong"})) == 4550
    assert crs.epsg("OGC:CRS84") == 4326
    assert crs.epsg("EPSG:2435") is None, "Beijing 1954 is not CGCS2000"
    assert crs.epsg("no such system") is None


@pytest.mark.parametrize(
    ("system", "named", "kind"),
    [
        (None, {}, "crs_unsaid"),
        (None, {"datum": "gcj02"}, "crs_unsaid"),
        (2435, {}, "unknown_crs"),
        (None, {"crs": "EPSG:99999"}, "unknown_crs"),
        (4550, {"crs": 4549}, "crs_clash"),
        (4326, {}, "datum_unsaid"),
        (3857, {}, "datum_unsaid"),
        (4326, {"datum": "mars"}, "unknown_datum"),
        (4550, {"datum": "gcj02"}, "datum_clash"),
        (3857, {"datum": "bd09"}, "datum_clash"),
    ],
)
@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_what_is_unsaid_unknown_or_contradictory_is_refused(system, named, kind, lang):
    (issue,) = refused(crs.to_wgs84, layer(BOX, system=system), table="plots.shp", lang=lang, **named)
    assert (issue.table, issue.kind) == ("plots.shp", kind)
    assert issue.message
    assert issue.mend
    assert issue.column == ("datum" if "datum" in kind else "crs")


def test_places_off_the_earth_are_told_by_row():
    issues = refused(crs.to_wgs84, layer(BOX, shapely.Point(200, 31), None, shapely.Point(121, 95)), datum="wgs84")
    assert [(issue.row, issue.kind) for issue in issues] == [("2", "out_of_range"), ("4", "out_of_range")]


def test_a_zone_number_left_in_the_eastings_is_told_once():
    shapes = [shapely.Point(41_351_000, 3_455_000 + step) for step in range(3)]
    (issue,) = refused(crs.to_wgs84, layer(*shapes, system=4550))
    assert (issue.row, issue.kind) == ("", "out_of_range")


def test_shifts_end_where_they_are_not_defined():
    paris = layer(shapely.Point(2.35, 48.85), BOX)
    assert refused(crs.to_wgs84, paris, datum="gcj02")[0].row == "1"
    assert refused(crs.from_wgs84, paris, crs=4326, datum="bd09")[0].kind == "out_of_range"


def test_only_our_own_layers_are_written_and_only_to_what_we_know():
    assert refused(crs.from_wgs84, layer(BOX, system=4550), crs=4326)[0].kind == "wrong_crs"
    assert refused(crs.from_wgs84, layer(BOX), crs=2435)[0].kind == "unknown_crs"
    assert refused(crs.from_wgs84, layer(BOX), crs=4550, datum="gcj02")[0].kind == "datum_clash"


def test_places_are_tried_without_refusing_any():
    solve = pyproj.Transformer.from_crs(4550, 4326, always_xy=True).transform
    lon, lat = crs.degrees([351_000.0, 1e12], [3_455_000.0, 1e12], 4550, "cgcs2000")
    assert (lon[0], lat[0]) == pytest.approx(solve(351_000.0, 3_455_000.0), abs=1e-9)
    assert not np.isfinite(lon[1]) or abs(lon[1]) <= 180
    lon, lat = crs.degrees([121.6, 2.3], [31.2, 48.8], 4326, "gcj02")
    assert np.isnan(lon).tolist() == [False, True]
    assert crs.shift(lon[0], lat[0], "gcj02") == pytest.approx((121.6, 31.2), abs=1e-12)


@pytest.mark.parametrize(
    ("system", "title"),
    [
        (4550, "CGCS2000 / 3-degree Gauss-Kruger CM 123E"),
        ("EPSG:2437", "Beijing 1954 / 3-degree Gauss-Kruger CM 120E"),
        ('LOCAL_CS["Unnamed",UNIT["Meter",1.0]]', ""),
        ("nothing", ""),
    ],
)
def test_a_system_has_its_name_unless_it_is_none(system, title):
    assert crs.title(system) == title


def test_a_layer_is_refused_by_what_says_the_sentences():
    (issue,) = refused(crs.to_wgs84, layer(BOX, system=None), t=words.translator("zh"))
    assert issue.message == words.catalogue("zh")["The layer does not say its coordinate system."]
