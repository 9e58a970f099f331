"""Cached reads of the published file, and short writes to the journal; the only place with st.cache_*."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import streamlit as st

from pipeline import journal_reads, reads, store
from pipeline.settings import workspace_folder
from pipeline.store import StoreError, Workspace
from pipeline.telling import moved as moved_by
from views import _refreshing
from views._meaning import NEWEST, Meanings, to_meanings
from views._refreshing import Begun

Stamp = tuple[str, int, int]
Rows = list[dict[str, Any]]
Read = Callable[..., Rows]


def workspace() -> Workspace:
    """Return the workspace that ORCHARD_DATA names."""
    return Workspace(workspace_folder())


def stamp(path: Path) -> Stamp | None:
    """Return what tells a file from what it becomes: path, inode and time; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return str(path), found.st_ino, found.st_mtime_ns


@st.cache_resource(max_entries=3, show_spinner=False)
def connection(published: Stamp) -> duckdb.DuckDBPyConnection:
    """Return the connection to one published file, shared by all sessions; each query takes a cursor of its own."""
    return store.open_published(Path(published[0]))


@st.cache_resource(show_spinner=False)
def last_good() -> dict[str, Stamp]:
    """Return where the newest readable file of each path is remembered."""
    return {}


def current() -> Stamp:
    """Return the newest published file that can be read.

    Where the newest cannot, the last good one is kept. Raises StoreError where there never was one.
    """
    path = workspace().published
    newest = stamp(path)
    if newest is None:
        raise StoreError(f"{path} does not exist")
    try:
        connection(newest)
    except StoreError:
        kept = last_good().get(str(path))
        if kept is None:
            raise
        return kept
    last_good()[str(path)] = newest
    return newest


def is_stale() -> bool:
    """Say whether the numbers shown are older than the newest published file, since that cannot be read."""
    return current() != stamp(workspace().published)


@st.cache_resource(show_spinner=False)
def refreshes() -> dict[str, Begun]:
    """Return where the last refresh is remembered that was begun on a page, by workspace."""
    return {}


def begun() -> Begun | None:
    """Return the refresh of this workspace that was begun last on any page; None where none was."""
    return refreshes().get(str(workspace().folder))


def begin_refresh() -> Begun:
    """Begin a refresh, unless one that was begun on a page is at work."""
    return _refreshing.begin(workspace(), refreshes())


@st.cache_data(max_entries=400, show_spinner=False)
def answer(published: Stamp, name: str, values: tuple[tuple[str, Any], ...]) -> pd.DataFrame:
    """Return the answer to a question, remembered for as long as this file is the newest."""
    return reads.frame(
        connection(published), name, **{key: list(v) if isinstance(v, tuple) else v for key, v in values}
    )


def ask(name: str, **values: Any) -> pd.DataFrame:
    """Return the answer of the newest published file to one of pipeline.reads.READS."""
    frozen = tuple((key, tuple(value) if isinstance(value, list) else value) for key, value in sorted(values.items()))
    return answer(current(), name, frozen)


def fewest_people() -> int:
    """Return below how many people a number is shown as uncertain, as the settings say."""
    return int(ask("meta")["fewest_people"].iloc[0])


def window_days() -> int:
    """Return how many days count as recent, as the settings say."""
    return int(ask("meta")["window_days"].iloc[0])


@st.cache_data(max_entries=100, show_spinner=False)
def taken_apart(
    published: Stamp, brand: str, before: datetime, start: datetime, until: datetime, dimensions: tuple[str, ...]
) -> pd.DataFrame:
    """Return whom and what a change came from, remembered for as long as this file is the newest."""
    rows = reads.frame(connection(published), "why", brand=brand, before=before, start=start, until=until)
    return moved_by.taken_apart(rows, dimensions)


def moved(brand: str, before: datetime, start: datetime, until: datetime) -> pd.DataFrame:
    """Return what the change of the index from [before, start) to [start, until) came from, by people and by topics.

    The columns are those of `pipeline.metrics.why`; empty where there is nothing to compare with.
    """
    return taken_apart(current(), brand, before, start, until, ("person", "topic"))


@st.cache_data(max_entries=60, show_spinner=False)
def remembered(journal: tuple[Stamp | None, ...], name: str, values: tuple[Any, ...], _read: Read) -> Rows:
    """Return what a read of the journal answers, remembered for as long as the journal is as it is."""
    return _read(workspace(), *values)


