"""A whole store as plain rows, whatever its engine; a past for one, made of acts by chance; and a restless planner."""

import datetime as dt
import sys

import numpy as np
import sqlalchemy as sa
from small_park import leases, units

from parks import store
from parks.issues import InvalidData
from parks.store import opening, tables

START = dt.date(2026, 3, 1)


def plain(cell):
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="microseconds")
    return int(cell) if isinstance(cell, bool) else cell


def rows(connection):
    """Return table → its rows, every column of them, as both drivers would give them; not `about`."""
    return {
        table.name: [
            tuple(map(plain, row))
            for row in connection.execute(
                sa.select(*tables.shown(table, table.columns.keys())).order_by(*table.primary_key.columns)
            ).cursor.fetchall()
        ]
        for table in tables.METADATA.sorted_tables
        if tables.kept(table)
    }


def told(held):
    """Return table → its rows of an open store."""
    with held.reading() as connection:
        return rows(connection)


def mark(held):
    with held.reading() as connection:
        return connection.execute(sa.select(tables.about.c.mark)).scalar_one()


def raw(address, *statements, **options):
    """Do what only a stranger to Parks would, past all guards that do not stand in the database itself."""
    place = opening.found(str(address), str.format)
    try:
        with place.engine.execution_options(writes=True, makes=True, **options).begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        place.engine.dispose()


def live(held, seed, acts=30):
    """Let planners and clerks work on the small park for a while; some of what they try is refused."""
    chance = np.random.default_rng(seed)
    names = iter("ABCDEFGH")
    for _ in range(acts):
        known = [None, *held.scenarios()["name"]]
        scenario = known[chance.integers(len(known))]
        who = ("ann", "ben")[chance.integers(2)]
        first = START + dt.timedelta(days=int(chance.integers(300)))
        last = first + dt.timedelta(days=int(chance.integers(1, 200)))
        unit = f"U{chance.integers(1, 5)}"
        given = list(held.as_of(first, scenario).leases["lease_id"])
        try:
            match int(chance.integers(9)):
                case 0 | 1 | 2:
                    held.place([unit], "T2", valid_from=first, valid_to=last, reason="r", by=who, scenario=scenario)
                case 3 if given:
                    held.release([given[chance.integers(len(given))]], on=first, reason="", by=who, scenario=scenario)
                case 4 if given:
                    held.move([given[-1]], [unit], on=first, reason="nearer", by=who, scenario=scenario)
                case 5 | 6 as back:
                    (held.undo, held.redo)[back - 5](by=who, scenario=scenario)
                case 7:
                    measured = units(unit, lettable_m2=float(chance.random() * 100), bonded=None)
                    held.add("units", measured, source="survey", by=who, valid_from=first, scenario=scenario)
                case 8 if len(known) < 4:
                    held.create_scenario(next(names), by=who, note="“一号”")
                case 8:
                    held.drop_scenario(known[1], by=who)
        except InvalidData:
            pass
    held.add("leases", leases(("L9", "U1", None, "locked", "2030-01-01", None)), source="x", by="clerk")
    return held


def work(address):
    """Place two units a day for ever, and say each change that was confirmed."""
    with store.open(address, create=False) as held:
        day = dt.date(2030, 1, 1)
        while True:
            day, first = day + dt.timedelta(days=1), day
            number = held.place(["U2", "U3"], "T1", valid_from=first, valid_to=day, reason="r", by="restless")
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    work(sys.argv[1])
