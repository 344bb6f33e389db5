"""A store with the sample, loaded once; and a page of it as Streamlit's own test driver sees it."""

from types import MappingProxyType

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from parks import store
from parks.intake import sample
from parks.pages import frame, jobs


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """Return a function that makes a store with tables of the sample and returns its path."""

    def make(tables):
        path = tmp_path_factory.mktemp("pages") / "store.db"
        with store.open(str(path)) as held:
            for name, frame in tables.items():
                held.add(name, frame, source="sample", by="test")
        return path

    return make


@pytest.fixture(scope="session")
def loaded(filled):
    """Return the path of a store that holds the sample; nobody writes to it."""
    return filled(sample.read())


@pytest.fixture
def own(loaded, tmp_path):
    """Return the path of a store with the sample that the test may change."""
    path = tmp_path / "own.db"
    with store.open(str(loaded)) as held:
        held.backup(path)
    return path


@pytest.fixture
def empty(tmp_path):
    """Return the path of a store that holds nothing."""
    path = tmp_path / "empty.db"
    store.open(str(path)).close()
    return path


@pytest.fixture
def patient(monkeypatch):
    """Let the page wait for its work: nobody looks again by himself here, and looking takes time from the work."""
    monkeypatch.setattr(jobs, "PATIENCE", 60)


def _show(page, lang, day, scenario, known):
    import datetime as dt
    import importlib

    from parks.pages import attempts, session

    held, _ = session.opened()
    chosen = dt.date.fromisoformat(day) if day else held.data_day() or dt.date(2026, 10, 31)
    current = session.begin(lang, chosen, scenario, known and dt.date.fromisoformat(known))
    attempts.offer(current)
    importlib.import_module(f"parks.pages.{page}").show(current)
    attempts.drawn(current)


@pytest.fixture
def show(monkeypatch):
    """Return a function that draws one page on a store and fails on any exception."""

    def draw(page, path, *, lang="en", day="", scenario=None, known=None, **state):
        monkeypatch.setenv("PARKS_STORE", str(path))
        at = AppTest.from_function(_show, default_timeout=120, args=(page, lang, day, scenario, known))
        for name, value in state.items():
            at.session_state[name] = value
        at.run()
        assert not at.exception, at.exception[0].value
        return at

    return draw


@pytest.fixture
def screen(monkeypatch):
    """Return a function that draws the whole screen on a store."""

    def draw(path, *, cookies=MappingProxyType({}), **query):
        monkeypatch.setenv("PARKS_STORE", str(path))
        monkeypatch.setattr(type(st.context), "cookies", cookies)
        at = AppTest.from_file(frame.SCRIPT, default_timeout=120)
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception, at.exception[0].value
        return at

    return draw
