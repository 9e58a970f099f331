"""What people come to the dashboard for, done in a real browser; build/tasks.md has the clicks and seconds of each."""

import csv
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError

from pipeline import journal_changes, journal_reads
from pipeline.store import Workspace
from tests.conftest import ROOT
from tests.server import running, settled, still
from tests.test_page_review import LABELS, MONTH, is_asked, labels, order, texts

DESKTOP = {"width": 1280, "height": 900}
TABLE = ROOT / "build" / "tasks.md"
ROW = 35  # pixels of a row of Streamlit's table, and of its header


@dataclass
class Hand:
    """A person at the browser, whose clicks are counted; typing a text and pressing Enter counts as one."""

    page: Page
    clicks: int = 0
    started: float = field(default_factory=time.perf_counter)

    def click(self, what: Locator) -> None:
        """Click what stands still: on a busy machine a button may move between the press and the release."""
        what.scroll_into_view_if_needed()
        still(self.page)
        what.click()
        self.clicks += 1

    def type(self, into: Locator, text: str) -> None:
        into.fill(text)
        into.press("Enter")
        self.clicks += 1
        still(self.page)

    def choose(self, label: str, option: str) -> None:
        self.click(self.page.get_by_role("combobox", name=label))
        self.page.keyboard.type(option)
        self.page.keyboard.press("Enter")
        self.clicks += 1

    def cell(self, table: Locator, row: int, x: float) -> None:
        """Click into a table, which is drawn on a canvas, so many pixels from its left edge."""
        table.scroll_into_view_if_needed()
        still(self.page)
        box = table.bounding_box()
        assert box
        self.page.mouse.click(box["x"] + x, box["y"] + ROW * (row + 1.5))
        self.clicks += 1

    def point(self, mark: Locator) -> None:
        """Click a mark of a chart, over which the chart lies that takes the clicks."""
        mark.scroll_into_view_if_needed()
        still(self.page)
        box = mark.bounding_box()
        assert box
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.clicks += 1

    def sees(self, words: str) -> None:
        """Wait for words; where they do not come, say what is there instead."""
        try:
            self.page.wait_for_function("t => document.body.innerText.includes(t)", arg=words, timeout=30_000)
        except TimeoutError:
            pytest.fail(f"no {words!r} on the page, but: {text(self.page)}")

    def done(self, task: str) -> None:
        """Write down what the task took, and begin the next one."""
        line = f"| {task} | {self.clicks} | {time.perf_counter() - self.started:.1f} |\n"
        with TABLE.open("a") as file:
            file.write(line)
        self.clicks, self.started = 0, time.perf_counter()


