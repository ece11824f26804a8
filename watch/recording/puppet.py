"""The services outside, in a replay: they say what was recorded, when it was, and answer as they did."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import Any, ClassVar

import msgspec

from ...kernel.errors import BluerillError, ServiceFault, error_from
from ...kernel.message import Body, Lane, Taint, body_type, known_messages
from ...kernel.service import Call, Leased, Service
from .entries import Entry

__all__ = ["Puppet", "Script"]


class Script:
    """What everybody outside answered, in order."""

    def __init__(self, entries: list[Entry]) -> None:
        self._answers: dict[tuple[str, str, str], deque[Entry]] = defaultdict(deque)
        for each in entries:
            self._answers[each.sender, each.to, each.of].append(each)
        self.missing: list[str] = []
        """What was asked in the replay, and never answered in the recording."""

    def next(self, who: str, asker: str, wire: str) -> Entry | None:
        """The next answer to such a question; None for one that was never answered."""
        held = self._answers.get((who, asker, wire))
        return held.popleft() if held else None


class Puppet(Service):
    """One service outside."""

    concurrency: ClassVar[int] = 64

    def __init__(self, **settings: Any) -> None:
        self.script: Script | None = None
        self.handlers = dict.fromkeys(known_messages().values(), "hear")  # type: ignore[misc]

    async def hear(self, body: Body, call: Call) -> Body | Leased | None:
        """Whatever it is told or asked. Raises what it raised then."""
        if not call.deadline:
            return None  # it was told
        script = self.script
        entry = script.next(self.port.address, call.sender, body.wire) if script is not None else None
        if entry is None:
            if script is not None:
                script.missing.append(f"{call.sender} asked {self.port.address} {body.wire}")
            raise ServiceFault(f"the recording has no answer of {self.port.address!r} to {body.wire!r}")
        await self.port.sleep(entry.took)
        if entry.error:
            raise error_from(entry.error, str(msgspec.json.decode(entry.body)))
        answer = decoded(entry)
        return answer if entry.lease is None else Leased(answer, self.port.offer(entry.lease))

    async def say(self, entry: Entry) -> None:
        """One recorded line. What the device refuses now, it refused then."""
        lane, taint = Lane(entry.lane), Taint(entry.taint)
        lease = None if entry.lease is None else self.port.offer(entry.lease)
        try:
            if entry.k == "signal":
                self.port.notify(entry.to, int(msgspec.json.decode(entry.body)))
            elif entry.ask:
                await self.port.ask(entry.to, decoded(entry), Body, within=600, lane=lane, taint=taint, lease=lease)
            else:
                await self.port.tell(entry.to, decoded(entry), lane=lane, taint=taint, lease=lease)
        except BluerillError as error:
            self.port.log.info("%s of %s: %s", entry.wire, entry.sender, error)


def decoded(entry: Entry) -> Body:
    """The message of an entry. Raises CallerError for one that this version does not know, or knows otherwise."""
    kind = body_type(entry.wire)
    try:
        body: Body = msgspec.json.decode(entry.body, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ServiceFault(f"the recorded {entry.wire!r} is none that this version knows: {error}") from None
    return body
