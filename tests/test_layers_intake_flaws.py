"""What is wrong with shapes: each kind is told, mended as promised, mends go together; areas beside the certified."""

import time

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
from parks.intake.maps import mends, neighbours, outlines
from parks.issues import InvalidData

T = words.translator("en")
ZH = words.translator("zh")
GEOD = pyproj.Geod(ellps="WGS84")
ORIGIN = (121.6, 31.2)
BOW_TIE = [(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)]


def square(x, y, side=10.0, height=None):
    return [(x, y), (x + side, y), (x + side, y + (height or side)), (x, y + (height or side)), (x, y)]


def degrees(places):
    return np.column_stack(crs.local(*ORIGIN, *np.array(places, dtype=float).T))


def polygon(places, *holes):
    return shapely.Polygon(degrees(places), [degrees(hole) for hole in holes])


def line(places):
    return shapely.LineString(degrees(places))


def layer(*shapes):
    values = np.array([*(polygon(one) if isinstance(one, list) else one for one in shapes), None], dtype=object)[:-1]
    return gpd.GeoSeries(gpd.array.from_shapely(values, crs=4326), index=range(1, len(shapes) + 1))


def flaws(*shapes, kind="polygon", **named):
    return outlines.flaws(layer(*shapes), kind, T, **named)


def ids(found):
    return [flaw.id for flaw in found]


def only(*shapes, **named):
    (flaw,) = flaws(*shapes, **named)
    return flaw


def area_m2(shape):
    return float(crs.area_m2(gpd.GeoSeries([shape], crs=4326)).iloc[0])


def mended(accepted, *shapes, **named):
    given_shapes = layer(*shapes)
    return outlines.mended(given_shapes, outlines.flaws(given_shapes, "polygon", T, **named), accepted)


# --- one shape -------------------------------------------------------------------------------------------------------


def test_sound_shapes_have_no_flaws():
    court = polygon(square(100, 0, 50), square(110, 10, 10)[::-1])
    two = shapely.MultiPolygon([polygon(square(200, 0)), polygon(square(220, 0))])
    assert flaws(square(0, 0), square(10, 0), square(20.2, 0), court, two) == ()


def test_a_row_without_a_shape_and_an_empty_shape_are_told():
    missing, empty = flaws(None, shapely.Polygon())
    assert (missing.id, empty.id) == ("missing:1", "empty:2")
    assert (missing.issue.table, missing.issue.row, missing.issue.column) == ("layer", "1", "geometry")
    assert not missing.can_be_mended


def test_a_shape_that_crosses_itself_is_told_and_keeps_its_area():
    flaw = only(BOW_TIE)
    assert (flaw.id, flaw.kind, flaw.lines, flaw.dropped) == ("self_crossing:1", "self_crossing", (1,), ())
    assert "121.6000" in flaw.issue.message
    assert flaw.mended[1].is_valid
    assert area_m2(flaw.mended[1]) == pytest.approx(50, rel=1e-6)


def test_parts_that_lie_on_each_other_become_one():
    flaw = only(shapely.MultiPolygon([polygon(square(0, 0)), polygon(square(5, 0))]))
    assert flaw.kind == "self_crossing"
    assert area_m2(flaw.mended[1]) == pytest.approx(150, rel=1e-6)


def test_a_hole_outside_its_shape_is_told():
    flaw = only(polygon(square(0, 0), square(20, 0)))
    assert flaw.kind == "self_crossing"
    assert flaw.mended[1].is_valid


def test_a_ring_that_is_not_closed_is_told_with_its_gap():
    flaw = only(line(square(0, 0)[:-1]))
    assert flaw.id == "ring:1"
    assert "10.00 m" in flaw.issue.message
    assert flaw.mended[1].equals_exact(polygon(square(0, 0)), 1e-12, normalize=True)


