"""Backup, restore and the check of a whole store: complete while others work, and nothing broken passes."""

import datetime as dt
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import thorough
import whole
from small_park import Clock, fill, units

from parks import store, words
from parks.issues import InvalidData
from parks.store import care, shots, sqlite, tables, views

T = words.translator("en")
NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)


def restored(url, path, **more):
    return care.restore(str(url), path, T, by="ann", now=NOW, **more)


def kinds(refused):
    """Return the kinds of the issues; each says what is wrong and how to mend it."""
    assert all(issue.message and issue.mend for issue in refused.value.issues)
    return [issue.kind for issue in refused.value.issues]


def refused_restore(url, path, **more):
    with pytest.raises(InvalidData) as refused:
        restored(url, path, **more)
    return kinds(refused)


@pytest.fixture
def other(engine, request, tmp_path):
    """Return where a store can be made on the engine that `engine` is not."""
    return str(tmp_path / "other.db") if engine == "postgresql" else request.getfixturevalue("database")


@pytest.mark.parametrize("seed", range(thorough.cases(1)))
def test_a_store_goes_to_the_other_engine_and_back_unchanged(held, other, tmp_path, seed):
    whole.live(held, seed)
    before, audited = whole.told(held), held.changes(1000, everywhere=True)
    first = held.backup(tmp_path / "first.db")
    assert restored(other, first).change is None
    with store.open(other, create=False, clock=Clock()) as there:
        assert whole.told(there) == before
        assert whole.mark(there) != whole.mark(held)
        assert care.check(there.home, T) == []
        assert there.changes(1000, everywhere=True).equals(audited)
        second = there.backup(tmp_path / "second.db")
    assert restored(tmp_path / "third.db", second).rows == sum(len(before[name]) for name in tables.DATA)
    with store.open(tmp_path / "third.db", clock=Clock()) as back:
        assert whole.told(back) == before
        for known in range(0, held.version, 7):
            with held.reading() as one, back.reading() as two:
                view = views.of(one, "", known, T)
                parks = [shots.shot(look, view, NOW.date(), views.Cache(), None) for look in (one, two)]
                for name in tables.DATA:
                    assert parks[0].table(name).equals(parks[1].table(name))


def test_new_rows_are_numbered_after_those_put_back(held, home, tmp_path):
    whole.live(held, 7)
    copy = held.backup(tmp_path / "copy.db")
    spare = home if home != held.address else tmp_path / "spare.db"
    restored(spare, copy)
    with store.open(spare, clock=Clock()) as back:
        back.add("units", units("U8", "U9"), source="x", by="c")
        back.create_scenario("new", by="c")
        assert care.check(back.home, T) == []
        numbers = back.export_rows("units")["row_id"]
    assert numbers.is_unique


def test_a_restore_replaces_what_stands_only_when_asked_and_keeps_a_copy(held, tmp_path):
    copy = held.backup(tmp_path / "monday.db")
    held.place(["U2"], "T2", valid_from=whole.START, reason="r", by="ben")
    held.create_scenario("A", by="ben")
    stood, shown = whole.told(held), held.as_of(NOW.date())
    assert refused_restore(held.address, copy) == ["not_empty"]
    assert whole.told(held) == stood

    number, seen = held.version, whole.mark(held)
    done = restored(held.address, copy, replace=True)
    assert done.change == number + 1 == held.version
    assert done.before == tmp_path / "monday.before-20260304-120000.db"
    assert whole.mark(held) != seen
    with store.open(done.before) as before:
        assert whole.told(before) == stood
    with store.open(copy) as wanted:
        back, want = whole.told(held), whole.told(wanted)
    told = back["change"].pop()
    assert back == want
    assert told[:6] == (number + 1, "2026-03-04 12:00:00.000000", "ann", "restore", "monday.db", done.rows)
    assert care.check(held.home, T) == []
    # Sessions that were open before go on, and do not see what is no more.
    assert "T2" not in set(held.as_of(NOW.date()).leases["tenant_id"])
    assert "T2" in set(shown.leases["tenant_id"])
    held.place(["U2"], "T3", valid_from=whole.START, reason="r", by="ben")
    assert held.version == number + 2


