"""Splits: a target parted by zone or year as the user assumes it, beside what the ledger has there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from parks.status import progress, rows, standings

if TYPE_CHECKING:
    from parks.policy import Policy
    from parks.snapshot import Snapshot


def against(park: Snapshot, rules: Policy, rule: str = "completed", basis: str = "gross") -> pd.DataFrame:
    """Return each line of the user's splits with what counts towards it.

    The notice splits its targets neither by zone nor by year: every line is an assumption of the user.

    Parameters
    ----------
    park
        The snapshot: ``target_splits projects milestones``.
    rules, rule, basis
        As in `progress.by_target`.

    Returns
    -------
    DataFrame
        ``split_id target_id kind zone_id year asked_m2 done_m2 under_way_m2 planned_m2 missing_m2 unknown_projects
        standing``, sorted by target, zone and year.

        - `asked_m2`: the area of the line, or its share of the target [m²]; NA when the target has no value or the line
          names none in m²;
        - the areas [m²] are those of the zone with the zones counted in it, or of the calendar year in which a project
          was done or is planned to be; NA when there are projects and the area of none is known;
        - `missing_m2`: `asked_m2` less done, under way and planned; 0 when there is more;
        - `standing`: the line's own.
    """
    frame = park.target_splits.sort_values(["target_id", "zone_id", "year", "split_id"], ignore_index=True)
    wanted, ledger = progress.targets(rules), progress.entries(park, rules, rule, basis)
    target = rows.find(wanted["target_id"], frame["target_id"])
    zone = rows.counted(frame["zone_id"], rules.zones.set_index("zone_id")["counted_in"])
    year = ledger["done"].fillna(ledger["plan"]).dt.year.astype("Int64")
    parts = []
    for place, line in frame.assign(zone=zone, target=target).iterrows():
        mine = ledger["target"] == line["target"]
        where = ledger["zone_id"] == line["zone"] if pd.notna(line["zone"]) else year == line["year"]
        found = ledger[mine & where.fillna(value=False)]
        sums = {
            f"{part}_m2": found.loc[found["part"] == i, "area_m2"].sum(min_count=1 if (found["part"] == i).any() else 0)
            for i, part in enumerate(progress.PARTS)
        }
        parts.append(sums | {"unknown_projects": int(found["area_m2"].isna().sum()), "place": place})
    areas = [f"{part}_m2" for part in progress.PARTS]
    told = pd.DataFrame(parts, columns=[*areas, "unknown_projects", "place"]).drop(columns="place")
    told = told.astype(dict.fromkeys(areas, "Float64") | {"unknown_projects": "Int64"})
    asked = frame["area_m2"].fillna(frame["share"] * rows.take(wanted["value_min"], target).astype("Float64"))
    there = told[areas].fillna(0).sum(axis=1)
    return pd.DataFrame(
        {
            "split_id": frame["split_id"],
            "target_id": frame["target_id"],
            "kind": rows.take(wanted["project_kind"], target),
            "zone_id": zone,
            "year": frame["year"],
            "asked_m2": asked,
            **{name: told[name] for name in areas},
            "missing_m2": (asked - there).clip(lower=0),
            "unknown_projects": told["unknown_projects"],
            "standing": standings.names(standings.ranks(frame["standing"])),
        }
    )
