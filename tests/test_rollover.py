"""Rollover: when let area ends, the demand that is counted on, the balance; space over neighbouring floors; holds."""

import datetime as dt
from types import SimpleNamespace

import pandas as pd
import pytest
import thorough
from hypothesis import given, settings
from test_definitions import cents, districts

from parks import policy, schema, snapshot
from parks.status import contiguity, holds, rollover, vacancy

DAY = dt.date(2026, 6, 30)
DAYS = ("valid_from", "valid_to", "wanted_from", "completed_on")


def ledger(**tables: list[dict]) -> snapshot.Snapshot:
    """Return a park with building B (standing) and whatever else is given; the units are of 100 m² each."""
    shown = {
        "parks": [{"park_id": "P", "zone_id": "Z"}],
        "buildings": [{"building_id": "B", "park_id": "P", "status": "built"}],
    }
    frames = {name: pd.DataFrame(rows) for name, rows in (shown | tables).items()}
    for frame in frames.values():
        for name in set(DAYS) & set(frame.columns):
            frame[name] = pd.to_datetime(frame[name])
    return snapshot.of(DAY, frames)


def units(count: int, **cells: object) -> list[dict]:
    made = [
        {"unit_id": f"U{at}", "building_id": "B", "lettable_m2": 100.0, "standing": "stated"} for at in range(count)
    ]
    return [unit | cells for unit in made]


def let(*ends: str | None) -> list[dict]:
    """Return a lease on each unit in turn, with these ends."""
    return [
        {"lease_id": f"L{at}", "unit_id": f"U{at}", "state": "let", "valid_from": "2020-01-01", "valid_to": end}
        for at, end in enumerate(ends)
    ]


ENDS = ("2026-07-01", "2027-06-30", "2027-07-01", "2028-06-30", "2029-06-30", "2029-07-01", None)


def test_each_let_unit_is_in_exactly_one_band() -> None:
    space = vacancy.by_unit(ledger(units=units(8), leases=let(*ENDS)))
    bands = rollover.bands(space)
    assert bands.fillna("none").tolist() == ["12", "12", "24", "24", "36", "later", "open", "none"]
    row = rollover.by(space, "zone").iloc[0]
    told = [row[f"end_{band}_m2"] for band in rollover.band_names()]
    assert told == [200, 200, 100, 100, 100]
    assert (row["let_m2"], row["leases"], row["open_leases"], row["unknown_leases"]) == (700, 7, 1, 0)
    assert row["standing"] is pd.NA or pd.isna(row["standing"])


def test_an_unknown_area_is_counted_and_in_no_band() -> None:
    space = vacancy.by_unit(ledger(units=units(2, lettable_m2=None), leases=let("2026-09-01", None)))
    row = rollover.by(space, "building", counted_in={"Z": "Y"}).iloc[0]
    assert (row["building_id"], row["leases"], row["open_leases"], row["unknown_leases"]) == ("B", 2, 1, 2)
    assert pd.isna(row["let_m2"])
    assert pd.isna(row["end_12_m2"])
    assert row["end_24_m2"] == 0


def test_a_lease_counts_in_the_quarter_of_its_last_day_and_open_ones_come_last() -> None:
    space = vacancy.by_unit(ledger(units=units(4), leases=let("2026-10-01", "2026-10-02", "2026-09-30", None)))
    frame = rollover.by_quarter(space)
    assert frame["quarter"].fillna("open").tolist() == ["2026-Q3", "2026-Q4", "open"]
    assert frame["area_m2"].tolist() == [200, 100, 100]
    assert frame["leases"].tolist() == [2, 1, 1]
    assert rollover.by_quarter(space[:0]).empty
    assert rollover.by(space[:0], "zone").empty


@settings(deadline=None, max_examples=thorough.cases(10))
@given(districts())
def test_bands_and_quarters_add_up_to_what_is_let(park: snapshot.Snapshot) -> None:
    space = vacancy.by_unit(park)
    total = vacancy.total(space)
    for level in ("zone", "park", "building"):
        frame = rollover.by(space, level)
        assert cents(frame["let_m2"]) == cents(total["let_m2"])
        bands = [frame[f"end_{band}_m2"].fillna(0) for band in rollover.band_names()]
        assert cents(sum(bands, pd.Series(0.0, index=frame.index))) == cents(total["let_m2"])
        assert frame["leases"].sum() == (space["state"] == "let").sum()
    assert cents(rollover.by_quarter(space)["area_m2"]) == cents(total["let_m2"])


# --- demand and balance ---------------------------------------------------------------------------------------------


