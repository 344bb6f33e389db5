"""Tables as files: read back whole, with their notes, and nothing in them that a spreadsheet would run."""

import datetime as dt
import json
from pathlib import Path

import district
import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
from pyarrow import parquet

from parks import schema
from parks.issues import InvalidData
from parks.output import tables

NOTE = "Illustrative data"


def sheet(path: Path, name: str) -> list[list[object]]:
    book = openpyxl.load_workbook(path)
    rows = [[cell.value for cell in row] for row in book[name].iter_rows()]
    book.close()
    return rows


def test_csv_opens_in_a_spreadsheet_and_runs_nothing() -> None:
    found = tables.csv(district.park().tenants)
    assert found.startswith(b"\xef\xbb\xbftenant_id,name_zh,")
    text = found.decode("utf-8-sig")
    assert "\r\n" in text
    assert "'=HYPERLINK" in text
    assert ",illustrative" not in text


@pytest.mark.parametrize("sign", ["=1", "+1+1", "-1+1", "@a", "\tx", "\rx"])
def test_every_sign_that_begins_a_formula_is_guarded(sign: str) -> None:
    assert tables.csv(pd.DataFrame({"a": [sign]})).decode("utf-8-sig").split("\n", 1)[1].lstrip('"').startswith("'")


def test_numbers_days_and_unknown_stay_what_they_are() -> None:
    frame = pd.DataFrame(
        {
            "n": pd.array([-1.5, None], dtype="Float64"),
            "d": pd.to_datetime(["2026-01-02", None]),
            "b": pd.array([True, None], dtype="boolean"),
            "ids": [["a", "b"], []],
        }
    )
    assert tables.csv(frame).decode("utf-8-sig") == "n,d,b,ids\r\n-1.5,2026-01-02,true,a b\r\n,,,\r\n"


@pytest.mark.parametrize("table", schema.TABLES)
@pytest.mark.parametrize("ending", ["csv", "xlsx", "gpkg", "geojson", "parquet"])
def test_every_table_is_written_in_every_format(table: str, ending: str, tmp_path: Path) -> None:
    frame = district.park("illustrative").table(table)
    path = tables.write(tmp_path / "new" / f"{table}.{ending}", frame, table=table, lang="zh", day=district.DAY)
    assert path.stat().st_size
    assert [file.name for file in path.parent.iterdir()] == [path.name], "nothing is left behind"


def test_xlsx_keeps_the_column_names_and_explains_them(tmp_path: Path) -> None:
    frame = district.park("illustrative").units
    path = tables.write(tmp_path / "units.xlsx", frame, table="units", lang="en", day=district.DAY)
    rows, notes = sheet(path, "units"), sheet(path, "Notes")
    assert rows[0] == list(frame.columns)
    assert [row[0] for row in rows[1:]] == ["U1", "U2", "U3", "U4", "U5"]
    assert rows[3][rows[0].index("lettable_m2")] == 250.5
    assert rows[4][rows[0].index("lettable_m2")] is None
    said = [row[0] for row in notes]
    assert any(NOTE in str(cell) for cell in said)
    assert "As it stood on 30 June 2026." in said
    assert ["lettable_m2", "Lettable area (m²)"] in [row[:2] for row in notes]


def test_xlsx_holds_days_truth_and_no_formula(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"day": [dt.date(2026, 1, 2)], "flag": pd.array([True], dtype="boolean"), "name": [district.HOSTILE]}
    )
    path = tables.write(tmp_path / "t.xlsx", frame)
    assert sheet(path, "Table")[1] == [dt.datetime(2026, 1, 2), True, district.HOSTILE]  # noqa: DTZ001 - as the format keeps it
    assert path.read_bytes() == tables.write(tmp_path / "u.xlsx", frame).read_bytes()


def test_gpkg_keeps_places_and_says_what_it_is(tmp_path: Path) -> None:
    park = district.park("illustrative")
    layers = {"parks": park.parks, "units": park.units}
    path = tables.write(tmp_path / "all.gpkg", layers, lang="en", day=district.DAY)
    assert dict(pyogrio.list_layers(path)) == {"parks": "Point", "units": None}
    read = gpd.read_file(path, layer="parks")
    assert read.crs.to_epsg() == 4326
    assert list(read["name_zh"]) == ["甲园", "乙园"]
    told = pyogrio.read_info(path, layer="units")["layer_metadata"]["DESCRIPTION"]
    assert NOTE in told
    assert "30 June 2026" in told
    assert "OpenStreetMap" in pyogrio.read_info(path, layer="parks")["layer_metadata"]["DESCRIPTION"]


def test_gpkg_takes_lists_and_a_table_without_a_name(tmp_path: Path) -> None:
    runs = pd.DataFrame({"unit_ids": [("U2", "U3"), ("U4",)]})
    path = tables.write(tmp_path / "runs.gpkg", runs)
    assert list(pyogrio.read_dataframe(path, layer="runs")["unit_ids"]) == ["U2 U3", "U4"]


def test_geojson_is_plain_and_has_null_for_unknown(tmp_path: Path) -> None:
    park = district.park("illustrative")
    held = json.loads(tables.write(tmp_path / "p.geojson", park.parks, table="parks").read_text(encoding="utf-8"))
    assert "OpenStreetMap" in held["description"]
    assert "crs" not in held
    first, second = held["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [121.6, 31.2]}
    assert second["geometry"] is None
    assert second["properties"]["name_en"] is None
    leases = json.loads(tables.write(tmp_path / "l.geojson", park.leases).read_text(encoding="utf-8"))
    assert leases["features"][0]["properties"]["valid_from"] == "2024-01-01"
    counted = pd.DataFrame({"n": pd.array([3], dtype="Int64"), "m": [1.5]})
    plain = json.loads(tables.write(tmp_path / "n.geojson", counted).read_text(encoding="utf-8"))
    assert plain["features"][0]["properties"] == {"n": 3, "m": 1.5}


def test_parquet_comes_back_as_it_was_with_its_note(tmp_path: Path) -> None:
    frame = district.park("illustrative").units
    path = tables.write(tmp_path / "u.parquet", frame, table="units", lang="zh")
    pd.testing.assert_frame_equal(pd.read_parquet(path), frame)
    assert "示例数据" in parquet.read_schema(path).metadata[b"description"].decode()
    places = tables.write(tmp_path / "p.parquet", district.park().parks)
    assert gpd.read_parquet(places).crs.to_epsg() == 4326


def test_a_table_without_illustrative_rows_says_nothing_of_them(tmp_path: Path) -> None:
    path = tables.write(tmp_path / "u.xlsx", district.park().units, table="units")
    assert NOTE not in json.dumps(sheet(path, "Notes"), default=str)


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="no format") as fault:
        tables.write(tmp_path / "u.docx", district.park().units, lang="en")
    assert fault.value.issues[0].value == ".docx"
    assert ".parquet" in fault.value.issues[0].mend


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "kept.txt"
    target.write_text("old", encoding="utf-8")

    def fails(part: Path) -> None:
        part.write_text("half", encoding="utf-8")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        tables.whole(target, fails)
    assert target.read_text(encoding="utf-8") == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["kept.txt"]
