"""The commands that look after what is stored: rejects tried again."""

import json
import sys
from typing import Annotated

import typer

from pipeline import retry, run, settings, store, tables
from pipeline.progress import bar
from pipeline.store import Workspace

app = typer.Typer()

Wait = Annotated[float, typer.Option(help="Seconds to wait for another Orchard process in this workspace.")]


@app.command(name="retry")
def retry_(wait: Wait = 30) -> None:
    """Map the rejects again from what was kept of them, as after an upgrade; the next refresh counts them."""
    place = Workspace(settings.workspace_folder())
    chosen = settings.load(place.folder)
    with (
        store.working(place, "retry", wait),
        run.recorded(place, "retry") as detail,
        bar("mapping again", None) as tick,
    ):
        found = retry.retry(place, chosen, tick)
        detail.append(found.words())
    print(found.words())
    for reason, many in sorted(found.rejected.items(), key=lambda item: -item[1]):
        print(f"    {many:>6}  {reason}")
    if found.no_way:
        print(f"    {found.no_way:>6}  {retry.KEPT}")


@app.command()
def rejects(
    many: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines, with all that came.")] = False,
) -> None:
    """Print rows that could not be mapped, as they came, with file, number and reason."""
    found = store.read_rejects(Workspace(settings.workspace_folder()), many)
    if as_json:
        print("\n".join(json.dumps(row, default=str, ensure_ascii=False) for row in found.to_pylist()))
    else:
        tables.show(found, sys.stdout)
