"""Verbs over the programme: what changed since a report, what is taken out or missing, what lies behind a forecast."""

import pytest
from test_main import loaded, run

__all__ = ["loaded", "run"]


@pytest.fixture
def ask(loaded, run):
    """Return a function that runs a verb on the sample and gives its rows."""

    def asked(*arguments, lang="en"):
        done = run("--store", loaded, "--format", "json", "--lang", lang, *arguments)
        return done.json(), done.err

    return asked


def test_what_changed_since_a_report_adds_up(ask):
    rows, said = ask("progress", "--since", "2026-09-30", "--hindsight")
    now, _ = ask("progress")
    then, _ = ask("progress", "--as-of", "2026-09-30")
    for place, target in enumerate(("PT10", "PT11")):
        mine = [row for row in rows if row["target_id"] == target]
        for part in ("done_m2", "under_way_m2", "planned_m2"):
            assert sum(row[part] for row in mine) == now[place][part] - then[place][part]
    assert any("“Completed” reached on" in row["what"] for row in rows)
    assert "New-build, Done: +37,362 m²" in said
    _, chinese = ask("progress", "--since", "2026-09-30", "--hindsight", lang="zh")
    assert "新建，已完成：+37,362 平方米" in chinese


def test_a_report_of_which_nothing_was_known_makes_all_new(ask):
    rows, said = ask("progress", "--since", "2026-06-30")
    assert {row["what"] for row in rows} == {"new in the ledger"}
    assert "try --hindsight" in said


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (["progress", "--show", "taken-out"], ["zone_id", "closed_m2", "returned_m2", "gone_m2", "dropped_m2"]),
        (["progress", "--show", "taken-out", "--by", "quarter"], ["quarter", "closed_m2", "gone_m2"]),
        (["progress", "--show", "missing"], ["table", "key", "missing", "target_id"]),
        (["progress", "--by", "developer"], ["developer", "done_m2", "gone_m2", "net_m2"]),
        (["forecast", "--by", "quarter", "--runs", 50], ["quarter", "p10_m2", "p50_m2", "p90_m2", "probability"]),
        (["forecast", "--by", "project", "--runs", 50], ["project_id", "swing", "swing_m2", "expected_on"]),
        (["forecast", "--by", "step", "--runs", 50], ["event", "mean_months", "delay_from", "dropout_from"]),
        (["forecast", "--reach", "0.8", "--runs", 50], ["target_id", "missing_m2", "months", "project_id"]),
    ],
)
def test_each_view_has_its_keys(arguments, keys, ask):
    rows, _ = ask(*arguments)
    assert set(keys) <= rows[0].keys()


def test_splits_of_a_ledger_without_any_are_none(ask):
    assert ask("progress", "--show", "splits")[0] == []


def test_own_assumptions_change_the_forecast_and_a_strange_one_is_refused(ask, loaded, run):
    (before, *_), _ = ask("forecast", "--runs", 200)
    (after, *_), _ = ask("forecast", "--runs", 200, "--assume", "dropout.completed=0.9")
    assert after["p50_m2"] < before["p50_m2"]
    refused = run("--store", loaded, "forecast", "--assume", "weight.chain=1")
    assert refused.code == 1
    assert "The policy has no such assumption." in refused.err


@pytest.mark.parametrize(
    "arguments", [["--assume", "dropout.completed"], ["--assume", "a=b"], ["--reach", "1"], ["--reach", "much"]]
)
def test_what_is_no_number_is_wrong_usage(arguments, loaded, run):
    assert run("--store", loaded, "forecast", *arguments).code == 2
