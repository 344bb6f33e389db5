"""The pool form: optimal where it can be counted out, bounded always, infeasible in words, the same every time."""

import itertools
import math

import numpy as np
import pytest
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st

from parks import words
from parks.matching import branching, exchange, knapsacks, pool, solver

NAN = float("nan")
T = words.translator("en")


def faults(found, worth, area, capacity):
    """Return what is wrong with a placement, by loops that share nothing with the solver."""
    held, total, wrong = [0.0] * len(capacity), 0.0, []
    for tenant, building in enumerate(found.assignment.tolist()):
        if math.isnan(worth[tenant][building]) or math.isnan(area[tenant][building]):
            wrong.append(f"{tenant} may not go to {building}")
        held[building] += area[tenant][building]
        total += worth[tenant][building]
    wrong += [f"{b} is overloaded" for b, room in enumerate(capacity) if held[b] and not held[b] <= room + 1e-6]
    return wrong + ([] if math.isclose(total, found.value, abs_tol=1e-9) else ["the value is not the sum"])


def counted_out(worth, area, capacity, *, maximise):
    """Return the best value over all placements, None when there is none."""
    best = None
    for places in itertools.product(range(len(capacity)), repeat=len(worth)):
        held = [0.0] * len(capacity)
        for tenant, building in enumerate(places):
            held[building] += area[tenant][building]
        total = sum(worth[tenant][building] for tenant, building in enumerate(places))
        fits = all(load <= room + 1e-6 for load, room in zip(held, capacity, strict=True))
        if fits and not math.isnan(total):
            better = best is None or (total > best if maximise else total < best)
            best = total if better else best
    return best


def made(worth, area, capacity, *, maximise=False, **options):
    """Return the pool, checked."""
    found = pool.place(np.array(worth), np.array(area), np.array(capacity), maximise=maximise, **options)
    if found.verdict == "placed":
        assert faults(found, worth, area, capacity) == []
        assert found.value <= found.bound if maximise else found.value >= found.bound
        assert found.gap >= 0
        assert found.reasons == ()
    else:
        assert set(found.assignment.tolist()) <= {-1}
        assert math.isnan(found.value)
        assert found.reasons
    return found


def small(draw):
    """Return a small case, tight or loose, with whole or broken numbers and some pairs not allowed."""
    tenants, buildings = int(draw.integers(1, 7)), int(draw.integers(1, 4))
    shape = tenants, buildings
    digits = int(draw.integers(0, 2)) * 2
    worth, area = np.round(draw.uniform(-20, 50, shape), digits), np.round(draw.uniform(0, 30, shape), digits)
    worth[draw.random(shape) < draw.choice([0, 0.3])] = NAN
    area[draw.random(shape) < draw.choice([0, 0.1])] = NAN
    room = np.nansum(area, axis=0) / buildings * draw.uniform(0.6, 1.5)
    return worth, area, np.round(room, digits)


def like_d(tenants, buildings, seed=1):
    """Return costs that fall as areas rise, in tight buildings: the family that is hard."""
    draw = np.random.default_rng(seed)
    area = draw.integers(1, 101, (tenants, buildings)).astype(float)
    return 111 - area + draw.integers(-10, 11, area.shape), area, np.floor(0.8 * area.sum(axis=0) / buildings)


def kinds(found):
    return [reason.kind for reason in found.reasons]


@pytest.mark.parametrize("batch", range(10))
def test_equals_what_counting_out_gives(batch):
    draw, verdicts = np.random.default_rng(batch), set()
    for _ in range(30):
        worth, area, capacity = small(draw)
        maximise = bool(draw.integers(2))
        best = counted_out(worth, area, capacity, maximise=maximise)
        found = made(worth, area, capacity, maximise=maximise, steps=1_000)
        verdicts.add(found.verdict)
        assert found.proved
        if best is None:
            assert found.verdict == "infeasible"
        else:
            assert found.verdict == "placed"
            assert found.value == pytest.approx(best, rel=1e-6, abs=1e-6)
            assert found.bound == pytest.approx(best, rel=1e-5, abs=1e-5)
    assert verdicts == {"placed", "infeasible"}


