"""The chapter of the report on what is not known: rows to be mended, and what each keeps out of the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from parks import schema
from parks.output import chapters, figures, reported
from parks.output.content import Block, Chapter, Column
from parks.status import gaps

if TYPE_CHECKING:
    from parks.output.chapters import Material

    Row = tuple[str, str, str, str, str, str]
    """Table, key, name, what is missing, what it keeps out of the report, standing."""


def rows(made: Material) -> list[Row]:
    """Return what is to be mended, as `gaps.every` lists it."""
    t = made.t
    return [
        (
            t("Targets") if row["table"] == "targets" else schema.title(str(row["table"]), t),
            str(row["key"]),
            "" if figures.missing(name := chapters.named(row, made.lang)) else str(name),
            reported.gap(row["missing"], t),
            reported.effect(row["missing"], t),
            figures.standing(row["standing"], t),
        )
        for row in gaps.every(made.park, made.rules, made.space, made.rule, made.basis).to_dict("records")
    ]


def chapter(made: Material) -> Chapter:
    """Return the list of what is to be mended, with how many rows of each kind there are."""
    t, found = made.t, rows(made)
    counts = pd.Series([(row[0], row[3]) for row in found], dtype=object).value_counts(sort=False)
    sums = Block(
        t("How many"),
        (Column(t("Table")), Column(t("What is missing")), Column(t("Rows"), "count")),
        [(*kind, int(count)) for kind, count in counts.items()],  # type: ignore[misc]  # the index holds pairs
        total=(t("Total"), "", len(found)),
    )
    columns = (
        Column(t("Table")),
        Column(t("Key")),
        Column(t("Item")),
        Column(t("What is missing")),
        Column(t("What it keeps out of the figures")),
        Column(t("Standing")),
    )
    listed = Block(t("Rows to be mended"), columns, found, most=chapters.LISTED)
    line = t("What is unknown is counted apart and never taken for nothing. Fill in the cell and import the row again.")
    return Chapter(t("To be mended"), t("To be mended"), (sums, listed), lines=(line,))
