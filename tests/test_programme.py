"""The programme: phases, projects given up, space taken out, the user's splits, what is missing, what changed."""

import datetime as dt

import numpy as np
import pandas as pd
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st
from programmes import ledger, policy, project, renewed

from parks import snapshot
from parks.status import gaps, milestones, phases, progress, renewal, since, splits

PARTS = ["done_m2", "under_way_m2", "planned_m2"]


def total(park: snapshot.Snapshot, target: str = "PT10", **options: str) -> pd.Series:
    return progress.by_target(park, policy(), **options).set_index("target_id").loc[target]


# --- phases, projects given up, bases ----------------------------------------------------------------------------


def test_phases_are_counted_and_not_their_whole() -> None:
    park = ledger([project("W", 500.0), project("A", 200.0, phase_of="W"), project("B", 250.0, phase_of="W")])
    assert phases.wholes(park.projects).tolist() == [False, False, True]
    row = total(park)
    assert row[["planned_m2", "projects", "whole_projects", "dropped_projects", "other_kind_projects"]].tolist() == [
        *(450, 2, 1, 0, 0)
    ]


def test_a_whole_without_phases_counts_and_a_phase_of_none_too() -> None:
    assert total(ledger([project("W", 500.0), project("A", 200.0, phase_of="gone")]))["planned_m2"] == 700


def test_a_phase_can_have_phases_and_a_circle_has_no_whole() -> None:
    deep = [project("W", 900.0), project("P", 500.0, phase_of="W"), project("Q", 300.0, phase_of="P")]
    assert total(ledger(deep))[["planned_m2", "whole_projects"]].tolist() == [300, 2]
    circle = [project("A", phase_of="B"), project("B", phase_of="A"), project("C", phase_of="C"), project("D")]
    assert total(ledger(circle))[["planned_m2", "whole_projects"]].tolist() == [400, 0]
    hung = [project("A", phase_of="B"), project("B", phase_of="A"), project("C", phase_of="A")]
    assert phases.wholes(ledger(hung).projects).tolist() == [True, False, False]


def test_what_is_given_up_is_neither_under_way_nor_planned() -> None:
    gone = {"dropped_on": "2026-06-30"}
    park = ledger(
        [project("A", **gone), project("B", **gone), project("C", dropped_on="2026-07-01"), project("D")],
        [("B", "completed", None, "2026-01-01"), ("A", "started", "2026-01-01", "2026-01-01")],
    )
    assert total(park)[[*PARTS, "dropped_projects"]].tolist() == [100, 0, 200, 1]
    assert total(park, rule="recognised")[[*PARTS, "dropped_projects"]].tolist() == [0, 0, 200, 2]


def test_nothing_is_late_of_a_project_given_up() -> None:
    steps = [("A", "started", "2026-01-01", None), ("B", "started", "2026-01-01", None)]
    late = milestones.late(ledger([project("A", dropped_on="2026-05-01"), project("B")], steps))
    assert late["project_id"].tolist() == ["B"]


def test_area_above_ground_is_a_basis() -> None:
    park = ledger([project("A", above_ground_m2=80.0), project("B")])
    assert total(park, basis="above_ground")[["planned_m2", "unknown_projects"]].tolist() == [80, 1]


def test_developers_add_up() -> None:
    park = ledger([project("A", developer="乙"), project("B", 50.0, developer="甲"), project("C", 7.0)])
    frame = progress.by(park, policy(), "developer")
    assert frame["developer"].fillna("unknown").tolist() == ["乙", "甲", "unknown"]
    assert frame["planned_m2"].tolist() == [100, 50, 7]


def test_a_first_lease_follows_completion_and_implies_nothing() -> None:
    names = [milestones.EVENTS[place] for place in milestones.chain("first_let")]
    assert names == ["approved", "started", "topped_out", "completed", "first_let"]
    park = ledger([project("A")], [("A", "first_let", None, "2026-01-01")])
    assert total(park)[PARTS].tolist() == [0, 0, 100]


def test_the_timeline_tells_how_late_every_milestone_is() -> None:
    park = ledger(
        [project("A")],
        [
            ("A", "completed", "2026-06-20", None),
            ("A", "approved", "2026-01-10", "2026-01-05"),
            ("A", "started", "2026-02-01", "2026-02-11"),
            ("A", "topped_out", None, "2026-04-01"),
            ("A", "handed_over", "2026-09-01", "2026-07-01"),
        ],
    )
    frame = milestones.timeline(park)
    assert frame["event"].tolist() == ["approved", "started", "topped_out", "completed", "handed_over"]
    assert frame["days_late"].fillna(-999).tolist() == [-5, 10, -999, 10, -999]
    assert frame["reached_on"].isna().tolist() == [False, False, False, True, True]


