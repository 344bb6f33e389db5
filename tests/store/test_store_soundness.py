"""The check of a whole store: each thing that cannot have been is found, and nothing else."""

import datetime as dt
import sqlite3
from contextlib import closing

import numpy as np
import pytest
import shapely
import whole
from hypothesis import given
from hypothesis import strategies as st
from small_park import Clock, fill, units

from parks import store, words
from parks.issues import InvalidData
from parks.store import care, overlaps, sqlite, tables

T = words.translator("en")


def kinds(refused):
    """Return the kinds of the issues; each says what is wrong and how to mend it."""
    assert all(issue.message and issue.mend for issue in refused.value.issues)
    return [issue.kind for issue in refused.value.issues]


def inserted(name, /, **cells):
    values = ", ".join("NULL" if cell is None else repr(cell) for cell in cells.values())
    return f"INSERT INTO {name} ({', '.join(cells)}) VALUES ({values})"  # noqa: S608


def timed(first, last, begun, ended):
    times = {"valid_from": first, "valid_to": last, "tx_from": begun, "tx_to": ended}
    return times | {"source": "s", "standing": "stated", "scenario": ""}


def past_lease(row, unit, *times, state="let"):
    return inserted("leases", row_id=row, lease_id=f"X{row}", unit_id=unit, state=state, **timed(*times))


def strained(held, statements):
    """Write past every guard, and leave them all in force."""
    if held.home.path:
        with closing(sqlite3.connect(held.home.path)) as raw:
            names = sqlite.guards()
            for statement in [*(f"DROP TRIGGER {name}" for name in names), *statements, *names.values()]:
                raw.execute(statement)
            raw.commit()
    else:
        with held.engine.begin() as connection:
            connection.exec_driver_sql("SET TRANSACTION READ WRITE")
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for statement in statements:
                connection.exec_driver_sql(statement)


BOOKED = past_lease(90, "U2", "2026-01-01", "2026-06-01", 2, 6)
PAST_UNIT = {"row_id": 90, "unit_id": "U1", "building_id": "B1", "floor_id": "F1"}
MASK = {"row_id": 90, "scenario": "A", "table_name": "leases", "key": "L1"}
HISTORY = {
    "booked twice": (
        [BOOKED, past_lease(91, "U2", "2026-05-31", "2027-01-01", 5, 7)],
        "leases",
        "unit_id",
        "double_booking",
    ),
    "booked thrice, the middle one short": (
        [
            BOOKED,
            past_lease(91, "U2", "2026-02-01", "2026-02-02", 1, 2),
            past_lease(92, "U2", "2026-03-01", "2026-03-02", 2, 3),
        ],
        "leases",
        "unit_id",
        "double_booking",
    ),
    "a key twice": (
        [inserted("units", **PAST_UNIT, **timed("2020-01-01", "2020-02-01", 5, 6))],
        "units",
        "unit_id",
        "doubled",
    ),
    "a lease twice, on other days": (
        [BOOKED, past_lease(91, "U3", "2029-01-01", "2030-01-01", 5, 7).replace("X91", "X90")],
        "leases",
        "lease_id",
        "doubled",
    ),
    "a scenario twice": (
        [inserted("scenario", row_id=90, name="A", note="", base=1, tx_from=3, tx_to=8)],
        "scenario",
        "name",
        "doubled",
    ),
    "ended before it was written": (["UPDATE units SET tx_to = 3 WHERE unit_id = 'U4'"], "units", "tx_to", "history"),
    "ended as it was written": (["UPDATE units SET tx_to = tx_from WHERE unit_id = 'U4'"], "units", "tx_to", "history"),
    "recorded out of turn": (
        ["UPDATE change SET recorded_at = '2020-01-01 00:00:00.000000' WHERE id = 3"],
        "change",
        "recorded_at",
        "history",
    ),
    "undoes what comes later": (["UPDATE change SET undoes = 5 WHERE id = 2"], "change", "undoes", "history"),
    "laid over the future": (["UPDATE scenario SET base = 99"], "scenario", "base", "history"),
    "a mask that fell away": (["DELETE FROM taken WHERE key = 'L1'"], "leases", "unit_id", "double_booking"),
    "a mask that fell away for a while": (
        [
            "UPDATE taken SET tx_to = 10 WHERE key = 'L1'",
            inserted("taken", **MASK, tx_from=12),
        ],
        "leases",
        "unit_id",
        "double_booking",
    ),
}


