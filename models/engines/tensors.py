"""Arrays from the bytes of a message, and back. What the sender claims is checked against what is there."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from ...kernel.errors import CallerError
from ..messages import Tensor
from .contract import Payload

__all__ = ["Array", "packed", "samples_of", "unpacked"]

Array = npt.NDArray[Any]
DTYPES = (
    "float32", "float16", "float64", "int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "uint64", "bool",
)  # fmt: skip
MAX_TENSORS = 256
MAX_RANK = 8


def unpacked(payload: Payload) -> dict[str, Array]:
    """The arrays by name, as read-only views of the payload. Raises CallerError for a shape, type or place that does
    not fit the bytes."""
    if len(payload.tensors) > MAX_TENSORS:
        raise CallerError(f"at most {MAX_TENSORS} tensors come at once, got {len(payload.tensors)}")
    arrays: dict[str, Array] = {}
    for tensor in payload.tensors:
        if tensor.name in arrays:
            raise CallerError(f"tensor {tensor.name[:60]!r} is given twice")
        arrays[tensor.name] = _array(tensor, payload.data)
    return arrays


def _array(tensor: Tensor, data: bytes | memoryview) -> Array:
    if tensor.dtype not in DTYPES:
        raise CallerError(f"tensor {tensor.name[:60]!r}: dtype is {', '.join(DTYPES)}; got {tensor.dtype[:20]!r}")
    if len(tensor.shape) > MAX_RANK or any(size < 0 for size in tensor.shape):
        raise CallerError(f"tensor {tensor.name[:60]!r} has the shape {tensor.shape[:12]}")
    dtype = np.dtype(tensor.dtype).newbyteorder("<")
    wanted = prod(tensor.shape) * dtype.itemsize
    if tensor.size != wanted or tensor.offset < 0 or tensor.offset + wanted > len(data):
        raise CallerError(
            f"tensor {tensor.name[:60]!r} of shape {tensor.shape} has {wanted} bytes; "
            f"{tensor.size} at {tensor.offset} of {len(data)} were given"
        )
    return np.frombuffer(data, dtype, prod(tensor.shape), tensor.offset).reshape(tensor.shape)


def packed(arrays: Mapping[str, Array]) -> tuple[list[Tensor], bytes]:
    """Tensors and their bytes. Raises CallerError for a type that cannot travel."""
    tensors: list[Tensor] = []
    data = bytearray()
    for name, array in arrays.items():
        if array.dtype.name not in DTYPES:
            raise CallerError(f"tensor {name[:60]!r} has the type {array.dtype}, which does not travel")
        raw = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False)).tobytes()
        tensors.append(Tensor(name, array.dtype.name, list(array.shape), len(data), len(raw)))
        data += raw
    return tensors, bytes(data)


def samples_of(payload: Payload) -> bytes:
    """The PCM of a payload: its one int16 tensor, or all of its bytes where none is described."""
    if not payload.tensors:
        return bytes(payload.data)
    arrays = list(unpacked(payload).values())
    if len(arrays) != 1 or arrays[0].dtype != np.int16:
        raise CallerError(f"expected one int16 tensor of samples, got {[str(array.dtype) for array in arrays]}")
    return arrays[0].tobytes()