@pytest.fixture(scope="module")
def story(sample: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the sample that these tasks write to."""
    place = Workspace(tmp_path_factory.mktemp("tasks") / "story")
    shutil.copytree(sample.folder, place.folder)
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text("| task | clicks | seconds |\n|---|---:|---:|\n")
    return place


@pytest.fixture(scope="module")
def address(story: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(ROOT / "dashboard.py", story.folder, tmp_path_factory.mktemp("server") / "log") as found:
        yield found


@pytest.fixture
def hand(browser: Browser, address: str) -> Iterator[Hand]:
    with browser.new_context(viewport=DESKTOP, accept_downloads=True) as context:
        yield Hand(context.new_page())


def opened(hand: Hand, address: str, path: str = "") -> None:
    hand.page.goto(f"{address}/{path}")
    settled(hand.page)
    hand.started = time.perf_counter()


def heading(page: Page, start: str) -> str:
    """Wait for the page whose heading begins so, and return the heading."""
    page.wait_for_function("s => document.querySelector('h1')?.innerText.startsWith(s)", arg=start, timeout=30_000)
    settled(page)
    return page.locator("h1").first.inner_text()


def text(page: Page) -> str:
    return page.locator('[data-testid="stMain"]').inner_text()


def sign(hand: Hand, name: str = "Ana") -> None:
    """Say who writes; that is done once, before the task."""
    hand.page.get_by_role("textbox", name="Your name").fill(name)
    hand.page.keyboard.press("Enter")
    still(hand.page)
    hand.started = time.perf_counter()


def test_from_a_fallen_index_to_the_person_and_to_their_worst_thread(hand: Hand, address: str):
    opened(hand, address)
    page = hand.page
    points = page.locator(".js-plotly-plot").first.locator("path.point")
    lowest = max(range(7), key=lambda place: points.nth(place).bounding_box()["y"])
    hand.point(points.nth(lowest))
    hand.sees("compared with")
    page.wait_for_function("location.search.includes('moved_in')")
    settled(page)
    said = text(page)
    assert "It fell by" in said and "Whom did the change come from?" in said and "Who moved it most" in said
    hand.done("find why the index fell in the sample")
    hand.cell(page.locator('[data-testid="stDataFrame"]').first, 0, 60)
    page.wait_for_function("location.pathname.endsWith('/person')", timeout=30_000)
    settled(page)
    person = page.locator("h1").first.inner_text()
    hand.done("from that to the person who moved it most")
    hand.click(page.get_by_role("button", name="Worst", exact=False).first)
    heading(page, "Conversations")
    thread = page.get_by_role("heading", name="The whole thread").bounding_box()
    assert person in text(page) and thread["y"] < page.viewport_size["height"]  # in sight, without scrolling
    hand.done("to their worst thread")


def test_two_labels_are_corrected_at_once(hand: Hand, address: str, story: Workspace):
    opened(hand, address, "conversations?direction=from+them")
    sign(hand)
    page = hand.page
    table = page.locator('[data-testid="stDataFrame"]').first
    for row in (0, 1):
        hand.cell(table, row, 15)
        still(page)
    hand.click(page.get_by_role("button", name="Negative", exact=False).first)
    hand.sees("Undo")
    hand.done("correct two labels")
    (change, *_) = journal_changes.read_changes(story)
    assert (change["author"], change["many"]) == ("Ana", 2)


def test_a_call_is_logged(hand: Hand, address: str, story: Workspace):
    opened(hand, address, "relationships?search=priya")
    sign(hand)
    page = hand.page
    hand.cell(page.locator('[data-testid="stDataFrame"]').first, 0, 90)
    heading(page, "Priya Raman")
    hand.click(page.get_by_text("Log a call", exact=False).first)
    page.get_by_role("textbox", name="What was said or given").fill("20 minutes about the leak alarm")
    hand.clicks += 1
    hand.click(page.get_by_role("button", name="Keep it").first)
    hand.sees("20 minutes about the leak alarm")
    hand.done("log a call")
    (entry, *_) = journal_reads.read_entries(story, "tamrow", ["x:priyaraman"])
    assert (entry["kind"], entry["author"]) == ("call", "Ana")


def test_five_people_are_tagged_at_once(hand: Hand, address: str, story: Workspace):
    opened(hand, address, "relationships?sort=most+touches")
    sign(hand)
    page = hand.page
    table = page.locator('[data-testid="stDataFrame"]').first
    for row in range(5):
        hand.cell(table, row, 15)
        still(page)
    hand.type(page.get_by_role("combobox", name="Tag the ticked people"), "beta testers")
    still(page)
    hand.click(page.get_by_role("button", name="Tag", exact=True))
    hand.sees("5 people tagged")
    hand.done("tag five people")
    (change, *_) = journal_changes.read_changes(story)
    assert (change["author"], change["many"]) == ("Ana", 5)


def test_a_filtered_view_opens_from_its_link_in_a_fresh_browser(hand: Hand, browser: Browser, address: str):
    opened(hand, address, "conversations")
    page = hand.page
    hand.type(page.get_by_role("textbox", name="Words"), "invoice")
    page.wait_for_function("location.search.includes('words=invoice')")
    settled(page)
    link = page.url
    hand.done("make a filtered view whose address can be sent")
    with browser.new_context(viewport=DESKTOP) as context:
        fresh = context.new_page()
        fresh.goto(link)
        settled(fresh)
        mine, theirs = ([line for line in text(each).splitlines() if "messages from" in line] for each in (page, fresh))
    assert mine == theirs != []


def test_twenty_messages_are_labelled_by_keyboard(hand: Hand, address: str, story: Workspace):
    wanted, said = order(story), texts(story)
    opened(hand, address, f"review?month={MONTH}")
    sign(hand)
    page = hand.page
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    for number, touch in enumerate(wanted[:20]):
        is_asked(page, said[touch])
        page.keyboard.press("123"[number % 3])
        hand.clicks += 1
    hand.sees("20 labels drawn by chance")
    hand.done("label 20 messages by keyboard (keys)")
    is_asked(page, said[wanted[20]])
    page.keyboard.press("u")
    hand.sees("19 labels drawn by chance")
    is_asked(page, said[wanted[19]])
    page.keyboard.press("s")
    is_asked(page, said[wanted[20]])
    expected = [(touch, LABELS[number % 3], True, "Ana") for number, touch in enumerate(wanted[:19])]
    assert [label for label in labels(story) if label[2]] == expected


def test_what_is_on_screen_is_exported_and_read_back(hand: Hand, address: str, tmp_path: Path):
    opened(hand, address, "relationships?stage=reciprocal")
    page = hand.page
    count = next(line for line in text(page).splitlines() if "relationship" in line and line[0].isdigit())
    with page.expect_download() as started:
        hand.click(page.get_by_role("button", name="CSV").last)
    started.value.save_as(tmp_path / "out.csv")
    hand.done("export what is on screen as CSV")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == int(count.split()[0]) and {row["Stage"].partition(",")[0] for row in rows} == {"reciprocal"}
