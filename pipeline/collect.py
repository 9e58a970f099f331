"""Network sources are read page by page: cursors, overlap, budget, rejects and counts are kept here, once for all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline import cursors, reworded, secrets
from pipeline.cursors import Cursor, Place, Sorted
from pipeline.settings import Settings
from pipeline.source_settings import NetworkSource
from pipeline.sources.network import RECHECK_PAGE, Network, Page, Secrets, SourceError, Stream, Window, outcome
from pipeline.sources.networks import NETWORKS
from pipeline.store import StoreError, Workspace, now, rewrite
from pipeline.touch import Brand, Gone, Mapped, Reject

CONVERSATION_DAYS = 14  # threads that were silent for longer are not asked for again

Tick = Callable[[int], None]


@dataclass
class Tally:
    """What one stream brought in one run; ``read`` = stored + already + changed + gone + not_about + rejected."""

    source: str
    stream: str
    requests: int = 0
    cost: float = 0.0
    read: int = 0
    stored: int = 0
    already: int = 0
    changed: int = 0
    removed: int = 0
    reasons: dict[str, int] = field(default_factory=dict)  # of what was removed
    gone: int = 0
    not_about: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    error: str = ""

    def words(self) -> str:
        """Return the tally as one line."""
        parts = [f"{self.stored} new of {self.read}", f"{self.requests} requests"]
        parts += [f"{self.changed} edited"] if self.changed else []
        why = ", ".join(f"{reason}: {many}" for reason, many in self.reasons.items())
        parts += [f"{self.removed} removed ({why})"] if self.removed else []
        parts += [f"{sum(self.rejected.values())} rejected"] if self.rejected else []
        parts += [f"at most ${self.cost:.3f}"] if self.cost else []
        return f"{self.source} {self.stream}: " + "; ".join(
            [", ".join(parts), *self.notes, *filter(None, [self.error])]
        )


@dataclass(frozen=True)
class Job:
    """One ``[[sources]]`` entry with what its network is read by."""

    workspace: Workspace
    settings: NetworkSource
    network: Network
    brand: Brand
    found: Secrets
    client: Any

    def hide(self, text: str) -> str:
        """Return a message without the secrets of the source."""
        return secrets.hide(text, self.found, self.network.secrets)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Let an error leave a block as told() does."""
        with told(self.found, self.network.secrets):
            yield


@contextmanager
def told(found: Secrets, names: Iterable[str]) -> Iterator[None]:
    """Let every error leave a block as a SourceError without these secrets; one of the workspace stays what it is.

    One that no source foresees, such as a library's own, is told with its type: it must not end a whole refresh.
    """
    try:
        yield
    except StoreError:
        raise
    except SourceError as error:
        words = secrets.hide(str(error), found, names)
        raise SourceError(words, error.until, error.alone, error.billed) from None
    except Exception as error:
        words = secrets.hide(f"unforeseen {type(error).__name__}: {error}", found, names)
        raise SourceError(words, alone=True) from None


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
            try:
                job = open_job(workspace, settings, source)
            except SourceError as error:
                yield Tally(source.name, "", error=str(error))
            else:
                for tally in read_source(job, tick, again):
                    removed += tally.removed
                    yield tally
    if removed:
        rewrite(workspace.mentions)


def open_job(workspace: Workspace, settings: Settings, source: NetworkSource) -> Job:
    """Return a source with its client. Raises SourceError where a secret is missing, or no client can be made."""
    network = NETWORKS[source.type]
    found = secrets.read(workspace.folder)
    with told(found, network.secrets):
        client = network.connect(source, found)
    return Job(workspace, source, network, settings.find_brand(source.brand), found, client)


def streams(job: Job) -> Sequence[Stream]:
    """Return what a source reads. Raises SourceError."""
    since = now() - timedelta(days=CONVERSATION_DAYS)
    known = cursors.read_conversations(job.workspace, job.settings.type, job.brand.key, since)
    with job.hidden():
        found = list(job.network.streams(job.settings, job.brand, known))
        if job.network.more_streams:
            posts = cursors.read_own(job.workspace, job.settings.type, job.brand.key, since)
            found += job.network.more_streams(job.settings, job.brand, posts)
    return found


def read_source(job: Job, tick: Tick, again: bool) -> Iterator[Tally]:
    """Read the streams of one source one after the other, then look up again what is due; yield the tallies.

    After an error the other streams are not asked: it would most likely be the same, unless it concerns one alone.
    What is stored is looked up in any case: a budget that is used up, say, does not excuse from removing what is gone.
    """
    try:
        waiting = streams(job)
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


def is_finished(stream: Stream, cursor: Cursor) -> bool:
    """Say whether a stream is one that is read once, and was."""
    return stream.once and bool(cursor.memory.get("finished"))


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


def to_window(settings: NetworkSource, cursor: Cursor) -> Window:
    """Return what is to be asked for after a cursor: the rest of an unfinished window, else what is new since."""
    since = cursor.since and cursor.since - timedelta(minutes=settings.overlap_minutes)
    until = cursor.reached and cursor.reached + timedelta(seconds=1)  # several of one second may straddle a page
    return Window(since or to_naive(settings.since), until, cursor.memory)


