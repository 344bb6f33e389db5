"""The map: classes and legends, one script whatever is shown, no other host, no markup from data."""

import datetime as dt
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
from streamlit_folium import generate_leaflet_string

from parks import snapshot, words
from parks.issues import InvalidData
from parks.output import layers, maps, shading
from parks.status import vacancy

sys.path.insert(0, str(Path(__file__).parent / "browser" / "small"))

import small_data

PARK, RULES, SPACE, CONTEXT = small_data.PARK, small_data.RULES, small_data.SPACE, small_data.CONTEXT
LOADED = re.compile(
    r"""\bsrc\s*=\s*["']?(https?:)?//|<link\b[^>]*(https?:)?//|url\(\s*["']?(https?:)?//|@import|fetch\(["']http"""
)
"""How a page would load something from another host; a link to follow is not loaded."""


def classes(by, lang="en", **more):
    return maps.classes(PARK, SPACE, rules=RULES, by=by, lang=lang, **more)


def said(chosen, level, key):
    return chosen.shades[getattr(chosen, level).loc[key, "shade"]].label


def view(**more):
    base = maps.ground(PARK, RULES, lang="en", context=CONTEXT)
    return maps.view(base, maps.colours(base, classes(more.pop("by", "vacancy"))), lang="en", **more)


def script(figure):
    figure.get_root().render()
    return generate_leaflet_string(figure)


def given(group):
    return json.loads(next(iter(group._children.values())).given)


def test_vacancy_has_its_classes():
    chosen = classes("vacancy")
    assert said(chosen, "buildings", "W1") == "10 to 25 %"
    assert said(chosen, "buildings", "W2") == "No vacant space"
    assert said(chosen, "buildings", "E1") == "Unknown"
    assert said(chosen, "buildings", "E2") == "Unknown"
    assert said(chosen, "parks", "bare") == "Unknown"
    assert [entry["count"] for entry in chosen.legend()] == [1, 0, 1, 0, 0, 2, 0]
    assert chosen.buildings.loc["W1", ["share", "vacant_m2"]].tolist() == [0.25, 1000.0]
    assert chosen.buildings.loc["E1", ["share", "fitting"]].isna().all()


@pytest.mark.parametrize(
    ("share", "index"), [(0.0, 0), (0.001, 1), (0.10, 1), (0.101, 2), (0.25, 2), (0.5, 3), (0.51, 4), (1.0, 4)]
)
def test_the_edges_of_vacancy_belong_to_the_class_below(share, index):
    space = pd.concat([unit("let", 1000 * (1 - share), "B1-1"), unit("vacant", 1000 * share, "B1-2")])
    assert shading._by_vacancy(space, "building_id").loc["B1"] == index


def unit(state, area=100.0, unit_id="B1-1", available=None):
    row = {
        "unit_id": unit_id,
        "building_id": "B1",
        "park_id": "P1",
        "zone_id": "Z1",
        "state": state,
        "lettable_m2": area,
        "available_on": pd.Timestamp(available) if available else pd.NaT,
        "standing": "illustrative",
    }
    frame = pd.DataFrame([row])
    return frame.astype(dict.fromkeys(["unit_id", "building_id", "park_id", "zone_id", "state", "standing"], "string"))


@pytest.mark.parametrize("state", ["not_built", "renovation"])
def test_space_that_cannot_be_let_yet_is_not_unknown(state):
    assert shading._by_vacancy(unit(state), "building_id").loc["B1"] == 6


@pytest.mark.parametrize(
    ("state", "available", "label"),
    [
        ("vacant", "2026-01-15", "Vacant now"),
        ("let", "2027-01-15", "Within 12 months"),
        ("let", "2027-01-16", "Later, date known"),
        ("let", None, "No end in sight"),
        ("intended", "2026-01-15", "No end in sight"),
        ("not_built", "2028-01-01", "Later, date known"),
        ("not_built", None, "Unknown"),
        ("unknown", None, "Unknown"),
    ],
)
def test_availability_has_its_classes(state, available, label):
    found = shading._by_availability(unit(state, available=available), "building_id", PARK).loc["B1"]
    assert shading.legend("availability", words.translator("en"))[found].label == label


def test_a_building_is_as_available_as_its_first_unit():
    chosen = classes("availability")
    assert said(chosen, "buildings", "W1") == "Vacant now"
    assert said(chosen, "buildings", "W2") == "No end in sight"
    assert said(chosen, "parks", "west") == "Vacant now"
    assert said(chosen, "parks", "bare") == "Unknown"


