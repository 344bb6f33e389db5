"""Outlines of zones, parks and parcels: drawn on the map, told with source and standing, kept, taken out again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely
import streamlit as st

from parks import checks, crs, outlines, policy, schema
from parks.intake import natures
from parks.issues import InvalidData
from parks.output import figures
from parks.output import outlining as drawings
from parks.pages import acts, attempts, session, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from parks.output.layers import Layer
    from parks.pages.session import Session

DRAFT: Final = "outline"
"""Where a session keeps the outline that is not saved yet."""
KINDS: Final = ("zone", "park", "parcel")
LONG, SHORT = 300, 80
"""Most signs of a source, a reason, sides in words; of a name, of a day."""
MOST_CORNERS: Final = 1000
"""More corners than these are no longer moved by hand."""


def take(ring: Sequence[tuple[float, float]], datum: str) -> None:
    """Take over what was drawn: corners on the map's datum; none when the drawing was given up."""
    if not ring:
        st.session_state.pop(DRAFT, None)
        return
    lon, lat = crs.unshift([lon for lon, _ in ring], [lat for _, lat in ring], datum)
    held = st.session_state.get(DRAFT) or {}
    st.session_state[DRAFT] = held | {"ring": list(zip(lon.tolist(), lat.tolist(), strict=True)), "drawing": False}


def draft(datum: str) -> dict[str, Layer]:
    """Return the outline that is not saved yet as a layer of the map; nothing where there is none."""
    if not (held := st.session_state.get(DRAFT)):
        return {}
    turn = held.get("turn", 0)
    return {"draft": drawings.draft(held["ring"], datum=datum, drawing=held["drawing"], turn=turn)}


def show(s: Session) -> None:
    """Ask whose outline was drawn and where it comes from; keep it, go on drawing, or throw it away."""
    held, t = st.session_state.get(DRAFT), s.t
    if not held or held["drawing"]:
        return
    with st.container(border=True, key="outline_form"):
        st.subheader(t("The outline that was drawn"))
        shape = outlines.drawn(held["ring"], _around(s, held["ring"]))
        if shape is None:
            st.error(t("This line bounds no area, or crosses itself. Go on drawing and move its corners."))
        else:
            _sizes(s, shape)
            _whose(s, shape, held)
        row = st.container(horizontal=True)
        row.button(t("Go on drawing"), icon=":material/edit:", on_click=_draw, args=(held,))
        row.button(t("Throw it away"), icon=":material/delete:", on_click=_forget)


def offer(s: Session, kind: str, code: str) -> None:
    """Say where the outline of a zone, a park or a parcel comes from; offer to draw, to change or to take it out."""
    t, row = s.t, _row(s, kind, code)
    shape = row["geometry"] if row is not None else _published(s, kind, code)
    if shape is not None:
        _sizes(s, shape)
    if row is not None:
        st.caption(_told(s, row))
    asked = st.container(horizontal=True)
    corners = outlines.ring(shape)
    if shape is not None and (corners is None or len(corners) > MOST_CORNERS):
        st.caption(t("This outline has parts, holes or more corners than can be moved by hand: import it as a layer."))
    else:
        label = t("Change the outline") if shape is not None else t("Draw the outline")
        wanted = {"ring": corners or [], "kind": kind, "code": code}
        asked.button(label, key=f"outline_{kind}", icon=":material/edit:", on_click=_draw, args=(wanted,))
    if row is not None:
        with asked.popover(t("Take the outline out"), icon=":material/delete:"):
            reason = st.text_input(t("Reason"), max_chars=LONG, key="outline_out")
            if st.button(t("Take out"), type="primary") and acts.reasoned(s, reason):
                _take_out(s, str(row["outline_id"]), reason)


def parcel(s: Session, code: str) -> None:
    """Draw what is known of a parcel, and the projects that stand on it."""
    t, row = s.t, _row(s, "parcel", code)
    if row is None:
        st.info(t("That place is not in the data of this day."))
        return
    st.subheader(s.name(row["name_en"], row["name_zh"]))
    st.markdown(f"**{t('Parcel')}** · {session.plain(code)}")
    where = [("zones", row["zone_id"]), ("parks", row["park_id"])]
    said = [session.plain(tables.names(s, table).get(at, at)) for table, at in where if pd.notna(at)]
    if said:
        st.markdown(" · ".join(said))
    names = {str(row[name]) for name in ("name_zh", "name_en", "outline_id") if pd.notna(row[name])}
    here = s.park.projects[s.park.projects["parcel"].isin(names)]
    if here.empty:
        st.caption(t("No project on record names this parcel."))
    else:
        tables.show(here[["project_id", s.names, "kind", "gfa_m2"]], s, key="panel_parcel", table="projects")
    offer(s, "parcel", code)


