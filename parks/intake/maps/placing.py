"""Puts a layer on the Earth as its file or its user says, and tells where that contradicts the district."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from parks import crs as earth
from parks.intake.maps import systems
from parks.issues import InvalidData, Issue

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from parks.intake.maps.layers import Layer
    from parks.intake.maps.systems import Box, Candidate
    from parks.words import Translate

SHOWN = 6
"""Most systems that a sentence names."""
KM = 1000.0


def candidates(layer: Layer, bounds: Box | None = None) -> tuple[Candidate, ...]:
    """Return what a layer's coordinates could be, the nearest to the district first; see `systems.fitting`."""
    return systems.fitting(layer.shapes, bounds, layer.said)


def placed(
    layer: Layer,
    t: Translate,
    *,
    crs: str | int | None = None,
    datum: str | None = None,
    swapped: bool | Collection[int] = False,
    overruled: bool = False,
    bounds: Box | None = None,
) -> tuple[gpd.GeoSeries, tuple[Issue, ...]]:
    """Return a layer's shapes in EPSG:4326 by line, and what contradicts the district.

    Parameters
    ----------
    layer
        As read.
    t
        Says the sentences.
    crs, datum
        What the user says: as in `crs.to_wgs84`. The system may be left out where the file names it.
    swapped
        Whether the axes are to be swapped first: of all shapes, or of these lines.
    overruled
        Whether what the file says about its system is wrong, and only the user's word counts.
    bounds
        West, south, east, north [°, WGS 84] of the district; Pudong's when not given.

    Returns
    -------
    tuple
        The shapes, None where there is none or its places are off the Earth; and the issues: ``outside`` (of a shape,
        or without a row of the layer), ``swapped_axes``, ``out_of_range``, ``crs_overruled``.

    Raises
    ------
    InvalidData
        What `crs.to_wgs84` refuses, each with the systems that would fit.
    """
    shapes = _turned(layer.shapes, swapped)
    try:
        given = _said(layer, crs, t, overruled=overruled)
        moved, lost = _moved(shapes, layer, given, datum, t, overruled=overruled)
    except InvalidData as fault:
        raise InvalidData(_advised(fault.issues, layer, bounds, t)) from fault
    issues = list(lost)
    if overruled and (layer.said or layer.claims):
        issues.append(_overruled(layer, given, t))
    code = earth.epsg(str(given) if overruled or layer.said is None else layer.said)
    box = bounds or systems.district()
    issues += _outside(moved, layer, box, t)
    if not swapped and code is not None:
        issues = _swapped(issues, layer, code, datum, box, t)
    return moved, tuple(issues)


def _turned(shapes: gpd.GeoSeries, swapped: bool | Collection[int]) -> gpd.GeoSeries:  # noqa: FBT001
    values = shapes.to_numpy().copy()
    chosen = np.full(len(values), swapped) if isinstance(swapped, bool) else shapes.index.isin(list(swapped))
    values[chosen] = shapely.transform(values[chosen], lambda places: places[:, ::-1])
    return gpd.GeoSeries(gpd.array.from_shapely(values, crs=shapes.crs), index=shapes.index)


def _said(layer: Layer, crs: str | int | None, t: Translate, *, overruled: bool) -> str | int | None:
    """Return the system that the user names, or that the file claims though we do not read it."""
    if overruled or not layer.claims:
        return crs
    if crs is not None:
        message = t("The layer names {layer}, you name {user}.", layer=layer.claims, user=crs)
        mend = t("Find out which of the two is right.")
        raise InvalidData([Issue(layer.name, "", "crs", str(crs), "crs_clash", message, mend)])
    return layer.claims


