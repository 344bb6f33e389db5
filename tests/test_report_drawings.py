"""Charts, map pages and reasons of the report: drawn without a browser, to scale, nothing over another, escaped."""

import re
from dataclasses import replace

import district
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from test_explanation import asked
from test_fit import district as fitting
from test_fit import policy as rules_of

from parks import crs, words
from parks.matching import allocation
from parks.output import atlas, content, drawings, map_pages, markers, placements, reports, shading

EN, ZH = words.translator("en"), words.translator("zh")
SVG = "{http://www.w3.org/2000/svg}"
COLUMNS = (
    content.Column("Zone"),
    content.Column("A", "area"),
    content.Column("B", "area"),
    content.Column("T", "area"),
)


def texts(picture: content.Picture) -> list[str]:
    return [element.text for element in etree.fromstring(picture.svg).iter(f"{SVG}text")]


def block(*rows: tuple) -> content.Block:
    return content.Block("", COLUMNS, rows)


def test_a_lying_chart_is_to_scale_and_says_what_is_unknown() -> None:
    rows = [("One", 100.0, 300.0, ""), ("Two <b>", pd.NA, 50.0, ""), ("Three", pd.NA, None, "")]
    graph = content.Graph("Title", 0, {1: "#111111", 2: "#222222"}, axis="Area (m²)")
    drawn = drawings.chart(block(*rows), graph, rows, EN)
    bars = [
        element
        for element in etree.fromstring(drawn.svg).iter(f"{SVG}rect")
        if float(element.get("height")) == drawings.BAR
    ]
    widths = [float(bar.get("width")) for bar in bars]
    assert widths[1] == pytest.approx(3 * widths[0], abs=0.2)
    assert widths[2] == pytest.approx(widths[0] / 2, abs=0.2)
    said = texts(drawn)
    assert {"400", "50 + unknown", "unknown", "Two <b>", "Title", "Area (m²)"} <= set(said)
    assert "Two &lt;b&gt;" in drawn.svg


def test_bars_beside_each_other_and_a_long_name_cut() -> None:
    rows = [("A name of a zone that is much too long for its place", 10.0, 20.0, "")]
    graph = content.Graph("Title", 0, {1: "#111111", 2: "#222222"}, stacked=False)
    drawn = drawings.chart(block(*rows), graph, rows, EN)
    assert any(said.endswith("…") for said in texts(drawn))
    slim = [element for element in etree.fromstring(drawn.svg).iter(f"{SVG}rect") if element.get("fill") == "#222222"]
    assert len(slim) == 2  # the key, and the bar


def test_a_standing_chart_marks_its_target() -> None:
    rows = [("One", 100.0, 300.0, 800.0), ("Two", 0.0, 0.0, pd.NA)]
    graph = content.Graph("Title", 0, {1: "#111111", 2: "#222222"}, kind="column", mark=3)
    drawn = drawings.chart(block(*rows), graph, rows, ZH)
    marks = [
        element for element in etree.fromstring(drawn.svg).iter(f"{SVG}line") if element.get("stroke-width") == "3"
    ]
    assert len(marks) == 1
    narrow = [(f"2026-Q{number}", 1.0, 2.0, pd.NA) for number in range(60)]
    assert "2026-Q1" not in texts(drawings.chart(block(*narrow), replace(graph, mark=None), narrow, ZH)), (
        "cut to its room"
    )


def test_a_key_breaks_into_lines() -> None:
    _, one = drawings.key([("a", "#111111")], 200, 10)
    _, two = drawings.key([("a" * 20, "#111111"), ("b" * 20, "#222222")], 200, 10)
    assert two == one + 18


