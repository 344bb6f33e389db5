"""Taking rows of any table out again, as one act, unless other rows name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parks import schema
from parks.issues import InvalidData, Issue
from parks.store import entries, history, lookup, meanwhile, reversal, tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parks.store import views
    from parks.store.writing import Act, Writing


def remove(writing: Writing, name: str, keys: Sequence[str], act: Act) -> int:
    """Take the rows of `keys` out of what `act.scenario` sees; return the number of the change.

    Parameters
    ----------
    writing, act
        The act under way, and how the history tells it.
    name, keys
        The table, and which of its rows.

    Raises
    ------
    InvalidData
        With every key that is not known there, and every one that other rows name, at any day.
    """
    view, wanted = writing.view(act.scenario), list(dict.fromkeys(keys))
    stood = lookup.rows_of(writing.connection, view, name, wanted)
    faults = [*_unknown(writing, name, wanted, stood), *_named(writing, view, name, wanted)]
    if faults:
        raise InvalidData(faults)
    meanwhile.refuse(writing, view, keys={name: wanted})
    change = writing.record(act, len(wanted))
    entries.put(writing, view, change, name, wanted, [], stood=stood)
    return change


def _unknown(
    writing: Writing, name: str, wanted: Sequence[str], stood: dict[str, list[tuple[object, ...]]]
) -> Iterator[Issue]:
    t, key = writing.t, schema.key(name)
    if not wanted:
        yield Issue(name, "", key, "", "missing", t("No row was chosen."), t("Choose at least one."))
    for one in wanted:
        if one not in stood:
            message, mend = t("{key} is not known here.", key=one), t("Look at the newest state and choose again.")
            yield Issue(name, one, key, one, "unknown", message, mend)


def _named(writing: Writing, view: views.View, name: str, wanted: Sequence[str]) -> Iterator[Issue]:
    """Yield the keys that rows of other tables name."""
    t = writing.t
    for other, column in reversal.RESTING[name]:
        at = tables.stored(other).index(column)
        naming: dict[str, set[str]] = {}
        for key, held in lookup.rows_of(writing.connection, view, other, wanted, by=column).items():
            for row in held:
                naming.setdefault(row[at], set()).add(key)
        for one in sorted(naming):
            keys = history.subject(sorted(naming[one]))
            message = t("Rows of “{table}” name it: {keys}.", table=schema.title(other, t), keys=keys)
            yield Issue(name, one, schema.key(name), one, "in_use", message, t("Remove or change those rows first."))
