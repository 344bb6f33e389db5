"""Pins and bans: kept or refused in words, never dropped; what they cost; a plan made again from the one before."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import thorough
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_allocation import CLASH, asked, crowded, districts, units_of
from test_fit import conflict, district, policy, rule

from parks import words
from parks.matching import allocation, choices, costs, fit, neighbourhoods, pins, refusals, solver, verification

EN, ZH = words.translator("en"), words.translator("zh")
SHORT = (Phase.explicit, Phase.reuse, Phase.generate)  # a failing district is small already: shrinking takes minutes
FLOORS = ["B1-F1-1", "B1-F1-2", "B1-F2-1", "B2-F1-1", "B2-F1-2"]


def table(*rows):
    """Return pins or bans; a row is need, company, unit, building."""
    return pd.DataFrame(rows, columns=["need_id", "tenant_id", "unit_id", "building_id"]).astype("string")


def unit(need_id, *names):
    return [(need_id, None, name, None) for name in names]


def made(park, rules, space, pinned=None, bans=None, **options):
    plan = allocation.allocate(park, rules, space, pins=pinned, bans=bans, **options)
    assert verification.check(plan, park, rules, space, pins=pinned, bans=bans) == []
    return plan


def said(plan, rules, lang="en"):
    t = {"en": EN, "zh": ZH}[lang]
    return [refusals.sentence(one, fit.rule_names(rules, lang), t) for one in plan.refused]


def test_a_pin_is_kept_by_units_or_building_and_a_ban_is_too():
    park, space = district(FLOORS, [asked(1, 100), asked(2, 100), asked(3, 200)])
    plan = made(park, policy(), space, table(*unit("N1", "B2-F1-2"), (None, "T2", None, "B2")))
    assert units_of(plan, "N1") == ["B2-F1-2"]
    assert units_of(plan, "N2") == ["B2-F1-1"]
    assert units_of(plan, "N3") == ["B1-F1-1", "B1-F1-2"]
    assert (plan.pinned, plan.refused, plan.proved) == (["N1", "N2"], [], True)
    plan = made(park, policy(), space, table(*unit("N3", "B1-F1-1", "B1-F1-2")), table((None, None, None, "B2")))
    assert plan.placed in (["T1", "T3"], ["T2", "T3"])
    plan = made(park, policy(), space, None, table(("N3", None, None, "B1"), (None, "T1", "B1-F2-1", None)))
    assert units_of(plan, "N3") == ["B2-F1-1", "B2-F1-2"]
    assert units_of(plan, "N1")[0] in {"B1-F1-1", "B1-F1-2"}


def test_a_pinned_need_stays_though_the_plan_would_be_worth_more_without_it():
    park, space = district(["B1-F1-1", "B1-F1-2"], [asked(1, 100, priority=0.1), asked(2, 200)])
    assert made(park, policy(), space).placed == ["T2"]
    plan = made(park, policy(), space, table((None, "T1", None, "B1")))
    assert plan.placed == ["T1"]
    assert plan.proved


def test_every_refusal_is_said_in_words():
    leases = [{"unit_id": "B1-F3-1", "tenant_id": "X", "valid_from": pd.Timestamp("2026-06-01")}]
    units = [*FLOORS, "B1-F3-1", "B1-F3-2", {"unit_id": "B3-F1-1", "lettable_m2": 50.0}, "B4-F1-1", "B4-F3-1"]
    park, space = district(
        units,
        [
            asked(1, 100),
            asked(2, 100),
            asked(3, 200, term_months=12),
            asked(4, 100, floor_load_kn_m2=9.0),
            asked(5, 100, priority=0.0),
            asked(6, 100, wanted_to=pd.Timestamp("2025-06-01")),
            asked(7, 100) | {"tenant_id": "T8"},
            asked(8, 100),
        ],
        leases=leases,
        floors={"B2-F1": {"floor_load_kn_m2": 4.0}},
    )
    rules = policy(rules=[rule("load floor_load_kn_m2 at_least floor_load_kn_m2 hard 1")])
    pinned = table(
        *unit("N9", "B1-F1-1"),
        (None, "T8", "B1-F1-1", None),
        ("N1", None, None, None),
        *unit("N2", "B9-F1-1"),
        (None, None, "B1-F1-1", None),
    )
    assert said(made(park, rules, space, pinned), rules) == [
        "N9 is not kept: there is no such open need.",
        "T8 is not kept: the company has several open needs (N7, N8): say which.",
        "B1-F1-1 is not kept: there is no such open need.",
        "N1 is not kept: it says no unit and no building.",
        "N2 is not kept: this place is not known: B9-F1-1.",
    ]
    pinned = table(
        ("N1", None, "B1-F1-1", "B2"),
        *unit("N3", "B1-F1-1", "B2-F1-1"),
        *unit("N4", "B2-F1-1"),
        *unit("N2", "B1-F1-1", "B1-F1-2"),
        *unit("N5", "B1-F1-1"),
        *unit("N6", "B1-F1-1"),
    )
    assert said(made(park, rules, space, pinned), rules) == [
        "N1 is not kept: the units lie outside the building that it says.",
        "N3 is not kept: these units are neither a row on one floor nor whole floors: B1-F1-1, B2-F1-1.",
        "N4 is not kept: the place misses, or is not known to keep: rule load.",
        "N2 is not kept: the area of the units is not between the least and the most that is asked.",
        "N5 is not kept: the place would count nothing in the plan: look at the priority of the need.",
        "N6 is not kept: the units are not free together in the time asked for.",
    ]
    pinned = table(("N1", None, None, "B3"), *unit("N3", "B1-F3-1", "B1-F3-2"), ("N4", None, None, "B2"))
    assert said(made(park, rules, space, pinned), rules) == [
        "N1 is not kept: no unbroken space there has the area asked for and is free for the term.",
        "N3 is not kept: the place misses, or is not known to keep: Free for the whole term.",
        "N4 is not kept: the place misses, or is not known to keep: rule load.",
    ]
    assert said(made(park, rules, space, table(*unit("N3", "B4-F1-1", "B4-F3-1"))), rules)[0].endswith(
        "whole floors: B4-F1-1, B4-F3-1."
    )
    assert said(made(park, rules, space, table(*unit("N3", "B1-F1-1", "B1-F2-1"))), rules)[0].endswith(
        "whole floors: B1-F1-1, B1-F2-1."
    ), "a unit lies between"
    assert made(park, rules, space, table(*unit("N3", "B1-F1-1", "B1-F1-2"))).refused == []
    bans = table(("N1", None, "B1-F1-1", None), (None, None, None, "B2"), ("N9", None, "B2-F1-1", None), ("N1",) * 4)
    bans.loc[3, ["tenant_id", "unit_id", "building_id"]] = pd.NA
    plan = made(park, rules, space, table(*unit("N1", "B1-F1-1"), *unit("N2", "B2-F1-1")), bans)
    assert said(plan, rules) == [
        "N9 is not kept: there is no such open need.",
        "N1 is not kept: it says no unit and no building.",
        "N1 is not kept: a ban forbids the place.",
        "N2 is not kept: a ban forbids the place.",
    ]
    assert [one.against for one in plan.refused[2:]] == [("B1-F1-1", "B2"), ("B2",)]
    assert said(plan, rules, "zh")[2] == "N1 未予保留：该处已被禁止。"


def test_pins_that_clash_are_named_and_no_others():
    park, space = district(FLOORS, [asked(number, 100) for number in range(1, 7)])
    pinned = table(
        *unit("N1", "B1-F1-1"),
        ("N2", None, None, "B2"),
        ("N3", None, None, "B2"),
        ("N4", None, None, "B2"),
        *unit("N5", "B1-F1-1"),
        *unit("N6", "B2-F1-2"),
    )
    plan = made(park, policy(), space, pinned)
    assert plan.pinned == ["N1", "N2", "N3"]
    assert [(one.name, one.kind, one.against) for one in plan.refused] == [
        ("N4", "pins", ("N2", "N3")),
        ("N5", "pins", ("N1",)),
        ("N6", "pins", ("N2", "N3")),
    ]
    assert said(plan, policy())[1] == "N5 is not kept: it cannot stand together with the pins of N1."


def test_a_pin_that_could_be_anywhere_makes_way_for_the_next():
    park, space = district(FLOORS, [asked(1, 100), asked(2, 200), asked(3, 100), asked(4, 100)])
    pinned = table(
        ("N1", None, None, "B1"), *unit("N2", "B1-F1-1", "B1-F1-2"), ("N3", None, None, "B1"), ("N3", None, None, "B2")
    )
    plan = made(park, policy(), space, pinned)
    assert plan.pinned == ["N1", "N2", "N3"]
    assert units_of(plan, "N1") == ["B1-F2-1"]


def test_conflicts_hold_between_pins():
    needs = [asked(1, 100, fire_class="甲"), asked(2, 100), asked(3, 100)]
    rules = policy(clashes=[CLASH], rules=[rule("area_min area_min_m2 at_least lettable_m2 hard 0")])
    park, space = district(["B1-F1-1", "B1-F1-2", "B1-F2-1"], needs)
    plan = made(park, rules, space, table(*unit("N1", "B1-F1-1"), *unit("N2", "B1-F1-2")))
    assert plan.pinned == ["N1"]
    assert plan.refused[0].against == ("N1",)
    plan = made(park, rules, space, table(("N1", None, None, "B1"), ("N2", None, None, "B1"), ("N3", None, None, "B1")))
    assert plan.pinned == ["N1", "N2", "N3"]
    assert units_of(plan, "N1") == ["B1-F2-1"]


@st.composite
def wishes(draw):
    """Return a district with pins and bans on it, good and bad."""
    park, space, rules = draw(districts(needs=4))
    need_ids, places = [*park.needs["need_id"], "N99"], [*park.units["unit_id"], "Z"]
    line = st.tuples(
        st.sampled_from([*need_ids, None]),
        st.sampled_from([None, None, *park.needs["tenant_id"]]),
        st.sampled_from([None, *places]),
        st.sampled_from([None, "B1", "B2"]),
    )
    return park, space, rules, table(*draw(st.lists(line, max_size=6))), table(*draw(st.lists(line, max_size=2)))


@settings(max_examples=thorough.cases(12), deadline=None, phases=SHORT)
@given(wishes())
def test_every_pin_is_kept_or_refused_and_the_bound_holds(case):
    park, space, rules, pinned, bans = case
    plan = made(park, rules, space, pinned, bans)
    assert plan.proved
    free = made(park, rules, space)
    assert plan.value <= free.bound + 1e-6
    names = fit.rule_names(rules, "en")
    assert all(refusals.sentence(one, names, EN).startswith(one.name) for one in plan.refused)
    told = {one.name for one in plan.refused if one.table == "pins" and one.kind not in {"who", "which"}}
    assert not told & set(plan.pinned)
    again = made(park, rules, space, pinned, bans)
    pd.testing.assert_frame_equal(again.assignments, plan.assignments)


@settings(max_examples=thorough.cases(6), deadline=None, phases=SHORT)
@given(wishes())
def test_a_plan_made_again_from_another_is_worth_the_same(case):
    park, space, rules, pinned, bans = case
    posed = allocation.case(park, rules, space)
    free = made(park, rules, space, given=posed)
    cold = made(park, rules, space, pinned, bans, given=posed)
    warm = made(park, rules, space, pinned, bans, given=posed, before=free)
    assert warm.value == pytest.approx(cold.value)
    released = made(park, rules, space, given=posed, before=warm)
    assert released.value == pytest.approx(free.value)
    other = allocation.case(park, rules, space)
    assert made(park, rules, space, given=other, before=warm).value == pytest.approx(free.value)


def test_the_whole_plan_pinned_comes_out_again_and_what_a_pin_costs_is_within_its_bounds():
    park, space, rules = crowded(5)
    posed = allocation.case(park, rules, space)
    free = made(park, rules, space, given=posed)
    same = made(park, rules, space, free.assignments, given=posed)
    pd.testing.assert_frame_equal(same.assignments, free.assignments)
    assert same.pinned == sorted(set(free.assignments["need_id"]))
    columns = posed.problem.columns
    worst = int(np.argmin(columns.value / columns.area - 2 * np.isin(np.arange(len(columns)), free.trail.chosen)))
    name = posed.pairs.needs[columns.need[worst]]["need_id"]
    there = posed.pairs.desk.offers.frame["unit_id"].iloc[columns.units(worst)]
    asked_for = {"pins": table(*unit(name, *there), ("N99", None, "B1-F1-1", None))}
    pinned = made(park, rules, space, asked_for["pins"], given=posed)
    assert pinned.pinned == [name]
    told = costs.of(park, rules, space, pinned, posed, asked_for)
    assert told[["kind", "name"]].to_numpy().tolist() == [["pin", name]]
    assert told["cost"].iloc[0] == pytest.approx(free.value - pinned.value, abs=1e-6)
    assert told["least"].iloc[0] - 1e-6 <= told["cost"].iloc[0] <= told["most"].iloc[0] + 1e-6
    assert costs.of(park, rules, space, free, posed, {}).empty


def test_the_checker_sees_a_pin_or_ban_that_is_broken():
    park, space = district(FLOORS, [asked(1, 100), asked(2, 100)])
    rules = policy()
    plan = made(park, rules, space, table(*unit("N1", "B1-F1-1")))
    check = verification.check
    moved = table(*unit("N1", "B2-F1-1"))
    assert check(plan, park, rules, space, pins=moved) == ["need N1 counts as pinned and is elsewhere"]
    moved = table(("N1", None, None, "B2"))
    assert check(plan, park, rules, space, pins=moved) == ["need N1 counts as pinned and is elsewhere"]
    more = table(*unit("N1", "B1-F1-1"), *unit("N2", "B2-F1-1"))
    assert check(plan, park, rules, space, pins=more) == ["pin 1 is neither kept nor refused"]
    bans = table((None, None, None, "B1"))
    assert check(plan, park, rules, space, bans=bans) == ["ban 0 is neither kept nor refused"]


def test_a_full_district_of_pins_equals_the_record():
    units = [f"B{building}-F1-{place}" for building in (1, 2) for place in (1, 2, 3)]
    needs = [asked(1, 200), asked(2, 100), asked(3, 300)]
    park, space = district(units, needs)
    record = {"N1": units[:2], "N2": units[2:3], "N3": units[3:]}
    pinned = table(*(line for name, places in record.items() for line in unit(name, *places)))
    plan = made(park, policy(), space, pinned)
    assert {name: units_of(plan, name) for name in record} == record
    leases = [{"unit_id": place, "tenant_id": f"T{name[1]}"} for name, places in record.items() for place in places]
    held, space = district(units, needs, leases=leases)
    left = made(held, policy(), space)
    assert (left.assignments.empty, left.value, left.proved) == (True, 0.0, True)
    assert space.set_index("unit_id")["tenant_id"].to_dict() == {one["unit_id"]: one["tenant_id"] for one in leases}


def test_pins_need_no_company_that_is_not_waiting():
    park, space = district(["B1-F1-1"], [asked(1, 100)])
    posed = allocation.case(park, policy(clashes=[conflict("C")]), space)
    assert pins.of_need(posed.pairs, table(*unit("N1", "B1-F1-1"), (None, None, "B1-F1-1", None)), "N1").tolist() == [
        True,
        False,
    ]


@pytest.mark.parametrize("steps", [None, 50])
def test_neighbourhoods_only_better_a_plan_and_keep_its_pins(monkeypatch, steps):
    park, space, rules = crowded(5, needs=20)
    posed = allocation.case(park, rules, space)
    best = made(park, rules, space, given=posed)
    pinned = best.assignments[best.assignments["need_id"] == best.assignments["need_id"].iloc[0]]
    need = [one["need_id"] for one in posed.pairs.needs].index(pinned["need_id"].iloc[0])
    problem = replace(posed.problem, must=frozenset([need]))
    witness = pins.read(posed.pairs, problem, pinned, None).witness
    relaxed = solver.relax(problem, witness, solver.Clock(np.inf, None, None))
    monkeypatch.setattr(neighbourhoods, "LARGE", 0)
    monkeypatch.setattr(neighbourhoods, "WIDTH", 60)
    monkeypatch.setattr(neighbourhoods, "SPELL", 0.3)
    values = []
    for _ in range(2):
        seen = []
        clock = solver.Clock(1.0, steps, lambda value, _bound, seen=seen: seen.append(value))
        found = neighbourhoods.improved(problem, relaxed, witness, clock, 1)
        assert problem.keeps(found)
        assert choices.clashes(problem, found) == []
        assert len(choices.together(problem, found)) == len(found)
        assert seen == sorted(seen)
        values.append(problem.value(found))
    assert problem.value(witness) < values[0] <= best.bound + 1e-6
    assert steps is None or values[0] == values[1]
    late = solver.Clock(0.0, None, None)
    assert neighbourhoods.improved(problem, relaxed, witness, late, 1) is witness


def test_many_buildings_are_searched_all_of_them_when_one_is_too_large(monkeypatch):
    park, space, rules = crowded(5, needs=20)
    monkeypatch.setattr(neighbourhoods, "LARGE", 0)
    monkeypatch.setattr(neighbourhoods, "ROUNDS", 6)
    plan = made(park, rules, space, steps=1000)
    assert plan.proved
    pd.testing.assert_frame_equal(made(park, rules, space, steps=1000).assignments, plan.assignments)


def test_pins_reach_one_another_through_a_third():
    park, space = district(["B1-F1-1", "B2-F1-1", "B3-F1-1"], [asked(number, 100) for number in range(1, 5)])
    either = [("N1", None, None, "B1"), ("N1", None, None, "B2"), ("N2", None, None, "B2"), ("N2", None, None, "B3")]
    plan = made(park, policy(), space, table(*either, *unit("N3", "B1-F1-1"), *unit("N4", "B2-F1-1")))
    assert plan.pinned == ["N1", "N2", "N3"]
    clash = made(park, policy(), space, table(*unit("N1", "B1-F1-1"), *either[2:], *unit("N3", "B1-F1-1")))
    assert [(one.name, one.against) for one in clash.refused] == [("N3", ("N1",))]
    many = table(*unit("N4", "B1-F1-1"), *either, *unit("N3", "B3-F1-1"))
    assert [one.against for one in made(park, policy(), space, many).refused] == [("N1", "N2", "N4")]
