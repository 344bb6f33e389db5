"""Rows found in messy sheets: every line in its place, totals reconciled, nothing taken for data that is none."""

import dataclasses
import datetime as dt
import time

import pytest
import thorough
from corpus import build, offices
from hypothesis import given, settings
from hypothesis import strategies as st

from parks import words
from parks.intake.grids import heads, layout, lines, merges, safety, totals
from parks.intake.grids.lines import Aside, Record
from parks.intake.grids.sheets import Sheet

T = words.translator("en")
HEAD, A, B, C = offices.HEAD, offices.A, offices.B, offices.C


def find(rows, merged=(), first=1):
    width = max(map(len, rows))
    square = [[*row, *[None] * (width - len(row))] for row in rows]
    return layout.find(Sheet("台账", hidden=False, rows=square, merged=tuple(merged), first=first), build.known, T)


def kinds(body):
    """Return what each line was taken for, in order."""
    found = {record.line: "record" for record in body.records} | {aside.line: aside.kind for aside in body.asides}
    return [found[line] for line in sorted(found)]


def said(body):
    return [(issue.kind, issue.row, issue.column, issue.value) for issue in body.issues]


# Headings.


NAMES = {
    "blanks below": (
        [["房源编号", "面积", None], [None, "建筑面积", "可租面积"]],
        [],
        "房源编号 面积/建筑面积 面积/可租面积",
    ),
    "groups above": (
        [["甲", None, "乙", None, "丙"], ["房源编号", "楼栋", "面积", "租金", "状态"]],
        [],
        "甲/房源编号 甲/楼栋 乙/面积 乙/租金 丙/状态",
    ),
    "merged downwards": (
        [["房源编号", "面积", "面积2"], [None, "可租面积", None]],
        [(0, 0, 1, 0)],
        "房源编号 面积/可租面积 面积2",
    ),
    "between others": (
        [["房源编号", "楼栋", "面积", None, "备注"], [None, None, "建筑面积", "可租面积", None]],
        [],
        "房源编号 楼栋 面积/建筑面积 面积/可租面积 备注",
    ),
    "with a gap": (
        [["房源编号", "面积", None, None], [None, "建筑面积", None, "租金"]],
        [],
        "房源编号 面积/建筑面积 租金",
    ),
    "two languages": ([["编码", "楼栋", "状态"], ["unitid", "Building", "State"]], [], "编码 楼栋 状态"),
    "the known language": ([["编码", "楼栋", "状态"], ["Area", "Building", "State"]], [], "Area 楼栋 状态"),
    "units": ([["房源编号", "面积"], ["-", "单位：㎡"]], [], "房源编号 面积(㎡)"),
    "units said twice": ([["房源编号", "面积（㎡）"], [None, "㎡"]], [], "房源编号 面积（㎡）"),
    "one column": ([["房源编号"]], [], "房源编号"),
}


@pytest.mark.parametrize(("rows", "merged", "headings"), NAMES.values(), ids=NAMES)
def test_headings_are_joined(rows, merged, headings):
    body = find([*rows, [f"U{place}" for place in range(len(rows[0]))]], merged)
    assert [heading for heading in body.headings if heading] == headings.split()
    assert kinds(body) == ["heading"] * len(rows) + ["record"]


def test_a_row_of_texts_below_the_headings_is_a_row():
    body = find([["房源编号", "楼栋", "状态"], ["U一", "甲", "空置"], ["U二", "乙", "空置"]])
    assert kinds(body) == ["heading", "record", "record"]


def test_a_merged_cell_in_the_rows_is_no_second_line_of_headings():
    body = find([["房源编号", "楼栋", "状态"], ["U一", "甲", "空置"], ["U二", None, "空置"]], [(1, 1, 2, 1)])
    assert [record.cells[1] for record in body.records] == ["甲", "甲"]


def test_the_first_of_two_tables_is_read_though_the_second_has_more_headings():
    body = find(
        [
            ["房源编号", "楼栋"],
            ["U1", "B1"],
            [],
            ["租约编号", "房源编号", "企业", "租金", "状态"],
            ["L", "U", "T", 1, "x"],
        ]
    )
    assert kinds(body) == ["heading", "record", "blank", "unread", "unread"]
    assert [issue.kind for issue in body.issues] == ["second_table"]
    assert body.issues[0].row == "4"


