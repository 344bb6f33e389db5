"""Two beliefs about one day: each figure that differs, what moved it, and the ledger rows behind that."""

import datetime as dt
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import thorough
from district import DAY, park, rules, tables
from hypothesis import given, settings
from hypothesis import strategies as st

from parks import demand, schema, snapshot
from parks.status import areas, beliefs, causes, progress, vacancy

MOVED = ["figure", "about", "before", "after", "change"]
PARTS = ["figure", "about", "table", "key", "before", "after", "change"]
CELLS = ["table", "key", "column", "before", "after"]
BASE = park()


def edited(table: str, key: str, base: snapshot.Snapshot | None = None, **cells: object) -> snapshot.Snapshot:
    """Return the district (or `base`) with these cells of one row changed."""
    frames = {name: (base or BASE).table(name).copy() for name in schema.TABLES}
    at = frames[table][schema.key(table)] == key
    for name, cell in cells.items():
        frames[table].loc[at, name] = cell
    return snapshot.of(DAY, frames)


def without(table: str, key: str) -> snapshot.Snapshot:
    frame = BASE.table(table)
    return park(**{table: frame[frame[schema.key(table)] != key]})


def told(frame: pd.DataFrame, columns: list[str], **where: object) -> list[list]:
    """Return the rows with these cells, None for unknown."""
    for name, cell in where.items():
        frame = frame[frame[name].isna() if cell is None else (frame[name] == cell).fillna(value=False)]
    return frame[columns].astype(object).where(frame[columns].notna(), None).to_numpy().tolist()


def compare(before: snapshot.Snapshot, after: snapshot.Snapshot, **chosen: str) -> beliefs.Comparison:
    return beliefs.compare(before, after, rules(), **chosen)


# --- figures and what moved them ------------------------------------------------------------------------------------


def test_the_same_belief_moves_nothing() -> None:
    found = compare(BASE, park())
    assert [len(frame) for frame in (found.figures, found.moves, found.causes)] == [0, 0, 0]
    assert list(found.figures) == [*MOVED, "standing"]
    assert list(found.moves) == PARTS
    assert list(found.causes) == list(causes.COLUMNS)


def test_a_lease_that_ended_moves_its_zone_and_the_district_and_is_named() -> None:
    ended = pd.Timestamp("2026-06-01")
    found = compare(BASE, edited("leases", "L1", valid_to=ended, source="letter"))
    for about in (None, "Z-A"):
        assert told(found.figures, MOVED, about=about) == [
            ["vacancy.let_m2", about, 1000.0, 0.0, -1000.0],
            ["vacancy.vacant_m2", about, 500.0, 1500.0, 1000.0],
            ["vacancy.vacancy", about, *(pytest.approx(area / 1750.5) for area in (500, 1500, 1000))],
        ]
        assert told(found.moves, PARTS, about=about) == [
            ["vacancy.let_m2", about, "units", "U1", 1000.0, 0.0, -1000.0],
            ["vacancy.vacant_m2", about, "units", "U1", 0.0, 1000.0, 1000.0],
            ["vacancy.vacancy", about, "units", "U1", None, None, None],
        ]
    assert len(found.figures) == len(found.moves) == 6
    assert told(found.causes, list(causes.COLUMNS)) == [
        ["units", "U1", "leases", "L1", "changed", "valid_to", dt.date(2027, 1, 1), dt.date(2026, 6, 1)],
        ["units", "U1", "leases", "L1", "changed", "source", "hand", "letter"],
    ]


def test_a_unit_that_changes_zone_is_in_the_figures_of_both_and_not_in_the_districts() -> None:
    stands = edited("buildings", "B2", status="built")
    found = compare(stands, edited("units", "U2", stands, building_id="B2"))
    assert set(found.figures["about"]) == {"Z-A", "Z-OUT"}
    assert told(found.moves, ["about", *PARTS[3:]], figure="vacancy.vacant_m2") == [
        ["Z-A", "U2", 500.0, 0.0, -500.0],
        ["Z-OUT", "U2", 0.0, 500.0, 500.0],
    ]
    assert told(found.figures, MOVED[1:], figure="vacancy.units") == [["Z-A", 4.0, 3.0, -1.0], ["Z-OUT", 1.0, 2.0, 1.0]]
    assert told(found.causes, CELLS) == [["units", "U2", "building_id", "B1", "B2"]]


