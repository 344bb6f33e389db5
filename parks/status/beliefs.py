"""Beliefs: every figure in which two beliefs about one day differ, what moved it, and the rows behind that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks import demand
from parks.status import areas, causes, progress, rows, standings, vacancy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parks.policy import Policy
    from parks.snapshot import Snapshot

NOWHERE = "unknown"
"""What a figure is about when it sums units whose zone is not known."""
SHARE = "vacancy.vacancy"
"""The one figure that is no sum: what is vacant of what is lettable."""
SHARED = ("vacancy.vacant_m2", "vacancy.lettable_m2")
"""The sums that the share is made of."""
TOLERANCE = 1e-9
"""Relative difference up to which two figures are the same: sums of the same areas in another order. Below
1,000 million, it tells every count from the next."""
_DISTRICT = ""
"""Stands for NA where figures are told apart by what they are about."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two beliefs about one day differ.

    Parameters
    ----------
    figures
        ``figure about before after change standing``, one row a figure that differs.

        - `figure`: ``vacancy.`` and a column of `vacancy.by`, by zone and over the district; ``progress.`` and
          ``done_m2 under_way_m2 planned_m2 unknown_projects``, by target; ``needs.open`` (open needs),
          ``needs.companies`` (that have one) and ``needs.area_min_m2`` (their least area), over the district;
        - `about`: the zone or the target, `NOWHERE` for units whose zone is not known; NA is the district;
        - `before`, `after`: m², counts, a share 0–1; NA when not known, 0 when there is nothing to sum;
        - `change`: after less before, NA when one of them is NA;
        - `standing`: the worst on which either figure rests.
    moves
        ``figure about table key before after change``, one row for each figure of `figures` and each thing whose
        part in it differs: of ``units``, ``projects``, ``needs``, or of ``tenants`` for the companies counted.

        - `before`, `after`: what it adds to the figure, 0 when it does not belong to it, NA when it does and its
          area is not known;
        - `change`: by how much it moves the sum of what is known, so that the changes of the moves add up to that of
          their figure. All three are NA for the share `SHARE`, which is no sum: its moves name the units whose
          vacant or lettable area moved.
    causes
        The cells of the ledgers behind the things of `moves`, see `causes.of`.
    """

    figures: pd.DataFrame
    moves: pd.DataFrame
    causes: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Account:
    """The figures of one kind in one belief, with what each adds up. Unknown is NaN.

    Parameters
    ----------
    table
        The table of the things added up.
    totals
        The figures as the product reports them, indexed by what they are about.
    rank
        Rank of the standing of each row of `totals`.
    parts
        ``key about`` and what that thing adds to each figure.
    """

    table: str
    totals: pd.DataFrame
    rank: pd.Series[Any]
    parts: pd.DataFrame


def compare(
    before: Snapshot, after: Snapshot, rules: Policy, *, rule: str = "completed", basis: str = "gross"
) -> Comparison:
    """Return the figures in which two beliefs about one day differ, what moved them, and the rows behind that.

    Parameters
    ----------
    before, after
        The snapshots, both of one day.
    rules
        The policy by which both are counted.
    rule, basis
        Counting rule and area basis of the progress, as in `progress.by_target`.

    Raises
    ------
    ValueError
        When the snapshots show different days.
    KeyError
        When the policy has no such rule or basis.
    """
    if before.day != after.day:
        message = f"beliefs are about one day, not about {before.day} and {after.day}"
        raise ValueError(message)
    beliefs = [_accounts(park, rules, rule, basis) for park in (before, after)]
    pairs = list(zip(*beliefs, strict=True))
    figures = pd.concat([_figures(*pair) for pair in pairs], ignore_index=True)
    moves = pd.concat([_moves(*pair) for pair in pairs])
    moves = figures[["figure", "about"]].merge(moves, on=["figure", "about"])
    behind = causes.of(before, after, moves[["table", "key"]])
    return Comparison(figures.assign(about=_about(figures)), moves.assign(about=_about(moves)), behind)


def _about(frame: pd.DataFrame) -> pd.Series[str]:
    return frame["about"].mask(frame["about"] == _DISTRICT)


# --- what the product reports, and what it adds up ------------------------------------------------------------------


def _accounts(park: Snapshot, rules: Policy, rule: str, basis: str) -> tuple[_Account, ...]:
    return _space(park, rules), _programme(park, rules, rule, basis), *_demand(park)


def _space(park: Snapshot, rules: Policy) -> _Account:
    space = vacancy.by_unit(park)
    counted_in = rules.zones.set_index("zone_id")["counted_in"]
    zone = rows.counted(space["zone_id"], counted_in).fillna(NOWHERE)
    by_zone = vacancy.by(space, "zone", counted_in)
    by_zone = by_zone.assign(about=by_zone["zone_id"].fillna(NOWHERE))
    totals = pd.concat([vacancy.total(space).assign(about=_DISTRICT), by_zone], ignore_index=True)
    state, area = rows.places(areas.STATES, space["state"]), _numbers(space["lettable_m2"])
    parts = {f"{name}_m2": np.where(state == place, area, 0.0) for place, name in enumerate(areas.STATES)} | {
        "lettable_m2": np.where(state < areas.LETTABLE, area, 0.0),
        "vacancy": np.zeros(len(space)),  # nothing is added up to a share
        "units": np.ones(len(space)),
        "unknown_units": (np.isnan(area) | (state == areas.STATES.index("unknown"))).astype(float),
    }
    found = {"key": space["unit_id"], "about": zone} | parts
    return _account("vacancy", "units", totals, totals["units"], pd.DataFrame(found))


def _programme(park: Snapshot, rules: Policy, rule: str, basis: str) -> _Account:
    totals = progress.by_target(park, rules, rule, basis)
    totals = totals.assign(about=totals["target_id"])
    ledger = progress.entries(park, rules, rule, basis)
    area, part = _numbers(ledger["area_m2"]), ledger["part"].to_numpy()
    parts = {f"{name}_m2": np.where(part == place, area, 0.0) for place, name in enumerate(progress.PARTS)}
    parts["unknown_projects"] = np.isnan(area).astype(float)
    about = rows.take(totals["target_id"], ledger["target"].to_numpy(dtype=np.int64))
    found = {"key": ledger["project_id"], "about": about} | parts
    return _account("progress", "projects", totals, totals["projects"], pd.DataFrame(found))


def _demand(park: Snapshot) -> tuple[_Account, _Account]:
    waiting = park.needs[demand.waiting(park)].reset_index(drop=True)
    asking = waiting["tenant_id"].dropna().drop_duplicates()
    area = _numbers(waiting["area_min_m2"])
    group = np.zeros(len(waiting), dtype=np.int64)
    totals = pd.DataFrame(
        {
            "about": [_DISTRICT],
            "open": [len(waiting)],
            "companies": [len(asking)],
            "area_min_m2": [np.nan if len(area) and np.isnan(area).all() else np.nansum(area)],
            "standing": standings.worst(standings.ranks(waiting["standing"]), group, 1),
        }
    )
    needs = pd.DataFrame({"key": waiting["need_id"], "about": _DISTRICT, "open": 1.0, "area_min_m2": area})
    companies = pd.DataFrame({"key": asking, "about": _DISTRICT, "companies": 1.0})
    return (
        _account("needs", "needs", totals, totals["open"], needs),
        _account("needs", "tenants", totals, totals["open"], companies),
    )


def _account(kind: str, table: str, totals: pd.DataFrame, things: pd.Series[int], parts: pd.DataFrame) -> _Account:
    """Return the account of the figures that `parts` names; `things` says how many each row of `totals` sums."""
    names = {name: f"{kind}.{name}" for name in totals.columns if name in parts and name != "about"}
    figures = totals[[*names]].apply(_numbers).set_axis([*names.values()], axis=1)
    rank = np.where(things == 0, standings.NO_ROW, standings.ranks(totals["standing"]))
    about = pd.Index(totals["about"], dtype="object")
    return _Account(table, figures.set_axis(about), pd.Series(rank, index=about), parts.rename(columns=names))


def _numbers(column: pd.Series[Any]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = column.to_numpy(dtype=float, na_value=np.nan)
    return found


# --- what differs ----------------------------------------------------------------------------------------------------


def _figures(before: _Account, after: _Account) -> pd.DataFrame:
    """Return the rows of `Comparison.figures` of one account; a row of one belief alone is nothing in the other."""
    about = before.totals.index.union(after.totals.index)
    filled = [account.totals.reindex(about, fill_value=0.0) for account in (before, after)]
    if SHARE in before.totals:
        filled = [frame.assign(**{SHARE: frame[SHARE].where(frame[SHARED[1]] > 0)}) for frame in filled]
    old, new = (frame.to_numpy() for frame in filled)
    moved = np.abs(new - old) > TOLERANCE * np.maximum(np.abs(old), np.abs(new))
    row, column = np.nonzero(moved | (np.isnan(old) != np.isnan(new)))
    ranks = [account.rank.reindex(about, fill_value=standings.NO_ROW).to_numpy() for account in (before, after)]
    found = {"figure": before.totals.columns[column], "about": about[row]}
    return pd.DataFrame(found, dtype="string").assign(
        before=_known(old[row, column]),
        after=_known(new[row, column]),
        change=_known(new[row, column] - old[row, column]),
        standing=standings.names(np.maximum(*ranks)[row]),
    )


def _moves(before: _Account, after: _Account) -> pd.DataFrame:
    """Return the rows of `Comparison.moves` of one account, those of figures that did not move among them."""
    keys = causes.differing(before.parts, after.parts, "key")["key"].unique()
    spread = [_spread(account, keys) for account in (before, after)]
    index = spread[0].index.union(spread[1].index)
    old, new = (frame.reindex(index, fill_value=0.0).to_numpy() for frame in spread)
    row, column = np.nonzero(~((old == new) | (np.isnan(old) & np.isnan(new))))
    old, new = old[row, column], new[row, column]
    moves = index.to_frame(index=False).iloc[row].assign(figure=spread[0].columns[column], table=before.table)
    moves = moves[["figure", "about", "table", "key"]].astype("string").reset_index(drop=True)
    change = np.nan_to_num(new) - np.nan_to_num(old)
    moves = moves.assign(before=_known(old), after=_known(new), change=_known(change))
    shared = moves[moves["figure"].isin(SHARED)].drop_duplicates(["about", "key"])
    nothing = _known(np.full(len(moves), np.nan))
    return pd.concat([moves, shared.assign(figure=SHARE, before=nothing, after=nothing, change=nothing)])


def _spread(account: _Account, keys: NDArray[Any]) -> pd.DataFrame:
    """Return the parts of the things `keys`, indexed by what they are about: units count in the district too."""
    parts = account.parts[account.parts["key"].isin(keys)]
    everywhere = pd.concat([parts, parts.assign(about=_DISTRICT)]) if account.table == "units" else parts
    return everywhere.set_index(["about", "key"])


def _known(values: NDArray[np.float64]) -> pd.Series[float]:
    return rows.area(values, np.isnan(values))
