"""The forecast against simulated districts of known truth: do 80 % reach what it calls 80 %; and how fast it is."""

import argparse
import datetime as dt
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from parks import policy, snapshot
from parks.status import dates, forecast, milestones, simulation

DAY = dt.date(2026, 6, 30)
DUE = dt.date(2027, 12, 31)
STEPS = milestones.WORKS[:4]
"""Approved to completed: the steps that the districts have."""
SAID = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
COMMON = 0.5
PROJECTS = 80
RUNS = 1000
LOOPED = 100
"""Runs of the plain loop; its time grows with them."""
POLICY = policy.load()
RESULTS = Path(__file__).with_suffix(".md")


def truth(draw: np.random.Generator) -> dict[str, np.ndarray]:
    """Return how a made-up district truly slips and drops out, step by step: each district in its own way."""
    return {
        "mean": draw.uniform(0.0, 3.0, len(STEPS)),
        "sd": draw.uniform(0.8, 3.0, len(STEPS)),
        "dropout": draw.uniform(0.01, 0.08, len(STEPS)),
    }


def district(seed: int, projects: int = PROJECTS) -> SimpleNamespace:
    """Return a made-up district: what its ledger says on `DAY`, how it slips, and what is truly done by `DUE`.

    The lateness of a step is that of the one before and a slip of its own. Half of the variance of a slip is a shock
    in common: one for each quarter in which steps were planned up to `DAY`, and one for all steps planned after it.
    """
    draw = np.random.default_rng([seed, 7])
    how = truth(draw)
    today, first = dates.number(DAY), dates.number(dt.date(2023, 7, 1))
    gaps = draw.integers(60, 240, (projects, len(STEPS)))
    plan = first + draw.integers(0, 1350, projects)[:, None] + np.cumsum(gaps, axis=1) - gaps[:, :1]
    quarter = (plan - first) // 91
    shocks = draw.standard_normal(quarter.max() + 2)
    shock = np.where(plan <= today, shocks[quarter], shocks[-1])
    own = draw.standard_normal(plan.shape)
    slip = how["mean"] + how["sd"] * (np.sqrt(COMMON) * shock + np.sqrt(1 - COMMON) * own)
    day = plan + np.rint(np.cumsum(slip, axis=1) * dates.DAYS_PER_MONTH).astype(np.int64)
    day = np.maximum.accumulate(day, axis=1)
    lost = draw.random(plan.shape) < how["dropout"]
    step = np.where(lost.any(axis=1), lost.argmax(axis=1), len(STEPS))
    gone = step < len(STEPS)
    # A project is given up somewhere on the way to the step that it does not reach.
    at = np.minimum(step, len(STEPS) - 1)
    began = np.where(at > 0, day[np.arange(projects), at - 1], plan[:, 0] - 90)
    ends = day[np.arange(projects), at]
    dropped = np.where(
        gone, began + (draw.random(projects) * np.maximum(ends - began, 0)).astype(np.int64), dates.NEVER
    )
    day = np.where(np.arange(len(STEPS)) >= step[:, None], dates.NEVER, day)
    area = draw.integers(5, 60, projects) * 1000.0
    return SimpleNamespace(
        park=ledger(plan, day, dropped, area),
        how=how,
        delivered=float(area[day[:, -1] <= dates.number(DUE)].sum()),
    )


def ledger(plan: np.ndarray, day: np.ndarray, dropped: np.ndarray, area: np.ndarray) -> snapshot.Snapshot:
    """Return what is known of the projects on `DAY`."""
    today = dates.number(DAY)
    ids = np.array([f"J{i:04d}" for i in range(len(area))], dtype=object)
    projects = pd.DataFrame({"project_id": ids, "kind": "new_build", "zone_id": "Z", "gfa_m2": area})
    projects = projects.assign(
        counts_to="PT10", standing="stated", dropped_on=dates.days(np.where(dropped <= today, dropped, dates.NEVER))
    )
    rows = pd.DataFrame(
        {
            "project_id": np.repeat(ids, len(STEPS)),
            "event": np.tile(np.array(STEPS, dtype=object), len(area)),
            "planned_on": dates.days(plan.ravel()),
            "actual_on": dates.days(np.where(day <= today, day, dates.NEVER).ravel()),
        }
    )
    rows = rows.assign(milestone_id=[f"M{i:05d}" for i in range(len(rows))], standing="stated")
    return snapshot.of(DAY, {"projects": projects, "milestones": rows})


def rules(how: dict[str, np.ndarray] | None) -> SimpleNamespace:
    """Return a policy of one target; it knows how the district slips, or (None) has only the record to go by."""
    real = POLICY
    assumed = real.assumptions.set_index("name")["value"].astype(float)
    assumed[["delay.carried_share", "delay.common_share"]] = 1.0, COMMON
    if how is not None:
        assumed[["delay.record_least", "dropout.record_least"]] = 0.0
        for place, event in enumerate(STEPS):
            assumed[f"delay.{event}.mean_months"] = how["mean"][place]
            assumed[f"delay.{event}.sd_months"] = how["sd"][place]
            assumed[f"dropout.{event}"] = how["dropout"][place]
    target = {"target_id": "PT10", "project_kind": "new_build", "unit": "m2", "document_id": "A", "clause": "1"}
    frame = pd.DataFrame([target]).astype("string").assign(value_min=pd.array([1.0], dtype="Float64"))
    return SimpleNamespace(
        targets=frame.assign(starts_on=pd.Timestamp("2025-01-01"), due_on=pd.Timestamp(DUE)),
        counting=real.counting,
        bases=real.bases,
        zones=pd.DataFrame([("Z", "Z")], columns=["zone_id", "counted_in"]),
        assumptions=real.assumptions.assign(value=assumed.to_numpy()),
    )


