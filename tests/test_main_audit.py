"""`parks audit` and `parks take-back`: filters, rows, files, refusals, in both languages' help."""

import csv
import datetime as dt
import io
import json
import shutil

import openpyxl
import pandas as pd
import pytest

from parks import __main__ as command
from parks import store

DAY = dt.date(2026, 3, 1)
TOLD = {"source": "x", "source_date": "2026-01-31", "standing": "illustrative"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return the file of a store: three rows of a clerk's, an act of ann's, one of ben's in a scenario."""
    path = tmp_path_factory.mktemp("audit") / "store.db"
    units = [{"unit_id": f"U{at}", "building_id": "B1", "floor_id": "F1", "lettable_m2": 100.0} | TOLD for at in (1, 2)]
    tenant = {"tenant_id": "T1", "name_zh": "甲生物", "kind": "tenant"} | TOLD
    lease = {"lease_id": "L1", "unit_id": "U1", "tenant_id": "T1", "state": "let", "valid_from": "2024-01-01"} | TOLD
    with store.open(path, clock=lambda: dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)) as held:
        for name, rows in {"units": units, "tenants": [tenant], "leases": [lease]}.items():
            frame = pd.DataFrame(rows)
            dated = frame.assign(valid_from=pd.to_datetime(frame["valid_from"])) if "valid_from" in frame else frame
            held.add(name, dated, source="x", by="clerk")
        held.place(["U2"], "T1", valid_from=DAY, reason="=fits", by="ann")
        held.create_scenario("A", by="ben")
        held.release(["L1"], on=DAY, reason="leaves", by="ben", scenario="A")
    return path


@pytest.fixture
def home(made, tmp_path):
    """Return a copy of it for the test's own."""
    return shutil.copy(made, tmp_path / "store.db")


@pytest.fixture
def run(home, capsys):
    """Return what a call of the command printed, on both streams, and its code."""

    def ran(*arguments, form="json"):
        code = command.main(["--store", str(home), "--format", form, *map(str, arguments)])
        said = capsys.readouterr()
        return code, json.loads(said.out) if form == "json" and said.out else said.out, said.err

    return ran


def numbers(found):
    return [row["change_id"] for row in found[1]]


def test_the_newest_changes_come_first_with_what_stood_before_and_after(run):
    code, found, said = run("audit")
    assert (code, said) == (0, "")
    assert [row["change_id"] for row in found] == list(range(6, 0, -1))
    newest = found[0]
    assert (newest["who"], newest["what"], newest["scenario"], newest["reason"]) == ("ben", "release", "A", "leaves")
    assert (newest["before"], newest["after"]) == ("L1: valid_to –", "L1: valid_to 2026-03-01")
    assert newest["recorded_at"] == "2026-03-01T12:00:00Z"


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["--who", "ann"], [4]),
        (["--what", "release"], [6]),
        (["--in", "A"], [6, 5]),
        (["--in", "record", "--limit", 2], [4, 3]),
        (["--text", "FITS"], [4]),
        (["--since", "2026-03-02"], []),
        (["--until", "2026-03-02", "--limit", 1], [6]),
    ],
)
def test_changes_are_found_by_the_filters(run, options, wanted):
    assert numbers(run("audit", *options)) == wanted


def test_rows_are_listed_one_by_one(run):
    _, found, _ = run("audit", "--rows", "--who", "ben")
    assert [(row["table"], row["key"], row["kind"]) for row in found] == [
        ("leases", "L1", "changed"),
        ("scenario", "A", "new"),
    ]
    assert found[0]["after"] == "valid_to: 2026-03-01"


def test_a_screen_shows_what_fits_and_csv_has_it_all(run):
    _, shown, _ = run("audit", "--limit", 1, form="table")
    assert shown.split()[:3] == ["change_id", "recorded_at", "who"]
    assert "data_day" not in shown
    _, text, _ = run("audit", "--limit", 1, form="csv")
    assert "data_day" in next(csv.reader(io.StringIO(text)))
    assert "kind" in run("audit", "--rows", form="table")[1]


