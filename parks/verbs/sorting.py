"""Which table each part of a file is, and where its layers lie: as said, as is surely so, or to be asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from parks import schema
from parks.intake import headings, imports, parts, rejects
from parks.intake.imports import Order, Placement
from parks.issues import InvalidData, Issue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from parks.intake.imports import Brought
    from parks.intake.maps.layers import Layer
    from parks.intake.maps.outlines import Flaw
    from parks.intake.parts import Part
    from parks.verbs.session import Session
    from parks.words import Translate

NONE = 0.2
"""Below this likeness of headings (`headings.table_of`) a part is surely no table of ours."""
LIKELY = 3
"""Most tables that are proposed for one part."""
PLACES = ("crs", "datum", "swapped", "mend")
"""Options that say something of map files only."""


class Left(NamedTuple):
    """A part that is not weighed.

    Parameters
    ----------
    part
        As the file has it.
    refused
        Whether its rows count as rejected; else nothing in it is data of ours.
    issues
        Why.
    """

    part: Part
    refused: bool
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Sorted:
    """The parts of a file by what is done with them.

    Parameters
    ----------
    orders
        Those that are weighed, layers placed.
    left
        Those that are not.
    flaws
        Layer → everything that is wrong with its shapes, mended or not.
    """

    orders: tuple[Order, ...]
    left: tuple[Left, ...]
    flaws: Mapping[str, tuple[Flaw, ...]]


class _Found(NamedTuple):
    """A part, with its layer if it is one."""

    part: Part
    layer: Layer | None


def by_table(brought: Brought, session: Session) -> Sorted:
    """Return what is done with each part of a file.

    Raises
    ------
    InvalidData
        When an option fits nothing in the file, or nothing in it is surely a table of ours.
    """
    found = [_Found(part, None) for part in brought.parts]
    found += [_Found(parts.of_layer(layer, layer.shapes), layer) for layer in brought.layers]
    _refuse_options(found, session)
    left = list(_unread(found, session))
    gone = {id(one.part) for one in left}
    rest = [one for one in found if id(one.part) not in gone]
    tables, more = _as_said(rest, session) if session.options.table else _as_told(rest, session.t)
    left += more
    if not tables and not any(one.refused for one in left):
        raise _nothing(brought.file, left, session.t)
    orders, unplaced, flaws = _placed(tables, session)
    left += unplaced
    if not unplaced:
        _refuse_mends(flaws, session)
    return Sorted(tuple(orders), tuple(left), flaws)


def _refuse_options(found: list[_Found], session: Session) -> None:
    """Refuse options about layers where there is none, and parts that are not in the file."""
    t, options = session.t, session.options
    if not any(one.layer for one in found):
        for name in PLACES:
            if getattr(options, name):
                message = t("The file is no map file, so that nothing of it is placed.")
                mend = t("Leave {option} out, or bring the map file.", option=f"--{name}")
                raise session.refuse(message, mend, option=f"--{name}", value=_plain(getattr(options, name)))
    names = [one.part.name for one in found]
    strange = [name for name in options.sheet if name not in names]
    if strange:
        message = t("There is no such sheet or layer in the file.")
        mend = t("Name one of: {names}.", names=", ".join(names))
        raise session.refuse(message, mend, option="--sheet", value=_plain(strange))


def _unread(found: list[_Found], session: Session) -> Iterator[Left]:
    """Leave what is not asked for, what is hidden, and what has no rows."""
    t, chosen = session.t, session.options.sheet
    for part, _ in found:
        if chosen and part.name not in chosen:
            message = t("It is not among the sheets or layers that --sheet names.")
            yield _left(part, "not_chosen", message, t("Nothing is needed."))
        elif part.hidden and not chosen:
            yield _left(
                part, "hidden", t("The sheet is hidden. It is not read."), t("Name it with --sheet to read it.")
            )
        elif not part.records:
            message, mend = t("It has no rows that can be read."), t("Nothing is needed where it holds no table.")
            one = _left(part, "no_rows", message, mend)
            yield one._replace(issues=part.issues[-1:] or one.issues)


def _as_said(found: list[_Found], session: Session) -> tuple[list[tuple[_Found, str]], list[Left]]:
    """Return the parts that are the table named: those named with it, else the one most like it."""
    t, table = session.t, session.options.table
    flat = [one for one in found if one.layer and not schema.geometry(table)]
    if flat:
        message = t("The rows of the table {table} have no place on a map.", table=table)
        mend = t("Name one of: {names}.", names=", ".join(name for name in schema.TABLES if schema.geometry(name)))
        return [], [_left(one.part, "no_place", message, mend, refused=True) for one in flat]
    if session.options.sheet or not found:
        return [(one, table) for one in found], []
    best = max(found, key=lambda one: dict(_likeness(one.part)).get(table, 0.0))
    message = t("Another part of the file is more like the table {table}.", table=table)
    mend = t("Name this one with --sheet to import it.")
    return [(best, table)], [_left(one.part, "less_like", message, mend) for one in found if one is not best]


def _as_told(found: list[_Found], t: Translate) -> tuple[list[tuple[_Found, str]], list[Left]]:
    """Return the parts whose headings surely tell their table; those that may be one are refused, others left."""
    tables: list[tuple[_Found, str]] = []
    left = []
    for one in found:
        table = parts.table_of(one.part)
        likely = [name for name, score in _likeness(one.part) if score >= NONE][:LIKELY]
        if table is not None:
            tables.append((one, table))
        elif likely or one.layer:
            names = ", ".join(likely or [name for name in schema.TABLES if schema.geometry(name)])
            message = t("Its headings do not tell surely which table it is.")
            mend = t("Say it with --table (and this part with --sheet), perhaps: {names}.", names=names)
            left.append(_left(one.part, "table_unsure", message, mend, refused=True))
        else:
            message = t("None of our tables has such headings.")
            left.append(_left(one.part, "not_ours", message, t("If it is one all the same, name it with --table.")))
    return tables, left


def _likeness(part: Part) -> list[tuple[str, float]]:
    """Return which tables a part is like, best first: of a layer those with places."""
    scores = headings.table_of([said for said in part.headings if not rejects.is_ours(said)])
    return [(table, score) for table, score in scores if part.shapes is None or schema.geometry(table)]


def _left(part: Part, kind: str, message: str, mend: str, *, refused: bool = False) -> Left:
    return Left(part, refused, (Issue(part.name, "", "", "", kind, message, mend),))


def _nothing(file: str, left: Iterable[Left], t: Translate) -> InvalidData:
    message = t("Nothing in the file is surely a table of ours.")
    mend = t("Say which table it is with --table, and which part with --sheet.")
    told = [issue for one in left for issue in one.issues]
    return InvalidData([Issue(file, "", "", "", "nothing", message, mend), *told])


def _placed(
    tables: list[tuple[_Found, str]], session: Session
) -> tuple[list[Order], list[Left], dict[str, tuple[Flaw, ...]]]:
    """Return the parts as they are weighed, layers where they lie; and the layers that cannot be placed."""
    options = session.options
    accepted = "all" if "all" in options.mend else frozenset(options.mend)
    said = Placement(crs=options.crs, datum=options.datum, swapped=options.swapped, accepted=accepted)
    orders: list[Order] = []
    left: list[Left] = []
    flaws: dict[str, tuple[Flaw, ...]] = {}
    for (part, layer), table in tables:
        if layer is None:
            orders.append(Order(part, table))
            continue
        try:
            lies, found = imports.placed(layer, table, said, session.t)
        except InvalidData as fault:
            left.append(Left(part, refused=True, issues=tuple(map(_by_option, fault.issues))))
        else:
            orders.append(Order(lies, table))
            flaws[part.name] = found
    return orders, left, flaws


def _by_option(issue: Issue) -> Issue:
    """Return what is wrong with the system of a layer under the option that says it."""
    return replace(issue, column=f"--{issue.column}") if issue.column in PLACES else issue


def _refuse_mends(flaws: Mapping[str, tuple[Flaw, ...]], session: Session) -> None:
    """Refuse mends of flaws that are not there."""
    strange = sorted(set(session.options.mend) - {"all"} - {flaw.id for found in flaws.values() for flaw in found})
    if strange:
        t = session.t
        message, mend = t("No shape in the file has such a flaw."), t("Look up the flaws with --dry-run.")
        raise session.refuse(message, mend, option="--mend", value=_plain(strange))


def _plain(value: Any) -> str:  # noqa: ANN401 - of any option
    return ", ".join(value) if isinstance(value, list) else str(value)
