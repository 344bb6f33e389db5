"""What the plan is asked to keep: pins, bans and quotas as given, else as the snapshot holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from parks.snapshot import Snapshot


class Wishes(NamedTuple):
    """Tables as `pins.read` and `quotas.read` take them."""

    pins: pd.DataFrame
    bans: pd.DataFrame
    quotas: pd.DataFrame


def of(
    park: Snapshot,
    pins: pd.DataFrame | None = None,
    bans: pd.DataFrame | None = None,
    quotas: pd.DataFrame | None = None,
) -> Wishes:
    """Return the wishes: an empty table given is none, and None those of the snapshot, in the order of their ids."""
    return Wishes(
        _of_sense(park, "pin") if pins is None else pins,
        _of_sense(park, "ban") if bans is None else bans,
        park.quotas if quotas is None else quotas,
    )


def _of_sense(park: Snapshot, sense: str) -> pd.DataFrame:
    return pd.DataFrame(park.pins[park.pins["sense"] == sense]).reset_index(drop=True)
