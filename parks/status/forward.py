"""Forward: which projects would have to be delivered sooner, and by how much, for a target to be likely enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from parks.status import delays, forecast, progress, rows, simulation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from parks.policy import Policy
    from parks.snapshot import Snapshot

    Floats = NDArray[np.float64]
    Months = NDArray[np.int64]

WANTED = 0.8
"""Probability that is asked for, unless said."""
AGAIN = 1_000_003
"""Added to the seed for the second opinion: other random numbers, by which nothing was chosen."""


class Needed(NamedTuple):
    """What would have to come forward.

    Parameters
    ----------
    targets
        ``target_id kind target_m2 wanted probability short_m2 projects area_m2 probability_after probability_again
        enough missing_m2``, one row a target.

        - `probability`: as it stands, `probability_after` with the projects brought forward, `probability_again` the
          same on other random numbers;
        - `short_m2`: area [m²] that would have to be delivered for certain, over and above everything, if nothing
          comes forward; 0 when the target is likely enough;
        - `projects`, `area_m2`: how many come forward, and their area [m²];
        - `enough`: whether that suffices; where it does not, all that helps is brought forward and `missing_m2` [m²]
          would have to be delivered for certain besides. NA for a target without a value or a day.
    projects
        ``target_id project_id zone_id area_m2 expected_on months probability_without``: by how many months each of
        them would have to be delivered sooner than in that run, and the probability when it alone does not.
    """

    targets: pd.DataFrame
    projects: pd.DataFrame


class _Case(NamedTuple):
    """One target's projects in every run. `most` are the months by which each may come forward, 0 for none."""

    place: NDArray[np.int64]
    arrival: Floats
    area: Floats
    due: float
    value: float
    wanted: float
    most: Months

    def total(self, months: Months) -> Floats:
        """Return the area delivered in each run [m²] when each project comes so many months sooner."""
        moved = np.flatnonzero(months)
        done = self.arrival <= self.due
        done[moved] = self.sooner(moved, months[moved])
        found: Floats = self.area @ done
        return found

    def sooner(self, rows_: NDArray[np.int64], months: Months) -> NDArray[np.bool_]:
        """Return whether projects are delivered in time when they come so many months sooner."""
        day = np.maximum(self.arrival[rows_] - months[:, None], simulation.TOMORROW)
        found: NDArray[np.bool_] = day <= self.due
        return found

    def chance(self, total: Floats) -> float:
        """Return the probability that the target is reached."""
        return float((total >= self.value).mean())

    def sure(self, total: Floats) -> Floats:
        """Return the area that is reached with the probability wanted, along the last axis [m²]."""
        runs = total.shape[-1]
        place = runs - int(np.ceil(self.wanted * runs - 1e-9))
        found: Floats = np.partition(total, place, axis=-1)[..., place]
        return found


def needed(
    park: Snapshot,
    rules: Policy,
    *,
    rule: str = "completed",
    basis: str = "gross",
    runs: int = 2000,
    seed: int = 1,
    edited: Mapping[str, float] | None = None,
    probability: float = WANTED,
) -> Needed:
    """Return which projects would have to come forward for each target to have the probability asked for.

    Parameters
    ----------
    park, rules, rule, basis, runs, seed, edited
        As in `forecast.by_target`.
    probability
        Asked for, above 0 and below 1.

    Raises
    ------
    ValueError
        When the probability is no such share.

    Notes
    -----
    Greedy: the project is taken that raises most the area reached with that probability when it comes forward by
    ``delay.forward_most_months``, but not before the day after the snapshot's; ties by id. Then each that is not
    needed is put back, and each that is comes forward only as many whole months as it must. The set is therefore one
    from which nothing can be left out; that no other is smaller is not proved.
    """
    if not 0 < probability < 1:
        message = f"a probability lies between 0 and 1, not at {probability}"
        raise ValueError(message)
    wanted, most = progress.targets(rules), delays.values(rules, edited)["delay.forward_most_months"]
    made, again = (simulation.play(park, rules, rule, basis, runs, each, edited) for each in (seed, seed + AGAIN))
    told, moved = [], []
    known = (wanted["value_min"].notna() & wanted["due_on"].notna()).to_numpy(dtype=bool)
    for row, (_, target) in enumerate(wanted.iterrows()):
        line = {"target_id": target["target_id"], "kind": target["project_kind"], "target_m2": target["value_min"]}
        if known[row]:
            case = _case(made, row, float(target["value_min"]), probability, most)
            months = _months(case)
            other = _case(again, row, float(target["value_min"]), probability, most)
            told.append(line | _told(case, other, months))
            moved.append(_moved(case, made, months, park).assign(target_id=target["target_id"]))
        else:
            told.append(line | {"wanted": probability})
    columns = ["target_id", "project_id", "zone_id", "area_m2", "expected_on", "months", "probability_without"]
    projects = pd.concat(moved, ignore_index=True)[columns] if moved else pd.DataFrame(columns=columns)
    return Needed(_typed(told), projects)


