"""What rows must satisfy by which planners decide: waivers, pins and bans, quotas, weights, splits of targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from parks.checks import findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from parks.checks.cells import Known
    from parks.issues import Issue
    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.words import Translate

    Cells = Mapping[str, pd.Series[Any]]

ROUNDING = 1.001
"""The parts of a split may exceed the target by this factor: each is rounded."""
NEVER = frozenset({"free", "term"})
"""Rules that cannot be waived: space that somebody else holds is not there to be given."""


def faults(table: str, frame: pd.DataFrame, cell: Cells, known: Known, t: Translate) -> Iterator[Issue]:
    """Faults between the cells of one row, and ids of the policy that are none.

    Parameters
    ----------
    table, frame, known, t
        As in `checks.check`; the table is one of `schema.DECISIONS`.
    cell
        Column of the table → its cells, unknown where the frame has none.
    """
    test = {"waivers": _waivers, "pins": _pins, "quotas": _quotas, "weights": _weights, "target_splits": _splits}[table]
    yield from test(frame, cell, known, t)


def _waivers(frame: pd.DataFrame, cell: Cells, known: Known, t: Translate) -> Iterator[Issue]:
    wrong = findings.filled(cell["unit_id"]) == findings.filled(cell["building_id"])
    message = t("A waiver is for one unit or for one building.")
    mend = t("Fill in one of the two and leave the other.")
    yield from findings.issues("waivers", frame, wrong, "unit_id", "place", message, mend)
    never = cell["rule"].isin(NEVER)
    message = t("Space that is not free cannot be had by a waiver.")
    mend = t("End or move the lease that holds it instead.")
    yield from findings.issues("waivers", frame, never, "rule", "never", message, mend)
    if "rules" in known:
        strange = findings.filled(cell["rule"]) & ~never & ~cell["rule"].isin(known["rules"])
        message, mend = t("The policy has no such hard rule."), t("Write the id of a hard rule or conflict in force.")
        yield from findings.issues("waivers", frame, strange, "rule", "unknown_reference", message, mend)


def _pins(frame: pd.DataFrame, cell: Cells, _: Known, t: Translate) -> Iterator[Issue]:
    nowhere = ~findings.filled(cell["unit_id"]) & ~findings.filled(cell["building_id"])
    message, mend = t("A pin or a ban names a unit or a building."), t("Fill in one of the two.")
    yield from findings.issues("pins", frame, nowhere, "unit_id", "place", message, mend)
    nobody = ~findings.filled(cell["need_id"]) & ~findings.filled(cell["tenant_id"])
    message = t("A pin names a need or a company.")
    yield from findings.issues("pins", frame, nobody & (cell["sense"] == "pin"), "need_id", "who", message, mend)


def _quotas(frame: pd.DataFrame, cell: Cells, known: Known, t: Translate) -> Iterator[Issue]:
    wrong = findings.filled(cell["share"]) == findings.filled(cell["area_m2"])
    message = t("A quota says either a share or an area.")
    mend = t("Fill in one of the two and leave the other.")
    yield from findings.issues("quotas", frame, wrong, "share", "amount", message, mend)
    more = findings.numbers(cell["share"]) > 1
    message, mend = t("The share is more than the whole."), t("Write it between 0 and 1: 0.3 for 30 %.")
    yield from findings.issues("quotas", frame, more, "share", "share", message, mend)
    free = findings.numbers(cell["price"]) == 0
    message, mend = t("A quota that costs nothing asks for nothing."), t("Give a price above 0, or none.")
    yield from findings.issues("quotas", frame, free, "price", "price", message, mend)
    if "sectors" in known:
        cells = zip(findings.filled(cell["sectors"]), cell["sectors"], strict=True)
        strange = np.array([said and not set(str(one).split(";")) <= known["sectors"] for said, one in cells], bool)
        message, mend = t("The policy has no such sector."), t("Write codes of sectors or groups, ; between them.")
        yield from findings.issues("quotas", frame, strange, "sectors", "unknown_reference", message, mend)


def _weights(frame: pd.DataFrame, cell: Cells, known: Known, t: Translate) -> Iterator[Issue]:
    if "criteria" in known:
        strange = findings.filled(cell["criterion"]) & ~cell["criterion"].isin(known["criteria"])
        message = t("The policy has no such criterion.")
        mend = t("Write the id of a rule, or zone_fit, soft_conflict, requirement or chain.")
        yield from findings.issues("weights", frame, strange, "criterion", "unknown_reference", message, mend)


def _splits(frame: pd.DataFrame, cell: Cells, _: Known, t: Translate) -> Iterator[Issue]:
    wrong = findings.filled(cell["zone_id"]) == findings.filled(cell["year"])
    message = t("A line of a split is for one zone or for one year.")
    mend = t("Fill in one of the two and leave the other.")
    yield from findings.issues("target_splits", frame, wrong, "zone_id", "place", message, mend)
    wrong = findings.filled(cell["share"]) == findings.filled(cell["area_m2"])
    message = t("A line of a split says either a share or an area.")
    yield from findings.issues("target_splits", frame, wrong, "share", "amount", message, mend)
    more = findings.numbers(cell["share"]) > 1
    message, mend = t("The share is more than the whole."), t("Write it between 0 and 1: 0.3 for 30 %.")
    yield from findings.issues("target_splits", frame, more, "share", "share", message, mend)


def splits(park: Snapshot, rules: Policy, t: Translate) -> Iterator[Issue]:
    """Splits of one target, by zone or by year, that say one part twice or add up to more than the target."""
    frame = park.target_splits
    twice = frame.duplicated(["target_id", "zone_id", "year"])
    message, mend = t("The split says this zone or year twice."), t("Remove one of the two.")
    yield from findings.issues("target_splits", frame, twice, "split_id", "doubled", message, mend)
    target = findings.found(frame["target_id"], rules.targets.set_index("target_id")["value_min"]).astype("Float64")
    asked = frame["area_m2"].fillna(frame["share"] * target)
    level = frame["zone_id"].notna()
    total = asked.groupby([frame["target_id"], level]).transform("sum")
    once = ~frame.assign(level=level).duplicated(["target_id", "level"])
    more = once & (total > target * ROUNDING)
    message, mend = t("The parts of the split are more than the target."), t("Mend the shares or areas of the split.")
    yield from findings.issues("target_splits", frame, more, "area_m2", "area", message, mend)
