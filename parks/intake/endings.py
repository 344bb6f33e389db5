"""What a complete file ends: rows of the record that lie in its scope and that it leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from parks import schema
from parks.issues import Issue

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from parks.intake.ledgers import Ledger
    from parks.snapshot import Snapshot
    from parks.words import Translate

SCOPE = {
    "parks": "zone_id",
    "buildings": "park_id",
    "floors": "building_id",
    "units": "building_id",
    "tenants": "park_id",
    "needs": "tenant_id",
    "leases": "unit_id",
    "projects": "zone_id",
    "milestones": "project_id",
    "published_figures": "park_id",
    "waivers": "tenant_id",
    "pins": "sense",
    "quotas": "zone_id",
    "weights": "",
    "target_splits": "target_id",
    "facilities": "kind",
    "requests": "",
    "localisations": "kind",
    "outlines": "kind",
}
"""Table → the column whose values in a file are those that a complete file tells everything about; empty: it tells all
of the table."""


class Endings(NamedTuple):
    """What ends.

    Parameters
    ----------
    keys
        Of the rows that are gone.
    left
        Of leases what was so before: those that had begun, until the day.
    told
        Why others stay.
    """

    keys: tuple[str, ...]
    left: pd.DataFrame
    told: tuple[Issue, ...]


def nothing(table: str, park: Snapshot) -> Endings:
    """Return that nothing ends."""
    return Endings((), park.table(table)[:0], ())


def ended(
    ledgers: Sequence[tuple[Ledger, Collection[int]]], park: Snapshot, after: Snapshot, day: dt.date, t: Translate
) -> Endings:
    """Return what the file leaves out of its scope, and what is told of that which stays.

    A row stays where others in force name it. All stay while the file has a rejected row of which it is not known
    whose it is: it may be theirs. Of leases only those in force end.

    Parameters
    ----------
    ledgers
        All parts of the file that are rows of one table, each with its rejected lines.
    park, after
        The record as it stands, and with their rows written.
    day
        From which they are gone.
    t
        Says the sentences.
    """
    table = ledgers[0][0].table
    old, key = park.table(table), schema.key(table)
    said = {one for ledger, _ in ledgers for one in ledger.frame[key].dropna()}
    taken = {one for ledger, bad in ledgers for one in ledger.frame[key].drop(list(bad))}
    new = after.table(table)
    scope = set(_scope(table, new[new[key].isin(taken)], after).dropna())
    out = old[_scope(table, old, park).isin(scope) & ~old[key].isin(said)]
    if table == "leases":
        out = out[_in_force(out, day) & (out["valid_from"] <= pd.Timestamp(day))]
    clear = {*old[key], *taken}
    strange = any(one not in clear for ledger, bad in ledgers for one in ledger.frame[key].loc[list(bad)])
    if len(out) and strange:
        message = t(
            "{count} rows of the record are not in the file. They stay: rejected rows may be theirs.", count=len(out)
        )
        stay = Issue(table, "", key, "", "not_ended", message, t("Mend the rejected rows first."))
        return Endings((), old[:0], (stay,))
    used = _used(table, park, day)
    message, mend = t("The file leaves it out, but other rows name it. It stays."), t("End those rows first.")
    stays = out[key].isin(used)
    told = tuple(Issue(table, one, key, "", "in_use", message, mend) for one in out.loc[stays, key])
    gone = out[~stays]
    left = (
        gone[gone["valid_from"] < pd.Timestamp(day)].assign(valid_to=pd.Timestamp(day))
        if table == "leases"
        else gone[:0]
    )
    return Endings(tuple(gone[key]), left, told)


def _scope(table: str, frame: pd.DataFrame, park: Snapshot) -> pd.Series[Any]:
    """Return of each row what a complete file tells everything about; of leases the building."""
    if not SCOPE[table]:
        return pd.Series("", index=frame.index)
    if table != "leases":
        return frame[SCOPE[table]]
    building = park.units.set_index("unit_id")["building_id"]
    return pd.Series(building.reindex(frame["unit_id"]).array, index=frame.index)


def _used(table: str, park: Snapshot, day: dt.date) -> set[str]:
    """Return the keys that rows of other tables name; leases that are over name nothing any more."""
    used: set[str] = set()
    for name in schema.TABLES:
        for column in schema.columns(name).values():
            if column.refers_to == table:
                frame = park.table(name)
                used |= set((frame[_in_force(frame, day)] if name == "leases" else frame)[column.name].dropna())
    return used


def _in_force(leases: pd.DataFrame, day: dt.date) -> pd.Series[bool]:
    """Return which leases are not over on a day."""
    return leases["valid_to"].isna() | (leases["valid_to"] > pd.Timestamp(day))
