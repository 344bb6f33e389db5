"""A full disk, a lost connection, a stopped server: a clear sentence, the store as it was, and the next act works."""

import datetime as dt
import threading

import psycopg
import pytest
import sqlalchemy as sa
import whole
from small_park import Clock, fill, units
from sqlalchemy import event

from parks import store
from parks.issues import InvalidData
from parks.store import care, commits, entries, sqlite, tables
from parks.store.writing import Act

DAY = dt.date(2026, 3, 1)


def kind(refused):
    (issue,) = refused.value.issues
    assert issue.message
    assert issue.mend
    return issue.kind


def shown(held):
    """Return the version, and what is seen of the record and of all that was ever written."""
    park = held.as_of(DAY)
    return held.version, {name: park.table(name) for name in tables.DATA}, whole.told(held)


def same(one, other):
    return one[0] == other[0] and one[2] == other[2] and all(one[1][name].equals(other[1][name]) for name in one[1])


def placed(held, unit="U2", **more):
    return held.place([unit], "T2", valid_from=DAY, reason="r", by="ann", **more)


def many():
    return units(*(f"N{number:05d}" for number in range(25_000)))


@pytest.fixture
def full(held, engine):
    """Return a store that finds no room on its disk, and what makes room."""
    if engine == "sqlite":
        with held.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        def room():
            with held.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    else:
        full = "IF key LIKE 'N%%' AND key >= 'N12000' THEN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END IF"
        whole.raw(
            held.address,
            f"CREATE FUNCTION room(key text) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN {full}; RETURN true; END$$",
            "ALTER TABLE units ADD CONSTRAINT late CHECK (room(unit_id))",
        )

        def room():
            whole.raw(held.address, "DROP FUNCTION room CASCADE")

    return held, room


def test_a_full_disk_leaves_everything_as_it_was(full):
    held, room = full
    before = shown(held)
    with pytest.raises(InvalidData, match="The disk is full") as refused:
        held.add("units", many(), source="x", by="c")
    assert kind(refused) == "full"
    assert same(shown(held), before)
    room()
    held.add("units", many(), source="x", by="c")
    placed(held, "N24999")
    assert held.version == before[0] + 2
    assert care.check(held.home, held.t) == []


def test_a_restore_onto_a_full_disk_leaves_everything_as_it_was(full, tmp_path, monkeypatch):
    held, room = full
    with store.open(tmp_path / "large.db", clock=Clock()) as large:
        fill(large).add("units", many(), source="x", by="c")
        copy = large.backup(tmp_path / "copy.db")
    before, mark = shown(held), whole.mark(held)
    prepare = sqlite._prepare

    def prepared(connection, record):
        prepare(connection, record)
        connection.execute("PRAGMA max_page_count = 1")  # as many as there are

    def put_back():
        return care.restore(held.address, copy, held.t, by="ann", now=held.clock(), replace=True)

    with monkeypatch.context() as small:
        small.setattr(sqlite, "_prepare", prepared)
        with pytest.raises(InvalidData) as refused:
            put_back()
    assert kind(refused) == "full"
    assert same(shown(held), before)
    assert whole.mark(held) == mark
    room()
    assert put_back().rows == 25_012


def test_a_busy_store_is_refused_after_a_wait(held, monkeypatch):
    monkeypatch.setattr(held.home.kind, "PATIENCE", 0.1)
    with store.open(held.address, clock=Clock()) as other:
        before = shown(held)
        with held.engine.execution_options(writes=True).begin(), pytest.raises(InvalidData) as refused:
            placed(other)
        assert kind(refused) == "locked"
        assert same(shown(other), before)
        placed(other)


@pytest.fixture
def team(database, clock):
    """Return the small park on a server."""
    with store.open(database, clock=clock) as held:
        yield fill(held)


def cut(connection):
    """Let the server end a session, as it does when it is shut down or an administrator says so."""
    number = connection.connection.driver_connection.info.backend_pid
    address = connection.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [number])


def once_before_the_commit(held, do):
    """Let `do` happen, with the connection, when the next act is all written and only its confirmation is to come."""
    to_do = [do]

    def happen(connection):
        if to_do and connection.get_execution_options().get("writes"):
            to_do.pop()(connection)

    event.listen(held.engine, "commit", happen)


def confirm(connection):
    """Let the server confirm the act, and let us still wait to hear it."""
    driver = connection.connection.driver_connection
    driver.commit()
    driver.execute("SELECT 1")


def lost(held, act):
    """Do an act that must be refused because the connection is lost; nothing is changed, and the next act works."""
    before = shown(held)
    with pytest.raises(InvalidData, match=r"connection to the database was lost\. Nothing was changed\.") as refused:
        act()
    assert kind(refused) == "lost"
    assert same(shown(held), before)
    placed(held, "U4")
    assert held.version == before[0] + 1
    assert care.check(held.home, held.t) == []


