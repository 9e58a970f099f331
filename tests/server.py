"""A real Streamlit server in a process of its own, for what a person sees."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]

LOOK = """() => {
    window.changed = performance.now();
    window.watcher ??= new MutationObserver(() => { window.changed = performance.now(); });
    window.watcher.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
}"""
# Longer than a click takes to be sent: Streamlit waits 150 ms for a second one in the same table.
STILL = """() => {
    const {testScriptState: script, testConnectionState: connection} =
        document.querySelector('[data-testid="stApp"]').dataset;
    const moves = each => each.playState === 'running' && each.effect.getComputedTiming().endTime !== Infinity;
    const idle = script === 'notRunning' && connection === 'CONNECTED' && !document.getAnimations().some(moves);
    return idle && performance.now() - window.changed >= 300;
}"""


@contextmanager
def running(script: Path, workspace: Path, log: Path) -> Iterator[str]:
    """Yield the address of a server that shows a workspace; it ends with the block."""
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", "0"]
    env = os.environ | {"ORCHARD_DATA": str(workspace)}
    with log.open("w") as out, subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out) as server:
        try:
            yield wait_for_address(log)
        finally:
            server.terminate()


def wait_for_address(log: Path) -> str:
    """Return the address that the server prints, once it answers."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = re.search(r"http://localhost:(\d+)", log.read_text())
        if found:
            with urllib.request.urlopen(f"{found[0]}/_stcore/health", timeout=10) as answer:
                assert answer.status == 200
            return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no server: {log.read_text()}")


def settled(page: Page) -> None:
    """Wait until the page has drawn all that it is going to draw."""
    page.wait_for_selector("h1", timeout=60_000)
    if page.locator('[data-testid="stPlotlyChart"]').count():
        page.wait_for_selector(".js-plotly-plot .main-svg", timeout=60_000)
    page.wait_for_function("!document.querySelector('[data-testid=\"stSkeleton\"]')", timeout=60_000)
    still(page)


def still(page: Page) -> None:
    """Wait until the script has run to its end, and nothing has changed or moved on the page for a while."""
    page.evaluate(LOOK)
    page.wait_for_function(STILL, timeout=60_000)