def test_numbers_of_changes_never_come_back_with_other_content(held, tmp_path, clock):
    with store.open(tmp_path / "elsewhere.db", clock=clock) as elsewhere:
        fill(elsewhere)
        elsewhere.add("units", units("U1", lettable_m2=7.0), source="x", by="c")
        copy = elsewhere.backup(tmp_path / "copy.db")
    held.add("units", units("U1", lettable_m2=9.0), source="x", by="c")
    before = held.as_of(NOW.date())
    restored(held.address, copy, replace=True)
    after = held.as_of(NOW.date())
    assert [park.units["lettable_m2"].iloc[0] for park in (before, after)] == [9, 7]
    assert after.version > before.version
    # as it was known then: the same number of a change as before, and yet other rows
    known = [held.as_of(NOW.date(), known_on=dt.date(2026, 3, 1)) for _ in range(2)]
    assert known[0] is known[1]
    assert known[0].units["lettable_m2"].iloc[0] == 7


def test_an_act_decided_before_a_restore_is_refused(held, tmp_path):
    copy = held.backup(tmp_path / "copy.db")
    seen = held.version
    restored(held.address, copy, replace=True)
    with pytest.raises(InvalidData, match="ann has put the store back from the backup copy") as refused:
        held.place(["U2"], "T2", valid_from=whole.START, reason="r", by="ben", seen=seen)
    assert kinds(refused) == ["changed"]
    held.place(["U2"], "T2", valid_from=whole.START, reason="r", by="ben", seen=held.version)


def test_a_restore_that_fails_leaves_the_store_as_it_was(held, tmp_path, monkeypatch):
    copy = held.backup(tmp_path / "copy.db")
    held.place(["U2"], "T2", valid_from=whole.START, reason="r", by="ben")
    stood, seen = whole.told(held), whole.mark(held)
    monkeypatch.setattr(held.home.kind, "resume", lambda _: None)
    assert refused_restore(held.address, copy, replace=True) == ["unguarded"]
    monkeypatch.undo()
    assert (whole.told(held), whole.mark(held)) == (stood, seen)
    with held.reading() as connection:
        assert held.home.kind.missing(connection) == []


def test_what_is_no_sound_backup_is_refused_and_makes_nothing(tmp_path):
    good = tmp_path / "good.db"
    with store.open(tmp_path / "store.db", clock=Clock()) as held:
        fill(held).backup(good)
    place = tmp_path / "place.db"
    text, empty, foreign, torn, older, newer, doubled = (tmp_path / f"{number}.db" for number in range(7))
    text.write_text("not a database", encoding="utf-8")
    empty.touch()
    whole.raw(foreign, "CREATE TABLE notes (line TEXT)")
    for copy in (torn, newer, doubled):
        shutil.copy(good, copy)
    content = bytearray(good.read_bytes())
    content[-3000:-2000] = bytes(1000)
    torn.write_bytes(content)
    with closing(sqlite3.connect(older)) as old:
        old.executescript(Path(__file__).with_name("format_1.sql").read_text(encoding="utf-8"))
    whole.raw(newer, "UPDATE alembic_version SET version_num = '0099'")
    columns = "unit_id, tenant_id, state, valid_from, valid_to, source, standing, scenario, tx_from"
    whole.raw(
        doubled,
        "DROP TRIGGER guard_leases_booking",
        f"INSERT INTO leases (lease_id, {columns}) SELECT 'L9', {columns} FROM leases",  # noqa: S608
        sqlite.guards()["guard_leases_booking"],
    )
    for path, kind in [
        (tmp_path / "nowhere.db", "missing"),
        (text, "not_a_store"),
        (empty, "not_a_store"),
        (foreign, "not_a_store"),
        (older, "older"),
        (newer, "newer"),
        (torn, "damaged"),
        (doubled, "unsound"),
    ]:
        found = refused_restore(place, path)
        assert found[0] == kind, path
    assert not place.exists()
    with pytest.raises(InvalidData, match=re.escape(f"parks migrate --store {older}")):
        restored(place, older)
    assert refused_restore(good, good) == ["same"]


def test_a_backup_is_left_as_it_is(held, home, tmp_path):
    copy = held.backup(tmp_path / "copy.db")
    content = copy.read_bytes()
    copy.chmod(0o444)
    spare = home if home != held.address else tmp_path / "spare.db"
    restored(spare, copy)
    assert copy.read_bytes() == content
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db"]


def test_a_store_that_lost_its_guards_is_mended_by_a_restore(held, tmp_path):
    copy = held.backup(tmp_path / "copy.db")
    with held.engine.execution_options(writes=True).begin() as connection:
        held.home.kind.unguard(connection)
        connection.exec_driver_sql("UPDATE units SET lettable_m2 = 1")
    assert refused_restore(held.address, copy) == ["unguarded"]
    restored(held.address, copy, replace=True)
    with store.open(held.address, create=False) as back:
        assert care.check(back.home, T) == []
        assert set(back.as_of(NOW.date()).units["lettable_m2"]) == {100}


