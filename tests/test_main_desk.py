"""The vacancy desk on the command line: definitions, search by need, holds, rollover, absorption."""

import json
from pathlib import Path

import few
import pandas as pd
import pytest

from parks import __main__ as command
from parks import store
from parks.status import definitions, vacancy
from parks.verbs import asking


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that holds a few parks of the sample."""
    path = tmp_path_factory.mktemp("desk") / "store.db"
    with store.open(path) as held:
        for table, frame in few.tables().items():
            held.add(table, frame, source="sample", by="test")
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], loaded: Path):
    """Return a function that calls a verb on the store and returns its code, rows and what it says."""

    def ran(*arguments: object, on: Path | None = None) -> tuple[int, list[dict], str]:
        try:
            code = command.main(["--store", str(on or loaded), "--format", "json", *map(str, arguments)])
        except SystemExit as end:
            code = int(end.code or 0)
        out = capsys.readouterr()
        return code, json.loads(out.out) if out.out else [], out.err

    return ran


@pytest.fixture
def own(loaded: Path, tmp_path: Path) -> Path:
    """Return a store of the test's own."""
    with store.open(loaded) as held:
        path = held.backup(tmp_path / "own.db")
    store.open(path).close()
    return path


def space(path: Path) -> pd.DataFrame:
    with store.open(path) as held:
        return vacancy.by_unit(held.as_of(held.data_day()))


def test_the_choices_are_those_of_the_status_rooms() -> None:
    assert asking.COUNTS == definitions.COUNTS
    assert asking.BASES == definitions.BASES


def test_vacancy_carries_its_definitions(run) -> None:
    _, plain, _ = run("vacancy")
    assert {(row["counts"], row["base"]) for row in plain} == {("begun", "lettable")}
    _, gross, _ = run("vacancy", "--counts", "signed", "--base", "gross")
    assert {(row["counts"], row["base"]) for row in gross} == {("signed", "gross")}
    for one, other in zip(plain, gross, strict=True):
        assert other["lettable_m2"] > one["lettable_m2"]
    assert run("vacancy", "--counts", "paid")[0] == 2


def test_search_finds_places_and_says_what_is_missed(run, loaded: Path) -> None:
    code, rows, _ = run("search", "--area", "800-1500", "--load", 8, "--fire", "c", "--near", 5)
    assert code == 0
    hits = [row for row in rows if row["verdict"] == "hit"]
    units = space(loaded).set_index("unit_id")
    for row in hits:
        assert 800 <= row["area_m2"] <= 1500
        assert row["floor_load_kn_m2"] >= 8
        assert row["fire_class"] in "甲乙丙"
        assert row["area_m2"] == pytest.approx(float(units.loc[row["unit_ids"], "lettable_m2"].sum()))
    near = [row for row in rows if row["verdict"] == "near"]
    assert len(near) == 5
    assert all(row["missed"] and row["says"] for row in near)


def test_a_search_without_a_hit_ends_with_one_and_says_what_to_do(run) -> None:
    code, rows, said = run("search", "--area", 900000, "--load", 900, "--height", 90, "--zone", "Z-ZJ")
    assert (code, rows) == (1, [])
    assert "Ask for less" in said
    code, _, said = run("search", "--zone", "Z-NOWHERE")
    assert code == 1
    assert "Z-NOWHERE" in said


