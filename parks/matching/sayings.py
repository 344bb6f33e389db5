"""How places, companies and verdicts are said to a reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parks.matching import chains, verbs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from parks.matching.allocation import Case, Plan
    from parks.matching.conflicts import Conflict
    from parks.matching.criteria import Reading
    from parks.snapshot import Snapshot
    from parks.words import Translate

    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """What the sentences are made from.

    Parameters
    ----------
    park, posed
        Snapshot, and the problem of the open needs.
    plan, chosen
        The plan, and the numbers of its columns.
    names
        Names of the rules in the reader's language.
    t
        Says a sentence in the reader's language.
    """

    park: Snapshot
    posed: Case
    plan: Plan
    chosen: Ints
    names: dict[str, str]
    t: Translate


def language(t: Translate) -> str:
    """Return the language that a translator speaks, by the name of the column that holds names in it."""
    return t("name_en").rpartition("_")[2]


def where(at: Desk, units: Ints) -> str:
    """Return a place (sorted numbers of its units) as buildings and units."""
    frame = at.posed.pairs.desk.offers.frame.iloc[units]
    said = []
    for building, rows in frame.groupby("building_id", sort=False):
        row = at.park.buildings.loc[at.park.buildings["building_id"] == building].iloc[0]
        name = row["name_zh"] if verbs.empty(row[at.t("name_en")]) else row[at.t("name_en")]
        ends = [str(unit) for unit in rows["unit_id"].iloc[[0, -1]].drop_duplicates()]
        said.append(f"{name} ({'–'.join(ends)})")
    return " + ".join(said)


def companies(park: Snapshot, ids: list[str], t: Translate) -> str:
    """Return the names of companies, by id where a name is not known."""
    rows = park.tenants.set_index("tenant_id").reindex(ids)
    names = rows[t("name_en")].fillna(rows["name_zh"])
    return ", ".join(tenant_id if verbs.empty(name) else str(name) for tenant_id, name in zip(ids, names, strict=True))


def reason(park: Snapshot, read: Reading, at: int, conflict: Conflict | None, t: Translate) -> str:
    """Return why one unit answers one rule or not, with need, offer and source; `conflict` when the rule is one."""
    verdict, offer = read.verdict[at], read.offer().iloc[at]
    waiver, have = (read.waived or {}).get(at), "" if verbs.empty(offer) else str(offer)
    if conflict is not None:
        told = verbs.UNFIT if waiver else verdict
        sentence = _place(conflict, told, have, t) if conflict.b is None else _meeting(park, conflict, told, have, t)
    elif read.rule_id == chains.RULE:
        sentence = _near(park, verdict, read.need, have, t)
    else:
        sentence = _answer(verdict, worded(read.need, t), worded(have, t), t)
    parts = [sentence, waived(waiver, t) if waiver else "", _source(str(read.sources()[at]), t)]
    return " ".join(part for part in parts if part)


def _answer(verdict: int, need: str, have: str, t: Translate) -> str:
    if verdict == verbs.UNKNOWN:
        return t("Asked: {need}. What is offered is not known: find out.", need=need)
    if verdict == verbs.WAIVED and not have:
        return t("Asked: {need}. What is offered is not known.", need=need)
    if not have:
        return t("Asked: {need}. There is no end or limit on the offer.", need=need)
    if verdict == verbs.FITS:
        return t("Asked: {need}. Offered: {offer}.", need=need, offer=have)
    return t("Asked: {need}. Offered: {offer}, which does not answer it.", need=need, offer=have)


def waived(waiver: Any, t: Translate) -> str:  # noqa: ANN401 - a row of the waivers
    """Return who waived a rule, when and why."""
    return t(
        "Waived by {who} on {day}: {reason}.", who=waiver.by, day=waiver.day.date(), reason=waiver.reason.rstrip(".。")
    )


def _near(park: Snapshot, verdict: int, need: str, have: str, t: Translate) -> str:
    if verdict == verbs.UNKNOWN:
        buildings = have.replace(";", ", ")
        return t("Whether its chain is near is not known: no place on the map for {buildings}.", buildings=buildings)
    if verdict == verbs.UNFIT:
        return t("Nobody of its chain is within reach ({need}).", need=need)
    company, _, where = have.rpartition(";")
    return t(
        "Nearest of its chain: {company}, {where}.",
        company=companies(park, [company], t),
        where=worded(where, t),
    )


def _place(conflict: Conflict, verdict: int, near: str, t: Translate) -> str:
    if conflict.of_buildings:
        return _buildings(verdict, near.replace(";", ", "), t)
    if verdict == verbs.FITS:
        return t("The building does not rule it out.")
    if verdict == verbs.UNFIT:
        return t("The building itself rules it out.")
    return t("Whether the building rules it out is not known: find out.")


def _buildings(verdict: int, near: str, t: Translate) -> str:
    if verdict == verbs.FITS:
        return t("No such building is as near.")
    if verdict == verbs.UNFIT:
        return t("Too near: {buildings}.", buildings=near)
    if near:
        return t("Perhaps such a building, and near: {buildings}. A person has to decide.", buildings=near)
    return t("Whether such a building is near is not known: not every building has its place on the map.")


def _meeting(park: Snapshot, conflict: Conflict, verdict: int, who: str, t: Translate) -> str:
    names = companies(park, [name for name in who.split(";") if name], t)
    beside = conflict.scope in {"neighbouring", "distance"}
    if verdict == verbs.FITS:
        return (
            t("Nobody of the other use is near when it would begin.")
            if beside
            else t("Nobody of the other use is there when it would begin.")
        )
    if verdict == verbs.UNFIT:
        return (
            t("Near already: {companies}.", companies=names)
            if beside
            else t("There already: {companies}.", companies=names)
        )
    if not names:
        return t("Whether the other use is near is not known: not every building has its place on the map.")
    if beside:
        return t("Perhaps near, or perhaps of the other use: {companies}. A person has to decide.", companies=names)
    return t("There already, and perhaps of the other use: {companies}. A person has to decide.", companies=names)


def _source(source: str, t: Translate) -> str:
    return t("Source: {source}.", source=source) if source else ""


def worded(text: str, t: Translate) -> str:
    """Return a shown cell with its code words in the reader's language."""
    known = {
        "yes": t("yes"),
        "no": t("no"),
        "core": t("core"),
        "supported": t("supported"),
        "neutral": t("neutral"),
        "unsuitable": t("unsuitable"),
        "stated": t("stated"),
        "stated_class": t("stated for its class"),
        "stated_join": t("stated by two clauses together"),
        "inferred": t("inferred"),
        "research": t("research"),
        "incubation": t("incubation"),
        "pilot": t("pilot"),
        "production": t("production"),
        "headquarters": t("headquarters"),
        "warehouse": t("warehouse"),
        "same_building": t("in the same building"),
        "same_park": t("in the same park"),
        "months": t("months"),
        "level": t("level"),
    }
    return re.sub(r"\b[a-z_]+\b", lambda match: known.get(match[0], match[0]), text)
