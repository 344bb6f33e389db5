"""Live layers for QGIS: the server's shapes are our WKB, the layers show today's record, and nobody edits them."""

import datetime as dt

import pandas as pd
import postgres
import psycopg
import pytest
import shapely
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from small_park import TOLD, fill, leases, units

from parks import schema, store
from parks.store import postgis, tables

TODAY = dt.date.today()  # noqa: DTZ011 - the server's own day is what its views show
NEAR = shapely.box(121.60, 31.20, 121.61, 31.21)
LAYERS = [postgis.view(name) for name in postgis.STATES]


@pytest.fixture
def engine():
    """Only a server has layers."""
    return "postgresql"


STOP = shapely.Point(121.605, 31.205)


@pytest.fixture
def drawn(postgis, held):
    """Return the small park, with a transit stop and a platform of unknown place, on a server with PostGIS."""
    assert postgis
    facilities = [
        {"facility_id": "S1", "kind": "transit_stop", "name_zh": "一号站", "zone_id": "Z-ZJ", "geometry": STOP},
        {"facility_id": "S2", "kind": "platform", "name_zh": "公共平台", "capacity": 9.0, "capacity_unit": "litres"},
    ]
    held.add("facilities", pd.DataFrame(facilities).assign(**TOLD), source="s", by="c")
    parcel = {"outline_id": "D1", "kind": "parcel", "name_zh": "地块", "geometry": NEAR}
    held.add("outlines", pd.DataFrame([parcel]).assign(**TOLD), source="s", by="c")
    return held


