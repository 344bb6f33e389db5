"""Measuring on the map: the geodesic functions of record, on the map's datum, refusing what is no line."""

import asyncio
import json

import geopandas as gpd
import pytest
import shapely
from starlette.requests import Request

from parks import crs
from parks.output import measures

RING = [(121.60, 31.20), (121.61, 31.20), (121.61, 31.21), (121.60, 31.21)]


def answer(query):
    (route,) = [route for route in measures.routes() if route.path == "/parks/measure"]
    made = route.endpoint(Request({"type": "http", "query_string": query.encode(), "headers": []}))
    return made.status_code, json.loads(made.body)


def test_a_ring_has_the_length_of_its_line_and_the_area_of_record():
    made = measures.measured(RING)
    line, ring = (gpd.GeoSeries([shape(RING)], crs=crs.WGS84) for shape in (shapely.LineString, shapely.Polygon))
    assert made == {"length_m": crs.length_m(line).iloc[0], "area_m2": crs.area_m2(ring).iloc[0]}
    assert made["area_m2"] == pytest.approx(952.9 * 1108.8, rel=0.005)


@pytest.mark.parametrize(("count", "length"), [(0, 0.0), (1, 0.0), (2, 953.0)])
def test_few_points_have_no_area(count, length):
    made = measures.measured(RING[:count])
    assert made["area_m2"] is None
    assert made["length_m"] == pytest.approx(length, rel=0.001)


def test_a_ring_that_crosses_itself_has_no_area():
    crossing = [RING[0], RING[2], RING[1], RING[3]]
    assert measures.measured(crossing)["area_m2"] is None
    assert measures.measured(crossing)["length_m"] > 0


def test_points_are_brought_back_from_the_datum_of_the_map():
    moved = list(zip(*(axis.tolist() for axis in crs.shift(*zip(*RING, strict=True), "gcj02")), strict=True))
    assert measures.measured(moved, "gcj02")["area_m2"] == pytest.approx(measures.measured(RING)["area_m2"], rel=1e-6)
    assert measures.measured(moved)["area_m2"] != pytest.approx(measures.measured(RING)["area_m2"], rel=1e-6)


def test_the_route_answers():
    status, said = answer("points=121.6,31.2;121.61,31.2&datum=cgcs2000")
    assert status == 200
    assert said == measures.measured(RING[:2])
    assert answer("") == (200, {"length_m": 0.0, "area_m2": None})


@pytest.mark.parametrize(
    "query",
    [
        "points=1",
        "points=a,b",
        "points=1,2,3",
        "points=nan,1",
        "points=200,1",
        "points=1,90",
        "points=1,1&datum=bd09",
        "points=" + "1,1;" * (measures.MOST + 1),
    ],
)
def test_what_is_no_line_is_refused(query):
    status, said = answer(query)
    assert status == 400
    assert "lon,lat" in said["fault"]


def test_the_route_has_a_base_path_too():
    assert [route.path for route in measures.routes()] == ["/parks/measure", "/{base:path}/parks/measure"]
    assert not asyncio.iscoroutinefunction(measures.routes()[0].endpoint)  # answered in a thread of its own
