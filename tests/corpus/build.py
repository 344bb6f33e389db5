"""Writes the corpus of nasty files, each with what must be found in it. Run: python tests/corpus/build.py FOLDER.

Nothing of it is kept: the tests write it anew. A case is one line of `CASES`; what cells mean is in `meanings.CASES`.
"""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

try:
    from corpus import crafts, meanings, offices
except ImportError:  # run as a script
    import crafts
    import meanings
    import offices

if TYPE_CHECKING:
    from collections.abc import Mapping

KNOWN = frozenset(
    [
        *(
            "房源编号",
            "租约编号",
            "楼栋编号",
            "楼栋",
            "楼层",
            "面积",
            "可租面积",
            "建筑面积",
            "租金",
            "层高",
            "状态",
            "企业",
        ),
        *("起租日", "到期日", "备注", "unit id", "building", "lettable area", "area", "rent", "state"),
    ]
)
HEAD, TABLE, ROWS, A, B, C = offices.HEAD, offices.TABLE, offices.ROWS, offices.A, offices.B, offices.C


def known(heading: str) -> bool:
    """Return whether a text is a heading of the corpus, its unit in brackets left out."""
    return heading.replace("（", "(").partition("(")[0].strip().lower() in KNOWN


@dataclass(frozen=True)
class Case:
    """One nasty file.

    Parameters
    ----------
    name
        Of the file.
    nasty
        What is nasty about it.
    body
        Its bytes.
    refused
        Kind of the issue by which the whole file is refused; empty when it is read.
    records
        Number of rows of the table in the sheet looked at.
    asides
        Number of other lines by kind.
    issues
        Kinds of the issues of the file and the sheet, each once.
    first
        Cells of the first row; None when they are not looked at.
    headings
        Headings of the table; None when they are not looked at.
    sheet
        Which sheet is looked at, from 0.
    """

    name: str
    nasty: str
    body: bytes
    refused: str = ""
    records: int = 3
    asides: Mapping[str, int] = field(default_factory=lambda: {"heading": 1})
    issues: frozenset[str] = frozenset()
    first: tuple[object, ...] | None = None
    headings: tuple[str, ...] | None = None
    sheet: int = 0


TITLE = ["张江科学城房源台账（2025年3月）"]
UNIT = ["填报单位：张江集团", None, None, None, "日期：2025-03-31"]
TOTAL = ["合计", None, 600, None, None]
TWO = [
    ["房源编号", "面积", None, "租金", "状态"],
    [None, "建筑面积", "可租面积", None, None],
    ["U1", 120, 100, 3.5, "已租"],
    ["U2", 220, 200, 3.6, "空置"],
]
THREE = [
    ["基本信息", None, "空间", None, None],
    ["房源编号", "楼栋编号", "面积", None, "层高"],
    [None, None, "建筑面积", "可租面积", None],
    ["U1", "B1", 120, 100, 4.5],
    ["U2", "B1", 220, 200, 4.5],
]
NAMES = ("房源编号", "面积/建筑面积", "面积/可租面积", "租金", "状态")
BUILDINGS = [
    ["A1", "B1", 100, 3.5, "已租"],
    ["A2", "B1", 200, 3.6, "空置"],
    ["B1栋小计", None, 300, None, None],
    ["A3", "B2", 300, 3.7, "已租"],
    ["B2栋小计", None, 300, None, None],
    ["总 计", None, 600, None, None],
]
LONG = "很" * 40_000
ONE = {"heading": 1}

