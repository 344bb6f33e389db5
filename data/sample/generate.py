"""Makes the tables of the bundled sample: `python data/sample/generate.py` writes them, `--check` compares.

What is published stands in `published/` and goes through unchanged; where a park stands and how many buildings it is
given stands in `places.csv`; everything else is drawn from one seed and says `illustrative` in every row. Same seed,
same bytes: no clock, no network, no unordered set decides anything.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from making import contracts, demand, draw, occupancy, parcels, places, programme, services, stock, tables

HERE = Path(__file__).resolve().parent
UNKNOWN_COMPLETION = (("P031", "unknown"), ("P037", "built"), ("P052", "built"), ("P034", "unknown"), ("P006", "built"))
"""Parks in which one older building loses its completion date, and the status that is left."""


def make() -> dict[str, list[draw.Row]]:
    """Return the rows of every table by its name."""
    spots = places.read(HERE / "places.csv")
    buildings = stock.buildings(spots)
    projects = programme.projects(buildings, spots)
    floors = stock.floors(buildings)
    units = stock.units(floors)
    cut = occupancy.runs(units)
    empty = occupancy.vacant(cut)
    vacancies = [unit for n in sorted(empty) for unit in cut[n]]
    sitting, holder = occupancy.tenants(cut, empty)
    applying = demand.applicants(vacancies)
    leases = occupancy.leases(cut, empty, holder, applying)
    contracts.sign(leases)
    needs = demand.needs(applying, sitting, sum(unit["_area"] for unit in vacancies))
    milestones = programme.milestones(projects)
    stock.gaps(buildings, floors, units)
    _forget(buildings)
    published = HERE / "published"
    services.follow_up(applying, sitting)
    companies = places.read(published / "tenants.csv") + sitting + applying
    return {
        "parks": places.parks(places.read(published / "parks.csv"), spots),
        "buildings": buildings,
        "floors": floors,
        "units": units,
        "tenants": companies,
        "needs": needs,
        "leases": leases,
        "projects": projects,
        "milestones": milestones,
        "published_figures": places.read(published / "published_figures.csv"),
        **{name: [] for name in ("waivers", "pins", "quotas", "weights", "target_splits")},
        "facilities": services.facilities(spots, places.read(HERE.parent / "geo" / "places.csv")),
        "requests": services.requests(leases, units),
        "localisations": services.localisations(sitting + applying),
        "outlines": parcels.outlines(projects, buildings),
    }


def _forget(buildings: list[draw.Row]) -> None:
    """Make the completion of a few older buildings unknown."""
    for park, status in UNKNOWN_COMPLETION:
        old = [row for row in buildings if row["park_id"] == park and row["_cohort"] == "old" and "_renewal" not in row]
        old[-1] |= {"completed_on": None, "status": status}


def main(arguments: list[str] | None = None) -> int:
    """Write the tables, or with ``--check`` say which differ; return 0 when all is as it should be, else 1."""
    parser = argparse.ArgumentParser(description="Make the tables of the bundled sample.")
    parser.add_argument("--folder", type=Path, default=HERE, help="where the tables go (default: beside this file)")
    parser.add_argument("--check", action="store_true", help="write nothing; say which tables differ")
    options = parser.parse_args(arguments)
    differ = []
    for name, rows in make().items():
        path = options.folder / f"{name}.csv"
        text = tables.text(name, rows)
        if options.check:
            if not path.exists() or path.read_bytes() != text.encode():
                differ.append(name)
        else:
            path.write_bytes(text.encode())
    for name in differ:
        print(f"{name}.csv differs from what the generator makes: run python data/sample/generate.py")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
