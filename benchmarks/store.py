"""How fast the store writes and shows a district with five years of leases, on each engine, against plain ways.

Run: python benchmarks/store.py [--sizes 1000 …] [--engines sqlite postgresql] [--write]
(with --write the results go to benchmarks/store.md)
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime as dt
import gc
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa

from parks import schema, snapshot, store
from parks.status import areas, vacancy
from parks.store import shots, tables, views

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from parks.snapshot import Snapshot
    from parks.store import Store

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1_000, 10_000, 100_000)
SCENARIO_UNITS, SCENARIOS, PLACED = 10_000, 10, 20
DAY = dt.date(2026, 3, 1)
BEGIN = np.datetime64("2021-03-01")
ZONES = ("Z-ZJ", "Z-LG", "Z-WGQ", "Z-JQ", "Z-ZP")
TOLD = {"source": "benchmark", "source_date": "2026-01-31", "standing": "illustrative"}
CLOCK = {"sqlite": time.process_time, "postgresql": time.perf_counter}
"""Engine → what is counted: our processor's seconds on a file; on a server, which is another process, the wall's."""
RESULTS = Path(__file__).with_suffix(".md")
HEAD = """# The store: writing and showing a district with five years of leases

Written by `benchmarks/store.py`. A made-up district: ten units a floor and building with a footprint, five zones, 2.6
leases a unit one after another over the five years before 1 March 2026, with gaps; a company for ten units.
One process. **CPU seconds on SQLite; wall seconds on PostgreSQL**, whose server is another process (a durable one).

- *cold* is `Store.as_of` with nothing in memory; *rows* the baseline in the same run: the same tables through
  SQLAlchemy's result rows into the same snapshot by `pandas.read_sql`, the quickest plain way of those tried
  (`.mappings()` and `.all()` take half as long again). Both are equal; the baseline leaves out leases that are over.
- *new day* is a day not asked for before, from a warm store: `Store.as_of`, `vacancy.by_unit`, `vacancy.by` zone.
  *pandas* is the baseline: leases in force by mask, merged to units, buildings and parks, grouped by zone and state,
  over frames already in memory. Both find the same areas; ours also tells who holds what, until when, from when it is
  free, and how well it is known. Medians, in turns.
- *back* is the first day before the one first asked for: up to half a million rows of leases all were read at once,
  of more only what the first day needs. *act* places one company, *after* shows the district again.
- *MB* is what the frames take in memory, shapes apart; then the leases' whole past alone.

