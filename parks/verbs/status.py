"""Vacancy, progress and forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parks.output import figures, reported
from parks.status import delays, forward, gaps, renewal, since, splits
from parks.status import forecast as chances
from parks.status import progress as programme
from parks.status import vacancy as spaces
from parks.verbs import printing

if TYPE_CHECKING:
    import pandas as pd

    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.verbs.session import Session


def vacancy(session: Session) -> int:
    """Print the area in each state by the level asked for."""
    park, options = session.park(session.store()), session.options
    space = spaces.by_unit(park, options.counts, options.base)
    found = spaces.by(space, options.by, counted_in=counted_in(session.rules()))
    session.out(found.assign(counts=options.counts, base=options.base))
    return 0


def progress(session: Session) -> int:
    """Print how far each programme is, by target or by the level asked for; or another view of it."""
    options, held = session.options, session.store()
    park, rules = session.park(held), session.rules()
    if options.since is not None:
        known = getattr(options, "known_on", None) if options.hindsight else options.since
        _changed(session, held.as_of(options.since, None, known), park, rules)
    elif options.show == "taken-out":
        session.out(renewal.taken_out(park, rules, options.by or "zone"))
    elif options.show == "splits":
        session.out(splits.against(park, rules, rule=options.rule, basis=options.basis))
    elif options.show == "missing":
        session.out(gaps.of_programme(park, rules, rule=options.rule, basis=options.basis))
    elif options.by is None:
        session.out(programme.by_target(park, rules, rule=options.rule, basis=options.basis))
    else:
        session.out(programme.by(park, rules, options.by, rule=options.rule, basis=options.basis))
    return 0


def _changed(session: Session, before: Snapshot, now: Snapshot, rules: Policy) -> None:
    """Print what changed since a report, project by project; the totals are said beside it."""
    t, lang = session.t, session.lang
    found = since.compare(before, now, rules, rule=session.options.rule, basis=session.options.basis)
    if before.projects.empty:
        printing.say(t("Nothing was on record by {day}; try --hindsight.", day=before.day))
    for row in found.totals.to_dict("records"):
        part = reported.part(str(row["figure"]).removesuffix("_m2"), t)
        kind = figures.kind(row["kind"], t)
        printing.say(t("{kind}, {part}: {change}", kind=kind, part=part, change=reported.signed(row["change"], lang)))
    told = reported.sentences(found, t, lang)
    session.out(found.projects.assign(what=found.projects["project_id"].map(told).astype("string")))


def forecast(session: Session) -> int:
    """Print the probability of reaching each target by its day, or what lies behind it."""
    park, rules, options = session.park(session.store()), session.rules(), session.options
    given = dict(options.assume)
    strange = sorted(set(given) - set(delays.values(rules).index))
    if strange:
        t = session.t
        mend = t("Name one of the forecast’s assumptions, as docs/forecast.md lists them.")
        raise session.refuse(t("The policy has no such assumption."), mend, option="assume", value=strange[0])
    asked = {"rule": options.rule, "basis": options.basis, "runs": options.runs, "seed": options.seed, "edited": given}
    if options.reach is not None:
        session.out(_reached(forward.needed(park, rules, **asked, probability=options.reach)))
    elif options.by == "step":
        session.out(delays.by_step(park, rules, given))
    else:
        tell = {"quarter": chances.by_quarter, "project": chances.by_project}.get(options.by, chances.by_target)
        session.out(tell(park, rules, **asked))
    return 0


def _reached(found: forward.Needed) -> pd.DataFrame:
    """Return the projects that would have to come forward, each with what its target needs."""
    return found.targets.merge(found.projects, on="target_id", how="left", suffixes=("", "_of_project"))


def counted_in(rules: Policy) -> dict[str, str]:
    """Return zone → zone that totals count it in."""
    zones = rules.zones
    return dict(zip(zones["zone_id"].astype(str), zones["counted_in"].astype(str), strict=True))