def to_naive(moment: datetime | None) -> datetime | None:
    """Return a moment of brand.toml as naive UTC; one without a zone is UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment and moment.tzinfo else moment


def advance(cursor: Cursor, page: Page, oldest_first: bool) -> Cursor:
    """Return the cursor after a page of an unfinished window; a date in the future is an error of who wrote it."""
    memory = page.memory or cursor.memory
    newest = page.newest and min(page.newest, now())
    if oldest_first:
        return Cursor(latest(cursor.since, newest), memory=memory)
    reached = min((moment for moment in (cursor.reached, page.oldest) if moment), default=None)
    return Cursor(cursor.since, latest(cursor.newest, newest), reached, memory)


def finish(cursor: Cursor) -> Cursor:
    """Return the cursor of a window that was read to its end."""
    return Cursor(latest(cursor.since, cursor.newest), memory=cursor.memory)


def latest(*moments: datetime | None) -> datetime | None:
    """Return the latest of the moments that there are."""
    return max((moment for moment in moments if moment), default=None)


def affordable(job: Job, tally: Tally, page_cost: float, pages: Iterator[Page]) -> Iterator[Page]:
    """Yield pages for as long as the next one cannot exceed the month's budget. Raises SourceError when it could.

    An answer of which nothing can be made is counted as the dearest that it can be: its price stood in it.
    """
    while True:
        check_budget(job, page_cost)
        try:
            page = next(pages, None)
        except SourceError as error:
            if error.billed and page_cost:
                cursors.save_cost(job.workspace, job.settings.name, tally.stream, page_cost)
                tally.requests, tally.cost = tally.requests + 1, tally.cost + page_cost
            raise
        if page is None:
            return
        yield page


def check_budget(job: Job, cost: float) -> None:
    """Raise SourceError where a further cost could exceed the month's budget."""
    budget = job.settings.monthly_budget
    if budget is None or not cost:
        return
    spent = cursors.spent(job.workspace, job.settings.name, now())
    if spent + cost > budget + 1e-9:
        raise SourceError(
            f"monthly_budget of ${budget:.2f} is reached: ${spent:.3f} spent this month (UTC), and the next request "
            f"may cost ${cost:.3f}; raise it in brand.toml or wait for the next month"
        )


def save(job: Job, place: Place, page: Page, cursor: Cursor, tally: Tally) -> None:
    """Save one page and count what became of its records."""
    mapped = [outcome(record, job.brand, job.network.to_touch) for record in page.records]
    found = reworded.settle(job.workspace, job.settings.type, job.brand, mapped)
    sorted_ = Sorted(
        [each for each in found if isinstance(each, Mapped)],
        [each for each in found if isinstance(each, Reject)],
        [each for each in found if isinstance(each, Gone)],
    )
    saved = cursors.save_page(job.workspace, place, sorted_, page, cursor)
    tally.requests += page.requests
    tally.cost += page.cost
    tally.read += len(found)
    tally.stored += saved.stored
    tally.changed += saved.changed
    tally.removed += sum(saved.removed.values())
    for reason, many in saved.removed.items():
        tally.reasons |= {reason: tally.reasons.get(reason, 0) + many} if many else {}
    tally.gone += len(sorted_.gone)
    tally.already += len(sorted_.mapped) - saved.stored - saved.changed
    tally.not_about += len(found) - len(sorted_.mapped) - len(sorted_.rejects) - len(sorted_.gone)
    for reject in sorted_.rejects:
        tally.rejected[reject.reason] = tally.rejected.get(reject.reason, 0) + 1
    tally.notes += [job.hide(note) for note in page.notes]
    if page.gap:
        tally.notes.append(
            f"nothing can be had any more of {page.gap[0]:%d %b %Y %H:%M} to {page.gap[1]:%d %b %Y %H:%M}"
        )


def due(job: Job) -> bool:
    """Say whether what is stored of a source is to be looked up again."""
    days = job.settings.recheck_days
    last = cursors.read_rechecked(job.workspace, job.settings.name)
    since = last or cursors.read_first_stored(job.workspace, job.settings.type)
    return bool(days and since and since <= now() - timedelta(days=days))


def recheck(job: Job, tick: Tick) -> Tally:
    """Look up again what is stored of a source; what is gone there is removed here, in this run.

    The next run goes on where this one ends with an error, or without an answer yet.
    """
    assert job.network.recheck
    tally = Tally(job.settings.name, "recheck")
    ids = cursors.read_stored_ids(job.workspace, job.settings.type, job.network.recheck_by)
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


def recheck_cost(job: Job) -> float:
    """Return the most that looking up one stored touch can cost, in USD."""
    return job.network.recheck_cost(job.settings) if job.network.recheck_cost else 0.0


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


def plan(
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


def plan_source(job: Job, again: bool) -> Iterator[Plan]:
    """Yield what the next collect would ask of one source; a window that was left unfinished comes first."""
    name = job.settings.name
    spent = cursors.spent(job.workspace, name, now())
    for stream in streams(job):
        cursor = cursors.read_cursor(job.workspace, Place(name, stream.name, job.brand))
        if not is_finished(stream, cursor):
            pages = stream.pages and stream.pages * (2 if cursor.newest and not stream.anew else 1)
            cost = 0.0 if not stream.page_cost else pages and pages * stream.page_cost
            window = to_window(job.settings, cursor)
            yield Plan(name, stream.name, stream.what, window, pages, cost, spent, job.settings.monthly_budget)
    if job.network.recheck and (again or due(job)):
        yield plan_recheck(job, spent)


def plan_recheck(job: Job, spent: float) -> Plan:
    """Return what looking up again what is stored may cost."""
    many = len(cursors.read_stored_ids(job.workspace, job.settings.type, job.network.recheck_by))
    what, cost = f"{many} stored touches, looked up again", many * recheck_cost(job)
    return Plan(job.settings.name, "recheck", what, Window(), None, cost, spent, job.settings.monthly_budget)
