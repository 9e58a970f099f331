"""Training of the shipped LoRA adapter, reproducibly, on a CPU."""

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import get_linear_schedule_with_warmup

from models.bases import SHIPPED_BASE, base
from models.calibration import FILE as CALIBRATION
from models.calibration import fit
from models.catalog import HEADS, LABELS, SCORES, version
from models.data import Labelled, Split
from models.evaluate import by_target, measure, together
from models.int8 import RANGES, save_ranges
from models.lessons import UNKNOWN, Batch, Lesson, batches, some
from models.network import base_network, encode, quietly
from models.ngrams import FILE as NGRAMS
from models.onnx import export
from models.recipe import Recipe
from models.sentiment import SentimentModel, load
from models.shift import shift
from models.train_ngrams import learn_table

ADAPTER = "adapter_model.safetensors"
HEAD_MODULES = ["classifier", "score"]  # what networks call the layer of all heads; peft keeps it whole
RANGE_TEXTS = 2000  # enough to see how far the values inside the network go


def class_weights(labels: Sequence[int], power: float) -> torch.Tensor:
    """Return (N / 3n)^power per class: rare classes weigh more, damped. What is UNKNOWN does not count."""
    counts = Counter(label for label in labels if label != UNKNOWN)
    return torch.tensor([(counts.total() / (len(LABELS) * max(counts[k], 1))) ** power for k in range(len(LABELS))])


def adapted(recipe: Recipe, seed: int) -> tuple[Any, Any]:
    """Return (network whose adapter and heads learn, tokenizer). All seeds begin with the same heads."""
    torch.manual_seed(recipe.seeds[0])
    network, tokenizer = base_network(recipe.base)
    torch.manual_seed(seed)
    with quietly():
        return get_peft_model(network, lora(recipe)), tokenizer


def lora(recipe: Recipe, rank: int = 0) -> LoraConfig:
    """Return what an adapter of the recipe is, also one of another rank that weighs as much."""
    rank = rank or recipe.rank
    return LoraConfig(
        task_type="SEQ_CLS",
        r=rank,
        lora_alpha=recipe.alpha * rank // recipe.rank,
        target_modules=list(base(recipe.base).layers),
    )


Teacher = dict[str, NDArray[np.float32]]  # text as the network sees it -> probabilities (2, 3), of each head
Loss = Callable[[torch.Tensor, Batch], torch.Tensor]


def in_bf16(recipe: Recipe) -> bool:
    """Return whether to learn in bf16, which a processor that lacks it plays many times more slowly than fp32."""
    return recipe.bf16 and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def opinions(model: SentimentModel, rows: Sequence[Lesson], bf16: bool, progress: Callable[[int], None]) -> Teacher:
    """Return what a trained model thinks of the texts that ``batches`` shows, but for joined and addressed ones."""
    texts = [row.text for row in rows] + [text for row in rows for text, _ in row.toward]
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        logits = model.read(list(texts), progress)
    heads = np.stack([model.to_probabilities(logits, head) for head in HEADS], 1)
    return dict(zip(texts, heads, strict=True))


