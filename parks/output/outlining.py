"""Outlines of parks and parcels as the map draws them, and one that is being drawn."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from parks import crs, outlines, words
from parks.output import figures, layers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parks.output.layers import Layer
    from parks.snapshot import Snapshot

COLUMNS: Final = ("id", "kind", "name", "fact", "uncertainty_m")
"""What the browser is told of each outline."""


def drawn(park: Snapshot, lang: str) -> gpd.GeoDataFrame:
    """Return the outlines of parks and parcels on record, the largest first; those of zones are the zones' own.

    Returns
    -------
    GeoDataFrame
        `COLUMNS` in EPSG:4326: of a park its own id, of a parcel that of the outline; `fact` says area and standing.
    """
    t, names = words.translator(lang), figures.names(park.parks, lang).set_axis(park.parks["park_id"])
    found = pd.concat([outlines.of("park", park), outlines.of("parcel", park)])
    found = found.iloc[np.argsort(-shapely.area(found.geometry.array), kind="stable")]
    is_park = (found["kind"] == "park").to_numpy(dtype=bool)
    told = zip(found["kind"], crs.area_m2(found.geometry), found["standing"], strict=True)
    facts = [
        " · ".join((figures.outlined(kind, t), figures.area(area, lang), figures.standing(how, t)))
        for kind, area, how in told
    ]
    frame = {
        "id": found["park_id"].where(is_park, found["outline_id"]),
        "kind": found["kind"],
        "name": found["park_id"].map(names).astype("string").where(is_park, figures.names(found, lang)),
        "fact": pd.array(facts, dtype="string"),
        "uncertainty_m": found["uncertainty_m"],
    }
    return gpd.GeoDataFrame(frame, geometry=found.geometry)


def draft(ring: Sequence[tuple[float, float]], *, datum: str, drawing: bool, turn: int) -> Layer:
    """Return an outline that is not saved yet as a packed layer: its corners on the map's datum, none rounded.

    Parameters
    ----------
    ring
        Longitude and latitude [°, EPSG:4326], not closed.
    datum
        What the base map stands on.
    drawing
        Whether its corners can be moved; else it is only shown.
    turn
        Other each time that the map shall begin with it anew.
    """
    lon, lat = crs.shift([lon for lon, _ in ring], [lat for _, lat in ring], datum)
    corners = np.column_stack([lon, lat]).tolist()
    said = {"ring": corners, "drawing": drawing, "turn": turn}
    return layers.pack("draft", json.dumps(said, separators=(",", ":")).encode())
