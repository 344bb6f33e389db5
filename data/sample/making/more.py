"""More of the two programmes: phases, parcels, space taken out, what was given up, evidence and first leases.

Added to the projects of `programme`, each from random numbers of its own, so that nothing drawn before changes.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from making import draw

PHASED = (("renewal", "P002"), ("renewal", "P033"))
"""Kind and park whose projects are phases of one whole."""
GIVEN_UP = (
    ("P014", "renewal", 21_000, "approved", dt.date(2025, 9, 1), 210),
    ("P031", "renewal", 18_500, "started", dt.date(2025, 11, 15), 240),
    ("P024", "new_build", 33_000, "approved", dt.date(2026, 3, 10), 160),
)
"""Park, kind, area, last milestone reached, its day, and after how many days the project was given up: all made up."""
UNKNOWN_TAKEN_OUT = (2, 17)
"""Renewals, counted in order, of which nobody knows what they close."""
SOONER = 120
"""Days by which the plans of new buildings not yet begun are tightened after their start, to be done by 2027."""
PROVEN = 0.85
"""Share of the milestones reached of which evidence is on file."""
PAPERS = {
    "approved": "示例批复",
    "started": "示例施工许可证",
    "topped_out": "示例封顶验收记录",
    "completed": "示例竣工备案表",
    "recognised": "示例认定通知",
    "handed_over": "示例交接单",
    "first_let": "示例租赁合同备案",
}


def projects(made: list[draw.Row], place: dict[str, draw.Row]) -> list[draw.Row]:
    """Return the projects with their further columns, then the wholes and what was given up."""
    rng = draw.stream("projects, further columns")
    renewals = 0
    for row in made:
        row["parcel"] = f"示例地块 {row['park_id']}-{int(rng.integers(1, 30)):02d}"
        above, gross = row.get("_above") or row["gfa_m2"] * 0.9, row["gfa_m2"]
        row["above_ground_m2"] = None if gross is None else round(min(above, gross))
        taken = 0.8 + 0.18 * rng.random()
        if row["kind"] == "renewal":
            unknown = gross is None or renewals in UNKNOWN_TAKEN_OUT
            row["taken_out_m2"] = None if unknown else round(gross * taken)
            renewals += 1
    return made + _wholes(made) + _given_up(place)


def _wholes(made: list[draw.Row]) -> list[draw.Row]:
    """Return a whole for the projects of each park in `PHASED`; they become its phases, and are counted."""
    found: list[draw.Row] = []
    for number, (kind, park) in enumerate(PHASED, start=1):
        phases = [row for row in made if row["kind"] == kind and row["park_id"] == park]
        name = f"J8{number:02d}"
        for row in phases:
            row["phase_of"] = name
        first = phases[0]
        short_zh, short_en = (first[f"name_{lang}"].rsplit(" ", 1)[0] for lang in ("zh", "en"))
        days = {"approved": min(row["_days"]["approved"] for row in phases)}
        areas = ("gfa_m2", "above_ground_m2", "far_area_m2")
        known = {area: [row[area] for row in phases] for area in areas}
        whole = {area: None if None in cells else round(sum(cells) * 1.02) for area, cells in known.items()}
        copied = {name: first[name] for name in ("kind", "zone_id", "park_id", "developer", "counts_to")}
        names = {"project_id": name, "name_zh": f"{short_zh}（整体）", "name_en": f"{short_en} (whole)"}
        found.append(names | copied | whole | draw.MARKS | {"_days": days, "_events": ("approved",)})
    return found


def _given_up(place: dict[str, draw.Row]) -> list[draw.Row]:
    """Return the projects that were given up before they were done."""
    found = []
    for number, (park, kind, area, last, day, after) in enumerate(GIVEN_UP, start=1):
        here, new = place[park], kind == "new_build"
        short_zh, short_en = here["short_zh"].removeprefix("示例"), here["short_en"].removeprefix("Sample ")
        word_zh, word_en = ("新建项目", "new build") if new else ("更新项目", "renewal")
        days: dict[str, Any] = {"approved": (draw.days(day, -20), day)}
        if last == "started":
            days = {"approved": (draw.days(day, -90), draw.days(day, -75)), "started": (draw.days(day, -15), day)}
        days["completed"] = (draw.days(day, 400), None)
        row = {
            "project_id": f"J9{number:02d}",
            "name_zh": f"示例{word_zh}·{short_zh}（已终止）",
            "name_en": f"Sample {word_en} · {short_en} (given up)",
            "kind": kind,
            "zone_id": here["zone_id"],
            "park_id": park,
            "developer": f"示例建设单位 {number:02d}",
            "gfa_m2": area,
            "above_ground_m2": round(area * 0.93),
            "far_area_m2": round(area * 0.9),
            "taken_out_m2": None if new else round(area * 0.88),
            "counts_to": "PT10" if new else "PT11",
            "dropped_on": draw.days(day, after),
        }
        found.append(row | draw.MARKS | {"_days": days, "_events": tuple(days)})
    return found


def _tighten(rows: list[draw.Row], made: list[draw.Row]) -> None:
    """Plan the works of new buildings that are not begun in less time: an ambitious plan, as there are."""
    ahead = {row["project_id"] for row in rows if row["kind"] == "new_build" and row.get("_state") == "to_come"}
    for row in made:
        if row["project_id"] in ahead and row["event"] not in {"approved", "started"} and row["planned_on"]:
            row["planned_on"] = draw.days(row["planned_on"], -SOONER)


def milestones(rows: list[draw.Row], made: list[draw.Row]) -> list[draw.Row]:
    """Return the milestones with first leases and evidence."""
    rng = draw.stream("milestones, first leases and evidence")
    _tighten(rows, made)
    last: dict[str, draw.Row] = {row["project_id"]: row for row in made}
    for project in rows:
        days = project["_days"].get("handed_over")
        wait, planned = int(rng.integers(5, 150)), int(rng.integers(20, 90))
        if days is None:
            continue
        true, handed = days[1], last[project["project_id"]]
        plan = handed["planned_on"]
        reached = handed["actual_on"] is not None and draw.days(true, wait) <= draw.DAY
        number = int(handed["milestone_id"].rsplit("-", 1)[1]) + 1
        made.append(
            {
                "milestone_id": f"{project['project_id']}-{number}",
                "project_id": project["project_id"],
                "event": "first_let",
                "planned_on": plan and draw.days(plan, planned),
                "actual_on": draw.days(true, wait) if reached else None,
                **draw.MARKS,
            }
        )
    for row in sorted(made, key=lambda row: str(row["milestone_id"])):
        proven = draw.chance(rng, PROVEN)
        if row["actual_on"] is not None and proven:
            row["evidence"] = f"{PAPERS[row['event']]} {row['milestone_id']}.pdf"
    return made
