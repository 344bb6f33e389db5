"""A scenario and a record that moved on: differences, conflicts one by one, nothing forced, approval by right."""

import datetime as dt

import pandas as pd
import pytest
from small_park import leases, units
from sqlalchemy import text
from test_store_acts import DAY, LATER, held_by, place

from parks.issues import InvalidData
from parks.store import clashes, entries, occupancy, tables
from parks.store.writing import Act

END = dt.date(2028, 1, 1)
LONG_AGO = dt.date(2024, 1, 1)


@pytest.fixture
def laid(held):
    held.create_scenario("A", by="ann")
    return held


def lease_on(held, unit, scenario=None):
    rows = held.as_of(DAY, scenario).leases
    return rows.loc[rows["unit_id"] == unit, "lease_id"].iloc[-1]


def refused(act, *arguments, **more):
    with pytest.raises(InvalidData) as fault:
        act(*arguments, **more)
    assert all(issue.mend for issue in fault.value.issues)
    return fault.value.issues


def told(held, scenario="A"):
    """Return (key, kind, before, after) of each difference."""
    frame = held.differences(scenario)
    return list(frame[["key", "kind", "before", "after"]].itertuples(index=False, name=None))


def measure(held, unit, area, **more):
    return held.add("units", units(unit, lettable_m2=area), source="survey", by="ben", reason="measured", **more)


def end_unit(held, unit, day):
    """End a unit in the record, as an engine of the future might."""
    with held.writing() as writing:
        view = writing.view("")
        (row,) = clashes.rows_of(writing.connection, view, "units", [unit])[unit]
        change = writing.record(Act("ben", "add", "units", "torn down"), 1)
        entries.put(writing, view, change, "units", [unit], [(*row[:-1], day.isoformat())] if day else [])


def same(held, one, other):
    """Return whether both show the same tables on days before, at and after all that happens."""
    return all(
        held.as_of(day, one).table(name).equals(held.as_of(day, other).table(name))
        for day in (LONG_AGO, DAY, LATER, END)
        for name in tables.DATA
    )


def test_differences_are_what_the_scenario_holds_otherwise_and_nothing_else(laid):
    assert laid.differences("A").empty
    place(laid, "U2", scenario="A")
    laid.release(["L1"], on=LATER, reason="r", by="ann", scenario="A")
    frame = laid.differences("A")
    assert frame["kind"].tolist() == ["changed", "new"]
    assert frame["before"].iloc[0] == {"valid_to": "2028-01-01"}
    assert frame["after"].iloc[0] == {"valid_to": "2026-06-01"}
    assert frame[["unit_id", "tenant_id"]].to_numpy().tolist() == [["U1", "T1"], ["U2", "T2"]]
    laid.undo(by="ann", scenario="A")
    assert laid.differences("A")["kind"].tolist() == ["new"]
    place(laid, "U3")
    assert laid.differences("A")["kind"].tolist() == ["new"]
    with pytest.raises(InvalidData, match="no scenario called Z"):
        laid.differences("Z")


def test_what_is_gone_in_it_is_a_difference(held):
    place(held, "U2", on=LATER)
    held.create_scenario("A", by="ann")
    held.release([lease_on(held, "U2")], on=DAY, reason="r", by="ann", scenario="A")
    frame = held.differences("A")
    assert frame["kind"].tolist() == ["gone"]
    assert frame[["unit_id", "tenant_id"]].to_numpy().tolist() == [["U2", "T2"]]
    assert frame["before"].iloc[0]["valid_from"] == "2026-06-01"


def test_a_row_that_differs_for_a_time_differs_for_that_time(laid):
    measure(laid, "U1", 50.0, scenario="A", valid_from=LATER)
    frame = laid.differences("A")
    assert frame[["table", "key", "valid_from", "kind"]].to_numpy().tolist() == [
        ["units", "U1", "2026-06-01", "changed"]
    ]
    assert frame["before"].iloc[0]["lettable_m2"] == 100.0
    assert frame["after"].iloc[0]["lettable_m2"] == 50.0
    assert "valid_to" not in frame["after"].iloc[0]
    assert frame["unit_id"].isna().all()


