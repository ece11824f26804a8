"""The service ``studio``: writes a skill that was asked for, tries it, and mends it a few times.

It runs in a box with one folder to work in, and is gone when it has nothing to do: what it writes is run here first. It
decides nothing. What it says passed is looked at again by the device, in another box without any right, before the
owner is asked (``skills/atelier.py``).

    read the description → a sketch → code, sentences, a story → parse → types → story in Monty (``sandbox.py``)
    → load → sentences → grants → arguments → story in Python

A language model writes first where the owner named one that can (``writer.py``); what failed is fed back to it. Without
one, or if it does not get there, a sketch does, and its failures are mended by writing it otherwise: without the
sentences that another skill takes, then with the skill's own name in each. After that it is refused, with the reason.
Who wrote it is said with the offer.
"""

from __future__ import annotations

import ast
import re
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from ...agent.planner import local_now
from ...kernel.errors import BluerillError, BudgetExceeded, CallerError, DeadlineExceeded, ManifestError
from ...kernel.message import Body
from ...kernel.service import Call, Service, handles
from ...models.messages import ChatMessage, Infer, Inference
from ...skills.drafting import Draft, Drafted, Tried, Undrafted
from ...skills.messages import ActionInfo, Catalogue
from .package import Package
from .sandbox import RunStory, StoryRun
from .sketches.library import sketch
from .sketches.sketch import Hear, Made, Step, Unmade, package
from .story import lived, read
from .trial import trial
from .writer import Said, Unwritten, Writer, asked_for, failures, told_again
from .writer import read as read_answer

__all__ = ["REPAIRS", "StudioService", "made"]

REPAIRS = 3
MAX_TOKENS = 1_500
SANDBOX_S = 10.0
TOO = "-too"
MAX_ASKED = 400
_IMPORTS = frozenset({"__future__", "datetime", "random", "typing", "bluerill.skills.contract"})
Inner = Callable[[str, list[dict[str, Any]]], Awaitable[StoryRun]]
"""Runs code and its story in the inner sandbox."""
_BARRED = frozenset(
    {"eval", "exec", "compile", "__import__", "open", "globals", "vars", "getattr", "setattr", "breakpoint"}
)


class StudioService(Service):
    """``folder`` is where it may write; the folder is made by the device, for the box lets this process make none.
    ``model`` is the card or path of a language model that writes ('': none does)."""

    concurrency = 1

    def __init__(self, folder: str = "", model: str = "") -> None:
        self._folder = folder or None
        self._model = model

    async def start(self) -> None:
        if self._folder:
            tempfile.tempdir = self._folder  # the one place where this process may write
            _tidy(Path(self._folder))

    @handles(Draft)
    async def draft(self, request: Draft, call: Call) -> Drafted | Undrafted:
        try:
            catalogue = Catalogue("") if call.lease is None else msgspec.json.decode(call.lease.bytes(), type=Catalogue)
        except msgspec.DecodeError as error:
            raise CallerError(f"the catalogue to get along with does not decode: {error}") from error
        now = local_now(request.now, self.port.wall())
        writer = self._writer(request.patience_s) if self._model else None
        return await made(request.asked, request.version, catalogue.actions, now, self._folder, writer, self._inner)

    async def _inner(self, code: str, story: list[dict[str, Any]]) -> StoryRun:
        try:
            return await self.port.ask("sandbox", RunStory(code, story), StoryRun, within=SANDBOX_S)
        except BudgetExceeded as error:
            return StoryRun(skipped=f"there is no room for it just now ({error})")

    def _writer(self, patience_s: float) -> Writer:
        until = self.port.now() + patience_s

        async def ask(talk: Sequence[Said]) -> str:
            left = until - self.port.now()
            if left < 1:
                raise DeadlineExceeded(f"the model {self._model!r} had no more time")
            messages = [ChatMessage(each["role"], each["content"]) for each in talk]
            want = Infer(self._model, messages=messages, max_tokens=MAX_TOKENS)
            answer = await self.port.ask("models", want, Body, within=left)
            if isinstance(answer, Inference):
                return answer.text
            raise BudgetExceeded(getattr(answer, "reason", f"models answered {answer.wire!r}"))

        return Writer(f"the model {self._model}", ask)


