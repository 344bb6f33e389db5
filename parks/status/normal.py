"""The normal law: the share above a level, the level of a share, and draws that lie above a floor."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FAR = 9.0
"""Levels beyond this many standard deviations are taken for it: one draw in 10^18 lies there."""
PER_SD = 250
"""Points of the table in one standard deviation."""
LEVELS: Floats = np.linspace(-FAR, FAR, int(2 * FAR * PER_SD) + 1)
ABOVE: Floats = np.array([math.erfc(level / math.sqrt(2)) / 2 for level in LEVELS])
"""Share of draws above each of `LEVELS`. Between them it is read off the straight line: 10^-6 off at most."""


def above(level: Floats) -> Floats:
    """Return the share of draws above each level."""
    # The points lie evenly, so that their places are counted and not looked for.
    place = np.clip((np.asarray(level) + FAR) * PER_SD, 0, len(LEVELS) - 1.001)
    point = place.astype(np.int64)
    found: Floats = ABOVE[point] + (place - point) * (ABOVE[point + 1] - ABOVE[point])
    return found


def level(share: Floats) -> Floats:
    """Return the level above which each share of the draws lies."""
    found: Floats = np.interp(share, ABOVE[::-1], LEVELS[::-1])
    return found


def over(draws: Floats, floor: Floats) -> Floats:
    """Return standard normal draws moved so that they follow the law above `floor`; their order stays."""
    found: Floats = np.maximum(level(above(draws) * above(floor)), floor)
    return found


def excess(floor: Floats) -> Floats:
    """Return the mean of the draws above each floor."""
    density = np.exp(-(floor**2) / 2) / math.sqrt(2 * math.pi)
    share = above(floor)
    # Far out the share is too small to divide by; there the mean lies 1/floor above it.
    far = floor > FAR - 1
    found: Floats = np.where(far, floor + 1 / np.maximum(floor, 1.0), density / np.where(far, 1.0, share))
    return found
