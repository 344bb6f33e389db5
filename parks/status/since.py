"""Since: what changed in the programme between two reports, project by project, with its effect on the totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from parks.status import milestones, progress

if TYPE_CHECKING:
    from parks.policy import Policy
    from parks.snapshot import Snapshot

KINDS = (
    "new",
    "removed",
    "dropped",
    "resumed",
    "reached",
    "withdrawn",
    "moved",
    "dated",
    "undated",
    "area",
    "recounted",
)
"""What can change of a project, in the order in which it is told."""
CHANGES = ("project_id", "what", "event", "before_on", "after_on", "days", "before_m2", "after_m2")
"""The columns of `Since.changes`."""


class Since(NamedTuple):
    """What changed between two reports.

    Parameters
    ----------
    totals
        ``target_id kind figure before after change``: one row a target and part (``done_m2 under_way_m2 planned_m2``)
        [m²]. NA where the total is; `change` is of the sums of what is known, so that it always adds up.
    projects
        ``target_id project_id name_zh name_en zone_id part_before part_after done_m2 under_way_m2 planned_m2
        unknown_m2``, one row for each project and target with a change of its own or an effect: by how much it moves
        each part [m²]; the effects of a target add up to its `totals` exactly. `part_before`, `part_after` are parts
        of `progress.PARTS`, NA where it did not count. `unknown_m2` is true where one of its areas is not known.
    changes
        `CHANGES`, one row a change of a project, in the order of `KINDS`:

        - ``new``, ``removed``: the row of the project came, or went;
        - ``dropped``, ``resumed``: given up, or no longer so (`after_on`, `before_on` the day);
        - ``reached``, ``withdrawn``: a milestone is now reached (`after_on`), or no longer is;
        - ``moved``: the planned day of a milestone, by so many `days`; ``dated``, ``undated``: it has one now, or none;
        - ``area``: of the basis chosen [m²], NA is unknown;
        - ``recounted``: it counts to another target, to none, or by its phases.
    """

    totals: pd.DataFrame
    projects: pd.DataFrame
    changes: pd.DataFrame


def compare(before: Snapshot, now: Snapshot, rules: Policy, *, rule: str = "completed", basis: str = "gross") -> Since:
    """Return what changed in the programme from one snapshot to another.

    Parameters
    ----------
    before
        As reported then: the earlier day, usually as it was known on it.
    now
        As reported now.
    rules, rule, basis
        As in `progress.by_target`; both are counted by them.
    """
    ledgers = [_ledger(park, rules, rule, basis) for park in (before, now)]
    changes = _changes(before, now, ledgers, progress.area_column(rules, basis))
    effects = _effects(*ledgers)
    touched = effects["project_id"].isin(changes["project_id"]) | _felt(effects)
    names = pd.concat([now.projects, before.projects], ignore_index=True).drop_duplicates("project_id")
    named = names[["project_id", "name_zh", "name_en", "zone_id"]]
    projects = effects[touched].merge(named, on="project_id", how="left")
    first = ["target_id", "project_id", "name_zh", "name_en", "zone_id", "part_before", "part_after"]
    parts = [f"{part}_m2" for part in progress.PARTS]
    return Since(_totals(before, now, rules, rule, basis), projects[[*first, *parts, "unknown_m2"]], changes)


def _ledger(park: Snapshot, rules: Policy, rule: str, basis: str) -> pd.DataFrame:
    """Return the entries of a snapshot with the ids of their targets."""
    found = progress.entries(park, rules, rule, basis)
    names = progress.targets(rules)["target_id"].to_numpy(dtype=object)
    return found.assign(target_id=pd.Series(names[found["target"]], index=found.index, dtype="string"))


def _totals(before: Snapshot, now: Snapshot, rules: Policy, rule: str, basis: str) -> pd.DataFrame:
    """Return the totals of both and their difference."""
    old, new = (progress.by_target(park, rules, rule, basis) for park in (before, now))
    parts = [f"{part}_m2" for part in progress.PARTS]
    found = []
    for part in parts:
        frame = new[["target_id", "kind"]].assign(figure=part, before=old[part], after=new[part])
        found.append(frame.assign(change=new[part].fillna(0) - old[part].fillna(0)))
    return pd.concat(found).sort_values(["target_id", "figure"], key=_order(parts), kind="stable", ignore_index=True)


def _order(parts: list[str]) -> Any:  # noqa: ANN401 - what pandas sorts by
    return lambda cells: cells.map(parts.index) if cells.name == "figure" else cells


def _effects(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return by how much each project moves each part of each target [m²]."""
    key = ["target_id", "project_id"]
    both = old[[*key, "part", "area_m2"]].merge(
        new[[*key, "part", "area_m2"]], on=key, how="outer", suffixes=("_before", "_after")
    )
    both = both.sort_values(key, ignore_index=True)
    found = both[key].astype("string")
    for place, part in enumerate(progress.PARTS):
        was, is_ = (
            np.where(both[f"part_{when}"] == place, both[f"area_m2_{when}"].fillna(0).to_numpy(dtype=float), 0.0)
            for when in ("before", "after")
        )
        found[f"{part}_m2"] = pd.Series(is_ - was, dtype="Float64")
    unknown = pd.Series(data=False, index=both.index)
    for when in ("before", "after"):
        own = both[f"part_{when}"]
        found[f"part_{when}"] = own.map(dict(enumerate(progress.PARTS))).astype("string")
        unknown |= own.notna() & both[f"area_m2_{when}"].isna()
    return found.assign(unknown_m2=unknown)


