"""The pool form: tenants × buildings, an area for each pair, all tenants placed (generalised assignment)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from parks.issues import Issue
from parks.matching import branching, knapsacks, solver

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from parks.matching.knapsacks import Posed
    from parks.matching.solver import Clock, Progress
    from parks.words import Translate

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why nothing could be placed.

    Parameters
    ----------
    kind
        ``no_place``: the tenants have no allowed building that is large enough. ``crowded``: the tenants have only
        this one, and are too much for it. ``too_much``: all tenants need more than all buildings have.
        ``infeasible``: proved by search. ``not_found``: neither found nor ruled out in the budget.
    tenants, building
        Row numbers; building None when all are meant.
    needed_m2, offered_m2
        Least area needed and capacity; NaN when the kind does not tell of areas.
    """

    kind: str
    tenants: tuple[int, ...] = ()
    building: int | None = None
    needed_m2: float = float("nan")
    offered_m2: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Who goes to which building, what it is worth, and how far from the best it can be.

    Parameters
    ----------
    verdict
        ``placed``, ``infeasible`` (no placement exists), ``not_found`` (unknown whether one exists).
    assignment
        Building's number of each tenant; −1 for all when they are not placed: it is all or none.
    value
        Sum over the chosen pairs; NaN when not placed.
    bound
        No placement is worth more (costs less, when the least is sought); NaN when infeasible.
    gap
        |bound − value| ÷ the larger of both; NaN when not placed.
    proved
        Whether the gap is 0 but for rounding, or it is proved that there is no placement.
    seconds
        Time taken.
    reasons
        Why not placed; `issues` says them in words.
    """

    verdict: str
    assignment: Ints
    value: float
    bound: float
    gap: float
    proved: bool
    seconds: float
    reasons: tuple[Reason, ...] = field(default=())


def place(
    worth: Floats,
    area: Floats,
    capacity: Floats,
    *,
    maximise: bool,
    budget: float = 60.0,
    steps: int | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> Pool:
    """Return the best placement found of every tenant in one building.

    Parameters
    ----------
    worth
        Tenants × buildings: values (`maximise`) or costs. NaN: the pair is not allowed; a pin is NaN elsewhere.
    area
        Tenants × buildings, m². NaN, not known: the pair is not allowed.
    capacity
        m² of each building. NaN, not known: nobody is placed there.
    maximise
        Whether the most is sought, or the least.
    budget
        Seconds.
    steps
        Rounds of each exchange and nodes of each exact search instead of seconds: the same input and seed give the
        same placement on every machine.
    seed
        Of the exchange and the exact search.
    progress
        Called with value (NaN until there is one) and bound; returning True stops and keeps the best so far.

    Raises
    ------
    ValueError
        When shapes do not match, or an area, capacity or worth is negative or infinite where that has no meaning.
    """
    sign = -1.0 if maximise else 1.0
    posed = _posed(sign * np.asarray(worth, dtype=np.float64), area, capacity)

    clock = solver.Clock(budget, steps, progress and (lambda value, bound: progress(sign * value, sign * bound)))
    clock.value, clock.bound = float("nan"), -np.inf
    reasons = tuple(_obstacles(posed))
    if reasons:
        return _unplaced(posed, "infeasible", float("nan"), clock, reasons)
    where, bound = branching.solve(posed, clock, seed)
    if where is None and bound == np.inf:
        return _unplaced(posed, "infeasible", float("nan"), clock, (Reason("infeasible"),))
    if where is None:
        return _unplaced(posed, "not_found", sign * bound, clock, (Reason("not_found"),))
    value = posed.value(where)
    return _placed(where, sign * value, sign * bound, clock.seconds(), sign)


def _posed(cost: Floats, area: Floats, capacity: Floats) -> Posed:
    """Return the problem as least cost, pairs that cannot be shut out."""
    area, capacity = np.asarray(area, dtype=np.float64), np.asarray(capacity, dtype=np.float64)
    if cost.ndim != 2 or area.shape != cost.shape or capacity.shape != cost.shape[1:]:  # noqa: PLR2004 - a matrix
        message = f"shapes do not match: worth {cost.shape}, area {area.shape}, capacity {capacity.shape}"
        raise ValueError(message)
    if np.isinf(cost).any() or np.isinf(area).any() or np.isinf(capacity).any() or (area < 0).any():
        message = "worth, area and capacity are finite or NaN, area is not negative"
        raise ValueError(message)
    if (capacity < 0).any():
        message = "a capacity is not negative"
        raise ValueError(message)
    room = np.where(np.isnan(capacity), -1.0, capacity)
    allowed = ~np.isnan(cost) & (area <= room + knapsacks.TOLERANCE)
    return knapsacks.Posed(np.where(allowed, cost, np.inf), np.where(allowed, area, 0.0), np.maximum(room, 0.0))


def _obstacles(posed: Posed) -> Iterator[Reason]:
    """Return what rules a placement out at first sight."""
    allowed = posed.allowed()
    stuck = np.flatnonzero(~allowed.any(axis=1))
    if stuck.size:
        yield Reason("no_place", tuple(stuck.tolist()))
    only = allowed & (allowed.sum(axis=1) == 1)[:, None]
    for building, (mine, needed) in enumerate(zip(only.T, (only * posed.area).sum(axis=0), strict=True)):
        if needed > posed.capacity[building] + knapsacks.TOLERANCE:
            tenants = tuple(np.flatnonzero(mine).tolist())
            yield Reason("crowded", tenants, building, float(needed), float(posed.capacity[building]))
    least = np.where(allowed, posed.area, np.inf).min(axis=1, initial=np.inf)
    needed, offered = float(least[np.isfinite(least)].sum()), float(posed.capacity.sum())
    if needed > offered + knapsacks.TOLERANCE * len(posed.capacity):
        yield Reason("too_much", (), None, needed, offered)


def _placed(where: Ints, value: float, bound: float, seconds: float, sign: float) -> Pool:
    if sign * (value - bound) < -solver.PROOF * (1 + abs(bound)):
        message = f"the placement is worth {value}, better than the bound {bound}: one of them is wrong"
        raise ArithmeticError(message)
    top = bound if sign * (value - bound) > 0 else value  # equal but for rounding
    gap = abs(top - value) / max(abs(top), abs(value)) if top != value else 0.0
    return Pool("placed", where, value, top, gap, gap <= solver.PROOF, seconds)


def _unplaced(posed: Posed, verdict: str, bound: float, clock: Clock, reasons: tuple[Reason, ...]) -> Pool:
    nobody, none = np.full(len(posed.cost), -1, dtype=np.int64), float("nan")
    return Pool(verdict, nobody, none, bound, none, verdict == "infeasible", clock.seconds(), reasons)


def issues(found: Pool, tenants: Sequence[str], buildings: Sequence[str], t: Translate) -> list[Issue]:
    """Return in words why a pool was not placed; nothing when it was.

    Parameters
    ----------
    found
        What `place` returned.
    tenants, buildings
        Ids in the order of the rows and columns.
    t
        Says a sentence in the reader's language.
    """
    return [issue for reason in found.reasons for issue in _said(reason, tenants, buildings, t)]


def _said(reason: Reason, tenants: Sequence[str], buildings: Sequence[str], t: Translate) -> Iterator[Issue]:
    needed, offered = f"{reason.needed_m2:,.10g}", f"{reason.offered_m2:,.10g}"
    if reason.kind == "no_place":
        message = t("It may go to no building, or needs more area than each building that it may go to has.")
        mend = t("Allow more buildings, ask for less area, or leave the company out.")
        yield from (Issue("pool", tenants[row], "", "", reason.kind, message, mend) for row in reason.tenants)
        return
    row = "" if reason.building is None else buildings[reason.building]
    mend = t("Allow more buildings, ask for less area, or leave companies out.")
    if reason.kind == "crowded":
        who = ", ".join(tenants[at] for at in reason.tenants)
        message = t(
            "The companies that may go nowhere else ({who}) need {needed} m²; the building has {offered} m².",
            who=who,
            needed=needed,
            offered=offered,
        )
    elif reason.kind == "too_much":
        message = t(
            "All companies need at least {needed} m²; all buildings have {offered} m².", needed=needed, offered=offered
        )
    elif reason.kind == "infeasible":
        message = t("A search through every case has shown that not all companies can be placed at once.")
    else:
        message = t("No placement of all companies was found in the time given; there may be one.")
        mend = t("Give the search more time, allow more buildings, or ask for less area.")
    yield Issue("pool", row, "", "", reason.kind, message, mend)
