"""Any sequence of acts leaves the store as a plain dictionary says it should be, and can be walked back."""

import contextlib
import dataclasses
import datetime as dt

import thorough
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_park import Clock, fill, units
from test_store_acts import held_by

from parks import store
from parks.issues import InvalidData
from parks.store import views, writing

START = dt.date(2030, 1, 1)
SCENARIOS = (None, "A")
acts = st.one_of(
    st.tuples(st.just("place"), st.sampled_from(["U2", "U3"]), st.integers(0, 9), st.integers(1, 6)),
    st.tuples(st.just("release"), st.integers(0, 5), st.integers(0, 9), st.just(0)),
    st.tuples(st.just("undo"), st.just(0), st.just(0), st.just(0)),
)


def day(number):
    return START + dt.timedelta(days=number)


def done(model, act):
    """Return the model (lease → unit, first, last) after the act, None when it cannot be done."""
    what, which, first, length = act
    if what == "place":
        if any(unit == which and a < first + length and b > first for unit, a, b in model.values()):
            return None
        return model | {f"new{len(model)}": (which, first, first + length)}
    keys = sorted(key for key, (_, _, end) in model.items() if end > first)
    if not keys:
        return None
    key = keys[which % len(keys)]
    unit, begin, _ = model[key]
    rest = {name: row for name, row in model.items() if name != key}
    return rest if begin >= first else rest | {key: (unit, begin, first)}


def play(held, scenario, model, past, act):
    """Do the act in the store and in the model; return the model after it."""
    what, which, first, length = act
    if what == "undo":
        if not past:
            assert held.undoable(by="ann", scenario=scenario) is None
            return model
        held.undo(by="ann", scenario=scenario)
        return past.pop()
    expected = done(model, act)
    try:
        if what == "place":
            number = held.place(
                [which],
                "T2",
                valid_from=day(first),
                valid_to=day(first + length),
                reason="r",
                by="ann",
                scenario=scenario,
            )
            name = f"P{number:06d}-001"
            expected = None if expected is None else model | {name: (which, first, first + length)}
        else:
            keys = sorted(key for key, (_, _, end) in model.items() if end > first)
            held.release(
                [keys[which % len(keys)]] if keys else [], on=day(first), reason="r", by="ann", scenario=scenario
            )
    except InvalidData:
        assert expected is None
        return model
    past.append(model)
    return expected


def some(examples):
    """Return the settings: each example opens a store of its own, so that the fixture that lends it may be shared."""
    return settings(
        max_examples=thorough.cases(examples),
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )


@contextlib.contextmanager
def lent(copies):
    """Lend a store with the small park and the scenario A, and its clock."""
    clock = Clock()
    with copies("held", fill) as address, store.open(address, create=False, clock=clock) as held:
        held.create_scenario("A", by="ann")
        yield held, clock


@some(6)
@given(sequence=st.lists(st.tuples(st.sampled_from([0, 1]), acts), max_size=12))
def test_the_store_follows_a_plain_model(copies, sequence):
    with lent(copies) as (held, _):
        first = held_by(held, day=START - dt.timedelta(days=1))
        models, pasts = [{}, {}], [[], []]
        for which, act in sequence:
            models[which] = play(held, SCENARIOS[which], models[which], pasts[which], act)
            for scenario, model in zip(SCENARIOS, models, strict=True):
                stands = held_by(held, scenario, START - dt.timedelta(days=1))
                wanted = {}
                for unit, begin, end in sorted(model.values()):
                    wanted.setdefault(unit, []).append(("T2", day(begin), day(end)))
                assert stands == wanted
        for scenario, past in zip(SCENARIOS, pasts, strict=True):
            for _ in past:
                held.undo(by="ann", scenario=scenario)
            assert held_by(held, scenario, START - dt.timedelta(days=1)) == first


numbers = st.integers(0, 9)
deeds = st.tuples(
    st.sampled_from(["place", "release", "move", "import", "rebase", "approve", "undo", "redo", "take_back"]),
    st.sampled_from(["ann", "ben"]),
    st.sampled_from(SCENARIOS),
    numbers,
    numbers,
)
UNITS = ("U2", "U3", "U4", "N1", "N2")


