"""How far each weight alone can move before another place comes first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks.matching import fit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

COLUMNS = {
    "need_id": "string",
    "unit_id": "string",
    "criterion": "string",
    "weight": "Float64",
    "least": "Float64",
    "most": "Float64",
    "below": "string",
    "above": "string",
}
"""Columns of `first_place` and their dtypes."""
TIE = 5e-10
"""Difference of two scores that ranking does not tell apart (it rounds to nine figures)."""
ROUNDING = 1e-12
"""Relative rounding of a sum: what is smaller is nothing."""
NEAR = 1e-6
"""Relative difference of two weights that count as one."""
BEYOND = 1e-5
"""How far past a crossing the places are compared to tell which of them comes first there, relative to the weight."""


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Scores of places as they depend on the weight of one criterion: (rest + w·value) ÷ (others + w·count).

    Parameters
    ----------
    rest, others
        By place, the weighted values and the weights of the other criteria.
    value, count
        By place, the sum of the values under the criterion, and how many they are.
    """

    rest: Floats
    others: Floats
    value: Floats
    count: Floats

    def scores(self, weight: float) -> Floats:
        """Return the score of each place at a weight above 0."""
        return (self.rest + weight * self.value) / (self.others + weight * self.count)

    def lead(self, first: int, weight: float) -> tuple[Floats, Floats, Floats]:
        """Return by how much place `first` leads each place near `weight`: d₀ + d₁·t + d₂·t², times both weights.

        What is smaller than the rounding of its terms is 0, and so is a lead that ranking does not tell apart.
        """
        rest, others, value, count = self.rest[first], self.others[first], self.value[first], self.count[first]
        here = rest + weight * value, others + weight * count
        there = self.rest + weight * self.value, self.others + weight * self.count
        lead = _exact(here[0] * there[1], -there[0] * here[1])
        lead = np.where(lead <= TIE * here[1] * there[1], 0.0, lead)
        slope = _exact(value * there[1], here[0] * self.count, -self.value * here[1], -there[0] * count)
        return lead, slope, _exact(value * self.count, -self.value * count)


def first_place(assessed: pd.DataFrame, unknown: float = fit.UNKNOWN_VALUE) -> pd.DataFrame:
    """Return, for each need's first place, between which weights of each criterion it stays the first.

    Parameters
    ----------
    assessed
        What `fit.assess` returned (or `weights.applied`): the weights are those of its rows.
    unknown
        Value of a criterion whose offer is unknown, as in `fit.rank`.

    Returns
    -------
    DataFrame
        One row a need × criterion with a value: need_id unit_id (the first place) criterion weight (as it stands)
        least most (the first place holds between them, all other weights as they stand; `most` NA: however high)
        below above (the place that comes first just under `least`, just over `most`; NA where none does).

    Notes
    -----
    Weights change no verdict, no miss and no floor, so only the places of the same standing as the first are rivals.
    The score of a place is (S + w·v) ÷ (W + w·n): S, W sum the other criteria, v the values under the one, n counts
    them. Two scores meet where a polynomial of second degree in w is 0 (of first degree when the same rules speak of
    both places): `least` and `most` are its nearest roots, not samples. The ends are open: exactly there the two tie.
    A place that all criteria leave without weight scores `unknown`, at the single weight 0.
    """
    parts: list[list[dict[str, Any]]] = []
    for _, own in assessed.groupby("need_id", sort=True):
        able = fit.unbarred(own)
        rows = own if able.empty else able
        parts.append(_need(rows, fit.rank(rows, unknown), unknown))
    found = [row for part in parts for row in part]
    return pd.DataFrame(found, columns=list(COLUMNS)).astype(COLUMNS)


