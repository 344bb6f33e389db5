"""What 1,000 m² more would be worth in each zone, kind and quarter: real floors copied, the plan solved anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks import schema
from parks.matching import allocation, copies, fit, sayings, solver
from parks.matching import pins as pinning

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from parks.matching.allocation import Case, Plan, Trail
    from parks.snapshot import Snapshot
    from parks.words import Translate

    Floats = NDArray[np.float64]
    Cell = tuple[int, int]

UNIT_M2 = 1_000.0
"""Area that the worth is told for."""
QUARTERS = 8
"""Quarters of the programme at most."""
HURRY = 0.5
"""Seconds for the first quarter of each template, before the most promising cells are taken one by one."""
SPELL = 2.0
"""Seconds that a cell gets at least while there are any."""
COLUMNS = {
    "zone_id": "string",
    "kind": "string",
    "quarter": "string",
    "building_id": "string",
    "floor_ids": "object",
    "area_m2": "Float64",
    "worth": "Float64",
    "least": "Float64",
    "most": "Float64",
    "how": "string",
    "comes_in": "object",
    "goes_out": "object",
    "sentence": "string",
}
"""Columns of `of` and their dtypes."""
LISTS = ("floor_ids", "comes_in", "goes_out")
"""Columns that hold tuples of ids."""


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """What every cell is solved with.

    Parameters
    ----------
    park, rules, space
        Snapshot and units with all copies in them, and the Policy.
    whole
        Every need on all of these units.
    added
        Buildings of the copies, by number of the template and of the quarter.
    plan, given, trail
        The plan without any of them, its case, and what it leaves for the next.
    wishes
        Pins, bans and quotas, as `allocation.allocate` takes them.
    steps
        Nodes of each exact search instead of seconds.
    """

    park: Snapshot
    rules: Any
    space: pd.DataFrame
    whole: Case
    added: dict[Cell, str]
    plan: Plan
    given: Case
    trail: Trail
    wishes: dict[str, pd.DataFrame | None]
    steps: int | None


@dataclass(slots=True, eq=False)
class Ranges:
    """What is known so far of the gain of the whole plan by one copy (templates × quarters), in weighted m².

    Parameters
    ----------
    least, most
        What the gain lies within.
    plans
        The newest plan of the cells that one was made for.
    solved
        Cells that were solved, not only bounded.
    close
        Width at which a range counts as one number: rounding of two proved plans.
    """

    least: Floats
    most: Floats
    plans: dict[Cell, Plan]
    solved: set[Cell]
    close: float

    def note(self, cell: Cell, plan: Plan, without: Plan) -> None:
        """Take in the plan of a cell: nothing is worth more later than earlier (docs/matching.md)."""
        row, column = cell
        self.plans[cell] = plan
        least, most = self.least[row, : column + 1], self.most[row, column:]
        np.maximum(least, plan.value - without.bound, out=least)
        np.minimum(most, plan.bound - without.value, out=most)

    def exact(self) -> NDArray[np.bool_]:
        """Return of which cells the gain is known."""
        return self.most - self.least <= self.close

    def best(self, cell: Cell) -> Plan | None:
        """Return the best plan of a cell or of a later quarter: that could be carried out in this one too."""
        row, column = cell
        later = [self.plans[row, at] for at in range(column, self.most.shape[1]) if (row, at) in self.plans]
        return max(later, key=lambda plan: plan.value, default=None)


def of(  # noqa: PLR0913 - each is a word of the planner
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    plan: Plan,
    given: Case,
    t: Translate,
    *,
    quarters: Sequence[str] | None = None,
    size_m2: float = UNIT_M2,
    budget: float = 60.0,
    count: int | None = None,
    steps: int | None = None,
    wishes: dict[str, pd.DataFrame] | None = None,
    progress: Callable[[int, int], bool | None] | None = None,
) -> pd.DataFrame:
    """Return what the plan would be worth more with 1,000 m² more, by zone, kind of building and quarter.

    Parameters
    ----------
    park, rules, space
        What the plan was made from.
    plan, given
        Plan of `allocation.allocate`, and its `allocation.case`.
    t
        Says the sentences in the reader's language.
    quarters
        Such as ``2027-Q1``; those of the programme that are not over when none are given.
    size_m2
        Area that the copies come near to; what they are worth is scaled to 1,000 m².
    budget
        Seconds for solving cells one by one, the most promising first, after a short look at all of them.
    count
        How many cells are solved at most.
    steps
        Nodes of each exact search instead of seconds: the same answer on every machine.
    wishes
        ``pins``, ``bans`` as `allocation.allocate` took them. Quotas are those of the plan, at the area that they
        ask today or come nearest to.
    progress
        Called with how many cells are settled, and of how many; returning True stops.

    Returns
    -------
    DataFrame
        zone_id kind quarter building_id floor_ids area_m2 (what was copied), worth (weighted m² per 1,000 m²) and
        least and most, between which the difference of the best plans surely lies; how; comes_in goes_out (companies
        that only the plan with it, or only the plan without it, places) sentence.
        `how`: ``exact``; ``between`` when a plan is known that is worth more, or none was found, but not proved to be
        best (worth: of the best plan found); ``at_most`` (worth NA) when none is known and it was not solved.
        NA where there is no floor to copy.

    Raises
    ------
    ValueError
        When the plan is not of this case.
    """
    names = copies.programme(rules, park.day, QUARTERS) if quarters is None else sorted(set(quarters))
    templates = copies.templates(park, space, size_m2)
    bench = _bench(park, rules, space, plan, given, (templates, names), wishes or {}, steps)
    ranges = _estimated(bench, len(templates), len(names))
    clock = solver.Clock(budget, steps, None)
    _narrow(bench, ranges, templates["area_m2"].to_numpy(dtype=np.float64), clock, count, progress)
    return _told(bench, ranges, templates, names, t)


def _bench(
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    plan: Plan,
    given: Case,
    more: tuple[pd.DataFrame, Sequence[str]],
    wishes: dict[str, pd.DataFrame],
    steps: int | None,
) -> Bench:
    if plan.trail is None or plan.trail.columns is not given.problem.columns:
        message = "the plan is not of this case"
        raise ValueError(message)
    park, space, added = copies.added(park, space, *more)
    desk, needs = given.pairs.desk, [need["need_id"] for need in given.pairs.needs]
    waivers = pd.DataFrame(desk.waivers)
    pairs = fit.pairs(park, rules, space, needs, weights=desk.weights, waivers=waivers)
    asked = {"pins": wishes.get("pins"), "bans": wishes.get("bans"), "quotas": _quotas(plan)}
    return Bench(park, rules, space, allocation.pose(pairs), added, plan, given, plan.trail, asked, steps)


def _quotas(plan: Plan) -> pd.DataFrame:
    """Return the quotas of a plan as areas: a share of more space would be another quota.

    One without a price that the plan cannot keep asks for what the plan comes to: both plans are measured alike.
    """
    frame = plan.quotas
    given_up = frame["missing_m2"].where(frame["price"].isna(), 0.0)
    area = frame["asked_m2"] + given_up.where(frame["sense"] == "at_most", -given_up)
    return frame[["quota_id", "zone_id", "sectors", "sense", "price"]].assign(area_m2=area.clip(lower=0.0))


def _estimated(bench: Bench, templates: int, quarters: int) -> Ranges:
    """Return the ranges after a short look at every template in the first quarter, its relaxation solved in full."""
    wide = (templates, quarters)
    close = 2 * solver.PROOF * (1 + abs(bench.plan.bound))
    ranges = Ranges(np.zeros(wide), np.full(wide, np.inf), {}, set(), close)
    for row in range(templates if quarters else 0):
        ranges.note((row, 0), _solved(bench, (row, 0), np.inf, hurried=True), bench.plan)
    return ranges


def _narrow(
    bench: Bench,
    ranges: Ranges,
    area: Floats,
    clock: solver.Clock,
    count: int | None,
    progress: Callable[[int, int], bool | None] | None,
) -> None:
    """Solve the cells that could be worth most a m² until all are known, or time or count is used up.

    Of equals the last quarter comes first: when it is worth as much as the first, so are those between.
    """
    while not clock.over() and (count is None or len(ranges.solved) < count):
        exact = ranges.exact()
        if progress is not None and progress(int(exact.sum()), exact.size):
            break
        open_ = [(int(row), int(column)) for row, column in np.argwhere(~exact)]
        open_ = [cell for cell in open_ if cell not in ranges.solved]
        if not open_:
            break
        cell = min(open_, key=lambda at: (-round(ranges.most[at] / area[at[0]], 9), -at[1], at[0]))
        spell = min(clock.left(), max(SPELL, clock.left() / len(open_)))
        ranges.solved.add(cell)
        ranges.note(cell, _solved(bench, cell, spell), bench.plan)


def _solved(bench: Bench, cell: Cell, budget: float, *, hurried: bool = False) -> Plan:
    """Return the plan with one copy; `hurried` stops it `HURRY` seconds after it began, but not its relaxation."""
    posed, clock = _posed(bench, bench.added[cell]), solver.Clock(HURRY, None, None)
    return allocation.allocate(
        bench.park,
        bench.rules,
        bench.space,
        budget=budget,
        steps=bench.steps,
        progress=(lambda _value, _bound: clock.over()) if hurried and bench.steps is None else None,
        given=posed,
        before=_begun(bench, posed, bench.added[cell]),
        pins=bench.wishes["pins"],
        bans=bench.wishes["bans"],
        quotas=bench.wishes["quotas"],
    )


def _posed(bench: Bench, building: str) -> Case:
    """Return the problem with one copy: without the placements on the others."""
    whole, others = bench.whole, set(bench.added.values()) - {building}
    strange = whole.pairs.desk.offers.frame["building_id"].isin(others).to_numpy(dtype=bool).astype(np.float64)
    return replace(whole, problem=whole.problem.only(np.flatnonzero(whole.problem.columns.sums(strange) == 0)))


def _begun(bench: Bench, posed: Case, building: str) -> Plan | None:
    """Return the plan without the copy as one of the case with it; None where its placements are not all there."""
    columns, old, trail = posed.problem.columns, bench.given.problem.columns, bench.trail
    ban = pd.DataFrame({"building_id": [building]})
    rows = pinning.read(posed.pairs, posed.problem, None, ban).allowed
    same = len(rows) == len(old) and np.array_equal(columns.need[rows], old.need)
    if not (same and np.allclose(columns.value[rows], old.value)):
        return None
    new = np.setdiff1d(np.arange(len(columns)), rows)
    return replace(bench.plan, trail=allocation.Trail(columns, np.append(rows[trail.used], new), rows[trail.chosen]))


def _told(bench: Bench, ranges: Ranges, templates: pd.DataFrame, names: Sequence[str], t: Translate) -> pd.DataFrame:
    copied = templates.to_dict("records")
    numbers = {(row["zone_id"], row["kind"]): number for number, row in enumerate(copied)}
    exact, rows = ranges.exact(), []
    kinds = schema.columns("buildings")["use_type"].values  # noqa: PD011 - the choices of a column
    zones = bench.rules.zones.set_index("zone_id")[t("name_en")]
    for zone in bench.rules.zones["zone_id"]:
        for kind in kinds:
            number = numbers.get((zone, kind))
            for column, quarter in enumerate(names):
                row: dict[str, Any] = {"zone_id": zone, "kind": kind, "quarter": quarter} | dict.fromkeys(LISTS, ())
                if number is not None:
                    row |= {str(name): cell for name, cell in copied[number].items()}
                    row |= _figures(bench, ranges, (number, column), row["area_m2"], known=bool(exact[number, column]))
                row["sentence"] = _sentence(bench, row, str(zones[zone]), t)
                rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _figures(bench: Bench, ranges: Ranges, cell: Cell, area: float, *, known: bool) -> dict[str, Any]:
    """Return worth, its range, how it was told, and who would come in and go out."""
    scale = UNIT_M2 / area
    least, most = float(ranges.least[cell]), float(ranges.most[cell])
    found: dict[str, Any] = {"least": least * scale, "most": max(least, most) * scale}
    how = "exact" if known else "between" if cell in ranges.solved or least > ranges.close else "at_most"
    if how == "at_most":
        return found | {"how": how}
    plan = ranges.best(cell)
    if plan is None or plan.value - bench.plan.value <= ranges.close:
        return found | {"how": how, "worth": 0.0}
    placed, before = set(plan.placed), set(bench.plan.placed)
    return found | {
        "how": how,
        "worth": (plan.value - bench.plan.value) * scale,
        "comes_in": tuple(sorted(placed - before)),
        "goes_out": tuple(sorted(before - placed)),
    }


def _sentence(bench: Bench, row: dict[str, Any], zone: str, t: Translate) -> str:
    kind = sayings.worded(row["kind"], t)
    if "how" not in row:
        return t("{zone}: no {kind} floor of known area is on record that could be copied.", zone=zone, kind=kind)
    cells = {"zone": zone, "kind": kind, "quarter": row["quarter"]}
    cells |= {name: f"{row[name]:,.0f}" for name in ("area_m2", "worth", "least", "most") if name in row}
    if row["how"] == "at_most":
        said = t(
            "{zone}: {area_m2} m² more {kind} space from {quarter} on would be worth at most {most} per 1,000 m².",
            **cells,
        )
    elif row["how"] == "between":
        said = t(
            "{zone}: {area_m2} m² more {kind} space from {quarter} on would be worth between {least} and {most} per "
            "1,000 m².",
            **cells,
        )
    elif row["worth"]:
        said = t(
            "{zone}: {area_m2} m² more {kind} space from {quarter} on would be worth {worth} per 1,000 m².", **cells
        )
    else:
        said = t("{zone}: {area_m2} m² more {kind} space from {quarter} on would add nothing to the plan.", **cells)
    come, go = (sayings.companies(bench.park, list(row[name]), t) for name in ("comes_in", "goes_out"))
    parts = [said, t("Would come in: {companies}.", companies=come) if come else ""]
    return " ".join(part for part in [*parts, t("Would fall out: {companies}.", companies=go) if go else ""] if part)
