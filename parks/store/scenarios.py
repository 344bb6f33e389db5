"""Scenarios: made over the record as it is now, copied, listed, dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import sqlalchemy as sa

from parks import schema
from parks.issues import InvalidData, Issue
from parks.store import entries, tables, views
from parks.store.writing import Act

if TYPE_CHECKING:
    from parks.store.writing import Writing


def create(writing: Writing, act: Act, *, note: str, base: int | None = None) -> int:
    """Make the scenario `act.scenario` over the record as it stands; return the number of the change.

    Parameters
    ----------
    writing, act
        The act under way, and how the history tells it.
    note
        What the scenario is for.
    base
        Last change of the record that it sees; None is the newest.

    Raises
    ------
    InvalidData
        When the name is empty or already used.
    """
    t, name, held = writing.t, act.scenario, tables.scenario
    if not name.strip():
        raise _refused(name, t("The scenario has no name."), t("Give it a name."), "missing")
    used = sa.exists().where(held.c.name == name, held.c.tx_to.is_(None)).select()
    if writing.connection.execute(used).scalar_one():
        message = t("There is already a scenario called {name}.", name=name)
        raise _refused(name, message, t("Choose another name, or drop the other one first."), "doubled")
    seen = views.last(writing.connection) if base is None else base
    change = writing.record(act, 0)
    writing.connection.execute(sa.insert(held).values(name=name, note=note, base=seen, tx_from=change))
    return change


def copy(writing: Writing, act: Act, source: str, *, note: str) -> int:
    """Make the scenario `act.scenario` as a copy of `source`, over the same record; return the number of the change."""
    old = writing.view(source)
    change = create(writing, act, note=note, base=old.base)
    view = views.View(act.scenario, change, old.base)
    for name in schema.TABLES:
        keys = sorted(views.takes(writing.connection, name, old))
        found = views.rows_of(writing.connection, old, name, keys)
        if keys:
            entries.put(writing, view, change, name, keys, [row for key in keys for row in found.get(key, [])])
    return change


def drop(writing: Writing, act: Act) -> int:
    """End the scenario `act.scenario` and all its rows; what it was is still found by `known_on`."""
    writing.view(act.scenario)
    change = writing.record(act, 0)
    named = [(tables.scenario, tables.scenario.c.name == act.scenario)]
    named += [(tables.taken, tables.taken.c.scenario == act.scenario)]
    named += [(table, (table.c.scenario == act.scenario) & tables.overlaid(table)) for table in tables.DATA.values()]
    for table, own in named:
        writing.connection.execute(sa.update(table).where(own, table.c.tx_to.is_(None)).values(tx_to=change))
    return change


def frame(connection: sa.Connection) -> pd.DataFrame:
    """Return the scenarios in force by name; `placements` counts the leases that each holds of its own."""
    held, change, leases = tables.scenario, tables.change, tables.DATA["leases"]
    placed = (
        sa.select(sa.func.count())
        .where(leases.c.scenario == held.c.name, tables.overlaid(leases), leases.c.tx_to.is_(None))
        .scalar_subquery()
    )
    found = (
        sa.select(held.c.name, held.c.note, change.c.recorded_at, change.c.who, held.c.base, placed)
        .join(change, change.c.id == held.c.tx_from)
        .where(held.c.tx_to.is_(None))
        .order_by(held.c.name)
    )
    names = {"name": "string", "note": "string", "created_at": "datetime64[us]", "by": "string"}
    counts = {"base": "int64", "placements": "int64"}
    read = pd.DataFrame(connection.execute(found).fetchall(), columns=[*names, *counts]).astype({**names, **counts})
    read["created_at"] = read["created_at"].dt.tz_localize("UTC")
    return read


def told(by: str, what: str, name: str, subject: str = "") -> Act:
    """Return how the history tells an act on the scenario `name`."""
    return Act(by, what, subject or name, scenario=name)


def _refused(name: str, message: str, mend: str, kind: str) -> InvalidData:
    return InvalidData([Issue("scenarios", name, "name", name, kind, message, mend)])
