"""Reject files: the user's own rows in the user's own columns, with what to mend; mended, they are imported."""

import datetime as dt

import openpyxl
import pytest
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st

from parks import spreadsheets, words
from parks.intake import rejects
from parks.intake.grids import heads, layout, lines, sheets
from parks.intake.grids.lines import Record
from parks.intake.rejects import Rejects
from parks.issues import InvalidData, Issue

T = words.translator("en")
HEADS = ("房源编号", "面积", "租金（元/㎡·天）", "起租日")
ROWS = (
    Record(7, ("001", "约 1200", 4.5, dt.date(2025, 7, 17))),
    Record(19, ("A-2", None, -1, dt.datetime(2025, 7, 17, 8, 30))),  # noqa: DTZ001 - as the format keeps it
)
ISSUES = (
    Issue("units", "7", "面积", "约 1200", "range", "这是一个范围。", "请填写一个数。"),
    Issue("units", "7", "D", "", "date", "日期太早。", "请核对日期。"),
    Issue("units", "19", "", "", "missing", "缺少楼栋。", "请补填。"),
    Issue("units", "300", "面积", "", "other", "与此无关。", "无需修改。"),
)
OURS = ["行号（导入）", "问题（导入）", "修改方法（导入）"]


def wrote(path, table, lang="zh"):
    rejects.write(path, table, lang)
    return openpyxl.load_workbook(path).worksheets[0]


def read(path, headings):
    """Return what the importer finds in a reject file: its headings, and the cells by row."""
    sheet = sheets.read(path, T).sheets[0]
    known = {heading for heading in headings if heading}
    return layout.find(sheet, lambda text: text in known or rejects.is_ours(text), T)


def values(page):
    return [[cell.value for cell in row] for row in page.iter_rows()]


# What stands in it.


def test_the_users_columns_come_first_then_what_is_wrong_and_how_to_mend_it(tmp_path):
    page = wrote(tmp_path / "r.xlsx", Rejects(HEADS, ROWS, ISSUES))
    assert values(page) == [
        [*HEADS, *OURS],
        [
            *("001", "约 1200", 4.5, dt.datetime(2025, 7, 17)),  # noqa: DTZ001 - as the format keeps it
            *(7, "1. 面积：这是一个范围。\n2. D：日期太早。", "1. 请填写一个数。\n2. 请核对日期。"),
        ],
        ["A-2", None, -1, dt.datetime(2025, 7, 17, 8, 30), 19, "缺少楼栋。", "请补填。"],  # noqa: DTZ001
    ]
    assert page["D2"].number_format == "yyyy-mm-dd"
    assert page["D3"].number_format == "yyyy-mm-dd hh:mm:ss"
    assert page["A2"].number_format == "@"
    assert page.freeze_panes == "A2"
    assert page["F1"].comment.text == "请修改标色的单元格后重新导入本文件；最右侧各列不会被读取。"


def test_only_the_cells_at_fault_are_coloured_and_have_a_note(tmp_path):
    page = wrote(tmp_path / "r.xlsx", Rejects(HEADS, ROWS, ISSUES))
    noted = {cell.coordinate: cell.comment.text for row in page["A2:G3"] for cell in row if cell.comment}
    assert noted == {"B2": "这是一个范围。 请填写一个数。", "D2": "日期太早。 请核对日期。"}
    coloured = {cell.coordinate for row in page["A2:D3"] for cell in row if cell.fill.fill_type}
    assert coloured == noted.keys()


def test_of_columns_with_one_heading_the_one_with_the_value_is_at_fault(tmp_path):
    row = Record(2, ("x", "y", "y"))

    def noted(value):
        issue = Issue("units", "2", "面积", value, "k", "Wrong.", "Mend it.")
        page = wrote(tmp_path / "r.xlsx", Rejects(("面积", "面积", "楼栋"), [row], [issue, issue]), "en")
        return {cell.coordinate: cell.comment.text for cell in page[2] if cell.comment}

    both = "1. Wrong. Mend it.\n2. Wrong. Mend it."
    assert noted("y") == {"B2": both}
    assert noted("z") == {"A2": both, "B2": both}


