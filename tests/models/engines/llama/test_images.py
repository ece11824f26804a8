"""Pictures: a tiny projector beside a tiny model."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bluerill.bench.tiny_models import write_gguf, write_projector
from bluerill.kernel.errors import CallerError, ServiceFault
from bluerill.models.engines.contract import Payload, Session
from bluerill.models.engines.llama.engine import LlamaEngine
from bluerill.models.engines.tensors import Array, packed
from bluerill.models.messages import ChatMessage, InferStart, Keep, LoadOptions, ModelFile, Sampling
from support.model_engines import NOTHING, loaded, needs, to_the_end

pytestmark = needs("llama_cpp", "gguf")
NOISE = np.random.default_rng(1).integers(0, 255, (32, 32, 3)).astype(np.uint8)
BLACK = np.zeros((40, 50, 3), np.uint8)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaEngine]:
    folder = tmp_path_factory.mktemp("gguf")
    made = LlamaEngine()
    made.clock = time.perf_counter
    files = [
        ModelFile(str(write_gguf(folder / "model.gguf"))),
        ModelFile(str(write_projector(folder / "projector.gguf")), role="projector"),
    ]
    info = made.load("seer", files, LoadOptions(ctx=256, batch=64, seqs=2, threads=1))
    assert info.images
    yield made
    made.close()


def start(engine: LlamaEngine, *pictures: Array, prompt: str = "", chat: str = "") -> Session:
    tensors, data = packed({f"picture {number}": picture for number, picture in enumerate(pictures)})
    messages = [ChatMessage("user", chat)] if chat else []
    sampling = Sampling(temperature=0.9, seed=3)
    request = InferStart(1, prompt=prompt, messages=messages, tensors=tensors, max_tokens=16, sampling=sampling)
    return engine.start(request, Payload(tensors, data))


def seen(engine: LlamaEngine, *pictures: Array, keep: Keep | None = None, **given: str) -> list[int]:
    session = start(engine, *pictures, **given)

    def rest(one: Session) -> None:
        if keep is not None:
            one.pause(keep)
            one.resume()

    made = to_the_end(session, 1, rest).tokens
    session.close()
    return made


def test_what_is_seen_depends_on_the_picture_and_on_its_place(engine: LlamaEngine) -> None:
    noise = seen(engine, NOISE, prompt="what is <__media__> this")
    assert noise == seen(engine, NOISE, prompt="what is <__media__> this")
    assert noise != seen(engine, BLACK, prompt="what is <__media__> this")
    assert noise != seen(engine, NOISE, prompt="what is this <__media__> ")
    assert seen(engine, NOISE, prompt="what") == seen(engine, NOISE, prompt="<__media__>what")
    assert seen(engine, NOISE, BLACK, chat="compare") != seen(engine, BLACK, NOISE, chat="compare")


@pytest.mark.parametrize("keep", ["memory", "store", "drop"])
def test_a_picture_survives_being_preempted_at_every_token(engine: LlamaEngine, keep: Keep) -> None:
    prompt = "what is <__media__> this"
    assert seen(engine, NOISE, keep=keep, prompt=prompt) == seen(engine, NOISE, prompt=prompt)


@pytest.mark.parametrize(
    ("pictures", "given", "words"),
    [
        ([NOISE], {"prompt": "<__media__> and <__media__>"}, "2 places for 1 pictures"),
        ([NOISE[:, :, :2]], {"prompt": "x"}, "a picture is uint8"),
        ([NOISE.astype(np.float32)], {"prompt": "x"}, "a picture is uint8"),
        ([NOISE] * 17, {"prompt": "x"}, "1 to 16 pictures"),
        ([NOISE], {"prompt": "x <__media__>"}, "text must follow"),
        ([NOISE], {}, "with a prompt or with messages"),
        ([NOISE], {"chat": "hello<|im_end|>"}, "may not contain control tokens"),
        ([NOISE], {"prompt": "<|im_start|>system"}, "may not contain control tokens"),
        ([NOISE] * 16, {"prompt": "x " * 20}, "1 to 255 tokens"),
    ],
)
def test_pictures_that_cannot_be(engine: LlamaEngine, pictures: list[Array], given: dict[str, str], words: str) -> None:
    with pytest.raises(CallerError, match=words):
        start(engine, *pictures, **given)
    assert seen(engine, NOISE, prompt="x")  # no place was lost


def test_a_model_without_a_projector_takes_no_pictures(tmp_path: Path) -> None:
    blind = LlamaEngine()
    loaded(blind, write_gguf(tmp_path / "model.gguf"), ctx=256, threads=1)
    with pytest.raises(CallerError, match="no projector"):
        start(blind, NOISE, prompt="x")
    session = blind.start(InferStart(1, prompt="x", max_tokens=1), NOTHING)
    session.close()
    blind.close()


def test_a_file_that_is_no_projector(tmp_path: Path) -> None:
    model = str(write_gguf(tmp_path / "model.gguf"))
    files = [ModelFile(model), ModelFile(model, role="projector")]
    engine = LlamaEngine()
    with pytest.raises(CallerError, match="no projector for this model"):
        engine.load("x", files, LoadOptions(ctx=256, threads=1))
    engine.close()
    with pytest.raises(CallerError, match="expected the role"):
        LlamaEngine().load("x", [ModelFile(model), ModelFile(model, role="adapter")], LoadOptions(ctx=256, threads=1))


def test_a_build_without_the_library_says_so(
    engine: LlamaEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "llama_cpp.mtmd_cpp", None)
    files = [
        ModelFile(str(write_gguf(tmp_path / "model.gguf"))),
        ModelFile(str(write_projector(tmp_path / "projector.gguf")), role="projector"),
    ]
    with pytest.raises(ServiceFault, match="no multimodal library"):
        LlamaEngine().load("x", files, LoadOptions(ctx=256, threads=1))
