"""Whether two units are so near that a conflict speaks of them, told by simple code that the solver does not share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from parks import crs

Row = dict[str, Any]


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
        return not any(pd.isna(place) for place in places) and abs(places[0] - places[1]) == 1
    levels = [one["level"], two["level"]]
    if any(pd.isna(level) for level in levels):
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
