"""Progress of the two programmes: counting rules, area bases, unknowns, quarters and late milestones."""

import datetime as dt
from types import SimpleNamespace

import pandas as pd
import pytest
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st

from parks import snapshot
from parks.status import milestones, progress

DAY = dt.date(2026, 6, 30)
PARTS = ["done_m2", "under_way_m2", "planned_m2"]


def policy(*, starts_on: str | None = "2025-01-01") -> SimpleNamespace:
    """Return a policy with the two targets in m², one of another unit, and the three counting rules."""
    target = {"unit": "m2", "value_min": 1_000_000.0, "document_id": "A", "clause": "任务4"}
    targets = [
        target | {"target_id": "PT11", "project_kind": "renewal"},
        target | {"target_id": "PT10", "project_kind": "new_build"},
        {"target_id": "PT01", "unit": "亿元", "value_min": 5000.0},
    ]
    text = dict.fromkeys(("target_id", "project_kind", "unit", "document_id", "clause"), "string")
    frame = pd.DataFrame(targets).astype(text | {"value_min": "Float64"})
    events = [("started", "started"), ("completed", "completed"), ("recognised", "recognised")]
    return SimpleNamespace(
        targets=frame.assign(starts_on=pd.Timestamp(starts_on), due_on=pd.Timestamp("2027-12-31")),
        counting=pd.DataFrame(events, columns=["rule_id", "event"]),
        bases=pd.DataFrame([("gross", "gfa_m2"), ("far", "far_area_m2")], columns=["basis", "project_column"]),
        zones=pd.DataFrame([("Z-ZJ", "Z-ZJ"), ("Z-CELL", "Z-ZJ")], columns=["zone_id", "counted_in"]),
    )


def project(project_id: str, gfa_m2: float | None = 100.0, **cells: object) -> dict:
    row = {"kind": "new_build", "zone_id": "Z-ZJ", "counts_to": "PT10", "standing": "stated", "far_area_m2": 80.0}
    return row | {"project_id": project_id, "gfa_m2": gfa_m2} | cells


def ledger(
    projects: list[dict], steps: list[tuple[str, str, str | None, str | None]], day: dt.date = DAY
) -> snapshot.Snapshot:
    """Return a snapshot of projects, and of milestones as (project, event, planned, actual)."""
    reached = pd.DataFrame(steps, columns=["project_id", "event", "planned_on", "actual_on"])
    reached = reached.assign(milestone_id=[f"M{i}" for i in range(len(steps))], standing="reported")
    for name in ("planned_on", "actual_on"):
        reached[name] = pd.to_datetime(reached[name])
    return snapshot.of(day, {"projects": pd.DataFrame(projects), "milestones": reached})


PHASES = ledger(
    [project("A"), project("B", 200.0), project("C", 400.0), project("D", None), project("E", 800.0, zone_id="Z-CELL")],
    [
        ("A", "started", "2025-01-01", "2025-02-01"),
        ("A", "completed", "2026-03-01", "2026-05-01"),
        ("A", "recognised", "2026-05-01", "2026-06-30"),
        ("B", "started", "2025-06-01", "2025-07-01"),
        ("B", "completed", "2026-06-29", None),
        ("C", "started", "2026-09-01", None),
        ("C", "completed", "2027-09-01", None),
        ("D", "completed", "2026-01-01", "2026-01-01"),
        ("E", "started", None, "2024-06-01"),
        ("E", "completed", "2026-06-01", "2026-06-15"),
    ],
)


@pytest.mark.parametrize(
    ("rule", "areas"),
    [("started", [1100, 0, 400]), ("completed", [900, 200, 400]), ("recognised", [100, 1000, 400])],
)
def test_each_rule_parts_the_programme(rule: str, areas: list[float]) -> None:
    frame = progress.by_target(PHASES, policy(), rule)
    assert list(frame)[:8] == ["target_id", "kind", "rule", "basis", "target_m2", *PARTS]
    row = frame.iloc[0]
    assert row[PARTS].tolist() == areas
    assert row[["target_id", "kind", "rule", "target_m2"]].tolist() == ["PT10", "new_build", rule, 1_000_000]
    assert row[["projects", "unknown_projects", "standing", "document_id"]].tolist() == [5, 1, "reported", "A"]


def test_a_target_without_projects_says_nought() -> None:
    row = progress.by_target(PHASES, policy()).iloc[1]
    assert row[["target_id", "kind", *PARTS, "projects"]].tolist() == ["PT11", "renewal", 0, 0, 0, 0]
    assert pd.isna(row["standing"])


def test_the_area_basis_is_the_planners_choice() -> None:
    assert progress.by_target(PHASES, policy(), basis="far").loc[0, PARTS].tolist() == [240, 80, 80]
    with pytest.raises(KeyError):
        progress.by_target(PHASES, policy(), basis="net")
    with pytest.raises(KeyError):
        progress.by_target(PHASES, policy(), "promised")


