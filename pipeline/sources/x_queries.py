"""Search expressions of X: what is looked for, and packed into as few questions as fit."""

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.source_settings import XSource
from pipeline.touch import Brand

MOST_RECENT = 512  # characters of a question to the recent search
MOST_ARCHIVE = 1024
OR = " OR "


def names(settings: XSource, brand: Brand) -> list[str]:
    """Return the handles of a brand at X: those of the settings, else those of the brand that can be some there."""
    handles = [handle.removeprefix("@") for handle in settings.handles or brand.handles]
    return [handle for handle in handles if re.fullmatch(r"\w{1,15}", handle, re.ASCII)]


def terms(settings: XSource, brand: Brand) -> list[str]:
    """Return what is searched for: the terms of the settings, else the brand's own and its name."""
    return [quoted(term) for term in settings.terms or dict.fromkeys((brand.name, *brand.terms))]


def quoted(term: str) -> str:
    """Return a term that means these words in this order and no operator."""
    plain = term.replace('"', " ").strip()
    return plain if plain.isalnum() and plain != "OR" else f'"{plain}"'


def elsewhere(settings: XSource, brand: Brand) -> str:
    """Return what leaves out what the timelines bring at a lower price, and what nobody wrote: reposts."""
    handles = [part for handle in names(settings, brand) for part in (f"-from:{handle}", f"-@{handle}")]
    return " ".join([*handles, no_reposts(settings)])


def no_reposts(settings: XSource) -> str:
    """Return what leaves out reposts, and what the settings leave out."""
    return " ".join(filter(None, ["-is:retweet", settings.query_extra]))


def everything(settings: XSource, brand: Brand) -> list[str]:
    """Return all that the archive is searched for: terms, mentions of the handles and what they wrote."""
    return [
        *terms(settings, brand),
        *(part for name in names(settings, brand) for part in (f"@{name}", f"from:{name}")),
    ]


def pack(parts: Iterable[str], rest: str, most: int) -> Iterator[list[str]]:
    """Yield the parts in groups whose question, with the rest, is no longer than ``most`` characters.

    A single part that is too long is asked for as it is: X says what is wrong with it.
    """
    held: list[str] = []
    for part in parts:
        if held and len(question([*held, part], rest)) > most:
            yield held
            held = []
        held.append(part)
    if held:
        yield held


def question(parts: Sequence[str], rest: str) -> str:
    """Return the question for any of the parts, and the rest."""
    return f"({OR.join(parts)}) {rest}".strip()