# --- space taken out ------------------------------------------------------------------------------------------------

RENEWALS = ledger(
    [
        renewed("A", 120.0, taken_out_m2=100.0),
        renewed("B", 60.0, taken_out_m2=50.0, zone_id="Z-LG"),
        renewed("C", 30.0, taken_out_m2=20.0),
        renewed("D", 11.0, taken_out_m2=10.0, dropped_on="2026-05-01"),
        renewed("E", 7.0),
        renewed("F", 5.0, taken_out_m2=5.0, dropped_on="2026-05-01"),
    ],
    [
        ("A", "started", None, "2025-02-01"),
        ("A", "completed", None, "2025-11-01"),
        ("B", "started", None, "2026-01-15"),
        ("B", "completed", "2027-01-15", None),
        ("C", "started", "2026-08-01", None),
        ("D", "started", None, "2026-02-01"),
        ("E", "started", None, "2026-03-01"),
        ("E", "completed", "2026-06-01", None),
    ],
)


def test_net_is_what_is_done_less_what_is_gone() -> None:
    row = total(RENEWALS, "PT11")
    assert row[["done_m2", "gone_m2", "net_m2", "unknown_gone", "dropped_projects"]].tolist() == [120, 50, 70, 1, 2]
    by_zone = progress.by(RENEWALS, policy(), "zone").set_index("zone_id")
    assert by_zone["gone_m2"].fillna(-1).tolist() == [50, -1]
    assert by_zone["net_m2"].fillna(-1).tolist() == [-50, -1]
    assert total(RENEWALS, "PT10")[["gone_m2", "net_m2"]].tolist() == [0, 0]


def test_each_renewal_is_in_one_state() -> None:
    frame = renewal.spaces(RENEWALS, policy()).set_index("project_id")
    assert frame["state"].to_dict() == {"A": "returned", "B": "gone", "C": "ahead", "D": "dropped", "E": "gone"}
    assert frame.loc["B", ["closes_on", "returns_on"]].tolist() == [
        pd.Timestamp("2026-01-15"),
        pd.Timestamp("2027-01-15"),
    ]
    assert frame.loc[["D", "E"], "returns_on"].isna().all()


def test_space_taken_out_by_zone() -> None:
    frame = renewal.taken_out(RENEWALS, policy()).set_index("zone_id")
    assert frame.loc["Z-ZJ", [*renewal.SUMS, "projects", "unknown_projects"]].tolist() == [110, 100, 0, 10, 4, 1]
    assert frame.loc["Z-LG", [*renewal.SUMS, "projects", "unknown_projects"]].tolist() == [50, 0, 50, 0, 1, 0]


def test_space_taken_out_by_quarter() -> None:
    frame = renewal.taken_out(RENEWALS, policy(), "quarter").set_index("quarter")
    assert (frame.index[0], frame.index[-1]) == ("2025-Q1", "2027-Q1")
    assert frame.loc["2025-Q1", "closed_m2"] == 100
    assert frame.loc["2025-Q4", ["returned_m2", "gone_m2"]].tolist() == [100, 0]
    assert frame.loc["2026-Q1", [*renewal.SUMS, "projects", "unknown_projects"]].tolist() == [60, 0, 50, 10, 3, 1]
    assert frame.loc["2026-Q3", ["closed_m2", "gone_m2"]].tolist() == [20, 70]
    assert frame.loc["2027-Q1", ["returned_m2", "gone_m2"]].tolist() == [50, 20]
    assert pd.isna(frame.loc["2025-Q2", "standing"])


def test_what_has_no_day_of_closing_has_a_row_of_its_own_and_nothing_gives_nothing() -> None:
    park = ledger([renewed("A", taken_out_m2=40.0)], [("A", "completed", "2027-01-01", None)])
    frame = renewal.taken_out(park, policy(), "quarter")
    last = frame.iloc[-1]
    assert (pd.isna(last["quarter"]), last["closed_m2"], last["returned_m2"], last["projects"]) == (True, 40, 0, 1)
    assert frame["returned_m2"].sum() == 0
    for level in ("zone", "quarter", "project", "developer"):
        assert renewal.taken_out(ledger([project("A")]), policy(), level).empty


# --- the user's splits, and what is missing -------------------------------------------------------------------------