def test_an_area_that_becomes_known_moves_the_sum_of_what_is_known() -> None:
    found = compare(BASE, edited("units", "U4", lettable_m2=300.0))
    assert told(found.figures, MOVED[2:], figure="vacancy.lettable_m2", about="Z-A") == [[1750.5, 2050.5, 300.0]]
    assert told(found.figures, MOVED[2:], figure="vacancy.unknown_units", about=None) == [[1.0, 0.0, -1.0]]
    assert told(found.moves, PARTS[2:], figure="vacancy.lettable_m2", about="Z-A") == [
        ["units", "U4", None, 300.0, 300.0]
    ]
    assert told(found.moves, PARTS[2:], figure="vacancy.unknown_units", about="Z-A") == [
        ["units", "U4", 1.0, 0.0, -1.0]
    ]
    assert told(found.moves, PARTS[3:], figure=beliefs.SHARE, about="Z-A") == [["U4", None, None, None]]
    assert told(found.causes, CELLS) == [["units", "U4", "lettable_m2", None, 300.0]]


def test_a_figure_that_becomes_unknown_has_no_change() -> None:
    found = compare(BASE, edited("units", "U5", lettable_m2=None))
    assert told(found.figures, MOVED, figure="vacancy.not_built_m2") == [
        ["vacancy.not_built_m2", None, 2000.0, None, None],
        ["vacancy.not_built_m2", "Z-OUT", 2000.0, None, None],
    ]
    assert told(found.moves, PARTS[3:], figure="vacancy.not_built_m2", about=None) == [["U5", 2000.0, None, -2000.0]]
    held = compare(BASE, edited("leases", "L1", state=None))
    for frame in (held.figures, held.moves):
        assert told(frame, ["change"], figure="vacancy.unknown_units", about="Z-A") == [[1.0]]


def test_a_zone_of_one_belief_alone_had_nothing_in_the_other_and_no_share() -> None:
    built = edited("buildings", "B2", status="built")
    found = compare(without("units", "U5"), built)
    assert told(found.figures, MOVED[2:], figure="vacancy.lettable_m2", about="Z-OUT") == [[0.0, 2000.0, 2000.0]]
    assert told(found.figures, MOVED[2:], figure="vacancy.vacancy", about="Z-OUT") == [[None, 1.0, None]]
    assert told(found.causes, [*CELLS[:3], "kind"], thing_key="U5") == [
        ["buildings", "B2", "status", "changed"],
        ["units", "U5", "", "new"],
    ]


def test_units_whose_zone_is_not_known_are_a_figure_of_their_own() -> None:
    found = compare(BASE, edited("parks", "P2", zone_id=None))
    assert told(found.figures, MOVED, figure="vacancy.not_built_m2") == [
        ["vacancy.not_built_m2", "Z-OUT", 2000.0, 0.0, -2000.0],
        ["vacancy.not_built_m2", beliefs.NOWHERE, 0.0, 2000.0, 2000.0],
    ]
    assert told(found.moves, ["key", "change"], about=beliefs.NOWHERE) == [["U5", 2000.0], ["U5", 1.0]]
    assert told(found.causes, ["thing_key", *CELLS]) == [["U5", "parks", "P2", "zone_id", "Z-OUT", None]]


def test_a_zone_counts_in_the_one_that_the_policy_names() -> None:
    policy = rules()
    policy.zones.loc[policy.zones["zone_id"] == "Z-OUT", "counted_in"] = "Z-B"
    found = beliefs.compare(BASE, edited("units", "U5", lettable_m2=2500.0), policy)
    assert set(found.figures["about"].dropna()) == set(found.moves["about"].dropna()) == {"Z-B"}


