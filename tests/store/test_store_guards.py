"""What the database refuses by itself, past our code, on both engines; and that we notice when it no longer would."""
# ruff: noqa: S608 - every statement is the test's own

import datetime as dt

import pytest
import sqlalchemy as sa
from small_park import units
from test_store_decisions import DECIDED, decide

from parks.store import tables
from parks.store.intakes import File, Intake

DAY = dt.date(2026, 3, 1)
COLUMNS = "lease_id, unit_id, tenant_id, state, valid_from, valid_to, source, standing, scenario, tx_from"


def tell(held, *statements):
    """Say statements to the database in one transaction of their own, as any other program would."""
    other = sa.create_engine(held.engine.url, poolclass=sa.NullPool)
    with other.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def refuses(held, *statements, match="double booking|conflicting key|never changed or deleted"):
    with pytest.raises(sa.exc.IntegrityError, match=match):
        tell(held, *statements)


def lease(first, last, *, unit="U1", state="let", scenario="", key="X1", change=1):
    """Return the statement that writes a lease; L1 holds U1 from 2024 until 2028."""
    cells = f"'{key}', '{unit}', 'T2', '{state}', '{first}', '{last}', 's', 'stated', '{scenario}', {change}"
    return f"INSERT INTO leases ({COLUMNS}) VALUES ({cells})"


def test_an_overlap_in_the_record_is_refused(held):
    for first, last in (
        ("2025-01-01", "2026-01-01"),
        ("2024-01-01", "2028-01-01"),
        ("2020-01-01", "9999-12-31"),
        ("2023-12-31", "2024-01-02"),
        ("2027-12-31", "2029-01-01"),
    ):
        for state in tables.FIRM:
            refuses(held, lease(first, last, state=state))


def test_what_does_not_overlap_is_let_through(held):
    since = held.create_scenario("A", by="c")
    tell(
        held,
        lease("2020-01-01", "2024-01-01", key="before"),
        lease("2028-01-01", "9999-12-31", key="after"),
        lease("2025-01-01", "2026-01-01", state="intended", key="wish"),
        lease("2025-01-01", "2026-01-01", unit="U2", key="beside", change=since),
        lease("2025-01-01", "2026-01-01", unit="U2", scenario="A", key="what-if"),
        "UPDATE leases SET tx_to = 6 WHERE lease_id = 'L1'",
        lease("2025-01-01", "2026-01-01", key="in its place"),
    )
    assert len(held.as_of(dt.date(2019, 1, 1)).leases) == 5
    refuses(held, lease("2025-06-01", "2025-06-02"))
    refuses(held, lease("2030-01-01", "2031-01-01", unit="U3", key="one"), lease("2030-06-01", "2032-01-01", unit="U3"))
    assert len(held.export_rows("leases")) == 7


def test_a_lease_without_days_unit_or_scenario_is_none(held):
    for statement in (
        lease("2026-01-01", "2026-01-01", unit="U2"),
        lease("2026-02-01", "2026-01-01", unit="U2"),
        lease("2026-01-01", "2026-02-01").replace("''", "NULL"),
        lease("2026-01-01", "2026-02-01").replace("'U1'", "NULL"),
        lease("2026-01-01", "2026-02-01").replace("'2026-01-01'", "NULL"),
        lease("2026-01-01", "2026-02-01", unit="U2", state="sold"),
    ):
        refuses(held, statement, match=r"(?i)constraint")


def test_an_overlap_in_a_scenario_or_with_what_it_sees_is_refused(held):
    held.create_scenario("A", by="c")
    held.create_scenario("B", by="c")
    refuses(held, lease("2025-01-01", "2026-01-01", scenario="A"))
    tell(held, lease("2025-01-01", "2026-01-01", state="intended", scenario="A", key="wish"))
    held.release(["L1"], on=dt.date(2026, 6, 1), reason="r", by="c", scenario="A")
    refuses(held, lease("2026-05-31", "2027-01-01", scenario="A"))
    tell(held, lease("2026-06-01", "2027-01-01", scenario="A"))
    refuses(held, lease("2026-12-31", "2028-01-01", scenario="A", key="X2"))
    refuses(held, lease("2026-12-31", "2028-01-01", scenario="B", key="X2"))
    tell(held, lease("2027-01-01", "9999-12-31", scenario="A", key="X2"))


