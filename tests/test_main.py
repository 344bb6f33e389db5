"""The command line: the documented keys, clean output, one clear sentence for every fault, the right exit code."""

import contextlib
import csv
import dataclasses
import datetime as dt
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import district
import few
import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from parks import __main__ as command
from parks import policy, schema, snapshot, store, words
from parks.intake import sample
from parks.issues import InvalidData, Issue
from parks.matching import allocation
from parks.output import placements, reports
from parks.status import vacancy
from parks.verbs import printing, service

KEYS = {
    "vacancy": [
        "zone_id",
        "lettable_m2",
        "let_m2",
        "vacant_m2",
        "reserved_m2",
        "vacancy",
        "units",
        "unknown_units",
        "standing",
    ],
    "progress": [
        "target_id",
        "kind",
        "rule",
        "target_m2",
        "done_m2",
        "under_way_m2",
        "planned_m2",
        "unknown_projects",
        "standing",
    ],
    "forecast": ["target_id", "probability", "p10_m2", "p50_m2", "p90_m2", "runs", "seed"],
    "fit": ["tenant_id", "unit_id", "building_id", "zone_id", "verdict", "score", "failed", "unknown"],
    "allocate": [
        "scenario",
        "value",
        "bound",
        "gap",
        "seconds",
        "proved",
        "placed",
        "unplaced",
        "assignments",
        "pinned",
        "refused",
        "quotas",
    ],
    "explain": ["tenant_id", "placed", "why", "alternatives", "blocked_by", "cheapest_fix"],
}
"""Verb → the keys that others build on."""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that holds a few parks; tests that write copy it first."""
    path = tmp_path_factory.mktemp("store") / "store.db"
    with store.open(path) as held:
        for table, frame in few.tables().items():
            held.add(table, frame, source="sample", by="test")
    return path


@pytest.fixture
def own(loaded: Path, tmp_path: Path) -> Path:
    """Return a store of the test's own."""
    with store.open(loaded) as held:
        path = held.backup(tmp_path / "own.db")
    store.open(path).close()  # a backup becomes a store in use
    return path


