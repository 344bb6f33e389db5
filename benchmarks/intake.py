"""How fast ledgers are read and their rows found, against the fastest library reader of the same files.

Run: python benchmarks/intake.py [--write]   (with --write the results go to benchmarks/intake.md)
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import functools
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import python_calamine
import xlsxwriter

from parks import words
from parks.intake import headings
from parks.intake.grids import layout, sheets

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES = (10_000, 100_000)
KINDS = ("csv", "xlsx")
TRIES = 3
RESULTS = Path(__file__).with_suffix(".md")
HEADINGS = [
    *("房源编号", "所属楼栋", "所属楼层", "房源名称", "可租面积(㎡)", "建筑面积(㎡)", "净高(m)", "楼面荷载(kN/㎡)"),
    *("用电容量(kVA)", "状态", "企业", "起租日", "到期日", "租金(元/㎡/天)", "押金", "联系人", "电话", "双电源"),
    *("备注", "序号"),
]
HEAD = """# Intake: reading ledgers and finding their rows

Written by `benchmarks/intake.py`. A made-up ledger of units: twenty columns of texts, numbers, days, yes/no and blanks,
one line of headings, no sums. Every figure is the best of three, each in a process of its own.

*Bare* is the baseline in the same run: the file into lists of cells by the fastest library reader, `python-calamine`
for .xlsx and `csv` for text, without any check. *Read* is `sheets.read`: what the file is, whether it may be opened,
its encoding and separator, its digest, failed formulas, and for workbooks a process of its own that can be lost.
*Find* is `layout.find`: headings, rows, totals, notes. Seconds are CPU seconds, those of the process for workbooks
among them; *times* is read and find against bare, *a row* their cost in microseconds. *Peak* is the most memory
(resident) of the application; in brackets that of the reading process, which is given back at its end.

Read the ratio and the growth; the seconds belong to one shared two-core machine.

"""
COLUMNS = ("file", "rows", "bare, s", "read, s", "find, s", "times", "a row, µs", "growth", "peak bare, MB", "peak, MB")
RULED = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"


def ledger(size: int) -> Iterator[list[object]]:
    """Return the rows of a ledger of units."""
    day = dt.date(2024, 1, 1)
    for at in range(size):
        begun = day + dt.timedelta(at % 700)
        yield [
            *(f"U{at:06d}", f"B{at // 50:04d}", f"F{at // 10:05d}", f"{at % 30 + 1}0{at % 9}室"),
            *(
                100 + at % 900 + 0.5,
                120.25 + at % 900,
                4.5,
                5 + at % 7,
                200 + at % 50,
                ("已租", "空置", "意向")[at % 3],
            ),
            *(f"上海某某生物医药科技有限公司{at % 3000}", begun, begun + dt.timedelta(1095), 3.5 + at % 10 / 10),
            *(
                None if at % 7 else 10_000,
                "王小二",
                f"021-5080{at % 10_000:04d}",
                at % 3 == 0,
                None if at % 5 else "临街",
            ),
            at + 1,
        ]


def write(path: Path, size: int) -> None:
    """Write a ledger of so many rows."""
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([HEADINGS, *ledger(size)])
        return
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("台账")
        for at, row in enumerate([HEADINGS, *ledger(size)]):
            sheet.write_row(at, 0, row)


def bare(path: Path) -> int:
    """Read a file with the library alone; give its number of rows."""
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            return len(list(csv.reader(file))) - 1
    book = python_calamine.load_workbook(path)
    return len(book.get_sheet_by_index(0).to_python(skip_empty_area=False)) - 1


def used() -> float:
    """Return the processor's time of this process and of those it started and lost [s]."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def peak() -> float:
    """Return the most memory that this process has had [MB]; what `getrusage` tells begins with that of its parent."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", told)[1]) / 1024


def measure(step: str, path: Path) -> dict[str, float]:
    """Take one step in this process: CPU seconds of its parts, rows, and the most memory [MB]."""
    if step == "write":
        write(path, int(path.stem))
        return {}
    t, known = words.translator("zh"), functools.partial(headings.is_known, table="units")
    known("面积")  # reads the schema, once a process
    begun = used()
    if step == "bare":
        return {"rows": bare(path), "bare": used() - begun, "peak": peak()}
    book = sheets.read(path, t)
    read = used()
    body = layout.find(book.sheets[0], known, t)
    assert not body.issues
    lost = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"rows": len(body.records), "read": read - begun, "find": used() - read, "peak": peak(), "peak_lost": lost}


def step(name: str, path: Path) -> dict[str, float]:
    """Take one step in a process of its own."""
    command = [sys.executable, __file__, "--step", name, path]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def best(path: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Return the best of several runs of the baseline and of ours, in turns."""
    runs = [(step("bare", path), step("ours", path)) for _ in range(TRIES)]
    bare_runs, our_runs = zip(*runs, strict=True)
    return tuple({name: min(run[name] for run in each) for name in each[0]} for each in (bare_runs, our_runs))


def compared(path: Path, size: int, before: float | None) -> tuple[str, float]:
    """Return the row of results of one file, and its cost a row [µs]."""
    step("write", path)
    plain, ours = best(path)
    assert plain["rows"] == ours["rows"] == size
    whole = ours["read"] + ours["find"]
    cost = whole / size * 1e6
    growth = f"{cost / before:.2f}" if before else ""
    lost = f" ({ours['peak_lost']:.0f})" if path.suffix == ".xlsx" else ""
    return (
        f"| {path.suffix} | {size:,} | {plain['bare']:.2f} | {ours['read']:.2f} | {ours['find']:.2f} "
        f"| {whole / plain['bare']:.1f} | {cost:.1f} | {growth} | {plain['peak']:.0f} | {ours['peak']:.0f}{lost} |"
    ), cost


def main() -> None:
    """Measure every kind and size; print the table, and keep it when asked."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--write", action="store_true", help="keep the results in benchmarks/intake.md")
    asked.add_argument("--step", nargs=2, help="take one step (write, bare or ours) with one file")
    options = asked.parse_args()
    if options.step:
        print(json.dumps(measure(options.step[0], Path(options.step[1]))))
        return
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            cost: float | None = None
            for size in SIZES:
                line, cost = compared(Path(folder) / f"{size}.{kind}", size, cost)
                print(line, flush=True)
                lines.append(line)
    if options.write:
        RESULTS.write_text(HEAD + RULED + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