def test_rebasing_without_conflicts_shows_the_newer_record_and_keeps_what_differs(laid):
    place(laid, "U2", scenario="A")
    place(laid, "U3", by="ben")
    place(laid, "U2", by="ben", on=LONG_AGO, valid_to=DAY)
    measure(laid, "U4", 80.0)
    assert laid.scenarios()["behind"].tolist() == [3]
    assert laid.conflicts("A").empty
    before = told(laid)
    change = laid.rebase("A", by="ann")
    assert laid.scenarios()[["behind", "base"]].to_numpy().tolist() == [[0, change - 1]]
    assert set(held_by(laid, "A")) == {"U1", "U2", "U3"}
    assert laid.as_of(DAY, "A").units.equals(laid.as_of(DAY).units)
    assert told(laid) == before
    assert laid.changes(1, "A")["what"].tolist() == ["rebase_scenario"]


def test_there_is_nothing_to_rebase_while_the_record_stands_still(laid):
    place(laid, "U2", scenario="A")
    laid.create_scenario("B", by="ben")
    laid.grant("ann", by="ann")
    (issue,) = refused(laid.rebase, "A", by="ann")
    assert issue.kind == "nothing_to_rebase"


def test_what_it_took_over_and_left_as_it_was_is_the_records_again(laid):
    laid.release(["L1"], on=LATER, reason="r", by="ann", scenario="A")
    laid.undo(by="ann", scenario="A")
    laid.release(["L1"], on=DAY, reason="r", by="ben")
    assert laid.conflicts("A").empty
    laid.rebase("A", by="ann")
    assert held_by(laid, "A") == held_by(laid) == {}
    assert laid.export_rows("leases").query("scenario == 'A'")["tx_to"].notna().all()


def test_what_both_sides_did_alike_is_no_conflict_and_no_difference(laid):
    for scenario in ("A", None):
        laid.release(["L1"], on=LATER, reason="r", by="ann", scenario=scenario)
    assert laid.conflicts("A").empty
    (issue,) = refused(laid.approve, "A", by="ann", reason="r")
    assert issue.kind == "nothing_to_approve"
    laid.rebase("A", by="ann")
    assert laid.differences("A").empty


@pytest.mark.parametrize(("choice", "area"), [("mine", 50.0), ("theirs", 80.0)])
def test_a_row_that_both_sides_changed_is_chosen(laid, choice, area):
    measure(laid, "U1", 50.0, scenario="A")
    change = measure(laid, "U1", 80.0)
    (conflict,) = laid.conflicts("A").to_dict("records")
    assert conflict["conflict"] == "both_changed:units:U1"
    assert (conflict["mine"], conflict["theirs"]) == (
        [{"valid_from": "1900-01-01", "lettable_m2": 50.0}],
        [{"valid_from": "1900-01-01", "lettable_m2": 80.0}],
    )
    assert [conflict[name] for name in ("kind", "table", "key", "of", "other")] == [
        "both_changed",
        "units",
        "U1",
        "units",
        "U1",
    ]
    assert (conflict["change_id"], conflict["who"], conflict["reason"]) == (change, "ben", "measured")
    assert conflict["recorded_at"] == pd.Timestamp("2026-03-01 12:00", tz="UTC")
    version = laid.version
    for attempt in (lambda: laid.rebase("A", by="ann"), lambda: laid.approve("A", by="ann", reason="r")):
        (issue,) = refused(attempt)
        assert (issue.kind, issue.value) == ("conflict", "both_changed:units:U1")
        assert "ben, change" in issue.message
    assert laid.version == version
    laid.rebase("A", by="ann", choices={"both_changed:units:U1": choice})
    assert laid.as_of(DAY, "A").units["lettable_m2"].iloc[0] == area
    assert laid.conflicts("A").empty
    assert len(laid.differences("A")) == (choice == "mine")


def test_a_lease_ended_here_and_prolonged_there_meets_what_was_placed_behind_it(laid):
    laid.release(["L1"], on=LATER, reason="r", by="ann", scenario="A")
    place(laid, "U1", on=LATER, scenario="A")
    mine = lease_on(laid, "U1", "A")
    laid.add("leases", leases(("L1", "U1", "T1", "let", "2024-01-01", "2030-01-01")), source="x", by="ben")
    first, then = "both_changed:leases:L1", f"double_booking:{mine}:L1"
    assert laid.conflicts("A")["conflict"].tolist() == [first]
    assert laid.conflicts("A", {first: "mine"}).empty
    assert laid.conflicts("A", {first: "theirs"})["conflict"].tolist() == [then]
    (issue,) = refused(laid.rebase, "A", by="ann", choices={first: "theirs"})
    assert issue.value == then
    assert "from 2026-06-01 until 2030-01-01" in issue.message
    laid.rebase("A", by="ann", choices={first: "theirs", then: "theirs"})
    assert held_by(laid, "A") == held_by(laid)
    assert laid.differences("A").empty


