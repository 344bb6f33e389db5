"""The report as a GeoPackage: the layers with the report's figures joined, and a table of what the cover says."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyogrio

from parks.output import tables
from parks.status import progress, support, vacancy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from parks.output.chapters import Material
    from parks.output.content import Report

CLOCK = "OGR_CURRENT_DATE"
"""GDAL's setting for the time that it writes into the file: the data date, so that two runs agree."""


def write(path: Path, made: Material, said: Report, mark: str) -> None:
    """Write the layers (EPSG:4326) with their figures (`layers_of`), and the cover as `metadata`.

    Parameters
    ----------
    path
        A new file.
    made, said
        The figures, and the report that tells them.
    mark
        What the file carries (`seals.mark`).
    """
    facts = [*said.facts, ("notice", said.notice), ("mark", mark)]
    layers = layers_of(made) | {"metadata": pd.DataFrame(facts, columns=["fact", "value"])}
    with _still(f"{said.day.isoformat()}T00:00:00.000Z"):
        tables.write(path, layers, lang=said.lang, day=said.day)


def layers_of(made: Material) -> dict[str, pd.DataFrame]:
    """Return zones, parks, buildings, units, projects, facilities and outlines, with the sums of the report."""
    rules, park, space = made.rules, made.park, made.space
    drop = ["park_id", "zone_id", "standing"]
    sums = {
        "zones": vacancy.by(space, "zone", made.counted_in).rename(columns={"standing": "figures_standing"}),
        "parks": vacancy.by(space, "park").drop(columns=drop[1:]),
        "buildings": vacancy.by(space, "building").drop(columns=drop),
    }
    frames = {"zones": rules.zones, "parks": park.parks, "buildings": park.buildings}
    found: dict[str, pd.DataFrame] = {
        name: gpd.GeoDataFrame(
            frame.merge(sums[name].dropna(subset=[f"{name[:-1]}_id"]), on=f"{name[:-1]}_id", how="left"), crs=frame.crs
        )
        for name, frame in frames.items()
    }
    done = progress.by(park, rules, "zone", made.rule, made.basis)
    for kind in ("new_build", "renewal"):
        own = done.loc[
            (done["kind"] == kind) & done["zone_id"].notna(), ["zone_id", "done_m2", "under_way_m2", "planned_m2"]
        ]
        own = own.rename(columns={f"{part}_m2": f"{kind}_{part}_m2" for part in progress.PARTS})
        found["zones"] = gpd.GeoDataFrame(found["zones"].merge(own, on="zone_id", how="left"), crs=rules.zones.crs)
    found["units"] = space
    found["projects"] = _projects(made)
    used = support.in_use(park)["facility_id"]
    found["facilities"] = park.facilities.assign(in_use=park.facilities["facility_id"].isin(used))
    found["outlines"] = park.outlines
    return found


def _projects(made: Material) -> pd.DataFrame:
    """Return the projects with their part in the programme and the area that counts."""
    part = made.projects[["project_id", "part", "area_m2", "quarter"]]
    told = part.assign(part=part["part"].map(dict(enumerate(progress.PARTS))).astype("string"))
    return made.park.projects.merge(told, on="project_id", how="left")


@contextlib.contextmanager
def _still(moment: str) -> Iterator[None]:
    """Let the writer take one moment for now."""
    before = pyogrio.get_gdal_config_option(CLOCK)
    pyogrio.set_gdal_config_options({CLOCK: moment})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({CLOCK: before})
