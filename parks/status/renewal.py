"""Renewal: space that is taken out of use for its renewal, and when it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parks.status import dates, milestones, phases, progress, rows, standings

if TYPE_CHECKING:
    from parks.policy import Policy
    from parks.snapshot import Snapshot

SUMS = ("closed_m2", "returned_m2", "gone_m2", "dropped_m2")
"""Areas that are told by zone, developer or project."""


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
          or planned, and `gone_m2` at its end; in the row without a quarter what has no day. What is known to be gone
          with no day of return stays gone.
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
    area, known = every["taken_out_m2"].fillna(0), every["taken_out_m2"].notna()
    closes, returns = (dates.quarter_index(every[name]) for name in ("closes_on", "returns_on"))
    inside = pd.concat([closes, returns]).dropna()
    span = list(range(int(inside.min()), int(inside.max()) + 1)) if len(inside) else []
    # What returns must have closed; without a day of closing it is in neither sum of a quarter.
    dropped = every["state"] == "dropped"
    dated = closes.notna()
    found = []
    for quarter in [*span, pd.NA]:
        shuts, comes = (_at(closes, quarter), _at(returns, quarter) & dated)
        gone = (
            pd.NA
            if quarter is pd.NA
            else float(
                area[
                    (closes <= quarter).fillna(value=False) & ~(returns <= quarter).fillna(value=False) & ~dropped
                ].sum()
            )
        )
        touched = shuts | comes
        found.append(
            {
                "closed_m2": float(area[shuts].sum()),
                "returned_m2": float(area[comes].sum()),
                "gone_m2": gone,
                "dropped_m2": float(area[shuts & dropped].sum()),
                "projects": int(touched.sum()),
                "unknown_projects": int((touched & ~known).sum()),
                "rank": int(standings.ranks(every.loc[touched, "standing"]).max(initial=standings.NO_ROW)),
            }
        )
    frame = pd.DataFrame(found).astype(dict.fromkeys(SUMS, "Float64"))
    frame.insert(0, "quarter", dates.quarter_names(pd.Series([*span, pd.NA], dtype="Int64")))
    frame = frame.assign(standing=standings.names(frame.pop("rank").to_numpy(dtype=np.int64)))
    frame = frame.astype({"projects": "Int64", "unknown_projects": "Int64"})
    return frame[frame["quarter"].notna() | (frame["projects"] > 0)].reset_index(drop=True)


def _at(quarters: pd.Series[int], quarter: object) -> pd.Series[bool]:
    """Return where a quarter is the one asked for; NA asks for those not known."""
    if quarter is pd.NA:
        return quarters.isna()
    return (quarters == quarter).fillna(value=False).astype(bool)
