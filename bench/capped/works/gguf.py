"""A GGUF model, by the product's engine: prefill and decode rates as llama-bench defines them, time to the first token
and between tokens as a user meets them, and perplexity on a bundled text, all in every item.

- *prefill*: N tokens from an empty context, in batches of ``n_batch``, logits of the last only; N / time (``pp``).
- *decode*: N tokens one by one from an empty context; N / time (``tg``). llama-bench takes random tokens, here they are
  those of the text, which costs the same and gives the perplexity; choosing a token is part of neither.
- *ttft*, *tpot*: a request through the engine's own session, sampling included: to its first token, and the mean time
  from then on to its last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from time import perf_counter, perf_counter_ns
from typing import Any

import msgspec

from ....models.messages import InferStart, LoadOptions, ModelFile, Sampling
from ..options import changed
from ..rows import Estimated, Model
from ..wire import Answer
from ..work import Prepared, Unavailable, Wanted

PREFILL, DECODE, REPLY, PROMPT = 128, 32, 16, 64
TEXTS = (
    "The watch woke before its owner did. It had counted the hours of the night by the slow beat at the wrist, had "
    "noted when the breath grew deep and when it grew light again, and now it waited for the moment that had been "
    "agreed upon. At a quarter to seven it would knock, twice, softly, against the bone, and if nothing moved it would "
    "knock once more. It had no opinion of mornings. But it had learned that a person who is woken gently asks what "
    "the weather will be like, and that one who is not says nothing at all until there is coffee in the house.",
    "To repair an old clock you need patience more than tools. Take off the hands, then the dial, and lay every screw "
    "on paper in the order in which it came out. Look at the train of wheels before you touch it: a bent tooth shows "
    "itself as a shadow that limps. Clean the pivots with a splinter of soft wood, oil them with less than you think, "
    "and wind the spring only when the plates are closed. If it stops after an hour, the fault is seldom where it "
    "stops; turn back along the train until you find the wheel that is late, and begin there.",
    "Rain came over the harbour in the afternoon and the boats turned their heads into the wind. On the quay a woman "
    "counted boxes of fish and wrote the numbers into a wet book, and a boy read them out to her although she could "
    "see them well enough. The ferry was late. Nobody minded, for the people who wait for ferries have brought bread "
    "with them, and something to say about the last time it was late, when the captain had stopped in the middle of "
    "the bay because a seal was asleep on the rope and it would have been rude to wake it.",
)  # fmt: skip
"""Written for this benchmark, so that no model has seen them."""


def prepare(wanted: Wanted, path: Path, about: Any) -> Prepared:
    """Nothing is loaded: the header is read, and the file hashed. Raises Unavailable without llama-cpp-python."""
    import importlib.util

    if importlib.util.find_spec("llama_cpp") is None:
        raise Unavailable("GGUF models need llama-cpp-python: pip install 'bluerill[llama]'")
    from ....models.cards import sha256_of
    from ....models.estimate import estimate

    usual = LoadOptions(ctx=min(1024, about.shape.trained_ctx or 1024))
    options = changed(usual, wanted.variant)
    guess = estimate(about.shape, options)
    sizes = (PREFILL // 2, DECODE // 2) if wanted.quick else (PREFILL, DECODE)
    model = Model(
        path.stem, "llama", path.stat().st_size, sha256_of(path), about.quantisation, options.ctx, options.ubatch,
        options.kv_type, options.mmap, options.threads,
    )  # fmt: skip
    settings = {
        "path": str(path.resolve()), "options": msgspec.json.encode(options).decode(), "prefill": str(sizes[0]),
        "decode": str(sizes[1]), "seed": str(wanted.seed),
    }  # fmt: skip
    return Prepared(
        path.stem + wanted.variant.suffix, ".works.gguf:GgufWork",
        wanted.folder, len(TEXTS), [""] * len(TEXTS), "perplexity", "perplexity",
        "three bundled texts", f"pp{sizes[0]} + tg{sizes[1]} + a request", [path], settings, model,
        Estimated(guess.anon, guess.file), speaks=True,
    )  # fmt: skip


def prefill(context: Any, tokens: Sequence[int], clock: Callable[[], float] = perf_counter) -> float:
    """Seconds to compute the tokens from an empty context."""
    from ....models.engines.llama.context import Row

    context.forget(0)
    began = clock()
    for at in range(0, len(tokens), context.n_batch):
        chunk = tokens[at : at + context.n_batch]
        context.decode([Row(0, at, chunk, at + len(chunk) == len(tokens))])
    return clock() - began


def decode(
    context: Any, tokens: Sequence[int], count: int, clock: Callable[[], float] = perf_counter
) -> tuple[float, list[Any]]:
    """Seconds to compute ``count`` tokens one by one from an empty context, and the logits after each."""
    from ....models.engines.llama.context import Row

    context.forget(0)
    spent, logits = 0.0, []
    for at in range(count):
        began = clock()
        [output] = context.decode([Row(0, at, [tokens[at % len(tokens)]], True)])
        spent += clock() - began
        logits.append(context.logits(output).copy())
    return spent, logits


class GgufWork:
    """One model; every item computes a prefill, a text token by token, and a request."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        from importlib.metadata import version

        from ....models.engines.llama.engine import LlamaEngine

        self.versions = {"llama-cpp-python": version("llama-cpp-python")}
        self._engine = LlamaEngine()
        self._engine.clock = perf_counter
        options = msgspec.json.decode(settings["options"], type=LoadOptions)
        self._engine.load("bench", [ModelFile(settings["path"])], options)
        self._context = self._engine.context
        self._sizes = int(settings["prefill"]), int(settings["decode"])
        self._random = Random(int(settings["seed"]))

    def run(self, item: int) -> Answer:
        context = self._context
        prefilled = min(self._sizes[0], context.ctx - 1)
        prompt = [self._random.randrange(context.n_vocab) for _ in range(prefilled)]
        prefill_s = prefill(context, prompt)
        text = context.tokenize(TEXTS[item % len(TEXTS)][: context.ctx // 2], special=True, parse=False)
        decoded = min(self._sizes[1], context.ctx - 1, len(text))
        decode_s, logits = decode(context, text, decoded)
        context.forget(0)
        surprise = [_surprise(logits[at], text[at + 1]) for at in range(decoded - 1)]
        took, ttft_ms, tpot_ms, said, _ = self._request(text[:PROMPT])
        return Answer(
            item, took, said,
            extra={
                "prefill_tps": prefilled / prefill_s, "decode_tps": decoded / decode_s, "ttft_ms": ttft_ms,
                "tpot_ms": tpot_ms, "nll": sum(surprise), "scored": len(surprise),
            },
        )  # fmt: skip

    def converse(self, item: int, first: Callable[[], None]) -> Answer:
        """The request of an item alone, as LoadGen asks for it; ``first`` is called at its first token."""
        context = self._context
        text = context.tokenize(TEXTS[item % len(TEXTS)][: context.ctx // 2], special=True, parse=False)
        took, ttft_ms, tpot_ms, said, count = self._request(text[:PROMPT], first)
        return Answer(item, took, said, extra={"ttft_ms": ttft_ms, "tpot_ms": tpot_ms, "tokens": count})

    def _request(
        self, prompt: list[int], first: Callable[[], None] | None = None
    ) -> tuple[int, float, float, str, int]:
        from ....models.engines.contract import Payload, Quantum

        request = InferStart(0, tokens=prompt, max_tokens=REPLY, sampling=Sampling(temperature=0.0))
        began = perf_counter_ns()
        session = self._engine.start(request, Payload((), b""))
        try:
            times, text = [], ""
            while True:
                step = session.step(Quantum(perf_counter, 1, 10.0))
                text += step.text
                times += [perf_counter_ns()] * len(step.tokens)
                if times and first is not None:
                    first()
                    first = None
                if step.finish:
                    break
        finally:
            session.close()
        between = (times[-1] - times[0]) / max(1, len(times) - 1) / 1e6
        return times[-1] - began, (times[0] - began) / 1e6, between, text, len(times)

    def close(self) -> None:
        self._engine.close()


def _surprise(logits: Any, token: int) -> float:
    """-ln p(token)."""
    import numpy as np

    wide = logits.astype(np.float64)
    top = float(wide.max())
    return float(top + np.log(np.exp(wide - top).sum()) - wide[token])
