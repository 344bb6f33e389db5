"""Absorption: what was let and given up by quarter, and how long units stand vacant between leases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parks.output import desk_charts, figures
from parks.pages import session, tables
from parks.status import absorption

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

    from parks.pages.desk import Desk
    from parks.pages.session import Session

QUARTERS, FIRST = ("4", "8", "12", "20"), "8"
"""How many quarters can be looked back on; how many at first."""


def show(made: Desk) -> None:
    """Draw net absorption and time to let."""
    s, t = made.s, made.s.t
    count = session.switch(t("Quarters"), QUARTERS, "quarters", str, default=FIRST)
    net = _net(s, int(count), made.counts, made.base, (*s.key, s.park.known_on, count, made.counts, made.base))
    whole = absorption.together(net)
    st.altair_chart(desk_charts.absorption(whole, s.lang), width="stretch")
    st.caption(
        t(
            "Let at the end less let at the beginning of each quarter, of the units on record now. Leases of earlier "
            "companies that were never recorded are missing: where a ledger holds today’s leases only, their "
            "beginnings look like gains."
        )
    )
    made.show(whole, key="absorption", titles=_titles(s))
    with st.expander(t("By zone"), icon=":material/table_rows:"):
        made.show(net, key="absorption_zones", titles=_titles(s))
    _time(s)


def _time(s: Session) -> None:
    """Draw how long it took to let, with those still vacant told as such."""
    t = s.t
    st.subheader(t("Months vacant between leases"))
    park = s.store.whole(s.park.day, s.scenario, s.park.known_on)
    spells = absorption.spells(park)
    if spells.empty:
        st.info(t("No unit on record has stood vacant after a lease. Import leases that have ended to see this."))
        return
    ways = {"all": t("All"), "let": t("After a lease"), "works": t("After works")}
    way = session.switch(t("Vacant since"), list(ways), "after", ways.__getitem__)
    if way != "all":
        spells = spells[(spells["after"] == "renovation") == (way == "works")].reset_index(drop=True)
    frame = absorption.time_to_let(spells, s.counted_in)
    names = tables.names(s, "zones")
    said = frame.assign(
        zone=[t("All zones") if code is None else names.get(code, code) for code in _codes(frame)],
        **{part: [_months(*pair, s) for pair in _pairs(frame, f"{part}_months")] for part in PARTS},
    )
    order = ["zone", "cases", "let", "vacant", "withdrawn", *PARTS, "standing"]
    tables.show(said[order], s, key="time_to_let", titles=_titles(s))
    st.caption(
        t(
            "Median and quartiles by Kaplan and Meier: a unit that stands vacant still, or was withdrawn, counts as "
            "longer than it has lasted, not as let. “More than” is the longest time seen."
        )
    )
    with st.expander(t("Every spell"), icon=":material/list:"):
        words = {"let": t("let"), "vacant": t("still vacant"), "withdrawn": t("withdrawn")}
        listed = spells.assign(
            ended=[words[code] for code in spells["ended"]], after=[figures.state(code, t) for code in spells["after"]]
        )
        tables.show(listed, s, key="spells", height=420, titles=_titles(s))


PARTS = ("lower", "median", "upper")
"""What is told of the times: a quarter, half and three quarters were let by then."""


@st.cache_resource(show_spinner=False, max_entries=32)
def _net(_s: Session, quarters: int, counts: str, base: str, key: Hashable) -> pd.DataFrame:
    del key
    park = _s.store.whole(_s.park.day, _s.scenario, _s.park.known_on)
    return absorption.net(park, quarters, counts, base, _s.counted_in)


def _codes(frame: pd.DataFrame) -> list[str | None]:
    return [None if figures.missing(code) else str(code) for code in frame["zone_id"]]


def _pairs(frame: pd.DataFrame, column: str) -> list[tuple[object, object]]:
    return list(zip(frame[column], frame["longest_months"], strict=True))


def _months(value: object, longest: object, s: Session) -> str:
    """Return months as text; what was not seen is more than the longest that was."""
    if figures.missing(value):
        return s.t("more than {months}", months=figures.number(longest, s.lang, 1))
    return figures.number(value, s.lang, 1)


def _titles(s: Session) -> dict[str, str]:
    t = s.t
    return {
        "begin_m2": t("Let at the beginning m²"),
        "new_m2": t("Newly let m²"),
        "ended_m2": t("Given up m²"),
        "end_m2": t("Let at the end m²"),
        "net_m2": t("Net absorption m²"),
        "turned_m2": t("Passed to another company m²"),
        "zone": t("Zone"),
        "cases": t("Cases"),
        "let": t("Let"),
        "vacant": t("Still vacant"),
        "withdrawn": t("Withdrawn"),
        "lower": t("A quarter let within (months)"),
        "median": t("Half let within (months)"),
        "upper": t("Three quarters let within (months)"),
        "unit_id": t("Unit"),
        "vacant_from": t("Vacant from"),
        "months": t("Months"),
        "ended": t("What came"),
        "after": t("State before"),
    }
