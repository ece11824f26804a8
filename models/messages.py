"""What the models wing says and understands: the broker ``models`` towards its clients, model servers towards it.

A *server* hosts one model of one engine. It has no opinion on memory or order: it loads what it is told to load, and
computes only while a *quantum* is asked of it (:class:`InferNext`). So whoever asks preempts a sequence by not asking
for its next quantum, and pauses a stream by the same means. Sequences are numbered by the asker.

Text travels in the bodies; tensors, samples and pictures travel as a lease beside them (raw bytes, described by
:class:`Tensor`), or inside the body while all of them are at most :data:`INLINE` bytes.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from ..kernel.limits import LEASE_ABOVE
from ..kernel.message import Body, message
from .parts import ChatMessage as ChatMessage
from .parts import EngineKind as EngineKind
from .parts import Keep as Keep
from .parts import Klass as Klass
from .parts import LoadOptions as LoadOptions
from .parts import ModelFile as ModelFile
from .parts import ModelInfo as ModelInfo
from .parts import Sampling as Sampling
from .parts import Tensor as Tensor
from .parts import Timings as Timings
from .parts import Usage as Usage

INLINE = LEASE_ABOVE
"""Bytes of tensors that travel inside a body; more is a lease."""
MAX_PROMPT_CHARS = 48_000
"""Characters of a prompt or of all chat messages together inside a body; more comes as a lease of UTF-8."""

# broker → server


@message("models.load")
class Load(Body, frozen=True):
    """Ask a server, once, to load its model. CallerError: bad files or options; BudgetExceeded: no memory. → Loaded"""

    model: str
    engine: str
    files: list[ModelFile] = []
    options: LoadOptions = LoadOptions()


@message("models.loaded")
class Loaded(Body, frozen=True):
    """The model is ready. ``anon`` and ``file`` are this process' resident bytes of each class, ``load_s`` seconds;
    ``stamps`` belong to the files that had a pin, by path."""

    info: ModelInfo
    load_s: float
    anon: int = 0
    file: int = 0
    stamps: dict[str, str] = {}


@message("models.describe")
class Describe(Body, frozen=True):
    """Ask a server what it hosts. → Described"""


@message("models.described")
class Described(Body, frozen=True):
    """What a server hosts (None before Load), its sequences by number with their positions in tokens, and memory."""

    info: ModelInfo | None = None
    seqs: dict[int, int] = {}
    anon: int = 0
    file: int = 0


@message("models.infer-start")
class InferStart(Body, frozen=True):
    """Ask a server to take a sequence; nothing is computed yet. One of ``prompt``, ``tokens``, ``messages`` or
    ``tensors`` is given; a lease beside it holds the tensors, or UTF-8 of the prompt when nothing is. → InferStarted

    ``max_tokens`` 0 = to the end of the context. ``prefix_key`` names what is common to several prompts (a system
    prompt with its tools): the engine keeps the state of the last such sequence and reuses the common beginning.
    """

    seq: int
    kind: EngineKind = "generate"
    prompt: str = ""
    tokens: list[int] = []
    messages: list[ChatMessage] = []
    tensors: list[Tensor] = []
    data: bytes = b""
    max_tokens: int = 0
    sampling: Sampling = Sampling()
    grammar: str = ""
    """GBNF; '' = none."""
    processor: str = ""
    """An entry point of the group ``bluerill.logits`` that edits the logits before a token is chosen; '' = none."""
    stop: list[str] = []
    prefix_key: str = ""
    language: str = ""


@message("models.infer-started")
class InferStarted(Body, frozen=True):
    """The sequence is taken; of its prompt's tokens so many need no computing."""

    seq: int
    prompt_tokens: int = 0
    reused_tokens: int = 0


@message("models.infer-feed")
class InferFeed(Body, frozen=True):
    """Ask a server to take more input of a streaming sequence; ``last`` = no more will come. → InferFed"""

    seq: int
    tensors: list[Tensor] = []
    data: bytes = b""
    last: bool = False


@message("models.infer-fed")
class InferFed(Body, frozen=True):
    """The input waits for the next quantum; so many are waiting now."""

    seq: int
    waiting: int


@message("models.infer-next")
class InferNext(Body, frozen=True):
    """Ask a server for one quantum of a sequence: the next prefill chunk(s) and at most ``max_tokens`` tokens, ended
    at the first token or chunk boundary after ``budget_s`` seconds. A lease may carry tensors. → InferChunk | InferStop

    A budget of 0 still does one step, so that a sequence always gets on. ``ahead``: begin such a quantum once more
    while the answer travels; the next ask finds it under way, any other wish ends it at the next token.
    """

    seq: int
    max_tokens: int = 1
    budget_s: float = 0.02
    ahead: bool = False


@message("models.hurry")
class Hurry(Body, frozen=True):
    """Tell a server that somebody more urgent waits: the quantum under way ends at once, and is answered as it is."""


@message("models.infer-chunk")
class InferChunk(Body, frozen=True):
    """What a quantum made. ``position`` counts the tokens of prompt and answer that are computed, ``prefilled`` those
    of the prompt computed in this quantum; ``text`` may lag behind ``tokens`` (half characters, possible stops)."""

    seq: int
    text: str = ""
    tokens: list[int] = []
    position: int = 0
    prefilled: int = 0
    elapsed_s: float = 0.0
    tensors: list[Tensor] = []
    data: bytes = b""


@message("models.infer-stop")
class InferStop(Body, frozen=True):
    """The last of a sequence, with what its last quantum made; the server has forgotten it."""

    seq: int
    text: str = ""
    tokens: list[int] = []
    finish: Literal["stop", "length", "cancelled"] = "stop"
    usage: Usage = Usage()
    timings: Timings = Timings()
    position: int = 0
    prefilled: int = 0
    elapsed_s: float = 0.0
    tensors: list[Tensor] = []
    data: bytes = b""