@dataclasses.dataclass
class Ran:
    code: int
    out: str
    err: str

    def json(self):
        return json.loads(self.out)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    def ran(*arguments: object) -> Ran:
        try:
            code = command.main([str(part) for part in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        out = capsys.readouterr()
        return Ran(code, out.out, out.err)

    return ran


@pytest.mark.parametrize("verb", ["vacancy", "progress", "forecast", "fit"])
def test_the_keys_are_those_of_the_contract(verb: str, loaded: Path, run) -> None:
    extra = {"fit": ["A001", "--top", 3], "forecast": ["--runs", 50]}.get(verb, [])
    ran = run("--store", loaded, verb, "--format", "json", *extra)
    assert (ran.code, ran.err) == (0, "")
    rows = ran.json()
    assert rows
    for row in rows:
        assert row.keys() >= set(KEYS[verb])
    assert verb != "fit" or len(rows) == 3


@pytest.mark.parametrize("level", ["zone", "park", "building", "floor", "unit", "sector"])
def test_every_level_of_vacancy_has_the_same_total(level: str, loaded: Path, run) -> None:
    rows = run("--store", loaded, "--format", "json", "vacancy", "--by", level).json()
    name = "sector_code" if level == "sector" else f"{level}_id"
    assert next(iter(rows[0])) == name
    with store.open(loaded) as held:
        space = vacancy.by_unit(held.as_of(held.data_day()))
    assert sum(row["vacant_m2"] or 0 for row in rows) == pytest.approx(
        float(space.loc[space["state"] == "vacant", "lettable_m2"].sum())
    )


@pytest.mark.parametrize("level", ["zone", "quarter", "project"])
def test_progress_by_a_level_has_its_id(level: str, loaded: Path, run) -> None:
    rows = run("--store", loaded, "--format", "json", "progress", "--by", level, "--rule", "started").json()
    assert {f"{level}_id" if level != "quarter" else "quarter", *KEYS["progress"]} <= rows[0].keys()
    assert {row["rule"] for row in rows} == {"started"}


def test_the_day_and_the_belief_are_obeyed(loaded: Path, run) -> None:
    early = run("--store", loaded, "--format", "json", "vacancy", "--as-of", "2001-01-01").json()
    assert sum(row["let_m2"] or 0 for row in early) == 0
    unknown = run("--store", loaded, "--format", "json", "vacancy", "--known-on", "2001-01-01")
    assert unknown.json() == []
    assert "parks demo" in unknown.err
    assert unknown.code == 0


def test_allocate_writes_the_plan_that_explain_reads(own: Path, run) -> None:
    ran = run("--store", own, "--format", "json", "allocate", "--scenario", "方案甲", "--steps", 20)
    plan = ran.json()
    assert ran.code == 0
    assert list(plan) == KEYS["allocate"]
    assert plan["value"] <= plan["bound"] * (1 + 1e-9)
    assert {"tenant_id", "unit_id", "valid_from", "area_m2"} <= plan["assignments"][0].keys()
    dt.date.fromisoformat(plan["assignments"][0]["valid_from"])
    listed = run("--store", own, "--format", "json", "scenario", "list").json()
    assert [(row["name"], row["placements"]) for row in listed] == [("方案甲", len(plan["assignments"]))]
    placed = run("--store", own, "--format", "json", "explain", "--scenario", "方案甲", plan["placed"][0]).json()
    assert placed.keys() >= set(KEYS["explain"])
    assert placed["placed"] is True
    assert placed["why"]
    unplaced = run("--store", own, "--format", "json", "explain", "--scenario", "方案甲", plan["unplaced"][0]).json()
    assert unplaced["placed"] is False
    assert all("loss" in other for other in unplaced["alternatives"])
    rows = run("--store", own, "--format", "json", "compare", "record", "方案甲").json()
    units = {row["of"]: row for row in rows if row["figure"] == "units"}
    assert units.keys() == {row["tenant_id"] for row in plan["assignments"]}
    waiting = next(row for row in rows if row["figure"] == "open_needs")
    assert waiting["difference"] == -len({row["need_id"] for row in plan["assignments"]})
    again = run("--store", own, "--format", "json", "allocate", "--scenario", "方案甲", "--steps", 20).json()
    assert again["assignments"] == [], "what the scenario holds is taken as given"
    table = run("--store", own, "allocate", "--scenario", "another", "--steps", 20).out
    assert "assignments:" in table


def test_what_is_decided_in_a_scenario_is_honoured_and_told(own: Path, run, tmp_path: Path) -> None:
    plan = run("--store", own, "--format", "json", "allocate", "--scenario", "free", "--steps", 20).json()
    assert (plan["pinned"], plan["refused"], plan["quotas"]) == ([], [], [])
    first, *_, last = plan["assignments"]
    said = {"source": "meeting", "standing": "stated"}
    pins = [
        {"pin_id": "K1", "need_id": last["need_id"], "unit_id": last["unit_id"], "sense": "ban"},
        {"pin_id": "K2", "need_id": "N-NONE", "unit_id": first["unit_id"], "sense": "pin"},
        {"pin_id": "K3", "need_id": first["need_id"], "unit_id": first["unit_id"], "sense": "pin"},
    ]
    quota = {"quota_id": "Q1", "zone_id": "Z-ZJ", "sectors": "INN", "sense": "at_most", "area_m2": 0.0, "price": 1e-3}
    with store.open(own) as held:
        held.create_scenario("decided", by="test")
        for table, rows in (("pins", pins), ("quotas", [quota])):
            frame = pd.DataFrame([row | said for row in rows])
            held.add(table, frame, source="meeting", by="test", scenario="decided")
    plan = run("--store", own, "--format", "json", "allocate", "--scenario", "decided", "--steps", 20).json()
    assert plan["pinned"] == [first["need_id"]]
    assert plan["refused"] == ["N-NONE is not kept: there is no such open need."]
    ((name, missing),) = [(row["quota_id"], row["missing_m2"]) for row in plan["quotas"]]
    assert name == "Q1"
    assert missing > 0
    given = {(row["need_id"], row["unit_id"]) for row in plan["assignments"]}
    assert (first["need_id"], first["unit_id"]) in given
    assert (last["need_id"], last["unit_id"]) not in given
    said = run("--store", own, "--lang", "zh", "allocate", "--scenario", "decided", "--steps", 1).out
    assert "N-NONE" in said
    path = tmp_path / "quotas.csv"
    assert run("--store", own, "export", "--table", "quotas", "-o", path).code == 0
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 1, "the record has decided nothing"


def test_fit_takes_the_waivers_and_weights_of_the_record(own: Path, run, tmp_path: Path) -> None:
    def ranked() -> dict[str, dict]:
        rows = run("--store", own, "--format", "json", "fit", "A001", "--top", 9999).json()
        return {row["unit_id"]: row for row in rows}

    before = ranked()
    unit = next(name for name, row in before.items() if row["failed"] and not {"free", "term"} & set(row["failed"]))
    missed = before[unit]["failed"]
    told = {"reason": "agreed", "source": "meeting", "standing": "stated"}
    waiver = {"tenant_id": "A001", "unit_id": unit, "by": "Wang"} | told
    with store.open(own) as held:
        day = pd.Timestamp(held.data_day())
        rows = [waiver | {"waiver_id": f"W{number}", "rule": rule, "day": day} for number, rule in enumerate(missed)]
        held.add("waivers", pd.DataFrame(rows), source="meeting", by="test")
        held.add(
            "weights", pd.DataFrame([{"criterion": "zone_fit", "weight": 0.0} | told]), source="meeting", by="test"
        )
    after = ranked()
    assert (after[unit]["failed"], after[unit]["waived"]) == ([], missed)
    assert any(after[name]["score"] != before[name]["score"] for name in before)
    path = tmp_path / "waivers.xlsx"
    assert run("--store", own, "export", "--table", "waivers", "-o", path).code == 0
    assert openpyxl.load_workbook(path).worksheets[0]["A2"].value == "W0"
    assert not any("W0" in line for line in run("--store", own, "check").out.splitlines())


def test_explain_takes_what_was_placed_by_hand_as_given(own: Path, run) -> None:
    with store.open(own) as held:
        day = held.data_day()
        held.create_scenario("hand", by="test")
        space = vacancy.by_unit(held.as_of(day))
        unit = space.loc[(space["state"] == "vacant") & space["free_until"].isna(), "unit_id"].iloc[0]
        held.place([unit], "S001", valid_from=day, reason="by hand", by="test", scenario="hand")
    ran = run("--store", own, "--format", "json", "explain", "--scenario", "hand", "A001")
    assert ran.code == 0
    assert ran.json()["tenant_id"] == "A001"


def test_a_scenario_compared_with_itself_differs_in_nothing(loaded: Path, run) -> None:
    ran = run("--store", loaded, "--format", "json", "compare", "record", "record")
    assert (ran.code, ran.json()) == (0, [])


@pytest.mark.parametrize("kind", ["xlsx", "docx", "pdf", "html", "gpkg"])
def test_a_report_is_written(kind: str, loaded: Path, tmp_path: Path, run) -> None:
    path = tmp_path / f"report.{kind}"
    chosen = ("--chapters", "summary", "new_build")
    ran = run("--store", loaded, "--lang", "zh", "report", *chosen, "-o", path)
    assert (ran.code, ran.out) == (0, "")
    assert str(path) in ran.err
    assert "%" in ran.err
    if kind == "xlsx":
        book = openpyxl.load_workbook(path)
        assert book.sheetnames == ["封面", "摘要", "新建台账"]
        book.close()
    elif kind == "html":
        assert "<html" in path.read_text(encoding="utf-8")
    elif kind == "gpkg":
        assert {"vacant_m2", "park_id"} <= set(gpd.read_file(path, layer="buildings").columns)
    else:
        assert path.read_bytes()[:2] == {"docx": b"PK", "pdf": b"%P"}[kind]


def test_the_map_is_a_file_of_its_own(loaded: Path, tmp_path: Path, run) -> None:
    assert run("--store", loaded, "report", "--as", "map", "-o", f"{tmp_path}/", "--quiet").code == 0
    made = next(tmp_path.iterdir())
    assert made.name.endswith("-en-map.html")
    assert "parks" in made.read_text(encoding="utf-8")


def test_a_set_of_reports_is_named_by_its_path_and_made_anew_only_when_it_changed(
    own: Path, tmp_path: Path, run
) -> None:
    path = tmp_path / "{day}" / "report-{lang}.{form}"
    chosen = ("--as", "html", "--chapters", "summary", "--if-changed")
    first = run("--store", own, "report", "--lang", "both", *chosen, "-o", path)
    assert first.code == 0
    made = sorted(tmp_path.glob("*/*.html"))
    assert [file.name for file in made] == ["report-en.html", "report-zh.html"]
    again = run("--store", own, "report", "--lang", "both", *chosen, "-o", path)
    assert again.err.splitlines() == [f"Unchanged: {file}" for file in reversed(made)]
    quiet = run("--store", own, "report", "--lang", "both", *chosen, "--rule", "started", "-o", path, "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert again.code == run("--store", own, "report", "--lang", "both", *chosen, "-o", path).code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--as", "all", "-o", "report.xlsx"), "One file cannot hold 5 reports."),
        (("--lang", "both", "-o", "{here}/x.pdf"), "The path has braces"),
        (("-o", "{0}.pdf"), "The path has braces"),
    ],
)
def test_a_path_that_cannot_hold_the_reports_is_refused(arguments, said: str, loaded: Path, run) -> None:
    ran = run("--store", loaded, "report", *arguments)
    assert ran.code == 1
    assert said in ran.err


