"""A network source is followed as it comes, for ever, beside the other commands."""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager

from pipeline import cursors
from pipeline.budget import Holding, affordable
from pipeline.cursors import Cursor, Place
from pipeline.job import Job, Tick
from pipeline.locks import working
from pipeline.pages import save
from pipeline.sources.network import Page, SourceError, Window
from pipeline.store import rewrite
from pipeline.tally import Tally
from pipeline.windows import latest

FOR_EVER = -1.0  # a refresh may take long, and what comes meanwhile must not be lost


def follow(job: Job, tick: Tick) -> Iterator[Tally]:
    """Save what a source sends as it comes, for ever; yield a tally for every page. Raises SourceError.

    The workspace is locked only while a page is saved or something is looked up in it, so that a refresh can run
    between two. When it ends, what was removed meanwhile is not even in the bytes of the file.
    """
    if job.network.follow is None:
        raise SourceError(f"{job.settings.name}: {job.settings.type} cannot be followed; collect reads it page by page")
    place, name = Place(job.settings.name, "follow", job.brand), job.settings.name

    def holding() -> AbstractContextManager[None]:
        return working(job.workspace, "collect --stream", FOR_EVER)

    with holding():
        cursor, removed = cursors.read_cursor(job.workspace, place), 0
    try:
        with job.hidden():
            for page in heard(job, cursor, holding):
                tally = Tally(name, "follow")
                cursor = Cursor(latest(cursor.since, page.newest), memory=page.memory or cursor.memory)
                with holding():
                    save(job, place, page, cursor, tally)
                removed += tally.removed
                tick(len(page.records))
                yield tally
    finally:
        if removed:
            with holding():
                rewrite(job.workspace.mentions)


def heard(job: Job, cursor: Cursor, holding: Holding) -> Iterator[Page]:
    """Yield the pages of a source for as long as the budget lasts. Raises SourceError.

    What came while the last of them was saved is billed, too, and so it is yielded before the error.
    """
    window = Window(cursor.since, memory=cursor.memory)
    pages, tally = pages_of(job, window, holding), Tally(job.settings.name, "follow")
    page_cost = job.network.follow_cost(job.settings) if job.network.follow_cost else 0.0
    try:
        yield from affordable(job, tally, page_cost, pages, holding)
    except SourceError:
        window.ending.set()
        yield from pages
        raise


def pages_of(job: Job, window: Window, holding: Holding) -> Iterator[Page]:
    """Return the pages of a source as they come, from where the last listener ended."""
    assert job.network.follow

    def known(ids: Collection[str]) -> set[str]:
        with holding():
            return cursors.read_known(job.workspace, job.settings.type, ids)

    return job.network.follow(window, known, job.settings, job.brand, job.client)