def test_every_column_of_the_zones_is_compared() -> None:
    said = {f"vacancy.{name}" for name in vacancy.total(vacancy.by_unit(BASE)) if name != "standing"}
    frames = [
        compare(BASE, without("units", "U4")).figures,
        *(compare(BASE, edited("leases", "L1", state=state)).figures for state in areas.STATES),
        compare(BASE, edited("units", "U5", lettable_m2=1.0)).figures,
    ]
    assert set().union(*(frame["figure"] for frame in frames)) == said


def test_sums_of_the_same_areas_in_another_order_do_not_differ() -> None:
    before = after = park(leases=BASE.leases.iloc[:0])
    for unit, one, other in (("U1", 0.1, 0.3), ("U2", 0.2, 0.2), ("U3", 0.3, 0.1)):
        before = edited("units", unit, before, lettable_m2=one)
        after = edited("units", unit, after, lettable_m2=other)
    sums = [vacancy.total(vacancy.by_unit(belief)).loc[0, "vacant_m2"] for belief in (before, after)]
    assert sums[0] != sums[1]
    assert compare(before, after).figures.empty
    nearly = compare(BASE, edited("units", "U2", lettable_m2=500.0 + 1e-9))
    assert (len(nearly.figures), len(nearly.causes)) == (0, 0)


@pytest.mark.parametrize(
    ("one", "other", "worst"),
    [("stated", "illustrative", "illustrative"), ("inferred", "reported", "inferred"), ("stated", None, None)],
)
def test_the_standing_is_the_worst_of_both_beliefs(one: str | None, other: str | None, worst: str | None) -> None:
    before = edited("units", "U5", standing=one)
    after = edited("units", "U5", standing=other, lettable_m2=1.0)
    assert told(compare(before, after).figures, ["standing"], about="Z-OUT") == [[worst]]


def test_a_belief_without_rows_says_nothing_about_the_standing() -> None:
    empty = snapshot.of(DAY, {})
    for found, kind in ((compare(empty, BASE), "new"), (compare(BASE, empty), "gone")):
        assert (set(found.figures["standing"]), set(found.causes["kind"])) == ({"stated"}, {kind})


# --- the programme --------------------------------------------------------------------------------------------------


def test_a_project_moves_from_part_to_part_by_its_milestone() -> None:
    found = compare(BASE, edited("milestones", "M3", actual_on=pd.Timestamp("2026-06-30")))
    assert told(found.figures, MOVED) == [
        ["progress.done_m2", "PT10", 3000.0, 5000.0, 2000.0],
        ["progress.under_way_m2", "PT10", 2000.0, 0.0, -2000.0],
    ]
    assert told(found.moves, PARTS[3:]) == [["J2", 0.0, 2000.0, 2000.0], ["J2", 2000.0, 0.0, -2000.0]]
    assert told(found.causes, CELLS) == [["milestones", "M3", "actual_on", None, dt.date(2026, 6, 30)]]


def test_a_project_that_changes_target_is_in_the_figures_of_both() -> None:
    found = compare(BASE, edited("projects", "J2", counts_to="PT11", kind="renewal"))
    assert told(found.moves, PARTS) == [
        ["progress.under_way_m2", "PT10", "projects", "J2", 2000.0, 0.0, -2000.0],
        ["progress.under_way_m2", "PT11", "projects", "J2", 0.0, 2000.0, 2000.0],
    ]
    assert told(found.causes, ["column"]) == [["kind"], ["counts_to"]]


def test_a_project_of_unknown_area_is_counted() -> None:
    found = compare(BASE, edited("projects", "J3", gfa_m2=700.0))
    assert told(found.figures, MOVED) == [
        ["progress.planned_m2", "PT10", None, 700.0, None],
        ["progress.unknown_projects", "PT10", 1.0, 0.0, -1.0],
    ]
    assert told(found.moves, ["key", "change"]) == [["J3", 700.0], ["J3", -1.0]]


