"""The stages of the pipeline, each safe to run twice."""

from collections.abc import Callable, Sequence
from functools import cache

from pipeline import backups, beside, collect, forget, renamed, topics, vectors
from pipeline.adopt import adopt
from pipeline.contents import read_brands
from pipeline.file_imports import collect_files
from pipeline.history import recorded
from pipeline.plain import plain
from pipeline.publish import ModelFacts, publish, relate
from pipeline.readings import Model, Tick, kept_under, readings, under_settings
from pipeline.scores import count_unscored, read_unscored, save_scores
from pipeline.settings import Settings
from pipeline.sources.files import FileError
from pipeline.store import StoreError, Workspace, kept_open
from pipeline.touch import Brand

READ_TEXTS = 20_000
CHUNK_TEXTS = 512  # what a crash can cost, some seconds of work


class CollectError(RuntimeError):
    """Some of [[sources]] could not be read, or the day's backup not be made, in a refresh that did the rest.

    The message has a line on each, ``done`` on everything else.
    """

    def __init__(self, failures: Sequence[str], done: Sequence[str]) -> None:
        super().__init__("\n".join(failures))
        self.done = list(done)


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