def _felt(effects: pd.DataFrame) -> pd.Series[bool]:
    """Return which projects move a total, or lie in another part than before."""
    moved = effects[[f"{part}_m2" for part in progress.PARTS]].ne(0).any(axis=1)
    return moved | effects["part_before"].fillna("").ne(effects["part_after"].fillna(""))


# --- what changed ----------------------------------------------------------------------------------------------------


def _changes(before: Snapshot, now: Snapshot, ledgers: list[pd.DataFrame], column: str) -> pd.DataFrame:
    """Return the rows of `Since.changes`."""
    both = before.projects.merge(now.projects, on="project_id", how="outer", suffixes=("_before", "_after"))
    old, new = (both["project_id"].isin(park.projects["project_id"]) for park in (before, now))
    kept = both[old & new]
    ids = both["project_id"]
    found = [_rows("new", ids[new & ~old]), _rows("removed", ids[old & ~new])]
    found += _given_up(kept, before, now)
    found += _steps(kept["project_id"], before, now)
    was, is_ = kept[f"{column}_before"], kept[f"{column}_after"]
    differ = (was != is_).fillna(value=True) & ~(was.isna() & is_.isna())
    found.append(_rows("area", kept["project_id"][differ], before_m2=was[differ], after_m2=is_[differ]))
    found.append(_rows("recounted", _recounted(kept, before, now, ledgers)))
    frame = pd.concat(found, ignore_index=True)
    text = dict.fromkeys(("project_id", "what", "event"), "string")
    days = dict.fromkeys(("before_on", "after_on"), "datetime64[s]")
    frame = frame.astype(text | days | {"days": "Int64", "before_m2": "Float64", "after_m2": "Float64"})
    place = frame["what"].map(KINDS.index)
    step = frame["event"].map(milestones.EVENTS.index, na_action="ignore")
    frame = frame.assign(place=place, step=step).sort_values(["project_id", "place", "step"], kind="stable")
    return frame[list(CHANGES)].reset_index(drop=True)


def _rows(what: str, ids: pd.Series[str], **cells: Any) -> pd.DataFrame:  # noqa: ANN401 - columns of any dtype
    """Return one change for each id; cells that are not given are unknown."""
    own = {name: pd.Series(cell).reset_index(drop=True) for name, cell in cells.items()}
    frame = pd.DataFrame({"project_id": ids.reset_index(drop=True), "what": what} | own)
    return frame.reindex(columns=list(CHANGES))


def _given_up(kept: pd.DataFrame, before: Snapshot, now: Snapshot) -> list[pd.DataFrame]:
    """Return the projects that were given up, or are no longer."""
    was = kept["dropped_on_before"].where(kept["dropped_on_before"] <= pd.Timestamp(before.day))
    is_ = kept["dropped_on_after"].where(kept["dropped_on_after"] <= pd.Timestamp(now.day))
    gone, back = was.isna() & is_.notna(), was.notna() & is_.isna()
    return [
        _rows("dropped", kept["project_id"][gone], after_on=is_[gone]),
        _rows("resumed", kept["project_id"][back], before_on=was[back]),
    ]


def _steps(ids: pd.Series[str], before: Snapshot, now: Snapshot) -> list[pd.DataFrame]:
    """Return the milestones that were reached, and the plans that moved, of projects in both snapshots."""
    old, new = (_dated(park) for park in (before, now))
    both = old.merge(new, on=["project_id", "event"], how="outer", suffixes=("_before", "_after"))
    both = both[both["project_id"].isin(ids)].reset_index(drop=True)
    was, is_ = both["reached_on_before"], both["reached_on_after"]
    plan, new_plan = both["planned_on_before"], both["planned_on_after"]
    moved = (new_plan - plan).dt.days.astype("Int64")
    parts = {
        "reached": (was.isna() & is_.notna(), {"after_on": is_}),
        "withdrawn": (was.notna() & is_.isna(), {"before_on": was}),
        "moved": (moved.fillna(0) != 0, {"before_on": plan, "after_on": new_plan, "days": moved}),
        "dated": (plan.isna() & new_plan.notna(), {"after_on": new_plan}),
        "undated": (plan.notna() & new_plan.isna(), {"before_on": plan}),
    }
    return [
        _rows(
            what,
            both["project_id"][mask],
            event=both["event"][mask],
            **{name: cells[mask] for name, cells in shown.items()},
        )
        for what, (mask, shown) in parts.items()
    ]


def _dated(park: Snapshot) -> pd.DataFrame:
    """Return the planned day and the day reached of each project and event: the latest plan, the first day reached."""
    frame = milestones.timeline(park).dropna(subset=["project_id", "event"])
    groups = frame.groupby(["project_id", "event"], sort=True)
    return groups.agg(planned_on=("planned_on", "max"), reached_on=("reached_on", "min")).reset_index()


def _recounted(kept: pd.DataFrame, before: Snapshot, now: Snapshot, ledgers: list[pd.DataFrame]) -> pd.Series[str]:
    """Return the projects that count elsewhere than before for another reason than being given up."""
    homes = [ledger.set_index("project_id")["target_id"] for ledger in ledgers]
    was, is_ = (kept["project_id"].map(home).astype("string").fillna("") for home in homes)
    lost = [set(park.projects["project_id"][milestones.dropped(park)]) for park in (before, now)]
    gone = kept["project_id"].isin(lost[0] ^ lost[1])
    return kept["project_id"][(was != is_) & ~gone]
