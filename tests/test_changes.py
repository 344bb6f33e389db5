"""What a ledger would change: what is left, cleared, new, rejected, ended; and what is only advice."""

import dataclasses
import datetime as dt

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import weighing
from weighing import RULES, SAID, SQUARE, TERMS, differences, frame, told

from parks.intake import changes, endings, rulings
from parks.issues import Issue

UNITS = "房源编号 楼栋 楼层 可租面积（㎡）"
LEASES = "租约编号 房源编号 企业编号 状态 起始日 终止日"
COMPLETE = dataclasses.replace(TERMS, complete=True)


def weigh(table, *lines, **more):
    return weighing.weigh(table, *lines, **more)


# What a cell says.


def test_an_empty_cell_and_a_column_that_is_not_there_leave_what_is_known():
    done = weigh("units", UNITS, ("U1", None, "-", 120.0))
    assert differences(done) == [["U1", "lettable_m2", 100.0, 120.0]]
    row = done.rows.iloc[0]
    assert (row["building_id"], row["floor_id"], row["name"], row["gfa_m2"]) == ("B1", "F1", "101", 130.0)
    counted = "lines new changed ended unchanged rejected not_data"
    assert done.counts == dict(zip(counted.split(), (2, 0, 1, 0, 0, 0, 1), strict=True))


@pytest.mark.parametrize("word", ["待定", "不详", "N/A"])
def test_a_word_for_unknown_clears_what_is_known(word):
    done = weigh("units", UNITS, ("U1", "B1", "F1", word))
    (change,) = differences(done)
    assert change[:3] == ["U1", "lettable_m2", 100.0]
    assert pd.isna(change[3])


@pytest.mark.parametrize("word", ["长期", "无", "待定"])
def test_a_lease_that_is_said_to_have_no_end_loses_the_one_it_had(word):
    (change,) = differences(weigh("leases", LEASES, ("L1", None, None, None, None, word)))
    assert change[:3] == ["L1", "valid_to", pd.Timestamp("2028-01-01")]
    assert pd.isna(change[3])


def test_a_company_that_is_said_to_be_none_is_cleared():
    done = weigh("leases", LEASES, ("L1", "U1", "无", "锁定", None, None))
    assert [change[1] for change in differences(done)] == ["tenant_id", "state"]


def test_rows_that_say_what_is_known_are_unchanged_and_keep_their_source():
    done = weigh("units", UNITS, ("U1", "B1", "F1", 100.0), ("U2", "B1", "F1", 90.0))
    assert (done.unchanged, done.counts["changed"]) == (1, 1)
    assert done.rows["unit_id"].tolist() == ["U2"]


def test_what_is_changed_or_new_comes_from_the_file():
    done = weigh("units", UNITS, ("U2", "B1", "F1", 90.0), ("U9", "B1", "F3", 70.0))
    assert done.new == ("U9",)
    assert done.rows[list(changes.TOLD)].to_numpy().tolist() == [["六月台账.xlsx", "2026-06-30", "reported"]] * 2


def test_a_row_that_says_its_own_source_keeps_it():
    done = weigh("units", f"{UNITS} 来源 性质", ("U2", "B1", "F1", 90.0, "现场踏勘", "明示"))
    assert done.rows[list(changes.TOLD)].to_numpy().tolist() == [["现场踏勘", "2026-06-30", "stated"]]


def test_a_known_row_of_another_source_is_said_anew_once():
    lines = (f"{UNITS} 来源", ("U2", "B1", "F1", 80.0, "现场踏勘"))
    done = weigh("units", *lines)
    assert done.rows[list(changes.TOLD)].to_numpy().tolist() == [["现场踏勘", "2026-06-30", "reported"]]
    again = weigh("units", *lines, park=changes.after(weighing.park(), done))
    assert again.unchanged == 1


def test_a_file_without_a_date_dates_nothing():
    done = weigh("units", UNITS, ("U2", "B1", "F1", 90.0), terms=changes.Terms("x"))
    assert done.rows["source_date"].isna().all()


# What rejects a row.


def test_a_new_row_needs_its_required_columns():
    done = weigh("units", "房源编号 可租面积", ("U1", 120.0), ("U9", 50.0))
    assert told(done.issues) == [("3", "building_id", "", "missing"), ("3", "floor_id", "", "missing")]
    assert (done.counts["changed"], done.rejected) == (1, (3,))