Read ratios and growth; the seconds belong to one shared two-core machine on which others worked at the same time.
"""
COLUMNS = ("units", "leases", "write, s", "growth", "cold, s", "growth", "rows, s", "times faster", "new day, ms")
COLUMNS += ("growth", "pandas, ms", "ratio", "back, ms", "act, ms", "after, ms", "MB", "leases, MB")
RULED = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"


def ids(letter: str, count: int) -> np.ndarray[Any, Any]:
    """Return so many ids."""
    return np.array([f"{letter}{at:07d}" for at in range(count)], dtype=object)


def district(size: int, seed: int = 3) -> dict[str, pd.DataFrame]:
    """Return the tables of a district with so many units."""
    draw = np.random.default_rng(seed)
    tens, parks = size // 10, max(size // 2_000, len(ZONES))
    number, place = np.arange(size), np.arange(tens)
    park, building, floor, unit = ids("P", parks), ids("B", tens), ids("F", tens), ids("U", size)
    west, south = 121.5 + place % 500 * 4e-4, 31.1 + place // 500 * 4e-4
    status = draw.choice(["built", "under_construction", "unknown"], tens, p=[0.94, 0.04, 0.02])
    ago = np.where(status == "under_construction", -draw.integers(30, 900, tens), draw.integers(700, 9000, tens))
    completed = (np.datetime64(DAY) - ago.astype("timedelta64[D]")).astype("datetime64[s]")
    completed[(status == "unknown") | (draw.random(tens) < 0.1)] = np.datetime64("NaT")
    area = np.round(draw.uniform(80, 2000, size), 1)
    area[draw.random(size) < 0.02] = np.nan
    frames = {
        "parks": {
            "park_id": park,
            "name_zh": "园区",
            "zone_id": np.array(ZONES)[np.arange(parks) % len(ZONES)],
            "inside_layout": True,
            "placement": "schematic",
            "geometry": shapely.points(121.5 + np.arange(parks) * 1e-3, 31.2),
        },
        "buildings": {
            "building_id": building,
            "park_id": park[place % parks],
            "name_zh": "楼",
            "status": status,
            "completed_on": completed,
            "gfa_m2": 5000.0,
            "geometry": shapely.box(west, south, west + 3e-4, south + 3e-4),
        },
        "floors": {"floor_id": floor, "building_id": building, "level": 1},
        "units": {
            "unit_id": unit,
            "building_id": building[number // 10],
            "floor_id": floor[number // 10],
            "position": number % 10 + 1,
            "lettable_m2": area,
            "dual_power": number % 3 == 0,
        },
        "tenants": {"tenant_id": ids("T", tens), "name_zh": "企业", "kind": "tenant"},
        "leases": chains(unit, ids("T", tens), draw),
    }
    return {name: pd.DataFrame(columns).assign(**TOLD) for name, columns in frames.items()}


def chains(unit: np.ndarray[Any, Any], tenant: np.ndarray[Any, Any], draw: np.random.Generator) -> dict[str, Any]:
    """Return up to three leases a unit in a row, some left out: five years of letting."""
    size = len(unit)
    begin = BEGIN + draw.integers(0, 400, size).astype("timedelta64[D]")
    begins, ends, states = [], [], []
    for turn in range(3):
        end = begin + draw.choice([365, 548, 730], size).astype("timedelta64[D]")
        last = draw.choice(["let", "reserved", "fitting_out", "intended"], size, p=[0.8, 0.08, 0.07, 0.05])
        states.append(last if turn == 2 else np.full(size, "let", dtype=object))
        begins.append(begin)
        ends.append(np.where((turn == 2) & (draw.random(size) < 0.1), np.datetime64("NaT"), end))
        gap = np.where(draw.random(size) < 0.4, draw.integers(20, 300, size), 0)
        begin = end + gap.astype("timedelta64[D]")
    kept = np.flatnonzero(draw.random((3, size)) > np.array([[0.05], [0.05], [0.3]]))
    return {
        "lease_id": ids("L", len(kept)),
        "unit_id": unit[kept % size],
        "tenant_id": tenant[draw.integers(0, len(tenant), len(kept))],
        "state": np.concatenate(states)[kept],
        "valid_from": np.concatenate(begins)[kept].astype("datetime64[s]"),
        "valid_to": np.concatenate(ends)[kept].astype("datetime64[s]"),
        "rent_cny_m2_day": np.round(draw.uniform(2, 6, len(kept)), 2),
    }


def by_rows(held: Store) -> Snapshot:
    """Return the record on `DAY` through SQLAlchemy's result rows: the plain way."""
    read = {}
    with held.engine.begin() as connection:
        for name, table in tables.DATA.items():
            wanted = sa.select(*(table.c[column] for column in schema.columns(name)))
            wanted = wanted.where(table.c.scenario == "", table.c.tx_to.is_(None), table.c.valid_to > DAY)
            read[name] = pd.read_sql(
                wanted if name == "leases" else wanted.where(table.c.valid_from <= DAY), connection
            )
    ends = read["leases"]["valid_to"]
    read["leases"]["valid_to"] = ends.where(ends != tables.OPEN)
    return snapshot.of(DAY, read, version=held.version)


def by_pandas(frames: dict[str, pd.DataFrame], day: dt.date) -> pd.DataFrame:
    """Return the area of each state by zone as an analyst sums it up over frames in memory: the plain way."""
    today = pd.Timestamp(day)
    leases, units = frames["leases"], frames["units"]
    force = leases.loc[
        (leases["valid_from"] <= today) & ~(leases["valid_to"] <= today),
        ["unit_id", "state"],
    ]
    zones = frames["buildings"][["building_id", "park_id", "status", "completed_on"]]
    zones = zones.merge(frames["parks"][["park_id", "zone_id"]], on="park_id", how="left")
    said = zones["status"].map({"built": "built", "under_construction": "not_built", "planned": "not_built"})
    dated = (zones["completed_on"] > today).map({True: "not_built", False: "built"})
    zones["built"] = said.where(zones["completed_on"].isna(), dated).fillna("unknown")
    space = units[["unit_id", "building_id", "lettable_m2"]].merge(
        zones[["building_id", "zone_id", "built"]], on="building_id", how="left"
    )
    space = space.merge(force, on="unit_id", how="left")
    state = space["state"].fillna("vacant").where(space["built"] == "built", space["built"])
    sums = space.groupby([space["zone_id"], state])["lettable_m2"].sum()
    return sums.unstack(fill_value=0.0)  # noqa: PD010 - the sums are there already


