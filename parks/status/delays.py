"""Delays and drop-outs, step by step: from the district's own record where it is long enough, else assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from parks.status import dates, milestones, normal, phases, standings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from parks.policy import Policy
    from parks.snapshot import Snapshot

    Floats = NDArray[np.float64]

EDITABLE = ("delay.", "dropout.")
"""How the names of the forecast's assumptions begin."""
ROUNDS = 200
"""Rounds in which the censored mean and spread are found: each moves them less than the one before."""
EXACT = 1e-6
"""Change of mean and spread at which they are found [months]."""
LEAST_SD = 0.05
"""Least spread of a step told from the record [months]: about one day and a half, as exact as the days are."""


class Lateness(NamedTuple):
    """How late each project was or is at each step [months]; NaN is unknown. Arrays of projects × `EVENTS`.

    Parameters
    ----------
    reached
        Day reached less day planned, both on record.
    before
        What the step inherits of the same for the last step before it on record; 0 where there is none.
    waiting
        Snapshot's day less day planned of the step that the project is in, less `before`: what the step adds at least.
    quarter
        Quarter for which each step was planned (see `dates.quarter_index`); −1 where that is not known.
    """

    reached: Floats
    before: Floats
    waiting: Floats
    quarter: NDArray[np.int64]


def values(rules: Policy, edited: Mapping[str, float] | None = None) -> pd.Series[float]:
    """Return the forecast's assumptions by name, those of the user in place of the policy's.

    Raises
    ------
    KeyError
        When one is edited that the forecast does not know.
    """
    known = rules.assumptions.set_index("name")["value"].astype(float)
    known = known[known.index.str.startswith(EDITABLE)]
    given = pd.Series(dict(edited or {}), dtype=float)
    strange = given.index.difference(known.index)
    if len(strange):
        raise KeyError(strange[0])
    return known.where(~known.index.isin(given.index), given.reindex(known.index))


