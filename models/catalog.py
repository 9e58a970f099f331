"""Which models there are: where their files lie, that they are the right ones, and how each wants to be read."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from models.bases import SHIPPED_BASE, ModelError, base, base_folder, sha256, sha256_once
from models.ngrams import FILE as NGRAMS
from models.onnx import EXPORT
from models.text import clean, tweeteval

LABELS = ("negative", "neutral", "positive")
HEADS = ("tone", "toward")  # what the shipped network says: how a text sounds, and what it feels toward its target
MAX_LENGTH = 96  # word pieces; what is beyond is cut off

FILES = (".bin", ".json", ".model", ".safetensors", ".txt")  # of a complete model: weights, settings, word pieces
SCORES = "scores.json"  # beside an adapter: its figures on held-out rows

SHIPPED = Path(__file__).parent / "default"


@dataclass(frozen=True)
class Reading:
    """How a model wants its texts, and what its labels are called.

    ``target`` says how it is told which brand is asked about: ``marked`` in the text, as the second of a ``pair``, or
    ``none``. ``labels`` maps its own label names to LABELS; without any, they are told apart by their first letters.
    ``languages`` are those that it reads; None is all. Word pieces beyond the ``longest``-th are cut off, and ``pad``
    is the id of the piece that fills a shorter text of a batch.
    """

    cleaning: Callable[[str], str] = clean
    target: Literal["marked", "pair", "none"] = "none"
    languages: tuple[str, ...] | None = ("en",)
    labels: Mapping[str, str] = field(default_factory=dict)
    longest: int = 128
    pad: int = 0

    def padded_with(self, pad: int) -> "Reading":
        """Return this with the id of the network's own padding."""
        return replace(self, pad=pad)

    def columns(self, names: Mapping[int, str]) -> list[list[int]]:
        """Return, for each of LABELS, the columns of a network with these label names.

        Raises ModelError where a name is unknown, or a label has none.
        """
        found: list[list[int]] = [[] for _ in LABELS]
        for column, name in names.items():
            label = self.labels.get(
                name.lower(), next((known for known in LABELS if known[:3] == name.lower()[:3]), "")
            )
            if label:
                found[LABELS.index(label)].append(column)
        if not all(found) or sum(map(len, found)) != len(names):
            raise ModelError(
                f"the model's labels are {list(names.values())}; needed: {', '.join(LABELS)}. Say which is which as "
                "`labels` in [model] of brand.toml, as --own-label, or in `id2label` of its config.json"
            )
        return found


@dataclass(frozen=True)
class Source:
    """What a model is loaded from.

    ``weights`` is a folder or hub id; ``adapter`` a folder with LoRA weights on top of it, if there is one.
    """

    weights: str
    adapter: Path | None = None
    revision: str | None = None
    reading: Reading = field(default_factory=Reading)


CLEANINGS = {"orchard": clean, "tweeteval": tweeteval}


