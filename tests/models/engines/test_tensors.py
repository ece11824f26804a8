from __future__ import annotations

import numpy as np
import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models.engines.contract import Payload
from bluerill.models.engines.tensors import packed, samples_of, unpacked
from bluerill.models.messages import Tensor


def test_arrays_come_back_as_they_were() -> None:
    arrays = {
        "a": np.arange(6, dtype=np.float32).reshape(2, 3),
        "b": np.array([True, False]),
        "c": np.zeros((0, 4), np.int64),
        "d": np.arange(6, dtype=np.int16)[::2],
    }
    tensors, data = packed(arrays)
    back = unpacked(Payload(tensors, data))
    assert list(back) == list(arrays)
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        assert np.array_equal(back[name], array)


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        (Tensor("x", "float32", [2], 0, 4), "has 8 bytes; 4"),
        (Tensor("x", "float32", [2], 4, 8), "8 at 4 of 8"),
        (Tensor("x", "float32", [2], -8, 8), "at -8"),
        (Tensor("x", "float32", [-1, -2], 0, 8), "shape"),
        (Tensor("x", "float32", [1] * 20, 0, 4), "shape"),
        (Tensor("x", "float32", [1 << 40, 1 << 40], 0, 8), "bytes"),
        (Tensor("x", "object", [1], 0, 8), "dtype is"),
    ],
)
def test_a_claim_that_the_bytes_do_not_bear(tensor: Tensor, words: str) -> None:
    with pytest.raises(CallerError, match=words):
        unpacked(Payload([tensor], b"\0" * 8))


def test_a_name_given_twice() -> None:
    tensor = Tensor("x", "uint8", [1], 0, 1)
    with pytest.raises(CallerError, match="given twice"):
        unpacked(Payload([tensor, tensor], b"\0"))


def test_what_does_not_travel() -> None:
    with pytest.raises(CallerError, match="does not travel"):
        packed({"x": np.array(["text"])})


def test_samples_are_bare_bytes_or_one_tensor() -> None:
    tensors, data = packed({"pcm": np.arange(3, dtype=np.int16)})
    assert samples_of(Payload((), data)) == data == samples_of(Payload(tensors, data))
    with pytest.raises(CallerError, match="one int16 tensor"):
        samples_of(Payload(*packed({"pcm": np.zeros(3, np.float32)})))
