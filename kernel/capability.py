"""Capabilities: the right to send, held by a connection and never by a name.

The kernel gives a :class:`Capability` to the *connection* of a service when it starts (from device.toml) and
looks rights up by that connection, so that a client that claims to be someone else gains nothing. A capability
can be attenuated (fewer rights, fewer message names) and revoked; revoking takes back everything derived from
it. A restarted service has a new connection: what the old one held is gone. Model: seL4's derivation tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntFlag

from .errors import CapabilityError


class Right(IntFlag):
    """What may be sent."""

    ASK = 1
    TELL = 2
    NOTIFY = 4


class Capability:
    """An unforgeable handle: identity is the object itself. ``wires`` None means any message."""

    __slots__ = ("bits", "children", "holder", "revoked", "rights", "target", "wires")

    def __init__(self, holder: object, target: str, rights: Right, wires: frozenset[str] | None) -> None:
        self.holder = holder
        self.target = target
        self.rights = rights
        self.bits = rights.value  # plain, because every message is checked
        self.wires = wires
        self.revoked = False
        self.children: list[Capability] = []


class CapabilityTable:
    """Who may send what to whom. ``holder`` is the connection object, compared by identity."""

    def __init__(self) -> None:
        self._held: dict[int, dict[str, Capability]] = {}
        self._holders: dict[int, object] = {}  # keeps holders alive, so that an id is never reused

    def grant(self, holder: object, target: str, rights: Right, wires: Iterable[str] | None = None) -> Capability:
        """Give a connection rights on a target, replacing what it held on that target."""
        capability = Capability(holder, target, rights, None if wires is None else frozenset(wires))
        self._holders[id(holder)] = holder
        self._held.setdefault(id(holder), {})[target] = capability
        return capability

    def attenuate(
        self, parent: Capability, holder: object, rights: Right, wires: Iterable[str] | None = None
    ) -> Capability:
        """Derive a weaker capability for another connection. Raises CapabilityError if it would be stronger."""
        if parent.revoked:
            raise CapabilityError(f"capability on {parent.target!r} was revoked; nothing can be derived from it")
        if rights & ~parent.rights:
            raise CapabilityError(f"capability on {parent.target!r} has no right {rights & ~parent.rights!r} to give")
        narrowed = parent.wires if wires is None else frozenset(wires)
        if parent.wires is not None and narrowed is not None and not narrowed <= parent.wires:
            raise CapabilityError(f"capability on {parent.target!r} does not cover {sorted(narrowed - parent.wires)}")
        child = self.grant(holder, parent.target, rights, narrowed)
        parent.children.append(child)
        return child

    def revoke(self, capability: Capability) -> None:
        """Take a capability back, and everything derived from it."""
        capability.revoked = True
        held = self._held.get(id(capability.holder))
        if held is not None and held.get(capability.target) is capability:
            del held[capability.target]
        for child in capability.children:
            self.revoke(child)

    def forget(self, holder: object) -> None:
        """A connection is gone: revoke all it held."""
        for capability in list(self._held.get(id(holder), {}).values()):
            self.revoke(capability)
        self._held.pop(id(holder), None)
        self._holders.pop(id(holder), None)

    def allows(self, holder: object, target: str, bits: int, wire: str) -> bool:
        """Whether the connection may send this. ``bits`` is a right's plain value: every message comes by here."""
        held = self._held.get(id(holder))
        capability = None if held is None else held.get(target)
        if capability is None or not capability.bits & bits:
            return False
        return capability.wires is None or wire in capability.wires

    def check(self, holder: object, name: str, target: str, right: Right, wire: str) -> None:
        """Raise CapabilityError unless the connection may send this. ``name`` is only for the text."""
        if self.allows(holder, target, right.value, wire):
            return
        what = (right.name or "").lower()
        raise CapabilityError(
            f"service {name!r} may not {what} {target!r} ({wire or 'signal'}): not in its manifest; "
            f"see device.toml [services.{name}]"
        )
