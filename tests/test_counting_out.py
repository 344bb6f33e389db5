"""The allocation against counting out: small cases with pins, conflicts and quotas; more space never hurts."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import thorough
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_allocation import asked, made
from test_fit import district, policy

from parks.matching import allocation, choices, patterns, pins, solver, vicinity

CASES = thorough.cases(200)
NEXT_DOOR = {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3), (4, 5)}
"""Units that adjoin, or stand on floors one above the other, in the buildings of `case`."""


def beside(pairs, count):
    """Return lists of what is beside what, from pairs one way."""
    both = sorted({*pairs, *((two, one) for one, two in pairs)})
    one, two = (np.array([pair[at] for pair in both], dtype=np.int64) for at in (0, 1))
    return vicinity.listed((one, two), count)


def case(seed):
    """Return a random problem of up to four needs on six units in two buildings of two floors, and what must be."""
    draw = np.random.default_rng(seed)
    area = draw.integers(5, 15, 6) * 10.0
    place = {"building": np.array([0, 0, 0, 0, 1, 1]), "floor": np.array([0, 0, 1, 1, 2, 2])}
    place |= {"neighbouring": np.arange(6), "distance": place["building"]}
    near = {"neighbouring": beside(NEXT_DOOR, 6), "distance": beside({(0, 1), (1, 2)}, 3)}  # the third has no units
    runs = [(one, two) for one in range(6) for two in range(one, 6) if place["building"][one] == place["building"][two]]
    needs, rows = int(draw.integers(1, 5)), []
    for need in range(needs):
        for number in sorted(draw.choice(len(runs), int(draw.integers(1, 6)), replace=False)):
            first, last = runs[number]
            other = last < 4 and draw.random() < 0.3  # a second run, in the other building
            more = draw.integers(4, 6) if other else -1
            size = area[first : last + 1].sum() + (area[more] if more > 0 else 0)
            rows.append((need, (first, max(more, 0)), (last, more), size, float(draw.integers(1, 40))))
    need, first, last, size, value = (np.array(column) for column in zip(*rows, strict=True))
    zero = np.zeros(len(rows))
    columns = patterns.Columns(need, first, last, size, zero, zero, value / 40, value)
    apart = {}
    for scope in place:
        pairs = np.triu(draw.random((needs, needs)) < 0.15, 1)
        apart[scope] = pairs | pairs.T
    limits = []
    for _ in range(int(draw.integers(0, 3))):
        among, sign = draw.random(needs) < 0.6, draw.choice([-1, 1])
        price = float(draw.choice([np.inf, 0.05, 0.5]))
        weight, most = size * among[need] * sign, float(draw.integers(-30, 15) * 10)
        limits.append(choices.Limit(weight, most, price, area * sign, np.zeros(6), among))
    problem = choices.Problem(columns, needs, 6, place, apart, beside=near)
    some = choices.together(problem, draw.permutation(len(rows)))
    kept = [column for column in some if draw.random() < 0.2]
    must = frozenset(need[kept].tolist())
    problem = choices.Problem(columns, needs, 6, place, apart, must, tuple(limits), beside=near)
    return problem, pins.Locks(np.arange(len(rows)), must, np.array(sorted(kept), dtype=np.int64), [])


def together(problem, one, two):
    """Return whether two columns of different needs may both be chosen."""
    columns = problem.columns
    held = [
        {
            unit
            for first, last in zip(columns.first[at], columns.last[at], strict=True)
            for unit in range(first, last + 1)
        }
        for at in (one, two)
    ]
    if held[0] & held[1]:
        return False
    homes = [{0 if unit < 4 else 1 for unit in units} for units in held]
    floors = [{unit // 2 for unit in units} for units in held]
    met = {
        "building": bool(homes[0] & homes[1]),
        "floor": bool(floors[0] & floors[1]),
        "neighbouring": any((min(pair), max(pair)) in NEXT_DOOR for pair in itertools.product(*held)),
        "distance": any(mine != theirs for mine, theirs in itertools.product(*homes)),  # one by itself does not clash
    }
    pair = columns.need[one], columns.need[two]
    return not any(met[scope] and matrix[pair] for scope, matrix in problem.apart.items())


def selections(problem):
    """Return every selection of columns that may be chosen together and holds what must be."""

    def grow(need, taken):
        if need == problem.needs:
            yield taken
            return
        if need not in problem.must:
            yield from grow(need + 1, taken)
        for column in np.flatnonzero(problem.columns.need == need):
            if all(together(problem, column, other) for other in taken):
                yield from grow(need + 1, [*taken, int(column)])

    return list(grow(0, []))


def worth(problem, taken):
    """Return value less prices, and what is above each quota without a price."""
    value, over = float(problem.columns.value[taken].sum()), []
    for limit in problem.limits:
        above = max(0.0, float(limit.weight[taken].sum()) - limit.most)
        if np.isinf(limit.price):
            over.append(above)
        else:
            value -= limit.price * above
    return value, over


def solved(problem, locks):
    clock = solver.Clock(np.inf, 10_000, None)
    return allocation.best(problem, locks, list(range(problem.needs)), clock, 1, None)


def test_small_cases_have_the_optimum_that_counting_out_finds():
    loosened = 0
    for seed in range(CASES):
        problem, locks = case(seed)
        found = solved(problem, locks)
        value, over = worth(problem, found.chosen)
        everything = [worth(problem, taken) for taken in selections(problem)]
        assert (value, over) in everything, seed
        least = min(sum(above) for _, above in everything)
        assert sum(over) == pytest.approx(least, abs=1e-4), seed
        loosened += least > 0
        rivals = [other for other, above in everything if all(a <= b + 1e-4 for a, b in zip(above, over, strict=True))]
        assert value == pytest.approx(max(rivals), abs=1e-5), seed
        assert found.bound == pytest.approx(value, abs=1e-4), seed
        assert found.forced is True, seed
    assert loosened > CASES / 20


def test_the_bound_of_the_relaxation_holds_in_every_case():
    for seed in range(0, CASES, 5):
        problem, locks = case(seed)
        hard = [replace(limit, price=1.0) for limit in problem.limits]
        problem = replace(problem, limits=tuple(hard))
        start = choices.filled(problem, locks.witness)
        relaxed = solver.relax(problem, start, solver.Clock(np.inf, None, None))
        for taken in selections(problem):
            value = worth(problem, taken)[0]
            assert value <= relaxed.bound + 1e-6
            assert all(value <= relaxed.bound + relaxed.reduced[column] + 1e-6 for column in taken)


@settings(max_examples=thorough.cases(6), deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    st.lists(st.sampled_from([100.0, 150.0, 200.0]), min_size=2, max_size=7),
    st.lists(st.tuples(st.sampled_from([100, 200, 300]), st.sampled_from([0, 100])), min_size=1, max_size=4),
    st.data(),
)
def test_one_more_vacant_unit_never_lowers_the_proved_optimum(areas, sizes, data):
    units = [{"unit_id": f"B1-F{row // 3 + 1}-{row % 3 + 1}", "lettable_m2": area} for row, area in enumerate(areas)]
    needs = [asked(number, least, least + play) for number, (least, play) in enumerate(sizes)]
    locked = data.draw(st.sets(st.sampled_from([unit["unit_id"] for unit in units]), min_size=1))
    free = data.draw(st.sampled_from(sorted(locked)))
    rules = policy(assumptions=[("allocation.leftover", 0.0)])
    values = []
    for held in (locked, locked - {free}):
        leases = [{"unit_id": name, "tenant_id": None, "state": "locked"} for name in sorted(held)]
        plan = made(*placed(units, needs, leases, rules))
        assert plan.proved
        values.append(plan.value)
    assert values[0] <= values[1] + 1e-6
    wider = made(*placed([*units, {"unit_id": "B2-F1-1", "lettable_m2": 200.0}], needs, [], policy()))
    assert wider.value >= made(*placed(units, needs, [], policy())).value - 1e-6


def placed(units, needs, leases, rules):
    park, space = district([dict(unit) for unit in units], needs, leases=leases)
    return park, rules, space
