"""Checks of projects, their phases and milestones, and of the user's splits of targets."""

from types import SimpleNamespace

import pandas as pd
import pytest
from programmes import DAY, ledger, policy, project, renewed

from parks import checks, snapshot, words
from parks.checks import decisions, projects

T = words.translator("en")


def kinds(found) -> list[tuple[str, str, str]]:
    return [(issue.row, issue.column, issue.kind) for issue in found]


def faults(*args, **options) -> list[tuple[str, str, str]]:
    return kinds(projects.faults(ledger(*args, **options), T))


def test_area_above_ground_and_space_taken_out():
    rows = [
        project("A", 100.0, above_ground_m2=101.0),
        project("B", 100.0, above_ground_m2=100.0, taken_out_m2=5.0),
        project("C", taken_out_m2=0.0),
        renewed("D", taken_out_m2=500.0),
    ]
    frame = pd.DataFrame(rows).assign(source="a test")
    assert kinds(checks.check("projects", frame, {})) == [
        ("A", "above_ground_m2", "area"),
        ("B", "taken_out_m2", "kind"),
    ]


def test_a_sound_programme_has_no_fault():
    rows = [project("W", 500.0), project("A", 200.0, phase_of="W"), project("B", 250.0, phase_of="W"), project("C")]
    steps = [("A", "started", "2025-01-01", "2025-01-01"), ("A", "first_let", "2025-06-01", "2025-06-01")]
    assert faults(rows, steps) == []


def test_phases_in_a_circle():
    rows = [
        project("A", phase_of="B"),
        project("B", phase_of="C"),
        project("C", phase_of="B"),
        project("D", phase_of="D"),
    ]
    found = [one for one in faults(rows) if one[2] == "circle"]
    assert found == [("B", "phase_of", "circle"), ("C", "phase_of", "circle"), ("D", "phase_of", "circle")]


def test_phases_of_another_kind_or_target():
    rows = [
        project("W", 900.0),
        renewed("A", phase_of="W"),
        project("B", phase_of="W", counts_to=None),
        project("C", phase_of="W", kind=None),
        project("D", phase_of="gone", counts_to=None),
    ]
    assert faults(rows) == [
        ("A", "kind", "phase"),
        ("C", "kind", "phase"),
        ("A", "counts_to", "phase"),
        ("B", "counts_to", "phase"),
    ]


def test_phases_larger_than_the_whole():
    rows = [
        project("W", 300.0, far_area_m2=10.0),
        project("A", 200.0, phase_of="W", far_area_m2=11.0),
        project("B", 101.0, phase_of="W"),
        project("X", None),
        project("C", 999.0, phase_of="X"),
    ]
    assert faults(rows) == [("W", "gfa_m2", "area"), ("W", "far_area_m2", "area")]


def test_milestones_after_a_project_was_given_up_and_leases_before_its_start():
    steps = [
        ("A", "started", "2025-03-01", "2025-02-01"),
        ("A", "first_let", "2025-02-01", "2025-03-01"),
        ("A", "completed", None, "2026-02-01"),
        ("B", "first_let", None, "2024-01-01"),
    ]
    found = faults([project("A", dropped_on="2026-01-01"), project("B")], steps)
    assert found == [("M2", "actual_on", "dropped"), ("M1", "planned_on", "order")]


SPLIT = {"target_id": "PT10", "source": "a test", "standing": "illustrative"}


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"zone_id": "Z-ZJ", "share": 0.5}, []),
        ({"year": 2026, "area_m2": 5.0}, []),
        ({"share": 0.5}, [("S1", "zone_id", "place")]),
        ({"zone_id": "Z-ZJ", "year": 2026, "share": 0.5}, [("S1", "zone_id", "place")]),
        ({"year": 2026}, [("S1", "share", "amount")]),
        ({"year": 2026, "share": 0.5, "area_m2": 1.0}, [("S1", "share", "amount")]),
        ({"year": 2026, "share": 1.5}, [("S1", "share", "share")]),
        ({"year": 2026.5, "share": 0.5}, [("S1", "year", "number")]),
    ],
)
def test_a_line_of_a_split_names_one_place_and_one_amount(cells, fault):
    frame = pd.DataFrame([SPLIT | {"split_id": "S1"} | cells])
    assert kinds(checks.check("target_splits", frame, {})) == fault


def test_splits_that_say_a_part_twice_or_more_than_the_target():
    rows = [
        SPLIT | {"split_id": "S1", "zone_id": "Z-ZJ", "share": 0.6},
        SPLIT | {"split_id": "S2", "zone_id": "Z-LG", "area_m2": 450.0},
        SPLIT | {"split_id": "S3", "year": 2026, "share": 0.5},
        SPLIT | {"split_id": "S4", "year": 2027, "share": 0.5},
        SPLIT | {"split_id": "S5", "year": 2027, "share": None},
        SPLIT | {"split_id": "S6", "target_id": "gone", "year": 2027, "share": 1.0},
    ]
    park = snapshot.of(DAY, {"target_splits": pd.DataFrame(rows)})
    found = kinds(decisions.splits(park, policy(), T))
    assert found == [("S5", "split_id", "doubled"), ("S1", "area_m2", "area")]
    assert kinds(decisions.splits(snapshot.of(DAY, {}), SimpleNamespace(targets=policy().targets), T)) == []
