"""How fast the whole set of reports is made, against writing the same tables as plain sheets.

Run: python benchmarks/reports.py [--write] [--sizes N …]   (with --write the results go to benchmarks/reports.md)
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from parks import policy, schema, snapshot, words
from parks.intake import sample
from parks.output import reports

if TYPE_CHECKING:
    from parks.policy import Policy
    from parks.snapshot import Snapshot

DAY = dt.date(2026, 10, 31)
"""The day of the sample."""
SIZES = (1_000, 10_000, 30_000)
MOST = 60.0
"""CPU seconds that the whole set of 10,000 units may take."""
RESULTS = Path(__file__).with_suffix(".md")
COPIED = {
    "buildings": ("building_id",),
    "floors": ("floor_id", "building_id"),
    "units": ("unit_id", "floor_id", "building_id"),
}
COPIED |= {"leases": ("lease_id", "unit_id")}
"""Table → the ids that get a number when the sample is laid down once more."""
HEAD = """# Reports: the whole set

Written by `benchmarks/reports.py`. The sample, laid down as often as the units need (buildings, floors, units, leases;
parks, companies, projects and papers stay as they are). *Set* is all five formats in both languages, with every
chapter but the plan's: figures, charts, maps, files. *Plain* is the baseline in the same run: `DataFrame.to_excel` of
the same tables into one workbook, without a figure worked out. CPU seconds of the process.
On paper a long list shows its first 200 rows; the workbook and the web page hold all.

Read the ratio and the growth; the seconds belong to one shared two-core machine.

"""
COLUMNS = (
    "units",
    "figures, s",
    "xlsx, s",
    "docx, s",
    "pdf, s",
    "html, s",
    "gpkg, s",
    "set, s",
    "plain, s",
    "times",
    "growth",
)


def district(size: int) -> Snapshot:
    """Return the sample with about `size` units."""
    tables = sample.read()
    copies = -(-size // len(tables["units"]))
    for name, ids in COPIED.items():
        frame = tables[name]
        parts = [frame if number == 0 else _again(frame, ids, number) for number in range(copies)]
        joined = pd.concat(parts, ignore_index=True)
        tables[name] = (
            gpd.GeoDataFrame(joined, geometry="geometry", crs=frame.crs)
            if isinstance(frame, gpd.GeoDataFrame)
            else joined
        )
    tables["units"] = tables["units"].iloc[:size]
    kept = set(tables["units"]["unit_id"])
    tables["leases"] = tables["leases"][tables["leases"]["unit_id"].isin(kept)].reset_index(drop=True)
    return snapshot.of(DAY, tables)


def _again(frame: pd.DataFrame, ids: tuple[str, ...], number: int) -> pd.DataFrame:
    return frame.assign(**{name: frame[name] + f"~{number}" for name in ids})


def measured(park: Snapshot, rules: Policy) -> dict[str, float]:
    """Return CPU seconds of each part of a set, and of the set."""
    began = time.process_time()
    draft = reports.draft(park, rules)
    said = {lang: draft.report(lang) for lang in words.LANGUAGES}
    found = {"figures": time.process_time() - began}
    with tempfile.TemporaryDirectory() as folder:
        for form in reports.FORMS:
            start = time.process_time()
            for lang in words.LANGUAGES:
                reports.put(Path(folder) / reports.name(park, lang, form), draft, said[lang], form)
            found[form] = time.process_time() - start
    return found | {"set": time.process_time() - began}


def plain(park: Snapshot) -> float:
    """Return CPU seconds for the same tables as sheets."""
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder, pd.ExcelWriter(Path(folder) / "a.xlsx", engine="xlsxwriter") as book:
        for name in schema.TABLES:
            pd.DataFrame(park.table(name)).drop(columns="geometry", errors="ignore").to_excel(book, sheet_name=name)
    return time.process_time() - began


def main() -> None:
    """Measure every size; refuse a set of 10,000 units that takes too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the results")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options = parser.parse_args()
    rules = policy.load(schema.DATA)
    lines, before = [f"| {' | '.join(COLUMNS)} |", "|" + "---:|" * len(COLUMNS)], 0.0
    reports.draft(district(500), rules).report("en")  # what is loaded once is not counted
    for size in options.sizes:
        park = district(size)
        base, found = plain(park), measured(park, rules)
        growth = f"{found['set'] / before:.1f}" if before else "–"
        before = found["set"]
        parts = [f"{found[name]:.1f}" for name in ("figures", *reports.FORMS, "set")]
        lines.append(f"| {size:,} | {' | '.join(parts)} | {base:.1f} | {found['set'] / base:.1f} | {growth} |")
        print(lines[-1], flush=True)
        assert size > 10_000 or found["set"] < MOST, "the whole set takes too long"
    if options.write:
        RESULTS.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
