"""Fit, allocation and its explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parks.matching import allocation, explanation, refusals
from parks.matching import costs as costing
from parks.matching import fit as fitting
from parks.matching import worth as worths
from parks.output import placements
from parks.verbs import printing

if TYPE_CHECKING:
    from parks.matching.allocation import Case, Plan
    from parks.snapshot import Snapshot
    from parks.store import Store
    from parks.verbs.session import Session

REASON = "parks allocate"


def fit(session: Session) -> int:
    """Print the best places for one company, and the rules that each fails or leaves open."""
    park, rules = session.park(session.store()), session.rules()
    _known(session, park)
    assessed = fitting.assess(park, rules, session.space(park), session.options.tenant_id)
    session.out(fitting.rank(assessed).head(session.options.top))
    return 0


def allocate(session: Session) -> int:
    """Find the best plan for every open need, write it into the scenario, and print it."""
    options, held, name = session.options, session.store(), session.options.scenario
    rules = session.rules()
    if name not in set(held.scenarios()["name"]):
        held.create_scenario(name, by=session.who)
    park = session.park(held, name)
    space = session.space(park)
    plan = allocation.allocate(park, rules, space, budget=options.budget, steps=options.steps, seed=options.seed)
    if len(plan.assignments):
        held.place_all(plan.assignments, reason=REASON, by=session.who, scenario=name)
    told = ("value", "bound", "gap", "seconds", "proved", "placed", "unplaced")
    shown = {"scenario": name} | {field: getattr(plan, field) for field in told}
    names = fitting.rule_names(rules, session.lang)
    decided = {
        "pinned": plan.pinned,
        "refused": [refusals.sentence(one, names, session.t) for one in plan.refused],
        "quotas": plan.quotas.to_dict("records"),
    }
    shown["assignments"] = plan.assignments.to_dict("records")
    printing.fields(shown | decided, session.form, session.t)
    return 0


def explain(session: Session) -> int:
    """Print why one company is where the scenario puts it, or why nowhere, or why not on a certain unit."""
    options, held = session.options, session.store()
    rules, laid = session.rules(), session.park(held, options.scenario)
    _known(session, laid)
    if options.unit is not None and not laid.units["unit_id"].eq(options.unit).any():
        message = session.t("There is no such unit: {unit}.", unit=options.unit)
        mend = session.t("Look up its ID with “parks export --table units”.")
        raise session.refuse(message, mend, option="--unit", value=options.unit)
    before, posed, plan = _laid(session, held, laid)
    told = (before, rules, session.space(before), plan, options.tenant_id)
    if options.unit is None:
        found = explanation.explain(*told, session.t, given=posed)
    else:
        found = explanation.why_not(*told, options.unit, session.t, given=posed)
    printing.fields(found, session.form, session.t)
    return 0


def worth(session: Session) -> int:
    """Print what 1,000 m² more would be worth in each zone, kind of building and quarter."""
    before, posed, plan = _solved(session)
    options = session.options
    found = worths.of(
        before,
        session.rules(),
        session.space(before),
        plan,
        posed,
        session.t,
        budget=options.budget,
        steps=options.steps,
        count=options.count,
        size_m2=options.size,
    )
    session.out(found)
    return 0


def costs(session: Session) -> int:
    """Print what each pin and each quota costs the plan."""
    before, posed, plan = _solved(session)
    options, rules, space = session.options, session.rules(), session.space(before)
    session.out(costing.of(before, rules, space, plan, posed, {}, budget=options.budget, steps=options.steps))
    return 0


def _solved(session: Session) -> tuple[Snapshot, Case, Plan]:
    """Return the snapshot without what the scenario has placed, its case, and the best plan of it."""
    options, held = session.options, session.store()
    before, posed, _ = _laid(session, held, session.park(held, options.scenario))
    rules, space = session.rules(), session.space(before)
    plan = allocation.allocate(before, rules, space, budget=options.budget / 3, steps=options.steps, given=posed)
    return before, posed, plan


def _laid(session: Session, held: Store, laid: Snapshot) -> tuple[Snapshot, Case, Plan]:
    """Return the snapshot without what the scenario has placed, its case, and the plan that the scenario makes."""
    return placements.of_scenario(session.park(held), laid, session.rules())


def _known(session: Session, park: Snapshot) -> None:
    """Refuse a company that the snapshot does not hold."""
    tenant, t = session.options.tenant_id, session.t
    if not park.tenants["tenant_id"].eq(tenant).any():
        message = t("There is no such company: {tenant}.", tenant=tenant)
        mend = t("Look up its ID with “parks export --table tenants”.")
        raise session.refuse(message, mend, option="TENANT_ID", value=tenant)
