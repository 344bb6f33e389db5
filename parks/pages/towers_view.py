"""The 3D of a park in the panel: its floors as slices; a click on one picks its building and chooses its units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parks.output import markup, towers
from parks.pages import session, tables

if TYPE_CHECKING:
    from collections.abc import Hashable

    from parks.pages.session import Session

FLAT, SOLID = "list", "3d"
HEIGHT = 520
TURN = "towers_turn"
"""Where the session counts the clicks on slices."""


def wanted(s: Session, flat: str) -> bool:
    """Draw the switch between what is flat, as it is called there, and the park in 3D; say whether 3D is on."""
    titles = {FLAT: flat, SOLID: s.t("3D of the park")}
    return session.switch(s.t("Shown as"), tuple(titles), "look", titles.__getitem__) == SOLID


def show(s: Session, park_id: str, by: str, building: str | None = None) -> None:
    """Draw a park with its legend and what the picture leaves out; `building` stands out."""
    t = s.t
    drawn = _scene(s, park_id, by, (*s.key, s.lang))
    if drawn.slices:
        key = f"towers_{park_id}"
        st.pydeck_chart(
            towers.picture(drawn, building, st.session_state.get(TURN, 0)),
            key=key,
            height=HEIGHT,
            on_select=lambda: _clicked(s, key, by),
            selection_mode="single-object",
        )
        st.html(" ".join(_sign(name, colour) for name, colour in drawn.legend))
        st.caption(
            t(
                "Drag to move, drag with the right button or Ctrl to turn, click a floor to pick its building and "
                "choose the units of that colour on it, the ground to pick the park. "
                "A floor with several colours is cut in proportion to area; where in it a unit lies is not shown. "
                "If it stays empty, this browser cannot draw in 3D (WebGL): choose the other view."
            )
        )
    else:
        st.info(t("No building of this park has an outline and floors on record: there is nothing to draw in 3D."))
    for note in drawn.notes:
        st.caption(note)
    if drawn.missing:
        names = tables.names(s, "buildings")
        st.markdown(t("**Not drawn as floors**"))
        session.listed([f"{names.get(code, code)}: {why}" for code, why in drawn.missing.items()])


def _sign(name: str, colour: str) -> str:
    """Return an entry of the legend."""
    box = f"display:inline-block;width:.8em;height:.8em;border:1px solid #8A96A3;background:{colour}"
    line = "white-space:nowrap;margin-right:1em;font-size:.8rem"
    return f'<span style="{line}"><i style="{box}"></i> {markup.escape(name)}</span>'


@st.cache_resource(show_spinner=False, max_entries=32)
def _scene(_s: Session, park_id: str, by: str, key: Hashable) -> towers.Scene:
    del key
    return towers.scene(_s.park, _s.space, park_id, by, _s.lang)


def _clicked(s: Session, key: str, by: str) -> None:
    """Pick the building of the slice that was clicked and choose its units, or on the ground pick the park.

    The flat map goes there; what was chosen in that building before is chosen no more, as by a click in its stack.
    """
    for rows in st.session_state[key]["selection"]["objects"].values():
        kind, _, code = str(rows[0]["at"]).partition(" ")
        st.session_state["picked"] = st.session_state["focus"] = {"kind": kind, "id": code}
        st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
        if kind == "building":
            part = str(rows[0].get("part", ""))
            st.session_state[f"units_{code}"] = towers.units(s.space, s.park.day, code, by, part)
