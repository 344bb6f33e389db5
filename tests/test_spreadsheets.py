"""Every spreadsheet that we write: what is text stays text, and nothing in it runs."""

import csv
import datetime as dt
import io
import re
from pathlib import Path

import district
import openpyxl
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parks import __main__ as command
from parks import schema, spreadsheets, store, words
from parks.intake import rejects, templates
from parks.intake.grids import sheets
from parks.intake.grids.lines import Record
from parks.intake.rejects import Rejects
from parks.issues import Issue
from parks.output import reports, tables

PARKS = Path(spreadsheets.__file__).parent
HOSTILE = ("=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "-2+3", "＝1+1", "\t=1", ' =HYPERLINK("x")', "<r><t>x</t></r>")


# The guard of text files.


@pytest.mark.parametrize("text", [*HOSTILE[:7], "'=1", "''+1+1", "-e5", "+86 21 5080", "\r\n=1", "＠a", "－1", "＋1"])
def test_a_text_that_would_run_gets_an_apostrophe(text):
    assert spreadsheets.guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    ["", "甲", "-1", "+1.5", "-.5", "-1,234.5", "-1e5", "+3%", "-", "--", "'甲'", "''", "a=b", "1-2"],
)
def test_plain_numbers_strokes_and_other_texts_stay(text):
    assert spreadsheets.guarded(text) == text
    assert spreadsheets.unguarded(text) == text


@given(st.text("'=+-@＝－ \t\r\n1e.,%甲", max_size=8) | st.text())
@example("'=1")
@example("''")
@example("'-1")
def test_the_reader_gets_back_what_was_guarded(text):
    written = spreadsheets.guarded(text)
    assert spreadsheets.unguarded(written) == text
    assert not re.match(r"\s*[=@＝＋－＠]|[\t\r\n]|[+-](?=.*[^\d.,e%+-])", written, re.IGNORECASE)


# Workbooks.


def written(tmp_path, *texts):
    """Return what our reader finds in a workbook with these texts."""
    path = tmp_path / "t.xlsx"
    with spreadsheets.workbook(path) as book:
        page, style = book.add_worksheet("t"), book.add_format({"bold": True})
        for row, text in enumerate(texts):
            spreadsheets.put(page, row, 0, text, style)
        spreadsheets.note(page, 0, 0, "a\x01b\ud800", lines=2)
    return [row[0] for row in sheets.read(path, words.translator("en")).sheets[0].rows]


def test_texts_stay_as_they_are(tmp_path):
    texts = [*HOSTILE, "http://example.invalid", "001", "_x0041_", "a\x01b", "a\r\nb", "<r>", "😀"]
    assert written(tmp_path, *texts) == texts
    cells = [row[0] for row in openpyxl.load_workbook(tmp_path / "t.xlsx")["t"].iter_rows()]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    assert cells[0].comment.text == "a�b�"


def test_what_no_workbook_can_hold_is_replaced_or_cut(tmp_path):
    long, emoji = "a" * 40_000, "😀" * 16_384
    assert written(tmp_path, "a\ud800\ufffe", long, f"<r>{long}</r>", "=1") == [
        "a��",
        long[: spreadsheets.LONGEST],
        "<r>" + "a" * (spreadsheets.LONGEST - 3),
        "=1",
    ]
    assert [spreadsheets.is_too_long(text) for text in (long, emoji, emoji[1:], "a" * 32_767)] == [
        True,
        True,
        False,
        False,
    ]


def test_a_text_is_as_wide_as_its_longest_line():
    assert spreadsheets.width("甲乙\nabc") == 4
    assert spreadsheets.width("") == 0


# Everything that we write.


def hostile(frame):
    """Return a table with a hostile text in every cell of text, each another."""
    made = frame.copy()
    for place, name in enumerate(made.columns):
        if name in {"name_zh", "name_en", "source", "source_date", "reason", "developer", "subject", "metric", "text"}:
            made[name] = pd.array([HOSTILE[(row + place) % len(HOSTILE)] for row in range(len(made))], dtype="string")
    return made