def test_the_counting_rule_and_the_basis_are_the_planners_choice() -> None:
    policy = rules()
    policy.counting = pd.DataFrame([("completed", "completed"), ("started", "started")], columns=["rule_id", "event"])
    policy.bases = pd.DataFrame([("gross", "gfa_m2"), ("far", "far_area_m2")], columns=["basis", "project_column"])
    waits = edited("projects", "J3", gfa_m2=9.0)
    begun = edited("milestones", "M4", waits, actual_on=pd.Timestamp("2026-05-01"))
    far = edited("projects", "J3", begun, far_area_m2=600.0)
    by_rule = beliefs.compare(waits, begun, policy, rule="started")
    assert told(by_rule.figures, ["figure", "change"]) == [["progress.done_m2", 9.0], ["progress.planned_m2", -9.0]]
    by_basis = beliefs.compare(begun, far, policy, basis="far")
    assert told(by_basis.figures, ["figure", "before", "after"]) == [
        ["progress.under_way_m2", None, 600.0],
        ["progress.unknown_projects", 3.0, 2.0],
    ]
    assert beliefs.compare(begun, far, policy).figures.empty
    with pytest.raises(KeyError):
        beliefs.compare(begun, far, policy, rule="promised")


# --- demand ---------------------------------------------------------------------------------------------------------


def test_a_need_that_grows_moves_the_least_area_alone() -> None:
    found = compare(BASE, edited("needs", "N1", area_min_m2=450.0))
    assert told(found.figures, [*MOVED, "standing"]) == [["needs.area_min_m2", None, 400.0, 450.0, 50.0, "stated"]]
    assert told(found.moves, PARTS) == [["needs.area_min_m2", None, "needs", "N1", 400.0, 450.0, 50.0]]
    assert told(found.causes, ["thing_table", "thing_key", *CELLS]) == [
        ["needs", "N1", "needs", "N1", "area_min_m2", 400.0, 450.0]
    ]


@pytest.mark.parametrize(("table", "key", "cell"), [("leases", "L2", "tenant_id"), ("tenants", "T2", "pipeline")])
def test_a_need_that_is_answered_or_given_up_is_open_no_longer(table: str, key: str, cell: str) -> None:
    found = compare(BASE, edited(table, key, **{cell: "lost" if table == "tenants" else "T2"}))
    assert told(found.figures, ["figure", "before", "after"]) == [
        ["needs.open", 1.0, 0.0],
        ["needs.area_min_m2", 400.0, 0.0],
        ["needs.companies", 1.0, 0.0],
    ]
    assert told(found.moves, ["table", "key", "change"]) == [
        ["needs", "N1", -1.0],
        ["needs", "N1", -400.0],
        ["tenants", "T2", -1.0],
    ]
    assert told(found.causes, ["thing_table", "table", "key", "column"]) == [
        ["needs", table, key, cell],
        ["tenants", table, key, cell],
    ]


def test_a_company_with_two_needs_is_counted_once() -> None:
    two = pd.concat([BASE.needs, BASE.needs.assign(need_id="N2")])
    found = compare(BASE, park(needs=two))
    assert told(found.figures, ["figure", "after"]) == [["needs.open", 2.0], ["needs.area_min_m2", 800.0]]
    assert told(found.causes, ["thing_key", "table", "key", "kind"]) == [["N2", "needs", "N2", "new"]]


def test_least_areas_of_which_none_is_known_are_unknown_and_no_needs_are_none() -> None:
    found = compare(edited("needs", "N1", area_min_m2=None), without("needs", "N1"))
    assert told(found.figures, MOVED[2:], figure="needs.area_min_m2") == [[None, 0.0, None]]
    anyone = edited("needs", "N1", tenant_id=None)
    assert told(compare(without("needs", "N1"), anyone).figures, ["figure"]) == [["needs.open"], ["needs.area_min_m2"]]


# --- causes ---------------------------------------------------------------------------------------------------------


