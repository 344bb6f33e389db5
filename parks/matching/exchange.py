"""Better placements of the pool form by tabu search over ejection chains: one comes, the next must go on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from parks.matching import knapsacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from parks.matching.knapsacks import Posed, Relaxation
    from parks.matching.solver import Clock

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

SAMPLE = 200
"""Tenants that take part in one round, at most."""
LINKS = 5
"""Tenants that one chain moves, at most."""
HARDER, SOFTER = 1.03, 0.97
"""By what the price of area too much changes in a round: of overloaded buildings, and of all while none is."""
TENURE = 3, 10
"""Rounds for which a tenant may not go back where it came from."""
STALE = 150
"""Rounds without a better placement after which the best is shaken."""
SHAKEN = 0.03
"""Share of the tenants that are moved then."""
NEVER = np.iinfo(np.int64).max
"""Round until which a pair is barred that is not allowed."""
BEAT = 50
"""Rounds after which the watcher is told."""
LIMITS = 1e-4, 1e6
"""How far the price of area too much may move from its start, as factors."""


@dataclass(slots=True, eq=False)
class State:
    """A placement on the way, perhaps with overloaded buildings.

    Parameters
    ----------
    posed
        The problem.
    where
        Building of each tenant.
    price
        Price of a m² too much, by building.
    barred
        Tenants × buildings: round until which the tenant may not go there.
    """

    posed: Posed
    where: Ints
    price: Floats
    barred: Ints = field(init=False)
    load: Floats = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing barred but what is not allowed."""
        self.barred = np.where(self.posed.allowed(), 0, NEVER)
        self.load = self.posed.load(self.where)

    def fine(self, load: Floats, at: Ints | slice = slice(None)) -> Floats:
        """Return what it costs that buildings `at` hold `load` m²."""
        found: Floats = self.price[at] * np.maximum(load - self.posed.capacity[at], 0)
        return found

    def go(self, tenant: int, building: int, until: int) -> None:
        """Move a tenant, and bar its way back."""
        old = self.where[tenant]
        self.barred[tenant, old] = until
        self.load[old] -= self.posed.area[tenant, old]
        self.load[building] += self.posed.area[tenant, building]
        self.where[tenant] = building


def improve(
    posed: Posed,
    relaxed: Relaxation,
    best: Ints | None,
    draw: np.random.Generator,
    clock: Clock,
    rounds: float,
    until: float,
) -> Ints | None:
    """Return a placement that costs no more than `best`, or None when none was found.

    Ends after so many rounds, or after `until` seconds, or when the bound is met.

    Notes
    -----
    Area too much is allowed at a price that rises while there is some and falls while there is none (Yagiura, Ibaraki
    and Glover 2004, who also chain the moves).
    """
    state = _begin(posed, relaxed, best)
    low, high = state.price * LIMITS[0], state.price * LIMITS[1]
    value, stale, number = np.inf if best is None else posed.value(best), 0, 0
    while number < rounds and value - relaxed.bound > knapsacks.TOLERANCE:
        if clock.stopped or (clock.steps is None and clock.seconds() > until):
            break
        number, stale = number + 1, stale + 1
        over = state.load > posed.capacity + knapsacks.TOLERANCE
        found = np.inf if over.any() else posed.value(state.where)
        if found < value - knapsacks.TOLERANCE**2 and posed.keeps(state.where):
            best, value, stale = state.where.copy(), found, 0
            clock.tell(value, relaxed.bound)
        state.price = np.clip(state.price * (np.where(over, HARDER, 1.0) if over.any() else SOFTER), low, high)
        if stale >= STALE:
            _shake(state, relaxed, best, draw, number)
            stale = 0
        _step(state, number, draw)
        if number % BEAT == 0:
            clock.beat()
    return best


def _begin(posed: Posed, relaxed: Relaxation, best: Ints | None) -> State:
    """Return the start: `best`, or each tenant where the relaxation would miss it least."""
    allowed = posed.allowed()
    span = float(np.ptp(posed.cost[allowed])) + 1.0
    mean = max(float(posed.area[allowed].mean()), knapsacks.TOLERANCE)
    where = relaxed.least.argmin(axis=1) if best is None else best.copy()
    return State(posed, where, np.maximum(relaxed.price, 0.1 * span / mean))


