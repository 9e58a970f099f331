"""The browser's own Back leads to the list as it was left, with its filters."""

from playwright.sync_api import Browser, Page

from tests.server import settled, still
from tests.test_screens import address

__all__ = ["address"]

ROW = 35  # pixels of a row of Streamlit's table, and of its header
BOX = "s => document.querySelector(`input[placeholder^='${s}']`)?.value"


def opened(browser: Browser, place: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(place)
    settled(page)
    return page


def left_and_back(page: Page) -> None:
    """Wait until a person's page is whole, and go back to the page before.

    Streamlit writes a brand or period into the address of a new page as a step of its own, when it has the time: then
    the first Back leads to the same person without it.
    """
    page.wait_for_function("location.pathname === '/person'", timeout=30_000)
    settled(page)
    page.go_back()
    settled(page)
    if page.evaluate("location.pathname") == "/person":
        assert "brand" not in page.url and "period" not in page.url
        page.go_back()
    page.wait_for_function("location.pathname !== '/person' && !location.search.includes('person')", timeout=30_000)
    settled(page)


def test_back_from_a_person_brings_the_filters_of_the_list_back(browser: Browser, address: str):
    page = opened(browser, f"{address}/relationships?brand=Quillstone+Construction&search=a&sort=coldest")
    table = page.locator('[data-testid="stDataFrame"]').first
    table.scroll_into_view_if_needed()
    still(page)
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 90, box["y"] + ROW * 1.5)
    left_and_back(page)
    assert page.evaluate(BOX, "name or handle") == "a"
    assert "sort=coldest" in page.url and "Quillstone" in page.locator("h1").first.inner_text()
    page.close()


def test_by_keys_alone_one_gets_past_the_first_people_of_a_list(browser: Browser, address: str):
    page = opened(browser, f"{address}/relationships?sort=most+touches")
    page.locator('[data-testid="stDataFrame"] canvas').first.focus()
    button, offered = page.locator(".st-key-open-relationships button"), []
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
        settled(page)
        offered.append(button.inner_text().split("Open ")[1])
    assert len(set(offered)) == 4
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("location.pathname === '/person'", timeout=30_000)
    settled(page)
    assert page.locator("h1").first.inner_text() == offered[-1]
    page.close()


def test_back_from_a_person_brings_the_filters_of_the_conversations_back(browser: Browser, address: str):
    page = opened(browser, f"{address}/conversations?words=deck&period=12+months")
    table = page.locator('[data-testid="stDataFrame"]').first
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 90, box["y"] + ROW * 1.5)
    page.wait_for_function("location.search.includes('message=')", timeout=30_000)
    settled(page)
    heading = page.get_by_role("heading", name="The whole thread").bounding_box()
    assert heading and heading["y"] < 600, "the thread of a click is in sight, without scrolling"
    page.locator("[class*='st-key-person-'] button").first.click()
    left_and_back(page)
    assert page.evaluate(BOX, "search the text") == "deck"
    assert "words=deck" in page.url and "period=12" in page.url
    page.close()
