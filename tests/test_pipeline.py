"""Space to come: what is not built or under renovation, by zone and quarter."""

import datetime as dt

import pandas as pd
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st

from parks import snapshot
from parks.status import pipeline, vacancy

DAY = dt.date(2026, 6, 30)


def district() -> snapshot.Snapshot:
    """Return a standing building, one that comes in 2027, and one that comes nobody knows when."""
    buildings = [
        {"building_id": "B1", "park_id": "P", "status": "built"},
        {"building_id": "B2", "park_id": "P", "completed_on": pd.Timestamp("2027-03-31")},
        {"building_id": "B3", "park_id": "P", "status": "planned"},
    ]
    units = [
        ("U1", "B1", 100.0),
        ("U2", "B1", 200.0),
        ("U3", "B1", 300.0),
        ("U4", "B2", 400.0),
        ("U5", "B2", None),
        ("U6", "B3", None),
    ]
    leases = [
        {"lease_id": "L1", "unit_id": "U2", "state": "renovation", "valid_to": pd.Timestamp("2026-10-01")},
        {"lease_id": "L2", "unit_id": "U3", "state": "renovation", "valid_to": pd.NaT},
    ]
    return snapshot.of(
        DAY,
        {
            "parks": pd.DataFrame([{"park_id": "P", "zone_id": "Z-CELL"}]),
            "buildings": pd.DataFrame(buildings).assign(standing="reported"),
            "units": pd.DataFrame(units, columns=["unit_id", "building_id", "lettable_m2"]).assign(standing="stated"),
            "leases": pd.DataFrame(leases).assign(valid_from=pd.Timestamp("2026-01-01"), standing="illustrative"),
        },
    )


def test_space_comes_in_the_quarter_of_its_day() -> None:
    frame = pipeline.supply(district(), {"Z-CELL": "Z-ZJ"})
    assert list(frame) == ["zone_id", "quarter", "state", "lettable_m2", "units", "unknown_units", "standing"]
    assert frame["zone_id"].unique().tolist() == ["Z-ZJ"]
    told = frame.fillna({"quarter": "unknown", "lettable_m2": -1}).drop(columns="zone_id").to_numpy().tolist()
    assert told == [
        ["2026-Q4", "renovation", 200.0, 1, 0, "illustrative"],
        ["2027-Q1", "not_built", 400.0, 2, 1, "reported"],
        ["unknown", "not_built", -1.0, 1, 1, "reported"],
        ["unknown", "renovation", 300.0, 1, 0, "illustrative"],
    ]


def test_nothing_comes_where_nothing_is_planned() -> None:
    assert pipeline.supply(snapshot.of(DAY, {})).empty


@settings(deadline=None, max_examples=thorough.cases(4))
@given(st.dates(dt.date(2025, 1, 1), dt.date(2028, 1, 1)))
def test_supply_holds_all_that_vacancy_calls_not_built_or_under_renovation(day: dt.date) -> None:
    tables = {name: district().table(name) for name in ("parks", "buildings", "units", "leases")}
    park = snapshot.of(day, tables)
    total, coming = vacancy.total(vacancy.by_unit(park)).iloc[0].fillna(0), pipeline.supply(park)
    assert coming["lettable_m2"].sum() == total["not_built_m2"] + total["renovation_m2"]
