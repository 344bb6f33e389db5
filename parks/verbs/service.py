"""The app, started on this machine."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from parks import schema
from parks.verbs import printing

if TYPE_CHECKING:
    from parks.verbs.session import Session

HOST = "127.0.0.1"
APP = schema.DATA.parent / "app.py"
SETTINGS = {
    "server.address": HOST,
    "browser.gatherUsageStats": "false",
}
"""Settings of the server: on this machine only, and it tells nobody."""


def serve(session: Session) -> NoReturn:
    """Become the app's server on this machine, which runs until it is broken off."""
    t, port = session.t, session.options.port
    address = str(Path(session.url).resolve()) if "://" not in session.url else session.url
    session.store(create=True).close()
    if not is_free(port):
        message = t("Port {port} is taken: something else answers there.", port=port)
        mend = t("Stop the other program, or choose another port: parks serve --port {other}", other=port + 1)
        raise session.refuse(message, mend, option="--port", value=port)
    printing.say(t("Parks runs at http://{host}:{port} (end with Ctrl-C)", host=HOST, port=port))
    os.chdir(APP.parent)
    # the server takes this process over, so that a signal to end reaches it
    seen = session.options.open and has_screen()
    os.execve(sys.executable, command(port, seen=seen), os.environ | {"PARKS_STORE": address})  # noqa: S606 - no shell


def command(port: int, *, seen: bool = False) -> list[str]:
    """Return the command that runs the app on `port`; where it is to be `seen`, a browser opens on it."""
    settings = SETTINGS | {"server.port": str(port), "server.headless": str(not seen).lower()}
    options = [part for name, value in settings.items() for part in (f"--{name}", value)]
    return [sys.executable, "-m", "streamlit", "run", str(APP), *options]


def has_screen() -> bool:
    """Return whether a browser could show itself here."""
    return sys.platform in {"darwin", "win32"} or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())


def is_free(port: int) -> bool:
    """Return whether nothing listens on `port` of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # as the server itself does, so that a connection that is just closing does not count
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
