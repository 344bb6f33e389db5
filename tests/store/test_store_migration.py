"""Taking an older store up: nothing is lost, nothing half is left, and the guards stand again."""

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import warnings
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
import whole
from alembic import command
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from small_park import Clock, units

from parks import store, words
from parks.issues import InvalidData
from parks.store import care, gains, migration, opening, tables

RELEASED = Path(__file__).with_name("format_1.sql")
T = words.translator("en")
NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)


def taken_up(address, **more):
    return migration.migrate(str(address), T, now=NOW, **{"backed_up": True} | more)


def kinds(refused):
    """Return the kinds of the issues; each says what is wrong and how to mend it."""
    assert all(issue.message and issue.mend for issue in refused.value.issues)
    return [issue.kind for issue in refused.value.issues]


def refused_migration(address, **more):
    with pytest.raises(InvalidData) as refused:
        taken_up(address, **more)
    return kinds(refused)


def revised(address, revision):
    """Let the revisions make a store, as far as `revision`."""
    place = opening.found(str(address), T)
    config = Config()
    config.set_main_option("script_location", "parks.store:migrations")
    with place.engine.execution_options(writes=True, makes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    place.engine.dispose()


@pytest.fixture
def old(home, engine):
    """Return the address of a store as the first release wrote it; on a server as its revision makes it."""
    if engine == "sqlite":
        with closing(sqlite3.connect(home)) as made:
            made.executescript(RELEASED.read_text(encoding="utf-8"))
        return home
    revised(home, "0001")
    whole.raw(
        home,
        "DROP TABLE alembic_version",
        "INSERT INTO about (format, columns) VALUES (1, 'others')",
        "INSERT INTO change (id, recorded_at, who, what, subject, rows, reason, source, scenario)"
        " VALUES (1, '2026-03-01', 'ann', 'create_scenario', 'A', 0, '', '', 'A')",
        "INSERT INTO scenario (name, note, base, tx_from) VALUES ('A', 'first try', 0, 1)",
    )
    return home


def kept(address):
    """Return all rows of a store of any version, table by table, by the columns that it has."""
    place = opening.found(str(address), T)
    found = {}
    with place.engine.begin() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore", sa.exc.SAWarning)  # the type of PostGIS
        look = sa.inspect(connection)
        for name in set(look.get_table_names()) - {"about", "alembic_version", "spatial_ref_sys"}:
            held = {column["name"] for column in look.get_columns(name)} - {"shape"}
            rows = connection.execute(sa.select(*map(sa.column, sorted(held))).select_from(sa.table(name)))
            found[name] = [dict(zip(sorted(held), row, strict=True)) for row in rows]
    place.engine.dispose()
    return found


GAINED = {
    "buildings": ["ground_m2"],
    "leases": ["contract_m2", "signed_on", "moved_in_on"],
    "tenants": ["next_step", "next_on", "foreign_invested"],
}
"""Columns that the schema has gained since the first release."""
NEW = (
    "right_given",
    "receipt",
    "heading",
    "waivers",
    "pins",
    "quotas",
    "weights",
    "target_splits",
    "facilities",
    "requests",
    "localisations",
    "outlines",
)
"""Tables that have come since."""


def test_an_older_store_is_taken_up_with_all_its_past(old, engine, tmp_path):
    with pytest.raises(InvalidData) as refused:
        store.open(old)
    assert kinds(refused) == ["older"]
    before = kept(old)
    done = taken_up(old)
    assert (done.before, done.now, done.nothing) == ("0001", tables.REVISION, False)
    after = kept(old)
    gained = {"locked": after["scenario"][0]["locked"], "approved": None}
    assert [after.pop(name) for name in NEW] == [[]] * len(NEW)
    scenarios = [row | gained for row in before["scenario"]]
    grown = {name: [dict.fromkeys(new) | row for row in before[name]] for name, new in GAINED.items()}
    assert after == before | grown | {"scenario": scenarios}
    assert not gained["locked"]
    with store.open(old, create=False, clock=Clock()) as held:
        assert care.check(held.home, T) == []
        assert list(held.scenarios()["name"]) == ["A"]
        assert held.version == len(before["change"])
        held.lock_scenario("A", by="ann")
    if engine == "sqlite":
        assert done.backup == tmp_path / "store.0001-20260304-120000.db"
        assert kept(done.backup) == before
    else:
        assert done.backup is None


def test_a_released_store_works_on_after_it_was_taken_up(tmp_path):
    with closing(sqlite3.connect(tmp_path / "store.db")) as made:
        made.executescript(RELEASED.read_text(encoding="utf-8"))
    taken_up(tmp_path / "store.db")
    with store.open(tmp_path / "store.db", clock=Clock()) as held:
        before = held.as_of(dt.date(2026, 6, 1))
        assert list(held.as_of(dt.date(2026, 6, 1), known_on=dt.date(2026, 3, 1)).leases["lease_id"]) == ["L1"]
        assert held.undo(by="ben") == 16
        held.redo(by="ben")
        held.place(["U2"], "T1", valid_from=dt.date(2026, 4, 1), reason="r", by="ann")
        with pytest.raises(InvalidData):
            held.place(["U2"], "T2", valid_from=dt.date(2026, 5, 1), reason="r", by="ann")
        assert len(held.as_of(dt.date(2026, 6, 1)).leases) == len(before.leases) + 1
        assert len(held.as_of(dt.date(2026, 5, 1), "A").leases) == 3
        assert care.check(held.home, T) == []


def test_the_first_revision_makes_what_the_release_made(tmp_path):
    revised(tmp_path / "made.db", "0001")
    with closing(sqlite3.connect(tmp_path / "told.db")) as told:
        told.executescript(RELEASED.read_text(encoding="utf-8"))
    layouts = []
    for name in ("made.db", "told.db"):
        with closing(sqlite3.connect(tmp_path / name)) as one:
            tables_of = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'"
            layouts.append(
                {
                    table: (
                        {row[1:] for row in one.execute(f"PRAGMA table_info({table})")},
                        {row[2:] for row in one.execute(f"PRAGMA foreign_key_list({table})")},
                        {
                            (
                                row[1] if row[3] == "c" else "",
                                *row[2:],
                                *(cell[2] for cell in one.execute(f"PRAGMA index_info({row[1]})")),
                            )
                            for row in one.execute(f"PRAGMA index_list({table})")
                        },
                    )
                    for (table,) in one.execute(tables_of)
                }
            )
            rules = "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %' ORDER BY name"
            layouts[-1]["rules"] = one.execute(rules).fetchall()
            checks = one.execute("SELECT name, sql FROM sqlite_master WHERE sql LIKE '%CHECK%' AND type = 'table'")
            layouts[-1]["checks"] = {
                name: {line.strip(", \t") for line in sql.split("\n") if "CHECK" in line} for name, sql in checks
            }
    # the release wrote the rule of a name beside its column
    for layout in layouts:
        layout["checks"].pop("scenario")
    assert layouts[0] == layouts[1]


def left_over(address):
    """Return what would have to change in a store for it to be as a new one."""
    with store.open(address, create=False) as held, held.engine.execution_options(writes=True).connect() as connection:
        held.home.kind.undress(connection)  # taken back as the connection is let go
        found = [change for change in gains.differences(connection) if change.table_name != "spatial_ref_sys"]
        return [change.to_diff_tuple() for change in found]


def test_a_store_taken_up_is_as_a_new_one(old, home):
    taken_up(old)
    assert left_over(home) == []


def test_a_new_store_has_nothing_to_take_up(empty):
    assert left_over(empty.address) == []
    assert taken_up(empty.address, backed_up=False).nothing


def test_taking_up_twice_changes_nothing(old, tmp_path):
    taken_up(old)
    before, files = kept(old), sorted(tmp_path.iterdir())
    done = taken_up(old, backed_up=False)
    assert (done.nothing, done.backup, done.gained, done.guards) == (True, None, [], [])
    assert kept(old) == before
    assert [path for path in sorted(tmp_path.iterdir()) if path not in files] == []


def test_a_server_asks_for_its_own_backup_first(old, engine):
    if engine == "sqlite":
        assert taken_up(old, backed_up=False).backup.exists()
        return
    before = kept(old)
    assert refused_migration(old, backed_up=False) == ["backup"]
    assert kept(old) == before


def test_what_is_no_store_or_a_newer_one_is_left_as_it_is(home, engine):
    assert refused_migration(home) == ["missing"]
    assert not Path(home).exists()
    whole.raw(home, "CREATE TABLE change (line TEXT)")
    assert refused_migration(home) == ["not_a_store"]
    whole.raw(home, "DROP TABLE change")
    if engine == "sqlite":
        Path(home).write_text("a text", encoding="utf-8")
        assert refused_migration(home) == ["not_a_store"]
        Path(home).write_bytes(b"")
        assert refused_migration(home) == ["missing"]
    store.open(home).close()
    whole.raw(home, "UPDATE alembic_version SET version_num = '0099'")
    assert refused_migration(home) == ["newer"]


def test_a_store_whose_guards_cannot_be_put_back_is_left_as_it_was(held, monkeypatch):
    whole.raw(
        held.address,
        *(["DROP TRIGGER guard_units_fixed"] if held.home.path else ["DROP TRIGGER guard_units_fixed ON units"]),
    )
    monkeypatch.setattr(held.home.kind, "guard", lambda _: None)
    before = kept(held.address)
    assert refused_migration(held.address) == ["unguarded"]
    monkeypatch.undo()
    assert kept(held.address) == before
    assert taken_up(held.address).guards == ["guard_units_fixed"]


@pytest.mark.parametrize("where", ["upgrade", "guard"])
def test_a_fault_in_the_middle_leaves_the_older_store(old, monkeypatch, where):
    before = kept(old)

    def fail(*_):
        message = "in the middle"
        raise RuntimeError(message)

    if where == "guard":
        monkeypatch.setattr(opening.found(str(old), T).kind, "guard", fail)
    else:
        monkeypatch.setattr(gains, "index", fail)
    with pytest.raises(RuntimeError, match="in the middle"):
        taken_up(old)
    monkeypatch.undo()
    assert kept(old) == before
    with pytest.raises(InvalidData) as refused:
        store.open(old)
    assert kinds(refused) == ["older"]
    taken_up(old)
    store.open(old).close()


def test_a_kill_in_the_middle_leaves_the_older_store(old):
    before = kept(old)
    code = (
        "import datetime as dt, os, sys; from parks import words; from parks.store import gains, migration\\n"
        "gains.index = lambda _: os.kill(os.getpid(), 9)\\n"
        "migration.migrate(sys.argv[1], words.translator('en'), now=dt.datetime.now(dt.UTC), backed_up=True)"
    )
    root = str(Path(store.__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code.replace("\\n", "\n"), str(old)], env=os.environ | {"PYTHONPATH": root}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert kept(old) == before
    assert taken_up(old).before == "0001"


def test_a_batch_migration_drops_guards_in_silence_and_they_are_put_back(held):
    with (
        held.engine.execution_options(writes=True).begin() as connection,
        built_anew(Operations(MigrationContext.configure(connection)), "needs", recreate="always") as batch,
    ):
        batch.alter_column("stage", existing_type=sa.Text(), nullable=False)
    with pytest.raises(InvalidData, match="guard_needs_ends_once") as refused:
        store.open(held.address)
    assert kinds(refused) == ["unguarded"]
    done = taken_up(held.address)
    assert (done.before, done.now, done.gained) == (tables.REVISION, tables.REVISION, [])
    assert "guard_needs_ends_once" in done.guards
    store.open(held.address).close()


def test_guards_are_not_put_back_over_data_that_broke_without_them(held):
    columns = "unit_id, tenant_id, state, valid_from, valid_to, source, standing, scenario, tx_from, tx_to"
    with held.engine.execution_options(writes=True).begin() as connection:
        held.home.kind.unguard(connection)
        connection.exec_driver_sql(
            f"INSERT INTO leases (lease_id, {columns}) SELECT 'L2', {columns} FROM leases"  # noqa: S608
        )
    before = kept(held.address)
    assert refused_migration(held.address) == ["unsound", "double_booking"]
    assert kept(held.address) == before
    with pytest.raises(InvalidData):
        store.open(held.address)


def told_otherwise(held, *statements, batches=()):
    """Let a store be one that was written for other columns: the schema has changed since, seen from there."""
    with held.engine.execution_options(writes=True).begin() as connection:
        held.home.kind.undress(connection)
        held.home.kind.unguard(connection)
        for statement in statements:
            connection.exec_driver_sql(statement)
        operations = Operations(MigrationContext.configure(connection))
        for name, change in batches:
            with built_anew(operations, name) as batch:
                change(batch)
        connection.execute(sa.update(tables.about).values(columns="others"))
    with pytest.raises(InvalidData) as refused:
        store.open(held.address)
    assert kinds(refused) == ["older"]


def built_anew(operations, name, **more):
    """Let a table be built anew on a file, with its rules; a server changes it as it is."""
    rules = [rule for rule in tables.METADATA.tables[name].constraints if isinstance(rule, sa.CheckConstraint)]
    return operations.batch_alter_table(
        name, table_args=[sa.CheckConstraint(str(rule.sqltext)) for rule in rules], **more
    )


def add_filled(batch):
    batch.add_column(sa.Column("extra", sa.Text()))


def fill_extra(batch):
    batch.alter_column("extra", nullable=False, existing_type=sa.Text())


def let_empty(batch):
    batch.alter_column("status", nullable=True, existing_type=sa.Text())


def must_fill(batch):
    batch.alter_column("term_months", nullable=False, existing_type=sa.Integer())


def test_what_the_schema_gained_is_added(held):
    before = held.export_rows("units").drop(columns="bsl")
    told_otherwise(
        held,
        "ALTER TABLE units DROP COLUMN bsl",
        "ALTER TABLE needs DROP COLUMN stage",  # a required one, of a table without rows
        "DROP TABLE milestones",
        "DROP INDEX units_key",
        "DROP INDEX leases_current",
    )
    assert sorted(taken_up(held.address).gained) == ["milestones", "needs.stage", "units.bsl"]
    assert left_over(held.address) == []
    with store.open(held.address, clock=Clock()) as back:
        assert care.check(back.home, T) == []
        assert (
            back.export_rows("units")
            .drop(columns="bsl")
            .equals(before[list(back.export_rows("units").drop(columns="bsl"))])
        )
        back.add("units", units("U5", bsl=2), source="x", by="c")
        assert back.as_of(NOW.date()).units["bsl"].to_list()[-1] == 2


def test_what_the_schema_no_longer_has_stays(held):
    told_otherwise(held, "ALTER TABLE units ADD COLUMN extra TEXT", "UPDATE units SET extra = 'kept'")
    assert taken_up(held.address).gained == []
    assert {row["extra"] for row in kept(held.address)["units"]} == {"kept"}
    with store.open(held.address, clock=Clock()) as back:
        back.add("units", units("U5"), source="x", by="c")


def test_a_column_that_may_stay_empty_now_or_must_be_filled_now(held):
    told_otherwise(held, batches=[("buildings", let_empty), ("needs", must_fill)])
    taken_up(held.address)
    assert left_over(held.address) == []
    with store.open(held.address, clock=Clock()) as back, back.reading() as connection:
        rules = sa.inspect(connection).get_check_constraints("buildings")
        assert any("valid_from" in rule["sqltext"] for rule in rules)  # a table built anew has its rules


@pytest.mark.parametrize(
    ("statements", "batches", "named", "kind"),
    [
        (["ALTER TABLE buildings DROP COLUMN status"], [], "buildings.status", "required"),
        (["SELECT 1"], [("buildings", let_empty)], "buildings.status", "required"),
        (["ALTER TABLE units DROP COLUMN bsl", "ALTER TABLE units ADD COLUMN bsl TEXT"], [], "units.bsl", "retyped"),
        (["SELECT 1"], [("needs", add_filled), ("needs", fill_extra)], "needs.extra", "left"),
    ],
)
def test_what_only_a_revision_can_take_up_is_refused(held, statements, batches, named, kind):
    told_otherwise(held, *statements, batches=batches)
    if kind == "required" and batches:
        whole.raw(held.address, "UPDATE buildings SET status = NULL WHERE building_id = 'B2'")
    before = kept(held.address)
    with pytest.raises(InvalidData) as refused:
        taken_up(held.address)
    assert kinds(refused) == [kind]
    (issue,) = refused.value.issues
    assert f"{issue.table}.{issue.column}" == named
    assert kept(held.address) == before


def test_a_session_that_was_open_meanwhile_writes_nothing_more(held):
    for statement, kind in (
        ("UPDATE alembic_version SET version_num = '0099'", "newer"),
        ("UPDATE alembic_version SET version_num = '0001'", "older"),
        (f"UPDATE alembic_version SET version_num = '{tables.REVISION}'", None),  # noqa: S608 - our own number
        ("UPDATE about SET columns = 'others'", "older"),
    ):
        whole.raw(held.address, statement)
        if kind is None:
            held.create_scenario("A", by="ann")
            continue
        with pytest.raises(InvalidData) as refused:
            held.create_scenario("B", by="ann")
        assert kinds(refused) == [kind]


def test_only_a_migration_pays_for_alembic():
    code = "import sys, parks.__main__, parks.store, parks.verbs.record; sys.exit('alembic' in sys.modules)"
    root = str(Path(store.__file__).resolve().parents[2])
    assert not subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": root}, check=False
    ).returncode
