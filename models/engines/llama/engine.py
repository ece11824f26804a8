"""The engine itself: a GGUF file and its options become a model that takes sequences.

Settings: ``repack`` (``on`` copies weights into the layout that prefill likes best, at the price of their size in
anonymous memory; default ``off``), ``pooling`` (``mean`` or ``last``, for embeddings of models that have none).
A second file of the role ``projector`` lets a multimodal model see pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import ClassVar

from ....kernel.errors import BluerillError, CallerError, ServiceFault
from ...formats.gguf import read_gguf
from ...messages import EngineKind, InferStart, Keep, LoadOptions, ModelFile, ModelInfo
from ..contract import Engine, Payload, Quantum, Session, Step, known_settings, one_file
from ..tensors import unpacked
from .chat import chat_text, chat_tokens, refuse_control
from .context import Aborted, Context
from .embed import EmbedSession
from .images import Pictured, Projector
from .sampler import Processor
from .session import LlamaSession
from .slots import Slots

__all__ = ["LlamaEngine"]

SETTINGS = ("repack", "pooling")


class LlamaEngine(Engine):
    """See the module and :class:`~..contract.Engine`."""

    name: ClassVar[str] = "llama"
    context: Context
    slots: Slots
    interrupted = False

    def load(self, model: str, files: Sequence[ModelFile], options: LoadOptions) -> ModelInfo:
        settings = known_settings(self.name, options.settings, SETTINGS)
        self.pooling = settings.get("pooling", "mean")
        repack = settings.get("repack", "off")
        if self.pooling not in ("mean", "last") or repack not in ("on", "off"):
            raise CallerError(f"pooling is mean or last, repack on or off; got {self.pooling!r}, {repack!r}")
        path = one_file(files).path
        header = read_gguf(Path(path))  # our bounded reader first: llama.cpp believes what a header says
        if header.metadata.get("split.count", 0) not in (0, 1):
            raise CallerError(f"{path}: one part of a split model, whose other parts nobody verified; merge them first")
        self.context = Context(path, options, repack=repack == "on")
        try:
            return self._opened(model, path, files, options)
        except BaseException:
            self.context.close()
            raise

    def _opened(self, model: str, path: str, files: Sequence[ModelFile], options: LoadOptions) -> ModelInfo:
        context = self.context
        self.projector: Projector | None = None
        self.slots = Slots(context, options.seqs)
        # The scan of a recurrent layer runs over all sequences at once: in a batch its last bits differ.
        self.shares = not (context.recurrent or context.hybrid)
        generates = context.memory is not None and not context.encoder
        kinds: list[EngineKind] = ["generate", "embed"] if generates else ["embed"]
        if context.encoder:
            raise CallerError(f"{path}: an encoder with a decoder is not supported, expected a decoder or an encoder")
        for file in files:
            if file.role not in ("", "projector"):
                raise CallerError(f"{file.path}: expected the role '' or 'projector', got {file.role!r}")
            if file.role:
                self.projector = Projector(file.path, context, options.threads)
        return self._info(model, kinds, options)

    def _info(self, model: str, kinds: list[EngineKind], options: LoadOptions) -> ModelInfo:
        context, lib = self.context, self.context.lib
        keeps: tuple[Keep, ...] = ("memory", "store", "drop")
        if context.window and context.window < context.ctx:
            keeps = ("memory", "drop")  # beyond the window a snapshot is not exact, and pausing drops instead
        return ModelInfo(
            model,
            self.name,
            kinds,
            context.meta("general.architecture"),
            context.meta("general.name"),
            int(lib.llama_model_n_params(context.model)),
            context.ctx,
            context.trained_ctx,
            context.n_vocab,
            int(lib.llama_model_n_embd(context.model)),
            options.seqs,
            keeps,
            batches="generate" in kinds and self.shares,
            chat=bool(context.meta("tokenizer.chat_template")),
            images=self.projector is not None,
            version=version("llama-cpp-python"),
        )

    def start(self, request: InferStart, payload: Payload) -> Session:
        if request.kind == "embed":
            return EmbedSession(self, self._tokens(request))
        if request.kind != "generate" or self.context.memory is None:
            raise CallerError(f"this model cannot {request.kind}")
        processor = _processor(request.processor)
        if not request.tensors:
            return LlamaSession(self, request, self._tokens(request), processor)
        pictured = self._pictured(request, payload)
        try:
            return LlamaSession(self, request, pictured, processor)
        except BaseException:
            pictured.close()
            raise

    def _pictured(self, request: InferStart, payload: Payload) -> Pictured:
        if self.projector is None:
            raise CallerError("this model has no projector: it takes text, no pictures")
        if request.tokens or bool(request.prompt) == bool(request.messages):
            raise CallerError("pictures come with a prompt or with messages")
        pictures = list(unpacked(payload).values())
        if request.messages:
            text, special = chat_text(self.context, request.messages)
            return self.projector.prompt(text, pictures, special=special)
        refuse_control(self.context, request.prompt)
        return self.projector.prompt(request.prompt, pictures, special=True)

    def _tokens(self, request: InferStart) -> list[int]:
        given = [bool(request.prompt), bool(request.tokens), bool(request.messages)]
        if sum(given) != 1:
            raise CallerError("expected one of prompt, tokens and messages")
        if request.tokens:
            return list(request.tokens)
        if request.messages:
            return chat_tokens(self.context, request.messages)
        return self.context.tokenize(request.prompt, special=True, parse=False)

    def interrupt(self) -> None:
        self.interrupted = True
        if not (self.context.recurrent or self.context.hybrid):
            self.context.abort.set()  # a state that cannot go back is let finish its chunk

    def proceed(self) -> None:
        self.interrupted = False
        self.context.abort.clear()

    def together(self, sessions: Sequence[Session], quantum: Quantum) -> list[Step | Exception]:
        """Sequences that are at their answers share every step; those at their prompts take theirs in between."""
        llamas = [session for session in sessions if isinstance(session, LlamaSession)]
        plain = [session for session in llamas if session.pictured is None or session.pictured.done]
        if len(sessions) == 1 or len(plain) != len(sessions) or not self.shares:
            return super().together(sessions, quantum)
        made: dict[LlamaSession, Step | Exception] = {session: Step() for session in llamas}
        active = llamas
        while active:
            apart = [session for session in active if not session.decoding]
            groups = [[session] for session in apart]
            if shared := [session for session in active if session.decoding]:
                groups.append(shared)
            for group in groups:
                self._share(group, made)
            active = [
                session
                for session in active
                if isinstance(step := made[session], Step) and not step.finish and not session.enough(step, quantum)
            ]
        return [made[session] for session in llamas]

    def _share(self, group: list[LlamaSession], made: dict[LlamaSession, Step | Exception]) -> None:
        try:
            outputs = self.context.decode([session.due() for session in group])
        except Aborted:
            for session in group:
                session.lost()
            return
        except BluerillError as error:
            made.update(dict.fromkeys(group, error))
            return
        for session, output in zip(group, outputs, strict=True):
            session.exact = session.exact and len(group) == 1
            step = made[session]
            try:
                if isinstance(step, Step):
                    session.take(output, step)
            except Exception as error:  # noqa: BLE001 - a logits processor is foreign code; its sequence fails alone
                made[session] = error

    def close(self) -> None:
        if hasattr(self, "context"):
            if self.projector is not None:
                self.projector.close()
            self.context.close()


def _processor(name: str) -> Processor | None:
    """A fresh logits processor by its name in the entry-point group ``bluerill.logits``."""
    if not name:
        return None
    for point in entry_points(group="bluerill.logits"):
        if point.name == name:
            try:
                made: Processor = point.load()()
            except (ImportError, AttributeError) as error:
                raise ServiceFault(f"logits processor {name!r} of {point.value} does not load: {error}") from error
            return made
    raise CallerError(f"no logits processor is named {name[:60]!r}; see the entry-point group bluerill.logits")
