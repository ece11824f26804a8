"""Bad model files, given to real model servers: one clear error each, in bounded time, and everything else goes on."""

from __future__ import annotations

import asyncio
import hashlib
import os
import pickle
import struct
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bluerill.bench.tiny_models import write_gguf
from bluerill.kernel.errors import BluerillError, CallerError, PeerRestarted
from bluerill.kernel.eventloop import LinkLoop
from bluerill.models.messages import (
    InferNext,
    InferStart,
    InferStarted,
    InferStop,
    Load,
    Loaded,
    LoadOptions,
    ModelFile,
)
from support.devices import device, manifest
from support.model_engines import needs, write_affine
from support.services import Ping, Pong

pytestmark = [pytest.mark.process, needs("llama_cpp", "gguf", "onnx", "onnxruntime")]
BOUND_S = 30.0
"""Of a whole refusal, on a busy machine, with the child's start and its libraries."""
SERVER: dict[str, Any] = {
    "class": "bluerill.models.server:ModelServer", "isolation": "child", "memory": "256M", "data": "1G",
    "start": "demand",
}  # fmt: skip


def run(work: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=LinkLoop) as runner:
        runner.run(asyncio.wait_for(work, 120))


def refused(load: Load, words: str, error: type[BluerillError] = CallerError) -> None:
    """A server refuses to load; the core and its services do not notice, and the same server loads a good model."""

    async def main() -> None:
        async with device(manifest(model=SERVER, echo={})) as kernel:
            port = kernel.connect("front")
            began = time.monotonic()
            with pytest.raises(error, match=words) as caught:
                await port.ask("model", load, Loaded, within=60)
            assert time.monotonic() - began < BOUND_S
            assert "\n" not in str(caught.value)
            assert (await port.ask("echo", Ping(1), Pong, within=20)).n == 1
            assert kernel.seats["model"].generation <= 1

    run(main())


def gguf(path: Path) -> Load:
    return Load("bad", "llama", [ModelFile(str(path))], LoadOptions(ctx=256, threads=1))


def header(tensors: int = 0, keys: int = 0, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, tensors, keys)


BAD: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "wrong magic": (lambda good: b"GGML" + good[4:], "the magic number GGUF"),
    "empty": (lambda good: b"", "expected"),
    "version of the future": (lambda good: header(version=99), "version 2 or 3"),
    "cut in the header": (lambda good: good[:700], "expected"),
    "cut in the weights": (lambda good: good[: len(good) // 2], "expected"),
    "2^63 tensors": (lambda good: header(tensors=1 << 63), "at most"),
    "2^63 keys": (lambda good: header(keys=1 << 63), "at most"),
    "a key of 2^60 bytes": (lambda good: header(keys=1) + struct.pack("<Q", 1 << 60) + bytes(64), "at most"),
    "an array of 2^61 numbers": (
        lambda good: header(keys=1) + struct.pack("<Q1sIIQ", 1, b"k", 9, 10, 1 << 61) + bytes(64), "expected",
    ),
    "an unknown architecture": (lambda good: good.replace(b"llama", b"gnome", 1), "unknown model architecture|refused"),
    "a pickle": (lambda good: pickle.dumps({"weights": [1.0] * 999}), "the magic number GGUF"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_gguf_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    spoil, words = BAD[name]
    path = tmp_path / "bad.gguf"
    path.write_bytes(spoil(write_gguf(tmp_path / "good.gguf").read_bytes()))
    refused(gguf(path), words)


@pytest.mark.parametrize("name", ["../secret.bin", "/etc/passwd"])
def test_onnx_weights_outside_of_their_folder_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(64))
    (tmp_path / "model").mkdir()
    path = write_affine(tmp_path / "model" / "bad.onnx", external=name)
    refused(Load("bad", "onnx", [ModelFile(str(path))]), "not inside its folder; refused")


def test_onnx_weights_behind_a_link_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(64))
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "w.bin").symlink_to(tmp_path / "secret.bin")
    path = write_affine(tmp_path / "model" / "bad.onnx", external="w.bin")
    refused(Load("bad", "onnx", [ModelFile(str(path))]), "outside its folder; refused")


def test_what_only_looks_like_onnx_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.onnx"
    path.write_bytes(b"\x3a\x04\x0a\x02\x08\x01")  # a graph whose node is nonsense
    refused(Load("bad", "onnx", [ModelFile(str(path))]), "onnxruntime refused it|not an ONNX model")


class Payload:
    """What a hostile checkpoint does when it is unpickled."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.witness}",)


@pytest.mark.parametrize("engine", ["llama", "onnx", "whisper"])
def test_a_pickled_checkpoint_is_never_run(tmp_path: Path, engine: str) -> None:
    path, witness = tmp_path / "evil.pt", tmp_path / "it-ran"
    path.write_bytes(pickle.dumps(Payload(witness)))
    refused(Load("bad", engine, [ModelFile(str(path))]), "evil.pt|not installed", BluerillError)
    assert not witness.exists()


def test_a_file_that_changes_after_its_hash_was_pinned_is_refused(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "model.gguf")
    good = path.read_bytes()
    pin = hashlib.sha256(good).hexdigest()
    options = LoadOptions(ctx=256, threads=1)

    async def main() -> None:
        async with device(manifest(one={**SERVER}, two={**SERVER})) as kernel:
            port = kernel.connect("front")
            files = [ModelFile(str(path), pin)]
            loaded = await port.ask("one", Load("m", "llama", files, options), Loaded, within=60)
            stamped = [ModelFile(str(path), pin, loaded.stamps[str(path)])]
            changed = bytearray(good)
            changed[-1] ^= 1
            path.write_bytes(changed)
            with pytest.raises(CallerError, match="not the file that was trusted"):
                await port.ask("two", Load("m", "llama", stamped, options), Loaded, within=60)

    run(main())


def test_a_file_cut_short_under_a_running_model_costs_only_its_server(tmp_path: Path) -> None:
    """The weights are a file mapping: what is no longer there is SIGBUS, in the child."""
    path = write_gguf(tmp_path / "model.gguf")

    async def main() -> None:
        async with device(manifest(model=SERVER, echo={})) as kernel:
            port = kernel.connect("front")
            await port.ask("model", gguf(path), Loaded, within=60)
            await port.ask("model", InferStart(1, prompt="set a timer", max_tokens=500), InferStarted, within=20)
            os.truncate(path, 4096)
            with pytest.raises(PeerRestarted, match="killed by SIGBUS"):
                await port.ask("model", InferNext(1, 500, 5.0), InferStop, within=30)
            assert (await port.ask("echo", Ping(1), Pong, within=20)).n == 1

    run(main())


def test_a_good_model_answers_through_a_real_server(tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "model.gguf")

    async def main() -> None:
        async with device(manifest(model=SERVER)) as kernel:
            port = kernel.connect("front")
            loaded = await port.ask("model", gguf(path), Loaded, within=60)
            assert loaded.info.architecture == "llama"
            assert loaded.anon > 0
            assert loaded.file > 0
            await port.ask("model", InferStart(1, prompt="set a timer", max_tokens=5), InferStarted, within=20)
            stop = await port.ask("model", InferNext(1, 50, 5.0), InferStop, within=30)
            assert len(stop.tokens) <= 5
            assert stop.usage.generated == len(stop.tokens)

    run(main())
