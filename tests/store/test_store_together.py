"""Several processes at once, and many killed in mid-act: nothing booked twice, overwritten, half done or lost."""

import datetime as dt
import threading
from collections import Counter
from contextlib import closing

import crowd
import pytest
import sqlalchemy as sa
import thorough

from parks import store
from parks.store import care, tables, views

pytestmark = pytest.mark.xdist_group("together")
"""Twenty processes are enough for one machine: no second crowd beside this one."""
PLANNERS = 20
TRIES = min(crowd.TRIES, thorough.cases(20))
EDITS = PLANNERS * TRIES // crowd.EVERY
BOOKINGS = PLANNERS * TRIES - EDITS
KILLS = thorough.cases(15)
ROUNDS = 10
"""Most times that the naive way is tried, until chance shows what it loses."""
DAY = dt.date(2026, 3, 1)


@pytest.fixture
def busy(copies):
    """Lend the address of a small park with 300 units more, of 100 m² each."""
    with copies("busy", crowd.furnish) as address:
        yield address


def is_sound(held):
    return care.check(held.home, held.t) == []


def test_the_load_is_dense():
    wanted = [one for seed in range(PLANNERS) for one in crowd.attempts(seed, TRIES)]
    bookings = [one for one in wanted if one[1] is not None]
    assert {unit for unit, _, _ in bookings} <= set(range(crowd.UNITS))
    assert (len(wanted) - len(bookings), len(bookings)) == (EDITS, BOOKINGS)
    assert crowd.overlaps(bookings) > BOOKINGS * 2 / 3


def test_twenty_planners_book_nothing_twice_and_overwrite_nothing(busy):
    said, _ = crowd.let_loose("work", busy, PLANNERS, TRIES)
    count = Counter(line[0] for line in said)
    assert count["booked"] + count["refused"] == BOOKINGS
    assert count["refused"] > BOOKINGS / 2
    assert count["edited"] == EDITS
    with store.open(busy, create=False) as held:
        rows = held.export_rows("leases").query("tenant_id == 'T1' and unit_id != 'U1'")
        kept = (
            rows[["tx_from", "unit_id", "valid_from", "valid_to"]].astype("string").itertuples(index=False, name=None)
        )
        assert sorted(kept) == sorted(line[1:] for line in said if line[0] == "booked")
        assert crowd.overlaps(rows[["unit_id", "valid_from", "valid_to"]].to_numpy()) == 0
        measured = held.as_of(DAY).units.set_index("unit_id")["lettable_m2"]
        edits = Counter(line[2] for line in said if line[0] == "edited")
        assert measured.filter(like="N").sub(100).loc[lambda more: more > 0].to_dict() == edits
        assert len(held.changes(10_000)) == held.version == 7 + count["booked"] + count["edited"]
        assert is_sound(held)


def test_the_same_load_is_booked_twice_and_overwritten_when_one_only_looks_first(home):
    with closing(crowd.plain(home)) as database:
        crowd.bare(database)
        twice = lost = 0
        for _ in range(ROUNDS):
            database.ask("DELETE FROM booking")
            ((before,),) = database.ask("SELECT sum(m2) FROM area")
            lines, _ = crowd.let_loose("naive", home, PLANNERS)
            said = Counter(line[0] for line in lines)
            ((after,),) = database.ask("SELECT sum(m2) FROM area")
            assert said["edited"] == PLANNERS * crowd.TRIES / crowd.EVERY
            twice = max(twice, crowd.overlaps(database.ask("SELECT unit, first, last FROM booking")))
            lost = max(lost, before + said["edited"] - after)
            if twice and lost:
                break
    assert twice, "the load is too light to show what the guards are for"
    assert lost, "the load is too light to show what the version is for"


def test_whoever_is_killed_loses_nothing_confirmed_and_leaves_nothing_half(busy):
    lines, _ = crowd.let_loose("kill", busy, KILLS)
    confirmed = {said: {int(number) for name, number in lines if name == said} for said in ("placed", "edited")}
    assert sum(map(len, confirmed.values())) > KILLS // 2
    with store.open(busy, create=False) as held:
        told = held.changes(10_000).query("change_id > 7")
        for said, what, table in (("placed", "place", "leases"), ("edited", "add", "units")):
            rows = held.export_rows(table).query("tx_from > 7")
            written = rows.groupby("tx_from").size()
            assert set(written.index) == set(told[told["what"] == what]["change_id"]) >= confirmed[said]
            assert set(written) == {2}
        assert sorted(told["change_id"]) == list(range(8, held.version + 1))
        leases = held.export_rows("leases")
        assert len(held.as_of(DAY).leases) == len(leases)
        assert crowd.overlaps(leases[["unit_id", "valid_from", "valid_to"]].to_numpy()) == 0
        assert is_sound(held)


def test_many_open_a_new_store_at_the_same_moment(home):
    said, _ = crowd.let_loose("make", home, 8)
    assert said == [("0",)] * 8
    with store.open(home, create=False) as held:
        assert is_sound(held)


def test_a_reader_sees_one_state_whoever_writes_meanwhile(held):
    leases = tables.DATA["leases"]

    def seen(connection):
        return views.last(connection), connection.execute(sa.select(sa.func.count(leases.c.row_id))).scalar_one()

    with store.open(held.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")) as other:
        with held.reading() as connection:
            before = seen(connection)
            other.place(["U2"], "T2", valid_from=DAY, reason="r", by="other")
            assert seen(connection) == before == (6, 1)
        with held.reading() as connection:
            assert seen(connection) == (7, 2)


def test_whoever_waited_sees_what_was_written_before(held):
    """Nobody decides on what stood when one began to wait."""
    asked, done = threading.Event(), []

    def second():
        asked.set()
        with held.writing() as writing:
            done.append(views.last(writing.connection))

    with held.writing() as writing:
        waiting = threading.Thread(target=second)
        waiting.start()
        asked.wait()
        waiting.join(0.2)
        assert waiting.is_alive()
        assert not done
        writing.connection.exec_driver_sql(
            "INSERT INTO change (id, recorded_at, who, what, subject, rows, reason, source, scenario) "
            "VALUES (7, '2026-03-02', 'c', 'add', '', 0, '', '', '')"
        )
    waiting.join()
    assert done == [7]
