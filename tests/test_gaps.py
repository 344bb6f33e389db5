"""What the ledgers do not say about space and demand is listed for mending, each thing once, by its own row."""

import datetime as dt

import district
import pandas as pd

from parks import snapshot
from parks.status import gaps, vacancy

DAY = dt.date(2026, 6, 30)


def lease(name: str, unit: str, state: str | None, begins: str | None, ends: str | None, **cells: object) -> dict:
    days = {"valid_from": pd.to_datetime(begins), "valid_to": pd.to_datetime(ends)}
    return {"lease_id": name, "unit_id": unit, "tenant_id": "T1", "state": state, **days, **cells, **district.SAID}


def park(*leases: dict, **changed: pd.DataFrame) -> snapshot.Snapshot:
    return district.park(leases=pd.DataFrame(list(leases)).assign(standing="reported"), **changed)


def told(frame: pd.DataFrame) -> list[list[str]]:
    return frame[["key", "missing"]].to_numpy().tolist()


def test_units_without_area_or_state_are_listed_where_they_are_chosen() -> None:
    held = park(lease("L1", "U1", "unknown", "2026-01-01", "2027-01-01"))
    space = vacancy.by_unit(held)
    found = gaps.of_space(held, space)
    assert told(found) == [["U4", "lettable"], ["U1", "state"], ["L1", "begin"]]
    row = found.set_index("missing").loc["begin"]
    assert row[["table", "name_zh", "zone_id", "source", "standing"]].tolist() == [
        *("leases", "U1", "Z-A", "hand", "reported")
    ]
    assert found["target_id"].isna().all()
    assert told(gaps.of_space(held, space[space["unit_id"] == "U4"].reset_index(drop=True))) == [["U4", "lettable"]]


def test_leases_and_holds_without_an_end_are_listed_once_each() -> None:
    held = park(
        lease("L1", "U1", "let", "2026-01-01", None),
        lease("L2", "U2", "reserved", "2026-01-01", "2026-03-01"),
        lease("L3", "U2", "reserved", "2026-03-01", None),
        lease("L4", "U3", "fitting_out", "2027-01-01", None),
        lease("L5", "U5", "intended", "2026-01-01", None),
        lease("L6", "U5", None, "2020-01-01", "2021-01-01"),
        lease("L7", "U4", "let", "2026-01-01", "2028-01-01"),
    )
    found = gaps.of_space(held, vacancy.by_unit(held))
    assert told(found)[1:] == [["L1", "end"], ["L4", "end"], ["L3", "hold"], ["L5", "hold"]]


def test_the_day_that_a_definition_asks_for_is_listed_only_under_it() -> None:
    held = park(lease("L1", "U1", "let", "2026-01-01", "2028-01-01"))
    assert told(gaps.of_space(held, vacancy.by_unit(held)))[1:] == []
    assert told(gaps.of_space(held, vacancy.by_unit(held, "signed"), "signed"))[1:] == [["L1", "counted"]]


def test_open_needs_without_a_least_area_are_listed_by_their_company() -> None:
    needs = district.tables()["needs"]
    assert gaps.of_demand(district.park()).empty
    found = gaps.of_demand(district.park(needs=needs.assign(area_min_m2=None)))
    assert found[["table", "key", "name_en", "missing"]].to_numpy().tolist() == [
        ["needs", "N1", "Applicant", "least"],
    ]


def test_every_list_is_in_the_whole() -> None:
    held, rules = district.park(), district.rules()
    space = vacancy.by_unit(held)
    parts = [gaps.of_programme(held, rules), gaps.of_space(held, space), gaps.of_demand(held)]
    every = gaps.every(held, rules, space, "completed", "gross")
    pd.testing.assert_frame_equal(every, pd.concat(parts, ignore_index=True))
    assert set(every["missing"]) <= set(gaps.KINDS)
    assert list(every.columns) == list(gaps.COLUMNS)