RULES = SimpleNamespace(
    assumptions=pd.DataFrame({"name": ["pipeline.visit.weight"], "value": [0.4]}).convert_dtypes(),
)
NEED = {"stage": "research", "area_min_m2": 1000.0, "area_max_m2": 1500.0, "standing": "reported"}


def asking() -> dict:
    companies = [("T1", "visit"), ("T2", None), ("T3", "lost"), ("T4", "visit")]
    return {
        "tenants": [{"tenant_id": one, "kind": "applicant", "pipeline": stage} for one, stage in companies],
        "needs": [
            NEED | {"need_id": "N1", "tenant_id": "T1", "wanted_from": "2026-11-01"},
            NEED | {"need_id": "N2", "tenant_id": "T2", "wanted_from": "2026-11-01"},
            NEED | {"need_id": "N3", "tenant_id": "T3", "wanted_from": "2026-11-01"},
            NEED | {"need_id": "N4", "tenant_id": "T4", "wanted_from": None},
        ],
    }


def test_demand_is_weighted_by_the_stage_and_unknown_stages_are_in_no_sum() -> None:
    frame = rollover.demand(ledger(**asking()), RULES)
    assert frame["need_id"].tolist() == ["N1", "N2", "N4"]
    assert frame["quarter"].tolist() == ["2026-Q4", "2026-Q4", "2026-Q2"]
    assert frame["weighted_min_m2"].fillna(-1).tolist() == [400, -1, 400]
    assert frame["weighted_max_m2"].fillna(-1).tolist() == [600, -1, 600]


def test_a_need_whose_day_is_past_is_wanted_now() -> None:
    needs = [NEED | {"need_id": "N1", "tenant_id": "T1", "wanted_from": "2026-01-01"}]
    assert rollover.demand(ledger(**(asking() | {"needs": needs})), RULES)["quarter"].tolist() == ["2026-Q2"]


def test_every_stage_of_the_pipeline_but_lost_has_an_illustrative_weight() -> None:
    table = policy.load().assumptions.set_index("name")
    for stage in schema.columns("tenants")["pipeline"].values:  # noqa: PD011 - a column of the schema
        name = f"pipeline.{stage}.weight"
        assert (name in table.index) == (stage != "lost")
        if name in table.index:
            assert table.loc[name, "standing"] == "illustrative"


def test_the_balance_adds_up_quarter_by_quarter() -> None:
    tables = asking() | {
        "buildings": [
            {"building_id": "B", "park_id": "P", "status": "built"},
            {"building_id": "C", "park_id": "P", "status": "planned", "completed_on": "2026-12-31"},
            {"building_id": "D", "park_id": "P", "status": "planned", "completed_on": None},
        ],
        "units": [
            *units(4),
            {"unit_id": "U8", "building_id": "C", "lettable_m2": 700.0},
            {"unit_id": "U9", "building_id": "D"},
        ],
        "leases": let("2026-11-01", None),
    }
    park = ledger(**tables)
    space = vacancy.by_unit(park)
    frame = rollover.balance(park, RULES, space, ahead=2)
    assert frame["quarter"].tolist() == ["2026-Q2", "2026-Q3", "2026-Q4"]
    assert frame["vacant_m2"].tolist() == [200, 0, 0]
    assert frame["ending_m2"].tolist() == [0, 0, 100]
    assert frame["coming_m2"].tolist() == [0, 0, 700]
    assert frame["demand_min_m2"].tolist() == [400, 0, 400]
    assert frame["demand_max_m2"].tolist() == [600, 0, 600]
    assert frame["balance_m2"].tolist() == [-200, -200, 200]
    assert rollover.left_out(park, RULES, space) == {
        "open_leases": 1,
        "unknown_areas": 0,
        "undated_units": 1,
        "unweighted_needs": 1,
    }


def planned() -> SimpleNamespace:
    """Return rules under which sector S is core in Z and Y (Y counts in Z), M in Z and W; P is supported in W."""
    fit = [
        ("Z", "S", "core", "research", "neutral"),
        ("Y", "S", "core", "research", "neutral"),
        ("W", "S", "supported", "research", "neutral"),
        ("Z", "M", "core", "research;pilot", "unsuitable"),
        ("W", "M", "core", "research", "core"),
        ("W", "P", "supported", "research", "supported"),
        ("Z", "P", "neutral", "research", "neutral"),
    ]
    columns = ["zone_id", "sector_code", "fit_level", "stages", "outside_scope_fit"]
    told = dict.fromkeys(["basis", "clause_zh", "reason", "document_id", "standing"], "x")
    return SimpleNamespace(
        assumptions=RULES.assumptions,
        zones=pd.DataFrame({"zone_id": ["Z", "Y", "W"]}).convert_dtypes(),
        fit=pd.DataFrame(fit, columns=columns).assign(**told).convert_dtypes(),
    )


