"""Search by need: hits, what is to be found out, near misses with what they miss; no unit is in two places."""

import datetime as dt

import pandas as pd
import pytest
import thorough
from hypothesis import given, settings
from hypothesis import strategies as st

from parks import snapshot
from parks.output import misses
from parks.status import search, vacancy, windows
from parks.status.search import Asked

DAY = dt.date(2026, 6, 30)


def ledger(units: list[dict], leases: list[dict] | None = None, **tables: list[dict]) -> snapshot.Snapshot:
    """Return building B (class 丙, bonded unknown) with floors of load 10, 6 and unknown, and these units."""
    shown = {
        "parks": [{"park_id": "P", "zone_id": "Z-A"}],
        "buildings": [{"building_id": "B", "park_id": "P", "status": "built", "fire_class": "丙"}],
        "floors": [
            {"floor_id": "F1", "building_id": "B", "level": 1, "floor_load_kn_m2": 10.0, "floor_height_m": 6.0},
            {"floor_id": "F2", "building_id": "B", "level": 2, "floor_load_kn_m2": 6.0, "floor_height_m": 4.5},
            {"floor_id": "F3", "building_id": "B", "level": 3},
        ],
        "units": [{"building_id": "B", "floor_id": "F1", "standing": "stated"} | unit for unit in units],
        "leases": [
            {"lease_id": f"L{at}", "state": "let", "valid_from": "2020-01-01"} | lease
            for at, lease in enumerate(leases or [])
        ],
    }
    frames = {name: pd.DataFrame(rows) for name, rows in (shown | tables).items()}
    for column in ("valid_from", "valid_to"):
        if column in frames["leases"]:
            frames["leases"][column] = pd.to_datetime(frames["leases"][column])
    return snapshot.of(DAY, frames)


def row(unit_id: str, area: float | None, position: int | None = None, **cells: object) -> dict:
    return {"unit_id": unit_id, "lettable_m2": area, "position": position} | cells


THREE = [row("U1", 1000.0, 1), row("U2", 900.0, 2), row("U3", 500.0, 3)]


def find(park: snapshot.Snapshot, near: int = 20, **asked: object) -> pd.DataFrame:
    return search.find(park, vacancy.by_unit(park), Asked(**asked), near=near, counted_in={"Z-A": "Z-ALL"})


def told(found: pd.DataFrame, lang: str = "en") -> list[tuple]:
    """Return of each place its units, its verdict and what is said of it."""
    return [
        (one.unit_ids, one.verdict, misses.told(one.missed, one.unknown, lang)) for one in found.itertuples(index=False)
    ]


def test_adjoining_units_answer_together_as_few_as_make_the_area() -> None:
    found = find(ledger(THREE), area_min_m2=1400.0)
    assert told(found) == [
        (("U2", "U3"), "hit", ""),
        (("U1",), "near", "area 1,000, asked 1,400 m²"),
    ]
    assert list(found["area_m2"]) == [1400, 1000]
    assert list(found["place"]) == [1, 2]
    assert found.loc[0, "available_on"] == pd.Timestamp(DAY)


def test_without_an_area_each_unit_is_a_place_the_least_first() -> None:
    assert [ids for ids, *_ in told(find(ledger(THREE)))] == [("U3",), ("U2",), ("U1",)]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"floor_load_kn_m2": 8.0}, "floor load 6, asked 8 kN/m²"),
        ({"floor_height_m": 5.0}, "floor height 4.5, asked 5 m"),
        ({"ground_floor": True}, "on floor 2, not the ground floor"),
        ({"fire_class": "乙"}, "fire class 丙, asked 乙"),
        ({"zones": ("Z-B",)}, "in zone Z-A"),
        ({"before": dt.date(2026, 6, 1)}, "free on 2026-06-30, 1.0 months later"),
        ({"area_max_m2": 400.0}, "area 500, asked at most 400 m²"),
        ({"rent_max_cny_m2_day": 3.5}, "asking rent 4.25, asked at most 3.5 CNY/m²/day"),
        ({"power_kva": 300.0}, "power 250, asked 300 kVA"),
        ({"freight_lift_t": 3.0}, "freight lift 2, asked 3 t"),
        ({"bsl": 2}, "biosafety level 1, asked 2 level"),
        ({"dual_power": True}, "without: dual feed"),
        ({"cleanroom_m2": 100.0}, "clean room 0, asked 100 m²"),
    ],
)
def test_each_condition_says_what_is_missed_and_by_how_much(asked: dict, said: str) -> None:
    cells = {
        "floor_id": "F2",
        "power_kva": 250.0,
        "freight_lift_t": 2.0,
        "bsl": 1,
        "dual_power": False,
        "cleanroom_m2": 0.0,
        "asking_rent_cny_m2_day": 4.25,
    }
    park = ledger([row("U1", 500.0, 1, **cells)])
    assert told(find(park, **asked)) == [(("U1",), "near", said)]


