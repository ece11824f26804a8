"""A converted Whisper checkpoint in onnxruntime: samples to what was heard, tokens to logits. No torch.

Memory is what a device counts: weights stay in one copy (no prepacking), nothing is kept in an arena between
utterances, and threads do not spin. Cross-attention keys and values are computed once an utterance by the encoder; the
decoder's own are handed back to it with each step.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...kernel.errors import CallerError, ServiceFault
from .logmel import HOP, RATE, log_mel
from .whisper_files import WhisperFiles, read_files

__all__ = ["Heard", "Step", "WhisperGraphs"]

Array = npt.NDArray[np.float32]
UNUSED = 0.0
"""The logit of vocabulary rows that were left out."""


class Heard(NamedTuple):
    """An utterance in the encoder: ``cross`` by input name of the decoder, ``letters`` (frames, alphabet) log
    probabilities of the CTC head or None, ``frames`` mel frames of sound."""

    cross: dict[str, Array]
    letters: Array | None
    frames: int


class Step(NamedTuple):
    """After some tokens: ``logits`` (n, m, rows), the next step's cache, attention scores (n, heads, m, frames)."""

    logits: Array
    past: dict[str, Array]
    heads: Array


class WhisperGraphs:
    """The two graphs of a folder. Raises CallerError for a folder that is none, ServiceFault without onnxruntime.

    ``whole_window`` pads to the model's window, as the reference implementation does; without it an utterance costs
    what it is long, which only checkpoints trained so (whisper-nano) understand.
    """

    def __init__(self, folder: Path, *, threads: int = 1, whole_window: bool = True, decoder: bool = True) -> None:
        self.files: WhisperFiles = read_files(folder)
        self.dims = self.files.dims
        self.rows = self.files.rows()
        self.row_of = {token: row for row, token in enumerate(self.rows)}
        self.missing = self.dims["n_vocab"] - len(self.rows)
        self.whole_window = whole_window
        self._encoder = _open(folder / "encoder.onnx", threads)
        self._decoder = _open(folder / "decoder.onnx", threads) if decoder else None
        self._layers = range(self.dims["n_text_layer"])

    @property
    def window(self) -> int:
        """The most samples that are heard at once."""
        return self.dims["n_audio_ctx"] * 2 * HOP

    def hear(self, wave: Array) -> Heard:
        """Encode samples in -1..1 (16 kHz); what is beyond the window is cut."""
        wave = wave[: self.window]
        frames = len(wave) // HOP
        if self.whole_window:
            wave = np.pad(wave, (0, self.window - len(wave)))
        mel = log_mel(wave, self.dims["n_mels"])
        if mel.shape[1] % 2:
            mel = mel[:, :-1]
        names = [output.name for output in self._encoder.get_outputs()]
        found: dict[str, Array] = dict(zip(names, self._encoder.run(None, {"mel": mel[None]}), strict=True))
        letters = found.pop("letters", None)
        return Heard(found, None if letters is None else letters[0], frames)

    def fresh(self, count: int = 1) -> dict[str, Array]:
        """The cache before the first token, for ``count`` readings at once."""
        nothing = np.zeros((count, 0, self.dims["n_text_state"]), np.float32)
        return {f"past_{short}_{layer}": nothing for layer in self._layers for short in "kv"}

    def step(self, tokens: npt.NDArray[np.int64], heard: Heard, past: dict[str, Array]) -> Step:
        """Logits after more tokens, given as rows of the graph: (n, m)."""
        if self._decoder is None:
            raise ServiceFault("this model was opened without its decoder")
        count = len(tokens)
        cross = heard.cross
        if count > 1:
            cross = {name: np.repeat(value, count, axis=0) for name, value in cross.items()}
        names = [output.name for output in self._decoder.get_outputs()]
        found = dict(zip(names, self._decoder.run(None, {"tokens": tokens, **cross, **past}), strict=True))
        kept = {f"past_{name}": value for name, value in found.items() if name not in ("logits", "heads")}
        return Step(found["logits"], kept, found["heads"])


def _open(path: Path, threads: int) -> Any:
    try:
        runtime: Any = import_module("onnxruntime")
    except ImportError:
        raise ServiceFault("converted models need onnxruntime: pip install onnxruntime") from None
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = 3
    for key, value in (("session.disable_prepacking", "1"), ("session.intra_op.allow_spinning", "0")):
        options.add_session_config_entry(key, value)
    if not path.is_file():
        raise CallerError(f"{path}: expected a graph of a converted Whisper model, found no file")
    try:
        return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its own, made in C++, with no common base of use
        if type(error).__module__.split(".")[0] != "onnxruntime":
            raise
        raise CallerError(f"{path} is no graph that onnxruntime takes: {' '.join(str(error).split())[:200]}") from None


assert RATE == 16_000