def test_only_what_names_the_target_and_is_of_its_kind_counts() -> None:
    projects = [
        project("A"),
        project("B", kind="renewal"),
        project("C", counts_to=None),
        project("D", counts_to="PT01"),
    ]
    frame = progress.by_target(ledger(projects, []), policy())
    assert frame["projects"].tolist() == [1, 0]
    assert frame["other_kind_projects"].tolist() == [1, 0]


def test_a_part_of_unknown_areas_is_unknown_and_not_nought() -> None:
    row = progress.by_target(ledger([project("A", None)], []), policy()).iloc[0]
    assert pd.isna(row["planned_m2"])
    assert (row["done_m2"], row["unknown_projects"]) == (0, 1)


@pytest.mark.parametrize(("actual", "part"), [("2026-06-30", "done_m2"), ("2026-07-01", "planned_m2")])
def test_a_milestone_counts_from_its_day(actual: str, part: str) -> None:
    park = ledger([project("A")], [("A", "completed", None, actual)])
    assert progress.by_target(park, policy()).loc[0, part] == 100


def test_a_later_step_of_building_implies_the_earlier_and_recognition_nothing() -> None:
    park = ledger(
        [project("A"), project("B")],
        [("A", "handed_over", None, "2026-01-01"), ("B", "recognised", None, "2026-01-01")],
    )
    assert progress.by_target(park, policy(), "completed").loc[0, PARTS].tolist() == [100, 0, 100]
    assert progress.by_target(park, policy(), "recognised").loc[0, PARTS].tolist() == [100, 100, 0]


def test_milestones_of_unknown_projects_or_events_change_nothing() -> None:
    park = ledger([project("A")], [("gone", "completed", "2026-01-01", "2026-01-01"), ("A", None, "2026-01-01", None)])
    assert progress.by_target(park, policy()).loc[0, PARTS].tolist() == [0, 0, 100]
    assert progress.late(park).empty


# --- levels -------------------------------------------------------------------------------------------------------


def test_zones_count_in_the_zone_that_holds_them() -> None:
    frame = progress.by(PHASES, policy(), "zone")
    assert frame[["zone_id", "target_id", "projects"]].to_numpy().tolist() == [["Z-ZJ", "PT10", 5]]
    assert frame.loc[0, PARTS].tolist() == [900, 200, 400]


def test_quarters_are_of_the_day_done_or_planned() -> None:
    park = ledger(
        [project("A"), project("B"), project("C")],
        [("A", "completed", "2026-01-01", "2026-05-01"), ("B", "completed", "2027-12-31", None)],
    )
    frame = progress.by(park, policy(), "quarter")
    assert frame["quarter"].fillna("unknown").tolist() == ["2026-Q2", "2027-Q4", "unknown"]
    assert frame[["done_m2", "planned_m2"]].to_numpy().tolist() == [[100, 0], [0, 100], [0, 100]]


def test_projects_have_a_row_each_and_an_unknown_zone_comes_last() -> None:
    park = ledger([project("A", zone_id=None), project("B"), project("C", kind="renewal", counts_to="PT11")], [])
    assert progress.by(park, policy(), "project")["project_id"].tolist() == ["A", "B", "C"]
    frame = progress.by(park, policy(), "zone")
    assert frame["zone_id"].fillna("unknown").tolist() == ["Z-ZJ", "unknown", "Z-ZJ"]
    assert frame["target_id"].tolist() == ["PT10", "PT10", "PT11"]


@pytest.mark.parametrize("level", ["zone", "quarter", "project"])
def test_no_projects_make_no_rows(level: str) -> None:
    assert progress.by(ledger([], []), policy(), level).empty
    assert progress.by_target(ledger([], []), policy())["projects"].tolist() == [0, 0]


# --- the curve and what is late -------------------------------------------------------------------------------------


def test_the_curve_tells_plan_and_done_quarter_by_quarter() -> None:
    frame = progress.curve(PHASES, policy())
    new = frame[frame["target_id"] == "PT10"].set_index("quarter")
    assert list(frame) == list(progress.CURVE)
    assert (new.index[0], new.index[-1], len(new)) == ("2024-Q4", "2027-Q4", 13)
    assert new.loc["2026-Q2", ["done_m2", "under_way_m2", "planned_m2"]].tolist() == [900, 200, 0]
    assert new.loc["2026-Q1", ["plan_total_m2", "done_total_m2"]].tolist() == [100, 0]
    assert new.loc["2026-Q2", ["plan_total_m2", "done_total_m2"]].tolist() == [1100, 900]
    assert new.loc["2027-Q4", "plan_total_m2"] == 1500
    assert new.loc["2026-Q3":, "done_total_m2"].isna().all()
    assert new["unknown_projects"].unique().tolist() == [1]
    assert len(frame) == 26


