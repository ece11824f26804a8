"""What a model engine is: one model in one process, computed in small steps.

    engine = LlamaEngine()
    info = engine.load("smollm2", files, options)
    session = engine.start(request, payload)       # takes a place; computes nothing
    step = session.step(Quantum(clock, 8, 0.02))   # at most 8 tokens or 20 ms
    held = session.pause("store")                  # between two steps, always at a token or chunk boundary
    how, until = session.resume()
    session.close()

Everything runs in one worker thread, except :meth:`Engine.interrupt`, which any thread may call to end a long step
early. A step that ends early leaves its session as if the step had been smaller, so a session can be paused at any
moment and goes on exactly where it was: keeping, storing or computing again must not change what follows. An engine
that cannot promise that for a model leaves the strategy out of ``ModelInfo.keeps``.

An engine is registered under its name in the entry-point group ``bluerill.engines``; see docs/engines.md. Its module
imports its libraries in :meth:`Engine.load` only, so that a name costs nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, Literal, NamedTuple

import msgspec

from ...kernel.errors import CallerError
from ..messages import InferStart, Keep, LoadOptions, ModelFile, ModelInfo, Tensor, Timings, Usage

__all__ = ["Engine", "How", "Payload", "Quantum", "Session", "Step"]

How = Literal["kept", "restored", "recomputed"]


class Quantum:
    """How far a step may go: ``tokens`` at most, and no new token or chunk after ``seconds``."""

    __slots__ = ("_clock", "began", "ends", "tokens")

    def __init__(self, clock: Callable[[], float], tokens: int, seconds: float) -> None:
        self._clock = clock
        self.tokens = tokens
        self.began = clock()
        self.ends = self.began + seconds

    def now(self) -> float:
        return self._clock()

    def over(self) -> bool:
        """No time is left."""
        return self._clock() >= self.ends


class Payload(NamedTuple):
    """What came beside a message: tensors and the bytes they are in."""

    tensors: Sequence[Tensor]
    data: bytes | memoryview


class Step(msgspec.Struct):
    """What one step made. ``finish`` is set on the last one."""

    text: str = ""
    tokens: list[int] = []
    prefilled: int = 0
    finish: Literal["", "stop", "length"] = ""
    tensors: list[Tensor] = []
    data: bytes = b""


class Session(ABC):
    """One sequence: a prompt and its answer, or a stream of tensors."""

    prompt_tokens = 0
    reused_tokens = 0
    position = 0
    """Tokens (or chunks) computed."""
    exact = True
    """Whether computing again gives the same bits."""

    @abstractmethod
    def step(self, quantum: Quantum) -> Step:
        """Go on: at least one chunk or token, unless interrupted. Raises BluerillError; the session is then closed."""

    def feed(self, payload: Payload, last: bool) -> int:
        """Take more input; how many inputs wait. Raises CallerError where nothing streams."""
        raise CallerError("this kind of inference takes all of its input at its start")

    def pause(self, keep: Keep) -> tuple[Keep, int]:
        """Rest, and free what ``keep`` does not hold: what was kept after all, and its bytes. A snapshot that would not
        be exact is not taken; the sequence is dropped instead, and computed again. Raises CallerError where the
        sequence can only stay as it is."""
        if keep != "memory":
            raise CallerError(f"a sequence of this kind stays in memory when paused, {keep!r} is not possible")
        return keep, 0

    def resume(self) -> tuple[How, int]:
        """Be ready for steps again: how, and up to which position the next steps only compute again (0 = nothing)."""
        return "kept", 0

    def usage(self) -> Usage:
        return Usage(self.prompt_tokens, self.reused_tokens)

    def timings(self) -> Timings:
        return Timings()

    @abstractmethod
    def close(self) -> None:
        """Free the sequence. Twice is harmless."""


class Engine(ABC):
    """See the module. ``clock`` is seconds on the service's clock, set before :meth:`load`."""

    name: ClassVar[str]
    clock: Callable[[], float]

    @abstractmethod
    def load(self, model: str, files: Sequence[ModelFile], options: LoadOptions) -> ModelInfo:
        """Load. Files with a pin have been verified. Raises CallerError for bad files and options, BudgetExceeded when
        memory does not suffice, ServiceFault when a library is missing (naming the extra to install)."""

    @abstractmethod
    def start(self, request: InferStart, payload: Payload) -> Session:
        """Take a sequence, computing nothing. Raises CallerError for what the model cannot do, BudgetExceeded when all
        places are taken."""

    @abstractmethod
    def interrupt(self) -> None:
        """End the running step soon (called in any thread); until :meth:`proceed`, no step goes on for long."""

    @abstractmethod
    def proceed(self) -> None:
        """Before a step: forget an interruption."""

    def together(self, sessions: Sequence[Session], quantum: Quantum) -> list[Step | Exception]:
        """One quantum of several sessions, in shared steps where the engine can; by itself, one after the other."""
        made: list[Step | Exception] = []
        for session in sessions:
            try:
                made.append(session.step(quantum))
            except Exception as error:  # noqa: BLE001 - each sequence fails alone, and by name
                made.append(error)
        return made

    @abstractmethod
    def close(self) -> None:
        """Free the model. Twice is harmless; sessions are closed before."""


def one_file(files: Sequence[ModelFile], suffix: str = "") -> ModelFile:
    """The model's own file (role ''). Raises CallerError unless there is exactly one, with this suffix."""
    mains = [file for file in files if not file.role]
    if len(mains) != 1 or not mains[0].path.endswith(suffix):
        raise CallerError(f"expected one {suffix or 'model'} file, got {[file.path for file in mains]}")
    return mains[0]


def known_settings(engine: str, settings: dict[str, str], known: Sequence[str]) -> dict[str, str]:
    """The settings. Raises CallerError naming one that the engine does not know."""
    for name in settings:
        if name not in known:
            raise CallerError(f"engine {engine!r} has no setting {name[:60]!r}; it knows {', '.join(known) or 'none'}")
    return settings
