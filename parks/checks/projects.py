"""What projects, their phases and their milestones must satisfy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from parks.checks import findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    import pandas as pd

    from parks.issues import Issue
    from parks.snapshot import Snapshot
    from parks.words import Translate

AREAS = ("gfa_m2", "above_ground_m2", "far_area_m2")
"""Areas of a whole that its phases may not exceed."""
ROUNDING = 1.001
"""Sums of areas may exceed the whole by this factor: each part is rounded."""
BEFORE = {"first_let": ("approved", "started")}
"""What is no step of building → the steps before which it cannot come."""


def rows(frame: pd.DataFrame, cell: Mapping[str, pd.Series[Any]], t: Translate) -> Iterator[Issue]:
    """Faults between the cells of one project; `cell` has an unknown cell for every column that is not there."""
    more = findings.numbers(cell["above_ground_m2"]) > findings.numbers(cell["gfa_m2"])
    message, mend = t("The area above ground exceeds the gross area."), t("Mend one of the two.")
    yield from findings.issues("projects", frame, more, "above_ground_m2", "area", message, mend)
    new = (cell["kind"] == "new_build") & (findings.numbers(cell["taken_out_m2"]) > 0).fillna(value=False)
    message = t("Only a renewal takes space out of use.")
    mend = t("Mark the project as a renewal, or leave the area taken out empty.")
    yield from findings.issues("projects", frame, new, "taken_out_m2", "kind", message, mend)


def faults(park: Snapshot, t: Translate) -> Iterator[Issue]:
    """Faults between projects, and between them and their milestones."""
    yield from _phases(park.projects, t)
    yield from _sums(park.projects, t)
    yield from _ends(park, t)
    yield from _early(park, t)


def _phases(frame: pd.DataFrame, t: Translate) -> Iterator[Issue]:
    """Phases that lie in themselves, or are of another kind or target than their whole."""
    message = t("Following what it is a phase of leads back to the project itself.")
    mend = t("Mend which project is the whole.")
    yield from findings.issues("projects", frame, _circular(frame), "phase_of", "circle", message, mend)
    whole = frame.set_index("project_id")
    for column, message, mend in (
        (
            "kind",
            t("The phase is of another kind than its whole."),
            t("Mend the kind of one of the two, or which project is the whole."),
        ),
        (
            "counts_to",
            t("The phase counts to another target than its whole: only the phases are counted."),
            t("Mend the target of one of the two."),
        ),
    ):
        known = findings.found(frame["phase_of"], whole[column])
        missing = known.notna() & frame[column].isna()
        other = (frame[column] != known).fillna(value=False) | missing
        yield from findings.issues("projects", frame, other, column, "phase", message, mend)


def _circular(frame: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which projects are met again when their wholes are followed."""
    above = dict(frame[["project_id", "phase_of"]].dropna().itertuples(index=False, name=None))
    found = np.zeros(len(frame), dtype=bool)
    for row, first in enumerate(frame["project_id"]):
        seen, at = set(), above.get(first)
        while at is not None and at != first and at not in seen:
            seen.add(at)
            at = above.get(at)
        found[row] = at == first
    return found


def _sums(frame: pd.DataFrame, t: Translate) -> Iterator[Issue]:
    """Wholes that are smaller than their phases together."""
    message = t("Its phases have more area than it has: the phases are counted.")
    mend = t("Mend the area of the whole or of its phases.")
    for column in AREAS:
        total = findings.found(frame["project_id"], frame.groupby("phase_of")[column].sum(min_count=1))
        more = total > frame[column] * ROUNDING
        yield from findings.issues("projects", frame, more, column, "area", message, mend)


def _ends(park: Snapshot, t: Translate) -> Iterator[Issue]:
    """Milestones that were reached after their project was given up."""
    dropped = findings.found(park.milestones["project_id"], park.projects.set_index("project_id")["dropped_on"])
    message = t("It was reached after the project had been given up.")
    mend = t("Mend the day, or the day on which the project was given up.")
    after = park.milestones["actual_on"] > dropped
    yield from findings.issues("milestones", park.milestones, after, "actual_on", "dropped", message, mend)


def _early(park: Snapshot, t: Translate) -> Iterator[Issue]:
    """What is no step of building, but lies before a step that it cannot precede."""
    frame = park.milestones
    message, mend = t("It lies before a milestone that comes earlier."), t("Mend one of the two days.")
    for event, steps in BEFORE.items():
        for column in ("planned_on", "actual_on"):
            last = frame[frame["event"].isin(steps)].groupby("project_id")[column].max()
            early = (frame["event"] == event) & (findings.found(frame["project_id"], last) > frame[column])
            yield from findings.issues("milestones", frame, early, column, "order", message, mend)
