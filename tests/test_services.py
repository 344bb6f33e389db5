"""Requests in their loop, items against their targets, figures measured, and the growth path."""

import datetime as dt
from types import SimpleNamespace

import pandas as pd
import pytest

from parks import snapshot
from parks.status import growth, localisation, measured, requests, vacancy

DAY = dt.date(2026, 6, 30)


def frame(*rows):
    made = pd.DataFrame(list(rows)).assign(source="hand")
    return made if "standing" in made else made.assign(standing="stated")


def request(name, found, solved=None, answered=None, **cells):
    days = {"found_on": found, "solved_on": solved, "answered_on": answered}
    return {
        "request_id": name,
        "tenant_id": "T1",
        "subject": "增容",
        **{k: pd.to_datetime(v) for k, v in days.items()},
    } | cells


PLACES = {
    "parks": frame({"park_id": "P1", "name_zh": "园", "zone_id": "Z-A"}),
    "buildings": frame({"building_id": "B1", "park_id": "P1", "name_zh": "楼", "status": "built"}),
    "units": frame(*({"unit_id": f"U{n}", "building_id": "B1", "lettable_m2": 100.0 * n} for n in range(1, 7))),
}


def told(*rows):
    return requests.loop(snapshot.of(DAY, PLACES | {"requests": frame(*rows)}))


LOOP = told(
    request("R1", "2026-06-01", unit_id="U1", owner="Li"),
    request("R2", "2026-06-20", "2026-06-25", owner="Li"),
    request("R3", "2026-05-01", "2026-05-11", "2026-05-12", building_id="B1", owner="Li"),
    request("R4", "2026-05-01", "2026-07-01", "2026-07-02", owner="Wang"),
    request("R5", "2026-07-01"),
    request("R6", "2026-04-01", None, "2026-04-09"),
)


def test_a_request_is_found_solved_or_answered_by_the_day():
    rows = LOOP.set_index("request_id")
    assert rows["state"].to_dict() == {"R4": "found", "R1": "found", "R2": "solved", "R3": "answered", "R6": "answered"}
    assert rows.loc["R4", ["days_open", "days_to_solve"]].tolist() == [60, pd.NA]
    assert rows.loc["R2", ["days_open", "days_to_solve"]].tolist() == [10, 5]
    assert rows.loc["R6", ["days_open", "days_to_solve"]].tolist() == [pd.NA, pd.NA]
    assert LOOP["request_id"].tolist() == ["R4", "R1", "R2", "R3", "R6"]


def test_a_request_is_tied_to_its_place_as_far_as_said():
    rows = LOOP.set_index("request_id")[["building_id", "park_id", "zone_id"]]
    assert rows.loc["R1"].tolist() == rows.loc["R3"].tolist() == ["B1", "P1", "Z-A"]
    assert rows.loc["R2"].isna().all()


def test_requests_by_who_is_in_charge():
    found = requests.by_owner(LOOP)
    assert found["owner"].tolist() == ["Li", "Wang", pd.NA]
    assert found[list(requests.STATES)].to_numpy().tolist() == [[1, 1, 1], [1, 0, 0], [0, 0, 1]]
    assert found["median_days"].tolist() == [7.5, pd.NA, pd.NA]
    assert found["unknown_days"].tolist() == [0, 0, 1]
    assert found["standing"].tolist() == ["stated"] * 3
    assert requests.by_owner(LOOP.head(0)).empty


def test_requests_by_how_far_they_have_come():
    found = requests.by_state(LOOP)
    assert found["state"].tolist() == list(requests.STATES)
    assert found["requests"].tolist() == [2, 1, 2]
    assert found["longest_days"].tolist() == [60, 10, pd.NA]
    none = requests.by_state(LOOP.head(0))
    assert none["requests"].tolist() == [0, 0, 0]
    assert none["standing"].isna().all()


def rules(**values):
    targets = [
        {"target_id": "PT10", "unit": "m2", "project_kind": "new_build", "value_min": 1000.0, "document_id": "A"},
        {"target_id": "PT12", "unit": "个", "value_min": 5.0, "document_id": "A"},
        {"target_id": "PT13", "unit": "个", "value_min": 100.0, "document_id": "A"},
        {"target_id": "PT14", "document_id": "B"},
    ]
    text = dict.fromkeys(("target_id", "project_kind", "unit", "document_id", "clause"), "string")
    return SimpleNamespace(
        targets=pd.DataFrame(targets)
        .assign(clause="任务4")
        .astype(text | {"value_min": "Float64"})
        .assign(due_on=pd.Timestamp("2027-12-31")),
        counting=pd.DataFrame([("completed", "completed")], columns=["rule_id", "event"]),
        bases=pd.DataFrame([("gross", "gfa_m2")], columns=["basis", "project_column"]),
        zones=pd.DataFrame([("Z-A", "Z-A")], columns=["zone_id", "counted_in"]),
        assumptions=pd.DataFrame(list(values.items()), columns=["name", "value"]).assign(standing="illustrative"),
    )


