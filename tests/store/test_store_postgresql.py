"""A store on a server: what may stand in its URL, what nobody is shown, who may do what, and what each session sees."""

import datetime as dt
import logging
import re
import subprocess
import traceback
from pathlib import Path

import postgres
import psycopg
import pytest
import sqlalchemy as sa
from small_park import fill, units

from parks import store
from parks.issues import InvalidData
from parks.store import postgresql, postgresql_guards, tables

DAY = dt.date(2026, 3, 1)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "postgresql.md"


def tell(url, *statements):
    with psycopg.connect(url, autocommit=True) as admin:
        for statement in statements:
            admin.execute(statement)


def ask(held, question, **how):
    with held.engine.execution_options(**how).begin() as connection:
        return connection.exec_driver_sql(question).scalar_one()


def refused(url):
    """Return the refusal of a store that cannot be opened."""
    with pytest.raises(InvalidData) as error:
        store.open(url, create=False)
    return error.value


def kind(refusal):
    (issue,) = refusal.issues
    return issue.kind


def test_a_store_may_live_in_a_schema_of_its_own_beside_another(database):
    tell(database, "CREATE SCHEMA planning", 'CREATE SCHEMA "Odd one"')
    odd = f"{database}?options=-csearch_path%3D%22Odd%5C%20one%22"
    with store.open(database) as public, store.open(f"{database}?options=-csearch_path%3Dplanning") as own:
        fill(own)
        assert public.is_empty()
        assert public.address != own.address
        assert ask(own, "SELECT count(*) FROM planning.units") == 4
        with store.open(odd) as third:
            assert third.is_empty()
            assert ask(third, "SELECT current_schema()") == "Odd one"
    with store.open(odd, create=False) as third, third.reading() as connection:
        assert postgresql.missing(connection) == []


def test_what_stands_in_the_url_goes_before_what_we_say(database):
    asked = (
        "options=-c%20statement_timeout%3D12345%20-c%20search_path%3Dpublic&application_name=planning&sslmode=prefer"
    )
    with store.open(f"{database}?{asked}") as held:
        assert ask(held, "SHOW statement_timeout") == "12345ms"
        assert ask(held, "SHOW application_name") == "planning"
    with store.open(database) as held:
        assert ask(held, "SHOW application_name") == "Parks"
    assert kind(refused(f"{database}?sslmode=require&connect_timeout=3")) == "no_server"
    assert kind(refused(f"{database}?sslmode=perhaps")) == "no_server"
    assert kind(refused(f"{database}?nonsense=1")) == "engine"


def test_a_service_of_the_machine_may_be_named(database, tmp_path, monkeypatch):
    url = sa.make_url(database)
    services = tmp_path / "services"
    told = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    services.write_text("\n".join(["[parks]", *(f"{name}={value}" for name, value in told.items())]), encoding="utf-8")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    with store.open("postgresql://?service=parks") as held:
        assert ask(held, "SELECT current_database()") == url.database
        assert held.address == "postgresql://?service=parks"
    assert kind(refused("postgresql://?service=others")) == "no_server"


def test_what_the_account_or_the_database_set_changes_nothing(database):
    name = sa.make_url(database).database
    for setting in (
        "DateStyle = 'SQL, DMY'",
        "default_transaction_isolation = 'serializable'",
        "synchronous_commit = off",
        "TimeZone = 'Asia/Shanghai'",
        "bytea_output = 'escape'",
        "IntervalStyle = 'sql_standard'",
        "extra_float_digits = 0",
    ):
        tell(database, f"ALTER DATABASE {name} SET {setting}")
    with store.open(database) as held:
        fill(held)
        assert ask(held, "SHOW DateStyle").startswith("ISO")
        assert ask(held, "SHOW transaction_isolation") == "repeatable read"
        assert ask(held, "SHOW transaction_isolation", writes=True) == "read committed"
        assert ask(held, "SHOW synchronous_commit", writes=True) == "on"
        assert held.export_rows("leases")["valid_from"].tolist() == ["2024-01-01"]
        assert held.as_of(DAY).buildings["geometry"].iloc[0].area > 0
        third = 1 / 3
        held.add("units", units("U1", lettable_m2=third), source="x", by="c")
        assert held.as_of(DAY).units["lettable_m2"].iloc[0] == third


WORD = "s3cret-word"


def told(error):
    """Return all that is said of an error and of those behind it."""
    return "".join(traceback.format_exception(error)) + repr(error)


def test_the_password_is_shown_to_nobody(database, caplog):
    caplog.set_level(logging.DEBUG)
    url = sa.make_url(database)
    where = f"{url.host}:{url.port}"
    asked = f"sslpassword={WORD}&connect_timeout=3"
    with store.open(f"postgresql://parks:{WORD}@{where}/{url.database}?{asked}&password={WORD}") as held:
        assert held.address == f"postgresql://parks:***@{where}/{url.database}?connect_timeout=3"
        assert WORD not in repr(held)
        assert WORD not in repr(held.engine)
        with pytest.raises(sa.exc.ProgrammingError) as wrong:
            ask(held, "SELECT nothing")
        assert WORD not in told(wrong.value)
    for address in (
        f"postgresql://parks:{WORD}@127.0.0.1:1/parks?{asked}",
        f"postgresql://parks:{WORD}@{where}/nowhere?{asked}",
        f"postgresql://parks:{WORD}@{where}/{url.database}?{asked}&nonsense=1",
        f"postgresql://parks:{WORD}@{where}x/{url.database}",
        f"postgresql://parks:{WORD}@[::1/{url.database}",
        f"mysql://parks:{WORD}@{where}/x",
    ):
        assert WORD not in told(refused(address))
    assert WORD not in caplog.text


