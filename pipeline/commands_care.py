"""The commands that look after what is stored: rejects are tried again, people are forgotten."""

import sys
from typing import Annotated

import typer

from pipeline import backups, forget, publish, retry, settings, tables
from pipeline.contents import count_rejects, read_rejects
from pipeline.history import recorded
from pipeline.locks import working
from pipeline.plain import plain
from pipeline.progress import bar
from pipeline.store import Workspace

app = typer.Typer()

Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait for another Orchard process in this workspace.")]


@app.command(name="retry")
def retry_(wait: Wait = 30) -> None:
    """Map the rejects again from what was kept of them, as after an upgrade; the next refresh counts them."""
    place = Workspace(settings.workspace_folder())
    chosen = settings.load(place.folder)
    with (
        working(place, "retry", wait),
        recorded(place, "retry") as detail,
        bar("mapping again", None) as tick,
    ):
        found = retry.retry(place, chosen, tick)
        detail.append(found.words())
        if found.gone:
            anew(place)
    print(found.words())
    for reason, many in sorted(found.rejected.items(), key=lambda item: -item[1]):
        print(f"    {many:>6}  {plain(reason)}")
    if found.no_way:
        print(f"    {found.no_way:>6}  {retry.KEPT}")
    for file, error in found.failed.items():
        print(plain(f"{file}: its rejects could not be tried again, and stay: {error}"), file=sys.stderr)
    if found.failed:
        raise typer.Exit(1)


@app.command()
def rejects(
    many: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines, with all that came.")] = False,
) -> None:
    """Print rows that could not be mapped, as they came, with file, number and reason."""
    place = Workspace(settings.workspace_folder())
    found = read_rejects(place, many)
    if as_json:
        tables.write_lines(found.to_pylist(), sys.stdout)
    else:
        tables.show(found, sys.stdout, count_rejects(place))


@app.command(name="forget")
def forget_(
    account: Annotated[str, typer.Argument(help="Whose, as source:id; `metrics role` shows them.")],
    author: Annotated[str, typer.Option(help="Who says so.")],
    wait: Wait = 30,
) -> None:
    """Remove a person's account with all that is stored and typed of it, for good; no later import brings it back."""
    place = Workspace(settings.workspace_folder())
    with working(place, "forget", wait), recorded(place, "forget") as detail:
        others, alike = forget.others_of(place, account), forget.called_alike(place, account)
        chosen = settings.load(place.folder)
        keys = forget.keys_with(place, chosen, account)
        unfinished = forget.is_unfinished(place)
        gone = forget.forget(place, account, author)
        detail.append(f"{gone.touches} touches and {gone.journal} rows of the journal of one account")
        anew(place)
        holding = backups.holding_forgotten(place, [place.folder / "backups", backups.folder_of(place, chosen)])
    print(f"{gone.touches} touches and {gone.journal} rows of the journal are gone")
    if unfinished:
        print("a removal of before is finished now, too")
    if gone.named_by_others:
        print(f"{gone.named_by_others} messages of others still name the handle: they are theirs")
    if gone.records:
        print(f"{gone.records} raw records of others named the id or handle, which is blank there now")
    if others:
        print(plain(f"the same person has other accounts, which stay: forget them too: {', '.join(others)}"))
    if left := [other for other in alike if other not in others]:
        print(
            plain(
                f"the same handle is there in other accounts, which stay: if theirs, forget them too: {', '.join(left)}"
            )
        )
    if keys:
        print(plain(f"{place.folder / 'brand.toml'} still names them: take them out of {', '.join(keys)}"))
    if holding:
        print(
            plain(
                "\n    ".join(
                    ["these backups hold what was typed about the forgotten: delete them", *map(str, holding)]
                )
            )
        )
    print("backups and files that were imported may hold it still (docs/privacy.md)")


def anew(place: Workspace) -> None:
    """Make the numbers and the published file anew, as of today, and leave no bytes of what was removed."""
    forget.go_on(place)
    facts = publish.last_facts(place)
    if facts:
        publish.relate(place, settings.load(place.folder), facts)
        publish.publish(place)
    forget.settle(place)
