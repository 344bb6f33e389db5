"""What a place misses, and what is to be found out about it, in words: "floor load 6, asked 8 kN/m²"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from parks import schema, words
from parks.output import figures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parks.words import Translate

DAYS_PER_MONTH = 365.2425 / 12
OWN = ("area_min_m2", "area_max_m2", "before", "after", "term_months", "zones", "ground_floor")
"""Conditions that are said in their own words; the others are columns of the needs."""
YES = ("dual_power", "process_drain", "exhaust_shaft", "radiation_ok", "bonded")
"""Conditions that a place has or has not."""


def name(criterion: str, lang: str) -> str:
    """Return how a condition of `search.Asked` is called."""
    t = words.translator(lang)
    own = {
        "area_min_m2": t("area"),
        "area_max_m2": t("area"),
        "rent_max_cny_m2_day": t("asking rent"),
        "before": t("free in time"),
        "after": t("free when wanted"),
        "term_months": t("free for the term"),
        "zones": t("zone"),
        "ground_floor": t("ground floor"),
    }
    if criterion in own:
        return own[criterion]
    column = schema.columns("needs")[criterion]
    return column.zh if lang == "zh" else column.en[:1].lower() + column.en[1:]


def said(miss: Mapping[str, Any], lang: str, zones: Mapping[str, str] | None = None) -> str:
    """Return what is missed and by how much.

    Parameters
    ----------
    miss
        One of the ``missed`` of `search.find`: ``criterion found asked``; `found` None is unknown.
    lang
        ``zh`` or ``en``.
    zones
        Zone → name; one without stands as it is.
    """
    t = words.translator(lang)
    criterion, found = miss["criterion"], miss["found"]
    what = name(criterion, lang)
    if criterion == "before":
        return _late(found, miss["asked"], t, lang)
    if criterion in YES:
        return t("without: {what}", what=what)
    own = {
        "after": t("let again from {day}", day=_day(found)),
        "term_months": t("let again from {day}", day=_day(found)),
        "zones": t("in zone {zone}", zone=(zones or {}).get(str(found), str(found))),
        "ground_floor": t("on floor {level}, not the ground floor", level=found),
        "fire_class": t("{what} {found}, asked {asked}", what=what, found=found, asked=miss["asked"]),
    }
    return own[criterion] if criterion in own else _measured(miss, what, lang)


def _measured(miss: Mapping[str, Any], what: str, lang: str) -> str:
    """Return what is missed of something that is measured."""
    t = words.translator(lang)
    criterion, found = miss["criterion"], miss["found"]
    unit = "m²" if criterion in OWN else schema.columns("needs")[criterion].unit
    unit = schema.UNITS_ZH.get(unit, unit) if lang == "zh" else unit
    asked = t("{value} {unit}", value=_number(miss["asked"], lang), unit=unit)
    seen = t("unknown") if found is None else _number(found, lang)
    if criterion in {"area_max_m2", "rent_max_cny_m2_day"}:
        return t("{what} {found}, asked at most {asked}", what=what, found=seen, asked=asked)
    return t("{what} {found}, asked {asked}", what=what, found=seen, asked=asked)


def told(
    missed: Sequence[Mapping[str, Any]], unknown: Sequence[str], lang: str, zones: Mapping[str, str] | None = None
) -> str:
    """Return in one line what a place misses and what is to be found out; empty when it answers all."""
    t = words.translator(lang)
    parts = [said(miss, lang, zones) for miss in missed]
    if unknown:
        parts.append(t("to find out: {what}", what=_list([name(one, lang) for one in unknown], lang)))
    return ("；" if lang == "zh" else "; ").join(parts)


def verdict(code: object, t: Translate) -> str:
    """Return how the verdict of a place is called (``hit to_find_out near``)."""
    names = {"hit": t("Hit"), "to_find_out": t("To find out"), "near": t("Near miss")}
    return names.get(str(code), t("unknown"))


def _late(found: Any, asked: Any, t: Translate, lang: str) -> str:  # noqa: ANN401 - days of either kind
    months = (pd.Timestamp(found) - pd.Timestamp(asked)).days / DAYS_PER_MONTH
    return t("free on {day}, {months} months later", day=_day(found), months=figures.number(months, lang, 1))


def _day(value: Any) -> str:  # noqa: ANN401 - a day of either kind, or what is said of another condition
    return f"{value:%Y-%m-%d}" if hasattr(value, "year") else ""


def _number(value: float, lang: str) -> str:
    digits = 0 if float(value).is_integer() else 1 if float(value * 10).is_integer() else 2
    return figures.number(value, lang, digits)


def _list(names: Sequence[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(names)
