"""The chapters of the capacity report on the programme: the page for the head of office, and the two ledgers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from parks import demand, words
from parks.output import charts, figures
from parks.output.content import Block, Chapter, Column, Graph
from parks.status import progress, vacancy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from parks.matching.allocation import Plan
    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.words import Translate

EVENTS = ("approved", "started", "topped_out", "completed", "recognised", "handed_over")
SHOWN = 10
"""Rows of a list on the page for the head of office."""
LISTED = 200
"""Rows of a long list on paper."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made of.

    Parameters
    ----------
    park, rules
        Snapshot and Policy.
    space
        `vacancy.by_unit(park)`.
    done, projects, forecast
        `progress.by_target`, `progress.entries`, `forecast.by_target`: one counting rule and area basis.
    plan
        The plan whose unplaced needs are told; None tells all open needs.
    reasons
        Language → need → why the plan places it so, or not (`placements.reasons`).
    rule, basis
        How the programmes are counted.
    seal
        Hash of the inputs (`seals.of`).
    base
        The base map (`atlas.ground`).
    lang, t
        Language, and what says a sentence in it.
    """

    park: Snapshot
    rules: Policy
    space: pd.DataFrame
    done: pd.DataFrame
    projects: pd.DataFrame
    forecast: pd.DataFrame
    plan: Plan | None
    reasons: Mapping[str, Mapping[str, Sequence[str]]]
    rule: str
    basis: str
    seal: str
    base: gpd.GeoDataFrame
    lang: str
    t: Translate

    def speaking(self, lang: str) -> Material:
        """Return the same figures for readers of another language."""
        return replace(self, lang=lang, t=words.translator(lang))

    @property
    def counted_in(self) -> dict[str, str]:
        """Zone → the zone that totals count it in."""
        return dict(zip(self.rules.zones["zone_id"], self.rules.zones["counted_in"], strict=True))

    def names(self, frame: pd.DataFrame, key: str) -> dict[str, str]:
        """Return id → name in the report's language, in Chinese where that one is unknown."""
        own = figures.names(frame, self.lang)
        return dict(zip(frame[key].astype(str), own.astype(str), strict=True))

    def counting(self) -> tuple[str, ...]:
        """Return how the programmes are counted, in sentences; nothing when there is no target."""
        if self.done.empty:
            return ()
        rule = self.rules.counting.set_index("rule_id").loc[str(self.done["rule"].iloc[0])]
        basis = self.rules.bases.set_index("basis").loc[str(self.done["basis"].iloc[0])]
        said = [f"{row[f'name_{self.lang}']}: {row[f'note_{self.lang}']}" for row in (rule, basis)]
        return (self.t("How it is counted"), *said)


def summary(made: Material) -> Chapter:
    """Return the one page for the head of office."""
    t, park = made.t, made.park
    lines = [
        t("Data date: {day}", day=figures.day(park.day, made.lang)),
        t("Scenario: {name}", name=park.scenario or t("the record itself")),
    ]
    if park.known_on is not None:
        lines.append(t("As it was known on {day}", day=figures.day(park.known_on, made.lang)))
    blocks = (_ledgers(made), _space(made), _demand(made), _behind(made))
    return Chapter(t("Summary"), t("Summary"), blocks, lines=tuple(lines), one_page=True)


def ledger(made: Material, kind: str) -> Chapter:
    """Return the projects of one programme (``new_build renewal``) with their milestones."""
    t = made.t
    mine = made.projects.merge(
        made.park.projects[["project_id", "name_zh", "name_en", "kind", "developer", "standing", "source"]],
        on="project_id",
    )
    mine = mine[mine["kind"] == kind].sort_values(["part", "quarter", "project_id"])
    zones, days = made.names(made.rules.zones, "zone_id"), _milestones(made)
    parts = (t("Done"), t("Under way"), t("Planned"))
    rows = [
        (
            row["project_id"],
            named(row, made.lang),
            zones.get(str(row["zone_id"]), row["zone_id"]),
            parts[int(row["part"])],
            row["area_m2"],
            *(days.get((row["project_id"], event), pd.NA) for event in EVENTS),
            row["developer"],
            figures.standing(row["standing"], t),
            row["source"],
        )
        for row in mine.to_dict("records")
    ]
    columns = (
        Column(t("Project ID")),
        Column(t("Project")),
        Column(t("Zone")),
        Column(t("Progress")),
        Column(t("Area (m²)"), "area"),
        *(Column(figures.event(event, t)) for event in EVENTS),
        Column(t("Developer")),
        Column(t("Standing")),
        Column(t("Source")),
    )
    blank = [""] * (len(columns) - 5)
    total = (t("Total"), "", "", "", figures.known_sum(mine["area_m2"]), *blank)
    titles = {"new_build": t("New-build ledger"), "renewal": t("Renewal ledger")}
    notes = [t("Projects of unknown area, not in the total: {count}", count=int(mine["area_m2"].isna().sum()))]
    notes.append(t("A day in brackets is planned and not reached as far as known."))
    listed = Block(t("Projects"), columns, rows, total=total, notes=tuple(notes), most=LISTED)
    blocks = (_by_zone(made, kind), _by_quarter(made, kind), listed)
    return Chapter(titles[kind], titles[kind], blocks, lines=made.counting())


