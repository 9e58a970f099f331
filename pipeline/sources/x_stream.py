"""X as it is said: the posts of the filtered stream, and what its network takes back meanwhile."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.source_settings import XSource
from pipeline.sources.network import Known, Page, Window, to_list, to_records
from pipeline.sources.x_client import Client
from pipeline.sources.x_compliance import WITHHELD
from pipeline.sources.x_join import spelt
from pipeline.sources.x_listen import ABOUT, MOST_HEARD, listen
from pipeline.sources.x_pages import DELETED, EDITED, FIELDS, USER_FIELDS, Reading, to_gone, to_page
from pipeline.sources.x_rules import Rules, sync
from pipeline.sources.xarchive import text_at
from pipeline.touch import Brand

PARAMS = FIELDS["tweet"] | {"user.fields": USER_FIELDS}  # the stream knows the older spelling only
TAKEN_BACK = {"delete": DELETED, "drop": "its account is protected, suspended or gone", "withheld": WITHHELD}
EDIT = "tweet_edit"


def follow(window: Window, known: Known, settings: XSource, brand: Brand, client: Client) -> Iterator[Page]:
    """Yield a page soon after something came, for ever: posts, what was taken back, what became of the connection.

    What is said while nobody listens is brought by the next collect, whose cursors are its own. Raises SourceError.
    """
    rules, memory = sync(settings, brand, client), window.memory
    told = f"{len(rules.ids)} rules of the stream: {rules.added} added, {rules.deleted} deleted"
    yield Page((), requests=rules.requests, memory=memory, notes=(told,))
    reading = Reading(settings, ABOUT, settings.price_post, matched=True, handles=client.handles())
    for lines, notes in listen(settings, client, PARAMS, window.ending):
        found = [values for line in lines if is_ours(values := to_values(line), rules)]
        page = to_page(merged(found), reading, memory)
        memory = page.memory
        gone = to_records([record for values in found for record in taken_back(values)])
        yield replace(page, records=[*page.records, *gone], requests=0, notes=(*page.notes, *notes))


def follow_cost(settings: XSource) -> float:
    """Return the most that what is heard at once can cost in USD.

    Each post may answer one, quote one, and have its own author.
    """
    return MOST_HEARD * (3 * settings.price_post + settings.price_user)


def to_values(line: bytes) -> Any:
    """Return a line as it is in JSON, else as it is."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line.decode(errors="replace")


def is_ours(values: Any, rules: Rules) -> bool:
    """Say whether a line is none that came for other programs of this app alone."""
    matched = to_list(values.get("matching_rules")) if isinstance(values, dict) else []
    return not matched or any(text_at(rule, "id") in rules.ids for rule in matched)


def merged(lines: Sequence[Any]) -> dict[str, Any]:
    """Return lines as one answer of X; what is no answer is a post of no known form."""
    answers = [line if isinstance(line, dict) else {"data": line} for line in lines]
    included = [line["includes"] for line in answers if isinstance(line.get("includes"), dict)]
    return {
        "data": [line["data"] for line in answers if "data" in line and not any(taken_back(line))],
        "errors": [error for line in answers for error in to_list(line.get("errors"))],
        "includes": {
            "users": [each for part in included for each in to_list(part.get("users"))],
            "posts": [each for part in included for each in to_list(spelt(part, "posts"))],
        },
    }


def taken_back(line: Any) -> Iterator[dict[str, Any]]:
    """Yield records of what a line of compliance takes back."""
    event: Mapping[str, Any] = line if isinstance(line, dict) else {}
    event = event["data"] if isinstance(event.get("data"), dict) else event
    for kind, why in TAKEN_BACK.items():
        if id := native(event.get(kind)):
            yield to_gone([id], why)
    edit = event.get(EDIT)
    if isinstance(edit, dict) and (newest := native(edit)):
        versions = [text_at(edit, "initial_tweet_id"), *map(str, to_list(edit.get("edit_tweet_ids")))]
        yield to_gone([id for id in versions if id.isdecimal() and id != newest], EDITED)


def native(event: Any) -> str:
    """Return the id of the post that an event is about, empty where it is about none."""
    id = text_at(event.get("tweet"), "id") if isinstance(event, dict) else ""
    return id if id.isdecimal() else ""
