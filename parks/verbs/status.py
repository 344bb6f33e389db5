"""Vacancy, progress and forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parks.status import forecast as chances
from parks.status import progress as programme
from parks.status import vacancy as spaces

if TYPE_CHECKING:
    from parks.policy import Policy
    from parks.verbs.session import Session


def vacancy(session: Session) -> int:
    """Print the area in each state by the level asked for."""
    park, options = session.park(session.store()), session.options
    space = spaces.by_unit(park, options.counts, options.base)
    found = spaces.by(space, options.by, counted_in=counted_in(session.rules()))
    session.out(found.assign(counts=options.counts, base=options.base))
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


def counted_in(rules: Policy) -> dict[str, str]:
    """Return zone → zone that totals count it in."""
    zones = rules.zones
    return dict(zip(zones["zone_id"].astype(str), zones["counted_in"].astype(str), strict=True))
