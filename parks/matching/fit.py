"""Which tenant fits which unit, rule by rule, and how well."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks import schema, words
from parks.matching import chains, conflicts, criteria, verbs, zoning
from parks.matching import offers as offering
from parks.matching import waivers as waiving
from parks.matching import weights as weighing

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from numpy.typing import NDArray

    from parks.matching.conflicts import Board
    from parks.matching.criteria import Need, Reading
    from parks.matching.offers import Offers
    from parks.snapshot import Snapshot

COLUMNS = {
    "tenant_id": "string",
    "need_id": "string",
    "unit_id": "string",
    "building_id": "string",
    "zone_id": "string",
    "rule_id": "string",
    "criterion": "string",
    "verdict": "string",
    "hardness": "string",
    "need": "string",
    "offer": "string",
    "value": "Float64",
    "weight": "Float64",
    "floor": "Float64",
    "source": "string",
    "standing": "string",
    "waiver": "string",
    "waived_by": "string",
    "waived_on": "datetime64[s]",
}
"""Columns of `assess` and their dtypes."""
LISTS = ("failed", "unknown", "failed_soft", "weak", "waived")
RANKED = ("tenant_id", "need_id", "unit_id", "building_id", "zone_id", "verdict", "score", *LISTS)
"""Columns of `rank`; `LISTS` hold ids of rules."""
UNKNOWN_VALUE = 0.5
"""Value of a criterion whose offer is unknown, where the policy assumes none."""
FIRST = {"fits": 0, "unknown": 1, "unfit": 2}
STANDING = ("verdict", "misses", "weak")
"""Columns of `standing`, in the order in which they count."""


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """All that a need is held against.

    Parameters
    ----------
    offers
        What the units offer.
    rules
        Rows of the policy's rules, by id.
    requirements
        Requirements that can be compared.
    zones
        What the policy says of sectors in zones.
    there
        The conflicts, and who is in the park.
    chains
        Who holds space near what.
    unknown
        Value of an unknown criterion in the score.
    weights, floors
        Weight of every criterion, and the least value of those that have one.
    waivers
        Waivers in force, as `waivers.in_force` gives them.
    policy
        The Policy.
    """

    offers: Offers
    rules: tuple[Any, ...]
    requirements: list[Any]
    zones: zoning.Zoning
    there: Board
    chains: chains.Chains
    unknown: float
    weights: Mapping[str, float]
    floors: Mapping[str, float]
    waivers: list[Any]
    policy: Any


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The needs, and what they are held against: verdict and score of each on every unit, made when asked for.

    Parameters
    ----------
    needs
        The needs with their company's sector, in the order of the rows.
    desk
        What they are held against; its `offers` give the order of the units.
    """

    needs: list[Need]
    desk: Desk

    def of(self, row: int) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        """Return verdict (`verbs.UNFIT`, `FITS`, `UNKNOWN`; hard rules only) and score (0–1) of a need by unit."""
        return combined(readings(self.needs[row], self.desk), self.desk)


def desk(
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    *,
    weights: Mapping[str, float] | None = None,
    waivers: pd.DataFrame | None = None,
) -> Desk:
    """Return everything that needs are held against, made once for all of them; `weights`, `waivers` as in `assess`."""
    offers = offering.of(park, space)
    chosen = weighing.of(rules, weights, park)
    table = rules.rules.assign(weight=[chosen[rule_id] for rule_id in rules.rules["rule_id"]])
    return Desk(
        offers=offers,
        rules=tuple(table.sort_values("rule_id").itertuples()),
        requirements=zoning.requirements(rules),
        zones=replace(zoning.plan(rules), weight=chosen[zoning.RULE]),
        there=replace(conflicts.board(park, rules, offers), weight=chosen[conflicts.SOFT]),
        chains=chains.plan(park, rules, offers, chosen[chains.RULE]),
        unknown=zoning.assumption(rules, "weight.unknown", UNKNOWN_VALUE),
        weights=chosen,
        floors=weighing.floors(rules, chosen),
        waivers=waiving.in_force(waivers, park),
        policy=rules,
    )


