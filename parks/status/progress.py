"""Progress: what of each target in m² is done, under way and planned, by the counting rule chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks.status import dates, milestones, phases, rows, standings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.policy import Policy
    from parks.snapshot import Snapshot

PARTS = ("done", "under_way", "planned")
"""The parts of a programme. A project is in exactly one."""
LEVELS = {"zone": "zone_id", "quarter": "quarter", "project": "project_id", "developer": "developer"}
"""The levels that progress is told by, with the name of their id."""

CURVE = (
    *("target_id", "kind", "quarter", "done_m2", "under_way_m2", "planned_m2"),
    *("plan_total_m2", "done_total_m2", "unknown_projects"),
)
"""The columns of `curve`."""


def targets(rules: Policy) -> pd.DataFrame:
    """Return the targets that projects count towards: those in m² with a kind of project."""
    every = rules.targets
    return every[(every["unit"] == "m2") & every["project_kind"].notna()].sort_values("target_id", ignore_index=True)


def event(rules: Policy, rule: str) -> str:
    """Return the milestone at which the counting rule `rule` counts a project.

    Raises
    ------
    KeyError
        When the policy has no such rule.
    """
    return str(rules.counting.set_index("rule_id").loc[rule, "event"])


def area_column(rules: Policy, basis: str) -> str:
    """Return the column of the projects that the area basis `basis` sums.

    Raises
    ------
    KeyError
        When the policy has no such basis.
    """
    return str(rules.bases.set_index("basis").loc[basis, "project_column"])


def by_target(park: Snapshot, rules: Policy, rule: str = "completed", basis: str = "gross") -> pd.DataFrame:
    """Return one row a target: what is done, under way and planned on the snapshot's day.

    Parameters
    ----------
    park
        The snapshot.
    rules
        The policy: ``targets counting bases zones``.
    rule
        Counting rule: ``started completed recognised``. A project is done from the day on which it reached that
        milestone, under way when its works have started but it is not done, else planned.
    basis
        ``gross``, ``above_ground`` or ``far``: which area of a project counts.

    Returns
    -------
    DataFrame
        ``target_id kind rule basis target_m2 done_m2 under_way_m2 planned_m2 projects unknown_projects
        other_kind_projects standing document_id due_on clause gone_m2 unknown_gone net_m2 dropped_projects
        whole_projects``.

        A project counts towards the target that its `counts_to` names, if it is of the target's kind;
        `other_kind_projects` counts those that name it and are not. Areas [m²] are sums of what is known, NA when
        there are projects in that part and the area of none is known; `unknown_projects` counts projects of
        unknown area. `standing` is the worst among the projects.

        - `clause`: the paper's, NA where none is on record;
        - `gone_m2`: space that renewals under way have taken out and not given back [m², gross]; `unknown_gone`
          counts those of which that area is not known;
        - `net_m2`: `done_m2` less `gone_m2`, NA when one of them is;
        - `dropped_projects`: given up before they were done; `whole_projects`: counted by their phases. Neither is in
          any other figure.
    """
    wanted, ledger = targets(rules), entries(park, rules, rule, basis)
    found = _sums(ledger, ledger["target"].to_numpy(dtype=np.int64), len(wanted))
    every = _named(park, rules)
    away = every[~every["project"].isin(ledger["project"])]
    apart = {
        "other_kind_projects": ~away["agrees"],
        "dropped_projects": away["agrees"] & ~away["whole"],
        "whole_projects": away["agrees"] & away["whole"],
    }
    counts = {
        name: rows.whole(np.bincount(away["target"][mask], minlength=len(wanted))) for name, mask in apart.items()
    }
    found.insert(5, "other_kind_projects", counts.pop("other_kind_projects"))
    return _headed(wanted, np.arange(len(wanted)), rule, basis, found).assign(**counts)


def by(park: Snapshot, rules: Policy, level: str, rule: str = "completed", basis: str = "gross") -> pd.DataFrame:
    """Return progress by zone, quarter, project or developer, one row for each target that it counts towards.

    Parameters
    ----------
    park, rules, rule, basis
        As in `by_target`; the zones of the policy say which zone counts another in.
    level
        ``zone``, ``quarter`` (of the day on which a project was done, or is planned to be), ``project`` or
        ``developer``.

    Returns
    -------
    DataFrame
        The level's id, then the columns of `by_target` but those that count projects apart, sorted by target and id;
        the row without an id (zone, day or developer not known) comes last. `target_m2` is the whole target on every row: the plan does not split it.
    """
    wanted, ledger = targets(rules), entries(park, rules, rule, basis)
    ledger = ledger.assign(developer=rows.take(park.projects["developer"], ledger["project"].to_numpy(dtype=np.int64)))
    keys = ledger.groupby(["target", LEVELS[level]], dropna=False, sort=True)
    group = keys.ngroup().to_numpy().astype(np.int64)
    first = np.full(keys.ngroups, -1, dtype=np.int64)
    first[group[::-1]] = np.arange(len(ledger))[::-1]
    found = _headed(
        wanted,
        rows.take(ledger["target"], first).to_numpy(dtype=np.int64),
        rule,
        basis,
        _sums(ledger, group, len(first)),
    )
    found.insert(0, LEVELS[level], rows.take(ledger[LEVELS[level]], first))
    return found


def curve(park: Snapshot, rules: Policy, rule: str = "completed", basis: str = "gross") -> pd.DataFrame:
    """Return each target quarter by quarter, from the one before its period to the last of it.

    Returns
    -------
    DataFrame
        ``target_id kind quarter done_m2 under_way_m2 planned_m2 plan_total_m2 done_total_m2 unknown_projects``.

        The first three areas [m²] lie in that quarter (see `by`); what lies earlier is in the first row.
        The totals are added up over the quarters: what should be done by the plan's days, and what is;
        `done_total_m2` is NA for quarters after the snapshot's day. `unknown_projects` is of the whole target: its
        projects of unknown area or day, which are in no quarter. A target without a period has no rows.
    """
    ledger = entries(park, rules, rule, basis)
    parts = [
        _quarterly(ledger[ledger["target"] == row], target, park)
        for row, target in targets(rules).iterrows()
        if pd.notna(target["starts_on"]) and pd.notna(target["due_on"])
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=CURVE)


def late(park: Snapshot) -> pd.DataFrame:
    """Return the milestones planned before the snapshot's day and not reached (see `milestones.late`)."""
    return milestones.late(park)


