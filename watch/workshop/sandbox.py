"""The service ``sandbox``: runs a made skill's story in Monty before anything of it runs in Python.

Monty is an interpreter of a subset of Python without files, network, imports or reflection; each of its workers is a
process of its own. This service only starts them: its box lets it execute that one program and nothing else, and what
it starts stays in the same box. Types are checked by the checker that Monty brings. Limits end the whole run: time,
memory, depth and calls out to the host, and a run that met one is thrown away with its worker.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from ...kernel.errors import CallerError, ServiceFault
from ...kernel.limits import MIB
from ...kernel.message import Body, message
from ...kernel.service import Call, Service, handles
from ...skills.testing import WEDNESDAY
from .inner import PRELUDE, STUBS, Inner, Unfit
from .sketches.sketch import Step
from .story import ZONE

__all__ = ["RunStory", "SandboxService", "StoryRun", "lived"]

FEED_S = 2.0
MEMORY = 16 * MIB
MAX_CALLS, MAX_DEPTH = 400, 100
MAX_ROWS = 200
MISSING = "pydantic-monty is not installed (pip install 'bluerill[monty]')"


@message("studio.run-story")
class RunStory(Body, frozen=True):
    """Ask ``sandbox`` to check the types of a made skill's code and to let it live through its story. → StoryRun"""

    code: str
    story: list[dict[str, Any]]


@message("studio.story-run")
class StoryRun(Body, frozen=True):
    """What the type checker said, and what went otherwise than the story says, one line each. ``skipped`` says why
    nothing was run."""

    types: list[str] = []
    wrong: list[str] = []
    skipped: str = ""


class SandboxService(Service):
    """``monty`` is the worker's program ('': it is not installed)."""

    concurrency = 1

    def __init__(self, monty: str = "") -> None:
        self._monty = monty

    @handles(RunStory)
    async def run(self, request: RunStory, call: Call) -> StoryRun:
        if not self._monty:
            return StoryRun(skipped=MISSING)
        try:
            story = msgspec.convert(request.story, list[Step])
        except msgspec.ValidationError as error:
            raise CallerError(f"the story does not fit: {error}") from error
        return await lived(request.code, story, self._monty)


class _World:
    """What the code reaches: rows, what is due, what was said, and a clock that only the story moves."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.rows: dict[str, Any] = {}
        self.due: dict[str, tuple[float, Any]] = {}
        self.said: list[str] = []
        self.clock = 0.0

    async def get(self, key: str, default: Any) -> Any:
        return self.rows.get(key, default)

    async def put(self, key: str, value: Any) -> None:
        if value is None:
            self.rows.pop(key, None)
        elif len(self.rows) >= MAX_ROWS and key not in self.rows:
            raise ValueError(f"more than {MAX_ROWS} rows")
        else:
            self.rows[key] = value

    async def scan(self, prefix: str) -> dict[str, Any]:
        return {key: value for key, value in sorted(self.rows.items()) if key.startswith(prefix)}

    async def after(self, key: str, seconds: float, payload: Any) -> None:
        if len(self.due) < MAX_ROWS:
            self.due[key] = (self.clock + seconds, payload)

    async def forget(self, key: str) -> None:
        self.due.pop(key, None)

    async def remaining(self, key: str) -> float | None:
        entry = self.due.get(key)
        return None if entry is None else max(0.0, entry[0] - self.clock)

    async def happened(self, speech: str) -> None:
        self.said.append(str(speech)[:500])

    @property
    def host(self) -> dict[str, Any]:
        named = ("get", "put", "scan", "after", "forget", "remaining", "happened")
        return {
            "host_now": lambda: self.now + timedelta(seconds=self.clock),
            **{f"host_{name}": getattr(self, name) for name in named},
        }


async def lived(code: str, story: list[Step], monty: str) -> StoryRun:
    """Check and run. Raises ServiceFault if the interpreter itself cannot be had."""
    from pydantic_monty import AsyncMonty, MontyCrashedError, MontyRuntimeError, MontySyntaxError, MontyTypingError

    try:
        inner = Inner(code)
    except Unfit as unfit:
        return StoryRun(wrong=[str(unfit)])
    world = _World(datetime.fromtimestamp(WEDNESDAY, ZoneInfo(ZONE)))  # when stories begin
    limits: Any = {
        "max_feed_duration_secs": FEED_S,
        "max_memory": MEMORY,
        "max_recursion_depth": MAX_DEPTH,
        "max_suspensions": MAX_CALLS,
    }
    try:
        async with AsyncMonty(binary_path=monty, max_processes=1, request_timeout=FEED_S * 3) as pool:
            session = pool.checkout(
                limits=limits, type_check=True, type_check_stubs=STUBS, type_check_format="concise",
                script_name="skill.py",
            )  # fmt: skip
            async with session as worker:
                await worker.feed_run(PRELUDE, external_lookup=world.host)
                await worker.feed_run(inner.text, external_lookup=world.host)
                await worker.feed_run(inner.makes, external_lookup=world.host)
                for number, step in enumerate(story, 1):
                    line = await _step(worker, world, inner, step)
                    if line:
                        return StoryRun(wrong=[f"step {number}, {step.call}: {line}"])
    except MontyTypingError as error:
        return StoryRun(types=[line for line in str(error.display()).splitlines() if "error" in line][:8])
    except (MontySyntaxError, MontyRuntimeError) as error:
        return StoryRun(wrong=[_short(error)])
    except MontyCrashedError as error:
        return StoryRun(wrong=[f"it broke the interpreter: {_short(error)}"])
    except Unfit as unfit:
        return StoryRun(wrong=[str(unfit)])
    except (OSError, TimeoutError) as error:
        raise ServiceFault(f"the sandbox cannot run {monty}: {_short(error)}") from error
    except Exception as error:
        if type(error).__name__ != "RustPanic":  # of the client's Rust half, which exports no name for it
            raise
        return StoryRun(wrong=[f"it broke the interpreter: {_short(error)}"])
    return StoryRun()


async def _step(worker: Any, world: _World, inner: Inner, step: Step) -> str:
    from pydantic_monty import MontyRuntimeError

    before = len(world.said)
    refused = False
    try:
        expression = inner.call(step.call, step.arguments)
        said = str(await worker.feed_run(expression, external_lookup=world.host, skip_type_check=True))
    except MontyRuntimeError as error:
        text = _short(error)
        refused, said = "refused: " in text, text.partition("refused: ")[2]
        if not refused:
            return text
    if refused is not step.refuses:
        return f"expected {'a refusal' if step.refuses else 'an answer'}, got {said!r}"
    if step.says and not re.search(step.says, said):
        return f"expected words like {step.says!r}, got {said[:120]!r}"
    await _pass(worker, world, inner, step.passes)
    if step.then and not any(re.search(step.then, each) for each in world.said[before:]):
        return f"expected to hear {step.then!r} within {step.passes:g} s, got {world.said[before:][:3]}"
    return ""


async def _pass(worker: Any, world: _World, inner: Inner, seconds: float) -> None:
    """Let time pass, and what falls due meanwhile do so, in order and not too often."""
    until = world.clock + seconds
    for _ in range(MAX_ROWS):
        ready = sorted((at, key) for key, (at, _) in world.due.items() if at <= until)
        if not ready:
            break
        at, key = ready[0]
        world.clock = max(world.clock, at)
        _, payload = world.due.pop(key)
        await worker.feed_run(inner.due(key, payload), external_lookup=world.host, skip_type_check=True)
    world.clock = until


def _short(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:200]
