"""One page, four ways: ours, plain st_folium of the same layer, an empty folium map, our map of the sample size."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import folium
import streamlit as st
import synthetic
from streamlit_folium import st_folium

from parks.output import layers, maps

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

st.set_page_config(layout="wide")
LOCAL = maps.ROOT + layers.asset_url("leaflet.js"), maps.ROOT + layers.asset_url("leaflet.css")
folium.Map.default_js, folium.Map.default_css = [("leaflet", LOCAL[0])], [("leaflet_css", LOCAL[1])]
"""The baseline gets its Leaflet from this process too: else it would measure a download, or draw nothing offline."""


@st.cache_resource(show_spinner=False)
def drawn(count: int) -> tuple[maps.Ground, maps.Colours]:
    """Return layers and colours, packed once for all sessions."""
    park = synthetic.park(count)
    space = synthetic.space(count)
    base = maps.ground(park, synthetic.RULES, lang="zh", context=synthetic.CONTEXT)
    colours = maps.colours(base, maps.classes(park, space, rules=synthetic.RULES, by="vacancy", lang="zh"))
    gc.collect()
    gc.freeze()
    return base, colours


@st.fragment
def ours(count: int) -> None:
    """Draw map and panel in one fragment, the layers fetched by the browser."""
    left, right = st.columns([3, 1])
    base, colours = drawn(count)
    picked = (st.session_state.get("map") or {}).get("picked")
    picked = picked and {"kind": picked["kind"], "id": picked["id"]}
    with left:
        st_folium(
            maps.park_map(synthetic.RULES),
            key="map",
            height=600,
            use_container_width=True,
            returned_objects=[],
            feature_group_to_add=maps.view(base, colours, lang="zh", picked=picked),
        )
    if picked:
        panel(right, picked["id"], count)


def plain(count: int) -> None:
    """As the documentation of streamlit-folium shows it: a style and a tooltip a feature, every event returned."""
    left, right = st.columns([3, 1])
    layer = synthetic.layer(count)
    drawing = folium.Map(location=synthetic.MIDDLE, zoom_start=14, tiles=None)
    folium.GeoJson(
        layer,
        style_function=lambda feature: {"fillColor": feature["properties"]["colour"], "weight": 1, "fillOpacity": 0.9},
        tooltip=folium.GeoJsonTooltip(["name", "line"]),
    ).add_to(drawing)
    with left:
        answer = st_folium(drawing, height=600, use_container_width=True)
    last = (answer or {}).get("last_active_drawing")
    if last:
        panel(right, last["properties"]["id"], count)


def panel(place: DeltaGenerator, name: str, count: int) -> None:
    """Show the units of what was clicked."""
    units = synthetic.space(count)
    place.text(f"picked {name}")
    place.dataframe(units[units["building_id"] == name])


def empty() -> None:
    """Draw a map with nothing on it."""
    st_folium(folium.Map(location=synthetic.MIDDLE, zoom_start=10, tiles=None), height=600, use_container_width=True)


way, number = st.query_params.get("way", "empty"), int(st.query_params.get("n", "1000"))
if way == "empty":
    empty()
else:
    {"ours": ours, "plain": plain}[way](number)
