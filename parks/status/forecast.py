"""Forecast: how likely each target is reached by its day, by seeded simulation of whole projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parks.status import dates, delays, progress, rows, simulation, standings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from parks.policy import Policy
    from parks.snapshot import Snapshot

PERCENTILES = (0.1, 0.5, 0.9)
"""Shares of the runs that lie at or below the three areas told."""
QUARTERS = ("target_id", "kind", "quarter", "p10_m2", "p50_m2", "p90_m2", "probability")
"""The columns of `by_quarter`."""


def by_target(
    park: Snapshot,
    rules: Policy,
    *,
    rule: str = "completed",
    basis: str = "gross",
    runs: int = 2000,
    seed: int = 1,
    edited: Mapping[str, float] | None = None,
    made: simulation.Runs | None = None,
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
    edited
        Assumption → value that the user puts in its place (see `delays.by_step`).
    made
        What `simulation.play` gave for the same arguments, where it is at hand.

    Returns
    -------
    DataFrame
        ``target_id kind rule basis target_m2 probability p10_m2 p50_m2 p90_m2 runs seed unknown_projects standing
        due_on``.

        One run in ten ends at or below `p10_m2`, nine in ten at or below `p90_m2` [m²]. `unknown_projects` counts
        projects of unknown area, and those not done without a planned day: they deliver nothing in any run.
        All are NA for a target without a value or a day.

    Raises
    ------
    KeyError
        When the policy lacks an assumption, or one is edited that it has not.

    Notes
    -----
    A project is delivered whole or not at all. One that is not done needs every step up to the rule's milestone
    that it has not reached. Its day is the planned one, plus the share ``delay.carried_share`` of the lateness of the
    last step that it reached, plus what its steps add: for each of them a draw of mean and spread (`delays.by_step`).
    The next step adds at least what it is overdue today. Of the variance of a step the share ``delay.common_share``
    is one draw for all projects of a run, the rest the project's own; so is the error of a mean told from the record.
    It drops out at each of the steps with its share. It cannot be done before the day after the snapshot's.
    """
    wanted = progress.targets(rules)
    made = made or simulation.play(park, rules, rule, basis, runs, seed, edited)
    total = totals(made, made.delivered(), len(wanted))
    every = progress.entries(park, rules, rule, basis)
    skipped = every[~every["project"].isin(made.outlook.ledger["project"])]
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
            "standing": standings.worst(np.maximum(_rests(made, rules), every["rank"]), group, len(wanted)),
            "due_on": wanted["due_on"],
        }
    )


def by_quarter(
    park: Snapshot,
    rules: Policy,
    *,
    rule: str = "completed",
    basis: str = "gross",
    runs: int = 2000,
    seed: int = 1,
    edited: Mapping[str, float] | None = None,
    made: simulation.Runs | None = None,
) -> pd.DataFrame:
    """Return how much of each target is done by the end of each quarter, from that of the snapshot's day on.

    Parameters
    ----------
    park, rules, rule, basis, runs, seed, edited, made
        As in `by_target`, and on the same runs.

    Returns
    -------
    DataFrame
        ``target_id kind quarter p10_m2 p50_m2 p90_m2 probability``: areas added up to the end of the quarter [m²], to
        the last quarter of the target; `probability` that the target is reached by then, NA for one without a value.
        A target without a day, or whose day has passed, has no rows.
    """
    wanted, today = progress.targets(rules), dates.number(park.day)
    made = made or simulation.play(park, rules, rule, basis, runs, seed, edited)
    first = int(dates.quarter_index(pd.Series([pd.Timestamp(park.day)]))[0])
    found = []
    for row, target in wanted[wanted["due_on"].notna()].iterrows():
        mine, value = made.target == row, target["value_min"]
        last = int(dates.quarter_index(pd.Series([target["due_on"]]))[0])
        for quarter in range(first, last + 1):
            end = (dates.quarter_end(quarter) - today) / dates.DAYS_PER_MONTH
            total = made.area[mine] @ (made.arrival[mine] <= end)
            low, middle, high = np.quantile(total, PERCENTILES, method="inverted_cdf")
            chance = pd.NA if pd.isna(value) else float((total >= float(value)).mean())
            name = dates.quarter_names(pd.Series([quarter], dtype="Int64"))[0]
            found.append((target["target_id"], target["project_kind"], name, low, middle, high, chance))
    frame = pd.DataFrame(found, columns=list(QUARTERS))
    text = dict.fromkeys(QUARTERS[:3], "string")
    return frame.astype(text | dict.fromkeys(QUARTERS[3:], "Float64"))


