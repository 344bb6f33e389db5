"""Definitions: signed, begun, moved in; lettable or gross; each says what it counts, and every level adds up."""

import datetime as dt

import pandas as pd
import pytest
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st

from parks import policy, snapshot
from parks.status import definitions, vacancy

DAY = dt.date(2026, 6, 30)
LEVELS = ("zone", "park", "building", "floor", "unit", "sector")


def ledger(*leases: dict, units: tuple = ((100.0, 125.0),)) -> snapshot.Snapshot:
    """Return a standing building whose units have these lettable and gross areas, with these leases on the first."""
    row = {"lease_id": "L1", "unit_id": "U1", "tenant_id": "T", "state": "let", "valid_from": "2026-01-01"}
    frame = pd.DataFrame([row | one for one in leases] or None, columns=[*row, "valid_to", "signed_on", "moved_in_on"])
    days = ("valid_from", "valid_to", "signed_on", "moved_in_on")
    return snapshot.of(
        DAY,
        {
            "parks": pd.DataFrame([{"park_id": "P", "zone_id": "Z"}]),
            "buildings": pd.DataFrame([{"building_id": "B", "park_id": "P", "status": "built"}]),
            "floors": pd.DataFrame([{"floor_id": "F", "building_id": "B", "level": 1}]),
            "units": pd.DataFrame(
                [
                    {"unit_id": f"U{at}", "building_id": "B", "floor_id": "F", "lettable_m2": let, "gfa_m2": gross}
                    for at, (let, gross) in enumerate(units, start=1)
                ]
            ),
            "leases": frame.assign(**{name: pd.to_datetime(frame[name]) for name in days}),
        },
    )


def state(park: snapshot.Snapshot, counts: str) -> str:
    return str(vacancy.by_unit(park, counts).loc[0, "state"])


TO_COME = {"valid_from": "2026-09-01", "signed_on": "2026-05-01"}


@pytest.mark.parametrize(
    ("lease", "begun", "signed", "moved_in"),
    [
        ({}, "let", "let", "let"),
        ({"moved_in_on": "2026-08-01"}, "let", "let", "fitting_out"),
        ({"moved_in_on": "2026-06-30"}, "let", "let", "let"),
        ({"state": "fitting_out"}, "fitting_out", "let", "fitting_out"),
        ({"state": "fitting_out", "moved_in_on": "2026-06-01"}, "fitting_out", "let", "let"),
        (TO_COME, "reserved", "let", "reserved"),
        (TO_COME | {"signed_on": "2026-06-30"}, "reserved", "let", "reserved"),
        (TO_COME | {"signed_on": "2026-07-01"}, "vacant", "vacant", "vacant"),
        (TO_COME | {"signed_on": None}, "vacant", "vacant", "vacant"),
        (TO_COME | {"state": "reserved"}, "reserved", "let", "reserved"),
        (TO_COME | {"state": "locked"}, "vacant", "vacant", "vacant"),
        ({"signed_on": "2026-08-01"}, "let", "reserved", "let"),
        ({"state": "reserved"}, "reserved", "reserved", "reserved"),
        ({"state": "reserved", "signed_on": "2026-05-01"}, "reserved", "let", "reserved"),
        ({"state": "intended", "signed_on": "2026-05-01"}, "intended", "intended", "intended"),
        ({"valid_from": None}, "unknown", "unknown", "unknown"),
        ({"valid_to": "2026-06-30", "signed_on": "2025-05-01"}, "vacant", "vacant", "vacant"),
    ],
)
def test_each_definition_says_what_a_lease_counts_as(lease: dict, begun: str, signed: str, moved_in: str) -> None:
    park = ledger(lease)
    assert [state(park, counts) for counts in ("begun", "signed", "moved_in")] == [begun, signed, moved_in]


@pytest.mark.parametrize("counts", definitions.COUNTS)
def test_who_sits_there_shows_before_who_has_signed(counts: str) -> None:
    park = ledger(
        {"lease_id": "L2", "tenant_id": "now", "valid_to": "2026-09-01"},
        {"lease_id": "L1", "tenant_id": "next"} | TO_COME,
    )
    row = vacancy.by_unit(park, counts).iloc[0]
    assert (row["state"], row["tenant_id"], row["until"]) == ("let", "now", pd.Timestamp("2026-09-01"))


def test_a_signed_lease_shows_before_an_intention_and_says_who_and_until_when() -> None:
    park = ledger({"state": "intended", "tenant_id": "hopes"}, {"lease_id": "L2", "valid_to": "2030-01-01"} | TO_COME)
    row = vacancy.by_unit(park).iloc[0]
    assert (row["state"], row["tenant_id"], row["until"]) == ("reserved", "T", pd.Timestamp("2030-01-01"))
    assert (row["available_on"], row["free_until"]) == (pd.Timestamp(DAY), pd.Timestamp("2026-09-01"))


def test_the_gross_base_sums_gross_areas_and_never_stands_lettable_ones_in() -> None:
    park = ledger({}, units=((100.0, 125.0), (80.0, None), (None, 50.0)))
    total = vacancy.total(vacancy.by_unit(park, base="gross")).iloc[0]
    assert (total["lettable_m2"], total["let_m2"], total["vacant_m2"], total["unknown_units"]) == (175, 125, 50, 1)
    total = vacancy.total(vacancy.by_unit(park)).iloc[0]
    assert (total["lettable_m2"], total["let_m2"], total["vacant_m2"], total["unknown_units"]) == (180, 100, 80, 1)


