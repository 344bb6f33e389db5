"""What changes between two plans: who moves, comes in and falls out, and what two sets of weights make of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks.matching import allocation, placements, sayings, solver, verbs
from parks.matching import pins as pinning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from parks.matching.allocation import Case, Plan
    from parks.snapshot import Snapshot
    from parks.words import Translate

    Ints = NDArray[np.int64]

KINDS = ("same", "moved", "placed", "dropped")
COLUMNS = {
    "need_id": "string",
    "tenant_id": "string",
    "kind": "string",
    "units_before": "object",
    "units_after": "object",
    "buildings_before": "object",
    "buildings_after": "object",
    "area_before": "Float64",
    "area_after": "Float64",
    "score_before": "Float64",
    "score_after": "Float64",
    "equal": "boolean",
}
"""Columns of `between` and their dtypes."""
SAME = 1e-9
"""Difference of two scores, and relative one of two areas, that is rounding."""
MOST = 5
"""Companies of each kind that are told one by one."""


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """What two plans differ in, in sum.

    Parameters
    ----------
    companies
        How many have a need of each of the `KINDS`; one with several needs may count under several.
    stays
        Share of the area placed before that stays where it is, 0–1; NaN when nothing was placed.
    value, area_m2
        Of both plans.
    zones
        zone_id (NA unknown) before after change [m²], every zone with placed area.
    """

    companies: dict[str, int]
    stays: float
    value: tuple[float, float]
    area_m2: tuple[float, float]
    zones: pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Two plans for two sets of weights.

    Parameters
    ----------
    one, two
        The plan by each set.
    rows, summary
        `between` and `summary` of them; `equal` says that the places are worth the same by both sets, the scores are
        by the second.
    value
        Of each plan (row) by each set of weights (column).
    """

    one: Plan
    two: Plan
    rows: pd.DataFrame
    summary: Summary
    value: NDArray[np.float64]


def between(one: Plan, two: Plan, park: Snapshot, given: Case | None = None) -> pd.DataFrame:
    """Return one row a need that either plan places.

    Parameters
    ----------
    one, two
        The plan before and the plan after.
    park
        Snapshot that holds the units of both.
    given
        Case whose scores are told; without it they are NA.

    Returns
    -------
    DataFrame
        need_id tenant_id kind (``same`` units, ``moved``, ``placed`` only after, ``dropped`` only before) and, before
        and after: units_ buildings_ (tuples of ids) area_ [m²] score_ (0–1). equal: whether a company that moved has
        the same area and score as before; NA for others, and where scores are not known.
    """
    before, after = (_placed(plan, park, given) for plan in (one, two))
    rows = before.merge(after, on=["need_id", "tenant_id"], how="outer", suffixes=("_before", "_after"))
    rows = rows.sort_values("need_id", ignore_index=True)
    for name in ("units_before", "units_after", "buildings_before", "buildings_after"):
        rows[name] = [cell if isinstance(cell, tuple) else () for cell in rows[name]]
    held = zip(rows["units_before"], rows["units_after"], strict=True)
    kinds = ["placed" if not old else "dropped" if not new else "same" if old == new else "moved" for old, new in held]
    rows = rows.assign(kind=kinds)
    area = (rows["area_after"] - rows["area_before"]).abs() <= SAME * rows["area_before"]
    score = (rows["score_after"] - rows["score_before"]).abs() <= SAME
    known = (rows["kind"] == "moved") & rows["score_before"].notna() & rows["score_after"].notna()
    return rows.assign(equal=(area & score).where(known))[list(COLUMNS)].astype(COLUMNS)


def _placed(plan: Plan, park: Snapshot, given: Case | None) -> pd.DataFrame:
    """Return one row a placed need: tenant, units, buildings, area, score."""
    rows = plan.assignments.merge(park.units[["unit_id", "building_id"]], on="unit_id", how="left")
    if given is not None and not rows.empty:
        rows["score"] = _scores(plan, given)
    found = [
        {
            "need_id": need_id,
            "tenant_id": own["tenant_id"].iloc[0],
            "units": tuple(sorted(own["unit_id"])),
            "buildings": tuple(sorted(set(own["building_id"].dropna()))),
            "area": float(own["area_m2"].sum()),
            "score": float((own["score"] * own["area_m2"]).sum() / own["area_m2"].sum()) if "score" in own else pd.NA,
        }
        for need_id, own in rows.groupby("need_id")
    ]
    kinds = {"need_id": "string", "tenant_id": "string", "area": "Float64", "score": "Float64"}
    return pd.DataFrame(found, columns=[*kinds, "units", "buildings"]).astype(kinds)


