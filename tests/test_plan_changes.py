"""What changes between two plans: by need, in sum, by zone, in words; and what two sets of weights make of it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import thorough
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_allocation import asked
from test_fit import DAY, PROVENANCE, ZONE_FIT, district, policy

from parks import words
from parks.matching import allocation, changes, verification

EN, ZH = words.translator("en"), words.translator("zh")
NOW = {"wanted_from": pd.Timestamp(DAY)}
FOUR = ["B1-F1-1", "B1-F1-2", "B2-F1-1", "B2-F1-2"]


def rules_of(**cells):
    """Return the policy with names of its zones."""
    rules = policy(**cells)
    rules.zones = rules.zones.assign(name_en=["Zhangjiang", "Cell park", "Laogang"], name_zh=["张江", "细胞园", "老港"])
    return rules


def planned(*lines, value=1000.0):
    """Return a plan as far as changes read it; a line is need, unit, area, its company is the need's."""
    rows = [("T" + need[1:], need, unit, pd.NaT, pd.NaT, area) for need, unit, area in lines]
    frame = pd.DataFrame(rows, columns=list(allocation.ASSIGNMENTS)).astype(allocation.ASSIGNMENTS)
    return allocation.Plan(value, value, 0.0, 0.0, True, [], [], frame)


def read(rows, *names):
    return rows.set_index("need_id")[list(names)].T.to_dict("list")


def test_each_need_stays_moves_comes_in_or_falls_out():
    park, _ = district(FOUR, [asked(row, 100) for row in range(1, 6)])
    one = planned(("N1", FOUR[0], 100.0), ("N2", FOUR[1], 100.0), ("N3", FOUR[2], 100.0), ("N5", FOUR[3], 100.0))
    two = planned(
        ("N1", FOUR[0], 100.0), ("N2", FOUR[2], 100.0), ("N2", FOUR[1], 100.0), ("N4", FOUR[3], 100.0), value=900.0
    )
    rows = changes.between(one, two, park)
    assert read(rows, "kind", "units_before", "units_after", "area_before", "area_after") == {
        "N1": ["same", (FOUR[0],), (FOUR[0],), 100.0, 100.0],
        "N2": ["moved", (FOUR[1],), (FOUR[1], FOUR[2]), 100.0, 200.0],
        "N3": ["dropped", (FOUR[2],), (), 100.0, None],
        "N4": ["placed", (), (FOUR[3],), None, 100.0],
        "N5": ["dropped", (FOUR[3],), (), 100.0, None],
    }
    assert rows["buildings_after"].tolist() == [("B1",), ("B1", "B2"), (), ("B2",), ()]
    assert rows["buildings_before"].tolist() == [("B1",), ("B1",), ("B2",), (), ("B2",)]
    assert rows[["score_before", "score_after", "equal"]].isna().all(axis=None)
    told = changes.summary(rows, one, two, park)
    assert told.companies == {"same": 1, "moved": 1, "placed": 1, "dropped": 2}
    assert (told.stays, told.value, told.area_m2) == (0.25, (1000.0, 900.0), (400.0, 400.0))
    assert told.zones.to_numpy().tolist() == [["Z-ZJ", 400.0, 400.0, 0.0]]
    assert changes.sentences(rows, told, park, rules_of(), EN) == [
        "With B, companies that move: 1, come in: 1, fall out: 2; 25% of the placed area stays.",
        "Worth: B 900, A 1,000.",
        "企业T4 comes in: B2楼 (B2-F1-2), 100 m²; there before: 企业T5.",
        "企业T3 falls out; its place B2楼 (B2-F1-1) goes to: 企业T2.",
        "企业T5 falls out; its place B2楼 (B2-F1-2) goes to: 企业T4.",
        "企业T2 moves from B1楼 (B1-F1-2) to B1楼 (B1-F1-2), B2楼 (B2-F1-1).",
    ]
    chinese = changes.sentences(rows, told, park, rules_of(), ZH, names=("甲案", "乙案"))
    assert chinese[0] == "采用乙案，1家企业调整位置，1家新进，2家退出；已配置面积的25%保持不变。"
    back = changes.between(two, one, park)
    assert back["kind"].tolist() == ["same", "moved", "placed", "dropped", "placed"]


