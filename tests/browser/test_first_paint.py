"""What a browser asks for and is told until the first page is there: nothing twice, nothing late, the map first."""

import pytest

pytestmark = pytest.mark.xdist_group("browser")
DRAWN = {
    "map": "() => document.querySelector('iframe')?.contentDocument?.querySelector('[data-buildings][data-classes]')",
    "": "() => document.querySelectorAll('[data-testid=stVegaLiteChart] .marks').length >= 3",
}


@pytest.fixture
def visit(browser, server):
    """Return a function that opens a page and gives its address → status, and what the session sent, in order."""
    contexts = []

    def go(path):
        contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}))
        page = contexts[-1].new_page()
        answers, told = [], []
        page.on("response", lambda answer: answers.append((answer.url, answer.status)))
        page.on("websocket", lambda channel: channel.on("framereceived", lambda sent: told.append(bytes(sent))))
        page.goto(f"{server}/{path}?lang=en")
        page.wait_for_function(DRAWN[path], timeout=120_000)
        page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=60_000)
        return answers, told

    yield go
    for context in contexts:
        context.close()


@pytest.mark.parametrize("path", ["", "map"])
def test_scripts_of_the_page_are_asked_for_ahead_and_nothing_is_refused(visit, browser, server, path):
    answers, _ = visit(path)
    assert not [(url, status) for url, status in answers if status >= 400]
    html = browser.contexts[0].request.get(f"{server}/{path}").text()
    used = {url.rpartition("/")[2] for url, _ in answers if url.startswith(f"{server}/static/js/")}
    late = {name for name in used if name not in html}
    assert not late


def test_map_is_sent_before_the_controls_and_the_bar(visit):
    _, told = visit("map")
    first = {
        word: next(at for at, sent in enumerate(told) if word in sent) for word in (b"st_folium", b"Go to", b"As of")
    }
    assert first[b"st_folium"] < first[b"Go to"] < first[b"As of"]


def test_charts_are_sent_before_the_bar(visit):
    _, told = visit("")
    charts = [at for at, sent in enumerate(told) if b"vega" in sent]
    assert charts
    assert max(charts) < next(at for at, sent in enumerate(told) if b"As of" in sent)
