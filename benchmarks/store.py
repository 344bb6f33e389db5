"""How fast the store writes and shows a district, against loading through SQLAlchemy's rows.

Run: python benchmarks/store.py [--write]   (with --write the results go to benchmarks/store.md)
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa

from parks import schema, snapshot, store
from parks.store import tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from parks.snapshot import Snapshot
    from parks.store import Store

SIZES = (3_000, 30_000, 300_000)
DAY = dt.date(2026, 3, 1)
TOLD = {"source": "benchmark", "source_date": "2026-01-31", "standing": "illustrative"}
RESULTS = Path(__file__).with_suffix(".md")
HEAD = """# The store: writing and showing a district

Written by `benchmarks/store.py`. A made-up district: ten units a floor and building, one lease a unit (half of them
open), a footprint a building, a company for ten units. One SQLite file, one process, CPU seconds, each once.

*Cold* is `Store.as_of` with nothing cached; *rows* is the baseline in the same run: the same tables of the same file
through SQLAlchemy's result rows (its own types and processors) into the same snapshot. Both must be equal.
*Warm* is the second call, *act* placing one company, *after* showing again: only the leases are read anew.

Read the ratio and the growth; the seconds belong to one shared two-core machine.

"""
COLUMNS = ("units", "write, s", "same again, s", "cold, s", "growth", "rows, s", "times faster", "warm, ms", "act, ms")
COLUMNS += ("after, s", "file, MB")
RULED = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"


def district(size: int) -> dict[str, pd.DataFrame]:
    """Return the tables of a district with so many units."""
    tens = size // 10
    number = np.arange(size)
    units = pd.Series([f"U{at:07d}" for at in range(size)], dtype="string")
    buildings = pd.Series([f"B{at:06d}" for at in range(tens)], dtype="string")
    tenants = pd.Series([f"T{at:06d}" for at in range(tens)], dtype="string")
    west = 121.5 + (np.arange(tens) % 500) * 4e-4
    south = 31.1 + (np.arange(tens) // 500) * 4e-4
    park = {"park_id": "P1", "name_zh": "园区", "zone_id": "Z-ZJ", "inside_layout": True, "placement": "schematic"}
    until = pd.Series(pd.Timestamp("2028-01-01"), index=range(size)).where(number % 2 == 0)
    return {
        "parks": pd.DataFrame([park | TOLD]).assign(geometry=[shapely.Point(121.6, 31.2)]),
        "buildings": pd.DataFrame(
            {"building_id": buildings, "park_id": "P1", "name_zh": "楼", "status": "built"}
        ).assign(**TOLD, gfa_m2=5000.0, geometry=shapely.box(west, south, west + 3e-4, south + 3e-4)),
        "floors": pd.DataFrame({"floor_id": "F" + buildings, "building_id": buildings}).assign(**TOLD, level=1),
        "units": pd.DataFrame(
            {
                "unit_id": units,
                "building_id": buildings.to_numpy()[number // 10],
                "floor_id": ("F" + buildings).to_numpy()[number // 10],
                "position": number % 10 + 1,
                "lettable_m2": 100.0 + number % 900,
                "dual_power": number % 3 == 0,
            }
        ).assign(**TOLD),
        "tenants": pd.DataFrame({"tenant_id": tenants, "name_zh": "企业"}).assign(**TOLD, kind="tenant"),
        "leases": pd.DataFrame(
            {
                "lease_id": "L" + units,
                "unit_id": units,
                "tenant_id": tenants.to_numpy()[number // 10],
                "valid_to": until,
            }
        ).assign(**TOLD, state="let", valid_from=pd.Timestamp("2024-01-01")),
    }


def timed(work: Callable[[], object]) -> tuple[object, float]:
    """Return what `work` gives and how much of the processor it took [s]."""
    gc.collect()
    begun = time.process_time()
    given = work()
    return given, time.process_time() - begun


def by_rows(held: Store) -> Snapshot:
    """Return the record on `DAY` through SQLAlchemy's result rows: the plain way."""
    read = {}
    with held.engine.begin() as connection:
        for name, table in tables.DATA.items():
            wanted = sa.select(table).where(table.c.scenario == "", table.c.tx_to.is_(None), table.c.valid_to > DAY)
            read[name] = pd.DataFrame(map(dict, connection.execute(wanted).mappings()))
    ends = read["leases"]["valid_to"]
    read["leases"]["valid_to"] = ends.where(ends != tables.OPEN)
    return snapshot.of(DAY, read, version=held.version)


def equal(one: Snapshot, other: Snapshot) -> bool:
    """Return whether both show the same district."""
    return all(pd.DataFrame(one.table(name)).equals(pd.DataFrame(other.table(name))) for name in schema.TABLES)


def measured(size: int, before: float | None) -> tuple[str, float]:
    """Return the row of results of one size, and the seconds of its cold view."""
    made = district(size)
    with tempfile.TemporaryDirectory() as folder, store.open(Path(folder) / "store.db") as held:

        def write() -> list[int | None]:
            return [held.add(name, frame, source="benchmark", by="benchmark") for name, frame in made.items()]

        numbers, writing = timed(write)
        again, same = timed(write)
        assert numbers == [1, 2, 3, 4, 5, 6]
        assert again == [None] * 6
        ours, cold = timed(lambda: held.as_of(DAY))
        plain, rows = timed(lambda: by_rows(held))
        assert isinstance(ours, snapshot.Snapshot)
        assert isinstance(plain, snapshot.Snapshot)
        assert equal(ours, plain)
        _, warm = timed(lambda: held.as_of(DAY))
        _, act = timed(lambda: held.place(["U0000000"], "T000001", valid_from=dt.date(2028, 1, 1), reason="r", by="b"))
        _, after = timed(lambda: held.as_of(DAY))
        file = held.backup(Path(folder) / "copy.db").stat().st_size / 1e6
    growth = f"{cold / before:.1f}" if before else ""
    return (
        f"| {size:,} | {writing:.2f} | {same:.2f} | {cold:.2f} | {growth} | {rows:.2f} | {rows / cold:.1f} "
        f"| {warm * 1000:.1f} | {act * 1000:.1f} | {after:.2f} | {file:.0f} |"
    ), cold


def main() -> None:
    """Measure every size; print the table, and keep it when asked."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--write", action="store_true", help="keep the results in benchmarks/store.md")
    options = asked.parse_args()
    cold: float | None = None
    lines = []
    for size in SIZES:
        line, cold = measured(size, cold)
        print(line, flush=True)
        lines.append(line)
    if options.write:
        RESULTS.write_text(HEAD + RULED + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
