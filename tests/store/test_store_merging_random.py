"""Any acts on both sides, any choices: no unit is held twice, what was chosen stands, approval brings it over."""

import datetime as dt
from itertools import pairwise

import thorough
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_park import fill, units
from test_store_acts import held_by

from parks import store
from parks.issues import InvalidData
from parks.store import tables

START = dt.date(2026, 3, 1)
BEFORE = dt.date(2024, 1, 1)
places = st.tuples(st.sampled_from(["U1", "U2", "U3"]), st.integers(0, 9), st.integers(1, 6))
acts = st.one_of(
    st.tuples(st.just("place"), places),
    st.tuples(st.just("release"), st.tuples(st.integers(0, 5), st.integers(0, 9))),
    st.tuples(st.just("measure"), st.tuples(st.sampled_from(["U1", "U2"]), st.integers(1, 3), st.integers(0, 9))),
    st.tuples(st.just("undo"), st.just(())),
)


def day(number):
    return START + dt.timedelta(days=30 * number)


def play(held, scenario, what, how):
    """Do an act where it can be done."""
    more = {"by": "ann", "scenario": scenario}
    try:
        if what == "place":
            unit, first, length = how
            held.place([unit], "T2", valid_from=day(first), valid_to=day(first + length), reason="r", **more)
        elif what == "release":
            which, on = how
            keys = held.as_of(BEFORE, scenario).leases["lease_id"].tolist()
            held.release([keys[which % len(keys)]] if keys else [], on=day(on), reason="r", **more)
        elif what == "measure":
            unit, area, since = how
            frame = units(unit, lettable_m2=float(area))
            held.add("units", frame, source="s", valid_from=day(since), **more)
        else:
            held.undo(**more)
    except InvalidData:
        pass


def decided(held, draw):
    """Choose a side in every conflict, those that choices bring about too; return the conflicts met and the choices."""
    met, choices = {}, {}
    while not (found := held.conflicts("A", choices)).empty:
        for row in found.to_dict("records"):
            met[row["conflict"]] = row
            choices[row["conflict"]] = draw(st.sampled_from(["mine", "theirs"]), label=row["conflict"])
    return met, choices


def expected(differing, alike, met, choices):
    """Return the keys in which the scenario differs after these choices."""
    theirs = {(row["table"], row["key"]) for name, row in met.items() if choices[name] == "theirs"}
    insisted = {
        (row["of"], row["other"])
        for name, row in met.items()
        if choices[name] == "mine" and row["kind"] != "both_changed" and (row["table"], row["key"]) not in theirs
    }
    return (differing - theirs - alike) | insisted


def differing_keys(held):
    return set(held.differences("A")[["table", "key"]].itertuples(index=False, name=None))


def standing(held, scenario):
    """Return table and key → its rows that stand now, as they are kept."""
    found = {}
    for table in ("leases", "units"):
        rows = held.export_rows(table)
        rows = rows[(rows["scenario"] == (scenario or "")) & rows["tx_to"].isna()].sort_values("valid_from")
        for key, own in rows.drop(columns=["row_id", "scenario", "tx_from", "tx_to"]).groupby(tables.schema.key(table)):
            found[table, key] = own.to_csv(index=False)
    return found


@settings(max_examples=thorough.cases(4), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.lists(st.tuples(st.booleans(), acts), max_size=10))
def test_whatever_is_chosen_nothing_is_held_twice_and_what_was_chosen_stands(copies, data, sequence):
    with copies("held", fill) as address, store.open(address, create=False) as held:
        held.create_scenario("A", by="ann")
        for inside, (what, how) in sequence:
            play(held, "A" if inside else None, what, how)
        differing = differing_keys(held)
        mine, theirs = (standing(held, scenario) for scenario in ("A", None))
        alike = {key for key in differing if mine.get(key) == theirs.get(key)}
        met, choices = decided(held, data.draw)
        if held.scenarios()["behind"].iloc[0]:
            held.rebase("A", by="ann", choices=choices)
            assert differing_keys(held) == expected(differing, alike, met, choices)
            assert held.conflicts("A").empty
        for stays in held_by(held, "A", BEFORE).values():
            assert all(one[2] is not None and one[2] <= other[1] for one, other in pairwise(stays))
        if differing_keys(held):
            record = standing(held, None)
            held.approve("A", by="ann", reason="agreed")
            for one in map(day, (-30, 4)):
                approved, shown = held.as_of(one), held.as_of(one, "A")
                assert approved.leases.equals(shown.leases)
                assert approved.units.equals(shown.units)
            held.undo(by="ann")
            assert standing(held, None) == record