def _row(s: Session, kind: str, code: str) -> pd.Series[Any] | None:
    """Return the outline on record of a zone, a park or a parcel; None where there is none."""
    found = outlines.of(kind, s.park)
    found = found[found["outline_id" if kind == "parcel" else f"{kind}_id"] == code]
    return None if found.empty else found.iloc[0]


def _published(s: Session, kind: str, code: str) -> BaseGeometry | None:
    zones = s.rules.zones
    shapes = zones.geometry[(zones["zone_id"] == code) & (kind == "zone")].dropna()
    return shapes.iloc[0] if len(shapes) else None


def _told(s: Session, row: pd.Series[Any]) -> str:
    """Return how an outline on record is told: source, day, standing, how sure, sides."""
    t, day = s.t, row["source_date"]
    source = t("outline: {source}", source=session.plain(row["source"]))
    said = [source, *([session.plain(day)] if pd.notna(day) else []), figures.standing(row["standing"], t)]
    if pd.notna(row["uncertainty_m"]):
        said.append(t("good to ±{metres} m", metres=figures.number(row["uncertainty_m"], s.lang)))
    return " · ".join(said + ([session.plain(row["boundary"])] if pd.notna(row["boundary"]) else []))


def _sizes(s: Session, shape: BaseGeometry) -> None:
    """Draw area and perimeter, geodesic."""
    area, line = outlines.area_m2(shape), crs.length_m(gpd.GeoSeries([shape], crs=crs.WGS84)).iloc[0]
    said = s.t(
        "**{area}** ({mu}) · perimeter {metres} m",
        area=figures.area(area, s.lang),
        mu=figures.area(area, s.lang, "mu"),
        metres=figures.number(line, s.lang),
    )
    st.markdown(said)


def _around(s: Session, ring: Sequence[tuple[float, float]]) -> gpd.GeoSeries:
    """Return the outlines and buildings on whose corners a ring may have been set."""
    west, south, east, north = shapely.MultiPoint(ring).bounds
    edge = outlines.MEETS_DEG
    frames = [frame.geometry.dropna() for frame in (s.rules.zones, s.park.outlines, s.park.buildings)]
    return pd.concat([shapes.cx[west - edge : east + edge, south - edge : north + edge] for shapes in frames])


def _whose(s: Session, shape: BaseGeometry, held: dict[str, Any]) -> None:
    """Ask what the outline is of and where it comes from, and keep it."""
    t = s.t
    titles = {kind: figures.outlined(kind, t) for kind in KINDS}
    st.session_state.setdefault("outline_kind", held.get("kind", "parcel"))
    label = t("It is the outline of a")
    kind = str(st.segmented_control(label, KINDS, key="outline_kind", required=True, format_func=titles.__getitem__))
    code = _owner(s, kind, shape, held)
    old = _row(s, kind, code) if code else None
    if old is not None:
        st.warning(t("It takes the place of this one: {outline}", outline=_told(s, old)))
    with st.form("outline_kept", border=False):
        cells = _cells(s, kind, old)
        reason = st.text_input(t("Why it is drawn"), max_chars=LONG)
        asked = st.form_submit_button(t("Keep the outline"), type="primary", icon=":material/check:")
    if asked and _complete(s, kind, code, cells, reason):
        _keep(s, cells | {"kind": kind, "geometry": shape} | _place(s, kind, code, shape, old), old, reason)


def _owner(s: Session, kind: str, shape: BaseGeometry, held: dict[str, Any]) -> str | None:
    """Draw the choice of the zone or park; of a parcel, whether it is one that is on record."""
    t, table = s.t, {"zone": "zones", "park": "parks", "parcel": "outlines"}[kind]
    names = tables.names(s, table) if kind != "parcel" else _parcels(s)
    codes = list(names.index)
    first = held.get("code") if held.get("kind") == kind else None
    if first is None and kind != "parcel":
        first = _within(s, kind, shape)
    chosen: str | None = st.selectbox(
        {"zone": t("Zone"), "park": t("Park"), "parcel": t("Parcel on record (none: a new one)")}[kind],
        codes,
        index=codes.index(first) if first in codes else None,
        key=f"outline_of_{kind}_{held.get('turn', 0)}",
        format_func=lambda code: f"{names[code]} · {code}",
        placeholder=t("a new parcel") if kind == "parcel" else t("Choose …"),
    )
    return chosen


def _parcels(s: Session) -> pd.Series[Any]:
    found = outlines.of("parcel", s.park)
    return figures.names(found, s.lang).set_axis(found["outline_id"])


def _within(s: Session, kind: str, shape: BaseGeometry) -> str | None:
    """Return the smallest zone, or the park, in whose outline the middle of a shape lies."""
    frame, key = (s.rules.zones, "zone_id") if kind == "zone" else (outlines.of("park", s.park), "park_id")
    around = frame[frame.geometry.contains(shape.representative_point())]
    return None if around.empty else str(around[key].iloc[shapely.area(around.geometry.array).argmin()])


