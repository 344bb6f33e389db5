"""Requests of companies in the loop found, solved, answered, tied to who asks and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parks.status import rows, standings

if TYPE_CHECKING:
    from parks.snapshot import Snapshot

STATES = ("found", "solved", "answered")
"""How far a request has come: found and open; solved, the company not told yet; answered."""


def loop(park: Snapshot) -> pd.DataFrame:
    """Return every request found by the snapshot's day, with how far it has come, the longest open first.

    Returns
    -------
    DataFrame
        ``request_id tenant_id unit_id building_id park_id zone_id subject owner state found_on solved_on answered_on
        days_open days_to_solve standing``.

        - what was solved or answered after the snapshot's day was not yet;
        - a request that was answered counts as answered even where the day on which it was solved is not known;
        - `building_id` is that of the unit where only the unit is said;
        - `days_open`: from finding to the day, of what is not answered; `days_to_solve`: from finding to solving;
          NA where it is not so far or the day is not known.
    """
    day = pd.Timestamp(park.day)
    asked = park.requests[park.requests["found_on"] <= day].reset_index(drop=True)
    solved, answered = (asked[name].where(asked[name] <= day) for name in ("solved_on", "answered_on"))
    place = np.where(answered.notna(), 2, np.where(solved.notna(), 1, 0))
    unit = rows.find(park.units["unit_id"], asked["unit_id"])
    building = asked["building_id"].fillna(rows.take(park.units["building_id"], unit))
    campus = rows.take(park.buildings["park_id"], rows.find(park.buildings["building_id"], building))
    found = asked.assign(
        building_id=building,
        park_id=campus,
        zone_id=rows.take(park.parks["zone_id"], rows.find(park.parks["park_id"], campus)),
        state=pd.array(STATES, dtype="string").take(place),
        solved_on=solved,
        answered_on=answered,
        days_open=(day - asked["found_on"]).dt.days.astype("Int64").where(place < STATES.index("answered")),
        days_to_solve=(solved - asked["found_on"]).dt.days.astype("Int64"),
    )
    columns = ["request_id", "tenant_id", "unit_id", "building_id", "park_id", "zone_id", "subject", "owner", "state"]
    columns += ["found_on", "solved_on", "answered_on", "days_open", "days_to_solve", "standing"]
    order = ["days_open", "request_id"]
    return found[columns].sort_values(order, ascending=[False, True], kind="stable", ignore_index=True)


def by_state(told: pd.DataFrame) -> pd.DataFrame:
    """Return how many requests there are in each of `STATES`, with none too.

    Parameters
    ----------
    told
        As `loop` gives them.

    Returns
    -------
    DataFrame
        ``state requests longest_days standing``: `longest_days` is how long the oldest has been open, NA where none is.
    """
    place = rows.places(STATES, told["state"])
    longest = told.groupby("state")["days_open"].max().reindex(list(STATES))
    return pd.DataFrame(
        {
            "state": pd.array(STATES, dtype="string"),
            "requests": rows.whole(np.bincount(place, minlength=len(STATES))),
            "longest_days": longest.astype("Int64").array,
            "standing": standings.worst(standings.ranks(told["standing"]), place, len(STATES)),
        }
    )


def by_owner(told: pd.DataFrame) -> pd.DataFrame:
    """Return how many requests each person in charge has, by state.

    Parameters
    ----------
    told
        As `loop` gives them.

    Returns
    -------
    DataFrame
        ``owner found solved answered median_days unknown_days standing``, sorted by owner, nobody in charge last.
        `median_days` is from finding to solving, NA when none is known; `unknown_days` counts what is solved or
        answered without it.
    """
    done = told["state"] != "found"
    facts = {state: (told["state"] == state).astype("Int64") for state in STATES}
    table = told.assign(**facts, unknown_days=(done & told["days_to_solve"].isna()).astype("Int64"))
    groups = table.groupby("owner", dropna=False, sort=True)
    sums = groups[[*STATES, "unknown_days"]].sum()
    sums.insert(len(STATES), "median_days", groups["days_to_solve"].median().astype("Float64"))
    group = groups.ngroup().to_numpy().astype(np.int64)
    worst = standings.worst(standings.ranks(told["standing"]), group, len(sums))
    found: pd.DataFrame = sums.reset_index().assign(standing=worst)
    return found
