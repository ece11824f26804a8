"""The decoder's file, run by llama.cpp in this process: tools and a request become calls.

The state of the tools' part of a prompt is kept for a few sets of tools, so that it is computed once for each. What
may be said is a grammar of these tools and this request (:mod:`.grammar`): llguidance says for each step which tokens
it allows and which it forces, and forced ones are decoded together. Without llguidance llama.cpp's own grammar is used.
"""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from time import thread_time_ns
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...kernel.errors import CallerError, ServiceFault
from ..cards import card, locate, sha256_of
from ..engines.llama.context import Context, Row
from ..engines.llama.sampler import Sampler
from ..messages import LoadOptions, Sampling
from . import grammar
from .prompt import BEGIN, Tool, request_text, tools_text

__all__ = ["CARD", "CONTEXT", "Answer", "Network", "shipped"]

CARD = "planner-decoder"
CONTEXT, SETS = 1024, 2
"""Tokens of a prompt with its answer, and how many sets of tools are remembered."""
MOST_TOKENS = 240


class Answer(NamedTuple):
    """The calls with the words of their arguments; ``sure`` is the least probability of any choice that was made,
    ``likely`` that of all of them together, of what the grammar allowed."""

    calls: list[tuple[str, dict[str, str]]]
    sure: float
    likely: float
    tokens: int
    forced: int


def shipped() -> Path:
    """The file inside this package, verified against its card. Raises ServiceFault if it is not what the card says."""
    file = card(CARD).files[0]
    path = locate(file)
    if path is None or sha256_of(path) != file.sha256:
        raise ServiceFault(f"{CARD}: {file.path} is not as its card says; reinstall bluerill")
    return path


class Network:
    """Raises CallerError for a file llama.cpp refuses, ServiceFault where llama.cpp is not installed.

    ``engine`` is ``auto`` (llguidance where it is installed), ``llguidance`` or ``gbnf``. ``noise`` is added to what
    llguidance allows (Gumbel's, so strong), to try what a model could say at all.
    """

    def __init__(self, path: Path, *, engine: str = "auto", threads: int = 1, noise: float = 0.0) -> None:
        options = LoadOptions(ctx=CONTEXT, batch=512, ubatch=256, seqs=SETS, threads=threads, mmap=True)
        self._context = Context(str(path), options)
        begin = self._context.tokenize(BEGIN, special=False, parse=True)
        if len(begin) != 1:
            raise CallerError(f"{path}: no decoder of plans: it has no mark {BEGIN!r}")
        self._begin = begin[0]
        self._sets: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._guide = None if engine == "gbnf" else _guide(self._context, engine)
        if self._guide is not None:
            self._guide.noise = noise
        self.mask_ns: list[int] = []
        """How long each mask took of the processor, to measure with."""

    @property
    def engine(self) -> str:
        """What holds answers to the grammar."""
        return "llguidance" if self._guide is not None else "gbnf"

    def plan(
        self,
        tools: Sequence[Tool],
        request: str,
        spelled: grammar.Spelled | None = None,
        candidates: grammar.Candidates | None = None,
    ) -> Answer:
        """The calls of a request. Raises CallerError where tools and request do not fit the context."""
        if not request.strip():
            return Answer([], 1.0, 1.0, 0, 0)
        slot, length = self._prefix(tools)
        asked = self._context.tokenize(request_text(request), special=False, parse=False)
        if length + len(asked) + MOST_TOKENS > CONTEXT:
            raise CallerError(
                f"{len(tools)} tools and the request have {length + len(asked)} tokens; "
                f"at most {CONTEXT - MOST_TOKENS} fit"
            )
        output = self._context.decode([Row(slot, length, asked, True)])[0]
        position = length + len(asked)
        if self._guide is not None:
            return self._guided(self._guide, slot, position, output, grammar.lark(tools, request, spelled, candidates))
        return self._sampled(slot, position, output, grammar.gbnf(tools, request, spelled, candidates))

    def _prefix(self, tools: Sequence[Tool]) -> tuple[int, int]:
        """The sequence in which these tools stand, and their length; nothing comes after them there."""
        text = tools_text(tools)
        if text in self._sets:
            self._sets.move_to_end(text)
            slot, length = self._sets[text]
            if self._context.trim(slot, length):
                return slot, length
            del self._sets[text]
        taken = {slot for slot, _ in self._sets.values()}
        slot = next((each for each in range(SETS) if each not in taken), -1)
        if slot < 0:
            _, (slot, _) = self._sets.popitem(last=False)
        self._context.forget(slot)
        tokens = [self._begin, *self._context.tokenize(text, special=False, parse=False)]
        if len(tokens) + MOST_TOKENS > CONTEXT:
            raise CallerError(f"{len(tools)} tools have {len(tokens)} tokens; at most {CONTEXT - MOST_TOKENS} fit")
        step = self._context.n_batch
        for start in range(0, len(tokens), step):
            self._context.decode([Row(slot, start, tokens[start : start + step], False)])
        self._sets[text] = (slot, len(tokens))
        return slot, len(tokens)

    def _guided(self, guide: _Guide, slot: int, position: int, output: int, text: str) -> Answer:
        matcher = guide.matcher(text)
        said: list[int] = []
        least, total, forced = 1.0, 0.0, 0
        while len(said) < MOST_TOKENS:
            run = matcher.compute_ff_tokens()
            if run:
                matcher.consume_tokens(run)
                forced += len(run)
            else:
                logits = self._context.logits(output)
                token, likely = guide.choose(matcher, logits, self.mask_ns)
                least, total = min(least, likely), total + math.log(max(likely, 1e-9))
                run = [token]
                if self._context.ends(token):
                    break
                matcher.consume_token(token)
            if matcher.is_error():
                raise ServiceFault(f"llguidance: {matcher.get_error()[:200]}")
            said += run
            if matcher.is_stopped():
                break
            output = self._context.decode([Row(slot, position, run, True)])[0]
            position += len(run)
        return Answer(self._read(said), least, math.exp(total), len(said), forced)

    def _sampled(self, slot: int, position: int, output: int, text: str) -> Answer:
        sampler = Sampler(self._context, Sampling(temperature=0.0), text)
        said: list[int] = []
        least, total = 1.0, 0.0
        try:
            while len(said) < MOST_TOKENS:
                logits = self._context.logits(output)
                token = sampler.choose(logits)
                likely = float(np.exp(logits[token] - logits.max()) / np.exp(logits - logits.max()).sum())
                least, total = min(least, likely), total + math.log(max(likely, 1e-9))
                if self._context.ends(token):
                    break
                said.append(token)
                output = self._context.decode([Row(slot, position, [token], True)])[0]
                position += 1
        finally:
            sampler.close()
        return Answer(self._read(said), least, math.exp(total), len(said), 0)

    def _read(self, tokens: Sequence[int]) -> list[tuple[str, dict[str, str]]]:
        """The calls that were written; an answer that ran out of tokens is none."""
        text = b"".join(self._context.piece(token) for token in tokens).decode("utf-8", "replace")
        try:
            rows = json.loads(text)
        except ValueError:
            return []
        return [(name, arguments) for row in rows for name, arguments in row.items()]

    def close(self) -> None:
        """Free the model."""
        self._context.close()


