"""`parks import` and `parks template`: every line accounted for, every refusal in words, in both languages."""

import csv
import datetime as dt
import io
import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from corpus import layers as corpus
from corpus import offices

from parks import __main__ as command
from parks import policy, schema, store
from parks.intake import imports
from parks.issues import InvalidData, Issue
from parks.verbs import accounts

KEYS = ["read", "written", "unchanged", "rejected", "not_data", "issues"]
"""Keys that others build on, in this order."""
ISSUE = ["table", "row", "column", "value", "kind", "message", "mend"]
SAID = {"source": "登记", "source_date": "2025-12-31", "standing": "stated"}
HEAD = ["房源编号", "楼栋编号", "楼层编号", "房源", "可租面积(㎡)"]
U1, U2, U3 = ["U1", "B1", "F1", "101", 100], ["U2", "B1", "F1", "102", 200], ["U3", "B1", "F1", "103", 300]
LEASES = ["租约编号", "房源编号", "企业编号", "状态", "起始日"]
HOUSE, NEXT = corpus.square(121.6, 31.2, 0.001), corpus.square(121.602, 31.2, 0.001)
BOW = [(121.61, 31.2), (121.611, 31.201), (121.611, 31.2), (121.61, 31.201), (121.61, 31.2)]


def record():
    """Return the tables of a record with one building of two let units."""
    rows = {
        "parks": {"park_id": "P1", "name_zh": "甲园", "zone_id": "Z-CORE-W", "inside_layout": True}
        | {"placement": "schematic"},
        "buildings": {"building_id": "B1", "park_id": "P1", "name_zh": "一号楼", "status": "built"},
        "floors": {"floor_id": "F1", "building_id": "B1", "level": 1},
        "units": {"unit_id": "U1", "building_id": "B1", "floor_id": "F1", "name": "101", "lettable_m2": 100.0},
        "tenants": {"tenant_id": "T1", "name_zh": "甲生物", "kind": "tenant"},
        "leases": {"lease_id": "L1", "unit_id": "U1", "tenant_id": "T1", "state": "let"}
        | {"valid_from": pd.Timestamp("2024-01-01")},
    }
    frames = {table: pd.DataFrame([row | SAID]) for table, row in rows.items()}
    second = frames["units"].assign(unit_id="U2", name="102", lettable_m2=200.0)
    return frames | {"units": pd.concat([frames["units"], second])}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("import") / "store.db"
    with store.open(path) as held:
        for table, frame in record().items():
            held.add(table, frame, source="登记", by="clerk")
    return path


@pytest.fixture(scope="module")
def loaded():
    return policy.load()


@pytest.fixture(autouse=True)
def rules(loaded, monkeypatch):
    """Read the policy once for all tests."""
    monkeypatch.setattr(policy, "load", lambda *_, **__: loaded)


@pytest.fixture
def home(made, tmp_path):
    """Return the store of the record, for the test's own."""
    return Path(shutil.copy(made, tmp_path / "store.db"))


@pytest.fixture
def run(home, capsys):
    """Return what a call of the command printed, on both streams, and its code."""

    def ran(*arguments, form="json", lang="en", at=home):
        try:
            code = command.main(["--store", str(at), "--format", form, "--lang", lang, *map(str, arguments)])
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return code, json.loads(said.out) if form == "json" and said.out else said.out, said.err

    return ran


@pytest.fixture
def bring(run, tmp_path):
    """Return what came of importing sheets (name → rows, or rows) or the bytes of a file."""
    numbers = itertools.count()

    def brought(what, *options, name="台账.xlsx", source="园区台账", **how):
        folder = tmp_path / f"in{next(numbers)}"
        folder.mkdir()
        path = folder / name
        if isinstance(what, bytes):
            path.write_bytes(what)
        else:
            path.write_bytes(book(what if isinstance(what, dict) else {"台账": what}))
        code, found, err = run("import", path, "--source", source, *options, **how)
        if isinstance(found, dict):
            assert list(found)[: len(KEYS)] == KEYS
            assert found["read"] == sum(found[key] for key in KEYS[1:5])
            for key in KEYS[:5]:
                counts = {"read": ["lines"], "written": ["new", "changed"]}.get(key, [key])
                assert found[key] == sum(part[count] for part in found["parts"] for count in counts)
            for issue in found["issues"] + found["advice"]:
                assert list(issue)[: len(ISSUE)] == ISSUE
                assert issue["message"]
                assert issue["mend"]
        return code, found, err

    return brought


def book(sheets, hidden=()):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in rows:
            sheet.append(row)
    return offices.saved(made)


def kinds(issues):
    return [issue["kind"] for issue in issues]


def counted(found):
    return [found[key] for key in KEYS[:5]]


def rows(path):
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path).worksheets[0].iter_rows()]


def held(home, table, day=dt.date(2026, 1, 1)):
    with store.open(home) as opened:
        return opened.as_of(day).table(table).set_index(schema.key(table))


# What is written, and what is told.


