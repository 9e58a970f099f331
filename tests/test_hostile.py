"""What networks and people write is shown as it is, wherever it comes from: never run, drawn or taken for a formula."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from pipeline import journal, run, settings, store
from pipeline.file_cursors import FileCursor
from pipeline.publish import ModelFacts
from pipeline.store import Workspace
from pipeline.touch import Account, Brand, Mapped, Record, Reject, Touch
from tests.conftest import ROOT
from tests.server import running, settled, still
from tests.test_pages import PAGES, Look, opened, shown
from tests.test_store import Fixed
from tests.worlds import save_outcomes

LIVE = "window.injected=1"
WRITTEN = {
    "html": f'<img class="injected" src=x onerror="{LIVE}"><script>{LIVE}</script></p><h1 class="injected">loud</h1>',
    "markdown": f"**bold** [click](javascript:{LIVE}) ![x](https://injected.example/p.png) <https://injected.example>",
    "heading": "# shout\n\n- item\n\n| a | b |\n|---|---|\n| c | d |\n\n```\ncode\n```",
    "formula": "=cmd|' /C calc'!A1",
    "minus": '-2+3+cmd|" /C calc"!A1',
    "right to left": "\u202egpj.exe\u202c \u2067مرحبا بالعالم\u2069",
    "long": "w" * 10_000,
    "zero width": "ze\u200bro\u200d\u2060wi\ufeffdth",
    "braces": "{name} {0.__class__} {brand!r} {{}} %s %(x)s ${x}",
    "codes": ":material/delete: :smile: :red[red] :blue-background[blue] :small[x] :streamlit:",
    "latex": r"$\frac{1}{0}$ $$\sum_x$$ \(y\)",
    "entity": "&lt;b&gt; &copy; &#x41; www.injected.example me@injected.example",
}
NAME = "<b class='injected'>{name}</b> **Co** :red[r] $x$ [l](javascript:x)"
OWN = Brand("hostile", NAME, ("hostileco",))
RIVAL = Brand("rival", f"# {NAME}", ("rivalco",))
SHORT = {key: text.replace("\n", " ")[:79].strip() for key, text in WRITTEN.items()}
ACTIVE = (
    *("h1.injected", "img.injected", "b.injected"),
    *("[href^='javascript']", "[src*='injected']", ".katex", ".stMarkdown table"),
)


def toml(text: str) -> str:
    """Return a text as TOML has it."""
    import json

    return json.dumps(text)


def said(number: int, key: str, text: str, brand: Brand) -> list[Mapped]:
    """Return what a hostile person says, and our answer, with the text in every field that there is."""
    source = "x" if number % 2 else text.casefold()[:60]
    account = Account(f"{source}:{text}", source, text, text, link=text, email=text)
    url = [f"javascript:{LIVE}", f"https://x.com/a)![x](https://injected.example/p.png)<b>{key}"][number % 2]
    same: dict[str, Any] = {"source": source, "brand": brand.key, "account": account, "conversation": text, "url": url}
    at = datetime(2025, 1, 1 + number)
    theirs = Touch(f"{source}:{number}", direction="in", kind="mention", at=at, text=text, addressed=True, **same)
    ours = Touch(f"{source}:{number}-a", direction="out", kind="reply", at=at, text=text, author=text, **same)
    return [Mapped(Record(number, {text: text}), touch) for touch in (theirs, ours)]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace in which every field that a network or a person fills is hostile."""
    place = Workspace(tmp_path_factory.mktemp("hostile"))
    topics = "\n".join(
        f"{toml(text)} = [{toml(word)}]" for text, word in zip(SHORT.values(), ("w", "x") * 6, strict=True)
    )
    (place.folder / "brand.toml").write_text(
        f'[brand]\nkey = "hostile"\nname = {toml(NAME)}\nhandles = ["hostileco"]\n'
        f'[[competitors]]\nkey = "rival"\nname = {toml(RIVAL.name)}\nhandles = ["rivalco"]\n'
        f"[topics.phrases]\n{topics}\n[kinds]\n{toml(SHORT['html'])} = [{toml(WRITTEN['formula'])}]\n"
    )
    for brand in (OWN, RIVAL):
        mapped = [each for n, (key, text) in enumerate(WRITTEN.items()) for each in said(n, key, text, brand)]
        rejects = [Reject(Record(n, {text: text}), text) for n, text in enumerate(WRITTEN.values())]
        cursor = FileCursor(f"{SHORT['markdown']}.csv", brand.key, brand, "mapped", 9, finished=True)
        save_outcomes(place, mapped, rejects, cursor)
    typed_by_people(place)
    run.refresh(place, settings.load(place.folder), Fixed, lambda: ModelFacts("fixed"))
    return place


