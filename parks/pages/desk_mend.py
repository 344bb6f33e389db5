"""What is to be mended before the figures are whole: unknown areas, open ends, unknown states, missing days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from parks import demand
from parks.output import figures
from parks.pages import tables
from parks.status import definitions, holds

if TYPE_CHECKING:
    import pandas as pd

    from parks.pages.desk import Desk
    from parks.pages.session import Session

LEASES = ["lease_id", "unit_id", "tenant_id", "state", "valid_from", "valid_to", "source"]


def show(made: Desk) -> None:
    """List each kind, with what to do."""
    s, t = made.s, made.s.t
    st.caption(
        t("Mend the rows in their ledger and import it again on the page “Data”: the old rows end, none is lost.")
    )
    found = lists(made)
    if all(frame.empty for frame, _, _ in found.values()):
        st.success(t("Nothing is to be mended on this day."), icon=":material/check:")
        return
    cells = [*st.columns(3), *st.columns(3)]
    for cell, (frame, title, _) in zip(cells, found.values(), strict=True):
        cell.metric(title, figures.number(len(frame), s.lang), border=True)
    for key, (frame, title, why) in found.items():
        if frame.empty:
            continue
        with st.expander(f"{title} · {figures.number(len(frame), s.lang)}", expanded=True):
            st.caption(why)
            tables.show(frame, s, key=f"mend_{key}", height=300, titles={"unit_id": t("Unit"), "lease_id": t("Lease")})


def lists(made: Desk) -> dict[str, tuple[pd.DataFrame, str, str]]:
    """Return kind → its rows, its title, and what it does to the figures."""
    s, t, space = made.s, made.s.t, made.space
    unit = ["unit_id", "building_id", "floor_id", "zone_id", "state"]
    leases = s.park.leases
    let = leases["state"].isin(demand.PLACED) & leases["valid_to"].isna()
    unknown = leases["state"].isna() | leases["valid_from"].isna()
    return {
        "areas": (
            space.loc[space["lettable_m2"].isna(), unit],
            t("Units without an area"),
            t("They are in no sum of areas: every total is at least what it says."),
        ),
        "ends": (
            _leases(leases[let]),
            t("Leases without an end"),
            t("Nobody knows when their space falls free: they stand apart in the rollover."),
        ),
        "states": (
            _leases(leases[unknown]),
            t("Leases of unknown state or beginning"),
            t("Their units count as unknown: neither let nor vacant."),
        ),
        "units": (
            space.loc[space["state"] == "unknown", unit],
            t("Units of unknown state"),
            t("Their lease or their building says too little: give its state, or its completion."),
        ),
        "days": (
            definitions.undated(s.park, made.counts),
            t("Leases without the day counted by"),
            t("The definition chosen asks for a day that they lack; the ledger’s own state stands in."),
        ),
        "holds": (_endless(s), t("Holds without an end"), t("They never lapse by themselves: give them an end.")),
    }


def _leases(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[LEASES].reset_index(drop=True)


def _endless(s: Session) -> pd.DataFrame:
    running = holds.current(s.park)
    kept = ["unit_id", "building_id", "tenant_id", "state", "valid_from", "reason"]
    return running.loc[running["valid_to"].isna(), kept].reset_index(drop=True)