def entries(park: Snapshot, rules: Policy, rule: str, basis: str) -> pd.DataFrame:
    """Return one row for each project that counts towards a target.

    A whole whose phases are in the ledger does not count, nor does a project given up before it was done.

    Returns
    -------
    DataFrame
        ``project target`` (their rows), ``project_id zone_id part area_m2 gone_m2 rank``; `done` and `plan`, days on
        which the rule's milestone was reached and is planned; `quarter` of the first of them that is known. `gone_m2` is what it has taken out and not given back [m²], 0 for what takes nothing out now.
    """
    projects, every = park.projects, _named(park, rules)
    place, reached = milestones.EVENTS.index(event(rules, rule)), milestones.reached(park)
    away = milestones.dropped(park) & (reached[:, place] == dates.NEVER)
    kept = every[every["agrees"] & ~every["whole"] & ~away[every["project"]]]
    at, target = kept["project"].to_numpy(dtype=np.int64), kept["target"].to_numpy(dtype=np.int64)
    reached = reached[at]
    begun = reached[:, milestones.EVENTS.index("started")] != dates.NEVER
    done = dates.days(reached[:, place])
    plan = dates.days(milestones.planned(park)[at, place])
    zone = rows.counted(projects["zone_id"], rules.zones.set_index("zone_id")["counted_in"])
    gone = begun & (reached[:, milestones.EVENTS.index("completed")] == dates.NEVER)
    gone &= (rows.take(projects["kind"], at) == "renewal").fillna(value=False).to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "project": at,
            "target": target,
            "project_id": rows.take(projects["project_id"], at),
            "zone_id": rows.take(zone, at),
            "part": np.where(done.notna(), 0, np.where(begun, 1, 2)),
            "area_m2": rows.take(projects[area_column(rules, basis)], at),
            "gone_m2": rows.take(projects["taken_out_m2"], at).where(gone, 0.0),
            "rank": _ranks(park)[at],
            "done": done,
            "plan": plan,
            "quarter": dates.quarters(done.fillna(plan)),
        }
    )


def _named(park: Snapshot, rules: Policy) -> pd.DataFrame:
    """Return each project that names a target in m²: ``project target`` (their rows) ``agrees`` in kind, ``whole``."""
    wanted, projects = targets(rules), park.projects
    target = rows.find(wanted["target_id"], projects["counts_to"])
    agrees = (rows.take(wanted["project_kind"], target) == projects["kind"]).fillna(value=False).to_numpy(dtype=bool)
    found = {"project": np.arange(len(projects)), "target": target, "agrees": agrees, "whole": phases.wholes(projects)}
    return pd.DataFrame(found)[target >= 0].reset_index(drop=True)


def _ranks(park: Snapshot) -> NDArray[np.int64]:
    """Return the worst rank of each project and its milestones."""
    found = standings.ranks(park.projects["standing"])
    project = rows.find(park.projects["project_id"], park.milestones["project_id"])
    known = project >= 0
    np.maximum.at(found, project[known], standings.ranks(park.milestones["standing"])[known])
    return found