def test_role_comes_from_the_zone():
    chosen = classes("role")
    assert said(chosen, "buildings", "W1") == said(chosen, "parks", "west") == "Innovation core"
    assert said(chosen, "parks", "evil") == "Bearing area"
    assert said(chosen, "parks", "bare") == "Outside the layout"


def test_fit_is_the_best_unit_and_soft_rules_refuse_nobody():
    rows = [
        ("W1-1", "hard", "fits"),
        ("W1-1", "soft", "unfit"),
        ("W1-2", "hard", "fits"),
        ("W1-2", "hard", "unfit"),
        ("W2-1", "hard", "unknown"),
        ("W2-1", "hard", "fits"),
        ("E1-1", "soft", "unknown"),
    ]
    fits = pd.DataFrame(rows, columns=["unit_id", "hardness", "verdict"]).astype("string")
    chosen = classes("fit", fits=fits)
    assert said(chosen, "buildings", "W1") == "Has space that fits"
    assert said(chosen, "buildings", "W2") == "Not known whether it fits"
    assert said(chosen, "buildings", "E1") == "Has space that fits"
    assert said(chosen, "buildings", "E2") == "Not assessed"
    assert chosen.buildings.loc["W1", "fitting"] == 1


def test_fit_takes_one_verdict_a_unit_too():
    fits = pd.DataFrame({"unit_id": ["W1-1", "W2-1"], "verdict": ["unfit", "fits"]}, dtype="string")
    chosen = classes("fit", fits=fits)
    assert said(chosen, "buildings", "W1") == "Does not fit"
    assert said(chosen, "buildings", "E1") == "Not assessed"


@pytest.mark.parametrize(("by", "message"), [("fit", "verdicts"), ("price", "no colours for 'price'")])
def test_colours_that_cannot_be_are_refused(by, message):
    with pytest.raises(ValueError, match=message):
        classes(by)


def district(shares):
    rows = [
        unit(state, area, f"B{number}-{state}").assign(building_id=f"B{number}")
        for number, share in enumerate(shares)
        for state, area in (("let", 1000 * (1 - share)), ("vacant", 1000 * share))
        if area
    ]
    return pd.concat(rows, ignore_index=True).astype({"building_id": "string"})


def quantile(shares):
    """Return the classes of vacancy of a district of buildings, as many in each."""
    buildings = pd.DataFrame({"building_id": [f"B{number}" for number in range(len(shares))]}).assign(park_id="P1")
    park = snapshot.of(PARK.day, {"buildings": buildings.assign(name_zh="楼", **small_data.SOURCE)})
    return maps.classes(park, district(shares), rules=RULES, by="quantile", lang="en")


def test_quantiles_have_as_many_buildings_in_each_class():
    chosen = quantile([0.0] + [number / 100 for number in range(1, 81)])
    assert [shade.label for shade in chosen.shades[:5]] == [
        "No vacant space",
        "Up to 20.8 %",
        "20.8 to 40.5 %",
        "40.5 to 60.2 %",
        "Over 60.2 %",
    ]
    assert [entry["count"] for entry in chosen.legend()] == [1, 20, 20, 20, 20, 0, 0]
    assert len({shade.colour for shade in chosen.shades[:5]}) == 5


@pytest.mark.parametrize(
    ("shares", "labels", "counts"),
    [
        ([0.0, 0.0], ["Some vacant space"], [2, 0, 0, 0]),
        ([0.0, 0.3, 0.3], ["Up to 30.0 %", "Over 30.0 %"], [1, 2, 0, 0, 0]),
        ([0.0001], ["Some vacant space"], [0, 1, 0, 0]),  # too small a share to be an edge
    ],
)
def test_quantiles_of_few_shares_are_fewer(shares, labels, counts):
    chosen = quantile(shares)
    assert [shade.label for shade in chosen.shades[1:-2]] == labels
    assert [entry["count"] for entry in chosen.legend()] == counts


@pytest.mark.parametrize("by", [by for by in shading.MODES if by != "quantile"])
def test_every_class_is_said_in_chinese(by):
    for english, chinese in zip(*(shading.legend(by, words.translator(lang)) for lang in ("en", "zh")), strict=True):
        assert english.label != chinese.label
        assert english.colour == chinese.colour


def test_the_script_is_the_same_whatever_is_shown():
    plain = script(maps.park_map(RULES))
    moved = maps.park_map(RULES)
    view(by="role", picked={"kind": "building", "id": "W1"}).add_to(moved)
    assert plain == script(maps.park_map(RULES))
    assert script(moved).startswith(plain)


