"""What is selected on the map: a zone, park, parcel, building; or several, by shift-click or a line round them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from parks.output import figures
from parks.pages import outlining, tables
from parks.status import vacancy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from parks.output.maps import Ground
    from parks.pages.session import Session

VIEW: Final = re.compile(r"(\d{1,2}(?:\.\d)?),(-?\d{1,2}(?:\.\d{1,6})?),(-?\d{1,3}(?:\.\d{1,6})?)")
PLACE: Final = re.compile(r"(zone|park|parcel|building),(.{1,80})")
"""How a link says where the map looks, and what is selected."""
SEVERAL: Final = "buildings"
HALF_TURN, QUARTER_TURN = 180, 90
MOST_POINTS: Final = 1000
"""Points of a line round buildings that are taken."""


def clicked(base: Ground, answer: Mapping[str, Any] | None, standing: pd.Series[Any] | None = None) -> None:
    """Take over what was clicked or drawn in the map, before it is drawn again; the same answer counts once.

    Parameters
    ----------
    base
        What the map draws.
    answer
        ``kind`` and ``id``; or ``more`` and the id of one building; or ``area`` or ``outline`` and ``ring``
        ([longitude, latitude]); or ``company`` and ``tenant``, with the ``id`` of a building where it was dropped on
        one.
    standing
        Ids of the buildings that stand on the day: a line round others does not select them. None is all.
    """
    if answer == st.session_state.get("clicked"):
        return
    st.session_state["clicked"] = answer
    if answer is None:
        st.session_state["picked"] = None
    elif answer["kind"] == "area":
        within = base.tiles.within(_ring(answer["ring"]))
        if standing is not None:
            known = set(standing.tolist())
            within = [code for code in within if code in known]
        _several(within)
    elif answer["kind"] == "outline":
        outlining.take(_ring(answer["ring"]), base.datum)
    elif answer["kind"] == "company":
        if building := answer.get("id"):
            st.session_state["picked"] = {"kind": "building", "id": str(building)}
            st.session_state["dropped"] = str(building)
    elif answer["kind"] == "more":
        # A second click on one of them takes it out again.
        _several(sorted({str(answer["id"])} ^ set(chosen())))
    else:
        st.session_state["picked"] = {"kind": answer["kind"], "id": answer["id"]}


def company(answer: Mapping[str, Any] | None) -> str | None:
    """Return the company that a new answer of the map names; None where it names none, or was taken over before."""
    new = answer is not None and answer != st.session_state.get("clicked") and answer["kind"] == "company"
    return str(answer["tenant"]) if answer is not None and new else None


def dropped_on() -> str | None:
    """Return the building on which a company was dropped, once."""
    building: str | None = st.session_state.pop("dropped", None)
    return building


def linked(query: Mapping[str, str]) -> None:
    """Take over, once a session, where a link looks (``at=zoom,lat,lon``) and what it selects (``pick=kind,id``)."""
    if st.session_state.get("linked"):
        return
    st.session_state["linked"] = True
    if at := VIEW.fullmatch(query.get("at", "")):
        st.session_state.setdefault("focus", {"at": [float(part) for part in at.groups()]})
    if picked := PLACE.fullmatch(query.get("pick", "")):
        st.session_state.setdefault("picked", {"kind": picked[1], "id": picked[2]})


def chosen() -> list[str]:
    """Return the buildings that are selected."""
    picked = st.session_state.get("picked") or {}
    one = [picked["id"]] if picked.get("kind") == "building" else []
    return list(picked["ids"]) if picked.get("kind") == SEVERAL else one


def show(s: Session, ids: Sequence[str]) -> None:
    """Draw the sums of several buildings, a row for each, and the way to let them go."""
    t = s.t
    st.subheader(t("{count} buildings selected", count=len(ids)))
    space = s.space[s.space["building_id"].isin(ids)]
    if space.empty:
        st.info(t("No unit of these buildings is on record."))
    else:
        sums(s, space)
        rows = vacancy.by(space, "building")[["building_id", "lettable_m2", "let_m2", "vacant_m2", "vacancy"]]
        tables.show(rows.sort_values("vacant_m2", ascending=False), s, key="panel_several", height=420)
    st.button(t("Let the selection go"), icon=":material/deselect:", on_click=_let_go)
    st.caption(t("Shift-click adds a building or takes it out."))


def sums(s: Session, space: pd.DataFrame) -> None:
    """Draw vacancy, vacant area and lettable area of some units."""
    total, t = vacancy.total(space).iloc[0], s.t
    cells = st.columns(3)
    cells[0].metric(t("Vacancy"), figures.share(total["vacancy"], s.lang))
    cells[1].metric(t("Vacant area"), figures.area(total["vacant_m2"], s.lang))
    cells[2].metric(t("Lettable area"), figures.area(total["lettable_m2"], s.lang))


def offer(s: Session, space: pd.DataFrame) -> None:
    """Draw the button that selects the buildings of some units: the way of the keyboard."""
    ids = sorted(space["building_id"].dropna().unique())
    label = s.t("Select its {count} buildings", count=len(ids))
    st.button(label, key="select_all", icon=":material/select_all:", on_click=_several, args=(ids,))


def _several(ids: Sequence[str]) -> None:
    st.session_state["picked"] = {"kind": SEVERAL, "ids": list(ids)} if ids else None


def _let_go() -> None:
    st.session_state["picked"] = None


def _ring(said: object) -> list[tuple[float, float]]:
    """Return the points of a line that a browser told; what is no line is an empty one."""
    try:
        ring = [(float(lon), float(lat)) for lon, lat in list(said)[:MOST_POINTS]]  # type: ignore[call-overload]  # anything
    except (TypeError, ValueError):
        return []
    return ring if all(abs(lon) <= HALF_TURN and abs(lat) < QUARTER_TURN for lon, lat in ring) else []
