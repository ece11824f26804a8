"""Words to labels and tags: the encoder's files, its pieces and its graph, in one process.

``encoder.json`` beside the graph names what the network's outputs mean (:class:`Files`). Memory comes first, as in
``engines/onnx.py``: weights in a file of their own stay a mapping (23 MB less of the process's own memory), no arena,
one thread that does not spin.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from ...kernel.errors import CallerError, ServiceFault
from ..cards import card, locate, sha256_of
from .pieces import Pieces

__all__ = ["CARD", "Files", "Network", "Seen", "shipped"]

CARD = "planner-encoder"
Array = npt.NDArray[np.float32]
_LEAST = 1e-3
_MOST = 24


class Files(msgspec.Struct, forbid_unknown_fields=True):
    """``temperature`` divides the label logits (Guo et al. 2017); from ``sure`` on a label is to be believed. Both were
    chosen on sentences that were kept back from training."""

    labels: list[str]
    tags: list[str]
    pieces: list[str]
    temperature: float = 1.0
    sure: float = 0.5


class Seen(NamedTuple):
    """The likeliest labels with their probabilities, and a tag for each word."""

    labels: list[tuple[str, float]]
    tags: list[str]


def shipped() -> Path:
    """The folder of the model inside this package, verified against its card. Raises ServiceFault if it is not."""
    about = card(CARD)
    paths = [locate(file) for file in about.files]
    for file, path in zip(about.files, paths, strict=True):
        if path is None or sha256_of(path) != file.sha256:
            raise ServiceFault(f"{CARD}: {file.path} is not as its card says; reinstall bluerill")
    first = paths[0]
    assert first is not None
    return first.parent


class Network:
    """Raises CallerError for files that do not belong together, ServiceFault without onnxruntime."""

    def __init__(self, folder: Path) -> None:
        try:
            self.files = msgspec.json.decode((folder / "encoder.json").read_bytes(), type=Files)
        except (msgspec.DecodeError, OSError) as error:
            raise CallerError(f"{folder}: not an encoder: {error}") from None
        self._pieces = Pieces(self.files.pieces)
        self.files.pieces = []  # a second copy nobody needs
        try:
            ort: Any = import_module("onnxruntime")
        except ImportError:
            raise ServiceFault("the encoder is not installed: pip install 'bluerill[onnx]'") from None
        wanted = ort.SessionOptions()
        wanted.log_severity_level = 4
        wanted.intra_op_num_threads = wanted.inter_op_num_threads = 1
        wanted.enable_cpu_mem_arena = wanted.enable_mem_pattern = False
        wanted.add_session_config_entry("session.disable_prepacking", "1")
        wanted.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = ort.InferenceSession(str(folder / "encoder.onnx"), wanted, providers=["CPUExecutionProvider"])
        sizes = [output.shape[-1] for output in self._session.get_outputs()[:2]]
        if sizes != [len(self.files.labels), len(self.files.tags)]:
            raise CallerError(f"{folder}: the graph has outputs of {sizes}, encoder.json names others")

    def _run(self, words: Sequence[str]) -> tuple[Array, Array, list[int]]:
        numbers, firsts = self._pieces.encode(words)
        labels, tags = self._session.run(["labels", "tags"], {"numbers": np.array([numbers], np.int64)})
        return labels[0], tags[0], firsts

    def logits(self, words: Sequence[str]) -> Array:
        """The label logits, to calibrate with."""
        return self._run(words)[0]

    def vectors(self, words: Sequence[str]) -> Array:
        """(2, width): the means of the first layer (what words) and the last (what is asked), each of length 1."""
        numbers, _ = self._pieces.encode(words)
        pair = self._session.run(["first", "last"], {"numbers": np.array([numbers], np.int64)})
        both: Array = np.concatenate(pair)
        both /= np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-9)
        return both

    def see(self, words: Sequence[str]) -> Seen:
        """What the network makes of a sentence; no words are nothing in particular."""
        labels, tags, firsts = self._run(words)
        scaled = labels / self.files.temperature
        likely = np.exp(scaled - scaled.max())
        likely /= likely.sum()
        order = [at for at in np.argsort(-likely)[:_MOST] if likely[at] >= _LEAST]
        best = tags.argmax(-1)
        named = [self.files.tags[best[first]] for first in firsts]
        named += ["O"] * (len(words) - len(named))
        return Seen([(self.files.labels[at], float(likely[at])) for at in order], named)
