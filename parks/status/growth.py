"""Growth path: what companies that incubate and pilot today will ask for as they move on, by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from parks import demand
from parks.status import rows, standings

if TYPE_CHECKING:
    from parks.policy import Policy
    from parks.snapshot import Snapshot

PATH = ("incubation", "pilot", "production")
"""The stages that a company grows through."""


def expected(park: Snapshot, space: pd.DataFrame, rules: Policy, years: int = 5) -> pd.DataFrame:
    """Return the space that companies on the growth path are expected to ask for, year by year.

    Parameters
    ----------
    park
        The snapshot: the stages of the companies.
    space
        Rows of `vacancy.by_unit(park)`.
    rules
        The policy: the assumptions ``growth.<stage>.moving`` (share of the area held at a stage that moves on in a
        year) and ``growth.<stage>.factor`` (area asked for at the next stage ÷ area left).
    years
        How far to look.

    Returns
    -------
    DataFrame
        ``year stage asked_m2 left_m2 standing``, by year and stage: area asked for at that stage by those who come from
        the stage before [m²], and area that they leave there. The sums of what is known; companies of unknown stage or
        area are in `unknown`. Of the year of the snapshot's day only what is left of it counts.

    Notes
    -----
    Areas flow: of the area held at a stage at the beginning of a year the share ``moving`` moves on; what they then
    hold at the next stage, ``factor`` times as much, can move on from the year after. Nothing else grows or leaves:
    the demand of companies that are not here yet is in the pipeline.
    """
    values = rules.assumptions.set_index("name")["value"]
    steps = PATH[:-1]
    moving, factor = (
        np.array([float(values.loc[f"growth.{stage}.{name}"]) for stage in steps]) for name in ("moving", "factor")
    )
    area = np.array([held(park, space)[stage] for stage in PATH], dtype=float)
    ends = pd.Timestamp(park.day.year, 12, 31)
    left_of_year = (ends - pd.Timestamp(park.day)).days / (365 + ends.is_leap_year)
    found = []
    for year in range(park.day.year, park.day.year + years):
        share = 1 - (1 - moving) ** left_of_year if year == park.day.year else moving
        leaving = area[:-1] * share
        asked = leaving * factor
        area[:-1] -= leaving
        area[1:] += asked
        found += [(year, stage, asked[at], leaving[at]) for at, stage in enumerate(PATH[1:])]
    frame = pd.DataFrame(found, columns=["year", "stage", "asked_m2", "left_m2"])
    rank = int(
        standings.ranks(rules.assumptions["standing"][rules.assumptions["name"].str.startswith("growth.")]).max()
    )
    standing = standings.names(np.full(len(frame), rank))
    return frame.astype({"year": "Int64", "stage": "string"}).assign(standing=standing)


def held(park: Snapshot, space: pd.DataFrame) -> dict[str, float]:
    """Return the area that companies hold at each stage of the path [m²], of what is known."""
    own = _holders(park, space)
    return {stage: float(own.loc[own["stage"] == stage, "lettable_m2"].sum()) for stage in PATH}


def unknown(park: Snapshot, space: pd.DataFrame) -> int:
    """Return how many companies that hold space are left out: of unknown stage, or with a unit of unknown area."""
    own = _holders(park, space)
    out = own["stage"].isna() | (own["stage"].isin(PATH) & own["lettable_m2"].isna())
    return int(own.loc[out, "tenant_id"].nunique())


def _holders(park: Snapshot, space: pd.DataFrame) -> pd.DataFrame:
    own = space[space["state"].isin(demand.PLACED) & space["tenant_id"].notna()].reset_index(drop=True)
    stage = rows.take(park.tenants["stage"], rows.find(park.tenants["tenant_id"], own["tenant_id"]))
    return own[["tenant_id", "lettable_m2"]].assign(stage=stage)