def test_lines_above_that_look_like_rows_are_told():
    body = find([["x", "y", 1, 2], ["x", "y", 3, 4], ["房源编号", "楼栋", "面积", "租金"], ["U1", "B1", 1, 2]])
    assert said(body) == [("above", "1", "", "")]


def test_headings_by_their_looks_when_none_is_known():
    assert kinds(find([["标题"], ["填报：甲", "日期：乙"], ["a", "b"], ["x", 1], ["y", 2]])) == [
        "title",
        "title",
        "heading",
        "record",
        "record",
    ]
    assert kinds(find([["a", "b"]])) == ["heading"]
    assert kinds(find([["a", "b", None], [None, None, "c"]])) == ["unread", "unread"]


def test_a_line_that_counts_the_columns_belongs_to_the_headings():
    assert kinds(find([HEAD, [f"({number})" for number in range(1, 6)], A])) == ["heading", "heading", "record"]
    assert kinds(find([["房源编号", "楼层", "面积"], [1, 2, 3], [4, 5, 6]])) == ["heading", "record", "record"]
    assert kinds(find([["房源编号", "面积"], [None, "㎡"]])) == ["heading", "heading"]


def test_a_line_break_in_a_heading():
    assert heads.tidy("可租\r\n面积") == "可租面积"
    assert heads.tidy("Lettable\narea (m2)") == "Lettable area (m2)"
    assert heads.tidy(2025) == "2025"
    assert heads.tidy(None) == ""


# Lines amid the rows.


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["合计", None, 600, None, None], "total"),
        (["总 计：", None, 600, None, None], "total"),
        ([None, "合计（㎡）", 600, None, None], "total"),
        ([None, None, None, 600, "合计"], "total"),
        (["本页小计", None, 600, None, None], "subtotal"),
        (["B1栋合计", None, 600, None, None], "subtotal"),
        (["Total", None, 600, None, None], "total"),
        (["Sub-total B1", None, 600, None, None], "subtotal"),
        (["Building 1 total", None, 600, None, None], "subtotal"),
        (["SUM", None, 600, None, None], "total"),
        (["注：含地下室"], "note"),
        (["备注1：含地下室", "详见附件"], "note"),
        (["*含地下室"], "note"),
        (["制表人", "王", None, "审核", "李"], "note"),
        (["制表：王", None, "审核：李", None, "2025年3月31日"], "note"),
        (["单位：张江", None, "日期：三月"], "note"),
        (["Source: survey"], "note"),
        (["（以下空白）"], "note"),
        ([" ", None, "\t"], "blank"),
        (HEAD, "repeated"),
        ([f" {HEAD[0]} ", *HEAD[1:]], "repeated"),
        (["U4", "Total", 100, 1, "已租"], "record"),
        (["*ST海正", "B1", 100, 1, "已租"], "record"),
        (["统计科技", "B1", 100, 1, "已租"], "record"),
        (["注册中", "B1", 100, 1, "已租"], "record"),
        (["S-1", "B1", 100, 1, "已租"], "record"),
        (["U4", None, None, None, None], "record"),
        ([None, None, None, None, "空置"], "record"),
        (["U4", "B1", "待定", None, None], "record"),
    ],
)  # fmt: skip
def test_one_odd_line(cells, kind):
    body = find([HEAD, A, B, C, cells, [], A])
    assert kinds(body)[4] == kind
    if kind != "record":
        assert next(line for line in body.asides if line.line == 5).text == " ".join(lines.spelled(cells))


def test_a_total_whose_word_stands_far_from_its_figure():
    table = [HEAD, A, B]
    for line in ([None, None, None, 300, "合计"], [None, None, 300, None, "总计"], [None, 300, None, "Total", None]):
        assert kinds(find([*table, line])) == ["heading", "record", "record", "total"]
    far = [[None, *row] for row in (*table, [None, 300, None, None, "合计"])]
    assert kinds(find(far)) == ["heading", "record", "record", "total"]


def test_totals_keep_their_cells_under_the_headings():
    body = find([["房源编号", None, "面积"], ["U1", None, 5], ["合计", None, 5]])
    assert body.headings == ("房源编号", "面积")
    assert body.asides[-1] == Aside(3, "total", "合计 5", ("合计", 5))


