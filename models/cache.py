"""The user's cache folder: files that are made once, and known to be whole."""

import os
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from models.bases import ModelError, sha256

OURS = re.compile(r"(orchard-.+|minilm-[0-9a-f]{10})-[0-9a-f]+-[0-9]+")  # folders of exports, each of one version
UNUSED_SECONDS = 90 * 86400  # two checkouts may share the cache, and one be of an older version


def kept(file: Path, make: Callable[[Path], Path]) -> Path:
    """Return a file of the cache, on first use made by ``make`` in a folder of its own, and then swapped in whole.

    One that is not as it was written is made anew: a network with a few weights damaged would open, and score in
    silence. Where one is made, exports that nobody has used for a long time are removed. Raises ModelError where the
    cache folder cannot be written to.
    """
    with suppress(OSError):  # there is none yet, or the cache is somebody else's
        os.utime(digest_of(file))  # used now
    if not is_whole(file):
        with room(file.parent) as new:
            made = make(Path(new))
            with made.open("rb+") as whole:
                os.fsync(whole.fileno())  # else a power cut may keep the new name, and not the bytes
            digest_of(file).write_bytes(sha256(made).encode())
            made.replace(file)
        remove_unused(file.parent.parent)
    return file


def remove_unused(cache: Path) -> None:
    """Remove exports that nobody has used for UNUSED_SECONDS, each with its folder; nothing else that lies there."""
    for folder in cache.iterdir():
        with suppress(OSError):  # another process removes them, too
            if OURS.fullmatch(folder.name) and time.time() - last_used(folder) > UNUSED_SECONDS:
                shutil.rmtree(folder)


def last_used(folder: Path) -> float:
    """Return when a folder of the cache, or anything in it, was written or marked as used."""
    return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))


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