def loss_of(rows: Sequence[Lesson], recipe: Recipe, teacher: Teacher) -> Loss:
    """Return the loss of a batch: of the tone, plus of the label toward the target, each over its own rows.

    Cross entropy against the smoothed label, mixed with the teacher's opinion where it has one; each row weighs what
    the class of its label does.
    """
    labels = ([row.tone for row in rows], [label for row in rows for _, label in row.toward])
    weights = [class_weights(each, recipe.class_weight_power) for each in labels]
    smooth = torch.eye(len(LABELS)) * (1 - recipe.label_smoothing) + recipe.label_smoothing / len(LABELS)

    def aim(text: str, head: int, label: int) -> torch.Tensor:
        if text not in teacher:
            return smooth[label]
        return (1 - recipe.taught) * smooth[label] + recipe.taught * torch.from_numpy(teacher[text][head])

    def loss(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
        total = logits.sum() * 0
        for head, weight in enumerate(weights):
            known = [i for i, row in enumerate(batch) if row[1:][head] != UNKNOWN]
            if known:
                said = [batch[i][1:][head] for i in known]
                columns = logits[known, len(LABELS) * head : len(LABELS) * (head + 1)].log_softmax(1)
                aims = torch.stack([aim(batch[i][0], head, label) for i, label in zip(known, said, strict=True)])
                each = weight[said]
                total = total - (each * (aims * columns).sum(1)).sum() / each.sum() * len(known) / len(batch)
        return total

    return loss


def train(
    rows: Sequence[Lesson],
    recipe: Recipe,
    seed: int,
    teacher: Teacher,
    progress: Callable[[int, float], None],
    start: "Weights | None" = None,
) -> "Weights":
    """Train one seed on the rows, from ``start`` if given, and return its learned weights.

    ``progress`` hears (rows of the batch, its loss). Raises ValueError where ``start`` has another rank than that.
    """
    if start and rank_of(start) != recipe.rank:
        rank = rank_of(start)
        raise ValueError(f"what is gone on from has rank {rank}: --set rank={rank} --set alpha={2 * rank}")
    network, tokenizer = adapted(recipe, seed)
    if start:
        set_peft_model_state_dict(network, start)
    learning = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True)
    steps = -(-len(rows) // recipe.batch) * recipe.epochs
    schedule: Any = get_linear_schedule_with_warmup(  # type: ignore[no-untyped-call]
        optimizer, int(steps * recipe.warm_up), steps
    )
    loss, chance = loss_of(rows, recipe, teacher), random.Random(seed)
    decay = get_ema_multi_avg_fn(recipe.average)  # type: ignore[no-untyped-call]
    bf16 = in_bf16(recipe)
    averaged = AveragedModel(network, multi_avg_fn=decay) if recipe.average else None
    network.train()
    for _ in range(recipe.epochs):
        for batch in batches(rows, recipe, chance):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
                logits = network(**encode(tokenizer, [row[0] for row in batch])).logits
            found = loss(logits.float(), batch)
            found.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(learning, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            if averaged:
                averaged.update_parameters(network)
            progress(len(batch), float(found.detach()))
    learned = weights(averaged.module if averaged else network)
    return mean([start, learned], [recipe.kept, 1 - recipe.kept]) if start and recipe.kept else learned


Weights = dict[str, torch.Tensor]


def weights(network: Any) -> Weights:
    """Return the learned weights of an adapted network."""
    return {name: value.detach().clone() for name, value in get_peft_model_state_dict(network).items()}


def adapter_of(folder: Path, seed: int) -> Path:
    """Return where an earlier run has the adapter of a seed, or the one of all seeds."""
    return folder / str(seed) if (folder / str(seed)).exists() else folder


def read_weights(folder: Path) -> Weights:
    """Return the learned weights that `train` saved; raises ValueError where there are none."""
    file = folder / ADAPTER
    if not file.exists():
        raise ValueError(f"{folder}: no adapter to go on from")
    return {name: value.float() for name, value in load_file(file).items()}


def read_scores(folder: Path) -> dict[str, Any]:
    """Return the scores that lie beside an adapter, by its version; those of a single seed are with the run's mean."""
    file = folder / SCORES
    return {version(str(folder)): json.loads(file.read_text(encoding="utf-8")) if file.exists() else None}


def mean(adapters: Sequence[Weights], shares: Sequence[float] | None = None) -> Weights:
    """Return the adapter whose network is the mean of the networks of several adapters, exactly, or a weighted mean.

    (B1 A1 + B2 A2) / 2 is [B1 B2] / 2 times [A1; A2]: the ranks add up. Heads are averaged as they are.
    """
    shares = shares or [1 / len(adapters)] * len(adapters)
    found = {}
    for name in adapters[0]:
        values = [adapter[name] for adapter in adapters]
        if "lora_A" in name:
            found[name] = torch.cat(values, 0)
            continue
        weighed = [share * value for share, value in zip(shares, values, strict=True)]
        found[name] = torch.cat(weighed, 1) if "lora_B" in name else torch.stack(weighed).sum(0)
    return found


def compressed(found: Weights, rank: int) -> Weights:
    """Return the adapter of at most this rank whose changes to the network are nearest (Eckart and Young 1936)."""
    if rank_of(found) <= rank:
        return found
    smaller = dict(found)
    for name in (name for name in found if "lora_A" in name):
        other = name.replace("lora_A", "lora_B")
        (left, up), (right, down) = torch.linalg.qr(found[other]), torch.linalg.qr(found[name].T)
        u, strengths, v = torch.linalg.svd(up @ down.T)
        root = strengths[:rank].sqrt()
        smaller[other], smaller[name] = left @ (u[:, :rank] * root), root[:, None] * v[:rank] @ right.T
    return smaller


def rank_of(found: Weights) -> int:
    """Return the rank of an adapter."""
    return next(len(value) for name, value in found.items() if "lora_A" in name)


def save(found: Weights, folder: Path, recipe: Recipe) -> None:
    """Write an adapter; the base weights stay in their package, the card is ours."""
    folder.mkdir(parents=True, exist_ok=True)
    config: dict[str, Any] = lora(recipe, rank_of(found)).to_dict()  # type: ignore[no-untyped-call]
    config |= {"base_model_name_or_path": recipe.base, "inference_mode": True, "modules_to_save": HEAD_MODULES}
    config |= {"target_modules": sorted(config["target_modules"])}
    halves = {name: value.to(torch.bfloat16).contiguous() for name, value in found.items()}
    save_file(halves, folder / ADAPTER, metadata={"format": "pt"})
    write_json(folder / "adapter_config.json", config)


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write JSON that reads well in a diff."""
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n")


def choose(
    adapters: dict[str, Weights],
    recipe: Recipe,
    split: Split,
    rows: Sequence[Lesson],
    out: Path,
    facts: dict[str, Any],
) -> dict[str, Any]:
    """Measure each seed's adapter and the mean of all on the held-out rows; write the mean with what belongs beside it.

    Seeds differ by less than 2,000 rows can tell, so the best of them is not chosen.

    Beside the adapter lie the ranges for int8, the table of word pieces, which is in none of ``tried``, the calibration
    and the scores, which are returned.
    """
    tried = adapters | ({"mean": mean(list(adapters.values()))} if len(adapters) > 1 else {})
    tried = {name: compressed(found, recipe.rank_kept) for name, found in tried.items()}
    figures = {name: held_out(found, recipe, split) for name, found in tried.items()}
    best = "mean" if len(adapters) > 1 else next(iter(tried))
    save(tried[best], out, recipe)
    (out / NGRAMS).unlink(missing_ok=True)  # of an earlier run
    model = load(str(out), backend="torch")
    if recipe.base == SHIPPED_BASE:
        watched = model.sample_batches([row.text for row in some(list(rows), RANGE_TEXTS)])
        with TemporaryDirectory() as new:
            save_ranges(export(out, Path(new)), watched, out / RANGES)
    if recipe.ngrams or recipe.ngrams_toward:
        learn_table(model, rows, (recipe.ngrams, recipe.ngrams_toward)).save(out)
        model = load(str(out), backend="torch")
    calibrations = {
        "tone": fit(model.logits(split.validation.texts)[:, :3], np.array(split.validation.labels)),
        "toward": fit(by_target(model.logits, split.unseen)[:, 3:], np.array(split.unseen.labels)),
    }
    write_json(out / CALIBRATION, {head: asdict(found) for head, found in calibrations.items()})
    scores = {**facts, "torch": torch.__version__, "tried": figures, "kept": best}
    calibrated = load(str(out), backend="torch")
    scores |= {"version": version(str(out)), "calibrated": measure_held_out(calibrated, split)}
    scores |= {"shift": shift_of(calibrated, scores["calibrated"]["validation"]["posteriors"], split.unseen)}
    write_json(out / SCORES, scores)
    return scores


def shift_of(model: SentimentModel, posteriors: list[list[float]], unseen: Labelled) -> dict[str, Any]:
    """Return how far the net of an unseen target is off, with the errors taken out that validation shows, and without.

    Targets of fewer labels than are enough are left out.
    """
    said = by_target(lambda texts, **brands: model.predict(texts, **brands), unseen)
    return shift(np.array(posteriors), said, unseen)


def held_out(found: Weights, recipe: Recipe, split: Split) -> dict[str, Any]:
    """Return the figures of an adapter on the held-out rows, before any calibration."""
    with TemporaryDirectory() as folder:
        save(found, Path(folder), recipe)
        return measure_held_out(load(folder, backend="torch"), split)


def measure_held_out(model: SentimentModel, split: Split) -> dict[str, Any]:
    """Return the figures of a model on the rows that are held out: tone, unseen targets, further draws, our own."""
    sets = {"validation": split.validation, "unseen": split.unseen, "written": split.written}
    figures = {name: measure(model, rows) for name, rows in sets.items() if rows}
    drawn = {f"draw {number}": measure(model, rows) for number, rows in enumerate(split.draws, 1)}
    return figures | drawn | ({"all draws": together([figures["validation"], *drawn.values()])} if drawn else {})
