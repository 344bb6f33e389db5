"""The panel beside the map: a zone, a park, or a building with its floor stack and what can be done there."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks.output import figures, stacks
from parks.pages import scenarios, session, tables, tenants
from parks.status import vacancy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from parks.pages.session import Session

STATES = ("reserved", "intended", "let")


def show(s: Session, picked: Mapping[str, str] | None, tenant: str | None) -> None:
    """Draw what is known of the thing picked, for the chosen company or for nobody."""
    t = s.t
    if message := st.session_state.pop("done", None):
        st.success(message, icon=":material/check:")
    scenarios.back_and_forth(s, "map")
    if not picked:
        _hint(s, tenant)
        return
    kind, code = picked["kind"], picked["id"]
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
        label = f"{names[row['building_id']]} · {figures.share(row['score'], s.lang, 0)}"
        st.button(label, key=f"best_{row['building_id']}", on_click=_pick, args=(row["building_id"],), width="stretch")


def _pick(building: str) -> None:
    """Select a building and let the map go there."""
    st.session_state["picked"] = st.session_state["focus"] = {"kind": "building", "id": building}


def _sums(s: Session, space: pd.DataFrame) -> None:
    total, t = vacancy.total(space).iloc[0], s.t
    cells = st.columns(3)
    cells[0].metric(t("Vacancy"), figures.share(total["vacancy"], s.lang))
    cells[1].metric(t("Vacant area"), figures.area(total["vacant_m2"], s.lang))
    cells[2].metric(t("Lettable area"), figures.area(total["lettable_m2"], s.lang))


def _zone(s: Session, code: str) -> None:
    t, row = s.t, s.rules.zones.set_index("zone_id").loc[code]
    st.subheader(s.name(row["name_en"], row["name_zh"]))
    st.markdown(f"**{tables.said(row['role'], t)}**")
    space = s.space[s.space["zone_id"] == code]
    if space.empty:
        st.info(t("No unit is on record in this zone."))
    else:
        _sums(s, space)
        sums = vacancy.by(space, "park")[["park_id", "lettable_m2", "vacant_m2", "vacancy"]]
        tables.show(sums.sort_values("vacant_m2", ascending=False), s, key="panel_zone", height=300)
    if pd.notna(row["uncertainty_m"]):
        st.caption(t("Outline good to about ±{metres} m.", metres=figures.number(row["uncertainty_m"], s.lang)))


def _park(s: Session, code: str) -> None:
    t, row = s.t, s.park.parks.set_index("park_id").loc[code]
    st.subheader(s.name(row["name_en"], row["name_zh"]))
    facts = [str(row[column]) for column in ("sub_area", "address", "developer") if pd.notna(row[column])]
    st.markdown(" · ".join([*facts, figures.standing(row["standing"], t)]))
    space = s.space[s.space["park_id"] == code]
    if space.empty:
        st.info(t("No building of this park is on record: its inventory is not public and has not been imported."))
    else:
        _sums(s, space)
        names = tables.names(s, "buildings")
        for building in vacancy.by(space, "building").sort_values("vacant_m2", ascending=False).to_dict("records"):
            vacant = figures.area(building["vacant_m2"], s.lang)
            label = t("{name} · {area} vacant", name=names[building["building_id"]], area=vacant)
            st.button(
                label,
                key=f"go_{building['building_id']}",
                on_click=_pick,
                args=(building["building_id"],),
                width="stretch",
            )
    published = s.park.published_figures[s.park.published_figures["park_id"] == code]
    if not published.empty:
        st.markdown(t("**As published**"))
        tables.show(
            published[["metric", "value", "text", "unit", "publisher", "source_date"]],
            s,
            key="panel_published",
            table="published_figures",
        )


def _building(s: Session, code: str, tenant: str | None) -> None:
    """Draw the floor stack; the units picked in it can be placed, moved or released."""
    t, row = s.t, s.park.buildings.set_index("building_id").loc[code]
    st.subheader(s.name(row["name_en"], row["name_zh"]))
    park = tables.names(s, "parks").get(row["park_id"], "")
    fire = (
        t("fire class {letter}", letter=row["fire_class"]) if pd.notna(row["fire_class"]) else t("fire class unknown")
    )
    done = _completion(s, row["completed_on"])
    st.caption(f"{park} · {fire} · {done}")
    rows = vacancy.stack(s.space, s.park, code)
    if rows.empty:
        st.info(t("No unit of this building is on record."))
        return
    verdicts = tenants.ranking(tenant, s).set_index("unit_id")["verdict"] if tenant else None
    if verdicts is not None:
        rows = rows.assign(verdict=rows["unit_id"].map(verdicts))
    st.altair_chart(
        stacks.chart(rows, s.lang),
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
    if chosen:
        _units(s, rows[rows["unit_id"].isin(chosen)], tenant)


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


def _units(s: Session, rows: pd.DataFrame, tenant: str | None) -> None:
    """Say what was chosen and offer the acts that are possible on it."""
    t = s.t
    area = figures.area(figures.known_sum(rows["lettable_m2"]), s.lang)
    st.markdown(t("**{count} units, {area}**: {names}", count=len(rows), area=area, names=", ".join(rows["unit_id"])))
    leases = s.park.leases[s.park.leases["unit_id"].isin(rows["unit_id"])]
    begun = leases[leases["valid_from"] <= pd.Timestamp(s.park.day)]
    held = begun[begun["state"] != "intended"]
    if moving := st.session_state.get("moving"):
        _move(s, list(rows["unit_id"]), moving)
    elif held.empty and tenant:
        for unit in rows["unit_id"].head(1):
            with st.expander(t("Every rule for {unit}", unit=unit)):
                tenants.reasons(tenant, unit, s)
        _place(s, rows, tenant)
    elif held.empty:
        st.info(t("Choose a company above to place it here."))
    if not leases.empty:
        _leases(s, leases)


def _place(s: Session, rows: pd.DataFrame, tenant: str) -> None:
    """Offer to place the chosen company in the chosen units, with a reason."""
    t = s.t
    need = s.park.needs[s.park.needs["tenant_id"] == tenant].iloc[0]
    wanted = need["wanted_from"].date() if pd.notna(need["wanted_from"]) else s.park.day
    unfit = (
        rows["verdict"].eq("unfit").fillna(value=False)
        if "verdict" in rows
        else pd.Series(data=False, index=rows.index)
    )
    if unfit.any():
        st.warning(
            t(
                "A hard rule is not met in {count} of these units. Placing here needs a written reason.",
                count=int(unfit.sum()),
            )
        )
    if figures.known_sum(rows["lettable_m2"]) < need["area_min_m2"]:
        st.warning(t("This is less than the least area of {area}.", area=figures.area(need["area_min_m2"], s.lang)))
    with st.form(f"place_{tenant}"):
        left, right = st.columns(2)
        begin = left.date_input(t("From"), max(wanted, s.park.day, *_free(rows)), format="YYYY-MM-DD")
        months = right.number_input(
            t("Months; 0 is open"), 0, 600, int(need["term_months"]) if pd.notna(need["term_months"]) else 0
        )
        state = left.selectbox(t("State"), STATES, format_func=lambda code: figures.state(code, t))
        reason = right.text_input(t("Reason"), max_chars=200)
        if st.form_submit_button(t("Place here"), type="primary", icon=":material/place_item:"):
            end = (pd.Timestamp(begin) + pd.DateOffset(months=int(months))).date() if months else None
            said = reason.strip()
            if not said:
                st.error(t("Say why it is placed here: the reason is kept with the act."))
                return
            names = tables.names(s, "tenants")
            _done(
                s,
                lambda: s.store.place(
                    list(rows["unit_id"]),
                    tenant,
                    valid_from=begin,
                    valid_to=end,
                    state=state,
                    reason=said,
                    by=session.PLANNER,
                    scenario=s.scenario,
                ),
                t("{name} is placed in {count} units.", name=names[tenant], count=len(rows)),
            )


def _free(rows: pd.DataFrame) -> list[dt.date]:
    """Return the days on which the units can be had, as far as they are known."""
    return [day.date() for day in rows["available_on"].dropna()]


def _leases(s: Session, leases: pd.DataFrame) -> None:
    """List the leases on the chosen units, each to be moved or released."""
    t, names = s.t, tables.names(s, "tenants")
    for lease in leases.to_dict("records"):
        who = names.get(lease["tenant_id"], "–") if pd.notna(lease["tenant_id"]) else "–"
        until = lease["valid_to"].date().isoformat() if pd.notna(lease["valid_to"]) else t("open")
        st.markdown(
            t(
                "{unit}: {state}, {who}, {begin} to {end}",
                unit=lease["unit_id"],
                state=figures.state(lease["state"], t),
                who=who,
                begin=lease["valid_from"].date().isoformat(),
                end=until,
            )
        )
    ids = list(leases["lease_id"])
    with st.form("release"):
        left, right = st.columns(2)
        on = left.date_input(t("Ends on"), s.park.day + dt.timedelta(days=1), format="YYYY-MM-DD")
        reason = right.text_input(t("Reason"), max_chars=200, key="release_reason")
        if st.form_submit_button(t("Release"), icon=":material/logout:"):
            _done(
                s,
                lambda: s.store.release(ids, on=on, reason=reason, by=session.PLANNER, scenario=s.scenario),
                t("{count} leases end on {day}.", count=len(ids), day=on.isoformat()),
            )
    st.button(t("Move to other units …"), icon=":material/move_item:", on_click=_begin_move, args=(ids,))


def _begin_move(leases: list[str]) -> None:
    st.session_state["moving"] = leases


def _move(s: Session, units: list[str], leases: list[str]) -> None:
    """Offer to move the leases chosen before to the units chosen now."""
    t = s.t
    st.info(t("Moving {count} leases: click the building and the units to move to.", count=len(leases)))
    on = st.date_input(t("Moves on"), s.park.day + dt.timedelta(days=1), format="YYYY-MM-DD", key="move_on")
    reason = st.text_input(t("Reason"), max_chars=200, key="move_reason")
    left, right = st.columns(2)
    if left.button(t("Move here"), type="primary"):
        _done(
            s,
            lambda: s.store.move(leases, units, on=on, reason=reason, by=session.PLANNER, scenario=s.scenario),
            t("{count} leases moved.", count=len(leases)),
        )
    right.button(t("Do not move"), on_click=lambda: st.session_state.pop("moving", None))


def _done(s: Session, act: Callable[[], object], said: str) -> None:
    """Do an act and show the new state with `said`; where it is refused, the page says why."""
    if session.attempt(s, act):
        st.session_state["done"] = said
        st.session_state.pop("moving", None)
        st.rerun()
