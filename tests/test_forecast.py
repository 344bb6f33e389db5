"""Forecast: seeded, repeatable, and never less likely when there is more to come."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st

from parks import snapshot
from parks.status import forecast, milestones

DAY = dt.date(2026, 6, 30)


def policy(
    *, target: float | None = 1000.0, due_on: str | None = "2027-12-31", common: float = 0.5, **values: float
) -> SimpleNamespace:
    """Return a policy with one target; nothing slips and nothing drops out unless said (``mean sd dropout``)."""
    slip = {"mean": 0.0, "sd": 0.0, "dropout": 0.0} | values
    names = {f"delay.{event}.mean_months": slip["mean"] for event in milestones.EVENTS}
    names |= {f"delay.{event}.sd_months": slip["sd"] for event in milestones.EVENTS}
    names |= {f"dropout.{event}": slip["dropout"] for event in milestones.EVENTS} | {"delay.common_share": common}
    names |= {f"{name}.record_least": slip.get("least", 0.0) for name in ("delay", "dropout")}
    names["delay.forward_most_months"] = slip.get("forward", 6.0)
    names["delay.carried_share"] = slip.get("carried", 0.0)
    assumed = pd.DataFrame({"name": list(names), "value": list(names.values())}).astype(
        {"name": "string", "value": "Float64"}
    )
    targets = pd.DataFrame([{"target_id": "PT10", "project_kind": "new_build", "unit": "m2", "document_id": "A"}])
    targets = targets.astype("string").assign(value_min=pd.array([target], dtype="Float64"))
    return SimpleNamespace(
        targets=targets.assign(starts_on=pd.Timestamp("2025-01-01"), due_on=pd.Timestamp(due_on)),
        counting=pd.DataFrame([("completed", "completed"), ("recognised", "recognised")], columns=["rule_id", "event"]),
        bases=pd.DataFrame([("gross", "gfa_m2")], columns=["basis", "project_column"]),
        zones=pd.DataFrame([("Z", "Z")], columns=["zone_id", "counted_in"]),
        assumptions=assumed.assign(standing="illustrative"),
    )


def ledger(*projects: tuple, day: dt.date = DAY) -> snapshot.Snapshot:
    """Return new-build projects as (id, area, {event: (planned, actual)})."""
    rows = [
        {
            "project_id": name,
            "kind": "new_build",
            "zone_id": "Z",
            "gfa_m2": area,
            "counts_to": "PT10",
            "standing": "stated",
        }
        for name, area, _ in projects
    ]
    steps = [(name, event, *days) for name, _, reached in projects for event, days in reached.items()]
    frame = pd.DataFrame(steps, columns=["project_id", "event", "planned_on", "actual_on"])
    frame = frame.assign(milestone_id=[f"M{i}" for i in range(len(steps))], standing="reported")
    for name in ("planned_on", "actual_on"):
        frame[name] = pd.to_datetime(frame[name])
    return snapshot.of(day, {"projects": pd.DataFrame(rows), "milestones": frame})


def due(planned: str) -> dict:
    return {"completed": (planned, None)}


def chance(park: snapshot.Snapshot, rules: SimpleNamespace, **options: object) -> float:
    return float(forecast.by_target(park, rules, **options).loc[0, "probability"])


DONE = {"completed": ("2026-01-01", "2026-02-01")}


def test_the_keys_are_those_of_the_contract() -> None:
    row = forecast.by_target(ledger(("A", 1000.0, DONE)), policy(), runs=50, seed=7).iloc[0]
    assert row[["target_id", "probability", "p10_m2", "p50_m2", "p90_m2", "runs", "seed"]].tolist() == [
        *("PT10", 1.0, 1000.0, 1000.0, 1000.0, 50, 7)
    ]
    assert row[["standing", "unknown_projects"]].tolist() == ["illustrative", 0]


@pytest.mark.parametrize(("planned", "reached"), [("2027-12-31", 1.0), ("2028-01-01", 0.0)])
def test_without_slip_a_plan_is_kept(planned: str, reached: float) -> None:
    assert chance(ledger(("A", 1000.0, due(planned))), policy()) == reached


def test_what_is_done_cannot_be_lost() -> None:
    assert chance(ledger(("A", 1000.0, DONE)), policy(mean=50.0, dropout=1.0)) == 1.0
    recognised = {"recognised": (None, "2026-01-01")}
    assert chance(ledger(("A", 1000.0, recognised)), policy(mean=50.0, dropout=1.0), rule="recognised") == 1.0


def test_after_the_targets_day_only_what_was_done_by_then_counts() -> None:
    day = dt.date(2028, 6, 30)
    assert chance(ledger(("A", 1000.0, DONE), day=day), policy()) == 1.0
    assert chance(ledger(("A", 1000.0, {"completed": (None, "2028-01-01")}), day=day), policy()) == 0.0
    assert chance(ledger(("A", 1000.0, due("2027-01-01")), day=day), policy()) == 0.0
    assert chance(ledger(("A", 1000.0, due("2027-01-01")), day=dt.date(2027, 12, 31)), policy()) == 0.0


def test_a_late_step_moves_everything_after_it() -> None:
    steps = {"started": ("2026-01-01", None), "completed": ("2027-09-01", None)}
    assert chance(ledger(("A", 1000.0, steps)), policy()) == 0.0
    on_time = {"started": ("2026-01-01", "2026-06-01"), "completed": ("2027-09-01", None)}
    assert chance(ledger(("A", 1000.0, on_time)), policy()) == 1.0


def test_only_the_steps_ahead_slip() -> None:
    ahead = {"approved": ("2026-07-01", None), "completed": ("2027-09-01", None)}
    begun = {"topped_out": ("2026-01-01", "2026-01-01"), "completed": ("2027-09-01", None)}
    assert chance(ledger(("A", 1000.0, ahead)), policy(mean=2.0)) == 0.0
    assert chance(ledger(("A", 1000.0, begun)), policy(mean=2.0)) == 1.0


def test_dropout_is_a_share_of_the_runs_for_each_step() -> None:
    begun = {"topped_out": ("2026-01-01", "2026-01-01"), "completed": ("2027-06-01", None)}
    assert chance(ledger(("A", 1000.0, begun)), policy(dropout=0.2), runs=4000) == pytest.approx(0.8, abs=0.03)
    assert chance(ledger(("A", 1000.0, due("2027-06-01"))), policy(dropout=0.2), runs=4000) == pytest.approx(
        0.8**4, abs=0.03
    )


def test_slip_follows_the_normal_law() -> None:
    begun = {"topped_out": ("2026-01-01", "2026-01-01"), "completed": ("2027-06-30", None)}
    found = chance(ledger(("A", 1000.0, begun)), policy(mean=0.0, sd=6.0), runs=8000)
    assert found == pytest.approx(0.843, abs=0.02)


def test_a_common_shock_moves_projects_together() -> None:
    park = ledger(*((f"P{i}", 100.0, due("2027-10-01")) for i in range(20)))
    alone, together = (
        forecast.by_target(park, policy(sd=4.0, common=share), runs=2000).loc[0, ["p10_m2", "p90_m2"]]
        for share in (0.0, 1.0)
    )
    assert alone["p90_m2"] - alone["p10_m2"] < 900
    assert together.tolist() == [0, 2000]


def test_unknown_projects_deliver_nothing_and_are_counted() -> None:
    row = forecast.by_target(ledger(("A", None, DONE), ("B", 5000.0, due(None)), ("C", 5000.0, {})), policy()).iloc[0]
    assert row[["probability", "p90_m2", "unknown_projects"]].tolist() == [0.0, 0.0, 3]


def test_a_target_without_a_value_or_a_day_has_no_forecast() -> None:
    for rules in (policy(target=None), policy(due_on=None)):
        row = forecast.by_target(ledger(("A", 1.0, DONE)), rules).iloc[0]
        assert row[["probability", "p10_m2", "p50_m2", "p90_m2"]].isna().all()


def test_no_projects_reach_nothing() -> None:
    assert chance(snapshot.of(DAY, {}), policy()) == 0.0
    assert forecast.by_project(snapshot.of(DAY, {}), policy()).empty
    rules = policy()
    rules.targets = rules.targets[:0]
    assert forecast.by_target(snapshot.of(DAY, {}), rules).empty


def test_a_missing_assumption_is_named() -> None:
    rules = policy()
    rules.assumptions = rules.assumptions[rules.assumptions["name"] != "dropout.started"]
    with pytest.raises(KeyError, match=r"dropout\.started"):
        forecast.by_target(ledger(("A", 1.0, DONE)), rules)


def test_what_moves_the_forecast_most_comes_first() -> None:
    park = ledger(("A", 1000.0, due("2027-10-01")), ("B", 10.0, due("2027-10-01")), ("C", 5.0, DONE))
    frame = forecast.by_project(park, policy(sd=3.0), runs=500)
    assert frame["project_id"].tolist() == ["A", "B"]
    assert frame.loc[0, ["probability_with", "probability_without", "swing"]].tolist() == [1.0, 0.0, 1.0]
    assert frame.loc[0, "chance"] == pytest.approx(chance(park, policy(sd=3.0), runs=500), abs=0.01)
    assert forecast.by_project(park, policy(target=None)).empty


# --- invariants ---------------------------------------------------------------------------------------------------

PLANS = st.tuples(st.integers(1, 900).map(float), st.dates(dt.date(2025, 1, 1), dt.date(2028, 12, 31)).map(str))
SLIPS = st.fixed_dictionaries({"mean": st.floats(0, 6), "sd": st.floats(0, 6), "dropout": st.floats(0, 0.5)})


@settings(deadline=None, max_examples=thorough.cases(4))
@given(st.lists(PLANS, min_size=1, max_size=5), SLIPS, st.integers(0, 99))
def test_more_pipeline_is_never_less_likely_and_the_same_seed_says_the_same(
    plans: list, slips: dict, seed: int
) -> None:
    park = [ledger(*((f"P{i}", area, due(day)) for i, (area, day) in enumerate(part))) for part in (plans[:-1], plans)]
    less, more = (forecast.by_target(each, policy(**slips), runs=200, seed=seed).iloc[0] for each in park)
    for name in ("probability", "p10_m2", "p50_m2", "p90_m2"):
        assert less[name] <= more[name]
    assert more["p10_m2"] <= more["p50_m2"] <= more["p90_m2"] <= sum(area for area, _ in plans)
    again = forecast.by_target(park[1], policy(**slips), runs=200, seed=seed)
    pd.testing.assert_series_equal(again.iloc[0], more)


@settings(deadline=None, max_examples=thorough.cases(4))
@given(st.lists(PLANS, min_size=1, max_size=5), st.floats(0, 6), st.integers(0, 99))
def test_a_longer_slip_is_never_more_likely(plans: list, mean: float, seed: int) -> None:
    park = ledger(*((f"P{i}", area, due(day)) for i, (area, day) in enumerate(plans)))
    found = [chance(park, policy(mean=slip, sd=2.0), runs=200, seed=seed) for slip in (mean, mean + 1)]
    assert np.all(np.diff(found) <= 0)
