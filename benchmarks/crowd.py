"""The map at district scale: frames while panning and zooming, memory, bytes per click, many sessions at once.

python benchmarks/crowd.py                  everything: 1,000 … 300,000 buildings, 1 … 50 sessions
python benchmarks/crowd.py --sessions 1 5   only some numbers of sessions
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

drawn = importlib.import_module("map")  # the file beside this one, which the word of the language hides

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "crowd.md"
SIZES = (1_000, 10_000, 300_000)
SESSIONS = (1, 5, 20, 50)
SECONDS, PAUSE_MS = 20, 2_000
"""How long the sessions click, and how long each waits between two clicks."""
MOST_FRAMES, MOST_HEAP_MB, MOST_MESSAGE_KB = 1.5, 150, 20
MOST_MS = {10_000: 150, 300_000: 200}
"""What must hold: frames against the smallest size, heap, bytes of a click, median click of 20 sessions."""

METHOD = """\
Written by `benchmarks/crowd.py`. Frames: the time between two frames while the map is dragged about and zoomed in and
out, at zooms 15 and 16, once each part of the way is loaded. Heap: what the page's scripts hold after a collection,
the map having been
dragged and zoomed. Message: bytes over the session's channel from a click to its panel, both ways. Sessions: one
browser whose clicks are timed by the page itself, from the click to the panel that names the building, and the others
without a browser over the same channel (fifty browsers on these cores would measure themselves), each clicking another
building every two seconds at its own moment, timed from the click to the end of the run. Memory: resident set of the
server's process. Baseline: 1,000 buildings, and one session. Browser, visitors and server share the cores: read the
ratios, the milliseconds are this machine's."""

FRAMES = """() => new Promise((done) => {
    const map = window.map, taken = [];
    const home = [31.2, 121.6];
    const acts = [() => map.panBy([500, 0]), () => map.setZoom(16), () => map.panBy([-300, 250]), () => map.setZoom(15),
        () => map.panBy([0, -350]), () => map.setZoom(16), () => map.panBy([-200, 100]), () => map.setZoom(15)];
    map.setView(home, 15, { animate: false });
    let last = performance.now(), running = true;
    const frame = (now) => { taken.push(now - last); last = now; if (running) { requestAnimationFrame(frame); } };
    requestAnimationFrame(frame);
    const next = () => {
        if (!acts.length) { running = false; done(taken.slice(2)); return; }
        acts.shift()();
        setTimeout(next, 600);
    };
    setTimeout(next, 600);
})"""

CLICKING = """([rounds, pause, phase, side, start]) => {
    const frame = document.querySelector("iframe").contentWindow, taken = window.taken = [];
    let wanted = null, begun = 0, step = start;
    new MutationObserver(() => {
        if (!wanted || !document.body.innerText.includes("picked " + wanted)) { return; }
        taken.push(performance.now() - begun);
        wanted = null;
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
    const click = () => {
        const row = (side >> 1) + step % 3 - 1, column = (side >> 1) + (step * 7) % 5 - 2;
        const at = frame.L.latLng(31.2 + (row - side / 2 + 0.1) * 0.0012, 121.6 + (column - side / 2 + 0.1) * 0.0012);
        step += 1;
        wanted = "B" + String(row * side + column).padStart(6, "0");
        begun = performance.now();
        frame.map.fire("click", { latlng: at, containerPoint: frame.map.latLngToContainerPoint(at) });
        if (step < start + rounds) { setTimeout(click, pause); }
    };
    setTimeout(click, phase);
}"""


def ready(browser: Browser, url: str) -> tuple[Page, Frame]:
    """Return a page and the frame of its map, drawn at zoom 16."""
    page, frame, _ = drawn.opened(browser, url)
    frame.evaluate("window.map.setView([31.2, 121.6], 16, { animate: false })")
    frame.wait_for_selector('.leaflet-container[data-waiting="0"]')
    return page, frame


def frames(browser: Browser, url: str) -> tuple[float, float, float]:
    """Return the median and the 95th percentile of the time of a frame [ms], and the heap [MB]."""
    page, frame = ready(browser, url)
    frame.evaluate(FRAMES)  # the first way loads what the second measures
    taken = sorted(frame.evaluate(FRAMES))
    channel = page.context.new_cdp_session(page)
    channel.send("HeapProfiler.enable")
    channel.send("HeapProfiler.collectGarbage")
    used = channel.send("Runtime.getHeapUsage")
    heap = (used["usedSize"] + used.get("backingStorageSize", 0)) / 2**20  # numbers in arrays are held beside the heap
    page.context.close()
    return statistics.median(taken), taken[int(len(taken) * 0.95)], heap