def test_titles_across_the_table_and_before_headings():
    rows = [HEAD, ["一栋"], A, ["二栋"], HEAD, B, ["三栋"], C]
    assert kinds(find(rows, [(1, 0, 1, 4)])) == [
        "heading",
        "title",
        "record",
        "title",
        "repeated",
        "record",
        "record",
        "record",
    ]


def test_texts_at_the_end_are_notes_only_where_they_stand_apart():
    assert kinds(find([HEAD, A, [], ["面积以产证为准"], ["见附件"]])) == ["heading", "record", "blank", "note", "note"]
    assert kinds(find([HEAD, A, ["U2"]])) == ["heading", "record", "record"]
    assert kinds(find([HEAD, A, [" ", "\t"], ["面积以产证为准"]])) == ["heading", "record", "blank", "note"]
    narrow = find([["房源编号", "面积"], ["U1", 1], [], ["U2"]])
    assert kinds(narrow) == ["heading", "record", "blank", "record"]


def test_ditto_marks_are_the_value_above():
    body = find(
        [HEAD, A, ["合计", None, 100, None, None], ["U2", "同上", "〃", " 〃 ", '"'], ["U3", "同上", 5, 6, "ditto"]]
    )
    assert [record.cells for record in body.records] == [tuple(A), ("U2", *A[1:]), ("U3", "B1", 5, 6, "已租")]


def test_a_ditto_mark_without_a_row_above():
    body = find([HEAD, ["U1", "同上", 1, 1, "已租"]])
    assert said(body) == [("ditto", "2", "楼栋编号", "同上")]
    assert body.records == (Record(2, ("U1", None, 1, 1, "已租")),)


def test_lines_are_counted_in_the_file():
    body = find([HEAD, A, ["合计", None, 1, None, None]], first=7)
    assert [aside.line for aside in body.asides] == [7, 9]
    assert body.records[0].line == 8
    assert body.issues[0].row == "9"


def test_a_sheet_without_any_text():
    body = layout.find(Sheet("空", hidden=False, rows=[]), build.known, T)
    assert (body.headings, body.records, body.asides) == ((), (), ())
    assert [issue.kind for issue in body.issues] == ["no_headings"]


# Merged cells.


def test_merged_cells_are_repeated_downwards_only():
    rows = [["楼栋", "企业", "租金"], ["B1", "空置", None], [None, "甲", 3]]
    body = find(rows, [(1, 0, 2, 0), (1, 1, 1, 2)])
    assert [record.cells for record in body.records] == [("B1", "空置", None), ("B1", "甲", 3)]


def test_merged_cells_far_below_the_headings():
    rows = [["楼栋", "企业"], *[["B", "T"]] * 150, ["B1", "甲"], [None, None]]
    body = find(rows, [(151, 0, 152, 0), (151, 1, 152, 1)])
    assert body.records[-1].cells == ("B1", "甲")


def test_a_merged_area_is_not_repeated_but_asked_about():
    rows = [["房源编号", "可租面积", "租金"], ["U1", 500, 3], ["U2", None, None], ["U3", 7, 3]]
    body = find(rows, [(1, 1, 2, 1), (1, 2, 2, 2)])
    assert [record.cells for record in body.records] == [("U1", 500, 3), ("U2", None, 3), ("U3", 7, 3)]
    assert said(body) == [("merged_figure", "2", "可租面积", "500"), ("merged_figure", "3", "可租面积", "500")]
    assert "2 to 3" in body.issues[0].message


def test_merged_cells_that_reach_beyond_the_grid_or_overlap():
    sheet = Sheet("a", hidden=False, rows=[["x", "y"], ["z", None]], merged=((0, 0, 9, 9), (5, 5, 6, 6), (1, 1, 0, 0)))
    assert merges.sound(sheet) == ((0, 0, 1, 1),)
    assert merges.sound(dataclasses.replace(sheet, merged=((0, 0, 1, 1), (0, 0, 1, 0)))) == ()