def test_what_moves_no_figure_is_no_cause() -> None:
    quiet = edited("units", "U2", source="other", power_kva=50.0)
    quiet = edited("tenants", "T1", quiet, name_en="Renamed")
    quiet = edited("leases", "L1", quiet, rent_cny_m2_day=5.0)
    assert [len(frame) for frame in (compare(BASE, quiet).moves, compare(BASE, quiet).causes)] == [0, 0]


def test_a_building_stands_behind_each_of_its_units_with_its_floors_and_park() -> None:
    after = edited("buildings", "B1", status="planned", completed_on=None)
    after = edited("floors", "F1", after, level=2)
    after = edited("parks", "P1", after, geometry=shapely.Point(121.7, 31.2))
    after = edited("floors", "F2", after, level=9)
    found = compare(BASE, after)
    assert set(found.causes["thing_key"]) == {"U1", "U2", "U3", "U4"}
    assert told(found.causes, ["kind", *CELLS], thing_key="U2") == [
        ["changed", "buildings", "B1", "status", "built", "planned"],
        ["changed", "buildings", "B1", "completed_on", dt.date(2020, 1, 1), None],
        ["changed", "floors", "F1", "level", 1, 2],
        ["changed", "parks", "P1", "geometry", "POINT (121.6 31.2)", "POINT (121.7 31.2)"],
    ]


def test_a_lease_that_changes_unit_stands_behind_both() -> None:
    found = compare(BASE, edited("leases", "L1", unit_id="U2"))
    assert told(found.causes, ["thing_key", *CELLS]) == [
        ["U1", "leases", "L1", "unit_id", "U1", "U2"],
        ["U2", "leases", "L1", "unit_id", "U1", "U2"],
    ]


def cells_of(rows: dict[str, tuple], place: dict[str, shapely.Point]) -> gpd.GeoDataFrame:
    """Return rows of a text, a number, a whole number, a yes/no, a day and a place."""
    names = {"text": "string", "number": "Float64", "whole": "Int64", "said": "boolean", "day": "datetime64[s]"}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(names)).astype(names)
    geometry = gpd.GeoSeries([place.get(key) for key in rows], index=frame.index, crs="EPSG:4326")
    return gpd.GeoDataFrame(frame, geometry=geometry).rename_axis("key").reset_index().astype({"key": "string"})


def test_cells_of_every_kind_are_told_apart() -> None:
    first, second, third = (pd.Timestamp(f"2026-01-0{i}") for i in (1, 2, 3))
    same, other = {"a": ("x", 1.5, 1, True, first), "b": (None,) * 5}, shapely.Point(1, 2)
    before = cells_of(
        same | {"c": ("x", 0.0, 2, None, None), "d": (None, 2.0, None, False, second), "e": ("x", 1.0, 1, True, None)},
        {"a": shapely.Point(0, 0), "d": other},
    )
    after = cells_of(
        {"n": ("x", 1.5, 1, True, None), "c": (None, None, 3, False, third), "d": ("y", 2.5, 4, True, None)} | same,
        {"a": shapely.Point(0, 0), "n": other},
    )
    found = causes.differing(before, after, "key")
    assert list(found) == list(causes.CELLS)
    assert told(found, ["kind", "key", "column"]) == [
        ["new", "n", ""],
        ["gone", "e", ""],
        *(["changed", key, name] for name in ("text", "number", "whole", "said", "day") for key in ("c", "d")),
        ["changed", "d", "geometry"],
    ]
    assert told(found[2:], ["before", "after"]) == [
        *(["x", None], [None, "y"], [0.0, None], [2.0, 2.5], [2, 3], [None, 4], [None, False], [False, True]),
        *([None, third.date()], [second.date(), None], ["POINT (1 2)", None]),
    ]
    assert causes.differing(before, before.iloc[::-1].reset_index(drop=True), "key").empty


def test_beliefs_about_two_days_are_not_compared() -> None:
    with pytest.raises(ValueError, match="one day"):
        compare(BASE, snapshot.of(DAY + dt.timedelta(days=1), tables()))


