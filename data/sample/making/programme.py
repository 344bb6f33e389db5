"""Projects and milestones of the two programmes: made up, tied to the made-up buildings.

A new-build project makes the buildings of one park that share a cohort; a renewal project renews a few older
buildings of one park. What lies behind a milestone is its true day; on the data day only days up to it are known as
reached. Sums are drawn to come near the targets, not at them.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from making import draw, more

if TYPE_CHECKING:
    import numpy as np

NEW_BUILD = ("approved", "started", "topped_out", "completed", "recognised", "handed_over")
RENEWAL = ("approved", "started", "completed", "recognised", "handed_over")
OUTSIDE = "Z-LGB"
"""Outside the plan's layout: counts to no target."""
TO_COME = (("P024", 62_000), ("P026", 54_000), ("P056", 41_000), ("P904", 39_000))
"""New-build projects that are only planned, with their made-up areas; their buildings are not drawn."""
RENEWED = {
    "done": ("P001", "P002", "P014", "P031", "P033", "P034", "P037", "P051", "P052", "P055", "P057", "P058"),
    "under_way": ("P002", "P013", "P022", "P033", "P037", "P049", "P056", "P062", "P901", "P904"),
    "to_come": ("P001", "P006", "P023", "P031", "P051", "P052", "P057", "P903"),
}
"""Parks in which something is renewed, by how far it has come."""
PER_PROJECT = {"done": 33_000, "under_way": 33_000, "to_come": 27_000}
"""Gross floor area that a renewal project gathers, about."""
RENEWED_BEFORE = dt.date(2019, 1, 1)


def projects(buildings: list[draw.Row], places: list[draw.Row]) -> list[draw.Row]:
    """Return the projects; writes the expected or actual completion into the new buildings."""
    place = {row["park_id"]: row for row in places}
    made = _new_build(buildings, place) + _renewal(buildings, place)
    for number, row in enumerate(made, start=1):
        row["project_id"] = f"J{number:03d}"
    for index in (4, 27, 41, 58):
        made[index]["gfa_m2"] = None
    draw.blank(made, "far_area_m2", 0.05)
    return more.projects(made, place)


def _new_build(buildings: list[draw.Row], place: dict[str, draw.Row]) -> list[draw.Row]:
    made = []
    for cohort, state in (("done", "done"), ("under_way", "under_way")):
        groups: dict[str, list[draw.Row]] = {}
        for row in buildings:
            if row["_cohort"] == cohort:
                groups.setdefault(row["park_id"], []).append(row)
        for turn, (park, group) in enumerate(sorted(groups.items())):
            rng = draw.stream(f"new build {park} {state}")
            days = _new_days(rng, state, turn / max(1, len(groups) - 1))
            for row in group:
                row["completed_on"] = days["completed"][1]
            made.append(_project(rng, place[park], "new_build", group, days))
    for park, gfa in TO_COME:
        rng = draw.stream(f"new build {park} to come")
        row = _project(rng, place[park], "new_build", [], _new_days(rng, "to_come", rng.random()))
        made.append({**row, "gfa_m2": gfa, "far_area_m2": round(gfa * (0.86 + 0.1 * rng.random()))})
    _forget_two(made)
    return made


def _forget_two(made: list[draw.Row]) -> None:
    """Make the expected completion of two projects under way unknown, with that of their buildings."""
    under_way = [row for row in made if row["_state"] == "under_way"]
    for row in (under_way[3], under_way[11]):
        for event in ("completed", "recognised", "handed_over"):
            row["_days"][event] = (None, None)
        for building in row["_buildings"]:
            building["completed_on"] = None


def _renewal(buildings: list[draw.Row], place: dict[str, draw.Row]) -> list[draw.Row]:
    free = [row for row in buildings if row["_cohort"] == "old" and row["completed_on"] < RENEWED_BEFORE]
    made = []
    for state, parks in RENEWED.items():
        for turn, park in enumerate(parks):
            rng = draw.stream(f"renewal {park} {state}")
            group: list[draw.Row] = []
            wanted = PER_PROJECT[state] * (0.75 + 0.5 * rng.random())
            while free and sum(row["_gfa"] for row in group) < wanted:
                row = next((row for row in free if row["park_id"] == park), None)
                if row is None:
                    break
                free.remove(row)
                group.append(row)
            days = _renewal_days(rng, state, turn / (len(parks) - 1))
            project = _project(rng, place[park], "renewal", group, days)
            for row in group:
                row["_renewal"] = project
            made.append(project)
    return made


