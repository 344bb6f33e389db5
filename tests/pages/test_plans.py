"""The best plan on the screen: searched for beside the session, decided on, explained, accepted one by one."""

import threading
import time

import pandas as pd
import pytest

from parks import policy, store
from parks.intake import sample
from parks.matching import fit, worth
from parks.pages import decisions, jobs, outlooks, plans
from parks.status import vacancy

pytestmark = pytest.mark.usefixtures("patient")
PATIENCE = 120


def of(parts, label):
    return next(part for part in parts if part.label.startswith(label))


def said(at):
    return "\n".join(
        part.value for kind in ("markdown", "caption", "success", "warning", "info") for part in at.get(kind)
    )


def press(at, label):
    of(at.button, label).click().run()
    assert not at.exception, at.exception[0].value


def exactly(at, label):
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception, at.exception[0].value


def until(at, there):
    """Run again until something is there."""
    begun = time.monotonic()
    while not there(at):
        assert time.monotonic() - begun < PATIENCE
        time.sleep(0.2)
        at.run()
        assert not at.exception, at.exception[0].value
    return at


def kept(at):
    """Return the plan that the session holds, None when it holds none."""
    return at.session_state[plans.FOUND] if plans.FOUND in at.session_state else None  # noqa: SIM401 - it has no get


def found(at):
    before = kept(at)
    press(at, "Find the best plan")
    return until(at, lambda at: kept(at) is not before)


@pytest.fixture(scope="module")
def loaded(filled):
    """Return the path of a store with the sample and thirty of its needs: what is drawn of a plan asks for no more."""
    tables = sample.read()
    return filled(tables | {"needs": tables["needs"].head(30)})


@pytest.fixture
def planned(show, own):
    """Return the page of a scenario with a plan."""
    with store.open(str(own)) as held:
        held.create_scenario("Plan A", by="test")
    return found(show("scenarios", own, scenario="Plan A"))


def decided(own, table):
    with store.open(str(own)) as held:
        return held.as_of(held.data_day(), "Plan A").table(table)


def explained(at, tenant):
    of(at.selectbox, "Explain").select(tenant).run()
    assert not at.exception, at.exception[0].value
    return at


def test_a_pin_from_the_reasons_makes_a_new_plan_and_says_what_changed(planned, own):
    at = explained(planned, "A016")
    assert "**Next best places**" in said(at)
    before = at.session_state[plans.FOUND]
    exactly(at, "Pin")
    until(at, lambda at: at.session_state[plans.FOUND] is not before)
    pins = decided(own, "pins")
    assert set(pins["tenant_id"]) == {"A016"}
    now = at.session_state[plans.FOUND]
    assert now.case is before.case, "who fits where was not read again"
    placed = now.plan.assignments
    assert set(placed.loc[placed["tenant_id"] == "A016", "unit_id"]) == set(pins["unit_id"])
    assert at.expander
    assert any(part.label == "What changed since the plan before" for part in at.expander)
    explained(at, "A016")
    press(at, "Not in this building")
    until(at, lambda at: at.session_state[plans.FOUND] is not now)
    assert (decided(own, "pins")["sense"] == "ban").any()
    assert any("is not kept" in part.value for part in at.warning), "the ban goes before the pin"


def test_why_not_on_a_unit_is_told_with_what_it_costs_and_can_be_pinned(planned, own):
    at = explained(planned, "A016")
    other = at.session_state["reasons"][("A016", "en")]["alternatives"][0]["unit_ids"][0]
    of(at.selectbox, "Why not").select(other).run()
    assert "the whole plan would be worth" in said(at)
    press(at, "Pin it to a place with this unit")
    assert other in set(decided(own, "pins")["unit_id"])
    at.run()


def test_quotas_are_added_kept_and_taken_back(planned, own):
    at = planned
    of(at.multiselect, "Sectors or groups").select("CGT")
    press(at, "Add the quota")
    assert "either a share or an area" in " ".join(part.value for part in at.error)
    of(at.multiselect, "Sectors or groups").select("CGT")
    of(at.number_input, "Share of the zone").set_value(1.0)
    of(at.number_input, "Price of a").set_value(2.0)
    press(at, "Add the quota")
    assert not at.error, [part.value for part in at.error]
    quota = decided(own, "quotas").iloc[0]
    assert (quota["sectors"], quota["share"], quota["price"], quota["sense"]) == ("CGT", 0.01, 2.0, "at_least")
    found(at)
    assert "**Quotas**" in said(at)
    held = at.session_state[plans.FOUND].plan.quotas
    assert held["quota_id"].tolist() == [quota["quota_id"]]
    press(at, "Work it out")
    until(at, lambda at: "the true cost lies between" in said(at))


def test_weights_are_kept_for_the_scenario_and_told_against_the_policys(planned, own, monkeypatch):
    monkeypatch.setattr(decisions, "COMPARED", 2.0)
    at = planned
    of(at.slider, "Rent ceiling").set_value(4.0)
    press(at, "Keep these weights")
    weights = decided(own, "weights")
    assert list(weights[["criterion", "weight"]].itertuples(index=False, name=None)) == [("rent", 4.0)]
    assert any("Find it again" in part.value for part in at.warning)
    press(at, "What changes against")
    until(at, lambda at: "By the weights of" in said(at))
    of(at.slider, "Rent ceiling").set_value(1.0)
    press(at, "Keep these weights")
    assert decided(own, "weights").empty


