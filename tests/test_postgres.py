"""The tests' own PostgreSQL server: which one it is, that databases are empty, and that it always goes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import postgres
import psycopg
import pytest

HERE = Path(__file__).resolve().parent
OBJECTS = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S', 'm')"


def ask(url, question):
    with psycopg.connect(url) as asked:
        return asked.execute(question).fetchone()[0]


def stand_in(folder, *programs):
    """Make a folder of programs that do nothing."""
    folder.mkdir(parents=True)
    for program in programs:
        (folder / program).touch()
    return folder


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """Let the machine have no server; return the folder in which Debian's would be."""
    monkeypatch.delenv(postgres.NAMED, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgres, "DEBIAN", tmp_path / "debian")
    monkeypatch.setattr(postgres.importlib.util, "find_spec", lambda _: None)
    return tmp_path / "debian"


def test_the_newest_of_debian_is_taken(nowhere):
    for major in ("9.6", "15", "17"):
        stand_in(nowhere / major / "bin", *postgres.PROGRAMS)
    stand_in(nowhere / "18" / "bin", "psql")
    assert postgres.programs() == nowhere / "17" / "bin"


def test_the_named_server_goes_before_all_others(nowhere, monkeypatch, tmp_path):
    stand_in(nowhere / "17" / "bin", *postgres.PROGRAMS)
    named = stand_in(tmp_path / "named", *postgres.PROGRAMS)
    monkeypatch.setenv(postgres.NAMED, str(named))
    assert postgres.programs() == named
    (named / "initdb").unlink()
    with pytest.raises(postgres.MissingError, match=r"no PostgreSQL server in .*named"):
        postgres.programs()


def test_one_on_the_path_is_found_through_its_link(nowhere, tmp_path):
    real = stand_in(tmp_path / "real", *postgres.PROGRAMS)
    (real / "postgres").chmod(0o755)
    (tmp_path / "postgres").symlink_to(real / "postgres")
    assert not nowhere.exists()
    assert postgres.programs() == real


def test_what_is_not_there_is_said(nowhere):
    assert not nowhere.exists()
    with pytest.raises(postgres.MissingError, match="no PostgreSQL server on this machine"):
        postgres.needs(postgres.BASIC)


def test_an_extension_that_is_not_there_is_said(postgresql, monkeypatch):
    monkeypatch.setenv(postgres.NAMED, str(postgresql.folder))
    assert postgres.needs(postgres.BASIC) == postgresql.folder
    with pytest.raises(postgres.MissingError, match="has no parks_nonsense"):
        postgres.needs("parks_nonsense")


def test_a_database_is_empty_and_ours_alone(database, postgresql):
    assert ask(database, OBJECTS) == 0 + postgresql.has_postgis  # PostGIS keeps one table of reference systems
    assert ask(database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") == 1
    assert ask(database, "SELECT extname FROM pg_extension WHERE extname = 'btree_gist'") == "btree_gist"
    with psycopg.connect(database) as mine:
        mine.execute("CREATE TABLE parks (park_id text)")
    with postgresql.fresh() as other:
        assert other != database
        assert ask(other, "SELECT to_regclass('parks')") is None


def test_a_plain_database_has_no_extension(postgresql):
    with postgresql.fresh(postgres.PLAIN) as url:
        assert ask(url, "SELECT string_agg(extname, ' ') FROM pg_extension") == "plpgsql"


def test_a_database_goes_with_those_who_are_still_in_it(postgresql):
    with postgresql.fresh() as url:
        left = psycopg.connect(url)
    with left, pytest.raises(psycopg.OperationalError):
        left.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_postgis_answers(database, postgis):
    assert ask(database, "SELECT postgis_version()").startswith(postgis[:3])
    assert ask(database, "SELECT ST_AsText(ST_Point(121.6, 31.2, 4326))") == "POINT(121.6 31.2)"


def test_the_server_listens_here_only_and_sorts_by_code_point(database):
    assert ask(database, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(database, "SHOW fsync") == "off"
    assert ask(database, "SELECT string_agg(n, '' ORDER BY n) FROM unnest(ARRAY['b', 'a', 'B', '园']) AS n") == "Bab园"


def test_what_was_committed_outlives_a_crash(database, postgresql):
    with psycopg.connect(database) as mine:
        mine.execute("CREATE TABLE parks AS SELECT 1 AS park_id")
    for end in (postgresql.crash, postgresql.stop):
        end()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(database)
        postgresql.start()
        assert ask(database, "SELECT count(*) FROM parks") == 1


def test_a_server_goes_with_a_run_that_was_killed(postgresql):
    script = """if True:
        import postgres, time
        with postgres.serving() as server:
            print(server.home, server.url(), flush=True)
            time.sleep(60)
    """
    environment = os.environ | {postgres.NAMED: str(postgresql.folder)}
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=HERE, env=environment, stdout=subprocess.PIPE, text=True) as run:
        home, url = run.stdout.readline().split()
        run.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while Path(home).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(home).exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
