"""The shipped network for ONNX Runtime: exported, fused and put into int8 once, then kept in a cache folder."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path
from safetensors.numpy import load_file, save_file

RANGES = "ranges.safetensors"

EXPORT = 1  # to be raised when this file writes another network from the same adapter: what is cached is then made anew

# How far the ranges of a layer's inputs are moved into its weights before both are rounded (SmoothQuant, Xiao et al.
# 2023, whose alpha this is). Tried from .5 to .95 on real tweets: docs/decisions.md.
SMOOTHING = 0.85
# Weights are rounded to -63..63, not to -127..127: on processors without VNNI the products of full bytes overflow.
LARGEST = 63

Array = NDArray[np.float32]


class OnnxRunner:
    """Runs an exported network on the CPU."""

    def __init__(self, file: Path) -> None:
        import onnxruntime

        self.session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])

    def __call__(self, inputs: dict[str, NDArray[np.int64]]) -> Array:
        """Return the logits (n, columns) of one padded batch."""
        found: Array = self.session.run(None, inputs)[0]
        return found


def cache_folder() -> Path:
    """Return where exported networks are kept: ``ORCHARD_CACHE``, else the user's own cache folder."""
    named = os.environ.get("ORCHARD_CACHE")
    return Path(named).expanduser() if named else user_cache_path("orchard")


def exported(version: str, int8: bool = True) -> Path:
    """Return where the network of an adapter lies once it was exported."""
    return cache_folder() / version / f"{'int8' if int8 else 'fp32'}-{EXPORT}.onnx"


def cached(adapter: Path, version: str, int8: bool = True) -> Path:
    """Return the exported network of an adapter, made on first use; int8 wants the adapter's RANGES beside it.

    Several processes may make it at once: each swaps in a whole file.
    """
    file = exported(version, int8)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=file.parent) as new:
            made = export(adapter, Path(new))
            if int8:
                made = quantise(made, read_ranges(adapter), Path(new) / "int8.onnx")
            made.replace(file)
    return file


def export(adapter: Path, folder: Path) -> Path:
    """Write the network of an adapter in fp32; return the file."""
    from models.network import Logits, encode, load_adapter

    network, tokenizer = load_adapter(adapter)
    return write(Logits(network), "logits", encode(tokenizer, ["two texts", "of unequal length"]), folder)


