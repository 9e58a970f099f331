"""Words of strangers as a terminal may have them: to be read, never to be obeyed."""

import re

from pipeline.touch import sound

CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)  # all but tab and newline: colours, titles, cursors begin with one


def plain(text: str) -> str:
    """Return a text in which every control character, and half a character pair, is U+FFFD."""
    return CONTROL.sub("\ufffd", sound(text))