@settings(max_examples=thorough.cases(10), deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 25), st.integers(1, 6), st.sampled_from([1.0, 0.1, 37.0]), st.booleans())
def test_whatever_comes_is_kept_and_bounded(seed, tenants, buildings, scale, maximise):
    cost, area, capacity = like_d(tenants, buildings, seed)
    found = made(cost, area * scale, capacity * scale * 1.1, maximise=maximise, steps=5)
    assert found.verdict in {"placed", "infeasible", "not_found"}
    looser = made(cost, area * scale, capacity * scale * 1.3, maximise=maximise, steps=5)
    if found.verdict == "placed":
        assert looser.verdict != "infeasible"
        sign = 1 if maximise else -1
        assert sign * looser.bound >= sign * found.value - 1e-6, "more space cannot make the best worse"


def test_all_the_ways_to_search_agree_on_a_hard_case():
    cost, area, capacity = like_d(24, 3)
    by_time, by_steps = made(cost, area, capacity, budget=20), made(cost, area, capacity, steps=20_000)
    most = made(200 - cost, area, capacity, maximise=True, budget=20)
    assert by_time.proved
    assert by_time.value == by_steps.value == 200 * 24 - most.value
    assert by_time.gap == 0.0


def test_the_same_seed_and_steps_give_the_same_placement():
    case = like_d(30, 5)
    first, again = (made(*case, steps=30, seed=3) for _ in range(2))
    assert first.assignment.tolist() == again.assignment.tolist()
    assert (first.value, first.bound) == (again.value, again.bound)
    assert first.verdict == "placed"
    assert first.gap < 0.03


def test_a_large_case_comes_within_one_percent_quickly():
    found = made(*like_d(100, 10), steps=20)
    assert found.gap < 0.01


def test_a_pin_is_nan_elsewhere():
    worth = [[5.0, 1.0], [5.0, 1.0]]
    area, capacity = [[10.0, 10.0], [10.0, 10.0]], [20.0, 20.0]
    assert made(worth, area, capacity, maximise=True).assignment.tolist() == [0, 0]
    pinned = made([[5.0, 1.0], [NAN, 1.0]], area, capacity, maximise=True)
    assert pinned.assignment.tolist() == [0, 1]
    assert (pinned.value, pinned.proved) == (6.0, True)


def test_what_is_not_known_is_no_place():
    area = [[NAN, 10.0], [10.0, 10.0]]
    assert made([[1.0, 9.0], [1.0, 9.0]], area, [20.0, 20.0]).assignment.tolist() == [1, 0]
    unknown = made([[1.0, 9.0], [1.0, 9.0]], [[10.0, 10.0]] * 2, [NAN, 20.0])
    assert unknown.assignment.tolist() == [1, 1]


def test_nobody_to_place_is_placed():
    found = pool.place(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(2), maximise=True)
    assert (found.verdict, found.value, found.bound, found.gap, found.proved) == ("placed", 0.0, 0.0, 0.0, True)
    nowhere = pool.place(np.zeros((2, 0)), np.zeros((2, 0)), np.zeros(0), maximise=True)
    assert kinds(nowhere) == ["no_place"]


def test_no_area_and_no_room_still_fit():
    assert made([[2.0, 3.0]], [[0.0, 0.0]], [0.0, 0.0]).assignment.tolist() == [0]


def test_many_tenants_without_area_need_no_capacity():
    assert made(np.full((5, 2), 1.0), np.zeros((5, 2)), [0.0, 7.0]).value == 5.0


def test_what_rules_it_out_is_said_in_words():
    worth = [[1.0, NAN], [1.0, NAN], [NAN, NAN], [1.0, 1.0]]
    area = [[60.0, 1.0], [50.5, 1.0], [1.0, 1.0], [900.0, 900.0]]
    found = made(worth, area, [100.0, 200.0])
    assert kinds(found) == ["no_place", "crowded"]
    assert (found.verdict, found.proved) == ("infeasible", True)
    assert math.isnan(found.bound)
    told = pool.issues(found, ["T1", "T2", "T3", "T4"], ["B1", "B2"], T)
    assert [(issue.row, issue.kind) for issue in told] == [("T3", "no_place"), ("T4", "no_place"), ("B1", "crowded")]
    assert "(T1, T2) need 110.5 m²; the building has 100 m²." in told[2].message
    assert "共需110.5 m²" in pool.issues(found, ["T1"] * 4, ["B1", "B2"], words.translator("zh"))[2].message