def test_a_search_prints_a_table_that_can_be_read(loaded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["search", "--area", "900", "--near", "2", "--before", "2027-01-01", "--term", "12", "--over-floors"]
    assert command.main(["--store", str(loaded), "--lang", "zh", *arguments]) == 0
    head = capsys.readouterr().out.splitlines()[0]
    assert "says" in head
    assert "missed" not in head


@pytest.mark.parametrize(
    "wrong",
    [
        ("--area", "2000-1000"),
        ("--area", "much"),
        ("--load", "-1"),
        ("--fire", "F"),
        ("--term", "0"),
        ("--power", "nan"),
    ],
)
def test_what_cannot_be_asked_is_wrong_usage(run, wrong: tuple[str, str]) -> None:
    assert run("search", *wrong)[0] == 2


def test_a_hold_is_placed_prolonged_and_released(run, own: Path) -> None:
    found = space(own)
    unit = found.loc[found["state"].eq("vacant") & found["free_until"].isna(), "unit_id"].iloc[0]
    until = ("--until", "2026-12-01", "--reason", "visit on Monday")
    code, made, _ = run("hold", "place", unit, "--tenant", "A001", *until, on=own)
    assert (code, list(made)) == (0, ["change"])
    row = next(row for row in run("hold", on=own)[1] if row["unit_id"] == unit)
    assert (row["tenant_id"], row["state"], row["valid_to"], row["days_left"]) == ("A001", "reserved", "2026-12-01", 31)
    code, _, said = run("hold", "place", unit, "--tenant", "A002", *until, on=own)
    assert code == 1
    assert "A001" in said
    assert run("hold", "prolong", *row["lease_ids"], "--until", "2027-01-01", "--reason", "more time", on=own)[0] == 0
    row = next(row for row in run("hold", "list", on=own)[1] if row["unit_id"] == unit)
    assert (row["days_left"], len(row["lease_ids"])) == (62, 2)
    assert run("hold", "release", row["lease_ids"][0], "--until", "2026-12-10", "--reason", "gave up", on=own)[0] == 0
    row = next(row for row in run("hold", on=own)[1] if row["unit_id"] == unit)
    assert row["valid_to"] == "2026-12-10"
    code, rows, _ = run("hold", "lapsed", "--as-of", "2026-12-20", on=own)
    assert code == 0
    assert [row["became"] for row in rows if row["unit_id"] == unit] == ["vacant"]


def test_a_hold_asks_for_what_it_needs(run, own: Path) -> None:
    code, _, said = run("hold", "place", "--tenant", "A001", on=own)
    assert (code, "reason" in said) == (1, True)
    code, _, said = run("hold", "place", "U", "--reason", "why", on=own)
    assert (code, "an end" in said) == (1, True)
    code, _, said = run("hold", "prolong", "nothing", "--until", "2027-01-01", "--reason", "why", on=own)
    assert (code, "nothing" in said) == (1, True)
    held = run("hold", on=own)[1][0]["lease_ids"]
    code, _, said = run("hold", "prolong", *held, "--reason", "why", on=own)
    assert (code, "new end" in said) == (1, True)


def test_a_lease_is_not_released_as_if_it_were_a_hold(run, own: Path) -> None:
    with store.open(own) as held:
        lease = held.as_of(held.data_day()).leases.query("state == 'let'")["lease_id"].iloc[0]
    code, _, said = run("hold", "release", lease, "--reason", "why", on=own)
    assert (code, lease in said) == (1, True)


def test_the_rollover_adds_up_and_its_balance_says_what_is_left_out(run, loaded: Path) -> None:
    let = float(space(loaded).query("state == 'let'")["lettable_m2"].sum())
    for level in ("zone", "park", "building"):
        rows = run("rollover", "--by", level)[1]
        assert sum(row["let_m2"] for row in rows) == pytest.approx(let)
    assert sum(row["area_m2"] for row in run("rollover", "--by", "quarter")[1]) == pytest.approx(let)
    _, rows, said = run("rollover", "--by", "balance")
    assert len(rows) == 13
    assert "In no sum" in said
    _, lines, said = run("rollover", "--by", "balance-zone")
    assert "In no sum" in said
    assert [line["line"] for line in lines[-26::13]] == ["several", "none"]
    for row in rows:
        here = [line["balance_m2"] for line in lines if line["quarter"] == row["quarter"]]
        assert sum(here) == pytest.approx(row["balance_m2"])


def test_absorption_by_quarter_zone_and_time(run) -> None:
    rows = run("absorption", "--quarters", 3)[1]
    assert [row["quarter"] for row in rows] == ["2026-Q2", "2026-Q3", "2026-Q4"]
    zones = run("absorption", "--quarters", 3, "--by", "zone")[1]
    assert sum(row["net_m2"] for row in zones) == pytest.approx(sum(row["net_m2"] for row in rows))
    times = run("absorption", "--by", "time")[1]
    assert times[-1]["zone_id"] is None
    assert times[-1]["cases"] == times[-1]["let"] + times[-1]["vacant"] + times[-1]["withdrawn"]
