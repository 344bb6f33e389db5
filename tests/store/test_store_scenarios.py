"""Scenarios: differences over the record as it was at their base, apart from each other and from the record."""

import datetime as dt

import pandas as pd
import pytest
from small_park import leases, units
from test_store_acts import held_by, place

from parks.issues import InvalidData

DAY = dt.date(2026, 3, 1)
LATER = dt.date(2026, 6, 1)


@pytest.fixture
def laid(held):
    held.create_scenario("A", by="ann", note="first try")
    return held


def test_a_scenario_sees_the_record_and_the_record_does_not_see_it(laid):
    before = laid.as_of(DAY)
    assert laid.as_of(DAY, "A").leases.equals(before.leases)
    assert laid.as_of(DAY, "A").leases is before.leases
    place(laid, "U2", scenario="A")
    assert set(held_by(laid, "A")) == {"U1", "U2"}
    assert set(held_by(laid)) == {"U1"}
    assert laid.as_of(DAY, "A").scenario == "A"
    assert laid.as_of(DAY, "A").units is laid.as_of(DAY).units


def test_it_replaces_and_takes_away_rows_of_the_record_for_itself(laid):
    laid.release(["L1"], on=LATER, reason="r", by="ann", scenario="A")
    place(laid, "U1", on=LATER, scenario="A")
    assert held_by(laid, "A") == {"U1": [("T1", dt.date(2024, 1, 1), LATER), ("T2", LATER, None)]}
    assert held_by(laid) == {"U1": [("T1", dt.date(2024, 1, 1), dt.date(2028, 1, 1))]}
    with pytest.raises(InvalidData, match="U1 is firmly held"):
        place(laid, "U1", on=LATER)
    laid.undo(by="ann", scenario="A")
    laid.undo(by="ann", scenario="A")
    assert held_by(laid, "A") == held_by(laid)


def test_a_future_row_of_the_record_can_be_gone_in_it(held):
    place(held, "U2", on=LATER)
    held.create_scenario("A", by="ann")
    lease = held.as_of(DAY).leases["lease_id"].iloc[1]
    held.release([lease], on=DAY, reason="r", by="ann", scenario="A")
    assert set(held_by(held, "A")) == {"U1"}
    assert set(held_by(held)) == {"U1", "U2"}
    held.undo(by="ann", scenario="A")
    assert set(held_by(held, "A")) == {"U1", "U2"}
    held.redo(by="ann", scenario="A")
    assert set(held_by(held, "A")) == {"U1"}


def test_taking_back_cannot_bring_a_hidden_holder_back_over_a_new_one(laid):
    laid.release(["L1"], on=DAY, reason="r", by="ann", scenario="A")
    place(laid, "U1", by="ben", scenario="A")
    with pytest.raises(InvalidData, match="U1 is firmly held by T2"):
        laid.undo(by="ann", scenario="A")


def test_two_scenarios_may_hold_one_unit_and_the_record_goes_its_way(laid):
    laid.create_scenario("B", by="ben")
    place(laid, "U2", scenario="A")
    place(laid, "U2", tenant="T3", scenario="B")
    place(laid, "U2", tenant="T1")
    found = [held_by(laid, name)["U2"][0][0] for name in ("A", "B", None)]
    assert found == ["T2", "T3", "T1"]
    with pytest.raises(InvalidData, match="U2 is firmly held by T2"):
        place(laid, "U2", tenant="T3", scenario="A")


def test_it_stays_on_its_base_when_the_record_moves_on(laid):
    laid.add("units", units("U9"), source="x", by="clerk")
    place(laid, "U3")
    assert "U9" not in set(laid.as_of(DAY, "A").units["unit_id"])
    assert "U3" not in held_by(laid, "A")
    place(laid, "U3", tenant="T3", scenario="A")


def test_ledger_rows_can_be_tried_in_it(laid):
    laid.add("units", units("U1", lettable_m2=50.0), source="x", by="ann", scenario="A", valid_from=LATER)
    laid.add("leases", leases(("L1", "U4", "T1", "let", "2024-01-01", None)), source="x", by="ann", scenario="A")

    def area(day, name):
        return laid.as_of(day, name).units.set_index("unit_id").loc["U1", "lettable_m2"]

    assert [area(DAY, "A"), area(LATER, "A"), area(LATER, None)] == [100.0, 50.0, 100.0]
    assert len(laid.as_of(LATER, "A").units) == 4
    assert set(held_by(laid, "A")) == {"U4"}
    place(laid, "U1", scenario="A")
    version = laid.version
    assert laid.add("units", units("U2"), source="x", by="ann", scenario="A") is None
    assert laid.version == version


def test_a_copy_goes_its_own_way(laid):
    laid.release(["L1"], on=DAY, reason="r", by="ann", scenario="A")
    place(laid, "U1", "U2", scenario="A")
    laid.copy_scenario("A", "B", by="ben", note="second try")
    assert held_by(laid, "B") == held_by(laid, "A")
    place(laid, "U3", tenant="T3", scenario="B", by="ben")
    with pytest.raises(InvalidData, match="firmly held"):
        place(laid, "U1", tenant="T3", scenario="B")
    assert "U3" not in held_by(laid, "A")
    with pytest.raises(InvalidData, match="no act of yours"):
        laid.undo(by="ann", scenario="B")
    found = laid.scenarios().set_index("name")
    assert found["placements"].to_dict() == {"A": 3, "B": 4}
    assert found["by"].to_dict() == {"A": "ann", "B": "ben"}
    assert found["note"].to_dict() == {"A": "first try", "B": "second try"}
    assert len(set(found["base"])) == 1


