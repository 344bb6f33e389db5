"""Who holds a unit when: the refusal in words of what the database's guard would refuse anyway."""

from __future__ import annotations

from collections import Counter
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from parks import schema
from parks.issues import InvalidData, Issue
from parks.store import lookup, rows, tables, views

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import sqlalchemy as sa

    from parks.store.rows import Row
    from parks.store.writing import Writing

_NAMES = list(schema.columns("leases"))


class Hold(NamedTuple):
    """One firm occupation.

    Parameters
    ----------
    unit, start
        Unit and first day; holds sort by them.
    new
        Whether it is being written now.
    lease, tenant, end
        Lease, its tenant if any, the day after the last.
    """

    unit: str
    start: str
    new: bool
    lease: str
    tenant: str | None
    end: str


def field(row: Row, name: str) -> Any:  # noqa: ANN401 - a cell is text or a number
    """Return the cell `name` of a row of leases."""
    return row[_NAMES.index(name)]


_CELLS = itemgetter(*map(_NAMES.index, ("unit_id", "valid_from", "lease_id", "tenant_id", "valid_to", "state")))


def _firm(found: Iterable[Row]) -> list[Row]:
    """Return unit, start, lease, tenant, end and state of the leases that hold their unit."""
    return [cells for cells in map(_CELLS, found) if cells[-1] in tables.FIRM]


def _holds(cells: Iterable[Row], crowded: set[str], *, new: bool) -> list[Hold]:
    """Return the occupations of the units in which there are several."""
    return [
        Hold(unit, start, new, lease, tenant, end) for unit, start, lease, tenant, end, _ in cells if unit in crowded
    ]


def refuse(writing: Writing, view: views.View, keys: Iterable[str], new: Sequence[Row]) -> None:
    """Refuse `new` where it would hold a unit firmly twice in `view`.

    Parameters
    ----------
    writing
        The act under way.
    view
        As whom.
    keys
        Leases that `new` replaces.
    new
        Rows of leases.

    Raises
    ------
    InvalidData
        With one issue for each of the new rows that clashes: who holds the unit until when, and what to do.
    """
    wanted, replaced = _firm(new), set(keys)
    units = Counter(unit for unit, *_ in wanted)
    held = lookup.stream(writing.connection, view, "leases", units.keys(), by="unit_id")
    others = [cells for cells in _firm(held) if cells[2] not in replaced]
    units.update(unit for unit, *_ in others)
    crowded = {unit for unit, count in units.items() if count > 1}
    clashes = []
    longest: Hold | None = None
    for hold in sorted([*_holds(others, crowded, new=False), *_holds(wanted, crowded, new=True)]):
        if longest is None or hold.unit != longest.unit or hold.start >= longest.end:
            longest = hold
            continue
        clashes.append((hold, longest) if hold.new else (longest, hold))
        longest = max(longest, hold, key=lambda one: one.end)
    if clashes:
        names = _tenants(writing.connection, view, {other.tenant for _, other in clashes if other.tenant})
        raise InvalidData(_issue(writing, hold, other, names) for hold, other in clashes)


def _issue(writing: Writing, hold: Hold, other: Hold, names: dict[str, str]) -> Issue:
    t = writing.t
    message = t(
        "Unit {unit} is firmly held by {holder} from {start} until {end}.",
        unit=hold.unit,
        holder=names.get(other.tenant or "", other.tenant or t("nobody (closed space)")),
        start=other.start,
        end=t("an open end") if other.end == rows.OPEN else other.end,
    )
    mend = t("Choose another unit or another period, or release lease {lease} first.", lease=other.lease)
    return Issue("leases", hold.lease, "unit_id", hold.unit, "double_booking", message, mend)


def _tenants(connection: sa.Connection, view: views.View, ids: set[str]) -> dict[str, str]:
    at = list(schema.columns("tenants")).index("name_zh")
    return {key: f"{key} {found[-1][at]}" for key, found in views.rows_of(connection, view, "tenants", ids).items()}
