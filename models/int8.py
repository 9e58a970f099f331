"""A fused network in int8: the ranges of its layers' inputs, its rounded weights, and the norms between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from models.graphs import replace_nodes, rewrite

RANGES = "ranges.safetensors"

# How far the ranges of a layer's inputs are moved into its weights before both are rounded (SmoothQuant, Xiao et al.
# 2023, whose alpha this is). Less where the inputs come out of a norm, all of like size; more where a few channels of
# them lie far out. Tried from .5 to .95 on real tweets: docs/decisions.md.
SMOOTHING_NORMED = 0.7
SMOOTHING = 0.85
# Weights are rounded to -63..63, not to -127..127: on processors without VNNI the products of full bytes overflow.
LARGEST = 63

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Range:
    """The smallest and largest value that each channel of a layer's input took, each of shape (channels,)."""

    low: Array
    high: Array


def read_ranges(file: Path) -> dict[str, Range]:
    """Return the ranges that `save_ranges` wrote, by the name of the layer's input."""
    found = load_file(file)
    names = {name.rpartition(".")[0] for name in found}
    return {name: Range(found[f"{name}.low"], found[f"{name}.high"]) for name in names}


def save_ranges(network: Path, batches: Iterator[dict[str, NDArray[np.int64]]], out: Path) -> None:
    """Watch an exported fp32 network read some batches, and write the ranges of its layers' inputs to a file."""
    found = watch(network, batches)
    low = {f"{name}.low": range_.low for name, range_ in found.items()}
    save_file(low | {f"{name}.high": range_.high for name, range_ in found.items()}, out)


def to_int8(network: Path, ranges: Path, normed: float = SMOOTHING_NORMED) -> Path:
    """Put an exported fp32 network into int8, in its place, given the file of its ranges and its share after norms."""
    found = read_ranges(ranges)
    return rewrite(network, network, lambda graph: quantise(graph, found, normed), spread_norms)


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
            pieces = value[read[:, : value.shape[1]]]
            low, high = pieces.min(0), pieces.max(0)
            known = found.get(name, Range(low, high))
            found[name] = Range(np.minimum(known.low, low), np.maximum(known.high, high))
    return found


def layers(graph: Any) -> list[Any]:
    """Return the nodes that multiply by weights: all the work, but for the two small ones of the heads."""
    weights = {tensor.name for tensor in graph.initializer}
    return [node for node in graph.node if node.op_type in ("MatMul", "Attention") and node.input[1] in weights]


def quantise(graph: Any, ranges: dict[str, Range], after_norm: float) -> None:
    """Put the layers of a network into int8.

    The quantiser of ONNX Runtime takes the range of a layer's input from the batch at hand: a text's score would then
    depend on its company, by up to .15 in probability. Here the ranges are fixed, and moved in part into the weights,
    so that a few far-out channels do not take the others' digits: a score is the same alone and in any batch.
    """
    from onnx.numpy_helper import from_array, to_array

    wanted, tensors = layers(graph), {tensor.name: to_array(tensor) for tensor in graph.initializer}
    normed = {name for node in graph.node if node.op_type.endswith("LayerNormalization") for name in node.output}
    nodes: list[Any] = []
    for node in graph.node:
        if node in wanted:
            share = after_norm if node.input[0] in normed else SMOOTHING
            made, added = in_int8(node, tensors[node.input[1]], ranges[node.input[0]], share)
            nodes += made
            graph.initializer.extend(from_array(value, name) for name, value in added.items())
        else:
            nodes.append(node)
    replace_nodes(graph, nodes)


def in_int8(node: Any, weight: Array, range_: Range, share: float) -> tuple[list[Any], dict[str, NDArray[Any]]]:
    """Return the nodes that stand for one layer in int8, and their constants by name."""
    from onnx.helper import make_node

    smooth = smoothing(range_, weight, share)
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


def smoothing(range_: Range, weight: Array, share: float) -> Array:
    """Return what each channel of a layer's input (channels,) is divided by, and its row of the weights multiplied."""
    inputs = np.maximum(np.maximum(-range_.low, range_.high), 1e-6)
    rows = np.maximum(np.abs(weight).max(1), 1e-6)
    found = inputs**share / rows ** (1 - share)
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


def spread_norms(graph: Any) -> None:
    """Write each layer norm of a network in int8 as the plain steps that it stands for.

    ONNX Runtime runs a norm number by number, but the plain steps as vectors, and the norms are a quarter of the time
    (docs/decisions.md). The bias that belongs to the norm goes into the product before it.
    """
    from onnx.helper import get_node_attr_value
    from onnx.numpy_helper import from_array

    made_by = {name: node for node in graph.node for name in node.output}
    widths = {tensor.name: tensor.dims[0] for tensor in graph.initializer if tensor.dims}
    nodes: list[Any] = []
    for node in graph.node:
        if node.op_type != "SkipLayerNormalization":
            nodes.append(node)
            continue
        product, skipped, weight, shift, bias = node.input
        made_by[product].input.extend(["", bias])
        constants = {"norm.share": 1 / widths[weight], "norm.epsilon": get_node_attr_value(node, "epsilon")}
        nodes += plain_norm(product, skipped, weight, shift, node.output[0])
    graph.initializer.extend(from_array(np.array(value, np.float32), name) for name, value in constants.items())
    replace_nodes(graph, nodes)


def plain_norm(product: str, skipped: str, weight: str, shift: str, out: str) -> list[Any]:
    """Return the nodes of the norm of x = product + skipped: (x - mean) / sqrt(variance + epsilon), scaled, shifted."""
    from onnx.helper import make_node

    return [
        make_node("Add", [product, skipped], [f"{out}.sum"]),
        make_node("ReduceMean", [f"{out}.sum"], [f"{out}.mean"], axes=[-1]),
        make_node("Sub", [f"{out}.sum", f"{out}.mean"], [f"{out}.centred"]),
        make_node("ReduceSumSquare", [f"{out}.centred"], [f"{out}.squares"], axes=[-1]),
        make_node("Mul", [f"{out}.squares", "norm.share"], [f"{out}.variance"]),
        make_node("Add", [f"{out}.variance", "norm.epsilon"], [f"{out}.above_zero"]),
        make_node("Sqrt", [f"{out}.above_zero"], [f"{out}.deviation"]),
        make_node("Div", [f"{out}.centred", f"{out}.deviation"], [f"{out}.normal"]),
        make_node("Mul", [f"{out}.normal", weight], [f"{out}.scaled"]),
        make_node("Add", [f"{out}.scaled", shift], [out]),
    ]
