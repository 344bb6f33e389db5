"""Vacancy, progress, forecast, and how two scenarios differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from parks.matching import allocation
from parks.status import forecast as chances
from parks.status import progress as programme
from parks.status import vacancy as spaces
from parks.verbs import printing

if TYPE_CHECKING:
    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.verbs.session import Session

SPACE_FIGURES = ("lettable_m2", "let_m2", "reserved_m2", "intended_m2", "vacant_m2", "vacancy", "unknown_units")
"""Figures of a zone that two scenarios are compared by."""
TARGET_FIGURES = ("done_m2", "under_way_m2", "planned_m2")
"""Figures of a target that they are compared by."""


def vacancy(session: Session) -> int:
    """Print the area in each state by the level asked for."""
    park = session.park(session.store())
    found = spaces.by(session.space(park), session.options.by, counted_in=counted_in(session.rules()))
    session.out(found)
    return 0


def progress(session: Session) -> int:
    """Print how far each programme is, by target or by the level asked for."""
    park, rules, options = session.park(session.store()), session.rules(), session.options
    if options.by is None:
        found = programme.by_target(park, rules, rule=options.rule, basis=options.basis)
    else:
        found = programme.by(park, rules, options.by, rule=options.rule, basis=options.basis)
    session.out(found)
    return 0


def forecast(session: Session) -> int:
    """Print the probability of reaching each target by its day."""
    park, options = session.park(session.store()), session.options
    session.out(chances.by_target(park, session.rules(), runs=options.runs, seed=options.seed))
    return 0


def compare(session: Session) -> int:
    """Print the figures and the placements in which two scenarios differ."""
    held, rules, options = session.store(), session.rules(), session.options
    first, second = (figures_of(session.park(held, name), rules, session) for name in (options.first, options.second))
    rows = [
        {"figure": figure, "of": of, "first": one, "second": other, "difference": _difference(one, other)}
        for figure, of in sorted(first.keys() | second.keys())
        for one, other in [(first.get((figure, of), ""), second.get((figure, of), ""))]
        if one != other
    ]
    session.out(pd.DataFrame(rows, columns=["figure", "of", "first", "second", "difference"]))
    return 0


def figures_of(park: Snapshot, rules: Policy, session: Session) -> dict[tuple[str, str], object]:
    """Return every figure that scenarios are compared by: (figure, zone, target or company) → value, None unknown.

    ``units`` are the ids of what a company holds firmly on the day or later, parted by spaces. Numbers are rounded,
    so that two sums of the same rows are the same.
    """
    zones = spaces.by(session.space(park), "zone", counted_in=counted_in(rules)).dropna(subset="zone_id")
    targets = programme.by_target(park, rules)
    found = {
        (figure, str(of)): printing.value(value)
        for frame, key, names in ((zones, "zone_id", SPACE_FIGURES), (targets, "target_id", TARGET_FIGURES))
        for figure in names
        for of, value in zip(frame[key], frame[figure], strict=True)
    }
    given = park.leases[park.leases["state"].isin(allocation.PLACED)].dropna(subset="tenant_id")
    for tenant, units in given.groupby("tenant_id")["unit_id"]:
        found["units", str(tenant)] = " ".join(sorted(set(units)))
    return found | {("open_needs", "all"): len(allocation.open_needs(park))}


def _difference(first: Any, second: Any) -> float | None:  # noqa: ANN401 - numbers, or ids as text
    """Return second less first: of numbers, or of how many ids there are; None when one is unknown."""
    if first is None or second is None:
        return None
    counts = [len(part.split()) if isinstance(part, str) else part for part in (first, second)]
    return round(counts[1] - counts[0], printing.DIGITS)


def counted_in(rules: Policy) -> dict[str, str]:
    """Return zone → zone that totals count it in."""
    zones = rules.zones
    return dict(zip(zones["zone_id"].astype(str), zones["counted_in"].astype(str), strict=True))