def ask(held, question, *cells):
    with psycopg.connect(held.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as other:
        return other.execute(question, cells).fetchall()


def test_a_shape_is_our_own_wkb_in_wgs_84(drawn):
    asked = "SELECT building_id, geometry, ST_AsBinary(shape), ST_SRID(shape) FROM {} ORDER BY 1"
    assert ask(drawn, asked.format("buildings")) == [
        ("B1", shapely.to_wkb(NEAR), shapely.to_wkb(NEAR), 4326),
        ("B2", None, None, None),
    ]
    ((kept, made),) = ask(drawn, "SELECT geometry, ST_AsBinary(shape) FROM parks")
    assert kept == made is not None


def test_the_layers_show_the_record_as_it_stands_today(drawn):
    later = TODAY + dt.timedelta(days=1)
    buildings = drawn.as_of(TODAY).buildings
    drawn.create_scenario("A", by="c")
    drawn.add("buildings", buildings.assign(name_zh="方案"), source="s", by="c", scenario="A")
    drawn.add("buildings", buildings.assign(name_zh="明日"), source="s", by="c", valid_from=later)
    drawn.add("buildings", buildings.iloc[:1].assign(building_id="B3"), source="s", by="c", valid_from=later)
    drawn.add("buildings", buildings.iloc[:1].assign(floors_above=9), source="s", by="c", valid_from=TODAY)
    asked = "SELECT building_id, name_zh, floors_above, bonded, ST_AsBinary(shape) FROM live_buildings ORDER BY 1"
    assert ask(drawn, asked) == [
        ("B1", "一号楼", 9, True, shapely.to_wkb(NEAR)),
        ("B2", "一号楼", None, None, None),
    ]


def test_facilities_stand_where_they_are_today_and_one_of_unknown_place_nowhere(drawn):
    opening, later = TODAY + dt.timedelta(days=30), TODAY + dt.timedelta(days=1)
    stop = drawn.as_of(TODAY).facilities.iloc[:1]
    drawn.create_scenario("A", by="c")
    drawn.add("facilities", stop.assign(name_zh="方案"), source="s", by="c", scenario="A")
    drawn.add("facilities", stop.assign(name_zh="明日"), source="s", by="c", valid_from=later)
    drawn.add("facilities", stop.assign(facility_id="S3", opened_on=opening), source="s", by="c")
    asked = "SELECT facility_id, name_zh, kind, capacity, opened_on, ST_AsBinary(shape) FROM live_facilities ORDER BY 1"
    assert ask(drawn, asked) == [
        ("S1", "一号站", "transit_stop", None, None, shapely.to_wkb(STOP)),
        ("S2", "公共平台", "platform", 9.0, None, None),
        ("S3", "一号站", "transit_stop", None, opening, shapely.to_wkb(STOP)),
    ]


def test_the_layers_have_the_tables_own_columns_and_more(drawn):
    def columns(layer):
        asked = "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position"
        return [name for (name,) in ask(drawn, asked, layer)]

    for name in ("parks", "buildings", "facilities", "outlines"):
        own = [column for column in schema.columns(name) if column != "geometry"]
        assert columns(f"live_{name}") == [*own, "shape"]
    held = ["state", "tenant_id", "held_from", "held_to", "shape"]
    assert columns("live_units") == [*schema.columns("units"), *held]


def test_a_unit_is_drawn_as_its_building_with_whoever_holds_it_today(drawn):
    long_ago, soon = TODAY - dt.timedelta(days=90), TODAY + dt.timedelta(days=90)
    drawn.add("units", units("U9").assign(building_id="B2"), source="s", by="c")
    drawn.add(
        "leases",
        leases(
            ("L1", "U1", "T1", "let", long_ago, None),
            ("L2", "U2", "T2", "intended", long_ago, None),
            ("L3", "U3", "T3", "reserved", soon, None),
            ("L4", "U4", None, "locked", long_ago, soon),
            ("L5", "U3", "T3", "let", long_ago, TODAY),
        ),
        source="s",
        by="c",
    )
    asked = "SELECT unit_id, state, tenant_id, held_from, held_to, ST_Equals(shape, ST_GeomFromWKB(%s, 4326))"
    assert ask(drawn, f"{asked} FROM live_units ORDER BY 1", shapely.to_wkb(NEAR)) == [
        ("U1", "let", "T1", long_ago, None, True),
        ("U2", None, None, None, None, True),
        ("U3", None, None, None, None, True),
        ("U4", "locked", None, long_ago, soon, True),
        ("U9", None, None, None, None, None),
    ]


def test_each_key_stands_once(drawn):
    for layer in LAYERS:
        key = schema.key(layer.removeprefix("live_"))
        found = ask(drawn, f"SELECT count(*) - count(DISTINCT {key}), count(*) > 0 FROM {layer}")  # noqa: S608
        assert found == [(0, True)]
        ((said,),) = ask(drawn, "SELECT obj_description(%s::regclass)", layer)
        assert said.endswith(f"Key: {key}.")


def test_the_spatial_index_serves_through_the_layer(drawn):
    with drawn.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for layer in ("live_buildings", "live_parks", "live_facilities", "live_outlines"):
            asked = f"EXPLAIN SELECT * FROM {layer} WHERE shape && ST_MakeEnvelope(121, 31, 122, 32, 4326)"  # noqa: S608
            plan = "\n".join(connection.exec_driver_sql(asked).scalars())
            assert f"{layer.removeprefix('live_')}_shape" in plan


def test_nobody_edits_through_a_layer_not_even_the_owner(drawn):
    for layer in LAYERS:
        for statement in (
            f"DELETE FROM {layer}",  # noqa: S608
            f"UPDATE {layer} SET source = 'mine'",  # noqa: S608
            f"INSERT INTO {layer} (source) VALUES ('mine')",  # noqa: S608
        ):
            with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match=r"cannot .* view"):
                ask(drawn, statement)
        updatable = "SELECT is_updatable, is_insertable_into FROM information_schema.views WHERE table_name = %s"
        assert ask(drawn, updatable, layer) == [("NO", "NO")]


def test_what_the_store_shows_knows_nothing_of_it(drawn):
    assert "shape" not in drawn.export_rows("buildings")
    assert "shape" not in drawn.as_of(TODAY).buildings
    before = drawn.as_of(TODAY)
    with drawn.engine.execution_options(writes=True).begin() as connection:
        given = postgis.undress(connection)
    assert ask(drawn, "SELECT count(*) FROM pg_class WHERE relname LIKE '%%shape' OR relname LIKE 'live%%'") == [(0,)]
    for after in (drawn, store.open(drawn.engine.url.set(drivername="postgresql").render_as_string(), create=False)):
        for name in ("parks", "buildings", "facilities", "outlines"):
            assert after.as_of(TODAY).table(name).equals(before.table(name))
    after.close()
    assert given == []


