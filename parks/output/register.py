"""The chapter that gives each figure of the report its birth certificate: value, unit, source, day, function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from parks import schema
from parks.output import chapters, figures, rollover
from parks.output.content import Block, Chapter, Column
from parks.status import vacancy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parks.output.chapters import Material

    Entry = tuple[str, str, Any, str, str, Any, str, str]
    """Number, figure, value, unit, source or clause, data date, standing, function."""

SPACE = ("lettable_m2", "let_m2", "vacant_m2", "vacancy", "units", "unknown_units")
"""The figures on space, over all parks and of each zone."""
CHANCES = ("probability", "p10_m2", "p50_m2", "p90_m2")


def entries(made: Material) -> list[Entry]:
    """Return each figure of the report's sums with where it comes from; the same numbers in every language."""
    found = [*_programmes(made), *_space(made), *_demand(made), *_rollover(made), *_plan(made)]
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
    titles = made.rules.documents.set_index("document_id")[f"title_{made.lang}"]
    names = {
        "target_m2": t("target"),
        "done_m2": t("done"),
        "under_way_m2": t("under way"),
        "planned_m2": t("planned"),
        "unknown_projects": t("projects of unknown area"),
    }
    for row in made.done.to_dict("records"):
        kind, clause = figures.kind(row["kind"], t), clauses.loc[row["target_id"], "clause"]
        said = t("unknown") if figures.missing(clause) else str(clause)
        paper = t("{document}, {clause}", document=titles.get(row["document_id"], t("unknown")), clause=said)
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
        place = t("unknown") if figures.missing(code) else zones.get(str(code), str(code))
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
