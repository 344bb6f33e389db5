"""The search of the pool form: relaxation, exchange and exact search (HiGHS) in turn, the best of each kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from parks.matching import exchange, knapsacks, solver

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.matching.knapsacks import Posed, Relaxation
    from parks.matching.solver import Clock

    Ints = NDArray[np.int64]

SCHEDULE = ((300, 0.1, 0.55), (np.inf, 0.8, 1.0))
"""Rounds of each exchange at most; shares of the budget at which it, and the exact search after it, ends."""
RELAXED = 0.1
"""Share of the budget that the relaxation may take."""


def solve(posed: Posed, clock: Clock, seed: int) -> tuple[Ints | None, float]:
    """Return the best placement found and the bound: inf when it is proved that there is no placement."""
    if not len(posed.cost):
        return np.zeros(0, dtype=np.int64), 0.0
    draw, best = np.random.default_rng(seed), None
    relaxed = knapsacks.relax(posed, clock, RELAXED * clock.budget)
    whole = posed.whole()
    _tighten(relaxed, relaxed.bound, whole=whole)
    for rounds, exchanged, searched in SCHEDULE:
        most = rounds if clock.steps is None else min(rounds, clock.steps)
        best = exchange.improve(posed, relaxed, best, draw, clock, most, exchanged * clock.budget)
        clock.tell(np.nan if best is None else posed.value(best), relaxed.bound)
        if clock.over() or _closed(posed, best, relaxed.bound):
            break
        best, bound = _exact(posed, relaxed, best, clock, seed, searched * clock.budget - clock.seconds())
        _tighten(relaxed, bound, whole=whole)
        clock.tell(np.nan if best is None else posed.value(best), relaxed.bound)
        if clock.over() or _closed(posed, best, relaxed.bound):
            break
    return best, relaxed.bound


def _tighten(relaxed: Relaxation, bound: float, *, whole: bool) -> None:
    """Take a bound in, rounded up when costs are whole numbers."""
    if whole and np.isfinite(bound):
        bound = float(np.ceil(bound - knapsacks.TOLERANCE * (1 + abs(bound))))
    relaxed.bound = max(relaxed.bound, bound)


def _closed(posed: Posed, best: Ints | None, bound: float) -> bool:
    """Return whether nothing is left to be found: no placement, or none that is better."""
    if best is None:
        return bound == np.inf
    value = posed.value(best)
    return value - bound <= solver.PROOF / 10 * (1 + abs(value))


def _exact(
    posed: Posed, relaxed: Relaxation, best: Ints | None, clock: Clock, seed: int, left: float
) -> tuple[Ints | None, float]:
    """Return the best placement of the pairs that could still be in a better one, and the bound that this proves.

    A pair whose least is not below the placement in hand is in no better one, so what is left out bounds nothing.
    """
    value = np.inf if best is None else posed.value(best)
    better = value - 1 + solver.PROOF if posed.whole() else value
    open_ = posed.allowed() & (relaxed.least <= better)
    if best is not None:
        open_[np.arange(len(best)), best] = True
    tenant, building = np.nonzero(open_)
    model = _model(posed, tenant, building, clock, seed, left)
    if best is not None:
        at = np.flatnonzero(best[tenant] == building).astype(np.int32)
        model.setSolution(len(at), at, np.ones(len(at)))
    if clock.progress is not None:
        _watch(model, relaxed, clock, value)
    model.run()
    if model.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return best, value
    solution, bound = np.asarray(model.getSolution().col_value), float(model.getInfo().mip_dual_bound)
    if len(solution) and solution.sum() > 0.5:  # noqa: PLR2004 - all 0 when there is none
        found = np.full(len(posed.cost), -1, dtype=np.int64)
        found[tenant[solution > 0.5]] = building[solution > 0.5]  # noqa: PLR2004 - a whole number, give or take
        if (found >= 0).all() and posed.keeps(found) and posed.value(found) < value:
            best, value = found, posed.value(found)
    return best, min(bound, value)


def _model(posed: Posed, tenant: Ints, building: Ints, clock: Clock, seed: int, left: float) -> Any:  # noqa: ANN401 - HiGHS has no types
    """Return a fresh solver with the pairs: each tenant once, no building above its capacity."""
    tenants, buildings = posed.cost.shape
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(tenant), tenants + buildings
    lp.col_cost_ = posed.cost[tenant, building]
    lp.col_lower_, lp.col_upper_ = np.zeros(len(tenant)), np.ones(len(tenant))
    lp.row_lower_ = np.append(np.ones(tenants), np.full(buildings, -highspy.kHighsInf))
    lp.row_upper_ = np.append(np.ones(tenants), posed.capacity)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.arange(0, 2 * len(tenant) + 1, 2, dtype=np.int32)
    lp.a_matrix_.index_ = np.stack([tenant, tenants + building], axis=1).ravel().astype(np.int32)
    lp.a_matrix_.value_ = np.stack([np.ones(len(tenant)), posed.area[tenant, building]], axis=1).ravel()
    lp.integrality_ = [highspy.HighsVarType.kInteger] * len(tenant)
    model: Any = highspy.Highs()  # type: ignore[no-untyped-call] # HiGHS has no types
    model.setOptionValue("output_flag", False)  # noqa: FBT003 - HiGHS takes it by position
    model.setOptionValue("threads", 1)
    model.setOptionValue("random_seed", seed)
    model.setOptionValue("mip_rel_gap", solver.PROOF / 100)
    model.setOptionValue("mip_abs_gap", 0.99 if posed.whole() else solver.PROOF / 100)
    if clock.steps is None:
        model.setOptionValue("time_limit", max(left, 0.0))
    else:
        model.setOptionValue("mip_max_nodes", clock.steps)
    model.passModel(lp)
    return model


def _watch(model: Any, relaxed: Relaxation, clock: Clock, value: float) -> None:  # noqa: ANN401 - HiGHS has no types
    """Tell the watcher what the search knows while it runs, and let it stop the search."""

    def tell(_kind: Any, _message: str, now: Any, answer: Any, _data: Any) -> None:  # noqa: ANN401 - HiGHS has no types
        least = min(value, now.mip_primal_bound)
        clock.tell(least if np.isfinite(least) else np.nan, max(relaxed.bound, min(now.mip_dual_bound, least)))
        answer.user_interrupt = clock.stopped

    model.setCallback(tell, None)
    model.startCallback(highspy.cb.HighsCallbackType.kCallbackMipInterrupt)