def _case(made: simulation.Runs, row: int, value: float, wanted: float, most: float) -> _Case:
    """Return one target's projects by id; each that is not done may come forward by `most` whole months."""
    at = np.flatnonzero(made.target == row)
    at = at[np.argsort(made.outlook.ledger["project_id"].to_numpy(dtype=object)[at], kind="stable")]
    arrival, far = made.arrival[at], np.where(made.outlook.done[at], 0, int(most))
    due = float(made.outlook.due[at[0]]) if len(at) else np.nan
    return _Case(at, arrival, made.area[at], due, value, wanted, far)


def _months(case: _Case) -> Months:
    """Return by how many months each project comes forward; 0 for those that stay."""
    months = np.zeros(len(case.place), dtype=np.int64)
    left = np.flatnonzero(case.most > 0) if case.due > 0 else np.zeros(0, dtype=np.int64)
    total, taken = case.total(months), []
    gain = case.area[left, None] * (case.sooner(left, case.most[left]).astype(float) - (case.arrival[left] <= case.due))
    while case.chance(total) < case.wanted and len(left):
        reached = total + gain
        best = int(np.lexsort((np.arange(len(left)), -gain.mean(axis=1), -case.sure(reached)))[0])
        if not gain[best].any():
            break
        total = reached[best]
        taken.append(left[best])
        months[left[best]] = case.most[left[best]]
        left, gain = np.delete(left, best), np.delete(gain, best, axis=0)
    if case.chance(total) >= case.wanted:
        for project in reversed(taken):
            months[project] = _least(case, months, project)
    return months


def _least(case: _Case, months: Months, project: int) -> int:
    """Return the fewest months by which one project must come forward while the others stay where they are put."""
    low, high, trial = 0, int(months[project]), months.copy()
    while low < high:
        trial[project] = middle = (low + high) // 2
        low, high = (low, middle) if case.chance(case.total(trial)) >= case.wanted else (middle + 1, high)
    return high


def _told(case: _Case, other: _Case, months: Months) -> dict[str, object]:
    """Return the row of one target; `other` is the same on other random numbers."""
    now, then = case.total(np.zeros_like(months)), case.total(months)
    chosen, chance = months > 0, case.chance(then)
    # A month forward is a month, whichever the random numbers: the second opinion moves the same projects as far.
    return {
        "wanted": case.wanted,
        "probability": case.chance(now),
        "short_m2": max(case.value - float(case.sure(now)), 0.0),
        "projects": int(chosen.sum()),
        "area_m2": float(case.area[chosen].sum()),
        "probability_after": chance,
        "probability_again": other.chance(other.total(months)),
        "enough": chance >= case.wanted,
        "missing_m2": max(case.value - float(case.sure(then)), 0.0),
    }


def _moved(case: _Case, made: simulation.Runs, months: Months, park: Snapshot) -> pd.DataFrame:
    """Return the rows of `Needed.projects` of one target, greatest area first."""
    chosen = np.flatnonzero(months)
    without = []
    for project in chosen:
        trial = months.copy()
        trial[project] = 0
        without.append(case.chance(case.total(trial)))
    at = case.place[chosen]
    found = pd.DataFrame({name: rows.take(made.outlook.ledger[name], at) for name in ("project_id", "zone_id")}).assign(
        area_m2=case.area[chosen],
        expected_on=forecast.middle(made.arrival[at], park),
        months=rows.whole(months[chosen]),
        probability_without=without,
    )
    return found.sort_values(["area_m2", "project_id"], ascending=[False, True], ignore_index=True)


def _typed(told: list[dict[str, object]]) -> pd.DataFrame:
    """Return the rows of `Needed.targets` with room for what is not known."""
    text, whole = ("target_id", "kind"), ("projects",)
    numbers = ("target_m2", "wanted", "probability", "short_m2", "area_m2", "probability_after", "probability_again")
    order = [*text, *numbers[:4], "projects", *numbers[4:], "enough", "missing_m2"]
    dtypes = dict.fromkeys(text, "string") | dict.fromkeys((*numbers, "missing_m2"), "Float64")
    frame = pd.DataFrame(told, columns=order)
    return frame.astype(dtypes | dict.fromkeys(whole, "Int64") | {"enough": "boolean"})