@pytest.fixture
def scened(held):
    """Return the small park with a scenario A (change 7), in which L1 is released (8) and T2 placed in its unit (9)."""
    held.create_scenario("A", by="ann")
    held.release(["L1"], on=tables.ALWAYS, reason="r", by="ann", scenario="A")
    held.place(["U1"], "T2", valid_from=whole.START, reason="r", by="ann", scenario="A")
    for unit in ("U2", "U3", "U4"):
        held.place([unit], "T3", valid_from=dt.date(2040, 1, 1), reason="r", by="ann")
    assert care.check(held.home, T) == []
    return held


@pytest.mark.parametrize("name", HISTORY)
def test_a_past_that_cannot_have_been_is_found(scened, name):
    statements, table, column, kind = HISTORY[name]
    strained(scened, statements)
    found = care.check(scened.home, T)
    assert {(issue.table, issue.column, issue.kind) for issue in found} == {(table, column, kind)}
    assert all(issue.row and issue.message and issue.mend for issue in found)


def test_what_only_touches_is_no_fault(scened):
    after = past_lease(91, "U2", "2026-06-01", "2027-01-01", 2, 6)
    later = past_lease(92, "U2", "2026-01-01", "2027-01-01", 6, 7)
    wished = past_lease(93, "U2", "2026-01-01", "2027-01-01", 2, 7, state="intended")
    masked = "UPDATE taken SET tx_to = 10 WHERE key = 'L1'"
    again = inserted("taken", **MASK, tx_from=10)
    strained(scened, [BOOKED, after, later, wished, masked, again])
    assert care.check(scened.home, T) == []


def test_rows_that_no_change_wrote_are_found(scened, engine):
    strained(scened, ["UPDATE floors SET tx_from = 77, tx_to = 78"])
    found = {(issue.table, issue.column, issue.kind) for issue in care.check(scened.home, T)}
    # SQLite itself finds what refers to nothing; a server looks only when a row is written
    lost = {("floors", "tx_from", "history"), ("floors", "tx_to", "history")}
    assert found == ({("store", "", "damaged")} if engine == "sqlite" else lost)


@pytest.mark.parametrize(
    ("statement", "table", "column"),
    [
        ("UPDATE units SET building_id = 'B9' WHERE unit_id = 'U2'", "units", "building_id"),
        ("UPDATE units SET floor_id = 'F9' WHERE unit_id = 'U2'", "units", "floor_id"),
        ("UPDATE buildings SET park_id = 'P9' WHERE building_id = 'B2'", "buildings", "park_id"),
        ("UPDATE leases SET unit_id = 'U9' WHERE lease_id = 'L1'", "leases", "unit_id"),
        ("UPDATE leases SET tenant_id = 'T9' WHERE scenario = 'A'", "leases", "tenant_id"),
        ("UPDATE units SET tx_to = 12 WHERE unit_id = 'U4'", "leases", "unit_id"),
        (
            inserted(
                "milestones",
                milestone_id="M1",
                project_id="J9",
                event="approved",
                **timed("1900-01-01", "9999-12-31", 1, None),
            ),
            "milestones",
            "project_id",
        ),
    ],
)
def test_rows_that_name_what_is_not_there_are_found(scened, statement, table, column):
    strained(scened, [statement])
    (issue,) = care.check(scened.home, T)
    assert (issue.table, issue.column, issue.kind) == (table, column, "unknown_reference")
    assert issue.row
    assert issue.value


def test_what_a_scenario_sees_is_there_for_it(scened):
    scened.add("units", units("U7"), source="x", by="c", scenario="A")
    scened.place(["U7"], "T2", valid_from=whole.START, reason="r", by="ann", scenario="A")
    assert care.check(scened.home, T) == []


