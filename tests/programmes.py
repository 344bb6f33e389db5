"""Ledgers of the programme for tests: a policy of two targets, projects, milestones, splits."""

import datetime as dt
from types import SimpleNamespace

import pandas as pd

from parks import snapshot

DAY = dt.date(2026, 6, 30)


def policy() -> SimpleNamespace:
    """Return a policy with a target for each kind of project, and one of another unit without a clause."""
    target = {"unit": "m2", "value_min": 1000.0, "document_id": "A", "clause": "任务4"}
    targets = [
        target | {"target_id": "PT10", "project_kind": "new_build", "phrase_zh": "新建", "name_en": "New"},
        target | {"target_id": "PT11", "project_kind": "renewal", "phrase_zh": "更新", "name_en": "Renewal"},
        {"target_id": "PT01", "unit": "亿元", "value_min": 5000.0, "phrase_zh": "规模", "name_en": "Scale"},
    ]
    text = ("target_id", "project_kind", "unit", "document_id", "clause", "phrase_zh", "name_en")
    frame = pd.DataFrame(targets).astype(dict.fromkeys(text, "string") | {"value_min": "Float64"})
    said = {"source": "notice", "standing": "stated"}
    events = [("started", "started"), ("completed", "completed"), ("recognised", "recognised")]
    bases = [("gross", "gfa_m2"), ("above_ground", "above_ground_m2"), ("far", "far_area_m2")]
    return SimpleNamespace(
        targets=frame.assign(starts_on=pd.Timestamp("2025-01-01"), due_on=pd.Timestamp("2027-12-31"), **said),
        counting=pd.DataFrame(events, columns=["rule_id", "event"]),
        bases=pd.DataFrame(bases, columns=["basis", "project_column"]),
        zones=pd.DataFrame([("Z-ZJ", "Z-ZJ"), ("Z-CELL", "Z-ZJ"), ("Z-LG", "Z-LG")], columns=["zone_id", "counted_in"]),
    )


def project(project_id: str, gfa_m2: float | None = 100.0, **cells: object) -> dict:
    row = {"kind": "new_build", "zone_id": "Z-ZJ", "standing": "stated", "name_zh": f"项目{project_id}"}
    row["counts_to"] = "PT11" if cells.get("kind") == "renewal" else "PT10"
    return row | {"project_id": project_id, "gfa_m2": gfa_m2} | cells


def renewed(project_id: str, gfa_m2: float | None = 100.0, **cells: object) -> dict:
    return project(project_id, gfa_m2, kind="renewal", **cells)


def ledger(
    projects: list[dict],
    steps: list[tuple] = (),
    *,
    day: dt.date = DAY,
    split: list[dict] = (),
) -> snapshot.Snapshot:
    """Return a snapshot of projects, of milestones as (project, event, planned, actual), and of splits."""
    reached = pd.DataFrame(list(steps), columns=["project_id", "event", "planned_on", "actual_on"])
    reached = reached.assign(milestone_id=[f"M{i}" for i in range(len(reached))], standing="reported")
    for name in ("planned_on", "actual_on"):
        reached[name] = pd.to_datetime(reached[name])
    frame = pd.DataFrame(projects)
    if "dropped_on" in frame:
        frame["dropped_on"] = pd.to_datetime(frame["dropped_on"])
    tables = {"projects": frame, "milestones": reached, "target_splits": pd.DataFrame(list(split))}
    return snapshot.of(day, tables)
