"""The shape of Sprout Social's post reports (CSV, Excel): one row a post of one of the company's own profiles."""

from collections.abc import Iterable, Iterator

from pipeline.sources import links
from pipeline.sources.columns import Column, read_fields
from pipeline.sources.files import outcomes
from pipeline.sources.posts import Post, to_kind, to_native, to_source
from pipeline.sources.posts import to_touch as post_to_touch
from pipeline.touch import Brand, Mapped, MappingError, NotAbout, Outcome, Record, to_time

NAMES = {
    "profile": ("Profile", "Account", "Profile Name", "Account Name"),
    "network": ("Network", "Network Type", "Platform"),
    "url": ("Link", "Permalink", "Perma Link", "Post Permalink", "Post Link"),
    "at": ("Date", "Date Published", "Publish Date"),
    "text": ("Post", "Text", "Message", "Post Text", "Post Message", "Caption"),
    "kind": ("Post Type",),
}

FIGURES = ("Post Type", "Content Type", "Engagements", "Public Engagements", "Impressions", "Organic Impressions")
COLUMNS: frozenset[Column] = frozenset(
    {NAMES[field] for field in ("profile", "network", "url", "at", "text")} | {FIGURES}
)


def to_touches(records: Iterable[Record], brand: Brand) -> Iterator[Outcome]:
    """Return what becomes of every row."""
    return outcomes(records, lambda record: to_touch(record, brand))


def to_touch(record: Record, brand: Brand) -> Mapped | NotAbout:
    """Return one row as a touch; posts of other profiles than the brand's are not about it. Raises MappingError."""
    row = read_fields(record, NAMES)
    at = to_time(row["at"], record.day_first)
    if not row["profile"]:
        raise MappingError("no profile")
    if not brand.is_called(row["profile"]):
        return NotAbout(record)
    post = Post(
        source=to_source(row["url"], row["network"]),
        native=to_native(row["url"], row["network"], row["at"], row["text"]),
        at=at,
        text=row["text"],
        handle=row["profile"],
        site=links.host(row["url"]),
        kind=to_kind(row["kind"]),
        url=row["url"],
    )
    return post_to_touch(post, record, brand)