CASES = (
    # Plain ones, that must pass untouched.
    Case("plain.xlsx", "nothing", offices.xlsx(TABLE), first=("U1", "B1", 100, 3.5, "已租"), headings=tuple(HEAD)),
    Case("plain.csv", "nothing", offices.csv(TABLE).encode(), first=("U1", "B1", "100", "3.5", "已租")),
    Case("plain.xls", "the old format", crafts.xls({"台账": TABLE}), first=tuple(A)),
    Case("plain.xlsb", "the binary format", crafts.xlsb(TABLE), first=tuple(A)),
    Case(
        "plain.ods",
        "the open format, a million empty lines at the end",
        crafts.ods(
            offices.group("", offices.ods_cells(*HEAD))
            + offices.group('table:number-rows-repeated="3"', offices.ods_cells(*map(str, A)))
            + offices.group(
                'table:number-rows-repeated="1048572"', '<table:table-cell table:number-columns-repeated="16384"/>'
            )
        ),
        first=tuple(map(str, A)),
    ),
    # Above the headings.
    Case(
        "titles.xlsx",
        "title, who filed it, blank line",
        offices.xlsx([TITLE, UNIT, [], *TABLE], merged=["A1:E1"]),
        asides={"title": 2, "blank": 1, "heading": 1},
        first=tuple(A),
    ),
    Case(
        "unit-above.xlsx",
        "the unit of all areas is said in the title",
        offices.xlsx([[*TITLE, None, None, None, "单位：万平方米"], *TABLE]),
        asides={"title": 1, "heading": 1},
        issues=frozenset({"unit_above"}),
    ),
    Case(
        "two-heads.xlsx",
        "two lines of headings, merged",
        offices.xlsx(TWO, merged=["A1:A2", "B1:C1", "D1:D2", "E1:E2"]),
        records=2,
        asides={"heading": 2},
        headings=NAMES,
        first=("U1", 120, 100, 3.5, "已租"),
    ),
    Case(
        "two-heads.csv",
        "two lines of headings in a text",
        offices.csv(TWO).encode(),
        records=2,
        asides={"heading": 2},
        headings=NAMES,
    ),
    Case(
        "three-heads.xlsx",
        "three lines of headings, merged",
        offices.xlsx([TITLE, *THREE], merged=["A1:E1", "A2:B2", "C2:E2", "A3:A4", "B3:B4", "C3:D3", "E3:E4"]),
        records=2,
        asides={"title": 1, "heading": 3},
        headings=("基本信息/房源编号", "基本信息/楼栋编号", "空间/面积/建筑面积", "空间/面积/可租面积", "空间/层高"),
    ),
    Case(
        "two-languages.xlsx",
        "headings in Chinese and below them in English",
        offices.xlsx(
            [
                ["房源编号", "可租面积", "备注", "内部码"],
                ["Unit ID", "Lettable area", "Note", "Code"],
                ["U1", 100, None, 7],
            ]
        ),
        records=1,
        asides={"heading": 2},
        headings=("房源编号", "可租面积", "备注", "内部码"),
    ),
    Case(
        "units-row.xlsx",
        "the units stand in a line of their own, numbers of columns below it",
        offices.xlsx(
            [
                ["房源编号", "楼栋编号", "可租面积", "租金", "状态"],
                [None, None, "㎡", "(元/㎡/天)", "—"],
                [1, 2, 3, 4, 5],
                *ROWS,
            ]
        ),
        asides={"heading": 3},
        headings=("房源编号", "楼栋编号", "可租面积(㎡)", "租金(元/㎡/天)", "状态"),
    ),
    Case(
        "broken-heads.xlsx",
        "line breaks inside headings",
        offices.xlsx([["房源\n编号", "Lettable\narea", "可租面积\n（㎡）"], ["U1", 1, 2]]),
        records=1,
        headings=("房源编号", "Lettable area", "可租面积（㎡）"),
    ),
    Case("headings-only.xlsx", "no rows", offices.xlsx([HEAD]), records=0, issues=frozenset({"no_rows"})),
    Case(
        "double.xlsx",
        "the same heading twice",
        offices.xlsx([["房源编号", "可租面积", "可租面积"], ["U1", 1, 2]]),
        records=1,
    ),
    Case(
        "unknown.csv",
        "no heading that anybody knows",
        offices.csv([["foo", "bar", "baz"], ["x", 1, 2], ["y", 3, 4]]).encode(),
        records=2,
        headings=("foo", "bar", "baz"),
    ),
    Case(
        "no-heading.xlsx",
        "a column without heading, and an empty one",
        offices.xlsx([["房源编号", None, "楼栋编号", None], ["U1", None, "B1", "?"], ["U2", None, "B1", None]]),
        records=2,
        issues=frozenset({"no_heading"}),
        headings=("房源编号", "楼栋编号", ""),
        first=("U1", "B1", "?"),
    ),
    Case(
        "headless.csv",
        "figures only",
        offices.csv([[1, 2], [3, 4]]).encode(),
        records=0,
        asides={"unread": 2},
        issues=frozenset({"no_headings"}),
    ),
    Case(
        "turned.xlsx",
        "headings one below the other",
        offices.xlsx([list(row) for row in zip(*TABLE, strict=True)]),
        records=0,
        asides={"unread": 5},
        issues=frozenset({"turned"}),
    ),
    # Amid the rows.
    Case(
        "merged.xlsx",
        "the building is merged over its units",
        offices.xlsx(
            [["楼栋", "房源编号", "可租面积"], ["B1", "U1", 10], [None, "U2", 20], ["B2", "U3", 30]], merged=["A2:A3"]
        ),
        first=("B1", "U1", 10),
    ),
    Case(
        "merged.xls",
        "the same in the old format",
        crafts.xls(
            {"台账": [["楼栋", "房源编号", "可租面积"], ["B1", "U1", 10], [None, "U2", 20], ["B2", "U3", 30]]},
            merged=[(1, 0, 2, 0)],
        ),
        first=("B1", "U1", 10),
    ),
    Case(
        "merged.xlsb",
        "the same in the binary format, of which the merged cells cannot be read",
        crafts.xlsb([["楼栋", "房源编号"], ["B1", "U1"], [None, "U2"]], merged=[(1, 0, 2, 0)]),
        records=2,
        issues=frozenset({"merged_unseen"}),
    ),
    Case(
        "merged.ods",
        "the same in the open format",
        crafts.ods(
            offices.group("", offices.ods_cells("楼栋", "房源编号"))
            + offices.group(
                "",
                offices.ods_cells("B1", "U1").replace(
                    "<table:table-cell", '<table:table-cell table:number-rows-spanned="2"', 1
                ),
            )
            + offices.group("", "<table:covered-table-cell/>" + offices.ods_cells("U2"))
        ),
        records=2,
    ),
    Case(
        "merged-area.xlsx",
        "one area merged over two units",
        offices.xlsx([["房源编号", "可租面积"], ["U1", 500], ["U2", None]], merged=["B2:B3"]),
        records=2,
        issues=frozenset({"merged_figure"}),
    ),
    Case("total.xlsx", "a total", offices.xlsx([*TABLE, TOTAL]), asides=ONE | {"total": 1}),
    Case("total-above.xlsx", "the total stands above", offices.xlsx([HEAD, TOTAL, *ROWS]), asides=ONE | {"total": 1}),
    Case(
        "total.csv",
        "a total, with separators of thousands",
        offices.csv([HEAD, ["U1", "B1", "1500.25"], ["U2", "B1", "2500.30"], ["合　计", None, '"4,000.55"']]).encode(),
        records=2,
        asides=ONE | {"total": 1},
    ),
    Case(
        "total-wrong.xlsx",
        "a total that forgets a row",
        offices.xlsx([*TABLE, ["合计", None, 300, 3.6, None]]),
        asides=ONE | {"total": 1},
        issues=frozenset({"total"}),
    ),
    Case(
        "total-unlabelled.xlsx",
        "a total without a word",
        offices.xlsx([*TABLE, [None, None, 600, None, None]]),
        asides=ONE | {"total": 1},
    ),
    Case(
        "total-at-the-end.xlsx",
        "the word for the total stands in the last column",
        offices.xlsx([*TABLE, [None, None, 600, None, "合计"]]),
        asides=ONE | {"total": 1},
    ),
    Case(
        "keyless.xlsx",
        "figures without a key that are no total",
        offices.xlsx([*TABLE, [None, None, 555, None, None]]),
        records=4,
    ),
    Case(
        "subtotals.xlsx",
        "a subtotal for each building",
        offices.xlsx([HEAD, *BUILDINGS]),
        asides=ONE | {"subtotal": 2, "total": 1},
    ),
    Case(
        "subtotal-wrong.xlsx",
        "one of the subtotals is wrong",
        offices.xlsx([HEAD, *BUILDINGS[:2], ["B1栋小计", None, 310, None, None], *BUILDINGS[3:]]),
        asides=ONE | {"subtotal": 2, "total": 1},
        issues=frozenset({"total"}),
    ),
    Case(
        "total-english.csv",
        "a total in English, and a company of that name",
        offices.csv(
            [["Unit ID", "Lettable area", "企业"], ["U1", 10, "Total"], ["U2", 20, "Sum"], ["Grand Total", 30, ""]]
        ).encode(),
        records=2,
        asides=ONE | {"total": 1},
    ),
    Case(
        "notes.xlsx",
        "notes and signatures below",
        offices.xlsx(
            [
                *TABLE,
                TOTAL,
                [],
                ["注：面积以产证为准"],
                ["* 含地下室"],
                ["数据截至三月底"],
                ["制表人：王", None, "审核：李", None, "日期：2025.3.31"],
            ]
        ),
        asides=ONE | {"total": 1, "blank": 1, "note": 4},
    ),
    Case(
        "ditto.xlsx",
        "ditto marks",
        offices.xlsx([*TABLE, ["U4", "同上", "〃", '"', "″"]]),
        records=4,
    ),
    Case(
        "ditto-first.xlsx",
        "a ditto mark in the first row",
        offices.xlsx([HEAD, ["U1", "同上", 1, 1, "已租"]]),
        records=1,
        issues=frozenset({"ditto"}),
        first=("U1", None, 1, 1, "已租"),
    ),
    Case(
        "pages.xlsx",
        "headings and title again on each page",
        offices.xlsx([TITLE, *TABLE, TITLE, HEAD, B, C]),
        records=5,
        asides={"title": 1, "heading": 1, "repeated": 2},
    ),
    Case(
        "blanks.xlsx",
        "blank lines between",
        offices.xlsx([HEAD, A, [], [" ", None], B, [], C]),
        asides=ONE | {"blank": 3},
    ),
    Case(
        "bands.xlsx",
        "the building stands in a line across the table",
        offices.xlsx([HEAD, ["B1栋"], A, B, ["B2栋"], C], merged=["A2:E2", "A5:E5"]),
        asides=ONE | {"title": 2},
    ),
    Case("lonely.xlsx", "a row with nothing but its key", offices.xlsx([HEAD, A, ["U9"], C])),
    Case(
        "stacked.xlsx",
        "another table below",
        offices.xlsx([*TABLE, [], ["租约"], ["租约编号", "房源编号", "企业"], ["L1", "U1", "甲"]]),
        asides={"heading": 1, "blank": 1, "title": 1, "unread": 2},
        issues=frozenset({"second_table"}),
    ),
    Case(
        "stacked-close.xlsx",
        "another table below without a gap",
        offices.xlsx([*TABLE, ["租约编号", "房源编号", "企业"], ["L1", "U1", "甲"]]),
        asides={"heading": 1, "unread": 2},
        issues=frozenset({"second_table"}),
    ),
    Case(
        "beside.xlsx",
        "two tables side by side",
        offices.xlsx(
            [
                ["房源编号", "可租面积", None, "房源编号", "可租面积"],
                ["U1", 1, None, "U2", 2],
                [None, None, None, "U4", 4],
                ["U3", 3],
            ]
        ),
        records=2,
        asides=ONE | {"unread": 1},
        issues=frozenset({"beside"}),
        headings=("房源编号", "可租面积"),
    ),
    # Cells.
    Case(
        "full-width.csv",
        "full-width digits and signs",
        offices.csv([HEAD, ["Ｕ１", "Ｂ１", "１，２００", "３．５", "已租"]], "|").encode(),
        records=1,
        first=("Ｕ１", "Ｂ１", "１，２００", "３．５", "已租"),
    ),
    Case(
        "texts.xlsx",
        "numbers, days and leading zeros as texts",
        offices.xlsx([["房源编号", "可租面积", "起租日"], ["007", "1,200.50", "2025.3"]]),
        records=1,
        first=("007", "1,200.50", "2025.3"),
    ),
    Case(
        "days.xlsx",
        "days as days, serials and texts, a yes/no",
        offices.program([["房源编号", "起租日", "到期日", "备注"], ["U1", dt.date(2025, 3, 1), 45717, True]]),
        records=1,
        first=("U1", dt.date(2025, 3, 1), 45717, True),
    ),
    Case(
        "days.xls",
        "a day in the old format",
        crafts.xls({"台账": [["房源编号", "起租日"], ["U1", (crafts.DAY, 45717)]]}),
        records=1,
        first=("U1", dt.date(2025, 3, 1)),
    ),
    Case("errors.xlsx", "failed formulas", offices.failed(), first=("U2", "#N/A")),
    Case(
        "errors.xls",
        "failed formulas in the old format",
        crafts.xls({"台账": [["房源编号", "可租面积"], ["U1", "#N/A"], ["U2", "#REF!"], ["U3", "#VALUE!"]]}),
        first=("U1", "#N/A"),
    ),
    Case(
        "errors.xlsb",
        "failed formulas in the binary format",
        crafts.xlsb([["房源编号", "可租面积"], ["U1", "#N/A"]]),
        records=1,
        first=("U1", "#N/A"),
    ),
    Case(
        "errors.ods",
        "failed formulas in the open format",
        crafts.ods(
            offices.group("", offices.ods_cells("房源编号", "可租面积"))
            + offices.group(
                "",
                offices.ods_cells("U1")
                + '<table:table-cell office:value-type="string" office:string-value="" calcext:value-type="error">'
                "<text:p>#N/A</text:p></table:table-cell>",
            )
        ),
        records=1,
        first=("U1", "#N/A"),
    ),
    Case(
        "formulas.xlsx",
        "formulas that nobody computed",
        offices.xlsx([HEAD, ["U1", "B1", "=50*2", 3.5, "已租"]]),
        records=1,
        issues=frozenset({"formulas_empty"}),
        first=("U1", "B1", None, 3.5, "已租"),
    ),
    Case("long.xlsx", "a very long text", offices.xlsx([HEAD, [LONG[:30_000], *A[1:]]]), records=1),
    Case("long.csv", "a longer one", offices.csv([HEAD, [LONG, *A[1:]]]).encode(), records=1),
    Case(
        "too-long.csv",
        "a text longer than any cell",
        offices.csv([HEAD, [LONG * 5, *A[1:]]]).encode(),
        refused="quotes",
    ),
    Case(
        "rare.csv",
        "emoji, rare characters, signs without shape",
        offices.csv([HEAD, ["𠮷😀", "龘\u200b", "1", "2", "é"]]).encode(),
        records=1,
        first=("𠮷😀", "龘\u200b", "1", "2", "é"),
    ),
    Case("nul.csv", "a NUL inside a cell", offices.csv([HEAD, ["U\0 1" + "长" * 200, *A[1:]]]).encode(), records=1),
    # Text files.
    Case("gbk.csv", "GBK", offices.csv(TABLE).encode("gbk"), first=("U1", "B1", "100", "3.5", "已租")),
    Case(
        "gb18030.csv",
        "GB18030 with a character of four bytes",
        offices.csv([HEAD, ["𠮷1", *A[1:]]]).encode("gb18030"),
        records=1,
        first=("𠮷1", "B1", "100", "3.5", "已租"),
    ),
    Case(
        "bom.csv",
        "UTF-8 with its mark, Windows ends of lines",
        offices.csv(TABLE, end="\r\n").encode("utf-8-sig"),
        headings=tuple(HEAD),
    ),
    Case(
        "utf16.txt",
        "UTF-16 with tabs, as Excel writes “Unicode text”",
        offices.csv(TABLE, "\t", "\r\n").encode("utf-16"),
        first=("U1", "B1", "100", "3.5", "已租"),
    ),
    Case(
        "utf16-unmarked.csv",
        "UTF-16 without its mark",
        offices.csv([["unit id", "area"], ["U1", 1], ["U2", 2], ["U3", 3]]).encode("utf-16-le"),
    ),
    Case(
        "semicolons.csv",
        "semicolons, with decimal commas",
        offices.csv([HEAD, ["U1", "B1", "100,5", "3,5", "已租"]], ";").encode(),
        records=1,
        first=("U1", "B1", "100,5", "3,5", "已租"),
    ),
    Case("tabs.tsv", "tabs", offices.csv(TABLE, "\t").encode(), first=("U1", "B1", "100", "3.5", "已租")),
    Case(
        "full-width-commas.csv",
        "full-width commas",
        offices.csv(TABLE, "，").encode(),
        first=("U1", "B1", "100", "3.5", "已租"),
    ),
    Case(
        "pipes.txt",
        "pipes, old ends of lines",
        offices.csv(TABLE, "|", "\r").encode(),
        first=("U1", "B1", "100", "3.5", "已租"),
    ),
    Case(
        "declared.csv",
        "Excel's line that names the separator",
        ("sep=;\r\n" + offices.csv(TABLE, ";", "\r\n")).encode(),
        first=("U1", "B1", "100", "3.5", "已租"),
    ),
    Case(
        "quotes.csv",
        "separators and line breaks between quotation marks",
        f'{",".join(HEAD)}\nU1,"B,1","1\n00",3.5,"他说""好"""\n'.encode(),
        records=1,
        first=("U1", "B,1", "1\n00", "3.5", '他说"好"'),
    ),
    Case(
        "odd-quotes.csv",
        "a quotation mark that closes amid a cell",
        f'{",".join(HEAD)}\n"U"1,B1,100,3.5,已租\n'.encode(),
        records=1,
        issues=frozenset({"quotes"}),
    ),
    Case(
        "unclosed.csv",
        "a quotation mark that never closes",
        f'{",".join(HEAD)}\n"U1,B1,100,3.5,已租\nU2,B1,1,1,空置\n'.encode(),
        refused="quotes",
    ),
    Case(
        "swallowing.csv",
        "one that swallows the next line",
        f'{",".join(HEAD)}\n"U1,B1,100,3.5,已租\nU2,"B1",1,1,空置\n'.encode(),
        refused="quotes",
    ),
    Case(
        "ragged.csv",
        "lines too long and too short",
        offices.csv([HEAD, [*A, "x", "y"], B[:3], *[C] * 30]).encode(),
        records=32,
        issues=frozenset({"ragged"}),
    ),
    Case(
        "trailing.csv",
        "separators and blanks at the end",
        offices.csv([[*HEAD, None, None], *([*row, None, None] for row in ROWS), [" ", *[None] * 6], []]).encode(),
        asides=ONE | {"blank": 2},
        headings=tuple(HEAD),
    ),
    Case(
        "half-utf8.csv",
        "UTF-8 with a bad byte",
        offices.csv(TABLE).encode().replace(b"B2", b"B\xff") + "注：面积以产证为准".encode(),
        refused="encoding",
    ),
    Case("noise.csv", "no text at all", bytes(range(256)) * 40, refused="encoding"),
    # Sheets.
    Case("hidden.xlsx", "a hidden sheet", offices.xlsx(TABLE, hidden=[["旧", "旧"], [1, 2]]), first=tuple(A)),
    Case(
        "deep.xlsx",
        "a row in line 100,000 of a narrow table",
        crafts.xlsx(offices.cells({"A1": "房源编号", "B1": "可租面积", "A2": "U1", "B2": 1, "A100000": "U2"})),
        records=2,
        asides={"heading": 1, "blank": 99_997},
    ),
    Case(
        "million.xlsx",
        "a sign in line 1,000,000 of a wide table",
        crafts.xlsx(offices.cells({f"{chr(65 + place)}1": place for place in range(20)} | {"A1000000": "x"})),
        refused="giant",
    ),
    Case("far.xlsx", "one sign in the last cell of the sheet", offices.far("XFD1048576"), refused="giant"),
    Case("formatted.xlsx", "a format in the last cell of the sheet", offices.formatted("XFD1048576")),
    Case(
        "far-untold.xlsx",
        "the same, where the sheet says that it is small",
        crafts.xlsx(offices.cells({"A1": 1, "XFD1048576": 1})),
        refused="giant",
    ),
    Case(
        "wide.ods",
        "a value repeated over a whole sheet",
        crafts.ods(
            offices.group(
                'table:number-rows-repeated="1048576"',
                offices.ods_cells("x").replace(
                    "<table:table-cell", '<table:table-cell table:number-columns-repeated="16384"'
                ),
            )
        ),
        refused="giant",
    ),
    Case("links.xlsx", "links to other files, DDE and macros", offices.linked(), issues=frozenset({"links", "macros"})),
    Case("links.xls", "a link in the old format", crafts.xls({"台账": TABLE}, links=True), issues=frozenset({"links"})),
    # Not to be opened.
    Case("empty.csv", "nothing", b"", refused="empty"),
    Case("blank.csv", "blanks", b"\xef\xbb\xbf \r\n\t\r\n", refused="empty"),
    Case("commas.csv", "separators", b",,,\n,,,\n", refused="empty"),
    Case("empty.xlsx", "no cells", offices.xlsx([]), refused="empty"),
    Case("bomb.xlsx", "unpacks to 50 MB", offices.bomb(), refused="bomb"),
    Case("lying.xlsx", "says that it is smaller than it is", offices.lying(), refused="damaged"),
    Case("laughs.xlsx", "a billion laughs", offices.laughing(), refused="entities"),
    Case(
        "path.xlsx",
        "a part that climbs out of the archive",
        crafts.archive({"xl/workbook.xml": b"<x/>", "../../etc/passwd": b"x"}),
        refused="unsafe_path",
    ),
    Case(
        "drive.xlsx",
        "a part on another drive",
        crafts.archive({"xl/workbook.xml": b"<x/>", "C:\\x.dll": b"x"}),
        refused="unsafe_path",
    ),
    Case(
        "root.xlsx",
        "a part at the root of the machine",
        crafts.archive({"xl/workbook.xml": b"<x/>", "/etc/passwd": b"x"}),
        refused="unsafe_path",
    ),
    Case(
        "backslash.xlsx",
        "a part that climbs out as another system writes it",
        crafts.archive({"xl/workbook.xml": b"<x/>", "xl\\..\\..\\x.dll": b"x"}),
        refused="unsafe_path",
    ),
    Case(
        "nested.zip", "an archive of workbooks", crafts.archive({"三月/a.xlsx": offices.xlsx(TABLE)}), refused="nested"
    ),
    Case(
        "locked.xlsx",
        "a password",
        crafts.compound({"EncryptionInfo": b"x", "EncryptedPackage": b"x"}),
        refused="password",
    ),
    Case("locked.xls", "a password in the old format", crafts.xls({"台账": TABLE}, locked=True), refused="password"),
    Case(
        "page.xls",
        "a web page, as old systems export it",
        "<html><table><tr><td>房源编号</td></tr></table></html>".encode("gbk"),
        refused="markup",
    ),
    Case(
        "xml.xls",
        "XML of Excel 2003",
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        refused="markup",
    ),
    Case("cut.xlsx", "cut off amid", offices.xlsx(TABLE)[:3000], refused="damaged"),
    Case("cut.xls", "cut off amid", crafts.xls({"台账": TABLE})[:1800], refused="damaged"),
    Case(
        "text.xlsx",
        "a text under the name of a workbook",
        offices.csv(TABLE).encode(),
        first=("U1", "B1", "100", "3.5", "已租"),
    ),
    Case("workbook.csv", "a workbook under the name of a text", offices.xlsx(TABLE), first=tuple(A)),
    Case("word.docx", "a letter", crafts.archive({"word/document.xml": b"<x/>"}), refused="not_a_table"),
    Case("picture.csv", "a picture", b"\x89PNG\r\n\x1a\n" + bytes(100), refused="not_a_table"),
    Case("layer.csv", "GeoJSON", b'{"type": "FeatureCollection", "features": []}', refused="not_a_table"),
    Case("shapes.zip", "a shapefile", crafts.archive({"a.shp": b"x", "a.dbf": b"x"}), refused="not_a_table"),
    Case("old.xls", "a workbook of Excel 4", b"\x09\x04\x06\x00\x00\x04\x10\x00" + bytes(50), refused="old"),
)


def write(folder: Path) -> list[Path]:
    """Write every file of the corpus into `folder`."""
    paths = []
    for case in (*CASES, *meanings.CASES):
        paths.append(folder / case.name)
        paths[-1].write_bytes(case.body)
    return paths


if __name__ == "__main__":
    print(f"{len(write(Path(sys.argv[1])))} files")  # noqa: T201 - a script
