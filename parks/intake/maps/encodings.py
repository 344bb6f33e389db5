"""Decodes the texts of map files that do not say, or say wrongly, how they are encoded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES = {"utf-8": "UTF-8", "gb18030": "GB18030"}
CUT = 3
"""Most bytes of a sign that a field's end can cut off."""
PAGES = {
    **dict.fromkeys(("utf-8", "utf8", "65001"), "utf-8"),
    **dict.fromkeys(("gbk", "936", "54936", "18030", "2312"), "gb18030"),
    **dict.fromkeys(("big5", "big-5", "950"), "big5"),
}
"""What a .cpg says → codec. Encodings that fit any bytes are left out: they are mostly said by mistake."""
PAGE = re.compile(r"\D*(\d+)\D*")


class Decoded(NamedTuple):
    """Texts of a layer.

    Parameters
    ----------
    texts
        Text as it came → text as it is meant.
    codec
        What they were read in; empty when all are plain ASCII.
    cut
        Those whose last sign is cut off; it is left out.
    broken
        Those that are in no encoding; their bad signs are replaced.
    """

    texts: dict[str, str]
    codec: str
    cut: tuple[str, ...]
    broken: tuple[str, ...]


def decoded(given: Iterable[str], said: str = "") -> Decoded:
    """Return texts whose every sign is a byte, decoded together.

    Parameters
    ----------
    given
        Texts as ISO 8859-1. One with other signs was decoded before, and stays.
    said
        What the file says, such as the content of a .cpg. Where UTF-8 fits all texts and they are Chinese in it,
        that is taken; else what is said, when it fits; else GB18030.
    """
    texts = dict.fromkeys(given)
    codes = {text: text.encode("latin-1") for text in texts if not text.isascii() and max(text) <= "\xff"}
    whole = {text: text for text in texts}
    if not codes:
        return Decoded(whole, "", (), ())
    fitting = [
        (tongue, tried)
        for tongue in dict.fromkeys(filter(None, ("utf-8", codec(said), "gb18030")))
        if all((tried := {text: _read(code, tongue) for text, code in codes.items()}).values())
    ]
    if fitting:
        chosen, tried = fitting[0]
        if chosen == "utf-8" != codec(said) and len(fitting) > 1 and not _is_chinese(tried.values()):
            chosen, tried = fitting[1]
        cut = tuple(text for text, one in tried.items() if one and one[1])
        return Decoded(whole | {text: one[0] for text, one in tried.items() if one}, chosen, cut, ())
    best = {text: _read(code, "utf-8") or _read(code, "gb18030") for text, code in codes.items()}
    lost = tuple(text for text, one in best.items() if one is None)
    mixed = {text: one[0] if one else codes[text].decode("gb18030", "replace") for text, one in best.items()}
    return Decoded(whole | mixed, "gb18030", (), lost)


def codec(said: str) -> str:
    """Return the codec that a .cpg names, by our names; empty when it names none that can be wrong."""
    name = said.strip().lower()
    page = PAGE.fullmatch(name)
    return PAGES.get(name, PAGES.get(page[1], "") if page else "")


def _is_chinese(tried: Iterable[tuple[str, bool] | None]) -> bool:
    """Return whether texts read as UTF-8 hold a character that takes three bytes, as Chinese ones do.

    A few characters in GB18030, such as 一, are also two bytes of UTF-8: a letter of another script.
    """
    return any(max(one[0], default="") >= "\u0800" for one in tried if one)


def _read(code: bytes, tongue: str) -> tuple[str, bool] | None:
    """Return a text and whether its last sign was cut off; None when it is not in this encoding."""
    try:
        return code.decode(tongue), False
    except UnicodeDecodeError as fault:
        if fault.start and len(code) - fault.start <= CUT and fault.reason.startswith(("unexpected end", "incomplete")):
            return code[: fault.start].decode(tongue), True
        return None
