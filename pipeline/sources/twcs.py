"""The two-way shape of the Customer Support on Twitter data set: one row a tweet, company and customers alike."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.sources.files import SPACES, Table, check_exact, outcomes, required, shown_text, text_of
from pipeline.sources.frames import Frame, Way, table_frames, to_texts
from pipeline.sources.threads import Threads, find_threads
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

LINKS = ("tweet_id", "author_id", "in_response_to_tweet_id", "response_tweet_id")


def to_touches(records: Iterable[Record], brand: Brand) -> Iterator[Outcome]:
    """Return what becomes of every row; the records are read twice: first for the threads, then for the touches."""
    links = link_table((record.number, record.values if record.problem is None else {}) for record in records)
    threads = threads_of(links, brand)
    return outcomes(records, lambda record: to_touch(record, brand, threads))


def in_bulk(table: Table, brand: Brand) -> Way:
    """Return how a table is mapped many rows at once; it is read twice, too."""
    links = [links_of(frame) for frame in table_frames(table, present(table, LINKS))]
    threads = threads_of(pa.concat_tables([link_table([]), *links]), brand)
    return Way(
        sql=Path(__file__).with_suffix(".sql"),
        frames=(with_threads(frame, threads) for frame in table_frames(table, {field: field for field in COLUMNS})),
        to_outcome=lambda record: to_touch(record, brand, threads),
        values={"brand": brand.key},
        day_first=table.dates.day_first,
    )


def present(table: Table, fields: Iterable[str]) -> dict[str, str]:
    """Return those of the fields that a table has, each as the column of its name."""
    return {field: field for field in fields if field in table.header}


def links_of(frame: Frame) -> pa.Table:
    """Return number and LINKS of all rows of a frame; a row that is not whole links nothing."""
    there, odd = frame.columns, frame.odd
    for field in LINKS:
        if field not in there.column_names:
            there = there.append_column(field, pa.nulls(there.num_rows, pa.string()))
    whole = link_table((record.number, record.values if record.problem is None else {}) for record in odd)
    return pa.concat_tables([there.select(["number", *LINKS]), whole])


def link_table(rows: Iterable[tuple[int, Mapping[str, Any]]]) -> pa.Table:
    """Return number and LINKS of rows as columns."""
    held = list(rows)
    links = {field: to_texts([values.get(field) for _, values in held]) for field in LINKS}
    return pa.table({"number": pa.array([number for number, _ in held], pa.int64()), **links})


def threads_of(links: pa.Table, brand: Brand) -> Threads:
    """Return the threads of a file from number and LINKS of all its rows, whose numbers go from 1 without a gap."""
    links = links.sort_by("number").combine_chunks()
    tidy = {field: pc.utf8_trim(pc.fill_null(links[field], ""), SPACES).combine_chunks() for field in LINKS}
    answers = pc.split_pattern(tidy["response_tweet_id"], ",")
    answers = pa.ListArray.from_arrays(answers.offsets, tweet_numbers(pc.utf8_trim(answers.values, SPACES)))
    tweets, parents = tweet_numbers(tidy["tweet_id"]), tweet_numbers(tidy["in_response_to_tweet_id"])
    return find_threads(tweets, tidy["author_id"], parents, answers, brand)


def tweet_numbers(texts: pa.Array) -> pa.Array:
    """Return what tweet_number returns of each text."""
    ends = pc.ends_with(texts, ".0")
    return pc.replace_substring_regex(texts, r"\.0\z", "") if pc.any(ends).as_py() else texts


def with_threads(frame: Frame, threads: Threads) -> Frame:
    """Return a frame with two more columns: the thread of each tweet, and who wrote the tweet that it answers."""
    rows = pc.subtract(frame.columns["number"], 1)
    columns = frame.columns.append_column("root", threads.roots.take(rows))
    return replace(frame, columns=columns.append_column("parent_author", threads.parents.take(rows)))


def tweet_number(text: str) -> str:
    """Return a tweet's number as pandas-made files write it (``3.0``) without the decimals."""
    return text.strip().removesuffix(".0")


def to_touch(record: Record, brand: Brand, threads: Threads) -> Mapped | NotAbout:
    """Return one row as a touch. Raises MappingError with the reason where it cannot be one."""
    tweet = tweet_number(required(record, "tweet_id"))
    author, text = required(record, "author_id"), shown_text(record, "text")
    parent = tweet_number(text_of(record, "in_response_to_tweet_id")) or None
    check_exact({"tweet_id": tweet, "author_id": author, "in_response_to_tweet_id": parent or ""})
    inbound = required(record, "inbound").casefold()
    if inbound not in ("true", "false"):
        raise MappingError("inbound is neither True nor False")
    at = to_time(text_of(record, "created_at"), record.day_first)
    root, parent_author = threads.of(record.number - 1)
    if root is None:
        return NotAbout(record)
    ours = brand.is_called(author)
    person = whom(text, parent_author, brand) if ours else author
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
            addressed=not ours and (brand.is_addressed(text) or brand.is_called(parent_author)),
            conversation=f"x:{root}",
            reply_to=f"x:{parent}" if parent else None,
            author=author if ours else None,
        ),
    )


def whom(text: str, parent_author: str | None, brand: Brand) -> str | None:
    """Return whom the brand speaks to: who wrote the tweet that it answers, else whom it names first."""
    return parent_author if parent_author and not brand.is_called(parent_author) else first_name(text)


def to_account(author: str, company: bool) -> Account:
    """Return the account of an author; the data set names companies and numbers customers."""
    handle = None if author.isdigit() else author
    return Account(
        f"x:{author.casefold()}", "x", handle, handle or f"customer {author}", "brand" if company else "person"
    )
