"""How fast the map answers a click and paints, against plain st_folium of the same layer in the same run.

python benchmarks/map.py                 clicks at 1,000 … 300,000 buildings (plain: to 10,000); first paints
python benchmarks/map.py --first-paint   only the first paints of the app, on the sample
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser, Frame, Page

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "map.md"
CHROMIUM = os.environ.get("PARKS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SIZES = (1_000, 10_000, 300_000)
PLAIN = 10_000
"""The largest layer that a plain map is asked to draw."""
ROUNDS = 7
"""First paints of each page, each in a new browser context, so nothing is cached."""
MOST_MS, LEAST_RATIO, MOST_PAINT, MOST_PAINT_LARGE = 200, 10, 1.3, 2.0
"""What must hold: median click [ms] at every size, times faster than plain at `PLAIN`, first paint in empty maps of the
app on the sample and of the largest size."""

OVERVIEW = "/?lang=en"
PAINTED = """() => document.querySelectorAll('[data-testid=stMetricValue]').length >= 5
    && document.querySelectorAll('[data-testid=stVegaLiteChart] .marks').length >= 3"""
"""The app's first page is painted when its figures and its three charts are there."""

DRAWN = """document.querySelector(
    '[data-context][data-zones][data-parks][data-buildings][data-classes][data-waiting="0"]')"""
"""Our map is painted when base, zones, parks, buildings and their colours are there."""

METHOD = """\
Written by `benchmarks/map.py`. One process, one browser; for each size and way a fresh page, then clicks on
neighbouring buildings at zoom 16 (the first is not counted), each from the mouse to the panel that names the building.
Baseline: `st_folium` as its documentation shows it (style and tooltip a feature, all events returned) of the same
layer, its Leaflet served from the same process. First paint: until base, zones, parks, buildings and colours are drawn
(the first page: its figures and three charts); a new browser context each time. Read the ratios: the milliseconds are
this machine's."""


@contextlib.contextmanager
def serving(script: Path, **environment: str) -> Iterator[str]:
    """Start a script on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"port": port, "address": "127.0.0.1", "headless": "true", "fileWatcherType": "none"}
    options = [part for name, value in settings.items() for part in (f"--server.{name}", str(value))]
    command = [sys.executable, "-m", "streamlit", "run", str(script), *options]
    process = subprocess.Popen(
        [*command, "--browser.gatherUsageStats", "false"], stdout=subprocess.DEVNULL, env=os.environ | environment
    )
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()  # noqa: S310 - our own address
                break
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextlib.contextmanager
def app() -> Iterator[dict[str, str]]:
    """Start the app on the sample in a store of its own; give its pages and their addresses."""
    with tempfile.TemporaryDirectory() as folder:
        store = {"PARKS_STORE": str(Path(folder) / "store.db")}
        subprocess.run([sys.executable, "-m", "parks", "demo"], env=os.environ | store, check=True, capture_output=True)
        with serving(HERE.parent / "app.py", **store) as url:
            yield {"the app's first page, the sample": url + OVERVIEW, "the app's map, the sample": f"{url}/map"}


def opened(browser: Browser, url: str) -> tuple[Page, Frame, float]:
    """Return a page, the frame of its map, and the seconds until the map was drawn."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    begun = time.perf_counter()
    page.goto(url)
    if url.endswith(OVERVIEW):
        page.wait_for_function(PAINTED, timeout=120_000)
        return page, page.main_frame, time.perf_counter() - begun
    page.wait_for_selector("iframe", timeout=120_000)
    frame = page.frame(url=lambda address: "streamlit_folium" in address)
    # Ours is drawn when each layer is there; a plain map when Leaflet has its paths; an empty one when it stands.
    ready = {
        "way=ours": "document.querySelector('[data-buildings][data-classes][data-waiting=\"0\"]')",  # it has no more
        "way=plain": "document.querySelectorAll('path.leaflet-interactive').length > 100",
        "way=empty": "window.map",
    }
    done = next((test for name, test in ready.items() if name in url), DRAWN)
    frame.wait_for_function(done, timeout=180_000)
    return page, frame, time.perf_counter() - begun


