"""What planners decide, as rows: written, laid over by scenarios, removed, taken back, told, on both engines."""

import datetime as dt

import pandas as pd
import pytest
from small_park import TOLD, Clock, leases, units

from parks import schema, store
from parks.issues import InvalidData
from parks.store import care

DAY = dt.date(2026, 6, 30)
DECIDED = {
    "waivers": {
        "waiver_id": "W1",
        "tenant_id": "T1",
        "unit_id": "U1",
        "rule": "floor_load",
        "reason": "Slab is being strengthened.",
        "by": "Wang",
        "day": pd.Timestamp("2026-03-01"),
    },
    "pins": {"pin_id": "K1", "tenant_id": "T1", "building_id": "B1", "sense": "pin"},
    "quotas": {"quota_id": "Q1", "zone_id": "Z-ZJ", "sectors": "CGT", "sense": "at_most", "area_m2": 5e3, "price": 0.5},
    "weights": {"criterion": "rent", "weight": 0.1},
}


def row(name, **cells):
    return pd.DataFrame([{"standing": "stated"} | DECIDED[name] | cells])


def decide(held, name, scenario=None, who="ann", **cells):
    return held.add(name, row(name, **cells), source="meeting", by=who, reason="so decided", scenario=scenario)


def keys(held, name, scenario=None, **when):
    return list(held.as_of(DAY, scenario, **when).table(name)[schema.key(name)])


def refused(act, *given, **named):
    with pytest.raises(InvalidData) as fault:
        act(*given, **named)
    assert all(issue.message and issue.mend for issue in fault.value.issues)
    return [(issue.row, issue.column, issue.kind) for issue in fault.value.issues]


@pytest.mark.parametrize("name", DECIDED)
def test_a_decision_is_kept_with_its_source_and_comes_back_the_same(held, name):
    number = decide(held, name)
    (kept,) = held.as_of(DAY).table(name).to_dict("records")
    assert {column: kept[column] for column in DECIDED[name]} == DECIDED[name]
    assert kept["source"] == "meeting"
    told = held.audit().iloc[0]
    assert (told["change_id"], told["what"], told["subject"], told["reason"]) == (number, "add", name, "so decided")
    assert next(iter(DECIDED[name].values())) in told["after"]
    assert decide(held, name) is None, "the same again is no change"


@pytest.mark.parametrize("name", DECIDED)
def test_another_decision_in_a_scenario_is_seen_there_alone_and_taken_back(held, name):
    decide(held, name)
    held.create_scenario("A", by="ann")
    key = schema.key(name)
    decide(held, name, "A", **{key: "more"})
    held.remove(name, [DECIDED[name][key]], by="ann", reason="not here", scenario="A")
    assert (keys(held, name), keys(held, name, "A")) == ([DECIDED[name][key]], ["more"])
    assert sorted(zip(*held.differences("A")[["key", "kind"]].T.to_numpy(), strict=True)) == sorted(
        [(DECIDED[name][key], "gone"), ("more", "new")]
    )
    held.undo(by="ann", scenario="A")
    assert keys(held, name, "A") == sorted([DECIDED[name][key], "more"])
    held.undo(by="ann", scenario="A")
    assert keys(held, name, "A") == [DECIDED[name][key]]
    held.redo(by="ann", scenario="A")
    assert keys(held, name, "A") == sorted([DECIDED[name][key], "more"])
    held.approve("A", by="ann", reason="all agree")
    assert keys(held, name) == sorted([DECIDED[name][key], "more"])
    assert care.check(held.home, held.t) == []


def test_both_sides_may_decide_one_row_and_a_person_chooses(held):
    decide(held, "weights")
    held.create_scenario("A", by="ann")
    decide(held, "weights", "A", weight=3.0)
    decide(held, "weights", weight=2.0)
    (clash,) = held.conflicts("A")["conflict"]
    held.rebase("A", by="ann", choices={clash: "mine"})
    assert list(held.as_of(DAY, "A").weights["weight"]) == [3.0]
    held.approve("A", by="ann", reason="agreed")
    assert list(held.as_of(DAY).weights["weight"]) == [3.0]


@pytest.mark.parametrize(
    ("name", "cells", "column", "kind"),
    [
        ("waivers", {"building_id": "B1"}, "unit_id", "place"),
        ("waivers", {"rule": "free"}, "rule", "never"),
        ("waivers", {"reason": " "}, "reason", "missing"),
        ("waivers", {"by": None}, "by", "missing"),
        ("pins", {"building_id": None}, "unit_id", "place"),
        ("pins", {"sense": "maybe"}, "sense", "choice"),
        ("quotas", {"share": 0.5}, "share", "amount"),
        ("quotas", {"price": 0.0}, "price", "price"),
        ("weights", {"weight": -1.0}, "weight", "negative"),
    ],
)
def test_a_row_that_means_nothing_is_not_kept(held, name, cells, column, kind):
    version = held.version
    assert refused(decide, held, name, **cells) == [(next(iter(DECIDED[name].values())), column, kind)]
    assert held.version == version


def test_removing_is_one_act_told_and_taken_back_and_the_past_stays(held, clock):
    decide(held, "pins")
    decide(held, "pins", pin_id="K2", sense="ban")
    clock.now += dt.timedelta(days=1)
    number = held.remove("pins", ["K2", "K1", "K2"], by="ben", reason="overtaken")
    assert keys(held, "pins") == []
    assert keys(held, "pins", known_on=dt.date(2026, 3, 1)) == ["K1", "K2"]
    told = held.audit().iloc[0]
    assert (told["change_id"], told["who"], told["what"], told["rows"]) == (number, "ben", "remove", 2)
    assert (told["before"].count("sense"), told["after"], told["reason"]) == (2, "–", "overtaken")
    assert list(held.entries([number])["kind"]) == ["gone", "gone"]
    assert held.undoable(by="ben") == number
    held.undo(by="ben")
    assert keys(held, "pins") == ["K1", "K2"]
    held.redo(by="ben")
    assert keys(held, "pins") == []
    held.take_back(held.version, by="ann", reason="it was right")
    assert keys(held, "pins") == ["K1", "K2"]
    assert care.check(held.home, held.t) == []


