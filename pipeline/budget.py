"""No page is asked for that could cost more than what is left of the month's budget."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext

from pipeline import cursors
from pipeline.job import Job
from pipeline.sources.network import Page, SourceError
from pipeline.store import now
from pipeline.tally import Tally

Holding = Callable[[], AbstractContextManager[None]]


def affordable(
    job: Job,
    tally: Tally,
    page_cost: float,
    pages: Iterator[Page],
    holding: Holding = nullcontext,
) -> Iterator[Page]:
    """Yield pages for as long as the next one cannot exceed the month's budget. Raises SourceError when it could.

    An answer of which nothing can be made is counted as the dearest that it can be: its price stood in it. ``holding``
    is what the workspace is held with while it is asked, by a caller that does not hold it already.
    """
    while True:
        check_budget(job, page_cost, holding)
        try:
            page = next(pages, None)
        except SourceError as error:
            if error.billed and page_cost:
                with holding():
                    cursors.save_cost(job.workspace, job.settings.name, tally.stream, page_cost)
                tally.requests, tally.cost = tally.requests + 1, tally.cost + page_cost
            raise
        if page is None:
            return
        yield page


def check_budget(job: Job, cost: float, holding: Holding) -> None:
    """Raise SourceError where a further cost could exceed the month's budget."""
    budget = job.settings.monthly_budget
    if budget is None or not cost:
        return
    with holding():
        spent = cursors.spent(job.workspace, job.settings.name, now())
    if spent + cost > budget + 1e-9:
        raise SourceError(
            f"monthly_budget of ${budget:.2f} is reached: ${spent:.3f} spent this month (UTC), and the next request "
            f"may cost ${cost:.3f}; raise it in brand.toml or wait for the next month"
        )
