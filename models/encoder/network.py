"""Words to labels and tags: the encoder's files, its pieces and its graph, in one process.

``encoder.json`` beside the graph names what the network's outputs mean (:class:`Files`). Memory comes first, as in
``engines/onnx.py``: weights in a file of their own stay a mapping (23 MB less of the process's own memory), no arena,
as many threads as there are cores to use, two at most, that do not spin: the second takes a quarter of the time off.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from ...kernel.errors import CallerError, ServiceFault
from ..cards import card, locate, sha256_of
from .ngrams import FILE, Ngrams
from .pieces import Pieces

__all__ = ["CARD", "Files", "Network", "Seen", "shipped"]

CARD = "planner-encoder"
Array = npt.NDArray[np.float32]
_THREADS = 2
_LEAST = 1e-3
_MOST = 24
_POSSIBLE = 0.05
"""The least probability of a tag to be named beside the likeliest."""
_GOES_ON = 0.15
"""From this probability of going on, a name goes on: one cut in its middle ("the history of") is worth nothing."""
_BEGINS = 0.3
"""From this probability of beginning there, a name that has no beginning begins a word earlier."""
_NAMING = ("TEXT", "PLACE", "PERSON", "LIST")


class Files(msgspec.Struct, forbid_unknown_fields=True):
    """``beside`` is how much the log probabilities of the n-grams count beside the label logits, ``temperature``
    divides their sum (Guo et al. 2017); from ``sure`` on a label is to be believed. All were chosen on sentences that
    were kept back from training."""

    labels: list[str]
    tags: list[str]
    pieces: list[str]
    temperature: float = 1.0
    sure: float = 0.5
    beside: float = 0.0


class Seen(NamedTuple):
    """The likeliest labels with their probabilities; a tag for each word; and what else each word may be, likeliest
    first, for an action that has no parameter of the first kind."""

    labels: list[tuple[str, float]]
    tags: list[str]
    others: list[list[str]]


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
        self.folder = folder
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
        wanted.intra_op_num_threads = min(_THREADS, len(os.sched_getaffinity(0)))
        wanted.inter_op_num_threads = 1
        wanted.enable_cpu_mem_arena = wanted.enable_mem_pattern = False
        wanted.add_session_config_entry("session.disable_prepacking", "1")
        wanted.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = ort.InferenceSession(str(folder / "encoder.onnx"), wanted, providers=["CPUExecutionProvider"])
        sizes = [output.shape[-1] for output in self._session.get_outputs()[:2]]
        if sizes != [len(self.files.labels), len(self.files.tags)]:
            raise CallerError(f"{folder}: the graph has outputs of {sizes}, encoder.json names others")
        self._ngrams = Ngrams.load(folder / FILE) if self.files.beside else None
        if self._ngrams is not None and self._ngrams.labels != len(self.files.labels):
            raise CallerError(f"{folder}: the n-grams know {self._ngrams.labels} labels, encoder.json names others")

    def _run(self, words: Sequence[str]) -> tuple[Array, Array, list[int]]:
        numbers, firsts = self._pieces.encode(words)
        labels, tags = self._session.run(["labels", "tags"], {"numbers": np.array([numbers], np.int64)})
        scores = labels[0]
        if self._ngrams is not None:
            scores = scores + np.float32(self.files.beside) * self._ngrams.logs(words)
        return scores, tags[0], firsts

    def logits(self, words: Sequence[str]) -> Array:
        """The label logits, the n-grams' opinion in them, to calibrate with."""
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
        named, others = _named(tags[firsts], self.files.tags)
        beyond = len(words) - len(named)
        named += ["O"] * beyond
        others += [[] for _ in range(beyond)]
        return Seen([(self.files.labels[at], float(likely[at])) for at in order], named, others)


def _named(logits: Array, names: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """For each of (n, tags): its tag, and what else it may be. A name that has begun goes on where that is not
    unlikely: spans are read greedily from the left (an I after another kind, or a B in the middle of a name, is the
    network's doubt about where the name ends, not a second name)."""
    likely = np.exp(logits - logits.max(-1, keepdims=True))
    likely /= likely.sum(-1, keepdims=True)
    place = {name: at for at, name in enumerate(names)}
    tags: list[str] = []
    others: list[list[str]] = []
    kind, before = "", likely[:0]
    for row in likely:
        order = [int(at) for at in np.argsort(-row)]
        tag = names[order[0]]
        inside = f"I-{kind}"
        if kind in _NAMING and inside in place and row[place[inside]] >= _GOES_ON and not tag.startswith("B-WHEN"):
            tag = inside
        begins = f"B-{tag[2:]}"
        if tag[:2] == "I-" and tags[-1:] == ["O"] and begins in place and before[place[begins]] >= _BEGINS:
            tags[-1] = begins
        kind, before = tag[2:], row
        tags.append(tag)
        others.append([names[at] for at in order if row[at] >= _POSSIBLE and names[at] != tag])
    return tags, others
