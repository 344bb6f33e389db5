"""Base maps from a server, allowed by the administrator: where their tiles are, on which datum, whose they are."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from parks import schema, words
from parks.issues import InvalidData, Issue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parks.words import Translate

KNOWN: Final = schema.DATA / "geo" / "bases.toml"
SETTING: Final = "PARKS_BASES"
"""The environment variable that allows base maps: names of `KNOWN` and paths of files like it, parted by commas."""
DATUMS: Final = ("wgs84", "cgcs2000", "gcj02")
"""On which tiles can be drawn here. Tiles on BD-09 have a projection of their own and are refused."""
TEXTS: Final = ("en", "zh", "url", "datum", "credit")
PARTS: Final[dict[str, type]] = dict.fromkeys((*TEXTS, "names", "subdomains", "key", "approval"), str) | {
    "most_zoom": int
}
ADDRESS: Final = re.compile(r"https?://[^/\s]+/")
MOST_ZOOM: Final = 18


@dataclass(frozen=True, slots=True)
class Base:
    """One base map.

    Parameters
    ----------
    name, en, zh
        Its code, and what it is called.
    url
        Template of the tiles' address: ``{z} {x} {y}`` (or ``{-y}``, counted from the south), ``{s}``.
    datum
        One of `DATUMS`.
    credit
        Whose it is.
    names
        Template of tiles with names, drawn above; empty where the first have them.
    subdomains
        Letters that ``{s}`` stands for.
    approval
        The map approval number 审图号; empty where it was not given.
    most_zoom
        The closest zoom that the server has.
    """

    name: str
    en: str
    zh: str
    url: str
    datum: str
    credit: str
    names: str = ""
    subdomains: str = ""
    approval: str = ""
    most_zoom: int = MOST_ZOOM

    def title(self, lang: str) -> str:
        """Return what it is called in ``zh`` or ``en``."""
        return self.zh if lang == "zh" else self.en


def allowed(environment: Mapping[str, str], *, lang: str = "en", known: Path = KNOWN) -> dict[str, Base]:
    """Return the base maps that the environment allows, by name; none when it names none.

    Parameters
    ----------
    environment
        Holds `SETTING` and the keys that base maps ask for.
    lang
        Language of a refusal.
    known
        The catalogue that names are looked up in.

    Raises
    ------
    InvalidData
        With every fault at once: a name or file that is not there, what is missing or wrong in an entry.
    """
    wanted = [part.strip() for part in environment.get(SETTING, "").split(",") if part.strip()]
    made: dict[str, Base] = {}
    if not wanted:  # as nearly everywhere: a click on the map reads no file then
        return made
    t, issues = words.translator(lang), list[Issue]()
    shelf = _read(known, t, issues)
    for said in wanted:
        if said in shelf:
            entries = {said: shelf[said]}
        elif said.endswith(".toml"):
            entries = _read(Path(said), t, issues)
        else:
            mend = t("Name one of {names}, or the path of a .toml file.", names=", ".join(shelf))
            issues.append(_issue(SETTING, said, t("There is no base map of that name."), mend))
            continue
        for name, entry in entries.items():
            faults = _faults(name, entry, environment, t)
            issues += faults
            if not faults:
                made[name] = _base(name, entry, environment)
    if issues:
        raise InvalidData(issues)
    return made


def _base(name: str, entry: Mapping[str, Any], environment: Mapping[str, str]) -> Base:
    key = environment.get(entry.get("key", ""), "")
    url, names = (entry.get(part, "").replace("{key}", key) for part in ("url", "names"))
    given = {part: entry[part] for part in ("en", "zh", "datum", "credit")}
    more = {part: entry[part] for part in ("subdomains", "approval", "most_zoom") if part in entry}
    return Base(name=name, url=url, names=names, **given, **more)


def _read(path: Path, t: Translate, issues: list[Issue]) -> dict[str, Any]:
    """Return the entries of a file; what is wrong with the file joins `issues`."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as fault:
        message = t("The file of base maps cannot be read: {fault}.", fault=fault)
        issues.append(_issue(SETTING, path.name, message, t("Give the path of a text file in TOML.")))
        return {}


def _faults(name: str, entry: object, environment: Mapping[str, str], t: Translate) -> list[Issue]:
    """Return what is wrong with one entry."""
    if not isinstance(entry, dict):
        mend = t("Put each base map under a heading such as [name].")
        return [_issue(name, str(entry), t("This is no base map."), mend)]
    found = [
        _issue(name, part, t("“{part}” is missing.", part=part), t("Write a text for it."))
        for part in TEXTS
        if not entry.get(part)
    ]
    for part, value in entry.items():
        kind = PARTS.get(part)
        if kind is None:
            found.append(_issue(name, part, t("“{part}” is not known.", part=part), t("Delete it.")))
        elif not isinstance(value, kind):
            mend = t("Write a whole number.") if kind is int else t("Write a text for it.")
            found.append(_issue(name, f"{part} = {value}", t("This is not what “{part}” can be.", part=part), mend))
    texts = {part: entry[part] for part in ("url", "names") if isinstance(entry.get(part), str)}
    found += [
        _issue(name, url, t("This is no address of tiles."), t("Write https://… with {z}, {x} and {y} or {-y}."))
        for url in filter(None, texts.values())
        if not (ADDRESS.match(url) and all(re.search(sign, url) for sign in (r"\{z\}", r"\{x\}", r"\{-?y\}")))
    ]
    if entry.get("datum") not in {*DATUMS, None, ""}:
        mend = t("Write one of {names}. Tiles on BD-09 have a projection of their own.", names=", ".join(DATUMS))
        found.append(_issue(name, str(entry["datum"]), t("Tiles on this datum cannot be laid under our layers."), mend))
    if any("{key}" in url for url in texts.values()) and not environment.get(str(entry.get("key", ""))):
        variable = str(entry.get("key", "key"))
        message, mend = t("The key of this base map is not given."), t("Set it in {variable}.", variable=variable)
        found.append(_issue(name, variable, message, mend))
    return found


def _issue(where: str, value: str, message: str, mend: str) -> Issue:
    return Issue(KNOWN.stem, where, "", value, "setting", message, mend)
