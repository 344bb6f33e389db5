"""Taking in a file: one change, one receipt, what headings mean, what ends, and all of it taken back."""

import datetime as dt

import pandas as pd
import pytest
from small_park import units

from parks.issues import InvalidData
from parks.store import care, tables
from parks.store.intakes import File, Intake
from parks.words import translator

DAY = dt.date(2026, 3, 1)
TOLD = {"source": None, "source_date": "2026-02-28", "standing": "reported"}
FILE = File("房源台账.xlsx", "ab" * 32, "张江")


def counts(**given):
    return dict.fromkeys(tables.COUNTS, 0) | given


def rows(**areas):
    return pd.DataFrame(
        [
            {"unit_id": key, "building_id": "B1", "floor_id": "F1", "lettable_m2": area} | TOLD
            for key, area in areas.items()
        ]
    )


def lease(key, unit, begin="2026-01-01", end=None, state="let"):
    said = {"lease_id": key, "unit_id": unit, "tenant_id": "T1", "state": state}
    return said | {"valid_from": pd.Timestamp(begin), "valid_to": pd.Timestamp(end) if end else pd.NaT} | TOLD


@pytest.fixture
def held(empty):
    """Return a store with U1 of 100 m²."""
    empty.add("units", units("U1"), source="first", by="clerk")
    return empty


def area(held, day=DAY, known_on=None):
    frame = held.as_of(day, known_on=known_on).units.set_index("unit_id")["lettable_m2"]
    return frame.to_dict()


def test_a_file_is_one_change_with_its_receipt(held):
    parts = [
        Intake("leases", pd.DataFrame([lease("L1", "U2")]), "租约", counts(lines=2, new=1, not_data=1)),
        Intake("units", rows(U1=120.0, U2=80.0), "房源", counts(lines=4, new=1, changed=1, rejected=1, not_data=1)),
    ]
    change = held.take_in(parts, FILE, source="张江 三月", by="ann", reason="monthly", since=DAY, data_day=DAY)
    newest = held.changes(1).iloc[0]
    assert (newest["change_id"], newest["what"], newest["subject"], newest["rows"]) == (change, "import", FILE.name, 3)
    assert area(held) == {"U1": 120.0, "U2": 80.0}
    assert area(held, DAY - dt.timedelta(days=1)) == {"U1": 100.0, "U2": 80.0}, "what is new has always been so"
    assert held.as_of(DAY).leases["lease_id"].tolist() == ["L1"]
    found = held.receipts(FILE.digest)
    assert found["table_name"].tolist() == ["units", "leases"]
    assert found[list(tables.COUNTS)].to_numpy().tolist()[0] == [4, 1, 1, 0, 0, 1, 1]
    assert held.receipts("other").empty
    assert held.data_day() == DAY
    assert {issue.kind for issue in care.check(held.home, translator("en"))} == {"unknown_reference"}


def test_the_same_file_again_changes_nothing(held):
    parts = [Intake("units", rows(U1=120.0), "房源", counts(lines=1, changed=1), headings={"面积": "lettable_m2"})]
    assert held.take_in(parts, FILE, source="x", by="ann", since=DAY) is not None
    before = held.version
    assert held.take_in(parts, FILE, source="x", by="ann", since=DAY) is None
    assert held.version == before
    assert len(held.receipts()) == 1


def test_what_a_complete_file_leaves_out_ends_on_its_day_and_comes_back_when_it_is_taken_back(held):
    held.add(
        "leases",
        pd.DataFrame([lease("L1", "U1"), lease("L2", "U1", "2027-01-01", state="intended")]),
        source="x",
        by="a",
    )
    parts = [
        Intake("units", rows(), "房源", counts(ended=1), ended=["U1"]),
        Intake("leases", rows().assign(lease_id=None), "租约", counts(ended=2), ended=["L1", "L2", "L9"]),
    ]
    change = held.take_in(parts, FILE, source="x", by="ann", since=DAY)
    assert area(held) == {}
    assert area(held, DAY - dt.timedelta(days=1)) == {"U1": 100.0}
    assert held.as_of(DAY).leases.empty
    left = held.as_of(DAY - dt.timedelta(days=1)).leases
    assert left[["lease_id", "valid_to"]].to_numpy().tolist() == [["L1", pd.Timestamp(DAY)]]
    assert held.receipts()["undone"].tolist() == [False, False]
    held.take_back(change, by="ben", reason="wrong file")
    assert held.receipts()["undone"].tolist() == [True, True]
    assert area(held) == {"U1": 100.0}
    assert held.as_of(DAY).leases["lease_id"].tolist() == ["L1", "L2"]


def test_a_unit_that_is_held_is_not_let_again_by_a_file(held):
    held.add("leases", pd.DataFrame([lease("L1", "U1", "2020-01-01", "2021-01-01")]), source="x", by="a")
    clash = pd.DataFrame([lease("L2", "U1", "2020-06-01", "2020-09-01")])
    assert [issue.kind for issue in held.refused(clash)] == ["double_booking"]
    assert held.refused(pd.DataFrame([lease("L2", "U1", "2021-01-01")])) == ()
    with pytest.raises(InvalidData) as fault:
        held.take_in([Intake("leases", clash, "租约", counts(new=1))], FILE, source="x", by="ann")
    assert [issue.row for issue in fault.value.issues] == ["L2"]
    assert held.receipts().empty


def test_headings_are_remembered_by_source_and_table(held):
    def took(area, **meant):
        parts = [Intake("units", rows(U1=area), "房源", counts(changed=1), headings=meant)]
        held.take_in(parts, FILE, source="x", by="ann", since=DAY)

    took(120.0, 面积="lettable_m2", 押金="")
    assert held.remembered("张江", "units") == {"面积": "lettable_m2", "押金": ""}
    took(130.0, 面积="gfa_m2", 押金="")
    assert held.remembered("张江", "units") == {"面积": "gfa_m2", "押金": ""}
    assert held.remembered("张江", "leases") == {}
    assert held.remembered("外高桥", "units") == {}
    assert {issue.kind for issue in care.check(held.home, translator("en"))} == {"unknown_reference"}


def test_rows_that_cannot_be_kept_refuse_the_whole_file(held):
    parts = [
        Intake("units", rows(U2=1.0), "房源", counts(new=1)),
        Intake("leases", pd.DataFrame([lease("L1", "U2", "2026-02-01", "2026-01-01")]), "租约", counts(new=1)),
    ]
    with pytest.raises(InvalidData):
        held.take_in(parts, FILE, source="x", by="ann")
    assert area(held) == {"U1": 100.0}


def test_what_others_did_since_one_looked_is_told(held):
    seen = held.version
    held.add("units", units("U1").assign(lettable_m2=90.0), source="other", by="ben")
    with pytest.raises(InvalidData) as fault:
        held.take_in(
            [Intake("units", rows(U1=120.0), "房源", counts(changed=1))], FILE, source="x", by="ann", seen=seen
        )
    assert [issue.kind for issue in fault.value.issues] == ["changed"]


def test_what_a_file_is_weighed_against_has_the_leases_of_all_days(held):
    held.add("leases", pd.DataFrame([lease("L1", "U1", "2020-01-01", "2021-01-01")]), source="x", by="a")
    assert held.as_of(DAY).leases.empty
    assert held.whole(DAY).leases["lease_id"].tolist() == ["L1"]
    assert held.whole(DAY).units["unit_id"].tolist() == ["U1"]
