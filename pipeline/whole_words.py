"""Names and phrases, found in texts as whole words."""

import html
import re
from functools import lru_cache

APOSTROPHE = re.compile("['’]")
LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)


@lru_cache(maxsize=5000)
def pattern(phrase: str) -> re.Pattern[str]:
    """Return what finds a phrase: as whole words in any case, with either apostrophe and any white space."""
    spelt = APOSTROPHE.sub("['’]", r"\s+".join(map(re.escape, phrase.split())))
    return re.compile(rf"(?<!\w){spelt}(?!\w)", re.IGNORECASE)


def folded(text: str) -> str:
    """Return a text in which a phrase that ``pattern`` finds stands, folded as well, to the letter: quick to see."""
    return " ".join(APOSTROPHE.sub("'", text).casefold().split())


def without_links(text: str) -> str:
    """Return the text with its entities decoded and its links as ``http``, as models/text.py looks for names in it."""
    return LINK.sub("http", html.unescape(html.unescape(text)))