@pytest.mark.parametrize(
    "asked",
    [
        {"floor_load_kn_m2": 10.0},
        {"ground_floor": True},
        {"fire_class": "丙"},
        {"fire_class": "戊"},
        {"zones": ("Z-ALL",)},
        {"before": DAY},
        {"after": dt.date(2027, 1, 1), "term_months": 60},
        {"area_min_m2": 1000.0, "area_max_m2": 1000.0},
    ],
)
def test_what_is_met_is_a_hit(asked: dict) -> None:
    assert told(find(ledger(THREE[:1]), **asked)) == [(("U1",), "hit", "")]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"floor_load_kn_m2": 8.0}, "to find out: floor load"),
        ({"clear_height_m": 3.0, "bonded": True}, "to find out: clear height, bonded area"),
        ({"area_min_m2": 100.0}, "to find out: area"),
        ({"rent_max_cny_m2_day": 3.5}, "to find out: asking rent"),
        ({"power_kva": 10.0}, "to find out: power"),
    ],
)
def test_what_is_not_known_is_to_be_found_out(asked: dict, said: str) -> None:
    assert told(find(ledger([row("U1", None, 1, floor_id="F3")]), **asked)) == [(("U1",), "to_find_out", said)]


def test_an_unknown_zone_or_floor_is_to_be_found_out_and_ranked_between_hits_and_misses() -> None:
    units = [
        row("U1", 300.0, 1),
        row("U2", 200.0, floor_id=None, building_id="gone"),
        row("U3", 100.0, 1, floor_id="F2"),
    ]
    gone = [
        {"building_id": "B", "park_id": "P", "status": "built"},
        {"building_id": "gone", "park_id": None, "status": "built"},
    ]
    park = ledger(units, buildings=gone)
    assert told(find(park, ground_floor=True)) == [
        (("U1",), "hit", ""),
        (("U2",), "to_find_out", "to find out: ground floor"),
        (("U3",), "near", "on floor 2, not the ground floor"),
    ]
    assert [verdict for _, verdict, _ in told(find(park, zones=("Z-A",)))] == ["hit", "hit", "to_find_out"]
    assert [verdict for _, verdict, _ in told(find(park, fire_class="丙"))] == ["to_find_out"] * 3


def test_units_that_fall_free_later_are_near_misses_up_to_a_year() -> None:
    leases = [{"unit_id": "U1", "valid_to": "2026-12-30"}, {"unit_id": "U2", "valid_to": "2028-06-30"}]
    found = find(ledger(THREE, leases), before=dt.date(2026, 9, 30), area_min_m2=800.0)
    assert told(found) == [
        (("U1",), "near", "free on 2026-12-30, 3.0 months later"),
        (("U3",), "near", "area 500, asked 800 m²"),
    ]


def test_a_place_that_is_let_again_too_early_is_missed() -> None:
    park = ledger([row("U1", 500.0, 1)], [{"unit_id": "U1", "valid_from": "2027-01-01"}])
    assert told(find(park)) == [(("U1",), "hit", "")]
    assert find(park).loc[0, "free_until"] == pd.Timestamp("2027-01-01")
    assert told(find(park, term_months=12)) == [(("U1",), "near", "let again from 2027-01-01")]
    assert told(find(park, term_months=6))[0][1] == "hit"
    assert told(find(park, after=dt.date(2027, 2, 1))) == [(("U1",), "near", "let again from 2027-01-01")]


def test_what_is_let_again_comes_after_what_is_not() -> None:
    park = ledger([row("U1", 400.0, 1), row("U2", 500.0, 2)], [{"unit_id": "U1", "valid_from": "2027-01-01"}])
    assert [ids for ids, *_ in told(find(park))] == [("U2",), ("U1",)]


def test_what_misses_more_than_two_conditions_is_no_near_miss() -> None:
    park = ledger([row("U1", 500.0, 1, floor_id="F2")])
    asked = {"ground_floor": True, "floor_load_kn_m2": 8.0}
    assert len(find(park, **asked)) == 1
    assert find(park, **asked, fire_class="甲").empty
    assert find(park, near=0, **asked).empty


