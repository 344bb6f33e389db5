"""Outlines on record laid over the policy's own, and a line that was drawn made one."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import shapely
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st

from parks import outlines, policy, snapshot
from parks.output import outlining

DAY = dt.date(2026, 10, 31)
BOX = shapely.box(121.5, 31.2, 121.51, 31.21)
TOLD = {"source": "Survey", "source_date": "2026-11-01", "standing": "reported"}
NONE = gpd.GeoSeries([], crs="EPSG:4326")


@pytest.fixture(scope="module")
def rules():
    return policy.load()


def park(*rows):
    """Return a snapshot with one park and these outlines."""
    told = [{"outline_id": f"D{number}", "kind": "zone"} | TOLD | row for number, row in enumerate(rows, 1)]
    shapes = [row.pop("geometry", BOX) for row in told]
    drawn = gpd.GeoDataFrame(told, geometry=shapes, crs="EPSG:4326")
    parks = gpd.GeoDataFrame(
        [{"park_id": "P1", "name_zh": "甲园", "name_en": "First park"}], geometry=[shapely.Point(121.5, 31.2)], crs=4326
    )
    return snapshot.of(DAY, {"outlines": drawn, "parks": parks} if rows else {"parks": parks})


def test_without_outlines_on_record_the_policy_is_as_it_was(rules):
    assert outlines.laid(rules, park()) is rules
    assert outlines.laid(rules, park({"zone_id": "Z-NEW"}, {"kind": "park", "park_id": "P1"})) is rules
    assert outlines.laid(rules, park({"zone_id": "Z-EXPO", "geometry": None})) is rules


def test_a_zone_on_record_has_its_outline_and_says_where_it_comes_from(rules):
    laid = outlines.laid(rules, park({"zone_id": "Z-CELL", "uncertainty_m": 15.0}, {"zone_id": "Z-CELL"}))
    before, after = (found.zones.set_index("zone_id") for found in (rules, laid))
    assert before.loc["Z-CELL"].geometry is None
    assert after.loc["Z-CELL"].geometry.equals(BOX)
    told = after.loc["Z-CELL", ["uncertainty_m", "source", "source_date", "standing"]].tolist()
    assert told == [15.0, "Survey", "2026-11-01", "reported"]
    rest = after.index != "Z-CELL"
    assert after[rest].equals(before[rest])
    kept = ["name_zh", "role", "counted_in", "definition"]
    assert after.loc["Z-CELL", kept].equals(before.loc["Z-CELL", kept])
    assert rules.zones.set_index("zone_id").loc["Z-CELL"].geometry is None


def test_an_outline_of_unknown_certainty_says_so(rules):
    laid = outlines.laid(rules, park({"zone_id": "Z-EXPO"}))
    assert laid.zones.set_index("zone_id")["uncertainty_m"].isna()["Z-EXPO"]


def test_a_ring_becomes_an_area_wound_and_rounded():
    ring = [(121.5, 31.2), (121.5, 31.21), (121.51, 31.21), (121.510000004, 31.2), (121.51, 31.2), (121.5, 31.2)]
    made = outlines.drawn(ring, NONE)
    assert made.equals(BOX)
    assert made.exterior.is_ccw
    assert len(made.exterior.coords) == 5


@pytest.mark.parametrize(
    "ring",
    [
        [],
        [(121.5, 31.2)],
        [(121.5, 31.2), (121.51, 31.2)],
        [(121.5, 31.2), (121.51, 31.2), (121.52, 31.2)],
        [(121.5, 31.2), (121.51, 31.21), (121.51, 31.2), (121.5, 31.21)],
        [(121.5, 31.2)] * 4,
    ],
    ids=["none", "point", "line", "flat", "bow", "same"],
)
def test_what_bounds_no_area_is_none(ring):
    assert outlines.drawn(ring, NONE) is None


def test_a_corner_set_on_another_outline_is_the_same_corner():
    near = [(121.5100009, 31.2000009), (121.52, 31.2), (121.52, 31.21), (121.51, 31.2099991)]
    made = outlines.drawn(near, gpd.GeoSeries([BOX], crs="EPSG:4326"))
    assert made.touches(BOX)
    assert {(121.51, 31.2), (121.51, 31.21)} <= set(made.exterior.coords)
    far = [(121.51001, 31.2), *near[1:]]
    assert (121.51001, 31.2) in outlines.drawn(far, gpd.GeoSeries([BOX], crs="EPSG:4326")).exterior.coords


@settings(max_examples=thorough.cases(30), deadline=None)
@given(st.lists(st.tuples(st.floats(121.4, 121.7), st.floats(31.0, 31.3)), max_size=7))
def test_whatever_is_drawn_is_an_area_or_nothing(ring):
    made = outlines.drawn(ring, gpd.GeoSeries([BOX], crs="EPSG:4326"))
    assert made is None or (made.is_valid and made.area > 0 and not made.interiors)


def test_area_is_geodesic():
    assert outlines.area_m2(BOX) == pytest.approx(1_056_800, rel=2e-4)
    assert outlines.area_m2(shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])) is None


def test_corners_to_be_moved_are_those_of_one_ring():
    assert outlines.ring(BOX) == [(121.51, 31.2), (121.51, 31.21), (121.5, 31.21), (121.5, 31.2)]
    assert outlines.ring(None) is None
    assert outlines.ring(shapely.MultiPolygon([BOX])) is None
    assert outlines.ring(BOX.difference(shapely.box(121.502, 31.202, 121.503, 31.203))) is None


def test_the_map_draws_parks_and_parcels_the_largest_first():
    small = shapely.box(121.5, 31.2, 121.501, 31.201)
    found = outlining.drawn(
        park(
            {"zone_id": "Z-EXPO"},
            {"kind": "parcel", "name_zh": "小地块", "geometry": small, "uncertainty_m": 5.0},
            {"kind": "park", "park_id": "P1"},
            {"kind": "park", "park_id": "P1", "geometry": small},
            {"kind": "parcel", "name_zh": "未绘", "geometry": None},
        ),
        "en",
    )
    assert found["id"].tolist() == ["P1", "D2"]
    assert found["name"].tolist() == ["First park", "小地块"]
    assert found["fact"].tolist() == ["Park · 1,056,612 m² · Reported", "Parcel · 10,567 m² · Reported"]
    assert found["uncertainty_m"].isna().tolist() == [True, False]
    assert outlining.drawn(park(), "zh").empty


def test_a_draft_is_told_on_the_maps_datum_unrounded():
    import json

    from parks import crs
    from parks.output import layers

    ring = [(121.123456789, 31.2), (121.13, 31.2), (121.13, 31.21)]
    said = json.loads(layers.unpack(outlining.draft(ring, datum="wgs84", drawing=True, turn=3)))
    assert said == {"ring": [list(at) for at in ring], "drawing": True, "turn": 3}
    moved = json.loads(layers.unpack(outlining.draft(ring, datum="gcj02", drawing=False, turn=0)))["ring"]
    back = crs.unshift(*np.array(moved).T, "gcj02")
    assert np.allclose(np.column_stack(back), ring, atol=1e-10)
    assert not np.allclose(moved, ring, atol=1e-4)
