"""What a digest says: the published numbers of a week or month in the words of Pulse, and no new ones."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pandas as pd

from pipeline import ended, journal_reads, reads, store
from pipeline.plain import plain
from pipeline.settings import NotifySettings, Settings
from pipeline.store import StoreError, Workspace
from pipeline.telling import fresh, moved, sentences, span, texts, words
from pipeline.telling.enough import FEWEST, of_both
from pipeline.telling.sentences import Voice
from pipeline.telling.span import Days

say = texts.of("digest")

OLD = timedelta(days=8)  # from where on data have ended, and the people in them not fallen silent
SOON = timedelta(days=7)
QUARTER = timedelta(days=91)
LONGEST = timedelta(days=31)  # of the weeks and months that alerts are of
MOST_TOPICS, MOST_NAMES = 4, 3
LISTS = ("owe an answer", "gone quiet", "strained", "changed")
UNSEEN = re.compile(  # marks that turn text around, or hide in it
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
JOINED = re.compile(r"([:.@/\]])(?=\S)")


def harmless(text: str) -> str:
    """Return words of the network as any mail program or chat may have them: on one line, no link, nobody called."""
    squeezed = re.sub(r"\s+", " ", UNSEEN.sub("", plain(text))).strip()
    return JOINED.sub("\\1\u2060", squeezed.translate({ord("<"): "‹", ord(">"): "›"}))


VOICE = Voice(texts.of("told", bold=False), harmless)


@dataclass(frozen=True)
class Index:
    """How people feel about one brand, on -1..1 with its 90 % interval; None where too few were heard to tell."""

    now: float | None
    low: float | None
    high: float | None
    sizes: str
    verdict: str


@dataclass(frozen=True)
class Brand:
    """What is told of one brand: the index, how it changed and why, its parts by people and topic, alerts."""

    name: str
    index: Index
    change: str
    people: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    movers: str = ""
    alerts: tuple[str, ...] = ()
    no_alerts: str = ""


@dataclass(frozen=True)
class Alert:
    """What was out of the ordinary: what it is known by, when its week or month ended, and the words on it."""

    subject: str
    end: datetime
    words: str


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


@dataclass(frozen=True)
class Published:
    """The published numbers, and whether people may be named in what is told of them."""

    workspace: Workspace
    con: duckdb.DuckDBPyConnection
    meta: Any
    brands: pd.DataFrame
    names: bool

    def read(self, name: str, **values: Any) -> pd.DataFrame:
        """Return the answer of the published file to one of READS."""
        return reads.frame(self.con, name, **values)

    @property
    def newest(self) -> Any:
        """Return when the newest touch was that was collected; NaT where people typed all there is."""
        return self.brands["last_collected"].max()

    @property
    def moment(self) -> Any:
        """Return what is now to the numbers: when they were made, or the end of the past day that they stand of."""
        return self.meta["as_of" if self.meta["past"] else "published_at"]

    @property
    def have_ended(self) -> bool:
        """Say whether nothing was collected for so long that it is the data that ended."""
        return bool(pd.isna(self.newest) or self.moment - self.newest >= OLD)


@contextmanager
def opened(workspace: Workspace, settings: Settings) -> Iterator[Published]:
    """Open the published file. Raises StoreError where there is none yet."""
    if not workspace.published.exists():
        raise StoreError(f"nothing is published in {workspace.folder} yet: run refresh first")
    told = settings.notify or NotifySettings()
    with store.open_published(workspace.published) as con:
        meta, brands = reads.frame(con, "meta").iloc[0], reads.frame(con, "brands")
        names = told.names and meta["people"] == settings.privacy.people == "named"
        yield Published(workspace, con, meta, brands, names)


def make(workspace: Workspace, settings: Settings, grain: str, brand: str = "", now: datetime | None = None) -> Digest:
    """Return the digest of the last whole week or month (``grain``), of one brand or of all.

    Raises StoreError where nothing is published yet, or the brand is not known.
    """
    with opened(workspace, settings) as numbers:
        chosen = narrowed(numbers.brands, settings, brand)
        days = last_days(numbers, grain)
        parts = [of_brand(numbers, days, row, first=number == 0) for number, row in enumerate(chosen)]
        is_own = chosen[0]["own"] or not numbers.brands["own"].any()
        return Digest(
            title=title(parts[0], days, grain),
            span=say("span", days=words.days(days.start, days.until), before=words.days(days.before, days.start)),
            brands=tuple(parts),
            work=of_work(numbers, chosen[0]["brand"], now or store.now()) if is_own else (),
            fresh=(*freshness(numbers), *how_it_ended(workspace)),
            footer=say("footer", people=say("named" if numbers.names else "unnamed")),
            dashboard=settings.notify.dashboard if settings.notify else None,
        )


def last_days(numbers: Published, grain: str) -> Days:
    """Return the last week or month that is over; where the data ended before, the last that they cover whole."""
    covered = numbers.brands["last_touch"].max() if pd.isna(numbers.newest) else numbers.newest
    return span.last_whole(covered if numbers.have_ended else numbers.moment, grain)


def narrowed(brands: pd.DataFrame, settings: Settings, name: str) -> list[dict[Any, Any]]:
    """Return the brands to tell of, the own one first. Raises StoreError where there is none of this name."""
    rows: list[dict[Any, Any]] = brands.to_dict("records")
    if name:
        key = settings.find_brand(name).key
        rows = [row for row in rows if name in (row["brand"], row["name"]) or row["brand"] == key]
    if not rows:
        known = ", ".join(brands["name"]) or "nothing is published yet"
        raise StoreError(f"--brand {name}: unknown; there are: {known}" if name else "no touches are published yet")
    return rows


def title(first: Brand, days: Days, grain: str) -> str:
    """Return the subject of the digest: the brand, the days, how people feel and whether that changed."""
    of = say(f"of_{grain}", name=first.name, start=days.start)
    if first.index.now is None:
        return say("title_untold", of=of, verdict=first.index.verdict)
    return say("title_told", of=of, now=words.signed(first.index.now), verdict=first.index.verdict)


def of_brand(numbers: Published, days: Days, row: dict[Any, Any], first: bool) -> Brand:
    """Return what is told of one brand; of the first one also where its change came from."""
    state = of_both(numbers.read("period", brand=row["brand"], **days.asked)).iloc[0]
    found = taken_apart(numbers, days, row["brand"], state)
    told = Brand(
        name=harmless(row["name"]),
        index=of_index(state),
        change=" ".join(filter(None, (of_change(state, found), longer(numbers, days.until, row["brand"], state)))),
        alerts=tuple(alert.words for alert in alerts(numbers, row["brand"], days.start, days.until)),
        no_alerts=say("no_alerts" if numbers.meta["as_of"] >= days.until else "undecided"),
    )
    if not first or found.empty:
        return told
    people, topics = parts(moved.groups(found)), parts(moved.topics(found, MOST_TOPICS))
    return replace(told, people=people, topics=topics, movers=movers(numbers, row["brand"], found))


def of_change(state: pd.Series, found: pd.DataFrame) -> str:
    """Return in sentences how the feeling changed and what moved it, or why that is not told."""
    if state["people"] < FEWEST:
        return say("verdict_evidence", fewest=FEWEST) if state["people"] else say("nobody")
    return f"{sentences.changed(VOICE, state)} {sentences.why(VOICE, state, found)}".strip()


def longer(numbers: Published, until: datetime, brand: str, state: pd.Series) -> str:
    """Return how people feel over three months, where the days have too few people for more than a first impression.

    Not where both are told and fewer than FEWEST people are in one alone: what these feel would be had by subtraction.
    """
    if state["people"] >= numbers.meta["fewest_people"]:
        return ""
    days = Days(until - 2 * QUARTER, until - QUARTER, until)
    found = of_both(numbers.read("period", brand=brand, **days.asked)).iloc[0]
    few = VOICE.say("first_impression").strip() if state["people"] >= FEWEST else ""
    told_apart = state["people"] >= FEWEST and found["people"] - state["people"] < FEWEST
    if pd.isna(found["now"]) or told_apart:
        return few
    band = words.interval(found["low"], found["high"])
    told = {"days": words.days(days.start, until), "now": words.signed(found["now"]), "band": band}
    return f"{few} {say('longer', **told, **VOICE.sizes(found), change=sentences.changed(VOICE, found))}".strip()


def of_index(state: pd.Series) -> Index:
    """Return the index of a row of the read `period` after `of_both`."""
    now, low, high = (None if pd.isna(state[name]) else float(state[name]) for name in ("now", "low", "high"))
    return Index(now, low, high, say("from_sizes", **VOICE.sizes(state)), verdict(state))


def verdict(state: pd.Series) -> str:
    """Return in a few words whether the feeling changed by more than chance would do (90 %)."""
    if state["people"] < FEWEST:
        return say("evidence")
    if pd.isna(state["change"]) or pd.isna(state["se_change"]):
        return say("few_before")
    if not moved.is_sure(state["change"], state["se_change"]):
        return say("by_chance")
    return say("rose" if state["change"] > 0 else "fell")


def taken_apart(numbers: Published, days: Days, brand: str, state: pd.Series) -> pd.DataFrame:
    """Return what the change came from; nothing where it is not told."""
    if pd.isna(state["change"]):
        return pd.DataFrame()
    return moved.taken_apart(numbers.read("why", brand=brand, **days.asked), ("person", "topic"))


def parts(rows: pd.DataFrame) -> tuple[str, ...]:
    """Return the parts of a change in words, the largest first, each with whether chance alone would do it."""
    rows = rows.sort_values("contribution", key=abs, ascending=False, kind="stable")
    return tuple(
        say(
            "part",
            name=harmless(VOICE.called(row["name"])),
            people=VOICE.people(max(row["people"], row["people_before"])),
            **sentences.chance(VOICE, row),
        )
        for _, row in rows.iterrows()
    )


def movers(numbers: Published, brand: str, found: pd.DataFrame) -> str:
    """Return by name who moved the index most, where people may be named; else nothing."""
    if not numbers.names:
        return ""
    rows = moved.persons(found, MOST_NAMES)
    rows = rows[rows["key"] != moved.OTHERS]
    called = names_of(numbers, brand, rows["key"].tolist())
    told = [
        say("mover", name=called[key], much=words.signed(much))
        for key, much in zip(rows["key"], rows["contribution"], strict=True)
        if key in called
    ]
    return say("movers", names=", ".join(told)) if told else ""


def names_of(numbers: Published, brand: str, people: Sequence[str]) -> dict[str, str]:
    """Return how people are called, of those who are told by name."""
    found = numbers.read("names", brand=brand, people=list(people))
    return {row["person_id"]: harmless(row["name"]) for row in found.to_dict("records") if row["name"]}


def alerts(numbers: Published, brand: str, since: datetime, until: datetime) -> list[Alert]:
    """Return the alerts of weeks and months that ended after ``since`` and not after ``until``, the newest first."""
    found = numbers.read("alerts", brand=brand, start=since - LONGEST, until=until).to_dict("records")
    ends = ((span.of_point(row["period"], row["grain"]).until, row) for row in found)
    return [
        Alert(f"{brand}:{row['grain']}:{row['period']:%Y-%m-%d}", end, of_alert(numbers, brand, row))
        for end, row in ends
        if since < end <= until
    ]


def of_alert(numbers: Published, brand: str, row: dict[Any, Any]) -> str:
    """Return an alert in words, with whether it survives leaving out whoever moved it most."""
    one = row["one_person"]
    name = names_of(numbers, brand, [one]).get(one) if one and numbers.names else None
    told = sentences.alert(VOICE, row, name or VOICE.say("somebody"))
    return told + (say("survives") if row["survives"] and row["people"] >= FEWEST else "")


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
