"""Codes by name, floors by level, units within their building, and keys where a ledger has none."""

import pandas as pd
import pytest
import weighing
from weighing import RULES, T, frame, told

from parks import schema
from parks.intake import natures, references


def resolve(table, *lines, park=None, **more):
    ledger = weighing.read(table, *lines, **more)
    return references.resolve(ledger, weighing.park() if park is None else park, RULES, T)


def column(table, name, *lines, **more):
    return resolve(table, *lines, **more).frame[name].tolist()


# Codes.


def test_parks_zones_and_companies_are_known_by_their_names_in_both_languages():
    lines = ("企业名称 类别 园区 区域 赛道", ("丙", "在园企业", "甲园", "张江科学城", "INN"))
    ledger = resolve("tenants", *lines)
    assert ledger.frame[["park_id", "zone_id", "sector_code"]].to_numpy().tolist() == [["P1", "Z-ZJ", "INN"]]
    assert column("parks", "zone_id", "园区 区域", ("丙园", "zhangjiang  science city")) == ["Z-ZJ"]
    lines = ("租约编号 房源编号 承租方", ("L9", "U1", "甲生物"), ("L8", "U1", "ALPHA BIO"), ("L7", "U1", None))
    assert column("leases", "tenant_id", *lines) == ["T1", "T1", None]


def test_one_note_tells_of_all_cells_that_name_rows():
    ledger = resolve("buildings", "楼栋编号 园区", ("B9", "甲园"), ("B8", "P1"), ("B7", "乙园"), ("B6", "丙园"))
    assert ledger.frame["park_id"].tolist() == ["P1", "P1", "P2", "丙园"]
    assert [(note.column, note.message) for note in ledger.notes] == [
        ("园区", "2 cells name the row instead of its code: 甲园 → P1 …")
    ]
    assert ledger.issues == ()


def test_a_name_that_several_rows_bear_is_told_and_not_guessed():
    done = weighing.weigh("floors", "楼层编号 楼栋 楼层", ("H1", "一号楼", 2), ("H2", "二号楼", 2))
    assert told(done.issues) == [("2", "楼栋", "一号楼", "ambiguous")]
    assert done.issues[0].message == "Several rows are called so: B1, B2."
    assert done.new == ("H2",)


def test_a_building_is_looked_for_in_the_park_that_the_ledger_names_beside_it():
    lines = ("园区 楼栋 楼层", ("甲园", "一号楼", 2), ("乙园", "一号楼", 2), ("丙园", "一号楼", 2), (None, "二号楼", 2))
    ledger = resolve("floors", *lines)
    assert ledger.frame["building_id"].tolist() == ["B1", "B2", "一号楼", "B3"]
    assert [note.kind for note in ledger.notes] == ["by_name", "keys_made"]
    projects = ("项目编号 园区 楼栋", ("J1", "P2", "一号楼"), ("J2", "P1", "二号楼"))
    assert column("projects", "building_id", *projects) == ["B2", "B3"]


@pytest.mark.parametrize(("said", "floor"), [("3F", "F3"), ("三层", "F3"), (3, "F3"), ("B1", "FB"), ("F1", "F1")])
def test_floors_are_known_by_their_level_in_the_building(said, floor):
    assert column("units", "floor_id", "房源编号 楼栋 楼层", ("U9", "B1", said)) == [floor]


def test_a_floor_without_a_building_or_that_is_not_there_is_not_found():
    lines = ("房源编号 楼栋 楼层", ("U9", None, "3F"), ("U8", "B1", "9F"), ("U7", "B1", "夹层"), ("U1", None, "3F"))
    assert column("units", "floor_id", *lines) == ["3F", "9F", "夹层", "F3"], "the building of U1 is known"
    assert column("units", "floor_id", "房源编号 楼层", ("U1", "3F"), ("U9", "3F")) == ["F3", "3F"]


def test_units_are_known_by_name_within_the_building_that_the_leases_name_beside_them():
    lines = [
        ("L1", "甲园", "一号楼", "101"),
        ("L2", "乙园", "一号楼", "101"),
        ("L3", None, "B1", "102"),
        ("L4", None, "九号楼", "102"),
        ("L5", None, None, "101"),
        ("L6", None, None, "102"),
        ("L7", None, "一号楼", "102"),
    ]
    ledger = resolve("leases", "租约编号 园区 楼栋 房号", *lines)
    assert ledger.frame["unit_id"].tolist() == ["U1", "U3", "U2", "102", "101", "U2", "U2"]
    assert told(ledger.issues) == [("6", "房号", "101", "ambiguous")]
    assert [note.kind for note in ledger.notes] == ["by_name"], "the columns are not told as left out"
    assert column("leases", "unit_id", "租约编号 房号", ("L1", "102"), ("L2", "101")) == ["U2", "101"]


def test_a_code_comes_before_a_name():
    old = weighing.park(tenants=frame("tenant_id name_zh", ("T1", "T2"), ("T2", "乙")))
    assert column("needs", "tenant_id", "需求编号 企业编号", ("N1", "T2"), ("N2", "乙"), park=old) == ["T2", "T2"]


