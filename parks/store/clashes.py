"""Where a scenario and the record of today cannot both be, and what the planner's choices make of the scenario."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from parks import schema
from parks.store import lookup, occupancy, rows, tables, views
from parks.store.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Keyed = dict[str, dict[str, list[Row]]]
"""Table → key → its rows in order of time; no rows: the key is gone."""
MINE, THEIRS = "mine", "theirs"
"""What can be chosen: the scenario's rows stand, or the record's do."""
RESTS = {"unit_id": "units", "tenant_id": "tenants"}
"""Column of leases → the table without which a lease cannot be."""


class Clash(NamedTuple):
    """One thing on which a scenario and the record disagree.

    Parameters
    ----------
    kind
        ``both_changed`` (a row of the scenario's that the record has changed since the base), ``double_booking`` (a
        lease of the scenario's on a unit that the record has let since), ``gone`` (a lease of the scenario's on a
        unit, or of a company, that the record has ended since).
    table, key
        The scenario's rows.
    of, other
        Table and key of the record's rows; the same as `table` and `key` where both sides changed one row.
    mine, theirs
        The rows of either side.
    """

    kind: str
    table: str
    key: str
    of: str
    other: str
    mine: list[Row]
    theirs: list[Row]

    @property
    def name(self) -> str:
        """Return what the clash is called where a choice is made; the same as long as it is there."""
        told = {
            "both_changed": (self.table, self.key),
            "double_booking": (self.key, self.other),
            "gone": (self.key, self.of, self.other),
        }
        return ":".join((self.kind, *told[self.kind]))


@dataclass(frozen=True, slots=True)
class Sides:
    """The rows that matter to a rebase.

    Parameters
    ----------
    mine
        The scenario's own: every key that it has taken over.
    base, now
        The record's at the scenario's base, and as it is now: of the same keys; of the units and companies of the
        scenario's leases; and, now, all leases on those units.
    """

    mine: Keyed
    base: Keyed
    now: Keyed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scenario is after a rebase.

    Parameters
    ----------
    kept
        Its own rows then: whatever is not in here is the record's again.
    undecided
        Clashes without a choice, those that other choices brought about among them.
    decided
        Clashes with a choice.
    known
        Names of all clashes met on the way.
    """

    kept: Keyed
    undecided: list[Clash] = field(default_factory=list)
    decided: list[Clash] = field(default_factory=list)
    known: set[str] = field(default_factory=set)


def own(connection: sa.Connection, view: views.View) -> Keyed:
    """Return the rows that the scenario of `view` holds of each key that it has taken over."""
    taken = tables.taken
    found = sa.select(taken.c.table_name, taken.c.key).where(
        taken.c.scenario == view.scenario, views.believed(taken, view.known)
    )
    keys: dict[str, list[str]] = {name: [] for name in schema.TABLES}
    for name, key in connection.execute(found):
        keys[name].append(key)
    return {name: rows_of(connection, view, name, wanted) for name, wanted in keys.items() if wanted}


def record(connection: sa.Connection, known: int, keys: Mapping[str, Iterable[str]]) -> Keyed:
    """Return the record's rows of `keys` (by table) after the change `known`."""
    view = views.View("", known, known)
    return {name: rows_of(connection, view, name, wanted) for name, wanted in keys.items()}


def rows_of(connection: sa.Connection, view: views.View, name: str, keys: Iterable[str]) -> dict[str, list[Row]]:
    """Return each of `keys`, in order, with its rows that `view` sees, at any day: none where it is gone."""
    wanted = sorted(set(keys))
    found = lookup.rows_of(connection, view, name, wanted)
    return {key: found.get(key, []) for key in wanted}


def sides(connection: sa.Connection, view: views.View, newest: int) -> Sides:
    """Return all that matters when the scenario of `view` meets the record after the change `newest`."""
    mine = own(connection, view)
    keys = {name: set(held) for name, held in mine.items()}
    leases = [row for held in mine.get("leases", {}).values() for row in held]
    for column, name in RESTS.items():
        keys.setdefault(name, set()).update(
            cell for row in leases if (cell := occupancy.field(row, column)) is not None
        )
    now = record(connection, newest, keys)
    units = {occupancy.field(row, "unit_id") for row in leases}
    beside = lookup.rows_of(connection, views.View("", newest, newest), "leases", units, by="unit_id")
    now["leases"] = beside | now.get("leases", {})
    return Sides(mine, record(connection, view.base, keys), now)


def differing(found: Sides) -> Keyed:
    """Return the scenario's own rows of the keys in which it differs from the record, at its base and now."""
    return {
        name: {key: mine for key, mine in held.items() if mine not in (found.base[name][key], found.now[name][key])}
        for name, held in found.mine.items()
    }