def test_what_is_shown_is_said_beside_the_map():
    shown = given(view(picked={"kind": "building", "id": "W1"}, focus={"kind": "zone", "id": "Z-W"}))
    assert set(shown["layers"]) == {"context", "zones", "parks", "outlines", "buildings", "classes"}
    assert shown["picked"]["id"] == "W1"
    for url in shown["layers"].values():
        held = layers.SHELF.get(url.split("/")[2])
        assert held is not None
        json.loads(layers.unpack(held))


def test_a_large_selection_stays_a_small_message():
    ids = [f"B{number}" for number in range(2000)]
    shown = given(view(picked={"kind": "buildings", "ids": ids}))
    assert shown["picked"] == {"kind": "buildings", "ids": ids[: maps.MOST_RINGS]}


def test_the_map_goes_to_the_box_of_a_building_that_has_not_come():
    base = maps.ground(PARK, RULES, lang="en", context=CONTEXT)
    assert given(view(focus={"kind": "building", "id": "W1"}))["focus"]["box"] == base.tiles.box("building", "W1")
    assert "box" not in given(view(focus={"kind": "park", "id": "bare"}))["focus"]


def test_other_moments_are_told_by_the_address_of_their_colours():
    base = maps.ground(PARK, RULES, lang="en", context=CONTEXT)
    one, two = (maps.colours(base, classes(by)) for by in ("vacancy", "role"))
    shown = given(maps.view(base, one, lang="en", moment=maps.Times([("Q1", one), ("Q2", two)], 1)))
    assert shown["times"] == {
        "at": 1,
        "rows": [{"label": "Q1", "classes": one.layer.url}, {"label": "Q2", "classes": two.layer.url}],
    }
    assert shown["against"] is None
    shown = given(maps.view(base, one, lang="en", moment=maps.Against("here", "there", two)))
    assert shown["against"] == {"here": "here", "there": "there", "classes": two.layer.url}
    for colours in (one, two):
        assert layers.SHELF.get(colours.shades.digest) is colours.shades


def test_only_what_changed_gets_another_address():
    first, second = given(view(by="vacancy"))["layers"], given(view(by="role"))["layers"]
    assert {name for name in first if first[name] != second[name]} == {"classes"}


def test_a_layer_that_had_to_go_is_put_back_by_the_next_run():
    base = maps.ground(PARK, RULES, lang="en", context=CONTEXT)
    colours = maps.colours(base, classes("role"))
    digests = [base.layers["zones"].digest, base.tiles.digest, colours.shades.digest]
    for digest in digests:
        layers.SHELF._held.pop(digest, None)
    maps.view(base, colours, lang="en")
    assert all(layers.SHELF.get(digest) is not None for digest in digests)


def test_the_map_and_all_its_parts_load_from_us_only():
    made = maps.park_map(RULES)
    view().add_to(made)
    page = made.get_root().render()
    assert not LOADED.search(page), LOADED.search(page)
    links = re.findall(r"""(?:src|href)="([^"]+)\"""", page)
    assert links
    assert all(link.startswith(maps.ROOT + "parks/assets/") for link in links)
    stack = [made]
    while stack:
        part = stack.pop()
        for _, link in [*getattr(part, "default_js", []), *getattr(part, "default_css", [])]:
            assert link.startswith(maps.ROOT + "parks/assets/"), f"{type(part).__name__} loads {link}"
        stack.extend(part._children.values())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_file_is_whole_and_says_what_it_is(lang):
    made = maps.standalone(PARK, RULES, SPACE, lang, context=CONTEXT)
    assert not LOADED.search(made), LOADED.search(made)
    assert "sourceMappingURL" not in made
    assert not re.search(r"<script[^>]+src=|<link\b|url\(images", made)
    assert "default-src 'none'" in made
    assert maps.CREDIT in made
    expected = {"zh": ("zh-CN", "2026年1月15日", "示例数据"), "en": ("en", "15 January 2026", "Illustrative data")}
    assert all(part in made for part in expected[lang])


def test_the_file_escapes_every_name():
    made = maps.standalone(PARK, RULES, SPACE, "en", notice="</title><b>", context=CONTEXT)
    assert "<img src=x" not in made
    assert "&lt;/title&gt;&lt;b&gt;" in made
    assert "\\u003cimg src=x onerror=window.hacked=1\\u003e" in made


def test_the_file_says_nothing_of_made_up_data_where_there_are_none():
    real = snapshot.of(PARK.day, {})
    space = vacancy.by_unit(real)
    assert 'class="notice"' not in maps.standalone(real, RULES, space, "en", context=CONTEXT)