def test_merged_cells_beside_the_table_are_nothing():
    rows = [["房源编号", "租金"], ["U1", 1], ["U2", 2]]
    sheet = Sheet("a", hidden=False, rows=rows, merged=((1, 0, 2, 0),))
    short = dataclasses.replace(sheet, rows=[["房源编号", "租金"], [], ["U2", 2]])
    assert layout.find(short, build.known, T).records == (Record(3, ("U2", 2)),)
    assert [record.cells[0] for record in layout.find(sheet, build.known, T).records] == ["U1", "U1"]
    ragged = Sheet("a", hidden=False, rows=[["房源编号", "租金"], ["U1", "3"], ["U2"]], merged=((1, 1, 2, 1),))
    assert layout.find(ragged, build.known, T).records[1] == Record(3, ("U2", "3"))


# Columns.


def test_columns_without_heading_and_empty_ones():
    body = find([["房源编号", None, "楼栋", None], ["U1", None, "B1", "x"], ["U2", None, "B2", None]])
    assert body.headings == ("房源编号", "楼栋", "")
    assert said(body) == [("no_heading", "2", "D", "")]
    assert body.records[0].cells == ("U1", "B1", "x")


def test_many_ragged_lines_are_told_at_once():
    head, row = ["房源编号", "楼栋", "状态"], ["U1", "B1", "空置"]
    long = Sheet("a", hidden=False, rows=[head, *[[*row, "x"]] * 30])
    body = layout.find(long, build.known, T)
    assert said(body) == [("ragged", "2", "", "x")]
    assert "30" in body.issues[0].message
    short = Sheet("a", hidden=False, rows=[head, *[row] * 3, *[row[:2]] * 30])
    assert layout.find(short, build.known, T).issues == (), "a writer's habit"
    assert layout.find(short, build.known, T).records[-1].cells == ("U1", "B1", None)


def test_a_heading_twice_is_no_second_table():
    for headings in (["房源编号", "面积", "面积"], ["房源编号", "面积", "房源编号", "租金"]):
        assert find([headings, [*"UVWX"][: len(headings)]]).headings == tuple(headings)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("单位：万平方米", {"unit_above"}),
        ("单位：㎡", set()),
        ("填报单位：张江集团", set()),
        ("（单位: 亩）", {"unit_above"}),
    ],
)
def test_a_unit_above_the_table_is_told(text, kinds):
    body = find([[text], ["房源编号", "面积"], ["U1", 1]])
    assert {issue.kind for issue in body.issues} == kinds


# Totals.


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([A, B, ["合计", None, 300, None, None]], []),
        ([A, B, ["合计", None, 299, None, None]], ["可租面积(㎡)"]),
        ([A, B, ["合计", None, 299, 3.55, None]], ["可租面积(㎡)"]),  # the mean of the rents is none of our business
        ([A, B, ["合计", 2, 300, 99, "2家"]], ["租金"]),  # neither mean nor count
        ([A, B, ["合计", None, 300, 2, None]], []),  # a count
        ([["U1", "B1", "100.4", 1, "x"], ["U2", "B1", "100.4", 1, "x"], ["合计", None, "201", None, None]], []),
        ([["U1", "B1", "100", 1, "x"], ["U2", "B1", "1,100㎡", 1, "x"], ["合计", None, "1,200 ㎡", None, None]], []),
        ([["U1", "B1", "1亩", 1, "x"], ["U2", "B1", "2亩", 1, "x"], ["合计", None, "2000㎡", None, None]], []),
        ([["U1", "B1", -5, 1, "x"], ["U2", "B1", "(3)", 1, "x"], ["合计", None, -8, None, None]], []),
        ([["合计", None, 300, None, None], A, B], []),
        ([["合计", None, 310, None, None], A, B], ["可租面积(㎡)"]),
        ([["合计", None, 310, None, None]], []),
        ([["合计", None, None, None, None], A], []),
        ([A, B, ["合计", None, float("nan"), None, None]], []),
        ([A, B, ["合计", None, True, None, None]], []),
        ([["U1", "B1", "约百", 1, "x"], ["合计", None, 300, None, None]], []),
    ],
)  # fmt: skip
def test_totals_are_reconciled(rows, wrong):
    body = find([HEAD, *rows])
    assert [issue.column for issue in body.issues if issue.kind == "total"] == wrong


def test_a_wrong_total_says_both_figures():
    issue = find([HEAD, A, B, C, ["合计", None, 500, None, None]]).issues[0]
    assert (issue.table, issue.row, issue.column, issue.value) == ("台账", "5", "可租面积(㎡)", "500")
    assert "500" in issue.message
    assert "600" in issue.message
    assert "2 to 4" in issue.message


