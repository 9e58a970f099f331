"""The shipped network for ONNX Runtime: exported, fused and put into int8 once, then kept in a cache folder."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.bases import cache_folder
from models.cache import kept
from models.graphs import first_piece_only, rewrite
from models.int8 import RANGES, to_int8

EXPORT = 4  # to be raised when another network is written from the same adapter, or texts are read otherwise
# How long a thread that has nothing to do spins before it sleeps. By default it is so long that a busy machine, such as
# one with a dashboard beside a schedule, loses a third of its speed to it (docs/decisions.md).
SPIN_MICROSECONDS = 20

Array = NDArray[np.float32]


class OnnxRunner:
    """Runs an exported network on the CPU."""

    def __init__(self, file: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.intra_op.spin_duration_us", str(SPIN_MICROSECONDS))
        self.session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])

    def __call__(self, inputs: dict[str, NDArray[np.int64]]) -> Array:
        """Return the logits (n, columns) of one padded batch."""
        found: Array = self.session.run(None, inputs)[0]
        return found


def exported(version: str, int8: bool = True) -> Path:
    """Return where the network of an adapter lies once it was exported."""
    return cache_folder() / version / ("int8.onnx" if int8 else "fp32.onnx")


def cached(adapter: Path, version: str, int8: bool = True) -> OnnxRunner:
    """Return what runs the network of an adapter, exported on first use; int8 wants the adapter's RANGES beside it.

    Several processes may make it at once.
    """

    def make(folder: Path) -> Path:
        made = export(adapter, folder)
        return to_int8(made, adapter / RANGES) if int8 else made

    return OnnxRunner(kept(exported(version, int8), make))


def export(adapter: Path, folder: Path) -> Path:
    """Write the network of an adapter in fp32; return the file."""
    from models.network import Logits, encode, load_adapter

    network, tokenizer = load_adapter(adapter)
    file = write(Logits(network), "logits", encode(tokenizer, ["two texts", "of unequal length"]), folder)
    return rewrite(file, file, first_piece_only)


def write(module: Any, output: str, example: dict[str, Any], folder: Path) -> Path:
    """Write what a module says of an example, with the attention, GELU and layer norms of its network fused.

    The older exporter is meant: the graphs of the newer one are not recognised by the fusion.
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
