"""The shape of Talkwalker's documents (JSON): plain, or in the wrappings of its search and streaming answers."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.sources import links
from pipeline.sources.columns import Column
from pipeline.sources.files import text_of
from pipeline.sources.network import outcome
from pipeline.sources.posts import Post, to_native, to_source, to_text
from pipeline.sources.posts import to_touch as post_to_touch
from pipeline.touch import Brand, Mapped, MappingError, NotAbout, Outcome, Record, to_time

COLUMNS: frozenset[Column] = frozenset(
    {
        ("url", "external_id", "chunk_type", "data"),
        ("published", "indexed", "chunk_type", "data"),
        ("search_indexed", "external_provider", "source_type", "matched_profile", "chunk_type", "highlighted_data"),
    }
)


def to_touches(records: Iterable[Record], brand: Brand) -> Iterator[Outcome]:
    """Yield what becomes of every document."""
    return (outcome(record, brand, to_touch) for record in records)


def to_touch(record: Record, brand: Brand) -> Mapped | NotAbout:
    """Return one document as a touch. Raises MappingError with the reason where it cannot be one."""
    if record.values.get("chunk_type", "CT_RESULT") != "CT_RESULT":
        return NotAbout(record)  # the stream's own words on how far it is
    document = Record(record.number, unwrapped(record.values))
    return post_to_touch(to_post(document), record, brand)


def unwrapped(values: dict[str, Any]) -> dict[str, Any]:
    """Return the document inside ``data`` and ``chunk_result``."""
    while isinstance(inner := values.get("chunk_result", values.get("data")), dict):
        values = inner
    return values


def to_post(document: Record) -> Post:
    """Return a document as a message. Raises MappingError where it has no time, or an author of no form."""
    attributes = document.values.get("extra_author_attributes") or {}
    if not isinstance(attributes, dict):
        raise MappingError("extra_author_attributes is no object")
    author = Record(document.number, attributes)
    url, parent = text_of(document, "url"), text_of(document, "parent_url")
    source = to_source(url, text_of(document, "external_provider"), kind_of_site(document.values.get("source_type")))
    published = seconds(document.values.get("published") or document.values.get("indexed"))
    social = bool(links.source_of(url)) or source == "x"
    return Post(
        source=source,
        native=number(source, document, "external_id") or to_native(url, text_of(document, "external_id"), published),
        at=to_time(published),
        text=to_text(text_of(document, "title"), text_of(document, "content"), social),
        handle=text_of(author, "short_name"),
        author_id=number(source, author, "id"),
        name=text_of(author, "name"),
        site=links.host(url),
        kind="reply" if parent else "mention",
        conversation=links.native_id(parent) if parent else "",
        reply_to=links.native_id(parent) if parent else "",
        url=url,
    )


def kind_of_site(types: Any) -> str:
    """Return the most particular of the types of a source: SOCIALMEDIA, SOCIALMEDIA_REDDIT is reddit."""
    names = [str(name) for name in types] if isinstance(types, list) else []
    general, _, particular = max(names, key=len, default="").partition("_")
    return particular if general == "SOCIALMEDIA" else general


def number(source: str, values: Record, key: str) -> str:
    """Return the number that an id of X ends with; other networks' ids are Talkwalker's own."""
    found = re.search(r"\d+$", text_of(values, key)) if source == "x" else None
    return found[0] if found else ""


def seconds(milliseconds: Any) -> str:
    """Return a moment in Unix seconds, as text. Raises MappingError where it is no whole number."""
    if isinstance(milliseconds, bool) or not re.fullmatch(r"\d{12,13}", str(milliseconds)):
        raise MappingError("published is not a time in milliseconds")
    return str(int(milliseconds) / 1000)
