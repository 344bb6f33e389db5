"""Vacancy: the state of each unit on a day, when it is free, and sums that agree on every level."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st

from parks import schema, snapshot
from parks.status import vacancy

DAY = dt.date(2026, 6, 30)
LEVELS = ("zone", "park", "building", "floor", "unit", "sector")


def day(text: str | None) -> pd.Timestamp | None:
    return None if text is None else pd.Timestamp(text)


def ledger(leases: list[dict], **tables: list[dict]) -> snapshot.Snapshot:
    """Return one standing building with three adjoining units of 100, 200 and 300 m², and these leases."""
    shown = {
        "parks": [{"park_id": "P", "zone_id": "Z-CELL"}],
        "buildings": [{"building_id": "B", "park_id": "P", "status": "built", "standing": "reported"}],
        "floors": [
            {"floor_id": "F1", "building_id": "B", "level": 1},
            {"floor_id": "F2", "building_id": "B", "level": 2},
        ],
        "units": [
            unit("U1", position=1, lettable_m2=100.0),
            unit("U2", position=2, lettable_m2=200.0),
            unit("U3", position=3, lettable_m2=300.0),
        ],
        "tenants": [
            {"tenant_id": "T1", "name_zh": "甲公司", "name_en": "One", "sector_code": "CGT"},
            {"tenant_id": "T2", "name_zh": "乙公司"},
        ],
    }
    frames = {name: pd.DataFrame(rows) for name, rows in (shown | tables).items()}
    return snapshot.of(DAY, frames | {"leases": pd.DataFrame([lease(**row) for row in leases])})


def unit(unit_id: str, **cells: object) -> dict:
    return {
        "unit_id": unit_id,
        "building_id": "B",
        "floor_id": "F1",
        "standing": "stated",
        "lettable_m2": 100.0,
    } | cells


def lease(**cells: object) -> dict:
    row = {"lease_id": "L", "unit_id": "U1", "state": "let", "valid_from": "2025-01-01", "standing": "reported"} | cells
    return row | {name: day(row[name]) for name in ("valid_from", "valid_to") if row.get(name)}


def one(park: snapshot.Snapshot, unit_id: str = "U1") -> pd.Series:
    return vacancy.by_unit(park).set_index("unit_id").loc[unit_id]


# --- the state of a unit ------------------------------------------------------------------------------------------


def test_a_unit_without_a_lease_is_vacant_and_free_today() -> None:
    row = one(ledger([]))
    assert (row["state"], row["zone_id"], row["level"]) == ("vacant", "Z-CELL", 1)
    assert row["available_on"] == pd.Timestamp(DAY)
    assert pd.isna(row["tenant_id"])
    assert pd.isna(row["until"])
    assert pd.isna(row["free_until"])
    assert row["as_of"] == pd.Timestamp(DAY)


@pytest.mark.parametrize(
    ("begins", "ends", "state"),
    [
        ("2026-06-30", None, "let"),
        ("2026-07-01", None, "vacant"),
        ("2025-01-01", "2026-07-01", "let"),
        ("2025-01-01", "2026-06-30", "vacant"),
    ],
)
def test_a_lease_holds_from_its_first_day_to_the_day_before_its_end(begins: str, ends: str | None, state: str) -> None:
    assert one(ledger([{"valid_from": begins, "valid_to": ends}]))["state"] == state


@pytest.mark.parametrize("weaker", ["locked", "let", "fitting_out", "reserved", "intended"])
def test_the_stronger_state_shows(weaker: str) -> None:
    order = ["renovation", "locked", "let", "fitting_out", "reserved", "intended"]
    stronger = order[order.index(weaker) - 1]
    row = one(ledger([{"lease_id": "L1", "state": weaker}, {"lease_id": "L2", "state": stronger}]))
    assert (row["state"], row["lease_id"]) == (stronger, "L2")


def test_the_first_id_shows_among_equals() -> None:
    assert one(ledger([{"lease_id": "L2"}, {"lease_id": "L1"}]))["lease_id"] == "L1"


def test_the_holder_is_told_with_its_sector_and_its_end() -> None:
    row = one(ledger([{"tenant_id": "T1", "valid_to": "2027-01-01"}]))
    assert (row["tenant_id"], row["lease_id"], row["sector_code"]) == ("T1", "L", "CGT")
    assert row["until"] == row["available_on"] == pd.Timestamp("2027-01-01")


def test_an_intention_is_not_firm() -> None:
    row = one(ledger([{"state": "intended", "tenant_id": "T1", "valid_to": "2027-01-01"}]))
    assert (row["state"], row["tenant_id"]) == ("intended", "T1")
    assert pd.isna(row["until"])
    assert row["available_on"] == pd.Timestamp(DAY)


@pytest.mark.parametrize(
    ("completed", "status", "state"),
    [
        ("2026-06-30", "under_construction", "vacant"),
        ("2026-07-01", "built", "not_built"),
        (None, "built", "vacant"),
        (None, "planned", "not_built"),
        (None, "under_construction", "not_built"),
        (None, "unknown", "unknown"),
        (None, None, "unknown"),
    ],
)
def test_the_completion_decides_and_the_status_only_without_it(completed: str | None, status: str, state: str) -> None:
    building = {"building_id": "B", "park_id": "P", "status": status, "completed_on": day(completed)}
    row = one(ledger([], buildings=[building]))
    assert row["state"] == state
    expected = pd.Timestamp(DAY) if state == "vacant" else day(completed)
    assert row["available_on"] == expected or (expected is None and pd.isna(row["available_on"]))


def test_what_is_not_built_keeps_who_waits_for_it() -> None:
    building = {"building_id": "B", "park_id": "P", "completed_on": day("2027-01-01")}
    row = one(ledger([{"state": "reserved", "tenant_id": "T1", "valid_to": "2027-06-01"}], buildings=[building]))
    assert (row["state"], row["tenant_id"], row["available_on"]) == ("not_built", "T1", pd.Timestamp("2027-06-01"))


def test_a_unit_of_an_unknown_building_is_unknown() -> None:
    row = one(ledger([], units=[unit("U1", building_id="gone")]))
    assert row["state"] == "unknown"
    assert row[["park_id", "zone_id", "available_on"]].isna().all()


@pytest.mark.parametrize("cells", [{"valid_from": None}, {"state": None}])
def test_a_lease_of_unknown_state_or_beginning_makes_the_unit_unknown(cells: dict) -> None:
    row = one(ledger([cells, {"lease_id": "L2", "state": "intended"}]))
    assert (row["state"], row["lease_id"]) == ("unknown", "L")
    assert pd.isna(row["available_on"])


def test_a_lease_of_another_unit_changes_nothing() -> None:
    assert (
        vacancy.by_unit(ledger([{"unit_id": "gone"}, {"lease_id": "L2", "unit_id": None}]))["state"] == "vacant"
    ).all()


def test_a_doubled_key_is_refused() -> None:
    twice = [{"building_id": "B", "status": "built"}, {"building_id": "B", "status": "planned"}]
    with pytest.raises(ValueError, match="building_id is no key"):
        vacancy.by_unit(ledger([], buildings=twice))


# --- when a unit is free ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chain", "available", "until"),
    [
        ([("2025-01-01", None)], None, None),
        ([("2025-01-01", "2026-09-01"), ("2026-09-01", "2027-01-01")], "2027-01-01", None),
        ([("2025-01-01", "2026-09-01"), ("2026-10-01", None)], "2026-09-01", "2026-10-01"),
        ([("2026-10-01", "2027-01-01"), ("2028-01-01", None)], "2026-06-30", "2026-10-01"),
        (
            [("2025-01-01", "2026-12-01"), ("2025-06-01", "2026-08-01"), ("2027-01-01", None)],
            "2026-12-01",
            "2027-01-01",
        ),
        ([("2024-01-01", "2025-01-01")], "2026-06-30", None),
        ([("2026-12-01", "2026-12-01")], "2026-06-30", None),
        (
            [("2026-06-30", "2026-08-01"), ("2026-09-01", "2026-10-01"), ("2026-11-01", None)],
            "2026-08-01",
            "2026-09-01",
        ),
    ],
)
def test_chains_of_leases(chain: list[tuple[str, str | None]], available: str | None, until: str | None) -> None:
    park = ledger([{"lease_id": f"L{i}", "valid_from": a, "valid_to": b} for i, (a, b) in enumerate(chain)])
    row = one(park)
    told = [None if pd.isna(row[name]) else str(row[name].date()) for name in ("available_on", "free_until")]
    assert told == [available, until]
    assert one(park, "U2")["available_on"] == pd.Timestamp(DAY)


DAYS = st.integers(-40, 40)
CHAINS = st.lists(
    st.tuples(DAYS, st.one_of(st.none(), st.integers(0, 30)), st.sampled_from(["let", "locked", "intended"]))
)


@settings(deadline=None, max_examples=thorough.cases(10))
@given(CHAINS, st.integers(-10, 30))
def test_available_on_is_what_a_day_by_day_search_finds(chain: list[tuple], completed: int) -> None:
    today = pd.Timestamp(DAY)
    spans = [(a, None if n is None else a + n, state) for a, n, state in chain]
    rows = [
        {
            "lease_id": f"L{i}",
            "valid_from": today + pd.Timedelta(days=a),
            "valid_to": pd.NaT if b is None else today + pd.Timedelta(days=b),
            "state": state,
        }
        for i, (a, b, state) in enumerate(spans)
    ]
    building = {"building_id": "B", "park_id": "P", "completed_on": today + pd.Timedelta(days=completed)}
    firm = [(a, 999 if b is None else b) for a, b, state in spans if state != "intended"]
    busy = {d for d in range(-50, 200) if any(a <= d < b for a, b in firm)}
    first = next((d for d in range(max(0, completed), 200) if d not in busy), None)
    follows = None if first is None else next((d for d in range(first, 200) if d in busy), None)
    row = one(ledger(rows, buildings=[building]))
    told = [None if pd.isna(row[name]) else (row[name] - today).days for name in ("available_on", "free_until")]
    assert told == [first, follows]


# --- how far it is known ------------------------------------------------------------------------------------------


def test_the_worst_standing_of_unit_building_and_lease_holds() -> None:
    park = ledger(
        [{"unit_id": "U2", "standing": "illustrative"}, {"lease_id": "L2", "unit_id": "U3", "standing": None}]
    )
    space = vacancy.by_unit(park)
    assert space["standing"].fillna("not given").tolist() == ["reported", "illustrative", "not given"]
    assert space["area_standing"].tolist() == ["stated"] * 3
    assert pd.isna(vacancy.total(space).loc[0, "standing"])
    assert vacancy.total(space[:2]).loc[0, "standing"] == "illustrative"


# --- sums ---------------------------------------------------------------------------------------------------------


def test_the_keys_are_those_of_the_contract() -> None:
    frame = vacancy.by(vacancy.by_unit(ledger([])), "zone")
    assert list(frame) == [
        *("zone_id", "lettable_m2", "let_m2", "vacant_m2", "reserved_m2", "intended_m2", "fitting_out_m2", "locked_m2"),
        *("renovation_m2", "not_built_m2", "unknown_m2", "vacancy", "units", "unknown_units", "standing"),
    ]


def test_vacancy_is_the_vacant_share_of_what_is_lettable() -> None:
    park = ledger([{"lease_id": "L1", "state": "reserved"}, {"lease_id": "L2", "unit_id": "U2", "state": "renovation"}])
    row = vacancy.by(vacancy.by_unit(park), "building").iloc[0]
    assert (row["lettable_m2"], row["reserved_m2"], row["vacant_m2"], row["renovation_m2"]) == (400, 100, 300, 200)
    assert row["vacancy"] == 0.75
    assert (row["park_id"], row["zone_id"], row["units"], row["unknown_units"]) == ("P", "Z-CELL", 3, 0)


def test_an_unknown_area_is_counted_and_is_not_nought() -> None:
    park = ledger([{"unit_id": "U2"}], units=[unit("U1", lettable_m2=None), unit("U2", lettable_m2=100.0)])
    row = vacancy.total(vacancy.by_unit(park)).iloc[0]
    assert pd.isna(row["vacant_m2"])
    assert pd.isna(row["vacancy"])
    assert (row["lettable_m2"], row["let_m2"], row["units"], row["unknown_units"]) == (100, 100, 2, 1)
    alone = vacancy.by(vacancy.by_unit(park), "unit").set_index("unit_id")
    assert pd.isna(alone.loc["U1", "lettable_m2"])
    assert alone.loc["U2", "vacant_m2"] == 0


def test_an_unknown_state_is_counted_and_not_lettable() -> None:
    building = {"building_id": "B", "park_id": "P", "status": "unknown"}
    row = vacancy.total(vacancy.by_unit(ledger([], buildings=[building]))).iloc[0]
    assert (row["unknown_m2"], row["lettable_m2"], row["unknown_units"]) == (600, 0, 3)
    assert pd.isna(row["vacancy"])


@pytest.mark.parametrize("table", [{"Z-CELL": "Z-ZJ"}, pd.Series({"Z-CELL": "Z-ZJ", "Z-ZJ": "Z-ZJ"})])
def test_a_zone_is_counted_in_the_zone_that_holds_it(table: object) -> None:
    parks = [{"park_id": "P", "zone_id": "Z-CELL"}, {"park_id": "Q", "zone_id": "Z-LG"}]
    buildings = [{"building_id": b, "park_id": p, "status": "built"} for b, p in (("B", "P"), ("C", "Q"))]
    space = vacancy.by_unit(
        ledger([], parks=parks, buildings=buildings, units=[unit("U1"), unit("U2", building_id="C")])
    )
    assert vacancy.by(space, "zone", table)["zone_id"].tolist() == ["Z-LG", "Z-ZJ"]
    assert vacancy.by(space, "zone")["zone_id"].tolist() == ["Z-CELL", "Z-LG"]


def test_space_without_a_holder_has_a_row_without_a_sector() -> None:
    park = ledger([{"tenant_id": "T1"}, {"lease_id": "L2", "unit_id": "U2", "tenant_id": "T2"}])
    frame = vacancy.by(vacancy.by_unit(park), "sector")
    assert frame["sector_code"].fillna("none").tolist() == ["CGT", "none"]
    assert frame["let_m2"].tolist() == [100, 200]
    assert frame["vacant_m2"].tolist() == [0, 300]


@pytest.mark.parametrize("level", LEVELS)
def test_nothing_sums_to_nothing(level: str) -> None:
    space = vacancy.by_unit(snapshot.of(DAY, {}))
    assert vacancy.by(space, level).empty
    total = vacancy.total(space).iloc[0]
    assert (total["lettable_m2"], total["units"]) == (0, 0)
    assert pd.isna(total["vacancy"])


@st.composite
def districts(draw: st.DrawFn) -> snapshot.Snapshot:
    """Return a small district at random, with cells unknown here and there."""
    ids = st.sampled_from(["1", "2", "3", None])
    days = st.one_of(st.none(), st.integers(-400, 400).map(lambda n: pd.Timestamp(DAY) + pd.Timedelta(days=n)))
    tables = {
        "parks": [{"park_id": p, "zone_id": draw(st.sampled_from(["Z-A", "Z-B"]))} for p in "12"],
        "buildings": [
            {
                "building_id": b,
                "park_id": draw(ids),
                "completed_on": draw(days),
                "status": draw(st.sampled_from(["built", "planned"])),
            }
            for b in "12"
        ],
        "units": [
            unit(
                f"U{i}",
                building_id=draw(ids),
                floor_id=draw(ids),
                lettable_m2=draw(st.one_of(st.none(), st.integers(1, 999))),
            )
            for i in range(draw(st.integers(0, 8)))
        ],
        "tenants": [{"tenant_id": t, "sector_code": draw(st.sampled_from(["CGT", None]))} for t in "12"],
        "leases": [
            {
                "lease_id": f"L{i}",
                "unit_id": f"U{draw(st.integers(0, 7))}",
                "tenant_id": draw(ids),
                "state": draw(st.sampled_from(schema.columns("leases")["state"].values)),
                "valid_from": draw(days),
                "valid_to": draw(days),
                "standing": "illustrative",
            }
            for i in range(draw(st.integers(0, 8)))
        ],
    }
    return snapshot.of(DAY, {name: pd.DataFrame(rows) for name, rows in tables.items()})


@settings(deadline=None, max_examples=thorough.cases(10))
@given(districts())
def test_every_level_adds_up_to_the_same_and_states_part_the_units(park: snapshot.Snapshot) -> None:
    space = vacancy.by_unit(park)
    assert space["state"].isin(vacancy.STATES).all()
    total = vacancy.total(space).iloc[0]
    known = float(space["lettable_m2"].sum())
    states = [f"{state}_m2" for state in vacancy.STATES]
    assert np.isclose(float(total[states].fillna(0).sum()), known)
    assert total["unknown_units"] == (space["lettable_m2"].isna() | (space["state"] == "unknown")).sum()
    for level in LEVELS:
        frame = vacancy.by(space, level, {"Z-A": "Z-B"})
        for column in [*states, "lettable_m2", "units", "unknown_units"]:
            assert np.isclose(float(frame[column].sum()), float(total.fillna(0)[column])), (level, column)
        share = frame["vacancy"].dropna()
        assert share.between(0, 1).all()


@settings(deadline=None, max_examples=thorough.cases(10))
@given(districts())
def test_an_unknown_area_never_adds_area(park: snapshot.Snapshot) -> None:
    space = vacancy.by_unit(park)
    blank = space.assign(lettable_m2=space["lettable_m2"].where(space.index % 2 == 0))
    before, after = vacancy.total(space).iloc[0], vacancy.total(blank).iloc[0]
    for state in vacancy.STATES:
        assert float(after.fillna(0)[f"{state}_m2"]) <= float(before.fillna(0)[f"{state}_m2"])
    assert after["unknown_units"] >= before["unknown_units"]


# --- runs, the stack ------------------------------------------------------------------------------------------------


def test_adjoining_vacant_units_make_a_run_and_the_largest_comes_first() -> None:
    units = [
        unit("U1", position=1, lettable_m2=50.0),
        unit("U2", position=2, lettable_m2=60.0),
        unit("U3", position=3),
        unit("U4", position=4, lettable_m2=500.0),
        unit("U5", position=None, lettable_m2=None),
        unit("U6", position=1, floor_id="F2", lettable_m2=70.0),
        unit("U7", position=2, floor_id="F2", lettable_m2=None),
        unit("U8", position=3, floor_id="F2", lettable_m2=80.0),
        unit("U9", position=3, floor_id="F2", lettable_m2=90.0),
    ]
    park = ledger([{"unit_id": "U3"}], units=units)
    frame = vacancy.contiguous(vacancy.by_unit(park), park)
    assert frame["unit_ids"].tolist() == [("U4",), ("U1", "U2"), ("U9",), ("U8",), ("U6", "U7"), ("U5",)]
    assert frame["area_m2"].fillna(-1).tolist() == [500, 110, 90, 80, 70, -1]
    assert frame["largest"].tolist() == [True, False, True, False, False, False]
    assert frame["units"].tolist() == [1, 2, 1, 1, 2, 1]
    assert frame["unknown_units"].tolist() == [0, 0, 0, 0, 1, 1]
    assert frame.loc[1, ["first_unit_id", "last_unit_id"]].tolist() == ["U1", "U2"]


def test_no_vacant_unit_makes_no_run() -> None:
    park = ledger([], units=[])
    assert vacancy.contiguous(vacancy.by_unit(park), park).empty


def test_units_on_unknown_floors_stand_alone() -> None:
    park = ledger([], units=[unit("U1", floor_id=None, position=1), unit("U2", floor_id=None, position=2)])
    frame = vacancy.contiguous(vacancy.by_unit(park), park)
    assert frame["units"].tolist() == [1, 1]
    assert not frame["largest"].any()


def test_the_stack_goes_from_the_top_down() -> None:
    units = [unit("U1", position=2), unit("U2", position=1), unit("U3", floor_id="F2"), unit("U4", floor_id="gone")]
    park = ledger([{"tenant_id": "T1"}], units=units)
    frame = vacancy.stack(vacancy.by_unit(park), park, "B")
    assert frame["unit_id"].tolist() == ["U3", "U2", "U1", "U4"]
    assert frame.loc[2, ["state", "tenant_zh", "tenant_en"]].tolist() == ["let", "甲公司", "One"]
    assert vacancy.stack(vacancy.by_unit(park), park, "none").empty


def test_what_lies_outside_the_layout_is_told_by_the_zone_of_each_unit():
    space = vacancy.by_unit(ledger([]))
    zones = pd.DataFrame({"zone_id": ["Z-CELL", "Z-LGB"], "role": ["bearing", "outside"]})
    assert vacancy.outside(space, SimpleNamespace(zones=zones)).empty
    zones["role"] = ["outside", "bearing"]
    assert len(vacancy.outside(space, SimpleNamespace(zones=zones))) == len(space)