def test_open_rings_of_one_shape_are_closed_with_their_holes():
    rings = shapely.MultiLineString([line(square(0, 0)[:-1]), line(square(2, 2, 3)[:-1])])
    flaw = only(rings)
    assert area_m2(flaw.mended[1]) == pytest.approx(91, rel=1e-6)


@pytest.mark.parametrize(
    "shape",
    [
        line([(0, 0), (10, 0)]),
        line([(0, 0), (100, 0), (100, 5)]),
        line([(0, 0), (10, 0), (20, 0), (1, 0)]),
        shapely.Polygon([(121.6, 31.2), (121.601, 31.2), (121.602, 31.2), (121.6, 31.2)]),
        shapely.MultiLineString([line(square(0, 0)[:-1]), line([(0, 0), (50, 0)])]),
    ],
)
def test_a_ring_that_encloses_nothing_or_is_far_from_closed_is_left_to_a_person(shape):
    flaw = only(shape)
    assert flaw.kind == "ring"
    assert not flaw.can_be_mended
    assert "cannot be mended" in flaw.issue.mend


def test_a_closed_line_becomes_what_it_encloses():
    flaw = only(line(square(0, 0)))
    assert flaw.id == "wrong_kind:1"
    assert area_m2(flaw.mended[1]) == pytest.approx(100, rel=1e-6)


def test_a_point_where_an_outline_is_wanted_is_left_to_a_person():
    flaw = only(shapely.Point(ORIGIN))
    assert (flaw.kind, flaw.can_be_mended) == ("wrong_kind", False)


def test_of_a_mixed_shape_the_outlines_are_kept():
    flaw = only(shapely.GeometryCollection([polygon(square(0, 0)), shapely.Point(ORIGIN)]))
    assert flaw.mended[1].geom_type == "Polygon"
    nested = shapely.GeometryCollection([shapely.MultiPolygon([polygon(square(0, 0)), polygon(square(20, 0))])])
    assert area_m2(only(nested).mended[1]) == pytest.approx(200, rel=1e-6)


def test_repeated_corners_are_told_and_left_out():
    places = square(0, 0)
    flaw = only([places[0], places[0], places[1], (10.0002, 0), *places[2:]])
    assert flaw.id == "doubled_point:1"
    assert flaw.issue.message.endswith("2.")
    assert shapely.get_num_coordinates(flaw.mended[1]) == 5


def test_a_ring_of_a_millimetre_is_no_shape():
    assert [flaw.kind for flaw in flaws(square(0, 0, 0.0004))] == ["doubled_point"]


def test_slivers_are_told_and_dropped_but_narrow_houses_are_not():
    assert only(square(0, 0, 50, 0.08)).dropped == (1,)
    assert only(square(0, 0, 80, 0.9)).kind == "sliver"
    assert flaws(square(0, 0, 20, 0.9), square(0, 20, 200, 3)) == ()


def test_thin_parts_of_a_shape_are_left_out():
    flaw = only(shapely.MultiPolygon([polygon(square(0, 0)), polygon(square(20, 0, 30, 0.05))]))
    assert flaw.kind == "sliver"
    assert area_m2(flaw.mended[1]) == pytest.approx(100, rel=1e-6)


def test_points_are_made_of_outlines_where_points_are_wanted():
    point = shapely.Point(ORIGIN)
    court = polygon(square(0, 0, 50), square(5, 5, 40)[::-1])
    shapes = [
        point,
        point,
        court,
        shapely.MultiPoint([point]),
        line(square(0, 0)),
        None,
        shapely.MultiPoint([point, (121.7, 31.2)]),
    ]
    found = flaws(*shapes, kind="point")
    assert ids(found) == ["wrong_kind:3", "wrong_kind:4", "wrong_kind:5", "missing:6", "wrong_kind:7"]
    assert court.contains(found[0].mended[3])
    assert found[1].mended[4] == point
    assert not found[2].can_be_mended
    assert not found[4].can_be_mended


