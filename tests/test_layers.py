"""Layers: compact GeoJSON, addresses that are hashes, a shelf that forgets, and what the routes answer."""

import asyncio
import gzip
import json
import threading
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from starlette.applications import Starlette

from parks.output import layers


def frame(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs="EPSG:4326"))


def get(path, query="", **headers):
    """Return what the routes answer to a GET, asked as a server asks them."""
    app, sent = Starlette(routes=layers.routes()), []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    asked = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": asked}
    # A thread of its own: a browser test in this process may have left a running loop in this one.
    thread = threading.Thread(target=lambda: asyncio.run(app(scope, receive, send)))
    thread.start()
    thread.join()
    given = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return SimpleNamespace(status=sent[0]["status"], headers=given, body=b"".join(m.get("body", b"") for m in sent[1:]))


def test_geojson_is_compact_and_rounded():
    made = layers.geojson(frame([shapely.Point(121.12345678, 31.1, 7.0)], id=pd.Series(["a"], dtype="string")), ["id"])
    assert made == (
        b'{"type":"FeatureCollection","features":[{"type":"Feature",'
        b'"geometry":{"type":"Point","coordinates":[121.123457,31.1]},"properties":{"id":"a"}}]}'
    )


def test_geojson_keeps_unknown_apart_from_zero_and_false():
    made = json.loads(
        layers.geojson(
            frame(
                [shapely.Point(1, 2), None],
                text=pd.Series(['<b>"楼"</b>', pd.NA], dtype="string"),
                number=pd.Series([0, pd.NA], dtype="Int64"),
                flag=pd.Series([False, pd.NA], dtype="boolean"),
                share=pd.Series([0.5, pd.NA], dtype="Float64"),
            ),
            ["text", "number", "flag", "share"],
        )
    )
    first, second = made["features"]
    assert first["properties"] == {"text": '<b>"楼"</b>', "number": 0, "flag": False, "share": 0.5}
    assert second == {"type": "Feature", "geometry": None, "properties": dict.fromkeys(first["properties"])}


def test_geojson_winds_rings_as_the_standard_asks():
    wound = shapely.Polygon([(0, 0), (0, 4), (4, 4), (4, 0)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])
    shape = json.loads(layers.geojson(frame([wound]), []))["features"][0]["geometry"]
    outer, inner = (shapely.LinearRing(ring) for ring in shape["coordinates"])
    assert outer.is_ccw
    assert not inner.is_ccw


def test_geojson_of_nothing_is_an_empty_collection():
    assert json.loads(layers.geojson(frame([]), []))["features"] == []


@pytest.mark.parametrize("crs", [None, "EPSG:3857"])
def test_geojson_refuses_other_coordinates(crs):
    with pytest.raises(ValueError, match="EPSG:4326"):
        layers.geojson(gpd.GeoDataFrame(geometry=gpd.GeoSeries([shapely.Point(1, 2)], crs=crs)), [])


def test_the_address_is_a_hash_of_the_content():
    one, same, other = (layers.publish("zones", text) for text in (b"[1]", b"[1]", b"[2]"))
    assert one == same != other
    assert one.startswith("parks/layers/")
    assert len(one.split("/")[2]) == 64


@pytest.mark.parametrize("name", ["", "a/b", "../x", "Zones", "zones.json"])
def test_a_name_that_is_no_name_is_refused(name):
    with pytest.raises(ValueError, match="not a name"):
        layers.publish(name, b"{}")


def test_the_shelf_lets_the_longest_unused_go():
    shelf = layers.Shelf(limit=10)
    one, two, three = (layers.Layer("x", digest, b"12345") for digest in "abc")
    for layer in (one, two):
        shelf.put(layer)
    assert shelf.get("a") is one
    shelf.put(three)
    assert shelf.get("b") is None
    assert shelf.get("a") is one
    assert shelf.get("c") is three


