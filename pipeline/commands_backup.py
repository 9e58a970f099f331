"""The commands that back up what people typed, and put it back."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import backup, backups, settings
from pipeline import restore as restoring
from pipeline.commands_care import anew
from pipeline.history import recorded
from pipeline.locks import working
from pipeline.plain import plain
from pipeline.store import Workspace

app = typer.Typer()

Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait for another Orchard process in this workspace.")]


@app.command(name="backup")
def backup_(
    folder: Annotated[
        Path | None, typer.Argument(help="Where to; without it [backup] folder, else `backups` in the workspace.")
    ] = None,
    wait: Wait = 30,
) -> None:
    """Keep what people typed, brand.toml and who was forgotten in one new dated file, whole and looked at."""
    place = Workspace(settings.workspace_folder())
    where = folder or backups.folder_of(place, settings.load(place.folder))
    with working(place, "backup", wait):
        path, held = backup.make(place, where)
    print(plain(str(path)))
    print(held.words())


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `backup` made.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where the journal holds more: that is kept aside first.")
    ] = False,
    wait: Wait = 30,
) -> None:
    """Put back what people typed from a backup; who was forgotten stays so, and the next refresh counts it."""
    place = Workspace(settings.workspace_folder())
    with working(place, "restore", wait):
        done = restoring.restore(place, file, replace)
        print(plain("\n".join(words(done, file))))
        with recorded(place, "restore") as detail:
            detail.append(f"{done.back} rows came back, {done.gone} went")
            if done.anew:
                anew(place)


def words(done: restoring.Restored, file: Path) -> list[str]:
    """Return what a restore did, line by line."""
    told = {
        "came": "brand.toml came back, too",
        "differs": f"brand.toml here is another than the backup's and stays; `unzip {file} brand.toml` gets that one",
    }
    lines = [f"{done.back} rows came back, {done.gone} went; the next refresh counts them"]
    lines += [f"the journal that was here is {done.aside}"] if done.aside else []
    lines += [told[done.settings]] if done.settings else []
    lines += [f"{done.away} rows about people who were forgotten stayed away"] if done.away else []
    lines += [f"{done.forgotten} accounts were forgotten when it was made, and are again"] if done.forgotten else []
    if not done.learnt:
        lines.append("who was forgotten in the backup's workspace is not known here: a later import may bring them")
    return lines
