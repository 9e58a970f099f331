"""The rules of the filtered stream of X: ours are made to be what brand.toml says, others' are left alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.source_settings import XSource
from pipeline.sources.network import SourceError, to_list
from pipeline.sources.x_client import Client, ask, send
from pipeline.sources.x_errors import shorten
from pipeline.sources.x_queries import everything, no_reposts, pack, question, terms
from pipeline.sources.xarchive import text_at
from pipeline.touch import Brand

ROUTE = "/2/tweets/search/stream/rules"
ABOUT = "the rules of the stream"
MOST_RULE = 1024  # characters
TWICE = "DuplicateRule"  # another program of this app has it, which is as good


@dataclass(frozen=True)
class Rules:
    """Which rules are asked for, by id; ``requests``, and how many were added and deleted to come to that."""

    ids: frozenset[str]
    requests: int
    added: int
    deleted: int


def wanted(settings: XSource, brand: Brand) -> list[str]:
    """Return the rules that the settings ask for: mentions of the handles, what they write, and the terms."""
    rest, searched = no_reposts(settings), set() if settings.search else set(terms(settings, brand))
    parts = [part for part in everything(settings, brand) if part not in searched]
    return [question(group, rest) for group in pack(parts, rest, MOST_RULE)]


def tag(settings: XSource) -> str:
    """Return what our rules are known by; the rules of an app are those of all its programs."""
    return f"orchard {settings.brand} {settings.name}"


def sync(settings: XSource, brand: Brand, client: Client) -> Rules:
    """Add what is missing of our rules, and delete those of ours that are no more. Raises SourceError."""
    values, known = wanted(settings, brand), read_rules(settings, client)
    ours = {text_at(rule, "value"): text_at(rule, "id") for rule in known if text_at(rule, "tag") == tag(settings)}
    missing = [value for value in values if value not in ours]
    stale = [id for value, id in ours.items() if value not in values]
    if stale:
        send(client, ROUTE, {"delete": {"ids": stale}}, ABOUT)
    added = add(missing, settings, client) if missing else []
    ids = {text_at(rule, "id") for rule in (*known, *added) if text_at(rule, "value") in values}
    return Rules(frozenset(ids), 1 + bool(stale) + bool(missing), len(added), len(stale))


def read_rules(settings: XSource, client: Client) -> list[Any]:
    """Return all rules of the app; X takes no more of them than fit into one answer."""
    return to_list(ask(client, ROUTE, {}, settings, ABOUT).get("data"))


def add(values: Sequence[str], settings: XSource, client: Client) -> list[Any]:
    """Add rules and return them. Raises SourceError where X does not take one."""
    answer = send(client, ROUTE, {"add": [{"value": value, "tag": tag(settings)} for value in values]}, ABOUT)
    refused = [error for error in to_list(answer.get("errors")) if text_at(error, "title") != TWICE]
    if refused:
        raise SourceError(f"X does not take a rule of the stream: {why(refused[0])}; check terms and query_extra")
    return to_list(answer.get("data"))


def why(error: Mapping[str, Any]) -> str:
    """Return X's words for what is wrong with a rule."""
    details = [str(each) for each in to_list(error.get("details")) if isinstance(each, str)]
    return shorten(" ".join([text_at(error, "title"), text_at(error, "detail"), *details, text_at(error, "value")]))
