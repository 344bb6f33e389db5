"""The chapters of the capacity report on space and demand, and what the figures rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from parks import schema
from parks.output import chapters, charts, figures
from parks.output.content import Block, Chapter, Column, Graph
from parks.status import measured, vacancy

if TYPE_CHECKING:
    from parks.output.chapters import Material
    from parks.words import Translate

HELD = ("let", "fitting_out", "reserved", "intended", "locked", "vacant", "renovation", "not_built", "unknown")
"""States in the order of the columns and of stacking."""
CREDIT = "© OpenStreetMap contributors, ODbL 1.0"


def space(made: Material, level: str) -> Chapter:
    """Return the area in each state by ``zone``, ``park`` or ``building``, with the total over all."""
    t, key = made.t, f"{level}_id"
    zones = made.rules.zones.set_index("zone_id")["counted_in"]
    sums = vacancy.by(made.space, level, counted_in=zones)
    names = {
        "zone": made.names(made.rules.zones, "zone_id"),
        "park": made.names(pd.DataFrame(made.park.parks), "park_id"),
        "building": made.names(pd.DataFrame(made.park.buildings), "building_id"),
    }
    beyond = made.rules.zones.loc[made.rules.zones["role"] == "outside", "zone_id"] if level == "zone" else []
    outside = {code: t("{name} (outside the layout)", name=names["zone"][code]) for code in beyond}
    above = {"zone": (), "park": ("zone",), "building": ("park", "zone")}[level]
    told = ("lettable_m2", *(f"{state}_m2" for state in HELD), "vacancy", "units", "unknown_units")
    rows = [
        (
            t("unknown") if figures.missing(row[key]) else outside.get(row[key], names[level].get(row[key], row[key])),
            *(names[up].get(str(row[f"{up}_id"]), row[f"{up}_id"]) for up in above),
            *(row[name] for name in told),
            figures.standing(row["standing"], t),
        )
        for row in sums.to_dict("records")
    ]
    heads = {"zone": t("Zone"), "park": t("Park"), "building": t("Building")}
    columns = (
        Column(heads[level]),
        *(Column(heads[up]) for up in above),
        Column(t("Lettable (m²)"), "area"),
        *(Column(t("{state} (m²)", state=figures.state(state, t)), "area") for state in HELD),
        Column(t("Vacancy"), "share"),
        Column(t("Units"), "count"),
        Column(t("Unknown units"), "count"),
        Column(t("Standing")),
    )
    whole = vacancy.total(made.space).iloc[0]
    total = (t("Total"), *("" for _ in above), *(whole[name] for name in told), figures.standing(whole["standing"], t))
    titles = {"zone": t("Vacancy by zone"), "park": t("Vacancy by park"), "building": t("Vacancy by building")}
    graph = None
    if level == "zone":
        series = {2 + place: charts.STATE_COLOURS[state] for place, state in enumerate(HELD)}
        graph = Graph(t("Space by state: {level}", level=t("Zone")), 0, series, axis=t("Area (m²)"))
    block = Block("", columns, rows, total=total, notes=_space_notes(made), graph=graph, most=chapters.LISTED)
    return Chapter(titles[level], titles[level], (block,))


def demand(made: Material) -> Chapter:
    """Return the needs that nothing answers, one a row, largest first."""
    t = made.t
    found = chapters.unplaced(made).sort_values(["area_min_m2", "need_id"], ascending=[False, True])
    sectors = made.names(made.rules.sectors, "sector_code")
    rows = [
        (
            row["tenant_id"],
            chapters.named(row, made.lang),
            sectors.get(str(row["sector_code"]), row["sector_code"]),
            figures.stage(row["stage"], t),
            row["area_min_m2"],
            row["area_max_m2"],
            row["wanted_from"],
            row["wanted_to"],
            row["rent_max_cny_m2_day"],
            figures.standing(row["standing"], t),
        )
        for row in found.to_dict("records")
    ]
    columns = (
        Column(t("Company ID")),
        Column(t("Company")),
        Column(t("Sector")),
        Column(t("Stage")),
        Column(t("Least area (m²)"), "area"),
        Column(t("Most area (m²)"), "area"),
        Column(t("Wanted from"), "day"),
        Column(t("Wanted by"), "day"),
        Column(t("Rent ceiling (CNY/m²/day)"), "rent"),
        Column(t("Standing")),
    )
    sums = (figures.known_sum(found[name]) for name in ("area_min_m2", "area_max_m2"))
    total = (t("Total"), "", "", "", *sums, "", "", "", "")
    block = Block("", columns, rows, total=total, notes=(_asked(made),), most=chapters.LISTED)
    return Chapter(t("Unplaced demand"), t("Unplaced demand"), (block,))


def published(made: Material) -> Chapter:
    """Return the published figures as published: none of them is in any sum of this report."""
    t = made.t
    parks = made.names(pd.DataFrame(made.park.parks), "park_id")
    rows = [
        (
            row["subject"],
            "" if figures.missing(row["park_id"]) else parks.get(str(row["park_id"]), row["park_id"]),
            row["metric"],
            row["text"] if figures.missing(row["value"]) else row["value"],
            "" if figures.missing(row["unit"]) else row["unit"],
            "" if figures.missing(row["basis"]) else row["basis"],
            row["period"],
            row["publisher"],
            row["source_date"],
            figures.standing(row["standing"], t),
        )
        for row in made.park.published_figures.to_dict("records")
    ]
    columns = (
        Column(t("Subject")),
        Column(t("Park")),
        Column(t("Metric")),
        Column(t("As published"), "number"),
        Column(t("Unit of measure")),
        Column(t("Basis of the figure")),
        Column(t("Period")),
        Column(t("Publisher")),
        Column(t("Source date")),
        Column(t("Standing")),
    )
    note = t(
        "As published; none of these figures is in a sum of this report. Publishers count differently: do not mix them."
    )
    return Chapter(
        t("Published figures"), t("Published figures"), (Block("", columns, rows, most=chapters.LISTED),), lines=(note,)
    )


def sources(made: Material) -> Chapter:
    """Return the papers, the tables' sources with the count of rows by standing, and the credit of the map."""
    t = made.t
    documents = [
        (
            row["document_id"],
            row[f"title_{made.lang}"],
            row["number"],
            row["publisher"],
            row["issued_on"],
            figures.standing(row["standing"], t),
        )
        for row in made.rules.documents.to_dict("records")
    ]
    heads = (
        Column(t("Document")),
        Column(t("Title")),
        Column(t("Number")),
        Column(t("Publisher")),
        Column(t("Issued on"), "day"),
    )
    papers = Block(t("Papers"), (*heads, Column(t("Standing"))), documents)
    counts = (*(Column(figures.standing(code, t), "count") for code in schema.STANDINGS), Column(t("Rows"), "count"))
    tables = Block(
        t("Rows by standing"), (Column(t("Table")), *counts), [_counted(made, name) for name in schema.TABLES]
    )
    rows = [
        (schema.title(name, t), *row)
        for name in schema.TABLES
        for row in made.park.table(name).value_counts(["source", "source_date"], dropna=False).reset_index().to_numpy()
    ]
    origins = Block(
        t("Sources of the rows"),
        (Column(t("Table")), Column(t("Source")), Column(t("Source date")), Column(t("Rows"), "count")),
        rows,
    )
    credit = t("Outlines, context and the places derived from them: {credit}. Not legal boundaries.", credit=CREDIT)
    return Chapter(t("Sources"), t("Sources"), (papers, tables, origins), lines=(credit,))