# --- between shapes --------------------------------------------------------------------------------------------------


def test_the_same_shape_twice_is_told_wherever_its_ring_begins():
    ring = square(0, 0)
    flaw = only(ring, [*ring[2:], *ring[1:3]], square(50, 0))
    assert (flaw.id, flaw.lines, flaw.dropped) == ("duplicate:1:2", (1, 2), (2,))
    assert flaw.issue.row == "2"


def test_almost_the_same_shape_is_told_too():
    flaw = only(square(0, 0), square(0.05, 0.05))
    assert (flaw.id, flaw.dropped) == ("duplicate:1:2", (2,))
    assert "Almost" in flaw.issue.message


def test_shapes_on_each_other_are_told_with_their_area_and_the_smaller_gives_way():
    flaw = only(square(0, 0), square(8, 0, 30))
    assert (flaw.id, flaw.issue.row, flaw.lines) == ("overlap:1:2", "1", (2, 1))
    assert "20.00 m²" in flaw.issue.message
    left = flaw.mended[1]
    assert area_m2(left) == pytest.approx(80, rel=1e-6)
    assert left.intersection(polygon(square(8, 0, 30))).area == pytest.approx(0, abs=1e-18)


def test_of_two_alike_in_size_the_later_gives_way():
    first, second = square(0, 0), square(8, 0)
    assert list(only(first, second).mended) == [2]


def test_a_shape_within_another_is_left_to_a_person():
    flaw = only(square(0, 0, 40), square(10, 10))
    assert (flaw.id, flaw.can_be_mended) == ("overlap:1:2", False)
    assert "lies within" in flaw.issue.message


def test_walls_that_differ_by_a_millimetre_are_no_overlap():
    assert flaws(square(0, 0), square(9.999, 0)) == ()


def test_a_shape_that_would_be_only_slivers_gives_no_way():
    flaw = only(square(0, 0, 100), [(96, 0), (100.09, 0), (100.09, 10), (96, 10), (96, 0)])
    assert flaw.kind == "overlap"
    assert not flaw.can_be_mended


def test_a_narrow_gap_is_told_and_filled_from_the_larger():
    small, large = square(0, 0), square(10.05, 0, 20)
    flaw = only(small, large)
    assert (flaw.id, flaw.issue.row, flaw.width_m) == ("gap:1:2", "2", neighbours.GAP_M)
    assert "0.50 m²" in flaw.issue.message
    grown = flaw.mended[2]
    assert grown.is_valid
    assert area_m2(grown) == pytest.approx(400.5, abs=0.01)
    assert polygon(small).distance(grown) == 0
    assert area_m2(polygon(small).intersection(grown)) == pytest.approx(0, abs=1e-3)


def test_a_gap_that_closes_to_a_wedge_is_told():
    flaw = only(square(0, 0), [(10, 0), (20, 0), (20, 10), (10.08, 10), (10, 0)])
    assert flaw.kind == "gap"
    assert flaw.mended


def test_wide_gaps_are_real_unless_asked_for():
    houses = (square(0, 0), square(10.4, 0))
    assert flaws(*houses) == ()
    assert ids(flaws(*houses, gap_m=0.5)) == ["gap:1:2"]
    assert flaws(square(0, 0), square(10.05, 0), gap_m=0) == ()


def test_the_same_key_on_several_shapes_is_told_and_left_to_a_person():
    keys = pd.Series(["B1", "B2", "B1", None, None], index=range(1, 6), dtype="string")
    flaw = only(*(square(20 * place, 0) for place in range(5)), ids=keys, table="houses")
    assert (flaw.id, flaw.lines, flaw.issue.value, flaw.issue.table) == ("doubled_id:1:3", (1, 3), "B1", "houses")
    assert not flaw.can_be_mended


