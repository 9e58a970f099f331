"""The stages of the pipeline, each safe to run twice."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline import backups, beside, bulk, collect, forget, renamed, rules, sources, topics, vectors
from pipeline.adopt import adopt
from pipeline.ahead import ahead
from pipeline.bulk import GROUP_ROWS, Step
from pipeline.contents import read_brands, read_imported
from pipeline.file_cursors import FileCursor, Known, read_known, save_chunk
from pipeline.history import recorded
from pipeline.plain import plain
from pipeline.publish import ModelFacts, publish, relate
from pipeline.rules import Rule
from pipeline.scores import Reading, count_unscored, read_unscored, save_scores
from pipeline.settings import Settings
from pipeline.source_settings import FileSource
from pipeline.sources.files import FileError
from pipeline.store import StoreError, Workspace, kept_open
from pipeline.touch import Brand, Counts, DateOrder, Dates, Reject

CHUNK_GROUPS = 2
CHUNK_ROWS = 500_000  # where few rows become touches; a crash costs a chunk, and the next, which is made beside
HASHED_BYTES = 1 << 20  # at a time
READ_TEXTS = 20_000
CHUNK_TEXTS = 512  # what a crash can cost, some seconds of work

OTHER_ORDER = "its dates were read in the other order before; what that stored stays (`take-back` removes an import)"

Tick = Callable[[int], None]
Chunk = tuple[Step, bool]  # rows of a file, and whether they are the last
Keep = Callable[[pa.Table, Sequence[Reject], FileCursor], tuple[int, list[Reject]]]  # as save_chunk of a workspace


class CollectError(RuntimeError):
    """Some of [[sources]] could not be read, or the day's backup not be made, in a refresh that did the rest.

    The message has a line on each, ``done`` on everything else.
    """

    def __init__(self, failures: Sequence[str], done: Sequence[str]) -> None:
        super().__init__("\n".join(failures))
        self.done = list(done)


class Model(Protocol):
    """What `score` needs of a model."""

    @property
    def version(self) -> str:
        """What scores of this model are kept under."""

    def unread(self, texts: list[str]) -> list[str | None]:
        """Return the language of each text that the model does not read, else None."""

    def predict(
        self, texts: list[str], progress: Tick, target: Sequence[str], others: Sequence[str]
    ) -> NDArray[np.float32]:
        """Return probabilities (n, 3) of negative, neutral and positive toward the target, among other brands."""

    def doubtful(
        self, probabilities: NDArray[np.float32], texts: Sequence[str], target: Sequence[str], others: Sequence[str]
    ) -> NDArray[np.bool_]:
        """Say of each row of what ``predict`` said of the texts whether more than one label is plausible."""

    def inputs(self, texts: Sequence[str], target: tuple[str, ...], others: tuple[str, ...]) -> list[Any]:
        """Return what the network is given of each text, with the names of brands marked in it."""


def import_file(
    workspace: Workspace,
    path: Path,
    brand: Brand,
    wanted: str = "auto",
    mapping: Mapping[str, str] | None = None,
    encoding: str | None = None,
    source: str = "file",
    tick: Tick = lambda rows: None,
    direct_messages: bool = False,
    dates: Dates = "",
    sheet: str = "",
    keep: Keep | None = None,
) -> Counts:
    """Import a file in chunks of one transaction each and return what became of its rows.

    ``direct_messages``: those of an archive of X are taken in, too. ``dates``: the day or the month comes first.
    ``sheet``: that of a workbook which is read, else the first that fits.
    ``keep``: what saves a chunk; without one it is saved in the workspace.
    An import that was cut off is simply run again: rows that are there are counted as already had.
    Raises FileError where the file cannot be read or is of no known shape.
    """
    options = (wanted, mapping, encoding, direct_messages, dates)
    with (
        sources.opened(path, *options, sheet=sheet, beside=workspace.folder) as (name, records, words),
        ThreadPoolExecutor(1) as beside,
    ):
        counts = Counts(encoding=records.encoding, dates=records.dates.words, sheet=words)
        day_first = records.dates.day_first
        digest = beside.submit(sha256, path, mapping, direct_messages, sheet)
        before = beside.submit(lambda: read_known(workspace, path, digest.result(), brand.key))
        for chunk, is_last in ahead(chunks(bulk.read_steps(name, records, brand, mapping, source), tick)):
            rows, key, known = counts.read + chunk.rows, digest.result(), before.result()
            how = (mapping, source, day_first, known.was_read)
            cursor = FileCursor(known.file, key, brand, name, rows, is_last, *how)
            save(keep or partial(save_chunk, workspace), chunk, counts, cursor)
        counts.lost = sources.lost_bytes(records.path, records.encoding)
    if was_other_order(before.result(), records.dates):
        counts.dates = "; ".join(filter(None, (counts.dates, OTHER_ORDER)))
    return counts


def was_other_order(known: Known, dates: DateOrder) -> bool:
    """Say whether a file was read before with day and month the other way; of an older Orchard, as was usual then."""
    then = dates.usual if known.day_first is None else known.day_first
    return known.was_read and dates.usual is not None and then != dates.day_first


def chunks(steps: Iterator[Step], tick: Tick) -> Iterator[Chunk]:
    """Yield (steps joined to whole groups of touches, or to CHUNK_ROWS rows or a few more, whether they are the last).

    The first is of one group, so that saving begins soon; the others are of CHUNK_GROUPS. The rejects of steps that are
    cut go with what is left of them.
    """
    held, size = bulk.joined([]), GROUP_ROWS
    for step in steps:
        held = bulk.joined([held, step])
        tick(step.rows)
        while held.touches.num_rows >= size:
            chunk, held = held.cut(size)
            yield bulk.in_groups(chunk), False
            size = CHUNK_GROUPS * GROUP_ROWS
        if held.rows >= CHUNK_ROWS:
            yield bulk.in_groups(held), False
            held = bulk.joined([])
    yield bulk.in_groups(held), True


def save(keep: Keep, chunk: Step, counts: Counts, cursor: FileCursor) -> None:
    """Save a chunk, and count what became of its rows."""
    stored, clashes = keep(chunk.touches, chunk.rejects, cursor)
    counts.read += chunk.rows
    counts.stored += stored
    counts.already += chunk.touches.num_rows - stored - len(clashes)
    counts.not_about += chunk.not_about
    for reject in (*chunk.rejects, *clashes):
        counts.reject(reject.reason)


def sha256(path: Path, mapping: Mapping[str, str] | None, direct_messages: bool = False, sheet: str = "") -> str:
    """Return what an import is known by: the bytes of a file, or those in a folder, and how they were read."""
    digest = hashlib.sha256()
    for part in sorted(path.rglob("*.js")) if path.is_dir() else [path]:
        with part.open("rb") as file:
            while block := file.read(HASHED_BYTES):
                digest.update(block)
    digest.update(repr(sorted((mapping or {}).items())).encode())
    if direct_messages:
        digest.update(b"direct messages")
    if sheet:
        digest.update(f"sheet {sheet}".encode())
    return digest.hexdigest()


def collect_files(workspace: Workspace, settings: Settings) -> Iterator[str | FileError]:
    """Import the files of every source in brand.toml that were not imported whole before.

    Yields a line on each, or the error of a file that cannot be read: it must not keep the others waiting. A
    source whose pattern finds nothing has a line, too.
    """
    stored = read_brands(workspace) if settings.files() else []
    for source in settings.files():
        brand = settings.find_brand(source.brand, stored)
        for path in waiting_files(workspace, source, brand):
            if not isinstance(path, Path):
                yield path
                continue
            try:
                counts = import_file(
                    workspace,
                    path,
                    brand,
                    source.format,
                    source.map,
                    source.encoding or None,
                    source=source.name,
                    direct_messages=source.direct_messages,
                    dates=source.dates,
                    sheet=source.sheet,
                )
            except FileError as error:
                yield FileError(plain(str(error)))
            except OSError as error:
                yield unreadable(path, error)
            else:
                yield plain(import_line(path, counts, brand.key))


def import_line(path: Path, counts: Counts, brand: str) -> str:
    """Return one line on what became of the rows of a file, and on what is to be known of how they were read."""
    rejected = sum(counts.rejected.values())
    rows = f"{path.name}: {counts.stored} stored of {counts.read}"
    if counts.stored < counts.read:
        rows += f" ({counts.already} already had, {counts.not_about} not about {brand}, {rejected} rejected)"
    return "; ".join(words for words in (rows, counts.sheet, counts.dates, counts.lost) if words)


def waiting_files(workspace: Workspace, source: FileSource, brand: Brand) -> Iterator[Path | FileError | str]:
    """Yield the files of a source whose present content is not imported, and the error of one that cannot be read.

    Where the pattern finds none at all, there is a line that says so: it may be misspelt.
    """
    done = read_imported(workspace)
    found = [path for path in source.files(workspace.folder) if not path.is_dir() or is_unpacked(path)]
    if not found:
        yield no_file(workspace, source)
    for path in found:
        try:
            if (path.is_file() or path.is_dir()) and (
                sha256(path, source.map, source.direct_messages, source.sheet),
                brand.key,
            ) not in done:
                yield path
        except OSError as error:
            yield unreadable(path, error)


def no_file(workspace: Workspace, source: FileSource) -> str:
    """Return a line on a pattern that finds no file."""
    if (workspace.folder / source.path).is_dir():
        return f"{source.path} of [[sources]] is a folder: {source.path.rstrip('/')}/* are the files in it"
    return f"no file matches {source.path} of [[sources]]"


def is_unpacked(folder: Path) -> bool:
    """Say whether a folder is an archive of X that was unpacked, and not one that only stands among the files."""
    try:
        return any((folder / place).is_file() for place in ("data/account.js", "account.js"))
    except OSError:  # a folder in which we may not look is none
        return False


def unreadable(path: Path, error: OSError) -> FileError:
    """Return the error of a file that the system does not let us read."""
    return FileError(plain(f"{path}: cannot be read: {error.strerror or error}"))


def score(workspace: Workspace, settings: Settings, model: Model, tick: Tick = lambda texts: None) -> int:
    """Score what the model has not read, in chunks that are saved as they are done; return the mentions read.

    What names other brands beside its own is read toward each of them, too; that is saved first, so that no score is
    there without it. No connection is held while the model runs.
    """
    read, kept = 0, kept_under(model.version, settings)
    renew(workspace, settings, kept, lambda: model)
    brands = known_brands(workspace, settings)
    names = beside.names_of(brands)
    while waiting := read_unscored(workspace, kept, READ_TEXTS):
        for key, texts in waiting.items():
            for start in range(0, len(texts), CHUNK_TEXTS):
                chunk = texts[start : start + CHUNK_TEXTS]
                found = readings(model, brands, key, chunk, settings.rules, tick)
                for other, named in beside.waiting(found, key, names, settings.rules).items():
                    toward = readings(model, brands, other, named, settings.rules, lambda texts: None)
                    beside.save(workspace, kept, key, other, toward)
                read += save_scores(workspace, kept, key, found)
    return read


def known_brands(workspace: Workspace, settings: Settings) -> list[Brand]:
    """Return the brands of brand.toml, and those that were imported under a name of their own."""
    configured = [brand.to_brand() for brand in settings.brand_settings()]
    stored = read_brands(workspace)
    return configured + [brand for brand in stored if not any(own.is_called(brand.key) for own in configured)]


def readings(
    model: Model, brands: Sequence[Brand], key: str, texts: list[str], phrases: Sequence[Rule], tick: Tick
) -> list[Reading]:
    """Return what the model reads in texts toward one brand, under phrase rules.

    Of a text in a language that it does not read there is only that, unless a rule decides it.
    """
    target = [name for brand in brands if brand.key == key for name in brand.names()]
    others = [name for brand in brands if brand.key != key for name in brand.names()]
    decided = {text: found for text in texts if (found := rules.decided(text, phrases))}
    left = [text for text in texts if text not in decided]
    foreign = {text: code for text, code in zip(left, model.unread(left), strict=True) if code}
    read = [text for text in left if text not in foreign]
    tick(len(texts) - len(read))
    words = [rules.to_read(text, phrases) for text in read]
    probabilities = model.predict(words, tick, target, others)
    doubts = dict(zip(read, model.doubtful(probabilities, words, target, others), strict=True))
    scored = dict(zip(read, probabilities, strict=True)) | decided
    return [Reading(text, language=code) for text, code in foreign.items()] + [
        Reading(text, *to_floats(row), bool(doubts.get(text, False)), rules.applied(text, phrases))
        for text, row in scored.items()
    ]


def to_floats(row: Sequence[float] | NDArray[np.float32]) -> tuple[float, float, float]:
    """Return the three probabilities of a row as plain numbers."""
    negative, neutral, positive = row
    return float(negative), float(neutral), float(positive)


def kept_under(version: str, settings: Settings) -> str:
    """Return what scores of a model are kept under: other settings of it and other phrase rules are other scores."""
    model = settings.model
    if model.backend not in ("auto", "onnx"):
        version += f"+{model.backend}"
    said = (sorted(model.labels.items()), model.languages, model.cleaning)
    if said != ([], None, None):
        version += f"+read-{hashlib.sha256(repr(said).encode()).hexdigest()[:8]}"
    return rules.version(version, settings.rules)


def under_settings(model: ModelFacts, settings: Settings) -> ModelFacts:
    """Return the model as its scores are kept under the settings."""
    return replace(model, version=kept_under(model.version, settings))


def renew(workspace: Workspace, settings: Settings, kept: str, load_model: Callable[[], Model]) -> int:
    """Take out the scores that were made when brands had other names; return of how many mentions they are."""
    return renamed.settle(workspace, kept, known_brands(workspace, settings), settings.rules, load_model)


def refresh(
    workspace: Workspace,
    settings: Settings,
    load_model: Callable[[], Model],
    facts: Callable[[], ModelFacts],
    tick: Tick = lambda texts: None,
    embedder: vectors.Reader | None = None,
) -> list[str]:
    """Collect, score, place in topics, relate and publish once; return what was done, line by line.

    Without an embedder no topics are looked for, and no text is given a vector. A model is loaded only where something
    waits for it, since that takes seconds. Raises CollectError at the very end where one of [[sources]] cannot be read,
    or the day's backup not be made: the rest is done by then.
    """
    with recorded(workspace, "refresh") as detail:
        with kept_open(workspace.mentions):
            detail += forget.go_on(workspace)
            detail += adopt(workspace, settings)
        failures = bring(workspace, settings, detail, tick)
        model, loaded = under_settings(facts(), settings), cache(load_model)
        brands = known_brands(workspace, settings)
        again = renamed.settle(workspace, model.version, brands, settings.rules, loaded)
        waiting = count_unscored(workspace, model.version)
        detail.append(f"{score(workspace, settings, loaded(), tick) if waiting else 0} mentions read")
        if again:
            detail.append(f"{again} of them again, since brands are called or found otherwise, or came or went")
        if embedder:
            detail += place(workspace, settings, brands, embedder, model.version, tick)
        detail.append(f"{relate(workspace, settings, model)} relationships")
        with kept_open(workspace.mentions):
            publish(workspace, settings.privacy.people)
            unfinished = forget.is_unfinished(workspace)
        if unfinished:
            forget.settle(workspace)  # relate has replaced tables that told of who is gone
        try:
            detail += backups.daily(workspace, settings)
        except StoreError as error:
            failures.append(plain(f"no backup was made: {error}"))
        if failures:
            raise CollectError(failures, detail)
    return detail


def bring(workspace: Workspace, settings: Settings, detail: list[str], tick: Tick) -> list[str]:
    """Read all of [[sources]], a line of detail on each; return what failed."""
    failures = list[str]()
    for line in collect_files(workspace, settings):
        (failures if isinstance(line, FileError) else detail).append(str(line))
    for tally in collect.collect(workspace, settings, tick=tick):
        (failures if tally.error else detail).append(tally.words())
    return failures


def place(
    workspace: Workspace,
    settings: Settings,
    brands: Sequence[Brand],
    embedder: vectors.Reader,
    version: str,
    tick: Tick,
) -> list[str]:
    """Place mentions in topics, and give every text its vector; return what was done."""
    own = (each["handle"] for each in settings.handles())
    silent = [handle.lower() for handle in (*settings.staff, *settings.bots, *own)]
    ignored = frozenset(word.lower() for word in settings.topics.ignore)
    stage = topics.Stage(workspace, embedder, version, silent, ignored, tick)
    done = list(topics.place(stage, brands))
    vectors.keep_all(stage.keeper, version, brands)
    return done
