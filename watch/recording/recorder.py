"""Writes a session as it happens: a tap on the core (``kernel/tap.py``) that keeps what crosses into the device.

The device is the services of ``entries.INSIDE``; what the others say to it, and answer to it, is all that a replay
needs. What the device does is kept too, so that a replay can be compared with it. Nothing here waits; a disk that is
full, or the bound, ends the recording and not the device.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, Final

import msgspec

from ...kernel.errors import CallerError
from ...kernel.lease import Lease
from ...kernel.local_ask import LocalAsk
from ...kernel.loop import Kernel
from ...kernel.message import Body, Kind, Packed
from ...kernel.port import Envelope
from .entries import INSIDE, End, Entry, Head
from .messages import Recording

__all__ = ["KEPT", "Recorder"]

KEPT: Final = frozenset(
    ["agent.turn", "agent.say", "agent.hush", "agent.acted", "agent.show", "agent.microphone", "screen.shown",
     "screen.set-face", "gesture.gestured", "gesture.active", "skills.invoke", "skills.happened", "store.put"]
)  # fmt: skip
"""What the device does, as far as it is compared."""
FRAME: Final = "screen.frame"
CLOCK: Final = ("kernel", "kernel.set-clock")
LOOKS: Final = frozenset(["screen.snapshot", "skills.get-catalogue", "agent.get-turns", "agent.settle", "store.export"])
"""What is only looked at, and changes nothing."""
MAX_LEASE: Final = 8 << 20
"""Of one payload; a larger one ends the recording, since it could not be repeated."""
_encode: Final = msgspec.json.Encoder().encode


class Recorder:
    """Listens in from its making on. ``path`` is a file that is not there yet, None keeps the entries in ``entries``;
    ``frames`` also keeps a checksum of every picture of the glass (which only a virtual clock can repeat).

    Raises CallerError for a file that cannot be made.
    """

    def __init__(self, kernel: Kernel, path: Path | None, head: Head, most: int, *, frames: bool = False) -> None:
        self.path, self.ended = path, ""
        self.entries: list[Entry] = []
        self._kernel, self._most, self._frames = kernel, most, frames
        self._began = kernel.now()
        self._asked: dict[int, float] = {}
        self.taken = self.turns = self.bytes = 0
        self._file = None
        if path is not None:
            try:
                self._file = open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb")  # noqa: SIM115 - it stays open
            except OSError as error:
                raise CallerError(f"{path}: expected a file that can be made, got: {error.strerror}") from error
        self._write(_encode(head))
        kernel.tap = self

    @property
    def seconds(self) -> float:
        return self._kernel.now() - self._began

    def state(self) -> Recording:
        return Recording(str(self.path or ""), self.seconds, self.taken, self.turns, self.bytes, self.ended)

    def stop(self, why: str = "stopped") -> Recording:
        """Write the last line and close the file."""
        if not self.ended:
            self._kernel.tap = None
            end = _encode(End(True, round(self.seconds, 6), "" if why == "stopped" else why))
            self.ended = why
            if self._file is not None:
                try:
                    self._file.write(end + b"\n")
                    self._file.close()
                except OSError as error:
                    self.ended = f"it could not be written: {error.strerror}"
        return self.state()

    # the tap

    def sent(self, envelope: Envelope) -> None:
        wire = envelope.body.wire
        inside = envelope.sender in INSIDE
        if (envelope.to in INSIDE and not inside and wire not in LOOKS) or (envelope.to, wire) == CLOCK:
            self.taken += 1
            self._add(
                Entry(
                    "in", self._at(), envelope.sender, envelope.to, wire, _plain(envelope.body), int(envelope.taint),
                    int(envelope.lane), envelope.kind is Kind.ASK, _bytes(envelope.lease),
                )
            )  # fmt: skip
        elif inside and wire in KEPT:
            self.turns += wire == "agent.turn" and envelope.to == "control"
            self._add(Entry("out", self._at(), envelope.sender, envelope.to, wire, _plain(envelope.body)))
        elif self._frames and wire == FRAME:
            self._add(Entry("out", self._at(), envelope.sender, envelope.to, wire, _sum(envelope)))
        if inside and envelope.kind is Kind.ASK and envelope.to not in INSIDE:
            if len(self._asked) >= 1024:
                self._asked.clear()
            self._asked[envelope.id] = self._kernel.now()

    def signalled(self, sender: str, to: str, signal: int) -> None:
        if to in INSIDE and sender not in INSIDE:
            self._add(Entry("signal", self._at(), sender, to, "", msgspec.Raw(b"%d" % signal)))

    def answered(self, ask: LocalAsk) -> None:
        asked = self._asked.pop(ask.id, None)
        if asked is None or (ask.error is None and ask.answer is None):
            return
        entry = Entry("answer", self._at(), ask.to, ask.sender, of=ask.body.wire, took=self._kernel.now() - asked)
        if ask.error is not None:
            entry.error, entry.body = ask.error.code, msgspec.Raw(_encode(str(ask.error)))
        elif ask.answer is not None:
            entry.wire, entry.body, entry.lease = ask.answer.wire, _plain(ask.answer), _bytes(ask.borrowed)
        self._add(entry)

    def _at(self) -> float:
        return round(self.seconds, 6)

    def _add(self, entry: Entry) -> None:
        if entry.lease is not None and len(entry.lease) > MAX_LEASE:
            self.stop(f"{entry.wire!r} came with {len(entry.lease)} bytes, at most {MAX_LEASE}")
        elif self._file is None:
            self.entries.append(entry)
        else:
            self._write(_encode(entry))

    def _write(self, line: bytes) -> None:
        if self._file is None or self.ended:
            return
        if self.bytes + len(line) > self._most:
            self.stop(f"it has {self.bytes} bytes, at most {self._most}")
            return
        try:
            self._file.write(line + b"\n")
            self._file.flush()
        except OSError as error:
            self.stop(f"it could not be written: {error.strerror}")
        self.bytes += len(line) + 1


def _plain(body: Body | Packed) -> msgspec.Raw:
    """A body as JSON; what only passes through the core is not known by its type here."""
    whole: Any = msgspec.msgpack.decode(body.data) if isinstance(body, Packed) else body
    return msgspec.Raw(_encode(whole))


def _bytes(lease: Lease | None) -> bytes | None:
    return None if lease is None else lease.bytes()


def _sum(envelope: Envelope) -> msgspec.Raw:
    """A picture by its checksum."""
    body = msgspec.json.decode(_plain(envelope.body))
    data = _bytes(envelope.lease)
    body["data"] = hashlib.sha256(body.get("data", "").encode() if data is None else data).hexdigest()[:16]
    return msgspec.Raw(_encode(body))
