"""Vacancy from zone to unit: a click goes one level down, the trail leads back, and totals stand under their parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from parks.output import charts, figures, stacks
from parks.pages import desk_holds, session, tables
from parks.status import rows, vacancy

if TYPE_CHECKING:
    from parks.pages.desk import Desk
    from parks.pages.session import Session

LEVELS = ("zone", "park", "building", "floor", "unit", "sector")
BELOW = {"": "zone", "zone": "park", "park": "building", "building": "floor", "floor": "unit"}
"""Kind of place → the level of its parts."""
AT, NEXT = "at", "at_next"
"""Where in the session the place stands that is looked into (as ``zone:Z-A``), and the one to go to."""


def narrowed(made: Desk) -> pd.DataFrame:
    """Draw the trail to the place that the link names; return the units in it."""
    _take_over()
    kind, code = _place(made)
    session.link(AT, st.session_state[AT], "")
    space = made.space[_inside(made, kind, code)].reset_index(drop=True) if kind else made.space
    _trail(made, kind, code)
    return space


def show(made: Desk) -> None:
    """Draw the totals of the place by level, and the floor stack of a building."""
    s, t = made.s, made.s.t
    kind, code = _place(made)
    titles = dict(zip(LEVELS, (t("Zone"), t("Park"), t("Building"), t("Floor"), t("Unit"), t("Sector")), strict=True))
    level = session.switch(t("Totals by"), LEVELS, "level", titles.__getitem__)
    sums = vacancy.by(made.space, level, counted_in=s.counted_in)
    if level in {"zone", "sector"}:
        st.altair_chart(charts.vacancy(tables.named(sums, s), s.lang), width="stretch")
    frame = spoken(sums, level, made)
    st.caption(t("Click the box before a row to look into it. The last row is the sum of the rows above."))
    picked = made.show(
        frame,
        key=f"vacancy_by_{level}_{code}",
        pick=level != "sector",
        titles={"name": titles[level], "code": t("Code")},
    )
    building = code if kind == "building" else _building(made, kind, code)
    if building:
        _stack(made, building)
    if picked is not None and picked < len(sums):
        _open(made, level, str(sums.iloc[picked, 0]))


def spoken(sums: pd.DataFrame, level: str, made: Desk) -> pd.DataFrame:
    """Return sums with the name of each place first, without columns that are nought, and their total last."""
    s = made.s
    total = vacancy.total(made.space)
    both = pd.concat([sums, total], ignore_index=True)
    column = str(sums.columns[0])
    names = _names(sums[column], level, s)
    told = ["vacancy", "lettable_m2", "vacant_m2"]  # what is asked first
    order = [*told, *(name for name in total.columns if name not in told)]
    kept = [name for name in order if not name.endswith("_m2") or name == "lettable_m2" or _any(total, name)]
    frame = both[kept].copy()
    frame.insert(0, "code", both[column])
    frame.insert(0, "name", pd.Series([*names, s.t("Total")], dtype="string"))
    return _with_holders(frame, made.space) if level == "unit" else frame


def _with_holders(frame: pd.DataFrame, space: pd.DataFrame) -> pd.DataFrame:
    """Return units with their state, who holds them, until when, and when they can be had."""
    row = rows.find(space["unit_id"], frame["code"])
    told = frame.drop(columns=["units", "vacancy", "unknown_units"])
    told.insert(2, "state", rows.take(space["state"], row))
    for name in ("tenant_id", "until", "available_on"):
        told.insert(len(told.columns) - 1, name, rows.take(space[name], row))
    return told


def _any(total: pd.DataFrame, column: str) -> bool:
    """Return whether the total has something in a column; unknown is something."""
    return bool(total[column].fillna(1.0).iloc[0])


def _names(codes: pd.Series[str], level: str, s: Session) -> list[str]:
    """Return how each place is called; one that is not known is said so."""
    t = s.t
    if level == "floor":
        floors = s.park.floors.set_index("floor_id")["level"]
        found = codes.map(floors)
        told = [None if pd.isna(one) else f"{one}F" if one > 0 else f"B{-one}" for one in found]
        buildings = codes.map(s.park.floors.set_index("floor_id")["building_id"]).map(tables.names(s, "buildings"))
        names = [one and f"{where} {one}" for where, one in zip(buildings, told, strict=True)]
    elif level == "unit":
        names = list(codes.map(s.park.units.set_index("unit_id")["name"]))
    else:
        names = list(codes.map(tables.names(s, {"sector": "sectors", "zone": "zones"}.get(level, f"{level}s"))))
    nobody = t("held by nobody") if level == "sector" else t("unknown")
    return [
        nobody if figures.missing(code) else str(code) if figures.missing(name) else str(name)
        for code, name in zip(codes, names, strict=True)
    ]


def _take_over() -> None:
    """Go where a click wanted to, before the widgets are drawn."""
    if NEXT in st.session_state:
        _go(*st.session_state.pop(NEXT))
    if AT not in st.session_state:
        st.session_state[AT] = st.query_params.get(AT, "")
        if "level" not in st.query_params and "level" not in st.session_state:
            st.session_state["level"] = BELOW.get(st.session_state[AT].partition(":")[0], LEVELS[0])


def _go(kind: str, code: str) -> None:
    """Look into a place, by its parts; no kind is the whole district."""
    st.session_state[AT] = f"{kind}:{code}" if kind else ""
    st.session_state["level"] = BELOW[kind]


def _place(made: Desk) -> tuple[str, str]:
    """Return kind and id of the place looked into; both empty for the whole district, or a place that is not there."""
    kind, _, code = str(st.session_state.get(AT, "")).partition(":")
    if kind in BELOW and kind and _inside(made, kind, code).any():
        return kind, code
    st.session_state[AT] = ""
    return "", ""


def _inside(made: Desk, kind: str, code: str) -> pd.Series[bool]:
    """Return which units lie in a place."""
    space = made.space
    column = rows.counted(space["zone_id"], made.s.counted_in) if kind == "zone" else space[f"{kind}_id"]
    return column.eq(code).fillna(value=False).astype(bool)


def _building(made: Desk, kind: str, code: str) -> str:
    """Return the building of the floor looked into, else nothing."""
    found = made.space.loc[_inside(made, kind, code), "building_id"].dropna() if kind == "floor" else pd.Series([])
    return str(found.iloc[0]) if len(found) else ""


def _trail(made: Desk, kind: str, code: str) -> None:
    """Draw the way from the district down to the place, each step a button."""
    t = made.s.t
    steps = [("", "", t("All zones"))]
    if kind:
        row = made.space[_inside(made, kind, code)].iloc[0]
        for level in ("zone", "park", "building", "floor"):
            ids = rows.counted(pd.Series([row["zone_id"]], dtype="string"), made.s.counted_in)
            one = ids.iloc[0] if level == "zone" else row[f"{level}_id"]
            if pd.notna(one):
                steps.append((level, str(one), _names(pd.Series([one], dtype="string"), level, made.s)[0]))
            if level == kind:
                break
    line = st.container(horizontal=True, vertical_alignment="center", gap="small")
    for at, (level, one, name) in enumerate(steps):
        if at:
            line.markdown("›", width="content")
        here = at == len(steps) - 1
        line.button(
            session.plain(name),
            key=f"trail_{level}",
            type="tertiary",
            disabled=here,
            on_click=_go,
            args=(level, one),
        )


def _stack(made: Desk, building: str) -> None:
    """Draw the floor stack of a building; units clicked in it can be held."""
    s, t = made.s, made.s.t
    titles = {"state": t("State"), "expiry": t("When the lease ends")}
    by = session.switch(t("Stack coloured by"), stacks.COLOURS, "stack_by", titles.__getitem__)
    units = vacancy.stack(made.space, s.park, building)
    event = st.vega_lite_chart(
        stacks.chart(units, s.lang, by, s.park.day),
        key=f"desk_stack_{building}_{by}",
        on_select="rerun",
        selection_mode="units",
        width="stretch",
    )
    st.caption(made.note)
    chosen = [point["unit_id"] for point in event["selection"].get("units", [])]
    if chosen:
        desk_holds.place(s, chosen, key="stack")


def _open(made: Desk, level: str, code: str) -> None:
    """Look into the row picked; of a unit show what can be done."""
    if code == "<NA>":
        st.info(made.s.t("Nobody knows where this space lies. Mend its ledger first: see “To mend”."))
    elif level in BELOW and level:
        st.session_state[NEXT] = (level, code)
        st.rerun()
    else:
        desk_holds.place(made.s, [code], key="unit")