def test_the_shelf_keeps_the_newest_whatever_its_size():
    shelf = layers.Shelf(limit=3)
    shelf.put(layers.Layer("x", "a", b"12345"))
    large = layers.Layer("x", "b", b"123456789")
    shelf.put(large)
    shelf.put(large)
    assert shelf.get("a") is None
    assert shelf.get("b") is large


def test_the_shelf_is_safe_for_threads():
    shelf = layers.Shelf(limit=500)
    made = [layers.Layer("x", str(number), b"12345") for number in range(300)]

    def work(part):
        for layer in part:
            shelf.put(layer)
            shelf.get(layer.digest)

    threads = [threading.Thread(target=work, args=(made[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(shelf.get(layer.digest) is not None for layer in made) == 100


def test_a_layer_is_served_packed_and_for_ever():
    answer = get("/" + layers.publish("zones", b'{"a":1}'), accept_encoding="br, gzip")
    assert gzip.decompress(answer.body) == b'{"a":1}'
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_layer_is_served_plain_where_asked():
    answer = get("/" + layers.publish("zones", b'{"a":2}'))
    assert answer.body == b'{"a":2}'
    assert "content-encoding" not in answer.headers


def test_what_the_browser_has_is_not_sent_again():
    url = "/" + layers.publish("zones", b'{"a":3}')
    again = get(url, if_none_match=get(url).headers["etag"])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("wrong", ["/parks/layers/" + "0" * 64 + "/zones.json", "/parks/assets/old/parks.js"])
def test_what_is_not_held_is_said_in_a_sentence(wrong):
    answer = get(wrong)
    assert answer.status == 404
    assert b"reload the page" in answer.body


def test_a_hash_under_another_name_is_not_served():
    url = layers.publish("zones", b'{"a":4}')
    assert get("/" + url.replace("zones.json", "parks.json")).status == 404


@pytest.mark.parametrize("name", sorted(layers.FILES))
def test_every_static_file_is_served_under_any_base_path(name):
    url = layers.asset_url(name)
    for base in ("/", "/some/base/"):
        answer = get(base + url)
        assert answer.status == 200
        assert answer.body == layers.unpack(layers.asset(name))
    assert get("/" + url.removesuffix(name) + "../layers.py").status == 404


def test_static_files_ask_no_other_host():
    for name in layers.FILES:
        if not name.endswith(".png"):
            text = layers.unpack(layers.asset(name)).decode()
            assert "url(http" not in text
            assert "@import" not in text
            assert 'src="http' not in text


class Parted:
    """A layer in two parts, which counts how often one is made."""

    digest, size, made = "parted", 10, 0

    def part(self, name, asked):
        self.made += 1
        return f"{name} {asked.get('q', '')}".encode() if name in {"0.bin", "find.json"} else None


def test_a_part_is_made_once_and_served_packed_and_for_ever():
    parted = Parted()
    url = f"/{layers.keep(parted)}/0.bin"
    one, two = get(url, accept_encoding="gzip"), get(url)
    assert gzip.decompress(one.body) == two.body == b"0.bin "
    assert parted.made == 1
    assert one.headers["content-type"] == "application/octet-stream"
    assert "immutable" in one.headers["cache-control"]
    assert get(url, if_none_match=one.headers["etag"]).status == 304


def test_a_search_has_an_answer_for_each_question():
    url = f"/{layers.keep(Parted())}/find.json"
    asked = [get(url, query=query) for query in ("q=a", "q=%E6%A5%BC%22%0A", "")]
    assert [answer.body.decode() for answer in asked] == ["find.json a", 'find.json 楼"\n', "find.json "]
    assert len({answer.headers["etag"] for answer in asked}) == 3
    assert asked[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("wrong", ["parted/1.bin", "parted/0.json", "unknown/0.bin"])
def test_a_part_that_is_not_there_is_said_in_a_sentence(wrong):
    layers.keep(Parted())
    answer = get(f"/parks/layers/{wrong}")
    assert answer.status == 404
    assert b"reload the page" in answer.body
