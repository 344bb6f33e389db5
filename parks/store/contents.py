"""What the rows of a store say of each other and of the ground: keys that are not there, shapes that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
import sqlalchemy as sa

from parks import schema
from parks.issues import Issue
from parks.store import rows, tables, views

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parks.words import Translate

PORTION = 10_000
"""Geometries looked at at once."""
WORLD = np.array([-180.0, -90.0, 180.0, 90.0])
"""West, south, east, north [°]."""


def findings(connection: sa.Connection, t: Translate) -> list[Issue]:
    """Return what an import or an act has left to mend: the store is safe to work on, its figures may be wrong."""
    return [*_lost(connection, t), *_shapes(connection, t)]


def _lost(connection: sa.Connection, t: Translate) -> Iterator[Issue]:
    """Cells that name a row which is not there: now, in the record and in each scenario."""
    last = views.last(connection)
    held = tables.scenario
    names = connection.execute(sa.select(held.c.name).where(held.c.tx_to.is_(None)).order_by(held.c.name)).scalars()
    for scenario in ["", *names]:
        view = views.of(connection, scenario, last, t)
        for name in schema.TABLES:
            for column in schema.columns(name).values():
                if column.refers_to in schema.TABLES:
                    yield from _nowhere(connection, view, name, column, t)


def _nowhere(
    connection: sa.Connection, view: views.View, name: str, column: schema.Column, t: Translate
) -> Iterator[Issue]:
    """Cells of `column` in the rows that the record, or a scenario of its own, holds now and that name no row."""
    table = tables.DATA[name]
    key = table.c[schema.key(name)]
    asked = sa.select(key, table.c[column.name]).where(
        table.c.scenario == view.scenario, table.c.tx_to.is_(None), table.c[column.name].is_not(None)
    )
    if view.scenario:
        asked = asked.where(tables.overlaid(table))
    keys, cells = views.columns(connection, [asked.distinct().order_by(key)], 2)
    wanted = set(cells)
    known = _known(connection, view, column.refers_to, wanted)
    message = t("There is no such row in “{table}”.", table=schema.title(column.refers_to, t))
    mend = t("Mend the code, or bring that row first.")
    for row, cell in zip(keys, cells, strict=True):
        if cell not in known:
            yield Issue(name, str(row), column.name, str(cell), "unknown_reference", message, mend)


def _known(connection: sa.Connection, view: views.View, name: str, keys: set[str]) -> set[str]:
    """Return the keys of the table `name`, among `keys`, that `view` sees."""
    if view.scenario:
        return set(views.rows_of(connection, view, name, keys))
    table = tables.DATA[name]
    asked = sa.select(table.c[schema.key(name)]).where(table.c.scenario == "", table.c.tx_to.is_(None))
    return {row[0] for row in views.fetch(connection, [asked])} if keys else set()


def _shapes(connection: sa.Connection, t: Translate) -> Iterator[Issue]:
    """Geometries, of all that were ever recorded, that are no places on the earth."""
    for name in schema.TABLES:
        column = schema.geometry(name)
        if column is None:
            continue
        table = tables.DATA[name]
        number, key, shape = table.c.row_id, table.c[schema.key(name)], table.c[column]
        keys, wkb = views.columns(connection, [sa.select(key, shape).where(shape.is_not(None)).order_by(number)], 2)
        for part in rows.portions(range(len(keys)), PORTION):
            for at, kind, message, mend in _wrong(wkb[part[0] : part[-1] + 1], t):
                yield Issue(name, str(keys[part[0] + at]), column, "", kind, message, mend)


def _wrong(wkb: list[bytes], t: Translate) -> Iterator[tuple[int, str, str, str]]:
    """Return the place of each of the geometries that is none, the kind of fault, what is wrong, how to mend it."""
    shapes = shapely.from_wkb(np.array(wkb, dtype=object), on_invalid="ignore")
    unread = np.array([shape is None for shape in shapes], dtype=bool)
    broken = ~unread & (~shapely.is_valid(shapes) | shapely.is_empty(shapes))
    bounds = shapely.bounds(shapes)
    away = ~unread & ((bounds[:, :2] < WORLD[:2]) | (bounds[:, 2:] > WORLD[2:])).any(axis=1)
    for mask, kind, message, mend in (
        (unread, "geometry", t("This is no geometry at all."), t("Import the row again.")),
        (broken, "geometry", t("The shape is empty or crosses itself."), t("Draw its outline again without crossing.")),
        (away, "outside", t("The place is not on the earth."), t("Check coordinate system, datum and axis order.")),
    ):
        yield from ((int(at), kind, message, mend) for at in np.flatnonzero(mask))
