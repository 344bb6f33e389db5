"""Holds: a unit kept for a company until a day; they lapse by themselves, are prolonged or released with a reason."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks.output import figures
from parks.pages import acts, attempts, desk, session, tables
from parks.status import holds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parks.pages.desk import Desk
    from parks.pages.session import Session

DAYS = 30
"""Days for which a hold is offered at first."""
SOON = 14
"""Days before its end from which a hold is told to end soon."""
COLUMNS = [
    "unit_id",
    "building_id",
    "tenant_id",
    "state",
    "valid_from",
    "valid_to",
    "days_left",
    "lettable_m2",
    "reason",
]


def show(made: Desk) -> None:
    """List the holds that run and those that have lapsed; each can be prolonged or released."""
    s, t = made.s, made.s.t
    attempts.back_and_forth(s, "holds")
    running = holds.current(s.park)
    ending = int((running["days_left"] <= SOON).sum())
    cells = st.columns(3)
    cells[0].metric(t("Holds that run"), figures.number(len(running), s.lang), border=True)
    cells[1].metric(t("Ending within {days} days", days=SOON), figures.number(ending, s.lang), border=True)
    cells[2].metric(
        t("Without an end"),
        figures.number(running["valid_to"].isna().sum(), s.lang),
        help=t("They never lapse by themselves: give them an end."),
        border=True,
    )
    if running.empty:
        st.info(t("Nothing is held. Search for space and hold it from there, or use the form below."))
    else:
        st.caption(t("Click the box before a row to prolong or release it. A hold ends by itself on its last day."))
        key, shown = desk.picking(s, "holds"), running[[*COLUMNS, "standing"]]
        picked = tables.show(shown, s, key=key, pick=True, height=420, titles=_titles(s), file="holds")
        if picked is not None:
            _change(s, running.iloc[picked])
    with st.expander(t("Hold units for a company"), icon=":material/bookmark_add:"):
        free = s.space[s.space["available_on"].notna()]["unit_id"]
        chosen = st.multiselect(t("Units"), list(free), key="hold_units", placeholder=t("none yet"))
        if chosen:
            place(s, chosen, key="new")
    st.markdown(t("**Lapsed in the last {days} days**", days=holds.LOOKED_BACK))
    park = s.store.whole(s.park.day, s.scenario, s.park.known_on)
    over = holds.lapsed(park, s.space)
    if over.empty:
        st.caption(t("No hold has lapsed in that time."))
    else:
        kept = [name for name in COLUMNS if name != "days_left"]
        over = over.assign(became=[figures.state(code, t) for code in over["became"]])
        tables.show(over[[*kept, "became", "taken"]], s, key="lapsed", titles=_titles(s))


def place(s: Session, units: Sequence[str], key: str, tenant: str | None = None) -> None:
    """Offer to hold units for a company, and to open their building on the map.

    Parameters
    ----------
    s
        The session.
    units
        The units.
    key
        Name of the form, unique on its page.
    tenant
        The company that is offered first; None is none.
    """
    t, space = s.t, s.space.set_index("unit_id")
    rows = space.loc[[unit for unit in units if unit in space.index]]
    if rows.empty:
        return
    area = figures.area(figures.known_sum(rows["lettable_m2"]), s.lang)
    st.markdown(
        t("**{count} units, {area}**: {names}", count=len(rows), area=area, names=session.plain(", ".join(rows.index)))
    )
    if session.LINKS in st.session_state:
        building = str(rows["building_id"].iloc[0])
        if st.button(t("Open on the map"), key=f"map_{key}", icon=":material/map:", type="tertiary"):
            st.session_state["picked"] = st.session_state["focus"] = {"kind": "building", "id": building}
            session.go("map")
    form(s, rows.reset_index(), key, tenant)


def form(s: Session, rows: pd.DataFrame, key: str, tenant: str | None = None) -> None:
    """Offer to hold units (rows with ``unit_id available_on``) for a company, from the day when all can be had."""
    t, names = s.t, tables.names(s, "tenants")
    units, free = list(rows["unit_id"]), rows["available_on"].dropna()
    if len(free) < len(rows):
        st.info(t("It is not known when all of these units are free, so that they cannot be held."))
        return
    begin: dt.date = max([pd.Timestamp(s.park.day), *free]).date()
    ids = list(names.index)
    states = {"reserved": t("Reserved (nobody else can take it)"), "intended": t("Intended (others may still take it)")}
    with st.form(f"hold_{key}"):
        top, below = st.columns(3), st.columns([1, 2])
        who = top[0].selectbox(
            t("For whom"),
            ids,
            index=ids.index(tenant) if tenant in ids else None,
            format_func=lambda code: f"{names[code]} · {code}",
            placeholder=t("Choose a company …"),
        )
        start = top[1].date_input(t("From"), begin, format="YYYY-MM-DD")
        end = top[2].date_input(
            t("Until (the first day on which it is free again)"), begin + dt.timedelta(days=DAYS), format="YYYY-MM-DD"
        )
        state = below[0].selectbox(t("How firmly"), list(states), format_func=states.__getitem__)
        reason = below[1].text_input(t("Reason"), max_chars=200)
        asked = st.form_submit_button(t("Hold"), type="primary", icon=":material/bookmark_add:")
    if asked and _said(s, who, reason) and who is not None:
        name = session.plain(names[who])
        _do(
            s,
            lambda seen: s.store.place(
                units,
                who,
                valid_from=start,
                valid_to=end,
                state=state,
                reason=reason,
                by=s.who,
                scenario=s.scenario,
                seen=seen,
            ),
            t("{count} units are held for {name} until {day}.", count=len(units), name=name, day=end),
        )


def _said(s: Session, who: str | None, reason: str) -> bool:
    """Return whether company and reason are given; else ask for them."""
    if who is None:
        st.error(s.t("Choose the company that it is held for."))
        return False
    return acts.reasoned(s, reason)


def _change(s: Session, hold: pd.Series) -> None:
    """Offer to prolong or to release one hold."""
    t, ends = s.t, hold["valid_to"]
    key = hold["lease_ids"][-1]
    running, over = st.columns(2)
    if pd.notna(ends):
        with running.form(f"prolong_{key}"):
            until = st.date_input(t("Held until"), ends.date() + dt.timedelta(days=DAYS), format="YYYY-MM-DD")
            reason = st.text_input(t("Reason"), max_chars=200)
            if st.form_submit_button(t("Prolong"), icon=":material/update:") and _said(s, key, reason):
                row = {"unit_id": hold["unit_id"], "tenant_id": hold["tenant_id"], "state": hold["state"]}
                wanted = pd.DataFrame([row | {"valid_from": ends.date(), "valid_to": until}], dtype="object")
                _do(
                    s,
                    lambda seen: s.store.place_all(wanted, reason=reason, by=s.who, scenario=s.scenario, seen=seen),
                    t("{unit} is held until {day}.", unit=session.plain(hold["unit_id"]), day=until),
                )
    with over.form(f"release_{key}"):
        tomorrow = s.park.day + dt.timedelta(days=1)
        on = st.date_input(t("Free from"), tomorrow, format="YYYY-MM-DD")
        reason = st.text_input(t("Reason"), max_chars=200)
        if st.form_submit_button(t("Release"), icon=":material/logout:") and _said(s, key, reason):
            standing = s.park.leases[s.park.leases["lease_id"].isin(hold["lease_ids"])]
            ids = list(standing.loc[~(standing["valid_to"] <= pd.Timestamp(on)).fillna(value=False), "lease_id"])
            _do(
                s,
                lambda seen: s.store.release(ids, on=on, reason=reason, by=s.who, scenario=s.scenario, seen=seen),
                t("{unit} is free from {day}.", unit=session.plain(hold["unit_id"]), day=on),
            )


def _do(s: Session, act: Callable[[int], object], said: str) -> None:
    """Do an act and show the new state; where it is refused, the page says why."""
    if attempts.attempt(s, act, said):
        attempts.again()


def _titles(s: Session) -> dict[str, str]:
    t = s.t
    return {
        "unit_id": t("Unit"),
        "valid_from": t("From"),
        "valid_to": t("Until"),
        "days_left": t("Days left"),
        "became": t("State now"),
        "taken": t("Taken by the company"),
    }