def test_splits_stand_beside_what_the_ledger_has() -> None:
    park = ledger(
        [project("A", 300.0), project("B", 200.0, zone_id="Z-CELL"), project("C", None), project("D", 5.0)],
        [
            ("A", "completed", None, "2026-02-01"),
            ("B", "completed", "2027-03-01", None),
            ("D", "completed", "2027-04-01", None),
        ],
        split=[
            {"split_id": "S1", "target_id": "PT10", "zone_id": "Z-ZJ", "share": 0.6, "standing": "illustrative"},
            {"split_id": "S2", "target_id": "PT10", "year": 2026, "area_m2": 250.0, "standing": "illustrative"},
            {"split_id": "S3", "target_id": "PT10", "year": 2025, "share": 0.1, "standing": "illustrative"},
            {"split_id": "S4", "target_id": "PT01", "year": 2025, "share": 0.1, "standing": "stated"},
        ],
    )
    frame = splits.against(park, policy()).set_index("split_id")
    columns = ["asked_m2", *PARTS, "missing_m2", "unknown_projects"]
    assert frame.loc["S1", columns].tolist() == [600, 300, 0, 205, 95, 1]
    assert frame.loc["S2", columns].tolist() == [250, 300, 0, 0, 0, 0]
    assert frame.loc["S3", columns].tolist() == [100, 0, 0, 0, 100, 0]
    assert frame.loc["S4", "asked_m2":"asked_m2"].isna().all()
    assert frame["standing"].tolist() == ["stated", "illustrative", "illustrative", "illustrative"]
    assert splits.against(ledger([project("A")]), policy()).empty


def test_a_part_of_a_split_of_unknown_areas_only_is_unknown() -> None:
    split = [{"split_id": "S1", "target_id": "PT10", "zone_id": "Z-ZJ", "area_m2": 9.0, "standing": "stated"}]
    row = splits.against(ledger([project("A", None)], split=split), policy()).iloc[0]
    assert pd.isna(row["planned_m2"])
    assert row[["done_m2", "missing_m2", "unknown_projects"]].tolist() == [0, 9, 1]


def test_what_is_missing_is_listed_for_mending() -> None:
    park = ledger(
        [project("A", None, developer="甲"), renewed("B", developer="甲"), project("C", counts_to=None)],
        [("A", "completed", "2026-01-01", "2026-01-01"), ("B", "started", "2026-01-01", None)],
    )
    frame = gaps.of_programme(park, policy())
    assert frame[["key", "missing"]].to_numpy().tolist() == [
        *(["A", "area"], ["B", "day"], ["B", "taken_out"], ["A", "evidence"], ["PT01", "clause"]),
    ]
    same = ledger([project("A", developer="甲")], [("A", "started", "2026-01-01", "2026-01-01")])
    assert gaps.of_programme(same, policy())["missing"].tolist() == ["day", "clause"]
    rules = policy()
    rules.targets = rules.targets.assign(value_min=pd.array([pd.NA, 1.0, 1.0], dtype="Float64"), due_on=pd.NaT)
    told = gaps.of_programme(ledger([]), rules)
    assert told[["key", "missing"]].to_numpy().tolist() == [
        *(["PT01", "clause"], ["PT10", "value"], ["PT10", "due_on"], ["PT11", "due_on"]),
    ]


def test_a_target_without_a_clause_says_so() -> None:
    rules = policy()
    rules.targets = rules.targets.assign(clause=pd.Series([pd.NA, "任务4", pd.NA], dtype="string"))
    assert progress.by_target(ledger([]), rules)["clause"].isna().tolist() == [True, False]


# --- what changed since a report --------------------------------------------------------------------------------------

BEFORE = ledger(
    [
        project("A"),
        project("B", 200.0),
        project("C", 300.0),
        project("D", 400.0, dropped_on="2026-02-01"),
        project("E", 50.0),
        project("F", 60.0),
        project("G", 70.0),
    ],
    [
        ("A", "started", "2026-01-01", "2026-01-05"),
        ("A", "completed", "2026-05-01", None),
        ("B", "completed", "2026-09-01", None),
        ("F", "completed", "2026-09-01", "2026-03-01"),
        ("G", "started", "2026-09-01", None),
    ],
    day=dt.date(2026, 3, 31),
)
AFTER = ledger(
    [
        project("A"),
        project("B", 250.0),
        project("C", 300.0, dropped_on="2026-05-05"),
        project("D", 400.0),
        project("F", 60.0),
        project("G", 70.0, counts_to=None),
        project("H", None),
    ],
    [
        ("A", "started", "2026-01-01", "2026-01-05"),
        ("A", "completed", "2026-05-01", "2026-05-20"),
        ("B", "completed", "2026-12-01", None),
        ("B", "started", "2026-10-01", None),
        ("F", "completed", "2026-08-01", None),
        ("G", "started", None, None),
    ],
)


