"""Hostile model files: whatever is changed in a header, the readers answer or raise one CallerError, soon and small."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bluerill.kernel.errors import CallerError
from bluerill.models.estimate import estimate
from bluerill.models.formats.recognise import read_shape
from support.model_files import checkpoint, gguf, onnx, onnx_tensor, onnx_value

MOST = 24 << 20
"""Bytes a reader may allocate for a file of a few kilobytes."""


def _gguf(path: Path) -> Path:
    return gguf(path)


def _onnx(path: Path) -> Path:
    values = (onnx_value("y", ["batch", 4]),)
    return onnx(path, onnx_tensor("w", [8, 4], bytes(128)), values=values, inputs=(onnx_value("x", ["batch", 8]),))


def _checkpoint(path: Path) -> Path:
    return checkpoint(path, stored=600_000)


MAKERS: dict[str, Callable[[Path], Path]] = {"gguf": _gguf, "onnx": _onnx, "checkpoint": _checkpoint}
INTERESTING = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]
mutations = st.lists(
    st.one_of(
        st.tuples(st.just("byte"), st.integers(0, 1 << 16), st.integers(0, 255)),
        st.tuples(st.just("word"), st.integers(0, 1 << 16), st.sampled_from(INTERESTING)),
        st.tuples(st.just("cut"), st.integers(0, 1 << 16), st.just(0)),
        st.tuples(st.just("insert"), st.integers(0, 1 << 16), st.sampled_from(INTERESTING)),
    ),
    min_size=1,
    max_size=6,
)


def mutate(data: bytes, header: int, changes: list[tuple[str, int, int]]) -> bytes:
    """Change bytes among the first and the last ``header`` ones, where what is believed stands."""
    out = bytearray(data)
    for kind, where, value in changes:
        at = where % max(1, min(header, len(out)))
        if where & 1 and len(out) > header:  # half of the changes near the end: the directory of an archive
            at = len(out) - 1 - at
        if kind == "byte":
            out[at : at + 1] = bytes([value])
        elif kind == "word":
            out[at : at + 8] = value.to_bytes(8, "little")
        elif kind == "cut":
            del out[at:]
        else:
            out[at:at] = value.to_bytes(8, "little")
    return bytes(out)


@pytest.mark.parametrize("kind", MAKERS)
@given(changes=mutations)
@example(changes=[("word", 16, (1 << 64) - 1)])
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_header_crashes_hangs_or_swells_a_reader(
    tmp_path: Path, kind: str, changes: list[tuple[str, int, int]]
) -> None:
    whole = tmp_path / "whole"
    if not whole.exists():
        MAKERS[kind](whole)
    data = whole.read_bytes()
    path = tmp_path / "m"
    path.write_bytes(mutate(data, 3000, changes))
    tracemalloc.start()
    try:
        found = estimate(read_shape(path))
        assert found.total >= 0
    except CallerError as error:
        text = str(error)
        assert "\n" not in text
        assert len(text) < 700
        assert str(path) in text or "must be" in text
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < MOST, f"{peak} bytes for a file of {len(data)}"
