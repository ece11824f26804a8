"""What the kernel says of itself: the one question that monitors ask (address ``kernel``).

Sizes are bytes. ``reserved`` is what the ledger promised a service, ``charge`` what the host measured now, ``peak``
the most it measured; ``mechanism`` names what enforces the promise on this host (``cgroup2``, ``rlimit``…).
"""

from __future__ import annotations

import msgspec

from .box.spec import Wall
from .message import Body, message


class ServiceStatus(msgspec.Struct, frozen=True, omit_defaults=True):
    """One service. ``generation`` grows with every restart; ``errors`` counts calls that ended in an error."""

    name: str
    state: str
    generation: int = 0
    isolation: str = "core"
    lane: str = "interactive"
    pid: int = 0
    reserved: int = 0
    charge: int = 0
    peak: int = 0
    handled: int = 0
    errors: int = 0
    problem: str = ""
    """Why it is not running, in one line."""
    anon: int = 0
    file: int = 0
    """The parts of ``charge``: what can only be killed for, and what can be read again."""
    reserved_file: int = 0
    """The part of ``reserved`` that is for mapped files."""
    oom_kills: int = 0
    starter: str = ""
    """Who started it, for a child started at run time."""
    box: list[Wall] = []
    """The walls around a boxed child, as it found them before anything of a stranger's was imported."""


@message("kernel.get-status")
class GetStatus(Body, frozen=True):
    """Ask ``kernel`` how the device is. → Status"""


@message("kernel.status")
class Status(Body, frozen=True):
    """``headroom`` is the part of the budget that is never promised; ``faults`` are the latest error lines."""

    uptime_s: float
    host: str
    mechanism: str
    budget: int
    headroom: int
    reserved: int
    messages_per_s: float
    services: list[ServiceStatus] = []
    faults: list[str] = []
