"""Outlines of made-up buildings: bars, Ls and Us on a turned grid round the park's schematic point."""

from __future__ import annotations

import math

EQUATOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
DIGITS = 7
"""Decimals of a degree: about a centimetre."""
Corners = list[tuple[float, float]]


def bar(width: float, depth: float) -> Corners:
    """Return a bar `width` by `depth` metres with its middle at the origin."""
    x, y = width / 2, depth / 2
    return [(-x, -y), (x, -y), (x, y), (-x, y)]


def angle(width: float, depth: float, arm: float) -> Corners:
    """Return an L: a bar with a wing `arm` metres long at its left end."""
    x, y, wing = width / 2, (depth + arm) / 2, depth
    return [(-x, -y), (x, -y), (x, -y + depth), (-x + wing, -y + depth), (-x + wing, y), (-x, y)]


def court(width: float, depth: float, arm: float) -> Corners:
    """Return a U: a bar with a wing `arm` metres long at either end."""
    x, y, wing = width / 2, (depth + arm) / 2, min(depth, width / 3)
    inner = -y + depth
    return [(-x, -y), (x, -y), (x, y), (x - wing, y), (x - wing, inner), (-x + wing, inner), (-x + wing, y), (-x, y)]


def area_m2(corners: Corners) -> float:
    """Return the area of a simple outline in square metres."""
    following = corners[1:] + corners[:1]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, following, strict=True))) / 2


def size(corners: Corners) -> tuple[float, float]:
    """Return the width and the depth of the box round an outline, in metres."""
    xs, ys = zip(*corners, strict=True)
    return max(xs) - min(xs), max(ys) - min(ys)


def wkt(corners: Corners, at: tuple[float, float], centre: tuple[float, float], turn_deg: float) -> str:
    """Return the outline as WKT in EPSG:4326.

    Parameters
    ----------
    corners
        Outline in metres round its own middle.
    at
        Its middle in the park's grid, metres east and north before the turn.
    centre
        The park's point, longitude and latitude.
    turn_deg
        Turn of the whole grid, degrees anticlockwise.
    """
    lon_m, lat_m = _metres_a_degree(centre[1])
    cos, sin = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    places = []
    for x, y in corners:
        east, north = x + at[0], y + at[1]
        lon = centre[0] + (east * cos - north * sin) / lon_m
        lat = centre[1] + (east * sin + north * cos) / lat_m
        places.append(f"{lon:.{DIGITS}f} {lat:.{DIGITS}f}")
    return f"POLYGON (({', '.join([*places, places[0]])}))"


def _metres_a_degree(lat: float) -> tuple[float, float]:
    """Return the length of a degree of longitude and of latitude on the ellipsoid WGS 84."""
    squared = FLATTENING * (2 - FLATTENING)
    root = 1 - squared * math.sin(math.radians(lat)) ** 2
    across = EQUATOR_M / math.sqrt(root) * math.cos(math.radians(lat))
    along = EQUATOR_M * (1 - squared) / root**1.5
    return math.radians(across), math.radians(along)