def test_a_report_over_a_scenario_tells_its_plan(own: Path, tmp_path: Path, run) -> None:
    assert run("--store", own, "allocate", "--scenario", "A/B", "--steps", 2).code == 0
    ran = run("--store", own, "report", "--scenario", "A/B", "--chapters", "plan", "--as", "html", "-o", f"{tmp_path}/")
    assert ran.code == 0
    path = next(tmp_path.glob("*.html"))
    assert "A-B" in path.name
    text = path.read_text(encoding="utf-8")
    assert "Every hard rule is kept or waived" in text
    with store.open(own) as held:
        held.create_scenario("empty", by="test")
    ran = run("--store", own, "report", "--scenario", "empty", "--chapters", "plan", "-o", tmp_path / "empty.html")
    assert "This report holds no plan" in (tmp_path / "empty.html").read_text(encoding="utf-8")


def test_nothing_is_worked_out_when_nothing_changed(own: Path, tmp_path: Path, run, monkeypatch) -> None:
    assert run("--store", own, "allocate", "--scenario", "A", "--steps", 2).code == 0
    path = tmp_path / "report.html"
    ask = ("--store", own, "report", "--scenario", "A", "--chapters", "plan", "--if-changed", "-o", path)
    assert run(*ask).code == 0
    asked = []
    for room, name in ((placements, "reasons"), (placements, "of_scenario"), (reports, "draft")):
        monkeypatch.setattr(room, name, lambda *_, name=name, **__: asked.append(name))
    again = run(*ask)
    assert (again.code, again.err, asked) == (0, f"Unchanged: {path}\n", [])


