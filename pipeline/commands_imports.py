"""The commands that list imports and take one back."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from pipeline import file_imports, settings, tables
from pipeline.contents import read_brands
from pipeline.history import recorded
from pipeline.imports import Import, find_import, read_imports
from pipeline.locks import working
from pipeline.plain import plain
from pipeline.settings import Settings
from pipeline.source_settings import FileSource
from pipeline.store import Workspace
from pipeline.take_back import TakenBack, take_back

app = typer.Typer()


@app.command()
def imports(
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines, with whole ids and paths.")] = False,
) -> None:
    """List what was imported, newest first."""
    found = read_imports(Workspace(settings.workspace_folder()))
    if as_json:
        tables.write_lines((vars(each) for each in found), sys.stdout)
        return
    columns = {
        "id": [each.id for each in found],
        "file": [each.name for each in found],
        "brand": [each.brand for each in found],
        "format": [each.format for each in found],
        "read": [each.rows_read for each in found],
        "stored": [each.rows_stored for each in found],
        "when": [f"{each.updated_at:%Y-%m-%d %H:%M}" for each in found],
        "finished": ["yes" if each.finished else "no" for each in found],
    }
    tables.show(pa.table(columns), sys.stdout, len(found))


@app.command(name="take-back")
def take_back_(
    wanted: Annotated[str, typer.Argument(metavar="IMPORT", help="Its id as `imports` lists it, or the file.")],
    brand: Annotated[str | None, typer.Option(help="For which brand, where a file was imported for several.")] = None,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for another Orchard process in this workspace.")
    ] = 30,
) -> None:
    """Remove all that an import stored, as if its file had never come; what people typed stays."""
    place = Workspace(settings.workspace_folder())
    chosen = settings.load(place.folder)
    key = chosen.find_brand(brand, read_brands(place)).key if brand else None
    find_import(place, wanted, key)  # what is not there makes no workspace
    with working(place, "take-back", wait), recorded(place, "take-back") as detail:
        found = find_import(place, wanted, key)
        gone = take_back(place, found)
        detail.append(f"{gone.touches} touches of {found.name}")
    tell(found, gone)
    for line in (*networks(chosen, found, gone), *files(place, chosen, found)):
        print(plain(line))


def tell(found: Import, gone: TakenBack) -> None:
    """Print what was taken away, and what to do for what went with it."""
    print(plain(f"taken back: {found.name}, imported for {found.brand}"))
    print(f"touches           {gone.touches:>8}")
    print(f"accounts          {gone.accounts:>8}  that had no other touch")
    print(f"rejects           {gone.rejects:>8}")
    if gone.unread:
        print(
            "these may have skipped rows that it had; import them again (`refresh` does so for those of [[sources]]):"
        )
        print("\n".join(plain(f"    {file} for {brand}") for file, brand in gone.unread))
    print("it counts from the next refresh on: until then the dashboard shows it, and the files hold its bytes")


def networks(chosen: Settings, found: Import, gone: TakenBack) -> Iterator[str]:
    """Yield a line on touches that a network may have brought, too: it is not asked for them again."""
    types = {source.type for source in chosen.networks() if chosen.find_brand(source.brand).key == found.brand}
    for source in sorted(types & gone.sources.keys()):
        yield (
            f"{gone.sources[source]} of the touches were of {source}, which [[sources]] reads, too: what it brought "
            "while they were here is not asked for again"
        )


def files(workspace: Workspace, chosen: Settings, found: Import) -> Iterator[str]:
    """Yield a line on every file that the next refresh would import just so again."""
    stored = read_brands(workspace)
    for source in chosen.files():
        if chosen.find_brand(source.brand, stored).key == found.brand:
            for path in source.files(workspace.folder):
                if is_same(path, source, found.sha256):
                    yield (
                        f"the next refresh imports {path} again, as the entry with path = {source.path} says: to keep "
                        "it out, move it away or mend that entry first"
                    )


def is_same(path: Path, source: FileSource, sha256: str) -> bool:
    """Say whether a source would import a file under this SHA-256."""
    try:
        there = path.is_file() or file_imports.is_unpacked(path)
        return there and file_imports.sha256(path, source.map, source.direct_messages, source.sheet) == sha256
    except OSError:  # what cannot be read is not imported either
        return False
