"""The capacity report read back: every cell, no formula, the notice, the same bytes each time."""

import datetime as dt
import json
import os
from pathlib import Path

import district
import openpyxl
import pandas as pd
import pytest

from parks.output import chapters, content, figures, reports, sheets

GOLDEN = Path(__file__).parent / "golden"
PLAIN = reports.Wanted(chapters=[code for code in reports.CHAPTERS if code not in {"maps", "plan"}])
"""Without the maps, which take their time."""


def read(path: Path) -> dict[str, list[list[object]]]:
    """Return the cells of every sheet, without the empty ones at the end of a row."""
    book = openpyxl.load_workbook(path)
    found = {}
    for sheet in book.worksheets:
        rows = [[shown(cell.value) for cell in row] for row in sheet.iter_rows()]
        for row in rows:
            while row and row[-1] is None:
                row.pop()
        found[sheet.title] = rows
    book.close()
    return found


def shown(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return round(value, 6) if isinstance(value, float) else value


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[object]]]:
    path = tmp_path_factory.mktemp("report") / "report.xlsx"
    reports.write(path, district.park(), district.rules(), lang="en")
    return read(path)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_is_the_golden_one(lang: str, tmp_path: Path) -> None:
    path = reports.write(tmp_path / "report.xlsx", district.park("illustrative"), district.rules(), lang=lang)
    found = json.dumps(read(path), ensure_ascii=False, indent=1) + "\n"
    golden = GOLDEN / f"report_{lang}.json"
    if os.environ.get("PARKS_GOLDEN") == "write":
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8"), "rewrite it with PARKS_GOLDEN=write when the change is meant"


def test_the_ledgers_add_up(book: dict[str, list[list[object]]]) -> None:
    rows = {row[0]: row for row in book["Summary"] if row}
    assert rows["New-build"][1:6] == [10_000, 3000, 2000, "unknown", 0.3]
    assert rows["New-build"][7] == 1
    assert rows["Renewal of stock"][1:7] == [8_000, 0, 0, 4000, 0, 0]
    assert rows["All parks"][1:7] == [1750.5, 1000, 500, round(500 / 1750.5, 6), 5, 1]
    assert rows["All sectors"][1:4] == [1, 400, 600]
    ledger = {row[0]: row for row in book["New-build ledger"] if row}
    assert ledger["Total"][4] == 5000
    assert ledger["J3"][4] == "unknown"
    assert ledger["J2"][6:9] == ["2026-03-01", "unknown", "(2027-06-30)"]
    assert "Projects of unknown area, not in the total: 1" in {row[0] for row in book["New-build ledger"] if row}


def test_totals_are_the_sums_of_their_columns(book: dict[str, list[list[object]]]) -> None:
    for name, first in (("Vacancy by zone", 1), ("Vacancy by park", 2), ("Vacancy by building", 3)):
        rows = [row for row in book[name] if len(row) > first + 10]
        total = next(row for row in rows if row[0] == "Total")
        parts = [row for row in rows[1:] if row[0] != "Total"]
        for place in range(first, first + 10):
            known = [row[place] for row in parts if row[place] != "unknown"]
            assert total[place] == pytest.approx(sum(known)), (name, place)


def test_a_zone_outside_the_layout_says_so(book: dict[str, list[list[object]]]) -> None:
    assert "Beyond (outside the layout)" in {row[0] for row in book["Vacancy by zone"] if row}