def _scores(plan: Plan, given: Case) -> NDArray[np.float64]:
    """Return the score of each assignment by a case; raise when the case does not hold it."""
    needs = pd.Index([need["need_id"] for need in given.pairs.needs])
    row = needs.get_indexer(pd.Index(plan.assignments["need_id"]))
    unit = pd.Index(given.pairs.desk.offers.frame["unit_id"]).get_indexer(pd.Index(plan.assignments["unit_id"]))
    if (row < 0).any() or (unit < 0).any():
        message = "the plan is not of this case"
        raise ValueError(message)
    scores = np.zeros(len(row))
    for need in np.unique(row):
        scores[row == need] = given.pairs.of(int(need))[1][unit[row == need]]
    return scores


def held(laid: Snapshot, record: Snapshot) -> Plan:
    """Return what a scenario places beside the record as a plan without value, each company as one need.

    Parameters
    ----------
    laid, record
        The snapshot with the scenario laid over it, and without.
    """
    own = laid.leases[~laid.leases["lease_id"].isin(record.leases["lease_id"]) & laid.leases["tenant_id"].notna()]
    area = own["unit_id"].map(laid.units.set_index("unit_id")["lettable_m2"])
    rows = own.assign(need_id=own["tenant_id"], area_m2=area)[list(allocation.ASSIGNMENTS)]
    placed = sorted(set(own["tenant_id"]))
    unknown = float("nan")
    return allocation.Plan(unknown, unknown, unknown, 0.0, proved=False, placed=placed, unplaced=[], assignments=rows)


def summary(rows: pd.DataFrame, one: Plan, two: Plan, park: Snapshot) -> Summary:
    """Return the sums of `between` of two plans."""
    companies = {kind: int(rows.loc[rows["kind"] == kind, "tenant_id"].nunique()) for kind in KINDS}
    before, after = (float(rows[f"area_{when}"].sum()) for when in ("before", "after"))
    stays = float(rows.loc[rows["kind"] == "same", "area_before"].sum()) / before if before else np.nan
    at = park.buildings.set_index("building_id")["park_id"].map(park.parks.set_index("park_id")["zone_id"])
    zone = park.units.set_index("unit_id")["building_id"].map(at)
    areas = [
        plan.assignments["area_m2"].groupby(plan.assignments["unit_id"].map(zone).to_numpy(), dropna=False).sum()
        for plan in (one, two)
    ]
    zones = pd.concat(areas, axis=1, keys=["before", "after"]).fillna(0.0).astype("Float64").rename_axis("zone_id")
    zones = zones.reset_index().astype({"zone_id": "string"}).sort_values("zone_id", ignore_index=True)
    zones = zones.assign(change=zones["after"] - zones["before"])
    return Summary(companies, stays, (one.value, two.value), (before, after), zones)