COUNTED = {"Z": "Z", "Y": "Z", "W": "W"}


def leaning(*needs: tuple[str | None, str | None]) -> snapshot.Snapshot:
    """Return a park with a need for each sector and stage."""
    tenants = [
        {"tenant_id": f"T{at}", "kind": "applicant", "pipeline": "visit", "sector_code": sector}
        for at, (sector, _) in enumerate(needs)
    ]
    asked = [
        NEED | {"need_id": f"N{at}", "tenant_id": f"T{at}", "stage": stage, "wanted_from": "2026-11-01"}
        for at, (_, stage) in enumerate(needs)
    ]
    elsewhere = {
        "parks": [{"park_id": "P", "zone_id": "Y"}, {"park_id": "Q", "zone_id": None}],
        "buildings": [
            {"building_id": "B", "park_id": "P", "status": "built"},
            {"building_id": "C", "park_id": "Q", "status": "built"},
            {"building_id": "D", "park_id": "Q", "status": "planned", "completed_on": "2026-09-30"},
        ],
        "units": [
            *units(2),
            {"unit_id": "V", "building_id": "C", "lettable_m2": 30.0},
            {"unit_id": "X", "building_id": "D", "lettable_m2": 7.0},
        ],
    }
    return ledger(tenants=tenants, needs=asked, leases=let("2026-11-01"), **elsewhere)


def test_a_need_leans_to_the_zones_that_are_core_for_it_else_to_those_that_support_it() -> None:
    park, rules = (
        leaning(("S", "research"), ("M", "research"), ("M", None), ("P", "pilot"), ("S", "pilot"), (None, "pilot")),
        planned(),
    )
    wanted = rollover.demand(park, rules)
    assert rollover.leanings(park, rules, wanted) == [("Y", "Z"), ("W", "Z"), ("W",), ("W",), (), ()]
    assert rollover.leanings(park, rules, wanted, COUNTED)[0] == ("Z",)


def test_the_balance_by_zone_spreads_nothing_and_adds_up_to_the_district() -> None:
    park, rules = leaning(("S", "research"), ("M", "research"), ("P", "pilot"), (None, "pilot")), planned()
    space = vacancy.by_unit(park)
    frame = rollover.balance_by_zone(park, rules, space, COUNTED, ahead=2)
    ends = rollover.until(frame, "2026-Q4")
    assert ends[["line", "zone_id"]].fillna("-").to_numpy().tolist() == [
        ["zone", "W"],
        ["zone", "Z"],
        ["several", "-"],
        ["none", "-"],
    ]
    assert ends["vacant_m2"].tolist() == [0, 100, 0, 30]
    assert ends["ending_m2"].tolist() == [0, 100, 0, 0]
    assert ends["coming_m2"].tolist() == [0, 0, 0, 7]
    assert ends["demand_total_m2"].tolist() == [400, 400, 400, 400]
    assert ends["demand_max_m2"].tolist() == [600] * 4
    assert ends["balance_m2"].tolist() == [-400, -200, -400, -363]
    assert ends["shared_total_m2"].fillna(-1).tolist() == [400, 400, -1, -1]
    sums = frame.groupby("quarter").sum(numeric_only=True).drop(columns="shared_total_m2").reset_index()
    pd.testing.assert_frame_equal(sums, rollover.balance(park, rules, space, ahead=2), check_dtype=False)
    assert rollover.until(frame, "2026-Q3")["demand_total_m2"].tolist() == [0] * 4


@settings(max_examples=30, deadline=None)
@given(districts())
def test_the_lines_add_up_to_the_cent(park: snapshot.Snapshot) -> None:
    space, rules = vacancy.by_unit(park), planned()
    lines = rollover.balance_by_zone(park, rules, space, {"Z1": "Z2"}, ahead=3)
    whole = rollover.balance(park, rules, space, ahead=3)
    for name in whole.columns[1:]:
        for quarter, cell in zip(whole["quarter"], whole[name], strict=True):
            assert cents(lines.loc[lines["quarter"] == quarter, name]) == round(cell * 100)


# --- neighbouring floors ---------------------------------------------------------------------------------------------


def storeys(*levels: tuple) -> pd.DataFrame:
    """Return vacant runs: floors of these levels, each with the positions and areas of its units."""
    floors, made = [], []
    for at, (level, areas) in enumerate(levels):
        floors.append({"floor_id": f"F{at}", "building_id": "B", "level": level})
        for position, area in areas:
            made.append(
                {"unit_id": f"U{at}{position}", "building_id": "B", "floor_id": f"F{at}"}
                | {"position": position, "lettable_m2": area}
            )
    park = ledger(floors=floors, units=made)
    return vacancy.contiguous(vacancy.by_unit(park), park)