class InferFailure(msgspec.Struct, frozen=True):
    """One sequence of a batch that failed: the code and the text of its error (see kernel/errors.py)."""

    seq: int
    code: str
    text: str


@message("models.infer-batch")
class InferBatch(Body, frozen=True):
    """Ask a server for one quantum of several sequences in shared steps; each gets at most ``max_tokens`` tokens.
    → InferBatched"""

    seqs: list[int]
    max_tokens: int = 1
    budget_s: float = 0.02


@message("models.infer-batched")
class InferBatched(Body, frozen=True):
    """What the shared quantum made, each sequence in exactly one of the lists. A lease holds all tensors."""

    chunks: list[InferChunk] = []
    stops: list[InferStop] = []
    failures: list[InferFailure] = []


@message("models.pause")
class Pause(Body, frozen=True):
    """Ask a server to stop computing a sequence; send it in the control lane: it aborts a graph that runs, and is
    answered after that. CallerError: the model cannot keep it so (see ModelInfo.keeps). → Paused"""

    seq: int
    keep: Keep = "memory"


@message("models.paused")
class Paused(Body, frozen=True):
    """The sequence rests. ``kept`` is ``drop`` where a snapshot would not have been exact, ``kv_bytes`` what it still
    holds, in the engine or as a snapshot in this process."""

    seq: int
    kept: Keep
    kv_bytes: int
    position: int


@message("models.resume")
class Resume(Body, frozen=True):
    """Ask a server to take a paused sequence up again. Recomputing is left to the next quanta. → Resumed"""

    seq: int


@message("models.resumed")
class Resumed(Body, frozen=True):
    """The sequence can be computed again from ``position``; when recomputed, up to ``until`` nothing new comes.
    ``exact`` is false where last bits may differ: it had shared steps with others, and is computed again alone."""

    seq: int
    position: int
    how: Literal["kept", "restored", "recomputed"]
    until: int = 0
    exact: bool = True


@message("models.cancel")
class Cancel(Body, frozen=True):
    """Ask a server to forget a sequence, aborting a graph that runs; unknown numbers are no error. → Cancelled"""

    seq: int


@message("models.cancelled")
class Cancelled(Body, frozen=True):
    """The sequence or stream is gone, and its memory with it; whether there was one."""

    seq: int
    found: bool = True


@message("models.unload")
class Unload(Body, frozen=True):
    """Ask a server to free its model; sequences are cancelled. The process is then best stopped. → Unloaded"""


@message("models.unloaded")
class Unloaded(Body, frozen=True):
    """The model is freed; the process' resident bytes left, anonymous and file-backed."""

    anon: int = 0
    file: int = 0


# clients → broker


@message("models.infer")
class Infer(Body, frozen=True):
    """Ask ``models`` for an inference of a model by its card's name or path. The ask's deadline is the inference's.
    The payload is that of InferStart. → Inference | InferOpened | Refused"""

    model: str
    kind: EngineKind = "generate"
    prompt: str = ""
    messages: list[ChatMessage] = []
    tensors: list[Tensor] = []
    data: bytes = b""
    max_tokens: int = 0
    sampling: Sampling = Sampling()
    grammar: str = ""
    processor: str = ""
    stop: list[str] = []
    prefix_key: str = ""
    language: str = ""
    klass: Klass = "interactive"
    stream: bool = False


@message("models.inference")
class Inference(Body, frozen=True):
    """The whole answer of an inference."""

    text: str = ""
    finish: Literal["stop", "length", "cancelled"] = "stop"
    usage: Usage = Usage()
    timings: Timings = Timings()
    tensors: list[Tensor] = []
    data: bytes = b""


@message("models.infer-opened")
class InferOpened(Body, frozen=True):
    """The inference will be read piece by piece with Next; unread for ten seconds, it is cancelled."""

    stream: int


@message("models.refused")
class Refused(Body, frozen=True):
    """No inference was begun, and why; it may be worth asking again after so many seconds (0 = it is not)."""

    reason: str
    retry_after_s: float = 0.0


@message("models.next")
class Next(Body, frozen=True):
    """Ask ``models`` for the next piece of a stream. → InferChunk | InferStop"""

    stream: int


@message("models.cancel-stream")
class CancelStream(Body, frozen=True):
    """Ask ``models`` to end a stream. → Cancelled"""

    stream: int


@message("models.prefetch")
class Prefetch(Body, frozen=True):
    """Tell ``models`` that a model will be wanted soon; it is loaded if there is room to spare."""

    model: str


@message("models.get-models")
class GetModels(Body, frozen=True):
    """Ask ``models`` what is resident, what waits and how fast it goes. → Models"""


class Resident(msgspec.Struct, frozen=True, omit_defaults=True):
    """One model in memory; ``state`` is loading, ready, busy or leaving. Bytes reserved by class."""

    model: str
    state: str
    anon: int = 0
    file: int = 0
    seqs: int = 0
    tokens_s: float = 0.0
    idle_s: float = 0.0


class Latency(msgspec.Struct, frozen=True):
    """How long the latest inferences of a class took from question to whole answer, in milliseconds, and how many."""

    p50_ms: float
    p95_ms: float
    count: int


@message("models.models")
class Models(Body, frozen=True):
    """The state of the broker: residents, the queue by class, and counts since the start."""

    residents: list[Resident] = []
    queued: dict[str, int] = {}
    budget: int = 0
    reserved: int = 0
    loads: int = 0
    evictions: int = 0
    refusals: int = 0
    deaths: int = 0
    tokens_s: float = 0.0
    latency: dict[str, Latency] = {}