def test_a_total_over_cells_that_are_no_numbers_says_so():
    rows = [HEAD, A, ["U2", "B1", "待定", 1, "x"], ["合计", None, 300, None, None]]
    assert "1 cells" in find(rows).issues[0].message


def test_subtotals_on_three_levels():
    rows = [
        ["U1", "B1", 10, 1, "x"],
        ["U2", "B1", 20, 1, "x"],
        ["一层小计", None, 30, None, None],
        ["U3", "B1", 5, 1, "x"],
        ["二层小计", None, 5, None, None],
        ["B1栋合计", None, 35, None, None],
        ["U4", "B2", 7, 1, "x"],
        ["一层小计", None, 7, None, None],
        ["B2栋合计", None, 7, None, None],
        ["总计", None, 42, None, None],
    ]
    body = find([HEAD, *rows])
    assert kinds(body).count("subtotal") == 5
    assert kinds(body)[-1] == "total"
    assert not body.issues


def test_subtotals_of_some_buildings_only():
    rows = [["U1", "B1", 10, 1, "x"], ["U2", "B2", 20, 1, "x"], ["U3", "B2", 5, 1, "x"], ["小计", None, 25, None, None]]
    assert not find([HEAD, *rows]).issues


def test_a_wrong_total_is_compared_with_the_lines_since_the_last_one():
    rows = [
        ["U1", "B1", 10, 1, "x"],
        ["合计", None, 10, None, None],
        ["U2", "B2", 20, 1, "x"],
        ["合计", None, 21, None, None],
    ]
    assert "4 to 4" in find([HEAD, *rows]).issues[0].message


def test_groups_numbered_in_chinese():
    head = ["序号", "房源编号", "楼栋", "面积"]
    rows = [
        ["合计", None, None, 100],
        ["一", "新建", None, 60],
        ["（一）", "核心区", None, 30],
        [1, "U1", "B", 10],
        [2, "U2", "B", 20],
        ["（二）", "其他", None, 30],
        [3, "U3", "B", 30],
        ["二、存量更新", None, None, 50],
        [4, "U4", "B", 40],
        ["三、其他", None, None, None],
        [5, "U5", "B", None],
    ]
    body = find([head, *rows])
    assert kinds(body)[1:] == [
        *("total", "subtotal", "subtotal", "record", "record", "subtotal", "record"),
        *("subtotal", "record", "title", "record"),
    ]
    assert [(issue.row, issue.value) for issue in body.issues] == [("9", "50")]
    assert "10 to 10" in body.issues[0].message


def test_floors_numbered_in_chinese_are_rows():
    body = find([["楼层", "房源编号", "面积"], ["一", "U1", 10], ["二", "U2", 20], ["三", "U3", 20]])
    assert kinds(body) == ["heading", "record", "record", "record"]
    assert kinds(find([["楼层", "面积"], *[["一层", 10]] * 9])) == ["heading"] + ["record"] * 9


def test_lines_of_figures_without_a_word():
    rows = [HEAD, A, B, [None, None, 300, None, None], C, [None, None, 600, None, None], [None, None, 7, None, None]]
    body = find(rows)
    assert kinds(body) == ["heading", "record", "record", "subtotal", "record", "total", "record"]
    assert kinds(find([HEAD, [None, None, 5, None, None], A])) == ["heading", "record", "record"]
    assert kinds(find([HEAD, [None, None, 5, None, None]])) == ["heading", "record"]


def test_labels_and_figures():
    assert totals.label([None, 3, "x"]) is None
    assert totals.figure("abc") is None
    assert totals.figure(dt.date(2025, 1, 1)) is None
    assert totals.figure("１，２３４．５０㎡") == totals.Figure(1234.5, 2, "m2")
    assert totals.is_additive("可租面积(㎡)")
    assert not totals.is_additive("租金(元/㎡/天)")


# Sheets as people make them: every line in one place.

NOTES = st.sampled_from([["注：含地下室"], ["制表人：王", None, "审核：李"], ["数据来源：统计局"]])
UNITS = st.tuples(st.sampled_from(["空置", "已租", "意向"]), st.integers(1, 5000))