def test_a_scenario_is_not_laid_over_a_record_that_holds_what_it_holds(held):
    held.create_scenario("A", by="c")
    held.place(["U2"], "T1", valid_from=DAY, reason="r", by="c", scenario="A")
    between = held.place(["U3"], "T2", valid_from=DAY, reason="r", by="c")
    newest = held.place(["U2"], "T2", valid_from=DAY, reason="r", by="c")
    end = f"UPDATE scenario SET tx_to = {newest} WHERE name = 'A'"
    new = "INSERT INTO scenario (name, note, base, tx_from) VALUES ('{}', '', {}, {})"
    refuses(held, end, new.format("A", newest, newest))
    tell(held, new.format("B", newest, newest), end, new.format("A", between, newest))
    refuses(held, lease("2026-03-01", "2026-04-01", unit="U3", scenario="A"))


def kept():
    return [table.name for table in tables.METADATA.tables.values() if tables.kept(table)]


@pytest.fixture
def full(held):
    """Return the small park with at least one row in every table that keeps its rows."""
    first = held.create_scenario("A", by="c")
    held.place(["U2"], "T1", valid_from=DAY, reason="r", by="c", scenario="A")
    held.grant("c", by="c")
    part = Intake("units", units("U9"), "sheet", dict.fromkeys(tables.COUNTS, 0), headings={"area": "lettable_m2"})
    held.take_in([part], File("f.csv", "0", "f"), source="s", by="c")
    more = {
        "needs": "need_id, tenant_id, stage, area_min_m2, area_max_m2",
        "projects": "project_id, name_zh, kind, zone_id",
        "milestones": "milestone_id, project_id, event",
        "published_figures": "figure_id, subject, metric",
        "target_splits": "split_id, target_id",
        "facilities": "facility_id, kind, name_zh",
        "requests": "request_id, tenant_id, subject, found_on",
        "localisations": "localisation_id, kind, name_zh, progress",
        "outlines": "outline_id, kind",
    }
    for name, columns in more.items():
        named = f"{columns}, source, standing, scenario, valid_from, valid_to, tx_from"
        cells = ", ".join("'2026-01-01'" if column == "found_on" else "'1'" for column in columns.split(", "))
        values = f"{cells}, 's', 'stated', '', '1900-01-01', '9999-12-31', {first}"
        tell(held, f"INSERT INTO {name} ({named}) VALUES ({values})")
    for name in DECIDED:
        decide(held, name)
    return held


def test_rows_are_ended_once_and_never_changed_or_deleted(full, engine):
    for name in kept():
        table = tables.METADATA.tables[name]
        refuses(full, f"DELETE FROM {name}", match=f"rows of {name} are never")
        for column in table.columns:
            if column.name != "tx_to":
                refuses(full, f'UPDATE {name} SET "{column.name}" = "{column.name}"', match=f"rows of {name} are never")
        if "tx_to" in table.columns:
            refuses(full, f"UPDATE {name} SET tx_to = NULL", match=f"rows of {name} are never")
            tell(full, f"UPDATE {name} SET tx_to = 7 WHERE tx_to IS NULL")
            for once in ("7", "8", "NULL"):
                refuses(full, f"UPDATE {name} SET tx_to = {once}", match=f"rows of {name} are never")
        if engine == "postgresql":
            for more in ("", " CASCADE"):
                with pytest.raises(sa.exc.DBAPIError, match=r"never changed or deleted|referenced in a foreign key"):
                    tell(full, f"TRUNCATE {name}{more}")


def test_no_row_takes_the_place_of_another(full, engine):
    """SQLite would delete the old one without a word, past every other guard."""
    again = {
        "change": "INSERT OR REPLACE INTO change SELECT * FROM change",
        "leases": f"INSERT OR REPLACE{lease('2024-01-01', '2025-01-01', key='L1').removeprefix('INSERT')}",
        "units": "REPLACE INTO units SELECT * FROM units",
        "scenario": "INSERT OR REPLACE INTO scenario (name, note, base, tx_from) VALUES ('A', '', 1, 1)",
    }
    for name, statement in again.items():
        before = full.export_rows(name) if name in tables.DATA else full.changes()
        if engine == "sqlite":
            refuses(full, statement)
        else:
            with pytest.raises(sa.exc.IntegrityError, match="duplicate key"):
                tell(full, f"INSERT INTO {name} SELECT * FROM {name}")
        assert (full.export_rows(name) if name in tables.DATA else full.changes()).equals(before)


