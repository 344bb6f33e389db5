"""The vacancy desk without a screen: search by need, holds, rollover against demand, absorption."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import TYPE_CHECKING

import pandas as pd

from parks.output import misses
from parks.status import absorption as absorptions
from parks.status import holds, vacancy
from parks.status import rollover as rollovers
from parks.status import search as searches
from parks.verbs import printing, status

if TYPE_CHECKING:
    from collections.abc import Callable

    from parks.snapshot import Snapshot
    from parks.store import Store
    from parks.verbs.session import Session


def search(session: Session) -> int:
    """Print the places that answer a need, and near misses with what each misses; 1 when there is no hit."""
    park, rules = session.park(session.store()), session.rules()
    for zone in set(session.options.zones) - set(rules.zones["zone_id"]):
        message = session.t("There is no such zone: {zone}.", zone=zone)
        mend = session.t("Use one of: {zones}.", zones=", ".join(sorted(rules.zones["zone_id"])))
        raise session.refuse(message, mend, option="--zone", value=zone)
    found = searches.find(
        park, session.space(park), asked(session), near=session.options.near, counted_in=status.counted_in(rules)
    )
    if found.empty:
        printing.say(session.t("No free place answers this, and none misses two conditions or fewer. Ask for less."))
    names = dict(zip(rules.zones["zone_id"], rules.zones[f"name_{session.lang}"], strict=True))
    pairs = zip(found["missed"], found["unknown"], strict=True)
    says = [misses.told(missed, unknown, session.lang, names) for missed, unknown in pairs]
    told = found.assign(says=says)
    session.out(told if session.form == "json" else told.drop(columns=["missed", "unknown", "park_id"]))
    return 0 if (found["verdict"] == searches.HIT).any() else 1


def asked(session: Session) -> searches.Asked:
    """Return what the options ask for."""
    options = session.options
    least, most = options.area
    same = [one.name for one in fields(searches.Asked) if one.name not in {"area_min_m2", "area_max_m2", "zones"}]
    given = {name: getattr(options, name) for name in same}
    return searches.Asked(area_min_m2=least, area_max_m2=most, zones=tuple(options.zones), **given)


def hold(session: Session) -> int:
    """List the holds, or place, prolong or release some."""
    held, options = session.store(), session.options
    acts: dict[str, Callable[[Session, Store, Snapshot], int]] = {
        "place": _place,
        "prolong": _prolong,
        "release": _release,
    }
    if options.act in acts:
        if not options.ids or not options.reason.strip():
            t = session.t
            mend = t("Name what is meant and say why with --reason.")
            raise session.refuse(t("Ids or the reason are missing."), mend, option="ID", value=" ".join(options.ids))
        change = acts[options.act](session, held, session.park(held, options.scenario))
        printing.fields({"change": change}, session.form, session.t)
        return 0
    park = held.whole(session.day(held), options.scenario)
    found = holds.lapsed(park, vacancy.by_unit(park)) if options.act == "lapsed" else holds.current(park)
    session.out(found)
    return 0


def _place(session: Session, held: Store, park: Snapshot) -> int:
    options, t = session.options, session.t
    if options.until is None or not options.tenant:
        mend = t("Give --tenant, and with --until the first day on which it no longer holds.")
        raise session.refuse(t("A hold needs a company and an end."), mend, option="--until", value=options.until or "")
    return held.place(
        options.ids,
        options.tenant,
        valid_from=options.begin or park.day,
        valid_to=options.until,
        state=options.state,
        reason=options.reason,
        by=session.who,
        scenario=options.scenario,
    )


def _prolong(session: Session, held: Store, park: Snapshot) -> int:
    options, meant = session.options, _meant(session, park)
    if options.until is None:
        mend = session.t("Give the new end with --until: the first day on which it no longer holds.")
        raise session.refuse(session.t("The new end is missing."), mend, option="--until", value="")
    return held.place_all(
        longer(meant, options.until), reason=options.reason, by=session.who, scenario=options.scenario
    )


def _meant(session: Session, park: Snapshot) -> pd.DataFrame:
    """Return the holds whose lease ids are given; what is no hold that runs is refused: leases are not our matter."""
    ids, found = session.options.ids, holds.current(park)
    meant = found[[bool(set(ids) & set(mine)) for mine in found["lease_ids"]]]
    unknown = sorted(set(ids) - {one for mine in meant["lease_ids"] for one in mine})
    if unknown:
        mend = session.t("Look them up with “parks hold list”.")
        raise session.refuse(session.t("These are no holds that run."), mend, option="ID", value=" ".join(unknown))
    return meant


def longer(meant: pd.DataFrame, until: dt.date) -> pd.DataFrame:
    """Return the rows that prolong holds (of `holds.current`) to a day: each follows where the hold ends."""
    rows = meant[["unit_id", "tenant_id", "state"]].assign(valid_from=meant["valid_to"].dt.date)
    return rows.assign(valid_to=until)


def _release(session: Session, held: Store, park: Snapshot) -> int:
    options, meant = session.options, _meant(session, park)
    on = options.until or park.day + dt.timedelta(days=1)
    mine = park.leases["lease_id"].isin([one for ids in meant["lease_ids"] for one in ids])
    lasting = ~(park.leases["valid_to"] <= pd.Timestamp(on)).fillna(value=False)
    ids = list(park.leases.loc[mine & lasting, "lease_id"])
    return held.release(ids, on=on, reason=options.reason, by=session.who, scenario=options.scenario)


def rollover(session: Session) -> int:
    """Print the let area by when its lease ends, or what falls free and comes against the demand counted on."""
    park, rules, options = session.park(session.store()), session.rules(), session.options
    space = vacancy.by_unit(park, options.counts, options.base)
    if options.by in {"balance", "balance-zone"}:
        lettable = vacancy.by_unit(park, options.counts)
        if options.by == "balance":
            session.out(rollovers.balance(park, rules, lettable))
        else:
            session.out(rollovers.balance_by_zone(park, rules, lettable, status.counted_in(rules)))
        printing.say(
            session.t(
                "In no sum: {open_leases} leases without an end, {unknown_areas} units of unknown area, "
                "{undated_units} units to come without a day or an area, {unweighted_needs} needs of no known stage.",
                **rollovers.left_out(park, rules, lettable),
            )
        )
    elif options.by == "quarter":
        session.out(rollovers.by_quarter(space))
    else:
        session.out(rollovers.by(space, options.by, counted_in=status.counted_in(rules)))
    return 0


def absorption(session: Session) -> int:
    """Print the net absorption by quarter, or by zone and quarter, or how long units stand vacant between leases."""
    held, options = session.store(), session.options
    park, zones = held.whole(session.day(held)), status.counted_in(session.rules())
    if options.by == "time":
        session.out(absorptions.time_to_let(absorptions.spells(park), zones))
        return 0
    found = absorptions.net(park, options.quarters, options.counts, options.base, zones)
    session.out(found if options.by == "zone" else absorptions.together(found))
    return 0
