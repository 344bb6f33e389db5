"""Any change is taken back whole, and done again, unless somebody built on it: then who, with which change."""

import datetime as dt

import pandas as pd
import pytest
from small_park import leases, units
from test_store_acts import DAY, LATER, held_by, place

from parks import schema
from parks.issues import InvalidData


def state(held, scenario=None, day=DAY):
    """Return all that is shown, as plain rows."""
    park = held.as_of(day, scenario)
    return {name: pd.DataFrame(park.table(name)).astype(str).to_dict("records") for name in schema.TABLES}


def refusal(act):
    with pytest.raises(InvalidData) as refused:
        act()
    return refused.value.issues


def take_back(held, number, by="ben", reason="wrong"):
    return held.take_back(number, by=by, reason=reason)


def test_an_import_is_taken_back_whole_by_anybody_and_done_again(held):
    before = state(held)
    number = held.add("units", units("U1", "U2", "U8", "U9", lettable_m2=5.0), source="x", by="clerk")
    after = state(held)
    back = take_back(held, number)
    assert state(held) == before
    assert held.written(back) == 4
    told = held.changes(1).iloc[0]
    assert (told["who"], told["what"], told["subject"], told["reason"]) == ("ben", "take_back", "units", "wrong")
    assert told["undoes"] == number
    again = take_back(held, back, by="cat")
    assert state(held) == after
    take_back(held, number)
    assert state(held) == before
    take_back(held, back + 2)
    assert state(held) == after
    undone = held.changes().set_index("change_id")["undone"]
    assert not undone[number]
    assert undone[back]
    assert not undone[again]


def test_what_was_so_from_a_day_on_gets_its_periods_back(held):
    before = [state(held, day=day) for day in (DAY, LATER)]
    number = held.add("units", units("U1", lettable_m2=5.0), source="x", by="clerk", valid_from=LATER)
    assert state(held, day=LATER) != before[1]
    take_back(held, number)
    assert [state(held, day=day) for day in (DAY, LATER)] == before
    held.add("units", units("U1", lettable_m2=6.0), source="x", by="clerk")


def test_a_change_taken_back_or_unknown_is_refused_with_what_to_do(held):
    number = place(held, "U2")
    back = held.undo(by="ann")
    (issue,) = refusal(lambda: take_back(held, number))
    assert issue.kind == "undone"
    assert f"ann has taken change {number} back already (change {back})" in issue.message
    assert f"take back change {back}" in issue.mend
    take_back(held, back)
    assert set(held_by(held)) == {"U1", "U2"}
    (issue,) = refusal(lambda: take_back(held, back))
    assert issue.kind == "undone"
    assert [issue.kind for issue in refusal(lambda: take_back(held, 999))] == ["unknown"]


def test_what_i_took_back_by_number_i_can_redo_unless_i_did_more(held):
    number = place(held, "U2")
    take_back(held, number, by="ann")
    assert held.undoable(by="ann") is None
    held.redo(by="ann")
    assert set(held_by(held)) == {"U1", "U2"}
    held.undo(by="ann")
    imported = held.add("units", units("U9"), source="x", by="ann")
    take_back(held, imported, by="ann")
    assert held.redoable(by="ann") < imported
    held.redo(by="ann")
    assert set(held_by(held)) == {"U1", "U2"}
    assert "U9" not in set(held.as_of(DAY).units["unit_id"])


def test_what_others_built_on_an_import_is_named(held):
    number = held.add("units", units("U1", "U8", "U9", lettable_m2=5.0), source="x", by="clerk")
    edit = held.add("units", units("U1", "U8", lettable_m2=6.0), source="x", by="cat")
    place(held, "U3", by="eve")
    let = place(held, "U9", "U8", by="dan")
    edited, rests = refusal(lambda: take_back(held, number))
    assert (edited.kind, edited.row, edited.value) == ("built_on", "U1", str(edit))
    assert edited.message == f"cat has changed U1 in units since (change {edit})."
    assert f"Take back change {edit} first" in edited.mend
    assert rests.message == f"dan has written P{let:06d}-001 in leases since, which rests on U9 (change {let})."
    take_back(held, let)
    take_back(held, edit)
    take_back(held, number)
    assert set(held.as_of(DAY).units["unit_id"]) == {"U1", "U2", "U3", "U4"}


