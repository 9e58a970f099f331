"""The filtered stream of X beside the world of posts: rules of an app, and lines in odd pieces, until it breaks."""

import json
import queue
from collections.abc import Iterator
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.servers import x, x_query, x_schema
from tests.servers.x_compliance import check

RULES = "/2/tweets/search/stream/rules"
STREAM = "/2/tweets/search/stream"
PIECE = 100  # bytes; a line is longer
ALIVE = b"\r\n"


class Stream:
    """``rules`` of one app by id. ``refusals``: the next connections are answered so. ``connected``: how many were."""

    def __init__(self, world: x.World, server: HTTPServer) -> None:
        self.world = world
        self.rules: dict[str, dict[str, str]] = {}
        self.changes: list[dict[str, Any]] = []
        self.refusals: list[Response] = []
        self.invalid = ""  # a rule with this word is refused
        self.connected = 0
        self.silent = False  # not even empty lines come
        self.line: queue.Queue[bytes | None] | None = None
        for method, path, answer in [
            ("GET", RULES, self.listed),
            ("POST", RULES, self.changed),
            ("GET", STREAM, self.connect),
        ]:
            server.expect_request(path, method=method).respond_with_handler(world.faults.around(answer))

    def listed(self, request: Request) -> dict[str, Any]:
        self.world.check_keys(RULES, request)
        data = {"data": list(self.rules.values())} if self.rules else {}
        answer = data | {"meta": {"sent": "2026-01-01T00:00:00.000Z", "result_count": len(self.rules)}}
        x_schema.check(x_schema.answer_check(RULES), answer)
        return answer

    def changed(self, request: Request) -> dict[str, Any]:
        """Delete rules, or add those that are not there yet."""
        self.world.check_keys(RULES, request)
        body = request.get_json()
        check(body, "UpdateRulesRequest")
        self.changes.append(body)
        for id in body.get("delete", {}).get("ids", ()):
            del self.rules[id]
        made, errors = [], []
        for rule in body.get("add", ()):
            if self.invalid and self.invalid in rule["value"]:
                errors.append(
                    {"title": "UnprocessableEntity", "details": ["Ambiguous use of or"], "value": rule["value"]}
                )
            elif rule["value"] in [known["value"] for known in self.rules.values()]:
                errors.append({"title": "DuplicateRule", "value": rule["value"]})
            else:
                made.append(self.add(**rule))
        return {"meta": {}} | ({"data": made} if made else {}) | ({"errors": errors} if errors else {})

    def add(self, value: str, tag: str) -> dict[str, str]:
        """Let the app have a rule."""
        id = str(9000 + len(self.changes) * 100 + len(self.rules))
        self.rules[id] = {"id": id, "value": value, "tag": tag}
        return self.rules[id]

    def connect(self, request: Request) -> Response:
        """Open the stream, which replaces the one before, or refuse to."""
        self.world.check_keys(STREAM, request)
        if message := x_schema.wrong(STREAM, request.args.to_dict(), "tweet"):
            return x.refused(message)
        if self.refusals:
            return self.refusals.pop(0)
        self.chosen = x.to_fields(request.args)
        self.connected += 1
        self.line = queue.Queue()
        return Response(self.pieces(self.line), content_type="application/json")

    # What comes.

    def tell(self, post: dict[str, Any]) -> None:
        """Let a post be heard by whoever listens, if a rule is about it."""
        author = self.world.users[post["author_id"]]["username"]
        matched = [rule for rule in self.rules.values() if x_query.found(rule["value"], post, author)]
        if matched and self.line:
            rules = [{"id": rule["id"], "tag": rule["tag"]} for rule in matched]
            line = {"data": x.shown(post, self.chosen), "matching_rules": rules}
            line |= self.world.around([post], self.chosen)
            x_schema.check(x_schema.answer_check(STREAM), line)
            self.send(x_schema.older(line))

    def send(self, line: Any) -> None:
        """Let a line come as it is."""
        assert self.line
        self.line.put((line if isinstance(line, bytes) else json.dumps(line).encode()) + ALIVE)

    def say(self, handle: str, text: str, at: Any, **links: str) -> dict[str, Any]:
        """Let somebody post, and whoever listens hear it."""
        post = self.world.say(handle, text, at, **links)
        self.tell(post)
        return post

    def hang_up(self) -> None:
        """Close the stream."""
        if self.line:
            self.line.put(None)
        self.line = None

    def pieces(self, line: "queue.Queue[bytes | None]") -> Iterator[bytes]:
        """Yield what comes in pieces that begin and end anywhere, and empty lines meanwhile."""
        self.silent = False
        yield ALIVE
        while True:
            try:
                found = line.get(timeout=0.2)
            except queue.Empty:
                if not self.silent:
                    yield ALIVE
                continue
            if found is None:
                return
            yield from (found[start : start + PIECE] for start in range(0, len(found), PIECE))