def reliability(districts: int, *, known: bool, first: int = 0) -> pd.DataFrame:
    """Return, for each probability said, how many districts reach the target of which it was said.

    The target of a district is set so that the forecast gives it that probability; delivery is in whole projects, so
    what is said is a little more than the level asked for: `said` is its mean.
    """
    found = []
    for seed in range(first, first + districts):
        made = district(seed)
        policy_ = rules(made.how if known else None)
        runs = simulation.play(made.park, policy_, "completed", "gross", RUNS, 1)
        total = np.sort(forecast.totals(runs, runs.delivered(), 1)[0])
        for level in SAID:
            value = total[RUNS - int(np.ceil(level * RUNS))]
            found.append((level, float((total >= value).mean()), made.delivered >= value))
    frame = pd.DataFrame(found, columns=["level", "said", "happened"])
    return frame.groupby("level").mean().reset_index()


def loop(outlook: simulation.Outlook, runs: int, seed: int) -> np.ndarray:
    """Return the total of each run, one project and run after another in plain Python: the baseline."""
    chance = np.random.default_rng(seed)
    shock = chance.standard_normal(runs).tolist()
    total = [0.0] * runs
    area = outlook.ledger["area_m2"].to_numpy(dtype=float)
    for row in range(len(area)):
        mean, common = outlook.mean[row].sum(), outlook.common[row].sum()
        own = float(np.sqrt((outlook.own[row] ** 2).sum()))
        for run in range(runs):
            slip = mean + common * shock[run] + own * chance.standard_normal()
            here = outlook.done[row] or chance.random() < outlook.alive[row]
            if here and outlook.expected[row] + (0.0 if outlook.done[row] else slip) <= outlook.due[row]:
                total[run] += area[row]
    return np.array(total)


def before(outlook: simulation.Outlook, runs: int, seed: int) -> np.ndarray:
    """Return whether each project is delivered, as the forecast was before: one generator and one draw a project."""
    shock = np.random.default_rng([seed, 0]).standard_normal(runs)
    delivered = np.empty((len(outlook.ledger), runs), dtype=np.bool_)
    mean, common, own = outlook.mean.sum(axis=1), outlook.common.sum(axis=1), np.hypot(*outlook.own.T)
    for row, name in enumerate(outlook.ledger["project_id"]):
        draws = np.random.default_rng([seed, 1, int.from_bytes(str(name).encode(), "big")])
        slip = mean[row] + common[row] * shock + own[row] * draws.standard_normal(runs)
        delivered[row] = (outlook.expected[row] + slip <= outlook.due[row]) & (draws.random(runs) < outlook.alive[row])
    return delivered


def seconds(work) -> float:  # noqa: ANN001 - any function without arguments
    """Return the least CPU time of three calls."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def speed() -> list[str]:
    """Return the table of CPU times, by projects and runs, each against the same run of the baselines."""
    lines = ["| projects | runs | forecast by target, CPU s | of it the simulation | as it was before | plain loop |"]
    lines.append("|---|---|---|---|---|---|")
    for projects, runs in ((50, 10_000), (200, 2_000), (200, 10_000), (200, 40_000), (800, 10_000)):
        made, known = district(1, projects), rules(None)
        outlook = simulation.look(made.park, known, "completed", "gross")
        whole = seconds(lambda p=made.park, k=known, n=runs: forecast.by_target(p, k, runs=n))
        bare = seconds(lambda p=made.park, k=known, n=runs: simulation.play(p, k, "completed", "gross", n, 1))
        old = seconds(lambda o=outlook, n=runs: before(o, n, 1))
        few = min(runs, LOOPED)
        plain = seconds(lambda o=outlook, n=few: loop(o, n, 1)) * runs / few
        lines.append(
            f"| {projects} | {runs:,} | {whole:.2f} | {bare:.2f} | {old:.2f} ({bare / old:.1f} ×) "
            f"| {plain:.1f} ({plain / bare:.0f} ×) |"
        )
    return lines


def calibration(districts: int) -> list[str]:
    """Return the reliability table."""
    known, record = (reliability(districts, known=way) for way in (True, False))
    lines = ["| said | happened, ways known | said | happened, ways told from the record |", "|---|---|---|---|"]
    for one, other in zip(known.to_dict("records"), record.to_dict("records"), strict=True):
        lines.append(f"| {one['said']:.1%} | {one['happened']:.1%} | {other['said']:.1%} | {other['happened']:.1%} |")
    return lines


def main() -> None:
    """Print both tables; with ``--write`` keep them beside the script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--districts", type=int, default=400)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    parts = ["## Calibration", "", *calibration(options.districts), "", "## Speed", "", *speed(), ""]
    text = "\n".join(parts)
    print(text)
    if options.write:
        kept = RESULTS.read_text(encoding="utf-8").split("## Calibration")[0] if RESULTS.exists() else ""
        RESULTS.write_text(kept + text, encoding="utf-8")


if __name__ == "__main__":
    main()