def test_every_area_basis_of_the_policy_can_be_asked_for(own: Path, tmp_path: Path, run) -> None:
    rules = policy.load()
    assert (*command.BASES,) == (*rules.bases["basis"],)
    assert (*command.RULES,) == (*rules.counting["rule_id"],)
    path = tmp_path / "report.html"
    assert run("--store", own, "report", "--basis", "above_ground", "--chapters", "summary", "-o", path).code == 0
    assert "Area above ground" in path.read_text(encoding="utf-8")
    with store.open(own) as held:
        day = held.data_day()
        held.create_scenario("more", by="test")
        built = held.as_of(day).projects.dropna(subset="gfa_m2").head(1).assign(above_ground_m2=1.0)
        held.add("projects", built, source="test", by="test", scenario="more")
    told = {}
    for basis in command.BASES:
        ran = run("--store", own, "--format", "json", "compare", "record", "more", "--basis", basis)
        assert ran.code == 0
        told[basis] = [row["figure"] for row in ran.json()]
    assert not told["gross"]
    assert told["above_ground"]


def test_a_table_is_exported(loaded: Path, tmp_path: Path, run) -> None:
    path = tmp_path / "units.csv"
    assert run("--store", loaded, "export", "--table", "units", "-o", path).code == 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file)) == list(schema.columns("units"))
    refused = run("--store", loaded, "export", "--table", "units", "-o", tmp_path / "units.doc")
    assert refused.code == 1
    assert ".parquet" in refused.err


