"""A park in 3D: slices stand on each other, carry the colours of the floor stack, and say what is not known."""

import datetime as dt
import json
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as some

from parks import crs, snapshot, words
from parks.output import charts, slabs, stacks, towers
from parks.status import vacancy

EVIL = "<img src=x onerror=window.hacked=1>"
FORMULA = "@@=window.hacked=1"
SOURCE = {"source": "test", "standing": "illustrative"}
DAY = dt.date(2026, 1, 15)
WIDE = shapely.box(121.6, 31.2, 121.601, 31.2003)
"""A building that is longer from west to east: about 95 by 33 m."""


def table(rows):
    frame = pd.DataFrame([SOURCE | row for row in rows])
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in frame if name.startswith("valid_")})


def building(code, **said):
    return {"building_id": code, "park_id": "P", "name_zh": f"{code}楼", "name_en": f"House {code}"} | said


def floor(code, level, height=None):
    return {"floor_id": f"{code}{level}", "building_id": code, "level": level, "floor_height_m": height}


def unit(code, level, number, area=100.0):
    name = f"{code}{level}"
    return {"unit_id": f"{name}-{number}", "building_id": code, "floor_id": name, "lettable_m2": area}


def lease(code, until=None, state="let"):
    return {"lease_id": f"L{code}", "unit_id": code, "tenant_id": "T", "state": state} | {
        "valid_from": "2024-01-01",
        "valid_to": until,
    }


def district(buildings, floors, units=(), leases=(), name="园区"):
    return snapshot.of(
        DAY,
        {
            "parks": table([{"park_id": "P", "name_zh": name, "geometry": shapely.Point(121.6, 31.2)}]),
            "buildings": table([{"status": "built", "geometry": WIDE} | row for row in buildings]),
            "floors": table(floors),
            **({"units": table(units)} if units else {}),
            **({"leases": table(leases)} if leases else {}),
        },
    )


def drawn(park, by="state", lang="en"):
    return towers.scene(park, vacancy.by_unit(park), "P", by, lang)


def foot(row):
    heights = {place[2] for place in row["polygon"]}
    assert len(heights) == 1
    return heights.pop()


HOUSE = [floor("A", 1, 6.0), floor("A", 2, 4.25), floor("A", 3, 4.2)]


def test_floors_stand_on_each_other_without_gaps() -> None:
    scene = drawn(district([building("A")], HOUSE))
    assert [(foot(row), row["height"]) for row in scene.slices] == [(0, 6), (6, 4.25), (10.25, 4.2)]
    assert scene.belts == scene.empty == []
    assert scene.notes == []


@settings(deadline=None, max_examples=25)
@given(some.lists(some.one_of(some.none(), some.floats(2.2, 12)), min_size=1, max_size=9))
def test_heights_add_up_whatever_is_known(heights: list) -> None:
    scene = drawn(district([building("A")], [floor("A", at, height) for at, height in enumerate(heights, 1)]))
    top = 0.0
    for row, height in zip(scene.slices, heights, strict=True):
        assert foot(row) == pytest.approx(top, abs=0.006)
        assert row["height"] == pytest.approx(towers.ASSUMED_HEIGHT_M if height is None else height, abs=0.006)
        top = foot(row) + row["height"]
    assert len(scene.belts) == heights.count(None)


def test_an_unknown_height_is_said_and_marked() -> None:
    scene = drawn(district([building("A")], [floor("A", 1), floor("A", 2, 0.0), floor("A", 3, 4.0)]))
    assert [row["height"] for row in scene.slices] == [4.5, 4.5, 4.0]
    assert [row["tip"].splitlines()[-1] for row in scene.slices] == [
        "Floor height unknown, drawn as 4.5 m",
        "Floor height unknown, drawn as 4.5 m",
        "Floor height 4.0 m",
    ]
    assert [foot(belt) for belt in scene.belts] == [pytest.approx(4.5 * (0.36 + at)) for at in (0, 1)]
    assert scene.notes == ["Floors of unknown height, drawn 4.5 m high with a white belt: 2"]


def test_levels_that_are_not_on_record_are_one_unknown_slice() -> None:
    scene = drawn(district([building("A")], [floor("A", 1, 5.0), floor("A", 4, 4.0)], [unit("A", 1, 1)]))
    assert [(foot(row), row["height"]) for row in scene.slices] == [(0, 5), (5, 9), (14, 4)]
    assert [row["tip"].splitlines()[:2] for row in scene.slices] == [
        ["1F · House A", "Vacant: 100 m²"],
        ["2F–3F · House A", "Not on record"],
        ["4F · House A", "No unit of this floor is on record"],
    ]
    unknown = towers._rgb(charts.STATE_COLOURS["unknown"])
    assert [row["colour"] == unknown for row in scene.slices] == [False, True, True]
    assert scene.belts == []
    assert dict(scene.legend) == {
        "Vacant": charts.STATE_COLOURS["vacant"],
        "Unknown": charts.STATE_COLOURS["unknown"],
    }