def write(module: Any, output: str, example: dict[str, Any], folder: Path) -> Path:
    """Write what a module says of an example, with the attention, GELU and layer norms of its network fused.

    The older exporter is meant: the graphs of the newer one are not recognised by the fusion (facts.md 9).
    """
    import torch
    from onnxruntime.transformers import optimizer

    from models.network import quietly

    axes = {0: "batch", 1: "length"}
    with quietly():
        torch.onnx.export(
            module.eval(),
            (example["input_ids"], example["attention_mask"]),
            str(folder / "raw.onnx"),
            input_names=["input_ids", "attention_mask"],
            output_names=[output],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, output: {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
        config = module.network.config
        fused = optimizer.optimize_model(
            str(folder / "raw.onnx"),
            model_type="bert",
            num_heads=config.num_attention_heads,
            hidden_size=config.hidden_size,
            opt_level=0,
        )
        fused.save_model_to_file(str(folder / "fp32.onnx"))
    return folder / "fp32.onnx"


@dataclass(frozen=True)
class Range:
    """The smallest and largest value that each channel of a layer's input took, each of shape (channels,)."""

    low: Array
    high: Array


def read_ranges(adapter: Path) -> dict[str, Range]:
    """Return the ranges that `train` wrote beside an adapter, by the name of the layer's input."""
    found = load_file(adapter / RANGES)
    names = {name.rpartition(".")[0] for name in found}
    return {name: Range(found[f"{name}.low"], found[f"{name}.high"]) for name in names}


def save_ranges(adapter: Path, batches: Iterator[dict[str, NDArray[np.int64]]]) -> None:
    """Watch the fp32 network read some batches, and write the ranges of its layers' inputs beside the adapter."""
    with TemporaryDirectory() as new:
        found = watch(export(adapter, Path(new)), batches)
    low = {f"{name}.low": range_.low for name, range_ in found.items()}
    save_file(low | {f"{name}.high": range_.high for name, range_ in found.items()}, adapter / RANGES)


def watch(file: Path, batches: Iterator[dict[str, NDArray[np.int64]]]) -> dict[str, Range]:
    """Return the range of each channel of the inputs of the layers that are put into int8; padding does not count."""
    import onnx
    import onnxruntime

    model = onnx.load(file)
    names = sorted({node.input[0] for node in layers(model.graph)})
    for name in names:
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found: dict[str, Range] = {}
    for batch in batches:
        read = batch["attention_mask"].astype(bool)
        for name, value in zip(names, session.run(names, batch), strict=True):
            low, high = value[read].min(0), value[read].max(0)
            known = found.get(name, Range(low, high))
            found[name] = Range(np.minimum(known.low, low), np.maximum(known.high, high))
    return found


def layers(graph: Any) -> list[Any]:
    """Return the nodes that multiply by weights: all the work, but for the two small ones of the heads."""
    weights = {tensor.name for tensor in graph.initializer}
    return [node for node in graph.node if node.op_type in ("MatMul", "Attention") and node.input[1] in weights]


def quantise(file: Path, ranges: dict[str, Range], out: Path) -> Path:
    """Write the network with its layers in int8; return ``out``.

    The quantiser of ONNX Runtime takes the range of a layer's input from the batch at hand: a text's score would then
    depend on its company, by up to .15 in probability. Here the ranges are fixed, and moved in part into the weights,
    so that a few far-out channels do not take the others' digits: a score is the same alone and in any batch.
    """
    import onnx

    model = onnx.load(file)
    graph, wanted = model.graph, layers(model.graph)
    tensors = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    nodes: list[Any] = []
    for node in graph.node:
        if node in wanted:
            made, added = in_int8(node, tensors[node.input[1]], ranges[node.input[0]])
            nodes += made
            graph.initializer.extend(onnx.numpy_helper.from_array(value, name) for name, value in added.items())
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    onnx.save(model, out)
    return out


def in_int8(node: Any, weight: Array, range_: Range) -> tuple[list[Any], dict[str, NDArray[Any]]]:
    """Return the nodes that stand for one layer in int8, and their constants by name."""
    from onnx.helper import make_node

    smooth = smoothing(range_, weight)
    scale, zero = input_scale(Range(range_.low / smooth, range_.high / smooth))
    rounded, scales = round_weight(weight * smooth[:, None])
    at = node.output[0].replace("/", "_")
    constants: dict[str, NDArray[Any]] = {
        f"{at}.smooth": 1 / smooth,
        f"{at}.scale": scale,
        f"{at}.zero": zero,
        f"{at}.weight": rounded,
        f"{at}.scales": scales,
        f"{at}.zeros": np.zeros(len(scales), np.int8),
    }
    smooth_, scale_, zero_, weight_, scales_, zeros_ = constants
    made = [
        make_node("Mul", [node.input[0], smooth_], [f"{at}.smoothed"]),
        make_node("QuantizeLinear", [f"{at}.smoothed", scale_, zero_], [f"{at}.bytes"]),
    ]
    if node.op_type == "MatMul":
        inputs = [f"{at}.bytes", weight_, scale_, scales_, zero_]
        return [*made, make_node("MatMulIntegerToFloat", inputs, node.output, domain="com.microsoft")], constants
    bias, mask = node.input[2], node.input[3]
    inputs = [f"{at}.bytes", weight_, bias, scale_, scales_, mask, zero_, zeros_]
    heads = next(attribute.i for attribute in node.attribute if attribute.name == "num_heads")
    return [*made, make_node("QAttention", inputs, node.output, domain="com.microsoft", num_heads=heads)], constants


def smoothing(range_: Range, weight: Array) -> Array:
    """Return what each channel of a layer's input (channels,) is divided by, and its row of the weights multiplied."""
    inputs = np.maximum(np.maximum(-range_.low, range_.high), 1e-6)
    rows = np.maximum(np.abs(weight).max(1), 1e-6)
    found = inputs**SMOOTHING / rows ** (1 - SMOOTHING)
    scaled: Array = (found / np.exp(np.log(found).mean())).astype(np.float32)
    return scaled


def input_scale(range_: Range) -> tuple[Array, NDArray[np.uint8]]:
    """Return the size of a step and the place of zero with which a range becomes bytes."""
    low, high = min(float(range_.low.min()), 0.0), max(float(range_.high.max()), 0.0)
    step = (high - low) / 255
    return np.array(step, np.float32), np.array(np.clip(round(-low / step), 0, 255), np.uint8)


def round_weight(weight: Array) -> tuple[NDArray[np.int8], Array]:
    """Return a weight matrix as whole numbers, and the size of a step of each column."""
    steps = (np.abs(weight).max(0) / LARGEST).astype(np.float32)
    return np.clip(np.round(weight / steps), -LARGEST, LARGEST).astype(np.int8), steps