def test_too_much_together_is_said():
    found = made(np.ones((3, 2)), np.full((3, 2), 70.0), [100.0, 100.0])
    assert kinds(found) == ["too_much"]
    (issue,) = pool.issues(found, ["a", "b", "c"], ["x", "y"], T)
    assert issue.message == "All companies need at least 210 m²; all buildings have 200 m²."
    assert issue.row == ""


@pytest.mark.parametrize("area", [60.0, 60.5])
def test_what_only_a_search_rules_out_is_proved(area):
    found = made(np.ones((3, 2)), np.full((3, 2), area), [100.0, 100.0])
    assert (kinds(found), found.verdict, found.proved) == (["infeasible"], "infeasible", True)
    (issue,) = pool.issues(found, ["a", "b", "c"], ["x", "y"], T)
    assert issue.message.startswith("A search through every case")


def test_no_time_is_not_the_same_as_no_place():
    found = made(*like_d(40, 5), budget=0.0)
    assert (kinds(found), found.verdict, found.proved) == (["not_found"], "not_found", False)
    assert np.isfinite(found.bound)
    (issue,) = pool.issues(found, [""] * 40, [""] * 5, T)
    assert issue.message.startswith("No placement of all companies was found")
    assert pool.issues(made([[1.0]], [[1.0]], [1.0]), ["a"], ["x"], T) == []


@pytest.mark.parametrize("maximise", [True, False])
def test_the_watcher_sees_values_and_bounds_and_can_stop(maximise):
    cost, area, capacity = like_d(60, 6)
    seen = []

    def watch(value, bound):
        seen.append((value, bound))

    found = made(cost, area, capacity, maximise=maximise, budget=2.0, progress=watch)
    sign = 1 if maximise else -1
    values = [value for value, _ in seen if not math.isnan(value)]
    assert values
    assert math.isnan(seen[0][0])
    assert all(sign * bound >= sign * value - 1e-6 for value, bound in seen if not math.isnan(value))
    assert all(sign * bound >= sign * found.value - 1e-6 for _, bound in seen)
    assert sign * found.value >= max(sign * value for value in values) - 1e-6


@pytest.mark.parametrize("when", [1, 400, 520, 700])
def test_stopping_keeps_the_best_so_far(when):
    told = itertools.count(1)
    case = like_d(100, 5)
    found = made(*case, budget=30.0, progress=lambda _value, _bound: next(told) >= when)
    assert found.seconds < 15
    assert found.verdict in {"placed", "not_found"}


def test_what_has_no_meaning_is_refused():
    one, two = np.ones((2, 2)), np.ones(2)
    for worth, area, capacity, said in (
        (one, np.ones((2, 3)), two, "shapes"),
        (one, one, np.ones(3), "shapes"),
        (two, two, two, "shapes"),
        (one * np.inf, one, two, "finite"),
        (one, one * -1, two, "finite"),
        (one, one, -two, "capacity"),
    ):
        with pytest.raises(ValueError, match=said):
            pool.place(worth, area, capacity, maximise=True)


def test_a_value_better_than_the_bound_is_a_fault_of_ours_and_never_shown():
    with pytest.raises(ArithmeticError, match="better than the bound"):
        pool._placed(np.zeros(1, dtype=np.int64), 5.0, 6.0, 0.0, 1.0)
    level = pool._placed(np.zeros(1, dtype=np.int64), 6.0, 6.0 + 1e-9, 0.0, 1.0)
    assert (level.bound, level.gap) == (6.0, 0.0)


