"""The ways to run the shipped model, measured against each other in one run, each in a process of its own."""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data import Labelled
from models.evaluate import report
from models.sentiment import Backend, load
from models.text import clean

Array = NDArray[np.float32]
Way = Callable[[list[str]], Callable[[], Array]]


def pipeline_of(batch: int) -> Way:
    """Return the way of the quick-start of transformers: `pipeline()` on texts as they come."""

    def prepare(texts: list[str]) -> Callable[[], Array]:
        from transformers import pipeline

        from models.catalog import MAX_LENGTH, SHIPPED
        from models.network import load_adapter, quietly

        network, tokenizer = load_adapter(SHIPPED)
        with quietly():
            made = pipeline("text-classification", model=network, tokenizer=tokenizer, top_k=None, device="cpu")
        cleaned = [clean(text) for text in texts]
        options: dict[str, Any] = {"batch_size": batch, "truncation": True, "max_length": MAX_LENGTH}

        def read() -> Array:
            found: Any = made(cleaned, function_to_apply="none", **options)
            by_column = [sorted(row, key=lambda answer: int(answer["label"].removeprefix("LABEL_"))) for row in found]
            return np.array([[answer["score"] for answer in row] for row in by_column], np.float32)

        return read

    return prepare


def ours(backend: Backend) -> Way:
    """Return the way of `predict`, on one of its backends."""

    def prepare(texts: list[str]) -> Callable[[], Array]:
        model = load(backend=backend)
        return lambda: model.logits(texts)

    return prepare


WAYS: dict[str, Way] = {
    "quick-start": pipeline_of(1),
    "quick-start, batch 32": pipeline_of(32),
    "torch": ours("torch"),
    "onnx fp32": ours("onnx-fp32"),
    "onnx int8": ours("onnx"),
}


def compare(rows: Labelled, many: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Return what each way takes for the first ``many`` rows, and how it compares.

    ``texts_per_second`` and ``peak_mb`` (of the whole process) are of each way; ``agreement`` is the
    share of labels that are those of fp32, ``macro_recall`` that of the tone. ``gflops`` is the rate of the
    processor's own fp32 matrix products in the same run.
    """
    taken = rows.take(range(min(many, len(rows))))
    for backend in ("onnx", "onnx-fp32"):  # exported before the clock runs, as after first use
        load(backend=backend)
    spawn = multiprocessing.get_context("spawn")
    found: dict[str, dict[str, Any]] = {}
    logits: dict[str, Array] = {}
    for name in WAYS:
        with ProcessPoolExecutor(1, mp_context=spawn) as process:
            logits[name], found[name] = process.submit(measure, name, taken.texts).result()
        found[name]["macro_recall"] = report(logits[name][:, :3], taken.labels)["macro_recall"]
        say(f"{name}: {found[name]}")
    full, small = (logits[name][:, :3].argmax(1) for name in ("onnx fp32", "onnx int8"))
    speed = {name: way["texts_per_second"] for name, way in found.items()}
    return {
        "n": len(taken),
        "ways": found,
        "gflops": matrix_rate(),
        "int8_to_quick_start": round(speed["onnx int8"] / speed["quick-start"], 2),
        "int8_to_batch_32": round(speed["onnx int8"] / speed["quick-start, batch 32"], 2),
        "int8_to_fp32": round(speed["onnx int8"] / speed["onnx fp32"], 2),
        "agreement": round(float((full == small).mean()), 4),
    }


def measure(name: str, texts: list[str]) -> tuple[Array, dict[str, Any]]:
    """Run one way in this process; return its logits, its speed and the process's peak memory."""
    read = WAYS[name](texts)
    started = time.perf_counter()
    found = read()
    seconds = time.perf_counter() - started
    return found, {"texts_per_second": round(len(texts) / seconds, 1), "peak_mb": round(peak_memory())}


def peak_memory() -> float:
    """Return the most memory that this process has held, in MiB.

    On Linux from /proc: what `getrusage` says there a process inherits from the one that started it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return (
            int(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1]) / 2**10
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def matrix_rate(size: int = 1024, times: int = 10) -> float:
    """Return the rate of this processor's fp32 matrix products, in GFLOP a second."""
    chance = np.random.default_rng(0)
    left, right = (chance.random((size, size), np.float32) for _ in range(2))
    left @ right
    started = time.perf_counter()
    for _ in range(times):
        left @ right
    return round(2 * size**3 * times / (time.perf_counter() - started) / 1e9, 1)
