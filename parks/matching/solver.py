"""The mathematics of the allocation: relaxation with an upper bound, and the exact search (HiGHS)."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from parks.matching import choices, prices
from parks.matching.prices import Prices

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from parks.matching.choices import Clash, Problem
    from parks.matching.splits import Peak

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Rows = list[Clash]
    Progress = Callable[[float, float], bool | None]

FIRST_COLUMNS = 40
"""Columns of each need that the relaxation begins with."""
CLOSE_COLUMNS = 12
"""The same where good prices are known: the columns that come nearest to them."""
MORE_COLUMNS = 30
"""Columns of each need that a round of pricing may add."""
ROUNDS = 200
"""Rounds of pricing at most."""
GAIN = 2e-4
"""Relative gain of the bound that counts, where prices are sought for what is not among the columns too."""
IDLE = 3
"""Rounds without such a gain before it is left at that."""
SHARE = 0.5
"""Of the time left, for the relaxation at most."""
SEARCHED = (2_000, 8_000, 40_000)
"""How many columns the exact search takes, one after another, until it has proved the plan."""
PACE = 5_000
"""Columns that the exact search takes a second to begin with: with less time it is not begun."""
CLASH_ROUNDS = 40
"""How often the exact search is repeated with the conflicts that its plan broke."""
PULSE = 1.0
"""Seconds after which a watcher is told again."""
PROVED = 1e-7
"""Relative gap at which the exact search ends."""
PROOF = 1e-6
"""Relative gap at which a plan counts as proved."""


@dataclass(frozen=True, slots=True, eq=False)
class Relaxation:
    """Upper bound, and how much below it a plan must stay that uses a column.

    Parameters
    ----------
    bound
        No plan is worth more.
    reduced
        For each column ≤ 0: no plan that uses it is worth more than bound + reduced.
    used
        Columns that the solver had in the end: a good beginning for a problem that differs a little.
    known
        Prices of the units and of the quotas; those of the quotas are what the bound would gain if one were looser.
    within, below
        Of plans of columns alone: none is worth more; and how much below it (≤ 0) one must stay that uses a column.
    beyond
        No plan with a placement that is not among the columns is worth more; −inf when all are.
    """

    bound: float
    reduced: Floats
    used: Ints
    known: Prices
    within: float
    below: Floats
    beyond: float = -np.inf

    def likely(self, value: float) -> Ints:
        """Return the columns that could be in a plan of columns alone that is worth more, the likeliest first."""
        rows = np.flatnonzero(self.within + self.below > value)
        return rows[np.argsort(-self.below[rows], kind="stable")]

    def of(self, rows: Ints, settled: float) -> Relaxation:
        """Return the relaxation of some of the columns, where plans are worth so much less."""
        return replace(
            self,
            bound=self.bound - settled,
            reduced=self.reduced[rows],
            within=self.within - settled,
            below=self.below[rows],
            beyond=self.beyond - settled,
        )


@dataclass(slots=True)
class Clock:
    """The budget: seconds, or counted steps when the same plan must come out on any machine.

    Parameters
    ----------
    budget
        Seconds in all; inf when steps are counted.
    steps
        Nodes of each exact search; None when seconds are counted.
    progress
        Told value and bound; returns True to stop.
    """

    budget: float
    steps: int | None
    progress: Progress | None
    began: float = field(default_factory=lambda: time.perf_counter())  # noqa: PLW0108 - read when called
    stopped: bool = False
    value: float = 0.0
    bound: float = float("inf")
    told: float = field(default_factory=lambda: time.perf_counter())  # noqa: PLW0108 - read when called

    def left(self) -> float:
        """Return the seconds left, inf when steps are counted."""
        return float("inf") if self.steps is not None else self.budget - self.seconds()

    def seconds(self) -> float:
        """Return the seconds since the beginning."""
        return time.perf_counter() - self.began

    def over(self) -> bool:
        """Return whether to stop: told so, or no time left."""
        return self.stopped or self.left() <= 0

    def tell(self, value: float, bound: float) -> None:
        """Note value and bound, and tell whoever watches."""
        self.value, self.bound = value, bound
        self.beat()

    def beat(self) -> None:
        """Tell the watcher where the search stands."""
        self.told = time.perf_counter()
        if self.progress is not None and self.progress(self.value, self.bound):
            self.stopped = True

    def pulse(self) -> None:
        """Tell the watcher where the search stands, when it has not been told for a while."""
        if time.perf_counter() - self.told > PULSE:
            self.beat()


def relax(
    problem: Problem, start: Ints, clock: Clock, begin: Ints | None = None, known: Prices | None = None
) -> Relaxation:
    """Return the upper bound, by pricing columns against the linear relaxation.

    Parameters
    ----------
    problem
        What is to be decided.
    start
        A plan that keeps what it must.
    clock
        The budget.
    begin
        Columns to begin with besides; the most valuable of each need when there are none.
    known
        Prices of a problem much alike: they need little search, from the columns that come nearest to them. Those of
        the problem itself when there are none.

    Notes
    -----
    For any prices μ ≥ 0 of the units and 0 ≤ λ ≤ price of the quotas, Σ μ + Σ λ × limit + Σ over needs of max(0, max
    over its columns of value − price of its run − λ × weight) bounds every plan from above (without the 0 for a need
    that must be placed): no conflict and no whole number is needed. The prices of the relaxation make it tight; it is
    valid at every round, so stopping early only loosens it.
    """
    columns, limits = problem.columns, problem.limits
    tuned = known is not None or (problem.price.size > 0 and not limits)
    first = begin if begin is not None and known is None else _first(problem, known)
    if known is None and problem.price.size:
        known = Prices(problem.price, np.zeros(len(limits)))
    known = None if known is None else prices.kept(problem, known)
    used = np.zeros(len(columns), dtype=np.bool_)
    used[start] = True
    used[first] = True
    model = _model(problem, np.flatnonzero(used))
    _watch(model, clock, clock.left() * SHARE)
    free, idle, near = ~prices.must(problem), 0, None
    best = prices.of_duals(problem, np.zeros(model.getNumRow()))
    least = np.inf
    for _ in range(ROUNDS):
        model.run()
        if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            break
        duals = -np.asarray(model.getSolution().row_dual)
        found = prices.of_duals(problem, duals)
        own = np.where(free, np.maximum(duals[: problem.needs], 0), duals[: problem.needs])
        gain = prices.profit(problem, found) - own[columns.need]
        gain[used] = -np.inf
        slack = PROOF * (1 + abs(float(model.getInfo().objective_function_value))) / (1 + problem.needs)
        new = _best_of_each(problem, gain, MORE_COLUMNS, slack)
        clock.pulse()
        if new.size and not clock.over():
            used[new] = True
            _add(problem, model, new)
            continue
        near, peaks = near or found, prices.peaks(problem, found)
        bound = prices.bound(problem, found, peaks)
        idle = 0 if bound < least - GAIN * abs(bound) else idle + 1
        best, least = (found, bound) if bound < least else (best, least)
        if tuned or idle > IDLE or clock.over() or not _lead(problem, model, own + slack, peaks):
            break
    if known is not None and prices.bound(problem, known, prices.peaks(problem, known)) < least:
        best = known
    return at_prices(problem, best, np.flatnonzero(used), near)


def at_prices(problem: Problem, known: Prices, used: Ints, near: Prices | None = None) -> Relaxation:
    """Return the relaxation at prices that are known, such as those of a problem much alike.

    Parameters
    ----------
    problem, used
        What is to be decided; as in `Relaxation`.
    known
        Prices that make the bound.
    near
        Prices that make the bound of plans of columns alone; the same when there are none.
    """
    known = prices.kept(problem, known)
    peaks, gain = prices.peaks(problem, known), prices.profit(problem, known)
    most = prices.most(problem, gain, peaks)
    bound = prices.bound(problem, known, peaks)
    beyond = max((bound + peak.worth - most[peak.need] for peak in peaks), default=-np.inf)
    reduced, near = gain - most[problem.columns.need], near or known
    gain = prices.profit(problem, near)
    gain -= prices.most(problem, gain, [])[problem.columns.need]
    return Relaxation(bound, reduced, used, known, prices.bound(problem, near, []), gain, beyond)


def _lead(problem: Problem, model: Any, least: Floats, peaks: list[Peak]) -> bool:  # noqa: ANN401 - HiGHS has no types
    """Add to the relaxation what makes placements that are not among the columns worth more than `least` of their need.

    It is no placement: it only draws the prices to where the bound with these needs is low. Return whether there was.
    """
    high = [peak for peak in peaks if peak.worth > least[peak.need]]
    quotas = problem.needs + problem.units + np.arange(len(problem.limits))
    for peak in high:
        at = np.flatnonzero(peak.load > PROOF)
        weights = [float((limit.by_unit(peak.need) * peak.load).sum()) for limit in problem.limits]
        index = np.concatenate([[peak.need], at + problem.needs, quotas]).astype(np.int32)
        values = np.concatenate([[1.0], peak.load[at], weights])
        model.addCol(-peak.value, 0.0, highspy.kHighsInf, len(index), index, values)
    return bool(high)


def _first(problem: Problem, known: Prices | None) -> Ints:
    """Return the columns to begin with: of each need those that known prices like most, else the most valuable."""
    if known is None:
        return _best_of_each(problem, problem.columns.value, FIRST_COLUMNS)
    return _best_of_each(problem, prices.profit(problem, prices.kept(problem, known)), CLOSE_COLUMNS)


def _best_of_each(problem: Problem, worth: Floats, most: int, least: float = -np.inf) -> Ints:
    """Return the columns worth most of each need, at most so many of each and above `least`; of equals the first."""
    good = np.flatnonzero(worth > least)
    edges = np.flatnonzero(np.diff(problem.columns.need[good], prepend=-1, append=-1))
    found = [good[:0]]
    for begin, end in itertools.pairwise(edges):
        own = good[begin:end]
        if len(own) > most:
            mark = np.partition(worth[own], len(own) - most)[len(own) - most]
            over = worth[own] > mark
            over[np.flatnonzero(worth[own] == mark)[: most - over.sum()]] = True
            own = own[over]
        found.append(own)
    return np.concatenate(found)


def _entries(problem: Problem, rows: Ints) -> tuple[Ints, Ints, Floats]:
    """Return starts, row numbers and values of the columns: the rows of their need, their units and their quotas."""
    columns = problem.columns
    each = columns.last[rows] - columns.first[rows] + 1
    length = 1 + each.sum(axis=1)
    starts = np.append(0, np.cumsum(length))
    index = np.empty(starts[-1], dtype=np.int64)
    index[starts[:-1]] = columns.need[rows]
    at = starts[:-1] + 1
    for first, count in zip(columns.first[rows].T, each.T, strict=True):
        steps = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        index[np.repeat(at, count) + steps] = np.repeat(first, count) + steps + problem.needs
        at = at + count
    values = np.ones(len(index))
    if problem.limits:
        whose = [np.repeat(np.arange(len(rows)), length)]
        below, weights = [index], [values]
        for number, limit in enumerate(problem.limits):
            heavy = np.flatnonzero(limit.weight[rows])
            whose.append(heavy)
            below.append(np.full(len(heavy), problem.needs + problem.units + number))
            weights.append(limit.weight[rows[heavy]])
        order = np.argsort(np.concatenate(whose), kind="stable")
        index, values = np.concatenate(below)[order], np.concatenate(weights)[order]
        starts = np.append(0, np.cumsum(np.bincount(np.concatenate(whose), minlength=len(rows))))
    return starts, index, values


def _model(problem: Problem, rows: Ints, *, whole: bool = False) -> Any:  # noqa: ANN401 - HiGHS has no types
    """Return a fresh solver with the columns `rows`: least of minus the value, each need and each unit at most once.

    Behind the columns stand those of what is above the priced quotas.
    """
    starts, index, values = _entries(problem, rows)
    priced = [number for number, limit in enumerate(problem.limits) if not limit.hard]
    lp, count = highspy.HighsLp(), len(rows) + len(priced)
    lp.num_col_, lp.num_row_ = count, problem.needs + problem.units + len(problem.limits)
    over = [problem.limits[number].price for number in priced]
    lp.col_cost_ = np.concatenate([-problem.columns.value[rows], over])
    lp.col_lower_, lp.col_upper_ = np.zeros(count), np.full(count, highspy.kHighsInf)
    least = np.full(lp.num_row_, -highspy.kHighsInf)
    least[: problem.needs][prices.must(problem)] = 1
    lp.row_lower_ = least
    most = [limit.most for limit in problem.limits]
    lp.row_upper_ = np.concatenate([np.ones(problem.needs + problem.units), most])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.append(starts, starts[-1] + 1 + np.arange(len(priced))).astype(np.int32)
    below = np.array(priced, dtype=np.int64) + problem.needs + problem.units
    lp.a_matrix_.index_ = np.concatenate([index, below]).astype(np.int32)
    lp.a_matrix_.value_ = np.concatenate([values, -np.ones(len(priced))])
    if whole:
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger] * len(rows) + [kinds.kContinuous] * len(priced)
    model: Any = highspy.Highs()  # type: ignore[no-untyped-call] # HiGHS has no types
    model.setOptionValue("output_flag", False)  # noqa: FBT003 - HiGHS takes it by position
    model.setOptionValue("threads", 1)
    model.passModel(lp)
    return model


def _add(problem: Problem, model: Any, rows: Ints) -> None:  # noqa: ANN401 - HiGHS has no types
    starts, index, values = _entries(problem, rows)
    cost, lower, upper = -problem.columns.value[rows], np.zeros(len(rows)), np.full(len(rows), highspy.kHighsInf)
    at = starts[:-1].astype(np.int32)
    model.addCols(len(rows), cost, lower, upper, len(index), at, index.astype(np.int32), values)


def _forbid(problem: Problem, model: Any, rows: Ints, known: Rows) -> None:  # noqa: ANN401 - HiGHS has no types
    """Add one row a conflict: of one need's columns in that place and the other's in or beside it, at most one."""
    columns = problem.columns.only(rows)
    for scope, place, one, two in known:
        units = np.flatnonzero(problem.place[scope] == place)
        inside, near = np.zeros(problem.units), problem.around(scope, units).astype(np.float64)
        inside[units] = 1
        first = (columns.need == one) & (columns.sums(inside) > 0)
        at = np.flatnonzero(first | ((columns.need == two) & (columns.sums(near) > 0))).astype(np.int32)
        model.addRow(-highspy.kHighsInf, 1.0, len(at), at, np.ones(len(at)))


def search(problem: Problem, relaxed: Relaxation, start: Ints, clock: Clock, seed: int) -> tuple[Ints, float]:
    """Return the best plan found and the bound, beginning with the plan `start`.

    Notes
    -----
    A column that `Relaxation.open` leaves out can be in no better plan. The exact search runs over the others, or over
    the likeliest of them; what lies outside still bounds the result from above. Conflicts enter as they are broken,
    until the plan of a round breaks none.
    """
    best, bound = start, relaxed.bound
    known: Rows = []
    for number, most in enumerate(SEARCHED):
        value = problem.value(best)
        clock.tell(value, bound)
        if clock.over() or bound - value <= PROOF * (1 + abs(bound)):
            break
        order = relaxed.likely(value)
        outside = relaxed.within + float(relaxed.below[order[most]]) if len(order) > most else -np.inf
        rows = np.union1d(order[:most], best)
        share = clock.left() if number == len(SEARCHED) - 1 or not np.isfinite(outside) else clock.left() / 2
        if share < len(rows) / PACE:
            break
        best, proved = decided(problem, rows, best, known, clock, seed, share)
        bound = min(bound, max(proved, outside, relaxed.beyond, problem.value(best)))
        if not np.isfinite(outside):
            break
    clock.tell(problem.value(best), bound)
    return best, bound


def decided(
    problem: Problem,
    rows: Ints,
    best: Ints,
    known: Rows,
    clock: Clock,
    seed: int,
    share: float,
    gap: float = PROVED,
) -> tuple[Ints, float]:
    """Return the best plan of the columns `rows` and a bound of them, conflicts added to `known` as they are broken.

    Parameters
    ----------
    problem, clock, seed
        As for `search`.
    rows, best
        The columns, sorted; those of the plan in hand among them.
    known
        Conflicts that have been broken so far.
    share
        Seconds at most.
    gap
        Distance to the bound at which each search may end.
    """
    bound, until = np.inf, clock.seconds() + share
    for _ in range(CLASH_ROUNDS):
        left = until - clock.seconds()
        if clock.stopped or left <= 0:
            break
        found, proved = _exact(problem, rows, best, known, clock, seed, left, gap)
        bound = min(bound, proved)
        broken = choices.clashes(problem, found)
        whole = choices.mended(problem, found)
        if problem.value(whole) > problem.value(best) and problem.keeps(whole):
            best = whole
        if not broken or problem.value(best) >= bound:
            break
        known += broken
    return best, bound


def _exact(
    problem: Problem, rows: Ints, best: Ints, known: Rows, clock: Clock, seed: int, left: float, gap: float = PROVED
) -> tuple[Ints, float]:
    """Return the best selection of the columns `rows` under the conflicts known, and a proved bound of it."""
    model = _model(problem, rows, whole=True)
    _forbid(problem, model, rows, known)
    model.setOptionValue("mip_rel_gap", gap)
    model.setOptionValue("random_seed", seed)
    if clock.steps is not None:
        model.setOptionValue("mip_max_nodes", clock.steps)
    at = np.searchsorted(rows, best).astype(np.int32)
    model.setSolution(len(at), at, np.ones(len(at)))
    _watch(model, clock, left)
    model.run()
    info, solution = model.getInfo(), np.asarray(model.getSolution().col_value)
    found = rows[solution[: len(rows)] > 0.5] if len(solution) else best  # noqa: PLR2004 - a whole number, give or take
    return found, -float(info.mip_dual_bound)


def _watch(model: Any, clock: Clock, left: float) -> None:  # noqa: ANN401 - HiGHS has no types
    """Let the watcher, or the end of the seconds left, stop the solver while it runs.

    What the search itself knows meanwhile is not told: its plan may break conflicts that have not come up, its bound
    holds for its own columns only.
    """
    until = clock.seconds() + left

    def tell(_kind: Any, _message: str, _now: Any, answer: Any, _data: Any) -> None:  # noqa: ANN401 - HiGHS has no types
        clock.pulse()
        answer.user_interrupt = clock.stopped or clock.seconds() > until

    if clock.progress is not None or left < np.inf:
        model.setCallback(tell, None)
        kinds = highspy.cb.HighsCallbackType
        for kind in (kinds.kCallbackMipInterrupt, kinds.kCallbackSimplexInterrupt):
            model.startCallback(kind)
