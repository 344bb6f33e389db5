"""Numbered markers that keep clear of each other: each near its place, with a stroke to it when it had to move."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from parks.output import contrast, drawings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Points = NDArray[np.float64]

RADIUS = 10.0
"""Of a marker [px]."""
ROUNDS = 300
MOVED = 4.0
"""A marker farther than this from its place gets a stroke to it [px]."""
GOLDEN = math.pi * (3 - math.sqrt(5))
"""Turn between two markers of one place, so that each goes another way."""


def apart(places: Points, frame: tuple[float, float, float, float]) -> Points:
    """Return where the markers of `places` stand so that none lies on another, as near as that lets them.

    Parameters
    ----------
    places
        One row a marker: x, y [px].
    frame
        Left, top, right, bottom that no marker crosses [px].
    """
    number = np.arange(len(places))
    nudge = np.column_stack([np.cos(number * GOLDEN), np.sin(number * GOLDEN)]) * 0.01
    found: Points = places.astype(np.float64) + nudge
    low, high = np.array(frame[:2]) + RADIUS, np.array(frame[2:]) - RADIUS
    for _ in range(ROUNDS):
        away = found[:, None, :] - found[None, :, :]
        far = np.hypot(away[..., 0], away[..., 1])
        np.fill_diagonal(far, np.inf)
        push = np.clip(2 * RADIUS + 1 - far, 0, None) / 2
        step = (away / np.maximum(far, 1e-9)[..., None] * push[..., None]).sum(axis=1)
        if not push.any():
            break
        found = np.clip(found + 0.6 * step + 0.01 * (places - found), low, high)
    return found.round(1)


def drawn(places: Points, stands: Points, numbers: Sequence[int], colours: Sequence[str]) -> str:
    """Return the markers as SVG: strokes first, then places, then numbers."""
    strokes, dots, signs = [], [], []
    for place, stand, number, colour in zip(places.tolist(), stands.tolist(), numbers, colours, strict=True):
        (x, y), (at, down) = place, stand
        if math.dist(place, stand) > MOVED:
            strokes.append(drawings.line(x, y, at, down, drawings.QUIET, 0.7))
            dots.append(dot(x, y, 2.2, drawings.INK))
        ink = contrast.ink(colour)
        signs.append(
            dot(at, down, RADIUS - 0.8, colour)
            + drawings.text(at, down + 3.5, number, text_anchor="middle", font_size=10, fill=ink)
        )
    return "".join([*strokes, *dots, *signs])


def dot(x: float, y: float, radius: float, colour: str) -> str:
    """Return a filled circle with a white rim."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{colour}" stroke="#FFFFFF" stroke-width="1"/>'
