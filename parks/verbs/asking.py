"""The options of the verbs of the vacancy desk: definitions, search by need, holds, rollover, absorption."""

from __future__ import annotations

import argparse

from parks.verbs import values

COUNTS = ("begun", "signed", "moved_in")
BASES = ("lettable", "gross")
MOST = 1200
"""Months, quarters or near misses that can be asked for: a century of months."""
FIRE = dict(zip("ABCDE甲乙丙丁戊", "甲乙丙丁戊甲乙丙丁戊", strict=True))
"""How a fire class may be written → the class."""
LEAST = (
    ("load", "floor_load_kn_m2", "KN", "floor load at least, kN/m² / 楼面荷载"),
    ("height", "floor_height_m", "M", "floor height at least, m / 层高"),
    ("clear-height", "clear_height_m", "M", "clear height at least, m / 净高"),
    ("power", "power_kva", "KVA", "power over the whole place at least, kVA / 用电容量"),
    ("lift", "freight_lift_t", "T", "freight lift at least, t / 货梯载重"),
    ("cleanroom", "cleanroom_m2", "M2", "clean area over the whole place at least, m² / 洁净面积"),
    ("rent", "rent_max_cny_m2_day", "CNY", "asking rent at most, CNY/m²/day / 租金上限"),
)
"""Option, what it asks, its value, its meaning."""
HAVE = (
    ("ground-floor", "ground_floor", "only the ground floor serves / 限首层"),
    ("dual-power", "dual_power", "two independent feeds / 双路供电"),
    ("drain", "process_drain", "process drains / 工艺排水"),
    ("exhaust", "exhaust_shaft", "process exhaust / 排风井"),
    ("isotope", "radiation_ok", "isotope work can be licensed / 放射性工作场所"),
    ("bonded", "bonded", "in a customs-supervised area / 综合保税区内"),
)
"""Option, what it asks, its meaning."""


def definitions(to: argparse.ArgumentParser) -> None:
    """Add when a lease counts as let, and which area is summed."""
    to.add_argument("--counts", choices=COUNTS, default=COUNTS[0], help="when a lease counts as let [begun] / 口径")
    to.add_argument("--base", choices=BASES, default=BASES[0], help="area that is summed [lettable] / 面积")


def search(to: argparse.ArgumentParser) -> None:
    """Add what a need asks for."""
    to.add_argument("--area", type=_area, metavar="M2[-M2]", default=(None, None), help="least, and most, area / 面积")
    for option, name, value, meaning in LEAST:
        to.add_argument(f"--{option}", dest=name, type=_amount, metavar=value, help=meaning)
    to.add_argument("--bsl", type=int, metavar="LEVEL", help="biosafety level at least / 生物安全等级")
    to.add_argument("--fire", dest="fire_class", type=_fire, metavar="CLASS", help="丙, or C: hazard class / 火灾类别")
    for option, name, meaning in HAVE:
        to.add_argument(f"--{option}", dest=name, action="store_true", help=meaning)
    to.add_argument("--zone", dest="zones", metavar="ZONE_ID", action="extend", nargs="+", default=[], help="区域")
    to.add_argument("--before", type=values.day, metavar="DAY", help="free on that day at the latest / 最晚")
    to.add_argument("--after", type=values.day, metavar="DAY", help="wanted from that day on [the day shown] / 最早")
    to.add_argument("--term", dest="term_months", type=_count, metavar="MONTHS", help="free for so long / 租期")
    to.add_argument("--over-floors", action="store_true", help="neighbouring floors together serve too / 可跨相邻楼层")
    to.add_argument("--near", type=_count, default=20, metavar="N", help="near misses at most [20] / 相近结果")


def hold(to: argparse.ArgumentParser) -> None:
    """Add what is done with holds."""
    to.add_argument("act", choices=("list", "lapsed", "place", "prolong", "release"), nargs="?", default="list")
    to.add_argument("ids", metavar="ID", nargs="*", help="units to place; leases to prolong or release / 房源或租约")
    to.add_argument("--tenant", metavar="TENANT_ID", help="for whom / 企业")
    to.add_argument(
        "--until", type=values.day, metavar="DAY", help="the first day on which it no longer holds / 截止日"
    )
    to.add_argument("--from", dest="begin", type=values.day, metavar="DAY", help="first day [the day shown] / 起始日")
    to.add_argument(
        "--state", choices=("reserved", "intended"), default="reserved", help="how firmly [reserved] / 状态"
    )
    to.add_argument("--scenario", metavar="NAME", help="in a scenario and not in the record / 方案")
    to.add_argument("--reason", metavar="TEXT", default="", help="why, as the history tells it / 理由")


def rollover(to: argparse.ArgumentParser) -> None:
    """Add what the rollover is summed by."""
    levels = ("zone", "park", "building", "quarter", "balance", "balance-zone")
    to.add_argument("--by", choices=levels, default="zone", help="level of the sums; balance: against demand [zone]")


def absorption(to: argparse.ArgumentParser) -> None:
    """Add what is told, and how far back."""
    to.add_argument("--by", choices=("quarter", "zone", "time"), default="quarter", help="time: to let [quarter]")
    to.add_argument("--quarters", type=_count, default=8, metavar="N", help="quarters looked back on [8] / 季度数")


def _area(text: str) -> tuple[float | None, float | None]:
    least, mark, most = text.partition("-")
    found = _amount(least), _amount(most) if mark else None
    if found[1] is not None and found[1] < found[0]:
        message = f"{text!r}: the most area is less than the least"
        raise argparse.ArgumentTypeError(message)
    return found


def _amount(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        message = f"{text!r} is no amount above 0"
        raise argparse.ArgumentTypeError(message)
    return value


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= MOST:
        message = f"{text!r} is no number from 1 to {MOST}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _fire(text: str) -> str:
    if text.upper().removesuffix("类") not in FIRE:
        message = f"{text!r} is no fire class; write 甲 to 戊, or A to E"
        raise argparse.ArgumentTypeError(message)
    return FIRE[text.upper().removesuffix("类")]
