"""The pool form on the classic families of generalised assignment: gap to the proved bound, against simpler ways.

Run `python benchmarks/pool.py [--budget 60] [--growth] [--plain] [family ...]`; the last run is in pool.md.
"""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING

import highspy
import numpy as np

from parks.matching import pool

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SIZES = ((5, 100), (10, 100), (20, 100), (5, 200), (10, 200), (20, 200))
"""Buildings (agents) and tenants (jobs) of the large classic set."""
LARGER = ((40, 400), (80, 1600))
SEED = 1


def instance(family: str, buildings: int, tenants: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Return costs, areas and capacities of a classic family, drawn anew: the published files are not used.

    Notes
    -----
    Recipes with whole numbers, both ends included; n tenants, m buildings. a–d: Martello and Toth (1981), Chu and
    Beasley (1997); e: Laguna, Kelly, González-Velarde and Glover (1995), Yagiura, Ibaraki and Glover (2004).
    All are least cost.

    - a: area 5–25, cost 10–50, every capacity 0.6 · 15 n/m + 0.4 R, where R is the greatest load of a building when
      each tenant goes where it costs least.
    - b: as a, capacities 0.7 of those.
    - c: as a, capacity of each building 0.8 · (sum of its areas) / m.
    - d: area 1–100, cost 111 − area + e, e −10–10; capacity as c.
    - e: area 1 − 10 ln x, x in (0, 1]; cost 1000 / area − 10 y, y in [0, 1]; both rounded; capacity as c.
    """
    draw = np.random.default_rng([ord(family), buildings, tenants, seed])
    shape = tenants, buildings
    if family == "d":
        area = draw.integers(1, 101, shape).astype(float)
        cost = 111 - area + draw.integers(-10, 11, shape)
    elif family == "e":
        area = np.rint(1 - 10 * np.log(1 - draw.random(shape)))
        cost = np.rint(1000 / area - 10 * draw.random(shape))
    else:
        area, cost = draw.integers(5, 26, shape).astype(float), draw.integers(10, 51, shape).astype(float)
    room = 0.8 * area.sum(axis=0) / buildings
    if family in "ab":
        cheapest = cost.argmin(axis=1)
        most = np.bincount(cheapest, area[np.arange(tenants), cheapest], buildings).max()
        room = np.full(buildings, (9 * tenants / buildings + 0.4 * most) * (0.7 if family == "b" else 1))
    return cost, area, np.floor(room)


def greedy(cost: Floats, area: Floats, capacity: Floats) -> float:
    """Return the cost when tenants come by how much they lose, each going where it costs least and fits; inf: stuck."""
    left, total = capacity.copy(), 0.0
    two = np.partition(cost, 1, axis=1)
    for tenant in np.argsort(two[:, 0] - two[:, 1], kind="stable"):
        paid = np.where(area[tenant] <= left, cost[tenant], np.inf)
        building = int(paid.argmin())
        left[building] -= area[tenant, building]
        total += float(paid[building])
    return total


def plain(cost: Floats, area: Floats, capacity: Floats, budget: float) -> float:
    """Return the cost that HiGHS alone finds on the whole model with one thread; inf: none."""
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)  # noqa: FBT003 - HiGHS takes it by position
    model.setOptionValue("threads", 1)
    model.setOptionValue("time_limit", budget)
    lp = highspy.HighsLp()
    tenants, buildings = cost.shape
    lp.num_col_, lp.num_row_ = cost.size, tenants + buildings
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost.ravel(), np.zeros(cost.size), np.ones(cost.size)
    lp.row_lower_ = np.append(np.ones(tenants), np.full(buildings, -highspy.kHighsInf))
    lp.row_upper_ = np.append(np.ones(tenants), capacity)
    tenant, building = np.divmod(np.arange(cost.size), buildings)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.arange(0, 2 * cost.size + 1, 2, dtype=np.int32)
    lp.a_matrix_.index_ = np.stack([tenant, tenants + building], axis=1).ravel().astype(np.int32)
    lp.a_matrix_.value_ = np.stack([np.ones(cost.size), area.ravel()], axis=1).ravel()
    lp.integrality_ = [highspy.HighsVarType.kInteger] * cost.size
    model.passModel(lp)
    model.run()
    return float(model.getInfo().objective_function_value)


def checked(found: pool.Pool, cost: Floats, area: Floats, capacity: Floats) -> None:
    """Stop when a placement is not what it says."""
    held, total = [0.0] * len(capacity), 0.0
    for tenant, building in enumerate(found.assignment.tolist()):
        held[building] += area[tenant, building]
        total += cost[tenant, building]
    assert all(load <= room for load, room in zip(held, capacity, strict=True))
    assert total == found.value >= found.bound


def above(cost: float, bound: float) -> str:
    """Return how far a cost is above the bound."""
    return f"+{cost / bound - 1:.2%}" if math.isfinite(cost) else "no placement"


def main() -> None:
    """Print the table of pool.md."""
    parser = argparse.ArgumentParser()
    parser.add_argument("families", nargs="*", default=list("abcde"))
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--growth", action="store_true", help="the two larger sizes instead")
    parser.add_argument("--plain", action="store_true", help="HiGHS alone beside it, with the same budget")
    asked = parser.parse_args()
    heads = ["family", "buildings × tenants", "greedy", "value", "bound", "gap", "proved", "seconds"]
    heads += ["HiGHS alone"] * asked.plain
    print("|", " | ".join(heads), "|")
    print("|---" * len(heads) + "|")
    for family in asked.families:
        for buildings, tenants in LARGER if asked.growth else SIZES:
            case = instance(family, buildings, tenants, SEED)
            found = pool.place(*case, maximise=False, budget=asked.budget)
            checked(found, *case)
            ratio = above(greedy(*case), found.bound)
            alone = f" {above(plain(*case, asked.budget), found.bound)} |" if asked.plain else ""
            print(
                f"| {family} | {buildings} × {tenants} | {ratio} | {found.value:,.0f} | {found.bound:,.0f} "
                f"| {found.gap:.2%} | {'yes' if found.proved else 'no'} | {found.seconds:.1f} |{alone}",
                flush=True,
            )


if __name__ == "__main__":
    main()
