"""What a planner does on the map: place, release and move, each with its reason, each to be undone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks.output import figures
from parks.pages import attempts, desk_holds, session, tables, tenants

if TYPE_CHECKING:
    from collections.abc import Callable

    from parks.pages.session import Session

STATES = ("reserved", "intended", "let")
"""States in which a planner places."""


def offer(s: Session, rows: pd.DataFrame, tenant: str | None) -> None:
    """Say what was chosen and offer the acts that are possible on it.

    Parameters
    ----------
    s
        The session.
    rows
        Rows of `vacancy.stack`, one a unit chosen; with ``verdict`` where a company is.
    tenant
        The company chosen, None when nobody is.
    """
    t = s.t
    area = figures.area(figures.known_sum(rows["lettable_m2"]), s.lang)
    st.markdown(
        t(
            "**{count} units, {area}**: {names}",
            count=len(rows),
            area=area,
            names=session.plain(", ".join(rows["unit_id"])),
        )
    )
    leases = s.park.leases[s.park.leases["unit_id"].isin(rows["unit_id"])]
    begun = leases[leases["valid_from"] <= pd.Timestamp(s.park.day)]
    held = begun[begun["state"] != "intended"]
    if moving := st.session_state.get("moving"):
        _move(s, list(rows["unit_id"]), moving)
    elif held.empty and tenant:
        for unit in rows["unit_id"].head(1):
            with st.expander(t("Every rule for {unit}", unit=session.plain(unit))):
                tenants.reasons(tenant, unit, s)
        _place(s, rows, tenant)
    elif held.empty:
        st.info(t("Choose a company above to place it here."))
    if held.empty and not moving:
        with st.expander(t("Hold until a day"), icon=":material/bookmark_add:"):
            desk_holds.form(s, rows, "panel", tenant)
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
    area = figures.known_sum(rows["lettable_m2"])
    if pd.notna(area) and area < need["area_min_m2"]:
        st.warning(t("This is less than the least area of {area}.", area=figures.area(need["area_min_m2"], s.lang)))
    with st.form(f"place_{tenant}"):
        left, right = st.columns(2)
        begin = left.date_input(t("From"), max(wanted, s.park.day, *_free(rows)), format="YYYY-MM-DD")
        months = right.number_input(
            t("Months; 0 is open"), 0, 600, int(need["term_months"]) if pd.notna(need["term_months"]) else 0
        )
        state = left.selectbox(t("State"), STATES, format_func=lambda code: figures.state(code, t))
        reason = right.text_input(t("Reason"), max_chars=200)
        done = st.form_submit_button(t("Place here"), type="primary", icon=":material/place_item:")
        if done and reasoned(s, reason):
            end = (pd.Timestamp(begin) + pd.DateOffset(months=int(months))).date() if months else None
            names = tables.names(s, "tenants")
            _done(
                s,
                lambda seen: s.store.place(
                    list(rows["unit_id"]),
                    tenant,
                    valid_from=begin,
                    valid_to=end,
                    state=state,
                    reason=reason,
                    by=s.who,
                    scenario=s.scenario,
                    seen=seen,
                ),
                t("{name} is placed in {count} units.", name=session.plain(names[tenant]), count=len(rows)),
            )


def reasoned(s: Session, reason: str) -> bool:
    """Return whether a reason is given; else ask for one."""
    if not reason.strip():
        st.error(s.t("Say why: the reason is kept with the act."))
    return bool(reason.strip())


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
                unit=session.plain(lease["unit_id"]),
                state=figures.state(lease["state"], t),
                who=session.plain(who),
                begin=lease["valid_from"].date().isoformat(),
                end=until,
            )
        )
    ids = list(leases["lease_id"])
    with st.form("release"):
        left, right = st.columns(2)
        on = left.date_input(t("Ends on"), s.park.day + dt.timedelta(days=1), format="YYYY-MM-DD")
        reason = right.text_input(t("Reason"), max_chars=200, key="release_reason")
        if st.form_submit_button(t("Release"), icon=":material/logout:") and reasoned(s, reason):
            _done(
                s,
                lambda seen: s.store.release(ids, on=on, reason=reason, by=s.who, scenario=s.scenario, seen=seen),
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
    if left.button(t("Move here"), type="primary") and reasoned(s, reason):
        _done(
            s,
            lambda seen: s.store.move(leases, units, on=on, reason=reason, by=s.who, scenario=s.scenario, seen=seen),
            t("{count} leases moved.", count=len(leases)),
        )
    right.button(t("Do not move"), on_click=lambda: st.session_state.pop("moving", None))


def _done(s: Session, act: Callable[[int], object], said: str) -> None:
    """Do an act and show the new state with `said`; where it is refused, the page says why."""
    if attempts.attempt(s, act, said):
        st.session_state.pop("moving", None)
        attempts.again()
