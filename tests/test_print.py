"""Pulse in a real browser: printed on paper, and the way from a fall of the index to who caused most of it."""

import re

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page

from pipeline.store import Workspace
from pipeline.telling import moved
from tests.server import settled, still
from tests.test_page_pulse import taken_apart
from tests.test_pages import person_named, shown
from tests.test_screens import address

__all__ = ["address"]

SIZES = {"laptop": {"width": 1280, "height": 900}, "wide": {"width": 1920, "height": 1080}}
PLACES = {
    "pulse": "?moved_in=Aug+2026",
    "compare": "compare?period=12+months",
    "growth": "growth",
    "person": "person?person={priya}",
}
PRINTED = [("pulse", "laptop"), ("pulse", "wide"), ("compare", "laptop"), ("growth", "wide"), ("person", "wide")]
DRAWN = """() => {
    const charts = [...document.querySelectorAll('[data-testid="stPlotlyChart"]')];
    return charts.length > 1 && charts.every(chart => chart.querySelector('.main-svg'));
}"""
CARDS = """texts => texts.flatMap(text => {
    const head = text.closest('[data-testid="stVerticalBlock"]').querySelector('[data-testid="stMarkdown"]');
    return head && text.checkVisibility() ? [[head.textContent, text.textContent]] : [];
})"""
TEXTS = "texts => [...new Set(texts.filter(t => t.checkVisibility()).map(t => t.textContent.trim()))].filter(Boolean)"
POINT = """day => {
    const plot = document.querySelector('.js-plotly-plot');
    const trace = plot.calcdata[plot.data.findIndex(trace => trace.name === 'One person, one voice')];
    const point = trace.find(point => new Date(point.x).toISOString().startsWith(day));
    const {xaxis, yaxis} = plot._fullLayout, {left, top} = plot.getBoundingClientRect();
    return [left + xaxis._offset + xaxis.c2p(point.x), top + yaxis._offset + yaxis.c2p(point.y)];
}"""


def opened(browser: Browser, address: str, place: str, size: str = "laptop") -> Page:
    page = browser.new_page(viewport=SIZES[size])
    page.goto(f"{address}/{place}")
    settled(page)
    page.wait_for_function(DRAWN, timeout=60_000)
    still(page)
    return page


def packed(text: str) -> str:
    """Return letters and digits: an upright axis comes letter by letter, a hyphen at a line end is none."""
    return re.sub(r"\W", "", text)


@pytest.mark.parametrize(("name", "size"), PRINTED)
def test_on_paper_every_word_of_every_chart_is_there_and_nothing_to_press(
    name: str, size: str, browser: Browser, address: str, sample: Workspace
):
    page = opened(browser, address, PLACES[name].format(priya=person_named(sample, "priya")), size)
    charts = page.locator(".js-plotly-plot text").evaluate_all(TEXTS)
    headings = [packed(text) for text in page.locator("h2").all_inner_texts()]
    cards = page.locator("[data-testid='stText']").evaluate_all(CARDS)
    said = page.locator("h1, [data-testid='stMain'] [data-testid='stCaptionContainer']").all_inner_texts()
    page.add_style_tag(content="* { font-variant-ligatures: none !important }")  # pdfium misplaces their letters
    sheets = pypdfium2.PdfDocument(page.pdf(format="A4"))
    texts = [sheet.get_textpage() for sheet in sheets]
    whole = packed("".join(text.get_text_range() for text in texts))
    assert [text.get_text_range().strip() != "" for text in texts] == [True] * len(texts), "a blank sheet"
    assert len(charts) > 20 and [text for text in charts if packed(text) not in whole] == []
    assert len(said) > 2 and [text for text in said if packed(text) not in whole] == []
    buttons = ("Charts are saved as", "CSV", "Note what happened", "Read the messages")
    assert [text for text in buttons if packed(text) in whole] == []
    ends = [packed(text.get_text_range()) for text in texts]
    axes = {packed(text) for text in charts}  # the last word of a chart may be its axis, which is called so, too
    alone = [heading for heading in headings if heading not in axes and any(end.endswith(heading) for end in ends)]
    assert alone == [], "alone at the foot"
    broken = [card for card in cards if not any(all(packed(part) in end for part in card) for end in ends)]
    assert broken == [] and bool(cards) == (name == "person")
    for sheet, text in zip(sheets, texts, strict=True):
        boxes = [text.get_charbox(place) for place in range(text.count_chars())]
        outside = [place for place, box in enumerate(boxes) if box[0] < 0 or box[2] > sheet.get_width()]
        assert "".join(text.get_text_range(place, 1) for place in outside) == ""
    page.close()


def test_two_clicks_lead_from_a_fall_of_the_index_to_who_lowered_it_most(
    browser: Browser, address: str, sample: Workspace
):
    lowest = moved.persons(taken_apart(sample), 5)["key"].iloc[0]
    name = shown(sample, "names", brand="tamrow", people=[lowest])["name"].iloc[0]
    page = opened(browser, address, "")
    page.mouse.click(*page.evaluate(POINT, "2026-08-01"))
    page.wait_for_function("location.search.includes('moved_in=Aug+2026')", timeout=20_000)
    page.get_by_text("compared with 01 Jul 2026 to 31 Jul 2026").wait_for(timeout=20_000)
    settled(page)  # the table of the chosen month has taken the place of the other one
    table = page.locator('[data-testid="stDataFrame"]').first
    table.scroll_into_view_if_needed()
    still(page)
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 60, box["y"] + 35 * 1.5)
    page.wait_for_function("location.pathname === '/person'", timeout=20_000)
    assert page.locator("h1").inner_text().strip() == name
    page.close()


def test_a_choice_of_compare_is_kept_in_the_address(browser: Browser, address: str):
    page = opened(browser, address, PLACES["compare"])
    page.get_by_role("radio", name="month", exact=True).click()
    page.wait_for_function("location.search.includes('each=month')", timeout=20_000)
    page.get_by_text("How did each move, month by month?").wait_for(timeout=20_000)
    again = browser.new_page()
    again.goto(page.url)
    settled(again)
    assert again.get_by_text("How did each move, month by month?").count() == 1
    again.close()
    page.close()
