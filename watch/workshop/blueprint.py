"""A new skill package, whose own tests pass at once: ``bluerill skills new NAME``.

The skill it begins with keeps a tally, because that needs a bit of everything: an argument, a row in the store, an
undo, a refusal and a card. Replace it by what your skill does.
"""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from string import Template

from ...kernel.errors import CallerError

__all__ = ["files", "write"]

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
MAX_NAME = 24

_PYPROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "$package"
version = "0.1.0"
description = "A Bluerill skill"
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["bluerill"]

[project.optional-dependencies]
dev = ["pytest>=8"]

[project.entry-points."bluerill.skills"]
$name = "$entry"

[tool.setuptools]
packages = ["$module"]
package-data = { "*" = ["py.typed"] }
"""

_SKILL = '''\
"""A skill that counts $spoken, one after the other."""

from __future__ import annotations

from typing import Any

from bluerill.skills.contract import Card, Number, Refusal, Reply, Skill, action


class $cls(Skill):
    """Counts $spoken."""

    name = "$name"
    version = "0.1.0"
    contract = (1, 3)
    grants = ("store",)

    @action(
        "(count|tally) [another|one more] $spoken",
        "(count|tally) {amount} [more] $spoken",
        "[please] add {amount} to [the|my] $spoken (count|tally)",
        examples=["count another $spoken", "count three more $spoken"],
        purpose="count the $spoken",
    )
    async def count_$ident(self, amount: Number = 1) -> Reply:
        """Count one or more.

        amount: how many
        """
        if not 1 <= amount <= 1000 or amount != int(amount):
            raise Refusal("I count whole ones, up to a thousand at a time.")
        total = await self.device.get("total", 0) + int(amount)
        await self.device.put("total", total)
        return Reply(
            f"That makes {total}.",
            result={"total": total},
            card=Card(title="$title", text=str(total)),
            undo=int(amount),
        )

    @action(
        "(what's|what is) [the|my] $spoken (count|tally)",
        "how many $spoken have i counted",
        examples=["what's my $spoken count", "how many $spoken have i counted"],
        reads=True,
    )
    async def total_$ident(self) -> Reply:
        """Say how many were counted."""
        total = await self.device.get("total", 0)
        return Reply(f"{total} so far." if total else "None so far.", result={"total": total})

    async def undo(self, what: Any) -> Reply:
        total = max(0, await self.device.get("total", 0) - what)
        await self.device.put("total", total)
        return Reply(f"Back to {total}.", result={"total": total})
'''

_FUNCTIONS = '''\
"""Counts $spoken."""

from __future__ import annotations

from bluerill.skills.contract import Card, Device, Number, Refusal, Reply, action

version = "0.1.0"
grants = ("store",)


@action(
    "(count|tally) [another|one more] $spoken",
    "(count|tally) {amount} [more] $spoken",
    "[please] add {amount} to [the|my] $spoken (count|tally)",
    examples=["count another $spoken", "count three more $spoken"],
    purpose="count the $spoken",
)
async def count_$ident(device: Device, amount: Number = 1) -> Reply:
    """Count one or more.

    amount: how many
    """
    if not 1 <= amount <= 1000 or amount != int(amount):
        raise Refusal("I count whole ones, up to a thousand at a time.")
    total = await device.get("total", 0) + int(amount)
    await device.put("total", total)
    return Reply(
        f"That makes {total}.",
        result={"total": total},
        card=Card(title="$title", text=str(total)),
        undo=int(amount),
    )


@action(
    "(what's|what is) [the|my] $spoken (count|tally)",
    "how many $spoken have i counted",
    examples=["what's my $spoken count", "how many $spoken have i counted"],
    reads=True,
)
async def total_$ident(device: Device) -> Reply:
    """Say how many were counted."""
    total = await device.get("total", 0)
    return Reply(f"{total} so far." if total else "None so far.", result={"total": total})


async def undo(device: Device, what: int) -> Reply:
    total = max(0, await device.get("total", 0) - what)
    await device.put("total", total)
    return Reply(f"Back to {total}.", result={"total": total})
'''

_UTTERANCES = """\
# What people say to this skill, and what must come of it: run by `bluerill skills test .`
# Times and dates are resolved as if it were Friday, 20 November 2026, 14:05.

[[hear]]
text = "count another $spoken"
call = "count_$ident"

