"""Few keys are looked up, many found by reading the table through: the rows are the same."""

import datetime as dt

import pytest
from small_park import leases, units
from test_store_acts import place

from parks.store import lookup, views

LATER = dt.date(2026, 6, 1)


@pytest.fixture
def dated(held):
    """A store with periods in the record, and a scenario that has keys of its own."""
    held.add("units", units("U1", "U2", lettable_m2=80.0), source="x", by="c", valid_from=LATER)
    held.add("leases", leases(("L2", "U2", "T2", "let", "2026-01-01", None)), source="x", by="c")
    held.create_scenario("A", by="ann")
    held.add("units", units("U1", lettable_m2=70.0), source="x", by="c", valid_from=dt.date(2026, 9, 1), scenario="A")
    held.release(["L2"], on=LATER, reason="r", by="ann", scenario="A")
    place(held, "U3", scenario="A")
    return held


@pytest.mark.parametrize("scanned", [0, 10**6], ids=["each looked up", "read through"])
@pytest.mark.parametrize("scenario", ["", "A"])
@pytest.mark.parametrize(
    ("table", "wanted", "by"),
    [("units", ["U1", "U4", "U9"], None), ("leases", ["L1", "L2"], None), ("leases", ["U2", "U3"], "unit_id")],
)
def test_both_ways_find_the_same_rows(dated, monkeypatch, scanned, scenario, table, wanted, by):
    monkeypatch.setattr(lookup, "SCANNED", scanned)
    with dated.reading() as connection:
        view = views.of(connection, scenario, views.last(connection), dated.t)
        found = lookup.rows_of(connection, view, table, wanted, by)
        assert found == views.rows_of(connection, view, table, wanted, by)
        assert found


def test_an_empty_table_is_not_read(empty):
    with empty.reading() as connection:
        assert lookup.rows_of(connection, views.View("", 0, 0), "units", ["U1"]) == {}
