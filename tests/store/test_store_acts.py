"""Placing, moving, releasing, taking back: one act is one change, and nobody is built over."""

import datetime as dt

import pandas as pd
import pytest
from small_park import leases

from parks.issues import InvalidData
from parks.store import occupancy

DAY = dt.date(2026, 3, 1)
LATER = dt.date(2026, 6, 1)


def held_by(held, scenario=None, day=DAY):
    """Return unit → list of (tenant, from, to) in order of time."""
    rows = held.as_of(day, scenario).leases.sort_values(["unit_id", "valid_from"])
    found = {}
    for row in rows.itertuples():
        end = None if pd.isna(row.valid_to) else row.valid_to.date()
        found.setdefault(row.unit_id, []).append((row.tenant_id, row.valid_from.date(), end))
    return found


def place(held, *unit_ids, tenant="T2", by="ann", on=DAY, **more):
    return held.place(list(unit_ids), tenant, valid_from=on, reason="fits best", by=by, **more)


def test_placing_is_one_change_with_its_reason(held):
    change = place(held, "U2", "U3", "U2")
    rows = held.as_of(DAY).leases.set_index("unit_id").loc[["U2", "U3"]]
    assert rows["lease_id"].tolist() == [f"P{change:06d}-001", f"P{change:06d}-002"]
    assert set(rows["reason"]) == {"fits best"}
    assert set(rows["state"]) == {"reserved"}
    assert set(rows["source"]) == {"planner"}
    assert set(rows["source_date"]) == {"2026-03-01"}
    assert set(rows["standing"]) == {"stated"}
    told = held.changes(1).iloc[0]
    assert (told["who"], told["what"], told["subject"], told["rows"]) == ("ann", "place", "T2 → U2, U3", 2)
    assert told["reason"] == "fits best"
    assert not told["undone"]


@pytest.mark.parametrize(
    ("unit_ids", "more", "kind"),
    [
        ([], {}, "missing"),
        ([None], {}, "missing"),
        (["U1"], {}, "double_booking"),
        (["U9"], {}, "unknown"),
        (["U2"], {"tenant": "T9"}, "unknown"),
        (["U2"], {"tenant": None}, "missing"),
        (["U2"], {"state": "sold"}, "unknown"),
        (["U2"], {"valid_to": DAY}, "period"),
        (["U2"], {"on": None}, "period"),
    ],
)
def test_what_cannot_be_placed_is_refused_and_nothing_is_written(held, unit_ids, more, kind):
    version = held.version
    with pytest.raises(InvalidData) as refused:
        place(held, *unit_ids, **more)
    assert [issue.kind for issue in refused.value.issues] == [kind]
    assert all(issue.mend for issue in refused.value.issues)
    assert held.version == version


def test_an_intention_holds_nothing_and_closed_space_needs_no_company(held):
    place(held, "U1", state="intended")
    place(held, "U2", tenant=None, state="renovation", valid_to=LATER)
    place(held, "U2", on=LATER)
    with pytest.raises(InvalidData, match="nobody"):
        place(held, "U2", on=dt.date(2026, 5, 1))


def test_an_allocation_is_written_whole_or_not_at_all(held):
    plan = pd.DataFrame(
        {
            "tenant_id": ["T2", "T3"],
            "unit_id": ["U2", "U3"],
            "valid_from": [pd.Timestamp(DAY), DAY],
            "valid_to": [None, LATER],
            "area_m2": [1.0, 2.0],
        }
    )
    clash = pd.concat([plan, plan.iloc[[0]].assign(unit_id="U1")])
    with pytest.raises(InvalidData, match="U1 is firmly held"):
        held.place_all(clash, reason="plan", by="ann")
    assert held_by(held) == {"U1": [("T1", dt.date(2024, 1, 1), dt.date(2028, 1, 1))]}
    held.place_all(plan.assign(state=["let", None]), reason="plan", by="ann", state="fitting_out")
    rows = held.as_of(DAY).leases.set_index("unit_id")
    assert rows["state"].to_dict() == {"U1": "let", "U2": "let", "U3": "fitting_out"}
    assert held.changes(1)["what"].tolist() == ["allocate"]
    held.undo(by="ann")
    assert set(held_by(held)) == {"U1"}


def test_releasing_ends_a_lease_or_takes_away_what_has_not_begun(held):
    place(held, "U2", on=LATER)
    future = held.as_of(DAY).leases["lease_id"].iloc[1]
    held.release(["L1", future], on=DAY, reason="moves out", by="ann")
    assert held_by(held, day=dt.date(2026, 2, 1)) == {"U1": [("T1", dt.date(2024, 1, 1), DAY)]}
    assert held_by(held) == {}
    held.undo(by="ann")
    assert set(held_by(held)) == {"U1", "U2"}


@pytest.mark.parametrize(("lease_ids", "kind"), [([], "missing"), (["L9"], "unknown"), (["L1"], "over")])
def test_what_cannot_be_released_is_refused(held, lease_ids, kind):
    with pytest.raises(InvalidData) as refused:
        held.release(lease_ids, on=dt.date(2028, 1, 1), reason="r", by="ann")
    assert [issue.kind for issue in refused.value.issues] == [kind]


def test_moving_ends_here_and_begins_there_until_the_old_end(held):
    held.move(["L1"], ["U2", "U3"], on=LATER, reason="grows", by="ann")
    end = dt.date(2028, 1, 1)
    assert held_by(held) == {
        "U1": [("T1", dt.date(2024, 1, 1), LATER)],
        "U2": [("T1", LATER, end)],
        "U3": [("T1", LATER, end)],
    }
    assert held.as_of(DAY).leases["state"].tolist() == ["let"] * 3
    assert held.changes(1)["subject"].tolist() == ["T1 → U1 → U2, U3"]
    held.undo(by="ann")
    assert set(held_by(held)) == {"U1"}