[[hear]]
text = "tally five $spoken"
call = "count_$ident"
arguments = { amount = 5 }

[[hear]]
text = "add twelve to my $spoken count"
call = "count_$ident"
arguments = { amount = 12 }

[[hear]]
text = "how many $spoken have i counted"
call = "total_$ident"

[[hear]]
text = "what is the $spoken tally"
call = "total_$ident"

# What sounds close and is not for this skill.
[no_match]
texts = [
  "count down from ten",
  "tell me about $spoken",
  "i love $spoken",
]
"""

_TEST = '''\
"""What the skill does, on a virtual clock and without a device: `pytest`, or `bluerill skills test .`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
$import

from bluerill.kernel.errors import CallerError
from bluerill.skills.testing import Bench


def test_it_counts_and_takes_back(tmp_path: Path) -> None:
    async def story() -> None:
        bench = await Bench.of($thing, state=tmp_path)
        await bench.do("count_$ident", amount=2)
        done = await bench.do("count_$ident")
        assert done.speech == "That makes 3."
        assert (await bench.undo(done)).result == {"total": 2}
        assert (await bench.do("total_$ident")).speech == "2 so far."
        await bench.close()

    asyncio.run(story())


def test_it_counts_whole_ones(tmp_path: Path) -> None:
    async def story() -> None:
        bench = await Bench.of($thing, state=tmp_path)
        with pytest.raises(CallerError, match="whole ones"):
            await bench.do("count_$ident", amount=0.5)
        await bench.close()

    asyncio.run(story())
'''

_README = """\
# $package

A skill for [Bluerill](https://pypi.org/project/bluerill/). Say "count another $spoken".

    pip install -e .              # beside Bluerill
    bluerill skills info $name
    bluerill ask "count three more $spoken"

    bluerill skills test .        # sentences, grants, arguments, types, tests
"""

_CI = """\
name: test
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - run: pip install -e '.[dev]' mypy
      - run: bluerill skills test .
"""

_GITIGNORE = "__pycache__/\n*.egg-info/\nbuild/\ndist/\n.venv/\n.pytest_cache/\n.mypy_cache/\n"


def files(name: str, *, functions: bool = False) -> dict[str, str]:
    """The text of each file of a package for the skill ``name``, by path: a class, or plain ``functions``.

    Raises CallerError if the name is none: lower case words joined by hyphens, at most 24 characters.
    """
    if not _NAME.match(name) or len(name) > MAX_NAME:
        raise CallerError(
            f"a skill's name is lower case words joined by hyphens, at most {MAX_NAME} characters, "
            f"such as 'tide-times'; got {name[:60]!r}"
        )
    words = name.split("-")
    ident = "_".join(words)
    if keyword.iskeyword(ident):
        raise CallerError(f"{name!r} is a word of Python; a skill needs another name")
    names = {
        "name": name,
        "package": f"bluerill-skill-{name}",
        "module": f"{ident}_skill",
        "cls": "".join(word.capitalize() for word in words),
        "ident": ident,
        "spoken": " ".join(words),
        "title": " ".join(words).capitalize(),
    }
    module = names["module"]
    cls = names["cls"]
    if functions:
        names |= {"entry": module, "import": f"import {module}", "thing": module}
    else:
        names |= {"entry": f"{module}:{cls}", "import": f"from {module} import {cls}", "thing": cls}
    texts = {
        "pyproject.toml": _PYPROJECT,
        "README.md": _README,
        ".gitignore": _GITIGNORE,
        ".github/workflows/test.yml": _CI,
        f"{module}/__init__.py": _FUNCTIONS if functions else _SKILL,
        f"{module}/py.typed": "",
        "tests/utterances.toml": _UTTERANCES,
        "tests/test_skill.py": _TEST,
    }
    return {path: Template(text).substitute(names) for path, text in texts.items()}


def write(name: str, into: Path, *, functions: bool = False) -> Path:
    """Write the package into a new folder below ``into``; returns it.

    Raises CallerError if the folder is there already or cannot be made; nothing is ever overwritten.
    """
    texts = files(name, functions=functions)
    folder = into / f"bluerill-skill-{name}"
    try:
        folder.mkdir(parents=True)
        for path, text in texts.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
    except FileExistsError:
        raise CallerError(f"{folder} is there already; choose another name or another --into") from None
    except OSError as error:
        raise CallerError(f"{folder} cannot be written: {error.strerror}") from error
    return folder
