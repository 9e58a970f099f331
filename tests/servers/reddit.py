"""Reddit as its API shows it: a login, listings by name, threads with folded answers, and single things."""

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from werkzeug.exceptions import NotFound, Unauthorized

from tests.servers import Expected
from tests.servers.faults import Faults

START = datetime(2026, 3, 2, 9, 0, 0)
POST = "t3_root"
KEYS = {"REDDIT_CLIENT_ID": "an-app-of-ours", "REDDIT_CLIENT_SECRET": "its-own-secret"}
LIBRARY_TRIES = 3


class World:
    """One subreddit, where people write posts and comments; ``folded`` comments are shown by their ids only.

    What answers one of the ``nested`` comments is folded once more; below ``cut`` ones a branch has a page of its own.
    """

    secrets: Mapping[str, str] = MappingProxyType(KEYS)

    def __init__(self, server: HTTPServer, start: datetime = START) -> None:
        self.start = start
        self.things: dict[str, dict[str, Any]] = {}
        self.folded: set[str] = set()
        self.nested: set[str] = set()
        self.cut: set[str] = set()
        self.most_listed = 1000
        self.logins: list[dict[str, str]] = []
        self.faults = Faults()
        login = Faults()
        self.asked_to_log_in = login.asked
        for path, answer in [
            ("/r/kitchens/comments", lambda request: self.listing(request, "t1_")),
            ("/r/kitchens/new", lambda request: self.listing(request, "t3_")),
            ("/search", self.search),
            (re.compile("/user/.*/overview"), self.overview),
            ("/message/mentions", self.mentions),
            (re.compile("/comments/.*"), self.thread),
            ("/api/morechildren", self.unfold),
            ("/api/info", self.info),
        ]:
            server.expect_request(path).respond_with_handler(self.faults.around(self.known(answer)))
        server.expect_request("/api/v1/access_token", method="POST").respond_with_handler(login.around(self.log_in))
        base = server.url_for("").rstrip("/")
        self.toml = (
            f'[[sources]]\ntype = "reddit"\nbrand = "tamrow"\nsubreddits = ["kitchens"]\nterms = ["Tamrow"]\n'
            f'user_agent = "linux:orchard:1 (by /u/tamrowbuild)"\napi_base = "{base}"\nlogin_base = "{base}"\n'
        )

    @property
    def requests(self) -> int:
        return len(self.faults.asked) + len(self.asked_to_log_in)

    def log_in(self, request: Request) -> dict[str, Any] | Response:
        """Give out a token for the right keys."""
        self.logins.append(request.form.to_dict())
        pair = ":".join(KEYS.values()).encode()
        if request.headers["Authorization"] != f"Basic {base64.b64encode(pair).decode()}":
            raise Unauthorized
        if request.form.get("password") == "wrong":
            return {"error": "invalid_grant"}
        return {"access_token": "a-token", "token_type": "bearer", "expires_in": 3600, "scope": "*"}

    def known(self, answer: Any) -> Any:
        """Answer only those who logged in and say who they are."""

        def answered(request: Request) -> Any:
            named = request.headers["User-Agent"].startswith("linux:orchard:1 (by /u/tamrowbuild)")
            if request.headers.get("Authorization") != "bearer a-token" or not named:
                raise Unauthorized
            return answer(request)

        return answered

    def listing(self, request: Request, kind: str) -> dict[str, Any]:
        return self.listed(request, [thing for name, thing in self.things.items() if name.startswith(kind)])

    def search(self, request: Request) -> dict[str, Any]:
        word = request.args["q"].strip('"')
        posts = [thing for name, thing in self.things.items() if name.startswith("t3_")]
        return self.listed(request, [post for post in posts if word in post["title"]])

    def overview(self, request: Request) -> dict[str, Any]:
        user = request.path.split("/")[2]
        return self.listed(request, [thing for thing in self.things.values() if thing["author"] == user])

    def mentions(self, request: Request) -> dict[str, Any]:
        comments = [thing for thing in self.things.values() if "u/tamrowbuild" in str(thing.get("body"))]
        return self.listed(request, [told(comment) for comment in comments])

    def listed(self, request: Request, things: list[dict[str, Any]]) -> dict[str, Any]:
        """Return a page of things, newest first."""
        things = sorted(things, key=lambda thing: -thing["created_utc"])[: self.most_listed]
        names = [thing["name"] for thing in things]
        first = names.index(request.args["after"]) + 1 if request.args.get("after") else 0
        page = things[first : first + int(request.args["limit"])]
        after = page[-1]["name"] if first + len(page) < len(things) else None
        return to_listing([to_thing(thing) for thing in page], after)

    def thread(self, request: Request) -> list[dict[str, Any]]:
        post = self.things.get(f"t3_{request.path.split('/')[2]}")
        if post is None:
            raise NotFound
        below = [to_thing(node) for node in self.answers(post["name"])]
        more = [to_more(sorted(self.folded))] if self.folded else []
        return [to_listing([to_thing(post)]), to_listing(below + more)]

    def answers(self, parent: str) -> list[dict[str, Any]]:
        """Return the comments below something, each with those below it; a thread does not name its own title."""
        found = [thing for thing in self.things.values() if thing["parent_id"] == parent]
        nodes = []
        for thing in found:
            if thing["name"] not in self.folded:
                below = [to_thing(node) for node in self.answers(thing["name"])]
                node = thing | {"replies": to_listing(below) if below else ""}
                nodes.append({key: node[key] for key in node if not key.startswith("link_t")})
        return nodes

    def unfold(self, request: Request) -> dict[str, Any]:
        names = [f"t1_{id}" for id in request.args["children"].split(",")]
        more = [to_more(self.below(name)) for name in names if name in self.nested]
        more += [to_more([]) for name in names if name in self.cut]
        return {"json": {"errors": [], "data": {"things": [*(to_thing(self.things[name]) for name in names), *more]}}}

    def below(self, parent: str) -> list[str]:
        return sorted(name for name, thing in self.things.items() if thing["parent_id"] == parent)

    def info(self, request: Request) -> dict[str, Any]:
        names = request.args["id"].split(",")
        assert len(names) <= 100
        return to_listing([to_thing(self.things[name]) for name in names if name in self.things])

    def post(self, name: str, author: str, title: str, text: str = "", at: datetime = START) -> None:
        """Let somebody write a post."""
        self.things[name] = written(name, author, at) | {"title": title, "selftext": text, "parent_id": None}

    def comment(self, name: str, author: str, text: str, parent: str = POST, at: datetime = START) -> None:
        """Let somebody write a comment."""
        post = self.things.get(POST, {})
        above = {"link_id": POST, "link_title": post.get("title"), "link_author": post.get("author")}
        self.things[name] = written(name, author, at) | above | {"body": text, "parent_id": parent}

    def fill(self, many: int) -> list[Expected]:
        first = len(self.things)
        return [self.note(number) for number in range(first, first + many)]

    def note(self, number: int) -> Expected:
        ours, at, name = number % 5 == 3, self.start + timedelta(hours=number), f"t1_n{number:04}"
        self.comment(name, "tamrowbuild" if ours else f"reader{number % 7}", f"Tamrow & sons, note {number}", at=at)
        return Expected(f"reddit:{name}", "out" if ours else "in", at, f"Tamrow & sons, note {number}")

    def poison(self) -> None:
        number = len(self.things)
        self.note(number)
        self.things[f"t1_n{number:04}"] |= {"author": None, "body": {"oddly": ["nested"]}}

    def edit(self, id: str) -> str:
        thing = self.things[id.removeprefix("reddit:")]
        thing |= {"body": "Tamrow, on second thought: fine work", "edited": thing["created_utc"] + 60}
        return str(thing["body"])

    def delete(self, id: str) -> bool:
        thing = self.things[id.removeprefix("reddit:")]
        thing |= {"author": "[deleted]", "body": "[deleted]"}
        del thing["author_fullname"]
        return True

    def fail(self, after: int, status: int = 500, body: Any = None, **headers: str) -> None:
        for _ in range(LIBRARY_TRIES if status >= 500 else 1):
            self.faults.add(after, status, body, headers)


