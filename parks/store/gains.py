"""What `data/schema/` has gained since a store was made: tables and columns are added, nothing is taken away."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import autogenerate
from alembic.operations import Operations, ops
from alembic.runtime.migration import MigrationContext

from parks.issues import InvalidData, Issue
from parks.store import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parks.words import Translate


def take_up(connection: sa.Connection, t: Translate) -> list[str]:
    """Add the tables and columns that the store lacks; return their names (``table.column``).

    A column that the schema no longer has stays, with all that it holds.

    Raises
    ------
    InvalidData
        With every column that only a revision of the layout can take up: it must be filled and rows have nothing for
        it, it holds another kind of value, or it is gone from the schema and yet must be filled.
    """
    found = list(differences(connection))
    faults = [issue for change in found for issue in _faults(connection, change, t)]
    if faults:
        raise InvalidData(faults)
    return [name for change in found for name in _taken(connection, change)]


def index(connection: sa.Connection) -> None:
    """Make the indexes that the store lacks."""
    for change in differences(connection):
        if isinstance(change, ops.CreateIndexOp):
            change.to_index().create(connection)


def differences(connection: sa.Connection) -> Iterator[ops.MigrateOperation]:
    """Yield what would make the store the same as `tables.METADATA`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sa.exc.SAWarning)  # types of others' columns that SQLAlchemy does not know
        script = autogenerate.produce_migrations(MigrationContext.configure(connection), tables.METADATA)
    for change in script.upgrade_ops_list[0].ops:
        yield from change.ops if isinstance(change, ops.ModifyTableOps) else [change]


def _faults(connection: sa.Connection, change: ops.MigrateOperation, t: Translate) -> Iterator[Issue]:
    """Yield why a change cannot be taken up."""
    gone = change.to_column() if isinstance(change, ops.DropColumnOp) else None
    if gone is not None and not gone.nullable and gone.server_default is None:
        message = t("Rows cannot be written without this column, and data/schema no longer has it.")
        yield _issue(change, "left", message, t("Put it back into data/schema, as one that may stay empty."))
    if isinstance(change, ops.AlterColumnOp) and change.modify_type is not None:
        message = t("The column holds another kind of value than data/schema now says.")
        yield _issue(change, "retyped", message, t("Leave it as it was and give the new column another name."))
    if _must_be_filled(connection, change):
        message = t("The column must be filled, and there are rows that have nothing for it.")
        mend = t("Let it stay empty in data/schema, and ask for it when rows come in.")
        yield _issue(change, "required", message, mend)


def _must_be_filled(connection: sa.Connection, change: ops.MigrateOperation) -> bool:
    """Return whether a change asks for values that rows do not have."""
    if isinstance(change, ops.AddColumnOp):
        return not change.column.nullable and _holds(connection, change.table_name, sa.true())
    if isinstance(change, ops.AlterColumnOp):
        empty: sa.ColumnElement[bool] = sa.column(change.column_name).is_(None)
        return change.modify_nullable is False and _holds(connection, change.table_name, empty)
    return False


def _issue(change: ops.MigrateOperation, kind: str, message: str, mend: str) -> Issue:
    table, column = _named(change)
    return Issue(table, "", column, "", kind, message, mend)


def _named(change: ops.MigrateOperation) -> tuple[str, str]:
    """Return the table and the column that a change is about."""
    column = change.column.name if isinstance(change, ops.AddColumnOp) else getattr(change, "column_name", "")
    return str(getattr(change, "table_name", "")), str(column)


def _holds(connection: sa.Connection, table: str, condition: sa.ColumnElement[bool]) -> bool:
    """Return whether the table holds a row for which `condition` is true."""
    asked = sa.select(sa.literal(1)).select_from(sa.table(table)).where(condition).limit(1)
    return connection.execute(asked).first() is not None


def _taken(connection: sa.Connection, change: ops.MigrateOperation) -> Iterator[str]:
    """Do what a change asks for, where it takes nothing away; yield the name of what is new."""
    table, column = _named(change)
    operations = Operations(MigrationContext.configure(connection))
    if isinstance(change, ops.CreateTableOp):
        tables.METADATA.tables[table].create(connection)
        yield table
    elif isinstance(change, ops.AddColumnOp):
        operations.add_column(table, sa.Column(column, change.column.type, comment=change.column.comment))
        if not change.column.nullable:  # the table holds nothing yet
            _fill(operations, table, column, nullable=False)
        yield f"{table}.{column}"
    elif isinstance(change, ops.AlterColumnOp):
        if change.modify_nullable is not None:
            _fill(operations, table, column, nullable=change.modify_nullable)
        if change.modify_comment is not False:
            operations.alter_column(table, column, comment=change.modify_comment, existing_type=change.existing_type)
    elif isinstance(change, ops.CreateTableCommentOp):
        operations.invoke(change)


def _fill(operations: Operations, table: str, column: str, *, nullable: bool) -> None:
    """Say whether a column may be empty. A file has its table built anew, and its rules must be said again."""
    ours = tables.METADATA.tables[table]
    checks = (rule for rule in ours.constraints if isinstance(rule, sa.CheckConstraint))
    rules = tuple(sa.CheckConstraint(str(rule.sqltext)) for rule in checks)
    with operations.batch_alter_table(table, table_args=rules) as batch:
        batch.alter_column(column, nullable=nullable, existing_type=ours.c[column].type)
