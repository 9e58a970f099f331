"""Rejects are mapped again from what was kept of them, as an upgrade or other settings may let them become touches."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline import cursors, sources, store
from pipeline.contents import read_brands
from pipeline.erase import read_written
from pipeline.file_cursors import save_moment
from pipeline.rows import touch_table
from pipeline.settings import Settings
from pipeline.sources.network import outcome
from pipeline.sources.networks import NETWORKS
from pipeline.store import Workspace, connect, incoming, query, transaction
from pipeline.touch import Brand, Gone, Mapped, Outcome, Record, Reject, sound
from pipeline.touches import save_touches

BATCH = 5000  # rejects of one file at a time
KEPT = "it cannot be mapped again from what was kept of it: import its file once more"
UNREADABLE = (ValueError, TypeError, KeyError, RecursionError, duckdb.DataError)  # payloads and formats of another time

Tick = Callable[[int], None]
ToOutcomes = Callable[[Sequence[Record]], Iterable[Outcome]]


@dataclass(frozen=True)
class Way:
    """One way in which the rows of a file or stream were mapped: for which brand, and what does it."""

    brand: Brand
    to_outcomes: ToOutcomes


@dataclass
class Retried:
    """What became of the rejects read; of one there may be ``stored`` touches with several brands.

    Those without a way were not even tried. ``failed`` tells by file what kept all of its rejects from being tried.
    """

    read: int = 0
    stored: int = 0
    already: int = 0
    not_about: int = 0
    gone: int = 0
    no_way: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def words(self) -> str:
        """Return the counts as one line."""
        left = self.no_way + sum(self.rejected.values())
        settled = f"{self.already} already had, {self.not_about} not about the brand, {self.gone} gone at their source"
        failed = f"; {len(self.failed)} files could not be tried, and keep theirs" if self.failed else ""
        return f"{self.read} rejects: {self.stored} touches stored, {settled}, {left} stay rejects{failed}"


@dataclass(frozen=True)
class Batch:
    """Rejects of one file: their ids, and their records, which are numbered by the place of the id, from 1.

    ``brought`` is the SHA-256 of the import that each came with; None where nobody knows it.
    """

    ids: Sequence[str]
    records: Sequence[Record]
    brought: Sequence[str | None]


def retry(workspace: Workspace, settings: Settings, tick: Tick = lambda rejects: None) -> Retried:
    """Map every reject again that is whole, in batches of one transaction each; return what became of them.

    A file whose payloads cannot be read keeps its rejects, and does not keep the others waiting. Raises StoreError
    where the workspace itself cannot be read or written.
    """
    found = Retried()
    for file in read_files(workspace):
        try:
            retry_file(workspace, settings, file, found, tick)
        except UNREADABLE as error:
            found.failed[file] = f"{type(error).__name__}: {error}"
    return found


def retry_file(workspace: Workspace, settings: Settings, file: str, found: Retried, tick: Tick) -> None:
    """Map the rejects of one file or stream again, and count what became of them."""
    ways = file_ways(workspace, settings, file) or network_ways(settings, file)
    for batch in batches(workspace, file):
        if ways:
            save(workspace, file, batch, ways, found)
        else:
            found.no_way += len(batch.ids)
        found.read += len(batch.ids)
        tick(len(batch.ids))


def read_files(workspace: Workspace) -> list[str]:
    """Return the files and streams that have rejects."""
    with connect(workspace.mentions) as con:
        return [file for (file,) in con.execute("select distinct file from reject order by file").fetchall()]


def batches(workspace: Workspace, file: str) -> Iterator[Batch]:
    """Yield the rejects of a file that are whole, in the order of their ids."""
    after = ""
    while True:
        with connect(workspace.mentions) as con:
            asked = {"file": file, "after": after, "many": BATCH}
            rows = con.execute(query("waiting_rejects"), asked).fetchall()
        if not rows:
            return
        after = rows[-1][0]
        records = [Record(place, json.loads(row[1]), day_first=row[2]) for place, row in enumerate(rows, 1)]
        yield Batch([row[0] for row in rows], records, [row[3] for row in rows])


def file_ways(workspace: Workspace, settings: Settings, file: str) -> list[Way]:
    """Return how the rows of a file were mapped, for each brand that it was imported for.

    None where its columns were named by hand before these names were kept, and where its format needs the whole file.
    """
    with connect(workspace.mentions) as con:
        rows = con.execute(query("ways"), {"file": file}).fetchall()
    if any(name in sources.WHOLE and not mapping for _, name, mapping, *_ in rows):
        return []
    stored, ways = read_brands(workspace), []
    for key, name, mapping, source in rows:
        if name != "mapped" or mapping:
            brand, now = settings.find_brand(key, stored), name_now(workspace, settings, file, key)
            ways.append(Way(brand, by_file(brand, name, mapping, now or source)))
    return ways


def name_now(workspace: Workspace, settings: Settings, file: str, brand: str) -> str:
    """Return the name that brand.toml gives the source of a file by now; empty where it has none."""
    return next(
        (
            source.name
            for source in settings.files()
            if settings.find_brand(source.brand).key == brand and "name" in source.model_fields_set
            if str(Path(file).resolve()) in [sound(str(path.resolve())) for path in source.files(workspace.folder)]
        ),
        "",
    )


def by_file(brand: Brand, name: str, mapping: str | None, source: str) -> ToOutcomes:
    """Return what maps records as an import does; what it cannot take at all are rejects once more."""
    columns = json.loads(mapping) if mapping else None

    def mapped(records: Sequence[Record]) -> Iterable[Outcome]:
        try:
            return list(sources.to_touches(name, records, brand, columns, source))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):  # a part of a record, kept by itself
            return [Reject(record, KEPT) for record in records]

    return mapped


def network_ways(settings: Settings, file: str) -> list[Way]:
    """Return how the records of a stream are mapped (``source: stream``), where brand.toml still has its source."""
    name = file.split(": ")[0]
    found = [source for source in settings.networks() if source.name == name]
    return [by_network(settings.find_brand(source.brand), source.type) for source in found]


def by_network(brand: Brand, kind: str) -> Way:
    """Return how the records of a network are mapped."""
    to_touch = NETWORKS[kind].to_touch
    return Way(brand, lambda records: [outcome(record, brand, to_touch) for record in records])


def save(workspace: Workspace, file: str, batch: Batch, ways: Sequence[Way], found: Retried) -> None:
    """Save what a batch has become, and count it: a reject that a brand takes, or none is meant by, is one no more."""
    outcomes = [(way.brand, each) for way in ways for each in way.to_outcomes(batch.records)]
    places = set(range(1, len(batch.ids) + 1))
    written, source = read_written(workspace), file.split(": ")[0]
    with connect(workspace.mentions) as con, transaction(con):
        clashes = [
            clash
            for brand, sha256, mapped in by_import(batch, outcomes)
            for clash in save_mapped(con, file, brand, sha256, mapped, found)
        ]
        taken = {each.record.number for _, each in outcomes if isinstance(each, Mapped)}
        for _, each in outcomes:
            if isinstance(each, Gone):
                cursors.remove(con, source, each, written)
        gone = {each.record.number for _, each in outcomes if isinstance(each, Gone)} - taken
        refused = {each.record.number: each.reason for _, each in outcomes if isinstance(each, Reject)}
        left = {place: why for place, why in refused.items() if place not in taken | gone}
        left |= {clash.record.number: clash.reason for clash in clashes}
        for place in places - {each.record.number for _, each in outcomes}:
            left[place] = KEPT
        keep(con, batch, left)
    settled = places - set(left)
    found.gone += len(gone & settled)
    found.not_about += len(settled - taken - gone)
    for reason in left.values():
        found.rejected[reason] = found.rejected.get(reason, 0) + 1


def by_import(batch: Batch, outcomes: Sequence[tuple[Brand, Outcome]]) -> list[tuple[Brand, str | None, list[Mapped]]]:
    """Return the touches that a batch has become by brand and import, so that each can be taken back with its own."""
    found: dict[tuple[str, str | None], tuple[Brand, str | None, list[Mapped]]] = {}
    for brand, each in outcomes:
        if isinstance(each, Mapped):
            sha256 = batch.brought[each.record.number - 1]
            found.setdefault((brand.key, sha256), (brand, sha256, []))[2].append(each)
    return list(found.values())


def save_mapped(
    con: duckdb.DuckDBPyConnection,
    file: str,
    brand: Brand,
    sha256: str | None,
    mapped: Sequence[Mapped],
    found: Retried,
) -> list[Reject]:
    """Save the touches with one brand, of one import; return those whose id is another message's."""
    moment = store.now()
    con.execute(query("save_brand"), {"brand": brand.key, "name": brand.name, "now": moment})
    stored, clashes = save_touches(con, touch_table(mapped), moment)
    save_moment(con, file, brand.key, moment, sha256)
    found.stored += stored
    found.already += len(mapped) - stored - len(clashes)
    return clashes


def keep(con: duckdb.DuckDBPyConnection, batch: Batch, left: dict[int, str]) -> None:
    """Keep of a batch only those that are left, each with its reason of today."""
    done = [key for place, key in enumerate(batch.ids, 1) if place not in left]
    con.execute("delete from reject where list_contains($ids, reject_id)", {"ids": done})
    rows: list[dict[str, Any]] = [{"reject_id": batch.ids[place - 1], "reason": why} for place, why in left.items()]
    if rows:
        with incoming(con, pa.Table.from_pylist(rows)):
            con.execute(query("update_reasons"))
