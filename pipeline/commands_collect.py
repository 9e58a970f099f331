"""The command that reads the network sources: once, as a dry run, or as they come."""

import signal
from typing import Annotated

import typer

from pipeline import collect, commands_care, settings
from pipeline.follow import follow as follow_source
from pipeline.job import open_job
from pipeline.locks import following, working
from pipeline.plan import Plan, read_plans
from pipeline.progress import bar, notes
from pipeline.settings import Settings
from pipeline.source_settings import NetworkSource
from pipeline.sources.network import SourceError
from pipeline.store import StoreError, Workspace
from pipeline.tally import Tally

app = typer.Typer()

Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait for another Orchard process in this workspace.")]


@app.command(name="collect")
def collect_(
    source: Annotated[str | None, typer.Option(help="Only the source of this name.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be asked for, and what it may cost.")
    ] = False,
    stream: Annotated[bool, typer.Option("--stream", help="Follow one source as it comes, until Ctrl-C.")] = False,
    recheck: Annotated[
        bool, typer.Option("--recheck", help="Look up again now what is stored, and remove what is gone.")
    ] = False,
    wait: Wait = 30,
) -> None:
    """Read the network sources of brand.toml: what is new is stored, and how far each was read."""
    place = Workspace(settings.workspace_folder())
    chosen = settings.load(place.folder)
    check_source(place, chosen, source)
    if dry_run and stream:
        raise StoreError("--dry-run cannot tell what --stream will bring; without --stream it plans a collect")
    if dry_run:
        tell_plans(list(read_plans(place, chosen, source, recheck)))
    elif stream:
        follow(place, chosen, source)
    else:
        with working(place, "collect", wait), bar("collecting", None) as tick:
            tallies = list(collect.collect(place, chosen, source, tick, recheck))
            if any(tally.removed for tally in tallies):
                commands_care.anew(place)  # what is gone is not shown until the next refresh either
        tell_tallies(tallies)


def check_source(place: Workspace, chosen: Settings, source: str | None) -> None:
    """Raise StoreError where brand.toml names no network, or none of this name."""
    names = [known.name for known in chosen.networks()]
    if not names:
        raise StoreError(
            f'{place.folder / "brand.toml"} names no network: add [[sources]] with type = "bluesky" (or another) and '
            'brand = "NAME"; README and docs/sources tell what each needs. `refresh` takes in files'
        )
    if source and source not in names:
        raise StoreError(f"--source {source}: brand.toml has {', '.join(names)} in [[sources]]")


def tell_tallies(tallies: list[Tally]) -> None:
    """Print what every stream brought; raises SourceError where one failed."""
    print("\n".join(tally.words() for tally in tallies))
    if any(tally.error for tally in tallies):
        raise SourceError("not every source could be read to its end; what was read is kept, and the next run goes on")


def tell_plans(plans: list[Plan | Tally]) -> None:
    """Print what would be asked for, with an upper bound of the cost where there is one.

    Raises SourceError where a source cannot be planned: the others alone would make a total that is too small.
    """
    print("\n".join(plan.words() for plan in plans))
    if any(isinstance(plan, Tally) and plan.error for plan in plans):
        raise SourceError("not every source can be read, so what the whole run costs is not known; no request was made")
    costs = [plan.cost for plan in plans if isinstance(plan, Plan)]
    known = [cost for cost in costs if cost is not None]
    bound = f"at most ${sum(known):.3f}" if len(known) == len(costs) else "unknown"
    print(f"cost of the whole run: {bound}; no request was made")


def follow(place: Workspace, chosen: Settings, name: str | None) -> None:
    """Follow the one source that is named, or the only one that there is, until Ctrl-C."""
    source = only_source(chosen, name)
    for number in (signal.SIGTERM, signal.SIGINT):  # also where a shell's background job would not hear Ctrl-C
        signal.signal(number, signal.default_int_handler)
    removed = 0
    with following(place, source.name), bar(f"following {source.name}", None) as tick:
        try:
            for tally in follow_source(open_job(place, chosen, source), tick):
                removed += tally.removed
                notes.print(tally.words(), markup=False)
        except KeyboardInterrupt:
            notes.print("stopped; what came is stored", markup=False)
        finally:
            if removed:
                with working(place, "collect --stream", 30):
                    commands_care.anew(place)


def only_source(chosen: Settings, name: str | None) -> NetworkSource:
    """Return the network source of this name, or the only one that there is. Raises StoreError where there are more."""
    found = [known for known in chosen.networks() if name in (None, known.name)]
    if len(found) > 1:
        raise StoreError(
            f"--stream follows one source: choose with --source {', '.join(known.name for known in found)}"
        )
    return found[0]
