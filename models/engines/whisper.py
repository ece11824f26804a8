"""Speech recognition by OpenAI's Whisper checkpoints (Radford et al. 2022), for devices with room for torch.

An extra (``bluerill[whisper]``): torch alone needs 220 MB, so nothing here is imported before it is opened. Whisper
hears any English, does not stream, and is decoded once a turn; its own measures (mean log probability, probability of
"no speech", compression ratio) say whether it heard or invented.

A ``.pt`` file is a pickle, and a pickle is a program. It is opened only if its hash is pinned by a model card (a
bundled one, or the one written when the owner pulled or added it), and then with ``weights_only=True``, which refuses
everything but tensors and plain containers. Nothing is ever downloaded here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from ...kernel.errors import CallerError, ServiceFault
from ..cards import card, folders_of, locate, pinned_by, sha256_of
from .engine import Guess

__all__ = ["WhisperEngine", "spoken_form"]

RATE = 16_000
MAX_SECONDS = 30
"""Whisper's window."""
NO_SPEECH = 0.6
REPETITIVE = 2.4
"""Above this compression ratio the decoder is looping (the threshold of the reference implementation)."""


def find_checkpoint(model: str) -> Path:
    """The verified checkpoint for a path or a card's name.

    Raises CallerError when there is none, or when it is not pinned or not as pinned.
    """
    if model.endswith(".pt"):
        path = Path(model).expanduser()
        if not path.is_file():
            raise CallerError(f"{path}: expected a Whisper checkpoint, found no file")
        pinned_by(path)
        return path
    about = card(model)
    if about.engine != "whisper" or not about.files:
        raise CallerError(f"model {model!r} is for engine {about.engine!r}, expected a whisper checkpoint")
    file = about.files[0]
    found = locate(file, folders_of(about))
    if found is None:
        raise CallerError(f"model {model!r}: {file.path} is not here; get it with: bluerill models pull {model}")
    if not file.sha256:
        raise CallerError(f"{found} is not pinned yet; pin it with: bluerill models add {found} --name {model}")
    if (hash_ := sha256_of(found)) != file.sha256:
        raise CallerError(f"{found} has sha256 {hash_}, pinned is {file.sha256}: it is not the file that was trusted")
    return found


class WhisperEngine:
    """See :class:`~.engine.SpeechEngine`. ``model`` is a path to a ``.pt`` file or the name of a card."""

    name = "whisper"
    open_vocabulary = True
    reject_below = 0.37
    """exp(-1): below this mean log probability the reference implementation gives a decoding up."""

    def __init__(self, model: str) -> None:
        try:
            torch: Any = import_module("torch")
            whisper: Any = import_module("whisper")
        except ImportError:
            raise ServiceFault("engine 'whisper' is not installed: pip install 'bluerill[whisper]'") from None
        path = find_checkpoint(model)
        try:
            with path.open("rb") as file:
                checkpoint = torch.load(file, map_location="cpu", weights_only=True)
            net = whisper.model.Whisper(whisper.model.ModelDimensions(**checkpoint["dims"]))
            net.load_state_dict(checkpoint["model_state_dict"])
        except (OSError, RuntimeError, KeyError, TypeError, ValueError, EOFError) as error:
            raise ServiceFault(f"{path} is not a Whisper checkpoint: {' '.join(str(error).split())[:200]}") from error
        except Exception as error:  # UnpicklingError: weights_only met something that is no weight
            if type(error).__name__ != "UnpicklingError":
                raise
            raise ServiceFault(f"{path} holds more than weights and is refused") from None
        net.eval()
        self._net: Any = net
        self._whisper = whisper
        self._pcm = bytearray()

    def learn(self, sentences: Sequence[str], fingerprint: str) -> None:
        """Nothing: the vocabulary is open."""

    def start(self) -> None:
        self._pcm.clear()

    def feed(self, pcm: bytes) -> None:
        """More samples. Raises CallerError beyond the window of :data:`MAX_SECONDS`."""
        if len(self._pcm) + len(pcm) > MAX_SECONDS * RATE * 2:
            raise CallerError(f"an utterance is at most {MAX_SECONDS} s long")
        self._pcm += pcm

    def partial(self) -> str:
        return ""

    def finish(self) -> list[Guess]:
        """One guess, or none for silence; ``fit`` is the mean probability of its tokens."""
        samples = np.frombuffer(bytes(self._pcm[: len(self._pcm) & ~1]), np.int16).astype(np.float32) / 32_768.0
        if len(samples) < RATE // 10:
            return []
        window = self._whisper.pad_or_trim(samples, self._net.dims.n_audio_ctx * 320)
        mel = self._whisper.log_mel_spectrogram(window, n_mels=self._net.dims.n_mels)
        options = self._whisper.DecodingOptions(language="en", fp16=False, without_timestamps=True, temperature=0.0)
        result = self._whisper.decode(self._net, mel, options)
        text = spoken_form(result.text)
        if not text or (result.no_speech_prob > NO_SPEECH and result.avg_logprob < -1.0):
            return []
        if result.compression_ratio > REPETITIVE:
            return [Guess(text, 0.0, 0.0)]
        return [Guess(text, 0.0, float(np.exp(result.avg_logprob)))]

    def close(self) -> None:
        self._pcm.clear()


def spoken_form(text: str) -> str:
    """Lower case without the punctuation of writing; apostrophes, and points and colons inside numbers, stay."""
    plain = re.sub(r"(?<!\d)[.,:]|[.,:](?!\d)|[^\w\s'.,:%+-]", " ", text.lower())
    return " ".join(plain.replace(",", "").replace("-", " ").split())
