"""Verbs over plans: why not on a unit, what more space is worth, what pins and quotas cost."""

import pandas as pd
import pytest
from test_main import loaded, own, run

from parks import store

__all__ = ["loaded", "own", "run"]
WHERE = {"source": "hand", "standing": "stated"}


@pytest.fixture
def planned(own, run):
    """Return a store with a scenario that holds a plan, and the plan."""
    plan = run("--store", own, "--format", "json", "allocate", "--scenario", "A", "--steps", 20).json()
    return own, plan


def test_why_not_on_a_unit_tells_the_rule_or_the_cost(planned, run):
    path, plan = planned
    given = plan["assignments"][0]
    ask = ["--store", path, "--format", "json", "explain", "--scenario", "A"]
    there = run(*ask, given["tenant_id"], "--unit", given["unit_id"]).json()
    assert (there["loss"], there["why"]) == (0.0, ["The plan puts it there."])
    other = next(row for row in plan["assignments"] if row["tenant_id"] != given["tenant_id"])
    told = run(*ask, given["tenant_id"], "--unit", other["unit_id"]).json()
    assert told["why"]
    assert (told["loss"] is None) == (told["unit_ids"] is None)
    wrong = run(*ask, given["tenant_id"], "--unit", "nowhere")
    assert wrong.code == 1
    assert "There is no such unit: nowhere." in wrong.err


def test_what_more_space_is_worth_is_printed(planned, run):
    path, _ = planned
    rows = run("--store", path, "--format", "json", "worth", "--scenario", "A", "--steps", 5, "--count", 2).json()
    assert {"zone_id", "kind", "quarter", "worth", "least", "most", "how", "comes_in", "sentence"} <= rows[0].keys()
    known = [row for row in rows if row["most"] is not None]
    assert known
    assert all(row["least"] <= row["most"] for row in known)


def test_what_pins_and_quotas_cost_is_printed(planned, run):
    path, plan = planned
    given = plan["assignments"][0]
    with store.open(path) as held:
        pin = {"pin_id": "P1", "need_id": given["need_id"], "unit_id": given["unit_id"], "sense": "pin", **WHERE}
        own = [row["unit_id"] for row in plan["assignments"] if row["need_id"] == given["need_id"]]
        pins = pd.DataFrame([pin | {"pin_id": f"P{number}", "unit_id": unit} for number, unit in enumerate(own)])
        held.create_scenario("B", by="test")
        held.add("pins", pins, source="hand", by="test", scenario="B")
    rows = run("--store", path, "--format", "json", "costs", "--scenario", "B", "--steps", 20).json()
    assert [(row["kind"], row["name"]) for row in rows] == [("pin", given["need_id"])]
    assert rows[0]["least"] <= rows[0]["cost"] <= rows[0]["most"] + 1e-6
    assert run("--store", path, "--format", "json", "costs", "--steps", 20).json() == []
