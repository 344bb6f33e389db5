"""Map files read into layers: what each is by its content, shapes and attributes as the file has them, refusals."""

import datetime as dt
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from corpus import crafts
from corpus import layers as corpus

from parks import words
from parks.intake.grids import airlock, safety
from parks.intake.maps import encodings, features, layers, mapfiles, placemarks, rings, sluice
from parks.issues import InvalidData

T = words.translator("en")
HOUSE = corpus.square(121.6, 31.2, 0.001)
NEXT = corpus.square(121.602, 31.2, 0.001)


IN_A_PROCESS = sluice.layers


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Read here instead of in a process of its own, with the settings that it would have."""
    monkeypatch.setattr(sluice, "layers", here)
    names = ("DXF_ENCODING", "SHAPE_RESTORE_SHX")
    pyogrio.set_gdal_config_options({name: sluice.SETTINGS[name] for name in names})
    yield
    pyogrio.set_gdal_config_options(dict.fromkeys(names))


def here(kind, parts):
    with tempfile.TemporaryDirectory() as folder:
        for end, data in parts.items():
            Path(folder, f"layer{end}").write_bytes(data)
        target = io.BytesIO()
        sluice.main(kind, folder, target)
    target.seek(0)
    for _, said in airlock.heard(target):
        yield sluice.Found(*said)


def read(folder, body, name="a.bin"):
    path = folder / name
    path.write_bytes(body)
    return layers.read(path, T)


def only(folder, body, name="a.bin"):
    (layer,) = read(folder, body, name).layers
    return layer


def refused(folder, body, name="a.bin"):
    with pytest.raises(InvalidData) as fault:
        read(folder, body, name)
    assert str(folder) not in str(fault.value), "messages name no folder"
    assert all(issue.message and issue.mend for issue in fault.value.issues)
    return fault.value.issues[0].kind


def wkt(shape):
    return None if shape is None else shape.wkt


def kinds(layer):
    return [issue.kind for issue in layer.issues]


def zipped(parts, stem="楼栋", **more):
    return crafts.archive({f"{stem}{end}": data for end, data in parts.items()} | more)


def geopackage(folder, **frames):
    path = folder / "written.gpkg"
    for name, frame in frames.items():
        pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG")
    return path.read_bytes()


# --- each kind -------------------------------------------------------------------------------------------------------


def test_a_zipped_shapefile_is_read_in_a_process_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(sluice, "layers", IN_A_PROCESS)
    parts = corpus.shapefile([HOUSE, NEXT], {"名称": ["一号楼", "二号楼"], "面积": [1.5, 2]}, encoding="gbk", prj=4550)
    book = read(tmp_path, zipped(parts, "一期/楼栋"), "layer.zip")
    (layer,) = book.layers
    assert (book.file, book.kind, len(book.digest), book.issues) == ("layer.zip", "shp", 64, ())
    assert (layer.file, layer.digest, layer.name) == ("layer.zip", book.digest, "楼栋")
    assert layer.headings == ("名称", "面积")
    assert [tuple(record) for record in layer.records] == [(1, ("一号楼", 1.5)), (2, ("二号楼", 2.0))]
    assert layer.said == 4550
    assert layer.shapes.crs == "EPSG:4550"
    assert list(layer.shapes.index) == [1, 2]
    assert layer.shapes.iloc[0].equals(shapely.Polygon(HOUSE))
    assert kinds(layer) == ["encoding"]
    assert layer.issues[0].value == "GB18030"


def test_a_bare_shapefile_brings_its_siblings_and_another_table_is_another_digest(tmp_path):
    for end, data in corpus.shapefile([HOUSE], {"name": ["a"]}, prj=4550).items():
        (tmp_path / f"house{end.upper()}").write_bytes(data)
    (tmp_path / "other.dbf").write_bytes(b"")
    path = tmp_path / "house.SHP"
    book = layers.read(path, T)
    assert book.layers[0].headings == ("name",)
    assert book.layers[0].said == 4550
    assert book.layers[0].issues == ()
    (tmp_path / "house.DBF").write_bytes(corpus.shapefile([HOUSE], {"name": ["b"]})[".dbf"])
    assert layers.read(path, T).digest != book.digest


def test_a_shapefile_alone_has_shapes_without_attributes_and_says_so(tmp_path):
    layer = only(tmp_path, corpus.shapefile([HOUSE])[".shp"], "a.shp")
    assert (layer.headings, layer.records[0].cells, layer.said) == ((), (), None)
    assert kinds(layer) == ["dbf_missing"]


def test_a_file_has_the_name_that_the_user_gives_it(tmp_path):
    path = tmp_path / "upload-1"
    path.write_bytes(corpus.geojson([HOUSE]))
    book = layers.read(path, T, name="园区.geojson")
    assert (book.file, book.layers[0].name) == ("园区.geojson", "园区")


def test_a_geopackage_is_read_with_all_its_layers_and_times(tmp_path):
    house = gpd.GeoDataFrame(
        {
            "名称": ["甲", None],
            "at": [dt.datetime(2025, 3, 1, 8, 30), None],  # noqa: DTZ001 - a file has no zone
            "count": [3, None],
        },
        geometry=[shapely.Polygon(HOUSE), None],
        crs=4490,
    )
    house["count"] = house["count"].astype("Int64")
    road = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.LineString(HOUSE[:3])], crs=4490)
    book = read(tmp_path, geopackage(tmp_path, house=house, road=road, empty=road[:0]))
    first, second = book.layers
    assert (book.kind, first.name, second.name) == ("gpkg", "house", "road")
    assert first.said == 4490
    cells = dict(zip(first.headings, first.records[0].cells, strict=True))
    assert cells["名称"] == "甲"
    assert cells["at"] == dt.datetime(2025, 3, 1, 8, 30)  # noqa: DTZ001
    assert cells["count"] == 3
    assert type(cells["count"]) is int
    assert first.records[1].cells == (None, None, None)
    assert first.shapes.iloc[1] is None
    assert [(issue.kind, issue.value) for issue in book.issues] == [("unread", "empty")]


def test_a_table_without_shapes_in_a_geopackage_is_told(tmp_path):
    body = geopackage(tmp_path, house=gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Polygon(HOUSE)], crs=4490))
    path = tmp_path / "written.gpkg"
    pyogrio.write_dataframe(gpd.GeoDataFrame({"n": [1]}).drop(columns=[]), path, layer="list", driver="GPKG")
    assert path.read_bytes() != body
    book = layers.read(path, T)
    assert [layer.name for layer in book.layers] == ["house"]
    assert [issue.value for issue in book.issues] == ["list"]


def test_a_geopackage_that_is_still_open_elsewhere_is_told(tmp_path):
    body = geopackage(tmp_path, a=gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Polygon(HOUSE)], crs=4490))
    (tmp_path / "a.gpkg-wal").write_bytes(b"")
    assert read(tmp_path, body, "a.gpkg").issues == ()
    (tmp_path / "a.gpkg-wal").write_bytes(b"changes")
    assert [issue.kind for issue in read(tmp_path, body, "a.gpkg").issues] == ["unsaved"]


def test_a_day_in_a_shapefile_is_a_day(tmp_path):
    layer = only(tmp_path, zipped(corpus.shapefile([HOUSE, NEXT], {"day": [dt.date(2025, 3, 1), ""]})))
    assert [record.cells for record in layer.records] == [(dt.date(2025, 3, 1),), (None,)]


def test_geojson_keeps_its_values_and_its_ids(tmp_path):
    body = corpus.geojson(
        [HOUSE, None],
        名称=["甲", " "],
        n=[1, 2.5],
        yes=[True, None],
        list=[[1, "二"], {"a": 1}],
        big=[10**30, 0],
        nan=[float("nan"), 0],
    ).replace(b'{"type": "Feature",', b'{"type": "Feature", "id": "f1",', 1)
    layer = only(tmp_path, body, "a.geojson")
    assert layer.headings == ("id", "名称", "n", "yes", "list", "big", "nan")
    assert layer.records[0].cells == ("f1", "甲", 1, True, '[1, "二"]', str(10**30), None)
    assert layer.records[1].cells == (None, None, 2.5, None, '{"a": 1}', 0, 0)
    assert layer.said == 4326
    assert layer.shapes.isna().to_list() == [False, True]


@pytest.mark.parametrize(
    ("crs", "said"),
    [("urn:ogc:def:crs:EPSG::4550", 4550), ("EPSG:4490", 4490), ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326)],
)
def test_the_older_geojson_names_its_system(tmp_path, crs, said):
    assert only(tmp_path, corpus.geojson([HOUSE], crs=crs)).said == said


def test_geojson_in_metres_that_names_no_system_says_none(tmp_path):
    layer = only(tmp_path, corpus.geojson([corpus.square(351_000, 3_455_000)]))
    assert (layer.said, layer.claims, kinds(layer)) == (None, "", ["not_degrees"])
    assert only(tmp_path, corpus.geojson([corpus.square(-9_000, -3_000)])).said is None
    assert only(tmp_path, corpus.geojson([None])).said == 4326
    assert only(tmp_path, corpus.geojson([corpus.square(31.2, 121.6, 0.001)])).said == 4326, "swapped is not metres"
    without = json.loads(corpus.geojson([HOUSE])) | {"crs": None}
    assert only(tmp_path, json.dumps(without).encode()).said is None


def test_a_feature_and_a_bare_shape_are_geojson_too(tmp_path):
    shape = {"type": "Polygon", "coordinates": [HOUSE]}
    feature = {"type": "Feature", "properties": {"a": 1}, "geometry": shape}
    assert only(tmp_path, json.dumps(feature).encode()).records[0].cells == (1,)
    layer = only(tmp_path, json.dumps(shape).encode())
    assert layer.records[0].cells == ()
    assert layer.shapes.iloc[0].equals(shapely.Polygon(HOUSE))


@pytest.mark.parametrize(
    ("shape", "read_as"),
    [
        ({"type": "Point", "coordinates": [1, 2]}, "POINT (1 2)"),
        ({"type": "Point", "coordinates": []}, "POINT EMPTY"),
        ({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, "LINESTRING (1 2, 3 4)"),
        ({"type": "Polygon", "coordinates": []}, "POLYGON EMPTY"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}, "LINESTRING (0 0, 1 0, 1 1)"),
        ({"type": "Polygon", "coordinates": [[[0, 0]]]}, "POLYGON EMPTY"),
        ({"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}, "MULTIPOINT ((1 2), (3 4))"),
        (
            {"type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]},
            "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))",
        ),
        (
            {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 0]], [[1, 1], [2, 1]]]},
            "MULTILINESTRING ((0 0, 9 0, 9 9, 0 0), (1 1, 2 1))",
        ),
        (
            {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2]}]},
            "POINT (1 2)",
        ),
        ({"type": "Point", "coordinates": ["1", 2]}, None),
        ({"type": "Point", "coordinates": [True, 2]}, None),
        ({"type": "Point", "coordinates": 5}, None),
        ({"type": "Polygon", "coordinates": [[1, 2]]}, None),
        ({"type": "Circle", "coordinates": [1, 2]}, None),
        ({"type": "MultiPolygon"}, None),
        (5, None),
    ],
)
def test_shapes_of_geojson_are_as_written_or_none(shape, read_as):
    table = features.read(corpus.geojson([shape]))
    assert wkt(table.shapes[0]) == read_as


def test_collections_without_end_are_no_shape():
    shape = {"type": "Point", "coordinates": [1, 2]}
    for _ in range(30):
        shape = {"type": "GeometryCollection", "geometries": [shape]}
    assert features.read(corpus.geojson([shape])).shapes[0].is_empty
    with pytest.raises(ValueError, match=r"^$"):
        features.read(b'{"coordinates":' + b"[" * 100_000)


def test_heights_are_left_out_and_told(tmp_path):
    raised = {"type": "Point", "coordinates": [121.6, 31.2, 5]}
    level = {"type": "Point", "coordinates": [121.6, 31.2, 0]}
    layer = only(tmp_path, corpus.geojson([raised]))
    assert kinds(layer) == ["heights"]
    assert not layer.shapes.iloc[0].has_z
    assert kinds(only(tmp_path, corpus.geojson([level]))) == []
    layer = only(tmp_path, zipped(corpus.shapefile([HOUSE], {"a": ["x"]}, heights=4.5)))
    assert kinds(layer) == ["heights"]
    assert not layer.shapes.iloc[0].has_z


def test_a_place_that_is_no_number_is_told_by_row(tmp_path):
    layer = only(
        tmp_path, corpus.geojson([HOUSE, {"type": "Point", "coordinates": [1e308, 2]}]).replace(b"1e+308", b"1e999")
    )
    assert [(issue.kind, issue.row) for issue in layer.issues] == [("not_finite", "2")]
    assert layer.shapes.isna().to_list() == [False, True]


@pytest.mark.parametrize(("encoding", "told"), [("utf-8-sig", []), ("gb18030", ["encoding"]), ("utf-16", ["encoding"])])
def test_geojson_and_kml_in_other_encodings_are_read_and_told(tmp_path, encoding, told):
    body = corpus.geojson([HOUSE], 名称=["甲楼"]).decode().encode(encoding)
    layer = only(tmp_path, body)
    assert layer.records[0].cells == ("甲楼",)
    assert kinds(layer) == told
    body = corpus.kml(corpus.placemark("甲楼", corpus.outline(HOUSE))).decode()
    layer = only(tmp_path, body.replace(' encoding="UTF-8"', "").encode(encoding))
    assert layer.records[0].cells == ("甲楼",)


def test_kml_is_read_by_folders_with_its_data(tmp_path):
    data = '<ExtendedData><Data name="面积"><value>12</value></Data><SchemaData><SimpleData name="层">3</SimpleData>'
    body = corpus.kml(
        "<name>全部</name><Folder><name>一期</name>"
        + corpus.placemark(
            "甲", corpus.outline(HOUSE), f"<description>旧</description>{data}</SchemaData></ExtendedData>"
        )
        + corpus.placemark("乙", "<Point><coordinates> 121.6, 31.2 ,5 </coordinates></Point>")
        + "</Folder><Folder><name>一期</name>"
        + corpus.placemark("丙", "")
        + "<NetworkLink><Link><href>http://127.0.0.1/x.kml</href></Link></NetworkLink></Folder>"
        + corpus.placemark("丁", "<LineString><coordinates>1,2 3,4</coordinates></LineString>")
    )
    book = read(tmp_path, body, "a.kml")
    first, second, third = book.layers
    assert [layer.name for layer in book.layers] == ["一期", "一期 (2)", "全部"]
    assert first.headings == ("name", "description", "面积", "层")
    assert [record.cells for record in first.records] == [("甲", "旧", "12", "3"), ("乙", None, None, None)]
    assert first.shapes.iloc[0].equals(shapely.Polygon(HOUSE))
    assert first.shapes.iloc[1].wkt == "POINT (121.6 31.2)"
    assert first.said == 4326
    assert kinds(first) == ["heights", "links"]
    assert second.shapes.iloc[0] is None
    assert third.shapes.iloc[0].wkt == "LINESTRING (1 2, 3 4)"


@pytest.mark.parametrize(
    ("shape", "read_as"),
    [
        ("<Point><coordinates></coordinates></Point>", "POINT EMPTY"),
        ("<Point></Point>", "POINT EMPTY"),
        ("<LineString></LineString>", "LINESTRING EMPTY"),
        ("<LineString><coordinates>1,2</coordinates></LineString>", None),
        ("<LinearRing><coordinates>0,0 1,0 1,1 0,0</coordinates></LinearRing>", "POLYGON ((0 0, 1 0, 1 1, 0 0))"),
        ("<Polygon></Polygon>", "POLYGON EMPTY"),
        (
            "<Polygon><outerBoundaryIs><LinearRing><coordinates>zero</coordinates></LinearRing></outerBoundaryIs></Polygon>",
            None,
        ),
        (
            "<MultiGeometry><LinearRing><coordinates>0,0 1,0 1,1 0,0</coordinates></LinearRing></MultiGeometry>",
            "POLYGON ((0 0, 1 0, 1 1, 0 0))",
        ),
        ("<MultiGeometry></MultiGeometry>", None),
        (
            "<MultiGeometry><Point><coordinates>1,2</coordinates></Point>"  # noqa: ISC004
            "<Point><coordinates>3,4</coordinates></Point></MultiGeometry>",
            "MULTIPOINT ((1 2), (3 4))",
        ),
        ("<Model><x>1</x></Model>", None),
    ],
)
def test_shapes_of_kml_are_as_written_or_none(shape, read_as):
    (table,) = placemarks.read(corpus.kml(corpus.placemark("a", shape)))
    assert wkt(table.shapes[0]) == read_as


def test_a_kml_with_a_hole_keeps_it():
    hole = corpus.outline(corpus.square(121.6002, 31.2002, 0.0002)).replace("outer", "inner")
    inside = corpus.outline(HOUSE).replace("</Polygon>", "") + hole.replace("<Polygon>", "")
    (table,) = placemarks.read(corpus.kml(corpus.placemark("a", inside)))
    assert len(table.shapes[0].interiors) == 1


def test_a_packed_kml_is_read_and_its_pictures_need_no_word(tmp_path):
    parts = {"doc.kml": corpus.kml(corpus.placemark("甲", corpus.outline(HOUSE))), "files/icon.png": b"\x89PNG"}
    book = read(tmp_path, crafts.archive(parts), "a.kmz")
    assert (book.kind, book.layers[0].name, book.issues) == ("kmz", "doc", ())


def test_a_drawing_gives_its_closed_lines_with_the_texts_in_them(tmp_path):
    body = corpus.dxf(
        corpus.polyline(corpus.square(0, 0)[:-1], layer="建筑", closed=True),
        corpus.polyline(corpus.square(20, 0), layer="建筑"),
        corpus.polyline([(0, 0), (5, 5)], layer="路"),
        corpus.polyline([(0, 0), (5, 5), (10, 0)], layer="路"),
        corpus.polyline([*corpus.square(40, 0)[:-1], (40.01, 0)]),
        corpus.polyline(corpus.square(2, 2, 4), layer="塔楼"),
        corpus.text("5F", 8, 8, layer="字"),
        corpus.text("一号楼", 8, 9, layer="字"),
        corpus.text("塔", 3, 3, layer="字"),
        corpus.text("北", -20, 3, layer="字"),
    )
    layer = only(tmp_path, body, "总图.dxf")
    assert layer.headings == ("Layer", "Text", "EntityHandle")
    assert [(record.line, *record.cells[:2]) for record in layer.records] == [
        (1, "建筑", "一号楼 5F"),
        (2, "建筑", None),
        (5, "0", None),
        (6, "塔楼", "塔"),
    ]
    assert list(layer.shapes.index) == [1, 2, 5, 6]
    assert list(layer.shapes.geom_type) == ["Polygon", "Polygon", "LineString", "Polygon"]
    assert layer.said is None
    assert kinds(layer) == ["open_lines", "not_outlines"]
    assert "路 2" in layer.issues[0].mend
    assert "字 1" in layer.issues[1].mend


def test_a_newer_drawing_is_in_utf8_and_one_without_outlines_is_empty(tmp_path):
    house = corpus.polyline(corpus.square(0, 0)[:-1], layer="建筑", closed=True)
    layer = only(tmp_path, corpus.dxf(house, version="AC1024", encoding="utf-8"))
    assert layer.records[0].cells[0] == "建筑"
    assert refused(tmp_path, corpus.dxf(corpus.polyline([(0, 0), (5, 5)]), corpus.text("a", 1, 1))) == "empty"


def test_parts_of_a_block_are_outlines_too():
    from parks.intake.maps import drawings

    box = shapely.box(0, 0, 1, 1)
    block = shapely.GeometryCollection([shapely.LineString([(5, 5), (6, 6)]), box, shapely.MultiPolygon([box])])
    shapes = np.array([block, None, shapely.Point(9, 9), shapely.Polygon()], dtype=object)
    found = drawings.outlines(["Layer"], [("a",), (None,), ("b",), ("c",)], shapes)
    assert found.numbers == (1,)
    assert found.rows == (("a", None, None),)
    assert found.shapes[0].geom_type == "MultiPolygon"
    assert dict(found.others) == {"": 1, "b": 1, "c": 1}


# --- systems that the file says --------------------------------------------------------------------------------------


def test_a_system_that_we_do_not_read_is_named(tmp_path):
    layer = only(tmp_path, zipped(corpus.shapefile([HOUSE], {"a": ["x"]}, prj=2437)))
    assert layer.said is None
    assert layer.shapes.crs is None
    assert layer.claims == "Beijing 1954 / 3-degree Gauss-Kruger CM 120E"


@pytest.mark.parametrize("prj", [b"\xff\xfe\x00nonsense", b'LOCAL_CS["Unnamed",UNIT["Meter",1.0]]'])
def test_a_prj_that_says_nothing_costs_its_word_only(tmp_path, prj):
    layer = only(tmp_path, zipped(corpus.shapefile([HOUSE], {"a": ["x"]}) | {".prj": prj}))
    assert (layer.said, layer.claims, kinds(layer)) == (None, "", ["crs_unread"])


# --- encodings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "cpg", "told"),
    [
        ("utf-8", b"UTF-8", []),
        ("utf-8", None, ["encoding"]),
        ("gbk", b"GBK", []),
        ("gbk", b"ANSI 936", []),
        ("gbk", b"UTF-8", ["encoding"]),
        ("utf-8", b"936", ["encoding"]),
        ("gbk", b"ISO-8859-1", ["encoding"]),
        ("big5", b"950", []),
        ("big5", b"Big5", []),
    ],
)
def test_texts_are_read_in_the_encoding_that_fits_all_of_them(tmp_path, encoding, cpg, told):
    name = "樓宇" if encoding == "big5" else "楼宇"
    parts = corpus.shapefile(
        [HOUSE, NEXT], {name: ["張江" if encoding == "big5" else "张江", "plain"]}, encoding=encoding
    )
    layer = only(tmp_path, zipped(parts | ({".cpg": cpg} if cpg else {})))
    assert layer.headings == (name,)
    assert layer.records[0].cells[0] in {"張江", "张江"}
    assert kinds(layer) == told


def test_plain_texts_need_no_word(tmp_path):
    assert kinds(only(tmp_path, zipped(corpus.shapefile([HOUSE], {"name": ["a"]})))) == []


def test_texts_cut_off_by_the_shapefile_are_told(tmp_path):
    parts = corpus.shapefile([HOUSE], {"建筑面积": ["张江科学城一号楼"], "建筑面": ["a"], "x": ["b"]})
    layer = only(tmp_path, zipped(parts | {".cpg": b"UTF-8"}))
    assert layer.headings == ("建筑面", "建筑面_1", "x") or layer.headings[0] == "建筑面"
    assert layer.records[0].cells[0] == "张江科学城一"
    assert sorted(kinds(layer)) == ["heading_cut", "heading_full", "text_cut"]


@pytest.mark.parametrize(("said", "text"), [("", "一"), ("936", "一"), ("UTF-8", "\u04bb")])
def test_a_character_that_is_right_in_two_encodings_is_chinese_unless_said_otherwise(said, text):
    assert encodings.decoded(["\xd2\xbb"], said).texts["\xd2\xbb"] == text


def test_texts_in_no_encoding_are_told_and_the_others_kept(tmp_path):
    parts = corpus.shapefile([HOUSE, NEXT], {"a": ["张江", "broken"]})
    parts[".dbf"] = parts[".dbf"].replace(b"broken", b"a\xff\xffb\xff ")
    layer = only(tmp_path, zipped(parts))
    assert layer.records[0].cells == ("张江",)
    assert "\ufffd" in layer.records[1].cells[0]
    assert "text_broken" in kinds(layer)


def test_a_text_that_was_decoded_before_stays():
    decoded = encodings.decoded(["张江", "\xd5\xc5", "a"], "no such page 12")
    assert decoded.texts == {"张江": "张江", "\xd5\xc5": "张", "a": "a"}
    assert (decoded.codec, decoded.cut, decoded.broken) == ("gb18030", (), ())


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b"\x00 \n", "empty"),
        (b"name,area\n1,2\n", "not_a_layer"),
        (b'{"a": 1}', "not_a_layer"),
        (b'["Feature"]', "not_a_layer"),
        (b"<html><body></body></html>", "not_a_layer"),
        (b"<OGRVRTDataSource><OGRVRTLayer><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>", "not_a_layer"),
        (b"<?xml version='1.0'?><VRTDataset/>", "not_a_layer"),
        (b"AC1027 drawing", "not_a_layer"),
        (b"AutoCAD Binary DXF\r\n\x1a\x00", "not_a_layer"),
        (b"SQLite format 3\x00" + bytes(200), "not_a_layer"),
        (b"\x00\x00\x27\x0a" + bytes(200), "damaged"),
        (b'{"type": "FeatureCollection", "features": [', "damaged"),
        (b'{"type": "Topology", "coordinates": []}', "damaged"),
        (b'{"type": "FeatureCollection", "features": []}', "empty"),
        (b"<kml><Document/></kml>", "empty"),
        (b"<kml><Document>", "damaged"),
        (b"<!-- <kml> --><other/>", "damaged"),
        (b"<x><!-- <kml > --></x>", "not_a_layer"),
        (b"<?xml version='1.0'?><x><!-- <kml > --></x>", "damaged"),
        (b"<kml>" + b"<a>" * 300, "damaged"),
        (b"  0\nSECTION\n 2\nnothing", "damaged"),
        (b"PK\x03\x04 broken", "damaged"),
        (corpus.kml("", head='<!DOCTYPE k [<!ENTITY a "aaaa">]>'), "entities"),
        (crafts.archive({"a.txt": b"x"}), "not_a_layer"),
        (crafts.archive({"a.shp": b"x"}), "not_a_layer"),
        (crafts.archive({"../a.shp": b"x"}), "unsafe_path"),
        (crafts.archive({"/etc/a.shp": b"x"}), "unsafe_path"),
        (crafts.archive({"C:\\a.shp": b"x"}), "unsafe_path"),
        (crafts.archive({"a.kml": b" " * 20_000_000}), "bomb"),
        (crafts.archive(dict.fromkeys(map(str, range(10_001)), b"")), "bomb"),
    ],
    ids=lambda body: str(body[:24]) if isinstance(body, bytes) else body,
)
def test_what_is_no_map_file_is_refused_with_a_sentence(tmp_path, body, kind):
    assert refused(tmp_path, body) == kind


def test_many_parts_that_are_large_together_are_a_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(safety, "UNPACKED_BYTES", 100)
    assert refused(tmp_path, crafts.archive({"a.kml": bytes(60), "b.kml": bytes(60)})) == "bomb"


def test_an_archive_with_a_password_is_refused(tmp_path):
    body = bytearray(crafts.archive({"a.kml": b"x"}))
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(sign) + at] |= 1
    assert refused(tmp_path, bytes(body)) == "password"


def test_an_archive_whose_part_is_damaged_is_refused(tmp_path):
    body = bytearray(crafts.archive({"a.kml": corpus.kml(corpus.placemark("a", corpus.outline(HOUSE)))}))
    body[60] ^= 0xFF
    assert refused(tmp_path, bytes(body)) == "damaged"


def test_what_an_archive_holds_besides_is_told(tmp_path):
    parts = corpus.shapefile([HOUSE], {"a": ["x"]})
    more = {
        "说明.pdf": b"%PDF",
        "bad.shp": b"x",
        "楼栋.shp.xml": b"<x/>",
        "__MACOSX/._楼栋.shp": b"x",
        "._x.kml": b"x",
        ".DS_Store": b"x",
        "二期/楼栋.geojson": corpus.geojson([NEXT]),
        "list": b"x",
    }
    book = read(tmp_path, zipped(parts, **more))
    assert [layer.name for layer in book.layers] == ["楼栋", "二期/楼栋"]
    assert [issue.value for issue in book.issues] == ["说明.pdf", "bad.shp", "list"]


def test_names_in_an_archive_from_a_chinese_system_are_read(tmp_path):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for end, data in corpus.shapefile([HOUSE], {"a": ["x"]}).items():
            info = zipfile.ZipInfo("XXXX" + end)  # as long as 楼栋 in GBK
            archive.writestr(info, data)
    body = target.getvalue().replace(b"XXXX", "楼栋".encode("gbk"))
    assert [layer.name for layer in read(tmp_path, body).layers] == ["楼栋"]
    body = target.getvalue().replace(b"XXXX", b"\xff\xff\xff\xff")
    assert len(read(tmp_path, body).layers) == 1


def test_a_shapefile_with_another_length_than_it_says_is_told(tmp_path):
    parts = corpus.shapefile([HOUSE, NEXT], {"a": ["x", "y"]})
    layer = only(tmp_path, zipped(parts | {".shp": parts[".shp"] + bytes(8)}))
    assert kinds(layer) == ["cut_off"]
    assert layer.shapes.notna().iloc[0]


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path, monkeypatch):
    with pytest.raises(InvalidData) as fault:
        layers.read(tmp_path / "none.shp", T)
    assert fault.value.issues[0].kind == "unreadable"
    monkeypatch.setattr(safety, "FILE_BYTES", 10)
    assert refused(tmp_path, bytes(11)) == "giant"


def test_a_shapefile_in_a_folder_that_cannot_be_listed_is_read_alone(tmp_path, monkeypatch):
    def closed(_):
        raise PermissionError

    monkeypatch.setattr(Path, "iterdir", closed)
    assert kinds(only(tmp_path, corpus.shapefile([HOUSE], {"a": ["x"]})[".shp"])) == ["dbf_missing"]


def test_a_day_beyond_all_calendars_stays_a_text():
    assert layers._cell("12345-01-01", "date") == "12345-01-01"
    assert layers._cell("2025-03-01", "date") == dt.date(2025, 3, 1)
    assert layers._cell("2025-03-01", "") == "2025-03-01"


def test_too_many_features_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sluice, "FEATURES", 1)
    assert refused(tmp_path, corpus.geojson([HOUSE, NEXT])) == "giant"
    assert refused(tmp_path, zipped(corpus.shapefile([HOUSE, NEXT], {"a": ["x", "y"]}))) == "giant"


# --- the process that can be lost ------------------------------------------------------------------------------------


def test_a_store_is_never_opened(tmp_path, monkeypatch):
    def never(*_):
        pytest.fail("GDAL was asked")

    monkeypatch.setattr(sluice, "layers", never)
    assert refused(tmp_path, b"SQLite format 3\x00" + bytes(52) + b"\x00\x00\x00\x00" + bytes(100)) == "not_a_layer"


def test_only_the_driver_that_is_meant_is_there():
    for kind, driver in sluice.DRIVERS.items():
        said = subprocess.run(
            [sys.executable, "-c", "import pyogrio; print(*pyogrio.list_drivers(), sep='|')"],
            env={**os.environ, "OGR_SKIP": sluice.skipped(kind)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        assert said == driver
    assert set(sluice.skipped("kml").split(",")) == set(pyogrio.list_drivers())


def test_a_process_that_is_lost_or_stumbles_is_a_refusal(monkeypatch):
    start = subprocess.Popen
    for command, kind in ((["sh", "-c", "kill -9 $$"], safety.EXHAUSTED), (["false"], safety.DAMAGED)):
        monkeypatch.setattr(subprocess, "Popen", lambda _, command=command, **more: start(command, **more))
        with pytest.raises(safety.Refused) as fault:
            list(IN_A_PROCESS("kml", {".kml": b""}))
        assert fault.value.kind == kind


def test_memory_that_runs_out_is_told(tmp_path, monkeypatch):
    def greedy(*_):
        raise MemoryError

    monkeypatch.setattr(sluice, "pieces", greedy)
    with pytest.raises(InvalidData) as fault:
        read(tmp_path, corpus.geojson([HOUSE]))
    assert "memory" in fault.value.issues[0].message


# --- is it a layer? --------------------------------------------------------------------------------------------------


def test_a_layer_is_known_by_its_content(tmp_path):
    bodies = {
        "a.txt": corpus.geojson([HOUSE]),
        "b.txt": corpus.kml(""),
        "c.txt": corpus.dxf(),
        "d.txt": b"999\nwritten by hand\n  0\r\nSECTION\r\n",
        "e.txt": corpus.shapefile([HOUSE])[".shp"],
        "f.txt": zipped(corpus.shapefile([HOUSE])),
        "g.txt": b"AC1032",
        "h.txt": b"AutoCAD Binary DXF",
        "i.txt": b"SQLite format 3\x00" + bytes(52) + b"GPKG",
        "j.txt": corpus.kml("").decode().encode("utf-16"),
        "k.txt": b'{"features": [' + b" " * 100_000 + b'], "type": "FeatureCollection"}',
    }
    others = {
        "a.shp": b"",
        "b.geojson": b'{"a": 1}',
        "c.zip": crafts.archive({"a.xlsx": b""}),
        "d.zip": b"PK\x03\x04broken",
        "e.gpkg": b"SQLite format 3\x00" + bytes(100),
        "f.kml": b"<html></html>",
    }
    for name, body in (bodies | others).items():
        (tmp_path / name).write_bytes(body)
        assert layers.is_layer(tmp_path / name) == (name in bodies), name
    assert not layers.is_layer(tmp_path / "none")


# --- well-known binary -----------------------------------------------------------------------------------------------


def ring_code(places, order="<"):
    return struct.pack(f"{order}I", len(places)) + b"".join(struct.pack(f"{order}{len(p)}d", *p) for p in places)


@pytest.mark.parametrize("order", ["<", ">"])
def test_open_rings_in_binary_are_lines(order):
    sign = bytes((order == "<",))
    open_ring = [(0, 0), (1, 0), (1, 1)]
    polygon = sign + struct.pack(f"{order}2I", 3, 1) + ring_code(open_ring, order)
    raised = sign + struct.pack(f"{order}2I", 1003, 1) + ring_code([(*place, 7) for place in open_ring], order)
    measured = sign + struct.pack(f"{order}2I", 0x40000003, 1) + ring_code([(*place, 7) for place in open_ring], order)
    many = sign + struct.pack(f"{order}2I", 6, 2) + polygon * 2
    point = sign + struct.pack(f"{order}I2d", 1, 5, 5)
    line = sign + struct.pack(f"{order}I", 2) + ring_code([(0, 0), (1, 1)], order)
    mixed = sign + struct.pack(f"{order}2I", 7, 3) + polygon + point + line
    shapes, _ = rings.read([polygon, raised, measured, many, mixed, None, b"", sign + b"\x03", polygon[:-1]])
    line_read = "LINESTRING (0 0, 1 0, 1 1)"
    assert list(map(wkt, shapes)) == [
        *[line_read] * 3,
        "MULTILINESTRING ((0 0, 1 0, 1 1), (0 0, 1 0, 1 1))",
        f"GEOMETRYCOLLECTION ({line_read}, POINT (5 5), LINESTRING (0 0, 1 1))",
        *[None] * 4,
    ]


def test_binary_that_nests_without_end_is_no_shape():
    open_ring = b"\x01" + struct.pack("<2I", 3, 1) + ring_code([(0, 0), (1, 0), (1, 1)])
    code = b"".join(b"\x01" + struct.pack("<2I", 7, 1) for _ in range(30)) + open_ring
    assert rings.read([code])[0][0] is None


def test_what_is_decoded_by_hand_has_no_encoding_left():
    with pytest.raises(UnicodeDecodeError):
        features.decoded(b"\xff\xff\xff")
    with pytest.raises(ValueError, match="codec"):
        placemarks.read(b"<kml>\xff\xff\xff</kml>")
    assert mapfiles.SIBLINGS[0] == ".shp"