def test_a_connection_lost_between_two_statements(team):
    def act():
        with team.writing() as writing:
            writing.record(Act("ann", "place"), 1)
            cut(writing.connection)
            writing.record(Act("ann", "place"), 1)

    lost(team, act)


def test_a_connection_lost_in_a_stream_of_rows(team):
    def act():
        with team.writing() as writing:
            stands = [writing.connection]
            told = Act("c", "add", "units", "", "x")
            entries.add(writing, "units", many(), told, "2026-01-01", lambda *_: cut(stands.pop()))

    lost(team, act)


def test_a_connection_lost_as_the_last_word_is_said(team):
    once_before_the_commit(team, cut)
    lost(team, lambda: placed(team))


def test_a_connection_lost_before_the_answer_came_is_no_lost_act(team):
    def confirmed_but_unheard(connection):
        confirm(connection)
        cut(connection)

    before = team.version
    once_before_the_commit(team, confirmed_but_unheard)
    assert placed(team) == before + 1 == team.version
    assert list(team.as_of(DAY).leases["unit_id"]) == ["U1", "U2"]
    with pytest.raises(InvalidData):
        placed(team)
    assert placed(team, "U3") == before + 2


def test_what_is_confirmed_is_found_out_as_soon_as_the_server_is_back(team, postgresql):
    def confirmed_and_restarted(connection):
        confirm(connection)
        postgresql.stop()
        waiting.start()

    before = team.version
    waiting = threading.Timer(0.5, postgresql.start)
    once_before_the_commit(team, confirmed_and_restarted)
    assert placed(team) == before + 1 == team.version
    waiting.join()


def test_who_cannot_find_out_says_so(team, postgresql, monkeypatch):
    monkeypatch.setattr(commits, "PATIENCE", 0.3)
    before = team.version
    once_before_the_commit(team, lambda _: postgresql.stop())
    with pytest.raises(InvalidData, match="Look at the newest acts before you do it again") as refused:
        placed(team)
    assert kind(refused) == "unsure"
    postgresql.start()
    assert team.version == before
    placed(team)


def test_another_change_of_the_same_number_is_not_taken_for_ours(team):
    def overtaken(connection):
        cut(connection)
        with store.open(team.address, clock=Clock()) as other:
            other.place(["U3"], "T3", valid_from=DAY, reason="r", by="ben")

    before = team.version
    once_before_the_commit(team, overtaken)
    with pytest.raises(InvalidData) as refused:
        placed(team)
    assert kind(refused) == "lost"
    assert list(team.as_of(DAY).leases["tenant_id"]) == ["T1", "T3"]
    assert placed(team) == before + 2


def test_a_fault_of_the_last_word_that_leaves_the_connection_is_said_as_it_is(team):
    said = "BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'could not extend file'; END"
    whole.raw(
        team.address,
        f"CREATE FUNCTION full() RETURNS trigger LANGUAGE plpgsql AS $${said}$$",
        "CREATE CONSTRAINT TRIGGER last AFTER INSERT ON change DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        " EXECUTE FUNCTION full()",
    )
    before = shown(team)
    with pytest.raises(InvalidData) as refused:
        placed(team)
    assert kind(refused) == "full"
    assert same(shown(team), before)


def test_a_server_that_was_stopped_and_started_between_two_acts(team, postgresql):
    placed(team)
    before = shown(team)
    postgresql.stop()
    with pytest.raises(InvalidData) as refused:
        placed(team, "U3")
    assert kind(refused) == "no_server"
    with pytest.raises(InvalidData) as refused:
        team.as_of(DAY + dt.timedelta(days=1))
    assert kind(refused) == "no_server"
    postgresql.start()
    assert same(shown(team), before)
    placed(team, "U3")
    postgresql.restart()
    placed(team, "U4")
    postgresql.crash()
    postgresql.start()
    assert list(team.as_of(DAY).leases["unit_id"]) == ["U1", "U2", "U3", "U4"]
    assert care.check(team.home, team.t) == []


def test_a_reader_whose_connection_is_lost(team):
    def read():
        with team.reading() as connection:
            cut(connection)
            connection.execute(sa.select(tables.change))

    with pytest.raises(InvalidData) as refused:
        read()
    assert kind(refused) == "lost"
    assert team.version == 6


def test_a_backup_whose_connection_is_lost_leaves_no_file(team, tmp_path, monkeypatch):
    copied = care._portions

    def cut_off(source, table, names):
        if table.name == "units":
            cut(source)
        return copied(source, table, names)

    monkeypatch.setattr(care, "_portions", cut_off)
    with pytest.raises(InvalidData) as refused:
        team.backup(tmp_path / "copy.db")
    assert kind(refused) == "lost"
    assert list(tmp_path.iterdir()) == []


def test_a_value_that_the_database_cannot_keep_is_refused(team):
    before = shown(team)
    with pytest.raises(InvalidData) as refused, team.writing() as writing:
        writing.connection.execute(sa.select(sa.literal("a\0b")))
    assert kind(refused) == "unfit"
    assert same(shown(team), before)
    placed(team)
