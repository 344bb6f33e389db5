"""The audit: who, when, what, on what, why, what before and what after; found by filter, told row by row."""

import datetime as dt

import pandas as pd
import pytest
from small_park import leases, units
from test_store_acts import DAY, LATER, held_by, place

from parks.store import audit, writing

COLUMNS = ["change_id", "recorded_at", "who", "what", "subject", "rows", "reason", "source", "scenario", "data_day"]
COLUMNS += ["undoes", "undone", "before", "after"]
TOLD = ["change_id", "recorded_at", "who", "what"]


@pytest.fixture
def busy(held, clock):
    """A store with acts on three days: of ann, ben and the clerk, in the record and in a scenario."""
    place(held, "U2", valid_to=LATER)
    clock.now = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    held.create_scenario("A", by="ben", note="try")
    held.move(["L1"], ["U3"], on=LATER, reason="grows 50%", by="ben", scenario="A")
    clock.now = dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC)
    held.add("units", units("U1", "U5", "U6", "U7", "U8", "U9", lettable_m2=7.0), source="survey_2.xlsx", by="clerk")
    held.undo(by="ann")
    return held


def asked(held, **what):
    return held.audit(audit.Asked(**what))["change_id"].tolist()


def test_each_entry_says_what_stood_before_and_after(busy):
    told = busy.audit().set_index("change_id")
    assert list(busy.audit().columns) == COLUMNS
    assert told.loc[7, "before"] == "–"
    assert told.loc[7, "after"] == "P000007-001: unit U2, tenant T2, reserved, 2026-03-01 → 2026-06-01"
    assert told.loc[8, ["before", "after"]].tolist() == ["–", "A: note try, base 7, locked no"]
    assert told.loc[9, "before"] == "L1: valid_to 2028-01-01"
    assert told.loc[9, "after"] == (
        "L1: valid_to 2026-06-01; P000009-001: unit U3, tenant T1, let, 2026-06-01 → 2028-01-01"
    )
    assert told.loc[10, ["before", "after"]].tolist() == ["–", "6 rows: 5 new, 1 changed"]
    assert told.loc[11, "before"] == told.loc[7, "after"]
    assert told.loc[11, "after"] == "–"
    assert told["undone"][lambda flags: flags].index.tolist() == [7]
    assert told.loc[9, ["who", "scenario", "reason"]].tolist() == ["ben", "A", "grows 50%"]
    assert str(told["recorded_at"].dtype.tz) == "UTC"


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ({}, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ({"limit": None}, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ({"limit": 2}, [11, 10]),
        ({"limit": 2, "before_id": 10}, [9, 8]),
        ({"who": "ann"}, [11, 7]),
        ({"what": "place"}, [7]),
        ({"scenario": "A"}, [9, 8]),
        ({"scenario": "", "who": "ben"}, []),
        ({"since": dt.date(2026, 3, 3)}, [11, 10]),
        ({"until": dt.date(2026, 3, 2), "since": dt.date(2026, 3, 2)}, [9, 8]),
        ({"text": "SURVEY_2"}, [10]),
        ({"text": "u3"}, [9]),
        ({"text": "50%"}, [9]),
        ({"text": "a%b"}, []),
        ({"text": "clerk"}, [10, 6, 5, 4, 3, 2, 1]),
        ({"text": "fits", "who": "ann"}, [7]),
    ],
)
def test_entries_are_found_by_who_what_where_when_and_words(busy, what, found):
    assert asked(busy, **what) == found


def test_the_short_list_of_changes_is_the_same_without_the_texts(busy):
    assert busy.changes(2).equals(busy.audit(audit.Asked(2, scenario="")).drop(columns=["before", "after"]))
    assert busy.changes(None, everywhere=True)["change_id"].tolist() == list(range(11, 0, -1))
    assert busy.changes(scenario="A")["change_id"].tolist() == [9, 8]


def test_an_empty_audit_has_its_columns(empty):
    assert list(empty.audit().columns) == COLUMNS
    assert empty.audit().empty
    assert empty.entries([]).empty
    assert empty.entries([5]).empty
    assert empty.between(0, 9).empty


def test_every_row_changed_can_be_listed_before_and_after(busy):
    rows = busy.entries([10, 9, 8])
    names = [*TOLD, "scenario", "reason", "source", "table", "key", "valid_from", "kind", "before", "after"]
    assert list(rows.columns) == names
    assert rows["change_id"].tolist() == [10] * 6 + [9, 9, 8]
    edited = rows.iloc[0]
    assert edited[["who", "table", "key", "kind"]].tolist() == ["clerk", "units", "U1", "changed"]
    assert (edited["before"], edited["after"]) == ("lettable_m2: 100", "lettable_m2: 7")
    assert rows["kind"].tolist() == ["changed", *["new"] * 5, "changed", "new", "new"]
    assert rows.iloc[1]["before"] == ""
    assert rows.iloc[1]["after"].startswith("building_id: B1; floor_id: F1; lettable_m2: 7; source: ledger.xlsx")
    ended, begun = rows.iloc[6], rows.iloc[7]
    assert (ended["key"], ended["before"], ended["after"]) == ("L1", "valid_to: 2028-01-01", "valid_to: 2026-06-01")
    assert ended["scenario"] == "A"
    assert pd.isna(ended["valid_from"])
    assert begun["key"] == "P000009-001"
    assert (rows.iloc[8]["table"], rows.iloc[8]["key"]) == ("scenario", "A")
    assert busy.entries([10, 10]).equals(busy.entries([10]))