def test_choosing_mine_over_a_record_that_came_first_ends_it_where_mine_begins(laid):
    place(laid, "U2", on=LATER, scenario="A")
    place(laid, "U3", on=DAY, scenario="A", valid_to=END)
    for unit, start in (("U2", DAY), ("U3", LATER)):
        place(laid, unit, tenant="T3", on=start, by="ben")
    found = laid.conflicts("A")
    assert found["kind"].tolist() == ["double_booking"] * 2
    assert [row[0]["tenant_id"] for row in found["mine"]] == ["T2"] * 2
    assert [row[0]["tenant_id"] for row in found["theirs"]] == ["T3"] * 2
    assert found["who"].tolist() == ["ben"] * 2
    issues = refused(laid.rebase, "A", by="ann")
    assert [issue.value for issue in issues] == found["conflict"].tolist()
    assert "from 2026-06-01 until an open end" in issues[0].message
    laid.rebase("A", by="ann", choices=dict.fromkeys(found["conflict"], "mine"))
    assert held_by(laid, "A") == {
        "U1": [("T1", LONG_AGO, END)],
        "U2": [("T3", DAY, LATER), ("T2", LATER, None)],
        "U3": [("T2", DAY, END)],
    }
    assert held_by(laid)["U3"] == [("T3", LATER, None)]
    assert laid.differences("A")["kind"].tolist() == ["new", "new", "changed", "gone"]
    laid.approve("A", by="ann", reason="agreed")
    assert same(laid, None, "A")


def test_one_lease_of_the_record_may_stand_in_the_way_of_several(laid):
    place(laid, "U2", on=LATER, valid_to=END, scenario="A")
    place(laid, "U2", tenant="T3", on=END, scenario="A")
    place(laid, "U2", tenant="T1", on=DAY, by="ben")
    found = laid.conflicts("A")["conflict"].tolist()
    assert len(found) == 2
    laid.rebase("A", by="ann", choices=dict(zip(found, ("theirs", "mine"), strict=True)))
    assert held_by(laid, "A")["U2"] == [("T1", DAY, END), ("T3", END, None)]


def test_an_intention_meets_nobody(laid):
    place(laid, "U2", scenario="A", state="intended")
    place(laid, "U3", scenario="A")
    place(laid, "U2", tenant="T3", by="ben")
    place(laid, "U3", tenant="T3", by="ben", state="intended")
    assert laid.conflicts("A").empty
    laid.rebase("A", by="ann")
    assert [len(held_by(laid, "A")[unit]) for unit in ("U2", "U3")] == [2, 2]


@pytest.mark.parametrize("end", [None, LATER])
@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_a_unit_that_the_record_ended_is_kept_or_its_lease_is_given_up(held, end, choice):
    held.add("units", units("U9"), source="x", by="clerk")
    held.create_scenario("A", by="ann")
    place(held, "U9", scenario="A")
    place(held, "U2", scenario="A", valid_to=LATER)
    lease = lease_on(held, "U9", "A")
    end_unit(held, "U9", end)
    end_unit(held, "U2", END)
    (conflict,) = held.conflicts("A").to_dict("records")
    assert conflict["conflict"] == f"gone:{lease}:units:U9"
    assert [row["valid_to"] for row in conflict["theirs"]] == ([] if end is None else [end.isoformat()])
    assert (conflict["who"], conflict["reason"], conflict["mine"][0]["unit_id"]) == ("ben", "torn down", "U9")
    (issue,) = refused(held.approve, "A", by="ann", reason="r")
    assert "The record has ended U9" in issue.message
    held.rebase("A", by="ann", choices={conflict["conflict"]: choice})
    assert held.conflicts("A").empty
    assert ("U9" in held_by(held, "A")) == (choice == "mine")
    assert ("U9" in set(held.as_of(END, "A").units["unit_id"])) == (choice == "mine")
    assert "U2" in held_by(held, "A")


