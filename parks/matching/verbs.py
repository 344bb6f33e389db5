"""The verbs of the fit rules: how an offer answers a need, and how well on a scale from 0 to 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from parks import schema
from parks.matching import offers

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNFIT, FITS, UNKNOWN, WAIVED = 0, 1, 2, 3
"""Verdicts as whole numbers. Waived: a miss or an unknown offer that a planner has waived for the pair."""
VERDICTS = ("unfit", "fits", "unknown", "waived")
DEAR = 1.5
"""Offer over limit at which an `at_most` is worth 0: half of the limit or less is worth 1, the limit itself ½."""
SLACK = 1e-9
"""Relative rounding error that numbers are forgiven."""

Answer = tuple["NDArray[np.int8]", "NDArray[np.float64]"]
"""Verdict and value of each unit; the value of an unknown offer is NaN."""


def answer(verb: str, need: Any, offer: pd.Series[Any], order: tuple[str, ...] = (), argument: str = "") -> Answer:  # noqa: ANN401 - a cell
    """Return verdict and value of each offer for one known need.

    Parameters
    ----------
    verb
        One of ``at_least at_most equals one_of covers within``.
    need
        The cell of the need, known. A yes is True; a no asks for nothing and does not come here.
    offer
        The cells of the units; NA is unknown.
    order
        For ``covers``: the classes from the widest to the narrowest, where they have an order.
    argument
        For ``equals`` with a yes: the value that a yes asks for.

    Raises
    ------
    KeyError
        When the verb is none of the six.

    Notes
    -----
    ``at_least``: offer ≥ need, value min(1, offer ÷ need). ``at_most``: offer ≤ need, value 1.5 − offer ÷ need kept
    within 0 and 1. The others are worth 1 or 0. ``covers``: a yes by a yes, a class by the same or a wider one, a text
    by a list that holds it. ``within``: the need lies in the offer's range ``least;most``.
    """
    met, value = _VERBS[verb](need, offer, order, argument)
    unknown = offer.isna().to_numpy(dtype=bool)
    verdict = np.where(unknown, UNKNOWN, np.where(met, FITS, UNFIT)).astype(np.int8)
    return verdict, np.where(unknown, np.nan, value)


def empty(cell: Any) -> bool:  # noqa: ANN401 - a cell
    """Return whether a cell is empty: unknown, or nothing asked."""
    return bool(pd.isna(cell))


def listed(cell: object) -> tuple[str, ...]:
    """Return the parts of a list cell such as ``research;pilot``; nothing when it is empty or unknown."""
    return () if empty(cell) else tuple(part.strip() for part in str(cell).split(";") if part.strip())


def order(need_column: str) -> tuple[str, ...]:
    """Return the classes of a need in order, widest first; nothing when they have no order.

    Fire classes are listed from the most hazardous: a building approved for 甲 takes every other class.
    """
    column = schema.columns("needs")["fire_class"]
    return tuple(column.values) if need_column == column.name else ()


def _at_least(need: Any, offer: pd.Series[Any], _: tuple[str, ...], __: str) -> tuple[Any, Any]:  # noqa: ANN401 - a cell
    have, least = offers.numbers(offer), float(need)
    if least <= 0:
        return np.ones(len(have), dtype=bool), np.ones(len(have))
    return have >= least * (1 - SLACK), np.clip(have / least, 0, 1)


def _at_most(need: Any, offer: pd.Series[Any], _: tuple[str, ...], __: str) -> tuple[Any, Any]:  # noqa: ANN401 - a cell
    have, most = offers.numbers(offer), float(need)
    if most <= 0:
        return have <= most, np.where(have <= most, 1.0, 0.0)
    return have <= most * (1 + SLACK), np.clip(DEAR - have / most, 0, 1)


def _equals(need: Any, offer: pd.Series[Any], _: tuple[str, ...], argument: str) -> tuple[Any, Any]:  # noqa: ANN401 - a cell
    asked = argument if argument and isinstance(need, (bool, np.bool_)) else need
    if pd.api.types.is_numeric_dtype(offer.dtype):
        return _worth(offers.numbers(offer) == float(asked))
    return _worth((offer.astype("string") == str(asked)).to_numpy(dtype=bool, na_value=False))


def _one_of(need: Any, offer: pd.Series[Any], _: tuple[str, ...], __: str) -> tuple[Any, Any]:  # noqa: ANN401 - a cell
    return _worth(offer.astype("string").isin(listed(str(need))).to_numpy(dtype=bool))


def _covers(need: Any, offer: pd.Series[Any], order: tuple[str, ...], _: str) -> tuple[Any, Any]:  # noqa: ANN401 - a cell
    if isinstance(need, (bool, np.bool_)):
        return _worth(offers.numbers(offer) == 1)
    if order:
        rank = pd.Index(order).get_indexer(pd.Index(offer))
        return _worth((rank >= 0) & (rank <= order.index(str(need))))
    held = offer.astype("string").map(lambda cell: str(need) in listed(cell), na_action="ignore")
    return _worth(held.fillna(value=False).to_numpy(dtype=bool))


def _within(need: Any, offer: pd.Series[Any], _: tuple[str, ...], __: str) -> tuple[Any, Any]:  # noqa: ANN401 - a cell
    ends = offer.astype("string").str.split(";", n=1, expand=True).reindex(columns=range(2)).astype("Float64")
    least, most = offers.numbers(ends[0]), offers.numbers(ends[1])
    return _worth((least <= float(need)) & (float(need) <= most))


def _worth(met: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    return met, met.astype(np.float64)


_VERBS = {
    "at_least": _at_least,
    "at_most": _at_most,
    "equals": _equals,
    "one_of": _one_of,
    "covers": _covers,
    "within": _within,
}
