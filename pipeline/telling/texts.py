"""Texts from one folder with a file per page, so that a translation is possible."""

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "texts"
LANGUAGE = "en"

Say = Callable[..., str]


@cache
def read(folder: Path, page: str, bold: bool = True) -> dict[str, str]:
    """Return the texts of a page by their names; not ``bold``: without the marks of Markdown for it."""
    texts: dict[str, str] = tomllib.loads((folder / LANGUAGE / f"{page}.toml").read_text(encoding="utf-8"))
    return texts if bold else {name: text.replace("**", "") for name, text in texts.items()}


def of(page: str, folder: Path = FOLDER, bold: bool = True) -> Say:
    """Return what gives a page's texts: ``say("title", name=...)`` fills the gaps of the text of that name in.

    What is filled in is data: whoever shows the text as Markdown or HTML makes it harmless first.
    """

    def say(name: str, /, **values: object) -> str:
        return read(folder, page, bold)[name].format(**values)

    return say
