"""One fit rule read for one need over all units: technical cells, size, time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks import schema
from parks.matching import offers as offering
from parks.matching import verbs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from parks.matching.offers import Offers

PATIENCE = 730.0
"""Days of waiting after the day wanted at which readiness is worth 0."""
PART = 0.2
"""Share of its least area that a need takes at least in each building when it may be split."""
WINDOW = ("wanted_from", "wanted_to", "term_months")
"""Cells of a need that say when."""
OWN = "Rule of this product"
"""Source of the two rules that no table holds: free at all, free for the whole term."""

Need = dict[str, Any]
"""One row of needs with its company's sector_code and the sector's parent."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One rule read for one need over all units.

    Parameters
    ----------
    rule_id
        Rule, conflict or requirement.
    hard
        Whether a miss forbids the place, by unit.
    weight
        Weight in the score; 0 where only the verdict counts.
    verdict
        `verbs.FITS`, `verbs.UNFIT` or `verbs.UNKNOWN`, by unit.
    value
        0–1 by unit; NaN is unknown.
    need
        What is asked, as shown.
    offer
        Makes what each unit offers, as shown; made late, since only one tenant's list shows it.
    source, standing
        Of the rule; by unit where they differ.
    applies
        Units that the rule speaks of; None is all.
    group
        Criterion that holds the weight where it is not the rule itself (``requirement``, ``soft_conflict``).
    waived
        Number of a unit → the waiver by which a miss or an unknown offer does not forbid it; None is no unit.
    """

    rule_id: str
    hard: NDArray[np.bool_]
    weight: float
    verdict: NDArray[np.int8]
    value: NDArray[np.float64]
    need: str
    offer: Callable[[], pd.Series[Any]]
    source: str | NDArray[np.object_]
    standing: str | NDArray[np.object_]
    applies: NDArray[np.bool_] | None = None
    group: str = ""
    waived: Mapping[int, Any] | None = None

    def criterion(self) -> str:
        """Return the name that weight and floor are held under."""
        return self.group or self.rule_id

    def sources(self) -> NDArray[np.object_]:
        """Return the source by unit."""
        return np.broadcast_to(np.asarray(self.source, dtype=object), self.verdict.shape)

    def standings(self) -> NDArray[np.object_]:
        """Return the standing by unit."""
        return np.broadcast_to(np.asarray(self.standing, dtype=object), self.verdict.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """When a need could begin and end in each unit: day numbers, NaN unknown, inf never or open."""

    earliest: float
    latest: float
    start: NDArray[np.float64]
    end: NDArray[np.float64]


def window(need: Need, offers: Offers) -> Window:
    """Return first and last possible day, and start and end in each unit, of a need."""
    asked = tuple(None if verbs.empty(need[name]) else need[name] for name in WINDOW)
    found: Window | None = offers.windows.get(asked)
    if found is None:
        earliest = max(offers.day, day_of(need["wanted_from"], offers.day))
        start = np.maximum(offers.available, earliest)
        found = Window(earliest, day_of(need["wanted_to"], np.inf), start, ending(need, start))
        offers.windows.clear()
        offers.windows[asked] = found
    return found


def ending(need: Need, start: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the day after the last of a lease that begins on `start`; inf when its term is open."""
    if verbs.empty(need["term_months"]):
        return np.full(len(start), np.inf)
    return offering.later(start, int(need["term_months"]))


def day_of(cell: Any, unknown: float) -> float:  # noqa: ANN401 - a cell
    """Return the day number of a cell, `unknown` when it is empty."""
    return unknown if verbs.empty(cell) else offering.day_number(pd.Timestamp(cell).date())


def technical(need: Need, offers: Offers, rule: Any) -> Reading | None:  # noqa: ANN401 - a row of the rules table
    """Return a rule of the table read for a need; None when the need says nothing about it."""
    asked = need[rule.need_column]
    if not says(asked):
        return None
    special = _SPECIAL.get(rule.need_column)
    if special is not None:
        return special(need, offers, rule)
    return compared(need, offers, rule, asked)


