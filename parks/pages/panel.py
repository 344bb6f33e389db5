"""The panel beside the map: a zone, a park, or a building with its floor stack and what can be done there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from parks.output import figures, stacks
from parks.pages import acts, attempts, outlining, policy_desk, selection, session, tables, tenants, towers_view
from parks.status import vacancy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parks.pages.session import Session


def show(s: Session, picked: Mapping[str, Any] | None, tenant: str | None) -> None:
    """Draw what is known of the thing picked, for the chosen company or for nobody."""
    # What comes and goes has a place of its own: whoever clicks faster than this is drawn finds the rest where it was.
    told, back, place = st.container(), st.container(), st.container()
    if message := st.session_state.pop("done", None):
        told.success(message, icon=":material/check:")
    with back:
        attempts.back_and_forth(s, "map")
    with place:
        outlining.show(s)
        _place(s, picked, tenant)


def _place(s: Session, picked: Mapping[str, Any] | None, tenant: str | None) -> None:
    """Draw the thing picked; with nothing picked, what to do next."""
    t = s.t
    if not picked:
        _hint(s, tenant)
        return
    if picked["kind"] == selection.SEVERAL:
        selection.show(s, picked["ids"])
        return
    kind, code = picked["kind"], picked["id"]
    if kind == "parcel":
        outlining.parcel(s, code)
        return
    known = {
        "zone": s.rules.zones["zone_id"],
        "park": s.park.parks["park_id"],
        "building": s.park.buildings["building_id"],
    }
    if kind not in known or not (known[kind] == code).any():
        st.info(t("That place is not in the data of this day."))
    elif kind == "building":
        _building(s, code, tenant)
    elif kind == "park":
        _park(s, code)
    else:
        _zone(s, code)


def _hint(s: Session, tenant: str | None) -> None:
    """Say what to do next; for a chosen company, its best places."""
    t = s.t
    if tenant is None:
        st.info(
            t("Choose a company to see where it fits, or click a zone, park or building."), icon=":material/touch_app:"
        )
        return
    ranked = tenants.ranking(tenant, s)
    best = ranked[ranked["verdict"] == "fits"].drop_duplicates("building_id").head(6)
    if best.empty:
        st.warning(t("No free unit fits this company. Its page says which rules fail and what would help."))
        return
    st.markdown(t("**Best buildings for this company**"))
    names = tables.names(s, "buildings")
    for row in best.to_dict("records"):
        label = f"{session.plain(names[row['building_id']])} · {figures.share(row['score'], s.lang, 0)}"
        st.button(label, key=f"best_{row['building_id']}", on_click=_pick, args=(row["building_id"],), width="stretch")


def _pick(building: str) -> None:
    """Select a building and let the map go there."""
    st.session_state["picked"] = st.session_state["focus"] = {"kind": "building", "id": building}


def _zone(s: Session, code: str) -> None:
    t, row = s.t, s.rules.zones.set_index("zone_id").loc[code]
    st.subheader(s.name(row["name_en"], row["name_zh"]))
    st.markdown(f"**{tables.said(row['role'], t)}**")
    space = s.space[s.space["zone_id"] == code]
    if space.empty:
        st.info(t("No unit is on record in this zone."))
    else:
        selection.sums(s, space)
        sums = vacancy.by(space, "park")[["park_id", "lettable_m2", "vacant_m2", "vacancy"]]
        tables.show(sums.sort_values("vacant_m2", ascending=False), s, key="panel_zone", height=300)
        selection.offer(s, space)
    if pd.notna(row["uncertainty_m"]):
        st.caption(t("Outline good to about ±{metres} m.", metres=figures.number(row["uncertainty_m"], s.lang)))
    outlining.offer(s, "zone", code)


def _park(s: Session, code: str) -> None:
    t, row = s.t, s.park.parks.set_index("park_id").loc[code]
    st.subheader(s.name(row["name_en"], row["name_zh"]))
    facts = [session.plain(row[column]) for column in ("sub_area", "address", "developer") if pd.notna(row[column])]
    st.markdown(" · ".join([*facts, figures.standing(row["standing"], t)]))
    space = s.space[s.space["park_id"] == code]
    if space.empty:
        st.info(t("No building of this park is on record: its inventory is not public and has not been imported."))
    else:
        # Here as in the panel of a building, so that the picture stays where it is when one of its floors is clicked.
        if in_3d := towers_view.wanted(s, t("List")):
            towers_view.show(s, code, _coloured_by(s))
        selection.sums(s, space)
        selection.offer(s, space)
        if not in_3d:
            _list(s, space)
    published = s.park.published_figures[s.park.published_figures["park_id"] == code]
    if not published.empty:
        st.markdown(t("**As published**"))
        tables.show(
            policy_desk.as_published(published[["metric", "value", "text", "unit", "publisher", "source_date"]], s),
            s,
            key="panel_published",
            table="published_figures",
        )
    outlining.offer(s, "park", code)


def _list(s: Session, space: pd.DataFrame) -> None:
    """Draw a button for each building of a park, the one with most vacant space first."""
    names = tables.names(s, "buildings")
    for building in vacancy.by(space, "building").sort_values("vacant_m2", ascending=False).to_dict("records"):
        vacant = figures.area(building["vacant_m2"], s.lang)
        label = s.t("{name} · {area} vacant", name=session.plain(names[building["building_id"]]), area=vacant)
        st.button(
            label,
            key=f"go_{building['building_id']}",
            on_click=_pick,
            args=(building["building_id"],),
            width="stretch",
        )


def _coloured_by(s: Session) -> str:
    """Draw the choice of what the colour of a unit tells."""
    titles = {"state": s.t("State"), "expiry": s.t("When the lease ends")}
    return session.switch(s.t("Stack coloured by"), stacks.COLOURS, "stack_by", titles.__getitem__)


def _building(s: Session, code: str, tenant: str | None) -> None:
    """Draw the floor stack; the units picked in it can be placed, moved or released."""
    t, row = s.t, s.park.buildings[s.park.buildings["building_id"] == code].iloc[0]
    st.subheader(s.name(row["name_en"], row["name_zh"]))
    park = session.plain(tables.names(s, "parks").get(row["park_id"], ""))
    fire = (
        t("fire class {letter}", letter=row["fire_class"]) if pd.notna(row["fire_class"]) else t("fire class unknown")
    )
    done = _completion(s, row["completed_on"])
    st.caption(f"{park} · {fire} · {done}")
    rows = vacancy.stack(s.space, s.park, code)
    in_3d, by = towers_view.wanted(s, t("Floor stack")), _coloured_by(s)
    if in_3d:
        towers_view.show(s, row["park_id"], by, code)
    if rows.empty:
        st.info(t("No unit of this building is on record."))
        return
    verdicts = tenants.ranking(tenant, s).set_index("unit_id")["verdict"] if tenant else None
    if verdicts is not None:
        rows = rows.assign(verdict=rows["unit_id"].map(verdicts))
    st.vega_lite_chart(
        stacks.chart(rows, s.lang, by, s.park.day),
        key=f"stack_{code}",
        on_select=lambda: _from_stack(code),
        selection_mode="units",
        width="stretch",
    )
    chosen = st.multiselect(
        t("Units chosen (click them in the stack, or choose here)"),
        list(rows["unit_id"]),
        key=f"units_{code}",
        placeholder=t("none yet"),
    )
    with st.container():
        if chosen:
            acts.offer(s, rows[rows["unit_id"].isin(chosen)], tenant)


def _completion(s: Session, when: pd.Timestamp) -> str:
    """Say when a building was, or is to be, completed; NaT is unknown."""
    if pd.isna(when):
        return s.t("completion unknown")
    day = when.date()
    if day > s.park.day:
        return s.t("completion expected {day}", day=day.isoformat())
    return s.t("completed {day}", day=day.isoformat())


def _from_stack(code: str) -> None:
    """Take over the units that were clicked in the stack of a building."""
    clicked = st.session_state[f"stack_{code}"]["selection"].get("units", [])
    st.session_state[f"units_{code}"] = [point["unit_id"] for point in clicked]