def _step(state: State, number: int, draw: np.random.Generator) -> None:
    """Make the best chain of moves that is not barred, be it for the worse."""
    many = len(state.where)
    some = np.arange(many) if many <= SAMPLE else np.sort(draw.choice(many, SAMPLE, replace=False))
    desk = _desk(state, some, number)
    last, building = divmod(int(desk.alone.argmin()), desk.alone.shape[1])
    best, chain = float(desk.alone[last, building]), [last]
    for links in _links(desk):
        shut = np.where(links.passed, np.inf, desk.joins)
        shut[desk.each, links.home] = desk.home(links)
        shut += links.paid[:, None]
        end, at = divmod(int(shut.argmin()), shut.shape[1])
        if shut[end, at] < best:
            best, building, chain = float(shut[end, at]), at, links.back(end)
    if np.isfinite(best):
        until = number + int(draw.integers(*TENURE))
        tenants = some[chain]
        for tenant, goal in zip(tenants, [*state.where[tenants[1:]], building], strict=True):
            state.go(int(tenant), int(goal), until)


@dataclass(slots=True, eq=False)
class Desk:
    """What the moves of some tenants cost, in cost and in area too much.

    Parameters
    ----------
    state
        The placement.
    some, each
        The tenants, and their numbers here.
    at
        Their buildings.
    enters
        Tenants × tenants: the first takes the place of the second, who leaves; inf when barred or of one building.
    leaves
        A tenant leaves, and nobody comes.
    joins
        Tenants × buildings: it comes, and nobody leaves.
    alone
        Tenants × buildings: it moves, and nobody else.
    barred
        Tenants × buildings: may not go there.
    """

    state: State
    some: Ints
    each: Ints
    at: Ints
    enters: Floats
    leaves: Floats
    joins: Floats
    alone: Floats
    barred: Bools

    def home(self, links: Links) -> Floats:
        """Return what it costs that the last of each chain goes where its first came from."""
        state, at = self.state, links.home
        room = state.load[at] - state.posed.area[self.some[links.first], at]
        paid = (
            state.posed.cost[self.some, at]
            + state.fine(room + state.posed.area[self.some, at], at)
            - state.fine(room, at)
        )
        return np.where(self.barred[self.each, at], np.inf, paid)


@dataclass(slots=True, eq=False)
class Links:
    """The cheapest chain of one length found for each last tenant, which has left and is nowhere yet.

    Parameters
    ----------
    paid
        Cost so far.
    first, home
        Its first tenant, and the building that it came from.
    before
        The tenant that took the last one's place.
    passed
        Last tenants × buildings: touched already.
    shorter
        The chains that these ones lengthen.
    """

    paid: Floats
    first: Ints
    home: Ints
    before: Ints
    passed: Bools
    shorter: Links | None

    def back(self, end: int) -> list[int]:
        """Return the chain that ends with a tenant."""
        before = int(self.before[end])
        return [*(self.shorter.back(before) if self.shorter else [before]), end]


def _desk(state: State, some: Ints, number: int) -> Desk:
    """Return what the moves of some tenants cost."""
    at, each = state.where[some], np.arange(len(some))
    area, cost, barred = state.posed.area[some], state.posed.cost[some], state.barred[some] > number
    own, held, fine = cost[each, at], area[each, at], state.fine(state.load)
    barred[each, at] = True
    leaves = state.fine(state.load[at] - held, at) - fine[at] - own
    joins = np.where(barred, np.inf, cost + state.fine(state.load + area) - fine)
    enters = cost[:, at] - own + state.fine(state.load[at] - held + area[:, at], at) - fine[at]
    enters[barred[:, at]] = np.inf
    return Desk(state, some, each, at, enters, leaves, joins, leaves[:, None] + joins, barred)


def _links(desk: Desk) -> Iterator[Links]:
    """Return chains of two tenants, of three, and so on, no building touched twice."""
    begun = desk.leaves[:, None] + desk.enters
    before = begun.argmin(axis=0)
    passed = np.zeros(desk.joins.shape, dtype=np.bool_)
    passed[desk.each, desk.at] = passed[desk.each, desk.at[before]] = True
    links = Links(begun[before, desk.each], before, desk.at[before], before, passed, None)
    yield links
    for _ in range(LINKS - 2):
        longer = np.where(links.passed[:, desk.at], np.inf, links.paid[:, None] + desk.enters)
        before = longer.argmin(axis=0)
        passed = links.passed[before]
        passed[desk.each, desk.at] = True
        paid = longer[before, desk.each]
        links = Links(paid, links.first[before], links.home[before], before, passed, links)
        yield links


def _shake(state: State, relaxed: Relaxation, best: Ints | None, draw: np.random.Generator, number: int) -> None:
    """Go back to the best and move a few tenants, mostly where the relaxation would miss them little."""
    state.where = state.where if best is None else best.copy()
    state.load = state.posed.load(state.where)
    many = len(state.where)
    spread = 0.02 * max(float(np.ptp(relaxed.least[state.posed.allowed()])), 1.0)
    for tenant in draw.choice(many, max(1, int(SHAKEN * many)), replace=False):
        noisy = relaxed.least[tenant] + draw.exponential(spread, len(state.price))
        state.go(int(tenant), int(noisy.argmin()), number)
