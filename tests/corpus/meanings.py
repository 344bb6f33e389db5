"""Ledgers whose cells are nasty, each with what every cell must be read as, or why it must not be taken."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

try:
    from corpus import crafts, offices
except ImportError:  # run as a script
    import crafts
    import offices

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Meaning:
    """One ledger.

    Parameters
    ----------
    name
        Of the file.
    nasty
        What is nasty about its cells.
    body
        Its bytes.
    table
        The table that it is read as.
    values
        Column → its value in each row; columns left out are not looked at.
    faults
        Line, column, kind of each cell that must not be taken.
    notes
        The same for cells that are taken with a note.
    asked
        Headings that are not taken without asking.
    """

    name: str
    nasty: str
    body: bytes
    table: str
    values: Mapping[str, tuple[object, ...]]
    faults: frozenset[tuple[int, str, str]] = frozenset()
    notes: frozenset[tuple[int, str, str]] = frozenset()
    asked: frozenset[str] = frozenset()


UNITS = ["房源编号", "楼栋编号", "可租面积", "用电容量", "租金"]
MONTH = 12 / 365
MU = 2000 / 3
FORMULAS = ['=HYPERLINK("http://x","点此")', "@SUM(1)", "+1+1", "-2+3", "=cmd|'/c calc'!A0", '<img src=x onerror="x">']


def _faults(column: str, kinds: Mapping[int, str]) -> frozenset[tuple[int, str, str]]:
    return frozenset((line, column, kind) for line, kind in kinds.items())


def _column(heading: str, cells: tuple[object, ...], keys: str = "房源编号") -> list[list[object]]:
    """Return a ledger of keys and one column."""
    return [[keys, heading], *([f"K{at}", cell] for at, cell in enumerate(cells, 1))]


AREAS = ("100㎡", "100 m²", "100平方米", "0.01万平方米", "3亩", "2公顷", "2 ha", "1,000 ft²", "1万㎡")
RENTS = (
    "3.5元/㎡/天",
    "3.5元/天/㎡",
    "3.5 元/平方米·天",
    "36.5元/㎡/月",
    "365元/㎡/年",
    "¥3.5",
    "0",
    "面议",
    "3元",
    3.5,
)
LOADS = ("8kN/m²", "800kg/m²", "0.8t/m²", "0.8吨/平方米", "8kPa", "8", "800", "8kN")
POWERS = ("630kVA", "0.63MVA", "630", "500kW", "0.5MW", "2×630kVA")
STARTS = (
    *(
        "2025-03-01",
        "2025/3/1",
        "2025年3月1日",
        "2025.03.01",
        "20250301",
        "45717",
        "二〇二五年三月一日",
        "2025.3",
        "2025年底",
    ),
    *("2025Q3", "2025年上半年", "长期", "03/04/2025", "13/04/2025", "2月30日", "2025-02-30", "25.3.1"),
)
MARCH = dt.date(2025, 3, 1)

CASES = (
    Meaning(
        "units-in-headings.xlsx",
        "each heading says another unit",
        offices.xlsx(
            [
                [
                    "房源编号",
                    "可租面积（万平方米）",
                    "建筑面积(亩)",
                    "洁净车间面积（公顷）",
                    "用电容量（MVA）",
                    "租金(元/㎡/月)",
                ],
                ["U1", 0.01, 3, 0.5, 0.63, 36.5],
                ["U2", "0.02", "３", "0.5公顷", None, "0"],
                ["U3", "100㎡", "1亩", 0, "无", "无"],
            ]
        ),
        "units",
        {
            "lettable_m2": (100.0, 200.0, None),
            "gfa_m2": (2000.0, 2000.0, MU),
            "cleanroom_m2": (5000.0, 5000.0, 0.0),
            "power_kva": (630.0, None, None),
            "asking_rent_cny_m2_day": (36.5 * MONTH, 0.0, None),
        },
        faults=frozenset({(4, "lettable_m2", "unit"), (4, "power_kva", "none"), (4, "asking_rent_cny_m2_day", "none")}),
    ),
    Meaning(
        "units-in-headings.csv",
        "units of other countries, and one that cannot be converted",
        "Unit ID;Lettable area [ha];GFA (ft²);Power (kW)\nU1;0.5;1000;500\n".encode("utf-8-sig"),
        "units",
        {"lettable_m2": (5000.0,), "gfa_m2": (92.90304,), "power_kva": (None,)},
        faults=_faults("power_kva", {2: "unit"}),
    ),
    Meaning(
        "units-in-cells.xlsx",
        "each cell says another unit of area",
        offices.xlsx(_column("可租面积", AREAS)),
        "units",
        {"lettable_m2": (100.0, 100.0, 100.0, 100.0, 2000.0, 20000.0, 20000.0, 92.90304, 10000.0)},
    ),
    Meaning(
        "rents.xlsx",
        "rents by the day, the month and the year; by negotiation; without what they are for",
        offices.xlsx(_column("挂牌租金（元/㎡/天）", RENTS)),
        "units",
        {"asking_rent_cny_m2_day": (3.5, 3.5, 3.5, None, None, 3.5, 0.0, None, 3.0, 3.5)},
        faults=_faults("asking_rent_cny_m2_day", {5: "unit", 6: "unit"}),
    ),
    Meaning(
        "rents-untold.xlsx",
        "a rent of which nobody says whether it is by the day or by the month",
        offices.xlsx(_column("租金", (3.5, 105))),
        "units",
        {"unit_id": ("K1", "K2")},
        asked=frozenset({"租金"}),
    ),
    Meaning(
        "loads.xlsx",
        "floor loads in six units, one without, one that is a force only",
        offices.xlsx(_column("楼面荷载", LOADS, "楼层编号")),
        "floors",
        {"floor_load_kn_m2": (8.0, 7.84532, 7.84532, 7.84532, 8.0, 8.0, None, None)},
        faults=_faults("floor_load_kn_m2", {8: "unit", 9: "unit"}),
    ),
    Meaning(
        "powers.xlsx",
        "apparent power, and real power that is not it",
        offices.xlsx(_column("用电容量", POWERS)),
        "units",
        {"power_kva": (630.0, 630.0, 630.0, None, None, None)},
        faults=_faults("power_kva", {5: "unit", 6: "unit", 7: "not_a_number"}),
    ),
    Meaning(
        "full-width-cells.csv",
        "full-width digits, separators of thousands, signs; in GBK with tabs",
        "房源编号\t楼栋编号\t可租面积\nＵ１\tＢ１\t１，２３４．５\nU2\tB1\t1 234\nU3\tB1\t1,23\nU4\tB1\t－５\n".encode(
            "gb18030"
        ),
        "units",
        {"unit_id": ("U1", "U2", "U3", "U4"), "building_id": ("B1",) * 4, "lettable_m2": (1234.5, 1234.0, None, -5.0)},
        faults=_faults("lettable_m2", {4: "not_a_number"}),
    ),
    Meaning(
        "nothing.xlsx",
        "empty, 0, none, unknown and strokes are not the same",
        offices.xlsx(
            [
                ["房源编号", "可租面积", "货梯载重", "双路供电", "房源"],
                ["U1", None, None, None, None],
                ["U2", 0, 0, 0, 0],
                ["U3", "无", "无", "无", "无"],
                ["U4", "待定", "暂无", "不详", "—"],
                ["U5", "/", "-", "N/A", "N/A"],
                ["U6", "#N/A", "有", "有", "有"],
            ]
        ),
        "units",
        {
            "lettable_m2": (None, 0.0, None, None, None, None),
            "freight_lift_t": (None, 0.0, 0.0, None, None, None),
            "dual_power": (None, False, False, None, None, True),
            "name": (None, "0", None, None, None, "有"),
        },
        faults=frozenset(
            {(4, "lettable_m2", "none"), (7, "lettable_m2", "broken_formula"), (7, "freight_lift_t", "not_a_number")}
        ),
    ),
    Meaning(
        "ranges.xlsx",
        "ranges, limits and guesses where one figure belongs",
        offices.xlsx(
            _column("可租面积", ("100-200", "约100", "≥100", "100以上", "100~200㎡", "3-5层", "100\n200", "百余"))
        ),
        "units",
        {"lettable_m2": (None, 100.0, None, None, None, None, None, None)},
        faults=_faults("lettable_m2", dict.fromkeys((2, 4, 5, 6, 7, 8), "range") | {9: "not_a_number"}),
        notes=_faults("lettable_m2", {3: "approximate"}),
    ),
    Meaning(
        "storeys.xlsx",
        "storeys as they are said",
        offices.xlsx(_column("楼层", ("1层", "B1", "地下一层", "十二层", "3F", "3-5层", "首层", "1.5"), "楼层编号")),
        "floors",
        {"level": (1, -1, -1, 12, 3, None, 1, None)},
        faults=_faults("level", {7: "range", 9: "not_whole"}),
    ),
    Meaning(
        "starts.csv",
        "first days in every hand",
        offices.csv([["租约编号", "起租日"], *([f"L{at}", day] for at, day in enumerate(STARTS, 1))]).encode("gbk"),
        "leases",
        {
            "valid_from": (
                *[MARCH] * 8,
                *(dt.date(2025, 12, 31), dt.date(2025, 7, 1), dt.date(2025, 1, 1), None, None, dt.date(2025, 4, 13)),
                *(None, None, None),
            )
        },
        faults=_faults(
            "valid_from",
            {13: "open_end", 14: "ambiguous_date", 16: "not_a_date", 17: "not_a_date", 18: "ambiguous_date"},
        ),
        notes=_faults("valid_from", dict.fromkeys(range(9, 13), "imprecise")),
    ),
    Meaning(
        "ends.xlsx",
        "last days, serials, open ends and a lost 0",
        offices.xlsx(
            [
                ["租约编号", "到期日"],
                *(
                    [f"L{at}", day]
                    for at, day in enumerate((45716, "长期", "2025年2月", "待定", 2025.1, "至今", "无"), 1)
                ),
            ]
        ),
        "leases",
        {"valid_to": (MARCH, None, MARCH, None, None, None, None)},
        faults=_faults("valid_to", {6: "ambiguous_date"}),
        notes=_faults("valid_to", {4: "imprecise", 5: "assumed"}),
    ),
    Meaning(
        "days-1904.xls",
        "days of the old format, with codes that are numbers",
        crafts.xls({"台账": [["租约编号", "房源编号", "起租日"], [1001, 7, (crafts.DAY, 45717)], [1002, 7.5, 45717]]}),
        "leases",
        {"lease_id": ("1001", "1002"), "unit_id": ("7", None), "valid_from": (MARCH, MARCH)},
        faults=frozenset({(3, "unit_id", "not_a_code")}),
    ),
    Meaning(
        "dittos.xlsx",
        "ditto marks and merged buildings keep their values",
        offices.xlsx(
            [UNITS, ["U1", "B1", 100, 630, None], ["U2", "同上", "〃", None, None], ["U3", None, 50, "″", None]],
            merged=["B3:B4"],
        ),
        "units",
        {
            "building_id": ("B1", "B1", "B1"),
            "lettable_m2": (100.0, 100.0, 50.0),
            "power_kva": (630.0, None, None),
        },
        asked=frozenset({"租金"}),
    ),
    Meaning(
        "formulas-injected.xlsx",
        "texts that a spreadsheet would run or a browser would show: they stay the texts that they are",
        crafts.xlsx(
            "<sheetData>"
            + "".join(
                f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>{key}</t></is></c>'
                f'<c r="B{row}" t="inlineStr"><is><t>{text.replace("<", "&lt;")}</t></is></c></row>'
                for row, (key, text) in enumerate(
                    [("房源编号", "房源"), *((f"U{at}", text) for at, text in enumerate(FORMULAS))], 1
                )
            )
            + "</sheetData>"
        ),
        "units",
        {"name": tuple(FORMULAS)},
    ),
    Meaning(
        "formulas-injected.csv",
        "the same in a text file, in a key and in a figure",
        '房源编号,房源,可租面积\n=1+1,"=HYPERLINK(""http://x"",""点此"")",=SUM(A1:A9)\n@U2,+U2,-2+3\n'.encode(),
        "units",
        {"unit_id": ("=1+1", "@U2"), "name": ('=HYPERLINK("http://x","点此")', "+U2"), "lettable_m2": (None, None)},
        faults=_faults("lettable_m2", {2: "not_a_number", 3: "not_a_number"}),
    ),
    Meaning(
        "spoilt.xlsx",
        "codes that a spreadsheet has spoilt",
        offices.program(
            [["房源编号", "楼栋编号"], ["U1", dt.date(2025, 3, 1)], [1.23e17, True], ["007", 7], ["U\t4", "1E+20"]]
        ),
        "units",
        {"unit_id": ("U1", None, "007", "U 4"), "building_id": (None, None, "7", None)},
        faults=frozenset(
            {
                *((2, "building_id", "turned_into_date"), (3, "unit_id", "digits_lost")),
                *((3, "building_id", "truth_value"), (5, "building_id", "digits_lost")),
            }
        ),
    ),
)