def says(cell: Any) -> bool:  # noqa: ANN401 - a cell
    """Return whether a cell of a need asks for something: an empty cell and a no do not."""
    return not verbs.empty(cell) and not (isinstance(cell, (bool, np.bool_)) and not cell)


def compared(need: Need, offers: Offers, rule: Any, asked: Any) -> Reading:  # noqa: ANN401 - a row and a cell
    """Return `asked` compared with the rule's offer by the rule's verb, per m² for cells that grow with the space."""
    offer = offers.frame[rule.offer_column]
    unit = schema.columns("needs")[rule.need_column].unit
    if rule.need_column in offering.PER_M2:
        asked, unit = float(asked) / float(need["area_min_m2"]), f"{unit}/m²"
        offer = offer / offers.frame["lettable_m2"].where(offers.frame["lettable_m2"] > 0)
    argument = "" if verbs.empty(rule.argument) else str(rule.argument)
    verdict, value = verbs.answer(rule.verb, asked, offer, verbs.order(rule.need_column), argument)
    return reading(rule, verdict, value, shown(asked, unit), lambda: said(offer, unit))


def reading(
    rule: Any,  # noqa: ANN401 - a row of the rules table
    verdict: NDArray[np.int8],
    value: NDArray[np.float64],
    need: str,
    offer: Callable[[], pd.Series[Any]],
) -> Reading:
    """Return a reading that carries the rule's own id, hardness, weight, source and standing."""
    hard = np.full(len(verdict), rule.hardness == "hard")
    return Reading(rule.rule_id, hard, float(rule.weight), verdict, value, need, offer, rule.source, rule.standing)


