"""The simulated phone: people who are nobody, and messages that go no further than the store of this watch.

It is the default provider, so that the skill can be tried without a phone. Whatever it says is labelled. Its contacts
are those of the owner's settings (``contacts = { Anna = "+49 30 1234567" }``), or a few invented ones.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from ..contract import Device, Refusal
from .provider import Contact, Note

MAX_CONTACTS = 500
MAX_SENT = 200
INVENTED = (
    Contact(("Mum", "mom", "mother", "mama", "mommy"), "555 0101"),
    Contact(("Dad", "father", "papa", "daddy"), "555 0102"),
    Contact(("Anna", "Anna Berg"), "555 0103"),
    Contact(("Ben", "Ben Okafor"), "555 0104"),
    Contact(("Sara", "Sarah"), "555 0105"),
    Contact(("John", "John Miller"), "555 0106"),
    Contact(("Maria", "Mary"), "555 0107"),
    Contact(("my boss", "boss", "the office", "work"), "555 0108"),
)
_WRITTEN = (
    ("Anna", "Are we still on for Friday?", 190),
    ("Mum", "Call me when you have a minute.", 75),
    ("Ben", "The tickets are here.", 20),
)
"""Invented messages: from whom, what, and how many minutes before the first look."""


class SimulatedPhone:
    """Keeps what is sent under ``sent/…`` and what was "received" under ``inbox/…`` in the skill's own space."""

    label = "simulated phone"

    def __init__(self, device: Device) -> None:
        self._device = device

    async def contacts(self) -> list[Contact]:
        given: Any = self._device.settings.get("contacts")
        if given is None:
            return list(INVENTED)
        if not isinstance(given, dict) or not all(isinstance(each, str) for each in given.values()):
            raise Refusal('The settings of messages are wrong: expected contacts = { Anna = "+49 30 1234567" }.')
        return [Contact((str(name),), number) for name, number in list(given.items())[:MAX_CONTACTS]]

    async def send(self, to: Contact, text: str) -> str:
        number = 1 + await self._device.get("last", 0)
        now = self._device.now().replace(tzinfo=None)
        key = f"sent/{number:06}"
        note = Note(key, to.name, text, now.isoformat(timespec="seconds"), sent=True)
        rows: dict[str, Any] = {"last": number, key: msgspec.to_builtins(note)}
        if number > MAX_SENT:
            rows[f"sent/{number - MAX_SENT:06}"] = None
        await self._device.put_many(rows)
        return key

    async def withdraw(self, message: str) -> bool:
        held = await self._device.get(message)
        if held is not None:
            await self._device.put(message, None)
        return held is not None

    async def received(self) -> list[Note]:
        rows = await self._device.scan("inbox/")
        if not rows and not await self._device.get("begun"):
            rows = await self._begin()
        return [msgspec.convert(row, Note) for row in rows.values()][::-1]

    async def mark_read(self, messages: list[Note]) -> None:
        marked = {each.id: msgspec.to_builtins(msgspec.structs.replace(each, read=True)) for each in messages}
        if marked:
            await self._device.put_many(marked)

    async def call(self, to: Contact) -> None:
        at = self._device.now().isoformat(timespec="seconds")
        await self._device.put("call", {"who": to.name, "at": at})

    async def _begin(self) -> dict[str, Any]:
        """The first look: what is in a simulated inbox; of people that the settings know, if they know any."""
        known = [each.name for each in await self.contacts()]
        now = self._device.now().replace(tzinfo=None)
        rows: dict[str, Any] = {}
        for number, (who, text, minutes) in enumerate(_WRITTEN):
            if known:
                key = f"inbox/{number:06}"
                at = (now - timedelta(minutes=minutes)).isoformat(timespec="seconds")
                name = who if who in known else known[number % len(known)]
                rows[key] = msgspec.to_builtins(Note(key, name, text, at))
        await self._device.put_many({**rows, "begun": True})
        return rows
