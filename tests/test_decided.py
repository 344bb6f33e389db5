"""What planners decide stands in tables and is in force without being handed over; an empty table changes nothing."""

from dataclasses import replace

import pandas as pd
import pytest
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st
from test_allocation import asked, counted_out, districts, units_of
from test_fit import PROVENANCE, ZONE_FIT, conflict, district, policy
from test_quotas import FOUR, SECTORS

from parks import schema, words
from parks.matching import allocation, costs, explanation, fit, verification, weights
from parks.policy import criteria

EN = words.translator("en")
FLOORS = {"B1-F1": {"floor_load_kn_m2": 2.0}}


def decided(park, **tables):
    """Return the snapshot with rows of what planners decide; they need not say where they come from."""
    made = {name: schema.typed(name, pd.DataFrame([PROVENANCE | row for row in rows])) for name, rows in tables.items()}
    return replace(park, **made)


def waiver(name="W", **cells):
    row = {"waiver_id": name, "tenant_id": "T1", "reason": "Slab is being strengthened.", "by": "Wang"}
    return row | {"day": pd.Timestamp("2025-12-01"), "rule": "load", "unit_id": "B1-F1-1"} | cells


def plan_of(park, space, rules=None, **options):
    """Return the plan; code of its own finds nothing wrong with it."""
    rules = rules or policy()
    plan = allocation.allocate(park, rules, space, **options)
    kept = {name: options[name] for name in ("pins", "bans", "quotas") if name in options}
    assert verification.check(plan, park, rules, space, **kept) == []
    return plan


def test_a_waiver_of_the_table_opens_the_place_everywhere():
    park, space = district(["B1-F1-1", "B1-F1-2"], [asked(1, 100, floor_load_kn_m2=5.0)], floors=FLOORS)
    assert plan_of(park, space).placed == []
    held = decided(park, waivers=[waiver()])
    plan = plan_of(held, space)
    assert units_of(plan, "N1") == ["B1-F1-1"]
    assert fit.rank(fit.assess(held, policy(), space, "T1"))["waived"].tolist() == [["load"], []]
    assert explanation.place(held, policy(), space, "T1", "B1-F1-1", EN)[0][1] == "waived"
    assert "by a waiver" in explanation.explain(held, policy(), space, plan, "T1", EN)["why"][0]
    assert plan_of(park, space, given=allocation.case(park, policy(), space, waivers=held.waivers[:0])).placed == []
    handed = allocation.case(park, policy(), space, waivers=held.waivers)
    assert allocation.allocate(park, policy(), space, given=handed).placed == ["T1"]


@pytest.mark.parametrize(
    "other", [{"tenant_id": "T2"}, {"unit_id": "B1-F1-2"}, {"rule": "power"}, {"day": pd.Timestamp("2026-01-02")}]
)
def test_the_checker_wants_a_waiver_for_that_company_place_rule_and_day(other):
    needs = [asked(1, 100, floor_load_kn_m2=5.0), asked(2, 100)]
    park, space = district(["B1-F1-1", "B1-F1-2"], needs, floors=FLOORS)
    plan = plan_of(decided(park, waivers=[waiver()]), space)
    fault = ["need N1: unit B1-F1-1 misses the rule load"]
    assert verification.check(plan, park, policy(), space) == fault
    wrong = decided(park, waivers=[waiver(**other)])
    assert verification.check(plan, wrong, policy(), space) == fault
    assert verification.check(plan, park, policy(), space, waivers=wrong.waivers) == fault
    building = decided(park, waivers=[waiver(unit_id=None, building_id="B1")])
    assert verification.check(plan, building, policy(), space) == []


def test_the_checker_knows_waivers_of_zone_policy_and_of_who_is_there():
    leases = [{"unit_id": "B1-F1-2", "tenant_id": "X"}]
    wish = asked(1, 100, fire_class="甲", stage="production")
    sector, buildings = [{"tenant_id": "T1", "sector_code": "S2"}], {"B1": {"fire_class": "甲"}}
    park, space = district(["B1-F1-1", "B1-F1-2"], [wish], leases=leases, tenants=sector, buildings=buildings)
    rules = policy(zone_fit=ZONE_FIT, clashes=[conflict("C", fire_a="甲", any_b=True)])
    both = decided(park, waivers=[waiver("W1", rule="C"), waiver("W2", rule="zone_fit")])
    plan = plan_of(both, space, rules)
    assert plan.placed == ["T1"]
    assert verification.check(plan, park, rules, space) == [
        "need N1: unit B1-F1-1 lies in a zone that is stated to be unsuitable",
        "need N1: company X is in B1 already (C)",
    ]


