"""What prices of units and quotas say: what each column brings above them, and a bound of every plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.matching.choices import Problem
    from parks.matching.splits import Peak

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


class Prices(NamedTuple):
    """Sums of the prices of the units before each unit, and of all (none below 0); prices of a m² of each quota."""

    units: Floats
    quotas: Floats


def of_duals(problem: Problem, duals: Floats) -> Prices:
    """Return the prices that the rows of the relaxation have: needs, units, quotas."""
    own = np.maximum(duals[problem.needs : problem.needs + problem.units], 0)
    return kept(problem, Prices(np.append(0, np.cumsum(own)), np.maximum(duals[problem.needs + problem.units :], 0)))


def kept(problem: Problem, known: Prices) -> Prices:
    """Return prices with none of a quota above what it costs; none at all where they are of other quotas."""
    costs = np.array([limit.price for limit in problem.limits])
    same = len(known.quotas) == len(costs)
    return Prices(known.units, np.minimum(known.quotas, costs) if same else np.zeros(len(costs)))


def must(problem: Problem) -> NDArray[np.bool_]:
    """Return which needs every plan places."""
    return np.isin(np.arange(problem.needs), list(problem.must))


def profit(problem: Problem, known: Prices) -> Floats:
    """Return the value of each column less the prices of its units and quotas."""
    gain = problem.columns.value - problem.columns.between(known.units)
    for limit, rate in zip(problem.limits, known.quotas, strict=True):
        gain -= rate * limit.weight
    return gain


def peaks(problem: Problem, known: Prices) -> list[Peak]:
    """Return what the placements that are not among the columns bring at most, need by need."""
    found = []
    for rest in problem.rests:
        price = known.units.copy()
        for limit, rate in zip(problem.limits, known.quotas, strict=True):
            price[1:] += np.cumsum(rate * limit.by_unit(rest.need))
        found.append(rest.leading(price))
    return found


def most(problem: Problem, gain: Floats, beyond: list[Peak]) -> Floats:
    """Return the best profit of each need, that of its columns given: not below 0 where it may go without a place."""
    best = np.where(must(problem), -np.inf, 0.0)
    begins = np.flatnonzero(np.diff(problem.columns.need, prepend=-1))
    if begins.size:
        needs = problem.columns.need[begins]
        best[needs] = np.maximum(best[needs], np.maximum.reduceat(gain, begins))
    np.maximum.at(best, [peak.need for peak in beyond], [peak.worth for peak in beyond])
    return best


def bound(problem: Problem, known: Prices, beyond: list[Peak]) -> float:
    """Return what no plan is worth more than: all prices together, and the best profit of each need."""
    limits = np.array([limit.most for limit in problem.limits])
    best = most(problem, profit(problem, known), beyond)
    return float(known.units[-1] + best.sum() + (known.quotas * limits).sum())