def test_sound_rows_are_written_and_every_line_is_accounted_for(bring, home):
    code, found, err = bring(
        [HEAD, U1, [*U2[:4], 210], U3, ["合计", None, None, None, 610]], "--source-date", "2026-01-05"
    )
    assert (code, counted(found)) == (0, [5, 2, 1, 0, 2])
    assert (found["file"], found["dry_run"], found["ended"], found["rejects"]) == ("台账.xlsx", False, 0, None)
    assert found["new"] == [{"table": "units", "row": "4", "key": "U3"}]
    assert (found["new_total"], found["changed_total"]) == (1, 4)  # the figure, source, day and standing
    cells = {cell["column"]: cell for cell in found["changed"]}
    assert cells["lettable_m2"] == {"table": "units", "row": "3", "key": "U2", "column": "lettable_m2"} | {
        "before": 200,
        "after": 210,
    }
    assert f"Written as change {found['change']}." in err
    assert "5 lines read: 2 to write, 1 unchanged, 0 rejected, 2 no data." in err
    units = held(home, "units")
    assert units.loc["U2", ["lettable_m2", "source", "source_date", "standing"]].tolist() == [
        210,
        "园区台账",
        "2026-01-05",
        "reported",
    ]


def test_the_same_file_twice_changes_nothing_and_says_that_it_came_before(bring):
    data = book({"台账": [HEAD, U3]})
    first = bring(data)[1]
    assert first["advice"] == []
    code, found, err = bring(data, name="again.xlsx")
    assert (code, counted(found), found["change"]) == (0, [2, 0, 1, 0, 1], None)
    assert found["digest"] == first["digest"]
    (told,) = found["advice"]
    assert told["kind"] == "imported_before"
    assert f"by parks, as change {first['change']}." in told["message"]
    assert "Nothing was written to the store." in err


def test_a_server_takes_a_file_in_as_a_file_does(bring, database):
    data = book({"企业": [["企业编号", "企业", "类别"], ["T9", "乙", "在园企业"]]})
    assert bring(data, at=database)[1]["written"] == 1
    found = bring(data, at=database)[1]
    assert (counted(found), kinds(found["advice"])) == ([2, 0, 1, 0, 1], ["imported_before"])


QUOTAS = [
    ["配额编号", "区域", "赛道", "下限或上限", "占比", "配额面积", "突破单价"],
    ["Q1", "张江科学城", "INN", "不低于", 0.3, None, None],
    ["Q2", "Z-LG", "INN-SM;INN-AB", "上限", None, 20000, 0.5],
    ["Q3", "Z-LG", "INN;NO", "上限", 0.5, 20000, None],
]


def test_decisions_are_brought_like_any_ledger(bring, home):
    code, found, _ = bring(QUOTAS)
    assert (code, counted(found)) == (1, [4, 2, 0, 1, 1])
    assert [(issue["row"], issue["column"], issue["kind"]) for issue in found["issues"]] == [
        ("4", "占比", "amount"),
        ("4", "赛道", "unknown_reference"),
    ]
    quotas = held(home, "quotas")
    told = ["zone_id", "sectors", "sense", "share", "area_m2", "price"]
    assert quotas.loc["Q1", told].tolist() == ["Z-ZJ", "INN", "at_least", 0.3, pd.NA, pd.NA]
    assert quotas.loc["Q2", told].tolist() == ["Z-LG", "INN-SM;INN-AB", "at_most", pd.NA, 20000.0, 0.5]
    assert counted(bring(QUOTAS[:3])[1]) == [3, 0, 2, 0, 1]
    pins = [["需求", "企业", "楼栋", "指定或禁止"], [None, "甲生物", "一号楼", "指定"], [None, None, "一号楼", "排除"]]
    assert counted(bring({"指定": pins}, "--table", "pins")[1]) == [3, 2, 0, 0, 1]
    pinned = held(home, "pins")[["tenant_id", "building_id"]].fillna("")
    assert pinned.T.to_dict("list") == {"ban-B1": ["", "B1"], "pin-T1-B1": ["T1", "B1"]}


def test_a_complete_file_of_weights_or_pins_ends_the_others(bring, home):
    weights = [["准则", "权重"], ["rent", 2], ["zone_fit", 0]]
    assert counted(bring(weights)[1]) == [3, 2, 0, 0, 1]
    found = bring([*weights[:1], ["power", 1]], "--complete", "--as-of", "2026-01-01")[1]
    assert (found["ended"], found["left_out"]) == (
        2,
        [{"table": "weights", "key": name} for name in ("rent", "zone_fit")],
    )
    assert held(home, "weights").index.tolist() == ["power"]
    assert held(home, "weights", dt.date(2025, 12, 31)).index.tolist() == ["power", "rent", "zone_fit"]


def test_a_file_is_brought_into_a_scenario(bring, home, tmp_path):
    with store.open(home) as opened:
        opened.create_scenario("方案甲", by="clerk")
        opened.add("units", record()["units"][:1].assign(unit_id="U5"), source="x", by="clerk")
    leases = [LEASES, ["L5", "U1", "T1", "已租", "2026-01-01"], ["L6", "U2", "T1", "已租", "2026-01-01"]]
    code, found, _ = bring({"房源": [HEAD, U3], "租约": leases}, "--scenario", "方案甲")
    assert (code, counted(found)) == (1, [5, 2, 0, 1, 2])
    assert kinds(found["issues"]) == ["double_booking"]
    assert held(home, "units").index.tolist() == ["U1", "U2", "U5"]
    with store.open(home) as opened:
        laid = opened.as_of(dt.date(2026, 1, 1), "方案甲")
        assert laid.units["unit_id"].tolist() == ["U1", "U2", "U3"], "U5 came after its base"
        assert laid.leases["lease_id"].tolist() == ["L1", "L6"]
        opened.take_back(found["change"], by="clerk")
        assert opened.as_of(dt.date(2026, 1, 1), "方案甲").units["unit_id"].tolist() == ["U1", "U2"]
    code, found, _ = bring([HEAD, U3], "--scenario", "方案乙")
    assert (code, kinds(found["issues"])) == (1, ["unknown"])
    code, found, _ = bring([HEAD, U3], "--scenario", "方案甲", at=tmp_path / "none.db")
    assert (code, kinds(found["issues"])) == (1, ["missing"])
    assert not (tmp_path / "none.db").exists()