def needs_of(park: Snapshot, rules: Any, need_ids: Iterable[str] | None = None) -> list[Need]:  # noqa: ANN401 - the Policy
    """Return needs by id with sector_code and the sector's parent; all of them when no ids are given."""
    chosen = park.needs if need_ids is None else park.needs[park.needs["need_id"].isin(list(need_ids))]
    joined = chosen.merge(park.tenants[["tenant_id", "sector_code"]], on="tenant_id", how="left")
    parents = dict(zip(rules.sectors["sector_code"], rules.sectors["parent"], strict=True))
    joined["parent"] = joined["sector_code"].map(parents)
    return [{str(name): cell for name, cell in row.items()} for row in joined.to_dict("records")]


def readings(need: Need, at: Desk) -> list[Reading]:
    """Return every rule that applies to a need, read over all units, in the order of their ids by kind."""
    table = [criteria.technical(need, at.offers, rule) for rule in at.rules]
    by_column = {rule.need_column: rule for rule in reversed(at.rules)}
    read = [
        *criteria.free(need, at.offers),
        *(one for one in table if one is not None),
        zoning.reading(need, at.offers, at.zones),
        *zoning.required(need, at.offers, at.requirements, by_column, at.weights[zoning.REQUIREMENT]),
        *conflicts.readings(need, at.offers, at.there),
    ]
    near = chains.reading(need, at.offers, at.chains)
    read += [] if near is None else [near]
    return [waiving.applied(one, str(need["tenant_id"]), at.offers, at.waivers) for one in read]


