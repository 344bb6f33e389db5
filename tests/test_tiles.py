"""Tiles of buildings: each building in one tile, the numbers as they were, cells that count every building once."""

import base64
import itertools
import json
import struct

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from parks.output import tiles

PLACE = (121.6, 31.2)


def layer(shapes, **more):
    names = [f"B{number}" for number in range(len(shapes))]
    columns = {"id": names, "name": names, "park": "P"} | more
    frame = pd.DataFrame(columns, index=range(len(shapes))).astype("string")
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs="EPSG:4326"))


def squares(places, side=0.0004):
    return [shapely.box(x, y, x + side, y + side) for x, y in places]


def scattered(count, spread=0.2, seed=3):
    return squares(np.random.default_rng(seed).uniform(0, spread, (count, 2)) + PLACE)


def facts(cut, shades=None):
    index = pd.Index(cut.ids)
    given = {"share": np.nan, "vacant_m2": np.nan, "fitting": pd.array([pd.NA] * len(index), dtype="Int64")}
    return pd.DataFrame({"shade": 0 if shades is None else shades} | given, index=index)


def read(content):
    """Return the head and the rings of each building [°], read as the browser does."""
    (long,) = struct.unpack_from("<I", content)
    head = json.loads(content[4 : 4 + long])
    numbers = np.frombuffer(content, "<i4", offset=4 + long)
    n, rings, points = len(head["ids"]), head["rings"], head["points"]
    assert len(numbers) == n + rings + 2 * points
    first, starts = [0, *numbers[:n]], [0, *numbers[n : n + rings]]
    east, south = (np.cumsum(part) / 2**tiles.BITS for part in np.split(numbers[n + rings :].astype(np.int64), 2))
    lon, lat = east * 360 - 180, np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * south))))
    every = [np.stack([lon, lat], axis=1)[a:b] for a, b in itertools.pairwise(starts)]
    return head, [every[a:b] for a, b in itertools.pairwise(first)]


def cells(content):
    """Return place, commonest class and count of each cell of a block."""
    (n,) = struct.unpack_from("<I", content)
    assert len(content) == 4 + 7 * n
    count, place = np.frombuffer(content, "<u4", n, 4), np.frombuffer(content, "<u2", n, 4 + 4 * n)
    return place, np.frombuffer(content, "u1", n, 4 + 6 * n), count


def test_a_tile_holds_the_shapes_as_they_were():
    hole = shapely.Polygon(
        shapely.box(*PLACE, PLACE[0] + 0.01, PLACE[1] + 0.01).exterior,
        [shapely.box(PLACE[0] + 0.004, PLACE[1] + 0.004, PLACE[0] + 0.006, PLACE[1] + 0.006).exterior],
    )
    shapes = [hole, shapely.MultiPolygon(squares([(121.7, 31.3), (121.71, 31.3)])), *squares([(121.5, 31.1)])]
    cut = tiles.cut(layer(shapes, name=["园<b>", "二", "三"]))
    head, rings = read(cut.tile(0))
    assert dict(zip(head["ids"], head["names"], strict=True)) == {"B0": "园<b>", "B1": "二", "B2": "三"}
    assert head["parks"] == ["P", "P", "P"]
    by_id = dict(zip(head["ids"], rings, strict=True))
    assert [len(by_id[name]) for name in ("B0", "B1", "B2")] == [2, 2, 1]
    for name, shape in zip(("B0", "B1", "B2"), shapes, strict=True):
        told = np.concatenate(by_id[name])
        assert told == pytest.approx(shapely.get_coordinates(shape), abs=4e-7)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 4000), st.integers(0, 5))
