"""What each pin and each quota costs: the plan without it against the plan with it, both with their bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from parks.matching import allocation
from parks.matching import pins as pinning
from parks.matching import wishes as wishing

if TYPE_CHECKING:
    from parks.matching.allocation import Case, Plan
    from parks.matching.wishes import Wishes
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
        ``pins``, ``bans``, ``quotas`` as `allocation.allocate` takes them; those that are left out are the snapshot's.
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
    others = _without(plan, given, wishing.of(park, **wishes))
    rows = []
    for kind, name, fewer in others:
        part = budget / len(others)
        free = allocation.allocate(
            park, rules, space, budget=part, steps=steps, given=given, before=plan, **fewer._asdict()
        )
        cost = free.value - plan.value
        rows.append((kind, name, cost, free.value - plan.bound, free.bound - plan.value))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _without(plan: Plan, given: Case, asked: Wishes) -> list[tuple[str, str, Wishes]]:
    """Return the wishes with one pin or quota left out, each."""
    found = []
    for name in plan.pinned:
        left = asked.pins[~pinning.of_need(given.pairs, asked.pins, name)].reset_index(drop=True)
        found.append(("pin", name, asked._replace(pins=left)))
    for name in plan.quotas["quota_id"]:
        left = asked.quotas[asked.quotas["quota_id"] != name]
        found.append(("quota", str(name), asked._replace(quotas=left)))
    return found
