"""Rows before and after: every cell that differs, period by period, said shortly or whole; no store is needed."""

import pandas as pd
import shapely
from small_park import leases, units

from parks import schema, words
from parks.store import differences, rows

T = words.translator("en")
BOX = shapely.box(121.60, 31.20, 121.61, 31.21)


def keyed(table, frame, *bounds):
    """Return key → rows, as the store keeps them; `bounds` are the periods of the rows of a key, one a row."""
    at = list(schema.columns(table)).index(schema.key(table))
    found = {}
    for number, row in enumerate(rows.encode(table, frame)):
        whole = (*row, *(bounds[number] if bounds else (rows.ALWAYS, rows.OPEN)))
        found.setdefault(row[at], []).append(row if table == "leases" else whole)
    return found


def buildings(**more):
    row = {"building_id": "B1", "park_id": "P1", "name_zh": "楼", "status": "built", "geometry": BOX}
    told = {"source": "ledger", "source_date": "2026", "standing": "stated"}
    return keyed("buildings", pd.DataFrame([row | told | more]))


def test_equal_states_differ_in_nothing():
    state = keyed("units", units("U1", "U2"))
    assert differences.lines("units", state, {key: list(held) for key, held in state.items()}) == []
    assert differences.lines("units", {}, {}) == []
    assert differences.lines("units", {"U1": []}, {}) == []


def test_a_changed_lease_shows_the_cells_that_differ_before_and_after():
    before = keyed("leases", leases(("L1", "U1", "T1", "let", "2026-01-01", None)))
    after = keyed("leases", leases(("L1", "U2", "T1", "let", "2026-01-01", "2027-01-01")))
    (line,) = differences.lines("leases", before, after)
    assert line == (
        "leases",
        "L1",
        None,
        "changed",
        {"unit_id": "U1", "valid_to": None},
        {"unit_id": "U2", "valid_to": "2027-01-01"},
    )
    assert differences.brief(line, T) == ("L1: unit_id U1, valid_to –", "L1: unit_id U2, valid_to 2027-01-01")


def test_new_and_gone_rows_show_what_is_filled_on_one_side():
    state = keyed("leases", leases(("L1", "U1", None, "locked", "2026-01-01", None)))
    (new,) = differences.lines("leases", {}, state)
    (gone,) = differences.lines("leases", state, {})
    told = {"source": "ledger.xlsx", "source_date": "2026-01-31", "standing": "illustrative"}
    assert new.after == {"unit_id": "U1", "state": "locked", "valid_from": "2026-01-01"} | told
    assert (new.kind, new.before) == ("new", {})
    assert (gone.kind, gone.before, gone.after) == ("gone", new.after, {})
    assert differences.brief(new, T) == ("–", "L1: unit U1, nobody (closed space), locked, 2026-01-01 →")
    assert differences.brief(gone, T)[1] == "–"
    (let,) = differences.lines(
        "leases", {}, keyed("leases", leases(("L2", "U2", "T2", "let", "2026-01-01", "2027-01-01")))
    )
    assert differences.brief(let, T)[1] == "L2: unit U2, tenant T2, let, 2026-01-01 → 2027-01-01"


def test_periods_are_compared_with_those_that_begin_on_the_same_day():
    day = "2026-06-01"
    before = keyed("units", units("U1"))
    after = keyed(
        "units", pd.concat([units("U1"), units("U1", lettable_m2=80.0)]), (rows.ALWAYS, day), (day, rows.OPEN)
    )
    cut, new = differences.lines("units", before, after)
    assert cut == ("units", "U1", rows.ALWAYS, "changed", {"valid_to": None}, {"valid_to": day})
    assert (new.valid_from, new.kind, new.after["lettable_m2"]) == (day, "new", 80.0)
    assert "valid_from" not in new.after
    assert "unit_id" not in new.after
    assert differences.brief(cut, T) == ("U1: valid_to –", f"U1: valid_to {day}")
    assert differences.brief(new, T)[1] == f"U1 ({day}): building_id B1, floor_id F1, lettable_m2 80"