def test_runs_of_floors_that_follow_stack_and_each_floor_gives_its_greatest() -> None:
    runs = storeys((1, [(1, 100.0), (2, 50.0), (9, 80.0)]), (2, [(1, 40.0)]), (4, [(1, 300.0)]))
    frame = contiguity.over_floors(runs)
    assert frame["unit_ids"].tolist() == [("U21",), ("U01", "U02", "U11")]
    assert frame["area_m2"].tolist() == [300, 190]
    assert frame[["level_from", "level_to", "floors", "units"]].to_numpy().tolist() == [[4, 4, 1, 1], [1, 2, 2, 3]]
    assert frame["largest"].tolist() == [True, False]


def test_the_ground_floor_follows_the_first_basement_and_a_gap_parts() -> None:
    frame = contiguity.over_floors(storeys((-2, [(1, 10.0)]), (-1, [(1, 20.0)]), (1, [(1, 30.0)]), (3, [(1, 5.0)])))
    assert frame[["level_from", "level_to"]].to_numpy().tolist() == [[-2, 1], [3, 3]]
    assert frame["area_m2"].tolist() == [60, 5]


def test_unknown_levels_stand_alone_and_unknown_areas_are_counted() -> None:
    frame = contiguity.over_floors(
        storeys((1, [(1, None)]), (2, [(1, 20.0)]), (None, [(1, 30.0)]), (None, [(1, None)]))
    )
    assert frame["area_m2"].fillna(-1).tolist() == [30, 20, -1]
    assert frame["unknown_units"].tolist() == [0, 1, 1]
    assert frame["level_from"].fillna(0).tolist() == [0, 1, 0]
    assert contiguity.over_floors(storeys()).empty


# --- holds -----------------------------------------------------------------------------------------------------------


def hold(lease_id: str, unit_id: str, begin: str, end: str | None, **cells: object) -> dict:
    row = {"lease_id": lease_id, "unit_id": unit_id, "tenant_id": "T", "state": "reserved", "valid_from": begin}
    return row | {"valid_to": end} | cells


def test_holds_tell_the_days_left_and_a_prolonged_one_is_one_row() -> None:
    park = ledger(
        units=units(4),
        leases=[
            hold("H1", "U0", "2026-06-01", "2026-07-10"),
            hold("H2", "U0", "2026-07-10", "2026-07-30"),
            hold("H3", "U1", "2026-06-01", "2026-07-01", state="intended"),
            hold("H4", "U2", "2026-06-01", None),
            hold("H5", "U3", "2026-01-01", "2026-06-30"),
            hold("H6", "U3", "2026-07-05", "2026-08-01", tenant_id="other"),
        ],
    )
    frame = holds.current(park)
    assert frame["lease_ids"].tolist() == [("H3",), ("H1", "H2"), ("H6",), ("H4",)]
    assert frame["days_left"].fillna(-1).tolist() == [1, 30, 32, -1]
    assert frame["lettable_m2"].tolist() == [100] * 4


def test_a_hold_lapses_by_itself_and_is_told_for_ninety_days() -> None:
    park = ledger(
        units=units(4),
        leases=[
            hold("H1", "U0", "2026-01-01", "2026-06-30"),
            hold("H2", "U1", "2026-01-01", "2026-04-01"),
            hold("H3", "U2", "2026-01-01", "2026-06-01"),
            hold("L3", "U2", "2026-06-01", None, state="let"),
            hold("H4", "U3", "2026-01-01", "2026-07-01"),
        ],
    )
    space = vacancy.by_unit(park)
    assert space.set_index("unit_id").loc["U0", "state"] == "vacant"
    frame = holds.lapsed(park, space)
    assert frame["lease_ids"].tolist() == [("H1",), ("H3",)]
    assert frame["became"].tolist() == ["vacant", "let"]
    assert frame["taken"].tolist() == [False, True]
    assert holds.lapsed(ledger(), space[:0]).empty


@pytest.mark.parametrize(("end", "there"), [("2026-04-01", False), ("2026-04-02", True)])
def test_the_ninetieth_day_is_the_last(end: str, there: bool) -> None:  # noqa: FBT001 - a case
    park = ledger(units=units(1), leases=[hold("H", "U0", "2026-01-01", end)])
    assert len(holds.lapsed(park, vacancy.by_unit(park))) == there
