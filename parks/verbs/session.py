"""What one call of the command works with: options, language, store, policy, snapshot."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parks import policy, schema, store, words
from parks.issues import InvalidData, Issue
from parks.status import vacancy
from parks.verbs import printing

if TYPE_CHECKING:
    import argparse

    import pandas as pd

    from parks.policy import Policy
    from parks.snapshot import Snapshot
    from parks.store import Store
    from parks.words import Translate

RECORD = "record"
"""How a user says that no scenario is laid over the record."""


@dataclass(frozen=True, slots=True)
class Session:
    """One call: opens what its verb asks for, when it asks.

    Parameters
    ----------
    options
        The parsed command line.
    """

    options: argparse.Namespace

    @property
    def t(self) -> Translate:
        """Says a sentence in the language asked for."""
        return words.translator(self.lang)

    @property
    def lang(self) -> str:
        """``zh`` or ``en``."""
        return str(self.options.lang)

    @property
    def form(self) -> str:
        """``table``, ``json`` or ``csv``."""
        return str(self.options.format)

    @property
    def who(self) -> str:
        """Who the history says did it."""
        return str(self.options.actor)

    @property
    def url(self) -> str:
        """Address of the store: as said, else the file beside the data."""
        return str(self.options.store or schema.DATA / "store.db")

    def store(self, *, create: bool = False) -> Store:
        """Return the store; with `create` a missing one is made, else it is refused."""
        return store.open(self.url, create=create, lang=self.lang)

    def rules(self) -> Policy:
        """Return the policy in force."""
        return policy.load(schema.DATA, t=self.t)

    def day(self, held: Store) -> dt.date:
        """Return the day asked for; without one the day of the newest data, in an empty store today."""
        chosen: dt.date | None = getattr(self.options, "as_of", None)
        return chosen or held.data_day() or dt.datetime.now(tz=dt.UTC).date()

    def park(self, held: Store, scenario: str | None = None) -> Snapshot:
        """Return the snapshot that the options ask for; an empty one says what to do next."""
        laid = None if scenario in {None, RECORD} else scenario
        park = held.as_of(self.day(held), laid, getattr(self.options, "known_on", None))
        if park.units.empty and park.projects.empty:
            t = self.t
            printing.say(
                t(
                    "The store holds nothing on {day}: load the sample with “parks demo”, or choose a later day.",
                    day=park.day,
                )
            )
        return park

    def space(self, park: Snapshot) -> pd.DataFrame:
        """Return one row a unit."""
        return vacancy.by_unit(park)

    def out(self, frame: pd.DataFrame) -> None:
        """Print rows in the format asked for."""
        printing.rows(frame, self.form, self.t)

    def refuse(self, message: str, mend: str, *, option: str, value: object) -> InvalidData:
        """Return the refusal of an option's value."""
        return InvalidData([Issue(self.options.verb, "", option, str(value), "refused", message, mend)])