def resolve(found: Sides, choices: Mapping[str, str]) -> Outcome:
    """Return what the scenario becomes over the record of now, with these choices (clash → ``mine`` or ``theirs``).

    A row that goes back to the record may stand in the way of another one of the scenario: that clash is met too. For
    ``mine`` the scenario ends the record's lease on the day on which its own begins (one that begins later is taken
    away), or keeps the unit or company as it was. Rows on which both sides agree are the record's again.
    """
    made = Outcome(differing(found))
    _both_changed(found, choices, made)
    while True:
        met = [*_double(found, made.kept), *_gone(found, made.kept)]
        made.known.update(clash.name for clash in met)
        given_up = [clash for clash in met if choices.get(clash.name) == THEIRS]
        if not given_up:
            break
        made.decided.extend(given_up)
        for clash in given_up:
            made.kept["leases"].pop(clash.key, None)
    for clash in met:
        (made.decided if clash.name in choices else made.undecided).append(clash)
    _insist([clash for clash in met if clash.name in choices], found, made.kept)
    return made


def _both_changed(found: Sides, choices: Mapping[str, str], made: Outcome) -> None:
    """Tell the rows that both sides changed; give up those for which the record's are chosen."""
    before = [*_double(found, made.kept), *_gone(found, made.kept)]
    made.known.update(clash.name for clash in before)
    for name, held in made.kept.items():
        for key in list(held):
            now = found.now[name][key]
            if now == found.base[name][key]:
                continue
            clash = Clash("both_changed", name, key, name, key, held[key], now)
            made.known.add(clash.name)
            (made.decided if clash.name in choices else made.undecided).append(clash)
            if choices.get(clash.name) == THEIRS:
                del held[key]


def _double(found: Sides, kept: Keyed) -> Iterator[Clash]:
    """Yield each pair of firm leases, one of the scenario's and one of the record's, that hold a unit on one day."""
    beside: dict[str, list[Row]] = {}
    for key, (row, *_) in ((key, held) for key, held in found.now["leases"].items() if held):
        if key not in kept.get("leases", {}) and _is_firm(row):
            beside.setdefault(occupancy.field(row, "unit_id"), []).append(row)
    for key, mine in kept.get("leases", {}).items():
        for row in filter(_is_firm, mine):
            for theirs in beside.get(occupancy.field(row, "unit_id"), []):
                if _from(row) < _to(theirs) and _from(theirs) < _to(row):
                    other = occupancy.field(theirs, "lease_id")
                    yield Clash("double_booking", "leases", key, "leases", other, [row], [theirs])


def _gone(found: Sides, kept: Keyed) -> Iterator[Clash]:
    """Yield each lease of the scenario's that outlasts its unit or company, which the record has ended since."""
    for key, mine in kept.get("leases", {}).items():
        for row in mine:
            for column, name in RESTS.items():
                other = occupancy.field(row, column)
                if other is None or other in kept.get(name, {}):
                    continue
                now, before = found.now[name][other], _before(found, name, other)
                if _last(now) < min(_to(row), _last(before)):
                    yield Clash("gone", "leases", key, name, other, [row], now)


def _insist(chosen: Iterable[Clash], found: Sides, kept: Keyed) -> None:
    """Let the scenario's side of each clash stand: it takes over what is in the way."""
    for clash in chosen:
        held = kept.setdefault(clash.of, {})
        if clash.kind == "gone":
            held[clash.other] = _before(found, clash.of, clash.other)
        else:
            held[clash.other] = [
                _until(row, _from(clash.mine[0]))
                for row in held.get(clash.other, clash.theirs)
                if _from(row) < _from(clash.mine[0])
            ]


def _before(found: Sides, name: str, key: str) -> list[Row]:
    """Return the rows of a key as the scenario has seen them so far."""
    return found.mine.get(name, {}).get(key, found.base[name][key])


def _until(row: Row, day: str) -> Row:
    at = list(schema.columns("leases")).index("valid_to")
    return (*row[:at], min(day, row[at]), *row[at + 1 :])


def _is_firm(row: Row) -> bool:
    return occupancy.field(row, "state") in tables.FIRM


def _from(row: Row) -> str:
    return str(occupancy.field(row, "valid_from"))


def _to(row: Row) -> str:
    return str(occupancy.field(row, "valid_to"))


def _last(held: list[Row]) -> str:
    """Return the day after the last of the rows of a unit or company; before all days when there is none."""
    return max((str(row[-1]) for row in held), default=rows.ALWAYS)


def cut(name: str, before: Sequence[Row], after: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return both rows in pieces of time that begin and end together, so that what is so on one day is compared."""
    if name in tables.DATED:
        return list(before), list(after)
    days = sorted({day for row in (*before, *after) for day in row[-2:]})
    pieces = [
        [(*row[:-2], *piece) for row in held for piece in pairwise(days) if _within(row, piece)]
        for held in (before, after)
    ]
    return pieces[0], pieces[1]


def _within(row: Row, piece: tuple[Any, Any]) -> bool:
    return bool(row[-2] <= piece[0] and piece[1] <= row[-1])
