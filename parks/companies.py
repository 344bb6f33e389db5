"""Company names: which two may be spellings of one company. It proposes and never merges."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    Entry = tuple[Hashable, str, "Name"]
    Named = list[Entry]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FORM, PLACE, TRADE, SLIP = "form", "place", "trade", "slip"
LIKENESS = {FORM: 1.0, PLACE: 0.95, TRADE: 0.85, SLIP: 0.8}
"""How likely two names mean one company, by what sets them apart: a rank of our own, no probability."""
NEIGHBOURS = 40
"""Names with which one is compared where many share a word: the work stays linear."""
LEGAL = (
    *("股份有限公司", "有限责任公司", "有限公司", "股份公司", "集团公司", "分公司", "公司", "集团", "股份"),
    *("特殊普通合伙", "普通合伙", "有限合伙", "合伙企业", "coltd", "ltd", "inc"),
)
LEGAL_WORDS = _words(
    "co company corp corporation inc incorporated limited ltd llc llp lp plc gmbh ag sa sas bv nv kk oy ab spa "
    "pte pty group holding holdings branch"
)
PLACES = _words(
    "中国 上海市 上海 浦东新区 浦东 北京市 北京 天津 重庆 深圳 广州 苏州 无锡 南京 杭州 宁波 常州 南通 泰州 "
    "连云港 嘉兴 绍兴 湖州 合肥 武汉 长沙 成都 西安 青岛 济南 烟台 大连 沈阳 长春 哈尔滨 石家庄 郑州 福州 厦门 "
    "南昌 昆明 贵阳 海口 珠海 东莞 佛山 香港 澳门 台湾 江苏 浙江 安徽 山东 广东 福建 四川 湖北 湖南 河南 河北 "
    "江西 辽宁 吉林 海南 陕西 亚太"
)
"""Places that a name may carry or leave out; of the same rank, two different ones mean two companies."""
PLACE_WORDS = _words(
    "china shanghai pudong beijing tianjin chongqing shenzhen guangzhou suzhou nanjing hangzhou ningbo "
    "changzhou hefei nantong taizhou jiaxing wuhan changsha chengdu qingdao jinan dalian shenyang zhengzhou "
    "xiamen zhuhai taiwan jiangsu zhejiang guangdong"
)
"""As `PLACES`. Wuxi is not among them: as WuXi it opens the names of several companies."""
TRADES = _words("生物 医药 制药 药业 医疗 器械 科技 技术 科学 生命 工程 新药 药物 开发 发展 控股 集团")
"""Words at the end of a name that its short form leaves out."""
TRADE_WORDS = {
    **dict.fromkeys(("pharma", "pharmaceutical", "pharmaceuticals"), "pharma"),
    **dict.fromkeys(("biotech", "biotechnology", "biotechnologies"), "biotech"),
    **dict.fromkeys(("bioscience", "biosciences"), "biosciences"),
    **dict.fromkeys(("tech", "technology", "technologies"), "technology"),
    **{word: word for word in ("bio", "medical", "therapeutics", "science", "sciences", "biopharma")},
}
"""As `TRADES`, each with the spelling that stands for it."""
TELLING = frozenset("零一二三四五六七八九十百甲乙丙丁戊己庚辛壬癸东西南北中上下前后左右新老旧大小内外")
"""Signs that tell sister companies and stages apart: never a slip of the pen."""
PREMISES = _words(
    "headquarters hq research production diagnostics pilot phase site base centre center plant office lab labs"
)
"""What brackets behind a name may tell of it in English: no name."""
SHORT, SHORT_LATIN, WORD = 4, 7, 6
"""Least length of a head with a slip, in Chinese and in Latin letters, and of the word that has it."""
SOUND = 20
"""Characters that stand this near in GB 2312 sound alike, or nearly: 州 and 洲, 殷 and 英."""
HAN = re.compile(r"[\u3400-\u9fff]")
BRACKETS = str.maketrans("[]{}〔〕【】〈〉《》「」", "()()()()()()()")
LATIN_NAME = re.compile(r"\(([a-z][a-z .&'-]{3,}[a-z])\)")
"""A foreign name in brackets behind a Chinese one: a spelling of its own."""
PLACE_IN_BRACKETS = re.compile(rf"\(({'|'.join(PLACES)})\)")
BETWEEN_DIGITS = re.compile(r"(?<=\d)[\W_]+(?=\d)")
NOT_LETTERS = re.compile(r"[^\w~]|_")


class Name(NamedTuple):
    """One spelling of a name, taken apart.

    Parameters
    ----------
    whole
        Without legal form, blanks, signs and case. 1-2 and 12 stay apart.
    core
        `whole` without the places.
    head
        `core` without the words of the trade at its end; `whole` where nothing else is left.
    words
        Words of `head`; one where the script has no blanks.
    places, trade
        What was taken off, the trade in its order.
    """

    whole: str
    core: str
    head: str
    words: tuple[str, ...]
    places: frozenset[str]
    trade: tuple[str, ...]


def alike(names: pd.Series[str], others: pd.Series[str] | None = None) -> pd.DataFrame:
    """Return the pairs of names that may mean one company.

    Names are alike when they are the same but for case, width, blanks, signs and legal form (``form``); also but for a
    place (``place``), or for words of the trade at the end that one of them leaves out (``trade``); or when one slip of
    the pen parts them (``slip``). Other words tell companies apart, as do digits, numerals and two different places.

    Parameters
    ----------
    names
        Names; the index is the key of the company. A key may stand several times: with its Chinese and its English
        name. Empty cells are left out.
    others
        Names with which they are compared; None compares them among themselves. The same key is never a pair.

    Returns
    -------
    DataFrame
        One row a pair, the likeliest first: key, other (the earlier one, or the one in `others`), likeness (0–1, see
        `LIKENESS`), why (``form``, ``place``, ``trade`` or ``slip``), name and other_name as they stand. Of many names
        that are one and the same, each is paired with the first; of many that share a word, each is compared with
        `NEIGHBOURS` of them.
    """
    mine = _read(names)
    found: dict[tuple[Hashable, Hashable], tuple[float, str, str, str]] = {}
    for (key, name, one), (other, other_name, two) in _candidates(mine, mine if others is None else _read(others)):
        why = compare(one, two) if key != other else None
        if why and LIKENESS[why] > found.get((key, other), (0.0,))[0]:
            found[key, other] = (LIKENESS[why], why, name, other_name)
    rows = [(*pair, *said) for pair, said in found.items()]
    rows.sort(key=lambda row: (-row[2], str(row[0]), str(row[1])))
    frame = pd.DataFrame(rows, columns=["key", "other", "likeness", "why", "name", "other_name"])
    return frame.astype({"likeness": float, "why": "string", "name": "string", "other_name": "string"})


def compare(one: Name, two: Name) -> str | None:
    """Return what sets two spellings apart (a key of `LIKENESS`), None when they mean two companies."""
    if one.whole == two.whole:
        return FORM
    if not (one.places <= two.places or two.places <= one.places):
        return None
    if one.core == two.core:
        return PLACE
    if not _same_trade(one, two):
        return None
    if one.head == two.head:
        return TRADE
    return SLIP if _slipped(one, two) else None


@lru_cache(2**14)
def spellings(text: str) -> tuple[Name, ...]:
    """Return the spellings in a cell: a Chinese name may carry the foreign one in brackets. Signs alone are none."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("~", "").translate(BRACKETS)
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    parts = [text]
    if HAN.search(text) and (foreign := LATIN_NAME.search(text)) and _is_name(foreign.group(1)):
        parts = [text[: foreign.start()] + text[foreign.end() :], foreign.group(1)]
    return tuple(name for part in parts if (name := _han(part) if HAN.search(part) else _latin(part)))


