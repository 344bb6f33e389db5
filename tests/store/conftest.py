"""An open store, empty or with the small park."""

import pytest
from small_park import Clock, fill

from parks import store


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def empty(tmp_path, clock):
    with store.open(tmp_path / "store.db", clock=clock) as held:
        yield held


@pytest.fixture
def held(empty):
    return fill(empty)
