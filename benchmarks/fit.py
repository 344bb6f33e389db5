"""How long it takes to hold one company against a whole district, by the number of buildings.

python benchmarks/fit.py    print the table of fit.md
"""

from __future__ import annotations

import importlib
import tempfile
import time
from pathlib import Path

import numpy as np
import shapely

from parks import crs, policy, store
from parks.matching import chains, fit
from parks.status import vacancy

SIZES = (0, 5_000, 10_000, 50_000, 300_000)
"""Buildings of one unit, 40 m apart, that are added to the sample."""
PAIRED = 10_000
"""Up to so many the baseline is measured: its pairs grow with the square."""
COMPANY = "A004"


def pairs(shapes: shapely.STRtree) -> int:
    """Return how many pairs of buildings lie within reach of each other: the baseline finds and holds them all."""
    found, _ = shapes.query(shapes.geometries, predicate="dwithin", distance=chains.REACH_M)
    return len(found)


def line(rules: policy.Policy, added: int, first: float) -> tuple[str, float]:
    """Return one line of the table, and the seconds of the fit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        importlib.import_module("desk").fill(path, added, 0)  # the file beside this one
        with store.open(path) as held:
            park = held.as_of(held.data_day())
    space = vacancy.by_unit(park)
    began = time.process_time()
    rows = fit.assess(park, rules, space, COMPANY)
    taken = time.process_time() - began
    places = shapely.centroid(park.buildings.geometry.dropna().to_numpy())
    lon, lat = shapely.get_x(places), shapely.get_y(places)
    tree = shapely.STRtree(shapely.points(np.column_stack(crs.to_local(lon.mean(), lat.mean(), lon, lat))))
    began = time.process_time()
    all_pairs = f"{pairs(tree):,}" if added <= PAIRED else "—"
    alone = time.process_time() - began
    baseline = f"{alone:.1f} | {taken / alone:.1f}" if added <= PAIRED else "— | —"
    per_unit = 1e6 * taken / len(space)
    return (
        f"| {len(park.buildings):,} | {len(space):,} | {len(rows):,} | {taken:.1f} | {taken / (first or taken):.1f} "
        f"| {per_unit:.0f} | {all_pairs} | {baseline} |"
    ), taken


def main() -> None:
    """Print the table of fit.md."""
    rules, first = policy.load(), 0.0
    print("| buildings | units | rows | fit s | against the first | µs a unit | all pairs | pairs s | fit ÷ pairs |")
    print("|---|---|---|---|---|---|---|---|---|")
    for added in SIZES:
        said, taken = line(rules, added, first)
        first = first or taken
        print(said, flush=True)


if __name__ == "__main__":
    main()