def test_every_building_lies_in_one_tile_inside_its_box(count, seed):
    cut = tiles.cut(layer(scattered(count, seed=seed)))
    manifest = cut.manifest()
    assert manifest["count"] == count
    assert len(manifest["boxes"]) == cut.count == -(-count // tiles.SIZE)
    ids = []
    for number, (west, north, east, south) in enumerate(manifest["boxes"]):
        head, _ = read(cut.tile(number))
        rows = slice(len(ids), len(ids) + len(head["ids"]))
        assert (cut.boxes[rows] >= [west, north, west, north]).all()
        assert (cut.boxes[rows] <= [east, south, east, south]).all()
        ids += head["ids"]
    assert sorted(ids) == sorted(f"B{number}" for number in range(count))


def test_tiles_lie_apart():
    """Neighbours are fetched together: tiles of scattered buildings cover the district about once, not many times."""
    boxes = np.array(tiles.cut(layer(scattered(20_000))).manifest()["boxes"], dtype=float)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    whole = (boxes[:, 2].max() - boxes[:, 0].min()) * (boxes[:, 3].max() - boxes[:, 1].min())
    assert areas.sum() < 1.1 * whole


def test_what_has_no_outline_is_left_out():
    shapes = [shapely.Point(PLACE), None, shapely.Polygon(), *squares([PLACE])]
    cut = tiles.cut(layer(shapes))
    assert cut.ids.tolist() == ["B3"]
    assert tiles.cut(layer([])).manifest()["boxes"] == []


def test_colours_follow_the_order_of_the_tiles():
    cut = tiles.cut(layer(scattered(1500)))
    frame = facts(cut, np.arange(1500) % 5).sample(frac=1, random_state=1)
    frame["share"] = [int(name[1:]) / 1500 for name in frame.index]
    made = tiles.shaded(cut, frame)
    content = made.tile(1)
    assert len(content) == 13 * (1500 - tiles.SIZE)
    share = np.frombuffer(content, "<f4", 1500 - tiles.SIZE)
    assert [round(value * 1500) for value in share.tolist()] == [int(name[1:]) for name in cut.ids[tiles.SIZE :]]
    assert np.frombuffer(content, "<i4", 10, 8 * (1500 - tiles.SIZE)).tolist() == [-1] * 10
    assert np.frombuffer(content, "u1", offset=12 * (1500 - tiles.SIZE)).tolist() == [
        frame.loc[name, "shade"] for name in cut.ids[tiles.SIZE :]
    ]


def test_other_colours_and_other_shapes_have_other_addresses():
    cut, moved = (tiles.cut(layer(scattered(5, seed=seed))) for seed in (1, 2))
    again = tiles.cut(layer(scattered(5, seed=1)))
    assert cut.digest == again.digest != moved.digest
    one, other = (tiles.shaded(cut, facts(cut, shade)).digest for shade in (0, 1))
    assert len({one, other, tiles.shaded(moved, facts(moved, 0)).digest}) == 3
    assert tiles.cut(layer(scattered(5, seed=1), name=list("abcde"))).digest != cut.digest


@pytest.mark.parametrize(("spread", "close"), [(20.0, 12), (0.3, 13), (0.2, 14), (0.0, 17)])
def test_buildings_are_drawn_one_by_one_where_a_window_holds_few(spread, close):
    cut = tiles.cut(layer(scattered(12_000, spread)))
    assert cut.close == close


@pytest.mark.parametrize("zoom", [3, 8, 11, 12])
def test_cells_count_every_building_once(zoom):
    cut = tiles.cut(layer(scattered(12_000)))
    made = tiles.shaded(cut, facts(cut, np.arange(12_000) % 3))
    across = max(cut.centres[:, 0] >> (tiles.BITS - 8 - zoom + tiles.CELL + tiles.BLOCK)) + 1
    down = max(cut.centres[:, 1] >> (tiles.BITS - 8 - zoom + tiles.CELL + tiles.BLOCK)) + 1
    total = 0
    shift = tiles.BITS - 8 - zoom + tiles.CELL
    for column in range(int(min(cut.centres[:, 0]) >> (shift + tiles.BLOCK)), int(across)):
        for row in range(int(min(cut.centres[:, 1]) >> (shift + tiles.BLOCK)), int(down)):
            place, shade, count = cells(made.block(zoom, column, row))
            total += int(count.sum())
            for at, commonest, n in list(zip(place.tolist(), shade.tolist(), count.tolist(), strict=True))[:20]:
                cell = [(column << tiles.BLOCK) + at % 64, (row << tiles.BLOCK) + at // 64]
                inside = (cut.centres >> shift == cell).all(axis=1)
                assert inside.sum() == n
                assert np.bincount(made.shade[inside]).argmax() == commonest
    assert total == 12_000


def test_a_block_without_buildings_is_empty():
    cut = tiles.cut(layer(scattered(12_000)))
    made = tiles.shaded(cut, facts(cut))
    assert cells(made.block(12, 0, 0))[0].size == 0


@pytest.mark.parametrize(
    "name", ["1.bin", "-1.bin", "a.bin", "0.json", "0", "", "99999999999.bin", "../0.bin", "13-1-1.bin", "12-1.bin"]
)
def test_a_part_that_is_not_there_is_none(name):
    cut = tiles.cut(layer(scattered(5)))
    assert cut.close == 12
    assert cut.part(name, {}) is None
    assert tiles.shaded(cut, facts(cut)).part(name, {}) is None


def test_parts_are_served_by_their_names():
    cut = tiles.cut(layer(scattered(12_000)))
    made = tiles.shaded(cut, facts(cut))
    assert cut.part("3.bin", {}) == cut.tile(3)
    assert made.part("3.bin", {}) == made.tile(3)
    assert made.part("11-1716-836.bin", {}) == made.block(11, 1716, 836)
    assert made.part(f"{cut.close}-0-0.bin", {}) is None
    assert made.size > 0 < cut.size


def test_a_search_gives_what_begins_with_the_words_first():
    names = ["研发楼", "B2 楼", "中试楼", "x", "b20"]
    cut = tiles.cut(layer(scattered(5), name=names))
    assert [found["id"] for found in cut.find(" b2 ")][-2:] != []
    assert {found["id"] for found in cut.find("b2")} == {"B1", "B2", "B4"}
    assert {found["id"] for found in cut.find("楼")} == {"B0", "B1", "B2"}
    assert cut.find("  ") == cut.find("(") == []
    answer = json.loads(cut.part("find.json", {"q": "中试"}))
    assert answer == [{"kind": "building", "id": "B2", "name": "中试楼", "box": cut.box("building", "B2")}]
    assert json.loads(cut.part("find.json", {})) == []


def test_a_search_ends_after_a_dozen():
    cut = tiles.cut(layer(scattered(100), name=[f"楼 b1{number}" for number in range(100)]))
    found = [answer["id"] for answer in cut.find("b1")]
    assert len(found) == tiles.FOUND
    assert set(found[:11]) == {"B1", *(f"B1{number}" for number in range(10))}


def test_boxes_of_a_building_and_of_a_parks_buildings():
    cut = tiles.cut(layer(squares([(121.6, 31.2), (121.7, 31.3)]), park=["P", "Q"]))
    assert cut.box("building", "B0") == cut.box("park", "P")
    assert cut.box("park", "Q")[0] > cut.box("park", "P")[2]
    assert cut.box("zone", "P") is cut.box("park", "R") is None


def test_a_file_has_all_tiles_as_text():
    cut = tiles.cut(layer(scattered(1500)))
    made = tiles.shaded(cut, facts(cut))
    assert [base64.b64decode(text) for text in tiles.inline(cut)] == [cut.tile(0), cut.tile(1)]
    assert [base64.b64decode(text) for text in tiles.inline(made)] == [made.tile(0), made.tile(1)]


def test_a_building_of_another_day_is_absent_and_counted_nowhere():
    cut = tiles.cut(layer(scattered(12_000)))
    made = tiles.shaded(cut, facts(cut, 2).drop(index=cut.ids[:5000]))
    assert (made.shade[:5000] == tiles.ABSENT).all()
    assert (made.shade[5000:] == 2).all()
    column, row = cut.centres[0] >> (tiles.BITS - 8 - 3 + tiles.CELL + tiles.BLOCK)
    _, shade, count = cells(made.block(3, int(column), int(row)))
    assert set(shade.tolist()) == {2}
    assert count.sum() == 7000


def test_buildings_within_a_ring_that_crosses_itself_too():
    cut = tiles.cut(layer(squares([(121.60, 31.20), (121.62, 31.20), (121.64, 31.20), (121.70, 31.20)])))
    assert cut.within([(121.59, 31.19), (121.63, 31.19), (121.63, 31.21), (121.59, 31.21)]) == ["B0", "B1"]
    bow = [(121.59, 31.19), (121.65, 31.21), (121.65, 31.19), (121.59, 31.21)]
    assert cut.within(bow) == ["B0", "B2"]
    assert cut.within([(121.59, 31.19), (121.60, 31.19), (121.60, 31.18)]) == []
    assert cut.within([]) == cut.within([(121.59, 31.19), (121.70, 31.19)]) == []
