"""Weights of the criteria in the score and floors under their values: the policy's, or a planner's for one question."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from parks.matching import chains, conflicts, zoning

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from parks.snapshot import Snapshot

GROUPS = {
    zoning.RULE: zoning.WEIGHT,
    conflicts.SOFT: conflicts.WEIGHT,
    zoning.REQUIREMENT: zoning.REQUIREMENT_WEIGHT,
    chains.RULE: chains.WEIGHT,
}
"""Criteria whose weight is an assumption ``weight.<criterion>``, and the weight where the policy assumes none."""
FLOOR = "floor"
"""Assumption that holds the floor under every criterion; ``floor.<criterion>`` holds one criterion's own."""


def of(
    rules: Any,  # noqa: ANN401 - the Policy
    given: Mapping[str, float] | None = None,
    park: Snapshot | None = None,
) -> dict[str, float]:
    """Return the weight of every criterion: each rule of the policy by its id, and the `GROUPS`.

    Parameters
    ----------
    rules
        The Policy.
    given
        Weights that stand in for all others, by criterion.
    park
        Its `weights` stand in for the policy's; those of criteria that the policy no longer has say nothing.

    Raises
    ------
    KeyError
        When a criterion is not known.
    ValueError
        When a weight is negative or no number.
    """
    rows = zip(rules.rules["rule_id"], rules.rules["weight"], strict=True)
    policy = {str(name): float(weight) for name, weight in rows}
    policy |= {name: zoning.assumption(rules, f"weight.{name}", default) for name, default in GROUPS.items()}
    chosen = dict(given or {})
    strange = sorted(chosen.keys() - policy.keys())
    if strange:
        raise KeyError(*strange)
    wrong = sorted(name for name, weight in chosen.items() if not (math.isfinite(weight) and weight >= 0))
    if wrong:
        message = f"weights are numbers of 0 or more: {', '.join(wrong)}"
        raise ValueError(message)
    table = () if park is None else park.weights[["criterion", "weight"]].itertuples(index=False)
    decided = {str(name): float(weight) for name, weight in table if name in policy}
    return policy | decided | {name: float(weight) for name, weight in chosen.items()}


def applied(assessed: pd.DataFrame, chosen: Mapping[str, float]) -> pd.DataFrame:
    """Return the rows of `fit.assess` under other weights, the same as assessing anew with them, without reading again.

    Parameters
    ----------
    assessed
        What `fit.assess` returned.
    chosen
        What `of` returned.
    """
    weight = assessed["criterion"].map(dict(chosen)).astype("Float64")
    return assessed.assign(weight=weight.fillna(assessed["weight"]))


def floors(rules: Any, criteria: Mapping[str, float]) -> dict[str, float]:  # noqa: ANN401 - the Policy
    """Return the least value of each criterion that has one: under it a place is ranked apart.

    Parameters
    ----------
    rules
        The Policy: assumption ``floor`` for all criteria, ``floor.<criterion>`` for one. Without either there is none.
    criteria
        What `of` returned; its names count.
    """
    every = zoning.assumption(rules, FLOOR, math.nan)
    found = {name: zoning.assumption(rules, f"{FLOOR}.{name}", every) for name in criteria}
    return {name: floor for name, floor in found.items() if not math.isnan(floor)}