@pytest.mark.parametrize(("scale", "more"), [(1.0, 0.0), (0.37, 0.0), (1000.0, 0.0), (2000.0, 1.0)])
def test_bounds_of_pairs_hold_for_every_placement(scale, more):
    draw = np.random.default_rng(5)
    for _ in range(20):
        cost, area = draw.integers(0, 30, (5, 3)).astype(float), draw.integers(1, 20, (5, 3)) * scale + more
        posed = knapsacks.Posed(cost, area, area.sum(axis=0) / 2.5)
        relaxed = knapsacks.relax(posed, solver.Clock(np.inf, None, None), np.inf)
        for places in itertools.product(range(3), repeat=5):
            where = np.array(places)
            if posed.keeps(where):
                assert posed.value(where) >= relaxed.least[np.arange(5), where].max() - 1e-6
                assert posed.value(where) >= relaxed.bound - 1e-6


def test_knapsacks_in_blocks_are_the_same(monkeypatch):
    draw = np.random.default_rng(2)
    room = np.array([20, 13, 0, 31])
    profit, grid = draw.uniform(-5, 9, (12, 4)), np.minimum(draw.integers(0, 9, (12, 4)), room)
    whole = knapsacks._knapsacks(profit, grid, room)
    monkeypatch.setattr(knapsacks, "BLOCK", 1)
    for one, other in zip(whole, knapsacks._knapsacks(profit, grid, room), strict=True):
        assert np.array_equal(one, other)
    best, chosen, _ = whole
    for building in range(4):
        sets = itertools.product((0, 1), repeat=12)
        fits = (np.array(s) for s in sets if np.dot(s, grid[:, building]) <= room[building])
        assert best[building] == pytest.approx(max(float(s @ profit[:, building]) for s in fits))
        assert float(chosen[:, building] @ profit[:, building]) == pytest.approx(best[building])


def test_more_tenants_than_take_part_in_a_round(monkeypatch):
    monkeypatch.setattr(exchange, "SAMPLE", 10)
    monkeypatch.setattr(exchange, "STALE", 5)
    found = made(*like_d(40, 4), steps=100)
    assert found.verdict == "placed"
    assert found.gap < 0.05


def test_the_price_of_area_too_much_stays_a_number(monkeypatch):
    monkeypatch.setattr(exchange, "HARDER", 10.0)
    posed = pool._posed(np.ones((3, 2)), np.full((3, 2), 60.0), np.full(2, 100.0))
    clock = solver.Clock(np.inf, None, None)
    relaxed = knapsacks.Relaxation(0.0, np.where(posed.allowed(), 0.0, np.inf), np.zeros(2))
    assert exchange.improve(posed, relaxed, None, np.random.default_rng(1), clock, 1_000, np.inf) is None


def test_chains_cost_what_they_are_said_to_cost():
    cost, area, capacity = like_d(20, 4)
    posed = pool._posed(cost, area, capacity)
    draw = np.random.default_rng(0)
    for _ in range(30):
        where = draw.integers(0, 4, 20)
        state = exchange.State(posed, where.copy(), np.full(4, 2.0))
        desk = exchange._desk(state, np.arange(20), 0)

        def paid(goes, state=state):
            return posed.value(goes) + float(state.fine(posed.load(goes)).sum())

        for links in exchange._links(desk):
            for end in np.flatnonzero(np.isfinite(links.paid)):
                chain, goes = links.back(int(end)), where.copy()
                goes[chain[:-1]] = where[chain[1:]]
                goes[end] = where[chain[0]]
                got = float((links.paid + desk.home(links))[end])
                assert got == pytest.approx(paid(goes) - paid(where))
                assert len(set(where[chain].tolist())) == len(chain)


def test_an_exact_search_that_finds_nothing_keeps_what_it_has():
    posed = pool._posed(*like_d(30, 4))
    begun = knapsacks.Relaxation(0.0, np.where(posed.allowed(), 0.0, np.inf), np.zeros(4))
    nothing, bound = branching._exact(posed, begun, None, solver.Clock(1.0, None, None), 1, 0.0)
    assert nothing is None
    assert bound < 111 * 30
    clock = solver.Clock(np.inf, 0, None)
    relaxed = knapsacks.relax(posed, clock, np.inf)
    best = exchange.improve(posed, relaxed, None, np.random.default_rng(1), clock, 200, np.inf)
    found, bound = branching._exact(posed, relaxed, best, clock, 1, 0.0)
    assert posed.value(found) <= posed.value(best)
    assert bound <= posed.value(found)
