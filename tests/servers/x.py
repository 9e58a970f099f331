"""X as its API shows it: timelines, searches, likes, in both spellings, with keys, limits, deletions and edits."""

import html
import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType, SimpleNamespace
from typing import Any
from urllib.parse import unquote

from oauthlib.oauth1.rfc5849 import signature
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from werkzeug.exceptions import Unauthorized

from pipeline.sources.web import PASSING, TRIES
from tests.servers import Expected, x_query, x_schema
from tests.servers.faults import Faults
from tests.servers.x_schema import PROBLEMS

BEARER = {"X_BEARER_TOKEN": "a-bearer-token-that-nobody-may-see"}
USER = {
    "X_CONSUMER_KEY": "a-consumer-key",
    "X_CONSUMER_SECRET": "a-consumer-secret-that-nobody-may-see",
    "X_ACCESS_TOKEN": "501-an-access-token",
    "X_ACCESS_TOKEN_SECRET": "an-access-secret-that-nobody-may-see",
}
BRAND = "501"
FIRST = 1_990_000_000_000_000_000
ALWAYS = {"id", "text", "edit_history_post_ids"}
EXPANDED = {
    "author_id": "author_id",
    "referenced_posts": "referenced_posts",
    "referenced_tweets.id": "referenced_posts",
}
REACH = {"/2/tweets/search/recent": 512, "/2/tweets/search/all": 1024}  # characters of a query


