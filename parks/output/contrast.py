"""Whether words can be read on a colour: the contrast of WCAG 2.1, and the ink that reads better."""

from __future__ import annotations

from typing import Final

LEAST: Final = 4.5
"""Contrast that words of any size need (WCAG 2.1, 1.4.3, level AA)."""
THEME: Final = "currentColor"
"""The ink of what stands on the page itself: the text colour of the reader's theme, light or dark."""
SEAM: Final = "#8796A5"
"""Between shapes: seen on a light page and on a dark one."""


def luminance(colour: str) -> float:
    """Return the relative luminance (0–1) of a colour ``#RRGGBB``, as WCAG 2.1 defines it."""
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)  # noqa: PLR2004
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def ratio(one: str, other: str) -> float:
    """Return the contrast (1–21) of two colours ``#RRGGBB``."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink(colour: str) -> str:
    """Return black or white, whichever reads better on a colour: never below 4.58."""
    return max(("#000000", "#FFFFFF"), key=lambda each: ratio(each, colour))