def test_a_layer_that_lies_on_itself_many_times_is_told_once(monkeypatch):
    monkeypatch.setattr(neighbours, "PAIRS", 3)
    found = flaws(*(square(place, 0) for place in range(5)))
    assert found[0].id == "overlap"
    assert found[0].issue.row == ""
    assert len(found) == 4


def test_neighbours_are_judged_as_they_are_once_mended():
    found = flaws(BOW_TIE, square(-1, 4, 3, 2))
    assert "self_crossing:1" in ids(found)
    assert any(flaw.kind == "overlap" for flaw in found)


def test_flaws_are_told_in_chinese_and_in_the_order_of_lines():
    found = outlines.flaws(layer(BOW_TIE, None, square(50, 0), square(58, 0)), "polygon", ZH)
    assert [flaw.kind for flaw in found] == ["self_crossing", "missing", "overlap"]
    assert all("图形" in flaw.issue.message for flaw in found)


def test_another_system_is_refused():
    with pytest.raises(InvalidData):
        outlines.flaws(layer(square(0, 0)).set_crs(3857, allow_override=True), "polygon", T)


def test_an_empty_layer_has_no_flaws():
    assert flaws() == ()
    assert flaws(None)[0].kind == "missing"


# --- mends -----------------------------------------------------------------------------------------------------------


def test_all_mends_go_together_and_leave_nothing_that_could_be_mended():
    done = mended(
        "all",
        square(0, 0),
        square(9, 0, 20),
        [(100, 0), (110, 10), (110, 0), (100, 10), (100, 0)],
        square(0, 100),
        square(10.02, 100),
        square(200, 200, 50, 0.05),
        None,
        square(0, 0),
        line(square(300, 0)[:-1]),
        [(100.2, -1), (110.2, -1), (110.2, 3), (100.2, 3), (100.2, -1)],
    )
    assert done.dropped == (6, 8)
    assert done.skipped == ()
    assert list(done.shapes.index) == [1, 2, 3, 4, 5, 7, 9, 10]
    again = outlines.flaws(done.shapes, "polygon", T)
    assert [flaw.id for flaw in again if flaw.can_be_mended] == []
    assert ids(again) == ["missing:7"]


def test_only_accepted_mends_are_made_and_what_was_given_stays():
    shapes = layer(BOW_TIE, square(50, 0), square(58, 0, 20))
    found = outlines.flaws(shapes, "polygon", T)
    done = outlines.mended(shapes, found, ["overlap:2:3"])
    assert done.shapes.loc[1].equals_exact(shapes.loc[1], 0)
    assert area_m2(done.shapes.loc[2]) == pytest.approx(80, rel=1e-6)
    assert area_m2(shapes.loc[2]) == pytest.approx(100, rel=1e-6)
    assert outlines.mended(shapes, found, []).shapes.equals(shapes)


def test_a_mend_that_no_longer_applies_is_skipped_and_reported():
    done = mended(["overlap:1:2"], BOW_TIE, square(4, 0, 3, 9))
    assert done.skipped == ("overlap:1:2",)
    done = mended(["duplicate:1:2", "duplicate:2:3"], square(0, 0), square(0.08, 0), square(0.16, 0))
    assert done.dropped == (2,)
    assert done.skipped == ("duplicate:2:3",)
    done = mended(["gap:1:2"], line(square(0, 0)), square(10.05, 0))
    assert done.skipped == ("gap:1:2",)


def test_accepting_what_has_no_mend_is_reported():
    assert mended(["missing:1"], None).skipped == ("missing:1",)
    assert mended("all", None).skipped == ()


def test_a_gap_is_filled_to_the_width_that_was_asked():
    done = mended("all", square(0, 0), square(10.4, 0, 20), gap_m=0.5)
    assert done.shapes.loc[1].distance(done.shapes.loc[2]) == 0


MESS = st.lists(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=4, max_size=7), min_size=1, max_size=6
)