def test_good_rows_go_in_while_bad_ones_wait_in_a_file_to_be_mended(bring, run, home, tmp_path):
    path = tmp_path / "被拒.xlsx"
    bad = ["U4", "B9", "F1", "104", "很大"]
    code, found, err = bring([[*HEAD, "备注"], [*U3, "x"], [*bad, "y"]], "--rejects", path, lang="zh")
    assert (code, counted(found), found["rejects"]) == (1, [3, 1, 0, 1, 1], str(path))
    assert {issue["row"] for issue in found["issues"]} == {"3"}
    assert {issue["column"] for issue in found["issues"]} == {"楼栋编号", "可租面积(㎡)"}
    assert f"“台账”的被拒行已写入 {path}。" in err
    assert "U3" in held(home, "units").index
    table = rows(path)
    assert table[0] == [*HEAD, "备注", "行号（导入）", "问题（导入）", "修改方法（导入）"]
    assert table[1][:7] == [*bad, "y", 3]
    assert "不是数字" in table[1][7]

    mended = openpyxl.load_workbook(path)
    mended.worksheets[0]["B2"], mended.worksheets[0]["E2"] = "B1", 400
    mended.save(tmp_path / "mended.xlsx")
    code, found, _ = run("import", tmp_path / "mended.xlsx", "--source", "园区台账", lang="zh")
    assert (code, found["written"], found["issues"]) == (0, 1, [])


def test_what_is_wrong_with_all_rows_stands_beside_each_rejected_row(bring, tmp_path):
    path = tmp_path / "r.csv"
    code, found, _ = bring([["楼层编号", "可租面积(㎡)"], ["F1", 5], ["F1", 6]], "--table", "units", "--rejects", path)
    assert (code, found["rejected"], found["written"]) == (1, 2, 0)
    whole = [issue for issue in found["issues"] if not issue["row"]]
    assert whole
    told = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert len(told) == 2
    assert all(whole[0]["message"] in row["Problem (import)"] for row in told)


def test_each_part_has_a_reject_file_and_none_is_the_file_that_is_read(run, tmp_path):
    sheets = {
        "房源": [HEAD, ["U8", "B9", "F1", "1", 1]],
        "企业": [["企业编号", "企业", "类别"], ["T2", None, "在园企业"]],
    }
    source = tmp_path / "r-2.xlsx"
    source.write_bytes(book(sheets))
    code, found, err = run("import", source, "--source", "x", "--rejects", tmp_path / "r.xlsx")
    assert (code, found["rejects"]) == (1, str(tmp_path / "r.xlsx"))
    assert [part["rejects"] for part in found["parts"]] == [str(tmp_path / "r.xlsx"), str(tmp_path / "r-3.xlsx")]
    assert rows(tmp_path / "r-3.xlsx")[1][0] == "T2"
    assert rows(source)[1][0] == "U8"
    assert "房源 · units 2" in err  # where there are several parts, each issue says of which it is


def test_without_a_reject_file_the_option_is_named(bring):
    assert "To have the rejected rows in a file, add --rejects FILE." in bring([HEAD, ["U8", "B9", "F1", "", 1]])[2]


@pytest.mark.parametrize("target", ["store.db.xlsx", "in.xlsx"])
def test_rejected_rows_are_never_written_over_the_store_or_the_file(target, home, run, tmp_path):
    source, at = tmp_path / "in.xlsx", home.rename(home.with_name("store.db.xlsx"))
    source.write_bytes(book({"台账": [HEAD, U3]}))
    before = {path: path.read_bytes() for path in (source, at)}
    code, found, err = run("import", source, "--source", "x", "--rejects", tmp_path / target, at=at)
    assert (code, kinds(found["issues"]), found["issues"][0]["column"]) == (1, ["refused"], "--rejects")
    assert "Choose another name." in err
    assert {path: path.read_bytes() for path in (source, at)} == before


def test_rows_that_no_reject_file_can_hold_refuse_the_import_before_anything_is_written(bring, home, tmp_path):
    long = ["U8", "B9", "F1", "x" * 33_000, 1]
    text = ",".join(HEAD) + "\n" + "\n".join(",".join(map(str, row)) for row in (U3, long))
    code, found, _ = bring(text.encode(), "--rejects", tmp_path / "r.xlsx", name="a.csv")
    assert (code, kinds(found["issues"])) == (1, ["giant"])
    assert "U3" not in held(home, "units").index
    assert not (tmp_path / "r.xlsx").exists()


# A trial.