def typed_by_people(place: Workspace) -> None:
    """Fill every field of the journal with every hostile text, by hostile authors."""
    for number, (key, text) in enumerate(WRITTEN.items()):
        account = said(number, key, text, OWN)[0].touch.account
        assert account
        who, words, author = account.id, text[:2000], SHORT[key]
        if len(who) > 300:
            continue
        said_of = {"brand": OWN.key, "account_id": who, "text": words, "author": author}
        entry = said_of | {"direction": "in", "kind": "call", "happened_at": datetime(2025, 1, 20)}
        journal.save_entry(place, entry)
        journal.save_fruit(place, said_of | {"kind": "referral", "happened_at": datetime(2025, 1, 21)})
        journal.save_note(place, OWN.key, who, words, author)
        journal.save_promise(place, OWN.key, who, words, date(2030, 1, 1), author)
        journal.save_members(place, [who], "list", SHORT[key], True, author)
        journal.save_members(place, [who], "organisation", SHORT[key], True, author)
        journal.save_view(place, SHORT[key], "relationships", f"search={SHORT[key]}", author)
        journal.save_annotation(place, OWN.key, date(2025, 1, 2 + number), words, author)


def people(place: Workspace) -> dict[str, str]:
    """Return name -> person of the own brand."""
    with store.open_published(place.published) as con:
        return dict(con.execute("select name, person_id from pub.person where brand = 'hostile'").fetchall())


def active(markdown: str) -> list[str]:
    """Return what Markdown would not show as it is."""
    patterns = (r"(?<!\\)<(img|script|b|h1)", r"(?<!\\)!\[x", r"(?<!\\)\[(click|l)\]\(", r"(?<!\\)\*\*(bold|Co)\*\*")
    patterns += (
        r"(?<!\\):(red|blue|material/delete|smile|small)",
        r"(?<!\\)\$",
        r"(?m)^# shout",
        r"(?<!\\)&(lt|copy|#)",
    )
    return [found[0] for pattern in patterns if (found := re.search(pattern, markdown))]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_draws_it_without_an_error_and_as_text(page: str, hostile: Workspace, in_workspace: Look):
    in_workspace(hostile)
    rendered = ("markdown", "title", "caption", "info", "warning", "error", "success", "subheader")
    for person in [*people(hostile).values()] if page == "views/person.py" else [""]:
        app = opened(page, **{"period": "everything"} | ({"person": person} if person else {}))
        found = {part for kind in rendered for each in app.get(kind) for part in active(str(each.value))}
        assert found == set(), f"{page}: {found}"


@pytest.mark.parametrize("key", WRITTEN)
def test_every_text_is_told_as_it_was_written(key: str, hostile: Workspace, in_workspace: Look):
    in_workspace(hostile)
    app = opened("views/conversations.py", message=shown_id(hostile, WRITTEN[key]), period="everything")
    assert [text.value for text in app.text].count(WRITTEN[key]) == 2  # what they wrote, and what we answered


def test_no_cell_of_a_download_is_a_formula(hostile: Workspace):
    from views import _show

    for name in ("formula", "minus"):
        frame = shown(
            hostile,
            "thread",
            brand=OWN.key,
            touch=shown_id(hostile, WRITTEN[name]),
        ).rename(columns={"text": WRITTEN[name]})
        rows = list(csv.reader(io.StringIO(_show.to_csv(frame)().decode("utf-8-sig"))))
        assert len(rows) > 1
        bad = [
            cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not number(cell)
        ]
        assert bad == []


def shown_id(place: Workspace, text: str) -> str:
    with store.open_published(place.published) as con:
        found = con.execute("select touch_id from pub.touch where brand = 'hostile' and text = $text", {"text": text})
        return str(found.fetchall()[0][0])


def number(cell: str) -> bool:
    return re.fullmatch(r"[+-]?[\d.]+(e-?\d+)?", cell) is not None


@pytest.fixture(scope="module")
def address(hostile: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(ROOT / "dashboard.py", hostile.folder, tmp_path_factory.mktemp("server") / "log") as found:
        yield found


def check(page: Page, where: str) -> None:
    """Assert that nothing was run or drawn, nothing was asked of another server, and nothing sticks out."""
    assert page.evaluate("window.injected") is None, where
    assert [css for css in ACTIVE if page.locator(f"[data-testid=stApp] {css}").count()] == [], where
    assert page.locator("[data-testid=stException]").count() == 0, where
    assert page.locator("h1").count() == 1, where
    coloured = page.locator(".stMarkdownColoredText, .stMarkdownColoredBackground").all_inner_texts()
    assert [text for text in coloured if text in ("red", "blue", "r")] == [], where
    wide = page.locator("[data-testid=stMain]").evaluate("main => main.scrollWidth - main.clientWidth")
    assert wide <= 0, f"{where}: {wide} pixels stick out"


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=["desktop", "phone"])
@pytest.mark.parametrize("page", PAGES)
def test_a_browser_runs_and_draws_nothing_of_it(
    page: str, size: tuple[int, int], hostile: Workspace, browser: Browser, address: str
):
    name = page.removeprefix("views/").removesuffix(".py")
    keys = [people(hostile)[text] for text in (WRITTEN["html"], WRITTEN["long"])] if name == "person" else [""]
    for person in keys:
        tab = browser.new_page(viewport={"width": size[0], "height": size[1]})
        asked: list[str] = []
        tab.on("request", lambda request, asked=asked: asked.append(request.url))
        query = f"?period=everything{f'&person={person}' if person else ''}"
        tab.goto(f"{address}/{'' if name == 'pulse' else name}{query}")
        settled(tab)
        for opener in tab.locator("[data-testid=stMain] details summary").all():
            opener.click()
        still(tab)
        check(tab, f"{name} {size}")
        assert [url for url in asked if "injected" in url.split("?")[0]] == []
        tab.close()