def judged(met: NDArray[np.bool_], unknown: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Return the verdicts of a test, unknown where it could not be made."""
    return np.where(unknown, verbs.UNKNOWN, np.where(met, verbs.FITS, verbs.UNFIT)).astype(np.int8)


def worth(met: NDArray[np.bool_], verdict: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return 1 where a test is met and 0 where not, NaN where the verdict is unknown."""
    return np.where(verdict == verbs.UNKNOWN, np.nan, met.astype(np.float64))


def shown(cell: Any, unit: str) -> str:  # noqa: ANN401 - a cell
    """Return a known cell as text with its unit: at most four figures after the point, days as ISO dates."""
    if isinstance(cell, (bool, np.bool_)):
        return "yes" if cell else "no"
    if isinstance(cell, pd.Timestamp):
        return cell.date().isoformat()
    if isinstance(cell, (int, float, np.integer, np.floating)):
        return f"{float(cell):,.4f}".rstrip("0").rstrip(".") + (f" {unit}" if unit else "")
    return str(cell)


def said(column: pd.Series[Any], unit: str) -> pd.Series[Any]:
    """Return a column as `shown`, NA where unknown."""
    place, cells = pd.factorize(column)
    texts = pd.array([shown(cell, unit) for cell in cells.astype(object)], dtype="string")
    return pd.Series(texts.take(place, allow_fill=True), index=column.index)


def free(need: Need, offers: Offers) -> list[Reading]:
    """Return the two rules of every need: the unit comes free at all, and stays free for the whole term."""
    when = window(need, offers)
    unknown = np.isnan(when.start)
    wide = np.full(len(unknown), fill_value=True)
    value = np.full(len(unknown), np.nan)
    comes = judged(np.isfinite(when.start), unknown)
    stays = judged((when.end <= offers.until) & np.isfinite(when.start), unknown)
    term = (
        ""
        if verbs.empty(need["term_months"])
        else shown(need["term_months"], schema.columns("needs")["term_months"].unit)
    )
    asked = str(np.datetime64(int(when.earliest), "D"))
    frame = offers.frame
    return [
        Reading("free", wide, 0.0, comes, value, asked, lambda: said(frame["available_on"], ""), OWN, "stated"),
        Reading("term", wide, 0.0, stays, value, term, lambda: said(frame["free_until"], ""), OWN, "stated"),
    ]


def buildings(need: Need) -> int:
    """Return over how many buildings a need may be split; an empty cell means 1."""
    return 1 if verbs.empty(need["split_max"]) else int(need["split_max"])


def least_part(need: Need) -> float:
    """Return the least area [m²] of the space in one building: all that is asked, or a share when it may be split."""
    return float(need["area_min_m2"]) * (PART if buildings(need) > 1 else 1)


def _least_area(need: Need, offers: Offers, rule: Any) -> Reading:  # noqa: ANN401 - a row of the rules table
    total, least = reach(need, offers), shown(need["area_min_m2"], "m²")
    met = total >= least_part(need) * (1 - verbs.SLACK)
    verdict = judged(met, ~met & np.isnan(offers.area))
    return reading(
        rule,
        verdict,
        worth(met, verdict),
        f"{least} (≥ {shown(least_part(need), 'm²')})" if buildings(need) > 1 else least,
        lambda: said(pd.Series(total, dtype="Float64"), "m²"),
    )


def _most_area(need: Need, offers: Offers, rule: Any) -> Reading:  # noqa: ANN401 - a row of the rules table
    met = offers.area <= float(need["area_max_m2"]) * (1 + verbs.SLACK)
    verdict = judged(met, np.isnan(offers.area))
    asked = shown(need["area_max_m2"], "m²")
    return reading(rule, verdict, worth(met, verdict), asked, lambda: said(offers.frame["lettable_m2"], "m²"))


def _in_time(need: Need, offers: Offers, rule: Any) -> Reading:  # noqa: ANN401 - a row of the rules table
    when = window(need, offers)
    met = when.start <= when.latest
    verdict = judged(met & np.isfinite(when.start), np.isnan(when.start))
    asked = shown(need["wanted_to"], "")
    return reading(rule, verdict, worth(met, verdict), asked, lambda: said(offers.frame["available_on"], ""))


def _when_wanted(need: Need, offers: Offers, rule: Any) -> Reading:  # noqa: ANN401 - a row of the rules table
    when = window(need, offers)
    wait = when.start - when.earliest
    verdict = judged(wait <= 0, np.isnan(wait))
    asked = shown(need["wanted_from"], "")
    value = np.clip(1 - wait / PATIENCE, 0, 1)
    return reading(rule, verdict, value, asked, lambda: said(offers.frame["available_on"], ""))


def reach(need: Need, offers: Offers) -> NDArray[np.float64]:
    """Return the area [m²] of the unbroken free space that each unit is part of, for the need's window.

    The space is the row of adjoining units on the floor, or the whole neighbouring floors where those are all free.
    A unit that is not free counts alone; an unknown area counts as nothing.
    """
    when = window(need, offers)
    known = np.nan_to_num(offers.area)
    open_ = np.isfinite(when.start) & (when.start <= when.latest) & (when.end <= offers.until) & (known > 0)
    joined = offers.adjoins.copy()
    joined[1:] &= open_[1:] & open_[:-1]
    row = np.cumsum(~joined) - 1
    along = np.bincount(row, weights=known)[row] if len(row) else known
    whole = np.logical_and.reduceat(open_, offers.floor_first[:-1]) if len(row) else open_
    stack = offers.stacked.copy()
    stack[1:] &= whole[1:] & whole[:-1]
    pile = np.cumsum(~stack) - 1
    floor_area = np.bincount(offers.floor, weights=known, minlength=len(whole)) if len(row) else known
    upward = np.where(whole, np.bincount(pile, weights=floor_area)[pile], 0)[offers.floor] if len(row) else known
    return np.maximum(np.where(open_, along, known), upward)


_SPECIAL: Mapping[str, Callable[[Need, Any, Any], Reading]] = {
    "area_min_m2": _least_area,
    "area_max_m2": _most_area,
    "wanted_to": _in_time,
    "wanted_from": _when_wanted,
}
