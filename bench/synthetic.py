"""A model that is none: an engine whose memory and work are real and whose answers can be checked.

Its weights are a mapped file, its other memory is allocated and touched, and each token reads all weights once, as the
decoding of a dense model does: the next token is a checksum of the weights, started from the token before. So the same
prompt says the same thing wherever it is computed, and one lost or repeated step changes everything after it.

:class:`SyntheticServer` is the product's own model server with this engine added to those it knows.
"""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from ..kernel.errors import BudgetExceeded, CallerError
from ..kernel.scheduler.profile import Profile
from ..models.engines import registry
from ..models.engines.contract import Engine, How, Payload, Quantum, Session, Step, known_settings, one_file
from ..models.known import Known
from ..models.messages import InferStart, Keep, LoadOptions, ModelFile, ModelInfo, Timings, Usage
from ..models.server import ModelServer

SLICE = 1 << 20
"""Bytes between two looks at whether the step was interrupted."""
PROMPT_A_PASS = 16
"""Prompt tokens computed with one pass over the weights: prefill is that much cheaper a token than decoding."""


class SyntheticSession(Session):
    """One sequence. Its state is the last checksum; ``store`` writes it down, ``drop`` computes it again."""

    def __init__(self, engine: SyntheticEngine, request: InferStart) -> None:
        self._engine = engine
        self._words = request.prompt.split() or [""]
        self._most = request.max_tokens or 64
        self.prompt_tokens = len(self._words)
        self.position = 0
        self._state = 0
        self._made: list[int] = []
        self._stored: bytes | None = None
        self._until = 0
        self._seated = True
        self._begun = engine.clock()

    def step(self, quantum: Quantum) -> Step:
        made = Step()
        while self.position < self.prompt_tokens + self._until:
            if not self._advance(made):
                return made
            if quantum.over():
                return made
        while len(made.tokens) < quantum.tokens:
            passed = self._engine.passed(self._state)
            if passed is None:
                return made
            self._state = passed
            self.position += 1
            made.tokens.append(passed & 0xFFFF)
            made.text += f"{passed & 0xFFFF:04x} "
            self._made.append(passed & 0xFFFF)
            if len(self._made) >= self._most:
                made.finish = "length"
                return made
            if quantum.over():
                return made
        return made

    def _advance(self, made: Step) -> bool:
        """One chunk of the prompt, or one token that was made before the state was dropped."""
        prompt = self.position < self.prompt_tokens
        words = self._words[self.position : self.position + PROMPT_A_PASS] if prompt else []
        passed = self._engine.passed(zlib.crc32(" ".join(words).encode(), self._state) if prompt else self._state)
        if passed is None:
            return False
        self._state = passed
        self.position += len(words) if prompt else 1
        made.prefilled += len(words) if prompt else 1
        return True

    def pause(self, keep: Keep) -> tuple[Keep, int]:
        if keep != "memory":
            self._leave()  # another sequence may have the place meanwhile
        if keep == "store":
            self._stored, self._state = self._state.to_bytes(4, "little"), 0
            return keep, len(self._stored)
        if keep == "drop":
            self._until, self.position, self._state = len(self._made), 0, 0
        return keep, 0

    def _leave(self) -> None:
        self._engine.seats -= self._seated
        self._seated = False

    def resume(self) -> tuple[How, int]:
        if not self._seated:
            self._engine.take_seat()
            self._seated = True
        if self._stored is not None:
            self._state = int.from_bytes(self._stored, "little")
            self._stored = None
            return "restored", 0
        if self.position == 0 and self._until:
            return "recomputed", self.prompt_tokens + self._until
        return "kept", 0

    def usage(self) -> Usage:
        return Usage(self.prompt_tokens, 0, len(self._made))

    def timings(self) -> Timings:
        return Timings(decode_s=self._engine.clock() - self._begun)

    def close(self) -> None:
        self._leave()


class SyntheticEngine(Engine):
    """Settings: ``anon`` bytes to hold, ``passes`` over the weights for a token (how slow it is)."""

    name = "synthetic"
    known: ClassVar[tuple[str, ...]] = ("anon", "passes")

    def load(self, model: str, files: Sequence[ModelFile], options: LoadOptions) -> ModelInfo:
        settings = known_settings(self.name, options.settings, self.known)
        with Path(one_file(files).path).open("rb") as file:
            self._weights = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._view = memoryview(self._weights)
        self._passes = int(settings.get("passes", "1"))
        self._held = bytearray(int(settings.get("anon", "0")))
        for page in range(0, len(self._held), mmap.PAGESIZE):
            self._held[page] = 1
        self._stop = False
        self.seats = 0
        self.most = options.seqs
        self.passed(0)  # the weights are in memory once they are loaded
        return ModelInfo(
            model, self.name, ["generate"], ctx=options.ctx, seqs=options.seqs, keeps=("memory", "store", "drop"),
            batches=True,
        )  # fmt: skip

    def passed(self, state: int) -> int | None:
        """The checksum of all weights after ``state``; None if interrupted."""
        for _ in range(self._passes):
            for first in range(0, len(self._view), SLICE):
                if self._stop:
                    return None
                state = zlib.crc32(self._view[first : first + SLICE], state)
        return state

    def start(self, request: InferStart, payload: Payload) -> Session:
        if request.kind != "generate":
            raise CallerError(f"a synthetic model generates, it cannot {request.kind}")
        self.take_seat()
        return SyntheticSession(self, request)

    def take_seat(self) -> None:
        """Raises BudgetExceeded when all places are taken."""
        if self.seats >= self.most:
            raise BudgetExceeded(f"all {self.most} places are taken")
        self.seats += 1

    def interrupt(self) -> None:
        self._stop = True

    def proceed(self) -> None:
        self._stop = False

    def close(self) -> None:
        self._view.release()
        self._weights.close()
        self._held = bytearray()


registry.MODEL_ENGINES["synthetic"] = "bluerill.bench.synthetic:SyntheticEngine"


class SyntheticServer(ModelServer):
    """A model server that knows the synthetic engine."""


def write_weights(path: Path, size: int, seed: int = 0) -> Path:
    """A weights file of ``size`` bytes that nobody can compress or share."""
    block = bytes((seed * 131 + n * 7919 + (n >> 8) * 31) & 0xFF for n in range(SLICE))
    with path.open("wb") as file:
        for number in range(0, size, SLICE):
            file.write((number // SLICE).to_bytes(8, "little") + block[8 : min(SLICE, size - number)])
    return path


def known(
    name: str,
    path: Path,
    anon: int,
    *,
    floor: int,
    seqs: int = 1,
    ctx: int = 4096,
    passes: int = 1,
    tpot_s: float = 0.02,
    off: float = 1.0,
) -> Known:
    """A synthetic model as the broker knows it. ``floor`` is the anonymous memory of a server without a model, ``off``
    how wrong its estimate is."""
    file = path.stat().st_size
    options = LoadOptions(ctx=ctx, batch=64, seqs=seqs, settings={"anon": str(anon), "passes": str(passes)})
    profile = Profile(
        name, anon=int((anon + floor) * off), file=file, load_s=file / 400e6, init_s=0.3,
        prefill_tps=PROMPT_A_PASS / tpot_s, tpot_s=tpot_s, n_ctx=ctx, n_batch=64, seqs=seqs, kv_whole=True,
        batch_cost=1.0,
    )  # fmt: skip
    return Known(name, name, "synthetic", (ModelFile(str(path)),), options, profile)
