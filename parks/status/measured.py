"""What our data measures of the figures of the papers: a value where it gives one, else none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from parks.status import localisation, progress, rows

if TYPE_CHECKING:
    from parks.policy import Policy
    from parks.snapshot import Snapshot


def by_figure(park: Snapshot, rules: Policy, *, rule: str = "completed", basis: str = "gross") -> pd.DataFrame:
    """Return one row a figure of the policy, in its order: what is measured of it on the snapshot's day.

    Parameters
    ----------
    park
        The snapshot.
    rules
        The policy: ``targets``.
    rule, basis
        How the programmes are counted, as in `progress.by_target`.

    Returns
    -------
    DataFrame
        ``target_id measure value unknown share standing``.

        - `measure`: ``progress`` (area done, of the projects that count to it, in m²), ``localisation`` (items done, of
          those that count to it); NA where our data gives no value: never 0;
        - `unknown`: projects of unknown area that are in no value;
        - `share` of the least that is asked for; NA where nothing is;
        - `standing`: the worst among the rows measured.
    """
    done = progress.by_target(park, rules, rule=rule, basis=basis)
    done = done[done["projects"] > 0].reset_index(drop=True)
    made = localisation.by_target(park, rules)
    parts = (
        done.assign(measure="progress", value=done["done_m2"], unknown=done["unknown_projects"]),
        made.assign(
            measure="localisation",
            value=made["done"].astype("Float64"),
            unknown=pd.array([0] * len(made), dtype="Int64"),
        ),
    )
    columns = ["target_id", "measure", "value", "unknown", "standing"]
    every = pd.concat([part[columns] for part in parts], ignore_index=True)
    at = rows.find(every["target_id"], rules.targets["target_id"])
    found = pd.DataFrame({name: rows.take(every[name], at) for name in columns})
    found["target_id"] = rules.targets["target_id"]
    least = rules.targets["value_min"]
    found.insert(4, "share", found["value"] / least.where(least > 0))
    return found.astype({"measure": "string", "standing": "string"})