@settings(max_examples=thorough.cases(8), deadline=None)
@given(districts(), st.data())
def test_with_any_waivers_the_plan_is_the_best_of_all_that_pass_the_checker(case, data):
    park, space, rules = case
    places = [{"unit_id": name, "building_id": None} for name in park.units["unit_id"]]
    places += [{"unit_id": None, "building_id": name} for name in park.buildings["building_id"]]
    drawn = st.fixed_dictionaries(
        {
            "tenant_id": st.sampled_from(park.needs["tenant_id"].tolist()),
            "rule": st.sampled_from(["load", "fire", "C", "zone_fit", "area_max", "wanted_to"]),
            "place": st.sampled_from(places),
            "day": st.sampled_from([pd.Timestamp("2025-12-01"), pd.Timestamp("2026-06-01")]),
        }
    )
    rows = data.draw(st.lists(drawn, min_size=1, max_size=6))
    made = [waiver(f"W{number}", **(row | row["place"])) for number, row in enumerate(rows)]
    held = decided(park, waivers=made)
    plan = plan_of(held, space, rules)
    assert plan.proved
    assert plan.value == pytest.approx(counted_out(held, rules, space))
    assert plan.value >= plan_of(park, space, rules).value - 1e-9


def test_held_space_is_not_opened_by_any_waiver_of_the_checkers():
    park, space = district(["B1-F1-1"], [asked(1, 100)])
    plan = plan_of(park, space)
    taken, less = district(["B1-F1-1"], [asked(1, 100)], leases=[{"unit_id": "B1-F1-1", "tenant_id": "X"}])
    held = decided(taken, waivers=[waiver(rule="free"), waiver("W2", rule="term")])
    assert verification.check(plan, held, policy(), less) == [
        "need N1: unit B1-F1-1 is not free when it begins",
        "need N1: unit B1-F1-1 is held by lease L0",
    ]


def test_pins_and_bans_of_the_table_are_kept():
    units = ["B1-F1-1", "B1-F1-2", "B2-F1-1"]
    park, space = district(units, [asked(1, 100), asked(2, 100)])
    pin = {"pin_id": "K1", "need_id": "N1", "unit_id": "B2-F1-1", "sense": "pin"}
    ban = {"pin_id": "K2", "tenant_id": "T2", "unit_id": "B1-F1-1", "sense": "ban"}
    plan = plan_of(held := decided(park, pins=[pin, ban]), space)
    assert (units_of(plan, "N1"), units_of(plan, "N2")) == (["B2-F1-1"], ["B1-F1-2"])
    assert (plan.pinned, plan.refused) == (["N1"], [])
    free = plan_of(held, space, pins=held.pins[:0], bans=held.pins[:0])
    assert (free.pinned, units_of(free, "N1")) == ([], ["B1-F1-1"])
    both = verification.check(free, held, policy(), space)
    assert both == ["pin 0 is neither kept nor refused"]
    swapped = allocation.allocate(park, policy(), space, pins=held.pins.assign(need_id="N2", unit_id="B1-F1-1")[:1])
    assert "ban 0 is neither kept nor refused" in verification.check(swapped, held, policy(), space)


def test_of_pins_that_clash_the_one_with_the_first_id_is_kept():
    park, space = district(["B1-F1-1", "B2-F1-1"], [asked(1, 100), asked(2, 100)])
    rows = [{"pin_id": f"K{3 - n}", "need_id": f"N{n}", "unit_id": "B1-F1-1", "sense": "pin"} for n in (1, 2)]
    plan = plan_of(decided(park, pins=rows), space)
    assert (plan.pinned, [(one.name, one.kind, one.against) for one in plan.refused]) == (
        ["N2"],
        [("N1", "pins", ("N2",))],
    )


