"""The engine ``remote``: a model behind an OpenAI-compatible server, as if it ran here.

It needs no memory but its process. The stream is read only while a quantum is asked for: what nobody reads waits in
the connection, and a server whose stream is not read stops by itself. A request is tried again only while nothing of
its answer came; afterwards a lost connection is an error, since the same question would get another answer.

Settings: ``base`` (the URL up to and with ``/v1``), ``model`` (its name there, default ``default``), ``key_env`` (the
environment variable with the key, default ``BLUERILL_API_KEY``), ``connect_s``, ``read_s`` (longest silence).
"""

from __future__ import annotations

import os
import sys
import threading
from array import array
from collections.abc import Sequence
from typing import Any, ClassVar

from ...kernel.errors import CallerError, DeadlineExceeded, ServiceFault
from ..messages import EngineKind, InferStart, LoadOptions, ModelFile, ModelInfo, Tensor, Timings, Usage
from .contract import Engine, Payload, Quantum, Session, Step, known_settings
from .events import EventStream
from .openai import Busy, OpenAIServer

__all__ = ["RemoteEngine"]

SETTINGS = ("base", "model", "key_env", "connect_s", "read_s")
ATTEMPTS = 4
BACKOFF_S = 0.25
"""Between attempts, doubled each time."""
SLICE_S = 0.02
MAX_SESSIONS = 32


class RemoteEngine(Engine):
    """See the module and :class:`~.contract.Engine`. Loading asks the server nothing: it may come up later."""

    name: ClassVar[str] = "remote"
    interrupted = False

    def load(self, model: str, files: Sequence[ModelFile], options: LoadOptions) -> ModelInfo:
        settings = known_settings(self.name, options.settings, SETTINGS)
        if files:
            raise CallerError(f"a remote model has no files here, got {[file.path for file in files]}")
        try:
            seconds = {name: float(settings.get(name, given)) for name, given in (("connect_s", 5), ("read_s", 60))}
        except ValueError:
            raise CallerError(f"connect_s and read_s are seconds, got {settings}") from None
        if not all(0.0 < value <= 3600.0 for value in seconds.values()):
            raise CallerError(f"connect_s and read_s are 0 to 3600 s, got {seconds}")
        key = os.environ.get(settings.get("key_env", "BLUERILL_API_KEY"), "")
        self.server = OpenAIServer(settings.get("base", ""), key, **seconds)
        self.model = settings.get("model", "default")
        kinds: list[EngineKind] = ["generate", "embed"]
        return ModelInfo(model, self.name, kinds, title=self.model, ctx=options.ctx, seqs=MAX_SESSIONS, chat=True)

    def start(self, request: InferStart, payload: Payload) -> Session:
        if request.tensors or request.tokens or request.processor:
            raise CallerError("a remote model takes text: no tensors, no tokens, no logits processor")
        if request.kind == "embed":
            return _Embedding(self, request)
        if request.kind != "generate":
            raise CallerError(f"a remote model cannot {request.kind}")
        return RemoteSession(self, request)

    def interrupt(self) -> None:
        self.interrupted = True

    def proceed(self) -> None:
        self.interrupted = False

    def close(self) -> None:
        """Nothing is held."""


