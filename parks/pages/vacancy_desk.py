"""The vacancy desk: totals that add up from unit to zone, search by need, holds, rollover, absorption, free space."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks import schema
from parks.output import figures
from parks.pages import (
    desk,
    desk_absorption,
    desk_drill,
    desk_holds,
    desk_mend,
    desk_rollover,
    desk_search,
    desk_space,
    session,
    start,
    tables,
)
from parks.status import vacancy

if TYPE_CHECKING:
    from collections.abc import Callable

    from parks.pages.desk import Desk
    from parks.pages.session import Session

PARTS: dict[str, Callable[[Desk], None]] = {
    "table": desk_drill.show,
    "search": desk_search.show,
    "holds": desk_holds.show,
    "rollover": desk_rollover.show,
    "absorption": desk_absorption.show,
    "free": desk_space.free,
    "coming": desk_space.coming,
    "mend": desk_mend.show,
}
"""Part of the desk → what draws it; one is drawn at a time."""
FILTERED = frozenset({"table", "rollover", "free"})
"""Parts that the filters narrow."""


@start.needs("units")
def show(s: Session) -> None:
    """Draw the page."""
    t = s.t
    if message := st.session_state.pop("done", None):
        st.success(message, icon=":material/check:")
    titles = {
        "table": t("Totals"),
        "search": t("Search by need"),
        "holds": t("Holds"),
        "rollover": t("Rollover and demand"),
        "absorption": t("Absorption"),
        "free": t("Free space"),
        "coming": t("Space to come"),
        "mend": t("To mend"),
    }
    part = session.switch(t("Vacancy desk"), list(PARTS), "desk", titles.__getitem__)
    made = desk.choose(s)
    if part in FILTERED:
        made = replace(made, space=_filtered(made))
        if made.space.empty:
            _totals(made)
            st.info(
                t(
                    "No unit meets these conditions. Loosen one of them: lower the least height, load or area, or "
                    "add a zone."
                )
            )
            return
    if part == "table":
        made = replace(made, space=desk_drill.narrowed(made))
        _totals(made)
    PARTS[part](made)


def _filtered(made: Desk) -> pd.DataFrame:
    """Draw the filters; return the units that meet them."""
    s, t = made.s, made.s.t
    classes = schema.columns("buildings")["fire_class"].values  # noqa: PD011 - a column of the schema; worst first
    zones = tables.names(s, "zones")
    zones = zones[zones.index.isin(s.space["zone_id"].dropna())]
    with st.expander(t("Filter by zone, area and specification"), icon=":material/filter_alt:"):
        chosen = st.multiselect(
            t("Zones"), list(zones.index), format_func=lambda code: zones[code], key="zones", placeholder=t("any")
        )
        cells = st.columns(5)
        least = cells[0].number_input(t("Unit area at least, m²"), 0, step=100, key="least_m2")
        height = cells[1].number_input(t("Floor height at least, m"), 0.0, step=0.5, key="height_m")
        load = cells[2].number_input(t("Floor load at least, kN/m²"), 0.0, step=1.0, key="load")
        power = cells[3].number_input(t("Power at least, kVA"), 0, step=50, key="power")
        fire = cells[4].selectbox(
            t("Fire class allows"), ["", *classes], key="fire", format_func=lambda code: code or t("any")
        )
    offer = s.park.units.merge(
        s.park.floors[["floor_id", "floor_height_m", "floor_load_kn_m2"]], on="floor_id", how="left"
    )
    offer = offer.merge(s.park.buildings[["building_id", "fire_class"]], on="building_id", how="left")
    offer = offer.set_index("unit_id")
    keep = pd.Series(data=True, index=offer.index)
    bounds = {"lettable_m2": least, "floor_height_m": height, "floor_load_kn_m2": load, "power_kva": power}
    for column, bound in bounds.items():
        if bound:
            keep &= (offer[column] >= bound).fillna(value=False)
    if fire:
        keep &= offer["fire_class"].isin(classes[: classes.index(fire) + 1])
    space = made.space[made.space["unit_id"].map(keep).fillna(value=False).astype(bool)]
    return (space[space["zone_id"].isin(chosen)] if chosen else space).reset_index(drop=True)


def outside(space: pd.DataFrame, s: Session) -> None:
    """Say how much of the lettable area lies outside the layout of the plan, where some does."""
    area = vacancy.total(vacancy.outside(space, s.rules))["lettable_m2"].iloc[0]
    if pd.notna(area) and area:
        st.caption(s.t("Of the lettable area, {area} lies outside the 1+1+X layout.", area=s.area(area)))


def _totals(made: Desk) -> None:
    s, t, total = made.s, made.s.t, vacancy.total(made.space).iloc[0]
    cells = st.columns(5)
    cells[0].metric(t("Lettable area"), s.area(total["lettable_m2"]), border=True)
    cells[1].metric(t("Let area"), s.area(total["let_m2"]), border=True)
    cells[2].metric(t("Vacant area"), s.area(total["vacant_m2"]), border=True)
    cells[3].metric(t("Vacancy"), figures.share(total["vacancy"], s.lang), border=True)
    cells[4].metric(
        t("Unknown units"),
        figures.number(total["unknown_units"], s.lang),
        help=t("Units of unknown area or state: they are counted here and stand in no sum of areas."),
        border=True,
    )
    st.caption(made.note)
    outside(made.space, s)
