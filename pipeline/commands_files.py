"""The commands that take files in and give them out."""

import re
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Annotated, Any, cast, get_args

import typer

from pipeline import file_imports, known, settings, watch
from pipeline.contents import read_brands, read_imported
from pipeline.export import export
from pipeline.locks import working
from pipeline.plain import plain
from pipeline.progress import bar, notes
from pipeline.rehearse import Rehearsed, rehearse
from pipeline.source_settings import FILE_FORMATS, SOURCE_NAME
from pipeline.sources.archive import is_archive
from pipeline.sources.encodings import known_encoding
from pipeline.sources.files import FileError
from pipeline.sources.kinds import is_workbook
from pipeline.sources.mapped import parse_map
from pipeline.store import StoreError, Workspace
from pipeline.touch import Brand, Counts, Dates

app = typer.Typer()

TEXT = 80  # characters of a touch that are shown
RETRY_SECONDS = 5.0  # until a workspace that could not be used is tried again
X_RULE = (
    "{many} of them are texts from X: X lets you pass on their ids alone, or at most 50,000 posts a day to one "
    "recipient, by hand and never in public (docs/sources/export.md)"
)


class Stopped(Exception):
    """Somebody asked to stop in the middle of a file."""


@dataclass(frozen=True)
class How:
    """How files are to be read, and where they go."""

    place: Workspace
    brand: Brand
    format: str
    mapping: Mapping[str, str] | None
    encoding: str | None
    source: str
    direct_messages: bool
    wait: float
    dates: Dates = ""
    sheet: str = ""


@app.command(name="import")
def import_(
    brand: Annotated[
        str, typer.Option(help="The brand that the touches are with, as brand.toml or the file calls it.")
    ],
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV, TSV, JSON, JSON lines (also in gzip or a zip), Excel, or X's archive."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--watch", help="Take the files of this folder in as they arrive, until Ctrl-C.")
    ] = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(get_args(FILE_FORMATS))}.")] = "auto",
    map: Annotated[
        str, typer.Option(help="Fields of a touch and their columns: text=Body,author=User,at=Date,...")
    ] = "",
    encoding: Annotated[str | None, typer.Option(help="Such as cp1252, where the one found is wrong.")] = None,
    source: Annotated[str, typer.Option(help="With --map: where the rows come from; part of their ids.")] = "file",
    direct_messages: Annotated[
        bool, typer.Option("--direct-messages", help="Those of an archive of X, too; without it they are not read.")
    ] = False,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for another Orchard process in this workspace.")
    ] = 30,
    dates: Annotated[
        str, typer.Option(help="Of 3/4/2025: dmy (the day first) or mdy, where the file does not prove it.")
    ] = "",
    sheet: Annotated[str, typer.Option(help="Of a workbook: the one to read, where several would do.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would be stored of a file; store nothing.")
    ] = False,
) -> None:
    """Import a file, or those of a folder as they arrive; rows that cannot be mapped are kept with a reason."""
    if not brand.strip():
        raise FileError("--brand: it is empty")
    if (shown := plain(brand)) != brand:
        raise FileError(f"--brand {shown}: a character of it is no text, or the terminal is not set to UTF-8 (LANG)")
    check_format(format, map, source)
    if encoding:
        known_encoding(encoding)
    check_asked(file, folder, dates, dry_run)
    if file and file.exists():
        check_archive(file, direct_messages)
        check_sheet(file, sheet)
    place = Workspace(settings.workspace_folder())
    chosen, stored = settings.load(place.folder), read_brands(place)
    target = chosen.find_brand(brand, stored)
    there = {own.key for own in chosen.brand_settings()} | {own.key for own in stored}
    mapping, order = parse_map(map) if map else None, cast("Dates", dates)
    how = How(place, target, format, mapping, encoding, source, direct_messages, wait, order, sheet)
    if file and not folder:
        counts = try_one(file, how) if dry_run else take_one(file, how)
        if chosen.brand_settings() and target.key not in there:
            notes.print(f"{target.key} is a new brand: brand.toml does not know it", markup=False)
        tell_lost(counts, encoding)
        tell_missed(counts, target.key)
    elif folder and not file:
        follow(folder, how, watch.stop_signal())
    else:
        raise FileError("give either a file or --watch FOLDER")