def _tidy(folder: Path) -> None:
    """Remove what a studio left that was ended in the middle of its work."""
    for left in folder.iterdir():
        shutil.rmtree(left, ignore_errors=True)


async def made(
    asked: str,
    version: str,
    others: Sequence[ActionInfo],
    now: datetime,
    folder: str | None,
    writer: Writer | None = None,
    inner: Inner | None = None,
) -> Drafted | Undrafted:
    """Write a skill and try it, at most :data:`REPAIRS` times over; first by the writer, if there is one."""
    if writer is None:
        return await _sketched(asked, version, others, now, folder, inner)
    drafted = await _written(asked, version, others, folder, writer, inner)
    if isinstance(drafted, Drafted):
        return drafted
    instead = await _sketched(asked, version, others, now, folder, inner)
    if isinstance(instead, Drafted):
        return msgspec.structs.replace(instead, writer=f"{instead.writer}, since {drafted.reply},")
    return Undrafted(f"{instead.reply} And {drafted.reply}.", drafted.tried)


async def _written(
    asked: str,
    version: str,
    others: Sequence[ActionInfo],
    folder: str | None,
    writer: Writer,
    inner: Inner | None,
) -> Drafted | Undrafted:
    """Have a model write; the reply of an Undrafted is half a sentence."""
    talk = asked_for(asked[:MAX_ASKED])
    tried: list[Tried] = []
    wrong: list[str] = []
    for repairs in range(REPAIRS + 1):
        try:
            answer = await writer.ask(talk)
        except BluerillError as error:
            return Undrafted(f"{writer.name} could not write it ({error})", tried)
        try:
            found = read_answer(answer, asked, version)
            tried = await _tried(found.files, others, folder, inner)
            wrong = failures(tried)
            if not wrong:
                return Drafted(
                    found.name, f"made-{found.name}", "model", found.summary, found.files, [found.entry],
                    found.examples, tried, repairs, writer.name,
                )  # fmt: skip
        except Unwritten as error:
            wrong = [str(error)]
        talk = told_again(talk, answer, wrong)
    return Undrafted(f"{writer.name} did not get it right: {wrong[0][:160]}", tried)


async def _sketched(
    asked: str,
    version: str,
    others: Sequence[ActionInfo],
    now: datetime,
    folder: str | None,
    inner: Inner | None,
) -> Drafted | Undrafted:
    try:
        first = sketch(asked[:MAX_ASKED], now)
    except Unmade as unmade:
        return Undrafted(str(unmade))
    tried: list[Tried] = []
    wanted = first
    for repairs in range(REPAIRS + 1):
        files = package(wanted, asked, version)
        tried = await _tried(files, others, folder, inner)
        failed = [each for each in tried if each.lines]
        if not failed:
            lead = f"ask {wanted.lead} to " if wanted.lead else ""
            examples = [lead + each.text for each in wanted.hear][:4]
            entry = next(iter(re.findall(r'^(\S+) = "(\S+:\S+)"$', files["pyproject.toml"], re.MULTILINE)))
            return Drafted(
                wanted.name, f"made-{wanted.name}", wanted.sketch, wanted.summary, files, [f"{entry[0]}={entry[1]}"],
                examples, tried, repairs, "a sketch",
            )  # fmt: skip
        mended = _mended(first, wanted, failed, repairs)
        if mended is None:
            break
        wanted = mended
    why = "; ".join(line for each in tried for line in each.lines[:1])[:200]
    return Undrafted(f"I wrote it, but it does not work well enough to give it to you: {why}", tried)


# mending


