"""The verbs `scenario` and `rights`: every act, its keys, one clear sentence for every refusal."""

import csv
import io
import json
from typing import NamedTuple

import pandas as pd
import pytest

from parks import __main__ as command
from parks import store

TOLD = {"source": "x", "standing": "illustrative"}
DAY = pd.Timestamp("2026-03-01").date()


@pytest.fixture
def home(tmp_path):
    """Return a store with two companies and three units; ann's scenario A puts T1 into U1 and U2."""
    path = tmp_path / "store.db"
    units = [
        {"unit_id": f"U{at}", "building_id": "B1", "floor_id": "F1", "lettable_m2": 100.0 * at} for at in (1, 2, 3)
    ]
    tenants = [{"tenant_id": f"T{at}", "name_zh": f"{at}号生物", "kind": "tenant"} for at in (1, 2)]
    with store.open(path) as held:
        for name, rows in {"units": units, "tenants": tenants}.items():
            held.add(name, pd.DataFrame(rows).assign(**TOLD), source="x", by="clerk", data_day=DAY)
        held.create_scenario("A", by="ann", note="first")
        place(held, ["U1", "U2"], "T1", scenario="A")
    return path


def place(held, units, tenant, **more):
    held.place(units, tenant, valid_from=DAY, reason="r", by="ann", **more)


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    def rows(self):
        return json.loads(self.out)


@pytest.fixture
def run(capsys, home):
    def ran(*arguments):
        try:
            code = command.main(["--store", str(home), *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        return Ran(code, *capsys.readouterr())

    return ran


def taken(home):
    """Let the record give U1 to T2; return the conflict that this makes."""
    with store.open(home) as held:
        place(held, ["U1"], "T2")
        return held.conflicts("A")["conflict"].item()


def test_the_list_says_how_each_stands(run, home):
    taken(home)
    ran = run("scenario", "list", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    (row,) = ran.rows()
    assert {name: row[name] for name in ("name", "note", "by", "placements", "locked", "approved", "behind")} == {
        "name": "A",
        "note": "first",
        "by": "ann",
        "placements": 2,
        "locked": False,
        "approved": None,
        "behind": 1,
    }


def test_making_copying_noting_and_dropping(run):
    for act, *more in (
        ("create", "B", "--note", "second"),
        ("copy", "A", "C", "--note", "third"),
        ("note", "B", "other"),
        ("drop", "A"),
    ):
        ran = run("--actor", "ben", "scenario", act, *more, "--format", "json")
        assert (ran.code, ran.err) == (0, "")
        (row,) = ran.rows()
        assert (row["scenario"], row["act"], row["change_id"] > 0) == (more[0], act, True)
    listed = run("scenario", "list", "--format", "json").rows()
    assert [(row["name"], row["note"], row["by"], row["placements"]) for row in listed] == [
        ("B", "other", "ben", 0),
        ("C", "third", "ben", 2),
    ]


def test_a_locked_one_refuses_with_a_sentence(run):
    assert run("scenario", "lock", "A").code == 0
    ran = run("scenario", "drop", "A")
    assert (ran.code, ran.out) == (1, "")
    assert "parks locked scenario A on" in ran.err
    assert run("scenario", "unlock", "A").code == 0
    assert run("scenario", "drop", "A").code == 0


def test_differences_are_sentences_or_rows(run):
    told = run("scenario", "diff", "A", "--as-of", "2026-03-01")
    assert (told.code, told.err) == (0, "")
    assert told.out == "differences:\n  T1 1号生物 takes units U1, U2 (300 m²) from 2026-03-01 (Reserved).\n"
    rows = run("scenario", "diff", "A", "--format", "json").rows()
    assert [(row["table"], row["kind"], row["unit_id"], row["before"]) for row in rows] == [
        ("leases", "new", "U1", {}),
        ("leases", "new", "U2", {}),
    ]
    assert rows[0]["after"]["tenant_id"] == "T1"
    plain = list(csv.DictReader(io.StringIO(run("scenario", "diff", "A", "--format", "csv").out)))
    assert "tenant_id: T1" in plain[0]["after"]


def test_conflicts_are_told_and_chosen(run, home):
    none = run("scenario", "conflicts", "A")
    assert (none.code, none.out, none.err) == (0, "", "Nothing in the record stands against it.\n")
    name = taken(home)
    told = run("scenario", "conflicts", "A")
    assert told.out.startswith(f"{name}: Unit U1 is held twice: in the scenario by T1 1号生物")
    (row,) = run("scenario", "conflicts", "A", "--format", "json").rows()
    assert row["conflict"] == name
    assert (row["mine"][0]["tenant_id"], row["theirs"][0]["tenant_id"]) == ("T1", "T2")
    assert row["sentence"].startswith("Unit U1 is held twice")
    plain = list(csv.DictReader(io.StringIO(run("scenario", "conflicts", "A", "--format", "csv").out)))
    assert "tenant_id: T2" in plain[0]["theirs"]
    assert run("scenario", "conflicts", "A", "--format", "json", "--choose", f"{name}=mine").rows() == []
    refused = run("scenario", "rebase", "A")
    assert (refused.code, refused.out) == (1, "")
    assert name in refused.err
    assert run("scenario", "approve", "A", "--reason", "r").code == 1
    assert run("scenario", "rebase", "A", "--choose", f"{name}=theirs").code == 0
    assert run("scenario", "list", "--format", "json").rows()[0]["placements"] == 1


def test_approving_needs_a_reason_and_the_right(run, home):
    assert run("scenario", "approve", "A").code == 2
    assert run("rights", "grant", "cleo").code == 0
    refused = run("scenario", "approve", "A", "--reason", "agreed", "--actor", "ann")
    assert (refused.code, "cleo may" in refused.err) == (1, True)
    assert run("scenario", "approve", "A", "--reason", "agreed", "--actor", "cleo").code == 0
    (row,) = run("scenario", "list", "--format", "json").rows()
    assert (row["locked"], row["approved"] > 0) == (True, True)
    with store.open(home) as held:
        assert held.as_of(DAY).leases["unit_id"].tolist() == ["U1", "U2"]
        assert held.changes(1)["reason"].tolist() == ["agreed"]


def test_rights_are_given_listed_and_taken(run):
    empty = run("rights", "--format", "json")
    assert (empty.code, empty.rows()) == (0, [])
    assert empty.err == "Nobody is named, so everybody may approve scenarios.\n"
    (row,) = run("rights", "grant", "cleo", "--actor", "ann", "--format", "json").rows()
    assert {name: row[name] for name in ("who", "may", "by")} == {"who": "cleo", "may": "approve", "by": "ann"}
    assert run("rights", "list").err == ""
    assert run("rights", "grant", "ben", "--actor", "ben").code == 1
    assert run("rights", "revoke", "cleo", "--actor", "cleo", "--format", "json").rows() == []
    assert "Nobody is named." in run("rights", "grant").err


@pytest.mark.parametrize(
    "arguments",
    [
        ["scenario"],
        ["scenario", "fly", "A"],
        ["scenario", "drop"],
        ["scenario", "note", "A"],
        ["scenario", "rebase", "A", "--choose", "gone"],
        ["scenario", "rebase", "A", "--choose", "gone=ours"],
        ["rights", "fly"],
    ],
)
def test_wrong_usage_is_said(run, arguments):
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err
