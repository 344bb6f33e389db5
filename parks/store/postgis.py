"""What QGIS looks at, where the server has PostGIS: shapes beside our WKB, and live layers that nobody can edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from parks import schema
from parks.store import postgresql_guards, tables

if TYPE_CHECKING:
    from collections.abc import Iterable

EXTENSION = "postgis"
SHAPE = "shape"
"""Column that the server makes out of the WKB, in EPSG:4326; its index is called like the table and it."""
REFUSED = {"42501", "0A000", "58P01"}
"""SQLSTATE of a server without PostGIS, and of an account that may not install or use it."""
STATES = {
    "parks": "Parks of the record as they stand today",
    "buildings": "Buildings of the record as they stand today",
    "units": "Units of the record as they stand today, each drawn as its building, with whoever firmly holds it today",
    "facilities": "Supporting facilities of the record as they stand today, those not open yet among them",
    "outlines": "Outlines of zones, parks and parcels of the record as they stand today",
}
"""Table → what its live layer shows."""


def layers() -> list[str]:
    """Return the tables that have a geometry."""
    return [name for name in schema.TABLES if schema.geometry(name)]


def dress(connection: sa.Connection, given: Iterable[str] = ()) -> None:
    """Lay shapes beside the tables and live layers over them, once; without PostGIS, do nothing.

    Parameters
    ----------
    connection
        The transaction, of the tables' owner.
    given
        What `undress` returned.
    """
    try:
        with connection.begin_nested():
            where = _installed(connection)
            if where is not None:
                _lay(connection, where)
                for statement in given:
                    connection.exec_driver_sql(statement)
    except sa.exc.DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in REFUSED:
            raise


def _installed(connection: sa.Connection) -> str | None:
    """Return the schema of PostGIS, installed if that is possible."""
    asked = "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace"
    asked += f" WHERE extname = '{EXTENSION}'"
    found: str | None = connection.exec_driver_sql(asked).scalar_one_or_none()
    if found is not None:
        return found
    known = connection.exec_driver_sql(f"SELECT 1 FROM pg_available_extensions WHERE name = '{EXTENSION}'")  # noqa: S608 - no word of a user's
    if known.scalar_one_or_none() is None:
        return None
    connection.exec_driver_sql(f"CREATE EXTENSION {EXTENSION}")
    return str(connection.exec_driver_sql(asked).scalar_one())


def _lay(connection: sa.Connection, where: str) -> None:
    for name in layers():
        made = f'{where}.ST_SetSRID({where}.ST_GeomFromWKB("{schema.geometry(name)}"), 4326)'
        column = f"{SHAPE} {where}.geometry(Geometry, 4326) GENERATED ALWAYS AS ({made}) STORED"
        connection.exec_driver_sql(f'ALTER TABLE "{name}" ADD COLUMN IF NOT EXISTS {column}')
        connection.exec_driver_sql(f'CREATE INDEX IF NOT EXISTS {name}_{SHAPE} ON "{name}" USING gist ({SHAPE})')
    for name, said in STATES.items():
        connection.exec_driver_sql(f"CREATE OR REPLACE VIEW {view(name)} AS {_live(name)}")
        comment = f"{said}. Read only. Key: {schema.key(name)}."
        connection.exec_driver_sql(f"COMMENT ON VIEW {view(name)} IS '{comment}'")


def view(name: str) -> str:
    """Return the name of the live layer of a table."""
    return f"live_{name}"


def _live(name: str) -> str:
    """Return the select of the live layer of a table: the schema's columns, then whoever holds a unit, then the shape.

    The day stands as a second table, since into a view of two tables the server writes nothing. It is planned as if
    it were not there, so the index of the shapes serves.
    """
    columns = [f'{name}."{column}"' for column in schema.columns(name) if column != schema.geometry(name)]
    more, joined = [f"{name}.{SHAPE}"], ""
    if name == "units":
        end = f"NULLIF(leases.valid_to, DATE '{tables.OPEN.isoformat()}') AS held_to"
        more = ["leases.state", "leases.tenant_id", "leases.valid_from AS held_from", end, f"buildings.{SHAPE}"]
        joined = f"""
LEFT JOIN leases ON leases.unit_id = units.unit_id AND {tables.firm("leases")} AND {_now("leases")}
LEFT JOIN buildings ON buildings.building_id = units.building_id AND {_now("buildings")}"""
    return f"""SELECT {", ".join([*columns, *more])}
FROM (SELECT CURRENT_DATE AS today) AS calendar CROSS JOIN "{name}"{joined}
WHERE {_now(name)}"""  # noqa: S608 - every word comes from our own schema


def _now(name: str) -> str:
    """Return the condition that a row of a table is the record's, and is so today."""
    return f"{name}.scenario = '' AND {name}.tx_to IS NULL AND {name}.valid_from <= today AND {name}.valid_to > today"


def undress(connection: sa.Connection) -> list[str]:
    """Take live layers and shapes away; return the statements that let those look at them again who could."""
    asked = f"""
SELECT format('GRANT SELECT ON %%I TO %%s', relname, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END)
FROM pg_class, aclexplode(relacl)
WHERE relnamespace = {postgresql_guards.HERE} AND relkind = 'v' AND relname = ANY (%s)
  AND privilege_type = 'SELECT' AND grantee <> relowner"""  # noqa: S608 - no word of a user's
    names = [view(name) for name in STATES]
    given = connection.exec_driver_sql(asked, (names,)).scalars().all()
    connection.exec_driver_sql(f"DROP VIEW IF EXISTS {', '.join(names)}")
    for name in layers():
        connection.exec_driver_sql(f'ALTER TABLE IF EXISTS "{name}" DROP COLUMN IF EXISTS {SHAPE}')
    return list(given)
