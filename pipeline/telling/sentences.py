"""How the index stands, how it changed, what moved it and what was out of the ordinary, in sentences."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.telling import moved, words
from pipeline.telling.enough import FEWEST
from pipeline.telling.texts import Say
from pipeline.telling.words import begun, count, interval, signed

NAMED = (*dict.fromkeys(moved.WHO.values()), "other", moved.SMALL, moved.OTHER_TOPICS, moved.OTHERS)


@dataclass(frozen=True)
class Voice:
    """The texts `told` as some place shows them, and what makes words of the network harmless there."""

    say: Say
    plain: Callable[[str], str]

    def people(self, number: Any) -> str:
        """Return so many people in words."""
        return count(int(number), self.say("person_one"), self.say("person_many"))

    def mentions(self, number: Any) -> str:
        """Return so many mentions in words."""
        return count(int(number), self.say("mention_one"), self.say("mention_many"))

    def called(self, name: str) -> str:
        """Return how a row is called: one of ours in our words, what people named as it is."""
        return self.say(name) if name in NAMED else name

    def sizes(self, row: Any) -> dict[str, str]:
        """Return the people and mentions behind a row in words."""
        return {"people": self.people(row["people"]), "mentions": self.mentions(row["mentions"])}


def changed(voice: Voice, state: pd.Series, everything: bool = False) -> str:
    """Return in a sentence how the feeling changed, or what keeps that from being told.

    ``state`` is a row of the read `period` after `enough.of_both`.
    """
    say = voice.say
    unknown = say("nothing_before_it") if everything else "" if state["people_before"] else say("nobody_before_it")
    return words.change(state["change"], state["se_change"], unknown)


def why(voice: Voice, state: pd.Series, found: pd.DataFrame) -> str:
    """Return in a sentence who and which topic moved the index most, or which did though the whole may be chance.

    ``found`` is what `pipeline.metrics.why` took the change apart into. Empty where that cannot be told.
    """
    if pd.isna(state["change"]) or pd.isna(state["se_change"]):
        return ""
    splits = {"of_groups": moved.groups(found), "of_topics": moved.topics(found)}
    if not moved.is_sure(state["change"], state["se_change"]):
        return beneath(voice, splits, state["change"])
    groups, topics = (most(rows, state["change"]) for rows in splits.values())
    if groups is None:
        return ""
    told = voice.say("why_people", who=voice.plain(groups["name"]), **chance(voice, groups))
    if topics is not None:
        told += voice.say("why_topics", topic=voice.plain(voice.called(topics["name"])), **chance(voice, topics))
    return f"{told}."


def chance(voice: Voice, row: pd.Series) -> dict[str, str]:
    """Return a contribution in words, and whether chance alone would do it."""
    sure = moved.is_sure(row["contribution"], row["se"])
    return {"much": signed(row["contribution"]), "chance": voice.say("surely" if sure else "by_chance")}


def beneath(voice: Voice, splits: dict[str, pd.DataFrame], change: float) -> str:
    """Return in a sentence which parts moved by more than chance would do in a ``change`` that it would do.

    Each of the ``splits``, by the text that says it, sums to the change by itself.
    """
    parts = ((name, rows.to_dict("records")) for name, rows in splits.items())
    told = [said for name, rows in parts if (said := split(voice, name, rows, change))]
    if not told:
        return voice.say("nothing_to_explain")
    return voice.say("parts_moved", splits=voice.say("and").join(told))


def split(voice: Voice, name: str, parts: list[dict[Any, Any]], change: float) -> str:
    """Return which parts of one split moved by more than chance would do; empty where none did."""
    sure = [part for part in parts if moved.is_sure(part["contribution"], part["se"])]
    if not sure:
        return ""
    told = ", ".join(
        voice.say("part", name=voice.plain(voice.called(part["name"])), much=signed(part["contribution"]))
        for part in sure
    )
    first = sure[0]["contribution"]
    against = voice.say("against") if len(sure) == 1 and first * (change - first) < 0 else ""
    return voice.say(name, many=len(parts), parts=told, against=against)


def most(rows: pd.DataFrame, change: float) -> pd.Series | None:
    """Return the row that moved the index most in the direction of the change; None where none did."""
    along = rows[rows["contribution"] * change > 0]
    return None if along.empty else along.loc[along["contribution"].abs().idxmax()]


def alert(voice: Voice, row: dict[Any, Any], name: str) -> str:
    """Return what a row of the read `alerts` is; of fewer than FEWEST people nothing but that there was something.

    ``name`` is what the one person is called whose doing it was, where it was one's.
    """
    span = begun(words.period(row["period"], row["grain"]))
    if row["people"] < FEWEST:
        return voice.say("event_few", span=span, fewest=FEWEST)
    return out_of_ordinary(voice, row, span) + (voice.say("event_person", name=name) if row["one_person"] else "")


def out_of_ordinary(voice: Voice, row: dict[Any, Any], span: str) -> str:
    """Return a shock or a drift in words."""
    if row["shock"]:
        facts = {"estimate": signed(row["estimate"]), "band": interval(row["low"], row["high"])}
        return voice.say("shock_up" if row["z"] > 0 else "shock_down", span=span, **facts, **voice.sizes(row))
    change = f"{abs(row['change']):.2f}"
    return voice.say("drift_up" if row["change"] > 0 else "drift_down", span=span, change=change, **voice.sizes(row))


def turning(voice: Voice, row: dict[Any, Any]) -> str:
    """Return a row of the read `turnings` in words."""
    levels = {"before": signed(row["before"]), "after": signed(row["after"])}
    sizes = {"band": interval(row["low"], row["high"]), "people": voice.people(row["people"])}
    return voice.say("turned", span=begun(words.period(row["week"], "week")), **levels, **sizes)
