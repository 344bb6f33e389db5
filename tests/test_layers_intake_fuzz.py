"""Map files at random: only refusals come out, and whatever is read can be placed, judged and mended."""

import io
import json
import tempfile
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely
import thorough
from corpus import crafts
from corpus import layers as corpus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parks import words
from parks.intake.grids import airlock, safety
from parks.intake.maps import layers, outlines, sluice
from parks.issues import InvalidData

T = words.translator("zh")
RINGS = [
    corpus.square(121.6, 31.2, 0.001),
    corpus.square(121.6005, 31.2, 0.001),
    corpus.square(121.6, 31.3, 0.001)[:-1],
    [(121.6, 31.3), (121.61, 31.31), (121.61, 31.3), (121.6, 31.31), (121.6, 31.3)],
]
SHAPEFILE = corpus.shapefile(RINGS, {"名称": ["a", "乙", "c", "d"], "n": [1, 2, 3, 4]}, encoding="gbk", prj=4550)
MIXED = {
    "type": "GeometryCollection",
    "geometries": [{"type": "Point", "coordinates": [121.6, 31.2, 3]}, {"type": "Polygon", "coordinates": [RINGS[0]]}],
}
KML = corpus.kml(
    corpus.placemark(
        "甲", corpus.outline(RINGS[0]), "<ExtendedData><Data name='x'><value>3</value></Data></ExtendedData>"
    )
    + "<Folder><name>b</name>"
    + corpus.placemark("乙", f"<MultiGeometry>{corpus.outline(RINGS[1])}{corpus.outline(RINGS[3])}</MultiGeometry>")
    + "</Folder>"
)
DRAWING = corpus.dxf(
    corpus.polyline(RINGS[0][:-1], layer="建筑", closed=True),
    corpus.polyline(RINGS[3]),
    corpus.polyline(RINGS[2]),
    corpus.text("一号楼", 121.6001, 31.2001),
)
FUZZ = settings(
    deadline=None,
    max_examples=thorough.cases(40),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PIECES = [b"", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"1e999", b"NaN", b"-0.0", b"[[[[", b'""', b"</a>", b"\r\n  0\r\n"]


def here(kind, parts):
    """Read here; where a process of its own would break down, the file is damaged."""
    target = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        for end, data in parts.items():
            Path(folder, f"layer{end}").write_bytes(data)
        try:
            sluice.main(kind, folder, target)
        except NameError as fault:  # the library stumbles over a system that it cannot export
            raise safety.Refused(safety.DAMAGED) from fault
    target.seek(0)
    for _, said in airlock.heard(target):
        yield sluice.Found(*said)


@pytest.fixture(scope="module", autouse=True)
def as_in_the_process():
    names = ("DXF_ENCODING", "SHAPE_RESTORE_SHX")
    pyogrio.set_gdal_config_options({name: sluice.SETTINGS[name] for name in names})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sluice, "layers", here)
        yield
    pyogrio.set_gdal_config_options(dict.fromkeys(names))


@pytest.fixture(scope="module")
def geopackage(tmp_path_factory):
    path = tmp_path_factory.mktemp("layers") / "a.gpkg"
    frame = gpd.GeoDataFrame({"名称": ["a", "b"]}, geometry=[shapely.Polygon(ring) for ring in RINGS[:2]], crs=4490)
    pyogrio.write_dataframe(frame, path)
    return path.read_bytes()


@st.composite
def changed(draw, body):
    """Return bytes with a few changes: other bytes, something cut out, doubled, or cut off."""
    found = bytearray(body)
    for _ in range(draw(st.integers(1, 4))):
        at, size = draw(st.integers(0, len(found))), draw(st.sampled_from([0, 1, 4, 30]))
        found[at : at + size] = draw(
            st.sampled_from([*PIECES, bytes(found[at : at + size] * 2)]) | st.binary(max_size=4)
        )
    return bytes(found[: draw(st.sampled_from([len(found)] * 5 + [len(found) // 2]))])


def told(fault):
    assert all(issue.message and issue.mend for issue in fault.issues)


def look(folder, body):
    """Read a file as far as it goes; what comes out must be sound."""
    path = folder / "a.bin"
    path.write_bytes(body)
    layers.is_layer(path)
    try:
        book = layers.read(path, T)
    except InvalidData as fault:
        told(fault)
        return
    for layer in book.layers:
        assert [record.line for record in layer.records] == list(layer.shapes.index)
        assert {len(record.cells) for record in layer.records} <= {len(layer.headings)}
        judge(layer)


def judge(layer):
    datum = None if layer.said in {4490, 4550} else "wgs84"
    try:
        shapes, _ = layers.placed(layer, T, crs=None if layer.said or layer.claims else 4326, datum=datum)
    except InvalidData as fault:
        told(fault)
        return
    for kind in ("polygon", "point"):
        done = outlines.mended(shapes, outlines.flaws(shapes, kind, T), "all")
        outlines.areas(done.shapes, None, T)


@FUZZ
@given(changed(corpus.geojson([*RINGS, None, MIXED], 名称=list("abcdef"))))
def test_geojson_at_random(tmp_path, body):
    look(tmp_path, body)


@FUZZ
@given(changed(KML))
def test_kml_at_random(tmp_path, body):
    look(tmp_path, body)


@FUZZ
@given(changed(DRAWING))
def test_drawings_at_random(tmp_path, body):
    look(tmp_path, body)


@FUZZ
@given(st.data())
def test_geopackages_at_random(tmp_path, geopackage, data):
    look(tmp_path, data.draw(changed(geopackage)))


@FUZZ
@given(st.data())
def test_shapefiles_at_random(tmp_path, data):
    ends = data.draw(st.lists(st.sampled_from(sorted(SHAPEFILE)), unique=True, min_size=1))
    parts = {f"a{end}": data.draw(changed(body)) if end in ends else body for end, body in SHAPEFILE.items()}
    look(tmp_path, crafts.archive(parts))


@FUZZ
@given(changed(crafts.archive({f"a{end}": body for end, body in SHAPEFILE.items()})))
def test_archives_at_random(tmp_path, body):
    look(tmp_path, body)


@FUZZ
@given(st.binary(max_size=200) | st.sampled_from([b"{", b"<kml>", b"PK\x03\x04", b"0\nSECTION\n"]))
def test_bytes_at_random(tmp_path, body):
    look(tmp_path, body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["type", "coordinates", "geometries", "features", "geometry", "properties", "crs", "name", "id"]
            ),
            inner | st.sampled_from(["Feature", "FeatureCollection", "Polygon", "Point", "GeometryCollection"]),
        )
    ),
    max_leaves=20,
)


@FUZZ
@given(JSON, JSON)
def test_json_of_any_form(tmp_path, geometry, properties):
    feature = {"type": "Feature", "geometry": geometry, "properties": properties, "crs": properties}
    look(tmp_path, json.dumps({"type": "FeatureCollection", "features": [feature, geometry]}).encode())
