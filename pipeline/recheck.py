"""What is stored of a network source is looked up again, and what is gone there is removed here."""

from datetime import timedelta

from pipeline import cursors
from pipeline.budget import affordable
from pipeline.cursors import Cursor, Place
from pipeline.job import Job, Tick
from pipeline.pages import save
from pipeline.sources.network import RECHECK_PAGE, SourceError, Window
from pipeline.store import now
from pipeline.tally import Tally


def due(job: Job) -> bool:
    """Say whether what is stored of a source is to be looked up again, by this entry."""
    days = job.settings.recheck_days
    last = cursors.read_rechecked(job.workspace, job.settings.name)
    since = last or cursors.read_first_stored(job.workspace, job.settings.type)
    return bool(not job.instead and days and since and since <= now() - timedelta(days=days))


def recheck(job: Job, tick: Tick) -> Tally:
    """Look up again what is stored of a source; what is gone there is removed here, in this run.

    The next run goes on where this one ends with an error, or without an answer yet. Where another entry does so for
    the brand, nothing is asked, and the tally says so.
    """
    assert job.network.recheck
    tally = Tally(job.settings.name, "recheck")
    if job.instead:
        tally.notes.append(left_to(job))
        return tally
    ids = to_look_up(job)
    place = Place(job.settings.name, "recheck", job.brand)
    memory = cursors.read_cursor(job.workspace, place).memory
    try:
        with job.hidden():
            pages = job.network.recheck(Window(memory=memory), ids, job.settings, job.client)
            for page in affordable(job, tally, RECHECK_PAGE * recheck_cost(job), pages):
                memory = page.memory
                save(job, place, page, Cursor(memory=memory), tally)
                tick(len(page.records))
        if not memory.get("waiting"):
            cursors.save_rechecked(job.workspace, job.settings.name)
    except SourceError as error:
        tally.error = str(error)
    return tally


def left_to(job: Job) -> str:
    """Return the words for a source whose brand another entry looks after."""
    what = f"what is stored of {job.brand.key} is looked up again by the entry {job.instead}"
    return f"{what}; choose it with --source {job.instead}"


def to_look_up(job: Job) -> list[str]:
    """Return the native ids of what a source looks up again."""
    return cursors.read_stored_ids(job.workspace, job.settings.type, job.network.recheck_by, list(job.elsewhere))


def recheck_cost(job: Job) -> float:
    """Return the most that looking up one stored touch can cost, in USD."""
    return job.network.recheck_cost(job.settings) if job.network.recheck_cost else 0.0
