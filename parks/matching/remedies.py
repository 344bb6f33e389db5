"""The smallest change of one hard limit that would place a need without moving anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks.matching import conflicts, criteria, fit, placements, verbs
from parks.matching import offers as offering

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.matching.allocation import Case
    from parks.matching.criteria import Need
    from parks.matching.patterns import Columns

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

WIDER = 3.0
"""How many times the most area a relaxed need may take at most."""
YEAR = 365.0
"""Days of delay that weigh as much as dropping a limit wholly."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A limit of a need, changed so that it can be placed.

    Parameters
    ----------
    rule_id, column
        The rule, and the cell of the need.
    asked, offered
        The cell now, and what it would have to become; `offered` None: the limit would have to go.
    share
        Size of the change: relative for numbers, years for days, 1 for a limit that would have to go.
    units
        Numbers of the units that it would take.
    """

    rule_id: str
    column: str
    asked: Any
    offered: Any
    share: float
    units: Ints


def cheapest(posed: Case, row: int, chosen: Ints) -> Remedy | None:
    """Return the smallest single change that places need `row` on space that the plan `chosen` leaves free.

    None when no single change of a hard limit does. Conflicts and zone policy are no limits of the need: they stay.
    """
    need, found = posed.pairs.needs[row], []
    for rule in posed.pairs.desk.rules:
        if rule.hardness == "hard" and criteria.says(need[rule.need_column]):
            altered = relaxed(need, rule.need_column)
            open_ = _open(posed, row, altered, chosen)
            if len(open_):
                found.append(_least(posed, need, rule, open_))
    return min(found, key=lambda remedy: (round(remedy.share, 9), remedy.rule_id), default=None)


def relaxed(need: Need, column: str) -> Need:
    """Return the need without one limit; densities per m² stay as they were when the least area goes."""
    if column == "area_max_m2":
        return need | {column: float(need[column]) * WIDER}
    if column != "area_min_m2":
        return need | {column: pd.NA}
    least = float(need[column])
    scaled = {name: need[name] / least for name in offering.PER_M2 if not verbs.empty(need[name])}
    return need | scaled | {column: 1.0}


def _open(posed: Case, row: int, altered: Need, chosen: Ints) -> Columns:
    """Return the columns of the altered need that the plan leaves free and no conflict forbids."""
    desk, problem = posed.pairs.desk, posed.problem
    columns, *_ = placements.columns(fit.Pairs([altered], desk))
    others = problem.columns.only(chosen[problem.columns.need[chosen] != row])
    needs = [posed.pairs.needs[other] for other in others.need]
    apart = conflicts.apart([altered, *needs], desk.there)
    good = np.ones(len(columns), dtype=np.bool_)
    taken = np.zeros(problem.units)
    for number in range(len(others)):
        units = others.units(number)
        taken[units] = 1
        for scope, matrix in apart.items():
            if matrix[0, number + 1]:
                good &= columns.sums(problem.around(scope, units).astype(np.float64)) == 0
    return columns.only(good & (columns.sums(taken) == 0))


def _least(posed: Case, need: Need, rule: Any, open_: Columns) -> Remedy:  # noqa: ANN401 - a row of the rules table
    """Return the run among `open_` that asks the least change, of equals the one worth most."""
    asked = need[rule.need_column]
    offered, distance = _distance(posed, need, rule, open_)
    best = int(np.lexsort((-open_.value, np.where(np.isnan(distance), 1.0, distance)))[0])
    known = not np.isnan(distance[best])
    return Remedy(
        rule_id=rule.rule_id,
        column=rule.need_column,
        asked=asked,
        offered=offered[best] if known else None,
        share=float(distance[best]) if known else 1.0,
        units=open_.units(best),
    )


def _distance(posed: Case, need: Need, rule: Any, open_: Columns) -> tuple[Any, Floats]:  # noqa: ANN401 - a row
    """Return what the cell would have to become for each column, and how far that is; NaN where it would have to go."""
    asked, column = need[rule.need_column], rule.need_column
    if column in {"area_min_m2", "area_max_m2"}:
        return open_.area, np.abs(open_.area - float(asked)) / float(asked)
    if column == "wanted_to":
        late = open_.start - criteria.day_of(asked, 0.0)
        return offering.days(open_.start), late / YEAR
    if rule.verb not in {"at_least", "at_most"}:
        gone = np.full(len(open_), np.nan)
        return gone, gone
    offers = posed.pairs.desk.offers
    have = offering.numbers(offers.frame[rule.offer_column])
    if column in offering.PER_M2:
        have = have / offers.area * float(need["area_min_m2"])
    worst = np.min if rule.verb == "at_least" else np.max
    offered = np.array([worst(have[open_.units(column)]) for column in range(len(open_))])
    return offered, np.abs(offered - float(asked)) / max(abs(float(asked)), verbs.SLACK)
