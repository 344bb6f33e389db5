"""A real browser with the network cut off, and the app to walk through."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import playwright.sync_api
import pytest

from parks import store

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("PARKS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--enable-unsafe-swiftshader",
]
"""A browser must not ask its maker anything while it is watched; and it draws in 3D without a graphics card."""
HERE = {"127.0.0.1", "localhost"}
PATIENCE = 60


def is_here(url):
    return urlsplit(url).scheme in {"data", "blob", "file", "about"} or urlsplit(url).hostname in HERE


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_up(process, url, log):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the app did not start:\n{log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def serve(tmp_path_factory):
    """Return a function that starts a script of ours on a free port and returns its address."""
    running = []

    def start(script, **environment):
        port, log = free_port(), tmp_path_factory.mktemp("serve") / "log.txt"
        command = [sys.executable, "-m", "streamlit", "run", str(script)]
        settings = {
            "server.port": port,
            "server.address": "127.0.0.1",
            "server.headless": "true",
            "server.fileWatcherType": "none",
            "browser.gatherUsageStats": "false",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", str(value))]
        with log.open("w", encoding="utf-8") as out:
            process = subprocess.Popen(
                [*command, *options], cwd=ROOT, env=os.environ | environment, stdout=out, stderr=subprocess.STDOUT
            )
        running.append(process)
        wait_until_up(process, f"http://127.0.0.1:{port}", log)
        return f"http://127.0.0.1:{port}"

    yield start
    for process in running:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def store_path(tmp_path_factory):
    """Return the path of a store that holds the sample, loaded as a user would."""
    path = str(tmp_path_factory.mktemp("store") / "store.db")
    environment = os.environ | {"PARKS_STORE": path}
    subprocess.run([sys.executable, "-m", "parks", "demo"], cwd=ROOT, env=environment, check=True, capture_output=True)
    return path


@pytest.fixture(scope="session")
def server(serve, store_path):
    """Return the address of the app on that store."""
    return serve(ROOT / "app.py", PARKS_STORE=store_path)


@pytest.fixture
def own_path(store_path, tmp_path):
    """Return the path of a copy of that store, for one test to change."""
    path = str(tmp_path / "own.db")
    with store.open(store_path) as held:
        held.backup(path)
    return path


@pytest.fixture
def own(serve, own_path):
    """Return the path of such a copy, and the address of the app on it."""
    return own_path, serve(ROOT / "app.py", PARKS_STORE=own_path)


@pytest.fixture
def hostile(store_path, tmp_path):
    """Return the path of a store in which companies, parks and buildings are named with markup."""
    path, markup = tmp_path / "hostile.db", "<img src=x onerror=window.hacked=1>![x](http://example.invalid/x.png)"
    with store.open(store_path) as held:
        held.backup(path)
    with store.open(str(path)) as held:
        park = held.as_of(held.data_day())
        for table in ("tenants", "parks", "buildings"):
            held.add(table, park.table(table).assign(name_zh=markup, name_en=markup), source="test", by="test")
    return str(path)


@pytest.fixture(scope="session")
def browser():
    """Return Chromium."""
    if CHROMIUM is None:
        message = "Chromium is not installed: run .ci/browser, or name one in PARKS_CHROMIUM"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    with playwright.sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def console():
    """Return the errors that pages wrote to the console."""
    return []


@contextlib.contextmanager
def watched(browser, console):
    """Lend a page of a browser session of its own; fail when it asked another host or a script of it broke."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    abroad, broken = [], []

    def guard(route):
        if is_here(route.request.url):
            route.continue_()
        else:
            abroad.append(route.request.url)
            route.abort()

    context.route("**/*", guard)
    opened = context.new_page()
    opened.on("request", lambda request: None if is_here(request.url) else abroad.append(request.url))
    opened.on("websocket", lambda socket: None if is_here(socket.url) else abroad.append(socket.url))
    opened.on("pageerror", lambda error: broken.append(str(error)))
    opened.on("console", lambda said: console.append(said.text) if said.type == "error" else None)
    yield opened
    context.close()
    assert not abroad, f"asked another host: {sorted(set(abroad))}"
    assert not broken, f"a script broke: {broken}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Show what a page said beside a test that failed on it."""
    report = yield
    if report.failed and report.when == "call":
        for name in {"page", "second"} & item.funcargs.keys():
            with contextlib.suppress(playwright.sync_api.Error):
                report.sections.append((f"what the {name} said", item.funcargs[name].inner_text("body", timeout=5000)))
    return report


@pytest.fixture
def page(browser, console):
    """Return a page; the test fails when it asked another host for anything or a script of it broke."""
    with watched(browser, console) as opened:
        yield opened


@pytest.fixture
def second(browser, console):
    """Return the page of a second visitor, who shares nothing with the first but the server."""
    with watched(browser, console) as opened:
        yield opened
