"""A box as data: what is asked for, and what stands."""

from __future__ import annotations

import msgspec


class BoxSpec(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a boxed child may do beyond computing and sending messages (see ``box.py``)."""

    reads: tuple[str, ...] = ()
    """Files and folders it may read, beyond code."""
    writes: tuple[str, ...] = ()
    network: bool = False
    programs: tuple[str, ...] = ()
    """The only programs it may start; they stay in the same box."""


class Wall(msgspec.Struct, frozen=True, array_like=True):
    """One wall of a boxed child: whether it stands, and what it keeps out (or why it does not stand)."""

    name: str
    stands: bool
    what: str
