"""What this machine can enforce, in words: for each cap mechanism whether it works, why not, and what mends it.

With ``prove`` the strongest mechanism is not believed but seen: a throwaway child is started under a small cap and
allocates beyond it; it must be killed, alone, and counted. That takes a few hundredths of a second, so only
``bluerill doctor`` does it.
"""

from __future__ import annotations

import os
import select
import sys
import time
from typing import NamedTuple

from ..errors import ServiceFault
from ..limits import MIB
from ..supervisor import ExitKind
from .base import ChildSpec, Host, Mechanism

_PROOF_CAP = 32 * MIB
_OVERRUN = """held = []
try:
    for _ in range(256): held.append(b'x' * (1 << 20))
except MemoryError:
    raise SystemExit(1)"""


class Caps(NamedTuple):
    """What was found; ``proof`` is empty unless asked for."""

    chosen: str
    mechanisms: list[Mechanism]
    proof: str
    proven: bool

    def lines(self) -> list[str]:
        """For a person: one line a mechanism, with the mend on its own line."""
        lines: list[str] = []
        for mechanism in self.mechanisms:
            lines.append(f"{'works' if mechanism.works else 'no   '}  {mechanism.name}: {mechanism.why}")
            if mechanism.mend:
                lines.append(f"       mend: {mechanism.mend}")
        if self.proof:
            lines.append(f"{'works' if self.proven else 'no   '}  {self.proof}")
        return lines


def describe_caps(host: Host, prove: bool = True) -> Caps:
    """Try every mechanism of a host, and (if asked) see the strongest one kill."""
    mechanisms = host.mechanisms()
    proof, proven = _prove(host) if prove and mechanisms else ("", False)
    return Caps(host.mechanism, mechanisms, proof, proven)


def _prove(host: Host, within: float = 5.0) -> tuple[str, bool]:
    # No soft wall: it would end the child with MemoryError before the hard one is reached. Where the soft wall
    # is all there is, the default one is what gets proven.
    hard = not host.mechanism.startswith("rlimit")
    spec = ChildSpec(
        "proof",
        [sys.executable, "-I", "-S", "-c", _OVERRUN],
        {key: value for key, value in os.environ.items() if key in ("PATH", "LD_LIBRARY_PATH")},
        _PROOF_CAP,
        wrap=True,
        data_bytes=-1 if hard else 0,
    )
    try:
        child = host.spawn(spec)
    except ServiceFault as fault:
        return f"a child under a cap cannot be started: {fault}", False
    try:
        until = time.monotonic() + within
        while (reason := child.poll()) is None and time.monotonic() < until:
            select.select([child] if child.fileno() >= 0 else [], [], [], 0.02)
        if reason is None:
            return (
                f"a child allocating 256 MiB under a cap of {_PROOF_CAP // MIB} MiB was still alive after {within:g} s",
                False,
            )
        if hard and reason.kind is ExitKind.MEMORY:
            return f"a child over its cap {reason.text}", True
        if not hard and reason == (ExitKind.CODE, 1, ""):
            return f"a child over its soft wall of {_PROOF_CAP // MIB} MiB ended with MemoryError", True
        return f"a child allocating 256 MiB under a cap of {_PROOF_CAP // MIB} MiB {reason.text}", False
    finally:
        child.close()