def test_from_nothing_and_to_nothing():
    park, _ = district(FOUR, [asked(1, 100)])
    nothing, one = planned(value=0.0), planned(("N1", FOUR[0], 100.0))
    rows = changes.between(nothing, one, park)
    told = changes.summary(rows, nothing, one, park)
    assert np.isnan(told.stays)
    assert told.zones.to_numpy().tolist() == [["Z-ZJ", 0.0, 100.0, 100.0]]
    assert changes.sentences(rows, told, park, rules_of(), EN) == [
        "With B, companies that come in: 1; nobody was placed before.",
        "Worth: B 1,000, A 0.",
        "Zhangjiang gains 100 m².",
        "企业T1 comes in: B1楼 (B1-F1-1), 100 m²; nobody was there before.",
    ]
    rows = changes.between(one, nothing, park)
    told = changes.summary(rows, one, nothing, park)
    assert changes.sentences(rows, told, park, rules_of(), EN)[2:] == [
        "Zhangjiang loses 100 m².",
        "企业T1 falls out; nobody takes its place B1楼 (B1-F1-1).",
    ]
    rows = changes.between(one, one, park)
    said = changes.sentences(rows, changes.summary(rows, one, one, park), park, rules_of(), EN)
    assert said == ["With B nobody moves, comes in or falls out.", "Worth: B 1,000, A 1,000."]
    rows = changes.between(nothing, nothing, park)
    assert rows.empty
    assert {name: str(kind) for name, kind in rows.dtypes.items()} == changes.COLUMNS


def test_zones_by_name_by_id_and_unknown():
    park, _ = district(FOUR, [asked(1, 100)])
    rules = rules_of()
    one, two = planned(("N1", FOUR[0], 100.0)), planned(("N1", FOUR[2], 99.5))
    parks = pd.concat([park.parks, park.parks.assign(park_id="P2", zone_id="Z-NEW")], ignore_index=True)
    for second, said in (("P2", "Z-NEW gains 100 m²."), ("P9", "Space in no known zone gains 100 m².")):
        moved = park.buildings.assign(park_id=pd.array(["P1", second], dtype="string"))
        other = replace(park, parks=parks, buildings=moved)
        rows = changes.between(one, two, other)
        told = changes.summary(rows, one, two, other)
        assert told.zones["before"].tolist() == ([0.0, 100.0] if second == "P2" else [100.0, 0.0])
        zones = changes.sentences(rows, told, other, rules, EN)[2:4]
        assert sorted(zones) == sorted(["Zhangjiang loses 100 m².", said])


def test_a_long_list_is_cut_and_the_rest_counted():
    units = [f"B1-F1-{row}" for row in range(1, 9)]
    park, _ = district(units, [asked(row, 100) for row in range(1, 8)])
    one = planned(*((f"N{row}", units[row - 1], 100.0) for row in range(1, 8)))
    two = planned(*((f"N{row}", units[row], 100.0) for row in range(1, 8)))
    rows = changes.between(one, two, park)
    said = changes.sentences(rows, changes.summary(rows, one, two, park), park, rules_of(), EN)
    assert len(said) == 2 + changes.MOST + 1
    assert said[-1] == "So 2 more."


def test_a_move_between_places_worth_the_same_is_told_as_such():
    floors = {"B2-F1": {"floor_load_kn_m2": 5.0}, "B1-F1": {"floor_load_kn_m2": 5.0}}
    units = [*FOUR[:3], {"unit_id": FOUR[3], "lettable_m2": 120.0}]
    needs = [asked(1, 100, 120), asked(2, 100, 120, floor_load_kn_m2=5.0), asked(3, 100, 120)]
    park, space = district(units, needs, floors=floors, buildings={"B2": {"use_type": "research"}})
    posed = allocation.case(park, policy(), space)
    one = planned(("N1", FOUR[0], 100.0), ("N2", FOUR[2], 100.0), ("N3", FOUR[1], 100.0))
    two = planned(("N1", FOUR[1], 100.0), ("N2", FOUR[3], 120.0), ("N3", FOUR[2], 100.0))
    rows = changes.between(one, two, park, posed)
    assert rows["kind"].tolist() == ["moved"] * 3
    assert rows["equal"].tolist() == [True, False, False]
    said = changes.sentences(rows, changes.summary(rows, one, two, park), park, rules_of(), EN)
    assert "Both places have the same area and score for: 企业T1." in said
    number = pd.Index(posed.pairs.desk.offers.frame["unit_id"]).get_loc(FOUR[2])
    assert rows["score_before"].tolist()[1] == pytest.approx(posed.pairs.of(1)[1][number])
    same = changes.between(one, one, park, posed)
    assert same["equal"].isna().all()
    fewer = allocation.case(park, policy(), space, ["N1"])
    with pytest.raises(ValueError, match="not of this case"):
        changes.between(one, two, park, fewer)