@given(st.lists(st.tuples(st.floats(100, 300), st.floats(100, 300)), min_size=2, max_size=20))
@settings(max_examples=thorough.cases(20), deadline=None)
def test_markers_keep_clear_of_each_other_and_stay_inside(places) -> None:
    frame = (0.0, 0.0, 400.0, 400.0)
    given_ = np.array(places)
    found = markers.apart(given_, frame)
    away = np.hypot(*(found[:, None, :] - found[None, :, :]).transpose(2, 0, 1))
    np.fill_diagonal(away, np.inf)
    assert away.min() > 1.8 * markers.RADIUS
    assert (found >= markers.RADIUS).all()
    assert (found <= 400 - markers.RADIUS).all()
    assert (markers.apart(given_, frame) == found).all()


def test_a_marker_that_had_to_move_has_a_stroke_to_its_place() -> None:
    places = np.array([[50.0, 50.0]])
    assert "<line" not in markers.drawn(places, places, [1], ["#FFFFFF"])
    assert "<line" in markers.drawn(places, places + 20, [1], ["#000000"])


FRAME = atlas.Frame((0, 0, 400, 400), (121.5, 31.1, 121.7, 31.3))


def test_a_frame_is_true_to_scale_along_both_axes() -> None:
    across, down = FRAME.at(np.array([[121.55, 31.2], [121.65, 31.2], [121.6, 31.15], [121.6, 31.25]])).reshape(2, 2, 2)
    wide = np.hypot(*(across[1] - across[0])) * FRAME.metres()
    high = np.hypot(*(down[1] - down[0])) * FRAME.metres()
    assert wide == pytest.approx(crs.distance_m([121.55], [31.2], [121.65], [31.2])[0], rel=1e-6)
    assert high == pytest.approx(crs.distance_m([121.6], [31.15], [121.6], [31.25])[0], rel=5e-3)


def test_what_lies_outside_is_cut_off() -> None:
    assert FRAME.path(shapely.box(120, 30, 120.1, 30.1)) == ""
    path = FRAME.path(shapely.box(121.6, 31.2, 125, 35))
    assert max(map(float, re.findall(r"-?\d+\.\d", path))) <= 400
    hole = shapely.box(121.55, 31.15, 121.65, 31.25).difference(shapely.box(121.59, 31.19, 121.61, 31.21))
    assert FRAME.path(hole).count("Z") == 2
    assert not FRAME.path(shapely.LineString([[121.55, 31.15], [121.6, 31.2]])).endswith("Z")


def drawn(marks: atlas.Marks, rules=None, base=None) -> content.Picture:
    base = reports.draft(district.park(), district.rules()).made.base if base is None else base
    shades = (shading.Shade("Class", "#111111"),)
    return atlas.page("Map", base, rules or district.rules(), fills={}, marks=marks, legend=shades, lang="en", t=EN)


def test_a_crowded_zone_is_drawn_enlarged_and_numbered_there() -> None:
    points = [shapely.Point(121.51 + 0.01 * number, 31.2) for number in range(atlas.CROWD)]
    marks = atlas.Marks([*points, None], ["#111111"] * (atlas.CROWD + 1))
    said = texts(drawn(marks))
    assert "Enlarged: Core" in said
    assert [said.count(str(number)) for number in (1, atlas.CROWD, atlas.CROWD + 1)] == [1, 1, 0]
    assert sum(bool(re.fullmatch(r"[\d.]+ km", text)) for text in said) == 2, "each frame has its scale bar"
    assert "N" in said
    few = atlas.Marks([points[0], None], ["#111111"] * 2, ["<Alpha>", "Beta"])
    picture = drawn(few)
    assert {"<Alpha>", "Beta", "1", "2"} <= set(texts(picture))
    assert "Enlarged: Core" not in texts(picture)
    assert any("审图号" in note for note in picture.notes)
    assert any("EPSG:4326" in note for note in picture.notes)


def test_too_many_marks_are_dots_and_a_map_without_outlines_still_stands() -> None:
    points = [shapely.Point(121.8 + 0.0001 * number, 31.0) for number in range(atlas.MOST + 1)]
    assert "7" not in texts(drawn(atlas.Marks(points, ["#111111"] * len(points))))
    rules = district.rules()
    rules.zones = rules.zones.set_geometry(gpd.GeoSeries([None] * 3, crs="EPSG:4326"))
    base = reports.draft(district.park(), district.rules()).made.base.iloc[:0]
    assert texts(drawn(atlas.Marks([], []), rules, base))


