"""The browser's own Back leads to the list as it was left, with its filters."""

from playwright.sync_api import Browser, Page

from tests.server import settled, still
from tests.test_screens import address

__all__ = ["address"]

ROW = 35  # pixels of a row of Streamlit's table, and of its header
BOX = "([words, value]) => document.querySelector(`input[placeholder^='${words}']`)?.value === value"


def opened(browser: Browser, place: str) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(place)
    settled(page)
    return page


def back(page: Page, period: str) -> str:
    """Go back one step; return on which page that leads. Streamlit makes several steps of the way to a person."""
    page.go_back()
    settled(page)
    page.wait_for_function("period => location.search.includes(period)", arg=f"period={period}", timeout=30_000)
    return str(page.evaluate("location.pathname"))


def left_and_back(page: Page, period: str) -> None:
    """Wait until a person's page is whole, and go back to the page before."""
    page.wait_for_function("location.pathname === '/person'", timeout=30_000)
    settled(page)
    assert any(back(page, period) != "/person" for _ in range(4))


def test_every_back_from_a_person_and_their_list_keeps_filters_brand_and_period(browser: Browser, address: str):
    chosen = "brand=Quillstone+Construction&period=12+months&search=a&sort=coldest"
    page = opened(browser, f"{address}/relationships?{chosen}")
    table = page.locator('[data-testid="stDataFrame"]').first
    table.scroll_into_view_if_needed()
    still(page)
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 90, box["y"] + ROW * 1.5)
    page.wait_for_function("location.pathname === '/person'", timeout=30_000)
    settled(page)
    name = page.locator("h1").first.inner_text()
    page.get_by_role("link", name="Back to the list").click()
    page.wait_for_function("location.pathname === '/relationships'", timeout=30_000)
    settled(page)
    assert back(page, "12+months") == "/person", "the way back is one step"
    assert (page.locator("h1").first.inner_text(), "brand=Quillstone" in page.url) == (name, True)
    left_and_back(page, "12+months")
    page.wait_for_function(BOX, arg=["name or handle", "a"], timeout=30_000)
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
    left_and_back(page, "12+months")
    page.wait_for_function(BOX, arg=["search the text", "deck"], timeout=30_000)
    page.wait_for_function("location.search.includes('words=deck')", timeout=30_000)
    page.close()