@pytest.mark.parametrize(("asked", "places"), [(1000.0, 1), (1001.0, 0)])
def test_half_of_what_is_asked_is_the_least_that_is_near(asked: float, places: int) -> None:
    assert len(find(ledger([row("U1", 500.0, 1)]), area_min_m2=asked)) == places


def test_neighbouring_floors_answer_together_only_when_asked() -> None:
    units = [
        row("U1", 400.0, 1),
        row("U2", 300.0, 2),
        row("U3", 600.0, 1, floor_id="F2"),
        row("U4", 50.0, 9, floor_id="F2"),
    ]
    park = ledger(units)
    assert told(find(park, area_min_m2=1300.0)) == [
        (("U1", "U2"), "near", "area 700, asked 1,300 m²")  # 600 and 50 are too far
    ]
    found = find(park, area_min_m2=1300.0, over_floors=True)
    assert told(found)[0] == (("U1", "U2", "U3"), "hit", "")
    assert found.loc[0, ["level_from", "level_to"]].tolist() == [1, 2]
    late = ledger(units, [{"unit_id": "U3", "valid_to": "2026-09-01"}])
    soon = find(late, area_min_m2=1300.0, over_floors=True, before=DAY)
    assert "hit" not in set(soon["verdict"])
    assert find(ledger([row("U1", 10.0, floor_id=None)]), area_min_m2=5.0, over_floors=True)["units"].tolist() == [1]


def test_power_and_clean_area_add_up_and_the_least_of_the_rest_decides() -> None:
    first, second = {"power_kva": 100.0, "freight_lift_t": 3.0}, {"power_kva": 200.0, "freight_lift_t": 2.0}
    park = ledger([row("U1", 500.0, 1, **first), row("U2", 500.0, 2, **second)])
    assert told(find(park, area_min_m2=900.0, power_kva=300.0, freight_lift_t=2.0)) == [(("U1", "U2"), "hit", "")]
    assert told(find(park, area_min_m2=900.0, freight_lift_t=3.0)) == [
        (("U1", "U2"), "near", "freight lift 2, asked 3 t")  # short by 1/3; U1 alone is short of area by 4/9
    ]


def test_nothing_free_finds_nothing() -> None:
    assert find(ledger(THREE, [{"unit_id": unit} for unit in ("U1", "U2", "U3")]), area_min_m2=1.0).empty
    assert find(snapshot.of(DAY, {}), area_min_m2=1.0, over_floors=True).empty


def test_it_is_said_in_chinese() -> None:
    park = ledger([row("U1", 500.0, 1, floor_id="F2")])
    assert told(find(park, floor_load_kn_m2=8.0, bonded=True), "zh")[0][2] == (
        "楼面荷载6，要求8 kN/m²；待核实：综合保税区内"
    )
    assert told(find(park, area_min_m2=800.0), "zh")[0][2] == "面积500，要求800 m²"


@settings(deadline=None, max_examples=thorough.cases(12))
@given(
    cells=st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(1, 900)),
            st.one_of(st.none(), st.integers(1, 5)),
            st.sampled_from(["F1", "F2", "F3", None]),
            st.one_of(st.none(), st.integers(0, 500)),
        ),
        max_size=9,
    ),
    area=st.integers(1, 1500),
    over=st.booleans(),
)
def test_no_unit_is_in_two_places_and_verdicts_keep_their_word(cells: list[tuple], area: int, *, over: bool) -> None:
    units = [
        row(f"U{at}", None if m2 is None else float(m2), place, floor_id=floor, power_kva=power)
        for at, (m2, place, floor, power) in enumerate(cells)
    ]
    park = ledger(units) if units else snapshot.of(DAY, {})
    found = find(park, area_min_m2=float(area), floor_load_kn_m2=8.0, power_kva=200.0, over_floors=over)
    everyone = [one for ids in found["unit_ids"] for one in ids]
    assert len(everyone) == len(set(everyone))
    for one in found.to_dict("records"):
        assert (one["verdict"] == "near") == bool(one["missed"])
        assert (one["verdict"] == "hit") == (not one["missed"] and not one["unknown"])
        if one["verdict"] == "hit":
            assert one["area_m2"] >= area
            assert one["floor_load_kn_m2"] >= 8
        assert len(one["missed"]) <= search.MOST_MISSED
    assert list(found["verdict"]) == sorted(found["verdict"], key=search.VERDICTS.index)


def test_a_window_ends_where_it_is_as_long_as_windows_get() -> None:
    units = [row(f"U{at:02}", 1.0, at + 1) for at in range(windows.MOST + 2)]
    found = find(ledger(units), near=1, area_min_m2=60.0)
    assert found["units"].tolist() == [windows.MOST]
