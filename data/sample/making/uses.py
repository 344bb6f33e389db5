"""What a building of each use is like: made-up ranges around the few published park specifications.

Published (single pages, see the policy requirements): production ground floor 7 to 8 m, upper 5.5 to 5.7 m,
20 and 8 kN/m², 120 to 180 W/m², dual feed, shafts, process drains, 3 t lifts; research 5.2 to 6.0 m and
5.0 to 5.5 m, 8 and 3.5 kN/m², 90 W/m². The other uses and all shares are our own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Use:
    """Ranges of one use: metres, kN/m², W/m²; shares from 0 to 1; weights in the order of the values."""

    use_type: str
    width: tuple[float, float]
    depth: tuple[float, float]
    storeys: tuple[int, int]
    ground_height: tuple[float, float]
    upper_height: tuple[float, float]
    ground_load: tuple[float, ...]
    upper_load: tuple[float, ...]
    power_w_m2: tuple[float, float]
    dual_power: float
    process_drain: float
    exhaust_shaft: float
    freight_lift_t: tuple[float, ...]
    cleanroom: float
    bsl2: float
    basement: float
    fire: dict[str, float]
    land: dict[str, float]
    units: tuple[float, float, float, float]
    rent: float


USES = {
    "research": Use(
        use_type="research",
        width=(42, 64),
        depth=(24, 32),
        storeys=(4, 7),
        ground_height=(5.2, 6.0),
        upper_height=(4.5, 5.5),
        ground_load=(8.0,),
        upper_load=(3.5, 3.5, 4.0, 5.0),
        power_w_m2=(80, 110),
        dual_power=0.45,
        process_drain=0.75,
        exhaust_shaft=0.8,
        freight_lift_t=(1.6, 2.0, 2.0),
        cleanroom=0.06,
        bsl2=0.7,
        basement=0.35,
        fire={"丙": 0.85, "丁": 0.1, "戊": 0.05},
        land={"C65": 0.5, "M4": 0.5},
        units=(0.42, 0.46, 0.1, 0.02),
        rent=1.05,
    ),
    "incubation": Use(
        use_type="incubation",
        width=(40, 58),
        depth=(22, 28),
        storeys=(4, 7),
        ground_height=(4.8, 5.4),
        upper_height=(4.2, 4.8),
        ground_load=(5.0, 8.0),
        upper_load=(3.5, 3.5, 4.0),
        power_w_m2=(70, 95),
        dual_power=0.3,
        process_drain=0.7,
        exhaust_shaft=0.75,
        freight_lift_t=(1.0, 1.6, 2.0),
        cleanroom=0.04,
        bsl2=0.7,
        basement=0.2,
        fire={"丙": 0.85, "丁": 0.1, "戊": 0.05},
        land={"C65": 0.4, "M4": 0.6},
        units=(0.15, 0.35, 0.3, 0.2),
        rent=1.0,
    ),
    "pilot": Use(
        use_type="pilot",
        width=(46, 70),
        depth=(27, 35),
        storeys=(3, 5),
        ground_height=(6.0, 7.2),
        upper_height=(5.0, 5.7),
        ground_load=(10.0, 15.0, 15.0),
        upper_load=(7.5, 8.0, 10.0),
        power_w_m2=(105, 150),
        dual_power=0.7,
        process_drain=0.92,
        exhaust_shaft=0.9,
        freight_lift_t=(2.0, 3.0),
        cleanroom=0.1,
        bsl2=0.7,
        basement=0.1,
        fire={"丙": 0.9, "丁": 0.04, "乙": 0.06},
        land={"M1": 0.4, "M4": 0.4, "M2": 0.2},
        units=(0.45, 0.45, 0.1, 0.0),
        rent=1.0,
    ),
    "production": Use(
        use_type="production",
        width=(56, 84),
        depth=(30, 40),
        storeys=(3, 5),
        ground_height=(7.0, 8.0),
        upper_height=(5.5, 6.0),
        ground_load=(20.0, 20.0, 25.0),
        upper_load=(8.0, 10.0, 12.0),
        power_w_m2=(120, 180),
        dual_power=0.85,
        process_drain=0.95,
        exhaust_shaft=0.93,
        freight_lift_t=(3.0, 3.0, 5.0),
        cleanroom=0.12,
        bsl2=0.45,
        basement=0.08,
        fire={"丙": 0.84, "丁": 0.06, "乙": 0.1},
        land={"M1": 0.35, "M2": 0.65},
        units=(0.4, 0.5, 0.1, 0.0),
        rent=0.95,
    ),
    "headquarters": Use(
        use_type="headquarters",
        width=(34, 48),
        depth=(27, 34),
        storeys=(6, 12),
        ground_height=(4.8, 5.4),
        upper_height=(4.0, 4.4),
        ground_load=(4.0, 5.0),
        upper_load=(2.5, 3.0, 3.5),
        power_w_m2=(50, 75),
        dual_power=0.6,
        process_drain=0.05,
        exhaust_shaft=0.1,
        freight_lift_t=(1.0, 1.6),
        cleanroom=0.0,
        bsl2=0.0,
        basement=0.8,
        fire={"丁": 0.3, "戊": 0.7},
        land={"C8": 0.7, "C65": 0.3},
        units=(0.45, 0.4, 0.12, 0.03),
        rent=1.2,
    ),
    "warehouse": Use(
        use_type="warehouse",
        width=(66, 96),
        depth=(34, 44),
        storeys=(3, 3),
        ground_height=(7.5, 9.0),
        upper_height=(5.5, 6.5),
        ground_load=(25.0, 30.0),
        upper_load=(12.0, 15.0),
        power_w_m2=(25, 45),
        dual_power=0.2,
        process_drain=0.15,
        exhaust_shaft=0.1,
        freight_lift_t=(3.0, 5.0),
        cleanroom=0.0,
        bsl2=0.0,
        basement=0.0,
        fire={"丙": 0.8, "丁": 0.2},
        land={"W": 1.0},
        units=(0.5, 0.5, 0.0, 0.0),
        rent=0.6,
    ),
    "hazard": Use(
        use_type="production",
        width=(44, 66),
        depth=(26, 36),
        storeys=(3, 3),
        ground_height=(8.0, 9.0),
        upper_height=(6.0, 6.6),
        ground_load=(20.0, 25.0, 30.0),
        upper_load=(10.0, 12.0),
        power_w_m2=(130, 180),
        dual_power=1.0,
        process_drain=1.0,
        exhaust_shaft=1.0,
        freight_lift_t=(3.0, 5.0),
        cleanroom=0.05,
        bsl2=0.2,
        basement=0.0,
        fire={"甲": 0.75, "乙": 0.25},
        land={"M3": 1.0},
        units=(0.5, 0.5, 0.0, 0.0),
        rent=1.0,
    ),
}
NEW = Use(
    use_type="production",
    width=(74, 112),
    depth=(38, 45),
    storeys=(4, 5),
    ground_height=(7.5, 8.0),
    upper_height=(5.5, 6.0),
    ground_load=(20.0,),
    upper_load=(10.0, 12.0),
    power_w_m2=(140, 180),
    dual_power=1.0,
    process_drain=1.0,
    exhaust_shaft=1.0,
    freight_lift_t=(3.0, 5.0),
    cleanroom=0.0,
    bsl2=0.3,
    basement=0.25,
    fire={"丙": 0.9, "乙": 0.1},
    land={"M1": 0.4, "M2": 0.6},
    units=(0.1, 0.5, 0.25, 0.15),
    rent=1.05,
)
"""A building of the new-build programme: large plates; its use comes from `places.csv`."""
RENT = {
    "Z-CORE-W": 4.9,
    "Z-CORE-E": 4.6,
    "Z-ZJ": 3.9,
    "Z-CELL": 3.8,
    "Z-WGQ": 3.5,
    "Z-EXPO": 5.1,
    "Z-JQ": 4.0,
    "Z-LG": 2.8,
    "Z-LGB": 2.8,
}
"""Made-up level of rent by zone, CNY per lettable m² and day."""


def rent(zone_id: str, use: Use, noise: float) -> float:
    """Return a rent between 2.5 and 6.5 CNY per m² and day, in steps of 0.05."""
    return round(round(min(6.5, max(2.5, RENT[zone_id] * use.rent * noise)) / 0.05) * 0.05, 2)