def check_asked(file: Path | None, folder: Path | None, dates: str, dry_run: bool) -> None:
    """Raise FileError where what is asked for cannot be done."""
    if dates not in get_args(Dates):
        raise FileError(f"--dates {dates}: allowed are dmy (the day comes first) and mdy (the month does)")
    if dry_run and folder:
        raise FileError("--dry-run reads one file, and --watch those that come: give one of them")
    if file == Path("-"):
        raise FileError("import -: a file is read more than once, which a pipe cannot be: save it to a file first")


def tell_lost(counts: Counts, encoding: str | None) -> None:
    """Say which bytes an encoding did not know, if any, and what to do; ``encoding``: the one that was asked for."""
    if counts.lost:
        advice = "without --encoding the likeliest is found" if encoding else "--encoding overrules"
        notes.print(f"{counts.lost}; {advice}", markup=False)


def tell_missed(counts: Counts, brand: str) -> None:
    """Say what to do where no row is about the brand: most often the file calls it otherwise."""
    if counts.stored + counts.already == 0 < counts.not_about:
        words = "give --brand as the file calls it, or its handles in brand.toml"
        notes.print(f"no row is about {brand}: {words}", markup=False)


def check_sheet(file: Path, sheet: str) -> None:
    """Raise FileError where a sheet is asked for of a file that has none."""
    if sheet and not is_workbook(file):
        raise FileError(f"{file}: --sheet names a sheet of a workbook, and this is none")


def check_format(format: str, map: str, source: str) -> None:
    """Raise FileError where options on the columns of a file are wrong, or do not go together."""
    allowed = get_args(FILE_FORMATS)
    if format not in allowed:
        raise FileError(f"--format {format}: allowed are {', '.join(allowed)}")
    if map and format not in ("auto", "mapped"):
        raise FileError(f"--map tells what the columns are, and so does --format {format}: give one of them")
    if not re.fullmatch(SOURCE_NAME, source):
        raise FileError(f"--source {source}: small letters, digits and _ only, since it is part of the rows' ids")
    if source != "file" and not map:
        raise FileError(f"--source {source} names where the rows of a file with --map come from, and there is no --map")


def check_archive(file: Path, direct_messages: bool) -> None:
    """Raise FileError where an option is for an archive of X alone."""
    if direct_messages and not is_archive(file):
        raise FileError(f"{file}: --direct-messages are those of an archive of X, and this is none")


def import_one(file: Path, how: How, stop: Event | None = None) -> Counts:
    """Import one file under the workspace's lock; a stop is heard between two chunks."""
    with working(how.place, "import", how.wait), bar(f"importing {plain(file.name)}", None) as tick:

        def heard(rows: int) -> None:
            tick(rows)
            if stop and stop.is_set():
                raise Stopped

        return file_imports.import_file(how.place, file, how.brand, **options(how, heard))


def take_one(file: Path, how: How) -> Counts:
    """Import one file, print what became of its rows, and return that."""
    counts = import_one(file, how)
    tell(counts, how.brand.key)
    return counts


def options(how: How, tick: file_imports.Tick) -> dict[str, Any]:
    """Return what an import needs to know beside workspace, file and brand."""
    named = {"mapping": how.mapping, "encoding": how.encoding, "source": how.source, "dates": how.dates}
    return named | {"sheet": how.sheet, "wanted": how.format, "direct_messages": how.direct_messages, "tick": tick}


