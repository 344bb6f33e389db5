"""Why a plan treats a company as it does: the reasons, other places with their cost, why not there, pins from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from parks.matching import explanation
from parks.pages import session, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from parks.pages.plans import Found
    from parks.pages.session import Session

    Keep = Callable[[pd.DataFrame], None]

MISSES = 5
"""Failed rules said at once; the others behind a click."""


def show(s: Session, found: Found, tenant: str | None, keep: Keep) -> None:
    """Let a company be chosen, placed or not, and say why it is where it is, or nowhere.

    Parameters
    ----------
    s, found
        The session, and the plan.
    tenant
        The company chosen in the table of the plan.
    keep
        Takes rows of pins and bans.
    """
    t, plan = s.t, found.plan
    asked = st.selectbox(
        t("Explain a company, placed or not"),
        [*plan.placed, *plan.unplaced],
        index=None,
        placeholder=t("Choose a company"),
        format_func=lambda code: f"{tables.names(s, 'tenants').get(code, code)} · {code}",
        key="explained",
    )
    tenant = tenant or asked
    if tenant is None:
        return
    with st.spinner(t("Working out the reasons …")):
        said = _explained(s, found, tenant)
    with st.container(border=True):
        st.markdown(f"**{session.plain(tables.names(s, 'tenants').get(tenant, tenant))}**")
        misses = [miss["sentence"] for miss in said["blocked_by"]]
        session.listed([*said["why"], *misses[:MISSES]])
        if misses[MISSES:]:
            with st.expander(t("{count} more rules", count=len(misses) - MISSES)):
                session.listed(misses[MISSES:])
        for fix, icon in ((said["cheapest_fix"], "build"), (said["lock"], "lock_open")):
            if fix:
                st.success(session.plain(fix["sentence"]), icon=f":material/{icon}:")
        _alternatives(s, found, tenant, said["alternatives"], keep)
        _elsewhere(s, found, tenant, keep)


def _explained(s: Session, found: Found, tenant: str) -> dict[str, Any]:
    """Return the reasons, worked out once for a plan, company and language."""
    kept = st.session_state.setdefault("reasons", {})
    key = (tenant, s.lang)
    if kept.get("plan") is not found.plan:
        kept.clear()
        kept["plan"] = found.plan
    if key not in kept:
        basis = found.basis
        kept[key] = explanation.explain(basis.park, basis.rules, basis.space, found.plan, tenant, s.t, given=found.case)
    said: dict[str, Any] = kept[key]
    return said


def _alternatives(s: Session, found: Found, tenant: str, others: list[dict[str, Any]], keep: Keep) -> None:
    """List the next best places with what they cost; each can be pinned, and the place of the plan too."""
    t, own = s.t, found.plan.assignments
    own = own[own["tenant_id"] == tenant]
    held = [(str(need), list(rows["unit_id"])) for need, rows in own.groupby("need_id")]
    for number, (need, units) in enumerate(held):
        row = st.container(horizontal=True)
        if row.button(t("Pin it where it is"), icon=":material/keep:", key=f"pin_own_{number}", disabled=_shut(s)):
            keep(_pins(tenant, need, units, t("Pinned where the plan had it")))
        if row.button(t("Not in this building"), icon=":material/block:", key=f"ban_own_{number}", disabled=_shut(s)):
            home = found.basis.space.set_index("unit_id")["building_id"]
            keep(_bans(tenant, need, sorted({home[unit] for unit in units}), t("Not in this building")))
    if others:
        st.markdown(t("**Next best places**"))
    for number, other in enumerate(others):
        left, right = st.columns([5, 1], vertical_alignment="center")
        left.markdown(f"- {session.plain(other['sentence'])}")
        if right.button(t("Pin"), key=f"pin_{number}", icon=":material/keep:", type="tertiary", disabled=_shut(s)):
            keep(_pins(tenant, other["need_id"], other["unit_ids"], t("Pinned from the alternatives")))


def _elsewhere(s: Session, found: Found, tenant: str, keep: Keep) -> None:
    """Say why the plan does not put the company on a unit, and what that would cost."""
    t, basis = s.t, found.basis
    unit = st.selectbox(
        t("Why not on this unit?"),
        list(basis.space["unit_id"].sort_values()),
        index=None,
        placeholder=t("Choose a unit"),
        key="why_not",
    )
    if unit is None:
        return
    said = explanation.why_not(basis.park, basis.rules, basis.space, found.plan, tenant, unit, t, given=found.case)
    session.listed(said["why"])
    if said["loss"] is not None and st.button(
        t("Pin it to a place with this unit"), icon=":material/keep:", key="pin_there", disabled=_shut(s)
    ):
        keep(_pins(tenant, said["need_id"], said["unit_ids"], t("Pinned to a unit that was asked for")))


def _shut(s: Session) -> bool:
    return s.scenario is None


def _pins(tenant: str, need: str, units: list[str], reason: str) -> pd.DataFrame:
    rows = [{"tenant_id": tenant, "need_id": need, "unit_id": unit, "sense": "pin", "reason": reason} for unit in units]
    return pd.DataFrame(rows)


def _bans(tenant: str, need: str, buildings: list[str], reason: str) -> pd.DataFrame:
    row = {"tenant_id": tenant, "need_id": need, "sense": "ban", "reason": reason}
    return pd.DataFrame([row | {"building_id": name} for name in buildings])
