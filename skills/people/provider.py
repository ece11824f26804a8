"""What a provider of messages and calls does: tell whom it can reach, send, read, and call.

A provider speaks for a phone, a service or a simulation. It knows nothing of sentences and replies: the skill
``messages`` finds who is meant, asks the provider, and says what became of it with the provider's label.
"""

from __future__ import annotations

from typing import Protocol

import msgspec


class Contact(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody who can be reached; ``names`` are what the owner may call them, the first one shown."""

    names: tuple[str, ...]
    number: str = ""

    @property
    def name(self) -> str:
        return self.names[0]


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message: who wrote it (or, sent, to whom), when (ISO local), and whether the owner has had it read."""

    id: str
    who: str
    text: str
    at: str
    sent: bool = False
    read: bool = False


class Provider(Protocol):
    """Messages and calls. Every method may raise ServiceFault when nobody can be reached."""

    label: str
    """Whose messages they are, in words that are added to every reply."""

    async def contacts(self) -> list[Contact]:
        """Everybody, at most a few thousand."""
        ...

    async def send(self, to: Contact, text: str) -> str:
        """Send a message; its id."""
        ...

    async def withdraw(self, message: str) -> bool:
        """Take back a message that was sent; False where that cannot be done (any more)."""
        ...

    async def received(self) -> list[Note]:
        """What was received, the newest first, at most a hundred."""
        ...

    async def mark_read(self, messages: list[Note]) -> None:
        """The owner has had these read."""
        ...

    async def call(self, to: Contact) -> None:
        """Begin a call."""
        ...