def test_a_trial_writes_nothing_but_the_reject_file(bring, home, tmp_path):
    before = home.read_bytes()
    code, found, err = bring([HEAD, U3, ["U8", "B9", "F1", "", 1]], "--dry-run", "--rejects", tmp_path / "r.csv")
    assert (code, counted(found), found["dry_run"], found["change"]) == (1, [3, 1, 0, 1, 1], True, None)
    assert home.read_bytes() == before
    assert (tmp_path / "r.csv").exists()
    assert "This was a trial: nothing was written to the store." in err


def test_a_trial_needs_no_store_and_makes_none(bring, tmp_path):
    at = tmp_path / "none" / "store.db"
    code, found, _ = bring([["企业编号", "企业", "类别"], ["T9", "乙", "在园企业"]], "--dry-run", at=at)
    assert (code, found["written"], found["new"][0]["key"]) == (0, 1, "T9")
    assert not at.parent.exists()


def test_the_first_import_makes_the_store(bring, tmp_path):
    at = tmp_path / "new.db"
    assert bring([["企业编号", "企业", "类别"], ["T9", "乙", "在园企业"]], at=at)[0] == 0
    assert list(held(at, "tenants").index) == ["T9"]


def test_a_refused_file_makes_no_store(bring, tmp_path):
    at = tmp_path / "new.db"
    code, found, _ = bring([["房源", "面积", "备注"], ["1", 2, 3], ["2", 2, 3]], at=at)
    assert (code, kinds(found["issues"])) == (1, ["table_unsure"])
    assert not at.exists()


def test_a_store_that_cannot_be_used_is_refused(bring, tmp_path):
    at = tmp_path / "note.txt"
    at.write_text("no store " * 100, encoding="utf-8")
    code, found, _ = bring([HEAD, U3], "--dry-run", at=at)
    assert code == 1
    assert found["issues"][0]["table"] == "store"
    assert counted(found) == [0] * 5


# Forms and languages.


def test_the_screen_shows_a_line_a_part_and_the_cells_that_change(bring):
    code, out, err = bring(
        {"一": [HEAD, [*U1[:4], 150], U3], "二": [["姓名", "电话"], ["张", 1]]}, "--dry-run", form="table"
    )
    lines = [line.split() for line in out.splitlines()]
    assert code == 0
    assert lines[0] == ["part", "table", *accounts.COUNTS]
    assert lines[2] == ["一", "units", "3", "1", "1", "0", "0", "0", "1"]
    assert lines[3] == ["二", "–", "2", "0", "0", "0", "0", "0", "2"]
    assert ["lettable_m2", "100", "150"] in [line[-3:] for line in lines]
    assert "二: None of our tables has such headings." in err


def test_sentences_are_in_the_language_asked_for(bring):
    out, err = bring({"一": [HEAD, U3], "二": [["姓名", "电话"], ["张", 1]]}, form="table", lang="zh")[1:]
    assert out.startswith("part")
    assert "二: 本系统的数据表都没有这样的表头。" in err
    assert "共读取 4 行：应写入 1 行，无变化 0 行，被拒 0 行，非数据 3 行。" in err


def test_csv_holds_the_issues_as_rows(bring):
    code, out, _ = bring([HEAD, ["U8", "B9", "F1", "", "=1+1"]], form="csv")
    found = list(csv.DictReader(io.StringIO(out)))
    assert code == 1
    assert list(found[0]) == [*ISSUE, "part", "flaw"]
    assert {row["column"] for row in found} >= {"楼栋编号"}
    assert {row["part"] for row in found} == {"台账"}
    assert bring([HEAD, U3], form="csv")[1].splitlines() == [",".join([*ISSUE, "part", "flaw"])]


def test_a_refused_file_prints_no_table(bring):
    code, out, err = bring(b"%PDF-1.7 nothing of ours", name="a.pdf", form="table")
    assert (code, out) == (1, "")
    assert err.splitlines()[0].startswith("a.pdf")


def test_a_file_that_cannot_be_read_is_refused_as_an_object_too(run, tmp_path):
    code, found, _ = run("import", tmp_path / "none.xlsx", "--source", "x")
    assert (code, counted(found), found["digest"], found["parts"]) == (1, [0] * 5, None, [])
    assert found["issues"][0]["message"]


def test_what_is_too_much_for_a_screen_is_counted(bring, monkeypatch):
    monkeypatch.setattr(accounts, "TOLD", 2)
    monkeypatch.setattr(accounts, "MOST", 1)
    monkeypatch.setattr(accounts, "SHOWN", 1)
    bad = [[f"V{number}", "B9", "F1", "", 1] for number in range(4)]
    new = [[f"W{number}", "B1", "F1", f"w{number}", 1] for number in range(3)]
    _, found, err = bring([HEAD, *bad, *new, [*U1[:4], 1]], "--dry-run")
    assert (len(found["issues"]), len(found["new"]), found["new_total"]) == (4, 1, 3)
    assert (len(found["changed"]), found["changed_total"] > 1) == (1, True)
    assert "… and 2 more: see them with --format json." in err
    _, out, err = bring([HEAD, [*U1[:4], 1]], "--dry-run", form="table")
    assert len(out.splitlines()) == 7
    assert f"… and {found['changed_total'] - 1} more" in err


def test_cells_cannot_write_over_the_screen(bring):
    text = ",".join(HEAD) + "\nU8,B1,F1,108,\x1b[2J很大\n"
    code, out, err = bring(text.encode(), name="a.csv", form="table")
    assert code == 1
    assert "很大" in err
    assert "\x1b" not in out + err


