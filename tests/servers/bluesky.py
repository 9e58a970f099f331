"""Bluesky as its application view shows it: search, notifications, feeds, threads and records, behind a login."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.servers import Expected
from tests.servers.faults import Faults

START = datetime(2026, 3, 2, 9, 0, 0)
EVERY_RUN = "recheck_days = 1e-9\n"
OURS = "tamrowbuild.bsky.social"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDAsInNjb3BlIjoiYyJ9.c2lnbmVk"  # a token of no one, valid until 2100


class World:
    """Posts of accounts, each with an id that outlives its handle; ``start`` is when the first of ``fill`` is said."""

    secrets: Mapping[str, str] = MappingProxyType({"BLUESKY_APP_PASSWORD": "abcd-efgh-ijkl-mnop"})
    handle = OURS

    def __init__(self, server: HTTPServer, start: datetime = START) -> None:
        self.start = start
        self.posts: dict[str, dict[str, Any]] = {}
        self.reposts: list[dict[str, Any]] = []
        self.removed: set[str] = set()
        self.blocking: set[str] = set()  # ids of those who show us nothing
        self.told: list[dict[str, Any]] = []  # notifications, oldest first
        self.most_hits = 1 << 30  # what one chain of pages of the search shows at most
        self.logins: list[Any] = []
        self.login_fault: Response | None = None
        self.faults = Faults()
        answers = {
            "app.bsky.feed.searchPosts": self.search,
            "app.bsky.notification.listNotifications": self.notifications,
            "app.bsky.feed.getAuthorFeed": self.feed,
            "app.bsky.feed.getPostThread": self.thread,
            "app.bsky.feed.getPosts": self.some,
            "com.atproto.repo.getRecord": self.record,
            "com.atproto.identity.resolveHandle": self.resolve,
            "app.bsky.actor.getProfiles": self.profiles,
        }
        for nsid, answer in answers.items():
            server.expect_request(f"/xrpc/{nsid}").respond_with_handler(self.faults.around(answer))
        server.expect_request("/xrpc/com.atproto.server.createSession").respond_with_handler(self.log_in)
        base = server.url_for("").rstrip("/")
        self.toml = (
            f'[[sources]]\ntype = "bluesky"\nbrand = "tamrow"\nlogin = "desk.example.org"\nterms = ["Tamrow"]\n'
            f'api_base = "{base}"\npublic_base = "{base}"\n{EVERY_RUN}'
        )

    @property
    def requests(self) -> int:
        return len(self.faults.asked) + len(self.logins)

    @property
    def asked(self) -> list[str]:
        """What was asked for, by the last word of its name."""
        return [request.path.rsplit(".", 1)[1] for request in self.faults.asked]

    def log_in(self, request: Request) -> Response:
        self.logins.append(request.json)
        if self.login_fault:
            return self.login_fault
        right = request.json["password"] == self.secrets["BLUESKY_APP_PASSWORD"]
        if not right:
            return refusal(401, "AuthenticationRequired", "Invalid identifier or password")
        session = {"accessJwt": TOKEN, "refreshJwt": TOKEN, "handle": request.json["identifier"]}
        return found(session | {"did": did_of(request.json["identifier"]), "active": True})

    def search(self, request: Request) -> Any:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Response("<html>Forbidden</html>", 403)
        since, until = (
            request.args.get(name, default).rstrip("Z") for name, default in (("since", ""), ("until", "~"))
        )
        word = request.args["q"].strip('"')
        hits = [post for post in self.shown() if word in str(post["record"]) and since <= seen(post) < until]
        return cut(hits[: self.most_hits], "posts", request)

    def notifications(self, request: Request) -> Any:
        wanted = request.args.getlist("reasons")
        told = [each for each in self.told if each["reason"] in wanted and each["uri"] not in self.removed]
        return cut(told[::-1], "notifications", request)

    def feed(self, request: Request) -> Any:
        actor = request.args["actor"]
        if did_of(actor) not in {post["author"]["did"] for post in self.posts.values()}:
            return refusal(400, "InvalidRequest", "Profile not found")
        own = [self.item(post) for post in self.shown() if did_of(actor) == post["author"]["did"]]
        items = sorted([*own, *self.reposts], key=lambda item: item.get("reason", item["post"])["indexedAt"])
        return cut(items[::-1], "feed", request)

    def item(self, post: dict[str, Any]) -> dict[str, Any]:
        parent = self.posts.get(post["record"].get("reply", {}).get("parent", {}).get("uri"))
        return {"post": post} | ({"reply": {"parent": parent, "root": parent}} if parent else {})

    def thread(self, request: Request) -> Any:
        tree = self.tree(request.args["uri"])
        missing = refusal(400, "NotFound", f"Post not found: {request.args['uri']}")
        return missing if tree.get("notFound") else {"thread": tree}

    def tree(self, uri: str) -> dict[str, Any]:
        if uri in self.removed or uri not in self.posts:
            return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}
        post = self.posts[uri]
        if post["author"]["did"] in self.blocking:
            return {"$type": "app.bsky.feed.defs#blockedPost", "uri": uri, "blocked": True}
        below = [each["uri"] for each in self.posts.values() if parent_uri(each) == uri]
        return {"$type": "app.bsky.feed.defs#threadViewPost", "post": post, "replies": [self.tree(u) for u in below]}

    def some(self, request: Request) -> Any:
        asked = request.args.getlist("uris")
        assert 0 < len(asked) <= 25
        return {"posts": [post for post in self.shown() if post["uri"] in asked]}

    def record(self, request: Request) -> Any:
        uri = f"at://{request.args['repo']}/{request.args['collection']}/{request.args['rkey']}"
        if uri in self.removed or uri not in self.posts:
            return refusal(400, "RecordNotFound", f"Could not locate record: {uri}")
        return {"uri": uri, "value": self.posts[uri]["record"]}

    def resolve(self, request: Request) -> Any:
        return {"did": did_of(request.args["handle"])}

    def profiles(self, request: Request) -> Any:
        known = {post["author"]["did"]: post["author"] for post in self.posts.values()}
        return {"profiles": [known[did] for did in request.args.getlist("actors") if did in known]}

    def shown(self) -> list[dict[str, Any]]:
        """Every post that we are shown, newest first."""
        there = [post for uri, post in self.posts.items() if uri not in self.removed]
        return sorted((p for p in there if p["author"]["did"] not in self.blocking), key=seen, reverse=True)

    def say(
        self,
        rkey: str,
        author: str,
        text: Any,
        at: datetime = START,
        parent: str | None = None,
        embed: dict[str, Any] | None = None,
    ) -> str:
        """Let somebody post; return the address."""
        uri = f"at://{did_of(author)}/app.bsky.feed.post/{rkey}"
        record: dict[str, Any] = {"$type": "app.bsky.feed.post", "text": text, "createdAt": f"{at.isoformat()}.000Z"}
        if parent:
            record["reply"] = {"root": {"uri": self.root(parent), "cid": "c"}, "parent": {"uri": parent, "cid": "c"}}
        view = embed and {"$type": f"{embed['$type']}#view", "record": self.posts.get(embed["record"]["uri"], {})}
        self.posts[uri] = {
            "uri": uri,
            "cid": f"cid-{rkey}",
            "author": {"did": did_of(author), "handle": author, "displayName": author.split(".")[0].title()},
            "record": record | ({"embed": embed} if embed else {}),
            "indexedAt": f"{at.isoformat()}.000Z",
        } | ({"embed": view} if view else {})
        return uri

    def root(self, uri: str) -> str:
        while above := parent_uri(self.posts.get(uri, {})):
            uri = above
        return uri

    def tell(self, uri: str, reason: str) -> None:
        """Let the account that logs in be told of a post."""
        post = self.posts[uri]
        self.told.append(
            {key: post[key] for key in ("uri", "cid", "author", "record", "indexedAt")} | {"reason": reason}
        )

    def fill(self, many: int) -> list[Expected]:
        first = len(self.posts)
        return [self.note(number) for number in range(first, first + many)]

    def note(self, number: int) -> Expected:
        ours = number % 5 == 3
        at = self.start + timedelta(hours=number)
        uri = self.say(f"3k{number}", OURS if ours else f"reader{number % 7}.bsky.social", f"Tamrow, note {number}", at)
        return Expected(f"bluesky:{uri}", "out" if ours else "in", at, f"Tamrow, note {number}")

    def poison(self) -> None:
        number = len(self.posts)
        at = self.start + timedelta(hours=number)
        self.say(f"3k{number}", "reader0.bsky.social", {"oddly": ["Tamrow"]}, at)

    def edit(self, id: str) -> str:
        self.posts[id.removeprefix("bluesky:")]["record"]["text"] = "Tamrow, on second thought: fine work"
        return "Tamrow, on second thought: fine work"

    def delete(self, id: str) -> bool:
        self.removed.add(id.removeprefix("bluesky:"))
        return True

    def fail(self, after: int, status: int = 500, body: Any = None, **headers: str) -> None:
        headers.setdefault("Content-Type", "application/json")
        self.faults.add(after, status, body, headers)


def did_of(handle: str) -> str:
    """Return the id of an account; who asks by the id gets it back."""
    return handle if handle.startswith("did:") else f"did:plc:{re.sub('[^a-z0-9]', '', handle)}"


def parent_uri(post: Mapping[str, Any]) -> str | None:
    return post.get("record", {}).get("reply", {}).get("parent", {}).get("uri")


def seen(post: Mapping[str, Any]) -> str:
    """Return when a post is sorted at."""
    return min(post["record"]["createdAt"], post["indexedAt"])


def cut(items: Sequence[Any], key: str, request: Request) -> dict[str, Any]:
    """Return one page, and where the next one begins if there is one."""
    start, size = int(request.args.get("cursor", 0)), int(request.args["limit"])
    further = {"cursor": str(start + size)} if start + size < len(items) else {}
    return {key: items[start : start + size]} | further


def found(body: Any) -> Response:
    return Response(json.dumps(body), content_type="application/json")


def refusal(status: int, error: str, message: str) -> Response:
    answer = found({"error": error, "message": message})
    answer.status_code = status
    return answer