def test_what_lies_before_the_period_is_in_its_first_row_and_what_lies_after_in_none() -> None:
    park = ledger(
        [project("A"), project("B", 200.0)],
        [("A", "completed", "2023-01-01", "2023-01-01"), ("B", "completed", "2028-01-01", None)],
    )
    frame = progress.curve(park, policy())[:13]
    assert frame.loc[0, ["done_m2", "plan_total_m2", "done_total_m2"]].tolist() == [100, 100, 100]
    assert frame["planned_m2"].sum() == 0


def test_a_target_without_a_period_has_no_curve() -> None:
    frame = progress.curve(PHASES, policy(starts_on=None))
    assert frame.empty
    assert list(frame) == list(progress.CURVE)


def test_late_is_what_was_planned_before_the_day_and_is_not_reached() -> None:
    park = ledger(
        [project("A", name_zh="甲"), project("B")],
        [
            ("A", "completed", "2026-06-30", None),
            ("A", "started", "2026-06-29", None),
            ("A", "approved", "2026-06-01", "2026-07-01"),
            ("B", "approved", "2025-01-01", None),
            ("B", "started", "2025-06-01", "2025-06-01"),
            ("B", "topped_out", None, None),
        ],
    )
    frame = progress.late(park)
    assert frame[["project_id", "event", "days_late"]].to_numpy().tolist() == [
        ["A", "approved", 29],
        ["A", "started", 1],
    ]
    assert frame.loc[0, ["name_zh", "gfa_m2", "standing"]].tolist() == ["甲", 100, "reported"]


def test_the_chain_of_steps_ends_at_the_event() -> None:
    names = [[milestones.EVENTS[i] for i in milestones.chain(event)] for event in ("started", "recognised")]
    assert names == [["approved", "started"], ["approved", "started", "topped_out", "completed", "recognised"]]


# --- invariants ---------------------------------------------------------------------------------------------------


@st.composite
def programmes(draw: st.DrawFn) -> snapshot.Snapshot:
    """Return projects at random with cells unknown here and there."""
    days = st.one_of(st.none(), st.dates(dt.date(2023, 1, 1), dt.date(2029, 1, 1)).map(str))
    area = st.one_of(st.none(), st.integers(1, 999).map(float))
    kinds = st.sampled_from([("new_build", "PT10"), ("renewal", "PT11"), ("renewal", "PT10"), ("new_build", None)])
    projects, steps = [], []
    for i in range(draw(st.integers(0, 6))):
        kind, target = draw(kinds)
        zone = draw(st.sampled_from(["Z-ZJ", "Z-CELL", None]))
        projects.append(project(f"P{i}", draw(area), kind=kind, counts_to=target, zone_id=zone))
        chosen = draw(st.lists(st.sampled_from(milestones.EVENTS), unique=True))
        steps += [(f"P{i}", event, draw(days), draw(days)) for event in chosen]
    return ledger(projects, steps)


@settings(deadline=None, max_examples=thorough.cases(8))
@given(programmes(), st.sampled_from(["started", "completed", "recognised"]))
def test_every_level_adds_up_and_parts_part_the_projects(park: snapshot.Snapshot, rule: str) -> None:
    whole = progress.by_target(park, policy(), rule).set_index("target_id")
    counted = progress.entries(park, policy(), rule, "gross")
    assert whole[PARTS].fillna(0).to_numpy().sum() == counted["area_m2"].sum()
    assert whole["unknown_projects"].sum() == counted["area_m2"].isna().sum()
    for level in ("zone", "quarter", "project"):
        frame = progress.by(park, policy(), level, rule)
        for column in [*PARTS, "projects", "unknown_projects"]:
            sums = frame.groupby("target_id")[column].sum().reindex(whole.index).fillna(0)
            assert (sums == whole[column].fillna(0)).all(), (level, column)


@settings(deadline=None, max_examples=thorough.cases(8))
@given(programmes())
def test_what_is_completed_has_started(park: snapshot.Snapshot) -> None:
    started, completed = (
        progress.by_target(park, policy(), rule)["done_m2"].fillna(0) for rule in ("started", "completed")
    )
    assert (started >= completed).all()


@settings(deadline=None, max_examples=thorough.cases(8))
@given(programmes())
def test_the_curve_never_falls_and_never_exceeds_the_ledger(park: snapshot.Snapshot) -> None:
    frame, whole = progress.curve(park, policy()), progress.by_target(park, policy()).set_index("target_id")
    for target, rows in frame.groupby("target_id"):
        assert rows["plan_total_m2"].is_monotonic_increasing
        done = rows["done_total_m2"].dropna()
        assert done.is_monotonic_increasing
        assert done.iloc[-1] == whole["done_m2"].fillna(0)[target]