# Which table a part is.


def test_each_sheet_goes_to_its_own_table_parents_first(bring, home):
    sheets = {
        "租约": [LEASES, ["L2", "U7", "T2", "已租", "2026-02-01"]],
        "房源": [HEAD, ["U7", "B1", "F1", "107", 70]],
        "企业": [["企业编号", "企业", "类别"], ["T2", "乙生物", "在园企业"]],
        "封面": [["张江园区台账"]],
        "表头": [HEAD],
    }
    code, found, _ = bring(sheets)
    assert (code, found["written"]) == (0, 3)
    assert [part["part"] for part in found["parts"]] == list(sheets)
    assert [part["table"] for part in found["parts"]] == ["leases", "units", "tenants", None, None]
    assert [part["why"] for part in found["parts"][3:]] == ["no_headings", "no_rows"]
    assert kinds(found["advice"]) == ["no_headings", "no_rows"]
    assert "L2" in held(home, "leases", dt.date(2026, 3, 1)).index


def test_a_part_that_is_surely_none_of_ours_is_told_and_left(bring):
    code, found, _ = bring({"房源": [HEAD, U3], "通讯录": [["姓名", "电话"], ["张", 1]]})
    assert (code, counted(found)) == (0, [4, 1, 0, 0, 3])
    assert [issue["kind"] for issue in found["advice"] if issue["table"] == "通讯录"] == ["not_ours"]


def test_an_unsure_part_is_refused_with_the_likely_tables_while_others_go_in(bring, home, tmp_path):
    unsure = [["房源", "面积", "备注"], ["1", 2, 3], ["2", 2, 3]]
    code, found, err = bring({"房源": [HEAD, U3], "其他": unsure}, "--rejects", tmp_path / "r.xlsx")
    assert (code, counted(found)) == (1, [5, 1, 0, 2, 2])
    (issue,) = found["issues"]
    assert (issue["kind"], issue["part"]) == ("table_unsure", "其他")
    assert "units" in issue["mend"]
    assert issue["mend"] in err
    assert "U3" in held(home, "units").index
    assert found["rejects"] is None  # what is refused as a whole is brought again as it is


def test_nothing_of_ours_in_a_file_refuses_it(bring):
    code, found, _ = bring([["姓名", "电话"], ["张", 1]])
    assert (code, kinds(found["issues"])) == (1, ["nothing", "not_ours"])


def test_hidden_sheets_are_left_unless_they_are_named(bring):
    data = book({"房源": [HEAD, U3], "旧": [HEAD, ["U9", "B1", "F1", "109", 9]]}, hidden=["旧"])
    found = bring(data, "--dry-run")[1]
    assert [part["why"] for part in found["parts"]] == [None, "hidden"]
    found = bring(data, "--dry-run", "--sheet", "旧")[1]
    assert [part["why"] for part in found["parts"]] == ["not_chosen", None]
    assert counted(found) == [4, 1, 0, 0, 3]


def test_a_table_named_alone_takes_the_part_most_like_it(bring):
    sheets = {"杂": [["房源", "备注"], ["1", 2], ["2", 3]], "房源": [HEAD, U3]}
    found = bring(sheets, "--table", "units", "--dry-run")[1]
    assert [part["why"] for part in found["parts"]] == ["less_like", None]


def test_a_table_named_for_one_sheet_is_believed(bring):
    sheets = {"甲": [HEAD, U3], "乙": [["房源编号", "楼栋编号", "楼层编号"], ["U9", "B1", "F1"]], "丙": [HEAD]}
    found = bring(sheets, "--table", "units", "--sheet", "乙", "甲", "--dry-run")[1]
    assert [part["table"] for part in found["parts"]] == ["units", "units", None]
    assert found["written"] == 2


def test_a_table_named_for_a_file_without_rows_is_refused(bring):
    code, found, _ = bring([HEAD], "--table", "units")
    assert (code, found["issues"][0]["kind"]) == (1, "nothing")


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(bring):
    code, found, _ = bring({"甲": [HEAD, U3], "乙": []}, "--sheet", "丙")
    assert (code, found["issues"][0]["value"]) == (1, "丙")
    assert "甲, 乙" in found["issues"][0]["mend"]


@pytest.mark.parametrize(
    ("option", "value"), [("--crs", ["EPSG:4550"]), ("--datum", ["gcj02"]), ("--swapped", []), ("--mend", ["all"])]
)
def test_what_is_said_of_map_files_is_refused_for_tables(option, value, bring):
    code, found, _ = bring([HEAD, U3], option, *value)
    assert (code, found["issues"][0]["column"], found["change"]) == (1, option, None)


# Map files.


def houses(*rings, crs=None, **columns):
    count = range(len(rings))
    said = {
        "楼栋编号": [f"B{number + 1}" for number in count],
        "园区编号": ["P1" for _ in count],
        "楼栋": [f"{number + 1}号楼" for number in count],
        "楼栋状态": ["已建成" for _ in count],
    }
    return corpus.geojson(list(rings), crs=crs, **{**said, **columns})


