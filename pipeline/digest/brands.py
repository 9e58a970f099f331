"""What a digest tells of one brand: how people feel, whether that changed, and what it changed by."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from pipeline.digest.alerts import alerts
from pipeline.digest.published import Published, names_of
from pipeline.digest.words import VOICE, harmless, say
from pipeline.settings import Settings
from pipeline.store import StoreError
from pipeline.telling import moved, sentences, words
from pipeline.telling.enough import FEWEST, of_both
from pipeline.telling.span import Days

QUARTER = timedelta(days=91)
MOST_TOPICS, MOST_NAMES = 4, 3


@dataclass(frozen=True)
class Index:
    """How people feel about one brand, on -1..1 with its 90 % interval; None where too few were heard to tell.

    ``sizes`` goes on after the number, or is a sentence of its own where there is none.
    """

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
    sizes = say("heard" if now is None else "from_sizes", **VOICE.sizes(state))
    return Index(now, low, high, sizes, verdict(state))


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
            people=heard(row),
            **sentences.chance(VOICE, row),
        )
        for _, row in rows.iterrows()
    )


def heard(row: pd.Series) -> str:
    """Return the people behind a part in words; of several topics together the fewest that they can be."""
    people = VOICE.people(max(row["people"], row["people_before"]))
    return say("at_least", people=people) if row.get("joined", False) else people


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
