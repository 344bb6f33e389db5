"""A scenario and the record that moved on: what differs, what clashes, laying it anew, taking it into the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import sqlalchemy as sa

from parks import schema
from parks.issues import InvalidData
from parks.store import clashes, conflicts, entries, locks, meanwhile, occupancy, rights, rows, scenarios, tables, views
from parks.store import differences as differing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parks.store.clashes import Keyed
    from parks.store.rows import Row
    from parks.store.writing import Act, Writing

LEASED = ("unit_id", "tenant_id")
"""What a difference in a lease is said with, whether or not it differs."""


def differences(connection: sa.Connection, view: views.View) -> pd.DataFrame:
    """Return what the scenario of `view` changes in the record as that was at its base.

    Returns
    -------
    DataFrame
        As `differences.frame`, each period in which a row differs once; and ``unit_id tenant_id`` of leases (NA
        elsewhere). A key that the scenario took over and left as it was is no difference.
    """
    mine = clashes.own(connection, view)
    base = clashes.record(connection, view.base, mine)
    found = []
    told: dict[tuple[str, str], Row] = {}
    for name, held in mine.items():
        cut = {key: clashes.cut(name, base[name][key], own) for key, own in held.items()}
        found += differing.lines(name, *({key: pair[side] for key, pair in cut.items()} for side in (0, 1)))
        if name == "leases":
            told = {(name, key): (own or base[name][key])[-1] for key, own in held.items() if own or base[name][key]}
    read = differing.frame(found)
    at = list(zip(read["table"], read["key"], strict=True))
    for column in LEASED:
        cells = [occupancy.field(told[key], column) if key in told else None for key in at]
        read[column] = pd.array(cells, dtype="string")
    return read


def frame(connection: sa.Connection, view: views.View, choices: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return where the scenario of `view` and the record of now cannot both be: see `conflicts.frame`."""
    return conflicts.frame(connection, view, choices or {})


def rebase(writing: Writing, act: Act, choices: Mapping[str, str]) -> int:
    """Lay the scenario `act.scenario` over the record as it is now; return the number of the change.

    Parameters
    ----------
    writing, act
        The act under way, and how the history tells it.
    choices
        Conflict → ``mine`` or ``theirs``.

    Raises
    ------
    InvalidData
        When the record has not changed since, the scenario is locked or was changed by somebody meanwhile, a choice
        is none of ours, or with every conflict without a choice.
    """
    name, connection = act.scenario, writing.connection
    view, newest = writing.view(name), views.last(connection)
    locks.refuse(writing, name)
    meanwhile.refuse(writing, view, whole=True)
    if not _has_moved(connection, view.base):
        message = writing.t("The record has not changed since the base of scenario {name}.", name=name)
        raise locks.refused(name, "nothing_to_rebase", message, writing.t("Nothing is needed."))
    found = clashes.sides(connection, view, newest)
    outcome = clashes.resolve(found, choices)
    mend = writing.t("Choose “mine” or “theirs” for it.")
    faults = [*conflicts.odd(choices, outcome, name, writing.t), *conflicts.issues(writing, outcome.undecided, mend)]
    if faults:
        raise InvalidData(faults)
    meanwhile.refuse(writing, views.View("", newest, newest), keys=conflicts.theirs(outcome.decided))
    return _laid(writing, act, found.mine, outcome.kept, newest)


def _laid(writing: Writing, act: Act, old: Keyed, kept: Keyed, newest: int) -> int:
    """Write the scenario over the record after the change `newest`, with `kept` as its own rows."""
    name = act.scenario
    given_up = {table: sorted(held.keys() - kept.get(table, {}).keys()) for table, held in old.items()}
    new = {
        table: {key: own for key, own in sorted(held.items()) if old.get(table, {}).get(key) != own}
        for table, held in kept.items()
    }
    change = writing.record(act, sum(map(len, [*given_up.values(), *new.values()])))
    cells = scenarios.standing(writing.connection, name)
    scenarios.end(writing, change, name)  # no row written now is measured against the old base
    view = views.View(name, change, newest)
    for table, keys in given_up.items():
        _give_up(writing, view, change, table, keys)
    for table, held in new.items():
        entries.put(writing, view, change, table, list(held), [row for own in held.values() for row in own])
    leases = kept.get("leases", {})
    occupancy.refuse(writing, view, leases, [row for own in leases.values() for row in own])
    scenarios.write(writing, change, cells | {"base": newest})
    return change


def _give_up(writing: Writing, view: views.View, change: int, name: str, keys: Sequence[str]) -> None:
    """Let the keys be the record's again: the scenario's rows of them end, and so does its hold on them."""
    table, taken = tables.DATA[name], tables.taken
    for part in rows.portions(keys):
        held = sa.and_(taken.c.scenario == view.scenario, taken.c.table_name == name, taken.c.key.in_(part))
        own = sa.and_(table.c.scenario == view.scenario, tables.overlaid(table), table.c[schema.key(name)].in_(part))
        for ended, those in ((taken, held), (table, own)):
            writing.connection.execute(sa.update(ended).where(those, ended.c.tx_to.is_(None)).values(tx_to=change))


def approve(writing: Writing, act: Act, name: str) -> int:
    """Write what the scenario `name` changes into the record, as one change, and lock it; return its number.

    Parameters
    ----------
    writing, act
        The act under way, and how the record's history tells it.
    name
        The scenario. What the record has done since its base stays, where the scenario has nothing against it.

    Raises
    ------
    InvalidData
        When they may not, it was approved before, it changes nothing, it was changed by somebody meanwhile, or with
        every conflict with the record as it is now.
    """
    t, connection = writing.t, writing.connection
    view, newest = writing.view(name), views.last(connection)
    rights.refuse(writing, act.who)
    cells = scenarios.standing(connection, name)
    if cells["approved"] is not None:
        locks.refuse(writing, name)
    meanwhile.refuse(writing, view, whole=True)
    outcome = clashes.resolve(clashes.sides(connection, view, newest), {})
    if outcome.undecided:
        mend = t("Rebase the scenario, and choose “mine” or “theirs” for it.")
        raise InvalidData(conflicts.issues(writing, outcome.undecided, mend))
    if not any(outcome.kept.values()):
        message = t("Scenario {name} changes nothing in the record.", name=name)
        raise locks.refused(name, "nothing_to_approve", message, t("Nothing is needed."))
    change = writing.record(act, sum(map(len, outcome.kept.values())))
    record = views.View("", newest, newest)
    for table, held in outcome.kept.items():
        new = [row for own in held.values() for row in own]
        entries.put(writing, record, change, table, list(held), new)
    scenarios.end(writing, change, name)
    scenarios.write(writing, change, cells | {"locked": True, "approved": change})
    return change


def _has_moved(connection: sa.Connection, base: int) -> bool:
    """Return whether the record has had a change of data since `base`."""
    change = tables.change
    found = sa.exists().where(change.c.scenario == "", change.c.rows > 0, change.c.id > base)
    return bool(connection.execute(found.select()).scalar_one())