def test_names_differ_by_their_digits_and_not_by_idle_signs():
    same = [
        ("（上海）甲 生物", "(上海)甲生物"),
        ("Alpha-Bio, Ltd.", "alphabio ltd"),
        ("１０１室", "101室"),
        ("3—1", "3-1"),
    ]
    assert [natures.bare(one) == natures.bare(other) for one, other in same] == [True] * 4
    assert natures.bare("1-11") != natures.bare("11-1")
    assert natures.bare("3-1") != natures.bare("31")
    assert references.names("units", weighing.park(), RULES).called == {"101": {"U1", "U3"}, "102": {"U2"}}


def test_rows_without_a_name_are_called_nothing():
    old = weighing.park(tenants=frame("tenant_id name_zh", ("T1", None), ("T2", "——")))
    assert references.names("tenants", old, RULES).called == {}


# Keys.

KEYLESS = {
    "parks": ("园区", ("甲园",), ["P1"]),
    "buildings": ("园区编号 楼栋名称", ("乙园", "一号楼"), ["B2"]),
    "floors": ("楼栋 楼层", ("B1", "B1"), ["FB"]),
    "units": ("楼栋 楼层 房间号", ("B1", "1F", "102"), ["U2"]),
    "tenants": ("企业名称", (" 甲生物 ",), ["T1"]),
    "leases": ("房源编号 起始日", ("U1", "2024-01-01"), ["L1"]),
    "projects": ("项目名称", ("新建一",), ["J1"]),
    "milestones": ("项目 节点", ("新建一", "竣工"), ["M2"]),
    "published_figures": ("园区 对象 指标 时期", ("甲园", "甲园", "空置率", "2025年"), ["N1"]),
}


@pytest.mark.parametrize(("table", "lines"), KEYLESS.items(), ids=KEYLESS)
def test_a_row_without_a_key_is_found_by_what_tells_it_apart(table, lines):
    ledger = resolve(table, *lines[:2])
    assert ledger.frame.iloc[:, -1].tolist() == lines[2]
    assert "0 keys are made, 1 known ones found" in ledger.notes[-1].message


def test_a_row_that_leaves_out_the_floor_is_found_by_the_rest():
    assert column("units", "unit_id", "楼栋 房间号", ("B1", "102"), ("B1", "103")) == ["U2", "B1-103"]
    lines = ("楼栋 楼层 房间号", ("B1", None, "102"), ("B1", "3F", "102"))
    assert column("units", "unit_id", *lines) == ["U2", "B1-F3-102"]
    assert column("published_figures", "figure_id", "对象 指标", ("市场", "空置率"), ("乙", "租金")) == [
        "N2",
        "乙-租金",
    ]


def test_keys_are_made_of_what_tells_rows_apart_and_the_same_the_next_time():
    made = {
        "buildings": ("园区编号 楼栋名称", ("P1", "三号楼"), "P1-三号楼"),
        "floors": ("楼栋 楼层", ("B1", "-2"), "B1--2"),
        "needs": ("企业编号 环节", ("T1", "中试"), "T1-pilot"),
        "leases": ("房源编号 起始日", ("U1", "2025.1.1"), "U1-2025-01-01"),
    }
    for table, (heads, line, key) in made.items():
        assert column(table, schema.key(table), heads, line) == [key]
    names = [column("tenants", "tenant_id", "企业名称", (name,))[0] for name in ("丙 生物", "丙生物", "丁生物")]
    assert names[0] == names[1] != names[2]
    assert names[0].startswith("T-")


def test_a_row_that_lacks_what_tells_it_apart_gets_no_key():
    done = weighing.weigh("units", "楼栋 楼层 房间号 可租面积", ("B1", "1F", None, 50.0), (None, "1F", "109", 50.0))
    assert ("2", "unit_id", "", "missing") in told(done.issues)
    assert ("3", "unit_id", "", "missing") in told(done.issues)
    assert done.rejected == (2, 3)


def test_a_row_that_may_be_one_of_two_is_told_once():
    old = weighing.park(tenants=frame("tenant_id name_zh kind", ("T1", "甲", "tenant"), ("T2", "（甲）", "tenant")))
    done = weighing.weigh("tenants", "企业名称 负责人", ("甲", "王"), park=old)
    assert told(done.issues) == [("2", "", "甲", "ambiguous")]


def test_what_a_ledger_lacks_for_keys_is_said_in_its_headings_and_in_ours():
    (fault,) = resolve("units", "楼栋 可租面积", ("B1", 5.0)).issues
    assert fault.kind == "no_key"
    assert fault.message == (
        "The ledger has no column for 房源编号 / Unit ID, nor for 房源 / Unit from which it could be told."
    )
    (note,) = resolve("units", "楼栋 房间号", ("B1", "102")).notes
    assert note.message.endswith("0 keys are made, 1 known ones found by 楼栋, 房间号.")
    assert resolve("units", "楼栋 可租面积").issues == ()


def test_the_same_keyless_file_twice_changes_nothing_the_second_time():
    lines = [("一号楼", "甲园", "1F", "101", 110.0), ("一号楼", "甲园", "3F", "301", 55.0)]
    first = weighing.weigh("units", "楼栋 园区 楼层 房间号 可租面积", *lines)
    assert (first.counts["new"], first.counts["changed"]) == (1, 1)
    after = weighing.changes.after(weighing.park(), first)
    again = weighing.weigh("units", "楼栋 园区 楼层 房间号 可租面积", *lines, park=after)
    assert again.unchanged == 2
    assert pd.isna(after.units.set_index("unit_id").loc["B1-F3-301", "gfa_m2"])
