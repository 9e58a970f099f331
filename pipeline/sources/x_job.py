"""A batch compliance job of X: begun, given the ids, awaited, and its result read."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx

from pipeline.source_settings import XSource
from pipeline.sources.network import Page, SourceError, to_list, to_records
from pipeline.sources.pause import Pause
from pipeline.sources.web import Site, open_client
from pipeline.sources.web import ask as ask_site
from pipeline.sources.x_client import Client, ask, send
from pipeline.sources.x_errors import not_documented
from pipeline.sources.x_pages import DELETED, to_gone
from pipeline.sources.xarchive import text_at
from pipeline.touch import parse_time

ROUTE = "/2/compliance/jobs"
FIELDS = {"compliance_job.fields": "download_url,id,status,upload_expires_at,upload_url"}
ABOUT = 'the compliance job (recheck = "lookup" in brand.toml is another way)'
REASONS = {
    "deleted": DELETED,
    "deactivated": "its account is deactivated",
    "protected": "its account is protected",
    "suspended": "its account is suspended",
}
PLACE = "scrub_geo"  # the place of a post was taken back, not the post
UNDER_WAY = frozenset({"created", "in_progress", "complete"})
MOST_WAIT = 30.0  # seconds between two looks at a job
MOST_BYTES = 1 << 30
LINES = 1000  # of a result, removed in one transaction

Job = Mapping[str, Any]


def by_job(memory: Mapping[str, Any], posts: Sequence[str], settings: XSource, client: Client) -> Iterator[Page]:
    """Yield what a job tells of posts. The memory has its id, so that the next run goes on with it.

    Raises SourceError; then, or when it takes longer than ``job_minutes``, the next run goes on.
    """
    job, asked = None, 0
    if "job" in memory:
        job, asked = read_job(memory["job"], settings, client), 1
    if job is None or not is_under_way(job):
        job = begin(client)
        note = f"compliance job {job['id']} was begun for {len(posts)} posts"
        yield Page((), requests=asked + 1, memory=remembered(job), notes=(note,))
        asked = 0
    if job["status"] == "created":
        upload(job, posts, settings)
        asked += 1
    yield from awaited(job, asked, settings, client)


def remembered(job: Job) -> dict[str, Any]:
    """Return the memory of a job that is under way."""
    return {"job": job["id"], "waiting": True}


def begin(client: Client) -> Job:
    """Begin a job. Raises SourceError, also where another one of this app is under way: X takes one at a time."""
    return to_job(send(client, ROUTE, {"type": "tweets", "name": "orchard"}, ABOUT).get("data"))


def to_job(data: Any) -> Job:
    """Return a job as X tells it. Raises SourceError where it lacks what a job has."""
    if not (text_at(data, "id").isdecimal() and text_at(data, "status")):
        raise not_documented(ABOUT)
    found: Job = data
    return found


def read_job(id: str, settings: XSource, client: Client) -> Job | None:
    """Return a job as it is now, None where X knows it no more. Raises SourceError."""
    answer = ask(client, ROUTE, {"type": "tweets"} | FIELDS, settings, ABOUT)
    return next((to_job(job) for job in to_list(answer.get("data")) if text_at(job, "id") == id), None)


def is_under_way(job: Job) -> bool:
    """Say whether there is still something to come of a job; one that was given no ids in time is over."""
    ends = parse_time(text_at(job, "upload_expires_at")) if job["status"] == "created" else None
    return job["status"] in UNDER_WAY and (ends is None or ends > datetime.now(UTC).replace(tzinfo=None))


def upload(job: Job, posts: Sequence[str], settings: XSource) -> None:
    """Give a job the ids of posts, a line each; no key goes to that address, which is signed. Raises SourceError."""
    name, later = f"compliance job {job['id']} of X", "the next run goes on with it"
    try:
        with open_client(settings.timeout_seconds) as http:
            content, headers = "\n".join(posts).encode(), {"Content-Type": "text/plain"}
            answer = http.put(text_at(job, "upload_url"), content=content, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceError(f"{name} could not be given the ids: {error}; {later}") from error
    if not answer.is_success:
        raise SourceError(f"{name} was given the ids, and answered {answer.status_code}; {later}")


def awaited(job: Job, asked: int, settings: XSource, client: Client) -> Iterator[Page]:
    """Yield the result of a job once it is there, or a note that it is not there yet. Raises SourceError."""
    end = time.monotonic() + 60 * settings.job_minutes
    for look in count(1):
        asked += 1
        now = read_job(job["id"], settings, client)
        if now is None or not is_under_way(now):
            told = text_at(now, "status") or "is unknown there"
            raise SourceError(f"compliance job {job['id']} of X: {told}; the next run begins a new one", alone=True)
        if now["status"] == "complete":
            yield from read_result(now, asked, settings)
            return
        wait = Pause(settings.job_wait_seconds, MOST_WAIT).after(look)
        if time.monotonic() + wait > end:
            break
        time.sleep(wait)
    note = f"compliance job {job['id']} is not done yet; the next run goes on with it"
    yield Page((), requests=asked, memory=remembered(job), notes=(note,))


def read_result(job: Job, asked: int, settings: XSource) -> Iterator[Page]:
    """Yield what became of posts; those that a result does not name are as they were. Raises SourceError."""
    with open_client(settings.timeout_seconds) as http:
        site = Site(f"X, the result of compliance job {job['id']},", "api_base")
        body = ask_site(http, text_at(job, "download_url"), site, most=MOST_BYTES).body
    lines = [to_line(line) for line in body.splitlines() if line.strip()]
    for start in range(0, max(len(lines), 1), LINES):
        some, last = lines[start : start + LINES], start + LINES >= len(lines)
        places = sum(text_at(line, "reason") == PLACE for line in some)
        notes = (f"{places} posts have no place any more; this source keeps none",) if places else ()
        memory = {} if last else remembered(job)
        yield Page(to_records(to_gones(some)), requests=0 if start else asked + 1, notes=notes, memory=memory)


def to_line(line: bytes) -> Any:
    """Return a line as it is in JSON, else as it is."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line.decode(errors="replace")


def to_gones(lines: Sequence[Any]) -> list[Any]:
    """Return a record for each reason, with all posts that it is of, and every line that is none of a result."""
    gone: dict[str, list[str]] = {}
    for line in lines:
        said = text_at(line, "reason")
        if said and said != PLACE and text_at(line, "id").isdecimal():
            gone.setdefault(REASONS.get(said, f"taken back: {said}"[:100]), []).append(text_at(line, "id"))
    odd = [line for line in lines if not (text_at(line, "reason") and text_at(line, "id").isdecimal())]
    return [*(to_gone(ids, why) for why, ids in gone.items()), *odd]
