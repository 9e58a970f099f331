"""How a text is cleaned before any model reads it."""

import html
import re

HANDLE = re.compile(r"(?<![\w@])@\w+(?:\.\w+)*")
LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """Return the text as the shipped model was trained on it.

    Links become ``http`` and handles ``@user``: a name must not carry a feeling. Entities are decoded twice, since
    exports often escape what the network already escaped.
    """
    text = html.unescape(html.unescape(text))
    text = LINK.sub("http", text)
    text = HANDLE.sub("@user", text)
    return SPACE.sub(" ", text).strip()
