"""What a planner decides for a scenario: weights, quotas, pins and bans, and waivers of hard rules."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from parks import demand, schema
from parks.matching import changes, fit, quotas, weights
from parks.output import figures
from parks.pages import attempts, jobs, session, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parks.pages.session import Session

SOURCE = "planner"
PREFIX = {"pins": "P", "quotas": "Q", "waivers": "W"}
SENSES = ("pin", "ban")
MOST, STEP = 5.0, 0.25
"""Highest weight of a slider, and its step."""
COMPARED = 20.0
"""Seconds for the plans by two sets of weights."""


def show(s: Session) -> None:
    """Show the weights, quotas, pins and bans that a plan keeps; let them be changed in a scenario."""
    t = s.t
    with st.expander(t("What counts how much"), icon=":material/tune:", key="all_weights"):
        _weights(s)
    named = t("Quotas ({count})", count=len(s.park.quotas))
    with st.expander(named, icon=":material/percent:", key="all_quotas"):
        _quotas(s)
    named = t("Pins and bans ({count})", count=len(s.park.pins))
    with st.expander(named, icon=":material/keep:", key="all_pins"):
        _pins(s)


def keep(s: Session, table: str, rows: pd.DataFrame) -> bool:
    """Write decisions with new ids; return whether it was done. Pins of a need take the place of those before.

    Parameters
    ----------
    s
        The session.
    table
        ``pins``, ``quotas``, ``waivers`` or ``weights``.
    rows
        Columns of the table, but for key, source and standing.
    """
    held, key = s.park.table(table), schema.key(table)
    made = rows.assign(source_date=dt.datetime.now(dt.UTC).date().isoformat(), standing="stated")
    if key not in made:
        first = _next(held, key)
        made[key] = [f"{PREFIX[table]}{first + number:04}" for number in range(len(rows))]
    before: list[str] = []
    if table == "pins" and (rows["sense"] == "pin").all():
        before = list(held.loc[(held["sense"] == "pin") & held["need_id"].isin(rows["need_id"]), key])

    def act(seen: int) -> None:
        if before:
            _remove(s, table, before, seen)
        s.store.add(table, made, source=SOURCE, by=s.who, scenario=s.scenario, seen=None if before else seen)

    return attempts.attempt(s, act)


def _next(held: pd.DataFrame, key: str) -> int:
    """Return the number of the next row that is decided on the screen."""
    return max((int(name[1:]) for name in held[key] if name[1:].isdigit()), default=0) + 1


def _remove(s: Session, table: str, keys: Sequence[str], seen: int) -> None:
    s.store.remove(table, keys, by=s.who, reason=s.t("Taken back"), scenario=s.scenario, seen=seen)


def _closed(s: Session) -> bool:
    """Say that a scenario is needed to decide, when there is none; return whether that is so."""
    if s.scenario is None:
        st.caption(s.t("Choose or create a scenario to change these; what you see is what the record holds."))
    return s.scenario is None


def _listed(s: Session, table: str, shown: pd.DataFrame, titles: dict[str, str]) -> None:
    """List decisions; the one picked can be taken back."""
    t, keys = s.t, s.park.table(table)[schema.key(table)]
    if shown.empty:
        return
    picked = tables.show(shown, s, key=f"{table}_list", table=table, titles=titles, pick=True)
    closed = s.scenario is None
    if st.button(
        t("Take the chosen one back"), icon=":material/undo:", key=f"{table}_back", disabled=closed or picked is None
    ):
        key = str(keys.iloc[picked or 0])
        if attempts.attempt(s, lambda seen: _remove(s, table, [key], seen)):
            st.rerun()


def _weights(s: Session) -> None:
    """Draw a slider for each criterion; keep those that differ from the policy's."""
    t, policy = s.t, weights.of(s.rules)
    now, closed, names = weights.of(s.rules, None, s.park), _closed(s), fit.rule_names(s.rules, s.lang)
    with st.form("weights_form", border=False):
        places = st.columns(2)
        given = {
            name: places[number % 2].slider(
                names[name], 0.0, max(MOST, now[name]), now[name], STEP, key=f"plan_weight_{name}", disabled=closed
            )
            for number, name in enumerate(sorted(name for name in policy if policy[name] > 0 or now[name] > 0))
        }
        kept = st.form_submit_button(t("Keep these weights"), icon=":material/save:", disabled=closed)
    if kept:
        held = set(s.park.weights["criterion"])
        new = {name: weight for name, weight in given.items() if weight != now[name] and weight != policy[name]}
        back = sorted(name for name in held if given.get(name) == policy[name])
        done = not back or attempts.attempt(s, lambda seen: _remove(s, "weights", back, seen))
        if new and done:
            done = keep(s, "weights", pd.DataFrame({"criterion": list(new), "weight": list(new.values())}))
        if done and (new or back):
            st.rerun()
    if len(s.park.weights):
        _against_policy(s)


