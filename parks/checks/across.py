"""What the tables must satisfy together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from parks import outlines
from parks.checks import decisions, findings, outlined, projects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from parks.issues import Issue
    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.words import Translate

FIRM = ("let", "reserved", "fitting_out", "locked", "renovation")
"""States of a lease that keep everybody else out."""
STEPS = ("approved", "started", "topped_out", "completed", "handed_over")
"""Milestones in their order. Recognition has no place in it: the rules do not say when it comes."""
ROUNDING = 1.001
"""Sums of areas may exceed the whole by this factor: each part is rounded."""
LISTS = ("portfolio", "plan_area")
"""Records that hold no buildings of their own."""


def faults(park: Snapshot, rules: Policy, t: Translate) -> Iterator[Issue]:
    """Faults between the tables of a day: what cannot be true at once."""
    tests = (_homes, _floors, _areas, _let, _overlaps, _wishes, _zones, _outside, _milestones, _completions)
    for test in tests:
        yield from test(park, rules, t)
    yield from projects.faults(park, t)
    yield from outlined.faults(park, t)
    yield from decisions.splits(park, rules, t)


def _homes(park: Snapshot, _: Policy, t: Translate) -> Iterable[Issue]:
    """Buildings in a record that is only a list of others."""
    kind = findings.found(park.buildings["park_id"], park.parks.set_index("park_id")["record_type"])
    message = t("The record of its park is a portfolio or a plan area and holds no buildings of its own.")
    mend = t("Name the campus in which the building stands.")
    return findings.issues("buildings", park.buildings, kind.isin(LISTS), "park_id", "park", message, mend)


def _floors(park: Snapshot, _: Policy, t: Translate) -> Iterable[Issue]:
    """Units on a floor of another building."""
    building = findings.found(park.units["floor_id"], park.floors.set_index("floor_id")["building_id"])
    message = t("The floor belongs to another building.")
    mend = t("Mend the floor or the building of the unit.")
    return findings.issues(
        "units", park.units, building != park.units["building_id"], "floor_id", "floor", message, mend
    )


def _areas(park: Snapshot, _: Policy, t: Translate) -> Iterator[Issue]:
    """Parts that are larger than the whole."""
    mend = t("Mend the area of the whole or of its parts.")
    for part, column, whole, key, message in (
        (park.units, "lettable_m2", "floors", "floor_id", t("Its units have more lettable area than the floor has.")),
        (park.units, "gfa_m2", "floors", "floor_id", t("Its units have more gross area than the floor has.")),
        (park.floors, "gfa_m2", "buildings", "building_id", t("Its floors have more area than the building has.")),
        (park.units, "lettable_m2", "buildings", "building_id", t("Its units have more lettable area than it has.")),
        (park.units, "gfa_m2", "buildings", "building_id", t("Its units have more gross area than it has.")),
    ):
        frame = park.table(whole)
        total = findings.found(frame[key], part.groupby(key)[column].sum(min_count=1))
        yield from findings.issues(whole, frame, total > frame["gfa_m2"] * ROUNDING, "gfa_m2", "area", message, mend)


def _let(park: Snapshot, _: Policy, t: Translate) -> Iterator[Issue]:
    """More let than can be let: a unit without lettable area, or a contract for more than its unit has.

    A contract without an area lets its unit whole. An unknown area is no fault. That two firm leases hold one unit is
    told by `_overlaps`, that units are larger than their floor or building by `_areas`.
    """
    area = findings.found(park.leases["unit_id"], park.units.set_index("unit_id")["lettable_m2"])
    let = park.leases["state"].isin(FIRM) & park.leases["tenant_id"].notna()
    message = t("The lease covers a unit without lettable area.")
    mend = t("Mend the lettable area of the unit, or name the unit that is let.")
    yield from findings.issues("leases", park.leases, let & (area == 0), "unit_id", "area", message, mend)
    more = (area > 0) & (park.leases["contract_m2"] > area * ROUNDING)
    message = t("The contract names more area than the unit has to let.")
    mend = t("Mend the area of the contract or of the unit, or name all units that are let.")
    yield from findings.issues("leases", park.leases, more, "contract_m2", "area", message, mend)


def _overlaps(park: Snapshot, _: Policy, t: Translate) -> Iterable[Issue]:
    """Firm leases of one unit that overlap; the later one is named."""
    firm = park.leases[park.leases["state"].isin(FIRM) & park.leases["valid_from"].notna()]
    firm = firm.sort_values(["unit_id", "valid_from", "lease_id"], kind="stable")
    end = firm["valid_to"].fillna(pd.Timestamp("9999-12-31"))
    before = end.groupby(firm["unit_id"]).cummax().groupby(firm["unit_id"]).shift()
    message = t("Another firm lease holds the unit on the same days.")
    mend = t("End one of the two, or mend its days.")
    return findings.issues("leases", firm, before > firm["valid_from"], "unit_id", "overlap", message, mend)


def _wishes(park: Snapshot, _: Policy, t: Translate) -> Iterable[Issue]:
    """Needs that wish to be near a company that is not on record."""
    near, known = park.needs["near"], set(park.tenants["tenant_id"])
    strange = near.map(lambda ids: any(name.strip() not in known | {""} for name in ids.split(";")), na_action="ignore")
    message = t("It wishes to be near a company that is not on record.")
    return findings.issues(
        "needs", park.needs, strange, "near", "unknown_reference", message, t("Name companies by their ids.")
    )


def _zones(park: Snapshot, rules: Policy, t: Translate) -> Iterator[Issue]:
    """Projects and parks that are counted in another zone than they should be."""
    zone = findings.found(park.projects["park_id"], park.parks.set_index("park_id")["zone_id"])
    message = t("The project is counted in another zone than its park.")
    mend = t("Mend the zone of the project or of the park.")
    yield from findings.issues(
        "projects", park.projects, zone != park.projects["zone_id"], "zone_id", "zone", message, mend
    )
    outside = findings.found(park.parks["zone_id"], rules.zones.set_index("zone_id")["role"]) == "outside"
    wrong = outside == park.parks["inside_layout"]
    message = t("Whether the park is inside the layout does not agree with its zone.")
    mend = t("Mend the zone, or whether it is inside.")
    yield from findings.issues("parks", park.parks, wrong, "inside_layout", "zone", message, mend)


def _outside(park: Snapshot, rules: Policy, t: Translate) -> Iterator[Issue]:
    """Surveyed parks and their buildings that lie outside the outline of their zone.

    A schematic park stands anywhere in its sub-area, and the footprints of its buildings are drawn round that point:
    neither says where it really lies. Once a surveyed place is known, the park is marked so and its buildings are
    checked. What crosses an outline is inside: outlines are generalised.
    """
    surveyed = park.parks[park.parks["placement"] == "surveyed"].set_index("park_id")["zone_id"]
    shapes = outlines.laid(rules, park).zones.set_index("zone_id").geometry
    message = t("It lies outside the outline of its zone.")
    mend = t("Check the place and the zone; the outlines are generalised.")
    for table, frame in (("parks", park.parks), ("buildings", park.buildings)):
        outline = gpd.GeoSeries(findings.found(findings.found(frame["park_id"], surveyed), shapes), crs=frame.crs)
        away = frame.geometry.disjoint(outline, align=False) & frame.geometry.notna() & outline.notna()
        yield from findings.issues(table, frame, away, "geometry", "zone", message, mend)


def _milestones(park: Snapshot, _: Policy, t: Translate) -> Iterator[Issue]:
    """Milestones that stand twice, in the future, or before one that comes earlier."""
    frame = park.milestones
    doubled = frame.duplicated(["project_id", "event"])
    message, mend = t("The project has this milestone twice."), t("Remove one of the two.")
    yield from findings.issues("milestones", frame, doubled, "event", "doubled", message, mend)
    message, mend = t("It was reached on a day that is still to come."), t("Enter that day as planned.")
    late = frame["actual_on"] > pd.Timestamp(park.day)
    yield from findings.issues("milestones", frame, late, "actual_on", "future", message, mend)
    message = t("It lies before a milestone that comes earlier.")
    mend = t("Mend one of the two days.")
    for column in ("planned_on", "actual_on"):
        rows = frame[frame["event"].isin(STEPS) & frame[column].notna() & ~doubled]
        step = rows["event"].map({event: number for number, event in enumerate(STEPS)})
        rows = rows.assign(step=step).sort_values(["project_id", "step"], kind="stable")
        before = rows.groupby("project_id")[column].cummax().groupby(rows["project_id"]).shift()
        yield from findings.issues("milestones", rows, before > rows[column], column, "order", message, mend)


def _completions(park: Snapshot, _: Policy, t: Translate) -> Iterator[Issue]:
    """New buildings that stand before the project that makes them is complete."""
    frame = park.buildings
    message, mend = t("It is marked as built, but its completion is still to come."), t("Mend the status or the day.")
    early = (frame["status"] == "built") & (frame["completed_on"] > pd.Timestamp(park.day))
    yield from findings.issues("buildings", frame, early, "status", "future", message, mend)
    made = park.projects[(park.projects["kind"] == "new_build") & park.projects["building_id"].notna()]
    done = park.milestones[park.milestones["event"] == "completed"].drop_duplicates("project_id")
    made = made[["project_id", "building_id"]].merge(done[["project_id", "planned_on", "actual_on"]], on="project_id")
    made = made.drop_duplicates("building_id").set_index("building_id")
    actual, planned = (findings.found(frame["building_id"], made[name]) for name in ("actual_on", "planned_on"))
    stands = frame["completed_on"].le(pd.Timestamp(park.day)) | (frame["status"] == "built").fillna(value=False)
    awaited = frame["building_id"].isin(made.index) & actual.isna() & (planned > pd.Timestamp(park.day)) & stands
    message = t("It stands before the project that makes it is complete.")
    mend = t("Mend the day of the building or the milestone of the project.")
    wrong = awaited | (frame["completed_on"] < actual)
    yield from findings.issues("buildings", frame, wrong, "completed_on", "order", message, mend)
