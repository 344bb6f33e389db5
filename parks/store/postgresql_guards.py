"""What a PostgreSQL server refuses by itself, whoever writes; and whether it still would, to the word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from parks.store import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HERE = "quote_ident(current_schema())::regnamespace"
"""The schema in which the store lives, for a question to the server's catalogue."""
EXTENSION = "btree_gist"
"""Extension that lets a constraint compare words beside days."""
OVERLAP = "guard_leases_overlap"
"""Constraint that refuses two firm occupations within the record, or within one scenario."""
_RAISED = "THEN RAISE EXCEPTION 'double booking' USING ERRCODE = 'exclusion_violation'; END IF;\nRETURN NEW;"
FUNCTIONS = {
    "guard_kept": """BEGIN
RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
  MESSAGE = 'rows of ' || TG_TABLE_NAME || ' are never changed or deleted';
END""",
    "guard_booking": f"""BEGIN
IF EXISTS (
  SELECT 1 FROM leases AS held
  JOIN scenario ON scenario.name = NEW.scenario AND scenario.tx_to IS NULL
  WHERE held.unit_id = NEW.unit_id AND held.valid_from < NEW.valid_to AND held.valid_to > NEW.valid_from
    AND {tables.firm("held")} AND {tables.record_seen("held", "scenario.base", "NEW.scenario")}
) {_RAISED}
END""",  # noqa: S608 - every word comes from our own schema
    "guard_base": f"""BEGIN
IF EXISTS (
  SELECT 1 FROM leases AS own
  JOIN leases AS held ON held.unit_id = own.unit_id
    AND held.valid_from < own.valid_to AND held.valid_to > own.valid_from
  WHERE own.scenario = NEW.name AND own.scenario <> '' AND own.tx_to IS NULL AND {tables.firm("own")}
    AND {tables.firm("held")} AND {tables.record_seen("held", "NEW.base", "NEW.name")}
) {_RAISED}
END""",  # noqa: S608 - every word comes from our own schema
}
"""Function of a guard → its body."""


def triggers() -> dict[str, str]:
    """Return trigger name → statement that makes it; what they refuse is said in `sqlite.guards`."""
    row = "FOR EACH ROW"
    firm = f"new.tx_to IS NULL AND new.scenario <> '' AND {tables.firm('new')}"
    made = {
        "leases_booking": f"BEFORE INSERT ON leases {row} WHEN ({firm}) EXECUTE FUNCTION guard_booking()",
        "scenario_base": f"BEFORE INSERT ON scenario {row} WHEN (new.tx_to IS NULL) EXECUTE FUNCTION guard_base()",
    }
    every = "FOR EACH STATEMENT EXECUTE FUNCTION guard_kept()"
    for table in filter(tables.kept, tables.METADATA.tables.values()):
        name = table.name
        fixed = ", ".join(f'"{column.name}"' for column in table.columns if column.name != "tx_to")
        made[f"{name}_stays"] = f"BEFORE DELETE OR TRUNCATE ON {name} {every}"
        made[f"{name}_fixed"] = f"BEFORE UPDATE OF {fixed} ON {name} {every}"
        if "tx_to" in table.columns:
            again = "WHEN (old.tx_to IS NOT NULL OR new.tx_to IS NULL)"
            made[f"{name}_ends_once"] = f"BEFORE UPDATE OF tx_to ON {name} {row} {again} EXECUTE FUNCTION guard_kept()"
    return {f"guard_{name}": f"CREATE TRIGGER guard_{name} {body}" for name, body in made.items()}


def _overlap() -> str:
    days = "daterange(valid_from, valid_to) WITH &&"
    firm = tables.firm("leases").replace("leases.", "")
    return f"EXCLUDE USING gist (scenario WITH =, unit_id WITH =, {days}) WHERE (tx_to IS NULL AND {firm})"


def _path(connection: sa.Connection) -> str:
    """Return where the functions look for our tables, wherever the session that sets them off does.

    A table of the session's own (`pg_temp`) that is called like one of ours would else be asked in its place.
    """
    return f"{connection.exec_driver_sql('SELECT quote_ident(current_schema())').scalar_one()}, pg_temp"


def guard(connection: sa.Connection) -> None:
    """Put every guard in force."""
    connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {EXTENSION}")
    path = _path(connection)
    for name, body in FUNCTIONS.items():
        made = f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = {path} AS $${body}$$"
        connection.exec_driver_sql(made)
    for statement in triggers().values():
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"ALTER TABLE leases ADD CONSTRAINT {OVERLAP} {_overlap()}")


