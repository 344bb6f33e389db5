"""Numbers, days and codes as text with their units, in the reader's language."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from babel import dates, numbers

from parks import words

if TYPE_CHECKING:
    from parks.words import Translate

LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}
M2_PER_WAN = 10_000
"""Square metres in one 万平方米."""
MU_PER_M2 = 3 / 2000
"""亩 in one square metre: 1 亩 is exactly 2000/3 m²."""


KINDS = {"area": ",.0f", "count": ",.0f", "share": ".1%", "rent": ".2f", "general": "g"}
"""Kind of a column of numbers → how they are written, alike in every language. Areas are m², shares 0–1."""


def missing(value: object) -> bool:
    """Return whether `value` is unknown (None, NA, NaT, NaN)."""
    return bool(pd.isna(value))  # type: ignore[call-overload]  # any scalar that a frame holds


def known_sum(values: pd.Series[Any]) -> Any:  # noqa: ANN401 - a number, or NA
    """Return the sum of what is known; NA when there are values and none is known."""
    return values.sum(min_count=1) if len(values) else 0.0


def number(value: object, lang: str, digits: int = 0) -> str:
    """Return `value` with its thousands parted and `digits` decimals; an unknown one as a word."""
    if missing(value):
        return _unknown(lang)
    places = "." + "0" * digits if digits else ""
    return str(
        numbers.format_decimal(
            float(value),  # type: ignore[arg-type]  # whatever number a frame holds
            format=f"#,##0{places}",
            locale=LOCALES[lang],
        )
    )


def area(value: object, lang: str, unit: str = "m2") -> str:
    """Return an area [m²] as text with its unit.

    Parameters
    ----------
    value
        Area [m²]; NA is unknown.
    lang
        ``zh`` or ``en``.
    unit
        ``m2``, ``wan`` (万平方米, in English 10,000 m²) or ``mu`` (亩).
    """
    if missing(value):
        return _unknown(lang)
    m2, t = float(value), words.translator(lang)  # type: ignore[arg-type]  # whatever number a frame holds
    if unit == "wan":
        return t("{value} × 10,000 m²", value=number(m2 / M2_PER_WAN, lang, 2))
    if unit == "mu":
        return t("{value} mu", value=number(m2 * MU_PER_M2, lang, 1))
    return t("{value} m²", value=number(m2, lang))


def share(value: object, lang: str, digits: int = 1) -> str:
    """Return a share (0–1) in per cent."""
    if missing(value):
        return _unknown(lang)
    return str(
        numbers.format_percent(
            float(value),  # type: ignore[arg-type]  # whatever number a frame holds
            format="0." + "0" * digits + "%",
            locale=LOCALES[lang],
        )
    )


def cell(value: object, kind: str, t: Translate) -> str:  # noqa: PLR0911 - a line for each kind of cell
    """Return a cell of a table as text; numbers and days are the same in every language.

    Parameters
    ----------
    value
        Text, number, day, yes or no; an unknown one becomes the word for it.
    kind
        A kind of `KINDS`, ``number`` (two decimals at most), ``day`` or ``text``.
    t
        Says the word for unknown, yes and no.
    """
    if missing(value):
        return t("unknown")
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return t("yes") if value else t("no")
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    number_ = float(value)  # type: ignore[arg-type]  # a number, as its kind says
    if kind == "general":
        return str(int(number_)) if number_.is_integer() else str(number_)
    if kind in KINDS:
        return format(number_, KINDS[kind])
    return format(number_, ",.2f").rstrip("0").rstrip(".")


def day(value: dt.date | None, lang: str) -> str:
    """Return a day as it is written in `lang`."""
    if missing(value):
        return _unknown(lang)
    return str(dates.format_date(value, format="yyyy年M月d日" if lang == "zh" else "d MMMM yyyy", locale=LOCALES[lang]))


def width(text: str) -> int:
    """Return the width of `text` in columns of half-width characters; its longest line counts."""
    return max(
        (sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line) for line in text.split("\n")),
        default=0,
    )


def names(frame: pd.DataFrame, lang: str) -> pd.Series[Any]:
    """Return the names of some rows in `lang`; where one is unknown, the Chinese original."""
    return frame[f"name_{lang}"].fillna(frame["name_zh"])


def standing(code: object, t: Translate) -> str:
    """Return the name of a standing (``stated reported inferred illustrative``)."""
    names = {
        "stated": t("Stated"),
        "reported": t("Reported"),
        "inferred": t("Inferred"),
        "illustrative": t("Illustrative"),
    }
    return names.get(str(code), t("unknown"))


def kind(code: object, t: Translate) -> str:
    """Return the name of a kind of project (``new_build renewal``)."""
    return {"new_build": t("New-build"), "renewal": t("Renewal of stock")}.get(str(code), t("unknown"))


def stage(code: object, t: Translate) -> str:
    """Return the name of a stage (``research incubation pilot production headquarters``)."""
    names = {
        "research": t("Research"),
        "incubation": t("Incubation"),
        "pilot": t("Pilot"),
        "production": t("Production"),
        "headquarters": t("Headquarters"),
    }
    return names.get(str(code), t("unknown"))


def event(code: object, t: Translate) -> str:
    """Return the name of a milestone (``approved`` … ``handed_over``)."""
    names = {
        "approved": t("Approved"),
        "started": t("Started"),
        "topped_out": t("Topped out"),
        "completed": t("Completed"),
        "recognised": t("Recognised"),
        "handed_over": t("Handed over"),
        "first_let": t("First let"),
    }
    return names.get(str(code), t("unknown"))


def state(code: object, t: Translate) -> str:
    """Return the name of a state of space (``let`` … ``not_built``)."""
    names = {
        "let": t("Let"),
        "reserved": t("Reserved"),
        "intended": t("Intended"),
        "fitting_out": t("Fitting out"),
        "locked": t("Locked"),
        "renovation": t("Under renovation"),
        "vacant": t("Vacant"),
        "not_built": t("Not yet built"),
        "unknown": t("Unknown"),
    }
    return names[str(code)] if str(code) in names else t("unknown")


def sense(code: object, t: Translate) -> str:
    """Return the name of what a pin or a quota asks (``pin ban``, ``at_least at_most``)."""
    names = {"pin": t("Pin"), "ban": t("Ban"), "at_least": t("At least"), "at_most": t("At most")}
    return names.get(str(code), t("unknown"))


def facility(code: object, t: Translate) -> str:
    """Return the name of a kind of supporting facility (``rental_housing`` … ``cdmo``)."""
    names = {
        "rental_housing": t("Rental housing"),
        "transit_stop": t("Transit stop"),
        "platform": t("Public platform"),
        "cdmo": t("CDMO capacity"),
    }
    return names.get(str(code), t("unknown"))


def outlined(code: object, t: Translate) -> str:
    """Return the name of what an outline is of (``zone park parcel``)."""
    names = {"zone": t("Zone"), "park": t("Park"), "parcel": t("Parcel")}
    return names.get(str(code), t("unknown"))


def pipeline(code: object, t: Translate) -> str:
    """Return the name of a stage of the pipeline (``lead`` … ``lost``)."""
    names = {
        "lead": t("Lead"),
        "contact": t("Contact"),
        "visit": t("Visit"),
        "negotiation": t("Negotiation"),
        "signed": t("Signed"),
        "lost": t("Lost"),
    }
    return names.get(str(code), t("unknown"))


def localised(code: object, t: Translate) -> str:
    """Return what an item is or how far it has come (``foreign_project imported_product``, ``listed`` … ``done``)."""
    names = {
        "foreign_project": t("Foreign-invested project"),
        "imported_product": t("Imported product made here"),
        "listed": t("Listed"),
        "agreed": t("Agreed"),
        "under_way": t("Under way"),
        "done": t("Done"),
    }
    return names.get(str(code), t("unknown"))


def answered(code: object, t: Translate) -> str:
    """Return how far a request has come (``found solved answered``)."""
    names = {"found": t("Found, open"), "solved": t("Solved, to be answered"), "answered": t("Answered")}
    return names.get(str(code), t("unknown"))


def capacity(amount: object, unit: object, lang: str) -> str:
    """Return what a facility offers, with what it counts; an unknown amount as a word."""
    t = words.translator(lang)
    if missing(amount):
        return t("capacity unknown")
    return f"{number(amount, lang)} {'' if missing(unit) else unit}".rstrip()


def measure(unit: object) -> str:
    """Return a unit of measure as it is written; nothing where the ledger or the paper names none."""
    return "" if missing(unit) else "m²" if unit == "m2" else str(unit)


def _unknown(lang: str) -> str:
    t = words.translator(lang)
    return t("unknown")
