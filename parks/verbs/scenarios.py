"""Scenarios, from making one to approving it into the record; and who may approve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from parks.output import wording
from parks.store import differences
from parks.verbs import printing

if TYPE_CHECKING:
    from collections.abc import Callable

    from parks.store import Store
    from parks.verbs.session import Session


def scenario(session: Session) -> int:
    """Do what is asked with one scenario, or list them all; an act prints the number of its change."""
    options, held = session.options, session.store()
    shown = {"list": _list, "diff": _diff, "conflicts": _conflicts}
    if options.act in shown:
        shown[options.act](session, held)
        return 0
    change = _acts(session, held)[options.act]()
    session.out(pd.DataFrame([{"scenario": options.scenario, "act": options.act, "change_id": change}]))
    return 0


def rights(session: Session) -> int:
    """Print who may approve scenarios, after giving or taking the right where that is asked."""
    options, held, t = session.options, session.store(), session.t
    if options.act != "list":
        {"grant": held.grant, "revoke": held.revoke}[options.act](options.who, by=session.who)
    found = held.rights()
    session.out(found)
    if found.empty:
        printing.say(t("Nobody is named, so everybody may approve scenarios."))
    return 0


def _acts(session: Session, held: Store) -> dict[str, Callable[[], int]]:
    """Return act → what does it."""
    options, by = session.options, session.who
    name = options.scenario
    return {
        "create": lambda: held.create_scenario(name, by=by, note=options.note),
        "copy": lambda: held.copy_scenario(name, options.new, by=by, note=options.note),
        "note": lambda: held.describe_scenario(name, options.note, by=by),
        "lock": lambda: held.lock_scenario(name, by=by),
        "unlock": lambda: held.lock_scenario(name, by=by, locked=False),
        "rebase": lambda: held.rebase(name, by=by, choices=dict(options.choose)),
        "approve": lambda: held.approve(name, by=by, reason=options.reason),
        "drop": lambda: held.drop_scenario(name, by=by),
    }


def _list(session: Session, held: Store) -> None:
    session.out(held.scenarios())


def _diff(session: Session, held: Store) -> None:
    """Print what the scenario changes in the record: sentences in a table's place, else rows."""
    name, t = session.options.scenario, session.t
    found = held.differences(name)
    if session.form == "table":
        said = wording.differences(found, session.park(held, name), t, session.lang)
        printing.fields({"differences": said}, "table", t)
    else:
        session.out(_flat(found, "before", "after") if session.form == "csv" else found)


def _conflicts(session: Session, held: Store) -> None:
    """Print where the scenario and the record clash: name and sentence of each in a table's place, else rows."""
    name, t = session.options.scenario, session.t
    found = held.conflicts(name, dict(session.options.choose))
    said = wording.conflicts(found, session.park(held, name), t, session.lang)
    if session.form != "table":
        rows = found.assign(sentence=pd.array(said, dtype="string"))
        session.out(_flat(rows, "mine", "theirs") if session.form == "csv" else rows)
    elif said:
        printing.fields(dict(zip(found["conflict"], said, strict=True)), "table", t)
    else:
        printing.say(t("Nothing in the record stands against it."))


def _flat(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Return `frame` with the rows that stand in its cells as text."""
    return frame.assign(**{name: [_text(cell) for cell in frame[name]] for name in names})


def _text(cell: dict[str, object] | list[dict[str, object]]) -> str:
    return " | ".join(differences.text(row) for row in (cell if isinstance(cell, list) else [cell]))