def test_a_layer_of_an_unsaid_datum_is_refused_with_what_would_fit(bring, home):
    code, found, err = bring(houses(HOUSE, NEXT), name="楼栋.geojson")
    (issue,) = found["issues"]
    assert (code, counted(found)) == (1, [2, 0, 0, 2, 0])
    assert (issue["kind"], issue["column"]) == ("datum_unsaid", "--datum")
    assert "EPSG:4326 (gcj02)" in issue["mend"]
    assert issue["message"] in err
    assert found["parts"][0]["why"] == "datum_unsaid"
    assert held(home, "buildings").loc["B1", "geometry"] is None


def test_a_layer_is_placed_on_the_datum_that_is_said(bring, home):
    code, found, _ = bring(houses(HOUSE, NEXT), "--datum", "gcj02", name="楼栋.geojson")
    assert (code, counted(found)) == (0, [2, 2, 0, 0, 0])
    moved = held(home, "buildings").loc["B1", "geometry"].centroid
    assert 0.001 < abs(moved.x - 121.6005) < 0.01
    shape = next(cell for cell in found["changed"] if cell["column"] == "geometry")
    assert shape["before"] is None
    assert shape["after"].startswith("POLYGON ((121.59")


def test_a_layer_without_a_system_lies_where_the_user_says(bring, home):
    ring = corpus.square(366_500, 3_453_000, 50)
    fields = {"楼栋编号": ["B7"], "园区编号": ["P1"], "楼栋": ["七"], "楼栋状态": ["已建成"]}
    parts = corpus.shapefile([ring], fields, encoding="gbk")
    data = offices.crafts.archive({f"b{end}": part for end, part in parts.items()})
    code, found, _ = bring(data, name="b.zip")
    assert (code, found["issues"][0]["kind"], found["issues"][0]["column"]) == (1, "crs_unsaid", "--crs")
    code, found, _ = bring(data, "--crs", "EPSG:4550", "--table", "buildings", name="b.zip")
    assert (code, found["written"]) == (0, 1)
    assert held(home, "buildings").loc["B7", "geometry"].centroid.x == pytest.approx(121.6, abs=0.1)


def test_swapped_axes_are_turned_when_the_user_says_so(bring, home):
    turned = [(y, x) for x, y in HOUSE]
    code, found, _ = bring(houses(turned), "--datum", "wgs84", "--swapped", name="b.geojson")
    assert (code, found["written"]) == (0, 1)
    assert held(home, "buildings").loc["B1", "geometry"].centroid.x == pytest.approx(121.6005)


def test_a_flaw_is_told_with_its_id_and_mended_when_it_is_accepted(bring, home):
    said = ("--datum", "wgs84")
    code, found, _ = bring(houses(HOUSE, BOW), *said, "--dry-run", name="b.geojson")
    (issue,) = found["issues"]
    assert (code, counted(found), issue["row"]) == (1, [2, 1, 0, 1, 0], "2")
    assert issue["flaw"] == "self_crossing:2"
    assert "--mend self_crossing:2" in issue["mend"]
    code, found, err = bring(houses(HOUSE, BOW), *said, "--mend", "self_crossing:2", name="b.geojson")
    assert (code, found["written"], found["parts"][0]["mended"]) == (0, 2, ["self_crossing:2"])
    assert "1 flaws were mended as you accept: self_crossing:2" in err
    assert held(home, "buildings").loc["B2", "geometry"].is_valid


def test_all_mends_are_accepted_at_once_and_what_only_a_person_can_mend_is_told(bring):
    rings = (HOUSE, HOUSE, BOW, None)
    found = bring(houses(*rings), "--datum", "wgs84", "--mend", "all", "--dry-run", name="b.geojson")[1]
    assert found["parts"][0]["mended"] == ["self_crossing:3"]
    assert [issue["flaw"] for issue in found["issues"]] == ["duplicate:1:2"]
    missing = next(issue for issue in found["advice"] if issue["kind"] == "missing")
    assert missing["flaw"] == "missing:4"
    assert "--mend" not in missing["mend"]


def test_a_mend_of_a_flaw_that_is_not_there_is_refused(bring):
    code, found, _ = bring(houses(HOUSE), "--datum", "wgs84", "--mend", "gap:1:2", name="b.geojson")
    assert (code, found["issues"][0]["value"], found["change"]) == (1, "gap:1:2", None)


def test_a_layer_cannot_be_a_table_without_places(bring):
    code, found, _ = bring(houses(HOUSE), "--table", "leases", "--datum", "wgs84", name="b.geojson")
    assert (code, kinds(found["issues"])) == (1, ["no_place"])
    assert "buildings" in found["issues"][0]["mend"]


def test_a_layer_that_tells_nothing_is_refused_with_the_tables_that_have_places(bring):
    code, found, _ = bring(corpus.geojson([HOUSE], foo=["x"]), "--datum", "wgs84", name="b.geojson")
    assert (code, kinds(found["issues"])) == (1, ["table_unsure"])
    assert "parks, buildings" in found["issues"][0]["mend"]


def test_what_is_said_of_headings_is_not_looked_for_in_a_refused_layer(bring):
    code, found, _ = bring(houses(HOUSE, 高=[3]), "--map", "高=", name="b.geojson")
    assert (code, kinds(found["issues"])) == (1, ["datum_unsaid"])


# What headings mean.