def test_published_figures_stay_as_published(book: dict[str, list[list[object]]]) -> None:
    rows = {row[0]: row for row in book["Published figures"] if row}
    assert rows["甲园"][1:8] == ["Park One", "vacancy", 26.1, "%", "lettable", "2025 Q3", "Agency"]
    assert rows["市场"][3] == "operating"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_cell_is_a_formula(lang: str, tmp_path: Path) -> None:
    path = reports.write(tmp_path / "report.xlsx", hostile(), district.rules(), lang=lang, wanted=PLAIN)
    loaded = openpyxl.load_workbook(path)
    cells = [cell for sheet in loaded.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert not [cell.hyperlink for cell in cells if cell.hyperlink]
    texts = {cell.value for cell in cells}
    assert (district.MARKUP if lang == "en" else district.HOSTILE) in texts
    loaded.close()


def hostile():
    """Return the district with an open need of the company whose name is a formula."""
    table = district.tables()["needs"]
    return district.park(needs=table.assign(tenant_id="T1"))


@pytest.mark.parametrize(("standing", "said"), [("illustrative", True), ("stated", False)])
def test_every_sheet_says_that_it_is_illustrative_when_a_row_is(standing, said, tmp_path: Path) -> None:
    path = reports.write(tmp_path / "report.xlsx", district.park(standing), district.rules(), lang="zh", wanted=PLAIN)
    loaded = openpyxl.load_workbook(path)
    for sheet in loaded.worksheets:
        assert ("示例数据" in str(sheet["A2"].value)) is said
        assert ("示例数据" in str(sheet.oddHeader.right.text)) is said
    loaded.close()


def test_the_workbook_prints_well(tmp_path: Path) -> None:
    path = reports.write(tmp_path / "report.xlsx", district.park(), district.rules(), lang="zh")
    loaded = openpyxl.load_workbook(path)
    assert loaded.sheetnames[:2] == ["封面", "摘要"]
    maps = ["图件 1", "图件 2", "图件 3"]
    assert [name for name in loaded.sheetnames if name.startswith("图件")] == maps
    for sheet in loaded.worksheets:
        alone = sheet.title in maps
        assert sheet.page_setup.orientation == ("portrait" if alone else "landscape")
        assert sheet.page_setup.paperSize == int(sheet.PAPERSIZE_A4)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        one_page = alone or sheet.title == "摘要"
        assert sheet.page_setup.fitToHeight == (None if one_page else 0), "as many pages as it needs"
        assert sheet.freeze_panes
        assert sheet.print_title_rows
        assert sheet["A1"].font.name == "Microsoft YaHei"
        assert len(sheet._images) == alone
    charts = {name: len(loaded[name]._charts) for name in ("摘要", "新建台账", "各区域空置情况", "租约到期")}
    assert charts == {"摘要": 1, "新建台账": 2, "各区域空置情况": 1, "租约到期": 1}
    loaded.close()


def test_a_map_whose_key_is_too_long_for_a_page_goes_on(tmp_path: Path) -> None:
    picture = content.Picture("Map", '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"/>', 90, 60)
    columns = (content.Column("No.", "count"), content.Column("Name"))
    printed = []
    for count in (20, 110, 400):
        block = content.Block("Map", columns, [(number, "x") for number in range(count)], picture=picture)
        other = content.Block("Said", columns, [(1, "y")])
        found = content.sheets_of(content.Chapter("Maps", "Maps", (block, other)))
        assert [sheet.name for sheet in found] == ["Maps", "Maps 1"]
        path = tmp_path / f"{count}.xlsx"
        sheets.write(path, found, lang="en", notice="", day=district.DAY)
        loaded = openpyxl.load_workbook(path)
        told = loaded["Maps 1"].page_setup
        printed.append((int(told.paperSize), told.fitToHeight))
        loaded.close()
    assert printed == [(sheets.A4, None), (sheets.A3, None), (sheets.A3, 0)]


def test_a_plan_leaves_out_the_needs_that_it_places() -> None:
    plan = type("Plan", (), {"assignments": pd.DataFrame({"need_id": ["N1"]})})()
    held = reports.draft(
        district.park(), district.rules(), plan=plan, wanted=reports.Wanted(chapters=["summary", "demand"])
    )
    summary, demand = held.report("en").chapters
    assert demand.blocks[0].rows == []
    assert summary.blocks[2].rows == [("All sectors", 0, 0.0, 0.0)]


def test_the_scenario_and_the_belief_are_said() -> None:
    held = district.park()
    shown = type(held)(
        **{name: getattr(held, name) for name in held.__slots__}
        | {"scenario": "Plan A", "known_on": dt.date(2026, 5, 1)}
    )
    said = reports.draft(shown, district.rules()).report("en")
    assert said.facts[1:4] == (
        ("Data date", "30 June 2026"),
        ("Belief date", "1 May 2026"),
        ("Scenario", "Plan A"),
    )
    assert said.chapters[0].lines == ("Data date: 30 June 2026", "Scenario: Plan A", "As it was known on 1 May 2026")


def test_a_policy_without_targets_gives_a_report_without_ledgers() -> None:
    rules = district.rules()
    rules.targets = rules.targets.iloc[:0]
    made = reports.draft(district.park(), rules).report("en").chapters
    assert made[0].blocks[0].rows == []
    assert made[1].lines == ()
    assert all(block.rows == [] for block in made[1].blocks)


def test_a_name_in_the_other_language_stands_in_for_a_missing_one() -> None:
    assert chapters.named({"name_en": pd.NA, "name_zh": "甲"}, "en") == "甲"
    assert chapters.named({"name_en": "A", "name_zh": "甲"}, "en") == "A"


def test_a_header_cannot_carry_commands() -> None:
    sheet = content.Chapter("S", "A & B", (content.Block("", (content.Column("h"),), [["x"]]),))
    assert sheets.plain(sheet.title) == "A && B"


@pytest.mark.parametrize(
    ("value", "lang", "unit", "said"),
    [
        (12345.6, "en", "m2", "12,346 m²"),
        (12345.6, "zh", "m2", "12,346 平方米"),
        (12345.0, "zh", "wan", "1.23 万平方米"),
        (1_000_000, "en", "wan", "100.00 × 10,000 m²"),
        (2000, "zh", "mu", "3.0 亩"),
        (2000 / 3, "en", "mu", "1.0 mu"),
        (pd.NA, "zh", "m2", "未知"),
        (float("nan"), "en", "wan", "unknown"),
    ],
)
def test_areas_are_said_with_their_unit(value: object, lang: str, unit: str, said: str) -> None:
    assert figures.area(value, lang, unit) == said


def test_shares_numbers_and_days_are_said() -> None:
    assert [figures.share(0.1234, lang) for lang in ("en", "zh")] == ["12.3%", "12.3%"]
    assert figures.share(None, "en") == "unknown"
    assert figures.number(1234.5, "zh", 1) == "1,234.5"
    assert figures.day(dt.date(2026, 11, 2), "zh") == "2026年11月2日"
    assert figures.day(dt.date(2026, 11, 2), "en") == "2 November 2026"
    assert figures.day(pd.NaT, "zh") == "未知"


def test_codes_have_names_and_what_is_no_code_is_unknown() -> None:
    from parks import words

    t = words.translator("zh")
    assert figures.standing("illustrative", t) == "示例"
    assert figures.kind("renewal", t) == "存量更新"
    assert figures.stage("pilot", t) == "中试"
    assert figures.event("topped_out", t) == "结构封顶"
    assert figures.state("fitting_out", t) == "装修中"
    for name in (figures.standing, figures.kind, figures.stage, figures.event, figures.state):
        assert name(pd.NA, t) == "未知"


def test_a_sum_of_nothing_known_is_unknown() -> None:
    assert pd.isna(figures.known_sum(pd.Series([pd.NA], dtype="Float64")))
    assert figures.known_sum(pd.Series([], dtype="Float64")) == 0
    assert figures.known_sum(pd.Series([1.0, None], dtype="Float64")) == 1.0