def of_weights(  # noqa: PLR0913 - each is a word of the planner
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    weights_one: Mapping[str, float] | None,
    weights_two: Mapping[str, float] | None,
    *,
    budget: float = 20.0,
    steps: int | None = None,
    given: Case | None = None,
    wishes: dict[str, pd.DataFrame] | None = None,
    stay: float = 0.0,
) -> Weighed:
    """Return the plans by two sets of weights, what changes, and what each is worth by the other's weights.

    Parameters
    ----------
    park, rules, space
        Snapshot, Policy and `vacancy.by_unit(park)`.
    weights_one, weights_two
        Criterion → weight, as in `fit.assess`.
    budget
        Seconds for both plans.
    steps
        Nodes of each exact search instead of seconds.
    given
        `allocation.case` by the first weights, when it is at hand.
    wishes
        ``pins``, ``bans``, ``quotas`` as `allocation.allocate` takes them.
    stay
        Weighted m² that the second plan gains for each m² that stays where the first has it: what a move must bring.
        `two.value` is without it; `two.bound` is of all plans, so that the gap holds what staying costs at most.
    """
    asked: dict[str, Any] = {"steps": steps, "budget": budget / 2, **(wishes or {})}
    first = given or allocation.case(park, rules, space, weights=weights_one)
    waivers = pd.DataFrame(first.pairs.desk.waivers)
    names = [need["need_id"] for need in first.pairs.needs]
    second = allocation.case(park, rules, space, names, weights=weights_two, waivers=waivers)
    one = allocation.allocate(park, rules, space, given=first, **asked)
    home = columns_of(one, second)
    bonus = np.zeros(len(second.problem.columns))
    bonus[home] = stay * second.problem.columns.area[home]
    columns = replace(second.problem.columns, value=second.problem.columns.value + bonus)
    drawn = replace(second, problem=replace(second.problem, columns=columns))
    begun = replace(one, trail=allocation.Trail(columns, home, home, one.trail.known if one.trail else None))
    two = allocation.allocate(park, rules, space, given=drawn, before=begun, **asked)
    if stay:
        two = _plain(two, second, bonus)
    seen = [between(one, two, park, case) for case in (first, second)]
    rows = seen[1].assign(equal=seen[0]["equal"] & seen[1]["equal"])
    value = np.array([[valued(plan, case) for case in (first, second)] for plan in (one, two)])
    return Weighed(one, two, rows, summary(rows, one, two, park), value)


def columns_of(plan: Plan, posed: Case) -> Ints:
    """Return the numbers that the placements of a plan have in a case; those that it does not hold are left out."""
    found = [
        pinning.read(posed.pairs, posed.problem, own[["need_id", "unit_id"]].reset_index(drop=True), None).witness
        for _, own in plan.assignments.groupby("need_id")
    ]
    return np.sort(np.concatenate([allocation.NONE, *found]))


def _plain(plan: Plan, posed: Case, bonus: NDArray[np.float64]) -> Plan:
    """Return a plan worth what it is without the bonus for staying, bounded by the relaxation without it."""
    chosen = columns_of(plan, posed)
    value = plan.value - float(bonus[chosen].sum())
    bound = min(plan.bound, solver.relax(posed.problem, chosen, solver.Clock(np.inf, None, None)).bound)
    gap = allocation.gap_of(value, bound)
    return replace(plan, value=value, bound=bound, gap=gap, proved=gap <= solver.PROOF)


def valued(plan: Plan, posed: Case) -> float:
    """Return what a plan is worth by the scores of a case: only the part for the fit depends on the weights."""
    urgency = {need["need_id"]: placements.priority(need) for need in posed.pairs.needs}
    weight = plan.assignments["need_id"].map(urgency).to_numpy(dtype=np.float64)
    area = plan.assignments["area_m2"].to_numpy(dtype=np.float64)
    return plan.value - plan.parts["fit"] + float((area * weight * _scores(plan, posed)).sum())


def sentences(
    rows: pd.DataFrame,
    told: Summary,
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    t: Translate,
    *,
    names: tuple[str, str] = ("A", "B"),
    weighed: Weighed | None = None,
) -> list[str]:
    """Return what changes in words: the sums, the zones, then company by company, the first `MOST` of each kind.

    Parameters
    ----------
    rows, told
        What `between` and `summary` returned; plans without a value (NaN) are not told by it.
    park, rules
        Snapshot and Policy.
    t
        Says the sentences in the reader's language.
    names
        What the two plans are called.
    weighed
        What `of_weights` returned, when the plans are for two sets of weights, called by the same names.
    """
    said = [_counts(told, names[1], t)]
    if weighed is None and not np.isnan(told.value).any():
        before, after = (f"{value:,.0f}" for value in told.value)
        said.append(t("Worth: {two} {after}, {one} {before}.", one=names[0], two=names[1], before=before, after=after))
    elif weighed is not None:
        said += [_eyes(weighed, own, names, t) for own in (0, 1)]
    said += _zones(told, rules, t)
    alike = rows[rows["equal"].fillna(value=False).astype(bool)]
    if len(alike):
        who = sayings.companies(park, list(dict.fromkeys(alike["tenant_id"])), t)
        said.append(t("Both places have the same area and score for: {companies}.", companies=who))
    for kind in ("placed", "dropped", "moved"):
        own = rows[rows["kind"] == kind]
        said += [_told(row, rows, park, t) for row in own.head(MOST).itertuples()]
        if len(own) > MOST:
            said.append(t("So {count} more.", count=len(own) - MOST))
    return said