def _cells(s: Session, kind: str, old: pd.Series[Any] | None) -> dict[str, Any]:
    """Draw the fields of an outline; return what was filled in, by column."""
    t = s.t
    before = {} if old is None else {name: cell for name, cell in old.items() if name != "geometry" and pd.notna(cell)}
    said: dict[str, Any] = {}
    if kind == "parcel":
        left, right = st.columns(2)
        said["name_zh"] = left.text_input(t("Name or number"), before.get("name_zh", ""), max_chars=SHORT)
        said["name_en"] = right.text_input(t("Name in English"), before.get("name_en", ""), max_chars=SHORT)
    said["boundary"] = st.text_input(t("Its sides in words"), before.get("boundary", ""), max_chars=LONG)
    left, right = st.columns(2)
    said["source"] = left.text_input(t("Source (document or survey)"), max_chars=LONG)
    said["source_date"] = right.text_input(t("Date of the source"), max_chars=SHORT, placeholder="2025-07-17")
    said["standing"] = left.selectbox(
        t("Standing"),
        schema.STANDINGS,
        index=None,
        format_func=lambda code: figures.standing(code, t),
        placeholder=t("Choose …"),
    )
    said["uncertainty_m"] = right.number_input(t("Good to ± m"), min_value=0.0, value=None, step=1.0, format="%.0f")
    return {name: cell.strip() or None if isinstance(cell, str) else cell for name, cell in said.items()}


def _complete(s: Session, kind: str, code: str | None, cells: dict[str, Any], reason: str) -> bool:
    """Return whether all is there that an outline needs; else say what is missing."""
    t = s.t
    lacks = [
        (kind != "parcel" and code is None, t("Choose the zone or park.")),
        (kind == "parcel" and not cells.get("name_zh"), t("Write the name or number of the parcel.")),
        (not cells["source"], t("Name the source: an outline without one cannot be traced.")),
        (not cells["standing"], t("Choose the standing: how far the outline is known.")),
    ]
    for missing, message in lacks:
        if missing:
            st.error(message)
    return not any(missing for missing, _ in lacks) and acts.reasoned(s, reason)


def _place(s: Session, kind: str, code: str | None, shape: BaseGeometry, old: pd.Series[Any] | None) -> dict[str, Any]:
    """Return the zone and the park of an outline: its own, or those in which a parcel lies."""
    if kind != "parcel":
        return {"zone_id": code if kind == "zone" else None, "park_id": code if kind == "park" else None}
    if old is not None:
        return {name: old[name] if pd.notna(old[name]) else None for name in ("zone_id", "park_id")}
    return {"zone_id": _within(s, "zone", shape), "park_id": _within(s, "park", shape)}


def _keep(s: Session, row: dict[str, Any], old: pd.Series[Any] | None, reason: str) -> None:
    """Write the outline as one act."""
    t = s.t
    if old is not None:
        row["outline_id"] = str(old["outline_id"])
    else:
        row["outline_id"] = natures.key("outlines", [row.get(name) for name in natures.NATURAL["outlines"]])
        if (s.park.outlines["outline_id"] == row["outline_id"]).any():
            st.error(t("A parcel of this name is on record here: choose it above, or give another name."))
            return
    frame = gpd.GeoDataFrame([row], geometry="geometry", crs=crs.WGS84)
    bounds = policy.bounds(s.rules)
    if faults := checks.check("outlines", frame, checks.codes(s.park, s.rules), bounds=bounds, t=t):
        session.refusals(InvalidData(faults), t)
        return
    done = attempts.attempt(
        s,
        lambda seen: s.store.add(
            "outlines", frame, source=str(row["source"]), by=s.who, reason=reason, scenario=s.scenario, seen=seen
        ),
        t("The outline is kept."),
    )
    if done:
        kind = row["kind"]
        _forget()
        st.session_state["picked"] = {"kind": kind, "id": row["outline_id" if kind == "parcel" else f"{kind}_id"]}
        attempts.again()


def _take_out(s: Session, code: str, reason: str) -> None:
    done = attempts.attempt(
        s,
        lambda seen: s.store.remove("outlines", [code], by=s.who, reason=reason, scenario=s.scenario, seen=seen),
        s.t("The outline is taken out."),
    )
    if done:
        attempts.again()


def _draw(held: dict[str, Any]) -> None:
    """Let the map draw on, from the corners that there are."""
    turn = st.session_state.get("outline_turn", 0) + 1
    st.session_state["outline_turn"] = turn
    st.session_state.pop("outline_kind", None)
    st.session_state[DRAFT] = held | {"drawing": True, "turn": turn}
    if held["ring"] and "kind" in held:
        st.session_state["focus"] = {"kind": held["kind"], "id": held["code"], "n": turn}


def _forget() -> None:
    st.session_state.pop(DRAFT, None)
    st.session_state.pop("outline_kind", None)
