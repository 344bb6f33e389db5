"""Forecast: how likely each target is reached by its day, by seeded simulation of whole projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from parks.status import dates, milestones, progress, rows, standings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.policy import Policy
    from parks.snapshot import Snapshot

PERCENTILES = (0.1, 0.5, 0.9)
"""Shares of the runs that lie at or below the three areas told."""


class Outlook(NamedTuple):
    """What is known today of the projects that can be simulated; one entry a project (see `_outlook`)."""

    ledger: pd.DataFrame
    done: NDArray[np.bool_]
    due_months: NDArray[np.float64]
    mean_months: NDArray[np.float64]
    sd_common: NDArray[np.float64]
    sd_own: NDArray[np.float64]
    alive: NDArray[np.float64]


def by_target(
    park: Snapshot, rules: Policy, *, rule: str = "completed", basis: str = "gross", runs: int = 2000, seed: int = 1
) -> pd.DataFrame:
    """Return the probability of reaching each target by its day, and how much will then be done.

    Parameters
    ----------
    park
        The snapshot.
    rules
        The policy: ``targets counting bases zones assumptions``.
    rule, basis
        As in `progress.by_target`.
    runs
        How often the programme is simulated.
    seed
        Seed of the random numbers. Each project draws its own by its id, so that another project more or less
        leaves the draws of all others as they are.

    Returns
    -------
    DataFrame
        ``target_id kind rule basis target_m2 probability p10_m2 p50_m2 p90_m2 runs seed unknown_projects standing
        due_on``.

        One run in ten ends at or below `p10_m2`, nine in ten at or below `p90_m2` [m²]. `unknown_projects` counts
        projects of unknown area, and those not done without a planned day: they deliver nothing in any run.
        All are NA for a target without a value or a day.

    Notes
    -----
    A project is delivered whole or not at all. One that is not done needs every step up to the rule's milestone
    that it has not reached. Its day is the planned one, plus the lateness of its latest overdue step, plus a slip:
    the sum over those steps of mean and spread (``delay.<event>.mean_months``, ``.sd_months``). Of the variance of a
    step the share ``delay.common_share`` is one draw for all projects of a run, the rest the project's own. It drops
    out at each of the steps with ``dropout.<event>``. It cannot be done before the snapshot's day.
    """
    wanted = progress.targets(rules)
    outlook = _outlook(park, rules, rule, basis)
    delivered = _simulate(outlook, runs, seed)
    total = _totals(outlook, delivered, len(wanted))
    every = progress.entries(park, rules, rule, basis)
    skipped = every[~every["project"].isin(outlook.ledger["project"])]
    value = wanted["value_min"].to_numpy(dtype=float, na_value=np.nan)
    known = (wanted["value_min"].notna() & wanted["due_on"].notna()).to_numpy(dtype=bool)
    low, middle, high = np.quantile(total, PERCENTILES, axis=1, method="inverted_cdf")
    group = every["target"].to_numpy(dtype=np.int64)
    return pd.DataFrame(
        {
            "target_id": wanted["target_id"],
            "kind": wanted["project_kind"],
            "rule": pd.Series(rule, index=wanted.index, dtype="string"),
            "basis": pd.Series(basis, index=wanted.index, dtype="string"),
            "target_m2": wanted["value_min"],
            "probability": rows.area((total >= value[:, None]).mean(axis=1), ~known),
            "p10_m2": rows.area(low, ~known),
            "p50_m2": rows.area(middle, ~known),
            "p90_m2": rows.area(high, ~known),
            "runs": rows.whole(np.full(len(wanted), runs)),
            "seed": rows.whole(np.full(len(wanted), seed)),
            "unknown_projects": rows.whole(np.bincount(skipped["target"], minlength=len(wanted))),
            "standing": standings.worst(np.maximum(_assumed(rules), every["rank"]), group, len(wanted)),
            "due_on": wanted["due_on"],
        }
    )


def by_project(
    park: Snapshot, rules: Policy, *, rule: str = "completed", basis: str = "gross", runs: int = 2000, seed: int = 1
) -> pd.DataFrame:
    """Return what each project that is not done moves: the probability of its target with it, and without it.

    Parameters
    ----------
    park, rules, rule, basis, runs, seed
        As in `by_target`; every project is judged on the same runs (common random numbers).

    Returns
    -------
    DataFrame
        ``target_id project_id zone_id area_m2 chance probability_with probability_without swing``, greatest swing
        first. `chance` is the share of runs in which it is delivered by the target's day.
    """
    wanted = progress.targets(rules)
    outlook = _outlook(park, rules, rule, basis)
    delivered = _simulate(outlook, runs, seed)
    area = outlook.ledger["area_m2"].to_numpy(dtype=float)
    target = outlook.ledger["target"].to_numpy(dtype=np.int64)
    value = wanted["value_min"].to_numpy(dtype=float, na_value=np.nan)[target]
    at = np.flatnonzero(~outlook.done & ~np.isnan(value))
    others = _totals(outlook, delivered, len(wanted))[target[at]] - area[at, None] * delivered[at]
    without = (others >= value[at, None]).mean(axis=1)
    with_it = (others + area[at, None] >= value[at, None]).mean(axis=1)
    found = pd.DataFrame(
        {
            "target_id": rows.take(wanted["target_id"], target[at]),
            **{name: rows.take(outlook.ledger[name], at) for name in ("project_id", "zone_id", "area_m2")},
            "chance": delivered[at].mean(axis=1),
            "probability_with": with_it,
            "probability_without": without,
            "swing": with_it - without,
        }
    )
    return found.sort_values(["swing", "project_id"], ascending=[False, True], kind="stable", ignore_index=True)


def _outlook(park: Snapshot, rules: Policy, rule: str, basis: str) -> Outlook:
    """Return the projects of known area that are done or have a planned day, and what stands before them [months]."""
    every = progress.entries(park, rules, rule, basis)
    known = every["area_m2"].notna() & (every["done"].notna() | every["plan"].notna())
    ledger = every[known].reset_index(drop=True)
    project, steps = ledger["project"].to_numpy(dtype=np.int64), milestones.chain(progress.event(rules, rule))
    done = ledger["done"].notna().to_numpy(dtype=bool)
    open_ = (milestones.reached(park)[project][:, steps] == dates.NEVER) & ~done[:, None]
    today, names = dates.number(park.day), [milestones.EVENTS[step] for step in steps]
    overdue = np.maximum(today - milestones.planned(park)[project][:, steps], 0)
    late = np.where(open_, overdue, 0).max(axis=1, initial=0)
    due = dates.numbers(rows.take(progress.targets(rules)["due_on"], ledger["target"].to_numpy()), dates.ALWAYS)
    expected = np.where(
        ledger["done"].notna(), dates.numbers(ledger["done"], 0), dates.numbers(ledger["plan"], 0) + late
    )
    mean, sd = _values(rules, names, "delay.{}.mean_months"), _values(rules, names, "delay.{}.sd_months")
    common = _values(rules, ["common_share"], "delay.{}")[0]
    return Outlook(
        ledger=ledger,
        done=done,
        due_months=np.where(done | (due > today), (due - expected) / dates.DAYS_PER_MONTH, -np.inf),
        mean_months=open_ @ mean,
        sd_common=np.sqrt(common) * (open_ @ sd),
        sd_own=np.sqrt(1 - common) * np.sqrt(open_ @ sd**2),
        alive=np.where(open_, 1 - _values(rules, names, "dropout.{}"), 1.0).prod(axis=1),
    )


def _simulate(outlook: Outlook, runs: int, seed: int) -> NDArray[np.bool_]:
    """Return whether each project is delivered by its target's day, in each run."""
    shock = np.random.default_rng([seed, 0]).standard_normal(runs)
    delivered = np.empty((len(outlook.ledger), runs), dtype=np.bool_)
    for row, name in enumerate(outlook.ledger["project_id"]):
        draw = np.random.default_rng([seed, 1, int.from_bytes(str(name).encode(), "big")])
        slip = (
            outlook.mean_months[row] + outlook.sd_common[row] * shock + outlook.sd_own[row] * draw.standard_normal(runs)
        )
        delivered[row] = (slip <= outlook.due_months[row]) & (draw.random(runs) < outlook.alive[row])
    return delivered


def _totals(outlook: Outlook, delivered: NDArray[np.bool_], targets: int) -> NDArray[np.float64]:
    """Return the area delivered to each target in each run [m²]."""
    area = outlook.ledger["area_m2"].to_numpy(dtype=float)
    target = outlook.ledger["target"].to_numpy(dtype=np.int64)
    total = np.zeros((targets, delivered.shape[1]))
    for row in range(targets):
        total[row] = area[target == row] @ delivered[target == row]
    return total


def _values(rules: Policy, names: list[str], pattern: str) -> NDArray[np.float64]:
    """Return the assumptions called `pattern` filled with each name; KeyError when the policy lacks one."""
    values = rules.assumptions.set_index("name")["value"]
    return values.loc[[pattern.format(name) for name in names]].to_numpy(dtype=float)


def _assumed(rules: Policy) -> int:
    """Return the worst rank of the assumptions that the forecast rests on."""
    used = rules.assumptions["name"].str.startswith(("delay.", "dropout."))
    return int(standings.ranks(rules.assumptions.loc[used, "standing"]).max())
