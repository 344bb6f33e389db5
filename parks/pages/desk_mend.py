"""What is to be mended before the figures on space are whole: areas, states, days and ends that are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parks.output import figures, reported
from parks.pages import tables
from parks.status import gaps

if TYPE_CHECKING:
    import pandas as pd

    from parks.pages.desk import Desk
    from parks.words import Translate

LEASES = ["lease_id", "unit_id", "tenant_id", "state", "valid_from", "valid_to", "source"]
ACROSS = 4
"""Counts beside each other."""


def show(made: Desk) -> None:
    """List each kind, with what it keeps out of the figures."""
    s, t = made.s, made.s.t
    st.caption(
        t("Mend the rows in their ledger and import it again on the page “Data”: the old rows end, none is lost.")
    )
    found = lists(made)
    if all(frame.empty for frame in found.values()):
        st.success(t("Nothing is to be mended on this day."), icon=":material/check:")
        return
    names = _titles(t)
    cells = [cell for _ in range(0, len(found), ACROSS) for cell in st.columns(ACROSS)]
    for cell, (kind, frame) in zip(cells, found.items(), strict=False):
        cell.metric(names[kind], figures.number(len(frame), s.lang), border=True)
    for kind, frame in found.items():
        if frame.empty:
            continue
        with st.expander(f"{names[kind]} · {figures.number(len(frame), s.lang)}", expanded=True):
            st.caption(reported.effect(kind, t))
            titles = {"unit_id": t("Unit"), "lease_id": t("Lease"), "need_id": t("Need")}
            tables.show(frame, s, key=f"mend_{kind}", height=300, titles=titles)


def lists(made: Desk) -> dict[str, pd.DataFrame]:
    """Return kind of `gaps.SPACE` and `gaps.DEMAND` → the rows of their ledger that `gaps` tells."""
    park, unit = made.s.park, ["unit_id", "building_id", "floor_id", "zone_id", "state"]
    told = {"units": (made.space, unit), "leases": (park.leases, LEASES)}
    missing = gaps.of_space(park, made.space, made.counts)
    found = {}
    for kind in gaps.SPACE:
        frame, columns = told["units" if kind in {"lettable", "state"} else "leases"]
        keys = missing.loc[missing["missing"] == kind, "key"]
        reason = ["reason"] if kind == "hold" else []
        found[kind] = frame.loc[frame[columns[0]].isin(keys), columns + reason].reset_index(drop=True)
    needs = park.needs
    keys = gaps.of_demand(park)["key"]
    kept = ["need_id", "tenant_id", "stage", "area_min_m2", "area_max_m2", "source"]
    return found | {"least": needs.loc[needs["need_id"].isin(keys), kept].reset_index(drop=True)}


def _titles(t: Translate) -> dict[str, str]:
    return {
        "lettable": t("Units without an area"),
        "state": t("Units of unknown state"),
        "end": t("Leases without an end"),
        "begin": t("Leases of unknown state or beginning"),
        "counted": t("Leases without the day counted by"),
        "hold": t("Holds without an end"),
        "least": t("Needs without a least area"),
    }
