"""The networks in PyTorch: the packaged base, with or without an adapter, and classifiers of other makers."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from huggingface_hub import HfApi, constants
from huggingface_hub.errors import HfHubHTTPError
from numpy.typing import NDArray
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging

from models.bases import SHIPPED_BASE, ModelError, base_folder
from models.catalog import HEADS, LABELS, MAX_LENGTH, Source, base_of

HUB_SECONDS = 10.0
TOO_MANY = 429  # questions, says a hub


@contextmanager
def quietly() -> Iterator[None]:
    """Keep the libraries from reporting what is as it should be: a fresh head on the base, a traced graph."""
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def base_network(name: str = SHIPPED_BASE) -> tuple[Any, Any]:
    """Return (network with a fresh layer of all HEADS, tokenizer) of a base.

    Attention is the plain one: of short texts it is the fastest on a CPU, and the only one that ONNX Runtime fuses.
    """
    folder = str(base_folder(name))
    with quietly():
        network = AutoModelForSequenceClassification.from_pretrained(
            folder,
            num_labels=len(HEADS) * len(LABELS),
            attn_implementation="eager",
            attention_probs_dropout_prob=0.0,
        )
        return network, AutoTokenizer.from_pretrained(folder)


def load_encoder() -> tuple[Any, Any]:
    """Return (network, tokenizer) of the packaged base as it came: word pieces in, one vector for each out."""
    folder = str(base_folder())
    with quietly():
        return AutoModel.from_pretrained(folder, attn_implementation="eager").eval(), AutoTokenizer.from_pretrained(
            folder
        )


def load_adapter(folder: Path) -> tuple[Any, Any]:
    """Return (network, tokenizer): the base of an adapter with the adapter merged into it."""
    from peft import PeftModel

    network, tokenizer = base_network(base_of(folder))
    with quietly():
        return PeftModel.from_pretrained(network, str(folder)).merge_and_unload().eval(), tokenizer


def load_whole(source: Source) -> tuple[Any, Any]:
    """Return (network, tokenizer) of a complete classifier in a folder or on a hub.

    Where no hub can be reached what was downloaded before is taken. Raises ModelError where there is nothing of it.
    """
    try:
        with quietly(), nullcontext() if Path(source.weights).is_dir() or is_reachable(source) else offline():
            network = AutoModelForSequenceClassification.from_pretrained(source.weights, revision=source.revision)
            return network.eval(), AutoTokenizer.from_pretrained(source.weights, revision=source.revision)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"model {source.weights!r} cannot be loaded (no whole model in that folder, or no hub reachable): {error}"
        ) from error


def is_reachable(source: Source) -> bool:
    """Say whether a hub answers for a model, be it that there is none, by one question.

    Where none answers, the library repeats its own questions for a minute.
    """
    try:
        HfApi().model_info(source.weights, revision=source.revision, timeout=HUB_SECONDS)
    except HfHubHTTPError as error:
        return error.response.status_code < 500 and error.response.status_code != TOO_MANY
    except Exception:  # of whichever client the library asks with
        return False
    return True


@contextmanager
def offline() -> Iterator[None]:
    """Let the library ask no hub: ``local_files_only`` alone does not reach all of its questions."""
    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def encode(tokenizer: Any, cleaned: Sequence[str]) -> Any:
    """Return one padded batch of token ids as tensors, for training."""
    return tokenizer(list(cleaned), padding=True, truncation=True, max_length=MAX_LENGTH, return_tensors="pt")


class TorchRunner:
    """Runs a network: on a GPU with autocast where there is one, else on the CPU in full precision."""

    def __init__(self, network: Any) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.network = network.to(self.device)

    def precision(self) -> AbstractContextManager[None]:
        """Return autocast on a GPU; on the CPU what the caller has set remains."""
        if self.device == "cpu":
            return nullcontext()
        return torch.autocast(self.device, torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16)

    def __call__(self, inputs: dict[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        """Return the logits (n, columns) of one padded batch."""
        tensors = {name: torch.from_numpy(value).to(self.device) for name, value in inputs.items()}
        with torch.inference_mode(), self.precision():
            found: NDArray[np.float32] = self.network(**tensors).logits.float().cpu().numpy()
        return found


class Logits(torch.nn.Module):
    """A network whose only output is its logits, as an export wants it."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
        """Return the logits (n, columns)."""
        return self.network(input_ids=input_ids, attention_mask=attention_mask).logits


class Pooled(torch.nn.Module):
    """A network whose output is the mean vector of a text's word pieces, of length 1."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
        """Return the vectors (n, width)."""
        pieces = self.network(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        read = attention_mask.unsqueeze(-1).to(pieces.dtype)
        return torch.nn.functional.normalize((pieces * read).sum(1) / read.sum(1), dim=1)