def test_a_server_without_the_extension_that_keeps_bookings_apart_says_so(postgresql, monkeypatch):
    monkeypatch.setattr(postgresql_guards, "EXTENSION", "parks_nonsense")
    with postgresql.fresh(postgres.PLAIN) as url, pytest.raises(InvalidData, match="lacks the extension"):
        store.open(url)


@pytest.fixture
def page(postgresql):
    """Carry out what the page for administrators says, as far as this server can; return the URLs of three accounts."""
    parts = PAGE.read_text(encoding="utf-8").split("\n## ")
    said = {part.splitlines()[0]: re.findall(r"```sql\n(.*?)```", part, flags=re.DOTALL) for part in parts}
    url = sa.make_url(postgresql.url("parks"))
    owner, ann, eve = (url.set(username=name).render_as_string() for name in ("parks_owner", "ann", "eve"))

    def carry_out(where, block):
        tell(
            where,
            *(line for line in block.split(";\n") if postgresql.has_postgis or not re.search("postgis|live_", line)),
        )

    first, inside = said["Making it"]
    try:
        carry_out(postgresql.url(), first)
        carry_out(postgresql.url("parks"), inside)
        with store.open(owner) as held:
            fill(held)
        for block in [*said["Accounts"], *said["QGIS"]]:
            carry_out(postgresql.url("parks"), block)
        tell(
            postgresql.url(),
            "CREATE ROLE ann LOGIN IN ROLE parks_planners",
            "CREATE ROLE eve LOGIN IN ROLE parks_viewers",
        )
        yield owner, ann, eve
    finally:
        roles = "ann, eve, parks_planners, parks_viewers, parks_owner"
        tell(postgresql.url(), "DROP DATABASE IF EXISTS parks WITH (FORCE)", f"DROP ROLE IF EXISTS {roles}")


def test_each_account_may_do_what_the_page_says(page, postgresql):
    owner, ann, eve = page
    with store.open(ann, create=False) as held:
        held.place(["U2"], "T2", valid_from=DAY, reason="r", by="ann")
        held.create_scenario("A", by="ann")
        assert len(held.as_of(DAY).leases) == 2
    for statement in (
        "ALTER TABLE leases DISABLE TRIGGER ALL",
        "DROP TRIGGER guard_units_stays ON units",
        "CREATE OR REPLACE FUNCTION guard_kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DELETE FROM units",
        "TRUNCATE units",
        "UPDATE alembic_version SET version_num = '9999'",
        "UPDATE about SET mark = ''",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            tell(ann, statement)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        tell(owner, "DELETE FROM units")
    if postgresql.has_postgis:
        with psycopg.connect(eve) as looks:
            assert looks.execute("SELECT count(*) FROM live_units WHERE state IS NULL").fetchone()[0] in (2, 3)
    for table in ("leases", "units", "change"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            tell(eve, f"TABLE {table}")
    assert kind(refused(eve)) == "denied"


def test_whoever_may_only_read_reads_and_is_refused_in_words(page):
    owner, _, eve = page
    tell(owner, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO parks_viewers")
    with store.open(eve, create=False) as held:
        assert len(held.as_of(DAY).leases) == 1
        with pytest.raises(InvalidData) as error:
            held.place(["U2"], "T2", valid_from=DAY, reason="r", by="eve")
        assert kind(error.value) == "denied"


def test_whoever_may_make_nothing_there_is_refused_in_words(page):
    _, ann, _ = page
    assert kind(refused(f"{ann}?options=-csearch_path%3Dnowhere")) == "missing"
    for where in ("nowhere", "pg_catalog"):
        with pytest.raises(InvalidData) as error:
            store.open(f"{ann}?options=-csearch_path%3D{where}")
        assert kind(error.value) in ("denied", "no_server")


def test_a_dump_by_the_servers_own_tools_is_a_whole_store(databases, postgresql):
    with databases("held", fill) as url, postgresql.fresh(postgres.PLAIN) as other:
        dump = subprocess.run([postgresql.folder / "pg_dump", url], capture_output=True, check=True).stdout
        command = [postgresql.folder / "psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", other]
        subprocess.run(command, input=dump, stdout=subprocess.DEVNULL, check=True)
        with store.open(other, create=False) as copy, store.open(url, create=False) as held:
            for name in ("units", "leases", "buildings"):
                assert copy.export_rows(name).equals(held.export_rows(name))
            copy.place(["U2"], "T2", valid_from=DAY, reason="r", by="c")


def test_a_connection_that_is_lost_in_mid_stream_is_told_and_made_anew(databases, postgresql):
    def lose(held):
        with held.writing() as writing:
            number = writing.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            tell(postgresql.url(), f"SELECT pg_terminate_backend({number}, 5000)")
            names = ["unit_id", "building_id", "floor_id", "source", "standing", "scenario", "valid_from", "valid_to"]
            row = ("U9", "B1", "F1", "s", "stated", "", "1900-01-01", "9999-12-31", 1)
            held.home.kind.insert(writing.connection, tables.DATA["units"], [*names, "tx_from"], [row])

    with databases("held", fill) as url, store.open(url, create=False) as held:
        with pytest.raises(InvalidData) as error:
            lose(held)
        assert kind(error.value) == "lost"
        assert held.version == 6
        held.place(["U2"], "T2", valid_from=DAY, reason="r", by="c")
