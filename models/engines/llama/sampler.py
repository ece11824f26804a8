"""Choosing the next token: penalties, filters, temperature, a seeded draw, and a grammar if one is given.

The chain is llama.cpp's own, kept beside the sequence and not in the context: it stays when the sequence's state is
dropped, so that a draw after a preemption is the draw there would have been.

A grammar over a large vocabulary is slow, and mostly agrees with what the model wants anyway. So a token is chosen
first and only then checked; only one that the grammar refuses costs a pass over the whole vocabulary.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ....kernel.errors import CallerError
from ...messages import Sampling
from .context import Context
from .library import errors_said

__all__ = ["Processor", "Sampler"]

Logits = npt.NDArray[np.float32]
Processor = Callable[[Sequence[int], Logits], None]
"""Edits the logits, float32 [n_vocab], in place, knowing the tokens so far."""
MAX_GRAMMAR = 64 * 1024
MAX_NESTING = 64


class Sampler:
    """Raises CallerError for values out of range and for a grammar that is none."""

    def __init__(self, context: Context, sampling: Sampling, grammar: str = "") -> None:
        _check(sampling)
        self._lib = context.lib
        self._sampling = sampling
        self._greedy = sampling.temperature <= 0.0
        self._chain: Any = None
        self._grammar: Any = self._parsed(context, grammar) if grammar else None
        self._chain = self._built(context.n_vocab)
        self._pure = self._greedy and sampling.repeat_penalty == 1.0
        pair = [("id", np.int32), ("logit", np.float32), ("p", np.float32)]
        self._candidates = np.zeros(0 if self._pure else context.n_vocab, pair)
        self._one = np.zeros(1, pair)
        self._ids = np.arange(len(self._candidates), dtype=np.int32)

    def _parsed(self, context: Context, grammar: str) -> Any:
        if len(grammar) > MAX_GRAMMAR or "\0" in grammar:
            raise CallerError(f"a grammar has at most {MAX_GRAMMAR} characters and no NUL, got {len(grammar)}")
        if _nesting(grammar) > MAX_NESTING:  # the parser recurses in C
            raise CallerError(f"a grammar nests at most {MAX_NESTING} deep")
        errors_said()
        parsed = self._lib.llama_sampler_init_grammar(context.vocab, grammar.encode(), b"root")
        if not parsed:
            raise CallerError(f"the grammar is not GBNF with a rule 'root': {errors_said() or grammar[:60]!r}")
        return parsed

    def _built(self, n_vocab: int) -> Any:
        lib, sampling = self._lib, self._sampling
        chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        add = lib.llama_sampler_chain_add
        if sampling.repeat_penalty != 1.0 and sampling.repeat_last:
            repeat = (sampling.repeat_last, sampling.repeat_penalty, 0.0, 0.0)
            add(chain, lib.llama_sampler_init_penalties(n_vocab, *repeat))
        if self._greedy:
            add(chain, lib.llama_sampler_init_greedy())
            return chain
        if sampling.top_k > 0:
            add(chain, lib.llama_sampler_init_top_k(sampling.top_k))
        if 0.0 < sampling.top_p < 1.0:
            add(chain, lib.llama_sampler_init_top_p(sampling.top_p, 1))
        if sampling.min_p > 0.0:
            add(chain, lib.llama_sampler_init_min_p(sampling.min_p, 1))
        add(chain, lib.llama_sampler_init_temp(sampling.temperature))
        add(chain, lib.llama_sampler_init_dist(sampling.seed & 0x7FFFFFFF))
        return chain

    def prime(self, prompt: Sequence[int]) -> None:
        """Let repetitions of the prompt's end count."""
        if not self._pure and self._sampling.repeat_penalty != 1.0:
            for token in prompt[-self._sampling.repeat_last :]:
                self._lib.llama_sampler_accept(self._chain, token)

    def choose(self, logits: Logits) -> int:
        """The next token of these logits; it is then taken into account. Raises CallerError if the grammar (or a
        processor) leaves none."""
        token = self._drawn(logits)
        if self._grammar is not None and not self._allowed(token, float(logits[token])):
            allowed = self._filtered(logits)
            token = self._drawn(allowed)
            if not math.isfinite(float(allowed[token])):
                raise CallerError("the grammar allows no further token of this vocabulary")
        if not math.isfinite(float(logits[token])):
            raise CallerError("no token is left to choose: all logits are infinite or no number")
        self._lib.llama_sampler_accept(self._chain, token)
        if self._grammar is not None:
            self._lib.llama_sampler_accept(self._grammar, token)
        return token

    def _drawn(self, logits: Logits) -> int:
        if self._pure:
            return int(logits.argmax())
        candidates = self._candidates
        candidates["id"] = self._ids
        candidates["logit"] = logits
        array = self._array(candidates)
        self._lib.llama_sampler_apply(self._chain, ctypes.byref(array))
        return int(candidates["id"][array.selected]) if array.selected >= 0 else int(logits.argmax())

    def _allowed(self, token: int, logit: float) -> bool:
        self._one[0] = (token, logit, 0.0)
        array = self._array(self._one)
        self._lib.llama_sampler_apply(self._grammar, ctypes.byref(array))
        return math.isfinite(float(self._one["logit"][0]))

    def _filtered(self, logits: Logits) -> Logits:
        """The logits with minus infinity wherever the grammar says no."""
        candidates = np.zeros(len(logits), self._one.dtype)
        candidates["id"] = np.arange(len(logits), dtype=np.int32)
        candidates["logit"] = logits
        array = self._array(candidates)
        self._lib.llama_sampler_apply(self._grammar, ctypes.byref(array))
        allowed = np.full(len(logits), -np.inf, np.float32)
        allowed[candidates["id"]] = candidates["logit"]
        return allowed

    def _array(self, candidates: npt.NDArray[Any]) -> Any:
        array = self._lib.llama_token_data_array()
        array.data = ctypes.cast(candidates.ctypes.data, self._lib.llama_token_data_p)
        array.size = len(candidates)
        array.selected = -1
        array.sorted = False
        return array

    def close(self) -> None:
        for held in (self._chain, self._grammar):
            if held:
                self._lib.llama_sampler_free(held)
        self._chain = self._grammar = None


def _check(sampling: Sampling) -> None:
    numbers = {
        "temperature": (sampling.temperature, 0.0, 10.0),
        "top_k": (sampling.top_k, 0, 1 << 20),
        "top_p": (sampling.top_p, 0.0, 1.0),
        "min_p": (sampling.min_p, 0.0, 1.0),
        "repeat_penalty": (sampling.repeat_penalty, 0.1, 10.0),
        "repeat_last": (sampling.repeat_last, 0, 4096),
    }
    for name, (value, low, high) in numbers.items():
        if not low <= value <= high:  # false for NaN too
            raise CallerError(f"sampling {name} is {low} to {high}, got {value}")


def _nesting(grammar: str) -> int:
    depth = deepest = 0
    for letter in grammar:
        depth += (letter == "(") - (letter == ")")
        deepest = max(deepest, depth)
    return deepest