def test_the_store_is_never_written_over_by_a_report(own: Path, run) -> None:
    before = own.read_bytes()
    ran = run("--store", f"sqlite:///{own}", "report", "-o", own)
    assert ran.code == 1
    assert "store itself" in ran.err
    assert own.read_bytes() == before


def test_backup_copies_and_overwrites_nothing(loaded: Path, tmp_path: Path, run) -> None:
    copy = tmp_path / "copy.db"
    assert run("--store", loaded, "backup", copy).code == 0
    assert run("--store", loaded, "backup", copy).code == 1
    assert (
        run("--store", copy, "--format", "json", "vacancy").json()
        == run("--store", loaded, "--format", "json", "vacancy").json()
    )


def test_check_prints_issues_and_says_so_by_its_code(loaded: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    from parks import checks

    monkeypatch.setattr(checks, "check_all", lambda *_: [])
    fine = run("--store", loaded, "--format", "json", "check")
    assert (fine.code, fine.json(), fine.err) == (0, [], "Nothing to mend.\n")
    issue = Issue("units", "U1", "lettable_m2", "-1", "range", "Too small.", "Mend it.")
    monkeypatch.setattr(checks, "check_all", lambda *_: [issue])
    found = run("--store", loaded, "--format", "json", "check")
    assert (found.code, found.json(), found.err) == (1, [issue.as_dict()], "1 findings\n")


def test_demo_loads_the_sample_once(tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "read", lambda *_, **__: few.tables())
    target = tmp_path / "new" / "store.db"
    first = run("--store", target, "--lang", "zh", "demo")
    assert first.code == 0
    assert "示例数据已载入" in first.err
    assert run("--store", target, "--format", "json", "vacancy").json()
    second = run("--store", target, "demo")
    assert second.code == 1
    assert "rows already" in second.err
    third = run("--store", target, "demo", "--if-empty")
    assert (third.code, third.out, third.err) == (0, "", "")


def test_csv_and_tables_are_for_reading(loaded: Path, run) -> None:
    rows = list(csv.reader(io.StringIO(run("--store", loaded, "--format", "csv", "vacancy").out)))
    assert rows[0][:3] == ["zone_id", "lettable_m2", "let_m2"]
    lines = run("--store", loaded, "--lang", "zh", "vacancy", "--by", "sector").out.splitlines()
    assert lines[0].split()[0] == "sector_code"
    assert "未知" in lines[-1], "space that nobody holds has no sector"
    explained = run("--store", loaded, "--format", "csv", "explain", "--scenario", "record", "A001").out
    assert explained.startswith("key,value\n")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("vacancy", "--by", "street"),
        ("vacancy", "--as-of", "yesterday"),
        ("forecast", "--runs", "0"),
        ("fit",),
        ("serve", "--port", "70000"),
        ("export", "--table", "nonsense", "-o", "x.csv"),
        ("allocate", "--scenario", "x", "--budget", "1", "--steps", "2"),
        ("report", "--as", "odt", "-o", "x"),
        ("report", "--chapters", "nonsense", "-o", "x"),
        ("vacancy", "--lang", "both"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...], run) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "usage:" in ran.err


