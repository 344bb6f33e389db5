"""Scenarios: made over the record as it is now, copied, noted, locked, listed, dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import sqlalchemy as sa

from parks import schema
from parks.store import entries, locks, meanwhile, tables, views
from parks.store.locks import refused
from parks.store.writing import Act

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parks.store.writing import Writing

MADE = ("create_scenario", "copy_scenario")
"""What makes a scenario: its row may be written again later, to lock it or to lay it over a newer record."""


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
        raise refused(name, "missing", t("The scenario has no name."), t("Give it a name."))
    used = sa.exists().where(held.c.name == name, held.c.tx_to.is_(None)).select()
    if writing.connection.execute(used).scalar_one():
        message = t("There is already a scenario called {name}.", name=name)
        raise refused(name, "doubled", message, t("Choose another name, or drop the other one first."))
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


def describe(writing: Writing, act: Act, note: str) -> int:
    """Give the scenario `act.scenario` another note; return the number of the change."""
    writing.view(act.scenario)
    locks.refuse(writing, act.scenario)
    return _again(writing, act, {"note": note})


def lock(writing: Writing, act: Act, *, locked: bool) -> int:
    """Make the scenario `act.scenario` read-only, or open it again; return the number of the change.

    Raises
    ------
    InvalidData
        When it is so already (and who locked it), or it was approved.
    """
    t, name = writing.t, act.scenario
    writing.view(name)
    held = standing(writing.connection, name)
    if locked or held["approved"] is not None:
        locks.refuse(writing, name)
    elif not held["locked"]:
        raise refused(name, "open", t("Scenario {name} is not locked.", name=name), t("Nothing is needed."))
    return _again(writing, act, {"locked": locked})


def drop(writing: Writing, act: Act) -> int:
    """End the scenario `act.scenario` and all its rows; what it was is still found by `known_on`.

    Raises
    ------
    InvalidData
        While it is locked (an approved one may go: it is in the record), or when somebody changed it meanwhile.
    """
    view = writing.view(act.scenario)
    locks.refuse(writing, act.scenario, approved=False)
    meanwhile.refuse(writing, view, whole=True)
    change = writing.record(act, 0)
    named = [(tables.scenario, tables.scenario.c.name == act.scenario)]
    named += [(tables.taken, tables.taken.c.scenario == act.scenario)]
    named += [(table, (table.c.scenario == act.scenario) & tables.overlaid(table)) for table in tables.DATA.values()]
    for table, own in named:
        writing.connection.execute(sa.update(table).where(own, table.c.tx_to.is_(None)).values(tx_to=change))
    return change


def standing(connection: sa.Connection, name: str) -> dict[str, Any]:
    """Return what the row of the scenario `name` says now: name, note, base, locked, approved."""
    held = tables.scenario
    cells = (held.c.name, held.c.note, held.c.base, held.c.locked, held.c.approved)
    found = sa.select(*cells).where(held.c.name == name, held.c.tx_to.is_(None))
    return dict(connection.execute(found).mappings().one())


def end(writing: Writing, change: int, name: str) -> None:
    """End the row of the scenario `name`; another is written in the same change."""
    held = tables.scenario
    ended = sa.update(held).where(held.c.name == name, held.c.tx_to.is_(None))
    writing.connection.execute(ended.values(tx_to=change))


def write(writing: Writing, change: int, cells: Mapping[str, Any]) -> None:
    """Write the row of a scenario; the database refuses a base over which it would hold a unit twice."""
    writing.connection.execute(sa.insert(tables.scenario).values(**cells, tx_from=change))


def _again(writing: Writing, act: Act, new: Mapping[str, Any]) -> int:
    cells = standing(writing.connection, act.scenario)
    change = writing.record(act, 0)
    end(writing, change, act.scenario)
    write(writing, change, {**cells, **new})
    return change


def frame(connection: sa.Connection) -> pd.DataFrame:
    """Return the scenarios in force by name.

    Returns
    -------
    DataFrame
        ``name note created_at by base placements locked approved behind``: when (UTC) and by whom it was made, the
        last change of the record that it sees, how many leases it holds of its own, the change that took it into the
        record (NA: none), how many changes of data the record has had since its base.
    """
    held, change, leases = tables.scenario, tables.change, tables.DATA["leases"]
    made, later = change.alias("made"), change.alias("later")
    maker = sa.select(sa.func.max(made.c.id)).where(made.c.scenario == held.c.name, made.c.what.in_(MADE))
    placed = sa.select(sa.func.count()).where(
        leases.c.scenario == held.c.name, tables.overlaid(leases), leases.c.tx_to.is_(None)
    )
    behind = sa.select(sa.func.count()).where(later.c.scenario == "", later.c.rows > 0, later.c.id > held.c.base)
    told = (held.c.name, held.c.note, change.c.recorded_at, change.c.who, held.c.base, placed.scalar_subquery())
    found = (
        sa.select(*told, held.c.locked, held.c.approved, behind.scalar_subquery())
        .select_from(held)
        .join(change, change.c.id == maker.scalar_subquery())
        .where(held.c.tx_to.is_(None))
        .order_by(held.c.name)
    )
    typed = {
        "name": "string",
        "note": "string",
        "created_at": "datetime64[us]",
        "by": "string",
        "base": "int64",
        "placements": "int64",
        "locked": "bool",
        "approved": "Int64",
        "behind": "int64",
    }
    read = pd.DataFrame(connection.execute(found).fetchall(), columns=list(typed)).astype(typed)
    read["created_at"] = read["created_at"].dt.tz_localize("UTC")
    return read


def told(by: str, what: str, name: str, subject: str = "") -> Act:
    """Return how the history tells an act on the scenario `name`."""
    return Act(by, what, subject or name, scenario=name)