def _against_policy(s: Session) -> None:
    """Offer to tell how the plan by these weights differs from that by the policy's."""
    t, park, rules, space = s.t, s.park, s.rules, s.space

    def work(tell: jobs.Tell) -> tuple[Any, list[str]]:
        tell(0.0, "")
        found = changes.of_weights(park, rules, space, weights.of(rules), None, budget=COMPARED)
        names = (t("the policy’s weights"), t("these weights"))
        return s.key, changes.sentences(found.rows, found.summary, park, rules, t, names=names, weighed=found)

    if st.button(t("What changes against the policy’s weights"), key="weighed", icon=":material/compare_arrows:"):
        jobs.begin("weighed_job", work, keeps=True)
    job = jobs.wait("weighed_job", t("Finding both plans …"), t)
    if job is not None and job.result is not None and job.result[0] == s.key:
        session.listed(job.result[1])


def _quotas(s: Session) -> None:
    """List the quotas; let one be added."""
    t, frame = s.t, s.park.quotas
    st.caption(
        t(
            "At least or at most so much of a zone’s lettable area for certain sectors. With a price a plan may miss "
            "it and pays for each m²; without one it keeps it as far as that is possible."
        )
    )
    columns = ["quota_id", "zone_id", "sectors", "sense", "share", "area_m2", "price", "source"]
    _listed(s, "quotas", frame[columns], {"quota_id": t("Quota")})
    if _closed(s):
        return
    sectors, zones = tables.names(s, "sectors"), tables.names(s, "zones").to_dict()
    fresh = _next(frame, "quota_id")  # a quota that was refused stays in the form
    with st.form(f"quota_{fresh}", border=False):
        left, right = st.columns(2)
        zone = left.selectbox(
            t("Zone"), list(s.rules.zones["zone_id"]), format_func=zones.__getitem__, key=f"quota_zone_{fresh}"
        )
        chosen = right.multiselect(
            t("Sectors or groups"),
            list(sectors.index),
            placeholder="–",
            format_func=lambda code: f"{sectors[code]} · {code}",
            key=f"quota_sectors_{fresh}",
        )
        cells = st.columns(4)
        sense = cells[0].selectbox(
            t("Kind"), quotas.SENSES, format_func=lambda code: figures.sense(code, t), key=f"quota_sense_{fresh}"
        )
        share = cells[1].number_input(t("Share of the zone, %"), 0.0, 100.0, value=None, key=f"quota_share_{fresh}")
        area = cells[2].number_input(t("or area, m²"), 0.0, value=None, key=f"quota_area_{fresh}")
        price = cells[3].number_input(
            t("Price of a m² (empty: none may be missing)"), 0.0, value=None, key=f"quota_price_{fresh}"
        )
        added = st.form_submit_button(t("Add the quota"), icon=":material/add:")
    if added:
        row = {"zone_id": zone, "sectors": ";".join(chosen), "sense": sense, "area_m2": area, "price": price}
        if keep(s, "quotas", pd.DataFrame([row | {"share": None if share is None else share / 100}])):
            st.rerun()