FAULTS = {
    "no store there": ("--store", "{here}/none.db", "vacancy"),
    "a file that is no store": ("--store", "{here}/foreign.db", "vacancy"),
    "a folder": ("--store", "{here}", "vacancy"),
    "no such scenario": ("--store", "{store}", "explain", "--scenario", "none", "A001"),
    "no such company": ("--store", "{store}", "fit", "none"),
    "nowhere to write": ("--store", "{store}", "export", "--table", "units", "-o", "{here}/foreign.db/x/u.csv"),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_fault_is_a_sentence(name: str, lang: str, loaded: Path, tmp_path: Path, run) -> None:
    (tmp_path / "foreign.db").write_text("no store", encoding="utf-8")
    arguments = [part.format(here=tmp_path, store=loaded) for part in FAULTS[name]]
    ran = run("--lang", lang, *arguments)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.strip()
    assert "Traceback" not in ran.err


def test_every_issue_of_bad_data_is_told(loaded: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    issues = [Issue("zones.csv", str(line), "role", "x", "unknown_code", "Not known.", "Mend it.") for line in (2, 3)]

    def refuse(*_: object, **__: object) -> None:
        raise InvalidData(issues)

    monkeypatch.setattr(policy, "load", refuse)
    ran = run("--store", loaded, "vacancy")
    assert ran.code == 1
    assert ran.err == "zones.csv 2 role [x]: Not known. Mend it.\nzones.csv 3 role [x]: Not known. Mend it.\n"


def test_a_missing_sample_is_told(tmp_path: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "read", lambda *_, **options: few.READ(tmp_path, **options))
    ran = run("--store", tmp_path / "s.db", "demo")
    assert ran.code == 1
    assert len(ran.err.splitlines()) == len(schema.TABLES)


def test_a_reader_that_goes_away_is_no_fault(loaded: Path) -> None:
    both = f"{sys.executable} -W error -m parks --store {loaded} vacancy --by unit | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", both], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.startswith("unit_id")


def test_a_gone_reader_ends_quietly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def gone(_: object) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(command, "_done", gone)
    with (tmp_path / "out").open("w", encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stdout", file)
        assert command.main(["vacancy"]) == 1


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, parks.__main__ as m\ntry: m.main(['--help'])\nexcept SystemExit: print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_the_port_is_taken(own: Path, run) -> None:
    with socket.socket() as other:
        other.bind((service.HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        ran = run("--store", own, "serve", "--port", port)
    assert ran.code == 1
    assert f"Port {port} is taken" in ran.err
    assert f"--port {port + 1}" in ran.err


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((service.HOST, 0))
        return int(probe.getsockname()[1])


def test_serve_becomes_the_server(own: Path, run, monkeypatch: pytest.MonkeyPatch) -> None:
    became = []
    monkeypatch.setattr(os, "execve", lambda *told: became.append(told))
    monkeypatch.setattr(os, "chdir", lambda _: None)
    with contextlib.suppress(TypeError):
        run("--store", own, "serve", "--port", free_port())
    program, arguments, environment = became[0]
    assert program == arguments[0] == sys.executable
    assert arguments[1:4] == ["-m", "streamlit", "run"]
    said = dict(zip(arguments[5::2], arguments[6::2], strict=True))
    assert said["--server.headless"] == "true"
    monkeypatch.setenv("DISPLAY", ":0")
    with contextlib.suppress(TypeError):
        run("--store", own, "serve", "--open", "--port", free_port())
    assert dict(zip(became[1][1][5::2], became[1][1][6::2], strict=True))["--server.headless"] == "false"
    assert said["--browser.gatherUsageStats"] == "false"
    assert said["--server.address"] == "127.0.0.1"
    assert environment["PARKS_STORE"] == str(own)


def test_the_app_answers_and_ends_on_a_signal(own: Path) -> None:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "parks", "--store", str(own), "serve", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            assert answers(port), "no answer within a minute"
        finally:
            server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
    assert service.is_free(port)


def answers(port: int) -> bool:
    for _ in range(240):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
            return page.status == 200
        time.sleep(0.25)
    return False


def test_printed_names_move_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    t = words.translator("en")
    printing.rows(pd.DataFrame({"name": ["a\x1b[2Jb", "x" * 99, "中文"], "n": [1.5, 0.25, 2.0]}), "table", t)
    lines = capsys.readouterr().out.splitlines()
    assert "\x1b" not in "".join(lines)
    assert lines[2].startswith("a [2Jb")
    assert "…" in lines[3]
    printing.fields(
        {"why": ["one\x07 two"], "ids": ["a", "b"], "fix": None, "none": [], "to": {"sentence": "Do it."}}, "table", t
    )
    assert capsys.readouterr().out == "why:\n  one  two\nids: a, b\nfix: –\nnone: –\nto: Do it.\n"


def test_values_are_said_as_json_knows_them() -> None:
    now = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    assert printing.value({"a": {2, 1}, "d": pd.Timestamp("2026-01-02"), "n": pd.NA, "now": now}) == {
        "a": [1, 2],
        "d": "2026-01-02",
        "n": None,
        "now": "2026-01-02T03:04:05+00:00",
    }


def test_no_leases_make_an_empty_plan() -> None:
    rules = policy.load()
    park = snapshot.of(district.DAY, {})
    posed = allocation.case(park, rules, vacancy.by_unit(park))
    plan, strange = placements.planned(posed, park.leases)
    assert (plan.value, plan.placed, plan.unplaced, strange) == (0.0, [], [], [])
    assert plan.assignments.empty
