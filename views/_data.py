"""Cached reads of the published file, and short writes to the journal; the only place with st.cache_*."""

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import streamlit as st

from pipeline import journal, journal_reads, reads, store
from pipeline.metrics import why
from pipeline.settings import workspace_folder
from pipeline.store import StoreError, Workspace

Stamp = tuple[str, int, int]


def workspace() -> Workspace:
    """Return the workspace that ORCHARD_DATA names."""
    return Workspace(workspace_folder())


def stamp(path: Path) -> Stamp | None:
    """Return what tells one published file from the next: path, inode and time; None where there is none."""
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


@st.cache_data(max_entries=100, show_spinner=False)
def taken_apart(published: Stamp, brand: str, start: datetime, until: datetime) -> pd.DataFrame:
    """Return whom a change came from, remembered for as long as this file is the newest."""
    rows = reads.frame(connection(published), "why", brand=brand, start=start, until=until)
    rows = rows[rows["dimension"] == "person"]  # what is shown; each dimension more would be drawn 150 times
    found: pd.DataFrame = why.finish(pa.Table.from_pandas(rows, preserve_index=False)).to_pandas()
    return found


def moved(brand: str, start: datetime, until: datetime) -> pd.DataFrame:
    """Return whom the change of the index since the equal period before came from, one person one voice.

    Columns part, contribution, se, people, people_before, change; empty where there is nothing to compare with.
    """
    found = taken_apart(current(), brand, start, until)
    return found[(found["weighting"] == "person") & (found["dimension"] == "people")]


def movers(brand: str, start: datetime, until: datetime, most: int) -> pd.DataFrame:
    """Return the ``most`` people who raised the index most and who lowered it, and all others as one, summed up.

    Columns name, contribution, mentions, mentions_before.
    """
    found = taken_apart(current(), brand, start, until)
    rows = why.top(found[(found["weighting"] == "person") & (found["dimension"] == "person")], most)
    sums = ["contribution", "mentions", "mentions_before"]
    whole = rows.groupby("key", as_index=False)[sums].sum().sort_values("contribution")
    names = ask("names", brand=brand, people=whole["key"].tolist()).set_index("person_id")["name"]
    return whole.assign(name=[names.get(key, key) for key in whole["key"]])


def log_touch(
    brand: str, account_id: str, kind: str, direction: str, happened_at: datetime, text: str, author: str
) -> None:
    """Keep an offline touch in the journal; the next refresh takes it into the numbers."""
    entry = {"brand": brand, "account_id": account_id, "kind": kind, "direction": direction}
    journal.save_entry(workspace(), entry | {"happened_at": happened_at, "text": text, "author": author})


def waiting_entries(brand: str, account_id: str) -> list[dict[str, Any]]:
    """Return a person's journal entries that no refresh has taken in yet."""
    until = ask("meta")["entries_until"].iloc[0]
    return journal_reads.read_entries_since(workspace(), brand, [account_id], until.to_pydatetime())
