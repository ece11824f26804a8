"""Preempt and restore at every token: is what follows the same, bit by bit?

``python -m bluerill.bench.scheduler_restore [--json] [--tokens N] [--threads N]``. For each architecture, type of
weights and strategy (keep, store, recompute), an answer of 64 tokens, sampled with a seed, is interrupted at every
position, once in every run, and then at all positions of one run; while it rests, another sequence computes in its
place. Tokens and all logits are compared with an uninterrupted run. Beside that: the same with a reused prefix, and
with graphs aborted in the middle. Nothing here is a matter of speed, so two cores or a busy machine change nothing.

Batches are printed too, but promise nothing: a matrix product of several rows rounds differently for some types of
weights, which is why a sequence that shared its steps says ``exact = False`` when it is computed again alone.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt

from ..models.engines.contract import Payload, Quantum, Session
from ..models.engines.llama.engine import LlamaEngine
from ..models.engines.llama.session import LlamaSession
from ..models.messages import InferStart, Keep, LoadOptions, ModelFile, Sampling
from .tiny_models import Architecture, Shape, write_gguf

Logits = npt.NDArray[np.float32]
SAMPLING = Sampling(temperature=0.9, seed=7, top_k=0, top_p=0.98, min_p=0.0, repeat_penalty=1.05)
BATCH = "in a batch of three (no promise)"
STRATEGIES: tuple[Keep, ...] = ("memory", "store", "drop")
NAMES = {"memory": "keep", "store": "store", "drop": "recompute"}
ARCHITECTURES: tuple[Architecture, ...] = ("llama", "gemma2", "mamba", "lfm2")


class Run(NamedTuple):
    """One answer: its tokens, the logits each was chosen from, and how often it was restored in which way."""

    tokens: list[int]
    logits: list[Logits]
    how: dict[str, int]
    reused: int = 0

    def same(self, other: Run) -> bool:
        return self.tokens == other.tokens and all(
            np.array_equal(mine, theirs) for mine, theirs in zip(self.logits, other.logits, strict=True)
        )


class Subject:
    """A model to be interrupted. ``prompt`` is long enough for a sliding window's ring to have turned."""

    def __init__(self, path: Path, tokens: int, threads: int, prompt: int = 300) -> None:
        self.engine = LlamaEngine()
        self.engine.clock = time.perf_counter
        options = LoadOptions(ctx=512, batch=64, ubatch=32, seqs=4, threads=threads)
        self.info = self.engine.load(path.stem, [ModelFile(str(path))], options)
        self.tokens = tokens
        draw = np.random.default_rng(11)
        self.prompt = [int(token) for token in draw.integers(0, 255, prompt)]
        self.other = [int(token) for token in draw.integers(0, 255, 70)]
        self._number = 0
        context = self.engine.context
        self._ends = [token for token in range(context.n_vocab) if context.ends(token)]

    def start(self, tokens: Sequence[int], most: int, key: str = "") -> tuple[LlamaSession, list[Logits]]:
        """A sequence, and the list that its logits will be in."""
        self._number += 1
        request = InferStart(self._number, tokens=list(tokens), max_tokens=most, sampling=SAMPLING, prefix_key=key)
        session = cast("LlamaSession", self.engine.start(request, Payload((), b"")))
        seen: list[Logits] = []

        def record(_: Sequence[int], logits: Logits) -> None:
            seen.append(logits.copy())
            logits[self._ends] = -np.inf  # a model of random weights may end at any token

        session.processor = record
        return session, seen

    def quantum(self, tokens: int = 1) -> Quantum:
        return Quantum(self.engine.clock, tokens, 60.0)

    def whole(self) -> Run:
        """The answer without an interruption."""
        return self.interrupted(lambda _: None)

    def interrupted(self, keep_at: Callable[[int], Keep | None], key: str = "") -> Run:
        """The answer, put to rest after those tokens for which a strategy is named."""
        session, seen = self.start(self.prompt, self.tokens, key)
        made: list[int] = []
        how: dict[str, int] = {}
        while True:
            step = session.step(self.quantum())
            made += step.tokens
            if step.finish:
                break
            keep = keep_at(len(made)) if step.tokens else None
            if keep is not None:
                session.pause(keep)
                self.intrude()
                name, _ = session.resume()
                how[name] = how.get(name, 0) + 1
        session.close()
        return Run(made, seen, how, session.reused_tokens)

    def intrude(self) -> None:
        """Another sequence computes, where the resting one was if that gave its place up."""
        other, _ = self.start(self.other, 4)
        other.step(self.quantum(4))
        other.close()

    def batched(self) -> Run:
        """The answer in shared steps with two other sequences."""
        session, seen = self.start(self.prompt, self.tokens)
        others = [self.start(self.other[cut:], self.tokens)[0] for cut in (0, 9)]
        sessions: list[Session] = [session, *others]
        made: list[int] = []
        while session in sessions:
            steps = self.engine.together(sessions, self.quantum(3))
            for one, step in zip(list(sessions), steps, strict=True):
                if isinstance(step, Exception):
                    raise step
                if one is session:
                    made += step.tokens
                if step.finish:
                    sessions.remove(one)
                    one.close()
        for left in sessions:
            left.close()
        return Run(made, seen, {})

    def reused(self) -> tuple[Run, Run, int]:
        """An answer after a prompt whose beginning an earlier sequence left behind, plain and dropped at each token;
        and how many tokens were reused."""
        runs: list[Run] = []
        ways: tuple[Keep | None, ...] = (None, "drop")
        for number, keep in enumerate(ways):
            key = f"system {number}"
            first, _ = self.start([*self.prompt[:200], *self.other[:30]], 3, key)
            first.step(self.quantum(3))
            first.close()
            runs.append(self.interrupted(lambda _, keep=keep: keep, key))  # type: ignore[misc]
        return runs[0], runs[1], runs[0].reused

    def aborted(self, seed: int) -> tuple[Run, int]:
        """The answer while another thread aborts whatever graph runs, again and again; and how often it hit.

        Every hit makes the next waits longer, until a graph that went on has ended: a processor whose graphs
        take longer than the longest wait would never come to the end of one.
        """
        session, seen = self.start(self.prompt, self.tokens)
        made: list[int] = []
        hits = in_vain = 0
        ended = threading.Event()
        draw = np.random.default_rng(seed)

        def abort() -> None:
            while not ended.wait(float(draw.uniform(0.0, 0.003)) * 1.1**in_vain):
                self.engine.interrupt()

        thread = threading.Thread(target=abort)
        thread.start()
        try:
            finish = ""
            while not finish:
                self.engine.proceed()
                before = session.position
                step = session.step(self.quantum(8))
                hit = session.position == before and not step.finish
                hits += hit
                in_vain = in_vain + 1 if hit else 0
                made += step.tokens
                finish = step.finish
        finally:
            ended.set()
            thread.join()
            self.engine.proceed()
        session.close()
        return Run(made, seen, {}), hits


