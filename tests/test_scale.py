"""What lets the allocation grow: prices, cores, what is left out, what is told meanwhile; never a bound too low."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from test_allocation import asked, crowded, made
from test_counting_out import case as drawn
from test_counting_out import selections, together, worth
from test_fit import district, policy

from parks.matching import allocation, choices, neighbourhoods, placements, prices, solver, splits, verification


def scattered(seed, needs=6):
    """Return a district of three parks in which half of the needs may be split."""
    draw = np.random.default_rng(seed)
    units = [
        {"unit_id": f"B{building}-F1-{place}", "lettable_m2": float(draw.integers(6, 15) * 10)}
        for building in range(1, 7)
        for place in range(1, 4)
    ]
    wishes = []
    for number in range(needs):
        least = float(draw.integers(20, 45) * 10)
        wishes.append(
            asked(number, least, least * 1.2, split_max=int(draw.choice([1, 2, 3])), priority=1.0 + number % 2)
        )
    places = {f"B{building}": {"park_id": f"P{building % 3}"} for building in range(1, 7)}
    return (*district(units, wishes, buildings=places), policy())


def test_what_is_taken_leaves_what_a_simple_loop_says():
    for seed in range(60):
        problem, _ = drawn(seed)
        taken = choices.together(problem, np.random.default_rng(seed).permutation(len(problem.columns))[:3])
        state = choices.Taken(problem, taken)
        rows = np.arange(len(problem.columns))
        said = [
            all(problem.columns.need[row] != problem.columns.need[other] for other in taken)
            and all(together(problem, row, other) for other in taken)
            for row in rows
        ]
        assert state.leaves(rows).tolist() == said
        alive = np.ones(len(rows), dtype=bool)
        for column in taken:
            choices.shut(problem, alive, column)
        assert alive.tolist() == said


def test_greedy_by_score_takes_the_best_scored_then_the_larger(monkeypatch):
    monkeypatch.setattr(choices, "CHUNK", 2)
    for seed in range(60):
        problem, _ = drawn(seed)
        plain = replace(problem, must=frozenset(), limits=())
        columns, taken = plain.columns, []
        order = sorted(
            range(len(columns)), key=lambda row: (-round(float(columns.score[row]), 6), -columns.area[row], row)
        )
        for row in order:
            if all(columns.need[row] != columns.need[other] and together(plain, row, other) for other in taken):
                taken.append(row)
        assert choices.by_score(plain).tolist() == sorted(taken)
        kept = choices.by_score(problem)
        assert all(limit.over(kept) <= choices.SLACK for limit in problem.limits if limit.hard and limit.most >= 0)


@pytest.mark.parametrize("seed", range(4))
def test_sets_chosen_by_price_leave_a_bound_over_all_sets(monkeypatch, seed):
    park, space, rules = scattered(seed)
    whole = made(park, rules, space)
    assert whole.proved
    monkeypatch.setattr(splits, "MOST", 2)
    monkeypatch.setattr(splits, "WHOLE", 2)
    posed = allocation.case(park, rules, space)
    assert posed.problem.rests
    assert posed.problem.price.size
    part = made(park, rules, space, given=posed)
    assert part.value <= whole.value + 1e-9
    assert part.bound >= whole.value - 1e-6
    start = choices.greedy(posed.problem)
    blind = replace(posed.problem, price=np.zeros(0))
    bounds = []
    for idle in (-1, 30):
        monkeypatch.setattr(solver, "IDLE", idle)
        bounds.append(solver.relax(blind, start, solver.Clock(np.inf, None, None)).bound)
    assert whole.value - 1e-6 <= bounds[1] <= bounds[0] + 1e-9


def test_a_set_that_leads_is_worth_what_bounds_all_sets():
    draw = np.random.default_rng(3)
    for _ in range(50):
        count = int(draw.integers(3, 12))
        first, building = np.arange(count), np.sort(draw.integers(0, 6, count))
        places = splits.Places(first, first, draw.integers(1, 10, count).astype(float), building, building // 2)
        rest = splits.Rest(0, places, first, draw.random(count) * 5, 2, 8.0, 12.0)
        price = np.append(0, np.cumsum(draw.random(count)))
        peak = rest.leading(price)
        told = peak.value - float((peak.load * np.diff(price)).sum())
        if 8.0 <= float((peak.load * places.area).sum()) <= 12.0:
            assert told == pytest.approx(peak.worth, abs=1e-3)


def test_prices_of_other_quotas_bound_as_well():
    for seed in range(0, 200, 5):
        problem, _ = drawn(seed)
        problem = replace(
            problem, limits=tuple(replace(limit, price=0.5) for limit in problem.limits), must=frozenset()
        )
        best = max(worth(problem, taken)[0] for taken in selections(problem))
        for quotas in (np.full(len(problem.limits), 9.0), np.zeros(len(problem.limits) + 1)):
            known = prices.Prices(np.linspace(0, 40, problem.units + 1), quotas)
            assert solver.at_prices(problem, known, np.zeros(0, dtype=np.int64)).bound >= best - 1e-9
            relaxed = solver.relax(problem, choices.greedy(problem), solver.Clock(np.inf, None, None), None, known)
            assert relaxed.bound >= best - 1e-9
            assert relaxed.within >= best - 1e-9


def test_a_relaxation_that_is_cut_short_still_bounds():
    park, space, rules = crowded(5)
    problem = allocation.case(park, rules, space).problem
    start = choices.greedy(problem)
    whole = solver.relax(problem, start, solver.Clock(np.inf, None, None))
    cut = solver.relax(problem, start, solver.Clock(-1.0, None, None))
    assert cut.bound >= whole.bound - 1e-6
    assert cut.within == cut.bound


def test_a_watcher_that_stops_the_reading_gets_a_plan_that_bounds_what_was_not_read(monkeypatch):
    park, space, rules = scattered(1)
    whole = made(park, rules, space)
    monkeypatch.setattr(solver, "PULSE", -1.0)
    seen = []
    plan = made(park, rules, space, progress=lambda _value, _bound: len(seen) > 2 or seen.append(1))
    assert {rest.need for rest in allocation.case(park, rules, space, clock=stopping(3)).problem.rests} >= {3, 4, 5}
    assert plan.value <= whole.value <= plan.bound
    assert not plan.proved
    nothing = made(park, rules, space, progress=lambda _value, _bound: True)
    assert (nothing.value, nothing.columns, nothing.placed) == (0.0, 0, [])
    assert nothing.bound >= whole.bound


def stopping(after):
    """Return a clock whose watcher stops it after some beats."""
    seen = []
    return solver.Clock(np.inf, None, lambda _value, _bound: len(seen) >= after or seen.append(1))


def test_cores_are_widened_while_they_help_and_the_plan_repeats(monkeypatch):
    park, space, rules = crowded(5, needs=20)
    whole = made(park, rules, space)
    monkeypatch.setattr(neighbourhoods, "LARGE", 0)
    monkeypatch.setattr(neighbourhoods, "CORE", (1, 2, 30))
    plans = [made(park, rules, space, steps=100) for _ in range(2)]
    pd.testing.assert_frame_equal(plans[0].assignments, plans[1].assignments)
    assert plans[0].value <= whole.bound + 1e-6
    assert plans[0].value >= whole.value * 0.98


def test_when_each_core_helps_the_widest_is_the_last(monkeypatch):
    park, space, rules = crowded(5)
    problem = allocation.case(park, rules, space).problem
    start = np.zeros(1, dtype=np.int64)
    clock = solver.Clock(np.inf, 100, None)
    relaxed = solver.relax(problem, start, clock)
    sizes, decided = [], solver.decided

    def counted(given, rows, *more):
        sizes.append(len(rows))
        return decided(given, rows, *more[:-1], 0.0)

    monkeypatch.setattr(solver, "decided", counted)
    monkeypatch.setattr(neighbourhoods, "HELPS", -2.0)
    open_ = relaxed.likely(problem.value(start))
    found = neighbourhoods._core(problem, relaxed, start, open_, clock, 1)
    assert len(sizes) == len(neighbourhoods.CORE)
    assert sizes == sorted(sizes)
    assert problem.value(start) < problem.value(found) <= relaxed.bound


def test_columns_joined_in_blocks_are_the_same(monkeypatch):
    park, space, rules = scattered(3)
    whole = allocation.case(park, rules, space).problem.columns
    monkeypatch.setattr(placements, "BLOCK", 2)
    blocks = allocation.case(park, rules, space).problem.columns
    for name in ("need", "first", "last", "value"):
        assert np.array_equal(getattr(blocks, name), getattr(whole, name))


def test_a_search_is_not_begun_without_the_time_for_it(monkeypatch):
    park, space, rules = crowded(5, needs=20)
    problem = allocation.case(park, rules, space).problem
    start = choices.greedy(problem)
    relaxed = solver.relax(problem, start, solver.Clock(np.inf, None, None))
    monkeypatch.setattr(solver, "PACE", 1e-3)
    found, bound = solver.search(problem, relaxed, start, solver.Clock(60.0, None, None), 1)
    assert found is start
    assert bound == relaxed.bound


@pytest.mark.parametrize("seconds", [0.5, 2.0])
def test_the_budget_is_kept(monkeypatch, seconds):
    park, space, rules = crowded(5, needs=30)
    posed, now = allocation.case(park, rules, space), [0.0]

    def tick():
        now[0] += 0.002
        return now[0]

    monkeypatch.setattr(solver, "time", SimpleNamespace(perf_counter=tick))
    monkeypatch.setattr(neighbourhoods, "LARGE", 0)
    plan = made(park, rules, space, given=posed, budget=seconds)
    assert plan.seconds <= seconds * 1.1 + 0.1


def test_the_parts_of_a_plan_add_up_to_its_value():
    park, space, rules = scattered(2)
    plan = made(park, rules, space)
    assert plan.value == pytest.approx(sum(plan.parts[name] for name in ("base", "fit", "leftover", "split")))
    posed = allocation.case(park, rules, space)
    columns = posed.problem.columns
    assert columns.value.dtype == np.float64
    assert {columns.first.dtype, columns.need.dtype} == {np.dtype(np.int32)}
    amounts = placements.worth(rules)
    for row, need in enumerate(posed.pairs.needs):
        own = columns.only(columns.of(row))
        base, fit, split = placements.split_up(need, own, amounts)
        assert (own.value <= base + fit + split + 1e-6).all()
    assert verification.check(plan, park, rules, space) == []
