"""What stands around the space: stations as published; made-up homes, platforms, contract works, requests and lists."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

from making import draw

if TYPE_CHECKING:
    import numpy as np

SHAPES = {
    "rental_housing": ("租赁住房", "rental homes", "套", (200, 1600, 20), 14),
    "platform": ("公共服务平台", "public platform", "项检测/年", (2000, 40_000, 500), 8),
    "cdmo": ("合同生产基地", "contract works", "升", (500, 12_000, 500), 6),
}
"""Kind → names, what its capacity counts, the range and step of it, how many there are."""
AWAY_M = (150, 1800)
"""How far a made-up facility lies from the park that it is drawn for [m]."""
DEGREE_M = 111_320.0
UNKNOWN_CAPACITY = 4
"""One facility in so many says no capacity."""
SUBJECTS = (
    "中试线用电需增容",
    "申请延长班车运营时间",
    "园区门口停车位不足",
    "希望加快环评手续办理",
    "员工公寓房源不足",
    "危化品临时存放场所",
    "货梯检修影响物料运输",
    "申请共用洁净检测平台",
    "排风改造方案审批",
    "续租面积与租期协商",
)
REQUESTS = 64
WAYS = ("自建生产线", "委托生产", "技术转让", "合资建厂")
ITEMS = {"foreign_project": ("PT12", "示例外资项目", "Sample foreign-invested project", 7)}
ITEMS["imported_product"] = ("PT13", "示例进口产品", "Sample imported product", 46)
PROGRESS = (("listed", "agreed", "under_way", "done"), (0.3, 0.2, 0.3, 0.2))
STEPS = ("电话回访", "安排看房", "发送报价", "确认技术条件", "起草租约", "向专班汇报")
FOREIGN = 0.18
"""Share of the companies that are foreign-invested, and how many in ten say whether they are."""
SAID = 0.7


def facilities(spots: list[draw.Row], stations: list[draw.Row]) -> list[draw.Row]:
    """Return the stations that are open, as published, and made-up homes, platforms and contract works."""
    rng = draw.stream("facilities")
    told = ("source", "source_date", "standing", "name_zh", "name_en")
    rows = [
        {"facility_id": f"F-{row['place_id']}", "kind": "transit_stop", **{name: row[name] for name in told}}
        | {"geometry": f"POINT ({row['lon']} {row['lat']})"}
        for row in stations
        if row["kind"] == "station" and row["state"] == "open"
    ]
    near = [spot for spot in spots if spot["lon"] is not None]
    for kind, (zh, en, unit, (low, high, step), count) in SHAPES.items():
        for number in range(1, count + 1):
            spot = draw.pick(rng, near)
            capacity = draw.between(rng, low, high, step)
            rows.append(
                {
                    "facility_id": f"F-{kind[:1].upper()}{number:02d}",
                    "kind": kind,
                    "name_zh": f"示例{zh}{number:02d}（{spot['short_zh'].removeprefix('示例')}）",
                    "name_en": f"Sample {en} {number:02d} ({spot['short_en'].removeprefix('Sample ')})",
                    "zone_id": spot["zone_id"],
                    "operator": f"示例运营单位 {int(rng.integers(1, 9)):02d}",
                    "capacity": None if number % UNKNOWN_CAPACITY == 0 else capacity,
                    "capacity_unit": unit,
                    "opened_on": dt.date(int(rng.integers(2015, 2026)), int(rng.integers(1, 13)), 1),
                    "geometry": _beside(rng, float(spot["lon"]), float(spot["lat"])),
                    **draw.MARKS,
                }
            )
    return rows


def requests(leases: list[draw.Row], units: list[draw.Row]) -> list[draw.Row]:
    """Return requests of companies that hold space, some solved and answered."""
    rng = draw.stream("requests")
    held = [row for row in leases if row["state"] == "let" and row["tenant_id"] and row["valid_from"] <= draw.DAY]
    building = {row["unit_id"]: row["building_id"] for row in units}
    rows: list[draw.Row] = []
    for number in range(1, REQUESTS + 1):
        lease = draw.pick(rng, held)
        found = draw.days(draw.DAY, -int(rng.integers(3, 420)))
        solved = draw.days(found, int(rng.integers(2, 120)))
        answered = draw.days(solved, int(rng.integers(0, 12)))
        away = draw.chance(rng, 0.5)
        rows.append(
            {
                "request_id": f"R{number:03d}",
                "tenant_id": lease["tenant_id"],
                "unit_id": lease["unit_id"] if away else None,
                "building_id": building[lease["unit_id"]],
                "subject": f"示例诉求：{draw.pick(rng, SUBJECTS)}",
                "found_on": found,
                "solved_on": solved if solved <= draw.DAY else None,
                "answered_on": answered if answered <= draw.DAY else None,
                "owner": f"示例服务专员 {int(rng.integers(1, 7)):02d}",
                **draw.MARKS,
            }
        )
    return rows


def localisations(tenants: list[draw.Row]) -> list[draw.Row]:
    """Return foreign-invested projects and imported products made here, each with how far it has come."""
    rng = draw.stream("localisations")
    rows: list[draw.Row] = []
    for kind, (target, zh, en, count) in ITEMS.items():
        for number in range(1, count + 1):
            company, progress = draw.pick(rng, tenants), draw.pick(rng, *PROGRESS)
            done = draw.days(draw.DAY, -int(rng.integers(10, 600)))
            rows.append(
                {
                    "localisation_id": f"{'W' if kind == 'foreign_project' else 'I'}{number:03d}",
                    "kind": kind,
                    "name_zh": f"{zh} {number:02d}",
                    "name_en": f"{en} {number:02d}",
                    "tenant_id": company["tenant_id"],
                    "zone_id": company.get("zone_id"),
                    "way": draw.pick(rng, WAYS) if kind == "imported_product" else None,
                    "progress": progress,
                    "done_on": done if progress == "done" else None,
                    "counts_to": target,
                    **draw.MARKS,
                }
            )
    return rows


def follow_up(applying: list[draw.Row], sitting: list[draw.Row]) -> None:
    """Give the applicants a next step, and the made-up companies a word on foreign capital."""
    rng = draw.stream("next steps")
    for row in applying:
        step, ahead = draw.pick(rng, STEPS), int(rng.integers(-20, 60))
        if row.get("pipeline") not in {None, "signed", "lost"}:
            row |= {"next_step": f"示例：{step}", "next_on": draw.days(draw.DAY, ahead)}
    for row in applying + sitting:
        foreign, said = draw.chance(rng, FOREIGN), draw.chance(rng, SAID)
        row["foreign_invested"] = foreign if said else None


def _beside(rng: np.random.Generator, lon: float, lat: float) -> str:
    """Return a point some hundred metres from another [°], as WKT."""
    far, turn = draw.between(rng, *AWAY_M, 1), rng.random() * 2 * math.pi
    east, north = far * math.cos(turn), far * math.sin(turn)
    return f"POINT ({lon + east / (DEGREE_M * math.cos(math.radians(lat))):.5f} {lat + north / DEGREE_M:.5f})"
