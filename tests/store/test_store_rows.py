"""Rows in and out: typed, dated, ended and never lost; the same twice changes nothing."""

import dataclasses
import datetime as dt

import pandas as pd
import pytest
import shapely
import sqlalchemy as sa
from small_park import TOLD, leases, units

from parks import schema, snapshot
from parks.issues import InvalidData
from parks.store import views

DAY = dt.date(2026, 3, 1)


def kinds(refused):
    return [(issue.kind, issue.row, issue.column) for issue in refused.value.issues]


def test_an_empty_store_has_every_table_typed(empty):
    park = empty.as_of(DAY)
    assert empty.is_empty()
    assert empty.version == 0
    assert empty.data_day() is None
    nothing = snapshot.of(DAY, {})
    for name in schema.TABLES:
        pd.testing.assert_frame_equal(park.table(name), nothing.table(name))


def test_what_goes_in_comes_out_typed_and_unknown_stays_unknown(held):
    buildings = held.as_of(DAY).buildings.set_index("building_id")
    assert buildings.loc["B1", "geometry"].equals(shapely.box(121.60, 31.20, 121.61, 31.21))
    assert buildings.loc["B2", "geometry"] is None
    assert buildings.crs.to_epsg() == 4326
    assert buildings["bonded"].tolist() == [True, pd.NA]
    assert buildings["fire_rating"].tolist() == [2, pd.NA]
    assert buildings["gfa_m2"].isna().all()
    assert buildings.loc["B1", "completed_on"] == pd.Timestamp("2020-06-30")
    lease = held.as_of(DAY).leases.iloc[0]
    assert (lease["valid_from"], lease["valid_to"]) == (pd.Timestamp("2024-01-01"), pd.Timestamp("2028-01-01"))
    same = snapshot.of(DAY, {name: held.as_of(DAY).table(name) for name in schema.TABLES})
    for name in schema.TABLES:
        pd.testing.assert_frame_equal(held.as_of(DAY).table(name), same.table(name))


def test_the_same_twice_changes_nothing(held):
    version = held.version
    assert held.add("units", units("U1", "U2", "U3", "U4"), source="other.xlsx", by="clerk") is None
    assert held.add("buildings", held.as_of(DAY).buildings, source="other.xlsx", by="clerk") is None
    assert held.version == version
    assert held.written(None) == 0


def test_only_changed_rows_are_written_and_the_old_ones_end(held):
    seen = []
    change = held.add(
        "units", units("U1", "U2", lettable_m2=120.0), source="new", by="clerk", progress=lambda *now: seen.append(now)
    )
    assert held.written(change) == 2
    assert seen == [(2, 2)]
    assert held.as_of(DAY).units["lettable_m2"].tolist() == [120.0, 120.0, 100.0, 100.0]
    rows = held.export_rows("units")
    assert len(rows) == 6
    assert (rows["tx_to"] == change).sum() == 2


def test_a_row_without_a_source_gets_that_of_the_act_and_keeps_the_one_it_has(held):
    bare = units("U1", "U5").drop(columns="source")
    change = held.add("units", bare, source="second.xlsx", by="clerk")
    found = held.as_of(DAY).units.set_index("unit_id")["source"]
    assert held.written(change) == 1
    assert found["U1"] == "ledger.xlsx"
    assert found["U5"] == "second.xlsx"
    held.add("units", bare.assign(lettable_m2=1.0), source="third.xlsx", by="clerk")
    assert held.as_of(DAY).units.set_index("unit_id")["source"]["U1"] == "third.xlsx"


def test_rows_are_so_from_the_day_given(held):
    later = dt.date(2026, 6, 1)
    held.add("units", units("U1", lettable_m2=80.0), source="survey", by="clerk", valid_from=later)

    def area(day):
        return held.as_of(day).units.set_index("unit_id").loc["U1", "lettable_m2"]

    assert area(dt.date(2026, 5, 31)) == 100
    assert area(later) == 80
    assert held.add("units", units("U1", lettable_m2=80.0), source="survey", by="clerk", valid_from=later) is None
    assert held.add("units", units("U1", lettable_m2=80.0), source="s", by="c", valid_from=dt.date(2026, 7, 1)) is None
    held.add("units", units("U1", lettable_m2=70.0), source="survey", by="clerk", valid_from=dt.date(2026, 9, 1))
    held.add("units", units("U1", lettable_m2=100.0), source="survey", by="clerk", valid_from=later)
    assert [area(dt.date(2026, month, 1)) for month in (5, 6, 12)] == [100, 100, 100]
    new = units("U9")
    held.add("units", new, source="built", by="clerk", valid_from=later)
    assert "U9" not in set(held.as_of(DAY).units["unit_id"])
    assert "U9" in set(held.as_of(later).units["unit_id"])


def test_leases_look_ahead_but_not_back(held):
    held.add(
        "leases",
        leases(("L2", "U2", "T2", "let", "2020-01-01", "2026-03-01"), ("L3", "U2", "T3", "let", "2027-01-01", None)),
        source="l",
        by="clerk",
    )
    assert held.as_of(DAY).leases["lease_id"].tolist() == ["L1", "L3"]
    assert held.as_of(dt.date(2026, 2, 28)).leases["lease_id"].tolist() == ["L1", "L2", "L3"]
    assert pd.isna(held.as_of(DAY).leases["valid_to"].iloc[1])