def torn():
    """Return two companies between a place in the right zone and one that is free at once."""
    units = ["B1-F1-1", "B2-F1-1", "B3-F1-1"]
    leases = [{"unit_id": "B1-F1-1", "tenant_id": "X", "valid_to": pd.Timestamp("2027-06-01")}]
    needs = [asked(1, 100, **NOW), asked(2, 100, priority=2.0, **NOW)]
    park, space = district(units, needs, leases=leases, buildings={"B1": {"use_type": "research"}})
    return park, rules_of(zone_fit=ZONE_FIT), space


def test_two_sets_of_weights_each_plan_valued_by_both():
    park, rules, space = torn()
    patient, hasty = {"use": 9.0, "wanted_from": 0.0}, {"use": 0.0, "wanted_from": 9.0}
    found = changes.of_weights(park, rules, space, patient, hasty, steps=100)
    cases = [allocation.case(park, rules, space, weights=weights) for weights in (patient, hasty)]
    assert found.one.assignments["unit_id"].tolist()[1] == "B1-F1-1"
    assert "B1-F1-1" not in found.two.assignments["unit_id"].tolist()
    assert found.one.proved
    assert found.two.proved
    for row, plan in enumerate((found.one, found.two)):
        assert verification.check(plan, park, rules, space) == []
        assert found.value[row, row] == pytest.approx(plan.value)
        for column, posed in enumerate(cases):
            counted = posed.problem.value(changes.columns_of(plan, posed))
            assert found.value[row, column] == pytest.approx(counted)
            assert counted <= found.value[column, column] * (1 + 1e-6)
    assert (found.value[0, 0] - found.value[1, 0], found.value[1, 1] - found.value[0, 1]) > (10.0, 10.0)
    said = changes.sentences(found.rows, found.summary, park, rules, EN, names=("patient", "hasty"), weighed=found)
    loss, gain = (f"{found.value[row, row] - found.value[1 - row, row]:,.0f}" for row in (0, 1))
    assert said[1:3] == [
        f"By the weights of patient, hasty is worth {loss} less than patient.",
        f"By the weights of hasty, patient is worth {gain} less than hasty.",
    ]
    assert changes.between(found.one, found.two, park, cases[1])["score_after"].tolist() == pytest.approx(
        found.rows["score_after"].tolist()
    )
    again = changes.of_weights(park, rules, space, patient, patient, steps=100, given=cases[0])
    assert again.rows["kind"].tolist() == ["same", "same"]
    said = changes.sentences(again.rows, again.summary, park, rules, EN, weighed=again)
    assert said == [
        "With B nobody moves, comes in or falls out.",
        "By the weights of A, B is worth as much as A.",
        "By the weights of B, A is worth as much as B.",
    ]
    worse = replace(found, value=found.value[::-1])
    said = changes.sentences(found.rows, found.summary, park, rules, EN, weighed=worse)
    assert said[1] == f"By the weights of A, B is worth {loss} more than A."


def test_staying_is_worth_what_one_says_and_the_bound_stays_true():
    park, rules, space = torn()
    patient, hasty = {"use": 9.0, "wanted_from": 0.0}, {"use": 0.0, "wanted_from": 9.0}
    free = changes.of_weights(park, rules, space, patient, hasty, steps=100)
    kept = changes.of_weights(park, rules, space, patient, hasty, steps=100, stay=5.0)
    assert kept.summary.stays == 1.0
    assert free.summary.stays < 1.0
    assert kept.value[1, 1] == pytest.approx(kept.two.value)
    assert kept.two.value == pytest.approx(free.value[0, 1])
    assert kept.two.bound >= free.two.value - 1e-6
    assert kept.two.gap == pytest.approx(1 - kept.two.value / kept.two.bound)
    assert not kept.two.proved
    little = changes.of_weights(park, rules, space, patient, hasty, steps=100, stay=0.01)
    assert little.two.value == pytest.approx(free.two.value)
    assert little.two.proved