def test_quotas_of_the_table_are_kept_and_cost_what_costs_says():
    park, space = district(FOUR, [asked(1, 400), asked(2, 400, priority=3.0)], tenants=SECTORS)
    quota = {"quota_id": "Q", "zone_id": "Z-ZJ", "sectors": "S1", "sense": "at_least", "share": 0.5}
    pin = {"pin_id": "K", "tenant_id": "T1", "building_id": "B1", "sense": "pin"}
    held = decided(park, quotas=[quota], pins=[pin])
    plan = plan_of(held, space)
    assert (plan.placed, plan.quotas["missing_m2"].tolist(), plan.pinned) == (["T1"], [0.0], ["N1"])
    posed = allocation.case(held, policy(), space)
    told = costs.of(held, policy(), space, plan, posed, {})
    assert told[["kind", "name", "cost"]].to_numpy().tolist() == [["pin", "N1", 0.0], ["quota", "Q", 0.0]]
    alone = costs.of(held, policy(), space, plan, posed, {"pins": held.pins[:0]})
    free = plan_of(park, space)
    assert free.placed == ["T2"]
    assert alone[alone["kind"] == "quota"]["cost"].tolist() == [pytest.approx(free.value - plan.value)]


def test_weights_are_the_policys_then_the_tables_then_those_given():
    units = [{"unit_id": "B1-F1-1", "asking_rent_cny_m2_day": 2.0}]
    park, space = district(units, [asked(1, 100, rent_max_cny_m2_day=4.0)])
    rules = policy()
    held = decided(park, weights=[{"criterion": "rent", "weight": 3.0}, {"criterion": "gone", "weight": 9.0}])
    assert set(weights.of(rules)) == criteria(rules)
    assert weights.of(rules, park=park) == weights.of(rules)
    assert weights.of(rules, park=held) == weights.of(rules) | {"rent": 3.0}
    assert weights.of(rules, {"rent": 0.5}, held)["rent"] == 0.5
    for said, expected in ((None, 3.0), ({"rent": 0.5}, 0.5), ({"load": 2.0}, 3.0)):
        rows = fit.assess(held, rules, space, "T1", weights=said)
        assert rows.loc[rows["criterion"] == "rent", "weight"].tolist() == [expected]
    heavy = allocation.case(held, rules, space).pairs.of(0)[1]
    assert (heavy == allocation.case(park, rules, space, weights={"rent": 3.0}).pairs.of(0)[1]).all()
    assert (heavy != allocation.case(park, rules, space).pairs.of(0)[1]).any()


def test_a_pin_that_has_done_its_work_is_not_told_as_refused():
    units = ["B1-F1-1", "B1-F1-2", "B1-F1-3"]
    firm = [{"unit_id": "B1-F1-1", "tenant_id": "T1", "state": "reserved"}]
    lost = [{"tenant_id": "T2", "pipeline": "lost"}, {"tenant_id": "T1", "kind": "applicant"}]
    park, space = district(units, [asked(1, 100), asked(2, 100), asked(3, 100)], leases=firm, tenants=lost)
    rows = [
        {"pin_id": "K1", "need_id": "N1", "unit_id": "B1-F1-1", "sense": "pin"},
        {"pin_id": "K2", "tenant_id": "T1", "unit_id": "B1-F1-2", "sense": "ban"},
        {"pin_id": "K3", "need_id": "N2", "unit_id": "B1-F1-2", "sense": "pin"},
        {"pin_id": "K4", "tenant_id": "T9", "unit_id": "B1-F1-2", "sense": "pin"},
        {"pin_id": "K5", "tenant_id": "T3", "unit_id": "B1-F1-3", "sense": "pin"},
        {"pin_id": "K6", "unit_id": "B1-F1-2", "sense": "ban"},
    ]
    plan = plan_of(decided(park, pins=rows), space)
    assert [(line.name, line.kind) for line in plan.refused] == [("N2", "who"), ("T9", "who")]
    assert (plan.pinned, plan.placed, units_of(plan, "N3")) == (["N3"], ["T3"], ["B1-F1-3"])