def _by_zone(made: Material, kind: str) -> Block:
    """Return one programme by zone, with its chart."""
    t, zones = made.t, made.names(made.rules.zones, "zone_id")
    found = progress.by(made.park, made.rules, "zone", made.rule, made.basis)
    rows = [
        (
            t("unknown") if figures.missing(row["zone_id"]) else zones.get(str(row["zone_id"]), row["zone_id"]),
            *(row[f"{part}_m2"] for part in progress.PARTS),
            row["projects"],
            row["unknown_projects"],
            figures.standing(row["standing"], t),
        )
        for row in found[found["kind"] == kind].to_dict("records")
    ]
    columns = (
        Column(t("Zone")),
        *_parts(t),
        Column(t("Projects"), "count"),
        Column(t("Projects of unknown area"), "count"),
        Column(t("Standing")),
    )
    return Block(t("By zone"), columns, rows, graph=_parts_graph(t("Progress by zone"), t, first=1))


def _by_quarter(made: Material, kind: str) -> Block:
    """Return one programme quarter by quarter, what is done and what the plan says added up, with its chart."""
    t = made.t
    found = progress.curve(made.park, made.rules, made.rule, made.basis)
    found = found[found["kind"] == kind]
    told = ("done_m2", "under_way_m2", "planned_m2", "plan_total_m2", "done_total_m2")
    rows = [
        (
            row["quarter"],
            *("" if name == "done_total_m2" and figures.missing(row[name]) else row[name] for name in told),
        )
        for row in found.to_dict("records")
    ]
    columns = (
        Column(t("Quarter")),
        *_parts(t),
        Column(t("Planned by then, added up (m²)"), "area"),
        Column(t("Done by then, added up (m²)"), "area"),
    )
    unknown = int(found["unknown_projects"].max()) if len(found) else 0
    notes = (
        t("Projects of unknown area or day, in no quarter: {count}", count=unknown),
        t("The first row also holds what lies before it. Quarters to come have no sum of what is done."),
    )
    graph = _parts_graph(t("Progress by quarter"), t, first=1, kind="column")
    return Block(t("By quarter"), columns, rows, notes=notes, graph=graph)


def _parts(t: Translate) -> tuple[Column, ...]:
    names = (t("Done (m²)"), t("Under way (m²)"), t("Planned (m²)"))
    return tuple(Column(name, "area") for name in names)


def _parts_graph(title: str, t: Translate, *, first: int, kind: str = "bar") -> Graph:
    series = {first + place: charts.PROGRESS_COLOURS[part] for place, part in enumerate(progress.PARTS)}
    return Graph(title, 0, series, kind=kind, axis=t("Area (m²)"))


def unplaced(made: Material) -> pd.DataFrame:
    """Return the needs that nothing answers, with the company's names and sector: all open ones, or the plan's rest."""
    needs = made.park.needs[demand.waiting(made.park)]
    if made.plan is not None:
        needs = needs[~needs["need_id"].isin(made.plan.assignments["need_id"])]
    return needs.merge(made.park.tenants[["tenant_id", "name_zh", "name_en", "sector_code"]], on="tenant_id")


def named(row: Any, lang: str) -> Any:  # noqa: ANN401 - one row as a dictionary; its name or NA
    """Return the row's name in `lang`, in Chinese where that one is unknown."""
    own = row[f"name_{lang}"]
    return row["name_zh"] if figures.missing(own) else own


def target(made: Material, row: Any) -> str:  # noqa: ANN401 - a row of the targets
    """Return how a target is said: in the paper's words, or their translation where there is one."""
    return str(row["phrase_zh"] if made.lang == "zh" or figures.missing(row["name_en"]) else row["name_en"])


def clause(made: Material, target_id: str) -> str:
    """Return the paper of a target and its clause there."""
    t, row = made.t, made.rules.targets.set_index("target_id").loc[target_id]
    titles = made.rules.documents.set_index("document_id")[f"title_{made.lang}"]
    said = t("unknown") if figures.missing(row["clause"]) else row["clause"]
    return t("{document}, {clause}", document=titles.get(str(row["document_id"]), t("unknown")), clause=said)


