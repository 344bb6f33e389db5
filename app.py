"""The one process: the screens and, beside them, the routes of the map: layers, scripts, measures, printed pages."""

import streamlit as st

from parks.output import layers, measures, view_prints
from parks.pages import frame

app = st.App(
    frame.SCRIPT,
    routes=[*layers.routes(), *measures.routes(), *view_prints.routes()],
    middleware=frame.middleware(),
    lifespan=frame.warmed,
)