def test_pins_hold_by_both_sets_and_a_waiver_goes_along():
    park, rules, space = torn()
    pin = pd.DataFrame({"need_id": ["N2"], "unit_id": ["B3-F1-1"]})
    found = changes.of_weights(park, rules, space, None, {"use": 0.0}, steps=100, wishes={"pins": pin})
    assert (found.one.pinned, found.two.pinned) == (["N2"], ["N2"])
    floors = {"B1-F1": {"floor_load_kn_m2": 1.0}}
    park, space = district(["B1-F1-1"], [asked(1, 100, floor_load_kn_m2=9.0)], floors=floors)
    said = {"tenant_id": "T1", "unit_id": "B1-F1-1", "building_id": None, "rule": "load", "reason": "r", "by": "b"}
    waived = pd.DataFrame([{"waiver_id": "W", **said, "day": pd.Timestamp(park.day), **PROVENANCE}])
    posed = allocation.case(park, rules, space, waivers=waived)
    found = changes.of_weights(park, rules, space, None, {"use": 0.0}, steps=100, given=posed)
    assert (found.one.placed, found.two.placed) == (["T1"], ["T1"])
    assert allocation.case(park, rules, space).problem.columns.need.size == 0


@settings(max_examples=thorough.cases(4), deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    st.lists(st.sampled_from([100.0, 150.0, 200.0]), min_size=2, max_size=6),
    st.lists(st.tuples(st.sampled_from([100, 200]), st.sampled_from([0, 100])), min_size=1, max_size=4),
    st.sampled_from([0.0, 0.2]),
)
def test_a_plan_by_other_weights_is_worth_what_its_columns_are(areas, sizes, stay):
    units = [{"unit_id": f"B{row % 2 + 1}-F1-{row // 2 + 1}", "lettable_m2": area} for row, area in enumerate(areas)]
    needs = [asked(number, least, least + play) for number, (least, play) in enumerate(sizes)]
    park, space = district(units, needs, buildings={"B1": {"use_type": "research"}, "B2": {"use_type": "pilot"}})
    rules, second = rules_of(), {"use": 0.0}
    found = changes.of_weights(park, rules, space, None, second, steps=1000, stay=stay)
    for column, weights in enumerate((None, second)):
        posed = allocation.case(park, rules, space, weights=weights)
        for row, plan in enumerate((found.one, found.two)):
            counted = posed.problem.value(changes.columns_of(plan, posed))
            assert found.value[row, column] == pytest.approx(counted)
    best = allocation.allocate(park, rules, space, given=posed)
    assert found.two.value <= best.value + 1e-6
    assert best.value <= found.two.bound + 1e-6
    assert stay or found.two.value == pytest.approx(best.value)


def test_what_a_scenario_holds_beside_the_record_is_told_without_a_worth():
    park, _ = district(FOUR, [asked(1, 100), asked(2, 100)], leases=[{"unit_id": FOUR[0], "tenant_id": "X"}])
    more = park.leases.iloc[[0, 0]].assign(lease_id=["M1", "M2"], unit_id=FOUR[1:3], tenant_id=["T1", None])
    laid = replace(park, leases=pd.concat([park.leases, more], ignore_index=True))
    there, nothing = changes.held(laid, park), changes.held(park, park)
    assert there.placed == ["T1"]
    assert there.assignments[["tenant_id", "need_id", "unit_id", "area_m2"]].to_numpy().tolist() == [
        ["T1", "T1", FOUR[1], 100.0]
    ]
    assert nothing.assignments.empty
    rows = changes.between(nothing, there, laid)
    said = changes.sentences(rows, changes.summary(rows, nothing, there, laid), laid, rules_of(), EN)
    assert not any("Worth" in one for one in said)
    assert "companies that come in: 1" in said[0]
