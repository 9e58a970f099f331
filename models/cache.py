"""The user's cache folder: files that are made once, and known to be whole."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from models.bases import ModelError, sha256


def kept(file: Path, make: Callable[[Path], Path]) -> Path:
    """Return a file of the cache, on first use made by ``make`` in a folder of its own, and then swapped in whole.

    One that is not as it was written is made anew: a network with a few weights damaged would open, and score in
    silence. Raises ModelError where the cache folder cannot be written to.
    """
    if not is_whole(file):
        with room(file.parent) as new:
            made = make(Path(new))
            with made.open("rb+") as whole:
                os.fsync(whole.fileno())  # else a power cut may keep the new name, and not the bytes
            digest_of(file).write_bytes(sha256(made).encode())
            made.replace(file)
    return file


def is_whole(file: Path) -> bool:
    """Say whether a file of the cache has the digest that was written with it."""
    digest = digest_of(file)
    return file.exists() and digest.exists() and digest.read_bytes() == sha256(file).encode()


def digest_of(file: Path) -> Path:
    """Return where the digest of a file of the cache lies."""
    return file.with_name(f"{file.name}.sha256")


def room(folder: Path) -> TemporaryDirectory[str]:
    """Return a new folder inside a folder of the cache. Raises ModelError where that cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return TemporaryDirectory(dir=folder)
    except OSError as error:
        raise ModelError(f"{error}: name a folder that can be written to as ORCHARD_CACHE") from error
