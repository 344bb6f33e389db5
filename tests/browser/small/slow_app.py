"""The frame round pages that take long: one that is sent after the bar, and one that is sent before it."""

import time

import streamlit as st

from parks.pages import audit, frame, overview


def slow(_current):
    time.sleep(6)
    st.write("worked out")


audit.show = overview.show = slow
frame.main()