def test_a_bad_cell_rejects_its_row_only_and_all_its_faults_are_told_at_once():
    done = weigh(
        "units",
        "房源编号 楼栋 楼层 可租面积（㎡） 建筑面积（㎡）",
        ("U9", "B7", None, "若干", 50.0),
        ("U2", "B1", "F1", 90.0, None),
    )
    assert told(done.issues) == [
        ("2", "可租面积（㎡）", "若干", "not_a_number"),
        ("2", "楼栋", "B7", "unknown_reference"),
        ("2", "楼层", "", "missing"),
    ]
    assert done.rows["unit_id"].tolist() == ["U2"]


def test_a_required_cell_that_cannot_be_taken_is_told_once():
    done = weigh("leases", LEASES, ("L9", "U2", "T1", "已租", "随时", None))
    assert told(done.issues) == [("2", "起始日", "随时", "not_a_date")]


def test_issues_are_in_the_order_of_lines():
    done = weigh("units", UNITS, ("U9", "B7", "F1", 1.0), ("U8", "B1", "F1", "x"), ("U7", "B7", "F1", 1.0))
    assert [issue.row for issue in done.issues] == ["2", "3", "4"]


def test_the_second_of_two_rows_with_one_key_is_rejected_though_the_first_is_bad_or_known():
    bad = weigh("units", UNITS, ("U9", "B1", "F1", "x"), ("U9", "B1", "F1", 5.0))
    assert told(bad.issues) == [("2", "可租面积（㎡）", "x", "not_a_number"), ("3", "房源编号", "U9", "doubled")]
    known = weigh("units", UNITS, ("U1", "B1", "F1", 100.0), ("U1", "B1", "F1", 100.0))
    assert told(known.issues) == [("3", "房源编号", "U1", "doubled")]
    assert known.unchanged == 1


def test_a_row_without_its_key_is_rejected():
    assert told(weigh("units", UNITS, (None, "B1", "F1", 5.0)).issues) == [("2", "房源编号", "", "missing")]


def test_a_row_that_says_what_is_known_is_not_blamed_for_it():
    old = weighing.park(units=frame("unit_id building_id floor_id lettable_m2 gfa_m2", ("U1", "B1", "F1", 90.0, 50.0)))
    lines = ("房源编号 可租面积 建筑面积", ("U1", 90.0, 50.0))
    assert weigh("units", *lines, park=old).unchanged == 1
    worse = weigh("units", "房源编号 可租面积", ("U1", 95.0), park=old)
    assert told(worse.issues) == [("2", "可租面积", "95.0", "area")]


def test_a_ledger_that_tells_no_rows_apart_is_rejected_whole():
    done = weigh("leases", "企业名称 状态", ("甲生物", "已租"), ("乙药业", "已租"))
    assert told(done.issues) == [("", "", "", "no_key")]
    assert done.rejected == (2, 3)
    assert done.rows.empty
    assert done.changed.columns.tolist() == changes.CHANGED


def test_a_ledger_without_rows_does_nothing():
    done = weigh("units", "楼栋 楼层 房间号")
    assert (done.issues, done.rejected, done.counts["lines"]) == ((), (), 1)


# Between the tables.


def test_a_unit_on_a_floor_of_another_building_is_rejected():
    done = weigh("units", UNITS, ("U9", "B1", "G1", 50.0), ("U8", "B1", "F1", 50.0))
    assert told(done.issues) == [("2", "楼层", "G1", "floor")]
    assert done.new == ("U8",)


def test_leases_that_hold_one_unit_twice_in_a_file_are_told():
    done = weigh(
        "leases",
        LEASES,
        ("L7", "U2", "T1", "已租", "2026-01-01", "2026-12-31"),
        ("L8", "U2", "T2", "已租", "2026-06-01", None),
    )
    assert told(done.issues) == [("3", "房源编号", "U2", "overlap")]
    assert done.new == ("L7",)


def test_a_lease_that_puts_a_known_one_at_fault_is_rejected_itself():
    done = weigh("leases", LEASES, ("L9", "U1", "T2", "已租", "2023-06-01", None))
    assert told(done.issues) == [("2", "房源编号", "", "overlap")]
    assert (
        done.issues[0].message == "With this row, L1 is at fault: Another firm lease holds the unit on the same days."
    )
    assert done.rows.empty