def typed(read: Read, *values: Any) -> Rows:
    """Return what one of `pipeline.journal_reads` answers to some values.

    The journal is opened only where it changed: a page has several such reads, and each would wait for the file.
    """
    path = workspace().journal
    file = stamp(path)
    if file is None:
        return []
    return remembered((file, stamp(path.with_name(f"{path.name}.wal"))), read.__name__, values, read)


def annotations(brand: str) -> Rows:
    """Return what people noted on days of a brand's history."""
    return typed(journal_reads.read_annotations, brand)


@st.cache_data(max_entries=4, show_spinner=False)
def likely(published: Stamp, brand: str, least: float) -> list[Any]:
    """Return what `suggested` does, remembered for as long as this file is the newest."""
    from pipeline.identity_evidence import suggestions  # late: only who asks waits for what compares names

    accounts = reads.frame(connection(published), "accounts", brand=brand).to_dict("records")
    return [found for found in suggestions(accounts) if found.confidence >= least]


def suggested(brand: str, least: float) -> list[Any]:
    """Return pipeline.identity_evidence.Suggestion of the accounts that a brand knows by name, the surest first.

    Also those on which people decided already (`decided_pairs`).
    """
    return likely(current(), brand, least)


def decided_pairs() -> set[tuple[str, str]]:
    """Return the pairs of accounts on which somebody decided, each in order: one person, or not."""
    rows = typed(journal_reads.read_decided_pairs)
    return {(min(pair), max(pair)) for pair in ((row["account_id"], row["with_account_id"]) for row in rows)}


def labels_since(brand: str) -> dict[str, dict[str, Any]]:
    """Return what people say of messages since the file was published, by touch: label (None: taken back) and drawn."""
    until = ask("meta")["entries_until"].iloc[0]
    rows = typed(journal_reads.read_labels_since, brand, until.to_pydatetime())
    return {row["touch_id"]: row for row in rows}


@st.cache_resource(max_entries=2, show_spinner=False)
def meanings(published: Stamp, brand: str) -> Meanings | None:
    """Return the vectors of the newest messages of a brand; None where the file holds none."""
    return to_meanings(reads.frame(connection(published), "vectors", brand=brand, many=NEWEST))


@st.cache_resource(show_spinner=False)
def embedder() -> Any:
    """Return the model that turns words into vectors; raises StoreError where it was not used here yet."""
    from models.bases import ModelError
    from models.embed import load_exported

    try:
        return load_exported()
    except ModelError as error:
        raise StoreError(str(error)) from error


@st.cache_data(max_entries=200, show_spinner=False)
def nearest(published: Stamp, brand: str, words: str, like: str | None) -> list[str] | None:
    """Return what `alike` does, remembered for as long as this file is the newest."""
    found = meanings(published, brand)
    if found is None:
        return None
    if like is not None:
        vector = found.of(like)
        return None if vector is None else found.closest(vector)
    if embedder().version != found.model:
        raise StoreError("the vectors are those of another model: run python -m pipeline refresh")
    return found.closest(embedder().vectors([words])[0])


def alike(brand: str, words: str, like: str | None = None) -> list[str] | None:
    """Return the messages closest in meaning to some words, or to the message ``like``, the closest first.

    None where there are no vectors to compare; raises StoreError where the words cannot be turned into one.
    """
    return nearest(current(), brand, words, like)


def has_meanings(brand: str) -> bool:
    """Say whether messages of a brand can be compared by meaning."""
    return meanings(current(), brand) is not None


@st.cache_resource(max_entries=1, show_spinner=False)
def classifier(name: str, revision: str | None, backend: str) -> Any:
    """Return the sentiment model, without PyTorch; raises StoreError where that cannot be."""
    from models.bases import ModelError
    from models.explain import load_exported

    try:
        return load_exported(name, revision, backend)  # type: ignore[arg-type]
    except ModelError as error:
        raise StoreError(str(error)) from error


Question = tuple[str, tuple[str, ...], tuple[str, ...]]  # a text, the names of its brand, and those of all others


@st.cache_data(max_entries=200, show_spinner=False)
def explained(name: str, revision: str | None, backend: str, question: Question) -> tuple[float, pd.DataFrame]:
    """Return the score of a text, -1..1, and its words in their order with what each did to it: word, moved."""
    from models.explain import explain

    text, target, others = question
    found = explain(classifier(name, revision, backend), text, target, others)
    moved = [{"word": each.word, "moved": each.moved} for each in found.words]
    return found.score, pd.DataFrame(moved, columns=["word", "moved"])
