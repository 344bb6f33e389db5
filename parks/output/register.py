"""The chapter that gives each figure of the report its birth certificate: value, unit, source, day, function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from parks import schema
from parks.output import annexes, chapters, figures, rollover
from parks.output.content import Block, Chapter, Column
from parks.status import growth, localisation, requests, support, vacancy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parks.output.chapters import Material
    from parks.words import Translate

    Entry = tuple[str, str, Any, str, str, Any, str, str]
    """Number, figure, value, unit, source or clause, data date, standing, function."""

SPACE = ("lettable_m2", "let_m2", "vacant_m2", "vacancy", "units", "unknown_units")
"""The figures on space, over all parks and of each zone."""
CHANCES = ("probability", "p10_m2", "p50_m2", "p90_m2")


def entries(made: Material) -> list[Entry]:
    """Return each figure of the report's sums with where it comes from; the same numbers in every language."""
    parts = (_programmes, _space, _demand, _rollover, _requests, _growth, _localised, _support, _papers, _plan)
    found = [entry for part in parts for entry in part(made)]
    return [(f"R{number:03d}", *row) for number, row in enumerate(found, start=1)]


def chapter(made: Material) -> Chapter:
    """Return the register of figures."""
    t = made.t
    columns = (
        Column(t("No.")),
        Column(t("Figure")),
        Column(t("Value"), "number"),
        Column(t("Unit of measure")),
        Column(t("Source or clause")),
        Column(t("Data date"), "day"),
        Column(t("Standing")),
        Column(t("Worked out by")),
    )
    lines = (
        t("Shares are written as 0–1. What a function counts is told under Definitions, and in docs/definitions.md."),
        t("Hash of the inputs (SHA-256): {seal}", seal=made.seal),
    )
    return Chapter(
        t("Register of figures"), t("Register of figures"), (Block("", columns, entries(made)),), lines=lines
    )


def _programmes(made: Material) -> Iterator[tuple[Any, ...]]:
    t = made.t
    clauses = made.rules.targets.set_index("target_id")
    names = {
        "target_m2": t("target"),
        "done_m2": t("done"),
        "under_way_m2": t("under way"),
        "planned_m2": t("planned"),
        "unknown_projects": t("projects of unknown area"),
    }
    for row in made.done.to_dict("records"):
        kind, paper = figures.kind(row["kind"], t), chapters.clause(made, row["target_id"])
        for column, name in names.items():
            unit, figure = _unit(column), f"{kind}: {name}"
            if column == "target_m2":
                told = figures.standing(clauses.loc[row["target_id"], "standing"], t)
                yield figure, row[column], unit, paper, _day(made), told, "policy.targets"
            else:
                source, told = _tables(("projects", "milestones"), made), figures.standing(row["standing"], t)
                yield figure, row[column], unit, source, _day(made), told, "progress.by_target"
    chances = {
        "probability": t("probability of reaching it in time"),
        "p10_m2": t("1 run in 10 stays below"),
        "p50_m2": t("middle run"),
        "p90_m2": t("9 runs in 10 stay below"),
    }
    for row in made.forecast.to_dict("records"):
        for column in CHANCES:
            name, told = f"{figures.kind(row['kind'], t)}: {chances[column]}", figures.standing(row["standing"], t)
            source = t("Assumptions of the forecast")
            yield name, row[column], _unit(column), source, _day(made), told, "forecast.by_target"


def _space(made: Material) -> Iterator[tuple[Any, ...]]:
    t, zones = made.t, made.names(made.rules.zones, "zone_id")
    names = {
        "lettable_m2": t("lettable"),
        "let_m2": t("let"),
        "vacant_m2": t("vacant"),
        "vacancy": t("vacancy"),
        "units": t("units"),
        "unknown_units": t("unknown units"),
    }
    whole = vacancy.total(made.space).iloc[0]
    source = _tables(("units", "buildings", "leases"), made)
    for column in SPACE:
        told = figures.standing(whole["standing"], t)
        figure = f"{t('All parks')}: {names[column]}"
        yield figure, whole[column], _unit(column), source, _day(made), told, "vacancy.total"
    for row in vacancy.by(made.space, "zone", made.counted_in).to_dict("records"):
        code = row["zone_id"]
        place = _place(code, zones, t)
        for column in SPACE:
            told = figures.standing(row["standing"], t)
            yield f"{place}: {names[column]}", row[column], _unit(column), source, _day(made), told, "vacancy.by"