def test_a_milestone_that_puts_a_known_one_at_fault_is_rejected_itself_and_no_other():
    done = weigh("milestones", "项目编号 节点 计划日期", ("J1", "结构封顶", "2028-01-01"), ("J1", "审批", "2024-01-01"))
    assert [(issue.row, issue.kind) for issue in done.issues] == [("2", "order")]
    assert done.new == ("J1-approved",)


def test_a_row_that_leans_on_a_rejected_one_is_rejected_too():
    """L1 stays where it is, since it cannot move; so L2 cannot move there either."""
    done = weigh(
        "leases",
        LEASES,
        ("L1", "U2", "T1", "已租", "2024-01-01", "2027-12-31"),
        ("L9", "U1", "T2", "已租", "2025-01-01", None),
        ("L8", "U2", "T2", "已租", "2023-01-01", None),
    )
    assert [(issue.row, issue.kind) for issue in done.issues] == [("2", "overlap"), ("3", "overlap")]
    assert done.new == ("L8",)


def test_the_store_is_asked_which_leases_clash():
    asked = []

    def clashes(rows):
        asked.append(rows["lease_id"].tolist())
        held = [key for key in rows["lease_id"] if key == "L9"]
        return [Issue("leases", key, "unit_id", "U1", "double_booking", "Held.", "Choose another.") for key in held]

    lines = [("L9", "U1", "T2", "已租", "2023-06-01", None), ("L8", "U2", "T2", "已租", "2023-01-01", None)]
    done = weigh("leases", LEASES, *lines, clashes=clashes)
    assert told(done.issues) == [("2", "房源编号", "U1", "double_booking")]
    assert asked == [["L9", "L8"], ["L8"]]
    assert weigh("units", UNITS, ("U2", "B1", "F1", 90.0), clashes=clashes).counts["changed"] == 1


def test_what_was_wrong_before_is_not_blamed_on_the_file():
    old = weighing.park(
        leases=frame(
            "lease_id unit_id tenant_id state valid_from valid_to",
            ("L1", "U1", "T1", "let", "2024-01-01", None),
            ("L2", "U1", "T2", "let", "2025-01-01", None),
        )
    )
    done = weigh("leases", "租约编号 理由", ("L2", "扩租"), park=old)
    assert (done.issues, done.advice, done.counts["changed"]) == ((), (), 1)


def test_a_finding_on_a_known_row_that_no_row_of_the_file_makes_alone_is_advice():
    """Once M0 is another project's, M2 is named, for it lies before M1; M0 has nothing to do with it any more."""
    old = weighing.park(
        milestones=frame(
            "milestone_id project_id event planned_on",
            ("M1", "J1", "started", "2025-06-01"),
            ("M2", "J1", "completed", "2025-01-01"),
            ("M0", "J1", "completed", "2026-01-01"),
        ),
        projects=frame(
            "project_id name_zh kind zone_id", ("J1", "甲", "renewal", "Z-ZJ"), ("J2", "乙", "renewal", "Z-ZJ")
        ),
    )
    done = weigh("milestones", "里程碑编号 项目编号", ("M0", "J2"), park=old)
    assert done.issues == ()
    assert [(issue.row, issue.kind) for issue in done.advice] == [("M2", "order")]


def test_findings_in_other_tables_are_advice_and_nothing_is_said_twice():
    done = weigh("units", UNITS, ("U1", "B1", "F1", 130.0), ("U9", "B1", "F1", 470.0), ("U8", "B1", "G1", 1.0))
    assert [(issue.table, issue.row, issue.kind) for issue in done.advice] == [("floors", "F1", "area")]
    assert done.counts["new"] == 1


def test_two_names_that_may_be_one_company_are_advice():
    done = weigh("tenants", "企业编号 企业名称 类别", ("T9", "甲生物有限公司", "在园企业"))
    assert (done.new, done.issues) == (("T9",), ())
    assert [(issue.row, issue.column, issue.kind) for issue in done.advice] == [("2", "企业名称", "alike")]


def test_a_table_whose_rows_put_no_other_at_fault_blames_none():
    case = rulings.Ruling(weighing.read("units", UNITS), None, None, weighing.park(), RULES, (), weighing.T)
    finding = Issue("units", "U1", "floor_id", "G1", "floor", "", "")
    assert rulings._blamed(case, pd.DataFrame(), [finding]) == {}  # no check makes one today


