"""Writing what stood before a change, of any table, unless somebody built on it: then who, with which change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from parks import schema
from parks.issues import InvalidData, Issue
from parks.store import differences, effects, entries, locks, lookup, meanwhile, rights, scenarios, tables, views
from parks.store.effects import Spot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from parks.store.effects import Effect
    from parks.store.rows import Row
    from parks.store.writing import Act, Writing

RESTING = {
    parent: [
        (name, column.name)
        for name in schema.TABLES
        for column in schema.columns(name).values()
        if column.refers_to == parent
    ]
    for parent in schema.TABLES
}
"""Table → the columns (table, name) that hold its keys."""


class Laid(NamedTuple):
    """The row of a scenario as it will be, and the columns in which the change that is taken back moved it."""

    cells: dict[str, Any]
    moved: set[str]


class Later(NamedTuple):
    """Where somebody built on a change: the row that is not as it was left, or rests on one that would go."""

    change: int
    table: str
    key: str
    rests_on: str = ""


def write(writing: Writing, number: int, act: Act) -> int:
    """Write what stood before the change `number` as `act`; return the number of the change that does it.

    Raises
    ------
    InvalidData
        With each change that built on it; or when it wrote nothing, a scenario is locked, or `act.who` may not.
    """
    connection, change, t = writing.connection, tables.change, writing.t
    places = effects.of(connection, [number]).get(number, {})
    data = {spot: places[spot] for spot in sorted(places, key=_order) if spot.table in tables.DATA}
    laid = _laid(writing, places, number, act.who)
    if not data and not laid:
        message = t("Change {change} wrote no row that could be put back.", change=number)
        raise InvalidData([Issue("history", str(number), "", "", "nothing", message, t("Nothing is needed."))])
    held = {spot: _held(writing, spot, effect) for spot, effect in data.items()}
    later = [one for spot, effect in data.items() for one in _built_on(writing, spot, effect, held[spot], number)]
    later += [one for name, row in laid.items() if "base" in row.moved for one in _grown(writing, name, number)]
    if later:
        raise InvalidData(_issues(writing, later))
    said = connection.execute(sa.select(change.c.subject, change.c.scenario).where(change.c.id == number)).one()
    told = replace(act, subject=said.subject, scenario=said.scenario)
    made = writing.record(told, sum(len(effect.ids()) for effect in data.values()))
    for name in laid:
        scenarios.end(writing, made, name)  # no row written now is measured against the base that it leaves
    for spot, effect in data.items():
        row = laid.get(spot.scenario)
        view = views.View(spot.scenario, made, row.cells["base"]) if row else writing.view(spot.scenario)
        new = [one for key in sorted(effect.before) for one in effect.before[key]]
        entries.put(writing, view, made, spot.table, effect.ids(), new, stood=held[spot])
    for row in laid.values():
        scenarios.write(writing, made, row.cells)
    return made


def begun(connection: sa.Connection, scenario: str) -> int:
    """Return the change that made a scenario; 0 for the record. Later rows of a scenario follow on one another."""
    held, before = tables.scenario, tables.scenario.alias("before")
    follows = sa.exists().where(before.c.name == held.c.name, before.c.tx_to == held.c.tx_from)
    found = sa.select(sa.func.coalesce(sa.func.max(held.c.tx_from), 0)).where(held.c.name == scenario, ~follows)
    return int(connection.execute(found).scalar_one())


def is_there(connection: sa.Connection, scenario: str, number: int) -> bool:
    """Return whether the scenario in which the change `number` was done is still the same one."""
    held = tables.scenario
    there = sa.exists().where(held.c.name == scenario, held.c.tx_to.is_(None)).select()
    return bool(connection.execute(there).scalar_one()) and begun(connection, scenario) <= number


def _order(spot: Spot) -> tuple[int, str]:
    return differences.ORDER[spot.table], spot.scenario


def _held(writing: Writing, spot: Spot, effect: Effect) -> dict[str, list[Row]]:
    return lookup.rows_of(writing.connection, writing.view(spot.scenario), spot.table, effect.ids())


def _laid(writing: Writing, places: Mapping[Spot, Effect], number: int, who: str) -> dict[str, Laid]:
    """Return the rows of the scenarios that the change wrote: what it moved in them as it was before."""
    effect, columns = places.get(Spot("scenario", "")), differences.BESIDE["scenario"]
    if effect is None:
        return {}
    found = {}
    for name in effect.ids():
        if not is_there(writing.connection, name, number):
            continue  # the scenario was dropped since; what the record got from it is another matter
        before, after = (dict(zip(columns, side[name][0], strict=True)) for side in effect)
        now = scenarios.standing(writing.connection, name)
        moved = {column for column in columns if before[column] != after[column]}
        if "approved" in moved:
            rights.refuse(writing, who)
        if "locked" not in moved:
            locks.refuse(writing, name)
        if any(now[column] != after[column] for column in moved):
            newest = sa.select(tables.scenario.c.tx_from).where(
                tables.scenario.c.name == name, tables.scenario.c.tx_to.is_(None)
            )
            raise InvalidData(
                _issues(writing, [Later(writing.connection.execute(newest).scalar_one(), "scenarios", name)])
            )
        found[name] = Laid(now | {column: before[column] for column in moved}, moved)
    return found


def _built_on(
    writing: Writing, spot: Spot, effect: Effect, held: Mapping[str, list[Row]], number: int
) -> Iterable[Later]:
    """Return who has changed the rows since, and whose rows rest on those that would go; equal content is no change."""
    view = writing.view(spot.scenario)
    moved = {key for key in effect.ids() if held.get(key, []) != effect.after.get(key, [])}
    found = _newest(writing, view, spot.table, moved, number)
    gone = {key for key in effect.after if key not in effect.before}
    return [*found, *_resting(writing, spot, gone, number)]


def _newest(writing: Writing, view: views.View, name: str, keys: set[str], number: int) -> list[Later]:
    """Return the newest change after `number` of each of the keys, one key a change."""
    newest = {key: at for at, key in sorted(meanwhile.touched(writing.connection, view, name, number, keys))}
    first: dict[int, str] = {}
    for key in sorted(newest):
        first.setdefault(newest[key], key)
    return [Later(at, name, key) for at, key in first.items()]


def _resting(writing: Writing, spot: Spot, gone: set[str], number: int) -> list[Later]:
    """Return the changes since that wrote rows which name one of the keys, one row a change."""
    first: dict[tuple[int, str], Later] = {}
    for name, column in RESTING[spot.table] if gone else ():
        table = tables.DATA[name]
        found = (
            sa.select(table.c.tx_from, table.c[schema.key(name)], table.c[column])
            .where(table.c.tx_from > number, table.c.tx_to.is_(None), table.c.scenario == spot.scenario)
            .order_by(table.c.tx_from, table.c[schema.key(name)])
        )
        for at, key, parent in writing.connection.execute(found):
            if parent in gone:
                first.setdefault((at, name), Later(at, name, key, parent))
    return list(first.values())


def _grown(writing: Writing, name: str, number: int) -> list[Later]:
    """Return the changes since by which a scenario is not what it was after the change that laid it anew."""
    connection, now = writing.connection, writing.view(name)
    then = views.View(name, number, now.base)
    found = []
    for table in schema.TABLES:
        keys = sorted(views.takes(connection, table, now) | views.takes(connection, table, then))
        held, left = (views.rows_of(connection, view, table, keys) for view in (now, then))
        found += _newest(writing, now, table, {key for key in keys if held.get(key) != left.get(key)}, number)
    return found


def _issues(writing: Writing, later: Iterable[Later]) -> list[Issue]:
    """Return one issue for each change that was built on another."""
    change, t = tables.change, writing.t
    by = {one.change: one for one in sorted(later, reverse=True)}
    named = sa.select(change.c.id, change.c.who).where(change.c.id.in_(sorted(by))).order_by(change.c.id)
    issues = []
    for number, who in writing.connection.execute(named):
        _, table, key, parent = by[number]
        if table == "leases" and not parent:
            message = t("{who} has changed lease {lease} since (change {change}).", who=who, lease=key, change=number)
            mend = t("Move or release it as it stands now instead.")
        elif parent:
            message = t(
                "{who} has written {key} in {table} since, which rests on {parent} (change {change}).",
                who=who,
                key=key,
                table=table,
                parent=parent,
                change=number,
            )
            mend = t("Take back change {change} first, or change the row as it stands now.", change=number)
        else:
            message = t(
                "{who} has changed {key} in {table} since (change {change}).",
                who=who,
                key=key,
                table=table,
                change=number,
            )
            mend = t("Take back change {change} first, or change the row as it stands now.", change=number)
        issues.append(Issue(table, key, "", str(number), "built_on", message, mend))
    return issues
