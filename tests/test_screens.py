"""What a person sees: the real server in a real browser, with screenshots of every page in build/screens."""

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from pipeline.store import Workspace
from tests.browser import ADVICE, find
from tests.conftest import ROOT
from tests.test_pages import person_named

SCREENS = ROOT / "build" / "screens"
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
TITLES = {
    "pulse": "How do people feel about Tamrow Design-Build?",
    "relationships": "Relationships with Tamrow Design-Build",
    "growth": "What do relationships with Tamrow Design-Build grow into?",
    "person": "Priya Raman",
    "conversations": "Conversations with Tamrow Design-Build",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find()
    if path is None:
        pytest.skip(f"NO BROWSER: {ADVICE}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def address(sample: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server that shows the sample."""
    log = tmp_path_factory.mktemp("server") / "log"
    command = [sys.executable, "-m", "streamlit", "run", "dashboard.py", "--server.port", "0"]
    env = os.environ | {"ORCHARD_DATA": str(sample.folder)}
    with log.open("w") as out, subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out) as server:
        yield wait_for_address(log)
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
    page.wait_for_selector('[data-testid="stStatusWidget"]', state="detached", timeout=60_000)
    if page.locator('[data-testid="stPlotlyChart"]').count():
        page.wait_for_selector(".js-plotly-plot .main-svg", timeout=60_000)
    page.wait_for_function("!document.querySelector('[data-testid=\"stSkeleton\"]')", timeout=60_000)
    page.wait_for_timeout(700)


def is_problem(message: ConsoleMessage) -> bool:
    """Say whether the browser complains; Streamlit itself feels for its base address below a page's path (404)."""
    return message.type == "error" and "/_stcore/" not in message.location["url"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", TITLES)
def test_every_page_is_whole_at_every_size_in_both_themes(
    name: str, size: str, theme: str, browser: Browser, address: str, sample: Workspace
):
    page = browser.new_page(viewport=SIZES[size], color_scheme=theme)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if is_problem(message) else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    query = f"?person={person_named(sample, 'priya')}" if name == "person" else ""
    page.goto(f"{address}/{'' if name == 'pulse' else name}{query}")
    settled(page)
    SCREENS.mkdir(parents=True, exist_ok=True)
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size(
        {"width": SIZES[size]["width"], "height": max(SIZES[size]["height"], min(int(height), 3000))}
    )
    page.wait_for_timeout(700)
    page.screenshot(path=SCREENS / f"{name}-{size}-{theme}.png")
    assert page.locator("h1").first.inner_text().strip() == TITLES[name]
    assert page.locator('[data-testid="stException"]').count() == 0
    wide = page.locator('[data-testid="stMain"]').evaluate("main => main.scrollWidth - main.clientWidth")
    assert wide <= 0, f"{wide} pixels stick out to the right"
    assert problems == []
    page.close()


def test_filters_live_in_the_address_bar_and_a_link_shows_the_same_view(browser: Browser, address: str):
    page = browser.new_page(viewport=SIZES["desktop"])
    page.goto(f"{address}/?brand=Quillstone+Construction&period=12+months")
    settled(page)
    assert "Quillstone" in page.locator("h1").first.inner_text()
    page.get_by_role("link", name="Conversations").click()
    page.wait_for_function("document.querySelector('h1')?.innerText.startsWith('Conversations')")
    assert "Quillstone" in page.locator("h1").first.inner_text()
    page.get_by_placeholder("search the text").fill("deck")
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('words=deck')")
    settled(page)
    again = browser.new_page(viewport=SIZES["desktop"])
    again.goto(page.url)
    settled(again)
    first, second = (p.locator('[data-testid="stCaptionContainer"]').all_inner_texts() for p in (page, again))
    assert [t for t in first if "messages from" in t] == [t for t in second if "messages from" in t] != []
    page.close()
    again.close()