def by_project(
    park: Snapshot,
    rules: Policy,
    *,
    rule: str = "completed",
    basis: str = "gross",
    runs: int = 2000,
    seed: int = 1,
    edited: Mapping[str, float] | None = None,
    made: simulation.Runs | None = None,
) -> pd.DataFrame:
    """Return what each project that is not done moves: the probability of its target with it, and without it.

    Parameters
    ----------
    park, rules, rule, basis, runs, seed, edited, made
        As in `by_target`; every project is judged on the same runs (common random numbers).

    Returns
    -------
    DataFrame
        ``target_id project_id zone_id area_m2 chance probability_with probability_without swing swing_m2 expected_on``,
        greatest swing first. `chance` is the share of runs in which it is delivered by the target's day; `swing_m2` is
        what it adds to the area that is reached in half of the runs [m²]: it tells them apart where no single one
        moves the probability;
        `expected_on` the day by which it is delivered in half of the runs, NaT when it drops out in more than half.
    """
    wanted = progress.targets(rules)
    made = made or simulation.play(park, rules, rule, basis, runs, seed, edited)
    outlook, delivered, area, target = made.outlook, made.delivered(), made.area, made.target
    value = wanted["value_min"].to_numpy(dtype=float, na_value=np.nan)[target]
    at = np.flatnonzero(~outlook.done & ~np.isnan(value))
    others = totals(made, delivered, len(wanted))[target[at]] - area[at, None] * delivered[at]
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
            "swing_m2": _halfway(others + area[at, None]) - _halfway(others),
            "expected_on": middle(made.arrival[at], park),
        }
    )
    return found.sort_values(
        ["swing", "swing_m2", "project_id"], ascending=[False, False, True], kind="stable", ignore_index=True
    )


def totals(made: simulation.Runs, delivered: NDArray[np.bool_], targets: int) -> NDArray[np.float64]:
    """Return the area delivered to each target in each run [m²]."""
    total = np.zeros((targets, delivered.shape[1]))
    for row in range(targets):
        mine = made.target == row
        total[row] = made.area[mine] @ delivered[mine]
    return total


def _halfway(total: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the area that half of the runs reach at most, for each row [m²]."""
    place = (total.shape[1] - 1) // 2
    found: NDArray[np.float64] = np.partition(total, place, axis=1)[:, place]
    return found


def middle(arrival: NDArray[np.float64], park: Snapshot) -> pd.Series[pd.Timestamp]:
    """Return the day by which each project has arrived in half of the runs; NaT when it has not."""
    middle = np.quantile(arrival, 0.5, axis=1, method="inverted_cdf") if len(arrival) else np.zeros(0)
    here = np.isfinite(middle)
    number = np.ceil(np.where(here, middle, 0) * dates.DAYS_PER_MONTH).astype(np.int64) + dates.number(park.day)
    return dates.days(np.where(here, number, dates.NEVER))


def _rests(made: simulation.Runs, rules: Policy) -> int:
    """Return the worst rank of what the forecast uses: its steps, and the assumption on what they have in common."""
    used = rules.assumptions["name"].str.startswith(delays.EDITABLE)
    common = standings.ranks(rules.assumptions.loc[used, "standing"]).max()
    return int(max(common, standings.ranks(made.outlook.steps["standing"]).max()))