def _read(names: pd.Series[str]) -> Named:
    known = names.dropna()
    texts = known.to_numpy(dtype=object)
    return [
        (key, str(text), name) for key, text in zip(known.index, texts, strict=True) for name in spellings(str(text))
    ]


def _is_name(foreign: str) -> bool:
    words = set(foreign.replace(".", " ").split())
    return not words & {*PREMISES} and not words <= {*PLACE_WORDS, *LEGAL_WORDS, *TRADE_WORDS}


def _letters(text: str) -> str:
    """Return the letters and digits of `text`, with a ~ where something parts two digits."""
    return NOT_LETTERS.sub("", BETWEEN_DIGITS.sub("~", text))


def _han(text: str) -> Name | None:
    places = set(PLACE_IN_BRACKETS.findall(text))
    whole = _shorn(_letters(text), LEGAL)[0]
    core, behind = _shorn(_shorn(_letters(PLACE_IN_BRACKETS.sub("", text)), LEGAL)[0], PLACES)
    core, before = _shorn(core, PLACES, front=True)
    places = {place.removesuffix("市").removesuffix("新区") for place in (*places, *behind, *before)}
    head, trade = _shorn(core, TRADES)
    return _name(whole, core, ("" if head in TRADES else head,), places, trade)


def _latin(text: str) -> Name | None:
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    plain = BETWEEN_DIGITS.sub("~", plain.replace("'", "").replace("’", "").replace(".", ""))
    words = [TRADE_WORDS.get(word, word) for word in re.findall(r"[\w~]+", plain.replace("_", " "))]
    while words and words[-1] in LEGAL_WORDS:
        words.pop()
    core = [word for word in words if word not in PLACE_WORDS]
    while core and core[-1] in LEGAL_WORDS:
        core.pop()
    head = core[:]
    while head and head[-1] in TRADE_WORDS.values():
        head.pop()
    places = {word for word in words if word in PLACE_WORDS}
    return _name("".join(words), "".join(core), tuple(head), places, core[len(head) :])


