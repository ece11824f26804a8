"""The tensor types of ggml as far as their size goes: how many elements a block holds, in how many bytes.

Source: ``ggml.h`` and ``ggml-common.h`` of llama.cpp; a test compares the table with the ``gguf`` package.
"""

from __future__ import annotations

from typing import NamedTuple

from ...kernel.errors import CallerError

__all__ = ["KV_TYPES", "REPACKED", "TYPES", "GgmlType", "kv_type"]


class GgmlType(NamedTuple):
    """``bytes`` hold ``block`` elements of a row."""

    name: str
    block: int
    bytes: int

    def row(self, elements: int) -> int:
        """Bytes of a row of so many elements, which begins with a new block."""
        return -(-elements // self.block) * self.bytes


TYPES: dict[int, GgmlType] = {
    0: GgmlType("F32", 1, 4),
    1: GgmlType("F16", 1, 2),
    2: GgmlType("Q4_0", 32, 18),
    3: GgmlType("Q4_1", 32, 20),
    6: GgmlType("Q5_0", 32, 22),
    7: GgmlType("Q5_1", 32, 24),
    8: GgmlType("Q8_0", 32, 34),
    9: GgmlType("Q8_1", 32, 36),
    10: GgmlType("Q2_K", 256, 84),
    11: GgmlType("Q3_K", 256, 110),
    12: GgmlType("Q4_K", 256, 144),
    13: GgmlType("Q5_K", 256, 176),
    14: GgmlType("Q6_K", 256, 210),
    15: GgmlType("Q8_K", 256, 292),
    16: GgmlType("IQ2_XXS", 256, 66),
    17: GgmlType("IQ2_XS", 256, 74),
    18: GgmlType("IQ3_XXS", 256, 98),
    19: GgmlType("IQ1_S", 256, 50),
    20: GgmlType("IQ4_NL", 32, 18),
    21: GgmlType("IQ3_S", 256, 110),
    22: GgmlType("IQ2_S", 256, 82),
    23: GgmlType("IQ4_XS", 256, 136),
    24: GgmlType("I8", 1, 1),
    25: GgmlType("I16", 1, 2),
    26: GgmlType("I32", 1, 4),
    27: GgmlType("I64", 1, 8),
    28: GgmlType("F64", 1, 8),
    29: GgmlType("IQ1_M", 256, 56),
    30: GgmlType("BF16", 1, 2),
    34: GgmlType("TQ1_0", 256, 54),
    35: GgmlType("TQ2_0", 256, 66),
    39: GgmlType("MXFP4", 32, 17),
    40: GgmlType("NVFP4", 64, 36),
    41: GgmlType("Q1_0", 128, 18),
    42: GgmlType("Q2_0", 64, 18),
}
"""By the number in the file. Numbers that are not here were removed from the format or are newer than this table."""

REPACKED = frozenset({"Q4_0", "Q4_K", "Q2_K", "IQ4_NL", "MXFP4"})
"""Types whose matrices llama.cpp's CPU backend may copy into another layout at load (x86-64 with AVX2 or AVX-512)."""

KV_TYPES: dict[str, GgmlType] = {
    each.name.lower(): each for each in TYPES.values()
    if each.name in ("F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "IQ4_NL", "Q5_0", "Q5_1")
}  # fmt: skip
"""What a KV cache may be kept in, by the name llama.cpp gives it."""


def kv_type(name: str) -> GgmlType:
    """The type of a KV cache. Raises CallerError listing what there is."""
    found = KV_TYPES.get(name.lower())
    if found is None:
        raise CallerError(f"a KV cache is kept as {', '.join(KV_TYPES)}; got {name[:20]!r}")
    return found
