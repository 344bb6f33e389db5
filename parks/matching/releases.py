"""Which lock keeps a need out of the plan: a ban, locked space, or the pin of another company."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from parks.matching import allocation, choices, fit, patterns, placements, sayings, solver, swaps
from parks.matching import pins as pinning

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.matching.allocation import Case
    from parks.matching.patterns import Columns
    from parks.matching.sayings import Desk
    from parks.matching.wishes import Wishes

    Ints = NDArray[np.int64]

TRIED = 3
"""Pins of others that are tried, those whose place is worth most to the need."""


def lock(at: Desk, row: int, case: Case, asked: Wishes, clock: solver.Clock) -> dict[str, Any] | None:
    """Return the lock without which an unplaced need would have a place, said in words; None when no one lock does.

    Bans and locked space come before pins, since without them nobody has to move.

    Parameters
    ----------
    at, row
        The plan, and the number of the need.
    case
        The case without pins, bans and quotas.
    asked
        What the plan was asked to keep.
    clock
        How long pins of others may be tried.
    """
    return _ban(at, row, case, asked) or _locked(at, row, case) or _pin(at, row, case, asked, clock)


def _beside(at: Desk, case: Case, columns: Columns, row: int) -> Ints:
    """Return which columns of the need `row` go together with the plan, those worth most first."""
    own = columns.only(np.flatnonzero(columns.need == row))
    picked = at.posed.problem.columns.only(at.chosen)
    both = patterns.joined([own, picked])
    problem = replace(case.problem, columns=both, limits=())
    alive = np.ones(len(both), dtype=np.bool_)
    for column in range(len(own), len(both)):
        choices.shut(problem, alive, column)
    free = np.flatnonzero(alive[: len(own)])
    return np.flatnonzero(columns.need == row)[free[np.lexsort((free, -own.value[free]))]]


def _told(at: Desk, kind: str, name: str, units: Ints, sentence: str, loss: float = 0.0) -> dict[str, Any]:
    ids = at.posed.pairs.desk.offers.frame["unit_id"].iloc[units]
    return {"kind": kind, "name": name, "unit_ids": [str(one) for one in ids], "loss": loss, "sentence": sentence}


def _ban(at: Desk, row: int, case: Case, asked: Wishes) -> dict[str, Any] | None:
    """Return the ban without which the need would have a place that nobody has in the plan."""
    bans, t = asked.bans, at.t
    free = _beside(at, case, case.problem.columns, row)
    for line in range(len(bans)):
        left = pinning.read(case.pairs, case.problem, asked.pins, bans[np.arange(len(bans)) != line])
        open_ = free[np.isin(free, left.allowed)]
        if open_.size:
            units = case.problem.columns.units(int(open_[0]))
            place = sayings.where(at, units)
            sentence = t("Without the ban in line {line} it could go to {place}.", line=line + 1, place=place)
            return _told(at, "ban", str(line + 1), units, sentence)
    return None


def _locked(at: Desk, row: int, case: Case) -> dict[str, Any] | None:
    """Return the locked space that would serve the need, had nobody locked it."""
    desk, t, need = case.pairs.desk, at.t, case.pairs.needs[row]
    locked = (desk.offers.frame["state"] == "locked").to_numpy(dtype=bool)
    if not locked.any():
        return None
    offers = replace(desk.offers, available=np.where(locked, desk.offers.day, desk.offers.available))
    opened = replace(desk, offers=offers)
    columns, *_ = placements.columns(fit.Pairs([need], opened))
    columns = replace(columns, need=np.full(len(columns), row))
    columns = columns.only(columns.sums(locked.astype(np.float64)) > 0)
    free = _beside(at, case, columns, row)
    if not free.size:
        return None
    units = columns.units(int(free[0]))
    ids = desk.offers.frame["unit_id"].iloc[units[locked[units]]]
    sentence = t(
        "It could go to {place} if {units} were not locked.", place=sayings.where(at, units), units=", ".join(ids)
    )
    return _told(at, "locked", str(ids.iloc[0]), units, sentence)


def _pin(at: Desk, row: int, case: Case, asked: Wishes, clock: solver.Clock) -> dict[str, Any] | None:
    """Return the pin of another company at whose place the need would go, and what the plan would lose by it."""
    t, columns = at.t, at.posed.problem.columns
    held = [int(one) for one in at.chosen if str(case.pairs.needs[columns.need[one]]["need_id"]) in at.plan.pinned]
    own = np.flatnonzero(case.problem.columns.need == row)
    wanted = []
    for one in held:
        taken = np.isin(np.arange(case.problem.units), columns.units(one)).astype(np.float64)
        there = own[case.problem.columns.sums(taken)[own] > 0]
        if there.size:
            best = int(there[np.lexsort((there, -case.problem.columns.value[there]))[0]])
            wanted.append((-float(case.problem.columns.value[best]), best, int(columns.need[one])))
    found = []
    for number, (_, column, other) in enumerate(sorted(wanted)[:TRIED] if not clock.over() else []):
        need_id = str(case.pairs.needs[other]["need_id"])
        left = asked.pins[~pinning.of_need(case.pairs, asked.pins, need_id)]
        limited = allocation.limited(case, asked._replace(pins=left))
        rows = np.union1d(limited.locks.allowed, [column])
        numbers = np.searchsorted(rows, allocation.chosen(case, at.plan))
        freed = replace(at, posed=replace(case, problem=limited.problem.only(rows)), chosen=numbers)
        swap = swaps.forced(freed, int(np.searchsorted(rows, column)), None, clock.left() / (TRIED - number))
        if swap is not None:
            found.append((swap.loss, need_id, column, other))
    if not found:
        return None
    loss, need_id, column, other = min(found)
    units = case.problem.columns.units(column)
    company = sayings.companies(at.park, [case.pairs.needs[other]["tenant_id"]], t)
    place, size = sayings.where(at, units), f"{abs(loss):,.0f}"
    sentence = (
        t(
            "Without the pin of {company} it could go to {place}; the whole plan would be worth {loss} more.",
            company=company,
            place=place,
            loss=size,
        )
        if loss < 0
        else t(
            "Without the pin of {company} it could go to {place}; the whole plan would be worth at most {loss} less.",
            company=company,
            place=place,
            loss=size,
        )
    )
    return _told(at, "pin", need_id, units, sentence, loss)