def test_a_unit_that_was_let_before_the_import_of_it_can_lose_what_the_import_said(held):
    place(held, "U2")
    number = held.add("units", units("U2", lettable_m2=5.0), source="x", by="clerk")
    place(held, "U2", on=LATER, state="intended")
    take_back(held, number)
    assert held.as_of(DAY).units["lettable_m2"].tolist() == [100.0] * 4


def test_leases_somebody_moved_since_are_named(held):
    number = held.add("leases", leases(("L2", "U2", "T2", "let", "2026-01-01", None)), source="x", by="clerk")
    ended = held.release(["L2"], on=LATER, reason="r", by="ben")
    (issue,) = refusal(lambda: take_back(held, number))
    assert issue.message == f"ben has changed lease L2 since (change {ended})."
    held.undo(by="ben")
    take_back(held, number)
    assert set(held_by(held)) == {"U1"}


def test_what_stands_on_the_space_given_up_is_named(held):
    number = held.release(["L1"], on=DAY, reason="r", by="ann")
    place(held, "U1", tenant="T3", by="ben")
    (issue,) = refusal(lambda: take_back(held, number))
    assert issue.kind == "double_booking"


@pytest.mark.parametrize(
    ("what", "mend"),
    [("create_scenario", "Drop"), ("copy_scenario", "Drop"), ("drop_scenario", "anew"), ("grant_right", "anew")],
)
def test_some_kinds_are_final_and_say_what_to_do_instead(held, what, mend):
    held.create_scenario("A", by="ann")
    held.copy_scenario("A", "B", by="ann")
    held.drop_scenario("A", by="ann")
    held.grant("ann", by="ann")
    made = held.changes(everywhere=True).set_index("what")["change_id"]
    (issue,) = refusal(lambda: take_back(held, int(made[what])))
    assert issue.kind == "final"
    assert mend in issue.mend


def test_a_change_in_a_scenario_is_taken_back_there_while_it_is_the_same_one(held):
    held.create_scenario("A", by="ann")
    before = state(held, "A")
    number = held.add("units", units("U1", "U9", lettable_m2=5.0), source="x", by="ann", scenario="A")
    after = state(held, "A")
    assert after != before
    back = take_back(held, number)
    assert state(held, "A") == before
    assert held.changes(1, "A")["change_id"].tolist() == [back]
    take_back(held, back)
    assert state(held, "A") == after
    held.lock_scenario("A", by="cat")
    assert [issue.kind for issue in refusal(lambda: take_back(held, number))] == ["locked"]
    held.lock_scenario("A", by="cat", locked=False)
    held.drop_scenario("A", by="ann")
    assert [issue.kind for issue in refusal(lambda: take_back(held, number))] == ["gone"]
    held.create_scenario("A", by="ann")
    assert [issue.kind for issue in refusal(lambda: take_back(held, number))] == ["gone"]


def test_a_note_and_a_lock_are_taken_back_each_by_itself(held):
    held.create_scenario("A", by="ann", note="first")
    noted = held.describe_scenario("A", "second", by="ann")
    locked = held.lock_scenario("A", by="ann")
    assert [issue.kind for issue in refusal(lambda: take_back(held, noted))] == ["locked"]
    take_back(held, locked)
    assert held.scenarios()["locked"].tolist() == [False]
    held.describe_scenario("A", "third", by="cat")
    (issue,) = refusal(lambda: take_back(held, noted))
    assert (issue.kind, issue.row) == ("built_on", "A")
    assert "cat has changed A in scenarios since" in issue.message
    take_back(held, held.version)
    take_back(held, noted)
    assert held.scenarios()["note"].tolist() == ["first"]


@pytest.fixture
def laid(held):
    """A scenario that let U2 and moved T1 to U3, over a record that has ended the lease of T1 itself since."""
    held.create_scenario("A", by="ann")
    place(held, "U2", scenario="A")
    held.move(["L1"], ["U3"], on=LATER, reason="r", by="ann", scenario="A")
    held.release(["L1"], on=LATER, reason="r", by="ben")
    place(held, "U4", tenant="T3", by="ben")
    return held