def _demand(made: Material) -> Iterator[tuple[Any, ...]]:
    t, found = made.t, chapters.unplaced(made)
    source = _tables(("needs", "tenants", "leases"), made)
    told = _worst(found["standing"], made)
    values = {
        t("Unplaced demand: companies"): (found["tenant_id"].nunique(), ""),
        t("Unplaced demand: least area"): (figures.known_sum(found["area_min_m2"]), "m²"),
        t("Unplaced demand: most area"): (figures.known_sum(found["area_max_m2"]), "m²"),
        t("Unplaced demand: needs of unknown least area"): (int(found["area_min_m2"].isna().sum()), ""),
    }
    for name, (value, unit) in values.items():
        yield name, value, unit, source, _day(made), told, "demand.waiting"


def _rollover(made: Material) -> Iterator[tuple[Any, ...]]:
    t, found = made.t, rollover.endings(made)
    source, told = _tables(("leases", "units"), made), _worst(found["standing"], made)
    for band, name in rollover.band_names(made).items():
        value = figures.known_sum(found[f"end_{band}_m2"])
        yield t("Let: {when}", when=name), value, "m²", source, _day(made), told, "rollover.by"
    runs = vacancy.contiguous(made.space, made.park)
    value = runs["area_m2"].max() if runs["area_m2"].notna().any() else (pd.NA if len(runs) else 0.0)
    told = _worst(runs["standing"].head(1), made)
    yield t("Largest contiguous vacant space"), value, "m²", source, _day(made), told, "vacancy.contiguous"


def _requests(made: Material) -> Iterator[tuple[Any, ...]]:
    t, told = made.t, requests.loop(made.park)
    source = _tables(("requests",), made)
    for row in requests.by_state(told).to_dict("records"):
        figure = t("Requests: {state}", state=figures.answered(row["state"], t))
        yield figure, row["requests"], "", source, _day(made), _said(row, made), "requests.by_state"
    for row in requests.by_owner(told).to_dict("records"):
        who = t("nobody yet") if figures.missing(row["owner"]) else row["owner"]
        for state in requests.STATES:
            figure = t("Requests with {who}: {state}", who=who, state=figures.answered(state, t))
            yield figure, row[state], "", source, _day(made), _said(row, made), "requests.by_owner"


def _growth(made: Material) -> Iterator[tuple[Any, ...]]:
    t = made.t
    source = t("{tables}; assumptions on growth", tables=_tables(("units", "leases", "tenants"), made))
    for row in growth.expected(made.park, made.space, made.rules).to_dict("records"):
        stage, year = figures.stage(row["stage"], t), row["year"]
        names = {
            "asked_m2": t("Growth path {year}: asked for at the stage {stage}", year=year, stage=stage),
            "left_m2": t("Growth path {year}: left by those who move on to {stage}", year=year, stage=stage),
        }
        for column, name in names.items():
            yield name, row[column], "m²", source, _day(made), _said(row, made), "growth.expected"


def _localised(made: Material) -> Iterator[tuple[Any, ...]]:
    t, source = made.t, _tables(("localisations",), made)
    targets = made.rules.targets.set_index("target_id")
    for row in localisation.by_target(made.park, made.rules).to_dict("records"):
        paper, code = targets.loc[row["target_id"]], row["target_id"]
        named = f"{code} {chapters.target(made, paper)}"
        asked = t("{target}: asked for", target=named)
        clause, told = chapters.clause(made, code), figures.standing(paper["standing"], t)
        yield asked, row["value_min"], figures.measure(paper["unit"]), clause, _day(made), told, "policy.targets"
        for step in localisation.STEPS:
            figure = f"{named}: {figures.localised(step, t)}"
            yield figure, row[step], "", source, _day(made), _said(row, made), "localisation.by_target"


