"""What others did since somebody looked: told before their rows are overwritten, so that nothing is lost unseen."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import sqlalchemy as sa

from parks import schema
from parks.issues import InvalidData, Issue
from parks.store import effects, rows, tables, telling, views
from parks.store import writing as acts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from parks.store.writing import Writing
    from parks.words import Translate

MOST = 50
"""Most changes told at once, the newest."""
MANY = 2_000
"""From so many keys on, what was touched is looked for by change and not by key."""
NONE: Mapping[str, Collection[str]] = MappingProxyType({})

Touched = dict[int, dict[str, set[str]]]
"""Change → table → keys that it touched; no tables when all that it did is meant."""


def refuse(
    writing: Writing,
    view: views.View,
    *,
    units: Collection[str] = (),
    tenants: Collection[str] = (),
    leases: Collection[str] = (),
    keys: Mapping[str, Collection[str]] = NONE,
    whole: bool = False,
) -> None:
    """Refuse an act that was decided before others changed what it is about; do nothing when nobody asks.

    Parameters
    ----------
    writing
        The act under way; `Writing.seen` is the version that it was decided on, None asks nothing.
    view
        Where. In a scenario only its own rows count, since the record under it is pinned, and being laid over a newer
        record.
    units, tenants
        Units and companies: their own rows, and all their leases.
    leases
        Ids of leases.
    keys
        Table → keys of rows.
    whole
        Whether everything in the record, or in the scenario with its own row (note, lock, base), counts.

    Raises
    ------
    InvalidData
        With an issue of kind ``changed`` for each change since: who, when, what, on what, why, before and after; its
        `value` is the number of the change, its `row` the subject.
    """
    if writing.seen is None or view.known <= writing.seen:
        return
    asked = [
        ("leases", "unit_id", units),
        ("leases", "tenant_id", tenants),
        ("leases", None, leases),
        ("units", None, units),
        ("tenants", None, tenants),
        *((name, None, wanted) for name, wanted in keys.items()),
    ]
    found: Touched = {number: {} for number in _whole(writing, view, writing.seen, whole=whole)}
    for name, by, wanted in asked:
        for number, key in touched(writing.connection, view, name, writing.seen, wanted, by):
            found.setdefault(number, {}).setdefault(name, set()).add(key)
    if found:
        raise InvalidData(_issues(writing, found))


def _whole(writing: Writing, view: views.View, seen: int, *, whole: bool) -> set[int]:
    """Return the changes after `seen` that matter in all that they did."""
    change, held = tables.change, tables.scenario
    since = sa.select(change.c.id).where(change.c.id > seen, change.c.scenario == view.scenario)
    if not whole:
        if not view.scenario:
            return set()
        since = since.where(change.c.what == "rebase_scenario")
    found = set(writing.connection.execute(since).scalars())
    if whole and view.scenario:  # approving it is an act on the record
        rows = sa.select(held.c.tx_from).where(held.c.name == view.scenario, held.c.tx_from > seen)
        found |= set(writing.connection.execute(rows).scalars())
    return found


def _issues(writing: Writing, found: Touched) -> list[Issue]:
    change, t = tables.change, writing.t
    newest = sorted(found)[-MOST:]
    told = _told(writing, {number: found[number] for number in newest})
    issues = []
    for row in writing.connection.execute(sa.select(change).where(change.c.id.in_(newest)).order_by(change.c.id)):
        before, after = told[row.id]
        message = t(
            "{who} changed this meanwhile: {what}, {subject} (change {change}, {when} UTC)."
            " Before: {before}. After: {after}.",
            who=row.who,
            what=acts.said(row.what, t),
            subject=row.subject,
            change=row.id,
            when=row.recorded_at.strftime("%Y-%m-%d %H:%M:%S"),
            before=before,
            after=after,
        )
        if row.reason:
            message = t("{sentence} Why: {reason}", sentence=message, reason=row.reason)
        table = next(iter(sorted(found[row.id])), "scenarios" if row.scenario else "leases")
        issues.append(Issue(table, row.subject, "", str(row.id), "changed", message, _mend(t)))
    return issues


def _mend(t: Translate) -> str:
    return t("Look at it; if you still want yours, do it again on top.")


def _told(writing: Writing, found: Touched) -> dict[int, tuple[str, str]]:
    """Return what stood before and after each change, of the rows that matter."""
    change, connection, t = tables.change, writing.connection, writing.t
    whole = sa.select(change).where(change.c.id.in_([number for number, places in found.items() if not places]))
    said = telling.told(connection, connection.execute(whole).all(), t)
    parts = {number: places for number, places in found.items() if places}
    only: dict[str, set[str]] = {}
    for places in parts.values():
        for name, keys in places.items():
            only.setdefault(name, set()).update(sorted(keys)[: telling.FEW])
    did = effects.of(connection, parts, only)
    for number, places in parts.items():
        lines = [line for line in effects.lines(did.get(number, {})) if line.key in places.get(line.table, ())]
        left = sum(map(len, places.values())) - len({(line.table, line.key) for line in lines[: telling.FEW]})
        more = t("{count} more rows", count=f"{left:,}") if left else ""
        said[number] = telling.joined(lines[: telling.FEW], t, more)
    return said


def touched(
    connection: sa.Connection, view: views.View, name: str, since: int, values: Collection[str], by: str | None = None
) -> set[tuple[int, str]]:
    """Return (change, key) wherever a change after `since` touched a row of the table `name` in the scenario of `view`.

    Parameters
    ----------
    connection, view
        Where we look; only the own rows of a scenario count, and the keys that it took over or gave up.
    name
        The table.
    since
        Last change that is not asked about.
    values, by
        What the rows asked about have in the column `by`; None is the key.
    """
    if not values:
        return set()
    table, column = tables.DATA[name], tables.DATA[name].c[by or schema.key(name)]
    key, wanted = table.c[schema.key(name)], set(values)
    found: set[tuple[int, str]] = set()
    for number in (table.c.tx_from, table.c.tx_to):
        if len(wanted) > MANY:
            since_then = sa.select(number, key, column).where(table.c.scenario == view.scenario, number > since)
            found |= {(at, which) for at, which, cell in connection.execute(since_then) if cell in wanted}
            continue
        for part in rows.portions(sorted(wanted)):
            of_these = sa.select(number, key).where(
                column.in_(part), tables.Scanned(number) > since, table.c.scenario == view.scenario
            )
            found |= {(at, which) for at, which in connection.execute(of_these)}
    return found | (_retaken(connection, view, name, since, wanted, by) if view.scenario else set())


def _retaken(
    connection: sa.Connection, view: views.View, name: str, since: int, wanted: set[str], by: str | None
) -> set[tuple[int, str]]:
    """Return (change, key) of the keys among those asked about that a scenario took over or gave up after `since`."""
    taken = tables.taken
    found = {
        (at, key)
        for number in (taken.c.tx_from, taken.c.tx_to)
        for at, key in connection.execute(
            sa.select(number, taken.c.key).where(
                taken.c.scenario == view.scenario, taken.c.table_name == name, number > since
            )
        )
    }
    if by is None:
        return {(at, key) for at, key in found if key in wanted}
    column = tables.DATA[name].c[by]
    record = views.View("", view.base, view.base)
    names = tables.stored(name)
    held = views.rows_of(connection, record, name, {key for _, key in found})
    return {(at, key) for at, key in found if any(row[names.index(column.name)] in wanted for row in held.get(key, []))}