class RemoteSession(Session):
    """One streamed completion."""

    def __init__(self, engine: RemoteEngine, request: InferStart) -> None:
        self._engine = engine
        self._path, self._request = _asked(engine.model, request)
        self._stream: EventStream | None = None
        self._attempts = 0
        self._not_before = 0.0
        self._heard = 0.0
        self._busy_s = 0.0
        self._usage = Usage()

    def step(self, quantum: Quantum) -> Step:
        """Read what has come, and wait for more within the quantum. Pieces of text count as tokens."""
        try:
            return self._step(quantum)
        except BaseException:
            self._close_stream()
            raise

    def _step(self, quantum: Quantum) -> Step:
        made, pieces = Step(), 0
        clock = self._engine.clock
        while not self._engine.interrupted:
            if self._stream is None and not self._opened(clock()):
                if quantum.over():
                    break
                self._wait(quantum)
                continue
            stream = self._stream
            if stream is None:
                continue
            if not stream.ready(min(SLICE_S, quantum.ends - clock())):
                if clock() - self._heard > self._engine.server.read_s:
                    raise DeadlineExceeded(f"{self._engine.server.where} was silent for too long")
                if quantum.over():
                    break
                continue
            self._heard = clock()
            pieces += self._read(stream, made)
            if made.finish or pieces >= quantum.tokens or quantum.over():
                break
        self._busy_s += clock() - quantum.began
        return made

    def _opened(self, now: float) -> bool:
        """Try to open the stream. Raises Busy when it was tried often enough."""
        if now < self._not_before:
            return False
        self._attempts += 1
        try:
            self._stream = EventStream(self._engine.server, self._path, self._request)
        except Busy as busy:
            self._later(now, busy)
            return False
        self._heard = now
        return True

    def _later(self, now: float, busy: Busy) -> None:
        if self._attempts >= ATTEMPTS:
            raise busy
        self._not_before = now + BACKOFF_S * 2 ** (self._attempts - 1)

    def _wait(self, quantum: Quantum) -> None:
        """Until the next attempt or the end of the quantum, in slices that an interruption can end."""
        threading.Event().wait(max(0.0, min(SLICE_S, quantum.ends - quantum.now())))

    def _read(self, stream: EventStream, made: Step) -> int:
        """Take one event; how many pieces of text it had."""
        if not stream.begun:
            try:
                stream.begin()
            except Busy as busy:
                self._close_stream()
                self._later(self._engine.clock(), busy)
            return 0
        event = stream.next()
        if event is None:
            made.finish = made.finish or "stop"
            self._close_stream()
            return 0
        try:
            return self._event(event, made)
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise ServiceFault(f"{self._engine.server.where}: expected a completion chunk, got {error!r}") from None

    def _event(self, event: dict[str, Any], made: Step) -> int:
        if isinstance(used := event.get("usage"), dict):
            self._usage = Usage(int(used.get("prompt_tokens") or 0), 0, int(used.get("completion_tokens") or 0))
            self.prompt_tokens = self._usage.prompt
        if not event.get("choices"):
            return 0
        choice = event["choices"][0]
        text = choice.get("text") or (choice.get("delta") or {}).get("content") or ""
        if not isinstance(text, str):
            raise TypeError(type(text).__name__)
        made.text += text
        self.position += bool(text)
        if reason := choice.get("finish_reason"):
            made.finish = "length" if reason == "length" else "stop"
            self._rest()
        return int(bool(text))

    def _rest(self) -> None:
        """After the reason to finish only usage and the end come; they are read if they are there at once."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        try:
            while stream.ready(SLICE_S) and (event := stream.next()) is not None:
                if isinstance(used := event.get("usage"), dict):
                    self._usage = Usage(int(used.get("prompt_tokens") or 0), 0, int(used.get("completion_tokens") or 0))
        except ServiceFault:
            pass  # the answer is whole; only its bill is missing
        finally:
            stream.close()

    def usage(self) -> Usage:
        return self._usage if self._usage.generated else Usage(self._usage.prompt, 0, self.position)

    def timings(self) -> Timings:
        return Timings(0.0, self._busy_s)

    def _close_stream(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def close(self) -> None:
        self._close_stream()


class _Embedding(Session):
    """One vector, by one request."""

    def __init__(self, engine: RemoteEngine, request: InferStart) -> None:
        if not request.prompt:
            raise CallerError("expected a prompt to embed")
        self._engine = engine
        self._text = request.prompt

    def step(self, quantum: Quantum) -> Step:
        answer = self._engine.server.post("/embeddings", {"model": self._engine.model, "input": self._text})
        try:
            vector = array("f", answer["data"][0]["embedding"])
            self.prompt_tokens = int((answer.get("usage") or {}).get("prompt_tokens") or 0)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise ServiceFault(f"{self._engine.server.where}: expected an embedding, got {error!r}") from None
        if sys.byteorder == "big":
            vector.byteswap()
        data = vector.tobytes()
        return Step(finish="stop", tensors=[Tensor("embedding", "float32", [len(vector)], 0, len(data))], data=data)

    def close(self) -> None:
        """Nothing is held."""


def _asked(model: str, request: InferStart) -> tuple[str, dict[str, Any]]:
    """The path and the body that ask for what a request says."""
    sampling = request.sampling
    asked: dict[str, Any] = {
        "model": model,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
        "stream_options": {"include_usage": True},
    }
    if request.max_tokens > 0:
        asked["max_tokens"] = request.max_tokens
    if request.stop:
        asked["stop"] = request.stop
    if request.grammar:
        asked["grammar"] = request.grammar  # llama.cpp's server; others ignore or refuse it
    if request.messages:
        asked["messages"] = [{"role": message.role, "content": message.content} for message in request.messages]
        return "/chat/completions", asked
    if not request.prompt:
        raise CallerError("expected a prompt or messages")
    asked["prompt"] = request.prompt
    return "/completions", asked
