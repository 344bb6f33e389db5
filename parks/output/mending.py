"""The chapter of the report on what is not known: rows to be mended, and what each keeps out of the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from parks import demand, schema
from parks.output import chapters, figures
from parks.output.content import Block, Chapter, Column
from parks.status import progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parks.output.chapters import Material

    Row = tuple[str, str, str, str, str, str]
    """Table, key, name, what is missing, what it keeps out of the report, standing."""


def rows(made: Material) -> list[Row]:
    """Return what is to be mended, in the order of the tables, each in the order of its keys."""
    return [*_targets(made), *_projects(made), *_units(made), *_leases(made), *_needs(made)]


def chapter(made: Material) -> Chapter:
    """Return the list of what is to be mended, with how many rows of each kind there are."""
    t, found = made.t, rows(made)
    counts = pd.Series([(row[0], row[3]) for row in found], dtype=object).value_counts(sort=False)
    sums = Block(
        t("How many"),
        (Column(t("Table")), Column(t("What is missing")), Column(t("Rows"), "count")),
        [(*kind, int(count)) for kind, count in counts.items()],  # type: ignore[misc]  # the index holds pairs
        total=(t("Total"), "", len(found)),
    )
    columns = (
        Column(t("Table")),
        Column(t("Key")),
        Column(t("Item")),
        Column(t("What is missing")),
        Column(t("What it keeps out of this report")),
        Column(t("Standing")),
    )
    listed = Block(t("Rows to be mended"), columns, found, most=chapters.LISTED)
    line = t("What is unknown is counted apart and never taken for nothing. Fill in the cell and import the row again.")
    return Chapter(t("To be mended"), t("To be mended"), (sums, listed), lines=(line,))


def _targets(made: Material) -> Iterator[Row]:
    t = made.t
    for row in progress.targets(made.rules).to_dict("records"):
        head = (t("Targets"), str(row["target_id"]), str(row["name_en"] if made.lang == "en" else row["phrase_zh"]))
        tail = figures.standing(row.get("standing"), t)
        if figures.missing(row["clause"]):
            yield (*head, t("clause"), t("The target cannot be shown to stand in a paper."), tail)
        if figures.missing(row["value_min"]):
            yield (*head, t("value"), t("Share done and probability are unknown."), tail)
        if figures.missing(row["due_on"]):
            yield (*head, t("day by which it is due"), t("The probability is unknown."), tail)


def _projects(made: Material) -> Iterator[Row]:
    t, steps = made.t, made.park.milestones
    dated = set(steps.loc[steps["planned_on"].notna() | steps["actual_on"].notna(), "project_id"].dropna())
    area = progress.area_column(made.rules, made.basis)
    for row in made.park.projects.to_dict("records"):
        head, tail = _head(made, "projects", row), figures.standing(row["standing"], t)
        if row["project_id"] not in dated:
            yield (
                *head,
                t("every milestone’s day"),
                t("It is in no quarter and delivers nothing in the forecast."),
                tail,
            )
        if figures.missing(row[area]):
            yield (*head, t("area"), t("It adds nothing to its programme."), tail)
        if figures.missing(row["zone_id"]):
            yield (*head, t("zone"), t("It is in no zone’s sum."), tail)


def _units(made: Material) -> Iterator[Row]:
    t = made.t
    space = made.space
    states = dict(zip(space["unit_id"], space["state"], strict=True))
    units = made.park.units
    odd = units["lettable_m2"].isna() | units["unit_id"].map(states).eq("unknown").fillna(value=True)
    for row in units[odd].to_dict("records"):
        head, tail = _head(made, "units", row), figures.standing(row["standing"], t)
        if figures.missing(row["lettable_m2"]):
            yield (*head, t("lettable area"), t("It adds nothing to any area."), tail)
        if states.get(row["unit_id"]) == "unknown":
            yield (*head, t("state"), t("It is neither vacant nor let."), tail)


def _leases(made: Material) -> Iterator[Row]:
    t, leases = made.t, made.park.leases
    begun = (leases["valid_from"] <= pd.Timestamp(made.park.day)).fillna(value=False)
    for row in leases[begun & leases["valid_to"].isna() & leases["state"].isin(demand.PLACED)].to_dict("records"):
        told = t("It is in no horizon of the rollover.")
        yield (*_head(made, "leases", row), t("end"), told, figures.standing(row["standing"], t))


def _needs(made: Material) -> Iterator[Row]:
    t, open_ = made.t, chapters.unplaced(made)
    for row in open_[open_["area_min_m2"].isna()].sort_values("need_id").to_dict("records"):
        head = (schema.title("needs", t), str(row["need_id"]), str(chapters.named(row, made.lang)))
        yield (*head, t("least area"), t("It adds nothing to the demand."), figures.standing(row["standing"], t))


def _head(made: Material, table: str, row: dict[Any, Any]) -> tuple[str, str, str]:
    """Return table, key and name of a row; a unit is named by its building, a lease by its unit."""
    own = {"units": row.get("name"), "leases": row.get("unit_id")}.get(table)
    name = chapters.named(row, made.lang) if f"name_{made.lang}" in row else own
    return schema.title(table, made.t), str(row[schema.key(table)]), "" if figures.missing(name) else str(name)