DECIDED = {
    "waivers": district.frame("waiver_id rule reason", ("W1", "rent", None)),
    "pins": district.frame("pin_id sense reason", ("K1", "ban", None)),
    "quotas": district.frame("quota_id sectors sense", ("Q1", "S1", "at_least")),
    "weights": district.frame("criterion weight reason", ("rent", 1.0, None)),
    "target_splits": district.frame("split_id target_id share", ("S1", "PT10", 0.5)),
    "facilities": district.frame("facility_id kind name_zh", ("F1", "cdmo", None)),
    "requests": district.frame("request_id tenant_id subject", ("R1", "T1", None)),
    "localisations": district.frame("localisation_id kind name_zh", ("I1", "imported_product", None)),
    "outlines": district.frame("outline_id kind name_zh", ("D1", "parcel", None)),
}
PARK = district.park(**{name: hostile(frame) for name, frame in (district.tables() | DECIDED).items()})


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    """Return the file of a store in which everybody and everything has a hostile name."""
    path = tmp_path_factory.mktemp("hostile") / "store.db"
    told = {"source": HOSTILE[0], "source_date": HOSTILE[2], "standing": "illustrative"}
    tenants = [{"tenant_id": f"T{at}", "name_zh": name, "kind": "tenant"} | told for at, name in enumerate(HOSTILE)]
    with store.open(path, clock=lambda: dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)) as held:
        held.add("tenants", pd.DataFrame(tenants), source=HOSTILE[0], by=HOSTILE[2], reason=HOSTILE[3])
    return path


def report(path, _):
    reports.write(path.with_suffix(".xlsx"), PARK, district.rules(), lang="zh")


def export(table, ending):
    return lambda path, _: tables.write(path.with_suffix(ending), hostile(PARK.table(table)), table=table, lang="zh")


def headed(ending):
    return lambda path, _: tables.write(path.with_suffix(ending), pd.DataFrame({HOSTILE[0]: [HOSTILE[1]]}))


def audit(ending, *more):
    def call(path, audited):
        target = str(path.with_suffix(ending))
        assert command.main(["--store", str(audited), "audit", *more, "-o", target]) == 0

    return call


def template(path, _):
    codes = {name: [(text, text) for text in HOSTILE] for name in ("parks", "zones", "sectors")}
    templates.write(path.with_suffix(".xlsx"), "tenants", "zh", codes)


def rejected(ending):
    rows = [Record(line, tuple(HOSTILE)) for line in (2, 3)]
    issues = [Issue("t", "2", text, text, "k", text, text) for text in HOSTILE]
    return lambda path, _: rejects.write(path.with_suffix(ending), Rejects(HOSTILE, rows, issues), "zh")


WRITERS = {
    "report": report,
    **{f"{table}{ending}": export(table, ending) for table in schema.TABLES for ending in (".xlsx", ".csv")},
    **{f"headings{ending}": headed(ending) for ending in (".xlsx", ".csv")},
    **{f"audit{ending}": audit(ending) for ending in (".xlsx", ".csv")},
    **{f"audit rows{ending}": audit(ending, "--rows") for ending in (".xlsx", ".csv")},
    "template": template,
    **{f"rejects{ending}": rejected(ending) for ending in (".xlsx", ".csv")},
}


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_no_spreadsheet_that_we_write_runs_anything(writer, audited, tmp_path):
    writer(tmp_path / "made", audited)
    (path,) = tmp_path.iterdir()
    if path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
        cells = [cell for row in rows for cell in row]
        assert not [cell for cell in cells if spreadsheets.guarded(cell) != cell and cell[:1] != "'"]
        found = {spreadsheets.unguarded(cell) for cell in cells}
    else:
        book = openpyxl.load_workbook(path)
        texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert not [cell for cell in texts if cell.data_type == "f" or cell.hyperlink]
        found = {cell.value for cell in texts if cell.data_type == "s"}
    assert any(any(text in each for text in HOSTILE) for each in found), "the hostile texts are in it"


def test_csv_on_standard_output_runs_nothing(audited, capsys):
    assert command.main(["--store", str(audited), "--format", "csv", "audit"]) == 0
    cells = [cell for row in csv.reader(io.StringIO(capsys.readouterr().out, newline="")) for cell in row]
    assert f"'{HOSTILE[2]}" in cells
    assert HOSTILE[2] not in cells


def test_all_workbooks_and_text_files_are_made_in_the_rooms_tested_here():
    def holding(words):
        found = {path for path in PARKS.rglob("*.py") if re.search(words, path.read_text(encoding="utf-8"))}
        return {str(path.relative_to(PARKS)) for path in found}

    assert holding(r"xlsxwriter\.Workbook\(|openpyxl|to_excel|ExcelWriter") == {"spreadsheets.py"}
    assert holding(r"to_csv|csv\.writer|DictWriter") == {"output/tables.py", "intake/rejects.py"}
    assert holding(r"\.write_(?:string|url|formula|rich_string)\(|page\.write\(") == {"spreadsheets.py"}