def test_a_scenario_laid_anew_or_dropped_tells_what_became_of_its_rows(busy):
    busy.release(["L1"], on=LATER, reason="r", by="ann")
    busy.rebase("A", by="ben")
    laid = busy.entries([busy.version])
    assert laid[["table", "key", "kind"]].to_numpy().tolist() == [["scenario", "A", "changed"]]
    assert laid["before"].tolist() == ["base: 7"]
    number = busy.drop_scenario("A", by="ben")
    gone = busy.entries([number])
    assert gone["kind"].tolist() == ["gone"] * 2
    assert gone["key"].tolist() == ["P000009-001", "A"]
    assert busy.audit(audit.Asked(1)).iloc[0]["after"] == "–"


def test_a_copy_and_many_rows_are_counted(busy):
    for unit in ("U5", "U6", "U7", "U8", "U9"):
        busy.add("units", units(unit, lettable_m2=1.0), source="x", by="ann", scenario="A", valid_from=LATER)
    busy.copy_scenario("A", "B", by="ben")
    told = busy.audit(audit.Asked(1)).iloc[0]
    assert told["rows"] == 0
    assert told["after"].startswith("B: ")
    assert "; 7 rows: " in told["after"]


def test_a_right_is_told(held):
    held.grant("ann", by="ann")
    held.revoke("ann", by="ann")
    told = held.audit(audit.Asked(2))
    assert told["after"].tolist() == ["–", "ann: may approve"]
    assert told["before"].tolist() == ["ann: may approve", "–"]


def test_who_moved_a_row_between_two_beliefs(busy):
    found = busy.between(6, busy.version)
    assert list(found.columns) == ["table", "key", *TOLD, "reason", "source"]
    assert found[["table", "key", "change_id", "who"]].to_numpy().tolist() == [
        ["units", "U1", 10, "clerk"],
        *(["units", f"U{number}", 10, "clerk"] for number in range(5, 10)),
        ["leases", "P000007-001", 11, "ann"],
    ]
    assert busy.between(6, 9)["change_id"].tolist() == [7]
    assert busy.between(7, 9).empty
    assert busy.between(busy.version, busy.version).empty


def test_between_two_beliefs_a_scenario_sees_its_own_rows_and_what_its_base_took_in(busy):
    found = busy.between(6, 9, "A")
    assert found[["key", "change_id"]].to_numpy().tolist() == [["L1", 9], ["P000009-001", 9]]
    since = busy.version
    busy.add("leases", leases(("L1", "U1", "T1", "let", "2024-01-01", "2029-01-01")), source="x", by="cat")
    assert busy.between(since, busy.version, "A").empty
    laid = busy.rebase("A", by="ben", choices=dict.fromkeys(busy.conflicts("A")["conflict"], "mine"))
    found = busy.between(since, laid, "A").set_index(["table", "key"])["change_id"]
    assert found["units", "U5"] == 10
    assert found["leases", "P000007-001"] == 11
    assert ("leases", "L1") not in found
    busy.drop_scenario("A", by="ben")
    assert busy.between(laid, busy.version, "A")["change_id"].unique().tolist() == [busy.version]


def test_a_key_given_up_in_a_rebase_was_touched_by_it(held):
    held.create_scenario("A", by="ann")
    held.release(["L1"], on=LATER, reason="r", by="ann", scenario="A")
    held.release(["L1"], on=LATER, reason="r", by="ben")
    since = held.version
    laid = held.rebase("A", by="ann")
    found = held.between(since, laid, "A")
    assert found[["key", "change_id", "who"]].to_numpy().tolist() == [["L1", laid, "ann"]]
    assert held_by(held, "A") == held_by(held)


def test_a_code_of_an_act_is_said_in_words_and_a_strange_one_as_it_is(held):
    assert writing.said("take_back", held.t) == "Taken back"
    assert writing.said("strange", held.t) == "strange"
    assert {"place", "allocate", "move", "release"} < set(writing.ACTS)
    assert all(writing.said(code, held.t) != code for code in (*writing.ACTS, *set(held.changes()["what"])))


def test_the_past_is_asked_for_by_days_of_this_machine(held, clock):
    clock.now = dt.datetime.combine(DAY + dt.timedelta(days=4), dt.time()).astimezone()
    number = place(held, "U2")
    assert asked(held, since=DAY + dt.timedelta(days=4)) == [number]
    assert number not in asked(held, until=DAY + dt.timedelta(days=3))
