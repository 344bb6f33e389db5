"""An open store on each engine in turn, empty or with the small park: every test that asks for one runs on both."""

import contextlib
import shutil

import postgres
import pytest
from small_park import Clock, fill

from parks import store

ENGINES = ("sqlite", "postgresql")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=ENGINES)
def engine(request):
    """Return the name of each engine in turn."""
    return request.param


@pytest.fixture
def home(engine, request, tmp_path):
    """Return where a store can be made on each engine in turn: a path, or the URL of an empty database."""
    return str(tmp_path / "store.db") if engine == "sqlite" else request.getfixturevalue("database")


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Lend the path of a store's copy; the one that is copied is made once a run, since that takes much longer."""
    made = {}

    @contextlib.contextmanager
    def lend(name, put):
        if name not in made:
            made[name] = mould(tmp_path_factory.mktemp(name) / "store.db", put)
        yield shutil.copy(made[name], tmp_path_factory.mktemp("copy"))

    return lend


@pytest.fixture(scope="session")
def databases(postgresql):
    """Lend the URL of a store's copy, as `files` does."""
    made = {}

    @contextlib.contextmanager
    def lend(name, put):
        if name not in made:
            postgresql.tell(f"CREATE DATABASE mould_{name} TEMPLATE {postgres.TEMPLATE}")
            made[name] = mould(postgresql.url(f"mould_{name}"), put)
        with postgresql.fresh(f"mould_{name}") as url:
            yield url

    return lend


def mould(address, put):
    with store.open(address, clock=Clock()) as made:
        put(made)
    return address


@pytest.fixture
def copies(engine, request):
    """Lend copies of stores on each engine in turn."""
    return request.getfixturevalue("files" if engine == "sqlite" else "databases")


@pytest.fixture
def empty(copies, clock):
    with copies("empty", lambda _: None) as address, store.open(address, create=False, clock=clock) as opened:
        yield opened


@pytest.fixture
def held(copies, clock):
    with copies("held", fill) as address, store.open(address, create=False, clock=clock) as opened:
        yield opened