# What a complete file ends.


def test_a_complete_file_ends_what_it_leaves_out_of_its_buildings():
    done = weigh("units", UNITS, ("U1", "B1", "F1", 100.0), terms=COMPLETE)
    assert (done.ended, done.counts["ended"]) == (("U2",), 1)
    assert changes.after(weighing.park(), done).units["unit_id"].tolist() == ["U1", "U3"]
    assert weigh("units", UNITS, ("U1", "B1", "F1", 100.0)).ended == ()


def test_what_others_name_stays_though_the_file_leaves_it_out():
    done = weigh("units", UNITS, ("U2", "B1", "F1", 80.0), terms=COMPLETE)
    assert done.ended == ()
    assert [(issue.row, issue.kind) for issue in done.advice] == [("U1", "in_use")]


def test_rows_in_other_scopes_stay():
    done = weigh("buildings", "楼栋编号 园区编号 楼栋名称", ("B1", "P1", None), terms=COMPLETE)
    assert done.ended == ("B3",)
    zones = weigh("parks", "园区编号 区域", ("P1", "Z-ZJ"), terms=COMPLETE)
    assert zones.ended == ()


def test_of_leases_those_in_force_in_the_buildings_of_the_file_end():
    old = weighing.park(
        leases=frame(
            "lease_id unit_id tenant_id state valid_from valid_to",
            ("L0", "U2", "T2", "let", "2020-01-01", "2021-01-01"),
            ("L1", "U1", "T1", "let", "2024-01-01", "2028-01-01"),
            ("L2", "U2", "T2", "let", "2024-01-01", None),
            ("L3", "U3", "T2", "let", "2024-01-01", None),
            ("L4", "U2", None, "locked", "2027-01-01", None),
        )
    )
    lines = (LEASES, ("L1", "U1", "T1", "已租", "2024-01-01", "2027-12-31"))
    assert weigh("leases", *lines, park=old, terms=COMPLETE).ended == ("L2",)
    later = dataclasses.replace(COMPLETE, since=dt.date(2027, 6, 1))
    assert weigh("leases", *lines, park=old, terms=later).ended == ("L2", "L4")


def test_a_complete_file_may_let_anew_what_it_frees():
    lines = [LEASES, ("L9", "U1", "T2", "已租", "2026-07-01", None)]
    asked = []
    done = weigh("leases", *lines, terms=COMPLETE, clashes=lambda rows: asked.append(rows) or ())
    assert (done.new, done.ended, done.issues) == (("L9",), ("L1",), ())
    assert asked[0]["lease_id"].tolist() == ["L9", "L1"]
    assert asked[0]["valid_to"].tolist() == [pd.NaT, pd.Timestamp("2026-06-30")]
    left = changes.after(weighing.park(), done).leases.set_index("lease_id")["valid_to"]
    assert left["L1"] == pd.Timestamp("2026-06-30")
    early = ("L9", "U1", "T2", "已租", "2026-06-01", None)
    assert told(weigh("leases", LEASES, early, terms=COMPLETE).issues) == [("2", "房源编号", "U1", "overlap")]


def test_what_stays_after_all_holds_its_unit_still():
    """L8 has no floor to stand on: nothing ends for its sake, so L1 stays and L9 clashes."""
    lines = [("L8", "U2", "T2", "已租", "2020-06-01", None), ("L9", "U1", "T2", "已租", "2026-07-01", None)]
    done = weigh("leases", LEASES, *lines, terms=COMPLETE)
    assert told(done.issues) == [("2", "房源编号", "U2", "overlap"), ("3", "房源编号", "U1", "overlap")]
    assert (done.ended, done.rows.empty) == ((), True)


def test_nothing_ends_while_a_rejected_row_may_be_anybodys():
    done = weigh("units", UNITS, ("U1", "B1", "F1", 100.0), (dt.date(2026, 3, 1), "B1", "F1", 80.0), terms=COMPLETE)
    assert done.ended == ()
    assert [(issue.kind, issue.message) for issue in done.advice] == [
        ("not_ended", "1 rows of the record are not in the file. They stay: rejected rows may be theirs.")
    ]
    known = weigh("units", UNITS, ("U1", "B1", "F1", 100.0), ("U1", "B1", "F1", 100.0), terms=COMPLETE)
    assert known.ended == ("U2",), "it is known whose the rejected row is"


