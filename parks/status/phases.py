"""Phases: which projects are the whole of others in the ledger, so that nothing is counted twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from parks.status import rows

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


def links(projects: pd.DataFrame) -> NDArray[np.int64]:
    """Return the row of the whole that each project is a phase of.

    Returns
    -------
    array of projects
        −1 where it is no phase, where its whole is not in the ledger, and where following the wholes comes back to
        the project itself: a circle has no whole, and every project in it counts by its own.
    """
    above = rows.find(projects["project_id"], projects["phase_of"])
    return np.where(circular(above), -1, above)


def circular(above: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which rows lie on a circle of `above` (row → row above it, −1 none)."""
    jump, steps = np.append(above, -1), 1
    # After as many steps as there are rows, only circles are left; each round doubles the steps.
    while steps <= len(above):
        jump, steps = jump[jump], steps * 2
    found: NDArray[np.bool_] = np.isin(np.arange(len(above)), jump[:-1][jump[:-1] >= 0])
    return found


def wholes(projects: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which projects have phases of their own in the ledger: the phases are counted, and not they."""
    above = links(projects)
    found: NDArray[np.bool_] = np.isin(np.arange(len(projects)), above[above >= 0])
    return found