def assess(
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    tenant_id: str,
    *,
    weights: Mapping[str, float] | None = None,
    waivers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return one row a need of the tenant × unit × rule.

    Parameters
    ----------
    park, rules
        Snapshot and Policy.
    space
        `vacancy.by_unit(park)`.
    tenant_id
        The company.
    weights
        Criterion → weight that stands in for the snapshot's and the policy's (`weights.of` names the criteria).
    waivers
        Rows of the table of that name, None: the snapshot's. Those made after its day are not yet in force.

    Returns
    -------
    DataFrame
        tenant_id need_id unit_id building_id zone_id rule_id criterion (that holds weight and floor) verdict (fits,
        unfit, unknown, waived) hardness (hard, soft) need offer (as shown; NA unknown) value (0–1, NA unknown or not
        scored) weight floor (least value, NA none) source standing (the worst of rule, need and unit) waiver (its
        reason) waived_by waived_on. A rule that the need says nothing about has no row.

    Raises
    ------
    KeyError
        When there is no such tenant, or a weight is given for no criterion.
    ValueError
        When a weight is negative or no number; as `InvalidData` when a waiver lacks its reason, name, day or place.
    """
    if not (park.tenants["tenant_id"] == tenant_id).any():
        raise KeyError(tenant_id)
    return against(desk(park, rules, space, weights=weights, waivers=waivers), park, tenant_id)


def against(at: Desk, park: Snapshot, tenant_id: str) -> pd.DataFrame:
    """Return `assess` of a tenant against what is made already: most of the work does not depend on the company."""
    asked = park.needs.loc[park.needs["tenant_id"] == tenant_id, "need_id"]
    parts = [_rows(need, read, at) for need in needs_of(park, at.policy, asked) for read in readings(need, at)]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return frame.reindex(columns=list(COLUMNS)).astype(COLUMNS)


def _rows(need: Need, read: Reading, at: Desk) -> pd.DataFrame:
    frame = at.offers.frame
    known = list(schema.STANDINGS)
    ranks = [pd.Index(known).get_indexer(pd.Index(cells)) for cells in (frame["standing"], read.standings())]
    ranks.append(np.full(len(frame), known.index(need["standing"]) if need["standing"] in known else -1))
    worst = np.max([np.where(rank < 0, len(known) - 1, rank) for rank in ranks], axis=0)
    same = np.zeros(len(frame), dtype=np.int64)  # one text in all rows: taken, since making it row by row takes longer
    rows = pd.DataFrame(
        {
            "tenant_id": pd.array([need["tenant_id"]], dtype="string").take(same),
            "need_id": pd.array([need["need_id"]], dtype="string").take(same),
            "unit_id": frame["unit_id"],
            "building_id": frame["building_id"],
            "zone_id": frame["zone_id"],
            "rule_id": pd.array([read.rule_id], dtype="string").take(same),
            "criterion": pd.array([read.criterion()], dtype="string").take(same),
            "verdict": pd.array(verbs.VERDICTS, dtype="string").take(read.verdict),
            "hardness": pd.array(["soft", "hard"], dtype="string").take(read.hard.astype(np.int64)),
            "need": pd.array([read.need or pd.NA], dtype="string").take(same),
            "offer": read.offer().reset_index(drop=True),
            "value": pd.array(read.value, dtype="Float64"),
            "weight": read.weight,
            "floor": at.floors.get(read.criterion(), np.nan),
            "source": pd.array(read.sources(), dtype="string"),
            "standing": pd.array(known, dtype="string").take(worst),
        }
    )
    made = read.waived or {}
    for name, cell in (("waiver", "reason"), ("waived_by", "by"), ("waived_on", "day")) if made else ():
        rows[name] = rows.index.map({number: getattr(waiver, cell) for number, waiver in made.items()})
    return rows if read.applies is None else rows[read.applies]


def rank(assessed: pd.DataFrame, unknown: float = UNKNOWN_VALUE) -> pd.DataFrame:
    """Return one row a need × unit: what fits by score, then what is unknown, then what is unfit by fewest misses.

    Within each of these the places that keep every floor come first, those weak in a criterion after them.

    Parameters
    ----------
    assessed
        What `assess` returned, or some of its units.
    unknown
        Value of a criterion whose offer is unknown (assumption ``weight.unknown``).

    Returns
    -------
    DataFrame
        tenant_id need_id unit_id building_id zone_id verdict score, and lists of rule ids: failed (hard misses)
        unknown (unknown rules) failed_soft (soft misses) weak (a value under its floor, hard misses left out) waived
        (hard rules waived for the pair). Verdict unfit with a hard miss, else unknown with a hard unknown, else fits.

    Notes
    -----
    The score is the mean of the rules' values by their weights. Every value depends on the need and its one unit alone,
    never on the other options: taking an option away leaves all others as they are, in score, floor and order.
    """
    keys = ["tenant_id", "need_id", "unit_id", "building_id", "zone_id"]
    rows = assessed.reset_index(drop=True)
    worth = rows["value"].fillna(unknown).to_numpy(dtype=np.float64) * rows["weight"].to_numpy(dtype=np.float64)
    group = rows.groupby(["need_id", "unit_id"], sort=True)
    number: NDArray[np.int64] = np.asarray(group.ngroup(), dtype=np.int64)
    count = group.ngroups
    first = rows.loc[~rows.duplicated(["need_id", "unit_id"]), keys].set_axis(
        number[~rows.duplicated(["need_id", "unit_id"]).to_numpy()], axis=0
    )
    weights = _sums(number, rows["weight"].to_numpy(dtype=np.float64), count)
    total = _sums(number, worth, count)
    hard = (rows["hardness"] == "hard").to_numpy()
    is_ = {code: (rows["verdict"] == code).to_numpy() for code in verbs.VERDICTS}
    low = (rows["value"] < rows["floor"] * (1 - verbs.SLACK)).to_numpy(dtype=bool, na_value=False)
    masks = (hard & is_["unfit"], is_["unknown"], ~hard & is_["unfit"], low & ~(hard & is_["unfit"]), is_["waived"])
    lists = {name: _ids(rows, number, count, mask) for name, mask in zip(LISTS, masks, strict=True)}
    hard_open = _sums(number, (hard & is_["unknown"]).astype(np.float64), count) > 0
    said = np.where(lists["failed"].map(len) > 0, "unfit", np.where(hard_open, "unknown", "fits"))
    result = first.sort_index().assign(
        verdict=pd.array(said.tolist(), dtype="string"), score=_mean(total, weights, unknown), **lists
    )
    order = standing(result).assign(
        score=-result["score"].round(9), unit_id=result["unit_id"].astype(object), need_id=result["need_id"]
    )
    by = [*STANDING, "score", "unit_id", "need_id"]
    return result.loc[order.sort_values(by).index].reset_index(drop=True)


def standing(ranked: pd.DataFrame) -> pd.DataFrame:
    """Return what goes before the score in the order of places, as numbers: verdict, hard misses, weak in a criterion.

    Parameters
    ----------
    ranked
        Rows of `rank`; the index is kept.
    """
    return pd.DataFrame(
        {
            "verdict": ranked["verdict"].map(FIRST).astype("int64"),
            "misses": ranked["failed"].map(len).astype("int64"),
            "weak": ranked["weak"].map(len).astype("int64") > 0,
        }
    )


def unbarred(assessed: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the places without a hard miss; these stand before all others, whatever the scores."""
    number = np.asarray(assessed.groupby(["need_id", "unit_id"], sort=False).ngroup(), dtype=np.int64)
    missed = ((assessed["hardness"] == "hard") & (assessed["verdict"] == "unfit")).to_numpy(dtype=bool)
    return pd.DataFrame(assessed[np.bincount(number, weights=missed)[number] == 0])


def _sums(number: NDArray[np.int64], amount: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    return np.bincount(number, weights=amount, minlength=count).astype(np.float64)


def _mean(total: NDArray[np.float64], weights: NDArray[np.float64], unknown: float) -> NDArray[np.float64]:
    return np.where(weights > 0, total / np.where(weights > 0, weights, 1), unknown)


def _ids(rows: pd.DataFrame, number: NDArray[np.int64], count: int, mask: NDArray[np.bool_]) -> pd.Series[Any]:
    lists: list[list[str]] = [[] for _ in range(count)]
    for group, rule in zip(number[mask].tolist(), rows["rule_id"].to_numpy(dtype=object)[mask], strict=True):
        lists[group].append(str(rule))
    return pd.Series(lists, dtype=object)


def pairs(
    park: Snapshot,
    rules: Any,  # noqa: ANN401 - the Policy
    space: pd.DataFrame,
    need_ids: Iterable[str] | None = None,
    *,
    weights: Mapping[str, float] | None = None,
    waivers: pd.DataFrame | None = None,
) -> Pairs:
    """Return many needs to be held against all units: the same figures as `rank`, without its rows."""
    return Pairs(needs_of(park, rules, need_ids), desk(park, rules, space, weights=weights, waivers=waivers))


def combined(
    read: list[Reading], at: Desk, without: Container[str] = ()
) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return verdict by the hard rules (leaving out the rules `without`) and score of each unit, from the readings."""
    units = len(at.offers.frame)
    unfit, open_ = np.zeros(units, dtype=np.bool_), np.zeros(units, dtype=np.bool_)
    total, weights = np.zeros(units), np.zeros(units)
    for one in read:
        weight = one.weight if one.applies is None else one.weight * one.applies
        total += weight * np.where(np.isnan(one.value), at.unknown, one.value)
        weights += weight
        if one.rule_id not in without:
            unfit |= one.hard & (one.verdict == verbs.UNFIT)
            open_ |= one.hard & (one.verdict == verbs.UNKNOWN)
    return criteria.judged(~unfit, open_ & ~unfit), _mean(total, weights, at.unknown)


def rule_names(rules: Any, lang: str) -> dict[str, str]:  # noqa: ANN401 - the Policy
    """Return the name of every rule, requirement, conflict and criterion by its id, in ``zh`` or ``en``."""
    t = words.translator(lang)
    names = {
        "free": t("Comes free"),
        "term": t("Free for the whole term"),
        zoning.RULE: t("Zone policy for the sector"),
        zoning.REQUIREMENT: t("What is usual for the sector"),
        conflicts.SOFT: t("Conflicts of uses that count against a place"),
        chains.RULE: t("Near its chain"),
    }
    names |= dict(zip(rules.rules["rule_id"], rules.rules[f"name_{lang}"], strict=True))
    names |= dict(zip(rules.conflicts["conflict_id"], rules.conflicts[f"rule_{lang}"], strict=True))
    said = zip(rules.requirements["req_id"], rules.requirements[f"name_{lang}"], strict=True)
    return names | {req_id: t("Usual for the sector: {name}", name=name) for req_id, name in said}
