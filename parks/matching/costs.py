"""What each pin and each quota costs: the plan without it against the plan with it, both with their bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from parks.matching import allocation
from parks.matching import pins as pinning

if TYPE_CHECKING:
    from parks.matching.allocation import Case, Plan
    from parks.snapshot import Snapshot

COLUMNS = {"kind": "string", "name": "string", "cost": "Float64", "least": "Float64", "most": "Float64"}


def of(
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    plan: Plan,
    given: Case,
    wishes: dict[str, pd.DataFrame],
    *,
    budget: float = 10.0,
    steps: int | None = None,
) -> pd.DataFrame:
    """Return what the plan would be worth more without each pin that it keeps, and without each quota.

    Parameters
    ----------
    park, rules, space, given
        What the plan was made from; `given` is its `allocation.case`.
    plan
        Made with the wishes.
    wishes
        ``pins``, ``bans``, ``quotas`` as `allocation.allocate` takes them.
    budget
        Seconds for all of them together.
    steps
        Nodes of each exact search instead of seconds.

    Returns
    -------
    DataFrame
        kind (``pin``, ``quota``), name (need or quota), cost (value without it − value with it), and what the cost
        between best plans surely lies within: least (value without − bound with) and most (bound without − value with).
        Of a quota without a price that cannot be kept, the cost is that of keeping to what is missing.
    """
    others = _without(plan, given, wishes)
    rows = []
    for kind, name, fewer in others:
        part = budget / len(others)
        pins, bans, quotas = (fewer.get(one) for one in ("pins", "bans", "quotas"))
        free = allocation.allocate(
            park,
            rules,
            space,
            budget=part,
            steps=steps,
            given=given,
            pins=pins,
            bans=bans,
            quotas=quotas,
            before=plan,
        )
        cost = free.value - plan.value
        rows.append((kind, name, cost, free.value - plan.bound, free.bound - plan.value))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _without(
    plan: Plan, given: Case, wishes: dict[str, pd.DataFrame]
) -> list[tuple[str, str, dict[str, pd.DataFrame]]]:
    """Return the wishes with one pin or quota left out, each."""
    found = []
    for name in plan.pinned:
        pins = wishes["pins"]
        left = pins[~pinning.of_need(given.pairs, pins, name)].reset_index(drop=True)
        found.append(("pin", name, wishes | {"pins": left}))
    for name in plan.quotas["quota_id"]:
        quotas = wishes["quotas"]
        found.append(("quota", str(name), wishes | {"quotas": quotas[quotas["quota_id"] != name]}))
    return found
