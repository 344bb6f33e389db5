"""Renewal: space that is taken out of use for its renewal, and when it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parks.status import dates, milestones, phases, progress, rows, standings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.policy import Policy
    from parks.snapshot import Snapshot

SUMS = ("closed_m2", "returned_m2", "gone_m2", "dropped_m2")
"""Areas that are told by zone, developer or project."""
NO_DAY = 99_999
"""Quarter of a day that is not known: later than every other."""


def spaces(park: Snapshot, rules: Policy) -> pd.DataFrame:
    """Return one row for each renewal that counts towards a target, or did before it was given up.

    Returns
    -------
    DataFrame
        ``project_id name_zh name_en target_id zone_id developer state closes_on returns_on taken_out_m2 after_m2
        standing``.

        - `state`: ``ahead`` (not started), ``gone`` (started and not completed), ``returned``, or ``dropped``: given
          up after its start, and nobody knows whether the space is back; one given up before has no row;
        - `closes_on`, `returns_on`: the day reached, else the day planned if that is still to come; NaT when not known;
        - `taken_out_m2`, `after_m2`: gross area before and after [m²], NA when not known.
    """
    projects, wanted = park.projects, progress.targets(rules)
    target = rows.find(wanted["target_id"], projects["counts_to"])
    mine = (target >= 0) & (projects["kind"] == "renewal").fillna(value=False).to_numpy(dtype=bool)
    mine &= (rows.take(wanted["project_kind"], target) == "renewal").fillna(value=False).to_numpy(dtype=bool)
    reached, plan, dropped = milestones.reached(park), milestones.planned(park), milestones.dropped(park)
    ends = [milestones.EVENTS.index(name) for name in ("started", "completed")]
    done = reached[:, ends] != dates.NEVER
    at = np.flatnonzero(mine & ~phases.wholes(projects) & ~(dropped & ~done[:, 0]))
    today = dates.number(park.day)
    day = np.where(done, reached[:, ends], np.where(plan[:, ends] > today, plan[:, ends], dates.NEVER))
    day[dropped & ~done[:, 1], 1] = dates.NEVER
    state = np.select([done[:, 1], dropped, done[:, 0]], ["returned", "dropped", "gone"], "ahead")
    zone = rows.counted(projects["zone_id"], rules.zones.set_index("zone_id")["counted_in"])
    names = ("project_id", "name_zh", "name_en")
    return pd.DataFrame({name: rows.take(projects[name], at) for name in names}).assign(
        target_id=rows.take(wanted["target_id"], target[at]),
        zone_id=rows.take(zone, at),
        developer=rows.take(projects["developer"], at),
        state=pd.Series(state[at], dtype="string"),
        closes_on=dates.days(day[at, 0]),
        returns_on=dates.days(day[at, 1]),
        taken_out_m2=rows.take(projects["taken_out_m2"], at),
        after_m2=rows.take(projects["gfa_m2"], at),
        standing=rows.take(projects["standing"], at),
    )


def taken_out(park: Snapshot, rules: Policy, level: str = "zone") -> pd.DataFrame:
    """Return the space that renewals take out, by zone, developer, project or quarter.

    Parameters
    ----------
    park
        The snapshot.
    rules
        The policy: ``targets zones``.
    level
        ``zone``, ``developer``, ``project`` or ``quarter``.

    Returns
    -------
    DataFrame
        The level's id, then `SUMS` [m²], ``projects unknown_projects standing``: what is known, summed; unknown areas
        are counted apart. The row without an id comes last.

        - by zone, developer or project: `closed_m2` taken out by the day, of it `returned_m2` renewed since, `gone_m2`
          still gone, `dropped_m2` of projects given up after their start;
        - by quarter: `closed_m2`, `returned_m2` and `dropped_m2` of the quarter in which it closes or comes back, done
          or planned, and `gone_m2` at its end; what has no day of closing is in the row without a quarter. What has no
          day of return stays gone.
    """
    every = spaces(park, rules)
    if level == "quarter":
        return _by_quarter(every)
    key = progress.LEVELS[level]
    begun = every["state"] != "ahead"
    area = every["taken_out_m2"]
    parts = {
        "closed_m2": area.where(begun, 0.0),
        **{f"{state}_m2": area.where(every["state"] == state, 0.0) for state in ("returned", "gone", "dropped")},
    }
    frame = pd.DataFrame(parts)[list(SUMS)].assign(projects=1, unknown_projects=area.isna().astype("Int64"))
    groups = frame.groupby(every[key], dropna=False, sort=True)
    found = groups.sum()
    group = groups.ngroup().to_numpy().astype(np.int64)
    worst = standings.worst(standings.ranks(every["standing"]), group, len(found))
    return found.reset_index().assign(standing=worst).astype({"projects": "Int64", "unknown_projects": "Int64"})


def _by_quarter(every: pd.DataFrame) -> pd.DataFrame:
    """Return `taken_out` by quarter: what closes, what comes back, and what is gone at the end."""
    area = every["taken_out_m2"].to_numpy(dtype=float, na_value=np.nan)
    closes, returns = (_quarters(every[name]) for name in ("closes_on", "returns_on"))
    # What comes back without a day on which it closed is in no quarter: else more would be back than was gone.
    returns[closes == NO_DAY] = NO_DAY
    dropped, rank = (every["state"] == "dropped").to_numpy(dtype=bool), standings.ranks(every["standing"])
    dated = np.concatenate([closes, returns])
    dated = dated[dated != NO_DAY]
    span = list(range(int(dated.min()), int(dated.max()) + 1)) if len(dated) else []
    found = []
    for quarter in [*span, NO_DAY]:
        shuts, comes = closes == quarter, returns == quarter
        gone = (closes <= quarter) & (returns > quarter) & ~dropped
        touched = shuts | comes if quarter != NO_DAY else shuts
        found.append(
            {
                "quarter": quarter if quarter != NO_DAY else pd.NA,
                "closed_m2": float(np.nansum(area[shuts])),
                "returned_m2": float(np.nansum(area[comes & (quarter != NO_DAY)])),
                "gone_m2": float(np.nansum(area[gone])) if quarter != NO_DAY else pd.NA,
                "dropped_m2": float(np.nansum(area[shuts & dropped])),
                "projects": int(touched.sum()),
                "unknown_projects": int((touched & np.isnan(area)).sum()),
                "standing": int(rank[touched].max(initial=standings.NO_ROW)),
            }
        )
    frame = pd.DataFrame(found).astype(dict.fromkeys(SUMS, "Float64"))
    frame["quarter"] = dates.quarter_names(frame["quarter"].astype("Int64"))
    frame["standing"] = standings.names(frame["standing"].to_numpy(dtype=np.int64))
    frame = frame.astype({"projects": "Int64", "unknown_projects": "Int64"})
    return frame[frame["quarter"].notna() | (frame["projects"] > 0)].reset_index(drop=True)


def _quarters(days: pd.Series[pd.Timestamp]) -> NDArray[np.int64]:
    """Return the quarter of each day; `NO_DAY` where it is not known, later than all."""
    index = dates.quarter_index(days).fillna(NO_DAY)
    return np.array(index.to_numpy(), dtype=np.int64)
