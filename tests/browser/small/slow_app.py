"""The frame round a page that takes long."""

import time

import streamlit as st

from parks.pages import frame, overview


def slow(_current):
    time.sleep(6)
    st.write("worked out")


overview.show = slow
frame.main()
