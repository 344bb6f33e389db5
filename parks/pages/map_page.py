"""Map: zones, parks and buildings; for a chosen company where it fits; a click opens the floor stack and the acts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import streamlit as st

from parks import crs
from parks.issues import InvalidData
from parks.output import bases, maps, shading
from parks.pages import attempts, moments, outlining, panel, selection, session, start, tables, tenants

if TYPE_CHECKING:
    from collections.abc import Hashable

    import geopandas as gpd
    from streamlit.delta_generator import DeltaGenerator

    from parks.output.bases import Base
    from parks.output.layers import Layer
    from parks.pages.session import Session

NOBODY, OWN = "nobody", "own"
HEIGHT = 640


@start.needs("parks")
def show(s: Session) -> None:
    """Draw the page."""
    desk(s)


@st.fragment
def desk(s: Session) -> None:
    """Draw map and panel together: a click reruns this part alone, and the map in the browser stays as it is."""
    from streamlit_folium import st_folium  # it registers with the running server, which must be there first

    s = session.at(s, s.park.day, s.scenario)  # this part may be drawn long after the page round it
    answer = (st.session_state.get("map") or {}).get("picked")
    selection.linked(st.query_params)
    if company := selection.company(answer):
        st.session_state["tenant"] = company
    # The map is sent first, what stands round it after: the browser draws the map before it fetches the rest.
    controls = st.container()
    left, right = st.columns([7, 5], gap="medium")
    spot, beneath = left.container(), left.container()
    tenant, by, moment = _wanted(s)
    with beneath:
        base_map = _base_map(s)
    datum = base_map.datum if base_map else "wgs84"
    with spot:
        there = moments.other(s, moment)
        also = moments.elsewhen(s, moment, there)
    others = () if also.empty else (moment, there.key if there else None)
    base = _ground(s, also, datum, (*s.key, s.lang, *others))
    selection.clicked(base, answer, None if also.empty else s.park.buildings["building_id"])
    if tenant != NOBODY and (building := selection.dropped_on()):
        _prepare(s, tenant, building)
    with spot:
        other = moments.chosen(s, base, by, moment, there)
        st_folium(
            maps.park_map(s.rules),
            key="map",
            height=HEIGHT,
            use_container_width=True,
            returned_objects=[],
            feature_group_to_add=maps.view(
                base,
                _colours(s, base, by, tenant, (*s.key, s.lang, base.tiles.digest)),
                lang=s.lang,
                picked=st.session_state.get("picked"),
                focus=st.session_state.get("focus"),
                more={"cards": _cards(s, (*s.key, s.lang))}
                | outlining.draft(datum)
                | ({"facilities": _around(s, datum, (*s.key, s.lang))} if st.session_state.get("facilities") else {}),
                moment=other,
                base_map=base_map,
            ),
        )
    with controls:
        _controls(s, by)
    with beneath:
        _beneath(s)
    with right:
        panel.show(s, st.session_state.get("picked"), None if tenant == NOBODY else tenant)
    attempts.drawn(s)


def _beneath(s: Session) -> None:
    """Draw what else the map can show, and how sure its places are."""
    st.toggle(
        s.t("Stops, rental housing, platforms and CDMO capacity"),
        key="facilities",
        help=s.t("Small squares: violet stops, brown housing, green platforms, red CDMO. Point at one to read it."),
    )
    st.caption(
        s.t(
            "Parks stand at schematic places: their coordinates are not published. Outlines are generalised, "
            "no legal boundaries."
        )
    )


def _wanted(s: Session) -> tuple[str, str, str]:
    """Return the company (or nobody), the colours and the moment as the session has them, before they are drawn."""
    tenant = session.remembered("tenant", NOBODY, _companies(s))
    key, modes = _modes(tenant)
    by = session.remembered(key, modes[0], modes)
    return tenant, by, moments.wanted(by)


def _companies(s: Session) -> list[str]:
    """Return nobody, then every company with a need."""
    return [NOBODY, *s.park.needs["tenant_id"].drop_duplicates().sort_values()]


def _modes(tenant: str) -> tuple[str, list[str]]:
    """Return under which key the colours are chosen, and which there are: fit needs a company."""
    modes = ["vacancy", "quantile", "availability", "role"]
    return ("colour", modes) if tenant == NOBODY else ("colour_fit", ["fit", *modes])


def _controls(s: Session, by: str) -> None:
    """Draw company, colours, moment and zone; `_wanted` says what they stand at."""
    t, names = s.t, tables.names(s, "tenants")
    who, colours, when, where = st.columns([14, 10, 9, 9], vertical_alignment="bottom")
    tenant = session.choice(
        t("Company with an open need"),
        _companies(s),
        "tenant",
        lambda code: t("Choose a company …") if code == NOBODY else f"{names.get(code, code)} · {code}",
        who,
    )
    key, modes = _modes(tenant)
    session.choice(t("Colour by"), modes, key, shading.titles(t).__getitem__, colours)
    moments.choice(s, by, when)
    _go(s, where)


def _base_map(s: Session) -> Base | None:
    """Draw the choice of a base map, where the administrator allows any; say how far our layers are moved for it."""
    t = s.t
    try:
        known = bases.allowed(os.environ, lang=s.lang)
    except InvalidData as fault:
        session.refusals(fault, t)
        return None
    if not known:
        return None
    titles = {OWN: t("Our own, without a network")} | {name: base.title(s.lang) for name, base in known.items()}
    chosen = session.choice(t("Base map"), list(titles), "base", titles.__getitem__)
    base = known.get(chosen)
    if base and (metres := _moved_by(s, base.datum)):
        said = t(
            "This base map stands on GCJ-02: our layers are moved to lie on it, by {metres} m in the middle.",
            metres=metres,
        )
        st.caption(f":material/swap_horiz: {said}")
    return base


def _moved_by(s: Session, datum: str) -> int:
    """Return how far [m] a datum moves the middle of the district; 0 for those that move nothing."""
    west, south, east, north = s.rules.zones.total_bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    return round(float(crs.distance_m(lon, lat, *crs.shift(lon, lat, datum))))


def _go(s: Session, place: DeltaGenerator) -> None:
    """Draw the choice of a zone or park to go to."""
    t = s.t
    zones = tables.names(s, "zones")
    zones = zones[s.rules.zones.geometry.notna().to_numpy()]
    parks = tables.names(s, "parks").sort_values()
    goals = {("zone", code): name for code, name in zones.items()} | {
        ("park", code): f"　{name}" for code, name in parks.items()
    }
    place.selectbox(
        t("Go to"),
        list(goals),
        index=None,
        key="go",
        format_func=lambda pair: goals[pair],
        placeholder=t("zone or park"),
        on_change=_gone,
    )


def _gone() -> None:
    """Go to what was chosen, and select it."""
    if goal := st.session_state["go"]:
        st.session_state["focus"] = st.session_state["picked"] = {"kind": goal[0], "id": goal[1]}


@st.cache_resource(show_spinner=False, max_entries=16)
def _ground(_s: Session, _also: gpd.GeoDataFrame, datum: str, key: Hashable) -> maps.Ground:
    del key
    return maps.ground(_s.park, _s.rules, lang=_s.lang, datum=datum, also=_also)


@st.cache_resource(show_spinner=False, max_entries=32)
def _colours(_s: Session, _base: maps.Ground, by: str, tenant: str, key: Hashable) -> maps.Colours:
    del key
    return moments.colours(_s, _base, by, tenants.ranking(tenant, _s) if by == "fit" else None)


def _prepare(s: Session, tenant: str, building: str) -> None:
    """Choose in the stack of a building the unit that a company dropped there fits best."""
    ranked = tenants.ranking(tenant, s)
    best = ranked[(ranked["building_id"] == building) & (ranked["verdict"] == "fits")]
    st.session_state[f"units_{building}"] = list(best["unit_id"].head(1))


@st.cache_resource(show_spinner=False, max_entries=16)
def _cards(_s: Session, key: Hashable) -> Layer:
    del key
    return maps.cards(_s.park, lang=_s.lang)


@st.cache_resource(show_spinner=False, max_entries=16)
def _around(_s: Session, datum: str, key: Hashable) -> Layer:
    del key
    return maps.around(_s.park, lang=_s.lang, datum=datum)