class Row(NamedTuple):
    """One line of the proof: of ``cases`` interruptions ``same`` changed nothing."""

    model: str
    what: str
    cases: int
    same: int
    how: dict[str, int]


def prove(subject: Subject, model: str) -> Iterator[Row]:
    """Every case for one model."""
    whole = subject.whole()
    for keep in STRATEGIES:
        runs = [
            subject.interrupted(lambda at, position=position, keep=keep: keep if at == position else None)  # type: ignore[misc]
            for position in range(1, len(whole.tokens))
        ]
        runs.append(subject.interrupted(lambda _, keep=keep: keep))  # type: ignore[misc]
        how: dict[str, int] = {}
        for run in runs:
            for name, count in run.how.items():
                how[name] = how.get(name, 0) + count
        yield Row(model, NAMES[keep], len(runs), sum(run.same(whole) for run in runs), how)
    if subject.info.batches:
        yield Row(model, BATCH, 1, int(subject.batched().same(whole)), {})
    plain, dropped, reused = subject.reused()
    yield Row(model, "recompute with a reused prefix", 1, int(dropped.same(plain)), {"reused tokens": reused})
    hits = 0
    same = 0
    for seed in range(3):
        run, hit = subject.aborted(seed)
        hits += hit
        same += run.same(whole)
    yield Row(model, "aborted graphs", 3, same, {"aborted": hits})


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.scheduler_restore", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document a line")
    parser.add_argument("--tokens", type=int, default=64, help="tokens of the answer (default 64)")
    parser.add_argument("--threads", type=int, default=1, help="threads of a graph (default 1)")
    args = parser.parse_args(argv)
    cases = same = 0
    with tempfile.TemporaryDirectory() as folder:
        for architecture in ARCHITECTURES:
            for kind in ("F32", "Q8_0"):
                path = write_gguf(Path(folder) / f"{architecture}-{kind}.gguf", architecture, Shape(), kind)
                subject = Subject(path, args.tokens, args.threads)
                for row in prove(subject, f"{architecture} {kind}"):
                    if row.what != BATCH:
                        cases, same = cases + row.cases, same + row.same
                    _say(row, args.json)
                subject.engine.close()
    print(f"preempt and restore: {same} of {cases} runs of {args.tokens} tokens bit-equal (goal: all)")
    return 0 if same == cases else 1


def _say(row: Row, as_json: bool) -> None:
    if as_json:
        import json

        print(json.dumps(row._asdict()))
        return
    how = ", ".join(f"{count} {name}" for name, count in row.how.items())
    print(f"{row.model:<12} {row.what:<34} {row.same:>3} of {row.cases:>3} bit-equal   {how}")


if __name__ == "__main__":
    raise SystemExit(main())
