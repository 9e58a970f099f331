"""Network sources are read page by page, stream by stream, from where the last run ended."""

from collections.abc import Iterator

from pipeline import cursors
from pipeline.budget import affordable
from pipeline.cursors import Cursor, Place
from pipeline.job import Job, Tick, nothing_to_read, open_job, streams
from pipeline.pages import save
from pipeline.recheck import due, recheck
from pipeline.settings import Settings
from pipeline.source_settings import NetworkSource
from pipeline.sources.network import SourceError, Stream
from pipeline.store import Workspace, rewrite
from pipeline.tally import Tally
from pipeline.windows import advance, finish, is_finished, to_window


def collect(
    workspace: Workspace,
    settings: Settings,
    only: str | None = None,
    tick: Tick = lambda records: None,
    again: bool = False,
) -> Iterator[Tally]:
    """Read every network source of brand.toml, or the ``only`` one of this name; yield what each stream brought.

    A source that fails does not keep the others waiting: its tally has the error, and what it had fetched is kept.
    ``again``: what is stored is looked up again now, whether it is due or not. What was removed is not even in the
    bytes of the file afterwards.
    """
    removed = 0
    for source in settings.networks():
        if only in (None, source.name):
            for tally in read_network(workspace, settings, source, tick, again):
                removed += tally.removed
                yield tally
    if removed:
        rewrite(workspace.mentions)


def read_network(
    workspace: Workspace, settings: Settings, source: NetworkSource, tick: Tick, again: bool
) -> Iterator[Tally]:
    """Read one source; yield what each stream brought, or the error of a source that cannot be opened."""
    try:
        job = open_job(workspace, settings, source)
    except SourceError as error:
        yield Tally(source.name, "", error=str(error))
    else:
        yield from read_source(job, tick, again)


def read_source(job: Job, tick: Tick, again: bool) -> Iterator[Tally]:
    """Read the streams of one source one after the other, then look up again what is due; yield the tallies.

    After an error the other streams are not asked: it would most likely be the same, unless it concerns one alone.
    What is stored is looked up in any case: a budget that is used up, say, does not excuse from removing what is gone.
    """
    try:
        waiting = streams(job)
        if not waiting:
            yield Tally(job.settings.name, "", notes=[nothing_to_read(job)])
    except SourceError as error:
        waiting = []
        yield Tally(job.settings.name, "", error=str(error))
    for stream in waiting:
        tally, alone = Tally(job.settings.name, stream.name), True
        try:
            with job.hidden():
                read_stream(job, stream, tally, tick)
        except SourceError as error:
            tally.error, alone = str(error), error.alone
        yield tally
        if not alone:
            break
    if job.network.recheck and (again or due(job)):
        yield recheck(job, tick)


def read_stream(job: Job, stream: Stream, tally: Tally, tick: Tick) -> None:
    """Read one stream up to now: first what an earlier run left unfinished, then what is new. Raises SourceError."""
    place = Place(job.settings.name, stream.name, job.brand)
    cursor = cursors.read_cursor(job.workspace, place)
    if cursor.newest and not stream.anew:
        cursor = read_window(job, stream, place, cursor, tally, tick)
    if not is_finished(stream, cursor):
        read_window(job, stream, place, cursor, tally, tick)


def read_window(job: Job, stream: Stream, place: Place, cursor: Cursor, tally: Tally, tick: Tick) -> Cursor:
    """Read one window page by page, each saved with the cursor after it; return the cursor of the finished window."""
    if stream.anew:
        cursor = Cursor(cursor.since, memory=cursor.memory)
    window = to_window(job.settings, cursor)
    pages = job.network.fetch(window, stream, job.settings, job.client)
    for page in affordable(job, tally, stream.page_cost, pages):
        cursor = advance(cursor, page, stream.oldest_first)
        save(job, place, page, cursor, tally)
        tick(len(page.records))
    cursor = finish(cursor)
    cursors.save_cursor(job.workspace, place, cursor)
    return cursor
