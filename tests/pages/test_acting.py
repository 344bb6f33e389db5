"""Acting beside others: told what they did, done on top of it; scenarios into the record; the audit; past beliefs."""

import datetime as dt

import pytest

from parks import store
from parks.status import vacancy

CLOCK = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)


def press(at, label):
    """Click the button that begins with `label`; nothing may go wrong."""
    found = next(button for button in at.button if button.label.startswith(label))
    found.click().run()
    assert not at.exception, at.exception[0].value


def said(at, kind="markdown"):
    return " ".join(part.value for part in at.get(kind))


@pytest.fixture
def free(own):
    """Return units that are vacant and stay so."""
    with store.open(str(own)) as held:
        space = vacancy.by_unit(held.as_of(held.data_day()))
    return space.loc[space["state"].eq("vacant") & space["free_until"].isna(), ["unit_id", "building_id"]]


def on_map(show, own, free):
    unit, building = free.iloc[0]
    picked = {"kind": "building", "id": building}
    return show("map_page", own, picked=picked, tenant="A004", **{f"units_{building}": [unit]})


def elsewhere(own, free):
    """Let somebody else intend another place for the same company."""
    with store.open(str(own)) as held:
        last, day = free["unit_id"].iloc[-1], held.data_day()
        held.place([last], "A004", valid_from=day, state="intended", reason="asked first", by="ben")


def write_reason(at):
    next(part for part in at.text_input if part.label == "Reason").set_value("close to its chain")


def test_what_others_did_is_told_and_mine_goes_on_top(show, own, free):
    at = on_map(show, own, free)
    with store.open(str(own)) as held:
        day = held.data_day()
        held.place([free["unit_id"].iloc[-1]], "A004", valid_from=day, state="intended", reason="asked first", by="ben")
    write_reason(at)
    press(at, "Place here")
    assert "Somebody was faster" in said(at, "warning")
    assert "ben" in said(at)
    assert "asked first" in said(at)
    with store.open(str(own)) as held:
        assert held.changes(1)["who"].tolist() == ["ben"]
    press(at, "Do mine on top")
    assert "Somebody was faster" not in said(at, "warning")
    with store.open(str(own)) as held:
        assert held.changes(1)["subject"].tolist() == [f"A004 → {free['unit_id'].iloc[0]}"]


def test_what_others_did_can_be_left_as_it_is(show, own, free):
    at = on_map(show, own, free)
    elsewhere(own, free)
    write_reason(at)
    press(at, "Place here")
    press(at, "Leave it")
    assert "Somebody was faster" not in said(at, "warning")
    with store.open(str(own)) as held:
        assert held.changes(1)["who"].tolist() == ["ben"]


def test_what_they_do_while_one_reads_is_told_again(show, own, free):
    at = on_map(show, own, free)
    elsewhere(own, free)
    write_reason(at)
    press(at, "Place here")
    with store.open(str(own)) as held:
        held.place([free["unit_id"].iloc[0]], "A006", valid_from=held.data_day(), reason="urgent", by="ben")
    press(at, "Do mine on top")
    assert "Somebody was faster" in said(at, "warning")
    assert "urgent" in said(at)
    press(at, "Do mine on top")
    assert "is firmly held by A006" in said(at, "error").replace("\\", "")


def test_an_act_in_another_scenario_is_not_offered_there(show, own, free):
    at = on_map(show, own, free)
    elsewhere(own, free)
    write_reason(at)
    press(at, "Place here")
    with store.open(str(own)) as held:
        held.create_scenario("Plan A", by="ben")
    other = show("tenants", own, scenario="Plan A", pending=at.session_state["pending"])
    assert "Somebody was faster" not in said(other, "warning")


def test_a_past_belief_is_shown_and_not_changed(show, tmp_path):
    path = tmp_path / "then.db"
    moments = iter([CLOCK] * 30 + [CLOCK + dt.timedelta(days=10)] * 30)
    from parks.intake import sample

    with store.open(str(path), clock=lambda: next(moments)) as held:
        for name, frame in sample.read().items():
            held.add(name, frame, source="sample", by="test")
        for _ in range(20):
            next(moments)
        day = held.data_day()
        lease = held.as_of(day).leases.query("state == 'let'").iloc[0]
        held.release([lease["lease_id"]], on=day, reason="left", by="ann")
    space = vacancy.by_unit(store.open(str(path)).as_of(day)).set_index("unit_id")
    picked = {"kind": "building", "id": space.loc[lease["unit_id"], "building_id"]}
    state = {"picked": picked, f"units_{picked['id']}": [lease["unit_id"]], "tenant": "A004"}
    assert "Place here" in [button.label for button in show("map_page", path, **state).button]
    then = show("map_page", path, known="2026-11-02", **state)
    assert "Release" in [button.label for button in then.button]
    next(part for part in then.text_input if part.label == "Reason").set_value("why not")
    press(then, "Release")
    assert "cannot be changed" in said(then, "error")
    at = show("data", path, data_tab=4)
    at.date_input(key="belief_first").set_value(dt.date(2026, 11, 2))
    at.date_input(key="belief_second").set_value(dt.date(2026, 11, 12)).run()
    assert not at.exception, at.exception[0].value
    figures = next(part.value for part in at.dataframe if "figure" in part.value)
    assert {"Vacant space: Let m²", "Vacant space: Vacant m²"} <= set(figures["figure"])
    row = figures.reset_index().query("figure == 'Vacant space: Vacant m²'").index[0]
    belief = {"belief_first": dt.date(2026, 11, 2), "belief_second": dt.date(2026, 11, 12)}
    picked = {"selection": {"rows": [int(row)], "columns": [], "cells": []}}
    behind = show("data", path, data_tab=4, belief_figures=picked, **belief)
    shown = [part.value for part in behind.dataframe]
    moves, causes = (frame for frame in shown if {"key", "before"} <= set(frame))
    assert moves["key"].tolist() == [lease["unit_id"]]
    assert (lease["lease_id"], "ann", "left") in set(zip(causes["key"], causes["who"], causes["reason"], strict=True))
    at.date_input(key="belief_second").set_value(dt.date(2026, 11, 1)).run()
    assert "earlier one first" in said(at, "info")
    at.date_input(key="belief_first").set_value(dt.date(2026, 11, 2))
    at.date_input(key="belief_second").set_value(dt.date(2026, 11, 3)).run()
    assert "No figure" in said(at, "success")