def test_a_rebase_is_undone_with_its_base_and_with_the_keys_that_it_gave_up(laid):
    before, base = state(laid, "A"), laid.scenarios()["base"].tolist()
    number = laid.rebase("A", by="ann")
    after = state(laid, "A")
    assert "U4" in held_by(laid, "A")
    assert laid.undoable(by="ann", scenario="A") == number
    laid.undo(by="ann", scenario="A")
    assert state(laid, "A") == before
    assert laid.scenarios()["base"].tolist() == base
    with pytest.raises(InvalidData, match="firmly held"):
        place(laid, "U3", tenant="T3", on=LATER, scenario="A")
    laid.redo(by="ann", scenario="A")
    assert state(laid, "A") == after
    laid.undo(by="ann", scenario="A")
    laid.undo(by="ann", scenario="A")
    assert set(held_by(laid, "A")) == {"U1", "U2"}


def test_a_rebase_on_which_somebody_built_stays(laid):
    number = laid.rebase("A", by="ann")
    built = place(laid, "U3", tenant="T2", scenario="A", by="cat", state="intended")
    (issue,) = refusal(lambda: take_back(laid, number))
    assert issue.message == f"cat has changed lease P{built:06d}-001 since (change {built})."
    laid.undo(by="cat", scenario="A")
    take_back(laid, number)
    assert "U4" not in held_by(laid, "A")


def test_an_approval_is_undone_in_the_record_and_opens_the_scenario_again(laid):
    laid.rebase("A", by="ann")
    before = state(laid)
    number = laid.approve("A", by="ann", reason="agreed")
    after = state(laid)
    assert laid.undoable(by="ann") == number
    laid.undo(by="ann")
    assert state(laid) == before
    assert laid.scenarios()[["locked", "approved"]].isna().to_numpy().tolist() == [[False, True]]
    assert laid.scenarios()["locked"].tolist() == [False]
    laid.redo(by="ann")
    assert state(laid) == after
    assert laid.scenarios()["approved"].tolist() == [number]


def test_only_who_may_approve_takes_an_approval_back_or_does_it_again(laid):
    laid.rebase("A", by="ann")
    laid.grant("ann", by="ann")
    number = laid.approve("A", by="ann", reason="agreed")
    assert [issue.kind for issue in refusal(lambda: take_back(laid, number))] == ["right"]
    back = take_back(laid, number, by="ann")
    assert [issue.kind for issue in refusal(lambda: take_back(laid, back))] == ["right"]


def test_an_approval_is_taken_back_though_the_scenario_is_dropped(laid):
    laid.rebase("A", by="ann")
    before = state(laid)
    number = laid.approve("A", by="ann", reason="agreed")
    laid.drop_scenario("A", by="ann")
    take_back(laid, number)
    assert state(laid) == before
    assert laid.scenarios().empty


def test_a_change_that_wrote_nothing_has_nothing_to_put_back(laid):
    laid.rebase("A", by="ann")
    number = laid.approve("A", by="ann", reason="agreed")
    laid.drop_scenario("A", by="ann")
    locked = laid.changes(everywhere=True).query("what == 'rebase_scenario'")["change_id"].iloc[0]
    assert [issue.kind for issue in refusal(lambda: take_back(laid, int(locked)))] == ["gone"]
    with laid.writing() as writing:
        from parks.store.writing import Act

        empty = writing.record(Act("ann", "place"), 0)
    assert [issue.kind for issue in refusal(lambda: take_back(laid, empty))] == ["nothing"]
    assert number < empty


def test_the_day_of_data_goes_with_the_import_that_brought_it(held):
    newest = units("U9").assign(source_date="2026-03-31")
    number = held.add("units", newest, source="x", by="clerk")
    assert held.data_day() == dt.date(2026, 3, 31)
    back = take_back(held, number)
    assert held.data_day() == dt.date(2026, 1, 31)
    take_back(held, back)
    assert held.data_day() == dt.date(2026, 3, 31)


def test_a_dropped_scenario_of_the_same_name_is_not_undone_in_the_new_one(held):
    held.create_scenario("A", by="ann")
    place(held, "U2", scenario="A")
    held.lock_scenario("A", by="ann")
    held.lock_scenario("A", by="ann", locked=False)
    assert held.undoable(by="ann", scenario="A")
    held.drop_scenario("A", by="ann")
    held.create_scenario("A", by="ann")
    assert held.undoable(by="ann", scenario="A") is None