def test_what_was_believed_is_found_for_ever(held, clock):
    clock.now = dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)
    held.add("units", units("U1", lettable_m2=1.0), source="x", by="clerk")
    before = held.as_of(DAY, known_on=dt.date(2026, 3, 31))
    assert before.units["lettable_m2"].tolist() == [100.0] * 4
    assert before.known_on == dt.date(2026, 3, 31)
    assert held.as_of(DAY, known_on=dt.date(2026, 4, 1)).units["lettable_m2"].iloc[0] == 1.0
    assert held.as_of(DAY, known_on=dt.date(2026, 2, 1)).units.empty
    clock.now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    held.add("units", units("U1", lettable_m2=2.0), source="x", by="clerk")
    assert held.changes()["recorded_at"].is_monotonic_decreasing
    assert held.as_of(DAY, known_on=dt.date(2026, 3, 31)).units["lettable_m2"].iloc[0] == 100.0


def test_frames_are_shared_until_something_touches_them(held):
    first = held.as_of(DAY)
    assert held.as_of(DAY) is first
    held.place(["U2"], "T2", valid_from=DAY, reason="r", by="p")
    second = held.as_of(DAY)
    assert second.version == first.version + 1
    assert second.units is first.units
    assert len(second.leases) == len(first.leases) + 1
    assert held.as_of(dt.date(2026, 3, 2)).leases is second.leases
    assert held.as_of(dt.date(2029, 1, 1)).leases["unit_id"].tolist() == ["U2"]


def test_few_snapshots_are_kept(held):
    narrow = dataclasses.replace(held, cache=views.Cache(12))
    first = narrow.as_of(DAY)
    for year in range(2020, 2024):
        narrow.as_of(dt.date(year, 1, 1))
    assert len(narrow.cache._held) == 12
    assert narrow.as_of(DAY) is not first


def test_the_newest_plain_day_is_the_data_day(held):
    assert held.data_day() == dt.date(2026, 1, 31)
    held.add("units", units("U5").assign(source_date="2026年2月"), source="x", by="clerk")
    assert held.data_day() == dt.date(2026, 1, 31)
    held.add("units", units("U6").assign(source_date="2026-02-30"), source="x", by="clerk")
    assert held.data_day() == dt.date(2026, 1, 31)
    held.add("units", units("U7"), source="x", by="clerk", data_day=dt.date(2026, 2, 28))
    assert held.data_day() == dt.date(2026, 2, 28)


def test_every_fault_is_named_and_nothing_is_written(held):
    version = held.version
    with pytest.raises(InvalidData) as refused:
        held.add("units", pd.concat([units("U8", "U8", floor_id=None), units(None)]), source="x", by="c")
    assert kinds(refused) == [
        ("missing", "U8", "floor_id"),
        ("missing", "U8", "floor_id"),
        ("doubled", "U8", "unit_id"),
        ("missing", "", "unit_id"),
    ]
    with pytest.raises(InvalidData) as refused:
        held.add(
            "leases",
            leases(
                ("L7", "U2", "T2", "let", "2026-01-01", "2026-01-01"),
                ("L8", "U2", "T2", "let", None, "2026-01-01"),
            ),
            source="x",
            by="c",
        )
    assert kinds(refused) == [("period", "L7", "valid_to"), ("missing", "L8", "valid_from")]
    assert held.version == version


def test_every_clash_in_a_file_is_named(held):
    wanted = leases(
        ("L2", "U1", "T2", "let", "2027-01-01", "2029-01-01"),
        ("L3", "U2", "T2", "let", "2026-01-01", "2027-01-01"),
        ("L4", "U2", "T3", "reserved", "2026-06-01", None),
        ("L5", "U2", "T1", "intended", "2026-06-01", None),
        ("L6", "U3", None, "locked", "2026-06-01", None),
        ("L7", "U3", "T1", "let", "2026-09-01", None),
        ("L0", "U1", "T2", "let", "2023-01-01", "2024-06-01"),
    )
    with pytest.raises(InvalidData) as refused:
        held.add("leases", wanted, source="x", by="c")
    assert {issue.row for issue in refused.value.issues} == {"L0", "L2", "L4", "L7"}
    text = str(refused.value)
    assert "U1 is firmly held by T1 T1生物 from 2024-01-01 until 2028-01-01" in text
    assert "U3 is firmly held by nobody (closed space) from 2026-06-01 until an open end" in text
    assert "release lease L3 first" in text
    held.add("leases", wanted.iloc[[1, 3]], source="x", by="c")
    swapped = leases(
        ("L1", "U2", "T1", "let", "2026-01-01", "2027-01-01"), ("L3", "U1", "T2", "let", "2026-01-01", None)
    )
    held.add("leases", swapped, source="x", by="c")
    assert held.as_of(DAY).leases.set_index("lease_id")["unit_id"].to_dict() == {"L1": "U2", "L3": "U1", "L5": "U2"}


def test_a_state_that_is_none_is_refused_by_the_database_too(held):
    with pytest.raises(sa.exc.IntegrityError, match=r"(?i)check constraint"):
        held.add("leases", leases(("L9", "U2", "T2", "Let", "2026-01-01", None)), source="x", by="c")


def test_refusals_are_said_in_the_readers_language(held):
    with pytest.raises(InvalidData) as refused:
        held.speaking("zh").place(["U1"], "T2", valid_from=DAY, reason="r", by="p")
    assert (
        refused.value.issues[0].message == "房源 U1 自 2024-01-01 起至 2028-01-01 止（不含当日）由 T1 T1生物 确定占用。"
    )


def test_every_row_ever_recorded_can_be_exported(held):
    held.release(["L1"], on=DAY, reason="r", by="p")
    rows = held.export_rows("leases")
    assert rows["valid_to"].tolist() == ["2028-01-01", "2026-03-01"]
    assert rows["tx_to"].tolist() == [7, None]
    assert set(rows["source"]) == {TOLD["source"]}