def _pins(s: Session) -> None:
    """List pins and bans; let one be added."""
    t, frame = s.t, s.park.pins
    st.caption(
        t(
            "A pin is kept whatever it costs, or refused with the reason; all pins of a need together are one place. "
            "A ban without a company holds for all."
        )
    )
    columns = ["pin_id", "tenant_id", "sense", "unit_id", "building_id", "reason", "source"]
    _listed(s, "pins", frame[columns], {"pin_id": t("No.")})
    if _closed(s):
        return
    needs = s.park.needs.set_index("need_id")["tenant_id"]
    open_, names, everyone = demand.open_needs(s.park), tables.names(s, "tenants"), ""
    buildings = tables.names(s, "buildings")
    fresh = _next(frame, "pin_id")
    with st.form(f"pin_{fresh}", border=False):
        cells = st.columns(2)
        need = cells[0].selectbox(
            t("Company"),
            [*open_, everyone],
            format_func=lambda code: f"{names.get(needs[code], needs[code])} · {code}" if code else t("all companies"),
            key=f"pin_need_{fresh}",
        )
        sense = cells[1].selectbox(
            t("Kind"), SENSES, format_func=lambda code: figures.sense(code, t), key=f"pin_sense_{fresh}"
        )
        unit = cells[0].selectbox(
            t("Lettable unit"),
            list(s.space["unit_id"].sort_values()),
            index=None,
            placeholder="–",
            key=f"pin_unit_{fresh}",
        )
        home = cells[1].selectbox(
            t("or building"),
            list(buildings.index),
            index=None,
            placeholder="–",
            format_func=lambda code: f"{buildings[code]} · {code}",
            key=f"pin_home_{fresh}",
        )
        reason = st.text_input(t("Reason"), key=f"pin_reason_{fresh}")
        added = st.form_submit_button(t("Add"), icon=":material/add:", key="pin_add")
    if added:
        row = {"need_id": need or None, "tenant_id": needs.get(need), "unit_id": unit, "building_id": home}
        if keep(s, "pins", pd.DataFrame([row | {"sense": sense, "reason": reason.strip() or None}])):
            st.rerun()


def waive(s: Session, tenant: str, unit: str, rule: str, name: str) -> None:
    """Offer to waive a hard rule for a company and a unit, with a written reason.

    Parameters
    ----------
    s
        The session.
    tenant, unit, rule
        For whom, where, and which rule.
    name
        What the rule is called.
    """
    t, mark = s.t, f"{tenant}_{unit}_{rule}"
    with st.popover(t("Waive"), icon=":material/gavel:", type="tertiary", disabled=s.park.known_on is not None):
        st.markdown(t("Waive “{rule}” for this company and this unit.", rule=session.plain(name)))
        reason = st.text_input(t("Why it may be waived"), key=f"waive_{mark}")
        if st.button(t("Waive it"), key=f"waive_it_{mark}", disabled=not reason.strip()):
            row = {"tenant_id": tenant, "unit_id": unit, "rule": rule, "reason": reason.strip(), "by": s.who}
            if keep(s, "waivers", pd.DataFrame([row | {"day": pd.Timestamp(s.park.day)}])):
                st.rerun()


def unwaive(s: Session, tenant: str, unit: str, rule: str) -> None:
    """Offer to take a waiver for a company and a unit back."""
    held = s.park.waivers
    own = held[(held["tenant_id"] == tenant) & (held["unit_id"] == unit) & (held["rule"] == rule)]
    if own.empty:
        return
    mark = f"unwaive_{tenant}_{unit}_{rule}"
    if st.button(s.t("Take the waiver back"), key=mark, icon=":material/undo:", type="tertiary"):
        keys = list(own["waiver_id"])
        if attempts.attempt(s, lambda seen: _remove(s, "waivers", keys, seen)):
            st.rerun()
