"""Measures how long a person waits for the dashboard, beside an empty Streamlit page in the same run.

`python -m tests.benchmark_dashboard [TOUCHES ...]` prints a line of JSON for every size.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from pipeline import benchmark
from pipeline.publish import ModelFacts, publish, relate
from pipeline.settings import Settings
from pipeline.store import Workspace
from tests.browser import ADVICE, find
from tests.server import CHROMIUM, ROOT, running

SIZES = (10_000, 1_000_000)
TIMES = 5
CHART = ".js-plotly-plot .main-svg"
SIZE = {"width": 1280, "height": 900}


def seconds(work: Callable[[], object]) -> float:
    """Return how long some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def middle(measured: list[float]) -> float:
    """Return the median, to the hundredth of a second."""
    return round(statistics.median(measured), 2)


def opened(browser: Browser, address: str, sign: str) -> float:
    """Return the seconds from the address to the first sign of the page, in a browser that knows nothing yet."""
    with browser.new_context(viewport=SIZE) as context:
        page = context.new_page()

        def look() -> None:
            page.goto(address)
            page.wait_for_selector(sign, timeout=120_000)

        return seconds(look)


def choose(page: Page, period: str) -> None:
    """Choose a period, and wait until the page has drawn everything anew."""
    before = page.locator('[data-testid="stMarkdownContainer"]').all_inner_texts()
    page.get_by_role("combobox", name="Period").click()
    page.get_by_role("option", name=period).click()
    page.wait_for_function(
        "before => JSON.stringify([...document.querySelectorAll('[data-testid=stMarkdownContainer]')]"
        ".map(e => e.innerText)) !== before",
        arg=json.dumps(before, ensure_ascii=False),
        timeout=120_000,
    )
    page.wait_for_selector('[data-testid="stStatusWidget"]', state="detached", timeout=120_000)
    page.wait_for_function("!document.querySelector('[data-stale=true]')", timeout=120_000)


def redrawn(browser: Browser, address: str) -> list[float]:
    """Return the seconds that choosing a period takes: first as nobody has chosen it before, then again."""
    page = browser.new_page(viewport=SIZE)
    page.goto(address)
    page.wait_for_selector(CHART, timeout=120_000)
    page.wait_for_timeout(3000)
    measured = [seconds(lambda p=period: choose(page, p)) for period in ("3 months", "12 months") * 2]
    page.close()
    return measured


def measure(browser: Browser, touches: int, folder: Path) -> dict[str, object]:
    """Return what a person waits for in a workspace of so many touches."""
    place = Workspace(folder / str(touches))
    benchmark.generate(place, touches)
    relate(place, Settings(), ModelFacts("generated"))
    publish(place)
    with running(ROOT / "dashboard.py", place.folder, folder / f"{touches}.log") as address:
        first = opened(browser, address, CHART)
        chart = [opened(browser, address, CHART) for _ in range(TIMES)]
        redraw = redrawn(browser, address)
    return {
        "touches": touches,
        "first_visitor_first_chart_s": round(first, 2),
        "first_chart_s": middle(chart),
        "filter_new_s": middle(redraw[:2]),
        "filter_again_s": middle(redraw[2:]),
    }


def empty(browser: Browser, folder: Path) -> dict[str, object]:
    """Return how long a page takes that only says its title."""
    script = folder / "empty.py"
    script.write_text('import streamlit as st\n\nst.title("Nothing")\n')
    with running(script, folder, folder / "empty.log") as address:
        opened(browser, address, "h1")
        return {"empty_page_s": middle([opened(browser, address, "h1") for _ in range(TIMES)])}


def main(sizes: list[int]) -> None:
    """Measure all sizes and print them."""
    path = find()
    if path is None:
        sys.exit(ADVICE)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        print(json.dumps(empty(browser, Path(folder))), flush=True)
        for size in sizes:
            print(json.dumps(measure(browser, size, Path(folder))), flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
