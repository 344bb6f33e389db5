"""The engine for a team: a PostgreSQL server, its guards, its refusals in words."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import ARRAY

from parks.store import packing, postgis, postgresql_guards, refusals, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from parks.issues import InvalidData
    from parks.store.engines import Place
    from parks.store.rows import Row
    from parks.words import Translate

PATIENCE = 20
"""How long a writer waits for the one before it [s]."""
VANISHED = 600
"""After how long the server gives up a writer that says nothing more, so that the others can go on [s]."""
MAKER = 0x7061726B73
"""Number of the lock that whoever makes or migrates a store holds."""
PORTION = 20_000
"""Rows asked for at once: the server makes the next answer meanwhile, and none may have more than 1 GB."""
FAULTS: tuple[type[Exception], ...] = (psycopg.Error,)
REFUSED = {
    "23P01": "double_booking",  # the exclusion constraint, and our own trigger beside it
    "55P03": "locked",
    "40P01": "locked",
    "53100": "full",
    "25006": "readonly",
    "42501": "denied",
    "25P03": "lost",
    "57P01": "lost",
    "57P02": "lost",
    "57P03": "no_server",
    "53300": "no_server",
    "3D000": "no_server",
    "3F000": "no_server",
    "28000": "no_server",
    "28P01": "no_server",
}
"""SQLSTATE → the refusal."""
UNKNOWN = {"0A000", "58P01"}
"""SQLSTATE of what is not installed on the server."""
SECRET = ("password", "secret", "scram")
"""Part of the name of what may stand in a URL and is shown to nobody."""


def engine(url: sa.URL) -> sa.Engine:
    """Return the engine on the database at `url`; whatever libpq knows may stand in it, and goes before what we say."""
    secrets = {name: url.query[name] for name in _secret(url)}
    ours = {"application_name": "Parks", "client_encoding": "utf8", "connect_timeout": "10"}
    said = {name: value for name, value in ours.items() if name not in url.query}
    made = sa.create_engine(
        url.set(drivername="postgresql+psycopg").difference_update_query(secrets),
        connect_args=said | secrets,
        pool_pre_ping=True,  # a connection that the server dropped overnight is not a planner's concern
    )
    event.listen(made, "begin", _begin)
    return made


def address(url: sa.URL) -> str:
    """Return how `url` is said to people: with all that tells one store from another, and nothing that opens it."""
    return url.difference_update_query(_secret(url)).render_as_string()


def _secret(url: sa.URL) -> list[str]:
    return [name for name in url.query if any(mark in name for mark in SECRET)]


def _begin(connection: sa.Connection) -> None:
    # Said for the transaction only: what the URL, the account or the database set for the session stays as it is.
    options = connection.get_execution_options()
    said = ["SET LOCAL DateStyle = ISO", "SET LOCAL extra_float_digits = 1"]
    if not options.get("writes", False):
        said.insert(0, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        said.append("SET LOCAL jit = off")  # what it would compile takes less than the compiling
    else:
        # One writer at a time, as on a file: changes are numbered in the order in which they are confirmed. Whoever
        # waited must see what the one before wrote, so each statement looks anew.
        said.insert(0, "SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        said += ["SET LOCAL synchronous_commit = on", f"SET LOCAL lock_timeout = '{PATIENCE}s'"]
        said += [f"SET LOCAL idle_in_transaction_session_timeout = '{VANISHED}s'"]
        if options.get("makes", False):  # there are no tables yet, or not for long
            said.append(f"SELECT pg_advisory_xact_lock({MAKER})")
        else:
            said.append("LOCK TABLE change IN SHARE ROW EXCLUSIVE MODE")
    connection.exec_driver_sql("; ".join(said))


def find(place: Place, t: Translate, *, create: bool) -> None:
    """Do nothing: a server says by itself what is wrong."""


def settle(engine: sa.Engine) -> None:
    """Do nothing: the server was set up by whoever runs it."""


def is_empty(connection: sa.Connection) -> bool:
    """Return whether none of our tables is there; what others keep beside them does not matter."""
    names = set(sa.inspect(connection).get_table_names())
    return names.isdisjoint([*tables.METADATA.tables, *tables.BESIDE.tables])


guard = postgresql_guards.guard
unguard = postgresql_guards.unguard
missing = postgresql_guards.missing
dress = postgis.dress
undress = postgis.undress


def suspend(connection: sa.Connection) -> None:
    """Let the guards of rows rest until `resume`; the constraint and the unique indexes stay in force."""
    for table in filter(tables.kept, tables.METADATA.sorted_tables):
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER')


def resume(connection: sa.Connection) -> None:
    """Put the guards of rows in force again, and let the numbers of new rows go on after the highest."""
    for table in filter(tables.kept, tables.METADATA.sorted_tables):
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER')
        if "row_id" in table.columns:
            highest = f'(SELECT coalesce(max(row_id), 0) FROM "{table.name}")'  # noqa: S608 - our own name
            number = f"pg_get_serial_sequence('\"{table.name}\"', 'row_id')"
            connection.exec_driver_sql(f"SELECT setval({number}, {highest} + 1, false)")


def faults(connection: sa.Connection) -> list[str]:
    """Return what the server knows to be wrong: rules that it never tested on all rows, indexes that it gave up."""
    asked = f"""
