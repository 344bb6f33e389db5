"""Vacancy: zone, park, building, floor, unit and sector, by specification, with what falls vacant and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks import schema
from parks.output import charts, figures
from parks.pages import session, start, tables
from parks.status import pipeline, vacancy

if TYPE_CHECKING:
    from parks.pages.session import Session

LEVELS = ("zone", "park", "building", "floor", "unit", "sector")
SHORT = 12
"""Rows of a table that is shown whole."""


@start.needs("units")
def show(s: Session) -> None:
    """Draw the page."""
    t = s.t
    level, space = _filters(s)
    _totals(space, s)
    if space.empty:
        st.info(
            t(
                "No unit meets these conditions. Loosen one of them: lower the least height, load or area, or "
                "add a zone."
            )
        )
        return
    table, expiring, free, coming = st.tabs(
        [t("Vacancy"), t("Falling vacant"), t("Contiguous free space"), t("Space to come")]
    )
    with table:
        _by_level(space, level, s)
    with expiring:
        _expiries(space, s)
    with free:
        runs = vacancy.contiguous(space, s.park)
        st.caption(t("Vacant units next to each other on one floor, largest first."))
        tables.show(runs, s, key="contiguous", titles={"unit_ids": t("Lettable units"), "level": t("Floor")})
    with coming:
        supply = pipeline.supply(s.park, s.counted_in)
        st.altair_chart(charts.supply(supply, s.lang), width="stretch")
        tables.show(supply, s, key="supply")


def _filters(s: Session) -> tuple[str, pd.DataFrame]:
    """Draw the filters; return the level and the units that meet them."""
    t = s.t
    titles = dict(zip(LEVELS, (t("Zone"), t("Park"), t("Building"), t("Floor"), t("Unit"), t("Sector")), strict=True))
    classes = schema.columns("buildings")["fire_class"].values  # noqa: PD011 - a column of the schema; worst first
    zones = tables.names(s, "zones")
    zones = zones[zones.index.isin(s.space["zone_id"].dropna())]
    level = session.switch(t("Totals by"), LEVELS, "level", titles.__getitem__)
    with st.expander(t("Filter by zone, area and specification"), icon=":material/filter_alt:"):
        chosen = st.multiselect(t("Zones"), list(zones.index), format_func=lambda code: zones[code], key="zones")
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
    offer = offer.merge(s.park.buildings[["building_id", "fire_class"]], on="building_id", how="left").set_index(
        "unit_id"
    )
    keep = pd.Series(data=True, index=offer.index)
    for column, bound in (
        ("lettable_m2", least),
        ("floor_height_m", height),
        ("floor_load_kn_m2", load),
        ("power_kva", power),
    ):
        if bound:
            keep &= (offer[column] >= bound).fillna(value=False)
    if fire:
        keep &= offer["fire_class"].isin(classes[: classes.index(fire) + 1])
    space = s.space[s.space["unit_id"].map(keep).fillna(value=False).astype(bool)]
    return level, space[space["zone_id"].isin(chosen)] if chosen else space


def outside(space: pd.DataFrame, s: Session) -> None:
    """Say how much of the lettable area lies outside the layout of the plan, where some does."""
    area = vacancy.total(vacancy.outside(space, s.rules))["lettable_m2"].iloc[0]
    if pd.notna(area) and area:
        st.caption(s.t("Of the lettable area, {area} lies outside the 1+1+X layout.", area=s.area(area)))


def _totals(space: pd.DataFrame, s: Session) -> None:
    t, total = s.t, vacancy.total(space).iloc[0]
    cells = st.columns(4)
    cells[0].metric(t("Lettable area"), s.area(total["lettable_m2"]), border=True)
    cells[1].metric(t("Vacant area"), s.area(total["vacant_m2"]), border=True)
    cells[2].metric(t("Vacancy"), figures.share(total["vacancy"], s.lang), border=True)
    cells[3].metric(
        t("Units of unknown area or state"),
        figures.number(total["unknown_units"], s.lang),
        help=t("They are counted here and stand in no sum of areas."),
        border=True,
    )
    outside(space, s)


def _by_level(space: pd.DataFrame, level: str, s: Session) -> None:
    sums = vacancy.by(space, level, counted_in=s.counted_in)
    if level in {"zone", "sector"}:
        st.altair_chart(charts.vacancy(tables.named(sums, s), s.lang), width="stretch")
    empty = [
        column
        for column in sums
        if str(column).endswith("_m2") and column != "lettable_m2" and not sums[column].fillna(0).any()
    ]
    tables.show(sums.drop(columns=empty), s, key=f"vacancy_by_{level}", height=None if len(sums) <= SHORT else 460)


def _expiries(space: pd.DataFrame, s: Session) -> None:
    st.altair_chart(charts.expiries(space, s.lang), width="stretch")
    tables.show(
        vacancy.expiries(space, counted_in=s.counted_in),
        s,
        key="expiries",
        titles={"months": s.t("Within months"), "leases": s.t("Leases")},
    )