def do(held, deed):  # noqa: PLR0911 - one deed a return
    """Do one deed in the store; return the number of the change, None when nothing was to be done."""
    what, by, scenario, one, two = deed
    told = {"by": by, "scenario": scenario}
    own = held.as_of(START, scenario).leases["lease_id"].tolist()
    if what == "place":
        end = day(one + 1 + two)
        return held.place([UNITS[one % 3]], "T2", valid_from=day(one), valid_to=end, reason="r", **told)
    if what == "release":
        return held.release([own[one % len(own)]] if own else [], on=day(two), reason="r", **told)
    if what == "move":
        return held.move([own[one % len(own)]] if own else [], [UNITS[two % 3]], on=day(two), reason="r", **told)
    if what == "import":
        start = None if two % 2 else day(two)
        frame = units(*{UNITS[one % 5], UNITS[two % 5]}, lettable_m2=float(one % 3))
        return held.add("units", frame, source="x", valid_from=start, **told)
    if what == "take_back":
        return held.take_back(held.version - one, by=by)
    if what == "rebase":
        side = ("mine", "theirs")[one % 2]
        return held.rebase("A", by=by, choices=dict.fromkeys(held.conflicts("A")["conflict"], side))
    if what == "approve":
        return held.approve("A", by=by, reason="r")
    return getattr(held, what)(**told)


def state(held, scenario):
    """Return (table, key) → all its rows, at any day, of the tables that the deeds touch."""
    found = {}
    with held.reading() as connection:
        view = views.of(connection, scenario or "", views.last(connection), held.t)
        for name in ("units", "leases"):
            for row in sorted(views.fetch(connection, views.seen(name, view)), key=str):
                found.setdefault((name, row[0]), []).append(row)
    return found


def shown(held, known_on=None):
    """Return what people see on one day, in the record and in the scenario."""
    parks = [held.as_of(day(3), scenario, known_on) for scenario in SCENARIOS]
    return [park.table(name).astype(str).to_dict("records") for park in parks for name in ("units", "leases")]


@some(6)
@given(sequence=st.lists(deeds, min_size=3, max_size=10))
def test_every_deed_is_walked_back_and_every_belief_is_kept(copies, sequence):
    with lent(copies) as (held, clock):
        past = {held.version: states(held)}
        beliefs = {clock.now.date(): shown(held)}
        for deed in sequence:
            before, version = past[held.version], held.version
            clock.now += dt.timedelta(days=1)
            try:
                number = do(held, deed)
            except InvalidData as refused:
                assert all(issue.message and issue.mend for issue in refused.issues)  # noqa: PT017 - either is right
                assert held.version == version
                continue
            after = past[held.version] = states(held)
            if deed[0] == "take_back":
                takes_back_exactly(held, number, past)
            if deed[0] in writing.ACTS or deed[0] in ("rebase", "approve"):
                where = {"by": deed[1], "scenario": {"rebase": "A", "approve": None}.get(deed[0], deed[2])}
                held.undo(**where)
                past[held.version] = states(held)
                assert past[held.version] == before
                held.redo(**where)
                past[held.version] = states(held)
                assert past[held.version] == after
            beliefs[clock.now.date()] = shown(held)
        afresh = dataclasses.replace(held, cache=views.Cache())
        for known_on, belief in beliefs.items():
            assert shown(afresh, known_on) == belief
            assert shown(afresh, known_on) == belief


def states(held):
    return {scenario: state(held, scenario) for scenario in SCENARIOS}


def takes_back_exactly(held, number, past):
    """Assert that the rows of the change that was taken back stand as before it, and all others as they stood."""
    told = held.changes(None, everywhere=True).set_index("change_id")
    earlier, scenario = int(told.loc[number, "undoes"]), told.loc[number, "scenario"] or None
    if earlier - 1 not in past:
        return  # done before the first deed
    rows = held.entries([earlier])
    laid = rows["before"].str.contains("base:").any()  # then all that the scenario shows may be another
    touched = set(zip(rows["table"], rows["key"], strict=True))
    now, then, before = past[number], past[number - 1], past[earlier - 1][scenario]
    for name in SCENARIOS:
        for place in now[name].keys() | then[name].keys() | before.keys():
            mine = name == scenario and (laid or place in touched)
            assert now[name].get(place) == (before if mine else then[name]).get(place)
