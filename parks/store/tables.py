"""The store's tables: one for each of the schema's, and the few that keep their history."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

import shapely
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from parks import schema

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry
    from sqlalchemy.sql.compiler import SQLCompiler

FORMAT = 1
"""Number of the store's own layout; a change of tables, guards or meaning raises it."""
ALWAYS = dt.date(1900, 1, 1)
"""First day of a row that has been so for as long as we know."""
OPEN = dt.date(9999, 12, 31)
"""Day after the last of a row that is still so. A real day, since engines disagree on infinity."""
STATES = schema.columns("leases")["state"].values
FIRM = tuple(state for state in STATES if state != "intended")
"""States that hold a unit against every other firm one."""
DATED = {"leases"}
"""Tables whose own `valid_from` and `valid_to` are the time at which a row is so."""


INDEX = {"unit_id": "leases_unit", "tenant_id": "leases_tenant"}
"""Column of leases by which they are looked for → its index."""


class Geometry(sa.types.TypeDecorator["BaseGeometry"]):
    """A shapely geometry (EPSG:4326), kept as WKB on every engine; None is unknown."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: BaseGeometry | None, dialect: sa.Dialect) -> bytes | None:
        """Return the WKB that is kept."""
        del dialect
        return None if value is None else shapely.to_wkb(value)

    def process_result_value(self, value: bytes | None, dialect: sa.Dialect) -> BaseGeometry | None:
        """Return the geometry that was kept."""
        del dialect
        return None if value is None else shapely.from_wkb(value)


class Scanned(FunctionElement[Any]):
    """A column compared without its index: where nearly all rows are wanted, going through one takes longer."""

    inherit_cache = True


@compiles(Scanned)
def _plain(element: Scanned, compiler: SQLCompiler, **told: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return compiler.process(element.clauses, **told)


@compiles(Scanned, "sqlite")
def _plus(element: Scanned, compiler: SQLCompiler, **told: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return f"+{compiler.process(element.clauses, **told)}"


TYPES: dict[str, Any] = {
    "int": sa.Integer,
    "number": sa.Double,
    "bool": sa.Boolean,
    "date": sa.Date,
    "point": Geometry,
    "polygon": Geometry,
}
"""Column type of the schema → type in the store; every other one is text."""
METADATA = sa.MetaData()


def _where(text: str) -> dict[str, Any]:
    """Return the options of an index over part of the rows, on every engine."""
    return {"sqlite_where": sa.text(text), "postgresql_where": sa.text(text)}


_CURRENT: dict[str, Any] = {"unique": True, **_where("tx_to IS NULL")}


def overlaid(table: sa.Table) -> sa.ColumnElement[bool]:
    """Return the condition said beside `scenario = …` so that the index over scenarios' own rows serves."""
    return table.c.scenario != sa.literal_column("''")


about = sa.Table(
    "about",
    METADATA,
    sa.Column("format", sa.Integer, primary_key=True),
    sa.Column("columns", sa.Text, nullable=False),
    comment="What wrote this store.",
)

change = sa.Table(
    "change",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("recorded_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("scenario", sa.Text, nullable=False),
    sa.Column("data_day", sa.Date),
    sa.Column("undoes", sa.ForeignKey("change.id"), unique=True),
    sa.Index("change_by_who", "who", "scenario", "id"),
    comment="Who changed what, when and why. Never changed, never deleted.",
)


def _times(name: str) -> list[Any]:
    """Return the columns that say which changes wrote and ended a row of `name`, and their indexes."""
    return [
        sa.Column("tx_from", sa.ForeignKey("change.id"), nullable=False),
        sa.Column("tx_to", sa.ForeignKey("change.id")),
        sa.Index(f"{name}_tx_from", "tx_from"),
        sa.Index(f"{name}_tx_to", "tx_to", **_where("tx_to IS NOT NULL")),
    ]


scenario = sa.Table(
    "scenario",
    METADATA,
    sa.Column("row_id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, sa.CheckConstraint("name <> ''"), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("base", sa.Integer, nullable=False, comment="Last change of the record that it sees"),
    *_times("scenario"),
    sa.Index("scenario_current", "name", **_CURRENT),
    comment="Overlays: each sees the record as it was at its base, and its own rows over it.",
)

taken = sa.Table(
    "taken",
    METADATA,
    sa.Column("row_id", sa.Integer, primary_key=True),
    sa.Column("scenario", sa.Text, nullable=False),
    sa.Column("table_name", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    *_times("taken"),
    sa.Index("taken_current", "scenario", "table_name", "key", **_CURRENT),
    sa.Index("taken_key", "scenario", "table_name", "key"),
    comment="Keys that a scenario has taken over: the record's rows of that key are not seen in it.",
)


def _data(name: str) -> sa.Table:
    """Return the table that keeps the schema's `name`."""
    key = schema.key(name)
    own = [
        sa.Column(column.name, TYPES.get(column.type, sa.Text), nullable=not (column.required or is_bound(column.name)))
        for column in schema.columns(name).values()
    ]
    if name not in DATED:
        own += [sa.Column("valid_from", sa.Date, nullable=False), sa.Column("valid_to", sa.Date, nullable=False)]
    once = [key, "scenario"] if name in DATED else [key, "scenario", "valid_from"]
    rules: list[Any] = [
        *_times(name),
        sa.CheckConstraint("valid_from < valid_to"),
        sa.Index(f"{name}_current", *once, **_CURRENT),
        sa.Index(f"{name}_key", key),
        sa.Index(f"{name}_overlay", "scenario", **_where("scenario <> ''")),
        *(sa.Index(f"{name}_{day}", day) for day in ("valid_from", "valid_to")),
    ]
    if name == "leases":
        states = ", ".join(f"'{state}'" for state in STATES)
        rules += [
            sa.CheckConstraint(f"state IN ({states})"),
            *(sa.Index(index, column) for column, index in INDEX.items()),
        ]
    number = sa.Column("row_id", sa.Integer, primary_key=True)
    return sa.Table(name, METADATA, number, *own, sa.Column("scenario", sa.Text, nullable=False), *rules)


def is_bound(name: str) -> bool:
    """Return whether a column bounds the time at which a row is so; the store always knows both bounds."""
    return name in {"valid_from", "valid_to"}


DATA = {name: _data(name) for name in schema.TABLES}


def stored(name: str) -> list[str]:
    """Return the columns that make up a row of `name`: the schema's, then its time where the schema has none."""
    return [*schema.columns(name), *([] if name in DATED else ["valid_from", "valid_to"])]


def fingerprint() -> str:
    """Return a short mark of the schema's columns: a store written for other columns has another one."""
    said = ";".join(
        f"{name}.{column.name}:{column.type}:{column.required}"
        for name in schema.TABLES
        for column in schema.columns(name).values()
    )
    return hashlib.sha256(said.encode()).hexdigest()[:16]
