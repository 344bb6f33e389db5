"""Simulation: the day on which each project is delivered in each run, with seeded random numbers of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from parks.status import dates, delays, milestones, normal, progress, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from parks.policy import Policy
    from parks.snapshot import Snapshot

    Floats = NDArray[np.float64]

TOMORROW = 1 / dates.DAYS_PER_MONTH
"""Soonest day on which what is not done can be [months from the snapshot's day]."""
UNTOUCHED = 3.5
"""A floor that lies this many spreads below the mean is let alone: one draw in 4,000 lies below."""


class Outlook(NamedTuple):
    """What is known today of the projects that can be simulated; one entry a project.

    Parameters
    ----------
    ledger
        The rows of `progress.entries` of known area that are done or have a planned day.
    done
        Whether the counting milestone is reached.
    due
        The target's last day [months from the snapshot's day]; NaN where it is not known.
    expected
        The day reached, or planned with the lateness carried on [months from the snapshot's day].
    floor
        What the next step adds at least, as it is not reached yet [months]; −inf where its plan is not known.
    mean, common, own
        Of the next step (column 0) and of all after it (column 1): mean, spread in common and own spread [months].
    alive
        Probability that it does not drop out.
    steps
        What was used for each step: `delays.by_step`.
    """

    ledger: pd.DataFrame
    done: NDArray[np.bool_]
    due: Floats
    expected: Floats
    floor: Floats
    mean: Floats
    common: Floats
    own: Floats
    alive: Floats
    steps: pd.DataFrame


class Runs(NamedTuple):
    """A simulation.

    Parameters
    ----------
    outlook
        What it began from.
    arrival
        Projects × runs: the day of the counting milestone [months from the snapshot's day]; inf when it drops out.
    """

    outlook: Outlook
    arrival: Floats

    @property
    def area(self) -> Floats:
        """Area of each project [m²]."""
        return self.outlook.ledger["area_m2"].to_numpy(dtype=float)

    @property
    def target(self) -> NDArray[np.int64]:
        """Row of the target of each project."""
        return self.outlook.ledger["target"].to_numpy(dtype=np.int64)

    def delivered(self) -> NDArray[np.bool_]:
        """Return whether each project is done by its target's day, in each run."""
        found: NDArray[np.bool_] = self.arrival <= self.outlook.due[:, None]
        return found


def play(
    park: Snapshot,
    rules: Policy,
    rule: str,
    basis: str,
    runs: int,
    seed: int,
    edited: Mapping[str, float] | None = None,
) -> Runs:
    """Return the programme played through `runs` times.

    Parameters
    ----------
    park, rules, rule, basis, runs, seed
        As in `forecast.by_target`.
    edited
        Assumption → value that the user puts in its place.
    """
    outlook = look(park, rules, rule, basis, edited)
    shock = np.random.default_rng([seed, 0]).standard_normal(runs)
    arrival = np.empty((len(outlook.ledger), runs))
    for row, name in enumerate(outlook.ledger["project_id"]):
        if outlook.done[row]:
            arrival[row] = outlook.expected[row]
        else:
            draws = np.random.default_rng([seed, 1, int.from_bytes(str(name).encode(), "big")])
            arrival[row] = _arrival(outlook, row, shock, draws)
    return Runs(outlook, arrival)


def look(park: Snapshot, rules: Policy, rule: str, basis: str, edited: Mapping[str, float] | None = None) -> Outlook:
    """Return the projects of known area that are done or have a planned day, and what stands before them."""
    every = progress.entries(park, rules, rule, basis)
    known = every["area_m2"].notna() & (every["done"].notna() | every["plan"].notna())
    ledger = every[known].reset_index(drop=True)
    project, steps = ledger["project"].to_numpy(dtype=np.int64), milestones.chain(progress.event(rules, rule))
    done, today = ledger["done"].notna().to_numpy(dtype=bool), dates.number(park.day)
    assumed, used = delays.values(rules, edited), delays.by_step(park, rules, edited)
    late = delays.lateness(park, assumed["delay.carried_share"])
    open_ = milestones.open_steps(park)[project][:, steps] & ~done[:, None]
    plan = milestones.planned(park)[project][:, steps]
    # A step that is open hides what lies behind it: the lateness carried on is that of the last one reached.
    carried = late.before[project, steps[-1]]
    overdue = delays.months(np.where(open_, today, dates.NEVER), plan)
    floor = np.where(np.isnan(overdue), -np.inf, overdue).max(axis=1, initial=-np.inf) - carried
    final = np.where(done, dates.numbers(ledger["done"], 0), dates.numbers(ledger["plan"], 0))
    due = dates.numbers(rows.take(progress.targets(rules)["due_on"], ledger["target"].to_numpy()), dates.NEVER)
    first = open_ & (np.cumsum(open_, axis=1) == 1)
    share, use = assumed["delay.common_share"], used.iloc[steps]
    mean, sd, error = (use[f"{name}_months"].to_numpy(dtype=float) for name in ("mean", "sd", "error"))
    parts = np.stack([first, open_ & ~first], axis=1).astype(float)
    common, own = parts @ np.sqrt(share * sd**2 + error**2), np.sqrt(parts @ ((1 - share) * sd**2))
    # What made the next step late lies behind: it is the project's own, and not the luck of the time ahead.
    behind = floor + carried > 0
    own[behind, 0], common[behind, 0] = np.hypot(common, own)[behind, 0], 0.0
    return Outlook(
        ledger=ledger,
        done=done,
        due=delays.months(due, np.full(len(due), today)),
        expected=(final - today) / dates.DAYS_PER_MONTH + np.where(done, 0.0, carried),
        floor=floor,
        mean=parts @ mean,
        common=common,
        own=own,
        alive=np.where(open_, 1 - use["dropout"].to_numpy(dtype=float), 1.0).prod(axis=1),
        steps=used,
    )


def _arrival(outlook: Outlook, row: int, shock: Floats, draws: np.random.Generator) -> Floats:
    """Return the day on which one project is done, in each run [months]."""
    own, rest = draws.standard_normal((2, len(shock)))
    mean, floor = outlook.mean[row, 0], outlook.floor[row]
    slip = outlook.common[row, 0] * shock + outlook.own[row, 0] * own
    wide = float(np.hypot(outlook.common[row, 0], outlook.own[row, 0]))
    if wide > 0 and floor > mean - UNTOUCHED * wide:
        # The whole of it is moved above the floor, what is common to all with the rest: each project follows the law of
        # what is so late, and still moves with the others.
        slip = wide * normal.over(slip / wide, np.asarray((floor - mean) / wide))
    slip = np.maximum(mean + slip, floor)
    slip += outlook.mean[row, 1] + outlook.common[row, 1] * shock + outlook.own[row, 1] * rest
    day = np.maximum(outlook.expected[row] + slip, TOMORROW)
    found: Floats = np.where(draws.random(len(shock)) < outlook.alive[row], day, np.inf)
    return found
