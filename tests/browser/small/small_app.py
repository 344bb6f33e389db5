"""A process that serves the map and nothing else, for the browser tests."""

import streamlit as st

from parks.output import layers, measures, view_prints

app = st.App("small_page.py", routes=[*layers.routes(), *measures.routes(), *view_prints.routes()])