def test_every_change_is_told_with_its_effect() -> None:
    found = since.compare(BEFORE, AFTER, policy())
    told = found.changes[["project_id", "what", "event", "days"]].astype(object)
    assert told.where(told.notna(), None).to_numpy().tolist() == [
        ["A", "reached", "completed", None],
        ["B", "moved", "completed", 91],
        ["B", "dated", "started", None],
        ["B", "area", None, None],
        ["C", "dropped", None, None],
        ["D", "resumed", None, None],
        ["E", "removed", None, None],
        ["F", "withdrawn", "completed", None],
        ["F", "moved", "completed", -31],
        ["G", "undated", "started", None],
        ["G", "recounted", None, None],
        ["H", "new", None, None],
    ]
    area = found.changes.query("what == 'area'").iloc[0]
    assert area[["before_m2", "after_m2"]].tolist() == [200, 250]
    effect = found.projects.set_index("project_id")
    assert effect.loc["A", PARTS].tolist() == [100, -100, 0]
    assert effect.loc["B", PARTS].tolist() == [0, 0, 50]
    assert effect.loc["C", PARTS].tolist() == [0, 0, -300]
    assert effect.loc["D", ["planned_m2", "part_after"]].tolist() == [400, "planned"]
    assert effect.loc["H", ["planned_m2", "unknown_m2"]].tolist() == [0, True]
    assert effect.loc["E", "name_zh"] == "项目E"
    change = found.totals.query("target_id == 'PT10'").set_index("figure")["change"]
    assert change[PARTS].tolist() == [40, -100, 90]


def test_nothing_changes_between_two_looks_at_the_same_ledger() -> None:
    found = since.compare(BEFORE, BEFORE, policy())
    assert found.projects.empty
    assert found.changes.empty
    assert (found.totals["change"] == 0).all()


# --- invariants -------------------------------------------------------------------------------------------------------

DAYS = st.one_of(st.none(), st.dates(dt.date(2024, 1, 1), dt.date(2028, 1, 1)).map(str))


@st.composite
def programmes(draw: st.DrawFn) -> snapshot.Snapshot:
    """Return projects at random: phases, projects given up, space taken out, cells unknown here and there."""
    area = st.one_of(st.none(), st.integers(1, 999).map(float))
    projects, steps = [], []
    for i in range(draw(st.integers(0, 6))):
        make = draw(st.sampled_from([project, renewed]))
        cells = {
            "zone_id": draw(st.sampled_from(["Z-ZJ", "Z-CELL", "Z-LG", None])),
            "developer": draw(st.sampled_from(["甲", "乙", None])),
            "taken_out_m2": draw(area),
            "phase_of": draw(st.sampled_from([None, None, "P0", "P1", "P2"])),
            "dropped_on": draw(st.one_of(st.none(), st.none(), DAYS)),
        }
        projects.append(make(f"P{i}", draw(area), **cells))
        chosen = draw(st.lists(st.sampled_from(milestones.EVENTS), unique=True, max_size=4))
        steps += [(f"P{i}", event, draw(DAYS), draw(DAYS)) for event in chosen]
    return ledger(projects, steps)


@settings(deadline=None, max_examples=thorough.cases(10))
@given(programmes(), st.sampled_from(["started", "completed", "recognised"]))
def test_every_level_reconciles_with_the_target(park: snapshot.Snapshot, rule: str) -> None:
    whole = progress.by_target(park, policy(), rule).set_index("target_id")
    counted = ("projects", "unknown_projects", "unknown_gone")
    for level in progress.LEVELS:
        sums = progress.by(park, policy(), level, rule).groupby("target_id")[[*PARTS, "gone_m2", *counted]].sum()
        sums = sums.reindex(whole.index).fillna(0)
        assert np.array_equal(sums.to_numpy(dtype=float), whole[list(sums)].fillna(0).to_numpy(dtype=float)), level


@settings(deadline=None, max_examples=thorough.cases(10))
@given(programmes())
def test_space_taken_out_reconciles_at_every_level(park: snapshot.Snapshot) -> None:
    levels = {level: renewal.taken_out(park, policy(), level) for level in ("zone", "developer", "project")}
    for frame in levels.values():
        assert (frame["closed_m2"] == frame["returned_m2"] + frame["gone_m2"] + frame["dropped_m2"]).all()
    sums = [frame[[*renewal.SUMS, "projects"]].sum().tolist() for frame in levels.values()]
    assert sums[0] == sums[1] == sums[2]
    gone = progress.by_target(park, policy())["gone_m2"].fillna(0).sum()
    assert gone == levels["zone"]["gone_m2"].sum()


@settings(deadline=None, max_examples=thorough.cases(10))
@given(programmes(), programmes(), st.sampled_from(["started", "completed"]))
def test_the_effects_of_the_projects_add_up_to_the_change_of_the_totals(
    before: snapshot.Snapshot, now: snapshot.Snapshot, rule: str
) -> None:
    found = since.compare(before, now, policy(), rule=rule)
    sums = found.projects.groupby("target_id")[PARTS].sum()
    for row in found.totals.to_dict("records"):
        moved = sums[row["figure"]].get(row["target_id"], 0.0)
        assert moved == row["change"]
