"""A language model behind the studio: told the contract, answered by two blocks of text, told what failed.

What a model writes is text until it has been read: it becomes files only by this module, with names that are checked,
and goes through every check that a sketch's does. The model decides nothing, and what it asks for beyond notes, speech
and cards is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import msgspec
import tomli_w

from ...skills.atelier import ALLOWED
from ...skills.drafting import Tried
from .sketches.sketch import Step, pyproject

__all__ = ["Said", "Unwritten", "Writer", "Written", "asked_for", "read", "told_again"]

MAX_CODE = 12_000
_BLOCK = re.compile(r"```(python|toml)[^\n]*\n(.*?)```", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z]*(-[a-z]+){0,3}\Z")
_CLASS = re.compile(r"[A-Z][A-Za-z]{0,40}\Z")

Said = dict[str, str]
"""One message of the talk: ``role`` and ``content``."""


class Unwritten(Exception):
    """Raised where an answer is not a skill; the text is told to the model."""


class Writer(NamedTuple):
    """``name`` is said to the owner; ``ask`` answers a talk. It raises typed errors."""

    name: str
    ask: Callable[[Sequence[Said]], Awaitable[str]]


class Written(NamedTuple):
    """A skill as a model wrote it."""

    name: str
    summary: str
    files: dict[str, str]
    entry: str
    examples: list[str]


class _Hear(msgspec.Struct, frozen=True):
    text: str
    call: str
    arguments: dict[str, Any] = {}


class _Tests(msgspec.Struct, frozen=True):
    hear: list[_Hear]
    no_match: list[str] = []
    step: list[Step] = []


_CONTRACT = '''\
You write one small skill for a watch as a Python class. Answer with exactly two blocks.

```python
"""What it does."""

from __future__ import annotations

from bluerill.skills.contract import Card, Number, Refusal, Reply, Skill, Text, action


class Tally(Skill):
    """Counts push-ups."""

    name = "tally"
    version = "1.0.0"
    grants = ("store",)

    @action("count {amount} [more] (push ups|pushups)", "count a push up", examples=["count a push up"])
    async def count_push_ups(self, amount: Number = 1) -> Reply:
        """Count some.

        amount: how many
        """
        if not 1 <= amount <= 1000:
            raise Refusal("I count one to a thousand at a time.")
        total = await self.device.get("total", 0) + int(amount)
        await self.device.put("total", total)
        return Reply(f"That makes {total}.", result={"total": total})
```

```toml
no_match = ["i like push ups"]
[[hear]]
text = "count three push ups"
call = "count_push_ups"
arguments = { amount = 3 }
[[step]]
call = "count_push_ups"
says = "That makes 1"
```

Rules: sentences are templates: (a|b) is a choice, [x] may be left out, {name} is the parameter of that name.
Parameters have the types Text, Number, Day, Duration or Literal["a", "b"]. grants are of "store" (device.get, put,
after), "speaker" (device.happened(text)), "screen" (cards); declare just those used. An action that changes nothing
has reads=True. Import nothing but datetime, random, typing and the contract. Names that begin with _ are not used.
self.device.after(key, timedelta, {}) calls `async def due(self, key, payload)` later. hear: what people say and the
call it must come to. no_match: what only sounds like it. step: calls in order, with a pattern of what must be said.
'''


def asked_for(asked: str) -> list[Said]:
    """The beginning of the talk."""
    return [{"role": "system", "content": _CONTRACT}, {"role": "user", "content": f"Write a skill that {asked}"}]


def told_again(talk: Sequence[Said], answer: str, wrong: Sequence[str]) -> list[Said]:
    """The talk with an answer and what was wrong with it; earlier tries are left out, so that it is bounded."""
    lines = "\n".join(f"- {line[:300]}" for line in wrong[:8])
    return [
        *talk[:2],
        {"role": "assistant", "content": answer[: MAX_CODE * 2]},
        {"role": "user", "content": f"This does not work yet. Answer with both blocks again, mended:\n{lines}"},
    ]


def failures(tried: Sequence[Tried]) -> list[str]:
    return [f"{each.check}: {line}" for each in tried for line in each.lines[:4]]


def read(answer: str, asked: str, version: str) -> Written:
    """The package that an answer means. Raises Unwritten."""
    blocks = dict(_BLOCK.findall(answer))
    if set(blocks) != {"python", "toml"}:
        raise Unwritten(f"expected a python block and a toml block, got {sorted(blocks) or 'none'}")
    code = blocks["python"]
    if len(code) > MAX_CODE:
        raise Unwritten(f"expected at most {MAX_CODE} characters of code, got {len(code)}")
    name, cls, grants, summary = _class(code)
    if not set(grants) <= ALLOWED:
        raise Unwritten(f"grants: a made skill may ask for {sorted(ALLOWED)}, not {sorted(set(grants) - ALLOWED)}")
    try:
        tests = msgspec.toml.decode(blocks["toml"], type=_Tests)
    except msgspec.DecodeError as error:
        raise Unwritten(f"toml: {error}") from None
    if not tests.hear or not tests.step:
        raise Unwritten("toml: expected at least one [[hear]] and one [[step]]")
    module = f"{name.replace('-', '_')}_skill"
    hear = [msgspec.to_builtins(each) for each in tests.hear[:20]]
    files = {
        "pyproject.toml": pyproject(name, version, module, cls),
        f"{module}/__init__.py": _with_version(code, version),
        "tests/utterances.toml": tomli_w.dumps({"hear": hear, "no_match": {"texts": tests.no_match[:10]}}),
        "tests/story.toml": tomli_w.dumps({"step": [msgspec.to_builtins(each) for each in tests.step[:20]]}),
    }
    return Written(name, summary, files, f"{name}={module}:{cls}", [each.text for each in tests.hear[:4]])


def _with_version(code: str, version: str) -> str:
    return re.sub(r'^(    version = )"[^"]*"', rf'\g<1>"{version}"', code, count=1, flags=re.MULTILINE)


def _class(code: str) -> tuple[str, str, list[str], str]:
    """Name, class, grants and summary of the one skill in the code."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unwritten(f"code: {error}") from None
    found = [
        node for node in tree.body
        if isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id == "Skill" for b in node.bases)
    ]  # fmt: skip
    if len(found) != 1 or not _CLASS.match(found[0].name):
        raise Unwritten(f"code: expected one class of Skill, got {len(found)}")
    cls = found[0]
    values: dict[str, Any] = {"grants": ()}
    for node in cls.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            try:
                values[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    name, grants = values.get("name"), values["grants"]
    if not isinstance(name, str) or not _NAME.match(name):
        raise Unwritten(f"code: a skill's name is small words joined by hyphens, got {name!r}")
    if not isinstance(grants, tuple | list) or not all(isinstance(each, str) for each in grants):
        raise Unwritten(f"code: grants is a tuple of texts, got {grants!r}")
    summary = (ast.get_docstring(cls) or "A skill made on request.").splitlines()[0][:120]
    return name, cls.name, list(grants), summary