def test_a_place_of_a_shape_lies_in_it() -> None:
    assert atlas.point(None) is None
    assert atlas.point(shapely.Point()) is None
    assert atlas.point(shapely.Point(1, 2)) == shapely.Point(1, 2)
    square = shapely.box(0, 0, 1, 1)
    assert square.contains(atlas.point(square))


def test_the_map_pages_count_what_has_no_place() -> None:
    made = reports.draft(district.park(), district.rules()).made
    layout, vacant, projects = map_pages.chapter(made).blocks
    assert layout.notes == ("Without a place on the map: 1",)
    assert vacant.rows[0][3:6] == (1750.5, 500.0, pytest.approx(500 / 1750.5))
    assert vacant.notes == ("Without a place on the map: 1",)
    assert [row[4] for row in projects.rows] == ["Done", "Under way", "Planned", "Planned"]
    assert projects.notes == ("Without a place on the map: 1",), "J3 lies in a zone without an outline"


def test_reasons_say_why_there_and_why_not() -> None:
    units = [
        {"unit_id": "B1-F1-1", "asking_rent_cny_m2_day": 4.0},
        {"unit_id": "B2-F1-1", "asking_rent_cny_m2_day": 2.0},
    ]
    needs = [asked(1, 100, rent_max_cny_m2_day=4.0), asked(2, 5000)]
    park, space = fitting(units, needs)
    rules = rules_of()
    case = allocation.case(park, rules, space)
    plan = allocation.allocate(park, rules, space, given=case, steps=10)
    said = {lang: placements.reasons(park, rules, space, case, plan, lang) for lang in words.LANGUAGES}
    assert said["en"]["N1"][0].startswith("Every hard rule is kept or waived; score ")
    assert any(line.startswith("Next best building: B1楼 (B1-F1-1), score") for line in said["en"]["N1"])
    assert said["en"]["N2"][0] == "No free place keeps every hard rule for it."
    assert "2 of 2 units miss it" in said["en"]["N2"][1]
    assert {need: len(lines) for need, lines in said["zh"].items()} == {
        need: len(lines) for need, lines in said["en"].items()
    }
    assert placements.reasons(park, rules, space, case, plan, "en") == said["en"], "no clock is in it"
    pinned = replace(plan, pinned=["N1"])
    assert "It is pinned there." in placements.reasons(park, rules, space, case, pinned, "en")["N1"]


def test_the_chapter_of_the_plan_says_what_it_is_worth() -> None:
    park, space = fitting(["B1-F1-1", "B1-F1-2"], [asked(1, 200), asked(2, 5000)])
    rules = rules_of()
    case = allocation.case(park, rules, space)
    plan = allocation.allocate(park, rules, space, given=case, steps=10)
    why = {"en": placements.reasons(park, rules, space, case, plan, "en")}
    assert why["en"]["N1"][-1] == "No free place in another building keeps every hard rule."
    made = replace(reports.draft(district.park(), district.rules()).made, park=park, space=space)
    one = placements.chapter(replace(made, plan=plan, reasons=why))
    placed, rest = one.blocks
    assert [(row[0], row[2], row[4], row[6]) for row in placed.rows] == [("T1", "N1", "B1楼 (B1-F1-1–B1-F1-2)", 200.0)]
    assert placed.total[6] == 200.0
    assert [(row[0], row[3]) for row in rest.rows] == [("T2", 5000.0)]
    assert one.lines[0] == "Companies placed: 1; not placed: 1."
    assert one.lines[1].startswith("Value of the plan: ")
    quiet = placements.chapter(replace(made, plan=replace(plan, columns=0)))
    assert len(quiet.lines) == 1
    assert quiet.blocks[0].rows[0][7] == ""
