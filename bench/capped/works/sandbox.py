"""``sandbox``: code that was written on request, run in the box that strangers' code is run in, with its own tests.

The skills are those that the studio makes of requests, one of every kind of sketch; an item is one of them loaded anew
and lived through its story, on a virtual clock. Among them are attempts to get out: to read what belongs to others, to
open a socket, to start a process. Right is a story that went as it should, and an attempt that failed. The cell's
process closes the box around itself before any of it is imported.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from time import perf_counter_ns

import msgspec

from ..wire import Answer
from ..work import Prepared, Unavailable, Wanted

PASSED, KEPT = "passed", "kept in"


def prepare(wanted: Wanted) -> Prepared:
    """Have the skills made, outside of the cap. Raises Unavailable where there is no box."""
    from ....kernel.box.proof import prove
    from ....skills.drafting import Drafted
    from ....watch.workshop.studio import made
    from ...catalogue import NOW, device_catalogue
    from ...studio import requests

    missing = [f"{wall.name}: {wall.what}" for wall in prove() if not wall.stands]
    if missing:
        raise Unavailable(f"the box does not stand here; {missing[0]}")
    known = device_catalogue().actions
    kinds: dict[str, str] = {}
    for kind, words in requests():
        if kind:
            kinds.setdefault(kind, words)
    names: list[str] = []
    for kind, words in list(kinds.items())[: 4 if wanted.quick else None]:
        answer = asyncio.run(made(words, "1.0.0", known, NOW, str(wanted.folder)))
        if not isinstance(answer, Drafted):
            raise Unavailable(f"no skill could be made of {words!r} ({kind}): {answer.reply}")
        names.append(f"skill-{len(names)}")
        for path, text in answer.files.items():
            target = wanted.folder / names[-1] / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
    (wanted.folder / "work").mkdir()
    (wanted.folder / "secret").write_text("of somebody else", "utf-8")
    items = [item for pair in zip_longest(names, ATTEMPTS) for item in pair if item]  # few items are of both kinds
    (wanted.folder / "items.json").write_bytes(msgspec.json.encode(items))
    return Prepared(
        "sandbox", ".works.sandbox:SandboxWork", wanted.folder, len(items),
        [KEPT if item in ATTEMPTS else PASSED for item in items], "exact", "tests passed",
        f"{len(names)} skills made on request with their stories, {len(ATTEMPTS)} attempts to get out", "test",
    )  # fmt: skip


class SandboxWork:
    """Runs one skill's story, or one attempt, an item."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        from ....kernel.box.box import close
        from ....kernel.box.spec import BoxSpec
        from ....watch.workshop import package, story

        self._items = msgspec.json.decode((folder / "items.json").read_bytes(), type=list[str])
        self._folder, self._package, self._story = folder, package, story
        names = [name for name in self._items if name not in ATTEMPTS]
        reads = tuple(str(folder / name) for name in names)
        walls = close(BoxSpec(reads=reads, writes=(str(folder / "work"),)))
        self.versions = {"box": ", ".join(wall.name for wall in walls if wall.stands)}

    def run(self, item: int) -> Answer:
        name = self._items[item]
        began = perf_counter_ns()
        said = self._attempt(name) if name in ATTEMPTS else asyncio.run(self._lived(self._folder / name))
        return Answer(item, perf_counter_ns() - began, said)

    def _attempt(self, name: str) -> str:
        try:
            ATTEMPTS[name](self._folder)
        except OSError:
            return KEPT
        return f"{name} worked"

    async def _lived(self, root: Path) -> str:
        before = set(sys.modules)
        try:
            loaded = self._package.Package(root)
            state = self._folder / "work" / f"{root.name}-{perf_counter_ns()}"
            wrong = await self._story.lived(loaded.skills, self._story.read(root / "tests" / "story.toml"), state)
        finally:
            for name in set(sys.modules) - before:
                if name.endswith("_skill"):
                    del sys.modules[name]  # the next item imports it anew
        return wrong[0] if wrong else PASSED

    def close(self) -> None:
        """Nothing is held."""


def _start(folder: Path) -> None:
    if not os.fork():
        os._exit(0)
    os.wait()


ATTEMPTS: dict[str, Callable[[Path], object]] = {
    "reading /etc/passwd": lambda folder: os.close(os.open("/etc/passwd", os.O_RDONLY)),
    "reading a file beside its own": lambda folder: (folder / "secret").read_text(),
    "writing beside its folder": lambda folder: (folder / "left behind").write_text("x"),
    "a socket": lambda folder: socket.socket().close(),
    "a second process": _start,
    "signalling who started it": lambda folder: os.kill(os.getppid(), 0),
}
