"""Allocation: feasible, bounded, never worse than first come first served, optimal where it can be counted out."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st
from test_fit import DAY, ZONE_FIT, conflict, district, need, policy, rule

from parks import crs, demand, snapshot
from parks.matching import allocation, choices, patterns, solver, verification
from parks.status import vacancy

CLASH = conflict("C", fire_a="甲", any_b=True, scope="floor")
NEAR = CLASH | {"scope": "distance", "distance_m": 20.0}


def outline(east, north=0.0, side=10.0):
    """Return the square outline of a building, laid out in metres."""
    east, north = np.array([0, side, side, 0]) + east, np.array([0, 0, side, side]) + north
    return shapely.Polygon(np.column_stack(crs.local(121.6, 31.2, east, north)))


def asked(number, least, most=None, **cells):
    area = {"area_min_m2": float(least), "area_max_m2": float(most or least)}
    return {"need_id": f"N{number}", "tenant_id": f"T{number}", **area, **cells}


def units_of(plan, need_id):
    return plan.assignments.loc[plan.assignments["need_id"] == need_id, "unit_id"].tolist()


def made(park, rules, space, **options):
    """Return the plan, checked."""
    plan = allocation.allocate(park, rules, space, **options)
    assert verification.check(plan, park, rules, space) == []
    assert plan.value <= plan.bound
    return plan


def test_a_bound_below_the_value_is_a_fault_of_ours_and_never_shown():
    park, space = district(["B1-F1-1"], [need()])
    posed = allocation.case(park, policy(), space)
    chosen = choices.greedy(posed.problem)
    with pytest.raises(ArithmeticError, match="more than the bound"):
        allocation._plan(posed, chosen, posed.problem.value(chosen) / 2, 0.0, "test")


def test_a_plan_places_runs_on_a_floor_and_whole_floors():
    units = ["B1-F1-1", "B1-F1-2", "B1-F1-3", "B2-F1-1", "B2-F1-2", "B2-F2-1", "B3-F1-1", "B3-F1-3"]
    park, space = district(units, [asked(1, 200), asked(2, 300), asked(3, 100), asked(4, 200)])
    plan = made(park, policy(), space)
    assert plan.proved
    assert plan.placed == ["T1", "T2", "T3", "T4"]
    assert plan.unplaced == []
    assert units_of(plan, "N2") in (["B1-F1-1", "B1-F1-2", "B1-F1-3"], ["B2-F1-1", "B2-F1-2", "B2-F2-1"])
    assert plan.parts["area_m2"] == 800.0
    assert plan.value == pytest.approx(plan.parts["base"] + plan.parts["fit"] + plan.parts["leftover"])
    assert plan.assignments["valid_from"].unique().tolist() == [pd.Timestamp(DAY)]
    assert plan.assignments["valid_to"].isna().all()


def test_deciding_together_beats_first_come_first_served():
    units = [{"unit_id": f"B{number}-F1-1", "lettable_m2": 300.0} for number in (1, 2)]
    floors = {"B1-F1": {"floor_load_kn_m2": 9.0}, "B2-F1": {"floor_load_kn_m2": 1.0}}
    needs = [asked(1, 300), asked(2, 300, floor_load_kn_m2=9.0, wanted_from=pd.Timestamp("2026-02-01"))]
    park, space = district(units, needs, floors=floors)
    rules = policy()
    first = allocation.first_come(park, rules, space)
    assert verification.check(first, park, rules, space) == []
    assert (first.placed, first.unplaced) == (["T1"], ["T2"])
    plan = made(park, rules, space)
    assert plan.placed == ["T1", "T2"]
    assert plan.value > first.value
    assert first.method != plan.method


def test_the_day_fits_the_whole_run_and_its_term():
    units = ["B1-F1-1", "B1-F1-2", "B1-F1-3"]
    leases = [
        {"unit_id": "B1-F1-2", "tenant_id": "X", "valid_to": pd.Timestamp("2026-06-30")},
        {"unit_id": "B1-F1-1", "tenant_id": "X", "valid_from": pd.Timestamp("2026-12-01")},
    ]
    park, space = district(units, [asked(1, 200, term_months=12)], leases=leases)
    plan = made(park, policy(), space)
    assert units_of(plan, "N1") == ["B1-F1-2", "B1-F1-3"]
    assert plan.assignments["valid_from"].tolist() == [pd.Timestamp("2026-06-30")] * 2
    assert plan.assignments["valid_to"].tolist() == [pd.Timestamp("2027-06-30")] * 2
    late, space = district(units, [asked(1, 200, wanted_to=pd.Timestamp("2026-03-01"), term_months=6)], leases=leases)
    assert made(late, policy(), space).unplaced == ["T1"]


def test_priority_decides_who_gets_the_one_place():
    park, space = district(["B1-F1-1"], [asked(1, 100), asked(2, 100, priority=2.0), asked(3, 100, priority=0.0)])
    plan = made(park, policy(), space)
    assert plan.placed == ["T2"]
    assert plan.parts["base"] == 200.0


def test_what_is_left_over_costs():
    units = [
        {"unit_id": "B1-F1-1", "lettable_m2": 100.0},
        {"unit_id": "B1-F1-2", "lettable_m2": 100.0},
        {"unit_id": "B1-F1-3", "lettable_m2": 100.0},
        {"unit_id": "B1-F1-4", "lettable_m2": 150.0},
    ]
    park, space = district(units, [asked(1, 200)])
    plan = made(park, policy(), space)
    assert units_of(plan, "N1") == ["B1-F1-1", "B1-F1-2"]
    assert plan.parts["leftover"] == 0.0
    alone, space = district(units[:3], [asked(1, 200)], floors={})
    assert made(alone, policy(), space).parts["leftover"] == -25.0


def test_conflicts_keep_the_placed_apart():
    needs = [asked(1, 100, fire_class="甲"), asked(2, 100), asked(3, 100)]
    units = ["B1-F1-1", "B1-F1-2", "B1-F2-1"]
    rules = policy(clashes=[CLASH], rules=[rule("area_min area_min_m2 at_least lettable_m2 hard 0")])
    park, space = district(units, needs)
    plan = made(park, rules, space)
    assert plan.proved
    assert plan.placed == ["T1", "T2", "T3"]
    assert units_of(plan, "N1") == ["B1-F2-1"]
    building = policy(clashes=[CLASH | {"scope": "building"}], rules=rules.rules.to_dict("records"))
    park, space = district([*units, "B2-F1-1"], needs)
    assert units_of(made(park, building, space), "N1") == ["B2-F1-1"]
    park, space = district(units, needs)
    assert made(park, building, space).unplaced == ["T1"]


def test_who_is_open():
    tenants = [
        {"tenant_id": "T3", "kind": "tenant"},
        {"tenant_id": "T4", "kind": "tenant"},
        {"tenant_id": "T5", "kind": "applicant", "pipeline": "lost"},
    ]
    leases = [
        {"unit_id": "B1-F1-1", "tenant_id": "T2", "state": "reserved", "valid_from": pd.Timestamp("2026-06-01")},
        {"unit_id": "B1-F1-2", "tenant_id": "T3"},
        {"unit_id": "B1-F1-3", "tenant_id": "T4", "state": "reserved"},
        {"unit_id": "B1-F1-4", "tenant_id": "T1", "valid_to": pd.Timestamp("2025-06-01")},
    ]
    units = [f"B1-F1-{place}" for place in range(1, 5)]
    park, _ = district(units, [asked(number, 100) for number in range(1, 6)], leases=leases, tenants=tenants)
    assert demand.open_needs(park) == ["N1", "N3"]


def test_nothing_to_place_is_a_proved_plan():
    park, space = district(["B1-F1-1"], [])
    plan = made(park, policy(), space)
    assert (plan.value, plan.bound, plan.gap, plan.proved) == (0.0, 0.0, 0.0, True)
    assert plan.assignments.empty
    nothing = snapshot.of(DAY, {})
    assert made(nothing, policy(), vacancy.by_unit(nothing)).columns == 0


def test_steps_give_the_same_plan_and_a_watcher_may_stop():
    units = [f"B{building}-F1-{place}" for building in range(1, 4) for place in range(1, 5)]
    park, space = district(units, [asked(number, 100, 100 * (number % 3 + 1)) for number in range(1, 9)])
    rules, seen = policy(), []
    one, two = (made(park, rules, space, steps=10, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(one.assignments, two.assignments)
    made(park, rules, space, progress=lambda value, bound: seen.append((value, bound)))
    assert all(value <= bound for value, bound in seen)
    tight, full, clashes = crowded(5)
    plans = [made(tight, clashes, full, steps=steps) for steps in (1, 1, 1000)]
    pd.testing.assert_frame_equal(plans[0].assignments, plans[1].assignments)
    assert plans[2].value >= plans[0].value
    stopped = made(park, rules, space, progress=lambda _value, _bound: True)
    assert stopped.value >= allocation.first_come(park, rules, space).value
    assert made(park, rules, space, budget=0.0).value == stopped.value


def crowded(seed, needs=14):
    """Return a district in which greedy plans are not the best and conflicts abound."""
    draw = np.random.default_rng(seed)
    units = [
        {"unit_id": f"B{building}-F{floor}-{place}", "lettable_m2": float(draw.integers(6, 15) * 10)}
        for building in range(1, 5)
        for floor in (1, 2)
        for place in range(1, 5)
    ]
    wishes = []
    for number in range(10, 10 + needs):
        least = float(draw.integers(8, 30) * 10)
        fire = {"fire_class": "甲" if number % 4 == 0 else None}
        wishes.append(asked(number, least, least * 1.3, **fire))
    rules = policy(clashes=[CLASH], rules=[rule("area_min area_min_m2 at_least lettable_m2 hard 0")])
    return (*district(units, wishes), rules)


def test_the_search_goes_on_in_wider_rings_until_it_is_proved(monkeypatch):
    park, space, rules = crowded(5)
    whole = made(park, rules, space)
    assert whole.proved
    beats = []
    monkeypatch.setattr(solver, "SEARCHED", (8, 100, 40_000))
    monkeypatch.setattr(solver, "FIRST_COLUMNS", 2)
    monkeypatch.setattr(solver, "MORE_COLUMNS", 1)
    narrow = made(park, rules, space, progress=lambda value, bound: beats.append((value, bound)) or False)
    assert narrow.value == pytest.approx(whole.value)
    assert narrow.proved
    assert len(beats) > 2
    monkeypatch.setattr(solver, "SEARCHED", (8,))
    monkeypatch.setattr(solver, "ROUNDS", 1)
    monkeypatch.setattr(solver, "CLASH_ROUNDS", 1)
    rough = made(park, rules, space)
    assert rough.value <= whole.value * (1 + 1e-9)
    assert rough.bound >= whole.value * (1 - 1e-9)


def test_a_search_that_is_stopped_between_rounds_keeps_its_plan(monkeypatch):
    park, space, rules = crowded(5)
    posed = allocation.case(park, rules, space)
    start = choices.greedy(posed.problem)
    clock = solver.Clock(np.inf, None, lambda _value, _bound: len(calls) > 1 or calls.append(1))
    calls = []
    relaxed = solver.relax(posed.problem, start, clock)
    monkeypatch.setattr(solver, "CLASH_ROUNDS", 3)
    monkeypatch.setattr(solver, "PULSE", -1.0)
    chosen, bound = solver.search(posed.problem, relaxed, start, clock, 1)
    assert posed.problem.value(chosen) >= posed.problem.value(start)
    assert clock.stopped
    assert bound >= posed.problem.value(chosen) * (1 - 1e-9)


def test_a_solver_without_an_answer_leaves_the_plan_in_hand():
    park, space, rules = crowded(5, needs=4)
    problem = allocation.case(park, rules, space).problem
    start = choices.greedy(problem)
    late = solver.Clock(1.0, None, None)
    found, bound = solver._exact(problem, np.arange(len(problem.columns)), start, [], late, 1, 1e-9)
    assert problem.value(found) >= 0
    assert bound >= problem.value(start)
    assert solver.decided(problem, np.arange(3), start, [], late, 1, 0.0) == (pytest.approx(start), np.inf)


def counted_out(park, rules, space):
    """Return every placement that the checker lets pass, and the best sum of values, by trying all of them."""
    book = verification._book(park, rules, space)
    posed = allocation.case(park, rules, space)
    needs, offers, columns = posed.pairs.needs, posed.pairs.desk.offers, posed.problem.columns
    ids = offers.frame["unit_id"].tolist()
    worth = {
        (needs[need]["need_id"], frozenset(ids[unit] for unit in columns.units(row))): value
        for row, (need, value) in enumerate(zip(columns.need, columns.value, strict=True))
    }
    passed = {}
    for one in needs:
        for size in range(1, len(ids) + 1):
            for chosen in itertools.combinations(ids, size):
                place = [book.unit[name] for name in chosen]
                if any(pd.isna(at["available_on"]) for at in place):
                    continue
                days = [at["available_on"] for at in place] + [pd.Timestamp(park.day)]
                begin = max(days + ([] if pd.isna(one["wanted_from"]) else [one["wanted_from"]]))
                months = one["term_months"]
                end = pd.NaT if pd.isna(months) else begin + pd.DateOffset(months=int(months))
                own = [
                    {"tenant_id": one["tenant_id"], "valid_from": begin, "valid_to": end, "area_m2": at["lettable_m2"]}
                    for at in place
                ]
                row = book.need[one["need_id"]]
                faults = [*verification._form(row, own, place), *verification._time(row, own, place, book)]
                faults += [*verification._shape(row, place, book), *verification._occupants(row, place, book)]
                faults += [fault for at in place for fault in verification._cells(row, at, book)]
                if not faults:
                    passed.setdefault(one["need_id"], []).append((frozenset(chosen), place))
    assert {(name, chosen) for name, places in passed.items() for chosen, _ in places} == worth.keys()

    def best(left, placed):
        if not left:
            return 0.0
        found = best(left[1:], placed)
        for chosen, place in passed.get(left[0], []):
            free = all(not chosen & {at["unit_id"] for at in other} for other in placed.values())
            if free and not list(verification._together({**placed, left[0]: place}, book)):
                found = max(found, worth[left[0], chosen] + best(left[1:], {**placed, left[0]: place}))
        return found

    return best([one["need_id"] for one in needs], {})


@st.composite
def districts(draw, needs=3):
    area = st.one_of(st.none(), st.sampled_from([100.0, 150.0, 200.0]))
    load = st.sampled_from([None, 4.0, 8.0])
    names = draw(
        st.lists(
            st.sampled_from([f"B{b}-F{f}-{p}" for b in (1, 2, 3) for f in (1, 2) for p in (1, 2)]),
            min_size=1,
            max_size=6,
            unique=True,
        )
    )
    units = [{"unit_id": name, "lettable_m2": draw(area)} for name in sorted(names)]
    units[0] |= draw(st.sampled_from([{}, {}, {"position": None}]))
    floors = {name.rpartition("-")[0]: {"floor_load_kn_m2": draw(load)} for name in names}
    days = st.sampled_from([None, pd.Timestamp("2026-03-01"), pd.Timestamp("2026-09-01")])
    wishes = []
    for number in range(draw(st.integers(1, needs))):
        least = draw(st.sampled_from([100.0, 200.0, 300.0]))
        wishes.append(
            asked(
                number,
                least,
                least + draw(st.sampled_from([0.0, 150.0])),
                wanted_from=draw(days),
                wanted_to=draw(st.sampled_from([None, pd.Timestamp("2026-10-01")])),
                term_months=draw(st.sampled_from([None, 6])),
                floor_load_kn_m2=draw(load),
                fire_class=draw(st.sampled_from([None, "甲", "丙"])),
                priority=draw(st.sampled_from([None, 2.0])),
                split_max=draw(st.sampled_from([None, 1, 2, 3])),
            )
        )
    leases = [
        {"unit_id": name, "tenant_id": "X", "valid_from": begin, "valid_to": end}
        for name in names
        if draw(st.booleans())
        for begin, end in [
            draw(
                st.sampled_from(
                    [
                        (pd.Timestamp("2025-01-01"), pd.Timestamp("2026-05-01")),
                        (pd.Timestamp("2026-07-01"), pd.Timestamp("2027-01-01")),
                        (pd.Timestamp("2025-01-01"), pd.NaT),
                    ]
                )
            )
        ]
    ]
    tenants = [{"tenant_id": "X", "kind": "tenant", "sector_code": draw(st.sampled_from(["S1", "S2", None]))}]
    of_sector = {"any_b": False, "sectors_b": "S2"}
    kinds = ({}, {"scope": "neighbouring"}, NEAR, NEAR | {"one_building": False}, {"scope": "building", **of_sector})
    clashes = draw(st.sampled_from([[], *([CLASH | kind] for kind in kinds), [NEAR | of_sector]]))
    scope = draw(st.sampled_from([(), ZONE_FIT]))
    places = st.sampled_from(["P1", "P1", "P2"])
    buildings = {name: {"fire_class": "甲", "park_id": draw(places)} for name in ("B1", "B2", "B3")}
    for name, east in (
        ("B1", 0),
        ("B2", draw(st.sampled_from([15, 29, 31]))),
        ("B3", draw(st.sampled_from([None, 60]))),
    ):
        buildings[name]["geometry"] = None if east is None else outline(east)
    rules = policy(clashes=clashes, zone_fit=scope)
    return (*district(units, wishes, leases=leases, tenants=tenants, floors=floors, buildings=buildings), rules)


@settings(max_examples=thorough.cases(8), deadline=None)
@given(districts())
def test_the_plan_is_the_best_of_all_that_pass_the_checker(case):
    park, space, rules = case
    plan = made(park, rules, space)
    assert plan.proved
    assert plan.value == pytest.approx(counted_out(park, rules, space))
    first = allocation.first_come(park, rules, space)
    assert verification.check(first, park, rules, space) == []
    assert plan.value >= first.value - 1e-9
    assert first.value <= first.bound


def test_one_more_vacant_unit_never_lowers_the_optimum():
    needs = [asked(1, 200, 300), asked(2, 100, 200)]
    units = [f"B1-F1-{place}" for place in range(1, 5)]
    rules = policy(assumptions=[("allocation.leftover", 0.0)])
    values = []
    for count in range(1, 5):
        park, space = district(units[:count], needs)
        values.append(made(park, rules, space).value)
    assert values == sorted(values)


def broken(plan, **columns):
    return replace(plan, assignments=plan.assignments.assign(**columns))


def test_the_checker_names_every_fault():
    units = ["B1-F1-1", "B1-F1-2", "B1-F1-3", {"unit_id": "B1-F2-1", "lettable_m2": None}, "B1-F3-1", "B2-F1-1"]
    leases = [
        {"unit_id": "B1-F1-3", "tenant_id": "X", "valid_to": pd.Timestamp("2026-02-01")},
        {"unit_id": "B2-F1-1", "tenant_id": None, "state": "locked", "valid_from": pd.Timestamp("2026-09-01")},
        {"unit_id": "B2-F1-1", "tenant_id": "X", "state": "intended"},
    ]
    window = {"wanted_from": pd.Timestamp("2026-02-01"), "wanted_to": pd.Timestamp("2026-06-01")}
    needs = [asked(1, 200, term_months=6, fire_class="甲", **window), asked(2, 100)]
    park, space = district(units, needs, leases=leases, buildings={"B1": {"fire_class": "甲"}})
    rules = policy(clashes=[CLASH, CLASH | {"conflict_id": "D", "hardness": "soft"}])
    empty, space_empty = district(["B9-F1-1"], needs)
    bare = allocation.allocate(empty, rules, space_empty)

    def faults(rows, **changes):
        columns = ["tenant_id", "need_id", "unit_id", "valid_from", "valid_to", "area_m2"]
        frame = pd.DataFrame(rows, columns=columns).astype(allocation.ASSIGNMENTS)
        plan = replace(bare, assignments=frame, placed=[], unplaced=[], **changes)
        return " / ".join(verification.check(plan, park, rules, space))

    def given_to(*names, begin="2026-04-01", end="2026-10-01", tenant="T1", need_id="N1", area=100.0):
        return [(tenant, need_id, name, pd.Timestamp(begin), pd.Timestamp(end), area) for name in names]

    assert faults(given_to("B1-F1-1", "B1-F1-2")) == ""
    assert faults(given_to("Z")) == "unit Z is not known"
    assert faults(given_to("B1-F1-1", need_id="Z")) == "need Z is not known"
    assert "unit B1-F1-1 is given twice" in faults(given_to("B1-F1-1", "B1-F1-1"))
    assert "given to another company" in faults(given_to("B1-F1-1", "B1-F1-2", tenant="T2"))
    assert "different days" in faults(given_to("B1-F1-1") + given_to("B1-F1-2", begin="2026-04-02"))
    assert "area of 100.0 m² is not between" in faults(given_to("B1-F1-1"))
    assert "the area of a unit is not known" in faults(given_to("B1-F2-1"))
    assert "another area than the unit has" in faults(given_to("B1-F1-1", "B1-F1-2", area=99.0))
    assert "begins before it can" in faults(given_to("B1-F1-1", "B1-F1-2", begin="2026-01-15", end="2026-07-15"))
    assert "begins before it can" in faults(given_to("B1-F1-1", "B1-F1-2", begin="2025-01-15"))
    assert "begins too late" in faults(given_to("B1-F1-1", "B1-F1-2", begin="2026-07-01", end="2027-01-01"))
    assert "term is another" in faults(given_to("B1-F1-1", "B1-F1-2", end="2026-11-01"))
    assert "term is another" in faults(given_to("B1-F1-1", need_id="N2", tenant="T2"))
    early = {"begin": "2026-01-15", "end": "2026-07-15"}
    assert "is held by lease L0" in faults(given_to("B1-F1-2", "B1-F1-3", **early))
    assert "B1-F1-3 is not free" in faults(given_to("B1-F1-2", "B1-F1-3", **early))
    assert "is held by lease L1" in faults(given_to("B2-F1-1", begin="2026-05-01", end="2026-11-01"))
    assert "neither a row on one floor nor whole floors" in faults(given_to("B1-F1-1", "B1-F1-3"))
    assert "not one above another" in faults(given_to("B1-F1-1", "B1-F1-2", "B1-F1-3", "B1-F3-1"))
    assert "split over 2 buildings" in faults(given_to("B1-F3-1", "B2-F1-1"))
    assert "may not share B1-F1 (C)" in faults(
        given_to("B1-F1-1", "B1-F1-2") + given_to("B1-F1-3", need_id="N2", tenant="T2", end=None)
    )
    assert "worth more than its bound" in faults(given_to("B1-F1-1", "B1-F1-2"), value=2.0, bound=1.0)
    rows = given_to("B1-F1-1", "B1-F1-2")
    frame = pd.DataFrame(rows, columns=list(allocation.ASSIGNMENTS)).astype(allocation.ASSIGNMENTS)
    plan = replace(bare, assignments=frame, placed=["T1", "T2"], unplaced=["T1"])
    said = verification.check(plan, park, rules, space)
    assert "company T1 is both placed and unplaced" in said
    assert "company T2 counts as placed without a place" in said
    assert "company T1 counts as unplaced with all its needs placed" in said


@pytest.mark.parametrize(
    ("column", "verb", "offer", "argument", "wanted", "good", "bad"),
    [
        ("floor_load_kn_m2", "at_least", "floor_load_kn_m2", None, 5.0, 5.0, 4.0),
        ("rent_max_cny_m2_day", "at_most", "asking_rent_cny_m2_day", None, 5.0, 5.0, 6.0),
        ("power_kva", "at_least", "power_kva", None, 5.0, 5.0, 4.0),
        ("stage", "equals", "use_type", None, "research", "research", "pilot"),
        ("ground_floor", "equals", "level", "1", True, 1, None),
        ("stage", "one_of", "use_type", None, "research", "research", "pilot"),
        ("stage", "covers", "name", None, "research", "pilot;research", "pilot"),
        ("fire_class", "covers", "fire_class", None, "丙", "乙", "丁"),
        ("process_drain", "covers", "process_drain", None, True, True, False),
        ("bsl", "within", "name", None, 2, "1;3", "3;4"),
        ("bsl", "at_least", "bsl", None, 2, 2, None),
    ],
)
def test_solver_and_checker_read_every_verb_alike(column, verb, offer, argument, wanted, good, bad):
    line = rule(f"asked {column} {verb} {offer} hard 1") | {"argument": argument}
    rules = policy(rules=[line])
    for cell, serves in ((good, True), (bad, False)):
        level = 1 if serves or offer != "level" else 2
        at = f"B1-F{level}-1"
        units = [{"unit_id": at, **({offer: cell} if offer not in {"use_type", "fire_class", "level"} else {})}]
        floors = {f"B1-F{level}": {offer: cell} if offer == "floor_load_kn_m2" else {}}
        buildings = {"B1": {offer: cell} if offer in {"use_type", "fire_class"} else {}}
        park, space = district(units, [asked(1, 100, **{column: wanted})], floors=floors, buildings=buildings)
        plan = allocation.allocate(park, rules, space)
        assert bool(plan.placed) == serves
        forced = pd.DataFrame(
            [("T1", "N1", at, pd.Timestamp(DAY), pd.NaT, 100.0)], columns=list(allocation.ASSIGNMENTS)
        )
        pinned = replace(plan, assignments=forced.astype(allocation.ASSIGNMENTS), placed=[], unplaced=[])
        assert (verification.check(pinned, park, rules, space) == []) == serves


def test_the_checker_knows_stated_zones_and_who_is_there():
    park, space = district(
        ["B1-F1-1"], [asked(1, 100, stage="production")], tenants=[{"tenant_id": "T1", "sector_code": "S2"}]
    )
    rules = policy(zone_fit=ZONE_FIT)
    free = made(park, policy(), space)
    assert verification.check(free, park, rules, space) == [
        "need N1: unit B1-F1-1 lies in a zone that is stated to be unsuitable"
    ]
    assert made(park, rules, space).placed == []
    lease = [{"unit_id": "B1-F1-2", "tenant_id": "X"}, {"unit_id": "B1-F1-3", "tenant_id": "T1", "state": "intended"}]
    units = ["B1-F1-1", "B1-F1-2", "B1-F1-3"]
    park, space = district(units, [asked(1, 100)], leases=lease)
    free = made(park, policy(), space)
    for cells in ({"sectors_a": "S1", "sectors_b": "S1"}, {"sectors_a": "S", "any_b": True}):
        rules = policy(clashes=[conflict("C", **cells)])
        assert verification.check(free, park, rules, space) == ["need N1: company X is in B1 already (C)"]
        assert made(park, rules, space).placed == []
    gone = [{"unit_id": "B1-F1-2", "tenant_id": "X", "valid_to": pd.Timestamp("2025-12-31")}]
    park, space = district(units, [asked(1, 100)], leases=gone)
    assert made(park, rules, space).placed == ["T1"]


def test_runs_are_counted_once_and_end_at_the_most():
    units = ["B1-F1-1", "B1-F2-1", "B1-F2-2"]
    park, space = district(units, [need()])
    offers = allocation.case(park, policy(), space).pairs.desk.offers
    runs = patterns.runs(offers, 1000.0)
    assert list(zip(runs.first.tolist(), runs.last.tolist(), strict=True)) == [(0, 0), (0, 2), (1, 1), (1, 2), (2, 2)]
    assert patterns.runs(offers, 100.0).area.tolist() == [100.0, 100.0, 100.0]
