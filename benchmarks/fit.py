"""How long it takes to hold one company against a whole district, by the number of buildings.

python benchmarks/fit.py    print the table of fit.md
"""

from __future__ import annotations

import importlib
import tempfile
import time
from pathlib import Path

from parks import policy, store
from parks.matching import chains, fit
from parks.status import vacancy

SIZES = (0, 5_000, 10_000, 50_000, 300_000)
"""Buildings of one unit, 40 m apart, that are added to the sample."""
PAIRED = 10_000
"""Up to so many the baseline is measured: its pairs grow with the square."""
COMPANY = "A004"


def paired(near: chains.Chains) -> tuple[int, float]:
    """Return how many pairs of buildings lie within reach of each other, and the seconds to find them: the baseline."""
    began = time.process_time()
    found, _ = near.tree.query(near.tree.geometries, predicate="dwithin", distance=near.reach_m)
    return len(found), time.process_time() - began


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
    baseline = "— | — | —"
    if added <= PAIRED:
        pairs, alone = paired(fit.desk(park, rules, space).chains)
        baseline = f"{pairs:,} | {alone:.1f} | {taken / alone:.1f}"
    per_unit = 1e6 * taken / len(space)
    return (
        f"| {len(park.buildings):,} | {len(space):,} | {len(rows):,} | {taken:.1f} | {taken / (first or taken):.1f} "
        f"| {per_unit:.0f} | {baseline} |"
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