def _mended(first: Made, last: Made, failed: Sequence[Tried], repairs: int) -> Made | None:
    """The skill written otherwise; None if nothing more can be done."""
    checks = {each.check for each in failed}
    if checks == {"loads"} and not last.name.endswith(TOO):
        return _renamed(last)
    if not checks <= {"utterances", "examples", "sentences"} or last.lead:
        return None
    lines = " ".join(line for each in failed for line in each.lines)
    left = [each for each in last.hear if repr(each.text) not in lines]
    if {each.call for each in left} == {each.call for each in last.hear} and len(left) < len(last.hear):
        return last._replace(hear=left)  # what another skill takes is left to it: the rest is enough
    name = last.name.replace("-", " ")
    return last._replace(lead=name, hear=first.hear if last.name == first.name else last.hear)


def _renamed(made: Made) -> Made:
    """Under another name, and every action too: somebody else has these."""
    code = made.code
    for call in {*(each.call for each in made.hear), *(step.call for step in made.story)}:
        code = code.replace(f"def {call}(", f"def {call}_too(")
    hear = [Hear(each.text, f"{each.call}_too", each.arguments) for each in made.hear]
    story: list[Step] = [msgspec.structs.replace(step, call=f"{step.call}_too") for step in made.story]
    return made._replace(name=made.name + TOO, code=code, hear=hear, story=story)


# trying


async def _tried(
    files: dict[str, str], others: Sequence[ActionInfo], folder: str | None, inner: Inner | None = None
) -> list[Tried]:
    """Every check, until one fails; what can be is tried in the inner sandbox before it runs here."""
    found: list[Tried] = []
    code = next(text for path, text in files.items() if path.endswith("__init__.py"))
    with tempfile.TemporaryDirectory(dir=folder) as work:
        root = Path(work) / "package"
        _write(root, files)
        async with aclosing(_checks(root, others, Path(work), code, inner)) as checks:
            async for each in checks:
                found.append(each)
                if each.lines:
                    break
    return found


def _write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")


async def _checks(
    root: Path, others: Sequence[ActionInfo], work: Path, code: str, inner: Inner | None
) -> AsyncGenerator[Tried, None]:
    yield _read(root)
    if inner is not None:
        story = [msgspec.to_builtins(each) for each in read(root / "tests" / "story.toml")]
        ran = await inner(code, story)
        if ran.skipped:
            yield Tried("sandbox", f"left out: {ran.skipped}")
        else:
            yield Tried("types", "its types agree", ran.types)
            yield Tried("sandbox", "it lives through its story in Monty, which has no way out", ran.wrong)
    before = set(sys.modules)
    try:
        try:
            loaded = Package(root)
        except (ManifestError, CallerError) as error:
            yield Tried("loads", "it cannot be loaded", [str(error)])
            return
        mine = {each.name for each in loaded.skills}
        rest = [each for each in others if each.skill not in mine]
        async with aclosing(trial(loaded, tools=False, others=rest)) as findings:
            async for finding in findings:
                yield Tried(finding.check, finding.summary, finding.lines if finding.state == "failed" else [])
        try:
            wrong = await lived(loaded.skills, read(root / "tests" / "story.toml"), work / "story")
        except BluerillError as error:
            wrong = [str(error)]
        yield Tried("story", "it does what it should, also when time passes", wrong)
    finally:
        for name in set(sys.modules) - before:
            if name.endswith("_skill"):
                del sys.modules[name]


def _read(root: Path) -> Tried:
    """The code as text: what it imports and calls is of a small list, before any of it runs."""
    wrong = []
    for path in sorted(root.rglob("*.py")):
        try:
            tree = ast.parse(path.read_text("utf-8"))
        except (SyntaxError, ValueError) as error:
            wrong.append(f"{path.name}: {error}")
            continue
        wrong += [f"{path.name}:{line}: {what} is not for a made skill" for line, what in _odd(tree)]
    return Tried("code", "it parses, and uses nothing but the contract and plain types", wrong)


def _odd(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names if each.name not in _IMPORTS)
        elif isinstance(node, ast.ImportFrom) and (node.level or node.module not in _IMPORTS):
            yield node.lineno, node.module or "."
        elif isinstance(node, ast.Name) and node.id in _BARRED:
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and node.attr.startswith("_") and not _of_self(node):
            yield node.lineno, node.attr


def _of_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self" and not node.attr.startswith("__")
