"""Programme: both million-m² ledgers by counting rule and area basis, and the rooms that look into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parks.output import charts, figures
from parks.pages import ledgers, likelihood, reported, session, start, tables
from parks.status import progress

if TYPE_CHECKING:
    import pandas as pd

    from parks.pages.session import Session

LEDGER = [
    *("kind", "target_m2", "done_m2", "under_way_m2", "planned_m2", "gone_m2", "net_m2"),
    *("projects", "unknown_projects", "unknown_gone", "dropped_projects", "whole_projects", "other_kind_projects"),
    *("clause", "due_on", "standing"),
]
FIRST = "completed"
"""The counting rule that stands first; the others follow as the policy lists them."""


@start.needs("projects")
def show(s: Session) -> None:
    """Draw the page."""
    t = s.t
    rule, basis, words = _counting(s)
    done = progress.by_target(s.park, s.rules, rule=rule, basis=basis)
    ahead = likelihood.ahead(s, rule, basis)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.altair_chart(charts.programme(done, s.lang, forecast=ahead.targets), width="stretch")
    with right:
        likelihood.chances(s, ahead)
    _totals(s, done, words)
    rooms = {
        t("Curve"): lambda: ledgers.curves(s, rule, basis, ahead.quarters),
        t("By zone"): lambda: ledgers.level(s, "zone", rule, basis),
        t("By quarter"): lambda: ledgers.level(s, "quarter", rule, basis),
        t("By developer"): lambda: ledgers.level(s, "developer", rule, basis),
        t("Projects"): lambda: ledgers.projects(s, rule, basis),
        t("Behind plan"): lambda: ledgers.behind(s),
        t("Taken out"): lambda: ledgers.taken_out(s),
        t("Since the last report"): lambda: reported.show(s, rule, basis),
        t("Forecast"): lambda: likelihood.show(s, rule, basis, ahead),
        t("To mend"): lambda: ledgers.gaps(s, rule, basis),
    }
    session.tabs("programme_tab", s.lang, rooms)


def _counting(s: Session) -> tuple[str, str, str]:
    """Draw the counting rule and the area basis; return both, and how they are called together."""
    t = s.t
    rules, bases = s.rules.counting.set_index("rule_id"), s.rules.bases.set_index("basis")
    codes = sorted(map(str, rules.index), key=lambda code: code != FIRST)
    row = st.container(horizontal=True)
    rule = session.switch(t("Counts when"), codes, "rule", lambda code: str(rules.loc[code, s.names]), row)
    measures = list(map(str, bases.index))
    basis = session.switch(t("Area basis"), measures, "basis", lambda code: str(bases.loc[code, s.names]), row)
    chosen = rules.loc[rule], bases.loc[basis]
    st.caption("  \n".join(str(row[f"note_{s.lang}"]) for row in chosen))
    return rule, basis, " · ".join(str(row[s.names]) for row in chosen)


def _totals(s: Session, done: pd.DataFrame, words: str) -> None:
    """Draw the totals, each with the rule and basis by which it counts, gross beside net."""
    t = s.t
    st.markdown(t("**Totals by: {counting}**", counting=session.plain(words)))
    for row in done.to_dict("records"):
        said = t(
            "{kind} ({counting}): {done} done, of a target of {target}; {gone} taken out and not back, {net} net.",
            kind=figures.kind(row["kind"], t),
            counting=words,
            done=s.area(row["done_m2"]),
            target=s.area(row["target_m2"]),
            gone=s.area(row["gone_m2"]),
            net=s.area(row["net_m2"]),
        )
        if figures.missing(row["clause"]):
            said += " " + t("The clause of this target is unknown.")
        st.markdown(f"- {session.plain(said)}")
    titles = {
        "gone_m2": t("Taken out m²"),
        "net_m2": t("Net m²"),
        "unknown_gone": t("Taken out, area unknown"),
        "dropped_projects": t("Given up"),
        "whole_projects": t("Counted by phases"),
        "other_kind_projects": t("Of another kind"),
        "clause": t("Clause"),
    }
    tables.show(done[LEDGER], s, key="progress", titles=titles)