# --- invariants -----------------------------------------------------------------------------------------------------

days = st.sampled_from([None, *map(pd.Timestamp, ("2025-01-01", "2026-06-30", "2026-07-01", "2027-01-01"))])
area = st.sampled_from([None, 0.0, 100.0, 250.5, 0.1])
standing = st.sampled_from([None, *schema.STANDINGS])
CHOICES: dict[tuple[str, str], st.SearchStrategy] = {
    ("parks", "zone_id"): st.sampled_from([None, "Z-A", "Z-B", "Z-OUT"]),
    ("parks", "standing"): standing,
    ("buildings", "park_id"): st.sampled_from(["P1", "P2"]),
    ("buildings", "status"): st.sampled_from([None, "built", "planned"]),
    ("floors", "level"): st.integers(1, 3),
    ("units", "lettable_m2"): area,
    ("units", "building_id"): st.sampled_from(["B1", "B2", "B9"]),
    ("units", "power_kva"): area,
    ("units", "standing"): standing,
    ("leases", "unit_id"): st.sampled_from(["U1", "U2", "U5", "U9"]),
    ("leases", "tenant_id"): st.sampled_from([None, "T1", "T2"]),
    ("leases", "state"): st.sampled_from([None, "let", "reserved", "intended", "locked"]),
    ("leases", "valid_from"): days,
    ("leases", "valid_to"): days,
    ("tenants", "kind"): st.sampled_from([None, "tenant", "applicant"]),
    ("tenants", "pipeline"): st.sampled_from([None, "lost", "lead"]),
    ("needs", "area_min_m2"): area,
    ("needs", "tenant_id"): st.sampled_from([None, "T1", "T2", "T9"]),
    ("projects", "gfa_m2"): area,
    ("projects", "counts_to"): st.sampled_from([None, "PT10", "PT11"]),
    ("projects", "kind"): st.sampled_from(["new_build", "renewal"]),
    ("milestones", "actual_on"): days,
    ("milestones", "project_id"): st.sampled_from(["J1", "J4", "J9"]),
    ("milestones", "event"): st.sampled_from([None, "started", "completed"]),
}
"""The cells that may be edited, and with what."""


@st.composite
def edits(draw: st.DrawFn) -> snapshot.Snapshot:
    """Return the district with cells and rows edited at random."""
    frames = {name: BASE.table(name).copy() for name in schema.TABLES}
    for table, column in draw(st.lists(st.sampled_from(sorted(CHOICES)), max_size=6)):
        frame = frames[table]
        row = draw(st.integers(-1, len(frame) - 1))
        if row < 0:
            frames[table] = frame.iloc[1:].reset_index(drop=True)
        else:
            frame.loc[row, column] = draw(CHOICES[table, column])
    return snapshot.of(DAY, frames)


def reported(one: snapshot.Snapshot, policy: SimpleNamespace) -> dict[tuple[str, str], float | None]:
    """Return every figure of the first page, the slow and plain way."""
    space = vacancy.by_unit(one)
    zones = vacancy.by(space, "zone", policy.zones.set_index("zone_id")["counted_in"]).set_index("zone_id")
    needs = one.needs[demand.waiting(one)]
    asked = {"open": len(needs), "companies": needs["tenant_id"].nunique()}
    asked["area_min_m2"] = needs["area_min_m2"].sum(min_count=min(1, len(needs)))
    programme = progress.by_target(one, policy).set_index("target_id")
    frames = {
        "vacancy": pd.concat(
            [zones.set_axis(zones.index.fillna(beliefs.NOWHERE)), vacancy.total(space).set_axis([""])]
        ),
        "progress": programme[["done_m2", "under_way_m2", "planned_m2", "unknown_projects"]],
        "needs": pd.DataFrame(asked, index=[""]),
    }
    return {
        (f"{kind}.{name}", about): None if pd.isna(cell) else cell
        for kind, frame in frames.items()
        for name, column in frame.drop(columns="standing", errors="ignore").items()
        for about, cell in column.items()
    }