def test_a_store_whose_keys_stand_twice_is_mended_too_or_left_for_another(held, engine, database, tmp_path):
    copy = held.backup(tmp_path / "copy.db")
    columns = "unit_id, building_id, floor_id, valid_from, valid_to, source, standing, scenario, tx_from"
    with held.engine.execution_options(writes=True).begin() as connection:
        held.home.kind.unguard(connection)
        connection.exec_driver_sql("DROP INDEX units_current")
        connection.exec_driver_sql(f"INSERT INTO units ({columns}) SELECT {columns} FROM units")  # noqa: S608
    if engine == "sqlite":
        restored(held.address, copy, replace=True)
        store.open(held.address).close()
        return
    assert refused_restore(held.address, copy, replace=True) == ["unsound"]
    with held.reading() as connection:
        assert len(whole.rows(connection)["units"]) == 8
    restored(database, copy)


def test_a_backup_that_cannot_be_written_leaves_nothing(held, tmp_path, monkeypatch):
    copy = held.backup(tmp_path / "copy.db")
    left = tmp_path / "left.db"
    (tmp_path / "left.db-wal").touch()  # SQLite would read it as a part of the new file
    for path, kind in ((copy, "exists"), (left, "exists"), (tmp_path / "nowhere" / "copy.db", "unreachable")):
        with pytest.raises(InvalidData) as refused:
            held.backup(path)
        assert kinds(refused) == [kind]

    def full(_, target):
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(InvalidData) as refused:
        held.backup(tmp_path / "another.db")
    assert kinds(refused) == ["full"]
    assert refused.value.issues[0].value == str(tmp_path / "another.db")
    assert {path.name for path in tmp_path.iterdir() if "store.db" not in path.name} == {"copy.db", "left.db-wal"}


@dataclass
class Planner:
    """Somebody in a process of its own, who places two units a day for ever and says each confirmed change."""

    process: subprocess.Popen
    confirmed: list = field(default_factory=list)

    def wait(self, acts):
        """Return once so many more acts are confirmed."""
        self.confirmed += [int(self.process.stdout.readline()) for _ in range(acts)]


@contextmanager
def planning(address):
    """Lend a planner; kill it at the end, and hear what else was confirmed."""
    root = str(Path(store.__file__).resolve().parents[2])
    command = [sys.executable, whole.__file__, address]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": root}, stdout=subprocess.PIPE, text=True)
    planner = Planner(process)
    try:
        yield planner
    finally:
        process.kill()
        planner.confirmed += [int(line) for line in process.communicate()[0].split("\n")[:-1]]


def test_a_backup_while_others_write_is_whole(held, tmp_path):
    with planning(held.address) as planner:
        planner.wait(5)
        for number in range(3):
            before = set(planner.confirmed)
            copy = held.backup(tmp_path / f"{number}.db")
            planner.wait(1)
            with store.open(copy) as frozen:
                assert care.check(frozen.home, T) == []
                placed = frozen.export_rows("leases").query("tx_from > 6")
                assert before <= set(placed["tx_from"])
                assert (placed.groupby("tx_from").size() == 2).all()
                assert placed["tx_from"].max() == frozen.version
    assert held.version > frozen.version


def test_a_restore_while_others_read_and_write(held, tmp_path):
    copy = held.backup(tmp_path / "copy.db")
    seen, over = [], threading.Event()

    def read():
        while not over.is_set():
            park = held.as_of(dt.date(2030, 1, 5))
            seen.append((park.version, len(park.leases), len(park.units)))

    reader = threading.Thread(target=read)
    with planning(held.address) as planner:
        planner.wait(5)
        reader.start()
        try:
            for _ in range(2):
                last = restored(held.address, copy, replace=True)
                last.before.unlink()
                planner.wait(3)
        finally:
            over.set()
            reader.join()
    confirmed = planner.confirmed
    assert confirmed == sorted(set(confirmed))
    kept = held.changes(10_000)
    assert {number for number in confirmed if number > last.change} <= set(kept["change_id"])
    assert list(kept.query("what == 'restore'")["change_id"]) == [last.change]
    assert care.check(held.home, T) == []
    assert {units for _, _, units in seen} == {4}
    assert [version for version, _, _ in seen] == sorted(version for version, _, _ in seen)
    assert len({(version, count) for version, count, _ in seen}) == len({version for version, _, _ in seen})
