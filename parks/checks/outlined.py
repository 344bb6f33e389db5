"""What outlines must satisfy: whose they are, one for each zone and park, and parcels that share no ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from parks import crs
from parks.checks import findings
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    import pandas as pd

    from parks.snapshot import Snapshot
    from parks.words import Translate

OWNER = {"zone": "zone_id", "park": "park_id", "parcel": "name_zh"}
"""What an outline is of → the column that says which."""
LEAST_M2 = 1.0
"""Ground that two parcels may share without being told: digitising does not meet to the metre."""


def rows(frame: pd.DataFrame, cell: Mapping[str, pd.Series[Any]], t: Translate) -> Iterator[Issue]:
    """Outlines of which it is not said whose they are; `cell` has an unknown cell for every column not there."""
    for kind, message, mend in (
        ("zone", t("It is not said which zone has this outline."), t("Name the zone.")),
        ("park", t("It is not said which park has this outline."), t("Name the park.")),
        ("parcel", t("The parcel has no name."), t("Write its name or number.")),
    ):
        bare = (cell["kind"] == kind).fillna(value=False) & ~findings.filled(cell[OWNER[kind]])
        yield from findings.issues("outlines", frame, bare, OWNER[kind], "missing", message, mend)


def faults(park: Snapshot, t: Translate) -> Iterator[Issue]:
    """Zones and parks with more than one outline."""
    frame = park.outlines
    message, mend = t("There is another outline of the same."), t("Keep one of them.")
    for kind in ("zone", "park"):
        doubled = (frame["kind"] == kind) & frame.duplicated(["kind", OWNER[kind]]) & frame[OWNER[kind]].notna()
        yield from findings.issues("outlines", frame, doubled, OWNER[kind], "doubled", message, mend)


def shared(park: Snapshot, t: Translate) -> Iterator[Issue]:
    """Parcels that lie over each other: worth a look, since land is let once."""
    parcels = park.outlines[(park.outlines["kind"] == "parcel") & park.outlines.geometry.notna()]
    parcels = parcels[parcels.geometry.is_valid].reset_index(drop=True)
    one, other = parcels.sindex.query(parcels.geometry, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shapes = parcels.geometry.to_numpy()
    common = gpd.GeoSeries(shapely.intersection(shapes[one], shapes[other]), crs=crs.WGS84)
    areas = crs.area_m2(common).fillna(0.0)
    mend = t("Draw one of the two again along their common side.")
    for first, second, area in zip(one, other, areas, strict=True):
        if area > LEAST_M2:
            name = parcels["name_zh"].fillna(parcels["outline_id"])
            message = t("It shares {area} m² of ground with {parcel}.", area=f"{area:,.0f}", parcel=name[first])
            yield Issue("outlines", str(parcels["outline_id"][second]), "geometry", "", "shared", message, mend)
