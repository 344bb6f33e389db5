"""Differences and conflicts as a planner reads them, in both languages."""

import datetime as dt

import pandas as pd
import pytest
import shapely

from parks import schema, snapshot, words
from parks.output import wording

NONE = dict.fromkeys(("unit_id", "tenant_id"), pd.NA)


@pytest.fixture(scope="module")
def park():
    tables = {
        "units": pd.DataFrame(
            {"unit_id": ["U1", "U2", "U3"], "lettable_m2": [100.0, 350.0, None], "building_id": "B1"}
        ),
        "tenants": pd.DataFrame(
            {"tenant_id": ["T1", "T2"], "name_zh": ["甲生物", "乙智造"], "name_en": ["Alpha Bio", None]}
        ),
        "buildings": pd.DataFrame({"building_id": ["B1"], "name_zh": ["一号楼"], "geometry": [shapely.Point(121, 31)]}),
    }
    return snapshot.of(dt.date(2026, 3, 1), tables)


def line(table, key, kind, before=None, after=None, valid_from="1900-01-01", **lease):
    valid_from = None if table == "leases" else valid_from
    told = {"table": table, "key": key, "valid_from": valid_from, "kind": kind}
    return told | {"before": before or {}, "after": after or {}} | NONE | lease


def lease(unit, tenant="T1", start="2026-06-01", end=None, state="reserved"):
    cells = {"unit_id": unit, "tenant_id": tenant, "valid_from": start, "valid_to": end, "state": state}
    return {name: cell for name, cell in cells.items() if cell is not None} | {"source": "planner"}


def said(park, *lines, lang="en"):
    return wording.differences(pd.DataFrame(list(lines)), park, words.translator(lang), lang)


def changed(table, key, **cells):
    """Return a changed line: column=(before, after)."""
    sides = ({name: pair[at] for name, pair in cells.items()} for at in (0, 1))
    return line(table, key, "changed", *sides, unit_id="U2", tenant_id="T2")


def test_what_one_company_takes_for_one_time_is_one_sentence(park):
    new = [line("leases", f"P{at}", "new", after=lease(unit)) for at, unit in enumerate(["U2", "U1"])]
    other = line("leases", "P7", "new", after=lease("U2", "T2", end="2027-01-01", state="let"))
    assert said(park, *new, other) == [
        "T1 Alpha Bio takes units U1, U2 (450 m²) from 2026-06-01 (Reserved).",
        "T2 乙智造 takes unit U2 (350 m²) from 2026-06-01 until 2027-01-01 (Let).",
    ]
    assert said(park, *new, lang="zh")[0].startswith("T1 甲生物")


def test_unknown_areas_are_said(park):
    for units, area in (
        (["U3"], "unit U3 (area unknown)"),
        (["U1", "U3"], "units U1, U3 (100 m² without 1 of unknown area)"),
        (["U1", "U8", "U9"], "units U1, U8, U9 (100 m² without 2 of unknown area)"),
    ):
        (sentence,) = said(park, *(line("leases", unit, "new", after=lease(unit)) for unit in units))
        assert area in sentence


def test_closed_space_has_no_company(park):
    new = [
        line("leases", "P1", "new", after=lease("U1", None, state="renovation")),
        line("leases", "P2", "new", after=lease("U1", None, end="2027-01-01", state="locked")),
    ]
    assert said(park, *new) == [
        "Closed from 2026-06-01: unit U1 (100 m²) (Under renovation).",
        "Closed from 2026-06-01 until 2027-01-01: unit U1 (100 m²) (Locked).",
    ]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"valid_to": ("2028-01-01", "2026-06-01")}, "ends on 2026-06-01 instead of 2028-01-01."),
        ({"valid_to": (None, "2026-06-01")}, "ends on 2026-06-01 instead of staying open."),
        ({"valid_to": ("2028-01-01", None)}, "stays open instead of ending on 2028-01-01."),
        (
            {"valid_to": ("2028-01-01", "2026-06-01"), "source": ("a", "b")},
            "ends on 2026-06-01 instead of 2028-01-01.",
        ),
        (
            {"state": ("reserved", "let"), "rent_cny_m2_day": (1.5, None)},
            "(changed): state Reserved → Let, rent 1.5 CNY/m²/day → unknown.",
        ),
    ],
)
def test_what_becomes_of_a_lease_of_the_record(park, cells, sentence):
    head = "Lease L3 of T2 乙智造 in U2"
    expected = f"{head}{sentence.removeprefix('(changed)')}" if "(changed)" in sentence else f"{head} {sentence}"
    assert said(park, changed("leases", "L3", **cells)) == [expected]


def test_a_lease_taken_away(park):
    gone = line("leases", "L3", "gone", before=lease("U2", None), unit_id="U2", tenant_id=pd.NA)
    assert said(park, gone) == ["Lease L3 of nobody (closed space) in U2, from 2026-06-01, is taken away."]


