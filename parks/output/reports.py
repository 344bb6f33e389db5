"""The capacity report as a workbook: ledgers, vacancy, unplaced demand, published figures, sources, definitions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from parks import schema, words
from parks.output import annexes, chapters, sheets, tables
from parks.output.chapters import Material
from parks.status import forecast, progress, vacancy

if TYPE_CHECKING:
    import pandas as pd

    from parks.matching.allocation import Plan
    from parks.output.sheets import Sheet
    from parks.policy import Policy
    from parks.snapshot import Snapshot

RUNS = 2000
"""Simulated futures behind the probability."""


def write(
    path: Path | str,
    park: Snapshot,
    rules: Policy,
    *,
    lang: str = "en",
    rule: str = "completed",
    basis: str = "gross",
    space: pd.DataFrame | None = None,
    plan: Plan | None = None,
) -> Path:
    """Write the capacity report as XLSX; the same figures give the same bytes.

    Parameters
    ----------
    path
        Where to write; a file that is there is replaced, when the new one is whole.
    park, rules
        Snapshot and Policy.
    lang
        ``zh`` or ``en``.
    rule, basis
        How the programmes are counted: ``started completed recognised``, ``gross far``.
    space
        `vacancy.by_unit(park)`, when it is at hand.
    plan
        A plan: its unplaced needs are told in place of all open ones.

    Returns
    -------
    Path
        `path`.
    """
    target, t = Path(path), words.translator(lang)
    made = sheets_of(park, rules, lang=lang, rule=rule, basis=basis, space=space, plan=plan)
    said = t("Illustrative data: what is marked so is made up.") if is_illustrative(park) else ""
    tables.whole(target, lambda part: sheets.write(part, made, lang=lang, notice=said, day=park.day))
    return target


def sheets_of(
    park: Snapshot,
    rules: Policy,
    *,
    lang: str,
    rule: str = "completed",
    basis: str = "gross",
    space: pd.DataFrame | None = None,
    plan: Plan | None = None,
) -> list[Sheet]:
    """Return what the report holds, sheet by sheet; parameters as in `write`."""
    made = Material(
        park=park,
        rules=rules,
        space=vacancy.by_unit(park) if space is None else space,
        done=progress.by_target(park, rules, rule=rule, basis=basis),
        projects=progress.entries(park, rules, rule, basis),
        forecast=forecast.by_target(park, rules, rule=rule, basis=basis, runs=RUNS),
        plan=plan,
        lang=lang,
        t=words.translator(lang),
    )
    return [
        chapters.summary(made),
        chapters.ledger(made, "new_build"),
        chapters.ledger(made, "renewal"),
        *(annexes.space(made, level) for level in ("zone", "park", "building")),
        annexes.demand(made),
        annexes.published(made),
        annexes.sources(made),
        annexes.definitions(made),
    ]


def is_illustrative(park: Snapshot) -> bool:
    """Return whether any row of the snapshot is made up: then every page of the report says so."""
    return any(park.table(name)["standing"].eq("illustrative").any() for name in schema.TABLES)