def item(name, progress, counts_to="PT12", **cells):
    kind = "foreign_project"
    return {
        "localisation_id": name,
        "kind": kind,
        "name_zh": name,
        "progress": progress,
        "counts_to": counts_to,
    } | cells


ITEMS = frame(
    item("W1", "listed"),
    item("W2", "done", standing="illustrative", done_on=pd.Timestamp("2026-06-30")),
    item("W3", "done"),
    item("W4", "done", done_on=pd.Timestamp("2026-07-01")),
    item("I1", "agreed", "PT13"),
    item("I2", "agreed", None),
).fillna({"standing": "stated"})


def test_items_are_counted_by_how_far_they_have_come():
    park = snapshot.of(DAY, {"localisations": ITEMS})
    found = localisation.by_target(park, rules()).set_index("target_id")
    steps = ["items", *localisation.STEPS]
    assert found.loc["PT12", steps].tolist() == [4, 1, 0, 1, 2]
    assert found.loc["PT13", steps].tolist() == [1, 0, 1, 0, 0]
    assert found["value_min"].tolist() == [5.0, 100.0]
    assert found["standing"].tolist() == ["illustrative", "stated"]
    assert localisation.uncounted(park) == 1
    steps = localisation.items(park).set_index("localisation_id")["progress"]
    assert steps.loc[["W3", "W4"]].tolist() == ["done", "under_way"]
    assert localisation.by_target(snapshot.of(DAY, {}), rules()).empty


def test_a_figure_has_a_value_only_where_the_data_gives_one():
    project = {
        "project_id": "J1",
        "kind": "new_build",
        "counts_to": "PT10",
        "name_zh": "一",
        "zone_id": "Z-A",
        "gfa_m2": 300.0,
    }
    unknown = project | {"project_id": "J2", "gfa_m2": None}
    step = {"milestone_id": "M1", "project_id": "J1", "event": "completed", "actual_on": pd.Timestamp("2026-01-01")}
    ledgers = {"projects": frame(project, unknown), "milestones": frame(step), "localisations": ITEMS}
    found = measured.by_figure(snapshot.of(DAY, ledgers), rules())
    assert found["target_id"].tolist() == ["PT10", "PT12", "PT13", "PT14"]
    assert found["measure"].tolist() == ["progress", "localisation", "localisation", pd.NA]
    assert found["value"].tolist() == [300.0, 2.0, 0.0, pd.NA]
    assert found["share"].tolist()[:3] == pytest.approx([0.3, 0.4, 0.0])
    assert found["unknown"].tolist() == [1, 0, 0, pd.NA]
    empty = measured.by_figure(snapshot.of(DAY, {}), rules())
    assert empty["value"].isna().all()
    assert empty["measure"].isna().all()


GROWTH = rules(
    **{
        "growth.incubation.moving": 0.2,
        "growth.incubation.factor": 2.0,
        "growth.pilot.moving": 0.1,
        "growth.pilot.factor": 3.0,
    }
)


def grown(day):
    stages = {"T1": "incubation", "T2": "pilot", "T3": "production", "T4": None, "T5": "pilot", "T6": "research"}
    people = frame(
        *({"tenant_id": name, "name_zh": name, "kind": "tenant", "stage": stage} for name, stage in stages.items())
    )
    lease = {"state": "let", "valid_from": pd.Timestamp("2020-01-01")}
    leases = [{"lease_id": f"L{n}", "unit_id": f"U{n}", "tenant_id": f"T{n}"} | lease for n in range(1, 7)]
    units = PLACES["units"].assign(lettable_m2=[1000.0, 500.0, 200.0, 90.0, None, 70.0])
    return snapshot.of(day, PLACES | {"units": units, "tenants": people, "leases": frame(*leases)})


def test_the_growth_path_moves_area_on_year_by_year():
    park = grown(dt.date(2025, 12, 31))
    space = vacancy.by_unit(park)
    assert growth.held(park, space) == {"incubation": 1000.0, "pilot": 500.0, "production": 200.0}
    assert growth.unknown(park, space) == 2  # T4 has no stage, the unit of T5 no area
    found = growth.expected(park, space, GROWTH, years=3)
    assert found["year"].tolist() == [2025, 2025, 2026, 2026, 2027, 2027]
    assert found["stage"].tolist() == ["pilot", "production"] * 3
    # nothing is left of 2025; then 20 % of 1,000 and 10 % of 500; then of 800, and of 500 − 50 + 400
    assert found["left_m2"].tolist() == pytest.approx([0, 0, 200, 50, 160, 85])
    assert found["asked_m2"].tolist() == pytest.approx([0, 0, 400, 150, 320, 255])
    assert set(found["standing"]) == {"illustrative"}


def test_of_the_year_under_way_only_the_rest_counts():
    park = grown(dt.date(2026, 7, 2))
    found = growth.expected(park, vacancy.by_unit(park), GROWTH, years=1)
    assert found["left_m2"].tolist()[0] == pytest.approx(1000 * (1 - 0.8 ** (182 / 365)))
