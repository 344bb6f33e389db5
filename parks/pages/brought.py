"""What is in a file: which table each part is, whose column each heading is, and where a layer lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import streamlit as st

from parks import crs, schema
from parks.intake import headings, imports, parts, rejects
from parks.intake.maps import layers, systems
from parks.issues import InvalidData
from parks.output import sketches
from parks.pages import previews, session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parks.intake.headings import Match
    from parks.intake.imports import Brought, Order
    from parks.intake.maps.layers import Layer
    from parks.intake.maps.systems import Candidate
    from parks.intake.parts import Part
    from parks.pages.session import Session

NONE = ""
"""Not one of ours: a part that is left out, a column that is not read."""
SHOWN = 3
"""Values of a column shown beside its heading."""
SURE = ("remembered", "exact", "synonym")


def orders(s: Session, file: Brought, family: str) -> tuple[tuple[Order, ...], tuple[Any, ...]]:
    """Ask what is to be done with each part of a file.

    Returns
    -------
    tuple
        What is done, and the same as plain values: two that are equal ask for the same.
    """
    st.subheader(s.t("What is in it"), anchor=False)
    found: list[Order] = []
    asked: list[tuple[Any, ...]] = []
    for number, part in enumerate(file.parts):
        order = _sheet(s, part, f"{file.digest[:12]}_{number}", family)
        if order is not None:
            found.append(order)
            asked.append((part.name, order.table, tuple(sorted(order.meant.items()))))
    for number, layer in enumerate(file.layers):
        placed = _layer(s, layer, f"{file.digest[:12]}_{number}", family)
        if placed is not None:
            order, said = placed
            found.append(order)
            asked.append((layer.name, order.table, tuple(sorted(order.meant.items())), said))
    return tuple(found), tuple(asked)


def _sheet(s: Session, part: Part, key: str, family: str) -> Order | None:
    """Draw a sheet: its lines, its table, its columns."""
    t = s.t
    with st.container(border=True):
        left, right = st.columns([2, 1], vertical_alignment="bottom")
        hidden = t("hidden, ") if part.hidden else ""
        left.markdown(
            t(
                "**{name}** ({hidden}{lines} lines: {rows} rows, {others} others)",
                name=session.plain(part.name),
                hidden=hidden,
                lines=part.lines,
                rows=len(part.records),
                others=len(part.asides),
            )
        )
        table = _table(s, right, key, None if part.hidden else parts.table_of(part), schema.TABLES, len(part.records))
        previews.issues(s, part.issues)
        if table is None:
            return None
        return imports.Order(part, table, _columns(s, part.headings, part, table, key, family))


def _table(s: Session, place: Any, key: str, guess: str | None, tables: Sequence[str], rows: int) -> str | None:  # noqa: ANN401 - a column of the page
    """Ask which table of ours a part is; None when it is left out."""
    options = [NONE, *tables]
    chosen: str = place.selectbox(
        s.t("Table"),
        options,
        index=options.index(guess) if guess in options and rows else 0,
        format_func=lambda code: schema.title(code, s.t) if code else s.t("leave it out"),
        key=f"import_table_{key}",
        disabled=not rows,
    )
    return chosen or None


def _columns(s: Session, given: Sequence[str], part: Part | Layer, table: str, key: str, family: str) -> dict[str, str]:
    """Ask whose column each heading is; return what a person has said, now or for this source before."""
    t = s.t
    remembered = s.store.remembered(family, table)
    matches = headings.match(given, table, remembered)
    own = [match for match in matches if match.heading and not rejects.is_ours(match.heading)]
    names = {column.heading(s.lang): name for name, column in schema.columns(table).items() if not column.is_geometry}
    labels = {name: label for label, name in names.items()}
    leave = t("not read")
    rows = pd.DataFrame(
        {
            "heading": [match.heading for match in own],
            "values": [_values(part, match) for match in own],
            "column": [labels.get(match.column or NONE, leave) for match in own],
            "certainty": [_certainty(match, labels, t) for match in own],
        }
    )
    open_ones = sum(match.certainty not in SURE for match in own)
    title = t("Columns: {sure} understood, {open} open", sure=len(own) - open_ones, open=open_ones)
    with st.expander(title, expanded=bool(open_ones)):
        edited = st.data_editor(
            rows,
            key=f"import_columns_{key}_{table}",
            hide_index=True,
            disabled=["heading", "values", "certainty"],
            column_config={
                "heading": st.column_config.TextColumn(t("Heading in the file")),
                "values": st.column_config.TextColumn(t("For example")),
                "column": st.column_config.SelectboxColumn(
                    t("Our column"), options=[leave, *names], required=True, width="medium"
                ),
                "certainty": st.column_config.TextColumn(t("How we know")),
            },
        )
    said = {
        match.heading: names.get(chosen, NONE)
        for match, chosen, before in zip(own, edited["column"], rows["column"], strict=True)
        if chosen != before
    }
    return {heading: column for heading, column in remembered.items() if heading in given} | said


def _values(part: Part | Layer, match: Match) -> str:
    """Return the first values of a column, as the file has them."""
    filled = (record.cells[match.position] for record in part.records[:200])
    return " · ".join(rejects.text(cell)[:24] for cell in [cell for cell in filled if cell is not None][:SHOWN])


def _certainty(match: Match, labels: Mapping[str, str], t: Any) -> str:  # noqa: ANN401 - says sentences
    said = {
        "remembered": t("confirmed before"),
        "exact": t("our own heading"),
        "synonym": t("a known synonym"),
        "likely": t("perhaps {column}?", column=", ".join(labels.get(name, name) for name in match.candidates[:2])),
        "none": t("unknown"),
    }
    return str(said[match.certainty])


def _layer(s: Session, layer: Layer, key: str, family: str) -> tuple[Order, tuple[Any, ...]] | None:
    """Draw a layer: its table, where it lies, the flaws of its shapes, its columns."""
    t = s.t
    with st.container(border=True):
        left, right = st.columns([2, 1], vertical_alignment="bottom")
        left.markdown(t("**{name}** ({rows} shapes)", name=session.plain(layer.name), rows=len(layer.records)))
        drawn = [name for name in schema.TABLES if schema.geometry(name)]
        table = _table(s, right, key, "buildings", drawn, len(layer.records))
        previews.issues(s, layer.issues)
        if table is None:
            return None
        said = _placement(s, layer, key)
        if said is None:
            return None
        try:
            found = _judged(s, layer, table, said, key)
        except InvalidData as fault:
            session.refusals(fault, t)
            return None
        accepted = previews.flaws(s, found.flaws, key)
        part = imports.mended(layer, found, accepted)
        previews.issues(s, [issue for issue in part.issues if issue not in layer.issues])
        if part.shapes is not None and len(part.shapes):
            st.altair_chart(sketches.sketch(part.shapes, _district(s), t), key=f"import_sketch_{key}")
        order = imports.Order(part, table, _columns(s, layer.headings, layer, table, key, family))
        return order, (said.crs, said.datum, said.swapped, said.overruled, tuple(sorted(accepted)))


def _judged(s: Session, layer: Layer, table: str, said: imports.Placement, key: str) -> imports.Judged:
    """Return the layer where it lies with its flaws, worked out once for what is asked and not at every click."""
    asked, kept = (table, said, s.lang), f"import_judged_{key}"
    if st.session_state.get(kept, (None,))[0] != asked:
        st.session_state[kept] = (asked, imports.judged(layer, table, said, s.t))
    found: imports.Judged = st.session_state[kept][1]
    return found


def _placement(s: Session, layer: Layer, key: str) -> imports.Placement | None:
    """Ask for the system and the datum of a layer, those first that would put it on the district."""
    t = s.t
    fitting = layers.systems(layer)
    fit = {(one.code, one.datum, one.swapped): one for one in fitting}
    others = [(code, datum, False) for code in crs.CODES for datum in _datums(code) if (code, datum, False) not in fit]
    options = [*fit, *others]
    told = f"EPSG:{layer.said}" if layer.said else layer.claims
    said = t("The file says {system}.", system=session.plain(told)) if told else t("The file does not say its system.")
    chosen = st.selectbox(
        t("Coordinate system and datum"),
        options,
        index=None,
        placeholder=t("choose; never guessed"),
        format_func=lambda one: _named(one, fit.get(one), s),
        key=f"import_system_{key}",
        help=t("Ask whoever made the layer. Shifted coordinates (GCJ-02, BD-09) cannot be told by their numbers."),
    )
    if chosen is None:
        st.caption(said)
        return None
    code, datum, swapped = chosen
    overruled = bool(layer.claims) or layer.said not in {None, code}
    return imports.Placement(code, datum if datum != "cgcs2000" else None, swapped, overruled)


def _datums(code: int) -> tuple[str, ...]:
    return (
        ("wgs84", *(name for name, codes in crs.SHIFTED.items() if code in codes))
        if code in crs.UNSAID
        else ("cgcs2000",)
    )


def _named(one: tuple[int, str, bool], fit: Candidate | None, s: Session) -> str:
    """Return a system in words, with how far from the district it would put the layer."""
    t, (code, datum, swapped) = s.t, one
    name = f"EPSG:{code} · {datum.upper()}" + (t(", axes swapped") if swapped else "")
    if fit is None:
        return t("{system}: far from the district", system=name)
    if not fit.distance_m:
        return t("{system}: on the district", system=name)
    return t("{system}: {km} km from the district", system=name, km=f"{fit.distance_m / 1000:,.0f}")


def _district(s: Session) -> Any:  # noqa: ANN401 - a GeoSeries
    zones = s.rules.zones.geometry
    outline = gpd.GeoSeries([systems.outline()], crs=zones.crs)
    return gpd.GeoSeries(pd.concat([outline, zones[zones.notna()]], ignore_index=True))
