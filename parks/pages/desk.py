"""What the parts of the vacancy desk share: the definitions chosen, the space they make, tables that say them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from parks.pages import session, tables
from parks.status import definitions

if TYPE_CHECKING:
    import pandas as pd

    from parks.pages.session import Session

SHORT = 12
"""Rows of a table that is shown whole."""
TALL = 460
"""Height of a longer table [px]."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the parts of the desk show.

    Parameters
    ----------
    s
        The session.
    space
        Rows of `vacancy.by_unit` under the definitions chosen: those that the filters leave.
    counts, base
        When a lease counts as let, which area is summed.
    note
        Both, as they stand under every table.
    """

    s: Session
    space: pd.DataFrame
    counts: str
    base: str
    note: str

    def show(
        self, frame: pd.DataFrame, *, key: str, pick: bool = False, titles: dict[str, str] | None = None
    ) -> int | None:
        """Show a table with its download and, below it, the definitions; return the position of the row picked."""
        named = {"lettable_m2": self.s.t("Gross m² of lettable space")} if self.base == "gross" else {}
        height = None if len(frame) <= SHORT else TALL
        shown = picking(self.s, key) if pick else key
        titles = named | (titles or {})
        picked = tables.show(frame, self.s, key=shown, pick=pick, titles=titles, height=height, file=key)
        st.caption(self.note)
        return picked


def picking(s: Session, key: str) -> str:
    """Return the key of a table whose rows are picked: an act makes it anew, lest the row that follows be picked."""
    return f"{key}_{s.park.version}"


def choose(s: Session) -> Desk:
    """Draw the definitions, which the link keeps; return the desk with all units."""
    t, named = s.t, s.rules.definitions.set_index("definition_id")
    row = st.container(horizontal=True, vertical_alignment="bottom")
    counts = session.switch(
        t("Counts as let when"), definitions.COUNTS, "counts", lambda code: str(named.loc[code, s.names]), row
    )
    base = session.switch(t("Area"), definitions.BASES, "base", lambda code: str(named.loc[code, s.names]), row)
    park = s.park
    space = session.space(park.version, park.day, s.scenario, park.known_on, counts=counts, base=base)
    chosen = definitions.words(s.rules, counts, base)
    note = t(
        "Counted as let when: {counts}. Area: {base}. As of {day}.",
        counts=chosen[s.names][0],
        base=chosen[s.names][1],
        day=park.day,
    )
    lacking = len(definitions.undated(park, counts))
    if lacking:
        note += ("" if s.lang == "zh" else " ") + t("{count} leases lack the day that this asks for.", count=lacking)
    with row.popover(t("What the definitions mean"), icon=":material/rule:"):
        for line in chosen.to_dict("records"):
            st.markdown(f"**{line[s.names]}** {session.plain(line[f'note_{s.lang}'])}")
        tables.show(s.rules.definitions, s, key="definitions")
    return Desk(s, space, counts, base, note)
