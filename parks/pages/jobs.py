"""Long work beside the screen: a thread that tells how far it is, watched by a fragment, to be stopped."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st

from parks.issues import InvalidData

if TYPE_CHECKING:
    from collections.abc import Callable

    from parks.words import Translate

    Tell = Callable[[float, str], bool]
    Work = Callable[[Tell], Any]

PATIENCE = 0.5
"""Seconds for which the page waits itself: short work shows no bar that only flickers."""
LOOK = 0.5
"""Seconds between two looks at long work."""


class Stopped(Exception):  # noqa: N818 - the user's wish, no error
    """The user asked the work to stop."""


@dataclass(slots=True)
class Job:
    """Work under way, or done.

    Parameters
    ----------
    work
        Does it; tells how far it is (0 to 1) and what comes next.
    keeps
        Whether it keeps what it has when the user stops it: it is then told so, by True; other work is broken off.
    share, said
        How far it is.
    result, fault, error
        What came of it; None while it works, or when it was stopped. A fault is the user's, an error is ours.
    is_asked_to_stop
        Whether the user has stopped it: the work ends when it next tells how far it is.
    """

    work: Work
    keeps: bool = False
    share: float = 0.0
    said: str = ""
    result: Any = None
    fault: InvalidData | None = None
    error: Exception | None = None
    is_asked_to_stop: bool = False
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        """Begin."""
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.result = self.work(self._tell)
        except InvalidData as fault:
            self.fault = fault
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - raised again where somebody waits for it
            self.error = error

    def _tell(self, share: float, said: str) -> bool:
        if self.is_asked_to_stop and not self.keeps:
            raise Stopped
        self.share, self.said = share, said
        return self.is_asked_to_stop

    @property
    def is_done(self) -> bool:
        """Whether it works no more."""
        return not self.thread.is_alive()


def begin(key: str, work: Work, *, keeps: bool = False) -> None:
    """Begin work under `key` in this session; what was there before is forgotten. `keeps` as in `Job`."""
    job = Job(work, keeps)
    st.session_state[key] = job
    job.thread.join(PATIENCE)


def wait(key: str, label: str, t: Translate) -> Job | None:
    """Return the job under `key` once it is done; show how far it is until then. None while there is none.

    Parameters
    ----------
    key
        Under which it was begun.
    label
        What is being done, for the bar.
    t
        Says the sentences.
    """
    job: Job | None = st.session_state.get(key)
    if job is not None and job.error is not None:
        raise job.error
    if job is None or job.is_done:
        return job
    _watch(key, label, t)
    return None


@st.fragment(run_every=LOOK)
def _watch(key: str, label: str, t: Translate) -> None:
    job: Job | None = st.session_state.get(key)
    if job is None or job.is_done:
        st.rerun()
        return
    st.progress(min(job.share, 1.0), text=f"{label} {job.said}".strip())
    if st.button(t("Stop"), key=f"{key}_stop", icon=":material/stop_circle:"):
        job.is_asked_to_stop = True
