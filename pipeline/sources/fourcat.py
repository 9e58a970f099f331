"""The shape of 4CAT's CSV of posts on X, as collected with Zeeschuimer: one row a post, with authors and threads."""

from collections.abc import Iterable, Iterator, Mapping

from pipeline.sources.columns import Column, read_fields
from pipeline.sources.files import check_exact, outcomes
from pipeline.sources.posts import Post
from pipeline.sources.posts import to_touch as post_to_touch
from pipeline.touch import Brand, Kind, Mapped, MappingError, Outcome, Record, to_time

COLUMNS: frozenset[Column] = frozenset(
    {"id", "thread_id", ("timestamp", "unix_timestamp"), "body", "author", "is_retweet"}
)

NAMES = {
    "id": ("id",),
    "thread": ("thread_id",),
    "at": ("unix_timestamp", "timestamp"),
    "text": ("body",),
    "handle": ("author",),
    "name": ("author_fullname",),
    "author_id": ("author_id",),
    "is_repost": ("is_retweet",),
    "reposted": ("retweeted_user",),
    "is_quote": ("is_quote_tweet",),
    "quoted": ("quote_author", "quoted_user"),
    "is_reply": ("is_reply",),
    "answered": ("replied_author", "replied_user"),
}
AUTHOR = {field: NAMES[field] for field in ("handle", "author_id")}


def to_touches(records: Iterable[Record], brand: Brand) -> Iterator[Outcome]:
    """Return what becomes of every row; they are read twice: first for who has which number."""
    rows = (read_fields(record, AUTHOR) for record in records)
    found = ((row["handle"].casefold(), author_id(row["author_id"])) for row in rows)
    numbers = {handle: number for handle, number in found if number}
    return outcomes(records, lambda record: to_touch(record, brand, numbers))


def author_id(text: str) -> str:
    """Return the number of an author; one that a spreadsheet has rounded (1.2E+18) is none."""
    return text if text.isdecimal() else ""


def to_touch(record: Record, brand: Brand, numbers: Mapping[str, str]) -> Mapped:
    """Return one row as a touch. Raises MappingError with the reason where it cannot be one."""
    row = read_fields(record, NAMES)
    if not row["id"].isdecimal():
        raise MappingError("id is not the number of a post")
    check_exact({"thread_id": row["thread"]})
    kind, other = relation(row)
    post = Post(
        source="x",
        native=row["id"],
        at=to_time(row["at"], record.day_first),
        text=row["text"],
        handle=row["handle"],
        author_id=author_id(row["author_id"]),
        name=row["name"],
        to=other,
        kind=kind,
        conversation=row["thread"],
        url=f"https://x.com/i/status/{row['id']}",
    )
    return post_to_touch(post, record, brand, numbers)


def relation(row: Mapping[str, str]) -> tuple[Kind, str]:
    """Return what a post is to another, and whose that is; a quote within an answer is an answer."""
    if row["is_repost"] == "yes":
        return "repost", row["reposted"]
    if row["is_reply"] == "yes":
        return "reply", row["answered"]
    return ("quote", row["quoted"]) if row["is_quote"] == "yes" else ("mention", "")
