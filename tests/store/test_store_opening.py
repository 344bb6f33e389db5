"""Opening: what is no store, of another version, unguarded or not to be written is refused in a sentence."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
import whole
from small_park import Clock, fill
from sqlalchemy.dialects import postgresql as server
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.schema import CreateTable

from parks import store, words
from parks.issues import InvalidData
from parks.store import opening, refusals, sqlite, tables, views

T = words.translator("en")


def kind(refused):
    (issue,) = refused.value.issues
    assert issue.message
    assert issue.mend
    return issue.kind


def refused_kind(address, **more):
    with pytest.raises(InvalidData) as refused:
        store.open(address, **more)
    return kind(refused)


def test_a_store_is_made_where_there_is_none_and_opened_again(home):
    with store.open(home, clock=Clock()) as held:
        assert held.is_empty()
        fill(held)
        mark = whole.mark(held)
        assert len(mark) == 32
    with store.open(home, create=False) as held:
        assert held.version == 6
        assert whole.mark(held) == mark


def test_a_file_is_made_in_a_new_folder_and_lets_readers_and_a_writer_work_at_once(tmp_path):
    path = tmp_path / "new" / "folder" / "store.db"
    store.open(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    empty = tmp_path / "empty.db"
    empty.touch()
    with store.open(empty) as held:
        assert held.is_empty()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "mysql://x/y",
        "postgresql://host:port/parks",
        "oracle://a:b@c/d",
    ],
)
def test_other_engines_are_refused_and_no_password_is_repeated(url):
    with pytest.raises(InvalidData) as refused:
        store.open(url)
    assert kind(refused) == "engine"
    assert refused.value.issues[0].value == url.partition("//")[0] + "//"


def test_what_is_not_there_is_made_only_when_asked(home):
    assert refused_kind(home, create=False) == "missing"
    assert not Path(home).exists()


def test_a_file_that_is_no_store_is_refused_and_left_as_it_is(tmp_path):
    text, other = tmp_path / "notes.db", tmp_path / "other.db"
    text.write_text("not a database", encoding="utf-8")
    with closing(sqlite3.connect(other)) as raw:
        raw.execute("CREATE TABLE notes (line TEXT)")
    before = [path.read_bytes() for path in (text, other)]
    assert [refused_kind(path) for path in (text, other)] == ["not_a_store"] * 2
    assert [path.read_bytes() for path in (text, other)] == before
    torn = tmp_path / "torn.db"
    torn.write_bytes(sqlite.MAGIC + b"\x00" * 2000)
    assert refused_kind(torn) == "not_a_store"


def test_a_store_lives_beside_what_others_keep_on_the_server_but_not_among_namesakes(database):
    whole.raw(database, "CREATE TABLE notes (line TEXT)")
    store.open(database).close()
    store.open(database, create=False).close()
    whole.raw(database, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public", "CREATE TABLE units (line TEXT)")
    assert refused_kind(database) == "not_a_store"
    # Alembic's table of another program
    whole.raw(
        database, "CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('ab12')"
    )
    assert refused_kind(database) == "not_a_store"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE alembic_version SET version_num = '0099'", "newer"),
        ("UPDATE alembic_version SET version_num = '0001'", "older"),
        ("UPDATE alembic_version SET version_num = 'ab12'", "not_a_store"),
        ("DELETE FROM alembic_version", "not_a_store"),
        ("DROP TABLE alembic_version", "older"),
        ("UPDATE about SET columns = 'others'", "older"),
        ("DELETE FROM about", "older"),
    ],
)
def test_a_store_of_another_version_is_refused(empty, statement, expected):
    whole.raw(empty.address, statement)
    assert refused_kind(empty.address) == expected


BROKEN = {
    "sqlite": [
        ["DROP TRIGGER guard_leases_booking"],
        ["DROP TRIGGER guard_units_fixed"],
        ["DROP INDEX leases_current"],
        [
            "DROP TRIGGER guard_leases_booking",
            "CREATE TRIGGER guard_leases_booking BEFORE INSERT ON leases BEGIN SELECT 1; END",
        ],
    ],
    "postgresql": [
        ["DROP TRIGGER guard_leases_booking ON leases"],
        ["ALTER TABLE units DISABLE TRIGGER guard_units_fixed"],
        ["ALTER TABLE leases DROP CONSTRAINT guard_leases_overlap"],
        ["DROP INDEX leases_current"],
        ["CREATE OR REPLACE FUNCTION guard_booking() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"],
    ],
}


@pytest.mark.parametrize("number", range(5))
def test_a_store_without_its_guards_is_refused(empty, engine, number):
    statements = BROKEN[engine][number % len(BROKEN[engine])]
    whole.raw(empty.address, *statements)
    with pytest.raises(InvalidData, match=r"guard_|leases_current") as refused:
        store.open(empty.address)
    assert kind(refused) == "unguarded"


def test_a_place_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    assert refused_kind(tmp_path / "file" / "store.db") == "unreachable"
    assert refused_kind(tmp_path) == "unreachable"
    path = tmp_path / "store.db"
    store.open(path).close()
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert refused_kind(path) == "unreachable"


def test_a_server_that_does_not_answer_or_knows_no_such_database_is_refused(database):
    assert refused_kind("postgresql://parks@127.0.0.1:1/parks") == "no_server"
    assert refused_kind(database.rpartition("/")[0] + "/nowhere") == "no_server"


def test_what_the_place_says_is_said_in_words(tmp_path):
    place = opening.file(tmp_path / "store.db")
    full = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(InvalidData) as refused, opening.said(place, T):
        raise full
    assert kind(refused) == "full"
    fault = sqlite3.Error("no such column")
    with pytest.raises(sqlite3.Error, match="no such column"), opening.said(place, T):
        raise fault
    wrapped = sa.exc.OperationalError("SELECT 1", None, fault)
    with pytest.raises(sa.exc.OperationalError, match="no such column"), opening.said(place, T):
        raise wrapped


def test_every_refusal_says_what_is_wrong_and_what_to_do():
    for lang in words.LANGUAGES:
        for name in refusals._sentences(words.translator(lang)):
            (issue,) = refusals.said("here", name, words.translator(lang)).issues
            assert issue.kind == name
            assert issue.message
            assert issue.mend


def test_a_store_made_by_another_while_we_waited_is_not_made_again(home, monkeypatch):
    store.open(home).close()
    kind = opening.found(home, T).kind
    look, first = kind.is_empty, [True]
    monkeypatch.setattr(kind, "is_empty", lambda connection: first.pop() if first else look(connection))
    store.open(home).close()
    assert not first


def test_a_store_that_cannot_be_settled_now_is_refused_after_a_wait(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "PATIENCE", 0.1)
    path = tmp_path / "store.db"
    store.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
        raw.execute("BEGIN IMMEDIATE")
        assert refused_kind(path) == "locked"
        raw.execute("ROLLBACK")
    store.open(path).close()


def test_a_geometry_passes_the_plain_way_too(held):
    table = tables.DATA["buildings"]
    with held.reading() as connection:
        shapes = connection.execute(table.select().order_by(table.c.building_id)).mappings().all()
    assert [row["geometry"] is None for row in shapes] == [False, True]
    assert shapes[0]["geometry"].area > 0
    with held.engine.execution_options(writes=True).begin() as connection:
        row = {name: cell for name, cell in shapes[0].items() if name != "row_id"}
        connection.execute(table.insert().values(row | {"building_id": "B3"}))
        connection.execute(table.insert().values(row | {"building_id": "B4", "geometry": None}))
    assert held.export_rows("buildings")["geometry"].notna().tolist() == [True, False, True, False]


def test_the_tables_and_views_are_said_to_each_engine_in_its_words():
    made = [str(CreateTable(table).compile(dialect=server.dialect())) for table in tables.METADATA.sorted_tables]
    assert any("geometry BYTEA" in statement for statement in made)
    (record,) = views.seen("units", views.View("", 7, 7), scanned=True)
    assert "units.tx_from <= " in str(record.compile(dialect=server.dialect()))
    assert "+units.tx_from <= " in str(record.compile(dialect=dialect()))