def unguard(connection: sa.Connection) -> None:
    """Take every guard away, those of older stores too."""
    connection.exec_driver_sql(f"ALTER TABLE leases DROP CONSTRAINT IF EXISTS {OVERLAP}")
    asked = f"""
SELECT proname FROM pg_proc
WHERE pronamespace = {HERE} AND starts_with(proname, 'guard_')"""  # noqa: S608 - no word of a user's
    for name in connection.exec_driver_sql(asked).scalars().all():
        connection.exec_driver_sql(f'DROP FUNCTION "{name}"() CASCADE')  # and every trigger that calls it


def missing(connection: sa.Connection) -> list[str]:
    """Return the guards that are not in force as we wrote them: triggers and their functions, constraints, indexes."""
    held = {_plain(text) for text in connection.exec_driver_sql(_HELD).scalars()}
    return sorted(name for name, said in _wanted(_path(connection)) if _plain(said) not in held)


_HELD = f"""
WITH ours AS (SELECT oid FROM pg_class WHERE relnamespace = {HERE} AND relkind = 'r'),
  asleep AS (SELECT * FROM pg_trigger WHERE tgenabled NOT IN ('O', 'A'))
SELECT 'TABLE ' || oid::regclass FROM pg_class WHERE oid IN (SELECT oid FROM ours) AND relpersistence = 'p'
UNION ALL SELECT attrelid::regclass || '.' || attname || ' NOT NULL' FROM pg_attribute
  WHERE attrelid IN (SELECT oid FROM ours) AND attnotnull AND attnum > 0
UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid, true) FROM pg_constraint AS one
  WHERE conrelid IN (SELECT oid FROM ours) AND convalidated
    AND NOT EXISTS (SELECT 1 FROM asleep WHERE tgconstraint = one.oid)
UNION ALL SELECT pg_get_indexdef(indexrelid, 0, true) FROM pg_index
  WHERE indrelid IN (SELECT oid FROM ours) AND indisunique AND indisvalid
UNION ALL SELECT pg_get_triggerdef(oid, true) FROM pg_trigger
  WHERE tgrelid IN (SELECT oid FROM ours) AND oid NOT IN (SELECT oid FROM asleep)
UNION ALL SELECT concat_ws(' ', proname, array_to_string(proconfig, ' '), prosrc) FROM pg_proc
  WHERE pronamespace = {HERE} AND pronargs = 0"""  # noqa: S608 - no word of a user's
"""What is in force here, in the server's words."""


def _wanted(path: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each guard and what the server must say of it."""
    yield from triggers().items()
    for name, body in FUNCTIONS.items():
        yield name, f"{name} search_path={path} {body}"
    yield OVERLAP, f"leases {_overlap()}"
    for table in tables.METADATA.tables.values():
        yield table.name, f"TABLE {table.name}"
        for said in _rules(table):
            yield f"{table.name} {said}", f"{table.name} {said}"
        for column in table.columns:
            if not column.nullable:
                yield f"{table.name}.{column.name}", f"{table.name}.{column.name} NOT NULL"
        for index in table.indexes:
            if index.unique:
                made = f"CREATE UNIQUE INDEX {index.name} ON {table.name} USING btree ({_names(index.columns)})"
                yield str(index.name), f"{made} WHERE {index.dialect_options['postgresql']['where']}"


def _rules(table: sa.Table) -> Iterator[str]:
    """Yield the rules of a table, as the server says them."""
    for rule in table.constraints:
        if isinstance(rule, sa.PrimaryKeyConstraint):
            yield f"PRIMARY KEY ({_names(rule.columns)})"
        elif isinstance(rule, sa.UniqueConstraint):
            yield f"UNIQUE ({_names(rule.columns)})"
        elif isinstance(rule, sa.ForeignKeyConstraint):
            theirs = ", ".join(element.column.name for element in rule.elements)
            yield f"FOREIGN KEY ({_names(rule.columns)}) REFERENCES {rule.referred_table.name}({theirs})"
        else:
            said = _plain(str(cast("sa.CheckConstraint", rule).sqltext))
            yield f"CHECK {said}" if said.startswith("(") else f"CHECK ({said})"


def _names(columns: Iterable[sa.ColumnClause[Any]]) -> str:
    return ", ".join(column.name for column in columns)


def _plain(said: str) -> str:
    """Return a definition in one spelling: the server writes out what type a word is, and IN as a list."""
    spaced = " ".join(said.replace("::text", "").replace('"', "").split())
    return re.sub(r"(\S+) IN \(([^()]*)\)", r"(\1 = ANY (ARRAY[\2]))", spaced)
