"""Deciding for all at once against greedy by score and first come first served: value, gap, seconds, memory.

Run `python benchmarks/allocation.py` from the root of the project, with `--large` for the two large sizes alone; the
figures of the last runs are in allocation.md.
"""

from __future__ import annotations

import datetime as dt
import resource
import statistics
import sys
import time
from dataclasses import replace
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pandas as pd

from parks import policy, snapshot, words
from parks.intake import sample
from parks.matching import allocation, choices, explanation, quotas, solver, verification
from parks.status import vacancy

DAY = dt.date(2026, 1, 1)
SIZES = ((50, 200, 10.0), (200, 2_000, 30.0))
"""Needs, units, and CPU seconds of a plan."""
LARGE = ((500, 10_000, 100.0), (2_000, 50_000, 300.0))
SEEDS = (1, 2, 3)
MUST = {50: 0.01, 200: 0.015, 500: 0.04, 2_000: np.inf}
"""Gap that a plan of so many needs has to reach."""
BUDGET = 10.0
"""Seconds of a plan of the sample, and of the districts that are let in part."""
WARM = 1.6
"""Seconds for a plan after one pin or release."""
PINS = 4
"""Pins set one after another before one is released."""
DEMAND = 2.5
"""Area asked for ÷ area there."""
STAGES = ("research", "incubation", "pilot", "production", "headquarters")
ZONES = ("Z-CORE-W", "Z-CORE-E", "Z-ZJ", "Z-WGQ", "Z-LG", "Z-JQ")
ROW = {"source": "benchmark", "standing": "illustrative"}


def units(draw: np.random.Generator, count: int) -> pd.DataFrame:
    """Return units numbered along floors of one to six units, floors in buildings of two to ten."""
    rows: list[dict[str, object]] = []
    building = 0
    while len(rows) < count:
        building += 1
        size, load = draw.uniform(150, 900), float(draw.choice([4.0, 6.0, 8.0, 12.0]))
        for floor in range(1, int(draw.integers(2, 11)) + 1):
            for position in range(1, int(draw.integers(1, 7)) + 1):
                area = round(float(size * draw.uniform(0.7, 1.3)), 1)
                rows.append(
                    {
                        "unit_id": f"B{building:04}-F{floor:02}-{position}",
                        "floor_id": f"B{building:04}-F{floor:02}",
                        "building_id": f"B{building:04}",
                        "level": floor,
                        "position": position,
                        "lettable_m2": area,
                        "power_kva": round(area * float(draw.uniform(0.05, 0.25)), 1),
                        "asking_rent_cny_m2_day": round(float(draw.uniform(2, 6)), 1),
                        "floor_load_kn_m2": load,
                        "floor_height_m": float(draw.choice([4.2, 5.0, 6.0])) if floor > 1 else 6.0,
                    }
                )
    return pd.DataFrame(rows[:count]).assign(**ROW)


def needs(draw: np.random.Generator, count: int, space_m2: float) -> pd.DataFrame:
    """Return needs that ask for about 1.1 times the space that is free, in sizes from a unit to whole floors."""
    size = draw.lognormal(0, 0.8, count)
    least = np.round(size / size.sum() * space_m2 * 1.1, -1).clip(100)
    rows = {
        "need_id": [f"N{number:04}" for number in range(count)],
        "tenant_id": [f"T{number:04}" for number in range(count)],
        "stage": draw.choice(STAGES, count),
        "area_min_m2": least,
        "area_max_m2": np.round(least * draw.uniform(1.1, 1.5, count), -1),
        "wanted_from": pd.Timestamp(DAY) + pd.to_timedelta(draw.integers(0, 300, count), unit="D"),
        "wanted_to": pd.Timestamp(DAY) + pd.to_timedelta(draw.integers(400, 900, count), unit="D"),
        "term_months": draw.choice([36, 60, 120], count),
        "rent_max_cny_m2_day": np.round(draw.uniform(3, 7, count), 1),
        "floor_load_kn_m2": draw.choice([np.nan, 4.0, 6.0, 8.0], count),
        "power_kva": np.round(least * draw.uniform(0.02, 0.15, count)),
        "fire_class": draw.choice([None, "丙", "甲"], count, p=[0.55, 0.4, 0.05]),
    }
    return pd.DataFrame(rows).assign(**ROW)