def test_a_shape_is_short_text_and_two_of_them_are_told_apart():
    moved = shapely.box(121.60, 31.20, 121.61, 31.2100001)
    (line,) = differences.lines("buildings", buildings(), buildings(geometry=moved))
    one, other = line.before["geometry"], line.after["geometry"]
    assert one.startswith("POLYGON ((121.61 31.2")
    assert len(one) < 70
    assert one != other
    park = {"park_id": "P1", "name_zh": "园", "zone_id": "Z", "inside_layout": True, "placement": "schematic"}
    frame = pd.DataFrame([park | {"source": "s", "source_date": "2026", "standing": "stated"}])
    (new,) = differences.lines("parks", {}, keyed("parks", frame.assign(geometry=[shapely.Point(121.6, 31.2)])))
    assert new.after["geometry"] == "POINT (121.6 31.2)"


def test_yes_and_no_are_the_same_from_every_engine():
    place = list(schema.columns("buildings")).index("bonded")
    said = []
    for yes, no in ((1, 0), (True, False)):
        sides = [
            {"B1": [(*row[:place], cell, *row[place + 1 :])]} for cell in (yes, no) for (row,) in buildings().values()
        ]
        (line,) = differences.lines("buildings", *sides)
        said.append(line)
        assert line.before["bonded"] is True
        assert differences.brief(line, T) == ("B1: bonded yes", "B1: bonded no")
    assert said[0] == said[1]


def test_scenarios_and_rights_are_told_like_rows():
    (locked,) = differences.lines("scenario", {"A": [("A", "note", 5, 0, None)]}, {"A": [("A", "note", 5, 1, None)]})
    assert locked == ("scenario", "A", None, "changed", {"locked": False}, {"locked": True})
    (made,) = differences.lines("scenario", {}, {"A": [("A", "note", 5, False, None)]})
    assert made.after == {"note": "note", "base": 5, "locked": False}
    given = differences.lines("right_given", {"ann": [("ann", "approve")]}, {"ann": [("ann", "x"), ("ann", "approve")]})
    assert given == [("right_given", "ann", None, "new", {}, {"may": "x"})]


def test_a_frame_is_sorted_by_table_key_and_time_whatever_the_order_of_the_lines():
    found = differences.lines("leases", {}, keyed("leases", leases(("L1", "U1", "T1", "let", "2026-01-01", None))))
    found += differences.lines("units", {}, keyed("units", units("U2", "U1")))
    found += differences.lines("scenario", {}, {"A": [("A", "", 5, 0, None)]})
    frame = differences.frame(reversed(found))
    assert list(frame.columns) == ["table", "key", "valid_from", "kind", "before", "after"]
    assert frame[["table", "key"]].to_numpy().tolist() == [
        ["units", "U1"],
        ["units", "U2"],
        ["leases", "L1"],
        ["scenario", "A"],
    ]
    assert frame["valid_from"].isna().tolist() == [False, False, True, True]
    assert frame.loc[2, "after"]["unit_id"] == "U1"
    assert differences.frame([]).empty
    assert list(differences.frame([]).columns) == list(frame.columns)


def test_texts_are_cut_on_the_screen_but_whole_in_a_file():
    (line,) = differences.lines("buildings", buildings(), buildings(name_zh="楼" * 300))
    assert len(differences.brief(line, T)[1]) == differences.WIDEST
    assert differences.text(line.after) == f"name_zh: {'楼' * 300}"
    assert differences.text({"a": None, "b": True, "c": 1.50, "d": 3}) == "a: –; b: yes; c: 1.5; d: 3"
    assert differences.text({}) == ""
    (told,) = differences.lines("buildings", buildings(), buildings(standing="inferred"))
    assert differences.brief(told, T)[1] == "B1: standing inferred"
