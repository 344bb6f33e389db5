"""Layers put on the Earth: what coordinates can be, what contradicts the district, what is asked and never guessed."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st

from parks import crs as earth
from parks import words
from parks.intake.grids import lines
from parks.intake.maps import layers, systems
from parks.issues import InvalidData

T = words.translator("en")
HOUSES = [shapely.box(lon, 31.2, lon + 0.001, 31.201) for lon in (121.60, 121.61, 121.62)]
BOX = (121.45, 30.85, 121.97, 31.39)


def layer(shapes, said=None, claims=""):
    index = pd.Index(range(1, len(shapes) + 1), name="line")
    series = gpd.GeoSeries(
        gpd.array.from_shapely(np.array([*shapes, None], dtype=object)[:-1], crs=f"EPSG:{said}" if said else None),
        index=index,
    )
    records = tuple(lines.Record(number, ()) for number in index)
    return layers.Layer("a.shp", "0" * 64, "houses", (), records, series, said, claims)


def written(code, datum="wgs84", shapes=HOUSES, *, said=None, swapped=False):
    """Return a layer with these houses in a system, that says so or not."""
    ours = gpd.GeoDataFrame(geometry=[*shapes], crs=4326)
    there = earth.from_wgs84(ours, crs=code, datum=datum).geometry.to_numpy()
    if swapped:
        there = shapely.transform(there, lambda at: at[:, ::-1])
    return layer(there, said)


def apart_m(found, shapes=HOUSES):
    places = zip(*shapely.get_coordinates(found).T, *shapely.get_coordinates(shapes).T, strict=True)
    return max(float(earth.distance_m(*four)) for four in places)


def refused(given, **named):
    with pytest.raises(InvalidData) as fault:
        layers.placed(given, T, **{"crs": None, "datum": None, "bounds": BOX, **named})
    return fault.value.issues


EVERY = [(code, datum) for code in earth.CODES for datum in systems.datums(code)]


@pytest.mark.parametrize(("code", "datum"), EVERY)
def test_every_system_and_datum_is_found_by_its_coordinates_and_read_back(code, datum):
    given = written(code, datum)
    fitting = layers.systems(given)
    assert any(one[:3] == (code, datum, False) and one.distance_m == 0 for one in fitting)
    found, issues = layers.placed(given, T, crs=code, datum=datum)
    assert apart_m(found) < 1e-3
    assert (found.crs, list(found.index), issues) == ("EPSG:4326", [1, 2, 3], ())


@pytest.mark.parametrize(("code", "datum"), EVERY)
def test_swapped_axes_are_found_too(code, datum):
    given = written(code, datum, swapped=True)
    assert any(one[:3] == (code, datum, True) for one in layers.systems(given))
    found, issues = layers.placed(given, T, crs=code, datum=datum, swapped=True)
    assert apart_m(found) < 1e-3
    assert issues == ()


def test_the_zone_next_to_ours_is_told_apart_and_utm_is_not():
    fitting = [one[:3] for one in layers.systems(written(4550))]
    assert fitting == [(4550, "cgcs2000", False), (32651, "wgs84", False)]
    fitting = [one[:3] for one in layers.systems(written(4549))]
    assert fitting == [(4549, "cgcs2000", False)]


def test_shifted_degrees_cannot_be_told_apart_so_all_are_named_the_plain_first():
    fitting = [one[:2] for one in layers.systems(written(4326, "gcj02"))]
    assert fitting == [(4326, "wgs84"), (4326, "gcj02"), (4326, "bd09"), (4490, "cgcs2000")]
    given = layer(written(4490).shapes, 4490)
    assert layers.systems(given)[0][:2] == (4490, "cgcs2000"), "what the file says comes first"


def test_a_candidate_says_where_the_shapes_would_lie():
    one = layers.systems(written(4550))[0]
    assert one.bounds == pytest.approx((121.60, 31.2, 121.621, 31.201), abs=1e-9)
    assert one.said(T) == "EPSG:4550 (cgcs2000)"
    assert one._replace(swapped=True).said(T) == "EPSG:4550 (cgcs2000), axes swapped"


def test_a_layer_a_little_outside_is_near_and_its_distance_is_told():
    (one, *_) = systems.fitting(written(4550).shapes, (121.60, 31.2, 121.601, 31.201))
    assert one.distance_m == pytest.approx(20 * 95.35, rel=0.02)
    assert systems.fitting(written(4550).shapes, (119.0, 30.0, 119.1, 30.1)) == ()


def test_a_stray_place_does_not_hide_the_system():
    stray = [*HOUSES * 20, shapely.box(0, 0, 0.001, 0.001)]
    assert layers.systems(layer(stray))[0][:2] == (4326, "wgs84")


@pytest.mark.parametrize("shapes", [[], [None], [shapely.Polygon()], [shapely.Point(np.nan, np.nan)]])
def test_without_coordinates_nothing_fits(shapes):
    assert layers.systems(layer(shapes)) == ()


def test_the_district_is_pudong():
    assert systems.outline().contains(shapely.Point(121.6, 31.2))
    west, south, east, north = systems.district()
    assert (west, south, east, north) == pytest.approx((121.45, 30.85, 121.97, 31.39), abs=0.02)


# --- asked, never guessed --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "named", "kind", "advice"),
    [
        (written(4550), {}, "crs_unsaid", "EPSG:4550 (cgcs2000)"),
        (written(4326, said=4326), {}, "datum_unsaid", "EPSG:4326 (gcj02)"),
        (written(4550, said=4550), {"crs": 4549}, "crs_clash", "EPSG:4550 (cgcs2000)"),
        (written(4550), {"crs": "EPSG:2437"}, "unknown_crs", "EPSG:4550 (cgcs2000)"),
        (written(4550), {"crs": 4550, "datum": "mars"}, "unknown_datum", "EPSG:4550 (cgcs2000)"),
        (written(4550), {"crs": 4550, "datum": "bd09"}, "datum_clash", "EPSG:4550 (cgcs2000)"),
        (written(4550, said=4326), {"datum": "wgs84"}, "out_of_range", "EPSG:4550 (cgcs2000)"),
        (layer(written(4550).shapes, claims="Beijing 1954"), {}, "unknown_crs", "EPSG:4550 (cgcs2000)"),
        (layer(written(4550).shapes, claims="Beijing 1954"), {"crs": 4550}, "crs_clash", "EPSG:4550 (cgcs2000)"),
        (written(4550, said=4550), {"overruled": True}, "crs_unsaid", "EPSG:4550 (cgcs2000)"),
        (written(4326, swapped=True), {"crs": 4326, "datum": "wgs84"}, "out_of_range", "(wgs84), axes swapped"),
        (layer([shapely.Point(9e8, 9e8)]), {}, "crs_unsaid", "No system that we read"),
    ],
)
def test_what_is_unsaid_or_contradictory_is_refused_with_the_systems_that_would_fit(given, named, kind, advice):
    (issue,) = refused(given, **named)
    assert (issue.table, issue.kind) == ("houses", kind)
    assert advice in issue.mend


def test_refusals_are_said_in_chinese():
    with pytest.raises(InvalidData) as fault:
        layers.placed(written(4550), words.translator("zh"), crs=None, datum=None)
    assert "EPSG:4550" in fault.value.issues[0].mend
    assert "图层未" in fault.value.issues[0].message or "坐标系" in fault.value.issues[0].message


def test_the_user_may_overrule_what_the_file_says_and_it_is_noted():
    given = written(4550, said=4549)
    found, issues = layers.placed(given, T, crs=4550, overruled=True, bounds=BOX)
    assert apart_m(found) < 1e-3
    assert [(issue.kind, issue.value) for issue in issues] == [("crs_overruled", "EPSG:4549")]
    given = layer(written(4550).shapes, claims="Beijing 1954")
    _, issues = layers.placed(given, T, crs=4550, overruled=True, bounds=BOX)
    assert [(issue.kind, issue.value) for issue in issues] == [("crs_overruled", "Beijing 1954")]
    _, issues = layers.placed(written(4550), T, crs=4550, overruled=True, bounds=BOX)
    assert issues == ()


# --- what contradicts the district -----------------------------------------------------------------------------------


def test_a_layer_in_the_wrong_zone_is_told_once_with_what_fits():
    found, issues = layers.placed(written(4550, said=4549), T, bounds=BOX)
    (issue,) = issues
    assert (issue.kind, issue.row) == ("outside", "")
    assert 200 < float(issue.value) < 300
    assert "EPSG:4550 (cgcs2000)" in issue.mend
    assert found.notna().all(), "it can be shown on a map"


def test_a_stray_shape_is_told_by_its_row():
    far = shapely.box(119.0, 31.2, 119.001, 31.201)
    _, issues = layers.placed(layer([*HOUSES, far, None, shapely.Polygon()], 4490), T, bounds=BOX)
    assert [(issue.kind, issue.row) for issue in issues] == [("outside", "4")]


def test_a_shape_that_reaches_into_the_district_is_no_stray():
    assert layers.placed(layer([shapely.box(120, 30, 121.5, 31)], 4490), T, bounds=BOX)[1] == ()


def test_swapped_axes_of_a_whole_layer_are_told():
    _, issues = layers.placed(written(4550, swapped=True, said=4550), T, bounds=BOX)
    (issue,) = issues
    assert (issue.kind, issue.row) == ("swapped_axes", "")


def test_swapped_axes_of_one_shape_are_told_by_row_and_can_be_turned():
    turned = shapely.transform(HOUSES[1], lambda at: at[:, ::-1])
    given = layer([HOUSES[0], turned, HOUSES[2]], 4490)
    found, issues = layers.placed(given, T, bounds=BOX)
    assert [(issue.kind, issue.row) for issue in issues] == [("swapped_axes", "2")]
    assert found.isna().to_list() == [False, True, False]
    found, issues = layers.placed(given, T, swapped=[2], bounds=BOX)
    assert issues == ()
    assert apart_m(found) < 1e-3
    assert given.shapes.iloc[1].equals(turned), "what was given stays"


def test_a_shape_off_the_earth_or_off_its_datum_is_left_out_and_told():
    off = shapely.box(500, 31, 501, 32)
    paris = shapely.box(2.3, 48.8, 2.4, 48.9)
    found, issues = layers.placed(layer([*HOUSES, off, paris]), T, crs=4326, datum="gcj02", bounds=BOX)
    assert [(issue.kind, issue.row) for issue in issues] == [("out_of_range", "4"), ("out_of_range", "5")]
    assert found.isna().to_list() == [False] * 3 + [True] * 2


@settings(deadline=None, max_examples=thorough.cases(25))
@given(
    st.sampled_from(EVERY),
    st.floats(121.46, 121.96),
    st.floats(30.86, 31.38),
    st.booleans(),
)
def test_a_place_comes_back_whatever_system_it_was_written_in(system, lon, lat, swapped):
    code, datum = system
    point = shapely.Point(lon, lat)
    given = written(code, datum, [point], swapped=swapped)
    found, issues = layers.placed(given, T, crs=code, datum=datum, swapped=swapped, bounds=BOX)
    assert apart_m(found, [point]) < 1e-3
    assert issues == ()
    assert (code, datum, swapped) in [one[:3] for one in layers.systems(given, BOX)]