def by_zone(held: Store, day: dt.date) -> pd.DataFrame:
    """Return the sums by zone as the pages show them."""
    return vacancy.by(vacancy.by_unit(held.as_of(day)), "zone")


def agree(ours: pd.DataFrame, plain: pd.DataFrame) -> bool:
    """Return whether both ways found the same areas."""
    wide = ours.set_index("zone_id")[[f"{state}_m2" for state in areas.STATES]]
    other = plain.rename(columns="{}_m2".format).reindex(index=wide.index, columns=wide.columns, fill_value=0.0)
    return np.allclose(wide.to_numpy(dtype=float), other.to_numpy(dtype=float))


def equal(one: Snapshot, other: Snapshot) -> bool:
    """Return whether both show the same district."""
    return all(pd.DataFrame(one.table(name)).equals(pd.DataFrame(other.table(name))) for name in schema.TABLES)


class Watch(NamedTuple):
    """Tells how long work takes [s] by the engine's clock."""

    clock: Callable[[], float]

    def once(self, work: Callable[[], Any]) -> tuple[Any, float]:
        """Return what `work` gives, and its time."""
        gc.collect()
        begun = self.clock()
        given = work()
        return given, self.clock() - begun

    def turns(self, works: list[tuple[Callable[[], Any], ...]]) -> list[float]:
        """Return the median time of each column of `works`, done row by row."""
        taken = [[self.once(work)[1] for work in row] for row in works]
        return [statistics.median(column) for column in zip(*taken, strict=True)]


@dataclasses.dataclass
class Result:
    """What was measured of one size [s]."""

    size: int
    leases: int
    write: float
    cold: float
    rows: float
    day: float
    pandas: float
    back: float
    act: float
    after: float
    held: float
    past: float

    def line(self, before: Result | None) -> str:
        """Return the row of the table."""
        grown = [
            f"{getattr(self, name) / getattr(before, name):.1f}" if before else "" for name in ("write", "cold", "day")
        ]
        cells = [f"{self.size:,}", f"{self.leases:,}", f"{self.write:.1f}", grown[0]]
        cells += [f"{self.cold:.2f}", grown[1], f"{self.rows:.2f}", f"{self.rows / self.cold:.1f}"]
        cells += [f"{self.day * 1000:.0f}", grown[2], f"{self.pandas * 1000:.0f}", f"{self.day / self.pandas:.2f}"]
        cells += [f"{seconds * 1000:.0f}" for seconds in (self.back, self.act, self.after)]
        return f"| {' | '.join([*cells, f'{self.held / 1e6:.0f}', f'{self.past / 1e6:.0f}'])} |"


def measured(held: Store, size: int, watch: Watch) -> Result:
    """Return what one size takes in an empty store."""
    made = district(size)

    def write() -> list[int | None]:
        return [held.add(name, frame, source="benchmark", by="benchmark") for name, frame in made.items()]

    numbers, writing = watch.once(write)
    assert numbers == [1, 2, 3, 4, 5, 6]
    frames = {name: schema.typed(name, made.pop(name)) for name in list(made)}
    repeats = {1_000: 9, 10_000: 5, 100_000: 5}.get(size, 2)

    def cold() -> Snapshot:
        fresh = dataclasses.replace(held, cache=views.Cache())
        return fresh.as_of(DAY)

    assert equal(cold(), by_rows(held))
    took, rows = watch.turns([(cold, lambda: by_rows(held))] * repeats)
    held.as_of(DAY)
    _, back = watch.once(lambda: held.as_of(DAY - dt.timedelta(730)))
    days = [DAY - dt.timedelta(83 * at) for at in range(1, 2 * repeats + 2)]
    assert agree(by_zone(held, DAY), by_pandas(frames, DAY))
    assert agree(by_zone(held, DAY - dt.timedelta(1000)), by_pandas(frames, DAY - dt.timedelta(1000)))
    works = [(lambda day=day: by_zone(held, day), lambda day=day: by_pandas(frames, day)) for day in days]
    day, plain = watch.turns(works)
    kept = {at.name: found for at, found in held.cache.all() if isinstance(at, shots.Key)}
    weights = sum(found.weight for found in kept.values()), kept["leases"].weight
    unit = free(held)
    _, act = watch.once(lambda: held.place([unit], "T0000001", valid_from=dt.date(2033, 1, 1), reason="r", by="b"))
    _, after = watch.once(lambda: held.as_of(DAY))
    return Result(size, len(frames["leases"]), writing, took, rows, day, plain, back, act, after, *weights)


