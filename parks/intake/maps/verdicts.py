"""The sentences for what is wrong with a layer's shapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from parks import crs
from parks.intake.maps import mends
from parks.issues import Issue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parks.intake.maps.rings import Shape
    from parks.words import Translate

PLACE = re.compile(r"\[([-\d.e]+) ([-\d.e]+)\]")
"""Where a shape crosses itself, as shapely says it."""


class Verdicts(NamedTuple):
    """Says what is wrong.

    Parameters
    ----------
    table
        Named in the issues.
    t
        Says the sentences.
    wanted
        What shapes are wanted: ``point`` or ``polygon``.
    """

    table: str
    t: Translate
    wanted: str

    def alone(self, kind: str, line: int, shape: Shape, *, mend: bool) -> Issue:
        """Return what is wrong with one shape; `mend` is whether it can be mended."""
        message, advice = getattr(self, f"_{kind}")(shape)
        return self._issue(kind, line, message, advice if mend else self._by_hand(kind))

    def pair(self, kind: str, kept: int, changed: int, area_m2: float, *, mend: bool) -> Issue:
        """Return what is wrong between two shapes."""
        t, area = self.t, f"{area_m2:,.2f}"
        if kind == "duplicate":
            message = t("The same shape stands in line {other}.", other=kept)
            return self._issue("duplicate", changed, message, t("Leave this one out."))
        if kind == "alike":
            message = t("Almost the same shape stands in line {other}; both cover {area} m².", other=kept, area=area)
            return self._issue("duplicate", changed, message, t("Leave this one out."))
        if kind == "within":
            message = t("The shape lies within that of line {other}; both cover {area} m².", other=kept, area=area)
            advice = t("Say which of the two counts: a tower on its podium, a part of a whole, or one too many?")
            return self._issue("overlap", changed, message, advice)
        if kind == "overlap":
            message = t("The shape and that of line {other} cover the same {area} m².", other=kept, area=area)
            advice = t("Take it from this one, the smaller of the two.")
            return self._issue("overlap", changed, message, advice if mend else self._by_hand("overlap"))
        message = t("There is a narrow gap of {area} m² to the shape of line {other}.", other=kept, area=area)
        advice = t("Extend this one, the larger of the two, over the gap.")
        return self._issue("gap", changed, message, advice if mend else self._by_hand("gap"))

    def many(self, most: int) -> Issue:
        """Return that there are more neighbours than are looked at."""
        message = self.t(
            "Over {most} pairs of shapes lie on each other; those beyond are not looked at.", most=f"{most:,}"
        )
        advice = self.t("Check whether the layer holds each shape once.")
        return Issue(self.table, "", "geometry", "", "overlap", message, advice)

    def doubled(self, key: str, lines: Sequence[int]) -> Issue:
        """Return that a key stands in several lines."""
        listed = ", ".join(map(str, lines))
        message = self.t("The key {key} stands in the lines {lines}.", key=key, lines=listed)
        advice = self.t("Give each shape a key of its own, or join the shapes that are one.")
        return Issue(self.table, str(lines[0]), "", key, "doubled_id", message, advice)

    def _issue(self, kind: str, line: int, message: str, advice: str) -> Issue:
        return Issue(self.table, str(line), "geometry", "", kind, message, advice)

    def _by_hand(self, kind: str) -> str:
        if kind in {"missing", "empty"}:
            return self.t("Draw the shape, or bring the row without one.")
        return self.t("Draw the shape anew; it cannot be mended by itself.")

    def _missing(self, _: Shape) -> tuple[str, str]:
        return self.t("There is no shape, or none that can be read."), ""

    def _empty(self, _: Shape) -> tuple[str, str]:
        return self.t("The shape is empty."), ""

    def _wrong_kind(self, shape: Shape) -> tuple[str, str]:
        if self.wanted == "point":
            return self.t("A point is wanted; this is something else."), self.t("Take a point inside the shape.")
        if mends.parts_of(shape)[1]:
            return self.t("An outline is wanted; this is a line that closes."), self.t("Take what the line encloses.")
        if mends.polygonal(shape) is None:
            return self.t("An outline is wanted; this is a point."), ""
        return self.t("An outline is wanted; there are other things in this shape."), self.t("Keep the outlines alone.")

    def _ring(self, shape: Shape) -> tuple[str, str]:
        lines = mends.parts_of(shape)[1]
        if not lines:
            return self.t("The ring has fewer than three corners, or encloses nothing."), ""
        message = self.t(
            "The ring is not closed: its ends lie {gap} m apart.", gap=f"{max(map(_opening_m, lines)):,.2f}"
        )
        return message, self.t("Close it with a straight line.")

    def _self_crossing(self, shape: Shape) -> tuple[str, str]:
        found = PLACE.search(str(shapely.is_valid_reason(shape)))
        place = f"{float(found[1]):.6f}, {float(found[2]):.6f}" if found else ""
        message = (
            self.t("The shape crosses itself at {place}.", place=place)
            if found
            else self.t("The shape crosses itself.")
        )
        return message, self.t("Take the parts that it encloses.")

    def _doubled_point(self, shape: Shape) -> tuple[str, str]:
        (count,) = mends.repeated(np.array([shape]))
        return self.t("Corners that stand on the place of the one before: {count}.", count=int(count)), self.t(
            "Keep one of each."
        )

    def _sliver(self, shape: Shape) -> tuple[str, str]:
        flat = mends.plane(shape).metres(shape)
        width, area = f"{2 * flat.area / flat.length:,.2f}", f"{flat.area:,.2f}"
        if len(mends.parts_of(shape)[0]) > 1:
            message = self.t("Parts of the shape are too thin to be real.")
            return message, self.t("Leave the thin parts out.")
        message = self.t(
            "The shape is {width} m wide on average and has {area} m²: too thin to be real.", width=width, area=area
        )
        return message, self.t("Leave it out.")


def _opening_m(line: Shape) -> float:
    """Return how far the ends of a line in degrees lie apart [m]."""
    places = shapely.get_coordinates(line)
    return float(crs.distance_m(*places[0], *places[-1]))
