"""Planners in processes of their own, for the tests: `python crowd.py WORK PATH HOW_MANY`."""

import datetime as dt
import os
import sqlite3
import sys
import traceback

import numpy as np

from parks import store
from parks.issues import InvalidData

UNITS = 6
TRIES = 25
START = dt.date(2030, 1, 1)


def periods(seed):
    """Yield unit, first day, day after the last: so dense that most of them clash."""
    chance = np.random.default_rng(seed)
    for _ in range(TRIES):
        first = int(chance.integers(300))
        yield int(chance.integers(UNITS)), first, first + int(chance.integers(1, 60))


def say(*words):
    """Say a line at once: what was said is confirmed."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def book(path, seed):
    """Book through the store and say what was confirmed."""
    with store.open(path, create=False) as held:
        for unit, first, last in periods(seed):
            start, end = (START + dt.timedelta(days=day) for day in (first, last))
            try:
                number = held.place([f"N{unit}"], "T1", valid_from=start, valid_to=end, reason="r", by=str(seed))
            except InvalidData as refused:
                if {issue.kind for issue in refused.issues} != {"double_booking"}:
                    raise
            else:
                say(number, f"N{unit}", start, end)


def naive(path, seed):
    """Look first, then write, as one would without a guard."""
    held = sqlite3.connect(path, isolation_level=None, timeout=30)
    for unit, first, last in periods(seed):
        asked = "SELECT count(*) FROM booking WHERE unit = ? AND first < ? AND last > ?"
        if not held.execute(asked, (unit, last, first)).fetchone()[0]:
            held.execute("INSERT INTO booking VALUES (?, ?, ?)", (unit, first, last))


def write(path, seed):
    """Place two units a day for ever, and say each change that was confirmed."""
    with store.open(path, create=False) as held:
        day = START
        while True:
            day, last = day + dt.timedelta(days=1), day
            say(held.place(["U2", "U3"], "T1", valid_from=last, valid_to=day, reason="r", by=str(seed)))


def make(path, seed):
    """Open a store that is not there yet."""
    with store.open(path) as held:
        say(held.version, seed)


def main(work, path, how_many):
    """Fork before anything is open, so that the imports are paid for once."""
    children = []
    for seed in range(how_many):
        child = os.fork()
        if not child:
            try:
                work(path, seed)
            except BaseException:  # noqa: BLE001 - a child says what went wrong and ends
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        children.append(child)
    return sum(os.waitpid(child, 0)[1] for child in children)


if __name__ == "__main__":
    works = {"book": book, "naive": naive, "write": write, "make": make}
    if sys.argv[3] == "1":
        works[sys.argv[1]](sys.argv[2], 0)
    else:
        sys.exit(int(bool(main(works[sys.argv[1]], sys.argv[2], int(sys.argv[3])))))