class World:
    """Accounts and posts; ``spelling`` is how X speaks, ``limits`` how often a route answers in ``reset`` seconds."""

    secrets: Mapping[str, str] = MappingProxyType(BEARER | USER)

    def __init__(self, server: HTTPServer, start: datetime | None = None) -> None:
        self.start = start or datetime.now(UTC).replace(tzinfo=None, microsecond=0) - timedelta(days=3)
        self.users: dict[str, dict[str, Any]] = {}
        self.posts: dict[str, dict[str, Any]] = {}
        self.older: dict[str, dict[str, Any]] = {}
        self.likes: dict[str, list[str]] = {}
        self.withheld: dict[str, str] = {}  # posts that exist, but are not shown -> the title of the partial error
        self.spelling = "tweet"
        self.limits: dict[str, int] = {}
        self.used: dict[str, tuple[int, int]] = {}
        self.reset = 900
        self.faults, self.lookups = Faults(), Faults()
        self.user("tamrowbuild", BRAND)
        for route, path, answer in [
            ("/2/users/{id}/mentions", re.compile(r"/2/users/\d+/mentions"), self.mentions),
            ("/2/users/{id}/tweets", re.compile(r"/2/users/\d+/tweets"), self.own),
            ("/2/tweets/search/recent", "/2/tweets/search/recent", self.search),
            ("/2/tweets/search/all", "/2/tweets/search/all", self.search),
            ("/2/tweets/{id}/liking_users", re.compile(r"/2/tweets/\d+/liking_users"), self.liking),
        ]:
            handler = self.faults.around(self.guarded(route, answer))
            server.expect_request(path, method="GET").respond_with_handler(handler)
        by_name = self.lookups.around(self.guarded("/2/users/by/username/{username}", self.by_name))
        server.expect_request(re.compile("/2/users/by/username/.*")).respond_with_handler(by_name)
        base = server.url_for("").rstrip("/")
        self.toml = (
            '[[sources]]\ntype = "x"\nbrand = "tamrow"\nowned = "tamrowbuild"\nterms = ["Tamrow"]\n'
            f'wait_seconds = 0\napi_base = "{base}"\n'
        )

    @property
    def requests(self) -> int:
        return len(self.faults.asked) + len(self.lookups.asked)

    def asked(self) -> list[str]:
        """Return the paths of all questions but lookups, in their order."""
        return [request.path for request in self.faults.asked]

    # What X checks before it answers.

    def guarded(self, route: str, answer: Callable[[Request], dict[str, Any]]) -> Callable[[Request], Any]:
        """Answer those who have the keys, have asked as documented, and not too often."""

        def answered(request: Request) -> Any:
            self.check_keys(route, request)
            if until := self.used_up(route):
                return limited(until)
            if message := x_schema.wrong(route, request.args.to_dict(), self.spelling) or wrong(route, request):
                return refused(message)
            found = answer(request)
            x_schema.check(x_schema.answer_check(route), found)
            return x_schema.older(found) if self.spelling == "tweet" else found

        return answered

    def used_up(self, route: str) -> int:
        """Return when a route answers again, in Unix seconds; 0 where it answers now."""
        used, until = self.used.get(route, (0, 0))
        if time.time() >= until:
            used, until = 0, int(time.time()) + self.reset
        self.used[route] = used + 1, until
        return until if used >= self.limits.get(route, used + 1) else 0

    def check_keys(self, route: str, request: Request) -> None:
        """Raise Unauthorized without the keys that this route takes."""
        header = request.headers.get("Authorization", "")
        signed = header.startswith("OAuth ") and is_signed(request, header)
        if not (signed if route.endswith("liking_users") else signed or header == f"Bearer {BEARER['X_BEARER_TOKEN']}"):
            raise Unauthorized

    # What X answers.

    def by_name(self, request: Request) -> dict[str, Any]:
        name = request.path.rsplit("/", 1)[1]
        found = [user for user in self.users.values() if user["username"].lower() == name.lower()]
        if found:
            return {"data": {key: found[0][key] for key in ("id", "name", "username")}}
        return {"errors": [not_found("user", name, "username")]}

    def mentions(self, request: Request) -> dict[str, Any]:
        handle = self.users[request.path.split("/")[3]]["username"]
        return self.listed(
            request, [post for post in self.posts.values() if x_query.matches(f"@{handle}", post, "")], 800
        )

    def own(self, request: Request) -> dict[str, Any]:
        user = request.path.split("/")[3]
        return self.listed(request, [post for post in self.posts.values() if post["author_id"] == user], 3200)

    def search(self, request: Request) -> dict[str, Any]:
        found = [
            post
            for post in self.posts.values()
            if x_query.found(request.args["query"], post, self.users[post["author_id"]]["username"])
        ]
        return self.listed(request, found, len(found))

    def liking(self, request: Request) -> dict[str, Any]:
        users = [self.users[id] for id in self.likes.get(request.path.split("/")[3], ())]
        return {"data": users, "meta": {"result_count": len(users)}} if users else {"meta": {"result_count": 0}}

    def listed(self, request: Request, posts: list[dict[str, Any]], most: int) -> dict[str, Any]:
        """Return a page of posts within the asked window, newest first, with what they refer to."""
        args = request.args
        posts = sorted(posts, key=lambda post: (post["at"], int(post["id"])), reverse=True)[:most]
        since, until = args.get("start_time", "0"), args.get("end_time", "9")
        posts = [post for post in posts if since <= f"{post['at']:%Y-%m-%dT%H:%M:%SZ}" < until]
        first = int((args.get("next_token") or args.get("pagination_token") or "t0")[1:])
        page = posts[first : first + int(args["max_results"])]
        meta: dict[str, Any] = {"result_count": len(page)}
        if not page:
            return {"meta": meta}
        meta |= {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
        if first + len(page) < len(posts):
            meta["next_token"] = f"t{first + len(page)}"
        chosen = to_fields(args)
        return {"data": [shown(post, chosen) for post in page], "meta": meta} | self.around(page, chosen)

    def around(self, page: list[dict[str, Any]], chosen: set[str]) -> dict[str, Any]:
        """Return authors and referenced posts of a page, and what of them is not to be had."""
        ids = dict.fromkeys(each["id"] for post in page for each in post.get("referenced_posts", ()))
        every = self.older | self.posts
        posts = [every[id] for id in ids if id in every and id not in self.withheld]
        users = [self.users[id] for id in dict.fromkeys(post["author_id"] for post in page) if id in self.users]
        errors = [not_found("post", id, "referenced_posts") for id in ids if id not in every]
        errors += [not_shown(self.withheld[id], id) for id in ids if id in self.withheld]
        includes = {"users": users} | ({"posts": [shown(post, chosen) for post in posts]} if posts else {})
        return {"includes": includes} | ({"errors": errors} if errors else {})

    # What people do.

    def user(self, handle: str, id: str | None = None, **more: Any) -> str:
        """Let somebody have an account; return its id."""
        known = {user["username"]: id for id, user in self.users.items()}
        id = known.get(handle) or id or str(600 + len(self.users))
        new = {"id": id, "username": handle, "name": handle.title(), "protected": False}
        self.users[id] = new | self.users.get(id, {}) | more
        return id

    def say(
        self, handle: str, text: str, at: datetime, id: str | None = None, drop: str = "", **links: str
    ) -> dict[str, Any]:
        """Let somebody post, in X's own characters; ``links``: replied_to, quoted or retweeted = an id."""
        author, id = self.user(handle), id or str(FIRST + 10 * len(self.posts) + 10 * len(self.older))
        parent = self.posts.get(links.get("replied_to", ""), {})
        post: dict[str, Any] = {
            "id": id,
            "at": at,
            "text": html.escape(text, quote=False),
            "author_id": author,
            "created_at": f"{at:%Y-%m-%dT%H:%M:%S.000Z}",
            "conversation_id": parent.get("conversation_id", id),
            "edit_history_post_ids": [id],
            "entities": {"mentions": list(self.named(text))},
        }
        if parent:
            post["in_reply_to_user_id"] = parent["author_id"]
        if links:
            post["referenced_posts"] = [{"type": kind, "id": other} for kind, other in links.items()]
        self.posts[id] = {key: value for key, value in post.items() if key != drop}
        return self.posts[id]

    def named(self, text: str) -> Any:
        """Yield the accounts that a text names."""
        ids = {user["username"]: id for id, user in self.users.items()}
        for found in re.finditer(r"@(\w+)", text):
            if found[1] in ids:
                yield {"start": found.start(), "end": found.end(), "username": found[1], "id": ids[found[1]]}

    def later(self, minutes: float) -> datetime:
        """Return a moment so long after the first."""
        return self.start + timedelta(minutes=minutes)

    def talk(self, many: int) -> None:
        """So many people ask the brand, each in a thread of its own, and the brand answers each."""
        for number in range(many):
            asked = self.say(f"asker{number}", f"@tamrowbuild question {number}?", self.later(2 * number))
            answer = f"@asker{number} answer {number}"
            self.say("tamrowbuild", answer, self.later(2 * number + 1), replied_to=asked["id"])

    def fill(self, many: int) -> list[Expected]:
        first = len(self.posts)
        return [self.note(number) for number in range(first, first + many)]

    def note(self, number: int, drop: str = "") -> Expected:
        """Every fifth is ours, every third answers the one before."""
        ours, at = number % 5 == 3, self.start + timedelta(minutes=number)
        before = {"replied_to": list(self.posts)[number - 1]} if number % 3 == 2 else {}
        self.user(f"reader{number % 7}")
        handle, other = ("tamrowbuild", f"reader{number % 7}") if ours else (f"reader{number % 7}", "tamrowbuild")
        text = f"@{other} of doors & floors, note {number}"
        post = self.say(handle, text, at, drop=drop, **before)
        return Expected(f"x:{post['id']}", "out" if ours else "in", at, text)

    def poison(self) -> None:
        self.note(len(self.posts), drop="created_at")

    def edit(self, id: str) -> str:
        """Let an author edit a post: that is a new one, which names the older versions."""
        old = self.posts.pop(id.removeprefix("x:"))
        new = str(int(old["id"]) + 1)
        history, at = [*old["edit_history_post_ids"], new], old["at"] + timedelta(seconds=30)
        self.older[old["id"]] = old | {"edit_history_post_ids": history}
        self.posts[new] = old | {
            "id": new,
            "at": at,
            "created_at": f"{at:%Y-%m-%dT%H:%M:%S.000Z}",
            "text": "@tamrowbuild on second thought: fine work",
            "edit_history_post_ids": history,
        }
        return "@tamrowbuild on second thought: fine work"

    def delete(self, id: str) -> bool:
        """Let an author delete a post; X tells it where another post that it shows refers to it."""
        del self.posts[id.removeprefix("x:")]
        return True

    def fail(self, after: int, status: int = 500, body: Any = None, **headers: str) -> None:
        for _ in range(TRIES if status in PASSING else 1):
            self.faults.add(after, status, body, headers)


def wrong(route: str, request: Request) -> str:
    """Return what X says of a question that its document allows."""
    query, now = request.args.get("query", ""), datetime.now(UTC)
    if len(query) > REACH.get(route, len(query)):
        return f"The `query` is longer than {REACH[route]} characters"
    since, until = request.args.get("start_time"), request.args.get("end_time")
    if since and route.endswith("recent") and datetime.fromisoformat(since) < now - timedelta(days=7):
        return f"Invalid 'start_time':'{since}'. 'start_time' must be on or after 7 days ago"
    if until and datetime.fromisoformat(until) > now - timedelta(seconds=10):
        return f"Invalid 'end_time':'{until}'. 'end_time' must be a minimum of 10 seconds prior to the request time"
    if since and until and since >= until:
        return f"Invalid 'start_time':'{since}'. 'start_time' must be before 'end_time'"
    return ""


def to_fields(args: Mapping[str, str]) -> set[str]:
    """Return which fields of a post were asked for: by name, or by an expansion."""
    names = (args.get("tweet.fields") or args.get("post.fields") or "").split(",")
    expanded = {EXPANDED[name] for name in args.get("expansions", "").split(",") if name in EXPANDED}
    return ALWAYS | expanded | {x_schema.OLDER.get(name, name) for name in names}


def shown(post: dict[str, Any], chosen: set[str]) -> dict[str, Any]:
    """Return a post with the chosen fields; a long text is cut, and whole in its note."""
    text = post["text"]
    if len(text) > 280:
        post = post | {"text": text[:275] + "…", "note_post": {"text": text}}
    return {key: value for key, value in post.items() if key in chosen}


def is_signed(request: Request, header: str) -> bool:
    """Say whether the four keys of the user have signed exactly this question."""
    params = signature.collect_parameters(
        uri_query=request.query_string.decode(), headers={"Authorization": header}, exclude_oauth_signature=False
    )
    told = dict(params)
    if (told.get("oauth_consumer_key"), told.get("oauth_token")) != (USER["X_CONSUMER_KEY"], USER["X_ACCESS_TOKEN"]):
        return False
    asked = SimpleNamespace(
        http_method=request.method,
        uri=request.base_url,
        params=[(name, value) for name, value in params if name != "oauth_signature"],
        signature=unquote(told["oauth_signature"]),
    )
    return bool(signature.verify_hmac_sha1(asked, USER["X_CONSUMER_SECRET"], USER["X_ACCESS_TOKEN_SECRET"]))


def not_found(kind: str, id: str, parameter: str) -> dict[str, Any]:
    """Return the partial error for what does not exist."""
    return problem("resource-not-found", "Not Found Error", kind, id) | {
        "detail": f"Could not find {kind} with {parameter}: [{id}].",
        "parameter": parameter,
        "value": id,
    }


def not_shown(title: str, id: str) -> dict[str, Any]:
    """Return the partial error for what exists, but is not shown."""
    detail = {"detail": f"Sorry, you are not authorized to see the Post with referenced_posts: [{id}].", "value": id}
    return problem("not-authorized-for-resource", title, "post", id) | detail


def problem(name: str, title: str, kind: str, id: str) -> dict[str, Any]:
    return {"type": PROBLEMS + name, "title": title, "resource_type": kind, "resource_id": id}


def refused(message: str) -> Response:
    """Return X's answer to a question that it does not take."""
    body = {"title": "Invalid Request", "detail": "One or more parameters to your request was invalid."}
    body |= {"type": f"{PROBLEMS}invalid-request"}
    x_schema.check(x_schema.problem_check(), body)
    return to_response(400, body | {"errors": [{"message": message}]})


def limited(until: int) -> Response:
    """Return X's answer to one question too many."""
    answer = to_response(429, {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank"})
    answer.headers["x-rate-limit-reset"] = str(until)
    return answer


def to_response(status: int, body: dict[str, Any]) -> Response:
    return Response(json.dumps(body), status, content_type="application/problem+json")