class _Guide:
    """llguidance over this model's vocabulary."""

    noise = 0.0

    def __init__(self, context: Context, lib: Any) -> None:
        self._lib = lib
        pieces = [context.piece(token) for token in range(context.n_vocab)]
        marks = [piece or b"\xff" + str(token).encode() for token, piece in enumerate(pieces)]
        self.ends = next(token for token in range(context.n_vocab) if context.ends(token))
        self._words = context.n_vocab
        self._tokenizer = lib.LLTokenizer(lib.TokenizerWrapper(_Pieces(context, marks, self.ends)), slices=[])
        self._random = np.random.default_rng(1)
        self._mask = np.zeros((self._words + 31) // 32, np.int32)

    def matcher(self, text: str) -> Any:
        made = self._lib.LLMatcher(self._tokenizer, text, log_level=0)
        if made.is_error():
            raise ServiceFault(f"llguidance refused the grammar of these tools: {made.get_error()[:200]}")
        return made

    def choose(self, matcher: Any, logits: npt.NDArray[np.float32], took: list[int]) -> tuple[int, float]:
        """The likeliest token that the grammar allows, and its probability among those."""
        began = thread_time_ns()
        matcher.unsafe_compute_mask_ptr(self._mask.ctypes.data, self._mask.nbytes)
        bits = np.unpackbits(self._mask.view(np.uint8), bitorder="little")[: self._words]
        allowed = np.flatnonzero(bits)
        took.append(thread_time_ns() - began)
        if not len(allowed):
            raise ServiceFault("llguidance allows no further token")
        some: npt.NDArray[Any] = logits[allowed]
        if self.noise:
            some = some + self.noise * self._random.gumbel(size=len(some))
        best = int(some.argmax())
        return int(allowed[best]), float(1.0 / np.exp(some - some[best]).sum())


class _Pieces:
    """What llguidance asks of a tokenizer."""

    def __init__(self, context: Context, tokens: list[bytes], ends: int) -> None:
        self._context = context
        self.eos_token_id, self.bos_token_id = ends, None
        self.tokens = tokens
        self.special_token_ids = [token for token, piece in enumerate(tokens) if piece.startswith(b"\xff")]

    def __call__(self, text: str | bytes) -> list[int]:
        said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return self._context.tokenize(said, special=False, parse=False)


def _guide(context: Context, engine: str) -> _Guide | None:
    try:
        lib: Any = import_module("llguidance")
    except ImportError:
        if engine == "llguidance":
            raise ServiceFault("llguidance is not installed: pip install 'bluerill[llama]'") from None
        return None
    return _Guide(context, lib)
