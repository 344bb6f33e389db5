"""What the plan is asked to keep: pins, bans and quotas as given, else as the snapshot holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from parks import demand

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
    """Return the wishes: an empty table given is none, and None those of the snapshot, in the order of their ids.

    Pins and bans of the snapshot whose needs are all served have done their work: they are not among them.
    """
    return Wishes(
        _of_sense(park, "pin") if pins is None else pins,
        _of_sense(park, "ban") if bans is None else bans,
        park.quotas if quotas is None else quotas,
    )


def _of_sense(park: Snapshot, sense: str) -> pd.DataFrame:
    own, needs = park.pins[park.pins["sense"] == sense], park.needs
    met = pd.Series(demand.served(park), index=needs.index)
    done = own["need_id"].isin(needs.loc[met, "need_id"])
    of_company = own["need_id"].isna() & own["tenant_id"].isin(needs["tenant_id"])
    done |= of_company & ~own["tenant_id"].isin(needs.loc[~met, "tenant_id"])
    return own[~done].reset_index(drop=True)
