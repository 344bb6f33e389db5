"""Better plans from a good one: a few buildings at a time are emptied and filled again in the best way."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from parks.matching import choices, solver

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.matching.choices import Clash, Problem
    from parks.matching.solver import Clock, Relaxation

    Ints = NDArray[np.int64]

LARGE = 2_000
"""Columns that could be in a better plan, above which the exact search alone is slow to begin."""
CORE = (4, 8, 16, 32)
"""Columns a need, of those that the relaxation likes most, that are decided one core after another while it helps."""
HELPS = 1e-4
"""Relative gain of a core for which a wider one is tried; and the gap at which one may end."""
WIDTH = 700
"""Columns of one neighbourhood at most, give or take a building's."""
SHARE = 0.6
"""Of the time left, for the cores, and for the neighbourhoods behind them."""
SPELL = 2.5
"""Seconds at most for neighbourhoods where the exact search can take all columns."""
ROUNDS = 60
"""Neighbourhoods when steps are counted."""
POOL = 8
"""Columns a need, of those that the relaxation likes most, that the first neighbourhoods are filled from."""
PATIENCE = 40
"""Neighbourhoods one after another that better nothing, after which there are twice as many columns to fill from."""
SECONDS = 0.3
"""Of one neighbourhood at most."""


def improved(problem: Problem, relaxed: Relaxation, start: Ints, clock: Clock, seed: int) -> Ints:
    """Return a plan that is worth no less than `start`, which keeps what it must.

    First the columns that the relaxation likes most are decided: where it is nearly whole, the best plan is among them.
    Then buildings are drawn (from the seed) with others beside them; what the plan has there, and the needs without a
    place, are decided anew, all else stays. Both take `SHARE` of the time left, all of it when there is too little for
    the exact search, and nothing when that is quick.
    """
    best, draw = start, np.random.default_rng(seed)
    open_ = relaxed.likely(problem.value(best))
    if len(open_) > LARGE and not clock.over():
        best = _core(problem, relaxed, best, open_, clock, seed)
        open_ = relaxed.likely(problem.value(best))
    until = clock.seconds() + _spell(len(open_), clock)
    building = _buildings(problem)
    names, last = np.unique(building[open_]), int(building.max(initial=0)) + 1
    pool, idle = POOL, 0
    for _ in itertools.count() if clock.steps is None else range(ROUNDS):
        if len(open_) <= LARGE or clock.over() or clock.seconds() > until or pool * problem.needs > 2 * len(open_):
            break
        lost = np.bincount(building[best, 0], weights=-relaxed.below[best], minlength=last)[names]
        before, near = problem.value(best), np.union1d(open_[: pool * problem.needs], best)
        best = _again(problem, relaxed, best, near, building, _drawn(names, lost, draw), clock, seed)
        value = problem.value(best)
        clock.tell(value, relaxed.bound)
        idle = 0 if value > before else idle + 1
        if value > before:
            open_ = relaxed.likely(value)
        elif idle > PATIENCE:
            pool, idle = 2 * pool, 0
    return best


def _spell(count: int, clock: Clock) -> float:
    """Return the seconds for neighbourhoods, when so many columns could be in a better plan."""
    left = clock.left()
    if left < np.inf and left * (1 - SHARE) * solver.PACE < min(count, solver.SEARCHED[0]):
        return left  # there is no time for the exact search
    return left * SHARE if count > solver.SEARCHED[-1] else min(left * SHARE, SPELL)


def _core(problem: Problem, relaxed: Relaxation, best: Ints, open_: Ints, clock: Clock, seed: int) -> Ints:
    """Return the best plan found of the columns that the relaxation likes most, of more of them while it helps."""
    known: list[Clash] = []
    until = clock.seconds() + clock.left() * SHARE
    for each in CORE:
        before, rows = problem.value(best), np.union1d(open_[: each * problem.needs], best)
        best, _ = solver.decided(problem, rows, best, known, clock, seed, (until - clock.seconds()) / 2, HELPS)
        clock.tell(problem.value(best), relaxed.bound)
        if clock.over() or problem.value(best) - before <= HELPS * abs(before):
            break
    return best


def _buildings(problem: Problem) -> Ints:
    """Return the building of each run of each column, of the first run again where there is no further one."""
    low, _ = problem.columns.spots(problem.place["building"].astype(np.int32))
    return np.where(problem.columns.last < 0, low[:, :1], low)


def _drawn(names: Ints, lost: NDArray[Any], draw: np.random.Generator) -> Ints:
    """Return buildings in a random order: earlier the more the plan loses there against the relaxation."""
    return names[np.argsort(-np.log(lost + lost.mean() + 1) - draw.gumbel(size=len(names)), kind="stable")]


def _again(
    problem: Problem,
    relaxed: Relaxation,
    best: Ints,
    open_: Ints,
    building: Ints,
    order: Ints,
    clock: Clock,
    seed: int,
) -> Ints:
    """Return the plan with the first buildings of an order filled again, as many as `WIDTH` allows."""
    columns = problem.columns
    rank = np.full(int(building.max()) + 1, len(order))
    rank[order] = np.arange(len(order))
    home = np.full(problem.needs, -1)
    home[columns.need[best]] = rank[building[best]].max(axis=1)
    # from which building on a column is in it
    joins = np.maximum(rank[building[open_]].max(axis=1), home[columns.need[open_]])
    sizes = np.cumsum(np.bincount(joins, minlength=len(order)))
    last = max(1, int(np.searchsorted(sizes, WIDTH)))
    inside = home[columns.need[best]] <= last
    fixed, loose = best[~inside], best[inside]
    near = open_[joins <= last]
    rows = np.union1d(near[choices.Taken(problem, fixed).leaves(near)], loose)
    limits = tuple(replace(one, most=one.most - float(one.weight[fixed].sum())) for one in problem.limits)
    must = problem.must - set(columns.need[fixed].tolist())
    part = replace(problem, limits=limits, must=must).only(rows)
    settled_value = float(columns.value[fixed].sum())
    left = relaxed.of(rows, settled_value)
    own = solver.Clock(min(clock.left(), SECONDS), clock.steps, None)
    found, _ = solver.search(part, left, np.searchsorted(rows, loose), own, seed)
    return np.sort(np.append(fixed, rows[found]))
