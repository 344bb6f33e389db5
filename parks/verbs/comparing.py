"""How two scenarios differ, or two beliefs of one day: the figures that moved, and the rows that moved them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from parks import demand
from parks.status import beliefs
from parks.status import progress as programme
from parks.status import vacancy as spaces
from parks.verbs import printing, status
from parks.verbs.session import RECORD

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.verbs.session import Session

SIDES = 2
"""How many are compared."""
SPACE_FIGURES = ("lettable_m2", "let_m2", "reserved_m2", "intended_m2", "vacant_m2", "vacancy", "unknown_units")
"""Figures of a zone that two scenarios are compared by."""
TARGET_FIGURES = ("done_m2", "under_way_m2", "planned_m2")
"""Figures of a target that they are compared by."""


def compare(session: Session) -> int:
    """Print the figures in which two scenarios differ, or two beliefs of one day."""
    names, days, t = session.options.names, session.options.known_on, session.t
    if (days is None and len(names) != SIDES) or (days is not None and (len(names) >= SIDES or len(days) > SIDES)):
        message = t("Two things are compared: two scenarios, or what was believed on two days.")
        mend = t("Write “parks compare A B”, or “parks compare --known-on DAY DAY”.")
        raise session.refuse(message, mend, option="SCENARIO", value=" ".join(names))
    return _scenarios(session, *names) if days is None else _beliefs(session, days, *names)


def _scenarios(session: Session, one: str, two: str) -> int:
    """Print the figures and the placements in which two scenarios differ."""
    held, rules = session.store(), session.rules()
    first, second = (figures_of(session.park(held, name), rules, session) for name in (one, two))
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
    zones = spaces.by(session.space(park), "zone", counted_in=status.counted_in(rules)).dropna(subset="zone_id")
    targets = programme.by_target(park, rules, rule=session.options.rule, basis=session.options.basis)
    found = {
        (figure, str(of)): printing.value(value)
        for frame, key, names in ((zones, "zone_id", SPACE_FIGURES), (targets, "target_id", TARGET_FIGURES))
        for figure in names
        for of, value in zip(frame[key], frame[figure], strict=True)
    }
    given = park.leases[park.leases["state"].isin(demand.PLACED)].dropna(subset="tenant_id")
    for tenant, units in given.groupby("tenant_id")["unit_id"]:
        found["units", str(tenant)] = " ".join(sorted(set(units)))
    return found | {("open_needs", "all"): int(demand.waiting(park).sum())}


def _difference(first: Any, second: Any) -> float | None:  # noqa: ANN401 - numbers, or ids as text
    """Return second less first: of numbers, or of how many ids there are; None when one is unknown."""
    if first is None or second is None:
        return None
    counts = [len(part.split()) if isinstance(part, str) else part for part in (first, second)]
    return round(counts[1] - counts[0], printing.DIGITS)


def _beliefs(session: Session, days: Sequence[dt.date], scenario: str = RECORD) -> int:
    """Print the figures that moved between two beliefs, or with ``--rows`` what moved them and who wrote it."""
    held, laid, options = session.store(), None if scenario == RECORD else scenario, session.options
    day, known = session.day(held), [*sorted(days), None][:SIDES]
    before, after = (held.as_of(day, laid, on) for on in known)
    found = beliefs.compare(before, after, session.rules(), rule=options.rule, basis=options.basis)
    if not options.rows:
        session.out(found.figures)
        return 0
    written = held.between(before.version, after.version, laid)
    session.out(found.causes.merge(written, on=["table", "key"], how="left", suffixes=("", "_of_change")))
    return 0
