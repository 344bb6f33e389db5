"""The policy: what is shipped, and that every fault of a file is said with file and line."""

import csv
import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from shapely.geometry import box, mapping

from parks import policy, reader, schema, words
from parks.issues import InvalidData

OUTLINES = {
    "Z-CORE-W": box(121.56, 31.17, 121.60, 31.21),
    "Z-ZJ": box(121.55, 31.10, 121.66, 31.22),
}


def features(outlines):
    return [
        {"type": "Feature", "properties": {"zone_id": zone}, "geometry": mapping(outline)}
        for zone, outline in outlines.items()
    ]


def draw(folder: Path, found) -> None:
    (folder / "geo").mkdir(exist_ok=True)
    text = json.dumps({"type": "FeatureCollection", "features": found})
    (folder / "geo" / "zones.geojson").write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(schema.DATA / "policy", tmp_path / "policy")
    draw(tmp_path, features(OUTLINES))
    return tmp_path


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    here = tmp_path_factory.mktemp("data")
    shutil.copytree(schema.DATA / "policy", here / "policy")
    draw(here, features(OUTLINES))
    return policy.load(here)


def rows(folder: Path, table: str):
    with (folder / "policy" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def write(folder: Path, table: str, found) -> None:
    with (folder / "policy" / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(found)


def change(folder: Path, table: str, line: int, column: str, value: str) -> None:
    found = rows(folder, table)
    found[line - 1][found[0].index(column)] = value
    write(folder, table, found)


def add_column(folder: Path, table: str, name: str, value: str = "") -> None:
    head, *body = rows(folder, table)
    write(folder, table, [[*head, name], *([*row, value] for row in body)])


def faults(folder: Path):
    with pytest.raises(InvalidData) as caught:
        policy.load(folder)
    return [(issue.table, issue.row, issue.column, issue.kind) for issue in caught.value.issues]


# what is shipped


def test_the_tables_have_the_rows_of_their_sources(rules):
    found = {
        "sectors": len(rules.sectors),
        "fit": len(rules.fit),
        "requirements": len(rules.requirements),
        "conflicts": len(rules.conflicts),
        "targets": len(rules.targets),
        "tasks": len(rules.tasks),
        "market": len(rules.market),
        "programme": len(rules.programme),
        "zones": len(rules.zones),
    }
    assert found == {
        "sectors": 63,
        "fit": 459,
        "requirements": 282,
        "conflicts": 48,
        "targets": 39,
        "tasks": 17,
        "market": 38,
        "programme": 57,
        "zones": 9,
    }


def test_only_53_pairs_rest_on_the_papers_and_every_unsuitable_is_inferred(rules):
    fit = rules.fit
    assert fit["basis"].value_counts().to_dict() == {
        "inferred": 406,
        "stated_class": 24,
        "stated_join": 16,
        "stated": 13,
    }
    assert set(fit.loc[fit["fit_level"] == "unsuitable", "basis"]) == {"inferred"}
    assert ((fit["basis"] == "inferred") == (fit["standing"] == "inferred")).all()
    assert len(fit.drop_duplicates(["zone_id", "sector_code"])) == 459


def test_the_two_papers_are_never_merged(rules):
    papers = rules.targets.set_index("target_id")["document_id"]
    assert papers.value_counts().to_dict() == {"B": 25, "A": 14}
    scale = rules.targets[rules.targets["phrase_zh"].str.contains("产业规模")].set_index("target_id")
    assert scale.loc["PT01", ["document_id", "value_min", "deadline"]].to_list() == ["A", 5000, "2027"]
    assert scale.loc["PT15", ["document_id", "value_min", "deadline"]].to_list() == ["B", 4000, "到2025年"]
    assert rules.targets.loc[rules.targets["document_id"] == "B", "standing"].eq("reported").all()


def test_the_two_million_square_metres_are_two_targets(rules):
    space = rules.targets[rules.targets["project_kind"].notna()].set_index("project_kind")
    assert space["target_id"].to_dict() == {"new_build": "PT10", "renewal": "PT11"}
    assert space["value_min"].to_dict() == {"new_build": 1_000_000, "renewal": 1_000_000}
    assert set(space["due_on"]) == {pd.Timestamp("2027-12-31")}
    assert set(rules.counting["rule_id"]) == {"started", "completed", "recognised"}
    columns = {"gross": "gfa_m2", "above_ground": "above_ground_m2", "far": "far_area_m2"}
    assert rules.bases.set_index("basis")["project_column"].to_dict() == columns


@pytest.mark.parametrize("table", policy.Policy.__slots__)
def test_every_row_is_sourced_dated_and_of_a_standing(rules, table):
    frame = getattr(rules, table)
    assert frame[["source", "source_date", "standing"]].notna().all(axis=None)
    assert frame["standing"].isin(schema.STANDINGS).all()


def test_addresses_are_official_ones_only():
    for path in (schema.DATA / "policy").glob("*"):
        for address in re.findall(r"https?://\S+", path.read_text(encoding="utf-8")):
            assert ".gov.cn/" in address, f"{path.name}: {address}"


def test_what_a_machine_may_test_says_of_whom(rules):
    machine = rules.conflicts[rules.conflicts["machine"]].set_index("conflict_id")
    told = [1, 2, 3, 4, 5, 6, 7, 8, 13, 29, 30, 35, 36, 37, 38]
    assert list(machine.index) == [f"C{number:02}" for number in told]
    assert set(machine["scope"]) == set(policy.TOLD)
    assert machine.loc["C07", ["fire_a", "place", "any_b", "distance_m"]].to_list() == ["甲;乙", "civil", True, 25.0]
    assert machine.loc["C01", ["fire_a", "place", "any_b"]].to_list() == ["甲", "high_rise", True]
    assert rules.conflicts["hardness"].value_counts().to_dict() == {"hard": 26, "soft": 14, "review": 8}


def test_what_no_machine_tells_says_why(rules):
    assert (rules.conflicts["untold_en"].isna() == rules.conflicts["machine"]).all()


@pytest.mark.parametrize(
    ("line", "column", "value"),
    [(6, "scope", "adjacent"), (6, "distance_m", ""), (7, "place", "basement")],
)
def test_a_conflict_for_the_machine_says_where(folder, line, column, value):
    change(folder, "conflicts", line, column, value)
    assert faults(folder) == [("conflicts.csv", str(line), column, "scope")]


def test_both_languages_are_filled(rules):
    for table in policy.Policy.__slots__:
        frame = getattr(rules, table)
        for name in (name for name in frame.columns if name.endswith("_zh") and f"{name[:-3]}_en" in frame):
            assert (frame[name].isna() == frame[f"{name[:-3]}_en"].isna()).all(), (table, name)


def test_every_kind_of_assumption_that_is_ours_says_so(rules):
    made_up = rules.assumptions[rules.assumptions["standing"] == "illustrative"]
    assert made_up["source"].str.contains("assumption").all()
    assert set(rules.assumptions.loc[rules.assumptions["standing"] != "illustrative", "name"]) == {"high_rise_m"}
    levels = ("core", "supported", "neutral", "unsuitable")
    known = set(rules.assumptions["name"])
    assert {f"zone_fit.{level}.{basis}" for level in levels for basis in set(rules.fit["basis"])} <= known


def test_responsible_units_are_named_in_both_languages(rules):
    task = rules.tasks.set_index("task_no").loc["5"]
    assert task["units_zh"].endswith("、老港镇")
    assert task["units_en"].endswith("; Laogang Town")
    assert rules.targets.set_index("target_id").loc["PT01", ["units_zh", "units_en"]].isna().all()


def test_columns_have_their_dtypes(rules):
    assert str(rules.targets["value_min"].dtype) == "Float64"
    assert str(rules.targets["due_on"].dtype) == "datetime64[s]"
    assert str(rules.sectors["level"].dtype) == "Int64"
    assert str(rules.conflicts["machine"].dtype) == "boolean"
    assert str(rules.zones["role"].dtype) == "string"


def test_the_shipped_folder_loads_with_its_outlines():
    zones = policy.load().zones.set_index("zone_id")
    assert zones.crs == "EPSG:4326"
    drawn = zones.geometry.notna()
    assert set(drawn[drawn].index) == {"Z-CORE-W", "Z-CORE-E", "Z-ZJ", "Z-WGQ", "Z-EXPO", "Z-LG", "Z-JQ"}
    assert zones["role"].to_dict() == {
        "Z-CORE-W": "core",
        "Z-CORE-E": "core",
        "Z-ZJ": "bearing",
        "Z-WGQ": "bearing",
        "Z-CELL": "bearing",
        "Z-EXPO": "linked",
        "Z-LG": "linked",
        "Z-JQ": "linked",
        "Z-LGB": "outside",
    }
    assert zones.loc["Z-CELL", "counted_in"] == "Z-ZJ"


# look-ups


def test_zone_fit_reads_the_stage(rules):
    at = policy.zone_fit(rules, "CGT-CART", "production").set_index("zone_id")
    assert at.loc["Z-WGQ", ["level", "basis", "standing"]].to_list() == ["core", "stated_class", "stated"]
    office = policy.zone_fit(rules, "CGT-CART", "headquarters").set_index("zone_id")
    assert office.loc["Z-WGQ", ["level", "basis", "standing"]].to_list() == ["neutral", "inferred", "inferred"]
    assert office.loc["Z-WGQ", "clause"] == at.loc["Z-WGQ", "clause"]


def test_zone_fit_is_unknown_where_nothing_tells(rules):
    nobody = policy.zone_fit(rules, "CGT", "research")
    assert len(nobody) == len(rules.zones)
    assert nobody["level"].isna().all()
    someday = policy.zone_fit(rules, "CGT-CART", None).set_index("zone_id")["level"]
    assert pd.isna(someday["Z-WGQ"])
    assert someday["Z-EXPO"] == "unsuitable", "both levels agree, so the stage does not matter"


def test_requirements_of_a_sector_come_before_those_of_all(rules):
    found = policy.requirements_for(rules, "CGT-CART", "production")
    assert set(found["sector_code"]) == {"CGT-CART", "ALL"}
    assert set(found["stage"]) == {"production", "ALL"}
    assert found["sector_code"].eq("ALL").is_monotonic_increasing


def test_bounds_surround_the_outlines(rules, folder):
    assert policy.bounds(rules) == pytest.approx((121.30, 30.85, 121.91, 31.47))
    draw(folder, [])
    assert policy.bounds(policy.load(folder)) is None


# dated rows


def test_rows_are_in_force_from_and_to(folder):
    add_column(folder, "counting", "valid_from")
    add_column(folder, "counting", "valid_to")
    found = rows(folder, "counting")
    old = [*found[1]]
    old[-1], old[-6] = "2026-01-01", "The old rule"
    found[1][-2] = "2026-01-01"
    write(folder, "counting", [*found, old])

    def notes(day):
        frame = policy.load(folder, day).counting
        return frame.loc[frame["rule_id"] == "started", "note_en"].to_list()

    assert notes(dt.date(2025, 12, 31)) == ["The old rule"]
    assert notes(dt.date(2026, 1, 1)) == notes(None) == [found[1][-6]]
    assert len(policy.load(folder).counting) == 3


def test_rows_in_force_on_the_same_day_are_doubled(folder):
    add_column(folder, "counting", "valid_from", "2026-01-01")
    add_column(folder, "counting", "valid_to", "2025-01-01")
    head, *body = rows(folder, "counting")
    write(folder, "counting", [head, *body, [*body[0][:-1], ""]])
    assert faults(folder) == [
        ("counting.csv", "2", "valid_to", "order"),
        ("counting.csv", "3", "valid_to", "order"),
        ("counting.csv", "4", "valid_to", "order"),
    ]
    write(folder, "counting", [head, *([*row[:-2], "", ""] for row in body), [*body[0][:-2], "2026-01-01", ""]])
    assert faults(folder) == [("counting.csv", "5", "rule_id", "doubled")]


# faults of cells


@pytest.mark.parametrize(
    ("table", "line", "column", "value", "kind"),
    [
        ("zone_fit", 2, "zone_id", "Z-NO", "unknown_code"),
        ("zone_fit", 3, "sector_code", "NO-NE", "unknown_code"),
        ("zone_fit", 4, "stages", "research;RD", "unknown_code"),
        ("zone_fit", 5, "document_id", "C", "unknown_code"),
        ("zone_fit", 6, "fit_level", "good", "unknown_code"),
        ("zone_fit", 7, "source", "", "missing"),
        ("zone_fit", 8, "standing", "", "missing"),
        ("zone_fit", 9, "standing", "certain", "unknown_code"),
        ("sectors", 4, "parent", "NO-SUCH", "unknown_code"),
        ("sectors", 4, "level", "1.5", "number"),
        ("sectors", 5, "level", "two", "number"),
        ("requirements", 2, "value_min", "8 m", "number"),
        ("requirements", 2, "value_min", "inf", "number"),
        ("requirements", 2, "value_min", "9", "order"),
        ("requirements", 2, "unit", "feet", "unknown_code"),
        ("requirements", 2, "criterion", "height", "unknown_code"),
        ("requirements", 2, "stage", "GMP", "unknown_code"),
        ("conflicts", 5, "fire_a", "甲;己", "unknown_code"),
        ("conflicts", 5, "machine", "perhaps", "bool"),
        ("conflicts", 30, "radiation_a", "", "missing"),
        ("targets", 11, "task_no", "18", "unknown_code"),
        ("targets", 11, "units", "ste;mayor", "unknown_code"),
        ("targets", 11, "due_on", "end of 2027", "date"),
        ("tasks", 3, "zones", "Z-CORE", "unknown_code"),
        ("tasks", 3, "document_id", "", "missing"),
        ("rules", 2, "verb", "exceeds", "unknown_code"),
        ("rules", 2, "need_column", "area", "unknown_code"),
        ("rules", 2, "offer_column", "area", "unknown_code"),
        ("rules", 2, "offer_column", "level", "unknown_code"),
        ("rules", 2, "offer_table", "tenants", "unknown_code"),
        ("bases", 2, "project_column", "area_m2", "unknown_code"),
        ("zones", 2, "counted_in", "Z-NONE", "unknown_code"),
        ("assumptions", 2, "value", "", "missing"),
    ],
)
def test_a_bad_cell_is_named_with_file_and_line(folder, table, line, column, value, kind):
    change(folder, table, line, column, value)
    found = faults(folder)
    assert all(fault[:2] == (f"{table}.csv", str(line)) for fault in found)
    assert kind in {fault[3] for fault in found}
    assert column in {fault[2] for fault in found} or kind in {"missing", "order"}


def test_a_doubled_key_is_named_at_its_second_line(folder):
    found = rows(folder, "sectors")
    write(folder, "sectors", [*found, found[2]])
    assert faults(folder) == [("sectors.csv", "65", "sector_code", "doubled")]
    write(folder, "sectors", found)
    pairs = rows(folder, "zone_fit")
    write(folder, "zone_fit", [*pairs, pairs[1]])
    assert faults(folder) == [("zone_fit.csv", "461", "zone_id", "doubled")]


def test_an_empty_key_is_missing_once(folder):
    change(folder, "market", 2, "figure_id", "")
    assert faults(folder) == [("market.csv", "2", "figure_id", "missing")]


def test_all_faults_of_all_files_come_at_once(folder):
    change(folder, "market", 4, "value", "many")
    change(folder, "targets", 3, "value_min", "many")
    change(folder, "targets", 4, "source", "")
    (folder / "policy" / "tasks.csv").unlink()
    draw(folder, features({"Z-NO": OUTLINES["Z-ZJ"]}))
    found = faults(folder)
    assert len(found) == 5
    assert {fault[0] for fault in found} == {"market.csv", "targets.csv", "tasks.csv", "zones.geojson"}


def test_lines_are_those_of_the_file(folder):
    found = rows(folder, "market")
    found[1][found[0].index("note")] = "two\nlines"
    found[3][found[0].index("value")] = "many"
    write(folder, "market", found)
    assert faults(folder) == [("market.csv", "5", "value", "number")]


def test_empty_lines_and_a_byte_order_mark_do_no_harm(folder):
    path = folder / "policy" / "market.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n\n", encoding="utf-8-sig")
    assert len(policy.load(folder).market) == 38


# faults of files


def test_unknown_doubled_and_missing_columns(folder):
    add_column(folder, "stages", "remark")
    add_column(folder, "bureaus", "name_en")
    head, *body = rows(folder, "bases")
    write(folder, "bases", [head[:-1], *(row[:-1] for row in body)])
    found = rows(folder, "rules")
    write(folder, "rules", [[name.replace("offer_table", "table") for name in found[0]], *found[1:]])
    found = rows(folder, "conflicts")
    write(folder, "conflicts", [[name.replace("any_b", "any") for name in found[0]], *found[1:]])
    found = rows(folder, "counting")
    write(folder, "counting", [["rule", *found[0][1:]], *found[1:]])
    assert sorted(faults(folder)) == [
        ("bases.csv", "1", "standing", "missing_column"),
        ("bureaus.csv", "1", "name_en", "doubled"),
        ("conflicts.csv", "1", "any", "unknown_column"),
        ("conflicts.csv", "1", "any_b", "missing_column"),
        ("counting.csv", "1", "rule", "unknown_column"),
        ("counting.csv", "1", "rule_id", "missing_column"),
        ("rules.csv", "1", "offer_table", "missing_column"),
        ("rules.csv", "1", "table", "unknown_column"),
        ("stages.csv", "1", "remark", "unknown_column"),
    ]


def test_a_row_of_another_length(folder):
    found = rows(folder, "bases")
    write(folder, "bases", [found[0], [*found[1], "more"], found[2][:-2]])
    assert faults(folder) == [("bases.csv", "2", "", "length"), ("bases.csv", "3", "", "length")]


@pytest.mark.parametrize("content", [None, b"stage\n\xb9\xe3", b'stage\n"open'])
def test_an_unreadable_file(folder, content):
    path = folder / "policy" / "stages.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert faults(folder) == [("stages.csv", "", "", "unreadable")]


def test_an_empty_file_lacks_its_columns(folder):
    (folder / "policy" / "bases.csv").write_text("", encoding="utf-8")
    assert {fault[3] for fault in faults(folder)} == {"missing_column"}


def test_a_folder_without_policy(tmp_path):
    assert faults(tmp_path) == [("columns.csv", "", "", "unreadable")]


@pytest.mark.parametrize(
    ("line", "column", "value", "kind"),
    [(2, "type", "keys", "schema"), (3, "column", "document_id", "doubled"), (2, "file", "", "missing")],
)
def test_faults_of_the_list_of_columns(folder, line, column, value, kind):
    change(folder, "columns", line, column, value)
    assert ("columns.csv", str(line), column, kind) in faults(folder)


def test_the_list_of_columns_names_the_tables_that_are_read(folder):
    head, *body = rows(folder, "columns")
    write(folder, "columns", [head, *(["extra", *row[1:]] if row[0] == "bases" else row for row in body)])
    assert faults(folder) == [("columns.csv", "", "file", "schema"), ("columns.csv", "", "file", "schema")]


def test_a_code_of_a_table_that_is_not_there_is_not_judged(folder):
    columns, _ = reader.specification(folder / "policy" / "columns.csv")
    sheet = reader.sheet(folder / "policy" / "bases.csv", columns["bases"])
    assert reader.faults(sheet, {}) == []


def test_a_table_without_a_key_has_no_doubled_rows(folder):
    columns = {"name_en": reader.Column("name_en", "text", "", "", required=True, choices=())}
    path = folder / "policy" / "names.csv"
    path.write_text("name_en\none\none\n", encoding="utf-8")
    assert reader.faults(reader.sheet(path, columns), {}) == []


# outlines


def test_zones_without_an_outline_have_none(rules):
    shapes = rules.zones.set_index("zone_id").geometry
    assert shapes["Z-ZJ"].equals(OUTLINES["Z-ZJ"])
    assert shapes["Z-CELL"] is None


@pytest.mark.parametrize("text", ["", "[]", '{"features": [1]}', '{"features": [{"properties": {}}]}'])
def test_unreadable_outlines(folder, text):
    (folder / "geo" / "zones.geojson").write_text(text, encoding="utf-8")
    assert faults(folder) == [("zones.geojson", "", "", "unreadable")]


def test_missing_outlines(folder):
    (folder / "geo" / "zones.geojson").unlink()
    assert faults(folder) == [("zones.geojson", "", "", "unreadable")]


def test_faults_of_outlines(folder):
    bow = {"type": "Polygon", "coordinates": [[[121, 31], [122, 32], [122, 31], [121, 32], [121, 31]]]}
    found = features({"Z-ZJ": OUTLINES["Z-ZJ"], "Z-NO": OUTLINES["Z-ZJ"], None: OUTLINES["Z-ZJ"]})
    again = features({"Z-ZJ": OUTLINES["Z-ZJ"]})
    draw(folder, [*found, *again, {"type": "Feature", "properties": {"zone_id": "Z-LG"}, "geometry": bow}])
    assert faults(folder) == [
        ("zones.geojson", "2", "zone_id", "unknown_code"),
        ("zones.geojson", "4", "zone_id", "doubled"),
        ("zones.geojson", "5", "zone_id", "geometry"),
    ]


def test_issues_are_said_in_chinese(folder):
    change(folder, "targets", 4, "source", "")
    with pytest.raises(InvalidData, match="必填") as caught:
        policy.load(folder, t=words.translator("zh"))
    assert caught.value.issues[0].mend == "请填写。"