SELECT conrelid::regclass::text || ' ' || conname FROM pg_constraint
  WHERE connamespace = {postgresql_guards.HERE} AND NOT convalidated
UNION ALL SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
  WHERE relnamespace = {postgresql_guards.HERE} AND NOT indisvalid"""  # noqa: S608 - no word of a user's
    return [str(name) for name in connection.exec_driver_sql(asked).scalars()]


@contextmanager
def _told(connection: sa.Connection, statement: str) -> Iterator[psycopg.Connection[Row]]:
    """Lend the driver's own connection; its faults are said as on the other engine, where SQLAlchemy stands between."""
    driver: psycopg.Connection[Row] = connection.connection.driver_connection  # type: ignore[assignment]
    try:
        yield driver
    except psycopg.Error as fault:
        raise sa.exc.DBAPIError.instance(
            statement,
            None,
            fault,
            psycopg.Error,
            connection_invalidated=driver.closed,
            dialect=connection.dialect,
        ) from fault


def insert(connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Write plain rows, the columns `names` of each, as one stream."""
    columns = ", ".join(f'"{name}"' for name in names)
    statement = f'COPY "{table.name}" ({columns}) FROM STDIN'
    with _told(connection, statement) as driver, driver.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            stream.write_row(row)


def packed(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Return all cells of a column in one value: texts cut by signs, all else as the server sends it."""
    return packing.texts(column) if isinstance(column.type, sa.Text) else packing.sent(column)


def exact(column: sa.Column[Any]) -> None:
    """Return that every cell stays what it is."""
    del column


def portions(
    connection: sa.Connection,
    question: Callable[[sa.ColumnElement[bool]], sa.Select[Any]],
    number: sa.Column[int],
    lows: Sequence[int],
    size: int,
) -> Generator[tuple[int, Row]]:
    """Ask the same of each portion of rows in one statement: the server makes the next while we take one apart."""
    low = sa.func.unnest(sa.cast(lows, ARRAY(sa.Integer))).column_valued("low")
    part = question(number.between(low, low + size - 1)).lateral("part")
    asked = sa.select(low, *part.c).compile(dialect=connection.dialect)
    # Told too little of a table, as after a large import, the server would go through a whole index for each portion.
    connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
    with _told(connection, str(asked)) as driver, driver.cursor(binary=True) as cursor:
        stream = cursor.stream(str(asked), asked.params)
        try:
            for found, *answer in stream:
                yield found, tuple(answer)
        finally:
            for _ in stream:  # stopped half-way, the driver would cancel it, and with it the transaction
                pass
    connection.exec_driver_sql("SET LOCAL enable_bitmapscan = DEFAULT")


def refusal(error: BaseException, place: Place, t: Translate) -> InvalidData | None:
    """Return the refusal that says `error` in words, None when it is a fault of ours and not of the place."""
    said = getattr(error, "orig", error)
    if not isinstance(said, psycopg.Error):
        return None
    kind = REFUSED.get(said.sqlstate or "")
    if postgresql_guards.EXTENSION in str(said) and said.sqlstate in UNKNOWN:
        kind = "extension"
    if kind is None and isinstance(said, psycopg.ProgrammingError) and getattr(error, "statement", "") is None:
        kind = "engine"  # before any statement: the URL holds what the driver does not know
    if kind is None and isinstance(said, psycopg.DataError):
        kind = "unfit"
    if kind is None and isinstance(said, psycopg.OperationalError):
        # Whoever never got a connection hears it through SQLAlchemy, whoever lost one in mid-stream from the driver.
        reached = said is error or getattr(error, "connection_invalidated", False)
        kind = "lost" if reached else "no_server"
    return refusals.said(place.address, kind, t) if kind else None
