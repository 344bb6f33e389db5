"""Free space that hangs together on a floor and over neighbouring floors, and space to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parks.output import charts
from parks.pages import desk_holds
from parks.status import contiguity, pipeline, vacancy

if TYPE_CHECKING:
    import pandas as pd

    from parks.pages.desk import Desk
    from parks.pages.session import Session


def free(made: Desk) -> None:
    """Draw the runs of vacant units on floors, and what they make over neighbouring floors."""
    s, t = made.s, made.s.t
    runs = vacancy.contiguous(made.space, s.park)
    if runs.empty:
        st.info(t("Nothing is vacant here. Look at “Rollover and demand” for what falls free, or widen the filter."))
        return
    st.markdown(t("**On one floor**"))
    st.caption(t("Vacant units next to each other on one floor, largest first."))
    order = ["area_m2", "units", "unknown_units", "building_id", "level", "park_id", "zone_id", "unit_ids", "standing"]
    picked = made.show(_listed(runs)[order], key="contiguous", pick=True, titles=_titles(s))
    if picked is not None:
        desk_holds.place(s, list(runs["unit_ids"].iloc[picked]), key="run")
    st.markdown(t("**Over neighbouring floors**"))
    st.caption(
        t(
            "Floors of one building whose levels follow, each with its largest run: the most space that hangs "
            "together. Units on floors of unknown level stand alone."
        )
    )
    stacked = contiguity.over_floors(runs)
    stacked = stacked[stacked["floors"] > 1].reset_index(drop=True)
    if stacked.empty:
        st.caption(t("No two neighbouring floors of a building both have vacant space."))
        return
    own = ["area_m2", "floors", "level_from", "level_to", "units", "unknown_units", "building_id", "park_id", "zone_id"]
    picked = made.show(_listed(stacked)[[*own, "unit_ids", "standing"]], key="stacked", pick=True, titles=_titles(s))
    if picked is not None:
        desk_holds.place(s, list(stacked["unit_ids"].iloc[picked]), key="stacked_run")


def coming(made: Desk) -> None:
    """Draw the space to come."""
    s = made.s
    supply = pipeline.supply(s.park, s.counted_in)
    if supply.empty:
        st.info(s.t("Nothing is under way or under renovation on this day."))
        return
    st.altair_chart(charts.supply(supply, s.lang), width="stretch")
    made.show(supply, key="supply")


def _listed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return runs with their units as text, as tables and files hold them."""
    return frame.assign(unit_ids=[", ".join(ids) for ids in frame["unit_ids"]])


def _titles(s: Session) -> dict[str, str]:
    t = s.t
    return {
        "unit_ids": t("Lettable units"),
        "level": t("Floor"),
        "floors": t("Storeys"),
        "level_from": t("From floor"),
        "level_to": t("To floor"),
    }