def test_a_rejected_row_opens_no_scope():
    done = weigh("units", UNITS, ("U9", "B2", "F1", 100.0), ("U2", "B1", "F1", 80.0), ("U1", None, None, None))
    assert told(done.issues) == [("2", "楼层", "F1", "floor")]
    strict = weigh("units", UNITS, ("U3", "B2", "F1", 100.0), ("U1", "B1", "F1", 100.0), terms=COMPLETE)
    assert strict.ended == ("U2",)


def test_every_table_has_its_scope():
    assert list(endings.SCOPE) == list(weighing.changes.schema.TABLES)


# Shapes.


def test_shapes_that_differ_are_changes_and_the_same_shape_is_none():
    lines = ("楼栋编号", ("B1",), ("B2",), ("B3",))
    moved = shapely.box(121.602, 31.200, 121.603, 31.201)
    turned = shapely.Polygon(SQUARE.exterior.coords[2:-1] + SQUARE.exterior.coords[:2])
    same = weigh("buildings", *lines, shapes=[SQUARE, None, None])
    assert same.unchanged == 3
    assert weigh("buildings", *lines, shapes=[turned, None, None]).unchanged == 3
    done = weigh("buildings", *lines, shapes=[moved, SQUARE, None])
    assert differences(done) == [["B1", "geometry", SQUARE, moved], ["B2", "geometry", None, SQUARE]]
    assert isinstance(done.rows, gpd.GeoDataFrame)
    assert (
        weigh("buildings", *lines, park=changes.after(weighing.park(), done), shapes=[moved, SQUARE, None]).unchanged
        == 3
    )


def test_a_row_without_a_shape_leaves_the_one_that_is_known():
    done = weigh("buildings", "楼栋编号 楼栋名称", ("B1", "新名"), shapes=[None])
    assert differences(done) == [["B1", "name_zh", "一号楼", "新名"]]


def test_a_shape_that_cannot_be_kept_rejects_its_row():
    fault = Issue("buildings", "1", "geometry", "", "self_crossing", "The shape crosses itself.", "Draw it anew.")
    done = weigh(
        "buildings", "楼栋编号 楼栋名称", ("B1", "新名"), ("B3", "三号楼"), shapes=[None, None], faults=[fault]
    )
    assert (done.issues, done.rejected, done.rows["building_id"].tolist()) == ((fault,), (1,), ["B3"])


# Several parts of one file.


def test_the_same_key_in_two_parts_is_an_argument_unless_both_say_the_same():
    first = weigh("units", UNITS, ("U9", "B1", "F1", 50.0), ("U2", "B1", "F1", 90.0), name="一层")
    after = changes.after(weighing.park(), first)
    done = weigh("units", UNITS, ("U9", "B1", "F1", 50.0), ("U2", "B1", "F1", 95.0), park=after, beside=[first])
    assert done.unchanged == 1
    assert told(done.issues) == [("3", "房源编号", "U2", "doubled")]
    assert done.issues[0].message == "The part “一层” of the file says otherwise of this key."


def test_a_rejected_parent_rejects_its_children_with_a_sentence():
    first = weigh("buildings", "楼栋编号 园区 楼栋名称 状态", ("B9", "甲园", "九号楼", "塌了"), name="楼栋")
    assert first.rejected == (2,)
    lines = ("楼层编号 楼栋 楼层", ("H1", "B9", 1), ("H2", "九号楼", 2), ("H3", "B8", 1))
    done = weigh("floors", *lines, beside=[first])
    said = "The row that it names stands in this file, but is rejected: 楼栋 2."
    assert [issue.message == said for issue in done.issues] == [True, True, False]
    assert {issue.kind for issue in done.issues} == {"unknown_reference"}


def test_advice_on_old_sources_names_no_line_of_the_file():
    done = weigh("units", f"{UNITS} 资料日期", ("U2", "B1", "F1", 90.0, "2001-01-01"), ("U9", "B1", "F1", 1.0, "2001"))
    assert [(issue.row, issue.kind) for issue in done.advice] == [("", "stale")]
    assert SAID["source_date"] == "2026-01-31"