SHAPES = {
    "crossing": ("POLYGON ((121 31, 122 32, 122 31, 121 32, 121 31))", "geometry"),
    "empty": ("POLYGON EMPTY", "geometry"),
    "in metres": ("POLYGON ((350000 3450000, 350100 3450000, 350100 3450100, 350000 3450000))", "outside"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_geometries_that_are_none_are_found_also_in_the_past(scened, engine, name):
    drawn, kind = SHAPES[name]
    wkb = shapely.to_wkb(shapely.from_wkt(drawn), hex=True)
    literal = f"X'{wkb}'" if engine == "sqlite" else rf"'\x{wkb}'"
    strained(scened, [f"UPDATE buildings SET geometry = {literal}, tx_to = 8 WHERE building_id = 'B2'"])  # noqa: S608
    (issue,) = care.check(scened.home, T)
    assert (issue.table, issue.row, issue.column, issue.kind) == ("buildings", "B2", "geometry", kind)


def test_bytes_that_are_no_geometry_are_found(tmp_path):
    with store.open(tmp_path / "store.db", clock=Clock()) as held:
        fill(held)
        strained(held, ["UPDATE buildings SET geometry = X'0103' WHERE building_id = 'B2'"])
        (issue,) = care.check(held.home, T)
    assert (issue.row, issue.kind, issue.message) == ("B2", "geometry", "This is no geometry at all.")


def test_a_missing_guard_is_found_in_a_store_that_does_not_open(scened):
    with scened.engine.execution_options(writes=True).begin() as connection:
        scened.home.kind.unguard(connection)
    found = care.examined(scened.address, T)
    assert {issue.kind for issue in found} == {"unguarded"}
    assert "guard_leases_booking" in {issue.value for issue in found}
    assert {issue.kind for issue in care.check(scened.home, T)} == {"unguarded"}


def test_what_the_engine_finds_is_told(scened, engine, tmp_path):
    if engine == "postgresql":
        whole.raw(scened.address, "ALTER TABLE units ADD CONSTRAINT later CHECK (row_id > 0) NOT VALID")
        (issue,) = care.check(scened.home, T)
        assert (issue.kind, issue.value) == ("damaged", "units later")
        return
    copy = scened.backup(tmp_path / "copy.db")
    content = bytearray(copy.read_bytes())
    content[8 * 4096 : 9 * 4096] = bytes(4096)
    copy.write_bytes(content)
    assert {issue.kind for issue in care.examined(str(copy), T)} == {"damaged"}
    torn = tmp_path / "torn.db"
    torn.write_bytes(content[:6000])
    with pytest.raises(InvalidData) as refused:
        care.examined(str(torn), T)
    assert kinds(refused) == ["damaged"]


@given(st.lists(st.tuples(*(st.integers(0, 5) for _ in range(5))), max_size=40))
def test_the_pairs_are_those_of_a_plain_search(rows):
    groups, first, days, begun, long = (np.array([row[at] for row in rows], dtype="int64") for at in range(5))
    last, ended = first + days % 3 + 1, begun + long % 3 + 1
    found, partners = overlaps.pairs(groups % 2, first, last, begun, ended)

    def both(one, other):
        same = groups[one] % 2 == groups[other] % 2
        near = first[one] < last[other] and first[other] < last[one]
        return same and near and begun[one] < ended[other] and begun[other] < ended[one]

    assert all(both(one, other) for one, other in zip(found, partners, strict=True))
    order = sorted(range(len(rows)), key=lambda at: (groups[at] % 2, first[at], at))
    wanted = {later for at, later in enumerate(order) if any(both(later, one) for one in order[:at])}
    assert set(found.tolist()) == wanted


def test_codes_and_days_keep_their_order():
    days = np.array(["2026-01-02", "1900-01-01"], dtype=object), np.array(["9999-12-31", "2026-01-02"], dtype=object)
    assert [column.tolist() for column in overlaps.ordered(*days)] == [[1, 0], [2, 1]]
    names = np.array(["a", "a", "b", "a"], dtype=object), np.array(["x", "y", "x", "x"], dtype=object)
    assert len(set(overlaps.coded(*names).tolist())) == 3
    assert [
        len(overlaps.coded(np.array([], dtype=object))),
        len(overlaps.pairs(*[np.array([], dtype=int)] * 5)[0]),
    ] == [0, 0]
