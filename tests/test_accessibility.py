"""axe-core on every page, light and dark: nothing serious or critical."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from pipeline.store import Workspace
from tests.conftest import ROOT
from tests.server import running, settled
from tests.test_pages import person_named
from tests.test_screens import TITLES

GRAVE = ("serious", "critical")

# (rule, element) that Streamlit 1.67 causes and no page can mend -> why.
THEIRS = {
    ("color-contrast", "<p>Tags</p>"): "the name of a choice that has no options yet is drawn pale, as inactive things "
    "may be (WCAG 1.4.3), but Streamlit does not tell the browser that it is inactive",
}


@pytest.fixture(scope="module")
def address(sample: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(ROOT / "dashboard.py", sample.folder, tmp_path_factory.mktemp("server") / "log") as found:
        yield found


def grave(violations: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Return (rule, selector, HTML) of every serious or critical finding that is not on the list of theirs."""
    return [
        (each["id"], str(node["target"]), node["html"])
        for each in violations
        if each["impact"] in GRAVE
        for node in each["nodes"]
        if (each["id"], node["html"]) not in THEIRS
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", TITLES)
def test_no_page_has_a_serious_or_critical_finding(
    name: str, theme: str, browser: Browser, address: str, sample: Workspace
):
    page = browser.new_page(viewport={"width": 1280, "height": 2400}, color_scheme=theme)
    query = f"?person={person_named(sample, 'priya')}" if name == "person" else ""
    page.goto(f"{address}/{'' if name == 'pulse' else name}{query}")
    settled(page)
    found = grave(Axe().run(page).response["violations"])
    assert found == []
    page.close()


def test_axe_finds_what_is_wrong(browser: Browser):
    page = browser.new_page()
    page.set_content("<html lang=en><title>x</title><main><h1>x</h1><img src='x.png'><input></main></html>")
    rules = {rule for rule, _, _ in grave(Axe().run(page).response["violations"])}
    assert {"image-alt", "label"} <= rules
    page.close()
