"""One table of a file understood: columns, cells, what says nothing, what cannot be taken, what is not read."""

import datetime as dt

import pytest
import shapely
import weighing
from weighing import told

from parks.intake import rejects
from parks.issues import Issue

SQUARE = weighing.SQUARE


def read(table, *lines, **more):
    return weighing.read(table, *lines, **more)


def test_cells_are_read_by_the_column_of_their_heading():
    ledger = read(
        "units", "房源编号 楼栋 可租面积（万㎡） 双路供电", ("U1", "B1", "0.12", "有"), ("U2", None, None, "×")
    )
    assert ledger.frame.columns.tolist() == ["unit_id", "building_id", "lettable_m2", "dual_power"]
    assert ledger.frame.loc[2].tolist() == ["U1", "B1", 1200.0, True]
    assert ledger.frame.loc[3].tolist() == ["U2", None, None, False]
    assert (ledger.frame.index.name, ledger.issues, ledger.notes) == ("row", (), ())


def test_a_heading_of_ours_is_the_users_where_they_have_one():
    ledger = read("units", "房号 楼栋", ("U1", "B1"))
    assert (ledger.heading("unit_id"), ledger.heading("gfa_m2")) == ("房号", "gfa_m2")
    assert (ledger.named("unit_id"), ledger.named("gfa_m2")) == ("房号", "建筑面积 / Gross floor area")


SILENT = [None, " ", "-", "——", "/", "约", 5, "待定", "不详", "N/A"]


def test_only_an_empty_cell_or_one_that_cannot_be_taken_says_nothing():
    ledger = read("units", "房源编号 可租面积", *(("U", cell) for cell in SILENT))
    assert ledger.silent["lettable_m2"].tolist() == [True] * 6 + [False] * 4
    assert ledger.frame["lettable_m2"].tolist() == [None] * 6 + [5.0] + [None] * 3


def test_no_end_is_said_in_words_and_an_empty_cell_says_nothing():
    ledger = read("leases", "租约编号 到期日", ("L1", "长期"), ("L2", "无"), ("L3", None), ("L4", "2026-12-31"))
    assert ledger.silent["valid_to"].tolist() == [False, False, True, False]
    assert ledger.frame.loc[5, "valid_to"] == dt.date(2027, 1, 1)


def test_cells_that_cannot_be_taken_are_told_by_line_and_by_the_users_heading():
    lines = [("U1", "甲", 5), ("U2", 3, dt.date(2026, 3, 1)), (dt.date(2026, 3, 1), "x", 7)]
    ledger = read("units", "房源编号 可租面积 用电容量", *lines)
    assert told(ledger.issues) == [
        ("2", "可租面积", "甲", "not_a_number"),
        ("3", "用电容量", "2026-03-01", "turned_into_date"),
        ("4", "房源编号", "2026-03-01", "turned_into_date"),
        ("4", "可租面积", "x", "not_a_number"),
    ]
    assert {issue.table for issue in ledger.issues} == {"units"}


def test_what_is_taken_with_a_reservation_is_noted():
    (note,) = read("leases", "租约编号 到期日", ("L1", "待定")).notes
    assert (note.row, note.column, note.value, note.kind) == ("2", "到期日", "待定", "assumed")


def test_a_column_that_is_none_of_ours_is_told_with_what_it_holds():
    ledger = read("units", "房源编号 押金 面积 空列", ("U1", 5, 100, None), ("U2", None, 80, None))
    assert [(note.column, note.kind, note.message) for note in ledger.notes] == [
        ("押金", "heading_unread", "The column “押金” is not read: 1 filled cells."),
        ("面积", "heading_unread", "The column “面积” is not read: 2 filled cells."),
    ]
    assert ledger.notes[0].mend == "Say which column of ours it is, or leave it."
    assert ledger.notes[1].mend == "Say which column of ours it is, perhaps “可租面积 / Lettable area”, or leave it."


def test_a_column_without_a_heading_is_told_by_its_letter():
    part = weighing.parts.Part("台账", False, ("房源编号", ""), (weighing.Record(2, ("U1", "x")),), (), ())
    (note,) = weighing.ledgers.read(part, "units", weighing.T).notes
    assert note.message == "The column “B” is not read: 1 filled cells."


def test_what_a_person_has_said_of_a_heading_counts():
    lines = ("房源编号 面积 押金", ("U1", 100, 5))
    ledger = read("units", *lines, meant={"面积": "lettable_m2", "押金": ""})
    assert ledger.frame["lettable_m2"].tolist() == [100.0]
    assert ledger.notes == ()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_columns_of_a_reject_file_are_not_read(lang):
    heads = [names[lang] for names in rejects.COLUMNS.values()]
    part = weighing.parts.Part("x", False, ("房源编号", *heads), (weighing.Record(2, ("U1", 7, "a", "b")),), (), ())
    ledger = weighing.ledgers.read(part, "units", weighing.T, {heads[0]: "position"})
    assert (ledger.frame.columns.tolist(), ledger.notes) == (["unit_id"], ())


def test_a_part_without_rows_is_an_empty_table():
    ledger = read("units", "房源编号 押金")
    assert ledger.frame.empty
    assert (ledger.issues, ledger.notes) == ((), ())


def test_a_layer_has_its_shapes_and_what_is_wrong_with_them():
    fault = Issue("buildings", "1", "geometry", "", "empty", "The shape is empty.", "Draw it.")
    lines = ("楼栋编号 建筑面积", ("B1", "x"), ("B2", 5))
    ledger = read("buildings", *lines, shapes=[None, SQUARE], faults=[fault])
    assert ledger.frame["geometry"].tolist() == [None, SQUARE]
    assert ledger.silent["geometry"].tolist() == [True, False]
    assert [issue.kind for issue in ledger.issues] == ["empty", "not_a_number"]
    point = read("parks", "园区编号", ("P1",), shapes=[shapely.Point(121.6, 31.2)])
    assert point.frame["geometry"].tolist() == [shapely.Point(121.6, 31.2)]
    assert "geometry" not in read("units", "房源编号", ("U1",), shapes=[SQUARE]).frame
