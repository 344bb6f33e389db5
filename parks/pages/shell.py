"""The page that Streamlit begins with, and its files: sent from memory, with what our pages need asked for ahead."""

from __future__ import annotations

import gzip
import importlib.util
import mimetypes
import re
import secrets
import socket
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st
from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from starlette.types import ASGIApp, Receive, Scope, Send

STATIC: Final = Path(st.__file__).parent / "static"
SCRIPTS: Final = "static/js"
HASHED: Final = re.compile(r"\.[\w-]{8}\.(js|css|woff2|ttf)$")
"""Files whose name holds a hash of their content: a browser may keep them for ever."""
IMPORTED: Final = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")
"""How one of Streamlit's scripts names another that it cannot begin without."""
FRAME: Final = ("Html", "Selectbox", "DateInput", "ButtonGroup", "Spinner")
"""Streamlit's scripts that draw the frame round every page."""
NEEDED: Final = {
    "overview": ("Metric", "ArrowVegaLiteChart", "embed", *FRAME, "DataFrame", "DownloadButton"),
    "map": ("ComponentInstance", *FRAME, "Checkbox", "Button"),
}
"""Page → Streamlit's scripts that draw it, the one that is waited for longest first. What a release calls otherwise is
fetched when it is used, as without us."""
ROOT: Final = '<script>window.__streamlit = {BACKEND_BASE_URL: new URL("./", location.href).href}</script>'
"""Says that the app's root is where the page's own scripts come from. Otherwise the browser takes the page for a root,
is told that there is none, and tries again later."""
VISITOR: Final = "parks_visitor"
"""Name of the cookie that tells one browser from another, and of nothing else."""
MARK: Final = re.compile("[0-9a-f]{6}")
"""How such a mark is written."""
YEAR: Final = 365 * 24 * 3600
OPEN: Final = Path("/dev/fd")
"""Where Linux and macOS list the open files of a process."""


class Shell:
    """Answers for Streamlit's files and for the pages' first address; all else goes on to Streamlit.

    Parameters
    ----------
    app
        What comes after.
    pages
        The addresses of the pages, the first of which also stands at the root.
    """

    def __init__(self, app: ASGIApp, pages: Collection[str]) -> None:
        """Hold nothing yet: files are read when they are first asked for."""
        self._app = app
        self._pages = {page: page for page in pages} | {"": next(iter(pages))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer: ASGIApp = self._app
        if scope["type"] == "http" and scope["method"] == "GET":
            base = str(st.get_option("server.baseUrlPath")).strip("/")
            name = scope["path"].removeprefix(f"/{base}/" if base else "/")
            if name in self._pages:
                answer = _page(self._pages[name], f"/{base}", Headers(scope=scope).get("Cookie", ""))
            elif name in _files() and "gzip" in Headers(scope=scope).get("Accept-Encoding", ""):
                answer = await to_thread.run_sync(_packed, name)
        await answer(scope, receive, send)


def mark() -> str:
    """Return a mark for a browser: one of 16 million, so that two of an office hardly share it."""
    return secrets.token_hex(3)


def _page(page: str, root: str, cookies: str) -> Response:
    """Return the page that Streamlit begins with; a browser that has no mark yet gets one."""
    answer = Response(begun(page), headers={"Cache-Control": "no-cache"}, media_type="text/html")
    if VISITOR not in cookie_parser(cookies):
        answer.set_cookie(VISITOR, mark(), max_age=YEAR, path=root, httponly=True, samesite="lax")
    return answer


@cache
def begun(page: str) -> str:
    """Return the page that Streamlit begins with, which says what `page` needs besides and where the app's root is."""
    html = (STATIC / "index.html").read_text(encoding="utf-8")
    # Asked for after what Streamlit itself cannot begin without, and after its first questions to the server.
    link = '<link rel="modulepreload" fetchpriority="low" crossorigin href="./static/js/{}">'
    ahead = (link.format(name) for name in scripts(NEEDED.get(page, FRAME)) if f"/{name}" not in html)
    return html.replace("</head>", f"{''.join(ahead)}</head>", 1).replace("<script", f"{ROOT}<script", 1)


def scripts(titles: Iterable[str]) -> list[str]:
    """Return Streamlit's scripts with these titles and of those that they cannot begin without, each once."""
    found: dict[str, None] = {}
    known = _files()
    waiting = [name for title in titles for name in known if re.fullmatch(rf"{SCRIPTS}/{title}\.[\w-]{{8}}\.js", name)]
    while waiting:
        name = waiting.pop(0)
        if name in known and name not in found:
            found[name] = None
            text = known[name].read_text(encoding="utf-8")
            waiting[:0] = [f"{SCRIPTS}/{each}" for each in IMPORTED.findall(text)]
    return [name.removeprefix(f"{SCRIPTS}/") for name in found]


def unhindered() -> None:
    """Let no answer wait until the browser has confirmed the one before.

    Streamlit opens its port in a way that asyncio does not take for TCP: each answer goes in two pieces, and the second
    waits for the word that the first has come, up to 40 ms. Connections inherit what is said of the port.
    """
    for number in [int(file.name) for file in OPEN.glob("*")] if OPEN.is_dir() else []:
        try:
            port = socket.socket(fileno=number)
        except OSError:  # no file, or none that is a connection
            continue
        try:
            if port.family in {socket.AF_INET, socket.AF_INET6} and port.type == socket.SOCK_STREAM:
                port.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        finally:
            port.detach()


@cache
def _files() -> dict[str, Path]:
    """Return the files of Streamlit and of streamlit-folium that never change, by their address."""
    found = importlib.util.find_spec("streamlit_folium")
    component = Path(str(found.origin)).parent / "frontend" / "build" if found else STATIC / "static"
    folders = {"static": STATIC / "static", "component/streamlit_folium.st_folium/static": component / "static"}
    return {
        f"{address}/{path.relative_to(folder).as_posix()}": path
        for address, folder in folders.items()
        for path in sorted(folder.rglob("*"))
        if HASHED.search(path.name)
    }


@cache
def _packed(name: str) -> Response:
    """Return a file as it is answered, packed unless it is packed by its nature."""
    path = _files()[name]
    kind = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0]
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if path.suffix not in {".js", ".css"}:
        return Response(path.read_bytes(), headers=headers, media_type=kind)
    packed = gzip.compress(path.read_bytes(), 6, mtime=0)
    return Response(packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=kind)