def _moved(
    shapes: gpd.GeoSeries,
    layer: Layer,
    given: str | int | None,
    datum: str | None,
    t: Translate,
    *,
    overruled: bool,
) -> tuple[gpd.GeoSeries, list[Issue]]:
    """Return the shapes in WGS 84 without those whose places are off the Earth or their datum, which are told."""
    values, lost = shapes.to_numpy().copy(), list[Issue]()
    said = None if overruled or layer.said is None else f"EPSG:{layer.said}"
    while True:
        series = gpd.GeoSeries(gpd.array.from_shapely(values, crs=said), index=shapes.index)
        try:
            frame = earth.to_wgs84(gpd.GeoDataFrame(geometry=series), crs=given, datum=datum, table=layer.name, t=t)
        except InvalidData as fault:
            if not all(issue.kind == "out_of_range" and issue.row for issue in fault.issues):
                raise
            places = [int(issue.row) - 1 for issue in fault.issues]
            lines = [str(shapes.index[place]) for place in places]
            lost += [replace(issue, row=line) for issue, line in zip(fault.issues, lines, strict=True)]
            values[places] = None
        else:
            return frame.geometry, lost


def _advised(issues: Iterable[Issue], layer: Layer, bounds: Box | None, t: Translate) -> list[Issue]:
    """Return refusals with the systems that would put the layer in the district."""
    fitting = candidates(layer, bounds)
    return [replace(issue, mend=_with(issue.mend, fitting, t)) for issue in issues]


def _with(mend: str, fitting: tuple[Candidate, ...], t: Translate) -> str:
    if not fitting:
        return t("{mend} No system that we read would put the layer in the district.", mend=mend)
    named = ", ".join(one.said(t) for one in fitting[:SHOWN])
    return t("{mend} These would put the layer in the district: {systems}.", mend=mend, systems=named)


def _overruled(layer: Layer, given: str | int | None, t: Translate) -> Issue:
    said = f"EPSG:{layer.said}" if layer.said else layer.claims
    message = t("The file names {layer}; it is read as {user} because you say so.", layer=said, user=given)
    mend = t("Have the file saved anew with the right system.")
    return Issue(layer.name, "", "crs", str(said), "crs_overruled", message, mend)


def _outside(moved: gpd.GeoSeries, layer: Layer, box: Box, t: Translate) -> list[Issue]:
    """Tell of shapes that lie wholly outside the district; of the layer when most of them do."""
    away = _away_m(moved.to_numpy(), box)
    known = np.isfinite(away)
    rows = np.flatnonzero(known & (away > 0))
    if rows.size * 2 <= known.sum():
        mend = t("Check the coordinates of this shape.")
        return [_far(layer, str(moved.index[row]), away[row], mend, t) for row in rows]
    mend = _with(t("Check the coordinate system and the datum of the layer."), candidates(layer, box), t)
    return [_far(layer, "", float(np.median(away[known])), mend, t)]


def _far(layer: Layer, row: str, away_m: float, mend: str, t: Translate) -> Issue:
    far = f"{away_m / KM:,.1f}"
    if row:
        message = t("This shape lies {km} km outside the district.", km=far)
    else:
        message = t("The layer lies {km} km outside the district.", km=far)
    return Issue(layer.name, row, "geometry", far, "outside", message, mend)


def _away_m(values: NDArray[Any], box: Box) -> NDArray[np.float64]:
    """Return how far the middle of each shape that lies wholly outside a box is from it [m]; 0 for the others."""
    west, south, east, north = shapely.bounds(values).T
    touches = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
    return np.where(touches, 0.0, systems.distances_m((west + east) / 2, (south + north) / 2, box))


def _swapped(issues: list[Issue], layer: Layer, code: int, datum: str | None, box: Box, t: Translate) -> list[Issue]:
    """Return the issues with those told apart whose shapes would lie in the district with swapped axes."""
    found = []
    for issue in issues:
        if issue.kind not in {"outside", "out_of_range"}:
            found.append(issue)
            continue
        shapes = layer.shapes if not issue.row else layer.shapes.loc[[int(issue.row)]]
        y, x = systems.sample(shapes).T
        lon, lat = earth.degrees(x, y, code, datum or "wgs84")
        known = np.isfinite(lon) & np.isfinite(lat)
        near = known.any() and float(np.median(systems.distances_m(lon[known], lat[known], box))) == 0
        found.append(_turn(issue, t) if near else issue)
    return found


def _turn(issue: Issue, t: Translate) -> Issue:
    message = t("The axes are swapped: the other way round it lies in the district.")
    return replace(issue, kind="swapped_axes", message=message, mend=t("Swap the axes, and look at the map again."))
