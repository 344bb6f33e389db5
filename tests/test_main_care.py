"""The verbs `backup`, `restore`, `migrate` and `check`: what they print, their exit codes, in both languages."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import district
import pytest

from parks import __main__ as command
from parks import checks, store
from parks.issues import Issue
from parks.store import sqlite, tables

RELEASED = Path(__file__).with_name("store") / "format_1.sql"


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    def json(self):
        return json.loads(self.out)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a backup of a store that holds a small district."""
    folder = tmp_path_factory.mktemp("made")
    with store.open(folder / "store.db") as held:
        for name, frame in district.tables().items():
            held.add(name, frame, source="hand", by="clerk")
        return held.backup(folder / "monday.db")


@pytest.fixture
def home(made, tmp_path):
    path = tmp_path / "store.db"
    path.write_bytes(made.read_bytes())
    return path


@pytest.fixture
def copy(made, tmp_path):
    path = tmp_path / "monday.db"
    path.write_bytes(made.read_bytes())
    return path


@pytest.fixture
def run(capsys):
    def ran(*arguments):
        try:
            code = command.main([str(part) for part in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        return Ran(code, *capsys.readouterr())

    return ran


def write(path, *statements):
    with closing(sqlite3.connect(path)) as raw:
        for statement in statements:
            raw.execute(statement)
        raw.commit()


def test_a_backup_is_put_back_into_an_empty_place(copy, tmp_path, run):
    spare = tmp_path / "spare.db"
    done = run("--store", spare, "restore", copy)
    assert (done.code, done.out) == (0, "")
    assert "rows were put back" in done.err
    with store.open(spare, create=False) as back, store.open(copy) as wanted:
        assert back.version == wanted.version
        assert back.export_rows("units").equals(wanted.export_rows("units"))


def test_what_the_store_holds_is_replaced_only_when_asked(home, copy, run):
    refused = run("--store", home, "restore", copy)
    assert (refused.code, refused.out) == (1, "")
    assert "--replace" in refused.err
    done = run("--store", home, "--format", "json", "--lang", "zh", "--actor", "ann", "restore", copy, "--replace")
    assert done.code == 0
    told = done.json()
    assert told.keys() == {"rows", "change", "before"}
    assert told["before"] in done.err
    assert Path(told["before"]).parent == copy.parent
    with store.open(home) as held:
        last = held.changes(1).iloc[0]
        assert (last["change_id"], last["what"], last["who"]) == (told["change"], "restore", "ann")


def test_a_restore_of_what_is_no_backup_is_one_sentence(tmp_path, run):
    (tmp_path / "notes.txt").write_text("no store", encoding="utf-8")
    refused = run("--store", tmp_path / "spare.db", "restore", tmp_path / "notes.txt")
    assert (refused.code, refused.out, refused.err.count("\n")) == (1, "", 1)
    assert not (tmp_path / "spare.db").exists()
    assert run("restore").code == 2


def test_an_older_store_is_taken_up_once(tmp_path, run):
    home = tmp_path / "store.db"
    with closing(sqlite3.connect(home)) as raw:
        raw.executescript(RELEASED.read_text(encoding="utf-8"))
    refused = run("--store", home, "vacancy")
    assert refused.code == 1
    assert "parks migrate" in refused.err
    done = run("--store", home, "--format", "json", "migrate")
    told = done.json()
    assert (done.code, told["before"], told["now"], told["nothing"]) == (0, "0001", tables.REVISION, False)
    assert told["backup"] in done.err
    assert Path(told["backup"]).exists()
    assert run("--store", home, "vacancy").code == 0
    again = run("--store", home, "migrate")
    assert (again.code, again.out) == (0, "")
    assert "nothing to do" in again.err
    assert run("--store", tmp_path / "nowhere.db", "migrate").code == 1


def test_what_was_gained_and_put_back_is_named(home, run):
    write(
        home,
        *(f"DROP TRIGGER {name}" for name in sqlite.guards()),
        "ALTER TABLE units DROP COLUMN bsl",
        "UPDATE about SET columns = 'others'",
    )
    done = run("--store", home, "migrate")
    assert done.code == 0
    assert "New: units.bsl." in done.err
    assert "Guards put back: guard_" in done.err


def test_a_check_tells_both_kinds_of_findings_once(home, run, monkeypatch):
    monkeypatch.setattr(checks, "check_all", lambda *_: [])
    fine = run("--store", home, "--format", "json", "check")
    assert (fine.code, fine.json(), fine.err) == (0, [], "Nothing to mend.\n")
    write(
        home,
        "DROP TRIGGER guard_units_fixed",
        "UPDATE units SET building_id = 'B9' WHERE unit_id = 'U2'",
        sqlite.guards()["guard_units_fixed"],
    )
    small = Issue("units", "U1", "lettable_m2", "-1", "range", "Too small.", "Mend it.")
    same = Issue("units", "U2", "building_id", "B9", "unknown_reference", "There is none.", "Mend it.")
    monkeypatch.setattr(checks, "check_all", lambda *_: [same, small])
    found = run("--store", home, "--format", "json", "check")
    assert (found.code, found.err) == (1, "2 findings\n")
    assert [(row["table"], row["row"], row["kind"]) for row in found.json()] == [
        ("units", "U2", "unknown_reference"),
        ("units", "U1", "range"),
    ]


def test_a_check_looks_at_a_store_that_does_not_open(home, run):
    write(home, "DROP TRIGGER guard_leases_booking")
    found = run("--store", home, "--format", "json", "check")
    assert (found.code, [row["value"] for row in found.json()]) == (1, ["guard_leases_booking"])
    refused = run("--store", home, "vacancy")
    assert refused.code == 1
    assert "guard_leases_booking" in refused.err


def test_the_verbs_are_told_in_both_languages(run):
    for verb, chinese in (("backup", "备份数据库"), ("restore", "恢复备份"), ("migrate", "升级数据库")):
        told = run(verb, "--help")
        assert told.code == 0
        assert chinese in told.out