def definitions(made: Material) -> Chapter:
    """Return how every figure is counted, and the assumptions of the forecast."""
    t = made.t
    rules = Block(t("How it is counted"), (Column(t("Figure")), Column(t("Definition"))), _said(made))
    chances = [
        (
            figures.kind(row["kind"], t),
            row["probability"],
            row["p10_m2"],
            row["p50_m2"],
            row["p90_m2"],
            row["runs"],
            row["seed"],
        )
        for row in made.forecast.to_dict("records")
    ]
    outcome = (
        Column(t("Programme")),
        Column(t("Probability of reaching it in time"), "share"),
        Column(t("1 run in 10 stays below (m²)"), "area"),
        Column(t("Middle run (m²)"), "area"),
        Column(t("9 runs in 10 stay below (m²)"), "area"),
        Column(t("Runs"), "count"),
        Column(t("Seed"), "general"),
    )
    assumed = assumptions(made, t("Assumptions of the forecast"), "delay.", "dropout.")
    blocks = (rules, Block(t("Forecast"), outcome, chances), assumed)
    return Chapter(t("Definitions"), t("Definitions"), blocks)


def assumptions(made: Material, title: str, *prefixes: str) -> Block:
    """Return the assumptions of the policy whose names begin so, with where they come from."""
    t, every = made.t, made.rules.assumptions
    rows = [
        (row[f"label_{made.lang}"], row["value"], row["unit"], figures.standing(row["standing"], t), row["source"])
        for row in every[every["name"].str.startswith(prefixes)].to_dict("records")
    ]
    heads = (
        Column(t("Assumption")),
        Column(t("Value"), "number"),
        Column(t("Unit of measure")),
        Column(t("Standing")),
        Column(t("Source")),
    )
    return Block(title, heads, rows)


