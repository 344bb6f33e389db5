"""Supporting facilities: the nearest, what lies in reach, what they offer; places lie along a meridian."""

import datetime as dt
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from parks import snapshot
from parks.status import support, vacancy

DAY = dt.date(2026, 6, 30)
DEGREE = 110_850.0
"""Metres in a degree of latitude at 31° north, within 0.1 %."""
NORTH = 31.0


def point(metres):
    return shapely.Point(121.6, NORTH + metres / DEGREE)


def square(metres):
    return point(metres).buffer(0.0001, cap_style="square")


def layer(rows, places):
    frame = pd.DataFrame(rows).assign(source="hand", standing="stated")
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(places, crs="EPSG:4326"))


def district(facilities, places):
    parks = layer(
        [{"park_id": "P1", "name_zh": "园", "zone_id": "Z-A"}, {"park_id": "P2", "zone_id": "Z-B"}], [point(5000), None]
    )
    homes = [{"building_id": f"B{n}", "park_id": "P1" if n < 4 else "P2", "status": "built"} for n in range(1, 5)]
    buildings = layer(homes, [square(0), square(1000), None, None])
    units = [(f"U{n}", f"B{n}", area) for n, area in ((1, 100.0), (2, 50.0), (3, 30.0), (4, 20.0))] + [
        ("U5", "B1", None)
    ]
    space = pd.DataFrame(units, columns=["unit_id", "building_id", "lettable_m2"]).assign(
        source="hand", standing="stated"
    )
    held = {"parks": parks, "buildings": buildings, "units": space}
    return snapshot.of(DAY, held | {"facilities": layer(facilities, places)})


RULES = SimpleNamespace(
    assumptions=pd.DataFrame(
        [(f"support.{kind}.reach_m", 600.0, "inferred") for kind in support.KINDS],
        columns=["name", "value", "standing"],
    )
)


def facility(name, kind="transit_stop", **cells):
    return {"facility_id": name, "kind": kind, "name_zh": f"{name}站", **cells}


STOPS = district(
    [
        facility("F1"),
        facility("F2", opened_on=pd.Timestamp("2026-07-01")),
        facility("F3"),
        facility("F4", opened_on=pd.Timestamp("2026-06-30")),
        facility("F5", "cdmo", capacity=200.0, capacity_unit="升", zone_id="Z-A1", standing="illustrative"),
        facility("F6", "cdmo", capacity=None, capacity_unit="升", zone_id="Z-A"),
        facility("F7", "cdmo", capacity=40.0, capacity_unit="罐", zone_id="Z-A"),
        facility("F8", "platform", capacity=9.0, capacity_unit="次", opened_on=pd.Timestamp("2027-01-01")),
    ],
    [point(500), point(1000), None, point(1700), point(0), point(0), point(9000), point(0)],
)


def near(kind):
    found = support.nearest(STOPS, RULES)
    return found[found["kind"] == kind].set_index("building_id")


def test_the_nearest_facility_in_use_is_told_with_its_distance():
    stops = near("transit_stop")
    assert stops["facility_id"].tolist() == ["F1", "F1", "F4", pd.NA]
    assert stops["distance_m"].tolist()[:3] == pytest.approx([500, 500, 3300], rel=0.002)
    assert stops["distance_m"].isna().tolist() == [False, False, False, True]
    assert stops["within"].tolist() == [True, True, False, pd.NA]
    assert stops["name_zh"].tolist() == ["F1站", "F1站", "F4站", pd.NA]
    assert near("rental_housing")["facility_id"].isna().all()
    assert near("platform")["within"].isna().all()  # it opens next year


def test_of_equally_near_facilities_the_first_is_told_and_kinds_follow_each_other():
    assert near("cdmo")["facility_id"].tolist() == ["F5", "F5", "F7", pd.NA]
    found = support.nearest(STOPS, RULES)
    assert found["building_id"].tolist() == [f"B{n}" for n in range(1, 5) for _ in support.KINDS]
    assert found["kind"].tolist() == list(support.KINDS) * 4


def test_coverage_counts_known_areas_at_known_distances():
    space = vacancy.by_unit(STOPS)
    found = support.coverage(space, support.nearest(STOPS, RULES)).set_index(["zone_id", "kind"])
    stops = found.loc[("Z-A", "transit_stop")]
    assert stops[["reach_m", "known_m2", "covered_m2"]].tolist() == [600.0, 180.0, 150.0]
    assert (stops["share"], stops["unknown_units"]) == (pytest.approx(150 / 180), 1)
    nowhere = found.loc[("Z-B", "transit_stop")]
    assert stops["standing"] == "inferred"
    made_up = support.nearest(STOPS, RULES).assign(standing="illustrative")
    worst = support.coverage(space, made_up).set_index(["zone_id", "kind"])["standing"]
    assert worst.loc[("Z-A", "transit_stop")] == "illustrative"
    assert pd.isna(nowhere["covered_m2"])
    assert worst.loc[("Z-A", "rental_housing")] == "inferred", "there is none"
    assert (nowhere["known_m2"], nowhere["unknown_units"], pd.isna(nowhere["share"])) == (0.0, 1, True)
    joined = support.coverage(space, support.nearest(STOPS, RULES), {"Z-B": "Z-A"})
    assert joined["zone_id"].tolist() == ["Z-A"] * 4
    assert joined["kind"].tolist() == list(support.KINDS)


def test_no_buildings_leave_no_coverage():
    bare = snapshot.of(DAY, {})
    found = support.coverage(vacancy.by_unit(bare), support.nearest(bare, RULES))
    assert found.empty
    assert list(found) == ["zone_id", "kind", "reach_m", "known_m2", "covered_m2", "share", "unknown_units", "standing"]
    assert support.capacity(bare).empty


def test_capacity_adds_up_what_is_known_by_what_it_counts():
    found = support.capacity(STOPS, {"Z-A1": "Z-A"}).set_index(["zone_id", "kind", "capacity_unit"])
    litres, tanks = found.loc[("Z-A", "cdmo", "升")], found.loc[("Z-A", "cdmo", "罐")]
    assert litres[["facilities", "capacity", "unknown_facilities"]].tolist() == [2, 200.0, 1]
    assert litres["standing"] == "stated"
    assert tanks["capacity"] == 40.0
    stops = support.capacity(STOPS)
    stops = stops[stops["kind"] == "transit_stop"].iloc[0]
    assert (stops["facilities"], pd.isna(stops["capacity"]), stops["unknown_facilities"]) == (3, True, 3)


def test_a_policy_without_a_reach_is_a_fault():
    with pytest.raises(KeyError):
        support.reaches(SimpleNamespace(assumptions=RULES.assumptions.head(2)))
