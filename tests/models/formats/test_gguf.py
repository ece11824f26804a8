"""The reader of GGUF headers against files written by hand, byte by byte, and by the ``gguf`` package."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from bluerill.kernel.errors import CallerError
from bluerill.models.formats.ggml import TYPES
from bluerill.models.formats.gguf import Skipped, read_gguf
from support.gguf import array, header, key, number, tensor, text


def write(path: Path, *parts: bytes) -> Path:
    file = path / "m.gguf"
    file.write_bytes(b"".join(parts))
    return file


def small(path: Path) -> Path:
    """Two keys, one matrix of 2 x 32 in Q8_0 (68 bytes), data at the next multiple of 32."""
    head = header(3, 1, 2) + key("general.architecture", text("llama")) + key("llama.block_count", number(4))
    head += tensor("a.weight", (32, 2), 8, 0)
    return write(path, head, bytes(-len(head) % 32), bytes(68))


def test_a_small_file_is_read(tmp_path: Path) -> None:
    found = read_gguf(small(tmp_path))
    assert found.version == 3
    assert found.architecture == "llama"
    assert found.metadata["llama.block_count"] == 4
    [info] = found.tensors
    assert (info.name, info.shape, info.type.name, info.bytes, info.elements) == ("a.weight", (32, 2), "Q8_0", 68, 64)
    assert found.data_start % 32 == 0
    assert found.data_bytes == 68


def test_the_sizes_of_types_are_those_of_the_gguf_package() -> None:
    gguf = pytest.importorskip("gguf", reason="the gguf package is not installed")
    for kind, (block, size) in gguf.GGML_QUANT_SIZES.items():
        if kind.value in TYPES and kind.name != "Q8_1":  # the package says 40; ggml asserts 36, and no file has it
            assert (TYPES[kind.value].block, TYPES[kind.value].bytes) == (block, size), kind.name


def test_a_long_array_is_passed_over_and_a_short_one_kept(tmp_path: Path) -> None:
    texts = array(8, [struct.pack("<Q", 3) + b"abc"] * 1000)
    head = header(3, 0, 3) + key("tokens", texts) + key("short", array(4, [struct.pack("<I", i) for i in range(5)]))
    head += key("long", array(6, [struct.pack("<f", 0.5)] * 5000))
    found = read_gguf(write(tmp_path, head))
    assert found.metadata["tokens"] == Skipped(1000, 11_000)
    assert found.metadata["short"] == [0, 1, 2, 3, 4]
    assert found.metadata["long"] == Skipped(5000, 20_000)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "at byte 0: expected the magic number GGUF, found b''"),
        (b"GGML" + bytes(20), "at byte 0: expected the magic number GGUF, found b'GGML'"),
        (header(1, 0, 0), "at byte 4: expected GGUF version 2 or 3, found 1"),
        (header(3 << 24, 0, 0), "a big-endian file"),
        (header(3, 1 << 40, 0), f"at byte 8: expected at most 65536 tensors, found {1 << 40}"),
        (header(3, 0, 1 << 63), "at byte 16: expected at most 16384 keys"),
        (header(3, 0, 9), "at byte 16: expected 9 keys, found only 0 bytes"),
        (header(3, 0, 1) + struct.pack("<Q", 1 << 62) + bytes(99), "at byte 24: expected a key of at most 1024 bytes"),
        (header(3, 0, 1) + key("k", struct.pack("<IQ", 8, 1 << 60)), "expected 1152921504606846976 bytes of k"),
        (header(3, 0, 1) + key("k", struct.pack("<IIQ", 9, 4, 1 << 50)), "elements of k"),
        (header(3, 0, 1) + key("k", struct.pack("<IIQ", 9, 8, 1 << 50)), "texts that fit the file in k"),
        (header(3, 0, 1) + key("k", struct.pack("<IIQ", 9, 9, 1)), "expected an array of scalars or texts in k"),
        (
            header(3, 0, 1) + key("k", struct.pack("<I", 77) + bytes(8)),
            "expected a GGUF type (0 to 12) for k, found 77",
        ),
        (header(3, 0, 2) + 2 * key("k", number(1)), "expected every key once, found 'k' again"),
        (header(3, 0, 1) + key("general.alignment", number(3)), "expected general.alignment to be a power of 2"),
        (header(3, 1, 0) + tensor("t", (32,), 31, 0), "expected a ggml type for t, found 31, removed or unknown"),
        (header(3, 1, 0) + tensor("t", (33,), 8, 0) + bytes(99), "expected rows of t in blocks of 32, found 33"),
        (header(3, 1, 0) + tensor("t", (1 << 40, 1 << 40), 0, 0), "expected a shape of t that fits the file"),
        (header(3, 1, 0) + tensor("t", (0,), 0, 0), "expected a shape of t that fits the file, found 0"),
        (header(3, 1, 0) + tensor("t", (8,), 0, 32) + bytes(99), "expected the data of t at 0, found 32"),
        (header(3, 1, 0) + tensor("t", (8,), 0, 0), "expected the data of t up to byte"),
        (header(3, 1, 0) + tensor("t", (1, 1, 1, 1, 1), 0, 0), "expected 1 to 4 dimensions of t, found 5"),
        (header(3, 2, 0) + tensor("t", (1,), 0, 0) + tensor("t", (1,), 0, 32), "expected every tensor once"),
        (header(3, 1, 0) + tensor("n" * 64, (1,), 0, 0), "expected a tensor's name of at most 63 bytes"),
    ],
)
def test_a_bad_header_is_one_clear_error(tmp_path: Path, data: bytes, said: str) -> None:
    path = write(tmp_path, data)
    with pytest.raises(CallerError) as caught:
        read_gguf(path)
    assert str(caught.value).startswith(f"{path}: at byte ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    whole = small(tmp_path).read_bytes()
    for length in range(len(whole)):
        with pytest.raises(CallerError):
            read_gguf(write(tmp_path, whole[:length]))


@pytest.mark.parametrize("what", ["nothing", "folder", "fifo"])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, what: str) -> None:
    import os

    path = tmp_path / "x"
    if what == "folder":
        path.mkdir()
    elif what == "fifo":
        os.mkfifo(path)
    with pytest.raises(CallerError, match=r"/x: "):
        read_gguf(path)
