"""How old the numbers are, and of what they are not."""

from datetime import timedelta
from typing import Any

from pipeline.telling.sentences import Voice
from pipeline.telling.words import day

ENDS_EARLIER = timedelta(days=60)  # from where on a brand's data may have ended, and not its people fallen silent


def of_numbers(voice: Voice, meta: Any) -> list[str]:
    """Return in sentences when the numbers were made, by which model, and what is not in them.

    ``meta`` is the row of the read `meta`.
    """
    told = [voice.say("refreshed", when=meta["published_at"], model=voice.plain(meta["model"]))]
    counts = {"unscored": meta["mentions"] - meta["scored"] - meta["unread"], "unread": meta["unread"]}
    counts["rejects"] = meta["rejects"]
    return told + [voice.say(name, many=int(many)) for name, many in counts.items() if many]


def of_group(voice: Voice, meta: Any) -> list[str]:
    """Return in a sentence whose numbers they are, where not everybody's."""
    return [voice.say("only_group", group=voice.plain(meta["only_group"]))] if meta["only_group"] else []


def of_past(voice: Voice, meta: Any) -> list[str]:
    """Return in a sentence as of when the numbers stand, where not as of now."""
    return [voice.say("past", day=day(meta["as_of"] - timedelta(microseconds=1)))] if meta["past"] else []