def _support(made: Material) -> Iterator[tuple[Any, ...]]:
    t, zones = made.t, made.names(made.rules.zones, "zone_id")
    source = t("{tables}; assumptions on reach", tables=_tables(("facilities", "buildings", "units"), made))
    near = support.nearest(made.park, made.rules)
    names = {"covered_m2": t("lettable area in reach"), "share": t("share of the lettable area in reach")}
    for row in support.coverage(made.space, near, made.counted_in).to_dict("records"):
        place = f"{_place(row['zone_id'], zones, t)}, {figures.facility(row['kind'], t)}"
        for column, name in names.items():
            unit = "m²" if column == "covered_m2" else "0–1"
            yield f"{place}: {name}", row[column], unit, source, _day(made), _said(row, made), "support.coverage"
    source = _tables(("facilities",), made)
    for row in support.capacity(made.park, made.counted_in).to_dict("records"):
        place, unit = f"{_place(row['zone_id'], zones, t)}, {figures.facility(row['kind'], t)}", row["capacity_unit"]
        parts = ((t("facilities"), "facilities", ""), (t("capacity"), "capacity", figures.measure(unit)))
        for name, column, measure in parts:
            yield f"{place}: {name}", row[column], measure, source, _day(made), _said(row, made), "support.capacity"


def _papers(made: Material) -> Iterator[tuple[Any, ...]]:
    """Yield what is measured of the papers' figures; of the others there is no figure."""
    t, found = made.t, annexes.policy_figures(made)
    for row in found[found["measure"].notna()].to_dict("records"):
        named, told = f"{row['target_id']} {chapters.target(made, row)}", figures.standing(row["figure_standing"], t)
        ledgers = ("projects", "milestones") if row["measure"] == "progress" else ("localisations",)
        paper = chapters.clause(made, row["target_id"])
        parts = (
            (t("measured"), "value", figures.measure(row["unit"]), _tables(ledgers, made)),
            (t("share of the least"), "share", "0–1", paper),
        )
        for name, column, unit, source in parts:
            yield f"{named}: {name}", row[column], unit, source, _day(made), told, "measured.by_figure"


def _plan(made: Material) -> Iterator[tuple[Any, ...]]:
    if made.plan is None:
        return
    t, plan = made.t, made.plan
    source, told = _tables(("needs", "units", "leases"), made), t("Inferred")
    values: dict[str, float] = {
        t("Plan: companies placed"): len(plan.placed),
        t("Plan: companies not placed"): len(plan.unplaced),
    }
    values |= {t("Plan: value"): round(plan.value, 2)} | (
        {t("Plan: bound"): round(plan.bound, 2)} if plan.columns else {}
    )
    for name, value in values.items():
        yield name, value, "", source, _day(made), told, "allocation.allocate"


def _said(row: Any, made: Material) -> str:  # noqa: ANN401 - a row of a frame
    """Return the name of a row's standing; nothing where no row stands behind the figure."""
    return "" if figures.missing(row["standing"]) else figures.standing(row["standing"], made.t)


def _place(zone: object, zones: dict[str, str], t: Translate) -> str:
    return t("unknown") if figures.missing(zone) else zones.get(str(zone), str(zone))


def _unit(column: str) -> str:
    return "m²" if column.endswith("_m2") else "0–1" if column in {"vacancy", "probability"} else ""


def _day(made: Material) -> Any:  # noqa: ANN401 - the day of the snapshot
    return made.park.day


def _tables(names: tuple[str, ...], made: Material) -> str:
    return ("、" if made.lang == "zh" else ", ").join(schema.title(name, made.t) for name in names)


def _worst(standings: pd.Series[Any], made: Material) -> str:
    """Return the name of the weakest standing; empty when there is no row, unknown when one has none."""
    if not len(standings):
        return ""
    if standings.isna().any():
        return made.t("unknown")
    return figures.standing(max(standings, key=schema.STANDINGS.index), made.t)
