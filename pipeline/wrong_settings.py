"""What is said of a setting that is wrong: where it stands, what is allowed there and what was found."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pipeline.sections import FORMS, SECTIONS
from pipeline.source_settings import SOURCE_TYPES

SECTION = "Input should be a section with keys of its own"
WANTED = {  # where pydantic's words are those of Python
    "tuple_type": 'Input should be a list, such as ["a", "b"]',
    "dict_type": SECTION,
    "model_type": SECTION,
    "model_attributes_type": SECTION,
    "union_tag_not_found": f"type is needed; one of: {', '.join(SOURCE_TYPES)}",
    "union_tag_invalid": f"type is none of: {', '.join(SOURCE_TYPES)}",
}
ENTRIES = frozenset({"competitors", "sources", "rules"})  # several of each, in brackets twice


def unparsed(message: str) -> str:
    """Return a line on the variables that hold no list or table, of which pydantic names the field alone."""
    found = re.search(r'field "(\w+)"', message)
    wanted = f"ORCHARD_{found[1].upper() if found else ''}"
    variables = sorted(name for name in os.environ if name.upper().partition("__")[0] == wanted)
    return f'the environment variable {" or ".join(variables)}: write it as JSON, such as \'["a", "b"]\''


def explain(file: Path, problem: Any, sections: Iterable[str]) -> str:
    """Return one line on one wrong key; ``sections`` are the keys that the whole file may have."""
    place = written_place(problem["loc"])
    key = written_key(place) or "(whole file)"
    variable = "ORCHARD_" + "__".join(str(part).upper() for part in place)
    if any(name in os.environ for name in (variable, variable.split("__", maxsplit=1)[0])):
        key = f"{key} (from the environment variable {variable})"
    if problem["type"] == "extra_forbidden":
        return f"{file}: key {key}: unknown; allowed here: {', '.join(allowed_keys(problem['loc'], sections))}"
    return f"{file}: key {key}: {wanted_words(place, problem)}{shown(place, problem['input'])}"


def wanted_words(place: tuple[str | int, ...], problem: Any) -> str:
    """Return what a key should hold, in words."""
    if problem["type"] == "tuple_type" and place[0] in ENTRIES:
        return f"Input should be entries: write [[{place[0]}]], with two brackets, above the keys of each"
    if problem["type"] == "string_pattern_mismatch":
        return f"Input should be {FORMS[problem['ctx']['pattern']]}"
    return WANTED.get(problem["type"], str(problem["msg"]).removeprefix("Value error, "))


def shown(place: tuple[str | int, ...], value: Any) -> str:
    """Return the words on what was found; not where it may hold an address, since passwords stand in some."""
    is_address = any(part == "feeds" or str(part).endswith("_base") for part in place)
    if is_address or isinstance(value, dict) or "://" in repr(value):
        return ""
    return f"; found {value!r}"


def written_key(place: tuple[str | int, ...]) -> str:
    """Return a place in the file as people write it, entries counted from 1: ``sources (entry 1).format``."""
    parts = (f" (entry {part + 1})" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(parts).removeprefix(".")


def written_place(place: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return where in the file a problem is: of an entry of [[sources]] without the type that it was read as."""
    return place[:2] + place[3:] if place[:1] == ("sources",) and len(place) > 2 else place


def allowed_keys(place: tuple[str | int, ...], sections: Iterable[str]) -> list[str]:
    """Return the keys that may stand where an unknown one was found; on top, the ``sections`` of the whole file."""
    groups: dict[str, type[BaseModel]] = {**SECTIONS, **SOURCE_TYPES}
    named = str(place[2] if place[0] == "sources" and len(place) > 3 else place[0])
    return sorted(groups[named].model_fields if len(place) > 1 and named in groups else sections)