def message(browser: Browser, url: str, count: int) -> float:
    """Return the kilobytes that go over the session's channel for one click, the median of five."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    sent: list[int] = []
    page.on(
        "websocket",
        lambda one: [one.on(way, lambda told: sent.append(len(told))) for way in ("framesent", "framereceived")],
    )
    page.goto(url)
    page.wait_for_selector("iframe", timeout=120_000)
    frame = page.frame(url=lambda address: "streamlit_folium" in address)
    frame.wait_for_selector("[data-buildings][data-classes]", timeout=180_000)
    frame.evaluate("window.map.setView([31.2, 121.6], 16, { animate: false })")
    frame.wait_for_selector('.leaflet-container[data-waiting="0"]')
    page.wait_for_timeout(2000)
    taken = []
    for step in range(6):
        sent.clear()
        page.evaluate(CLICKING, [1, 0, 0, int(count**0.5 + 0.999), step])
        page.wait_for_function("window.taken.length === 1", timeout=60_000)
        page.wait_for_timeout(500)
        taken.append(sum(sent) / 1000)
    page.context.close()
    return statistics.median(taken[1:])


def crowd(browser: Browser, url: str, count: int, sessions: int) -> tuple[list[float], list[float], int]:
    """Return the clicks of one browser and of the other sessions [ms], and how many clicks had no answer."""
    page, _ = ready(browser, url)
    rounds = SECONDS * 1000 // PAUSE_MS
    asked = [sys.executable, str(HERE / "pages" / "visitors.py"), url]
    asked += [str(each) for each in (count, sessions - 1, rounds, PAUSE_MS)]
    others = subprocess.Popen(asked, stdout=subprocess.PIPE, text=True)
    time.sleep(3)  # all are there and click
    page.evaluate(CLICKING, [rounds, PAUSE_MS, 0, int(count**0.5 + 0.999), 0])
    page.wait_for_timeout((rounds + 2) * PAUSE_MS)
    told = json.loads(others.communicate(timeout=20 * SECONDS)[0])
    taken = page.evaluate("window.taken")
    failed = page.locator("[data-testid=stException]").count()
    page.context.close()
    return taken[1:], told, rounds * sessions - len(taken) - len(told) + failed


def resident_mb(script: Path) -> float:
    """Return the memory of the process that serves a script [MB]."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and str(script).encode() in (folder / "cmdline").read_bytes():
            said = (folder / "status").read_text(encoding="utf-8")
            return int(said.split("VmRSS:")[1].split()[0]) / 1024
    return float("nan")


def main() -> int:
    """Measure, print, and keep the result."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--sessions", type=int, nargs="+", default=list(SESSIONS))
    wanted = words.parse_args()
    script = HERE / "pages" / "map_app.py"
    held = True
    lines = [
        "| buildings | frame ms: median (95 %) | against the first | heap MB | kB a click |",
        "|---|---|---|---|---|",
    ]
    many = [
        "| buildings | sessions | click ms: median (worst) | against one | the others, ms | no answer | server MB |",
        "|---|---|---|---|---|---|---|",
    ]
    with drawn.serving(script) as base, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=drawn.CHROMIUM, args=drawn.QUIET)
        first = 0.0
        for count in SIZES:
            url = f"{base}/?way=ours&n={count}"
            middle, late, heap = frames(browser, url)
            first = first or late
            kilobytes = message(browser, url, count)
            held &= late <= MOST_FRAMES * first and heap < MOST_HEAP_MB and kilobytes < MOST_MESSAGE_KB
            lines.append(
                f"| {count:,} | {middle:.1f} ({late:.1f}) | {late / first:.2f} | {heap:.0f} | {kilobytes:.1f} |"
            )
            print(lines[-1], flush=True)
        for count in SIZES[1:]:
            alone = 0.0
            for sessions in wanted.sessions:
                taken, told, missing = crowd(browser, f"{base}/?way=ours&n={count}", count, sessions)
                middle, worst = statistics.median(taken), max(taken)
                others = f"{statistics.median(told):.0f}" if told else "—"
                alone = alone or middle
                held &= not missing and (sessions > 20 or middle < MOST_MS[count])
                memory = resident_mb(script)
                against = f"{middle:.0f} ({worst:.0f}) | {middle / alone:.1f}"
                many.append(f"| {count:,} | {sessions} | {against} | {others} | {missing} | {memory:.0f} |")
                print(many[-1], flush=True)
        version = browser.version
    where = f"Chromium {version} without a screen, Python {platform.python_version()}, {os.cpu_count()} cores."
    text = "\n".join(["# The map at district scale", "", METHOD, "", where, "", *lines, "", *many, ""])
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
