"""A made skill lives through its story: the calls it must answer, on a virtual clock, in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ...kernel.errors import BluerillError, CallerError
from ...skills.contract import Skill
from ...skills.testing import Bench
from .sketches.sketch import Step

__all__ = ["lived", "read"]

ZONE = "Europe/Paris"


class _Story(msgspec.Struct, frozen=True):
    step: list[Step] = []


def read(path: Path) -> list[Step]:
    """The steps of a file. Raises CallerError."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=_Story).step
    except (OSError, msgspec.DecodeError) as error:
        raise CallerError(f"{path.name}: {error}") from error


async def lived(skills: Sequence[type[Skill]], story: Sequence[Step], state: Path) -> list[str]:
    """What went otherwise than the story says, one line each; the first is enough to stop."""
    bench = await Bench.of(*skills, state=state, zone=ZONE)
    try:
        for number, step in enumerate(story, 1):
            wrong = await _step(bench, step)
            if wrong:
                return [f"step {number}, {step.call}: {wrong}"]
        return []
    finally:
        await bench.close()


async def _step(bench: Bench, step: Step) -> str:
    try:
        said, refused = (await bench.do(step.call, **step.arguments)).speech, False
    except CallerError as error:
        said, refused = str(error), True
    except BluerillError as error:
        return str(error)
    if refused is not step.refuses:
        return f"expected {'a refusal' if step.refuses else 'an answer'}, got {said!r}"
    if step.says and not re.search(step.says, said):
        return f"expected words like {step.says!r}, got {said!r}"
    before = len(bench.said)
    if step.passes:
        await bench.advance(step.passes)
    if step.then and not any(re.search(step.then, each) for each in bench.said[before:]):
        return f"expected to hear {step.then!r} within {step.passes:g} s, got {bench.said[before:]}"
    return ""
