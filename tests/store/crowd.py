"""Planners in processes of their own, all at once: `python crowd.py WORK ADDRESS HOW_MANY TRIES` (see `let_loose`).

Each says a line for what it did: what was said is confirmed.
"""

import contextlib
import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import time
import traceback
from contextlib import closing
from pathlib import Path

import numpy as np
import psycopg
from small_park import fill, units

from parks import schema, store
from parks.issues import InvalidData
from parks.store import postgresql, sqlite

ROOT = Path(schema.__file__).resolve().parent.parent

UNITS = 300
TRIES = 50
"""Attempts of one planner at most."""
TOGETHER = 6
"""Units that all planners want at the same time: 50 times 6 are the 300."""
EVERY = 10
"""Each so many-th attempt is an edit, of one of `EDITED` units that all planners edit then; others are bookings."""
EDITED = 3
START = dt.date(2030, 1, 1)
MOMENT = 0.05
"""Longest time for which a writer goes on after the last act that we wait for [s]: an act or two."""
GIVE_UP = 200


def attempts(seed, tries):
    """Yield the unit of each attempt, and first day and day after the last of a booking; None, None is an edit."""
    chance = np.random.default_rng(seed)
    for step in range(tries):
        if step % EVERY == 0:
            yield TOGETHER * step + seed % EDITED, None, None
            continue
        first = int(chance.integers(120))
        yield TOGETHER * step + int(chance.integers(TOGETHER)), first, first + int(chance.integers(60, 300))


def say(*words):
    """Say a line at once and whole."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def kinds(refused):
    return {issue.kind for issue in refused.issues}


def work(held, seed):
    """Book and edit through the store."""
    for unit, first, last in attempts(seed, TRIES):
        if first is None:
            say("edited", edit(held, f"N{unit}", str(seed)), f"N{unit}")
            continue
        start, end = (START + dt.timedelta(days=day) for day in (first, last))
        try:
            number = held.place([f"N{unit}"], "T1", valid_from=start, valid_to=end, reason="r", by=str(seed))
        except InvalidData as refused:
            if kinds(refused) != {"double_booking"}:
                raise
            say("refused", f"N{unit}", start, end)
        else:
            say("booked", number, f"N{unit}", start, end)


def edit(held, unit, who):
    """Add one square metre to what is read, and say whose it is; read again when somebody was quicker."""
    for _ in range(GIVE_UP):
        park = held.as_of(START)
        area = park.units.set_index("unit_id").loc[unit, "lettable_m2"]
        row = units(unit, name=f"measured by {who}", lettable_m2=area + 1)
        try:
            return held.add("units", row, source="survey", by=who, seen=park.version)
        except InvalidData as refused:
            if kinds(refused) != {"changed"}:
                raise
            say("again", unit)
    message = f"{unit} was never left alone"
    raise RuntimeError(message)


def naive(database, seed):
    """Do the same as one would without a guard: look first, then write."""
    for unit, first, last in attempts(seed, TRIES):
        if first is None:
            with database.transaction():
                ((area,),) = database.ask("SELECT m2 FROM area WHERE unit = {}", unit)
                database.ask("UPDATE area SET m2 = {} WHERE unit = {}", area + 1, unit)
            say("edited", 0, unit)
            continue
        with database.transaction():
            clash = "SELECT count(*) FROM booking WHERE unit = {} AND first < {} AND last > {}"
            if not database.ask(clash, unit, last, first)[0][0]:
                database.ask("INSERT INTO booking VALUES ({}, {}, {})", unit, first, last)
                say("booked", 0, unit, first, last)


def bare(database):
    """Make the naive way's two tables; every unit measures 100 m²."""
    database.ask("CREATE TABLE booking (unit INTEGER, first INTEGER, last INTEGER)")
    database.ask("CREATE TABLE area (unit INTEGER, m2 INTEGER)")
    for unit in range(UNITS):
        database.ask("INSERT INTO area VALUES ({}, 100)", unit)


def furnish(held):
    """Put in the small park and the crowd's units, of 100 m² each; return the number of the last change."""
    return fill(held).add("units", units(*(f"N{number}" for number in range(UNITS))), source="x", by="c")


def overlaps(rows):
    """Return how many of (unit, first, last) begin before one of the same unit that began no later has ended."""
    ends, found = {}, 0
    for unit, first, last in sorted(map(tuple, rows)):
        found += unit in ends and first < ends[unit]
        ends[unit] = max(last, ends.get(unit, last))
    return found


class File:
    """A plain SQLite file; each statement is its own transaction, since one that reads first could not write then."""

    def __init__(self, address):  # noqa: D107 - as above
        self.held = sqlite3.connect(address, isolation_level=None, timeout=30)

    def ask(self, statement, *cells):
        return self.held.execute(statement.replace("{}", "?"), cells).fetchall()

    def transaction(self):
        return contextlib.nullcontext()

    def close(self):
        self.held.close()


