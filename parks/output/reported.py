"""Sentences on what changed in the programme since a report, and codes of the programme in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from parks.output import figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parks.status.since import Since
    from parks.words import Translate


def sentences(found: Since, t: Translate, lang: str) -> pd.Series[str]:
    """Return what changed of each project in one sentence, by the project's id; unknown days and areas say so.

    Parameters
    ----------
    found
        What `since.compare` gave.
    t, lang
        The reader's language.
    """
    comma = "；" if lang == "zh" else "; "
    told = [change(row, t, lang) for row in found.changes.to_dict("records")]
    grouped = pd.Series(told, index=found.changes["project_id"], dtype="string")
    return grouped.groupby(level=0, sort=True).agg(comma.join)


def change(row: Mapping[Any, Any], t: Translate, lang: str) -> str:
    """Return one row of `Since.changes` in words."""
    event = figures.event(row["event"], t)
    before, after = (figures.day(row[name], lang) for name in ("before_on", "after_on"))
    told = {
        "new": t("new in the ledger"),
        "removed": t("no longer in the ledger"),
        "dropped": t("given up on {day}", day=after),
        "resumed": t("no longer given up"),
        "reached": t("“{event}” reached on {day}", event=event, day=after),
        "withdrawn": t("“{event}” is no longer reached", event=event),
        "dated": t("“{event}” now planned for {day}", event=event, day=after),
        "undated": t("“{event}” has no planned day any more, before {day}", event=event, day=before),
        "recounted": t("counts elsewhere than before"),
    }
    what = str(row["what"])
    if what == "moved":
        days = int(row["days"])
        if days > 0:
            return t("“{event}” planned {days} days later, for {day}", event=event, days=days, day=after)
        return t("“{event}” planned {days} days sooner, for {day}", event=event, days=-days, day=after)
    if what == "area":
        old, new = (figures.area(row[name], lang) for name in ("before_m2", "after_m2"))
        return t("area {before} → {after}", before=old, after=new)
    return told[what]


def signed(value: object, lang: str) -> str:
    """Return a change of area [m²] with its sign."""
    if figures.missing(value):
        return figures.area(value, lang)
    area = float(value)  # type: ignore[arg-type]  # whatever number a frame holds
    return ("+" if area > 0 else "−" if area < 0 else "±") + figures.area(abs(area), lang)


def state(code: object, t: Translate) -> str:
    """Return the name of a state of space taken out (``ahead gone returned dropped``)."""
    names = {
        "ahead": t("Still in use"),
        "gone": t("Taken out"),
        "returned": t("Back after renewal"),
        "dropped": t("Given up, return not known"),
    }
    return names.get(str(code), t("unknown"))


def origin(code: object, t: Translate) -> str:
    """Return where a number of the forecast comes from (``record assumed edited``)."""
    names = {"record": t("the district’s record"), "assumed": t("assumed"), "edited": t("your own assumption")}
    return names.get(str(code), t("unknown"))


def part(code: object, t: Translate) -> str:
    """Return the name of a part of the programme (``done under_way planned``); NA counts nowhere."""
    names = {"done": t("Done"), "under_way": t("Under way"), "planned": t("Planned")}
    return names.get(str(code), t("not counted"))


def gap(code: object, t: Translate) -> str:
    """Return what is missing (see `gaps.KINDS`) in words."""
    names = {
        "area": t("area by the basis chosen"),
        "day": t("day of the milestone that counts"),
        "zone": t("zone"),
        "developer": t("developer"),
        "taken_out": t("area taken out"),
        "start": t("day of the start"),
        "evidence": t("evidence of the milestone that counts"),
        "clause": t("clause of the paper"),
        "value": t("value of the target"),
        "due_on": t("day of the target"),
        "lettable": t("lettable area"),
        "state": t("state"),
        "end": t("end"),
        "begin": t("state or beginning"),
        "counted": t("day counted by"),
        "hold": t("end of the hold"),
        "least": t("least area"),
    }
    return names[str(code)]


def effect(code: object, t: Translate) -> str:
    """Return what a missing thing (see `gaps.KINDS`) keeps out of the figures."""
    names = {
        "area": t("It adds nothing to its programme."),
        "day": t("It is in no quarter and delivers nothing in the forecast."),
        "zone": t("It is in no zone’s sum."),
        "developer": t("It is in no developer’s sum."),
        "taken_out": t("Nothing tells what it closes: the net is too great."),
        "start": t("Nothing tells when its works begin."),
        "evidence": t("That it is done cannot be shown."),
        "clause": t("The target cannot be shown to stand in a paper."),
        "value": t("Share done and probability are unknown."),
        "due_on": t("The probability is unknown."),
        "lettable": t("It is in no sum of areas: every total is at least what it says."),
        "state": t("It is neither vacant nor let: give the state of its lease, or its building’s completion."),
        "end": t("Nobody knows when its space falls free: it stands apart in the rollover."),
        "begin": t("Its unit counts as unknown: neither let nor vacant."),
        "counted": t("The definition chosen asks for a day that it lacks; the ledger’s own state stands in."),
        "hold": t("It never lapses by itself: give it an end."),
        "least": t("It adds nothing to the demand."),
    }
    return names[str(code)]
