"""What supporting facilities, requests, and foreign projects and products made here must satisfy row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parks.checks import findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    import pandas as pd

    from parks.issues import Issue
    from parks.words import Translate

    Cells = Mapping[str, pd.Series[Any]]


def facilities(frame: pd.DataFrame, cell: Cells, t: Translate) -> Iterator[Issue]:
    """Faults between the cells of one facility; `cell` has an unknown cell for every column that is not there."""
    bare = findings.filled(cell["capacity"]) & ~findings.filled(cell["capacity_unit"])
    message, mend = (
        t("The capacity does not say what it counts."),
        t("Write what is counted: homes, litres, tests a year."),
    )
    yield from findings.issues("facilities", frame, bare, "capacity_unit", "missing", message, mend)


def requests(frame: pd.DataFrame, cell: Cells, t: Translate) -> Iterator[Issue]:
    """Faults between the days of one request."""
    found, solved, answered = (findings.days(cell[name]) for name in ("found_on", "solved_on", "answered_on"))
    mend = t("Mend one of the two days.")
    message = t("It was solved before it was found.")
    yield from findings.issues("requests", frame, solved < found, "solved_on", "order", message, mend)
    message = t("The company was answered before the request was found.")
    yield from findings.issues("requests", frame, answered < found, "answered_on", "order", message, mend)


def localisations(frame: pd.DataFrame, cell: Cells, t: Translate) -> Iterator[Issue]:
    """Faults between how far one item has come and its day."""
    early = findings.filled(cell["done_on"]) & (cell["progress"] != "done").fillna(value=False)
    message, mend = (
        t("It has a day on which it was done but is not done."),
        t("Mark it as done, or leave the day empty."),
    )
    yield from findings.issues("localisations", frame, early, "done_on", "order", message, mend)


ROWS = {"facilities": facilities, "requests": requests, "localisations": localisations}
"""Table → what finds the faults of its rows."""
