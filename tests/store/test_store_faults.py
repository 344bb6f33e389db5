"""What no engine keeps is refused by row and column before anything is written, alike on every engine."""

import datetime as dt

import pandas as pd
import pytest
from small_park import leases, units

from parks import schema, words
from parks.issues import InvalidData
from parks.store import faults

DAY = dt.date(2026, 3, 1)


def refused(held, table, frame):
    version = held.version
    with pytest.raises(InvalidData) as refusal:
        held.add(table, frame, source="x", by="c")
    assert held.version == version
    assert all(issue.message and issue.mend for issue in refusal.value.issues)
    return [(issue.kind, issue.row, issue.column, issue.value) for issue in refusal.value.issues]


def test_a_text_with_a_nul_sign_is_refused_with_row_and_column(held):
    frame = pd.concat([units("U7"), units("U8", note="a\x00b"), units("N\x009")])
    assert "note" not in schema.columns("units")
    assert refused(held, "units", frame) == [("sign", "N\x009", "unit_id", "N␀9")]
    told = units("U7").assign(source="led\x00ger")
    assert refused(held, "units", told) == [("sign", "U7", "source", "led␀ger")]


def test_a_whole_number_beyond_every_engine_is_refused(held):
    floors = held.as_of(DAY).floors
    for level in (2**31, -(2**31)):
        frame = pd.DataFrame(floors).assign(level=level)
        assert refused(held, "floors", frame) == [("range", "F1", "level", str(level))]
    held.add("floors", pd.DataFrame(floors).assign(level=2**31 - 1), source="x", by="c")


def test_all_faults_of_a_row_are_named_at_once(held):
    frame = leases(
        ("L7", "U\x001", "T2", None, "2026-01-01", "2026-01-01"),
        ("L7", "U2", "T2", "let", None, None),
    )
    found = refused(held, "leases", frame)
    assert [(kind, column) for kind, _, column, _ in found] == [
        ("sign", "unit_id"),
        ("missing", "state"),
        ("period", "valid_to"),
        ("missing", "valid_from"),
        ("doubled", "lease_id"),
    ]


def test_sound_rows_and_none_at_all_have_no_fault():
    t = words.translator("en")
    for frame in (units("U1", "U2"), units()):
        assert faults.found("units", schema.typed("units", frame), t) == []
    whole = leases(("L1", "U1", "T1", "let", "2026-01-01", None))
    assert faults.found("leases", schema.typed("leases", whole), t) == []


def test_what_is_said_with_an_act_is_minded_too(held):
    plan = pd.DataFrame({"unit_id": ["U2"], "tenant_id": ["T2"], "valid_from": [DAY], "reason": ["fi\x00ts"]})
    for act, column, value in (
        (lambda: held.release(["L1"], on=DAY, reason="le\x00aves", by="ann"), "reason", "le␀aves"),
        (lambda: held.release(["L1"], on=DAY, reason="leaves", by="an\x00n"), "who", "an␀n"),
        (lambda: held.place_all(plan, reason="plan", by="ann"), "reason", "fi␀ts"),
    ):
        with pytest.raises(InvalidData) as refusal:
            act()
        (issue,) = refusal.value.issues
        assert (issue.kind, issue.column, issue.value) == ("sign", column, value)
        assert issue.mend