def test_a_change_that_is_none_ends_no_row(held, engine):
    if engine == "postgresql":
        for statement in ("UPDATE leases SET tx_to = 99", lease("2030-01-01", "2031-01-01").replace(", 1)", ", 99)")):
            refuses(held, statement, match="foreign key")
    with pytest.raises(sa.exc.IntegrityError, match=r"(?i)foreign key"), held.writing() as writing:
        writing.connection.exec_driver_sql("UPDATE leases SET tx_to = 99")


def test_a_table_of_the_sessions_own_does_not_stand_in_for_ours(held, engine):
    """Nor does a search path that leads elsewhere."""
    held.create_scenario("A", by="c")
    new = lease("2025-01-01", "2026-01-01", scenario="A")
    if engine == "sqlite":
        refuses(held, "CREATE TEMP TABLE scenario (name, tx_to, base)", new)
        return
    refuses(held, "CREATE TEMP TABLE scenario (LIKE public.scenario)", new)
    elsewhere = "CREATE SCHEMA elsewhere; SET search_path = elsewhere; CREATE TABLE scenario (LIKE public.scenario)"
    refuses(held, elsewhere, new.replace("INTO leases", "INTO public.leases"))


OVERLAP = "guard_leases_overlap"
DROP = f"ALTER TABLE leases DROP CONSTRAINT {OVERLAP}"
ADD = f"ADD CONSTRAINT {OVERLAP} EXCLUDE USING gist"
DAYS = "daterange(valid_from, valid_to) WITH &&"
FIRM = "tx_to IS NULL AND state IN ('let', 'reserved', 'fitting_out', 'locked', 'renovation')"
BOOKING, STAYS, FIXED, ONCE = "guard_leases_booking", "guard_units_stays", "guard_units_fixed", "guard_units_ends_once"
ENDED = "BEFORE UPDATE OF tx_to ON units FOR EACH ROW WHEN (old.tx_to IS NOT NULL"
TRIGGER, PASS = "RETURNS trigger LANGUAGE plpgsql", "BEGIN RETURN NEW; END"
KEPT = "EXECUTE FUNCTION guard_kept()"
KEYS = ["units FOREIGN KEY (tx_from) REFERENCES change(id)", "units FOREIGN KEY (tx_to) REFERENCES change(id)"]
ON_BOTH = [
    (["DROP INDEX leases_current"], ["leases_current"]),
    (
        [
            "DROP INDEX leases_current",
            "CREATE INDEX leases_current ON leases (lease_id, scenario) WHERE tx_to IS NULL",
        ],
        ["leases_current"],
    ),
    (
        [
            "DROP INDEX units_current",
            "CREATE UNIQUE INDEX units_current ON units (unit_id, scenario, valid_from) WHERE tx_to = 0",
        ],
        ["units_current"],
    ),
]
ON_A_FILE = [
    *ON_BOTH,
    ([f"DROP TRIGGER {BOOKING}"], [BOOKING]),
    ([f"DROP TRIGGER {FIXED}"], [FIXED]),
    (
        [f"DROP TRIGGER {BOOKING}", f"CREATE TRIGGER {BOOKING} BEFORE INSERT ON leases BEGIN SELECT 1; END"],
        [BOOKING],
    ),
]
ON_A_SERVER = [
    *ON_BOTH,
    ([f"ALTER TABLE leases DISABLE TRIGGER {BOOKING}"], [BOOKING]),
    ([f"ALTER TABLE units ENABLE REPLICA TRIGGER {STAYS}"], [STAYS]),
    (["ALTER TABLE units DISABLE TRIGGER USER"], [ONCE, FIXED, STAYS]),
    (["ALTER TABLE units DISABLE TRIGGER ALL"], [ONCE, FIXED, STAYS, *KEYS]),
    (["DROP TRIGGER guard_scenario_base ON scenario"], ["guard_scenario_base"]),
    ([f"DROP TRIGGER {STAYS} ON units", f"CREATE TRIGGER {STAYS} BEFORE DELETE ON units {KEPT}"], [STAYS]),
    ([f"DROP TRIGGER {FIXED} ON units", f"CREATE TRIGGER {FIXED} BEFORE UPDATE OF unit_id ON units {KEPT}"], [FIXED]),
    ([f"DROP TRIGGER {ONCE} ON units", f"CREATE TRIGGER {ONCE} {ENDED} AND new.tx_to IS NULL) {KEPT}"], [ONCE]),
    (
        [
            f"DROP TRIGGER {STAYS} ON units",
            "CREATE TABLE decoy ()",
            f"CREATE TRIGGER {STAYS} BEFORE DELETE OR TRUNCATE ON decoy FOR EACH STATEMENT {KEPT}",
        ],
        [STAYS],
    ),
    (
        [
            f"DROP TRIGGER {STAYS} ON units",
            "CREATE SCHEMA other",
            f"CREATE FUNCTION other.guard_kept() {TRIGGER} AS '{PASS}'",
            f"CREATE TRIGGER {STAYS} BEFORE DELETE OR TRUNCATE ON units EXECUTE FUNCTION other.guard_kept()",
        ],
        [STAYS],
    ),
    (
        [f"CREATE OR REPLACE FUNCTION guard_kept() {TRIGGER} SET search_path = public, pg_temp AS '{PASS}'"],
        ["guard_kept"],
    ),
    (["ALTER FUNCTION guard_booking() RESET search_path"], ["guard_booking"]),
    (["ALTER FUNCTION guard_base() SET search_path = elsewhere"], ["guard_base"]),
    ([DROP], [OVERLAP]),
    ([DROP, f"ALTER TABLE leases {ADD} (scenario WITH =, unit_id WITH =, {DAYS})"], [OVERLAP]),
    ([DROP, f"ALTER TABLE leases {ADD} (lease_id WITH =, unit_id WITH =, {DAYS}) WHERE ({FIRM})"], [OVERLAP]),
    (
        [DROP, f"ALTER TABLE leases {ADD} (scenario WITH =, unit_id WITH =, {DAYS}) WHERE (state = 'let')"],
        [OVERLAP],
    ),
    (
        [
            DROP,
            "CREATE TABLE decoy (LIKE leases)",
            f"ALTER TABLE decoy {ADD} (scenario WITH =, unit_id WITH =, {DAYS}) WHERE ({FIRM})",
        ],
        [OVERLAP],
    ),
    (["ALTER TABLE leases DROP CONSTRAINT leases_check"], ["leases CHECK (valid_from < valid_to)"]),
    (
        [
            "ALTER TABLE leases DROP CONSTRAINT leases_check",
            "ALTER TABLE leases ADD CONSTRAINT leases_check CHECK (valid_from <= valid_to)",
        ],
        ["leases CHECK (valid_from < valid_to)"],
    ),
    (["ALTER TABLE leases DROP CONSTRAINT leases_pkey"], ["leases PRIMARY KEY (row_id)"]),
    (["ALTER TABLE change DROP CONSTRAINT change_undoes_key"], ["change UNIQUE (undoes)"]),
    (
        [
            "ALTER TABLE units DROP CONSTRAINT units_tx_to_fkey",
            "ALTER TABLE units ADD FOREIGN KEY (tx_to) REFERENCES change NOT VALID",
        ],
        KEYS[1:],
    ),
    (["ALTER TABLE leases ALTER COLUMN scenario DROP NOT NULL"], ["leases.scenario"]),
    (["ALTER TABLE leases SET UNLOGGED"], ["leases"]),
]


def test_whatever_is_weakened_is_missing(empty, engine):
    assert missing(empty) == []
    other = sa.create_engine(empty.engine.url, poolclass=sa.NullPool)
    for statements, gone in ON_A_FILE if engine == "sqlite" else ON_A_SERVER:
        with other.connect() as connection:
            connection.exec_driver_sql("BEGIN" if engine == "sqlite" else "SELECT 1")
            for statement in statements:
                connection.exec_driver_sql(statement)
            assert empty.home.kind.missing(connection) == gone, statements
            connection.rollback()
    assert missing(empty) == []


def test_the_same_guards_put_back_by_hand_are_as_good(empty, engine):
    with empty.engine.execution_options(writes=True, makes=True).begin() as connection:
        empty.home.kind.unguard(connection)
    assert len(missing(empty)) > 30
    with empty.engine.execution_options(writes=True, makes=True).begin() as connection:
        empty.home.kind.guard(connection)
    assert missing(empty) == []
    if engine == "postgresql":
        tell(empty, DROP, f"ALTER TABLE leases {ADD} (scenario WITH =, unit_id WITH =, {DAYS}) WHERE ({FIRM})")
        assert missing(empty) == []


def missing(held):
    with held.reading() as connection:
        return held.home.kind.missing(connection)
