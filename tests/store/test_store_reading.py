"""Reading: each table once, then only what changed in it; any day from memory; the same as if read anew."""

import dataclasses
import datetime as dt
import random
from contextlib import contextmanager, suppress

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
import sqlalchemy as sa
import thorough
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_park import TOLD, fill, leases, units
from test_store_acts import place

from parks import schema, store
from parks.issues import InvalidData
from parks.store import engines, packing, past, rows, shots, tables, views, whole

DAY = dt.date(2026, 3, 1)
ELSEWHERE = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'Parks'"
DAYS = [dt.date(year, month, 1) for year in range(2023, 2030) for month in (1, 7)]


@contextmanager
def statements(held):
    """Lend the list of what the store is asked meanwhile."""
    said = []

    def note(connection, cursor, statement, *rest):
        del connection, cursor, rest
        said.append(statement)

    sa.event.listen(held.engine, "before_cursor_execute", note)
    yield said
    sa.event.remove(held.engine, "before_cursor_execute", note)


def anew(held):
    """Return the same store with nothing read yet."""
    return dataclasses.replace(held, cache=views.Cache())


def same(one, other):
    """Say whether two snapshots show the same, in frames of the same kind."""
    for name in schema.TABLES:
        pd.testing.assert_frame_equal(one.table(name), other.table(name))
    return True


@pytest.fixture
def wholesale(monkeypatch, engine):
    """Read even a small table as long ones are read, a few rows at once, of which the first tell little."""
    monkeypatch.setattr(whole, "FEW", 0)
    monkeypatch.setattr(engines.kind(engine), "PORTION", 3)
    monkeypatch.setattr(whole, "SAMPLES", 2)
    monkeypatch.setattr(whole, "SAMPLE", 1)


def plainly(held):
    with pytest.MonkeyPatch.context() as few:
        few.setattr(whole, "FEW", 1 << 40)
        return anew(held).as_of(DAY)


AWKWARD = [
    "",
    " ",
    "甲园 α 🏭",
    "line\nline\r\n",
    "tab\t|,;\"'\\%s%%:x",
    "NULL",
    "\\N",
    "None",
    "nan",
    "a\u2028b",
    '"',
    'a,"b""c",\\.',
    "t",
    "\\x41",
    "9999-12-31",
    None,
]


def awkward(*numbers, texts=AWKWARD):
    """Return units with these numbers and texts in turn."""
    size = max(len(numbers), len(texts))
    frame = units(*(f"N{at:02d}" for at in range(size)))
    cells = [numbers[at % len(numbers)] for at in range(size)]
    return frame.assign(
        name=pd.Series([texts[at % len(texts)] for at in range(size)], dtype="object"),
        lettable_m2=pd.Series(cells, dtype="Float64"),
        position=pd.Series([None if at % 3 else at - 4 for at in range(size)], dtype="Int64"),
        dual_power=pd.Series([None, True, False][: min(size, 3)] * size, dtype="object").head(size),
    )


@pytest.mark.usefixtures("wholesale")
@pytest.mark.parametrize(
    "numbers",
    [
        (1.0, 2.5, 0.0, 1234.5678, None),
        (0.1 + 0.2, 1.0, None),
        (1 / 3, 1e-7, 123456789.123, -4.25),
        (1e300, 5e-324, 1e17),
        (None,),
    ],
)
def test_cells_cut_from_one_text_are_those_that_were_written(held, numbers):
    wrote = awkward(*numbers)
    held.add("units", wrote, source="x", by="c")
    held.add("buildings", held.as_of(DAY).buildings.assign(building_id=["B8", "B9"]), source="x", by="c")
    found = anew(held).as_of(DAY)
    assert same(found, plainly(held))
    read = found.units.set_index("unit_id").loc[list(wrote["unit_id"])]
    assert (
        read["lettable_m2"].to_numpy(dtype=float, na_value=np.nan).tobytes()
        == wrote["lettable_m2"].to_numpy(dtype=float, na_value=np.nan).tobytes()
    )
    assert read["name"].to_numpy(dtype=object, na_value=None).tolist() == wrote["name"].tolist()
    assert found.buildings.geometry.iloc[0].equals(shapely.box(121.60, 31.20, 121.61, 31.21))


