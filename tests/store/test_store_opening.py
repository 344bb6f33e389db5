"""Opening: what is no store, of another version, unguarded or not to be written is refused in a sentence."""

import errno
import os
import sqlite3
from contextlib import closing

import pytest
from small_park import fill, units
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.schema import CreateTable

from parks import store
from parks.issues import InvalidData
from parks.store import entries, opening, sqlite, tables, views


def kind(refused):
    (issue,) = refused.value.issues
    assert issue.message
    assert issue.mend
    return issue.kind


def refused_kind(path, **more):
    with pytest.raises(InvalidData) as refused:
        store.open(path, **more)
    return kind(refused)


def command(path, *statements):
    with closing(sqlite3.connect(path)) as raw:
        for statement in statements:
            raw.execute(statement)
        raw.commit()


def test_a_store_is_made_where_there_is_none_and_opened_again(tmp_path):
    path = tmp_path / "new" / "folder" / "store.db"
    with store.open(f"sqlite:///{path}") as held:
        fill(held)
    with store.open(path, create=False) as held:
        assert held.version == 6
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    empty = tmp_path / "empty.db"
    empty.touch()
    with store.open(empty) as held:
        assert held.is_empty()


@pytest.mark.parametrize(
    "url", ["postgresql://server/parks", "sqlite://", "sqlite:///", "sqlite:///:memory:", "mysql://x/y"]
)
def test_other_engines_are_refused(url):
    assert refused_kind(url) == "engine"


def test_what_is_not_there_is_made_only_when_asked(tmp_path):
    path = tmp_path / "store.db"
    assert refused_kind(path, create=False) == "missing"
    assert not path.exists()


def test_a_file_that_is_no_store_is_refused_and_left_as_it_is(tmp_path):
    text, other = tmp_path / "notes.db", tmp_path / "other.db"
    text.write_text("not a database", encoding="utf-8")
    command(other, "CREATE TABLE notes (line TEXT)")
    before = [path.read_bytes() for path in (text, other)]
    assert [refused_kind(path) for path in (text, other)] == ["not_a_database"] * 2
    assert [path.read_bytes() for path in (text, other)] == before
    torn = tmp_path / "torn.db"
    torn.write_bytes(sqlite.MAGIC + b"\x00" * 2000)
    assert refused_kind(torn) == "not_a_database"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE about SET format = 2", "newer"),
        ("UPDATE about SET format = 0", "older"),
        ("UPDATE about SET columns = 'others'", "older"),
    ],
)
def test_a_store_of_another_version_is_refused(tmp_path, statement, expected):
    path = tmp_path / "store.db"
    store.open(path).close()
    guard = sqlite.guards()["guard_about_fixed"]
    command(path, "DROP TRIGGER guard_about_fixed", statement, guard)
    assert refused_kind(path) == expected


@pytest.mark.parametrize(
    "statements",
    [
        ["DROP TRIGGER guard_leases_booking"],
        ["DROP TRIGGER guard_units_fixed"],
        ["DROP INDEX leases_current"],
        [
            "DROP TRIGGER guard_leases_booking",
            "CREATE TRIGGER guard_leases_booking BEFORE INSERT ON leases BEGIN SELECT 1; END",
        ],
    ],
)
def test_a_store_without_its_guards_is_refused(tmp_path, statements):
    path = tmp_path / "store.db"
    store.open(path).close()
    command(path, *statements)
    with pytest.raises(InvalidData, match=statements[0].split()[-1]) as refused:
        store.open(path)
    assert kind(refused) == "unguarded"


def test_a_place_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    assert refused_kind(tmp_path / "file" / "store.db") == "unable_to_open"
    assert refused_kind(tmp_path) == "unable_to_open"
    path = tmp_path / "store.db"
    store.open(path).close()
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert refused_kind(path) == "unable_to_open"


def test_what_the_place_says_is_said_in_words(tmp_path):
    full = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(InvalidData) as refused, opening.said(tmp_path, str.format):
        raise full
    assert kind(refused) == "disk_is_full"
    fault = sqlite.Error("no such column")
    with pytest.raises(sqlite.Error, match="no such column"), opening.said(tmp_path, str.format):
        raise fault


