"""What the next collect would ask for, and what it may cost; nobody is asked."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline import cursors
from pipeline.cursors import Place
from pipeline.job import Job, nothing_to_read, open_job, streams
from pipeline.recheck import due, left_to, recheck_cost, to_look_up
from pipeline.settings import Settings
from pipeline.sources.network import SourceError, Window
from pipeline.store import Workspace, now
from pipeline.tally import Tally
from pipeline.windows import is_finished, to_window


@dataclass(frozen=True)
class Plan:
    """What a stream may ask for in the next run, and at most cost, in USD; None where nobody can know."""

    source: str
    stream: str
    what: str
    window: Window
    pages: int | None
    cost: float | None
    spent: float
    budget: float | None

    def words(self) -> str:
        """Return the plan as one line."""
        since = f"{self.window.since:%d %b %Y %H:%M}" if self.window.since else "as far back as it goes"
        pages = "an unknown number of" if self.pages is None else f"at most {self.pages}"
        cost = "unknown" if self.cost is None else f"at most ${self.cost:.3f}"
        return f"{self.source} {self.stream}: {self.what}, from {since}; {pages} requests, cost {cost}"


def read_plans(
    workspace: Workspace, settings: Settings, only: str | None = None, again: bool = False
) -> Iterator[Plan | Tally]:
    """Yield what the next collect would ask for, without asking; a source that cannot yields a tally with the error.

    ``again``: what is stored is to be looked up again, whether it is due or not.
    """
    for source in settings.networks():
        if only not in (None, source.name):
            continue
        try:
            yield from plan_source(open_job(workspace, settings, source), again)
        except SourceError as error:
            yield Tally(source.name, "", error=str(error))


def plan_source(job: Job, again: bool) -> Iterator[Plan | Tally]:
    """Yield what the next collect would ask of one source; a window that was left unfinished comes first."""
    name = job.settings.name
    spent = cursors.spent(job.workspace, name, now())
    waiting = streams(job)
    if not waiting:
        yield Tally(name, "", notes=[nothing_to_read(job)])
    for stream in waiting:
        cursor = cursors.read_cursor(job.workspace, Place(name, stream.name, job.brand))
        if not is_finished(stream, cursor):
            pages = stream.pages and stream.pages * (2 if cursor.newest and not stream.anew else 1)
            cost = 0.0 if not stream.page_cost else pages and pages * stream.page_cost
            window = to_window(job.settings, cursor)
            yield Plan(name, stream.name, stream.what, window, pages, cost, spent, job.settings.monthly_budget)
    if job.network.recheck and (again or due(job)):
        yield Tally(name, "recheck", notes=[left_to(job)]) if job.instead else plan_recheck(job, spent)


def plan_recheck(job: Job, spent: float) -> Plan:
    """Return what looking up again what is stored may cost."""
    many = len(to_look_up(job))
    what, cost = f"{many} stored touches, looked up again", many * recheck_cost(job)
    return Plan(job.settings.name, "recheck", what, Window(), None, cost, spent, job.settings.monthly_budget)
