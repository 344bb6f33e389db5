"""Whether places are so near, or of such a kind, that a conflict speaks of them: code that no solver shares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from parks import crs

Row = dict[str, Any]


def _empty(cell: Any) -> bool:  # noqa: ANN401 - a cell
    return bool(pd.isna(cell))


def meets(row: Row, one: Row, two: Row) -> bool:
    """Return whether two units surely lie so that a conflict keeps its two uses out of them.

    Parameters
    ----------
    row
        The conflict.
    one, two
        Units with the cells of floor and building.
    """
    if row["scope"] == "floor":
        return bool(one["floor_id"] == two["floor_id"])
    if row["scope"] == "neighbouring":
        return _next_door(one, two)
    if row["scope"] == "distance":
        if one["building_id"] == two["building_id"]:
            return row["one_building"] is not False
        return closer(one["geometry"], two["geometry"], row["distance_m"])
    return bool(one["building_id"] == two["building_id"])


def _next_door(one: Row, two: Row) -> bool:
    """Adjoining on a floor, or on floors one above the other."""
    if one["building_id"] != two["building_id"]:
        return False
    if one["floor_id"] == two["floor_id"]:
        places = [one["position"], two["position"]]
        return not any(_empty(place) for place in places) and abs(places[0] - places[1]) == 1
    levels = [one["level"], two["level"]]
    if any(_empty(level) for level in levels):
        return False
    low, high = sorted(levels)
    return bool(high - low == 1 or (low == -1 and high == 1))


def closer(one: Any, two: Any, distance_m: float) -> bool:  # noqa: ANN401 - shapes or nothing
    """Return whether two shapes are known and less than a distance [m] apart, in a plane about the first."""
    if one is None or two is None or one.is_empty or two.is_empty:
        return False
    lon, lat = one.centroid.coords[0][:2]
    plane = [
        shapely.transform(shape, lambda at: np.column_stack(crs.to_local(lon, lat, at[:, 0], at[:, 1])))
        for shape in (one, two)
    ]
    return bool(plane[0].distance(plane[1]) < distance_m)


def ruled_out(row: Row, at: Row, buildings: list[Row], heights: dict[str, list[float]], limit: float) -> bool:
    """Return whether a unit surely has what a conflict rules out, or such a building near it.

    Parameters
    ----------
    row
        The conflict, whose second use is a place.
    at
        The unit with the cells of floor and building.
    buildings
        All buildings.
    heights
        Heights [m] of the floors above ground of each building, NA where not known.
    limit
        Height [m] above which a building of several storeys is a high-rise.
    """
    if row["place"] == "basement":
        return not _empty(at["level"]) and bool(at["level"] < 0)
    if row["scope"] != "distance":
        return _is_kind(row["place"], at, heights, limit)
    return any(
        other["building_id"] != at["building_id"]
        and _is_kind(row["place"], other, heights, limit)
        and closer(at["geometry"], other["geometry"], row["distance_m"])
        for other in buildings
    )


def _is_kind(place: str, building: Row, heights: dict[str, list[float]], limit: float) -> bool:
    storeys = heights.get(building["building_id"], [])
    high = len(storeys) > 1 and pd.Series(storeys, dtype="Float64").sum() > limit
    civil = str(building["use_type"]) == "headquarters"
    return {"high_rise": high, "civil": civil, "high_rise_civil": high and civil, "building": True}[place]