def test_zones_come_largest_first_and_unmapped_ones_stay_away():
    base = maps.ground(PARK, RULES, lang="en", context=CONTEXT)
    zones = json.loads(layers.unpack(base.layers["zones"]))["features"]
    assert {zone["properties"]["id"] for zone in zones} == {"Z-W", "Z-E"}
    assert zones[0]["properties"]["uncertainty_m"] in {500, 60}


def test_a_name_unknown_in_english_is_given_in_chinese():
    base = maps.ground(PARK, RULES, lang="en", context=CONTEXT)
    parks = json.loads(layers.unpack(base.layers["parks"]))["features"]
    assert {park["properties"]["name"] for park in parks} == {"West", "空园", small_data.EVIL}


def test_without_an_outline_the_map_opens_on_the_world():
    none = SimpleNamespace(zones=gpd.GeoDataFrame(RULES.zones.drop(columns="geometry"), geometry=[None] * 3, crs=4326))
    assert json.dumps(maps.WORLD, separators=(",", ":")) in script(maps.park_map(none))


@pytest.mark.parametrize("content", [None, "{", '{"features": 7}', '{"features": [{}]}', "[]"])
def test_a_base_map_that_cannot_be_read_is_said_with_its_mend(tmp_path, content):
    path = tmp_path / "context.geojson"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidData, match=r"context\.geojson: The base map cannot be read"):
        maps.ground(PARK, RULES, lang="zh", context=path)


def test_the_bundled_base_map_can_be_drawn():
    base = maps.ground(snapshot.of(dt.date(2026, 1, 1), {}), RULES, lang="zh")
    kinds = {feature["properties"]["kind"] for feature in json.loads(layers.unpack(base.layers["context"]))["features"]}
    assert kinds == {"district", "river", "metro", "expressway", "road"}


def test_facilities_are_a_layer_only_when_asked_for():
    places = gpd.GeoSeries.from_wkt(
        ["POINT (121.6 31.2)", "POINT (121.7 31.2)", None, "POINT (121.8 31.2)"], crs="EPSG:4326"
    )
    frame = pd.DataFrame(
        {
            "facility_id": ["F1", "F2", "F3", "F4"],
            "kind": ["transit_stop", "cdmo", "platform", "rental_housing"],
            "name_zh": ["<b>站</b>", "基地", "平台", "公寓"],
            "name_en": [None, "Works", None, None],
            "capacity": [None, 2000.0, 1.0, 1.0],
            "capacity_unit": [None, "L", None, None],
            "opened_on": pd.to_datetime([None, "2020-01-01", None, "2099-01-01"]),
            "source": "hand",
            "standing": "stated",
        }
    )
    park = snapshot.of(PARK.day, {"facilities": gpd.GeoDataFrame(frame, geometry=places)})
    layer = maps.around(park, lang="en")
    features = json.loads(layers.unpack(layer))["features"]
    assert [feature["properties"] for feature in features] == [
        {"id": "F1", "name": "<b>站</b>", "kind": "transit_stop", "fact": "Transit stop · capacity unknown"},
        {"id": "F2", "name": "Works", "kind": "cdmo", "fact": "CDMO capacity · 2,000 L"},
    ]
    assert "facilities" in given(view(more={"facilities": layer}))["layers"]
    assert "facilities" not in given(view())["layers"]


def test_companies_with_an_open_need_are_dealt_as_cards():
    tenants = pd.DataFrame(
        {"tenant_id": ["T1", "T2"], "name_zh": ["<b>甲</b>", "乙"], "name_en": [None, "Two"]}
    ).assign(kind="applicant", pipeline=["contact", "lost"], source="hand", standing="stated")
    needs = pd.DataFrame(
        {
            "need_id": ["N1", "N2", "N3", "N4"],
            "tenant_id": ["T1", "T1", "T2", "T3"],
            "stage": ["pilot", "research", "pilot", None],
            "area_min_m2": [1200.0, 5.0, 1.0, None],
            "source": "hand",
            "standing": "stated",
        }
    )
    layer = maps.cards(snapshot.of(PARK.day, {"tenants": tenants, "needs": needs}), lang="en")
    dealt = [feature["properties"] for feature in json.loads(layers.unpack(layer))["features"]]
    assert [(card["id"], card["name"]) for card in dealt] == [("T1", "<b>甲</b>"), ("T3", "T3")]
    assert dealt[0]["fact"] == "Pilot · 1,200 m²"
    assert "unknown" in dealt[1]["fact"]
    assert "cards" in given(view(more={"cards": layer}))["layers"]
