"""Hacker News as two interfaces show it: Algolia's search and threads, and the official single items."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request
from werkzeug.exceptions import NotFound

from tests.servers import Expected
from tests.servers.faults import Faults

START = datetime(2026, 3, 2, 9, 0, 0)
STORY = 8000
EVERY_RUN = "recheck_days = 1e-9\n"


class World:
    """Stories and comments that anybody can search; ``start`` is when the first of those of ``fill`` is said."""

    secrets: Mapping[str, str] = MappingProxyType({})

    def __init__(self, server: HTTPServer, start: datetime = START) -> None:
        self.start = start
        self.items: dict[int, dict[str, Any]] = {}
        self.gone: dict[int, dict[str, Any]] = {}
        self.states: dict[int, Any] = {}  # what the official interface says of an item, where a test decides it
        self.faults = Faults()
        for path, answer in [
            ("/search_by_date", self.search),
            (re.compile("/items/.*"), self.tree_of),
            (re.compile("/item/.*"), self.item),
        ]:
            server.expect_request(path).respond_with_handler(self.faults.around(answer))
        base = server.url_for("").rstrip("/")
        self.toml = (
            f'[[sources]]\ntype = "hackernews"\nbrand = "tamrow"\nterms = ["Tamrow"]\n'
            f'api_base = "{base}"\nitems_base = "{base}"\n{EVERY_RUN}'
        )

    @property
    def requests(self) -> int:
        return len(self.faults.asked)

    def search(self, request: Request) -> dict[str, Any]:
        filters = dict(re.findall(r"created_at_i(>=|<)(\d+)", request.args.get("numericFilters", "")))
        since, until = int(filters.get(">=", 0)), int(filters.get("<", 1 << 40))
        word = request.args["query"].strip('"')
        author = re.search(r"author_(\w+)", request.args["tags"])
        hits = [to_hit(item) for item in self.items.values() if since <= item["created_at_i"] < until]
        hits = [hit for hit in hits if word in str(hit) and by(hit, author)]
        hits.sort(key=lambda hit: (-hit["created_at_i"], hit["objectID"]))
        page, size = int(request.args["page"]), int(request.args["hitsPerPage"])
        return {"hits": hits[:1000][page * size : (page + 1) * size], "page": page}

    def tree_of(self, request: Request) -> dict[str, Any]:
        tree = self.tree(int(request.path.rsplit("/", 1)[1]))
        if tree is None:
            raise NotFound
        return tree

    def tree(self, native: int) -> dict[str, Any] | None:
        node = self.items.get(native) or self.gone.get(native)
        children = [id for id, item in (self.items | self.gone).items() if item["parent_id"] == native]
        return node and node | {"children": [self.tree(child) for child in sorted(children)]}

    def item(self, request: Request) -> Any:
        native = int(request.path.rsplit("/", 1)[1].removesuffix(".json"))
        if native in self.states:
            return self.states[native]
        if native in self.gone:
            return {"id": native, "deleted": True, "type": "comment", "parent": STORY, "time": 1772442000}
        return {"id": native, "type": "comment", "by": "somebody", "text": "as it was"}

    def say(self, native: int, author: str, text: str, parent: int | None = STORY, at: datetime = START) -> None:
        """Let somebody write a comment, or without a parent a story."""
        self.items[native] = {
            "id": native,
            "author": author,
            "created_at": f"{at:%Y-%m-%dT%H:%M:%S.000Z}",
            "created_at_i": int(at.replace(tzinfo=UTC).timestamp()),
            "title": None if parent else text,
            "text": text if parent else None,
            "parent_id": parent,
            "story_id": STORY,
        }

    def fill(self, many: int) -> list[Expected]:
        first = len(self.items)
        return [self.note(number) for number in range(first, first + many)]

    def note(self, number: int) -> Expected:
        ours = number % 5 == 3
        at = self.start + timedelta(hours=number)
        author = "tamrowbuild" if ours else f"reader{number % 7}"
        self.say(9000 + number, author, f"Tamrow &amp; sons, note {number}<p>second <i>line</i>", at=at)
        text = f"Tamrow & sons, note {number}\nsecond line"
        return Expected(f"hackernews:{9000 + number}", "out" if ours else "in", at, text)

    def poison(self) -> None:
        number = len(self.items)
        self.note(number)
        self.items[9000 + number] |= {"author": None, "text": {"oddly": ["Tamrow"]}}

    def edit(self, id: str) -> str:
        item = self.items[int(id.removeprefix("hackernews:"))]
        item["text"] = "Tamrow, on second thought: fine work"
        return str(item["text"])

    def delete(self, id: str) -> bool:
        native = int(id.removeprefix("hackernews:"))
        empty = {"author": None, "text": None, "title": None}
        self.gone[native] = self.items.pop(native) | empty
        return True

    def fail(self, after: int, status: int = 500, body: Any = None, **headers: str) -> None:
        self.faults.add(after, status, body, headers)


def to_hit(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item as the search shows it, which names some things differently and tells no parent's author."""
    kept = ("author", "created_at", "created_at_i", "title", "parent_id", "story_id")
    return {key: item[key] for key in kept} | {"objectID": str(item["id"]), "comment_text": item["text"]}


def by(hit: dict[str, Any], author: re.Match[str] | None) -> bool:
    """Say whether a hit is by the author that was asked for, if one was."""
    return author is None or hit["author"] == author[1]
