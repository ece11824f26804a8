"""The job ``infer``: a model's answers to a file of prompts, one JSON line each, in order.

An input line is ``{"prompt": …}`` or ``{"messages": [{"role", "content"}, …]}``, with an optional ``id`` and
``max_tokens``; any further keys are ignored. An output line is ``{"id", "text", "finish", "prompt_tokens", "tokens"}``,
or ``{"id", "error"}`` where the line was no prompt or the model refused it.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from ...kernel.errors import CallerError
from .acts import Choose, Chosen, Claim, Claimed, Complete, Completed
from .job import MAX_STEPS, Job, Outcome, Step, Steps

HOPELESS = 5
"""When the first lines all fail, so will the rest."""


class Infer(Job, frozen=True):
    """Answer a file of prompts."""

    kind: ClassVar[str] = "infer"
    summary: ClassVar[str] = "answer a file of prompts with a model"
    unit: ClassVar[str] = "bytes"
    paths: ClassVar[tuple[str, ...]] = ("input", "output")
    helps: ClassVar[dict[str, str]] = {
        "model": "a model's card",
        "input": "JSON lines with prompt or messages, and optionally id and max_tokens",
        "output": "JSON lines with the answers, in the order of the prompts",
        "max_tokens": "tokens of one answer where the line says nothing (default 256)",
    }

    model: str
    input: str
    output: str
    max_tokens: int = 256

    def __post_init__(self) -> None:
        if not self.model or not self.input or not self.output:
            raise ValueError("infer needs a model, an input and an output")
        if not 1 <= self.max_tokens <= 8192:
            raise ValueError(f"max_tokens is 1 to 8192, got {self.max_tokens}")

    @property
    def title(self) -> str:
        return f"Answer {PurePath(self.input).name} with {self.model}"

    def steps(self) -> Steps:
        claimed: Claimed = yield Step(Claim(self.input, self.output))
        chosen: Chosen = yield Step(Choose("generate", self.model), 0, claimed.size)
        at, written, lines, failed, tokens = 0, 0, 0, 0, 0
        while at < claimed.size:
            act = Complete(chosen.model, claimed.input, claimed.stamp, at, claimed.output, written, self.max_tokens)
            done: Completed = yield Step(act, at, claimed.size)
            if done.end:
                break
            at, written = done.next, done.written
            lines += 1
            tokens += done.tokens
            failed += bool(done.failed)
            if failed == lines == HOPELESS:
                raise CallerError(f"the first {HOPELESS} prompts all failed, the last because: {done.failed}")
            if lines >= MAX_STEPS - 10 and at < claimed.size:
                raise CallerError(f"one job answers at most {lines} prompts, {at} of {claimed.size} bytes are done")
        said = f"{lines - failed} prompts of {PurePath(claimed.input).name} are answered"
        said += f", {failed} failed." if failed else "."
        value = {
            "output": claimed.output, "prompts": lines, "failed": failed, "tokens": tokens, "model": chosen.model,
        }  # fmt: skip
        return Outcome(said, [claimed.output], value)