def _sums(ledger: pd.DataFrame, group: NDArray[np.int64], groups: int) -> pd.DataFrame:
    """Return the sums of `by_target` for each group 0 … `groups` − 1."""
    area = ledger["area_m2"].to_numpy(dtype=float, na_value=np.nan)
    known, cell = ~np.isnan(area), group * len(PARTS) + ledger["part"].to_numpy()
    shape, cells = (groups, len(PARTS)), groups * len(PARTS)
    total = np.bincount(cell[known], weights=area[known], minlength=cells).reshape(shape).astype(np.float64)
    measured = np.bincount(cell[known], minlength=cells).reshape(shape)
    projects = np.bincount(cell, minlength=cells).reshape(shape)
    blank = (projects > 0) & (measured == 0)
    found = pd.DataFrame({f"{part}_m2": rows.area(total[:, i], blank[:, i]) for i, part in enumerate(PARTS)})
    return found.assign(
        projects=rows.whole(projects.sum(axis=1)),
        unknown_projects=rows.whole(np.bincount(group[~known], minlength=groups)),
        standing=standings.worst(ledger["rank"].to_numpy(dtype=np.int64), group, groups),
        **_gone(ledger, group, groups, found["done_m2"]),
    )


def _gone(ledger: pd.DataFrame, group: NDArray[np.int64], groups: int, done: pd.Series[float]) -> dict[str, Any]:
    """Return what is taken out of each group and not given back, and what is done less that [m²]."""
    gone = ledger["gone_m2"].to_numpy(dtype=float, na_value=np.nan)
    unknown = np.bincount(group[np.isnan(gone)], minlength=groups)
    known = np.bincount(group[gone > 0], minlength=groups)
    total = np.bincount(group, weights=np.nan_to_num(gone), minlength=groups).astype(np.float64)
    area = rows.area(total, (unknown > 0) & (known == 0))
    return {"gone_m2": area, "unknown_gone": rows.whole(unknown), "net_m2": done - area}


def _headed(
    wanted: pd.DataFrame, target: NDArray[np.int64], rule: str, basis: str, found: pd.DataFrame
) -> pd.DataFrame:
    """Return `found` with what it counts towards before it, and the paper and the day behind it."""
    head = {"target_id": "target_id", "kind": "project_kind", "target_m2": "value_min"}
    for place, (name, column) in enumerate(head.items()):
        found.insert(place, name, rows.take(wanted[column], target))
    found.insert(2, "rule", pd.Series(rule, index=found.index, dtype="string"))
    found.insert(3, "basis", pd.Series(basis, index=found.index, dtype="string"))
    after = [name for name in ("gone_m2", "unknown_gone", "net_m2") if name in found]
    told = {name: rows.take(wanted[name], target) for name in ("document_id", "due_on", "clause")}
    return found.drop(columns=after).assign(**told, **{name: found[name] for name in after})


def _quarterly(ledger: pd.DataFrame, target: pd.Series, park: Snapshot) -> pd.DataFrame:
    """Return the rows of `curve` for one target."""
    ends = dates.quarter_index(pd.Series([target["starts_on"], target["due_on"], pd.Timestamp(park.day)]))
    first, last, today = int(ends[0]) - 1, int(ends[1]), int(ends[2])
    span = pd.Series(range(first, last + 1), dtype="Int64")
    area = ledger["area_m2"].fillna(0).to_numpy(dtype=float)

    def added(days: pd.Series, chosen: NDArray[np.bool_]) -> pd.Series:
        quarter = dates.quarter_index(days).clip(lower=first)
        inside = chosen & (quarter <= last).fillna(value=False).to_numpy(dtype=bool)
        place = quarter[inside].to_numpy(dtype=np.int64) - first
        return pd.Series(np.bincount(place, weights=area[inside], minlength=len(span)), dtype="Float64")

    every = np.ones(len(ledger), dtype=bool)
    when = ledger["done"].fillna(ledger["plan"])
    found = {f"{part}_m2": added(when, (ledger["part"] == i).to_numpy()) for i, part in enumerate(PARTS)}
    unknown = ledger["area_m2"].isna() | when.isna()
    return pd.DataFrame(
        {
            "target_id": pd.Series(target["target_id"], index=span.index, dtype="string"),
            "kind": pd.Series(target["project_kind"], index=span.index, dtype="string"),
            "quarter": dates.quarter_names(span),
            **found,
            "plan_total_m2": added(ledger["plan"], every).cumsum(),
            "done_total_m2": found["done_m2"].cumsum().where(span <= today),
            "unknown_projects": rows.whole(np.full(len(span), int(unknown.sum()))),
        }
    )