def _counts(told: Summary, name: str, t: Translate) -> str:
    many = told.companies
    if not any(many[kind] for kind in ("moved", "placed", "dropped")):
        return t("With {plan} nobody moves, comes in or falls out.", plan=name)
    cells = {kind: many[kind] for kind in ("moved", "placed", "dropped")}
    if np.isnan(told.stays):
        return t(
            "With {plan}, companies that come in: {placed}; nobody was placed before.", plan=name, placed=many["placed"]
        )
    return t(
        "With {plan}, companies that move: {moved}, come in: {placed}, fall out: {dropped}; {share} of the placed area "
        "stays.",
        plan=name,
        share=f"{told.stays:.0%}",
        **cells,
    )


def _eyes(weighed: Weighed, own: int, names: tuple[str, str], t: Translate) -> str:
    """Return what the other plan is worth by the weights that a plan was made for."""
    loss = float(weighed.value[own, own] - weighed.value[1 - own, own])
    cells = {"own": names[own], "other": names[1 - own], "amount": f"{abs(loss):,.0f}"}
    if abs(loss) <= solver.PROOF * (1 + abs(float(weighed.value[own, own]))):
        return t("By the weights of {own}, {other} is worth as much as {own}.", own=cells["own"], other=cells["other"])
    if loss > 0:
        return t("By the weights of {own}, {other} is worth {amount} less than {own}.", **cells)
    return t("By the weights of {own}, {other} is worth {amount} more than {own}.", **cells)


def _zones(told: Summary, rules: Any, t: Translate) -> Iterator[str]:  # noqa: ANN401 - the Policy
    names = dict(zip(rules.zones["zone_id"], rules.zones[t("name_en")], strict=True))
    for zone_id, change in zip(told.zones["zone_id"], told.zones["change"].to_numpy(dtype=np.float64), strict=True):
        zone = t("Space in no known zone") if verbs.empty(zone_id) else names.get(zone_id, zone_id)
        if change >= 1:
            yield t("{zone} gains {area} m².", zone=zone, area=f"{change:,.0f}")
        elif change <= -1:
            yield t("{zone} loses {area} m².", zone=zone, area=f"{-change:,.0f}")


def _told(row: Any, rows: pd.DataFrame, park: Snapshot, t: Translate) -> str:  # noqa: ANN401 - a row
    """Return what happens to one company, and who has, or had, its place in the other plan."""
    who = sayings.companies(park, [row.tenant_id], t)
    here, there = (_where(park, units, t) for units in (row.units_before, row.units_after))
    if row.kind == "moved":
        return t("{company} moves from {before} to {after}.", company=who, before=here, after=there)
    if row.kind == "placed":
        cells = {"company": who, "place": there, "area": f"{row.area_after:,.0f}"}
        others = sayings.companies(park, _in(rows, "before", row.units_after), t)
        if others:
            return t("{company} comes in: {place}, {area} m²; there before: {companies}.", **cells, companies=others)
        return t("{company} comes in: {place}, {area} m²; nobody was there before.", **cells)
    others = sayings.companies(park, _in(rows, "after", row.units_before), t)
    if others:
        return t(
            "{company} falls out; its place {place} goes to: {companies}.", company=who, place=here, companies=others
        )
    return t("{company} falls out; nobody takes its place {place}.", company=who, place=here)


def _in(rows: pd.DataFrame, when: str, units: tuple[str, ...]) -> list[str]:
    """Return the companies that one of the plans has in some units."""
    hit = [bool(set(own) & set(units)) for own in rows[f"units_{when}"]]
    return sorted(set(rows.loc[hit, "tenant_id"]))


def _where(park: Snapshot, units: tuple[str, ...], t: Translate) -> str:
    """Return units as buildings with the first and last unit in each."""
    at = dict(zip(park.units["unit_id"], park.units["building_id"], strict=True))
    rows = park.buildings.set_index("building_id")
    names = rows[t("name_en")].fillna(rows["name_zh"])
    own: dict[str, list[str]] = {}
    for unit in units:
        own.setdefault(at[unit], []).append(unit)
    return ", ".join(f"{names[name]} ({'–'.join(dict.fromkeys((ids[0], ids[-1])))})" for name, ids in own.items())