def test_what_is_no_definition_is_refused() -> None:
    with pytest.raises(KeyError, match="paid"):
        vacancy.by_unit(ledger(), "paid")
    with pytest.raises(KeyError, match="usable"):
        vacancy.by_unit(ledger(), base="usable")


def test_leases_without_the_day_that_is_asked_for_are_told() -> None:
    park = ledger(
        {"signed_on": "2025-01-01"},
        {"lease_id": "L2", "state": "fitting_out", "moved_in_on": "2026-03-01"},
        {"lease_id": "L3", "state": "reserved"},
    )
    told = [list(definitions.undated(park, counts)["lease_id"]) for counts in definitions.COUNTS]
    assert told == [[], ["L2"], ["L1"]]


def test_the_policy_has_words_for_every_definition() -> None:
    rules = policy.load()
    found = set(zip(rules.definitions["kind"], rules.definitions["definition_id"], strict=True))
    assert found == {
        *(("counts", code) for code in definitions.COUNTS),
        *(("base", code) for code in definitions.BASES),
    }
    told = definitions.words(rules, "moved_in", "gross")
    assert list(told["name_zh"]) == ["已入驻", "建筑面积"]


# --- totals, whatever the ledger and the definition ----------------------------------------------------------------


@st.composite
def districts(draw: st.DrawFn) -> snapshot.Snapshot:
    """Return a small district at random, areas in cents of a square metre, with cells unknown here and there."""
    areas = st.one_of(st.none(), st.integers(1, 99_999).map(lambda cents: cents / 100))
    days = st.one_of(st.none(), st.integers(-300, 300).map(lambda n: pd.Timestamp(DAY) + pd.Timedelta(days=n)))
    ids = st.sampled_from(["1", "2", "3", None])
    tables = {
        "parks": [{"park_id": p, "zone_id": draw(st.sampled_from(["Z-A", "Z-B", None]))} for p in "12"],
        "buildings": [{"building_id": b, "park_id": draw(ids), "completed_on": draw(days)} for b in "12"],
        "floors": [{"floor_id": f, "building_id": draw(ids), "level": draw(st.integers(1, 3))} for f in "12"],
        "units": [
            {
                "unit_id": f"U{at}",
                "building_id": draw(ids),
                "floor_id": draw(ids),
                "lettable_m2": draw(areas),
                "gfa_m2": draw(areas),
            }
            for at in range(draw(st.integers(0, 7)))
        ],
        "leases": [
            {
                "lease_id": f"L{at}",
                "unit_id": f"U{draw(st.integers(0, 7))}",
                "state": draw(st.sampled_from(["let", "reserved", "intended", "fitting_out", "locked", None])),
                "valid_from": draw(days),
                "valid_to": draw(days),
                "signed_on": draw(days),
                "moved_in_on": draw(days),
            }
            for at in range(draw(st.integers(0, 8)))
        ],
    }
    return snapshot.of(DAY, {name: pd.DataFrame(found) for name, found in tables.items()})


def cents(values: pd.Series) -> int:
    return round(float(values.fillna(0).sum()) * 100)


@settings(deadline=None, max_examples=thorough.cases(10))
@given(districts(), st.sampled_from(definitions.COUNTS), st.sampled_from(definitions.BASES))
def test_every_level_reconciles_to_the_cent_under_every_definition(
    park: snapshot.Snapshot, counts: str, base: str
) -> None:
    space = vacancy.by_unit(park, counts, base)
    total = vacancy.total(space)
    lettable = [f"{state}_m2" for state in vacancy.STATES[: vacancy.areas.LETTABLE]]
    for level in LEVELS:
        sums = vacancy.by(space, level)
        for column in [*(f"{state}_m2" for state in vacancy.STATES), "lettable_m2"]:
            assert cents(sums[column]) == cents(total[column]), (level, column)
        for row in range(len(sums)):
            assert cents(sums.loc[row, lettable]) == cents(sums.loc[[row], "lettable_m2"])
        assert sums["units"].sum() == len(space)
    for inner, outer in (("unit", "floor"), ("floor", "building"), ("building", "park"), ("park", "zone")):
        for row in vacancy.by(space, outer).dropna(subset=[f"{outer}_id"]).to_dict("records"):
            inside = space[(space[f"{outer}_id"] == row[f"{outer}_id"]).fillna(value=False)]
            parts = vacancy.by(inside.reset_index(drop=True), inner)
            for column in ("lettable_m2", "let_m2", "vacant_m2"):
                assert cents(parts[column]) == cents(pd.Series([row[column]])), (inner, outer, column)


@settings(deadline=None, max_examples=thorough.cases(8))
@given(districts())
def test_when_a_unit_is_free_and_whether_it_stands_is_the_same_under_each_definition(park: snapshot.Snapshot) -> None:
    frames = [vacancy.by_unit(park, counts) for counts in definitions.COUNTS]
    for frame in frames[1:]:
        for column in ("available_on", "free_until", "lettable_m2"):
            pd.testing.assert_series_equal(frame[column], frames[0][column])
        assert (frame["state"].eq("not_built") == frames[0]["state"].eq("not_built")).all()
