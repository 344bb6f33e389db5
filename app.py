"""The one process: the screens and, beside them, the routes that the map asks for layers, scripts and measures."""

import streamlit as st

from parks.output import layers, measures
from parks.pages import frame

app = st.App(
    frame.SCRIPT,
    routes=[*layers.routes(), *measures.routes()],
    middleware=frame.middleware(),
    lifespan=frame.warmed,
)
