"""How fast many planners at once get their acts through, and what looking first and writing then loses of them.

Run: python benchmarks/together.py [--write]   (with --write the results go to benchmarks/together.md)
"""

# ruff: noqa: E402 - the crowd and the server are the tests' own

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("tests", "tests/store")]

import crowd
import postgres

from parks import store

if TYPE_CHECKING:
    from collections.abc import Iterator

PLANNERS = (1, 5, 20)
RESULTS = Path(__file__).with_suffix(".md")
HEAD = """# Many planners at once

Written by `benchmarks/together.py`, with the load of `tests/store/crowd.py`: each planner is a process of its own and
makes 50 attempts, 45 bookings and 5 edits; all want the same few of 300 units at the same time. Store and baseline lie
on the same disk, on each engine, and wait for it at every commit.

*Naive* is the baseline in the same run: the same attempts by plain SQL, each looking first and writing then (on
PostgreSQL in one READ COMMITTED transaction), without guards, history or words. *Twice* counts double bookings, *lost*
confirmed edits that somebody overwrote. An act of the store that finds others' changes under its edit reads and tries
again, until it is through.

Read the ratio, the growth and the two zeros; the seconds belong to one shared two-core machine.

"""
COLUMNS = ("engine", "planners", "attempts", "store, s", "attempts a second", "growth", "twice", "lost", "tried again")
COLUMNS += ("naive, s", "times the naive", "naive: twice", "naive: lost")
RULED = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"


def ours(address: str, planners: int) -> tuple[float, int, int, int]:
    """Return the seconds that the load takes in a store, double bookings, lost edits, edits tried again."""
    with store.open(address) as held:
        crowd.furnish(held)
    lines, seconds = crowd.let_loose("work", address, planners)
    said = Counter(line[0] for line in lines)
    with store.open(address, create=False) as held:
        leases = held.export_rows("leases").query("tx_to.isna() and state != 'intended'")
        units = held.as_of(crowd.START).units.set_index("unit_id")["lettable_m2"].filter(like="N")
        twice = crowd.overlaps(leases[["unit_id", "valid_from", "valid_to"]].to_numpy())
    assert said["booked"] + said["refused"] + said["edited"] == planners * crowd.TRIES
    return seconds, twice, round(said["edited"] - (units - 100).sum()), said["again"]


def naive(address: str, planners: int) -> tuple[float, int, int]:
    """Return the seconds that the load takes without guards, double bookings, lost edits."""
    with contextlib.closing(crowd.plain(address)) as database:
        crowd.bare(database)
        lines, seconds = crowd.let_loose("naive", address, planners)
        twice = crowd.overlaps(database.ask("SELECT unit, first, last FROM booking"))
        ((area,),) = database.ask("SELECT sum(m2) FROM area")
    edited = sum(line[0] == "edited" for line in lines)
    return seconds, twice, edited - (area - 100 * crowd.UNITS)


@contextlib.contextmanager
def fresh(server: Any) -> Iterator[str]:  # noqa: ANN401 - the tests' own server
    """Lend the address of an empty place: on the server, or a file when there is none."""
    if server is None:
        with tempfile.TemporaryDirectory() as folder:
            yield str(Path(folder) / "store.db")
    else:
        with server.fresh() as url:
            yield url


def measured(engine: str, server: Any, planners: int, before: float | None) -> tuple[str, float]:  # noqa: ANN401
    """Return the row of results of so many planners, and how many attempts a second got through."""
    with fresh(server) as address:
        seconds, twice, lost, again = ours(address, planners)
    with fresh(server) as address:
        plain, their_twice, their_lost = naive(address, planners)
    attempts = planners * crowd.TRIES
    rate = attempts / seconds
    cells = [
        engine,
        planners,
        f"{attempts:,}",
        f"{seconds:.1f}",
        f"{rate:.0f}",
        f"{rate / before:.2f}" if before else "",
    ]
    cells += [twice, lost, again, f"{plain:.1f}", f"{seconds / plain:.1f}", their_twice, their_lost]
    return f"| {' | '.join(map(str, cells))} |", rate


def main() -> None:
    """Measure both engines; print the table, and keep it when asked."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--write", action="store_true", help="keep the results in benchmarks/together.md")
    options = asked.parse_args()
    lines = []
    with postgres.serving(durable=True) as running:
        for engine, server in (("SQLite", None), ("PostgreSQL", running)):
            rate: float | None = None
            for planners in PLANNERS:
                line, rate = measured(engine, server, planners, rate)
                print(line, flush=True)
                lines.append(line)
    if options.write:
        RESULTS.write_text(HEAD + RULED + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
