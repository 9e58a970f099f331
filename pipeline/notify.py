"""What is told outside of the dashboard after a refresh: the digest, alerts, and a refresh that failed; each once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Literal

from pipeline import addresses, noticed, notices, store
from pipeline.addresses import Address, Message
from pipeline.digest import contents, page, text
from pipeline.digest.alerts import alerts
from pipeline.digest.published import Published, opened
from pipeline.digest.words import harmless
from pipeline.locks import TELL_SECONDS, telling
from pipeline.notices import Known
from pipeline.sections import NotifySettings
from pipeline.settings import Settings
from pipeline.store import StoreError, Workspace
from pipeline.telling import texts

say = texts.of("digest")

LATE = timedelta(days=31)  # an alert that comes to light later, as by another model, is history
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
GRAINS = {"weekly": "week", "monthly": "month"}

Outcome = Literal["done", "failed in part", "failed"]


@dataclass(frozen=True)
class Notice:
    """One thing to be told: what it is known by, from when it is, and how it is said, which may take a second.

    A digest is from the end of its day: whoever is new on that day has it, too.
    """

    kind: Literal["digest", "alert", "failure"]
    subject: str
    since: datetime
    said: Callable[[], Message]


def after_refresh(workspace: Workspace, settings: Settings, outcome: Outcome, now: datetime | None = None) -> list[str]:
    """Tell what is to be told after a refresh that ended so, and return a line on each.

    Nothing here can fail a refresh: whatever goes wrong is a line, is kept for Health and `status`, and is tried again
    after the next one. Nor may it keep others from the workspace, whose lock is not to be held.
    """
    if settings.notify is None:
        return []
    done = list[str]()
    try:
        with telling(workspace):
            done, untold = tell(workspace, settings.notify, settings, outcome, now or store.now())
    except Exception as error:  # the numbers are made, and may not suffer; what a library says may hold an address
        untold = [f"notices failed: {error if isinstance(error, StoreError) else type(error).__name__}"]
    with suppress(StoreError, OSError):
        noticed.save(workspace, untold)
    return done + untold


def tell(
    workspace: Workspace, chosen: NotifySettings, settings: Settings, outcome: Outcome, now: datetime
) -> tuple[list[str], list[str]]:
    """Tell what is due to every address that was not told of it yet; return lines on what was told, and what not."""
    to = addresses.read(workspace)
    if not to:
        return [], [f"nothing can be told: [notify] is set, but {addresses.NAME} holds no address"]
    known = notices.known(workspace, [address.key for address in to], now, succeeded=outcome == "done")
    done, untold = list[str](), list[str]()
    for notice in due(workspace, chosen, settings, outcome, now):
        told = {address: (notice.kind, notice.subject, address.key) for address in to}
        left = [each for each in to if told[each] not in known.sent and wants(known, notice, each)]
        waiting = {each: known.waiting[told[each]] for each in left if told[each] in known.waiting}
        untold += [f"{notice.kind} not told: {each.place}{kept_by(why)}" for each, why in waiting.items()]
        for line, is_told in deliver(workspace, notice, [each for each in left if each not in waiting], now):
            (done if is_told else untold).append(line)
    return done, untold


def wants(known: Known, notice: Notice, address: Address) -> bool:
    """Say whether a notice is of a time since an address is there, and a digest of one since it had the last.

    Otherwise another day for it in brand.toml would send the same days twice.
    """
    last = known.last_digest.get(address.key) if notice.kind == "digest" else None
    return known.since[address.key] <= notice.since and (last is None or last < notice.since - timedelta(days=1))


def kept_by(why: str) -> str:
    """Return why something was not told without the number of its address, which may be another one by now."""
    return f"{why.partition(addresses.NAME)[2]}; it is tried again later"


def due(
    workspace: Workspace, chosen: NotifySettings, settings: Settings, outcome: Outcome, now: datetime
) -> Iterator[Notice]:
    """Yield what is to be told by now, whoever knows it already."""
    if outcome != "done" and chosen.failures:
        yield Notice("failure", notices.LASTS, now, partial(failure, outcome, chosen, now))
    if outcome == "failed" or not (chosen.alerts or chosen.digest != "never"):
        return
    with opened(workspace, settings) as numbers:
        if numbers.brands.empty:
            return
        if chosen.alerts:
            yield from of_alerts(numbers, chosen, now)
    if chosen.digest != "never":
        day, grain = last_day(chosen, now.date()), GRAINS[chosen.digest]
        said = partial(digest, workspace, settings, grain, now=now)
        end = datetime(day.year, day.month, day.day) + timedelta(days=1)
        yield Notice("digest", f"{chosen.digest} {day}", end, said)


def last_day(chosen: NotifySettings, today: date) -> date:
    """Return the last day that a digest was due on: the chosen weekday, of a monthly one the first such of a month."""
    day = today - timedelta(days=(today.weekday() - DAYS.index(chosen.on)) % 7)
    return day - timedelta(days=7 * ((day.day - 1) // 7)) if chosen.digest == "monthly" else day


def deliver(workspace: Workspace, notice: Notice, to: Sequence[Address], now: datetime) -> Iterator[tuple[str, bool]]:
    """Send one notice, each address recorded as soon as it took it; yield a line on each, and whether it is told.

    Where this is cut off between the sending and its record, that one address is told twice, and none never.
    """
    message = notice.said() if to else None
    for address in to:
        why = addresses.send(address, message) if message else ""
        notices.save(workspace, (notice.kind, notice.subject, address.key), now, why)
        yield f"{notice.kind} not told: {why}" if why else f"{notice.kind} told to {address.place}", not why


def digest(
    workspace: Workspace, settings: Settings, grain: str, brand: str = "", now: datetime | None = None
) -> Message:
    """Return the digest of the last whole week or month as a message. Raises StoreError as `contents.make` does."""
    made = contents.make(workspace, settings, grain, brand, now)
    return Message(made.title, text.render(made), page.render(made))


def of_alerts(numbers: Published, chosen: NotifySettings, now: datetime) -> Iterator[Notice]:
    """Yield what was out of the ordinary with any brand and came to light in the last weeks, the oldest first."""
    for row in numbers.brands.to_dict("records"):
        for found in reversed(alerts(numbers, row["brand"], now - LATE, now)):
            heading = say("alert_title", name=harmless(row["name"]))
            said = partial(Message, heading, linked(found.words, chosen))
            yield Notice("alert", found.subject, found.end, said)


def failure(outcome: Outcome, chosen: NotifySettings, now: datetime) -> Message:
    """Return what is told of a refresh that failed: not its words, for they may hold somebody's."""
    what = say("failure_part" if outcome == "failed in part" else "failure_whole", when=now.replace(tzinfo=UTC))
    return Message(say("failure_title"), linked(f"{what} {say('failure_where')}", chosen))


def linked(words: str, chosen: NotifySettings) -> str:
    """Return words with the way to the dashboard below, where that has an address."""
    return f"{words}\n\n{say('open')}: {chosen.dashboard}" if chosen.dashboard else words


def send_now(workspace: Workspace, message: Message, wait: float = TELL_SECONDS) -> list[tuple[str, bool]]:
    """Send a digest that somebody asked for to every address; return a line on each, and whether it was told.

    Raises StoreError where there is no address, or another process still tells after ``wait`` seconds.
    """
    to, now = addresses.read(workspace), store.now()
    if not to:
        raise StoreError(f"{addresses.NAME} holds no address: docs/notify.md says what it may hold")
    with telling(workspace, wait):
        return list(deliver(workspace, Notice("digest", f"asked for {now}", now, lambda: message), to, now))
