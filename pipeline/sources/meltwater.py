"""The shape of Meltwater's exports (CSV in UTF-16 with tabs, Excel), of both generations: one row a document."""

from collections.abc import Iterable, Iterator

from pipeline.sources import links
from pipeline.sources.columns import Column, read_fields
from pipeline.sources.files import check_exact, outcomes
from pipeline.sources.posts import Post, to_kind, to_native, to_source, to_text
from pipeline.sources.posts import to_touch as post_to_touch
from pipeline.touch import Brand, Mapped, Outcome, Record, to_time

COLUMNS: frozenset[Column] = frozenset(
    {"Date", "URL", "Hit Sentence", ("Headline", "Document ID"), ("Influencer", "Author Handle", "Author Name")}
)

NAMES = {
    "date": ("Date",),
    "time": ("Time",),
    "id": ("Document ID",),
    "title": ("Headline", "Title"),
    "text": ("Hit Sentence", "Opening Text"),
    "url": ("URL",),
    "type": ("Source Type",),
    "outlet": ("Source Name", "Source"),
    "site": ("Source Domain",),
    "handle": ("Author Handle",),
    "name": ("Author Name",),
    "influencer": ("Influencer",),
    "kind": ("Content Type",),
}

SAID = {"RT @": "repost", "QT @": "quote"}  # how the older generation tells what a post is to another
NOBODY = ("n/a", "unknown", "anonymous", "-")


def to_touches(records: Iterable[Record], brand: Brand) -> Iterator[Outcome]:
    """Return what becomes of every row."""
    return outcomes(records, lambda record: to_touch(record, brand))


def to_touch(record: Record, brand: Brand) -> Mapped:
    """Return one row as a touch. Raises MappingError with the reason where it cannot be one."""
    row = {field: "" if text.casefold() in NOBODY else text for field, text in read_fields(record, NAMES).items()}
    if not row["url"]:
        check_exact({"Document ID": row["id"]})
    source = to_source(row["url"], row["type"], "x" if row["outlet"] in ("Twitter", "X") else "news")
    social = bool(links.source_of(row["url"])) or source == "x"
    handle = row["handle"] or (row["influencer"] if social or row["influencer"].startswith("@") else "")
    post = Post(
        source=source,
        native=to_native(row["url"], row["id"] or row["text"], row["date"], row["time"], handle),
        at=to_time(f"{row['date']} {row['time']}", record.day_first),
        text=to_text(row["title"], row["text"], social),
        handle=handle,
        name=row["name"] or row["influencer"],
        site=links.host(row["url"]) or row["site"] or row["outlet"],
        kind=to_kind(SAID.get(row["text"][:4], row["kind"]) if social else row["kind"]),
        url=row["url"],
    )
    return post_to_touch(post, record, brand)
