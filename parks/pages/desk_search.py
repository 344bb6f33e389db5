"""Search by need: what is asked, the places that answer it, and near misses with what each misses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from parks import schema
from parks.output import figures, misses
from parks.pages import desk, desk_holds, tables
from parks.status import search

if TYPE_CHECKING:
    from collections.abc import Hashable

    from parks.pages.desk import Desk
    from parks.pages.session import Session

NUMBERS = {
    "area_min_m2": 100.0,
    "area_max_m2": 100.0,
    "floor_load_kn_m2": 1.0,
    "floor_height_m": 0.5,
    "clear_height_m": 0.5,
    "power_kva": 50.0,
    "freight_lift_t": 0.5,
    "cleanroom_m2": 50.0,
    "rent_max_cny_m2_day": 0.5,
}
"""Amounts that can be asked, and the step of their fields."""
FIRST = ("area_min_m2", "area_max_m2", "floor_load_kn_m2", "floor_height_m", "power_kva")
"""Those that stand in the first row."""
YES = ("ground_floor", "dual_power", "process_drain", "exhaust_shaft", "radiation_ok", "bonded")
ASKED = "asked"
"""Where the session keeps what was asked last."""


def show(made: Desk) -> None:
    """Draw the form and what it finds."""
    s, t = made.s, made.s.t
    st.caption(
        t(
            "Areas are lettable areas. Free places are what is vacant now or falls free on a known day: leases that "
            "end, buildings under way. What is not known is to be found out, never taken for a no."
        )
    )
    _from_need(s)
    _form(s)
    asked = st.session_state.get(ASKED)
    if asked is None:
        st.info(t("Say what is needed and press “Search”; empty fields ask for nothing."))
        return
    found = _found(s, asked, (*s.key, s.park.known_on, asked))
    _told(s, found)


def _form(s: Session) -> None:
    """Draw the form; what it asks is kept when it is sent."""
    t = s.t
    classes = ["", *schema.columns("buildings")["fire_class"].values]  # noqa: PD011 - a column of the schema
    zones = tables.names(s, "zones")
    with st.form("need", enter_to_submit=True):
        for names in (FIRST, [name for name in NUMBERS if name not in FIRST]):
            for cell, name in zip(st.columns(5), names, strict=False):
                cell.number_input(
                    _label(name, s), min_value=0.0, value=None, step=NUMBERS[name], key=_key(name), format="%g"
                )
        cells = st.columns(5)
        cells[0].date_input(t("Free by"), None, format="YYYY-MM-DD", key=_key("before"))
        cells[1].date_input(t("Wanted from"), None, format="YYYY-MM-DD", key=_key("after"))
        cells[2].number_input(t("For months"), 0, 1200, value=None, key=_key("term_months"))
        cells[3].selectbox(
            t("Fire class of the use"), classes, key=_key("fire_class"), format_func=lambda code: code or t("any")
        )
        cells[4].number_input(t("Biosafety level"), 0, 4, value=None, key=_key("bsl"))
        st.multiselect(
            t("Zones"), list(zones.index), format_func=lambda code: zones[code], key=_key("zones"), placeholder=t("any")
        )
        row = st.container(horizontal=True)
        for name in YES:
            row.checkbox(_label(name, s), key=_key(name))
        row.checkbox(t("Neighbouring floors together serve too"), key=_key("over_floors"))
        if st.form_submit_button(t("Search"), type="primary", icon=":material/search:"):
            st.session_state[ASKED] = _asked()


def _asked() -> search.Asked:
    """Return what the form says; 0 and empty ask for nothing."""
    given = {name: st.session_state.get(_key(name)) or None for name in (*NUMBERS, "before", "after", "term_months")}
    given |= {name: st.session_state.get(_key(name)) or None for name in ("fire_class", "bsl")}
    held: dict[str, Any] = given | {name: bool(st.session_state.get(_key(name))) for name in (*YES, "over_floors")}
    return search.Asked(**held, zones=tuple(st.session_state.get(_key("zones")) or ()))


def _from_need(s: Session) -> None:
    """Offer to fill the form from what a company asks."""
    needs = s.park.needs
    if needs.empty:
        return
    t, names = s.t, tables.names(s, "tenants")
    labels = {
        row["need_id"]: f"{names.get(row['tenant_id'], row['tenant_id'])} · {row['need_id']}"
        for row in needs.to_dict("records")
    }
    st.selectbox(
        t("Fill in from the need of a company"),
        list(labels),
        index=None,
        key="from_need",
        format_func=lambda code: labels[code],
        placeholder=t("Choose a company …"),
        on_change=_fill,
        args=(s,),
    )


def _fill(s: Session) -> None:
    """Put a need into the fields of the form, and search for it."""
    chosen = st.session_state.get("from_need")
    if chosen is None:
        return
    need = s.park.needs.set_index("need_id").loc[chosen]
    for name in (*NUMBERS, "bsl", "term_months"):
        value = need.get(name)
        whole = name in {"bsl", "term_months"}
        st.session_state[_key(name)] = None if pd.isna(value) else int(value) if whole else float(value)
    for name in YES:
        st.session_state[_key(name)] = bool(pd.notna(need[name]) and need[name])
    st.session_state[_key("fire_class")] = "" if pd.isna(need["fire_class"]) else need["fire_class"]
    for name, column in (("after", "wanted_from"), ("before", "wanted_to")):
        st.session_state[_key(name)] = None if pd.isna(need[column]) else need[column].date()
    st.session_state[ASKED] = _asked()


@st.cache_resource(show_spinner=False, max_entries=64)
def _found(_s: Session, asked: search.Asked, key: Hashable) -> pd.DataFrame:
    del key
    return search.find(_s.park, _s.space, asked, near=30, counted_in=_s.counted_in)


def _told(s: Session, found: pd.DataFrame) -> None:
    """List the places; the one picked can be opened on the map and held."""
    t = s.t
    counts = found["verdict"].value_counts()
    cells = st.columns(3)
    for cell, code in zip(cells, search.VERDICTS, strict=True):
        cell.metric(misses.verdict(code, t), figures.number(int(counts.get(code, 0)), s.lang), border=True)
    if found.empty:
        st.info(
            t(
                "No free place answers this, and none misses two conditions or fewer. Ask for less: a smaller area, a "
                "later day, a lighter load."
            )
        )
        return
    if not counts.get(search.HIT):
        st.info(t("Nothing answers all that is asked. The near misses say what would have to give."))
    frame = spoken(s, found)
    st.caption(t("Click the box before a row to open it on the map or to hold it."))
    picked = tables.show(
        frame, s, key=desk.picking(s, "found"), pick=True, height=460, file="search", titles=_titles(s)
    )
    if picked is not None:
        need = st.session_state.get("from_need")
        companies = s.park.needs.set_index("need_id")["tenant_id"]
        desk_holds.place(s, list(found["unit_ids"].iloc[picked]), key="found", tenant=companies.get(need))


def spoken(s: Session, found: pd.DataFrame) -> pd.DataFrame:
    """Return places as the page lists them: with what each misses in words."""
    names = dict(tables.names(s, "zones"))
    pairs = zip(found["missed"], found["unknown"], strict=True)
    frame = found.assign(
        answer=[misses.verdict(code, s.t) for code in found["verdict"]],
        says=[misses.told(missed, unknown, s.lang, names) for missed, unknown in pairs],
        where=[", ".join(ids) for ids in found["unit_ids"]],
        floor=[_floors(*pair, s) for pair in zip(found["level_from"], found["level_to"], strict=True)],
    )
    order = ["answer", "says", "area_m2", "building_id", "floor", "available_on", "free_until", "floor_load_kn_m2"]
    return frame[[*order, "floor_height_m", "power_kva", "fire_class", "rent", "zone_id", "where", "standing"]]


def _floors(low: object, high: object, s: Session) -> str:
    """Return the floors of a place."""
    if pd.isna(low):  # type: ignore[call-overload]  # a cell of a frame
        return s.t("unknown")
    return f"{low}F" if low == high else f"{low}F – {high}F"


def _key(name: str) -> str:
    return f"need_{name}"


def _label(name: str, s: Session) -> str:
    """Return what stands over a field: the schema's heading, with its unit."""
    own = {"area_min_m2": s.t("Area from (m²)"), "area_max_m2": s.t("Area to (m²)")}
    return own.get(name) or schema.columns("needs")[name].heading(s.lang)


def _titles(s: Session) -> dict[str, str]:
    t = s.t
    return {
        "answer": t("Answer"),
        "says": t("What it misses, or is to be found out"),
        "where": t("Units"),
        "floor": t("Floor"),
        "free_until": t("Let again from"),
        "rent": schema.columns("units")["asking_rent_cny_m2_day"].heading(s.lang),
    }
