from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from bluerill.kernel.errors import BudgetExceeded, CallerError, ServiceFault
from bluerill.models.engines.contract import Payload
from bluerill.models.engines.onnx import OnnxEngine
from bluerill.models.engines.tensors import packed
from bluerill.models.messages import InferStart, Tensor
from support.model_engines import (
    NOTHING,
    loaded,
    needs,
    outputs,
    quantum,
    start_run,
    to_the_end,
    weights_of,
    write_affine,
    write_running_sum,
)

pytestmark = needs("onnx", "onnxruntime")
W = np.arange(16, dtype=np.float32).reshape(4, 4) / 10


def affine(path: Path, **settings: str) -> OnnxEngine:
    engine = OnnxEngine()
    loaded(engine, write_affine(path / "affine.onnx"), threads=1, settings=settings)
    return engine


def test_tensors_in_and_tensors_out(tmp_path: Path) -> None:
    engine = OnnxEngine()
    info = loaded(engine, write_affine(tmp_path / "affine.onnx"), threads=1)
    assert (info.kinds, info.inputs, info.outputs, info.title) == (["run"], ["x"], ["y"], "affine")
    x = np.ones((2, 4), np.float32)
    session = start_run(engine, x=x)
    step = to_the_end(session)
    assert np.allclose(outputs(step)["y"], x @ W + 1)
    engine.close()


def test_the_only_input_needs_no_name(tmp_path: Path) -> None:
    tensors, data = packed({"": np.ones((2, 4), np.float32)})
    engine = affine(tmp_path)
    session = engine.start(InferStart(1, kind="run", tensors=tensors), Payload(tensors, data))
    assert np.allclose(outputs(to_the_end(session))["y"], np.ones((2, 4), np.float32) @ W + 1)
    tensors, data = packed({"": np.ones((2, 4), np.float32), "x": np.ones((2, 4), np.float32)})
    with pytest.raises(CallerError, match="expected the tensors"):
        engine.start(InferStart(2, kind="run", tensors=tensors), Payload(tensors, data))


def test_weights_outside_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(weights_of())
    engine = OnnxEngine()
    loaded(engine, write_affine(tmp_path / "affine.onnx", external="weights.bin"), threads=1)
    x = np.eye(4, dtype=np.float32)
    assert np.allclose(outputs(to_the_end(start_run(engine, x=x)))["y"], W + 1)


def test_a_batch_gives_what_each_would_have_had(tmp_path: Path) -> None:
    engine = affine(tmp_path, batch="n")
    rows = [np.full((count, 4), count, np.float32) for count in (1, 3, 2)]
    sessions = [start_run(engine, x=x) for x in rows]
    runs: list[int] = []
    run = engine.run

    def counted(feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        runs.append(len(feeds["x"]))
        return run(feeds)

    engine.run = counted  # type: ignore[method-assign]
    steps = engine.together(sessions, quantum())
    assert runs == [6]
    for x, step in zip(rows, steps, strict=True):
        assert not isinstance(step, Exception)
        assert step.finish == "stop"
        assert np.allclose(outputs(step)["y"], x @ W + 1)


def test_a_stream_feeds_its_state_back(tmp_path: Path) -> None:
    engine = OnnxEngine()
    info = loaded(engine, write_running_sum(tmp_path / "sum.onnx"), threads=1, settings={"state": "sum_in=sum_out"})
    assert (info.inputs, info.outputs, info.streams) == (["x"], ["half"], True)
    streams = [engine.start(InferStart(n, kind="run"), NOTHING) for n in range(2)]
    total = np.zeros((2, 1, 3), np.float32)
    for turn in range(5):
        for number, stream in enumerate(streams):
            x = np.full((1, 3), turn + 10 * number, np.float32)
            total[number] += x
            tensors, data = packed({"x": x})
            assert stream.feed(Payload(tensors, data), last=turn == 4) == 1
            stream.pause("memory")
            stream.resume()
            step = stream.step(quantum())
            assert np.allclose(outputs(step)["half"], total[number] / 2)
            assert step.finish == ("stop" if turn == 4 else "")
    with pytest.raises(CallerError, match="the last input"):
        streams[0].feed(NOTHING, last=True)


def test_a_stream_without_input_makes_nothing_and_takes_only_so_much(tmp_path: Path) -> None:
    engine = OnnxEngine()
    loaded(engine, write_running_sum(tmp_path / "sum.onnx"), threads=1, settings={"state": "sum_in=sum_out"})
    stream = engine.start(InferStart(1, kind="run"), NOTHING)
    assert stream.step(quantum()).tensors == []
    tensors, data = packed({"x": np.zeros((1, 3), np.float32)})
    for _ in range(64):
        stream.feed(Payload(tensors, data), last=False)
    with pytest.raises(BudgetExceeded, match="wait already"):
        stream.feed(Payload(tensors, data), last=False)


def test_an_interrupted_run_is_run_again_whole(tmp_path: Path) -> None:
    engine = affine(tmp_path)
    x = np.ones((200_000, 4), np.float32)
    session = start_run(engine, x=x)
    ended = threading.Event()

    def interrupt() -> None:
        while not ended.wait(0.0002):
            engine.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        for _ in range(5):
            engine.proceed()
            session.step(quantum())
            if session.position:
                session = start_run(engine, x=x)
    finally:
        ended.set()
        thread.join()
    engine.proceed()
    assert np.allclose(outputs(to_the_end(session))["y"], x @ W + 1)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({}, "expected the tensors"),
        ({"y": np.ones((1, 4), np.float32)}, "expected the tensors"),
        ({"x": np.ones((1, 4), np.int32)}, "expected float32"),
        ({"x": np.ones((1, 5), np.float32)}, "expected float32"),
        ({"x": np.ones(4, np.float32)}, "expected float32"),
    ],
)
def test_inputs_that_the_graph_has_not(tmp_path: Path, arrays: dict[str, np.ndarray], words: str) -> None:
    engine = affine(tmp_path)
    with pytest.raises(CallerError, match=words):
        start_run(engine, **arrays)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"state": "x=z"}, "expected input=output"),
        ({"batch": "time"}, "no.* axis 'time'|not every"),
        ({"arena": "maybe"}, "on or off"),
        ({"gpu": "on"}, "no setting 'gpu'"),
    ],
)
def test_settings_that_cannot_be(tmp_path: Path, settings: dict[str, str], words: str) -> None:
    with pytest.raises(CallerError, match=words):
        affine(tmp_path, **settings)


def test_arena_and_prepacking_can_be_had(tmp_path: Path) -> None:
    engine = affine(tmp_path, arena="on", prepack="on")
    assert outputs(to_the_end(start_run(engine, x=np.ones((1, 4), np.float32))))["y"].shape == (1, 4)


def test_a_graph_is_only_run(tmp_path: Path) -> None:
    engine = affine(tmp_path)
    with pytest.raises(CallerError, match="cannot generate"):
        engine.start(InferStart(1, prompt="x"), NOTHING)
    assert Tensor("x", "float32", [1]).size == 0


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_affine(tmp_path / "affine.onnx")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ServiceFault, match=r"pip install 'bluerill\[onnx\]'"):
        loaded(OnnxEngine(), path)