def test_a_ban_for_all_and_a_pin_are_added_by_hand_and_taken_back(planned, own):
    at = planned
    of(at.selectbox, "or building").select("P033-C4")
    at.selectbox(key="pin_need_1").select("")
    exactly(at, "Add")
    assert [part.value for part in at.error], "a pin is for somebody"
    at.selectbox(key="pin_sense_1").select("ban")
    exactly(at, "Add")
    assert not at.error
    with store.open(str(own)) as held:
        unit = held.as_of(held.data_day()).units["unit_id"].iloc[0]
    of(at.selectbox, "Lettable unit").select(unit)
    of(at.text_input, "Reason").set_value("shown to them")
    exactly(at, "Add")
    pins = decided(own, "pins")
    assert pins["pin_id"].tolist() == ["P0001", "P0002"]
    assert pins["sense"].tolist() == ["ban", "pin"]
    at.session_state["pins_list"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    at.run()
    of([button for button in at.button if button.key == "pins_back"], "Take").click().run()
    assert decided(own, "pins")["pin_id"].tolist() == ["P0002"]


def test_companies_are_accepted_one_by_one(planned, own):
    at = planned
    plan = at.session_state[plans.FOUND]
    assert of(at.button, "Accept the chosen one").disabled
    at.session_state["plan"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    at.run()
    press(at, "Accept the chosen one")
    with store.open(str(own)) as held:
        record, laid = (held.as_of(held.data_day(), name).leases for name in (None, "Plan A"))
    own_need = plan.plan.assignments["need_id"].iloc[0]
    wanted = plan.plan.assignments.loc[plan.plan.assignments["need_id"] == own_need, "unit_id"]
    assert set(laid["lease_id"]) - set(record["lease_id"])
    assert len(laid) - len(record) == len(wanted)
    assert of(at.button, "Accept the chosen one").disabled, "it is there already"
    press(at, "Accept all")
    with store.open(str(own)) as held:
        leases = held.as_of(held.data_day(), "Plan A").leases
    assert set(plan.plan.assignments["unit_id"]) <= set(leases["unit_id"])
    told = f"With Plan A, companies that come in: {len(plan.plan.placed)}; nobody was placed before."
    assert told in said(at).replace("\\", "")


def test_counted_steps_give_the_same_plan(show, own):
    with store.open(str(own)) as held:
        held.create_scenario("Plan A", by="test")
    at = show("scenarios", own, scenario="Plan A", budget_in="steps")
    found(at)
    assert at.session_state[plans.FOUND].plan.proved


def test_more_space_is_valued_beside_the_session(planned, monkeypatch):
    monkeypatch.setattr(outlooks, "SECONDS", 0.5)
    frame = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in worth.COLUMNS.items()})
    row = {"zone_id": "Z-ZJ", "kind": "pilot", "quarter": "2027-Q1", "worth": 12.0, "least": 11.0, "most": 13.0}
    answer = pd.concat([frame, pd.DataFrame([row | {"sentence": "Much", "area_m2": 900.0}])])

    def worked(*_, progress, **__):
        progress(1, 2)
        return answer

    monkeypatch.setattr(worth, "of", worked)
    at = planned
    press(at, "Work it out")
    until(at, lambda at: "Much" in said(at))


def test_without_a_scenario_nothing_can_be_decided(show, own):
    at = found(show("scenarios", own))
    explained(at, "A016")
    assert of(at.button, "Pin it where it is").disabled
    assert "Choose or create a scenario to change these" in said(at)
    assert of(at.button, "Keep these weights").disabled


def test_work_that_is_stopped_keeps_what_it_has_or_is_broken_off():
    for keeps, result in ((True, "best so far"), (False, None)):
        begun, asked = threading.Event(), threading.Event()

        def work(tell, begun=begun, asked=asked):
            begun.set()
            asked.wait(PATIENCE)
            return "best so far" if tell(0.5, "") else "all"

        job = jobs.Job(work, keeps)
        begun.wait(PATIENCE)
        job.is_asked_to_stop = True
        asked.set()
        job.thread.join(PATIENCE)
        assert job.result == result


def test_a_hard_rule_is_waived_with_a_reason_and_the_waiver_taken_back(show, own):
    with store.open(str(own)) as held:
        park = held.as_of(held.data_day())
    space = vacancy.by_unit(park)
    ranked = fit.rank(fit.assess(park, policy.load(), space, "A006"))
    only = ranked[[len(failed) == 1 and failed[0] not in {"free", "term"} for failed in ranked["failed"]]]
    vacant = space.loc[space["state"] == "vacant", "unit_id"]
    unit, building = only.loc[only["unit_id"].isin(vacant), ["unit_id", "building_id"]].iloc[0]
    picked = {"picked": {"kind": "building", "id": building}, "tenant": "A006", f"units_{building}": [unit]}
    at = show("map_page", own, **picked)
    waive = [button for button in at.button if button.label == "Waive it"]
    assert waive[0].disabled
    mark = waive[0].key.removeprefix("waive_it_")
    at.text_input(key=f"waive_{mark}").set_value("The slab will be strengthened").run()
    at.button(key=f"waive_it_{mark}").click().run()
    assert not at.exception
    with store.open(str(own)) as held:
        made = held.as_of(held.data_day()).waivers.iloc[0]
    assert (made["tenant_id"], made["unit_id"], made["reason"]) == ("A006", unit, "The slab will be strengthened")
    assert "Waived by planner" in said(at)
    press(at, "Take the waiver back")
    with store.open(str(own)) as held:
        assert held.as_of(held.data_day()).waivers.empty
