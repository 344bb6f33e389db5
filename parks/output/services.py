"""The chapters of the report round the companies: requests, growth path, lists of the notice, supporting functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from parks.output import annexes, chapters, charts, figures
from parks.output.content import Block, Chapter, Column, Graph
from parks.status import growth, localisation, support
from parks.status import requests as asking

if TYPE_CHECKING:
    from parks.output.chapters import Material


def requests(made: Material) -> Chapter:
    """Return the requests of companies by how far they have come and by who is in charge, and the open ones."""
    t, told = made.t, asking.loop(made.park)
    names = {state: figures.answered(state, t) for state in asking.STATES}
    by_state = asking.by_state(told)
    rows = [
        (names[row["state"]], row["requests"], _or_blank(row["longest_days"]), _standing(row, made))
        for row in by_state.to_dict("records")
    ]
    columns = (
        Column(t("How far it has come")),
        Column(t("Requests"), "count"),
        Column(t("Longest open (days)"), "count"),
        Column(t("Standing")),
    )
    counts = Block(t("How far they have come"), columns, rows, total=(t("Total"), len(told), "", ""))
    title = t("Requests of companies")
    return Chapter(t("Requests"), title, (counts, _in_charge(made, told), _open(made, told)))


def _in_charge(made: Material, told: pd.DataFrame) -> Block:
    t = made.t
    found = asking.by_owner(told)
    rows = [
        (
            t("nobody yet") if figures.missing(row["owner"]) else row["owner"],
            *(row[state] for state in asking.STATES),
            row["median_days"] if row["solved"] + row["answered"] else "",
            row["unknown_days"],
            _standing(row, made),
        )
        for row in found.to_dict("records")
    ]
    columns = (
        Column(t("In charge")),
        *(Column(figures.answered(state, t), "count") for state in asking.STATES),
        Column(t("Days to solve, median"), "number"),
        Column(t("Days unknown"), "count"),
        Column(t("Standing")),
    )
    colours = dict(enumerate((charts.STATE_COLOURS["vacant"], charts.STATE_COLOURS["reserved"]), start=1))
    graph = Graph(t("Not answered yet, by who is in charge"), 0, colours, axis=t("Requests"))
    total = (
        t("Total"),
        *(int(found[state].sum()) for state in asking.STATES),
        "",
        int(found["unknown_days"].sum()),
        "",
    )
    note = t("Days to solve: from finding to solving.")
    return Block(t("By who is in charge"), columns, rows, total=total, notes=(note,), graph=graph)


def _open(made: Material, told: pd.DataFrame) -> Block:
    t, park = made.t, made.park
    zones = made.names(made.rules.zones, "zone_id")
    buildings, tenants = (
        made.names(pd.DataFrame(frame), key)
        for frame, key in ((park.buildings, "building_id"), (park.tenants, "tenant_id"))
    )
    rows = [
        (
            row["request_id"],
            _name(tenants, row["tenant_id"]),
            row["subject"],
            t("nobody yet") if figures.missing(row["owner"]) else row["owner"],
            _name(zones, row["zone_id"]),
            _name(buildings, row["building_id"]),
            _or_blank(row["unit_id"]),
            figures.answered(row["state"], t),
            row["found_on"],
            row["days_open"],
            _standing(row, made),
        )
        for row in told[told["state"] != "answered"].to_dict("records")
    ]
    columns = (
        Column(t("No.")),
        Column(t("Company")),
        Column(t("What is asked for")),
        Column(t("In charge")),
        Column(t("Zone")),
        Column(t("Building")),
        Column(t("Unit")),
        Column(t("How far it has come")),
        Column(t("Found on"), "day"),
        Column(t("Days open"), "count"),
        Column(t("Standing")),
    )
    return Block(t("Not answered yet, the longest first"), columns, rows, most=chapters.LISTED)


def growing(made: Material) -> Chapter:
    """Return the space that companies on the growth path are expected to ask for, by year, and what that assumes."""
    t = made.t
    found = growth.expected(made.park, made.space, made.rules)
    wide = found.pivot_table(index="year", columns="stage", values=["asked_m2", "left_m2"], sort=True)
    worst = dict(zip(found["year"], found["standing"], strict=True))
    steps = growth.PATH[1:]
    told = [(name, stage) for name in ("asked_m2", "left_m2") for stage in steps]
    rows = [
        (str(year), *(float(wide.loc[year, key]) for key in told), figures.standing(worst[year], t))
        for year in wide.index
    ]
    before = dict(zip(steps, growth.PATH, strict=False))
    columns = (
        Column(t("Year")),
        *(Column(t("Asked for: {stage} (m²)", stage=figures.stage(stage, t)), "area") for stage in steps),
        *(Column(t("Left: {stage} (m²)", stage=figures.stage(before[stage], t)), "area") for stage in steps),
        Column(t("Standing")),
    )
    left_out = growth.unknown(made.park, made.space)
    notes = (
        t("Of the year of the data date only the rest counts. Demand of companies not here yet is not in it."),
        t("Companies left out, of unknown stage or area: {count}", count=left_out),
    )
    series = {place: charts.GROWTH_COLOURS[stage] for place, stage in enumerate(steps, start=1)}
    graph = Graph(t("Expected demand on the growth path, by year"), 0, series, kind="column", axis=t("Area (m²)"))
    path = Block(t("Expected by year"), columns, rows, notes=notes, graph=graph)
    held = growth.held(made.park, made.space)
    now = [(figures.stage(stage, t), area) for stage, area in held.items()]
    here = Block(t("Held on the data date"), (Column(t("Stage")), Column(t("Area (m²)"), "area")), now)
    return Chapter(
        t("Growth path"), t("Growth path"), (path, here, annexes.assumptions(made, t("Assumptions"), "growth."))
    )


def localised(made: Material) -> Chapter:
    """Return foreign-invested projects and imported products made here, against their targets and one by one."""
    t, title = made.t, made.t("Foreign and localised")
    clauses = made.rules.targets.set_index("target_id")
    rows = [
        (
            row["target_id"],
            chapters.target(made, clauses.loc[row["target_id"]]),
            row["value_min"],
            *(row[step] for step in localisation.STEPS),
            row["share"],
            chapters.clause(made, row["target_id"]),
            _standing(row, made),
        )
        for row in _shared(localisation.by_target(made.park, made.rules)).to_dict("records")
    ]
    columns = (
        Column(t("No.")),
        Column(t("Target")),
        Column(t("Asked for"), "number"),
        *(Column(figures.localised(step, t), "count") for step in localisation.STEPS),
        Column(t("Share done"), "share"),
        Column(t("Clause of the target")),
        Column(t("Standing")),
    )
    note = t("Items that count to no target: {count}.", count=localisation.uncounted(made.park))
    against = Block(t("Against the targets"), columns, rows, notes=(note,))
    return Chapter(title, title, (against, _items(made)))


def _shared(found: pd.DataFrame) -> pd.DataFrame:
    return found.assign(share=found["done"] / found["value_min"].where(found["value_min"] > 0))


def _items(made: Material) -> Block:
    t = made.t
    zones, tenants = made.names(made.rules.zones, "zone_id"), made.names(made.park.tenants, "tenant_id")
    rows = [
        (
            row["localisation_id"],
            figures.localised(row["kind"], t),
            chapters.named(row, made.lang),
            _name(tenants, row["tenant_id"]),
            _name(zones, row["zone_id"]),
            _or_blank(row["way"]),
            figures.localised(row["progress"], t),
            _or_blank(row["done_on"]),
            _or_blank(row["counts_to"]),
            _standing(row, made),
            row["source"],
        )
        for row in localisation.items(made.park).to_dict("records")
    ]
    columns = (
        Column(t("No.")),
        Column(t("Kind")),
        Column(t("Project or product")),
        Column(t("Company")),
        Column(t("Zone")),
        Column(t("Way")),
        Column(t("How far it has come")),
        Column(t("Done on"), "day"),
        Column(t("Counts to")),
        Column(t("Standing")),
        Column(t("Source")),
    )
    return Block(t("Item by item"), columns, rows, most=chapters.LISTED)


def supporting(made: Material) -> Chapter:
    """Return what the supporting facilities offer, how much space they reach, and each of them."""
    t, title = made.t, made.t("Supporting functions")
    assumed = annexes.assumptions(made, t("Assumptions"), "support.")
    return Chapter(title, title, (_reached(made), _offered(made), _facilities(made), assumed))


def _reached(made: Material) -> Block:
    t, zones = made.t, made.names(made.rules.zones, "zone_id")
    near = support.nearest(made.park, made.rules)
    rows = [
        (
            _name(zones, row["zone_id"]) or t("unknown"),
            figures.facility(row["kind"], t),
            row["reach_m"],
            row["known_m2"],
            row["covered_m2"],
            row["share"],
            row["unknown_units"],
            _standing(row, made),
        )
        for row in support.coverage(made.space, near, made.counted_in).to_dict("records")
    ]
    columns = (
        Column(t("Zone")),
        Column(t("Kind")),
        Column(t("Reach (m)"), "count"),
        Column(t("Lettable, known (m²)"), "area"),
        Column(t("In reach (m²)"), "area"),
        Column(t("Share in reach"), "share"),
        Column(t("Unknown units"), "count"),
        Column(t("Standing")),
    )
    note = t("As the crow flies, from the middle of the building to the nearest facility in use; the reach is assumed.")
    return Block(t("Lettable area in reach, by zone"), columns, rows, notes=(note,))


def _offered(made: Material) -> Block:
    t, zones = made.t, made.names(made.rules.zones, "zone_id")
    rows = [
        (
            _name(zones, row["zone_id"]) or t("unknown"),
            figures.facility(row["kind"], t),
            row["facilities"],
            row["capacity"],
            _or_blank(row["capacity_unit"]),
            row["unknown_facilities"],
            _standing(row, made),
        )
        for row in support.capacity(made.park, made.counted_in).to_dict("records")
    ]
    columns = (
        Column(t("Zone")),
        Column(t("Kind")),
        Column(t("Facilities"), "count"),
        Column(t("Capacity"), "number"),
        Column(t("Capacity counted in")),
        Column(t("Of unknown capacity"), "count"),
        Column(t("Standing")),
    )
    return Block(t("What the facilities in use offer"), columns, rows)


def _facilities(made: Material) -> Block:
    t, park = made.t, made.park
    zones, parks = made.names(made.rules.zones, "zone_id"), made.names(pd.DataFrame(park.parks), "park_id")
    rows = [
        (
            row["facility_id"],
            figures.facility(row["kind"], t),
            chapters.named(row, made.lang),
            _name(zones, row["zone_id"]),
            _name(parks, row["park_id"]),
            row["capacity"],
            _or_blank(row["capacity_unit"]),
            row["opened_on"],
            _standing(row, made),
            row["source"],
        )
        for row in park.facilities.drop(columns="geometry").to_dict("records")
    ]
    columns = (
        Column(t("No.")),
        Column(t("Kind")),
        Column(t("Facility")),
        Column(t("Zone")),
        Column(t("Park")),
        Column(t("Capacity"), "number"),
        Column(t("Capacity counted in")),
        Column(t("In use since"), "day"),
        Column(t("Standing")),
        Column(t("Source")),
    )
    return Block(t("Every facility"), columns, rows, most=chapters.LISTED)


def _standing(row: Any, made: Material) -> str:  # noqa: ANN401 - a row of a frame
    """Return the name of a row's standing; nothing where no row stands behind it."""
    return "" if figures.missing(row["standing"]) else figures.standing(row["standing"], made.t)


def _name(names: dict[str, str], code: object) -> str:
    """Return what a code is called, nothing where it is not said."""
    return "" if figures.missing(code) else names.get(str(code), str(code))


def _or_blank(value: object) -> object:
    """Return what a cell holds, nothing where it need not hold anything."""
    return "" if figures.missing(value) else value
