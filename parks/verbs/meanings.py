"""What the headings of a file mean: as said now, or as confirmed for the same source before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from parks import schema
from parks.intake import headings, parts
from parks.issues import InvalidData, Issue
from parks.verbs import printing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parks.intake.imports import Order
    from parks.intake.parts import Part
    from parks.store import Store
    from parks.verbs.session import Session


def meant(
    given: Sequence[Order], held: Store | None, session: Session
) -> tuple[list[Order], dict[str, dict[str, str]], list[Issue]]:
    """Return the orders with what their headings mean, as said now or before; part → what is said now; what is told."""
    options, t = session.options, session.t
    family, orders, confirmed, told = parts.family(options.source), [], {}, []
    for order in given:
        said = {
            heading: column
            for name, column in options.map
            for heading in _headings(order.part, order.table, name, column)
        }
        before = held.remembered(family, order.table) if held else {}
        known = {
            heading: column
            for name, column in before.items()
            for heading in _headings(order.part, order.table, name, column)
            if heading not in said and not (column and column in said.values())
        }
        confirmed[order.part.name] = said
        orders.append(replace(order, meant={**known, **said}))
        if known:
            listed = ", ".join(f"{heading} → {column or printing.NONE}" for heading, column in known.items())
            message = t("Headings are read as confirmed for this source before: {headings}.", headings=listed)
            mend = t("To read one otherwise, add --map HEADING=COLUMN.")
            told.append(Issue(order.part.name, "", "", "", "remembered", message, mend))
    return orders, confirmed, told


def refuse(orders: Sequence[Order], session: Session) -> None:
    """Refuse meanings that fit nothing in the file: they would be lost without a word."""
    t, faults = session.t, []
    for name, column in session.options.map:
        if any(_headings(order.part, order.table, name, column) for order in orders):
            continue
        heads = dict.fromkeys(heading for order in orders for heading in order.part.headings if heading)
        ours = dict.fromkeys(
            one.name for order in orders for one in schema.columns(order.table).values() if not one.is_geometry
        )
        if column and column not in ours:
            message, mend = t("There is no such column."), t("Ours are: {names}.", names=", ".join(ours))
        else:
            message, mend = t("There is no such heading."), t("The file has: {names}.", names=", ".join(heads))
        faults.append(Issue("import", "", "--map", f"{name}={column}", "refused", message, mend))
    if faults:
        raise InvalidData(faults)


def _headings(part: Part, table: str, name: str, column: str) -> list[str]:
    """Return which headings of a part `name` gives a column of its table ("" is none)."""
    if column and (column not in schema.columns(table) or schema.columns(table)[column].is_geometry):
        return []
    found = headings.match(part.headings, table, {name: column})
    return [match.heading for match in found if match.certainty == "remembered"]
