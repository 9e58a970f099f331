"""Names and phrases, found in texts as whole words."""

import html
import re
from functools import lru_cache

READING = 2  # to be raised when names or phrases are found otherwise: what that may change is read again (renamed.py)

APOSTROPHE = re.compile("['’]")
GAP = re.compile(r"[\s_-]+")
LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)


@lru_cache(maxsize=5000)
def pattern(phrase: str) -> re.Pattern[str]:
    """Return what finds a phrase: as whole words in any case, with either apostrophe and any white space."""
    spelt = APOSTROPHE.sub("['’]", r"\s+".join(map(re.escape, phrase.split())))
    return re.compile(rf"(?<!\w){spelt}(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=5000)
def names(called: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return what finds any of some names as models/text.py does, longest first: as ``pattern`` does, but also as a
    handle or hashtag, and spelt with or without spaces. None where there is no name."""
    spelt = {r"[\s_-]*".join(map(re.escape, name.lstrip("@#").split())) for name in called if name.strip("@# ")}
    spelt = {APOSTROPHE.sub("['’]", name) for name in spelt}
    if not spelt:
        return None
    return re.compile(rf"(?<!\w)[@#]?(?:{'|'.join(sorted(spelt, key=len, reverse=True))})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=5000)
def bare(name: str) -> str:
    """Return what stands in every ``joined`` text that has a name."""
    return joined(name.lstrip("@#"))


def joined(text: str) -> str:
    """Return a text in one word and in small letters, in which the ``bare`` form of its names is quick to see."""
    return GAP.sub("", APOSTROPHE.sub("'", text)).casefold()


def decoded(text: str) -> str:
    """Return a text with its entities decoded, twice, since exports often escape what was escaped already."""
    return html.unescape(html.unescape(text))


def without_links(text: str) -> str:
    """Return the text with its entities decoded and its links as ``http``, as models/text.py looks for names in it."""
    return LINK.sub("http", decoded(text))
