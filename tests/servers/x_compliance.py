"""Compliance of X: jobs with their uploads and results, and lookups by ids, beside the world of posts."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from openapi_schema_validator import OAS30Validator
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from werkzeug.exceptions import NotFound

from tests.servers import x, x_schema
from tests.servers.faults import Faults

ROUTE = "/2/compliance/jobs"


class Compliance:
    """Jobs of one app. ``events``: what happened to posts, id -> reason. ``lines``: what a result has besides.

    ``looks``: how many a job takes when it has its ids. ``fate``: what it ends as.
    """

    def __init__(self, world: x.World, server: HTTPServer) -> None:
        self.world, self.server = world, server
        self.jobs: dict[str, dict[str, Any]] = {}
        self.uploads: dict[str, list[str]] = {}
        self.events: dict[str, str] = {}
        self.lines: list[bytes] = []
        self.looks, self.left, self.fate = 1, 1, "complete"
        self.faults = Faults()
        self.keys: list[str | None] = []  # the Authorization of whatever came to a signed address
        for method, path, answer in [
            ("GET", ROUTE, self.world.guarded(ROUTE, self.listed)),
            ("POST", ROUTE, self.begin),
            ("PUT", re.compile("/upload/.*"), self.upload),
            ("GET", re.compile("/download/.*"), self.download),
            ("GET", "/2/tweets", self.world.guarded("/2/tweets", self.looked_up)),
        ]:
            server.expect_request(path, method=method).respond_with_handler(self.faults.around(answer))

    def asked(self) -> list[str]:
        """Return every request as its method and the last part of its path."""
        return [f"{request.method} {request.path.rsplit('/', 1)[1]}" for request in self.faults.asked]

    def begin(self, request: Request) -> Any:
        """Begin a job, unless one is under way."""
        self.world.check_keys(ROUTE, request)
        body = request.get_json()
        check(body, "CreateComplianceJobsRequest")
        if any(job["status"] in ("created", "in_progress") for job in self.jobs.values()):
            return x.to_response(400, {"title": "Invalid Request", "detail": "Job is already running."})
        id = str(7000 + len(self.jobs))
        self.jobs[id] = {
            "id": id,
            "status": "created",
            "name": body["name"],
            "type": body["type"],
            "upload_url": self.server.url_for(f"/upload/{id}"),
            "upload_expires_at": f"{datetime.now(UTC) + timedelta(minutes=15):%Y-%m-%dT%H:%M:%S.000Z}",
            "download_url": self.server.url_for(f"/download/{id}"),
        }
        self.left = self.looks
        answer = {"data": self.jobs[id]}
        check(answer, "CreateComplianceJobsResponse")
        return answer

    def listed(self, request: Request) -> dict[str, Any]:
        """Tell all jobs; one that has its ids comes nearer to its end."""
        for id, job in self.jobs.items():
            if job["status"] == "in_progress":
                self.left -= 1
                self.jobs[id]["status"] = "in_progress" if self.left > 0 else self.fate
        return {"data": list(self.jobs.values()), "meta": {"result_count": len(self.jobs)}}

    def upload(self, request: Request) -> Response:
        """Take the ids of a job."""
        id = request.path.rsplit("/", 1)[1]
        self.keys.append(request.headers.get("Authorization"))
        self.uploads[id] = request.get_data(as_text=True).split("\n")
        self.jobs[id]["status"] = "in_progress"
        return Response("", 200)

    def download(self, request: Request) -> Response:
        """Tell what happened to the posts of a job."""
        id = request.path.rsplit("/", 1)[1]
        self.keys.append(request.headers.get("Authorization"))
        if self.jobs[id]["status"] != "complete":
            raise NotFound
        told = [self.line(post) for post in self.uploads[id] if post in self.events]
        return Response(b"\n".join([*told, *self.lines]), 200)

    def line(self, post: str) -> bytes:
        action = "scrub_geo" if self.events[post] == "scrub_geo" else "delete"
        created = "2026-01-01T00:00:00.000Z"
        return json.dumps({"id": post, "action": action, "created_at": created, "reason": self.events[post]}).encode()

    def looked_up(self, request: Request) -> dict[str, Any]:
        """Show posts by their ids; what is not shown is a partial error."""
        shown, errors = [], []
        for id in request.args["ids"].split(","):
            if id not in self.world.posts:
                errors.append(x.not_found("post", id, "ids"))
            elif id in self.world.withheld:
                errors.append(x.not_shown(self.world.withheld[id], id))
            else:
                post = self.world.posts[id]
                shown.append({key: post[key] for key in ("id", "text", "edit_history_post_ids")} | self.countries(id))
        return ({"data": shown} if shown else {}) | ({"errors": errors} if errors else {})

    def countries(self, id: str) -> dict[str, Any]:
        """Return where a post is withheld, if anywhere."""
        where = {"copyright": False, "country_codes": ["DE"], "scope": "post"}
        return {"withheld": where} if self.events.get(id) == "withheld" else {}


def check(value: dict[str, Any], name: str) -> None:
    """Raise AssertionError where a body is not as X documents it."""
    if found := x_schema.document():
        schema = {"allOf": [{"$ref": f"#/components/schemas/{name}"}], "components": found["components"]}
        x_schema.check(OAS30Validator(schema), value)