def try_one(file: Path, how: How) -> Counts:
    """Print what an import would do, and return its counts."""
    with bar(f"reading {plain(file.name)}", None) as tick:
        found = rehearse(how.place, file, how.brand, how.wait, **options(how, tick))
    tell(found.counts, how.brand.key, "would be stored")
    show(found)
    return found.counts


def show(found: Rehearsed) -> None:
    """Print the first of what an import would keep."""
    for at, direction, who, text in found.touches:
        print(plain(f"touch  {at:%Y-%m-%d %H:%M:%S}  {direction:3}  {shorten(who or '-')}  {shorten(text)}"))
    for number, reason in found.rejects:
        print(plain(f"reject  row {number}  {reason}"))
    print("nothing was stored: this was a dry run")


def shorten(text: str) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= TEXT else f"{line[: TEXT - 1]}…"


def tell(counts: Counts, brand: str, stored: str = "stored") -> None:
    """Print what became of the rows of an import."""
    print(f"read              {counts.read:>8}  as {plain(counts.sheet) or counts.encoding.removesuffix('-sig')}")
    print(f"{stored:18}{counts.stored:>8}  as touches with {brand}")
    print(f"already had       {counts.already:>8}")
    print(f"not about brand   {counts.not_about:>8}")
    print(f"rejected          {sum(counts.rejected.values()):>8}")
    for reason, many in sorted(counts.rejected.items(), key=lambda item: -item[1]):
        print(f"    {many:>6}  {plain(reason)}")
    if counts.dates:
        print(plain(counts.dates))


def follow(folder: Path, how: How, stop: Event) -> None:
    """Import every file of a folder that is not imported yet, and those that come, until the stop."""
    if not folder.is_dir():
        raise FileError(f"--watch {folder}: no such folder")
    notes.print(plain(f"watching {folder}; Ctrl-C stops"), markup=False)
    for file in watch.arrivals(folder, stop):
        take_patiently(file, how, stop)
    notes.print("stopped; what was taken in is stored", markup=False)


def take_patiently(file: Path, how: How, stop: Event) -> None:
    """Take one file in; what is wrong with it is said, what is wrong with the workspace is waited for."""
    said, name = "", plain(file.name)
    while not stop.is_set():
        try:
            print(plain(take(file, how, stop)), flush=True)
        except StoreError as error:
            if str(error) != said:
                said = str(error)
                notes.print(f"{name} waits: {error}", style="red", markup=False)
            stop.wait(RETRY_SECONDS)
            continue
        except Stopped:
            notes.print(f"{name}: stopped in the middle; the next start goes on", markup=False)
        except (FileError, ValueError, OSError) as error:
            notes.print(plain(f"{name} is not taken in: {error}"), style="red", markup=False)
        return


def take(file: Path, how: How, stop: Event) -> str:
    """Import a file whose content was not imported whole before; return a line on it."""
    content = file_imports.sha256(file, how.mapping, how.direct_messages, how.sheet)
    if (content, how.brand.key) in read_imported(how.place):
        return f"{file.name}: imported before"
    counts = import_one(file, how, stop)
    return file_imports.import_line(file, counts, how.brand.key)


@app.command(name="export")
def export_(
    file: Annotated[Path | None, typer.Argument(help="Where to; without one, to standard output.")] = None,
    brand: Annotated[str | None, typer.Option(help="Of this brand alone.")] = None,
) -> None:
    """Write every touch as JSON lines that `import` reads back without loss."""
    place = Workspace(settings.workspace_folder())
    key = known.brand_key(place, brand) if brand else None
    with tempfile.TemporaryDirectory() as folder:
        target = file or Path(folder) / "touches.jsonl"
        many, of_x = export(place, target, key)
        if file is None:
            with target.open("rb") as written:
                shutil.copyfileobj(written, sys.stdout.buffer)
    notes.print(f"{many} touches", markup=False)
    if of_x:
        notes.print(X_RULE.format(many=of_x), markup=False)