def test_a_heading_means_what_is_said_and_is_remembered_for_the_source(bring, home):
    table = [["房源编号", "楼栋编号", "楼层编号", "面积", "备注"], ["U5", "B1", "F1", 55, "x"]]
    code, found, _ = bring(table, "--map", "面积=lettable_m2", "备注=", source="张江台账2026年1月")
    assert (code, found["advice"]) == (0, [])
    assert held(home, "units").loc["U5", "lettable_m2"] == 55
    table[1][3] = 66
    found = bring(table, source="张江台账2026年2月")[1]
    (told,) = found["advice"]
    assert told["kind"] == "remembered"
    assert "面积 → lettable_m2" in told["message"]
    assert "备注 → –" in told["message"]
    assert held(home, "units").loc["U5", "lettable_m2"] == 66


def test_what_is_said_now_counts_more_than_what_was_said_before(bring, home):
    table = [["房源编号", "楼栋编号", "楼层编号", "面积", "另一面积"], ["U5", "B1", "F1", 55, 77]]
    bring(table, "--map", "面积=lettable_m2")
    found = bring(table, "--map", "另一面积=lettable_m2")[1]
    assert held(home, "units").loc["U5", "lettable_m2"] == 77
    assert "remembered" not in kinds(found["advice"])
    bring(table, "--map", "面积=cleanroom_m2")
    assert held(home, "units").loc["U5", ["cleanroom_m2", "lettable_m2"]].tolist() == [55, 77]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("可租面积(㎡)=no_such", "There is no such column."),
        ("可租面积(㎡)=geometry", "There is no such column."),
        ("没有=lettable_m2", "There is no such heading."),
        ("没有=", "There is no such heading."),
    ],
)
def test_a_meaning_that_fits_nothing_is_refused(said, message, bring):
    code, found, _ = bring([HEAD, U3], "--map", said)
    (issue,) = found["issues"]
    assert (code, issue["message"], issue["value"], found["change"]) == (1, message, said, None)


# A complete file, days, reasons.


def test_a_complete_file_ends_what_it_leaves_out_on_the_day_that_is_said(bring, home):
    code, found, err = bring(
        [HEAD, U1, U3], "--complete", "--since", "2026-02-01", "--as-of", "2026-01-15", "--reason", "清查"
    )
    assert (code, found["ended"], found["left_out"]) == (0, 1, [{"table": "units", "key": "U2"}])
    assert "1 rows that the file leaves out have ended." in err
    assert "U2" in held(home, "units", dt.date(2026, 1, 31)).index
    assert "U2" not in held(home, "units", dt.date(2026, 2, 1)).index
    with store.open(home) as opened:
        last = opened.audit().iloc[0]
    assert last[["what", "reason", "source"]].tolist() == ["import", "清查", "园区台账"]


def test_without_a_day_a_complete_file_tells_the_day_on_which_it_is_weighed(bring, home):
    bring([HEAD, U1], "--complete")
    assert "U2" in held(home, "units", dt.date(2025, 12, 30)).index
    assert "U2" not in held(home, "units", dt.date(2025, 12, 31)).index


def test_source_date_and_standing_are_those_that_are_said(bring, home):
    bring([HEAD, U3], "--source-date", "2026-01-31", "--standing", "inferred")
    assert held(home, "units").loc["U3", ["source_date", "standing"]].tolist() == ["2026-01-31", "inferred"]
    with store.open(home) as opened:
        assert opened.data_day() == dt.date(2026, 1, 31)


def test_what_the_record_says_from_that_day_on_already_is_unchanged(bring):
    table = [HEAD, [*U1[:4], 150]]
    assert bring(table, "--since", "2026-06-01")[1]["written"] == 1
    code, found, _ = bring(table, "--since", "2026-06-01", "--as-of", "2026-03-01")
    assert (code, counted(found), found["change"], found["changed"]) == (0, [2, 0, 1, 0, 1], None, [])


# Others who write meanwhile.


@pytest.fixture
def meanwhile(home, monkeypatch):
    """Let somebody act in the store between the moment in which a file is weighed and that in which it is written."""

    def happens(act):
        weigh = imports.weigh

        def late(*given, **named):
            found = weigh(*given, **named)
            with store.open(home) as other:
                act(other)
            return found

        monkeypatch.setattr(imports, "weigh", late)

    return happens


def test_a_unit_that_is_held_is_refused_in_its_row(bring):
    taken = ["L8", "U1", "T1", "已租", "2026-02-01"]
    code, found, _ = bring([LEASES, taken, ["L9", "U2", "T1", "已租", "2026-02-01"]])
    assert (code, counted(found)) == (1, [3, 1, 0, 1, 1])
    assert kinds(found["issues"]) == ["double_booking"]


def test_a_unit_taken_meanwhile_rejects_its_row_and_the_others_go_in(bring, home, meanwhile, tmp_path):
    day = dt.date(2026, 1, 1)
    meanwhile(lambda other: other.place(["U2"], "T1", valid_from=day, reason="first", by="ben"))
    rows_of = [["L8", "U2", "T1", "已租", "2026-02-01"], ["L9", "U3", "T1", "已租", "2026-02-01"]]
    sheets = {"房源": [HEAD, U3], "租约": [LEASES, *rows_of]}
    code, found, _ = bring(sheets, "--rejects", tmp_path / "r.xlsx")
    assert (code, counted(found)) == (1, [5, 2, 0, 1, 2])
    (issue,) = found["issues"]
    assert (issue["kind"], issue["row"], issue["column"]) == ("double_booking", "2", "房源编号")
    assert rows(tmp_path / "r.xlsx")[1][0] == "L8"
    leases = held(home, "leases", dt.date(2026, 3, 1))
    assert leases.loc["L9", "unit_id"] == "U3"
    assert "L8" not in leases.index
    assert [one["key"] for one in found["new"]] == ["U3", "L9"]


