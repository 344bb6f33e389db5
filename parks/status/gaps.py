"""Gaps: what the ledgers and the targets do not say and would have to, listed for mending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from parks import demand
from parks.status import dates, definitions, holds, milestones, progress, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parks.policy import Policy
    from parks.snapshot import Snapshot

PROGRAMME = ("area", "day", "zone", "developer", "taken_out", "start", "evidence", "clause", "value", "due_on")
SPACE = ("lettable", "state", "end", "begin", "counted", "hold")
DEMAND = ("least",)
KINDS = (*PROGRAMME, *SPACE, *DEMAND)
"""What can be missing, in the order in which it is told."""
COLUMNS = ("table", "key", "name_zh", "name_en", "missing", "target_id", "zone_id", "source", "standing")
"""The columns of every list."""


def every(park: Snapshot, rules: Policy, space: pd.DataFrame, rule: str, basis: str) -> pd.DataFrame:
    """Return all that is missing: `of_programme`, `of_space` and `of_demand`, one below the other."""
    parts = [of_programme(park, rules, rule, basis), of_space(park, space), of_demand(park)]
    return pd.concat(parts, ignore_index=True)


def of_space(park: Snapshot, space: pd.DataFrame, counts: str = definitions.COUNTS[0]) -> pd.DataFrame:
    """Return what is not known of units and of the leases and holds over them that have not ended.

    Parameters
    ----------
    park
        The snapshot.
    space
        Rows of `vacancy.by_unit`, all of them or a choice: of others nothing is told.
    counts
        When a lease counts as let, as in `vacancy.by_unit`.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row for each thing that is missing. `missing` is

        - of units: ``lettable`` area (of the base that `space` sums); ``state``;
        - of leases: ``end`` of what is let or fitted out; ``begin`` or state; ``counted``, the day that `counts` asks
          for; ``hold``: the end of what is reserved or intended (a hold that was prolonged is told once, by its last
          row).
    """
    units, leases = park.units, park.leases
    at = rows.find(units["unit_id"], space["unit_id"])
    named = {name: rows.take(units[name], at) for name in ("source", "standing")}
    title = rows.take(units["name"], at)
    frame = space.assign(name_zh=title, name_en=title, **named)
    said = {"table": "units", "key": frame["unit_id"], "target_id": None}
    found = [
        _rows(frame, said, "lettable", frame["lettable_m2"].isna()),
        _rows(frame, said, "state", frame["state"] == "unknown"),
    ]
    over = (leases["valid_to"] <= pd.Timestamp(park.day)).fillna(value=False)
    held = leases[~over & leases["unit_id"].isin(space["unit_id"])].reset_index(drop=True)
    zone = rows.take(space["zone_id"], rows.find(space["unit_id"], held["unit_id"]))
    held = held.assign(name_zh=held["unit_id"], name_en=held["unit_id"], zone_id=zone)
    firm = [state for state in demand.PLACED if state not in holds.STATES]
    running = holds.current(park)
    endless = running.loc[running["valid_to"].isna(), "lease_ids"].str[-1]
    lacks = {
        "end": held["state"].isin(firm) & held["valid_to"].isna(),
        "begin": held["state"].fillna("unknown").eq("unknown") | held["valid_from"].isna(),
        "counted": held["lease_id"].isin(definitions.undated(park, counts)["lease_id"]),
        "hold": held["lease_id"].isin(endless),
    }
    said = {"table": "leases", "key": held["lease_id"], "target_id": None}
    found += [_rows(held, said, kind, mask) for kind, mask in lacks.items()]
    return _joined(found)


def of_demand(park: Snapshot) -> pd.DataFrame:
    """Return the open needs of unknown least area, as `of_space` does: ``least``."""
    needs = park.needs[demand.waiting(park)].sort_values("need_id", ignore_index=True)
    at = rows.find(park.tenants["tenant_id"], needs["tenant_id"])
    named = {name: rows.take(park.tenants[name], at) for name in ("name_zh", "name_en")}
    said = {"table": "needs", "key": needs["need_id"], "target_id": None, "zone_id": None}
    return _joined([_rows(needs.assign(**named), said, "least", needs["area_min_m2"].isna())])


def of_programme(park: Snapshot, rules: Policy, rule: str = "completed", basis: str = "gross") -> pd.DataFrame:
    """Return what is not known of the projects that count, and of the targets.

    Parameters
    ----------
    park, rules, rule, basis
        As in `progress.by_target`.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row for each thing that is missing. `missing` is

        - of projects: ``area`` of the basis; ``day`` on which the rule's milestone was reached or is planned; ``zone``;
          ``developer``; ``taken_out``: what a renewal closes; ``start``: neither reached nor planned; ``evidence`` of
          a milestone that is what makes it done;
        - of targets: ``clause`` of the paper; and of those that projects count towards ``value`` and ``due_on``.
    """
    ledger, wanted = progress.entries(park, rules, rule, basis), progress.targets(rules)
    frame = park.projects.iloc[ledger["project"]].reset_index(drop=True)
    start = milestones.EVENTS.index("started")
    days = [found[ledger["project"], start] for found in (milestones.reached(park), milestones.planned(park))]
    event = progress.event(rules, rule)
    proved = park.milestones[(park.milestones["event"] == event) & park.milestones["evidence"].notna()]
    lacks = {
        "area": ledger["area_m2"].isna(),
        "day": ledger["done"].isna() & ledger["plan"].isna(),
        "zone": frame["zone_id"].isna(),
        "developer": frame["developer"].isna(),
        "taken_out": (frame["kind"] == "renewal").fillna(value=False) & frame["taken_out_m2"].isna(),
        "start": pd.Series((days[0] == dates.NEVER) & (days[1] == dates.NEVER), index=frame.index),
        "evidence": ledger["done"].notna() & ~frame["project_id"].isin(proved["project_id"]),
    }
    said = {"table": "projects", "key": frame["project_id"], "target_id": frame["counts_to"]}
    found = [_rows(frame, said, kind, mask) for kind, mask in lacks.items()]
    every = rules.targets
    counted = every["target_id"].isin(wanted["target_id"])
    lacks = {
        "clause": every["clause"].isna(),
        "value": counted & every["value_min"].isna(),
        "due_on": counted & every["due_on"].isna(),
    }
    named = every.assign(name_zh=every["phrase_zh"], zone_id=None)
    said = {"table": "targets", "key": every["target_id"], "target_id": every["target_id"]}
    found += [_rows(named, said, kind, mask) for kind, mask in lacks.items()]
    return _joined(found)


def _joined(found: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(found, ignore_index=True).astype("string")


def _rows(frame: pd.DataFrame, said: Mapping[str, Any], kind: str, mask: pd.Series[bool]) -> pd.DataFrame:
    """Return the rows of a list of one kind."""
    return frame.assign(**said, missing=kind)[mask.to_numpy(dtype=bool)][list(COLUMNS)]