def by_step(park: Snapshot, rules: Policy, edited: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Return what the forecast uses for each step, and on what it rests.

    Parameters
    ----------
    park
        The snapshot.
    rules
        The policy: ``assumptions``.
    edited
        Assumption → value that the user puts in its place; it goes before the record.

    Returns
    -------
    DataFrame
        One row for each of `milestones.EVENTS`: ``event reached waiting quarters mean_months sd_months error_months
        delay_from resolved dropped dropout dropout_from standing``.

        - `reached`: projects whose lateness at the step and before it is on record; `waiting`: projects in the step
          whose plan is known: they count as at least so late as they are (censored); `quarters`: in which the steps
          reached were planned;
        - `mean_months`, `sd_months`: mean and spread of what the step adds to the lateness [months];
          `error_months`: standard error of the mean, 0 where it is assumed;
        - `resolved`: projects that reached the step or were given up in it, `dropped` of them; `dropout` is a share;
        - `delay_from`, `dropout_from`: ``record``, ``assumed`` or ``edited``. The record is used from
          ``delay.record_least`` steps reached on, of drop-outs from ``dropout.record_least`` resolved; 0 is never;
        - `standing`: the worst on which the row rests.
    """
    known, given = values(rules, edited), set(edited or {})
    late = lateness(park, known["delay.carried_share"])
    passed, dropped = _passed(park)
    found = [
        _slip(event, place, late, known, given) | _drops(event, int(passed[place]), int(dropped[place]), known, given)
        for place, event in enumerate(milestones.EVENTS)
    ]
    frame = pd.DataFrame(found).astype(
        dict.fromkeys(("reached", "waiting", "quarters", "resolved", "dropped"), "Int64")
    )
    assumed = rules.assumptions[rules.assumptions["name"].str.startswith(EDITABLE)]
    rests = ((frame["delay_from"] != "record") | (frame["dropout_from"] != "record")).to_numpy(dtype=bool)
    own = int(standings.ranks(park.milestones["standing"]).max(initial=standings.NO_ROW))
    worst = int(standings.ranks(assumed["standing"]).max(initial=standings.NO_ROW))
    return frame.assign(standing=standings.names(np.where(rests, worst, own)))


def lateness(park: Snapshot, carried: float) -> Lateness:
    """Return how late each project was at the steps on record, and is at least at the step it is in.

    Parameters
    ----------
    park
        The snapshot.
    carried
        Share of the lateness of a step that the next one inherits: what is left is the step's own.
    """
    plan, actual = milestones.planned(park), milestones.on_record(park)
    today = dates.number(park.day)
    reached = months(actual, plan)
    before = np.zeros_like(reached)
    waiting = np.full_like(reached, np.nan)
    inside = _inside(milestones.open_steps(park))
    for place, event in enumerate(milestones.EVENTS):
        for step in _earlier(event):
            before[:, place] = np.where(np.isnan(reached[:, step]), before[:, place], carried * reached[:, step])
        here = months(np.where(inside[:, place], today, dates.NEVER), plan[:, place])
        waiting[:, place] = here - before[:, place]
    whole = phases.wholes(park.projects)
    reached[whole] = np.nan
    waiting[whole | milestones.dropped(park)] = np.nan
    quarter = np.where(plan == dates.NEVER, 0, plan).ravel()
    index = dates.quarter_index(dates.days(quarter)).to_numpy(dtype=np.int64).reshape(plan.shape)
    return Lateness(reached, before, waiting, np.where(plan == dates.NEVER, -1, index))


def months(day: NDArray[np.int64], since: NDArray[np.int64]) -> Floats:
    """Return the months from one day to another [months]; NaN where one is `dates.NEVER`."""
    known = (day != dates.NEVER) & (since != dates.NEVER)
    found = np.where(known, day, 0) - np.where(known, since, 0)
    return np.where(known, found / dates.DAYS_PER_MONTH, np.nan)


def censored(reached: Floats, waiting: Floats) -> tuple[float, float]:
    """Return mean and spread of a normal law of which some draws are known, and of others that they are greater.

    Notes
    -----
    Expectation and maximisation by turns (Dempster, Laird and Rubin, 1977): what waits is put at the mean of the law
    above its floor, and the law is fitted again.
    """
    mean, sd = float(reached.mean()), max(float(reached.std()), LEAST_SD)
    for _ in range(ROUNDS if len(waiting) else 0):
        last = mean, sd
        floor = (waiting - mean) / sd
        beyond = normal.excess(floor)
        expected = mean + sd * beyond
        spread = sd**2 * np.maximum(1 + floor * beyond - beyond**2, 0)
        every = np.concatenate([reached, expected])
        mean = float(every.mean())
        sd = max(float(np.sqrt((((every - mean) ** 2).sum() + spread.sum()) / len(every))), LEAST_SD)
        if abs(mean - last[0]) + abs(sd - last[1]) < EXACT:
            break
    return mean, sd


def _earlier(event: str) -> list[int]:
    """Return the places in `EVENTS` of the steps before an event."""
    return [step for step in milestones.chain(event) if step != milestones.EVENTS.index(event)]


def _inside(open_: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the events that are the next of each project: open, with nothing open before them."""
    found = open_.copy()
    for place, event in enumerate(milestones.EVENTS):
        found[:, place] &= ~open_[:, _earlier(event)].any(axis=1)
    return found


def _passed(park: Snapshot) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many projects have reached each event, and how many were given up before it as their next.

    What is given up after its completion has lost no step of building and is not counted.
    """
    counted, open_ = ~phases.wholes(park.projects), milestones.open_steps(park)
    passed = (milestones.steps(park) & ~open_)[counted].sum(axis=0)
    lost = (_inside(open_) & milestones.dropped(park)[:, None])[counted].sum(axis=0)
    lost[[place for place in range(len(milestones.EVENTS)) if place not in milestones.chain("completed")]] = 0
    return passed, lost


def _drops(event: str, passed: int, dropped: int, known: pd.Series[float], given: set[str]) -> dict[str, object]:
    """Return the drop-out of one step as `by_step` tells it.

    What is assumed counts as one project beside those of the record, so that none of a few is not never.
    """
    name, resolved = f"dropout.{event}", passed + dropped
    share, where = float(known[name]), "edited" if name in given else "assumed"
    if where == "assumed" and 0 < known["dropout.record_least"] <= resolved:
        share, where = (dropped + share) / (resolved + 1), "record"
    return {"resolved": resolved, "dropped": dropped, "dropout": share, "dropout_from": where}


def _slip(event: str, place: int, late: Lateness, known: pd.Series[float], given: set[str]) -> dict[str, object]:
    """Return the delay of one step as `by_step` tells it."""
    added, waiting = late.reached[:, place] - late.before[:, place], late.waiting[:, place]
    slips, waits = added[~np.isnan(added)], waiting[~np.isnan(waiting)]
    quarters = len(np.unique(late.quarter[~np.isnan(added), place]))
    names = {part: f"delay.{event}.{part}_months" for part in ("mean", "sd")}
    mean, sd, error, where = float(known[names["mean"]]), float(known[names["sd"]]), 0.0, "assumed"
    if 0 < known["delay.record_least"] <= len(slips):
        mean, sd = censored(slips, waits)
        common, where = known["delay.common_share"], "record"
        error = sd * float(np.sqrt(common / quarters + (1 - common) / len(slips)))
    if given & set(names.values()):
        where = "edited"
        mean, error = (float(known[names["mean"]]), 0.0) if names["mean"] in given else (mean, error)
        sd = float(known[names["sd"]]) if names["sd"] in given else sd
    counts = {"event": event, "reached": len(slips), "waiting": len(waits), "quarters": quarters}
    return counts | {"mean_months": mean, "sd_months": sd, "error_months": error, "delay_from": where}
