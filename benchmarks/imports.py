"""How long a whole import takes, from the file to the record, against the bare reading of the same file.

Run: python benchmarks/imports.py [--write]   (with --write the results go to benchmarks/imports.md)
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import intake
import pandas as pd

from parks import policy, store, words
from parks.intake import changes, imports
from parks.store import tables
from parks.store.intakes import File, Intake

SIZES = (10_000, 100_000)
TRIES = 3
DAY = dt.date(2026, 3, 1)
TOLD = {"source": "benchmark", "source_date": "2026-01-31", "standing": "illustrative"}
RESULTS = Path(__file__).with_suffix(".md")
HEAD = """# Intake: a whole import

Written by `benchmarks/imports.py`. The ledger of `benchmarks/intake.py` (twenty columns, one line of headings) as a
workbook, into a store that has its buildings and floors. Every figure is the best of three, each in a process of its
own; CPU seconds of all processes.

*Bare* is the baseline in the same run: the file into lists of cells by the fastest library reader
(`python-calamine`), without any check. *Open* reads the file and finds its table, *weigh* understands every cell,
resolves codes, checks rows and tables and compares with the record, *write* is the act in the store. *Times* is their
sum against bare, *a row* its cost in microseconds. *Again* is the same file once more, which changes nothing.
*Peak* is the most memory (resident) of the process.

Read the ratio and the growth; the seconds belong to one shared two-core machine.

"""
COLUMNS = ("rows", "bare, s", "open, s", "weigh, s", "write, s", "times", "a row, µs", "growth", "again, s", "peak, MB")
RULED = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"


def district(held: store.Store, size: int) -> None:
    """Put the park, the buildings and the floors of the ledger into a store."""
    floors = (size - 1) // 10 + 1
    buildings = (size - 1) // 50 + 1
    park = {"park_id": "P1", "name_zh": "园区", "zone_id": "Z-ZJ", "inside_layout": True, "placement": "schematic"}
    tables_of = {
        "parks": pd.DataFrame([park]),
        "buildings": pd.DataFrame(
            {
                "building_id": [f"B{at:04d}" for at in range(buildings)],
                "park_id": "P1",
                "name_zh": "楼",
                "status": "built",
            }
        ),
        "floors": pd.DataFrame(
            {
                "floor_id": [f"F{at:05d}" for at in range(floors)],
                "building_id": [f"B{at // 5:04d}" for at in range(floors)],
                "level": [at % 5 + 1 for at in range(floors)],
            }
        ),
    }
    for table, frame in tables_of.items():
        held.add(table, frame.assign(**TOLD), source="benchmark", by="benchmark")


def taken(held: store.Store, path: Path) -> dict[str, float]:
    """Import the file; return the seconds of each step and the rows written."""
    t, rules, begun = words.translator("zh"), policy.load(), intake.used()
    file = imports.opened(path, t)
    opened = intake.used()
    orders = [imports.Order(file.parts[0], "units")]
    (found,) = imports.weigh(orders, held.whole(DAY), rules, changes.Terms("台账"), t, clashes=held.refused)
    weighed = intake.used()
    counts = {name: found.counts[name] for name in tables.COUNTS}
    part = Intake("units", found.rows, file.parts[0].name, counts)
    held.take_in([part], File(file.file, file.digest, "台账"), source="台账", by="benchmark", data_day=DAY)
    assert not found.issues
    steps = {"open": opened - begun, "weigh": weighed - opened, "write": intake.used() - weighed}
    return steps | {"rows": float(len(found.rows))}


def measure(step: str, path: Path) -> dict[str, float]:
    """Take one step in this process."""
    size = int(path.stem)
    if step == "bare":
        begun = intake.used()
        intake.bare(path)
        return {"bare": intake.used() - begun}
    with tempfile.TemporaryDirectory() as folder, store.open(Path(folder) / "store.db") as held:
        district(held, size)
        first = taken(held, path)
        peak = intake.peak()
        second = taken(held, path)
    assert (first.pop("rows"), second.pop("rows")) == (size, 0)
    return first | {"again": sum(second.values()), "peak": peak}


def best(path: Path) -> dict[str, float]:
    """Return the best of several runs of the baseline and of ours, in turns, each in a process of its own."""
    found: dict[str, float] = {}
    for _ in range(TRIES):
        for step in ("bare", "ours"):
            command = [sys.executable, __file__, "--step", step, path]
            told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
            found |= {name: min(value, found.get(name, value)) for name, value in told.items()}
    return found


def main() -> None:
    """Measure every size; print the table, and keep it when asked."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--write", action="store_true", help="keep the results in benchmarks/imports.md")
    asked.add_argument("--step", nargs=2, help="take one step (bare or ours) with one file")
    options = asked.parse_args()
    if options.step:
        print(json.dumps(measure(options.step[0], Path(options.step[1]))))
        return
    lines, before = [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            path = Path(folder) / f"{size}.xlsx"
            intake.write(path, size)
            found = best(path)
            whole = found["open"] + found["weigh"] + found["write"]
            cost = whole / size * 1e6
            growth = f"{cost / before:.2f}" if before else ""
            before = cost
            lines.append(
                f"| {size:,} | {found['bare']:.2f} | {found['open']:.2f} | {found['weigh']:.2f} | {found['write']:.2f} "
                f"| {whole / found['bare']:.1f} | {cost:.0f} | {growth} | {found['again']:.2f} | {found['peak']:.0f} |"
            )
            print(lines[-1], flush=True)
    if options.write:
        RESULTS.write_text(HEAD + RULED + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
