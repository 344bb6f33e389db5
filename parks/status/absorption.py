"""Absorption from the record: let area gained and lost by quarter, and how long units stand vacant between leases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parks.status import areas, dates, occupancy, rows, standings, vacancy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from parks.snapshot import Snapshot

QUARTERS = 8
"""Quarters that are looked back on, the one of the snapshot's day among them."""
LET = tuple(areas.STATES.index(state) for state in ("let", "fitting_out", "reserved"))
"""States of the leases that end a vacancy: a company has taken the unit."""
SUMS = ("begin_m2", "new_m2", "ended_m2", "end_m2", "net_m2", "turned_m2")
"""The areas of a quarter."""


def net(
    park: Snapshot,
    quarters: int = QUARTERS,
    counts: str = "begun",
    base: str = "lettable",
    counted_in: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the net absorption by zone and quarter.

    Parameters
    ----------
    park
        The snapshot with the leases of **all** days.
    quarters
        How many, up to the one of the snapshot's day; that one is counted up to the day.
    counts, base
        As in `vacancy.by_unit`.
    counted_in
        As in `vacancy.by`.

    Returns
    -------
    DataFrame
        ``zone_id quarter begin_m2 new_m2 ended_m2 end_m2 net_m2 turned_m2 unknown_units standing``, sorted by quarter
        and zone; the zone of unknown place last.

        - `begin_m2`, `end_m2`: let area before the quarter's first day and on its last, of the **same units**: those on
          record on the snapshot's day; a unit that was not built yet was not let;
        - `new_m2`: of units let at the end and not at the beginning, `ended_m2` of those let at the beginning only, so
          that ``begin + new − ended = end`` and ``net = new − ended``;
        - `turned_m2`: of units let at both, to another company: in no net figure;
        - `unknown_units`: of unknown area, or of unknown state at either end: in no sum.

        Areas [m²] are sums of what is known.
    """
    now = int(dates.quarter_index(pd.Series([pd.Timestamp(park.day)])).iloc[0])
    starts = [_first_day(index) for index in range(now - quarters + 1, now + 1)]
    days = [start - pd.Timedelta(days=1) for start in starts] + [pd.Timestamp(park.day)]
    seen = [vacancy.by_unit(replace(park, day=day.date()), counts, base) for day in days]
    names = dates.quarter_names(pd.Series(range(now - quarters + 1, now + 1), dtype="Int64"))
    parts = [_quarter(seen[at], seen[at + 1], counted_in).assign(quarter=names.iloc[at]) for at in range(quarters)]
    found = pd.concat(parts, ignore_index=True)
    return found[["zone_id", "quarter", *SUMS, "unknown_units", "standing"]].astype({"quarter": "string"})


def together(found: pd.DataFrame) -> pd.DataFrame:
    """Return rows of `net` added up over the zones: one row a quarter."""
    groups = found.groupby("quarter", sort=True)
    sums = groups[[*SUMS, "unknown_units"]].sum().reset_index()
    group = groups.ngroup().to_numpy().astype(np.int64)
    return sums.assign(standing=standings.worst(standings.ranks(found["standing"]), group, len(sums)))


def spells(park: Snapshot) -> pd.DataFrame:
    """Return every time that a unit stood vacant after a lease or works, on record up to the snapshot's day.

    Parameters
    ----------
    park
        The snapshot with the leases of **all** days.

    Returns
    -------
    DataFrame
        ``unit_id zone_id vacant_from until months ended after standing``, sorted by unit and time.

        - `vacant_from`: day after the last of a firm lease that no other follows at once;
        - `until`: the day on which the next firm lease begins, NaT when none has begun by the snapshot's day;
        - `months`: how long it stood vacant, up to then or to the snapshot's day [mean months];
        - `ended`: ``let`` when a company took it, ``withdrawn`` when it was locked or renovated, ``vacant`` when it
          stands vacant still: the true time to let is longer than `months` in both;
        - `after`: state of the lease before.

        Units with a firm lease of unknown state or beginning are left out: nobody knows when they were vacant.
    """
    leases = park.leases
    state, unit = occupancy.states(leases), rows.find(park.units["unit_id"], leases["unit_id"])
    begins, ends = dates.numbers(leases["valid_from"], dates.ALWAYS), dates.numbers(leases["valid_to"], dates.NEVER)
    today = dates.number(park.day)
    unsure = np.isin(unit, unit[state == occupancy.UNKNOWN])
    firm = np.flatnonzero((unit >= 0) & (state != occupancy.INTENDED) & ~unsure & (begins < ends) & (begins <= today))
    order = firm[np.lexsort((begins[firm], unit[firm]))]
    of, begin = unit[order], begins[order]
    reach = np.maximum.accumulate(of * occupancy.SPAN + np.minimum(ends[order], occupancy.FAR)) - of * occupancy.SPAN
    last = np.append(rows.firsts(of)[1:], True) if len(of) else np.zeros(0, dtype=bool)
    follows = np.where(last, dates.NEVER, np.append(begin[1:], dates.NEVER)[: len(of)])
    gap = np.flatnonzero((reach < follows) & (reach <= today))
    next_state = np.where(last[gap], -1, np.append(state[order][1:], -1)[: len(of)][gap])
    until = np.where(last[gap], today, follows[gap])
    ended = np.where(last[gap], "vacant", np.where(np.isin(next_state, LET), "let", "withdrawn"))
    building = rows.find(park.buildings["building_id"], rows.take(park.units["building_id"], of[gap]))
    campus = rows.find(park.parks["park_id"], rows.take(park.buildings["park_id"], building))
    return pd.DataFrame(
        {
            "unit_id": rows.take(park.units["unit_id"], of[gap]),
            "zone_id": rows.take(park.parks["zone_id"], campus),
            "vacant_from": dates.days(reach[gap]),
            "until": dates.days(follows[gap]),
            "months": (until - reach[gap]) / dates.DAYS_PER_MONTH,
            "ended": pd.Series(ended, dtype="string"),
            "after": pd.Series(pd.array(areas.STATES, dtype="string").take(state[order][gap])),
            "standing": rows.take(leases["standing"], order[gap]),
        }
    )


def time_to_let(found: pd.DataFrame, counted_in: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return how long units stood vacant until a company took them, by zone and over all.

    Parameters
    ----------
    found
        Rows of `spells`, all of them or a choice.
    counted_in
        As in `vacancy.by`.

    Returns
    -------
    DataFrame
        ``zone_id cases let vacant withdrawn lower_months median_months upper_months longest_months standing``, sorted
        by zone; the last row, without a zone, is over all.

        `lower_months`, `median_months`, `upper_months` are the times by which a quarter, half and three quarters were
        let, by Kaplan and Meier (1958): a spell that has not ended by a letting counts as longer than it lasted. NA
        when fewer were let by the longest time seen: then it is more than `longest_months`.
    """
    zone = rows.counted(found["zone_id"], counted_in)
    groups = [(code, found[zone == code]) for code in sorted(zone.dropna().unique())]
    lines = []
    for code, part in [*groups, (pd.NA, found)]:
        months, let = part["months"].to_numpy(dtype=float), (part["ended"] == "let").to_numpy(dtype=bool)
        times, share = survival(months, let)
        lines.append(
            {
                "zone_id": code,
                "cases": len(part),
                "let": int(let.sum()),
                "vacant": int((part["ended"] == "vacant").sum()),
                "withdrawn": int((part["ended"] == "withdrawn").sum()),
                "lower_months": quantile(times, share, 0.25),
                "median_months": quantile(times, share, 0.5),
                "upper_months": quantile(times, share, 0.75),
                "longest_months": float(months.max()) if len(months) else None,
                "standing": standings.worst(
                    standings.ranks(part["standing"]), np.zeros(len(part), dtype=np.int64), 1
                ).iloc[0],
            }
        )
    whole = dict.fromkeys(("cases", "let", "vacant", "withdrawn"), "Int64")
    text = dict.fromkeys(("zone_id", "standing"), "string")
    months = dict.fromkeys(("lower_months", "median_months", "upper_months", "longest_months"), "Float64")
    return pd.DataFrame(lines).astype(whole | text | months)


def survival(months: NDArray[np.float64], ended: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the times at which something ended, and the share that lasts longer than each (Kaplan and Meier 1958).

    Parameters
    ----------
    months
        How long each case lasted, or has lasted so far.
    ended
        Whether it ended then; else it was only seen up to then, and lasts longer.
    """
    times = np.unique(months[ended])
    at_risk = np.array([(months >= time).sum() for time in times], dtype=float)
    events = np.array([(months[ended] == time).sum() for time in times], dtype=float)
    return times, np.cumprod(1 - events / at_risk)


def quantile(times: NDArray[np.float64], share: NDArray[np.float64], part: float) -> float | None:
    """Return the first time by which at least `part` has ended, None when that was not seen."""
    reached = np.flatnonzero(share <= 1 - part + 1e-12)  # a share such as 3/4 is a product of rounded factors
    return float(times[reached[0]]) if len(reached) else None


def _first_day(index: int) -> pd.Timestamp:
    """Return the first day of a quarter (see `dates.quarter_index`)."""
    return pd.Timestamp(year=index // 4, month=index % 4 * 3 + 1, day=1)


def _quarter(before: pd.DataFrame, after: pd.DataFrame, counted_in: Mapping[str, str] | None) -> pd.DataFrame:
    """Return the sums of one quarter by zone."""
    area = after["lettable_m2"].fillna(0.0).astype(float)
    was, is_ = before["state"] == "let", after["state"] == "let"
    unknown = (before["state"] == "unknown") | (after["state"] == "unknown")
    counted = ~unknown
    same = before["tenant_id"].eq(after["tenant_id"]).fillna(value=True)
    frame = pd.DataFrame(
        {
            "zone_id": rows.counted(after["zone_id"], counted_in),
            "begin_m2": area.where(was & counted, 0.0),
            "new_m2": area.where(is_ & ~was & counted, 0.0),
            "ended_m2": area.where(was & ~is_ & counted, 0.0),
            "end_m2": area.where(is_ & counted, 0.0),
            "turned_m2": area.where(was & is_ & counted & ~same, 0.0),
            "unknown_units": (unknown | after["lettable_m2"].isna()).astype("Int64"),
        }
    )
    groups = frame.groupby("zone_id", dropna=False, sort=True)
    found = groups.sum().reset_index()
    worst = standings.worst(standings.ranks(after["standing"]), groups.ngroup().to_numpy().astype(np.int64), len(found))
    return found.assign(net_m2=found["new_m2"] - found["ended_m2"], standing=worst)
