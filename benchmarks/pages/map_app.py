"""The process that the map is measured in: every way of drawing it on one page, the way named by the link."""

import streamlit as st

from parks.output import layers

app = st.App("map_page.py", routes=layers.routes())