@st.composite
def sheets_of_people(draw):
    """Return the lines of a messy sheet, and what each of them is."""
    found = [(row, "title") for row in draw(st.lists(st.sampled_from([build.TITLE, build.UNIT]), max_size=2))]
    found += [([], "blank")] * draw(st.integers(0, 2))
    found += [(HEAD, "heading")]
    found += [([None, None, "㎡", "元/㎡/天", None], "heading")] * draw(st.integers(0, 1))
    number, whole, right = 0, 0, draw(st.booleans())
    for building in range(draw(st.integers(1, 4))):
        part = 0
        for state, area in draw(st.lists(UNITS, min_size=2, max_size=5)):
            number, part = number + 1, part + area
            found.append(([f"U{number}", f"B{building}", area, 3.5, state], "record"))
            if draw(st.integers(0, 5)) == 0:
                found.append(draw(st.sampled_from([([], "blank"), (HEAD, "repeated")])))
        whole += part
        if draw(st.booleans()):
            found.append(([draw(st.sampled_from(["小计", "B1栋小计", "小 计"])), None, part, None, None], "subtotal"))
    found += [
        (
            [draw(st.sampled_from(["合计", "总计：", "Total"])), None, whole + (0 if right else 10**6), None, None],
            "total",
        )
    ]
    found += [([], "blank")] * draw(st.integers(0, 1)) + [(row, "note") for row in draw(st.lists(NOTES, max_size=2))]
    return found, right


@settings(max_examples=thorough.cases(80), deadline=None)
@given(sheets_of_people(), st.booleans())
def test_every_line_is_in_its_place(messy, as_text):
    made, right = messy
    rows = [[*row, *[None] * (5 - len(row))] for row, _ in made]
    if as_text:
        rows = [[None if cell is None else str(cell) for cell in row] for row in rows]
    body = find(rows)
    assert kinds(body) == [kind for _, kind in made]
    assert [record.cells for record in body.records] == [
        tuple(row) for row, (_, kind) in zip(rows, made, strict=True) if kind == "record"
    ]
    assert {issue.kind for issue in body.issues} == (set() if right else {"total"})


CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        [*HEAD, "合计", "小计", "同上", "注：", "㎡", "元/㎡/天", " ", "U1", "1", "1,000", "Total", "*", "\0", "𠮷"]
    ),
    st.integers(-5, 10**6),
    st.floats(),
    st.booleans(),
    st.text(max_size=5),
    st.dates(),
    st.times(),
)
MERGED = st.tuples(*[st.integers(0, 9)] * 4)


@settings(max_examples=thorough.cases(150), deadline=None)
@given(st.lists(st.lists(CELLS.filter(lambda cell: cell != ""), max_size=7), max_size=12), st.lists(MERGED, max_size=3))
def test_no_sheet_loses_a_line_or_ends_in_a_traceback(rows, merged):
    body = layout.find(Sheet("x", hidden=False, rows=rows, merged=tuple(merged), first=3), build.known, T)
    found = sorted([record.line for record in body.records] + [aside.line for aside in body.asides])
    assert found == list(range(3, 3 + len(rows)))
    assert {len(record.cells) for record in body.records} <= {len(body.headings)}
    assert all(issue.message and issue.mend for issue in body.issues)


def test_a_plain_table_passes_untouched_and_in_a_moment():
    rows = [[f"U{number}", f"B{number // 9}", number + 0.5, 3.5, "空置"] for number in range(20_000)]
    before = time.process_time()
    body = find([HEAD, *rows])
    assert time.process_time() - before < 2, "0.05 s when nobody else is busy"
    assert [record.cells for record in body.records] == [tuple(row) for row in rows]
    assert [record.line for record in body.records] == list(range(2, 20_002))
    assert not body.issues


def test_many_totals_cost_no_more_than_rows():
    rows = [["小计", None, 1, None, None] if number % 2 else ["U", "B", 1, 1, "x"] for number in range(8_000)]
    before = time.process_time()
    assert not find([HEAD, *rows]).issues
    assert time.process_time() - before < 5, "not the square of them"


def test_many_lines_of_figures_cost_no_more_than_rows():
    rows = [[None, None, 7, None, None] if number % 2 else ["U", "B", 1, 1, "x"] for number in range(8_000)]
    before = time.process_time()
    assert len(find([HEAD, *rows]).records) > 7_990
    assert time.process_time() - before < 20, "not the square of them"


def test_letters_of_columns():
    assert safety.letters(4) == "D"
