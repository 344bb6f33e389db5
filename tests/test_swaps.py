"""Why not there, who would have to move, which lock keeps a company out: each checked by solving anew."""

import pandas as pd
import pytest
from test_explanation import EN, asked
from test_fit import district, policy

from parks.matching import allocation, explanation, releases, solver, swaps

UNITS = ["B1-F1-1", "B2-F1-1"]
RENT = {"rent_max_cny_m2_day": 4.0}


def lines(*rows):
    """Return pins or bans: need and unit of each."""
    return pd.DataFrame([{"need_id": need, "unit_id": unit} for need, unit in rows])


def planned(park, space, **wishes):
    plan = allocation.allocate(park, policy(), space, **wishes)
    return plan, {"wishes": wishes}


def rents(*prices, units=UNITS):
    return [{"unit_id": unit, "asking_rent_cny_m2_day": price} for unit, price in zip(units, prices, strict=True)]


def why_not(park, space, plan, tenant, unit, **options):
    return explanation.why_not(park, policy(), space, plan, tenant, unit, EN, **options)


def test_a_swap_says_what_it_costs_and_who_moves():
    needs = [asked(1, 100, **RENT, priority=2.0), asked(2, 100, **RENT)]
    park, space = district(rents(2.0, 4.0), needs)
    plan, options = planned(park, space)
    said = why_not(park, space, plan, "T2", "B1-F1-1", **options)
    worse = allocation.allocate(park, policy(), space, pins=lines(("N2", "B1-F1-1")))
    assert said["loss"] == pytest.approx(plan.value - worse.value)
    assert said["loss_kind"] == "exact"
    assert said["why"] == [
        f"B1楼 (B1-F1-1): score 0.62; the whole plan would be worth {said['loss']:,.0f} less.",
        "企业T1 would move to B2楼 (B2-F1-1).",
    ]
    assert why_not(park, space, plan, "T1", "B1-F1-1")["why"] == ["The plan puts it there."]
    hasty = why_not(park, space, plan, "T2", "B1-F1-1", budget=0.0)
    assert (hasty["loss_kind"], len(hasty["why"])) == ("at_least", 1)
    assert hasty["loss"] <= said["loss"] + 1e-9


def test_a_case_that_is_at_hand_tells_the_same_and_who_stays_is_not_told():
    needs = [asked(1, 100, **RENT, priority=2.0), asked(2, 100, **RENT), asked(3, 100, priority=0.5)]
    park, space = district(rents(2.0, 4.0, 4.0, units=[*UNITS, "B3-F1-1"]), needs)
    case = allocation.case(park, policy(), space)
    plan = allocation.allocate(park, policy(), space, given=case)
    said = why_not(park, space, plan, "T2", "B1-F1-1", given=case)
    again = why_not(park, space, plan, "T2", "B1-F1-1")
    assert (said["loss"], said["why"]) == (pytest.approx(again["loss"]), again["why"])
    assert len(plan.placed) == 3
    assert len(said["why"]) == 2, "of the two others one stays where it is"


def test_who_loses_its_place_and_who_comes_in_is_said():
    needs = [asked(1, 200), asked(2, 100), asked(3, 100, priority=0.1)]
    park, space = district(["B1-F1-1", "B1-F1-2"], needs)
    plan, _ = planned(park, space)
    assert plan.placed == ["T1"]
    said = why_not(park, space, plan, "T2", "B1-F1-1")
    assert said["why"][1:] == ["企业T1 would lose its place.", "企业T3 would come in, at B1楼 (B1-F1-2)."]


