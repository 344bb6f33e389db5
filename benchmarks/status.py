"""Vacancy by unit and by zone at three sizes, against the same count row by row in Python, in one run."""

import datetime as dt
import gc
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from parks import snapshot
from parks.status import vacancy

DAY = dt.date(2026, 6, 30)
SIZES = (3_000, 30_000, 300_000)
BASELINE_SIZES = (3_000, 30_000)
"""The baseline is measured up to here; its time grows with the units."""
REPEATS = 5
FIRM = ("let", "reserved", "fitting_out", "locked", "renovation")
STRENGTH = {"renovation": 0, "locked": 1, "let": 2, "fitting_out": 3, "reserved": 4, "intended": 5}


def district(units: int, seed: int = 1) -> snapshot.Snapshot:
    """Return a made-up district: 10 units a floor, 8 floors a building, chains of up to three leases a unit."""
    draw = np.random.default_rng(seed)
    floors, buildings = units // 10, max(units // 80, 1)
    parks = max(buildings // 7, 1)
    number = np.arange(units)
    chain = np.repeat(number, draw.integers(0, 4, units))
    begins = np.datetime64(DAY) + draw.integers(-1500, 700, len(chain)).astype("timedelta64[D]")
    ends = begins + draw.integers(90, 1200, len(chain)).astype("timedelta64[D]")
    ends[draw.random(len(chain)) < 0.05] = np.datetime64("NaT")
    completed = np.datetime64(DAY) + draw.integers(-4000, 400, buildings).astype("timedelta64[D]")
    completed[draw.random(buildings) < 0.1] = np.datetime64("NaT")
    area = draw.uniform(80, 2000, units).round()
    area[draw.random(units) < 0.02] = np.nan
    tables = {
        "parks": {"park_id": names("P", parks), "zone_id": draw.choice(["Z-A", "Z-B", "Z-C", "Z-D"], parks)},
        "buildings": {
            "building_id": names("B", buildings),
            "park_id": names("P", parks)[np.arange(buildings) % parks],
            "status": draw.choice(["built", "planned", "unknown"], buildings),
            "completed_on": completed.astype("datetime64[s]"),
        },
        "floors": {
            "floor_id": names("F", floors),
            "building_id": names("B", buildings)[np.arange(floors) // 8 % buildings],
            "level": np.arange(floors) % 8 + 1,
        },
        "units": {
            "unit_id": names("U", units),
            "building_id": names("B", buildings)[number // 80 % buildings],
            "floor_id": names("F", floors)[number // 10 % floors],
            "position": number % 10 + 1,
            "lettable_m2": area,
        },
        "tenants": {"tenant_id": names("T", max(units // 12, 1)), "sector_code": "S1"},
        "leases": {
            "lease_id": names("L", len(chain)),
            "unit_id": names("U", units)[chain],
            "tenant_id": names("T", max(units // 12, 1))[draw.integers(0, max(units // 12, 1), len(chain))],
            "state": draw.choice([*FIRM, "intended"], len(chain), p=[0.7, 0.07, 0.06, 0.04, 0.05, 0.08]),
            "valid_from": begins.astype("datetime64[s]"),
            "valid_to": ends.astype("datetime64[s]"),
        },
    }
    frames = {name: pd.DataFrame(columns).assign(standing="illustrative") for name, columns in tables.items()}
    return snapshot.of(DAY, frames)


def names(letter: str, count: int) -> np.ndarray:
    """Return so many ids."""
    return np.array([f"{letter}{i:07d}" for i in range(count)], dtype=object)


def row_by_row(park: snapshot.Snapshot) -> dict[str, dict[str, float]]:
    """Return the area of each state by zone, told one unit after another with dictionaries: the baseline.

    It answers less: no standing, no sector, no end of the gap that follows.
    """
    today = pd.Timestamp(park.day)
    zone = dict(zip(park.parks["park_id"], park.parks["zone_id"], strict=True))
    building = {row.building_id: row for row in park.buildings.itertuples()}
    leases: dict[str, list] = {}
    for row in park.leases.itertuples():
        leases.setdefault(row.unit_id, []).append(row)
    sums: dict[str, dict[str, float]] = {}
    for unit in park.units.itertuples():
        shell = building[unit.building_id]
        held = leases.get(unit.unit_id, [])
        state = state_of(shell, held, today)
        free_from(shell, held, today)
        if not pd.isna(unit.lettable_m2):
            cell = sums.setdefault(zone[shell.park_id], {})
            cell[state] = cell.get(state, 0.0) + unit.lettable_m2
    return sums


def state_of(shell: tuple, held: list, today: pd.Timestamp) -> str:
    """Return the state of one unit."""
    if pd.isna(shell.completed_on):
        built = {"built": "built", "planned": "not_built"}.get(shell.status, "unknown")
    else:
        built = "not_built" if shell.completed_on > today else "built"
    if built != "built":
        return built
    force = [row for row in held if row.valid_from <= today and (pd.isna(row.valid_to) or row.valid_to > today)]
    return min(force, key=lambda row: (STRENGTH[row.state], row.lease_id)).state if force else "vacant"


def free_from(shell: tuple, held: list, today: pd.Timestamp) -> pd.Timestamp | None:
    """Return the first free day of one unit, None when there is none or it is not known."""
    if pd.isna(shell.completed_on) and shell.status != "built":
        return None
    reach = today if pd.isna(shell.completed_on) else max(today, shell.completed_on)
    for row in sorted((row for row in held if row.state in FIRM), key=lambda row: row.valid_from):
        if row.valid_from > reach:
            return reach
        if pd.isna(row.valid_to):
            return None
        reach = max(reach, row.valid_to)
    return reach


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the median of CPU seconds."""
    taken = []
    for _ in range(repeats):
        gc.collect()
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return statistics.median(taken)


def agrees(park: snapshot.Snapshot) -> bool:
    """Return whether both ways find the same areas."""
    found = vacancy.by(vacancy.by_unit(park), "zone").set_index("zone_id")
    return all(
        np.isclose(float(found.loc[zone, f"{state}_m2"]), area)
        for zone, states in row_by_row(park).items()
        for state, area in states.items()
    )


def main(write: Path | None) -> None:
    """Measure, print, and write the figures into the page when asked."""
    lines, before = [], None
    for units in SIZES:
        park = district(units)
        space = vacancy.by_unit(park)
        unit_s = seconds(lambda park=park: vacancy.by_unit(park), REPEATS)
        zone_s = seconds(lambda space=space: vacancy.by(space, "zone"), REPEATS)
        rows_s = None
        if units in BASELINE_SIZES:
            assert agrees(park), "the two ways differ"
            rows_s = seconds(lambda park=park: row_by_row(park), 1)
        growth = "" if before is None else f"{(unit_s + zone_s) / before:.1f}"
        ratio, told = ("", "") if rows_s is None else (f"{rows_s / (unit_s + zone_s):.0f}", f"{1000 * rows_s:.0f}")
        lines.append(f"| {units:,} | {1000 * unit_s:.1f} | {1000 * zone_s:.1f} | {growth} | {told} | {ratio} |")
        before = unit_s + zone_s
        print(lines[-1])
    if write is not None:
        text = write.read_text(encoding="utf-8")
        head, _, rest = text.partition("|---|---|---|---|---|---|\n")
        tail = rest[rest.index("\n\n") :] if "\n\n" in rest else "\n"
        write.write_text(f"{head}|---|---|---|---|---|---|\n" + "\n".join(lines) + tail, encoding="utf-8")


if __name__ == "__main__":
    main(Path(__file__).with_suffix(".md") if "--write" in sys.argv else None)
