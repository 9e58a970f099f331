"""Every word that a page says, from one folder with a file per page, so that a translation is possible."""

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "texts"
LANGUAGE = "en"

Say = Callable[..., str]


@cache
def read(page: str, language: str = LANGUAGE) -> dict[str, str]:
    """Return the texts of a page by their names."""
    file = FOLDER / language / f"{page}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def of(page: str) -> Say:
    """Return what gives a page's texts: ``say("title", name=...)`` fills the gaps of the text of that name in.

    What is filled in is data: whoever shows the text as Markdown passes it through ``_words.plain`` first.
    """

    def say(name: str, /, **values: object) -> str:
        return read(page)[name].format(**values)

    return say
