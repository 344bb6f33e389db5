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
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry
    from sqlalchemy.sql.compiler import SQLCompiler

REVISION = "0007"
"""Revision of the store's own layout: the newest of `migrations/versions`. Tables or meaning changed: a new one."""
ALWAYS = dt.date(1900, 1, 1)
"""First day of a row that has been so for as long as we know."""
OPEN = dt.date(9999, 12, 31)
"""Day after the last of a row that is still so. A real day, since engines disagree on infinity."""
STATES = schema.columns("leases")["state"].values
FIRM = tuple(state for state in STATES if state != "intended")
"""States that hold a unit against every other firm one."""
DATED = {"leases"}
"""Tables whose own `valid_from` and `valid_to` are the time at which a row is so."""


COUNTS = ("lines", "new", "changed", "ended", "unchanged", "rejected", "not_data")
"""What a receipt counts: lines read; rows by what became of them; lines that are no rows."""
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


class AsText(FunctionElement[Any]):
    """A day as ISO text, however the engine keeps it: every driver gives the same plain tuples."""

    inherit_cache = True


@compiles(AsText)
def _cast(element: AsText, compiler: SQLCompiler, **told: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return f"CAST({compiler.process(element.clauses, **told)} AS TEXT)"


@compiles(AsText, "sqlite")
def _kept(element: AsText, compiler: SQLCompiler, **told: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return compiler.process(element.clauses, **told)


TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that sorts by its signs on every engine, whatever the server's language."""
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
BESIDE = sa.MetaData()
"""What is no part of the data: the mark of the migrations."""
revision = sa.Table(
    "alembic_version",
    BESIDE,
    sa.Column("version_num", sa.String(32), primary_key=True),
)


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
    sa.Column(
        "mark", TEXT, primary_key=True, comment="Its own; a store that was put back from a backup gets a new one"
    ),
    sa.Column("columns", TEXT, nullable=False, comment="Fingerprint of the schema's columns"),
    comment="What wrote this store.",
)

change = sa.Table(
    "change",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("recorded_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("who", TEXT, nullable=False),
    sa.Column("what", TEXT, nullable=False),
    sa.Column("subject", TEXT, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("reason", TEXT, nullable=False),
    sa.Column("source", TEXT, nullable=False),
    sa.Column("scenario", TEXT, nullable=False),
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
    sa.Column("name", TEXT, sa.CheckConstraint("name <> ''"), nullable=False),
    sa.Column("note", TEXT, nullable=False),
    sa.Column("base", sa.Integer, nullable=False, comment="Last change of the record that it sees"),
    sa.Column("locked", sa.Boolean, nullable=False, server_default=sa.false(), comment="Whether it is read-only"),
    sa.Column("approved", sa.ForeignKey("change.id"), comment="The change that took it into the record"),
    *_times("scenario"),
    sa.Index("scenario_current", "name", **_CURRENT),
    comment="Overlays: each sees the record as it was at its base, and its own rows over it.",
)

taken = sa.Table(
    "taken",
    METADATA,
    sa.Column("row_id", sa.Integer, primary_key=True),
    sa.Column("scenario", TEXT, nullable=False),
    sa.Column("table_name", TEXT, nullable=False),
    sa.Column("key", TEXT, nullable=False),
    *_times("taken"),
    sa.Index("taken_current", "scenario", "table_name", "key", **_CURRENT),
    sa.Index("taken_key", "scenario", "table_name", "key"),
    comment="Keys that a scenario has taken over: the record's rows of that key are not seen in it.",
)

right = sa.Table(
    "right_given",
    METADATA,
    sa.Column("row_id", sa.Integer, primary_key=True),
    sa.Column("who", TEXT, sa.CheckConstraint("who <> ''"), nullable=False),
    sa.Column("may", TEXT, nullable=False, comment="approve"),
    *_times("right_given"),
    sa.Index("right_given_current", "who", "may", **_CURRENT),
    comment="Who may do what not everybody may. While nobody holds a right, everybody does.",
)

receipt = sa.Table(
    "receipt",
    METADATA,
    sa.Column("row_id", sa.Integer, primary_key=True),
    sa.Column("change", sa.ForeignKey("change.id"), nullable=False),
    sa.Column("file", TEXT, nullable=False, comment="Its name without the folder"),
    sa.Column("digest", TEXT, nullable=False, comment="SHA-256 of the file, in hex"),
    sa.Column("part", TEXT, nullable=False, comment="Sheet or layer"),
    sa.Column("table_name", TEXT, nullable=False),
    *(sa.Column(count, sa.Integer, nullable=False) for count in COUNTS),
    sa.Index("receipt_change", "change"),
    sa.Index("receipt_digest", "digest"),
    comment="What an import brought, line by line accounted for. Never changed, never deleted.",
)

heading = sa.Table(
    "heading",
    METADATA,
    sa.Column("row_id", sa.Integer, primary_key=True),
    sa.Column("source", TEXT, nullable=False, comment="Who brings the file, without the days in its name"),
    sa.Column("table_name", TEXT, nullable=False),
    sa.Column("heading", TEXT, nullable=False),
    sa.Column("column_name", TEXT, nullable=False, comment="Our column; empty where it is none of ours"),
    *_times("heading"),
    sa.Index("heading_current", "source", "table_name", "heading", **_CURRENT),
    comment="What a person has confirmed that a heading of a source means.",
)


def _data(name: str) -> sa.Table:
    """Return the table that keeps the schema's `name`."""
    key = schema.key(name)
    own = [
        sa.Column(column.name, TYPES.get(column.type, TEXT), nullable=not (column.required or is_bound(column.name)))
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
        states = ", ".join(map(repr, STATES))
        rules += [
            sa.CheckConstraint(f"state IN ({states})"),
            *(sa.Index(index, column) for column, index in INDEX.items()),
        ]
    number = sa.Column("row_id", sa.Integer, primary_key=True)
    return sa.Table(name, METADATA, number, *own, sa.Column("scenario", TEXT, nullable=False), *rules)


def shown(table: sa.Table, names: Iterable[str]) -> list[sa.ColumnElement[Any]]:
    """Return the columns `names` as every driver shall give them: text, numbers, ISO days, WKB."""
    columns = (table.c[name] for name in names)
    return [AsText(column).label(column.name) if isinstance(column.type, sa.Date) else column for column in columns]


def kept(table: sa.Table) -> bool:
    """Return whether rows of a table are written once, ended once, never changed or deleted."""
    return table is not about


def is_bound(name: str) -> bool:
    """Return whether a column bounds the time at which a row is so; the store always knows both bounds."""
    return name in {"valid_from", "valid_to"}


DATA = {name: _data(name) for name in schema.TABLES}


def firm(alias: str) -> str:
    """Return the condition, as guards say it, that the lease called `alias` holds its unit."""
    return f"{alias}.state IN ({', '.join(repr(state) for state in FIRM)})"


def record_seen(alias: str, base: str, scenario: str) -> str:
    """Return the condition, as guards say it, that `scenario`, laid over `base`, sees the record's lease `alias`."""
    return (
        f"{alias}.scenario = '' AND {alias}.tx_from <= {base} AND ({alias}.tx_to IS NULL OR {alias}.tx_to > {base})"  # noqa: S608
        f" AND NOT EXISTS (SELECT 1 FROM taken WHERE taken.scenario = {scenario} AND taken.table_name = 'leases'"
        f" AND taken.key = {alias}.lease_id AND taken.tx_to IS NULL)"
    )


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