def test_text_files_hold_the_same(tmp_path):
    cells = ("=1+1", -1.5, True, dt.time(8, 30), None, float("nan"), 2.0)
    path = tmp_path / "r.csv"
    issue = Issue("units", "2", "甲", "", "k", "Wrong.", "Mend it.")
    rejects.write(path, Rejects(("甲", "=乙", "丙", "丁", "戊", "", "己"), [Record(2, cells)], [issue]), "en")
    assert path.read_bytes().decode("utf-8-sig") == (
        "甲,'=乙,丙,丁,戊,,己,Line (import),Problem (import),How to mend (import)\r\n"
        "'=1+1,-1.5,TRUE,08:30:00,,nan,2,2,甲: Wrong.,Mend it.\r\n"
    )
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_row_without_issue_has_no_problem_told(tmp_path):
    page = wrote(tmp_path / "r.xlsx", Rejects(("甲",), [Record(4, ("x",))], []))
    assert values(page)[1] == ["x", 4, None, None]


# Coming back.


@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
def test_a_second_rejection_does_not_pile_up_columns(ending, tmp_path):
    path = tmp_path / f"r{ending}"
    rejects.write(path, Rejects(HEADS, ROWS, ISSUES), "en")
    body = read(path, HEADS)
    again = tmp_path / f"again{ending}"
    at = str(body.records[1].line)
    issue = Issue("units", at, "起租日", "", "k", "还是不对。", "请再改。")
    rejects.write(again, Rejects(body.headings, body.records[1:], [issue]), "zh")
    body = read(again, HEADS)
    assert body.headings == (*HEADS, *OURS)
    (record,) = body.records
    assert record.cells[0] == "A-2"
    assert [str(cell) for cell in record.cells[-3:]] in (
        ["3.0", "起租日：还是不对。", "请再改。"],
        ["3", "起租日：还是不对。", "请再改。"],
    )


def test_letters_of_a_column_mean_the_file_though_our_columns_stood_in_it(tmp_path):
    row = Record(2, ("P", 5, "x"))
    issue = Issue("t", "2", "C", "", "k", "Wrong.", "Mend it.")
    page = wrote(tmp_path / "r.xlsx", Rejects(("Problem (import)", "行号（导入）", ""), [row], [issue]), "en")
    assert values(page) == [
        [None, "Line (import)", "Problem (import)", "How to mend (import)"],
        ["x", 2, "C: Wrong.", "Mend it."],
    ]
    assert page["A2"].comment.text == "Wrong. Mend it."


@pytest.mark.parametrize("heading", [*OURS, "Line (import)", " problem(IMPORT)", "问题(导入)", "How to  mend (import)"])
def test_our_columns_are_known_again(heading):
    assert rejects.is_ours(heading)


@pytest.mark.parametrize("heading", ["", "问题", "行号", "Problem", "Line", "备注（导入）"])
def test_columns_of_the_user_are_not_ours(heading):
    assert not rejects.is_ours(heading)


TEXTS = st.one_of(
    st.sampled_from(
        ["=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "-2+3", "'=1", "'甲", "001", "-1", "a\r\nb", '"', "<r>x</r>"]
    ),
    st.text("=+-@'\"\t\n,＝甲a1 ", min_size=1, max_size=6),
).filter(lambda text: text.strip() not in lines.DITTO)  # a layout has put the value above for them
NUMBERS = st.integers(-(10**9), 10**9).map(float) | st.floats(-1e9, 1e9).map(lambda value: float(f"{value:.15g}"))
DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1))
MOMENTS = st.datetimes(dt.datetime(1950, 1, 2), dt.datetime(2100, 1, 1)).map(  # noqa: DTZ001 - as the format keeps it
    lambda at: at.replace(hour=at.hour or 1, microsecond=0)
)
CELLS = st.one_of(st.none(), TEXTS, NUMBERS, st.booleans(), DAYS, MOMENTS)


