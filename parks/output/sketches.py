"""Small maps that place something beside the district's outline: drawn by the chart library, without a base map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import shapely
import shapely.geometry

from parks.output import contrast

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from parks.words import Translate

MOST = 400
"""Shapes drawn at most, evenly taken: enough to see where a layer lies."""
DISTRICT, LAYER = "#C9D3DC", "#D55E00"


def sketch(shapes: gpd.GeoSeries, district: gpd.GeoSeries, t: Translate, *, height: int = 320) -> alt.LayerChart:
    """Return a map of a layer beside the district.

    Parameters
    ----------
    shapes
        Where the layer would lie (EPSG:4326); of many only some are drawn, as their outlines' boxes if they are small.
    district
        Outlines to compare with (EPSG:4326).
    t
        Says the legend.
    height
        Pixels.
    """
    known = shapes[shapes.notna() & ~shapes.is_empty]
    some = known.iloc[:: max(1, -(-len(known) // MOST))]
    centres = shapely.get_coordinates(shapely.centroid(some.to_numpy()))
    lines = district[~district.geom_type.str.contains("Polygon")]
    plain = alt.Chart(_data(lines)).mark_geoshape(filled=False, stroke=contrast.SEAM, strokeWidth=0.8)
    areas = district.drop(lines.index)
    back = alt.Chart(_data(areas)).mark_geoshape(fill=DISTRICT, fillOpacity=0.5, stroke=contrast.SEAM, strokeWidth=0.8)
    front = alt.Chart(_data(some)).mark_geoshape(fill=LAYER, fillOpacity=0.45, stroke=LAYER, strokeWidth=0.8)
    rows = [{"lon": lon, "lat": lat} for lon, lat in np.round(centres, 6)]
    dots = alt.Chart(alt.InlineData(values=rows)).mark_circle(color=LAYER, size=14, opacity=0.8)
    marked = dots.encode(longitude="lon:Q", latitude="lat:Q")
    title = t("The layer (orange) beside the district")
    drawn = alt.layer(plain, back, front, marked).properties(height=height, title=title, description=title)
    made: alt.LayerChart = drawn.project(type="mercator").configure_title(
        fontSize=12, fontWeight="normal", anchor="start"
    )
    return made


def _data(shapes: gpd.GeoSeries) -> alt.InlineData:
    """Return shapes as features whose rings turn as the chart library wants them: clockwise outside."""
    turned = [_turned(shape) for shape in shapes.to_numpy()]
    features = [
        {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(shape)} for shape in turned if shape
    ]
    return alt.InlineData(values=features)


def _turned(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape whose rings turn clockwise outside; lines as they are."""
    if not shape.geom_type.endswith("Polygon"):
        return shape
    turned: BaseGeometry = shapely.orient_polygons(shape, exterior_cw=True)
    return turned
