"""What a person sees: the real server in a real browser, with screenshots of every page in build/screens."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage

from pipeline.store import Workspace
from tests.conftest import ROOT
from tests.server import running, settled, still
from tests.test_pages import person_named

SCREENS = ROOT / "build" / "screens"
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
TITLES = {
    "pulse": "How do people feel about Tamrow Design-Build?",
    "relationships": "Relationships with Tamrow Design-Build",
    "compare": "How does Tamrow Design-Build stand beside others?",
    "growth": "What do relationships with Tamrow Design-Build grow into?",
    "person": "Priya Raman",
    "conversations": "Conversations with Tamrow Design-Build",
    "review": "What do people mean who speak of Tamrow Design-Build?",
    "health": "Is everything in order?",
}


@pytest.fixture(scope="module")
def address(sample: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server that shows the sample."""
    with running(ROOT / "dashboard.py", sample.folder, tmp_path_factory.mktemp("server") / "log") as found:
        yield found


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
    still(page)
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