@pytest.mark.parametrize("by", stacks.COLOURS)
@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_colours_and_names_are_those_of_the_floor_stack(by, lang) -> None:
    units = [unit("A", level, number) for level in (1, 2, 3) for number in (1, 2)]
    leases = [
        lease("A1-1", "2026-06-01"),
        lease("A1-2", "2027-06-01"),
        lease("A2-1"),
        lease("A2-2", "2030-01-01"),
        lease("A3-1", "2027-01-01", "reserved"),
    ]
    park = district([building("A")], HOUSE, units, leases)
    space = vacancy.by_unit(park)
    spec = stacks.chart(vacancy.stack(space, park, "A"), lang, by, DAY)
    scale = spec["layer"][0]["encoding"]["color"]["scale"]
    scene = towers.scene(park, space, "P", by, lang)
    assert dict(scene.legend) == dict(zip(scale["domain"], scale["range"], strict=True))
    assert {tuple(row["colour"]) for row in scene.slices} == {tuple(towers._rgb(shade)) for shade in scale["range"]}
    for row in scene.slices:
        name = row["tip"].splitlines()[1].partition(":")[0]
        assert row["colour"] == towers._rgb(dict(scene.legend)[name])


def metres2(rows):
    """Return the geodesic area of each polygon [m²]."""
    shapes = [shapely.Polygon([place[:2] for place in row["polygon"]]) for row in rows]
    return crs.area_m2(gpd.GeoSeries(shapes, crs="EPSG:4326")).to_numpy()


def test_a_floor_in_several_states_is_cut_in_proportion_across_its_longer_side() -> None:
    units = [unit("A", 1, 1, 300.0), unit("A", 1, 2, 100.0), unit("A", 2, 1, 80.0), unit("A", 2, 2, 80.0)]
    units += [unit("A", 3, 1, 100.0), unit("A", 3, 2, None)]
    park = district([building("A")], HOUSE, units, [lease("A1-1"), lease("A2-2"), lease("A3-1")])
    scene = drawn(park)
    areas = metres2(scene.slices)
    whole = areas[:2].sum()
    known = 1 / (1 + stacks.UNKNOWN_WIDTH)
    assert areas / whole == pytest.approx([0.75, 0.25, 0.5, 0.5, known, 1 - known], abs=0.004)
    assert [row["tip"].splitlines()[1] for row in scene.slices] == [
        "Let: 300 m²",
        "Vacant: 100 m²",
        "Let: 80 m²",
        "Vacant: 80 m²",
        "Let: 100 m²",
        "Vacant: unknown",
    ]
    # Let space is always at the same end: the shares stand above each other.
    ends = {max(place[0] for place in row["polygon"]) for row in scene.slices if "Vacant" in row["tip"]}
    assert len(ends) == 1


def test_units_of_unknown_area_are_counted_beside_the_known() -> None:
    units = [unit("A", 1, 1, 300.0), unit("A", 1, 2, None), unit("A", 1, 3, None)]
    (row,) = drawn(district([building("A")], HOUSE[:1], units)).slices
    assert row["tip"].splitlines()[1] == "Vacant: 300 m² + 2 of unknown area"


@settings(deadline=None, max_examples=40)
@given(some.lists(some.floats(0.02, 1), min_size=1, max_size=6), some.floats(0, np.pi))
def test_parts_have_their_shares_and_make_up_the_whole(sizes: list, turn: float) -> None:
    shares = list(np.array(sizes) / sum(sizes))
    shape = shapely.Polygon([(0, 0), (80, 0), (80, 30), (50, 30), (50, 12), (0, 12)])
    outline = shapely.affinity.rotate(shape, turn, use_radians=True)
    whole, parts = slabs.cut(outline, [[1.0], shares])
    assert whole == [outline]
    assert shapely.area(parts) / outline.area == pytest.approx(shares, abs=0.01)
    assert shapely.union_all(parts).symmetric_difference(outline).area < 1e-6


def test_equal_buildings_are_cut_from_the_same_end() -> None:
    box = shapely.box(0, 0, 40, 10)
    for outline in (box, shapely.Polygon(box.exterior.coords[::-1]), shapely.affinity.rotate(box, 180)):
        ((first, _),) = slabs.cut(outline, [[0.25, 0.75]])
        assert first.bounds == pytest.approx((0, 0, 10, 10))


def test_holes_and_several_parts_stay() -> None:
    yard = shapely.Polygon(shapely.box(0, 0, 50, 50).exterior, [shapely.box(10, 10, 40, 40).exterior])
    two = shapely.MultiPolygon([shapely.box(60, 0, 70, 10), shapely.box(80, 0, 90, 10)])
    made = slabs.laid((121.6, 31.2), [yard, two, shapely.LineString([(0, 0), (1, 1)])], [1.0, 2.0, 3.0])
    assert [at for at, _ in made] == [0, 1, 1]
    outer, inner = made[0][1]
    assert len(outer) == len(inner) == 4
    assert made[1][1][0][2] == 2.0


def test_a_place_comes_back_to_where_it_was() -> None:
    origin, (shape,) = slabs.plane(gpd.GeoSeries([WIDE], crs="EPSG:4326"))
    ((_, ring),) = slabs.laid(origin, [shape], [0])
    back = shapely.Polygon([place[:2] for place in ring])
    assert shapely.hausdorff_distance(back, WIDE) < 1e-6