def free(held: Store) -> str:
    """Return a unit that nobody holds for good."""
    leases = held.as_of(DAY).leases
    units = held.as_of(DAY).units["unit_id"]
    return str(units[~units.isin(leases.loc[leases["valid_to"].isna(), "unit_id"])].iloc[0])


def scenarios(held: Store, folder: Path, watch: Watch) -> str:
    """Return in a sentence what ten scenarios over a district cost."""
    park = held.as_of(DAY)
    units = park.units.loc[~park.units["unit_id"].isin(park.leases["unit_id"]), "unit_id"].tolist()
    before = held.backup(folder / "before.db").stat().st_size
    for at in range(SCENARIOS):
        held.create_scenario(f"S{at}", by="b")
        chosen = units[at::SCENARIOS][:PLACED]
        held.place(chosen, "T0000001", valid_from=dt.date(2027, 1, 1), reason="r", by="b", scenario=f"S{at}")
    grown = held.backup(folder / "after.db").stat().st_size - before
    shown = [watch.once(lambda at=at: held.as_of(DAY, f"S{at}"))[1] for at in range(SCENARIOS)]
    fresh = dataclasses.replace(held, cache=views.Cache())
    _, record = watch.once(lambda: fresh.as_of(DAY))
    each, without, show = grown / SCENARIOS / 1e3, before / 1e6, statistics.median(shown) * 1000
    return (
        f"{SCENARIOS} scenarios over {SCENARIO_UNITS:,} units, {PLACED} placements each: {each:.1f} kB each in the"
        f" store ({without:.1f} MB without them); showing one takes {show:.0f} ms, reading the record"
        f" {record * 1000:.0f} ms.\n"
    )


@contextlib.contextmanager
def places(engine: str) -> Iterator[Callable[[], contextlib.AbstractContextManager[str]]]:
    """Lend what lends the address of an empty place on an engine."""
    if engine == "sqlite":

        @contextlib.contextmanager
        def file() -> Iterator[str]:
            with tempfile.TemporaryDirectory() as folder:
                yield str(Path(folder) / "store.db")

        yield file
        return
    sys.path.append(str(ROOT / "tests"))
    import postgres

    with postgres.serving(durable=True, shared_buffers="256MB", max_wal_size="4GB") as server:
        yield server.fresh


def told(engine: str, sizes: list[int]) -> Iterator[str]:
    """Give the lines on one engine as they are measured."""
    watch, before = Watch(CLOCK[engine]), None
    yield f"\n## {'SQLite' if engine == 'sqlite' else 'PostgreSQL'}\n\n{RULED}"
    with places(engine) as fresh:
        said = ""
        for size in sizes:
            with fresh() as address, tempfile.TemporaryDirectory() as folder, store.open(address) as held:
                found = measured(held, size, watch)
                yield f"{found.line(before)}\n"
                before = found
                if size == SCENARIO_UNITS:
                    said = f"\n{scenarios(held, Path(folder), watch)}"
        yield said


def main() -> None:
    """Measure every size on every engine; print the tables, and keep them when asked."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--sizes", nargs="+", type=int, default=list(SIZES), help="how many units")
    asked.add_argument("--engines", nargs="+", choices=list(CLOCK), default=list(CLOCK), help="on which engines")
    asked.add_argument("--write", action="store_true", help="keep the results in benchmarks/store.md")
    options = asked.parse_args()
    lines = [HEAD]
    for engine in options.engines:
        for line in told(engine, options.sizes):
            print(line, end="", flush=True)
            lines.append(line)
    if options.write:
        RESULTS.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
