"""Secrets: from the environment, else from a .env file; never logged, never stored."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from dotenv import dotenv_values

from pipeline.settings import ROOT


def read(folder: Path, root: Path = ROOT) -> dict[str, str]:
    """Return every variable: of the project's .env, over it those of the workspace's, over it the environment's.

    Values are without the spaces and line ends around them, as they are sent and may be told in errors.
    """
    files = [dotenv_values(place / ".env", interpolate=False) for place in dict.fromkeys((root, folder))]
    written = {name: value for found in files for name, value in found.items() if value is not None}
    return {name: value.strip() for name, value in (written | dict(os.environ)).items()}


def hide(text: str, secrets: Mapping[str, str], names: Iterable[str]) -> str:
    """Return a text without the values of these secrets: no message of a library may carry one into a log."""
    for name in names:
        value = secrets.get(name, "")
        if value:
            text = text.replace(value, f"({name})")
    return text