def district(tenants: int, count: int, seed: int, sectors: list[str]) -> snapshot.Snapshot:
    """Return a made-up district in which a third of the space is free, and more comes free in the time asked for."""
    draw = np.random.default_rng(seed)
    space = units(draw, count)
    held = space["unit_id"][draw.random(count) < 2 / 3]
    until = pd.Timestamp(DAY) + pd.to_timedelta(draw.integers(30, 2_500, len(held)), unit="D")
    leases = pd.DataFrame({"unit_id": held.to_numpy(), "tenant_id": "X0000", "state": "let", "valid_to": until})
    leases = leases.assign(lease_id=[f"L{n}" for n in range(len(leases))], valid_from=pd.Timestamp("2020-01-01"), **ROW)
    asked = needs(draw, tenants, float(space["lettable_m2"].sum()) / 3)
    return _assembled(draw, space, asked, leases, sectors)


def _assembled(
    draw: np.random.Generator, space: pd.DataFrame, wishes: pd.DataFrame, leases: pd.DataFrame, sectors: list[str]
) -> snapshot.Snapshot:
    """Return the snapshot of units, needs and leases, in buildings and parks drawn for them."""
    names = space["building_id"].unique()
    homes = [f"P{number:03}" for number in range(max(6, len(names) // 10))]
    place = pd.DataFrame({"building_id": names, "name_zh": names, "park_id": draw.choice(homes, len(names))})
    place = place.assign(
        use_type=draw.choice(STAGES, len(names)),
        status="built",
        completed_on=pd.Timestamp("2015-01-01"),
        fire_class=draw.choice(["甲", "乙", "丙"], len(names), p=[0.1, 0.2, 0.7]),
        **ROW,
    )
    companies = pd.DataFrame({"tenant_id": [*wishes["tenant_id"], "X0000"], "kind": "applicant"})
    companies = companies.assign(
        name_zh=companies["tenant_id"], sector_code=draw.choice(sectors, len(companies)), stage="research", **ROW
    )
    floors = space.drop_duplicates("floor_id")[
        ["floor_id", "building_id", "level", "floor_load_kn_m2", "floor_height_m"]
    ]
    parks = pd.DataFrame({"park_id": homes, "name_zh": homes, "zone_id": draw.choice(ZONES, len(homes))})
    parks = parks.assign(inside_layout=True, **ROW)
    tables = {"parks": parks, "buildings": place, "floors": floors.assign(**ROW), "units": space, "needs": wishes}
    return snapshot.of(DAY, tables | {"tenants": companies} | ({"leases": leases} if len(leases) else {}))


def dense(tenants: int, count: int, seed: int, sectors: list[str], *, splits: bool) -> snapshot.Snapshot:
    """Return a made-up district of many small units on long floors, with needs for two and a half times its space.

    A third of the units comes free quarter by quarter, one of twenty is promised to somebody later. Needs ask for a
    size with little play, some for a rent, a load, a fire class, a term; they count the more a m² the smaller they are,
    so that the dearest first takes what many others could use better. With `splits` one need of ten may lie in two or
    three buildings.
    """
    draw = np.random.default_rng(seed)
    space = _long_floors(draw, count)
    size = draw.lognormal(0, 1.1, tenants)
    least = size / size.sum() * float(space["lettable_m2"].sum()) * DEMAND
    wishes = needs(draw, tenants, 1.0).drop(columns="power_kva")
    wishes = wishes.assign(
        area_min_m2=least.round(),
        area_max_m2=(least * draw.uniform(1.05, 1.25, tenants)).round(),
        rent_max_cny_m2_day=np.where(draw.random(tenants) < 0.5, draw.uniform(5, 8, tenants).round(1), np.nan),
        floor_load_kn_m2=draw.choice([np.nan, 6.0, 10.0], tenants, p=[0.5, 0.25, 0.25]),
        term_months=draw.choice([np.nan, 36.0, 60.0], tenants),
        fire_class=draw.choice([None, "丙", "甲"], tenants, p=[0.65, 0.3, 0.05]),
        priority=np.clip(size**-1.0 * draw.uniform(0.5, 2, tenants), 0.1, 10).round(2),
    )
    if splits:
        wishes["split_max"] = draw.choice([1, 2, 3], tenants, p=[0.9, 0.05, 0.05])
    return _assembled(draw, space, wishes, _leases(draw, space["unit_id"]), sectors)


def _long_floors(draw: np.random.Generator, count: int) -> pd.DataFrame:
    """Return units of 80 to 320 m², ten to forty a floor, three to eight floors a building."""
    rows: list[dict[str, object]] = []
    while len(rows) < count:
        building, load = f"B{len(rows):05}", float(draw.choice([4.0, 6.0, 10.0], p=[0.3, 0.3, 0.4]))
        for floor in range(1, int(draw.integers(3, 9)) + 1):
            for position in range(1, int(draw.integers(10, 41)) + 1):
                name = f"{building}-F{floor:02}"
                rows.append(
                    {
                        "unit_id": f"{name}-{position:02}",
                        "floor_id": name,
                        "building_id": building,
                        "level": floor,
                        "position": position,
                        "lettable_m2": round(float(draw.uniform(80, 320)), 1),
                        "asking_rent_cny_m2_day": round(float(draw.uniform(2, 6)), 1),
                        "floor_load_kn_m2": load,
                    }
                )
    return pd.DataFrame(rows[:count]).assign(floor_height_m=5.0, power_kva=np.nan, **ROW)


def _leases(draw: np.random.Generator, names: pd.Series) -> pd.DataFrame:
    """Return leases that end with a quarter of the next two years, and others that begin in two to five years."""
    chance = draw.random(len(names))
    quarters = pd.date_range(DAY, periods=8, freq="QE") + pd.Timedelta(days=1)
    held = pd.DataFrame({"unit_id": names[chance < 1 / 3], "state": "let", "valid_from": pd.Timestamp("2020-01-01")})
    held["valid_to"] = draw.choice(quarters, len(held))
    later = pd.DataFrame({"unit_id": names[chance > 0.95], "state": "reserved", "valid_to": pd.NaT})
    later["valid_from"] = pd.Timestamp(DAY) + pd.to_timedelta(draw.integers(700, 1_800, len(later)), unit="D")
    both = pd.concat([held, later], ignore_index=True)
    return both.assign(lease_id=[f"L{n}" for n in range(len(both))], tenant_id="X0000", **ROW)


def wishes(park: snapshot.Snapshot) -> pd.DataFrame:
    """Return quotas with a price: at least, and at most, so much of up to three zones for groups of sectors."""
    home = park.buildings["park_id"].map(park.parks.set_index("park_id")["zone_id"])
    held = home.value_counts().sort_index().index[:3]
    rows = {"quota_id": ["Q1", "Q2", "Q3"], "sectors": ["CGT", "INN", "DEV"], "share": [0.2, 0.2, 0.1], "price": 0.3}
    asked = pd.DataFrame(rows | {"sense": ["at_least", "at_least", "at_most"]}).head(len(held))
    return asked.assign(zone_id=list(held))


def planned(
    park: snapshot.Snapshot, rules: policy.Policy, budget: float, asked: pd.DataFrame | None
) -> dict[str, float]:
    """Return what one district gives: CPU seconds of each part, the plan against both simple ones, bound and memory.

    The budget is of CPU seconds, since others may work beside: the plan's clock is set to them.
    """
    space, watch = vacancy.by_unit(park), time.process_time
    began = watch()
    posed = allocation.case(park, rules, space)
    read, begun, reached = watch() - began, watch(), []

    def seen(value: float, bound: float) -> None:
        if not reached and bound < np.inf and bound - value <= MUST.get(len(posed.pairs.needs), 0.01) * bound:
            reached.append(watch() - begun)

    with mock.patch.object(solver, "time", SimpleNamespace(perf_counter=watch)):
        plan = allocation.allocate(park, rules, space, budget=budget, given=posed, quotas=asked, progress=seen)
    spent = watch() - begun
    limited, _ = quotas.read(posed.pairs, posed.problem.columns, asked)
    problem = replace(posed.problem, limits=tuple(quota.limit for quota in limited))
    assert verification.check(plan, park, rules, space) == []
    scored = problem.value(choices.by_score(problem))
    first = problem.value(choices.in_turn(problem, allocation.turns(posed.pairs.needs)))
    return {
        "needs": len(posed.pairs.needs),
        "units": len(space),
        "columns": plan.columns,
        "case": read,
        "plan": spent,
        "reached": reached[0] if reached else np.nan,
        "gap": plan.gap,
        "proved": float(plan.proved),
        "ratio": plan.value / scored,
        "below": 1 - scored / plan.bound,
        "first": plan.value / first,
        "dearest": plan.value / problem.value(choices.greedy(problem)),
        "placed": len(plan.assignments["need_id"].unique()),
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def line(name: str, runs: list[dict[str, float]]) -> str:
    """Return one line of the table: medians over the runs, the worst gap, the least ratio, the most memory."""
    mid = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    gap, least = max(run["gap"] for run in runs), min(run["ratio"] for run in runs)
    return (
        f"| {name} | {mid['needs']:.0f} × {mid['units']:,.0f} | {mid['columns']:,.0f} | {mid['gap']:.2%} ({gap:.2%}) "
        f"| {int(sum(run['proved'] for run in runs))} of {len(runs)} | {mid['ratio']:.2f} ({least:.2f}) "
        f"| {mid['below']:.0%} | {mid['dearest']:.2f} | {mid['first']:.2f} | {mid['placed']:.0f} | {mid['case']:.1f} "
        f"| {mid['plan']:.1f} | {mid['reached']:.1f} | {max(run['rss'] for run in runs):,.0f} |"
    )


def again(seed: int, rules: policy.Policy, sectors: list[str]) -> str:
    """Return one line of the second table: a dense district, pins one after another and a release, then reasons."""
    park = dense(200, 2_000, seed, sectors, splits=True)
    space, watch = vacancy.by_unit(park), time.process_time
    posed = allocation.case(park, rules, space)
    columns, ids = posed.problem.columns, posed.pairs.desk.offers.frame["unit_id"]
    with mock.patch.object(solver, "time", SimpleNamespace(perf_counter=watch)):
        plan = allocation.allocate(park, rules, space, budget=30.0, given=posed)
        draw, pins = np.random.default_rng(seed), pd.DataFrame({"need_id": [], "unit_id": []}, dtype="string")
        options, spent, gaps, last = {"given": posed, "budget": WARM}, [], [], plan
        for number in range(PINS + 1):
            if number < PINS:
                column = int(draw.integers(len(columns)))
                need_id = posed.pairs.needs[columns.need[column]]["need_id"]
                new = pd.DataFrame({"need_id": need_id, "unit_id": list(ids.iloc[columns.units(column)])})
                pins = pd.concat([pins[pins["need_id"] != need_id], new], ignore_index=True)
            else:
                pins = pins[pins["need_id"] != pins["need_id"].iloc[0]].reset_index(drop=True)
            began = watch()
            last = allocation.allocate(park, rules, space, pins=pins, before=last, **options)
            spent.append(watch() - began)
            gaps.append(last.gap)
            assert verification.check(last, park, rules, space, pins=pins) == []
        cold = allocation.allocate(park, rules, space, pins=pins, **options)
        said, explained = words.translator("en"), []
        for company in plan.placed[:5] + plan.unplaced[:5]:
            began = watch()
            explanation.explain(park, rules, space, plan, company, said, given=posed)
            explained.append(watch() - began)
    return (
        f"| {seed} | {len(columns):,} | {plan.gap:.2%} | {statistics.median(gaps):.2%} ({max(gaps):.2%}) "
        f"| {statistics.median(spent):.2f} ({max(spent):.2f}) | {cold.gap:.2%} "
        f"| {statistics.median(explained):.2f} ({max(explained):.2f}) |"
    )


def main() -> None:
    """Print the tables of allocation.md."""
    rules, large = policy.load(), "--large" in sys.argv
    sectors = sorted(str(code) for code in rules.sectors.loc[rules.sectors["level"] == 2, "sector_code"])
    heads = "district", "needs × units", "placements", "gap (worst)", "proved", "÷ by score (least)", "by score below"
    rest = "÷ dearest first", "÷ first come", "placed", "case s", "plan s", "s to gap", "peak MB"
    print("|", " | ".join([*heads, *rest]), "|")
    print("|" + "---|" * len([*heads, *rest]))
    for tenants, count, budget in LARGE if large else SIZES:
        for splits in (False, True):
            runs = []
            for seed in SEEDS[:1] if large else SEEDS:
                park = dense(tenants, count, seed, sectors, splits=splits)
                runs.append(planned(park, rules, budget, wishes(park) if splits else None))
            print(line("dense, splits and quotas" if splits else "dense", runs), flush=True)
    if large:
        return
    runs = [planned(district(130, 3_200, seed, sectors), rules, BUDGET, None) for seed in SEEDS]
    print(line("let in part", runs))
    park = snapshot.of(dt.date(2026, 11, 22), sample.read())
    print(line("sample", [planned(park, rules, BUDGET, None)]))
    print("\n| seed | placements | gap | gap after (worst) | s after (worst) | gap cold | reasons s (worst) |")
    print("|---|---|---|---|---|---|---|")
    for seed in SEEDS:
        print(again(seed, rules, sectors), flush=True)


if __name__ == "__main__":
    main()
