"""The signs that offices write, brought to plain ones; and what is not said, or said to be none."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

HALF = {**{full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}, 0x3000: 0x20}
"""Full-width ASCII and the ideographic space → half-width."""
DASHES = {**dict.fromkeys(map(ord, "‐‒–—―−"), "-"), **dict.fromkeys(map(ord, "〜∼"), "~")}
"""Dashes, minus signs and tildes that are left when full-width signs are half-width."""
SQUARE = re.compile(r"(?<=[A-Za-z尺米])²")
"""A superscript 2 that belongs to a unit. After a digit it is a footnote: 1200² is not 12002."""
INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""Signs without a shape: soft hyphen, zero-width space and joiners, marks of direction, byte-order mark."""
FORBIDDEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
"""Control signs other than line breaks and tabs, and halves of a sign that no file can hold."""
DASH = re.compile(r"-+|/+|\\+|_+|\?+")
"""A cell of strokes or question marks only: nothing is said."""
UNKNOWN = (
    "待定 待确定 待确认 待补充 待补 待核实 待填 不详 不明 不清楚 未知 未定 未确定 暂无 暂无数据 暂缺 暂定 暂未确定 "
    "无数据 缺失 未提供 未填 不适用 待议 面议 n/a n.a. tbd tbc tba unknown null"
)
"""Words that say that a thing is not known. 面议 (by negotiation) is a rent that nobody has said yet."""
NONE = "无 没有 none nil"
"""Words that say that there is none of a thing: known, and not the same as unknown."""
BROKEN = "#n/a #ref! #div/0! #value! #name? #num! #null! #spill! #calc! #getting_data"
"""What a spreadsheet shows in place of a value that it could not compute."""
MARKS = {
    word: mark for words, mark in ((UNKNOWN, "unknown"), (NONE, "none"), (BROKEN, "broken")) for word in words.split()
}
LONGEST_MARK = max(map(len, MARKS))


def half(text: str) -> str:
    """Return `text` with full-width letters, digits and signs made half-width, its blanks as `clean` has them."""
    return clean(text.translate(HALF))


def clean(text: str) -> str:
    """Return `text` trimmed, without invisible signs; runs of blanks and line breaks become one space."""
    return " ".join((text if text.isprintable() else INVISIBLE.sub("", text)).split())


def plain(text: str) -> str:
    """Return `text` as it is read for numbers, days and words: half-width (NFKC), one kind of dash, trimmed.

    Superscripts, circled digits and fractions stay as they are: joined to a number they would change it.
    """
    if not text.isascii():
        if not unicodedata.is_normalized("NFKC", text):
            text = "".join(map(_nfkc, SQUARE.sub("2", text)))
        text = text.translate(DASHES)
    return clean(text)


def forbidden(text: str) -> bool:
    """Return whether `text` holds signs that are none: control signs, halves of a sign."""
    return not text.isprintable() and FORBIDDEN.search(text) is not None


def mark(text: str) -> str | None:
    """Return what a plain `text` says about there being a value.

    Returns
    -------
    str or None
        ``dash`` nothing is said, ``unknown`` it is not known, ``none`` there is none, ``broken`` a formula failed;
        None when it may be a value.
    """
    found = MARKS.get(text.casefold()) if len(text) <= LONGEST_MARK else None
    return "dash" if found is None and not text[:1].isalnum() and DASH.fullmatch(text) else found


@lru_cache(4096)
def _nfkc(sign: str) -> str:
    return sign if unicodedata.category(sign) == "No" else unicodedata.normalize("NFKC", sign)