def test_a_full_disk_and_a_busy_store_leave_everything_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "PATIENCE", 0.1)
    with store.open(tmp_path / "store.db") as held:
        fill(held)
        with held.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(InvalidData) as refused:
            held.add("units", units(*(f"N{number}" for number in range(5000))), source="x", by="c")
        assert kind(refused) == "disk_is_full"
        assert held.version == 6
        with held.engine.execution_options(writes=True).begin(), pytest.raises(InvalidData) as refused:
            held.undo(by="c")
        assert kind(refused) == "database_is_locked"


def test_rows_are_ended_once_and_never_changed_or_deleted(tmp_path):
    path = tmp_path / "store.db"
    with store.open(path) as held:
        fill(held)
        held.release(["L1"], on=tables.ALWAYS, reason="r", by="c")
        held.create_scenario("A", by="c")
    for statement in (
        "DELETE FROM units",
        "DELETE FROM change",
        "UPDATE units SET lettable_m2 = 1",
        "UPDATE change SET who = 'nobody'",
        "UPDATE leases SET tx_to = NULL",
        "UPDATE leases SET tx_to = 3 WHERE tx_to IS NOT NULL",
        "UPDATE leases SET unit_id = 'U2'",
        "UPDATE scenario SET base = 1",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="never changed or deleted"):
            command(path, statement)


def test_a_backup_is_whole_and_overwrites_nothing(tmp_path):
    with store.open(tmp_path / "store.db") as held:
        fill(held)
        copy = held.backup(tmp_path / "copy.db")
        with pytest.raises(InvalidData) as refused:
            held.backup(copy)
        assert kind(refused) == "exists"
        with pytest.raises(InvalidData) as refused:
            held.backup(tmp_path / "nowhere" / "copy.db")
        assert kind(refused) == "unable_to_open"
        with store.open(copy, create=False) as second:
            assert second.version == held.version
            for name in ("units", "leases", "buildings"):
                assert second.export_rows(name).equals(held.export_rows(name))
    assert not list(tmp_path.glob("*.part"))


def test_a_geometry_passes_the_plain_way_too(held):
    table = tables.DATA["buildings"]
    with held.engine.begin() as connection:
        shapes = connection.execute(table.select().order_by(table.c.building_id)).mappings().all()
        version = views.last(connection)
    assert [row["geometry"] is None for row in shapes] == [False, True]
    assert shapes[0]["geometry"].area > 0
    with held.engine.execution_options(writes=True).begin() as connection:
        row = dict(shapes[0]) | {"building_id": "B3", "tx_from": version}
        connection.execute(table.insert().values({name: row[name] for name in row if name != "row_id"}))
        connection.execute(
            table.insert().values({**{n: row[n] for n in row if n != "row_id"}, "building_id": "B4", "geometry": None})
        )
    assert held.export_rows("buildings")["geometry"].notna().tolist() == [True, False, True, False]


def test_a_store_made_by_another_while_we_waited_is_not_made_again(tmp_path, monkeypatch):
    path = tmp_path / "store.db"
    store.open(path).close()
    look, first = sqlite.found, [{}]
    monkeypatch.setattr(sqlite, "found", lambda connection: first.pop() if first else look(connection))
    store.open(path).close()


def test_rows_go_to_the_driver_in_the_order_of_its_columns(held):
    with held.engine.begin() as connection:
        table = tables.DATA["units"]
        statement = entries._insert(connection, table, ["unit_id", "tx_from"])
        assert statement.startswith("INSERT INTO units (unit_id, tx_from)")
        with pytest.raises(AssertionError, match="another order"):
            entries._insert(connection, table, ["tx_from", "unit_id"])


def test_a_store_that_cannot_be_settled_now_is_refused_after_a_wait(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "PATIENCE", 0.1)
    path = tmp_path / "store.db"
    store.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
        raw.execute("BEGIN IMMEDIATE")
        assert refused_kind(path) == "database_is_locked"
        raw.execute("ROLLBACK")
    store.open(path).close()


def test_the_tables_and_views_can_be_said_to_the_other_engine_too():
    other = postgresql.dialect()
    made = [str(CreateTable(table).compile(dialect=other)) for table in tables.METADATA.sorted_tables]
    assert any("geometry BYTEA" in statement for statement in made)
    (record,) = views.seen("units", views.View("", 7, 7), scanned=True)
    assert "units.tx_from <= " in str(record.compile(dialect=other))
    assert "+units.tx_from <= " in str(record.compile(dialect=dialect()))
