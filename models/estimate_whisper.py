"""What openai-whisper on torch needs for a checkpoint: weights in 32 bits, and the stored ones beside them at load."""

from __future__ import annotations

from ..kernel.errors import CallerError
from ..kernel.limits import MIB
from .estimate import Estimate, Part
from .messages import LoadOptions
from .shapes import WhisperShape

__all__ = ["estimate_whisper"]

PROCESS_ANON, PROCESS_FILE = 176 * MIB, 150 * MIB
"""A service child with torch and whisper loaded (and numba, tiktoken, which whisper imports)."""
SAMPLES = 480_000
"""Thirty seconds at 16 kHz."""


def estimate_whisper(shape: WhisperShape, options: LoadOptions) -> Estimate:
    """The estimate for ``seqs`` windows decoded at once (greedy). Raises CallerError."""
    if not 1 <= options.seqs <= 1 << 10:
        raise CallerError(f"seqs must be from 1 to 1024, got {options.seqs}")
    seqs, audio, text = options.seqs, shape.n_audio_state, shape.n_text_state
    cache = 2 * 4 * shape.n_text_layer * text * (shape.n_text_ctx + shape.n_audio_ctx) * seqs
    frames = 2 * shape.n_audio_ctx
    mel = 4 * shape.n_mels * frames + 4 * SAMPLES + 16 * 201 * (frames + 1)
    encoder = 4 * shape.n_audio_ctx * audio * (4 + 4 + 4) + 4 * frames * audio * 2
    logits = 4 * shape.n_vocab * 3
    # the stored weights are gone before the first window is decoded: only what they need beyond that counts
    loading = max(0, shape.stored_bytes - cache - (mel + encoder + logits) * seqs)
    parts = [
        Part("weights", "parameters", 4 * shape.parameters, 0, f"{shape.parameters} in 32 bits"),
        Part("weights", "checkpoint", loading, 0, "read beside them, and freed before anything is decoded"),
        Part("kv", "self and cross attention", cache, 0, f"{shape.n_text_layer} decoder layers"),
        Part("compute", "spectrogram", mel * seqs, 0, "30 s"),
        Part("compute", "encoder", encoder * seqs, 0, f"{shape.n_audio_ctx} frames"),
        Part("compute", "logits", logits * seqs, 0, f"{shape.n_vocab} tokens"),
        Part("fixed", "process", PROCESS_ANON, PROCESS_FILE, "Python, torch, whisper and what they load"),
    ]
    return Estimate(tuple(part for part in parts if part.bytes))
