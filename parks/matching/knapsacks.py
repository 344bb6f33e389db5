"""Lower bounds of the pool form: Lagrangian relaxation of the capacities, then one knapsack a building."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from parks.matching.solver import Clock

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Ascent = tuple[float, Floats, Floats]

CELLS = 1_000_000
"""Cells of all knapsacks at most: buildings × steps of the area."""
STEPS = 10_000
"""Steps that the largest capacity is counted in, at most."""
BLOCK = 50_000_000
"""Choices that one block of knapsacks may remember, in bytes."""
ROUNDS = 300
"""Rounds of each ascent at most."""
PATIENCE = 8
"""Rounds without a better bound after which the ascent aims lower."""
FINE = 1e-5
"""Aim above the bound, relative, at which an ascent ends."""
TOLERANCE = 1e-6
"""Area in m² that a building may hold too much: rounding of sums, a square millimetre."""


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """Tenants to place in buildings at the least cost.

    Parameters
    ----------
    cost
        Tenants × buildings; inf where the tenant may not go.
    area
        Tenants × buildings, m²; 0 where the tenant may not go.
    capacity
        m² of each building.
    """

    cost: Floats
    area: Floats
    capacity: Floats

    def allowed(self) -> Bools:
        """Return which pairs may be chosen."""
        return np.isfinite(self.cost)

    def whole(self) -> bool:
        """Return whether every cost is a whole number: then so is the best."""
        cost = self.cost[self.allowed()]
        return bool((cost == np.rint(cost)).all())

    def value(self, where: Ints) -> float:
        """Return the cost of a placement."""
        return float(self.cost[np.arange(len(where)), where].sum())

    def load(self, where: Ints) -> Floats:
        """Return the m² that each building holds."""
        return np.bincount(where, self.area[np.arange(len(where)), where], len(self.capacity)).astype(np.float64)

    def keeps(self, where: Ints) -> bool:
        """Return whether a placement keeps to the allowed pairs and the capacities."""
        return bool(np.isfinite(self.value(where)) and (self.load(where) <= self.capacity + TOLERANCE).all())


@dataclass(slots=True, eq=False)
class Relaxation:
    """What no placement can beat.

    Parameters
    ----------
    bound
        No placement costs less.
    least
        Tenants × buildings: no placement that puts the tenant there costs less; inf where it may not go.
    price
        Price of a m² in each building, ≥ 0.
    """

    bound: float
    least: Floats
    price: Floats

    def note(self, bound: float, least: Floats) -> None:
        """Take in what one round has shown; each is valid by itself, so the highest stays."""
        self.bound = max(self.bound, bound)
        np.maximum(self.least, least, out=self.least)


def relax(posed: Posed, clock: Clock, until: float) -> Relaxation:
    """Return the relaxation: prices of area, then prices of tenants; stops after `until` seconds.

    Notes
    -----
    Prices λ of the capacities: Σ min over buildings of (cost + λ area) − Σ λ capacity. Prices u of the tenants:
    Σ u − Σ over buildings of the best knapsack of profits u − cost; begun at the first one's u it is never less
    (Fisher 1981). Areas that are no whole numbers, or too many steps, are rounded down, which only loosens it.
    """
    best = Relaxation(-np.inf, np.where(posed.allowed(), -np.inf, np.inf), np.zeros(len(posed.capacity)))
    share = posed.area / np.where(posed.capacity > 0, posed.capacity, 1)

    def of_capacities(price: Floats) -> Ascent:
        paid = posed.cost + share * price
        goes, lowest = paid.argmin(axis=1), paid.min(axis=1)
        held = np.bincount(goes, share[np.arange(len(goes)), goes], len(price))
        full = (posed.capacity > 0).astype(np.float64)
        bound = float(lowest.sum() - price @ full)
        return bound, held - full, bound + paid - lowest[:, None]

    price = _ascend(of_capacities, np.zeros(len(posed.capacity)), best, clock, until, least=0.0)
    best.price = price / np.where(posed.capacity > 0, posed.capacity, 1)
    grid, room = _grid(posed)

    def of_tenants(worth: Floats) -> Ascent:
        profit = worth[:, None] - posed.cost
        held, chosen, other = _knapsacks(profit, grid, room)
        bound = float(worth.sum() - held.sum())
        return bound, 1.0 - chosen.sum(axis=1), bound + np.maximum(held - other - profit, 0)

    _ascend(of_tenants, (posed.cost + share * price).min(axis=1), best, clock, until)
    return best


def _ascend(
    function: Callable[[Floats], Ascent],
    start: Floats,
    best: Relaxation,
    clock: Clock,
    until: float,
    least: float = -np.inf,
) -> Floats:
    """Return the multipliers with the highest bound, by steps along the subgradient towards a falling aim."""
    at, top, highest, stale = start, start, -np.inf, 0
    aim = 0.05
    for _ in range(ROUNDS):
        bound, slope, lowest = function(at)
        best.note(bound, lowest)
        clock.tell(np.nan, best.bound)
        stale += 1
        if bound > highest:
            better = bound - highest > FINE * (1 + abs(bound))
            top, highest, stale = at, bound, 0 if better else stale
        norm = float(slope @ slope)
        if stale >= PATIENCE:
            at, aim, stale = top, aim / 2, 0
            continue
        if norm <= FINE or aim < FINE or clock.stopped or (clock.steps is None and clock.seconds() > until):
            break
        at = np.maximum(at + (highest - bound + aim * (1 + abs(highest))) / norm * slope, least)
    return top


def _grid(posed: Posed) -> tuple[Ints, Ints]:
    """Return areas and capacities in whole steps, areas rounded down."""
    most = min(STEPS, CELLS // len(posed.capacity))
    room, step = posed.capacity + TOLERANCE, float(posed.capacity.max()) / most
    if (posed.area == np.rint(posed.area)).all():
        common = float(max(int(np.gcd.reduce(posed.area.astype(np.int64), axis=None)), 1))
        if step <= common:  # exact
            return np.rint(posed.area / common).astype(np.int64), np.floor(room / common).astype(np.int64)
    step = max(step, TOLERANCE)
    return np.floor(posed.area / step * (1 - TOLERANCE**2)).astype(np.int64), np.floor(room / step).astype(np.int64)


def _knapsacks(profit: Floats, grid: Ints, room: Ints) -> tuple[Floats, Bools, Floats]:
    """Return for each building the most profit it can hold and what it then holds, and for each pair the most profit.

    The last is what the building can hold beside that tenant, the tenant itself once more allowed.
    """
    rows = int((profit > 0).sum(axis=0).max())
    width = int(room.max()) + 1
    size = max(1, BLOCK // max(1, rows * width))
    best, chosen, other = np.zeros(len(room)), np.zeros(profit.shape, dtype=np.bool_), np.zeros(profit.shape)
    for start in range(0, len(room), size):
        some = slice(start, start + size)
        best[some], chosen[:, some], other[:, some] = _block(profit[:, some], grid[:, some], room[some], rows)
    return best, chosen, other


def _block(profit: Floats, grid: Ints, room: Ints, rows: int) -> tuple[Floats, Bools, Floats]:
    """Return the same for some buildings side by side: dynamic programming over the area, item by item."""
    order = np.argsort(-profit, axis=0, kind="stable")[:rows]
    gain = np.maximum(np.take_along_axis(profit, order, axis=0), 0)
    weight = np.take_along_axis(grid, order, axis=0)
    width, many = int(room.max()) + 1, np.arange(len(room))
    wide = np.full((len(room), 2 * width), -np.inf)
    held = wide[:, width:]
    held[:] = 0.0
    cell = (many * 2 * width)[:, None] + width + np.arange(width)
    taken = np.zeros((rows, len(room), width), dtype=np.bool_)
    for row in range(rows):
        with_it = wide.ravel()[cell - weight[row][:, None]] + gain[row][:, None]
        np.greater(with_it, held, out=taken[row])
        np.maximum(held, with_it, out=held)
    left, chosen = room.copy(), np.zeros(profit.shape, dtype=np.bool_)
    for row in reversed(range(rows)):
        takes = taken[row, many, left]
        chosen[order[row][takes], many[takes]] = True
        left = left - np.where(takes, weight[row], 0)
    beside = held[many, np.maximum(room - grid, 0)]
    return held[many, room], chosen, beside