def papers(made: Material) -> Chapter:
    """Return every figure of the papers in their order: its clause, what it asks for, and what our data measures."""
    t, found = made.t, policy_figures(made)
    names = {"progress": t("area done (m²)"), "localisation": t("items done")}
    rows = [
        (
            row["target_id"],
            chapters.target(made, row),
            chapters.clause(made, row["target_id"]),
            *("" if figures.missing(row[name]) else row[name] for name in ("value_min", "value_max")),
            figures.measure(row["unit"]),
            names.get(str(row["measure"]), t("no data")),
            *("" if figures.missing(row["measure"]) else row[name] for name in ("value", "share", "unknown")),
            "" if figures.missing(row["measure"]) else figures.standing(row["figure_standing"], t),
        )
        for row in found.to_dict("records")
    ]
    columns = (
        Column(t("No.")),
        Column(t("As the paper says it")),
        Column(t("Clause")),
        Column(t("Least"), "number"),
        Column(t("Most"), "number"),
        Column(t("Unit of measure")),
        Column(t("Our data")),
        Column(t("Measured"), "number"),
        Column(t("Share of the least"), "share"),
        Column(t("Projects of unknown area"), "count"),
        Column(t("Standing")),
    )
    count = int(found["measure"].notna().sum())
    lines = (
        t(
            "Of {all} figures of the papers our data measures {count}; the others have no data.",
            all=len(rows),
            count=count,
        ),
        t("The papers disagree in places; their figures are kept apart and never merged."),
    )
    title = t("Figures of the papers")
    return Chapter(title, title, (Block("", columns, rows),), lines=lines)


def policy_figures(made: Material) -> pd.DataFrame:
    """Return the targets with what is measured of them (`measured.by_figure`), whose standing is `figure_standing`."""
    found = measured.by_figure(made.park, made.rules, rule=made.rule, basis=made.basis)
    return made.rules.targets.merge(found.rename(columns={"standing": "figure_standing"}), on="target_id", how="left")


def _said(made: Material) -> list[tuple[str, str]]:
    """Return figure and definition."""
    t = made.t
    return [
        (t("Counting of the programmes"), " ".join(made.counting()[1:])),
        (
            t("Done, under way, planned"),
            t(
                "A project is done from the day it reaches the milestone that counts, under way when works "
                "have started and it is not done, else planned."
            ),
        ),
        (
            t("Lettable area"),
            t(
                "Let, fitting out, reserved, intended, locked and vacant space in completed buildings that "
                "are not under renovation."
            ),
        ),
        (t("Vacancy"), t("Vacant area over lettable area. Reserved, intended and locked space is not vacant.")),
        (
            t("Unknown"),
            t(
                "A unit of unknown area or state is counted among the unknown units and adds nothing to any "
                "area; a project of unknown area likewise."
            ),
        ),
        (t("Unplaced demand"), _asked(made)),
        (
            t("Let area by when its lease ends"),
            t(
                "Each let unit is in one horizon: its lease ends so many months after the data date at most, "
                "and in no nearer one."
            ),
        ),
        *_said_of_companies(t),
        (t("Zones"), t("A park counts in one zone; a zone that lies in another for the totals is counted there.")),
        (
            t("Standing"),
            t(
                "Stated: in an official paper. Reported: published by others. Inferred: concluded by us. "
                "Illustrative: made up for demonstration. A sum has the weakest standing of its rows."
            ),
        ),
    ]


def _said_of_companies(t: Translate) -> list[tuple[str, str]]:
    """Return figure and definition of the chapters round the companies and of the papers' figures."""
    return [
        (
            t("Requests"),
            t("Found, solved, answered as far as reached on the data date; days to solve from finding to solving."),
        ),
        (
            t("Growth path"),
            t(
                "Each year a share of the area held at a stage moves on and asks for a multiple at the next; "
                "the shares and multiples are assumed."
            ),
        ),
        (
            t("In reach"),
            t(
                "Lettable area of buildings whose middle lies no further from the nearest facility in use than the "
                "assumed reach, over that of buildings at a known distance."
            ),
        ),
        (
            t("Measured"),
            t("Area done, or items done, of what counts to a figure of the papers; no data where nothing does."),
        ),
    ]


def _counted(made: Material, table: str) -> tuple[object, ...]:
    counts = made.park.table(table)["standing"].value_counts()
    by_standing = [int(counts.get(code, 0)) for code in schema.STANDINGS]
    return (schema.title(table, made.t), *by_standing, len(made.park.table(table)))


def _space_notes(made: Material) -> tuple[str, ...]:
    t = made.t
    return (
        t("Lettable: completed and not under renovation. Vacancy: vacant over lettable area."),
        t("Units of unknown area or state are counted, and add nothing to any area."),
    )


def _asked(made: Material) -> str:
    t = made.t
    return t(
        "Needs of applicants that hold no space firmly, and of companies in the parks that ask for more and "
        "have none reserved; talks that were lost are left out."
    )