SHAPES = [
    None,
    shapely.box(121.60, 31.20, 121.61, 31.21),
    shapely.Polygon([(121.6 + 0.1 * 0.2, 31.2), (121.63, 31.2 + 1e-12), (121.62, 31.3)]),
    shapely.MultiPolygon([shapely.box(121.5, 31.1, 121.51, 31.11), shapely.box(121.6, 31.1, 121.61, 31.11)]),
]
TEXTS = st.one_of(
    st.sampled_from([*AWKWARD, packing.CUT, packing.NONE]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
)
HOUSES = st.fixed_dictionaries(
    {
        "name_zh": TEXTS.filter(bool),
        "name_en": st.none() | TEXTS,
        "gfa_m2": st.none() | st.floats(0, allow_infinity=False) | st.sampled_from([0.1 + 0.2, 1e-300, 1e22, 5e-324]),
        "fire_rating": st.none() | st.integers(1 - (1 << 31), (1 << 31) - 1),
        "bonded": st.none() | st.booleans(),
        "completed_on": st.none() | st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 30)),
        "geometry": st.sampled_from(SHAPES),
    }
)


@pytest.mark.usefixtures("wholesale")
@given(found=st.lists(HOUSES, min_size=1, max_size=9))
@settings(max_examples=thorough.cases(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_written_is_read_cell_by_cell(held, found):
    told = {"park_id": "P1", "status": "built"} | TOLD
    wrote = [{"building_id": f"H{at}"} | cells | told for at, cells in enumerate(found)]
    held.add("buildings", pd.DataFrame(wrote).astype(object), source="x", by="c")
    read = anew(held).as_of(DAY)
    assert same(read, plainly(held))
    for at, cells in enumerate(found):
        row = read.buildings.set_index("building_id").loc[f"H{at}"]
        for name in ("name_zh", "name_en", "gfa_m2", "fire_rating", "bonded"):
            assert (None if pd.isna(row[name]) else row[name]) == cells[name]
        day = None if pd.isna(row["completed_on"]) else row["completed_on"].date()
        assert day == cells["completed_on"]
        assert shapely.to_wkb(row["geometry"]) == shapely.to_wkb(cells["geometry"])


def test_bytes_that_look_like_a_sign_of_ours_are_told():
    sent = {pa.int64(): b"\0\0\0\7", pa.float64(): b"\x3f\xf0" + b"\0" * 6, pa.bool_(): b"\1", pa.date32(): b"\0" * 4}
    known = {pa.int64(): 7, pa.float64(): 1.0, pa.bool_(): True, pa.date32(): dt.date(2000, 1, 1)}
    for kind, cell in sent.items():
        blank = bytes.fromhex(packing.SENT[kind].blank)
        assert packing.apart(cell + blank, kind, 2, 1).to_pylist() == [known[kind], None]
        with pytest.raises(packing.ClashError):
            packing.apart(blank + blank, kind, 2, 1)


@pytest.mark.usefixtures("wholesale")
def test_what_is_first_known_far_down_is_asked_for_again(held):
    late = units(*(f"N{at}" for at in range(20)))
    held.add("units", late.assign(bsl=[None] * 16 + [2, None, None, 3]), source="x", by="c")
    read = anew(held).as_of(DAY).units.set_index("unit_id")["bsl"].dropna()
    assert read.to_dict() == {"N16": 2, "N19": 3}
    assert same(anew(held).as_of(DAY), plainly(held))


@pytest.mark.usefixtures("wholesale")
def test_what_is_written_while_a_table_is_read_is_not_seen(held):
    with held.reading() as connection:
        before = whole.read(connection, "units", held.version)
        held.add("units", units("N1", "N2"), source="x", by="c")
        assert whole.read(connection, "units", 99).sort_by("unit_id") == before.sort_by("unit_id")
    with held.reading() as connection:
        assert len(whole.read(connection, "units", 99)) == len(before) + 2


def test_the_server_looks_up_rows_again_as_it_likes_once_a_table_is_read(databases, monkeypatch):
    monkeypatch.setattr(whole, "FEW", 0)
    with databases("held", fill) as url, store.open(url, create=False) as held, held.reading() as connection:
        before = connection.exec_driver_sql("SHOW enable_bitmapscan").scalar_one()
        assert len(whole.read(connection, "units", held.version)) == 4
        assert connection.exec_driver_sql("SHOW enable_bitmapscan").scalar_one() == before == "on"


def test_a_connection_lost_while_a_table_is_read_is_told_and_made_anew(databases, postgresql, monkeypatch):
    answered = whole._answered

    def lose(asked, answer):
        with postgresql.connect() as admin:
            admin.execute(ELSEWHERE)
        return answered(asked, answer)

    with databases("held", fill) as url, store.open(url, create=False) as held:
        assert len(held.as_of(DAY).units) == 4
        monkeypatch.setattr(whole, "FEW", 0)
        monkeypatch.setattr(whole, "_answered", lose)
        with pytest.raises(InvalidData) as error:
            anew(held).as_of(DAY)
        assert error.value.issues[0].kind == "lost"
        monkeypatch.setattr(whole, "_answered", answered)
        assert same(anew(held).as_of(DAY), held.as_of(DAY))


@pytest.mark.usefixtures("wholesale")
@pytest.mark.parametrize("text", [f"a{packing.CUT}b", packing.NONE, packing.CUT])
def test_a_text_that_holds_a_sign_of_ours_is_read_as_it_is(held, text):
    held.add("units", awkward(1.0, texts=[text, "plain", None]), source="x", by="c")
    assert text in set(anew(held).as_of(DAY).units["name"].dropna())
    assert same(anew(held).as_of(DAY), plainly(held))


@pytest.mark.usefixtures("wholesale")
def test_rows_ended_numbered_anyhow_or_of_a_scenario_are_not_read(held):
    held.add("units", awkward(1.0, 2.0), source="x", by="c")
    held.add("units", awkward(3.0, 2.0, None).iloc[::-1], source="x", by="c")
    held.add("units", units("A0"), source="x", by="c")
    held.create_scenario("A", by="ann")
    held.add("units", units("Z9"), source="x", by="c", scenario="A")
    assert same(anew(held).as_of(DAY), plainly(held))
    read = anew(held).as_of(DAY).units["unit_id"]
    assert read.is_monotonic_increasing
    assert read.is_unique
    assert "Z9" not in set(read)


def test_a_new_day_asks_the_store_for_no_row(held):
    place(held, "U2", on=dt.date(2027, 1, 1))
    held.as_of(DAY)
    with statements(held) as said:
        for day in DAYS:
            held.as_of(day)
    assert not [statement for statement in said if "leases" in statement]
    for day in DAYS:
        assert same(held.as_of(day), anew(held).as_of(day))


def test_after_an_act_only_its_rows_are_asked_for(held, monkeypatch):
    held.add("units", units(*(f"N{at}" for at in range(30))), source="x", by="c")
    ledger = [(f"L{at + 100}", f"N{at}", "T1", "let", "2024-01-01", None) for at in range(30)]
    held.add("leases", leases(*ledger), source="x", by="c")
    first = held.as_of(DAY)
    monkeypatch.setattr(whole, "read", None)
    change = place(held, "U2")
    held.release(["L105"], on=DAY, reason="r", by="ann")
    second = held.as_of(DAY)
    assert second.units is first.units
    assert set(second.leases["lease_id"]) ^ set(first.leases["lease_id"]) == {f"P{change:06d}-001", "L105"}
    monkeypatch.undo()
    for day in DAYS:
        assert same(held.as_of(day), anew(held).as_of(day))


def test_what_changed_in_large_part_is_read_anew(held, monkeypatch):
    held.as_of(DAY)
    calls = []
    read = whole.read
    monkeypatch.setattr(whole, "read", lambda *asked: calls.append(asked[1]) or read(*asked))
    held.add("units", units("U1", "U2", lettable_m2=1.0), source="x", by="c")
    assert held.as_of(DAY).units["lettable_m2"].tolist() == [1.0, 1.0, 100.0, 100.0]
    assert calls == ["units"]


def test_ten_scenarios_read_the_record_once(held, monkeypatch):
    held.as_of(DAY)
    names = [f"S{at}" for at in range(10)]
    for at, name in enumerate(names):
        held.create_scenario(name, by="ann")
        if at % 2:
            place(held, "U2", scenario=name, on=dt.date(2027, at, 1))
            held.release(["L1"], on=DAY, reason="r", by="ann", scenario=name)
    place(held, "U3")
    calls = []
    monkeypatch.setattr(whole, "read", lambda *asked: calls.append(asked[1]))
    shown = [held.as_of(DAY, name) for name in names]
    assert not calls
    assert {len(park.leases) for park in shown} == {1}
    assert {park.leases["unit_id"].iloc[0] for park in shown} == {"U1", "U2"}
    assert len({id(park.leases) for park in shown}) == 6, "those without rows of their own share the record's frame"
    assert len({id(park.units) for park in shown}) == 1
    monkeypatch.undo()
    for name in names:
        assert same(held.as_of(DAY, name), anew(held).as_of(DAY, name))


def test_others_acts_leave_the_frames_of_a_scenario_as_they_are(held):
    held.create_scenario("A", by="ann")
    held.create_scenario("B", by="ben")
    place(held, "U2", scenario="A")
    first = held.as_of(DAY, "A")
    place(held, "U3", scenario="B")
    place(held, "U4")
    second = held.as_of(DAY, "A")
    assert second is not first
    assert second.leases is first.leases
    place(held, "U4", scenario="A")
    assert set(held.as_of(DAY, "A").leases["unit_id"]) == {"U1", "U2", "U4"}


def test_a_scenario_dropped_and_made_again_shows_nothing_of_the_old_one(held):
    held.create_scenario("A", by="ann")
    place(held, "U2", scenario="A")
    assert len(held.as_of(DAY, "A").leases) == 2
    held.drop_scenario("A", by="ann")
    held.create_scenario("A", by="ann")
    assert held.as_of(DAY, "A").leases is held.as_of(DAY).leases
    place(held, "U3", scenario="A")
    assert set(held.as_of(DAY, "A").leases["unit_id"]) == {"U1", "U3"}


def test_a_store_put_back_is_read_anew(held):
    first = held.as_of(DAY)
    assert held.as_of(DAY) is first
    with held.engine.execution_options(writes=True).begin() as connection:
        connection.execute(sa.update(tables.about).values(mark="another"))
    assert held.as_of(DAY).units is not first.units
    assert same(held.as_of(DAY), first)


def test_of_a_long_ledger_only_what_the_day_needs_is_read_first(held, monkeypatch):
    old = [(f"O{at}", "U2", "T2", "let", f"20{at + 10}-01-01", f"20{at + 11}-01-01") for at in range(9)]
    held.add("leases", leases(*old), source="x", by="c")
    monkeypatch.setattr(shots, "EAGER", 5)
    fresh = anew(held)
    fresh.as_of(dt.date(2017, 6, 1))
    kept = {at.name: found for at, found in fresh.cache.all() if isinstance(at, shots.Key)}
    assert kept["leases"].since == dt.date(2017, 6, 1)
    assert set(kept["leases"].frame["lease_id"]) == {"L1", "O7", "O8"}
    assert not kept["leases"].reaches(dt.date(2017, 5, 31))
    place(held, "U3")
    for day in [dt.date(2018, 1, 1), *DAYS, dt.date(2012, 1, 1), dt.date(2017, 6, 1), *DAYS]:
        assert same(fresh.as_of(day), anew(held).as_of(day))
    with statements(held) as said:
        fresh.as_of(dt.date(2011, 1, 1))
    assert not [statement for statement in said if "leases" in statement], "who looked back once has it all"


def test_a_scenario_reaches_back_as_far_as_the_record(held, monkeypatch):
    old = leases(("O1", "U2", "T2", "let", "2020-01-01", "2021-01-01"))
    held.add("leases", old, source="x", by="c")
    held.create_scenario("A", by="ann")
    place(held, "U3", scenario="A")
    monkeypatch.setattr(shots, "EAGER", 0)
    fresh = anew(held)
    assert set(fresh.as_of(DAY, "A").leases["lease_id"]) >= {"L1"}
    assert "O1" not in set(fresh.as_of(DAY, "A").leases["lease_id"])
    assert "O1" in set(fresh.as_of(dt.date(2020, 6, 1), "A").leases["lease_id"])
    assert fresh.as_of(dt.date(2020, 6, 1)).leases["lease_id"].tolist() == ["L1", "O1"]


def test_long_frames_are_weighed(held):
    held.add("units", units(*(f"N{at:04d}" for at in range(past.SHORT))), source="x", by="c")
    held.add("units", units("U9"), source="x", by="c", valid_from=dt.date(2027, 1, 1))
    held.as_of(DAY)
    held.as_of(dt.date(2028, 1, 1))
    kept = {at.name: found for at, found in held.cache.all() if isinstance(at, shots.Key)}
    whole_frame, cut = kept["units"], held.as_of(DAY).units
    assert whole_frame.weight > past.weight(cut) > 50 * past.SHORT
    assert held.cache.weight == sum(found.weight for found in kept.values()) + past.weight(cut)


def test_memory_is_bounded_but_what_one_snapshot_needs_stays():
    cache = views.Cache(size=5, room=100, least=2)
    for key in range(6):
        assert cache.get(key, lambda: 40, lambda made: made) == 40
    assert [key for key, _ in cache.all()] == [4, 5]
    assert cache.weight == 80
    cache.get(6, lambda: 1000, lambda made: made)
    assert [key for key, _ in cache.all()] == [5, 6]
    assert cache.get(5, lambda: 0) == 40
    for key in range(10, 16):
        cache.put(key, None)
    assert len(cache.all()) == 5
    assert cache.put(15, "new") == "new"
    assert cache.get(15, lambda: "newer") == "new"


def test_rows_are_laid_over_others_by_key_in_order_of_time():
    def made(*found):
        names = tables.stored("units")
        cells = [
            {"building_id": "B", "floor_id": "F"}
            | TOLD
            | dict(zip(("unit_id", "name", "valid_from", "valid_to"), row, strict=True))
            for row in found
        ]
        return past.of("units", rows.gathered("units", [[row.get(name) for row in cells] for name in names]))

    under = made(
        ("U3", "c", "2020-01-01", "9999-12-31"),
        ("U1", "b", "2024-01-01", "9999-12-31"),
        ("U1", "a", "1900-01-01", "2024-01-01"),
    )
    assert under.frame["name"].tolist() == ["a", "b", "c"]
    assert [under.turn(dt.date(year, 1, 1)) for year in (1899, 1900, 2020, 2023, 2024, 2030)] == [0, 1, 2, 2, 3, 3]
    assert under.on(dt.date(2023, 1, 1))["name"].tolist() == ["a", "c"]
    over = under.laid(
        ["U3", "U9"], made(("U2", "e", "2025-01-01", "9999-12-31"), ("U2", "d", "2022-01-01", "2025-01-01"))
    )
    assert over.frame["name"].tolist() == ["a", "b", "d", "e"]
    assert over.on(dt.date(2022, 1, 1))["name"].tolist() == ["a", "d"]
    assert over.on(dt.date(2026, 1, 1)).index.tolist() == [0, 1]
    emptied = over.laid(["U1", "U2"], made())
    assert emptied.on(DAY) is emptied.frame
    pd.testing.assert_frame_equal(emptied.frame, schema.typed("units", pd.DataFrame()))


ACTS = ("place", "place", "release", "import", "later", "scenario", "drop", "undo", "ledger", "rebase", "approve")


def act(held, chance, clock):
    """Do one thing that may be refused, somewhere."""
    what, scenario = chance.choice(ACTS), chance.choice([None, None, "A", "B"])
    clock.now += dt.timedelta(days=chance.choice([0, 0, 1]))
    day, unit = chance.choice(DAYS), chance.choice(["U2", "U3", "U4"])
    told = {"source": "x", "by": "ann", "scenario": scenario}
    if what == "place":
        place(held, unit, on=day, valid_to=day + dt.timedelta(chance.choice([30, 400])), scenario=scenario)
    elif what == "release":
        found = held.as_of(day, scenario).leases["lease_id"].tolist()
        held.release(chance.sample(found, min(len(found), 1)), on=day, reason="r", by="ann", scenario=scenario)
    elif what in ("import", "later"):
        some = units(*chance.sample(["U1", "U2", "U3", "U4", "U5"], 2), lettable_m2=float(chance.randint(1, 3)))
        held.add("units", some, valid_from=day if what == "later" else None, **told)
    elif what == "ledger":
        held.add("leases", leases((f"L{chance.randint(1, 3)}", "U1", "T1", "intended", day, None)), **told)
    elif what == "undo":
        held.undo(by="ann", scenario=scenario)
    elif what == "rebase":
        held.rebase(scenario or "A", by="ann")
    elif what == "approve":
        held.approve(scenario or "A", by="ann", reason="r")
    elif what == "scenario":
        held.create_scenario(scenario or "A", by="ann")
    else:
        held.drop_scenario(scenario or "A", by="ann")


@pytest.mark.parametrize(("seed", "eager", "few"), [(1, 500_000, 2_000), (2, 500_000, 0), (3, 0, 2_000)])
def test_whatever_was_done_memory_shows_what_the_store_holds(held, clock, monkeypatch, seed, eager, few):
    monkeypatch.setattr(shots, "EAGER", eager)
    monkeypatch.setattr(shots, "SHARE", 1)
    monkeypatch.setattr(whole, "FEW", few)
    chance, done, began = random.Random(seed), 0, clock.now.date()  # noqa: S311 - dice, no secret
    while done < thorough.cases(6):
        with suppress(InvalidData):
            act(held, chance, clock)
            done += 1
        known = began + dt.timedelta(days=chance.randint(-1, 30))
        for scenario, known_on in [(None, None), (chance.choice(["A", "B"]), chance.choice([None, known]))]:
            day = chance.choice(DAYS)
            with suppress(InvalidData):
                found, expected = (look.as_of(day, scenario, known_on) for look in (held, anew(held)))
                assert all(found.table(name).equals(expected.table(name)) for name in schema.TABLES)
