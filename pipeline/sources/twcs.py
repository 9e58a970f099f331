"""The two-way shape of the Customer Support on Twitter data set: one row a tweet, company and customers alike."""

from collections.abc import Iterable, Iterator

import networkx as nx

from pipeline.sources.files import outcomes, required, text_of
from pipeline.touch import (
    Account,
    Brand,
    Mapped,
    MappingError,
    NotAbout,
    Outcome,
    Record,
    Touch,
    first_name,
    to_time,
)

COLUMNS = frozenset({"tweet_id", "author_id", "inbound", "created_at", "text", "in_response_to_tweet_id"})


def to_touches(records: Iterable[Record], brand: Brand) -> Iterator[Outcome]:
    """Return what becomes of every row; the records are read twice: first for the threads, then for the touches."""
    threads = Threads(records, brand)
    return outcomes(records, lambda record: to_touch(record, brand, threads))


class Threads:
    """Which tweets hang together, which threads are the brand's, and who wrote each tweet."""

    def __init__(self, records: Iterable[Record], brand: Brand) -> None:
        graph: nx.Graph[str] = nx.Graph()
        self.authors: dict[str, str] = {}
        for record in records:
            if record.problem is None:
                self.add(graph, record)
        self.roots: dict[str, str] = {}
        for thread in nx.connected_components(graph):
            if any(brand.is_called(self.authors.get(tweet)) for tweet in thread):
                self.roots.update(dict.fromkeys(thread, min(thread, key=lambda tweet: (len(tweet), tweet))))

    def add(self, graph: "nx.Graph[str]", record: Record) -> None:
        """Take in one tweet with the tweets that it answers or is answered by."""
        tweet = tweet_number(text_of(record, "tweet_id"))
        if not tweet:
            return
        self.authors[tweet] = text_of(record, "author_id")
        graph.add_node(tweet)
        for near in (text_of(record, "in_response_to_tweet_id"), *text_of(record, "response_tweet_id").split(",")):
            if near:
                graph.add_edge(tweet, tweet_number(near))


def tweet_number(text: str) -> str:
    """Return a tweet's number as pandas-made files write it (``3.0``) without the decimals."""
    return text.strip().removesuffix(".0")


def to_touch(record: Record, brand: Brand, threads: Threads) -> Mapped | NotAbout:
    """Return one row as a touch. Raises MappingError with the reason where it cannot be one."""
    tweet = tweet_number(required(record, "tweet_id"))
    author, text = required(record, "author_id"), required(record, "text")
    inbound = required(record, "inbound").casefold()
    if inbound not in ("true", "false"):
        raise MappingError("inbound is neither True nor False")
    at = to_time(text_of(record, "created_at"))
    if tweet not in threads.roots:
        return NotAbout(record)
    parent = tweet_number(text_of(record, "in_response_to_tweet_id")) or None
    ours = brand.is_called(author)
    person = whom(text, parent, threads, brand) if ours else author
    return Mapped(
        record,
        Touch(
            id=f"x:{tweet}",
            source="x",
            brand=brand.key,
            account=to_account(person, company=not ours and inbound == "false") if person else None,
            direction="out" if ours else "in",
            kind="reply" if parent else "mention",
            at=at,
            text=text,
            addressed=not ours and (brand.is_addressed(text) or brand.is_called(threads.authors.get(parent or ""))),
            conversation=f"x:{threads.roots[tweet]}",
            reply_to=f"x:{parent}" if parent else None,
            author=author if ours else None,
        ),
    )


def whom(text: str, parent: str | None, threads: Threads, brand: Brand) -> str | None:
    """Return whom the brand speaks to: who wrote the tweet that it answers, else whom it names first."""
    author = threads.authors.get(parent or "")
    if author and not brand.is_called(author):
        return author
    return first_name(text)


def to_account(author: str, company: bool) -> Account:
    """Return the account of an author; the data set names companies and numbers customers."""
    handle = None if author.isdigit() else author
    return Account(
        f"x:{author.casefold()}", "x", handle, handle or f"customer {author}", "brand" if company else "person"
    )
