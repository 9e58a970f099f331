"""The shape of Brandwatch's mentions export (CSV, Excel): one row a mention, below a block of lines on the report."""

from collections.abc import Iterable, Iterator, Mapping

from pipeline.sources import links
from pipeline.sources.columns import Column, read_fields
from pipeline.sources.files import ROUNDED, outcomes
from pipeline.sources.posts import Post, to_kind, to_native, to_source, to_text
from pipeline.sources.posts import to_touch as post_to_touch
from pipeline.touch import Brand, Mapped, Outcome, Record, to_time

COLUMNS: frozenset[Column] = frozenset(
    {
        "Date",
        "Url",
        ("Query Name", "Query Id"),
        ("Full Text", "Snippet"),
        ("Page Type", "Content Source Name", "Domain"),
    }
)

NAMES = {
    "at": ("Date",),
    "title": ("Title",),
    "text": ("Full Text", "Snippet"),
    "url": ("Url", "Original Url"),
    "network": ("Page Type", "Content Source Name", "Content Source"),
    "site": ("Domain",),
    "handle": ("Author",),
    "name": ("Full Name", "Fullname", "Author Name"),
    "x_id": ("X Author ID", "Twitter Author ID"),
    "bluesky_id": ("Bluesky Author Id",),
    "kind": ("Thread Entry Type",),
    "thread": ("Thread Id",),
    "thread_url": ("Thread URL",),
    "to": ("Reply To", "Thread Author"),
}
AUTHOR = {field: NAMES[field] for field in ("handle", "x_id", "bluesky_id")}


def to_touches(records: Iterable[Record], brand: Brand) -> Iterator[Outcome]:
    """Return what becomes of every row; they are read twice: first for who has which number."""
    rows = (read_fields(record, AUTHOR) for record in records)
    found = ((row["handle"].casefold(), author_id("x", row) or author_id("bluesky", row)) for row in rows)
    numbers = {handle: number for handle, number in found if number}
    return outcomes(records, lambda record: to_touch(record, brand, numbers))


def to_touch(record: Record, brand: Brand, numbers: Mapping[str, str]) -> Mapped:
    """Return one row as a touch. Raises MappingError with the reason where it cannot be one."""
    row = read_fields(record, NAMES)
    source = to_source(row["url"], row["network"])
    kind = to_kind(row["kind"])
    social = bool(links.source_of(row["url"])) or source == "x"
    post = Post(
        source=source,
        native=links.native_id(row["url"], author_id(source, row))
        if links.host(row["url"])
        else to_native("", row["handle"], row["at"], row["text"]),
        at=to_time(row["at"], record.day_first),
        text=to_text(row["title"], row["text"], social),
        handle=row["handle"] if social else "",
        author_id=author_id(source, row),
        name=row["name"] or row["handle"],
        site=links.host(row["url"]) or row["site"],
        to=row["to"] if kind != "mention" else "",
        kind=kind,
        conversation=thread(source, row),
        url=row["url"],
    )
    return post_to_touch(post, record, brand, numbers)


def author_id(source: str, row: Mapping[str, str]) -> str:
    """Return the author's number at the network; one that a spreadsheet has rounded (1.2E+18) is none."""
    if source == "bluesky" and row["bluesky_id"].startswith("did:"):
        return row["bluesky_id"]
    return row["x_id"] if source == "x" and row["x_id"].isdecimal() else ""


def thread(source: str, row: Mapping[str, str]) -> str:
    """Return the id of the thread: that of its first message where the link tells, else Brandwatch's own, if exact."""
    if links.source_of(row["thread_url"]) == source:
        return links.native_id(row["thread_url"])
    return row["thread"] if row["thread"] != "0" and not ROUNDED.fullmatch(row["thread"]) else ""
