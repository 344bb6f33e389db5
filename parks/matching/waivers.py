"""Hard rules that a planner has waived for one company and one place, with the reason, by whom and when."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks import reader
from parks.issues import InvalidData, Issue
from parks.matching import verbs, zoning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parks.matching.criteria import Reading
    from parks.matching.offers import Offers
    from parks.snapshot import Snapshot
    from parks.words import Translate

COLUMNS = {
    "tenant_id": "string",
    "unit_id": "string",
    "building_id": "string",
    "rule": "string",
    "reason": "string",
    "by": "string",
    "day": "datetime64[s]",
}
"""Columns of a table of waivers and their dtypes: one row a company, place and rule.

Either `unit_id` or `building_id` is filled (the other is empty): a waiver for a building holds for all its units.
"""
TABLE = "waivers"
NEEDED = ("tenant_id", "rule", "reason", "by", "day")
NEVER = frozenset({"free", "term"})
"""Rules that cannot be waived: a unit that somebody else holds is not there to be given."""


def faults(waivers: pd.DataFrame, park: Snapshot, rules: Any, t: Translate) -> list[Issue]:  # noqa: ANN401 - the Policy
    """Return what is wrong with a table of waivers: all faults of all rows.

    Parameters
    ----------
    waivers
        Table with `COLUMNS`.
    park, rules
        Snapshot and Policy that the ids must be of.
    t
        Says the sentences.
    """
    clashes = rules.conflicts.loc[rules.conflicts["hardness"] == "hard", "conflict_id"]
    known = {
        "tenant_id": set(park.tenants["tenant_id"]),
        "unit_id": set(park.units["unit_id"]),
        "building_id": set(park.buildings["building_id"]),
        "rule": {*rules.rules.loc[rules.rules["hardness"] == "hard", "rule_id"], zoning.RULE, *clashes, *NEVER},
    }
    found = form(waivers, t)
    for number, row in enumerate(waivers.to_dict("records"), start=1):
        for column, ids in known.items():
            if not verbs.empty(row[column]) and row[column] not in ids:
                message = t("This is not known here, or no hard rule.") if column == "rule" else t("This is not known.")
                mend = t("Name one that is in the tables and in force.")
                found.append(Issue(TABLE, str(number), column, str(row[column]), "unknown_code", message, mend))
    return sorted(found, key=lambda issue: int(issue.row))


def form(waivers: pd.DataFrame, t: Translate) -> list[Issue]:
    """Return what keeps rows from being waivers at all: who, where, what, why, by whom and when must be said."""
    return [issue for number, row in enumerate(waivers.to_dict("records"), 1) for issue in _form(str(number), row, t)]


def _form(number: str, row: dict[Any, Any], t: Translate) -> Iterator[Issue]:
    for column in NEEDED:
        if verbs.empty(row[column]) or not str(row[column]).strip():
            message = t("A waiver must say for whom, which rule, why, by whom and when.")
            yield Issue(TABLE, number, column, "", "missing", message, t("Fill in the cell."))
    if verbs.empty(row["unit_id"]) == verbs.empty(row["building_id"]):
        message = t("A waiver is for one unit or for one building.")
        yield Issue(TABLE, number, "unit_id", "", "place", message, t("Fill in one of the two and leave the other."))
    if row["rule"] in NEVER:
        message = t("Space that is not free cannot be had by a waiver.")
        mend = t("End or move the lease that holds it instead.")
        yield Issue(TABLE, number, "rule", str(row["rule"]), "never", message, mend)


def in_force(waivers: pd.DataFrame | None, park: Snapshot) -> list[Any]:
    """Return the waivers made up to the snapshot's day, those for a building first, then by day.

    A later one for the same pair and rule goes before an earlier one, one for the unit before one for its building.

    Raises
    ------
    InvalidData
        When a row is no waiver: without a reason, a name, a day, a rule or a place.
    """
    if waivers is None or waivers.empty:
        return []
    wrong = form(waivers, reader.ENGLISH)
    if wrong:
        raise InvalidData(wrong)
    frame = waivers[list(COLUMNS)].astype(COLUMNS).assign(single=waivers["unit_id"].notna())
    made = frame[frame["day"] <= pd.Timestamp(park.day)]
    order = ["single", "day", "by", "reason"]
    return list(made.sort_values(order, kind="stable").itertuples(index=False))


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