@settings(deadline=None, max_examples=thorough.cases(50))
@given(MESS, st.data())
def test_whatever_is_accepted_nothing_breaks_and_sound_shapes_stay_sound(mess, data):
    shapes = layer(*([*ring, ring[0]] for ring in mess))
    found = outlines.flaws(shapes, "polygon", T)
    assert len(set(ids(found))) == len(found)
    accepted = data.draw(st.lists(st.sampled_from(ids(found)), unique=True)) if found else []
    for chosen in (accepted, "all"):
        done = outlines.mended(shapes, found, chosen)
        assert set(done.dropped) | set(done.shapes.index) == set(shapes.index)
        assert not set(done.dropped) & set(done.shapes.index)
        sound = shapes.loc[done.shapes.index].is_valid
        assert done.shapes[sound].is_valid.all()
    again = outlines.mended(shapes, found, "all")
    assert again.shapes.to_wkb().to_list() == done.shapes.to_wkb().to_list()


@settings(deadline=None, max_examples=thorough.cases(50))
@given(MESS)
def test_the_mend_of_one_shape_alone_is_the_one_that_was_shown(mess):
    shapes = layer(*([*ring, ring[0]] for ring in mess))
    found = [flaw for flaw in outlines.flaws(shapes, "polygon", T) if flaw.can_be_mended and len(flaw.lines) == 1]
    for line_number in {flaw.lines[0] for flaw in found}:
        first = min(
            (flaw for flaw in found if flaw.lines[0] == line_number), key=lambda one: mends.STEPS.index(one.kind)
        )
        done = outlines.mended(shapes, found, [first.id])
        shown = first.mended.get(line_number)
        assert done.dropped == ((line_number,) if shown is None else ())
        assert shown is None or done.shapes.loc[line_number].equals_exact(shown, 0)


def test_ten_thousand_houses_take_a_moment():
    west, south = np.divmod(np.arange(10_000), 100)
    shapes = gpd.GeoSeries(
        shapely.box(121.6 + west * 2e-4, 31.2 + south * 2e-4, 121.60015 + west * 2e-4, 31.20012 + south * 2e-4),
        crs=4326,
    )
    start = time.process_time()
    assert outlines.flaws(shapes, "polygon", T) == ()
    assert time.process_time() - start < 5


# --- areas -----------------------------------------------------------------------------------------------------------


def test_the_certified_area_stands_beside_the_computed_and_over_a_hundredth_is_told():
    shapes = layer(square(0, 0), square(20, 0), square(40, 0), None, BOW_TIE, square(60, 0))
    certified = pd.Series([100.5, 102, None, 50, 50, 0], index=range(1, 7), dtype="Float64")
    frame, issues = outlines.areas(shapes, certified, T, "parcels", "land_m2")
    assert list(frame.columns) == ["certified_m2", "computed_m2", "difference"]
    assert frame["computed_m2"].isna().to_list() == [False, False, False, True, True, False]
    assert frame.loc[1, "difference"] == pytest.approx(-0.5 / 100.5, rel=1e-3)
    assert frame["difference"].isna().to_list() == [False, False, True, True, True, True]
    assert [(one.table, one.row, one.column, one.kind) for one in issues] == [
        ("parcels", "2", "land_m2", "area_differs")
    ]
    assert "-2.0 %" in issues[0].message


def test_without_certified_areas_the_computed_stand_alone():
    frame, issues = outlines.areas(layer(square(0, 0)), None, T)
    assert frame["certified_m2"].isna().all()
    assert issues == ()


@settings(deadline=None)
@given(st.floats(121.46, 121.96), st.floats(30.86, 31.38), st.floats(5, 3000), st.floats(5, 3000), st.floats(0, 90))
def test_a_computed_area_is_that_of_proj_to_a_hundred_thousandth(lon, lat, width, height, turn):
    corners = shapely.affinity.rotate(shapely.box(0, 0, width, height), turn).exterior.coords
    shape = shapely.Polygon(np.column_stack(crs.local(lon, lat, *np.array(corners).T)))
    frame, _ = outlines.areas(gpd.GeoSeries([shape], index=[1], crs=4326), None, T)
    proj = abs(GEOD.geometry_area_perimeter(shape)[0])
    assert frame.loc[1, "computed_m2"] == pytest.approx(proj, rel=1e-5)
    assert frame.loc[1, "computed_m2"] == pytest.approx(width * height, rel=1e-5)


