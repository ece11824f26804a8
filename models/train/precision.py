"""Which arithmetic a training uses: bfloat16 where the processor multiplies in it, else 32 bits.

A processor without instructions for it converts every product, and takes ten times as long as with 32 bits.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch

__all__ = ["mixed", "quick_bfloat16"]


@cache
def quick_bfloat16() -> bool:
    """Whether this processor has instructions for bfloat16 (AMX, AVX-512 or Arm's)."""
    said = getattr(torch.cpu, "get_capabilities", None)
    if said is None:  # an older torch knows less
        return bool(torch.backends.cpu.get_cpu_capability().startswith("AVX512"))
    return any(bool(has) and "bf16" in name for name, has in said().items())


def mixed() -> Any:
    """The context in which a network computes."""
    return torch.autocast("cpu", torch.bfloat16, enabled=quick_bfloat16())
