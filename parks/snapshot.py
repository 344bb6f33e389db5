"""Every table as it stood on one date."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from parks import schema

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import geopandas as gpd


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every table as it stood on one day, as it was known on one day, in one scenario.

    Each frame has the columns of `data/schema/`, one row a key, sorted by key, with a plain integer index.
    Unknown cells are NA: text, choices and codes are ``string``, numbers ``Float64``, whole numbers ``Int64``,
    yes/no ``boolean``, days ``datetime64`` (NaT is unknown).
    `parks`, `buildings`, `facilities` and `outlines` are GeoDataFrames in EPSG:4326; what has no shape has None.

    `leases` alone look ahead: they hold what is in force on the day **and** what begins later, so that
    availability can be told; `valid_to` is the day after the last, NaT when open.

    Parameters
    ----------
    day
        The day it shows.
    scenario
        The scenario laid over the record; None is the record itself.
    known_on
        The day of the belief; None is the newest.
    version
        Number of the last change that it holds: a cache key.
    """

    day: dt.date
    parks: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    floors: pd.DataFrame
    units: pd.DataFrame
    tenants: pd.DataFrame
    needs: pd.DataFrame
    leases: pd.DataFrame
    projects: pd.DataFrame
    milestones: pd.DataFrame
    published_figures: pd.DataFrame
    waivers: pd.DataFrame
    pins: pd.DataFrame
    quotas: pd.DataFrame
    weights: pd.DataFrame
    target_splits: pd.DataFrame
    facilities: gpd.GeoDataFrame
    requests: pd.DataFrame
    localisations: pd.DataFrame
    outlines: gpd.GeoDataFrame
    scenario: str | None = None
    known_on: dt.date | None = None
    version: int = field(default=0)

    def table(self, name: str) -> pd.DataFrame:
        """Return the table called `name`, one of `schema.TABLES`."""
        if name not in schema.TABLES:
            raise KeyError(name)
        frame: pd.DataFrame = getattr(self, name)
        return frame


def of(
    day: dt.date,
    tables: Mapping[str, pd.DataFrame],
    *,
    scenario: str | None = None,
    known_on: dt.date | None = None,
    version: int = 0,
) -> Snapshot:
    """Return the snapshot that holds `tables`; what is not given is an empty table or an unknown column.

    Parameters
    ----------
    day
        The day it shows.
    tables
        Table name → frame with any of its columns (see `schema.typed`).
    scenario, known_on, version
        As in `Snapshot`.

    Raises
    ------
    KeyError
        When a table is not one of `schema.TABLES`.
    """
    unknown = set(tables) - set(schema.TABLES)
    if unknown:
        raise KeyError(min(unknown))
    frames: dict[str, Any] = {
        name: schema.typed(name, tables[name] if name in tables else pd.DataFrame()) for name in schema.TABLES
    }
    return Snapshot(day=day, scenario=scenario, known_on=known_on, version=version, **frames)
