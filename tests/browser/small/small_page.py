"""One map, one switch of colours, one panel; the buildings and their names come from `small_data`."""

import json

import small_data
import streamlit as st
from streamlit_folium import st_folium

from parks.output import maps, shading
from parks.pages import selection

st.set_page_config(layout="wide")
BY = ["vacancy", "role", "availability"]


@st.cache_resource
def ground(version: int) -> maps.Ground:
    del version
    return maps.ground(small_data.PARK, small_data.RULES, lang="en", context=small_data.CONTEXT)


def classes(by: str) -> shading.Shading:
    return maps.classes(small_data.PARK, small_data.SPACE, rules=small_data.RULES, by=by, lang="en")


@st.fragment
def desk() -> None:
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    by = st.radio("Colour", BY, horizontal=True)
    far = st.checkbox("Go to the western park")
    moment = st.radio("Moment", ["day", "quarters", "compare"], horizontal=True)
    every = {name: maps.colours(ground(1), classes(name)) for name in BY}
    left, right = st.columns([3, 1])
    selection.clicked(ground(1), (st.session_state.get("map") or {}).get("picked"))
    picked = st.session_state.get("picked")
    with left:
        st_folium(
            maps.park_map(small_data.RULES),
            key="map",
            height=500,
            use_container_width=True,
            returned_objects=[],
            feature_group_to_add=maps.view(
                ground(1),
                every[by],
                lang="en",
                picked=picked,
                focus={"kind": "park", "id": "west"} if far else None,
                times=maps.Times([(f"2026-Q{at}", every[name]) for at, name in enumerate(BY, 1)], 1)
                if moment == "quarters"
                else None,
                against=maps.Against("this day", "other day", every["role"]) if moment == "compare" else None,
            ),
        )
    right.text(f"panel {json.dumps(picked)}")
    right.text(f"runs {st.session_state['runs']}")


desk()
