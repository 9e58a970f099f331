"""An instance of Mastodon that knows its own accounts and some of another instance."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request
from werkzeug.exceptions import NotFound, Unauthorized

from tests.servers import Expected
from tests.servers.faults import Faults

START = datetime(2026, 3, 2, 9, 0, 0)
EVERY_RUN = "recheck_days = 1e-9\n"
ELSEWHERE = "https://orchard.example"
NAME = "tamrowbuild"


class World:
    """Statuses with numbers that tell their time; ``start`` is when the first of those of ``fill`` is said."""

    secrets: Mapping[str, str] = MappingProxyType({"MASTODON_TOKEN": "a-token-of-nobody"})
    handle = f"{NAME}@127.0.0.1"

    def __init__(self, server: HTTPServer, start: datetime = START) -> None:
        self.start = start
        self.base = f"http://127.0.0.1:{server.port}"
        self.statuses: dict[str, dict[str, Any]] = {}
        self.removed: set[str] = set()
        self.told: list[dict[str, Any]] = []  # notifications, oldest first
        self.several = True  # whether several statuses can be asked for at once, as since Mastodon 4.3
        self.faults = Faults()
        for path, answer in [
            ("/api/v1/notifications", self.notifications),
            (re.compile("/api/v1/timelines/tag/.*"), self.tagged),
            ("/api/v2/search", self.search),
            ("/api/v1/accounts/lookup", self.lookup),
            (re.compile("/api/v1/accounts/.*/statuses"), self.written),
            ("/api/v1/statuses", self.some),
            (re.compile("/api/v1/statuses/[0-9]+$"), self.one),
            (re.compile("/api/v1/statuses/[0-9]+/context"), self.context),
        ]:
            server.expect_request(path).respond_with_handler(self.faults.around(answer))
        for version in ("v1", "v2"):
            server.expect_request(f"/api/{version}/instance").respond_with_data("no", 500)
        self.toml = f'[[sources]]\ntype = "mastodon"\nbrand = "tamrow"\napi_base = "{self.base}"\n{EVERY_RUN}'

    @property
    def requests(self) -> int:
        return len(self.faults.asked)

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for."""
        return [request.path for request in self.faults.asked]

    def notifications(self, request: Request) -> Any:
        check_token(request)
        wanted = request.args.getlist("types[]")
        shown = [{**each, "status": self.shown(each["status"])} for each in self.told if each["type"] in wanted]
        return cut([each for each in shown if each["status"]][::-1], request)

    def tagged(self, request: Request) -> Any:
        tag = request.path.rsplit("/", 1)[1]
        return cut([each for each in self.newest() if f"#{tag}" in str(each["content"])], request)

    def search(self, request: Request) -> Any:
        check_token(request)
        asked = request.args["q"].strip('"')
        if request.args.get("resolve") == "1" and asked.startswith("http"):
            return {"statuses": [each for each in self.newest() if each["uri"] == asked]}
        return {"statuses": cut([each for each in self.newest() if asked in str(each["content"])], request)}

    def lookup(self, request: Request) -> Any:
        acct = request.args["acct"].removesuffix("@127.0.0.1")
        if acct not in {each["account"]["acct"] for each in self.statuses.values()}:
            raise NotFound
        return self.account(acct)

    def written(self, request: Request) -> Any:
        native = request.path.split("/")[4]
        return cut([each for each in self.newest() if each["account"]["id"] == native], request)

    def some(self, request: Request) -> Any:
        asked = request.args.getlist("id[]")
        if not self.several:
            raise NotFound
        assert 0 < len(asked) <= 20
        return [each for each in self.newest() if each["id"] in asked]

    def one(self, request: Request) -> Any:
        found = self.shown(request.path.rsplit("/", 1)[1])
        if found is None:
            raise NotFound
        return found

    def context(self, request: Request) -> Any:
        native = request.path.split("/")[4]
        if self.shown(native) is None:
            raise NotFound
        above, status = [], self.statuses[native]
        while parent := self.shown(status["in_reply_to_id"]):
            above, status = [parent, *above], parent
        return {"ancestors": above, "descendants": list(self.below(native))}

    def below(self, native: str) -> Any:
        for each in list(self.statuses.values()):
            if each["in_reply_to_id"] == native and self.shown(each["id"]):
                yield each
                yield from self.below(each["id"])

    def shown(self, native: str | None) -> dict[str, Any] | None:
        return None if native in self.removed else self.statuses.get(native or "")

    def newest(self) -> list[dict[str, Any]]:
        """Every status that is there, newest first."""
        return [self.statuses[id] for id in sorted(self.statuses, key=int, reverse=True) if id not in self.removed]

    def account(self, acct: str) -> dict[str, Any]:
        name, _, host = acct.partition("@")
        base = f"https://{host}" if host else self.base
        return {
            "id": str(sum(map(ord, acct))),
            "acct": acct,
            "uri": f"{base}/users/{name}",
            "url": f"{base}/@{name}",
            "display_name": name.title(),
            "bot": False,
            "fields": [],
        }

    def say(
        self,
        acct: str,
        text: Any,
        at: datetime = START,
        parent: str | None = None,
        mentions: Sequence[str] = (),
        **more: Any,
    ) -> str:
        """Let somebody write; return the number that this instance gives it."""
        native = str((int(at.replace(tzinfo=UTC).timestamp()) * 1000 << 16) + len(self.statuses))
        account = self.account(acct)
        called = "".join(f'<span class="h-card"><a href="#">@<span>{name}</span></a></span> ' for name in mentions)
        self.statuses[native] = {
            "id": native,
            "uri": f"{account['uri']}/statuses/{native}",
            "url": f"{account['url']}/{native}",
            "created_at": f"{at.isoformat()}.000Z",
            "edited_at": None,
            "content": f"<p>{called}{text}</p>" if isinstance(text, str) else text,
            "spoiler_text": "",
            "visibility": "public",
            "language": "en",
            "in_reply_to_id": parent,
            "account": account,
            "mentions": [self.account(name) for name in mentions],
            "tags": [],
        } | more
        if NAME in mentions:
            self.tell(native, "mention", at)
        return native

    def tell(self, native: str, type: str, at: datetime) -> None:
        """Let the account of the token be told of a status."""
        number = str(len(self.told) + 1)
        self.told.append({"id": number, "type": type, "created_at": f"{at.isoformat()}.000Z", "status": native})

    def uri(self, native: str) -> str:
        return str(self.statuses[native]["uri"])

    def fill(self, many: int) -> list[Expected]:
        first = len(self.statuses)
        return [self.note(number) for number in range(first, first + many)]

    def note(self, number: int) -> Expected:
        ours, at = number % 5 == 3, self.start + timedelta(hours=number)
        author = NAME if ours else f"reader{number % 7}@orchard.example"
        native = self.say(author, f"note &amp; {number}<br>second <i>line</i>", at, mentions=() if ours else (NAME,))
        text = f"note & {number}\nsecond line"
        return Expected(
            f"mastodon:{self.uri(native)}", "out" if ours else "in", at, text if ours else f"@{NAME} {text}"
        )

    def poison(self) -> None:
        number = len(self.statuses)
        self.say(
            "reader0@orchard.example", {"oddly": ["Tamrow"]}, self.start + timedelta(hours=number), mentions=(NAME,)
        )

    def edit(self, id: str) -> str:
        (status,) = (each for each in self.statuses.values() if f"mastodon:{each['uri']}" == id)
        status |= {"content": "<p>Tamrow, on second thought: fine work</p>", "edited_at": "2026-03-09T09:00:00.000Z"}
        return "Tamrow, on second thought: fine work"

    def delete(self, id: str) -> bool:
        self.removed |= {number for number, each in self.statuses.items() if f"mastodon:{each['uri']}" == id}
        return True

    def fail(self, after: int, status: int = 500, body: Any = None, **headers: str) -> None:
        self.faults.add(after, status, body, headers)


def check_token(request: Request) -> None:
    if request.headers.get("Authorization") != "Bearer a-token-of-nobody":
        raise Unauthorized


def cut(items: Sequence[Any], request: Request) -> list[Any]:
    """Return one page: the newest below an id."""
    below = int(request.args.get("max_id", 1 << 80))
    return [item for item in items if int(item["id"]) < below][: int(request.args["limit"])]
