"""Base maps: none unless allowed, each fault with its place and mend, everything moved to the datum beneath."""

import json
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from parks import crs
from parks.issues import InvalidData
from parks.output import bases, layers, maps

sys.path.insert(0, str(Path(__file__).parent / "browser" / "small"))

import small_data

GOOD = """
[ours]
en = "Ours"
zh = "本单位"
url = "http://127.0.0.1:1/{z}/{x}/{-y}.png?k={key}"
datum = "gcj02"
credit = "Survey <b>office</b>"
key = "OUR_KEY"
approval = "沪S(2026)001号"
most_zoom = 15
"""


def written(tmp_path, text):
    path = tmp_path / "bases.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def refused(setting, **more):
    with pytest.raises(InvalidData) as caught:
        bases.allowed({bases.SETTING: setting} | more)
    return caught.value.issues


def test_none_is_used_unless_it_is_allowed():
    assert bases.allowed({}) == bases.allowed({bases.SETTING: " , "}) == {}


def test_known_ones_are_allowed_by_name():
    made = bases.allowed({bases.SETTING: "osm, tianditu", "PARKS_TIANDITU_KEY": "abc"})
    assert list(made) == ["osm", "tianditu"]
    assert made["osm"].title("zh") == "开放街道图"
    assert made["osm"].title("en") == "OpenStreetMap"
    assert "tk=abc" in made["tianditu"].url
    assert "tk=abc" in made["tianditu"].names
    assert made["tianditu"].subdomains == "01234567"


def test_every_known_one_is_in_order():
    known = "osm,tianditu,tianditu-imagery"
    assert set(bases.allowed({bases.SETTING: known, "PARKS_TIANDITU_KEY": "k"})) == set(known.split(","))


def test_an_own_server_comes_from_a_file(tmp_path):
    path = written(tmp_path, GOOD)
    made = bases.allowed({bases.SETTING: f"osm,{path}", "OUR_KEY": "x y"})["ours"]
    assert made.url == "http://127.0.0.1:1/{z}/{x}/{-y}.png?k=x y"
    assert (made.datum, made.approval, made.most_zoom, made.names) == ("gcj02", "沪S(2026)001号", 15, "")


@pytest.mark.parametrize(
    ("change", "message", "mend"),
    [
        (("gcj02", "bd09"), "Tiles on this datum cannot be laid under our layers.", "BD-09"),
        (("{x}", "x"), "This is no address of tiles.", "{x}"),
        (("{-y}", "{ y}"), "This is no address of tiles.", "{-y}"),
        (("http://127.0.0.1:1/", "javascript:"), "This is no address of tiles.", "https://"),
        (('datum = "gcj02"', ""), "“datum” is missing.", "Write a text"),
        (('en = "Ours"', 'en = ""'), "“en” is missing.", "Write a text"),
        (('zh = "本单位"', "zh = 3"), "This is not what “zh” can be.", "Write a text"),
        (("most_zoom = 15", 'most_zoom = "15"'), "This is not what “most_zoom” can be.", "Write a whole number."),
        (("approval", "aproval"), "“aproval” is not known.", "Delete it."),
        (("OUR_KEY", "OTHER_KEY"), "The key of this base map is not given.", "Set it in OTHER_KEY."),
    ],
)
def test_each_fault_is_said_with_its_mend(tmp_path, change, message, mend):
    (issue,) = refused(written(tmp_path, GOOD.replace(*change)), OUR_KEY="k")
    assert issue.row == "ours"
    assert issue.message == message
    assert mend in issue.mend


def test_all_faults_are_said_at_once(tmp_path):
    path = written(tmp_path, "loose = 3\n[one]\nen = 'One'\n")
    issues = refused(f"moon,{path},{tmp_path / 'none.toml'}")
    assert [issue.value for issue in issues] == ["moon", "3", "zh", "url", "datum", "credit", "none.toml"]
    assert "osm, tianditu" in issues[0].mend


def test_a_file_that_is_none_is_said(tmp_path):
    (issue,) = refused(written(tmp_path, "[half"))
    assert "cannot be read" in issue.message


def test_what_stands_in_the_corner_is_whose_it_is_and_its_approval(tmp_path):
    made = bases.allowed({bases.SETTING: written(tmp_path, GOOD), "OUR_KEY": "k"})["ours"]
    said = maps._beneath(made, lambda sentence, **values: sentence.format(**values))
    assert said["credit"] == "Survey <b>office</b> · Map approval number 沪S(2026)001号"
    assert maps._beneath(bases.allowed({bases.SETTING: "osm"})["osm"], str)["credit"] == "© OpenStreetMap contributors"


def shapes(base, name):
    features = json.loads(layers.unpack(base.layers[name]))["features"]
    return [shapely.from_geojson(json.dumps(each["geometry"])) for each in features]


def test_every_layer_is_moved_to_the_datum_beneath():
    plain, moved = (
        maps.ground(small_data.PARK, small_data.RULES, lang="en", context=small_data.CONTEXT, datum=datum)
        for datum in ("wgs84", "gcj02")
    )
    for name in ("context", "zones", "parks"):
        for before, after in zip(shapes(plain, name), shapes(moved, name), strict=True):
            expected = crs.shift(*shapely.get_coordinates(before)[0], "gcj02")
            assert shapely.get_coordinates(after)[0] == pytest.approx(expected, abs=2e-6)
    for name in ("W1", "W2", "E1"):
        east, south = (
            np.subtract(moved.tiles.box("building", name), plain.tiles.box("building", name))[:2]
            * (2 * crs.HALF_WORLD_M / 2**30)
            * 0.855  # Web Mercator is longer than the ground by 1 / cos 31°
        )
        assert 400 < np.hypot(east, south) < 600
        assert east > 0 < south


def test_facilities_are_moved_too():
    place = gpd.GeoSeries([shapely.Point(121.6, 31.2)], crs=crs.WGS84)
    moved = crs.moved(place, "gcj02")
    assert (moved.iloc[0].x, moved.iloc[0].y) == pytest.approx(crs.shift(121.6, 31.2, "gcj02"))
    assert moved.crs == place.crs
    assert crs.moved(place, "cgcs2000") is place