def _ledgers(made: Material) -> Block:
    t = made.t
    chance = made.forecast.set_index("target_id")["probability"]
    rows = [
        (
            figures.kind(row["kind"], t),
            row["target_m2"],
            row["done_m2"],
            row["under_way_m2"],
            row["planned_m2"],
            row["share"],
            chance.get(row["target_id"], pd.NA),
            row["unknown_projects"],
            figures.standing(row["standing"], t),
            clause(made, row["target_id"]),
        )
        for row in made.done.assign(share=made.done["done_m2"] / made.done["target_m2"]).to_dict("records")
    ]
    columns = (
        Column(t("Programme")),
        Column(t("Target (m²)"), "area"),
        Column(t("Done (m²)"), "area"),
        Column(t("Under way (m²)"), "area"),
        Column(t("Planned (m²)"), "area"),
        Column(t("Share done"), "share"),
        Column(t("Probability of reaching it in time"), "share"),
        Column(t("Projects of unknown area"), "count"),
        Column(t("Standing")),
        Column(t("Clause of the target")),
    )
    notes = (
        *made.counting()[1:],
        t("The two programmes are counted apart and never added up."),
        t("The probability rests on assumed delays, which are illustrative: see the assumptions under Definitions."),
    )
    series = {place: charts.PROGRESS_COLOURS[part] for place, part in ((2, "done"), (3, "under_way"), (4, "planned"))}
    graph = Graph(t("The two programmes against their targets"), 0, series, kind="column", axis=t("Area (m²)"), mark=1)
    return Block(t("The two ledgers"), columns, rows, notes=notes, graph=graph)


def _space(made: Material) -> Block:
    t, beyond = made.t, vacancy.outside(made.space, made.rules)
    columns = (
        Column(t("Space")),
        Column(t("Lettable (m²)"), "area"),
        Column(t("Let (m²)"), "area"),
        Column(t("Vacant (m²)"), "area"),
        Column(t("Vacancy"), "share"),
        Column(t("Units"), "count"),
        Column(t("Unknown units"), "count"),
        Column(t("Standing")),
    )
    told = ("lettable_m2", "let_m2", "vacant_m2", "vacancy", "units", "unknown_units")
    parts = {t("All parks"): made.space} | ({} if beyond.empty else {t("Of these, outside the layout"): beyond})
    sums = {name: vacancy.total(space).iloc[0] for name, space in parts.items()}
    rows = [(name, *(row[key] for key in told), figures.standing(row["standing"], t)) for name, row in sums.items()]
    return Block(t("Vacancy"), columns, rows)


def _demand(made: Material) -> Block:
    t, found = made.t, unplaced(made)
    columns = (
        Column(t("Demand")),
        Column(t("Companies"), "count"),
        Column(t("Least area (m²)"), "area"),
        Column(t("Most area (m²)"), "area"),
    )
    sums = (figures.known_sum(found[name]) for name in ("area_min_m2", "area_max_m2"))
    return Block(t("Unplaced demand"), columns, [(t("All sectors"), found["tenant_id"].nunique(), *sums)])


def _behind(made: Material) -> Block:
    """Return the milestones that are furthest behind."""
    t, late = made.t, progress.late(made.park)
    first = late.sort_values(["days_late", "milestone_id"], ascending=[False, True]).head(SHOWN)
    rows = [
        (named(row, made.lang), row["days_late"], row["planned_on"], figures.event(row["event"], t))
        for row in first.to_dict("records")
    ]
    columns = (
        Column(t("Project")),
        Column(t("Days late"), "count"),
        Column(t("Planned on"), "day"),
        Column(t("Milestone")),
    )
    note = t("{shown} of {all} milestones that are past their day and not reached", shown=len(rows), all=len(late))
    return Block(t("Projects behind their plan"), columns, rows, notes=(note,))


def _milestones(made: Material) -> dict[tuple[str, str], str]:
    """Return (project, event) → the day reached, or the day planned in brackets."""
    steps = made.park.milestones
    reached = steps["actual_on"].where(steps["actual_on"] <= pd.Timestamp(made.park.day))
    said = reached.dt.strftime("%Y-%m-%d").fillna(steps["planned_on"].dt.strftime("(%Y-%m-%d)"))
    known = zip(steps["project_id"], steps["event"], said, strict=True)
    return {(str(project), str(event)): day for project, event, day in known if not figures.missing(day)}