def written(name: str, author: str, at: datetime) -> dict[str, Any]:
    """Return what posts and comments have in common."""
    return {
        "name": name,
        "id": name[3:],
        "author": author,
        "author_fullname": f"t2_{author}",
        "created_utc": at.replace(tzinfo=UTC).timestamp(),
        "edited": False,
        "permalink": f"/r/kitchens/comments/{name[3:]}/",
        "subreddit": "kitchens",
        "author_flair_text": "not needed",
    }


def told(comment: dict[str, Any]) -> dict[str, Any]:
    """Return a comment as the inbox shows it, which tells where it stands only in its context."""
    path = f"/r/kitchens/comments/{comment['link_id'].removeprefix('t3_')}/whom_to_ask/{comment['id']}/?context=3"
    kept = {key: value for key, value in comment.items() if key not in ("link_id", "link_author", "permalink")}
    return kept | {"context": path, "was_comment": True, "type": "username_mention", "dest": "tamrowbuild"}


def to_thing(data: dict[str, Any]) -> dict[str, Any]:
    """Return what Reddit calls a thing."""
    return {"kind": data["name"][:2], "data": data}


def to_more(names: list[str]) -> dict[str, Any]:
    """Return what stands for comments that are folded away; without names, for a branch that has a page of its own."""
    ids = [name.removeprefix("t1_") for name in names]
    return {"kind": "more", "data": {"count": len(ids), "id": ids[0] if ids else "_", "children": ids}}


def to_listing(things: list[dict[str, Any]], after: str | None = None) -> dict[str, Any]:
    """Return what Reddit calls a listing."""
    return {"kind": "Listing", "data": {"after": after, "children": things}}