def test_a_dropped_one_is_gone_but_not_forgotten(laid, clock):
    place(laid, "U2", scenario="A")
    clock.now = dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)
    laid.drop_scenario("A", by="ann")
    assert laid.scenarios().empty
    with pytest.raises(InvalidData, match="no scenario called A"):
        laid.as_of(DAY, "A")
    with pytest.raises(InvalidData, match="no scenario called A"):
        place(laid, "U2", scenario="A")
    assert "U2" in set(laid.as_of(DAY, "A", known_on=dt.date(2026, 3, 31)).leases["unit_id"])
    laid.create_scenario("A", by="ann")
    assert set(held_by(laid, "A")) == {"U1"}
    assert laid.undoable(by="ann", scenario="A") is None
    with pytest.raises(InvalidData, match="no act of yours"):
        laid.undo(by="ann", scenario="A")


@pytest.mark.parametrize(("name", "kind"), [("", "missing"), ("  ", "missing"), ("A", "doubled")])
def test_a_name_is_needed_and_used_once(laid, name, kind):
    for attempt in (laid.create_scenario, lambda new, by: laid.copy_scenario("A", new, by=by)):
        with pytest.raises(InvalidData) as refused:
            attempt(name, by="ann")
        assert refused.value.issues[0].kind == kind
    with pytest.raises(InvalidData, match="no scenario called Z"):
        laid.copy_scenario("Z", "Y", by="ann")


def test_changes_are_told_apart_by_scenario(laid):
    place(laid, "U2", scenario="A")
    place(laid, "U3")
    assert laid.changes(scenario="A")["what"].tolist() == ["place", "create_scenario"]
    assert laid.changes(1)["subject"].tolist() == ["T2 → U3"]
    assert len(laid.changes(everywhere=True)) == laid.version


def refusal(act, *arguments, **more):
    with pytest.raises(InvalidData) as refused:
        act(*arguments, **more)
    (issue,) = refused.value.issues
    return issue


def test_a_locked_one_is_read_and_copied_but_not_written(laid):
    place(laid, "U2", scenario="A")
    laid.lock_scenario("A", by="ben")
    assert laid.scenarios()["locked"].tolist() == [True]
    version = laid.version
    own = laid.as_of(DAY, "A").leases["lease_id"].tolist()
    plan = pd.DataFrame({"unit_id": ["U3"], "tenant_id": ["T3"], "valid_from": [DAY]})
    for attempt in (
        lambda: place(laid, "U3", scenario="A"),
        lambda: laid.place_all(plan, reason="r", by="ann", scenario="A"),
        lambda: laid.move(own[:1], ["U3"], on=LATER, reason="r", by="ann", scenario="A"),
        lambda: laid.release(own[1:], on=LATER, reason="r", by="ann", scenario="A"),
        lambda: laid.add("units", units("U1", lettable_m2=1.0), source="x", by="ann", scenario="A"),
        lambda: laid.undo(by="ann", scenario="A"),
        lambda: laid.describe_scenario("A", "other", by="ann"),
        lambda: laid.lock_scenario("A", by="ann"),
        lambda: laid.rebase("A", by="ann"),
        lambda: laid.drop_scenario("A", by="ann"),
    ):
        issue = refusal(attempt)
        assert (issue.kind, issue.message) == ("locked", "ben locked scenario A on 2026-03-01.")
        assert "parks scenario unlock" in issue.mend
    assert laid.version == version
    laid.copy_scenario("A", "B", by="ann")
    assert held_by(laid, "B") == held_by(laid, "A")
    place(laid, "U3", scenario="B")


def test_it_is_opened_again_by_anybody_who_says_so(laid):
    laid.lock_scenario("A", by="ben")
    laid.lock_scenario("A", by="ann", locked=False)
    assert laid.scenarios()["locked"].tolist() == [False]
    assert refusal(laid.lock_scenario, "A", by="ann", locked=False).kind == "open"
    place(laid, "U2", scenario="A")
    laid.undo(by="ann", scenario="A")
    laid.drop_scenario("A", by="ann")
    assert laid.changes(6, "A")["what"].tolist() == [
        "drop_scenario",
        "undo",
        "place",
        "unlock_scenario",
        "lock_scenario",
        "create_scenario",
    ]


def test_its_note_can_be_given_anew_and_its_maker_stays(laid, clock):
    clock.now += dt.timedelta(days=1)
    laid.describe_scenario("A", "the northern half", by="ben")
    laid.lock_scenario("A", by="ben")
    (found,) = laid.scenarios().to_dict("records")
    assert (found["note"], found["by"], found["created_at"].day) == ("the northern half", "ann", 1)
    with pytest.raises(InvalidData, match="no scenario called Z"):
        laid.describe_scenario("Z", "x", by="ben")


def test_an_act_before_a_lock_and_a_note_can_still_be_taken_back(laid):
    place(laid, "U2", scenario="A")
    laid.lock_scenario("A", by="ben")
    laid.lock_scenario("A", by="ben", locked=False)
    laid.describe_scenario("A", "x", by="ben")
    laid.undo(by="ann", scenario="A")
    assert held_by(laid, "A") == held_by(laid)


def test_how_far_behind_counts_changes_of_data_in_the_record_only(laid):
    laid.create_scenario("B", by="ann")
    place(laid, "U2", scenario="B")
    place(laid, "U3")
    laid.add("units", units("U1"), source="ledger.xlsx", by="clerk")
    found = laid.scenarios().set_index("name")
    assert found["behind"].to_dict() == {"A": 1, "B": 1}
    assert found["approved"].isna().all()
    laid.create_scenario("C", by="ann")
    assert laid.scenarios()["behind"].tolist() == [1, 1, 0]
    laid.drop_scenario("A", by="ann")
    assert laid.scenarios()["name"].tolist() == ["B", "C"]
