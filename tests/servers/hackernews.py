"""Hacker News as Algolia shows it: search_by_date with tags, numeric filters and pages."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.servers import Expected

START = datetime(2026, 3, 2, 9, 0, 0)


class World:
    """Stories and comments that anybody can search."""

    secrets: Mapping[str, str] = MappingProxyType({})

    def __init__(self, server: HTTPServer) -> None:
        self.hits: list[dict[str, Any]] = []
        self.requests = 0
        self.faults: list[tuple[int, Response]] = []
        server.expect_request("/search_by_date").respond_with_handler(self.answer)
        base = server.url_for("").rstrip("/")
        self.toml = f'[[sources]]\ntype = "hackernews"\nbrand = "tamrow"\nterms = ["Tamrow"]\napi_base = "{base}"\n'

    def answer(self, request: Request) -> Response:
        self.requests += 1
        self.faults = [(after - 1, fault) for after, fault in self.faults]
        for due in [fault for after, fault in self.faults if after < 0]:
            self.faults = [(after, fault) for after, fault in self.faults if after >= 0]
            return due
        filters = dict(re.findall(r"created_at_i(>=|<)(\d+)", request.args.get("numericFilters", "")))
        since, until = int(filters.get(">=", 0)), int(filters.get("<", 1 << 40))
        found = [hit for hit in self.hits if since <= hit["created_at_i"] < until]
        found.sort(key=lambda hit: -hit["created_at_i"])
        page, size = int(request.args["page"]), int(request.args["hitsPerPage"])
        hits = found[:1000][page * size : (page + 1) * size]
        return Response(json.dumps({"hits": hits, "page": page}), content_type="application/json")

    def fill(self, many: int) -> list[Expected]:
        first = len(self.hits)
        return [self.say(number) for number in range(first, first + many)]

    def say(self, number: int) -> Expected:
        ours = number % 5 == 3
        at = START + timedelta(hours=number)
        hit = {
            "objectID": str(9000 + number),
            "author": "tamrowbuild" if ours else f"reader{number % 7}",
            "created_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "created_at_i": int(at.replace(tzinfo=UTC).timestamp()),
            "comment_text": f"Tamrow &amp; sons, note {number}<p>second <i>line</i>",
            "story_id": 8000,
            "parent_id": 8000,
        }
        self.hits.append(hit)
        text = f"Tamrow & sons, note {number}\nsecond line"
        return Expected(f"hackernews:{9000 + number}", "out" if ours else "in", at, text)

    def poison(self) -> None:
        self.say(len(self.hits))
        self.hits[-1] |= {"author": None, "comment_text": {"oddly": ["nested"]}}

    def edit(self, id: str) -> str:
        hit = next(hit for hit in self.hits if f"hackernews:{hit['objectID']}" == id)
        hit["comment_text"] = "Tamrow, on second thought: fine work"
        return str(hit["comment_text"])

    def delete(self, id: str) -> bool:
        return False

    def fail(self, after: int, status: int = 500, body: Any = None) -> None:
        self.faults.append((after, Response(json.dumps(body), status=status)))
