"""The command line: the only place that joins sources, models and store."""

import json
import os
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import duckdb
import typer

from pipeline import (
    commands_backup,
    commands_care,
    commands_collect,
    commands_digest,
    commands_files,
    commands_identity,
    commands_imports,
    commands_journal,
    file_imports,
    noticed,
    presence,
    readings,
    renamed,
    run,
    sample,
    schedule,
    settings,
    tables,
    typed,
)
from pipeline.contents import read_metric, read_status
from pipeline.locks import working
from pipeline.metrics import METRICS
from pipeline.plain import plain
from pipeline.progress import bar, notes
from pipeline.publish import ModelFacts
from pipeline.publish import publish as publish_file
from pipeline.publish import relate as relate_facts
from pipeline.scores import count_unscored
from pipeline.sources.files import FileError
from pipeline.sources.network import SourceError
from pipeline.store import StoreError, Workspace
from pipeline.touch import GROUPS
from pipeline.vectors import Embedder, Reader

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, help="Orchard: how people feel about a company."
)
app.add_typer(commands_collect.app)
app.add_typer(commands_files.app)
app.add_typer(commands_imports.app)
app.add_typer(commands_care.app)
app.add_typer(commands_backup.app)
app.add_typer(commands_journal.app)
app.add_typer(commands_identity.app)
app.add_typer(commands_digest.app)

Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait for another Orchard process in this workspace.")]
SAMPLE = settings.ROOT / "data" / "sample"


def workspace() -> Workspace:
    """Return the workspace that ORCHARD_DATA names."""
    return Workspace(settings.workspace_folder())


def load_model() -> readings.Model:
    """Load the model of the settings; imported late, since torch takes seconds."""
    from models.bases import ModelError
    from models.catalog import Said
    from models.sentiment import load

    chosen = settings.load(workspace().folder).model
    try:
        said = Said(chosen.labels, chosen.languages, chosen.cleaning)
        return load(chosen.name, chosen.revision, chosen.backend, said)
    except ModelError as error:
        raise StoreError(str(error)) from error


def embedder() -> Reader:
    """Return what topics are found by, without loading it."""
    from models.bases import ModelError
    from models.embed import load, version

    def loaded() -> Embedder:
        try:
            return load()
        except ModelError as error:
            raise StoreError(str(error)) from error

    return Reader(version(), loaded)


def model_facts() -> ModelFacts:
    """Return what is known of the model of the settings, without loading it."""
    from models.bases import ModelError
    from models.catalog import card, version

    chosen = settings.load(workspace().folder).model
    try:
        return ModelFacts(version(chosen.name, chosen.revision), card(chosen.name, chosen.revision))
    except ModelError as error:
        raise StoreError(str(error)) from error


@app.command()
def score(wait: Wait = 30) -> None:
    """Score the mentions that the model of the settings has not read yet; what is done stays done."""
    place = workspace()
    with working(place, "score", wait):
        print(f"{score_all(place, load_model())} mentions read")


def score_all(place: Workspace, model: readings.Model) -> int:
    """Score what is waiting, with a progress bar."""
    chosen = settings.load(place.folder)
    kept = readings.kept_under(model.version, chosen)
    run.renew(place, chosen, kept, lambda: model)
    waiting = count_unscored(place, kept)
    with bar("scoring", waiting) as tick:
        return run.score(place, chosen, model, tick)


@app.command()
def relate(
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Know nothing of what came after this day.")
    ] = None,
    group: Annotated[
        str, typer.Option(help="Of these people alone: kind:NAME, list:NAME, organisation:NAME or source:NAME.")
    ] = "",
    wait: Wait = 30,
) -> None:
    """Compute all numbers from the facts, as of today or the end of a past day, of everybody or of one group.

    The next refresh is of everybody and of today again.
    """
    place = workspace()
    until = as_of and typed.past("--as-of", as_of) + timedelta(days=1)
    with working(place, "relate", wait):
        chosen = settings.load(place.folder)
        model = readings.under_settings(model_facts(), chosen)
        print(f"{relate_facts(place, chosen, model, until, parse_group(group))} relationships")


def parse_group(text: str) -> tuple[str, str] | None:
    """Return what and name of a group as it is typed, or None for everybody."""
    what, _, name = text.partition(":")
    if text and (what not in (*GROUPS, "source") or not name):
        raise StoreError(f"--group {text}: write one of {', '.join(f'{known}:NAME' for known in (*GROUPS, 'source'))}")
    return (what, name) if text else None


@app.command()
def metrics(
    name: Annotated[str, typer.Argument(help="Such as person or brand_index; without one, all are listed.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV.")] = False,
) -> None:
    """Print one of the numbers that relate computed, as it stands; docs/metrics.md explains each."""
    if as_json and as_csv:
        raise StoreError("--json and --csv are two forms: give one of them")
    if name not in METRICS:
        if name:
            raise StoreError(f"metrics {name}: unknown; there are: {', '.join(METRICS)}")
        print("\n".join(f"{known:18} {what}" for known, what in METRICS.items()))
        return
    found = read_metric(workspace(), name)
    if as_json:
        tables.write_lines(found.to_pylist(), sys.stdout)
    elif as_csv:
        tables.write_csv(found, sys.stdout)
    else:
        tables.show(found, sys.stdout)


@app.command()
def publish(wait: Wait = 30) -> None:
    """Build the dashboard's file and swap it in."""
    place = workspace()
    with working(place, "publish", wait):
        publish_file(place)
    print(place.published)


@app.command()
def refresh(wait: Wait = 30) -> None:
    """Collect, score, relate and publish once; a second time changes nothing."""
    tell_refresh(wait)


