"""The one process: the screens and, beside them, the routes that serve the map's layers and scripts."""

import streamlit as st

from parks.output import layers
from parks.pages import frame

app = st.App(frame.SCRIPT, routes=layers.routes(), lifespan=frame.warmed)
