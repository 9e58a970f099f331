"""Changes to the graph of an exported network."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


def rewrite(file: Path, out: Path, *steps: Callable[[Any], None]) -> Path:
    """Let each step change the graph of a network; return the file ``out`` that it was written to."""
    import onnx

    model = onnx.load(file)
    for step in steps:
        step(model.graph)
    onnx.save(model, out)
    return out


def replace_nodes(graph: Any, nodes: list[Any]) -> None:
    """Give a graph other nodes, and drop the constants that none of them uses."""
    used = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(kept)


def first_piece_only(graph: Any) -> None:
    """Let the last layer work on the first word piece alone: the heads read nothing else, so the answer is the same.

    Of the other pieces it needs only what the first one attends to. Three quarters of the layer's products are saved,
    an eighth of the network's.
    """
    from onnx.helper import make_node
    from onnx.numpy_helper import from_array

    nodes = list(graph.node)
    last = max(place for place, node in enumerate(nodes) if node.op_type == "Attention")
    hidden, attended = nodes[last].input[0], nodes[last].output[0]
    for node in nodes[last + 1 :]:
        node.input[:] = [f"{hidden}.first" if name == hidden else name for name in node.input]
    nodes[last].output[0] = f"{attended}.all"
    nodes[last + 1 : last + 1] = [
        make_node("Gather", [f"{attended}.all", "first"], [attended], axis=1),
        make_node("Gather", [hidden, "first"], [f"{hidden}.first"], axis=1),
    ]
    graph.initializer.append(from_array(np.zeros(1, np.int64), "first"))
    replace_nodes(graph, nodes)