def test_what_cannot_be_says_the_first_rule_or_who_holds_it():
    units = ["B1-F1-1", "B2-F1-1", "B3-F1-1", "B4-F1-1", "B5-F1-1", "B5-F1-3"]
    leases = [{"unit_id": "B2-F1-1", "tenant_id": "X"}]
    loads = {"B3-F1": {"floor_load_kn_m2": 1.0}, "B4-F1": {"floor_load_kn_m2": None}}
    loads |= {f"B{number}-F1": {"floor_load_kn_m2": 9.0} for number in (1, 2, 5)}
    spaces = [unit if unit != "B5-F1-3" else {"unit_id": unit, "lettable_m2": 50.0} for unit in units]
    park, space = district(spaces, [asked(1, 100, floor_load_kn_m2=5.0)], leases=leases, floors=loads)
    plan, options = planned(park, space, bans=lines(("N1", "B5-F1-1")))
    told = {unit: why_not(park, space, plan, "T1", unit, **options) for unit in units}
    assert all(said["loss"] is None for unit, said in told.items() if unit != "B1-F1-1")
    assert told["B2-F1-1"]["why"] == ["It is held by 企业X without an end."]
    assert told["B3-F1-1"]["why"][0].startswith(
        "rule load: Asked: 5 kN/m². Offered: 1 kN/m², which does not answer it."
    )
    assert told["B4-F1-1"]["why"][0].startswith("rule load: Asked: 5 kN/m². What is offered is not known: find out.")
    assert told["B5-F1-1"]["why"] == ["Pins, bans or quotas keep it from there."]
    assert told["B5-F1-3"]["why"][0].startswith("No unbroken free space around it")
    with pytest.raises(KeyError):
        why_not(park, space, plan, "T1", "nowhere")
    with pytest.raises(KeyError):
        why_not(park, space, plan, "nobody", "B1-F1-1")
    assert why_not(park, space, plan, "X", "B1-F1-1")["why"][0].startswith("It has no open need")


def test_a_unit_that_fits_but_is_in_no_run_says_so():
    units = [{"unit_id": "B1-F1-1", "lettable_m2": 60.0}, {"unit_id": "B1-F1-2", "lettable_m2": 60.0}]
    park, space = district(units, [asked(1, 110, 115)])
    plan, _ = planned(park, space)
    said = why_not(park, space, plan, "T1", "B1-F1-1")
    assert said["why"] == ["No unbroken free space around it has the area asked for and is free for the term."]


def test_pins_and_quotas_of_the_plan_hold_in_its_explanation():
    needs = [asked(1, 100, **RENT, priority=2.0), asked(2, 100, **RENT)]
    park, space = district(rents(2.0, 4.0), needs)
    pins = lines(("N2", "B1-F1-1"))
    plan, options = planned(park, space, pins=pins)
    said = explanation.explain(park, policy(), space, plan, "T2", EN, **options)
    assert said["why"][1] == "It is pinned there."
    free = allocation.allocate(park, policy(), space)
    assert said["alternatives"][0]["loss"] == pytest.approx(plan.value - free.value)
    assert "would be worth" in said["alternatives"][0]["sentence"]
    assert said["alternatives"][0]["sentence"].endswith("more.")
    other = explanation.explain(park, policy(), space, plan, "T1", EN, **options)
    assert other["alternatives"] == [], "its only other place is pinned to another"
    quota = {"quota_id": "Q", "zone_id": "Z-ZJ", "sectors": "S1", "sense": "at_most", "area_m2": 100.0}
    plan, options = planned(park, space, quotas=pd.DataFrame([quota]))
    assert len(plan.placed) == 1
    said = explanation.explain(park, policy(), space, plan, plan.unplaced[0], EN, **options)
    assert [round(other["loss"], 6) >= 0 for other in said["alternatives"]] == [True, True]


def test_a_plan_that_the_others_pins_forbid_is_no_alternative():
    park, space = district(UNITS, [asked(1, 100), asked(2, 100)])
    plan, options = planned(park, space, pins=lines(("N2", "B1-F1-1")))
    said = why_not(park, space, plan, "T1", "B1-F1-1", **options)
    assert said["why"] == ["Pins, bans or quotas keep it from there."]
    either = pd.DataFrame([{"need_id": "N2", "building_id": name} for name in ("B1", "B2")])
    plan, options = planned(park, space, pins=either)
    where = dict(zip(plan.assignments["need_id"], plan.assignments["unit_id"], strict=True))
    said = why_not(park, space, plan, "T1", where["N2"], **options)
    assert said["why"][1] == f"企业T2 would move to {where['N1'][:2]}楼 ({where['N1']})."


def test_a_place_without_which_the_pinned_have_no_room_is_no_alternative():
    park, space = district(UNITS, [asked(number, 100) for number in (1, 2, 3)])
    either = pd.DataFrame([{"need_id": need, "building_id": name} for need in ("N1", "N2") for name in ("B1", "B2")])
    plan, options = planned(park, space, pins=either)
    assert (plan.pinned, plan.unplaced) == (["N1", "N2"], ["T3"])
    said = why_not(park, space, plan, "T3", "B1-F1-1", **options)
    assert said["why"] == ["Pins, bans or quotas keep it from there."]


