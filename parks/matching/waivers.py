"""Hard rules that a planner has waived for one company and one place, with the reason, by whom and when."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks import checks, schema
from parks.issues import InvalidData
from parks.matching import verbs

if TYPE_CHECKING:
    from parks.matching.criteria import Reading
    from parks.matching.offers import Offers
    from parks.snapshot import Snapshot


def in_force(waivers: pd.DataFrame | None, park: Snapshot) -> list[Any]:
    """Return the waivers made up to the snapshot's day, those for a building first, then by day.

    A later one for the same pair and rule goes before an earlier one, one for the unit before one for its building.

    Parameters
    ----------
    waivers
        Rows of the table of that name; None takes those of the snapshot.
    park
        The snapshot.

    Raises
    ------
    InvalidData
        When a row is no waiver: without a reason, a name, a day, a rule or a place.
    """
    rows = park.waivers if waivers is None else schema.typed("waivers", waivers)
    if rows.empty:
        return []
    wrong = checks.check("waivers", rows, {})
    if wrong:
        raise InvalidData(wrong)
    made = rows.assign(single=rows["unit_id"].notna())
    made = made[made["day"] <= pd.Timestamp(park.day)]
    return list(made.sort_values(["single", "day", "waiver_id"], kind="stable").itertuples(index=False))


def applied(read: Reading, tenant_id: str, offers: Offers, made: list[Any]) -> Reading:
    """Return a reading whose hard misses and hard unknowns are ``waived`` where a waiver says so; its values stay.

    Parameters
    ----------
    read
        A reading of one of the tenant's needs.
    tenant_id, offers
        The company, and the units that the reading is of.
    made
        What `in_force` returned.
    """
    own = [waiver for waiver in made if waiver.tenant_id == tenant_id and waiver.rule == read.rule_id]
    if not own:
        return read
    barred = read.hard & ((read.verdict == verbs.UNFIT) | (read.verdict == verbs.UNKNOWN))
    found: dict[int, Any] = {}
    for waiver in own:
        column = "unit_id" if waiver.single else "building_id"
        place = (offers.frame[column] == getattr(waiver, column)).to_numpy(dtype=bool, na_value=False)
        found |= dict.fromkeys(np.flatnonzero(place & barred).tolist(), waiver)
    verdict = read.verdict.copy()
    verdict[list(found)] = verbs.WAIVED
    return replace(read, verdict=verdict, waived=found)