def test_what_cannot_be_drawn_is_listed() -> None:
    houses = [building("A"), building("B", geometry=None), building("C"), building("D", geometry=shapely.Polygon())]
    floors = [floor("A", 1, 4.0), floor("A", -1, 4.0), floor("B", 1, 4.0), floor("C", -1)]
    units = [unit("A", 1, 1), unit("A", 9, 1), unit("A", -1, 1), unit("B", 1, 1)]
    scene = drawn(district(houses, floors, units))
    assert {row["at"] for row in scene.slices} == {"building A"}
    assert scene.missing == {
        "B": "no outline on record",
        "C": "no floor above ground on record",
        "D": "no outline on record",
    }
    assert scene.notes == ["Floors below ground, not drawn: 1", "Units on an unknown floor, not drawn: 1"]
    assert len(scene.empty) == 1


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_a_park_with_nothing_to_draw_says_so(lang) -> None:
    scene = drawn(district([building("A", geometry=None)], [floor("A", 1, 4.0)]), lang=lang)
    assert scene.slices == scene.ground == scene.legend == []
    assert list(scene.missing) == ["A"]
    assert drawn(district([building("A")], [floor("A", -1, 4.0)])).slices == []


def told(deck):
    return json.loads(deck.to_json())


def test_it_asks_nobody_for_a_map() -> None:
    deck = towers.picture(drawn(district([building("A")], HOUSE)))
    said = told(deck)
    assert deck.map_provider is None
    assert said.get("mapStyle") == "__MAP_STYLE__", "with this a page draws no base map; with none it asks for one"
    assert "http" not in deck.to_json()
    assert all(layer["@@type"] == "SolidPolygonLayer" for layer in said["layers"])
    assert said["initialViewState"]["pitch"] == 50


@pytest.mark.parametrize("name", [EVIL, FORMULA, "@@#a.b", "{tip}"])
def test_a_name_stays_text(name) -> None:
    houses = [building(name, name_zh=name, name_en=name)]
    floors = [{"floor_id": name, "building_id": name, "level": 1}]
    units = [{"unit_id": name, "building_id": name, "floor_id": name, "lettable_m2": 10.0}]
    deck = towers.picture(drawn(district(houses, floors, units, name=name)), name)
    assert set(deck._tooltip) == {"text", "style"}, "a tip of HTML would run what a name says"

    def texts(value):
        if isinstance(value, dict):
            return [text for part in value.values() for text in texts(part)]
        return [value] if isinstance(value, str) else []

    for layer in told(deck)["layers"]:
        for row in layer["data"]:
            for text in texts(row):
                assert name in text or text in {"park P", "1 vacant"}
                assert not text.startswith("@@"), "a text that begins so is a formula to deck.gl"


def test_the_picked_building_stands_out() -> None:
    houses = [building("A"), building("B", geometry=shapely.affinity.translate(WIDE, 0.002))]
    scene = drawn(district(houses, [*HOUSE, floor("B", 1, 4.0)]))
    plain, picked = told(towers.picture(scene)), told(towers.picture(scene, "B", 3))
    layers = {layer["id"]: layer for layer in picked["layers"]}
    assert [layer["id"] for layer in plain["layers"]] == ["ground 0", "others 0"]
    assert list(layers) == ["ground 3", "ring", "chosen 3", "others 3"]
    assert {row["at"] for row in layers["chosen 3"]["data"]} == {"building B"}
    assert {row["at"] for row in layers["others 3"]["data"]} == {"building A"}
    assert layers["others 3"]["opacity"] == towers.FADED
    assert layers["chosen 3"]["getLineColor"] == towers._rgb(stacks.CHOSEN)
    assert picked["initialViewState"] == plain["initialViewState"], "a click does not move the camera"


def test_the_ground_answers_with_the_park() -> None:
    (ground,) = drawn(district([building("A")], HOUSE)).ground
    assert (ground["at"], ground["tip"]) == ("park P", "Park · 园区")


def test_the_view_has_room_for_all() -> None:
    far = building("B", geometry=shapely.affinity.translate(WIDE, 0.01, 0.01))
    near = drawn(district([building("A")], HOUSE)).view
    wide = drawn(district([building("A"), far], [*HOUSE, floor("B", 1, 4.0)])).view
    tall = drawn(district([building("A")], [floor("A", 1, 200.0)])).view
    assert wide.zoom < near.zoom - 2
    assert tall.zoom < near.zoom
    assert (wide.longitude, wide.latitude) == pytest.approx((121.6055, 31.20515), abs=1e-5)


def test_a_record_without_its_park_is_called_by_its_id() -> None:
    park = district([building("A")], HOUSE)
    bare = SimpleNamespace(parks=park.parks[:0], buildings=park.buildings, floors=park.floors, day=park.day)
    scene = towers.scene(bare, vacancy.by_unit(park), "P", "state", "en")
    assert scene.ground[0]["tip"] == "Park · P"
