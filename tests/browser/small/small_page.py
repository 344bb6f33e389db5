"""One map, one switch of colours, one panel; the buildings and their names come from `small_data`."""

import json
import os

import small_data
import streamlit as st
from streamlit_folium import st_folium

from parks.output import bases, maps, shading
from parks.pages import selection

st.set_page_config(layout="wide")
BY = ["vacancy", "role", "availability"]


@st.cache_resource
def ground(datum: str) -> maps.Ground:
    return maps.ground(small_data.PARK, small_data.RULES, lang="en", context=small_data.CONTEXT, datum=datum)


BENEATH = bases.allowed(os.environ)
MOMENTS = {
    "day": lambda _: None,
    "quarters": lambda every: maps.Times([(f"2026-Q{at}", every[name]) for at, name in enumerate(BY, 1)], 1),
    "compare": lambda every: maps.Against("this day", "other day", every["role"]),
}


def classes(by: str) -> shading.Shading:
    return maps.classes(small_data.PARK, small_data.SPACE, rules=small_data.RULES, by=by, lang="en")


@st.fragment
def desk() -> None:
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    colour, when, below, far = st.columns(4)
    by = colour.radio("Colour", BY, horizontal=True)
    moment = when.radio("Moment", list(MOMENTS), horizontal=True)
    beneath = BENEATH.get(below.radio("Base", ["own", *BENEATH], horizontal=True))
    far = far.checkbox("Go to the western park")
    base = ground(beneath.datum if beneath else "wgs84")
    every = {name: maps.colours(base, classes(name)) for name in BY}
    left, right = st.columns([3, 1])
    answer = (st.session_state.get("map") or {}).get("picked")
    st.session_state["company"] = selection.company(answer) or st.session_state.get("company")
    selection.clicked(base, answer)
    picked = st.session_state.get("picked")
    with left:
        st_folium(
            maps.park_map(small_data.RULES),
            key="map",
            height=500,
            use_container_width=True,
            returned_objects=[],
            feature_group_to_add=maps.view(
                base,
                every[by],
                lang="en",
                picked=picked,
                focus={"kind": "park", "id": "west"} if far else None,
                more={"cards": maps.cards(small_data.PARK, lang="en")},
                moment=MOMENTS[moment](every),
                base_map=beneath,
            ),
        )
    right.text(f"panel {json.dumps(picked)}")
    right.text(f"company {st.session_state['company']}")
    right.text(f"runs {st.session_state['runs']}")


desk()
