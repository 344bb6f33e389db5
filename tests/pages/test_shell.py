"""The page that Streamlit begins with, and its files, as a browser gets them from us."""

import asyncio
import gzip
import re
import socket
import threading
from dataclasses import dataclass, field

import pytest
from starlette.responses import PlainTextResponse

from parks.pages import frame, shell

PAGES = ["overview", "map", "vacancy"]
PACKED = {"accept-encoding": "gzip"}
SCRIPTS = shell.STATIC / "static" / "js"


@dataclass
class Answer:
    headers: dict = field(default_factory=dict)
    raw: bytes = b""

    async def take(self, message):
        self.headers |= {key.decode(): value.decode() for key, value in message.get("headers", ())}
        self.raw += message.get("body", b"")

    @property
    def text(self):
        return self.raw.decode()

    @property
    def content(self):
        return gzip.decompress(self.raw) if self.headers.get("content-encoding") == "gzip" else self.raw


@pytest.fixture
def get():
    """Return a function that asks for a path and returns the answer."""
    app = shell.Shell(PlainTextResponse("Streamlit's own answer"), PAGES)

    def ask(path, headers=PACKED, method="GET"):
        told = [(key.encode(), value.encode()) for key, value in headers.items()]
        answer = Answer()
        scope = {"type": "http", "method": method, "path": path, "headers": told}
        thread = threading.Thread(target=lambda: asyncio.run(app(scope, None, answer.take)))
        thread.start()  # a loop of its own: the one of this thread may be a browser's
        thread.join()
        return answer

    return ask


@pytest.mark.parametrize("title", sorted({title for titles in shell.NEEDED.values() for title in titles}))
def test_this_release_of_streamlit_has_the_script_that_is_asked_for_ahead(title):
    """Where a release calls it otherwise it would come as late as without us: then its new title is to be written."""
    assert shell.scripts([title])[0].startswith(f"{title}.")


@pytest.mark.parametrize("page", PAGES)
def test_page_asks_ahead_for_each_script_once_and_each_is_there(get, page):
    html = get(f"/{page}").text
    asked = [part.split('"')[0] for part in html.split('href="./static/js/')[1:]]
    assert len(set(asked)) == len(asked)
    assert not [name for name in shell.scripts(shell.NEEDED.get(page, shell.FRAME)) if f"/static/js/{name}" not in html]
    for name in asked:
        answer = get(f"/static/js/{name}")
        assert answer.content == (SCRIPTS / name).read_bytes()


def test_root_is_the_first_page_and_says_where_the_app_is_before_any_script(get):
    html = get("/").text
    assert html == get("/overview").text != get("/map").text
    assert html.index("BACKEND_BASE_URL") < html.index('type="module"')
    assert get("/map").headers["cache-control"] == "no-cache"


def test_files_come_packed_and_are_kept_for_ever(get):
    name = shell.scripts(["ComponentInstance"])[0]
    answer = get(f"/static/js/{name}")
    assert gzip.decompress(answer.raw) == (SCRIPTS / name).read_bytes()
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")
    letters = next(path.name for path in (shell.STATIC / "static" / "media").glob("*.woff2"))
    font = get(f"/static/media/{letters}")
    assert "content-encoding" not in font.headers
    assert font.headers["content-type"] == "font/woff2"


def test_script_of_the_maps_component_comes_from_memory_too(get):
    name = next(name for name in shell._files() if name.startswith("component/") and name.endswith(".js"))
    assert len(get(f"/{name}").content) > 100_000


@pytest.mark.parametrize(
    "path",
    [
        "/map/",
        "/elsewhere",
        "/static/js/none.12345678.js",
        "/static/js/../../index.html",
        "/static/index.html",
        "/_stcore/health",
    ],
)
def test_all_else_goes_on_to_streamlit(get, path):
    assert get(path).text == "Streamlit's own answer"


def test_who_takes_nothing_packed_and_who_asks_otherwise_goes_on_to_streamlit(get):
    name = shell.scripts(["ComponentInstance"])[0]
    plain = get(f"/static/js/{name}", {"accept-encoding": "identity"})
    assert plain.text == get("/map", method="POST").text == "Streamlit's own answer"


def test_app_below_a_path(get, monkeypatch):
    monkeypatch.setattr(shell.st, "get_option", {"server.baseUrlPath": "/town/parks/"}.__getitem__)
    assert "BACKEND_BASE_URL" in get("/town/parks/map").text
    assert "BACKEND_BASE_URL" in get("/town/parks/").text
    assert get("/map").text == get("/town/parks").text == "Streamlit's own answer"


def test_every_page_of_the_navigation_begins_with_us():
    (layer,) = frame.middleware()
    assert {"overview", "map", "audit"} <= set(layer.kwargs["pages"])


def test_no_answer_waits_for_the_word_that_the_one_before_has_come():
    with socket.socket() as port:  # as Streamlit opens its own
        port.bind(("127.0.0.1", 0))
        port.listen()
        shell.unhindered()
        with socket.create_connection(port.getsockname()), port.accept()[0] as taken:
            assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_browser_gets_its_mark_once(get):
    one, other = (get("/map").headers["set-cookie"] for _ in range(2))
    mark, *rest = one.split("; ")
    assert re.fullmatch("parks_visitor=[0-9a-f]{6}", mark)
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(rest)
    assert mark not in other
    assert "set-cookie" not in get("/", PACKED | {"cookie": f"a=b; {mark}"}).headers
    assert "set-cookie" not in get("/elsewhere").headers


def test_who_gives_no_name_is_known_by_the_mark_of_the_browser(screen, empty):
    marks = [{"parks_visitor": "3fa1c2"}, {"parks_visitor": "<b>"}, {"parks_visitor": "<b>"}]
    called = [screen(empty, cookies=mark).text_input(key="who").placeholder for mark in marks]
    assert called[0] == "planner 3fa1c2"
    assert all(re.fullmatch("planner [0-9a-f]{6}", name) for name in called)
    assert len(set(called)) == 3
