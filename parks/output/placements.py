"""The chapter of the report on the allocation plan: who goes where and why, and who finds no place and why not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks import words
from parks.matching import allocation, fit, obstacles, sayings, wishes
from parks.matching.allocation import Plan
from parks.output import chapters, figures
from parks.output.content import Block, Chapter, Column
from parks.status import vacancy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from parks.matching.allocation import Case
    from parks.output.chapters import Material
    from parks.policy import Policy
    from parks.snapshot import Snapshot

MISSES, FIXES, TELLING = 3, 5, 2
"""Rules told of a need without a place; needs whose cheapest way in is worked out; rules told of a place."""
FULL = 0.995
"""A rule worth as much as this is met whole."""


def added(record: Snapshot, laid: Snapshot) -> pd.DataFrame:
    """Return the leases that a scenario adds to the record; what plan it makes follows from them."""
    return laid.leases[~laid.leases["lease_id"].isin(record.leases["lease_id"])]


def of_scenario(record: Snapshot, laid: Snapshot, rules: Policy) -> tuple[Snapshot, Case, Plan]:
    """Return the snapshot without what a scenario has placed, its case, and the plan that the scenario makes.

    Parameters
    ----------
    record
        The record on the day.
    laid
        The same with the scenario laid over it.
    rules
        The policy.
    """
    own = laid.leases["lease_id"].isin(added(record, laid)["lease_id"])
    before = replace(laid, leases=laid.leases[~own].reset_index(drop=True))
    posed = allocation.case(before, rules, vacancy.by_unit(before))
    plan, strange = planned(posed, laid.leases[own])
    if len(strange):
        # what no plan would do was done by hand: it is taken as given
        before = replace(laid, leases=laid.leases[~own | laid.leases["lease_id"].isin(strange)].reset_index(drop=True))
        posed = allocation.case(before, rules, vacancy.by_unit(before))
        plan, _ = planned(posed, laid.leases[own & ~laid.leases["lease_id"].isin(strange)])
    return before, posed, plan


def planned(posed: Case, leases: pd.DataFrame) -> tuple[Plan, list[str]]:
    """Return the plan that the leases of a scenario make, and the ids of those that answer no open need.

    Parameters
    ----------
    posed
        The open needs without those leases, and where each can go.
    leases
        What the scenario adds to the record.
    """
    columns, needs = posed.problem.columns, posed.pairs.needs
    unit = pd.Index(posed.pairs.desk.offers.frame["unit_id"]).get_indexer(pd.Index(leases["unit_id"]))
    chosen: dict[int, int] = {}
    parts, strange = [], []
    keys = ["tenant_id", "valid_from", "valid_to"]
    for (tenant, *_), rows in leases.assign(unit=unit).groupby(keys, dropna=False, sort=True):
        mine = [row for row, need in enumerate(needs) if need["tenant_id"] == tenant and row not in chosen]
        fits = [column for need in mine for column in columns.on(need, rows["unit"].to_numpy())]
        if not fits:
            strange += list(rows["lease_id"])
            continue
        column = int(fits[0])
        chosen[int(columns.need[column])] = column
        parts.append(rows.assign(need_id=needs[int(columns.need[column])]["need_id"]))
    waiting = {need["tenant_id"] for row, need in enumerate(needs) if row not in chosen}
    value = posed.problem.value(np.array(sorted(chosen.values()), dtype=np.int64))
    assignments = pd.concat(parts) if parts else leases.iloc[:0].assign(need_id=pd.array([], dtype="string"))
    plan = Plan(
        value=value,
        bound=value,
        gap=0.0,
        seconds=0.0,
        proved=False,
        placed=sorted({need["tenant_id"] for need in needs} - waiting),
        unplaced=sorted(waiting),
        assignments=assignments[["tenant_id", "need_id", "unit_id", "valid_from", "valid_to"]],
    )
    return plan, strange


def reasons(
    park: Snapshot, rules: Policy, space: pd.DataFrame, posed: Case, plan: Plan, lang: str
) -> dict[str, list[str]]:
    """Return for each open need why the plan places it where it does, or nowhere: sentences in `lang`.

    Parameters
    ----------
    park, rules, space
        What the plan was made from.
    posed
        What `allocation.case` returned for them.
    plan
        The plan.
    lang
        ``zh`` or ``en``.

    Notes
    -----
    No clock: the same plan gives the same sentences. What a single move would cost needs solving anew and is told on
    the screen and by ``parks explain``.
    """
    t, limited = words.translator(lang), allocation.limited(posed, wishes.of(park))
    chosen = allocation.chosen(posed, plan)
    columns = np.union1d(limited.locks.allowed, chosen)
    problem = limited.problem.only(columns)
    names = fit.rule_names(rules, lang)
    at = sayings.Desk(park, replace(posed, problem=problem), plan, np.searchsorted(columns, chosen), names, t)
    held = {int(problem.columns.need[column]): int(column) for column in at.chosen}
    areas = [float(pd.Series([need["area_min_m2"]], dtype="Float64").fillna(0.0).iloc[0]) for need in posed.pairs.needs]
    rest = sorted((row for row in range(len(areas)) if row not in held), key=lambda row: (-areas[row], row))
    said = {}
    for row, need in enumerate(posed.pairs.needs):
        here = held.get(row)
        told = _placed(at, row, here) if here is not None else _unplaced(at, row, space, fixed=row in rest[:FIXES])
        said[str(need["need_id"])] = told
    return said


def _placed(at: sayings.Desk, row: int, column: int) -> list[str]:
    """Return the score of a place, the rules that it does not meet whole, and the next best place."""
    t, columns, need = at.t, at.posed.problem.columns, at.posed.pairs.needs[row]
    units = columns.units(column)
    said = [t("Every hard rule is kept or waived; score {score} of 1.", score=f"{columns.score[column]:.2f}")]
    if need["need_id"] in at.plan.pinned:
        said.append(t("It is pinned there."))
    short = _short(at, need, units)[:TELLING]
    said += [t("{rule}: worth {value} of 1 here.", rule=rule, value=f"{value:.2f}") for value, rule in short]
    own = np.flatnonzero(columns.need == row)
    building = at.posed.problem.place["building"]
    others = own[building[columns.first[own, 0]] != building[columns.first[column, 0]]]
    if not others.size:
        return [*said, t("No free place in another building keeps every hard rule.")]
    best = int(others[np.lexsort((others, -columns.score[others].round(9)))[0]])
    place, score = sayings.where(at, columns.units(best)), f"{columns.score[best]:.2f}"
    return [*said, t("Next best building: {place}, score {score}.", place=place, score=score)]


def _short(at: sayings.Desk, need: Any, units: NDArray[np.int64]) -> list[tuple[float, str]]:  # noqa: ANN401 - a need
    """Return the rules that count in the score and are not met whole there, the most telling first."""
    desk, found = at.posed.pairs.desk, []
    for read in fit.readings(need, desk):
        values = np.where(np.isnan(read.value), desk.unknown, read.value)
        value = float(np.average(values[units], weights=desk.offers.area[units]))
        if read.weight and value < FULL and (read.applies is None or read.applies[units].all()):
            found.append((-read.weight * (1 - value), value, at.names[read.rule_id].rstrip(".。")))
    return [(value, rule) for _, value, rule in sorted(found)]


def _unplaced(at: sayings.Desk, row: int, space: pd.DataFrame, *, fixed: bool) -> list[str]:
    said = [obstacles.unplaced(at, row)]
    said += [block["sentence"] for block in obstacles.blocked(at, row, space) if block["rule_id"]][:MISSES]
    way = obstacles.fix(at, row) if fixed else None
    return [*said, way["sentence"]] if way else said


def chapter(made: Material) -> Chapter:
    """Return the plan: what it is worth, who goes where, who finds no place."""
    t, plan = made.t, made.plan
    title = t("Allocation plan")
    if plan is None:
        line = t("This report holds no plan: choose a scenario that places companies.")
        return Chapter(title, title, (), lines=(line,))
    lines = [
        t("Companies placed: {placed}; not placed: {unplaced}.", placed=len(plan.placed), unplaced=len(plan.unplaced))
    ]
    if plan.columns:
        value, bound = (figures.number(amount, made.lang) for amount in (plan.value, plan.bound))
        gap = figures.share(plan.gap, made.lang, 2)
        lines.append(
            t(
                "Value of the plan: {value}; no plan is worth more than {bound} ({gap}).",
                value=value,
                bound=bound,
                gap=gap,
            )
        )
    return Chapter(title, title, (_placings(made, plan), _rest(made, plan)), lines=tuple(lines))


def _placings(made: Material, plan: Plan) -> Block:
    t, parts = made.t, _assigned(made, plan)
    zones = made.names(made.rules.zones, "zone_id")
    buildings = made.names(pd.DataFrame(made.park.buildings), "building_id")
    rows = []
    for (need, tenant), own in parts.groupby(["need_id", "tenant_id"], sort=True, dropna=False):
        places = dict.fromkeys(own["building_id"])
        units = {place: list(own.loc[own["building_id"] == place, "unit_id"]) for place in places}
        rows.append(
            (
                tenant,
                _company(made, tenant),
                need,
                _list(made, [zones.get(str(code), str(code)) for code in dict.fromkeys(own["zone_id"])]),
                _list(made, [f"{buildings.get(str(at), str(at))} ({_span(held)})" for at, held in units.items()]),
                own["valid_from"].iloc[0],
                figures.known_sum(own["area_m2"]),
                _why(made, need),
            )
        )
    columns = (
        Column(t("Company ID")),
        Column(t("Company")),
        Column(t("Need")),
        Column(t("Zone")),
        Column(t("Place")),
        Column(t("From"), "day"),
        Column(t("Area (m²)"), "area"),
        Column(t("Why there")),
    )
    total = (t("Total"), *[""] * 5, figures.known_sum(parts["area_m2"]), "")
    return Block(t("Who goes where"), columns, rows, total=total, most=chapters.LISTED)


def _rest(made: Material, plan: Plan) -> Block:
    t = made.t
    needs = chapters.unplaced(made)
    needs = needs[needs["tenant_id"].isin(plan.unplaced)].sort_values(
        ["area_min_m2", "need_id"], ascending=[False, True]
    )
    rows = [
        (
            row["tenant_id"],
            chapters.named(row, made.lang),
            row["need_id"],
            row["area_min_m2"],
            row["area_max_m2"],
            _why(made, row["need_id"]),
        )
        for row in needs.to_dict("records")
    ]
    columns = (
        Column(t("Company ID")),
        Column(t("Company")),
        Column(t("Need")),
        Column(t("Least area (m²)"), "area"),
        Column(t("Most area (m²)"), "area"),
        Column(t("Why not")),
    )
    sums = (figures.known_sum(needs[name]) for name in ("area_min_m2", "area_max_m2"))
    total = (t("Total"), "", "", *sums, "")
    return Block(t("Who finds no place"), columns, rows, total=total, most=chapters.LISTED)


def _why(made: Material, need: object) -> str:
    """Return the reasons of a need as one text; Chinese sentences need no space between them."""
    return ("" if made.lang == "zh" else " ").join(made.reasons.get(made.lang, {}).get(str(need), ()))


def _assigned(made: Material, plan: Plan) -> pd.DataFrame:
    """Return the plan's rows with building, zone and area of each unit."""
    units = made.space[["unit_id", "building_id", "zone_id", "lettable_m2"]]
    parts = plan.assignments.drop(columns=["area_m2"], errors="ignore").merge(units, on="unit_id", how="left")
    return parts.rename(columns={"lettable_m2": "area_m2"}).sort_values(["need_id", "unit_id"], ignore_index=True)


def _company(made: Material, tenant: object) -> str:
    rows = made.park.tenants[made.park.tenants["tenant_id"] == tenant]
    return str(tenant) if rows.empty else str(chapters.named(rows.iloc[0].to_dict(), made.lang))


def _span(units: Sequence[object]) -> str:
    return str(units[0]) if len(units) == 1 else f"{units[0]}–{units[-1]}"


def _list(made: Material, parts: Sequence[str]) -> str:
    return ("、" if made.lang == "zh" else ", ").join(parts)