def test_the_screen_goes_back_to_now(screen, loaded):
    at = screen(loaded, lang="en", known="2020-01-01")
    assert "What was believed on 2020-01-01" in said(at)
    assert "was known on" in said(at, "info")
    press(at, "Back to now")
    assert "What was believed" not in said(at)
    assert at.session_state["known"] is None


def test_a_name_is_kept_with_the_acts(screen, own):
    at = screen(own, lang="en")
    at.text_input(key="who").set_value("ann").run()
    assert not at.exception
    assert at.session_state["who"] == "ann"


def test_a_scenario_is_noted_locked_and_approved(show, own, free):
    with store.open(str(own)) as held:
        held.create_scenario("Plan A", by="ben")
        held.place(
            [free["unit_id"].iloc[0]], "A004", valid_from=held.data_day(), reason="r", by="ben", scenario="Plan A"
        )
    at = show("scenarios", own, scenario="Plan A")
    assert "takes" in said(at).replace("\\", "")
    next(part for part in at.text_input if part.label == "Note").set_value("for the bureau")
    press(at, "Keep the note")
    press(at, "Lock")
    assert next(button for button in at.button if button.label.startswith("Drop")).disabled
    press(at, "Open for changes")
    press(at, "Approve into the record")
    assert "Say why" in said(at, "error")
    next(part for part in at.text_input if part.label == "Why it is approved").set_value("agreed on Monday")
    press(at, "Approve into the record")
    assert "Approved into the record by change" in said(at, "success")
    with store.open(str(own)) as held:
        assert held.scenarios()["note"].tolist() == ["for the bureau"]
        assert (held.as_of(held.data_day()).leases["tenant_id"] == "A004").any()


def test_only_who_may_approves(show, own, free):
    with store.open(str(own)) as held:
        held.create_scenario("Plan A", by="ben")
        held.place(
            [free["unit_id"].iloc[0]], "A004", valid_from=held.data_day(), reason="r", by="ben", scenario="Plan A"
        )
        held.grant("head", by="ben")
    at = show("scenarios", own, scenario="Plan A")
    assert "Only head may approve" in said(at, "caption")
    assert "Approve into the record" not in [button.label for button in at.button]


@pytest.mark.parametrize(("side", "tenant"), [("theirs", None), ("mine", "A004")])
def test_a_conflict_with_the_record_is_decided_by_a_person(show, own, free, side, tenant):
    unit = free["unit_id"].iloc[0]
    with store.open(str(own)) as held:
        day = held.data_day()
        held.create_scenario("Plan A", by="ben")
        held.place([unit], "A004", valid_from=day, reason="r", by="ben", scenario="Plan A")
        held.place([unit], "A006", valid_from=day, reason="urgent", by="ben")
    at = show("scenarios", own, scenario="Plan A")
    assert next(button for button in at.button if button.label.startswith("Bring up")).disabled
    with store.open(str(own)) as held:
        conflict = held.conflicts("Plan A")["conflict"].iloc[0]
    at = show("scenarios", own, scenario="Plan A", **{f"choice_Plan A_{conflict}": side})
    press(at, "Bring up to the record")
    with store.open(str(own)) as held:
        assert held.scenarios()["behind"].tolist() == [0]
        assert held.conflicts("Plan A").empty
        holders = set(held.as_of(day, "Plan A").leases.query("unit_id == @unit")["tenant_id"])
    assert holders == {tenant or "A006"}


def test_audit_filters_and_takes_back(show, own, free):
    with store.open(str(own)) as held:
        day = held.data_day()
        held.place([free["unit_id"].iloc[0]], "A004", valid_from=day, reason="near its chain", by="ben")
    at = show("audit", own, audit_who="ben")
    assert at.dataframe[0].value["reason"].tolist() == ["near its chain"]
    at = show("audit", own, audit_text="nowhere to be found")
    assert "No change answers" in said(at, "info")
    at = show("audit", own, audit={"selection": {"rows": [0], "columns": [], "cells": []}})
    assert "near its chain" in said(at).replace("\\", "")
    press(at, "Take this change back")
    assert "Say why" in said(at, "error")
    write_reason(at)
    press(at, "Take this change back")
    with store.open(str(own)) as held:
        assert held.changes(1)["what"].tolist() == ["take_back"]
        assert not (held.as_of(day).leases["tenant_id"] == "A004").any()


def test_audit_of_an_empty_store_offers_a_beginning(show, empty):
    at = show("audit", empty)
    assert any(button.label == "Load the sample" for button in at.button)