def test_a_hard_quota_that_no_plan_with_the_place_keeps_forbids_it():
    park, space = district(UNITS, [asked(1, 100), asked(2, 100)], tenants=[{"tenant_id": "T2", "sector_code": "S2"}])
    quota = {"quota_id": "Q", "zone_id": "Z-ZJ", "sectors": "S1", "sense": "at_least", "area_m2": 100.0}
    plan, options = planned(park, space, quotas=pd.DataFrame([quota]), pins=lines(("N1", "B1-F1-1")))
    said = why_not(park, space, plan, "T2", "B1-F1-1", **options)
    assert said["why"] == ["Pins, bans or quotas keep it from there."]


def lock(park, space, tenant, **wishes):
    plan, options = planned(park, space, **wishes)
    return explanation.explain(park, policy(), space, plan, tenant, EN, **options)["lock"]


def test_the_ban_that_keeps_a_company_out_is_named():
    park, space = district(UNITS[:1], [asked(1, 100)])
    bans = lines(("N9", "B1-F1-1"), ("N1", "B1-F1-1"))
    found = lock(park, space, "T1", bans=bans)
    assert (found["kind"], found["name"], found["unit_ids"]) == ("ban", "2", ["B1-F1-1"])
    assert found["sentence"] == "Without the ban in line 2 it could go to B1楼 (B1-F1-1)."
    assert allocation.allocate(park, policy(), space, bans=bans[:1]).placed == ["T1"]
    assert lock(park, space, "T1", bans=pd.concat([bans, bans])) is None, "no single one of two"


def test_locked_space_that_would_serve_is_named():
    leases = [{"unit_id": "B1-F1-2", "tenant_id": None, "state": "locked"}]
    park, space = district(["B1-F1-1", "B1-F1-2", "B2-F1-1"], [asked(1, 200), asked(2, 100)], leases=leases)
    plan, _ = planned(park, space, bans=lines(("N2", "B1-F1-1")))
    assert plan.placed == ["T2"]
    found = lock(park, space, "T1", bans=lines(("N2", "B1-F1-1")))
    assert found["sentence"] == "It could go to B1楼 (B1-F1-1–B1-F1-2) if B1-F1-2 were not locked."
    taken, _ = planned(park, space, pins=lines(("N2", "B1-F1-1")))
    assert taken.placed == ["T2"]
    assert lock(park, space, "T1", pins=lines(("N2", "B1-F1-1"))) is None, "a lock and a pin"


def test_the_pin_of_another_that_stands_in_the_way_is_named_with_what_it_costs():
    needs = [asked(1, 100, priority=2.0), asked(2, 100)]
    park, space = district(UNITS[:1], needs)
    pins = lines(("N2", "B1-F1-1"))
    found = lock(park, space, "T1", pins=pins)
    assert (found["kind"], found["name"]) == ("pin", "N2")
    freed = (
        allocation.allocate(park, policy(), space).value - allocation.allocate(park, policy(), space, pins=pins).value
    )
    assert found["loss"] == pytest.approx(-freed)
    assert found["sentence"].endswith(f"the whole plan would be worth {freed:,.0f} more.")
    lesser = [asked(1, 100), asked(2, 100, priority=2.0)]
    park, space = district(UNITS[:1], lesser)
    assert lock(park, space, "T1", pins=pins)["sentence"].endswith("less.")
    assert lock(park, space, "T1") is None


def test_no_single_pin_is_named_where_two_stand_in_the_way():
    park, space = district(["B1-F1-1", "B1-F1-2"], [asked(1, 100), asked(2, 100), asked(3, 200, priority=9.0)])
    one = lines(("N1", "B1-F1-1"))
    assert lock(park, space, "T3", pins=one)["name"] == "N1"
    assert lock(park, space, "T3", pins=pd.concat([one, lines(("N2", "B1-F1-2"))])) is None


def test_without_time_no_pin_is_tried():
    park, space = district(UNITS[:1], [asked(1, 100), asked(2, 100)])
    pins = lines(("N2", "B1-F1-1"))
    plan, options = planned(park, space, pins=pins)
    assert explanation.explain(park, policy(), space, plan, "T1", EN, budget=0.0, **options)["lock"] is None
    assert releases.TRIED
    assert solver.PROOF
    assert swaps.forced