def test_a_unit_given_back_to_a_record_that_ended_it_is_missed_by_its_lease(held):
    held.add("units", units("U9"), source="x", by="clerk")
    held.create_scenario("A", by="ann")
    measure(held, "U9", 50.0, scenario="A")
    place(held, "U9", scenario="A")
    first, then = "both_changed:units:U9", f"gone:{lease_on(held, 'U9', 'A')}:units:U9"
    end_unit(held, "U9", None)
    assert held.conflicts("A")["theirs"].tolist() == [[]]
    assert held.conflicts("A", {first: "theirs"})["conflict"].tolist() == [then]
    held.rebase("A", by="ann", choices={first: "theirs", then: "theirs"})
    assert held.differences("A").empty


def test_a_choice_about_nothing_is_refused(laid):
    place(laid, "U2", scenario="A")
    place(laid, "U2", tenant="T3", by="ben")
    (name,) = laid.conflicts("A")["conflict"]
    for choices in ({name: "ours"}, {name: "mine", "gone:X": "mine"}):
        assert [issue.kind for issue in refused(laid.rebase, "A", by="ann", choices=choices)] == ["unknown"]


def test_a_choice_made_on_an_older_record_is_refused(laid):
    measure(laid, "U1", 50.0, scenario="A")
    measure(laid, "U1", 80.0)
    seen = laid.version
    choices = {"both_changed:units:U1": "theirs"}
    measure(laid, "U2", 70.0)
    measure(laid, "U1", 90.0)
    (issue,) = refused(laid.rebase, "A", by="ann", choices=choices, seen=seen)
    assert issue.kind == "changed"
    laid.rebase("A", by="ann", choices=choices, seen=laid.version)


@pytest.mark.parametrize("what", ["rebase", "approve", "drop_scenario"])
def test_a_scenario_that_somebody_changed_meanwhile_is_left_alone(laid, what):
    place(laid, "U2", scenario="A")
    place(laid, "U4")
    seen = laid.version
    place(laid, "U3", scenario="A", by="ben")
    act, more = getattr(laid, what), {"reason": "r"} if what == "approve" else {}
    (issue,) = refused(act, "A", by="ann", seen=seen, **more)
    assert issue.kind == "changed"
    assert "ben" in issue.message
    act("A", by="ann", seen=laid.version, **more)


def test_approving_writes_what_differs_as_one_change_and_locks_it(laid):
    laid.release(["L1"], on=LATER, reason="r", by="ann", scenario="A")
    place(laid, "U1", "U2", on=LATER, scenario="A")
    measure(laid, "U4", 80.0, scenario="A")
    place(laid, "U3", by="ben")
    shown = held_by(laid, "A")
    change = laid.approve("A", by="cleo", reason="agreed on Monday")
    assert held_by(laid) == shown | {"U3": held_by(laid)["U3"]}
    assert laid.as_of(DAY).units["lettable_m2"].tolist() == [100.0, 100.0, 100.0, 80.0]
    row = laid.changes(1).iloc[0]
    assert (row["change_id"], row["what"], row["who"], row["reason"]) == (
        change,
        "approve_scenario",
        "cleo",
        "agreed on Monday",
    )
    assert (row["rows"], row["subject"], row["scenario"]) == (4, "A", "")
    stands = laid.scenarios().iloc[0]
    assert (stands["approved"], stands["locked"], stands["by"]) == (change, True, "ann")
    assert held_by(laid, "A") == shown
    for attempt in (
        lambda: laid.approve("A", by="ann", reason="r"),
        lambda: laid.rebase("A", by="ann"),
        lambda: laid.lock_scenario("A", by="ann", locked=False),
        lambda: place(laid, "U4", scenario="A"),
    ):
        (issue,) = refused(attempt)
        assert (issue.kind, "cleo approved scenario A on" in issue.message) == ("approved", True)
    laid.copy_scenario("A", "B", by="ann")
    laid.rebase("B", by="ann")
    assert laid.differences("B").empty
    laid.drop_scenario("A", by="ann")


