"""Any sequence of acts leaves the store as a plain dictionary says it should be, and can be walked back."""

import datetime as dt
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from small_park import fill
from test_store_acts import held_by

from parks import store
from parks.issues import InvalidData

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


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0, 1]), acts), max_size=12))
def test_the_store_follows_a_plain_model(sequence):
    with tempfile.TemporaryDirectory() as folder, store.open(Path(folder) / "store.db") as held:
        fill(held).create_scenario("A", by="ann")
        first = held_by(held, day=START - dt.timedelta(days=1))
        models, pasts, seen = [{}, {}], [[], []], []
        for which, act in sequence:
            models[which] = play(held, SCENARIOS[which], models[which], pasts[which], act)
            for scenario, model in zip(SCENARIOS, models, strict=True):
                stands = held_by(held, scenario, START - dt.timedelta(days=1))
                wanted = {}
                for unit, begin, end in sorted(model.values()):
                    wanted.setdefault(unit, []).append(("T2", day(begin), day(end)))
                assert stands == wanted
            seen.append((held.version, held_by(held, "A", START)))
        for scenario, past in zip(SCENARIOS, pasts, strict=True):
            for _ in past:
                held.undo(by="ann", scenario=scenario)
            assert held_by(held, scenario, START - dt.timedelta(days=1)) == first
