"""Gaps: what the programme and its targets do not say and would have to, listed for mending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from parks.status import dates, milestones, progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parks.policy import Policy
    from parks.snapshot import Snapshot

KINDS = ("area", "day", "developer", "taken_out", "start", "evidence", "clause", "value", "due_on")
"""What can be missing, in the order in which it is told."""
COLUMNS = ("table", "key", "name_zh", "name_en", "missing", "target_id", "zone_id", "source", "standing")
"""The columns of `missing`."""


def missing(park: Snapshot, rules: Policy, rule: str = "completed", basis: str = "gross") -> pd.DataFrame:
    """Return what is not known of the projects that count, and of the targets.

    Parameters
    ----------
    park, rules, rule, basis
        As in `progress.by_target`.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row for each thing that is missing. `missing` is

        - of projects: ``area`` of the basis; ``day`` on which the rule's milestone was reached or is planned;
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
    return pd.concat(found, ignore_index=True).astype("string")


def _rows(frame: pd.DataFrame, said: Mapping[str, Any], kind: str, mask: pd.Series[bool]) -> pd.DataFrame:
    """Return the rows of `missing` of one kind."""
    return frame.assign(**said, missing=kind)[mask.to_numpy(dtype=bool)][list(COLUMNS)]