def test_a_tenant_moves_with_all_that_it_holds(held):
    place(held, "U2", tenant="T1", on=LATER)
    held.move("T1", ["U2", "U4"], on=DAY, reason="together", by="ann")
    assert held_by(held) == {"U2": [("T1", DAY, None)], "U4": [("T1", DAY, None)]}
    assert held_by(held, day=dt.date(2026, 2, 28))["U1"] == [("T1", dt.date(2024, 1, 1), DAY)]
    with pytest.raises(InvalidData, match="T3 holds nothing"):
        held.move("T3", ["U2"], on=DAY, reason="r", by="ann")
    with pytest.raises(InvalidData, match="No unit"):
        held.move("T1", [], on=DAY, reason="r", by="ann")
    with pytest.raises(InvalidData, match="U9 is not known"):
        held.move("T1", ["U9"], on=DAY, reason="r", by="ann")


def test_a_move_before_its_start_moves_it_whole(held):
    place(held, "U2", on=LATER)
    lease = held.as_of(DAY).leases["lease_id"].iloc[1]
    held.move([lease], ["U3"], on=DAY, reason="r", by="ann")
    assert held_by(held)["U3"] == [("T2", LATER, None)]
    assert "U2" not in held_by(held)


def test_undo_and_redo_walk_back_and_forth(held):
    states = [held_by(held)]
    for unit in ("U2", "U3", "U4"):
        place(held, unit)
        states.append(held_by(held))
    for expected in reversed(states[:-1]):
        held.undo(by="ann")
        assert held_by(held) == expected
    assert held.undoable(by="ann") is None
    for expected in states[1:]:
        assert held.redoable(by="ann")
        held.redo(by="ann")
        assert held_by(held) == expected
    held.undo(by="ann")
    held.undo(by="ann")
    held.redo(by="ann")
    assert held_by(held) == states[2]
    place(held, "U4", tenant="T3")
    assert held.redoable(by="ann") is None
    with pytest.raises(InvalidData, match="nothing that you took back"):
        held.redo(by="ann")
    told = held.changes().set_index("change_id")
    assert set(told["what"]) == {"add", "place", "undo", "redo"}
    first = told[told["what"] == "place"].index.min()
    assert told.loc[told["undoes"] == first, "subject"].tolist() == ["T2 → U2"]


def test_undone_is_what_is_taken_back_now(held):
    change = place(held, "U2")

    def undone():
        return bool(held.changes().set_index("change_id").loc[change, "undone"])

    assert not undone()
    held.undo(by="ann")
    assert undone()
    held.redo(by="ann")
    assert not undone()


def test_only_my_own_acts_are_taken_back(held):
    place(held, "U2", by="ann")
    place(held, "U3", by="ben")
    held.undo(by="ann")
    assert set(held_by(held)) == {"U1", "U3"}
    with pytest.raises(InvalidData, match="no act of yours"):
        held.undo(by="ann")
    with pytest.raises(InvalidData, match="no act of yours"):
        held.undo(by="clerk")


def test_what_somebody_built_on_is_not_taken_back(held):
    place(held, "U2", by="ann")
    lease = held.as_of(DAY).leases["lease_id"].iloc[1]
    change = held.release([lease], on=LATER, reason="r", by="ben")
    with pytest.raises(InvalidData, match=f"ben has changed lease {lease} since \\(change {change}\\)"):
        held.undo(by="ann")
    held.undo(by="ben")
    held.undo(by="ann")
    assert set(held_by(held)) == {"U1"}


def test_a_unit_given_on_meanwhile_is_not_taken_back(held):
    held.release(["L1"], on=DAY, reason="r", by="ann")
    place(held, "U1", tenant="T3", by="ben")
    with pytest.raises(InvalidData, match="U1 is firmly held by T3"):
        held.undo(by="ann")
    assert held_by(held) == {"U1": [("T3", DAY, None)]}


def test_the_database_refuses_what_python_would_let_pass(held, monkeypatch):
    monkeypatch.setattr(occupancy, "refuse", lambda *_: None)
    version = held.version
    with pytest.raises(InvalidData) as refused:
        place(held, "U1")
    assert refused.value.issues[0].kind == "double_booking"
    with pytest.raises(InvalidData):
        held.add("leases", leases(("L2", "U1", "T2", "let", "2027-12-31", None)), source="x", by="c")
    assert held.version == version


def test_the_database_finds_a_clash_among_rows_that_are_written_together(held, monkeypatch):
    monkeypatch.setattr(occupancy, "refuse", lambda *_: None)
    many = [(f"M{at:03d}", f"N{at:03d}", "T1", "let", "2026-01-01", None) for at in range(120)]
    for clash in (50, 119):
        rows = [*many[:clash], ("M999", "N010", "T2", "let", "2027-01-01", None), *many[clash:]]
        with pytest.raises(InvalidData) as refused:
            held.add("leases", leases(*rows), source="x", by="c")
        assert refused.value.issues[0].kind == "double_booking"
    change = held.add("leases", leases(*many), source="x", by="c")
    assert held.written(change) == len(many)
    assert set(held_by(held)) == {"U1", *(row[1] for row in many)}


def test_a_long_list_of_units_is_told_short(held):
    place(held, "U2", "U3", "U4", tenant="T1")
    held.release(held.as_of(DAY).leases["lease_id"].tolist(), on=LATER, reason="r", by="ann")
    assert held.changes(1)["subject"].tolist() == ["T1 → U1, U2, U3 +1"]
