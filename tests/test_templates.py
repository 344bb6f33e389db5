"""Templates: headings taken as exact, drop-downs that are read back, notes in both languages, no example as data."""

import datetime as dt

import openpyxl
import pandas as pd
import pytest

from parks import checks, policy, schema, words
from parks.intake import examples, headings, templates
from parks.intake.grids import layout, sheets
from parks.intake.values import cells, choices
from parks.issues import InvalidData

T = words.translator("en")
LANGS = ("zh", "en")
CODES = {"zones": [("Z-ZJ", "张江科学城"), ("Z-LG", "老港区域")], "parks": [("P901", "示例园区")]}


def columns(table):
    return [column for column in schema.columns(table).values() if not column.is_geometry]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return the path of the template of each table in each language."""
    folder = tmp_path_factory.mktemp("templates")
    paths = {(table, lang): folder / f"{table}_{lang}.xlsx" for table in schema.TABLES for lang in LANGS}
    for (table, lang), path in paths.items():
        templates.write(path, table, lang, CODES)
    return paths


@pytest.fixture(scope="module")
def books(made):
    return {key: openpyxl.load_workbook(path) for key, path in made.items()}


@pytest.fixture(params=[(table, lang) for table in schema.TABLES for lang in LANGS], ids="-".join)
def key(request):
    return request.param


def test_every_heading_is_taken_as_exact(key, books):
    page = books[key].worksheets[0]
    shown = [cell.value for cell in page[1]]
    matches = headings.match(shown, key[0])
    assert [match.column for match in matches] == [column.name for column in columns(key[0])]
    assert {match.certainty for match in matches} == {"exact"}
    assert [heading.endswith(" *") for heading in shown] == [column.required for column in columns(key[0])]
    assert headings.table_of(shown)[0] == (key[0], 1.0)


def test_the_first_sheet_is_ready_to_be_filled_in(key, books):
    page = books[key].worksheets[0]
    assert page.freeze_panes == "B2"
    assert page.auto_filter.ref.startswith("A1:")
    assert page.max_row == 1
    for place, column in enumerate(columns(key[0]), 1):
        letter = page.cell(1, place).column_letter
        assert 12 <= page.column_dimensions[letter].width <= 25
        assert page.cell(1, place).font.bold, column.name


def test_every_heading_has_a_note_in_the_language(key, books):
    table, lang = key
    t = words.translator(lang)
    for cell, column in zip(books[key].worksheets[0][1], columns(table), strict=True):
        said = cell.comment.text
        assert said.startswith(t(column.description))
        assert t("must be filled in" if column.required else "may stay empty") in said
        assert all(word in said for word in examples.options(column, lang).values())
        if column.unit:
            assert (schema.UNITS_ZH.get(column.unit, column.unit) if lang == "zh" else column.unit) in said


def test_every_description_has_its_chinese():
    told = {column.description for table in schema.TABLES for column in schema.columns(table).values()}
    assert sorted(told - words.catalogue("zh").keys()) == []


def checked(page, place):
    """Return what is checked in the rows of a column; None when nothing is."""
    letter = page.cell(1, place).column_letter
    found = [one for one in page.data_validations.dataValidation if str(one.sqref) == f"{letter}2:{letter}5001"]
    assert len(found) <= 1
    return found[0] if found else None


def offered(book, rule):
    """Return the words that a drop-down offers."""
    name, _, area = rule.formula1.rpartition("!")
    return [row[0].value for row in book[name.strip("'")][area.replace("$", "")]]


def test_drop_downs_offer_words_that_are_read_back(key, books):
    table, lang = key
    book = books[key]
    for place, column in enumerate(columns(table), 1):
        rule = checked(book.worksheets[0], place)
        if column.type in {"choice", "bool"}:
            assert (rule.type, rule.errorStyle) == ("list", None)  # None is to stop
            found = [choices.parse(word, column).value for word in offered(book, rule)]
            assert found == ([True, False] if column.type == "bool" else list(column.values))
            assert offered(book, rule) == list(examples.options(column, lang).values())
        elif column.refers_to in CODES:
            assert (rule.type, rule.errorStyle) == ("list", "warning")
            assert offered(book, rule) == [code for code, _ in CODES[column.refers_to]]
        elif column.type in {"int", "number", "date"}:
            kind = {"int": "whole", "number": "decimal", "date": "date"}[column.type]
            assert (rule.type, rule.errorStyle, rule.operator) == (kind, "warning", None)  # None is between
        else:
            assert rule is None
        assert rule is None or rule.allow_blank


def test_names_of_codes_stand_beside_them(books):
    rows = [[cell.value for cell in row] for row in books["buildings", "zh"]["可选内容"].iter_rows()]
    assert rows[0] == ["列表", "填写此项", "含义"]
    assert ["用于“园区”", "P901", "示例园区"] in rows
    assert ["用于“用途”", "中试", "Pilot"] in rows
    assert ["用于“是或否”", "是", "Yes"] in rows


def test_figures_are_warned_about_only_beyond_what_their_unit_allows(books):
    def limits(table, name):
        place = [column.name for column in columns(table)].index(name) + 1
        rule = checked(books[table, "en"].worksheets[0], place)
        return float(rule.formula1), float(rule.formula2)

    assert limits("floors", "clear_height_m") == (1.5, 60)
    assert limits("units", "freight_lift_t") == (0, 100)
    assert limits("units", "gfa_m2") == (0, 10**12)
    assert limits("floors", "level") == (-(10**12), 10**12)
    assert limits("needs", "term_months") == (0, 600)
    assert limits("published_figures", "value") == (-(10**12), 10**12)


def test_keys_and_codes_are_text_and_days_are_days(made):
    book = openpyxl.load_workbook(made["units", "en"])
    page = book.worksheets[0]
    styles = {
        column.name: page.column_dimensions[page.cell(1, place).column_letter]
        for place, column in enumerate(columns("units"), 1)
    }
    assert styles["unit_id"].number_format == "@"
    assert styles["floor_id"].number_format == "@"
    assert styles["gfa_m2"].number_format == "General"
    leases = openpyxl.load_workbook(made["leases", "en"]).worksheets[0]
    place = [column.name for column in columns("leases")].index("valid_from") + 1
    assert leases.column_dimensions[leases.cell(1, place).column_letter].number_format == "yyyy-mm-dd"


def typed(text, column):
    """Return an example as a spreadsheet holds what a user types."""
    if column.type in {"int", "number"} and text:
        return float(text)
    return dt.date.fromisoformat(text) if column.type == "date" and text else text or None


def test_a_filled_template_gives_its_rows_back(key, made, tmp_path):
    table, lang = key
    book = openpyxl.load_workbook(made[key])
    shown = examples.of(table, lang)
    rows = [tuple(typed(shown[column.name][row], column) for column in columns(table)) for row in range(examples.ROWS)]
    for row in rows:
        book.worksheets[0].append(row)
    path = tmp_path / "filled.xlsx"
    book.save(path)
    first, *others = sheets.read(path, T).sheets
    body = layout.find(first, lambda text: headings.is_known(text, table), T)
    assert [record.cells for record in body.records] == rows
    assert [match.column for match in headings.match(body.headings, table)] == [
        column.name for column in columns(table)
    ]
    assert body.issues == ()
    assert not templates.is_explanation(first.name)
    assert [templates.is_explanation(sheet.name) for sheet in others] == [True, True]


def test_what_explains_the_table_is_never_taken_for_one(key, made):
    for sheet in sheets.read(made[key], T).sheets[1:]:
        body = layout.find(sheet, lambda text: headings.is_known(text, key[0]), T)
        assert headings.table_of(body.headings) == []


def test_the_examples_are_rows_that_can_be_imported():
    policies = policy.load()
    known = {"zones": set(policies.zones["zone_id"]), "sectors": set(policies.sectors["sector_code"])}
    known["targets"] = set(policies.targets["target_id"])
    for lang in LANGS:
        for table in schema.TABLES:
            shown = examples.of(table, lang)
            assert list(shown) == [column.name for column in columns(table)]
            read = {
                column.name: [cells.parse(text or None, column, None, T) for text in shown[column.name]]
                for column in columns(table)
            }
            assert not [one for each in read.values() for one in each if one.issue or one.note]
            frame = schema.typed(
                table, pd.DataFrame({name: [one.value for one in each] for name, each in read.items()})
            )
            known[table] = set(frame[schema.key(table)])
            assert checks.check(table, frame, known) == []
            assert set(frame["standing"]) == {"illustrative"}
            assert frame.drop(columns="geometry", errors="ignore").isna().any(axis=None), "one shows what is left empty"


def test_the_explanations_say_what_counts(books):
    said = [cell.value for cell in books["units", "zh"]["填写说明"]["A"]]
    assert said[0] == "“房源”填写说明"
    assert "不清楚的内容请留空；填 0 表示“没有”。" in said
    assert "日期请写作 2025-07-17。" in said
    assert "示例均为虚构，不会被导入。" in said
    assert "位置和轮廓不在此表填写，请以图层文件导入。" not in said
    assert "位置和轮廓不在此表填写，请以图层文件导入。" in [
        cell.value for cell in books["parks", "zh"]["填写说明"]["A"]
    ]
    rows = [[cell.value for cell in row] for row in books["units", "en"]["Fill in"].iter_rows()]
    assert [
        "Lettable area (m²)",
        "Area that a lease can cover; empty means unknown.",
        "m²",
        "no",
        "A number",
        "1200",
    ] in [row[:6] for row in rows]
    lift = next(row for row in rows if row[0] == "Freight lift (t)")
    assert lift[5:7] == ["2", "0"]
    assert "goods lift" in lift[7]
    assert next(row for row in rows if row[0] == "Building ID *")[3:5] == ["yes", "An ID from the list “Buildings”"]
    assert next(row for row in rows if row[0] == "Power (kVA)")[5:7] == ["400", "(left empty)"]


def test_the_same_template_has_the_same_bytes(made, tmp_path):
    templates.write(tmp_path / "again.xlsx", "units", "zh", CODES)
    assert (tmp_path / "again.xlsx").read_bytes() == made["units", "zh"].read_bytes()


def test_there_is_no_template_of_what_is_no_table(tmp_path):
    with pytest.raises(KeyError):
        templates.write(tmp_path / "t.xlsx", "tables", "en")


def test_without_codes_their_columns_are_free(tmp_path):
    templates.write(tmp_path / "t.xlsx", "buildings", "en")
    assert checked(openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0], 2) is None


def test_a_broken_file_of_examples_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "examples.csv"
    path.write_text("table,column,en,zh\nunits,,1|2,\n", encoding="utf-8")
    monkeypatch.setattr(examples, "PATH", path)
    with pytest.raises(InvalidData) as refused:
        examples._read.__wrapped__()
    assert [(issue.row, issue.column) for issue in refused.value.issues] == [("2", "column")]
