"""Several processes at once, and one killed in mid-act: nothing booked twice, nothing confirmed lost."""

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pandas as pd
from crowd import START, UNITS
from small_park import fill, units

from parks import schema, store

ROOT = Path(schema.__file__).resolve().parent.parent
CROWD = Path(__file__).with_name("crowd.py")


def start(work, path, how_many):
    return subprocess.Popen(
        [sys.executable, str(CROWD), work, str(path), str(how_many)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def crowd(work, path, how_many):
    """Let so many processes work at one moment; return the lines that they said."""
    running = start(work, path, how_many)
    said = running.communicate()[0]
    assert running.returncode == 0
    return said.splitlines()


def overlaps(frame):
    """Return how many rows of (unit, first, last) begin before the one before them in the unit ends."""
    ordered = frame.sort_values(["unit", "first"])
    return int((ordered["first"] < ordered.groupby("unit")["last"].shift()).sum())


def placed(held):
    """Return the leases that the crowd wrote."""
    return held.export_rows("leases").query("tenant_id == 'T1' and unit_id != 'U1'")


def test_eight_planners_book_nothing_twice(tmp_path):
    path = tmp_path / "store.db"
    with store.open(path) as held:
        fill(held).add("units", units(*(f"N{number}" for number in range(UNITS))), source="x", by="c")
        confirmed = crowd("book", path, 8)
        booked = placed(held).rename(columns={"unit_id": "unit", "valid_from": "first", "valid_to": "last"})
    assert overlaps(booked) == 0
    assert len(booked) == len(confirmed) > UNITS
    kept = booked["tx_from"].astype(str) + " " + booked["unit"] + " " + booked["first"] + " " + booked["last"]
    assert sorted(kept) == sorted(confirmed)


def test_the_same_load_is_booked_twice_when_one_only_looks_first(tmp_path):
    path = tmp_path / "naive.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("CREATE TABLE booking (unit INTEGER, first INTEGER, last INTEGER)")
        twice = 0
        for _ in range(10):
            crowd("naive", path, 8)
            twice = overlaps(pd.DataFrame(raw.execute("SELECT * FROM booking"), columns=["unit", "first", "last"]))
            if twice:
                break
            raw.execute("DELETE FROM booking")
            raw.commit()
    assert twice, "the load is too light to show what the guard is for"


def test_a_killed_writer_loses_nothing_confirmed_and_leaves_nothing_half(tmp_path):
    path = tmp_path / "store.db"
    with store.open(path) as held:
        fill(held)
    writer = start("write", path, 1)
    confirmed = [int(writer.stdout.readline()) for _ in range(40)]
    time.sleep(0.0137)
    os.kill(writer.pid, signal.SIGKILL)
    confirmed += [int(line) for line in writer.stdout if line.endswith("\n")]
    writer.communicate()
    with store.open(path, create=False) as held:
        rows = placed(held)
        assert set(confirmed) <= set(rows["tx_from"])
        assert set(rows["tx_from"]) == set(held.changes(100_000).query("what == 'place'")["change_id"])
        assert (rows.groupby("tx_from").size() == 2).all()
        assert len(held.as_of(START - dt.timedelta(days=1)).leases) == len(rows)
        with held.engine.begin() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_many_open_a_new_store_at_the_same_moment(tmp_path):
    path = tmp_path / "store.db"
    assert sorted(crowd("make", path, 6)) == [f"0 {seed}" for seed in range(6)]
