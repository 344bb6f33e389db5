"""Which milestone every project has reached, and for when each is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parks.status import dates, rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.snapshot import Snapshot

WORKS = ("approved", "started", "topped_out", "completed", "handed_over")
"""The events of building, each after the one before: who has reached a later one has reached it too."""
EVENTS = (*WORKS, "recognised", "first_let")
"""Every event. Recognition is granted by others, and a first lease may be signed before the works end: both may come at
any time, so they imply nothing."""


def reached(park: Snapshot) -> NDArray[np.int64]:
    """Return the day number on which each project reached each event.

    Returns
    -------
    array of projects × `EVENTS`
        `dates.NEVER` when it is not reached by the snapshot's day as far as known. An event of building counts as
        reached at the latest when a later one is.
    """
    found = on_record(park)
    works = found[:, : len(WORKS)]
    found[:, : len(WORKS)] = np.minimum.accumulate(works[:, ::-1], axis=1)[:, ::-1]
    return found


def on_record(park: Snapshot) -> NDArray[np.int64]:
    """Return what `reached` does, without what follows from later events: only days that the ledger itself gives."""
    actual = dates.numbers(park.milestones["actual_on"], dates.NEVER)
    actual[actual > dates.number(park.day)] = dates.NEVER
    found = np.full((len(park.projects), len(EVENTS)), dates.NEVER, dtype=np.int64)
    at, project, event = _cells(park)
    np.minimum.at(found, (project, event), actual[at])
    return found


def steps(park: Snapshot) -> NDArray[np.bool_]:
    """Return which events lie on the way of each project, as projects × `EVENTS`.

    All of them, but that a renewal is topped out only where the ledger says so.
    """
    found = np.ones((len(park.projects), len(EVENTS)), dtype=np.bool_)
    place = EVENTS.index("topped_out")
    found[(park.projects["kind"] == "renewal").fillna(value=False).to_numpy(dtype=bool), place] = False
    _, project, event = _cells(park)
    found[project[event == place], place] = True
    return found


def open_steps(park: Snapshot) -> NDArray[np.bool_]:
    """Return which events each project still has before it, as projects × `EVENTS`."""
    found: NDArray[np.bool_] = steps(park) & (reached(park) == dates.NEVER)
    return found


def planned(park: Snapshot) -> NDArray[np.int64]:
    """Return the day number for which each project plans each event.

    Returns
    -------
    array of projects × `EVENTS`
        The latest plan when there are several; `dates.NEVER` when none is known.
    """
    plan = dates.numbers(park.milestones["planned_on"], dates.ALWAYS)
    found = np.full((len(park.projects), len(EVENTS)), dates.ALWAYS, dtype=np.int64)
    at, project, event = _cells(park)
    np.maximum.at(found, (project, event), plan[at])
    return np.where(found == dates.ALWAYS, dates.NEVER, found)


def chain(event: str) -> list[int]:
    """Return the places in `EVENTS` of every step up to `event`; what is no step is taken to follow completion."""
    if event not in WORKS:
        return [*range(EVENTS.index("completed") + 1), EVENTS.index(event)]
    return list(range(EVENTS.index(event) + 1))


def dropped(park: Snapshot) -> NDArray[np.bool_]:
    """Return which projects are given up by the snapshot's day, as far as known."""
    return dates.numbers(park.projects["dropped_on"], dates.NEVER) <= dates.number(park.day)


def timeline(park: Snapshot) -> pd.DataFrame:
    """Return every milestone on record with its planned day and the day on which it was reached.

    Returns
    -------
    DataFrame
        ``project_id milestone_id event planned_on reached_on days_late evidence source standing``, sorted by project
        and in the order of `EVENTS`.

        - `reached_on`: NaT when not reached by the snapshot's day as far as known;
        - `days_late`: days from the planned day to the day reached, or to the snapshot's day for what is overdue
          [days]; below 0 is early; NA when it is not due yet or one of the days is not known.
    """
    frame, today = park.milestones, pd.Timestamp(park.day)
    place = pd.Series(rows.places(EVENTS, frame["event"]), index=frame.index)
    reached_on = frame["actual_on"].where(frame["actual_on"] <= today)
    until = reached_on.fillna(today).where(reached_on.notna() | (frame["planned_on"] < today))
    late_ = (until - frame["planned_on"]).dt.days.astype("Int64")
    found = frame.assign(reached_on=reached_on, days_late=late_, place=place)
    found = found.sort_values(["project_id", "place", "milestone_id"], kind="stable", ignore_index=True)
    columns = ["project_id", "milestone_id", "event", "planned_on", "reached_on", "days_late", "evidence"]
    return found[[*columns, "source", "standing"]]


def late(park: Snapshot) -> pd.DataFrame:
    """Return the milestones planned before the snapshot's day and not reached, latest first.

    Returns
    -------
    DataFrame
        ``project_id name_zh name_en kind zone_id counts_to milestone_id event planned_on days_late gfa_m2 standing``.
        An event of building is not late when a later one is reached, and nothing is late of a project given up.
    """
    at, project, event = _cells(park)
    behind = dates.number(park.day) - dates.numbers(park.milestones["planned_on"], dates.number(park.day))[at]
    open_ = (reached(park)[project, event] == dates.NEVER) & ~dropped(park)[project]
    late_ = np.flatnonzero((behind > 0) & open_)
    at, project, behind = at[late_], project[late_], behind[late_]
    names = ["project_id", "name_zh", "name_en", "kind", "zone_id", "counts_to"]
    found = pd.DataFrame({name: rows.take(park.projects[name], project) for name in names}).assign(
        **{name: rows.take(park.milestones[name], at) for name in ("milestone_id", "event", "planned_on")},
        days_late=rows.whole(behind),
        gfa_m2=rows.take(park.projects["gfa_m2"], project),
        standing=rows.take(park.milestones["standing"], at),
    )
    return found.sort_values(["days_late", "milestone_id"], ascending=[False, True], kind="stable", ignore_index=True)


def _cells(park: Snapshot) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of the milestones whose project and event are known, and the two as places."""
    project = rows.find(park.projects["project_id"], park.milestones["project_id"])
    event = rows.places(EVENTS, park.milestones["event"])
    at = np.flatnonzero((project >= 0) & (event >= 0))
    return at, project[at], event[at]
