"""How a text is cleaned and its brands are marked before any model reads it."""

import html
import re
from collections.abc import Iterable
from functools import lru_cache

import emoji

# One word piece each, hardly ever used in messages: what stands for the brand asked about, and for any other brand.
TARGET, OTHER = "§", "¶"

HANDLE = re.compile(r"(?<![\w@])@\w+(?:\.\w+)*")
LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
SPACE = re.compile(r"\s+")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)")
HASHTAG = re.compile(r"#(\w+)")
LONG = re.compile(r"([A-Za-z!?.\"])\1{2,}")
APOSTROPHE = re.compile("['’]")
HALF = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return the text as the shipped model was trained on it.

    Links become ``http`` and handles ``@user``: a name must not carry a feeling. Entities are decoded twice, since
    exports often escape what the network already escaped. Emoji become their English names, which the base model's
    vocabulary knows; it has no emoji. Hashtags come apart where their capitals say so, and letters repeated for
    emphasis are kept twice.
    """
    text = HANDLE.sub("@user", without_links(text))
    text = HASHTAG.sub(lambda tag: "# " + CAMEL.sub(" ", tag[1]), text)
    text = LONG.sub(r"\1\1", text)
    text = emoji.demojize(text, delimiters=(" ", " ")).replace("_", " ")
    return SPACE.sub(" ", text).strip()


def without_links(text: str) -> str:
    """Return the text with its entities decoded and its links as ``http``: the address of a brand's page names nobody.

    AT&amp;amp;T is so found by its name. A lone half of a pair of surrogates, which no tokenizer takes, is dropped.
    """
    text = HALF.sub("", html.unescape(html.unescape(text)))
    return LINK.sub("http", text)


@lru_cache(maxsize=256)
def pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return what finds any of some names, longest first: whole words, in any case, spelt with or without spaces,
    with either apostrophe, as a handle or hashtag or bare."""
    spelt = {r"[\s_-]*".join(map(re.escape, name.lstrip("@#").split())) for name in names if name.strip("@# ")}
    spelt = {APOSTROPHE.sub("['’]", name) for name in spelt}
    if not spelt:
        return None
    return re.compile(rf"(?<!\w)[@#]?(?:{'|'.join(sorted(spelt, key=len, reverse=True))})(?!\w)", re.IGNORECASE)


def mark(text: str, target: Iterable[str], others: Iterable[str] = ()) -> str:
    """Return the text with every name of the target brand as TARGET and every name of another brand as OTHER.

    A text that does not name the target is taken as spoken to it: TARGET then stands in front, as the handle stands in
    a reply. So a brand's own name never carries a feeling. Of names that begin alike (Virgin, Virgin America) the
    longer one is meant, whosever it is.
    """
    text = without_links(text).replace(TARGET, " ").replace(OTHER, " ")
    own, all_names = pattern(tuple(target)), pattern((*target, *others))
    if all_names:
        text = all_names.sub(lambda name: f" {TARGET if own and own.fullmatch(name[0]) else OTHER} ", text)
    return text if TARGET in text else f"{TARGET} {text}"


def is_spoken_to(text: str, target: Iterable[str], others: Iterable[str] = ()) -> bool:
    """Say whether a text speaks to the target and of no other brand: it has its handle, or does not name it at all."""
    own, all_names = pattern(tuple(target)), pattern((*target, *others))
    found = all_names.findall(without_links(text)) if all_names else []
    if not all(own and own.fullmatch(name) for name in found):
        return False
    return not found or any(name.startswith("@") for name in found)


def masked(text: str, target: Iterable[str]) -> str:
    """Return the text with every name of the target as a handle of anybody: for the tone a brand is nobody special."""
    own = pattern(tuple(target))
    return own.sub("@user", without_links(text)) if own else text


def tweeteval(text: str) -> str:
    """Return the text as the models trained on TweetEval want it: handles as ``@user``, links as ``http``."""
    words = (
        "@user" if w.startswith("@") and len(w) > 1 else "http" if w.startswith("http") else w for w in text.split(" ")
    )
    return " ".join(words)