def test_rows_of_other_tables_are_told_with_their_headings_and_units(park):
    told = said(
        park,
        changed("units", "U1", lettable_m2=(100.0, 50.25), dual_power=(True, False), source=("a", "b")),
        changed("units", "U1", source=("a", "b")),
        changed("units", "U1", valid_to=(None, "2027-01-01"), bsl=(None, 2)),
        changed("buildings", "B1", geometry=("POINT (1 2)", "POINT (3 4)"), completed_on=("2026-01-01", None)),
        changed("projects", "J1", kind=("new_build", "renewal")),
        changed("milestones", "M1", event=("started", "completed"), standing=("stated", "inferred")),
        changed("tenants", "T1", stage=("pilot", "production")),
        line("units", "U9", "new", after={"lettable_m2": 1234.0, "building_id": "B1", "source": "x"}),
        line("units", "U9", "new", after={"lettable_m2": 20.0, "valid_to": "2028-01-01"}, valid_from="2027-01-01"),
        line("buildings", "B1", "new", after={"geometry": "POINT (1 2)", "use_type": "mixed"}),
        line("needs", "N1", "gone", before={"tenant_id": "T1"}),
        line("needs", "N1", "gone", before={"tenant_id": "T1"}, valid_from="2027-01-01"),
    )
    assert told == [
        "Unit U1: lettable area 100 m² → 50.25 m², dual feed yes → no.",
        "Unit U1: source a → b.",
        "Unit U1: until an open end → 2027-01-01, biosafety level unknown → 2.",
        "Building B1 一号楼: footprint drawn anew, completed on 2026-01-01 → unknown.",
        "Project J1: kind New-build → Renewal of stock.",
        "Milestone M1: event Started → Completed.",
        "Company T1 Alpha Bio: stage Pilot → Production.",
        "Unit U9 is new: lettable area 1,234 m², building ID B1.",
        "Unit U9 from 2027-01-01 is new: lettable area 20 m².",
        "Building B1 一号楼 is new: footprint, use mixed.",
        "Need N1 is taken away.",
        "Need N1 from 2027-01-01 is taken away.",
    ]


@pytest.mark.parametrize("table", schema.TABLES)
def test_a_row_of_any_table_is_said_in_both_languages(park, table):
    for lang in words.LANGUAGES:
        (sentence,) = said(park, line(table, "K1", "gone", before=lease("U1")) | {"unit_id": "U1"}, lang=lang)
        assert "K1" in sentence
    label = wording._Voice(park, words.translator("zh"), "zh")
    assert label.heading("units", "lettable_m2") == "可租面积"
    assert label.cell("units", "asking_rent_cny_m2_day", 1.5) == "1.5 元/m²/天"
    assert wording._Voice(park, words.translator("en"), "en").heading("projects", "far_area_m2") == "FAR-counted area"


def conflict(kind, **more):
    told = {"conflict": f"{kind}:K", "kind": kind, "table": "leases", "key": "P1", "of": "leases", "other": "L9"}
    touched = {
        "change_id": 7,
        "who": "ben",
        "recorded_at": pd.Timestamp("2026-03-01 12:00", tz="UTC"),
        "reason": "grows",
    }
    return told | touched | more


def disputes(park, *found, lang="en"):
    return wording.conflicts(pd.DataFrame(list(found)), park, words.translator(lang), lang)


def test_what_both_changed_is_told_side_by_side(park):
    one = {"table": "units", "key": "U1", "of": "units", "other": "U1"}
    row = [{"valid_from": "1900-01-01", "lettable_m2": 50.0}]
    later = [{"valid_from": "2027-01-01", "lettable_m2": 80.0}, {"valid_from": "2028-01-01", "lettable_m2": 90.0}]
    assert disputes(
        park,
        conflict("both_changed", **one, mine=row, theirs=later),
        conflict("both_changed", **one, mine=[], theirs=row, reason=""),
    ) == [
        (
            "Unit U1 was changed on both sides. In the scenario: lettable area 50 m². In the record: from 2027-01-01, "
            "lettable area 80 m²; from 2028-01-01, lettable area 90 m² (ben on 2026-03-01: grows). "
            "One of the two can be kept."
        ),
        (
            "Unit U1 was changed on both sides. In the scenario: taken away. In the record: lettable area 50 m² "
            "(ben on 2026-03-01). One of the two can be kept."
        ),
    ]


def test_what_each_choice_does_to_a_unit_held_twice_is_said(park):
    mine = [lease("U1", start="2026-06-01")]
    before, after = ([lease("U1", "T2", start=start, end="2030-01-01")] for start in ("2026-04-01", "2026-06-01"))
    one, other = disputes(
        park, conflict("double_booking", mine=mine, theirs=before), conflict("double_booking", mine=mine, theirs=after)
    )
    assert one == (
        "Unit U1 is held twice: in the scenario by T1 Alpha Bio (P1, from 2026-06-01), in the record by T2 乙智造 "
        "(L9, from 2026-04-01 until 2030-01-01; ben on 2026-03-01: grows). Keeping the scenario's ends L9 in the "
        "scenario on 2026-06-01; keeping the record's gives P1 up."
    )
    assert "takes L9 away in the scenario, since it does not begin before 2026-06-01" in other


def test_what_has_ended_under_a_lease_is_said(park):
    told = conflict("gone", of="units", other="U2", mine=[lease("U2", None)], theirs=[])
    assert disputes(park, told) == [
        (
            "Unit U2 has ended in the record (ben on 2026-03-01: grows), but P1 of nobody (closed space) "
            "(from 2026-06-01) rests on it in the scenario. Keeping the scenario's keeps it there as it was; keeping "
            "the record's gives P1 up."
        )
    ]


def test_nothing_is_nothing(park):
    empty = pd.DataFrame(columns=["table", "key", "kind"])
    assert wording.differences(empty, park, words.translator("zh"), "zh") == []
    assert wording.conflicts(empty, park, words.translator("zh"), "zh") == []
