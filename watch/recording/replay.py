"""A session once more, on the virtual clock (``kernel/host/sim.py``): the same device, and what was said to it.

The services of ``entries.INSIDE`` are booted by the wiring of the watch, with the rows they had; puppets stand where
the others were. It takes as long as the computing takes. The boot lies BOOT_S before the beginning.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from ...kernel.child import resolve
from ...kernel.clock import SetClock
from ...kernel.errors import CallerError
from ...kernel.host.sim import SimHost, run_sim
from ...kernel.loop import Kernel
from ...kernel.manifest import Manifest, ServiceSpec
from ...kernel.message import Body, known_messages
from ...kernel.service import Service
from ...modalities.screen.messages import Attach, Attached, Frame, Snapshot
from ..boot import load_manifest
from .compare import Part, compared, digest, first_difference
from .entries import INSIDE, Entry, Head, Session
from .puppet import Puppet, Script
from .recorder import Recorder

__all__ = ["Replayed", "messages", "replay", "staged", "write"]

BOOT_S: Final = 5.0
ATTACH: Final = "screen.attach"


class Replayed(msgspec.Struct):
    """What came of a replay. ``parts`` compare it with the recording; ``digest`` is equal for equal sessions,
    ``divergence`` is empty if this one was equal; ``unanswered`` is what nobody could answer any more."""

    parts: list[Part]
    entries: list[Entry]
    digest: str
    divergence: str
    unanswered: list[str]
    exact: bool
    picture: bytes = b""
    """The glass at the end, as PNG."""


def replay(
    session: Session,
    again: Path | None = None,
    pictures: Callable[[float, bytes], None] | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> Replayed:
    """Run it. ``again`` is a file for a recording of the replay, which further replays must equal to the letter;
    ``pictures`` is given the glass after each turn (seconds, PNG); ``settings`` are further ones of the device's
    services. Raises CallerError, ServiceFault.
    """
    head = session.head
    with tempfile.TemporaryDirectory(prefix="bluerill-replay-") as folder:

        async def run(host: SimHost) -> Replayed:
            kernel = staged(head, Path(folder), host, settings)
            return await _Stage(kernel, session, again, pictures).play()

        return run_sim(run, wall=head.wall - BOOT_S, begin=max(head.elapsed - BOOT_S, 0.0))


class _Stage:
    def __init__(
        self,
        kernel: Kernel,
        session: Session,
        again: Path | None,
        pictures: Callable[[float, bytes], None] | None,
    ) -> None:
        self._kernel = kernel
        self._session, self._again, self._pictures = session, again, pictures
        self._script = Script(session.of("answer"))
        self._asking: set[asyncio.Task[None]] = set()

    async def play(self) -> Replayed:
        kernel, session = self._kernel, self._session
        await kernel.start()
        try:
            if _watched_from_the_beginning(session.entries):
                await self._puppet("web").port.ask("screen", Attach(), Attached)
            await self._puppet("web").port.sleep(BOOT_S)
            for name in kernel.manifest.services:
                if name not in INSIDE:
                    self._puppet(name).script = self._script
            if session.head.rate != 1.0:
                kernel.set_clock(kernel.clock.set(SetClock(rate=session.head.rate)))
            head = msgspec.structs.replace(session.head, exact=True)
            kept = Recorder(kernel, None, head, 1 << 40, frames=True)
            await self._perform(kept)
            picture = await self._glass()
            kernel.tap = None
            return self._judged(kept, picture)
        finally:
            for task in self._asking:
                task.cancel()
            await kernel.stop()

    def _puppet(self, name: str) -> Puppet:
        service = self._kernel.local(name)
        assert isinstance(service, Puppet)
        return service

    async def _perform(self, kept: Recorder) -> None:
        began = self._kernel.now()
        spoken = 0
        for entry in self._session.of("in", "signal"):
            await self._until(began + entry.t)
            if entry.sender not in self._kernel.manifest.services:
                continue  # a child of somebody's, whose lines nobody can say
            speaker = self._puppet(entry.sender)
            if entry.ask:
                task = asyncio.ensure_future(speaker.say(entry))
                self._asking.add(task)
                task.add_done_callback(self._asking.discard)
            else:
                await speaker.say(entry)
            if self._pictures is not None and kept.turns > spoken:
                spoken = kept.turns
                self._pictures(entry.t, await self._glass())
        await self._until(began + self._session.seconds)

    async def _until(self, moment: float) -> None:
        wait = moment - self._kernel.now()
        if wait > 0:
            await self._puppet("web").port.sleep(wait)

    async def _glass(self) -> bytes:
        _, lease = await self._puppet("web").port.borrow("screen", Snapshot(), Frame)
        with lease:
            return lease.bytes()

    def _judged(self, kept: Recorder, picture: bytes) -> Replayed:
        session = self._session
        recorded, done = session.of("out"), [each for each in kept.entries if each.k == "out"]
        kept.ended = "stopped"
        parts = compared(recorded, done, session.seconds, session.fastest)
        divergence = next((f"{part.name}: {part.difference}" for part in parts if part.difference), "")
        if session.head.exact:
            divergence = divergence or _to_the_letter(recorded, done)
        if self._again is not None:
            write(self._again, msgspec.structs.replace(session.head, exact=True), kept.entries, session.seconds)
        return Replayed(
            parts, kept.entries, digest(done), divergence, self._script.missing, session.head.exact, picture
        )


def write(path: Path, head: Head, entries: list[Entry], seconds: float) -> None:
    """A recording as a new file. Raises CallerError if it is there already, or cannot be made."""
    lines = [head, *entries, {"end": True, "t": seconds}]
    try:
        with path.open("xb") as file:
            file.writelines(msgspec.json.encode(line) + b"\n" for line in lines)
    except OSError as error:
        raise CallerError(f"{path}: expected a file that can be made, got: {error.strerror}") from error


def _to_the_letter(recorded: list[Entry], done: list[Entry]) -> str:
    for number, (one, other) in enumerate(zip(recorded, done, strict=False)):
        if msgspec.json.encode(one) != msgspec.json.encode(other):
            where = f"entry {number + 1}, {one.wire}, {one.t:.3f} s after the beginning"
            return f"{where}: {first_difference(_whole(one), _whole(other)) or 'a moment differs'}"
    if len(recorded) != len(done):
        return f"recorded {len(recorded)} things done, replayed {len(done)}"
    return ""


def _whole(entry: Entry) -> Any:
    return msgspec.json.decode(msgspec.json.encode(entry))


def _watched_from_the_beginning(entries: list[Entry]) -> bool:
    """Whether a page was there before the recording was: it was told of screens and had not asked for them."""
    first = next((each for each in entries if each.wire in (ATTACH, "screen.shown")), None)
    return first is not None and first.wire != ATTACH


def staged(head: Head, folder: Path, host: SimHost, settings: Mapping[str, Mapping[str, Any]] | None = None) -> Kernel:
    """The device of a head on the simulated host, not yet started; ``folder`` is for its files, ``settings`` are
    further ones of its services."""
    plain = _manifest(head, folder)
    services = dict(plain.services)
    for name, added in (settings or {}).items():
        services[name] = msgspec.structs.replace(services[name], settings={**services[name].settings, **added})
    return Kernel(msgspec.structs.replace(plain, services=services), host, _resolve)


def _resolve(class_path: str) -> type[Service]:
    return Puppet if class_path == "puppet" else resolve(class_path)


def _manifest(head: Head, folder: Path) -> Manifest:
    """The watch's wiring, with puppets outside, and what the device knew."""
    known_messages()
    if head.gestures:
        (folder / "gestures.toml").write_text(head.gestures, "utf-8")
    plain = load_manifest(state=str(folder), cache=str(folder / "cache"), port=0, secret="")
    services = {name: _spec(name, spec, head) for name, spec in plain.services.items()}
    _fill_store(folder / "store", head.rows)
    return msgspec.structs.replace(plain, services=services)


def _spec(name: str, spec: ServiceSpec, head: Head) -> ServiceSpec:
    if name not in INSIDE:
        return msgspec.structs.replace(
            spec, class_="puppet", isolation="core", start="boot", memory=0, settings={}, starts=None, box=None
        )
    added: dict[str, Any] = {}
    if name in ("skills", "session", "screen"):
        added["zone"] = head.zone
    if name == "skills":
        added |= {"boot": head.boot, "settings": {**spec.settings.get("settings", {}), **head.settings}, "log": ""}
    return msgspec.structs.replace(spec, isolation="core", start="boot", settings={**spec.settings, **added})


def _fill_store(folder: Path, rows: dict[str, dict[str, Any]]) -> None:
    import logging

    from ...skills.rows import RowFile

    folder.mkdir(parents=True)
    file = RowFile(folder / "store.db", logging.getLogger("bluerill.replay"))
    for space, held in rows.items():
        file.put(space, {key: msgspec.json.encode(value) for key, value in held.items()})
    file.close()


def messages() -> dict[str, type[Body]]:
    """Every message that a recording may have; imports the wings that define them."""
    from ..commands.pages import load_messages

    return load_messages()
