"""Pins and bans: which placements they leave, which of them can stand together, and which are refused and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks.matching import choices, refusals, solver, verbs
from parks.matching.refusals import CannotError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from parks.matching.choices import Problem
    from parks.matching.fit import Pairs

    Ints = NDArray[np.int64]
    Options = dict[int, Ints]
    Row = dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Locks:
    """What pins and bans leave of the columns of a problem.

    Parameters
    ----------
    allowed
        Numbers of the columns that no pin and no ban strikes.
    kept
        Needs whose pin is kept.
    witness
        A column for each of them; together they break nothing.
    refused
        Lines that cannot be kept.
    """

    allowed: Ints
    kept: frozenset[int]
    witness: Ints
    refused: list[Refusal]


def read(pairs: Pairs, problem: Problem, pins: pd.DataFrame | None, bans: pd.DataFrame | None) -> Locks:
    """Return what pins and bans leave.

    Parameters
    ----------
    pairs, problem
        The open needs, what fits them, and the columns.
    pins
        need_id or tenant_id (of a company with one open need), and unit_id or building_id. All lines of a need are one
        pin: exactly these units, or any run in one of these buildings. Of pins that clash the earlier is kept.
    bans
        The same columns: no run with that unit, or in that building. Without need and company a ban holds for all.
        Bans go before pins.
    """
    alive, told, refused = _banned(pairs, problem, bans)
    options: Options = {}
    witness: dict[int, int] = {}
    for line, row, lines in _gathered(pairs, pins, refused):
        try:
            own = _left(_served(pairs, problem, row, lines), alive, told.get(row, set()) | told.get(-1, set()))
            witness = _joined(pairs, problem, options, witness, row, own)
        except CannotError as cannot:
            name = str(pairs.needs[row]["need_id"])
            refused.append(Refusal("pins", line, name, cannot.kind, cannot.against))
        else:
            options[row] = own
    allowed = alive.copy()
    for row, own in options.items():
        allowed &= (problem.columns.need != row) | np.isin(np.arange(len(allowed)), own)
        if len(own) == 1:
            choices.shut(problem, allowed, int(own[0]))
            allowed[own] = True
    chosen = np.array(sorted(witness.values()), dtype=np.int64)
    allowed[chosen] = True
    return Locks(np.flatnonzero(allowed), frozenset(options), chosen, refused)


def of_need(pairs: Pairs, pins: pd.DataFrame, need_id: str) -> NDArray[np.bool_]:
    """Return which lines of the pins speak of one need and no other."""
    whose = [_who(pairs, line) if line["need_id"] or line["tenant_id"] else [] for line in _lines(pins)]
    return np.array([[pairs.needs[row]["need_id"] for row in rows] == [need_id] for rows in whose], dtype=np.bool_)


def _left(own: Ints, alive: NDArray[np.bool_], banned: set[str]) -> Ints:
    """Return the columns that the bans leave; raise with the places banned when they leave none."""
    if not alive[own].any():
        refusals.refuse("ban", *sorted(banned))
    return own[alive[own]]


def _lines(frame: pd.DataFrame | None) -> list[Row]:
    names = ("need_id", "tenant_id", "unit_id", "building_id")
    if frame is None:
        return []
    cells = {name: list(frame[name]) if name in frame else [pd.NA] * len(frame) for name in names}
    return [
        {name: None if verbs.empty(cells[name][row]) else str(cells[name][row]) for name in names}
        for row in range(len(frame))
    ]


def _named(line: Row) -> str:
    return line["need_id"] or line["tenant_id"] or line["unit_id"] or line["building_id"] or ""


def _who(pairs: Pairs, line: Row) -> list[int]:
    """Return the open needs that a line speaks of."""
    return [
        row
        for row, need in enumerate(pairs.needs)
        if line["need_id"] in {None, need["need_id"]} and line["tenant_id"] in {None, need["tenant_id"]}
    ]


def _units(pairs: Pairs, column: str, name: str) -> Ints:
    found = np.flatnonzero((pairs.desk.offers.frame[column] == name).to_numpy(dtype=bool, na_value=False))
    if not found.size:
        refusals.refuse("where", name)
    return found


def _places(pairs: Pairs, line: Row, rows: list[int]) -> Ints:
    """Return the units of the places that a ban names."""
    if not rows:
        refusals.refuse("who")
    places = [(column, line[column]) for column in ("unit_id", "building_id") if line[column]]
    if not places:
        refusals.refuse("place")
    return np.concatenate([_units(pairs, column, name) for column, name in places])


def _banned(
    pairs: Pairs, problem: Problem, bans: pd.DataFrame | None
) -> tuple[NDArray[np.bool_], dict[int, set[str]], list[Refusal]]:
    """Return which columns the bans leave, the places banned by need (−1: for all), and the bans refused."""
    columns, refused = problem.columns, []
    alive = np.ones(len(columns), dtype=np.bool_)
    told: dict[int, set[str]] = {}
    for number, line in enumerate(_lines(bans)):
        everyone = line["need_id"] is None and line["tenant_id"] is None
        rows = [-1] if everyone else _who(pairs, line)
        try:
            units = _places(pairs, line, rows)
        except CannotError as cannot:
            refused.append(Refusal("bans", number, _named(line), cannot.kind, cannot.against))
            continue
        hit = columns.sums(np.isin(np.arange(problem.units), units).astype(np.float64)) > 0
        alive &= ~(hit & (everyone | np.isin(columns.need, rows)))
        for row in rows:
            told.setdefault(row, set()).update(line[name] for name in ("unit_id", "building_id") if line[name])
    return alive, told, refused


def _gathered(pairs: Pairs, pins: pd.DataFrame | None, refused: list[Refusal]) -> Iterator[tuple[int, int, list[Row]]]:
    """Return each pin: number of its first line, its need, its lines; what names no one need is added to `refused`."""
    found: dict[int, tuple[int, list[Row]]] = {}
    for number, line in enumerate(_lines(pins)):
        rows = [] if line["need_id"] is None and line["tenant_id"] is None else _who(pairs, line)
        if len(rows) == 1:
            found.setdefault(rows[0], (number, []))[1].append(line)
        else:
            several = tuple(sorted(str(pairs.needs[row]["need_id"]) for row in rows))
            refused.append(Refusal("pins", number, _named(line), "which" if rows else "who", several))
    for row, (number, lines) in found.items():
        yield number, row, lines


def _served(pairs: Pairs, problem: Problem, row: int, lines: list[Row]) -> Ints:
    """Return the columns that keep a pin, bans left aside."""
    columns, offers = problem.columns, pairs.desk.offers
    named = [_units(pairs, "unit_id", line["unit_id"]) for line in lines if line["unit_id"]]
    around = [_units(pairs, "building_id", line["building_id"]) for line in lines if line["building_id"]]
    if not named and not around:
        refusals.refuse("place")
    inside = np.isin(offers.building, offers.building[np.concatenate(around)]) if around else offers.building >= 0
    if not named:
        own = np.flatnonzero((columns.need == row) & (columns.sums((~inside).astype(np.float64)) == 0))
        if not own.size:
            refusals.of_buildings(pairs, row, np.flatnonzero(inside))
        return own
    units = np.unique(np.concatenate(named))
    if not inside[units].all():
        refusals.refuse("apart")
    own = columns.on(row, units)
    if not own.size:
        refusals.of_units(pairs, row, units)
    return own


def _joined(
    pairs: Pairs, problem: Problem, options: Options, witness: dict[int, int], row: int, own: Ints
) -> dict[int, int]:
    """Return a column for each pin so far and for one more; raise with the pins that it clashes with."""
    alive = np.ones(len(problem.columns), dtype=np.bool_)
    for column in witness.values():
        choices.shut(problem, alive, column)
    free = own[alive[own]]
    if free.size:
        return witness | {row: int(free[np.argmax(problem.columns.value[free])])}
    near = _near(problem, options, own)
    moved = together(problem, {**near, row: own})
    if moved is None:
        refusals.refuse("pins", *_culprits(pairs, problem, near, row, own))
    return witness | moved


def _culprits(pairs: Pairs, problem: Problem, near: Options, row: int, own: Ints) -> list[str]:
    """Return the needs whose pins one more clashes with: none of them can be left out of the clash."""
    for other in sorted(near, reverse=True):
        fewer = {need: columns for need, columns in near.items() if need != other}
        if together(problem, {**fewer, row: own}) is None:
            near = fewer
    return sorted(str(pairs.needs[need]["need_id"]) for need in near)


def _near(problem: Problem, options: Options, own: Ints) -> Options:
    """Return the pins that could stand in the way of columns, directly or by others: those of the same buildings."""
    low, _ = problem.columns.spots(problem.place["building"])
    where = {need: set(low[rows].ravel().tolist()) for need, rows in options.items()}
    reached: set[int] = set(low[own].ravel().tolist())
    near: Options = {}
    while more := [need for need, at in where.items() if need not in near and at & reached]:
        for need in more:
            near[need] = options[need]
            reached |= where[need]
    return near


def together(problem: Problem, options: Options) -> dict[int, int] | None:
    """Return one column of each need's, all together; None when there is no such choice."""
    if not options:
        return {}
    rows = np.sort(np.concatenate(list(options.values())))
    part = replace(problem, must=frozenset(), limits=()).only(rows)
    counted = replace(part, columns=replace(part.columns, value=np.ones(len(rows))))
    clock, start = solver.Clock(np.inf, None, None), choices.greedy(counted)
    if len(start) < len(options):
        start, _ = solver.search(counted, solver.relax(counted, start, clock), start, clock, 1)
    if len(start) < len(options):
        return None
    return {int(need): int(column) for need, column in zip(part.columns.need[start], rows[start], strict=True)}