def tell_refresh(wait: float) -> None:
    """Make one pass and print what was done, also where a source failed."""
    try:
        print("\n".join(refresh_once(wait)))
    except run.CollectError as error:
        print("\n".join(error.done))
        raise


def refresh_once(wait: float) -> list[str]:
    """Make one pass under the workspace's lock, and when it is free again tell what [notify] wants told of the pass."""
    place = workspace()
    chosen = settings.load(place.folder)
    with working(place, "refresh", wait):
        done, failed = attempt(place, chosen)
    if failed is None:
        return done + told(place, chosen, "done")
    if isinstance(failed, run.CollectError):
        failed.done += told(place, chosen, "failed in part")
    else:
        for line in told(place, chosen, "failed"):
            notes.print(line, markup=False)
    raise failed


def attempt(place: Workspace, chosen: settings.Settings) -> tuple[list[str], Exception | None]:
    """Make one pass; return what was done, and what it failed of if it did."""
    try:
        with bar("scoring", None) as tick:
            return run.refresh(place, chosen, load_model, model_facts, tick, embedder()), None
    except Exception as error:
        return [], error


def told(
    place: Workspace, chosen: settings.Settings, outcome: Literal["done", "failed in part", "failed"]
) -> list[str]:
    """Tell what is to be told after a refresh, where [notify] wants anything told; return a line on each."""
    if chosen.notify is None:
        with suppress(OSError):  # what is wrong with the folder, the refresh itself has said
            noticed.save(place, ())
        return []
    from pipeline import notify  # late, for it needs pandas, which takes half a second

    return notify.after_refresh(place, chosen, outcome)


@app.command(name="schedule")
def schedule_(
    every: Annotated[str, typer.Option(help="How often: 30s, 15m, 2h, 1d.")] = "15m", wait: Wait = 30
) -> None:
    """Repeat refresh until stopped with Ctrl-C or SIGTERM; a failed pass is reported and the next one is made."""

    def one_pass() -> None:
        try:
            notes.print("; ".join(refresh_once(wait)), markup=False)  # a stream may just save a page
        except EXPECTED as error:
            notes.print(plain(f"this pass failed: {error}"), style="red", markup=False)

    seconds = schedule.to_seconds(every)
    with presence.scheduled(workspace(), every):
        schedule.repeat(one_pass, seconds)


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Show what the workspace holds, and when it was refreshed last."""
    place = workspace()
    chosen = settings.load(place.folder)
    version = readings.under_settings(model_facts(), chosen).version
    found: dict[str, Any] = {"workspace": str(place.folder), "model": version, **read_status(place, version)}
    if found["last_refresh_ended"] == "running" and not presence.is_held(place.lock):
        found["last_refresh_ended"] = "cut off"  # killed, or the disk was so full that not even this could be kept
    found["not_told"] = "; ".join(noticed.read(place))
    found["called_otherwise"] = ", ".join(renamed.changed(place, version, run.known_brands(place, chosen)))
    print(json.dumps(found, default=str) if as_json else "\n".join(f"{key:20}{value}" for key, value in found.items()))


@app.command()
def demo(wait: Wait = 30) -> None:
    """Make the workspace of the shipped sample (ORCHARD_DATA, else data/demo), scored and published."""
    os.environ.setdefault("ORCHARD_DATA", str(settings.ROOT / "data" / "demo"))
    place = workspace()
    own = place.folder / "brand.toml"
    ours = (SAMPLE / "brand.toml").read_text(encoding="utf-8")
    if own.read_text(encoding="utf-8") != ours if own.exists() else place.mentions.exists():
        raise StoreError(f"{place.folder} holds other data; give the sample a folder of its own with ORCHARD_DATA")
    place.folder.mkdir(parents=True, exist_ok=True)
    own.write_text(ours, encoding="utf-8")
    chosen = settings.load(place.folder)
    with working(place, "demo", wait):
        for brand in chosen.brand_settings():
            file_imports.import_file(place, SAMPLE / "touches.jsonl", brand.to_brand())
        if sample.write_journal(place, SAMPLE / "journal.toml", chosen.brand_settings()[0].key):
            sample.write_labels(place, SAMPLE, "Mags Osei")
    tell_refresh(wait)


@app.command()
def benchmark(
    touches: Annotated[list[int] | None, typer.Argument(min=1, help="How many touches; several may be given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Measure relate and publish on made-up workspaces of growing size, each in a process of its own."""
    from pipeline.benchmark import SIZES, compare

    found = compare(touches or SIZES, lambda figures: notes.print(figures) if as_json else print(figures))
    if as_json:
        print(json.dumps(found))


@app.command()
def benchmark_import(
    rows: Annotated[int, typer.Argument(min=1, help="How many mentions.")] = 1_000_000,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Measure imports of made-up files beside DuckDB's own readers, each in a process of its own."""
    from pipeline.benchmark_import import compare

    found = compare(rows, lambda figures: notes.print(figures) if as_json else print(figures))
    if as_json:
        print(json.dumps(found))


EXPECTED = (
    StoreError,
    settings.SettingsError,
    FileError,
    SourceError,
    run.CollectError,
    ValueError,
    OSError,
    duckdb.Error,  # such as a number that a column cannot hold: its words say which
)


def main() -> None:
    """Run a command; what can go wrong ends with its message and exit status 1."""
    try:
        app()
    except EXPECTED as error:
        told = plain(f"error: {error}")
        notes.print(told, style="red", markup=False, soft_wrap=True)  # a path stays whole
        sys.exit(1)


if __name__ == "__main__":
    main()
