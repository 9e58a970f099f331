"""How a digest says things: in the words of Pulse, and those of the network so that no reader of mail takes them up."""

import re

from pipeline.plain import plain
from pipeline.telling import texts
from pipeline.telling.sentences import Voice

say = texts.of("digest")

UNSEEN = re.compile(  # marks that turn text around, or hide in it
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
JOINED = re.compile(r"([:.@/\]])(?=\S)")


def harmless(text: str) -> str:
    """Return words of the network as any mail program or chat may have them: on one line, no link, nobody called."""
    squeezed = re.sub(r"\s+", " ", UNSEEN.sub("", plain(text))).strip()
    return JOINED.sub("\\1\u2060", squeezed.translate({ord("<"): "‹", ord(">"): "›"}))


VOICE = Voice(texts.of("told", bold=False), harmless)