@dataclass(frozen=True)
class Said:
    """What the settings say of a model that they name; the rest is as we know it.

    ``labels`` maps its own label names, in any case, to LABELS; no ``languages`` are all, None are those that we know;
    ``cleaning`` is a key of CLEANINGS.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] | None = None
    cleaning: str | None = None

    def of(self, reading: Reading) -> Reading:
        """Return how the model is read, then."""
        return replace(
            reading,
            labels={name.lower(): label for name, label in self.labels.items()} or reading.labels,
            languages=reading.languages if self.languages is None else self.languages or None,
            cleaning=CLEANINGS[self.cleaning] if self.cleaning else reading.cleaning,
        )


@dataclass(frozen=True)
class Known:
    """A model on a hub that we know how to read; ``revision`` is taken unless the settings say another."""

    reading: Reading
    revision: str | None = None


NUMBERED = {f"label_{place}": label for place, label in enumerate(LABELS)}
FIVE = {
    "strongly negative": "negative",
    "negative": "negative",
    "negative or neutral": "neutral",
    "positive": "positive",
    "strongly positive": "positive",
}

# Their cards say how they were trained: handles as @user, links as http, nothing else changed.
KNOWN = {
    "cardiffnlp/twitter-roberta-base-sentiment-latest": Known(
        Reading(tweeteval, labels=NUMBERED), "3216a57f2a0d9c45a2e6c20157c20c49fb4bf9c7"
    ),
    "cardiffnlp/twitter-xlm-roberta-base-sentiment": Known(Reading(tweeteval, languages=None, labels=NUMBERED)),
    "cardiffnlp/twitter-roberta-base-topic-sentiment-latest": Known(Reading(tweeteval, "pair", labels=FIVE)),
}


def find(name: str, revision: str | None = None, said: Said = Said()) -> Source:
    """Return what to load for a setting: ``default``, a folder, or the id of a model on a hub.

    A folder that holds ``adapter_config.json`` is an adapter over the packaged base. Raises ModelError where a model on
    a hub has no revision: what its owner changes tomorrow must not change scores unseen; and where an adapter is to be
    read otherwise than it was trained, or at a revision.
    """
    adapter = adapter_folder(name)
    if adapter:
        if said.labels or said.cleaning:
            raise ModelError(f"{adapter} is an adapter, whose labels and cleaning are known: leave them out of [model]")
        if revision:
            raise ModelError(f"{adapter} is an adapter, which has no revision: leave it out")
        name = base_of(adapter)
        reading = Reading(target="marked", longest=MAX_LENGTH, pad=base(name).pad)
        return Source(str(base_folder(name)), adapter, reading=said.of(reading))
    known = KNOWN.get(name, Known(Reading()))
    revision = pinned(name, revision)
    if revision is None and not Path(name).exists():
        raise ModelError(
            f"model {name!r} is no folder here; a model on a hub needs its revision: the id of a commit, on its page "
            "under Files and versions, as `revision` in [model] of brand.toml or as --revision"
        )
    return Source(name, None, revision, said.of(known.reading))


def pinned(name: str, revision: str | None) -> str | None:
    """Return the revision of a model on a hub: the one asked for, else the one that we know."""
    return revision or KNOWN.get(name, Known(Reading())).revision


def adapter_folder(name: str) -> Path | None:
    """Return the folder of the adapter that a setting names; None where it names a complete model.

    Raises ModelError where the shipped adapter is not there.
    """
    folder = SHIPPED if name == "default" else Path(name)
    if (folder / "adapter_config.json").is_file():
        return folder
    if name == "default":
        raise ModelError(f"{SHIPPED} holds no adapter: run `python -m models rebuild` (see models/default/README.md)")
    return None


def base_of(adapter: Path) -> str:
    """Return the name of the base that an adapter was trained on."""
    return str(json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))["base_model_name_or_path"])


def version(name: str, revision: str | None = None) -> str:
    """Return what scores of a model are kept under, without loading it.

    A changed adapter, export or file of a folder makes another; a model on a hub has its revision.
    """
    adapter = adapter_folder(name)
    if adapter:
        name = "minilm" if base_of(adapter) == SHIPPED_BASE else base_of(adapter)
        return f"orchard-{name}-{digest_of(adapter)[:10]}-{EXPORT}"
    if Path(name).is_dir():
        return f"{name}@{digest_of_files(Path(name))[:10]}"
    revision = pinned(name, revision)
    return name + (f"@{revision}" if revision else "")


def digest_of_files(folder: Path) -> str:
    """Return one digest of the files of a complete model: who trains it anew in its place has another model."""
    files = sorted(file for file in folder.iterdir() if file.suffix in FILES)
    return hashlib.sha256("".join(f"{file.name} {sha256_once(file)}\n" for file in files).encode()).hexdigest()


def digest_of(adapter: Path) -> str:
    """Return one digest of an adapter and of the table of word pieces beside it; of the adapter alone its own."""
    digest = sha256(adapter / "adapter_model.safetensors")
    table = adapter / NGRAMS
    return hashlib.sha256((digest + sha256(table)).encode()).hexdigest() if table.exists() else digest


def card(name: str = "default", revision: str | None = None) -> tuple[dict[str, Any], ...]:
    """Return what the model's card says of its errors, on held-out messages: one row per true label.

    Each has ``label``, ``many`` texts, and the mean probability that the model gave to each of LABELS; in all of them
    stands how far the net of a new brand is off, corrected by these (``shift``) and not (``shift_raw``). Empty where
    the model has no card. Raises ModelError as ``find`` does.
    """
    folder = find(name, revision).adapter
    if folder is None or not (folder / SCORES).exists():
        return ()
    scores = json.loads((folder / SCORES).read_text(encoding="utf-8"))
    figures, shift = scores["calibrated"]["validation"], scores.get("shift", {})
    off = {"shift": shift.get("corrected"), "shift_raw": shift.get("raw")}
    rows = zip(LABELS, figures["confusion"], figures["posteriors"], strict=True)
    return tuple(
        {"label": true, "many": sum(counts)} | dict(zip(LABELS, means, strict=True)) | off
        for true, counts, means in rows
    )
