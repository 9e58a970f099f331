"""Files, imported: one that somebody names, and those of [[sources]] that wait."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pyarrow as pa

from pipeline import bulk, sources
from pipeline.ahead import ahead
from pipeline.bulk import GROUP_ROWS, Step
from pipeline.contents import read_brands, read_imported
from pipeline.file_cursors import FileCursor, Known, read_known, save_chunk
from pipeline.plain import plain
from pipeline.settings import Settings
from pipeline.source_settings import FileSource
from pipeline.sources.files import FileError
from pipeline.store import Workspace
from pipeline.touch import Brand, Counts, DateOrder, Dates, Reject

CHUNK_GROUPS = 2
CHUNK_ROWS = 500_000  # where few rows become touches; a crash costs a chunk, and the next, which is made beside
HASHED_BYTES = 1 << 20  # at a time

OTHER_ORDER = "its dates were read in the other order before; what that stored stays (`take-back` removes an import)"

Tick = Callable[[int], None]
Chunk = tuple[Step, bool]  # rows of a file, and whether they are the last
Keep = Callable[[pa.Table, Sequence[Reject], FileCursor], tuple[int, list[Reject]]]  # as save_chunk of a workspace


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
            if not path.is_file() and not path.is_dir():
                yield FileError(plain(f"{path}: cannot be read: a link that leads nowhere, a pipe or a device"))
            elif (sha256(path, source.map, source.direct_messages, source.sheet), brand.key) not in done:
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