def clicks(browser: Browser, url: str, count: int, rounds: int) -> tuple[list[float], float]:
    """Return the milliseconds from each click to the panel that names what was clicked."""
    page, frame, paint = opened(browser, url)
    frame.evaluate("window.map.setView([31.2, 121.6], 16, { animate: false })")
    page.wait_for_timeout(3000)
    side = int(count**0.5 + 0.999)
    taken = []
    for step in range(rounds + 1):
        row, column = side // 2 + step % 3 - 1, side // 2 + step // 3 - 2
        name = f"B{row * side + column:06d}"
        place = [31.2 + (row - side / 2 + 0.1) * 0.0012, 121.6 + (column - side / 2 + 0.1) * 0.0012]
        at = frame.evaluate("(place) => window.map.latLngToContainerPoint(place)", place)
        box = page.locator("iframe").bounding_box()
        begun = time.perf_counter()
        page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])
        page.wait_for_function(
            "(name) => document.body.innerText.includes('picked ' + name)", arg=name, polling=5, timeout=60_000
        )
        taken.append((time.perf_counter() - begun) * 1000)
        page.wait_for_timeout(400)
    page.context.close()
    return taken[1:], paint


def first_paint(browser: Browser, base: str, pages: Mapping[str, str]) -> tuple[list[str], list[float]]:
    """Return the lines of a table, and how often an empty map's first paint goes into that of each page.

    Each page (name → address) is warm: the data are loaded, the browser has nothing yet.
    """
    pages = {"empty folium map on an empty page (baseline)": f"{base}/?way=empty"} | pages
    taken: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(ROUNDS + 1):  # in turn, so that the machine's moods meet all pages alike; the first round warms
        for name, url in pages.items():
            page, _, seconds = opened(browser, url)
            page.context.close()
            taken[name].append(seconds)
    median = {name: statistics.median(seconds[1:]) for name, seconds in taken.items()}
    empty, *others = median.values()
    rows = [f"| {name} | {seconds:.2f} | {seconds / empty:.2f} |" for name, seconds in median.items()]
    return [f"| page | first paint s, median of {ROUNDS} | against empty |", "|---|---|---|", *rows], [
        seconds / empty for seconds in others
    ]


def measured(browser: Browser, base: str, rounds: int) -> tuple[list[str], float, float]:
    """Return the lines of the table of clicks, our slowest median, and how often it goes into plain at `PLAIN`."""
    lines = [
        "| buildings | way | click ms: median (worst) | first paint s, cold | times faster |",
        "|---|---|---|---|---|",
    ]
    median, ratio = 0.0, 0.0
    for count in SIZES:
        ours, paint = clicks(browser, f"{base}/?way=ours&n={count}", count, rounds)
        median = max(median, statistics.median(ours))
        ways = [("ours", ours, paint)]
        if count <= PLAIN:
            ways.insert(
                0, ("plain st_folium (baseline)", *clicks(browser, f"{base}/?way=plain&n={count}", count, rounds))
            )
            ratio = statistics.median(ways[0][1]) / statistics.median(ours)
        for way, taken, seconds in ways:
            worst = f"{statistics.median(taken):,.0f} ({max(taken):,.0f})"
            times = f"{statistics.median(ways[0][1]) / statistics.median(taken):.1f}" if count <= PLAIN else "—"
            lines.append(f"| {count:,} | {way} | {worst} | {seconds:.1f} | {times} |")
    return lines, median, ratio


def main() -> int:
    """Measure, print, and keep the result."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--first-paint", action="store_true", help="only the first paints of the app")
    words.add_argument("--clicks", type=int, default=9, help="clicks a way and size")
    wanted = words.parse_args()
    pages = HERE / "pages" / "map_app.py"
    with app() as real, serving(pages) as base, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        if wanted.first_paint:
            lines, times = first_paint(browser, base, real)
            print("\n".join(lines))
            return 0 if max(times) <= MOST_PAINT else 1
        table, median, ratio = measured(browser, base, wanted.clicks)
        ours = {f"ours, {count:,} buildings": f"{base}/?way=ours&n={count}" for count in SIZES}
        lines, times = first_paint(browser, base, real | ours)
        version = browser.version
    painted = max(times[: len(real)]) <= MOST_PAINT and times[-1] <= MOST_PAINT_LARGE
    held = median < MOST_MS and ratio >= LEAST_RATIO and painted
    where = f"Chromium {version} without a screen, Python {platform.python_version()}, {os.cpu_count()} cores."
    text = "\n".join(["# The map", "", METHOD, "", where, "", *table, "", *lines, ""])
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    print(f"median {median:.0f} ms (under {MOST_MS}), {ratio:.1f} times faster (at least {LEAST_RATIO}): {held}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