@settings(deadline=None, max_examples=thorough.cases(5))
@given(edits(), edits())
def test_every_figure_that_differs_is_listed_and_no_other(before: snapshot.Snapshot, after: snapshot.Snapshot) -> None:
    figures = compare(before, after).figures
    old, new = reported(before, rules()), reported(after, rules())
    wanted = {}
    for figure in old.keys() | new.keys():
        none = None if figure[0] == beliefs.SHARE else 0.0  # of a zone without units
        one, other = old.get(figure, none), new.get(figure, none)
        if (one is None) != (other is None) or (one is not None and one != pytest.approx(other, rel=1e-9, abs=0)):
            wanted[figure] = [one, other]
    found = {(row[0], row[1] or ""): row[2:] for row in told(figures, ["figure", "about", "before", "after"])}
    assert (found, len(figures)) == (wanted, len(wanted))
    known = figures.dropna(subset=["before", "after"])
    assert (known["change"] == known["after"] - known["before"]).all()
    assert figures["change"].isna().sum() == len(figures) - len(known)


@settings(deadline=None, max_examples=thorough.cases(5))
@given(edits(), edits())
def test_the_moves_add_up_and_each_has_a_cause_that_differs(
    before: snapshot.Snapshot, after: snapshot.Snapshot
) -> None:
    found = compare(before, after)
    sums = found.moves.assign(about=found.moves["about"].fillna("")).groupby(["figure", "about"])["change"].sum()
    assert len(sums) == len(found.figures)
    for figure, about, change in told(found.figures, ["figure", "about", "change"]):
        if change is not None and figure != beliefs.SHARE:
            assert sums[figure, about or ""] == pytest.approx(change, rel=1e-9), (figure, about)
    things = set(map(tuple, told(found.causes, ["thing_table", "thing_key"])))
    assert things == set(map(tuple, told(found.moves, ["table", "key"])))
    assert not found.moves.duplicated(["figure", "about", "key"]).any()
    assert not found.causes.duplicated(["thing_table", "thing_key", "table", "key", "column"]).any()
    for row in found.causes.to_dict("records"):
        one, other = (cells(belief, row["table"], row["key"]) for belief in (before, after))
        if row["kind"] == "changed":
            said = [None if pd.isna(row[name]) else row[name] for name in ("before", "after")]
            assert [one[row["column"]], other[row["column"]]] == said
            assert said[0] != said[1]
        else:
            assert (row["column"], bool(one), bool(other)) == ("", row["kind"] == "gone", row["kind"] == "new")


def cells(one: snapshot.Snapshot, table: str, key: str) -> dict[str, object]:
    """Return the row as the ledger has it, None for unknown; nothing when there is no such row."""
    frame = one.table(table)
    for row in frame[frame[schema.key(table)] == key].to_dict("records"):
        known = {name: None if cell is None or pd.isna(cell) else cell for name, cell in row.items()}
        return {name: cell.date() if isinstance(cell, pd.Timestamp) else cell for name, cell in known.items()}
    return {}


@settings(deadline=None, max_examples=thorough.cases(4))
@given(edits(), edits())
def test_the_other_way_round_everything_is_negated(before: snapshot.Snapshot, after: snapshot.Snapshot) -> None:
    there, back = compare(before, after), compare(after, before)
    swapped = {"before": "after", "after": "before"}
    for name in ("figures", "moves"):
        turned = getattr(back, name).rename(columns=swapped).assign(change=lambda frame: -frame["change"])
        pd.testing.assert_frame_equal(turned[getattr(there, name).columns], getattr(there, name))
    order = ["thing_table", "thing_key", "table", "key", "column"]
    turned = back.causes.rename(columns=swapped).replace({"kind": {"new": "gone", "gone": "new"}})
    frames = [frame.sort_values(order, ignore_index=True)[list(causes.COLUMNS)] for frame in (turned, there.causes)]
    pd.testing.assert_frame_equal(*frames)