def _name(whole: str, core: str, head: tuple[str, ...], places: set[str], trade: list[str]) -> Name | None:
    """Return the name; one that is left with places and trade only is told apart by its whole."""
    if not whole:
        return None
    if len("".join(head)) < 2:  # noqa: PLR2004 - one sign tells nothing
        return Name(whole, whole, whole, (whole,), frozenset(), ())
    return Name(whole, core, "".join(head), head, frozenset(places), tuple(trade))


def _shorn(text: str, words: tuple[str, ...], *, front: bool = False) -> tuple[str, list[str]]:
    """Return `text` without the `words` at its end (or front), and those taken off in the order of the text."""
    taken: list[str] = []
    fits, shorn = (str.startswith, str.removeprefix) if front else (str.endswith, str.removesuffix)
    while text not in words and fits(text, words):
        found = next(word for word in words if fits(text, word))
        text = shorn(text, found)
        taken.append(found)
    return text, taken if front else taken[::-1]


def _same_trade(one: Name, two: Name) -> bool:
    """Whether the trade of one is that of the other or a short form of it: 生物 of 生物医药科技, not of 医药.

    A name without any word of the trade is a short form only when it is long enough to stand alone.
    """
    less, more = sorted((one, two), key=lambda name: len(name.trade))
    if less.trade:
        return less.trade[0] == more.trade[0] and set(less.trade) <= set(more.trade)
    return not more.trade or len(less.head) >= (3 if HAN.search(less.head) else 6)


def _slipped(one: Name, two: Name) -> bool:
    """Whether one sign more, less, other or swapped is all that parts two heads, and looks like no telling word."""
    before, first, second, behind = _difference(one.head, two.head)
    swapped = len(first) == len(second) == 2 and first == second[::-1]  # noqa: PLR2004 - a pair
    if not swapped and max(len(first), len(second)) > 1:
        return False
    if not HAN.search(one.head + two.head):
        strange = {*one.words} ^ {*two.words}
        return before > 0 and (first + second).isalpha() and all(len(word) >= WORD for word in strange)
    if TELLING & {*first, *second}:
        return False
    if first and second and not swapped:
        return abs(_sound(first) - _sound(second)) <= SOUND
    # One more at an end is rather a word that tells sister companies apart.
    return swapped or (min(before, behind) > 1 and HAN.match(first + second) is not None)


def _sound(sign: str) -> float:
    """Return the place of a common character in GB 2312, which has them in the order of their sound; NaN of others."""
    code = sign.encode("gb2312", errors="ignore")
    return (code[0] - 0xB0) * 94 + code[1] - 0xA1 if code[:1] and 0xB0 <= code[0] <= 0xD7 else math.nan  # noqa: PLR2004 - rows


def _difference(one: str, two: str) -> tuple[int, str, str, int]:
    """Return how many signs agree at the front, what differs in each, and how many agree at the end."""
    least = min(len(one), len(two))
    front = next((at for at in range(least) if one[at] != two[at]), least)
    back = next((at for at in range(least - front) if one[-1 - at] != two[-1 - at]), least - front)
    return front, one[front : len(one) - back], two[front : len(two) - back], back


def _candidates(mine: Named, theirs: Named) -> Iterator[tuple[Entry, Entry]]:
    """Pairs that share a whole, a head, or a head but for one sign: no others can be alike."""
    alone = mine is theirs
    for left, right in _shared(mine, theirs, lambda name: (name.whole,)):
        for at in left:
            first = next((other for other in right if theirs[other][0] != mine[at][0]), None)
            if first is not None and (not alone or first < at):
                yield mine[at], theirs[first]
    known = _once(theirs)
    asked = known if alone else mine
    for marks in (_head, _slips):
        for some, rest in _shared(asked, known, marks):
            for place, at in enumerate(some):
                before = rest[max(0, place - NEIGHBOURS) : place] if alone else rest[-NEIGHBOURS:]
                yield from ((asked[at], known[other]) for other in before)


def _once(names: Named) -> Named:
    """Return the first of the names that are one and the same: the others are paired with it already."""
    first: dict[str, Entry] = {}
    for entry in names:
        first.setdefault(entry[2].whole, entry)
    return [*first.values()]


def _head(name: Name) -> tuple[str, ...]:
    return (name.head,)


def _slips(name: Name) -> tuple[str, ...]:
    """Return the head and all heads with one sign less; none of a head too short to tell a slip from a word."""
    head = name.head
    if len(head) < (SHORT if HAN.search(head) else SHORT_LATIN):
        return ()
    return tuple({head: None} | {head[:at] + head[at + 1 :]: None for at in range(len(head))})


def _shared(mine: Named, theirs: Named, marks: Callable[[Name], tuple[str, ...]]) -> Iterator[tuple[list[int], ...]]:
    """Return the places of the names that share a mark, in `mine` and in `theirs`."""
    left = _places(mine, marks)
    right = left if mine is theirs else _places(theirs, marks)
    return ((some, right[mark]) for mark, some in left.items() if mark in right)


def _places(names: Named, marks: Callable[[Name], tuple[str, ...]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for at, (_, _, name) in enumerate(names):
        for mark in marks(name):
            found[mark].append(at)
    return found
