"""What a digest says: the published numbers of a week or month in the words of Pulse, and no new ones."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pandas as pd

from pipeline import ended, journal_reads, store
from pipeline.digest.brands import Brand, narrowed, of_brand
from pipeline.digest.published import Published, opened
from pipeline.digest.words import VOICE, say
from pipeline.settings import Settings
from pipeline.store import Workspace
from pipeline.telling import fresh, span, words
from pipeline.telling.span import Days

SOON = timedelta(days=7)
LISTS = ("owe an answer", "gone quiet", "strained", "changed")


@dataclass(frozen=True)
class Digest:
    """One page: in which days, of which brands (the own one first), who needs somebody, how fresh it is."""

    title: str
    span: str
    brands: tuple[Brand, ...]
    work: tuple[str, ...]
    fresh: tuple[str, ...]
    footer: str
    dashboard: str | None


def make(workspace: Workspace, settings: Settings, grain: str, brand: str = "", now: datetime | None = None) -> Digest:
    """Return the digest of the last whole week or month (``grain``), of one brand or of all.

    Raises StoreError where nothing is published yet, or the brand is not known.
    """
    with opened(workspace, settings) as numbers:
        chosen = narrowed(numbers.brands, settings, brand)
        is_own = chosen[0]["own"] or not numbers.brands["own"].any()
        numbers = ending(numbers, pd.DataFrame(chosen))
        days = last_days(numbers, grain)
        parts = [of_brand(numbers, days, row, first=number == 0) for number, row in enumerate(chosen)]
        return Digest(
            title=title(parts[0], days, grain),
            span=say("span", days=words.days(days.start, days.until), before=words.days(days.before, days.start)),
            brands=tuple(parts),
            work=of_work(numbers, chosen[0]["brand"], now or store.now()) if is_own else (),
            fresh=(*freshness(numbers), *how_it_ended(workspace)),
            footer=say("footer", people=say("named" if numbers.names else "unnamed")),
            dashboard=settings.notify.dashboard if settings.notify else None,
        )


def ending(numbers: Published, brands: pd.DataFrame) -> Published:
    """Return the numbers by whose end the last days are found: of these brands, where their data ended before others'.

    A brand that nobody spoke of for some weeks is quiet: those of all say until when it was listened to.
    """
    theirs = replace(numbers, brands=brands)
    return numbers if numbers.newest - theirs.newest < fresh.ENDS_EARLIER else theirs


def last_days(numbers: Published, grain: str) -> Days:
    """Return the last week or month that is over; where the data ended before, the last that they cover whole."""
    covered = numbers.brands["last_touch"].max() if pd.isna(numbers.newest) else numbers.newest
    return span.last_whole(covered if numbers.have_ended else numbers.moment, grain)


def title(first: Brand, days: Days, grain: str) -> str:
    """Return the subject of the digest: the brand, the days, how people feel and whether that changed."""
    of = say(f"of_{grain}", name=first.name, start=days.start)
    if first.index.now is None:
        return say("title_untold", of=of, verdict=first.index.verdict)
    return say("title_told", of=of, now=words.signed(first.index.now), verdict=first.index.verdict)


def of_work(numbers: Published, brand: str, now: datetime) -> tuple[str, ...]:
    """Return how many people the work lists of the own brand have, and how many promises of ours are due."""
    promises = of_promises(numbers.workspace, brand, now.date())
    if numbers.meta["people"] == "aggregate":
        return (say("work_untold"), *promises)
    found = numbers.read("work_lists", brand=brand).set_index("list")["people"]
    lists = (say("listed", name=say(name), people=VOICE.people(found[name])) for name in LISTS)
    return (*lists, *promises)


def of_promises(workspace: Workspace, brand: str, today: date) -> tuple[str, ...]:
    """Return how many promises that are not kept are overdue or soon due, each where there are any."""
    due = [row["due"] for row in journal_reads.read_promises(workspace, brand) if not row["kept"]]
    late, soon = sum(day < today for day in due), sum(today <= day <= today + SOON for day in due)
    counts = (("promises_late", late), ("promises_soon", soon))
    return tuple(say("listed", name=say(name), people=f"{many:,}") for name, many in counts if many)


def freshness(numbers: Published) -> list[str]:
    """Return in sentences how old the numbers are, and of what and whom they are not."""
    meta, newest = numbers.meta, numbers.newest
    told = [] if pd.isna(newest) else [say("collected", day=words.day(newest))]
    if told and numbers.have_ended:
        told.append(say("old", days=words.in_days((numbers.moment - newest).days)))
    return told + fresh.of_numbers(VOICE, meta) + fresh.of_group(VOICE, meta) + fresh.of_past(VOICE, meta)


def how_it_ended(workspace: Workspace) -> list[str]:
    """Return in a sentence that the last run failed, where it did."""
    last = ended.read(workspace)
    return [say("failed", command=last["command"])] if last and last["outcome"] == "failed" else []