def _need(assessed: pd.DataFrame, ranked: pd.DataFrame, unknown: float) -> list[dict[str, Any]]:
    """Return the rows of one need; its places in `ranked` stand in order."""
    standing = fit.standing(ranked)
    same = (standing == standing.iloc[0]).all(axis="columns")
    units = pd.Index(ranked.loc[same, "unit_id"].sort_values())
    rows = assessed[assessed["unit_id"].isin(units)]
    at = units.get_indexer(pd.Index(rows["unit_id"]))
    criterion = rows["criterion"].to_numpy(dtype=object)
    weight = rows["weight"].to_numpy(dtype=np.float64)
    value = rows["value"].fillna(unknown).to_numpy(dtype=np.float64)
    first = int(units.get_loc(ranked["unit_id"].iloc[0]))
    counted = pd.unique(criterion[rows["value"].notna().to_numpy(dtype=bool) | (weight > 0)])
    found = []
    for name in sorted(counted):
        own = criterion == name
        now = float(weight[own][0])
        lines = Lines(
            rest=_sums(at[~own], (weight * value)[~own], len(units)),
            others=_sums(at[~own], weight[~own], len(units)),
            value=_sums(at[own], value[own], len(units)),
            count=_sums(at[own], np.ones(int(own.sum())), len(units)),
        )
        bare = (lines.others == 0) & (lines.count == 0)
        lines = replace(lines, rest=np.where(bare, unknown, lines.rest), others=np.where(bare, 1.0, lines.others))
        least, below = _edge(lines, first, now, -1)
        most, above = _edge(lines, first, now, 1)
        names = [pd.NA if place is None else units[place] for place in (below, above)]
        found.append(
            {
                "need_id": ranked["need_id"].iloc[0],
                "unit_id": units[first],
                "criterion": name,
                "weight": now,
                "least": least,
                "most": pd.NA if np.isinf(most) else most,
                "below": names[0],
                "above": names[1],
            }
        )
    return found


def _sums(at: NDArray[np.intp], amount: Floats, places: int) -> Floats:
    return np.bincount(at, weights=amount, minlength=places).astype(np.float64)


def _edge(lines: Lines, first: int, now: float, way: int) -> tuple[float, int | None]:
    """Return where place `first` loses the lead, going down (`way` −1) or up (1) from the weight `now`, and to whom.

    Down to 0 or up without an end and nobody where it never does.
    """
    lead, slope, bend = lines.lead(first, now)
    move = _crossing(lead, slope * way, bend)
    end = now if way < 0 else np.inf
    move[move >= end * (1 - NEAR)] = np.inf  # at 0 itself a criterion only ends a tie
    least = float(move.min())
    if np.isinf(least):
        return (0.0 if way < 0 else np.inf), None
    step = BEYOND * max(1.0, now, least)
    crossed = np.flatnonzero(move <= least + NEAR * step / BEYOND)
    past = lines.scores(now + way * (least + min(step, (end - least) / 2)))
    return now + way * least, int(crossed[np.argmax(past[crossed].round(12))])


def _crossing(lead: Floats, slope: Floats, bend: Floats) -> Floats:
    """Return the first t ≥ 0 beyond which lead + slope·t + bend·t² is negative, inf where it never becomes so."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = slope**2 - 4 * bend * lead
        half = -(slope + np.where(slope < 0, -1.0, 1.0) * np.sqrt(np.maximum(inside, 0))) / 2
        roots = np.vstack([half / bend, lead / half])
    roots[:, (inside <= 0) & (lead > 0)] = np.inf
    roots[~(roots > 0) | ~np.isfinite(roots)] = np.inf
    beyond = roots.min(axis=0)
    at_once = (lead == 0) & ((slope < 0) | ((slope == 0) & (bend < 0)))
    return np.where(at_once, 0.0, beyond)


def _exact(*terms: Floats) -> Floats:
    """Return the sum of terms, 0 where it is no more than their rounding."""
    whole = np.sum(np.broadcast_arrays(*terms), axis=0)
    return np.where(np.abs(whole) <= ROUNDING * np.sum(np.abs(np.broadcast_arrays(*terms)), axis=0), 0.0, whole)