def test_an_approval_is_taken_back_whole(laid):
    laid.release(["L1"], on=LATER, reason="r", by="ann", scenario="A")
    place(laid, "U1", on=LATER, scenario="A")
    record, shown = held_by(laid), held_by(laid, "A")
    laid.approve("A", by="cleo", reason="agreed")
    laid.undo(by="cleo")
    assert held_by(laid) == record
    assert held_by(laid, "A") == shown
    stands = laid.scenarios().iloc[0]
    assert (pd.isna(stands["approved"]), stands["locked"]) == (True, False)
    laid.approve("A", by="cleo", reason="agreed after all")
    assert held_by(laid) == shown


def test_a_rebase_is_taken_back_whole(laid):
    place(laid, "U2", scenario="A")
    laid.release(["L1"], on=LATER, reason="r", by="ann", scenario="A")
    laid.release(["L1"], on=DAY, reason="r", by="ben")
    place(laid, "U2", tenant="T3", by="ben")
    shown, before = held_by(laid, "A"), told(laid)
    laid.rebase("A", by="ann", choices=dict.fromkeys(laid.conflicts("A")["conflict"], "theirs"))
    assert laid.differences("A").empty
    laid.undo(by="ann", scenario="A")
    assert (held_by(laid, "A"), told(laid)) == (shown, before)
    assert len(laid.conflicts("A")) == 2


def test_approving_over_a_record_that_took_the_unit_meanwhile_is_refused(laid):
    place(laid, "U2", scenario="A")
    place(laid, "U2", tenant="T3", by="ben")
    (issue,) = refused(laid.approve, "A", by="ann", reason="r")
    assert (issue.kind, issue.table, issue.value.partition(":")[0]) == ("conflict", "leases", "double_booking")
    assert "Rebase" in issue.mend


def test_nothing_is_approved_from_an_empty_scenario(laid):
    (issue,) = refused(laid.approve, "A", by="ann", reason="r")
    assert issue.kind == "nothing_to_approve"
    with pytest.raises(InvalidData, match="no scenario called Z"):
        laid.approve("Z", by="ann", reason="r")


@pytest.mark.parametrize("what", ["rebase", "approve"])
def test_the_database_refuses_what_python_would_let_pass(laid, monkeypatch, what):
    place(laid, "U2", scenario="A")
    place(laid, "U2", tenant="T3", by="ben")
    monkeypatch.setattr(clashes, "_double", lambda *_: iter(()))
    version, base = laid.version, laid.scenarios()["base"].tolist()
    act, more = getattr(laid, what), {"reason": "r"} if what == "approve" else {}
    (issue,) = refused(act, "A", by="ann", **more)  # Python's second look
    assert (issue.kind, issue.value) == ("double_booking", "U2")
    monkeypatch.setattr(occupancy, "refuse", lambda *_: None)
    (issue,) = refused(act, "A", by="ann", **more)  # the guard itself
    assert (issue.kind, issue.table) == ("double_booking", "store")
    assert (laid.version, laid.scenarios()["base"].tolist()) == (version, base)


def test_ten_scenarios_over_ten_thousand_units_hold_their_differences_only(copies):
    def fill(held):
        held.add("units", units(*(f"N{number:05d}" for number in range(10_000))), source="x", by="clerk")
        tenant = pd.DataFrame(
            [{"tenant_id": "T1", "name_zh": "甲", "kind": "tenant", "source": "x", "standing": "stated"}]
        )
        held.add("tenants", tenant, source="x", by="clerk")

    def size(held):
        with held.reading() as connection:
            if held.home.path is None:
                return connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
            pages, each = (
                connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("page_count", "page_size")
            )
            return pages * each

    def rows(held):
        with held.reading() as connection:
            counted = (text(f'SELECT count(*) FROM "{name}"') for name in tables.METADATA.tables)  # noqa: S608
            return sum(connection.execute(count).scalar_one() for count in counted)

    from parks import store

    with copies("district", fill) as address, store.open(address, create=False) as held:
        before, counted = size(held), rows(held)
        for number in range(10):
            held.create_scenario(f"S{number}", by="ann")
            chosen = [f"N{number * 20 + at:05d}" for at in range(20)]
            held.place(chosen, "T1", valid_from=DAY, reason="r", by="ann", scenario=f"S{number}")
        assert rows(held) - counted == 10 * (2 + 1 + 2 * 20)  # changes, its own row, leases and the keys taken
        assert size(held) - before < min(512 * 1024, before / 20)
        assert len(held.as_of(DAY, "S9").units) == 10_000
        assert len(held.differences("S9")) == 20