def test_a_file_holds_the_moments_and_no_formula(run, tmp_path, home):
    target = tmp_path / "audit.csv"
    code, out, said = run("audit", "--who", "ann", "-o", target)
    assert (code, out) == (0, "")
    assert str(target) in said
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
    assert [(row["recorded_at"], row["reason"]) for row in rows] == [("2026-03-01T12:00:00Z", "'=fits")]
    book = tmp_path / "audit.xlsx"
    assert run("audit", "--rows", "-o", book)[0] == 0
    held = openpyxl.load_workbook(book, read_only=True)
    assert "P000004-001" in [cell for row in held.worksheets[0].iter_rows(values_only=True) for cell in row]
    code, _, said = run("audit", "-o", home)
    assert code == 1
    assert "store itself" in said


def test_a_change_is_taken_back_with_a_reason_and_a_name(run):
    code, out, said = run("take-back", 4, "--reason", "wrong unit", "--actor", "cat")
    assert (code, out) == (0, "")
    assert "Change 4 was taken back as change 7." in said
    newest = run("audit", "--limit", 1)[1][0]
    assert (newest["who"], newest["what"], newest["reason"], newest["undoes"]) == ("cat", "take_back", "wrong unit", 4)
    code, _, said = run("take-back", 4, "--reason", "again")
    assert code == 1
    assert "already" in said
    with pytest.raises(SystemExit):
        run("take-back", 4)


@pytest.mark.parametrize(("verb", "chinese"), [("audit", "变更审计"), ("take-back", "撤回变更")])
def test_help_speaks_both_languages(capsys, verb, chinese):
    with pytest.raises(SystemExit):
        command.main([verb, "--help"])
    said = capsys.readouterr().out
    assert chinese in said
    assert "before" in said


@pytest.fixture
def believed(tmp_path, capsys):
    """Return what `parks compare` prints on a store in which U2 was let ten days after the units came."""
    path = tmp_path / "then.db"
    begin = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    unit = {"unit_id": "U2", "building_id": "B1", "floor_id": "F1", "lettable_m2": 100.0} | TOLD
    home = {"building_id": "B1", "park_id": "P1", "name_zh": "楼", "status": "built"} | TOLD
    place = {
        "park_id": "P1",
        "name_zh": "园",
        "zone_id": "Z-ZJ",
        "inside_layout": True,
        "placement": "schematic",
    } | TOLD
    with store.open(path, clock=lambda: begin) as held:
        held.add(
            "tenants",
            pd.DataFrame([{"tenant_id": "T1", "name_zh": "甲生物", "kind": "tenant"} | TOLD]),
            source="x",
            by="clerk",
        )
        for table, row in {"parks": place, "buildings": home, "units": unit}.items():
            held.add(table, pd.DataFrame([row]), source="x", by="clerk")
        held.create_scenario("A", by="ann")
    with store.open(path, clock=lambda: begin + dt.timedelta(days=10)) as held:
        held.place(["U2"], "T1", valid_from=DAY, state="let", reason="signed", by="ben")

    def ran(*arguments):
        code = command.main(["--store", str(path), "--format", "json", "compare", "--as-of", "2026-03-20", *arguments])
        said = capsys.readouterr()
        return code, json.loads(said.out) if said.out else [], said.err

    return ran


def test_two_beliefs_are_compared_figure_by_figure_and_down_to_the_rows(believed):
    code, found, said = believed("--known-on", "2026-03-05", "2026-03-15")
    assert (code, said) == (0, "")
    moved = {row["figure"]: (row["before"], row["after"]) for row in found if row["about"] == "Z-ZJ"}
    assert moved["vacancy.let_m2"] == (0.0, 100.0)
    assert moved["vacancy.vacant_m2"] == (100.0, 0.0)
    assert believed("--known-on", "2026-03-05")[1] == found
    _, rows, _ = believed("--known-on", "2026-03-05", "2026-03-15", "--rows")
    assert {(row["table"], row["who"], row["reason"]) for row in rows} == {("leases", "ben", "signed")}


def test_a_scenario_keeps_what_it_was_laid_over(believed):
    assert believed("A", "--known-on", "2026-03-05", "2026-03-15")[1] == []


def test_what_is_compared_must_be_two(believed):
    for wrong in (["A"], ["A", "B", "--known-on", "2026-03-05"], ["--known-on", *["2026-03-05"] * 3]):
        code, _, said = believed(*wrong)
        assert code == 2 or "Two things are compared" in said