def _project(
    rng: np.random.Generator,
    place: draw.Row,
    kind: str,
    group: list[draw.Row],
    timeline: dict[str, Any],
) -> draw.Row:
    word_zh, word_en = ("新建项目", "new build") if kind == "new_build" else ("更新项目", "renewal")
    doors = [row["building_id"].rsplit("-", 1)[1] for row in group]
    which = f" {doors[0]}" if len(doors) == 1 else f" {doors[0]}–{doors[-1]}" if doors else ""
    target = {"new_build": "PT10", "renewal": "PT11"}[kind]
    return {
        "name_zh": f"示例{word_zh}·{place['short_zh'].removeprefix('示例')}{which}",
        "name_en": f"Sample {word_en} · {place['short_en'].removeprefix('Sample ')}{which}",
        "kind": kind,
        "zone_id": place["zone_id"],
        "park_id": place["park_id"],
        "building_id": group[0]["building_id"] if len(group) == 1 else None,
        "developer": f"示例建设单位 {int(rng.integers(1, 13)):02d}",
        "gfa_m2": sum(row["_gfa"] for row in group),
        "_above": sum(row["above_ground_m2"] for row in group),
        "far_area_m2": round(sum(row["above_ground_m2"] for row in group) * (0.93 + 0.09 * rng.random())),
        "counts_to": None if place["zone_id"] == OUTSIDE else target,
        **draw.MARKS,
        "_buildings": group,
        "_days": timeline,
        "_state": _state(timeline),
    }


def _state(timeline: dict[str, Any]) -> str:
    if timeline["completed"][1] <= draw.DAY:
        return "done"
    return "under_way" if timeline["started"][1] <= draw.DAY else "to_come"


def _new_days(rng: np.random.Generator, state: str, turn: float) -> dict[str, Any]:
    """Return planned and true day of each event, spread over the programme by `turn` from 0 to 1."""
    gaps = {
        "started": rng.integers(30, 60),
        "topped_out": rng.integers(170, 240),
        "completed": rng.integers(150, 210),
        "recognised": rng.integers(25, 95),
        "handed_over": rng.integers(10, 60),
    }
    first = {
        "done": (dt.date(2025, 6, 20), 480),
        "under_way": (dt.date(2026, 11, 20), 440),
        "to_come": (dt.date(2028, 1, 20), 280),
    }[state]
    return _timeline(rng, NEW_BUILD, draw.days(first[0], first[1] * turn), gaps)


def _renewal_days(rng: np.random.Generator, state: str, turn: float) -> dict[str, Any]:
    """Return planned and true day of each event of a renewal."""
    length = {"done": (180, 300), "under_way": (250, 340), "to_come": (200, 320)}[state]
    gaps = {
        "started": rng.integers(30, 75),
        "completed": rng.integers(*length),
        "recognised": rng.integers(25, 95),
        "handed_over": rng.integers(10, 45),
    }
    first = {
        "done": (dt.date(2025, 3, 10), 590),
        "under_way": (dt.date(2026, 11, 15), 215),
        "to_come": (dt.date(2027, 11, 1), 240),
    }[state]
    return _timeline(rng, RENEWAL, draw.days(first[0], first[1] * turn), gaps)


def _timeline(
    rng: np.random.Generator, events: tuple[str, ...], completed: dt.date, gaps: dict[str, Any]
) -> dict[str, Any]:
    """Return planned and true day of each event, counted from the true completion; delays only grow."""
    at = events.index("completed")
    true = {"completed": completed}
    for event, following in zip(reversed(events[:at]), reversed(events[1 : at + 1]), strict=True):
        true[event] = draw.days(true[following], -gaps[following])
    for event, before in zip(events[at + 1 :], events[at:], strict=False):
        true[event] = draw.days(true[before], gaps[event])
    slip = 0.0
    plan = {}
    for event in events:
        slip += draw.pick(rng, (0, 5, 15, 30, 45), (0.3, 0.25, 0.2, 0.15, 0.1))
        before = max(plan.values(), default=draw.days(true["approved"], -60))
        plan[event] = max(draw.days(true[event], -slip), draw.days(before, 5))
    return {event: (plan[event], true[event]) for event in events}


def milestones(rows: list[draw.Row]) -> list[draw.Row]:
    """Return the milestones of the projects: planned days, and actual days up to the data day."""
    made = []
    for project in rows:
        rng = draw.stream(f"milestones {project['name_en']}")
        events = project.get("_events") or (NEW_BUILD if project["kind"] == "new_build" else RENEWAL)
        for number, event in enumerate(events, start=1):
            planned, true = project["_days"][event]
            reached = true is not None and true <= draw.DAY
            if event == "recognised" and reached and draw.chance(rng, 0.2):
                reached = False
            made.append(
                {
                    "milestone_id": f"{project['project_id']}-{number}",
                    "project_id": project["project_id"],
                    "event": event,
                    "planned_on": planned,
                    "actual_on": true if reached else None,
                    **draw.MARKS,
                }
            )
    return more.milestones(rows, made)
