"""What somebody types into a search box, as what is looked for."""

import re

TERM = re.compile(r'(-?)(?:"([^"]+)"|(\S+))')
QUOTES = str.maketrans("“”„«»", '"' * 5)


def terms(typed: str) -> tuple[list[str], list[str]]:
    """Return the words and "phrases" that are to be in a text, and the -others that are not to be."""
    wanted: list[str] = []
    unwanted: list[str] = []
    for minus, phrase, word in TERM.findall(typed.translate(QUOTES)):
        said = (phrase or word).strip().strip('"')
        if said and said != "-":
            (unwanted if minus else wanted).append(said)
    return wanted, unwanted