def is_heading(text):
    """Return whether a text comes as a heading from a file: one line, and no figure."""
    return text == heads.tidy(text) and not (text and heads.VALUE.fullmatch(text)) and not rejects.is_ours(text)


HEADINGS = st.lists(st.text("=+@'\"甲乙丙丁abc, ", max_size=5).filter(is_heading), min_size=2, max_size=5, unique=True)


@st.composite
def tables(draw):
    """Return headings, one of them perhaps empty and one doubled, and rows as a layout finds them."""
    headings = draw(HEADINGS)
    headings += draw(st.sampled_from([[], headings[:1]]))
    cells = st.tuples(TEXTS.filter(str.strip), *[CELLS] * (len(headings) - 1))
    rows = [Record(line, tuple(row)) for line, row in enumerate(draw(st.lists(cells, min_size=1, max_size=4)), 2)]
    return headings, rows


@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
@settings(max_examples=thorough.cases(15), deadline=None)
@given(table=tables())
def test_what_was_rejected_comes_back_as_it_was(ending, table, tmp_path_factory):
    headings, rows = table
    path = tmp_path_factory.mktemp("back") / f"r{ending}"
    issues = [
        Issue("t", str(row.line), heading, "", "k", "=Wrong.", "+Mend it.") for row in rows for heading in headings
    ]
    rejects.write(path, Rejects(tuple(headings), rows, issues), "en")
    body = read(path, headings)
    filled = [not lines.is_blank([row.cells[place] for row in rows]) for place in range(len(headings))]
    kept = [place for place, heading in enumerate(headings) if heading or filled[place]]
    assert list(body.headings[:-3]) == [headings[place] for place in kept]
    assert all(map(rejects.is_ours, body.headings[-3:]))
    wanted = [[row.cells[place] for place in kept] for row in rows]
    if ending == ".csv":
        wanted = [[rejects.text(cell) or None for cell in row] for row in wanted]
    assert [list(record.cells[:-3]) for record in body.records] == wanted


# What a file cannot hold.


def test_what_a_workbook_would_lose_is_refused_and_a_text_file_keeps_it(tmp_path):
    table = Rejects(("甲", "乙"), [Record(5, ("x", "长" * 40_000))], [])
    with pytest.raises(InvalidData) as refused:
        rejects.write(tmp_path / "r.xlsx", table, "en")
    assert [(one.row, one.column, one.kind, len(one.value)) for one in refused.value.issues] == [
        ("5", "乙", "giant", 40)
    ]
    assert not (tmp_path / "r.xlsx").exists()
    rejects.write(tmp_path / "r.csv", table, "en")
    assert "长" * 40_000 in (tmp_path / "r.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "value"), [("ROWS", 2), ("COLUMNS", 6)])
def test_too_many_rows_or_columns_are_refused(name, value, tmp_path, monkeypatch):
    monkeypatch.setattr(spreadsheets, name, value)
    with pytest.raises(InvalidData) as refused:
        rejects.write(tmp_path / "r.xlsx", Rejects(HEADS, ROWS, ISSUES), "en")
    assert [one.kind for one in refused.value.issues] == ["giant"]
    assert refused.value.issues[0].mend == "Write the rejected rows as .csv."


def test_days_that_spreadsheets_count_wrongly_are_texts(tmp_path):
    cells = (dt.date(1900, 2, 28), dt.datetime(1899, 1, 1, 8), dt.time(8, 30), float("inf"))  # noqa: DTZ001
    page = wrote(tmp_path / "r.xlsx", Rejects(("甲", "乙", "丙", "丁"), [Record(2, cells)], []))
    assert values(page)[1][:4] == ["1900-02-28", "1899-01-01 08:00:00", dt.time(8, 30), "inf"]


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(InvalidData) as refused:
        rejects.write(tmp_path / "r.txt", Rejects(HEADS, ROWS, ISSUES), "en")
    assert [(one.value, one.mend) for one in refused.value.issues] == [(".txt", "Use one of .xlsx .csv.")]


def test_the_same_rows_have_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        rejects.write(tmp_path / name, Rejects(HEADS, ROWS, ISSUES), "zh")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
