"""What 1,000 m² more is worth, and what other weights change: seconds, and how much of it is proved.

Run `python benchmarks/worth.py` from the root of the project; the figures of the last run are in worth.md.
"""

from __future__ import annotations

import datetime as dt
import time

from allocation import dense

from parks import policy, snapshot, words
from parks.intake import sample
from parks.matching import allocation, changes, verification, worth
from parks.status import vacancy

BUDGET = 60.0
SIZES = (1_000.0, 5_000.0)
STAYS = (0.0, 0.02, 0.05)


def cells(name: str, park: snapshot.Snapshot, rules: policy.Policy, size_m2: float) -> str:
    """Return one line of the first table."""
    space = vacancy.by_unit(park)
    posed = allocation.case(park, rules, space)
    plan = allocation.allocate(park, rules, space, given=posed, budget=BUDGET / 2)
    alone = time.process_time()
    allocation.allocate(park, rules, space, budget=BUDGET / 2)
    alone, began, rounds = time.process_time() - alone, time.process_time(), []
    t = words.translator("en")
    found = worth.of(
        park, rules, space, plan, posed, t, size_m2=size_m2, budget=BUDGET, progress=lambda *at: bool(rounds.append(at))
    )
    seconds, how = time.process_time() - began, found["how"].value_counts().to_dict()
    known = found[found["how"].notna()]
    loose = (known["most"] - known["least"]).max()
    counts = [how.get(kind, 0) for kind in ("exact", "between", "at_most")]
    assert sum(counts) == len(known)
    return (
        f"| {name} | {size_m2:,.0f} | {len(known)} | {' · '.join(map(str, counts))} | {plan.gap:.2%} "
        f"| {known['worth'].max():,.0f} | {loose:,.0f} | {alone:.1f} | {seconds:.0f} |"
    )


def weighed(park: snapshot.Snapshot, rules: policy.Policy, stay: float) -> str:
    """Return one line of the second table: the zone policy counts nothing in the second plan."""
    space = vacancy.by_unit(park)
    began = time.process_time()
    found = changes.of_weights(park, rules, space, None, {"zone_fit": 0.0}, stay=stay)
    seconds, many = time.process_time() - began, found.summary.companies
    for plan in (found.one, found.two):
        assert verification.check(plan, park, rules, space) == []
    loss = [found.value[own, own] - found.value[1 - own, own] for own in (0, 1)]
    return (
        f"| {stay:g} | {many['moved']} | {many['placed']} | {many['dropped']} | {found.summary.stays:.0%} "
        f"| {loss[0]:,.0f} | {loss[1]:,.0f} | {found.two.gap:.2%} | {seconds:.1f} |"
    )


def main() -> None:
    """Print the tables of worth.md."""
    rules = policy.load()
    park = snapshot.of(dt.date(2026, 11, 22), sample.read())
    print("| district | size m² | cells | exact · between · at most | gap | most worth | widest | plan s | all s |")
    print("|---|---|---|---|---|---|---|---|---|")
    for size in SIZES:
        print(cells("sample", park, rules, size), flush=True)
    sectors = sorted(str(code) for code in rules.sectors.loc[rules.sectors["level"] == 2, "sector_code"])
    print(cells("dense 200 × 2,000", dense(200, 2_000, 1, sectors), rules, SIZES[0]), flush=True)
    print("\n| stay | moved | in | out | stays | B by A | A by B | gap | s |\n|---|---|---|---|---|---|---|---|---|")
    for stay in STAYS:
        print(weighed(park, rules, stay), flush=True)


if __name__ == "__main__":
    main()