# --- shapes that lie so close that they cannot be laid over each other -----------------------------------------------


def test_what_cannot_be_laid_over_exactly_is_rounded_and_else_given_up():
    first, second = shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)

    def coarse(one, other, grid_size=None):
        if grid_size is None or one is None or not one.equals(first):
            raise shapely.errors.GEOSException
        return shapely.intersection(one, other, grid_size=grid_size)

    assert mends.overlaid(coarse, first, second, 1e-6).area == pytest.approx(2)
    assert mends.overlaid(coarse, second, first, 1e-6) is None
    both = mends.overlaid(coarse, np.array([first, second]), np.array([second, first]), 1e-6)
    assert both[0].area == pytest.approx(2)
    assert both[1] is None


def test_where_nothing_can_be_laid_over_nothing_is_mended(monkeypatch):
    monkeypatch.setattr(mends, "overlaid", lambda *_: None)
    one, other = polygon(square(0, 0)), polygon(square(9, 0, 20))
    assert mends.mend("overlap", (2, 1), {1: one, 2: other}, 0.1) is None
    assert mends.mend("gap", (2, 1), {1: one, 2: other}, 0.1) is None


def test_a_hair_that_crosses_itself_in_metres_is_no_neighbour():
    flat = mends.Plane(*ORIGIN)
    crossed = shapely.Polygon(degrees(BOW_TIE))
    assert flat.outlines(crossed).is_valid
    assert flat.outlines(np.array([crossed, crossed]))[1].area == pytest.approx(50, rel=1e-6)
    nothing = shapely.Polygon([ORIGIN, (121.7, 31.2), ORIGIN, ORIGIN])
    assert flat.outlines(nothing).area == pytest.approx(0, abs=1e-6)


MESSY = [
    [[(0, 0), (0, 0), (0, 1), (11, 0)], [(2, 12), (4, 12), (6, 10), (8, 9)], [(8, 10), (0, 0), (0, 0), (6, 0)]],
    [[(0, 0), (0, 0), (1, 0), (2, 12)], [(2, 12), (4, 11), (4, 12), (8, 9)]],
    [
        [(0.0, 9), (2, 12), (4, 3), (7, 7), (1, 10)],
        [(1, 8), (12, 8), (12, 9), (0.01, 10), (12, 12), (5, 9), (0.03, 9), (0.06, 8)],
        [(3, 9), (3, 1), (0.08, 2), (12, 2)],
        [(6, 1), (7, 1), (4, 9), (3, 4)],
        [(0.0, 8), (0, 12), (3, 1), (0.06, 3), (9, 12)],
    ],
    [
        [(0.09, 6), (3, 9), (0, 11), (2, 9), (7, 1), (11, 10)],
        [(6, 7), (2, 3), (9, 7), (0.09, 6), (5, 4), (9, 8), (10, 3)],
        [(1, 3), (2, 6), (0.1, 1), (0.11, 2)],
        [(0.11, 6), (9, 8), (0.06, 1), (0.11, 9), (0.0, 3), (9, 9)],
    ],
]


@pytest.mark.parametrize("mess", MESSY)
@pytest.mark.parametrize("gap_m", [0.1, 0.5, 2])
def test_messes_that_broke_the_library_are_judged(mess, gap_m):
    shapes = layer(*([*ring, ring[0]] for ring in mess))
    found = outlines.flaws(shapes, "polygon", T, gap_m=gap_m)
    assert found
    assert outlines.mended(shapes, found, "all").shapes.is_valid.any()