class Server:
    """A plain database; what is looked at and what is written stand in one transaction, in READ COMMITTED."""

    def __init__(self, address):  # noqa: D107 - as above
        self.held = psycopg.connect(address, autocommit=True)

    def ask(self, statement, *cells):
        done = self.held.execute(statement.replace("{}", "%s"), cells)
        return done.fetchall() if done.description else []

    def transaction(self):
        return self.held.transaction()

    def close(self):
        self.held.close()


def plain(address):
    return Server(address) if "://" in address else File(address)


def write(held, seed):
    """Place two units a day, and move two areas, for ever; say each change that was confirmed."""
    day = START + dt.timedelta(days=1000 * seed)
    while True:
        day, last = day + dt.timedelta(days=1), day
        say("placed", held.place(["U2", "U3"], "T1", valid_from=last, valid_to=day, reason="r", by=str(seed)))
        area = 100.0 + (day - START).days
        say("edited", held.add("units", units("U2", "U3", lettable_m2=area), source="s", by=str(seed)))


def opened(address):
    return store.open(address, create=False)


def warm(address):
    """Return a store that has been at work once and has no connection now: twenty need not learn the same anew."""
    held = opened(address)
    held.as_of(START)
    with contextlib.suppress(InvalidData):
        held.place(["U1"], "T1", valid_from=dt.date(2026, 1, 1), reason="r", by="c")
    held.close()
    return held


def together(enter, do):
    """Return the work `do` on what `enter` gives, begun once everybody has it."""

    def done(given, meet, seed):
        with closing(enter(given)) as held:
            meet()
            do(held, seed)

    return done


def make(address, meet, _):
    """Open a store that is not there yet, everybody at once."""
    meet()
    with store.open(address) as held:
        say(held.version)


WORKS = {
    "work": (warm, together(lambda held: held, work)),
    "naive": (str, together(plain, naive)),
    "make": (str, make),
}
"""Work → what is done once before anybody is there, what each does with that."""


class Gate:
    """Where forked processes wait for each other, and one for them."""

    def __init__(self):  # noqa: D107 - two pipes
        self.came, self.there = os.pipe()
        self.opens, self.shut = os.pipe()

    def meet(self):
        """Say that one is there, and wait until it opens."""
        os.close(self.shut)
        os.write(self.there, b".")
        os.read(self.opens, 1)

    def open(self, how_many):
        """Open once so many are there, or have failed."""
        for _ in range(how_many):
            os.read(self.came, 1)
        os.close(self.shut)


def fork(do, *told):
    """Begin a work in a process of its own; no connection is open, so none is shared."""
    child = os.fork()
    if child:
        return child
    try:
        do(*told)
    except BaseException:  # noqa: BLE001 - a child says what went wrong and ends
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def crowd(name, address, how_many):
    """Let so many work at one moment; return whether all came to their end."""
    before, do = WORKS[name]
    given, gate = before(address), Gate()

    def come(seed):
        try:
            do(given, gate.meet, seed)
        finally:
            os.write(gate.there, b".")  # nobody waits for one that failed

    children = [fork(come, seed) for seed in range(how_many)]
    gate.open(how_many)
    begun = time.perf_counter()
    ends = [os.waitpid(child, 0)[1] for child in children]
    sys.stderr.write(f"{time.perf_counter() - begun}\n")
    return not any(ends)


def kill(address, how_many):
    """Kill one writer after another, each at a random moment of its work; return whether none ended by itself."""
    chance = np.random.default_rng(0)
    given, ends = warm(address), []
    for seed in range(how_many):
        heard, mouth = os.pipe()

        def go_on(seed=seed, mouth=mouth):
            os.dup2(mouth, 1)
            write(given, seed)

        child = fork(go_on)
        os.close(mouth)
        with os.fdopen(heard) as lines:
            said = [lines.readline() for _ in range(int(chance.integers(3)))]
            time.sleep(float(chance.uniform(0, MOMENT)))
            os.kill(child, signal.SIGKILL)
            ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            sys.stdout.writelines([*said, *lines])
    return set(ends) == {-signal.SIGKILL}


def let_loose(work, address, how_many, tries=TRIES):
    """Let so many work at one moment; return the lines that they said, in words, and how long it took [s].

    work
        ``work``: the whole load through the store. ``naive``: the same without guards, on the tables of `bare`.
        ``kill``: one writer after another, each killed. ``make``: a new store.
    tries
        Attempts of each.
    """
    command = [sys.executable, __file__, work, str(address), str(how_many), str(tries)]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    took = float(done.stderr.splitlines()[-1]) if done.stderr else 0.0
    return [tuple(line.split()) for line in done.stdout.splitlines()], took


if __name__ == "__main__":
    sqlite.PATIENCE = postgresql.PATIENCE = 120  # a slow machine is no fault of the planners'
    told, where, number, TRIES = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    sys.exit(not (kill(where, number) if told == "kill" else crowd(told, where, number)))
