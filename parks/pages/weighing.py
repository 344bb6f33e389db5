"""Sliders of weights with the stability of the first place beside them, and what has to be found out about places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from parks.matching import fit, stability, unknowns, weights
from parks.output import figures
from parks.pages import session

if TYPE_CHECKING:
    from parks.pages.session import Session

MOST = 5.0
"""Highest weight of a slider."""
STEP = 0.25
TOLD = 8
"""Places whose unknown cells are listed."""


def sliders(assessed: pd.DataFrame, tenant: str, s: Session) -> pd.DataFrame:
    """Draw a slider for each criterion that counts; return the rows weighed by them.

    Parameters
    ----------
    assessed
        What `fit.assess` returned.
    tenant
        The company; each has sliders of its own.
    s
        The session.
    """
    t = s.t
    policy = weights.of(s.rules, park=s.park)
    asked = sorted(name for name in assessed["criterion"].unique() if policy.get(name, 0) > 0)
    if not asked:
        return assessed
    with st.expander(t("What counts how much"), icon=":material/tune:"):
        st.caption(
            t(
                "The weights start as they are in force and change this page only. Beside each stands how far it "
                "alone can move before another place comes first."
            )
        )
        columns = [st.columns([3, 2], vertical_alignment="center") for _ in asked]
        names = fit.rule_names(s.rules, s.lang)
        given = {
            name: slider.slider(
                names[name], 0.0, max(MOST, policy[name]), policy[name], STEP, key=f"weight_{tenant}_{name}"
            )
            for name, (slider, _) in zip(asked, columns, strict=True)
        }
        weighed = weights.applied(assessed, weights.of(s.rules, given, s.park))
        found = stability.first_place(weighed)
        found = found[found["need_id"] == found["need_id"].iloc[0]].set_index("criterion")
        for name, (_, beside) in zip(asked, columns, strict=True):
            if name in found.index:
                beside.caption(moved(found.loc[name], s))
    return weighed


def moved(row: Any, s: Session) -> str:  # noqa: ANN401 - a row of `stability.first_place`
    """Return in a sentence between which weights the first place stays the first, and who comes next."""
    t = s.t
    least, most = (figures.number(row[name], s.lang, 2) for name in ("least", "most"))
    down, up = (not pd.isna(row[name]) for name in ("below", "above"))
    if down and up:
        sentence = t(
            "{first} stays first between {least} and {most}; below comes {below}, above {above}.",
            first=row["unit_id"],
            least=least,
            most=most,
            below=row["below"],
            above=row["above"],
        )
    elif down:
        sentence = t(
            "{first} stays first from {least} up; below comes {below}.",
            first=row["unit_id"],
            least=least,
            below=row["below"],
        )
    elif up:
        sentence = t(
            "{first} stays first up to {most}; above comes {above}.",
            first=row["unit_id"],
            most=most,
            above=row["above"],
        )
    else:
        sentence = t("{first} stays first whatever this weight.", first=row["unit_id"])
    return session.plain(sentence)


def weak(ranked: pd.DataFrame, s: Session) -> None:
    """Say how many places that fit are ranked apart for one low value."""
    apart = ranked[(ranked["verdict"] == "fits") & (ranked["weak"].map(len) > 0)]
    if len(apart):
        st.caption(
            s.t(
                "{count} of the units that fit are very weak in one criterion (see “Weak in”): they come after the "
                "others, whatever their score.",
                count=len(apart),
            )
        )


def find_out(assessed: pd.DataFrame, s: Session) -> None:
    """List the places with something unknown: what they could come to, which cells, and whom to ask."""
    t = s.t
    places = unknowns.at_best(assessed).sort_values(["place_at_best", "place"], kind="stable")
    if places.empty:
        return
    head = places.head(TOLD)
    rows = assessed[assessed["unit_id"].isin(head["unit_id"])]
    cells = unknowns.find_out(s.park, s.rules, s.space, rows, t)
    with st.expander(t("What to find out ({count} units)", count=len(places)), icon=":material/help:"):
        for place in head.itertuples():
            own = cells[(cells["unit_id"] == place.unit_id) & (cells["need_id"] == place.need_id)]
            st.markdown(f"**{session.plain(place.unit_id)}** {session.plain(unknowns.outlook(place, t))}")
            session.listed(list(own["sentence"]))
        if len(places) > len(head):
            st.caption(t("The first {count} are shown, those that could come highest first.", count=len(head)))
