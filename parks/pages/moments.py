"""Other moments on the map: the programme's quarters to play through, another day or scenario beside the chosen one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks.output import maps, shading
from parks.pages import session

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Sequence

    import geopandas as gpd
    from streamlit.delta_generator import DeltaGenerator

    from parks.output.maps import Against, Colours, Ground, Times
    from parks.pages.session import Session

WAYS = ("day", "quarters", "compare")


def wanted(by: str) -> str:
    """Return the choice of moments before it is drawn."""
    return session.remembered("moment", WAYS[0], _ways(by))


def choice(s: Session, by: str, place: DeltaGenerator) -> None:
    """Draw the choice of moments."""
    t = s.t
    titles = {"day": t("One day"), "quarters": t("Quarter by quarter"), "compare": t("Two side by side")}
    session.choice(t("Moment"), _ways(by), "moment", titles.__getitem__, place)


def _ways(by: str) -> Sequence[str]:
    """Return the moments that some colours can show: some hold for the chosen day alone."""
    return WAYS[:1] if by in shading.DAILY else WAYS


def other(s: Session, moment: str) -> Session | None:
    """Draw the choice of the other side where two are compared; return it, None where there is none."""
    if moment != "compare":
        return None
    t = s.t
    left, right = st.columns(2, vertical_alignment="bottom")
    day = session.chosen_day(t("Right side: as of"), "other_day", s.park.day, left) or s.park.day
    names = [session.RECORD, *s.store.scenarios()["name"]]
    name = session.choice(
        t("Right side: scenario"), names, "other_scenario", lambda code: session.title(code, t), right
    )
    scenario = None if name == session.RECORD else name
    if (day, scenario) == (s.park.day, s.scenario):
        st.info(t("Choose another day or scenario for the right side."))
        return None
    return session.at(s, day, scenario)


def elsewhen(s: Session, moment: str, there: Session | None) -> gpd.GeoDataFrame:
    """Return the buildings that stand at another moment that is shown, but not on the chosen day; each once."""
    if moment == "quarters":
        return _elsewhen(s, None, (*s.key, s.park.known_on))
    return s.park.buildings.iloc[:0] if there is None else _elsewhen(s, there, (*s.key, s.park.known_on, *there.key))


def chosen(s: Session, base: Ground, by: str, moment: str, there: Session | None) -> Times | Against | None:
    """Return the quarters to play through, or what to compare with.

    Parameters
    ----------
    s
        The session.
    base
        What the map draws, with the buildings `elsewhen`: they are coloured at the moments at which they stand.
    by, moment
        The colours, and one of `WAYS`.
    there
        The other side, of `other`.
    """
    t, key = s.t, (*s.key, s.lang, s.park.known_on, base.tiles.digest)
    if moment == "quarters":
        with st.spinner(t("Working out the quarters of the programme …")):
            times = _quarters(s, base, by, key)
        st.caption(t("Leases end and buildings come as the record has it; nothing is foretold beyond it."))
        return times
    return None if there is None else _against(s, there, base, by, (*key, *there.key))


def colours(s: Session, base: Ground, by: str, fits: pd.DataFrame | None = None) -> Colours:
    """Return the colours of a session's day and scenario for the buildings of `base`."""
    return maps.colours(base, maps.classes(s.park, s.space, rules=s.rules, by=by, fits=fits, lang=s.lang))


def ends(s: Session) -> list[tuple[str, dt.date]]:
    """Return the quarters of the policy's dated targets, each with its last day."""
    dated = s.rules.targets[["starts_on", "due_on"]].dropna()
    if dated.empty:
        return []
    every = list(pd.period_range(dated["starts_on"].min(), dated["due_on"].max(), freq="Q"))
    return [(f"{quarter.year}-Q{quarter.quarter}", quarter.end_time.date()) for quarter in every]


@st.cache_resource(show_spinner=False, max_entries=16)
def _elsewhen(_s: Session, _there: Session | None, key: Hashable) -> gpd.GeoDataFrame:
    """Return the buildings that `elsewhen` says, of the other side or of the quarters."""
    del key
    if _there is None:
        frames = [_s.store.as_of(day, _s.scenario, _s.park.known_on).buildings for _, day in ends(_s)]
    else:
        frames = [_there.park.buildings]
    others = {id(each): each for each in frames if each is not _s.park.buildings}
    found = [_s.park.buildings.iloc[:0]]
    known = set(_outlined(_s.park.buildings)["building_id"].tolist()) if others else set()
    for frame in others.values():
        ids = frame["building_id"].tolist()
        found.append(_outlined(frame[[code not in known for code in ids]]))
        known.update(found[-1]["building_id"].tolist())
    return pd.concat([each for each in found if not each.empty] or found)


@st.cache_resource(show_spinner=False, max_entries=8)
def _quarters(_s: Session, _base: Ground, by: str, key: Hashable) -> Times | None:
    """Return the colours at the end of each quarter; the one that holds the chosen day comes first."""
    del key
    every = ends(_s)
    rows = [(name, colours(session.at(_s, day, _s.scenario), _base, by)) for name, day in every]
    now = sum(day < _s.park.day for _, day in every)
    return maps.Times(rows, min(now, len(rows) - 1)) if rows else None


@st.cache_resource(show_spinner=False, max_entries=16)
def _against(_s: Session, _there: Session, _base: Ground, by: str, key: Hashable) -> Against:
    del key
    return maps.Against(_called(_s), _called(_there), colours(_there, _base, by))


def _outlined(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return buildings[buildings.geometry.notna()]


def _called(s: Session) -> str:
    """Return the day, and the scenario where there is one."""
    return " · ".join(part for part in (s.park.day.isoformat(), s.scenario) if part)
