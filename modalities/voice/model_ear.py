"""Hearing by a model of the broker instead of the recogniser's own engine: one utterance, kept and sent when it ends.

The model runs in a capped process of its own and is brought in when it is needed; which one is chosen while the device
runs, and stays chosen (a file of one line). What it cannot do now, the recogniser's own engine does: it gets the same
samples.
"""

from __future__ import annotations

import os
from pathlib import Path

from ...kernel.errors import BudgetExceeded, CallerError, ServiceFault
from ...kernel.message import Body
from ...kernel.service import Port
from ...models import messages as models

__all__ = ["ModelEar"]

HEAR_WITHIN_S = 6.0
MAX_NAME = 128


class ModelEar:
    """``model`` is the card's name, '' while the recogniser hears by itself."""

    def __init__(self, choice: str, broker: str) -> None:
        self._path = Path(choice) if choice else None
        self._broker = broker
        self._pcm = bytearray()
        self.model = self._chosen()

    def _chosen(self) -> str:
        try:
            return "" if self._path is None else self._path.read_text("utf-8")[:MAX_NAME].strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def use(self, model: str) -> None:
        """Keep to a model from now on. Raises CallerError for what is no name of a card."""
        if len(model) > MAX_NAME or "/" in model or not model.isprintable():
            raise CallerError(f"expected the name of a model's card, got {model[:40]!r}")
        self.model = model
        if self._path is not None:
            part = self._path.with_name(f"{self._path.name}.{os.getpid()}")
            part.write_text(model + "\n", "utf-8")
            part.replace(self._path)

    def start(self) -> None:
        """A new utterance."""
        self._pcm.clear()

    def feed(self, pcm: bytes) -> None:
        """More of it; the caller bounds its length."""
        self._pcm += pcm

    @property
    def pcm(self) -> bytes:
        """The utterance so far."""
        return bytes(self._pcm)

    async def hear(self, port: Port) -> str:
        """Its words. Raises BudgetExceeded, CallerError, ServiceFault."""
        pcm = self.pcm
        tensor = models.Tensor("samples", "int16", [len(pcm) // 2], 0, len(pcm))
        inline = len(pcm) <= models.INLINE
        body = models.Infer(self.model, "transcribe", tensors=[tensor], data=pcm if inline else b"", klass="voice")
        lease = None if inline else port.offer(pcm)
        answer = await port.ask(self._broker, body, Body, within=HEAR_WITHIN_S, lease=lease)
        if isinstance(answer, models.Refused):
            raise BudgetExceeded(f"model {self.model!r} cannot hear now: {answer.reason}")
        if not isinstance(answer, models.Inference):
            raise ServiceFault(f"{self._broker!r} answered with {answer.wire!r}")
        return " ".join(answer.text.split())