def test_many_rows_removed_are_counted(held):
    held.add("units", units(*(f"U{number}" for number in range(5, 12))), source="x", by="ann")
    held.remove("units", [f"U{number}" for number in range(5, 12)], by="ann", reason="never were")
    assert held.audit().iloc[0][["before", "after"]].tolist() == ["–", "7 rows: 7 gone"]


def test_the_day_of_a_decision_is_no_day_of_the_data(held):
    newest = held.data_day()
    number = decide(held, "pins", source_date="2027-01-01")
    assert held.data_day() == newest
    assert pd.isna(held.changes(1).set_index("change_id").loc[number, "data_day"])
    held.add("units", units("U9").assign(source_date="2027-01-01"), source="x", by="ann")
    assert held.data_day() == dt.date(2027, 1, 1)


def test_what_is_not_known_or_named_by_others_is_not_removed(held):
    version = held.version
    assert refused(held.remove, "pins", [], by="ann", reason="r") == [("", "pin_id", "missing")]
    assert refused(held.remove, "pins", ["K9"], by="ann", reason="r") == [("K9", "pin_id", "unknown")]
    assert refused(held.remove, "units", ["U1", "U2", "U9"], by="ann", reason="r") == [
        ("U9", "unit_id", "unknown"),
        ("U1", "unit_id", "in_use"),
    ]
    assert held.version == version
    held.remove("units", ["U2"], by="ann", reason="never was")
    assert keys(held, "units") == ["U1", "U3", "U4"]
    with pytest.raises(InvalidData, match=r"Rows of “Leases and holds” name it: L1\."):
        held.remove("tenants", ["T1"], by="ann", reason="r")
    decide(held, "pins", tenant_id="T3")
    assert refused(held.remove, "tenants", ["T3", "T2"], by="ann", reason="r") == [("T3", "tenant_id", "in_use")]
    held.remove("pins", ["K1"], by="ann", reason="r")
    held.remove("tenants", ["T3", "T2"], by="ann", reason="r")
    assert keys(held, "tenants") == ["T1"]


def test_a_lease_that_is_over_still_names_its_unit(held):
    held.add("leases", leases(("L0", "U4", "T1", "let", "2020-01-01", "2021-01-01")), source="x", by="ann")
    assert refused(held.remove, "units", ["U4"], by="ann", reason="r") == [("U4", "unit_id", "in_use")]


def test_a_scenario_removes_what_it_sees_and_no_more(held):
    held.create_scenario("A", by="ann")
    decide(held, "pins")
    assert refused(held.remove, "pins", ["K1"], by="ann", reason="r", scenario="A") == [("K1", "pin_id", "unknown")]
    held.add("units", units("U9"), source="x", by="ann", scenario="A")
    decide(held, "pins", "A", pin_id="K9", building_id=None, unit_id="U9")
    assert refused(held.remove, "units", ["U9"], by="ann", reason="r") == [("U9", "unit_id", "unknown")]
    assert refused(held.remove, "units", ["U9"], by="ann", reason="r", scenario="A") == [("U9", "unit_id", "in_use")]
    held.remove("pins", ["K9"], by="ann", reason="r", scenario="A")
    held.remove("units", ["U9"], by="ann", reason="r", scenario="A")
    assert keys(held, "units", "A") == keys(held, "units")
    held.lock_scenario("A", by="ann")
    assert refused(held.remove, "units", ["U2"], by="ann", reason="r", scenario="A") == [("A", "name", "locked")]


def test_nobody_removes_unseen_what_somebody_has_changed(held):
    decide(held, "weights")
    seen = held.version
    decide(held, "weights", who="ben", weight=5.0)
    (told,) = refused(held.remove, "weights", ["rent"], by="ann", reason="r", seen=seen)
    assert told[2] == "changed"
    held.remove("weights", ["rent"], by="ann", reason="r", seen=held.version)
    assert keys(held, "weights") == []


def test_who_built_on_a_decision_is_told_before_it_is_taken_back(held):
    first = decide(held, "weights")
    decide(held, "weights", who="ben", weight=5.0)
    with pytest.raises(InvalidData, match="ben has changed rent"):
        held.undo(by="ann")
    assert held.undoable(by="ann") == first


def test_a_ledger_that_was_added_is_still_not_undone_by_the_way(held):
    held.add("units", units("U9"), source="x", by="ann")
    assert held.undoable(by="ann") is None


def test_decisions_go_through_backup_and_restore(held, tmp_path):
    for name in DECIDED:
        decide(held, name)
    held.remove("weights", ["rent"], by="ann", reason="r")
    held.backup(tmp_path / "copy.db")
    care.restore(str(tmp_path / "back.db"), tmp_path / "copy.db", held.t, by="ann", now=dt.datetime.now(dt.UTC))
    with store.open(tmp_path / "back.db", create=False, clock=Clock()) as back:
        assert {name: keys(back, name) for name in DECIDED} == {name: keys(held, name) for name in DECIDED}
        assert TOLD["standing"] == back.as_of(DAY).units["standing"].iloc[0]