def test_what_is_refused_again_and_again_is_a_refusal_of_the_file(bring, monkeypatch):
    calls = []

    def refuse(_, parts, *__, **___):
        calls.append([key for part in parts for key in part.frame["unit_id"]])
        raise InvalidData([Issue("units", calls[-1][0], "", "", "doubled", "No.", "Later.")])

    monkeypatch.setattr(store.Store, "take_in", refuse)
    code, found, err = bring([HEAD, U3, ["U4", "B1", "F1", "104", 4]])
    assert calls == [["U3", "U4"], ["U4"]]
    assert (code, counted(found), found["change"], found["new"]) == (1, [3, 0, 0, 2, 1], None, [])
    assert {issue["row"] for issue in found["issues"]} == {"2", "U4"}
    assert "Nothing was written to the store." in err


def test_a_row_that_somebody_changed_meanwhile_refuses_the_file(bring, home, meanwhile):
    units = record()["units"].assign(lettable_m2=1.0)
    meanwhile(lambda other: other.add("units", units, source="x", by="ben"))
    code, found, _ = bring([HEAD, [*U1[:4], 150], U3])
    assert (code, counted(found), kinds(found["issues"])) == (1, [3, 0, 0, 2, 1], ["changed"])
    assert "ben" in found["issues"][0]["message"]
    assert "U3" not in held(home, "units").index


# Progress, usage, the program itself.


def test_progress_is_told_where_somebody_looks(bring, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    err = bring([HEAD, U3])[2]
    assert "Weighing: Lettable units (0 % done)" in err
    assert "Writing: 1 of 1 rows" in err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    assert "Weighing" not in bring([HEAD, U3])[2]


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--source", "x", "--table", "nothing"],
        ["--source", "x", "--datum", "mars"],
        ["--source", "x", "--standing", "sure"],
        ["--source", "x", "--since", "yesterday"],
        ["--source", "x", "--map", "面积"],
        ["--source", "x", "--map", "=lettable_m2"],
        ["--source", "x", "--rejects", "r.txt"],
    ],
)
def test_wrong_usage_ends_with_two(options, run, tmp_path):
    code, out, err = run("import", tmp_path / "a.xlsx", *options)
    assert (code, out) == (2, "")
    assert "usage: parks import" in err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_program_itself_imports_what_its_template_asks_for(lang, home, tmp_path):
    program, path = Path(sys.executable).with_name("parks"), tmp_path / "t.xlsx"
    common = [program, "--store", home, "--lang", lang, "--format", "json"]
    subprocess.run([*common, "template", "--table", "units", "-o", path], check=True, capture_output=True)
    filled = openpyxl.load_workbook(path)
    for place, cell in enumerate(["U6", "B1", "F1", "106", 6, 60], 1):
        filled.worksheets[0].cell(2, place, cell)
    filled.save(path)
    done = subprocess.run(
        [*common, "import", path, "--source", "x"],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    found = json.loads(done.stdout)
    assert (done.returncode, found["written"], found["issues"]) == (0, 1, [])
    assert held(home, "units").loc["U6", "lettable_m2"] == 60


# Templates.


def offered(path):
    """Return what the sheet of lists offers: word → what it means."""
    sheet = openpyxl.load_workbook(path).worksheets[2]
    return {word: meaning for _, word, meaning in sheet.iter_rows(min_row=2, max_col=3, values_only=True)}


@pytest.mark.parametrize(("lang", "zone"), [("zh", "创新核爆点·西"), ("en", "Innovation core west")])
def test_a_template_offers_the_codes_of_the_store_and_of_the_policy(lang, zone, run, tmp_path):
    code, out, err = run("template", "--table", "tenants", "-o", tmp_path / "t.xlsx", lang=lang)
    assert (code, out) == (0, "")
    assert str(tmp_path / "t.xlsx") in err
    found = offered(tmp_path / "t.xlsx")
    assert found["Z-CORE-W"] == zone
    assert found["P1"] == "甲园"
    run("template", "--table", "units", "-o", tmp_path / "u.xlsx", lang=lang)
    assert offered(tmp_path / "u.xlsx")["F1"] == "1"


def test_a_template_needs_no_store_and_makes_none(run, tmp_path):
    at = tmp_path / "none.db"
    code = run("template", "--table", "projects", "-o", tmp_path / "t.xlsx", lang="zh", at=at)[0]
    found = offered(tmp_path / "t.xlsx")
    assert code == 0
    assert not at.exists()
    assert "P1" not in found
    assert found["PT01"].startswith("生物医药产业规模")


def test_a_template_is_a_workbook_and_never_the_store(run, home, tmp_path):
    code, _, err = run("template", "--table", "units", "-o", tmp_path / "t.csv")
    assert (code, (tmp_path / "t.csv").exists()) == (1, False)
    assert "Let its name end in .xlsx." in err
    before = home.read_bytes()
    assert run("template", "--table", "units", "-o", home)[0] == 1
    assert home.read_bytes() == before