@pytest.mark.filterwarnings("ignore:Did not recognize type")
def test_alembic_finds_nothing_else_that_is_not_ours(drawn):
    with drawn.reading() as connection:
        found = compare_metadata(MigrationContext.configure(connection), tables.METADATA)
    assert {what for what, *_ in found} == {"remove_table", "remove_index", "remove_column"}
    named = {told[-1].name for told in found}
    assert named == {"spatial_ref_sys", "buildings_shape", "parks_shape", "facilities_shape", "outlines_shape", "shape"}


def test_dressing_again_changes_nothing_and_keeps_who_may_look(drawn, postgresql):
    made = "SELECT relname, relfilenode, relacl::text FROM pg_class"
    made += " WHERE relname LIKE 'live%%' OR relname LIKE '%%shape' ORDER BY 1"
    tell = postgresql.tell
    tell("CREATE ROLE viewer")
    try:
        ask_nothing(drawn, "GRANT SELECT ON live_parks TO viewer", "GRANT SELECT ON live_units TO PUBLIC")
        before = ask(drawn, made)
        with drawn.engine.execution_options(writes=True).begin() as connection:
            postgis.dress(connection)
        assert ask(drawn, made) == before
        with drawn.engine.execution_options(writes=True).begin() as connection:
            postgis.dress(connection, postgis.undress(connection))
        assert [(name, rights) for name, _, rights in ask(drawn, made)] == [
            (name, rights) for name, _, rights in before
        ]
        with drawn.reading() as connection:
            assert drawn.home.kind.missing(connection) == []
    finally:
        ask_nothing(drawn, "DROP OWNED BY viewer")
        tell("DROP ROLE viewer")


def ask_nothing(held, *statements):
    with held.engine.execution_options(writes=True).begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_it_is_installed_where_the_account_may_and_beside_a_store_that_stands_elsewhere(postgis, postgresql):
    assert postgis
    with postgresql.fresh(postgres.PLAIN) as url:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("CREATE SCHEMA planning")
            admin.execute("CREATE SCHEMA gis")
            admin.execute("CREATE EXTENSION postgis SCHEMA gis")
        with store.open(f"{url}?options=-csearch_path%3Dplanning") as held:
            fill(held)
            asked = "SELECT gis.ST_SRID(shape) FROM planning.live_parks"
            assert ask(held, asked) == [(4326,)]
    with postgresql.fresh(postgres.PLAIN) as url, store.open(url) as held:
        assert ask(held, "SELECT count(*) FROM live_parks") == [(0,)]


def test_an_account_that_may_not_install_it_makes_a_store_without(postgresql):
    with postgresql.fresh(postgres.PLAIN) as url:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("CREATE ROLE modest LOGIN")
            admin.execute("CREATE EXTENSION btree_gist")
            admin.execute("GRANT ALL ON SCHEMA public TO modest")
        try:
            with store.open(sa.make_url(url).set(username="modest").render_as_string()) as held:
                fill(held)
                assert ask(held, "SELECT to_regclass('live_parks')") == [(None,)]
                assert len(held.as_of(TODAY).buildings) == 2
        finally:
            with psycopg.connect(url, autocommit=True) as admin:
                admin.execute("DROP OWNED BY modest")
                admin.execute("DROP ROLE modest")


def test_a_server_without_it_keeps_a_store_all_the_same(postgresql, monkeypatch):
    monkeypatch.setattr(postgis, "EXTENSION", "parks_nonsense")
    with postgresql.fresh(postgres.PLAIN) as url, store.open(url) as held:
        assert ask(held, "SELECT to_regclass('live_parks')") == [(None,)]
        with held.engine.execution_options(writes=True).begin() as connection:
            assert postgis.undress(connection) == []


def test_what_else_goes_wrong_is_not_hidden(drawn, monkeypatch):
    monkeypatch.setitem(postgis.STATES, "floors", "no geometry")
    with (
        drawn.engine.execution_options(writes=True).begin() as connection,
        pytest.raises(sa.exc.ProgrammingError, match="does not exist"),
    ):
        postgis.dress(connection)
